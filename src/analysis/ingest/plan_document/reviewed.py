"""A reviewed workbook back to the raw tables of plans and items; every fault by sheet and cell."""

import re
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd
from defusedxml.ElementTree import fromstring

from analysis import codes
from analysis.errors import Cell, DataFaults, Fault, Notice
from analysis.ingest.plan_document.answers import ACCEPTED, NOT_DECIDED
from analysis.ingest.plan_document.cells import Place, fault_at, place, text_of
from analysis.ingest.plan_document.listed_units import is_listed, unit_reader
from analysis.ingest.plan_document.review import AGREED, CORRECTED, ITEM_SHEET, PLAN_COLUMNS_VI, PLAN_SHEET, TO_FILL_IN
from analysis.ingest.plan_document.reviewed_items import MALFORMED, MISSING, NO_HEADING, reviewed_items
from analysis.ingest.plan_document.words import FACT_LABELS
from analysis.ingest.plans import ITEM_COLUMNS, PLAN_COLUMNS, is_plan_year
from analysis.ingest.workbooks import Sheet, read_workbook
from analysis.text import enumerate_vi, fold

NO_SHEET = "Thiếu trang tính"
OPTIONAL_FACTS = frozenset({"other_issued_date", "note_vi"})
_DATES = (re.compile(r"^(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})$"), re.compile(r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})$"))
_DECISIONS = frozenset(map(fold, (AGREED, CORRECTED, TO_FILL_IN)))
_BOOK_PART, _LONGEST_BOOK_PART = "xl/workbook.xml", 1024**2
_PLAN_NUMBER = re.compile(r"^\d+/KH-UBND$")


def is_review(path: Path) -> bool:
    """Whether a file is a workbook with the sheets of a review; anything unreadable is none."""
    try:
        with zipfile.ZipFile(path) as parts, parts.open(_BOOK_PART) as listed:
            book = fromstring(listed.read(_LONGEST_BOOK_PART))
    except (OSError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False
    return {PLAN_SHEET, ITEM_SHEET} <= {sheet.get("name") for sheet in book.iter() if sheet.tag.endswith("}sheet")}


@dataclass(frozen=True)
class ReviewedPlan:
    """Rows of text in exactly the columns of the raw tables ``plans`` (one row) and ``plan_items`` (one row an item).

    ``notices`` tell every doubt that was accepted as it stands, and units that could only be read with the code of the province.
    """

    plan_rows: pd.DataFrame
    item_rows: pd.DataFrame
    notices: tuple[Notice, ...] = ()


def read_review(path: Path, name: str, units: pd.DataFrame | None = None) -> ReviewedPlan:
    """Read a review workbook; ``name`` is how messages call it.

    With the table ``units`` the unit phrases are read again as edited, for the province filled in.
    Raises ``DataFaults`` with every fault of both sheets: values, doubts without a decision, edited words that are not understood.
    """
    book = read_workbook(path, name)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    absent = [title for title in (PLAN_SHEET, ITEM_SHEET) if title not in sheets]
    faults = [
        *book.faults,
        *(Fault(NO_SHEET, name, f"không có trang tính “{title}”", "bảng rà soát do chương trình lập", "lập lại bảng rà soát") for title in absent),
    ]
    if absent:
        raise DataFaults(faults)
    plan, notices = _plan(sheets[PLAN_SHEET], units, faults)
    year = int(plan["plan_year"]) if plan.get("plan_year", "").isdigit() else None
    code = plan.get("province_code", "")
    read_units = unit_reader(code, plan.get("vintage", ""), units) if code else None
    items = reviewed_items(sheets[ITEM_SHEET], plan.get("plan_number", ""), year, read_units)
    if faults or items.faults:
        raise DataFaults([replace(one, where=_where(name, one.where)) for one in (*faults, *items.faults)])
    row = {**plan, "is_itemised": str(bool(items.rows)).lower()}
    return ReviewedPlan(
        pd.DataFrame([row], columns=list(PLAN_COLUMNS), dtype="object"),
        pd.DataFrame(items.rows, columns=list(ITEM_COLUMNS), dtype="object"),
        tuple(replace(one, where=_where(name, one.where)) for one in (*notices, *items.notices)),
    )


def _where(name: str, place: str) -> str:
    return place if place.startswith(name) else f"{name}, {place}"


def _plan(sheet: Sheet, units: pd.DataFrame | None, faults: list[Fault]) -> tuple[dict[str, str], list[Notice]]:
    """The one row of ``plans`` and the questions that were agreed to; labels may stand in any order."""
    keys = {fold(label): key for key, label in FACT_LABELS.items()}
    lines = {keys[fold(text_of(row[0]))]: line for line, row in enumerate(sheet.rows, 1) if row and fold(text_of(row[0])) in keys}
    absent = [FACT_LABELS[key] for key in FACT_LABELS if key not in lines]
    if absent:
        faults.append(
            fault_at(NO_HEADING, Cell(sheet.name, 1, 1), f"thiếu dòng {enumerate_vi(absent)}", "đủ các dòng của bảng rà soát", "lập lại bảng rà soát")
        )
    by_line = {line: key for key, line in lines.items()}
    values = {}
    for line in range(2, len(sheet.rows) + 1):
        if key := by_line.get(line):
            values[key] = _fact_value(key, place(sheet, line, 2), faults)
        if undecided := _undecided(sheet, line):
            faults.append(undecided)
    code, vintage = values.get("province_code", ""), values.get("vintage", "")
    if units is not None and code and vintage and not is_listed(code, vintage, units):
        found = f"“{code}” (Mã tỉnh)"
        faults.append(fault_at(MALFORMED, Cell(sheet.name, lines["province_code"], 2), found, f"mã tỉnh có trong danh mục {vintage}", "sửa lại ô"))
        values["province_code"] = ""
    return values, _agreed(sheet)


def _agreed(sheet: Sheet) -> list[Notice]:
    """Questions of the sheet answered by agreeing to what is proposed."""
    told = []
    for line in range(2, len(sheet.rows) + 1):
        label, question, answer = (place(sheet, line, column) for column in (1, 4, len(PLAN_COLUMNS_VI)))
        if question.value and fold(answer.value) == fold(AGREED):
            told.append(Notice(ACCEPTED, str(answer.cell), f"{label.value}: {question.value}"))
    return told


def _undecided(sheet: Sheet, line: int) -> Fault | None:
    question, answer = place(sheet, line, 4), place(sheet, line, len(PLAN_COLUMNS_VI))
    if not question.value or fold(answer.value) in _DECISIONS:
        return None
    accepted = f"“{AGREED}” hoặc “{CORRECTED}”"
    action = "xem cột “Giá trị”, sửa nếu cần, rồi chọn ở cột “Quyết định”"
    return fault_at(NOT_DECIDED, answer.cell, f"“{answer.value}” cho “{question.value}”", accepted, action)


def _fact_value(key: str, place: Place, faults: list[Fault]) -> str:
    if not place.value:
        if key not in OPTIONAL_FACTS:
            faults.append(fault_at(MISSING, place.cell, f"ô trống ({FACT_LABELS[key]})", _ACCEPTED.get(key, "chữ"), "điền vào ô"))
        return ""
    understood = _FORMS[key](place.value) if key in _FORMS else place.value
    if understood is None:
        faults.append(fault_at(MALFORMED, place.cell, f"“{place.value}” ({FACT_LABELS[key]})", _ACCEPTED[key], "sửa lại ô"))
        return ""
    return understood


def _iso_day(text: str) -> str | None:
    for form in _DATES:
        if found := form.match(text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                return None
    return None


def _number(text: str) -> str | None:
    compact = text.replace(" ", "").upper()
    return compact if _PLAN_NUMBER.match(compact) else None


def _year(text: str) -> str | None:
    return text if text.isdigit() and len(text) == 4 and is_plan_year(int(text)) else None


def _province(text: str) -> str | None:
    return text.zfill(2) if text.isdigit() and len(text) <= 2 else None


def _vintage(text: str) -> str | None:
    names = {fold(code): code for code in codes.PLAN_VINTAGES} | {fold(label): code for code, label in codes.PLAN_VINTAGES.items()}
    return names.get(fold(text))


_FORMS = {
    "plan_number": _number,
    "plan_year": _year,
    "issued_date": _iso_day,
    "other_issued_date": _iso_day,
    "province_code": _province,
    "vintage": _vintage,
}
_ACCEPTED = {
    "plan_number": "số dạng 6334/KH-UBND",
    "plan_year": "năm bốn chữ số, như 2021",
    "issued_date": "ngày dạng 24/12/2020",
    "other_issued_date": "ngày dạng 17/12/2020 hoặc để trống",
    "province_code": "mã tỉnh hai chữ số, như 74",
    "vintage": " hoặc ".join(codes.PLAN_VINTAGES),
}
