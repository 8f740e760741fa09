"""Where the table stands in a received form of the 766 index: its sheet, the fields above it, its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from analysis.errors import Cell, Fault
from analysis.ingest.activity_log.cells import clean, quoted, shown
from analysis.ingest.fault_list import FAULTS_SHEET
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.ingest.qd766_files.layout import (
    CODE,
    COMMAND,
    DENOMINATOR,
    FIELDS,
    GUIDE_SHEET,
    HEADINGS,
    ITEM,
    ITEM_NAME,
    KEYS_OF_FIELDS,
    KEYS_OF_HEADINGS,
    KEYS_OF_HELP,
    MOST_HEADING_ROWS,
    NUMERATOR,
    RATE,
    TABLE_SHEET,
    UNIT,
    FieldKey,
    period_faults,
)
from analysis.ingest.workbooks import CellValue, ReceivedWorkbook, Sheet
from analysis.written_days import read_day

NO_FORM = "Không tìm thấy bảng số liệu 766 theo biểu mẫu"
TWO_FORMS = "Tệp có hai bảng số liệu 766"
COLUMN_TWICE = "Cột lặp lại"
COLUMN_UNKNOWN = "Cột không có trong biểu mẫu"
COLUMN_MISSING = "Thiếu cột"
FIELD_MISSING = "Chưa ghi kỳ hoặc nguồn của bảng"
FIELD_UNREADABLE = "Phần đầu bảng không đọc được"
BAD_PERIOD = "Kỳ của bảng không dùng được"
USE_TEMPLATE = f"tạo biểu mẫu bằng lệnh: {COMMAND}, rồi chép số vào đó"


@dataclass(frozen=True)
class Form:
    """A table found in a sheet: each field with its cell, the row (from 1) of the column names, the column (from 1) of each key."""

    name: str
    sheet: Sheet
    fields: dict[FieldKey, tuple[CellValue, Cell]]
    heading_row: int
    columns: dict[str, int]

    def at(self, row: int, key: str) -> CellValue:
        """The cleaned value of a row in the column of ``key``; None where there is no such cell or column."""
        return self.in_column(row, self.columns[key]) if key in self.columns else None

    def in_column(self, row: int, column: int) -> CellValue:
        """The cleaned value of a cell; row and column from 1, None beyond the sheet."""
        rows = self.sheet.rows
        return clean(rows[row - 1][column - 1]) if row <= len(rows) and column <= len(rows[row - 1]) else None

    def cell(self, row: int, key: str) -> Cell:
        """The cell of a row in the column of ``key``, or in the first column of the table where the key has none."""
        return Cell(self.sheet.name, row, self.columns.get(key) or min(self.columns.values()))

    def fault(self, cause: str, row: int, key: str, found: str, accepted: str, action: str) -> Fault:
        """A fault at a cell of the table."""
        cell = self.cell(row, key)
        return Fault(cause, f"{self.name}, {cell}", found, accepted, action, cell)

    @property
    def where(self) -> str:
        """File and sheet."""
        return f"{self.name}, trang tính “{self.sheet.name}”"


@dataclass(frozen=True)
class Head:
    """What stands above the table; None and empty where it is missing or unreadable."""

    start: date | None = None
    end: date | None = None
    address: str = ""
    faults: tuple[Fault, ...] = field(default=())


def find_form(workbook: ReceivedWorkbook) -> Form | Fault:
    """The one table of the workbook that has the form's headings, or why there is none."""
    sheets = [sheet for sheet in workbook.sheets if sheet.name not in (FAULTS_SHEET, GUIDE_SHEET)]
    found = [form for sheet in sheets if (form := _form_of(workbook.name, sheet))]
    if len(found) == 1:
        return found[0]
    if not found:
        names = ", ".join(f"“{sheet.name}”" for sheet in workbook.sheets) or "không có trang nào"
        accepted = f"trang “{TABLE_SHEET}” có cột “{HEADINGS[ITEM][0]}” và cột “{HEADINGS[NUMERATOR][0]}” hoặc “{HEADINGS[RATE][0]}”"
        return Fault(NO_FORM, workbook.name, f"các trang {names}", accepted, USE_TEMPLATE)
    names = " và ".join(f"“{form.sheet.name}”" for form in found)
    return Fault(TWO_FORMS, workbook.name, names, "mỗi tệp một bảng của một kỳ", "tách thành hai tệp rồi nạp từng tệp")


def _form_of(name: str, sheet: Sheet) -> Form | None:
    for number, row in enumerate(sheet.rows[:MOST_HEADING_ROWS], 1):
        keys = [KEYS_OF_HEADINGS.get(key_of_words(value)) if isinstance(value, str) else None for value in row]
        if {ITEM, NUMERATOR} <= set(keys) or {ITEM, RATE} <= set(keys):
            columns = {key: keys.index(key) + 1 for key in keys if key is not None}
            return Form(name, sheet, dict(_fields(sheet, number)), number, columns)
    return None


def _fields(sheet: Sheet, heading_row: int) -> Iterator[tuple[FieldKey, tuple[CellValue, Cell]]]:
    """The value beside each label above the table; an empty one stands right of its label."""
    for row, values in enumerate(sheet.rows[: heading_row - 1], 1):
        filled = [(column, clean(value)) for column, value in enumerate(values, 1) if clean(value) is not None]
        if not filled or not isinstance(filled[0][1], str):
            continue
        key = KEYS_OF_FIELDS.get(key_of_words(filled[0][1]))
        if key is not None:
            merged = next((right for top, left, _, right in sheet.merged if (top, left) == (row, filled[0][0])), filled[0][0])
            column, value = filled[1] if len(filled) > 1 else (merged + 1, None)
            yield key, (value, Cell(sheet.name, row, column))


def heading_faults(form: Form) -> Iterator[Fault]:
    """Columns that stand twice, are missing, or hold something and are not known."""
    known: dict[str, int] = {}
    headings = form.sheet.rows[form.heading_row - 1]
    for column, heading in enumerate(headings, 1):
        words = key_of_words(shown(clean(heading)))
        key = KEYS_OF_HEADINGS.get(words)
        cell = Cell(form.sheet.name, form.heading_row, column)
        where = f"{form.name}, {cell}"
        if key in known:
            accepted = f"mỗi cột một lần (đã có ở ô {Cell(form.sheet.name, form.heading_row, known[key]).name})"
            yield Fault(COLUMN_TWICE, where, quoted(clean(heading)), accepted, "xóa một cột, hoặc sửa tên cột", cell)
        elif key is not None:
            known[key] = column
        elif words not in KEYS_OF_HELP and _is_used(form, column):
            accepted = "; ".join(headings[0] for headings in HEADINGS.values())
            yield Fault(COLUMN_UNKNOWN, where, quoted(clean(heading)), accepted, "sửa tên cột theo biểu mẫu, hoặc xóa cột", cell)
    if not {CODE, UNIT} & known.keys():
        yield _missing(form, f"“{HEADINGS[CODE][0]}” hoặc “{HEADINGS[UNIT][0]}”")
    if (NUMERATOR in known) != (DENOMINATOR in known):
        yield _missing(form, f"“{HEADINGS[DENOMINATOR if NUMERATOR in known else NUMERATOR][0]}”")


def _is_used(form: Form, column: int) -> bool:
    return any(form.in_column(row, column) is not None for row in range(form.heading_row + 1, len(form.sheet.rows) + 1))


def _missing(form: Form, columns: str) -> Fault:
    cell = Cell(form.sheet.name, form.heading_row, 1)
    return Fault(COLUMN_MISSING, f"{form.where}, dòng {form.heading_row}", f"không có cột {columns}", f"cột {columns}", USE_TEMPLATE, cell)


def read_head(form: Form, today: date) -> Head:
    """Period and address of the table; the period may not end after ``today``, the day on which the file was received."""
    values: dict[str, Any] = {}
    faults = []
    for one in FIELDS:
        written = form.fields[one.key][0] if one.key in form.fields else None
        if written is None:
            faults.append(_field_fault(form, [one.key], FIELD_MISSING, f"“{one.label}” trống", one.said, f"ghi “{one.label}” ở đầu bảng"))
            continue
        value = _address(written) if one.key == "address" else _day(written)
        if value is None:
            faults.append(_field_fault(form, [one.key], FIELD_UNREADABLE, f"“{one.label}”: {quoted(written)}", one.said, "ghi lại"))
        else:
            values[one.key] = value
    if "start" in values and "end" in values:
        faults += [_field_fault(form, ["end", "start"], BAD_PERIOD, *told) for told in period_faults(values["start"], values["end"], today)]
    return Head(**values, faults=tuple(faults))


def _field_fault(form: Form, keys: Sequence[FieldKey], cause: str, found: str, accepted: str, action: str) -> Fault:
    cell = next((form.fields[key][1] for key in keys if key in form.fields), None)
    return Fault(cause, f"{form.name}, {cell}" if cell else form.where, found, accepted, action, cell)


def _address(written: CellValue) -> str | None:
    said = shown(written)
    return said if any(char.isalpha() for char in said) else None


def _day(written: CellValue) -> date | None:
    if isinstance(written, date):
        return date(written.year, written.month, written.day)
    try:
        found = read_day(shown(written))
    except ValueError:
        return None
    return found.start if found.precision == "day" else None


def is_row_empty(form: Form, row: int) -> bool:
    """Whether a row holds no figure: unfilled rows, remarks, item names alone."""
    return all(form.at(row, key) is None for key in (NUMERATOR, DENOMINATOR, RATE))


def names_of_row(form: Form, row: int) -> tuple[CellValue, CellValue, CellValue, CellValue]:
    """Unit code, unit name, item and name of the item as written."""
    code, unit, item, item_name = (form.at(row, key) for key in (CODE, UNIT, ITEM, ITEM_NAME))
    return code, unit, item, item_name
