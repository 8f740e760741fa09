"""Days as offices write them: day first, periods with their precision, the impossible refused with the reason."""

import unicodedata
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import codes, text
from analysis.delivery import possible_days
from analysis.exposure import monthly_dose
from analysis.written_days import REASONS, WrittenDay, read_day

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def one(year: int, month: int, day: int) -> WrittenDay:
    return WrittenDay(date(year, month, day), date(year, month, day), "day")


def span(first: date, last: date, precision: str = "day") -> WrittenDay:
    return WrittenDay(first, last, precision)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24/12/2020", one(2020, 12, 24)),
        ("9/12/2019", one(2019, 12, 9)),
        ("14-4-2021", one(2021, 4, 14)),
        ("24.12.2020", one(2020, 12, 24)),
        ("05-07-2021", one(2021, 7, 5)),
        ("ngày 24 tháng 12 năm 2020", one(2020, 12, 24)),
        ("Ngày 24 tháng 12/2020", one(2020, 12, 24)),
        ("15-07-2020 | 19:23", one(2020, 7, 15)),
        ("28/11/2022 15:29", one(2022, 11, 28)),
        ("8h30 ngày 24/12/2020", one(2020, 12, 24)),
        ("08:00, 24/12/2020", one(2020, 12, 24)),
        ("2021-04-14", one(2021, 4, 14)),
        ("2021-04-14T10:00:00", one(2021, 4, 14)),
        ("2021-04-14 00:00:00", one(2021, 4, 14)),
        ("Thứ 7, ngày 27/04/2024", one(2024, 4, 27)),
        ("Thứ bảy, 27/04/2024", one(2024, 4, 27)),
        ("Chủ nhật, ngày 28/4/2024", one(2024, 4, 28)),
        ("T7 27/04/2024", one(2024, 4, 27)),
        ("29/02/2020", one(2020, 2, 29)),
        ("tháng 5/2021", span(date(2021, 5, 1), date(2021, 5, 31), "month")),
        ("tháng 02 năm 2020", span(date(2020, 2, 1), date(2020, 2, 29), "month")),
        ("05/2021", span(date(2021, 5, 1), date(2021, 5, 31), "month")),
        ("từ tháng 4 đến tháng 6/2021", span(date(2021, 4, 1), date(2021, 6, 30), "month")),
        ("Quý II/2021", span(date(2021, 4, 1), date(2021, 6, 30), "quarter")),
        ("quý 4 năm 2021", span(date(2021, 10, 1), date(2021, 12, 31), "quarter")),
        ("6 tháng đầu năm 2021", span(date(2021, 1, 1), date(2021, 6, 30), "quarter")),
        ("06 tháng đầu năm 2021", span(date(2021, 1, 1), date(2021, 6, 30), "quarter")),
        ("sáu tháng cuối năm 2021", span(date(2021, 7, 1), date(2021, 12, 31), "quarter")),
        ("9 tháng đầu năm 2021", span(date(2021, 1, 1), date(2021, 9, 30), "quarter")),
        ("3 tháng cuối năm 2021", span(date(2021, 10, 1), date(2021, 12, 31), "quarter")),
        ("nửa đầu năm 2021", span(date(2021, 1, 1), date(2021, 6, 30), "quarter")),
        ("trong nửa cuối năm 2021", span(date(2021, 7, 1), date(2021, 12, 31), "quarter")),
        ("năm 2021", span(date(2021, 1, 1), date(2021, 12, 31), "year")),
        ("từ 05/5 đến 07/5/2021", span(date(2021, 5, 5), date(2021, 5, 7))),
        ("từ ngày 05 đến ngày 07 tháng 5 năm 2021", span(date(2021, 5, 5), date(2021, 5, 7))),
        ("05-07/5/2021", span(date(2021, 5, 5), date(2021, 5, 7))),
        ("15-07-2020 - 17-07-2020", span(date(2020, 7, 15), date(2020, 7, 17))),
        ("28/12/2020 đến 03/01/2021", span(date(2020, 12, 28), date(2021, 1, 3))),
    ],
)
def test_a_written_day_is_read_day_first_with_its_precision(written, meant):
    assert read_day(written) == meant
    assert read_day(unicodedata.normalize("NFD", f"  {written.upper()} ")) == meant


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "empty"),
        ("sắp tới", "not_a_date"),
        ("2021", "not_a_date"),
        ("05-07/2021", "not_a_date"),
        ("đầu tháng 5/2021", "not_a_date"),
        ("6 tháng năm 2021", "not_a_date"),
        ("5 tháng đầu năm 2021", "not_a_date"),
        ("đầu năm 2021", "not_a_date"),
        ("6 tháng đầu năm", "no_year"),
        ("31/4/2021", "impossible_day"),
        ("29/02/2021", "impossible_day"),
        ("12/24/2020", "impossible_day"),
        ("tháng 13/2021", "impossible_day"),
        ("00/00/0000", "impossible_day"),
        ("24/12", "no_year"),
        ("tháng 5", "no_year"),
        ("24/12/20", "short_year"),
        ("07/5/2021 đến 05/5/2021", "end_before_start"),
        ("30/12 - 02/01/2021", "end_before_start"),
        ("Thứ 6, ngày 27/04/2024", "weekday_differs"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(written, reason):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        read_day(written)


@pytest.mark.parametrize(("written", "months"), [("6 tháng đầu năm 2021", 6), ("9 tháng đầu năm 2021", 9), ("nửa cuối năm 2021", 6)])
def test_a_part_of_a_year_keeps_its_days_in_delivery_and_is_spread_over_its_months(written, months):
    found = read_day(written)
    row = {"unit_code": "1", "vintage": "63-tinh", "audience": "citizens", "date_precision": found.precision}
    activity = pd.DataFrame([row | {"start_date": pd.Timestamp(found.start), "end_date": pd.Timestamp(found.end)}])
    assert possible_days(activity).iloc[0].tolist() == [pd.Timestamp(found.start), pd.Timestamp(found.end)]
    dose = monthly_dose(activity)
    assert len(dose) == months
    assert dose["dose_count"].tolist() == pytest.approx([1 / months] * months)


def test_a_missing_year_is_taken_only_from_the_one_given():
    assert read_day("24/12", default_year=2020) == one(2020, 12, 24)
    assert read_day("05-07/5", default_year=2021) == span(date(2021, 5, 5), date(2021, 5, 7))
    assert read_day("tháng 5", default_year=2021).precision == "month"
    assert read_day("24/12/2019", default_year=2021) == one(2019, 12, 24)


@given(DAYS)
def test_what_is_printed_is_read_back(day):
    assert read_day(text.day(day)) == read_day(day.isoformat()) == span(day, day)


@given(DAYS, DAYS)
def test_a_printed_span_is_read_back(first, last):
    first, last = sorted((first, last))
    assert read_day(f"từ {text.day(first)} đến {text.day(last)}") == span(first, last)


@given(st.text() | st.text(alphabet="0123456789/-. :tháng năm quýIVđế"))
def test_any_text_is_a_span_in_order_or_refused_with_a_known_reason(written):
    try:
        found = read_day(written)
    except ValueError as error:
        assert str(error) in REASONS  # noqa: PT017
    else:
        assert found.start <= found.end
        assert found.precision in codes.DATE_PRECISIONS
