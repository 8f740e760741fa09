"""Telephone and identity numbers in what offices write freely: found, and shown with their middle left out.

A run of digits is such a number by its first digits, its length and how it is cut into groups, so that amounts, days, numbers of documents
and web addresses are none.
"""

import re
from collections.abc import Iterator

_LONG_ENOUGH = re.compile(r"[0-9][0-9 .()-]{7,}[0-9]")
_ADDRESS = re.compile(r"\S*(?:://|www\.|\.(?:vn|com|net|org|gov|info)\b)\S*", re.IGNORECASE)
_RUN = re.compile(
    r"(?<![\w/=&?%#+-])(?<![\w][.,])\(?(?P<plus>\+?)(?P<run>[0-9]+(?:\)? [0-9]+)+|[0-9]+(?:\.[0-9]+)+|[0-9]+(?:-[0-9]+)+|[0-9]+)"
    r"(?![\w/]|[.,:-][0-9]|[.-][^\W\d_])"
)
_TELEPHONE = re.compile(r"(?:0|84)(?:[35789][0-9]{8}|1[2689][0-9]{8}|2[0-9]{9})")  # mobile, mobile before 2018, fixed line
_IDENTITY = re.compile(r"0[0-9]{11}")
_MOST_GROUPS = 5
_LEADING_GROUP = range(3, 6)  # digits before the first gap: an operator's or a region's code
_COUNTED = re.compile(r"\s*(?:đ|đồng|vnd|vnđ|lượt|người|hồ sơ)\b", re.IGNORECASE)
_HEAD_SHOWN, _TAIL_SHOWN = 3, 2


def personal_numbers(text: str) -> list[str]:
    """The telephone and identity numbers of a text, each with its middle left out."""
    return list(dict.fromkeys(_masked(text[first:last]) for first, last in _places(text)))


def without_personal(text: str) -> str:
    """A text with the middle of its telephone and identity numbers left out, for messages and records."""
    shown, end = "", 0
    for first, last in _places(text):
        shown, end = shown + text[end:first] + _masked(text[first:last]), last
    return shown + text[end:]


def _masked(number: str) -> str:
    digits = re.sub(r"[^0-9]", "", number)
    return f"{digits[:_HEAD_SHOWN]}…{digits[-_TAIL_SHOWN:]}"


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where personal numbers begin and end, outside web addresses."""
    if not _LONG_ENOUGH.search(text):
        return
    bare = _ADDRESS.sub(lambda address: "_" * len(address[0]), text)
    for run in _RUN.finditer(bare):
        groups = [(run.start("run") + group.start(), run.start("run") + group.end()) for group in re.finditer(r"[0-9]+", run["run"])]
        is_counted, may_be_part, first = bool(_COUNTED.match(bare, run.end())), " " in run["run"], 0
        while first < (len(groups) if may_be_part else 1):
            lasts = range(len(groups), first, -1) if may_be_part else [len(groups)]
            has_plus = bool(run["plus"]) and first == 0
            written = [bare[start:end] for start, end in groups[first:]]
            taken = next((last for last in lasts if _is_personal(written[: last - first], has_plus=has_plus, is_counted=is_counted)), None)
            if taken:
                yield groups[first][0], groups[taken - 1][1]
            first = taken or first + 1


def _is_personal(groups: list[str], *, has_plus: bool, is_counted: bool) -> bool:
    digits = "".join(groups)
    if _IDENTITY.fullmatch(digits):
        return len(groups) == 1 or all(len(group) == 3 for group in groups)
    if not _TELEPHONE.fullmatch(digits):
        return False
    if digits.startswith("84"):
        return has_plus or (len(groups) == 1 and not is_counted)
    if len(groups) == 1:
        return True
    return len(groups) <= _MOST_GROUPS and (len(groups[0]) in _LEADING_GROUP or [len(group) for group in groups] == [2, 4, 4])
