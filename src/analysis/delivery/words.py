"""Days and periods in words, no more exactly than they are known."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from analysis import text
from analysis.delivery.timing import Window, is_over
from analysis.periods import MONTHS_PER_QUARTER

MOST_NAMED = 3  # a title or headline names no more that tie: more have nothing in common that a name would tell
_QUARTERS = ("I", "II", "III", "IV")
MONTHS_PER_HALF = 6


def so_far(year: int, as_of: date) -> str:
    """``Năm 2021``, or ``Từ đầu năm đến 15/08/2021`` while the year is not over."""
    return f"Năm {year}" if is_over(year, as_of) else f"Từ đầu năm đến {text.day(as_of)}"


def unfinished_month(year: int, as_of: date) -> int | None:
    """The month of the year in which a day lies before its last day, None in any other case."""
    is_inside = as_of.year == year and not pd.Timestamp(as_of).is_month_end
    return as_of.month if is_inside else None


def day_as_known(day: date, precision: str) -> str:
    """A day no more exactly than it is known: ``05/02/2021``, ``02/2021``, ``quý I/2021`` or ``năm 2021``."""
    match precision:
        case "month":
            return text.month(f"{day:%Y-%m}")
        case "quarter":
            return f"quý {_QUARTERS[(day.month - 1) // MONTHS_PER_QUARTER]}/{day.year}"
        case "year":
            return f"năm {day.year}"
        case _:
            return text.day(day)


def periods_in_words(windows: Iterable[Window]) -> str:
    """Periods with neighbours joined: ``6 tháng cuối năm 2021``, ``tháng 5/2021 và quý IV/2021``."""
    joined: list[Window] = []
    for start, end in windows:
        if joined and start == joined[-1][1] + pd.Timedelta(days=1):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return text.enumerate_vi([_period(start, end) for start, end in joined])


def _period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    if start.day != 1 or not end.is_month_end or start.year != end.year:
        return f"từ {text.day(start)} đến {text.day(end)}"
    months = end.month - start.month + 1
    match months:
        case 1:
            return f"tháng {text.month(f'{start:%Y-%m}')}"
        case 3 if end.month % MONTHS_PER_QUARTER == 0:
            return day_as_known(start, "quarter")
        case 6 if end.month % MONTHS_PER_HALF == 0:
            return f"6 tháng {'đầu' if end.month == MONTHS_PER_HALF else 'cuối'} năm {start.year}"
        case 12:
            return f"cả năm {start.year}"
        case _:
            return f"tháng {text.month(f'{start:%Y-%m}')} đến tháng {text.month(f'{end:%Y-%m}')}"
