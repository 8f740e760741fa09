"""The first sheet of a fault workbook: every fault with a link to its cell, and what was understood differently from how it was written."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink

from analysis import spreadsheets
from analysis.errors import PLACES_SHOWN, Fault, Notice
from analysis.spreadsheets import BOX, FONT_NAME, HEADING_FILL, HEADING_FONT
from analysis.text import number

FAULTS_SHEET = "Lỗi cần sửa"
MOST_LISTED = 100_000

_FAULT_HEADINGS = ("STT", "Nguyên nhân", "Trang tính", "Ô", "Đã ghi", "Chấp nhận", "Cách xử lý")
_NOTICE_HEADINGS = ("STT", "Điều đã hiểu khác cách ghi", "Ở đâu", "", "Nội dung", "", "")
_WIDTHS = (6, 30, 24, 9, 36, 44, 44)
_LINK_COLUMN = 3  # from 0: the column with the cell's name
_TITLE = Font(name=FONT_NAME, bold=True, size=14)
_LINK = Font(name=FONT_NAME, color="0563C1", underline="single")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_fault_list(book: Workbook, name: str, faults: Sequence[Fault], notices: Sequence[Notice], titles: dict[str, str], remark: str) -> None:
    """Put the sheet first in ``book``; ``titles`` maps received sheet names to those in the book, ``remark`` is one more line of its head."""
    sheet = book.create_sheet(FAULTS_SHEET, 0)
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    spreadsheets.print_across(sheet)
    said = "Sửa các ô tô màu ở các trang sau (bấm vào tên ô để đến chỗ cần sửa), lưu lại rồi gửi lại chính tệp này. Trang này không được đọc khi nạp."
    sheet.append([_cell(sheet, f"Tệp {name}: {number(len(faults))} lỗi cần sửa", _TITLE)])
    sheet.append([_cell(sheet, said)])
    sheet.append([_cell(sheet, remark)] if remark else [])
    next_row = _write_faults(sheet, faults, titles, 4)
    if notices:
        _write_notices(sheet, notices, next_row)


def _write_faults(sheet: Any, faults: Sequence[Fault], titles: dict[str, str], row: int) -> int:
    """The block of faults from ``row``; the first free row comes back."""
    sheet.append(_headings(sheet, _FAULT_HEADINGS))
    for order, fault in enumerate(_grouped(faults)[:MOST_LISTED], 1):
        place = (fault.cell.sheet, fault.cell.name) if fault.cell else (fault.where, "")
        cells = [_boxed(sheet, value) for value in (order, fault.cause, *place, fault.found, fault.accepted, fault.action)]
        if fault.cell and fault.cell.sheet in titles:
            _link(cells[_LINK_COLUMN], titles[fault.cell.sheet], row + order)
        _append(sheet, cells, row + order)
    listed = min(len(faults), MOST_LISTED)
    if len(faults) > listed:
        sheet.append([_cell(sheet, f"… và {number(len(faults) - listed)} lỗi nữa không liệt kê ở đây")])
    return row + listed + (len(faults) > listed) + 1


def _grouped(faults: Sequence[Fault]) -> list[Fault]:
    """By cause in the order of their first appearance, then by place."""
    causes = {cause: order for order, cause in reversed(list(enumerate(fault.cause for fault in faults)))}
    return sorted(faults, key=lambda fault: (causes[fault.cause], *(_place(fault))))


def _place(fault: Fault) -> tuple[str, int, int]:
    return (fault.cell.sheet, fault.cell.row, fault.cell.column) if fault.cell else ("", 0, 0)


def _write_notices(sheet: Any, notices: Sequence[Notice], row: int) -> None:
    sheet.append([])
    sheet.append([_cell(sheet, "Điều cần biết: những chỗ dưới đây được hiểu như sau; không cần sửa nếu đúng", Font(name=FONT_NAME, bold=True))])
    sheet.append(_headings(sheet, _NOTICE_HEADINGS))
    ordered = sorted(notices, key=lambda notice: (notice.cause, notice.said))
    same = [(cause, said, [notice.where for notice in group]) for (cause, said), group in groupby(ordered, key=lambda one: (one.cause, one.said))]
    for order, (cause, said, places) in enumerate(same[:MOST_LISTED], 1):
        others = f" và {number(len(places) - PLACES_SHOWN)} chỗ khác" if len(places) > PLACES_SHOWN else ""
        where = "; ".join(places[:PLACES_SHOWN]) + others
        _append(sheet, [_boxed(sheet, value) for value in (order, cause, where, "", said, "", "")], row + 2 + order)


def _headings(sheet: Any, headings: Sequence[str]) -> list[SheetCell]:
    cells = [_cell(sheet, heading, HEADING_FONT) for heading in headings]
    for cell in cells:
        cell.fill, cell.border, cell.alignment = HEADING_FILL, BOX, Alignment(wrap_text=True, vertical="center", horizontal="center")
    return cells


def _append(sheet: Any, cells: Sequence[SheetCell], row: int) -> None:
    lines = max(spreadsheets.line_count(str(cell.value or ""), width) for cell, width in zip(cells, _WIDTHS, strict=True))
    sheet.row_dimensions[row].height = spreadsheets.height_of(lines)
    sheet.append(cells)


def _boxed(sheet: Any, value: Any) -> SheetCell:
    cell = _cell(sheet, value)
    cell.border, cell.alignment = BOX, _WRAPPED
    return cell


def _cell(sheet: Any, value: Any, font: Font | None = None) -> SheetCell:
    cell = WriteOnlyCell(sheet)
    spreadsheets.put(cell, value)
    if font:
        cell.font = font
    return cell


def _link(cell: SheetCell, title: str, row: int) -> None:
    """Lead from the cell to the place it names."""
    link = Hyperlink(ref="", location=f"'{title.replace(chr(39), chr(39) * 2)}'!{cell.value}")
    cell.hyperlink, cell.font = link, _LINK
    link.ref = f"{'ABCDEFG'[_LINK_COLUMN]}{row}"  # the cell does not know its row before it is appended
