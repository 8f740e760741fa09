"""Blocks of the delivery chapter; a year without a plan, a log or items gets a plain sentence in that place."""

import pandas as pd

from analysis import delivery, tables
from analysis.blocks import Block, provenance
from analysis.chapters.delivered import Delivered
from analysis.figures import coverage as coverage_chart
from analysis.figures import delivery as charts
from analysis.narrative import delivery as say
from analysis.narrative import units as say_units


def about_plan(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """Which plan, with its aims."""
    if done.plan is None:
        return [say.about_plan(None, done.place, done.year, plans)]
    return [say.about_plan(done.plan, done.place, done.year, plans), say.aims(done.plan, plans)]


def volume(done: Delivered, units: pd.DataFrame) -> list[Block]:
    """How much was logged, and when."""
    said = say.volume(done.activities, done.below if len(done.below) else units, done.place, done.year)
    if done.activities.empty:
        return [said]
    monthly = delivery.activities_by_month(done.activities)
    return [said, charts.activities_by_month(monthly, done.activities, done.year)] if len(monthly) else [said]


def items(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """Item by item; nothing where there is no plan, a sentence where its items are not known."""
    progress, activities = done.progress, done.activities
    if done.plan is None:
        return []
    if progress.empty:
        return [say.items_unknown(done.plan, plans)]
    if activities.empty:
        return [say.items_without_log(progress), tables.plan_items(progress, activities)]
    blocks: list[Block | None] = [
        say.items_done(progress, activities),
        charts.plan_timeline(progress, activities),
        say.completion(progress, activities, say.as_of_note(done.as_of, done.year)),
        say.not_understood(progress),
        say.lateness(progress, activities),
        tables.plan_items(progress, activities),
    ]
    return [block for block in blocks if block is not None]


def channels_reach_and_cost(done: Delivered) -> list[Block]:
    """Channel mix, reach by kind, and cost where it is given."""
    activities = done.activities
    if activities.empty:
        return []
    costs = delivery.cost_by_channel(activities)
    return [
        charts.channel_mix(delivery.channel_mix(activities), activities, done.year),
        tables.reach(delivery.reach_by_kind(activities), activities),
        say.reach_gaps(delivery.unrecorded_reach(activities), activities),
        say.cost(costs, activities),
        *([tables.costs(costs, activities)] if len(costs) else []),
    ]


def units(done: Delivered) -> list[Block]:
    """Unit by unit and month by month: the coverage of each group, every unit in the annex, those without a log by name."""
    activities, below = done.activities, done.below
    if activities.empty:
        return []
    rests_on = provenance(below, activities)
    covered = delivery.coverage(activities, below, done.year, done.as_of)
    months = delivery.by_unit_month(activities, below, done.year, done.as_of)
    silent = done.silent
    return [
        say_units.by_unit(done.units, done.year, done.as_of, rests_on),
        coverage_chart.coverage(covered, below, activities, done.year, done.as_of),
        say.silence(silent, below, activities),
        *([tables.silent_units(silent, below, rests_on)] if len(silent) else []),
        tables.units_delivery(done.units, done.occasions, below, rests_on),
        tables.unit_months(months, below, rests_on),
    ]


def urging(done: Delivered) -> list[Block]:
    """What needs urging on, all rows in one table; nothing without the items of a plan or without a log: nothing could be held against it."""
    if done.plan is None or done.progress.empty or done.activities.empty:
        return []
    found = delivery.urging(done.progress, done.occasions, done.units, done.year, done.as_of)
    rests_on = provenance(done.below, done.activities, done.progress)
    said = say_units.urging(found, done.year, done.as_of, rests_on)
    return [said, tables.urging(found, done.plan["plan_number"], done.year, done.as_of, rests_on)] if len(found) else [said]
