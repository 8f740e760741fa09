"""What the words in an item's cells leave in doubt: asked when a document is parsed, and again when its review comes back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.ingest.plan_document.declared import ITEM_FIELDS
from analysis.ingest.plan_document.draft import UnitReading
from analysis.periods import parse_schedule

UNIT_FIELDS = ("lead", "coordinating")
NOT_SETTLED = ("near", "unknown")
OPTIONAL_FIELDS = ("stt", "coordinating")
UNIT_DOUBT = "đơn vị “"
ANY_YEAR = 2000  # where the year of the plan is not known yet
_CUT_OFF = re.compile(
    r"(?:[,;(]|\b(?:và|của|các|những|trên|tại|theo|cho|với|về|trong|từ|đến|qua|do|bằng|để|như|là|có|được|cơ|đóng trên))$", re.IGNORECASE
)


@dataclass(frozen=True)
class Doubt:
    """A doubt in Vietnamese and the field of the cell it is about."""

    field: str
    said: str


def is_cut_off(text: str) -> bool:
    """Whether a text ends with a sign or word that wants another."""
    return bool(_CUT_OFF.search(text))


def doubts_of(cells: Mapping[str, str], readings: Mapping[str, Sequence[UnitReading]], year: int | None) -> list[Doubt]:
    """Doubts about the cells of an item by field of ``ITEM_FIELDS``: missing, possibly cut, a time or unit not understood."""
    told = [Doubt(name, f"thiếu ô “{title}”") for name, title in ITEM_FIELDS.items() if name not in OPTIONAL_FIELDS and not cells[name]]
    told += [Doubt(name, f"ô “{title}” có thể bị cắt: “… {cells[name][-30:]}”") for name, title in ITEM_FIELDS.items() if is_cut_off(cells[name])]
    told += _about_time(cells["time"], year)
    return told + [Doubt(name, doubt_about(one)) for name in UNIT_FIELDS for one in readings.get(name, ()) if one.kind in NOT_SETTLED]


def _about_time(phrase: str, year: int | None) -> list[Doubt]:
    schedule = parse_schedule(phrase, year or ANY_YEAR)
    if phrase and schedule.kind == "not_understood":
        return [Doubt("time", f"chưa hiểu thời gian “{phrase}”")]
    if year and {schedule.start.year, schedule.end.year} != {year}:
        return [Doubt("time", f"thời gian “{phrase}” nằm ngoài năm {year} của kế hoạch")]
    return []


def doubt_about(reading: UnitReading) -> str:
    """The question a unit that is not settled puts to a person."""
    suggestion = f": {reading.suggestion}" if reading.suggestion else ""
    return f"{UNIT_DOUBT}{reading.text}” {'gần giống' if reading.kind == 'near' else 'chưa rõ'}{suggestion}"
