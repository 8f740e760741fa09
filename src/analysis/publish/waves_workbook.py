"""The wave table as an office adopts it: the list, how it was drawn, what it could find; and the same file read back as it was drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from analysis import spreadsheets, text
from analysis.errors import DataFaults, Fault
from analysis.estimate.inference import POWER
from analysis.estimate.inside.power import PowerResult
from analysis.estimate.inside.waves import BALANCE, wave_balance
from analysis.spreadsheets import FONT_NAME, SheetColumn
from analysis.theme import SYNTHETIC_STAMP

LIST_SHEET, LOT_SHEET, POWER_SHEET = "Danh sách", "Cách bốc thăm", "Nhận ra được gì"
HEADING_ROW, STAMP_ROW = 4, 3
TITLE_FONT, LABEL_FONT = Font(name=FONT_NAME, bold=True, size=14), Font(name=FONT_NAME, bold=True)
STAMP_FONT = Font(name=FONT_NAME, bold=True, color="801650")
BALANCE_VI = {"dossiers_count": "Hồ sơ 12 tháng gần nhất", "online_pct": "Nộp trực tuyến 12 tháng gần nhất (%)"}
LIST_COLUMNS = {
    "stt": SheetColumn("STT", 6),
    "unit_code": SheetColumn("Mã đơn vị", 11),
    "name_vi": SheetColumn("Đơn vị", 28),
    "district_vi": SheetColumn("Huyện, thị xã, thành phố", 30),
    "wave": SheetColumn("Đợt", 7, spreadsheets.COUNT_FORMAT),
    "first_month": SheetColumn("Tháng bắt đầu", 14),
    **{BALANCE + name: SheetColumn(said, 16, "#,##0" if name == "dossiers_count" else "0.0") for name, said in BALANCE_VI.items()},
    "stratum": SheetColumn("Tầng bốc thăm", 13),
}
SEED, RULE, TRIED, DRAWN_ON = "Hạt giống", "Mức lệch cho phép (độ lệch chuẩn)", "Số lần bốc", "Ngày bốc thăm"
UNREADABLE = "Bảng phân đợt không đọc được"


@dataclass(frozen=True)
class WaveTable:
    """What the three sheets say: ``units`` as ``propose_waves`` and ``with_start_months`` give them with ``name_vi`` and ``district_vi``."""

    units: pd.DataFrame
    place: str
    drawn_on: date
    gap_months: int
    power: PowerResult | None
    refusal_vi: str
    notes_vi: tuple[str, ...]
    is_synthetic: bool


def write_waves(path: Path, table: WaveTable) -> None:
    """The workbook at ``path``, the same bytes for the same lot and day. Raises ``FolderUnusable``."""
    book = spreadsheets.new_workbook(f"Phân đợt triển khai, {table.place}")
    for number, fill in enumerate((_list_sheet, _lot_sheet, _power_sheet)):
        fill(book, table)
        _stamp(book.worksheets[number], table)
    spreadsheets.save(book, path)


def read_waves(path: Path) -> pd.DataFrame:
    """The table of a workbook of ``write_waves`` as ``mechanism_of`` and ``refuse_undrawn`` take it; one row a unit.

    Columns ``unit_code``, ``stratum``, ``cluster``, ``wave``, ``first_month`` (YYYY-MM), ``balance_…``, ``seed``, ``max_gap_sd``, ``drawn_on``.
    Raises ``DataFaults`` for a workbook of another form.
    """
    book = load_workbook(path, data_only=True)
    missing = [name for name in (LIST_SHEET, LOT_SHEET) if name not in book.sheetnames]
    if missing:
        raise _unreadable(path, f"không có trang {', '.join(missing)}")
    rows = [[cell.value for cell in row[: len(LIST_COLUMNS)]] for row in book[LIST_SHEET].iter_rows(min_row=HEADING_ROW)]
    if [str(value) for value in rows[0]] != [column.heading for column in LIST_COLUMNS.values()]:
        raise _unreadable(path, f"hàng {HEADING_ROW} của trang {LIST_SHEET} không phải là tiêu đề đã lập")
    table = pd.DataFrame([row for row in rows[1:] if row[1] is not None], columns=list(LIST_COLUMNS))
    said = {str(row[0].value): row[1].value for row in book[LOT_SHEET].iter_rows() if row[0].value is not None}
    try:
        balances = {name: pd.to_numeric(table[name]).astype("Float64") for name in table.columns if name.startswith(BALANCE)}
        return table[["unit_code", "stratum"]].assign(
            stratum=table["stratum"].fillna("").astype(str),
            cluster=table["unit_code"].astype(str),
            wave=table["wave"].astype("int64"),
            first_month=[_month_of(str(value)) for value in table["first_month"]],
            **balances,
            seed=int(said[SEED]),
            max_gap_sd=float(said[RULE]),
            drawn_on=pd.Timestamp(said[DRAWN_ON]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _unreadable(path, f"giá trị không đọc được ({error})") from None


def _unreadable(path: Path, found: str) -> DataFaults:
    return DataFaults([Fault(UNREADABLE, path.name, found, "tệp do lantoa waves lập, giữ nguyên ba trang", "dùng lại tệp đã lập hoặc bốc thăm lại")])


def _month_of(shown: str) -> str:
    month, year = shown.split("/")
    return str(pd.Period(f"{year}-{int(month):02d}", freq="M"))


def _list_sheet(book: Workbook, table: WaveTable) -> None:
    sheet = book.create_sheet(LIST_SHEET)
    _title(sheet, f"DANH SÁCH PHÂN ĐỢT TRIỂN KHAI TRUYỀN THÔNG, {table.place.upper()}")
    counts = table.units.groupby(["wave", "first_month"]).size()
    waves = [f"đợt {wave} từ {text.month(str(month))}: {count} đơn vị" for (wave, month), count in counts.items()]
    _line(sheet, 2, f"{text.sentence_case('; '.join(waves))}. Trước tháng bắt đầu, đơn vị chưa mở hoạt động của kế hoạch này.", len(LIST_COLUMNS))
    rows = table.units.sort_values(["wave", "unit_code"], ignore_index=True)
    rows = rows.assign(stt=range(1, len(rows) + 1), first_month=rows["first_month"].map(text.month))
    spreadsheets.write_table(sheet, list(LIST_COLUMNS.values()), rows[list(LIST_COLUMNS)].to_numpy().tolist(), first_row=HEADING_ROW)
    spreadsheets.fit_row(sheet, HEADING_ROW)
    spreadsheets.print_across(sheet, heading=HEADING_ROW)


def _lot_sheet(book: Workbook, table: WaveTable) -> None:
    sheet = book.create_sheet(LOT_SHEET)
    _title(sheet, "CÁCH BỐC THĂM")
    sheet.column_dimensions["A"].width = 36
    for row, (label, value) in enumerate(_lot_lines(table), STAMP_ROW + 1):
        spreadsheets.put(sheet.cell(row, 1), label)
        spreadsheets.put(sheet.cell(row, 2), value)
        sheet.cell(row, 1).font, sheet.cell(row, 1).alignment = LABEL_FONT, Alignment(vertical="top")
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=6)
        sheet.row_dimensions[row].height = spreadsheets.height_of(spreadsheets.line_count(str(value), 92))
    balance = wave_balance(table.units)
    columns = [SheetColumn("Chỉ tiêu cân bằng", 36), SheetColumn("Đợt", 8), SheetColumn("Số đơn vị", 12)]
    columns += [SheetColumn(name, 22, "#,##0.0") for name in ("Trung bình của đợt", "Trung bình chung")]
    columns += [SheetColumn("Lệch (độ lệch chuẩn)", 24, "0.00")]
    shown = balance.assign(column=balance["column"].map(lambda name: BALANCE_VI.get(name, name)))
    spreadsheets.write_table(sheet, columns, shown.to_numpy().tolist(), first_row=row + 2)
    sheet.freeze_panes = None
    spreadsheets.print_across(sheet)


def _lot_lines(table: WaveTable) -> Iterator[tuple[str, Any]]:
    first = table.units.iloc[0]
    waves = int(table.units["wave"].max())
    yield DRAWN_ON, table.drawn_on
    yield SEED, int(first["seed"])
    yield "Số đợt", waves
    yield "Cách nhau (tháng)", table.gap_months
    yield RULE, float(first["max_gap_sd"])
    yield TRIED, int(first["tried_draws"])
    yield (
        "Quy tắc",
        f"Trong từng tầng (huyện), thứ tự đơn vị được xáo ngẫu nhiên rồi chia lần lượt cho {waves} đợt, nên các đợt hơn kém nhau nhiều nhất một "
        "đơn vị trong mỗi tầng. Giữ lần bốc đầu tiên mà trung bình của mọi đợt lệch trung bình chung không quá mức cho phép ở mọi chỉ tiêu "
        "trong bảng dưới. Cùng hạt giống và cùng danh sách thì kết quả như nhau.",
    )
    yield "Khi tính kết quả", "Không đổi đợt của đơn vị nào sau khi bốc; phép thử bốc lại đúng theo quy tắc này nên cần giữ nguyên tệp."
    for note in table.notes_vi:
        yield "Ghi chú", note


def _power_sheet(book: Workbook, table: WaveTable) -> None:
    sheet = book.create_sheet(POWER_SHEET)
    _title(sheet, "CÁCH CHIA NÀY NHẬN RA ĐƯỢC GÌ")
    sheet.column_dimensions["A"].width = 44
    lines = list(power_lines(table.power, table.refusal_vi))
    for row, said in enumerate(lines, STAMP_ROW + 1):
        _line(sheet, row, said, 3)
        sheet.row_dimensions[row].height = spreadsheets.height_of(spreadsheets.line_count(said, 100))
    if table.power is not None:
        columns = [SheetColumn("Thay đổi thật (điểm phần trăm)", 44, "0.00"), SheetColumn("Khả năng nhận ra", 28, spreadsheets.PERCENT_FORMAT)]
        columns.append(SheetColumn("Sai số mô phỏng", 28, spreadsheets.PERCENT_FORMAT))
        spreadsheets.write_table(sheet, columns, table.power.curve.iloc[::2].to_numpy().tolist(), first_row=STAMP_ROW + len(lines) + 2)
        sheet.freeze_panes = None
    spreadsheets.print_across(sheet)


def power_lines(power: PowerResult | None, refusal_vi: str) -> Sequence[str]:
    """What the roll-out could find, in sentences; or why that cannot be said."""
    if power is None:
        return [f"Chưa tính được: {refusal_vi}"]
    found = "không nhận ra được ở mức nào vì có quá ít cách chia" if power.mde is None else f"từ {text.number(power.mde, 2)} điểm phần trăm trở lên"
    return [
        f"Khả năng nhận ra đạt {text.percent(POWER, 0)} khi tỷ lệ nộp trực tuyến thay đổi {found} (mức lâu dài, kiểm định hai phía ở mức 5 %).",
        f"{power.units_count} đơn vị, {power.waves_count} đợt, {power.months_count} tháng; {power.compared_months} tháng vừa có nơi đã triển khai "
        "vừa có nơi chưa.",
        f"Mô phỏng {power.draws} lần trên biến động của chính các đơn vị này; phép thử bốc lại {power.lots_count} cách chia. "
        f"Khi không có thay đổi, phép thử báo động nhầm {text.percent(power.false_alarm_rate)} (±{text.percent(power.false_alarm_error)}).",
        *power.notes_vi,
    ]


def _title(sheet: Worksheet, said: str) -> None:
    spreadsheets.put(sheet.cell(1, 1), said)
    sheet.cell(1, 1).font = TITLE_FONT
    sheet.row_dimensions[1].height = 22


def _stamp(sheet: Worksheet, table: WaveTable) -> None:
    if table.is_synthetic:
        spreadsheets.put(sheet.cell(STAMP_ROW, 1), SYNTHETIC_STAMP)
        sheet.cell(STAMP_ROW, 1).font = STAMP_FONT


def _line(sheet: Worksheet, row: int, said: str, width: int) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    spreadsheets.put(sheet.cell(row, 1), said)
    sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[row].height = spreadsheets.height_of(2)
