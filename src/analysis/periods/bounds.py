"""First and last days of years, quarters and months, and windows made of several pieces."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3

Window = tuple[date, date]


def year_bounds(year: int) -> Window:
    """First and last day of a calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def quarter_bounds(year: int, quarter: int) -> Window:
    """First and last day of a quarter, 1 to 4."""
    return month_bounds(year, MONTHS_PER_QUARTER * quarter - 2)[0], month_bounds(year, MONTHS_PER_QUARTER * quarter)[1]


def month_bounds(year: int, month: int) -> Window:
    """First and last day of a calendar month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def whole_months(window: Window) -> int | None:
    """How many calendar months a window covers; None when it begins or ends inside a month."""
    start, end = window
    if start.day != 1 or end != month_bounds(end.year, end.month)[1]:
        return None
    return MONTHS_PER_YEAR * (end.year - start.year) + end.month - start.month + 1


def days(window: Window) -> int:
    """Days of a window, both ends counted."""
    return (window[1] - window[0]).days + 1


def united(windows: Iterable[Window]) -> list[Window] | None:
    """Windows in order with neighbours joined; None when two of them overlap, for then the phrase contradicts itself."""
    joined: list[Window] = []
    for start, end in sorted(windows):
        if joined and start <= joined[-1][1]:
            return None
        if joined and start == joined[-1][1] + timedelta(days=1):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
