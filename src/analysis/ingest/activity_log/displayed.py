"""Cells that their sender sees otherwise than they are stored: months shown for days, percentages and millions shown for numbers, hidden rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

import numpy as np

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log.cells import Codes, Distinct, is_number, join, quoted
from analysis.ingest.activity_log.layout import COLUMN_OF
from analysis.ingest.cell_formats import Shown, shown_as
from analysis.ingest.workbooks import CellValue, Sheet

MONTHS_SHOWN = "Ô ngày của Excel chỉ hiện tháng hoặc năm, hiểu là cả tháng, cả năm"
FIRST_DAYS = "Ô ngày của Excel đều là ngày 01, có thể chỉ biết tháng"
SCALED = "Ô hiện khác với số chứa trong ô"
HIDDEN_ROWS = "Dòng đang bị ẩn hoặc lọc, vẫn được nạp"
LEAST_FIRST_DAYS = 3
PLACES_NAMED = 5


def with_shown_months(columns: list[Distinct], places: Mapping[str, int], sheet: Sheet, first: int, name: str) -> tuple[list[Distinct], list[Notice]]:
    """The columns in which first days that Excel shows as their month or year are written so; rows of the columns count from ``first``."""
    written, notices = list(columns), list[Notice]()
    for key in _keys_of("day", places):
        found: list[tuple[int, int]] = []
        for kind in _OPENS:
            rows = _rows_shown(sheet, places[key], first, kind)
            rows = rows[written[places[key]].where(_OPENS[kind])[rows]]
            written[places[key]] = _in_words(written[places[key]], rows, kind)
            found += [(int(row) + first, places[key] + 1) for row in rows]
        if found:
            said = f"cột “{COLUMN_OF[key].heading}”: {len(found)} ô ({_named(sheet.name, sorted(found))})"
            notices.append(Notice(MONTHS_SHOWN, f"{name}, trang tính “{sheet.name}”", said))
    return written, notices


def first_days(columns: Mapping[str, Distinct], sheet: Sheet, name: str) -> Iterator[Notice]:
    """A notice for each column whose days of Excel are all the first of a month: whoever types "3/2021" into a cell gets one."""
    for key in _keys_of("day", columns):
        is_own = columns[key].where(lambda cell: isinstance(cell, date))
        if is_own.sum() >= LEAST_FIRST_DAYS and not columns[key].where(lambda cell: isinstance(cell, date) and cell.day > 1).any():
            said = (
                f"cột “{COLUMN_OF[key].heading}”: {int(is_own.sum())} ô ngày đều là ngày 01; nếu chỉ biết tháng hãy ghi bằng chữ, như “tháng 3/2021”"
            )
            yield Notice(FIRST_DAYS, f"{name}, trang tính “{sheet.name}”", said)


def scaled_numbers(columns: Mapping[str, Distinct], places: Mapping[str, int], sheet: Sheet, rows: Codes, name: str) -> Iterator[Fault]:
    """A fault for each count or sum whose format adds % or a word of scale; ``rows`` are the activities, one for each row of ``columns``."""
    for key in (*_keys_of("count", places), *_keys_of("money", places)):
        shown = {
            row: code for code, cells in sheet.formatted.items() if shown_as(code) == "scaled" for row, column in cells if column == places[key] + 1
        }
        numeric = columns[key].where(is_number)
        for position in np.flatnonzero(numeric & np.isin(rows, list(shown))).tolist():
            cell = Cell(sheet.name, int(rows[position]), places[key] + 1)
            found = f"{quoted(columns[key].at(position))} với định dạng “{shown[cell.row]}” nên hiện ra số khác"
            accepted = "ô chứa đúng số muốn ghi, như 1.500.000"
            yield Fault(
                SCALED, f"{name}, {cell} (cột “{COLUMN_OF[key].heading}”)", found, accepted, "đổi định dạng ô sang số thường rồi gõ lại số", cell
            )


def hidden_rows(sheet: Sheet, rows: Codes, name: str) -> Iterator[Notice]:
    """A notice of the activities that are hidden or filtered out."""
    hidden = rows[np.isin(rows, list(sheet.hidden_rows))].tolist() if sheet.hidden_rows else []
    if hidden:
        named = ", ".join(map(str, hidden[:PLACES_NAMED])) + (" …" if len(hidden) > PLACES_NAMED else "")
        yield Notice(HIDDEN_ROWS, f"{name}, trang tính “{sheet.name}”", f"{len(hidden)} dòng ({named})")


def _keys_of(kind: str, known: Mapping[str, object]) -> list[str]:
    return [key for key, column in COLUMN_OF.items() if column.kind == kind and key in known]


def _rows_shown(sheet: Sheet, place: int, first: int, kind: Shown) -> Codes:
    """Rows below the headings, from 0, whose cell in a column has a format of that kind."""
    found = {row - first for code, cells in sheet.formatted.items() if shown_as(code) == kind for row, column in cells if column == place + 1}
    return np.array(sorted(row for row in found if 0 <= row <= len(sheet.rows) - first), dtype=np.int64)


def _opens_month(cell: CellValue) -> bool:
    """Whether a cell is the first day of a month, without an hour."""
    return isinstance(cell, date) and cell.day == 1 and (not isinstance(cell, datetime) or cell.time() == time())


def _opens_year(cell: CellValue) -> bool:
    return isinstance(cell, date) and cell.month == 1 and _opens_month(cell)


_OPENS: dict[Shown, Callable[[CellValue], bool]] = {"month": _opens_month, "year": _opens_year}


def _in_words(column: Distinct, rows: Codes, kind: Shown) -> Distinct:
    levels, codes = list(column.levels), column.codes.copy()
    for code in np.unique(column.codes[rows]).tolist():
        opening = column.levels[code]
        codes[rows[column.codes[rows] == code]] = len(levels)
        levels.append(f"tháng {opening.month}/{opening.year}" if kind == "month" else f"năm {opening.year}")
    return join([Distinct(tuple(levels), codes)])


def _named(sheet: str, cells: Sequence[tuple[int, int]]) -> str:
    named = ", ".join(Cell(sheet, *cell).name for cell in cells[:PLACES_NAMED])
    return f"{named} …" if len(cells) > PLACES_NAMED else named
