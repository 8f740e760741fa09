"""What is written into workbooks: text stays text, the same content gives the same bytes, names fit."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from analysis import spreadsheets
from analysis.spreadsheets import SheetColumn, expect_count, expect_day, new_workbook, offer, plain_text, put, save, sheet_name, write_table

FORBIDDEN = set("[]:*?/\\")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =HYPERLINK(1)"])
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    book = new_workbook("x")
    put(book.create_sheet("a")["A1"], text)
    save(book, tmp_path / "x.xlsx")
    cell = load_workbook(tmp_path / "x.xlsx")["a"]["A1"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_characters_xml_forbids_are_left_out_and_long_text_ends_with_an_ellipsis() -> None:
    assert plain_text("a\x00b\x0bc\ufffed\uffff") == "abcd"
    assert len(plain_text("x" * 40_000)) == 32_767
    assert plain_text("x" * 40_000).endswith("x…")


@given(st.lists(st.text(max_size=60), max_size=12))
def test_names_of_sheets_fit_excel_and_differ(texts: list[str]) -> None:
    names: list[str] = []
    for text in texts:
        names.append(sheet_name(text, names))
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not FORBIDDEN & set(name) and name.strip("'") == name for name in names)


def test_the_same_content_gives_the_same_bytes_and_no_temporary_file_stays(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        book = new_workbook("x")
        write_table(
            book.create_sheet("a"), [SheetColumn("Ngày", 12, spreadsheets.DAY_FORMAT), SheetColumn("Số")], [[date(2021, 2, 5), 3], [None, "x"]]
        )
        save(book, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"one.xlsx", "two.xlsx"}


def test_checks_of_cells_are_written_as_excel_reads_them(tmp_path: Path) -> None:
    book = new_workbook("x")
    sheet = book.create_sheet("a")
    offer(sheet, "A2:A9", "'b'!$A$1:$A$3", "chọn", is_strict=False)
    expect_day(sheet, "B2:B9", date(2021, 1, 1), date(2022, 3, 31), "ngày")
    expect_count(sheet, "C2:C9", "x" * 400)
    save(book, tmp_path / "x.xlsx")
    checks = {str(check.sqref): check for check in load_workbook(tmp_path / "x.xlsx")["a"].data_validations.dataValidation}
    assert (checks["A2:A9"].formula1, checks["A2:A9"].errorStyle) == ("'b'!$A$1:$A$3", "warning")
    assert (checks["B2:B9"].formula1, checks["B2:B9"].formula2) == ("44197", "44651")
    assert len(checks["C2:C9"].error) == 225


def test_rows_are_as_high_as_their_longest_text() -> None:
    sheet = new_workbook("x").create_sheet("a")
    write_table(sheet, [SheetColumn("Cột", 10)], [["một hai ba bốn năm sáu bảy tám chín mười"], ["ngắn"]])
    for row in (2, 3):
        spreadsheets.fit_row(sheet, row)
    assert sheet.row_dimensions[2].height == 75
    assert sheet.row_dimensions[3].height == 15
