"""Counts and sums of money as Vietnamese offices write them, to whole numbers.

Dots part thousands, a comma parts decimals, words scale and soften:

    amount := [about …] piece {piece} [unit] [about]          piece := NUMBER [scale], scales falling ("1 tỷ 200 triệu")
    NUMBER := digits | digits with dot thousands | either, a comma and decimals
    scale  := tỷ | tỉ | triệu | tr | ngàn | nghìn               about := gần | trên | hơn | khoảng | chừng | ước (tính, đạt) | xấp xỉ | ~

What reads two ways is refused: ``1,234`` (decimals or English thousands), ``1.23`` (neither), ``10-15``, and ``1 triệu 5``, which is
1.500.000 when spoken and 1.000.005 by the rule above.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

from analysis.text import fold, normalise

Reason = Literal[
    "empty",
    "negative",
    "range",
    "fraction",
    "comma_thousands",
    "misplaced_dot",
    "mixed_separators",
    "unscaled_tail",
    "too_large",
    "not_a_number",
]
REASONS: tuple[str, ...] = get_args(Reason)
LARGEST = 10**15 - 1  # beyond it a double no longer holds every whole number

_SCALES = {"ty": 10**9, "ti": 10**9, "trieu": 10**6, "tr": 10**6, "ngan": 10**3, "nghin": 10**3}
_ABOUT = r"(?:gan|tren|hon|khoang|chung|uoc(?:\s+(?:tinh|dat))?|xap xi|~|≈|>)"
_BEFORE = re.compile(rf"^(?:{_ABOUT}\s*)+(?=[0-9])")
_AFTER = re.compile(rf"\s*(?:\(\s*{_ABOUT}\s*\)|tro len)$")
_PIECE = re.compile(r"([0-9][0-9.,]*)\s*(?:(ty|ti|trieu|tr|ngan|nghin)(?![^\W\d_]))?\s*")
_UNIT = re.compile(r"m2|m²|[^\W\d_]+(?: [^\W\d_]+){0,3}")
# Words that change the number they follow and are therefore no units.
_NUMERALS = {"ruoi", "tram", "chuc", "van", "k", "m", "den", "hoac", "va", "phan", "le", "ty", "ti", "trieu", "ngan", "nghin", "hon"}
_PLAIN = re.compile(r"[0-9]+(?:,[0-9]+)?")
_DOTTED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_RANGE = re.compile(r"[0-9]\s*(?:-|–|—|÷|den|toi)\s*[0-9]")


@dataclass(frozen=True)
class Amount:
    """A whole number; ``is_approximate`` when its writer says about, nearly, more than.

    ``unit`` is the folded unit written behind it, ``written`` the whole as it was written, for messages; it makes no other amount.
    """

    value: int
    is_approximate: bool
    unit: str = ""
    written: str = field(default="", compare=False)


def read_amount(text: str) -> Amount:
    """Read one written amount. Raises ``ValueError`` whose message is one of ``REASONS``."""
    folded = " ".join(fold(text).split())
    _refuse_outright(folded)
    bare = _AFTER.sub("", _BEFORE.sub("", folded))
    value, rest = _pieces(bare)
    unit = rest.strip(" .")
    if unit and (not _UNIT.fullmatch(unit) or _NUMERALS & set(unit.split())):
        raise ValueError("not_a_number")
    if value != int(value):
        raise ValueError("fraction")
    if value > LARGEST:
        raise ValueError("too_large")
    return Amount(int(value), bare != folded, unit, normalise(text))


def _refuse_outright(folded: str) -> None:
    if not folded:
        raise ValueError("empty")
    if re.match(r"[-−–]\s*[0-9]|\(\s*[0-9.,]+\s*\)$", folded):
        raise ValueError("negative")
    if _RANGE.search(folded):
        raise ValueError("range")


def _pieces(bare: str) -> tuple[Decimal, str]:
    """Sum of the scaled numbers at the beginning, and what is written behind them."""
    total, last_scale, position = Decimal(0), 0, 0
    while piece := _PIECE.match(bare, position):
        scale = _SCALES.get(piece[2], 1)
        if scale == 1 < last_scale:
            raise ValueError("unscaled_tail")
        if position and scale >= last_scale:
            raise ValueError("not_a_number")
        total += _number(piece[1].rstrip(".,")) * scale
        last_scale, position = scale, piece.end()
    if not position:
        raise ValueError("not_a_number")
    return total, bare[position:]


def _number(digits: str) -> Decimal:
    if not (_PLAIN.fullmatch(digits) or _DOTTED.fullmatch(digits)):
        raise ValueError(_why_malformed(digits))
    whole, _, decimals = digits.replace(".", "").partition(",")
    if len(decimals) == 3:  # "4,000" may be four thousand in English
        raise ValueError("comma_thousands")
    return Decimal(f"{whole}.{decimals or 0}")


def _why_malformed(digits: str) -> Reason:
    if "," not in digits:
        return "misplaced_dot"
    return "mixed_separators" if "." in digits else "comma_thousands"
