"""Next year's plan: advice from what was counted, cost only where it may be said, waves and data ranked by what they would find."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.blocks import Chart, Finding, Provenance, Sentence, Table
from analysis.chapters import next_plan as chapter
from analysis.chapters.delivered import delivered_of
from analysis.chapters.rollout_units import RolloutUnits, logging_communes, rollout_units
from analysis.chapters.subject import ParameterRefused, subject_of
from analysis.estimate.grade import Verdict
from analysis.estimate.result import EffectEstimate
from analysis.figures.draw import draw
from analysis.narrative import next_plan as say
from analysis.narrative.outcomes import Assessment
from analysis.panel import UnitMonths
from analysis.publish.gate import CAUSAL_WORDS

SOURCE = Provenance(("log",), is_synthetic=True)
ITEM = {
    "done_count": 10,
    "early_count": 0,
    "gap_count": 0,
    "late_count": 0,
    "public_count": 6,
    "communes_count": 12,
    "owed_share": 1.0,
    "is_due": True,
    "schedule_kind": "continuous",
}


def assessment(grade: str, effect: float = 2.0, low: float = 1.0, high: float = 4.0, unit: str = say.POINTS_VI) -> Assessment:
    numbers = {"std_error": 0.5, "df": 90, "level": 0.95, "p_exact": 0.001, "p_rank": 0.001, "treated_count": 2, "comparison_count": 80, "mde": 1.0}
    estimate = EffectEstimate(
        "share", "", effect, ci_low=low, ci_high=high, before_count=24, after_count=12, method="x", treated=("a", "b"), **numbers
    )
    return Assessment("tỷ lệ nộp trực tuyến", Verdict(grade, "đã tính"), "", unit, "các xã", "các xã khác", SOURCE, estimate)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "stagger"),
        ({"done_count": 0}, "assign"),
        ({"done_count": 0, "is_due": False}, "wait"),
        ({"done_count": 0, "schedule_kind": "on_demand"}, "wait"),
        ({"late_count": 5}, "move"),
        ({"late_count": 4}, "stagger"),
        ({"public_count": 0}, "widen"),
        ({"owed_share": 0.9}, "shortfall"),
        ({"owed_share": pd.NA}, "stagger"),
        ({"communes_count": 0}, "keep"),
        ({"communes_count": 3}, "keep"),
    ],
)
def test_advice_follows_from_what_was_counted(changes, kind):
    assert say.advice(pd.Series(ITEM | changes), []).kind == kind


@pytest.mark.parametrize(("changes", "kind"), [({"done_count": 0}, "hurry"), ({"owed_share": 0.9}, "catch_up"), ({}, "stagger")])
def test_until_the_year_is_over_nothing_is_to_be_dropped(changes, kind):
    found = say.advice(pd.Series(ITEM | changes), [], is_over=False)
    assert found.kind == kind
    assert "Bỏ" not in say.ADVICE_VI[found.kind]


def test_an_item_is_kept_with_the_label_of_the_evidence_where_there_is_any():
    found = say.advice(pd.Series(ITEM), [assessment("B")])
    assert (found.kind, found.reason_vi) == ("keep", "6 trên 10 hoạt động hướng tới người dân, doanh nghiệp; bằng chứng chung của năm: gợi ý")


@pytest.mark.parametrize(
    ("grade", "costed", "said"),
    [
        ("C", 4, "còn thiếu mức thay đổi có bằng chứng A hoặc B (hiện là C: chưa đủ bằng chứng)."),
        ("B", 3, "còn thiếu chi phí (mới ghi ở 3 trên 4 hoạt động hướng tới người dân, doanh nghiệp)."),
        ("D", 0, "còn thiếu chi phí (mới ghi ở 0 trên 4 hoạt động hướng tới người dân, doanh nghiệp) và mức thay đổi"),
    ],
)
def test_without_cost_or_evidence_the_sentence_says_which_is_missing(grade, costed, said):
    told = say.cost(8_000_000.0 if costed else None, costed, 4, assessment(grade), 10_000, SOURCE)
    assert said in told.text_vi
    assert "đồng mỗi hồ sơ" not in told.text_vi


def test_cost_for_one_more_dossier_by_hand():
    """8 million over 2 % of 10,000 dossiers is 40,000 each; the interval 1 to 4 points turns into 80,000 to 20,000."""
    told = say.cost(8_000_000.0, 4, 4, assessment("B"), 10_000, SOURCE)
    assert "khoảng 40.000 đồng mỗi hồ sơ (200 hồ sơ)" in told.text_vi
    assert "từ 20.000 đến 80.000 đồng" in told.evidence_vi
    assert "chạm 0" in say.cost(8_000_000.0, 4, 4, assessment("A", low=-0.1), 10_000, SOURCE).evidence_vi
    assert "không theo hướng tăng" in say.cost(8_000_000.0, 4, 4, assessment("B", effect=-2.0), 10_000, SOURCE).text_vi


def units(count: int = 24, months: int = 30) -> RolloutUnits:
    rng = np.random.default_rng(0)
    codes = [f"c{number:02d}" for number in range(count)]
    table = pd.DataFrame({"unit_code": codes, "name_vi": codes, "district_code": [f"d{number % 3}" for number in range(count)]})
    table = table.assign(
        district_vi=table["district_code"], dossiers_count=rng.integers(100, 900, count), online_pct=rng.normal(30, 5, count).round(1)
    )
    labels = [str(month) for month in pd.period_range("2019-07", periods=months, freq="M")]
    held = pd.DataFrame({"unit_code": np.repeat(codes, months), "period_month": labels * count, "denominator_count": 200})
    held = held.assign(share_pct=30 + rng.normal(0, 2, len(held)), district_code=held["unit_code"].map(table.set_index("unit_code")["district_code"]))
    return RolloutUnits(table, held, (), SOURCE)


def test_waves_are_told_with_a_table_a_chart_and_the_command():
    finding, table, chart, command = chapter.waves(units(), (2, 3), "Bình Dương", 2021, 7)
    assert isinstance(finding, Finding)
    assert isinstance(table, Table)
    assert isinstance(chart, Chart)
    assert isinstance(command, Sentence)
    best = min(table.rows, key=lambda row: row[3])
    assert f"Chia 24 xã thành {best[0]} đợt" in finding.text_vi
    assert f"--waves {best[0]} --first-month 2022-03" in command.text_vi
    assert [series.name for series in chart.series] == ["2 đợt", "3 đợt"]
    assert len(draw(chart).data) == 2


def test_data_worth_having_are_ordered_by_the_detectable_effect():
    some = set(units().units["unit_code"][:15])
    [table] = chapter.data(units(), some, 0.4, 7)
    assert table.rows[0][:2] == ("Như nay: 3 đợt trong một năm, các xã có nhật ký, 40\u00a0% hoạt động chỉ ghi đến quý", 15)
    assert [row[2] for row in table.rows[1:]] == sorted(row[2] for row in table.rows[1:])
    by_name = {row[0]: row for row in table.rows}
    assert by_name["Mọi xã gửi nhật ký nên đều vào danh sách"][1] == 24
    assert all(by_name[said][3] < 0 for said in ("Ghi ngày bắt đầu đến tháng", "Mọi xã gửi nhật ký nên đều vào danh sách"))


def test_what_is_already_so_is_not_advised():
    [table] = chapter.data(units(), set(), 0.0, 7)
    assert table.rows[0][0] == "Như nay: 3 đợt trong một năm, mọi xã"
    assert [row[0] for row in table.rows[1:] if "nhật ký" in row[0] or "đến tháng" in row[0]] == []


def test_without_a_past_nothing_is_computed_and_the_sentence_says_why():
    short = replace(units(), months=units().months.head(0))
    [told] = chapter.waves(short, (2, 3), "Bình Dương", 2021, 7)
    assert "hiện có 24 xã, 0 tháng" in told.text_vi
    assert chapter.data(short, set(), 0.0, 7) == []


def test_numbers_of_waves_are_read_or_refused():
    assert chapter.waves_asked("2 4 2") == (2, 4)
    for wrong in ("", "một", "1", "13"):
        with pytest.raises(ParameterRefused, match="các số đợt từ 2 đến 12"):
            chapter.waves_asked(wrong)


def test_the_share_dated_only_to_a_quarter_is_that_of_the_communes_of_the_year():
    months = pd.DataFrame(
        {
            "unit_code": ["a", "a", "s", "a"],
            "level": ["commune", "commune", "department", "commune"],
            "period_month": ["2021-01", "2021-02", "2021-01", "2020-01"],
            "dose_count": [3.0, 1.0, 9.0, 9.0],
            "spread_count": [0.0, 1.0, 9.0, 9.0],
        }
    )
    assert chapter.vague_share_of(months, 2021) == 0.25
    assert chapter.vague_share_of(months, 2018) == 0.0
    assert logging_communes(UnitMonths(months, months), 2021) == {"a"}


def test_the_shipped_plan_is_told_item_by_item_without_a_causal_word(shipped_tables):
    done = delivered_of(shipped_tables, subject_of(shipped_tables, "74", 2021, "2022-06-30"), "74", 2021)
    line, known, table = chapter.items(done, [assessment("C"), assessment("D")])
    assert line.text_vi.startswith("Từ 18 mục của kế hoạch 2021 cho kế hoạch 2022")
    assert "không tác dụng" not in known.text_vi
    assert len(table.rows) == 18
    assert {row[0] for row in table.rows if row[3] == say.ADVICE_VI["assign"]} == {"II.1.5", "II.1.7"}
    said = " ".join([line.text_vi, known.text_vi, *(str(cell) for row in table.rows for cell in row)]).lower()
    assert [word for word in CAUSAL_WORDS if word in said] == []


def test_communes_before_and_after_the_merger_are_those_then_in_force(shipped_tables):
    old = rollout_units(shipped_tables, "74", "2022-03", date(2021, 12, 31))
    new = rollout_units(shipped_tables, "74", "2027-03", date(2026, 12, 31))
    assert (len(old.units), len(new.units)) == (91, 36)
    assert old.months["period_month"].max() == "2021-12"
    assert new.units["district_vi"].str.endswith(" (cũ)").all()
    last = [rows["denominator_count"].sum() for rows in (rollout_units(shipped_tables, "74", "2025-03", date(2026, 12, 31)).months, new.months)]
    assert last[0] == pytest.approx(last[1])
    assert old.rests_on.is_synthetic
