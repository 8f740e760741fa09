"""Planned against done: completion where the plan states a number, otherwise what was done. No causal words."""

from datetime import date
from typing import Any

import pandas as pd

from analysis.units import leading_units, rows_of

OFFICIALS = "officials"
DATED_TO_A_MONTH = ("day", "month")
PROGRESS_COLUMNS = (
    "done_count",
    "units_done_count",
    "lead_units_count",
    "expected_total_count",
    "completion_share",
    "first_date",
    "last_date",
    "late_count",
)


def items_of_plan(items: pd.DataFrame, plan: pd.Series | None) -> pd.DataFrame:
    """Items of one plan in plan order; one row an item, none without a plan or for a plan known only by its aims."""
    plan_number = "" if plan is None else plan["plan_number"]
    return items[items["plan_number"] == plan_number].sort_values(["section", "stt"]).reset_index(drop=True)


def plan_of_year(plans: pd.DataFrame, province: str, year: int) -> pd.Series | None:
    """The plan a province issued for a year, or None. A plan is dated by the year it is for, not by its issue."""
    chosen = plans[(plans["province_code"] == province) & (plans["plan_year"] == year)]
    return chosen.iloc[0] if len(chosen) else None


def activities_of_year(activities: pd.DataFrame, below: pd.DataFrame, year: int, until: date | None = None) -> pd.DataFrame:
    """Activities that units of the province began in a calendar year, no later than ``until``; one row an activity."""
    in_year = activities["start_date"].dt.year == year
    if until is not None:
        in_year &= activities["start_date"] <= pd.Timestamp(until)
    return activities[in_year & rows_of(activities, below)].reset_index(drop=True)


def item_progress(items: pd.DataFrame, activities: pd.DataFrame, below: pd.DataFrame, until: date | None = None) -> pd.DataFrame:
    """What was done of each item; one row an item, in plan order.

    Adds ``done_count`` (activities logged), ``units_done_count`` (units that logged any), ``lead_units_count``,
    ``expected_total_count`` (stated occasions × leading units; NA = not stated), ``completion_share`` (stated
    occasions met; a unit's surplus does not offset another's gap), ``first_date``, ``last_date``, ``late_count``
    (activities begun after the window) and ``is_due`` (the window had begun by ``until``). Assumes a stated number
    binds each leading unit.
    """
    rows = [_progress_of(item, activities, below) for _, item in items.iterrows()]
    progress = items.join(pd.DataFrame(rows, index=items.index, columns=PROGRESS_COLUMNS))
    return progress.assign(is_due=True if until is None else progress["window_start_date"] <= pd.Timestamp(until))


def untouched_items(progress: pd.DataFrame) -> pd.DataFrame:
    """Items whose time has begun and for which nothing was logged."""
    return progress[progress["is_due"] & (progress["done_count"] == 0)]


def _progress_of(item: pd.Series, activities: pd.DataFrame, below: pd.DataFrame) -> dict[str, object]:
    done = activities[
        (activities["plan_number"] == item["plan_number"])
        & (activities["plan_section"] == item["section"])
        & (activities["plan_stt"] == item["stt"]).fillna(False)
    ]
    leads = leading_units(item["lead_units_vi"], below, "" if pd.isna(item["coordinating_units_vi"]) else item["coordinating_units_vi"])["unit_code"]
    late = int((done["start_date"] > item["window_end_date"]).sum())
    return {
        "done_count": len(done),
        "units_done_count": done["unit_code"].nunique(),
        "lead_units_count": len(leads),
        **_completion(item["expected_count"], done["unit_code"], leads),
        "first_date": done["start_date"].min(),
        "last_date": done["end_date"].max(),
        "late_count": late,
    }


def _completion(expected: Any, done_by: pd.Series, leads: pd.Series) -> dict[str, object]:
    if pd.isna(expected) or not len(leads):
        return {"expected_total_count": pd.NA, "completion_share": pd.NA}
    per_unit = done_by.value_counts().reindex(leads, fill_value=0)
    total = int(expected) * len(leads)
    return {"expected_total_count": total, "completion_share": float(per_unit.clip(upper=int(expected)).sum() / total)}


def silent_units(activities: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Units that logged nothing; one row a unit."""
    return below[~below["unit_code"].isin(activities["unit_code"])].reset_index(drop=True)


def channel_mix(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities by channel, those for officials apart; one row a channel, most used first.

    Columns ``channel``, ``officials_count``, ``public_count``, ``total_count``.
    """
    is_officials = (activities["audience"] == OFFICIALS).rename("is_officials")
    counts = activities.groupby(["channel", is_officials], observed=True).size().unstack(fill_value=0).reindex(columns=[True, False], fill_value=0)
    mix = counts.set_axis(["officials_count", "public_count"], axis=1).reset_index()
    mix["total_count"] = mix["officials_count"] + mix["public_count"]
    return mix.sort_values(["total_count", "channel"], ascending=[False, True]).reset_index(drop=True)


def activities_by_month(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities begun by month and audience; one row a month present. Columns ``period_month``, ``officials_count``, ``public_count``.

    Activities dated only to a quarter or a year belong to no month and are left out.
    """
    dated = activities[activities["date_precision"].isin(DATED_TO_A_MONTH)]
    months = dated["start_date"].dt.strftime("%Y-%m").rename("period_month")
    is_officials = dated["audience"] == OFFICIALS
    counts = pd.crosstab(months, is_officials).reindex(columns=[True, False], fill_value=0)
    return counts.set_axis(["officials_count", "public_count"], axis=1).reset_index()


def reach_by_kind(activities: pd.DataFrame) -> pd.DataFrame:
    """Reach summed within a kind only, officials apart; one row a (reach_kind, is_officials).

    ``reach_count`` sums what was recorded; ``recorded_count`` and ``activities_count`` say of how many activities.
    Activities with no reach kind are left to ``unrecorded_reach``.
    """
    with_kind = activities[activities["reach_kind"].notna()]
    grouped = with_kind.assign(is_officials=with_kind["audience"] == OFFICIALS).groupby(["reach_kind", "is_officials"], observed=True)
    reach = grouped.agg(reach_count=("reach_count", "sum"), recorded_count=("reach_count", "count"), activities_count=("activity_id", "size"))
    return reach.reset_index()


def unrecorded_reach(activities: pd.DataFrame) -> int:
    """How many activities say nothing about whom they reached."""
    return int(activities["reach_count"].isna().sum())
