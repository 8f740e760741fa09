"""Days against a plan's windows, and occasions owed by a day, checked by hand on a calendar."""

from datetime import date

import pandas as pd
import pytest

from analysis.delivery.timing import due_date, months_begun, months_ended, owed_count, placement, possible_days, windows_of
from analysis.periods import parse_schedule

Q1_AND_Q3 = "2021-01-01/2021-03-31;2021-07-01/2021-09-30"


def make_item(
    phrase: str = "Quý II/2021", expected: int | None = None, kind: str = "window", window=("2021-04-01", "2021-06-30"), parts=pd.NA
) -> pd.Series:
    return pd.Series(
        {
            "time_phrase_vi": phrase,
            "schedule_kind": kind,
            "window_start_date": pd.Timestamp(window[0]),
            "window_end_date": pd.Timestamp(window[1]),
            "window_parts": parts,
            "expected_count": pd.NA if expected is None else expected,
            "period_months": parse_schedule(phrase, 2021).period_months or pd.NA,
        }
    )


def recurring(phrase: str, expected: int, window=("2021-01-01", "2021-12-31")) -> pd.Series:
    return make_item(phrase, expected, "recurring", window)


def placed(item: pd.Series, first: str, last: str | None = None, precision: str = "day") -> str:
    days = pd.DataFrame({"start_date": pd.to_datetime([first]), "end_date": pd.to_datetime([last or first]), "date_precision": [precision]})
    return placement(item, possible_days(days)).iloc[0]


@pytest.mark.parametrize(
    ("day", "where"),
    [("2021-03-31", "early"), ("2021-04-01", "inside"), ("2021-06-30", "inside"), ("2021-07-01", "late")],
)
def test_a_window_holds_its_first_and_last_day(day, where):
    assert placed(make_item(), day) == where


@pytest.mark.parametrize(("day", "where"), [("2021-03-31", "inside"), ("2021-05-15", "gap"), ("2021-07-01", "inside"), ("2021-10-01", "late")])
def test_a_day_between_the_pieces_of_a_window_lies_in_the_gap(day, where):
    item = make_item("Quý I, III", window=("2021-01-01", "2021-09-30"), parts=Q1_AND_Q3)
    assert windows_of(item) == [
        (pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-31")),
        (pd.Timestamp("2021-07-01"), pd.Timestamp("2021-09-30")),
    ]
    assert placed(item, day) == where


@pytest.mark.parametrize(
    ("first", "last", "precision", "where"),
    [
        ("2021-06-01", "2021-06-30", "month", "inside"),
        ("2021-06-01", "2021-06-01", "month", "inside"),
        ("2021-07-01", "2021-07-31", "month", "late"),
        ("2021-01-01", "2021-03-31", "quarter", "early"),
        ("2021-01-01", "2021-12-31", "year", "inside"),
    ],
)
def test_a_month_quarter_or_year_that_touches_the_window_is_inside(first, last, precision, where):
    assert placed(make_item(), first, last, precision) == where


def test_a_month_known_only_as_such_is_inside_a_window_that_ends_within_it():
    item = make_item("trước ngày 15/6", window=("2021-01-01", "2021-06-15"))
    assert placed(item, "2021-06-20") == "late"
    assert placed(item, "2021-06-01", "2021-06-30", "month") == "inside"


def test_work_that_runs_into_the_window_is_inside_it():
    assert placed(make_item(), "2021-03-20", "2021-04-02") == "inside"
    assert placed(make_item(), "2021-06-30", "2021-07-09") == "inside"


def test_what_is_done_on_demand_is_always_inside():
    assert placed(make_item("khi phát sinh", kind="on_demand"), "2021-12-01") == "inside"


@pytest.mark.parametrize(
    ("phrase", "expected", "day", "owed"),
    [
        ("01 kỳ/tháng", 12, date(2021, 1, 31), 0),
        ("01 kỳ/tháng", 12, date(2021, 2, 1), 1),
        ("01 kỳ/tháng", 12, date(2021, 8, 15), 7),
        ("01 kỳ/tháng", 12, date(2022, 1, 1), 12),
        ("01 kỳ/tháng", 12, date(2026, 11, 22), 12),
        ("02 kỳ/tháng và các bản tin chuyên đề", 24, date(2021, 8, 15), 14),
        ("Định kỳ 6 tháng/01 lần", 2, date(2021, 6, 30), 0),
        ("Định kỳ 6 tháng/01 lần", 2, date(2021, 7, 1), 1),
        ("01 lần/Quý", 4, date(2021, 8, 15), 2),
        ("02 lần/quý", 8, date(2021, 3, 31), 0),
        ("02 lần/quý", 8, date(2021, 4, 1), 2),
        ("3 lần/quý", 12, date(2021, 3, 1), 0),
        ("3 lần/quý", 12, date(2021, 8, 15), 6),
        ("hai tuần một lần", 26, date(2021, 2, 1), 2),
        ("02 lần/năm", 2, date(2021, 12, 31), 0),
        ("02 lần/năm", 2, date(2022, 1, 1), 2),
    ],
)
def test_only_occasions_whose_period_has_ended_are_owed(phrase, expected, day, owed):
    assert owed_count(recurring(phrase, expected), day) == owed


def test_a_count_for_a_window_is_owed_only_when_the_window_ends():
    item = recurring("02 cuộc trong Quý II", 2, ("2021-04-01", "2021-06-30"))
    assert [owed_count(item, day) for day in (date(2021, 6, 1), date(2021, 6, 30), date(2021, 7, 1))] == [0, 0, 2]


def test_a_recurrence_that_begins_in_march_owes_nothing_for_the_months_before():
    item = recurring("hằng tháng từ tháng 3", 10, ("2021-03-01", "2021-12-31"))
    assert [owed_count(item, day) for day in (date(2021, 3, 1), date(2021, 4, 1), date(2022, 1, 1))] == [0, 1, 10]


def test_the_next_occasion_is_due_on_the_last_day_of_its_period():
    item = recurring("Định kỳ 6 tháng/01 lần", 2)
    assert [due_date(item, done) for done in (0, 1)] == [pd.Timestamp("2021-06-30"), pd.Timestamp("2021-12-31")]
    assert pd.isna(due_date(item, 2))


def test_months_begin_on_their_first_day_and_have_ended_the_day_after_their_last():
    days = (date(2020, 12, 31), date(2021, 1, 1), date(2021, 6, 30), date(2021, 7, 1), date(2021, 12, 31), date(2022, 1, 1))
    assert [months_begun(2021, day) for day in days] == [0, 1, 6, 7, 12, 12]
    assert [months_ended(2021, day) for day in days] == [0, 0, 5, 6, 11, 12]
