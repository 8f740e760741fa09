"""Blocks of the uptake chapter that come from the log of dossiers: its account, and days to a result by channel."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import text, uptake
from analysis.blocks import Block, Provenance, provenance
from analysis.chapters.subject import Subject
from analysis.chapters.uptake import of_calendar_year, period_vi
from analysis.codes import DOSSIER_CHANNELS
from analysis.events import events_for
from analysis.figures import uptake_dossiers as charts
from analysis.figures.uptake import event_marks
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

    ``place`` is the province, ``year`` that of the report.
    """

    cells: pd.DataFrame
    days: pd.DataFrame
    account: pd.DataFrame
    place: str
    year: int

    @property
    def of_year(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Cells and days of dossiers received in the year of the report."""
        return of_calendar_year(self.cells, self.year), of_calendar_year(self.days, self.year)


def dossiers_of(tables: Tables, subject: Subject, year: int) -> Dossiers:
    """The dossiers of a subject; everything empty where no log of its units is held."""
    cells, days = (uptake.until(uptake.of_units(rows, subject.below), subject.as_of) for rows in (tables.dossier_cells, tables.dossier_days))
    account = tables.dossier_account
    return Dossiers(cells, days, account[account["source_id"].isin(cells["source_id"].unique())], subject.place, year)


def account(dossiers: Dossiers, facts: pd.DataFrame) -> list[Block]:
    """What became of every row of the log; where there is none, a sentence, which rests on what was published instead."""
    if dossiers.account.empty:
        return [say.no_log(dossiers.place, provenance(facts))]
    rests_on = provenance(dossiers.account)
    return [say.account(dossiers.account, rests_on), tables.account(dossiers.account, rests_on)]


def days(dossiers: Dossiers, events: pd.DataFrame, province: str) -> list[Block]:
    """Days to a result online and at the counter: the gap, by channel, by month, and by field among dossiers that are alike."""
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
        *_by_month(dossiers, events, province),
        *_by_field(cells, f"Chênh lệch số ngày và tỷ lệ đúng hạn theo lĩnh vực, hồ sơ tiếp nhận {period}", rests_on),
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


def _by_month(dossiers: Dossiers, events: pd.DataFrame, province: str) -> list[Block]:
    """Days by month up to the end of the report year; nothing where no month has enough results in both channels."""
    until = dossiers.days[dossiers.days["period_month"] <= f"{dossiers.year}-12"]
    monthly = uptake.days_by_channel(until, ["period_month"])
    medians = monthly.pivot(index="period_month", columns="channel", values="q50").reindex(columns=["online", "counter"])
    both = medians.dropna()
    if both.empty:
        return []
    sooner, later = int((both["online"] < both["counter"]).sum()), int((both["online"] > both["counter"]).sum())
    title = f"Tính chung mọi lĩnh vực, trung vị của hồ sơ trực tuyến sớm hơn trong {sooner}/{len(both)} tháng, muộn hơn trong {later} tháng"
    first = date.fromisoformat(f"{both.index.min()}-01")
    marks = event_marks(events_for(events, province, first, date(dossiers.year, 12, 31)))
    return [charts.days_by_month(monthly, until, title, dossiers.place, marks)]


def _by_field(cells: pd.DataFrame, title: str, rests_on: Provenance) -> list[Block]:
    """Fields with dossiers of both channels, by name."""
    sums = _summed(cells, ["field_vi", "channel"])
    online, counter = (sums[sums["channel"] == channel].set_index("field_vi") for channel in ("online", "counter"))
    alike = gap_alike(cells, ["field_vi"]).set_index("field_vi")
    fields = sorted(set(online.index) & set(counter.index) & set(alike.index), key=text.sort_key)
    if not fields:
        return []
    return [tables.by_field(online.loc[fields], counter.loc[fields], alike.loc[fields].reset_index(), title, rests_on)]
