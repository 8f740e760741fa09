"""The debiased t-test: hand-solved, its size held where its assumptions hold, and behaving as theory says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.estimate.long_series import cross_fit, debiased_t_test, every_debiased_t_test
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

SEEDS = st.integers(min_value=0, max_value=10_000)
BEFORE, AFTER = 12, 6


def make_panel(seed: int = 0, units: int = 8, before: int = BEFORE, after: int = AFTER) -> pd.DataFrame:
    """Stationary series with a common shock a month; unit ``t`` is the mean of the first two plus noise."""
    rng = np.random.default_rng(seed)
    donors = rng.normal(size=(units, before + after)) + rng.normal(size=before + after)
    treated = donors[:2].mean(axis=0) + 0.5 * rng.normal(size=before + after)
    return wide(**{f"c{row}": tuple(series) for row, series in enumerate(donors)}, t=tuple(treated))


def wide(**series: tuple[float, ...]) -> pd.DataFrame:
    rows = [(unit, month, value) for unit, values in series.items() for month, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["unit", "month", "rate"])


def estimate(panel: pd.DataFrame, treated: tuple[str, ...] = ("t",), start: object = BEFORE, **options: object) -> EffectEstimate:
    return debiased_t_test(panel, unit="unit", time="month", outcome="rate", treated=treated, start=start, **options)


def numbers(found: EffectEstimate) -> tuple[float, ...]:
    return found.estimate, found.std_error, found.ci_low, found.ci_high, found.p_exact, found.p_rank, found.mde


def test_a_case_solved_by_hand():
    """All donors alike, so any weights do: gaps before 1, 2, 3 make three blocks of one month, the gap after is 8."""
    flat = dict.fromkeys(("a", "b"), (0.0, 0.0, 0.0, 0.0))
    found = estimate(wide(t=(1.0, 2.0, 3.0, 8.0), c=(0.0, 0.0, 0.0, 1e-9), **flat), start=3)
    std_error = np.sqrt(1 + 3 / 1) * 1.0 / np.sqrt(3)  # effects 7, 6, 5; three blocks of one month over one month after
    assert (found.estimate, found.std_error, found.df) == (pytest.approx(6.0), pytest.approx(std_error), 2)
    assert found.p_exact == pytest.approx(2 * student.sf(6.0 / std_error, 2))
    assert (found.ci_low, found.ci_high) == pytest.approx(student.interval(0.95, 2, loc=6.0, scale=std_error))
    assert list(found.by_period["effect"]) == pytest.approx([-1.0, 0.0, 1.0, 6.0])


def test_blocks_are_the_last_months_before_and_no_longer_than_the_time_after():
    """Seven months before, two after: blocks of two months each, so the first month, far off, is in no block."""
    flat = dict.fromkeys(("a", "b", "c"), (0.0,) * 9)
    found = estimate(wide(t=(100.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 8.0, 8.0), **flat), start=7)
    assert found.estimate == pytest.approx(6.0)
    assert found.std_error == pytest.approx(np.sqrt(1 + 6 / 2) / np.sqrt(3))


def test_a_constant_gap_is_no_effect():
    path = tuple(np.random.default_rng(0).normal(size=18))
    donors = dict.fromkeys(("a", "b", "c"), path)
    near, far = (wide(t=tuple(np.random.default_rng(1).normal(loc=gap, size=18)), **donors) for gap in (0.0, 1000.0))
    assert estimate(far).estimate == pytest.approx(estimate(near).estimate)
    assert estimate(far).p_exact == pytest.approx(estimate(near).p_exact)


@given(SEEDS)
@settings(max_examples=15)
def test_adding_an_effect_moves_the_estimate_by_exactly_that_and_leaves_the_error(seed):
    panel = make_panel(seed)
    found = estimate(panel)
    moved = estimate(panel.assign(rate=panel["rate"] + 2.5 * ((panel["unit"] == "t") & (panel["month"] >= BEFORE))))
    assert moved.estimate - found.estimate == pytest.approx(2.5)
    assert (moved.std_error, moved.mde) == (pytest.approx(found.std_error), found.mde)


@given(SEEDS, st.floats(min_value=-100, max_value=100), st.floats(min_value=0.01, max_value=100))
@settings(max_examples=10)
def test_order_names_common_shocks_and_scale_behave_as_theory_says(seed, shift, scale):
    panel = make_panel(seed)
    found = estimate(panel)
    renamed = panel.assign(unit="z" + panel["unit"].str[::-1]).sample(frac=1, random_state=seed)
    assert numbers(estimate(renamed, ("zt",))) == pytest.approx(numbers(found), abs=1e-7)
    shocked = panel.assign(rate=panel["rate"] + shift * (panel["month"] % 5))
    assert numbers(estimate(shocked)) == pytest.approx(numbers(found), abs=1e-6)
    scaled = estimate(panel.assign(rate=scale * panel["rate"]))
    assert (scaled.estimate, scaled.std_error) == (pytest.approx(scale * found.estimate), pytest.approx(scale * found.std_error))
    assert (scaled.p_exact, scaled.p_rank) == (pytest.approx(found.p_exact), found.p_rank)


def test_placebos_are_what_the_method_says_of_each_unit_with_the_treated_left_out():
    panel = make_panel(3)
    found, others = estimate(panel), panel[panel["unit"] != "t"]
    assert {unit: estimate(others, (unit,)).estimate for unit in found.placebos.index} == pytest.approx(dict(found.placebos))
    assert found.n_placebos == 8


def test_several_treated_units_are_taken_as_their_mean():
    panel = make_panel(4)
    wide_panel = panel.pivot(index="unit", columns="month", values="rate")
    merged = pd.concat([panel[~panel["unit"].isin(["c7", "t"])], wide(m=tuple(wide_panel.loc[["c7", "t"]].mean()))])
    found = estimate(panel, ("c7", "t"))
    assert (found.estimate, found.std_error) == (pytest.approx(estimate(merged, ("m",)).estimate), pytest.approx(estimate(merged, ("m",)).std_error))
    assert (found.n_placebos, found.placebos.index[0]) == (21, 0)


@given(SEEDS)
@settings(max_examples=5)
def test_every_unit_at_once_equals_one_call_a_unit(seed):
    panel = make_panel(seed)
    outcomes = panel.pivot(index="unit", columns="month", values="rate").to_numpy()
    every = every_debiased_t_test(outcomes, np.arange(18.0), BEFORE)
    for row, unit in enumerate(sorted(panel["unit"].unique())):
        found = estimate(panel, (unit,))
        assert (every.estimates[row], every.std_errors[row], every.df) == (pytest.approx(found.estimate), pytest.approx(found.std_error), found.df)
        assert np.delete(every.placebos[row], row) == pytest.approx(found.placebos.to_numpy(), abs=1e-8)


def test_on_long_stationary_series_it_cries_wolf_about_as_often_as_it_says():
    """400 panels without an effect at a nominal 10 %: Monte Carlo error 1.5 points."""
    p_values = []
    for seed in range(400):
        outcomes = make_panel(seed, units=5, before=45, after=15).pivot(index="unit", columns="month", values="rate").to_numpy()
        fit = cross_fit(outcomes[-1], outcomes[:-1], 45, 3)
        p_values.append(2 * student.sf(abs(fit.estimate / fit.std_error), 2))
    assert np.mean(np.array(p_values) < 0.10) == pytest.approx(0.10, abs=0.045)


def test_the_design_is_refused_where_it_cannot_be_carried():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="cùng một kỳ"):
        estimate(panel, ("c0", "t"), {"c0": 9, "t": 10})
    with pytest.raises(DesignRefused, match="không đủ chia thành 3 khối"):
        estimate(panel, start=2)
    with pytest.raises(DesignRefused, match="ít nhất 2 khối"):
        estimate(panel, folds=1)
    flat = dict.fromkeys(("a", "b", "c"), (0.0,) * 6)
    with pytest.raises(DesignRefused, match="không biến động"):
        estimate(wide(t=(1.0,) * 6, **flat), start=4)
