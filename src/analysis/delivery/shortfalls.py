"""What needs urging on ("đôn đốc"): counts against what the plan states, and units whose log is silent. Nobody is judged."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from analysis.delivery.progress import untouched_items
from analysis.delivery.timing import is_over

NEAR_DAYS = 30  # a deadline this close still leaves time to act on it
SILENT_MONTHS = 3  # a quarter: units report to the office quarterly, so one report has passed without them

# Reason codes, most urgent first.
WINDOW_ENDED = "window_ended"  # the plan's time is over and nothing was logged
OCCASIONS_OWED = "occasions_owed"  # stated occasions had fallen due and were not met
DEADLINE_NEAR = "deadline_near"  # due within ``NEAR_DAYS`` and nothing was logged
ITEM_UNTOUCHED = "item_untouched"  # the plan's time has begun and nothing was logged
UNIT_SILENT = "unit_silent"  # the unit logged nothing this year and owes nothing that says so already
UNIT_QUIET = "unit_quiet"  # the unit logged nothing for ``SILENT_MONTHS`` or longer
REASONS = (WINDOW_ENDED, OCCASIONS_OWED, DEADLINE_NEAR, ITEM_UNTOUCHED, UNIT_SILENT, UNIT_QUIET)

LEVELS = ("department", "district", "commune")
URGING_COLUMNS = {
    "unit_code": "string",
    "label_vi": "string",
    "level": "string",
    "section": "string",
    "stt": "Int64",
    "activity_type": "string",
    "title_vi": "string",
    "deliverable_vi": "string",
    "time_phrase_vi": "string",
    "reason": "string",
    "is_unit_silent": "bool",
    "done_count": "Int64",
    "owed_count": "Int64",
    "expected_count": "Int64",
    "begin_date": "datetime64[ns]",
    "due_date": "datetime64[ns]",
    "missing_parts": "string",
    "days_overdue": "Int64",
    "days_left": "Int64",
    "last_date": "datetime64[ns]",
    "last_precision": "string",
    "silent_months_count": "Int64",
}


def urging(progress: pd.DataFrame, occasions: pd.DataFrame, units: pd.DataFrame, year: int, as_of: date) -> pd.DataFrame:
    """What to urge on, most urgent first; one row a (unit or group, item or none, reason).

    From ``item_progress``, ``occasions_by_unit`` and ``by_unit``. An item with a stated number has a row for each leading
    unit that owes occasions or is near its first deadline; any other untouched item has one, under its leading unit or,
    without a ``unit_code``, under the group as the plan writes it. That a unit logged nothing at all stands in its rows of
    items (``is_unit_silent``), in a row of its own only where it has none. ``days_overdue`` and ``days_left`` run to ``as_of``
    and are NA for a year that is over and where the plan states no deadline. Without a plan only units are listed.
    """
    known = units.set_index("unit_code")
    occasional = list(_occasion_rows(progress, occasions, known, as_of))
    of_items = [*occasional, *_item_rows(progress, {(row["section"], row["stt"]) for row in occasional}, known, as_of)]
    silent = set(units.loc[(units["activities_count"] == 0) & (units["silent_months_count"] > 0), "unit_code"])
    told = silent & {row.get("unit_code") for row in of_items}
    rows = [*of_items, *_unit_rows(units[~units["unit_code"].isin(told)])]
    rows = [{**row, "is_unit_silent": row.get("unit_code") in silent} for row in rows]
    found = pd.DataFrame(rows, columns=list(URGING_COLUMNS)).astype(URGING_COLUMNS)
    if is_over(year, as_of):
        found = found.assign(days_overdue=pd.array([pd.NA] * len(found), dtype="Int64"))
    return _by_urgency(found)


def _occasion_rows(progress: pd.DataFrame, occasions: pd.DataFrame, known: pd.DataFrame, as_of: date) -> Iterator[dict[str, Any]]:
    items = {(item["section"], item["stt"]): item for _, item in progress.iterrows()}
    for row in occasions.itertuples():
        days = _days_since(row.due_date, as_of)
        is_near = row.done_count == 0 and days is not None and -NEAR_DAYS <= days <= 0
        if row.met_count == row.owed_count and not is_near:
            continue
        yield {
            **_unit(row.unit_code, known),
            **_item(items[row.section, row.stt]),
            **_timed(row.due_date, days),
            "reason": DEADLINE_NEAR if row.met_count == row.owed_count else OCCASIONS_OWED,
            "done_count": row.done_count,
            "owed_count": row.owed_count,
            "expected_count": row.expected_count,
            "missing_parts": row.missing_parts or pd.NA,
        }


def _item_rows(progress: pd.DataFrame, listed: set[tuple[Any, Any]], known: pd.DataFrame, as_of: date) -> Iterator[dict[str, Any]]:
    for _, item in untouched_items(progress).iterrows():
        if (item["section"], item["stt"]) in listed:
            continue
        deadline = item["window_end_date"] if item["schedule_kind"] in ("window", "recurring") else pd.NaT
        days = _days_since(deadline, as_of)
        lead = {"label_vi": item["lead_units_vi"]} if pd.isna(item["lead_unit_code"]) else _unit(item["lead_unit_code"], known)
        yield {
            **lead,
            **_item(item),
            **_timed(deadline, days),
            "reason": ITEM_UNTOUCHED if days is None or days < -NEAR_DAYS else DEADLINE_NEAR if days <= 0 else WINDOW_ENDED,
            "done_count": 0,
            "expected_count": item["expected_count"],
        }


def _unit_rows(units: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in units[units["silent_months_count"] > 0].itertuples():
        if row.activities_count and row.silent_months_count < SILENT_MONTHS:
            continue
        yield {
            "unit_code": row.unit_code,
            "label_vi": row.label_vi,
            "level": row.level,
            "reason": UNIT_QUIET if row.activities_count else UNIT_SILENT,
            "done_count": row.activities_count,
            "last_date": row.last_date,
            "last_precision": row.last_precision,
            "silent_months_count": row.silent_months_count,
        }


def _unit(unit_code: str, known: pd.DataFrame) -> dict[str, Any]:
    unit = known.loc[unit_code]
    return {"unit_code": unit_code, "label_vi": unit["label_vi"], "level": unit["level"]}


def _item(item: pd.Series) -> dict[str, Any]:
    return {
        "section": item["section"],
        "stt": item["stt"],
        "activity_type": item["activity_type"],
        "title_vi": item["title_vi"],
        "deliverable_vi": item["deliverable_vi"],
        "time_phrase_vi": item["time_phrase_vi"],
        "begin_date": item["window_start_date"],
    }


def _timed(due: Any, days: int | None) -> dict[str, Any]:
    late = days is not None and days > 0
    return {"due_date": due, "days_overdue": days if late else pd.NA, "days_left": pd.NA if late or days is None else -days}


def _days_since(day: Any, as_of: date) -> int | None:
    return None if pd.isna(day) else (pd.Timestamp(as_of) - day).days


def _by_urgency(found: pd.DataFrame) -> pd.DataFrame:
    """Reasons in their order, then the longest overdue or the nearest, the largest gap, the upper level first."""
    ranked = found.assign(
        rank=found["reason"].map(REASONS.index),
        missing=(found["owed_count"] - found["done_count"]).fillna(0),
        level_rank=found["level"].map({level: position for position, level in enumerate(LEVELS)}).fillna(-1),
        quiet=found["silent_months_count"].fillna(0),
    )
    order = {
        "rank": True,
        "days_overdue": False,
        "days_left": True,
        "quiet": False,
        "missing": False,
        "level_rank": True,
        "unit_code": True,
        "section": True,
        "stt": True,
    }
    ordered = ranked.sort_values(list(order), ascending=list(order.values()), kind="stable", na_position="last")
    return ordered[list(URGING_COLUMNS)].reset_index(drop=True)
