"""Rows of the form to counts of units and items: each cell read, or named with what is wrong; one row a unit and item."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from analysis.amounts import LARGEST, read_amount
from analysis.errors import Fault, Notice
from analysis.ingest.activity_log.cells import is_number, quoted, shown
from analysis.ingest.index_files.annex_layout import NOT_PUBLISHED
from analysis.ingest.index_files.annex_values import Figure, read_figure
from analysis.ingest.qd766_files.layout import COUNT_KEYS, DENOMINATOR, HEADINGS, ITEM, NUMERATOR, RATE
from analysis.ingest.qd766_files.sheet import Form, is_row_empty
from analysis.ingest.qd766_files.whose import Items, Units
from analysis.ingest.workbooks import CellValue
from analysis.text import fold, number

NOT_A_COUNT = "Số đếm không đọc được"
NOT_A_RATE = "Tỷ lệ không đọc được"
HALF_COUNTED = "Chỉ có tử số hoặc mẫu số"
PART_EXCEEDS = "Tử số lớn hơn mẫu số"
RATE_CONTRADICTS = "Tỷ lệ khác với tử số và mẫu số"
COUNTS_OF_RATE = "Mục chỉ có tỷ lệ"
TWICE = "Một đơn vị, một mục có hai dòng"
NO_DENOMINATOR = "Mẫu số bằng 0"

_COUNT_SAID = "số nguyên từ 0, ví dụ 589.496; không có số thì để trống"
_RATE_SAID = "số từ 0 đến 100, ví dụ 98,60; không có thì để trống"
_LARGEST_PCT = 100.0
_GROUPED_BY_SPACES = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+")


@dataclass(frozen=True)
class Line:
    """The counts of one unit and item; None where the cell is empty."""

    row: int
    unit: str
    item: str
    numerator: int | None
    denominator: int | None
    rate: float | None


@dataclass
class Rows:
    """Lines in the order of the sheet, with what was found out on the way; ``filled_count`` rows held a figure."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    filled_count: int = 0


def read_rows(form: Form, units: Units | None, items: Items) -> Rows:
    """Every row below the headings that holds a figure; without ``units`` (the period is not known) only figures and items are checked."""
    percents = {cell for code, cells in form.sheet.formatted.items() if "%" in code for cell in cells}
    found = Rows()
    first: dict[tuple[str, str], int] = {}
    for row in range(form.heading_row + 1, len(form.sheet.rows) + 1):
        if is_row_empty(form, row):
            continue
        found.filled_count += 1
        line = _line(form, row, units, items, percents, found)
        if line is None:
            continue
        if (line.unit, line.item) in first:
            accepted = f"mỗi mục một dòng cho mỗi đơn vị (đã có ở dòng {first[line.unit, line.item]})"
            found.faults.append(form.fault(TWICE, row, ITEM, f"“{line.unit}, mục {line.item}”", accepted, "giữ một dòng"))
        first.setdefault((line.unit, line.item), row)
        found.lines.append(line)
    return found


def _line(form: Form, row: int, units: Units | None, items: Items, percents: set[tuple[int, int]], found: Rows) -> Line | None:
    """The line of a row, None where anything in it is wrong or nothing was published; faults and notices go to ``found``."""
    whose = [items.of_row(form, row), *([units.of_row(form, row)] if units else [])]
    counts = [_count(form, row, key) for key in COUNT_KEYS]
    rate = _rate(form, row, percents)
    told = [one for one in (*whose, *counts, rate) if isinstance(one, Fault)]
    numerator, denominator = (None if isinstance(one, Fault) else one for one in counts)
    share = None if isinstance(rate, Fault) else rate
    if not any(isinstance(one, Fault) for one in (*counts, rate)):
        told += _figure_faults(form, row, numerator, denominator, share, is_rate_only=whose[0] in items.rate_only)
    found.faults += told
    if told or units is None or (denominator is None and share is None):
        return None
    if denominator == 0:
        cell = form.cell(row, DENOMINATOR)
        found.notices.append(Notice(NO_DENOMINATOR, f"{form.name}, {cell}", "mục này chưa tính được điểm, không phải 0 điểm"))
    return Line(row, str(whose[1]), str(whose[0]), numerator, denominator, share)


def _count(form: Form, row: int, key: str) -> int | Fault | None:
    """A whole number; texts as offices write them (589.496), but nothing that only says about how many."""
    value = form.at(row, key)
    if value is None or (isinstance(value, str) and fold(value) in NOT_PUBLISHED):
        return None
    if is_number(value):
        exact = float(value)  # type: ignore[arg-type]  # told by is_number
        return int(exact) if 0 <= exact <= LARGEST and exact == int(exact) else _count_fault(form, row, key, value)
    if isinstance(value, str):
        bare = value.replace(" ", "") if _GROUPED_BY_SPACES.fullmatch(value) else value
        try:
            amount = read_amount(bare)
        except ValueError:
            return _count_fault(form, row, key, value)
        if not amount.is_approximate and not amount.unit:
            return amount.value
    return _count_fault(form, row, key, value)


def _count_fault(form: Form, row: int, key: str, value: CellValue) -> Fault:
    action = "gõ lại số như Cổng hiển thị; số có dấu chấm thì định dạng ô là Text, hoặc bỏ dấu chấm"
    return form.fault(NOT_A_COUNT, row, key, f"“{HEADINGS[key][0]}”: {quoted(value)}", _COUNT_SAID, action)


def _rate(form: Form, row: int, percents: set[tuple[int, int]]) -> float | Fault | None:
    value = form.at(row, RATE)
    is_percent = RATE in form.columns and (row, form.columns[RATE]) in percents
    figure: Figure = read_figure(value, is_percent=is_percent)
    if figure.problem or (figure.value is not None and not 0 <= figure.value <= _LARGEST_PCT):
        return form.fault(NOT_A_RATE, row, RATE, quoted(value), _RATE_SAID, "gõ lại tỷ lệ như Cổng hiển thị")
    return figure.value


def _figure_faults(
    form: Form, row: int, numerator: int | None, denominator: int | None, rate: float | None, *, is_rate_only: bool
) -> Iterator[Fault]:
    if is_rate_only and (numerator, denominator) != (None, None):
        yield form.fault(COUNTS_OF_RATE, row, NUMERATOR, "có tử số, mẫu số", "chỉ ghi tỷ lệ", "xóa tử số, mẫu số; ghi tỷ lệ")
    elif (numerator is None) != (denominator is None):
        key = NUMERATOR if numerator is None else DENOMINATOR
        yield form.fault(HALF_COUNTED, row, key, f"“{HEADINGS[key][0]}” trống", "cả tử số và mẫu số, hoặc chỉ tỷ lệ", "điền ô còn thiếu")
    elif numerator is not None and denominator is not None:
        if numerator > denominator:
            found = f"{number(numerator)} trên {number(denominator)}"
            yield form.fault(PART_EXCEEDS, row, NUMERATOR, found, "tử số không lớn hơn mẫu số", "đối chiếu với Cổng; có thể hai ô đổi chỗ")
        elif rate is not None and denominator and abs(100 * numerator / denominator - rate) > _rounding(rate):
            counted = shown(round(100 * numerator / denominator, 2))
            found = f"tỷ lệ {shown(rate)}, trong khi {number(numerator)} trên {number(denominator)} là {counted} %"
            yield form.fault(RATE_CONTRADICTS, row, RATE, found, "tỷ lệ khớp với hai số, hoặc để trống tỷ lệ", "đối chiếu ba số với Cổng")


def _rounding(rate: float) -> float:
    """Half a unit of the last decimal that was written, and never less than half a hundredth: Excel drops zeros at the end."""
    decimals = max(0, -int(Decimal(repr(rate)).normalize().as_tuple().exponent))
    return 0.5 * 10.0 ** -min(decimals, 2) + 1e-9
