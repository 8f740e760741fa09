"""Tables of plan delivery unit by unit."""

from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.delivery import day_as_known, unfinished_month
from analysis.tables.notes import names_note

LEVEL_ORDER = ["department", "district", "commune"]


def in_reading_order(units: pd.DataFrame) -> pd.DataFrame:
    """Units by level, the unit above them (``parent_vi``) and name, in dictionary order: communes stand together under their district."""
    ranked = units.assign(rank=units["level"].map(LEVEL_ORDER.index))
    return ranked.sort_values(["rank", "parent_vi", "label_vi"], key=lambda column: column if column.name == "rank" else column.map(text.sort_key))


def silent_units(silent: pd.DataFrame, names_day: date, rests_on: Provenance) -> Table:
    """Units without any activity, by the unit above them."""
    rows = tuple((str(row.label_vi), str(row.parent_vi)) for row in in_reading_order(silent).itertuples())
    columns = (Column("Đơn vị"), Column("Thuộc"))
    return Table("silent-units", "Đơn vị chưa ghi nhận hoạt động nào", columns, rows, rests_on, (names_note(names_day),))


def units_delivery(units: pd.DataFrame, occasions: pd.DataFrame, names_day: date, rests_on: Provenance) -> Table:
    """Every unit with what it logged; from ``delivery.by_unit`` and ``delivery.occasions_by_unit``."""
    owed = _owed_phrases(occasions)
    rows = tuple(
        (
            str(unit["label_vi"]),
            str(unit["parent_vi"]),
            cell(unit["activities_count"]),
            cell(unit["items_count"]),
            owed.get(unit["unit_code"]),
            None if pd.isna(unit["last_date"]) else day_as_known(unit["last_date"], unit["last_precision"]),
            cell(unit["silent_months_count"]),
        )
        for _, unit in in_reading_order(units).iterrows()
    )
    columns = (
        Column("Đơn vị"),
        Column("Thuộc"),
        Column("Hoạt động đã ghi", 0),
        Column("Mục của kế hoạch có hoạt động", 0),
        Column("Số lần đã ghi/đã đến hạn, theo mục"),
        Column("Hoạt động gần nhất"),
        Column("Số tháng liền không ghi", 0),
    )
    notes = (
        "Số lần đã đến hạn: phần số lần nêu trong kế hoạch có kỳ đã kết thúc; không cộng số lần của các mục với nhau.",
        "Số tháng liền không ghi: số tháng đã kết thúc kể từ hoạt động gần nhất, hoặc từ đầu năm.",
        names_note(names_day),
    )
    return Table("units-delivery", "Kết quả theo đơn vị", columns, rows, rests_on, notes, is_annex=True)


def _owed_phrases(occasions: pd.DataFrame) -> dict[str, str]:
    """``II.1.9: 1/2`` for every unit with occasions owed; what was done beyond them is shown as done."""
    found: dict[str, list[str]] = {}
    for row in occasions[occasions["owed_count"] > 0].itertuples():
        found.setdefault(str(row.unit_code), []).append(f"{row.section}.{row.stt}: {text.number(row.done_count)}/{text.number(row.owed_count)}")
    return {code: "; ".join(parts) for code, parts in found.items()}


def unit_months(months: pd.DataFrame, units: pd.DataFrame, year: int, as_of: date, names_day: date, rests_on: Provenance) -> Table:
    """Activities by unit and month, of units with any; from ``delivery.by_unit_month`` and ``delivery.by_unit``."""
    counts = months.set_index("unit_code")
    active = units[units["activities_count"] > 0]
    rows = tuple((str(unit.label_vi), *_counts(counts.loc[unit.unit_code])) for unit in in_reading_order(active).itertuples())
    columns = (Column("Đơn vị"), *(Column(f"T{month}", 0) for month in range(1, 13)), Column("Chỉ ghi đến quý, năm", 0))
    silent, month = len(units) - len(active), unfinished_month(year, as_of)
    notes = (
        "Theo tháng bắt đầu. “–”: tháng chưa đến.",
        *([f"T{month} mới tính đến ngày {text.day(as_of)}."] if month else []),
        *([f"Không gồm {text.number(silent)} đơn vị chưa ghi nhận hoạt động nào."] if silent else []),
        names_note(names_day),
    )
    return Table("unit-months", "Số hoạt động của từng đơn vị theo tháng", columns, rows, rests_on, notes, is_annex=True)


def _counts(row: pd.Series) -> tuple[Cell, ...]:
    return tuple(cell(row[name]) for name in (*range(1, 13), "undated_count"))
