"""Tables of plan delivery."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Provenance, Table, cell, provenance
from analysis.codes import REACH_KINDS
from analysis.tables.notes import NAMES_NOTE

LEVEL_ORDER = ["department", "district", "commune"]


def plan_items(progress: pd.DataFrame, activities: pd.DataFrame) -> Table:
    """Every item with what was planned and what was done; from ``delivery.item_progress``."""
    rows = tuple(
        (
            f"{item['section']}.{item['stt']}",
            item["title_vi"],
            item["lead_units_vi"],
            item["time_phrase_vi"],
            _done_phrase(item),
            cell(item["completion_share"]),
            cell(item["late_count"]) if item["schedule_kind"] == "window" and item["done_count"] else None,
        )
        for _, item in progress.iterrows()
    )
    columns = (
        Column("Mục"),
        Column("Nội dung"),
        Column("Đơn vị thực hiện"),
        Column("Thời gian theo kế hoạch"),
        Column("Đã ghi nhận"),
        Column("Đạt so với số lần nêu trong kế hoạch", 0, is_percent=True),
        Column("Bắt đầu sau thời hạn", 0),
    )
    notes = (
        "“–”: kế hoạch không nêu số lần hoặc thời hạn, hoặc chưa có hoạt động nào.",
        "Số lần nêu trong kế hoạch được hiểu là của từng đơn vị thực hiện; phần làm vượt của đơn vị này không bù cho đơn vị khác.",
    )
    return Table("plan-items", "Kết quả từng mục của kế hoạch", columns, rows, provenance(progress, activities), notes)


def _done_phrase(item: pd.Series) -> str:
    done, units = int(item["done_count"]), int(item["units_done_count"])
    of_units = f" ({text.number(units)} đơn vị)" if units > 1 else ""
    if not pd.isna(item["expected_total_count"]):
        return f"{text.number(done)}/{text.number(item['expected_total_count'])} lần{of_units}"
    if not pd.isna(item["expected_count"]):
        return f"{text.number(done)} hoạt động; kế hoạch nêu {item['expected_count']} lần nhưng đơn vị thực hiện không có trong danh mục"
    return f"{text.number(done)} hoạt động{of_units}" if done else "chưa có"


def silent_units(silent: pd.DataFrame, below: pd.DataFrame, rests_on: Provenance) -> Table:
    """Units without any activity, by the unit above them."""
    parents = below.set_index("unit_code")["name_vi"]
    named = silent.assign(parent_vi=silent["parent_code"].map(parents).fillna("cấp tỉnh"), rank=silent["level"].map(LEVEL_ORDER.index))
    ordered = named.sort_values(["rank", "parent_vi", "label_vi"], key=lambda column: column if column.name == "rank" else column.map(text.sort_key))
    rows = tuple((str(row.label_vi), str(row.parent_vi)) for row in ordered.itertuples())
    columns = (Column("Đơn vị"), Column("Thuộc"))
    return Table("silent-units", "Đơn vị chưa ghi nhận hoạt động nào", columns, rows, rests_on, (NAMES_NOTE,))


def reach(reach_by_kind: pd.DataFrame, activities: pd.DataFrame) -> Table:
    """Reach by kind, officials apart; kinds are never summed."""
    rows = tuple(
        (
            text.sentence_case(REACH_KINDS[row["reach_kind"]]),
            "cán bộ, công chức" if row["is_officials"] else "người dân, doanh nghiệp hoặc chung",
            cell(row["reach_count"]) if row["recorded_count"] else None,
            cell(row["recorded_count"]),
        )
        for _, row in reach_by_kind.iterrows()
    )
    columns = (
        Column("Loại tiếp cận"),
        Column("Đối tượng"),
        Column("Số đã ghi", 0),
        Column("Số hoạt động có ghi", 0),
    )
    notes = ("Không cộng các loại tiếp cận với nhau. Lượt người không phải là số người.",)
    return Table("reach", "Mức tiếp cận đã ghi, theo loại và đối tượng", columns, rows, provenance(activities), notes)
