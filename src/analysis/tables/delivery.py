"""Tables of plan delivery."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Table, cell, provenance
from analysis.codes import CHANNELS, REACH_KINDS


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
            _outside_phrase(item) if item["schedule_kind"] == "window" and item["done_count"] else None,
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
        Column("Ngoài thời gian theo kế hoạch"),
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


def _outside_phrase(item: pd.Series) -> str:
    """Activities before the window, between its pieces and after it."""
    counts = (("early_count", "trước"), ("gap_count", "giữa các đợt"), ("late_count", "sau"))
    return ", ".join(f"{text.number(item[name])} {where}" for name, where in counts if item[name]) or "không"


def reach(reach_by_kind: pd.DataFrame, activities: pd.DataFrame) -> Table:
    """Reach by kind, officials apart; kinds are never summed."""
    rows = tuple(
        (
            text.sentence_case(REACH_KINDS[row["reach_kind"]]),
            "cán bộ, công chức" if row["is_officials"] else "người dân, doanh nghiệp hoặc chung",
            cell(row["reach_count"]) if row["recorded_count"] else None,
            cell(row["recorded_count"]),
            cell(row["approximate_count"]) if row["recorded_count"] else None,
        )
        for _, row in reach_by_kind.iterrows()
    )
    columns = (
        Column("Loại tiếp cận"),
        Column("Đối tượng"),
        Column("Số đã ghi", 0),
        Column("Số hoạt động có ghi", 0),
        Column("Trong đó ghi gần đúng", 0),
    )
    notes = ("Không cộng các loại tiếp cận với nhau. Lượt người không phải là số người.",)
    return Table("reach", "Mức tiếp cận đã ghi, theo loại và đối tượng", columns, rows, provenance(activities), notes)


def costs(cost_by_channel: pd.DataFrame, activities: pd.DataFrame) -> Table:
    """Cost by channel where it is given; from ``delivery.cost_by_channel``."""
    rows = tuple(
        (
            text.sentence_case(CHANNELS[row["channel"]]),
            cell(row["cost_vnd"]),
            cell(row["known_count"]),
            cell(row["approximate_count"]),
            cell(row["activities_count"]),
        )
        for _, row in cost_by_channel.iterrows()
    )
    columns = (
        Column("Kênh"),
        Column("Kinh phí đã ghi (đồng)", 0),
        Column("Số hoạt động có ghi kinh phí", 0),
        Column("Trong đó ghi gần đúng", 0),
        Column("Số hoạt động của kênh", 0),
    )
    notes = ("Chỉ cộng kinh phí đã ghi; hoạt động để trống không tính là 0 đồng, nên đây không phải là toàn bộ kinh phí của kênh.",)
    return Table("costs", "Kinh phí đã ghi, theo kênh", columns, rows, provenance(activities), notes)
