"""Cells of the forms to counts, months and days; what reads two ways, or is no figure, is refused with the reason."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from analysis.amounts import LARGEST, read_amount
from analysis.ingest.activity_log.amount_cells import UNSAID
from analysis.ingest.activity_log.cells import is_error, is_number, quoted
from analysis.ingest.activity_log.findings import EXCEL_ERROR, Problem, Refused
from analysis.ingest.uptake_files.layout import COUNT_UNITS, FIRST_DAY
from analysis.text import day, fold, month
from analysis.written_days import read_day

NO_COUNT = "Ô số không đọc được"
NO_MONTH = "Tháng không đọc được"
NO_DAY = "Ngày không đọc được"
OUTSIDE_YEARS = "Tháng, ngày ngoài khoảng có thể"
NOT_OVER = "Tháng chưa kết thúc vào ngày nhận tệp"
ACCEPTED_MONTH = "tháng như 05/2022, 2022-05 hoặc tháng 5/2022"
ACCEPTED_DAY = "ngày/tháng/năm như 31/05/2022"
ACCEPTED_COUNT = "số nguyên từ 0, như 1250 hoặc 1.250; để trống khi không có số liệu"

_ISO_MONTH = re.compile(r"(20[0-9]{2})[-/.]?(0[1-9]|1[0-2])")
_BARE_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_WHY_NOT = {
    "negative": "kiểm tra dấu trừ",
    "fraction": "ghi số nguyên; nếu dấu phẩy, chấm ngăn hàng nghìn thì gõ lại không có dấu",
    "comma_thousands": "không rõ dấu phẩy ngăn hàng nghìn hay phần thập phân: gõ lại không có dấu",
    "misplaced_dot": "gõ lại số, không có dấu",
    "mixed_separators": "gõ lại số, không có dấu",
    "too_large": "kiểm tra số chữ số",
    "approximate": "ghi số đếm đúng; chỉ có số ước chừng thì để trống",
}


def read_count(cell: Any) -> int | None:
    """The whole number of a cell, None where it is empty. Raises ``Refused``."""
    if cell is None:
        return None
    _refuse_error(cell)
    if isinstance(cell, str):
        return _written_count(cell)
    if isinstance(cell, date | time | timedelta):
        raise _no_count(cell, "Excel đã đổi số thành ngày, giờ: định dạng lại ô thành Number rồi gõ lại số")
    if not is_number(cell):
        raise _no_count(cell, "gõ lại một số")
    reason = "negative" if cell < 0 else "fraction" if isinstance(cell, float) else "too_large" if cell > LARGEST else ""
    if reason:
        raise _no_count(cell, _WHY_NOT[reason])
    return int(cell)


def _written_count(cell: str) -> int:
    if fold(cell) in UNSAID:
        raise _no_count(cell, "xóa trống ô khi không có số liệu; ghi 0 khi thật sự không có hồ sơ nào")
    try:
        amount = read_amount(cell)
    except ValueError as error:
        raise _no_count(cell, _WHY_NOT.get(str(error), "gõ lại một số")) from error
    if amount.is_approximate:
        raise _no_count(cell, _WHY_NOT["approximate"])
    if amount.unit not in COUNT_UNITS:
        raise _no_count(cell, "chỉ ghi số, đếm bằng hồ sơ (thủ tục, dịch vụ ở ba cột cuối)")
    return amount.value


def _no_count(cell: Any, action: str) -> Refused:
    return Refused(Problem(NO_COUNT, quoted(cell), ACCEPTED_COUNT, action))


def read_month(cell: Any, form_year: int | None, received_on: date) -> date:
    """First day of the month a cell names; one without a year is of ``form_year``. Raises ``Refused``."""
    first = _month_of(cell, form_year)
    problem = None
    if first < FIRST_DAY:
        problem = Problem(OUTSIDE_YEARS, quoted(cell), f"tháng từ {month(f'{FIRST_DAY:%Y-%m}')}", "sửa năm")
    elif last_day(first) > received_on:
        accepted = f"tháng đã kết thúc khi nhận tệp ({day(received_on)})"
        problem = Problem(NOT_OVER, quoted(cell), accepted, "bỏ số của tháng này và gửi khi tháng đã kết thúc; hoặc sửa tháng, năm")
    elif form_year is not None and first.year != form_year:
        problem = Problem(OUTSIDE_YEARS, quoted(cell), f"tháng của năm {form_year} như ghi ở đầu bảng", "sửa tháng, hoặc sửa “Năm” ở đầu bảng")
    if problem:
        raise Refused(problem)
    return first


def last_day(first: date) -> date:
    """Last day of the month of a day."""
    return (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _month_of(cell: Any, form_year: int | None) -> date:
    _refuse_error(cell)
    if isinstance(cell, date):
        return date(cell.year, cell.month, 1)
    written = fold(str(cell)) if isinstance(cell, str) or (isinstance(cell, int) and not isinstance(cell, bool)) else ""
    if found := _ISO_MONTH.fullmatch(written):
        return date(int(found[1]), int(found[2]), 1)
    if _BARE_MONTH.fullmatch(written):
        written = f"thang {written}"
    try:
        said = read_day(written, form_year)
    except ValueError as error:
        action = "ghi cả năm" if str(error) == "no_year" else "ghi lại tháng"
        raise Refused(Problem(NO_MONTH, quoted(cell), ACCEPTED_MONTH, action)) from error
    if (said.start.year, said.start.month) != (said.end.year, said.end.month):
        raise Refused(Problem(NO_MONTH, quoted(cell), ACCEPTED_MONTH, "mỗi dòng một tháng; số của quý, của năm không dùng được ở bảng này"))
    return said.start.replace(day=1)


def read_exact_day(cell: Any, received_on: date) -> date:
    """The day a cell names, not after the day of receipt. Raises ``Refused``."""
    _refuse_error(cell)
    found = _day_of(cell)
    if found is None:
        raise Refused(Problem(NO_DAY, quoted(cell), ACCEPTED_DAY, "ghi lại ngày, đủ ngày, tháng, năm"))
    if not FIRST_DAY <= found <= received_on:
        accepted = f"ngày từ {day(FIRST_DAY)} đến ngày nhận tệp {day(received_on)}"
        raise Refused(Problem(OUTSIDE_YEARS, quoted(cell), accepted, "sửa ngày; số của những ngày chưa đến thì không nạp"))
    return found


def _day_of(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        return None
    try:
        said = read_day(cell)
    except ValueError:
        return None
    return said.start if said.precision == "day" and said.start == said.end else None


def _refuse_error(cell: Any) -> None:
    if is_error(cell):
        raise Refused(Problem(EXCEL_ERROR, quoted(cell), "giá trị đã tính được", "sửa công thức hoặc gõ lại giá trị vào ô"))
