"""Calibration: equal to one call a placebo plan, as rarely wrong and as powerful as theory says, blind to what must not matter."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct
from scipy.stats import t as student
from statsmodels.stats.power import TTestIndPower

from analysis.estimate.calibration import calibrate, cells, mde
from analysis.estimate.conformal_inference import conformal
from analysis.estimate.difference import demeaned_did, detrended_did
from analysis.estimate.inference import rank_mde
from analysis.estimate.methods import METHODS, PRIMARY, Method
from analysis.estimate.plain_comparisons import before_after
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import Calibration
from analysis.estimate.synthetic import synthetic_control
from analysis.estimate.synthetic_difference import synthetic_did
from analysis.estimate.two_way import two_way_fixed_effects

YEARS = range(2014, 2022)
SEEDS = st.integers(min_value=0, max_value=10_000)
PANEL = {"unit": "unit", "time": "year"}
FAST = [method for method in METHODS.values() if method.every is not None]


def make_panel(seed: int = 0, units: int = 12, years: range = YEARS, wander: float = 1.0) -> pd.DataFrame:
    """Two outcomes that wander, with a level of each unit's own."""
    rng = np.random.default_rng(seed)
    levels = 10 * rng.normal(size=(units, 1))
    score, mark = (levels + wander * rng.normal(size=(units, len(years))).cumsum(axis=1) + rng.normal(size=(units, len(years))) for _ in range(2))
    rows = [(f"u{unit:03d}", year, score[unit, place], mark[unit, place]) for unit in range(units) for place, year in enumerate(years)]
    return pd.DataFrame(rows, columns=["unit", "year", "score", "mark"])


def noise(seed: int, units: int, periods: int = 4) -> pd.DataFrame:
    """Independent normal scores: what the exact t test was derived for."""
    return make_panel(seed, units, range(periods), wander=0.0)


def calibrated(panel: pd.DataFrame, method: object = demeaned_did, **options: object) -> Calibration:
    return calibrate(panel, method, **{**PANEL, "outcome": "score", **options})


def rates(found: Calibration) -> tuple[float | None, ...]:
    return found.false_alarm_rate, found.power, found.coverage, found.monte_carlo_error


def slowly(panel: pd.DataFrame, method: Method, outcome: str, start: int, effect: float, statistic: str) -> pd.DataFrame:
    """One row a unit: whether a plan that never was reads as an effect, and whether an added one is found."""
    rows = []
    for unit in sorted(panel["unit"].unique()):
        design = PANEL | {"outcome": outcome, "treated": [unit], "start": start}
        moved = panel.assign(**{outcome: panel[outcome] + effect * ((panel["unit"] == unit) & (panel["year"] >= start))})
        null, shifted = method.ask(panel, **design), method.ask(moved, **design)
        p_values = [found.p_exact if statistic == "exact" else found.p_rank for found in (null, shifted)]
        rows.append((p_values[0] <= 0.2, p_values[1] <= 0.2))
    return pd.DataFrame(rows, columns=["alarm", "found"])


@pytest.mark.parametrize("method", FAST, ids=lambda method: method.name)
def test_the_rates_are_those_of_one_call_a_placebo_plan_for_every_method(method):
    panel = make_panel(3, units=13)
    for statistic in ("exact", "rank"):
        if statistic == "exact" and method.every(*_cell(panel, 2018)).p_exact() is None:
            with pytest.raises(DesignRefused, match="không có giá trị p chính xác"):
                calibrated(panel, method, statistic="exact")
            continue
        found = calibrated(panel, method, starts=[2018], effect=2.5, statistic=statistic, alpha=0.2)
        rows = slowly(panel, method, "score", 2018, 2.5, statistic)
        assert (found.false_alarm_rate, found.power) == (pytest.approx(rows["alarm"].mean()), pytest.approx(rows["found"].mean()))
        assert (found.placebos_count, found.units_count, found.cells_count, found.method) == (13, 13, 1, method.name)
        assert 0 < found.power < 1


def test_the_rates_of_several_outcomes_and_starts_are_pooled():
    panel = make_panel(3, units=11)
    found = calibrated(panel, outcome=["score", "mark"], starts=[2017, 2020], effect=3.0, alpha=0.2)
    rows = pd.concat([slowly(panel, PRIMARY, outcome, start, 3.0, "exact") for outcome in ("score", "mark") for start in (2017, 2020)])
    assert (found.false_alarm_rate, found.power) == (pytest.approx(rows["alarm"].mean()), pytest.approx(rows["found"].mean()))
    assert (found.placebos_count, found.units_count, found.cells_count) == (44, 11, 4)


@pytest.mark.parametrize("statistic", ["exact", "rank"])
def test_an_estimator_without_a_fast_form_gives_the_same_answer_as_one_with_it(statistic):
    panel = make_panel(2, units=14)
    slow = Method("slow", "", demeaned_did, None, "exact")
    options = {"starts": [2018], "statistic": statistic, "alpha": 0.2}
    with_option, fast = calibrated(panel, demeaned_did, level=0.8, **options), calibrated(panel, demeaned_did, **options)
    assert rates(calibrated(panel, slow, **options))[:2] == rates(fast)[:2]
    assert rates(with_option)[:2] == rates(fast)[:2]
    assert with_option.monte_carlo_error == pytest.approx(fast.monte_carlo_error)
    assert statistic == "rank" or with_option.coverage == pytest.approx(fast.coverage)


def test_options_reach_the_estimator():
    panel = make_panel(2, units=13)
    ratio = calibrated(panel, synthetic_control, starts=[2018], statistic="rank", effect=6.0, alpha=0.1, solver="exact")
    fast = calibrated(panel, synthetic_control, starts=[2018], effect=6.0, alpha=0.1)
    assert (ratio.false_alarm_rate, ratio.power) == (fast.false_alarm_rate, fast.power)
    nonsense = partial(two_way_fixed_effects, errors="cluster", even_if_invalid=True)
    assert calibrated(panel, nonsense, starts=[2018]).false_alarm_rate > 0.3


def test_ten_units_solved_by_hand():
    """One period after, two before, nothing but the last moves: gains about 0 in nine units and 20 in the tenth.

    The tenth stands 20 beyond nine gains whose squares are 7.08, of variance 0.885: its t is 20 / (0.885 x 10/9)^1/2 = 20.2, and it
    alone raises an alarm. Against any other unit the tenth is among the nine others and swells their spread.
    """
    gains = [-1.5, -1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0, 1.5, 20.0]
    rows = [(f"u{unit}", year, 7.0 * unit + (gain if year == 2 else 0.0)) for unit, gain in enumerate(gains) for year in range(3)]
    found = calibrated(pd.DataFrame(rows, columns=["unit", "year", "score"]), starts=[2], effect=0.0)
    assert (found.false_alarm_rate, found.power, found.coverage, found.placebos_count) == (0.1, 0.1, 0.9, 10)
    # One unit of ten deviates by 0.9, nine by -0.1: squares 0.81 + 9 x 0.01 = 0.9, times 10/9, root 1, over 10.
    assert found.monte_carlo_error == pytest.approx(0.1)


@pytest.mark.parametrize("method", [demeaned_did, detrended_did])
def test_on_independent_normal_scores_false_alarms_are_five_in_a_hundred(method):
    """60 panels of 100 units; the alarms of one panel share their spread, so the error is that between panels."""
    found = [calibrated(noise(seed, 100, 5), method, starts=[3]).false_alarm_rate for seed in range(60)]
    assert np.mean(found) == pytest.approx(0.05, abs=4 * np.std(found, ddof=1) / np.sqrt(60))
    assert np.mean(found) == pytest.approx(0.05, abs=0.01)


def test_power_at_2_8_deviations_is_near_80_per_cent_and_coverage_the_level():
    found = [calibrated(noise(seed, 100), starts=[2]) for seed in range(40)]
    power = np.mean([one.power for one in found])
    assert power == pytest.approx(0.80, abs=0.02)
    assert power == pytest.approx(nct.sf(student.ppf(0.975, 98), 98, 2.8) + nct.cdf(-student.ppf(0.975, 98), 98, 2.8), abs=0.02)
    assert np.mean([one.coverage for one in found]) == pytest.approx(0.95, abs=0.01)
    assert all(one.coverage == pytest.approx(1 - one.false_alarm_rate) for one in found)


def test_the_rank_cries_wolf_as_often_as_its_promise_allows():
    """Of 40 ranks of 40 units the two largest are at most 2/40: every panel has exactly two alarms, but for ties of left-out pools."""
    found = [calibrated(noise(seed, 40), PRIMARY, starts=[2], statistic="rank").false_alarm_rate for seed in range(20)]
    assert np.mean(found) == pytest.approx(2 / 40, abs=0.01)


def test_a_test_that_takes_wandering_periods_for_independent_ones_cries_wolf():
    panel = make_panel(0, units=40, wander=4.0)
    assert calibrated(panel, before_after, starts=[2018]).false_alarm_rate > 0.25
    assert calibrated(panel, starts=[2018]).false_alarm_rate < 0.12


@given(SEEDS)
@settings(max_examples=8)
def test_the_monte_carlo_error_is_the_cluster_robust_one_of_statsmodels(seed):
    """A share is a mean, its error that of a constant in least squares, clustered by unit."""
    panel = make_panel(seed, units=15)
    found = calibrated(panel, outcome=["score", "mark"], starts=[2016, 2018, 2020], alpha=0.2)
    alarms, names = [], []
    for cell in cells(panel, **PANEL, outcome=["score", "mark"], starts=[2016, 2018, 2020]):
        alarms.append(PRIMARY.every(cell.outcomes, cell.clock, cell.before).p_exact() <= 0.2)
        names.append(pd.factorize(np.array(cell.units))[0])
    values = np.concatenate(alarms).astype(float)
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": np.concatenate(names)})
    assert (found.false_alarm_rate, found.monte_carlo_error) == (pytest.approx(fit.params[0]), pytest.approx(fit.bse[0]))


def test_units_that_had_a_plan_are_left_out_altogether():
    panel = make_panel(1, units=15)
    spoilt = panel.assign(score=panel["score"].where(panel["unit"] != "u003", 1e6 * panel["year"]))
    found, without = calibrated(spoilt, had_plan=["u003"]), calibrated(panel[panel["unit"] != "u003"])
    assert found == without
    assert found.units_count == 14
    with pytest.raises(DesignRefused, match="danh sách; gặp chuỗi “u003”"):
        calibrated(panel, had_plan="u003")


def test_units_with_a_gap_or_an_infinity_take_no_part_and_each_outcome_has_its_own_units():
    panel = make_panel(1, units=15)
    panel.loc[(panel["unit"] == "u002") & (panel["year"] == 2016), "score"] = np.nan
    panel.loc[(panel["unit"] == "u004") & (panel["year"] == 2019), "score"] = np.inf
    panel = panel[~((panel["unit"] == "u005") & (panel["year"] == 2014))]
    chosen = cells(panel, **PANEL, outcome=["score", "mark"], starts=[2018])
    assert [len(cell.units) for cell in chosen] == [12, 14]
    assert calibrated(panel, starts=[2018]) == calibrated(panel[~panel["unit"].isin(["u002", "u004"])], starts=[2018])


def test_by_default_every_period_with_two_before_is_a_start():
    found = cells(make_panel(), **PANEL, outcome="score", starts=None)
    assert [(cell.start, cell.before) for cell in found] == [(year, year - 2014) for year in range(2016, 2022)]
    some = cells(make_panel(), **PANEL, outcome="score", starts=[2014, 2015, 2018, 2030])
    assert [cell.start for cell in some] == [2018]


def test_one_yardstick_serves_all_methods():
    """2.8 deviations of the demeaned comparison's placebos, whichever method is tried, or the effect that is declared."""
    panel = make_panel(5, units=25)
    spread = np.std(PRIMARY.every(*_cell(panel, 2018)).estimates, ddof=1)
    for method in (demeaned_did, detrended_did, synthetic_did):
        assert rates(calibrated(panel, method, starts=[2018])) == rates(calibrated(panel, method, starts=[2018], effect=2.8 * spread))
    assert calibrated(panel, starts=[2018], effect=1.4 * spread).effect_sd == pytest.approx(1.4)
    assert calibrated(panel, starts=[2018], effect_sd=1.4).effect_sd == 1.4


def _cell(panel: pd.DataFrame, start: int) -> tuple[np.ndarray, np.ndarray, int]:
    (cell,) = cells(panel, **PANEL, outcome="score", starts=[start])
    return cell.outcomes, cell.clock, cell.before


def test_a_larger_effect_is_found_more_often_and_alpha_is_kept():
    panel = make_panel(5, units=40)
    power = [calibrated(panel, effect_sd=size).power for size in (0.0, 1.0, 2.0, 3.0, 6.0)]
    assert power == sorted(power)
    assert (power[0], power[-1]) == (calibrated(panel).false_alarm_rate, pytest.approx(1.0, abs=0.05))
    assert calibrated(panel, alpha=0.2).false_alarm_rate > calibrated(panel, alpha=0.01).false_alarm_rate
    assert calibrated(panel, alpha=0.2).alpha == 0.2


@given(SEEDS)
@settings(max_examples=8)
def test_the_order_of_rows_and_the_names_of_units_do_not_matter(seed):
    panel = make_panel(seed, units=15)
    renamed = panel.assign(unit="z" + panel["unit"].str[::-1]).sample(frac=1, random_state=seed)
    for method in (demeaned_did, detrended_did):
        assert rates(calibrated(renamed, method, alpha=0.2)) == pytest.approx(rates(calibrated(panel, method, alpha=0.2)))


@given(SEEDS, st.floats(min_value=-100, max_value=100), st.floats(min_value=0.01, max_value=100))
@settings(max_examples=8)
def test_shifting_and_scaling_the_outcome_and_relabelling_years_do_not_matter(seed, shift, scale):
    panel = make_panel(seed, units=15)
    moved = panel.assign(score=scale * panel["score"] + shift * (panel["year"] - 2018) + shift, year=3 * panel["year"] - 1)
    for method in (demeaned_did, detrended_did):
        plain = calibrated(panel, method, alpha=0.2, starts=[2017, 2019])
        assert rates(calibrated(moved, method, alpha=0.2, starts=[6050, 6056])) == pytest.approx(rates(plain))
        turned = calibrated(panel.assign(score=-panel["score"]), method, alpha=0.2, starts=[2017, 2019])
        assert rates(turned)[0] == rates(plain)[0]  # an added effect then meets noise of the other sign, so the power may differ


def test_periods_need_not_be_numbers():
    panel = make_panel(4, units=15)
    named = panel.assign(year="Y" + panel["year"].astype(str))
    assert rates(calibrated(named, starts=["Y2018"])) == rates(calibrated(panel, starts=[2018]))


@pytest.mark.parametrize(
    ("panel", "options", "reason"),
    [
        (make_panel(units=9), {}, "Chỉ có 9 đơn vị có đủ các kỳ của “score”; cần ít nhất 10"),
        (make_panel(units=10), {"had_plan": ["u000"]}, "Chỉ có 9 đơn vị"),
        (make_panel(), {"starts": [2014, 2015]}, "Không có mốc bắt đầu nào"),
        (make_panel(), {"starts": [2022]}, "Không có mốc bắt đầu nào"),
        (make_panel(years=range(2014, 2016)), {}, "Không có mốc bắt đầu nào"),
        (make_panel().assign(score=5.0), {}, "“score” không biến động"),
        (make_panel().assign(score=lambda rows: 3.0 * rows["year"]), {}, "“score” không biến động"),
        (make_panel(), {"outcome": "rating"}, "không có cột rating"),
        (make_panel(), {"outcome": ["score", "unit"]}, "“unit” không phải là số"),
        (pd.concat([make_panel(), make_panel().head(1)]), {}, "hai lần trong cùng một kỳ: u000, kỳ 2014"),
        (make_panel(), {"statistic": "exact", "method": synthetic_control}, "không có giá trị p chính xác"),
        (make_panel(), {"statistic": "rank", "method": conformal, "starts": [2018]}, "không cho giá trị p được hỏi"),
    ],
)
def test_a_panel_that_cannot_tell_is_refused_with_the_reason(panel, options, reason):
    with pytest.raises(DesignRefused, match=reason):
        calibrated(panel, **options)


@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        (demeaned_did, {}),
        (detrended_did, {}),
        (synthetic_control, {"solver": "exact"}),
        (synthetic_did, {"solver": "exact"}),
        (two_way_fixed_effects, {}),
        (before_after, {}),
        (conformal, {"proxy": "demeaned"}),
    ],
)
def test_the_detectable_effect_never_changes_with_what_happened_to_the_treated_after_the_start(estimator, options):
    panel = make_panel(6, units=21, years=range(1996, 2022) if estimator is conformal else YEARS)
    spoilt = panel.assign(score=panel["score"] + 1e3 * ((panel["unit"] == "u000") & (panel["year"] >= 2018)) * panel["year"])
    design = PANEL | {"outcome": "score", "treated": ["u000"], "start": 2018} | options
    found = mde(panel, estimator, **design)
    assert mde(spoilt, estimator, **design) == found == estimator(panel, **design).mde
    assert found > 0


@pytest.mark.parametrize(("power", "alpha"), [(0.8, 0.05), (0.9, 0.05), (0.8, 0.01), (0.5, 0.1)])
def test_the_detectable_effect_of_a_t_test_agrees_with_the_power_of_statsmodels(power, alpha):
    """One unit against 60, in standard deviations of what the others gained."""
    panel = make_panel(6, units=61)
    design = PANEL | {"outcome": "score", "treated": ["u000"], "start": 2018}
    wide = panel[panel["unit"] != "u000"].pivot(index="unit", columns="year", values="score")
    gained = wide.loc[:, 2018:].mean(axis=1) - wide.loc[:, :2017].mean(axis=1)
    solved = TTestIndPower().solve_power(nobs1=1, ratio=60, alpha=alpha, power=power)
    assert mde(panel, demeaned_did, power=power, alpha=alpha, **design) == pytest.approx(solved * gained.std(ddof=1), rel=0.02)


@pytest.mark.parametrize("estimator", [partial(synthetic_control, solver="exact"), two_way_fixed_effects, before_after])
def test_the_detectable_effect_of_a_rank_is_read_off_its_placebos_at_any_power(estimator):
    panel = make_panel(6, units=45)
    design = PANEL | {"outcome": "score", "treated": ["u000"], "start": 2018}
    placebos = estimator(panel, **design).placebos.to_numpy()
    for power, alpha in [(0.8, 0.05), (0.9, 0.05), (0.5, 0.1)]:
        assert mde(panel, estimator, power=power, alpha=alpha, **design) == rank_mde(placebos, power, alpha)


def test_a_detectable_effect_that_ranks_cannot_reach_is_refused():
    design = PANEL | {"outcome": "score", "treated": ["u000"], "start": 2018}
    with pytest.raises(DesignRefused, match="Chỉ có 11 đơn vị so sánh để xếp hạng"):
        mde(make_panel(), partial(synthetic_control, solver="exact"), **design)
    with pytest.raises(DesignRefused, match="so sánh"):
        mde(make_panel(units=3), demeaned_did, **design)
