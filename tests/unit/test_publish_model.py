"""The report model: chapters in report order, or a refusal that names the chapter."""

import json
from pathlib import Path

import nbformat
import pytest

from analysis.blocks import Chapter, Chart, Finding, Provenance, Sentence, Series, to_json
from analysis.errors import ReportRefused
from analysis.publish.chart_data import data_table
from analysis.publish.model import CHAPTER_ORDER, ReportModel, Section, recorded_blocks, sections_of
from analysis.record import BLOCK_MIME

SOURCE = Provenance(("a",), is_synthetic=False)


def chapter(name: str) -> Chapter:
    return Chapter(name, f"Chương {name}", "Câu hỏi?")


def sentence(said: str = "Một câu.", *, is_synthetic: bool = False) -> Sentence:
    return Sentence(said, Provenance(("a",), is_synthetic))


def test_chapters_stand_in_report_order_whatever_order_they_were_shown_in():
    shown = [block for name in reversed(CHAPTER_ORDER) for block in (chapter(name), sentence(name))]
    sections = sections_of(shown)
    assert [section.chapter.chapter_id for section in sections] == list(CHAPTER_ORDER)
    assert [block.text_vi for section in sections for block in section.blocks] == list(CHAPTER_ORDER)


def test_a_report_may_lack_chapters():
    assert [section.chapter.chapter_id for section in sections_of([chapter("uptake"), sentence()])] == ["uptake"]


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([sentence(), chapter("delivery")], "trước khi mở chương"),
        ([chapter("budget"), sentence()], "“budget”"),
        ([chapter("delivery"), sentence(), chapter("delivery"), sentence()], "“delivery” được ghi hai lần"),
        ([chapter("delivery"), chapter("uptake"), sentence()], "Chương không có nội dung: delivery"),
        ([chapter("delivery"), sentence(), chapter("uptake")], "Chương không có nội dung: uptake"),
    ],
    ids=["before any chapter", "unknown", "twice", "empty", "empty last"],
)
def test_a_record_that_makes_no_report_is_refused(blocks, said):
    with pytest.raises(ReportRefused, match=said):
        sections_of(blocks)


def write_notebook(folder: Path, *outputs: nbformat.NotebookNode) -> Path:
    cells = [nbformat.v4.new_markdown_cell("x"), nbformat.v4.new_code_cell("", outputs=list(outputs))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "n.ipynb")
    return folder / "n.ipynb"


def output(**data: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", data={name.replace("BLOCK", BLOCK_MIME): value for name, value in data.items()})


def test_blocks_are_collected_from_a_notebook_in_order(tmp_path):
    first, second = Chapter("uptake", "t", "q"), sentence()
    path = write_notebook(
        tmp_path, output(BLOCK=to_json(first)), nbformat.v4.new_output("stream", name="stderr", text="y"), output(BLOCK=to_json(second))
    )
    assert recorded_blocks(path) == [first, second]


@pytest.mark.parametrize("foreign", [output(text="một bảng"), nbformat.v4.new_output("stream", name="stdout", text="1")], ids=["table", "print"])
def test_an_output_shown_past_show_is_refused_since_it_has_neither_source_nor_stamp(tmp_path, foreign):
    with pytest.raises(ReportRefused, match="hiện kết quả không qua show"):
        recorded_blocks(write_notebook(tmp_path, output(BLOCK=to_json(sentence())), foreign))


def test_a_model_knows_its_blocks_and_whether_any_is_synthetic():
    finding = Finding("f", "Một nhận định.", "Bằng chứng.", SOURCE)
    real = ReportModel(2021, "74", "Bình Dương", "2022-06-30", (Section(chapter("delivery"), (sentence(), finding)),), {}, {})
    assert real.every(Finding) == [finding]
    assert real.shown == [sentence(), finding]
    assert not real.is_synthetic
    mixed = ReportModel(2021, "74", "Bình Dương", "2022-06-30", (Section(chapter("delivery"), (sentence(), sentence(is_synthetic=True))),), {}, {})
    assert mixed.is_synthetic
    assert json.loads(json.dumps(mixed.to_json()))["sections"][0][0]["chapter_id"] == "delivery"


def make_chart(*series: Series, kind: str = "line", x_kind: str = "year", unit: str = "điểm") -> Chart:
    return Chart("c", "Tiêu đề", "Phụ đề", kind, x_kind, "năm", unit, series, SOURCE, "mô tả", decimals=2)


def test_the_numbers_behind_a_chart_are_a_row_a_point_and_a_column_a_series():
    table = data_table(make_chart(Series("tỉnh", (2019, 2021), (60.0, None), ("a", "b")), Series("nước", (2021, 2022), (61.5, 62.0), ("b", "b"))))
    assert [column.title for column in table.columns] == ["năm", "Tỉnh (điểm)", "Nước (điểm)", "Cách chấm (chỉ so trong cùng cách chấm)"]
    assert table.rows == (("2019", 60.0, None, "a"), ("2021", None, 61.5, "b"), ("2022", None, 62.0, "b"))
    assert (table.table_id, table.provenance) == ("c-data", SOURCE)
    assert {column.decimals for column in table.columns[1:3]} == {2}


def test_months_behind_a_chart_are_written_as_on_official_papers():
    table = data_table(make_chart(Series("tỉnh", ("2021-02-01", "2021-11-01"), (1.0, 2.0), ("a", "a")), x_kind="month", unit=""))
    assert [row[0] for row in table.rows] == ["02/2021", "11/2021"]
    assert table.columns[1].title == "Tỉnh"


def test_a_timeline_lists_its_items_with_their_window_and_activities():
    windows = Series("kế hoạch", ("2021-04-01", "2021-01-01"), (None, None), labels=("I.1", "I.2"), x_end=("2021-06-30", "2021-12-31"))
    done = Series("đã làm", ("2021-05-03", "2021-04-02"), (None, None), labels=("I.1", "I.1"))
    table = data_table(make_chart(windows, done, kind="timeline", x_kind="date"))
    assert table.rows == (
        ("I.1", "01/04/2021", "30/06/2021", 2.0, "02/04/2021", "03/05/2021"),
        ("I.2", "01/01/2021", "31/12/2021", 0.0, None, None),
    )
