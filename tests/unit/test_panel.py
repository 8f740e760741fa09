"""The joins lose nothing and invent nothing."""

from functools import partial

import pandas as pd
import pytest

from analysis.exposure import commune_exposure, exposure_table, unit_exposure
from analysis.panel import inside_panel, province_years, reporting_units, unit_months
from analysis.units import units_below
from analysis.uptake import RatesNotComparable


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


# Inside the province

BELOW = pd.DataFrame(
    {
        "unit_code": ["718", "c1", "c2", "74-SNV"],
        "vintage": "63-tinh",
        "level": ["district", "commune", "commune", "department"],
        "parent_code": ["74", "718", "718", "74"],
    },
    dtype="string",
)


def make_exposure(*months: str, units: tuple[str, ...] = ("c1", "c2"), vintage: str = "63-tinh") -> pd.DataFrame:
    rows = [(unit, vintage, month) for unit in units for month in months]
    table = pd.DataFrame(rows, columns=["unit_code", "vintage", "period_month"], dtype="string")
    doses = pd.array(range(len(rows)), dtype="Float64")
    return table.assign(district_code="718", own_dose=doses, province_dose=1.0)


def both(*months: str) -> pd.DataFrame:
    return pd.concat([make_uptake(*months, unit="c1"), make_uptake(*months, unit="c2")])


def test_the_inside_panel_has_one_row_a_commune_and_month_with_counts_share_and_every_dose():
    joined = inside_panel(both("2021-05", "2021-06"), make_exposure("2021-05", "2021-06"), BELOW, rate_key="online_all")
    assert joined.rows[["unit_code", "period_month"]].values.tolist() == [[unit, month] for unit in ("c1", "c2") for month in ("2021-05", "2021-06")]
    assert joined.rows["share_pct"].tolist() == [20.0] * 4
    assert joined.rows["own_dose"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert joined.rows["district_code"].tolist() == ["718"] * 4
    assert (len(joined.unmatched_uptake), len(joined.unmatched_exposure), joined.notes_vi) == (0, 0, ())


def test_units_of_other_levels_stay_out_and_are_not_called_unmatched():
    uptake = pd.concat([both("2021-05"), make_uptake("2021-05", unit="718"), make_uptake("2021-05", unit="74-SNV")])
    joined = inside_panel(uptake, make_exposure("2021-05"), BELOW, rate_key="online_all")
    assert joined.rows["unit_code"].tolist() == ["c1", "c2"]
    assert joined.unmatched_uptake.empty


def test_uptake_of_unlisted_units_or_vintages_is_returned_apart_and_told():
    uptake = pd.concat([both("2021-05"), make_uptake("2021-05", unit="999"), make_uptake("2021-05", unit="c1").assign(vintage="34-tinh")])
    joined = inside_panel(uptake, make_exposure("2021-05"), BELOW, rate_key="online_all")
    assert len(joined.rows) == 2
    assert joined.unmatched_uptake[["unit_code", "vintage"]].values.tolist() == [["999", "63-tinh"], ["c1", "34-tinh"]]
    assert joined.notes_vi == ("2 dòng số liệu của 2 đơn vị không có trong danh mục nên để riêng.",)


def test_doses_of_units_without_uptake_are_returned_apart_and_told():
    exposure = pd.concat([make_exposure("2021-05"), make_exposure("2021-05", units=("c1",), vintage="34-tinh")])
    joined = inside_panel(make_uptake("2021-05", unit="c1"), exposure, BELOW, rate_key="online_all")
    assert joined.rows["unit_code"].tolist() == ["c1"]
    assert sorted(zip(joined.unmatched_exposure["unit_code"], joined.unmatched_exposure["vintage"], strict=True)) == [
        ("c1", "34-tinh"),
        ("c2", "63-tinh"),
    ]
    assert "không có số liệu hồ sơ nên để riêng" in joined.notes_vi[0]


def test_a_month_before_the_outcome_keeps_its_dose_and_has_no_outcome():
    joined = inside_panel(both("2021-05"), make_exposure("2021-04", "2021-05"), BELOW, rate_key="online_all")
    early = joined.rows[joined.rows["period_month"] == "2021-04"]
    assert early["own_dose"].tolist() == [0.0, 2.0]
    assert early[["share_pct", "denominator_count"]].isna().all(axis=None)
    assert early["district_code"].tolist() == ["718", "718"]
    assert joined.notes_vi == ("2 tháng của đơn vị chỉ có nhật ký, không có số liệu hồ sơ; giữ lại để biết hoạt động của các tháng trước.",)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [("denominator_count", 0, "mẫu số bằng 0"), ("numerator_count", pd.NA, "tử số bị ẩn hoặc để trống")],
)
def test_no_dossiers_or_a_hidden_count_give_no_share_and_are_told(column, value, told):
    uptake = both("2021-05").assign(**{column: pd.array([value, 100], dtype="Int64")})
    joined = inside_panel(uptake, make_exposure("2021-05"), BELOW, rate_key="online_all")
    assert joined.rows["share_pct"].isna().tolist() == [True, False]
    assert told in joined.notes_vi[0]


def test_an_unknown_dose_stays_unknown_and_is_told():
    exposure = make_exposure("2021-05").assign(own_dose=pd.array([None, 1], dtype="Float64"))
    joined = inside_panel(both("2021-05"), exposure, BELOW, rate_key="online_all")
    assert joined.rows["own_dose"].isna().tolist() == [True, False]
    assert "1 tháng của đơn vị không rõ số hoạt động" in joined.notes_vi[0]


def test_negative_controls_stand_beside_as_shares_and_missing_ones_stay_missing():
    uptake = pd.concat([both("2021-05"), make_uptake("2021-05", unit="c1").assign(rate_key="bcci_in", numerator_count=7)])
    rows = inside_panel(uptake, make_exposure("2021-05"), BELOW, rate_key="online_all", controls=("bcci_in",)).rows
    assert rows["bcci_in_pct"].fillna(-1).tolist() == [7.0, -1]


def test_a_rate_that_rests_on_levels_says_that_its_two_labellings_do_not_compare():
    uptake = pd.concat([both("2021-05"), make_uptake("2023-05", unit="c1", regime="decree_42")])
    told = inside_panel(uptake.assign(rate_key="toan_trinh"), make_exposure("2021-05", "2023-05"), BELOW, rate_key="toan_trinh").notes_vi
    assert any("hai giai đoạn không so được" in note for note in told)
    assert not any("giai đoạn" in note for note in inside_panel(uptake, make_exposure("2021-05"), BELOW, rate_key="online_all").notes_vi)


def test_an_unknown_rate_real_beside_synthetic_rows_and_doubled_rows_are_refused():
    with pytest.raises(RatesNotComparable, match="Không có tỷ lệ “online”"):
        inside_panel(both("2021-05"), make_exposure("2021-05"), BELOW, rate_key="online")
    mixed = pd.concat([both("2021-05"), make_uptake("2021-06", unit="c1").assign(is_synthetic=False).astype({"is_synthetic": "boolean"})])
    with pytest.raises(RatesNotComparable):
        inside_panel(mixed, make_exposure("2021-05"), BELOW, rate_key="online_all")
    with pytest.raises(pd.errors.MergeError):
        inside_panel(both("2021-05", "2021-05"), make_exposure("2021-05"), BELOW, rate_key="online_all")
    with pytest.raises(pd.errors.MergeError):
        inside_panel(both("2021-05"), make_exposure("2021-05", "2021-05"), BELOW, rate_key="online_all")


@pytest.mark.parametrize(("level", "units"), [("commune", 91), ("department", 20)])
def test_the_built_tables_join_whole(built, level, units):
    below, uptake = units_below(built.tables["units"], "74"), built.tables["uptake"]
    table = exposure_table(built.tables["activities"], below)
    exposure = (commune_exposure if level == "commune" else partial(unit_exposure, level=level))(table, below, uptake["period_month"])
    joined = inside_panel(uptake, exposure, below, rate_key="online_all", level=level, controls=("bcci_out",))
    of_level = uptake[(uptake["rate_key"] == "online_all") & uptake["unit_code"].isin(below.loc[below["level"] == level, "unit_code"])]
    assert (joined.rows["unit_code"].nunique(), len(joined.rows)) == (units, units * 72)
    assert joined.rows["numerator_count"].sum() == of_level["numerator_count"].sum()
    assert joined.rows["share_pct"].dropna().between(0, 100).all()
    assert (len(joined.unmatched_uptake), len(joined.unmatched_exposure)) == (0, 0)
