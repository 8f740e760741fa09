"""Time phrases of plans: a window, and occasions only where the plan states a number."""

import re
import unicodedata
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.periods import Schedule, month_bounds, parse_schedule, quarter_bounds, year_bounds
from analysis.text import fold

YEAR = 2021
MONTHS_IN = {"tháng": 1, "quý": 3, "năm": 12}
OCCASIONS = st.sampled_from(["kỳ", "lần", "số", "đợt", "cuộc", "buổi", "lớp", "phiên", "hội nghị"])
COUNTS = st.integers(min_value=1, max_value=60)
PERIODS = st.sampled_from([(span, period) for period, months in MONTHS_IN.items() for span in (1, 2, 3, 4, 6, 12) if 12 % (span * months) == 0])
WORDS = ["Thường xuyên", "Trong", "năm", "Quý", "tháng", "tuần", "ngày", "định kỳ", "hằng", "lần", "kỳ", "số", "cuộc", "và", "và các", "bản tin"]
BORDERS = ["trước", "đến", "từ", "chậm nhất", "đầu", "cuối", "khi có yêu cầu", "đột xuất", "một", "hai", "mười hai", "ít nhất", "tối đa"]
MARKS = ["I", "II", "III", "IV", "2021", "2020", "13", "0", "6", "01", "02", "30/6", "31/02/2021", "-", "–", "/", ",", "  ", "\u200b", "\n"]
TOKENS = st.sampled_from(WORDS + BORDERS + MARKS)
PHRASES = st.text() | st.lists(TOKENS, max_size=9).map(" ".join) | st.lists(TOKENS, max_size=9).map("".join)
GRAMMAR = Path(__file__).resolve().parents[2] / "docs" / "time_phrases.md"


def documented() -> list[list[str]]:
    """Rows of the table in the grammar's page: phrase, kind, window, pieces, expected."""
    lines = [line for line in GRAMMAR.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def as_documented(found: Schedule) -> list[str]:
    def window(bounds: tuple[date, date]) -> str:
        return "–".join(f"{day:%d/%m}" for day in bounds)

    expected = "not stated" if found.expected_count is None else str(found.expected_count)
    parts = "; ".join(window(part) for part in found.parts)
    return [found.kind, window((found.start, found.end)), parts, expected + " and more" * found.is_open_ended]


@pytest.mark.parametrize(("phrase", "said"), [(row[0], row[1:]) for row in documented()], ids=lambda value: value if isinstance(value, str) else "")
def test_the_page_of_the_grammar_is_true(phrase, said):
    assert as_documented(parse_schedule(phrase, YEAR)) == said


def test_the_page_of_the_grammar_was_read():
    assert len(documented()) >= 60


@given(PHRASES)
def test_no_phrase_crashes_and_what_is_found_holds_together(phrase):
    found = parse_schedule(phrase, YEAR)
    assert found.start <= found.end
    assert (found.kind == "recurring") is (found.expected_count is not None)
    assert found.expected_count is None or found.expected_count > 0
    assert not found.is_open_ended or found.kind == "recurring"


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_pieces_fill_the_window_in_order_and_do_not_touch(months, random):
    shuffled = random.sample(months, len(months))
    found = parse_schedule("Tháng " + ", ".join(map(str, shuffled)), YEAR)
    pieces = found.parts or ((found.start, found.end),)
    assert (pieces[0][0], pieces[-1][1]) == (found.start, found.end) == (date(YEAR, min(months), 1), month_bounds(YEAR, max(months))[1])
    assert all(before[1] + timedelta(days=1) < after[0] for before, after in pairwise(pieces))
    assert len(found.parts) != 1
    assert {month for start, end in pieces for month in range(start.month, end.month + 1)} == set(months)


def names_no_count(phrase: str) -> bool:
    """No digit or number word, and no word that makes a period recur once each (``định kỳ``, ``hằng``, ``mỗi``, a slash before an occasion)."""
    silent = ("dinh ky", "hang", "moi", "cu", "/", "mot", "hai", "ba", "bon", "tu", "nam", "sau", "bay", "tam", "chin", "muoi")
    return not any(char.isdigit() for char in phrase) and not any(word in fold(phrase) for word in silent)


@given(PHRASES.filter(names_no_count))
def test_a_phrase_without_a_count_states_no_occasions(phrase):
    assert parse_schedule(phrase, YEAR).expected_count is None


@given(COUNTS, PERIODS, OCCASIONS)
def test_count_and_period_mean_the_same_in_any_order(count, period, occasion):
    span, unit = period
    named = f"{span} {unit}"
    orders = [
        f"{count:02d} {occasion}/{named}",
        f"{count} {occasion} mỗi {named}",
        f"Định kỳ {named}/{count:02d} {occasion}",
        f"{named} {count} {occasion}",
        f"mỗi {named} {count} {occasion}",
        f"Định kỳ {count} {occasion}/{named}",
    ]
    assert {parse_schedule(phrase, YEAR) for phrase in orders} == {parse_schedule(orders[0], YEAR)}
    assert parse_schedule(orders[0], YEAR).expected_count == 12 // (span * MONTHS_IN[unit]) * count


@given(COUNTS, PERIODS, OCCASIONS, st.sampled_from(["upper", "lower", "nfd", "spaces", "hang", "minimum"]))
def test_a_stated_number_never_changes_by_how_it_is_typed(count, period, occasion, manner):
    span, unit = period
    phrase = f"Định kỳ hằng {span} {unit}/{count:02d} {occasion}"
    typed = {
        "upper": phrase.upper(),
        "lower": phrase.lower(),
        "nfd": unicodedata.normalize("NFD", phrase),
        "spaces": re.sub(r"[ /]", lambda gap: f" {gap.group()}\u00a0 ", phrase),
        "hang": phrase.replace("hằng", "hàng"),
        "minimum": f"Ít nhất {count:02d} {occasion}/{span} {unit}",
    }[manner]
    assert parse_schedule(typed, YEAR) == parse_schedule(phrase, YEAR)


@given(COUNTS, COUNTS, st.sampled_from(["-", "–", " đến ", " hoặc "]), PERIODS, OCCASIONS)
def test_a_range_of_counts_states_no_number(low, high, joint, period, occasion):
    assert parse_schedule(f"{low}{joint}{high} {occasion}/{period[0]} {period[1]}", YEAR).kind == "not_understood"


@given(st.integers(1, 12), st.integers(1, 12), st.integers(2019, 2023))
def test_a_window_stays_what_the_phrase_says_whatever_the_year_of_the_plan(first, last, year):
    assume(first <= last)
    found = parse_schedule(f"Từ tháng {first} đến tháng {last}/{year}", YEAR)
    assert (found.kind, found.start, found.end) == ("window", date(year, first, 1), month_bounds(year, last)[1])


def test_a_window_over_two_named_years_keeps_both():
    found = parse_schedule("Tháng 11/2020 đến tháng 2/2021", YEAR)
    assert (found.start, found.end) == (date(2020, 11, 1), date(2021, 2, 28))
    assert parse_schedule("tháng 11 đến tháng 2/2021", YEAR).kind == "not_understood"


@pytest.mark.parametrize(("word", "number"), [("một", 1), ("hai", 2), ("ba", 3), ("bốn", 4), ("năm", 5), ("sáu", 6), ("bảy", 7), ("mười hai", 12)])
def test_number_words_count_as_digits_do(word, number):
    assert parse_schedule(f"{word} lần/năm", YEAR).expected_count == number
    assert parse_schedule(f"Mỗi quý {word} lần", YEAR).expected_count == 4 * number
    assert parse_schedule(f"tháng {word}", YEAR) == parse_schedule(f"tháng {number}", YEAR)


@pytest.mark.parametrize(
    ("phrase", "expected_count"),
    [
        ("Ðịnh ky\u0300 quý/02 đợt", 8),
        ("ĐỊNH KỲ 6 THÁNG / 1 LẦN", 2),
        ("6 tháng/lần", 2),
        ("một năm hai lần", 2),
        ("Mỗi năm một lần", 1),
        ("Tuần 2 lần", 104),
    ],
)
def test_a_recurring_phrase_states_its_occasions_a_year(phrase, expected_count):
    found = parse_schedule(phrase, YEAR)
    assert (found.kind, found.expected_count) == ("recurring", expected_count)


def test_february_of_a_leap_year_ends_on_the_29th():
    assert parse_schedule("Tháng 2/2024", YEAR).end == date(2024, 2, 29)


OUTSIDE = [
    "",
    ".",
    "Tháng 13",
    "Quý V",
    "31/02",
    "0 kỳ/tháng",
    "01 kỳ/0 tháng",
    "Giữa năm",
    "tháng 6 hoặc 7",
    "khoảng 2 lần/năm",
    "Quý II, II",
    "từ",
    "định kỳ",
]
VAGUE = [
    "Sau Quý I",
    "Trong tháng",
    "02 lần/tháng trong tháng 6 và tháng 9",
    "Hằng quý từ tháng 2 đến tháng 5",
    "Đầu tháng 6",
    "Trong năm 2021 và các năm tiếp theo",
]


@pytest.mark.parametrize("phrase", OUTSIDE + VAGUE)
def test_a_phrase_outside_the_grammar_says_so_and_spans_the_year(phrase):
    assert parse_schedule(phrase, YEAR) == Schedule("not_understood", *year_bounds(YEAR))


@pytest.mark.parametrize("phrase", ["Quý II/0000", "Trong năm 0000", "tháng 5/0000"])
def test_year_0_is_read_as_no_year_named(phrase):
    assert parse_schedule(phrase, YEAR) == parse_schedule(phrase.replace("0000", str(YEAR)), YEAR)


@pytest.mark.parametrize("phrase", ["{} kỳ/tháng", "Định kỳ {} tháng/01 lần", "Định kỳ 6 tháng/{} lần", "Quý II/{}", "tháng {}", "Trong năm {}"])
def test_a_number_longer_than_python_converts_breaks_nothing(phrase):
    assert parse_schedule(phrase.format("9" * 5000), YEAR).start == date(YEAR, 1, 1)


def test_calendar_bounds_know_leap_years():
    assert month_bounds(2024, 2) == (date(2024, 2, 1), date(2024, 2, 29))
    assert quarter_bounds(2021, 4) == (date(2021, 10, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("phrase", "period_months"),
    [("01 kỳ/tháng", 1), ("02 lần/quý", 3), ("Định kỳ 6 tháng/01 lần", 6), ("hai tuần một lần", 1), ("02 lần/năm", 0), ("02 cuộc trong Quý II", 0)],
)
def test_a_number_for_each_period_is_told_from_a_number_for_the_window(phrase, period_months):
    found = parse_schedule(phrase, YEAR)
    assert (found.kind, found.period_months) == ("recurring", period_months)


@pytest.mark.parametrize(
    ("phrase", "occasion"),
    [("01 kỳ/tháng", "ky"), ("02 cuộc trong Quý II", "cuoc"), ("01 lần/Quý", "lan"), ("hằng tháng", ""), ("Quý II/2021", "")],
)
def test_the_word_that_is_counted_is_told(phrase, occasion):
    assert parse_schedule(phrase, YEAR).occasion == occasion
