"""The province panel of one outcome on a footing that compares: method eras respected, refusals found before any number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.indices import (
    INDEX_VINTAGES,
    MIN_EDITIONS_BEFORE,
    WHOLE_PANEL_COUNT,
    comparable_eras,
    component_eras,
    edition_of,
    editions_until,
    is_composite_circular,
    is_published,
    weights_of,
)
from analysis.standing import constant_weight_composite, footing
from analysis.units import COUNTRY_CODE

Obstacle = Literal["no_edition", "not_published", "circular", "method_changed", "too_few", "not_whole", "no_score"]
RAW, Z, CONSTANT_WEIGHT = "raw", "z", "constant_weight"
PANEL_COLUMNS = ("province_code", "edition_year", "era", "raw", "z", "rank", "constant_weight")


@dataclass(frozen=True)
class ComparablePanel:
    """One outcome of all provinces over the editions that compare with the plan's.

    ``rows``: one row a (province_code, edition_year) with a score; ``raw`` is the published score, ``z`` the within-edition
    standing in standard deviations, ``rank`` minus the rank (so that more is better), ``constant_weight`` the composite under
    the weights of the plan year's era, NA where there is none; ``era`` the era of the chosen ``footing``. ``footing`` is the
    column to judge by. ``refusal_vi`` says why there is none, ``obstacle`` of what kind that is; ``rows`` then holds nothing.
    ``notes_vi`` say what a reader must know of the footing.
    """

    index: str
    component: str
    footing: str
    rows: pd.DataFrame
    refusal_vi: str | None = None
    obstacle: Obstacle | None = None
    notes_vi: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """The tables that say what an index is: scores, editions, components and weights."""

    scores: pd.DataFrame
    editions: pd.DataFrame
    components: pd.DataFrame
    weights: pd.DataFrame


def comparable_panel(
    register: Register, index: str, component: str, province: str, plan_year: int, last_year: int, as_of: date, footing: str | None = None
) -> ComparablePanel:
    """The panel of an outcome around a province's plan that starts in ``plan_year``, with editions up to ``last_year`` out on ``as_of``.

    A score is judged raw inside the era of its component; where that era holds fewer than two editions before the plan, by its
    standing within each edition, as far back as ranks carry over; a weighted index by its composite under constant weights.
    A ``footing`` asked for is the only one tried. Where nothing compares the panel is refused with the reason; what publication
    cannot mend is told before what is not published yet.
    """
    edition = edition_of(register.editions, index, plan_year)
    if edition is None or edition["vintage"] not in INDEX_VINTAGES:
        return _refused(index, component, "no_edition", f"không có phiên bản {plan_year} của chỉ số này cho 63 tỉnh, thành phố")
    if component == COMPOSITE and is_composite_circular(register.components, index, plan_year):
        return _refused(index, component, "circular", "chỉ số này cộng điểm cho chính việc làm truyền thông nên so sánh sẽ luẩn quẩn")
    tried = _footings(register, index, component, edition, footing)
    if lasting := _lasting_obstacle(register, index, component, plan_year, tried):
        return lasting
    if not is_published(edition, as_of):
        return _refused(index, component, "not_published", f"chưa công bố phiên bản {plan_year}")
    out = _editions_out(register.editions, index, last_year, as_of)
    held = _whole_editions(register.scores, index, component, out)
    if plan_year not in held["edition_year"].to_numpy():
        return _refused(index, component, "not_whole", _not_whole(register.scores, index, component, plan_year))
    if not ((held["province_code"] == province) & (held["edition_year"] == plan_year)).any():
        return _refused(index, component, "no_score", f"không có điểm {plan_year} của tỉnh")
    if tried == (CONSTANT_WEIGHT,):
        return _weighted(register, index, edition, plan_year, held, out)
    return _by_era(register, index, component, plan_year, held, tried)


def _footings(register: Register, index: str, component: str, edition: pd.Series, footing: str | None) -> tuple[str, ...]:
    """The footings to try, in order."""
    if footing is not None:
        return (footing,)
    is_weighted = component == COMPOSITE and len(weights_of(register.weights, index, str(edition["era"]))) > 0
    return (CONSTANT_WEIGHT,) if is_weighted else (RAW, Z)


def _lasting_obstacle(register: Register, index: str, component: str, plan_year: int, tried: tuple[str, ...]) -> ComparablePanel | None:
    """A refusal that no later publication lifts: by the registry, no footing has two editions before the plan."""
    eras = [comparable_eras(register.components, register.editions, index, component, chosen) for chosen in tried]
    known = component_eras(register.components, register.editions, index, component)
    before = [sum(year < plan_year and labels[year] == labels.get(plan_year) for year in known.index if year in labels) for labels in eras]
    if max(before) >= MIN_EDITIONS_BEFORE:
        return None
    labels = eras[-1]
    first = min((year for year in labels.index if labels[year] == labels.get(plan_year)), default=plan_year)
    if first > plan_year - MIN_EDITIONS_BEFORE and first > min(known.index):
        reason = f"cách chấm đổi từ phiên bản {first}, nên không có đủ hai phiên bản trước kế hoạch để so sánh"
        return _refused(index, component, "method_changed", reason)
    return _refused(index, component, "too_few", f"chỉ có {max(before)} phiên bản so được với nhau trước năm {plan_year}, cần ít nhất hai")


def _refused(index: str, component: str, obstacle: Obstacle, reason: str) -> ComparablePanel:
    return ComparablePanel(index, component, RAW, pd.DataFrame(columns=list(PANEL_COLUMNS)), reason, obstacle)


def _editions_out(editions: pd.DataFrame, index: str, last_year: int, as_of: date) -> pd.DataFrame:
    chosen = editions_until(editions, index, last_year)
    is_out = [bool(edition["vintage"] in INDEX_VINTAGES and is_published(edition, as_of)) for _, edition in chosen.iterrows()]
    return chosen[is_out].set_index("edition_year")


def _whole_editions(scores: pd.DataFrame, index: str, component: str, out: pd.DataFrame) -> pd.DataFrame:
    """Standing of every province in each edition held whole; one row a (province_code, edition_year)."""
    chosen = scores[(scores["index"] == index) & (scores["component"] == component) & scores["edition_year"].isin(out.index)]
    footed = footing(chosen[chosen["vintage"].isin(INDEX_VINTAGES)])
    columns = {"score": "raw", "z_score": "z"}
    return footed.assign(rank=-footed["rank"].astype("float64")).rename(columns=columns)[["province_code", "edition_year", "raw", "z", "rank"]]


def _not_whole(scores: pd.DataFrame, index: str, component: str, plan_year: int) -> str:
    chosen = scores[(scores["index"] == index) & (scores["component"] == component) & (scores["edition_year"] == plan_year)]
    count = int((chosen["score"].notna() & (chosen["province_code"] != COUNTRY_CODE)).sum())
    return f"bộ số liệu chỉ có điểm {plan_year} của {count} tỉnh; cần ít nhất {WHOLE_PANEL_COUNT} tỉnh"


def _by_era(register: Register, index: str, component: str, plan_year: int, held: pd.DataFrame, tried: tuple[str, ...]) -> ComparablePanel:
    """Raw inside the component's era, else the standing within each edition as far as it carries over."""
    eras = comparable_eras(register.components, register.editions, index, component, RAW)
    for chosen in tried:
        labels = comparable_eras(register.components, register.editions, index, component, chosen)
        years = [year for year in sorted(held["edition_year"].unique()) if labels.get(year) == labels.get(plan_year)]
        if sum(year < plan_year for year in years) >= MIN_EDITIONS_BEFORE:
            rows = held[held["edition_year"].isin(years)].assign(constant_weight=float("nan"))
            return ComparablePanel(index, component, chosen, _with_era(rows, labels), notes_vi=_notes(chosen, years, eras, plan_year))
    return _refused(index, component, "too_few", f"không có đủ hai phiên bản trước năm {plan_year} có điểm của ít nhất {WHOLE_PANEL_COUNT} tỉnh")


def _with_era(rows: pd.DataFrame, labels: "pd.Series[str]") -> pd.DataFrame:
    numbers = dict.fromkeys((RAW, Z, "rank", CONSTANT_WEIGHT), "float64")
    found = rows.astype(numbers).assign(era=rows["edition_year"].map(labels))
    return found[list(PANEL_COLUMNS)].sort_values(["province_code", "edition_year"]).reset_index(drop=True)


def _notes(chosen: str, years: Sequence[int], eras: "pd.Series[str]", plan_year: int) -> tuple[str, ...]:
    if chosen == RAW:
        return ()
    return (
        f"{_how_far_raw_compares(str(eras[plan_year]))}, nên dùng vị trí so với mức chung của từng năm "
        f"({min(years)}–{max(years)}); vị trí này cũng kém chắc ở những năm đổi câu hỏi.",
    )


def _how_far_raw_compares(era: str) -> str:
    if "-" in era:
        return f"Điểm chỉ so được với nhau trong các phiên bản {era.replace('-', '–')}"
    return f"Điểm phiên bản {era} không so được với phiên bản nào khác"


def _weighted(register: Register, index: str, edition: pd.Series, plan_year: int, held: pd.DataFrame, out: pd.DataFrame) -> ComparablePanel:
    """A weighted composite under the weights of the plan year's era, in every edition whose components are held whole."""
    era = str(edition["era"])
    composite = constant_weight_composite(register.scores, register.weights, index, era)
    composite = composite[composite["edition_year"].isin(out.index)]
    counts = composite["edition_year"].value_counts()
    whole = set(counts[counts >= WHOLE_PANEL_COUNT].index)
    runs = comparable_eras(register.components, register.editions, index, COMPOSITE, CONSTANT_WEIGHT)
    years = [year for year in out.index if year in whole and runs[year] == runs[plan_year]]
    if plan_year not in years or sum(year < plan_year for year in years) < MIN_EDITIONS_BEFORE:
        reason = f"không có điểm thành phần của ít nhất {WHOLE_PANEL_COUNT} tỉnh trong năm {plan_year} và hai phiên bản trước để giữ nguyên trọng số"
        return _refused(index, COMPOSITE, "not_whole", reason)
    chosen = composite[composite["edition_year"].isin(years)].rename(columns={"composite_score": CONSTANT_WEIGHT})
    rows = chosen.merge(held, on=["province_code", "edition_year"], how="left")
    later = sorted({str(out.loc[year, "era"]) for year in years} - {era})
    said = f"Điểm tính lại theo trọng số giai đoạn {era}"
    note = f"{said}; giả định các thành phần đo như nhau trong {', '.join(later)}." if later else f"{said}."
    return ComparablePanel(index, COMPOSITE, CONSTANT_WEIGHT, _with_era(rows, runs), notes_vi=(note,))
