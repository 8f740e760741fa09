"""The evidence grade: A needs everything, B forgives one thing, no calibration no more than C, refusal D."""

from dataclasses import replace

import pytest

from analysis.estimate.grade import LABELS_VI, MAX_FALSE_ALARM_RATE, VERBS_VI, grade
from analysis.estimate.result import Calibration, CheckResult, EffectEstimate

STRONG = EffectEstimate(
    outcome="score",
    estimand_vi="",
    estimate=2.0,
    std_error=0.4,
    df=50,
    ci_low=1.2,
    ci_high=2.8,
    level=0.95,
    p_exact=0.001,
    p_rank=0.02,
    treated_count=1,
    comparison_count=51,
    before_count=5,
    after_count=3,
    mde=1.2,
    method="demeaned_did",
    calibration=Calibration(false_alarm_rate=0.05, placebos_count=1960, power=0.79),
    one_sign_share=0.95,
    p_adjusted=0.01,
    checks=(CheckResult("pretrend", True, ""), CheckResult("leads", None, "")),
)
SOFT_FAILURES = [
    {"p_adjusted": None},
    {"p_adjusted": 0.06},
    {"p_rank": None},
    {"p_rank": 0.06},
    {"mde": 2.5},
    {"one_sign_share": None},
    {"one_sign_share": 0.79},
]


def test_a_declared_estimate_that_meets_every_condition_is_strong_evidence():
    assert grade(STRONG, is_declared=True).grade == "A"


def test_a_negative_effect_is_judged_by_its_size():
    assert grade(replace(STRONG, estimate=-2.0), is_declared=True).grade == "A"


@pytest.mark.parametrize("changed", SOFT_FAILURES, ids=str)
def test_one_unmet_condition_is_only_suggestive(changed):
    found = grade(replace(STRONG, **changed), is_declared=True)
    assert found.grade == "B"
    assert found.reason_vi


def test_an_undeclared_estimate_is_at_most_suggestive():
    assert grade(STRONG).grade == "B"


@pytest.mark.parametrize("changed", SOFT_FAILURES, ids=str)
def test_two_unmet_conditions_are_not_enough_evidence_and_both_are_named(changed):
    found = grade(replace(STRONG, **changed), is_declared=False)
    assert found.grade == "C"
    assert found.reason_vi.count(";") == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"calibration": None},
        {"calibration": Calibration(MAX_FALSE_ALARM_RATE + 0.001, 1960, 0.9)},
        {"p_exact": 0.0501},
        {"checks": (CheckResult("leads", True, ""), CheckResult("pretrend", False, ""))},
    ],
    ids=["never calibrated", "cries wolf", "not significant", "a failed check"],
)
def test_without_a_trusted_small_p_value_and_passed_checks_nothing_else_can_help(changed):
    assert grade(replace(STRONG, **changed), is_declared=True).grade == "C"


def test_a_false_alarm_rate_of_exactly_the_house_limit_is_accepted():
    assert grade(replace(STRONG, calibration=Calibration(MAX_FALSE_ALARM_RATE, 1960, 0.9)), is_declared=True).grade == "A"


def test_a_refused_design_cannot_be_assessed_however_strong_the_number():
    found = grade(STRONG, "chưa công bố phiên bản 2021", is_declared=True)
    assert (found.grade, found.reason_vi) == ("D", "chưa công bố phiên bản 2021")


def test_no_estimate_at_all_cannot_be_assessed_and_says_why():
    assert grade(None).grade == "D"
    assert grade(None).reason_vi


def test_only_a_and_b_have_a_causal_verb():
    assert set(LABELS_VI) == set("ABCD")
    assert set(VERBS_VI) == {"A", "B"}
