"""Blocks of the closing chapters: what to do next year, and how good the data are."""

from datetime import date

import pandas as pd

from analysis import delivery, tables
from analysis.blocks import Block, provenance
from analysis.narrative import quality as say
from analysis.store import Tables
from analysis.units import units_below


def next_year(data: Tables, province: str, year: int, histories: dict[str, pd.DataFrame], as_of: date) -> list[Block]:
    """What next year's plan and data should have so that this report can answer more."""
    below = units_below(data.units, province)
    activities = delivery.activities_of_year(data.activities, below, year, as_of)
    plan = delivery.plan_of_year(data.plans, province, year)
    items = delivery.items_of_plan(data.plan_items, plan)
    progress = delivery.item_progress(items, activities, below) if len(items) else None
    blocks: list[Block] = [*say.plan_lessons(progress, delivery.unrecorded_reach(activities), activities, data.plans)]
    missing = say.missing_indices(histories, year, provenance(data.index_editions))
    return [*blocks, missing] if missing else blocks


def quality(data: Tables, histories: dict[str, pd.DataFrame]) -> list[Block]:
    """Sources, what is invented, what was set aside, and which editions are missing."""
    register = data.sources
    scored = [history[history["source_id"].notna()] for history in histories.values()]
    gaps = tables.index_gaps(histories, provenance(data.index_editions, *scored))
    return [
        say.synthetic_share(register),
        say.rows_account(register),
        tables.sources(register),
        *([gaps] if gaps.rows else []),
        tables.set_aside(data.set_aside),
    ]
