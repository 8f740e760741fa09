"""The chapter on evidence among provinces as it is shown: detectable effect first, no p without a measured right to it, one grade."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import store, text
from analysis.blocks import Block, Chart, Finding, Provenance, Sentence, Table, to_json
from analysis.chapters import evidence as chapter
from analysis.chapters.asked import FOOTING_VI, Asked, Judged
from analysis.chapters.subject import Subject, subject_of
from analysis.comparable import RAW, ComparablePanel
from analysis.declarations import Standing
from analysis.estimate.checks import Design
from analysis.estimate.evidence import Evidence, Question, gather, judge, refused
from analysis.estimate.grade import ALPHA
from analysis.estimate.result import Calibration, CheckResult
from analysis.figures.draw import draw
from analysis.indices import comparable_eras
from analysis.narrative import evidence as say
from analysis.project import SETTINGS_FILE
from analysis.publish.gate import CAUSAL_WORDS
from analysis.tables import evidence as present

ROOT = Path(__file__).resolve().parents[2]
PROVINCE, PLACE, YEAR, TODAY = "74", "Bình Dương", 2019, "2026-11-22"
START = 2020  # of the invented plan: nine editions before let the test of the trend before see something
SOURCE = Provenance(("papi-2011-2024",), is_synthetic=False)
NEIGHBOURS = ("75", "77")
OTHERS = (*NEIGHBOURS, "79", "70", "72", "01", "02", "04", "06", "08", "10", "11", "12", "14", "15", "17", "19", "20", "22", "24", "25")
P_SHOWN = re.compile(r"\bp (?:=|<|chung \d)|\(\d,\d\d\)|khoảng 95\s%|Khoảng tin cậy 95")


# Outcomes put to the comparison


def make_rows(effect: float) -> pd.DataFrame:
    """D5 of PAPI of a few provinces, 2011-2020: each has its own level, and one rises by ``effect`` in the last year."""
    random, codes, years = np.random.default_rng(7), (PROVINCE, *OTHERS), range(2011, START + 1)
    rows = pd.DataFrame([(code, year) for code in codes for year in years], columns=["province_code", "edition_year"])
    rows["raw"] = 6 + random.normal(0, 0.3, len(codes)).repeat(len(years)) + random.normal(0, 0.2, len(rows))
    rows.loc[(rows["province_code"] == PROVINCE) & (rows["edition_year"] >= START), "raw"] += effect
    return rows.assign(rank=-rows.groupby("edition_year")["raw"].rank(ascending=False), era="2011-2020")


def make_question(effect: float, *, is_declared: bool = True) -> Question:
    design = Design(make_rows(effect), "province_code", "edition_year", "raw", PROVINCE, START, era="era")
    footings = {FOOTING_VI[name]: name for name in ("raw", "rank")}
    return Question("PAPI D5", "papi", design, footings, {}, NEIGHBOURS, "các tỉnh cùng vùng", is_declared)


def as_judged(evidence: Evidence, component: str = "D5") -> Judged:
    panel = ComparablePanel("PAPI", component, RAW, evidence.question.design.panel if evidence.question else make_rows(0.0).head(0))
    standing = Standing(True, "đăng ký ngày 01/03/2019")
    asked = Asked("PAPI", component, f"PAPI {component}", START, panel, standing, None, ALPHA, "papi", {}, None, SOURCE)
    return Judged(asked, evidence, PLACE)


@pytest.fixture(scope="module")
def strong() -> Evidence:
    """A rise far beyond chance, declared beforehand."""
    (found,) = judge([gather(make_question(2.0))])
    assert found.verdict.grade == "A"
    return found


@pytest.fixture(scope="module")
def weak(strong) -> Evidence:
    """No rise; with the checks, companions and curve of the other one, so that every block is there."""
    (found,) = judge([gather(make_question(0.0), grade_only=True)])
    assert found.verdict.grade == "C"
    estimate = replace(found.estimate, checks=strong.estimate.checks, one_sign_share=0.6, curve_p=0.4)
    return replace(found, estimate=estimate, rank_calibration=strong.rank_calibration, companions=strong.companions, curve=strong.curve)


@pytest.fixture(scope="module")
def subject(shipped_tables) -> Subject:
    return subject_of(shipped_tables, PROVINCE, YEAR, TODAY)


@pytest.fixture(scope="module")
def shipped(shipped_tables, subject, tmp_path_factory) -> list[Judged]:
    """The outcomes of the plan of 2019 from the shipped data, with what their grade needs."""
    root = tmp_path_factory.mktemp("office")
    shutil.copy(ROOT / SETTINGS_FILE, root)
    shutil.copytree(ROOT / "declarations", root / "declarations")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.chdir(root)
        return chapter.judged(shipped_tables, subject, PROVINCE, YEAR, grade_only=True)


def blocks_of(found: Sequence[Judged], tables: store.Tables, subject: Subject) -> list[Block]:
    """The whole chapter, as the notebook shows it."""
    return [
        *chapter.opening(found, tables, subject, YEAR),
        *(block for item in chapter.with_estimate(found) for block in chapter.one_outcome(item, tables)),
    ]


def id_of(block: Block) -> str:
    return next((getattr(block, name) for name in ("finding_id", "chart_id", "table_id") if hasattr(block, name)), "")


def of_id(blocks: Sequence[Block], wanted: str) -> Block:
    (found,) = [block for block in blocks if id_of(block) == wanted]
    return found


def told(blocks: Sequence[Block]) -> str:
    """Everything that the blocks hold, numbers and words."""
    return json.dumps([to_json(block) for block in blocks], ensure_ascii=False)


def calibrated(evidence: Evidence, rate: float | None) -> Evidence:
    """The same evidence with one false-alarm rate measured for everything, or none at all."""
    measured = None if rate is None else Calibration(rate, 100, 0.8, monte_carlo_error=0.02)
    companions = tuple(replace(item, calibration=measured) for item in evidence.companions)
    return replace(evidence, estimate=replace(evidence.estimate, calibration=measured), rank_calibration=measured, companions=companions)


# Detectable effect first


def test_the_detectable_effect_stands_before_the_estimate_of_every_outcome(shipped, strong, shipped_tables):
    for item in (*chapter.with_estimate(shipped), as_judged(strong)):
        blocks = chapter.one_outcome(item, shipped_tables)
        of_size = next(
            number for number, block in enumerate(blocks) if isinstance(block, Sentence) and "chỉ nhận ra được khác biệt từ" in block.text_vi
        )
        before, (first, *_) = blocks[:of_size], blocks[of_size + 1 :]
        assert isinstance(first, Finding)
        assert all(isinstance(block, Sentence) and block.is_note for block in before)
        assert f"{abs(item.evidence.estimate.estimate):.2f}".replace(".", ",") not in told(blocks[: of_size + 1])


def test_the_opening_tells_what_could_be_seen_of_every_outcome_before_any_estimate(shipped, shipped_tables, subject):
    blocks, held = chapter.opening(shipped, shipped_tables, subject, YEAR), chapter.with_estimate(shipped)
    place = next(number for number, block in enumerate(blocks) if isinstance(block, Sentence) and block.text_vi.startswith("Trước khi xem kết quả"))
    for item in held:
        assert f"{item.asked.name_vi} {text.number(item.evidence.estimate.mde, 2)}" in blocks[place].text_vi
        assert text.signed(item.evidence.estimate.estimate, 2) not in told(blocks[: place + 1])
    assert not any(isinstance(block, Chart | Table) for block in blocks[:place])


def test_the_answer_counts_what_lies_beyond_chance_and_what_could_not_be_compared(shipped, strong, shipped_tables, subject):
    nothing = of_id(chapter.opening(shipped, shipped_tables, subject, YEAR), "indices-beyond-chance").text_vi
    assert (
        nothing
        == "Không kết quả nào trong 3 kết quả so được cho thấy Bình Dương khác mức chung của các tỉnh hơn mức ngẫu nhiên; 4 kết quả không so được."
    )
    for rate, is_beyond in ((0.08, True), (0.09, False), (None, False)):
        answer = of_id(chapter.opening([as_judged(calibrated(strong, rate))], shipped_tables, subject, YEAR), "indices-beyond-chance").text_vi
        assert ("hơn mức ngẫu nhiên ở PAPI D5" in answer) is is_beyond


def test_the_detectable_effect_stands_left_of_the_estimate_in_the_tables(shipped, strong):
    rows = [(item.asked.name_vi, "điểm", "thăm dò", item.evidence, 2) for item in chapter.with_estimate(shipped)]
    for table, estimate in (
        (present.overview(rows, SOURCE), "Khác mức chờ đợi (khoảng 95 %)"),
        (present.summary(rows, SOURCE), "Chênh lệch (95 %)"),
        (present.companions("x", "X", strong.estimate, strong.companions, 2, SOURCE), "Chênh lệch"),
    ):
        titles = [column.title for column in table.columns]
        assert titles.index("Nhận ra được từ") < titles.index(estimate)
        assert all(row[titles.index("Nhận ra được từ")] for row in table.rows)


def test_an_effect_worth_acting_on_that_could_not_be_seen_is_said_to_be_out_of_reach(strong):
    item = as_judged(strong).assessment()
    assert "không đủ nhạy" in say.detectable(item, strong.estimate, strong.estimate.mde / 2).text_vi
    assert "không đủ nhạy" not in say.detectable(item, strong.estimate, strong.estimate.mde * 2).text_vi


# The house rule


@pytest.mark.parametrize("rate", [None, 0.0801, 0.5])
@pytest.mark.parametrize("which", ["strong", "weak"])
def test_no_p_and_no_interval_is_shown_without_a_measured_rate_of_at_most_eight_per_cent(request, which, rate, shipped_tables, subject):
    item = as_judged(calibrated(request.getfixturevalue(which), rate))
    blocks = blocks_of([item], shipped_tables, subject)
    assert P_SHOWN.findall(told(blocks).replace("Khác mức chờ đợi (khoảng 95 %)", "")) == []  # the head of a column that then holds no interval
    (shown,) = [row[2] for row in of_id(blocks, "evidence-overview").rows]
    assert re.fullmatch(r"[+−]\d,\d\d", shown)
    seen = next(block for block in blocks if isinstance(block, Finding) and block.finding_id.startswith("observed"))
    assert seen.evidence_vi.startswith("Không in khoảng tin cậy và giá trị p vì")
    assert ("chưa đo được" in seen.evidence_vi) is (rate is None)
    for table in (of_id(blocks, "evidence-summary"), of_id(blocks, "methods-papi-d5")):
        in_p = [number for number, column in enumerate(table.columns) if column.title in ("p", "p theo thứ hạng", "p đã hiệu chỉnh")]
        assert in_p
        assert {part for row in table.rows for number in in_p for part in row[number].split("; ")} == {"không in"}
    (size,) = [row[4] for row in of_id(blocks, "evidence-summary").rows]
    assert "(" not in size
    assert [series.low + series.high for series in of_id(blocks, "path-papi-d5").series] == [(), ()]


def test_p_and_interval_are_shown_at_a_measured_rate_of_eight_per_cent(strong, shipped_tables, subject):
    blocks = blocks_of([as_judged(calibrated(strong, 0.08))], shipped_tables, subject)
    seen = next(block for block in blocks if isinstance(block, Finding) and block.finding_id.startswith("observed"))
    assert re.match(r"Khoảng tin cậy 95 %: từ \+1,\d\d đến \+2,\d\d; p < 0,01; theo thứ hạng giữa 21 tỉnh, p = 0,05\. Đo trên", seen.evidence_vi)
    assert "báo động nhầm 8,0\u00a0% số lần (sai số chuẩn 2,0 điểm phần trăm)" in seen.evidence_vi
    (row,) = of_id(blocks, "evidence-summary").rows
    assert re.fullmatch(r"\+\d,\d\d \(\+\d,\d\d; \+\d,\d\d\)", row[4])
    assert "không in" not in told([of_id(blocks, "evidence-summary")]).replace("quá 8 % thì không in p", "")
    assert "không in" not in told([of_id(blocks, "methods-papi-d5")])
    assert "p chung" in of_id(blocks, "curve-papi-d5").title
    expected = of_id(blocks, "path-papi-d5").series[1]
    assert [year for year, low in zip(expected.x, expected.low, strict=True) if low is not None] == [START]
    drawn = draw(of_id(blocks, "path-papi-d5")).data
    assert sum(trace.error_y.array is not None and any(trace.error_y.array) for trace in drawn) == 1


def test_a_rank_whose_own_rate_is_too_high_is_left_out_while_the_exact_p_stays(strong, shipped_tables, subject):
    poor = replace(strong, rank_calibration=Calibration(0.2, 100, 0.8))
    blocks = blocks_of([as_judged(poor)], shipped_tables, subject)
    seen = next(block for block in blocks if isinstance(block, Finding) and block.finding_id.startswith("observed"))
    assert "p < 0,01" in seen.evidence_vi
    assert "thứ hạng giữa" not in seen.evidence_vi
    assert of_id(blocks, "evidence-summary").rows[0][6] == "không in"
    assert "p chung" not in of_id(blocks, "curve-papi-d5").title


def test_a_companion_shows_its_p_by_its_own_measured_rate(strong):
    loud, *quiet = strong.companions
    others = (replace(loud, calibration=Calibration(0.3, 100, 0.8)), *quiet)
    rows = present.companions("x", "X", strong.estimate, others, 2, SOURCE).rows
    assert [row[3] == "không in" for row in rows] == [False, True, *[False] * len(quiet)]


@pytest.mark.parametrize(("p_value", "shown"), [(0.25, "p = 0,25"), (0.01, "p = 0,01"), (0.0099, "p < 0,01"), (0.0, "p < 0,01"), (1.0, "p = 1,00")])
def test_a_p_value_is_never_printed_as_zero(p_value, shown):
    assert text.p_value(p_value) == shown


# Words


def test_below_grade_b_the_whole_chapter_holds_no_causal_word(shipped, weak, shipped_tables, subject):
    blocks = blocks_of([*shipped, as_judged(weak, "D4")], shipped_tables, subject)
    assert {item.evidence.verdict.grade for item in shipped} == {"C", "D"}
    assert [word for word in CAUSAL_WORDS if word in told(blocks).lower()] == []


def test_a_causal_verb_stands_in_the_findings_that_earned_it_and_nowhere_else(strong, shipped_tables, subject):
    blocks = blocks_of([as_judged(strong)], shipped_tables, subject)
    findings = [block for block in blocks if isinstance(block, Finding)]
    earned = [block for block in findings if "góp phần vào mức cao hơn chờ đợi 2," in block.text_vi]
    assert [block.grade for block in earned] == ["A"]
    rest = told([block for block in blocks if block not in earned])
    assert [word for word in CAUSAL_WORDS if word in rest.lower()] == []


@pytest.mark.parametrize("which", ["strong", "weak"])
def test_the_grade_is_the_same_in_text_and_tables(request, which, shipped_tables, subject):
    item = as_judged(request.getfixturevalue(which))
    blocks, grade = blocks_of([item], shipped_tables, subject), item.evidence.verdict.grade
    assert {block.grade for block in blocks if isinstance(block, Finding)} == {grade}
    assert of_id(blocks, "evidence-overview").rows[0][3][0] == grade
    assert of_id(blocks, "evidence-summary").rows[0][1][0] == item.assessment().row()[1][0] == grade


def test_asking_for_the_grade_alone_gives_the_grade_of_the_whole(strong):
    for effect, whole in ((2.0, strong), (0.0, gather(make_question(0.0)))):
        (brief,) = judge([gather(make_question(effect), grade_only=True)])
        (judged,) = judge([whole])
        assert brief.verdict == judged.verdict
        assert brief.companions == ()


def test_notes_on_the_footing_name_their_outcome(shipped, shipped_tables):
    noted = [item for item in chapter.with_estimate(shipped) if item.asked.panel.notes_vi]
    assert [item.asked.outcome_id for item in noted] == ["papi-d2-z", "papi-total-z"]
    for item in noted:
        assert chapter.one_outcome(item, shipped_tables)[0].text_vi.startswith(f"{item.asked.name_vi}: điểm ")


# Tables and charts


def test_refused_outcomes_stand_in_a_table_of_their_own_with_reason_and_remedy(shipped, shipped_tables, subject):
    table = of_id(chapter.opening(shipped, shipped_tables, subject, YEAR), "evidence-refused")
    assert [row[0] for row in table.rows] == ["PAPI D8 (quản trị điện tử)", "PAR INDEX tổng hợp", "SIPAS tổng hợp", "PCI tổng hợp"]
    assert {row[1] for row in table.rows} == {"D: không đánh giá được"}
    assert all(row[2].endswith(".") and row[3] for row in table.rows)
    assert re.match(r"Bộ số liệu chỉ có điểm 2019 của \d+ tỉnh; cần ít nhất 55 tỉnh", table.rows[3][2])


def test_where_every_outcome_is_refused_no_summary_and_no_cloud_is_drawn(shipped_tables, subject):
    only = [as_judged(refused("PAPI D5", "papi", "lý do"))]
    blocks = blocks_of(only, shipped_tables, subject)
    assert {id_of(block) for block in blocks} == {"indices-beyond-chance", "", "evidence-refused"}
    assert only[0].evidence.verdict.grade == of_id(blocks, "indices-beyond-chance").grade == "D"


def test_without_a_plan_one_sentence_says_so(shipped_tables, subject):
    (said,) = chapter.opening([], shipped_tables, subject, 2020)
    assert said.text_vi.startswith("Chưa nạp kế hoạch truyền thông năm 2020")


@pytest.mark.parametrize("is_passed", [True, False, None])
@pytest.mark.parametrize("is_required", [True, False])
def test_a_check_reads_pass_fail_or_not_known_and_says_whether_it_is_a_lesser_one(is_passed, is_required):
    table = present.checks("x", "X", [CheckResult("pre-trend", is_passed, "Một câu.", is_required=is_required)], SOURCE)
    words = {True: "đạt", False: "không đạt", None: "chưa biết"}[is_passed]
    assert table.rows == (("xu hướng trước kế hoạch", words if is_required else f"{words} *", "Một câu."),)


def test_every_check_has_a_row_and_no_row_prints_a_p_value(strong):
    table = present.checks("x", "X", strong.estimate.checks, SOURCE)
    assert len(table.rows) == len(strong.estimate.checks) == len(present.CHECKS_VI)
    assert len({row[0] for row in table.rows}) == len(table.rows)
    assert P_SHOWN.search(str(table.rows)) is None


def test_the_cloud_holds_every_comparison_province_once_an_outcome(shipped, shipped_tables, subject):
    cloud = of_id(chapter.opening(shipped, shipped_tables, subject, YEAR), "placebo-cloud")
    own, reach, others = cloud.series
    held = chapter.with_estimate(shipped)
    assert list(own.x) == [item.asked.name_vi for item in held]
    for item in held:
        named = [label for x, label in zip(others.x, others.labels, strict=True) if x == item.asked.name_vi]
        assert len(named) == len(set(named)) == item.evidence.estimate.comparison_count
        assert PLACE not in named
        assert not any(label.isdigit() for label in named)
        assert sorted(np.sign([y for x, y in zip(reach.x, reach.y, strict=True) if x == item.asked.name_vi])) == [-1, 1]
    assert draw(cloud).data[0].name == others.name  # the crowd lies beneath the province


def test_the_cloud_is_in_standard_deviations_of_the_placebos(strong, shipped_tables, subject):
    cloud = of_id(chapter.opening([as_judged(strong)], shipped_tables, subject, YEAR), "placebo-cloud")
    assert np.std(cloud.series[2].y, ddof=1) == pytest.approx(1.0)
    assert cloud.series[0].y[0] == pytest.approx(strong.estimate.estimate / strong.estimate.placebos.std(ddof=1))
    assert cloud.title == "Bình Dương giữa các tỉnh: vượt ở PAPI D5"


def test_a_path_carries_the_registered_eras_and_never_joins_two(shipped, shipped_tables):
    breaks = {"papi-d2-z": [2017], "papi-d5-raw": [], "papi-total-z": [2015, 2017, 2018, 2019]}
    for item in chapter.with_estimate(shipped):
        asked = item.asked
        chart = of_id(chapter.one_outcome(item, shipped_tables), f"path-{asked.outcome_id}")
        registered = comparable_eras(shipped_tables.index_components, shipped_tables.index_editions, asked.index, asked.component, RAW)
        for series in chart.series:
            assert series.x == tuple(range(2011, 2021))
            assert series.segments == tuple(str(registered[year]) for year in series.x)
            assert series.index == f"{asked.index} {asked.component}, raw"
        joined = {pair for trace in draw(chart).data for pair in pairwise(trace.x)}
        assert [year for year in range(2011, 2020) if (year, year + 1) not in joined] == breaks[asked.outcome_id]


def test_donor_weights_name_provinces_and_add_up(strong, shipped_tables, subject):
    table = of_id(blocks_of([as_judged(strong)], shipped_tables, subject), "donors-papi-d5")
    assert sum(row[1] for row in table.rows) == pytest.approx(1.0, abs=0.005)
    assert not any(str(row[0]).isdigit() for row in table.rows)


def test_few_hundredths_of_weight_are_added_up_in_one_row():
    weights = pd.Series({"01": 0.9, "02": 0.092, "04": 0.004, "06": 0.004})
    assert present.donor_weights("x", "X", weights, {"01": "Hà Nội"}, SOURCE).rows == (
        ("Hà Nội", 0.9),
        ("02", 0.092),
        ("2 tỉnh khác cộng lại", pytest.approx(0.008)),
    )


def test_the_curve_shows_every_way_that_was_asked(strong, shipped_tables):
    chart = of_id(chapter.one_outcome(as_judged(strong), shipped_tables), "curve-papi-d5")
    assert sum(len(series.y) for series in chart.series) == len(strong.curve.points)
    assert [series.name for series in chart.series] == ["mọi tỉnh khác", "bỏ các tỉnh cùng vùng"]


# The whole chapter


def test_no_block_stands_twice_and_every_block_names_a_registered_source(shipped, shipped_tables, subject):
    blocks = blocks_of(shipped, shipped_tables, subject)
    names = [id_of(block) for block in blocks if id_of(block)]
    assert len(names) == len(set(names))
    registered = set(shipped_tables.sources["source_id"])
    for block in blocks:
        assert block.provenance.source_ids, block
        assert set(block.provenance.source_ids) <= registered
        assert not block.provenance.is_synthetic
        if isinstance(block, Table):
            assert {len(row) for row in block.rows} <= {len(block.columns)}
        if isinstance(block, Chart):
            assert {len(series.x) - len(series.y) for series in block.series} == {0}
