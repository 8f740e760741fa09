"""Blocks of the uptake chapter that come from the log of dossiers: its account, and days to a result by channel."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import text, uptake
from analysis.blocks import Block, Provenance, provenance
from analysis.chapters.subject import Subject
from analysis.chapters.uptake import of_calendar_year, period_vi
from analysis.codes import DOSSIER_CHANNELS
from analysis.figures import uptake_dossiers as charts
from analysis.narrative import uptake_dossiers as say
from analysis.store import Tables
from analysis.tables import uptake_dossiers as tables
from analysis.uptake.alike import gap_alike
from analysis.uptake.shares import with_share

CHANNEL_ORDER = ("online", "counter", "post")
_COUNTS = ["received_count", "resolved_count", "due_count", "on_time_count"]


@dataclass(frozen=True)
class Dossiers:
    """What the log holds of a province's units in the months that had ended by the day of the report, and the account of its files.

    ``place`` is the province, ``year`` that of the report, ``log_end`` the last month of the log where that is after the day of the report.
    """

    cells: pd.DataFrame
    days: pd.DataFrame
    account: pd.DataFrame
    place: str
    year: int
    as_of: date = date.max
    log_end: str | None = None

    @property
    def of_year(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Cells and days of dossiers received in the year of the report."""
        return of_calendar_year(self.cells, self.year), of_calendar_year(self.days, self.year)


def dossiers_of(tables: Tables, subject: Subject, year: int) -> Dossiers:
    """The dossiers of a subject; everything empty where no log of its units is held."""
    every, days = (uptake.of_units(rows, subject.below) for rows in (tables.dossier_cells, tables.dossier_days))
    cells, days = (uptake.until(rows, subject.as_of) for rows in (every, days))
    account = tables.dossier_account
    held = account[account["source_id"].isin(cells["source_id"].unique())]
    log_end = str(every["period_month"].max()) if len(cells) < len(every) else None
    return Dossiers(cells, days, held, subject.place, year, subject.as_of, log_end)


def account(dossiers: Dossiers, facts: pd.DataFrame) -> list[Block]:
    """What became of every row of the log; where there is none, a sentence, which rests on what was published instead."""
    if dossiers.account.empty:
        return [say.no_log(dossiers.place, provenance(facts))]
    rests_on = provenance(dossiers.account)
    later = [say.later_log(dossiers.log_end, dossiers.as_of, rests_on)] if dossiers.log_end else []
    return [say.account(dossiers.account, rests_on), *later, tables.account(dossiers.account, rests_on)]


def days(dossiers: Dossiers) -> list[Block]:
    """Days to a result online and at the counter: the gap, by field among dossiers that are alike, and by channel."""
    cells, counted = dossiers.of_year
    if dossiers.cells.empty:
        return []
    if cells.empty:
        months = dossiers.cells["period_month"]
        return [say.no_dossiers(dossiers.place, dossiers.year, str(months.min()), str(months.max()), provenance(dossiers.cells))]
    rests_on, period = provenance(cells, counted), period_vi(cells)
    by_channel = _by_channel(cells, counted)
    title = f"Số ngày có kết quả theo kênh, hồ sơ tiếp nhận {period}, {dossiers.place}"
    return [
        say.gap(_one(uptake.channel_gap(counted, [])), _one(gap_alike(cells)), period, rests_on),
        *([said] if (said := say.on_time(by_channel, rests_on)) else []),
        tables.by_channel(by_channel, title, rests_on),
        *_by_field(cells, dossiers.place, period, rests_on),
    ]


def _one(rows: pd.DataFrame) -> pd.Series:
    """The only row of a measure taken over everything; without rows, one of missing values."""
    return rows.iloc[0] if len(rows) else pd.Series(pd.NA, index=rows.columns)


def _by_channel(cells: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """One row a channel, online first: sums of cells with on-time shares, and days from the counts of days."""
    sums = _summed(cells, ["channel"])
    both = sums.merge(uptake.days_by_channel(counted, []), on="channel", how="left", validate="one_to_one")
    order = both["channel"].map({channel: place for place, channel in enumerate(CHANNEL_ORDER)})
    named = both.assign(channel_vi=both["channel"].map(DOSSIER_CHANNELS).map(text.sentence_case), place=order)
    return named.sort_values("place", ignore_index=True)


def _summed(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Counts added over both regimes: results and days do not rest on how levels are labelled."""
    sums = cells.groupby(by, observed=True, sort=True)[_COUNTS].sum(skipna=False).reset_index()
    return with_share(sums, "on_time_count", "due_count", 0.95, "on_time")


def _by_field(cells: pd.DataFrame, place: str, period: str, rests_on: Provenance) -> list[Block]:
    """Fields with dossiers of both channels: a chart of those with enough to tell, and all of them by name."""
    sums = _summed(cells, ["field_vi", "channel"])
    online, counter = (sums[sums["channel"] == channel].set_index("field_vi") for channel in ("online", "counter"))
    alike = gap_alike(cells, ["field_vi"]).set_index("field_vi")
    fields = sorted(set(online.index) & set(counter.index) & set(alike.index), key=text.sort_key)
    if not fields:
        return []
    listed = alike.loc[fields].reset_index()
    told = listed[listed["gap_days"].notna() & (listed["alike_dossiers_count"] >= uptake.SMALL_DENOMINATOR)]
    title = f"Chênh lệch số ngày và tỷ lệ đúng hạn theo lĩnh vực, hồ sơ tiếp nhận {period}"
    table = tables.by_field(online.loc[fields], counter.loc[fields], listed, title, rests_on)
    return [charts.gap_by_field(told, place, period, rests_on), table] if len(told) else [table]
