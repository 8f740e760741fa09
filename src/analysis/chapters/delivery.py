"""Blocks of the delivery chapter; a year without a plan, a log or items gets a plain sentence in that place."""

from datetime import date

import pandas as pd

from analysis import delivery, tables
from analysis.blocks import Block, provenance
from analysis.chapters.delivered import Delivered
from analysis.figures import coverage as coverage_chart
from analysis.figures import delivery as charts
from analysis.narrative import delivery as say
from analysis.narrative import units as say_units
from analysis.units import MERGER_DAY


def about_plan(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """Which plan, with its aims."""
    if done.plan is None:
        return [say.about_plan(None, done.place, done.year, plans)]
    return [say.about_plan(done.plan, done.place, done.year, plans), say.aims(done.plan, plans)]


def volume(done: Delivered, units: pd.DataFrame) -> list[Block]:
    """How much was logged, and when; from 01/07/2025 on that these units are no more."""
    listed = done.below if len(done.below) else units
    blocks: list[Block] = [say.volume(done.activities, listed, done.place, done.year, done.as_of)]
    if min(done.as_of, date(done.year, 12, 31)) >= MERGER_DAY:
        blocks.append(say.units_ended(done.place, provenance(listed)))
    monthly = delivery.activities_by_month(done.activities, done.year, done.as_of)
    if monthly[["officials_count", "public_count"]].to_numpy().any():
        blocks.append(charts.activities_by_month(monthly, done.activities, done.year, done.as_of))
    return blocks


def items(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """Item by item; a sentence where there is no plan or its items are not known."""
    progress, activities = done.progress, done.booked
    over = delivery.is_over(done.year, done.as_of)
    if done.plan is None:
        return [say.nothing_to_hold_against(done.year, provenance(plans))]
    if progress.empty:
        return [say.items_unknown(done.plan, plans)]
    if activities.empty:
        return [say.items_without_log(progress), tables.plan_items(progress, activities, is_over=over)]
    blocks: list[Block | None] = [
        say.items_done(progress, activities),
        charts.plan_timeline(progress, activities, done.as_of),
        say.completion(progress, activities, done.year, done.as_of),
        say.not_understood(progress),
        say.lateness(progress, activities),
        tables.plan_items(progress, activities, is_over=over),
        say.beside_the_plan(progress, activities, done.plan, done.year),
    ]
    return [block for block in blocks if block is not None]


def channels_reach_and_cost(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """Channel mix, reach by kind, and cost where it is given."""
    activities = done.activities
    if activities.empty:
        return [say.no_log_for("kênh, mức tiếp cận và kinh phí", done.year, provenance(plans))]
    costs = delivery.cost_by_channel(activities)
    return [
        charts.channel_mix(delivery.channel_mix(activities), activities, done.year, done.as_of),
        tables.reach(delivery.reach_by_kind(activities), activities),
        say.reach_gaps(delivery.unrecorded_reach(activities), activities),
        say.cost(costs, activities),
        *([tables.costs(costs, activities)] if len(costs) else []),
    ]


def units(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """Unit by unit and month by month: the coverage of each group, every unit in the annex, those without a log by name."""
    activities, below, year, as_of, names_day = done.activities, done.below, done.year, done.as_of, done.names_day
    if activities.empty:
        return [say.no_log_for("từng đơn vị, từng tháng", year, provenance(plans))]
    rests_on = provenance(below, activities)
    covered = delivery.coverage(activities, below, year, as_of)
    months = delivery.by_unit_month(activities, below, year, as_of)
    silent = done.silent
    return [
        say_units.by_unit(done.units, year, as_of, rests_on),
        coverage_chart.coverage(covered, below, activities, year, as_of),
        say.silence(silent, below, activities),
        *([tables.silent_units(silent, names_day, rests_on)] if len(silent) else []),
        tables.units_delivery(done.units, done.occasions, names_day, rests_on),
        tables.unit_months(months, done.units, year, as_of, names_day, rests_on),
    ]


def urging(done: Delivered, plans: pd.DataFrame) -> list[Block]:
    """What needs urging on: by item and reason for the page, all rows for the workbooks; a sentence where nothing can be said."""
    if done.activities.empty:
        return [say_units.nothing_to_urge(done.year, provenance(plans))]
    found = delivery.urging(done.progress, done.occasions, done.units, done.year, done.as_of)
    rests_on = provenance(done.below, done.activities, done.progress)
    number = None if done.plan is None or done.progress.empty else str(done.plan["plan_number"])
    blocks: list[Block] = [] if number else [say_units.urging_without_items(done.year, provenance(plans))]
    blocks.append(say_units.urging(found, done.year, done.as_of, rests_on))
    if len(found):
        shown = (found, number, done.year, done.as_of, done.names_day, rests_on)
        blocks += [tables.urging_groups(*shown), tables.urging(*shown)]
    return blocks
