"""Blocks of the chapter on contribution: the graded answer first, then what stands side by side."""

from datetime import date

import pandas as pd

from analysis import tables as present
from analysis.blocks import Block, Provenance, provenance
from analysis.chapters.assess import activities_of, assess, log_behind, unit_months_of
from analysis.chapters.standing import history_provenance
from analysis.chapters.subject import Subject
from analysis.chapters.uptake import RATE_KEY
from analysis.events import events_for
from analysis.figures import outcomes as charts
from analysis.figures.uptake import event_marks
from analysis.narrative import outcomes as say
from analysis.panel import UnitMonths
from analysis.store import Tables

__all__ = ["RATE_KEY", "activities_of", "answers", "rests_on", "side_by_side", "unit_months_of", "within_province"]


def answers(tables: Tables, subject: Subject, plan: pd.Series | None, province: str, year: int) -> list[Block]:
    """For a year with a plan: what the evidence comes to. Uptake inside the province and the indices have chapters of their own."""
    if plan is None:
        return [say.not_applicable(year, provenance(tables.plans))]
    assessments = assess(tables, subject, province, year)
    return [say.headline(assessments, year), present.assessments(tuple(item.row() for item in assessments), say.all_sources(assessments))]


def rests_on(tables: Tables, histories: dict[str, pd.DataFrame], activities: pd.DataFrame, months: pd.DataFrame) -> Provenance:
    """Sources of scores, editions, dossiers and logged activities behind the chapter."""
    return history_provenance(histories.values(), months, activities, tables.index_editions)


def side_by_side(years: pd.DataFrame, histories: dict[str, pd.DataFrame], activities: pd.DataFrame, rests_on: Provenance) -> list[Block]:
    """Activities, uptake and standing by year, in one table and on charts that are not joined."""
    blocks: list[Block] = [present.province_years(years, histories, rests_on)]
    if years["activities_count"].notna().any():
        blocks.append(charts.activities_by_year(years, provenance(activities)))
    with_footing = [history[history["z_score"].notna() & history["edition_year"].isin(years["year"])] for history in histories.values()]
    scored = provenance(*with_footing)
    if scored.source_ids:
        blocks.append(charts.standing_by_year(years, histories, scored))
    return blocks


def within_province(joined: UnitMonths, tables: Tables, province: str, year: int) -> list[Block]:
    """Dose and rate of the same units by month up to the report year, with dated events, and what did not join."""
    months = joined.rows
    shown = months[months["period_month"].str[:4].astype(int) <= year]
    if shown.empty:
        return []
    rests_on = provenance(shown, log_behind(tables, shown))
    first = date.fromisoformat(f"{shown['period_month'].min()}-01")
    marks = event_marks(events_for(tables.events, province, first, date(year, 12, 31)))
    totals = shown.groupby(["period_month", "regime"])[["dose_count", "numerator_count", "denominator_count"]].sum().reset_index()
    totals["share"] = (totals["numerator_count"] / totals["denominator_count"]).astype(float)
    unmatched = joined.unmatched_dose[joined.unmatched_dose["period_month"].str[:4].astype(int) <= year]
    return [
        say.no_cause_from_timing(rests_on),
        charts.dose_by_month(totals, rests_on, marks),
        charts.rate_beside_dose(totals, rests_on, marks),
        *([say.unmatched_dose(unmatched, rests_on)] if len(unmatched) else []),
    ]
