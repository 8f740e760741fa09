"""One province through the editions of an index, gaps included."""

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analysis.codes import COMPOSITE, SECONDARY
from analysis.indices import INDEX_VINTAGES, WHOLE_PANEL_COUNT, editions_until, is_published
from analysis.standing.footing import footing, of_component, provinces_scored

Status = Literal["published", "not_yet", "other_units", "not_for_province", "not_held"]

_EDITION = ["index", "edition_year", "era", "published_date", "published_precision"]
_FOOTED = ["z_score", "percentile", "median_score", "best_score"]
_STATED = ["score", "rank", "standard_error_score", "basis", "rank_basis", "source_id"]


def history(
    scores: pd.DataFrame,
    editions: pd.DataFrame,
    province: str,
    index: str,
    *,
    last_year: int,
    as_of: date,
    component: str = COMPOSITE,
    components: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every edition of an index up to ``last_year`` as one province sees it; one row an edition, gaps included.

    Adds to the edition: ``score``; ``rank``, the publisher's where one is printed, else ours from a whole panel
    (``is_rank_computed``; a rank that only a secondary listing gives beside a stated score does not count), how it was got
    (``rank_basis``), and both apart as ``published_rank`` and ``computed_rank``; ``rank_of``, the provinces
    ranked by whoever gave ``rank``; ``z_score``, ``percentile``, ``median_score`` and ``best_score`` (within the year, whole panels only,
    see ``footing``); ``standard_error_score``, ``basis``, ``source_id``; ``status``: published, not_yet (by ``as_of``),
    other_units (the edition measures another list of provinces and is never joined), not_for_province (absent from a whole
    panel), not_held. A gap is NA, never 0. ``components`` says where a lower score is better.
    """
    chosen = editions_until(editions, index, last_year)
    held = of_component(scores, index, component)
    years = chosen["edition_year"]
    own = held[held["province_code"] == province].set_index("edition_year").reindex(index=years, columns=_STATED).set_axis(chosen.index)
    has_row = years.isin(held.loc[held["province_code"] == province, "edition_year"])
    counts = years.map(provinces_scored(held)["edition_year"].value_counts()).fillna(0).astype("Int64")
    footed = footing(held, components)
    footed = footed[footed["province_code"] == province].set_index("edition_year")[[*_FOOTED, "rank"]].reindex(years).set_axis(chosen.index)
    status = _status(chosen, has_row, counts >= WHOLE_PANEL_COUNT, as_of)
    table = _ranked(chosen, own, footed, counts).mask(status != "published")
    return chosen[_EDITION].join(_typed(table).assign(status=status))


def _status(editions: pd.DataFrame, has_row: pd.Series, is_whole: pd.Series, as_of: date) -> pd.Series:
    is_out = np.array([is_published(edition, as_of) for _, edition in editions.iterrows()], dtype=bool)
    reasons = [~editions["vintage"].isin(INDEX_VINTAGES), ~is_out, has_row, is_whole.astype(bool)]
    found = np.select([np.asarray(reason) for reason in reasons], ["other_units", "not_yet", "published", "not_for_province"], "not_held")
    return pd.Series(found, index=editions.index, dtype="object")


def _ranked(editions: pd.DataFrame, own: pd.DataFrame, footed: pd.DataFrame, counts: pd.Series) -> pd.DataFrame:
    """What is stated and what follows from the panel, side by side; the denominator is of whoever gave the rank."""
    computed = footed["rank"].astype("Int64")
    is_hearsay = ((own["rank_basis"] == SECONDARY) & (own["basis"] != SECONDARY)).fillna(False).astype(bool)
    published = own["rank"].astype("Int64").mask(is_hearsay)
    is_computed = published.isna() & computed.notna()
    whole = counts.where(counts >= WHOLE_PANEL_COUNT)
    stated_of = editions["ranked_units_count"].astype("Int64")
    return own.assign(
        rank=published.fillna(computed),
        rank_basis=own["rank_basis"].mask(published.isna()),
        rank_of=whole.fillna(stated_of).where(published.isna(), stated_of.fillna(whole)),
        is_rank_computed=is_computed,
        published_rank=published,
        computed_rank=computed,
        **{column: footed[column] for column in _FOOTED},
    )


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    whole = dict.fromkeys(["rank", "rank_of", "published_rank", "computed_rank"], "Int64")
    decimal = dict.fromkeys(["score", "standard_error_score"], "Float64") | dict.fromkeys(_FOOTED, "float64")
    flags = table["is_rank_computed"].astype("boolean").fillna(value=False).astype(bool)
    columns = ["score", "rank", "rank_of", "is_rank_computed", "published_rank", "computed_rank", *_FOOTED, "standard_error_score"]
    typed = table.assign(is_rank_computed=flags).astype(whole | decimal | dict.fromkeys(["basis", "rank_basis", "source_id"], "string"))
    return typed[[*columns, "basis", "rank_basis", "source_id"]]


def last_published(history: pd.DataFrame, before_year: int) -> pd.Series | None:
    """The latest edition before a year that is published for the province (score or rank), or None; secondary listings do not count."""
    is_firm = (history["status"] == "published") & (history["basis"] != SECONDARY).fillna(True)
    held = history[(history["edition_year"] < before_year) & is_firm.astype(bool)]
    return held.iloc[-1] if len(held) else None
