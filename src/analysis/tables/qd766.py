"""Tables of the 766 index: points by group, and item by item what is reached, lost and still to be earned."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Provenance, Table, cell
from analysis.figures.qd766 import SCORING_VI
from analysis.qd766 import ESTIMATE, item_label, ranked

STEP_PCT = 10  # percentage points: what a plan of a year can aim at
MISSING_NOTE = "Mục không có trong bảng là mục chưa có số liệu, không phải 0 điểm."
ESTIMATE_NOTE = f"{text.sentence_case(ESTIMATE)}; {SCORING_VI}."


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
    return Table("qd766-groups", f"Bộ chỉ số 766 theo nhóm, {place}, {period_vi}", columns, rows, rests_on, _labelled(groups, notes), is_annex=True)


def _held(group: pd.Series) -> str:
    counted, whole = int(group["counted_count"]), int(group["items_count"])
    return f"{counted}/{whole}, mọi mục đều có" if counted == whole else f"{counted}/{whole}"


def items_table(scored: pd.DataFrame, place: str, period_vi: str, rests_on: Provenance, untargeted: frozenset[str], checked_vi: str = "") -> Table:
    """A row a counted item of one unit and period, from ``qd766.scores``, those that cost most points first.

    ``untargeted`` are the items without a target in the source; ``checked_vi`` is a note on the formula.
    """
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
            points_of_step(item),
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
        Column(f"Tăng {STEP_PCT} điểm phần trăm thì thêm (điểm)", 2),
    )
    differences = [
        f"{item['number_vi']}: {text.decapitalised(item['difference_vi'])}." for _, item in counted.iterrows() if pd.notna(item["difference_vi"])
    ]
    without = [str(item["number_vi"]) for _, item in counted.iterrows() if item["item"] in untargeted]
    no_target = (f"Mục {text.enumerate_vi(without)}: nguồn không nêu ngưỡng, tính đủ điểm ở 100\u00a0%.",) if without else ()
    notes = (MISSING_NOTE, *no_target, *differences, *([checked_vi] if checked_vi else []))
    return Table("qd766-points", f"Bộ chỉ số 766 theo mục, {place}, {period_vi}", columns, rows, rests_on, _labelled(scored, notes), is_annex=True)


def _labelled(rows: pd.DataFrame, notes: tuple[str, ...]) -> tuple[str, ...]:
    return (ESTIMATE_NOTE, *notes) if rows["is_estimate"].any() else notes


def points_of_step(item: pd.Series) -> float:
    """What ``STEP_PCT`` more percentage points earn, at most the points still lost."""
    return min(STEP_PCT * float(item["item_max_score"]) / float(item["target_pct"]), float(item["lost_score"]))
