"""The one writer of .xlsx: text stays text, the same content gives the same bytes, a file is complete or absent."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from textwrap import wrap
from typing import Any
from uuid import uuid4

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from analysis.errors import FolderUnusable, writing_to

DAY_FORMAT = "dd/mm/yyyy"
COUNT_FORMAT = "#,##0"
PERCENT_FORMAT = "0.0%"
_EPOCH = datetime(2000, 1, 1)  # of the document and of every member of its zip: no clock inside a file
_FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_SERIAL_EPOCH = date(1899, 12, 30)  # day 0 of Excel
_LONGEST_TEXT = 32_767  # what one cell of Excel holds
_LONGEST_SHEET_NAME = 31
_LONGEST_BOX = 225  # characters of the message of a data validation
_LINE_POINTS, _HIGHEST_ROW_POINTS = 15.0, 409.0  # Excel has no higher row
_SIDE_MARGIN_INCHES, _END_MARGIN_INCHES = 0.4, 0.5
_WIDE_LETTERS = 1.1  # letters are a little wider than the digits that a column's width counts
_FORMULA_STARTS = ("=", "+", "-", "@")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\t\r\n]")
_LINE = Side(style="thin", color="BFBFBF")
BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
HEADING_FILL = PatternFill("solid", start_color="1F3864")
FONT_NAME = "Calibri"  # a font left without a name is drawn with serifs by some programs
HEADING_FONT = Font(name=FONT_NAME, bold=True, color="FFFFFF")


@dataclass(frozen=True)
class SheetColumn:
    """A column of a written table: heading, width in characters, number format where it is not text."""

    heading: str
    width: float = 18
    number_format: str = "General"


def new_workbook(title: str) -> Workbook:
    """An empty workbook without sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator, book.properties.title = "lantoa", title
    return book


def plain_text(text: str) -> str:
    """What a cell or comment can hold: without characters XML forbids, cut with an ellipsis beyond the length Excel allows."""
    legal = _NOT_IN_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", text.encode("utf-8", "replace").decode()))
    return legal if len(legal) <= _LONGEST_TEXT else legal[: _LONGEST_TEXT - 1] + "…"


def sheet_name(text: str, taken: Iterable[str] = ()) -> str:
    """A name Excel accepts for a sheet made of ``text``: no ``[]:*?/\\``, at most 31 characters, different from those ``taken`` in any case."""
    bare = " ".join(_NOT_IN_SHEET_NAME.sub(" ", plain_text(text)).split()).strip("' ") or "Trang"
    used = {name.casefold() for name in taken} | {"history"}  # a name Excel keeps for itself
    name, number = bare[:_LONGEST_SHEET_NAME].rstrip("' "), 1
    while name.casefold() in used:
        number += 1
        ending = f" ({number})"
        name = bare[: _LONGEST_SHEET_NAME - len(ending)].rstrip("' ") + ending
    return name


def offer(sheet: Worksheet, cells: str, choices: str, said: str, *, is_strict: bool = True) -> None:
    """A drop-down list on ``cells`` from the range ``choices`` of the same workbook; where it is not strict, other text may be confirmed."""
    _validate(sheet, cells, said, is_strict, type="list", formula1=choices)


def expect_day(sheet: Worksheet, cells: str, first: date, last: date, said: str) -> None:
    """Ask for a day between two days; other text may be confirmed."""
    serials = [str((day - _SERIAL_EPOCH).days) for day in (first, last)]
    _validate(sheet, cells, said, False, type="date", operator="between", formula1=serials[0], formula2=serials[1])


def expect_count(sheet: Worksheet, cells: str, said: str) -> None:
    """Ask for a whole number from 0; other text may be confirmed."""
    _validate(sheet, cells, said, False, type="whole", operator="greaterThanOrEqual", formula1="0")


def expect_number(sheet: Worksheet, cells: str, low: float, high: float, said: str) -> None:
    """Ask for a number from ``low`` to ``high``; other text may be confirmed."""
    _validate(sheet, cells, said, False, type="decimal", operator="between", formula1=f"{low:g}", formula2=f"{high:g}")


def keep(sheet: Worksheet, cells: str, said: str) -> None:
    """Let nobody type over cells that came filled in; pasting over them is not hindered."""
    _validate(sheet, cells, said, True, type="custom", formula1="FALSE")


def _validate(sheet: Worksheet, cells: str, said: str, is_strict: bool, **rule: Any) -> None:
    check = DataValidation(allow_blank=True, showErrorMessage=True, errorStyle="stop" if is_strict else "warning", **rule)
    check.errorTitle, check.error = "Kiểm tra lại ô này", said[:_LONGEST_BOX]
    check.add(cells)
    sheet.add_data_validation(check)


def put(cell: Cell, value: Any) -> None:
    """Set a cell. Text is never a formula, whatever it begins with, and loses control characters; NA is an empty cell."""
    if isinstance(value, str):
        cell.value = plain_text(value)
        cell.data_type = "s"
        cell.quotePrefix = value.lstrip().startswith(_FORMULA_STARTS)  # stays text when edited by hand
    elif value is None or pd.isna(value):
        cell.value = None
    else:
        cell.value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else getattr(value, "item", lambda: value)()
        if isinstance(value, date):
            cell.number_format = DAY_FORMAT


def write_table(sheet: Worksheet, columns: Sequence[SheetColumn], rows: Sequence[Sequence[Any]], *, first_row: int = 1) -> None:
    """Headings at ``first_row`` (frozen, boxed, wrapped) and the rows below, every column with its width and format."""
    for number, column in enumerate(columns, 1):
        cell = sheet.cell(first_row, number)
        put(cell, column.heading)
        cell.font, cell.fill, cell.border = HEADING_FONT, HEADING_FILL, BOX
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[cell.column_letter].width = column.width
    for line, row in enumerate(rows, first_row + 1):
        for number, (column, value) in enumerate(zip(columns, row, strict=True), 1):
            cell = sheet.cell(line, number)
            put(cell, value)
            cell.border, cell.alignment = BOX, Alignment(wrap_text=True, vertical="top")
            if column.number_format != "General":
                cell.number_format = column.number_format
    sheet.freeze_panes = sheet.cell(first_row + 1, 1)


def line_count(text: str, width: float) -> int:
    """About how many lines a wrapped text takes in a column of ``width`` characters."""
    return sum(len(wrap(line, max(1, int(width / _WIDE_LETTERS)))) or 1 for line in text.split("\n"))


def fit_row(sheet: Worksheet, row: int) -> None:
    """Make a row high enough for its wrapped texts in visible columns; not every program does so when it opens a file."""
    visible = [cell for cell in sheet[row] if not sheet.column_dimensions[cell.column_letter].hidden]
    filled = [cell for cell in visible if isinstance(cell.value, str) and cell.alignment.wrap_text]
    lines = max((line_count(cell.value, sheet.column_dimensions[cell.column_letter].width) for cell in filled), default=1)
    sheet.row_dimensions[row].height = height_of(lines)


def height_of(lines: int) -> float:
    """Height in points of a row with as many lines of text."""
    return min(_LINE_POINTS * lines, _HIGHEST_ROW_POINTS)


def print_across(sheet: Worksheet, *, heading: int | None = None, paper: str = Worksheet.PAPERSIZE_A4) -> None:
    """Landscape, all columns on one page, as many pages down as needed, the row ``heading`` again on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", paper
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=_SIDE_MARGIN_INCHES, right=_SIDE_MARGIN_INCHES, top=_END_MARGIN_INCHES, bottom=_END_MARGIN_INCHES)
    if heading is not None:
        sheet.print_title_rows = f"{heading}:{heading}"


def save(book: Workbook, path: Path) -> None:
    """Write the workbook, the same bytes for the same content, in place of an earlier file or not at all. Raises ``FolderUnusable``."""
    content = as_bytes(book)
    with writing_to(path.parent):
        temporary = path.with_name(f".{uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            temporary.replace(path)
        except FileNotFoundError:  # a drive that is not there, a folder of the system
            raise FolderUnusable(f"Không ghi được vào thư mục {path.parent}: không tạo được tệp ở đó. Hãy chọn thư mục khác.") from None
        finally:
            temporary.unlink(missing_ok=True)


def as_bytes(book: Workbook) -> bytes:
    """The file's content without the time of its making."""
    book.properties.created = _EPOCH
    written, stamped = BytesIO(), BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stamped, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, _FIRST_ZIP_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            if name == "docProps/core.xml":
                target.writestr(member, _STAMPS.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", source.read(name)))
            else:
                with source.open(name) as content, target.open(member, "w") as copy:  # a large sheet never stands whole in memory
                    copyfileobj(content, copy)
    return stamped.getvalue()
