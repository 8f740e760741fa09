"""Vietnamese text and numbers: one normaliser for every entrance, one number format for every exit."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_ETH_TO_D = str.maketrans({"Ð": "Đ", "ð": "đ"})
_SPACES = re.compile(r"[ \t\u00a0\u202f\u2000-\u200a]+")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}

# Old and new tone placement on open oa, oe, uy: Hoà/Hòa, Thuỷ/Thủy. The first-vowel form is ours.
_OPEN_GLIDE = re.compile(r"(?<![qQ])([oO])([aAeE])([\u0300\u0301\u0303\u0309\u0323])(?![\w\u0300-\u036f])")
_OPEN_UY = re.compile(r"(?<![qQ])([uU])([yY])([\u0300\u0301\u0303\u0309\u0323])(?![\w\u0300-\u036f])")

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONE_ORDER = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

DASH = "–"


@lru_cache(maxsize=200_000)  # the same names and codes stand in thousands of cells
def normalise(text: str) -> str:
    """NFC, eth to Đ, no zero-width characters, canonical tone placement, single ordinary spaces."""
    decomposed = unicodedata.normalize("NFD", text.translate(_ETH_TO_D).translate(_ZERO_WIDTH))
    decomposed = _OPEN_GLIDE.sub(r"\1\3\2", decomposed)
    decomposed = _OPEN_UY.sub(r"\1\3\2", decomposed)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", decomposed)).strip()


def fold(text: str) -> str:
    """Lower case without diacritics, for matching only; never shown and never stored."""
    decomposed = unicodedata.normalize("NFD", normalise(text).casefold().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Key of Vietnamese dictionary order: letters first, then tones (ngang huyền hỏi ngã sắc nặng)."""
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", normalise(text)):
        letter, tone = _split_tone(char.casefold())
        position = _ALPHABET.find(letter) if letter else -1
        letters.append(1000 + position if position >= 0 else ord(char))
        tones.append(_TONE_ORDER[tone])
    return tuple(letters), tuple(tones), text


def _split_tone(char: str) -> tuple[str, str]:
    marks = unicodedata.normalize("NFD", char)
    tone = next((mark for mark in marks if mark in _TONES), "")
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES)), tone


def decode(content: bytes) -> str:
    """Text of a received file in UTF-8 (with or without mark), UTF-16 with mark, or Windows-1258.

    Raises ``UnicodeDecodeError`` when none of them fits.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258")


def number(value: float | Decimal, decimals: int = 0) -> str:
    """``1234.5`` → ``1.234,5``: dot thousands, comma decimals, halves rounded up as an office would. Raises ``ValueError`` for NaN or infinity."""
    if not Decimal(str(value)).is_finite():
        raise ValueError(f"{value} is not a number to print")
    with localcontext(prec=60):
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded + 0:,.{decimals}f}".translate(str.maketrans(",.", ".,")).replace("-", "−")


def signed(value: float, decimals: int = 2) -> str:
    """Number with an explicit sign: ``+0,18`` or ``−1,20``."""
    shown = number(value, decimals)
    return shown if shown.startswith("−") or not shown.strip("0,") else f"+{shown}"


def percent(share: float, decimals: int = 1) -> str:
    """Share 0-1 → ``31,9 %`` with a no-break space."""
    return f"{number(100 * Decimal(str(share)), decimals)}\u00a0%"


def p_value(value: float | None) -> str:
    """``p = 0,25``, ``p < 0,01``; never 0."""
    if value is None:
        return f"p {DASH}"
    return f"p = {number(value, 2)}" if value >= 0.01 else "p < 0,01"


def day(value: date) -> str:
    """``2021-02-05`` → ``05/02/2021``."""
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def day_of_iso(iso: str) -> str:
    """``"2021-02-05"`` → ``05/02/2021``. Raises ``ValueError`` for what is no ISO day."""
    return day(date.fromisoformat(iso))


def month(period_month: str) -> str:
    """``2021-05`` → ``5/2021``; January and February keep their zero, as official papers do."""
    year, number_of_month = period_month.split("-")
    return f"{number_of_month if number_of_month in ('01', '02') else int(number_of_month)}/{year}"


def enumerate_vi(parts: list[str]) -> str:
    """``a, b và c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " và " + parts[-1] if parts else ""


def year_spans(years: Iterable[int]) -> str:
    """``2005–2007, 2009`` of a set of years."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}{DASH}{span[-1]}" for span in spans)


def decapitalised(text: str) -> str:
    """First letter lower case, the rest untouched."""
    return text[:1].lower() + text[1:]


def sentence_case(text: str) -> str:
    """First letter upper case, the rest untouched."""
    return text[:1].upper() + text[1:]
