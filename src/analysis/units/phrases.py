"""Whom a phrase of a plan addresses: units, declared groups of units, and bodies that are none of ours.

A phrase is read from the left. The longest stretch up to a separator that is a known unit, group or other body is taken, then the rest is
read likewise, so that "Các Sở, ban, ngành" stays one and "Sở Nội vụ, Sở Tài chính" become two. Semicolons and line ends always separate.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analysis.text import enumerate_vi, normalise
from analysis.units.resolver import LONGEST_NAME, UnitMatch, UnitNames, written_out
from analysis.units.wording import EXTERNAL, GROUPS, HEADS, NO_LONGER, OPEN_GROUPS, QUALIFIERS, TYPE_FORMS, UNSAID, Group

Kind = Literal["unit", "group", "external", "near", "unknown"]

_HARD = re.compile(r"[;\n\r]+")
_BULLET = re.compile(r"^\s*(?:[-–+*•]\s*)+")
_SEPARATOR = re.compile(r"\s*[,:;/]\s*|\s+và\s+|\s+-\s+", re.IGNORECASE)
_HEAD = re.compile(rf"^(?:{'|'.join(HEADS)})\s+", re.IGNORECASE)
_TAIL = re.compile(r"\s*\(([^()]*)\)\s*$")
_UNSAID = re.compile(rf"\b(?:{'|'.join(sorted(UNSAID, key=len, reverse=True))})\b")
_QUALIFIERS = re.compile(rf"(?:\s+(?:{'|'.join(sorted(QUALIFIERS, key=len, reverse=True))}))+$")
_EXTERNAL = frozenset(EXTERNAL)
_TYPES_OF_LEVEL = {level: tuple(forms[0] for forms in TYPE_FORMS[level].values()) for level in ("district", "commune")}
_TYPES_SAID = ("so", *_TYPES_OF_LEVEL["district"], *_TYPES_OF_LEVEL["commune"])


@dataclass(frozen=True)
class AddressedUnit:
    """Somebody a phrase names, as written, and whom that means.

    ``unit_codes`` is the unit or the members of the group (none where the phrase leaves open who is meant); ``part`` what stands in
    brackets after a unit; ``candidates`` the units a near or ambiguous name may mean; ``suggestion`` says in Vietnamese what to settle.
    """

    text: str
    kind: Kind
    unit_codes: tuple[str, ...] = ()
    group: str = ""
    suggestion: str = ""
    part: str = ""
    candidates: tuple[str, ...] = ()


def addressed(phrase: str, names: UnitNames, below: pd.DataFrame) -> list[AddressedUnit]:
    """Everybody a phrase names, in its order; ``below`` are the units from which groups take their members."""
    pieces = [_BULLET.sub("", piece) for piece in _pieces(normalise(phrase))]
    return [found for piece in pieces if piece.strip() for found in _read(piece.strip(" .,…"), names, below)]


def leading_units(lead_units_vi: str, below: pd.DataFrame, coordinating_units_vi: str = "", names: UnitNames | None = None) -> pd.DataFrame:
    """Units a plan item names as leading, of those ``below`` the province; groups become all their members.

    A member of a group that the item names as coordinating does not lead it. Empty when no unit of ours is named
    (press agencies, unions); such an item has no unit to hold to its count. ``names`` spares building them for each item.
    """
    if below.empty:
        return below.reset_index(drop=True)
    names = names or UnitNames(below, str(below["vintage"].iloc[0]))
    lead = addressed(lead_units_vi, names, below)
    coordinating = _codes(addressed(coordinating_units_vi, names, below), "unit")
    meant = _codes(lead, "unit") | (_codes(lead, "group") - coordinating)
    return below[below["unit_code"].isin(meant)].reset_index(drop=True)


def _codes(found: list[AddressedUnit], kind: Kind) -> set[str]:
    return {code for one in found if one.kind == kind for code in one.unit_codes}


def _pieces(phrase: str) -> Iterator[str]:
    """Stretches between semicolons and line ends that stand outside brackets."""
    start = 0
    for mark in _HARD.finditer(phrase):
        if not _is_bracketed(phrase, mark.start()):
            yield phrase[start : mark.start()]
            start = mark.end()
    yield phrase[start:]


def _is_bracketed(text: str, position: int) -> bool:
    return text.count("(", 0, position) > text.count(")", 0, position) and ")" in text[position:]


def _read(piece: str, names: UnitNames, below: pd.DataFrame) -> Iterator[AddressedUnit]:
    """Everybody named in a piece; a bare name takes over the type said before it ("Sở Nội vụ, Tài chính")."""
    type_before = ""
    while piece:
        ends = _ends(piece, LONGEST_NAME) or _ends(piece, len(piece))
        stretches = [(len(piece), len(piece)), *reversed(ends)]
        known = ((end, _known(piece[:stop], type_before, names, below)) for stop, end in stretches if stop <= LONGEST_NAME)
        taken = next(((end, found) for end, found in known if found), None)
        if taken is None:
            stop, end = ends[0] if ends else stretches[0]
            taken = end, _not_settled(piece[:stop], names)
        end, found = taken
        if found.text and not (found.kind == "group" and ":" in piece[len(found.text) : end]):  # "các Sở: Nội vụ, Tài chính" names those alone
            yield found
        type_before = _type_said(found.text) or type_before
        piece = piece[end:].strip()


def _ends(piece: str, within: int) -> list[tuple[int, int]]:
    """Where separators outside brackets begin and end."""
    return [mark.span() for mark in _SEPARATOR.finditer(piece, 0, within) if not _is_bracketed(piece, mark.start())]


def _known(text: str, type_before: str, names: UnitNames, below: pd.DataFrame) -> AddressedUnit | None:
    if not text:
        return AddressedUnit("", "unknown")
    named = _group(text, names.vintage, below) or _external(text, names) or _unit(text, names)
    if named is None and type_before:
        named = _unit(f"{type_before} {text}", names, text)
    if named is None and (headed := _HEAD.sub("", text)) != text:
        under = _known(headed, "", names, below)
        named = replace(under, text=text) if under else None
    return named


def _group(text: str, vintage: str, below: pd.DataFrame) -> AddressedUnit | None:
    said = _unqualified(text)
    if said in OPEN_GROUPS:
        return AddressedUnit(text, "group", group=OPEN_GROUPS[said], suggestion="không nêu đơn vị nào; nếu có đơn vị phải làm thì ghi rõ tên")
    is_plural = written_out(text).startswith("cac ")
    group = next((group for group in GROUPS if said in group.wordings or _names_level(said, group, is_plural)), None)
    if group is None:
        return None
    if vintage not in group.vintages:
        return AddressedUnit(text, "unknown", group=group.name_vi, suggestion=NO_LONGER[group.name_vi, vintage])
    members = below[(below["level"] == group.level) & (below["unit_type"].isin(group.types) if group.types else True)]
    return AddressedUnit(text, "group", tuple(members["unit_code"]), group.name_vi, _about_members(said, group, members, vintage))


def _about_members(said: str, group: Group, members: pd.DataFrame, vintage: str) -> str:
    """What to know of a group whose members are not just those said: none listed, or more types than were named."""
    if members.empty:
        return f"danh mục {vintage} chưa có đơn vị nào thuộc nhóm này"
    forms = TYPE_FORMS.get(group.level, {})
    unsaid = sorted(kind for kind in members["unit_type"].unique() if kind in forms and forms[kind][0] not in said)
    if not unsaid or said in group.wordings:
        return ""
    return f"hiểu là cả {len(members)} đơn vị của nhóm {group.name_vi}, kể cả {enumerate_vi([kind.lower() for kind in unsaid])}"


def _names_level(said: str, group: Group, is_plural: bool) -> bool:
    """Whether types of the group's level alone are said: "UBND các huyện, thị xã, thành phố", "các xã, phường"."""
    left, count = said.removeprefix("ubnd "), 0
    while left and (form := next((form for form in _TYPES_OF_LEVEL.get(group.level, ()) if f"{left} ".startswith(f"{form} ")), "")):
        left, count = left.removeprefix(form).strip(), count + 1
    return not left and count >= (1 if is_plural or said.startswith("ubnd ") else 2)


def _external(text: str, names: UnitNames) -> AddressedUnit | None:
    """A declared body, whatever place is named after it: "Báo Bình Dương", "Đài PT&TH tỉnh"."""
    said = _unqualified(text).split()
    for end in range(len(said), 0, -1):
        place = " ".join(said[end:])
        if " ".join(said[:end]) in _EXTERNAL and (not place or names.exact(place)):
            return AddressedUnit(text, "external")
    return None


def _unit(said: str, names: UnitNames, text: str = "") -> AddressedUnit | None:
    """One unit; brackets after it hold the unit above it ("Tân Bình (Dĩ An)") or a part of it."""
    tail = _tail(said)
    whole, head = names.exact(said), names.exact(_TAIL.sub("", said)) if tail else ()
    if len(whole) == 1:
        return AddressedUnit(text or said, "unit", whole, part="" if names.exact(tail) not in ((), whole) else tail)
    return AddressedUnit(text or said, "unit", head, part=tail) if len(head) == 1 else None


def _tail(said: str) -> str:
    found = _TAIL.search(said)
    return found[1] if found else ""


def _not_settled(text: str, names: UnitNames) -> AddressedUnit:
    """A name that is no single unit, with the question to put to a person."""
    match = names.resolve(text)
    if not match.candidates:
        return AddressedUnit(text, "unknown", suggestion="không có trong danh mục đơn vị; ghi tên đầy đủ như trong danh mục")
    return AddressedUnit(text, "near", suggestion=_question(match, names), candidates=match.candidates)


def _question(match: UnitMatch, names: UnitNames) -> str:
    return "có phải " + " hay ".join(f"“{names.labels[code]}” (mã {code})" for code in match.candidates) + "?"


def _type_said(text: str) -> str:
    """The type with which a name or group begins, for names that follow without it."""
    said = " ".join(_UNSAID.sub(" ", written_out(text)).split()).removeprefix("ubnd ")
    return next((form for form in _TYPES_SAID if f"{said} ".startswith(f"{form} ")), "")


def _unqualified(text: str) -> str:
    """Folded words without unsaid words and closing qualifiers: "các Cơ quan báo chí khác có liên quan" → "co quan bao chi"."""
    said = " ".join(_UNSAID.sub(" ", written_out(text)).split())
    return _QUALIFIERS.sub("", said)
