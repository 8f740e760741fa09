"""Received workbooks: everything an office sends is read whole or refused with the reason, and nothing vanishes on the way."""

import zipfile
import zlib
from base64 import b85decode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from analysis.errors import Cell, DataFaults
from analysis.ingest import kinds, workbooks
from analysis.ingest.cell_formats import shown_as
from analysis.ingest.csv_sheet import BROKEN_ROW, LOST_LETTERS, SHORT_ROW, UNREADABLE_TEXT
from analysis.ingest.font_encodings import CONVERTED, UNTOLD_FONT, ZERO_CHARACTERS
from analysis.ingest.kinds import DISGUISED, MISSING, WRONG_KIND
from analysis.ingest.safety import DAMAGED, DANGEROUS, IGNORED_PARTS, LOCKED
from analysis.ingest.workbooks import UNCALCULATED, ReceivedWorkbook, read_workbook

# A sheet “Nhật ký” of an Excel 97 workbook: headings, two synthetic rows (a date, the error #REF! in D3), A4:B5 merged.
XLS = zlib.decompress(
    b85decode(
        "c-rk)OGs2<6#o8uXPj~HamQC^a2bTGOc)(EZFEvBS0k1}Z^{=c$|QpXwJ6J620^Q$jbMuwnGy7$lv))O*kcg|!kDyjB^0z!Z|9u3V>%T$P=a#5%YW`U=Rg1X&;P#veLL-s"
        "kKQktMG9)6W7*0?#wwknl$jI^P`+g`n|ymISq?T8GQBjA8E!nye&gXW<nf+`h6&dTqQDnQCoq7fGtsWV2BKbKXj2?R4N-+#q{%_CM3pDBLukIxdt&)a=swY06<R~KadiyS"
        ";imGv_AEZ4l}cU?*zY4L^I0@iD8wtC#TT!sgsmHOvEH`+O_pK0vM>f3(8jK4SB&Lc+=dTmXb46k!J~vY3TUv$@ZAak-;%5PdBD+ctX_fiKi29!f6;qs5L5NnH5V`h>$EJA"
        "5fowE#W^0;gdW^A2g$w<OIXCDY|xx^pry6dfHKsmiju)uyfy<Eqyh_O2gyC?#Y;0vfv8r@Q&tq+h~pfURxNl(ihfL}Ig{1-P{$FWrUhu5=)troPm<J3(uA53Ie@zL8rJhX"
        "t*#7KhJvBWP?ZkVjZfwPYmwNkj5WJewyfeTqMgVU-Y;v}pkNp8EWD4jH-}G&W=I;JILCHyx52_CE<uHJB*!h3bIPT}9-)`T>vrKwgcgt`y~~;lZRWtR*j$m^GODLq@FBc&"
        "6~Bx4k@<s<&5^nAZsNxqXU`Xme+-YJl+M*oD$ma_DpZBKd4usJoO~;L&zlii{M-KL)eJj!%Ra1gY0!Pb`h_MW?j5xvX?9;FB%LJP_N7vMUC?}@^Glzzy%JyCSCbT*B0qU3"
        "eZU?=;)}g#fAFG-7oY7VF<$N!NwaHkYhL0xqHT&j=@RYQw&~)DC&Co<rf#>5tz9YBQ)KNDYqt0*(d(j7sMYfDkb|Og;}?8z;J|?c2M!!K*qTuCr6gAZ`5toHU)3J_zs?e+"
        "W#>1^mc=2Qp@%Pt`{|N5h!|b+(m@g2D(OqDvrO`TA>%OB9-|9tyTs9#_WY$=ky_oJbr&@L-4aT-{^fMy{Ll6O1jL{I0R"
    )
)
SHEET = "xl/worksheets/sheet1.xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def xlsx(fill: Callable[[Workbook], None]) -> bytes:
    book = Workbook()
    fill(book)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def table(book: Workbook) -> None:
    sheet = book.worksheets[0]
    sheet.title = "Nhật ký"
    sheet.append(["STT", "Đơn vị", "Ngày"])
    sheet.append([1, "[Mô phỏng] Phường A", date(2021, 2, 5)])


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            target.writestr(member, change(source.read(member)) if member == name else source.read(member))
    return written.getvalue()


def sheet_of(rows: str) -> Callable[[bytes], bytes]:
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    return lambda _: xml.encode()


XLSX = xlsx(table)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes, str], ReceivedWorkbook]:
    def reading(content: bytes, name: str = "log.xlsx") -> ReceivedWorkbook:
        (tmp_path / name).write_bytes(content)
        return read_workbook(tmp_path / name, name)

    return reading


Read = Callable[..., ReceivedWorkbook]


def refusal(read: Read, content: bytes, name: str = "log.xlsx") -> str:
    """The one cause of a refusal; its message is complete."""
    with pytest.raises(DataFaults) as refused:
        read(content, name)
    for fault in refused.value.faults:
        assert fault.where.startswith(name)
        assert fault.found
        assert fault.accepted
        assert fault.action
    (cause,) = {fault.cause for fault in refused.value.faults}
    return cause


# What is read


def test_values_of_an_xlsx_keep_their_kinds(read: Read) -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0].append([1, 2.5, True, "chữ ", date(2021, 2, 5), datetime(2021, 2, 5, 10, 30), time(3, 4), timedelta(hours=30), None, "x"])

    (row,) = read(xlsx(fill)).sheets[0].rows
    assert row == [1.0, 2.5, True, "chữ ", date(2021, 2, 5), datetime(2021, 2, 5, 10, 30), time(3, 4), timedelta(hours=30), None, "x"]


def test_dates_of_the_1904_system_are_the_same_days(read: Read) -> None:
    def fill(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        table(book)

    assert read(xlsx(fill)).sheets[0].rows[1][2] == date(2021, 2, 5)


def test_error_values_stay_as_text_in_xlsx_and_xls(read: Read) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><f>C9/0</f><v>#DIV/0!</v></c></row>'
    assert read(with_part(XLSX, SHEET, sheet_of(cells))).sheets[0].rows == [[1.0, "#DIV/0!"]]
    assert read(XLS, "log.xls").sheets[0].rows[2] == [2, "[Mô phỏng] Phường B", "30/02/2021", "#REF!"]


def test_an_old_xls_is_read_with_its_merged_cells(read: Read) -> None:
    book = read(XLS, "log.xls")
    assert (book.kind, book.notices) == ("xls", ())
    assert book.sheets[0].name == "Nhật ký"
    assert book.sheets[0].rows[1] == [1, "[Mô phỏng] Phường A", date(2021, 2, 5), 12]
    assert book.sheets[0].merged == ((4, 1, 5, 2),)


def test_formulas_never_calculated_are_faults_with_their_cells(read: Read) -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0].append([1, "=A1*2"])
        book.create_sheet("Hai")["C3"] = '=IF(A1>1,"có","không")'

    faults = read(xlsx(fill)).faults
    assert {(fault.cause, fault.cell) for fault in faults} == {(UNCALCULATED, Cell("Sheet", 1, 2)), (UNCALCULATED, Cell("Hai", 3, 3))}
    assert '“=IF(A1>1,"có","không")”' in faults[1].found


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><f>1+1</f></c>',
        '<c r="A1"><f>1+1</f><v/></c>',
        '<c r="A1" s="1"> <f>1+1</f> <v></v> </c>',
        '<c r="A1"><f t="shared" si="0"/></c>',
        "<c s='0' r='A1'><f>1+1</f></c>",
    ],
)
def test_formulas_without_a_value_are_found_however_they_are_written(read: Read, cell: str) -> None:
    book = read(with_part(XLSX, SHEET, sheet_of(f'<row r="1">{cell}<c r="B1"><v>2</v></c></row>')))
    assert [fault.cell for fault in book.faults] == [Cell("Nhật ký", 1, 1)]


@pytest.mark.parametrize(
    "cell", ['<c r="A1"><f>1+1</f><v>2</v></c>', '<c r="A1" t="str"><f>""</f><v></v></c>', '<c r="A1" t="inlineStr"><is><t>&lt;f></t></is></c>']
)
def test_calculated_formulas_are_no_faults(read: Read, cell: str) -> None:
    assert read(with_part(XLSX, SHEET, sheet_of(f'<row r="1">{cell}<c r="B1"><v>2</v></c></row>'))).faults == ()


def test_merged_ranges_and_hidden_sheets_are_told(read: Read) -> None:
    def fill(book: Workbook) -> None:
        table(book)
        book.worksheets[0].merge_cells("A3:B4")
        book.create_sheet("Ẩn").sheet_state = "hidden"

    sheets = read(xlsx(fill)).sheets
    assert sheets[0].merged == ((3, 1, 4, 2),)
    assert [sheet.is_visible for sheet in sheets] == [True, False]


def formatted(book: Workbook) -> None:
    table(book)
    sheet = book.worksheets[0]
    for cell, value, shown in (
        ("C3", date(2021, 3, 1), "mm/yyyy"),
        ("D3", 1.0, "0%"),
        ("E3", None, "0%"),
        ("D4", 1500, '#,##0" triệu"'),
        ("E4", 7, "#,##0"),
    ):
        sheet[cell], sheet[cell].number_format = value, shown
    sheet.row_dimensions[2].hidden = True


def test_hidden_rows_and_formats_that_show_another_value_are_told(read: Read) -> None:
    (sheet,) = read(xlsx(formatted), "a.xlsx").sheets
    assert list(sheet.hidden_rows) == [2]
    assert sheet.formatted == {"mm/yyyy": [(3, 3)], "0%": [(3, 4)], '#,##0" triệu"': [(4, 4)]}


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("mm/yyyy", "month"),
        ('"Tháng "m/yyyy', "month"),
        ("mmm-yy", "month"),
        ("[$-42A]mmmm yyyy;@", "month"),
        ("yyyy", "year"),
        ("0.0%", "scaled"),
        ('#,##0" triệu"', "scaled"),
        ('#,##0\\ "Tỷ đồng"', "scaled"),
        ('#,##0,," triệu"', None),
        ("dd/mm/yyyy", None),
        ("d/m/yy h:mm", None),
        ("mm:ss", None),
        ("#,##0", None),
        ('#,##0 "công ty"', None),
        ("General", None),
        ("@", None),
    ],
)
def test_a_format_shows_a_month_a_year_a_scaled_number_or_the_value_itself(code: str, shown: str | None) -> None:
    assert shown_as(code) == shown


def test_a_hidden_row_of_an_xls_is_told(read: Read) -> None:
    row = XLS.index(b"\x08\x02\x10\x00\x01\x00")  # the record of the second row
    hidden = XLS[: row + 16] + bytes([XLS[row + 16] | 0x20]) + XLS[row + 17 :]
    assert [list(sheet.hidden_rows) for sheet in (*read(XLS, "a.xls").sheets, *read(hidden, "a.xls").sheets)] == [[], [2]]


def test_empty_formatted_rows_and_columns_are_trimmed(read: Read) -> None:
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="0"/><c r="XFD{row}" s="0"></c></row>' for row in range(3, 2_000))
    cells = f'<row r="1"><c r="B1"><v>1</v></c><c r="Z1" t="str"><v></v></c></row>{empty}<row r="1048576" s="1" customFormat="1"/>'
    assert read(with_part(XLSX, SHEET, sheet_of(cells))).sheets[0].rows == [[None, 1.0]]


def test_macros_are_ignored_and_told(read: Read) -> None:
    written = BytesIO(XLSX)
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    book = read(written.getvalue(), "log.xlsm")
    assert [notice.cause for notice in book.notices] == [IGNORED_PARTS]
    assert len(book.sheets[0].rows) == 2


def test_text_typed_in_an_old_font_is_converted_and_told(read: Read) -> None:
    def fill(book: Workbook) -> None:
        for row in (["Sè kÕ ho¹ch", "Néi dung ho¹t ®éng", "§¬n vÞ thùc hiÖn"], ["6334", "§èi tho¹i víi ng­êi d©n", "abc"]):
            book.worksheets[0].append(row)

    book = read(xlsx(fill))
    assert book.sheets[0].rows == [["Số kế hoạch", "Nội dung hoạt động", "Đơn vị thực hiện"], ["6334", "Đối thoại với người dân", "abc"]]
    assert [(notice.cause, notice.where) for notice in book.notices] == [(CONVERTED, "log.xlsx, trang tính “Sheet”: 4 ô")]


def test_a_cell_whose_font_cannot_be_told_is_left_and_named(read: Read) -> None:
    book = read("Số kế hoạch,Đơn vị thực hiện,Nội dung\n1,Sè l­îng,x\n".encode(), "log.csv")
    assert book.sheets[0].rows[1] == ["1", "Sè l­îng", "x"]
    assert [(fault.cause, fault.cell) for fault in book.faults] == [(UNTOLD_FONT, Cell("log", 2, 2))]


CSV = 'Số kế hoạch,Đơn vị thực hiện\n6334/KH-UBND,"Phường Phú Hòa, thành phố"\n'
ROWS = [["Số kế hoạch", "Đơn vị thực hiện"], ["6334/KH-UBND", "Phường Phú Hòa, thành phố"]]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_is_read_in_every_encoding_excel_saves(read: Read, codec: str) -> None:
    assert read(CSV.encode(codec), "log.csv").sheets[0].rows == ROWS


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_recognised_and_told(read: Read, separator: str) -> None:
    lines = [
        separator.join(["Ngày", "Số lượng", "Ghi chú"]),
        separator.join(["5/2/2021", "1,5", "một, hai"]),
        separator.join(["6/2/2021", "2,5", ""]),
    ]
    book = read("\r\n".join(lines).encode(), "log.csv")
    assert book.sheets[0].rows[1:] == [["5/2/2021", "1,5", "một, hai"], ["6/2/2021", "2,5", None]]
    assert "ngăn bằng" in book.notices[0].said


def test_question_marks_of_sentences_and_web_addresses_are_no_lost_letters(read: Read) -> None:
    text = "a,b\n1,Bạn hỏi? Ai?\n2,https://x.vn/tin?id=1\n3,x.vn/a?b\n4,https://y.vn/c?d\n"
    assert len(read(text.encode(), "log.csv").sheets[0].rows) == 5


def test_a_declared_separator_is_obeyed(read: Read) -> None:
    assert read(b"sep=;\r\na;b,c\r\n1;2,3\r\n", "log.csv").sheets[0].rows == [["a", "b,c"], ["1", "2,3"]]


def test_blank_lines_of_a_csv_keep_their_place(read: Read) -> None:
    assert read(b"a,b\n\n1,2\n", "log.csv").sheets[0].rows == [["a", "b"], [None, None], ["1", "2"]]


def test_short_rows_of_a_csv_are_filled_and_told(read: Read) -> None:
    book = read(b"title\na,b,c\n1,2,3\n1,2\n", "log.csv")
    assert book.sheets[0].rows[3] == ["1", "2", None]
    assert [notice.where for notice in book.notices if notice.cause == SHORT_ROW] == ["log.csv, dòng 4"]


def test_zero_characters_are_left_out_and_told(read: Read) -> None:
    book = read(b"a,b\n1,x\0y\n", "log.csv")
    assert book.sheets[0].rows[1] == ["1", "xy"]
    assert ZERO_CHARACTERS in {notice.cause for notice in book.notices}


@pytest.mark.parametrize(
    ("content", "name", "kind"), [(XLSX, "log.csv", "xlsx"), (XLSX, "log.xls", "xlsx"), (CSV.encode(), "log.xls", "csv"), (XLS, "log.xlsx", "xls")]
)
def test_a_wrong_ending_is_read_by_content_and_told(read: Read, content: bytes, name: str, kind: str) -> None:
    book = read(content, name)
    assert book.kind == kind
    assert DISGUISED in {notice.cause for notice in book.notices}


# What is refused

HTML = b"<html><body><table><tr><td>1</td></tr></table></body></html>"
XML_2003 = b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'


@pytest.mark.parametrize(
    ("content", "name", "cause"),
    [
        (b"", "log.xlsx", "Tệp rỗng"),
        (b"\xef\xbb\xbf\r\n \r\n", "log.csv", "Tệp rỗng"),
        (b"\0" * 5000, "log.xlsx", "Tệp rỗng"),
        (XLSX[:-100], "log.xlsx", DAMAGED),
        (XLSX[:2000], "log.xlsx", DAMAGED),
        (XLS[:1500], "log.xls", DAMAGED),
        (OLE + b"\0" * 3000, "log.xls", DAMAGED),
        (OLE + b"\0" * 3000 + "EncryptedPackage".encode("utf-16-le"), "log.xlsx", LOCKED),
        (OLE + b"\0" * 3000 + "WordDocument".encode("utf-16-le"), "log.xls", WRONG_KIND),
        (HTML, "log.xls", WRONG_KIND),
        (b"\xef\xbb\xbf" + HTML, "log.xls", WRONG_KIND),
        (HTML.decode().encode("utf-16"), "log.xls", WRONG_KIND),
        (XML_2003, "log.xls", WRONG_KIND),
        (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "log.xls", WRONG_KIND),
        (b"%PDF-1.7\n", "log.xlsx", WRONG_KIND),
        (b"\x89PNG\r\n\x1a\n", "log.xlsx", WRONG_KIND),
        (b"Rar!\x1a\x07\x00", "log.rar", WRONG_KIND),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", "log.xls", WRONG_KIND),
        (b'a,b\n1,"2\n3,4\n', "log.csv", BROKEN_ROW),
        (b'a,b\n1,"2"x\n', "log.csv", BROKEN_ROW),
        (b"a,b\n1,2\n1,2,3\n3,4\n", "log.csv", BROKEN_ROW),
        (bytes(range(128, 256)) * 20, "log.csv", UNREADABLE_TEXT),
        (bytes(range(1, 30)) * 20, "log.csv", UNREADABLE_TEXT),
        (b"\xff\xfea\0b", "log.csv", UNREADABLE_TEXT),
        (CSV.encode("cp1252", "replace"), "log.csv", LOST_LETTERS),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(read: Read, content: bytes, name: str, cause: str) -> None:
    assert refusal(read, content, name) == cause


@pytest.mark.parametrize("member", ["word/document.xml", "xl/workbook.bin", "content.xml", "note.txt"])
def test_other_zips_are_refused_by_their_names(read: Read, member: str) -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(member, "<a/>")
    assert refusal(read, written.getvalue()) == WRONG_KIND


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET])
def test_a_workbook_with_a_broken_part_is_refused(read: Read, part: str) -> None:
    assert refusal(read, with_part(XLSX, part, lambda content: content[: len(content) // 2])) == DAMAGED


def test_a_sheet_cut_off_between_two_rows_is_refused(read: Read) -> None:
    assert refusal(read, with_part(XLSX, SHEET, lambda content: content[: content.index(b"</row>") + 6])) == DAMAGED


def test_a_cell_whose_text_is_missing_is_refused(read: Read) -> None:
    assert refusal(read, with_part(XLSX, SHEET, sheet_of('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'))) == DAMAGED


def test_a_sheet_in_utf_16_is_refused_because_it_would_read_as_empty(read: Read) -> None:
    assert refusal(read, with_part(XLSX, SHEET, lambda content: content.decode().encode("utf-16"))) == DAMAGED


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="999999"><c s="0" r="Z999999" t="str"><v>x</v></c></row>',
        "<row r='1048576'><c r = 'XFD1048576'><v>1</v></c></row>",
        '<row r="1048576">' + "<c><v>1</v></c>" * 12 + "</row>",
    ],
)
def test_a_stray_cell_far_away_is_refused_instead_of_filling_the_memory(read: Read, far: str) -> None:
    assert refusal(read, with_part(XLSX, SHEET, sheet_of(f'<row r="1"><c r="A1"><v>1</v></c></row>{far}'))) == DANGEROUS


def test_a_doctype_is_refused(read: Read) -> None:
    assert refusal(read, with_part(XLSX, SHEET, lambda content: b'<!DOCTYPE a [<!ENTITY b "c">]>' + content)) == DANGEROUS


def test_folders_missing_files_and_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MAX_FILE_BYTES", 1_000)
    (tmp_path / "large.xlsx").write_bytes(XLSX)
    causes = {}
    for name in (".", "missing.xlsx", "large.xlsx"):
        with pytest.raises(DataFaults) as refused:
            read_workbook(tmp_path / name, name)
        causes[name] = refused.value.faults[0].cause
    assert causes == {".": MISSING, "missing.xlsx": MISSING, "large.xlsx": DAMAGED}


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.xlsx").write_bytes(XLSX)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataFaults, match="không có quyền đọc"):
        read_workbook(tmp_path / "log.xlsx", "log.xlsx")


def test_a_panic_of_the_reader_is_a_fault_and_an_interrupt_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.xlsx").write_bytes(XLSX)
    panic = type("PanicException", (BaseException,), {})

    for raised, expected in ((panic("index out of range"), DataFaults), (KeyboardInterrupt(), KeyboardInterrupt)):

        def fail(*_: object, raised: BaseException = raised) -> None:
            raise raised

        monkeypatch.setattr(workbooks, "_sheets", fail)
        with pytest.raises(expected):
            read_workbook(tmp_path / "log.xlsx", "log.xlsx")


mutations = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8)


def mutated(content: bytes, changes: list[tuple[float, int]]) -> bytes:
    spoiled = bytearray(content)
    for place, byte in changes:
        spoiled[int(place * len(spoiled))] = byte
    return bytes(spoiled)


def reads_or_refuses(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    try:
        read_workbook(path, name)
    except DataFaults as refused:
        told = refused.faults
    else:
        told = ()
    assert all(fault.accepted and fault.action for fault in told)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations)
def test_spoiled_bytes_of_an_xlsx_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]]) -> None:
    reads_or_refuses(tmp_path_factory, mutated(XLSX, changes), "fuzz.xlsx")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations, st.sampled_from([SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]))
def test_spoiled_parts_of_an_xlsx_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]], part: str) -> None:
    reads_or_refuses(tmp_path_factory, with_part(XLSX, part, lambda content: mutated(content, changes)), "fuzz.xlsx")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations)
def test_spoiled_bytes_of_an_xls_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]]) -> None:
    reads_or_refuses(tmp_path_factory, mutated(XLS, changes), "fuzz.xls")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_called_csv_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    reads_or_refuses(tmp_path_factory, content, "fuzz.csv")
