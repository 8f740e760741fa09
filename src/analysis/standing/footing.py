"""Within-year footing: rank, z and percentile of every province in every edition that is held whole."""

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.indices import INDEX_VINTAGES, WHOLE_PANEL_COUNT
from analysis.units import COUNTRY_CODE, INDEX_VINTAGE

SMALLEST_SPREAD = 1e-9  # below it a standard deviation is rounding of equal scores

FOOTING_COLUMNS = (
    "index",
    "edition_year",
    "component",
    "province_code",
    "vintage",
    "score",
    "rank",
    "rank_of",
    "z_score",
    "percentile",
    "median_score",
    "mean_score",
    "best_score",
    "sd_score",
)
_KEY = ["index", "edition_year", "component", "province_code", "vintage"]


def footing(scores: pd.DataFrame, components: pd.DataFrame | None = None, *, whole: int = WHOLE_PANEL_COUNT) -> pd.DataFrame:
    """Standing of each province within its edition; one row a (index, edition_year, component, province_code, vintage).

    Only editions held for at least ``whole`` provinces have rows; rows without a score and the country row never count.
    ``rank`` 1 is best and ties share the better one; ``rank_of`` is the number of provinces with a score; ``z_score`` uses
    the standard deviation with n − 1 and is positive where the province is better than the mean (NaN where all are equal);
    ``percentile`` is the share of provinces not better, 0-100. The lists of 63 and 64 provinces are one edition; the 34
    provinces are never mixed with them. ``components`` is the registry, which says where a lower score is better; without
    it a higher score is, as all registered components have it.
    """
    held = provinces_scored(scores)
    number = held.groupby(["index", "edition_year", "component", "units_list"], sort=False).ngroup()
    is_whole = number.groupby(number).transform("size") >= whole
    held, number = held[is_whole], number[is_whole]
    score, sign = held["score"], _signs(held, components)
    by_edition = score.groupby(number)
    signed = (score * sign).groupby(number)
    mean, spread = by_edition.transform("mean"), by_edition.transform("std")
    found = held.assign(
        rank=signed.rank(method="min", ascending=False).astype("Int64"),
        rank_of=by_edition.transform("size").astype("Int64"),
        z_score=(score - mean) * sign / spread.where(spread > SMALLEST_SPREAD),
        percentile=signed.rank(method="max", pct=True) * 100,
        median_score=by_edition.transform("median"),
        mean_score=mean,
        best_score=signed.transform("max") * sign,
        sd_score=spread,
    )
    return found[list(FOOTING_COLUMNS)].sort_values(_KEY).reset_index(drop=True)


def provinces_scored(scores: pd.DataFrame) -> pd.DataFrame:
    """The rows that count in an edition: provinces with a score, never the country; ``units_list`` names those ranked together."""
    held = scores[(scores["province_code"] != COUNTRY_CODE) & scores["score"].notna()]
    units_list = held["vintage"].where(~held["vintage"].isin(INDEX_VINTAGES), INDEX_VINTAGE)
    return held.assign(score=held["score"].astype("float64"), units_list=units_list)


def of_component(scores: pd.DataFrame, index: str, component: str = COMPOSITE) -> pd.DataFrame:
    """Scores of one component of one index on the lists before 01/07/2025, the country row included."""
    return scores[(scores["index"] == index) & (scores["component"] == component) & scores["vintage"].isin(INDEX_VINTAGES)]


def _signs(held: pd.DataFrame, components: pd.DataFrame | None) -> pd.Series:
    """1 where a higher score is better, −1 where a lower one is."""
    signs = pd.Series(1.0, index=held.index)
    if components is None:
        return signs
    lower = components.loc[components["direction"] == "lower_is_better", ["index", "component", "first_year", "last_year"]]
    for index, component, first, last in lower.itertuples(index=False, name=None):
        is_meant = (held["index"] == index) & (held["component"] == component) & held["edition_year"].between(first, last)
        signs = signs.mask(is_meant, -1.0)
    return signs
