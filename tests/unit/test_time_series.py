"""Interrupted time series, before-after and the gap to the others: hand-solved, against statsmodels, and as theory says."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from analysis.estimate.difference import demeaned_did
from analysis.estimate.every_unit import EveryUnit
from analysis.estimate.plain_comparisons import before_after, every_before_after, every_gap_to_others, gap_to_others
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.time_series import every_interrupted_time_series, interrupted_time_series

START = 2018
YEARS = range(2011, 2025)
AFTER = np.array([year >= START for year in YEARS], dtype=float)
TIME = np.array([year - START for year in YEARS], dtype=float)
SEEDS = st.integers(min_value=0, max_value=10_000)
DESIGNS = {"its": interrupted_time_series, "before_after": before_after, "gap": gap_to_others}
ERRORS = ["ols", "hac", "glsar", "local_level"]


def make_panel(seed: int = 0, units: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = 50 + np.cumsum(rng.normal(0, 0.5, (units, len(YEARS))), axis=1) + rng.normal(0, 1, (units, len(YEARS)))
    return panel_of({f"u{row}": series for row, series in enumerate(values)})


def panel_of(series: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [(unit, year, value) for unit, values in series.items() for year, value in zip(YEARS, values, strict=True)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def estimate(design, panel: pd.DataFrame, treated: tuple[str, ...] = ("u0",), start: object = START, **options):
    return design(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, **options)


def series_of(panel: pd.DataFrame, unit: str = "u0") -> np.ndarray:
    return panel[panel["unit"] == unit].sort_values("year")["score"].to_numpy()


def matrix_of(panel: pd.DataFrame) -> np.ndarray:
    return panel.pivot(index="unit", columns="year", values="score").to_numpy()


def columns(slope: bool) -> np.ndarray:
    return np.column_stack([np.ones(len(TIME)), TIME, *([TIME * AFTER] if slope else []), AFTER])


def test_a_line_with_a_step_and_a_known_wiggle_is_solved_by_hand():
    """The wiggle 1, -2, 1 on each side is blind to line and step, so the step is 4 and the squares left are 2 x 6 over 3 df."""
    wiggle = np.array([1.0, -2.0, 1.0])
    values = np.arange(6) * 0.5 + np.array([0, 0, 0, 4, 4, 4]) + np.tile(wiggle, 2)
    rows = [(unit, year, value + place) for place, unit in enumerate(["t", "a", "b", "c"]) for year, value in enumerate(values)]
    found = estimate(interrupted_time_series, pd.DataFrame(rows, columns=["unit", "year", "score"]), ("t",), 3)
    design = np.column_stack([np.ones(6), np.arange(6), np.arange(6) >= 3])
    assert (found.estimate, found.df) == (pytest.approx(4.0), 3)
    assert found.std_error == pytest.approx(np.sqrt(12 / 3 * np.linalg.inv(design.T @ design)[2, 2]))


@pytest.mark.parametrize("slope", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_ols_and_newey_west_equal_a_statsmodels_test_of_the_mean_effect(slope, seed):
    panel = make_panel(seed)
    contrast = [0, 0, *([TIME[AFTER == 1].mean()] if slope else []), 1]
    model = sm.OLS(series_of(panel), columns(slope))
    for errors, fitted in {"ols": model.fit(), "hac": model.fit(cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}, use_t=True)}.items():
        expected = fitted.t_test(contrast)
        found = estimate(interrupted_time_series, panel, errors=errors, slope=slope, lags=2)
        assert (found.estimate, found.std_error) == (pytest.approx(expected.effect.item()), pytest.approx(expected.sd.item()))
        assert (found.p_exact, found.df) == (pytest.approx(expected.pvalue.item()), int(fitted.df_resid))
        assert (found.ci_low, found.ci_high) == pytest.approx(tuple(expected.conf_int()[0]))


def test_newey_west_without_lags_is_hc1():
    panel = make_panel()
    expected = sm.OLS(series_of(panel), columns(False)).fit(cov_type="HC1")
    assert estimate(interrupted_time_series, panel, errors="hac", lags=0).std_error == pytest.approx(expected.bse[-1])


def test_glsar_finds_the_step_and_the_error_of_least_squares_after_its_own_quasi_differencing():
    panel = make_panel(3)
    found = estimate(interrupted_time_series, panel, errors="glsar")
    rho = sm.GLSAR(series_of(panel), columns(False), rho=1)
    rho.iterative_fit(maxiter=8)
    lagged = lambda values: values[1:] - rho.rho[0] * values[:-1]  # noqa: E731
    expected = sm.OLS(lagged(series_of(panel)), lagged(columns(False))).fit()
    assert found.estimate == pytest.approx(expected.params[-1])
    assert (found.std_error, found.df) == (pytest.approx(expected.bse[-1]), 11)


def test_the_local_level_is_that_of_statsmodels_and_its_interval_normal():
    panel = make_panel(2)
    expected = sm.tsa.UnobservedComponents(series_of(panel), "llevel", exog=AFTER).fit(disp=0)
    found = estimate(interrupted_time_series, panel, errors="local_level")
    assert (found.estimate, found.std_error) == (pytest.approx(expected.params[-1]), pytest.approx(expected.bse[-1]))
    assert (found.df, found.ci_high - found.estimate) == (None, pytest.approx(1.959963985 * found.std_error))


@given(SEEDS, st.booleans())
@settings(max_examples=15)
def test_the_mean_drawn_effect_after_the_start_is_the_estimate(seed, slope):
    found = estimate(interrupted_time_series, make_panel(seed), slope=slope)
    drawn = found.by_period[found.by_period["is_after"]]
    assert drawn["effect"].mean() == pytest.approx(found.estimate, abs=1e-8)
    np.testing.assert_allclose(drawn["observed"] - drawn["counterfactual"], drawn["effect"])


@given(SEEDS, st.floats(min_value=-50, max_value=50), st.floats(min_value=0.1, max_value=20))
@settings(max_examples=10)
def test_an_effect_moves_the_estimate_by_itself_and_a_line_or_a_scale_behaves(seed, effect, scale):
    panel = make_panel(seed)
    is_after = (panel["year"] >= START) & (panel["unit"] == "u0")
    for name, design in DESIGNS.items():
        plain = estimate(design, panel)
        moved = estimate(design, panel.assign(score=panel["score"] + effect * is_after))
        scaled = estimate(design, panel.assign(score=-scale * panel["score"]))
        assert (moved.estimate - plain.estimate, moved.std_error) == (pytest.approx(effect, abs=1e-8), pytest.approx(plain.std_error)), name
        assert (scaled.estimate, scaled.p_exact) == (pytest.approx(-scale * plain.estimate), pytest.approx(plain.p_exact)), name
        assert (scaled.p_rank, scaled.mde) == (pytest.approx(plain.p_rank), plain.mde and pytest.approx(scale * plain.mde)), name


@given(SEEDS, st.floats(min_value=-20, max_value=20))
@settings(max_examples=10)
def test_a_line_in_time_moves_neither_the_segmented_series_nor_the_gap_but_does_move_before_after(seed, gain):
    panel = make_panel(seed)
    tilted = panel.assign(score=panel["score"] + gain * (panel["year"] - START))
    for design in (interrupted_time_series, gap_to_others):
        assert estimate(design, tilted).estimate == pytest.approx(estimate(design, panel).estimate, abs=1e-7)
    assert estimate(before_after, tilted).estimate - estimate(before_after, panel).estimate == pytest.approx(7 * gain, abs=1e-7)


@given(SEEDS)
@settings(max_examples=10)
def test_order_of_rows_and_names_of_units_do_not_matter(seed):
    panel = make_panel(seed)
    for design in DESIGNS.values():
        plain = estimate(design, panel)
        for other in (panel.sample(frac=1, random_state=seed), panel.assign(unit=panel["unit"].replace({"u0": "z"}))):
            found = estimate(design, other, (sorted({"u0", "z"} & set(other["unit"]))[0],))
            assert (found.estimate, found.std_error, found.p_rank) == pytest.approx((plain.estimate, plain.std_error, plain.p_rank))


@given(SEEDS)
@settings(max_examples=10)
def test_before_after_is_the_equal_variance_t_test(seed):
    panel = make_panel(seed)
    series = series_of(panel)
    expected = ttest_ind(series[AFTER == 1], series[AFTER == 0])
    found = estimate(before_after, panel)
    assert (found.p_exact, found.df) == (pytest.approx(expected.pvalue), expected.df)
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_the_gap_is_the_least_squares_step_of_the_distance_to_the_mean_of_the_others():
    panel = make_panel()
    values = matrix_of(panel)
    expected = sm.OLS(values[0] - values[1:].mean(axis=0), columns(False)).fit()
    found = estimate(gap_to_others, panel)
    assert (found.estimate, found.std_error, found.df) == (pytest.approx(expected.params[-1]), pytest.approx(expected.bse[-1]), 11)


def test_without_a_trend_the_gap_gives_the_demeaned_estimate_and_its_placebos():
    panel = make_panel()
    for treated in (("u0",), ("u0", "u3")):
        found, expected = estimate(gap_to_others, panel, treated, trend=False), estimate(demeaned_did, panel, treated)
        assert (found.estimate, found.p_rank) == (pytest.approx(expected.estimate), pytest.approx(expected.p_rank))
        np.testing.assert_allclose(found.placebos, expected.placebos)


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_several_treated_units_are_judged_by_their_mean_series_against_groups_as_large(design):
    panel = make_panel()
    found = estimate(design, panel, ("u0", "u1"))
    values = matrix_of(panel)
    merged = panel_of({"u": values[:2].mean(axis=0), **{f"v{row}": values[row] for row in range(2, 8)}})
    assert found.estimate == pytest.approx(estimate(design, merged, ("u",)).estimate)
    assert (found.n_placebos, found.seed) == (15, 0)


@pytest.mark.parametrize(
    ("name", "options"),
    [("its", {"errors": errors}) for errors in ERRORS] + [("its", {"slope": True}), ("before_after", {}), ("gap", {}), ("gap", {"trend": False})],
)
def test_each_kernel_equals_its_public_function_for_every_unit(name, options):
    kernels = {"its": every_interrupted_time_series, "before_after": every_before_after, "gap": every_gap_to_others}
    panel = make_panel(1, units=5)
    found: EveryUnit = kernels[name](matrix_of(panel), np.array(YEARS, dtype=float), 7, **options)
    for row in range(5):
        one = estimate(DESIGNS[name], panel, (f"u{row}",), **options)
        assert (found.estimates[row], found.std_errors[row]) == pytest.approx((one.estimate, one.std_error), abs=1e-9)
        assert found.p_exact()[row] == pytest.approx(one.p_exact, abs=1e-8)
        assert found.p_rank()[row] == pytest.approx(one.p_rank)
        np.testing.assert_allclose(np.delete(found.placebos[row], row), one.placebos, atol=1e-9)


STRAIGHT = make_panel().assign(score=lambda rows: rows["year"] * 1.0)
FLAT = make_panel().assign(score=1.0)


@pytest.mark.parametrize(
    ("design", "panel", "options", "reason"),
    [
        (interrupted_time_series, STRAIGHT, {}, "không biến động"),
        (interrupted_time_series, FLAT, {"errors": "local_level"}, "không biến động"),
        (before_after, FLAT, {}, "không biến động"),
        (gap_to_others, STRAIGHT, {}, "không biến động"),
        (interrupted_time_series, make_panel(), {"treated": ("u0", "u1"), "start": {"u0": 2017, "u1": 2018}}, "cùng một kỳ"),
        (interrupted_time_series, make_panel(), {"errors": "local_level", "slope": True}, "không có độ dốc"),
        (interrupted_time_series, make_panel(), {"start": 2024, "slope": True}, "quá ngắn"),
        (interrupted_time_series, make_panel().query("year >= 2016 and year <= 2018"), {}, "3 kỳ .* quá ngắn"),
        (interrupted_time_series, make_panel(), {"errors": "hac", "lags": 14}, "Số độ trễ"),
        (before_after, make_panel(), {"start": 1990}, "Không có kỳ nào trước hoặc sau"),
    ],
)
def test_series_that_cannot_carry_the_design_are_refused_with_the_reason(design, panel, options, reason):
    with pytest.raises(DesignRefused, match=reason):
        estimate(design, panel, **options)
