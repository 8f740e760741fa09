"""A table that an office typed or pasted into the form of ``annex_template``: read, checked against the registry and against itself."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from defusedxml.ElementTree import fromstring
from python_calamine import CalamineError, CalamineWorkbook, XmlError, ZipError

from analysis import codes
from analysis.errors import Cell, DataFaults, Fault, Notice
from analysis.ingest.activity_log.cells import quoted, shown
from analysis.ingest.index_files.annex_checks import AnnexTable, table_faults, table_notices
from analysis.ingest.index_files.annex_layout import (
    FIELDS,
    PERCENT,
    POINTS,
    RANK,
    TABLE_SHEET,
    TITLE,
    AnnexUnit,
    FieldKey,
    columns_of_edition,
    edition_of,
    key_of_words,
    most_ranked,
)
from analysis.ingest.index_files.annex_pasted import pasted_faults
from analysis.ingest.index_files.annex_rows import Line, read_rows
from analysis.ingest.index_files.annex_sheet import USE_TEMPLATE, Form, find_columns, find_form
from analysis.ingest.index_files.annex_template import unknown_edition
from analysis.ingest.index_files.provinces import ProvinceNames
from analysis.ingest.kinds import WRONG_KIND
from analysis.ingest.score_reading import SCORE_COLUMNS, IndexContext, ScoreReading
from analysis.ingest.workbooks import read_workbook
from analysis.text import day, decode, fold
from analysis.units import COUNTRY_CODE
from analysis.written_days import read_day

FIELD_MISSING = "Chưa ghi nguồn của bảng"
FIELD_UNREADABLE = "Phần đầu bảng không đọc được"
OTHER_YEAR = "Năm của bảng khác năm đã nêu"
OTHER_DAY = "Ngày công bố khác danh mục"
BASIS = "stated"

_START_OF_TEXT = 4096  # bytes of a CSV in which its title must stand
_BOOK_PART, _LONGEST_BOOK_PART = "xl/workbook.xml", 2**20
_UNREADABLE = (OSError, KeyError, ValueError, SyntaxError, RuntimeError, NotImplementedError, zipfile.BadZipFile, CalamineError, ZipError, XmlError)
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_TYPES = {"edition_year": "Int64", "score": "Float64", "rank": "Int64", "standard_error_score": "Float64"}


@dataclass(frozen=True)
class AnnexHead:
    """What stands above the table; None and empty where it is missing or unreadable."""

    index: str | None = None
    year: int | None = None
    document: str = ""
    address: str = ""
    published: date | None = None
    unit: AnnexUnit | None = None


def is_annex(path: Path) -> bool:
    """Whether a file is the form, by the name of its sheet, or the title of a CSV; anything unreadable is not."""
    try:
        with path.open("rb") as content:
            start = content.read(_START_OF_TEXT)
        if not start.startswith((_ZIP, _OLE)):
            return key_of_words(decode(start).partition("\n")[0]).startswith(key_of_words(TITLE))
        return key_of_words(TABLE_SHEET) in map(key_of_words, _zip_sheets(path) if start.startswith(_ZIP) else _ole_sheets(path))
    except _UNREADABLE:
        return False
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader of .xls panics at some damage
            return False
        raise


def _zip_sheets(path: Path) -> list[str]:
    """Names of the sheets, from the one small part that lists them."""
    with zipfile.ZipFile(path) as parts, parts.open(_BOOK_PART) as listed:
        book = fromstring(listed.read(_LONGEST_BOOK_PART))
    return [sheet.get("name", "") for sheet in book.iter() if sheet.tag.endswith("}sheet")]


def _ole_sheets(path: Path) -> list[str]:
    with path.open("rb") as content, CalamineWorkbook.from_filelike(content) as book:
        return list(book.sheet_names)


def read_annex(path: Path, name: str, context: IndexContext, *, expected_year: int | None = None) -> ScoreReading:
    """The figures of a form filled in, basis ``stated``, at the page address typed above the table.

    ``expected_year`` is the edition that the sender says the file is of. Every fault is in the reading; none is raised.
    """
    try:
        workbook = read_workbook(path, name)
    except DataFaults as error:
        return _nothing([_to_the_form(fault) for fault in error.faults])
    form = find_form(workbook)
    if isinstance(form, Fault):
        return _nothing([form])
    head, faults = _read_head(form)
    edition = edition_of(context.editions, head.index, head.year) if head.index and head.year else None
    if head.index and head.year and edition is None:
        faults.append(unknown_edition(f"{head.index} {head.year}", *_place(form, "year"), head.index, context.editions))
    if head.year and expected_year not in (None, head.year):
        faults.append(_field_fault(form, "year", OTHER_YEAR, f"{head.year}", f"{expected_year}", "sửa năm ở đầu bảng, hoặc sửa --year"))
    faults += [fault for fault in workbook.faults if fault.cell is None or fault.cell.sheet == form.sheet.name]
    if edition is None:
        return _nothing(faults)
    reading = _read_table(form, head, edition, context)
    notices = (*workbook.notices, *reading.notices, *_day_notices(form, head, edition))
    return replace(reading, faults=(*faults, *reading.faults), notices=notices)


def annex_head(path: Path, name: str) -> AnnexHead:
    """Document, address and publication day of a form that was read without faults; an empty head for any other file."""
    try:
        form = find_form(read_workbook(path, name))
    except DataFaults:
        return AnnexHead()
    return AnnexHead() if isinstance(form, Fault) else _read_head(form)[0]


def _nothing(faults: list[Fault]) -> ScoreReading:
    return ScoreReading(_typed([]), pd.Series(dtype="object"), tuple(faults))


def _to_the_form(fault: Fault) -> Fault:
    """A PDF or Word file is not read; its table belongs into the form."""
    return replace(fault, action=USE_TEMPLATE) if fault.cause == WRONG_KIND else fault


def _read_head(form: Form) -> tuple[AnnexHead, list[Fault]]:
    values: dict[str, Any] = {}
    faults = []
    for field in FIELDS:
        written = form.fields[field.key][0] if field.key in form.fields else None
        if written is None:
            if field.is_required:
                faults.append(_field_fault(form, field.key, FIELD_MISSING, f"“{field.label}” trống", field.said, f"ghi “{field.label}” ở đầu bảng"))
            continue
        value = _READERS[field.key](written)
        if value is None:
            faults.append(_field_fault(form, field.key, FIELD_UNREADABLE, f"“{field.label}”: {quoted(written)}", field.said, "ghi lại"))
        else:
            values[field.key] = value
    return AnnexHead(**values), faults


def _field_fault(form: Form, key: FieldKey, cause: str, found: str, accepted: str, action: str) -> Fault:
    where, cell = _place(form, key)
    return Fault(cause, where, found, accepted, action, cell)


def _place(form: Form, key: FieldKey) -> tuple[str, Cell | None]:
    """File, sheet and cell of a field; the sheet alone where the line of the field is gone."""
    if key not in form.fields:
        return f"{form.name}, trang tính “{form.sheet.name}”", None
    cell = form.fields[key][1]
    return f"{form.name}, {cell}", cell


def _index(written: Any) -> str | None:
    bare = key_of_words(shown(written)).replace(" ", "")
    return next((index for index in codes.INDICES if key_of_words(index).replace(" ", "") == bare), None)


def _year(written: Any) -> int | None:
    digits = key_of_words(shown(written)).removeprefix("nam ")
    return int(digits) if digits.isdigit() and len(digits) == len("2022") else None


def _text(written: Any) -> str | None:
    return shown(written) or None


def _address(written: Any) -> str | None:
    said = shown(written)
    return said if any(char.isalpha() for char in said) else None


def _day(written: Any) -> date | None:
    if isinstance(written, date):
        return date(written.year, written.month, written.day)
    try:
        found = read_day(shown(written))
    except ValueError:
        return None
    return found.start if found.precision == "day" else None


def _unit(written: Any) -> AnnexUnit | None:
    said = fold(shown(written))
    if said in (PERCENT, "phan tram"):
        return PERCENT
    return POINTS if said == fold(POINTS) else None


_READERS = {"index": _index, "year": _year, "document": _text, "address": _address, "published": _day, "unit": _unit}


def _read_table(form: Form, head: AnnexHead, edition: pd.Series, context: IndexContext) -> ScoreReading:
    components = columns_of_edition(context.components, str(edition["index"]), int(edition["edition_year"]))
    columns, names = find_columns(form, components), ProvinceNames(context.units, edition)
    rows = read_rows(form, columns, names, most_ranked(edition, len(names.all)))
    in_era = (context.weights["index"] == edition["index"]) & (context.weights["era"] == edition["era"])
    weights = {str(code): float(weight) for code, weight in context.weights.loc[in_era, ["component", "weight_pct"]].itertuples(index=False)}
    table = AnnexTable(form, columns, rows, names, edition, components, weights)
    listed = list(_score_rows(table, head.address))
    places = pd.Series([place for place, _ in listed], dtype="object")
    faults = (*columns.faults, *rows.faults, *table_faults(table, head.unit), *pasted_faults(table))
    return ScoreReading(_typed([row for _, row in listed]), places, faults, (*rows.notices, *table_notices(table)), lines_count=len(listed))


def _score_rows(table: AnnexTable, address: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and content of each figure of each province; the rank stands with the composite."""
    for line in table.every_line:
        for key in [codes.COMPOSITE, *(key for key in table.scored if key != codes.COMPOSITE)]:
            rank = line.figures.get(RANK) if key == codes.COMPOSITE else None
            score = line.figures.get(key)
            if score is not None or rank is not None:
                place = table.where(line, key if score is not None else RANK)
                yield place, _score_row(table, line, address) | {"component": key, "score": score, "rank": _whole(rank)}


def _score_row(table: AnnexTable, line: Line, address: str) -> dict[str, Any]:
    return {
        "index": table.edition["index"],
        "edition_year": int(table.edition["edition_year"]),
        "province_code": line.province.code if line.province else COUNTRY_CODE,
        "vintage": line.province.vintage if line.province else table.edition["vintage"],
        "basis": BASIS,
        "note": line.note or None,
        "address": address,
    }


def _whole(rank: float | None) -> int | None:
    """A rank as the contract holds it; one that is no whole number is a fault already and left out."""
    return int(rank) if rank is not None and rank == int(rank) else None


def _typed(listed: list[dict[str, Any]]) -> pd.DataFrame:
    rows = pd.DataFrame(listed, columns=list(SCORE_COLUMNS), dtype="object")
    return rows.astype({column: _TYPES.get(column, "string") for column in SCORE_COLUMNS})


def _day_notices(form: Form, head: AnnexHead, edition: pd.Series) -> Iterator[Notice]:
    """The publication day as typed beside that of the registry, which decides when an edition counts as out."""
    if head.published is None or pd.isna(edition["published_date"]) or edition["published_precision"] != "day":
        return
    registered = pd.Timestamp(edition["published_date"]).date()
    if registered != head.published:
        said = f"bảng ghi {day(head.published)}, danh mục chỉ số ghi {day(registered)} và được dùng"
        yield Notice(OTHER_DAY, _place(form, "published")[0], said)
