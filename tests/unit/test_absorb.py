"""Unit and month effects taken out: equal to least squares on explicit dummies, whatever the panel looks like."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.absorb import TwoWay

PANELS = st.tuples(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 8), st.sampled_from([0.2, 0.5, 1.0]))


def dummies(codes: np.ndarray) -> np.ndarray:
    return (codes[:, None] == np.unique(codes)).astype(float)


def draw(seed: int, units: int, months: int, seen: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cells of a panel, most often unbalanced and often in several parts, numbered with gaps; weights from hundredths to hundreds."""
    random = np.random.default_rng(seed)
    unit, month = np.nonzero(random.random((units, months)) < seen)
    if not len(unit):
        unit, month = np.array([0]), np.array([0])
    return 3 * unit + 1, 7 - 2 * month + 2 * months, 10 ** random.uniform(-2, 2, len(unit)), random.normal(50, 10, (len(unit), 3))


def by_dummies(first: np.ndarray, second: np.ndarray, weights: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, int]:
    """Residuals of weighted least squares on all dummies, and their rank."""
    design, root = np.hstack([dummies(first), dummies(second)]), np.sqrt(weights)[:, None]
    return columns - design @ np.linalg.lstsq(root * design, root * columns, rcond=None)[0], int(np.linalg.matrix_rank(design))


@given(PANELS)
@settings(max_examples=60)
def test_residuals_and_degrees_of_freedom_are_those_of_explicit_dummies(panel):
    first, second, weights, columns = draw(*panel)
    effects = TwoWay(first, second, weights)
    expected, rank = by_dummies(first, second, weights, columns)
    assert effects.residuals(columns) == pytest.approx(expected, abs=1e-7)
    assert effects.parameters == rank
    assert effects.second_parameters == rank - len(np.unique(first))


def test_residuals_are_those_of_statsmodels():
    first, second, weights, columns = draw(5, 9, 8, 0.7)
    fit = sm.WLS(columns[:, 0], np.hstack([dummies(first), dummies(second)[:, 1:]]), weights=weights).fit()
    assert TwoWay(first, second, weights).residuals(columns[:, 0]) == pytest.approx(fit.resid, abs=1e-9)
    assert TwoWay(first, second, weights).parameters == fit.df_model + 1


def test_two_parts_of_a_panel_solved_by_hand():
    """Two units seen in months 0-1, two others in months 2-3: a difference of differences in each part, and 6 free effects."""
    first, second = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    outcome = np.array([1.0, 2.0, 1.0, 6.0, 5.0, 5.0, 5.0, 5.0])
    effects = TwoWay(first, second, np.ones(8))
    assert effects.residuals(outcome) == pytest.approx([1, -1, -1, 1, 0, 0, 0, 0])
    assert (effects.parameters, effects.second_parameters) == (6, 2)


@given(PANELS)
@settings(max_examples=30)
def test_effects_add_up_to_what_is_fitted_and_the_second_are_nought_on_average(panel):
    first, second, weights, columns = draw(*panel)
    effects = TwoWay(first, second, weights)
    of_first, of_second = effects.effects(columns)
    place = [np.unique(codes, return_inverse=True)[1] for codes in (first, second)]
    assert effects.fitted(columns) == pytest.approx(of_first[place[0]] + of_second[place[1]])
    assert of_second.mean(axis=0) == pytest.approx(0, abs=1e-6)


@given(PANELS)
@settings(max_examples=30)
def test_residuals_have_no_effects_left_and_add_up_to_nothing(panel):
    first, second, weights, columns = draw(*panel)
    effects = TwoWay(first, second, weights)
    left = effects.residuals(columns)
    assert effects.residuals(left) == pytest.approx(left, abs=1e-7)
    for codes in (first, second):
        assert dummies(codes).T @ (weights[:, None] * left) == pytest.approx(0, abs=1e-5)


def test_effects_are_recovered_from_their_totals():
    first, second, weights, columns = draw(3, 6, 6, 0.8)
    effects = TwoWay(first, second, weights)
    totals = [dummies(codes).T @ (weights[:, None] * columns) for codes in (first, second)]
    for found, expected in zip(effects.solved(*totals), effects.effects(columns), strict=True):
        assert found == pytest.approx(expected)


@given(PANELS, st.floats(0.01, 100))
@settings(max_examples=20)
def test_the_size_of_all_weights_and_the_order_of_cells_do_not_matter(panel, size):
    first, second, weights, columns = draw(*panel)
    order = np.random.default_rng(panel[0]).permutation(len(first))
    expected = TwoWay(first, second, weights).residuals(columns)
    assert TwoWay(first, second, size * weights).residuals(columns) == pytest.approx(expected, abs=1e-7)
    assert TwoWay(first[order], second[order], weights[order]).residuals(columns[order]) == pytest.approx(expected[order], abs=1e-7)


def test_one_column_stays_one_column():
    first, second, weights, columns = draw(1, 5, 5, 1.0)
    effects = TwoWay(first, second, weights)
    assert effects.residuals(columns[:, 1]).shape == (25,)
    assert effects.residuals(columns[:, 1]) == pytest.approx(effects.residuals(columns)[:, 1])
