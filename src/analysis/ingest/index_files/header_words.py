"""Words of a header or a row label, and the phrases that maps declare for them.

A text is folded and cut into runs of letters and of digits, so that case, diacritics, punctuation and spaces decide nothing:
``Un-weighted2015PAPI`` is ``un weighted 2015 papi``. In a phrase ``#`` stands for any number and ``{year}`` for a year. A phrase may
stand anywhere in a text; with ``^`` before it the text begins with it, with ``=`` the text is the phrase and nothing else.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.text import fold

ANYWHERE, BEGINNING, WHOLE = range(3)
YEAR = re.compile(r"(?:19|20)[0-9]{2}")

_RUN = re.compile(r"[a-z]+|[0-9]+")
_PHRASE_RUN = re.compile(r"[a-z]+|[0-9]+|#|\{year\}")
_KINDS = {"=": WHOLE, "^": BEGINNING}
_ANY_NUMBER, _ANY_YEAR = "#", "{year}"

Words = tuple[str, ...]
Fit = tuple[int, int]  # kind of phrase, number of words: the greatest fits best
NO_FIT: Fit = (-1, 0)


@lru_cache(maxsize=8192)  # the same headers and labels are looked at by every map
def words(text: str) -> Words:
    """Folded runs of letters and of digits."""
    return tuple(_RUN.findall(fold(text)))


def years_in(text: str) -> tuple[int, ...]:
    """Years that a text names, each once, in order."""
    return tuple(sorted({int(word) for word in words(text) if YEAR.fullmatch(word)}))


@dataclass(frozen=True)
class Phrase:
    """A declared phrase; ``written`` is how its map writes it, for messages."""

    written: str
    kind: int
    parts: Words

    @classmethod
    def read(cls, written: str) -> "Phrase":
        """Raises ``ValueError`` for a phrase without a word."""
        kind = _KINDS.get(written[:1], ANYWHERE)
        parts = tuple(_PHRASE_RUN.findall(fold(written)))
        if not parts:
            raise ValueError(written)
        return cls(written, kind, parts)

    @property
    def said(self) -> str:
        """As a message shows it, without its mark."""
        return self.written.lstrip("=^")

    @property
    def telling_word(self) -> str:
        """Its longest plain word, without which no text fits; empty where it has none."""
        return max((part for part in self.parts if part not in (_ANY_NUMBER, _ANY_YEAR)), key=len, default="")

    def fit(self, found: Words) -> Fit:
        """How well the words fit; ``NO_FIT`` where they do not."""
        size = len(self.parts)
        starts = range(1) if self.kind != ANYWHERE else range(len(found) - size + 1)
        is_too_long = self.kind == WHOLE and len(found) != size
        if is_too_long or not any(self._stands_at(found, start) for start in starts):
            return NO_FIT
        return self.kind, size

    def begins(self, found: Words) -> bool:
        """Whether the words begin with it, whatever its kind."""
        return self._stands_at(found, 0)

    def _stands_at(self, found: Words, start: int) -> bool:
        if len(found) < start + len(self.parts):
            return False
        return all(_same(part, found[place]) for place, part in enumerate(self.parts, start))


def _same(part: str, word: str) -> bool:
    return part == word or (part == _ANY_NUMBER and word.isdigit()) or (part == _ANY_YEAR and YEAR.fullmatch(word) is not None)


def best_fit(phrases: Iterable[Phrase], found: Words) -> Fit:
    """The best fit among phrases."""
    return max((phrase.fit(found) for phrase in phrases), default=NO_FIT)


def without_numbering(found: Words, numbering: Sequence[Phrase]) -> Words:
    """Words behind a numbering such as "Dimension 5:" or "5.1"; all of them where there is none or nothing follows."""
    lengths = [len(phrase.parts) for phrase in numbering if len(phrase.parts) < len(found) and phrase.begins(found)]
    return found[max(lengths, default=0) :]
