"""Evidence of one outcome and of many: adjusted by hand, short and whole ways agreeing, planted effects found and no others."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.checks import Design
from analysis.estimate.evidence import (
    ALL_DONORS_VI,
    WITHOUT_SUSPECTS_VI,
    Evidence,
    Question,
    gather,
    judge,
    may_print_p,
    refused,
    specifications,
)
from analysis.estimate.grade import MAX_FALSE_ALARM_RATE, REQUIRED_CHECKS, grade
from analysis.estimate.result import Calibration, CheckResult, EffectEstimate

START, YEARS = 2018, range(2013, 2020)


def make_panel(seed: int, effect: float = 0.0, units: int = 30, start: int = START) -> pd.DataFrame:
    """Independent noise of one about levels; ``effect`` on u00 from ``start`` on; ``health`` never moves.

    30 units and four starts with half the real past make 116 placebo plans, enough for a rate that ``grade`` trusts.
    """
    rng = np.random.default_rng(seed)
    levels, noise, other = 10 * rng.normal(size=(units, 1)), rng.normal(size=(units, len(YEARS))), rng.normal(size=(units, len(YEARS)))
    rows = [
        (f"u{unit:02d}", year, levels[unit, 0] + noise[unit, place], other[unit, place]) for unit in range(units) for place, year in enumerate(YEARS)
    ]
    panel = pd.DataFrame(rows, columns=["unit", "year", "score", "health"])
    panel["score"] += effect * ((panel["unit"] == "u00") & (panel["year"] >= start))
    by_year = panel.groupby("year")["score"]
    return panel.assign(z=(panel["score"] - by_year.transform("mean")) / by_year.transform("std"))


def ask(panel: pd.DataFrame, *, is_declared: bool = True, start: int = START, name: str = "a", family: str = "f", **options: object) -> Question:
    design = Design(panel, "unit", "year", "score", "u00", start)
    chosen = {
        "footings": {"điểm": "score", "vị trí": "z"},
        "negative_controls": {"y tế": "health"},
        "suspects": [],
        "suspects_vi": "các tỉnh gần",
        **options,
    }
    return Question(name, family, design, is_declared=is_declared, **chosen)


def answered(name: str, family: str, p_exact: float, estimate: float = 3.0, placebos: list[float] | None = None) -> Evidence:
    """An outcome with every condition met but those that ``judge`` looks at."""
    found = EffectEstimate(
        outcome=name,
        estimand_vi="",
        estimate=estimate,
        std_error=1.0,
        df=20,
        ci_low=0.0,
        ci_high=1.0,
        level=0.95,
        p_exact=p_exact,
        p_rank=0.01,
        treated_count=1,
        comparison_count=20,
        before_count=5,
        after_count=2,
        mde=1.0,
        method="demeaned_did",
        calibration=Calibration(0.05, 1_000, 0.8, method="demeaned_did"),
        checks=tuple(CheckResult(check, True, "") for check in REQUIRED_CHECKS),
        one_sign_share=1.0,
        placebos=pd.Series(placebos or list(np.linspace(-1.0, 1.0, 39)), name="estimate"),
    )
    return Evidence(name, family, grade(found), found, question=ask(make_panel(0), name=name, family=family))


def by_name(found: list[Evidence]) -> dict[str, Evidence]:
    return {item.name: item for item in found}


# Judging together


def test_holm_inside_and_benjamini_hochberg_across_counted_by_hand():
    """Family one: 0.01 and 0.04 become 0.02 and 0.04; family two stands for its 0.03. Across, 0.02 x 2 = 0.04 and 0.03 x 2/2 = 0.03:
    both families 0.03. No outcome below its family: 0.03, 0.04 and 0.03."""
    found = by_name(judge([answered("a", "one", 0.01), answered("b", "one", 0.04), answered("c", "two", 0.03)]))
    assert {name: item.estimate.p_adjusted for name, item in found.items()} == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.03})


def test_placebo_ranks_step_down_inside_a_family_counted_by_hand():
    """19 placebos in both outcomes, all beyond by nobody: 1/20 each, and 1/20 across two families."""
    placebos = list(np.linspace(-1.0, 1.0, 19))
    both = by_name(judge([answered("a", "one", 0.01, 3.0, placebos), answered("b", "one", 0.01, 2.0, placebos[::-1])]))
    assert {name: item.estimate.p_rank_adjusted for name, item in both.items()} == pytest.approx({"a": 1 / 20, "b": 1 / 20})
    # 0.85 is passed by four of 19 placebos in its own outcome, so 5/20; across families 0.05 x 2 = 0.1 and 0.25. No family is selected
    # at 5 %, which counts as one of two: twice the adjusted 0.05 and 0.25.
    apart = by_name(judge([answered("a", "one", 0.01, 3.0, placebos), answered("b", "two", 0.01, 0.85, placebos)]))
    assert {name: item.estimate.p_rank_adjusted for name, item in apart.items()} == pytest.approx({"a": 0.1, "b": 0.5})


def test_a_finding_that_does_not_survive_its_family_loses_its_grade():
    alone, (among, *_) = judge([answered("a", "f", 0.03)]), judge([answered("a", "f", 0.03), *(answered(str(n), "f", 0.5) for n in range(4))])
    assert (alone[0].verdict.grade, among.verdict.grade) == ("A", "B")
    assert "nhiều kết quả" in among.verdict.reason_vi
    assert among.estimate.p_adjusted == pytest.approx(0.15)


def test_outcomes_that_were_refused_stay_as_they_are_and_do_not_count():
    d, a = judge([refused("x", "f", "chưa công bố"), answered("a", "f", 0.03)])
    assert (d, a.estimate.p_adjusted) == (refused("x", "f", "chưa công bố"), 0.03)
    assert (d.verdict.grade, d.verdict.reason_vi, d.estimate) == ("D", "chưa công bố", None)
    assert judge([]) == []


def test_the_order_of_outcomes_does_not_matter():
    items = [answered("a", "one", 0.01), answered("b", "one", 0.04), answered("c", "two", 0.03), refused("d", "two", "chưa công bố")]
    forwards, backwards = by_name(judge(items)), by_name(judge(items[::-1]))
    assert {name: (item.verdict, item.estimate) for name, item in forwards.items()} == {
        name: (backwards[name].verdict, backwards[name].estimate) for name in forwards
    }


def test_an_adjusted_p_is_never_below_the_raw_one():
    items = [answered(str(place), f"family {place % 3}", p) for place, p in enumerate([0.2, 0.01, 0.6, 0.03, 0.04, 0.5])]
    assert all(item.estimate.p_adjusted >= item.estimate.p_exact for item in judge(items))


def test_outcomes_of_the_families_selected_are_held_to_their_share_of_the_level():
    """One of two families stands out: its outcomes count twice (Benjamini and Bogomolov), 0.01 and 0.04 by Holm 0.02 and 0.04."""
    items = [answered("a", "one", 0.01), answered("b", "one", 0.04), answered("c", "two", 0.5)]
    assert {name: item.estimate.p_adjusted for name, item in by_name(judge(items)).items()} == pytest.approx({"a": 0.04, "b": 0.08, "c": 1.0})


def test_two_outcomes_of_one_name_cannot_be_judged_together():
    with pytest.raises(ValueError, match="one name"):
        judge([answered("a", "one", 0.01), answered("a", "two", 0.01)])


# The house rule


@pytest.mark.parametrize(
    ("calibration", "may"),
    [
        (None, False),
        (Calibration(0.05, 0, 0.8), False),
        (Calibration(MAX_FALSE_ALARM_RATE, 100, 0.8), True),
        (Calibration(0.081, 100, 0.8), False),
        (Calibration(float("nan"), 100, 0.8), False),
    ],
)
def test_a_p_value_may_be_printed_only_with_a_measured_rate_of_at_most_eight_per_cent(calibration, may):
    assert may_print_p(calibration) is may


# Gathering


def test_a_refused_design_is_graded_d_with_its_reason_and_nothing_else():
    found = gather(ask(make_panel(0), start=2014))
    assert (found.verdict.grade, found.estimate, found.curve, found.companions) == ("D", None, None, ())
    assert found.verdict.reason_vi == "chỉ có 1 kỳ trước mốc bắt đầu trên tổng số 7 kỳ; cần ít nhất 2 kỳ trước"
    assert judge([found]) == [found]


def test_too_few_units_to_calibrate_are_graded_c_and_print_no_p_value():
    found = gather(ask(make_panel(1, effect=30.0, units=9)))
    assert (found.verdict.grade, found.estimate.calibration) == ("C", None)
    assert "báo động nhầm" in found.verdict.reason_vi


@pytest.mark.parametrize(("seed", "effect"), [(0, 0.0), (1, 3.0), (2, 12.0), (4, 12.0)])
def test_the_short_way_gives_the_verdict_and_the_estimate_of_the_whole(seed, effect):
    panel = make_panel(seed, effect)
    whole, short = (judge([gather(ask(panel), grade_only=grade_only)])[0] for grade_only in (False, True))
    assert short.verdict == whole.verdict
    kept = ("estimate", "std_error", "p_exact", "p_rank", "mde", "calibration", "p_adjusted", "p_rank_adjusted", "data_hash")
    assert [getattr(short.estimate, name) for name in kept] == [getattr(whole.estimate, name) for name in kept]
    assert short.companions == ()
    assert [found.method for found in whole.companions] == ["detrended_did", "demeaned_synthetic_control", "synthetic_did"]
    assert all(found.calibration is not None for found in whole.companions)


def test_the_whole_carries_what_a_report_prints():
    found = gather(ask(make_panel(2, 12.0), suspects=["u03", "u04", "elsewhere"]))
    assert (found.estimate.calibration.statistic, found.rank_calibration.statistic) == ("exact", "rank")
    assert found.estimate.calibration.units_count == 29  # the treated unit takes no part in measuring its own test
    assert (found.estimate.one_sign_share, found.estimate.curve_p) == (found.curve.one_sign_share, found.curve.joint_p)
    assert len(found.estimate.checks) == 10
    assert len(found.curve.points) + found.curve.refused_count == 2 * 3 * 2 * 5


def test_specifications_cross_footing_start_donors_and_estimator():
    ways = specifications(ask(make_panel(0), suspects=["u03"]))
    assert {way.footing for way in ways} == {"điểm", "vị trí"}
    assert {way.start for way in ways} == {"2017", "2018", "2019"}
    assert {way.donors for way in ways} == {ALL_DONORS_VI, WITHOUT_SUSPECTS_VI}
    assert len({(way.footing, way.start, way.donors, way.estimator) for way in ways}) == len(ways) == 60
    assert {way.donors for way in specifications(ask(make_panel(0), suspects=["u00", "elsewhere"]))} == {ALL_DONORS_VI}


# Truth


@pytest.fixture(scope="module")
def planted() -> list[Evidence]:
    """Five panels in which the outcome truly moved by twelve standard deviations of a year."""
    return [judge([gather(ask(make_panel(seed, 12.0)), grade_only=True)])[0] for seed in range(5)]


def test_a_planted_and_declared_effect_is_found_and_estimated(planted):
    """One required check in twenty fails by chance, so four of five must be A or B."""
    assert sum(found.verdict.grade in "AB" for found in planted) >= 4
    assert all(abs(found.estimate.estimate - 12.0) < 3 * found.estimate.std_error for found in planted)
    assert all(found.estimate.one_sign_share >= 0.8 for found in planted)


def test_the_same_effect_undeclared_is_never_strong_evidence(planted):
    for found in planted:
        undeclared = replace(found, question=replace(found.question, is_declared=False))
        verdict = judge([undeclared])[0].verdict
        assert verdict.grade == {"A": "B", "B": "C", "C": "C"}[found.verdict.grade]
        assert found.verdict.grade == "C" or "chưa khai báo" in verdict.reason_vi


def test_strong_evidence_is_within_reach_where_the_test_of_earlier_drift_is_strong():
    """Six years before and one after: a drift carried over 3.5 years is known better than the gap of a single year."""
    found = [judge([gather(ask(make_panel(seed, 12.0, start=2019), start=2019), grade_only=True)])[0] for seed in range(3)]
    assert [item.verdict.grade for item in found].count("A") >= 2


def test_where_nothing_was_planted_nearly_nothing_is_found():
    """20 panels: 5 % of the exact tests pass by chance, and what follows takes most of those back."""
    found = [judge([gather(ask(make_panel(seed)), grade_only=True)])[0] for seed in range(100, 120)]
    assert sum(item.verdict.grade in "AB" for item in found) <= 2
    assert {item.verdict.grade for item in found} <= set("ABC")
