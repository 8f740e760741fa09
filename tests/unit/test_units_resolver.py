"""A written name means one unit of its list, several, a close one to confirm, or none; nothing misspelt is resolved."""

import time
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.units import UnitNames, unit_labels, units_below

RAW = Path(__file__).resolve().parents[2] / "data" / "raw" / "units"
UNITS = pd.concat([pd.read_csv(RAW / vintage / "units.csv", dtype="string") for vintage in ("63-tinh", "34-tinh")], ignore_index=True)
BEFORE = units_below(UNITS, "74")
AFTER = units_below(UNITS, "79", "34-tinh")
OLD = UnitNames(UNITS, "63-tinh", "74")
NEW = UnitNames(UNITS, "34-tinh", "79")

SHORT_TYPES = {"Thành phố": ("TP.", "TP", "Tp.", "T.P"), "Huyện": ("H.", "H"), "Phường": ("P.", "P"), "Xã": ("X.", "X"), "Thị trấn": ("TT.", "TT")}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Thành phố Bến Cát", "721"),
        ("Bến Cát", "721"),
        ("ben cat", "721"),
        ("BẾN CÁT", "721"),
        ("TP.Bến Cát", "721"),
        ("thị xã Bến Cát", "721"),
        ("Tx. Bến Cát", "721"),
        ("UBND thị xã Bến Cát", "721"),
        ("Ủy ban nhân dân TP Bến Cát, tỉnh Bình Dương", "721"),
        ("Uỷ ban nhân dân huyện Bàu Bàng", "719"),
        ("H. Bàu Bàng", "719"),
        ("Phường Hoà Lợi", "25849"),
        ("xã Hòa Lợi", "25849"),
        ("UBND P.An Phú", "25975"),
        ("TT. Dầu Tiếng", "25777"),
        ("huyện Dầu Tiếng", "720"),
        ("xã Tân Định", "25894"),
        ("Tân Định, Bến Cát", "25852"),
        ("xã Tân Định, Bến Cát", "25852"),
        ("xã Tân Định (huyện Bắc Tân Uyên)", "25894"),
        ("xã Tân Định huyện Bắc Tân Uyên tỉnh Bình Dương", "25894"),
        ("Bắc Tân Uyên - Tân Định", "25894"),
        ("Phường Tân Bình – TP. Dĩ An", "25945"),
        ("Phường Dĩ An", "25942"),
        ("TP Dĩ An", "724"),
        ("25813", "25813"),
        ("721 - Bến Cát", "721"),
        ("UBND tỉnh Bình Dương", "74"),
        ("Be\u0302\u0301n Ca\u0301t", "721"),
        ("  Bến\u00a0Cát\u200b ", "721"),
    ],
)
def test_a_local_unit_is_found_however_offices_write_it(written, code):
    assert OLD.resolve(written).unit_code == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Sở Tư pháp tỉnh Bình Dương", "74-STP"),
        ("sở tư pháp", "74-STP"),
        ("STP", "74-STP"),
        ("74-stp", "74-STP"),
        ("Văn phòng UBND tỉnh", "74-VPUB"),
        ("Văn phòng Uỷ ban nhân dân tỉnh", "74-VPUB"),
        ("VP UBND tỉnh", "74-VPUB"),
        ("VP. UBND", "74-VPUB"),
        ("Văn phòng UBND tỉnh (Trung tâm Hành chính công tỉnh)", "74-VPUB"),
        ("Sở TT&TT", "74-STTTT"),
        ("Sở TT-TT", "74-STTTT"),
        ("Sở Thông tin Truyền thông", "74-STTTT"),
        ("Sở LĐTBXH", "74-SLDTBXH"),
        ("Sở LĐ-TB&XH", "74-SLDTBXH"),
        ("Sở TN&MT", "74-STNMT"),
        ("Sở KH&ĐT", "74-SKHDT"),
        ("Sở GD&ĐT", "74-SGDDT"),
        ("Sở NN&PTNT", "74-SNNPTNT"),
        ("Sở GTVT", "74-SGTVT"),
        ("Sở VHTTDL", "74-SVHTTDL"),
        ("Sở VH,TT&DL", "74-SVHTTDL"),
        ("Sở KH&CN", "74-SKHCN"),
        ("BHXH tỉnh", "74-BHXH"),
        ("Ban QL các KCN", "74-BQLKCN"),
        ("Thanh tra tỉnh", "74-TTT"),
    ],
)
def test_a_department_is_found_by_its_name_or_its_usual_abbreviation(written, code):
    assert OLD.resolve(written).unit_code == code


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("Tân Định", ("25852", "25894")),
        ("Dầu Tiếng", ("25777", "720")),
        ("An Bình", ("25870", "25960")),
        ("UBND Tân Hiệp", ("25873", "25920")),
        ("Tân Bình", ("25900", "25945")),
        ("Dĩ An", ("25942", "724")),
    ],
)
def test_a_bare_name_of_two_units_is_ambiguous(written, candidates):
    match = OLD.resolve(written)
    assert (match.kind, match.unit_code, match.candidates) == ("ambiguous", None, candidates)


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("Bến Các", "721"),
        ("TP Tân Uyênn", "723"),
        ("phường Tân Đinhh, Bến Cát", "25852"),
        ("Sở Tài chinhh", "74-STC"),
        ("Cây Trường 2", "25819"),
        ("Sở Văn hóa", "74-SVHTTDL"),
        ("Trung tâm Hành chính công huyện Bàu Bàng", "719"),
        ("Phòng Tư pháp huyện Bàu Bàng", "719"),
        ("25813 - Phường An Phú", "25813"),
    ],
)
def test_a_misspelt_shortened_or_contradictory_name_is_near_and_never_resolved(written, first):
    match = OLD.resolve(written)
    assert (match.kind, match.unit_code, match.candidates[0]) == ("near", None, first)


@pytest.mark.parametrize(
    "written",
    [
        "Trung tâm Hành chính công tỉnh",
        "TT HCC",
        "TTHCC tỉnh",
        "Trung tâm PVHCC",
        "Trung tâm Phục vụ hành chính công",
        "TTPVHCC tỉnh Bình Dương",
    ],
)
def test_a_declared_part_of_a_unit_said_alone_or_with_the_province_is_the_unit(written):
    assert OLD.resolve(written).unit_code == "74-VPUB"


@pytest.mark.parametrize("written", ["TTHCC TP Thủ Dầu Một", "Trung tâm PVHCC phường Tân Định", "TTHCC huyện Phú Giáo"])
def test_a_part_of_that_name_in_a_district_or_commune_is_never_the_unit_of_the_province(written):
    match = OLD.resolve(written)
    assert match.unit_code is None
    assert "74-VPUB" not in match.candidates


def test_without_suggestions_an_unknown_name_stays_unknown_and_may_be_suggested_later():
    assert OLD.resolve("Sở Tài chinhhh", suggest=False).kind == "unknown"
    assert OLD.resolve("Sở Tài chinhhh").candidates[0] == "74-STC"
    assert OLD.resolve("Sở Tài chinhhh", suggest=False).kind == "unknown"


def test_a_name_under_the_wrong_district_is_near_with_all_units_of_that_name():
    assert OLD.resolve("Tân Định, Thuận An").candidates == ("25852", "25894")


def test_a_close_name_is_narrowed_by_the_district_also_named():
    assert OLD.resolve("Tân Đinhh, Bến Cát").candidates == ("25852",)


@pytest.mark.parametrize("written", ["", "   ", "UBND", "phường", "Sở", "Công an tỉnh", "Bộ Tư lệnh", "???", "x" * 5000, "Tân Định, " * 2000])
def test_what_names_no_unit_is_unknown(written):
    assert OLD.resolve(written).kind == "unknown"


def test_the_list_in_force_decides_what_a_name_means():
    assert OLD.resolve("Bến Cát").unit_code == "721"
    assert NEW.labels[NEW.resolve("Bến Cát").unit_code] == "Phường Bến Cát"
    assert NEW.resolve("Dĩ An, TP HCM").unit_code == "25942"


@pytest.mark.parametrize("written", ["thành phố Bến Cát", "huyện Bàu Bàng", "Thị trấn Dầu Tiếng"])
def test_a_type_that_ceased_is_not_read_as_the_new_unit_of_that_name(written):
    assert NEW.resolve(written).kind == "near"


@pytest.mark.parametrize("below", [BEFORE, AFTER], ids=["63-tinh", "34-tinh"])
def test_every_label_is_unique_and_is_read_back_to_its_unit(below):
    labels = unit_labels(below)
    names = OLD if below is BEFORE else NEW
    assert labels.is_unique
    assert [names.resolve(label).unit_code for label in labels] == below["unit_code"].tolist()


def test_a_label_names_the_district_of_a_commune():
    labels = dict(zip(BEFORE["unit_code"], unit_labels(BEFORE), strict=True))
    assert [labels[code] for code in ("25852", "721", "74-STP", "74-VPUB")] == [
        "Phường Tân Định, Bến Cát",
        "Thành phố Bến Cát",
        "Sở Tư pháp",
        "Văn phòng UBND tỉnh",
    ]


def test_districts_of_one_bare_name_are_told_apart_in_labels_and_in_what_is_read():
    rows = [
        ("82", "Tỉnh Tiền Giang", "Tỉnh", "province", "00"),
        ("817", "Thị xã Cai Lậy", "Thị xã", "district", "82"),
        ("820", "Huyện Cai Lậy", "Huyện", "district", "82"),
        ("1", "Xã Tân Bình", "Xã", "commune", "817"),
        ("2", "Xã Tân Bình", "Xã", "commune", "820"),
    ]
    units = pd.DataFrame(rows, columns=["unit_code", "name_vi", "unit_type", "level", "parent_code"], dtype="string").assign(vintage="63-tinh")
    names, below = UnitNames(units, "63-tinh", "82"), units_below(units, "82")
    labels = unit_labels(below)
    assert labels[below["level"] == "commune"].tolist() == ["Xã Tân Bình, Thị xã Cai Lậy", "Xã Tân Bình, Huyện Cai Lậy"]
    assert [names.resolve(label).unit_code for label in labels] == below["unit_code"].tolist()
    assert names.resolve("Xã Tân Bình, Cai Lậy").candidates == ("1", "2")


def without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@st.composite
def written_labels(draw: st.DrawFn) -> tuple[str, str]:
    """A unit and its label in one of the ways an office may write it."""
    unit = draw(st.sampled_from(list(BEFORE.assign(label=unit_labels(BEFORE)).itertuples())))
    shortened = draw(st.sampled_from([unit.unit_type, *SHORT_TYPES.get(unit.unit_type, ())]))
    written = unit.label.replace(unit.unit_type, shortened, 1) if unit.level != "department" else unit.label
    if unit.level != "department":
        written = draw(st.sampled_from(["", "UBND ", "Ủy ban nhân dân ", "UBND  "])) + written
    written += draw(st.sampled_from(["", ", tỉnh Bình Dương", " - Bình Dương"])) if "Bình Dương" not in written else ""
    written = draw(st.sampled_from([str, str.upper, str.lower, without_marks]))(written)
    return unit.unit_code, unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), written)


@given(written_labels())
def test_case_marks_prefixes_and_encoding_never_change_the_unit(case):
    code, written = case
    assert OLD.resolve(written).unit_code == code


@given(st.sampled_from(list(BEFORE.itertuples())), st.data())
def test_a_name_with_a_letter_wrong_never_becomes_another_unit(unit, data):
    name = unit.name_vi
    position = data.draw(st.integers(0, len(name) - 1))
    spoilt = name[:position] + data.draw(st.sampled_from("zwjf")) + name[position + 1 :]
    assert OLD.resolve(spoilt).unit_code in (None, unit.unit_code)


@given(st.text(max_size=60))
def test_no_text_breaks_the_resolver(written):
    match = OLD.resolve(written)
    assert (match.kind == "unit") == (match.unit_code is not None)
    assert (match.kind in ("ambiguous", "near")) == bool(match.candidates)


def test_three_hundred_names_are_read_in_a_fifth_of_a_second():
    names = UnitNames(UNITS, "63-tinh", "74")
    written = [*unit_labels(BEFORE), *("UBND " + name for name in BEFORE["name_vi"]), *BEFORE["name_vi"]][:300]
    started = time.perf_counter()
    assert all(names.resolve(name).kind in ("unit", "ambiguous") for name in written)
    assert time.perf_counter() - started < 0.2
