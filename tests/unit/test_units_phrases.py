"""Whom phrases of plans address: units, groups, bodies that are not ours, names to confirm."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.units import UnitNames, addressed, leading_units, units_below

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
UNITS = pd.concat([pd.read_csv(RAW / "units" / vintage / "units.csv", dtype="string") for vintage in ("63-tinh", "34-tinh")], ignore_index=True)
BELOW, BELOW_NOW = units_below(UNITS, "74"), units_below(UNITS, "79", "34-tinh")
NAMES, NAMES_NOW = UnitNames(UNITS, "63-tinh", "74"), UnitNames(UNITS, "34-tinh", "79")
ITEMS = pd.read_csv(RAW / "plans" / "6334-KH-UBND" / "items.csv", dtype="string", keep_default_na=False)


def read(phrase: str) -> list[tuple[str, str, int]]:
    return [(found.kind, found.text, len(found.unit_codes)) for found in addressed(phrase, NAMES, BELOW)]


def codes(phrase: str) -> list[tuple[str, ...]]:
    return [found.unit_codes for found in addressed(phrase, NAMES, BELOW)]


def test_a_group_with_commas_in_its_name_stays_one():
    assert read("Các Sở, ban, ngành") == [("group", "Các Sở, ban, ngành", 19)]


def test_departments_joined_by_commas_are_several():
    assert read("Sở Nội vụ, Sở Tài chính, Sở Văn hóa") == [("unit", "Sở Nội vụ", 1), ("unit", "Sở Tài chính", 1), ("near", "Sở Văn hóa", 0)]


def test_a_comma_or_dash_inside_a_name_does_not_cut_it():
    assert codes("Sở Văn hóa, Thể thao và Du lịch, Sở Lao động - Thương binh và Xã hội và Sở Y tế.") == [
        ("74-SVHTTDL",),
        ("74-SLDTBXH",),
        ("74-SYT",),
    ]


def test_levels_joined_by_a_comma_are_two_groups():
    assert read("UBND cấp huyện, UBND cấp xã") == [("group", "UBND cấp huyện", 9), ("group", "UBND cấp xã", 91)]


def test_groups_and_others_in_one_clause_are_told_apart():
    assert read("các Sở, ban, ngành, UBND cấp huyện, UBND cấp xã và các cá nhân, tổ chức có liên quan") == [
        ("group", "các Sở, ban, ngành", 19),
        ("group", "UBND cấp huyện", 9),
        ("group", "UBND cấp xã", 91),
        ("external", "các cá nhân, tổ chức có liên quan", 0),
    ]


def test_a_part_in_brackets_belongs_to_its_unit():
    (found,) = addressed("Văn phòng UBND tỉnh (Trung tâm Hành chính công tỉnh)", NAMES, BELOW)
    assert (found.unit_codes, found.part) == (("74-VPUB",), "Trung tâm Hành chính công tỉnh")


def test_a_district_in_brackets_is_no_part_but_tells_which_commune():
    found = addressed("phường Tân Bình (Dĩ An), xã Tân Định (huyện Bắc Tân Uyên)", NAMES, BELOW)
    assert [(one.unit_codes, one.part) for one in found] == [(("25945",), ""), (("25894",), "")]


@pytest.mark.parametrize(
    ("phrase", "count"),
    [
        ("UBND các huyện, thị xã, thành phố", 9),
        ("UBND các huyện, thành phố", 9),
        ("Ủy ban nhân dân các huyện", 9),
        ("UBND các xã, phường, thị trấn", 91),
        ("các phường, xã, thị trấn", 91),
        ("Các Sở, ban ngành", 19),
        ("các sở, ngành", 19),
        ("Cơ quan ngành dọc đóng trên địa bàn tỉnh", 1),
        ("Cơ quan ngành dọc đóng trên", 1),
    ],
)
def test_other_wordings_of_a_group_mean_the_same_group(phrase, count):
    assert read(phrase) == [("group", phrase, count)]


def test_a_type_said_for_its_level_means_all_of_the_level_and_says_so():
    (complete,) = addressed("UBND các huyện, thị xã, thành phố", NAMES, BELOW)
    (partial,) = addressed("UBND các huyện", NAMES, BELOW)
    assert (complete.unit_codes, complete.suggestion) == (partial.unit_codes, "")
    assert partial.suggestion == "hiểu là cả 9 đơn vị của nhóm UBND cấp huyện, kể cả thành phố"


def test_an_officer_is_addressed_for_the_body_he_heads():
    assert read("Thủ trưởng các sở, ban, ngành; Chủ tịch UBND các huyện, thị xã, thành phố; Chánh Thanh tra tỉnh") == [
        ("group", "Thủ trưởng các sở, ban, ngành", 19),
        ("group", "Chủ tịch UBND các huyện, thị xã, thành phố", 9),
        ("unit", "Chánh Thanh tra tỉnh", 1),
    ]
    assert codes("phường Chánh Mỹ, Chánh Phú Hòa") == [("25774",), ("25837",)]


@pytest.mark.parametrize("phrase", ["các địa phương", "đơn vị, địa phương có liên quan", "UBND các cấp"])
def test_a_group_that_names_nobody_has_no_members_and_says_so(phrase):
    (found,) = addressed(phrase, NAMES, BELOW)
    assert (found.kind, found.unit_codes) == ("group", ())
    assert "không nêu đơn vị nào" in found.suggestion


@pytest.mark.parametrize(
    "phrase",
    [
        "Đài PT&TH Bình Dương",
        "Báo Bình Dương",
        "Bưu điện tỉnh",
        "VNPT Bình Dương",
        "Viễn thông Bình Dương",
        "Ủy ban Mặt trận Tổ quốc và Đoàn thể các cấp",
        "Đoàn TNCS HCM tỉnh",
        "các Cơ quan thông tấn báo chí khác có liên quan đóng trên địa bàn tỉnh",
        "Công an tỉnh",
        "Công an huyện Bàu Bàng",
    ],
)
def test_a_body_that_is_not_ours_is_known_as_such(phrase):
    assert read(phrase) == [("external", phrase, 0)]


def test_names_after_the_first_take_over_its_type():
    assert codes("các Sở: Nội vụ, Tài chính và Xây dựng") == [("74-SNV",), ("74-STC",), ("74-SXD",)]
    assert codes("UBND các huyện Bàu Bàng, Phú Giáo và thành phố Bến Cát") == [("719",), ("722",), ("721",)]


def test_a_list_with_bullets_is_read_line_by_line():
    assert codes("- Sở Nội vụ\n- Sở TT&TT\n+ Ban QL các KCN") == [("74-SNV",), ("74-STTTT",), ("74-BQLKCN",)]


def test_a_misspelt_or_ambiguous_name_is_put_as_a_question():
    misspelt, ambiguous = addressed("Sở Tài chinhh; UBND Tân Định", NAMES, BELOW)
    assert (misspelt.kind, misspelt.unit_codes, misspelt.candidates) == ("near", (), ("74-STC",))
    assert misspelt.suggestion == "có phải “Sở Tài chính” (mã 74-STC)?"
    assert (ambiguous.kind, ambiguous.candidates) == ("near", ("25852", "25894"))
    assert "“Phường Tân Định, Bến Cát” (mã 25852) hay “Xã Tân Định, Bắc Tân Uyên” (mã 25894)" in ambiguous.suggestion


def test_what_nobody_knows_is_unknown_and_kept():
    assert read("Sở Y tế, Hội Chữ thập đỏ") == [("unit", "Sở Y tế", 1), ("unknown", "Hội Chữ thập đỏ", 0)]


def test_after_districts_ceased_their_group_is_unknown_with_the_reason():
    found = addressed("Các Sở, ban, ngành; UBND cấp huyện; UBND cấp xã", NAMES_NOW, BELOW_NOW)
    assert [(one.kind, len(one.unit_codes)) for one in found] == [("group", 0), ("unknown", 0), ("group", 36)]
    assert "từ 01/07/2025 không còn cấp huyện" in found[1].suggestion


def test_every_phrase_of_the_shipped_plan_is_understood_and_one_name_is_to_be_confirmed():
    phrases = [*ITEMS["lead_units_vi"], *ITEMS["coordinating_units_vi"]]
    found = [one for phrase in phrases for one in addressed(phrase, NAMES, BELOW)]
    assert [one.text for one in found if one.kind == "unknown"] == []
    assert {one.text for one in found if one.kind == "near"} == {"Sở Văn hóa"}


def test_the_units_that_lead_each_item_of_the_shipped_plan():
    led = {
        (item.section, item.stt): leading_units(item.lead_units_vi, BELOW, item.coordinating_units_vi)["unit_code"].tolist()
        for item in ITEMS.itertuples()
    }
    by_many = {("I", "2"): 120, ("I", "3"): 118, ("I", "4"): 119, ("II.1", "8"): 117, ("II.1", "9"): 118}
    assert {item: len(units) for item, units in led.items() if item in by_many} == by_many
    assert [item for item, units in led.items() if item not in by_many and units != ["74-VPUB"]] == []
    assert {"74-SNV", "74-STC"} & set(led["II.1", "8"]) == set()


SAID = [
    "Sở",
    "Nội vụ",
    "Tài chính",
    "UBND",
    "cấp xã",
    "huyện",
    "Bàu Bàng",
    "các",
    "Hội Chữ thập đỏ",
    "(Dĩ An)",
    "(",
    ")",
    ",",
    ";",
    "và",
    " - ",
    "\n",
    "/",
]


@given(st.lists(st.sampled_from(SAID), max_size=12))
def test_every_word_of_a_phrase_stands_in_what_is_found(words):
    def kept(text: str) -> list[str]:
        return [word for word in re.findall(r"\w+", text) if word != "và"]

    phrase = " ".join(words)
    assert [word for found in addressed(phrase, NAMES, BELOW) for word in kept(found.text)] == kept(phrase)
