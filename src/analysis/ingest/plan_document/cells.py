"""Cells of a review that was handed back: what stands in them and where."""

from dataclasses import dataclass
from datetime import datetime

from analysis.errors import Cell, Fault
from analysis.ingest.workbooks import CellValue, Sheet
from analysis.text import normalise


@dataclass(frozen=True)
class Place:
    """A cell that was read: its value as text, and where it stands."""

    value: str
    cell: Cell


def place(sheet: Sheet, line: int, column: int) -> Place:
    """The cell in a line and column, both from 1."""
    return Place(text_of(_value(sheet, line, column)), Cell(sheet.name, line, column))


def lines_in(sheet: Sheet, line: int, column: int) -> list[str]:
    """The lines of a cell that holds several, each as ``text_of`` gives it."""
    return [text for one in str(_value(sheet, line, column) or "").split("\n") if (text := text_of(one))]


def _value(sheet: Sheet, line: int, column: int) -> CellValue:
    row = sheet.rows[line - 1]
    return row[column - 1] if column <= len(row) else None


def text_of(value: CellValue) -> str:
    """A cell as one line of normalised text; days as ISO, whole numbers without a decimal."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(normalise(str(value)).split())


def fault_at(cause: str, cell: Cell, found: str, accepted: str, action: str) -> Fault:
    """A fault that names its cell."""
    return Fault(cause, str(cell), found, accepted, action, cell)
