"""A synthetic log of communication activities, in the columns of ``ACTIVITIES`` without its source."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from analysis.simulate import magnitudes
from analysis.simulate.magnitudes import Kind, kind_of
from analysis.simulate.occasions import (
    Habit,
    Occasion,
    draw_habits,
    draw_weighted,
    is_cancelled,
    local_occasions,
    office_occasions,
    under_plan,
)
from analysis.simulate.plan_year import items_of_year, plan_year_occasions
from analysis.simulate.roster import VINTAGE, Roster, read_roster

STREAM = 1  # keeps the log's draws apart from the uptake's under one seed
TITLE_MARK = "[Mô phỏng]"
UNITEMISED_PLANS = {2019: ("689/KH-UBND", pd.Period("2019-03"))}  # issued on 20/02/2019: named from the first whole month on

COLUMN_TYPES = {
    "activity_id": "string",
    "plan_number": "string",
    "plan_section": "string",
    "plan_stt": "Int64",
    "unit_code": "string",
    "vintage": "string",
    "channel": "string",
    "audience": "string",
    "start_date": "datetime64[us]",
    "end_date": "datetime64[us]",
    "date_precision": "string",
    "quantity_count": "Int64",
    "is_quantity_approximate": "boolean",
    "counter": "string",
    "reach_count": "Int64",
    "is_reach_approximate": "boolean",
    "reach_kind": "string",
    "reach_basis": "string",
    "cost_vnd": "Int64",
    "is_cost_approximate": "boolean",
    "title_vi": "string",
    "evidence_vi": "string",
    "is_synthetic": "boolean",
}
SORT_COLUMNS = ["start_date", "unit_code", "channel", "end_date", "audience", "title_vi", "quantity_count", "reach_count"]


def simulate_activities(plan_items: pd.DataFrame, units: pd.DataFrame, *, seed: int, first_year: int = 2019, last_year: int = 2024) -> pd.DataFrame:
    """Invent an activity log for the province's office, departments, districts and communes.

    One row is one logged activity; key ``activity_id``. Years that ``plan_items`` covers follow its items
    (occasions missed, late or cancelled by the closure of July-September 2021); other years follow habit.
    Local units start at staggered months, some never, some skip a year. A contest whose entries are known
    is logged in two rows, officials and citizens, since their reach is kept apart. ``cost_vnd`` is always
    empty: no budget figure was ever found. ``is_synthetic`` is True throughout.

    Parameters
    ----------
    plan_items
        Rows of ``PLAN_ITEMS``.
    units
        Rows of ``UNITS``; names and codes come from here.
    seed
        The same seed gives the same frame.
    first_year, last_year
        First and last calendar year of the log.

    Raises
    ------
    DataFaults
        ``units`` holds no Văn phòng UBND tỉnh.
    """
    rng = np.random.default_rng([STREAM, seed])
    roster = read_roster(units)
    occasions = _occasions(rng, plan_items, roster, first_year, last_year)
    rows = [row for occasion in occasions if not is_cancelled(occasion) for row in _log_rows(rng, occasion)]
    return _as_log(rows)


def _occasions(rng: np.random.Generator, plan_items: pd.DataFrame, roster: Roster, first_year: int, last_year: int) -> Iterator[Occasion]:
    habits = draw_habits(rng, roster, pd.period_range(f"{first_year}-01", f"{last_year}-12", freq="M"))
    for year in range(first_year, last_year + 1):
        months = pd.period_range(f"{year}-01", f"{year}-12", freq="M")
        items = items_of_year(plan_items, year, roster)
        if items:
            yield from plan_year_occasions(rng, items, roster, habits, months)
        else:
            yield from _unplanned_year(rng, roster, habits, months)


def _unplanned_year(rng: np.random.Generator, roster: Roster, habits: Mapping[str, Habit], months: pd.PeriodIndex) -> Iterator[Occasion]:
    """A year of habit; where a plan is known but not its items, the rows name the plan alone."""
    by_habit = (local_occasions(rng, habit, months) for habit in habits.values())
    occasions = chain(office_occasions(rng, roster.office, months), chain.from_iterable(by_habit))
    plan = UNITEMISED_PLANS.get(months[0].year)
    yield from occasions if plan is None else (under_plan(rng, occasion, *plan) for occasion in occasions)


def _log_rows(rng: np.random.Generator, occasion: Occasion) -> list[dict[str, Any]]:
    audiences = kind_of(occasion.channel, None, by_office=occasion.unit.is_office).audiences
    audience = occasion.audience or draw_weighted(rng, audiences)
    kind = kind_of(occasion.channel, audience, by_office=occasion.unit.is_office)
    row = {
        "plan_number": occasion.plan_number,
        "plan_section": occasion.section,
        "plan_stt": occasion.stt,
        "unit_code": occasion.unit.code,
        "vintage": VINTAGE,
        "channel": occasion.channel,
        "audience": audience,
        "title_vi": _title(rng, occasion, kind, audience),
        "evidence_vi": str(rng.choice(kind.evidence)) if rng.random() < magnitudes.EVIDENCE_SHARE else None,
        "is_synthetic": True,
    }
    row |= _dates(rng, occasion.month, kind) | _size(rng, occasion, kind)
    return _officials_apart(row) if row["reach_kind"] == "luot_thi" else [row]


def _title(rng: np.random.Generator, occasion: Occasion, kind: Kind, audience: str) -> str:
    topics = magnitudes.OFFICIAL_TOPICS if audience == "officials" else magnitudes.PUBLIC_TOPICS
    return f"{TITLE_MARK} {occasion.unit.spoken_name}: {rng.choice(kind.phrases)} {rng.choice(topics)}"


def _dates(rng: np.random.Generator, month: pd.Period, kind: Kind) -> dict[str, Any]:
    """First and last day: working days in the month, or the whole month or quarter; never past the year."""
    precision = str(rng.choice(list(magnitudes.PRECISION_SHARES), p=list(magnitudes.PRECISION_SHARES.values())))
    drawn = np.datetime64(str(month), "D") + rng.integers(0, month.days_in_month)
    start = np.busday_offset(drawn, 0, roll="modifiedfollowing")
    end = start + rng.integers(kind.days[0] - 1, kind.days[1])
    if precision != "day":
        period = month if precision == "month" else month.asfreq("Q")
        start, end = np.datetime64(period.start_time, "D"), np.datetime64(period.end_time, "D")
    year_end = np.datetime64(f"{month.year}-12-31")
    return {"start_date": start, "end_date": min(end, year_end), "date_precision": precision}


def _size(rng: np.random.Generator, occasion: Occasion, kind: Kind) -> dict[str, Any]:
    """Quantity and reach; what was not recorded is empty, never 0."""
    drawn = int(rng.integers(kind.quantity[0], kind.quantity[1] + 1))
    quantity = 1 if occasion.is_counted else drawn
    is_known = rng.random() < magnitudes.QUANTITY_KNOWN_SHARE or occasion.is_counted
    has_reach = rng.random() < kind.reach_known_share and is_known and kind.reach_kind is not None
    each = int(rng.integers(kind.reach_each[0], kind.reach_each[1] + 1))
    counter = "ky" if occasion.is_counted and occasion.channel in magnitudes.ISSUE_CHANNELS else kind.counter
    return {
        "quantity_count": quantity if is_known else None,
        "counter": counter if is_known else None,
        "reach_count": quantity * each if has_reach else None,
        "reach_kind": kind.reach_kind if has_reach else None,
        "reach_basis": kind.reach_basis if has_reach else None,
        "cost_vnd": None,
    }


def _officials_apart(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The contest stays one: the citizens' row carries their entries and no quantity."""
    citizens = round(row["reach_count"] * magnitudes.CITIZEN_SHARE_OF_CONTEST)
    of_citizens = {"audience": "citizens", "reach_count": citizens, "quantity_count": None, "counter": None}
    of_citizens["title_vi"] = row["title_vi"] + " (phần người dân dự thi)"
    return [row | {"reach_count": row["reach_count"] - citizens}, row | of_citizens]


def _as_log(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = [column for column in COLUMN_TYPES if column != "activity_id"]
    exact = dict.fromkeys(("is_quantity_approximate", "is_reach_approximate", "is_cost_approximate"), False)
    log = pd.DataFrame(rows, columns=columns).assign(**exact).astype({column: COLUMN_TYPES[column] for column in columns})
    log = log.sort_values(SORT_COLUMNS, kind="stable", ignore_index=True)
    years = log["start_date"].dt.year
    numbers = log.groupby(years).cumcount() + 1
    log.insert(0, "activity_id", ("mp-" + years.astype(str) + "-" + numbers.astype(str).str.zfill(4)).astype("string"))
    return log
