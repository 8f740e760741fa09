"""Communication dose: activities for the public, by unit and month."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.exposure import monthly_dose

LAST_DAYS = {"day": "2021-02-10", "month": "2021-02-28", "quarter": "2021-03-31", "year": "2021-12-31"}
FIRST_DAYS = {"day": "2021-02-10", "month": "2021-02-01", "quarter": "2021-01-01", "year": "2021-01-01"}


def make_activities(*precisions: str, audience: str = "citizens", unit: str = "718") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_code": unit,
            "vintage": "63-tinh",
            "audience": audience,
            "start_date": pd.to_datetime([FIRST_DAYS[precision] for precision in precisions]),
            "end_date": pd.to_datetime([LAST_DAYS[precision] for precision in precisions]),
            "date_precision": list(precisions),
        }
    )


def test_activities_of_one_month_add_up_without_any_spreading():
    assert monthly_dose(make_activities("day", "day", "month")).values.tolist() == [["718", "63-tinh", "2021-02", 3.0, 0.0]]


def test_an_activity_dated_to_a_quarter_counts_a_third_in_each_of_its_months():
    dose = monthly_dose(make_activities("quarter", "day")).set_index("period_month")
    assert dose["dose_count"].to_dict() == pytest.approx({"2021-01": 1 / 3, "2021-02": 4 / 3, "2021-03": 1 / 3})
    assert dose["spread_count"].to_dict() == pytest.approx(dict.fromkeys(["2021-01", "2021-02", "2021-03"], 1 / 3))


def test_activities_for_officials_are_no_dose_for_the_public():
    assert monthly_dose(make_activities("day", audience="officials")).empty


def test_an_audience_of_officials_and_citizens_counts():
    assert monthly_dose(make_activities("day", audience="mixed"))["dose_count"].tolist() == [1.0]


def test_a_dated_activity_over_two_months_counts_once_in_the_month_it_began():
    activities = make_activities("day").assign(end_date=pd.Timestamp("2021-03-05"))
    assert monthly_dose(activities)[["period_month", "dose_count"]].values.tolist() == [["2021-02", 1.0]]


def test_units_and_vintages_are_kept_apart():
    activities = pd.concat([make_activities("day"), make_activities("day", unit="719"), make_activities("day").assign(vintage="34-tinh")])
    assert monthly_dose(activities)[["unit_code", "vintage", "dose_count"]].values.tolist() == [
        ["718", "34-tinh", 1.0],
        ["718", "63-tinh", 1.0],
        ["719", "63-tinh", 1.0],
    ]


@given(st.lists(st.sampled_from(sorted(LAST_DAYS)), min_size=1, max_size=8))
def test_spreading_keeps_the_total_number_of_activities(precisions):
    dose = monthly_dose(make_activities(*precisions))
    assert dose["dose_count"].sum() == pytest.approx(len(precisions))
    assert dose["spread_count"].sum() == pytest.approx(sum(precision in ("quarter", "year") for precision in precisions))
    assert not dose.duplicated(["unit_code", "vintage", "period_month"]).any()
