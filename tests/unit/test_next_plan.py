"""Next year's plan: advice from what was counted, cost only where it may be said, waves and data ranked by what they would find."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.blocks import Chart, Finding, Provenance, Sentence, Table
from analysis.chapters import next_plan as chapter
from analysis.chapters.delivered import delivered_of
from analysis.chapters.rollout_units import RolloutUnits, logging_communes, now_in, rollout_units
from analysis.chapters.subject import ParameterRefused, subject_of
from analysis.chapters.uptake import RATE_KEY
from analysis.estimate.grade import Verdict
from analysis.estimate.inside.power import PowerResult
from analysis.estimate.result import EffectEstimate
from analysis.figures.draw import draw
from analysis.figures.next_plan import common_sizes
from analysis.narrative import next_plan as say
from analysis.narrative.outcomes import Assessment
from analysis.narrative.quality import first_step
from analysis.panel import UnitMonths
from analysis.publish.gate import CAUSAL_WORDS

SOURCE = Provenance(("log",), is_synthetic=True)
LINKS = pd.DataFrame({"from_code": ["a", "a", "b"], "to_code": ["n1", "n2", "n2"]})
DAY = date(2021, 12, 31)
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


def test_what_is_not_known_says_why_and_names_the_chapter_that_compares():
    told = say.advice(pd.Series(ITEM), [assessment("C"), assessment("D", unit="điểm")]).reason_vi
    assert told.endswith("vì nơi làm trước, nơi làm sau không do bốc thăm (chương “Trong tỉnh”: chưa đủ bằng chứng)")
    refused = replace(assessment("D"), estimate=None)
    assert say.advice(pd.Series(ITEM), [refused]).reason_vi.endswith("chưa biết có thay đổi gì kèm theo (chương “Trong tỉnh”: không đánh giá được)")
    assert say.advice(pd.Series(ITEM), []).reason_vi.endswith("chưa biết có thay đổi gì kèm theo")


@pytest.mark.parametrize(("over", "kind"), [(True, "assign"), (False, "hurry")])
def test_the_leaders_page_and_the_chapter_say_the_same_of_untouched_items(shipped_tables, over, kind):
    done = delivered_of(shipped_tables, subject_of(shipped_tables, "74", 2021, "2022-06-30"), "74", 2021)
    said = first_step(done.progress, done.silent, done.activities, has_plan=True, is_over=over).text_vi
    assert f"{say.ADVICE_VI[kind].lower()} cho" in said.lower()


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
    assert "doanh nghiệp của các xã được so)" in say.cost(None, 0, 4, assessment("B"), 10_000, SOURCE, is_of_compared=True).text_vi
    assert "không theo hướng tăng" in say.cost(8_000_000.0, 4, 4, assessment("B", effect=-2.0), 10_000, SOURCE).text_vi


def test_a_province_without_plan_log_and_dossiers_has_a_chapter_whose_blocks_all_have_a_source(shipped_tables):
    for year in (2021, 2025):  # before the merger, and after it, when its communes are in no list
        subject = subject_of(shipped_tables, "79", year, "2026-11-22")
        done = delivered_of(shipped_tables, subject, "79", year)
        found = chapter.foresee(chapter.units_of(shipped_tables, "79", year, subject.as_of), (2, 3, 4), set(), shipped_tables.unit_links, 0.0, 7)
        blocks = [
            *chapter.items(done, [], shipped_tables.plans),
            *chapter.waves(found, subject.place, year, subject.as_of),
            *chapter.data(found),
        ]
        assert [type(block) for block in blocks] == [Sentence, Sentence]
        assert all(block.provenance.source_ids for block in blocks)


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


def foreseen(listed: RolloutUnits, asked=(2, 3), logging=frozenset(), vague: float = 0.0) -> chapter.Foreseen:
    return chapter.foresee(listed, asked, set(logging), LINKS, vague, 7)


def test_waves_are_told_as_they_are_first_with_a_table_a_chart_and_the_command():
    found = foreseen(units(), logging=units().units["unit_code"][:15], vague=0.4)
    finding, table, chart, command = chapter.waves(found, "Bình Dương", 2021, DAY)
    assert isinstance(finding, Finding)
    assert isinstance(table, Table)
    assert isinstance(chart, Chart)
    assert isinstance(command, Sentence)
    as_is, if_all = (f"{power[found.chosen].mde:.2f}".replace(".", ",") for power in (found.as_is, found.if_all))
    assert f"Như hiện nay, chia 15 xã có nhật ký thành {found.chosen} đợt" in finding.text_vi
    assert f"thay đổi từ {as_is} điểm" in finding.text_vi
    assert finding.text_vi.endswith(f"nếu mọi xã gửi nhật ký (24 xã): từ {if_all}.")
    assert "(30 tháng, từ 7/2019 đến 12/2021)" in finding.evidence_vi
    assert "30 tháng, từ 7/2019 đến 12/2021" in table.notes_vi[1]
    assert [row[1] for row in table.rows] == [15, 15]
    assert [row[6] for row in table.rows] == [found.if_all[count].mde for count in (2, 3)]
    assert f"--waves {found.chosen} --first-month 2022-03" in command.text_vi
    [data] = chapter.data(found)
    assert (data.rows[0][2], data.rows[1][0]) == (found.as_is[found.chosen].mde, "Mọi xã gửi nhật ký nên đều vào danh sách")
    assert f"{found.chosen} đợt" in data.rows[0][0]
    assert len(draw(chart).data) == 2


def test_all_lines_of_the_power_curve_stand_on_one_sorted_grid_without_gaps():
    _, _, chart, _ = chapter.waves(foreseen(units()), "Bình Dương", 2021, DAY)
    grid = chart.series[0].x
    assert [series.x for series in chart.series] == [grid, grid]
    assert list(grid) == sorted(set(grid))
    assert grid[0] == 0
    assert all(0 <= share <= 100 for series in chart.series for share in series.y)
    assert common_sizes(1.9) == [round(0.1 * step, 1) for step in range(20)]
    assert common_sizes(0.0) == [0.0]


def test_numbers_of_waves_within_the_error_of_simulation_are_called_alike():
    power = foreseen(units()).if_all[2]

    def of(mde: float | None, error: float = 0.015) -> PowerResult:
        return replace(power, mde=mde, mde_error=error)

    near = {2: of(0.99), 3: of(0.90), 4: of(0.87)}
    assert chapter.alike(near) == (3, 4)
    assert chapter.alike({2: of(0.99), 3: of(0.95), 4: of(0.87)}) == (4,)
    assert chapter.alike({2: of(None), 3: of(None)}) == (2, 3)
    found = chapter.Foreseen(units(), frozenset(), 0.0, 7, near, near)
    assert found.chosen == 3
    finding, *_ = chapter.waves(found, "Bình Dương", 2021, DAY)
    assert finding.evidence_vi.startswith("3 hay 4 đợt như nhau trong sai số mô phỏng: chọn theo khả năng tổ chức.")


@pytest.mark.parametrize(
    ("as_of", "month"),
    [("2021-06-30", "2022-03"), ("2022-02-10", "2022-03"), ("2022-06-30", "2022-07"), ("2022-12-05", None), ("2026-11-22", None)],
)
def test_the_command_names_no_month_that_has_begun(as_of, month):
    assert chapter.open_month(2021, date.fromisoformat(as_of)) == month
    told = say.how_to_draw(3, month, SOURCE).text_vi
    assert f"--first-month {month or 'NĂM-THÁNG'} --gap 4" in told
    assert ("còn ở phía trước" in told) == (month is None)


def test_data_worth_having_are_ordered_by_the_detectable_effect():
    [table] = chapter.data(foreseen(units(), (3,), units().units["unit_code"][:15], 0.4))
    assert table.rows[0][:2] == ("Như nay: các xã có nhật ký, 3 đợt trong một năm, 40\u00a0% hoạt động chỉ ghi đến quý", 15)
    assert table.rows[0][3] is None
    assert [row[2] for row in table.rows[1:]] == sorted(row[2] for row in table.rows[1:])
    by_name = {row[0]: row for row in table.rows}
    assert by_name["Mọi xã gửi nhật ký nên đều vào danh sách"][1] == 24
    for said in ("Ghi ngày bắt đầu đến tháng", "Mọi xã gửi nhật ký nên đều vào danh sách"):
        assert by_name[said][3] == pytest.approx(1 - by_name[said][2] / table.rows[0][2])
        assert by_name[said][3] > 0


def test_what_is_already_so_is_not_advised_and_too_few_logs_are_said():
    none, everyone = foreseen(units(), (3,)), foreseen(units(), (3,), units().units["unit_code"])
    [table] = chapter.data(none)
    assert table.rows[0][0] == "Mọi xã gửi nhật ký, 3 đợt trong một năm"
    assert [row[0] for row in table.rows[1:] if "nhật ký" in row[0] or "đến tháng" in row[0]] == []
    assert "hiện mới có 0 xã gửi nhật ký, chưa đủ để chia đợt" in chapter.waves(none, "Bình Dương", 2021, DAY)[0].text_vi
    [table] = chapter.data(everyone)
    assert table.rows[0][0] == "Như nay: các xã có nhật ký, 3 đợt trong một năm"
    assert [row for row in table.rows[1:] if "nhật ký" in row[0]] == []
    assert "nếu mọi xã" not in chapter.waves(everyone, "Bình Dương", 2021, DAY)[0].text_vi


@pytest.mark.parametrize("months", [0, 12, 23])
def test_with_too_short_a_past_nothing_is_computed_and_the_sentence_says_how_long_it_is(months):
    listed = units(months=max(months, 1))
    found = foreseen(listed if months else replace(listed, months=listed.months.head(0)))
    [told] = chapter.waves(found, "Bình Dương", 2021, DAY)
    assert f"ít nhất 24 tháng hồ sơ theo xã, ít hơn thì mức tính ra lạc quan hơn thực tế; hiện có 24 xã, {months} tháng" in told.text_vi
    assert chapter.data(found) == []


def test_a_new_commune_counts_as_logging_when_one_it_came_from_did():
    listed = replace(units(), units=pd.DataFrame({"unit_code": ["n1", "n2", "n3"]}), is_merged=True)
    assert now_in(listed, {"a"}, LINKS) == {"n1", "n2"}
    assert now_in(listed, {"b"}, LINKS) == {"n2"}
    assert now_in(units(), {"c01", "x"}, LINKS) == {"c01"}


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
    line, known, table = chapter.items(done, [assessment("C"), assessment("D")], shipped_tables.plans)
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
    assert (old.place_vi, new.place_vi) == ("Bình Dương", "TP. Hồ Chí Minh, địa bàn Bình Dương (cũ)")
    assert old.notes_vi == ("Hồ sơ của 12 tháng gần nhất là từ 01/2021 đến 12/2021.",)


def test_a_new_commune_is_grouped_with_the_old_district_that_most_of_its_dossiers_come_from(shipped_tables):
    """By hand: dossiers of the last twelve months of the old communes, those of a divided one shared equally, summed by old district."""
    new = rollout_units(shipped_tables, "74", "2027-03", date(2024, 12, 31)).units.set_index("unit_code")
    units_table, links = shipped_tables.units, shipped_tables.unit_links
    uptake = shipped_tables.uptake
    counts = uptake[(uptake["rate_key"] == RATE_KEY) & (uptake["period_month"].str[:4] == "2024")].groupby("unit_code")["denominator_count"].sum()
    parents = units_table[(units_table["vintage"] == "63-tinh") & (units_table["level"] == "commune")].set_index("unit_code")["parent_code"]
    parts = links[links["from_code"].isin(parents.index)]
    pieces = parts.groupby("from_code")["to_code"].transform("size")
    weight = parts["from_code"].map(counts).astype(float) / pieces
    by_district = weight.groupby([parts["to_code"], parts["from_code"].map(parents)]).sum()
    most = {code: by_district[code].idxmax() for code in new.index}
    assert new["district_code"].to_dict() == most
    assert any(len(by_district[code]) > 1 for code in new.index)
