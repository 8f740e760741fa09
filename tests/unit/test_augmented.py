"""Ridge-augmented synthetic control: the bias correction of a ridge regression, and the synthetic control it starts from."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.augmented import RIDGES, augmented_synthetic_control, every_augmented
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.simplex import simplex_weights
from analysis.estimate.synthetic import synthetic_control

START = 2020
YEARS = range(2013, 2023)
BEFORE = START - YEARS[0]
SEEDS = st.integers(min_value=0, max_value=10_000)
DESIGN = {"unit": "unit", "time": "year", "outcome": "score"}


def make_outcomes(seed: int = 0, units: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 50 + 3 * rng.normal(size=(units, 1)) + rng.normal(size=(units, len(YEARS))).cumsum(axis=1)


def make_panel(outcomes: np.ndarray) -> pd.DataFrame:
    rows = [(f"u{unit:02d}", year, outcomes[unit, column]) for unit in range(len(outcomes)) for column, year in enumerate(YEARS)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def estimate(outcomes: np.ndarray, treated: str = "u00", start: int = START, **options: object) -> EffectEstimate:
    return augmented_synthetic_control(make_panel(outcomes), **DESIGN, treated=[treated], start=start, **options)


def corrected_by_regression(outcomes: np.ndarray, ridge: float, before: int = BEFORE) -> np.ndarray:
    """Gap path from the other end: simplex gap less the misfit before times the slopes of a ridge regression across the donors."""
    donors, target = outcomes[1:, :before], outcomes[0, :before]
    weights = simplex_weights(donors.T, target)
    centred = donors - donors.mean(axis=0)
    slopes = np.linalg.solve(centred.T @ centred + ridge * np.eye(before), centred.T @ (outcomes[1:] - outcomes[1:].mean(axis=0)))
    return outcomes[0] - weights @ outcomes[1:] - (target - weights @ donors) @ slopes


@given(SEEDS, st.sampled_from([0.01, 1.0, 30.0]))
@settings(max_examples=20, deadline=None)
def test_weights_are_the_bias_correction_of_a_ridge_regression(seed, ridge):
    outcomes = make_outcomes(seed)
    found = estimate(outcomes, ridge=ridge)
    assert found.by_period["effect"].to_numpy() == pytest.approx(corrected_by_regression(outcomes, ridge), abs=1e-7)
    assert found.donor_weights.sum() == pytest.approx(1.0)


def chosen_by_regression(outcomes: np.ndarray) -> float:
    """The ridge of least error in periods left out, moved up as far as one standard error allows."""
    donors = outcomes[1:, :BEFORE]
    largest = np.linalg.svd(donors - donors.mean(axis=0))[1][0] ** 2
    errors = np.empty((BEFORE, len(RIDGES)))
    for period in range(BEFORE):
        order = [*np.delete(np.arange(BEFORE), period), period]
        errors[period] = [corrected_by_regression(outcomes[:, order], share * largest, BEFORE - 1)[-1] ** 2 for share in RIDGES]
    mean, spread = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(BEFORE)
    return largest * max(share for share, error in zip(RIDGES, mean, strict=True) if error <= mean.min() + spread[mean.argmin()])


@pytest.mark.parametrize("seed", range(6))
def test_the_ridge_is_the_largest_within_one_standard_error_of_the_least_error_of_prediction(seed):
    outcomes = make_outcomes(seed)
    expected = corrected_by_regression(outcomes, chosen_by_regression(outcomes))
    assert estimate(outcomes).by_period["effect"].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_a_strong_ridge_leaves_the_synthetic_control_and_a_weak_one_leaves_no_misfit():
    outcomes = make_outcomes(2, units=12)
    outcomes[0] += 9.0  # outside the hull
    plain = synthetic_control(make_panel(outcomes), **DESIGN, treated=["u00"], start=START, solver="exact")
    strong, weak = estimate(outcomes, ridge=1e9), estimate(outcomes, ridge=1e-9)
    assert strong.estimate == pytest.approx(plain.estimate, abs=1e-5)
    assert strong.p_rank == plain.p_rank
    assert plain.checks[0].value > 0.5
    assert weak.checks[0].value == pytest.approx(0.0, abs=1e-6)
    assert weak.donor_weights.min() < 0.0


@pytest.mark.parametrize("before", [2, 3, 6])
@pytest.mark.parametrize("effect", [0.0, 2.5])
def test_all_units_at_once_equal_each_unit_asked_for_alone(before, effect):
    outcomes = make_outcomes(7, units=7)
    every = every_augmented(outcomes, np.array(YEARS, dtype=float), before)
    ranked = every.p_rank(effect)
    for unit in range(len(outcomes)):
        with_effect = outcomes.copy()
        with_effect[unit, before:] += effect
        alone = estimate(with_effect, f"u{unit:02d}", YEARS[before])
        assert every.estimates[unit] + effect == pytest.approx(alone.estimate, abs=1e-8)
        assert np.isnan(every.placebos[unit, unit])
        assert np.delete(every.placebos[unit], unit) == pytest.approx(alone.placebos.to_numpy(), abs=1e-8)
        assert ranked[unit] == pytest.approx(alone.p_rank)


@given(SEEDS, st.floats(min_value=-20, max_value=20))
@settings(max_examples=8, deadline=None)
def test_adding_an_effect_moves_the_estimate_by_exactly_that_effect(seed, effect):
    outcomes = make_outcomes(seed)
    with_effect = outcomes.copy()
    with_effect[0, BEFORE:] += effect
    plain, moved = estimate(outcomes), estimate(with_effect)
    assert moved.estimate - plain.estimate == pytest.approx(effect)
    assert moved.placebos.equals(plain.placebos)


@given(SEEDS, st.floats(min_value=-50, max_value=50), st.sampled_from([-1, 1]), st.floats(min_value=0.1, max_value=10))
@settings(max_examples=8, deadline=None)
def test_common_years_do_not_matter_and_scale_carries_over(seed, shift, sign, scale):
    outcomes = make_outcomes(seed)
    plain = estimate(outcomes)
    moved = estimate(sign * scale * (outcomes + shift * np.cos(np.arange(len(YEARS)))))
    assert moved.estimate == pytest.approx(sign * scale * plain.estimate, rel=1e-4, abs=1e-5 * scale)
    assert moved.p_rank == plain.p_rank


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_order_of_units_does_not_matter(seed):
    outcomes = make_outcomes(seed)
    order = np.random.default_rng(seed).permutation(len(outcomes))
    plain, shuffled = estimate(outcomes), estimate(outcomes[order], f"u{int(np.flatnonzero(order == 0)[0]):02d}")
    assert shuffled.estimate == pytest.approx(plain.estimate, rel=1e-5, abs=1e-6)
    assert sorted(shuffled.placebos) == pytest.approx(sorted(plain.placebos), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("ridge", [0.0, -1.0, float("nan")])
def test_a_ridge_that_is_not_positive_is_refused(ridge):
    with pytest.raises(DesignRefused, match="lớn hơn 0"):
        estimate(make_outcomes(), ridge=ridge)


def test_one_period_before_cannot_choose_a_ridge():
    with pytest.raises(DesignRefused, match="ít nhất 2 kỳ trước"):
        estimate(make_outcomes(), start=YEARS[1], min_before=1)
    assert estimate(make_outcomes(), start=YEARS[1], min_before=1, ridge=1.0).before_count == 1
