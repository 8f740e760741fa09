"""Communication dose by unit and month from the activity log; officials are not the public."""

import pandas as pd

from analysis.delivery import OFFICIALS


def monthly_dose(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities for the public by unit and month; one row a (unit_code, vintage, period_month) with any.

    ``dose_count`` is a number of activities: one dated only to a quarter counts a third in each of its months,
    and ``spread_count`` says how much of the dose was spread so. Audience ``officials`` is left out.
    """
    public = activities[activities["audience"] != OFFICIALS]
    months = [pd.period_range(start, end, freq="M") for start, end in zip(public["start_date"], public["end_date"], strict=True)]
    spans = [1 if precision in ("day", "month") else len(span) for precision, span in zip(public["date_precision"], months, strict=True)]
    rows = public[["unit_code", "vintage"]].assign(
        period_month=[[str(month) for month in span[:length]] for span, length in zip(months, spans, strict=True)],
        dose_count=[1 / length for length in spans],
    )
    exploded = rows.explode("period_month").astype({"period_month": "string", "dose_count": float})
    exploded["spread_count"] = exploded["dose_count"].where(exploded["dose_count"] < 1, 0.0)
    dose = exploded.groupby(["unit_code", "vintage", "period_month"], observed=True)[["dose_count", "spread_count"]].sum()
    return dose.reset_index()
