"""The workbooks in which offices write counts of online services: a row a unit and month, or a row a unit and capture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analysis import codes, spreadsheets
from analysis.errors import DataFaults, Fault
from analysis.ingest.uptake_files.guide import guide_lines
from analysis.ingest.uptake_files.layout import (
    COLUMNS,
    DATA_SHEETS,
    END,
    FIELDS,
    FIRST_DAY,
    GUIDE_SHEET,
    INVENTED,
    LISTS_SHEET,
    MONTH,
    MONTHLY,
    REAL,
    START,
    TITLES,
    UNIT,
    UNIT_CODE,
)
from analysis.ingest.uptake_files.units import NO_UNITS
from analysis.periods import MONTHS_PER_YEAR
from analysis.spreadsheets import BOX, COUNT_FORMAT, DAY_FORMAT, FONT_NAME, SheetColumn
from analysis.units import province_name, type_changes, unit_labels, units_below, units_on, vintage_on

FIRST_FIELD_ROW = 3
HEADING_ROW = FIRST_FIELD_ROW + len(FIELDS) + 1
VALUE_COLUMN, LAST_VALUE_COLUMN = 3, 6  # of a line above the table: merged, so that its text has room
SPARE_ROWS = 500  # of a form of captures: four more captures of a province with 120 units
TEXT_FORMAT = "@"  # Excel would make a day of 05/2022 and drop the zeros of a code
LEVEL_ORDER = {"department": 0, "district": 1, "commune": 2}

_WIDTHS = {UNIT_CODE: 12, UNIT: 42, MONTH: 10, START: 12, END: 12}
_COUNT_WIDTH = 15
_FORMATS = {UNIT_CODE: TEXT_FORMAT, UNIT: TEXT_FORMAT, MONTH: TEXT_FORMAT, START: DAY_FORMAT, END: DAY_FORMAT}
_TO_FILL = PatternFill("solid", start_color="FFF8E1")
_SET = PatternFill("solid", start_color="F2F2F2")
_BOLD = Font(name=FONT_NAME, bold=True)
_TITLE_FONT = Font(name=FONT_NAME, bold=True, size=14)
_TOP = Alignment(vertical="top")
_SAID = {
    MONTHLY: "Ghi số đếm của từng tháng vào các ô nền vàng. Ô trống = không có số liệu, không phải 0. Cột không theo dõi thì để trống cả cột; "
    f"dòng không có số nào thì bỏ qua. Cách ghi ở trang “{GUIDE_SHEET}”.",
    "": "Mỗi dòng là số lũy kế của một đơn vị từ ngày đầu đến hết ngày chụp, đúng như cổng hiện. Chụp lần sau thì chép thêm dòng, không ghi đè. "
    f"Ô trống = không có số liệu, không phải 0. Cách ghi ở trang “{GUIDE_SHEET}”.",
}


@dataclass(frozen=True)
class _Form:
    """What a form is for, and the units and rows it comes filled with."""

    layout: str
    province: str
    name: str
    year: int
    vintages: tuple[str, ...]
    is_synthetic: bool
    units: pd.DataFrame
    rows: list[list[Any]]


def write_uptake_template(
    path: Path, layout: str, province: str, year: int, units: pd.DataFrame, events: pd.DataFrame | None = None, *, is_synthetic: bool = False
) -> None:
    """The empty form of a year at ``path``, the same bytes for the same units; ``events`` give units the names of that year.

    A row stands ready for each unit that receives dossiers, and month. Raises ``DataFaults`` when no list of the year has units of the
    province, ``UnknownUnit`` for a code that is no province, ``FolderUnusable`` when the file cannot be written.
    """
    form = _form(layout, province, year, units, events, is_synthetic)
    book = spreadsheets.new_workbook(f"{TITLES[layout]} {year}")
    _data_sheet(book, form)
    _guide_sheet(book, form)
    _lists_sheet(book, form)
    spreadsheets.save(book, path)


def _form(layout: str, province: str, year: int, units: pd.DataFrame, events: pd.DataFrame | None, is_synthetic: bool) -> _Form:
    months = [date(year, number, 1) for number in range(1, MONTHS_PER_YEAR + 1) if date(year, number, 1) >= FIRST_DAY]
    by_vintage = {vintage: _listed(units, events, province, vintage, year) for vintage in dict.fromkeys(map(vintage_on, months))}
    known = {vintage: below for vintage, below in by_vintage.items() if len(below)}
    if not known:
        lists = ", ".join(codes.VINTAGES[vintage] for vintage in by_vintage) or f"danh mục từ năm {FIRST_DAY.year}"
        found = f"mã tỉnh “{province}”, năm {year}"
        action = "kiểm tra mã tỉnh và năm; từ 01/07/2025 dùng mã tỉnh mới sau sắp xếp"
        raise DataFaults([Fault(NO_UNITS, "biểu mẫu", found, f"tỉnh có đơn vị trực thuộc trong {lists}", action)])
    vintage = next(iter(known))
    kept = [first for first in months if vintage_on(first) in known]
    rows = _monthly_rows(known, kept) if layout == MONTHLY else _capture_rows(known[vintage], kept[0])
    name = province_name(units, province, vintage)
    return _Form(layout, province, name, year, tuple(known), is_synthetic, pd.concat(known.values(), ignore_index=True), rows)


def _listed(units: pd.DataFrame, events: pd.DataFrame | None, province: str, vintage: str, year: int) -> pd.DataFrame:
    """Departments, then districts, then communes of a province, each with the label that names it and no other."""
    named = units if events is None else units_on(units, type_changes(events), date(year, 12, 31))
    below = units_below(named, province, vintage)
    ordered = below.assign(order=below["level"].map(LEVEL_ORDER), label=unit_labels(below)).sort_values(["order", "unit_code"])
    return ordered.drop(columns="order").reset_index(drop=True)


def _monthly_rows(known: dict[str, pd.DataFrame], months: Sequence[date]) -> list[list[Any]]:
    """All units of a month below one another: what software exports for a month can be pasted as one block."""
    return [[str(row.unit_code), str(row.label), f"{first:%m/%Y}"] for first in months for row in known[vintage_on(first)].itertuples()]


def _capture_rows(below: pd.DataFrame, start: date) -> list[list[Any]]:
    return [[str(row.unit_code), str(row.label), start, None] for row in below.itertuples()]


def _data_sheet(book: Workbook, form: _Form) -> None:
    sheet = book.create_sheet(DATA_SHEETS[form.layout])
    columns = [SheetColumn(one.heading, _WIDTHS.get(one.key, _COUNT_WIDTH), _FORMATS.get(one.key, COUNT_FORMAT)) for one in COLUMNS[form.layout]]
    spare = 0 if form.layout == MONTHLY else SPARE_ROWS
    blank: list[list[Any]] = [[] for _ in range(spare)]
    rows = [[*row, *[None] * (len(columns) - len(row))] for row in [*form.rows, *blank]]
    spreadsheets.write_table(sheet, columns, rows, first_row=HEADING_ROW)
    spreadsheets.fit_row(sheet, HEADING_ROW)
    _dress(sheet, form, len(rows))
    _head(sheet, form)
    _checks(sheet, form, len(rows))
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, _count_columns(form)[0])
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(columns))}{HEADING_ROW + len(rows)}"
    spreadsheets.print_across(sheet, heading=HEADING_ROW, paper=Worksheet.PAPERSIZE_A3)


def _count_columns(form: _Form) -> list[int]:
    return [number for number, column in enumerate(COLUMNS[form.layout], 1) if column.key not in _WIDTHS]


def _dress(sheet: Worksheet, form: _Form, rows_count: int) -> None:
    """Grey where the form came filled in, yellow where counts belong."""
    filled = len(form.rows)
    first_count = _count_columns(form)[0]
    for number, row in enumerate(sheet.iter_rows(min_row=HEADING_ROW + 1, max_row=HEADING_ROW + rows_count)):
        for cell in row:
            cell.fill = _SET if cell.column < first_count and number < filled and cell.value is not None else _TO_FILL
            cell.alignment = _TOP


def _head(sheet: Worksheet, form: _Form) -> None:
    """Title, what to do, and the lines that say which province, year and list the form is of, and whether its counts are invented."""
    spreadsheets.put(sheet.cell(1, 1), f"{TITLES[form.layout]}: {form.name} {form.year}")
    sheet.cell(1, 1).font = _TITLE_FONT
    said = _SAID.get(form.layout, _SAID[""])
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=10)
    spreadsheets.put(sheet.cell(2, 1), said)
    sheet.cell(2, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[2].height = spreadsheets.height_of(3)
    values = {
        "province": f"{form.province} – {form.name}",
        "year": form.year if form.layout == MONTHLY else None,
        "vintage": "; ".join(codes.VINTAGES[vintage] for vintage in form.vintages),
        "kind": INVENTED if form.is_synthetic else REAL,
    }
    for row, field in enumerate([field for field in FIELDS if values[field.key] is not None], FIRST_FIELD_ROW):
        _field(sheet, row, field.label, values[field.key])
        if field.key == "kind":
            chosen = f"{get_column_letter(VALUE_COLUMN)}{row}"
            spreadsheets.offer(sheet, chosen, f'"{REAL},{INVENTED}"', f"“{field.label}”: {field.said}.")


def _field(sheet: Worksheet, row: int, label: str, value: Any) -> None:
    for first, last in ((1, VALUE_COLUMN - 1), (VALUE_COLUMN, LAST_VALUE_COLUMN)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    spreadsheets.put(sheet.cell(row, 1), label)
    spreadsheets.put(sheet.cell(row, VALUE_COLUMN), value)
    sheet.cell(row, 1).font = _BOLD
    sheet.cell(row, VALUE_COLUMN).alignment = Alignment(vertical="top", horizontal="left")
    for column in range(1, LAST_VALUE_COLUMN + 1):
        sheet.cell(row, column).border, sheet.cell(row, column).fill = BOX, _SET


def _checks(sheet: Worksheet, form: _Form, rows_count: int) -> None:
    first, last = HEADING_ROW + 1, HEADING_ROW + rows_count
    for number, column in enumerate(COLUMNS[form.layout], 1):
        letter = get_column_letter(number)
        cells = f"{letter}{first}:{letter}{last}"
        said = f"“{column.heading}”: {column.said}."
        if column.key in (UNIT_CODE, UNIT):
            source = f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(form.units) + 1}"
            spreadsheets.offer(sheet, cells, source, f"{said} Xem trang “{LISTS_SHEET}”.", is_strict=False)
        elif column.key == MONTH:
            listed = ",".join(dict.fromkeys(str(row[2]) for row in form.rows))
            spreadsheets.offer(sheet, cells, f'"{listed}"', said, is_strict=False)
        elif column.key in (START, END):
            spreadsheets.expect_day(sheet, cells, date(form.year - 1, 1, 1), date(form.year, 12, 31), said)
        else:
            spreadsheets.expect_count(sheet, cells, f"“{column.heading}”: số nguyên từ 0. Không có số liệu thì để trống, đừng ghi 0.")


def _guide_sheet(book: Workbook, form: _Form) -> None:
    sheet = book.create_sheet(GUIDE_SHEET)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 100
    for row, (label, said) in enumerate(guide_lines(form.layout, form.name, form.year), 1):
        for number, text in enumerate((label, said), 1):
            spreadsheets.put(sheet.cell(row, number), text)
            sheet.cell(row, number).alignment = Alignment(wrap_text=bool(said), vertical="top")
        sheet.cell(row, 1).font = _TITLE_FONT if row == 1 else _BOLD
        if row > 1 and said:
            spreadsheets.fit_row(sheet, row)
    sheet.row_dimensions[1].height = 22
    spreadsheets.print_across(sheet)


def _lists_sheet(book: Workbook, form: _Form) -> None:
    """Codes and names of the units; headings unlike those of the table, so that it is not taken for one."""
    sheet = book.create_sheet(LISTS_SHEET)
    columns = [SheetColumn("Mã để chọn", 14, TEXT_FORMAT), SheetColumn("Tên để chọn", 50), SheetColumn("Cấp", 24), SheetColumn("Danh mục", 40)]
    spreadsheets.write_table(sheet, columns, list(_listed_rows(form)))
    spreadsheets.print_across(sheet)


def _listed_rows(form: _Form) -> Iterator[list[Any]]:
    for row in form.units.itertuples():
        yield [str(row.unit_code), str(row.label), codes.UNIT_LEVELS[str(row.level)], codes.VINTAGES[str(row.vintage)]]
