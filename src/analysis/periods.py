"""Year, half, quarter and month; the time phrases of plans as a window and an expected number of occasions.

The grammar reads unit words, never positions, because offices write the count and the period in either
order: "01 kỳ/tháng" (12 a year) and "Định kỳ 6 tháng/01 lần" (2 a year). A phrase that names no count
("Thường xuyên", "Trong năm 2021", "Quý II/2021") leaves the expected occasions *not stated* (None), never 1.

    phrase    := window | recurrence ["và …" open-ended extra] | "thường xuyên"
    window    := ["trong"] "quý" QUARTER ["-" QUARTER] ["/" YEAR] | ["trong"] "tháng" MONTH ["-" MONTH] ["/" YEAR]
               | (6 | 9) "tháng đầu năm" [YEAR] | "6 tháng cuối năm" [YEAR] | "trong năm" [YEAR] | "trước" DAY "/" MONTH ["/" YEAR]
    recurrence:= COUNT occasion "/" period | ["định kỳ"] period "/" [COUNT] occasion | ("định kỳ" | "hằng" | "mỗi") period [COUNT occasion]
    occasion  := kỳ | lần | số | đợt | cuộc | buổi          period := [N] (tuần | tháng | quý | năm)
    QUARTER   := I | II | III | IV | 1 | 2 | 3 | 4; two quarters joined by a comma or "và" must be neighbours

A range of counts ("1-2 kỳ/tháng") states no number, so none is invented.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.text import fold

MONTHS_PER_PERIOD = {"thang": 1, "quy": 3, "nam": 12}
WEEKS_PER_YEAR = 52
MONTHS_PER_YEAR = 12
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_OCCASION = r"(?:ky|lan|so|dot|cuoc|buoi)"
_PERIOD = r"(?:(?P<span>\d{1,2})\s*)?(?P<period>tuan|thang|quy|nam)"
_QUARTER = r"iv|i{1,3}|[1-4]"
_YEAR = r"(?:\s*(?:/|nam)?\s*(?P<year>\d{4}))?"
_COUNT_RANGE = re.compile(rf"\d+\s*(?:-|–|/|den)\s*\d+\s*{_OCCASION}")
_COUNT_FIRST = re.compile(rf"(?<![\d.,])(?P<count>\d{{1,3}})\s*{_OCCASION}\s*/\s*{_PERIOD}\b")
_PERIOD_FIRST = re.compile(rf"\b{_PERIOD}\s*/\s*(?:(?P<count>\d{{1,3}})\s*)?{_OCCASION}\b")
_EVERY_PERIOD = re.compile(rf"^(?:dinh ky|hang|moi)\s+(?:hang\s+|moi\s+)?{_PERIOD}(?:\s+(?P<count>\d{{1,3}})\s*{_OCCASION})?$")
_OPEN_ENDED = re.compile(r"\bva\s+(?:cac|nhung)\b")
_QUARTERS = re.compile(rf"^(?:trong\s+)?quy\s+(?P<first>{_QUARTER})(?:\s*(?P<joint>-|–|,|va|den)\s*(?:quy\s+)?(?P<last>{_QUARTER}))?{_YEAR}$")
_MONTHS = re.compile(rf"^(?:trong\s+)?thang\s+(?P<first>\d{{1,2}})(?:\s*(?:-|–|den)\s*(?P<last>\d{{1,2}}))?{_YEAR}$")
_PART_OF_YEAR = re.compile(r"^(?:trong\s+)?(?P<months>6|9)\s+thang\s+(?P<side>dau|cuoi)\s+nam(?:\s+(?P<year>\d{4}))?$")
_BEFORE_DAY = re.compile(r"^truoc\s+(?:ngay\s+)?(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?$")
_WHOLE_YEAR = re.compile(r"^(?:trong\s+)?nam\s+(?P<year>\d{4})$|^(?:trong|ca)\s+nam$")
_CONTINUOUS = re.compile(r"^thuong\s+xuyen")

Window = tuple[date, date]
ScheduleKind = Literal["continuous", "window", "recurring", "on_demand", "not_understood"]


@dataclass(frozen=True)
class Schedule:
    """What a time phrase states: its window, and occasions expected in the year (None = not stated).

    ``parts`` holds the pieces of a window with gaps ("Quý I, III"); it is empty for a window in one piece.
    """

    kind: ScheduleKind
    start: date
    end: date
    expected_count: int | None = None
    is_open_ended: bool = False
    parts: tuple[Window, ...] = ()


def parse_schedule(phrase: str, plan_year: int) -> Schedule:
    """Read the time phrase of a plan item; a phrase outside the grammar spans the year and says so."""
    folded = fold(phrase)
    whole_year = year_bounds(plan_year)
    if _CONTINUOUS.match(folded):
        return Schedule("continuous", *whole_year)
    if _COUNT_RANGE.search(folded):
        return Schedule("not_understood", *whole_year)
    if recurrence := _COUNT_FIRST.search(folded) or _PERIOD_FIRST.search(folded) or _EVERY_PERIOD.match(folded):
        return _recurring(recurrence, is_open_ended=bool(_OPEN_ENDED.search(folded)), plan_year=plan_year)
    for pattern, read in _WINDOWS:
        if found := pattern.match(folded):
            window = read(found, _year(found, plan_year))
            return Schedule("window", *window) if window else Schedule("not_understood", *whole_year)
    return Schedule("not_understood", *whole_year)


def _recurring(match: re.Match[str], *, is_open_ended: bool, plan_year: int) -> Schedule:
    span, count = int(match["span"] or 1), int(match["count"] or 1)
    if match["period"] == "tuan":
        expected = WEEKS_PER_YEAR // span * count if span else 0
    else:
        expected = MONTHS_PER_YEAR // (span * MONTHS_PER_PERIOD[match["period"]]) * count if span else 0
    if not expected:
        return Schedule("not_understood", *year_bounds(plan_year))
    return Schedule("recurring", *year_bounds(plan_year), expected, is_open_ended)


def _quarters(match: re.Match[str], year: int) -> Window | None:
    """Quarters named one by one must be neighbours; a gap between them is no single window."""
    first = QUARTERS[match["first"]]
    last = QUARTERS[match["last"]] if match["last"] else first
    if last < first or (match["joint"] in (",", "va") and last != first + 1):
        return None
    return quarter_bounds(year, first)[0], quarter_bounds(year, last)[1]


def _months(match: re.Match[str], year: int) -> Window | None:
    first = int(match["first"])
    last = int(match["last"] or first)
    if not 1 <= first <= last <= MONTHS_PER_YEAR:
        return None
    return month_bounds(year, first)[0], month_bounds(year, last)[1]


def _part_of_year(match: re.Match[str], year: int) -> Window:
    months = int(match["months"])
    if match["side"] == "dau":
        return date(year, 1, 1), month_bounds(year, months)[1]
    return date(year, MONTHS_PER_YEAR - months + 1, 1), date(year, 12, 31)


def _before_day(match: re.Match[str], year: int) -> Window | None:
    try:
        return date(year, 1, 1), date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _year(match: re.Match[str], plan_year: int) -> int:
    """The year named in the phrase; year 0, which no calendar has, is read as not named."""
    return int(match["year"] or 0) or plan_year


def _whole(_: re.Match[str], year: int) -> Window:
    return year_bounds(year)


def year_bounds(year: int) -> tuple[date, date]:
    """First and last day of a calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def quarter_bounds(year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a quarter, 1 to 4."""
    return month_bounds(year, 3 * quarter - 2)[0], month_bounds(year, 3 * quarter)[1]


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """First and last day of a calendar month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


_WINDOWS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], int], Window | None]], ...] = (
    (_QUARTERS, _quarters),
    (_MONTHS, _months),
    (_PART_OF_YEAR, _part_of_year),
    (_BEFORE_DAY, _before_day),
    (_WHOLE_YEAR, _whole),
)
