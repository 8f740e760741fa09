"""Checks inside a province: each fails where what it looks for was planted, and passes or stays silent where it was not."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.grade import REQUIRED_INSIDE
from analysis.estimate.inside import checks
from analysis.estimate.inside.questions import (
    DISTRICT,
    DISTRICT_DOSE,
    DOSE,
    DOSSIERS,
    MONTH,
    NEIGHBOURS,
    ONLINE,
    SHARE,
    UNIT,
    FirstCampaigns,
    RepeatedDoses,
)
from analysis.estimate.result import EffectEstimate
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
    for asked, own in ((staggered, ["pre-trend", "anticipation", "which communes"]), (repeated, ["leads", "district doses"])):
        found = checks.all_checks(asked, asked.ask())
        assert [check.name for check in found] == [*own, *common]
        assert [check.name for check in found if not check.is_required] == ["spill-over"]
        assert {check.name for check in found if check.is_required} == REQUIRED_INSIDE[asked.ask().method]
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
    assert found.sentence_vi == "Hoạt động của 3 tháng sau đã đi cùng khác biệt quá mức ngẫu nhiên, dù chưa diễn ra."


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
    estimate = staggered.ask()
    found = checks.anticipation(staggered, replace(estimate, mde=0.01, estimate=0.01))
    assert found.is_passed is None
    assert found.sentence_vi.endswith("trong mức ngẫu nhiên, nhưng phép thử yếu.")
    for enough in ({"mde": 0.01, "estimate": -9.0}, {"mde": 9.0, "estimate": 0.01}):
        assert checks.anticipation(staggered, replace(estimate, **enough)).is_passed is True


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


@pytest.mark.parametrize("controls", [{}, {"trống": "empty"}, {"phẳng": "flat"}], ids=["none", "empty", "flat"])
def test_without_a_control_outcome_that_can_be_asked_nothing_is_known(repeated, controls):
    rows = repeated.rows.assign(empty=np.nan, flat=12.0)
    assert checks.negative_controls(repeated.on(rows, negative_controls=controls)).is_passed is None


# Events


def test_without_a_list_of_events_nothing_is_known(staggered):
    found = checks.event_exclusion(staggered, staggered.ask())
    assert found.is_passed is None
    assert found.sentence_vi == "Bộ số liệu không có danh sách biến cố nên chưa thử được."


def test_a_list_without_an_event_in_these_months_passes_and_says_so(staggered):
    listed = replace(staggered, has_events=True)
    found = checks.event_exclusion(listed, staggered.ask())
    assert found.is_passed is True
    assert found.sentence_vi == "Danh sách biến cố không có biến cố nào (như giãn cách) trong các tháng này."
    elsewhere = replace(listed, event_months=frozenset({"2001-01"}))
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


def test_an_answer_that_hangs_on_one_district_fails_and_names_it():
    asked = repeated_doses(replace(REPEATED, effect=0.0, districts=3))
    only = asked.rows[DOSE].where(asked.rows[DISTRICT] == "H03", 0.0)
    hit = asked.on(asked.rows.assign(**{SHARE: asked.rows[SHARE] + 6 * only}), district_names_vi={"H03": "huyện Ba"})
    found = checks.leave_one_district_out(hit, hit.ask())
    assert checks.is_significant(hit.ask())
    assert found.is_passed is False
    assert found.sentence_vi.startswith("Bỏ từng huyện một (3 huyện): từ ")
    assert found.sentence_vi.endswith("bỏ huyện Ba thì mất quá nửa khác biệt.")


@dataclass(frozen=True)
class Answers(RepeatedDoses):
    """Answers as ``told`` (estimate, p) by the district that is left out; all else is that of ``real``."""

    real: EffectEstimate | None = None
    told: dict[str, tuple[float, float | None]] = field(default_factory=dict)

    def ask(self) -> EffectEstimate:
        (left_out,) = set(self.told) - set(self.rows[DISTRICT])
        size, p_value = self.told[left_out]
        return replace(self.real, estimate=size, p_exact=p_value)


@pytest.mark.parametrize(
    ("p_value", "without", "passed"),
    [
        (0.01, [(2.0, 0.01), (1.0, 0.2), (3.0, 0.01)], True),
        (0.01, [(2.0, 0.01), (0.99, 0.01), (3.0, 0.01)], False),
        (0.01, [(2.0, 0.01), (-2.0, 0.01), (3.0, 0.01)], False),
        (0.30, [(2.0, 0.02), (2.0, 0.30), (2.0, 0.30)], True),
        (0.30, [(2.0, 0.016), (2.0, 0.30), (2.0, 0.30)], False),
        (0.30, [(2.0, None), (-2.0, 0.30), (2.0, 0.30)], True),
    ],
    ids=["half is left", "less than half is left", "the sign turns", "Holm forgives one in three", "one beyond Holm", "no p is no finding"],
)
def test_no_district_may_decide_by_hand(repeated, p_value, without, passed):
    """Of an estimate of 2: beyond chance it must keep half of its size; within chance all three must stay there by Holm (0.05 / 3)."""
    told = dict(zip(("H01", "H02", "H03"), without, strict=True))
    estimate = replace(repeated.ask(), estimate=2.0, p_exact=p_value)
    found = checks.leave_one_district_out(Answers(repeated.rows[repeated.rows[DISTRICT].isin(told)], real=estimate, told=told), estimate)
    assert found.is_passed is passed
    assert found.value == pytest.approx(max(size for size, _ in without) - min(size for size, _ in without))


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
    found = checks.spill_over(spilled, spilled.ask())
    assert found.is_passed is False
    assert not found.is_required
    assert "quá mức ngẫu nhiên: nơi đem so cũng bị chạm tới (sai số theo huyện)" in found.sentence_vi


def test_spill_over_is_not_known_without_the_neighbours_or_with_too_few_districts(repeated):
    unknown = repeated.on(repeated.rows.assign(**{NEIGHBOURS: np.nan}))
    absent = repeated.on(repeated.rows.drop(columns=NEIGHBOURS))
    alike = repeated.on(repeated.rows.assign(**{NEIGHBOURS: 1.0}))
    few = repeated.on(repeated.rows[repeated.rows[DISTRICT].isin(["H01", "H02", "H03", "H04"])])
    estimate = repeated.ask()
    assert [checks.spill_over(asked, estimate).is_passed for asked in (unknown, absent, alike, few)] == [None] * 4
    assert "quá ít huyện" in checks.spill_over(few, estimate).sentence_vi


def test_a_spill_over_that_could_not_have_been_seen_is_not_known(repeated):
    estimate = repeated.ask()
    blunt, sharp = (checks.spill_over(repeated, replace(estimate, mde=size, estimate=size)) for size in (0.001, 1000.0))
    assert (blunt.is_passed, sharp.is_passed) == (None, True)
    assert "nhưng phép thử yếu" in blunt.sentence_vi


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
    assert checks.other_scale(repeated.on(rows), estimate).is_passed is False


# Whose answer it is


@pytest.fixture(scope="module")
def in_some() -> FirstCampaigns:
    """Nothing is planted but in the first twelve communes that begin."""
    asked = first_campaigns(replace(FIRST, effect=0.0))
    moved = sorted(asked.first)[:12]
    begun = asked.rows[MONTH] >= asked.rows[UNIT].map(asked.first).fillna("9999-99")
    hit = asked.rows[SHARE] + np.where(begun & asked.rows[UNIT].isin(moved), 8.0, 0.0)
    return replace(asked.on(asked.rows.assign(**{SHARE: hit})), unclear=frozenset(moved))


def test_where_every_commune_is_clear_the_pool_is_no_question(staggered):
    estimate = staggered.ask()
    found = checks.which_communes(staggered, estimate)
    assert (found.is_passed, found.is_required) == (True, True)
    assert found.sentence_vi == "Mọi xã được so đều có nhật ký liên tục từ trước lần đầu."
    elsewhere = replace(staggered, unclear=frozenset({"no such commune"}), unlogged=frozenset({"nor this"}))
    assert checks.which_communes(elsewhere, estimate) == found


def test_an_answer_that_hangs_on_communes_with_an_unclear_start_fails(in_some):
    estimate = in_some.ask()
    assert checks.is_significant(estimate)
    found = checks.which_communes(in_some, estimate)
    without = in_some.on(in_some.rows[~in_some.rows[UNIT].isin(in_some.unclear)]).ask()
    assert not checks.is_significant(without)
    assert found.is_passed is False
    assert found.sentence_vi == f"Bỏ 12 xã có thể đã làm mà không ghi: {checks.said(without.estimate)}; có trường hợp kết luận đổi."


def test_an_answer_that_no_pool_changes_passes_and_tells_each(staggered):
    silent = sorted(set(staggered.rows[UNIT]) - set(staggered.first))[:2]
    asked = replace(staggered, unclear=frozenset(sorted(staggered.first)[:2]), unlogged=frozenset(silent))
    found = checks.which_communes(asked, asked.ask())
    assert found.is_passed is True
    assert [said in found.sentence_vi for said in ("Bỏ 2 xã có thể", "bỏ 2 xã chưa gửi", "bỏ cả hai", "kết luận không đổi")] == [True] * 4


def test_a_pool_that_cannot_be_asked_leaves_the_check_without_an_answer(staggered):
    """Three communes with a clear start are too few for an error."""
    asked = replace(staggered, unclear=frozenset(sorted(staggered.first)[3:]))
    found = checks.which_communes(asked, staggered.ask())
    assert found.is_passed is None
    assert "không tính được" in found.sentence_vi


# What the district says


def followed(truth: float, own: float) -> RepeatedDoses:
    """Communes say what their district says, and now and then more; the district's words move them by ``truth``, their own by ``own``."""
    asked = repeated_doses(replace(REPEATED, units=40, effect=0.0))
    rows = asked.rows
    more = np.random.default_rng(5).poisson(0.3, len(rows))
    mine = rows[DISTRICT_DOSE].astype(float) + more
    share = rows[SHARE].astype(float) + truth * rows[DISTRICT_DOSE].astype(float) + own * mine
    return asked.on(rows.assign(**{DOSE: mine, SHARE: share}))


def test_what_the_district_did_is_not_the_communes_own():
    asked = followed(truth=4.0, own=0.0)
    estimate = asked.ask()
    assert checks.is_significant(estimate)
    found = checks.district_doses(asked)
    assert found.is_passed is False
    assert found.value == pytest.approx(asked.on(asked.rows, beside=DISTRICT_DOSE).ask().estimate)
    assert abs(found.value) < estimate.estimate / 3
    assert found.sentence_vi.endswith("có trường hợp kết luận đổi.")


def test_what_the_communes_did_stays_beside_the_district():
    asked = followed(truth=4.0, own=4.0)
    found = checks.district_doses(asked)
    assert found.is_passed is True
    assert f"khi trừ phần của cấp huyện: {checks.said(found.value)}; kết luận không đổi." in found.sentence_vi


def test_both_answers_are_of_the_rows_where_the_district_is_known(repeated):
    rows = repeated.rows.assign(**{DISTRICT_DOSE: repeated.rows[DISTRICT_DOSE].mask(repeated.rows[DISTRICT].isin(["H07", "H08"]))})
    known = rows[rows[DISTRICT_DOSE].notna()]
    found = checks.district_doses(repeated.on(rows))
    assert found == checks.district_doses(repeated.on(known))
    assert found.sentence_vi.startswith(f"Trên {len(known)} dòng biết cả hoạt động cấp huyện: {checks.said(repeated.on(known).ask().estimate)};")


def test_districts_that_all_say_the_same_take_nothing_from_the_answer(repeated):
    """The month effects hold it already."""
    found = checks.district_doses(repeated.on(repeated.rows.assign(**{DISTRICT_DOSE: repeated.rows[MONTH].str[-2:].astype(float)})))
    assert (found.is_passed, found.value) == (True, pytest.approx(repeated.ask().estimate))


def test_without_logs_of_the_districts_nothing_is_known(repeated):
    absent, empty = repeated.rows.drop(columns=DISTRICT_DOSE), repeated.rows.assign(**{DISTRICT_DOSE: np.nan})
    for rows in (absent, empty):
        found = checks.district_doses(repeated.on(rows))
        assert found.is_passed is None
        assert "Không có nhật ký của cấp huyện" in found.sentence_vi
    few = repeated.rows.assign(**{DISTRICT_DOSE: repeated.rows[DISTRICT_DOSE].where(repeated.rows[MONTH] < "2019-03")})
    assert checks.district_doses(repeated.on(few)).is_passed is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [((1.0, 0.2), (-1.0, 0.9), True), ((1.0, 0.01), (2.0, 0.04), True), ((1.0, 0.01), (-1.0, 0.01), False), ((1.0, 0.04), (1.0, 0.06), False)],
)
def test_two_answers_read_the_same_within_chance_or_beyond_it_on_one_side(repeated, one, other, same):
    asked = repeated.ask()
    pair = [replace(asked, estimate=estimate, p_exact=p) for estimate, p in (one, other)]
    assert checks.agrees(*pair) is checks.agrees(*reversed(pair)) is same
