"""Rows of a form to units, periods and counts: each cell read or named as faulty, no part larger than its whole."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from analysis.contracts.validation import MISSING
from analysis.errors import Fault, Notice
from analysis.ingest.activity_log.cells import shown
from analysis.ingest.activity_log.findings import Problem, Refused
from analysis.ingest.activity_log.unit_cells import UnitOnDay
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.ingest.index_files.annex_sheet import Form
from analysis.ingest.uptake_files.cells import last_day, read_count, read_exact_day, read_month
from analysis.ingest.uptake_files.layout import (
    COUNTS,
    END,
    HEADING_OF,
    LEVELS_TOGETHER,
    MONTH,
    PARTS,
    START,
    TOLERANCE_DAYS,
    TOTAL_NAMES,
    UNIT,
    UNIT_CODE,
)
from analysis.ingest.uptake_files.sheet import Columns, known_heading
from analysis.ingest.uptake_files.units import RowUnits
from analysis.ingest.workbooks import CellValue
from analysis.text import number

MERGED_COUNT = "Ô số bị gộp"
PART_EXCEEDS = "Phần lớn hơn toàn bộ"
END_BEFORE_START = "Đến ngày trước từ ngày"
NUMBER_AS_TEXT = "Số ghi dạng chữ"
TOTAL_ROW = "Dòng cộng không được nạp"
HIDDEN_ROWS = "Dòng bị ẩn vẫn được đọc"
LEAST_NUMBERED = 4  # cells of a row that only numbers the columns

Read = TypeVar("Read")


@dataclass(frozen=True)
class Line:
    """A row that holds counts: its row in the sheet, its unit, the days counted, what was stated."""

    row: int
    unit: UnitOnDay
    start: date
    end: date
    counts: Mapping[str, int]


@dataclass
class Table:
    """A table while it is read: where it stands, what is wrong with it, what was understood."""

    form: Form
    columns: Columns
    layout: str
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def fault(self, row: int, key: str, problem: Problem) -> None:
        """A fault at one cell; of a unit without a column of its own at the other column of units."""
        known = self.columns.of
        column = known.get(key) or known.get(UNIT) or known[UNIT_CODE]
        cell = self.form.cell(row, column)
        where = f"{self.form.where(row, column)} (cột “{shown(self.form.at(self.form.heading_row, column))}”)"
        self.faults.append(Fault(problem.cause, where, problem.found, problem.accepted, problem.action, cell))

    def place(self, row: int) -> str:
        """File, sheet and row."""
        return f"{self.form.name}, trang tính “{self.form.sheet.name}”, dòng {row}"

    def cell_name(self, row: int, key: str) -> str:
        """Name of a cell within the sheet, for messages that speak of two."""
        return self.form.cell(row, self.columns.of.get(key) or self.columns.of.get(UNIT) or self.columns.of[UNIT_CODE]).name

    @property
    def count_keys(self) -> list[str]:
        """Columns of counts that the table has, in the order of the form."""
        return [column.key for column in COUNTS if column.key in self.columns.of]


def read_lines(table: Table, units: RowUnits, form_year: int | None, received_on: date) -> list[Line]:
    """Every row with at least one count that has no fault of its own; the others are in the table's faults."""
    merged = _merged_values(table)
    filled = [row for row in _filled_rows(table) if not _is_passed_over(table, row, merged)]
    _tell_hidden(table, filled)
    _tell_texts(table, filled)
    table.faults += _merged_counts(table)
    reader = _LineReader(table, units, form_year, received_on, merged)
    return [line for row in filled if (line := reader.read(row)) is not None]


def _filled_rows(table: Table) -> Iterator[int]:
    counted = [table.columns.of[key] for key in table.count_keys]
    for row in range(table.form.heading_row + 1, len(table.form.sheet.rows) + 1):
        if any(table.form.at(row, column) is not None for column in counted):
            yield row


def _merged_values(table: Table) -> dict[tuple[int, int], CellValue]:
    """What cells of merged ranges hold below their first one: a unit written once for its twelve months."""
    values: dict[tuple[int, int], CellValue] = {}
    for top, left, bottom, right in table.form.sheet.merged:
        if top > table.form.heading_row and left == right:
            values |= {(row, left): table.form.at(top, left) for row in range(top + 1, bottom + 1)}
    return values


def _merged_counts(table: Table) -> Iterator[Fault]:
    """A count merged over several cells: nobody can say whose it is."""
    counted = {table.columns.of[key] for key in table.count_keys}
    for top, left, bottom, right in table.form.sheet.merged:
        is_count = top > table.form.heading_row and (top, left) != (bottom, right) and counted & set(range(left, right + 1))
        if is_count and table.form.at(top, left) is not None:
            cell = table.form.cell(top, left)
            found = f"ô gộp {cell.name}:{table.form.cell(bottom, right).name}"
            accepted, action = "mỗi đơn vị, mỗi tháng một ô", "bỏ gộp ô rồi ghi số của từng dòng"
            yield Fault(MERGED_COUNT, f"{table.form.name}, {cell}", found, accepted, action, cell)


def _is_passed_over(table: Table, row: int, merged: Mapping[tuple[int, int], CellValue]) -> bool:
    """Totals, headings printed again, and rows that number the columns."""
    cells = {key: _cell(table, row, key, merged) for key in (UNIT_CODE, UNIT)}
    name = key_of_words(shown(cells[UNIT] if cells[UNIT] is not None else cells[UNIT_CODE]))
    if known_heading(shown(cells[UNIT]), table.layout) == UNIT or _is_numbering(table, row):
        return True
    is_total = name in TOTAL_NAMES or name.startswith(("tong cong", "tong so"))
    if is_total:
        table.notices.append(Notice(TOTAL_ROW, table.place(row), f"“{shown(cells[UNIT] or cells[UNIT_CODE])}”: bộ tự cộng các đơn vị"))
    return is_total


def _is_numbering(table: Table, row: int) -> bool:
    """``(1) (2) (3) …`` as printed below the headings."""
    if row > table.form.heading_row + 2:
        return False
    texts = [shown(table.form.at(row, column)).strip("()") for column in range(1, len(table.form.sheet.rows[row - 1]) + 1)]
    numbers = [int(text) for text in texts if text.isdigit()]
    filled = [text for text in texts if text]
    is_run = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return is_run and len(numbers) >= LEAST_NUMBERED and len(filled) - len(numbers) <= 2  # A, B above names and codes


def _cell(table: Table, row: int, key: str, merged: Mapping[tuple[int, int], CellValue]) -> CellValue:
    column = table.columns.of.get(key)
    if column is None:
        return None
    value = table.form.at(row, column)
    return merged.get((row, column)) if value is None else value


def _tell_hidden(table: Table, filled: Sequence[int]) -> None:
    out_of_sight = set(table.form.sheet.hidden_rows)
    hidden = [row for row in filled if row in out_of_sight]
    if hidden:
        said = f"{len(hidden)} dòng có số, đầu tiên là dòng {hidden[0]}"
        table.notices.append(Notice(HIDDEN_ROWS, f"{table.form.name}, trang tính “{table.form.sheet.name}”", said))


def _tell_texts(table: Table, filled: Sequence[int]) -> None:
    """Counts typed as text are read as such; one notice, since a column formatted as text holds hundreds."""
    if table.form.name.casefold().endswith(".csv"):
        return
    columns = [table.columns.of[key] for key in table.count_keys]
    texts = [(row, column) for row in filled for column in columns if isinstance(table.form.at(row, column), str)]
    readable = [(place, value) for place in texts if (value := _count_or_none(table.form.at(*place))) is not None]
    if readable:
        (row, column), value = readable[0]
        said = f"{len(readable)} ô, ví dụ ô {table.form.cell(row, column).name} “{shown(table.form.at(row, column))}” đọc là {number(value)}"
        table.notices.append(Notice(NUMBER_AS_TEXT, f"{table.form.name}, trang tính “{table.form.sheet.name}”", said))


def _count_or_none(cell: CellValue) -> int | None:
    try:
        return read_count(cell)
    except Refused:
        return None


@dataclass
class _LineReader:
    """Reads one row after another, noting faults in the table."""

    table: Table
    units: RowUnits
    form_year: int | None
    received_on: date
    merged: Mapping[tuple[int, int], CellValue]

    def read(self, row: int) -> Line | None:
        """The line of a row, or None where it has a fault."""
        before = len(self.table.faults)
        counts = {key: value for key in self.table.count_keys if (value := self._read(row, key, read_count)) is not None}
        span = self._month(row) if MONTH in self.table.columns.of else self._days(row)
        _hold_parts(self.table, row, counts)
        if span is None:
            return None
        unit = self._unit(row, *span)
        return Line(row, unit, *span, counts) if unit and len(self.table.faults) == before else None

    def _read(self, row: int, key: str, reader: Callable[[Any], Read]) -> Read | None:
        is_period = key in (MONTH, START, END)
        try:
            return reader(_cell(self.table, row, key, self.merged) if is_period else self.table.form.at(row, self.table.columns.of[key]))
        except Refused as refusal:
            self.table.fault(row, key, refusal.problem)
            return None

    def _dated(self, row: int, key: str, reader: Callable[[Any], date]) -> date | None:
        if _cell(self.table, row, key, self.merged) is None:
            self.table.fault(row, key, Problem(MISSING, "ô trống", f"một giá trị ở cột “{HEADING_OF[key]}”", "điền ô này"))
            return None
        return self._read(row, key, reader)

    def _month(self, row: int) -> tuple[date, date] | None:
        first = self._dated(row, MONTH, lambda cell: read_month(cell, self.form_year, self.received_on))
        return (first, last_day(first)) if first else None

    def _days(self, row: int) -> tuple[date, date] | None:
        days = [self._dated(row, key, lambda cell: read_exact_day(cell, self.received_on)) for key in (START, END)]
        start, end = days
        if start is None or end is None:
            return None
        if end < start:
            found = f"từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}"
            self.table.fault(row, END, Problem(END_BEFORE_START, found, "ngày cuối không trước ngày đầu", "sửa một trong hai ngày"))
            return None
        return start, end

    def _unit(self, row: int, start: date, end: date) -> UnitOnDay | None:
        """The unit, in force on the first day and when the last month that may be counted began."""
        last = max(start, (end - timedelta(days=TOLERANCE_DAYS)).replace(day=1))
        try:
            code, name = (_cell(self.table, row, key, self.merged) for key in (UNIT_CODE, UNIT))
            return self.units.read(code, name, start, last)
        except Refused as refusal:
            self.table.fault(row, refusal.key or UNIT, refusal.problem)
            return None


def _hold_parts(table: Table, row: int, counts: Mapping[str, int]) -> None:
    for part, problem in excesses(counts):
        table.fault(row, part, problem)


def excesses(counts: Mapping[str, int]) -> Iterator[tuple[str, Problem]]:
    """Parts that are larger than their whole, with the fault in the words of the form."""
    action = "đối chiếu hai cột với sổ gốc"
    for part, whole in PARTS:
        if part in counts and whole in counts and counts[part] > counts[whole]:
            found = f"“{HEADING_OF[part]}” {number(counts[part])}, “{HEADING_OF[whole]}” {number(counts[whole])}"
            yield part, Problem(PART_EXCEEDS, found, f"“{HEADING_OF[part]}” không lớn hơn “{HEADING_OF[whole]}”", action)
    if all(key in counts for key in (*LEVELS_TOGETHER, "online_count")):
        together = sum(counts[key] for key in LEVELS_TOGETHER)
        if together > counts["online_count"] and all(counts[key] <= counts["online_count"] for key in LEVELS_TOGETHER):
            names = " và ".join(f"“{HEADING_OF[key]}”" for key in LEVELS_TOGETHER)
            found = f"{names} cộng lại {number(together)}, “{HEADING_OF['online_count']}” {number(counts['online_count'])}"
            accepted = f"hai loại cộng lại không lớn hơn “{HEADING_OF['online_count']}”"
            yield LEVELS_TOGETHER[0], Problem(PART_EXCEEDS, found, accepted, action)
