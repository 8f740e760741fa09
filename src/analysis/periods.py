"""Year, half, quarter and month; the time phrases of plans as a window and an expected number of occasions.

The grammar reads unit words, never positions, because offices write the count and the period in either
order: "01 kỳ/tháng" (12 a year) and "Định kỳ 6 tháng/01 lần" (2 a year). A phrase that names no count
("Thường xuyên", "Trong năm 2021", "Quý II/2021") leaves the expected occasions *not stated* (None), never 1.

    phrase    := window | recurrence ["và …" open-ended extra] | "thường xuyên"
    window    := "quý" ROMAN ["-" ROMAN] ["/" YEAR] | "tháng" NUMBER ["/" YEAR] | "trong năm" [YEAR]
    recurrence:= COUNT occasion "/" period | ["định kỳ"] period "/" COUNT occasion | "định kỳ" ["hằng"] period (one each)
    occasion  := kỳ | lần | số | đợt | cuộc | buổi          period := [N] (tuần | tháng | quý | năm)
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.text import fold

MONTHS_PER_PERIOD = {"thang": 1, "quy": 3, "nam": 12}
WEEKS_PER_YEAR = 52
MONTHS_PER_YEAR = 12
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_OCCASION = r"(?:ky|lan|so|dot|cuoc|buoi)"
_PERIOD = r"(?:(?P<span>\d{1,2})\s*)?(?P<period>tuan|thang|quy|nam)"
_COUNT_FIRST = re.compile(rf"(?P<count>\d{{1,3}})\s*{_OCCASION}\s*/\s*{_PERIOD}\b")
_PERIOD_FIRST = re.compile(rf"\b{_PERIOD}\s*/\s*(?P<count>\d{{1,3}})\s*{_OCCASION}\b")
_EVERY_PERIOD = re.compile(rf"^dinh ky\s+(?:hang\s+)?{_PERIOD}$")
_OPEN_ENDED = re.compile(r"\bva\s+(?:cac|nhung)\b")
_QUARTERS = re.compile(r"^(?:trong\s+)?quy\s+(?P<first>iv|i{1,3})(?:\s*[-–]\s*(?P<last>iv|i{1,3}))?(?:\s*/\s*(?P<year>\d{4}))?$")
_MONTH = re.compile(r"^thang\s+(?P<month>\d{1,2})(?:\s*/\s*(?P<year>\d{4}))?$")
_WHOLE_YEAR = re.compile(r"^(?:trong\s+)?nam\s+(?P<year>\d{4})$|^trong\s+nam$")
_CONTINUOUS = re.compile(r"^thuong\s+xuyen")

ScheduleKind = Literal["continuous", "window", "recurring", "not_understood"]


@dataclass(frozen=True)
class Schedule:
    """What a time phrase states: its window, and occasions expected in the year (None = not stated)."""

    kind: ScheduleKind
    start: date
    end: date
    expected_count: int | None = None
    is_open_ended: bool = False


def parse_schedule(phrase: str, plan_year: int) -> Schedule:
    """Read the time phrase of a plan item; a phrase outside the grammar spans the year and says so."""
    folded = fold(phrase)
    if recurrence := _COUNT_FIRST.search(folded) or _PERIOD_FIRST.search(folded):
        return _recurring(recurrence, is_open_ended=bool(_OPEN_ENDED.search(folded)), plan_year=plan_year)
    if every := _EVERY_PERIOD.match(folded):
        return _recurring(every, is_open_ended=False, plan_year=plan_year)
    if quarters := _QUARTERS.match(folded):
        return _quarter_window(quarters, plan_year)
    if in_month := _MONTH.match(folded):
        return _month_window(in_month, plan_year)
    if whole := _WHOLE_YEAR.match(folded):
        return Schedule("window", *year_bounds(_year(whole, plan_year)))
    kind: ScheduleKind = "continuous" if _CONTINUOUS.match(folded) else "not_understood"
    return Schedule(kind, *year_bounds(plan_year))


def _recurring(match: re.Match[str], *, is_open_ended: bool, plan_year: int) -> Schedule:
    span, count = int(match["span"] or 1), int(match.groupdict().get("count") or 1)
    if match["period"] == "tuan":
        expected = WEEKS_PER_YEAR // span * count if span else 0
    else:
        expected = MONTHS_PER_YEAR // (span * MONTHS_PER_PERIOD[match["period"]]) * count if span else 0
    if not expected:
        return Schedule("not_understood", *year_bounds(plan_year))
    return Schedule("recurring", *year_bounds(plan_year), expected, is_open_ended)


def _quarter_window(match: re.Match[str], plan_year: int) -> Schedule:
    year, first = _year(match, plan_year), QUARTERS[match["first"]]
    last = QUARTERS[match["last"]] if match["last"] else first
    if last < first:
        return Schedule("not_understood", *year_bounds(year))
    return Schedule("window", quarter_bounds(year, first)[0], quarter_bounds(year, last)[1])


def _month_window(match: re.Match[str], plan_year: int) -> Schedule:
    year, month = _year(match, plan_year), int(match["month"])
    if not 1 <= month <= MONTHS_PER_YEAR:
        return Schedule("not_understood", *year_bounds(year))
    return Schedule("window", *month_bounds(year, month))


def _year(match: re.Match[str], plan_year: int) -> int:
    """The year named in the phrase; year 0, which no calendar has, is read as not named."""
    return int(match["year"] or 0) or plan_year


def year_bounds(year: int) -> tuple[date, date]:
    """First and last day of a calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def quarter_bounds(year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a quarter, 1 to 4."""
    return month_bounds(year, 3 * quarter - 2)[0], month_bounds(year, 3 * quarter)[1]


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """First and last day of a calendar month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def months_of_year(year: int) -> list[str]:
    """The twelve months of a year as ``YYYY-MM``."""
    return [f"{year}-{month:02d}" for month in range(1, MONTHS_PER_YEAR + 1)]
