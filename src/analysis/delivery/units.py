"""Who logged what and when: unit by unit, month by month, district by district."""

from datetime import date

import pandas as pd

from analysis.delivery.log import DATED_TO_A_MONTH
from analysis.delivery.timing import months_begun, months_ended
from analysis.periods import MONTHS_PER_YEAR

DEPARTMENTS, DISTRICTS = "department", "district"  # codes of the two groups that are no district's communes
WHOLE_YEAR = "year"
COVERAGE_COLUMNS = ("group_code", "period", "covered_count", "units_count")


def silent_units(activities: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Units that logged nothing; one row a unit."""
    return below[~below["unit_code"].isin(activities["unit_code"])].reset_index(drop=True)


def by_unit(activities: pd.DataFrame, occasions: pd.DataFrame, below: pd.DataFrame, year: int, as_of: date) -> pd.DataFrame:
    """What each unit logged; one row a unit ``below``, in its order.

    Adds ``activities_count``, ``items_count`` (items of the plan with an activity), ``owed_items_count`` (items of which
    occasions are owed by ``as_of``) and ``met_items_count`` (those whose owed occasions are all met; occasions of different
    items are never added), ``last_date`` (no later than ``as_of``) with ``last_precision``, and ``silent_months_count`` (calendar months ended
    since the last activity, or since the year began, while the unit was in force).
    """
    logged = activities.groupby("unit_code", observed=True)
    items = activities.dropna(subset=["plan_stt"]).drop_duplicates(["unit_code", "plan_number", "plan_section", "plan_stt"])
    owed = occasions[occasions["owed_count"] > 0]
    met = owed[owed["met_count"] == owed["owed_count"]]
    last = activities.sort_values(["end_date", "date_precision"]).drop_duplicates("unit_code", keep="last").set_index("unit_code")
    codes = below["unit_code"]
    units = below.assign(
        activities_count=_counted(codes, logged.size()),
        items_count=_counted(codes, items["unit_code"].value_counts()),
        owed_items_count=_counted(codes, owed["unit_code"].value_counts()),
        met_items_count=_counted(codes, met["unit_code"].value_counts()),
        last_date=last["end_date"].clip(upper=pd.Timestamp(as_of)).reindex(codes).to_numpy(),
        last_precision=last["date_precision"].reindex(codes).to_numpy(),
    )
    return units.assign(silent_months_count=_silent_months(units, year, as_of))


def _silent_months(units: pd.DataFrame, year: int, as_of: date) -> pd.Series:
    """Months ended since the last activity, the year's beginning or the unit's own, and no later than its end."""
    ended = months_ended(year, as_of)
    active = units["last_date"].dt.month.where(units["last_date"].dt.year == year, MONTHS_PER_YEAR).where(units["last_date"].notna(), 0)
    since = [0 if pd.isna(day) else months_ended(year, day.date()) for day in units["valid_from_date"]]
    until = [ended if pd.isna(day) else min(ended, months_ended(year, (day + pd.Timedelta(days=1)).date())) for day in units["valid_to_date"]]
    silent = [max(last - max(first, month), 0) for first, month, last in zip(since, active, until, strict=True)]
    return pd.Series(silent, index=units.index, dtype="int64")


def _counted(codes: pd.Series, counts: pd.Series) -> pd.Series:
    return codes.map(counts).fillna(0).astype("int64")


def by_unit_month(activities: pd.DataFrame, below: pd.DataFrame, year: int, as_of: date) -> pd.DataFrame:
    """Activities begun by unit and month; one row a unit ``below``, columns 1 to 12, NA for months that had not begun by ``as_of``.

    Activities dated only to a quarter or a year belong to no month and stand in the column ``undated_count``.
    """
    is_dated = activities["date_precision"].isin(DATED_TO_A_MONTH)
    dated = activities[is_dated]
    counts = pd.crosstab(dated["unit_code"].astype("object"), dated["start_date"].dt.month.astype("int64"))
    counts = counts.reindex(index=below["unit_code"].to_numpy(), columns=range(1, 13), fill_value=0).astype("Int64")
    counts.loc[:, list(range(months_begun(year, as_of) + 1, 13))] = pd.NA
    undated = _counted(below["unit_code"], activities.loc[~is_dated, "unit_code"].value_counts())
    return counts.rename_axis(index="unit_code", columns=None).reset_index().assign(undated_count=undated.to_numpy())


def coverage(activities: pd.DataFrame, below: pd.DataFrame, year: int, as_of: date) -> pd.DataFrame:
    """How many units of a group logged anything; one row a (group_code, period), groups of units then in force only.

    A group is the communes of a district (its code), the departments (``department``) or the districts themselves
    (``district``); a period is a month begun by ``as_of`` (``2021-05``) or ``year``, which alone counts what is dated
    only to a quarter or a year. ``covered_count`` of ``units_count`` units.
    """
    units = below.assign(group_code=below["parent_code"].where(below["level"] == "commune", below["level"]))
    dated = activities[activities["date_precision"].isin(DATED_TO_A_MONTH)]
    months = pd.date_range(f"{year}-01-01", periods=months_begun(year, as_of), freq="MS")
    frames = [
        _covered(units, dated[dated["start_date"].dt.month == first.month], first, first + pd.offsets.MonthEnd(), f"{first:%Y-%m}")
        for first in months
    ]
    frames.append(_covered(units, activities, pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31), WHOLE_YEAR))
    return pd.concat(frames, ignore_index=True)[list(COVERAGE_COLUMNS)]


def _covered(units: pd.DataFrame, activities: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, period: str) -> pd.DataFrame:
    is_in_force = ~(units["valid_from_date"] > last) & ~(units["valid_to_date"] < first)
    valid = units[is_in_force].assign(has_logged=units["unit_code"].isin(activities["unit_code"]))
    counted = valid.groupby("group_code", observed=True).agg(covered_count=("has_logged", "sum"), units_count=("has_logged", "size"))
    return counted.reset_index().assign(period=period)
