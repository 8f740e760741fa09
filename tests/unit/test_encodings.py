"""Fonts of old: what was typed with TCVN3 or VNI is recognised and converted exactly; Unicode and foreign names are left alone."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import encodings
from analysis.encodings import UndecodableBytes, decode_bytes, from_tcvn3, from_vni, is_syllable, to_unicode

HEADINGS = ["Kế hoạch", "Đơn vị thực hiện", "Kênh truyền thông", "Đối tượng", "Nội dung hoạt động", "Số lượt tiếp cận", "Minh chứng", "Ghi chú"]
SYLLABLES = sorted(
    re.findall(
        r"\w+",
        """kế hoạch đơn vị thực hiện kênh truyền thông đối tượng nội dung hoạt động số lượt tiếp cận minh chứng ghi chú giải quyết thủ tục hành chính
        công trực tuyến người dân doanh nghiệp phường xã huyện tỉnh khuyến khích nghiêng quốc gia giữ gìn gì giếng yêu ủy ban thuỷ lợi ngoằn ngoèo
        khuỷu quỳnh bé mét sè sân cụng dõn ẳng ẵm ằng kẹt kĩ mỹ lý ỷ ỹ quỹ quý đủ đẽ bã bỏ bẻ nghỉ nghĩ ngửi cữ chữ chỗ trở nhỡ nhện phễu""",
    )
)
TO_TCVN3 = {letter: chr(code) for code, letter in encodings._TCVN3.items()}
TO_VNI = {letter: pair for pair, letter in encodings._VNI.items() if pair.islower() or (pair.isupper() and letter.isupper())}

words = st.sampled_from(SYLLABLES)
sentences = st.lists(words, min_size=1, max_size=12).map(" ".join)


def typed_in_tcvn3(text: str) -> str:
    """Capitals with a tone are typed as small letters, which the capital fonts draw large."""
    return "".join(TO_TCVN3.get(char, TO_TCVN3.get(char.lower(), char)) for char in text)


def typed_in_vni(text: str) -> str:
    return "".join(TO_VNI.get(char, char) for char in text)


def test_headings_typed_with_vntime_fonts_become_unicode() -> None:
    typed = ["Trung t©m Hµnh chÝnh c«ng", "Sè kÕ ho¹ch", "Q§-UBND", "Néi dung ho¹t ®éng"]
    assert to_unicode(typed).kind == "tcvn3"
    assert to_unicode(typed).texts == ("Trung tâm Hành chính công", "Số kế hoạch", "QĐ-UBND", "Nội dung hoạt động")


def test_headings_typed_with_vni_fonts_become_unicode() -> None:
    typed = ["Trung taâm Haønh chính coâng", "Ñôn vò thöïc hieän", "KEÁ HOAÏCH", "Ngöôøi daân Thuû Daàu Moät"]
    assert to_unicode(typed).kind == "vni"
    assert to_unicode(typed).texts == ("Trung tâm Hành chính công", "Đơn vị thực hiện", "KẾ HOẠCH", "Người dân Thủ Dầu Một")


def test_capitals_lost_in_tcvn3_are_mended_in_texts_of_capitals() -> None:
    assert from_tcvn3("TRUNG T¢M HµNH CHÝNH C¤NG ë §µ N½NG") == "TRUNG TÂM HÀNH CHÍNH CÔNG Ở ĐÀ NẴNG"
    assert from_tcvn3("§µ N½ng") == "Đà Nẵng"


@given(st.lists(sentences, min_size=1, max_size=10))
def test_any_syllables_typed_in_tcvn3_come_back_exactly(texts: list[str]) -> None:
    typed = [typed_in_tcvn3(text) for text in [*HEADINGS, *texts]]
    assert to_unicode(typed).texts == (*HEADINGS, *texts)


@given(st.lists(st.one_of(sentences, sentences.map(str.upper), sentences.map(str.title)), min_size=1, max_size=10))
def test_any_syllables_typed_in_vni_come_back_exactly(texts: list[str]) -> None:
    typed = [typed_in_vni(text) for text in [*HEADINGS, *texts]]
    assert to_unicode(typed).texts == (*HEADINGS, *texts)


@given(st.lists(st.one_of(sentences, sentences.map(str.upper), sentences.map(str.title)), max_size=10))
def test_unicode_vietnamese_is_never_touched(texts: list[str]) -> None:
    assert to_unicode(texts).texts == tuple(texts)
    assert to_unicode(texts).kind == "unicode"
    decomposed = [unicodedata.normalize("NFD", text) for text in texts]
    assert to_unicode(decomposed).texts == tuple(decomposed)


@given(st.lists(st.text(st.characters(max_codepoint=127)), max_size=5))
def test_ascii_is_never_touched(texts: list[str]) -> None:
    typed = [typed_in_tcvn3(heading) for heading in HEADINGS]
    assert to_unicode([*typed, *texts]).texts == (*HEADINGS, *texts)


def test_foreign_names_signs_and_forgotten_tones_are_left_alone() -> None:
    texts = ["Café Noël", "Citroën", "Zürich", "12 m²", "30 °C ± 2", "© 2021", "hôp", "thé", "10 × 5", "naïve"]
    found = to_unicode(texts)
    assert found.texts == tuple(texts)
    assert set(found.kinds) == {"unicode"}


def test_one_stray_legacy_word_in_a_unicode_file_is_left_and_named() -> None:
    found = to_unicode([*HEADINGS, "Sè l­îng"])
    assert found.texts[-1] == "Sè l­îng"
    assert (found.kind, found.kinds[-1]) == ("unknown", "unknown")


def test_in_a_file_of_both_a_text_that_reads_either_way_is_left_and_named() -> None:
    telling = HEADINGS[:-1]
    found = to_unicode(["Đơn vị tính", *map(typed_in_tcvn3, telling), "Mét"])  # “Mét” is Một in TCVN3
    assert found.texts == ("Đơn vị tính", *telling, "Mét")
    assert found.kinds[0] == "unicode"
    assert found.kinds[-1] == "unknown"


def test_in_a_file_of_one_legacy_encoding_a_text_that_reads_either_way_follows_it() -> None:
    assert to_unicode([*(typed_in_tcvn3(heading) for heading in HEADINGS), "Mét"]).texts[-1] == "Một"


@pytest.mark.parametrize("word", ["nghiêng", "gì", "giếng", "quyết", "khuỷu", "ngoằn", "ủy", "y", "ỉa", "được", "Đắk", "quốc"])
def test_vietnamese_syllables_are_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["cĩ", "kanh", "hôp", "café", "ngụỡ", "bcd", "strength", "tôip", ""])
def test_what_is_no_syllable_is_known(word: str) -> None:
    assert not is_syllable(word)


TEXT = "Số kế hoạch;Đơn vị thực hiện\r\n12;Phường Phú Hòa, người dân được hướng dẫn\r\n"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (TEXT.encode("utf-8"), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_bytes_of_unicode_files_are_decoded(content: bytes, named: str) -> None:
    assert decode_bytes(content) == (TEXT, named)


def cp1258(text: str) -> bytes:
    """As Windows writes it: the letter with its hat, then the tone."""
    written = []
    for char in text:
        marks = unicodedata.normalize("NFD", char)
        tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        written.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tones)
    return "".join(written).encode("cp1258")


def test_bytes_of_windows_1258_are_decoded() -> None:
    assert decode_bytes(cp1258(TEXT)) == (TEXT, "Windows-1258")


@pytest.mark.parametrize(("typed", "decode"), [(typed_in_tcvn3, from_tcvn3), (typed_in_vni, from_vni)])
def test_bytes_of_font_encodings_keep_their_font_letters(typed, decode) -> None:  # type: ignore[no-untyped-def]
    text, named = decode_bytes(typed(TEXT).encode("cp1252"))
    assert "một byte" in named
    assert decode(text) == TEXT


@pytest.mark.parametrize("content", [bytes(range(128, 256)) * 20, "Привет, как дела, товарищ".encode("cp1251"), "日本語の文章".encode("shift-jis")])
def test_bytes_that_no_vietnamese_office_writes_are_refused(content: bytes) -> None:
    with pytest.raises(UndecodableBytes):
        decode_bytes(content)


@given(sentences.map(lambda text: text + "\n"))
def test_windows_1258_is_never_taken_for_a_font_encoding(text: str) -> None:
    assert decode_bytes(cp1258(HEADINGS[1] + " " + text)) == (HEADINGS[1] + " " + text, "Windows-1258")
