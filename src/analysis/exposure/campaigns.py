"""When each commune first spoke to the public."""

import pandas as pd

from analysis.exposure.table import PUBLIC

STARTED, ALREADY_RUNNING, AFTER_SILENCE, NEVER, NO_LOG = "started", "already_running", "after_silence", "never", "no_log"


def first_campaigns(exposure: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """First month with a public activity; one row a commune, ordered by ``unit_code``.

    ``exposure`` is an ``exposure_table``. ``first_month`` (YYYY-MM) is NA for a commune without any; ``is_spread`` tells that the
    first activity is dated only to a quarter or year, whose first month is taken; ``status`` is

    - ``started``: it logged in every year of the log up to that month, and not in the log's first month;
    - ``already_running``: the first month is the first of the whole log, so that when it really began is not known;
    - ``after_silence``: it sent no log in an earlier year of the log, in which it may have begun;
    - ``never``: the commune logged, but nothing for the public;
    - ``no_log``: it sent no log, so whether it ever began is not known.

    ``first_months`` is the mapping that the event study takes.
    """
    communes = below.loc[below["level"] == "commune", ["unit_code", "vintage"]].sort_values("unit_code").reset_index(drop=True)
    public = exposure[(exposure["audience_group"] == PUBLIC) & exposure["unit_code"].isin(communes["unit_code"])]
    by_month = public.groupby(["unit_code", "period_month"], observed=True)[["dose_count", "spread_count"]].sum().reset_index()
    first = by_month.sort_values("period_month").drop_duplicates("unit_code").set_index("unit_code")
    months = communes["unit_code"].map(first["period_month"]).astype("string")
    is_spread = communes["unit_code"].isin(first.index[first["spread_count"] >= first["dose_count"]])
    return communes.assign(first_month=months, is_spread=is_spread, status=_status(communes["unit_code"], months, exposure))


def first_months(campaigns: pd.DataFrame) -> pd.Series:
    """First month (YYYY-MM) by unit code; communes without any left out."""
    return campaigns.dropna(subset=["first_month"]).set_index("unit_code")["first_month"]


def _status(units: pd.Series, months: pd.Series, exposure: pd.DataFrame) -> pd.Series:
    log_begins = str(exposure["period_month"].min())
    logged = exposure.assign(year=exposure["period_month"].str[:4].astype("Int64"))[["unit_code", "year"]].drop_duplicates()
    begun = months.str[:4].astype("Int64")
    until = logged.merge(pd.DataFrame({"unit_code": units, "begun": begun}), on="unit_code", validate="many_to_one")
    years_logged = until[until["year"] <= until["begun"]].groupby("unit_code").size()
    years_passed = begun - int(log_begins[:4]) + 1 if len(exposure) else begun
    is_silent = (units.map(years_logged).astype("Int64") < years_passed).fillna(False).astype(bool)
    status = pd.Series(STARTED, index=units.index, dtype="string").mask(is_silent, AFTER_SILENCE)
    status = status.mask((months == log_begins).fillna(False).astype(bool), ALREADY_RUNNING)
    return status.mask(months.isna(), NEVER).mask(~units.isin(exposure["unit_code"]), NO_LOG)
