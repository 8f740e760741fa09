"""The office's own file with its faulty cells coloured and commented and the list of all faults in front, ready to send back."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from analysis import spreadsheets
from analysis.errors import Fault, Notice
from analysis.ingest.fault_list import FAULTS_SHEET, write_fault_list
from analysis.ingest.workbooks import MergedRange, ReceivedWorkbook, Sheet

AUTHOR, OFFICE = "lantoa", "Đơn vị"
MOST_COMMENTS = 5_000  # more make a workbook that Excel opens slowly; every faulty cell is coloured all the same
MOST_FORMATTED_CELLS = 500_000  # beyond it the file is written anew from its values: keeping formats would take over 1 GB

_FAULTY = PatternFill("solid", start_color="FFFFC7CD", end_color="FFFFC7CD")  # our own shade of light red, found again next time
_UNFILLED = PatternFill()
_FIRST_LINE = "[Lỗi cần sửa]\n"  # tells our comments where another program has taken the author away
_OWN_COMMENT = "\n\n[Ghi chú có sẵn của đơn vị]\n"
_COMMENT_WIDTH, _CHARACTERS_A_LINE, _LINE_PIXELS, _TALLEST = 340, 46, 18, 500
_UNLOADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile, InvalidFileException, ParseError)
_VALUES_ONLY = "Tệp này chép lại các giá trị của tệp đã gửi; định dạng và công thức không được giữ."

Position = tuple[int, int]  # row and column from 1
Marks = dict[str, dict[Position, list[str]]]  # sheet name to faulty cell to what is wrong there

__all__ = ["FAULTS_SHEET", "write_fault_workbook"]


def write_fault_workbook(original: Path, workbook: ReceivedWorkbook, faults: Sequence[Fault], notices: Sequence[Notice], path: Path) -> None:
    """Write the marked copy of ``original`` at ``path``; marks of an earlier round are replaced.

    An .xlsx keeps its formats and formulas and loses its macros; .xls, .csv and very large files are written anew from the
    values of ``workbook``. Raises ``FolderUnusable`` when the file cannot be written.
    """
    marks = _marks(faults)
    book = _loaded(original, workbook)
    if book is None:
        book, titles = Workbook(write_only=True), _titles(workbook)
        write_fault_list(book, workbook.name, faults, notices, titles, _VALUES_ONLY)
        _write_values(book, workbook, marks, titles)
    else:
        _clean(book)
        write_fault_list(book, workbook.name, faults, notices, {name: name for name in book.sheetnames}, "")
        _mark_cells(book, marks)
    _show_first(book)
    book.properties.creator = AUTHOR
    spreadsheets.save(book, path)


def _marks(faults: Sequence[Fault]) -> Marks:
    marks: Marks = {}
    for fault in faults:
        if fault.cell:
            said = marks.setdefault(fault.cell.sheet, {}).setdefault((fault.cell.row, fault.cell.column), [])
            said.append(f"{fault.cause}: {fault.advice}")
    return marks


def _loaded(original: Path, workbook: ReceivedWorkbook) -> Workbook | None:
    """The received workbook with its formats; None where it must be written anew."""
    cells = sum(len(sheet.rows) * max(map(len, sheet.rows), default=0) for sheet in workbook.sheets)
    if workbook.kind != "xlsx" or cells > MOST_FORMATTED_CELLS:
        return None
    try:
        with original.open("rb") as content:
            return load_workbook(content, keep_vba=False, rich_text=True)
    except _UNLOADABLE:
        return None


def _titles(workbook: ReceivedWorkbook) -> dict[str, str]:
    """Received sheet name to the name it has in the workbook written anew."""
    titles: dict[str, str] = {}
    for sheet in workbook.sheets:
        if sheet.name != FAULTS_SHEET:
            titles[sheet.name] = spreadsheets.sheet_name(sheet.name, [FAULTS_SHEET, *titles.values()])
    return titles


def _clean(book: Workbook) -> None:
    """Take away the list, colours and comments of an earlier round; comments of the office itself come back."""
    if FAULTS_SHEET in book.sheetnames:
        book.remove(book[FAULTS_SHEET])
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.has_style or cell.comment):
            if cell.fill.fill_type == "solid" and cell.fill.start_color.rgb == _FAULTY.start_color.rgb:
                cell.fill = _UNFILLED
            if cell.comment and _is_ours(cell.comment):
                _, _, own = cell.comment.text.partition(_OWN_COMMENT)
                cell.comment = Comment(own, OFFICE) if own else None


def _mark_cells(book: Workbook, marks: Marks) -> None:
    numbered = _numbered(marks, [sheet.title for sheet in book.worksheets])
    for title, position, said, is_commented in numbered:
        sheet = book[title]
        merged = ((area.min_row, area.min_col, area.max_row, area.max_col) for area in sheet.merged_cells.ranges)
        cell = sheet.cell(*_anchor(merged, position))
        cell.fill = _FAULTY
        if is_commented:
            earlier = cell.comment
            if earlier is not None and _is_ours(earlier):  # several faulty cells of one merged range
                cell.comment = _comment(said, "\n\n" + earlier.text.removeprefix(_FIRST_LINE))
            else:
                cell.comment = _comment(said, f"{_OWN_COMMENT}{earlier.text}" if earlier else "")


def _numbered(marks: Marks, titles: Iterable[str]) -> Iterator[tuple[str, Position, list[str], bool]]:
    """Every faulty cell in the order of the workbook, with whether it still gets a comment."""
    told = 0
    for title in titles:
        for position, said in sorted(marks.get(title, {}).items()):
            yield title, position, said, told < MOST_COMMENTS
            told += 1


def _anchor(merged: Iterable[MergedRange], position: Position) -> Position:
    """The first cell of the merged range around a cell, which alone is seen; else the cell itself."""
    row, column = position
    return next(((top, left) for top, left, bottom, right in merged if top <= row <= bottom and left <= column <= right), position)


def _is_ours(comment: Comment) -> bool:
    return comment.author == AUTHOR or comment.text.lstrip().startswith(_FIRST_LINE.strip())


def _comment(said: Sequence[str], earlier: str) -> Comment:
    text = _FIRST_LINE + spreadsheets.plain_text("\n\n".join(said) + earlier)
    height = _LINE_PIXELS * (1 + spreadsheets.line_count(text, _CHARACTERS_A_LINE))
    return Comment(text, AUTHOR, width=_COMMENT_WIDTH, height=min(height, _TALLEST))


def _write_values(book: Workbook, workbook: ReceivedWorkbook, marks: Marks, titles: dict[str, str]) -> None:
    marks = {sheet.name: _anchored(marks.get(sheet.name, {}), sheet) for sheet in workbook.sheets}
    commented = {(title, position) for title, position, _, is_commented in _numbered(marks, titles) if is_commented}
    for received in workbook.sheets:
        if received.name not in titles:
            continue
        sheet = book.create_sheet(titles[received.name])
        sheet.sheet_format.defaultColWidth = 18
        sheet.sheet_state = "visible" if received.is_visible else "hidden"
        for top, left, bottom, right in received.merged:
            sheet.merged_cells.add(f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}")
        for row in _marked_rows(sheet, received, marks.get(received.name, {}), {position for title, position in commented if title == received.name}):
            sheet.append(row)


def _anchored(marks: dict[Position, list[str]], sheet: Sheet) -> dict[Position, list[str]]:
    anchored: dict[Position, list[str]] = {}
    for position, said in sorted(marks.items()):
        anchored.setdefault(_anchor(sheet.merged, position), []).extend(said)
    return anchored


def _marked_rows(sheet: Any, received: Sheet, marks: dict[Position, list[str]], commented: set[Position]) -> Iterator[list[Any]]:
    of_row: dict[int, list[int]] = {}
    for row, column in marks:
        of_row.setdefault(row, []).append(column)
    for number in range(1, max([len(received.rows), *of_row]) + 1):
        values = received.rows[number - 1] if number <= len(received.rows) else ()
        cells: list[Any] = [value if value is None or type(value) in (int, float, bool) else _cell(sheet, value) for value in values]
        for column in of_row.get(number, []):
            cells += [None] * (column - len(cells))
            held = cells[column - 1]
            cell = held if isinstance(held, SheetCell) else _cell(sheet, held)
            cell.fill = _FAULTY
            if (number, column) in commented:
                cell.comment = _comment(marks[number, column], "")
            cells[column - 1] = cell
        yield cells


def _cell(sheet: Any, value: Any) -> SheetCell:
    cell = WriteOnlyCell(sheet)
    spreadsheets.put(cell, value)
    return cell


def _show_first(book: Workbook) -> None:
    """Open on the list of faults, with no other sheet selected: what is typed must not go into two sheets."""
    book.active = 0
    for number, sheet in enumerate(book.worksheets):
        for view in sheet.views.sheetView:
            view.tabSelected = number == 0
