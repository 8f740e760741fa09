"""What needs urging on, in words an office can send: by item and reason for the page, row by row for the workbooks."""

from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.delivery import day_as_known, is_over, periods_in_words
from analysis.delivery import shortfalls as reasons
from analysis.tables.notes import names_note

URGING_TABLE = "urging"
UNIT_CODE, UNIT = Column("Mã đơn vị"), Column("Đơn vị")
FIRST_UNITS = 5  # named on the page; the workbooks name all
FOLDER_NOTE = "Từng đơn vị: thư mục don-doc đi kèm báo cáo (tong-hop.xlsx, và một tệp .xlsx cho mỗi đơn vị)."
METHOD_NOTE = (
    "Số lần nêu trong kế hoạch được hiểu là của từng đơn vị thực hiện; số lần đến hạn chia đều theo kỳ của kế hoạch, chỉ tính kỳ đã kết thúc. "
    "Mục không nêu số lần mà giao cho cả nhóm đơn vị thì ghi một dòng cho cả nhóm."
)


def urging_groups(found: pd.DataFrame, plan_number: str | None, year: int, as_of: date, names_day: date, rests_on: Provenance) -> Table:
    """One row an item and reason, with how many units and the first of them: what fits on a page; from ``delivery.urging``."""
    groups = found.groupby(["reason", "section", "stt"], dropna=False, sort=False)
    has_plan, over = plan_number is not None, is_over(year, as_of)
    rows = tuple(_group(rows, is_over=over)[0 if has_plan else 1 :] for _, rows in groups)
    columns = (
        *((Column("Mục của kế hoạch"),) if has_plan else ()),
        Column("Còn thiếu"),
        Column("Số đơn vị", 0),
        Column("Trong đó cả năm không ghi" if over else "Trong đó từ đầu năm không ghi", 0),
        Column("Đơn vị"),
    )
    notes = (FOLDER_NOTE, *((METHOD_NOTE,) if has_plan else ()), names_note(names_day))
    return Table("urging-groups", _title(plan_number, year, as_of), columns, rows, rests_on, notes)


def _group(rows: pd.DataFrame, *, is_over: bool) -> tuple[Cell, ...]:
    first = rows.iloc[0]
    names = [str(name) for name in rows["label_vi"].head(FIRST_UNITS)]
    others = len(rows) - len(names)
    return (
        None if pd.isna(first["section"]) else f"{first['section']}.{first['stt']} {first['activity_type']}",
        _shared_reason(rows, is_over=is_over),
        int(rows["unit_code"].notna().sum()) or None,
        int(rows["is_unit_silent"].sum()) if rows["unit_code"].notna().any() else None,
        "; ".join(names) + (f" và {text.number(others)} đơn vị khác" if others else ""),
    )


def _shared_reason(rows: pd.DataFrame, *, is_over: bool) -> str:
    """What the rows of one item and reason have in common; occasions of one item may be added, those of different items never are."""
    first = rows.iloc[0]
    match first["reason"]:
        case reasons.OCCASIONS_OWED:
            owed = rows["owed_count"].sum()
            said = f"ghi {text.number(rows[['done_count', 'owed_count']].min(axis=1).sum())} trên {text.number(owed)} lần"
            return f"Chưa đủ số lần: mới {said} đã đến hạn." if not is_over else f"Chưa đủ số lần: {said} kế hoạch nêu."
        case reasons.UNIT_QUIET:
            return f"Có ghi nhưng để trống ít nhất {reasons.SILENT_MONTHS} tháng {'cuối năm' if is_over else 'gần đây'}."
        case _:
            return _reason(first, is_over=is_over)


def urging(found: pd.DataFrame, plan_number: str | None, year: int, as_of: date, names_day: date, rests_on: Provenance) -> Table:
    """Every row of ``delivery.urging`` for the workbooks; a page shows none of them. The first note says what is asked."""
    over, has_plan = is_over(year, as_of), plan_number is not None
    rows = tuple(_row(row, is_over=over, has_plan=has_plan) for _, row in found.iterrows())
    of_plan = (Column("Mục của kế hoạch"), Column("Nội dung"), Column("Sản phẩm"), Column("Thời gian theo kế hoạch"))
    columns = (
        UNIT_CODE,
        UNIT,
        *(of_plan if has_plan else ()),
        Column("Đã ghi", 0),
        Column("Còn thiếu"),
        *((Column("Kỳ còn thiếu"),) if has_plan else ()),
        *(() if over else (Column("Thời hạn"),)),
    )
    asked = "nêu lý do để tổng kết" if over else "thực hiện và báo ngày xong"
    notes = (
        f"Đề nghị đơn vị ghi bổ sung nhật ký nếu đã làm (không ghi có thể là chưa làm hoặc chưa gửi); nếu chưa làm, {asked}.",
        *((METHOD_NOTE,) if has_plan else ()),
        names_note(names_day),
    )
    return Table(URGING_TABLE, _title(plan_number, year, as_of), columns, rows, rests_on, notes, first_rows=0)


def _title(plan_number: str | None, year: int, as_of: date) -> str:
    of_plan = f" theo kế hoạch {plan_number}" if plan_number else ""
    if is_over(year, as_of):
        return f"Việc chưa đạt trong năm {year}{of_plan}" if plan_number else f"Đơn vị không ghi hoặc để trống nhật ký năm {year}"
    return f"Việc cần đôn đốc{of_plan}, tính đến ngày {text.day(as_of)}"


def _row(row: pd.Series, *, is_over: bool, has_plan: bool) -> tuple[Cell, ...]:
    of_item = pd.notna(row["section"])
    item = (f"{row['section']}.{row['stt']} {row['activity_type']}", cell(row["title_vi"]), cell(row["deliverable_vi"]), str(row["time_phrase_vi"]))
    return (
        cell(row["unit_code"]),
        str(row["label_vi"]),
        *((item if of_item else (None,) * len(item)) if has_plan else ()),
        cell(row["done_count"]),
        missing(row, is_over=is_over),
        *((_missing_periods(row),) if has_plan else ()),
        *(() if is_over else (_days(row),)),
    )


def _missing_periods(row: pd.Series) -> str | None:
    if pd.isna(row["missing_parts"]):
        return None
    days = [part.split("/") for part in row["missing_parts"].split(";")]
    return periods_in_words((pd.Timestamp(start), pd.Timestamp(end)) for start, end in days)


def _days(row: pd.Series) -> str | None:
    if not pd.isna(row["days_overdue"]):
        return f"quá hạn {text.number(row['days_overdue'])} ngày"
    return None if pd.isna(row["days_left"]) else f"còn {text.number(row['days_left'])} ngày"


def missing(row: pd.Series, *, is_over: bool) -> str:
    """What is not there, by the reason of a row, and that the unit logged nothing at all: counts and days, no judgement."""
    said = _reason(row, is_over=is_over)
    return f"{said} {_silent(is_over=is_over)}" if row["is_unit_silent"] and row["reason"] != reasons.UNIT_SILENT else said


def _silent(*, is_over: bool) -> str:
    return "Cả năm không có dòng nhật ký nào." if is_over else "Từ đầu năm chưa có dòng nhật ký nào."


def _reason(row: pd.Series, *, is_over: bool) -> str:
    match row["reason"]:
        case reasons.WINDOW_ENDED:
            return f"Thời gian theo kế hoạch đã hết ngày {text.day(row['due_date'])}, không có hoạt động nào được ghi."
        case reasons.OCCASIONS_OWED:
            return _owed(row, is_over=is_over)
        case reasons.DEADLINE_NEAR:
            return f"Đến hạn ngày {text.day(row['due_date'])}, chưa có hoạt động nào được ghi."
        case reasons.UNIT_SILENT:
            return _silent(is_over=is_over)
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
