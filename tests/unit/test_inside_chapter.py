"""The chapter inside the province from the shipped data: complete, stamped, within its grade, and beside the planted truth."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.blocks import Block, Chapter, Chart, Finding, Sentence, Table
from analysis.chapters import inside as chapter
from analysis.chapters import inside_asked
from analysis.chapters.inside import Inside
from analysis.chapters.inside_asked import JudgedInside
from analysis.chapters.subject import Subject, subject_of
from analysis.estimate.evidence import refused
from analysis.estimate.grade import Verdict
from analysis.estimate.inside.evidence import InsideEvidence, gather_inside
from analysis.estimate.inside.questions import DISTRICT, DOSSIERS, MONTH, ONLINE, SHARE, UNIT, FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.exposure import AssignmentLevel
from analysis.publish import gate
from analysis.publish.model import ReportModel, Section
from analysis.publish.report import _source_lines
from analysis.simulate.planted import planted_effect

PROVINCE, PLACE, TODAY = "74", "Bình Dương", "2026-11-22"
YEARS = (2019, 2021)
DRAWS = 100
SHIPPED_SEED = 6334


@pytest.fixture(scope="module")
def truth(shipped_tables) -> pd.DataFrame:
    return planted_effect(shipped_tables.units, shipped_tables.activities, seed=SHIPPED_SEED)


@pytest.fixture(scope="module", autouse=True)
def _quick(truth):
    """Few placebo plans, and the planted truth found once; here alone."""

    def known(units: pd.DataFrame, activities: pd.DataFrame, *, seed: int) -> pd.DataFrame:
        assert (len(units) > 0, len(activities) > 0, seed) == (True, True, SHIPPED_SEED)
        return truth

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inside_asked, "gather_inside", lambda question, **asked: gather_inside(question, **(asked | {"draws": DRAWS})))
        patch.setattr(chapter, "planted_effect", known)
        yield


def subject(tables: store.Tables, province: str, year: int) -> Subject:
    return subject_of(tables, province, year, TODAY)


@pytest.fixture(scope="module")
def chapters(shipped_tables) -> dict[int, Inside]:
    return {year: chapter.inside_of(shipped_tables, subject(shipped_tables, PROVINCE, year), PROVINCE, year) for year in YEARS}


def blocks_of(found: Inside, tables: store.Tables, year: int) -> list[Block]:
    """As the notebook shows them."""
    questions = [block for item in found.judged for block in chapter.one_question(item)]
    return [*chapter.opening(found, year), *questions, *chapter.revealed(found, tables)]


@pytest.fixture(scope="module")
def shown(chapters, shipped_tables) -> dict[int, list[Block]]:
    return {year: blocks_of(found, shipped_tables, year) for year, found in chapters.items()}


def id_of(block: Block) -> str:
    return next((getattr(block, name) for name in ("finding_id", "chart_id", "table_id") if hasattr(block, name)), "")


def of_id(blocks: Sequence[Block], wanted: str) -> Block:
    (found,) = [block for block in blocks if id_of(block) == wanted]
    return found


def model_of(blocks: Sequence[Block], tables: store.Tables, year: int) -> ReportModel:
    section = Section(Chapter("evidence-uptake", "Trong tỉnh", "Có khác không?"), tuple(blocks))
    return ReportModel(year, PROVINCE, PLACE, TODAY, (section,), _source_lines(tables.sources), {})


# The whole chapter


@pytest.mark.parametrize("year", YEARS)
def test_nothing_in_the_chapter_breaks_a_rule_of_the_gate(shown, shipped_tables, year):
    """Sources registered, synthetic figures stamped, no causal word beyond its grade, every line with its segments."""
    assert gate._rule_faults(model_of(shown[year], shipped_tables, year)) == []


@pytest.mark.parametrize("year", YEARS)
def test_no_block_stands_twice_and_all_are_stamped(shown, year):
    names = [id_of(block) for block in shown[year] if id_of(block)]
    assert len(names) == len(set(names)) >= 9
    assert all(block.provenance.is_synthetic for block in shown[year])
    for table in (block for block in shown[year] if isinstance(block, Table)):
        assert {len(row) for row in table.rows} == {len(table.columns)}
    for chart in (block for block in shown[year] if isinstance(block, Chart)):
        assert all(len(series.x) == len(series.y) > 0 for series in chart.series)


@pytest.mark.parametrize("year", YEARS)
def test_what_could_be_seen_stands_before_what_was_seen(chapters, shown, year):
    blocks = shown[year]
    told = [place for place, block in enumerate(blocks) if isinstance(block, Sentence) and block.text_vi.startswith("Phép so sánh nhạy đến đâu")]
    seen = [place for place, block in enumerate(blocks) if id_of(block).startswith("inside-seen-")]
    assert len(told) == len(seen) == len(chapters[year].estimated) == 2
    assert max(told) < min(seen)


def test_the_answer_has_the_best_grade_and_every_finding_its_own(chapters, shown):
    for year, found in chapters.items():
        grades = {item.question_id: item.evidence.verdict.grade for item in found.judged}
        assert of_id(shown[year], "inside-answer").grade == min(grades.values())
        for name, grade in grades.items():
            assert of_id(shown[year], f"inside-seen-{name}").grade == grade


def test_causal_words_above_a_grade_would_be_refused(shown, shipped_tables):
    """The gate is awake: the same finding with a verb of grade A is a fault."""
    finding = of_id(shown[2021], "inside-seen-repeated-doses")
    assert isinstance(finding, Finding)
    spoilt = replace(finding, text_vi=f"Truyền thông góp phần. {finding.text_vi}", grade="C")
    assert len(gate._rule_faults(model_of([spoilt], shipped_tables, 2021))) == 1


def test_only_the_grades_are_the_grades_of_the_whole_chapter(chapters, shipped_tables):
    quick = chapter.inside_of(shipped_tables, subject(shipped_tables, PROVINCE, 2021), PROVINCE, 2021, grade_only=True)
    assert [item.verdict for item in quick.assessments()] == [item.verdict for item in chapters[2021].assessments()]
    assert [item.outcome_vi for item in quick.assessments()] == [item.outcome_vi for item in chapters[2021].assessments()]


# What the questions rest on


def test_months_end_with_the_year_of_the_report(chapters):
    for year, found in chapters.items():
        rows = found.data.rows
        assert rows.loc[rows[SHARE].notna(), MONTH].max() == f"{year}-12"
        assert not rows.duplicated([UNIT, MONTH]).any()


def test_an_undeclared_question_is_exploratory(chapters, shown):
    assert not any(item.found.question.is_declared for found in chapters.values() for item in found.judged)
    assert {row[-1] for row in of_id(shown[2021], "inside-overview").rows} == {"thăm dò"}


def test_closed_months_are_the_events(chapters):
    assert chapters[2019].data.event_months == frozenset()
    assert "2021-07" in chapters[2021].data.event_months


def test_doses_assigned_to_districts_are_clustered_by_district(chapters):
    data = chapters[2021].data
    shared = replace(data, assignment=AssignmentLevel("district", 0.9, 9, "Liều phân theo huyện."))
    assert [question.cluster for question in inside_asked.questions(data)] == [None, None]
    assert [question.cluster for question in inside_asked.questions(shared)] == [DISTRICT, DISTRICT]


# Where nothing can be asked


@pytest.mark.parametrize(
    ("province", "year", "said"),
    [
        ("79", 2021, "không có bảng hồ sơ theo tháng của cấp xã và nhật ký hoạt động đến hết năm 2021"),
        ("74", 2018, "không có bảng hồ sơ theo tháng của cấp xã và nhật ký hoạt động đến hết năm 2018"),
    ],
)
def test_without_figures_the_chapter_says_why_and_nothing_else(shipped_tables, province, year, said):
    found = chapter.inside_of(shipped_tables, subject(shipped_tables, province, year), province, year)
    (block,) = blocks_of(found, shipped_tables, year)
    assert isinstance(block, Finding)
    assert (block.grade, block.text_vi) == ("D", f"Chưa so được trong tỉnh: {said}.")
    assert [item.verdict for item in found.assessments()] == [Verdict("D", said)]
    assert gate._rule_faults(model_of([block], shipped_tables, year)) == []


def test_a_refused_question_has_its_reason_in_the_answer_and_no_blocks(chapters, shipped_tables):
    first, doses = chapters[2021].judged
    none = InsideEvidence(first.found.question, refused(first.question_id, "trong tỉnh", "chỉ có 1 cụm được xét"))
    blocks = blocks_of(replace(chapters[2021], judged=(replace(first, found=none), doses)), shipped_tables, 2021)
    assert "chỉ có 1 cụm được xét" in of_id(blocks, "inside-answer").text_vi
    assert not [block for block in blocks if id_of(block).endswith("first-campaigns")]
    assert len(of_id(blocks, "inside-overview").rows) == len(of_id(blocks, "inside-planted").rows) == 1


def test_where_every_question_is_refused_there_is_no_table_and_no_annex(chapters, shipped_tables):
    items = [
        replace(item, found=InsideEvidence(item.found.question, refused(item.question_id, "trong tỉnh", "không so được")))
        for item in chapters[2021].judged
    ]
    blocks = blocks_of(replace(chapters[2021], judged=tuple(items)), shipped_tables, 2021)
    assert not [block for block in blocks if isinstance(block, Chart | Table)]
    assert of_id(blocks, "inside-answer").grade == "D"


# The planted truth


def test_the_annex_reveals_what_was_planted_beside_every_estimate(chapters, shown):
    for year in YEARS:
        annex = of_id(shown[year], "inside-planted")
        assert annex.is_annex
        assert [row[3] for row in annex.rows] == [
            row[1] for item in chapters[year].judged for row in of_id(shown[year], f"inside-methods-{item.question_id}").rows[:1]
        ]
        assert [row[1] is None for row in annex.rows] == [item.question_id == "repeated-doses" for item in chapters[year].judged]
        assert "synthetic-uptake" in annex.provenance.source_ids


@pytest.mark.parametrize("column", [ONLINE, DOSSIERS])
def test_one_dossier_away_from_the_draw_the_truth_is_not_told(chapters, shipped_tables, column):
    found = chapters[2021]
    rows = found.data.rows.copy()
    held = rows.index[rows[DOSSIERS].notna()][7]
    rows.loc[held, column] += 1
    (block,) = chapter.revealed(replace(found, data=replace(found.data, rows=rows)), shipped_tables)
    assert isinstance(block, Sentence)
    assert "không nêu được giá trị đã cài" in block.text_vi


def test_real_figures_have_no_annex(chapters, shipped_tables):
    found = chapters[2021]
    real = replace(found.data.rests_on, is_synthetic=False)
    assert chapter.revealed(replace(found, data=replace(found.data, rests_on=real)), shipped_tables) == []


def test_a_register_without_a_seed_reveals_nothing(shipped_tables):
    register = shipped_tables.sources[["source_id", "edition"]]
    assert chapter._seed(register) == SHIPPED_SEED
    for edition in ("hạt giống", "hạt giống x", "6334", ""):
        assert chapter._seed(register.assign(edition=edition)) is None
    assert chapter._seed(register.head(0)) is None


def test_the_planted_answer_is_the_same_design_on_the_effect_alone(chapters, truth):
    """The event study by explicit dummies: the planted points of treated cells less what untreated ones, all nought or nearly so, say of them."""
    (item, _) = chapters[2021].judged
    assert isinstance(item.found.question, FirstCampaigns)
    question = item.found.question
    cells = question.cells()
    key = pd.MultiIndex.from_arrays([np.array(cells.units)[cells.unit_of], np.array(cells.months)[cells.month_of]])
    planted = truth.set_index([UNIT, MONTH])["planted_pct"].reindex(key).to_numpy(dtype=float)
    since = cells.month_of - question.starts(cells)[cells.unit_of]
    units, months = (codes[:, None] == np.arange(codes.max() + 1) for codes in (cells.unit_of, cells.month_of))
    design, root, is_before = np.hstack([units, months]).astype(float), np.sqrt(cells.weights)[:, None], since < 0
    fitted = np.linalg.lstsq((root * design)[is_before], (root[:, 0] * planted)[is_before], rcond=None)[0]
    chosen = (since >= 0) & (since <= question.horizon)
    by_hand = np.average((planted - design @ fitted)[chosen], weights=cells.weights[chosen])
    assert chapter._truth(item, truth) == pytest.approx(by_hand, abs=1e-8)
    assert by_hand > 0


CLOCK = [str(month) for month in pd.period_range("2020-01", periods=6, freq="M")]
NINE = [f"X{number}" for number in range(9)]
STARTS = dict(zip(NINE[:6], ["2020-03", "2020-03", "2020-04", "2020-04", "2020-05", "2020-05"], strict=True))


def nine_communes() -> pd.DataFrame:
    """Six months of nine communes of 10, 15, … dossiers a month; the first six begin in turn."""
    rows = pd.DataFrame([(unit, month) for unit in NINE for month in CLOCK], columns=[UNIT, MONTH])
    rows[DOSSIERS] = 10.0 + 5 * rows[UNIT].str[1:].astype(int)
    return rows.assign(**{SHARE: 20.0})


def begun(rows: pd.DataFrame, first: dict[str, str]) -> pd.Series:
    return rows[MONTH] >= rows[UNIT].map(lambda unit: first.get(unit, "9999-99"))


def planted_in(rows: pd.DataFrame, first: dict[str, str]) -> pd.DataFrame:
    """Something else in every cell from the start on, nothing before."""
    size = 1.0 + rows[UNIT].str[1:].astype(int) + np.arange(len(rows)) % 5
    return rows[[UNIT, MONTH]].assign(planted_pct=np.where(begun(rows, first), size, 0.0))


def item_of(question: InsideQuestion) -> JudgedInside:
    """A question as the annex takes it, without an answer."""

    class Item:
        data = type("Data", (), {"rows": question.rows})
        found = type("Found", (), {"question": question})

    return Item


def test_where_nothing_was_planted_before_the_start_the_planted_answer_is_the_mean_of_what_was():
    rows = nine_communes()
    of_all, chosen = planted_in(rows, STARTS), begun(rows, STARTS)
    expected = np.average(of_all.loc[chosen, "planted_pct"], weights=rows.loc[chosen, DOSSIERS])
    item = item_of(FirstCampaigns(rows, first=STARTS))
    assert chapter._truth(item, of_all) == pytest.approx(expected)
    assert chapter._mean_planted(item, of_all) == pytest.approx(expected)


def test_what_communes_without_a_log_did_lowers_the_planted_answer_and_not_the_mean():
    """Two points in the three communes without a start, from March on: what the others are compared with rises by as much."""
    rows = nine_communes()
    moved = np.where(rows[UNIT].isin(NINE[6:]) & (rows[MONTH] >= "2020-03"), 2.0, 0.0)
    of_all = planted_in(rows, STARTS).assign(planted_pct=lambda known: known["planted_pct"] + moved)
    alone, item = planted_in(rows, STARTS), item_of(FirstCampaigns(rows, first=STARTS))
    assert chapter._mean_planted(item, of_all) == pytest.approx(chapter._mean_planted(item, alone))
    assert 0 < chapter._truth(item, of_all) < chapter._truth(item, alone)


def test_the_mean_of_what_was_planted_is_over_the_months_and_communes_of_the_estimate():
    """By hand, two months from each start on: X0 had begun with the counts and falls out, a month without dossiers or beyond the draw too."""
    rows = nine_communes()
    first = STARTS | {"X0": "2020-01"}
    rows.loc[(rows[UNIT] == "X1") & (rows[MONTH] == "2020-04"), [DOSSIERS, SHARE]] = np.nan
    of_all = planted_in(rows, first)
    of_all.loc[(of_all[UNIT] == "X1") & (of_all[MONTH] == "2020-04"), "planted_pct"] = np.nan
    of_all = of_all[~((of_all[UNIT] == "X2") & (of_all[MONTH] == "2020-05"))]
    counted = {("X1", "2020-03"), ("X2", "2020-04"), ("X3", "2020-04"), ("X3", "2020-05")} | {
        (unit, month) for unit in ("X4", "X5") for month in ("2020-05", "2020-06")
    }
    cells = of_all.merge(rows, on=[UNIT, MONTH])
    cells = cells[[pair in counted for pair in zip(cells[UNIT], cells[MONTH], strict=True)]]
    assert len(cells) == 8
    found = chapter._mean_planted(item_of(FirstCampaigns(rows, first=first, horizon=1)), of_all)
    assert found == pytest.approx(np.average(cells["planted_pct"], weights=cells[DOSSIERS]))


def test_doses_have_no_mean_and_starts_after_the_counts_none_either():
    rows = nine_communes()
    of_all = planted_in(rows, STARTS)
    assert chapter._mean_planted(item_of(RepeatedDoses(rows)), of_all) is None
    assert chapter._mean_planted(item_of(FirstCampaigns(rows, first=dict.fromkeys(NINE, "2031-01"))), of_all) is None


def test_where_nothing_was_planted_the_answer_is_nought_and_where_none_can_be_asked_there_is_none():
    rows = nine_communes()
    item = item_of(FirstCampaigns(rows, first=STARTS))
    assert chapter._truth(item, planted_in(rows, {})) == 0.0
    few = FirstCampaigns(rows, first={"X0": "2020-03"})
    assert chapter._truth(item_of(few), planted_in(rows, STARTS)) is None
