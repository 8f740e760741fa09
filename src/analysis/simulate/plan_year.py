"""A year with an itemised plan: which occasions of each item took place, by whom and in which month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.simulate import magnitudes
from analysis.simulate.occasions import Habit, Occasion, local_occasions
from analysis.simulate.roster import Roster, Unit
from analysis.text import fold

GROUP_MARKS = {"so, ban": "department", "so ban": "department", "cap huyen": "district", "cap xa": "commune"}  # folded wording of plans
OFFICE_MARKS = ("van phong ubnd", "van phong uy ban")  # folded
OFFICIAL_MARKS = ("nghiep vu", "cbcc", "cong chuc", "can bo")  # folded wording of items meant for officials …
PUBLIC_MARKS = ("nguoi dan", "doanh nghiep", "to chuc, ca nhan")  # … unless the public is named too


@dataclass(frozen=True)
class Item:
    """One item of a plan with its leading units resolved; ``expected`` None = the plan states no count."""

    plan_number: str
    section: str
    stt: int
    channel: str
    months: pd.PeriodIndex
    expected: int | None
    is_open_ended: bool
    audience: str | None
    by_office: bool
    local_leads: tuple[Unit, ...]

    @property
    def is_year_round(self) -> bool:
        """Nothing can be late within the year."""
        return len(self.months) == 12

    def occasion(self, unit: Unit, month: pd.Period) -> Occasion:
        """An occasion of this item."""
        counted = self.expected is not None
        return Occasion(unit, month, self.channel, self.plan_number, self.section, self.stt, self.audience, counted)


def items_of_year(plan_items: pd.DataFrame, year: int, roster: Roster) -> list[Item]:
    """Items whose window starts in the year, by section and number."""
    of_year = plan_items[plan_items["window_start_date"].dt.year == year]
    records = of_year.sort_values(["plan_number", "section", "stt"]).to_dict("records")
    return [_item(record, roster) for record in records]


def _item(record: Mapping[str, object], roster: Roster) -> Item:
    title, leads, expected = fold(str(record["title_vi"])), str(record["lead_units_vi"]), record["expected_count"]
    return Item(
        plan_number=str(record["plan_number"]),
        section=str(record["section"]),
        stt=int(str(record["stt"])),
        channel=str(record["main_channel"]),
        months=pd.period_range(str(record["window_start_date"]), str(record["window_end_date"]), freq="M"),
        expected=None if pd.isna(expected) else int(str(expected)),
        is_open_ended=bool(record["is_open_ended"]),
        audience="officials" if _is_for_officials(title) else None,
        by_office=any(mark in fold(leads) for mark in OFFICE_MARKS),
        local_leads=local_leads(leads, roster),
    )


def _is_for_officials(folded_title: str) -> bool:
    names_public = any(mark in folded_title for mark in PUBLIC_MARKS)
    return not names_public and any(mark in folded_title for mark in OFFICIAL_MARKS)


def local_leads(leads_vi: str, roster: Roster) -> tuple[Unit, ...]:
    """Local units meant by the wording: whole groups (Các Sở, ban, ngành …) and departments named outright."""
    wording = fold(leads_vi)
    levels = {level for mark, level in GROUP_MARKS.items() if mark in wording}
    return tuple(unit for unit in roster.local_units if unit.level in levels or fold(unit.spoken_name) in wording)


def plan_year_occasions(
    rng: np.random.Generator, items: Sequence[Item], roster: Roster, habits: Mapping[str, Habit], months: pd.PeriodIndex
) -> Iterator[Occasion]:
    """All occasions of a plan year: items of the office, shared items with a count or a window, and daily practice."""
    for item in items:
        if item.by_office:
            yield from _office_occasions_of(rng, item, roster.office)
        yield from _local_occasions_of(rng, item, habits)
    running = [item for item in items if item.expected is None and item.is_year_round]
    scheduled = {item.channel for item in items if item.local_leads and item not in running}
    for habit in habits.values():
        for occasion in local_occasions(rng, habit, months):
            if occasion.channel not in scheduled:
                yield _attach(rng, occasion, running)


def _office_occasions_of(rng: np.random.Generator, item: Item, office: Unit) -> Iterator[Occasion]:
    if item.expected is not None:
        share = magnitudes.HELD_SHARE["office"]
        yield from (item.occasion(office, month) for month in _counted_months(rng, item, share))
    elif rng.random() >= magnitudes.ITEM_DROPPED_SHARE or item.is_year_round:
        yearly = magnitudes.OFFICE_ROWS_A_YEAR[item.channel]
        count = 1 + rng.poisson(max(0.0, yearly * len(item.months) / 12 - 1))
        yield from (item.occasion(office, month) for month in _window_months(rng, item, count))
    if item.is_open_ended:
        further = rng.integers(0, len(item.months), rng.poisson(magnitudes.FURTHER_OCCASIONS))
        yield from (item.occasion(office, month) for month in item.months[further])


def _local_occasions_of(rng: np.random.Generator, item: Item, habits: Mapping[str, Habit]) -> Iterator[Occasion]:
    """Shared items that are counted or bound to a window; year-round ones are met by daily practice."""
    if item.expected is None and item.is_year_round:
        return
    for unit in item.local_leads:
        if item.expected is not None:
            months = _counted_months(rng, item, magnitudes.HELD_SHARE["local"])
        else:
            months = _window_months(rng, item, int(rng.random() < magnitudes.LOCAL_WINDOW_SHARE))
        yield from (item.occasion(unit, month) for month in months if habits[unit.code].is_active(month))


def _counted_months(rng: np.random.Generator, item: Item, done_share: float) -> list[pd.Period]:
    """Months of the occasions that took place; each is due in its own equal part of the window."""
    expected, width = item.expected or 0, len(item.months)
    months = []
    for number in range(expected):
        first, last = number * width // expected, max(number * width // expected, (number + 1) * width // expected - 1)
        month = item.months[int(rng.integers(first, last + 1))]
        if rng.random() < magnitudes.LATE_SHARE:
            month = item.months[last] + int(rng.integers(1, magnitudes.LONGEST_DELAY_MONTHS + 1))
        if rng.random() < done_share and month.year == item.months[0].year:
            months.append(month)
    return months


def _window_months(rng: np.random.Generator, item: Item, count: int) -> list[pd.Period]:
    """Months of uncounted occasions; some come after the window, never after the year."""
    months = [item.months[position] for position in rng.integers(0, len(item.months), count)]
    delays = rng.integers(1, magnitudes.LONGEST_DELAY_MONTHS + 1, count)
    late = (rng.random(count) < magnitudes.LATE_WINDOW_SHARE) & (not item.is_year_round)
    delayed = [item.months[-1] + int(delay) if is_late else month for month, delay, is_late in zip(months, delays, late, strict=True)]
    return [month for month in delayed if month.year == item.months[0].year]


def _attach(rng: np.random.Generator, occasion: Occasion, running: Sequence[Item]) -> Occasion:
    """Log a practice row under a year-round item its unit leads: same channel first, else the same family (meeting or not)."""
    led = [item for item in running if occasion.unit in item.local_leads]
    same = [item for item in led if item.channel == occasion.channel]
    meeting = occasion.channel in magnitudes.MEETING_CHANNELS
    kin = same or [item for item in led if (item.channel in magnitudes.MEETING_CHANNELS) == meeting]
    choice, outside = rng.random(), rng.random() < magnitudes.OUTSIDE_PLAN_SHARE
    if outside or not kin:
        return occasion
    item = kin[int(choice * len(kin))]
    return replace(occasion, plan_number=item.plan_number, section=item.section, stt=item.stt, audience=item.audience if same else None)
