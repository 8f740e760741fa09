"""Months before the first campaign: a drift and a dip are seen, flat leads pass only where a drift that matters would have been seen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import text
from analysis.estimate.inference import minimum_detectable_effect
from analysis.estimate.inside.checks import anticipation
from analysis.estimate.inside.imputation import imputed, staggered_event_study
from analysis.estimate.inside.leads import Leads, leads_of, pre_trend
from analysis.estimate.inside.questions import DOSSIERS, MONTH, SHARE, UNIT, FirstCampaigns
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult
from staggered import Staggered, draw

NAMES = {"unit": "xa", "time": "thang", "outcome": "ty_le"}
LEADS, HORIZON = 6, 12


def before(drawn: Staggered, path) -> Staggered:
    """The same panel with ``path`` of the months since the start added before it, in units that start."""
    added = np.where((drawn.since < 0) & (drawn.first < NEVER)[:, None], path(drawn.since.astype(float)), 0.0)
    return replace(drawn, outcome=drawn.outcome + added)


def check_of(drawn: Staggered) -> CheckResult:
    return staggered_event_study(drawn.panel, first=drawn.starts, horizon=HORIZON, leads=LEADS, **NAMES).checks[0]


def leads(drawn: Staggered) -> Leads:
    return leads_of(drawn.cells, drawn.first, LEADS)


def smallest_seen(found: Leads) -> float:
    """What a drift must have grown to by the middle of the months after the start, to be seen with 80 % power."""
    drift = found.drift()
    return (1 + HORIZON / 2 / (LEADS + 1)) * minimum_detectable_effect(drift.std_error, drift.df, significance=0.025)


# What was planted


def test_a_drift_before_the_start_fails():
    check = check_of(before(draw(13, noise=0.5), lambda since: 0.5 * np.maximum(since + 7, 0)))
    assert check.is_passed is False
    assert "Trước lần truyền thông đầu tiên đã lệch so với nơi chưa bắt đầu, quá mức ngẫu nhiên" in check.sentence_vi
    assert check.value == pytest.approx(3.5, abs=0.5)  # where a drift of half a point a month stands in the seventh


def test_a_drift_through_all_months_fails_too():
    """Earlier months are the reference, so only what the last six add to them is seen."""
    assert check_of(before(draw(13, noise=0.5), lambda since: 0.6 * np.maximum(since + 18, 0))).is_passed is False


@pytest.mark.parametrize(("effect", "passed"), [(8.0, True), (1.0, None)])
def test_flat_leads_pass_beside_a_large_effect_and_are_not_known_beside_a_small_one(effect, passed):
    check = check_of(draw(14, path=lambda since: np.full_like(since, effect, dtype=float)))
    assert check.is_passed is passed
    assert ("nhưng phép thử yếu" in check.sentence_vi) is (passed is None)


@pytest.mark.parametrize("depth", [-4.0, 4.0])
def test_a_dip_of_a_single_month_just_before_the_start_is_seen(depth):
    """A straight drift hardly shows it; the joint test and the months of the anticipation do."""
    drawn = before(draw(15, path=lambda since: np.full_like(since, 2.0, dtype=float)), lambda since: np.where(since == -1, depth, 0.0))
    found = leads(drawn)
    assert found.p_value < 0.001
    assert check_of(drawn).is_passed is False
    rows = drawn.panel.rename(columns={"xa": UNIT, "thang": MONTH, "ty_le": SHARE}).assign(**{DOSSIERS: 1.0})
    asked = FirstCampaigns(rows, first=drawn.starts)
    told = anticipation(asked, asked.ask())
    assert told.is_passed is False
    assert told.value == pytest.approx(depth / 2, abs=0.7)  # the mean over two months


def test_what_comes_after_the_start_has_no_say():
    drawn = draw(16, units=40, months=30, never=8, starts=(10, 26))
    after = np.random.default_rng(0).normal(0, 50, drawn.outcome.shape)
    other = replace(drawn, outcome=np.where(drawn.since >= 0, after, drawn.outcome))
    assert leads(other).fit.coefficients == pytest.approx(leads(drawn).fit.coefficients)
    assert leads(other).p_value == pytest.approx(leads(drawn).p_value)


# What the tests are


def test_lead_coefficients_are_those_of_a_regression_with_dummies():
    drawn = draw(16, units=20, months=16, never=5, starts=(6, 14))
    found, cells = leads_of(drawn.cells, drawn.first, 3), drawn.cells
    untreated, since = drawn.since.ravel() < 0, drawn.since.ravel()
    design = np.column_stack([np.eye(20)[cells.unit_of], np.eye(16)[cells.month_of], since[:, None] == np.array([-3, -2, -1])])[untreated]
    assert np.linalg.lstsq(design, cells.outcome[untreated], rcond=None)[0][-3:] == pytest.approx(found.fit.coefficients, abs=1e-9)


@given(st.integers(0, 1000), st.floats(-9, 9))
@settings(max_examples=8)
def test_a_straight_path_is_its_own_drift_and_a_common_level_moves_it_by_a_fixed_amount(seed, size):
    found = leads(draw(seed, units=24, months=20, never=6, starts=(9, 18)))
    ramp = 1 + found.periods / (LEADS + 1)
    straight = replace(found, fit=replace(found.fit, coefficients=size * ramp))
    assert straight.drift().estimate == pytest.approx(size, abs=1e-9)
    assert straight.drift().std_error == pytest.approx(found.drift().std_error)
    assert found.carried(0) == 1.0
    assert size * found.carried(7) == pytest.approx(size * 2)  # seven months up to the start, as many again


def test_the_drift_is_that_of_weighted_least_squares_through_the_reference():
    found = leads(draw(17, units=40, months=30, never=8, starts=(10, 26)))
    ramp, errors = 1 + found.periods / (LEADS + 1), np.sqrt(np.diag(found.fit.covariance))
    (slope,) = np.linalg.lstsq((ramp / errors)[:, None], found.fit.coefficients / errors, rcond=None)[0]
    assert found.drift().estimate == pytest.approx(slope)


def test_the_joint_test_is_the_wald_test_of_all_leads_as_hotelling():
    found = leads(draw(17))
    statistic, restrictions, rest = found.joint()
    wald = found.fit.coefficients @ np.linalg.inv(found.fit.covariance) @ found.fit.coefficients
    assert (restrictions, rest) == (6, 91 - 6)
    assert statistic == pytest.approx(wald * 85 / (6 * 90))
    assert found.p_value == pytest.approx(stats.f.sf(statistic, 6, 85))


def test_what_would_have_been_seen_decides_between_a_pass_and_not_known():
    drawn = draw(14)
    found, seen = leads(drawn), smallest_seen(leads(drawn))
    weak, strong = (pre_trend(found, factor * seen, HORIZON / 2) for factor in (0.99, 1.01))
    assert (weak.is_passed, strong.is_passed) == (None, True)
    assert f"phép thử chỉ nhận ra từ {text.number(seen, 2)} trở lên" in weak.sentence_vi
    own = imputed(drawn.cells, drawn.first, horizon=HORIZON).fit
    assert check_of(drawn).is_passed is (True if max(minimum_detectable_effect(own.std_error, own.df), abs(own.estimate)) >= seen else None)


def test_the_drift_that_is_said_to_be_seen_is_seen_four_times_in_five():
    """Half of the level, as the smaller of two p-values is doubled."""
    drift = leads(draw(17)).drift()
    seen = minimum_detectable_effect(drift.std_error, drift.df, significance=0.025)
    bound = stats.t.ppf(1 - 0.0125, drift.df)
    assert stats.nct.sf(bound, drift.df, seen / drift.std_error) == pytest.approx(0.8, abs=0.005)


@pytest.mark.parametrize("options", [{}, {"clusters": 9, "never": 11}], ids=["units", "nine districts"])
def test_where_nothing_drifts_the_check_seldom_fails(options):
    """Where the usual F(q, G-1) of the joint test alone fails in 58 % of panels with nine clusters."""
    found = [_asked(draw(seed, **options)) for seed in range(100)]
    failed = [pre_trend(item, 1.0, HORIZON / 2).is_passed is False for item in found if item is not None]
    assert len(failed) >= 90
    assert np.mean(failed) <= 0.15


def _asked(drawn: Staggered) -> Leads | None:
    try:
        return leads(drawn)
    except DesignRefused:
        return None
