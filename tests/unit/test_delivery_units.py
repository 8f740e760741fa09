"""Units, months and groups in counts a reader can check by hand."""

from datetime import date

import pandas as pd

from analysis import delivery

YEAR, AUGUST = 2021, date(2021, 8, 15)
BELOW = (
    ("74-STP", "department", "74", "Sở Tư pháp"),
    ("718", "district", "74", "Thành phố Thủ Dầu Một"),
    ("719", "district", "74", "Huyện Bàu Bàng"),
    ("25741", "commune", "718", "Phường Hiệp Thành"),
    ("25744", "commune", "718", "Phường Phú Lợi"),
    ("25810", "commune", "719", "Xã Cây Trường"),
)


def make_below(**dates: str) -> pd.DataFrame:
    """Six units; ``dates`` give the last day of some, by the end of their code."""
    below = pd.DataFrame(BELOW, columns=["unit_code", "level", "parent_code", "label_vi"], dtype="string")
    ends = {code.removeprefix("to_"): pd.Timestamp(day) for code, day in dates.items()}
    return below.assign(
        vintage="63-tinh",
        name_vi=below["label_vi"],
        source_id="units",
        valid_from_date=pd.Series(pd.NaT, index=below.index, dtype="datetime64[ns]"),
        valid_to_date=pd.to_datetime(below["unit_code"].map(ends)).fillna(pd.Timestamp("2025-06-30")),
    )


def make_log(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Activities from (unit, first day, last day, precision) of item II.1.9."""
    return pd.DataFrame(
        {
            "unit_code": pd.array([row[0] for row in rows], dtype="string"),
            "start_date": pd.to_datetime([row[1] for row in rows]),
            "end_date": pd.to_datetime([row[2] for row in rows]),
            "date_precision": pd.array([row[3] for row in rows], dtype="string"),
            "plan_number": "1/KH-UBND",
            "plan_section": "II.1",
            "plan_stt": pd.array([9] * len(rows), dtype="Int64"),
        }
    )


def day(unit: str, on: str) -> tuple[str, str, str, str]:
    return unit, on, on, "day"


LOG = make_log(day("25741", "2021-02-03"), day("25741", "2021-04-30"), day("718", "2021-08-14"), ("74-STP", "2021-01-01", "2021-03-31", "quarter"))
OCCASIONS = pd.DataFrame(
    {
        "section": "II.1",
        "stt": [8, 9, 9],
        "unit_code": ["25741", "25741", "25744"],
        "owed_count": [1, 2, 2],
        "met_count": [1, 1, 0],
        "done_count": [3, 1, 0],
        "expected_count": 2,
    }
)


def units(as_of: date = AUGUST, log: pd.DataFrame = LOG) -> pd.DataFrame:
    return delivery.by_unit(log, OCCASIONS, make_below(), YEAR, as_of).set_index("unit_code")


def test_a_unit_has_its_activities_items_and_last_day_as_exactly_as_it_is_known():
    found = units()
    assert found["activities_count"].to_dict() == {"74-STP": 1, "718": 1, "719": 0, "25741": 2, "25744": 0, "25810": 0}
    assert found.loc["25741", ["items_count", "last_date", "last_precision"]].tolist() == [1, pd.Timestamp("2021-04-30"), "day"]
    assert found.loc["74-STP", "last_precision"] == "quarter"
    assert pd.isna(found.loc["719", "last_date"])


def test_occasions_of_two_items_are_not_added_but_the_items_met_are_counted():
    assert units().loc["25741", ["owed_items_count", "met_items_count"]].tolist() == [2, 1]
    assert units().loc["25744", ["owed_items_count", "met_items_count"]].tolist() == [1, 0]
    assert units().loc["25810", ["owed_items_count", "met_items_count"]].tolist() == [0, 0]


def test_silent_months_are_those_ended_since_the_last_activity():
    expected = {"74-STP": 4, "718": 0, "719": 7, "25741": 3, "25744": 7, "25810": 7}
    assert units()["silent_months_count"].to_dict() == expected
    assert units(date(2021, 5, 31)).loc["25741", "silent_months_count"] == 0
    assert units(date(2026, 11, 22)).loc[["718", "719"], "silent_months_count"].tolist() == [4, 12]


def test_the_last_day_of_a_unit_is_no_later_than_the_day_of_the_report():
    log = make_log(("718", "2021-08-10", "2021-08-20", "day"), ("719", "2021-07-01", "2021-09-30", "quarter"))
    assert units(log=log).loc[["718", "719"], "last_date"].tolist() == [pd.Timestamp(AUGUST)] * 2


def test_work_that_ends_in_the_next_year_leaves_no_silent_month():
    assert units(date(2022, 3, 1), make_log(("718", "2021-11-20", "2022-01-10", "day"))).loc["718", "silent_months_count"] == 0


def test_a_unit_is_silent_only_while_it_is_in_force():
    ended = delivery.by_unit(LOG, OCCASIONS, make_below(to_719="2021-04-30"), YEAR, AUGUST).set_index("unit_code")
    assert ended.loc[["719", "25810"], "silent_months_count"].tolist() == [4, 7]
    begun = delivery.by_unit(LOG, OCCASIONS, make_below().assign(valid_from_date=pd.Timestamp("2021-07-01")), YEAR, AUGUST).set_index("unit_code")
    assert begun.loc[["719", "25741", "718"], "silent_months_count"].tolist() == [1, 1, 0]


def test_without_a_log_or_without_units_there_are_no_counts():
    assert units(log=make_log())["activities_count"].sum() == 0
    assert delivery.by_unit(LOG, OCCASIONS, make_below().head(0), YEAR, AUGUST).empty


def test_a_month_that_has_not_begun_is_missing_and_not_zero():
    months = delivery.by_unit_month(LOG, make_below(), YEAR, AUGUST).set_index("unit_code")
    assert months.loc["25741", [1, 2, 3, 4]].tolist() == [0, 1, 0, 1]
    assert months.loc["718", 8] == 1
    assert months[[9, 10, 11, 12]].isna().all(axis=None)
    assert months["undated_count"].to_dict() == {"74-STP": 1, "718": 0, "719": 0, "25741": 0, "25744": 0, "25810": 0}


def covered(below: pd.DataFrame | None = None, as_of: date = AUGUST) -> dict[tuple[str, str], tuple[int, int]]:
    found = delivery.coverage(LOG, make_below() if below is None else below, YEAR, as_of)
    assert not found.duplicated(["group_code", "period"]).any()
    return {(row.group_code, row.period): (row.covered_count, row.units_count) for row in found.itertuples()}


def test_coverage_counts_the_communes_of_each_district_the_districts_and_the_departments():
    found = covered()
    assert {group: found[(group, "2021-02")] for group in ("718", "719", delivery.DISTRICTS, delivery.DEPARTMENTS)} == {
        "718": (1, 2),
        "719": (0, 1),
        delivery.DISTRICTS: (0, 2),
        delivery.DEPARTMENTS: (0, 1),
    }
    assert found[(delivery.DISTRICTS, "2021-08")] == (1, 2)
    assert ("718", "2021-09") not in found


def test_what_is_dated_only_to_a_quarter_counts_for_the_year_and_for_no_month():
    found = covered()
    assert found[(delivery.DEPARTMENTS, delivery.WHOLE_YEAR)] == (1, 1)
    assert all(found[(delivery.DEPARTMENTS, f"2021-{month:02d}")] == (0, 1) for month in range(1, 9))


def test_a_unit_counts_only_while_it_is_in_force():
    found = covered(make_below(to_25744="2021-03-31"))
    assert (found[("718", "2021-03")], found[("718", "2021-04")], found[("718", delivery.WHOLE_YEAR)]) == ((0, 2), (1, 1), (1, 2))
    gone = covered(make_below(to_25810="2021-01-31"))
    assert ("719", "2021-01") in gone
    assert ("719", "2021-02") not in gone
