"""Rows of the form of cumulative counts to months: falls named with both captures, months without counts named with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.contracts.validation import DUPLICATE
from analysis.errors import Notice
from analysis.ingest.activity_log.findings import Problem
from analysis.ingest.activity_log.unit_cells import UnitOnDay
from analysis.ingest.uptake_files.cells import last_day
from analysis.ingest.uptake_files.layout import END, HEADING_OF, NOT_ADDITIVE, TOLERANCE_DAYS
from analysis.ingest.uptake_files.rows import Line, Table, excesses
from analysis.ingest.uptake_files.snapshots import Fall, Month, Snapshot, Untold, falls, months_of, untold
from analysis.ingest.uptake_files.units import RowUnits
from analysis.text import day, enumerate_vi, month, number

FELL = "Số lũy kế giảm"
PART_EXCEEDS_BETWEEN = "Hiệu số của phần lớn hơn hiệu số của toàn bộ"
TOLD_TWICE = "Hai chuỗi số cùng nói về một tháng"
OTHER_DAYS = "Tháng lấy từ số lũy kế, không trùng tháng dương lịch"
NO_MONTH = "Tháng không tính được từ số lũy kế"
MEND = "đối chiếu hai lần chụp; cổng đã sửa số cũ thì xóa trống ô không dùng được, tháng đó sẽ không có số"
LEFT_OUT = "Cột lũy kế không chia được theo tháng"
UNITS_SHOWN = 3


@dataclass(frozen=True)
class MonthLine:
    """Counts of a month with the days they are of and the row that closes it."""

    line: Line
    first: date
    start: date
    end: date
    counts: Mapping[str, int]


@dataclass(frozen=True)
class _Missing:
    """A month that a unit gives no counts for, with the reason."""

    unit: str
    first: date
    reason: str


def months_of_lines(table: Table, lines: Sequence[Line], units: RowUnits, received_on: date) -> tuple[list[MonthLine], list[Notice]]:
    """Months of every unit, and what to tell of them; what contradicts itself becomes a fault of the table."""
    of_unit: dict[UnitOnDay, list[Line]] = {}
    for line in lines:
        of_unit.setdefault(line.unit, []).append(line)
    found: list[MonthLine] = []
    missing: list[_Missing] = []
    for unit in sorted(of_unit):
        by_row = {line.row: line for line in _single(table, of_unit[unit], units)}
        captures = [Snapshot(line.row, line.start, line.end, line.counts) for line in by_row.values()]
        _hold_rising(table, falls(captures), units.name(unit))
        told = _one_each(table, months_of(captures), units.name(unit))
        _hold_parts_between(table, told, units.name(unit))
        over = [one for one in told if last_day(one.first) <= received_on]
        found += [MonthLine(by_row[one.closing.row], one.first, one.start, one.end, one.counts) for one in over]
        missing += [_Missing(units.name(unit), one.first, _reason(one, received_on)) for one in untold(captures, over)]
    return found, [*_left_out(table), *_told_missing(table, missing), *_told_days(table, found, units)]


def _single(table: Table, lines: Iterable[Line], units: RowUnits) -> list[Line]:
    """Lines of one unit, the second of two with the same days being a fault."""
    kept: dict[tuple[date, date], Line] = {}
    for line in lines:
        days = line.start, line.end
        if days in kept:
            found = f"{units.name(line.unit)}, {_span(*days)}"
            accepted = f"mỗi đơn vị, mỗi khoảng ngày một dòng (đã có ở dòng {kept[days].row})"
            table.fault(line.row, END, Problem(DUPLICATE, found, accepted, "bỏ hoặc sửa một trong hai dòng"))
        kept.setdefault(days, line)
    return list(kept.values())


def _span(start: date, end: date) -> str:
    return f"từ {day(start)} đến {day(end)}"


def _hold_rising(table: Table, found: Iterable[Fall], unit: str) -> None:
    for fall in found:
        earlier, later = fall.earlier, fall.later
        said = (
            f"{unit}, “{HEADING_OF[fall.column]}” tính từ {day(later.start)}: đến {day(earlier.end)} là {number(earlier.counts[fall.column])} "
            f"(ô {table.cell_name(earlier.row, fall.column)}), đến {day(later.end)} còn {number(later.counts[fall.column])}"
        )
        accepted = "số lũy kế từ cùng một ngày không giảm"
        table.fault(later.row, fall.column, Problem(FELL, said, accepted, MEND))


def _hold_parts_between(table: Table, months: Iterable[Month], unit: str) -> None:
    """Differences obey what counts obey."""
    for one in months:
        for part, problem in excesses(one.counts):
            since = f"trừ số đến {day(one.opening.end)} (dòng {one.opening.row})" if one.opening else "đếm từ đầu kỳ"
            found = f"{unit}, {_span(one.start, one.end)}, {since}: {problem.found}"
            table.fault(one.closing.row, part, Problem(PART_EXCEEDS_BETWEEN, found, problem.accepted, MEND))


def _one_each(table: Table, months: Iterable[Month], unit: str) -> list[Month]:
    """Each month once: from the run that counts its dossiers, else from any that tells what stood on its closing day."""
    of_month: dict[date, list[Month]] = {}
    for one in months:
        of_month.setdefault(one.first, []).append(one)
    kept = []
    for first, told in sorted(of_month.items()):
        best = [one for one in told if one.has_flows] or told
        kept.append(best[0])
        for other in best[1:]:
            if other.has_flows or other.counts != best[0].counts:
                spans = [_span(one.closing.start, one.closing.end) for one in (best[0], other)]
                found = f"{unit}, tháng {_month(first)}: dòng {best[0].closing.row} ({spans[0]}) và dòng này ({spans[1]})"
                action = "giữ một chuỗi: lũy kế từ đầu năm, hoặc từng tuần nối nhau; bỏ các dòng của chuỗi kia"
                table.fault(other.closing.row, END, Problem(TOLD_TWICE, found, "mỗi tháng của đơn vị chỉ tính được từ một chuỗi", action))
    return kept


def _month(first: date) -> str:
    return month(f"{first:%Y-%m}")


def _reason(one: Untold, received_on: date) -> str:
    if last_day(one.first) > received_on:
        return f"tháng chưa kết thúc vào ngày nhận tệp {day(received_on)}"
    if one.wanting:
        return f"không có lần chụp nào trong {TOLERANCE_DAYS} ngày quanh {enumerate_vi([day(last) for last in one.wanting])}"
    return "các lần chụp không nối liền nhau từ đầu tháng đến cuối tháng"


def _told_missing(table: Table, missing: Iterable[_Missing]) -> list[Notice]:
    """One notice a month and reason, with the units."""
    groups: dict[tuple[date, str], list[str]] = {}
    for one in missing:
        groups.setdefault((one.first, one.reason), []).append(one.unit)
    return [
        Notice(NO_MONTH, table.form.name, f"tháng {_month(first)}, {_units(names)}: {reason}") for (first, reason), names in sorted(groups.items())
    ]


def _told_days(table: Table, months: Iterable[MonthLine], units: RowUnits) -> list[Notice]:
    """One notice a month whose days are not those of the calendar."""
    groups: dict[tuple[date, date, date], list[str]] = {}
    for one in months:
        if (one.start, one.end) != (one.first, last_day(one.first)):
            groups.setdefault((one.first, one.start, one.end), []).append(units.name(one.line.unit))
    return [
        Notice(OTHER_DAYS, table.form.name, f"tháng {_month(first)} tính {_span(start, end)}, {_units(names)}")
        for (first, start, end), names in sorted(groups.items())
    ]


def _units(names: Sequence[str]) -> str:
    shown = ", ".join(names[:UNITS_SHOWN])
    return f"{shown} và {len(names) - UNITS_SHOWN} đơn vị khác" if len(names) > UNITS_SHOWN else shown


def _left_out(table: Table) -> list[Notice]:
    """How many services had a dossier since January does not say how many had one in a month."""
    column = table.columns.of.get(NOT_ADDITIVE)
    rows = range(table.form.heading_row + 1, len(table.form.sheet.rows) + 1)
    if column is None or all(table.form.at(row, column) is None for row in rows):
        return []
    said = f"“{HEADING_OF[NOT_ADDITIVE]}”: số dịch vụ đã dùng từ đầu kỳ không trừ cho nhau được, nên không nạp; gửi số này bằng bảng theo tháng"
    return [Notice(LEFT_OUT, table.form.name, said)]
