"""Vietnamese text and numbers."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import text

# An independent statement of the alphabet: every letter with its six tones, ngang huyền hỏi ngã sắc nặng.
TONED = ["aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ", "eèẻẽéẹ", "êềểễếệ", "iìỉĩíị", "oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ", "uùủũúụ", "ưừửữứự", "yỳỷỹýỵ"]
ALPHABET = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
WORDS = st.text(alphabet="".join(TONED) + "bcdđghklmnpqrstvx", max_size=8)


def dictionary_key(word: str) -> tuple[list[int], list[int]]:
    places = {char: (ALPHABET.index(row[0]), tone) for row in TONED for tone, char in enumerate(row)}
    places |= {char: (position, 0) for position, char in enumerate(ALPHABET)}
    return [places[char][0] for char in word], [places[char][1] for char in word]


@given(st.text())
def test_normalising_twice_changes_nothing_more(written):
    once = text.normalise(written)
    assert text.normalise(once) == once


@given(st.text() | WORDS)
def test_decomposed_and_composed_text_normalise_alike(written):
    assert text.normalise(unicodedata.normalize("NFD", written)) == text.normalise(unicodedata.normalize("NFC", written))


@given(st.text())
def test_normalised_text_is_composed_and_has_no_space_at_its_ends(written):
    found = text.normalise(written)
    assert unicodedata.is_normalized("NFC", found)
    assert found == found.strip()
    assert not {"\u200b", "\u00a0"} & set(found)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Hoà Lợi", "Hòa Lợi"),
        ("Thuỷ", "Thủy"),
        ("khoẻ", "khỏe"),
        ("Quý", "Quý"),  # qu is one consonant: the tone stays on y
        ("hoàn toàn", "hoàn toàn"),  # a closed syllable keeps its tone
        ("HOÀ BÌNH", "HÒA BÌNH"),
        ("Ðồng Nai", "Đồng Nai"),
        ("  Bình\u00a0\u00a0Dương\u200b ", "Bình Dương"),
    ],
)
def test_spelling_variants_become_one(written, canonical):
    assert text.normalise(written) == canonical


def test_fold_drops_case_tones_and_the_bar_of_d():
    assert text.fold("ĐƯỜNG Lê Hồng Phong") == "duong le hong phong"


@given(WORDS, WORDS)
def test_sorting_follows_the_vietnamese_dictionary(first, second):
    first, second = text.normalise(first), text.normalise(second)
    expected = dictionary_key(first) < dictionary_key(second)
    assert (text.sort_key(first) < text.sort_key(second)) is expected


@given(st.lists(st.text(), max_size=6))
def test_sorting_is_a_total_order(words):
    assert len({text.sort_key(word) for word in words}) == len(set(words))
    backwards = words[::-1]
    assert sorted(words, key=text.sort_key) == sorted(backwards, key=text.sort_key)


def test_letters_decide_before_tones():
    assert sorted(["mạ", "má", "ma", "mã", "mả", "mà"], key=text.sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(["Đà Nẵng", "Dĩ An", "Ấp", "Ăn", "An"], key=text.sort_key) == ["An", "Ăn", "Ấp", "Dĩ An", "Đà Nẵng"]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), st.integers(min_value=0, max_value=4))
def test_a_formatted_number_reads_back_as_itself_rounded(value, decimals):
    read_back = Decimal(text.number(value, decimals).replace(".", "").replace(",", ".").replace("−", "-"))
    assert abs(read_back - value) <= Decimal("0.5").scaleb(-decimals)
    assert text.number(read_back, decimals) == text.number(value, decimals)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1234.5, 1, "1.234,5"),
        (1234567, 0, "1.234.567"),
        (-0.5, 2, "−0,50"),
        (2.5, 0, "3"),
        (-0.001, 1, "0,0"),
        (Decimal("69.605"), 2, "69,61"),
        (1e30, 0, "1" + 10 * ".000"),
    ],
)
def test_numbers_have_dot_thousands_comma_decimals_and_round_half_up(value, decimals, shown):
    assert text.number(value, decimals) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.18, "+0,18"), (-1.2, "−1,20"), (0, "0,00"), (0.001, "0,00"), (-0.001, "0,00")])
def test_signed_numbers_show_a_sign_except_at_zero(value, shown):
    assert text.signed(value) == shown


def test_the_sign_is_that_of_the_rounded_number():
    assert [text.signed(value, 0) for value in (0.5, 0.4, -0.4, -0.5)] == ["+1", "0", "0", "−1"]


@pytest.mark.parametrize(("share", "decimals", "shown"), [(0.319, 1, "31,9"), (0.2835, 1, "28,4"), (0.145, 0, "15"), (0, 1, "0,0"), (1, 0, "100")])
def test_a_share_becomes_per_cent_with_a_no_break_space(share, decimals, shown):
    assert text.percent(share, decimals) == f"{shown}\u00a0%"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), Decimal("nan")])
def test_what_is_no_number_is_never_printed(value):
    with pytest.raises(ValueError, match="is not a number to print"):
        text.number(value)


def test_days_and_months_are_written_as_official_papers_do():
    assert text.day(date(2021, 2, 5)) == "05/02/2021"
    assert [text.month("2021-02"), text.month("2021-05"), text.month("2021-12")] == ["02/2021", "5/2021", "12/2021"]


@pytest.mark.parametrize(("parts", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a và b"), (["a", "b", "c"], "a, b và c")])
def test_enumerations_end_with_va(parts, shown):
    assert text.enumerate_vi(parts) == shown


def test_sentence_case_touches_the_first_letter_only():
    assert text.sentence_case("đã làm ở TTHC") == "Đã làm ở TTHC"
    assert text.sentence_case("") == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_received_text_decodes_from_every_unicode_encoding(encoding):
    assert text.decode("Thủ Dầu Một".encode(encoding)) == "Thủ Dầu Một"


def test_windows_1258_decodes_to_the_same_text_once_normalised():
    assert text.normalise(text.decode("Thu\u0309 Dâ\u0300u Mô\u0323t".encode("cp1258"))) == "Thủ Dầu Một"


def test_bytes_of_no_accepted_encoding_are_refused():
    with pytest.raises(UnicodeDecodeError):
        text.decode(b"\x9d\x8f\x90")
