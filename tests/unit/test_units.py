"""Units by code and vintage, and the groups that plans address."""

import pandas as pd
import pytest

from analysis.units import UnknownUnit, leading_units, province_name, short_name, units_below

GROUPS = "Các Sở, ban, ngành; UBND cấp huyện; UBND cấp xã"


def make_units() -> pd.DataFrame:
    rows = [
        ("74", "63-tinh", "Tỉnh Bình Dương", "Tỉnh", "province", "00"),
        ("79", "63-tinh", "Thành phố Hồ Chí Minh", "Thành phố", "province", "00"),
        ("79", "34-tinh", "Thành phố Hồ Chí Minh", "Thành phố", "province", "00"),
        ("74-VPUB", "63-tinh", "Văn phòng Ủy ban nhân dân tỉnh Bình Dương", "Văn phòng", "department", "74"),
        ("74-STP", "63-tinh", "Sở Tư pháp tỉnh Bình Dương", "Sở", "department", "74"),
        ("74-BHXH", "63-tinh", "Bảo hiểm xã hội tỉnh Bình Dương", "Cơ quan ngành dọc", "department", "74"),
        ("718", "63-tinh", "Thành phố Thủ Dầu Một", "Thành phố", "district", "74"),
        ("25741", "63-tinh", "Phường Hiệp Thành", "Phường", "commune", "718"),
        ("25747", "63-tinh", "Phường Phú Cường", "Phường", "commune", "718"),
        ("25747", "34-tinh", "Phường Thủ Dầu Một", "Phường", "commune", "79"),
        ("760", "63-tinh", "Quận 1", "Quận", "district", "79"),
    ]
    return pd.DataFrame(rows, columns=["unit_code", "vintage", "name_vi", "unit_type", "level", "parent_code"], dtype="string")


def leads(lead: str, coordinating: str = "") -> list[str]:
    return leading_units(lead, units_below(make_units(), "74"), coordinating)["unit_code"].tolist()


@pytest.mark.parametrize(("official", "spoken"), [("Tỉnh Bình Dương", "Bình Dương"), ("Thành phố Cần Thơ", "TP. Cần Thơ"), ("Cả nước", "Cả nước")])
def test_a_province_is_named_as_spoken(official, spoken):
    assert short_name(official) == spoken


def test_a_province_is_found_by_code_and_vintage():
    assert province_name(make_units(), "74") == "Bình Dương"
    assert province_name(make_units(), "79", "34-tinh") == "TP. Hồ Chí Minh"


def test_a_province_code_of_another_vintage_is_unknown_and_the_known_ones_are_listed():
    with pytest.raises(UnknownUnit, match=r"“74” trong danh mục 34-tinh.*79 TP\. Hồ Chí Minh"):
        province_name(make_units(), "74", "34-tinh")


def test_a_district_code_is_not_a_province():
    with pytest.raises(UnknownUnit, match="“718”"):
        province_name(make_units(), "718")


def test_units_below_a_province_keep_to_its_vintage_and_its_own_districts():
    assert units_below(make_units(), "74")["unit_code"].tolist() == ["25741", "25747", "74-BHXH", "74-STP", "74-VPUB", "718"]
    assert units_below(make_units(), "79", "34-tinh")["name_vi"].tolist() == ["Phường Thủ Dầu Một"]


def test_units_carry_a_label_without_the_name_of_the_province():
    labels = units_below(make_units(), "74").set_index("unit_code")["label_vi"]
    assert labels[["74-STP", "718"]].tolist() == ["Sở Tư pháp", "Thành phố Thủ Dầu Một"]


def test_a_group_means_all_its_members_and_no_others():
    assert leads("UBND cấp huyện") == ["718"]
    assert leads("UBND cấp xã") == ["25741", "25747"]
    assert leads("các Sở, ban, ngành") == ["74-STP", "74-VPUB"]
    assert leads("Cơ quan ngành dọc đóng trên địa bàn tỉnh") == ["74-BHXH"]


def test_a_named_unit_leads_however_its_accents_are_encoded():
    assert leads("Văn phòng UBND tỉnh (Trung tâm Hành chính công tỉnh)") == ["74-VPUB"]
    assert leads("Sơ\u0309 Tư pha\u0301p") == ["74-STP"]


def test_a_member_named_as_coordinating_does_not_lead_its_group():
    assert leads("Các Sở, ban, ngành", "Văn phòng UBND tỉnh") == ["74-STP"]


def test_a_unit_named_as_leading_leads_even_where_it_also_coordinates():
    assert leads("Văn phòng UBND tỉnh; các Sở, ban, ngành", "Văn phòng UBND tỉnh") == ["74-STP", "74-VPUB"]


def test_bodies_that_are_not_ours_leave_no_leading_unit():
    assert leads("Báo Bình Dương; Đoàn Thanh niên") == []
