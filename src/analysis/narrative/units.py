"""Sentences on units: who logged what by when, and what needs urging on. Counted, never judged."""

from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.delivery import is_over, so_far
from analysis.delivery import shortfalls as reasons

SILENT_EVIDENCE = "Không ghi có thể là chưa làm hoặc chưa gửi nhật ký."


def by_unit(units: pd.DataFrame, year: int, as_of: date, rests_on: Provenance) -> Finding:
    """Units that met every item of which occasions are owed, and units whose log has been silent for months."""
    over = is_over(year, as_of)
    owing = units[units["owed_items_count"] > 0]
    quiet = units[(units["activities_count"] > 0) & (units["silent_months_count"] >= reasons.SILENT_MONTHS)]
    logged = int((units["activities_count"] > 0).sum())
    parts = [f"{logged}/{len(units)} đơn vị có hoạt động được ghi"]
    if len(owing):
        met = int((owing["met_items_count"] == owing["owed_items_count"]).sum())
        parts.append(f"{met}/{len(owing)} đơn vị được giao mục có nêu số lần đã ghi đủ số lần đến hạn")
    if len(quiet):
        parts.append(f"{len(quiet)} {_quiet(is_over=over)}")
    return Finding("delivery-units", f"{so_far(year, as_of)}, {'; '.join(parts)}.", f"Từng đơn vị ở phụ lục. {SILENT_EVIDENCE}", rests_on)


def urging(found: pd.DataFrame, year: int, as_of: date, rests_on: Provenance) -> Finding:
    """How many rows and units need urging on, by reason; from ``delivery.urging``. After the year they are what was not reached."""
    over = is_over(year, as_of)
    evidence = f"Đối chiếu nhật ký với thời gian và số lần nêu trong kế hoạch. {SILENT_EVIDENCE}"
    if found.empty:
        said = f"Năm {year} không còn việc nào chưa đạt" if over else f"Đến ngày {text.day(as_of)} không có việc nào cần đôn đốc"
        return Finding("delivery-urging", f"{said} theo nhật ký.", evidence, rests_on)
    counts = found["reason"].value_counts()
    named = {**_REASONS_VI, reasons.UNIT_QUIET: _quiet(is_over=over)}
    parts = [f"{text.number(counts[reason])} {said}{_items_of(found, reason)}" for reason, said in named.items() if reason in counts.index]
    head = f"{text.number(len(found))} việc chưa đạt trong năm {year}" if over else f"{text.number(len(found))} việc cần đôn đốc"
    if found["section"].isna().all():
        return Finding("delivery-urging", f"{so_far(year, as_of)}: {'; '.join(parts)}.", SILENT_EVIDENCE, rests_on)
    silent = found.loc[found["is_unit_silent"], "unit_code"].nunique()
    is_told = silent == counts.get(reasons.UNIT_SILENT, 0)
    of_silent = "" if is_told else f". {text.number(silent)} đơn vị trong số đó không có dòng nhật ký nào"
    return Finding("delivery-urging", f"{head} ở {_addressees(found)}: {'; '.join(parts)}{of_silent}.", evidence, rests_on)


def _addressees(found: pd.DataFrame) -> str:
    """``104 đơn vị và 1 nhóm đơn vị``: a unit may have several rows."""
    groups = found.loc[found["unit_code"].isna(), "label_vi"].nunique()
    named = {f"{text.number(found['unit_code'].nunique())} đơn vị": found["unit_code"].nunique(), f"{text.number(groups)} nhóm đơn vị": groups}
    return text.enumerate_vi([said for said, count in named.items() if count])


def nothing_to_urge(year: int, rests_on: Provenance) -> Sentence:
    """Without a log nobody can be urged on."""
    return Sentence(f"Chưa có nhật ký năm {year} nên chưa lập được danh sách việc cần đôn đốc.", rests_on)


def urging_without_items(year: int, rests_on: Provenance) -> Sentence:
    """Without the items of a plan only the log itself speaks."""
    return Sentence(f"Không có từng mục kế hoạch năm {year} để đối chiếu, nên chỉ nêu đơn vị không ghi hoặc để trống nhật ký.", rests_on)


_REASONS_VI = {
    reasons.WINDOW_ENDED: "mục đã hết thời gian mà không có hoạt động nào được ghi",
    reasons.OCCASIONS_OWED: "trường hợp đơn vị chưa ghi đủ số lần đến hạn",
    reasons.DEADLINE_NEAR: f"việc còn không quá {reasons.NEAR_DAYS} ngày đến hạn mà chưa có hoạt động nào",
    reasons.UNIT_SILENT: "đơn vị không có dòng nhật ký nào",
    reasons.ITEM_UNTOUCHED: "mục chưa có hoạt động nào được ghi dù thời gian của kế hoạch đã bắt đầu",
}


def _quiet(*, is_over: bool) -> str:
    return f"đơn vị có ghi nhưng để trống ít nhất {reasons.SILENT_MONTHS} tháng {'cuối năm' if is_over else 'gần đây'}"


def _items_of(found: pd.DataFrame, reason: str) -> str:
    """`` (mục II.1.5 và II.1.7)``; empty for units without an item."""
    items = found[(found["reason"] == reason) & found["section"].notna()].drop_duplicates(["section", "stt"]).sort_values(["section", "stt"])
    return f" (mục {text.enumerate_vi([f'{row.section}.{row.stt}' for row in items.itertuples()])})" if len(items) else ""
