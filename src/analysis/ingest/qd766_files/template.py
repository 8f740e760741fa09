"""The workbook in which an office copies counts of the 766 index from the national portal: one row a unit and item."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analysis import spreadsheets
from analysis.errors import DataFaults, Fault
from analysis.ingest.qd766_files.layout import (
    CODE,
    DENOMINATOR,
    FIELDS,
    GUIDE_SHEET,
    HEADINGS,
    ITEM,
    ITEM_NAME,
    KIND,
    MERGER_VI,
    NUMERATOR,
    RATE,
    TABLE_SHEET,
    TITLE,
    UNIT,
    is_rate_only,
    number_of,
    period_faults,
    scored_items,
)
from analysis.spreadsheets import BOX, FONT_NAME, HEADING_FILL, HEADING_FONT
from analysis.text import day, number, sentence_case
from analysis.units import INDEX_VINTAGE, MERGED_VINTAGE, unit_labels, units_below, vintage_on

BAD_PERIOD = "Kỳ của biểu mẫu không dùng được"
NO_PROVINCE = "Không có tỉnh này trong danh mục đơn vị của kỳ"
FIRST_FIELD_ROW = 3
HEADING_ROW = FIRST_FIELD_ROW + len(FIELDS) + 1
FIRST_ROW = HEADING_ROW + 1

_COLUMNS = (CODE, UNIT, ITEM, ITEM_NAME, NUMERATOR, DENOMINATOR, RATE)
_WIDTHS = (10, 30, 14, 44, 13, 13, 11, 40, 40, 9)
_VALUE_COLUMNS = (3, 4)  # of a field, merged
_TO_FILL, _SET = PatternFill("solid", start_color="FFF8E1"), PatternFill("solid", start_color="F2F2F2")
_BOLD, _TITLE_FONT = Font(name=FONT_NAME, bold=True), Font(name=FONT_NAME, bold=True, size=14)
_SAID = (
    "Chép số vào các ô nền vàng, đúng như Cổng Dịch vụ công quốc gia hiển thị. Mục không có số thì để trống, không ghi 0. "
    f"Xem cách ghi ở trang “{GUIDE_SHEET}”."
)
_KEEP = "Đơn vị và mục đã ghi sẵn, không gõ đè; không cần số của dòng nào thì để trống dòng đó."


def write_qd766_template(
    path: Path, units: pd.DataFrame, items: pd.DataFrame, province: str, period: tuple[date, date], *, with_units: bool = False
) -> None:
    """The empty form at ``path`` for a province, or for all units below it too; the same bytes for the same arguments.

    Units are those of the list in force on the last day of the ``period``. Raises ``DataFaults`` when the period is reversed, ends
    before the decision or spans the merger of provinces, or when the list has no such province; ``FolderUnusable`` when the file
    cannot be written.
    """
    listed = _units(units, province, period, with_units)
    asked = scored_items(items)
    book = spreadsheets.new_workbook(f"{TITLE} {day(period[0])} – {day(period[1])}")
    _table_sheet(book, listed, asked, period)
    _guide_sheet(book, asked, len(listed))
    spreadsheets.save(book, path)


def _units(units: pd.DataFrame, province: str, period: tuple[date, date], with_units: bool) -> list[tuple[str, str]]:
    """Code and name of the province and, where asked for, of the units below it."""
    faults = [Fault(BAD_PERIOD, "kỳ của biểu mẫu", *told) for told in period_faults(*period)]
    if faults:
        raise DataFaults(faults)
    vintage = vintage_on(period[1])
    own = units[(units["vintage"] == vintage) & (units["level"] == "province") & (units["unit_code"] == province)]
    if own.empty:
        other = "đã sáp nhập" if vintage == MERGED_VINTAGE else f"danh mục {INDEX_VINTAGE}"
        accepted = f"mã tỉnh của danh mục {vintage} (kỳ đến {day(period[1])})"
        raise DataFaults([Fault(NO_PROVINCE, f"tỉnh {province}", f"mã “{province}” không có ({other})", accepted, "sửa mã tỉnh, hoặc sửa kỳ")])
    below = units_below(units, province, vintage) if with_units else own.head(0)
    labels = unit_labels(below) if with_units else []
    return [(province, str(own.iloc[0]["name_vi"])), *zip(below["unit_code"].astype(str), map(str, labels), strict=True)]


def _table_sheet(book: Workbook, listed: Sequence[tuple[str, str]], items: pd.DataFrame, period: tuple[date, date]) -> None:
    sheet = book.create_sheet(TABLE_SHEET)
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _head(sheet, period)
    headings = [*(HEADINGS[key][0] for key in _COLUMNS), "Tử số đếm gì", "Mẫu số đếm gì", "Điểm tối đa"]
    for column, heading in enumerate(headings, 1):
        cell = sheet.cell(HEADING_ROW, column)
        spreadsheets.put(cell, heading)
        cell.font, cell.fill, cell.border = HEADING_FONT, HEADING_FILL, BOX
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    spreadsheets.fit_row(sheet, HEADING_ROW)
    row = FIRST_ROW
    for code, name in listed:
        for _, item in items.iterrows():
            _write_row(sheet, row, code, name, item)
            row += 1
    _checks(sheet, row - 1)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, _COLUMNS.index(ITEM) + 1)
    spreadsheets.print_across(sheet, heading=HEADING_ROW)


def _head(sheet: Worksheet, period: tuple[date, date]) -> None:
    """Title, what to do, and the fields; the period is filled in."""
    spreadsheets.put(sheet.cell(1, 1), TITLE)
    sheet.cell(1, 1).font = _TITLE_FONT
    last = len(_COLUMNS)
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=last)
    spreadsheets.put(sheet.cell(2, 1), _SAID)
    sheet.cell(2, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[2].height = spreadsheets.height_of(spreadsheets.line_count(_SAID, sum(_WIDTHS[:last])))
    given = {"start": period[0], "end": period[1]}
    for row, field in enumerate(FIELDS, FIRST_FIELD_ROW):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        sheet.merge_cells(start_row=row, end_row=row, start_column=_VALUE_COLUMNS[0], end_column=_VALUE_COLUMNS[1])
        spreadsheets.put(sheet.cell(row, 1), field.label)
        spreadsheets.put(sheet.cell(row, _VALUE_COLUMNS[0]), given.get(field.key))
        sheet.cell(row, 1).font = _BOLD
        for column in range(1, _VALUE_COLUMNS[1] + 1):
            sheet.cell(row, column).border = BOX
            sheet.cell(row, column).fill = _TO_FILL if column in _VALUE_COLUMNS else _SET
        sheet.cell(row, _VALUE_COLUMNS[0]).alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")


def _write_row(sheet: Worksheet, row: int, code: str, name: str, item: pd.Series) -> None:
    helps = [item[column] if pd.notna(item[column]) else None for column in ("numerator_vi", "denominator_vi")]
    values = [code, name, number_of(item), item["item_vi"], None, None, None, *map(_said, helps), float(item["item_max_score"])]
    asked = (RATE,) if is_rate_only(item) else (NUMERATOR, DENOMINATOR, RATE)
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        spreadsheets.put(cell, value)
        is_asked = column <= len(_COLUMNS) and _COLUMNS[column - 1] in asked
        cell.border, cell.fill = BOX, _TO_FILL if is_asked else _SET
        cell.alignment = Alignment(wrap_text=not is_asked, vertical="top")
        if is_asked and _COLUMNS[column - 1] != RATE:
            cell.number_format = spreadsheets.COUNT_FORMAT
    spreadsheets.fit_row(sheet, row)


def _said(value: object) -> str | None:
    return sentence_case(str(value)) if value is not None else None


def _checks(sheet: Worksheet, last: int) -> None:
    letters = {key: get_column_letter(_COLUMNS.index(key) + 1) for key in _COLUMNS}
    spreadsheets.keep(sheet, f"{letters[CODE]}{FIRST_ROW}:{letters[ITEM_NAME]}{last}", _KEEP)
    said = "Tử số, mẫu số là số nguyên từ 0. Không có số thì để trống, không ghi 0."
    spreadsheets.expect_count(sheet, f"{letters[NUMERATOR]}{FIRST_ROW}:{letters[DENOMINATOR]}{last}", said)
    spreadsheets.expect_number(sheet, f"{letters[RATE]}{FIRST_ROW}:{letters[RATE]}{last}", 0, 100, "Tỷ lệ từ 0 đến 100, ví dụ 98,60.")


def _guide_sheet(book: Workbook, items: pd.DataFrame, units_count: int) -> None:
    sheet = book.create_sheet(GUIDE_SHEET)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 96
    for row, (label, said) in enumerate(_guide_lines(items, units_count), 1):
        spreadsheets.put(sheet.cell(row, 1), label)
        spreadsheets.put(sheet.cell(row, 2), said)
        sheet.cell(row, 1).font = Font(name=FONT_NAME, bold=True, size=14 if row == 1 else 11)
        for cell in sheet[row]:
            cell.alignment = Alignment(wrap_text=bool(said), vertical="top")


def _guide_lines(items: pd.DataFrame, units_count: int) -> Iterator[tuple[str, str]]:
    """Label and text of each line of the instruction sheet."""
    yield "Hướng dẫn nhập Bộ chỉ số 766", ""
    yield "Cách dùng", f"Ghi vào trang “{TABLE_SHEET}”: phần đầu nói kỳ và nơi lấy số, bảng dưới mỗi đơn vị và mục một dòng ({units_count} đơn vị)."
    yield "", ""
    yield "Phần đầu bảng", ""
    for field in FIELDS:
        yield field.label, f"(bắt buộc) {field.said}"
    yield "", ""
    yield "Cách ghi", ""
    yield "Tử số, mẫu số", "Số nguyên như Cổng hiển thị. Có cả hai thì không cần ghi tỷ lệ."
    yield "Tỷ lệ (%)", "Chỉ ghi khi Cổng không nêu tử số, mẫu số; số từ 0 đến 100, ví dụ 98,60. Ghi cả ba thì tỷ lệ phải khớp với hai số kia."
    yield "Không có số", "Để trống. Mục không có số được báo cáo là chưa có số liệu, không phải 0 điểm."
    yield "Một kỳ một tệp", f"Kỳ khác thì tạo biểu mẫu khác. Kỳ không vắt qua ngày {MERGER_VI}."
    yield "Kiểm tra, nạp", f"lantoa check TỆP.xlsx; hết lỗi thì lantoa import TỆP.xlsx --kind {KIND}."
    yield "", ""
    yield "Các mục", ""
    for _, item in items.iterrows():
        target = "" if pd.isna(item["target_pct"]) else f", đủ điểm từ {number(item['target_pct'])} %"
        yield number_of(item), f"{item['item_vi']}: {number(item['item_max_score'])} điểm{target}"
