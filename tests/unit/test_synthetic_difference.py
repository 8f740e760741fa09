"""Synthetic difference-in-differences: hand-solved, brute-forced, and behaving as theory says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.synthetic_difference import every_synthetic_did, synthetic_did

START = 2020
YEARS = range(2015, 2023)
SEEDS = st.integers(min_value=0, max_value=10_000)


def make_panel(seed: int = 0, units: int = 12) -> pd.DataFrame:
    """A common factor with unit-specific loadings, unit levels and noise."""
    rng = np.random.default_rng(seed)
    values = (
        50 + 3 * np.arange(units)[:, None] + rng.normal(size=(units, 1)) * rng.normal(size=len(YEARS)).cumsum() + rng.normal(size=(units, len(YEARS)))
    )
    rows = [(f"u{unit:02d}", year, value) for unit, row in enumerate(values) for year, value in zip(YEARS, row, strict=True)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def estimate(panel: pd.DataFrame, treated: tuple[str, ...] = ("u00",), start: object = START, **options: object) -> EffectEstimate:
    chosen = {"solver": "exact", **options}
    return synthetic_did(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, **chosen)


def numbers(found: EffectEstimate) -> tuple[float, ...]:
    return found.estimate, found.std_error, found.ci_low, found.ci_high, found.p_exact, found.p_rank, found.mde


def wide(**series: tuple[float, ...]) -> pd.DataFrame:
    rows = [(unit, year, value) for unit, values in series.items() for year, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


@pytest.mark.parametrize(("solver", "slack"), [("exact", 1e-9), ("frank_wolfe", 1e-3)])
def test_a_case_solved_by_hand(solver, slack):
    """The last period before foretells the one after without fault, so it has all the weight. Changes before are 1, -1, 0, of variance
    1, so the ridge is 2 periods x 1; weights 1/2, 1/6, 1/3 solve the unit problem (see test_simplex_many)."""
    found = estimate(wide(a=(0, 1, 1), b=(0, -1, -1), c=(0, 0, 0), t=(5, 6, 8)), ("t",), 2, solver=solver)
    assert found.estimate == pytest.approx(2.0, abs=slack)
    assert list(found.donor_weights) == pytest.approx([1 / 2, 1 / 6, 1 / 3], abs=slack)
    assert list(found.time_weights) == pytest.approx([0.0, 1.0], abs=slack)
    assert list(found.by_period["effect"]) == pytest.approx([5 - 17 / 3, 0.0, 2.0], abs=slack)


@given(SEEDS)
@settings(max_examples=6)
def test_it_is_the_weighted_two_way_regression_of_the_paper(seed):
    panel = make_panel(seed)
    found = estimate(panel)
    units = {"u00": 1.0, **found.donor_weights}
    times = {**found.time_weights, **dict.fromkeys(range(START, 2023), 1 / 3)}
    design = pd.get_dummies(panel[["unit", "year"]].astype(str)).assign(plan=(panel["unit"] == "u00") & (panel["year"] >= START)).astype(float)
    root = np.sqrt(panel["unit"].map(units) * panel["year"].map(times)).to_numpy()
    slopes = np.linalg.lstsq(design.to_numpy() * root[:, None], panel["score"].to_numpy() * root, rcond=None)[0]
    assert found.estimate == pytest.approx(slopes[-1], abs=1e-7)


@given(SEEDS)
@settings(max_examples=6)
def test_each_placebo_is_what_the_method_says_of_that_unit_with_the_treated_left_out(seed):
    panel = make_panel(seed, units=6)
    found, others = estimate(panel), panel[panel["unit"] != "u00"]
    assert {unit: estimate(others, (unit,)).estimate for unit in found.placebos.index} == pytest.approx(dict(found.placebos), abs=1e-9)


def test_error_rank_and_detectable_effect_come_from_the_same_placebos():
    found = estimate(make_panel(4))
    placebos = found.placebos.to_numpy()
    spread = np.sqrt(((placebos - placebos.mean()) ** 2).mean())
    assert (found.std_error, found.df, found.n_placebos) == (pytest.approx(spread), 10, 11)
    assert found.p_rank == (1 + (np.abs(placebos) >= abs(found.estimate)).sum()) / 12
    assert found.p_exact == pytest.approx(2 * student.sf(abs(found.estimate) / spread, 10))
    assert (found.ci_low, found.ci_high) == pytest.approx(student.interval(0.95, 10, loc=found.estimate, scale=spread))
    assert found.mde == pytest.approx((student.ppf(0.975, 10) + student.ppf(0.8, 10)) * spread)


def test_what_happened_to_the_treated_says_nothing_of_error_or_detectable_effect():
    panel = make_panel()
    other = panel.assign(score=panel["score"].where(panel["unit"] != "u00", -7.0 * panel["year"] % 5))
    assert (estimate(other).std_error, estimate(other).mde) == (estimate(panel).std_error, estimate(panel).mde)


def test_curve_and_weights_add_up_to_the_estimate():
    found = estimate(make_panel(2))
    curve = found.by_period.set_index("period")
    assert curve.loc[curve["is_after"], "effect"].mean() == pytest.approx(found.estimate)
    assert (curve["effect"] * found.time_weights).sum() == pytest.approx(0.0, abs=1e-9)
    assert (found.donor_weights.sum(), found.time_weights.sum()) == (pytest.approx(1.0), pytest.approx(1.0))
    assert list(curve["counterfactual"] + curve["effect"]) == pytest.approx(list(curve["observed"]))
    assert len(found.donor_weights) == 11
    assert (curve["ci_high"] - curve["ci_low"] > 0).all()


@given(SEEDS)
@settings(max_examples=8)
def test_the_order_of_rows_and_the_names_of_units_do_not_matter(seed):
    panel = make_panel(seed)
    renamed = panel.assign(unit="z" + panel["unit"].str[::-1]).sample(frac=1, random_state=seed)
    assert numbers(estimate(renamed, ("z00u",))) == pytest.approx(numbers(estimate(panel)), abs=1e-8)


@given(SEEDS, st.floats(min_value=-100, max_value=100))
@settings(max_examples=8)
def test_a_constant_of_the_unit_does_not_matter(seed, shift):
    panel = make_panel(seed)
    by_unit = panel.assign(score=panel["score"] + shift * panel["unit"].str[1:].astype(int))
    assert numbers(estimate(by_unit)) == pytest.approx(numbers(estimate(panel)), abs=1e-6)


@given(SEEDS, st.floats(min_value=-100, max_value=100))
@settings(max_examples=8)
def test_a_common_trend_or_a_common_shock_after_the_start_does_not_matter(seed, shift):
    """A common shock before would raise the changes' spread and so the ridge: that is the paper's noise level."""
    panel = make_panel(seed)
    trend = panel.assign(score=panel["score"] + shift * (panel["year"] - START))
    shock = panel.assign(score=panel["score"] + shift * (panel["year"] == 2021))
    assert numbers(estimate(trend)) == pytest.approx(numbers(estimate(panel)), abs=1e-6)
    assert numbers(estimate(shock)) == pytest.approx(numbers(estimate(panel)), abs=1e-6)


@given(SEEDS, st.floats(min_value=0.01, max_value=100), st.sampled_from([-1, 1]))
@settings(max_examples=8)
def test_scaling_the_outcome_scales_estimate_and_error_and_leaves_p(seed, scale, sign):
    panel = make_panel(seed)
    plain, scaled = estimate(panel), estimate(panel.assign(score=sign * scale * panel["score"]))
    assert scaled.estimate == pytest.approx(sign * scale * plain.estimate, rel=1e-6)
    assert (scaled.std_error, scaled.mde) == (pytest.approx(scale * plain.std_error, rel=1e-6), pytest.approx(scale * plain.mde, rel=1e-6))
    assert (scaled.p_exact, scaled.p_rank) == (pytest.approx(plain.p_exact), plain.p_rank)


@given(SEEDS)
@settings(max_examples=6)
def test_stretching_the_calendar_does_not_matter(seed):
    panel = make_panel(seed)
    assert numbers(estimate(panel.assign(year=7 * panel["year"]), start=7 * START)) == pytest.approx(numbers(estimate(panel)), abs=1e-12)


@pytest.mark.parametrize("solver", ["exact", "frank_wolfe"])
def test_adding_an_effect_moves_the_estimate_by_exactly_that_effect(solver):
    panel = make_panel()
    moved = panel.assign(score=panel["score"] + 2.5 * ((panel["unit"] == "u00") & (panel["year"] >= START)))
    assert estimate(moved, solver=solver).estimate - estimate(panel, solver=solver).estimate == pytest.approx(2.5)
    assert estimate(moved, solver=solver).std_error == estimate(panel, solver=solver).std_error


@given(SEEDS)
@settings(max_examples=3)
def test_the_published_iterate_differs_by_far_less_than_an_error(seed):
    exact, found = estimate(make_panel(seed)), estimate(make_panel(seed), solver="frank_wolfe")
    assert found.estimate == pytest.approx(exact.estimate, abs=0.02 * exact.std_error)
    assert found.std_error == pytest.approx(exact.std_error, rel=0.01)
    backwards = make_panel(seed).assign(unit=lambda rows: "z" + (99 - rows["unit"].str[1:].astype(int)).astype(str))
    assert estimate(backwards, ("z99",), solver="frank_wolfe").estimate == pytest.approx(found.estimate, abs=1e-3 * exact.std_error)


def test_several_treated_units_are_taken_as_their_mean_with_placebo_groups_of_their_number():
    panel = make_panel(5)
    found = estimate(panel, ("u00", "u01"), seed=3)
    assert (found.treated_count, found.comparison_count, found.n_placebos, found.df) == (2, 10, 45, 9)
    assert found.by_period["observed"].iloc[0] == pytest.approx(panel.query("unit in ['u00', 'u01'] and year == 2015")["score"].mean())
    drawn = estimate(make_panel(5, units=40), ("u00", "u01", "u02"), seed=3)
    assert (drawn.n_placebos, drawn.seed) == (500, 3)
    assert numbers(drawn) == numbers(estimate(make_panel(5, units=40), ("u00", "u01", "u02"), seed=3))
    assert drawn.std_error != estimate(make_panel(5, units=40), ("u00", "u01", "u02"), seed=4).std_error


def test_too_few_comparison_units_for_placebos_leave_the_estimate_without_inference():
    found = estimate(make_panel(units=5), ("u00", "u01"))
    assert (found.std_error, found.p_exact, found.p_rank, found.mde, found.n_placebos) == (None, None, None, None, 0)
    assert found.by_period["std_error"].isna().all()


def test_uniform_time_weights_make_it_a_demeaned_synthetic_control():
    found = estimate(make_panel(), time_weights="uniform")
    assert set(found.time_weights) == {1 / 5}
    gaps = found.by_period.query("not is_after")["effect"]
    assert (gaps.mean(), found.method) == (pytest.approx(0.0, abs=1e-9), "synthetic_did_uniform_time")


@given(SEEDS)
@settings(max_examples=5)
def test_every_unit_at_once_equals_one_call_a_unit(seed):
    panel = make_panel(seed, units=8)
    outcomes = panel.pivot(index="unit", columns="year", values="score").to_numpy()
    every = every_synthetic_did(outcomes, np.arange(len(YEARS), dtype=float), 5)
    for row, unit in enumerate(sorted(panel["unit"].unique())):
        found = estimate(panel, (unit,))
        assert (every.estimates[row], every.std_errors[row], every.df) == (pytest.approx(found.estimate), pytest.approx(found.std_error), found.df)
        assert np.delete(every.placebos[row], row) == pytest.approx(found.placebos.to_numpy(), abs=1e-9)
        assert (every.p_exact()[row], every.p_rank()[row]) == (pytest.approx(found.p_exact), found.p_rank)


def test_the_design_is_refused_where_it_cannot_be_carried():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="cùng một kỳ"):
        estimate(panel, ("u00", "u01"), {"u00": 2019, "u01": 2020})
    with pytest.raises(DesignRefused, match="ít nhất 2 kỳ trước"):
        estimate(panel, start=2016, min_before=1)
    still = panel.assign(score=panel["score"].where((panel["year"] >= START) | (panel["unit"] == "u00"), 1.0))
    with pytest.raises(DesignRefused, match="không biến động"):
        estimate(still)
    with pytest.raises(DesignRefused, match="không biến động"):
        every_synthetic_did(np.ones((5, 6)), np.arange(6.0), 3)
