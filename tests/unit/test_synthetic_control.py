"""Synthetic control: hand-solved, moved only by what should move it, and the same whether asked for one unit or for all at once."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.gaps import rmspe_ratio
from analysis.estimate.predictors import Predictor
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.synthetic import (
    every_demeaned_synthetic_control,
    every_synthetic_control,
    every_synthetic_control_ratio,
)
from analysis.estimate.synthetic import synthetic_control as with_published_solver

synthetic_control = partial(with_published_solver, solver="exact")  # hand-solved answers are those of the minimum

START = 2020
YEARS = range(2014, 2024)
BEFORE = START - YEARS[0]
SEEDS = st.integers(min_value=0, max_value=10_000)
IS_DEMEANED = st.booleans()
KERNELS = {
    "plain": (every_synthetic_control, {}),
    "demeaned": (every_demeaned_synthetic_control, {"demeaned": True}),
    "ratio": (every_synthetic_control_ratio, {"statistic": "rmspe_ratio"}),
}


def make_outcomes(seed: int = 0, units: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    walks = rng.normal(size=(units, len(YEARS))).cumsum(axis=1)
    return 50 + 2 * rng.normal(size=(units, 1)) + walks


def make_panel(outcomes: np.ndarray) -> pd.DataFrame:
    rows = [(f"u{unit:02d}", year, outcomes[unit, column]) for unit in range(len(outcomes)) for column, year in enumerate(YEARS)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def estimate(panel: pd.DataFrame, treated: tuple[str, ...] = ("u00",), start: object = START, **options: object) -> EffectEstimate:
    return synthetic_control(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, **options)


def numbers(found: EffectEstimate) -> list[float]:
    ends = [np.nan if end is None else end for end in (found.ci_low, found.ci_high, found.mde)]
    return [found.estimate, found.p_rank, *ends, *sorted(found.placebos)]


def test_a_case_solved_by_hand():
    """The target lies at 3/10 of the way from a to b; c never comes near."""
    panel = make_two_by_two(t=(3.0, 3.0, 9.0), a=(0.0, 0.0, 1.0), b=(10.0, 10.0, 11.0), c=(90.0, -90.0, 0.0))
    found = estimate(panel, ("t",), start=2)
    assert found.donor_weights.to_dict() == pytest.approx({"a": 0.7, "b": 0.3, "c": 0.0}, abs=1e-9)
    assert found.estimate == pytest.approx(9.0 - (0.7 * 1.0 + 0.3 * 11.0))
    assert found.by_period["effect"].tolist() == pytest.approx([0.0, 0.0, 5.0], abs=1e-9)
    assert found.by_period["counterfactual"].tolist() == pytest.approx([3.0, 3.0, 4.0])
    assert (found.std_error, found.p_exact, found.df) == (None, None, None)


def make_two_by_two(**scores: tuple[float, ...]) -> pd.DataFrame:
    rows = [(unit, year, score) for unit, line in scores.items() for year, score in enumerate(line)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def test_demeaning_matches_movements_and_lets_levels_differ():
    panel = make_two_by_two(t=(103.0, 97.0, 105.0), a=(10.0, 0.0, 5.0), b=(0.0, 2.0, 1.0), c=(5.0, 5.0, 6.0))
    found = estimate(panel, ("t",), start=2, demeaned=True)
    weights = found.donor_weights  # t moves by -6, a by -10, b by 2, c by 0: the most even mixture with -10a + 2b = -6
    assert -10 * weights["a"] + 2 * weights["b"] == pytest.approx(-6.0)
    counterfactual = 100.0 + 0.0 * weights["a"] + 0.0 * weights["b"] + 1.0 * weights["c"]
    assert found.estimate == pytest.approx(105.0 - counterfactual)
    assert found.method == "demeaned_synthetic_control"


@given(SEEDS, IS_DEMEANED)
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_and_the_names_of_units_do_not_matter(seed, demeaned):
    panel = make_panel(make_outcomes(seed))
    plain = estimate(panel, demeaned=demeaned)
    assert estimate(panel.sample(frac=1, random_state=seed), demeaned=demeaned).donor_weights.equals(plain.donor_weights)
    renamed = panel.assign(unit="z" + panel["unit"].str[::-1])
    assert numbers(estimate(renamed, ("z00u",), demeaned=demeaned)) == pytest.approx(numbers(plain), abs=1e-7, nan_ok=True)


@given(SEEDS, IS_DEMEANED, st.floats(min_value=-100, max_value=100))
@settings(max_examples=15, deadline=None)
def test_what_happens_to_all_in_a_year_does_not_matter(seed, demeaned, shift):
    outcomes = make_outcomes(seed)
    common = shift * np.sin(np.arange(len(YEARS)))
    plain, moved = (estimate(make_panel(values), demeaned=demeaned) for values in (outcomes, outcomes + common))
    assert numbers(moved) == pytest.approx(numbers(plain), abs=1e-6, nan_ok=True)


@given(SEEDS, st.floats(min_value=-100, max_value=100))
@settings(max_examples=15, deadline=None)
def test_the_level_of_a_unit_does_not_matter_once_demeaned(seed, shift):
    outcomes = make_outcomes(seed)
    levels = shift * np.arange(len(outcomes))[:, None]
    plain, moved = (estimate(make_panel(values), demeaned=True) for values in (outcomes, outcomes + levels))
    assert numbers(moved) == pytest.approx(numbers(plain), abs=1e-6, nan_ok=True)


@given(SEEDS, IS_DEMEANED, st.floats(min_value=0.01, max_value=100), st.sampled_from([-1, 1]))
@settings(max_examples=15, deadline=None)
def test_scaling_the_outcome_scales_the_estimate_and_leaves_weights_and_rank(seed, demeaned, scale, sign):
    outcomes = make_outcomes(seed, units=24)
    plain, scaled = (estimate(make_panel(values), demeaned=demeaned) for values in (outcomes, sign * scale * outcomes))
    assert scaled.estimate == pytest.approx(sign * scale * plain.estimate, abs=1e-7 * scale)
    assert scaled.donor_weights.to_numpy() == pytest.approx(plain.donor_weights.to_numpy(), abs=1e-7)
    assert (scaled.p_rank, scaled.mde) == (plain.p_rank, pytest.approx(scale * plain.mde, rel=1e-6))


@given(SEEDS, IS_DEMEANED, st.floats(min_value=-20, max_value=20))
@settings(max_examples=15, deadline=None)
def test_adding_an_effect_moves_the_estimate_by_exactly_that_effect(seed, demeaned, effect):
    outcomes = make_outcomes(seed)
    with_effect = outcomes.copy()
    with_effect[0, BEFORE:] += effect
    plain, moved = (estimate(make_panel(values), demeaned=demeaned) for values in (outcomes, with_effect))
    assert moved.estimate - plain.estimate == pytest.approx(effect)
    assert moved.donor_weights.equals(plain.donor_weights)
    assert moved.placebos.equals(plain.placebos)
    assert moved.mde == plain.mde


@given(SEEDS, IS_DEMEANED)
@settings(max_examples=15, deadline=None)
def test_a_mixture_of_donors_is_recovered_with_the_effect_that_was_added(seed, demeaned):
    outcomes = make_outcomes(seed, units=5)
    truth = np.random.default_rng(seed).dirichlet(np.ones(4))
    outcomes[0] = truth @ outcomes[1:] + 3.0 * (np.array(YEARS) >= START) + 10.0 * demeaned
    found = estimate(make_panel(outcomes), demeaned=demeaned)
    assert found.estimate == pytest.approx(3.0, abs=1e-6)
    assert found.donor_weights.to_numpy() == pytest.approx(truth, abs=1e-6)
    assert found.checks[0].value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("before", [2, 4, 7])
@pytest.mark.parametrize("effect", [0.0, 2.5])
def test_all_units_at_once_equal_each_unit_asked_for_alone(name, before, effect):
    kernel, options = KERNELS[name]
    outcomes = make_outcomes(7, units=7)
    every = kernel(outcomes, np.array(YEARS, dtype=float), before)
    ranked = every.p_rank(effect)
    for unit in range(len(outcomes)):
        with_effect = outcomes.copy()
        with_effect[unit, before:] += effect
        alone = estimate(make_panel(with_effect), (f"u{unit:02d}",), start=YEARS[before], **options)
        assert every.estimates[unit] + effect == pytest.approx(alone.estimate, abs=1e-9)
        assert np.isnan(every.placebos[unit, unit])
        assert np.delete(every.placebos[unit], unit) == pytest.approx(alone.placebos.to_numpy(), abs=1e-9)
        assert ranked[unit] == pytest.approx(alone.p_rank)


@given(SEEDS, st.sampled_from(["att", "rmspe_ratio"]), IS_DEMEANED)
@settings(max_examples=30, deadline=None)
def test_the_interval_holds_zero_exactly_when_the_rank_does_not_reject(seed, statistic, demeaned):
    outcomes = make_outcomes(seed, units=24)
    outcomes[0, BEFORE:] += np.random.default_rng(seed).choice([0.0, 3.0, 8.0])
    found = estimate(make_panel(outcomes), statistic=statistic, demeaned=demeaned)
    if found.ci_low is None:  # no constant effect is accepted, or, after a perfect fit, the ratio says nothing of its size
        assert found.p_rank <= 0.05 or found.checks[0].value < 1e-9
    else:
        assert (found.ci_low <= 0.0 <= found.ci_high) == (found.p_rank > 0.05)


def test_the_ratio_finds_its_own_detectable_effect_in_four_of_five_placebos():
    """The effect is given to each placebo with either sign and ranked against the threshold of all."""
    found = estimate(make_panel(make_outcomes(3, units=31)), statistic="rmspe_ratio")
    every = every_synthetic_control_ratio(make_outcomes(3, units=31)[1:], np.array(YEARS, dtype=float), BEFORE)
    ratios = rmspe_ratio(every.gaps, BEFORE)
    after = np.arange(len(YEARS)) >= BEFORE
    moved = [rmspe_ratio(every.gaps + sign * found.mde * after, BEFORE) for sign in (-1, 1)]
    assert np.mean(np.concatenate(moved) > np.sort(ratios)[-1]) == pytest.approx(0.8, abs=0.02)


def test_the_ratio_of_a_perfect_fit_is_large_and_finite():
    gaps = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 2.0], [np.nan, np.nan, np.nan]])
    assert rmspe_ratio(gaps, 2) == pytest.approx([1e6, 0.0, 2.0, np.nan], nan_ok=True)


def test_several_treated_units_are_matched_by_their_mean_and_ranked_among_pairs():
    outcomes = make_outcomes(5, units=9)
    both = estimate(make_panel(outcomes), ("u00", "u01"))
    merged = estimate(make_panel(np.vstack([outcomes[:2].mean(axis=0), outcomes[2:]])))
    assert both.estimate == pytest.approx(merged.estimate)
    assert both.donor_weights.to_numpy() == pytest.approx(merged.donor_weights.to_numpy())
    assert (both.n_placebos, both.seed, both.treated_count, both.comparison_count) == (21, 0, 2, 7)


def test_weights_name_all_comparison_units_and_sum_to_one():
    found = estimate(make_panel(make_outcomes(2)))
    assert found.donor_weights.index.tolist() == [f"u{unit:02d}" for unit in range(1, 8)]
    assert found.donor_weights.sum() == pytest.approx(1.0)
    assert found.by_period.loc[found.by_period["is_after"], "effect"].mean() == pytest.approx(found.estimate)
    assert (found.by_period["observed"] - found.by_period["counterfactual"]).tolist() == pytest.approx(found.by_period["effect"].tolist())


def test_the_fit_before_is_told_and_never_judged():
    (check,) = estimate(make_panel(make_outcomes(2))).checks
    assert (check.name, check.is_passed, check.is_required) == ("prefit", None, False)
    assert check.value > 0.0
    assert "được gán thử kế hoạch" in check.sentence_vi


def make_predicted(seed: int = 0) -> pd.DataFrame:
    """The treated unit's predictors are 0.25 u01 + 0.75 u02; its outcome is nobody's mixture."""
    panel = make_panel(make_outcomes(seed, units=6))
    traits = np.random.default_rng(seed).normal(size=(6, 3))
    traits[0] = 0.25 * traits[1] + 0.75 * traits[2]
    columns = {f"trait{column}": panel["unit"].str[1:].astype(int).map(lambda unit, column=column: traits[unit, column]) for column in range(3)}
    return panel.assign(**columns)


TRAITS = [Predictor("trait0"), Predictor("trait1"), Predictor("trait2")]


def test_predictors_that_a_mixture_meets_give_that_mixture_whatever_their_weights():
    panel = make_predicted()
    for given_weights in ([1.0, 1.0, 1.0], [5.0, 1.0, 0.2]):
        found = estimate(panel, predictors=TRAITS, predictor_weights=given_weights)
        assert found.donor_weights.to_numpy() == pytest.approx([0.25, 0.75, 0.0, 0.0, 0.0], abs=1e-6)
    assert [check.name for check in found.checks] == ["prefit", "predictor_weights"]
    assert "trait0 80,6" in found.checks[1].sentence_vi


def test_lags_of_the_outcome_as_predictors_with_unscaled_weights_give_the_outcome_only_weights():
    panel = make_panel(make_outcomes(4))
    lags = [Predictor("score", (year,)) for year in YEARS if year < START]
    spreads = panel[panel["year"] < START].groupby("year")["score"].var().tolist()  # undoes the scaling to standard deviations
    found = estimate(panel, predictors=lags, predictor_weights=spreads)
    assert found.donor_weights.to_numpy() == pytest.approx(estimate(panel).donor_weights.to_numpy(), abs=1e-7)


def test_searched_predictor_weights_fit_the_outcome_at_least_as_well_as_equal_ones():
    panel = make_predicted(3).assign(trait0=lambda rows: rows["trait0"] + 0.3 * (rows["unit"] == "u00"))
    equal = estimate(panel, predictors=TRAITS, predictor_weights=[1, 1, 1])
    searched = estimate(panel, predictors=TRAITS)
    assert searched.checks[0].value <= equal.checks[0].value + 1e-9


def test_predictors_are_means_of_what_was_seen_and_their_units_do_not_matter():
    panel = make_predicted(1)
    gappy = panel.assign(trait0=panel["trait0"].where(panel["year"] != 2015), trait1=1000 * panel["trait1"])
    plain = estimate(panel, predictors=TRAITS, predictor_weights=[1, 2, 3])
    assert estimate(gappy, predictors=TRAITS, predictor_weights=[1, 2, 3]).estimate == pytest.approx(plain.estimate)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"predictors": []}, "trống"),
        ({"predictors": [Predictor("nowhere")]}, "không có cột biến dự báo"),
        ({"predictors": [Predictor("unit")]}, "không phải là số"),
        ({"predictors": [Predictor("trait0", (2019, 2020))]}, "lấy cả kỳ 2020"),
        ({"predictors": [Predictor("trait0", (1895,))]}, "lấy cả kỳ 1895"),
        ({"predictors": [Predictor("hollow")]}, "không có số liệu trong các kỳ đã nêu ở: u03"),
        ({"predictors": TRAITS, "predictor_weights": [1.0]}, "gồm 3 số không âm"),
        ({"predictors": TRAITS, "predictor_weights": [1.0, -1.0, 1.0]}, "gồm 3 số không âm"),
        ({"predictors": TRAITS, "predictor_weights": [1, 1, 1], "fit_periods": [2015]}, "bỏ một trong hai"),
        ({"predictors": TRAITS, "training_predictors": TRAITS[:1]}, "hai danh sách phải ứng với nhau"),
        ({"predictors": TRAITS, "fit_periods": [2019, 2020]}, "gặp 2020"),
        ({"predictors": TRAITS, "demeaned": True}, "không dùng cùng biến dự báo"),
    ],
)
def test_predictors_that_cannot_serve_are_refused_with_the_reason(options, reason):
    panel = make_predicted().assign(hollow=lambda rows: rows["trait0"].where(rows["unit"] != "u03"))
    with pytest.raises(DesignRefused, match=reason):
        estimate(panel, **options)


def test_staggered_starts_and_a_constant_outcome_are_refused():
    panel = make_panel(make_outcomes())
    with pytest.raises(DesignRefused, match="một mốc bắt đầu chung"):
        estimate(panel, ("u00", "u01"), start={"u00": 2019, "u01": 2020})
    with pytest.raises(DesignRefused, match="không biến động"):
        estimate(panel.assign(score=1.0))


def test_too_few_placebos_for_the_level_give_a_rank_and_no_interval():
    found = estimate(make_panel(make_outcomes(units=6)))
    assert found.p_rank >= 1 / 6
    assert (found.ci_low, found.ci_high, found.mde) == (None, None, None)


def test_the_published_solver_comes_near_the_minimum_and_leaves_placebos_exact():
    panel = make_panel(make_outcomes(3))
    exact = synthetic_control(panel, unit="unit", time="year", outcome="score", treated=["u00"], start=START)
    near = with_published_solver(panel, unit="unit", time="year", outcome="score", treated=["u00"], start=START)
    assert near.checks[0].value >= exact.checks[0].value
    assert near.estimate == pytest.approx(exact.estimate, abs=0.05)
    assert near.placebos.equals(exact.placebos)
