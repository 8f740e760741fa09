"""Least squares on the simplex: hand-solved, optimal by its conditions, and indifferent to order, level and scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from analysis.estimate.simplex import simplex_weights

SEEDS = st.integers(min_value=0, max_value=100_000)
PERIODS = st.integers(min_value=1, max_value=12)
DONORS = st.integers(min_value=2, max_value=20)
RIDGES = st.sampled_from([0.0, 1e-6, 0.1, 10.0])


def make_problem(seed: int, periods: int, donors: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(periods, donors)) + rng.normal(size=donors), rng.normal(size=periods)


def objective(weights: np.ndarray, donors: np.ndarray, target: np.ndarray, ridge: float) -> float:
    return float(((donors @ weights - target) ** 2).sum() + ridge * (weights**2).sum())


@pytest.mark.parametrize(
    ("donors", "target", "expected"),
    [
        ([[0.0, 10.0]], [3.0], [0.7, 0.3]),
        ([[0.0, 10.0]], [12.0], [0.0, 1.0]),
        ([[0.0, 10.0], [0.0, 0.0]], [3.0, 5.0], [0.7, 0.3]),
        ([[0.0, 10.0, 10.0]], [4.0], [0.6, 0.2, 0.2]),
        ([[0.0, 0.0], [1.0, 1.0]], [0.0, 1.0], [0.5, 0.5]),
        ([[0.0, 6.0, 12.0]], [6.0], [1 / 3, 1 / 3, 1 / 3]),
    ],
    ids=["inside", "outside", "off the line", "twins share", "all alike share", "the most even of many"],
)
def test_small_cases_solved_by_hand(donors, target, expected):
    assert simplex_weights(np.array(donors), np.array(target)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("ridge", [0.01, 1.0, 100.0])
def test_a_ridge_shares_out_weight_as_solved_by_hand(ridge):
    expected = ridge / (1 + 2 * ridge)  # least w₂² + ridge·((1 − w₂)² + w₂²)
    assert simplex_weights(np.array([[0.0, 1.0]]), np.array([0.0]), ridge) == pytest.approx([1 - expected, expected])


@given(SEEDS, PERIODS, DONORS, RIDGES)
@settings(max_examples=150, deadline=None)
def test_the_optimality_conditions_hold(seed, periods, count, ridge):
    donors, target = make_problem(seed, periods, count)
    weights = simplex_weights(donors, target, ridge)
    gradient = donors.T @ (donors @ weights - target) + ridge * weights
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert gradient.min() >= gradient @ weights - 1e-9 * max(1.0, ridge) * (donors**2).sum()


@given(SEEDS, st.integers(min_value=1, max_value=6), st.integers(min_value=2, max_value=8), RIDGES)
@settings(max_examples=25, deadline=None)
def test_sequential_least_squares_finds_nothing_better(seed, periods, count, ridge):
    donors, target = make_problem(seed, periods, count)
    found = objective(simplex_weights(donors, target, ridge), donors, target, ridge)
    whole = {"type": "eq", "fun": lambda weights: weights.sum() - 1}
    start = np.full(count, 1 / count)
    other = minimize(objective, start, (donors, target, ridge), method="SLSQP", bounds=[(0, 1)] * count, constraints=whole, options={"ftol": 1e-12})
    weights = np.clip(other.x, 0, None)  # it may stop a hair outside the simplex, where less is to be had
    nothing_better = objective(weights / weights.sum(), donors, target, ridge)
    assert found <= nothing_better + 1e-9
    assert found == pytest.approx(nothing_better, abs=1e-5)


@given(SEEDS, PERIODS, DONORS, RIDGES)
@settings(max_examples=60, deadline=None)
def test_the_order_of_donors_and_of_periods_does_not_matter(seed, periods, count, ridge):
    donors, target = make_problem(seed, periods, count)
    rng = np.random.default_rng(seed)
    columns, rows = rng.permutation(count), rng.permutation(periods)
    shuffled = simplex_weights(donors[rows][:, columns], target[rows], ridge)
    assert shuffled == pytest.approx(simplex_weights(donors, target, ridge)[columns], abs=1e-8)


@given(SEEDS, PERIODS, DONORS, st.floats(min_value=-1e3, max_value=1e3), st.floats(min_value=1e-3, max_value=1e3))
@settings(max_examples=60, deadline=None)
def test_a_common_shift_of_each_period_and_a_common_scale_do_not_matter(seed, periods, count, shift, scale):
    donors, target = make_problem(seed, periods, count)
    moved = shift * np.arange(periods)
    found = simplex_weights(scale * (donors + moved[:, None]), scale * (target + moved))
    assert found == pytest.approx(simplex_weights(donors, target), abs=1e-6)


@given(SEEDS, st.integers(min_value=2, max_value=8))
@settings(max_examples=40, deadline=None)
def test_weights_of_an_exact_mixture_of_independent_donors_are_found(seed, count):
    donors, _ = make_problem(seed, count + 2, count)
    truth = np.random.default_rng(seed).dirichlet(np.ones(count))
    assert simplex_weights(donors, donors @ truth) == pytest.approx(truth, abs=1e-7)


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_among_equal_fits_no_weights_are_more_even(seed):
    """A step inside the set of equal fits leaves the fit and never lessens the norm."""
    donors, _ = make_problem(seed, 2, 9)
    target = donors.mean(axis=1) + 0.05
    weights = simplex_weights(donors, target)
    moments = np.vstack([donors, np.ones(9)])
    free = np.linalg.svd(moments)[2][3:]
    steps = np.random.default_rng(seed).normal(size=(50, len(free))) @ free
    for step in steps:
        falling = step < 0
        longest = float((weights[falling] / -step[falling]).min())
        other = weights + longest * step
        if other.min() >= -1e-12:
            assert (other**2).sum() >= (weights**2).sum() - 1e-9


def test_the_most_even_weights_are_the_limit_of_a_vanishing_ridge():
    donors, _ = make_problem(3, 3, 12)
    target = donors.mean(axis=1)
    assert simplex_weights(donors, target) == pytest.approx(simplex_weights(donors, target, 1e-9), abs=1e-6)


def test_one_far_off_donor_does_not_blur_the_choice_among_the_others():
    donors = np.array([[0.0, 10.0, 10.0, 1e7]])
    assert simplex_weights(donors, np.array([4.0])) == pytest.approx([0.6, 0.2, 0.2, 0.0], abs=1e-9)


def test_a_donor_without_weight_may_be_left_out():
    donors, target = make_problem(11, 4, 10)
    weights = simplex_weights(donors, target)
    assert (weights == 0.0).any()
    assert simplex_weights(donors[:, weights > 0.0], target) == pytest.approx(weights[weights > 0.0], abs=1e-9)
