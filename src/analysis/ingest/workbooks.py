"""A received workbook or CSV as sheets of cells; what is dangerous, locked, damaged or disguised is refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook

from analysis.errors import Fault, Notice

CellValue = str | int | float | bool | datetime | date | time | timedelta | None
MergedRange = tuple[int, int, int, int]  # first row, first column, last row, last column, all from 1


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``rows[0][0]`` is A1; empty cells are None; merged ranges hold their value in the first cell only."""

    name: str
    rows: Sequence[Sequence[CellValue]]
    merged: tuple[MergedRange, ...] = ()
    is_visible: bool = True


@dataclass(frozen=True)
class ReceivedWorkbook:
    """All sheets of a file; ``kind`` is xlsx, xls or csv. ``faults`` name cells that cannot be trusted, such as formulas without a value."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = field(default=())


def read_workbook(path: Path, name: str) -> ReceivedWorkbook:
    """Sheets of a received file; ``name`` is how messages call it. Raises ``DataFaults`` when the file as a whole cannot be used."""
    with CalamineWorkbook.from_path(path) as book:
        sheets = tuple(
            Sheet(
                title, [[None if value == "" else value for value in row] for row in book.get_sheet_by_name(title).to_python(skip_empty_area=False)]
            )
            for title in book.sheet_names
        )
    return ReceivedWorkbook(name, "xlsx", sheets)
