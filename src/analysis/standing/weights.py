"""An index with its weights held constant, and what each component gave to a change."""

from dataclasses import dataclass

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.indices import INDEX_VINTAGES, WHOLE_PANEL_COUNT, components_of, edition_of, weights_of
from analysis.standing.footing import footing
from analysis.standing.moves import Verdict, judge
from analysis.standing.noise import yearly_noise
from analysis.units import INDEX_VINTAGE

COMPOSITE_COLUMNS = ("province_code", "edition_year", "composite_score")
STANDING_COLUMNS = ("edition_year", "weight_era", "composite_score", "rank", "rank_of", "median_score", "is_published_era")
CONTRIBUTION_COLUMNS = ("component", "from_score", "to_score", "change_score", "weight_pct", "contribution_score")
EXACT_DECIMALS = 9  # equal composites must tie, whatever the order in which their parts were added


def constant_weight_composite(scores: pd.DataFrame, weights: pd.DataFrame, index: str, weight_era: str) -> pd.DataFrame:
    """An index recomputed under one era's weights: Σ weight × 10 × sub-index / 100, as PCI is built.

    One row a (province_code, edition_year) that has every weighted component; ``composite_score`` on the 0-100 scale. Empty
    for an index or era without weights.
    """
    of_era = weights_of(weights, index, weight_era)
    if of_era.empty:
        return pd.DataFrame(columns=list(COMPOSITE_COLUMNS))
    composite = weighted(sub_indices(scores, index, list(of_era.index)), of_era)
    return composite.rename("composite_score").reset_index()


def sub_indices(scores: pd.DataFrame, index: str, codes: list[str]) -> pd.DataFrame:
    """Scores of the provinces that have all of ``codes`` in an edition; index (province_code, edition_year), a column a code."""
    held = scores[(scores["index"] == index) & scores["vintage"].isin(INDEX_VINTAGES) & scores["score"].notna()]
    chosen = held[held["component"].isin(codes)]
    wide = chosen.pivot(index=["province_code", "edition_year"], columns="component", values="score")
    return wide.reindex(columns=codes).dropna().astype("float64")


def weighted(parts: pd.DataFrame, of_era: pd.Series) -> pd.Series:
    """Composite of each row of ``sub_indices`` under an era's weights in per cent."""
    return parts[list(of_era.index)].mul(of_era / 10, axis=1).sum(axis=1).round(EXACT_DECIMALS)


def constant_weight_standing(scores: pd.DataFrame, weights: pd.DataFrame, editions: pd.DataFrame, index: str, province: str) -> pd.DataFrame:
    """A province under each era's weights; one row a (edition_year, weight_era) in which it has every weighted component.

    ``rank``, ``rank_of`` and ``median_score`` are among the provinces recomputed the same way, NA without a whole panel of them.
    ``is_published_era``: these are the weights the edition was published with. Ranks under other weights compare the provinces
    of one edition only and need no assumption on other years.
    """
    tables = [
        _standing_in(constant_weight_composite(scores, weights, index, era), era, province)
        for era in sorted(weights.loc[weights["index"] == index, "era"].unique())
    ]
    found = pd.concat([pd.DataFrame(columns=list(STANDING_COLUMNS[:-1])), *tables])
    eras = editions[editions["index"] == index].set_index("edition_year")["era"]
    found["is_published_era"] = (found["edition_year"].map(eras) == found["weight_era"]).astype(bool)
    types = {"edition_year": "Int64", "composite_score": "float64", "rank": "Int64", "rank_of": "Int64", "median_score": "float64"}
    return found.astype(types)[list(STANDING_COLUMNS)].sort_values(["edition_year", "weight_era"]).reset_index(drop=True)


def _standing_in(composite: pd.DataFrame, era: str, province: str) -> pd.DataFrame:
    own = composite[composite["province_code"] == province].assign(weight_era=era)
    footed = footing(_as_scores(composite))
    footed = footed[footed["province_code"] == province][["edition_year", "rank", "rank_of", "median_score"]]
    return own.merge(footed, on="edition_year", how="left")[list(STANDING_COLUMNS[:-1])]


def _as_scores(composite: pd.DataFrame, index: str = "") -> pd.DataFrame:
    renamed = composite.rename(columns={"composite_score": "score"})
    return renamed.assign(index=index, component=COMPOSITE, vintage=INDEX_VINTAGE)


@dataclass(frozen=True)
class ConstantWeightMove:
    """The move of a composite with its weights held, in points, against moves over as many years in the era it started in.

    ``net_change_score`` is less the move of the median province; ``noise_score`` is what such a net move exceeds one time in
    twenty, None where fewer than 100 moves of that length are held; the verdict is then not_known.
    """

    weight_era: str
    from_year: int
    to_year: int
    change_score: float
    net_change_score: float
    noise_score: float | None
    moves_count: int
    verdict: Verdict


def constant_weight_move(
    scores: pd.DataFrame, weights: pd.DataFrame, editions: pd.DataFrame, index: str, province: str, from_year: int, to_year: int
) -> ConstantWeightMove | None:
    """Whether a province moved more than provinces ordinarily do, under the weights of ``from_year``'s era in both years.

    None without whole panels of the sub-indices in both years. Across an era it takes for granted that the sub-indices measure
    the same in both, which the publisher does not promise.
    """
    start = edition_of(editions, index, from_year)
    if start is None:
        return None
    composite = constant_weight_composite(scores, weights, index, str(start["era"]))
    by_year = {year: composite[composite["edition_year"] == year].set_index("province_code")["composite_score"] for year in (from_year, to_year)}
    before, after = by_year[from_year], by_year[to_year]
    if min(len(before), len(after)) < WHOLE_PANEL_COUNT or not {province} <= set(before.index) & set(after.index):
        return None
    change = float(after[province] - before[province])
    net = change - float(after.median() - before.median())
    noise = yearly_noise(_as_scores(composite, index), editions, index, span_years=to_year - from_year) if to_year > from_year else None
    limit, count = _limit(noise, str(start["era"]))
    return ConstantWeightMove(str(start["era"]), from_year, to_year, change, net, limit, count, judge(net, limit))


def _limit(noise: pd.DataFrame | None, era: str) -> tuple[float | None, int]:
    of_era = noise[noise["era"] == era] if noise is not None else ()
    if noise is None or not len(of_era):
        return None, 0
    row = noise[noise["era"] == era].iloc[0]
    return float(row["p95_change_score"]), int(row["moves_count"])


def contributions(
    scores: pd.DataFrame, weights: pd.DataFrame, index: str, province: str, from_year: int, to_year: int, weight_era: str
) -> pd.DataFrame:
    """What each sub-index gave to the change of a composite under one era's weights; one row a component.

    ``contribution_score`` = weight × 10 × change / 100, in points of the composite; they add up to its change. Empty where the
    province lacks a weighted sub-index in either year.
    """
    of_era = weights_of(weights, index, weight_era)
    parts = sub_indices(scores, index, list(of_era.index)) if len(of_era) else pd.DataFrame()
    if any((province, year) not in parts.index for year in (from_year, to_year)):
        return pd.DataFrame(columns=list(CONTRIBUTION_COLUMNS))
    before, after = parts.loc[(province, from_year)], parts.loc[(province, to_year)]
    return _contributions(before, after, of_era, of_era / 10)


def component_changes(
    scores: pd.DataFrame,
    editions: pd.DataFrame,
    components: pd.DataFrame,
    weights: pd.DataFrame,
    index: str,
    province: str,
    from_year: int,
    to_year: int,
) -> pd.DataFrame:
    """What each component gave to the change of the published composite inside one era, by the registry's rule; one row a component.

    Under the rule ``sum`` (PAPI) a contribution is the plain change of a dimension and ``weight_pct`` is NA; under ``weighted``
    (PCI) see ``contributions``. Empty across eras, where no rule is known, and where a component is missing in either year.
    """
    nothing = pd.DataFrame(columns=list(CONTRIBUTION_COLUMNS))
    before, after = (edition_of(editions, index, year) for year in (from_year, to_year))
    if before is None or after is None or before["era"] != after["era"] or before["composite_rule"] != after["composite_rule"]:
        return nothing
    if after["composite_rule"] == "weighted":
        return contributions(scores, weights, index, province, from_year, to_year, str(after["era"]))
    if after["composite_rule"] != "sum":
        return nothing
    defined = [components_of(components, index, year) for year in (from_year, to_year)]
    codes = [sorted(found.loc[found["parent_component"] == COMPOSITE, "component"]) for found in defined]
    parts = sub_indices(scores, index, codes[0])
    if codes[0] != codes[1] or not codes[0] or any((province, year) not in parts.index for year in (from_year, to_year)):
        return nothing
    unweighted = pd.Series(pd.NA, index=codes[0], dtype="Float64")
    return _contributions(parts.loc[(province, from_year)], parts.loc[(province, to_year)], unweighted, pd.Series(1.0, index=codes[0]))


def _contributions(before: pd.Series, after: pd.Series, weights: pd.Series, factors: pd.Series) -> pd.DataFrame:
    change = after - before
    table = {"from_score": before, "to_score": after, "change_score": change, "weight_pct": weights, "contribution_score": change * factors}
    return pd.DataFrame(table).rename_axis("component").reset_index()[list(CONTRIBUTION_COLUMNS)]
