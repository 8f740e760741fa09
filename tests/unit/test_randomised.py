"""Randomization inference: exact on cases counted by hand, exact in size, and its interval is where the test begins to reject."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import PermutationMethod, ttest_ind

from analysis.estimate.inside.cells import cells_of
from analysis.estimate.inside.clustered import clustered_fit
from analysis.estimate.inside.doses import Dose
from analysis.estimate.inside.randomised import permute_doses, permuted_dose_test, possible_assignments, randomization_test
from analysis.estimate.refusals import DesignRefused

SEEDS = st.integers(min_value=0, max_value=10_000)


def difference_of(outcome):
    def difference(assignment) -> float:
        treated = np.asarray(assignment) > 0
        return float(outcome[treated].mean() - outcome[~treated].mean())

    return difference


def test_two_of_four_solved_by_hand():
    """Six ways to treat two of four; only the actual one and its mirror reach a difference of 4."""
    found = randomization_test(difference_of(np.array([7.0, 9.0, 3.0, 5.0])), [1, 1, 0, 0], seed=0)
    assert (found.statistic, found.p_value) == (4.0, pytest.approx(2 / 6))
    assert found.assignments.is_enumerated
    assert sorted(map(tuple, found.assignments.rows)) == sorted(set(permutations([1, 1, 0, 0])))
    assert found.p_rank_from == "randomization, all 6 assignments, smallest p 0.167"


def test_strata_and_clusters_bound_what_could_have_been_drawn():
    """Two districts of two clusters, one treated in each: four lots, and both communes of a cluster always go together."""
    found = possible_assignments(np.array([1, 1, 0, 0, 1, 1, 0, 0]), clusters=list("aabbccdd"), strata=list("xxxxyyyy"), seed=0)
    expected = {(*one, *other) for one in ((1, 1, 0, 0), (0, 0, 1, 1)) for other in ((1, 1, 0, 0), (0, 0, 1, 1))}
    assert (found.possible_count, set(map(tuple, found.rows))) == (4, expected)


@given(SEEDS, st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=20)
def test_moving_and_stretching_the_outcome_leaves_the_p_value(seed, shift, scale):
    outcome, assignment = np.random.default_rng(seed).normal(size=12), [1] * 5 + [0] * 7
    plain = randomization_test(difference_of(outcome), assignment, draws=99, seed=seed)
    moved = randomization_test(difference_of(shift - scale * outcome), assignment, draws=99, seed=seed)
    assert moved.p_value == plain.p_value
    assert plain.p_value >= 1 / 100


def test_all_lots_give_the_p_value_of_scipy():
    outcome = np.random.default_rng(4).normal(size=10) + np.r_[np.ones(5), np.zeros(5)]
    expected = ttest_ind(outcome[:5], outcome[5:], method=PermutationMethod(n_resamples=np.inf))
    found = randomization_test(lambda drawn: ttest_ind(outcome[drawn > 0], outcome[drawn == 0]).statistic, [1] * 5 + [0] * 5, seed=0)
    assert (found.assignments.possible_count, found.p_value) == (252, pytest.approx(expected.pvalue))


def test_the_size_is_exact_over_all_lots():
    """Whichever of the 20 lots was drawn, under no effect: exactly one in ten has p at most 0.1."""
    outcome = np.random.default_rng(1).normal(size=6)
    lots = possible_assignments(np.array([1, 1, 1, 0, 0, 0]), seed=0).rows
    p_values = np.array([randomization_test(difference_of(outcome), lot, seed=0).p_value for lot in lots])
    for reached in np.unique(p_values):
        assert (p_values <= reached + 1e-12).mean() == pytest.approx(reached)


def test_drawn_lots_agree_with_all_lots():
    outcome = np.random.default_rng(2).normal(size=12) + np.r_[np.full(6, 0.8), np.zeros(6)]
    assignment = np.r_[np.ones(6, int), np.zeros(6, int)]
    every = randomization_test(difference_of(outcome), assignment, draws=924, seed=0)
    drawn = randomization_test(difference_of(outcome), assignment, draws=923, seed=0)
    assert every.assignments.is_enumerated
    assert drawn.p_rank_from == "randomization, 923 assignments drawn of 924 (seed 0), smallest p 0.00108"
    assert drawn.p_value == pytest.approx(every.p_value, abs=4 * np.sqrt(every.p_value * (1 - every.p_value) / 923))


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_interval_holds_exactly_the_constant_effects_that_are_not_rejected(seed):
    outcome, assignment = np.random.default_rng(seed).normal(size=10), np.r_[np.ones(5, int), np.zeros(5, int)]
    held = difference_of(assignment.astype(float))
    found = randomization_test(difference_of(outcome), assignment, seed=seed, unit_effect=held, level=0.9)

    def p_of(effect: float) -> float:
        return randomization_test(difference_of(outcome - effect * assignment), assignment, seed=seed).p_value

    for bound, outward in ((found.ci_low, -1), (found.ci_high, 1)):
        assert p_of(bound - outward * 1e-6) > 0.1
        assert p_of(bound + outward * 1e-6) <= 0.1


def test_too_few_lots_have_no_bound_at_the_level():
    assignment = np.array([1, 1, 0, 0])
    outcome = np.array([7.0, 9.0, 3.0, 5.0])
    found = randomization_test(difference_of(outcome), assignment, seed=0, unit_effect=difference_of(assignment.astype(float)))
    assert (found.ci_low, found.ci_high) == (None, None)


def test_what_cannot_be_drawn_otherwise_is_refused():
    with pytest.raises(DesignRefused, match="một cách gán duy nhất"):
        possible_assignments(np.array([1, 1, 0]), strata=["a", "a", "b"], seed=0)
    with pytest.raises(DesignRefused, match="khác nhau về đợt"):
        possible_assignments(np.array([1, 0, 0, 0]), clusters=["a", "a", "b", "b"], seed=0)
    with pytest.raises(DesignRefused, match="khác nhau về tầng"):
        possible_assignments(np.array([1, 1, 0, 0]), clusters=["a", "a", "b", "b"], strata=["x", "y", "x", "x"], seed=0)


def test_a_draw_that_the_design_refuses_counts_against_the_estimate():
    def statistic(assignment) -> float:
        if assignment[0] == 0:
            raise DesignRefused("…")
        return float(assignment[:2].sum())

    assert randomization_test(statistic, [1, 1, 0, 0], seed=0).p_value == pytest.approx(4 / 6)  # the actual one, and three refused


def panel_of(sizes: dict[str, int], months: int = 6, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    units = [(f"{district}{place}", district) for district, size in sizes.items() for place in range(size)]
    rows = [(unit, district, f"2024-{month:02d}", rng.normal()) for unit, district in units for month in range(1, months + 1)]
    return pd.DataFrame(rows, columns=["unit", "district", "month", "share"])


def test_whole_dose_paths_change_places():
    panel = panel_of({"a": 2, "b": 2, "c": 2})
    by_unit = cells_of(panel, unit="unit", time="month", outcome="share")
    dose = Dose(np.arange(36.0).reshape(6, 6), 0, 6)
    orders = permute_doses(by_unit, dose, draws=50, seed=3)
    assert (np.sort(orders.assignments.rows, axis=1) == np.arange(6)).all()
    within = permute_doses(by_unit, dose, strata=["x", "x", "x", "y", "y", "y"], draws=36, seed=3).assignments
    assert (within.is_enumerated, len(within.rows)) == (True, 36)
    assert {tuple(sorted(row[:3])) for row in within.rows} == {(0, 1, 2)}


def test_whole_clusters_change_places_and_say_so_where_sizes_differ():
    equal, unequal = ({"a": 2, "b": 2, "c": 2}, {"a": 2, "b": 3, "c": 1})
    own = Dose(np.arange(36.0).reshape(6, 6), 0, 6)
    cells = cells_of(panel_of(equal), unit="unit", time="month", outcome="share", cluster="district")
    found = permute_doses(cells, own, seed=0)
    assert found.is_exact
    assert {tuple(row) for row in found.assignments.rows} == {
        tuple(np.concatenate([[2 * place, 2 * place + 1] for place in order])) for order in permutations(range(3))
    }
    cells = cells_of(panel_of(unequal), unit="unit", time="month", outcome="share", cluster="district")
    uneven = permute_doses(cells, own, seed=0)
    assert not uneven.is_exact
    assert "số đơn vị khác nhau" in uneven.note_vi
    assert (2, 3, 0, 1, 0, 5) in {tuple(row) for row in uneven.assignments.rows}  # a and b change places; the third of b starts a again
    shared = Dose(np.repeat(np.arange(3.0), [2, 3, 1])[:, None] * np.ones(6), 0, 6)
    assert permute_doses(cells, shared, seed=0).is_exact


def test_the_dose_test_finds_a_planted_effect_and_bounds_it():
    panel = panel_of(dict.fromkeys("abcdefghijkl", 1), months=12, seed=5)
    rng = np.random.default_rng(6)
    dose = Dose(rng.poisson(0.5, (12, 12)).astype(float), 0, 12)
    quiet = cells_of(panel, unit="unit", time="month", outcome="share")
    cells = quiet.with_outcome(quiet.outcome + 1.5 * quiet.at(dose.values))

    def slope_of(outcome):
        held = cells.with_outcome(outcome)
        return lambda given: clustered_fit(held, held.at(given.values)[:, None], ("liều",)).fit().estimate

    found = permuted_dose_test(slope_of(cells.outcome), cells, dose, draws=99, seed=0, unit_effect=slope_of(cells.at(dose.values)))
    assert found.p_value == pytest.approx(1 / 100)
    assert found.ci_low < 1.5 < found.ci_high
    assert permuted_dose_test(slope_of(quiet.outcome), cells, dose, draws=99, seed=0).p_value > 0.05


@given(SEEDS)
@settings(max_examples=5)
def test_the_same_seed_draws_the_same_lots(seed):
    assignment = np.r_[np.ones(10, int), np.zeros(12, int)]
    one, other = (possible_assignments(assignment, draws=20, seed=seed).rows for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (one.sum(axis=1) == 10).all()
