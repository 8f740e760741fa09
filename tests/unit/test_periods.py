"""Time phrases of plans: a window, and occasions only where the plan states a number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.periods import month_bounds, parse_schedule, quarter_bounds, year_bounds
from analysis.text import fold

YEAR = 2021
MONTHS_IN = {"tháng": 1, "quý": 3, "năm": 12}
COUNTS = st.integers(min_value=1, max_value=60)
PERIODS = st.sampled_from([(span, period) for period, months in MONTHS_IN.items() for span in (1, 2, 3, 4, 6, 12) if 12 % (span * months) == 0])
WORDS = ["Thường xuyên", "Trong", "năm", "Quý", "tháng", "tuần", "định kỳ", "lần", "kỳ", "số", "đợt", "cuộc", "buổi", "và các", "bản tin"]
MARKS = ["I", "II", "III", "IV", "2021", "13", "0", "6", "01", "02", "-", "–", "/", "  ", "\u200b", "\n"]
TOKENS = st.sampled_from(WORDS + MARKS)
PHRASES = st.text() | st.lists(TOKENS, max_size=9).map(" ".join) | st.lists(TOKENS, max_size=9).map("".join)


@given(PHRASES)
def test_no_phrase_crashes_and_every_window_lies_within_one_year(phrase):
    found = parse_schedule(phrase, YEAR)
    assert found.start <= found.end
    assert found.start.year == found.end.year
    assert (found.kind == "recurring") is (found.expected_count is not None)


def names_no_count(phrase: str) -> bool:
    """No digit, and no word that makes a period recur once each (``định kỳ``, ``hằng``, ``mỗi``, or a slash before an occasion)."""
    return not any(char.isdigit() for char in phrase) and not any(word in fold(phrase) for word in ("dinh ky", "hang", "moi", "/"))


@given(PHRASES.filter(names_no_count))
def test_a_phrase_without_a_count_states_no_occasions(phrase):
    assert parse_schedule(phrase, YEAR).expected_count is None


@given(COUNTS, PERIODS, st.sampled_from(["kỳ", "lần", "số", "đợt", "cuộc", "buổi"]))
def test_count_and_period_mean_the_same_in_either_order(count, period, occasion):
    span, unit = period
    count_first = parse_schedule(f"{count:02d} {occasion}/{span} {unit}", YEAR)
    period_first = parse_schedule(f"Định kỳ {span} {unit}/{count:02d} {occasion}", YEAR)
    assert count_first == period_first
    assert count_first.expected_count == 12 // (span * MONTHS_IN[unit]) * count


@pytest.mark.parametrize(
    ("phrase", "expected_count", "is_open_ended"),
    [
        ("01 kỳ/tháng", 12, False),
        ("Định kỳ 6 tháng/01 lần", 2, False),
        ("02 kỳ/tháng và các bản tin chuyên đề", 24, True),
        ("01 lần/Quý", 4, False),
        ("1 buổi/tuần", 52, False),
        ("ĐỊNH KỲ 6 THÁNG / 1 LẦN", 2, False),
        ("Ðịnh ky\u0300 quý/02 đợt", 8, False),
        ("Định kỳ 6 tháng", 2, False),
        ("Định kỳ hằng tháng", 12, False),
        ("Định kỳ hằng quý", 4, False),
    ],
)
def test_a_recurring_phrase_states_its_occasions_a_year(phrase, expected_count, is_open_ended):
    found = parse_schedule(phrase, YEAR)
    assert (found.kind, found.expected_count, found.is_open_ended) == ("recurring", expected_count, is_open_ended)


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("Quý II/2021", date(2021, 4, 1), date(2021, 6, 30)),
        ("Quý III-IV/2021", date(2021, 7, 1), date(2021, 12, 31)),
        ("quý i–iii", date(2021, 1, 1), date(2021, 9, 30)),
        ("Tháng 2/2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("Trong năm 2021", date(2021, 1, 1), date(2021, 12, 31)),
    ],
)
def test_a_window_has_bounds_and_no_count(phrase, start, end):
    found = parse_schedule(phrase, YEAR)
    assert (found.kind, found.start, found.end, found.expected_count) == ("window", start, end, None)


def test_continuous_work_spans_the_plan_year_and_states_no_count():
    found = parse_schedule("Thường xuyên", YEAR)
    assert (found.kind, found.start, found.end, found.expected_count) == ("continuous", *year_bounds(YEAR), None)


@pytest.mark.parametrize("phrase", ["Khi cần thiết", "Quý IV-II/2021", "Tháng 13", "0 kỳ/tháng", "01 kỳ/0 tháng", ""])
def test_a_phrase_outside_the_grammar_says_so(phrase):
    assert parse_schedule(phrase, YEAR).kind == "not_understood"


@pytest.mark.parametrize("phrase", ["Quý II/0000", "Trong năm 0000", "tháng 5/0000"])
def test_year_0_is_read_as_no_year_named(phrase):
    assert parse_schedule(phrase, YEAR) == parse_schedule(phrase.replace("0000", str(YEAR)), YEAR)


@pytest.mark.parametrize("phrase", ["{} kỳ/tháng", "Định kỳ {} tháng/01 lần", "Định kỳ 6 tháng/{} lần", "Quý II/{}", "tháng {}", "Trong năm {}"])
def test_a_number_longer_than_python_converts_breaks_nothing(phrase):
    assert parse_schedule(phrase.format("9" * 5000), YEAR).start == date(YEAR, 1, 1)


def test_calendar_bounds_know_leap_years():
    assert month_bounds(2024, 2) == (date(2024, 2, 1), date(2024, 2, 29))
    assert quarter_bounds(2021, 4) == (date(2021, 10, 1), date(2021, 12, 31))
