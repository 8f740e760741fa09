"""The panel of a dossier log as a workbook or CSV that may be published: by unit, month and channel, few dossiers hidden."""

from pathlib import Path

import pandas as pd

from analysis import codes, spreadsheets, text
from analysis.errors import LantoaError, writing_to
from analysis.ingest.dossiers.panel_file import Panel, read_panel
from analysis.spreadsheets import COUNT_FORMAT, SheetColumn
from analysis.uptake import days_by_channel, suppress_with_totals

HIDDEN = "ẩn"
# Sums that are printed here, or in a report of the same dossiers: none of them may give a hidden count away.
TOTALS = (
    ["unit_code", "period_month"],
    ["unit_code", "year", "channel"],
    ["unit_code", "year", "is_under_decree", "channel"],
    ["level", "period_month", "channel"],
)
UNIT_MONTH = ["unit_code", "period_month"]
COLUMNS = (
    SheetColumn("Mã đơn vị", 12),
    SheetColumn("Đơn vị", 34),
    SheetColumn("Tháng", 10),
    SheetColumn("Kênh tiếp nhận", 22),
    SheetColumn("Hồ sơ tiếp nhận", 12, COUNT_FORMAT),
    SheetColumn("Loại số liệu", 22),
    SheetColumn("Số ngày giải quyết, trung vị", 14, "0.0"),
)
KINDS = {True: "SỐ LIỆU MÔ PHỎNG", False: "số liệu thật"}
NOTE = (
    "“ẩn”: ô dưới 5 hồ sơ, hoặc ô ẩn thêm vì phép trừ từ tổng của đơn vị trong tháng sẽ cho biết ô dưới 5. "
    "Số ngày chỉ ghi khi có từ 30 hồ sơ đã có kết quả."
)


def write_published(path: Path, out: Path, units: pd.DataFrame) -> tuple[int, int]:
    """Write the published form of a panel file; the number of cells hidden and of rows written.

    Raises ``DataFaults`` for a file that is no panel, ``LantoaError`` for another ending than .xlsx or .csv.
    """
    panel = read_panel(path, path.name)
    rows, totals = _shown(panel, units)
    if out.suffix == ".csv":
        with writing_to(out.parent):
            rows.to_csv(out, index=False, encoding="utf-8-sig", lineterminator="\n")
    elif out.suffix == ".xlsx":
        _write_workbook(out, panel, rows, totals)
    else:
        raise LantoaError(f"{out.name}: chấp nhận tệp .xlsx hoặc .csv.")
    return int((rows["Hồ sơ tiếp nhận"] == HIDDEN).sum()), len(rows)


def _shown(panel: Panel, units: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows by unit, month and channel, and their totals by unit and month, as they are printed."""
    counts = panel.cells.groupby([*UNIT_MONTH, "channel"], sort=True)["received_count"].sum().reset_index()
    hidden = suppress_with_totals(_with_groups(counts, panel, units), ["received_count"], totals=TOTALS)
    days = days_by_channel(panel.days, UNIT_MONTH)
    told = hidden.rows.merge(days[[*UNIT_MONTH, "channel", "q50", "is_small"]], how="left", on=[*UNIT_MONTH, "channel"])
    named = units[units["vintage"] == panel.account.vintage].set_index("unit_code")["name_vi"]
    rows = pd.DataFrame(
        {
            "Mã đơn vị": told["unit_code"],
            "Đơn vị": told["unit_code"].map(named),
            "Tháng": told["period_month"],
            "Kênh tiếp nhận": told["channel"].map(codes.DOSSIER_CHANNELS),
            "Hồ sơ tiếp nhận": _printed(told["received_count"]),
            "Loại số liệu": KINDS[panel.account.is_synthetic],
            "Số ngày giải quyết, trung vị": told["q50"].where(~told["is_small"].fillna(True).astype(bool) & told["received_count"].notna()),
        }
    )
    of_units = hidden.totals[tuple(UNIT_MONTH)]
    totals = pd.DataFrame(
        {
            "Mã đơn vị": of_units["unit_code"],
            "Đơn vị": of_units["unit_code"].map(named),
            "Tháng": of_units["period_month"],
            "Kênh tiếp nhận": "mọi kênh",
            "Hồ sơ tiếp nhận": _printed(of_units["received_count"]),
            "Loại số liệu": KINDS[panel.account.is_synthetic],
        }
    )
    return rows, totals


def _with_groups(counts: pd.DataFrame, panel: Panel, units: pd.DataFrame) -> pd.DataFrame:
    """Counts with the columns of ``TOTALS``."""
    levels = units[units["vintage"] == panel.account.vintage].set_index("unit_code")["level"]
    months = counts["period_month"]
    return counts.assign(year=months.str[:4], is_under_decree=months >= codes.DECREE_42_FIRST_MONTH, level=counts["unit_code"].map(levels))


def _printed(counts: pd.Series) -> pd.Series:
    return counts.astype("object").where(counts.notna(), HIDDEN)


def _write_workbook(out: Path, panel: Panel, rows: pd.DataFrame, totals: pd.DataFrame) -> None:
    book = spreadsheets.new_workbook(panel.account.name_vi)
    spreadsheets.write_table(book.create_sheet("Theo kênh"), COLUMNS, _cells(rows))
    spreadsheets.write_table(book.create_sheet("Tổng theo tháng"), COLUMNS[:-1], _cells(totals))
    account = panel.account
    told = [
        ("Sổ hồ sơ", account.name_vi + (" (SỐ LIỆU MÔ PHỎNG)" if account.is_synthetic else "")),
        ("Thời gian tiếp nhận", f"{text.day_of_iso(account.first_day)} – {text.day_of_iso(account.last_day)}" if account.first_day else ""),
        ("Dòng vào", account.rows_in),
        ("Dòng được tính", account.rows_counted),
        *((f"Để riêng: {codes.DOSSIER_REASONS[reason]}", count) for reason, count in account.set_aside.items()),
        ("Ghi chú", NOTE),
    ]
    spreadsheets.write_table(book.create_sheet("Kê số dòng"), (SheetColumn("Nội dung", 48), SheetColumn("Giá trị", 60, COUNT_FORMAT)), told)
    spreadsheets.save(book, out)


def _cells(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows.itertuples(index=False, name=None)]
