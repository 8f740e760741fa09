"""Aims of a plan in whole sentences as written; a semicolon stands between two aims in the raw table and never inside one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.ingest.plan_document.blocks import Paragraph
from analysis.ingest.plan_document.doubts import is_cut_off
from analysis.ingest.plan_document.draft import Fact, Finding
from analysis.text import sentence_case

MOST_AIMS = 8
NEXT_HEADING = re.compile(r"^(?:[IVX]+|[A-Z]|\d{1,2})\s*[.)]\s*\S|^yêu cầu\b", re.IGNORECASE)
_AIMS_HEADING = re.compile(r"^(?:[IVX\d]+[.)]\s*)*mục đích\b(?!\s*,\s*yêu cầu)\s*[:.]?\s*(?P<rest>.*)$", re.IGNORECASE)
_AIMS_AND_MORE = re.compile(r"^(?:[IVX\d]+[.)]\s*)*mục đích\s*(?:,|và)\s*yêu cầu", re.IGNORECASE)
_NEWS_AIM = re.compile(r"^kế hoạch(?: này)?\s+(?P<aim>(?:nhằm|để)\s.+)$", re.IGNORECASE)
_BULLET = re.compile(r"^[-–+*•]\s*|^[a-zđ]\)\s*", re.IGNORECASE)
_STOP = re.compile(r"(?<=[^\s.…])[.!?]\s+(?=(?P<next>\S))")
_SHORT_WORD = re.compile(r"(?:^|[\s(,])(?:TP|TX|TT|ThS|TS|PGS|GS|[A-ZĐ])$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[;.](?:\s|$)")
_SEMICOLON = re.compile(r"\s*;\s*")
_ENDING = " ,:;.…"


@dataclass(frozen=True)
class Aim:
    """An aim as it is stored, and whether words after it are left out or its semicolons became commas."""

    value: str
    is_cut: bool = False
    has_commas: bool = False


def aims_fact(paragraphs: Sequence[Paragraph]) -> Fact:
    """The aims, each its first sentence, joined by semicolons; what was left out or written with commas is told."""
    told = _listed(paragraphs)
    if not told:
        told = [Paragraph(sentence_case(hit["aim"]), one.where) for one in paragraphs if (hit := _NEWS_AIM.match(one.text))]
    if not told:
        return Fact("aims_vi", "", (), "không thấy phần mục đích: điền vào")
    aims = [(aim_of(one.text), one.where) for one in told[:MOST_AIMS]]
    found = tuple(Finding(aim.value, where) for aim, where in aims)
    return Fact("aims_vi", "; ".join(one.value for one in found), found, told=tuple(_understood(aims, len(told))))


def aim_of(text: str) -> Aim:
    """The first sentence as written: up to its first semicolon where a whole clause ends there, else with commas for its semicolons."""
    plain = _plain(text).rstrip(_ENDING)
    sentence = _first_sentence(plain)
    clause = sentence.partition(";")[0]
    if _is_clause(clause):
        return Aim(clause.rstrip(_ENDING), is_cut=clause != plain)
    return Aim(_SEMICOLON.sub(", ", sentence), sentence != plain, ";" in sentence)


def shortened(text: str, longest: int) -> str:
    """The first clause as written, cut at a word with "…" where it is longer than ``longest``; to be shown, never stored as the whole."""
    plain = _plain(text)
    end = _CLAUSE_END.search(plain)
    clause = plain[: end.start()] if end else plain
    if len(clause) <= longest:
        return clause.rstrip(" ,:;.")
    return clause[:longest].rsplit(" ", 1)[0].rstrip(" ,:;.(–-") + "…"


def _listed(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Paragraphs under the heading of the aims, up to the next heading."""
    aims: list[Paragraph] = []
    is_inside = False
    for paragraph in paragraphs:
        if _AIMS_AND_MORE.match(paragraph.text):
            continue
        if heading := _AIMS_HEADING.match(paragraph.text):
            is_inside = True
            aims += [Paragraph(heading["rest"], paragraph.where)] if heading["rest"] else []
        elif is_inside and NEXT_HEADING.match(paragraph.text):
            break
        elif is_inside and paragraph.text:
            aims.append(paragraph)
    return aims


def _understood(aims: Sequence[tuple[Aim, str]], count: int) -> list[str]:
    """What the stored aims do not say as the document does."""
    with_commas = ", ".join(dict.fromkeys(where for aim, where in aims if aim.has_commas))
    cut = ", ".join(dict.fromkeys(where for aim, where in aims if aim.is_cut))
    said = [f"dấu chấm phẩy trong một mục đích ghi thành dấu phẩy ({with_commas})"] if with_commas else []
    if cut:
        said.append(f"chỉ lấy câu đầu hoặc vế đầu, phần sau xem trong văn bản ({cut})")
    if count > len(aims):
        said.append(f"chỉ lấy {len(aims)} đoạn đầu trong {count} đoạn")
    return said


def _plain(text: str) -> str:
    return _BULLET.sub("", text).strip()


def _first_sentence(text: str) -> str:
    """Up to the first stop before a capital, not one after a shortened word ("TP. Thủ Đức")."""
    ends = (stop.start() for stop in _STOP.finditer(text) if not stop["next"].islower() and not _SHORT_WORD.search(text[: stop.start()]))
    return text[: next(ends, len(text))].rstrip(_ENDING)


def _is_clause(text: str) -> bool:
    """Whether nothing opened in a text is left open: a bracket, a quotation, a list after a colon, a word that wants another."""
    pairs = (("(", ")"), ("“", "”"))
    return all(text.count(left) == text.count(right) for left, right in pairs) and ":" not in text and not is_cut_off(text.strip())
