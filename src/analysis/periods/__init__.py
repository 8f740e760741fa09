"""Year, half, quarter and month; the time phrases of plans as a window and an expected number of occasions.

The grammar reads unit words, never positions, because offices write the count and the period in either
order: "01 kỳ/tháng" (12 a year) and "Định kỳ 6 tháng/01 lần" (2 a year). A phrase that names no count
("Thường xuyên", "Trong năm 2021", "Quý II/2021") leaves the expected occasions *not stated* (None), never 1.

    phrase     := [recurrence | occasions] [window …] | "thường xuyên" [window] | demand [window]
    recurrence := COUNT occasion ("/" | "mỗi" | "một" | "trong") period | ["định kỳ" | "mỗi"] period ["/"] [COUNT] occasion
                | ("định kỳ" | "hằng" | "mỗi") period, with or without a day of the period ("ngày 15 hằng tháng")
                  [open end: "và các …", "và đột xuất"]
    occasions  := COUNT occasion beside a window ("02 cuộc trong Quý II")
    occasion   := kỳ | lần | số | đợt | cuộc | buổi | lớp | phiên | hội nghị
    period     := [N] (tuần | tháng | quý | năm)
    window     := "quý" QUARTER … | "tháng" MONTH … | N "tháng" ("đầu" | "cuối") "năm" | "nửa" ("đầu" | "cuối") "năm"
                | ["ngày"] DAY "/" MONTH ["/" YEAR] | "ngày" DAY "tháng" MONTH ["năm" YEAR] | "trong năm" [YEAR] | "hằng năm"
                  joined by "," or "và" (pieces) or by "-" or "đến" (from the first to the last)
                | "từ" window ["đến" window] | ("đến" | "chậm nhất" | "không quá") window, its last day | "trước" window
    demand     := "khi có yêu cầu" | "khi phát sinh" | "khi cần" | "đột xuất" | …

Numbers are digits or words (một … mười hai, tháng giêng, quý tư). "Trước ngày 30/6" ends on 30/6, "trước tháng 6" on 31/5, and both
begin with the year; "từ tháng 3" ends with the year. A year not named is the one named next to it, else the plan's; a window outside the
plan's year stays what the phrase says. A recurrence counts whole periods of its window (whole weeks in its days), of the plan's year
without one. A minimum ("ít nhất 02 lần/năm") is the count expected. Everything else is *not understood*: a word outside the grammar,
a vague border ("đầu năm", "cuối Quý II"), a range or a ceiling of counts ("1-2 kỳ/tháng", "tối đa 02 lần"), products instead of occasions
("mỗi tuần 02 tin"), periods that do not fill the window, pieces that overlap, two recurrences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.periods.bounds import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, Window, days, month_bounds, quarter_bounds, united, whole_months, year_bounds
from analysis.periods.windows import QUARTERS, WINDOW_FACTS, named_windows
from analysis.periods.words import OCCASION, Fact, facts_of

__all__ = [
    "MONTHS_PER_QUARTER",
    "MONTHS_PER_YEAR",
    "QUARTERS",
    "Schedule",
    "ScheduleKind",
    "Window",
    "month_bounds",
    "parse_schedule",
    "quarter_bounds",
    "year_bounds",
]

MONTHS_PER_PERIOD = {"thang": 1, "quy": 3, "nam": 12}
DAYS_PER_WEEK = 7
_OCCASION = re.compile(rf"\b(?<!dinh ){OCCASION}\b")  # "định kỳ" counts nothing
MOST_PIECES = 12  # more pieces than months are no window of a plan
_SAID_ONCE = ("recurrence", "occasions", "count_range", "day_of_period", "every_year", "every_day")

ScheduleKind = Literal["continuous", "window", "recurring", "on_demand", "not_understood"]


@dataclass(frozen=True)
class Schedule:
    """What a time phrase states: its window, and occasions expected in the year (None = not stated).

    ``parts`` holds the pieces of a window with gaps ("Quý I, III"); it is empty for a window in one piece. ``period_months``
    is how many months lie between occasions that fall due one after another ("01 kỳ/tháng" 1, "02 lần/quý" 3; weeks are settled at month
    ends), 0 where they fall due only when the window ends ("02 lần/năm").
    ``occasion`` is the folded word that is counted ("ky", "cuoc", "lan"), empty where the phrase leaves it out ("hằng tháng").
    """

    kind: ScheduleKind
    start: date
    end: date
    expected_count: int | None = None
    is_open_ended: bool = False
    parts: tuple[Window, ...] = ()
    period_months: int = 0
    occasion: str = ""


def parse_schedule(phrase: str, plan_year: int) -> Schedule:
    """Read the time phrase of a plan item; a phrase outside the grammar spans the year and says so."""
    return _schedule(facts_of(phrase) or [], plan_year) or Schedule("not_understood", *year_bounds(plan_year))


def _schedule(facts: Sequence[Fact], plan_year: int) -> Schedule | None:
    """The one reading of the facts, None when there is none or they contradict each other."""
    said = [fact.kind for fact in facts]
    windows = named_windows(facts, plan_year)
    pieces = united(windows) if windows else []
    if not facts or windows is None or pieces is None or len(pieces) > MOST_PIECES:
        return None
    if "count_range" in said or any(said.count(kind) > 1 for kind in _SAID_ONCE) or {"recurrence", "occasions"} <= set(said):
        return None
    counted = [fact for fact in facts if fact.kind in ("recurrence", "occasions")]
    if counted:
        return _counted(counted[0], said, pieces, len(windows), plan_year)
    return _uncounted(said, pieces, plan_year)


def _uncounted(said: Sequence[str], pieces: Sequence[Window], plan_year: int) -> Schedule | None:
    if "open_end" in said or "day_of_period" in said:
        return None
    span, parts = _span(pieces, plan_year)
    if "continuous" in said or "every_day" in said:
        return Schedule("continuous", *span, parts=parts)
    if "on_demand" in said:
        return Schedule("on_demand", *span, parts=parts)
    named = WINDOW_FACTS.intersection(said) or "every_year" in said
    return Schedule("window", *span, parts=parts) if named else None


def _counted(fact: Fact, said: Sequence[str], pieces: Sequence[Window], named_count: int, plan_year: int) -> Schedule | None:
    """A recurrence within its window, or a number of occasions beside the window that holds them."""
    is_plain = not {"continuous", "every_day"}.intersection(said) or fact.kind == "recurrence"
    if not is_plain or ("day_of_period" in said and fact["period"] == "nam"):
        return None
    span, parts = _span(pieces, plan_year)
    expected = _stated(fact, span, parts, named_count)
    if not expected:
        return None
    period_months = _period_months(fact) if fact.kind == "recurrence" and not _is_in_year(fact) else 0
    return Schedule("recurring", *span, expected, "open_end" in said or "on_demand" in said, parts, period_months, _occasion_of(fact))


def _stated(fact: Fact, span: Window, parts: Sequence[Window], named_count: int) -> int | None:
    """Occasions stated for the window; a window in pieces must name as many of them as occasions."""
    count, periods = int(fact["count"] or 1), int(fact["span"] or 1)
    if parts:
        return count if (fact.kind == "occasions" or _is_in_year(fact)) and count == named_count else None
    if fact.kind == "occasions":
        return count if named_count else None
    return count if _is_in_year(fact) else _occasions(fact["period"] or "", periods, span) * count


def _occasion_of(fact: Fact) -> str:
    found = _OCCASION.search(fact.words)
    return "ky" if found and found[0] == "ki" else found[0] if found else ""


def _period_months(fact: Fact) -> int:
    return 1 if fact["period"] == "tuan" else int(fact["span"] or 1) * MONTHS_PER_PERIOD[fact["period"] or ""]


def _is_in_year(fact: Fact) -> bool:
    """A number for the year as a whole, which says nothing of when in it."""
    return fact["period"] == "nam" and int(fact["span"] or 1) == 1


def _occasions(period: str, periods: int, span: Window) -> int:
    """Whole periods in a window, 0 when they do not fill it."""
    if not periods:
        return 0
    if period == "tuan":
        return days(span) // (DAYS_PER_WEEK * periods)
    months, length = whole_months(span), periods * MONTHS_PER_PERIOD[period]
    return months // length if months and months % length == 0 else 0


def _span(pieces: Sequence[Window], plan_year: int) -> tuple[Window, tuple[Window, ...]]:
    if not pieces:
        return year_bounds(plan_year), ()
    return (pieces[0][0], pieces[-1][1]), tuple(pieces) if len(pieces) > 1 else ()
