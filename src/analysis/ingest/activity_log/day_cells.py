"""Readers of days: cells to days or periods, and the two ends together."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from analysis.ingest.activity_log.cells import is_number, quoted, shown
from analysis.ingest.activity_log.findings import Problem, Refused, Understood
from analysis.ingest.activity_log.layout import COLUMN_OF, FIRST_LOG_YEAR
from analysis.ingest.activity_log.word_cells import missing
from analysis.text import day, fold
from analysis.written_days import WrittenDay, read_day

NO_DAY = "Ngày không đọc được"
WRONG_DAYS = "Từ ngày và đến ngày không khớp"
OUT_OF_RANGE = "Ngày ngoài khoảng có thể"
ACCEPTED = "ngày/tháng/năm như 24/12/2020, hoặc tháng 5/2021, Quý II/2021, 6 tháng đầu năm 2021, năm 2021"
EXCEL_EPOCH = date(1899, 12, 30)
PLAUSIBLE_SERIALS = range(36_526, 73_051)  # 2000 to 2099
_PART_OF_YEAR = re.compile(r"\b(?:dau|cuoi) nam\b")

_WHY = {
    "not_a_date": (ACCEPTED, "ghi lại ngày"),
    "impossible_day": ("ngày có thật, ngày trước tháng sau (24/12/2020)", "kiểm tra ngày và tháng, có thể bị đổi chỗ"),
    "no_year": ("ngày có đủ năm bốn chữ số", "thêm năm"),
    "short_year": ("năm đủ bốn chữ số (2021)", "ghi đủ bốn chữ số của năm"),
    "end_before_start": ("ngày cuối không trước ngày đầu", "kiểm tra hai ngày"),
    "weekday_differs": ("thứ và ngày khớp nhau theo lịch", "kiểm tra lại thứ hoặc ngày"),
}


def day_reader(key: str) -> Callable[[Any], WrittenDay | Understood | None]:
    """Reader of one column of days: cells of Excel's own days or text."""

    def read(cell: Any) -> WrittenDay | Understood | None:
        if cell is None:
            if COLUMN_OF[key].is_required:
                raise missing(key)
            return None
        if isinstance(cell, date):
            return _of_excel(cell)
        if not isinstance(cell, str):
            raise Refused(Problem(NO_DAY, _shown_number(cell), ACCEPTED, "đổi định dạng ô sang ngày, hoặc gõ lại ngày"))
        return _of_text(cell)

    return read


def _of_excel(cell: date) -> WrittenDay | Understood:
    if not isinstance(cell, datetime):
        return WrittenDay(cell, cell, "day")
    found = WrittenDay(cell.date(), cell.date(), "day")
    return found if cell.time() == time() else Understood(found, f"“{shown(cell)}”: giữ ngày, không giữ giờ")


def _of_text(cell: str) -> WrittenDay | Understood:
    try:
        found = read_day(cell)
    except ValueError as error:
        accepted, action = _WHY[str(error)]
        raise Refused(Problem(NO_DAY, quoted(cell), accepted, action)) from error
    if found.precision == "day" and found.start != found.end:
        return Understood(found, f"“{cell}” đọc là từ {day(found.start)} đến {day(found.end)}")
    if found.precision == "quarter" and _PART_OF_YEAR.search(fold(cell)):
        return Understood(found, f"“{cell}” đọc là từ {day(found.start)} đến {day(found.end)}, chỉ biết đến quý")
    return Understood(found, f"“{cell}”: giữ ngày, không giữ giờ") if ":" in cell or "giờ" in cell.casefold() else found


def _shown_number(cell: Any) -> str:
    if is_number(cell) and int(cell) in PLAUSIBLE_SERIALS:
        return f"số {quoted(cell)} (có phải ngày {day(EXCEL_EPOCH + timedelta(days=int(cell)))}?)"
    return quoted(cell) + (" (chỉ có giờ)" if isinstance(cell, time | timedelta) else "")


def days_reader(received_on: date) -> Callable[[tuple[WrittenDay, WrittenDay | None]], WrittenDay]:
    """Reader of first and last day together: one span of one precision, between the first year of logs and the day of receipt."""

    def read(pair: tuple[WrittenDay, WrittenDay | None]) -> WrittenDay:
        start, end = pair
        whole = start if end is None else _joined(start, end)
        if whole.start.year < FIRST_LOG_YEAR:
            raise Refused(Problem(OUT_OF_RANGE, f"“{day(whole.start)}”", f"ngày từ năm {FIRST_LOG_YEAR} trở lại đây", "kiểm tra năm"), "start")
        latest = whole.end if whole.precision == "day" else whole.start
        if latest > received_on:
            key = "end" if whole.start <= received_on else "start"
            accepted = f"ngày không sau ngày nhận tệp ({day(received_on)})"
            raise Refused(Problem(OUT_OF_RANGE, f"“{day(latest)}”", accepted, "kiểm tra ngày; hoạt động chưa làm thì chưa ghi vào nhật ký"), key)
        return whole

    return read


def _joined(start: WrittenDay, end: WrittenDay) -> WrittenDay:
    if start.precision != end.precision:
        found = f"từ {_span(start)} đến {_span(end)}"
        raise Refused(Problem(WRONG_DAYS, f"“{found}”", "hai ô cùng là ngày, cùng là tháng, quý hoặc năm", "ghi hai ô theo một kiểu"), "end")
    first_is_span = start.precision == "day" and start.start != start.end
    if end.end < start.end or (first_is_span and end.end != start.end) or end.start < start.start:
        found = f"“{_span(start)}” và “{_span(end)}”"
        raise Refused(Problem(WRONG_DAYS, found, "đến ngày bằng hoặc sau từ ngày", "kiểm tra hai ngày"), "end")
    return WrittenDay(start.start, end.end, start.precision)


def _span(written: WrittenDay) -> str:
    return day(written.start) if written.start == written.end else f"{day(written.start)}–{day(written.end)}"
