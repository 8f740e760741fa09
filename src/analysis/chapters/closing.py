"""Blocks of the closing chapters: what to do next year, and how good the data are."""

import pandas as pd

from analysis import delivery, tables
from analysis.blocks import Block, Finding, Sentence, provenance
from analysis.chapters.standing import history_provenance
from analysis.chapters.subject import Subject
from analysis.narrative import quality as say
from analysis.store import Tables


def next_year(data: Tables, subject: Subject, province: str, year: int, histories: dict[str, pd.DataFrame]) -> list[Block]:
    """What to do and what to write down so that next year's report can answer more; each from a count of this year."""
    plan, progress, activities = _of_year(data, subject, province, year)
    silent = delivery.silent_units(activities, subject.below)
    lessons: list[Sentence | None] = [
        say.nothing_loaded(data.plans) if plan is None and activities.empty else None,
        say.unassigned_items(progress, activities) if progress is not None and len(activities) else None,
        say.weak_items(progress, activities) if progress is not None and len(activities) else None,
        say.urge(silent, subject.below, activities) if len(activities) and len(silent) else None,
        say.state_numbers(progress) if progress is not None else None,
        say.record_reach(delivery.unrecorded_reach(activities), activities) if len(activities) else None,
        say.stagger(data.plans) if plan is not None or len(activities) else None,
        say.missing_indices(histories, year, provenance(data.index_editions)),
    ]
    return [lesson for lesson in lessons if lesson is not None]


def first_step(data: Tables, subject: Subject, province: str, year: int) -> Finding | Sentence:
    """The most urgent thing to do, for the leaders' page."""
    plan, progress, activities = _of_year(data, subject, province, year)
    if activities.empty:
        return say.nothing_loaded(data.plans)
    return say.first_step(progress, delivery.silent_units(activities, subject.below), activities, has_plan=plan is not None)


def _of_year(data: Tables, subject: Subject, province: str, year: int) -> tuple[pd.Series | None, pd.DataFrame | None, pd.DataFrame]:
    """The plan of the year, the progress of its items (None where unknown) and the activities logged."""
    activities = delivery.activities_of_year(data.activities, subject.below, year, subject.as_of)
    plan = delivery.plan_of_year(data.plans, province, year)
    items = delivery.items_of_plan(data.plan_items, plan)
    return plan, delivery.item_progress(items, activities, subject.below, subject.as_of) if len(items) else None, activities


def quality(data: Tables, histories: dict[str, pd.DataFrame]) -> list[Block]:
    """Sources, what is invented, what was not used, and which editions are missing."""
    register = data.sources
    gaps = tables.index_gaps(histories, history_provenance(histories.values(), data.index_editions))
    return [
        say.synthetic_share(register),
        say.rows_account(register),
        tables.sources(register),
        *([gaps] if gaps.rows else []),
        tables.set_aside(data.set_aside),
    ]
