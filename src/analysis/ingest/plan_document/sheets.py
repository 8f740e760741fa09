"""Rows of a workbook as table rows; a row with one cell before any table is a paragraph of the head."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from analysis.errors import DataFaults
from analysis.ingest.plan_document.blocks import Block, Paragraph, Row, Told
from analysis.ingest.workbooks import CellValue, Sheet, read_workbook
from analysis.text import day


def sheet_blocks(path: Path, name: str) -> Iterator[Block | Told]:
    """Blocks of the visible sheets. Raises ``DataFaults`` for what the reader of workbooks refuses."""
    book = read_workbook(path, name)
    if book.faults:
        raise DataFaults(book.faults)
    yield from (Told(f"{notice.cause}: {notice.said}", notice.where) for notice in book.notices)
    for number, sheet in enumerate((sheet for sheet in book.sheets if sheet.is_visible), 1):
        yield from _rows(sheet, number)


def _rows(sheet: Sheet, number: int) -> Iterator[Block]:
    for line, values in enumerate(sheet.rows, 1):
        cells = tuple(_as_written(value) for value in values)
        filled = [cell for cell in cells if cell]
        where = f"trang tính “{sheet.name}”, hàng {line}"
        if len(filled) == 1 and cells[0] == filled[0] and not filled[0].isdigit():
            yield Paragraph(filled[0], where)  # a heading line or a section, often merged over the table
        elif filled:
            yield Row(cells, where, number, _shared(sheet, line))


def _shared(sheet: Sheet, line: int) -> dict[int, str]:
    """Values merged downwards into this row, by column from 0."""
    spans = (span for span in sheet.merged if span[0] < line <= span[2])
    return {first - 1: text for top, first, _, _ in spans if (text := _as_written(sheet.rows[top - 1][first - 1]))}


def _as_written(value: CellValue) -> str:
    """A cell as a person reads it: whole numbers without a decimal, days as in Vietnamese papers."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return day(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
