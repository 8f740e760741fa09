"""Blocks of the notebook on how tests behave on the indices themselves, for analysts and students; no part of the annual report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.blocks import Block, provenance
from analysis.chapters.subject import ParameterRefused, day_of
from analysis.codes import COMPOSITE, INDICES
from analysis.comparable import RAW, Z
from analysis.estimate.calibration import EFFECT_SD
from analysis.estimate.false_alarms import ALL_METHODS, QUICK_METHODS, false_alarm_table
from analysis.figures import methods_calibration as charts
from analysis.indices import INDEX_VINTAGES, component_eras, editions_until, is_published
from analysis.narrative import methods_calibration as say
from analysis.narrative.methods_calibration import Ground
from analysis.standing import footing as footing_of
from analysis.store import Tables
from analysis.tables import methods_calibration as present

COLUMN = {RAW: "score", Z: "z_score"}


@dataclass(frozen=True)
class Measured:
    """The rows of ``false_alarm_table`` and what they were measured on."""

    rows: pd.DataFrame
    ground: Ground


def measured(
    tables: Tables,
    *,
    index: str,
    components: str,
    first_start: int,
    last_start: int,
    first_edition: int,
    last_edition: int,
    as_of: str,
    footing: str = RAW,
    with_slow_methods: bool = False,
) -> Measured:
    """Every method on placebo plans of ``components`` (codes with blanks between), from editions out on ``as_of``.

    Provinces with a registered plan are left out. Raises ``ParameterRefused`` for a parameter that cannot be read and
    ``DesignRefused`` where too few provinces have every score.
    """
    codes = _codes(tables, index, components)
    if footing not in COLUMN:
        raise ParameterRefused(f"footing: thấy {footing!r}; chấp nhận {RAW!r} (điểm công bố) hoặc {Z!r} (vị trí trong từng năm).")
    editions = _editions(tables, index, first_edition, last_edition, day_of(as_of))
    starts = [year for year in editions if first_start <= year <= last_start]
    if not starts:
        raise ParameterRefused(f"first_start, last_start: không có phiên bản {index} nào từ {first_start} đến {last_start} đã công bố.")
    scores = _scores(tables, index, codes, editions)
    panel = footing_of(scores).pivot(index=["province_code", "edition_year"], columns="component", values=COLUMN[footing])
    panel = panel.reindex(columns=codes).astype("float64").reset_index()
    had_plan = sorted(set(tables.plans["province_code"]))
    rows = false_alarm_table(
        panel,
        unit="province_code",
        time="edition_year",
        outcomes=codes,
        starts=starts,
        methods=ALL_METHODS if with_slow_methods else QUICK_METHODS,
        had_plan=had_plan,
    )
    return Measured(rows, _ground(tables, index, codes, footing, editions, starts, panel[~panel["province_code"].isin(had_plan)], scores))


def opening(found: Measured) -> list[Block]:
    """What the usual comparison does, the house rule, and how to read both."""
    return [say.headline(found.rows, found.ground), say.house_rule(found.rows, found.ground), *say.notes(found.ground)]


def false_alarms(found: Measured) -> list[Block]:
    """Chart and table of all methods."""
    ground = found.ground
    return [
        charts.false_alarms(found.rows, ground.said_vi, ground.rests_on),
        present.false_alarms(found.rows, ground.said_vi, ground.effect_sd, ground.rests_on),
    ]


def power(found: Measured) -> list[Block]:
    """What those find that a report may print; nothing where none may."""
    return [charts.power(found.rows, found.ground.effect_sd, found.ground.rests_on)] if found.rows["may_print"].any() else []


def _codes(tables: Tables, index: str, components: str) -> list[str]:
    if index not in INDICES:
        raise ParameterRefused(f"index: thấy {index!r}; chấp nhận {', '.join(map(repr, INDICES))}.")
    registered = tables.index_components
    known = sorted(set(registered.loc[registered["index"] == index, "component"]))
    codes = list(dict.fromkeys(components.split()))
    unknown = [code for code in codes if code not in known]
    if unknown or not codes:
        seen = ", ".join(unknown) or "không mã nào"
        raise ParameterRefused(f"components: thấy {seen}; chấp nhận các mã cách nhau bằng dấu cách trong: {', '.join(known)}.")
    return codes


def _editions(tables: Tables, index: str, first: int, last: int, day: date) -> list[int]:
    rows = editions_until(tables.index_editions, index, last)
    rows = rows[(rows["edition_year"] >= first) & rows["vintage"].isin(INDEX_VINTAGES)]
    return [int(edition["edition_year"]) for _, edition in rows.iterrows() if is_published(edition, day)]


def _scores(tables: Tables, index: str, codes: Sequence[str], editions: Sequence[int]) -> pd.DataFrame:
    scores = tables.index_scores
    is_asked = (scores["index"] == index) & scores["component"].isin(codes) & scores["edition_year"].isin(editions)
    return scores[is_asked & scores["vintage"].isin(INDEX_VINTAGES)]


def _ground(
    tables: Tables,
    index: str,
    codes: Sequence[str],
    footing: str,
    editions: Sequence[int],
    starts: Sequence[int],
    panel: pd.DataFrame,
    scores: pd.DataFrame,
) -> Ground:
    counts = [len(panel.pivot(index="province_code", columns="edition_year", values=code).dropna()) for code in codes]
    eras = [component_eras(tables.index_components, tables.index_editions, index, code).reindex(editions) for code in codes]
    breaks = {int(year) for labels in eras for year in labels.index[labels.ne(labels.shift()).to_numpy()][1:]}
    rests_on = provenance(scores, tables.index_editions[tables.index_editions["index"] == index])
    return Ground(
        index=index,
        components=tuple(codes),
        footing=footing,
        editions=tuple(editions),
        starts=tuple(starts),
        units_counts=(min(counts), max(counts)),
        breaks=tuple(sorted(breaks)),
        added=_added(tables.index_components, index, editions),
        effect_sd=EFFECT_SD,
        rests_on=rests_on,
    )


def _added(components: pd.DataFrame, index: str, editions: Sequence[int]) -> dict[str, int]:
    """Components of the composite that came in after the first edition used."""
    parts = components[(components["index"] == index) & (components["parent_component"] == COMPOSITE)]
    first = parts.groupby("component")["first_year"].min()
    return {str(code): int(year) for code, year in first.items() if editions[0] < year <= editions[-1]}
