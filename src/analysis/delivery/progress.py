"""What was done of each item of a plan, and by each unit that leads one with a stated number."""

from datetime import date

import pandas as pd

from analysis.delivery.timing import EARLY, GAP, LATE, due_date, missing_periods, owed_count, placement, possible_days
from analysis.units import leading_units, rows_of

PROGRESS_COLUMNS = (
    "done_count",
    "units_done_count",
    "lead_units_count",
    "lead_unit_code",
    "occasions_count",
    "expected_total_count",
    "completion_share",
    "owed_total_count",
    "owed_share",
    "first_date",
    "last_date",
    "early_count",
    "gap_count",
    "late_count",
)
OCCASION_COLUMNS = ("section", "stt", "unit_code", "expected_count", "owed_count", "done_count", "met_count", "due_date", "missing_parts")


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


def activities_of_plan(activities: pd.DataFrame, below: pd.DataFrame, year: int, plan: pd.Series | None, until: date | None = None) -> pd.DataFrame:
    """Activities of the plan's year, and those booked on the plan that began after it; one row an activity, none begun after ``until``."""
    of_year = activities_of_year(activities, below, year, until)
    if plan is None:
        return of_year
    after = (activities["plan_number"] == plan["plan_number"]).fillna(False).astype(bool) & (activities["start_date"].dt.year > year)
    if until is not None:
        after &= activities["start_date"] <= pd.Timestamp(until)
    return pd.concat([of_year, activities[after & rows_of(activities, below)]], ignore_index=True)


def item_progress(items: pd.DataFrame, activities: pd.DataFrame, below: pd.DataFrame, until: date | None = None) -> pd.DataFrame:
    """What was done of each item; one row an item, in plan order.

    Adds ``done_count`` (activities logged), ``units_done_count`` (units that logged any), ``lead_units_count``,
    ``lead_unit_code`` (the leading unit where there is just one), ``occasions_count`` (what was logged, as ``occasions_in``
    counts it), ``expected_total_count`` (stated occasions × leading units; NA = not stated), ``completion_share`` (stated
    occasions met; a unit's surplus does not offset another's gap), the same of what is owed by ``until``
    (``owed_total_count``, ``owed_share``; the share NA where nothing is owed yet), ``first_date``, ``last_date`` (no later
    than ``until``), ``early_count``, ``gap_count`` and ``late_count`` (activities before the window, between its pieces and
    after it) ``is_due`` and ``is_ended`` (the window had begun by, ended before ``until``). Assumes a stated number binds each leading unit.
    """
    days = possible_days(activities)
    rows = [_progress_of(item, activities, days, below, until) for _, item in items.iterrows()]
    progress = items.join(pd.DataFrame(rows, index=items.index, columns=PROGRESS_COLUMNS))
    is_due = True if until is None else progress["window_start_date"] <= pd.Timestamp(until)
    return progress.assign(is_due=is_due, is_ended=True if until is None else progress["window_end_date"] < pd.Timestamp(until))


def untouched_items(progress: pd.DataFrame) -> pd.DataFrame:
    """Items whose time has begun and for which nothing was logged; what is done when the need arises is never among them."""
    return progress[progress["is_due"] & (progress["done_count"] == 0) & (progress["schedule_kind"] != "on_demand")]


def occasions_by_unit(items: pd.DataFrame, activities: pd.DataFrame, below: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Stated occasions of each unit that leads an item; one row a (section, stt, unit_code), none for items without a stated number.

    ``expected_count`` is what the plan states for the year, ``owed_count`` what of it had fallen due before ``as_of``,
    ``done_count`` what the unit logged (as ``occasions_in`` counts it), ``met_count`` that up to what is owed, ``due_date`` the
    last day for its next occasion, ``missing_parts`` the owed periods that lack one (ISO intervals joined by semicolons).
    """
    stated = items[items["expected_count"].notna()]
    frames = [_occasions_of(item, activities, below, as_of) for _, item in stated.iterrows()]
    found = [frame for frame in frames if len(frame)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(OCCASION_COLUMNS))


def occasions_in(item: pd.Series, activities: pd.DataFrame) -> pd.Series:
    """How many occasions of an item each activity is: its quantity where that is known in the item's own counter, otherwise one."""
    counter = item["occasion_counter"]
    one = pd.Series(1, index=activities.index, dtype="int64")
    if pd.isna(counter):
        return one
    is_counted = (activities["counter"] == counter).fillna(False).astype(bool) & activities["quantity_count"].notna()
    return activities["quantity_count"].where(is_counted, 1).astype("int64")


def _occasions_of(item: pd.Series, activities: pd.DataFrame, below: pd.DataFrame, as_of: date) -> pd.DataFrame:
    leads = _leads_of(item, below)
    logged = _activities_of(item, activities)
    counted = occasions_in(item, logged)
    done = counted.groupby(logged["unit_code"]).sum().reindex(leads, fill_value=0).astype("int64")
    owed = owed_count(item, as_of)
    of_unit = {unit: logged["unit_code"] == unit for unit in leads}
    missing = [missing_periods(item, logged.loc[of_unit[unit], "start_date"], counted[of_unit[unit]], as_of) for unit in leads]
    return pd.DataFrame(
        {
            "section": item["section"],
            "stt": item["stt"],
            "unit_code": leads.to_numpy(),
            "expected_count": int(item["expected_count"]),
            "owed_count": owed,
            "done_count": done.to_numpy(),
            "met_count": done.clip(upper=owed).to_numpy(),
            "due_date": pd.to_datetime(done.map({count: due_date(item, count) for count in done.unique()}).to_numpy()),
            "missing_parts": [";".join(f"{start:%Y-%m-%d}/{end:%Y-%m-%d}" for start, end in windows) for windows in missing],
        }
    )


def _progress_of(item: pd.Series, activities: pd.DataFrame, days: pd.DataFrame, below: pd.DataFrame, until: date | None) -> dict[str, object]:
    done, leads = _activities_of(item, activities), _leads_of(item, below)
    last = done["end_date"].max()
    placed = placement(item, days.loc[done.index]).value_counts()
    return {
        "done_count": len(done),
        "units_done_count": done["unit_code"].nunique(),
        "lead_units_count": len(leads),
        "lead_unit_code": leads.iloc[0] if len(leads) == 1 else pd.NA,
        **_completion(item, done, leads, until),
        "first_date": done["start_date"].min(),
        "last_date": last if until is None or pd.isna(last) else min(last, pd.Timestamp(until)),
        "early_count": int(placed.get(EARLY, 0)),
        "gap_count": int(placed.get(GAP, 0)),
        "late_count": int(placed.get(LATE, 0)),
    }


def _activities_of(item: pd.Series, activities: pd.DataFrame) -> pd.DataFrame:
    return activities[
        (activities["plan_number"] == item["plan_number"])
        & (activities["plan_section"] == item["section"])
        & (activities["plan_stt"] == item["stt"]).fillna(False)
    ]


def _leads_of(item: pd.Series, below: pd.DataFrame) -> pd.Series:
    coordinating = "" if pd.isna(item["coordinating_units_vi"]) else item["coordinating_units_vi"]
    return leading_units(item["lead_units_vi"], below, coordinating)["unit_code"]


def _completion(item: pd.Series, done: pd.DataFrame, leads: pd.Series, until: date | None) -> dict[str, object]:
    counted = occasions_in(item, done)
    occasions = {"occasions_count": int(counted.sum())}
    if pd.isna(item["expected_count"]) or not len(leads):
        return {**occasions, "expected_total_count": pd.NA, "completion_share": pd.NA, "owed_total_count": pd.NA, "owed_share": pd.NA}
    expected = int(item["expected_count"])
    owed = expected if until is None else owed_count(item, until)
    per_unit = counted.groupby(done["unit_code"]).sum().reindex(leads, fill_value=0)
    return {
        **occasions,
        "expected_total_count": expected * len(leads),
        "completion_share": float(per_unit.clip(upper=expected).sum() / (expected * len(leads))),
        "owed_total_count": owed * len(leads),
        "owed_share": float(per_unit.clip(upper=owed).sum() / (owed * len(leads))) if owed else pd.NA,
    }
