"""Adstock: exact without noise, held against scipy's least squares with dummies, silent on decay where there is no effect."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from analysis.estimate.inside.carried import MAX_DECAY, CarriedOver, fit_adstock, warmed_up
from analysis.estimate.inside.carry_over import adstock_effect
from analysis.estimate.inside.cells import cells_of
from analysis.estimate.inside.doses import dose_of
from analysis.estimate.inside.lags import distributed_lag
from analysis.estimate.inside.naive_doses import contemporaneous_only, lagged_dependent
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate, Quantity
from analysis.exposure import adstock

SEEDS = st.integers(min_value=0, max_value=10_000)
NAMES = {"unit": "unit", "time": "month", "outcome": "share"}


def make_panel(seed: int = 0, units: int = 14, months: int = 30, effect: float = 1.2, decay: float = 0.6, noise: float = 0.5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    labels = pd.period_range("2020-11", periods=months, freq="M").astype(str)
    dose = rng.poisson(0.5, (units, months)).astype(float)
    levels = 50 + rng.normal(0, 5, (units, 1)) + rng.normal(0, 2, (1, months))
    share = levels + effect * adstock(dose, decay) + noise * rng.normal(size=(units, months))
    rows = pd.DataFrame({"unit": np.repeat([f"u{unit:02d}" for unit in range(units)], months), "month": np.tile(labels, units)})
    more = {"event": rng.normal(size=len(rows)), "dossiers": rng.uniform(1, 9, len(rows))}
    return rows.assign(share=share.ravel(), dose=dose.ravel(), district=rows["unit"].str[1:].astype(int) % 5, **more)


def estimate(panel: pd.DataFrame, **options) -> EffectEstimate:
    return adstock_effect(panel, **NAMES, dose="dose", **options)


def fitted(panel: pd.DataFrame, burn_in: int = 6, weights: str | None = None) -> CarriedOver:
    cells = cells_of(panel, **NAMES, weights=weights)
    return fit_adstock(cells, dose_of(panel, cells, unit="unit", time="month", dose="dose"), burn_in)


def quantity(found: EffectEstimate, name: str) -> Quantity:
    return next(one for one in found.quantities if one.name == name)


@pytest.mark.parametrize("decay", [0.1, 0.6, 0.9])
def test_without_noise_size_and_decay_are_found_exactly(decay):
    found = estimate(make_panel(decay=decay, noise=0.0))
    assert found.estimate == pytest.approx(1.2 / (1 - decay), rel=1e-5)
    assert quantity(found, "contemporaneous_effect").value == pytest.approx(1.2, abs=1e-6)
    assert quantity(found, "decay").value == pytest.approx(decay, abs=1e-6)
    assert quantity(found, "half_life").value == pytest.approx(np.log(0.5) / np.log(decay), rel=1e-5)
    assert quantity(found, "cumulative_12_months").value == pytest.approx(sum(1.2 * decay**month for month in range(12)), rel=1e-5)
    np.testing.assert_allclose(found.by_period["effect"], [1.2 * decay**month for month in range(13)], atol=1e-5)


@pytest.mark.parametrize("weights", [None, "dossiers"])
def test_estimate_and_sandwich_are_those_of_least_squares_with_dummies(weights):
    """Every effect a parameter, the Jacobian by differences, scores summed over units: nothing shared with the code but ``adstock``."""
    panel = make_panel(5, units=6, months=16)
    found = fitted(panel, burn_in=2, weights=weights)
    unit, month = (panel[name].astype("category").cat.codes.to_numpy() for name in ("unit", "month"))
    used, root = month >= 2, np.sqrt(np.ones(len(panel)) if weights is None else panel[weights])[month >= 2]
    dummies = np.column_stack([unit[:, None] == np.arange(6), month[:, None] == np.arange(3, 16)])[used].astype(float)
    doses, share = panel["dose"].to_numpy().reshape(6, 16), panel["share"].to_numpy()[used]

    def left(free):
        return root * (share - free[0] * adstock(doses, free[1]).ravel()[used] - dummies @ free[2:])

    bounds = [-np.inf, 0.0, *[-np.inf] * dummies.shape[1]], [np.inf, MAX_DECAY, *[np.inf] * dummies.shape[1]]
    solved = least_squares(left, np.r_[1.0, 0.5, np.zeros(dummies.shape[1])], jac="3-point", bounds=bounds, xtol=1e-14, ftol=1e-14, gtol=1e-12)
    assert (found.effect, found.decay) == (pytest.approx(solved.x[0], abs=1e-5), pytest.approx(solved.x[1], abs=1e-5))
    scores = np.array([(solved.jac * solved.fun[:, None])[unit[used] == one].sum(axis=0) for one in range(6)])
    bread = np.linalg.inv(solved.jac.T @ solved.jac)
    cells, kept = used.sum(), 2 + 14  # two of the dose, fourteen months with the constant among them
    covariance = bread @ scores.T @ scores @ bread * 6 / 5 * (cells - 1) / (cells - kept)
    gradient = np.array([1 / (1 - found.decay), found.effect / (1 - found.decay) ** 2])
    assert found.after(0).std_error == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-4)
    assert found.share_left.std_error == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-4)
    assert found.long_run.std_error == pytest.approx(np.sqrt(gradient @ covariance[:2, :2] @ gradient), rel=1e-4)


@pytest.mark.parametrize("months", [1, 2, 12, np.inf])
def test_errors_of_sums_follow_the_slopes_of_the_sums(months):
    """Moved numerically in the two parameters; the second coefficient is effect × change of decay."""
    found = fitted(make_panel(2))

    def total(effect, decay):
        return effect / (1 - decay) if np.isinf(months) else sum(effect * decay**month for month in range(int(months)))

    step = 1e-6
    by_effect = (total(found.effect + step, found.decay) - total(found.effect - step, found.decay)) / (2 * step)
    by_decay = (total(found.effect, found.decay + step) - total(found.effect, found.decay - step)) / (2 * step)
    expected = found.regression.combination(np.array([by_effect, by_decay / found.effect])).std_error
    assert found.within(months).estimate == pytest.approx(total(found.effect, found.decay))
    assert found.within(months).std_error == pytest.approx(expected, rel=1e-5)
    assert found.regression.coefficients == pytest.approx([found.effect, 0.0], abs=1e-5)


@given(SEEDS, st.floats(-50, 50), st.floats(0.1, 20))
@settings(max_examples=10, deadline=None)
def test_levels_of_units_and_months_scale_and_order_do_not_matter(seed, shift, scale):
    panel = make_panel(seed)
    levels = panel["unit"].map(lambda name: shift * int(name[1:])) + panel["month"].map(lambda name: shift * int(name[-2:]))
    found, plain = estimate(panel.assign(share=scale * panel["share"] + levels).sample(frac=1, random_state=seed)), estimate(panel)
    assert (found.estimate, found.std_error) == (pytest.approx(scale * plain.estimate, rel=1e-4), pytest.approx(scale * plain.std_error, rel=1e-4))
    assert quantity(found, "decay").value == pytest.approx(quantity(plain, "decay").value, abs=1e-5)
    assert estimate(panel.assign(dose=2 * panel["dose"])).estimate == pytest.approx(plain.estimate / 2, rel=1e-4)


def test_the_p_value_is_that_of_the_distributed_lag_sum():
    panel = make_panel(1)
    found, tested = estimate(panel, lags=4), distributed_lag(panel, **NAMES, dose="dose", lags=4)
    assert (found.p_exact, found.mde) == (pytest.approx(tested.p_exact), pytest.approx(tested.mde))
    assert found.p_exact_from.startswith("distributed-lag sum of 0-4 months: t, 13 df")
    total = quantity(found, "distributed_lag_sum")
    assert (total.value, total.ci_low, total.ci_high) == pytest.approx((tested.estimate, tested.ci_low, tested.ci_high))


def test_without_an_effect_neither_decay_nor_half_life_is_told():
    found = estimate(make_panel(1, effect=0.0))
    assert found.p_exact > 0.05
    assert [one.name for one in found.quantities] == ["distributed_lag_sum"]
    assert found.by_period is None
    assert "Không nêu mức tắt dần" in found.notes_vi[-1]


def test_the_level_decides_whether_decay_is_told():
    panel = make_panel(9, effect=0.06)
    level = 1 - estimate(panel).p_exact
    told = {asked: len(estimate(panel, level=asked).quantities) for asked in (level - 0.01, level + 0.001)}
    assert list(told.values()) == [5, 1]


def test_decay_and_half_life_share_one_interval():
    found = estimate(make_panel(1))
    decay, half_life = quantity(found, "decay"), quantity(found, "half_life")
    assert 0 < decay.ci_low < decay.value < decay.ci_high < 1
    np.testing.assert_allclose(
        np.log(0.5) / np.log([decay.ci_low, decay.value, decay.ci_high]), [half_life.ci_low, half_life.value, half_life.ci_high]
    )
    assert half_life.value**2 == pytest.approx(half_life.ci_low * half_life.ci_high)
    assert half_life.unit_vi == "tháng"


@pytest.mark.parametrize(("then", "edge"), [(-0.3, "0,00"), (1.0, "0,95")])
def test_a_decay_at_the_edge_is_noted_and_has_no_interval(then, edge):
    """An effect that turns round the month after, and one that never fades."""
    panel = make_panel(effect=0.0, noise=0.1)
    doses = panel.groupby("unit")["dose"]
    carried = panel["dose"] + then * doses.shift(1).fillna(0) if then < 0 else doses.cumsum()
    found = estimate(panel.assign(share=panel["share"] + 2 * carried))
    assert f"biên của khoảng đã tìm ({edge})" in found.notes_vi[-1]
    assert (quantity(found, "decay").ci_low, quantity(found, "half_life").ci_high, quantity(found, "decay").std_error) == (None, None, None)


def test_rows_wait_for_a_log_of_several_months_and_wait_again_after_a_gap():
    panel = make_panel(units=4, months=9)
    panel.loc[panel.index[4], "dose"] = np.nan
    panel.loc[panel["unit"] == "u02", "dose"] = np.nan
    cells = cells_of(panel, **NAMES)
    ready = cells.grid(warmed_up(cells, dose_of(panel, cells, unit="unit", time="month", dose="dose"), 2))
    assert ready.astype(int).tolist() == [[0, 0, 1, 1, 0, 0, 0, 1, 1], [0, 0] + [1] * 7, [0] * 9, [0, 0] + [1] * 7]


def test_what_is_assumed_of_earlier_doses_is_said():
    found = estimate(make_panel(1), burn_in=8)
    assert found.after_count == 22
    assert found.notes_vi[0] == "Bỏ 112 dòng của 14 đơn vị vì chưa có nhật ký của đủ 8 tháng trước đó."
    left = quantity(found, "decay").value ** 9
    assert f"còn lại {100 * left:.1f}".replace(".", ",") in found.notes_vi[1]


def test_controls_stand_beside_the_dose():
    panel = make_panel(2)
    moved = panel.assign(share=panel["share"] + 3 * panel["event"])
    found, plain = estimate(moved, controls=["event"]), estimate(panel, controls=["event"])
    assert (found.estimate, found.std_error) == (pytest.approx(plain.estimate, rel=1e-5), pytest.approx(plain.std_error, rel=1e-4))


def test_a_dose_from_outside_the_cells_is_carried_in():
    """Months of a log before the outcome begins are not lost."""
    panel = make_panel(1, noise=0.0)
    later = panel.assign(share=panel["share"].where(panel["month"] >= "2021-05"))
    assert estimate(later).estimate == pytest.approx(3.0, rel=1e-5)
    assert estimate(later).after_count == 24


@pytest.mark.parametrize(
    ("changed", "options", "said"),
    [
        ({"dose": 1.0}, {}, "cùng một liều"),
        ({"dose": "month"}, {}, "mọi đơn vị có cùng một liều"),
        ({}, {"burn_in": -1}, "burn_in"),
        ({}, {"burn_in": 40}, "Chỉ còn 0 đơn vị"),
        ({}, {"lags": 40}, "Chỉ còn 0 đơn vị"),
        ({"event": "dose"}, {"controls": ["event"]}, "dose trùng hoàn toàn với event"),
    ],
    ids=str,
)
def test_what_cannot_be_told_apart_is_refused(changed, options, said):
    panel = make_panel()
    for name, value in changed.items():
        panel[name] = panel["month"].str[-2:].astype(float) if value == "month" else panel.get(value, value)
    with pytest.raises(DesignRefused, match=said):
        estimate(panel, **options)


def test_the_shortcuts_are_the_regressions_they_say_they_are():
    """One lag of the outcome without noise: Koyck's form holds exactly, while the same month's dose alone does not see the rest."""
    panel = make_panel(3, noise=0.0, effect=1.0, decay=0.5).assign(share=lambda rows: adstock(rows["dose"].to_numpy().reshape(14, -1), 0.5).ravel())
    cells = cells_of(panel, **NAMES)
    dose = dose_of(panel, cells, unit="unit", time="month", dose="dose")
    noisy = replace(cells, outcome=cells.outcome + 1e-6 * np.random.default_rng(0).normal(size=len(cells.outcome)))
    assert lagged_dependent(noisy, dose).estimate == pytest.approx(2.0, abs=1e-4)
    assert contemporaneous_only(noisy, dose).estimate == pytest.approx(distributed_lag(panel, **NAMES, dose="dose", lags=0).estimate, abs=1e-4)


def test_few_clusters_are_tested_by_the_bootstrap_of_the_lag_sum_and_keep_the_delta_interval():
    few, more = make_panel(units=12), make_panel()
    found, tested = estimate(few, draws=199, seed=3), distributed_lag(few, **NAMES, dose="dose", lags=6, draws=199, seed=3)
    assert found.p_exact == tested.p_exact
    assert found.p_exact_from == f"distributed-lag sum of 0-6 months: {tested.p_exact_from}"
    assert "12 clusters" in found.p_exact_from
    assert "bootstrap" not in found.ci_from
    assert found.ci_low < found.estimate < found.ci_high
    assert (found.ci_low, found.ci_high) != (tested.ci_low, tested.ci_high)
    assert "bootstrap" not in estimate(more).p_exact_from
