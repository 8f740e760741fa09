"""Tables of the 766 index: points by group, and item by item what is reached, lost and still to be earned."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Provenance, Table, cell
from analysis.qd766 import ESTIMATE, item_label, ranked

MISSING_NOTE = "Mục không có trong bảng là mục chưa có số liệu, không phải 0 điểm."
ESTIMATE_NOTE = f"{text.sentence_case(ESTIMATE)}."


def groups_table(groups: pd.DataFrame, place: str, period_vi: str, rests_on: Provenance) -> Table:
    """A row a group of one unit and period, from ``qd766.group_scores``: known points of known maximum, never a total of unknown parts."""
    rows = tuple(
        (
            f"{group['group']} {group['group_vi']}",
            cell(group["known_score"]),
            cell(group["known_max_score"]),
            cell(group["group_max_score"]),
            _held(group),
        )
        for _, group in groups.iterrows()
    )
    columns = (Column("Nhóm"), Column("Điểm đã biết", 2), Column("Trên số điểm", 0), Column("Điểm của cả nhóm", 0), Column("Mục có số liệu"))
    notes = ("“Trên số điểm” là điểm tối đa của các mục có số liệu. Nhóm còn mục chưa có số liệu thì chưa có điểm của nhóm.",)
    return Table("qd766-groups", f"Bộ chỉ số 766 theo nhóm, {place}, {period_vi}", columns, rows, rests_on, _labelled(groups, notes))


def _held(group: pd.Series) -> str:
    counted, whole = int(group["counted_count"]), int(group["items_count"])
    return f"{counted}/{whole}, mọi mục đều có" if counted == whole else f"{counted}/{whole}"


def items_table(scored: pd.DataFrame, place: str, period_vi: str, rests_on: Provenance) -> Table:
    """A row a counted item of one unit and period, from ``qd766.scores``, those that cost most points first."""
    counted = ranked(scored)
    rows = tuple(
        (
            item_label(item),
            cell(item["numerator_count"]),
            cell(item["denominator_count"]),
            cell(item["rate_pct"] / 100),
            cell(item["target_pct"] / 100),
            cell(item["score"]),
            cell(item["item_max_score"]),
            cell(item["lost_score"]),
            cell(item["points_per_percentage_point"]),
        )
        for _, item in counted.iterrows()
    )
    columns = (
        Column("Mục"),
        Column("Tử số", 0),
        Column("Mẫu số", 0),
        Column("Tỷ lệ", 1, is_percent=True),
        Column("Đủ điểm từ", 0, is_percent=True),
        Column("Điểm đạt", 2),
        Column("Điểm tối đa", 0),
        Column("Điểm mất", 2),
        Column("Thêm 1 điểm phần trăm được", 3),
    )
    differences = [
        f"{item['number_vi']}: {text.decapitalised(item['difference_vi'])}." for _, item in counted.iterrows() if pd.notna(item["difference_vi"])
    ]
    notes = (MISSING_NOTE, *differences)
    return Table("qd766-points", f"Bộ chỉ số 766 theo mục, {place}, {period_vi}", columns, rows, rests_on, _labelled(scored, notes))


def _labelled(rows: pd.DataFrame, notes: tuple[str, ...]) -> tuple[str, ...]:
    return (ESTIMATE_NOTE, *notes) if rows["is_estimate"].any() else notes
