"""What was delivered of a year's plan, measured once for every chapter that speaks of it."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import delivery
from analysis.chapters.subject import Subject
from analysis.store import Tables


@dataclass(frozen=True)
class Delivered:
    """A province's year up to a day: its plan (None without one), the activities logged, and both measured item by item and unit by unit.

    ``activities`` began in the year; ``booked`` are these and what was booked on the plan after it, against which items are held.
    ``progress`` is ``delivery.item_progress`` (empty where the items are not known), ``occasions`` ``delivery.occasions_by_unit``,
    ``units`` ``delivery.by_unit`` for all units ``below``.
    """

    place: str
    year: int
    as_of: date
    names_day: date
    below: pd.DataFrame
    plan: pd.Series | None
    activities: pd.DataFrame
    booked: pd.DataFrame
    progress: pd.DataFrame
    occasions: pd.DataFrame
    units: pd.DataFrame

    @property
    def silent(self) -> pd.DataFrame:
        """Units that logged nothing."""
        return delivery.silent_units(self.activities, self.below)


def delivered_of(tables: Tables, subject: Subject, province: str, year: int) -> Delivered:
    """Measure the delivery of a year from the store's tables."""
    plan = delivery.plan_of_year(tables.plans, province, year)
    activities = delivery.activities_of_year(tables.activities, subject.below, year, subject.as_of)
    items = delivery.items_of_plan(tables.plan_items, plan)
    booked = delivery.activities_of_plan(tables.activities, subject.below, year, plan, subject.as_of)
    occasions = delivery.occasions_by_unit(items, booked, subject.below, subject.as_of)
    return Delivered(
        subject.place,
        year,
        subject.as_of,
        subject.names_day,
        subject.below,
        plan,
        activities,
        booked,
        delivery.item_progress(items, booked, subject.below, subject.as_of),
        occasions,
        delivery.by_unit(activities, occasions, subject.below, year, subject.as_of),
    )
