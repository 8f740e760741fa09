"""Counts of the 766 index that an office copied into the form: read, checked, every fault at its cell."""

import zipfile
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from defusedxml.ElementTree import ParseError, fromstring

from analysis.contracts import SCHEMAS, columns_of
from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.ingest.kinds import WRONG_KIND
from analysis.ingest.qd766_files.layout import TABLE, TABLE_SHEET, TITLE
from analysis.ingest.qd766_files.rows import Line, read_rows
from analysis.ingest.qd766_files.sheet import BAD_PERIOD, USE_TEMPLATE, Form, Head, find_form, heading_faults, read_head
from analysis.ingest.qd766_files.whose import Items, Units
from analysis.ingest.received import Received
from analysis.ingest.workbooks import ReceivedWorkbook, read_workbook
from analysis.text import decode
from analysis.units import vintage_on

EMPTY_TABLE = "Bảng chưa có số"
ITEM_NOT_IN_INDEX = "Mục không có trong Bộ chỉ số 766"
COLUMNS = [name for name in columns_of(SCHEMAS[TABLE]) if name != "source_id"]

_START_OF_TEXT = 4096  # bytes of a CSV in which its title must stand
_BOOK_PART, _LONGEST_BOOK_PART = "xl/workbook.xml", 2**20
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_UNREADABLE = (OSError, KeyError, ValueError, SyntaxError, RuntimeError, NotImplementedError, zipfile.BadZipFile, ParseError)


@dataclass(frozen=True)
class CountsReading:
    """What was read of one form: ``rows`` as text in the columns of the contract, the place of each, faults and notices."""

    rows: pd.DataFrame
    places: pd.Series
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()
    head: Head = field(default_factory=Head)


def is_counts(path: Path) -> bool:
    """Whether a file is the form, by the name of its sheet, or the title of a CSV; anything unreadable is not."""
    try:
        with path.open("rb") as content:
            start = content.read(_START_OF_TEXT)
        if start.startswith(_ZIP):
            return key_of_words(TABLE_SHEET) in map(key_of_words, _zip_sheets(path))
        if start.startswith(_OLE):
            return not isinstance(find_form(read_workbook(path, path.name)), Fault)
        return key_of_words(decode(start).partition("\n")[0]).startswith(key_of_words(TITLE))
    except (*_UNREADABLE, DataFaults):
        return False


def _zip_sheets(path: Path) -> list[str]:
    """Names of the sheets, from the one small part that lists them."""
    with zipfile.ZipFile(path) as parts, parts.open(_BOOK_PART) as listed:
        book = fromstring(listed.read(_LONGEST_BOOK_PART))
    return [sheet.get("name", "") for sheet in book.iter() if sheet.tag.endswith("}sheet")]


def read_qd766(path: Path, name: str, units: pd.DataFrame, items: pd.DataFrame, received_on: date) -> Received:
    """The form as a build takes it; ``name`` is how messages call the file, ``received_on`` the day its period may not run beyond."""
    reading = read_counts(path, name, units, items, received_on)
    return Received(name, reading.rows, list(reading.faults), len(reading.rows), reading.places)


def read_counts(path: Path, name: str, units: pd.DataFrame, items: pd.DataFrame, received_on: date) -> CountsReading:
    """The counts of a form filled in. Every fault is in the reading; none is raised.

    The list of units is the one in force on the last day of the period.
    """
    try:
        workbook = read_workbook(path, name)
    except DataFaults as error:
        faults = [replace(fault, action=USE_TEMPLATE) if fault.cause == WRONG_KIND else fault for fault in error.faults]
        return _nothing(faults)
    form = find_form(workbook)
    if isinstance(form, Fault):
        return _nothing([form])
    return _read(form, workbook, units, items, received_on)


def _read(form: Form, workbook: ReceivedWorkbook, units: pd.DataFrame, items: pd.DataFrame, received_on: date) -> CountsReading:
    head = read_head(form, received_on)
    is_wrong = any(fault.cause == BAD_PERIOD for fault in head.faults)  # a wrong day would make every unit unknown
    vintage = vintage_on(head.end) if head.end and not is_wrong else None
    found = read_rows(form, Units(units, vintage) if vintage else None, Items(items))
    of_sheet = [fault for fault in workbook.faults if fault.cell is None or fault.cell.sheet == form.sheet.name]
    faults = [*of_sheet, *heading_faults(form), *head.faults, *found.faults]
    if not found.lines and not faults:
        faults.append(Fault(EMPTY_TABLE, form.where, "không có số nào", "ít nhất một mục có tử số và mẫu số, hoặc tỷ lệ", "chép số vào bảng"))
    listed = [_row(line, head, vintage) for line in found.lines]
    places = pd.Series([f"{form.where}, dòng {line.row}" for line in found.lines], dtype="object")
    return CountsReading(_frame(listed), places, tuple(faults), (*workbook.notices, *found.notices), head)


def _row(line: Line, head: Head, vintage: str | None) -> dict[str, Any]:
    """A line as the text of a contract row."""
    return {
        "unit_code": line.unit,
        "vintage": vintage or "",
        "period_start_date": head.start.isoformat() if head.start else "",
        "period_end_date": head.end.isoformat() if head.end else "",
        "item": line.item,
        "numerator_count": _text(line.numerator),
        "denominator_count": _text(line.denominator),
        "rate_pct": "" if line.rate is None else f"{line.rate:.10f}".rstrip("0").rstrip("."),
        "group_score": "",
        "is_synthetic": "false",
        "address": head.address,
    }


def _text(count: int | None) -> str:
    return "" if count is None else str(count)


def _frame(listed: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(listed, columns=COLUMNS, dtype="object")


def _nothing(faults: list[Fault]) -> CountsReading:
    return CountsReading(_frame([]), pd.Series(dtype="object"), tuple(faults))


def counted_item_faults(counts: pd.DataFrame, items: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for every row of a build whose item is not in the index; ``where`` is the place of each row."""
    known = set(items["item"])
    accepted = ", ".join(items["item"])
    return [
        Fault(ITEM_NOT_IN_INDEX, f"{where[line]}, cột item", f"“{item}”", accepted, "sửa mã mục")
        for line, item in zip(counts.index, counts["item"], strict=True)
        if pd.notna(item) and item not in known
    ]
