"""Each check on a panel made so that it must pass, one on which it must fail, and one from which it cannot be known."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate import checks
from analysis.estimate.checks import Design
from analysis.estimate.difference import demeaned_did, last_year_did
from analysis.estimate.grade import REQUIRED_CHECKS
from analysis.estimate.result import CheckResult

START, YEARS = 2019, range(2011, 2023)
VIETNAMESE = re.compile("[ăđơưạảấầẩậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỷỹỵ]", re.IGNORECASE)
CAUSAL = re.compile("gây|khiến|nhờ|làm cho|làm tăng|làm giảm|dẫn đến|dẫn tới|tác động|góp phần|ảnh hưởng|hiệu quả", re.IGNORECASE)
SEEDS = st.integers(min_value=0, max_value=10_000)


def make_panel(seed: int = 1, units: int = 25, years: range = YEARS, noise: float = 1.0, bumps: dict[int, float] | None = None) -> pd.DataFrame:
    """Independent noise about levels of each unit's own; ``bumps`` are added to unit u00 in the years named. ``z`` is ``score`` halved."""
    rng = np.random.default_rng(seed)
    rows = [(f"u{unit:02d}", year, 50 + 3 * unit + noise * rng.normal()) for unit in range(units) for year in years]
    panel = pd.DataFrame(rows, columns=["unit", "year", "score"])
    panel["score"] += np.where(panel["unit"] == "u00", panel["year"].map(bumps or {}).fillna(0.0), 0.0)
    return panel.assign(z=panel["score"] / 2)


def step(size: float, start: int = START, end: int = 2030) -> dict[int, float]:
    return dict.fromkeys(range(start, end), size)


def design_of(panel: pd.DataFrame, start: int = START, **options: object) -> Design:
    return Design(panel, "unit", "year", "score", "u00", start, **options)


def told(found: CheckResult, *, is_passed: bool | None) -> CheckResult:
    """The check, after its sentence was read."""
    assert found.is_passed is is_passed, found.sentence_vi
    assert VIETNAMESE.search(found.sentence_vi)
    assert not CAUSAL.search(found.sentence_vi)
    assert found.sentence_vi.endswith(".")
    assert found.sentence_vi[0].isupper() or found.sentence_vi[0].isdigit()
    return found


def pre_trend(panel: pd.DataFrame, start: int = START) -> CheckResult:
    design = design_of(panel, start)
    return checks.pre_trend(design, design.estimate(min_before=1))


# Pre-trend


def test_no_drift_and_a_test_that_would_have_seen_one_pass():
    """Eleven years before and one after: a slope is known better than the gap of a single year."""
    found = told(pre_trend(make_panel(), 2022), is_passed=True)
    assert abs(found.value) < 2


def test_a_drift_before_the_start_fails_and_is_told_as_what_it_comes_to_after():
    """0.5 a year, over the six years from the middle of the past to the middle of what came after, is 3."""
    found = told(pre_trend(make_panel(noise=0.1, bumps={year: 0.5 * (year - 2011) for year in range(2011, 2019)})), is_passed=False)
    assert found.value == pytest.approx(3.0, abs=0.3)
    assert "+3" in found.sentence_vi or "+2,9" in found.sentence_vi


def test_no_drift_seen_by_a_weak_test_is_not_known():
    """Four years after carry a slope so far that its error exceeds what the comparison itself could miss."""
    found = told(pre_trend(make_panel(2)), is_passed=None)
    assert "phép thử yếu" in found.sentence_vi


@pytest.mark.parametrize(
    ("panel", "start", "reason"),
    [
        (make_panel(years=range(2017, 2023)), 2019, "chỉ có 2 kỳ trước, cần ít nhất 3"),
        (make_panel().assign(score=lambda rows: rows["score"].where(rows["year"] >= START, 7.0)), START, "không biến động"),
    ],
)
def test_too_few_periods_or_no_spread_before_leave_the_drift_unknown(panel, start, reason):
    assert re.search(reason, told(pre_trend(panel, start), is_passed=None).sentence_vi)


@given(SEEDS)
@settings(max_examples=10)
def test_the_drift_is_the_difference_of_least_squares_slopes_times_the_years_it_is_carried(seed):
    panel = make_panel(seed)
    before = panel[panel["year"] < START].pivot(index="year", columns="unit", values="score")
    slopes = pd.Series(np.polyfit(before.index.to_numpy(dtype=float) - 2015, before.to_numpy(), 1)[0], index=before.columns)
    assert pre_trend(panel).value == pytest.approx((slopes["u00"] - slopes.drop("u00").mean()) * 6.0)


@given(SEEDS)
@settings(max_examples=10)
def test_what_came_after_the_start_cannot_turn_the_drift(seed):
    plain, moved = pre_trend(make_panel(seed)), pre_trend(make_panel(seed, bumps=step(40.0)))
    assert (moved.is_passed, moved.value) == (plain.is_passed, pytest.approx(plain.value))


# Own spread


def test_a_past_like_that_of_the_others_passes():
    found = told(checks.own_spread(design_of(make_panel(4))), is_passed=True)
    assert 0.3 < found.value < 3


def test_a_past_far_more_restless_than_that_of_the_others_fails():
    """A swing of four to either side, year after year, where the others' noise is one: about four times the middle unit."""
    swinging = make_panel(4, bumps={year: 4.0 * (-1) ** year for year in range(2011, 2019)})
    found = told(checks.own_spread(design_of(swinging)), is_passed=False)
    assert found.value == pytest.approx(4.3, abs=1.0)


def test_two_periods_before_say_nothing_of_ones_own_spread():
    told(checks.own_spread(design_of(make_panel(years=range(2017, 2023)))), is_passed=None)


def test_years_after_the_start_take_no_part_in_ones_own_spread():
    assert checks.own_spread(design_of(make_panel(4, bumps=step(40.0)))) == checks.own_spread(design_of(make_panel(4)))


# Placebo in time


def test_quiet_years_before_pass_at_every_earlier_start():
    found = told(checks.placebo_in_time(design_of(make_panel(4))), is_passed=True)
    assert found.sentence_vi.startswith("0 trên 6 mốc giả")


def test_a_jump_before_the_start_fails():
    found = told(checks.placebo_in_time(design_of(make_panel(bumps=step(6.0, 2015)))), is_passed=False)
    assert found.value > 0.1


def test_two_periods_before_leave_no_earlier_start_to_try():
    told(checks.placebo_in_time(design_of(make_panel(years=range(2017, 2023)))), is_passed=None)


def test_years_after_the_start_take_no_part_in_the_placebo_in_time():
    assert checks.placebo_in_time(design_of(make_panel(4, bumps=step(40.0)))) == checks.placebo_in_time(design_of(make_panel(4)))


# Leave one out


def leave_one_out(panel: pd.DataFrame) -> CheckResult:
    design = design_of(panel)
    return checks.leave_one_out(design, design.estimate())


@pytest.mark.parametrize("size", [0.0, 6.0])
def test_an_answer_far_from_the_line_does_not_hang_on_one_unit(size):
    found = told(leave_one_out(make_panel(3, bumps=step(size))), is_passed=True)
    assert "không đổi" in found.sentence_vi


def test_one_wild_comparison_unit_that_hides_the_answer_fails():
    wild = make_panel(3, bumps=step(2.5))
    wild.loc[(wild["unit"] == "u07") & (wild["year"] >= START), "score"] += 9.0
    assert design_of(wild).estimate().p_exact > 0.05
    assert design_of(wild[wild["unit"] != "u07"]).estimate().p_exact < 0.05
    told(leave_one_out(wild), is_passed=False)


def test_three_comparison_units_leave_none_to_spare():
    told(leave_one_out(make_panel(units=4)), is_passed=None)


def test_the_range_told_is_that_of_one_call_a_unit_left_out():
    panel = make_panel(3, units=8)
    others = [demeaned_did(panel[panel["unit"] != f"u0{unit}"], **_arguments()).estimate for unit in range(1, 8)]
    assert leave_one_out(panel).value == pytest.approx(max(others) - min(others))


def _arguments() -> dict[str, object]:
    return {"unit": "unit", "time": "year", "outcome": "score", "treated": ["u00"], "start": START}


# Other start


def other_start(panel: pd.DataFrame, start: int = START) -> CheckResult:
    design = design_of(panel, start)
    return checks.other_start(design, design.estimate())


@pytest.mark.parametrize("size", [0.0, 8.0])
def test_an_answer_that_lasts_does_not_hang_on_the_very_start(size):
    found = told(other_start(make_panel(5, bumps=step(size))), is_passed=True)
    assert "từ 2018" in found.sentence_vi
    assert "từ 2020" in found.sentence_vi


def test_a_flash_in_the_first_year_fails():
    flash = make_panel(5, bumps={2019: 12.0})
    assert design_of(flash).estimate().p_exact < 0.05
    told(other_start(flash), is_passed=False)


def test_the_smallest_panel_has_no_other_start():
    found = told(other_start(make_panel(years=range(2017, 2020))), is_passed=None)
    assert not found.is_required


# Other footing


def other_footing(panel: pd.DataFrame, **footings: str) -> CheckResult:
    design = design_of(panel)
    return checks.other_footing(design, design.estimate(), {"điểm công bố": "score", **footings})


def test_a_scale_that_says_the_same_passes():
    found = told(other_footing(make_panel(6, bumps=step(6.0)), **{"thang khác": "z"}), is_passed=True)
    assert "thang khác: +" in found.sentence_vi


@pytest.mark.parametrize("other", [lambda panel: -panel["score"], lambda _: make_panel(7)["score"]], ids=["turned round", "nothing in it"])
def test_a_scale_that_says_otherwise_fails(other):
    panel = make_panel(6, bumps=step(6.0))
    told(other_footing(panel.assign(z=other(panel)), **{"thang khác": "z"}), is_passed=False)


def test_without_another_scale_nothing_is_known():
    panel = make_panel(6)
    told(other_footing(panel), is_passed=None)
    told(other_footing(panel.assign(z=np.nan), **{"thang khác": "z"}), is_passed=None)


# Contaminated comparison units


def contamination(panel: pd.DataFrame, suspects: list[str]) -> CheckResult:
    design = design_of(panel)
    return checks.donor_contamination(design, design.estimate(), suspects, "các tỉnh gần")


def test_an_answer_that_stays_without_suspects_passes():
    found = told(contamination(make_panel(6, bumps=step(6.0)), ["u01", "u02", "u00", "elsewhere"]), is_passed=True)
    assert "Bỏ các tỉnh gần (2 đơn vị)" in found.sentence_vi


def test_suspects_that_moved_with_the_treated_and_hid_it_fail():
    panel = make_panel(6, bumps=step(4.0))
    panel.loc[panel["unit"].isin(["u01", "u02", "u03"]) & (panel["year"] >= START), "score"] += 4.0
    assert design_of(panel).estimate().p_exact > 0.05
    told(contamination(panel, ["u01", "u02", "u03"]), is_passed=False)


@pytest.mark.parametrize("suspects", [[], ["u00"], ["elsewhere"], [f"u{unit:02d}" for unit in range(1, 25)]])
def test_without_suspects_or_without_anyone_else_nothing_is_known(suspects):
    assert not told(contamination(make_panel(6), suspects), is_passed=None).is_required


# Regression to the mean


def bracket(panel: pd.DataFrame) -> CheckResult:
    design = design_of(panel)
    return checks.regression_to_mean(design, design.estimate())


def test_both_bases_of_one_sign_pass():
    panel = make_panel(8, bumps=step(9.0))
    found = told(bracket(panel), is_passed=True)
    ends = [one(panel, **_arguments()).estimate for one in (demeaned_did, last_year_did)]
    assert found.value == pytest.approx(abs(ends[0] - ends[1]))


def test_a_bad_last_year_after_a_better_past_fails():
    """Six low in the last year and a little low after: up on that year, down on the years before."""
    found = told(bracket(make_panel(8, noise=0.3, bumps={2018: -6.0} | step(-1.5))), is_passed=False)
    assert not found.is_required
    assert "trái chiều" in found.sentence_vi


def test_without_spread_about_the_last_year_the_bracket_is_not_known():
    panel = make_panel(8)
    flat = panel.assign(score=panel["score"].where(panel["year"] < 2018, 5.0))
    assert "không biến động" in told(bracket(flat), is_passed=None).sentence_vi


# Negative controls


def controls(panel: pd.DataFrame, **outcomes: str) -> CheckResult:
    return checks.negative_controls(design_of(panel), outcomes)


def test_an_outcome_the_plan_never_aims_at_and_that_stood_still_passes():
    panel = make_panel(9, bumps=step(9.0)).assign(health=make_panel(10)["score"])
    assert "không kết quả nào lệch" in told(controls(panel, **{"y tế": "health"}), is_passed=True).sentence_vi


def test_one_that_moved_as_well_fails_and_is_named():
    panel = make_panel(9).assign(health=make_panel(10, bumps=step(9.0))["score"], roads=make_panel(11)["score"])
    assert "y tế cũng lệch" in told(controls(panel, **{"y tế": "health", "đường sá": "roads"}), is_passed=False).sentence_vi


def test_one_that_always_wandered_says_nothing_by_moving():
    """Its past is more restless than that of all others, so that its move after is no news."""
    restless = make_panel(10, bumps={year: 9.0 * (-1) ** year for year in range(2011, 2019)} | step(40.0))
    panel = make_panel(9).assign(health=restless["score"])
    assert design_of(restless).estimate().p_exact < 0.05
    told(controls(panel, **{"y tế": "health"}), is_passed=True)


def test_without_one_in_the_same_periods_nothing_is_known():
    panel = make_panel(9).assign(health=lambda rows: rows["score"].where(rows["year"] >= START))
    told(controls(panel), is_passed=None)
    told(controls(panel, **{"y tế": "health"}), is_passed=None)


# Honest bounds


def test_an_effect_far_larger_than_any_step_before_holds_against_equal_violations():
    found = told(checks.honest_bounds(design_of(make_panel(2, bumps=step(30.0)))), is_passed=True)
    assert found.value >= 1.0


def test_an_effect_no_larger_than_what_came_before_is_not_shown_to_hold_and_never_fails():
    """A step of 10 before: violations as large as that reach the 12 after."""
    found = told(checks.honest_bounds(design_of(make_panel(2, bumps={2015: 10.0} | step(12.0)))), is_passed=None)
    assert 0.0 <= found.value < 1.0
    assert not found.is_required


def test_an_answer_that_already_holds_zero_has_nothing_to_break():
    found = told(checks.honest_bounds(design_of(make_panel(2))), is_passed=None)
    assert "đã chứa số 0" in found.sentence_vi


def test_fewer_units_than_periods_leave_the_covariance_and_so_the_bounds_unknown():
    told(checks.honest_bounds(design_of(make_panel(units=8))), is_passed=None)


# All of them


@pytest.mark.parametrize(("seed", "size"), [(0, 0.0), (1, 3.0), (2, 15.0)])
def test_every_sentence_is_vietnamese_without_a_causal_verb(seed, size):
    panel = make_panel(seed, bumps=step(size)).assign(health=make_panel(seed + 50)["score"])
    design = design_of(panel)
    estimate = design.estimate()
    more = (
        checks.donor_contamination(design, estimate, ["u01", "u02"], "các tỉnh gần"),
        checks.negative_controls(design, {"y tế": "health"}),
        checks.honest_bounds(design),
    )
    found = checks.all_checks(design, estimate, {"điểm": "score", "thang khác": "z"}, more)
    for check in found:
        told(check, is_passed=check.is_passed)
    assert [check.name for check in found] == [
        "pre-trend",
        "own spread",
        "placebo in time",
        "leave one out",
        "other start",
        "other footing",
        "regression to the mean",
        "donor contamination",
        "negative controls",
        "honest bounds",
    ]
    assert {check.name for check in found if not check.is_required} <= {
        "other start",
        "regression to the mean",
        "donor contamination",
        "honest bounds",
    }
    assert {check.name for check in found} >= REQUIRED_CHECKS


@given(SEEDS, st.floats(min_value=0.1, max_value=50), st.floats(min_value=-50, max_value=50))
@settings(max_examples=3)
def test_order_of_rows_scale_and_level_of_the_outcome_do_not_turn_a_check(seed, scale, shift):
    panel = make_panel(seed, units=10, bumps=step(2.0))
    moved = panel.assign(score=scale * panel["score"] + shift).sample(frac=1, random_state=seed)
    both = []
    for one in (panel, moved):
        design = design_of(one)
        found = checks.all_checks(design, design.estimate(), {"điểm": "score"})
        both.append([check.is_passed for check in found])
    assert both[0] == both[1]


def test_a_design_asks_again_with_what_is_changed():
    design = design_of(make_panel(), level=0.9, era=None, decimals=1)
    assert (design.estimate().level, design.estimate(start=2021).start, design.said(1.26), design.said(-0.04)) == (0.9, "2021", "+1,3", "0,0")
    assert design.before()["year"].max() == 2018
    assert replace(design, treated="u05").estimate().treated == ("u05",)
    assert "era" not in design.arguments()
    assert replace(design, era="era").arguments()["era"] == "era"
