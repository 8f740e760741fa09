"""What is found while cells are read: faults at their cells, rows that hold one, and what was understood otherwise than written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import numpy as np

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log.cells import Codes, Distinct, Mask, is_error, quoted
from analysis.ingest.activity_log.layout import COLUMN_OF

EXCEL_ERROR = "Ô chứa lỗi công thức của Excel"
UNDERSTOOD_SHOWN = 20  # of one column; the rest is counted


Known = TypeVar("Known")


class _Unusable:
    """A cell, or something read from several, that has a fault; what follows from it is not told again."""


UNUSABLE = _Unusable()


@dataclass(frozen=True)
class Problem:
    """A fault without its place."""

    cause: str
    found: str
    accepted: str
    action: str


class Refused(Exception):
    """Raised by a reader of cells; ``key`` names the column at fault where it is not the one being read."""

    def __init__(self, problem: Problem, key: str | None = None):
        self.problem, self.key = problem, key
        super().__init__(problem.cause)


def refusing(pairs: Sequence[tuple[Known, date]], faults: Iterable[Fault], column: str) -> Callable[[tuple[Known, date]], Known]:
    """Reader of what a cell named with its day, refusing what a check of all tables found wrong; ``faults`` name pairs by position."""
    refused = {pairs[int(fault.where)]: Problem(fault.cause, fault.found, fault.accepted, fault.action) for fault in faults}

    def read(pair: tuple[Known, date]) -> Known:
        if problem := refused.get(pair):
            raise Refused(problem, column)
        return pair[0]

    return read


@dataclass(frozen=True)
class Understood:
    """A value that differs from what was written, or that a person should look at; ``said`` tells the sender how.

    ``cause`` is empty for a value understood otherwise than written.
    """

    value: Any
    said: str
    cause: str = ""


@dataclass(frozen=True)
class SheetPart:
    """A sheet of the log: its name, its number in the workbook, its heading row, where known columns stand (from 1), headings nobody reads."""

    name: str
    number: int
    heading_row: int
    columns: dict[str, int]
    unused: tuple[str, ...] = ()


@dataclass
class LogTable:
    """The activities of all sheets as received. ``sheet_of`` and ``row_of`` place each row; ``columns`` holds every known column."""

    name: str
    sheets: Sequence[SheetPart]
    sheet_of: Codes
    row_of: Codes
    columns: dict[str, Distinct]

    def cell(self, row: int, key: str) -> Cell:
        """Cell of a row; where the sheet lacks the column, the title's, which every log has."""
        sheet = self.sheets[self.sheet_of[row]]
        return Cell(sheet.name, int(self.row_of[row]), sheet.columns.get(key, sheet.columns["title"]))

    def place(self, row: int) -> str:
        """File, sheet and row."""
        return f"{self.name}, trang tính “{self.sheets[self.sheet_of[row]].name}”, dòng {self.row_of[row]}"


@dataclass
class Findings:
    """Collects faults and notices of a table; ``faulty`` marks rows with a fault. ``told`` are cells whose fault was told before."""

    table: LogTable
    told: frozenset[Cell] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    faulty: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.faulty = np.zeros(len(self.table.row_of), dtype=bool)

    def read(self, key: str, column: Distinct, reader: Callable[[Any], Any]) -> Distinct:
        """Apply ``reader`` to each distinct value once. A value it refuses becomes UNUSABLE and a fault at each of its rows."""
        results: list[Any] = []
        refusals: dict[int, Refused] = {}
        understood: dict[int, Understood] = {}
        for position, value in enumerate(column.levels):
            try:
                result = UNUSABLE if _holds_unusable(value) else reader(_checked(value))
            except Refused as refusal:
                refusals[position], result = refusal, UNUSABLE
            if isinstance(result, Understood):
                understood[position], result = result, result.value
            results.append(result)
        self._refuse(key, column, refusals)
        self._tell(key, column, understood)
        return Distinct(tuple(results), column.codes)

    def fault(self, row: int, key: str, problem: Problem) -> None:
        """A fault at one cell."""
        self.faulty[row] = True
        cell = self.table.cell(row, key)
        if cell not in self.told:
            self.faults.append(_fault(f"{self.table.name}, {cell} (cột “{COLUMN_OF[key].heading}”)", problem, cell))

    def column_fault(self, sheet: int, key: str, problem: Problem, rows: Codes) -> None:
        """A fault of a whole column, at its heading; ``rows`` cannot be used for it."""
        part = self.table.sheets[sheet]
        cell = Cell(part.name, part.heading_row, part.columns[key])
        self.faults.append(_fault(f"{self.table.name}, {cell} (cột “{COLUMN_OF[key].heading}”)", problem, cell))
        self.faulty[rows] = True

    def notice(self, cause: str, row: int, said: str) -> None:
        """Something understood in one row."""
        self.notices.append(Notice(cause, self.table.place(row), said))

    def _refuse(self, key: str, column: Distinct, refusals: dict[int, Refused]) -> None:
        if refusals:
            for row in np.flatnonzero(np.isin(column.codes, list(refusals))):
                refusal = refusals[int(column.codes[row])]
                self.fault(int(row), refusal.key or key, refusal.problem)

    def _tell(self, key: str, column: Distinct, understood: dict[int, Understood]) -> None:
        """The first values of each cause with their first rows; the others are counted."""
        if not understood:
            return
        codes, first_rows, counts = np.unique(column.codes, return_index=True, return_counts=True)
        present: dict[str, list[tuple[int, str]]] = {}
        for code, row, count in zip(codes.tolist(), first_rows.tolist(), counts.tolist(), strict=True):
            if one := understood.get(code):
                cause = one.cause or f"Cột “{COLUMN_OF[key].heading}”: hiểu khác với cách viết"
                present.setdefault(cause, []).append((row, one.said + (f" ({count} dòng)" if count > 1 else "")))
        for cause, told in present.items():
            for row, said in told[:UNDERSTOOD_SHOWN]:
                self.notice(cause, row, said)
            if len(told) > UNDERSTOOD_SHOWN:
                self.notices.append(Notice(cause, self.table.name, f"và {len(told) - UNDERSTOOD_SHOWN} cách viết khác, hiểu theo cùng quy tắc"))


def _fault(where: str, problem: Problem, cell: Cell) -> Fault:
    return Fault(problem.cause, where, problem.found, problem.accepted, problem.action, cell)


def _holds_unusable(value: Any) -> bool:
    return value is UNUSABLE or (isinstance(value, tuple) and UNUSABLE in value)


def _checked(value: Any) -> Any:
    if is_error(value):
        raise Refused(Problem(EXCEL_ERROR, quoted(value), "giá trị đã tính được", "sửa công thức hoặc gõ lại giá trị vào ô"))
    return value
