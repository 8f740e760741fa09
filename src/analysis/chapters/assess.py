"""Every outcome with the grade of its design, and the unit-month panel drawn beside it."""

from datetime import date

import pandas as pd

from analysis.chapters.asked import judged
from analysis.chapters.inside import inside_of
from analysis.chapters.subject import Subject
from analysis.chapters.uptake import RATE_KEY
from analysis.exposure import monthly_dose
from analysis.narrative.outcomes import Assessment
from analysis.panel import UnitMonths, reporting_units, unit_months
from analysis.store import Tables
from analysis.units import rows_of, units_below
from analysis.uptake import of_units, until


def assess(tables: Tables, subject: Subject, province: str, year: int) -> list[Assessment]:
    """Uptake inside the province, then the outcomes of the indices, each with the grade of its own chapter."""
    indices = [item.assessment() for item in judged(tables, subject, province, year, grade_only=True)]
    return [*inside_of(tables, subject, province, year, grade_only=True).assessments(), *indices]


def activities_of(tables: Tables, province: str, as_of: date) -> pd.DataFrame:
    """All logged activities of the province's units begun by ``as_of``; one row an activity."""
    below = units_below(tables.units, province)
    log = tables.activities
    return log[rows_of(log, below) & (log["start_date"] <= pd.Timestamp(as_of))].reset_index(drop=True)


def unit_months_of(tables: Tables, province: str, as_of: date) -> UnitMonths:
    """The unit-month panel of a province with the level of each unit, and the dose that met no uptake."""
    below = units_below(tables.units, province)
    activities = activities_of(tables, province, as_of)
    return unit_months(until(of_units(tables.uptake, below), as_of), monthly_dose(activities), RATE_KEY, reporting_units(activities))


def log_behind(tables: Tables, months: pd.DataFrame) -> pd.DataFrame:
    """The activity log where unit-months exist, otherwise no rows of it."""
    return tables.activities if len(months) else tables.activities.head(0)
