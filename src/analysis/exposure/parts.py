"""Activities laid out over the months in which they count."""

import numpy as np
import pandas as pd

from analysis.delivery import DATED_TO_A_MONTH
from analysis.periods import MONTHS_PER_YEAR


def monthly_parts(activities: pd.DataFrame) -> pd.DataFrame:
    """One row an activity and month, with the activity's columns; adds ``period_month``, ``part`` and ``is_spread``.

    An activity dated to a day or month counts wholly (``part`` 1) in the month in which it began, however long it ran; one dated only
    to a quarter or year counts in equal parts over its months. The parts of an activity sum to 1.
    """
    is_spread = (~activities["date_precision"].isin(DATED_TO_A_MONTH)).to_numpy(dtype=bool)
    first = _ordinals(activities["start_date"])
    months = np.where(is_spread, _ordinals(activities["end_date"]) - first + 1, 1)
    places = np.repeat(np.arange(len(activities)), months)
    later = np.arange(len(places)) - np.repeat(np.cumsum(months) - months, months)
    rows = activities.iloc[places].reset_index(drop=True)
    labels = pd.array([month_label(ordinal) for ordinal in first[places] + later], dtype="string")
    return rows.assign(period_month=labels, part=1 / months[places], is_spread=is_spread[places])


def month_label(ordinal: int) -> str:
    """Months counted from January of the year 0 as ``YYYY-MM``."""
    return f"{ordinal // MONTHS_PER_YEAR:04d}-{ordinal % MONTHS_PER_YEAR + 1:02d}"


def _ordinals(days: pd.Series) -> np.ndarray:
    return (MONTHS_PER_YEAR * days.dt.year + days.dt.month - 1).to_numpy(dtype=np.int64)
