"""The chart of who logged anything, month by month."""

from datetime import date
from typing import Any

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Series, provenance
from analysis.delivery import DEPARTMENTS, DISTRICTS, MOST_NAMED, WHOLE_YEAR, is_over, months_ended, so_far, unfinished_month

GROUP_VI = {DEPARTMENTS: "Sở, ngành cấp tỉnh", DISTRICTS: "UBND cấp huyện"}


def coverage(covered: pd.DataFrame, below: pd.DataFrame, activities: pd.DataFrame, year: int, as_of: date) -> Chart:
    """Departments, districts and each district's communes by month; from ``delivery.coverage``."""
    names = {**GROUP_VI, **{code: f"{label} (cấp xã)" for code, label in zip(below["unit_code"], below["label_vi"], strict=True)}}
    rows = covered.assign(row=covered["group_code"].map(names), head=covered["period"].map(lambda period: _head(period, year, as_of)))
    rows = rows.assign(rank=rows["group_code"].map(lambda code: list(names).index(code) if code in GROUP_VI else len(GROUP_VI)))
    rows = rows.sort_values("rank", kind="stable")
    heads, labels = tuple(rows["head"]), tuple(rows["row"])
    part = Series("đơn vị có ghi", heads, tuple(rows["covered_count"].astype(float)), labels=labels)
    whole = Series("đơn vị của nhóm", heads, tuple(rows["units_count"].astype(float)), labels=labels)
    groups = rows["group_code"].nunique()
    return Chart(
        "coverage",
        _title(covered, year, as_of),
        f"{so_far(year, as_of)}: số đơn vị có hoạt động được ghi trên số đơn vị của nhóm, theo tháng bắt đầu",
        "heatmap",
        "category",
        "tháng",
        "nhóm đơn vị",
        (part, whole),
        provenance(below, activities),
        alt_vi=f"Bảng màu {groups} nhóm đơn vị theo tháng; mỗi ô ghi số đơn vị có hoạt động trên số đơn vị của nhóm.",
        notes_vi=(
            "Ô đậm hơn: phần có ghi lớn hơn. Đơn vị tính theo danh mục có hiệu lực trong tháng đó.",
            "Hoạt động chỉ ghi đến quý hoặc năm chỉ tính vào cột cuối.",
        ),
    )


def _head(period: str, year: int, as_of: date) -> str:
    if period == WHOLE_YEAR:
        return "Cả năm" if is_over(year, as_of) else "Từ đầu năm"
    month = int(period[5:])
    return f"T{month} (đến {as_of.day}/{month})" if month == unfinished_month(year, as_of) else f"T{month}"


def _title(covered: pd.DataFrame, year: int, as_of: date) -> str:
    """Communes of all districts over the year, and the months with the fewest of those that have ended."""
    communes = covered[~covered["group_code"].isin(GROUP_VI)]
    totals = communes.groupby("period")[["covered_count", "units_count"]].sum()
    if WHOLE_YEAR not in totals.index:
        return f"{so_far(year, as_of)}: đơn vị có hoạt động được ghi theo tháng"
    whole, months = totals.loc[WHOLE_YEAR], totals.drop(index=WHOLE_YEAR).sort_index().head(months_ended(year, as_of))
    said = f"{so_far(year, as_of)}, {text.number(whole['covered_count'])}/{text.number(whole['units_count'])} đơn vị cấp xã có hoạt động được ghi"
    shares = months["covered_count"] / months["units_count"]
    fewest = months[shares == shares.min()]
    if len(months) < 2 or len(fewest) > MOST_NAMED:
        return said
    named = text.enumerate_vi(
        [f"{text.month(str(month))} ({text.number(row.covered_count)}/{text.number(row.units_count)})" for month, row in _rows(fewest)]
    )
    among = " trong các tháng đã hết" if unfinished_month(year, as_of) else ""
    return f"{said}; ít nhất{among} là tháng {named}"


def _rows(months: pd.DataFrame) -> list[tuple[Any, Any]]:
    return list(zip(months.index, months.itertuples(), strict=True))
