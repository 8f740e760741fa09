"""When and by whom something was done, before it has a date, a size and a title."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.simulate import magnitudes
from analysis.simulate.roster import Roster, Unit


@dataclass(frozen=True)
class Occasion:
    """One activity of one unit in one month; the plan fields stay empty outside any plan.

    ``is_counted`` marks an occasion of an item whose frequency the plan states: it counts exactly one.
    ``audience`` None leaves the audience to the channel.
    """

    unit: Unit
    month: pd.Period
    channel: str
    plan_number: str | None = None
    section: str | None = None
    stt: int | None = None
    audience: str | None = None
    is_counted: bool = False


@dataclass(frozen=True)
class Habit:
    """How a local unit communicates: from when (None = never), how much a month, and in which years it is silent."""

    unit: Unit
    onset: pd.Period | None
    rows_a_month: float
    silent_years: frozenset[int]

    def is_active(self, month: pd.Period) -> bool:
        """Whether the unit reports anything it does in the month."""
        return self.onset is not None and month >= self.onset and month.year not in self.silent_years


def draw_habits(rng: np.random.Generator, roster: Roster, months: pd.PeriodIndex) -> dict[str, Habit]:
    """Habits of all local units by code, with staggered onsets, so that an event study has not-yet-treated units."""
    return {unit.code: _draw_habit(rng, unit, months) for unit in roster.local_units}


def _draw_habit(rng: np.random.Generator, unit: Unit, months: pd.PeriodIndex) -> Habit:
    shape = magnitudes.UNIT_INTENSITY_SHAPE
    years = sorted(set(months.year))
    return Habit(
        unit=unit,
        onset=_draw_onset(rng, unit.level, months),
        rows_a_month=magnitudes.LOCAL_ROWS_A_MONTH[unit.level] * rng.gamma(shape) / shape,
        silent_years=frozenset(year for year in years if rng.random() < magnitudes.SILENT_YEAR_SHARE),
    )


def _draw_onset(rng: np.random.Generator, level: str, months: pd.PeriodIndex) -> pd.Period | None:
    kind, position = rng.random(), int(rng.integers(1, max(2, int(len(months) * magnitudes.LAST_ONSET_FRACTION))))
    never = magnitudes.NEVER_LOGS_SHARE[level]
    if kind < never:
        return None
    return months[0] if kind < never + magnitudes.STARTED_BEFORE_SHARE[level] else months[position]


def local_occasions(rng: np.random.Generator, habit: Habit, months: pd.PeriodIndex) -> Iterator[Occasion]:
    """What a local unit does of its own accord, in bursts (negative binomial counts a month)."""
    mix = magnitudes.LOCAL_CHANNEL_MIX[habit.unit.level]
    shape = magnitudes.BURST_SHAPE
    for month in months:
        count = rng.poisson(habit.rows_a_month * rng.gamma(shape) / shape)
        channels = [draw_weighted(rng, mix) for _ in range(count)]
        if habit.is_active(month):
            yield from (Occasion(habit.unit, month, channel) for channel in channels)


def office_occasions(rng: np.random.Generator, office: Unit, months: pd.PeriodIndex) -> Iterator[Occasion]:
    """What the province's office does in a year without an itemised plan."""
    for channel, yearly in magnitudes.OFFICE_ROWS_A_YEAR.items():
        for month in months[rng.integers(0, len(months), rng.poisson(yearly * len(months) / 12))]:
            yield Occasion(office, month, channel)


def is_cancelled(occasion: Occasion) -> bool:
    """Gatherings were forbidden while the province was closed."""
    return occasion.channel in magnitudes.MEETING_CHANNELS and str(occasion.month) in magnitudes.CLOSURE_MONTHS


def under_plan(rng: np.random.Generator, occasion: Occasion, plan_number: str, first_month: pd.Period) -> Occasion:
    """From the plan's first whole month on, most occasions name the plan of the year; a few name none."""
    outside = rng.random() < magnitudes.OUTSIDE_PLAN_SHARE
    return occasion if outside or occasion.month < first_month else replace(occasion, plan_number=plan_number)


def draw_weighted(rng: np.random.Generator, weights: dict[str, int]) -> str:
    """One key, with probability in proportion to its weight."""
    cumulative = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))]
