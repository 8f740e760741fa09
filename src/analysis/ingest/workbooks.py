"""A received workbook or CSV as sheets of cells; what is dangerous, locked, damaged or disguised is refused with the reason."""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, WorksheetNotFound, XmlError, ZipError

from analysis.errors import Cell, DataFaults, Fault, Notice
from analysis.ingest.cell_formats import telling_formats
from analysis.ingest.csv_sheet import read_text_table
from analysis.ingest.font_encodings import in_unicode
from analysis.ingest.kinds import kind_of
from analysis.ingest.safety import DAMAGED, DANGEROUS, IGNORED_PARTS, SAVE_AS_XLSX, locked, refuse_dangerous_zip, zip_notices
from analysis.ingest.sheet_biff import scan_xls
from analysis.ingest.sheet_xml import Position, SheetScan, UnreadableSheet, scan_sheet, sheet_members

UNCALCULATED = "Công thức chưa có kết quả"
MAX_CELLS = 10_000_000  # of one sheet between A1 and its last cell: three times a log of 200 000 rows by 17 columns

_WHOLE = "sổ tính .xlsx hoặc .xls nguyên vẹn"
_READER_ERRORS = (CalamineError, PasswordError, WorksheetNotFound, XmlError, ZipError, OSError, ValueError, OverflowError)

CellValue = str | int | float | bool | datetime | date | time | timedelta | None
MergedRange = tuple[int, int, int, int]  # first row, first column, last row, last column, all from 1


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``rows[0][0]`` is A1; empty cells are None; merged ranges hold their value in the first cell only.

    ``hidden_rows`` count from 1; ``formatted`` are the cells (row, column) of each number format that shows them otherwise than their
    values, see ``cell_formats``; an .xls does not tell them.
    """

    name: str
    rows: Sequence[Sequence[CellValue]]
    merged: tuple[MergedRange, ...] = ()
    is_visible: bool = True
    hidden_rows: Sequence[int] = ()
    formatted: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class ReceivedWorkbook:
    """All sheets of a file; ``kind`` is xlsx, xls or csv. ``faults`` name cells that cannot be trusted, such as formulas without a value."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = field(default=())


def read_workbook(path: Path, name: str) -> ReceivedWorkbook:
    """Sheets of a received file, told by its content and not by its ending; ``name`` is how messages call it.

    Text typed in TCVN3 or VNI fonts comes back in Unicode. Raises ``DataFaults`` when the file as a whole cannot be used.
    """
    kind, notices = kind_of(path, name)
    book = _READERS[kind](path, name)
    grids, faults, converted = in_unicode([(sheet.name, sheet.rows) for sheet in book.sheets], name)
    sheets = tuple(replace(sheet, rows=_trimmed(grid)) for sheet, grid in zip(book.sheets, grids, strict=True))
    return replace(book, sheets=sheets, faults=(*book.faults, *faults), notices=(*notices, *book.notices, *converted))


def _read_xlsx(path: Path, name: str) -> ReceivedWorkbook:
    refuse_dangerous_zip(path, name)
    with _refusing_damage(name):
        scans = _scans(path)
        _refuse_far_cells(scans, name)
        sheets, notices = _sheets(path, name)
    filled = tuple(_completed(sheet, scans[sheet.name]) for _, sheet in sheets)
    faults = tuple(fault for _, sheet in sheets for fault in _scan_faults(sheet.name, scans[sheet.name], name))
    return ReceivedWorkbook(name, "xlsx", filled, faults, (*zip_notices(path, name), *notices))


def _read_xls(path: Path, name: str) -> ReceivedWorkbook:
    with _refusing_damage(name):
        scans = scan_xls(path.read_bytes())
        _refuse_far_cells({f"số {number}": scan for number, scan in enumerate(scans, 1)}, name)
        sheets, notices = _sheets(path, name)
        if any(number >= len(scans) for number, _ in sheets):
            raise UnreadableSheet("danh sách trang tính hỏng")
    filled = tuple(_completed(sheet, scans[number]) for number, sheet in sheets)
    return ReceivedWorkbook(name, "xls", filled, notices=notices)


def _read_csv(path: Path, name: str) -> ReceivedWorkbook:
    title = Path(name).stem or name
    rows, notices = read_text_table(path.read_bytes(), name, title)
    return ReceivedWorkbook(name, "csv", (Sheet(title, rows),), notices=tuple(notices))


_READERS: dict[str, Callable[[Path, str], ReceivedWorkbook]] = {"xlsx": _read_xlsx, "xls": _read_xls, "csv": _read_csv}


def _scans(path: Path) -> dict[str, SheetScan]:
    with zipfile.ZipFile(path) as archive:
        formats = telling_formats(archive)
        members = sheet_members(archive).items()
        return {title: scan_sheet(archive, member, formats) for title, member in members if "worksheets/" in member.casefold()}


def _refuse_far_cells(scans: dict[str, SheetScan], name: str) -> None:
    """Cells far apart would make a sheet of billions of empty cells."""
    far = [
        Fault(DANGEROUS, f"{name}, trang tính “{title}”", f"ô có nội dung ở tận {cell.name}", f"không quá {MAX_CELLS} ô", "xóa nội dung ở ô xa", cell)
        for title, scan in scans.items()
        if scan.last_row * scan.last_column > MAX_CELLS
        for cell in [Cell(title, scan.last_row, scan.last_column)]
    ]
    if far:
        raise DataFaults(far)


def _sheets(path: Path, name: str) -> tuple[tuple[tuple[int, Sheet], ...], tuple[Notice, ...]]:
    """The sheets of cells with their numbers from 0 among all sheets, and what is said of the others."""
    with path.open("rb") as content, CalamineWorkbook.from_filelike(content) as book:  # by path it would believe the ending
        sheets = tuple((number, _sheet(book, number)) for number, about in enumerate(book.sheets_metadata) if about.typ == SheetTypeEnum.WorkSheet)
        others = [about.name for about in book.sheets_metadata if about.typ != SheetTypeEnum.WorkSheet]
    return sheets, tuple(
        Notice(IGNORED_PARTS, f"{name}, “{title}”", "trang biểu đồ hoặc macro, không có ô dữ liệu nên bị bỏ qua") for title in others
    )


def _sheet(book: CalamineWorkbook, number: int) -> Sheet:
    about, read = book.sheets_metadata[number], book.get_sheet_by_index(number)
    rows: list[list[Any]] = read.to_python(skip_empty_area=False)
    for row in rows:
        for column, value in enumerate(row):
            if value == "":
                row[column] = None
    merged = tuple((top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in read.merged_cell_ranges or [])
    return Sheet(about.name, rows, merged, about.visible == SheetVisibleEnum.Visible)


def _completed(sheet: Sheet, scan: SheetScan) -> Sheet:
    """A sheet with what the reader of its values leaves out."""
    return replace(sheet, rows=_with_errors(sheet.rows, scan.errors), hidden_rows=tuple(scan.hidden_rows), formatted=scan.formatted)


def _with_errors(rows: Sequence[Sequence[CellValue]], errors: Sequence[tuple[Position, str]]) -> Sequence[Sequence[CellValue]]:
    """Error values such as #REF!, which the reader leaves out, put back as text."""
    if not errors:
        return rows
    grid = [list(row) for row in rows]
    width = max(map(len, grid), default=0)
    for position, value in errors:
        if position and position[0] <= len(grid) and position[1] <= width:
            grid[position[0] - 1][position[1] - 1] = value
    return grid


def _scan_faults(title: str, scan: SheetScan, name: str) -> Iterator[Fault]:
    for position, formula in scan.unvalued:
        cell = Cell(title, *position) if position else None
        where = f"{name}, {cell}" if cell else f"{name}, trang tính “{title}”"
        action = "mở tệp bằng Excel hoặc LibreOffice để công thức được tính, lưu rồi gửi lại"
        yield Fault(UNCALCULATED, where, f"công thức “={formula}” chưa được tính", "giá trị hoặc công thức đã có kết quả", action, cell)


def _trimmed(rows: Sequence[Sequence[CellValue]]) -> Sequence[Sequence[CellValue]]:
    """Without the empty rows and columns at the end."""
    last = len(rows)
    while last and all(value is None for value in rows[last - 1]):
        last -= 1
    full = max(map(len, rows), default=0)
    width = 0
    for row in rows[:last]:
        width = next((column for column in range(len(row), width, -1) if row[column - 1] is not None), width)
        if width == full:
            break
    return rows if (last, width) == (len(rows), full) else [row[:width] for row in rows[:last]]


@contextmanager
def _refusing_damage(name: str) -> Iterator[None]:
    """Turn the errors of the reader into one fault; also its panics, which are no ``Exception``."""
    try:
        yield
    except DataFaults:
        raise
    except PasswordError as error:
        raise DataFaults([locked(name)]) from error
    except (*_READER_ERRORS, UnreadableSheet, ParseError, KeyError, zipfile.BadZipFile) as error:
        raise DataFaults([_damaged(name, error)]) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DataFaults([_damaged(name, error)]) from error


def _damaged(name: str, error: BaseException) -> Fault:
    return Fault(DAMAGED, name, f"nội dung không đọc được (“{error}”)", _WHOLE, SAVE_AS_XLSX)
