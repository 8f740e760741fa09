"""Communication dose by unit and month from the activity log; officials are not the public."""

import pandas as pd

from analysis.delivery import OFFICIALS
from analysis.exposure.parts import monthly_parts


def monthly_dose(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities for the public by unit and month; one row a (unit_code, vintage, period_month) with any.

    ``dose_count`` is a number of activities: one dated only to a quarter counts a third in each of its months,
    and ``spread_count`` says how much of the dose was spread so. Audience ``officials`` is left out.
    """
    parts = monthly_parts(activities[activities["audience"] != OFFICIALS])
    counted = parts.assign(dose_count=parts["part"], spread_count=parts["part"].where(parts["is_spread"], 0.0))
    dose = counted.groupby(["unit_code", "vintage", "period_month"], observed=True)[["dose_count", "spread_count"]].sum()
    return dose.reset_index()
