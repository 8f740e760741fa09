"""The parts of the log reader: cells by level, the declared layout, and what comes from the reader of workbooks."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log import LogContext, LogReading, read_log_workbook
from analysis.ingest.activity_log.cells import clean, distinct, join, shown, side_by_side
from analysis.ingest.activity_log.headings import match_heading, simplified
from analysis.ingest.activity_log.layout import LABELS, LOG_COLUMNS, REQUIRED, SYNONYMS
from analysis.ingest.activity_log.reading import ROW_COLUMNS
from analysis.ingest.build import Build
from analysis.ingest.workbooks import ReceivedWorkbook, Sheet
from analysis.text import fold, normalise

CELLS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", " a ", "1", "", "b\nc", "Hoà", "Hòa"]) | st.dates()
HEADINGS = tuple(column.heading for column in LOG_COLUMNS)
KEYS = tuple(column.key for column in LOG_COLUMNS)
# As a CSV comes: all text.
WRITTEN = {
    "stt": "1",
    "plan_number": "6334/KH-UBND",
    "plan_item": "I.4",
    "unit": "Sở Nội vụ",
    "channel": "báo chí",
    "audience": "người dân",
    "start": "04/05/2021",
    "title": "Đăng bài trên báo",
    "quantity": "2",
    "counter": "bài",
}
FORMULA = "Công thức chưa có giá trị"


def written(**changed: str) -> tuple[str | None, ...]:
    return tuple((WRITTEN | changed).get(key) for key in KEYS)


def book(*rows: tuple, faults: tuple[Fault, ...] = (), notices: tuple[Notice, ...] = ()) -> ReceivedWorkbook:
    return ReceivedWorkbook("log.csv", "csv", (Sheet("log", [HEADINGS, *rows]),), faults, notices)


def formula_fault(sheet: str, row: int, column: int) -> Fault:
    cell = Cell(sheet, row, column)
    return Fault(FORMULA, f"log.csv, {cell}", "“=A1+1”", "giá trị đã tính", "mở tệp và lưu lại", cell)


@pytest.fixture(scope="session")
def context(built: Build) -> LogContext:
    return LogContext(built.tables["units"], built.tables["plans"], built.tables["plan_items"], date(2026, 11, 22))


@given(st.lists(CELLS))
def test_each_row_of_a_column_finds_its_own_cleaned_cell(cells):
    column = distinct(cells)
    assert [column.at(row) for row in range(len(cells))] == [clean(cell) for cell in cells]
    assert [type(column.at(row)) for row in range(len(cells))] == [type(clean(cell)) for cell in cells]
    assert list(column.filled) == [clean(cell) is not None for cell in cells]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS)))
def test_columns_side_by_side_give_the_tuples_of_their_rows(rows):
    columns = [distinct([row[place] for row in rows]) for place in range(3)]
    together = side_by_side(*columns)
    assert [together.at(row) for row in range(len(rows))] == [tuple(map(clean, row)) for row in rows]


@given(st.lists(CELLS), st.lists(CELLS))
def test_columns_one_after_the_other_keep_every_cell(first, second):
    column = join([distinct(first), distinct(second)])
    assert [column.at(row) for row in range(len(first) + len(second))] == [clean(cell) for cell in (*first, *second)]


@given(st.text() | st.text(alphabet="aoàòáeyuqÐ \u0300\u0301\u200b\u00a0\n\t"))
def test_text_cleaned_word_by_word_is_the_text_normalised_as_a_whole(text):
    assert (clean(text) or "") == " ".join(normalise(" ".join(text.split())).split())


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (None, ""),
        (True, "TRUE"),
        (3.0, "3"),
        (1.5, "1,5"),
        (date(2021, 5, 4), "04/05/2021"),
        (datetime(2021, 5, 4), "04/05/2021"),
        (datetime(2021, 5, 4, 8, 30), "04/05/2021 08:30"),
    ],
)
def test_a_cell_is_shown_as_its_sender_sees_it(cell, said):
    assert shown(cell) == said


def test_no_two_columns_share_a_wording():
    wordings = [(simplified(wording), column.key) for column in LOG_COLUMNS for wording in (column.heading, *column.synonyms)]
    assert len({wording for wording, _ in wordings}) == len(wordings)
    assert all(match_heading(column.heading).keys == (column.key,) for column in LOG_COLUMNS)


def test_every_synonym_leads_to_a_known_code_and_contradicts_no_label():
    for key, words in SYNONYMS.items():
        labels = {fold(label): code for code, label in LABELS[key].items()}
        assert set(words.values()) <= set(LABELS[key])
        assert all(labels.get(fold(word), code) == code for word, code in words.items())
        assert len({fold(word) for word in words}) == len(words)


def test_what_the_contract_requires_is_required_of_the_log():
    assert [column.key for column in REQUIRED] == ["unit", "channel", "audience", "start", "title"]


def test_a_log_all_of_text_is_read_like_a_workbook(context):
    reading = read_log_workbook(book(written(), written(stt="2", start="2021-05-05", quantity="1.500")), context)
    assert reading.faults == ()
    assert list(reading.rows["start_date"]) == ["2021-05-04", "2021-05-05"]
    assert list(reading.rows["quantity_count"]) == ["2", "1500"]
    assert list(reading.places) == ["log.csv, trang tính “log”, dòng 2", "log.csv, trang tính “log”, dòng 3"]
    assert [reading.cells.get(row) for row in (0, 1, 2)] == [Cell("log", 2, 9), Cell("log", 3, 9), None]


def test_a_reading_of_nothing_has_the_columns_of_a_reading():
    nothing = LogReading.empty()
    assert list(nothing.rows.columns) == ROW_COLUMNS
    assert (len(nothing.rows), len(nothing.places), len(nothing.cells)) == (0, 0, 0)


def test_a_formula_without_a_value_is_told_once_and_its_row_left_out(context):
    received = book(written(), written(title=""), faults=(formula_fault("log", 3, 9),))
    reading = read_log_workbook(received, context)
    assert [fault.cause for fault in reading.faults] == [FORMULA]
    assert list(reading.rows["activity_id"]) == ["1-2"]
    assert FORMULA in reading.left_out[0][2]


def test_a_formula_in_a_row_that_seems_blank_is_told(context):
    received = book(written(), (), written(stt="3", title="Một bài khác"), faults=(formula_fault("log", 3, 9),))
    assert [fault.cause for fault in read_log_workbook(received, context).faults] == [FORMULA]


@pytest.mark.parametrize(("sheet", "row"), [("log", 3), ("Bìa", 1)])
def test_a_formula_in_a_totals_row_or_another_sheet_stops_nothing(context, sheet, row):
    received = book(written(), ("Tổng cộng", None, None), faults=(formula_fault(sheet, row, 10),))
    assert read_log_workbook(received, context).faults == ()


def test_what_the_reader_of_workbooks_told_is_passed_on(context):
    notice = Notice("Bảng mã cũ", "log.csv", "đã chuyển từ TCVN3")
    fault = Fault("Tệp hỏng", "log.csv", "x", "y", "z")
    reading = read_log_workbook(book(written(), faults=(fault,), notices=(notice,)), context)
    assert (reading.faults, reading.notices) == ((fault,), (notice,))


def test_many_wordings_of_one_column_are_told_for_the_first_and_counted_for_the_rest(context):
    rows = [written(stt=str(number), title=f"Bài số {number}", quantity=f"gần {number}") for number in range(1, 31)]
    told = [notice for notice in read_log_workbook(book(*rows), context).notices if notice.cause.startswith("Cột “Số lượng”")]
    assert len(told) == 21
    assert told[-1].said.startswith("và 10 cách viết khác")


def test_the_province_is_the_only_one_with_units_below_it_or_the_one_asked_for(context):
    received = book(written(unit="UBND tỉnh"))
    assert list(read_log_workbook(received, context).rows["unit_code"]) == ["74"]
    office = context.units[context.units["unit_code"] == "74-VPUB"].assign(unit_code="70-VPUB", parent_code="70")
    two = LogContext(pd.concat([context.units, office]), context.plans, context.items, context.received_on)
    assert [fault.cause for fault in read_log_workbook(received, two).faults] == ["Tên đơn vị chỉ nhiều đơn vị"]
    assert list(read_log_workbook(received, replace(two, province="74")).rows["unit_code"]) == ["74"]
