"""Blocks of the 766 index: where points are lost, and where more effort earns none."""

import pandas as pd

from analysis import qd766, text
from analysis.blocks import Block, Provenance, provenance
from analysis.chapters.subject import Subject
from analysis.contracts.uptake_schemas import QD766_ISSUED
from analysis.figures.qd766 import item_points
from analysis.narrative import qd766 as say
from analysis.store import Tables
from analysis.tables.qd766 import groups_table, items_table
from analysis.units import INDEX_VINTAGE, short_name


def by_group(tables: Tables, subject: Subject, province: str, year: int, of_units: pd.DataFrame) -> list[Block]:
    """The index of a province in the report year: from counts of the portal where there are any, else estimated from ``of_units``.

    A note alone for a year before the index, a sentence where there is nothing to count.
    """
    items = tables.qd766_items
    if items.empty:
        return []
    if year < QD766_ISSUED.year:
        return [say.before_decision(year, provenance(items))]
    counts = _counts_of(tables.qd766_counts, subject, province, year)
    scored, rests_on = _from_counts(counts, items) if len(counts) else _estimated(of_units, items, province, year)
    if not scored["score"].notna().any():
        return [say.nothing_counted(subject.place, year, provenance(items))]
    period = period_vi(scored, year)
    checked = _formula_check(tables, subject, items)
    untargeted = frozenset(items.loc[items["target_pct"].isna(), "item"].astype(str))
    listed_on = rests_on | provenance(tables.qd766_counts) if checked else rests_on
    return [
        say.known_points(scored, subject.place, period, rests_on),
        item_points(scored, subject.place, period, rests_on),
        say.costliest(scored, rests_on),
        say.no_more_to_earn(scored, rests_on),
        *say.not_estimated(scored, rests_on),
        groups_table(qd766.group_scores(scored), subject.place, period, rests_on),
        items_table(scored, subject.place, period, listed_on, untargeted, checked),
    ]


def _counts_of(counts: pd.DataFrame, subject: Subject, province: str, year: int) -> pd.DataFrame:
    """Counts of the province over the longest period within the year that had ended by the day of the report, the latest of equals."""
    own = counts[(counts["unit_code"] == province) & (counts["vintage"] == INDEX_VINTAGE)]
    ended = own["period_end_date"] <= pd.Timestamp(subject.as_of)
    within = own[ended & (own["period_start_date"].dt.year == year) & (own["period_end_date"].dt.year == year)]
    if within.empty:
        return within
    days = (within["period_end_date"] - within["period_start_date"]).dt.days
    longest = within[days == days.max()]
    return longest[longest["period_end_date"] == longest["period_end_date"].max()]


def _from_counts(counts: pd.DataFrame, items: pd.DataFrame) -> tuple[pd.DataFrame, Provenance]:
    return qd766.scores(counts, items), provenance(counts, items)


def _estimated(of_units: pd.DataFrame, items: pd.DataFrame, province: str, year: int) -> tuple[pd.DataFrame, Provenance]:
    """An estimate over all units with monthly tables; of a year that mixes two regimes, its last regime only."""
    of_year = of_units[(of_units["period_month"].str[:4] == str(year)) & (of_units["period_month"] >= qd766.FIRST_MONTH)]
    last = of_year.loc[of_year["period_month"] == of_year["period_month"].max(), "regime"].min()
    used = of_year[(of_year["regime"] == last).fillna(False) & of_year["rate_key"].isin(items["rate_key"].dropna())]
    return qd766.scores(qd766.from_uptake(used, items, (province, INDEX_VINTAGE)), items), provenance(used, items)


def period_vi(scored: pd.DataFrame, year: int) -> str:
    """``năm 2024``, or the days where the period is not the whole year."""
    start, end = (pd.Timestamp(scored.iloc[0][name]) for name in ("period_start_date", "period_end_date"))
    if (start, end) == (pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)):
        return f"năm {year}"
    return f"từ {text.day(start)} đến {text.day(end)}"


def _formula_check(tables: Tables, subject: Subject, items: pd.DataFrame) -> str:
    """A note on the formula where counts of any unit, read by the day of the report, came with a printed score; else empty."""
    counts = tables.qd766_counts[tables.qd766_counts["period_end_date"] <= pd.Timestamp(subject.as_of)]
    checked = qd766.reproduced(qd766.group_scores(qd766.scores(counts, items)))
    if checked.empty:
        return ""
    units = tables.units
    listed = units[units["unit_code"].isin(checked["unit_code"])]
    names = {
        (str(code), str(vintage)): short_name(str(name))
        for code, vintage, name in listed[["unit_code", "vintage", "name_vi"]].itertuples(index=False)
    }
    return say.formula_check(checked, names)
