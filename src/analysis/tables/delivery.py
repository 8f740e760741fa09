"""Tables of plan delivery."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Table, cell, provenance
from analysis.codes import CHANNELS, REACH_KINDS


def plan_items(progress: pd.DataFrame, activities: pd.DataFrame, *, is_over: bool = True) -> Table:
    """Every item with what was planned and what was done; from ``delivery.item_progress``.

    Until the year is over a stated number is held against what is owed by the day of the report.
    """
    rows = tuple(
        (
            f"{item['section']}.{item['stt']}",
            item["title_vi"],
            item["lead_units_vi"],
            item["time_phrase_vi"],
            _done_phrase(item),
            *(() if is_over else (_owed_phrase(item),)),
            cell(item["completion_share" if is_over else "owed_share"]),
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
        *(() if is_over else (Column("Đã đến hạn"),)),
        Column("Đạt so với số lần nêu trong kế hoạch" if is_over else "Đạt so với số lần đã đến hạn", 0, is_percent=True),
        Column("Ngoài thời gian theo kế hoạch"),
    )
    return Table("plan-items", "Kết quả từng mục của kế hoạch", columns, rows, provenance(progress, activities), _notes(progress, is_over=is_over))


def _notes(progress: pd.DataFrame, *, is_over: bool) -> tuple[str, ...]:
    stated = progress[progress["expected_total_count"].notna()]
    counted = [f"{item['section']}.{item['stt']}" for _, item in stated.iterrows() if not pd.isna(item["occasion_counter"])]
    return (
        "“–”: kế hoạch không nêu số lần hoặc thời hạn, chưa có lần nào đến hạn, hoặc chưa có hoạt động nào.",
        "Số lần nêu trong kế hoạch được hiểu là của từng đơn vị thực hiện; phần làm vượt của đơn vị này không bù cho đơn vị khác.",
        "Mỗi dòng nhật ký là một lần"
        + (
            f"; ở mục {text.enumerate_vi(counted)}, dòng ghi số lượng bằng đúng đơn vị đếm của kế hoạch (kỳ, …) thì tính theo số lượng."
            if counted
            else "."
        ),
        *(() if is_over else ("Đã đến hạn: phần số lần của các kỳ đã kết thúc trước ngày của báo cáo; phần còn lại chưa xét.",)),
        *([f"“+”: {_OPEN_ENDED}; tỷ lệ chỉ tính với số lần nêu rõ."] if stated["is_open_ended"].any() else []),
    )


_OPEN_ENDED = "kế hoạch còn giao thêm một phần không nêu số lần"


def _owed_phrase(item: pd.Series) -> str | None:
    """Occasions owed, or whether the time of an item without a stated number has begun or ended."""
    if not pd.isna(item["owed_total_count"]):
        return f"{text.number(item['owed_total_count'])} lần" if item["owed_total_count"] else "chưa đến hạn"
    if item["schedule_kind"] != "window":
        return None
    return "chưa đến thời gian" if not item["is_due"] else "đã hết thời gian" if item["is_ended"] else "đang trong thời gian"


def _done_phrase(item: pd.Series) -> str:
    done, units = int(item["done_count"]), int(item["units_done_count"])
    of_units = f" ({text.number(units)} đơn vị)" if units > 1 else ""
    if not pd.isna(item["expected_total_count"]):
        more = "+" if item["is_open_ended"] else ""
        counted = f", trong {text.number(done)} dòng nhật ký" if item["occasions_count"] != done else ""
        return f"{text.number(item['occasions_count'])}/{text.number(item['expected_total_count'])}{more} lần{of_units}{counted}"
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
