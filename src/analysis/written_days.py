"""Days and periods as Vietnamese offices write them; the day always stands before the month.

    written := [weekday] [time] (day | period | day to day) [time]
    day     := D/M/Y | D-M-Y | D.M.Y | Y-M-D | ["ngày"] D "tháng" M ["năm" Y]      period := month | quarter | year
    month   := ["tháng"] M/Y | "tháng" M ["năm" Y]      quarter := "quý" Q [(/ | "năm") Y] | part      year := ["cả" | "trong"] "năm" Y
    part    := ("3" | "6" | "9") "tháng" ("đầu" | "cuối") "năm" [Y] | "nửa" ("đầu" | "cuối") "năm" [Y], known to its quarters

The first day of a span may leave out what its last day says: ``05-07/5/2021``, ``từ 05/5 đến 07/5/2021``.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from analysis.periods import QUARTERS, month_bounds, quarter_bounds, year_bounds
from analysis.text import fold

Precision = Literal["day", "month", "quarter", "year"]
Reason = Literal["empty", "not_a_date", "impossible_day", "no_year", "short_year", "end_before_start", "weekday_differs"]
REASONS: tuple[str, ...] = get_args(Reason)
FIRST_YEAR, LAST_YEAR = 1900, 2099

_YEAR = r"(?P<year>[0-9]{4})"
_CLOCK = r"(?:[01]?[0-9]|2[0-3])\s*(?::[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|h(?:[0-5][0-9])?|gio(?:\s*[0-5]?[0-9](?:\s*phut)?)?)"
_TIME_BEFORE = re.compile(rf"^(?:luc|vao)?\s*{_CLOCK}\s*[,|–-]?\s*(?=ngay\b|[0-9])")
_TIME_AFTER = re.compile(rf"(?<=[0-9])(?:\s*[,|]\s*|\s+|t)(?:luc\s+)?{_CLOCK}$")
_WEEKDAY = re.compile(r"^(?P<name>chu nhat|cn|thu\s+(?:[2-7]|hai|ba|tu|nam|sau|bay)|t[2-7])\s*(?:[,:]|\s)\s*(?=ngay\b|[0-9])")
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5, "nhat": 6, "cn": 6}
_DAY_FORMS = (
    re.compile(r"(?:ngay )?(?P<day>[0-9]{1,2})\s*(?P<mark>[/.-])\s*(?P<month>[0-9]{1,2})\s*(?P=mark)\s*(?P<year>[0-9]{2}|[0-9]{4})"),
    re.compile(rf"{_YEAR}(?P<mark>[/-])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}})"),
    re.compile(rf"(?:ngay )?(?P<day>[0-9]{{1,2}}) thang (?P<month>[0-9]{{1,2}})(?:,? nam {_YEAR}|\s*/\s*(?P<slashed>[0-9]{{4}}))?"),
    re.compile(r"(?:ngay )?(?P<day>[0-9]{1,2})[/-](?P<month>[0-9]{1,2})"),
)
_MONTH_FORMS = (
    re.compile(rf"(?:trong )?(?:thang |t\.?)?(?P<month>[0-9]{{1,2}})\s*[/-]\s*{_YEAR}"),
    re.compile(rf"(?:trong )?thang (?P<month>[0-9]{{1,2}})(?: nam {_YEAR})?"),
)
_QUARTER_FORM = re.compile(rf"(?:trong )?(?:quy |q)(?P<quarter>iv|i{{1,3}}|[1-4])(?:\s*(?:/|-|nam)\s*{_YEAR})?")
_PART_FORM = re.compile(rf"(?:trong )?(?:(?P<months>0?[369]|ba|sau|chin) thang|nua) (?P<side>dau|cuoi) nam(?: {_YEAR})?")
_PART_MONTHS = {"ba": 3, "sau": 6, "chin": 9}
_YEAR_FORM = re.compile(rf"(?:ca |trong )?nam {_YEAR}")
_TO = re.compile(r"\s*(?:\bden het\b|\bden\b|\btoi\b|[-–—])\s*")


@dataclass(frozen=True)
class WrittenDay:
    """First and last day meant, and how precisely they are known (codes of ``DATE_PRECISIONS``)."""

    start: date
    end: date
    precision: Precision


def read_day(text: str, default_year: int | None = None) -> WrittenDay:
    """Read one written day, span or period; a missing year is ``default_year``. Raises ``ValueError`` with one of ``REASONS``."""
    folded = " ".join(fold(text).split()).rstrip(" .")
    if not folded:
        raise ValueError("empty")
    weekday = _WEEKDAY.match(folded)
    bare = _TIME_AFTER.sub("", _TIME_BEFORE.sub("", folded[weekday.end() if weekday else 0 :]))
    found = _point(bare, default_year) or _span(bare.removeprefix("tu "), default_year)
    if found is None:
        raise ValueError("not_a_date")
    if weekday and found.start.weekday() != _weekday_number(weekday["name"]):
        raise ValueError("weekday_differs")
    return found


def _point(bare: str, default_year: int | None) -> WrittenDay | None:
    """One day or one period; None when the text is of another form."""
    for form in _DAY_FORMS:
        if match := form.fullmatch(bare):
            day = _date(_year(match, default_year), int(match["month"]), int(match["day"]))
            return WrittenDay(day, day, "day")
    for form in _MONTH_FORMS:
        if match := form.fullmatch(bare):
            first = _date(_year(match, default_year), int(match["month"]), 1)
            return WrittenDay(*month_bounds(first.year, first.month), "month")
    if match := _QUARTER_FORM.fullmatch(bare):
        return WrittenDay(*quarter_bounds(_plausible(_year(match, default_year)), QUARTERS[match["quarter"]]), "quarter")
    if match := _PART_FORM.fullmatch(bare):
        return _part(match, _plausible(_year(match, default_year)))
    if match := _YEAR_FORM.fullmatch(bare):
        return WrittenDay(*year_bounds(_plausible(_year(match, None))), "year")
    return None


def _part(match: re.Match[str], year: int) -> WrittenDay:
    """The first or last three, six or nine months of a year: whole quarters, and known no closer."""
    written = match["months"] or "sau"
    quarters = (_PART_MONTHS.get(written) or int(written)) // 3
    first, last = (1, quarters) if match["side"] == "dau" else (5 - quarters, 4)
    return WrittenDay(quarter_bounds(year, first)[0], quarter_bounds(year, last)[1], "quarter")


def _span(bare: str, default_year: int | None) -> WrittenDay | None:
    """First day to last day; the first takes month and year from the last where it names none."""
    for joint in _TO.finditer(bare):
        last = _point(bare[joint.end() :], default_year)
        if last is None:
            continue
        first_text = bare[: joint.start()]
        if last.precision == "day" and re.fullmatch(r"(?:ngay )?[0-9]{1,2}", first_text):
            first_text = f"{first_text}/{last.start.month}"
        first = _point(first_text, last.start.year)
        if first is None or first.precision != last.precision:
            continue
        if first.start > last.start:
            raise ValueError("end_before_start")
        return WrittenDay(first.start, last.end, last.precision)
    return None


def _year(match: re.Match[str], default_year: int | None) -> int:
    written = match.groupdict()
    year = written.get("year") or written.get("slashed")
    if year is None and default_year is None:
        raise ValueError("no_year")
    if year is not None and len(year) == 2:
        raise ValueError("short_year")
    return int(year) if year else default_year or 0


def _plausible(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("impossible_day")
    return year


def _date(year: int, month: int, day: int) -> date:
    """A day of the calendar within the years offices write about."""
    try:
        return date(_plausible(year), month, day)
    except ValueError:
        raise ValueError("impossible_day") from None


def _weekday_number(name: str) -> int:
    """Monday is 0; offices count it as the second day (thứ 2)."""
    word = name.split()[-1]
    return int(word[-1]) - 2 if word[-1].isdigit() else _WEEKDAYS[word]
