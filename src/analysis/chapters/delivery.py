"""Blocks of the delivery chapter; a year without a plan, a log or items gets a plain sentence in that place."""

from datetime import date

import pandas as pd

from analysis import delivery, tables
from analysis.blocks import Block, provenance
from analysis.figures import delivery as charts
from analysis.narrative import delivery as say


def about_plan(plan: pd.Series | None, plans: pd.DataFrame, place: str, year: int) -> list[Block]:
    """Which plan, with its aims."""
    if plan is None:
        return [say.about_plan(None, place, year, plans)]
    return [say.about_plan(plan, place, year, plans), say.aims(plan, plans)]


def volume(activities: pd.DataFrame, below: pd.DataFrame, place: str, year: int, units: pd.DataFrame) -> list[Block]:
    """How much was logged, and when."""
    said = say.volume(activities, below if len(below) else units, place, year)
    if activities.empty:
        return [said]
    monthly = delivery.activities_by_month(activities)
    return [said, charts.activities_by_month(monthly, activities, year)] if len(monthly) else [said]


def items(plan: pd.Series | None, progress: pd.DataFrame, activities: pd.DataFrame, plans: pd.DataFrame, year: int, as_of: date) -> list[Block]:
    """Item by item; nothing where there is no plan, a sentence where its items are not known."""
    if plan is None:
        return []
    if progress.empty:
        return [say.items_unknown(plan, plans)]
    if activities.empty:
        return [say.items_without_log(progress), tables.plan_items(progress, activities)]
    blocks: list[Block | None] = [
        say.items_done(progress, activities),
        charts.plan_timeline(progress, activities),
        say.completion(progress, activities, say.as_of_note(as_of, year)),
        say.not_understood(progress),
        say.lateness(progress, activities),
        tables.plan_items(progress, activities),
    ]
    return [block for block in blocks if block is not None]


def channels_and_reach(activities: pd.DataFrame, year: int) -> list[Block]:
    """Channel mix and reach by kind."""
    if activities.empty:
        return []
    return [
        charts.channel_mix(delivery.channel_mix(activities), activities, year),
        tables.reach(delivery.reach_by_kind(activities), activities),
        say.reach_gaps(delivery.unrecorded_reach(activities), activities),
    ]


def silence(activities: pd.DataFrame, below: pd.DataFrame) -> list[Block]:
    """Units to urge on; the list by name when there are any."""
    if activities.empty:
        return []
    silent = delivery.silent_units(activities, below)
    found = say.silence(silent, below, activities)
    return [found, tables.silent_units(silent, below, provenance(below, activities))] if len(silent) else [found]
