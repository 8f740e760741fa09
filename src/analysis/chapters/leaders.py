"""The leaders' page: at most five findings of the year, one small table and one chart."""

from dataclasses import replace

import pandas as pd

from analysis import uptake
from analysis.blocks import Block, Finding, Sentence, provenance
from analysis.chapters import standing as standing_chapter
from analysis.chapters import uptake as uptake_chapter
from analysis.chapters.assess import assess
from analysis.chapters.closing import first_step
from analysis.chapters.delivered import Delivered
from analysis.chapters.subject import Subject
from analysis.narrative import delivery as say_delivery
from analysis.narrative import outcomes as say_outcomes
from analysis.narrative import standing as say_standing
from analysis.store import Tables


def page(tables: Tables, histories: dict[str, pd.DataFrame], subject: Subject, province: str, done: Delivered) -> list[Block]:
    """One finding a question of the report, a plain sentence where a question has no data yet, then table and chart."""
    year = done.year
    rests_on = standing_chapter.history_provenance(histories.values(), tables.index_editions)
    view = standing_chapter.view_of(tables, subject, province, year)
    return [
        _delivery(done, tables.units),
        say_standing.overview(histories, subject.place, year, rests_on, standing_chapter.verdicts_of(view)),
        *_uptake(tables, subject, year),
        _contribution(tables, subject, province, done),
        first_step(tables.plans, done),
        *standing_chapter.overview(view),
        *standing_chapter.rank_overview(histories, subject.place, year),
    ]


def _delivery(done: Delivered, units: pd.DataFrame) -> Finding | Sentence:
    """Items, stated occasions and silent units where a plan and a log are held; otherwise how much was logged."""
    if done.progress.empty or done.activities.empty:
        return say_delivery.volume(done.activities, done.below if len(done.below) else units, done.place, done.year, done.as_of)
    return say_delivery.in_brief(done.progress, done.activities, done.silent, done.below, done.year, done.as_of)


def _uptake(tables: Tables, subject: Subject, year: int) -> list[Block]:
    """The rate of the year with its change, and in the same finding the first units to help."""
    of_units = uptake.until(uptake.of_units(tables.uptake, subject.below), subject.as_of)
    said = uptake_chapter.province_rate(of_units, subject.place, year, uptake_chapter.RATE_KEY, tables.uptake_facts)
    first = uptake_chapter.first_to_help(of_units, subject.below, year, uptake_chapter.RATE_KEY)
    return [replace(block, text_vi=f"{block.text_vi} {first}".rstrip()) if isinstance(block, Finding) else block for block in said]


def _contribution(tables: Tables, subject: Subject, province: str, done: Delivered) -> Finding | Sentence:
    if done.plan is None:
        return say_outcomes.not_applicable(done.year, provenance(tables.plans))
    return say_outcomes.in_brief(assess(tables, subject, province, done.year), done.year)
