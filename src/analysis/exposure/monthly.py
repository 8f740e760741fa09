"""Communication dose by unit and month from the activity log; officials are not the public."""

import pandas as pd

from analysis.delivery import DATED_TO_A_MONTH, OFFICIALS


def monthly_dose(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities for the public by unit and month; one row a (unit_code, vintage, period_month) with any.

    ``dose_count`` is a number of activities: one dated only to a quarter counts a third in each of its months,
    and ``spread_count`` says how much of the dose was spread so. Audience ``officials`` is left out.
    """
    public = activities[activities["audience"] != OFFICIALS]
    is_spread = ~public["date_precision"].isin(DATED_TO_A_MONTH)
    dated = public.loc[~is_spread, ["unit_code", "vintage"]].assign(period_month=public["start_date"].dt.strftime("%Y-%m"), dose_count=1.0)
    exploded = pd.concat([dated, _spread(public[is_spread])]).astype({"period_month": "string", "dose_count": float})
    exploded["spread_count"] = exploded["dose_count"].where(exploded["dose_count"] < 1, 0.0)
    dose = exploded.groupby(["unit_code", "vintage", "period_month"], observed=True)[["dose_count", "spread_count"]].sum()
    return dose.reset_index()


def _spread(activities: pd.DataFrame) -> pd.DataFrame:
    """Equal parts over the months from first to last day; one row an activity and month."""
    months = [
        [str(month) for month in pd.period_range(start, end, freq="M")]
        for start, end in zip(activities["start_date"], activities["end_date"], strict=True)
    ]
    rows = activities[["unit_code", "vintage"]].assign(period_month=months, dose_count=[1 / len(span) for span in months])
    return rows.explode("period_month")
