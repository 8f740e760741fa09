"""A reviewed workbook back to the raw tables of plans and items; every fault by sheet and cell."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from analysis import codes
from analysis.errors import Cell, DataFaults, Fault
from analysis.ingest.plan_document.review import AGREED, CORRECTED, ITEM_HEADINGS, ITEM_SHEET, PLAN_COLUMNS_VI, PLAN_SHEET, TO_FILL_IN
from analysis.ingest.plan_document.words import FACT_LABELS
from analysis.ingest.plans import ITEM_COLUMNS, OUTSIDE_YEAR, PLAN_COLUMNS, is_plan_year
from analysis.ingest.workbooks import CellValue, Sheet, read_workbook
from analysis.periods import parse_schedule
from analysis.text import enumerate_vi, fold, normalise

NO_SHEET, NO_HEADING = "Thiếu trang tính", "Thiếu cột hoặc dòng"
MISSING, MALFORMED = "Ô bắt buộc còn trống", "Giá trị không đúng dạng"
NOT_DECIDED, REPEATED, UNKNOWN_CHANNEL = "Điều chưa quyết định", "Phần và STT lặp lại", "Kênh không có trong danh sách"
LONGEST_STT = 4
OPTIONAL_FACTS = frozenset({"other_issued_date", "note_vi"})
OPTIONAL_CELLS = frozenset({"content_vi", "coordinating_units_vi"})
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
    """Rows of text in exactly the columns of the raw tables ``plans`` (one row) and ``plan_items`` (one row an item)."""

    plan_rows: pd.DataFrame
    item_rows: pd.DataFrame


@dataclass(frozen=True)
class _Place:
    """A cell that was read: its value as text, and where it stands."""

    value: str
    cell: Cell


def read_review(path: Path, name: str) -> ReviewedPlan:
    """Read a review workbook; ``name`` is how messages call it. Raises ``DataFaults`` with every fault of both sheets."""
    book = read_workbook(path, name)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    absent = [title for title in (PLAN_SHEET, ITEM_SHEET) if title not in sheets]
    faults = [
        *book.faults,
        *(Fault(NO_SHEET, name, f"không có trang tính “{title}”", "bảng rà soát do chương trình lập", "lập lại bảng rà soát") for title in absent),
    ]
    if absent:
        raise DataFaults(faults)
    plan = _plan(sheets[PLAN_SHEET], faults)
    year = int(plan["plan_year"]) if plan.get("plan_year", "").isdigit() else None
    items = _items(sheets[ITEM_SHEET], plan.get("plan_number", ""), year, faults)
    if faults:
        raise DataFaults([Fault(one.cause, _where(name, one.where), one.found, one.accepted, one.action, one.cell) for one in faults])
    row = {**plan, "is_itemised": str(bool(items)).lower()}
    return ReviewedPlan(
        pd.DataFrame([row], columns=list(PLAN_COLUMNS), dtype="object"), pd.DataFrame(items, columns=list(ITEM_COLUMNS), dtype="object")
    )


def _where(name: str, place: str) -> str:
    return place if place.startswith(name) else f"{name}, {place}"


def _plan(sheet: Sheet, faults: list[Fault]) -> dict[str, str]:
    """The one row of ``plans``; labels may stand in any order."""
    keys = {fold(label): key for key, label in FACT_LABELS.items()}
    lines = {keys[fold(_text(row[0]))]: line for line, row in enumerate(sheet.rows, 1) if row and fold(_text(row[0])) in keys}
    absent = [FACT_LABELS[key] for key in FACT_LABELS if key not in lines]
    if absent:
        faults.append(
            _fault(NO_HEADING, Cell(sheet.name, 1, 1), f"thiếu dòng {enumerate_vi(absent)}", "đủ các dòng của bảng rà soát", "lập lại bảng rà soát")
        )
    values = {}
    for key, line in lines.items():
        place = _place(sheet, line, 2)
        values[key] = _fact_value(key, place, faults)
        if undecided := _undecided(sheet, line):
            faults.append(undecided)
    return values


def _undecided(sheet: Sheet, line: int) -> Fault | None:
    question, answer = _place(sheet, line, 4), _place(sheet, line, len(PLAN_COLUMNS_VI))
    if not question.value or fold(answer.value) in _DECISIONS:
        return None
    accepted = f"“{AGREED}” hoặc “{CORRECTED}”"
    return _fault(
        NOT_DECIDED, answer.cell, f"“{answer.value}” cho “{question.value}”", accepted, "xem cột “Giá trị”, sửa nếu cần, rồi chọn ở cột “Quyết định”"
    )


def _fact_value(key: str, place: _Place, faults: list[Fault]) -> str:
    if not place.value:
        if key not in OPTIONAL_FACTS:
            faults.append(_fault(MISSING, place.cell, f"ô trống ({FACT_LABELS[key]})", _ACCEPTED.get(key, "chữ"), "điền vào ô"))
        return ""
    understood = _FORMS[key](place.value) if key in _FORMS else place.value
    if understood is None:
        faults.append(_fault(MALFORMED, place.cell, f"“{place.value}” ({FACT_LABELS[key]})", _ACCEPTED[key], "sửa lại ô"))
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
    names = {fold(code): code for code in codes.VINTAGES} | {fold(label): code for code, label in codes.VINTAGES.items()}
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
    "vintage": " hoặc ".join(codes.VINTAGES),
}


def _items(sheet: Sheet, plan_number: str, year: int | None, faults: list[Fault]) -> list[dict[str, str]]:
    columns = _columns(sheet, faults)
    if columns is None:
        return []
    rows: list[dict[str, str]] = []
    places: dict[tuple[str, str], Cell] = {}
    for line in range(2, len(sheet.rows) + 1):
        cells = {name: _place(sheet, line, column) for name, column in columns.items()}
        if not any(place.value for place in cells.values()):
            continue
        faults += _cell_faults(cells, year)
        stt = cells["stt"].value
        key = cells["section"].value, str(int(stt)) if _is_number(stt) else stt
        if all(key) and key in places:
            found = f"“{' – '.join(key)}” đã có ở ô {places[key].name}"
            faults.append(_fault(REPEATED, cells["stt"].cell, found, "mỗi mục một phần và STT riêng", "sửa STT hoặc xóa hàng thừa"))
        places.setdefault(key, cells["stt"].cell)
        channel = _channels().get(fold(cells["main_channel"].value), "")
        rows.append({"plan_number": plan_number, **{name: place.value for name, place in cells.items()}, "stt": key[1], "main_channel": channel})
    return rows


def _columns(sheet: Sheet, faults: list[Fault]) -> Mapping[str, int] | None:
    headings = {fold(_text(value)): column for column, value in enumerate(sheet.rows[0] if sheet.rows else (), 1)}
    columns = {name: headings[fold(column.heading)] for name, column in ITEM_HEADINGS.items() if fold(column.heading) in headings}
    absent = [column.heading for name, column in ITEM_HEADINGS.items() if name not in columns]
    if absent:
        faults.append(_fault(NO_HEADING, Cell(sheet.name, 1, 1), f"thiếu cột {enumerate_vi(absent)}", "hàng 1 giữ nguyên tiêu đề", "đặt lại tên cột"))
    return None if absent else columns


def _cell_faults(cells: Mapping[str, _Place], year: int | None) -> Iterator[Fault]:
    for name, place in cells.items():
        if not place.value and name not in OPTIONAL_CELLS:
            yield _fault(
                MISSING,
                place.cell,
                f"ô trống ({ITEM_HEADINGS[name].heading})",
                "chữ như trong văn bản",
                "điền vào ô, hoặc xóa cả hàng nếu không phải là mục",
            )
    stt, channel, time = cells["stt"], cells["main_channel"], cells["time_phrase_vi"]
    if stt.value and not (_is_number(stt.value) and int(stt.value) >= 1):
        yield _fault(MALFORMED, stt.cell, f"“{stt.value}” (STT)", "số nguyên từ 1", "sửa lại ô")
    if channel.value and fold(channel.value) not in _channels():
        near = get_close_matches(channel.value.casefold(), codes.CHANNELS.values(), n=1)
        hint = f" (có phải “{near[0]}”?)" if near else ""
        yield _fault(
            UNKNOWN_CHANNEL,
            channel.cell,
            f"“{channel.value}”{hint}",
            ", ".join(f"“{label}”" for label in codes.CHANNELS.values()),
            "chọn trong danh sách",
        )
    if year and time.value:
        schedule = parse_schedule(time.value, year)
        if {schedule.start.year, schedule.end.year} != {year}:
            yield _fault(OUTSIDE_YEAR, time.cell, f"“{time.value}”", f"thời gian trong năm {year}", "đối chiếu năm của kế hoạch")


def _is_number(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) <= LONGEST_STT


def _channels() -> dict[str, str]:
    return {fold(label): code for code, label in codes.CHANNELS.items()}


def _place(sheet: Sheet, line: int, column: int) -> _Place:
    row = sheet.rows[line - 1]
    return _Place(_text(row[column - 1]) if column <= len(row) else "", Cell(sheet.name, line, column))


def _text(value: CellValue) -> str:
    """A cell as one line of normalised text; days as ISO, whole numbers without a decimal."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(normalise(str(value)).split())


def _fault(cause: str, cell: Cell, found: str, accepted: str, action: str) -> Fault:
    return Fault(cause, str(cell), found, accepted, action, cell)
