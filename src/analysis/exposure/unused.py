"""Activities that cannot stand beside an outcome, each with its reason: nothing is dropped silently."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.exposure.parts import monthly_parts
from analysis.exposure.table import acting_levels

NO_UNIT, OTHER_VINTAGE, UNKNOWN_UNIT = "no_unit", "other_vintage", "unknown_unit"
OUTSIDE_MONTHS, PARTLY_OUTSIDE = "outside_months", "partly_outside"
LISTED = 3

_SAID = {
    NO_UNIT: "{count} hoạt động không ghi đơn vị nên không tính vào liều của nơi nào; nhật ký phải ghi mã đơn vị.",
    OTHER_VINTAGE: "{count} hoạt động ghi mã đơn vị của danh mục khác ({units}) nên không tính; cần danh mục {vintage}.",
    UNKNOWN_UNIT: "{count} hoạt động của đơn vị không có trong danh mục {vintage} ({units}) nên không tính; cần mã có trong danh mục.",
    OUTSIDE_MONTHS: "{count} hoạt động nằm ngoài các tháng có số liệu kết quả ({span}) nên không so được.",
    PARTLY_OUTSIDE: "{count} hoạt động chỉ biết đến quý hoặc năm nằm một phần ngoài các tháng {span}; phần ấy không tính.",
}


@dataclass(frozen=True)
class UnusedActivities:
    """``rows``: the activities left out, wholly or (``partly_outside``) in part, with ``reason``; ``notes_vi`` a sentence for each reason found."""

    rows: pd.DataFrame
    notes_vi: tuple[str, ...]


def unused_activities(activities: pd.DataFrame, below: pd.DataFrame, months: Iterable[str]) -> UnusedActivities:
    """Activities without unit, of another vintage, of a unit not listed ``below``, and dated outside ``months`` (YYYY-MM).

    The first reason that fits counts. Raises ``ValueError`` for units of several vintages.
    """
    reasons = _reason_of_unit(activities, below)
    wanted = sorted(set(months))
    reasons = reasons.fillna(_reason_of_date(activities, wanted))
    rows = activities.assign(reason=reasons)[reasons.notna()].reset_index(drop=True)
    span = f"{text.month(wanted[0])}{text.DASH}{text.month(wanted[-1])}" if wanted else "chưa có tháng nào"
    vintage = ", ".join(below["vintage"].unique())
    told = (_told(reason, rows[rows["reason"] == reason], vintage, span) for reason in _SAID)
    return UnusedActivities(rows, tuple(sentence for sentence in told if sentence))


def _reason_of_unit(activities: pd.DataFrame, below: pd.DataFrame) -> pd.Series:
    levels = acting_levels(below)
    reasons = pd.Series(pd.NA, index=activities.index, dtype="string")
    reasons = reasons.mask(~activities["unit_code"].isin(levels.index), UNKNOWN_UNIT)
    reasons = reasons.mask(~activities["vintage"].isin(below["vintage"]), OTHER_VINTAGE)
    return reasons.mask(activities["unit_code"].isna(), NO_UNIT)


def _reason_of_date(activities: pd.DataFrame, months: list[str]) -> pd.Series:
    """By how much of each activity lies inside the months."""
    parts = monthly_parts(activities.assign(_place=range(len(activities))))
    inside = parts.assign(inside=parts["period_month"].isin(months)).groupby("_place")["inside"].agg(["any", "all"])
    reasons = pd.Series(pd.NA, index=activities.index, dtype="string")
    reasons = reasons.mask(~inside["all"].to_numpy(dtype=bool), PARTLY_OUTSIDE)
    return reasons.mask(~inside["any"].to_numpy(dtype=bool), OUTSIDE_MONTHS)


def _told(reason: str, rows: pd.DataFrame, vintage: str, span: str) -> str:
    if rows.empty:
        return ""
    codes = sorted(map(str, rows["unit_code"].dropna().unique()))
    units = ", ".join(codes[:LISTED]) + (f" và {len(codes) - LISTED} mã khác" if len(codes) > LISTED else "")
    return _SAID[reason].format(count=text.number(len(rows)), units=units, vintage=vintage, span=span)
