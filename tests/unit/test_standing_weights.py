"""Weights held constant, contributions to a change, and why a rank changed."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.standing import (
    WHOLE_PANEL_COUNT,
    component_changes,
    constant_weight_composite,
    constant_weight_move,
    constant_weight_standing,
    contributions,
    rank_decomposition,
)

CODES = ["C1", "C2", "C3"]
OWN = "74"
OLD, NEW = (2019, 2020, 2021), (2022, 2023)


def make_weights(old: tuple[float, ...] = (50, 30, 20), new: tuple[float, ...] = (20, 30, 50), codes: list[str] = CODES) -> pd.DataFrame:
    rows = [("PCI", era, code, float(weight)) for era, weights in (("old", old), ("new", new)) for code, weight in zip(codes, weights, strict=True)]
    return pd.DataFrame(rows, columns=["index", "era", "component", "weight_pct"])


def make_editions(rule: str = "weighted", index: str = "PCI") -> pd.DataFrame:
    years = [*OLD, *NEW]
    columns = {"index": index, "edition_year": years, "era": ["old"] * len(OLD) + ["new"] * len(NEW), "vintage": "63-tinh", "composite_rule": rule}
    return pd.DataFrame(columns)


def make_scores(points: dict[int, np.ndarray], codes: list[str] = CODES, index: str = "PCI") -> pd.DataFrame:
    """Panels of (provinces, components) by year; the first province is the own one."""
    rows = [
        (index, year, OWN if place == 0 else str(100 + place), code, panel[place, position])
        for year, panel in points.items()
        for place in range(len(panel))
        for position, code in enumerate(codes)
    ]
    table = pd.DataFrame(rows, columns=["index", "edition_year", "province_code", "component", "score"])
    return table.assign(vintage="63-tinh").astype({"score": "Float64"})


def random_points(seed: int, provinces: int = WHOLE_PANEL_COUNT, years: tuple[int, ...] = (2021, 2022)) -> dict[int, np.ndarray]:
    """Coarse sub-indices, so that composites often tie."""
    chance = np.random.default_rng(seed)
    return {year: chance.integers(2, 19, size=(provinces, len(CODES))) / 2 for year in years}


# Composites under constant weights


def test_the_constant_weight_composite_weighs_tenfold_sub_indices():
    scores = make_scores({2021: np.array([[6.0, 8.0]])}, ["C1", "C2"])
    weights = make_weights((25, 75), (100, 0), ["C1", "C2"])
    assert constant_weight_composite(scores, weights, "PCI", "old").values.tolist() == [[OWN, 2021, pytest.approx(0.25 * 60 + 0.75 * 80)]]
    assert constant_weight_composite(scores, weights, "PCI", "new")["composite_score"].tolist() == [pytest.approx(60.0)]


def test_a_province_that_lacks_a_weighted_sub_index_has_no_composite():
    scores = make_scores({2021: np.array([[6.0, 8.0, 1.0], [7.0, 7.0, 1.0]])})
    scores.loc[(scores["province_code"] == "101") & (scores["component"] == "C2"), "score"] = pd.NA
    assert constant_weight_composite(scores, make_weights(), "PCI", "old")["province_code"].tolist() == [OWN]


def test_ha_tay_has_a_composite_and_the_34_provinces_have_none():
    scores = make_scores({2007: np.array([[6.0, 8.0, 1.0]])})
    both = pd.concat([scores.assign(vintage="64-tinh", province_code="28"), scores.assign(vintage="34-tinh")])
    assert constant_weight_composite(both, make_weights(), "PCI", "old")["province_code"].tolist() == ["28"]


def test_an_index_or_era_without_weights_has_no_composite_no_standing_and_no_contributions():
    scores = make_scores(random_points(1))
    assert constant_weight_composite(scores, make_weights(), "PAPI", "old").empty
    assert constant_weight_composite(scores, make_weights(), "PCI", "1999").empty
    assert constant_weight_standing(scores, make_weights(), make_editions(), "PAPI", OWN).empty
    assert contributions(scores, make_weights(), "PAPI", OWN, 2021, 2022, "old").empty
    assert rank_decomposition(scores, make_weights(), make_editions(index="PAPI"), "PAPI", OWN, 2021, 2022) is None


def test_standing_under_each_eras_weights_ranks_whole_panels_only_and_marks_the_published_weights():
    points = random_points(2)
    points[2022] = points[2022][:10]
    found = constant_weight_standing(make_scores(points), make_weights(), make_editions(), "PCI", OWN)
    assert found[["edition_year", "weight_era", "is_published_era"]].values.tolist() == [
        [2021, "new", False],
        [2021, "old", True],
        [2022, "new", True],
        [2022, "old", False],
    ]
    composites = points[2021] @ np.array([5.0, 3.0, 2.0])
    row = found.iloc[1]
    assert (row["rank"], row["rank_of"]) == (1 + (composites > composites[0]).sum(), WHOLE_PANEL_COUNT)
    assert (row["composite_score"], row["median_score"]) == (pytest.approx(composites[0]), pytest.approx(np.median(composites)))
    assert found.loc[found["edition_year"] == 2022, ["rank", "rank_of", "median_score"]].isna().all(axis=None)


def test_composites_that_are_equal_tie_whatever_the_order_of_their_parts():
    panel = np.full((WHOLE_PANEL_COUNT, 3), 5.0)
    panel[0], panel[1] = [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]
    weights = make_weights((10, 10, 10), (10, 10, 10))
    found = constant_weight_standing(make_scores({2021: panel}), weights, make_editions(), "PCI", OWN)
    assert found["rank"].tolist() == [WHOLE_PANEL_COUNT - 1] * 2


# Contributions to a change


def test_contributions_add_up_to_the_change_of_the_composite():
    scores = make_scores({2020: np.array([[6.0, 8.0, 5.0]]), 2021: np.array([[6.5, 7.0, 5.0]])})
    found = contributions(scores, make_weights(), "PCI", OWN, 2020, 2021, "old")
    assert found[["component", "weight_pct", "contribution_score"]].values.tolist() == [["C1", 50.0, 2.5], ["C2", 30.0, -3.0], ["C3", 20.0, 0.0]]
    composite = constant_weight_composite(scores, make_weights(), "PCI", "old").set_index("edition_year")["composite_score"]
    assert found["contribution_score"].sum() == pytest.approx(composite[2021] - composite[2020])


def test_contributions_of_a_province_held_in_one_year_only_are_empty():
    scores = make_scores({2020: np.array([[6.0, 8.0, 5.0]])})
    assert contributions(scores, make_weights(), "PCI", OWN, 2020, 2021, "old").empty


REGISTERED = pd.DataFrame(
    {
        "index": "PCI",
        "component": ["TOTAL", "C1", "C2", "C3", "C3"],
        "parent_component": [pd.NA, "TOTAL", "TOTAL", "C1", "TOTAL"],
        "first_year": [2019, 2019, 2019, 2019, 2023],
        "last_year": [2023, 2023, 2023, 2022, 2023],
    }
)


def test_by_the_sum_rule_a_contribution_is_the_plain_change_of_a_direct_part_inside_one_era():
    scores = make_scores({year: np.array([[5.0 + year - 2020, 8.0, 4.0]]) for year in (2020, 2021, 2022, 2023)})
    found = component_changes(scores, make_editions("sum"), REGISTERED, make_weights(), "PCI", OWN, 2020, 2021)
    assert found[["component", "change_score", "contribution_score"]].values.tolist() == [["C1", 1.0, 1.0], ["C2", 0.0, 0.0]]
    assert found["weight_pct"].isna().all()
    across = component_changes(scores, make_editions("sum"), REGISTERED, make_weights(), "PCI", OWN, 2021, 2022)
    redefined = component_changes(scores, make_editions("sum"), REGISTERED, make_weights(), "PCI", OWN, 2022, 2023)
    unknown = component_changes(scores, make_editions("not_known"), REGISTERED, make_weights(), "PCI", OWN, 2020, 2021)
    assert across.empty
    assert redefined.empty
    assert unknown.empty


def test_by_the_weighted_rule_contributions_use_the_weights_of_the_era():
    scores = make_scores({2022: np.array([[6.0, 8.0, 5.0]]), 2023: np.array([[7.0, 8.0, 5.0]])})
    found = component_changes(scores, make_editions(), REGISTERED, make_weights(), "PCI", OWN, 2022, 2023)
    assert found["weight_pct"].tolist() == [20.0, 30.0, 50.0]
    assert found["contribution_score"].tolist() == [2.0, 0.0, 0.0]


# Why a rank changed


def naive_rank(own: np.ndarray, others: np.ndarray, weights: np.ndarray) -> int:
    return 1 + sum(round(float(row @ weights), 9) > round(float(own @ weights), 9) for row in others)


def naive_owen(points: dict[int, np.ndarray], weights: tuple[np.ndarray, np.ndarray], years: tuple[int, int]) -> dict[str, float]:
    """Average of what each cause moves over the orders in which own and others stay side by side."""

    def rank(done: frozenset[str]) -> int:
        own, others = (points[years[cause in done]] for cause in ("own", "others"))
        return naive_rank(own[0], others[1:], weights["weights" in done])

    orders = [order for order in permutations(("weights", "own", "others")) if order[1] != "weights"]
    shares = dict.fromkeys(("weights", "own", "others"), 0.0)
    for order in orders:
        for position, cause in enumerate(order):
            shares[cause] += (rank(frozenset(order[: position + 1])) - rank(frozenset(order[:position]))) / len(orders)
    return shares


ERA_WEIGHTS = (np.array([5.0, 3.0, 2.0]), np.array([2.0, 3.0, 5.0]))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([(2021, 2022), (2020, 2021), (2022, 2023), (2019, 2023)]))
def test_the_parts_are_the_owen_value_and_always_sum_to_the_change_of_rank(seed, years):
    points = random_points(seed, years=years)
    found = rank_decomposition(make_scores(points), make_weights(), make_editions(), "PCI", OWN, *years)
    weights = tuple(ERA_WEIGHTS[year in NEW] for year in years)
    expected = naive_owen(points, weights, years)
    assert (found.weights_places, found.own_places, found.others_places) == (expected["weights"], expected["own"], expected["others"])
    assert found.weights_places + found.own_places + found.others_places == found.to_rank - found.from_rank
    assert found.crosses_era == (weights[0] is not weights[1])
    if not found.crosses_era:
        assert (found.weights_places, found.old_weights_to_rank, found.new_weights_from_rank) == (0, found.to_rank, found.from_rank)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.permutations(range(1, WHOLE_PANEL_COUNT)))
def test_renaming_and_reordering_the_other_provinces_changes_nothing(seed, order):
    points = random_points(seed)
    scores = make_scores(points)
    names = {str(100 + place): str(500 + other) for place, other in zip(range(1, WHOLE_PANEL_COUNT), order, strict=True)}
    renamed = scores.assign(province_code=scores["province_code"].replace(names)).sample(frac=1, random_state=seed % 1000)
    plain, other = (rank_decomposition(table, make_weights(), make_editions(), "PCI", OWN, 2021, 2022) for table in (scores, renamed))
    assert plain == other
    pd.testing.assert_frame_equal(plain.components, other.components)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_where_nothing_changed_every_part_is_nought(seed):
    panel = random_points(seed)[2021]
    found = rank_decomposition(make_scores({2020: panel, 2021: panel}), make_weights(), make_editions(), "PCI", OWN, 2020, 2021)
    assert (found.weights_places, found.own_places, found.others_places, found.net_change_score) == (0, 0, 0, 0)
    assert (found.components[["contribution_score", "weights_contribution_score"]] == 0).all(axis=None)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_what_the_components_gave_adds_up_to_the_change_of_the_weighted_distance_from_the_median(seed):
    points = random_points(seed)
    found = rank_decomposition(make_scores(points), make_weights(), make_editions(), "PCI", OWN, 2021, 2022)
    distances = [points[year][0] - np.median(points[year], axis=0) for year in (2021, 2022)]
    expected = distances[1] @ ERA_WEIGHTS[1] - distances[0] @ ERA_WEIGHTS[0]
    assert found.components[["contribution_score", "weights_contribution_score"]].sum(axis=None) == pytest.approx(expected)
    assert found.components["component"].tolist() == CODES


def test_a_province_held_in_one_year_only_counts_there_among_the_others():
    points = random_points(3, provinces=WHOLE_PANEL_COUNT + 1)
    points[2022] = points[2022][:-1]
    points[2021][-1] = 9.5
    found = rank_decomposition(make_scores(points), make_weights(), make_editions(), "PCI", OWN, 2021, 2022)
    assert (found.from_rank_of, found.to_rank_of) == (WHOLE_PANEL_COUNT + 1, WHOLE_PANEL_COUNT)
    assert found.from_rank == naive_rank(points[2021][0], points[2021][1:], ERA_WEIGHTS[0])
    assert found.weights_places + found.own_places + found.others_places == found.to_rank - found.from_rank


@pytest.mark.parametrize("spoil", ["own", "panel", "rule", "edition", "component"])
def test_no_decomposition_without_both_editions_whole_and_weighted(spoil):
    scores, editions, weights = make_scores(random_points(4)), make_editions(), make_weights()
    in_2022 = scores["edition_year"] == 2022
    if spoil == "own":
        scores = scores[~(in_2022 & (scores["province_code"] == OWN))]
    elif spoil == "panel":
        scores = scores[~(in_2022 & (scores["province_code"] == "101") & (scores["component"] == "C1"))]
    elif spoil == "rule":
        editions = editions.assign(composite_rule=editions["composite_rule"].mask(editions["edition_year"] == 2022, "not_known"))
    elif spoil == "edition":
        editions = editions[editions["edition_year"] != 2022]
    else:
        weights.loc[len(weights)] = ["PCI", "new", "C4", 0.0]
    assert rank_decomposition(scores, weights, editions, "PCI", OWN, 2021, 2022) is None
    assert rank_decomposition(make_scores(random_points(4)), make_weights(), make_editions(), "PCI", OWN, 2021, 2022) is not None


# The move under constant weights


def test_the_move_with_the_weights_kept_is_judged_by_moves_as_long_of_the_era_it_started_in():
    points = random_points(5, provinces=120, years=(2019, 2020, 2021, 2022))
    found = constant_weight_move(make_scores(points), make_weights(), make_editions(), "PCI", OWN, 2020, 2022)
    composites = {year: panel @ ERA_WEIGHTS[0] for year, panel in points.items()}
    net = {year: values - np.median(values) for year, values in composites.items()}
    assert (found.moves_count, found.weight_era) == (120, "old")
    assert found.noise_score == pytest.approx(np.percentile(np.abs(net[2021] - net[2019]), 95))
    assert found.change_score == pytest.approx(composites[2022][0] - composites[2020][0])
    assert found.net_change_score == pytest.approx(net[2022][0] - net[2020][0])
    assert found.verdict == ("clear" if abs(found.net_change_score) > found.noise_score else "within_noise")


def test_without_moves_as_long_in_the_era_the_verdict_is_not_known():
    found = constant_weight_move(make_scores(random_points(6)), make_weights(), make_editions(), "PCI", OWN, 2021, 2022)
    assert (found.noise_score, found.moves_count, found.verdict) == (None, 0, "not_known")
    assert constant_weight_move(make_scores(random_points(6)), make_weights(), make_editions(), "PCI", "99", 2021, 2022) is None
    assert constant_weight_move(make_scores(random_points(6)), make_weights(), make_editions(), "SIPAS", OWN, 2021, 2022) is None
