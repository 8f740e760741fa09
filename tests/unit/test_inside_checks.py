"""Checks inside a province: each fails where what it looks for was planted, and passes or stays silent where it was not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.inside import checks
from analysis.estimate.inside.questions import DISTRICT, DOSE, DOSSIERS, MONTH, NEIGHBOURS, ONLINE, SHARE, UNIT, FirstCampaigns, RepeatedDoses
from analysis.simulate.panel_truth import PanelTruth
from analysis.simulate.panels import simulate_panel

FIRST = PanelTruth(units=32, months=36, districts=8, effect=3.0, design="first", dossiers_a_month=400.0)
REPEATED = replace(FIRST, months=24, design="repeated", effect=1.5)


def rows_of(truth: PanelTruth, seed: int = 3) -> pd.DataFrame:
    return simulate_panel(truth, seed=seed).rename(columns={"received_count": DOSSIERS, "online_count": ONLINE})


def first_campaigns(truth: PanelTruth = FIRST, seed: int = 3) -> FirstCampaigns:
    rows = rows_of(truth, seed)
    return FirstCampaigns(rows, first=rows.groupby(UNIT)["first_month"].first().dropna().to_dict())


def repeated_doses(truth: PanelTruth = REPEATED, seed: int = 3) -> RepeatedDoses:
    return RepeatedDoses(rows_of(truth, seed), lags=3)


@pytest.fixture(scope="module")
def staggered() -> FirstCampaigns:
    return first_campaigns()


@pytest.fixture(scope="module")
def repeated() -> RepeatedDoses:
    return repeated_doses()


def shifted(rows: pd.DataFrame, months: int, column: str = DOSE) -> pd.Series:
    """A column as it will be some months later."""
    return rows.groupby(UNIT)[column].shift(-months)


# Every question has its own list


def test_a_question_is_checked_in_the_order_of_the_report(staggered, repeated):
    common = ["negative controls", "event exclusion", "leave one district out", "other scale", "spill-over"]
    for asked, own in ((staggered, ["pre-trend", "anticipation"]), (repeated, ["leads"])):
        found = checks.all_checks(asked, asked.ask())
        assert [check.name for check in found] == [*own, *common]
        assert [check.name for check in found if not check.is_required] == ["spill-over"]
        assert all(check.sentence_vi.endswith(".") for check in found)


def test_where_nothing_is_wrong_no_check_fails(staggered, repeated):
    for asked in (staggered, repeated):
        failed = [check.sentence_vi for check in checks.all_checks(asked, asked.ask()) if check.is_passed is False]
        assert not failed


# Time before


def test_what_answers_activity_that_has_not_happened_yet_fails_the_leads(repeated):
    rows = repeated.rows
    ahead = repeated.on(rows.assign(**{SHARE: rows[SHARE] + 4 * shifted(rows, 2).fillna(0)}))
    assert checks.leads(repeated).is_passed is True
    found = checks.leads(ahead)
    assert found.is_passed is False
    assert "Hoạt động chưa diễn ra đã đi cùng khác biệt, quá mức ngẫu nhiên" in found.sentence_vi


def test_leads_that_cannot_be_asked_are_not_known(repeated):
    short = repeated.on(repeated.rows[repeated.rows[MONTH] < "2019-06"])
    found = checks.leads(short)
    assert found.is_passed is None
    assert found.sentence_vi


def test_a_start_that_was_logged_two_months_late_fails_the_anticipation(staggered):
    late = replace(staggered, first={unit: str(pd.Period(month, "M") + 2) for unit, month in staggered.first.items()})
    assert checks.anticipation(staggered, staggered.ask()).is_passed is True
    found = checks.anticipation(late, late.ask())
    assert found.is_passed is False
    assert found.value > 2
    assert "quá mức ngẫu nhiên: có điều khác bắt đầu trước" in found.sentence_vi


def test_the_months_from_the_start_on_have_no_say_in_the_anticipation(staggered):
    rows = staggered.rows
    begun = rows[MONTH] >= rows[UNIT].map(staggered.first).fillna("9999-99")
    other = staggered.on(rows.assign(**{SHARE: rows[SHARE].where(~begun, 0.0)}))
    estimate = staggered.ask()
    assert checks.anticipation(other, estimate).value == pytest.approx(checks.anticipation(staggered, estimate).value)


def test_a_weak_anticipation_test_is_not_known_rather_than_passed(staggered):
    found = checks.anticipation(staggered, replace(staggered.ask(), mde=0.01))
    assert found.is_passed is None
    assert found.sentence_vi.endswith("trong mức ngẫu nhiên, nhưng phép thử yếu.")


# Outcomes that the plan never touches


def test_a_control_outcome_that_moves_fails_and_is_named(staggered, repeated):
    for asked in (staggered, repeated):
        rows = asked.rows.assign(moved=asked.rows["control_pct"] + asked.rows["planted_pct"])
        controls = {"số hóa": "control_pct", "thanh toán": "moved"}
        found = checks.negative_controls(asked.on(rows, negative_controls=controls))
        assert found.is_passed is False
        assert "thanh toán cũng lệch, dù kế hoạch không nhắm tới" in found.sentence_vi
        assert "số hóa: " in found.sentence_vi
        assert checks.negative_controls(asked.on(rows, negative_controls={"số hóa": "control_pct"})).is_passed is True


@pytest.mark.parametrize("controls", [None, {}, {"trống": "empty"}, {"phẳng": "flat"}])
def test_without_a_control_outcome_that_can_be_asked_nothing_is_known(repeated, controls):
    rows = repeated.rows.assign(empty=np.nan, flat=12.0)
    assert checks.negative_controls(repeated.on(rows, negative_controls=controls)).is_passed is None


# Events


def test_no_recorded_event_passes_and_says_so(staggered):
    found = checks.event_exclusion(staggered, staggered.ask())
    assert found.is_passed is True
    assert found.sentence_vi == "Không có biến cố nào đã ghi (như giãn cách) trong các tháng này."
    elsewhere = replace(staggered, event_months=frozenset({"2001-01"}))
    assert checks.event_exclusion(elsewhere, staggered.ask()) == found


def test_months_of_an_event_are_left_out(staggered):
    asked = replace(staggered, event_months=frozenset({"2020-02", "2020-03", "2001-01"}))
    found = checks.event_exclusion(asked, asked.ask())
    without = asked.rows.assign(**{SHARE: asked.rows[SHARE].mask(asked.rows[MONTH].isin(["2020-02", "2020-03"]))})
    assert found.value == pytest.approx(asked.on(without).ask().estimate)
    assert found.is_passed is True
    assert found.sentence_vi.startswith("Bỏ 2 tháng có biến cố đã ghi (giãn cách, đổi quy định): +")


def test_an_answer_that_hangs_on_the_months_of_an_event_fails():
    """Nothing is planted but what two months of an event did where most was said."""
    asked = repeated_doses(replace(REPEATED, effect=0.0))
    event = ["2020-03", "2020-04"]
    said = asked.rows[DOSE].where(asked.rows[MONTH].isin(event), 0.0)
    hit = asked.on(asked.rows.assign(**{SHARE: asked.rows[SHARE] + 25 * said}), event_months=frozenset(event))
    found = checks.event_exclusion(hit, hit.ask())
    assert checks.is_significant(hit.ask())
    assert found.is_passed is False
    assert found.sentence_vi.endswith("có trường hợp kết luận đổi.")


def test_without_the_months_of_an_event_too_little_may_be_left(repeated):
    months = frozenset(repeated.rows[MONTH].unique()[2:])
    asked = replace(repeated, event_months=months)
    assert checks.event_exclusion(asked, repeated.ask()).is_passed is None


# Places


def test_an_answer_that_hangs_on_one_district_fails():
    asked = repeated_doses(replace(REPEATED, effect=0.0, districts=3))
    only = asked.rows[DOSE].where(asked.rows[DISTRICT] == "H03", 0.0)
    hit = asked.on(asked.rows.assign(**{SHARE: asked.rows[SHARE] + 6 * only}))
    found = checks.leave_one_district_out(hit, hit.ask())
    assert checks.is_significant(hit.ask())
    assert found.is_passed is False
    assert found.sentence_vi.startswith("Bỏ từng huyện một (3 huyện): từ ")


def test_districts_left_out_give_the_range_that_is_told(repeated):
    by_hand = [repeated.on(repeated.rows[repeated.rows[DISTRICT] != code]).ask().estimate for code in repeated.rows[DISTRICT].unique()]
    found = checks.leave_one_district_out(repeated, repeated.ask())
    assert found.value == pytest.approx(max(by_hand) - min(by_hand))
    assert f"từ {checks.said(min(by_hand))} đến {checks.said(max(by_hand))}" in found.sentence_vi


def test_two_districts_cannot_be_left_out_in_turn(repeated):
    asked = repeated.on(repeated.rows[repeated.rows[DISTRICT].isin(["H01", "H02"])])
    assert checks.leave_one_district_out(asked, repeated.ask()).is_passed is None


def test_what_neighbours_say_and_moves_a_commune_fails_the_spill_over():
    spilled = repeated_doses(replace(REPEATED, spill_over=4.0))
    found = checks.spill_over(spilled)
    assert found.is_passed is False
    assert not found.is_required
    assert "quá mức ngẫu nhiên: nơi đem so cũng bị chạm tới (sai số theo huyện)" in found.sentence_vi


def test_spill_over_is_not_known_without_the_neighbours_or_with_too_few_districts(repeated):
    unknown = repeated.on(repeated.rows.assign(**{NEIGHBOURS: np.nan}))
    absent = repeated.on(repeated.rows.drop(columns=NEIGHBOURS))
    alike = repeated.on(repeated.rows.assign(**{NEIGHBOURS: 1.0}))
    few = repeated.on(repeated.rows[repeated.rows[DISTRICT].isin(["H01", "H02", "H03", "H04"])])
    assert [checks.spill_over(asked).is_passed for asked in (unknown, absent, alike, few)] == [None] * 4
    assert "quá ít huyện" in checks.spill_over(few).sentence_vi


# Scale


def test_log_odds_by_hand():
    rows = pd.DataFrame({ONLINE: pd.array([0, 3, 5, None, 0], dtype="Int64"), DOSSIERS: pd.array([10, 6, 5, 4, 0], dtype="Int64")})
    found = checks.with_logit(rows)[checks.LOGIT]
    assert found[:3].tolist() == pytest.approx([np.log(0.5 / 10.5), 0.0, np.log(5.5 / 0.5)])
    assert found[3:].isna().all()


def test_an_answer_that_the_log_odds_reverse_fails(repeated):
    """In points the high places rise more; in log odds the low ones do."""
    estimate = repeated.ask()
    rows = repeated.rows.assign(**{ONLINE: (repeated.rows[DOSSIERS] * 0.4).round().astype("Int64")})
    assert checks.other_scale(repeated, estimate).is_passed is True
    assert checks.other_scale(repeated.on(rows), estimate).is_passed in (False, None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [((1.0, 0.2), (-1.0, 0.9), True), ((1.0, 0.01), (2.0, 0.04), True), ((1.0, 0.01), (-1.0, 0.01), False), ((1.0, 0.04), (1.0, 0.06), False)],
)
def test_two_answers_read_the_same_within_chance_or_beyond_it_on_one_side(repeated, one, other, same):
    asked = repeated.ask()
    pair = [replace(asked, estimate=estimate, p_exact=p) for estimate, p in (one, other)]
    assert checks.agrees(*pair) is checks.agrees(*reversed(pair)) is same
