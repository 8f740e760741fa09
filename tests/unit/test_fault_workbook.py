"""The workbook sent back: the office's own file, faulty cells coloured and commented, all faults listed in front."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from analysis.errors import Cell, Fault, Notice
from analysis.ingest import fault_workbook
from analysis.ingest.fault_workbook import AUTHOR, FAULTS_SHEET, write_fault_workbook
from analysis.ingest.workbooks import ReceivedWorkbook, read_workbook

LOG = "Nhật ký O'B"
PINK = "FFFFC7CD"


def fault(row: int, column: int, cause: str = "Số sai", found: str = "“x”") -> Fault:
    cell = Cell(LOG, row, column)
    return Fault(cause, f"log.xlsx, {cell}", found, "số", "sửa số", cell)


WHOLE_FILE = Fault("Thiếu cột", "log.xlsx", "thiếu “Từ ngày”", "đủ cột", "thêm cột")
NOTICES = [Notice("Ngày viết lạ", f"log.xlsx, dòng {row}", "hiểu là tháng 3/2021") for row in (3, 4)]


@pytest.fixture
def original(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = LOG
    for row in (["STT", "Đơn vị", "Ngày"], [1, "[Mô phỏng] Phường A", date(2021, 2, 5)], [2, "[Mô phỏng] Phường B", "30/02/2021"]):
        sheet.append(row)
    sheet["D2"], sheet["D3"] = "=A2*2", "=cmd"
    sheet["D3"].data_type = "s"
    sheet["B3"].fill = PatternFill("solid", start_color="FF00FF00")
    sheet["C2"].comment = Comment("của đơn vị", "chị Lan")
    sheet.column_dimensions["B"].width = 33
    sheet.merge_cells("A5:B6")
    book.create_sheet("Khác")["A1"] = "x"
    path = tmp_path / "log.xlsx"
    book.save(path)
    return path


def marked(original: Path, faults: list[Fault], notices: list[Notice] | None = None) -> Workbook:
    target = original.with_name("loi.xlsx")
    write_fault_workbook(original, read_workbook(original, original.name), faults, notices or [], target)
    return load_workbook(target)


def listed(book: Workbook) -> list[tuple[object, ...]]:
    return list(book[FAULTS_SHEET].iter_rows(values_only=True))


def test_faulty_cells_are_coloured_and_commented_with_all_that_is_wrong(original: Path) -> None:
    sheet = marked(original, [fault(3, 3), fault(3, 3, "Ngày sai", "“30/02/2021”"), fault(9, 9)])[LOG]
    assert sheet["C3"].fill.start_color.rgb == sheet["I9"].fill.start_color.rgb == PINK
    assert sheet["C3"].comment.author == AUTHOR
    assert sheet["C3"].comment.text == (
        "[Lỗi cần sửa]\nSố sai: gặp “x”; chấp nhận: số. Cách xử lý: sửa số.\n\nNgày sai: gặp “30/02/2021”; chấp nhận: số. Cách xử lý: sửa số."
    )
    assert sheet["A2"].comment is None


def test_what_the_office_made_stays(original: Path) -> None:
    book = marked(original, [fault(3, 3)])
    sheet = book[LOG]
    assert book.sheetnames == [FAULTS_SHEET, LOG, "Khác"]
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=A2*2", "f")
    assert (sheet["D3"].value, sheet["D3"].data_type) == ("=cmd", "s")
    assert sheet["B3"].fill.start_color.rgb == "FF00FF00"
    assert sheet["C2"].comment.text == "của đơn vị"
    assert sheet.column_dimensions["B"].width == 33


def test_the_list_groups_all_faults_and_leads_to_their_cells(original: Path) -> None:
    book = marked(original, [fault(3, 3, "Ngày sai"), fault(2, 1), fault(2, 3, "Ngày sai"), WHOLE_FILE], NOTICES)
    rows = listed(book)
    assert rows[0][0] == "Tệp log.xlsx: 4 lỗi cần sửa"
    assert [row[1:4] for row in rows[4:8]] == [
        ("Ngày sai", LOG, "C2"),
        ("Ngày sai", LOG, "C3"),
        ("Số sai", LOG, "A2"),
        ("Thiếu cột", "log.xlsx", None),
    ]
    assert book[FAULTS_SHEET]["D6"].hyperlink.location == "'Nhật ký O''B'!C3"
    assert book[FAULTS_SHEET]["D6"].hyperlink.ref == "D6"
    assert book[FAULTS_SHEET]["D8"].hyperlink is None
    assert rows[-1][1:5] == ("Ngày viết lạ", "log.xlsx, dòng 3; log.xlsx, dòng 4", None, "hiểu là tháng 3/2021")


def test_it_opens_on_the_list_with_no_other_sheet_selected(original: Path) -> None:
    book = marked(original, [fault(3, 3)])
    assert book.active.title == FAULTS_SHEET
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False, False]


def test_marks_of_an_earlier_round_are_replaced_and_the_office_keeps_its_comments(original: Path) -> None:
    marked(original, [fault(2, 3), fault(3, 3)])
    sent_back = original.with_name("loi.xlsx")
    target = original.with_name("loi-2.xlsx")
    write_fault_workbook(sent_back, read_workbook(sent_back, "loi.xlsx"), [fault(3, 1)], [], target)
    book = load_workbook(target)
    assert book.sheetnames == [FAULTS_SHEET, LOG, "Khác"]
    assert listed(book)[0][0] == "Tệp loi.xlsx: 1 lỗi cần sửa"
    assert book[LOG]["C3"].fill.fill_type is None
    assert book[LOG]["C3"].comment is None
    assert book[LOG]["C2"].comment.text == "của đơn vị"
    assert book[LOG]["A3"].fill.start_color.rgb == PINK


def test_marks_are_known_again_when_another_program_took_our_name_and_the_list_away(original: Path) -> None:
    marked(original, [fault(2, 3), fault(3, 3)])
    sent_back, target = original.with_name("loi.xlsx"), original.with_name("loi-2.xlsx")
    book = load_workbook(sent_back)
    del book[FAULTS_SHEET]
    for cell in ("C2", "C3"):
        book[LOG][cell].comment.author = " "  # what LibreOffice leaves of it
    book.save(sent_back)
    write_fault_workbook(sent_back, read_workbook(sent_back, "loi.xlsx"), [fault(2, 1)], [], target)
    sheet = load_workbook(target)[LOG]
    assert sheet["C2"].comment.text == "của đơn vị"
    assert sheet["C3"].comment is None
    assert [sheet[cell].fill.start_color.rgb == PINK for cell in ("C2", "C3", "A2")] == [False, False, True]


def test_a_fault_within_a_merged_range_marks_its_first_cell(original: Path) -> None:
    sheet = marked(original, [fault(6, 2), fault(5, 2, "Ngày sai")])[LOG]
    assert sheet["A5"].fill.start_color.rgb == PINK
    assert sheet["A5"].comment.text.count("Cách xử lý") == 2
    assert sheet["A5"].comment.text.count("[Lỗi cần sửa]") == 1
    assert "đơn vị" not in sheet["A5"].comment.text


def test_beyond_the_limit_cells_are_coloured_without_comment(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_workbook, "MOST_COMMENTS", 2)
    sheet = marked(original, [fault(row, 1) for row in (1, 2, 3)])[LOG]
    assert [sheet.cell(row, 1).fill.start_color.rgb for row in (1, 2, 3)] == [PINK] * 3
    assert [sheet.cell(row, 1).comment is None for row in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("content", ["STT,Đơn vị\n1,=1+1\n2,@x\n"])
def test_a_csv_is_sent_back_as_a_workbook_of_its_values(tmp_path: Path, content: str) -> None:
    path = tmp_path / "nhật ký [2021] của phường.csv"
    path.write_text(content, encoding="utf-8")
    received = read_workbook(path, path.name)
    title = received.sheets[0].name
    wrong = Fault("Số sai", "x", "“=1+1”", "số", "sửa", Cell(title, 2, 2))
    far = Fault("Số sai", "x", "trống", "số", "sửa", Cell(title, 5, 4))
    write_fault_workbook(path, received, [wrong, far], [], tmp_path / "loi.xlsx")
    book = load_workbook(tmp_path / "loi.xlsx")
    sheet = book["nhật ký 2021 của phường"]
    assert (sheet["B2"].value, sheet["B2"].data_type, sheet["B2"].fill.start_color.rgb) == ("=1+1", "s", PINK)
    assert sheet["B2"].comment.author == AUTHOR
    assert sheet["D5"].fill.start_color.rgb == PINK
    assert sheet["B3"].data_type == "s"
    assert book[FAULTS_SHEET]["D5"].hyperlink.location == "'nhật ký 2021 của phường'!B2"
    assert book[FAULTS_SHEET]["D5"].hyperlink.ref == "D5"


def test_a_file_too_large_for_its_formats_is_sent_back_with_its_values(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_workbook, "MOST_FORMATTED_CELLS", 5)
    book = marked(original, [fault(3, 3), fault(6, 2), fault(5, 2)])
    assert book[LOG]["A5"].comment.text.count("Cách xử lý") == 2
    assert "chép lại các giá trị" in str(listed(book)[2][0])
    assert book[LOG]["C3"].fill.start_color.rgb == PINK
    assert book[LOG]["C2"].number_format == "dd/mm/yyyy"
    assert [str(merged) for merged in book[LOG].merged_cells.ranges] == ["A5:B6"]  # one value for several rows stays so


def test_the_same_faults_give_the_same_bytes(original: Path, tmp_path: Path) -> None:
    received = read_workbook(original, original.name)
    for name in ("one.xlsx", "two.xlsx"):
        write_fault_workbook(original, received, [fault(3, 3), WHOLE_FILE], NOTICES, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_characters_xml_forbids_do_not_spoil_list_or_comment(original: Path) -> None:
    book = marked(original, [fault(3, 3, found="“a\x07b\ufffe”")])
    assert "“ab”" in book[LOG]["C3"].comment.text
    assert listed(book)[4][4] == "“ab”"


def test_macros_are_not_sent_back(original: Path) -> None:
    with zipfile.ZipFile(original, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    marked(original, [fault(3, 3)])
    with zipfile.ZipFile(original.with_name("loi.xlsx")) as archive:
        assert not [member for member in archive.namelist() if "vba" in member.casefold()]


def test_a_file_that_only_our_reader_opens_is_sent_back_with_its_values(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TypeError("unexpected style")

    received: ReceivedWorkbook = read_workbook(original, original.name)
    monkeypatch.setattr(fault_workbook, "load_workbook", fail)
    write_fault_workbook(original, received, [fault(3, 3)], [], original.with_name("loi.xlsx"))
    assert load_workbook(original.with_name("loi.xlsx"))[LOG]["C3"].fill.start_color.rgb == PINK
