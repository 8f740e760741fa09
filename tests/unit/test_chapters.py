"""Chapters for whatever data there is: no plan, no items, no log, no units, no scores, a year of two regimes."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import store
from analysis.blocks import Block, Chart, Finding, Sentence, Table
from analysis.chapters import chain, closing, delivery, inside_asked, leaders, outcomes, standing, uptake, uptake_dossiers, uptake_keys
from analysis.chapters.delivered import delivered_of
from analysis.chapters.subject import subject_of
from analysis.codes import INDICES
from analysis.contracts import SCHEMAS
from analysis.estimate.inside.evidence import gather_inside
from analysis.panel import province_years
from analysis.publish.gate import CAUSAL_WORDS
from analysis.units import UnknownUnit
from analysis.uptake import of_units, until

TODAY = "2026-11-22"


class Situation(SimpleNamespace):
    """Tables as chapters read them, some of them emptied or changed."""


@pytest.fixture(scope="module")
def shipped(shipped_tables) -> dict[str, pd.DataFrame]:
    return {name: getattr(shipped_tables, name) for name in [*SCHEMAS, "sources", "set_aside", "build_notices"]}


@pytest.fixture(scope="module", autouse=True)
def few_placebo_plans():
    """Grades rest on 999 placebo plans; here it matters that they are given, not how finely they are measured."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inside_asked, "gather_inside", lambda question, **asked: gather_inside(question, **(asked | {"draws": 20})))
        yield


def changed(shipped: dict[str, pd.DataFrame], **tables: pd.DataFrame) -> store.Tables:
    return Situation(**{**shipped, **tables})


def without(shipped: dict[str, pd.DataFrame], *names: str) -> store.Tables:
    return changed(shipped, **{name: shipped[name].head(0) for name in names})


def chapters(tables: store.Tables, year: int, province: str = "74", as_of: str = TODAY) -> dict[str, list[Block]]:
    """All chapters as the five notebooks call them."""
    subject = subject_of(tables, province, year, as_of)
    done = delivered_of(tables, subject, province, year)
    histories = standing.histories_of(tables.index_scores, tables.index_editions, province, year, subject.as_of)
    dossiers = until(of_units(tables.uptake, subject.below), subject.as_of)
    logged = uptake_dossiers.dossiers_of(tables, subject, year)
    months = outcomes.unit_months_of(tables, province, subject.as_of)
    activities = outcomes.activities_of(tables, province, subject.as_of)
    rests_on = outcomes.rests_on(tables, histories, activities, months.rows)
    view = standing.view_of(tables, subject, province, year)
    years = province_years(activities, months.rows, histories, list(range(2019, year + 1)), outcomes.RATE_KEY)
    return {
        "delivery": [
            *delivery.about_plan(done, tables.plans),
            *delivery.volume(done, tables.units),
            *delivery.items(done, tables.plans),
            *delivery.channels_reach_and_cost(done, tables.plans),
            *delivery.units(done, tables.plans),
            *delivery.urging(done, tables.plans),
        ],
        "standing": [
            *standing.opening(view),
            *(block for name in INDICES for block in standing.one_index(name, view)),
            *standing.all_moves(view),
            *chain.chain(view),
        ],
        "uptake": [
            *uptake.province_rate(dossiers, subject.place, year, uptake.RATE_KEY, tables.uptake_facts),
            *uptake_keys.every_rate(dossiers, subject.place, year),
            *uptake.over_time(dossiers, tables.events, province, subject.place, year, uptake.RATE_KEY),
            *uptake_keys.levels_over_time(dossiers, tables.events, province, subject.place, year),
            *uptake.by_district(dossiers, subject, tables.events, province, year, uptake.RATE_KEY),
            *uptake.by_unit(dossiers, year, uptake.RATE_KEY),
            *uptake.help_first(dossiers, subject.below, year, uptake.RATE_KEY),
            *uptake_dossiers.account(logged, tables.uptake_facts),
            *uptake_dossiers.days(logged),
            *uptake.published(tables.uptake_facts, province, subject.place, year),
        ],
        "outcomes": [
            *outcomes.answers(tables, subject, done.plan, province, year),
            *outcomes.side_by_side(years, histories, activities, rests_on),
            *outcomes.within_province(months, tables, province, year),
        ],
        "leaders": leaders.page(tables, histories, subject, province, done),
        "next-year": closing.next_year(tables, done, histories),
        "quality": closing.quality(tables, histories),
    }


def assert_sound(found: dict[str, list[Block]]) -> None:
    """Every chapter says something; every block names its sources; no text holds a raw missing value or an unearned verb."""
    for chapter, blocks in found.items():
        assert blocks, chapter
        for block in blocks:
            assert block.provenance.source_ids, (chapter, block)
            said = block.text_vi if isinstance(block, Sentence | Finding) else block.title
            assert not {"nan", "None", "<NA>", "NaT"} & set(said.replace(".", " ").split()), said
            assert not any(word in said.lower() for word in CAUSAL_WORDS), said
            if isinstance(block, Chart):
                assert all(len(series.x) == len(series.y) for series in block.series), block.chart_id
            if isinstance(block, Table):
                assert all(len(row) == len(block.columns) for row in block.rows), block.table_id


def texts(blocks: list[Block]) -> str:
    return " ".join(block.text_vi for block in blocks if isinstance(block, Sentence | Finding))


def ids(blocks: list[Block]) -> list[str]:
    return [block.chart_id for block in blocks if isinstance(block, Chart)] + [block.table_id for block in blocks if isinstance(block, Table)]


@pytest.fixture(scope="module")
def plan_year(shipped) -> dict[str, list[Block]]:
    return chapters(changed(shipped), 2021)


def test_the_year_of_the_plan_fills_every_chapter(plan_year):
    assert_sound(plan_year)
    assert {"plan-timeline", "plan-items", "channel-mix", "reach", "coverage", "units-delivery", "unit-months", "urging", "urging-groups"} <= set(
        ids(plan_year["delivery"])
    )
    assert {"rank-overview"} <= set(ids(plan_year["leaders"]))


def test_no_chart_or_table_stands_twice_in_a_report(plan_year):
    every = [name for blocks in plan_year.values() for name in ids(blocks)]
    assert len(every) == len(set(every))


def test_the_leaders_page_holds_one_finding_a_question_and_never_more_than_five(plan_year):
    findings = [block for block in plan_year["leaders"] if isinstance(block, Finding)]
    assert [finding.finding_id for finding in findings] == ["delivery-brief", "standing-brief", "uptake-year", "outcomes-in-brief", "first-step"]
    assert findings[3].grade in ("C", "D")


def test_everything_that_rests_on_the_synthetic_log_says_so(plan_year):
    for block in [*plan_year["delivery"], *plan_year["uptake"]]:
        if "synthetic-activities" in block.provenance.source_ids or "synthetic-uptake" in block.provenance.source_ids:
            assert block.provenance.is_synthetic, block
    stamped = [block for block in plan_year["standing"] if block.provenance.is_synthetic]
    assert {block.table_id for block in stamped if isinstance(block, Table)} == {
        "outcome-chain-1",
        "outcome-chain-2",
        "outcome-chain-3",
    }  # they count logged activities
    assert all(isinstance(block, Table) or block.is_note for block in stamped)


def test_a_plan_known_only_by_its_aims_is_said_to_lack_its_items(shipped):
    found = chapters(changed(shipped), 2019)
    assert_sound(found)
    assert "không có phụ lục của kế hoạch 689/KH-UBND" in texts(found["delivery"])
    assert "plan-timeline" not in ids(found["delivery"])
    assert "urging-groups" in ids(found["delivery"])
    assert "Không có từng mục kế hoạch năm 2019 để đối chiếu" in texts(found["delivery"])


def test_a_year_without_a_plan_has_nothing_to_assess(shipped):
    found = chapters(changed(shipped), 2020)
    assert_sound(found)
    assert "Chưa nạp kế hoạch truyền thông năm 2020" in texts(found["delivery"])
    assert "coverage" in ids(found["delivery"])
    assert "Không có kế hoạch năm 2020 để đối chiếu từng mục" in texts(found["delivery"])
    assert "đơn vị không có dòng nhật ký nào" in texts(found["delivery"])
    assert "chưa xem xét được đóng góp" in texts(found["outcomes"])
    assert "assessments" not in ids(found["outcomes"])


def test_a_year_of_two_regimes_is_never_added_up(shipped):
    found = chapters(changed(shipped), 2022)
    assert_sound(found)
    assert "hai phần không gộp với nhau" in texts(found["uptake"])
    (years,) = [block for block in found["outcomes"] if isinstance(block, Table) and block.table_id == "province-years"]
    assert {row[0]: row[2] for row in years.rows}["2022"] is None
    (by_unit,) = [block for block in found["uptake"] if isinstance(block, Table) and block.table_id.endswith("commune")]
    assert "từ tháng 9/2022 đến tháng 12/2022" in by_unit.title


def test_a_plan_without_a_log_is_listed_and_not_judged(shipped):
    found = chapters(without(shipped, "activities"), 2021)
    assert_sound(found)
    assert "Chưa có nhật ký hoạt động truyền thông năm 2021 của Bình Dương" in texts(found["delivery"])
    assert "chưa có nhật ký để biết mục nào đã làm" in texts(found["delivery"])
    assert ids(found["delivery"]) == ["plan-items"]
    assert "chưa lập được danh sách việc cần đôn đốc" in texts(found["delivery"])
    assert "activities-by-year" not in ids(found["outcomes"])


def test_without_monthly_tables_the_rate_is_said_to_be_unknown(shipped):
    found = chapters(without(shipped, "uptake"), 2021)
    assert_sound(found)
    assert "Chưa có bảng hồ sơ theo tháng năm 2021" in texts(found["uptake"])
    assert "không có bảng hồ sơ theo tháng của cấp xã đến hết năm 2021" in str(
        [block.rows for block in found["outcomes"] if isinstance(block, Table) and block.table_id == "assessments"]
    ).replace("Không", "không")


@pytest.mark.parametrize("year", [2021, 2022])
def test_a_province_without_units_plan_or_log_gets_plain_sentences(shipped, year):
    found = chapters(changed(shipped), year, province="79")
    assert_sound(found)
    assert f"Chưa nạp kế hoạch truyền thông năm {year} của TP. Hồ Chí Minh" in texts(found["delivery"])
    assert f"Chưa có nhật ký hoạt động truyền thông năm {year} của TP. Hồ Chí Minh" in texts(found["delivery"])
    assert not any(block.provenance.is_synthetic for name, blocks in found.items() if name != "quality" for block in blocks)


LOG_OF_DOSSIERS = ("dossier_cells", "dossier_days", "dossier_account")


def test_without_a_log_of_dossiers_one_sentence_says_what_is_missing_and_nothing_else_changes(shipped, plan_year):
    found = chapters(without(shipped, *LOG_OF_DOSSIERS), 2021)
    assert_sound(found)
    assert "Chưa nạp sổ hồ sơ của phần mềm một cửa của Bình Dương" in texts(found["uptake"])
    assert set(ids(plan_year["uptake"])) - set(ids(found["uptake"])) <= {"dossier-account", "days-by-channel", "gap-by-field", "days-by-field"}


def test_a_plan_without_items_and_log_leaves_only_what_is_published(shipped):
    found = chapters(without(shipped, "plan_items", "activities", "uptake", *LOG_OF_DOSSIERS), 2021)
    assert_sound(found)
    assert not any(block.provenance.is_synthetic for name, blocks in found.items() if name != "quality" for block in blocks)


def test_before_publication_the_indices_of_the_year_are_not_yet_there(shipped):
    found = chapters(changed(shipped), 2021, as_of="2022-03-01")
    assert_sound(found)
    for index in INDICES:
        assert f"{index} 2021: chưa công bố." in texts(found["standing"])
    assert "rank-overview" not in ids(found["leaders"])


def test_months_and_activities_after_the_day_of_the_report_are_left_out(shipped):
    found = chapters(changed(shipped), 2021, as_of="2021-06-30")
    assert_sound(found)
    (over_time,) = [block for block in found["uptake"] if isinstance(block, Chart) and block.chart_id.startswith("rate-by-month")]
    assert max(series.x[-1] for series in over_time.series) == "2021-06-01"
    (timeline,) = [block for block in found["delivery"] if isinstance(block, Chart) and block.kind == "timeline"]
    assert max(day for series in timeline.series[1:] for day in (*series.x, *series.x_end)) <= "2021-06-30"


def test_a_code_of_no_province_is_refused_with_those_there_are(shipped):
    with pytest.raises(UnknownUnit, match=r"“75x”.*74 Bình Dương.*79 TP\. Hồ Chí Minh"):
        subject_of(changed(shipped), "75x", 2021, TODAY)


def test_the_day_of_a_subject_is_a_date(shipped):
    subject = subject_of(changed(shipped), "74", 2021, "2022-03-01")
    assert (subject.place, subject.as_of) == ("Bình Dương", date(2022, 3, 1))
    assert set(subject.below["level"]) == {"district", "commune", "department"}


def of_id(blocks: list[Block], name: str) -> Block:
    (found,) = [
        block for block in blocks if name in (getattr(block, "finding_id", ""), getattr(block, "table_id", ""), getattr(block, "chart_id", ""))
    ]
    return found


def test_in_mid_year_stated_items_are_held_against_what_is_due_and_nothing_under_way_is_dropped_or_called_unreached(shipped):
    found = chapters(changed(shipped), 2021, as_of="2021-08-15")
    assert_sound(found)
    said = " ".join(texts(found[chapter]) for chapter in ("leaders", "delivery", "next-year"))
    assert "chưa đạt" not in said
    assert "Bỏ, hoặc" not in said
    assert "đạt đủ: đối thoại" not in said
    assert "(mục II.2.1) 7 lần trên 7 lần đến hạn, đạt đủ" in said
    assert "Từ đầu năm đến 15/08/2021, nhật ký ghi" in said
    items = of_id(found["delivery"], "plan-items")
    due = [column.title for column in items.columns].index("Đã đến hạn")
    assert {row[0]: row[due] for row in items.rows}["II.1.9"] == "118 lần"
    assert {row[0]: row[due] for row in items.rows}["II.1.6"] == "đã hết thời gian"
    assert "T8 (đến 15/8)" in of_id(found["delivery"], "coverage").series[0].x


def test_the_items_and_what_is_beside_them_make_up_the_whole_log(plan_year):
    assert "Trong 762 hoạt động đã ghi, 712 thuộc 18 mục" in texts(plan_year["delivery"])
    assert "50 không ghi mục nào của kế hoạch này" in texts(plan_year["delivery"])


def test_months_that_tie_are_all_named(plan_year):
    assert of_id(plan_year["delivery"], "activities-by-month").title == "Tháng 7/2021 và 11/2021 có nhiều hoạt động nhất: mỗi tháng 73"


@pytest.mark.parametrize(
    ("year", "as_of", "name"), [(2021, TODAY, "Thị xã Bến Cát"), (2024, TODAY, "Thành phố Bến Cát"), (2024, "2024-04-30", "Thị xã Bến Cát")]
)
def test_units_are_named_as_on_the_last_day_of_the_report(shipped, year, as_of, name):
    below = subject_of(changed(shipped), "74", year, as_of).below
    assert below.set_index("unit_code").loc["721", ["name_vi", "label_vi"]].tolist() == [name, name]
    assert below["label_vi"].is_unique
    assert set(below.loc[below["parent_code"] == "721", "parent_vi"]) == {name}
    assert set(below.loc[below["level"] == "district", "parent_vi"]) == {"Bình Dương"}


def test_every_chapter_uses_the_names_of_that_day(plan_year):
    assert not any("Thành phố Bến Cát" in str(block) for blocks in plan_year.values() for block in blocks)
    assert sum("Thị xã Bến Cát" in str(block) for blocks in plan_year.values() for block in blocks) > 3


def test_from_the_merger_on_the_units_are_said_to_have_ended(shipped):
    found = chapters(changed(shipped), 2025)
    assert "có đến hết ngày 30/06/2025" in texts(found["delivery"])
