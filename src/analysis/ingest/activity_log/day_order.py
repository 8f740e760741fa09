"""Columns of days whose day and month have probably changed places: told as a whole, since each day alone looks sound."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from analysis.ingest.activity_log.cells import Codes, Distinct, Mask, quoted
from analysis.ingest.activity_log.findings import UNUSABLE, Findings, Problem

SWAPPED = "Excel có thể đã đổi chỗ ngày và tháng"
MONTH_FIRST = "Ngày có thể ghi tháng trước ngày"
LEAST_SWAPPED = 3  # of each kind of cell: fewer may be chance
MONTHS_PER_YEAR = 12

_NUMERIC_DAY = re.compile(r"(?<![0-9/.])([0-9]{1,2})([/.-])([0-9]{1,2})\2[0-9]{4}(?![0-9])")


def find_swapped(findings: Findings, key: str, received: Distinct, read: Distinct) -> None:
    """A fault for each sheet where text days all lie after the 12th and Excel's days all before: a US setting swapped the latter.

    Text that only makes sense with its month first ("05/24/2021") counts as after the 12th.
    """
    if not (is_own := received.where(lambda cell: isinstance(cell, date))).any():
        return
    month_first = received.where(_is_month_first)
    late = read.where(lambda found: _is_single(found) and found.start.day > MONTHS_PER_YEAR) | month_first
    text_day = received.where(lambda cell: isinstance(cell, str)) & (read.where(_is_single) | month_first)
    own_day = is_own & read.where(_is_single)
    for sheet in range(len(findings.table.sheets)):
        here = findings.table.sheet_of == sheet
        written, own = text_day & here, own_day & here
        if min(written.sum(), own.sum()) < LEAST_SWAPPED or (written & ~late).any() or (own & late).any():
            continue
        rows = np.flatnonzero(own)
        found = f"{int(written.sum())} ô chữ đều có ngày lớn hơn 12, {len(rows)} ô ngày đều có ngày từ 12 trở xuống"
        action = "mở lại bản gốc, đặt máy theo vùng Việt Nam (ngày/tháng/năm) rồi nhập lại cột; đối chiếu từng ngày"
        findings.column_fault(sheet, key, Problem(SWAPPED, found, "mọi ngày của cột ở cùng một dạng, ngày trước tháng sau", action), rows)


def without_month_first(findings: Findings, received: dict[str, Distinct], read: dict[str, Distinct]) -> dict[str, Distinct]:
    """The columns of days; where one of a sheet's is written month first, each day that reads both ways is a fault and becomes UNUSABLE.

    Once the impossible days are mended nothing shows the order any more, so all doubtful days are told with them.
    """
    proofs = {key: column.where(_is_month_first) for key, column in received.items()}
    shown_by = _first_proofs(findings, proofs)
    if not shown_by:
        return read
    told = {}
    for key, column in received.items():
        doubtful = column.where(_is_ambiguous) & ~proofs[key] & np.isin(findings.table.sheet_of, list(shown_by))
        rows = np.flatnonzero(doubtful)
        for row in rows.tolist():
            findings.fault(row, key, _doubt(findings, received, column.at(row), shown_by[int(findings.table.sheet_of[row])]))
        told[key] = _unusable_at(read[key], rows)
    return told


def _first_proofs(findings: Findings, proofs: dict[str, Mask]) -> dict[int, tuple[str, int]]:
    """Sheet → column and row of its first day that is only a day with its month first."""
    found: dict[int, tuple[str, int]] = {}
    for key, rows in proofs.items():
        for row in np.flatnonzero(rows).tolist():
            found.setdefault(int(findings.table.sheet_of[row]), (key, row))
    return found


def _doubt(findings: Findings, received: dict[str, Distinct], cell: Any, proof: tuple[str, int]) -> Problem:
    key, row = proof
    found = f"{quoted(cell)}, trong khi ô {findings.table.cell(row, key).name} ghi {quoted(received[key].at(row))}"
    action = "cột này có vẻ ghi tháng trước ngày; đối chiếu từng ô và ghi ngày/tháng/năm"
    return Problem(MONTH_FIRST, found, "ngày trước, tháng sau ở mọi ô của cột, như 24/12/2020", action)


def _unusable_at(column: Distinct, rows: Codes) -> Distinct:
    codes = column.codes.copy()
    codes[rows] = len(column.levels)
    return Distinct((*column.levels, UNUSABLE), codes)


def _pairs(cell: Any) -> Iterator[tuple[int, int]]:
    """First and second number of each day written as numbers."""
    return ((int(first), int(second)) for first, _, second in _NUMERIC_DAY.findall(cell)) if isinstance(cell, str) else iter(())


def _is_month_first(cell: Any) -> bool:
    return any(0 < first <= MONTHS_PER_YEAR < second <= 31 for first, second in _pairs(cell))


def _is_ambiguous(cell: Any) -> bool:
    return any(0 < first <= MONTHS_PER_YEAR and 0 < second <= MONTHS_PER_YEAR and first != second for first, second in _pairs(cell))


def _is_single(found: Any) -> bool:
    """Whether one day was read, not a span, a period or nothing."""
    return found is not None and found is not UNUSABLE and found.precision == "day" and found.start == found.end
