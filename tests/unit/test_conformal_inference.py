"""Conformal inference over time: hand-counted, exact where it should be, and its interval the inversion of its test."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.conformal_inference import conformal
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

SEEDS = st.integers(min_value=0, max_value=10_000)
BEFORE, AFTER = 20, 4


def make_panel(seed: int = 0, units: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    donors = rng.normal(size=(units, BEFORE + AFTER))
    treated = donors[:2].mean(axis=0) + rng.normal(size=BEFORE + AFTER)
    return wide(**{f"c{row}": tuple(series) for row, series in enumerate(donors)}, t=tuple(treated))


def wide(**series: tuple[float, ...]) -> pd.DataFrame:
    rows = [(unit, month, value) for unit, values in series.items() for month, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["unit", "month", "rate"])


def estimate(panel: pd.DataFrame, start: object = BEFORE, treated: tuple[str, ...] = ("t",), **options: object) -> EffectEstimate:
    return conformal(panel, unit="unit", time="month", outcome="rate", treated=treated, start=start, **options)


def with_effect(panel: pd.DataFrame, effect: float) -> pd.DataFrame:
    return panel.assign(rate=panel["rate"] + effect * ((panel["unit"] == "t") & (panel["month"] >= BEFORE)))


FLAT = dict.fromkeys(("a", "b", "c"), (0.0,) * 6)


def test_cases_counted_by_hand():
    """Donors at zero, so residuals are the series less its mean: -1, 2, -1, 0, -3, 3. The last month stands out as much as one other."""
    series = wide(t=(1.0, 4.0, 1.0, 2.0, -1.0, 5.0), **FLAT)
    assert estimate(series, 5, proxy="demeaned").p_exact == pytest.approx(2 / 6)
    assert estimate(series, 4, proxy="demeaned").p_exact == pytest.approx(1 / 6)  # pairs in a circle: 3 3 1 3 6 4
    assert estimate(series, 4, proxy="demeaned", permutations="iid").p_exact == pytest.approx(1 / 15)  # of all pairs none other sums to 6
    assert estimate(series, 5, proxy="demeaned").estimate == pytest.approx(5 - 7 / 5)


def test_a_synthetic_control_has_no_constant():
    series = wide(t=(1.0, -1.0, 1.0, -1.0, 1.0, 3.0), **FLAT)
    assert estimate(series, 5).p_exact == pytest.approx(1 / 6)
    assert estimate(series, 5).estimate == pytest.approx(3.0)


def test_the_largest_residual_may_be_the_statistic():
    series = wide(t=(3.0, 0.0, 0.0, 0.0, 2.0, 2.0), **FLAT)
    assert estimate(series, 4, q=1.0).p_exact == pytest.approx(2 / 6)  # sums in a circle: 4 5 3 0 0 2
    assert estimate(series, 4, q=np.inf).p_exact == pytest.approx(4 / 6)  # maxima: 2 3 3 0 0 2


@given(SEEDS)
@settings(max_examples=4)
def test_the_interval_is_where_the_test_does_not_reject(seed):
    panel = make_panel(seed)
    found = estimate(panel, level=0.9, proxy="demeaned")
    if found.ci_low is None:
        return
    assert found.ci_low <= found.ci_high
    just = 1e-3 * (1 + abs(found.ci_high) + abs(found.ci_low))
    assert estimate(with_effect(panel, -found.ci_high + 1e-7), level=0.9, proxy="demeaned").p_exact > 0.1
    assert estimate(with_effect(panel, -found.ci_low - 1e-7), level=0.9, proxy="demeaned").p_exact > 0.1
    assert estimate(with_effect(panel, -found.ci_high - just), level=0.9, proxy="demeaned").p_exact <= 0.1
    assert estimate(with_effect(panel, -found.ci_low + just), level=0.9, proxy="demeaned").p_exact <= 0.1


@pytest.mark.parametrize("proxy", ["demeaned", "synthetic"])
def test_an_added_effect_moves_estimate_and_interval_by_exactly_that(proxy):
    panel = make_panel(2)
    found, moved = estimate(panel, proxy=proxy, level=0.9), estimate(with_effect(panel, 1.5), proxy=proxy, level=0.9)
    assert moved.estimate - found.estimate == pytest.approx(1.5)
    assert (moved.ci_low - found.ci_low, moved.ci_high - found.ci_high) == (pytest.approx(1.5, abs=1e-6), pytest.approx(1.5, abs=1e-6))
    assert moved.mde == found.mde


def test_no_interval_and_no_detectable_effect_where_p_cannot_get_low_enough():
    found = estimate(wide(t=(1.0, 4.0, 1.0, 2.0, -1.0, 50.0), **FLAT), 5)
    assert (found.ci_low, found.ci_high, found.ci_from, found.mde) == (None, None, None, None)
    assert (found.std_error, found.df, found.p_rank) == (None, None, None)
    assert found.p_exact == pytest.approx(1 / 6)


def test_under_exchangeable_residuals_the_rate_of_false_alarms_is_the_nominal_one():
    """Proxy known up to a constant, T = 6: p is uniform on sixths. 300 panels, Monte Carlo error 2.7 points at a third."""
    rng = np.random.default_rng(0)
    found = [estimate(wide(t=tuple(rng.normal(size=6)), **FLAT), 5, proxy="demeaned").p_exact for _ in range(300)]
    for position in range(1, 6):
        assert np.mean(np.array(found) <= position / 6 + 1e-9) == pytest.approx(position / 6, abs=0.09)


@given(SEEDS, st.floats(min_value=0.01, max_value=100))
@settings(max_examples=4)
def test_order_names_and_scale_behave_as_theory_says(seed, scale):
    panel = make_panel(seed)
    found = estimate(panel, proxy="demeaned")
    renamed = panel.assign(unit="z" + panel["unit"].str[::-1]).sample(frac=1, random_state=seed)
    assert estimate(renamed, treated=("zt",), proxy="demeaned").p_exact == found.p_exact
    scaled = estimate(panel.assign(rate=-scale * panel["rate"]), proxy="demeaned")
    assert (scaled.p_exact, scaled.estimate) == (found.p_exact, pytest.approx(-scale * found.estimate))


def test_draws_are_repeated_with_their_seed():
    panel = make_panel(1)
    first, again, other = (estimate(panel, permutations="iid", proxy="demeaned", seed=seed) for seed in (1, 1, 2))
    assert (first.p_exact, first.ci_low, first.seed) == (again.p_exact, again.ci_low, 1)
    assert first.p_exact != other.p_exact
    assert first.p_exact == pytest.approx(other.p_exact, abs=0.04)


def test_weights_and_curve_belong_to_the_fit_before_the_start():
    found = estimate(make_panel(5))
    assert found.donor_weights.sum() == pytest.approx(1.0)
    curve = found.by_period
    assert curve.loc[curve["is_after"], "effect"].mean() == pytest.approx(found.estimate)
    moved = estimate(with_effect(make_panel(5), 3.0))
    assert list(moved.donor_weights) == list(found.donor_weights)


def test_the_design_is_refused_where_it_cannot_be_carried():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="cùng một kỳ"):
        estimate(panel, {"c0": 9, "t": 10}, ("c0", "t"))
    with pytest.raises(DesignRefused, match="lớn hơn 0"):
        estimate(panel, q=0.0)
