"""The joins: what was said beside what was measured, in one province-year and one unit-month table."""

from dataclasses import dataclass

import pandas as pd

from analysis.uptake import rates


@dataclass(frozen=True)
class UnitMonths:
    """The unit-month panel and what did not join. ``rows``: one row a (unit_code, vintage, period_month) with uptake."""

    rows: pd.DataFrame
    unmatched_dose: pd.DataFrame


def unit_months(uptake: pd.DataFrame, dose: pd.DataFrame, rate_key: str, reporting: pd.DataFrame) -> UnitMonths:
    """Monthly counts of one rate with the communication dose of the same unit and month.

    A month without a logged activity has dose 0 only where the unit logged anything in that year (``reporting``: one row
    a (unit_code, year)); a unit that sent no log has an unknown dose, NA. Dose of units or months without uptake is
    returned apart.
    """
    outcome = uptake[uptake["rate_key"] == rate_key]
    key = ["unit_code", "vintage", "period_month"]
    joined = outcome.merge(dose, on=key, how="outer", validate="one_to_one", indicator=True)
    unmatched = joined[joined["_merge"] == "right_only"][[*key, "dose_count", "spread_count"]].reset_index(drop=True)
    rows = joined[joined["_merge"] != "right_only"].drop(columns="_merge")
    reports = set(zip(reporting["unit_code"], reporting["year"].astype(int), strict=True))
    years = rows["period_month"].str[:4].astype(int)
    is_reporting = pd.Series([pair in reports for pair in zip(rows["unit_code"], years, strict=True)], index=rows.index, dtype=bool)
    for column in ("dose_count", "spread_count"):
        rows[column] = rows[column].astype("Float64").mask(rows[column].isna() & is_reporting, 0.0)
    return UnitMonths(rows.sort_values(key).reset_index(drop=True), unmatched)


def reporting_units(activities: pd.DataFrame) -> pd.DataFrame:
    """One row a (unit_code, year) with any logged activity, whoever it was for."""
    return activities[["unit_code"]].assign(year=activities["start_date"].dt.year).drop_duplicates().reset_index(drop=True)


def province_years(
    activities: pd.DataFrame, uptake: pd.DataFrame, histories: dict[str, pd.DataFrame], years: list[int], rate_key: str
) -> pd.DataFrame:
    """One row a year: activities logged, the online rate and, by index, score, rank and within-year z of the composite.

    Columns ``year``, ``activities_count`` (NA for a year without any log), ``online_share``, and for each index
    ``<index> score``, ``<index> rank``, ``<index> z_score``. Missing stays NA.
    """
    table = pd.DataFrame({"year": pd.array(years, dtype="Int64")})
    logged = activities["start_date"].dt.year.value_counts()
    table["activities_count"] = table["year"].map(logged).astype("Int64")
    table["online_share"] = table["year"].map(_yearly_share(uptake, rate_key)).astype("Float64")
    for index, history in histories.items():
        by_year = history.set_index("edition_year")
        for column in ("score", "rank", "z_score"):
            table[f"{index} {column}"] = table["year"].map(by_year[column])
    return table


def _yearly_share(uptake: pd.DataFrame, rate_key: str) -> pd.Series:
    """Share by year, only for years that lie wholly within one regime; a mixed year is left out."""
    with_year = uptake.assign(year=uptake["period_month"].str[:4].astype(int))
    yearly = rates(with_year, rate_key, ["year"])
    whole = yearly.groupby("year")["regime"].transform("size") == 1
    return yearly[whole].set_index("year")["share"]
