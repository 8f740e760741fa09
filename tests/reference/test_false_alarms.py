"""How often a test cries wolf on the real PAPI panel: every province and start year is given a plan it never had.

56 provinces without a gap 2011-2024, 7 outcomes, 5 starts: 1,960 placebo plans, which overlap in time, so that the Monte Carlo
error of a rate is that between provinces. Raw scores run across the break of 2021 here only to measure how tests behave.
``METHODS`` are the figures of the design document, which names neither its specifications nor its code.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.estimate.calibration import calibrate
from analysis.estimate.difference import demeaned_did, detrended_did, every_demeaned, every_detrended
from analysis.estimate.grade import MAX_FALSE_ALARM_RATE
from analysis.estimate.methods import Estimator, Method
from analysis.estimate.plain_comparisons import before_after as before_after_of
from analysis.estimate.plain_comparisons import every_before_after, every_gap_to_others, gap_to_others
from analysis.estimate.result import Calibration, Statistic
from analysis.estimate.synthetic import (
    every_demeaned_synthetic_control,
    every_synthetic_control_ratio,
    synthetic_control,
)
from analysis.estimate.synthetic_difference import every_synthetic_did, synthetic_did
from analysis.estimate.time_series import every_interrupted_time_series, interrupted_time_series
from analysis.estimate.two_way import every_demeaned_hc1, every_two_way, two_way_fixed_effects

OUTCOMES = ("D1", "D2", "D3", "D4", "D5", "D6", "TOTAL")
STARTS = (2016, 2017, 2018, 2019, 2020)
ALPHA = 0.05


def exact(ask: Estimator, every: object) -> Method:
    return Method("exact", "", ask, every, "exact")


def ranked(ask: Estimator, every: object) -> Method:
    return Method("rank", "", ask, every, "rank")


def series(errors: str, *, slope: bool = True) -> Method:
    return exact(interrupted_time_series, partial(every_interrupted_time_series, errors=errors, slope=slope))


DEMEANED = exact(demeaned_did, every_demeaned)
DETRENDED = exact(detrended_did, every_detrended)
DEMEANED_SYNTHETIC = ranked(synthetic_control, every_demeaned_synthetic_control)
RMSPE_RATIO = ranked(synthetic_control, every_synthetic_control_ratio)
SYNTHETIC_DID = exact(synthetic_did, every_synthetic_did)
TWO_WAY = {errors: exact(two_way_fixed_effects, partial(every_two_way, errors=errors)) for errors in ("cluster", "hc1", "iid")}


@pytest.fixture(scope="module")
def panel(built) -> pd.DataFrame:
    """PAPI scores of the provinces without any gap 2011-2024, one column a (component, edition year)."""
    scores = built.tables["index_scores"]
    papi = scores[(scores["index"] == "PAPI") & scores["component"].isin(OUTCOMES)].astype({"score": float})
    return papi.pivot(index="province_code", columns=["component", "edition_year"], values="score").dropna()


@pytest.fixture(scope="module")
def long(panel) -> pd.DataFrame:
    """The same, one row a (province_code, edition_year), one column a component."""
    columns = [panel[outcome].melt(ignore_index=False, value_name=outcome).set_index("edition_year", append=True)[outcome] for outcome in OUTCOMES]
    return pd.concat(columns, axis=1).reset_index()


def measured(long: pd.DataFrame, method: Method, statistic: Statistic | None = None) -> Calibration:
    found = calibrate(
        long, method, unit="province_code", time="edition_year", outcome=list(OUTCOMES), starts=list(STARTS), alpha=ALPHA, statistic=statistic
    )
    assert (found.placebos_count, found.units_count, found.cells_count) == (1960, 56, 35)
    return found


def test_fifty_six_provinces_have_no_gap_and_give_1960_placebo_plans(panel):
    assert len(panel) == 56
    assert len(panel) * len(OUTCOMES) * len(STARTS) == 1960


def test_a_before_after_t_test_calls_two_thirds_of_plans_that_never_existed_significant(panel, long):
    """66.6 % by scipy's t-test and by ours; METHODS says 82 %, which no variant tried here gives (Welch's gives fewer)."""
    alarms = []
    for outcome in OUTCOMES:
        for start in STARTS:
            years = panel[outcome].columns
            before, after = panel[outcome].loc[:, years < start], panel[outcome].loc[:, years >= start]
            alarms.extend(stats.ttest_ind(after, before, axis=1).pvalue < ALPHA)
    assert np.mean(alarms) == pytest.approx(0.666, abs=0.001)
    assert measured(long, exact(before_after_of, every_before_after)).false_alarm_rate == pytest.approx(np.mean(alarms))


@pytest.mark.parametrize(
    ("method", "statistic", "rate", "power", "methods_rate"),
    [
        pytest.param(DEMEANED, "exact", 0.0577, 0.814, 0.052, id="demeaned, exact t"),
        pytest.param(DETRENDED, "exact", 0.0577, 0.361, 0.058, id="detrended, exact t"),
        pytest.param(TWO_WAY["cluster"], "exact", 0.768, 0.992, 0.78, id="two-way, clustered"),
        pytest.param(exact(demeaned_did, every_demeaned_hc1), "exact", 0.768, 0.992, 0.78, id="demeaned, HC1"),
        pytest.param(TWO_WAY["hc1"], "exact", 0.315, 0.956, 0.33, id="two-way, HC1"),
        pytest.param(TWO_WAY["iid"], "exact", 0.234, 0.951, 0.23, id="two-way, iid"),
        pytest.param(exact(gap_to_others, every_gap_to_others), "exact", 0.0806, 0.710, 0.074, id="gap to the others, line and step"),
        pytest.param(series("hac"), "exact", 0.270, 0.534, 0.25, id="interrupted series, HAC"),
        pytest.param(SYNTHETIC_DID, "exact", 0.0582, 0.824, 0.08, id="synthetic difference-in-differences, t", marks=pytest.mark.slow),
    ],
)
def test_the_rate_is_that_of_the_design_document_within_monte_carlo_error(long, method, statistic, rate, power, methods_rate):
    """Two Monte Carlo errors; METHODS gives synthetic difference-in-differences 8 to 10 %, of which the lower end is taken."""
    found = measured(long, method, statistic)
    assert (found.false_alarm_rate, found.power) == (pytest.approx(rate, abs=0.001), pytest.approx(power, abs=0.001))
    assert abs(found.false_alarm_rate - methods_rate) <= 2 * found.monte_carlo_error


@pytest.mark.parametrize(
    ("method", "rate", "methods_rate"),
    [
        pytest.param(series("ols"), 0.136, 0.18, id="OLS"),
        pytest.param(series("glsar"), 0.229, 0.26, id="GLSAR"),
    ],
)
def test_an_interrupted_series_cries_wolf_two_to_five_times_too_often(long, method, rate, methods_rate):
    """Fewer alarms than METHODS says, which does not say what its line and its errors were; far above what is allowed all the same."""
    found = measured(long, method)
    assert found.false_alarm_rate == pytest.approx(rate, abs=0.002)
    assert 2 * ALPHA < found.false_alarm_rate < methods_rate


@pytest.mark.slow
def test_a_local_level_cries_wolf_on_d5_four_times_too_often(long):
    """20.4 % of 280 plans; over all seven outcomes 18.9 % of 1,960, METHODS 23 %. Each plan is a maximum-likelihood fit."""
    method, design = series("local_level", slope=False), {"unit": "province_code", "time": "edition_year", "outcome": "D5"}
    found = calibrate(long, method, starts=list(STARTS), **design)
    assert found.false_alarm_rate == pytest.approx(0.204, abs=0.01)  # an optimiser's last digits may turn a plan on the line
    assert abs(found.false_alarm_rate - 0.23) <= 2 * found.monte_carlo_error


@pytest.mark.parametrize(
    ("method", "rate", "power", "methods_power"),
    [
        pytest.param(DEMEANED, 0.0342, 0.728, 0.71, id="demeaned"),
        pytest.param(DETRENDED, 0.0367, 0.279, None, id="detrended"),
        pytest.param(DEMEANED_SYNTHETIC, 0.0367, 0.638, 0.64, id="demeaned synthetic control", marks=pytest.mark.slow),
        pytest.param(SYNTHETIC_DID, 0.0388, 0.711, None, id="synthetic difference-in-differences", marks=pytest.mark.slow),
        pytest.param(RMSPE_RATIO, 0.0102, 0.024, None, id="synthetic control, RMSPE ratio", marks=pytest.mark.slow),
    ],
)
def test_ranks_keep_their_promise_by_construction(long, method, rate, power, methods_power):
    """Two of 56 ranks are at most 5 %, so 3.6 % but for the pools that differ. METHODS gives the RMSPE ratio 11 % power, we find 2 %."""
    found = measured(long, method, "rank")
    assert (found.false_alarm_rate, found.power) == (pytest.approx(rate, abs=0.001), pytest.approx(power, abs=0.001))
    assert found.false_alarm_rate <= ALPHA
    assert methods_power is None or found.power == pytest.approx(methods_power, abs=0.02)


def test_the_house_rule_lets_the_primary_estimate_print_a_p_value_and_the_usual_ones_not(long):
    assert measured(long, DEMEANED).false_alarm_rate <= MAX_FALSE_ALARM_RATE
    for method in (*TWO_WAY.values(), series("hac")):
        assert measured(long, method).false_alarm_rate > MAX_FALSE_ALARM_RATE


def test_coverage_of_the_primary_estimate_is_its_level_within_monte_carlo_error(long):
    found = measured(long, DEMEANED)
    assert found.coverage == pytest.approx(0.95, abs=2 * found.monte_carlo_error)
    assert found.coverage == pytest.approx(1 - found.false_alarm_rate)


def test_the_demeaned_comparison_keeps_its_promise_on_d5_asked_one_plan_at_a_time(panel, long):
    """280 overlapping placebos, 56 of them asked one call each; the house accepts at most 8 % at a nominal 5 %."""
    one_start = [
        demeaned_did(long, unit="province_code", time="edition_year", outcome="D5", treated=[province], start=2018).p_exact <= ALPHA
        for province in panel.index
    ]
    design = {"unit": "province_code", "time": "edition_year", "outcome": "D5"}
    assert calibrate(long, demeaned_did, starts=[2018], **design).false_alarm_rate == pytest.approx(np.mean(one_start))
    found = calibrate(long, demeaned_did, starts=list(STARTS), **design)
    assert (found.placebos_count, found.false_alarm_rate <= MAX_FALSE_ALARM_RATE) == (280, True)
