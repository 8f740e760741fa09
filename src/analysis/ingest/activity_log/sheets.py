"""The sheets of a received workbook to one table of activities; whatever is not read is named."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log.cells import Codes, Distinct, Mask, clean, distinct, join, shown
from analysis.ingest.activity_log.displayed import first_days, hidden_rows, scaled_numbers, with_shown_months
from analysis.ingest.activity_log.findings import LogTable, SheetPart
from analysis.ingest.activity_log.headings import Headings, find_headings
from analysis.ingest.activity_log.kinds import row_kinds
from analysis.ingest.activity_log.layout import COLUMN_OF, EXAMPLE_MARK, LOG_COLUMNS, REQUIRED
from analysis.ingest.activity_log.personal import without_personal
from analysis.ingest.received import EMPTY, HEADINGS
from analysis.ingest.workbooks import CellValue, ReceivedWorkbook, Sheet

NOT_A_LOG = "Trang tính không phải bảng nhật ký, không đọc"
HIDDEN_LOG = "Trang tính ẩn có hoạt động"
OTHER_TABLE = "Bảng khác trong cùng trang tính"
MERGED_FILLED = "Ô gộp hiểu là cùng một giá trị cho mọi dòng"
MERGED_NUMBER = "Ô gộp chứa số của nhiều dòng"
MERGED_ACROSS = "Ô gộp ngang nhiều cột"
NUMBER_KINDS = ("count", "money")
LONGEST_SHOWN = 120
ROWS_NAMED = 5

TOLD_EACH = {
    "total": "Dòng cộng, không đọc như hoạt động",
    "note": "Ghi chú hoặc chữ ký dưới bảng, không đọc như hoạt động",
    "section": "Dòng tên nhóm trong bảng, không đọc như hoạt động",
    "example": "Dòng ví dụ của mẫu, không đọc như hoạt động",
}
TOLD_TOGETHER = {
    "blank": "Dòng trống giữa bảng",
    "only_number": "Dòng chỉ có số thứ tự, coi như trống",
    "column_numbers": "Dòng đánh số cột",
    "headings_again": "Dòng tên cột lặp lại",
}


@dataclass
class Gathered:
    """The activities of a workbook, what was found on the way, and ``spoiled``: rows of the table a fault already touches.

    ``sheet_faults`` concern rows that are not in the table, or columns that all its rows need.
    """

    sheet_names: tuple[str, ...]
    table: LogTable
    spoiled: Mask
    faults: list[Fault] = field(default_factory=list)
    sheet_faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def all_faults(self) -> list[Fault]:
        """The faults of sheets, then those of rows."""
        return [*self.sheet_faults, *self.faults]


@dataclass
class _Body:
    """The rows below the headings of one sheet: ``rows`` are the numbers of its activities, ``columns`` their known cells."""

    part: SheetPart
    rows: Codes
    columns: dict[str, Distinct]
    kinds: dict[int, str]  # of every row below the headings
    faults: list[Fault] = field(default_factory=list)
    sheet_faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)

    def activities_in(self, top: int, bottom: int) -> list[int]:
        """Rows of activities from ``top`` to ``bottom``."""
        return [row for row in range(top, bottom + 1) if self.kinds.get(row) == "activity"]


def gather(workbook: ReceivedWorkbook) -> Gathered:
    """One table of the activities of all sheets that are logs."""
    faults: list[Fault] = [fault for fault in workbook.faults if fault.cell is None]
    notices = list(workbook.notices)
    bodies: list[_Body] = []
    for number, sheet in enumerate(workbook.sheets, 1):
        if not any(clean(cell) is not None for row in sheet.rows for cell in row):
            continue
        headings = find_headings(sheet, workbook.name)
        if headings is None:
            notices.append(Notice(NOT_A_LOG, f"{workbook.name}, trang tính “{sheet.name}”", "không có dòng tên cột của nhật ký"))
            continue
        if not sheet.is_visible:
            _hold_hidden(workbook.name, sheet, headings, faults, notices)
            continue
        faults += headings.faults
        notices += headings.notices
        if all(column.key in headings.columns for column in REQUIRED):
            bodies.append(_body(workbook, sheet, number, headings))
    for body in bodies:
        faults += body.sheet_faults
        notices += body.notices
    of_rows = [fault for body in bodies for fault in body.faults]
    if not any(len(body.rows) for body in bodies) and not faults and not of_rows:
        faults.append(_nothing(workbook.name, found_table=bool(bodies)))
    names = tuple(sheet.name for sheet in workbook.sheets)
    return Gathered(names, _table(workbook.name, bodies), _spoiled(bodies), of_rows, faults, notices)


def _nothing(name: str, *, found_table: bool) -> Fault:
    if found_table:
        action = f"ghi mỗi hoạt động một dòng dưới dòng tên cột rồi gửi lại; dòng ví dụ “{EXAMPLE_MARK}” của mẫu không được nạp"
        return Fault(EMPTY, name, "không có dòng hoạt động nào", "ít nhất một hoạt động dưới dòng tên cột", action)
    required = ", ".join(f"“{column.heading}”" for column in REQUIRED)
    accepted = f"một trang tính có dòng tên cột, ít nhất gồm {required}, trong 30 dòng đầu"
    return Fault(HEADINGS, name, "không trang tính nào có dòng tên cột của nhật ký", accepted, "dùng mẫu nhật ký hoặc thêm dòng tên cột")


def _hold_hidden(name: str, sheet: Sheet, headings: Headings, faults: list[Fault], notices: list[Notice]) -> None:
    where = f"{name}, trang tính “{sheet.name}”"
    if any(clean(cell) is not None for row in sheet.rows[headings.last_row :] for cell in row):
        cell = Cell(sheet.name, headings.last_row, 1)
        accepted = "mọi trang tính nhật ký đều hiện"
        faults.append(Fault(HIDDEN_LOG, where, "trang tính ẩn có bảng nhật ký", accepted, "cho hiện trang tính nếu cần nạp, hoặc xóa nó đi", cell))
    else:
        notices.append(Notice(NOT_A_LOG, where, "trang tính ẩn, chỉ có dòng tên cột"))


def _body(workbook: ReceivedWorkbook, sheet: Sheet, number: int, headings: Headings) -> _Body:
    first = headings.last_row + 1
    places = {key: column - 1 for key, column in headings.columns.items()}
    received = _columns(sheet.rows[headings.last_row :], width=max(headings.columns.values()))
    received, months = with_shown_months(received, places, sheet, first, workbook.name)
    blank = np.column_stack([column.filled for column in received]).sum(axis=1) == 0
    down = list(_merged_down(sheet, places, first))
    columns = _filled_down(received, places, [(key, top - first, bottom - first) for key, top, bottom in down])
    kinds = row_kinds(columns, places, blank)
    activities = np.flatnonzero(kinds == "activity")
    body = _Body(
        SheetPart(sheet.name, number, headings.last_row, headings.columns, headings.unused),
        activities + first,
        {key: columns[place].take(activities) for key, place in places.items()},
        {row: str(kind) for row, kind in enumerate(kinds, first)},
        notices=months,
    )
    _tell_kinds(workbook.name, body, columns)
    _tell_other_table(workbook.name, body, columns)
    _tell_merged_down(workbook.name, body, down)
    _refuse_merged_across(workbook.name, body, sheet)
    _tell_displayed(workbook.name, body, sheet, places)
    _pass_on(workbook, body)
    return body


def _columns(rows: Sequence[Sequence[CellValue]], width: int) -> list[Distinct]:
    """All columns below the headings, at least ``width``."""
    columns = [distinct(cells) for cells in zip_longest(*rows)]
    empty = Distinct((None,), np.zeros(len(rows), dtype=np.int32))
    return columns + [empty] * (width - len(columns))


def _filled_down(columns: list[Distinct], places: dict[str, int], down: list[tuple[str, int, int]]) -> list[Distinct]:
    """Columns in which each merged cell of words holds for all its rows."""
    filled = list(columns)
    for key in {key for key, _, _ in down if COLUMN_OF[key].may_be_merged}:
        filled[places[key]] = columns[places[key]].filled_down([(top, bottom) for merged, top, bottom in down if merged == key])
    return filled


def _merged_down(sheet: Sheet, places: dict[str, int], first: int) -> Iterator[tuple[str, int, int]]:
    """(key, first row, last row) of each merged cell of several rows in a known column, from row ``first`` on."""
    key_at = {place + 1: key for key, place in places.items()}
    for top, left, bottom, _ in sheet.merged:
        if first <= top <= len(sheet.rows) and bottom > top and left in key_at:
            yield key_at[left], top, min(bottom, len(sheet.rows))


def _tell_merged_down(name: str, body: _Body, down: list[tuple[str, int, int]]) -> None:
    """Merged words are told; a merged number cannot be divided among its rows."""
    filled: Counter[str] = Counter()
    for key, top, bottom in down:
        rows = body.activities_in(top, bottom)
        if len(rows) > 1 and COLUMN_OF[key].may_be_merged:
            filled[key] += 1
        elif len(rows) > 1 and COLUMN_OF[key].kind in NUMBER_KINDS:
            found = f"một ô gộp cho {len(rows)} dòng ({top}–{bottom})"
            _merged_fault(MERGED_NUMBER, name, body, Cell(body.part.name, top, body.part.columns[key]), found, rows)
    where = f"{name}, trang tính “{body.part.name}”"
    for key in sorted(filled, key=lambda key: body.part.columns[key]):
        body.notices.append(Notice(MERGED_FILLED, where, f"cột “{COLUMN_OF[key].heading}”: {filled[key]} ô gộp"))


def _refuse_merged_across(name: str, body: _Body, sheet: Sheet) -> None:
    known = set(body.part.columns.values())
    for top, left, bottom, right in sheet.merged:
        rows = body.activities_in(top, bottom) if right > left else []
        if rows and len(known & set(range(left, right + 1))) > 1:
            _merged_fault(MERGED_ACROSS, name, body, Cell(sheet.name, top, left), f"một ô gộp cho {right - left + 1} cột", rows)


def _merged_fault(cause: str, name: str, body: _Body, cell: Cell, found: str, rows: list[int]) -> None:
    body.faults.append(Fault(cause, f"{name}, {cell}", found, "mỗi dòng và mỗi cột một ô riêng", "bỏ gộp ô và ghi giá trị của từng dòng", cell))
    body.spoiled |= set(rows)


def _pass_on(workbook: ReceivedWorkbook, body: _Body) -> None:
    """Faults of the reader of workbooks that touch activities, or rows that seem empty."""
    for fault in workbook.faults:
        if fault.cell is None or fault.cell.sheet != body.part.name:
            continue
        kind = body.kinds.get(fault.cell.row, "headings")
        if kind == "activity":
            body.faults.append(fault)
            body.spoiled.add(fault.cell.row)
        elif kind in ("headings", "blank"):
            body.sheet_faults.append(fault)


def _tell_displayed(name: str, body: _Body, sheet: Sheet, places: dict[str, int]) -> None:
    """What the sender sees otherwise than it is stored."""
    faults = list(scaled_numbers(body.columns, places, sheet, body.rows, name))
    body.faults += faults
    body.spoiled |= {fault.cell.row for fault in faults if fault.cell}
    body.notices += [*first_days(body.columns, sheet, name), *hidden_rows(sheet, body.rows, name)]


def _tell_other_table(name: str, body: _Body, columns: list[Distinct]) -> None:
    rows = [row for row, kind in body.kinds.items() if kind == "other_table"]
    if rows:
        place = rows[0] - body.part.heading_row - 1
        cell = Cell(body.part.name, rows[0], next(number for number, column in enumerate(columns, 1) if column.at(place) is not None))
        found = f"bảng khác bắt đầu ở dòng {rows[0]}: {row_shown(columns, place)}, {len(rows)} dòng không đọc"
        where = f"{name}, trang tính “{body.part.name}”, dòng {rows[0]}"
        action = "đặt bảng này ở trang tính riêng hoặc xóa nó"
        body.sheet_faults.append(Fault(OTHER_TABLE, where, found, "mỗi trang tính một bảng nhật ký", action, cell))


def _tell_kinds(name: str, body: _Body, columns: list[Distinct]) -> None:
    first = body.part.heading_row + 1
    last = int(body.rows[-1]) if len(body.rows) else 0
    together: dict[str, list[int]] = {}
    for row, kind in body.kinds.items():
        if kind in TOLD_EACH:
            where = f"{name}, trang tính “{body.part.name}”, dòng {row}"
            body.notices.append(Notice(TOLD_EACH[kind], where, row_shown(columns, row - first)))
        elif kind in TOLD_TOGETHER and not (kind == "blank" and row > last):
            together.setdefault(kind, []).append(row)
    for kind, rows in sorted(together.items()):
        named = ", ".join(map(str, rows[:ROWS_NAMED])) + (" …" if len(rows) > ROWS_NAMED else "")
        body.notices.append(Notice(TOLD_TOGETHER[kind], f"{name}, trang tính “{body.part.name}”", f"{len(rows)} dòng ({named})"))


def row_shown(columns: list[Distinct], row: int) -> str:
    """The filled cells of a row as one quoted line, personal numbers masked."""
    text = without_personal(" | ".join(shown(column.at(row)) for column in columns if column.at(row) is not None))
    return f"“{text[:LONGEST_SHOWN]}…”" if len(text) > LONGEST_SHOWN else f"“{text}”"


def _table(name: str, bodies: list[_Body]) -> LogTable:
    absent = [Distinct((None,), np.zeros(len(body.rows), dtype=np.int32)) for body in bodies]
    columns = {
        column.key: join([body.columns.get(column.key, nothing) for body, nothing in zip(bodies, absent, strict=True)]) for column in LOG_COLUMNS
    }
    empty = [np.zeros(0, dtype=np.int32)]
    sheet_of = np.concatenate(empty + [np.full(len(body.rows), position, dtype=np.int32) for position, body in enumerate(bodies)])
    return LogTable(name, [body.part for body in bodies], sheet_of, np.concatenate(empty + [body.rows for body in bodies]), columns)


def _spoiled(bodies: list[_Body]) -> Mask:
    return np.concatenate([np.zeros(0, dtype=bool)] + [np.isin(body.rows, list(body.spoiled)) for body in bodies])
