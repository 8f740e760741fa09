"""The one writer of .xlsx: text stays text, the same content gives the same bytes, a file is complete or absent."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from analysis.errors import writing_to

DAY_FORMAT = "dd/mm/yyyy"
COUNT_FORMAT = "#,##0"
PERCENT_FORMAT = "0.0%"
_EPOCH = datetime(2000, 1, 1)  # of the document and of every member of its zip: no clock inside a file
_FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_LONGEST_TEXT = 32_767  # what one cell of Excel holds
_LINE = Side(style="thin", color="BFBFBF")
BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
HEADING_FILL = PatternFill("solid", start_color="1F3864")
HEADING_FONT = Font(bold=True, color="FFFFFF")


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


def put(cell: Cell, value: Any) -> None:
    """Set a cell. Text is never a formula, whatever it begins with, and loses control characters; NA is an empty cell."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value.encode("utf-8", "replace").decode())[:_LONGEST_TEXT]
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))  # stays text when edited by hand
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


def save(book: Workbook, path: Path) -> None:
    """Write the workbook, the same bytes for the same content, in place of an earlier file or not at all. Raises ``FolderUnusable``."""
    content = as_bytes(book)
    with writing_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def as_bytes(book: Workbook) -> bytes:
    """The file's content without the time of its making."""
    book.properties.created = _EPOCH
    written, stamped = BytesIO(), BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stamped, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMPS.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content)
            member = zipfile.ZipInfo(name, _FIRST_ZIP_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, content)
    return stamped.getvalue()
