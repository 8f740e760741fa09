"""Where the table stands in a received file: its sheet, the lines above it, its columns; every column known or named as unknown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log.cells import clean, quoted, shown
from analysis.ingest.activity_log.headings import NOT_USED
from analysis.ingest.fault_list import FAULTS_SHEET
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.ingest.index_files.annex_sheet import COLUMN_TWICE, Form
from analysis.ingest.uptake_files.layout import (
    COLUMNS,
    COUNTS,
    DATA_SHEETS,
    FIELDS,
    GUIDE_SHEET,
    HEADING_OF,
    INVENTED,
    LISTS_SHEET,
    MOST_HEADING_ROWS,
    PASSED_OVER,
    PASSED_OVER_WORDS,
    PERIOD_KEYS,
    REAL,
    UNIT,
    UNIT_CODE,
    UPTAKE_LAYOUTS,
    FieldKey,
)
from analysis.ingest.workbooks import CellValue, ReceivedWorkbook, Sheet
from analysis.text import enumerate_vi, fold

NO_TABLE = "Không tìm thấy bảng hồ sơ theo biểu mẫu"
TWO_TABLES = "Tệp có hai bảng"
COLUMN_UNKNOWN = "Cột không có trong biểu mẫu"
FIELD_UNREADABLE = "Phần đầu bảng không đọc được"
CLOSE_HEADING = 0.75  # only a hint that a person confirms
USE_TEMPLATE = "tạo biểu mẫu bằng lệnh: lantoa template {layout} --year 2022 --out bieu-mau.xlsx, rồi chép số vào đó"

_LABELS: dict[str, FieldKey] = {key_of_words(label): one.key for one in FIELDS for label in (one.label, *one.synonyms)}
_PROVINCE = re.compile(r"([0-9]{2})(?![0-9])")


@dataclass(frozen=True)
class Head:
    """What the lines above the table say, with their cells; None where a line is missing. ``kind`` is whether the counts are invented."""

    province: str | None = None
    year: int | None = None
    is_synthetic: bool | None = None
    cells: dict[FieldKey, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Columns:
    """Column number (from 1) of each key, what is wrong with the headings, and which columns are not read."""

    of: dict[str, int]
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]


def table_sheets(workbook: ReceivedWorkbook, layout: str) -> list[Form]:
    """The sheets of a workbook that hold a table of ``layout``."""
    others = (FAULTS_SHEET, GUIDE_SHEET, LISTS_SHEET)
    return [form for sheet in workbook.sheets if sheet.name not in others and (form := _form_of(workbook.name, sheet, layout))]


def find_table(workbook: ReceivedWorkbook, layout: str) -> Form | Fault:
    """The one table of ``layout`` in the workbook, or why there is none."""
    found = table_sheets(workbook, layout)
    if len(found) == 1:
        return found[0]
    if found:
        names = enumerate_vi([f"“{form.sheet.name}”" for form in found])
        return Fault(TWO_TABLES, workbook.name, f"các trang {names}", "mỗi tệp một bảng", "gộp vào một trang, hoặc tách thành hai tệp")
    other = next((kind for kind in UPTAKE_LAYOUTS if kind != layout and table_sheets(workbook, kind)), None)
    if other:
        found_vi = f"{UPTAKE_LAYOUTS[other]}"
        return Fault(NO_TABLE, workbook.name, found_vi, UPTAKE_LAYOUTS[layout], f"dùng --kind {other}")
    sheets = ", ".join(f"“{sheet.name}”" for sheet in workbook.sheets) or "không có trang nào"
    wanted = ", ".join(f"“{HEADING_OF[key]}”" for key in (UNIT, *PERIOD_KEYS[layout]))
    accepted = f"trang “{DATA_SHEETS[layout]}” có cột {wanted} và ít nhất một cột số, như “{COUNTS[0].heading}”"
    return Fault(NO_TABLE, workbook.name, f"các trang {sheets}", accepted, USE_TEMPLATE.format(layout=layout))


def _form_of(name: str, sheet: Sheet, layout: str) -> Form | None:
    rows = enumerate(sheet.rows[:MOST_HEADING_ROWS], 1)
    heading_row = next((number for number, row in rows if _is_heading(row, layout)), None)
    return Form(name, sheet, {}, heading_row) if heading_row else None


def _is_heading(row: Sequence[CellValue], layout: str) -> bool:
    """Whether a row names units, the period of the layout and at least one count."""
    keys = {known_heading(value, layout) for value in row if isinstance(value, str)}
    return bool(keys & {UNIT, UNIT_CODE}) and set(PERIOD_KEYS[layout]) <= keys and bool(keys & {column.key for column in COUNTS})


def known_heading(text: str, layout: str) -> str | None:
    """The column that a heading means, by a known wording; brackets may be left out."""
    wordings = _WORDINGS[layout]
    return wordings.get(key_of_words(text)) or wordings.get(key_of_words(text.partition("(")[0]))


_WORDINGS = {
    layout: {key_of_words(wording): column.key for column in (*COUNTS, *columns) for wording in (column.heading, *column.synonyms)}
    for layout, columns in COLUMNS.items()
}


def read_head(form: Form) -> tuple[Head, list[Fault]]:
    """The lines above the table. A line that is there and cannot be read is a fault; one that is not there says nothing."""
    written = dict(_fields(form))
    cells = {key: cell for key, (_, cell) in written.items()}
    values: dict[str, object] = {}
    faults = []
    for one in FIELDS:
        value = written[one.key][0] if one.key in written else None
        if value is None or one.key == "vintage":
            continue
        read = _READERS[one.key](value)
        if read is None:
            where = f"{form.name}, {cells[one.key]}"
            faults.append(Fault(FIELD_UNREADABLE, where, f"“{one.label}”: {quoted(value)}", one.said, "ghi lại", cells[one.key]))
        else:
            values["is_synthetic" if one.key == "kind" else one.key] = read
    return Head(cells=cells, **values), faults  # type: ignore[arg-type]  # each reader gives what its field holds


def _fields(form: Form) -> Iterator[tuple[FieldKey, tuple[CellValue, Cell]]]:
    """The value right of each label above the table."""
    for row in range(1, form.heading_row):
        filled = [(column, value) for column, value in enumerate(map(clean, form.sheet.rows[row - 1]), 1) if value is not None]
        if filled and isinstance(filled[0][1], str) and (key := _LABELS.get(key_of_words(filled[0][1]))):
            column, value = filled[1] if len(filled) > 1 else (filled[0][0] + 1, None)
            yield key, (value, form.cell(row, column))


def _province(written: CellValue) -> str | None:
    found = _PROVINCE.match(shown(written).zfill(2))
    return found[1] if found else None


def _year(written: CellValue) -> int | None:
    said = shown(written)
    return int(said) if said.isdigit() and len(said) == len("2022") else None


def _kind(written: CellValue) -> bool | None:
    return {fold(REAL): False, "that": False, fold(INVENTED): True, "so lieu mo phong": True}.get(fold(shown(written)))


_READERS = {"province": _province, "year": _year, "kind": _kind}


def find_columns(form: Form, layout: str) -> Columns:
    """Which column holds what; unknown headings with cells below are faults, shares and remarks are passed over."""
    of: dict[str, int] = {}
    faults, passed = [], []
    for column in range(1, max(map(len, form.sheet.rows), default=0) + 1):
        heading = form.at(form.heading_row, column)
        key = known_heading(shown(heading), layout)
        if key in of:
            accepted = f"mỗi cột một lần (đã có ở ô {form.cell(form.heading_row, of[str(key)]).name})"
            faults.append(_fault(form, column, COLUMN_TWICE, accepted, "xóa một cột, hoặc sửa tên cột"))
        elif key:
            of[key] = column
        elif _is_used(form, column):
            if _is_passed_over(heading):
                passed.append(quoted(heading))
            else:
                faults.append(_unknown(form, column, layout))
    notices = [Notice(NOT_USED, f"{form.name}, trang tính “{form.sheet.name}”", ", ".join(passed))] if passed else []
    return Columns(of, tuple(faults), tuple(notices))


def _is_used(form: Form, column: int) -> bool:
    return any(form.at(row, column) is not None for row in range(form.heading_row + 1, len(form.sheet.rows) + 1))


def _is_passed_over(heading: CellValue) -> bool:
    words = key_of_words(shown(heading))
    return words in PASSED_OVER or words.startswith(PASSED_OVER_WORDS) or "%" in shown(heading)


def _unknown(form: Form, column: int, layout: str) -> Fault:
    heading = shown(form.at(form.heading_row, column))
    near = get_close_matches(key_of_words(heading), list(_WORDINGS[layout]), n=1, cutoff=CLOSE_HEADING)
    hint = f"có phải “{HEADING_OF[_WORDINGS[layout][near[0]]]}”? " if near else ""
    accepted = hint + "; ".join(one.heading for one in COLUMNS[layout])
    return _fault(form, column, COLUMN_UNKNOWN, accepted, "sửa tên cột theo biểu mẫu, hoặc xóa cột")


def _fault(form: Form, column: int, cause: str, accepted: str, action: str) -> Fault:
    cell = form.cell(form.heading_row, column)
    return Fault(cause, f"{form.name}, {cell}", quoted(form.at(form.heading_row, column)), accepted, action, cell)
