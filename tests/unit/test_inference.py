"""Small-sample inference: equal to statsmodels where that can say it, counted by hand where it cannot."""

from math import comb

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct
from scipy.stats import t as student
from statsmodels.stats.power import TTestIndPower

from analysis.estimate.inference import (
    Fit,
    cross_section,
    minimum_detectable_effect,
    placebo_groups,
    rank_interval,
    rank_mde,
    rank_p,
    rank_threshold,
    refuse_robust,
)
from analysis.estimate.refusals import DesignRefused

SEEDS = st.integers(min_value=0, max_value=10_000)


@given(SEEDS, st.integers(min_value=5, max_value=8), st.sampled_from(["iid", "hc1", "hc3"]))
@settings(max_examples=30)
def test_the_cross_section_is_least_squares_on_a_dummy(seed, treated_count, errors):
    contrasts = np.random.default_rng(seed).normal(size=20)
    is_treated = np.arange(20) < treated_count
    options = {} if errors == "iid" else {"cov_type": errors.upper(), "use_t": True}
    expected = sm.OLS(contrasts, sm.add_constant(is_treated.astype(float))).fit(**options)
    found = cross_section(contrasts, is_treated, errors)
    assert (found.estimate, found.std_error, found.df) == (pytest.approx(expected.params[1]), pytest.approx(expected.bse[1]), expected.df_resid)
    assert found.p_value == pytest.approx(expected.pvalues[1])
    assert found.interval(0.9) == pytest.approx(tuple(expected.conf_int(0.1)[1]))


def test_one_against_three_solved_by_hand():
    found = cross_section(np.array([5.0, 1.0, 2.0, 3.0]), np.array([True, False, False, False]))
    assert (found.estimate, found.std_error, found.df) == (pytest.approx(3.0), pytest.approx(np.sqrt(4 / 3)), 2)


@pytest.mark.parametrize("scale", [1.0, 1e6, 1e-6])
def test_contrasts_without_spread_are_refused_and_rounding_is_no_spread(scale):
    flat = scale * (np.full(6, 0.3) + np.array([0, 1e-16, 0, -1e-16, 0, 0]))
    with pytest.raises(DesignRefused, match="không biến động"):
        cross_section(flat, np.arange(6) < 1)


@pytest.mark.parametrize(("leverage", "clusters"), [(1.0, 10), (0.991, 10), (0.2, 4), (1.0, 1)])
def test_robust_errors_are_refused_where_one_unit_or_few_clusters_carry_the_estimate(leverage, clusters):
    with pytest.raises(DesignRefused, match=f"chỉ có {clusters} cụm"):
        refuse_robust(leverage, clusters)


def test_robust_errors_are_allowed_up_to_the_limits():
    refuse_robust(0.99, 5)
    contrasts = np.random.default_rng(0).normal(size=12)
    assert cross_section(contrasts, np.arange(12) < 5, "hc3").std_error > 0
    for few in (np.arange(12) < 4, np.arange(12) < 8):  # four treated, four others
        with pytest.raises(DesignRefused, match="Sai số bền vững"):
            cross_section(contrasts, few, "hc1")


def test_ranks_counted_by_hand_and_ties_count_against_the_estimate():
    placebos = np.array([1.0, -2.0, 0.5, 3.0])
    assert [rank_p(value, placebos) for value in (4.0, 2.5, 2.0, -3.0, 0.0)] == [1 / 5, 2 / 5, 3 / 5, 2 / 5, 1.0]
    assert rank_p(1.0, np.empty(0)) == 1.0


def test_thresholds_counted_by_hand():
    """Of 19 placebos none may reach the estimate at 5 %, one may at 10 %; 18 leave no rank at 5 %."""
    placebos = np.arange(1.0, 20.0)
    assert (rank_threshold(placebos, 0.05), rank_threshold(placebos, 0.10), rank_threshold(placebos[:-1], 0.05)) == (19.0, 18.0, None)
    assert rank_interval(2.0, placebos, 0.95) == (-17.0, 21.0)
    assert (rank_interval(2.0, placebos[:-1], 0.95), rank_mde(placebos[:-1])) == ((None, None), None)


@given(SEEDS, st.integers(min_value=19, max_value=60), st.sampled_from([0.05, 0.1, 0.2]))
@settings(max_examples=40)
def test_the_rank_interval_holds_zero_exactly_when_the_rank_does_not_reject(seed, count, alpha):
    rng = np.random.default_rng(seed)
    placebos, estimate = rng.normal(size=count), float(2 * rng.normal())
    low, high = rank_interval(estimate, placebos, 1 - alpha)
    assert (low <= 0 <= high) == (rank_p(estimate, placebos) > alpha)


@given(SEEDS, st.integers(min_value=19, max_value=80))
@settings(max_examples=40)
def test_the_rank_finds_its_detectable_effect_at_the_stated_power(seed, count):
    placebos = np.random.default_rng(seed).standard_t(4, size=count)
    effect = rank_mde(placebos, power=0.8, significance=0.05)
    noise = np.concatenate([placebos, -placebos])
    assert np.mean([rank_p(effect + 1e-9 + one, placebos) <= 0.05 for one in noise]) == pytest.approx(0.8, abs=2.01 / len(noise))
    assert rank_mde(placebos, power=0.9) >= effect >= rank_mde(placebos, power=0.5)
    assert rank_mde(10 * placebos) == pytest.approx(10 * effect)


@pytest.mark.parametrize(("power", "alpha"), [(0.8, 0.05), (0.9, 0.05), (0.8, 0.01), (0.95, 0.1)])
@pytest.mark.parametrize("others", [20, 55, 62])
def test_the_detectable_effect_agrees_with_the_power_of_statsmodels(power, alpha, others):
    """One unit against ``others``: the sum of two t quantiles is the textbook form of the non-central t that statsmodels solves."""
    std_error = np.sqrt(1 + 1 / others)
    solved = TTestIndPower().solve_power(nobs1=1, ratio=others, alpha=alpha, power=power)
    found = minimum_detectable_effect(std_error, others - 1, power, alpha)
    assert found == pytest.approx(solved, rel=0.02)
    reach = student.ppf(1 - alpha / 2, others - 1)
    assert nct.sf(reach, others - 1, found / std_error) == pytest.approx(power, abs=0.02)


@given(st.floats(min_value=0.1, max_value=10), st.integers(min_value=2, max_value=200))
@settings(max_examples=20)
def test_the_detectable_effect_scales_with_the_error_and_shrinks_with_df(std_error, df):
    assert minimum_detectable_effect(std_error, df) == pytest.approx(std_error * minimum_detectable_effect(1.0, df))
    assert minimum_detectable_effect(1.0, df + 1) < minimum_detectable_effect(1.0, df)


def test_intervals_and_p_values_of_a_fit_agree():
    fit = Fit(2.0, 1.0, 7)
    level = 1 - fit.p_value
    assert fit.interval(level)[0] == pytest.approx(0.0, abs=1e-12)


def test_all_groups_are_listed_where_they_are_few_and_drawn_with_the_seed_where_they_are_many():
    assert placebo_groups(5, 2, seed=0).tolist() == [[a, b] for a in range(5) for b in range(a + 1, 5)]
    assert placebo_groups(4, 1, seed=9).tolist() == [[0], [1], [2], [3]]
    drawn = placebo_groups(40, 4, seed=3, limit=300)
    assert drawn.shape == (300, 4)
    assert comb(40, 4) > 300
    assert (np.diff(drawn, axis=1) > 0).all()
    assert np.array_equal(drawn, placebo_groups(40, 4, seed=3, limit=300))
    assert not np.array_equal(drawn, placebo_groups(40, 4, seed=4, limit=300))


def test_drawn_groups_take_every_unit_alike():
    drawn = placebo_groups(20, 5, seed=1, limit=4_000)
    counts = np.bincount(drawn.ravel(), minlength=20)
    assert np.abs(counts - 1_000).max() < 5 * np.sqrt(4_000 * 0.25 * 0.75)
