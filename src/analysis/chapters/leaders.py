"""The leaders' page: at most five findings of the year, one small table and one chart."""

import pandas as pd

from analysis import delivery, uptake
from analysis.blocks import Block, Finding, Sentence, provenance
from analysis.chapters import standing as standing_chapter
from analysis.chapters import uptake as uptake_chapter
from analysis.chapters.assess import assess, unit_months_of
from analysis.chapters.closing import first_step
from analysis.chapters.subject import Subject
from analysis.narrative import delivery as say_delivery
from analysis.narrative import outcomes as say_outcomes
from analysis.narrative import standing as say_standing
from analysis.store import Tables


def page(tables: Tables, histories: dict[str, pd.DataFrame], subject: Subject, province: str, year: int) -> list[Block]:
    """One finding a question of the report, a plain sentence where a question has no data yet, then table and chart."""
    rests_on = standing_chapter.history_provenance(histories.values(), tables.index_editions)
    return [
        _delivery(tables, subject, province, year),
        say_standing.overview(histories, subject.place, year, rests_on),
        *_uptake(tables, subject, year),
        _contribution(tables, histories, subject, province, year),
        first_step(tables, subject, province, year),
        *standing_chapter.overview(histories, tables.index_editions, year),
        *standing_chapter.rank_overview(histories, subject.place, year),
    ]


def _delivery(tables: Tables, subject: Subject, province: str, year: int) -> Finding | Sentence:
    """Items, stated occasions and silent units where a plan and a log are held; otherwise how much was logged."""
    activities = delivery.activities_of_year(tables.activities, subject.below, year, subject.as_of)
    items = delivery.items_of_plan(tables.plan_items, delivery.plan_of_year(tables.plans, province, year))
    if items.empty or activities.empty:
        return say_delivery.volume(activities, subject.below if len(subject.below) else tables.units, subject.place, year)
    progress = delivery.item_progress(items, activities, subject.below, subject.as_of)
    silent = delivery.silent_units(activities, subject.below)
    return say_delivery.in_brief(progress, activities, silent, subject.below, say_delivery.as_of_note(subject.as_of, year))


def _uptake(tables: Tables, subject: Subject, year: int) -> list[Block]:
    of_units = uptake.until(uptake.of_units(tables.uptake, subject.below), subject.as_of)
    return uptake_chapter.province_rate(of_units, subject.place, year, uptake_chapter.RATE_KEY, tables.uptake_facts)


def _contribution(tables: Tables, histories: dict[str, pd.DataFrame], subject: Subject, province: str, year: int) -> Finding | Sentence:
    if delivery.plan_of_year(tables.plans, province, year) is None:
        return say_outcomes.not_applicable(year, provenance(tables.plans))
    months = unit_months_of(tables, province, subject.as_of).rows
    return say_outcomes.headline(assess(tables, histories, months, province, year), year)
