"""The wave table as an office adopts it: the list, how it was drawn, what it could find; and the same file read back as it was drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from analysis import __version__, spreadsheets, text
from analysis.chapters.rollout_units import RolloutUnits
from analysis.errors import DataFaults, Fault
from analysis.estimate.inference import POWER
from analysis.estimate.inside.power import PowerResult
from analysis.estimate.inside.waves import BALANCE, lot_hash, wave_balance
from analysis.spreadsheets import FONT_NAME, SheetColumn
from analysis.theme import SYNTHETIC_STAMP

LIST_SHEET, LOT_SHEET, POWER_SHEET = "Danh sách", "Cách bốc thăm", "Nhận ra được gì"
STAMP_ROW = 2
TITLE_FONT, LABEL_FONT = Font(name=FONT_NAME, bold=True, size=14), Font(name=FONT_NAME, bold=True)
STAMP_FONT = Font(name=FONT_NAME, bold=True, color="801650")
BALANCE_VI = {"dossiers_count": "Hồ sơ 12 tháng gần nhất", "online_pct": "Nộp trực tuyến 12 tháng gần nhất (%)"}
GROUP_VI, MERGED_GROUP_VI = "Nhóm bốc thăm (huyện, thị xã, thành phố)", "Nhóm bốc thăm (huyện cũ chiếm phần lớn)"
LIST_COLUMNS = {
    "stt": SheetColumn("STT", 6),
    "unit_code": SheetColumn("Mã đơn vị", 11),
    "name_vi": SheetColumn("Đơn vị", 28),
    "stratum": SheetColumn(GROUP_VI, 32),
    "wave": SheetColumn("Đợt", 7, spreadsheets.COUNT_FORMAT),
    "first_month": SheetColumn("Tháng bắt đầu", 14),
    **{BALANCE + name: SheetColumn(said, 16, "#,##0" if name == "dossiers_count" else "0.0") for name, said in BALANCE_VI.items()},
}
LIST_WIDTH = sum(column.width for column in LIST_COLUMNS.values())
LOT_WIDTH, POWER_WIDTH = 92, 100
SEED, RULE, TRIED, DRAWN_ON = "Hạt giống", "Mức lệch cho phép (độ lệch chuẩn)", "Số lần bốc", "Ngày bốc thăm"
DATA_HASH, VERSION = "Mã số liệu dùng để bốc (sha256)", "Phiên bản bộ công cụ"
UNREADABLE = "Bảng phân đợt không đọc được"
DOTS = "…" * 12


@dataclass(frozen=True)
class WaveTable:
    """What the three sheets say: ``units`` as ``propose_waves`` and ``with_start_months`` give them with ``name_vi``, strata named as printed;
    ``found`` is what they were drawn from, ``item_vi`` the item of the plan that is staged (empty: left to be filled in).
    """

    units: pd.DataFrame
    found: RolloutUnits
    drawn_on: date
    power: PowerResult | None
    refusal_vi: str
    item_vi: str = ""

    @property
    def months(self) -> list[str]:
        """The month in which each wave starts, in order."""
        return sorted(self.units["first_month"].unique())

    @property
    def late_vi(self) -> str:
        """Why a lot drawn on or after the first start is not one; empty for one drawn in time."""
        if f"{self.drawn_on:%Y-%m}" < self.months[0]:
            return ""
        return (
            f"CẢNH BÁO: bốc thăm ngày {text.day(self.drawn_on)}, khi tháng bắt đầu đầu tiên ({text.month(self.months[0])}) đã đến hoặc đã qua; "
            "kết quả sẽ không được coi là ngẫu nhiên. Hãy bốc lại với tháng đợt đầu còn ở phía trước."
        )


def write_waves(path: Path, table: WaveTable) -> None:
    """The workbook at ``path``, the same bytes for the same lot and day. Raises ``FolderUnusable``."""
    book = spreadsheets.new_workbook(f"Phân đợt triển khai, {table.found.place_vi}")
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
    table = _list_of(book[LIST_SHEET], path)
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


def _list_of(sheet: Worksheet, path: Path) -> pd.DataFrame:
    """The rows of the list as they stand, from below its headings down to the first row without a unit."""
    rows = [[cell.value for cell in row[: len(LIST_COLUMNS)]] for row in sheet.iter_rows()]
    accepted = [_headings(is_merged=is_merged) for is_merged in (False, True)]
    at = next((number for number, row in enumerate(rows) if [str(value) for value in row] in accepted), None)
    if at is None:
        raise _unreadable(path, f"trang {LIST_SHEET} không có hàng tiêu đề đã lập")
    held = takewhile(lambda row: row[1] is not None, rows[at + 1 :])
    return pd.DataFrame(list(held), columns=list(LIST_COLUMNS))


def _headings(*, is_merged: bool) -> list[str]:
    return [column.heading for column in _columns(is_merged=is_merged)]


def _columns(*, is_merged: bool) -> list[SheetColumn]:
    group = MERGED_GROUP_VI if is_merged else GROUP_VI
    return [replace(column, heading=group) if name == "stratum" else column for name, column in LIST_COLUMNS.items()]


def _unreadable(path: Path, found: str) -> DataFaults:
    return DataFaults([Fault(UNREADABLE, path.name, found, "tệp do lantoa waves lập, giữ nguyên ba trang", "dùng lại tệp đã lập hoặc bốc thăm lại")])


def _month_of(shown: str) -> str:
    month, year = shown.split("/")
    return str(pd.Period(f"{year}-{int(month):02d}", freq="M"))


def _list_sheet(book: Workbook, table: WaveTable) -> None:
    sheet = book.create_sheet(LIST_SHEET)
    _title(sheet, f"DANH SÁCH PHÂN ĐỢT TRIỂN KHAI TRUYỀN THÔNG, {table.found.place_vi.upper()}")
    row = _put_lines(sheet, STAMP_ROW + 1, _opening(table), len(LIST_COLUMNS), LIST_WIDTH)
    if table.late_vi:
        sheet.cell(STAMP_ROW + 1, 1).font = STAMP_FONT
    units = table.units.sort_values(["wave", "unit_code"], ignore_index=True)
    units = units.assign(stt=range(1, len(units) + 1), first_month=units["first_month"].map(text.month)).reindex(columns=list(LIST_COLUMNS))
    spreadsheets.write_table(sheet, _columns(is_merged=table.found.is_merged), units.to_numpy(dtype=object).tolist(), first_row=row + 1)
    sheet.freeze_panes = None
    spreadsheets.fit_row(sheet, row + 1)
    after = _put_lines(sheet, row + len(units) + 3, _below(table), len(LIST_COLUMNS), LIST_WIDTH)
    for column, said in ((3, "NGƯỜI LẬP DANH SÁCH"), (6, "NGƯỜI KÝ BAN HÀNH")):
        spreadsheets.put(sheet.cell(after + 2, column), said)
        sheet.cell(after + 2, column).font = LABEL_FONT
    spreadsheets.print_across(sheet, heading=row + 1)


def _opening(table: WaveTable) -> Iterator[str]:
    """What stands above the list: which paper it belongs to, what is staged, who starts when, what a commune may do before."""
    if table.late_vi:
        yield table.late_vi
    yield f"Kèm theo {DOTS} số {DOTS} ngày …… tháng …… năm ……… của {DOTS}{DOTS}"
    yield f"Căn cứ: {DOTS}{DOTS}{DOTS}"
    plan = "" if "(kế hoạch số" in table.item_vi else f" (kế hoạch số {DOTS})"
    yield f"Mục của kế hoạch được chia đợt: {table.item_vi or DOTS}{plan}."
    counts = table.units.groupby(["wave", "first_month"]).size()
    waves = [f"đợt {wave} từ {text.month(str(month))}: {count} đơn vị" for (wave, month), count in counts.items()]
    yield f"{text.sentence_case('; '.join(waves))}."
    yield ("Trước tháng bắt đầu ghi ở dòng của mình, đơn vị chưa mở hoạt động của mục này; các nhiệm vụ khác theo quy định vẫn làm bình thường.")
    yield f"Bốc thăm ngày {text.day(table.drawn_on)}. Người chọn hạt giống: {DOTS} trước sự chứng kiến của: {DOTS}{DOTS}"


def _below(table: WaveTable) -> Iterator[str]:
    """What stands below the list: the months counted, why cells are empty, where it is signed."""
    yield from table.found.notes_vi
    if table.units.reindex(columns=[BALANCE + name for name in BALANCE_VI]).isna().any(axis=None):
        yield "Ô để trống: đơn vị chưa có hồ sơ trong các tháng ấy; khi cân bằng các đợt, đơn vị này được tính bằng mức trung bình."
    yield f"Nơi ký: {DOTS} ngày …… tháng …… năm ………"


def _put_lines(sheet: Worksheet, row: int, lines: Iterator[str] | Sequence[str], columns: int, width: float) -> int:
    """Each line over ``columns`` from ``row`` on, high enough for its text; the row after the last."""
    for said in lines:
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
        spreadsheets.put(sheet.cell(row, 1), said)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = spreadsheets.height_of(spreadsheets.line_count(said, width))
        row += 1
    return row


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
        sheet.row_dimensions[row].height = spreadsheets.height_of(spreadsheets.line_count(str(value), LOT_WIDTH))
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
    yield "Tháng bắt đầu của các đợt", ", ".join(text.month(month) for month in table.months)
    yield RULE, float(first["max_gap_sd"])
    yield TRIED, int(first["tried_draws"])
    yield VERSION, __version__
    yield DATA_HASH, lot_hash(table.units.drop(columns="name_vi"))
    yield "Người chọn hạt giống, trước ai", f"{DOTS}{DOTS}"
    yield (
        "Chọn hạt giống",
        "Phải chọn trước khi bốc, ví dụ đọc to một số vừa rút được tại cuộc họp, và chỉ bốc một lần. Thử nhiều hạt giống rồi giữ lấy một thì "
        "không còn là bốc thăm, và phép thử dựa trên bốc thăm không còn đúng.",
    )
    yield (
        "Quy tắc",
        f"Trong từng nhóm (huyện), thứ tự đơn vị được xáo ngẫu nhiên rồi chia lần lượt cho {waves} đợt, nên các đợt hơn kém nhau nhiều nhất một "
        "đơn vị trong mỗi nhóm. Giữ lần bốc đầu tiên mà trung bình của mọi đợt lệch trung bình chung không quá mức cho phép ở mọi chỉ tiêu "
        "trong bảng dưới. Cùng hạt giống, cùng danh sách, cùng số liệu và cùng phiên bản bộ công cụ thì kết quả như nhau; "
        "số hồ sơ thay đổi thì kết quả có thể khác.",
    )
    yield "Khi tính kết quả", "Không đổi đợt của đơn vị nào sau khi bốc; phép thử bốc lại đúng theo quy tắc này nên cần giữ nguyên tệp."
    for note in table.found.notes_vi:
        yield "Ghi chú", note


def _power_sheet(book: Workbook, table: WaveTable) -> None:
    sheet = book.create_sheet(POWER_SHEET)
    _title(sheet, "CÁCH CHIA NÀY NHẬN RA ĐƯỢC GÌ")
    sheet.column_dimensions["A"].width = 44
    lines = list(power_lines(table.power, table.refusal_vi))
    _put_lines(sheet, STAMP_ROW + 1, lines, 3, POWER_WIDTH)
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
        "Mức lâu dài: mức thêm hoặc bớt có từ tháng bắt đầu và giữ nguyên các tháng sau, không phải của riêng một tháng. Biến động: phần lên "
        "xuống của từng đơn vị từng tháng còn lại sau khi trừ mức riêng của đơn vị và mức chung của tháng.",
        f"Mô phỏng {power.draws} lần trên biến động của chính các đơn vị này trong {power.past_months} tháng, từ {text.month(power.past_first)} đến "
        f"{text.month(power.past_last)}; phép thử bốc lại {power.lots_count} cách chia. "
        f"Khi không có thay đổi, phép thử báo động nhầm {text.percent(power.false_alarm_rate)} (±{text.percent(power.false_alarm_error)}).",
        *power.notes_vi,
    ]


def _title(sheet: Worksheet, said: str) -> None:
    spreadsheets.put(sheet.cell(1, 1), said)
    sheet.cell(1, 1).font = TITLE_FONT
    sheet.row_dimensions[1].height = 22


def _stamp(sheet: Worksheet, table: WaveTable) -> None:
    if table.found.rests_on.is_synthetic:
        spreadsheets.put(sheet.cell(STAMP_ROW, 1), SYNTHETIC_STAMP)
        sheet.cell(STAMP_ROW, 1).font = STAMP_FONT
