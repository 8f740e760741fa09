"""Number words to digits and a phrase to the facts it states; a word that states nothing known ends the reading.

Number words are read before diacritics are dropped: afterwards "sáu" (six) and "sau" (after) are one word.
"""

import re
from dataclasses import dataclass

from analysis.text import fold, normalise

_NUMBERS = {
    "mười hai": 12,
    "mười một": 11,
    "mười": 10,
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
}
_NAMED_MONTHS = {"giêng": 1, "chạp": 12}
_WORD = "|".join(_NUMBERS)
_COUNTED = "kỳ|kì|lần|số|đợt|cuộc|buổi|lớp|phiên|hội nghị|tuần|tháng|quý"
# "năm" is five only before an occasion, "tuần" or "tháng", and never after a word that makes it a year.
_BEFORE_COUNTED = re.compile(rf"(?<![\w/])(?<!mỗi )(?<!hằng )(?<!hàng )(?<!một )(?<!1 )(?<!/ )(?P<word>{_WORD})(?= (?:{_COUNTED})\b)")
_BEFORE_YEAR = re.compile(rf"(?<!\w)(?P<word>{_WORD.replace('|năm', '')})(?= năm\b)")
_AFTER_MONTH = re.compile(
    rf"(?<=\btháng )(?P<word>{_WORD}|giêng|chạp)(?=$|[ /,.;)-](?! ?\d{{4}}))|(?<=\btháng )(?P<dated>{_WORD.replace('|năm', '')})\b"
)
_AFTER_QUARTER = re.compile(r"(?<=\bquý )(?P<word>một|nhất|hai|nhì|ba|bốn|tư)\b(?! (?:kỳ|lần|số|đợt|cuộc|buổi))")
_RANKS = {"nhất": 1, "nhì": 2}
_OLD_SPELLING = re.compile(r"\bquí\b")
_TIGHT = re.compile(r"\s*([/–—−-])\s*")

OCCASION = r"(?:ky|ki|lan|so|dot|cuoc|buoi|lop|phien|hoi nghi)"
_QUARTER = r"(?:iv|i{1,3}|0?[1-4])"
_MONTH = r"\d{1,2}"
_YEAR = r"(?:(?:/|\s*nam\s+|\s+)(?:nam\s+)?\d{4}\b)?"
_SEPARATOR = r"(?:\s*(?:,|;|&|\bva\b)\s*(?:va\s+)?|-|\s+den\s+(?:het\s+)?)"
_NOT_COUNTED = rf"(?!\d|/\d{{1,2}}\b|\s*(?:thang|tuan|{OCCASION})\b)"
_NOT_ONE_OF = r"(?!\s*(?:\d|iv\b|i{1,3}\b|dau\b|cuoi\b))"
_PERIOD = rf"(?:(?P<span>\d{{1,2}})\s*)?(?P<period>tuan|thang|quy|nam){_NOT_ONE_OF}\b"
_PERIOD_BEFORE_COUNT = r"(?:(?P<span>\d{1,2})\s*)?\b(?P<period>tuan|thang|quy|nam)"
_COUNT = rf"(?P<count>\d{{1,3}})\s*{OCCASION}\b"
_RECURS = r"(?:(?:dinh ky|hang|moi|cu|cu moi)\s+)"

_FACTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("count_range", rf"\d+(?:-|/|\s+den\s+|\s+hoac\s+)\d+\s*{OCCASION}\b"),
        ("recurrence", rf"{_COUNT}\s*(?:/|tren|trong(?:\s+moi)?|moi|1(?=\s+(?:tuan|thang|quy|nam)\b)|cho\s+moi)?\s*{_RECURS}?{_PERIOD}"),
        ("recurrence", rf"{_RECURS}*{_PERIOD_BEFORE_COUNT}(?:\s*[/:,]\s*|\s+)(?:it nhat\s+|toi thieu\s+)?{_COUNT}"),
        ("recurrence", rf"{_RECURS}*{_PERIOD_BEFORE_COUNT}/{OCCASION}\b"),
        ("every_year", rf"(?:hang|moi)\s+nam{_NOT_ONE_OF}\b"),
        ("every_day", r"(?:hang|moi)\s+ngay\b(?!\s*\d)"),
        ("recurrence", rf"{_RECURS}+{_PERIOD}"),
        ("occasions", _COUNT),
        (
            "on_demand",
            r"(?<!sau )khi\s+(?:co\s+)?(?:yeu cau|phat sinh|can thiet|can|nhu cau|chi dao|tinh huong|su kien|vu viec)\b|theo yeu cau\b|dot xuat\b",
        ),
        ("continuous", r"thuong xuyen\b|lien tuc\b"),
        ("open_end", r"va\s+(?:cac|nhung)\s.*$"),
        ("part_of_year", r"(?P<months>\d{1,2})\s+thang\s+(?P<side>dau|cuoi)\s+nam\b(?:\s*(?P<year>\d{4})\b)?"),
        ("half_year", r"nua\s+(?P<side>dau|cuoi)\s+nam\b(?:\s*(?P<year>\d{4})\b)?"),
        ("quarters", rf"quy\s+{_QUARTER}\b{_YEAR}(?:{_SEPARATOR}(?:quy\s+)?{_QUARTER}\b{_NOT_COUNTED}{_YEAR})*"),
        ("months", rf"thang\s+{_MONTH}{_NOT_COUNTED}{_YEAR}(?:{_SEPARATOR}(?:thang\s+)?{_MONTH}{_NOT_COUNTED}{_YEAR})*"),
        ("day", r"(?:ngay\s+)?(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}))?(?![\d/])"),
        ("day", r"ngay\s+(?P<day>\d{1,2})\s+thang\s+(?P<month>\d{1,2})(?:\s+nam\s+(?P<year>\d{4}))?(?!\d)"),
        ("months", r"\d{1,2}/\d{4}(?!\d)"),
        ("year", r"(?:(?:ca |suot )?nam\s+)?(?P<year>\d{4})(?!\d)|nam nay\b|(?:trong|ca|suot)\s+nam\b(?!\s*\d)"),
        ("day_of_period", r"(?:truoc\s+)?ngay\s+\d{1,2}\b(?![/-]|\s*thang\s+\d)|thu\s+(?:[2-7]|hai|ba|tu|nam|sau|bay)\b|chu nhat\b"),
        ("from", r"(?:bat dau\s+)?(?:ke\s+)?tu\b"),
        ("before", r"truoc\b"),
        ("until", r"(?:cham nhat|muon nhat)(?:\s+(?:la|vao|den))*(?:\s+trong)?\b|khong\s+(?:qua|muon hon)\b|den\s+(?:het\s+)?|het\s+|-"),
        ("and", r"va\b|[,;&]"),
        (
            "filler",
            r"(?:hoan thanh|xong|thuc hien|to chuc|trien khai|trong|du kien|vao|thoi gian|dinh ky|it nhat|toi thieu|khong it hon|khong duoi|cua)\b"
            r"|[():.+/]|\s+",
        ),
    )
)


@dataclass(frozen=True)
class Fact:
    """One thing a phrase states: its kind, its folded words and the pattern's named groups."""

    kind: str
    words: str
    groups: dict[str, str | None]

    def __getitem__(self, name: str) -> str | None:
        return self.groups.get(name)


def facts_of(phrase: str) -> list[Fact] | None:
    """What a phrase states, in its order; None when a word is outside the grammar."""
    folded, position, facts = prepared(phrase), 0, []
    while position < len(folded):
        fact, position = _fact_at(folded, position)
        if fact is None:
            return None
        if fact.kind != "filler":
            facts.append(fact)
    return facts


def _fact_at(folded: str, position: int) -> tuple[Fact | None, int]:
    if position and folded[position - 1].isalnum() and folded[position].isalnum():
        return None, position
    for kind, pattern in _FACTS:
        if (found := pattern.match(folded, position)) and found.end() > position:
            return Fact(kind, found.group(), found.groupdict()), found.end()
    return None, position


def prepared(phrase: str) -> str:
    """Folded words with numbers as digits and one sign for every dash."""
    text = _OLD_SPELLING.sub("quý", " ".join(normalise(phrase).casefold().split()))
    for pattern in (_AFTER_QUARTER, _AFTER_MONTH, _BEFORE_COUNTED, _BEFORE_YEAR):
        text = pattern.sub(_as_digits, text)
    return _TIGHT.sub(lambda sign: "/" if sign[1] == "/" else "-", fold(text)).strip()


def _as_digits(found: re.Match[str]) -> str:
    word = found.group()
    return str({**_NUMBERS, **_NAMED_MONTHS, **_RANKS}[word])
