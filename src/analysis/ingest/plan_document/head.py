"""Facts of a plan's head: number, days of issue, year, issuing body, title, aims; what contradicts itself is left to a person."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from analysis.ingest.plan_document.aims import NEXT_HEADING, aims_fact
from analysis.ingest.plan_document.blocks import Paragraph
from analysis.ingest.plan_document.draft import Fact, Finding
from analysis.text import day, fold, sentence_case

MOST_TITLE_LINES = 4
LONGEST_DATE_LINE = 200  # place and day, also with the number and the motto of the Republic before them

_NUMBER = re.compile(r"(?<![\w/])(\d{1,5})\s*/\s*(KH-UBND)\b", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"(?:^|tỉnh |phố |[A-ZĐ] )số\s*:?\s*\d+\s*/\s*KH-UBND|ban hành\s+kế hoạch\s+số", re.IGNORECASE)
_LONG_DATE = re.compile(r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_SHORT_DATE = re.compile(r"ngày\s+(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})", re.IGNORECASE)
_BLANK_DATE = re.compile(r"ngày[\s.…]*tháng[\s.…\d]*năm\s*\d{4}", re.IGNORECASE)
_PLACE_AND_DATE = re.compile(r"[^\W\d],\s*ngày[\s.…\d]*tháng[\s.…\d]*năm\s*\d{4}\W*$", re.IGNORECASE)
_ANNEX_LINE = re.compile(r"kèm theo\s+(?:kế hoạch|quyết định)", re.IGNORECASE)
_LEGAL_BASIS = re.compile(r"^(?:căn cứ|theo đề nghị|xét|thực hiện|thi hành)\b", re.IGNORECASE)
_ISSUES = re.compile(r"ban hành\s+kế hoạch\s+số", re.IGNORECASE)
_NEWS_SUBJECT = re.compile(r"kế hoạch\s+số:?\s*\d+\s*/\s*KH-UBND\s+(?:về|v/v)\s+(?:việc\s+)?(?P<title>[^.;]+)", re.IGNORECASE)
_TITLE_BESIDE = re.compile(r"^KẾ HOẠCH\s+(?P<title>\S.+)$")
_TITLE_SENTENCE = re.compile(r"ban hành\s+kế hoạch\s+(?!số)(?P<title>.+?)(?:\s+(?:với|như sau|gồm)\b|[:;.]|$)", re.IGNORECASE)
_YEAR_OF_PLAN = re.compile(r"\bnăm\s+(20\d{2})\b", re.IGNORECASE)
_YEARS_OF_PLAN = re.compile(r"giai đoạn\s+(20\d{2})\s*[-–]\s*(20\d{2})", re.IGNORECASE)
_ISSUER = re.compile(r"(?:ủy ban nhân dân|UBND)\s+(?P<level>tỉnh|thành phố)\s+(?P<place>(?:[^\W\d_]+(?:\s?[-–]\s?|\s)?){1,6})", re.IGNORECASE)
_DASH = re.compile(r"\s?[-–]\s?")

HEAD_FACTS = ("plan_number", "plan_year", "issued_date", "other_issued_date", "issuer_vi", "province_vi", "title_vi", "aims_vi")


def head_facts(paragraphs: Sequence[Paragraph]) -> dict[str, Fact]:
    """Facts by key; a fact without a value, or with two that differ, says what is to be decided."""
    told = [paragraph for paragraph in paragraphs if not _LEGAL_BASIS.match(paragraph.text)]
    title = _title(told)
    issued, other = _issue_days(told)
    facts = [_number(told), _plan_year(told, title), issued, other, *_issuer(told), title, aims_fact(paragraphs)]
    return {fact.key: fact for fact in facts}


def _fact(key: str, found: Sequence[Finding], absent: str, *, differ: str = "") -> Fact:
    values = list(dict.fromkeys(finding.value for finding in found))
    if not values:
        return Fact(key, "", (), absent)
    return Fact(key, values[0], tuple(found), f"{differ}: {'; '.join(values)}" if differ and len(values) > 1 else "")


def _number(paragraphs: Sequence[Paragraph]) -> Fact:
    """The number in the head, the annex line or the sentence of issue; other plans named in the text count only where there is none."""
    said = [paragraph for paragraph in paragraphs if _OWN_NUMBER.search(paragraph.text) or _ANNEX_LINE.search(paragraph.text)]
    hits = [(hit, paragraph.where) for paragraph in said or paragraphs for hit in _NUMBER.finditer(paragraph.text)]
    found = [Finding(f"{int(hit[1])}/{hit[2].upper()}", where) for hit, where in hits]
    return _fact("plan_number", found, "không thấy số kế hoạch dạng 6334/KH-UBND: điền vào", differ="văn bản nêu nhiều số")


def _issue_days(paragraphs: Sequence[Paragraph]) -> tuple[Fact, Fact]:
    """The day of issue and another that contradicts it; the head goes before the annex line, the annex line before a news text."""
    ranked = sorted((_rank(paragraph.text), order) for order, paragraph in enumerate(paragraphs) if _rank(paragraph.text) is not None)
    found = [Finding(day(told_day), paragraphs[order].where) for rank, order in ranked if (told_day := _issue_day(paragraphs[order].text, rank))]
    values = list(dict.fromkeys(finding.value for finding in found))
    blank = any(_PLACE_AND_DATE.search(paragraph.text) and _BLANK_DATE.search(paragraph.text) for paragraph in paragraphs)
    absent = "dòng ngày tháng bỏ trống: điền ngày ban hành" if blank and not values else "không thấy ngày ban hành: điền vào"
    told = "; ".join(f"{finding.value} ({finding.where})" for finding in found)
    differ = f"văn bản có {len(values)} ngày: {told}; đề xuất lấy ngày ở phần đầu" if len(values) > 1 else ""
    second = values[1] if len(values) > 1 else ""
    others = tuple(finding for finding in found if finding.value != values[0]) if values else ()
    return Fact("issued_date", values[0] if values else "", tuple(found), differ or ("" if values else absent)), Fact(
        "other_issued_date", second, others
    )


def _rank(text: str) -> int | None:
    if _ANNEX_LINE.search(text):
        return 1
    if _PLACE_AND_DATE.search(text) and len(text) < LONGEST_DATE_LINE:
        return 0
    return 2 if _ISSUES.search(text) else None


def _issue_day(text: str, rank: int | None) -> date | None:
    """The day in a line of the head or annex; in a news text the last one named before the plan's number."""
    if rank == 2:
        text = _ISSUES.split(text, maxsplit=1)[0]
    dates = [found for pattern in (_LONG_DATE, _SHORT_DATE) for found in pattern.finditer(text)]
    try:
        return date(*(int(part) for part in reversed(max(dates, key=lambda found: found.start()).groups()))) if dates else None
    except ValueError:
        return None


def _title(paragraphs: Sequence[Paragraph]) -> Fact:
    """Lines under "KẾ HOẠCH", else what a sentence says the plan is about."""
    found = [*_title_lines(paragraphs)]
    for pattern in (_NEWS_SUBJECT, _TITLE_SENTENCE):
        found += [
            Finding(sentence_case(hit["title"].strip()), paragraph.where) for paragraph in paragraphs if (hit := pattern.search(paragraph.text))
        ]
    return _fact("title_vi", found[:1], "không thấy tên kế hoạch: điền vào")


def _title_lines(paragraphs: Sequence[Paragraph]) -> list[Finding]:
    for order, paragraph in enumerate(paragraphs):
        if (found := _TITLE_BESIDE.match(paragraph.text)) and not _NUMBER.search(paragraph.text):
            return [Finding(found["title"], paragraph.where)]
        if fold(paragraph.text).strip(" .:") == "ke hoach":
            lines: list[str] = []
            for following in paragraphs[order + 1 : order + 1 + MOST_TITLE_LINES]:
                if NEXT_HEADING.match(following.text) or following.text.endswith((";", ":", "./.")) or _is_sentence(following.text, bool(lines)):
                    break
                lines.append(following.text)
            return [Finding(" ".join(lines), paragraphs[order + 1].where)] if lines else []
    return []


def _is_sentence(text: str, has_title: bool) -> bool:
    """Whether a line under the title already belongs to the text: it ends with a full stop or begins anew after the year was named."""
    return has_title and (text.endswith(".") or text[:1].isupper() or bool(_LEGAL_BASIS.match(text)))


def _plan_year(paragraphs: Sequence[Paragraph], title: Fact) -> Fact:
    """The year in the title, never that of issue; a plan for several years is for a person to split."""
    title_where = title.found[0].where if title.found else ""
    said = [Paragraph(title.value, title_where)] if title.value else []
    said += [paragraph for paragraph in paragraphs if _NUMBER.search(paragraph.text) and not title.value]
    for paragraph in said:
        if span := _YEARS_OF_PLAN.search(paragraph.text):
            return Fact("plan_year", "", (Finding(span.group(), paragraph.where),), f"kế hoạch nhiều năm ({span.group()}): ghi năm đang theo dõi")
    found = [Finding(hit[1], paragraph.where) for paragraph in said for hit in _YEAR_OF_PLAN.finditer(paragraph.text)]
    return _fact("plan_year", found, "tên không nêu năm: điền năm của kế hoạch (không phải năm ban hành)", differ="tên kế hoạch nêu nhiều năm")


def _issuer(paragraphs: Sequence[Paragraph]) -> tuple[Fact, Fact]:
    found, places = [], []
    for paragraph in paragraphs:
        for hit in _ISSUER.finditer(paragraph.text):
            if place := _proper_name(hit["place"]):
                found.append(Finding(f"Ủy ban nhân dân {hit['level'].lower()} {place}", paragraph.where))
                places.append(Finding(place, paragraph.where))
    issuer = _fact("issuer_vi", found, "không thấy cơ quan ban hành: điền vào", differ="văn bản nêu nhiều cơ quan")
    return issuer, _fact("province_vi", places, "không thấy tên tỉnh: điền mã tỉnh")


def _proper_name(words: str) -> str:
    """The capitalised words at the beginning; where the first is in capitals, only those in capitals, as a name is written."""
    spaced = _DASH.sub(" - ", words).split()
    in_capitals = bool(spaced) and spaced[0].isupper()
    name = list(takewhile(lambda word: word == "-" or (word.isupper() if in_capitals else word[:1].isupper()), spaced))
    return " ".join(word.capitalize() for word in name).strip(" -")
