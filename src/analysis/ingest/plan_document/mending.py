"""Marks of conversion taken off a text, and slips of the scanner mended from the declared table only."""

import re

from analysis.ingest.plan_document.declared import Slip, slips
from analysis.ingest.plan_document.draft import Mend
from analysis.text import normalise

CONTEXT = 20  # characters shown on either side of a mend
_TAG = re.compile(r"</?(?:ul|ol|li|i|b|u|em|strong|p|br|span|div|sup|sub|td|tr|font)\b[^<>]*>", re.IGNORECASE)
_SPACE_BEFORE_SIGN = re.compile(r"(?<=\() | (?=[),;])")


def clean(text: str) -> str:
    """One line of normalised text without the tags a conversion left behind."""
    without_tags = _TAG.sub(" ", text) if "<" in text else text
    joined = " ".join(normalise(without_tags).split())
    return _SPACE_BEFORE_SIGN.sub("", joined) if without_tags != text else joined


def mended(text: str, where: str) -> tuple[str, list[Mend]]:
    """The text with every declared slip mended, and each mend with its surroundings."""
    mends: list[Mend] = []
    for slip in slips():
        pattern = _whole_words(slip)
        for found in pattern.finditer(text):
            around = text[max(0, found.start() - CONTEXT) : found.end() + CONTEXT]
            mends.append(Mend(where, around.strip(), pattern.sub(slip.right, around).strip(), slip.reason_vi))
        text = pattern.sub(slip.right, text)
    return text, mends


def _whole_words(slip: Slip) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(slip.wrong)}(?!\w)")
