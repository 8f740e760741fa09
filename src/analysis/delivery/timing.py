"""What a plan's time says of a day: inside the window, before it, in a gap or after it; and which occasions are owed by then."""

from bisect import bisect_left
from datetime import date
from typing import Any

import pandas as pd

from analysis.periods import MONTHS_PER_YEAR

Window = tuple[pd.Timestamp, pd.Timestamp]

INSIDE, EARLY, GAP, LATE = "inside", "early", "gap", "late"


def is_over(year: int, as_of: date) -> bool:
    """Whether a year had ended before a day."""
    return as_of > date(year, 12, 31)


def windows_of(item: pd.Series) -> list[Window]:
    """The pieces of an item's window in order; one piece where it has no gaps."""
    parts = item["window_parts"]
    if pd.isna(parts):
        return [(item["window_start_date"], item["window_end_date"])]
    pieces = [piece.split("/") for piece in parts.split(";")]
    return sorted((pd.Timestamp(start), pd.Timestamp(end)) for start, end in pieces)


def possible_days(activities: pd.DataFrame) -> pd.DataFrame:
    """``first_day`` and ``last_day`` that the dates of each activity may mean: all of its month or quarter where no more is known."""
    first, last = activities["start_date"], activities["end_date"]
    for precision, unit in (("month", "M"), ("quarter", "Q"), ("year", "Y")):
        is_so = activities["date_precision"] == precision
        first = first.mask(is_so, first.dt.to_period(unit).dt.start_time)
        last = last.mask(is_so, last.dt.to_period(unit).dt.end_time.dt.normalize())
    return pd.DataFrame({"first_day": first, "last_day": last})


def placement(item: pd.Series, days: pd.DataFrame) -> pd.Series:
    """Where each of an item's activities falls, from their ``possible_days``: ``inside``, ``early``, ``gap`` or ``late``.

    One known only to a period that touches the window is inside. An item carried out when the need arises has no window to miss.
    """
    placed = pd.Series(INSIDE, index=days.index, dtype="string")
    if item["schedule_kind"] == "on_demand":
        return placed
    first, last, windows = days["first_day"], days["last_day"], windows_of(item)
    touches = pd.Series(False, index=days.index)
    for start, end in windows:
        touches |= (first <= end) & (last >= start)
    placed = placed.mask(~touches, GAP)
    placed = placed.mask(~touches & (last < windows[0][0]), EARLY)
    return placed.mask(~touches & (first > windows[-1][1]), LATE)


def owed_count(item: pd.Series, as_of: date) -> int:
    """Stated occasions whose period had ended before a day: ``01 kỳ/tháng`` owes 7 on 15/08, ``6 tháng/01 lần`` owes 1 from 01/07,
    ``02 lần/quý`` none before 01/04."""
    days = _last_days(item)
    return int(item["expected_count"]) * bisect_left(days, pd.Timestamp(as_of)) // len(days)


def due_date(item: pd.Series, done: int) -> Any:
    """The last day for the occasion after ``done`` of them; NaT when the plan states no more."""
    expected, days = int(item["expected_count"]), _last_days(item)
    due = (day for passed, day in enumerate(days, 1) if expected * passed // len(days) > done)
    return next(due, pd.NaT)


def _last_days(item: pd.Series) -> list[pd.Timestamp]:
    """Days on which occasions fall due: the last day of each period inside the window and of the window, or that alone."""
    windows = windows_of(item)
    last = windows[-1][1]
    if pd.isna(item["period_months"]):
        return [last]
    month_ends = sorted({day for start, end in windows for day in pd.date_range(start, end, freq="ME")} | {last})
    step = int(item["period_months"])
    return sorted({*month_ends[step - 1 :: step], last})


def occasion_periods(item: pd.Series, as_of: date) -> list[tuple[pd.Timestamp, pd.Timestamp, int]]:
    """Periods of which occasions are owed by a day, each with how many: on 15/08 ``6 tháng/01 lần`` has the first half of the year with one."""
    expected, days = int(item["expected_count"]), _last_days(item)
    begin, counted, found = windows_of(item)[0][0], 0, []
    for passed, day in enumerate(days, 1):
        stated = expected * passed // len(days)
        if stated > counted:
            found.append((begin, day, stated - counted))
            begin, counted = day + pd.Timedelta(days=1), stated
    return [period for period in found if period[1] < pd.Timestamp(as_of)]


def missing_periods(item: pd.Series, starts: pd.Series, occasions: pd.Series, as_of: date) -> list[Window]:
    """Owed periods with fewer occasions than stated, in order; what one has too many covers the next ones, then the earlier ones."""
    short: list[tuple[Window, int]] = []
    spare, last = 0, pd.Timestamp.min
    for begin, end, stated in occasion_periods(item, as_of):
        left = spare + int(occasions[(starts > last) & (starts <= end)].sum()) - stated
        if left < 0:
            short.append(((begin, end), -left))
        spare, last = max(left, 0), end
    spare += int(occasions[starts > last].sum())
    missing = []
    for window, lacking in short:
        if lacking > spare:
            missing.append(window)
        spare = max(spare - lacking, 0)
    return missing


def months_ended(year: int, as_of: date) -> int:
    """How many calendar months of a year had ended before a day."""
    return bisect_left(list(pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="ME")), pd.Timestamp(as_of))


def months_begun(year: int, as_of: date) -> int:
    """How many calendar months of a year had begun by a day."""
    return MONTHS_PER_YEAR if as_of.year > year else as_of.month if as_of.year == year else 0
