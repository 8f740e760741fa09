"""Planned against done: completion where the plan states a number, otherwise what was done. No causal words."""

from analysis.delivery.log import (
    DATED_TO_A_MONTH,
    OFFICIALS,
    activities_by_month,
    channel_mix,
    cost_by_channel,
    reach_by_kind,
    unrecorded_reach,
)
from analysis.delivery.progress import (
    PROGRESS_COLUMNS,
    activities_of_year,
    item_progress,
    items_of_plan,
    occasions_by_unit,
    plan_of_year,
    untouched_items,
)
from analysis.delivery.shortfalls import is_over, urging
from analysis.delivery.timing import months_ended, windows_of
from analysis.delivery.units import DEPARTMENTS, DISTRICTS, WHOLE_YEAR, by_unit, by_unit_month, coverage, silent_units

__all__ = [
    "DATED_TO_A_MONTH",
    "DEPARTMENTS",
    "DISTRICTS",
    "OFFICIALS",
    "PROGRESS_COLUMNS",
    "WHOLE_YEAR",
    "activities_by_month",
    "activities_of_year",
    "by_unit",
    "by_unit_month",
    "channel_mix",
    "cost_by_channel",
    "coverage",
    "is_over",
    "item_progress",
    "items_of_plan",
    "months_ended",
    "occasions_by_unit",
    "plan_of_year",
    "reach_by_kind",
    "silent_units",
    "unrecorded_reach",
    "untouched_items",
    "urging",
    "windows_of",
]
