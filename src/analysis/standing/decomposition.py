"""Why a rank changed: how many places are due to the weights, how many to the province, how many to the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import pandas as pd

from analysis.indices import WHOLE_PANEL_COUNT, edition_of, weights_of
from analysis.standing.moves import Verdict
from analysis.standing.weights import constant_weight_move, sub_indices, weighted

PART_COLUMNS = (
    "component",
    "from_score",
    "to_score",
    "from_median_score",
    "to_median_score",
    "from_weight_pct",
    "to_weight_pct",
    "contribution_score",
    "weights_contribution_score",
)


@dataclass(frozen=True)
class RankDecomposition:
    """A change of rank between two editions and the places each cause moved, positive = down the list.

    Ranks are recomputed from the sub-indices, each with the provinces ranked (``…_rank_of``). ``weights_places +
    own_places + others_places == to_rank - from_rank``, exactly; parts are multiples of a quarter. ``old_weights_to_rank`` is the
    rank in ``to_year`` had the weights stayed, ``new_weights_from_rank`` the rank in ``from_year`` under the later weights, both
    within one year's sub-indices. ``net_change_score``, ``noise_score``, ``verdict``: see ``ConstantWeightMove``.

    ``crosses_era``: the weights part compares ranks within one year and needs no assumption; the split into own and
    others, the contributions and the verdict set sub-indices of two eras side by side and take for granted that they measure the same.

    ``own_places_least`` and ``own_places_most``: the least and the most that the province's own scores moved it under either
    weights and with the others' scores of either year; where they differ in sign the part is not settled.

    ``components``: one row a component. ``contribution_score`` is what its score gave, in points of the composite under the mean of
    both weights, to the province's change net of the median province; ``weights_contribution_score`` what its new weight gave, by the
    mean of how far the province stood from the median in both years. Their sum over all components is the change of Σ weight × (score − median).
    """

    index: str
    province_code: str
    from_year: int
    to_year: int
    from_era: str
    to_era: str
    crosses_era: bool
    from_rank: int
    from_rank_of: int
    to_rank: int
    to_rank_of: int
    from_score: float
    to_score: float
    old_weights_to_rank: int
    new_weights_from_rank: int
    old_weights_to_score: float
    new_weights_from_score: float
    weights_places: float
    own_places: float
    others_places: float
    own_places_least: int
    own_places_most: int
    net_change_score: float
    noise_score: float | None
    verdict: Verdict
    components: pd.DataFrame = field(compare=False)


@dataclass(frozen=True)
class _Edition:
    """Sub-indices of one edition: the province's own and those of all provinces, itself included."""

    own: pd.Series
    all: pd.DataFrame


def rank_decomposition(
    scores: pd.DataFrame, weights: pd.DataFrame, editions: pd.DataFrame, index: str, province: str, from_year: int, to_year: int
) -> RankDecomposition | None:
    """Take a rank change apart by the Owen value: weights against scores, and within the scores the province against the others.

    The weights' part is the mean of what they move in either year's scores; the scores' part the mean under either weights, split
    by replacing the province's and the others' sub-indices in both orders. A province held in one year only counts there among the
    others. None unless both editions are registered as a weighted sum, and the sub-indices that both eras weight are held for
    the province and a whole panel in both years.
    """
    eras = [edition_of(editions, index, year) for year in (from_year, to_year)]
    if any(era is None or era["composite_rule"] != "weighted" for era in eras):
        return None
    names = [str(era["era"]) for era in eras if era is not None]
    old, new = (weights_of(weights, index, name) for name in names)
    codes = list(dict.fromkeys([*old.index, *new.index]))
    parts = sub_indices(scores, index, codes)
    found = [_edition(parts, province, year) for year in (from_year, to_year)]
    move = constant_weight_move(scores, weights, editions, index, province, from_year, to_year)
    before, after = found
    if before is None or after is None or move is None:
        return None
    ranks = _ranks({False: before, True: after}, {False: old, True: new}, province)
    weights_places, own_places, others_places = _owen(ranks)
    own = [ranks[True, theirs, era] - ranks[False, theirs, era] for theirs, era in product((False, True), repeat=2)]
    return RankDecomposition(
        index=index,
        province_code=province,
        from_year=from_year,
        to_year=to_year,
        from_era=names[0],
        to_era=names[1],
        crosses_era=names[0] != names[1],
        from_rank=ranks[False, False, False],
        from_rank_of=len(before.all),
        to_rank=ranks[True, True, True],
        to_rank_of=len(after.all),
        from_score=_composite(before.own, old),
        to_score=_composite(after.own, new),
        old_weights_to_rank=ranks[True, True, False],
        new_weights_from_rank=ranks[False, False, True],
        old_weights_to_score=_composite(after.own, old),
        new_weights_from_score=_composite(before.own, new),
        weights_places=weights_places,
        own_places=own_places,
        others_places=others_places,
        own_places_least=min(own, key=abs) if min(own) * max(own) > 0 else min(own),
        own_places_most=max(own, key=abs) if min(own) * max(own) > 0 else max(own),
        net_change_score=move.net_change_score,
        noise_score=move.noise_score,
        verdict=move.verdict,
        components=_parts(before, after, old, new),
    )


def _edition(parts: pd.DataFrame, province: str, year: int) -> _Edition | None:
    of_year = parts[parts.index.get_level_values("edition_year") == year].droplevel("edition_year")
    if len(of_year) < WHOLE_PANEL_COUNT or province not in of_year.index:
        return None
    return _Edition(of_year.loc[province], of_year)


def _composite(own: pd.Series, of_era: pd.Series) -> float:
    return float(weighted(own.to_frame().T, of_era).iloc[0])


_Ranks = dict[tuple[bool, bool, bool], int]


def _ranks(editions: Mapping[bool, _Edition], weights: Mapping[bool, pd.Series], province: str) -> _Ranks:
    """Rank by (own scores are the later ones, the others' are, the weights are)."""
    own = {(year, era): _composite(editions[year].own, weights[era]) for year, era in product((False, True), repeat=2)}
    others = {(year, era): weighted(editions[year].all.drop(index=province), weights[era]) for year, era in product((False, True), repeat=2)}
    return {(mine, theirs, era): int((others[theirs, era] > own[mine, era]).sum()) + 1 for mine, theirs, era in product((False, True), repeat=3)}


def _owen(ranks: _Ranks) -> tuple[float, float, float]:
    """Places due to weights, own scores and others' scores; quarters are exact in binary, so the sum is."""
    by_weights = sum(ranks[year, year, True] - ranks[year, year, False] for year in (False, True)) / 2
    own = sum(ranks[True, theirs, era] - ranks[False, theirs, era] for theirs, era in product((False, True), repeat=2)) / 4
    others = sum(ranks[mine, True, era] - ranks[mine, False, era] for mine, era in product((False, True), repeat=2)) / 4
    return by_weights, own, others


def _parts(before: _Edition, after: _Edition, old: pd.Series, new: pd.Series) -> pd.DataFrame:
    from_median, to_median = before.all.median(), after.all.median()
    old_weight, new_weight = (era.reindex(before.own.index).fillna(0.0) for era in (old, new))
    from_distance, to_distance = before.own - from_median, after.own - to_median
    table = {
        "from_score": before.own,
        "to_score": after.own,
        "from_median_score": from_median,
        "to_median_score": to_median,
        "from_weight_pct": old_weight,
        "to_weight_pct": new_weight,
        "contribution_score": (to_distance - from_distance) * (old_weight + new_weight) / 20 + 0.0,
        "weights_contribution_score": (to_distance + from_distance) * (new_weight - old_weight) / 20 + 0.0,  # no minus zero
    }
    return pd.DataFrame(table).rename_axis("component").reset_index()[list(PART_COLUMNS)]
