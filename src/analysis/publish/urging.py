"""The list of what needs urging on as workbooks to send: one of all rows, one for each unit; made from the model's table alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from analysis import spreadsheets, text
from analysis.blocks import Cell, Table
from analysis.ingest.workbooks import read_workbook
from analysis.publish.html import source_line
from analysis.publish.model import ReportModel
from analysis.spreadsheets import SheetColumn
from analysis.tables.urging import UNIT, UNIT_CODE, URGING_TABLE
from analysis.theme import SYNTHETIC_STAMP

FOLDER = "don-doc"
ALL_UNITS = "tong-hop.xlsx"
SHEET = "Đôn đốc"
SLUG_CHARACTERS = 40  # keeps a path short enough for Windows
WIDTHS = {  # in all about what A4 across holds at a readable size
    "Mã đơn vị": 10.0,
    "Đơn vị": 18.0,
    "Mục của kế hoạch": 13.0,
    "Nội dung": 26.0,
    "Sản phẩm": 22.0,
    "Thời gian theo kế hoạch": 14.0,
    "Đã ghi": 7.0,
    "Còn thiếu": 26.0,
    "Kỳ còn thiếu": 14.0,
}
TO_FILL = ("Ngày hoàn thành (đơn vị ghi)", "Lý do, kiến nghị (đơn vị ghi)")
TO_FILL_WIDTH, NARROW = 16.0, 11.0

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Addressee:
    """A unit, or a group as the plan writes it (without a code), with its file and its rows in the order of the list."""

    file: str
    name: str
    rows: tuple[Row, ...]


def table_of(model: ReportModel) -> Table | None:
    """The model's list; None where there is no log or nothing to urge on."""
    return next((table for table in model.every(Table) if table.table_id == URGING_TABLE), None)


def addressees(table: Table) -> list[Addressee]:
    """One addressee a unit or group, units by code and then groups by name."""
    code, name = table.columns.index(UNIT_CODE), table.columns.index(UNIT)

    def key(row: Row) -> tuple[bool, str, str]:
        return row[code] is None, str(row[code] or ""), str(row[name])

    found: list[Addressee] = []
    groups = 0
    for (is_group, unit_code, label), rows in groupby(sorted(table.rows, key=key), key=key):
        groups += is_group
        file = f"nhom-{groups:02d}-{_slug(label)}.xlsx" if is_group else f"{unit_code}-{_slug(label)}.xlsx"
        found.append(Addressee(file, label, tuple(rows)))
    return found


def _slug(label: str) -> str:
    """The folded label in hyphens, cut between words."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.fold(label)).strip("-")
    return slug if len(slug) <= SLUG_CHARACTERS else slug[: SLUG_CHARACTERS + 1].rpartition("-")[0] or slug[:SLUG_CHARACTERS]


def rows_by_file(table: Table) -> dict[str, int]:
    """How many rows each workbook is to hold."""
    return {ALL_UNITS: len(table.rows), **{unit.file: len(unit.rows) for unit in addressees(table)}}


def rows_in(path: Path) -> int:
    """How many rows stand between the heading of a written workbook and the remarks, which name no unit."""
    (sheet,) = read_workbook(path, path.name).sheets
    heading = [row[0] for row in sheet.rows].index(UNIT_CODE.title)
    return len(list(takewhile(lambda row: row[1] is not None, sheet.rows[heading + 1 :])))


def write(rendering: Path, model: ReportModel) -> None:
    """Write ``don-doc/`` into a report folder where the model has a list. Raises ``FolderUnusable``."""
    table = table_of(model)
    if table is None:
        return
    folder = rendering / FOLDER
    spreadsheets.save(_workbook(model, table, "các đơn vị có tên dưới đây", table.rows), folder / ALL_UNITS)
    for unit in addressees(table):
        spreadsheets.save(_workbook(model, table, unit.name, unit.rows), folder / unit.file)


def _workbook(model: ReportModel, table: Table, addressee: str, rows: Sequence[Row]) -> Workbook:
    """Whom, what and when above the table, two empty columns for the answer in it, how it was counted below."""
    book = spreadsheets.new_workbook(table.title)
    sheet = book.create_sheet(SHEET)
    columns = [SheetColumn(column.title, WIDTHS.get(column.title, NARROW)) for column in table.columns]
    columns += [SheetColumn(heading, TO_FILL_WIDTH) for heading in TO_FILL]
    titles = _titles(model, table, addressee, len(rows))
    first = len(titles) + 3
    _write_lines(sheet, columns, 1, titles, is_bold=True)
    _write_lines(sheet, columns, len(titles) + 1, [f"Số liệu đến ngày {_day(model)}. {table.notes_vi[0]}"])
    spreadsheets.write_table(sheet, columns, [(*row, *(None for _ in TO_FILL)) for row in rows], first_row=first)
    for line in range(first, first + len(rows) + 1):
        spreadsheets.fit_row(sheet, line)
    remarks = [*table.notes_vi[1:], source_line(table.provenance, model)]
    _write_lines(sheet, columns, first + len(rows) + 2, remarks)
    spreadsheets.print_across(sheet, heading=first)
    return book


def _write_lines(sheet: Worksheet, columns: Sequence[SheetColumn], first: int, lines: Sequence[str], *, is_bold: bool = False) -> None:
    """One merged line a text across all columns."""
    width = sum(column.width for column in columns)
    for line, said in enumerate(lines, first):
        cell = sheet.cell(line, 1)
        spreadsheets.put(cell, said)
        cell.font, cell.alignment = Font(name=spreadsheets.FONT_NAME, bold=is_bold), Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=len(columns))
        sheet.row_dimensions[line].height = spreadsheets.height_of(spreadsheets.line_count(said, width))


def _titles(model: ReportModel, table: Table, addressee: str, count: int) -> list[str]:
    """Stamp where synthetic, title and addressee."""
    stamp = [f"{SYNTHETIC_STAMP}: không dùng để đôn đốc thật"] if table.provenance.is_synthetic else []
    return [*stamp, f"{table.title} – {model.province_vi}", f"Kính gửi: {addressee} ({text.number(count)} việc)"]


def _day(model: ReportModel) -> str:
    return "/".join(reversed(model.as_of.split("-")))
