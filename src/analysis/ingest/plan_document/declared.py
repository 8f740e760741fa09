"""The declared tables of the plan reader: headings, slips of the scanner, words of a channel. Nothing else is ever mended or proposed."""

import csv
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from analysis.text import fold, normalise

ITEM_FIELDS = {
    "stt": "STT",
    "content": "Nội dung công việc",
    "lead": "Đơn vị thực hiện",
    "coordinating": "Đơn vị phối hợp",
    "deliverable": "Sản phẩm",
    "time": "Thời gian",
}
NEAR_HEADING = 0.88  # one or two letters of a heading misread; further off, a person decides
LONGEST_HEADING = 60
_SIGNS = re.compile(r"[\s.:*]+")


@dataclass(frozen=True)
class Slip:
    """A wrong phrase of the scanner, the right one, and why."""

    wrong: str
    right: str
    reason_vi: str


@dataclass(frozen=True)
class ChannelWord:
    """A word that proposes a channel and a kind of activity; rank 1 is the most telling."""

    word_vi: str
    channel: str
    activity_type: str
    rank: int


def _rows(table: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(table).read_text(encoding="utf-8")
    return [{key: normalise(value) for key, value in row.items()} for row in csv.DictReader(text.splitlines())]


@cache
def slips() -> tuple[Slip, ...]:
    """Slips of the scanner, longest first."""
    found = [Slip(**row) for row in _rows("slips.csv")]
    return tuple(sorted(found, key=lambda slip: (-len(slip.wrong), slip.wrong)))


@cache
def channel_words() -> tuple[ChannelWord, ...]:
    """Words that propose a channel."""
    return tuple(ChannelWord(row["word_vi"], row["channel"], row["activity_type"], int(row["rank"])) for row in _rows("channels.csv"))


@cache
def known_headings() -> dict[str, str]:
    """Folded heading → field of an item."""
    return {_folded_heading(row["heading_vi"]): row["column"] for row in _rows("headings.csv")}


def field_of_heading(heading: str) -> str | None:
    """The field of an item a heading names, also with a letter misread; None for another heading."""
    if len(heading) > LONGEST_HEADING:
        return None
    folded = _folded_heading(heading)
    if folded in known_headings():
        return known_headings()[folded]
    near = get_close_matches(folded, known_headings(), n=1, cutoff=NEAR_HEADING)
    return known_headings()[near[0]] if near else None


def is_heading_as_declared(heading: str) -> bool:
    """Whether a heading is one of the declared ones, letter by letter."""
    return _folded_heading(heading) in known_headings()


def _folded_heading(heading: str) -> str:
    return _SIGNS.sub(" ", fold(heading)).replace(" / ", "/").strip()
