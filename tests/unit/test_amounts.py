"""Counts and money as offices write them: read where there is one reading, refused with the reason where there are two."""

import csv
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.amounts import LARGEST, REASONS, Amount, read_amount
from analysis.text import number

SEEN_FORMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "carry" / "number_formats.csv"
COUNTS = st.integers(min_value=0, max_value=LARGEST)


@pytest.mark.parametrize(
    ("written", "value", "is_approximate", "unit"),
    [
        ("17.270", 17_270, False, ""),
        ("17.270 lượt người", 17_270, False, "luot nguoi"),
        ("1500", 1_500, False, ""),
        ("0", 0, False, ""),
        ("02", 2, False, ""),
        ("02 lớp", 2, False, "lop"),
        ("09", 9, False, ""),
        ("1,5 ngàn", 1_500, False, ""),
        ("gần 1,5 ngàn", 1_500, True, ""),
        ("trên 800 lượt", 800, True, "luot"),
        ("hơn 40.156 lượt", 40_156, True, "luot"),
        ("Khoảng  trên 500", 500, True, ""),
        ("ước đạt 2 nghìn", 2_000, True, ""),
        ("xấp xỉ 300", 300, True, ""),
        ("~500", 500, True, ""),
        ("500 (ước tính)", 500, True, ""),
        ("100 người trở lên", 100, True, "nguoi"),
        ("500 tỷ đồng", 500_000_000_000, False, "dong"),
        ("1,2 tỉ", 1_200_000_000, False, ""),
        ("156 triệu đồng", 156_000_000, False, "dong"),
        ("156TRIỆU", 156_000_000, False, ""),
        ("156tr", 156_000_000, False, ""),
        ("1 tỷ 200 triệu đồng", 1_200_000_000, False, "dong"),
        ("1.500 ngàn đồng", 1_500_000, False, "dong"),
        ("1.500.000,00 đồng", 1_500_000, False, "dong"),
        ("2.623 m2", 2_623, False, "m2"),
        ("12 m²", 12, False, "m²"),
        ("12 tin.", 12, False, "tin"),
        ("17.270\u00a0lượt", 17_270, False, "luot"),
    ],
)
def test_an_amount_is_read_as_its_writer_meant_it(written, value, is_approximate, unit):
    assert read_amount(written) == Amount(value, is_approximate, unit)
    assert read_amount(unicodedata.normalize("NFD", written)) == Amount(value, is_approximate, unit)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("-5", "negative"),
        ("− 5", "negative"),
        ("(5)", "negative"),
        ("10-15", "range"),
        ("10 – 15 người", "range"),
        ("từ 10 đến 15", "range"),
        ("1,5", "fraction"),
        ("1,2345 ngàn", "fraction"),
        ("1,234", "comma_thousands"),
        ("4,000", "comma_thousands"),
        ("1,234,567", "comma_thousands"),
        ("1,500 triệu", "comma_thousands"),
        ("1.23", "misplaced_dot"),
        ("1.5 triệu", "misplaced_dot"),
        ("0.500", "misplaced_dot"),
        ("12.34.567", "misplaced_dot"),
        ("4,268.5", "mixed_separators"),
        ("1.234,567.8", "mixed_separators"),
        ("9" * 16, "too_large"),
        ("9.999.999 tỷ", "too_large"),
        ("nhiều", "not_a_number"),
        ("hàng nghìn", "not_a_number"),
        ("dưới 100", "not_a_number"),
        ("1 triệu rưỡi", "not_a_number"),
        ("5 trăm", "not_a_number"),
        ("150k", "not_a_number"),
        ("7/63", "not_a_number"),
        ("1 500", "not_a_number"),
        ("1tr5", "unscaled_tail"),
        ("1 triệu 5", "unscaled_tail"),
        ("2 tỷ 5", "unscaled_tail"),
        ("3 ngàn 5", "unscaled_tail"),
        ("1 triệu 200", "unscaled_tail"),
        ("1 tỷ 200 triệu 5", "unscaled_tail"),
        ("23,53%", "not_a_number"),
        ("2 tin, 3 bài", "not_a_number"),
        ("200 triệu 1 tỷ", "not_a_number"),
        ("=5+1", "not_a_number"),
        ("１２", "not_a_number"),
    ],
)
def test_what_is_no_single_whole_number_is_refused_with_its_reason(written, reason):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        read_amount(written)


def test_an_amount_keeps_how_it_was_written_and_is_no_other_for_it():
    assert read_amount(" 43  người ").written == "43 người"
    assert read_amount("43 người") == Amount(43, is_approximate=False, unit="nguoi")


@given(COUNTS)
def test_what_is_printed_is_read_back(value):
    assert read_amount(number(value)) == Amount(value, is_approximate=False)


@given(st.integers(0, 10**6), st.sampled_from([("ngàn", 10**3), ("triệu", 10**6), ("tỷ", 10**9)]))
def test_a_printed_decimal_of_a_scale_is_read_back(tenths, scale):
    word, factor = scale
    assert read_amount(f"gần {number(Decimal(tenths) / 10, 1)} {word}") == Amount(tenths * factor // 10, is_approximate=True)


@given(st.text() | st.text(alphabet="0123456789.,-– ()gầntrệu"))
def test_any_text_is_read_or_refused_with_a_known_reason(written):
    try:
        amount = read_amount(written)
    except ValueError as error:
        assert str(error) in REASONS  # noqa: PT017
    else:
        assert 0 <= amount.value <= LARGEST


@pytest.mark.skipif(not SEEN_FORMS.exists(), reason="the folder of shared research data is absent")
def test_the_approximate_and_scaled_forms_seen_on_official_pages_are_read():
    with SEEN_FORMS.open(encoding="utf-8-sig", newline="") as file:
        seen = {form.strip() for row in csv.DictReader(file) for form in row["text"].split(";")}
    meant = {
        "gần 1,5 ngàn": 1_500,
        "gần 100": 100,
        "trên 800 lượt": 800,
        "500 tỷ đồng": 500 * 10**9,
        "156 triệu đồng": 156 * 10**6,
        "02 kỳ": 2,
    }
    assert meant.keys() <= seen
    assert {form: read_amount(form).value for form in meant} == meant
