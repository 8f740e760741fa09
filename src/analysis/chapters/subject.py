"""Whom and when a chapter is about, as every notebook opens it."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.store import Tables
from analysis.units import province_name, units_below


@dataclass(frozen=True)
class Subject:
    """A province and its units (``below``: departments, districts, communes; ``place`` its spoken name) up to a day."""

    place: str
    below: pd.DataFrame
    as_of: date


def subject_of(tables: Tables, province: str, as_of: str) -> Subject:
    """The subject of a report. Raises ``UnknownUnit`` for a code that is no province of the 63."""
    return Subject(province_name(tables.units, province), units_below(tables.units, province), date.fromisoformat(as_of))
