"""Which unit a written name means, within one vintage.

A name is folded and its words joined, so that spaces, punctuation, case and diacritics decide nothing. A written name is then a known
form of a unit ("tpbencat", "sotttt" …), alone or beside the form of a unit above it, in either order. Where several units fit, a type
named as it is now weighs more than no type, and no type more than another type of the level (which the unit may once have had).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Literal

import pandas as pd

from analysis.text import fold
from analysis.units.lists import bare_name, unit_labels, units_below, without_province
from analysis.units.wording import DEPARTMENT_ALIASES, PARTS, SHORTENED, TYPE_FORMS, TYPES_NOT_IN, UNSAID

NEAR_CUTOFF = 0.8  # one wrong letter in a name of five, the shortest of two syllables with one to spare
NEAR_SHOWN = 3  # more are no help to a reader
SHORTENED_LETTERS = 6  # “sở” and a word: fewer letters begin the names of many departments
LONGEST_NAME = 200  # letters; a longer text is no name, and looking into it would only cost time

NOW, UNTYPED, OTHER_TYPE = range(3)  # how well a form names a unit; the least wins

_WORD = re.compile(r"[a-z0-9]+")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_SEGMENT = re.compile(r"[,;:()/–—]| - ")
_SHORTENED = re.compile(rf"\b(?:{'|'.join(sorted(SHORTENED, key=len, reverse=True))})\b")
_UNSAID = re.compile(rf"\b(?:{'|'.join(sorted(UNSAID, key=len, reverse=True))})\b")
_TYPE_WORDS = {form for types in TYPE_FORMS.values() for forms in types.values() for form in forms}
_TYPED = re.compile(rf"^(?:{'|'.join(sorted(_TYPE_WORDS, key=len, reverse=True))}) ")
_COLUMNS = ["unit_code", "vintage", "name_vi", "unit_type", "level", "parent_code"]

Ranks = dict[str, int]
Words = tuple[str, ...]


@dataclass(frozen=True)
class UnitMatch:
    """What a written name means: ``unit_code`` where it is one unit, else the ``candidates`` to choose from."""

    kind: Literal["unit", "ambiguous", "near", "unknown"]
    unit_code: str | None = None
    candidates: tuple[str, ...] = ()


class UnitNames:
    """Reads written names as units of one vintage: of one province with all below it where ``province`` is given.

    A province that the vintage does not list leaves no units, and every name unknown.
    """

    def __init__(self, units: pd.DataFrame, vintage: str, province: str | None = None):
        self.vintage = vintage
        listed = _listed(units, vintage, province)
        self._forms: dict[str, Ranks] = {}
        self._pool: dict[str, set[str]] = {}
        parents = dict(zip(listed["unit_code"], listed["parent_code"], strict=True))
        self._above = {code: {parents[code], parents.get(parents[code])} for code in parents}
        self._provinces = set(listed.loc[listed["level"] == "province", "unit_code"])
        self._listed = listed
        for code, name, unit_type, level in zip(listed["unit_code"], listed["name_vi"], listed["unit_type"], listed["level"], strict=True):
            for form, rank in _forms_of(code, name, unit_type, level, vintage):
                ranks = self._forms.setdefault(form, {})
                ranks[code] = min(rank, ranks.get(code, rank))
            for form in _near_forms(name, unit_type, level):
                self._pool.setdefault(form, set()).add(code)
        self._matches: dict[str, UnitMatch] = {}
        self._suggested: dict[str, UnitMatch] = {}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label of each unit by its code, as ``unit_labels`` gives them, for questions and lists."""
        return dict(zip(self._listed["unit_code"], unit_labels(self._listed), strict=True))

    def resolve(self, written: str, *, suggest: bool = True) -> UnitMatch:
        """The unit a name means; never a misspelt one: those are ``near``, for a person to confirm, or ``unknown`` without ``suggest``.

        Close names are looked for only on demand: it takes a thousand times as long as knowing a name.
        """
        if written not in self._matches:
            self._matches[written] = self._exact_match(written)
        if suggest and self._matches[written].kind == "unknown" and written not in self._suggested:
            close = self._near(written) if len(written) <= LONGEST_NAME else ()
            self._suggested[written] = UnitMatch("near", candidates=close) if close else UnitMatch("unknown")
        return self._suggested.get(written, self._matches[written]) if suggest else self._matches[written]

    def exact(self, written: str) -> tuple[str, ...]:
        """Units that a name fits without any guess: one, several where it is ambiguous, or none."""
        if len(written) > LONGEST_NAME:
            return ()
        return tuple(sorted(_best(self._reading(tuple(spoken(_without_parts(written)).split())))))

    def _exact_match(self, written: str) -> UnitMatch:
        found = self.exact(written)
        if len(found) == 1:
            return UnitMatch("unit", found[0])
        return UnitMatch("ambiguous", candidates=found) if found else UnitMatch("unknown")

    def _reading(self, words: Words) -> Ranks:
        """Units that the words fit: by a form of their own, or by one beside forms of units above them."""
        found = dict(self._forms.get("".join(words), {}))
        for cut in range(1, len(words)):
            if (left := self._forms.get("".join(words[:cut]))) and (right := self._reading(words[cut:])):
                is_coded = words[0].isdigit() or words[-1].isdigit()
                for own, context in ((left, _best(right)), (right, _best(left))):
                    found |= {code: rank for code, rank in own.items() if self._above[code] & context.keys() or (is_coded and code in context)}
        return found

    def _near(self, written: str) -> tuple[str, ...]:
        """Units whose name is close, closest first; those under the unit also named, where there are such."""
        first, *others = _SEGMENT.split(fold(written))
        heads = [said for said in (written_out(written), spoken(written), spoken(first)) if said not in _TYPE_WORDS]
        keys = dict.fromkeys("".join(said.split()) for head in heads for said in (head, _TYPED.sub("", head)))
        close = [code for key in keys for form in self._close_forms(key) for code in sorted(self._pool[form])]
        found = list(dict.fromkeys([*_best(self._reading(tuple(spoken(first).split()))), *close]))
        named_above = {code for other in others for code in _best(self._reading(tuple(spoken(other).split())))}
        return tuple([code for code in found if self._above[code] & named_above] or found or self._named_last(tuple(spoken(written).split())))

    def _named_last(self, words: Words) -> list[str]:
        """Units below the province that the last words name: "Phòng Tư pháp huyện Bàu Bàng" is of the district, not the district."""
        readings = (_best(self._reading(words[start:])) for start in range(1, len(words)))
        return next((below for found in readings if (below := sorted(found.keys() - self._provinces))), [])

    def _close_forms(self, key: str) -> Iterable[str]:
        if key in self._pool:
            return [key]
        begun = [form for form in self._pool if form.startswith(key) and form.startswith("so")] if len(key) >= SHORTENED_LETTERS else []
        return begun or get_close_matches(key, self._pool, NEAR_SHOWN, NEAR_CUTOFF)


@lru_cache(maxsize=8192)  # phrases ask for the same stretch many times
def written_out(text: str) -> str:
    """Folded words of a name, shortened words written out, without punctuation."""
    return _SHORTENED.sub(lambda found: SHORTENED[found[0]], " ".join(_WORD.findall(fold(text))))


def spoken(text: str) -> str:
    """``written_out`` without unsaid words and a leading "UBND"."""
    return " ".join(_UNSAID.sub(" ", written_out(text)).split()).removeprefix("ubnd ")


@lru_cache(maxsize=8192)  # the forms of a list are built anew for every province and report
def joined(text: str) -> str:
    """``spoken`` without spaces: the key under which names are known."""
    return spoken(text).replace(" ", "")


def _listed(units: pd.DataFrame, vintage: str, province: str | None) -> pd.DataFrame:
    of_vintage = units[(units["vintage"] == vintage) & (units["level"] != "country")].reindex(columns=_COLUMNS)
    if province is None:
        return of_vintage
    own = of_vintage[of_vintage["unit_code"] == province]
    return pd.concat([own, units_below(of_vintage, province, vintage)])


def _best(ranks: Ranks) -> Ranks:
    least = min(ranks.values(), default=NOW)
    return {code: rank for code, rank in ranks.items() if rank == least}


def _without_parts(written: str) -> str:
    """A declared part said in brackets after its unit is left out: "Văn phòng UBND tỉnh (Trung tâm Hành chính công tỉnh)"."""
    head, _, _ = written.partition("(")
    inside = [spoken(said) for said in _BRACKETED.findall(written)]
    is_part = any(re.match(rf"{part}\b", said) and joined(head).startswith(joined(unit)) for said in inside for part, unit in PARTS.items())
    return head if is_part else written


def _forms_of(code: str, name: str, unit_type: str, level: str, vintage: str) -> Iterator[tuple[str, int]]:
    """Every joined form by which a unit is named on its own, and how well it names it."""
    yield joined(code), NOW
    if level not in TYPE_FORMS:
        yield from ((form, NOW) for form in _department_forms(code, name))
        return
    bare = joined(bare_name(name, unit_type))
    if not bare.isdigit():
        yield bare, UNTYPED
    if level == "province":
        yield "tinh", OTHER_TYPE
    for known_type, forms in TYPE_FORMS[level].items():
        if known_type not in TYPES_NOT_IN.get(vintage, ()):
            yield from ((form.replace(" ", "") + bare, NOW if known_type == unit_type else OTHER_TYPE) for form in forms)


def _department_forms(code: str, name: str) -> Iterator[str]:
    yield joined(name)
    yield joined(code.partition("-")[2])
    for head in (without_province(name), *_aliases(name)):
        yield joined(head)
        yield joined(head).removesuffix("tinh") + "tinh"


def _aliases(name: str) -> Iterator[str]:
    for head, aliases in DEPARTMENT_ALIASES.items():
        if name.startswith(head):
            yield from (head, *aliases, *(part for part, unit in PARTS.items() if unit == head))


def _near_forms(name: str, unit_type: str, level: str) -> tuple[str, ...]:
    """Forms that a misspelt name is held against: without the type of a local unit, which would make all names of a type alike."""
    if level in TYPE_FORMS:
        bare = joined(bare_name(name, unit_type))
        return () if bare.isdigit() else (bare,)
    return joined(name), joined(without_province(name))
