"""The workbook in which an office types or pastes a published table of one edition of an index: one row a province."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analysis import codes, spreadsheets
from analysis.errors import Cell, DataFaults, Fault
from analysis.ingest.index_files.annex_layout import (
    CODE,
    COUNTRY_LABEL,
    FIELDS,
    FIXED_HEADINGS,
    GUIDE_SHEET,
    PERCENT,
    POINTS,
    PROVINCE,
    RANK,
    TABLE_SHEET,
    TITLE,
    columns_of_edition,
    edition_of,
)
from analysis.ingest.index_files.provinces import Province, ProvinceNames
from analysis.spreadsheets import BOX, FONT_NAME, HEADING_FILL, HEADING_FONT
from analysis.text import number
from analysis.units import COUNTRY_CODE

NO_EDITION = "Phiên bản chưa có trong danh mục chỉ số"
NO_COMPONENTS = "Phiên bản chưa có thành phần nào trong danh mục chỉ số"
FIRST_FIELD_ROW = 3
HEADING_ROW = FIRST_FIELD_ROW + len(FIELDS) + 1
FIRST_PROVINCE_ROW = HEADING_ROW + 2
FIRST_VALUE_COLUMN, LAST_VALUE_COLUMN = 3, 8  # of a field: merged, so that an address has room
COLUMNS_A_PAGE = 16  # printed smaller, nobody could read them
FIXED_COLUMNS = (CODE, PROVINCE, RANK)

_WIDTHS = {CODE: 6, PROVINCE: 24, RANK: 8}
_SCORE_WIDTH = 13
_TO_FILL = PatternFill("solid", start_color="FFF8E1")
_SET = PatternFill("solid", start_color="F2F2F2")
_TITLE_FONT = Font(name=FONT_NAME, bold=True, size=14)
_LABEL_FONT = Font(name=FONT_NAME, bold=True)
_SMALL_FONT = Font(name=FONT_NAME, size=8, color="7F7F7F")
_SAID = (
    "Gõ hoặc dán số vào các ô nền vàng, đúng như nơi công bố in. Tỉnh không được công bố thì để trống, không ghi 0. "
    f"Xem cách ghi ở trang “{GUIDE_SHEET}”."
)
_KEEP = (
    "Mã và tên tỉnh đã ghi sẵn, không gõ đè. Bảng xếp theo thứ hạng thì dán cả cột tên tỉnh (dán không bị chặn); "
    "khi nạp, mỗi dòng được đọc theo tên tỉnh."
)


def write_annex_template(path: Path, index: str, year: int, units: pd.DataFrame, editions: pd.DataFrame, components: pd.DataFrame) -> None:
    """The empty form of an edition at ``path``, the same bytes for the same edition.

    Raises ``DataFaults`` when the registry has no such edition or none of its components, ``FolderUnusable`` when the file cannot be written.
    """
    edition = edition_of(editions, index, year)
    if edition is None:
        raise DataFaults([unknown_edition(f"{index} {year}", "phiên bản cần lập biểu mẫu", None, index, editions)])
    columns = columns_of_edition(components, index, year)
    if columns.empty:
        action = "khai thành phần của phiên bản trong danh mục chỉ số trước"
        raise DataFaults([Fault(NO_COMPONENTS, f"{index} {year}", "không có thành phần", "ít nhất điểm tổng hợp (TOTAL)", action)])
    names = ProvinceNames(units, edition)
    provinces = [(province.code, names.name(province)) for province in sorted(names.all, key=_by_code)]
    book = spreadsheets.new_workbook(f"{TITLE} {index} {year}")
    _table_sheet(book, edition, columns, provinces)
    _guide_sheet(book, edition, columns, len(provinces))
    spreadsheets.save(book, path)


def _by_code(province: Province) -> tuple[str, str]:
    return province.code, province.vintage


def unknown_edition(found: str, where: str, cell: Cell | None, index: str, editions: pd.DataFrame) -> Fault:
    """The fault of an edition that the registry does not have, with those it has."""
    years = sorted(int(year) for year in editions.loc[editions["index"] == index, "edition_year"])
    accepted = f"{index}: {', '.join(map(str, years))}" if years else ", ".join(codes.INDICES)
    return Fault(NO_EDITION, where, f"“{found}”", accepted, "sửa chỉ số hoặc năm; phiên bản mới thì khai trong danh mục chỉ số trước", cell)


def _table_sheet(book: Workbook, edition: pd.Series, columns: pd.DataFrame, provinces: Sequence[tuple[str, str]]) -> None:
    sheet = book.create_sheet(TABLE_SHEET)
    headings = [*(FIXED_HEADINGS[key][0] for key in FIXED_COLUMNS), *columns["heading"]]
    marks = ["Mã", "", "HANG", *columns.index]
    widths = [*(_WIDTHS[key] for key in FIXED_COLUMNS), *[_SCORE_WIDTH] * len(columns)]
    for number_of, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number_of)].width = width
    _head(sheet, edition)
    _headings(sheet, headings, marks)
    last = _provinces(sheet, provinces, len(headings))
    _checks(sheet, columns, last, len(provinces))
    sheet.freeze_panes = sheet.cell(FIRST_PROVINCE_ROW, len(FIXED_COLUMNS))
    spreadsheets.print_across(sheet)
    sheet.page_setup.fitToWidth = -(-len(headings) // COLUMNS_A_PAGE)
    sheet.print_title_rows, sheet.print_title_cols = f"{HEADING_ROW}:{HEADING_ROW + 1}", "A:B"


def _head(sheet: Worksheet, edition: pd.Series) -> None:
    """Title, what to do, and the fields that say where the table comes from; index and year are filled in."""
    given = {"index": edition["index"], "year": int(edition["edition_year"])}
    spreadsheets.put(sheet.cell(1, 1), f"{TITLE}: {edition['index']} {edition['edition_year']}")
    sheet.cell(1, 1).font = _TITLE_FONT
    sheet.row_dimensions[1].height = 22
    _merged(sheet, 2, 1, LAST_VALUE_COLUMN, _SAID)
    sheet.row_dimensions[2].height = spreadsheets.height_of(spreadsheets.line_count(_SAID, 6 + 24 + 8 + 5 * _SCORE_WIDTH))
    for row, field in enumerate(FIELDS, FIRST_FIELD_ROW):
        _merged(sheet, row, 1, 2, field.label + ("" if field.is_required else " (nếu biết)"))
        sheet.cell(row, 1).font = _LABEL_FONT
        _merged(sheet, row, FIRST_VALUE_COLUMN, LAST_VALUE_COLUMN, given.get(field.key))
        for column in range(1, LAST_VALUE_COLUMN + 1):
            cell = sheet.cell(row, column)
            cell.border = BOX
            cell.fill = _TO_FILL if column >= FIRST_VALUE_COLUMN and field.key not in given else _SET
        sheet.cell(row, FIRST_VALUE_COLUMN).alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        letter = get_column_letter(FIRST_VALUE_COLUMN)
        if field.key == "unit":
            said = f"“{field.label}”: chọn {PERCENT} hoặc {POINTS}, theo cách nơi công bố ghi."
            spreadsheets.offer(sheet, f"{letter}{row}", f'"{PERCENT},{POINTS}"', said)
        elif field.key in given:
            spreadsheets.keep(sheet, f"{letter}{row}", "Biểu mẫu này chỉ dùng cho một phiên bản; phiên bản khác thì tạo biểu mẫu khác.")


def _merged(sheet: Worksheet, row: int, first: int, last: int, value: object) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    spreadsheets.put(sheet.cell(row, first), value)
    sheet.cell(row, first).alignment = Alignment(wrap_text=True, vertical="top")


def _headings(sheet: Worksheet, headings: Sequence[str], marks: Sequence[str]) -> None:
    """The publisher's names, and below them in small letters the codes that the reader knows the columns by."""
    for number_of, (heading, mark) in enumerate(zip(headings, marks, strict=True), 1):
        name, code = sheet.cell(HEADING_ROW, number_of), sheet.cell(HEADING_ROW + 1, number_of)
        spreadsheets.put(name, heading)
        spreadsheets.put(code, mark if number_of > 1 else None)
        name.font, name.fill, name.border = HEADING_FONT, HEADING_FILL, BOX
        code.font, code.fill, code.border = _SMALL_FONT, _SET, BOX
        for cell in (name, code):
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    spreadsheets.fit_row(sheet, HEADING_ROW)


def _provinces(sheet: Worksheet, provinces: Sequence[tuple[str, str]], width: int) -> int:
    """A row a province and one for the whole country; the number of the last province's row."""
    for row, (code, name) in enumerate([*provinces, (COUNTRY_CODE, COUNTRY_LABEL)], FIRST_PROVINCE_ROW):
        for column in range(1, width + 1):
            cell = sheet.cell(row, column)
            is_set = column < FIXED_COLUMNS.index(RANK) + 1
            cell.border, cell.fill = BOX, _SET if is_set else _TO_FILL
            cell.alignment = Alignment(wrap_text=is_set, vertical="top", horizontal=None if is_set else "right")
        spreadsheets.put(sheet.cell(row, 1), code)
        spreadsheets.put(sheet.cell(row, 2), name)
    country_row = FIRST_PROVINCE_ROW + len(provinces)
    sheet.cell(country_row, FIXED_COLUMNS.index(RANK) + 1).fill = _SET
    for cell in sheet[country_row]:
        cell.font = _LABEL_FONT
    spreadsheets.fit_row(sheet, country_row)
    return country_row - 1


def _checks(sheet: Worksheet, columns: pd.DataFrame, last: int, provinces_count: int) -> None:
    spreadsheets.keep(sheet, f"A{FIRST_PROVINCE_ROW}:B{last + 1}", _KEEP)
    rank = get_column_letter(FIXED_COLUMNS.index(RANK) + 1)
    spreadsheets.expect_number(
        sheet,
        f"{rank}{FIRST_PROVINCE_ROW}:{rank}{last}",
        1,
        provinces_count,
        f"“Hạng”: số nguyên từ 1 đến {provinces_count}; hai tỉnh có thể cùng hạng.",
    )
    for number_of, (_, column) in enumerate(columns.iterrows(), len(FIXED_COLUMNS) + 1):
        letter = get_column_letter(number_of)
        low, high = float(column["scale_min_score"]), float(column["scale_max_score"])
        said = f"“{column['heading']}”: số từ {_shown(low)} đến {_shown(high)}. Tỉnh không được công bố thì để trống, không ghi 0."
        spreadsheets.expect_number(sheet, f"{letter}{FIRST_PROVINCE_ROW}:{letter}{last + 1}", low, high, said)


def _shown(value: float) -> str:
    """A bound of a scale without needless decimals: ``9,5``, ``100``."""
    return number(value, 0 if value == int(value) else 2).rstrip("0") if value != int(value) else number(value)


def _guide_sheet(book: Workbook, edition: pd.Series, columns: pd.DataFrame, provinces_count: int) -> None:
    sheet = book.create_sheet(GUIDE_SHEET)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 96
    for row, (label, said) in enumerate(_guide_lines(edition, columns, provinces_count), 1):
        spreadsheets.put(sheet.cell(row, 1), label)
        spreadsheets.put(sheet.cell(row, 2), said)
        sheet.cell(row, 1).font = Font(name=FONT_NAME, bold=True, size=14 if row == 1 else 11)
        for cell in sheet[row]:
            cell.alignment = Alignment(wrap_text=bool(said), vertical="top")
        if row > 1 and said:
            spreadsheets.fit_row(sheet, row)
    sheet.row_dimensions[1].height = 22
    spreadsheets.print_across(sheet)


def _guide_lines(edition: pd.Series, columns: pd.DataFrame, provinces_count: int) -> Iterator[tuple[str, str]]:
    """Label and text of each line of the instruction sheet."""
    name = f"{edition['index']} {edition['edition_year']}"
    yield f"Hướng dẫn nhập {name}", ""
    yield "Cách dùng", f"Ghi vào trang “{TABLE_SHEET}”: phần đầu nói số lấy ở đâu, bảng dưới mỗi tỉnh một dòng ({provinces_count} tỉnh, thành)."
    yield "", ""
    yield "Phần đầu bảng", ""
    for field in FIELDS:
        yield field.label, ("(bắt buộc) " if field.is_required else "") + field.said
    yield "", ""
    yield "Các cột", ""
    yield FIXED_HEADINGS[RANK][0], f"thứ hạng như đã in, số nguyên từ 1 đến {provinces_count}; để trống nếu không in"
    for code, column in columns.iterrows():
        scale = f"thang từ {_shown(float(column['scale_min_score']))} đến {_shown(float(column['scale_max_score']))}"
        yield str(column["heading"]), f"{scale}; mã {code}"
    yield COUNTRY_LABEL, "dòng cuối bảng; để trống nếu nơi công bố không nêu"
    yield "", ""
    yield "Cách ghi", ""
    yield from _WRITING


_WRITING = (
    ("Số thập phân", "Dùng dấu phẩy: 85,32. Số dán dạng chữ (“85,32”, “85,32%”) vẫn đọc được và được nêu lại khi kiểm tra."),
    ("Tỉnh không có số", "Để trống. Khi gần đủ các tỉnh mà có tỉnh nơi công bố không nêu, ghi “không công bố” vào ô điểm tổng hợp của tỉnh đó."),
    ("Chỉ có một số tỉnh", "Được phép (ví dụ năm tỉnh đầu, năm tỉnh cuối): phiên bản đó không dùng để tính vị trí của tỉnh trong năm."),
    (
        "Dán từ PDF, Word",
        "Dán kiểu chỉ lấy giá trị (Paste Special → Text). Bảng xếp theo thứ hạng thì dán cả tên tỉnh đè lên cột tên: mỗi dòng được đọc theo tên, "
        "không theo mã ghi sẵn. Dán cả dòng tên cột thì xóa dòng mã nhỏ ngay dưới.",
    ),
    ("Giữ nguyên", "Không đổi tên trang, không đổi tên cột, không chèn thêm cột vào giữa. Không cần sắp xếp lại."),
    ("Kiểm tra, nạp", "lantoa check TỆP.xlsx; hết lỗi thì lantoa import TỆP.xlsx --kind index-annex."),
)
