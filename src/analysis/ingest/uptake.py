"""Monthly dossier counts of units, as offices keep them (one column a count), to one row a rate with both its counts."""

import pandas as pd

from analysis.rates import RATES

IDENTITY_COLUMNS = ("unit_code", "vintage", "period_month", "regime", "is_synthetic", "source_id")
WINDOW = ("period_start_date", "period_end_date")


def to_rates(monthly: pd.DataFrame, basis: str) -> pd.DataFrame:
    """One row a rate key for every row of a typed monthly table that holds both its counts; the index repeats the monthly row.

    A count that is not held makes no row: what an office does not count is not 0. Counts of a table without its own window are of
    the whole calendar month. ``basis`` says what the counts were taken from.
    """
    identity = _with_window(monthly)[[*IDENTITY_COLUMNS, *WINDOW]].assign(basis=basis).astype({"basis": "string"})
    rates = [
        identity.assign(rate_key=key, numerator_count=monthly[rate.numerator], denominator_count=monthly[rate.denominator])
        for key, rate in RATES.items()
        if rate.numerator in monthly and rate.denominator in monthly
    ]
    every = pd.concat(rates).astype({"rate_key": "string"})
    return every[every["numerator_count"].notna() & every["denominator_count"].notna()]


def _with_window(monthly: pd.DataFrame) -> pd.DataFrame:
    if WINDOW[0] in monthly:
        return monthly
    months = pd.to_datetime(monthly["period_month"], format="%Y-%m", errors="coerce")
    ends = months + pd.offsets.MonthEnd(0)
    return monthly.assign(period_start_date=months.astype("datetime64[us]"), period_end_date=ends.astype("datetime64[us]"))
