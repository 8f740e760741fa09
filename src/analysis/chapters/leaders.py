"""The leaders' page: at most five findings of the year, and one chart."""

from datetime import date
from itertools import islice

import pandas as pd

from analysis import delivery, uptake
from analysis.blocks import Block, Finding, Sentence, provenance
from analysis.chapters import delivery as delivery_chapter
from analysis.chapters import standing as standing_chapter
from analysis.chapters import uptake as uptake_chapter
from analysis.chapters.assess import assess, unit_months_of
from analysis.narrative import outcomes as say_outcomes
from analysis.store import Tables
from analysis.units import province_name, units_below

MAX_FINDINGS = 5
STANDING_FINDINGS = 2  # of the four indices, those published for the province in the year, in the order of the list


def page(tables: Tables, histories: dict[str, pd.DataFrame], province: str, year: int, as_of: date) -> list[Block]:
    """Findings in the order of the report's questions; a plain sentence where a question has no data yet."""
    place = province_name(tables.units, province)
    blocks = [
        *_delivery(tables, province, year, place, as_of),
        *_standing(tables, histories, place, year),
        *_uptake(tables, province, year, place, as_of),
    ]
    findings = [block for block in blocks if isinstance(block, Finding)]
    said: list[Block] = [*findings[: MAX_FINDINGS - 1], _contribution(tables, histories, province, year, as_of)]
    if not findings:
        said = list(islice((block for block in blocks if isinstance(block, Sentence)), MAX_FINDINGS))
    return [*said, *standing_chapter.rank_overview(histories, place, year)]


def _delivery(tables: Tables, province: str, year: int, place: str, as_of: date) -> list[Block]:
    """One finding: completion where it can be told, else how much was logged."""
    below = units_below(tables.units, province)
    activities = delivery.activities_of_year(tables.activities, below, year, as_of)
    plan = delivery.plan_of_year(tables.plans, province, year)
    items = delivery.items_of_plan(tables.plan_items, plan)
    if len(items) and len(activities):
        progress = delivery.item_progress(items, activities, below)
        found = delivery_chapter.items(plan, progress, activities, tables.plans)
        return list(islice((block for block in found if isinstance(block, Finding)), 1))
    return delivery_chapter.volume(activities, below, place, year, tables.units)[:1]


def _standing(tables: Tables, histories: dict[str, pd.DataFrame], place: str, year: int) -> list[Block]:
    found = [
        standing_chapter.one_index(index, history, tables.index_noise, place, year, tables.index_editions)[0] for index, history in histories.items()
    ]
    ranked = [block for block in found if isinstance(block, Finding)]
    return [*ranked[-STANDING_FINDINGS:], *(block for block in found if not isinstance(block, Finding))]


def _uptake(tables: Tables, province: str, year: int, place: str, as_of: date) -> list[Block]:
    of_units = uptake.until(uptake.of_units(tables.uptake, units_below(tables.units, province)), as_of)
    return uptake_chapter.province_rate(of_units, place, year, uptake_chapter.RATE_KEY, tables.uptake_facts)[:1]


def _contribution(tables: Tables, histories: dict[str, pd.DataFrame], province: str, year: int, as_of: date) -> Block:
    if delivery.plan_of_year(tables.plans, province, year) is None:
        return say_outcomes.not_applicable(year, provenance(tables.plans))
    return say_outcomes.headline(assess(tables, histories, unit_months_of(tables, province, as_of).rows, province, year), year)
