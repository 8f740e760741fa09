"""The joins lose nothing and invent nothing."""

import pandas as pd
import pytest

from analysis.panel import province_years, reporting_units, unit_months


def make_uptake(*months: str, unit: str = "718", regime: str = "levels_3_4") -> pd.DataFrame:
    columns = {
        "unit_code": unit,
        "vintage": "63-tinh",
        "period_month": list(months),
        "rate_key": "online_all",
        "regime": regime,
        "numerator_count": 20,
        "denominator_count": 100,
        "is_synthetic": True,
    }
    return pd.DataFrame(columns).astype({"numerator_count": "Int64", "denominator_count": "Int64", "is_synthetic": "boolean"})


def make_dose(*months: str, unit: str = "718", vintage: str = "63-tinh") -> pd.DataFrame:
    return pd.DataFrame({"unit_code": unit, "vintage": vintage, "period_month": list(months), "dose_count": 2.0, "spread_count": 0.5})


def make_reporting(*units: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(units) or [("718", 2021)], columns=["unit_code", "year"])


def make_history(**scores: float) -> pd.DataFrame:
    years = [int(year.removeprefix("y")) for year in scores]
    return pd.DataFrame({"edition_year": pd.array(years, dtype="Int64"), "score": list(scores.values()), "rank": 1, "z_score": 0.5})


def test_dose_joins_the_same_unit_and_month():
    rows = unit_months(make_uptake("2021-05", "2021-06"), make_dose("2021-06"), "online_all", make_reporting()).rows
    assert rows.set_index("period_month")["dose_count"].to_dict() == {"2021-05": 0.0, "2021-06": 2.0}
    assert rows.set_index("period_month")["spread_count"].to_dict() == {"2021-05": 0.0, "2021-06": 0.5}


def test_a_unit_that_sent_no_log_in_a_year_has_an_unknown_dose_and_not_zero():
    uptake = pd.concat([make_uptake("2020-05", "2021-05"), make_uptake("2021-05", unit="719")])
    rows = unit_months(uptake, make_dose(), "online_all", make_reporting(("718", 2021))).rows
    doses = {(row.unit_code, row.period_month): row.dose_count for row in rows.itertuples()}
    assert doses[("718", "2021-05")] == 0.0
    assert pd.isna(doses[("718", "2020-05")])
    assert pd.isna(doses[("719", "2021-05")])


def test_a_unit_reports_in_every_year_it_logged_anything():
    days = pd.to_datetime(["2020-05-01", "2021-01-01", "2021-12-31"])
    found = reporting_units(pd.DataFrame({"unit_code": ["718", "718", "718"], "start_date": days, "audience": "officials"}))
    assert found.values.tolist() == [["718", 2020], ["718", 2021]]


def test_dose_without_uptake_is_returned_apart_and_adds_no_row():
    dose = pd.concat([make_dose("2021-05"), make_dose("2021-05", unit="999"), make_dose("2021-05", vintage="34-tinh")])
    joined = unit_months(make_uptake("2021-05"), dose, "online_all", make_reporting())
    assert len(joined.rows) == 1
    assert joined.unmatched_dose[["unit_code", "vintage"]].values.tolist() == [["718", "34-tinh"], ["999", "63-tinh"]]
    assert joined.rows["dose_count"].sum() + joined.unmatched_dose["dose_count"].sum() == dose["dose_count"].sum()


def test_other_rate_keys_stay_out_of_the_panel():
    uptake = pd.concat([make_uptake("2021-05"), make_uptake("2021-05").assign(rate_key="bcci_in")])
    assert unit_months(uptake, make_dose(), "online_all", make_reporting()).rows["rate_key"].tolist() == ["online_all"]


def test_a_unit_month_that_stands_twice_is_refused():
    with pytest.raises(pd.errors.MergeError):
        unit_months(make_uptake("2021-05", "2021-05"), make_dose("2021-05"), "online_all", make_reporting())
    with pytest.raises(pd.errors.MergeError):
        unit_months(make_uptake("2021-05"), make_dose("2021-05", "2021-05"), "online_all", make_reporting())


def test_province_years_have_one_row_a_year_and_keep_gaps():
    activities = pd.DataFrame({"start_date": pd.to_datetime(["2021-01-01", "2021-05-01"])})
    table = province_years(activities, make_uptake("2021-05"), {"PAPI": make_history(y2020=40.762, y2021=47.178)}, [2020, 2021, 2022], "online_all")
    assert table["year"].tolist() == [2020, 2021, 2022]
    assert table["activities_count"].isna().tolist() == [True, False, True]
    assert table.loc[1, "activities_count"] == 2
    assert table.loc[1, "online_share"] == pytest.approx(0.2)
    assert table["PAPI score"].isna().tolist() == [False, False, True]
    assert table.loc[0, "PAPI score"] == 40.762


def test_a_year_under_two_regimes_has_no_share():
    uptake = pd.concat([make_uptake("2021-05", "2022-05"), make_uptake("2022-09", regime="decree_42"), make_uptake("2023-05", regime="decree_42")])
    activities = pd.DataFrame({"start_date": pd.to_datetime([])})
    shares = province_years(activities, uptake, {}, [2021, 2022, 2023], "online_all").set_index("year")["online_share"]
    assert shares.isna().to_dict() == {2021: False, 2022: True, 2023: False}
