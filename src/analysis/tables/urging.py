"""The list of what needs urging on, in words an office can send: what the plan says, what is logged, what is missing, what is asked."""

from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.delivery import shortfalls as reasons
from analysis.tables.notes import NAMES_NOTE, day_as_known

URGING_TABLE = "urging"
UNIT_CODE, UNIT = Column("Mã đơn vị"), Column("Đơn vị")
FIRST_ROWS = 20  # about a printed page; the workbooks hold all rows
FOLDER_NOTE = "thư mục don-doc đi kèm báo cáo (tong-hop.xlsx, và một tệp .xlsx cho mỗi đơn vị)"


def urging(found: pd.DataFrame, plan_number: str, year: int, as_of: date, rests_on: Provenance) -> Table:
    """Every row of ``delivery.urging``; a page shows the first of them. The first note says where all stand, the second what is asked."""
    is_over = reasons.is_over(year, as_of)
    rows = tuple(_row(row, is_over=is_over) for _, row in found.iterrows())
    columns = (
        UNIT_CODE,
        UNIT,
        Column("Mục của kế hoạch"),
        Column("Thời gian theo kế hoạch"),
        Column("Đã ghi (hoạt động)", 0),
        Column("Còn thiếu"),
        *(() if is_over else (Column("Thời hạn"),)),
    )
    of_plan = f"theo kế hoạch {plan_number}"
    title = f"Việc chưa đạt trong năm {year} {of_plan}" if is_over else f"Việc cần đôn đốc {of_plan}, tính đến ngày {text.day(as_of)}"
    return Table(URGING_TABLE, title, columns, rows, rests_on, _notes(len(rows), is_over=is_over), first_rows=FIRST_ROWS)


def _row(row: pd.Series, *, is_over: bool) -> tuple[Cell, ...]:
    of_unit_alone = pd.isna(row["section"])
    return (
        cell(row["unit_code"]),
        str(row["label_vi"]),
        None if of_unit_alone else f"{row['section']}.{row['stt']} {row['activity_type']}",
        None if of_unit_alone else str(row["time_phrase_vi"]),
        cell(row["done_count"]),
        missing(row, is_over=is_over),
        *(() if is_over else (_days(row),)),
    )


def _notes(count: int, *, is_over: bool) -> tuple[str, ...]:
    shown = f"Bảng nêu {FIRST_ROWS} trên {text.number(count)} dòng; tất cả có trong" if count > FIRST_ROWS else "Danh sách này cũng có trong"
    asked = "nêu lý do để tổng kết" if is_over else "thực hiện và báo ngày xong"
    return (
        f"{shown} {FOLDER_NOTE}.",
        f"Đề nghị đơn vị ghi bổ sung nhật ký nếu đã làm (không ghi có thể là chưa làm hoặc chưa gửi); nếu chưa làm, {asked}.",
        "Số lần nêu trong kế hoạch được hiểu là của từng đơn vị thực hiện; số lần đến hạn chia đều theo kỳ của kế hoạch, chỉ tính kỳ đã kết thúc. "
        "Mục không nêu số lần mà giao cho cả nhóm đơn vị thì ghi một dòng cho cả nhóm.",
        NAMES_NOTE,
    )


def _days(row: pd.Series) -> str | None:
    if not pd.isna(row["days_overdue"]):
        return f"quá hạn {text.number(row['days_overdue'])} ngày"
    return None if pd.isna(row["days_left"]) else f"còn {text.number(row['days_left'])} ngày"


def missing(row: pd.Series, *, is_over: bool) -> str:
    """What is not there, by the reason of a row: counts and days, no judgement."""
    match row["reason"]:
        case reasons.WINDOW_ENDED:
            return f"Thời gian theo kế hoạch đã hết ngày {text.day(row['due_date'])}, không có hoạt động nào được ghi."
        case reasons.OCCASIONS_OWED:
            return _owed(row, is_over=is_over)
        case reasons.DEADLINE_NEAR:
            return f"Đến hạn ngày {text.day(row['due_date'])}, chưa có hoạt động nào được ghi."
        case reasons.UNIT_SILENT:
            return "Cả năm không có dòng nhật ký nào." if is_over else "Từ đầu năm chưa có dòng nhật ký nào."
        case reasons.UNIT_QUIET:
            months = f"{text.number(row['silent_months_count'])} tháng {'cuối năm' if is_over else 'gần đây'}"
            return f"{months} không có hoạt động nào được ghi (gần nhất: {day_as_known(row['last_date'], row['last_precision'])})."
        case _ if is_over:
            return "Cả năm không có hoạt động nào được ghi."
        case _:
            return f"Thời gian theo kế hoạch bắt đầu từ ngày {text.day(row['begin_date'])}, chưa có hoạt động nào được ghi."


def _owed(row: pd.Series, *, is_over: bool) -> str:
    owed, lacking = int(row["owed_count"]), f"còn thiếu {text.number(row['owed_count'] - row['done_count'])}"
    if is_over or row["expected_count"] == owed:
        return f"Kế hoạch nêu {text.number(owed)} lần, {lacking}."
    return f"Đã đến hạn {text.number(owed)} trên {text.number(row['expected_count'])} lần, {lacking}."
