"""Many simplex problems at once: the quick solution is the exact one, and the published iterate is near it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.simplex_many import Problems, each_alone, frank_wolfe_weights, ridge_weights

SEEDS = st.integers(min_value=0, max_value=10_000)


def make_problems(seed: int, count: int = 7, size: int = 12, length: int = 5, ridge: float = 1.0) -> Problems:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(count, length, size)) + rng.normal(size=(count, length, 1))
    return Problems(columns, rng.normal(size=(count, length)), ridge * rng.uniform(0.5, 2.0, size=count))


def test_a_case_solved_by_hand():
    """min (w1 - w2 - 1)²/2 + 2 |w|² over three weights: stationarity gives 1/2, 1/6, 1/3."""
    columns = np.array([[[-0.5, 0.5, 0.0], [0.5, -0.5, 0.0]]])
    problem = Problems(columns, np.array([[-0.5, 0.5]]), np.array([2.0]))
    assert ridge_weights(problem)[0] == pytest.approx([1 / 2, 1 / 6, 1 / 3])
    assert frank_wolfe_weights(problem, np.array([1e-16]))[0] == pytest.approx([1 / 2, 1 / 6, 1 / 3], abs=1e-4)


@given(SEEDS, st.sampled_from([1e-4, 1e-2, 1.0, 100.0]), st.integers(min_value=1, max_value=15))
@settings(max_examples=25)
def test_the_quick_solution_is_the_exact_one(seed, ridge, length):
    problems = make_problems(seed, length=length, ridge=ridge)
    assert ridge_weights(problems) == pytest.approx(each_alone(problems), abs=1e-8)


@given(SEEDS, st.sampled_from([1e-3, 1.0]))
@settings(max_examples=30)
def test_no_weight_could_be_moved_to_advantage(seed, ridge):
    problems = make_problems(seed, ridge=ridge)
    for columns, target, penalty, weights in zip(problems.columns, problems.targets, problems.ridges, ridge_weights(problems), strict=True):
        slopes = columns.T @ (columns @ weights - target) + penalty * weights
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1.0)
        assert slopes[weights > 0] == pytest.approx(slopes.min(), abs=1e-8)


def test_batches_do_not_change_the_answer(monkeypatch):
    problems = make_problems(3, count=50)
    together = ridge_weights(problems)
    monkeypatch.setattr("analysis.estimate.simplex_many.BATCH_ENTRIES", 1)
    assert ridge_weights(problems) == pytest.approx(together, abs=1e-12)


@given(SEEDS)
@settings(max_examples=10)
def test_the_published_iterate_is_feasible_and_near_the_minimum(seed):
    problems = make_problems(seed)
    exact, found = ridge_weights(problems), frank_wolfe_weights(problems, np.full(7, 1e-10))
    assert found.min() >= 0
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert found == pytest.approx(exact, abs=0.01)


def test_a_looser_stop_ends_sooner_and_each_problem_stops_by_its_own():
    problems = make_problems(1, count=2)
    one = frank_wolfe_weights(problems.some(np.array([0])), np.array([1e-10]))
    both = frank_wolfe_weights(problems, np.array([1e-10, 1.0]))
    assert both[0] == pytest.approx(one[0], abs=1e-12)
    assert not np.allclose(both[1], ridge_weights(problems)[1], atol=1e-4)
