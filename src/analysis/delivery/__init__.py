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
    activities_of_plan,
    activities_of_year,
    item_progress,
    items_of_plan,
    occasions_by_unit,
    occasions_in,
    plan_of_year,
    untouched_items,
)
from analysis.delivery.shortfalls import urging
from analysis.delivery.timing import is_over, months_ended, possible_days, windows_of
from analysis.delivery.units import DEPARTMENTS, DISTRICTS, WHOLE_YEAR, by_unit, by_unit_month, coverage, silent_units
from analysis.delivery.words import MOST_NAMED, day_as_known, periods_in_words, so_far, unfinished_month

__all__ = [
    "DATED_TO_A_MONTH",
    "DEPARTMENTS",
    "DISTRICTS",
    "MOST_NAMED",
    "OFFICIALS",
    "PROGRESS_COLUMNS",
    "WHOLE_YEAR",
    "activities_by_month",
    "activities_of_plan",
    "activities_of_year",
    "by_unit",
    "by_unit_month",
    "channel_mix",
    "cost_by_channel",
    "coverage",
    "day_as_known",
    "is_over",
    "item_progress",
    "items_of_plan",
    "months_ended",
    "occasions_by_unit",
    "occasions_in",
    "periods_in_words",
    "plan_of_year",
    "possible_days",
    "reach_by_kind",
    "silent_units",
    "so_far",
    "unfinished_month",
    "unrecorded_reach",
    "untouched_items",
    "urging",
    "windows_of",
]
