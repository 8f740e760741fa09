"""The evidence grade: A needs everything, B forgives one thing, no calibration no more than C, refusal D."""

from dataclasses import replace

import pytest

from analysis.estimate.grade import LABELS_VI, MAX_FALSE_ALARM_RATE, MIN_PLACEBO_PLANS, REQUIRED_CHECKS, REQUIRED_INSIDE, VERBS_VI, grade
from analysis.estimate.result import Calibration, CheckResult, EffectEstimate


def measured(rate: float = 0.05, count: int = 1960, **changed: object) -> Calibration:
    return replace(Calibration(rate, count, 0.79, method="demeaned_did"), **changed)


PASSED = tuple(CheckResult(name, True, "") for name in sorted(REQUIRED_CHECKS))
SOFT_FAULT = CheckResult("other start", False, "", is_required=False)
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
    calibration=measured(),
    one_sign_share=0.95,
    p_adjusted=0.01,
    p_rank_adjusted=0.03,
    checks=(*PASSED, CheckResult("honest bounds", None, "", is_required=False)),
)
SOFT_FAILURES = [
    {"p_adjusted": None},
    {"p_adjusted": 0.06},
    {"p_adjusted": float("nan")},
    {"p_rank_adjusted": None},
    {"p_rank_adjusted": 0.06},
    {"p_rank": None},
    {"p_rank": 0.06},
    {"mde": 2.5},
    {"mde": 2.0},
    {"mde": None},
    {"checks": (*PASSED, SOFT_FAULT)},
    {"checks": (*PASSED, CheckResult("other footing", None, ""))},
    {"checks": PASSED[1:]},
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
        {"calibration": measured(MAX_FALSE_ALARM_RATE + 0.001)},
        {"calibration": measured(count=MIN_PLACEBO_PLANS - 1)},
        {"calibration": measured(method="detrended_did")},
        {"calibration": measured(statistic="rank")},
        {"calibration": measured(alpha=0.1)},
        {"calibration": measured(float("nan"))},
        {"estimate": float("nan")},
        {"p_exact": 0.0501},
        {"p_exact": None},
        {"p_exact": float("nan")},
        {"checks": (*PASSED, CheckResult("leads", False, ""))},
    ],
    ids=[
        "never calibrated",
        "cries wolf",
        "too few placebo plans",
        "another method's rate",
        "another statistic's rate",
        "another level's rate",
        "rate unknown",
        "no number",
        "not significant",
        "no p",
        "p unknown",
        "a failed check",
    ],
)
def test_without_a_trusted_small_p_value_and_passed_checks_nothing_else_can_help(changed):
    assert grade(replace(STRONG, **changed), is_declared=True).grade == "C"


def test_what_is_exactly_at_its_limit_is_accepted():
    at_limits = replace(STRONG, p_exact=0.05, p_adjusted=0.05, p_rank=0.05, p_rank_adjusted=0.05, one_sign_share=0.8)
    assert grade(at_limits, is_declared=True).grade == "A"


def test_unknown_soft_checks_neither_help_nor_harm_and_unknown_required_ones_cost_a_grade():
    soft, required = CheckResult("leads", None, "", is_required=False), CheckResult("other footing", None, "")
    assert grade(replace(STRONG, checks=(*PASSED, soft)), is_declared=True).grade == "A"
    unknown = grade(replace(STRONG, checks=(*PASSED, required)), is_declared=True)
    assert (unknown.grade, unknown.reason_vi) == ("B", "có phép kiểm tra bắt buộc chưa làm được")


def test_every_required_check_without_an_answer_counts():
    assert grade(replace(STRONG, checks=PASSED[2:]), is_declared=True).grade == "C"
    assert grade(replace(STRONG, checks=()), is_declared=True).grade == "C"


@pytest.mark.parametrize(("method", "identifying"), [("staggered_event_study", "pre-trend"), ("distributed_lag", "leads")])
def test_inside_the_province_nothing_stands_above_c_without_an_answer_to_the_identifying_check(method, identifying):
    checks = tuple(CheckResult(name, True, "") for name in sorted(REQUIRED_INSIDE[method]))
    estimate = replace(STRONG, method=method, calibration=replace(measured(), method=method), checks=checks)
    assert grade(estimate, is_declared=True).grade == "A"
    unknown = tuple(replace(check, is_passed=None) if check.name == identifying else check for check in checks)
    found = grade(replace(estimate, checks=unknown), is_declared=True)
    assert (found.grade, "xu hướng" in found.reason_vi) == ("C", True)


def test_two_tests_that_disagree_are_said_to():
    assert grade(replace(STRONG, p_exact=0.06, p_rank=0.02), is_declared=True).reason_vi == "hai phép thử chưa cùng kết luận"


def test_a_soft_check_that_fails_costs_one_grade_and_several_cost_no_more():
    soft = (*PASSED, SOFT_FAULT, replace(SOFT_FAULT, name="regression to the mean"))
    assert grade(replace(STRONG, checks=soft), is_declared=True).grade == "B"
    assert grade(replace(STRONG, checks=soft)).grade == "C"


@pytest.mark.parametrize(("direction", "expected"), [(1, "A"), (0, "A"), (-1, "C")])
def test_a_difference_against_the_declared_direction_is_no_contribution(direction, expected):
    found = grade(STRONG, is_declared=True, direction=direction)
    assert found.grade == expected
    assert expected == "A" or "ngược chiều" in found.reason_vi


def test_a_declared_level_below_five_per_cent_binds_and_one_above_does_not():
    weak = replace(STRONG, p_exact=0.03)
    assert [grade(weak, is_declared=True, alpha=alpha).grade for alpha in (0.05, 0.01)] == ["A", "C"]
    assert grade(replace(STRONG, p_exact=0.07), is_declared=True, alpha=0.1).grade == "C"
    assert grade(STRONG, is_declared=True, alpha=0.02).grade == "B"  # the adjusted rank of 0.03 no longer holds


def test_both_adjusted_p_values_are_one_condition():
    assert grade(replace(STRONG, p_adjusted=0.2, p_rank_adjusted=0.2), is_declared=True).grade == "B"


@pytest.mark.parametrize("order", ["calibration", "rate", "significance", "checks"])
def test_the_first_reason_is_told_where_several_hold(order):
    """Nothing is said of a p-value that was never calibrated, nor of checks of an estimate within chance."""
    faults = {
        "calibration": ({"calibration": None}, "chưa kiểm tra cách so sánh"),
        "rate": ({"calibration": measured(0.5)}, "báo động nhầm quá thường xuyên"),
        "significance": ({"p_exact": 0.5, "p_rank": 0.5}, "ngẫu nhiên"),
        "checks": ({"checks": (CheckResult("leads", False, ""),)}, "1 phép kiểm tra bắt buộc không đạt"),
    }
    later = list(faults)[list(faults).index(order) :]
    changed = {key: value for name in reversed(later) for key, value in faults[name][0].items()}
    assert faults[order][1] in grade(replace(STRONG, **changed), is_declared=True).reason_vi


def test_a_false_alarm_rate_of_exactly_the_house_limit_is_accepted():
    assert grade(replace(STRONG, calibration=measured(MAX_FALSE_ALARM_RATE, MIN_PLACEBO_PLANS)), is_declared=True).grade == "A"


def test_a_refused_design_cannot_be_assessed_however_strong_the_number():
    found = grade(STRONG, "chưa công bố phiên bản 2021", is_declared=True)
    assert (found.grade, found.reason_vi) == ("D", "chưa công bố phiên bản 2021")


def test_no_estimate_at_all_cannot_be_assessed_and_says_why():
    assert grade(None).grade == "D"
    assert grade(None).reason_vi


def test_only_a_and_b_have_a_causal_verb():
    assert set(LABELS_VI) == set("ABCD")
    assert set(VERBS_VI) == {"A", "B"}


def test_no_reason_has_a_causal_verb():
    reasons = [grade(replace(STRONG, **changed), is_declared=False).reason_vi for changed in SOFT_FAILURES]
    assert not [reason for reason in reasons if any(verb in reason for verb in ("góp phần", "đi kèm", "tác động", "nhờ", "làm tăng", "gây"))]
