"""Where the table stands in a received annex: its sheet, the fields above it, its columns; every column known or named as unknown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis import codes
from analysis.errors import Cell, Fault
from analysis.ingest.activity_log.cells import clean, quoted, shown
from analysis.ingest.fault_list import FAULTS_SHEET
from analysis.ingest.index_files.annex_layout import (
    CODE,
    FIELDS,
    FIXED_HEADINGS,
    GUIDE_SHEET,
    MOST_HEADING_ROWS,
    ORDINAL_HEADINGS,
    PROVINCE,
    RANK,
    TABLE_SHEET,
    FieldKey,
    key_of_words,
)
from analysis.ingest.workbooks import CellValue, ReceivedWorkbook, Sheet

NO_FORM = "Không tìm thấy bảng điểm theo biểu mẫu"
TWO_FORMS = "Tệp có hai bảng điểm"
COLUMN_TWICE = "Cột lặp lại"
COLUMN_UNKNOWN = "Cột không có trong danh mục của phiên bản"
COLUMN_CONTRADICTS = "Tên cột và mã cột nói khác nhau"
USE_TEMPLATE = 'tạo biểu mẫu bằng lệnh: lantoa template index-annex --index "PAR INDEX" --year 2022 --out bang-diem.xlsx, rồi gõ hoặc dán số vào đó'

RANK_MARK = "HANG"  # in the row of codes
_LABELS: dict[str, FieldKey] = {key_of_words(label): one.key for one in FIELDS for label in (one.label, *one.synonyms)}
_IF_KNOWN = " neu biet"
_FIXED = {key_of_words(heading): key for key, headings in FIXED_HEADINGS.items() for heading in headings}
_ORDINAL = {key_of_words(heading) for heading in ORDINAL_HEADINGS}


@dataclass(frozen=True)
class Form:
    """A table found in a sheet: the value of each field with its cell, and the row (from 1) of the column names."""

    name: str
    sheet: Sheet
    fields: dict[FieldKey, tuple[CellValue, Cell]]
    heading_row: int

    def at(self, row: int, column: int) -> CellValue:
        """The cleaned value of a cell; row and column from 1, None beyond the sheet."""
        rows = self.sheet.rows
        return clean(rows[row - 1][column - 1]) if row <= len(rows) and column <= len(rows[row - 1]) else None

    def cell(self, row: int, column: int) -> Cell:
        """The cell, for messages and marks."""
        return Cell(self.sheet.name, row, column)

    def where(self, row: int, column: int) -> str:
        """File, sheet and cell."""
        return f"{self.name}, {self.cell(row, column)}"


@dataclass(frozen=True)
class Columns:
    """Column number (from 1) of each key, the first row below the headings, and what is wrong with the headings."""

    of: dict[str, int]
    first_row: int
    faults: tuple[Fault, ...] = field(default=())


def find_form(workbook: ReceivedWorkbook) -> Form | Fault:
    """The one table of the workbook that has the form's headings, or why there is none."""
    found = [form for sheet in workbook.sheets if sheet.name not in (FAULTS_SHEET, GUIDE_SHEET) and (form := _form_of(workbook.name, sheet))]
    if len(found) == 1:
        return found[0]
    if not found:
        sheets = ", ".join(f"“{sheet.name}”" for sheet in workbook.sheets) or "không có trang nào"
        accepted = f"trang “{TABLE_SHEET}” có cột “{FIXED_HEADINGS[PROVINCE][0]}” và cột “{FIXED_HEADINGS[RANK][0]}” hoặc “Điểm tổng hợp”"
        return Fault(NO_FORM, workbook.name, f"các trang {sheets}", accepted, USE_TEMPLATE)
    shown_names = " và ".join(f"“{form.sheet.name}”" for form in found)
    return Fault(TWO_FORMS, workbook.name, shown_names, "mỗi tệp một bảng của một phiên bản", "tách thành hai tệp rồi nạp từng tệp")


def _form_of(name: str, sheet: Sheet) -> Form | None:
    heading_row = next((number for number, row in enumerate(sheet.rows[:MOST_HEADING_ROWS], 1) if _is_heading(row)), None)
    return Form(name, sheet, dict(_fields(sheet, heading_row)), heading_row) if heading_row else None


def _is_heading(row: Sequence[CellValue]) -> bool:
    """Whether a row names the provinces and at least one thing that is told of them."""
    keys = {_FIXED.get(key_of_words(value)) for value in row if isinstance(value, str)}
    return PROVINCE in keys and bool(keys & {RANK, codes.COMPOSITE})


def _fields(sheet: Sheet, heading_row: int) -> Iterator[tuple[FieldKey, tuple[CellValue, Cell]]]:
    """The value beside each label above the table; an empty one stands in the cell right of its label."""
    for row, values in enumerate(sheet.rows[: heading_row - 1], 1):
        filled = [(column, clean(value)) for column, value in enumerate(values, 1) if clean(value) is not None]
        if not filled or not isinstance(filled[0][1], str):
            continue
        label_column, label = filled[0][0], key_of_words(filled[0][1]).removesuffix(_IF_KNOWN)
        if label in _LABELS:
            merged = next((right for top, left, _, right in sheet.merged if (top, left) == (row, label_column)), label_column)
            column, value = filled[1] if len(filled) > 1 else (merged + 1, None)
            yield _LABELS[label], (value, Cell(sheet.name, row, column))


def find_columns(form: Form, components: pd.DataFrame) -> Columns:
    """Which column holds what; ``components`` of the edition as ``columns_of_edition`` gives them."""
    names = {**{key_of_words(str(name)): str(code) for code, name in components["name_vi"].items()}, **_FIXED}
    marks = {str(code): str(code) for code in components.index} | {RANK_MARK: RANK}
    has_marks = any(str(value) in marks for value in _row(form, form.heading_row + 1))
    first_row = form.heading_row + 1 + has_marks
    of: dict[str, int] = {}
    faults = []
    for column, heading in enumerate(_row(form, form.heading_row), 1):
        mark = form.at(form.heading_row + 1, column) if has_marks else None
        by_name, by_mark = names.get(key_of_words(shown(heading))), marks.get(shown(mark))
        key = by_mark or by_name
        if by_name and by_mark and by_name != by_mark:
            faults.append(_contradiction(form, column, heading, mark))
        elif key is None:
            faults += _unknown(form, column, heading, first_row, components)
        elif key in of:
            accepted = f"mỗi cột một lần (đã có ở ô {form.cell(form.heading_row, of[key]).name})"
            faults.append(_heading_fault(form, column, COLUMN_TWICE, quoted(heading), accepted, "xóa một cột, hoặc sửa tên cột"))
        else:
            of[key] = column
    return Columns(of, first_row, tuple(faults))


def _row(form: Form, row: int) -> list[CellValue]:
    width = max(map(len, form.sheet.rows), default=0)
    return [form.at(row, column) for column in range(1, width + 1)]


def _contradiction(form: Form, column: int, heading: CellValue, mark: CellValue) -> Fault:
    action = "dán cả dòng tên cột thì xóa dòng mã ngay dưới; nếu không thì trả lại tên cột của biểu mẫu"
    return _heading_fault(form, column, COLUMN_CONTRADICTS, f"tên {quoted(heading)}, mã {quoted(mark)}", "tên và mã của cùng một thành phần", action)


def _unknown(form: Form, column: int, heading: CellValue, first_row: int, components: pd.DataFrame) -> list[Fault]:
    """A fault for a column that holds something and is not known; numbering of rows is passed over."""
    is_used = any(form.at(row, column) is not None for row in range(first_row, len(form.sheet.rows) + 1))
    if key_of_words(shown(heading)) in _ORDINAL or not is_used:
        return []
    accepted = "; ".join([*(FIXED_HEADINGS[key][0] for key in (CODE, PROVINCE, RANK)), *components["heading"]])
    return [_heading_fault(form, column, COLUMN_UNKNOWN, quoted(heading), accepted, "sửa tên cột theo biểu mẫu, hoặc xóa cột")]


def _heading_fault(form: Form, column: int, cause: str, found: str, accepted: str, action: str) -> Fault:
    cell = form.cell(form.heading_row, column)
    return Fault(cause, f"{form.name}, {cell}", found, accepted, action, cell)
