"""Old units become new ones: shares, sums kept exactly, and what is refused."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text import normalise
from analysis.units import (
    CrosswalkRefused,
    DistrictSeriesEnded,
    TypeChangeUnreadable,
    UnknownUnit,
    carry_over,
    check_district_series,
    crossing_districts,
    crosswalk,
    former_province,
    name_on,
    type_changes,
    type_on,
    units_below,
    units_on,
)

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
UNITS = pd.concat([pd.read_csv(RAW / "units" / vintage / "units.csv", dtype="string") for vintage in ("63-tinh", "34-tinh")], ignore_index=True)
LINKS = pd.read_csv(RAW / "units" / "34-tinh" / "unit_links.csv", dtype="string").astype({"share": "Float64"})
EVENTS = pd.read_csv(RAW / "events" / "events.csv", dtype="string").assign(start_date=lambda rows: pd.to_datetime(rows["start_date"]))
COMMUNES = UNITS[(UNITS["vintage"] == "63-tinh") & (UNITS["level"] == "commune")]
PAIRS = LINKS[LINKS["from_code"].isin(COMMUNES["unit_code"])]
EQUAL = crosswalk(UNITS, LINKS, "63-tinh", "34-tinh", "equal")
CHANGES = type_changes(EVENTS)


def counts(**by_unit: float) -> pd.DataFrame:
    return pd.DataFrame({"unit_code": [code.strip("_") for code in by_unit], "received_count": list(by_unit.values())})


def weights_of(basis_value: float = 1.0) -> pd.DataFrame:
    divided = LINKS[LINKS["share"].isna()]
    weights = [basis_value * (3 if first else 1) for first in ~divided.duplicated("from_code")]
    return divided[["from_code", "to_code"]].assign(weight=weights)


def test_the_list_before_the_merger_holds_nine_districts_and_ninety_one_communes():
    districts = [f"{code}" for code in range(718, 727)]
    by_district = COMMUNES.groupby("parent_code").size()
    assert [by_district[code] for code in districts] == [14, 7, 12, 8, 11, 12, 7, 10, 10]
    assert COMMUNES["unit_type"].value_counts().to_dict() == {"Phường": 47, "Xã": 39, "Thị trấn": 5}


def test_the_links_of_communes_are_as_the_source_counts_them():
    assert PAIRS["extent"].value_counts().to_dict() == {"whole": 74, "part": 31, "unchanged": 1, "renamed_part": 1}
    assert len(PAIRS) == 107
    assert (PAIRS.groupby("from_code").size() > 1).sum() == 16


def test_every_new_commune_carries_the_code_of_a_predecessor_and_most_another_name():
    new = units_below(UNITS, "79", "34-tinh").set_index("unit_code")
    old = COMMUNES.set_index("unit_code")
    assert new["unit_type"].value_counts().to_dict() == {"Phường": 24, "Xã": 12}
    assert all(code in set(PAIRS.loc[PAIRS["to_code"] == code, "from_code"]) for code in new.index)

    def bare(unit: pd.Series) -> str:
        return normalise(unit["name_vi"].removeprefix(f"{unit['unit_type']} "))

    assert sum(bare(new.loc[code]) != bare(old.loc[code]) for code in new.index) == 23


def test_the_former_province_is_the_sum_of_thirty_six_communes():
    codes = former_province(UNITS, LINKS, "74")
    assert len(codes) == 36
    assert codes == sorted(units_below(UNITS, "79", "34-tinh")["unit_code"])


def test_a_province_without_listed_communes_is_refused():
    with pytest.raises(CrosswalkRefused, match="“77”: thiếu danh mục cấp xã"):
        former_province(UNITS, LINKS, "77")
    with pytest.raises(UnknownUnit, match="“99”"):
        former_province(UNITS, LINKS, "99")


def test_a_former_province_mixed_with_another_is_refused():
    foreign = LINKS[LINKS["to_code"] == "25747"].head(1).assign(from_code="26506")
    with pytest.raises(CrosswalkRefused, match="25747"):
        former_province(UNITS, pd.concat([LINKS, foreign]), "74")


def test_ten_new_communes_cross_old_district_lines():
    crossing = crossing_districts(UNITS, LINKS)
    assert len(crossing) == 10
    assert all(len(districts) == 2 for districts in crossing.values())


def test_equal_shares_are_named_and_sum_to_one():
    assert EQUAL["share_basis"].value_counts().to_dict() == {"whole": 138, "equal": 32}
    assert EQUAL.groupby("from_code")["share"].sum().unique().tolist() == [1.0]


@pytest.mark.parametrize("basis", ["area", "population"])
def test_weighed_shares_follow_the_weights_supplied(basis):
    shares = crosswalk(UNITS, LINKS, "63-tinh", "34-tinh", basis, weights_of(250.0)).set_index(["from_code", "to_code"])
    assert shares.loc[("25741", "25747"), ["share", "share_basis"]].tolist() == [0.75, basis]
    assert shares.loc[("25741", "25750"), "share"] == 0.25
    assert shares.loc[("25744", "25750"), ["share", "share_basis"]].tolist() == [1.0, "whole"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weights: weights.iloc[1:],
        lambda weights: pd.concat([weights, weights.head(1)]),
        lambda weights: weights.assign(weight=[-1.0, *weights["weight"].iloc[1:]]),
        lambda weights: weights.assign(weight=weights["weight"].where(weights["from_code"] != "25741", 0.0)),
        lambda weights: weights.assign(weight=[float("inf"), *weights["weight"].iloc[1:]]),
    ],
    ids=["missing", "repeated", "negative", "all zero", "infinite"],
)
def test_senseless_weights_are_refused_by_the_unit_s_name(spoil):
    with pytest.raises(CrosswalkRefused, match=r"Trọng số theo diện tích .*Phường Hiệp Thành \(25741\)"):
        crosswalk(UNITS, LINKS, "63-tinh", "34-tinh", "area", spoil(weights_of()))


@pytest.mark.parametrize(
    ("basis", "weights", "said"),
    [("households", None, "“households”.*“population”"), ("area", None, "cần bảng trọng số"), ("equal", weights_of(), "không dùng bảng trọng số")],
)
def test_an_unknown_basis_or_one_that_does_not_fit_the_weights_is_refused(basis, weights, said):
    with pytest.raises(CrosswalkRefused, match=said):
        crosswalk(UNITS, LINKS, "63-tinh", "34-tinh", basis, weights)


def test_new_units_are_never_carried_back_to_old_ones():
    with pytest.raises(CrosswalkRefused, match="không chia ngược"):
        crosswalk(UNITS, LINKS, "34-tinh", "63-tinh", "equal")


def test_a_divided_unit_without_shares_is_refused_with_the_accepted_ways():
    whole_only = crosswalk(UNITS, LINKS, "63-tinh", "34-tinh", "whole")
    assert carry_over(counts(_25744=5), whole_only, ["received_count"])["received_count"].tolist() == [5]
    with pytest.raises(CrosswalkRefused, match=r"25741.*“equal” \(chia đều\); “area”.*“population”"):
        carry_over(counts(_25741=3), whole_only, ["received_count"])


def test_counts_are_carried_and_say_how_and_whether_all_predecessors_are_there():
    carried = carry_over(counts(_25741=3, _25744=10, _25846=7), EQUAL, ["received_count"]).set_index("unit_code")
    assert carried["received_count"].to_dict() == {"25747": 1.5, "25750": 11.5, "25846": 7}
    assert carried["share_basis"].to_dict() == {"25747": "equal", "25750": "equal + whole", "25846": "whole"}
    assert carried["is_complete"].to_dict() == {"25747": False, "25750": False, "25846": True}
    assert set(carried["vintage"]) == {"34-tinh"}


def test_months_are_carried_apart():
    months = pd.concat([counts(_25846=1).assign(period_month="2021-01"), counts(_25846=2).assign(period_month="2021-02")])
    carried = carry_over(months, EQUAL, ["received_count"], by=["period_month"])
    assert carried[["unit_code", "period_month", "received_count"]].values.tolist() == [["25846", "2021-01", 1], ["25846", "2021-02", 2]]


def test_an_unknown_count_makes_the_sum_unknown_and_is_never_zero():
    carried = carry_over(counts(_25741=None, _25744=10), EQUAL, ["received_count"]).set_index("unit_code")["received_count"]
    assert carried.isna().to_dict() == {"25747": True, "25750": True}


@pytest.mark.parametrize("column", ["online_pct", "total_score", "par_rank", "share"])
def test_rates_scores_and_ranks_are_refused(column):
    with pytest.raises(CrosswalkRefused, match=f"“{column}”.*tính lại từ tử số và mẫu số"):
        carry_over(counts(_25846=1).rename(columns={"received_count": column}), EQUAL, [column])


def test_units_outside_the_crosswalk_repeated_or_of_another_list_are_refused():
    with pytest.raises(CrosswalkRefused, match=r"718.*huyện và sở, ngành thì không"):
        carry_over(counts(_718=4, _25846=1), EQUAL, ["received_count"])
    with pytest.raises(CrosswalkRefused, match="hơn một dòng: 25846"):
        carry_over(pd.concat([counts(_25846=1)] * 2), EQUAL, ["received_count"])
    with pytest.raises(CrosswalkRefused, match="thuộc danh mục 34-tinh"):
        carry_over(counts(_25846=1).assign(vintage="34-tinh"), EQUAL, ["received_count"])


@settings(max_examples=35)
@given(
    st.dictionaries(st.sampled_from(COMMUNES["unit_code"].tolist()), st.integers(0, 10**11), min_size=1),
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=32, max_size=32),
)
def test_the_total_is_kept_exactly_under_any_weights(by_unit, drawn):
    weights = weights_of().assign(weight=drawn)
    weights["weight"] += (weights.groupby("from_code")["weight"].transform("sum") == 0).astype(float)
    values = pd.DataFrame({"unit_code": list(by_unit), "received_count": list(by_unit.values())})
    for shares in (EQUAL, crosswalk(UNITS, LINKS, "63-tinh", "34-tinh", "population", weights)):
        carried = carry_over(values, shares, ["received_count"])
        assert carried["received_count"].sum() == sum(by_unit.values())
        assert (carried["received_count"] >= 0).all()
        assert shares.groupby("from_code")["share"].sum().sub(1).abs().max() < 1e-12


def test_a_district_after_it_ceased_is_refused_with_the_reason():
    with pytest.raises(
        DistrictSeriesEnded, match=r"Thành phố Bến Cát \(mã 721\) đến 31/12/2025: cấp huyện kết thúc ngày 01/07/2025 và 10 xã, phường"
    ):
        check_district_series(UNITS, LINKS, "721", date(2025, 12, 31))


def test_a_district_to_its_last_day_and_other_units_are_allowed():
    check_district_series(UNITS, LINKS, "721", date(2025, 6, 30))
    check_district_series(UNITS, LINKS, "25747", date(2026, 12, 31))
    assert "721" in set(UNITS["unit_code"])


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("721", date(2021, 6, 1), "Thị xã Bến Cát"),
        ("721", date(2024, 4, 30), "Thị xã Bến Cát"),
        ("721", date(2024, 5, 1), "Thành phố Bến Cát"),
        ("723", date(2023, 4, 9), "Thị xã Tân Uyên"),
        ("723", date(2023, 4, 10), "Thành phố Tân Uyên"),
        ("724", date(2020, 1, 31), "Thị xã Dĩ An"),
        ("725", date(2020, 2, 1), "Thành phố Thuận An"),
        ("718", date(2015, 1, 1), "Thành phố Thủ Dầu Một"),
        ("25747", date(2021, 1, 1), "Phường Phú Cường"),
        ("25747", date(2026, 1, 1), "Phường Thủ Dầu Một"),
    ],
)
def test_a_unit_is_named_as_on_the_day(code, day, name):
    assert name_on(UNITS, CHANGES, code, day) == name
    assert name.startswith(type_on(UNITS, CHANGES, code, day))


def test_a_code_not_in_force_on_the_day_is_unknown():
    with pytest.raises(UnknownUnit, match=r"“721” trong danh mục 34-tinh.*02/07/2025"):
        name_on(UNITS, CHANGES, "721", date(2025, 7, 2))


def test_a_whole_list_can_be_named_as_on_a_day():
    below = units_below(UNITS, "74")
    of_2021 = units_on(below, CHANGES, date(2021, 12, 31))
    changed = of_2021["name_vi"] != below["name_vi"]
    assert of_2021.loc[changed, "name_vi"].tolist() == ["Thị xã Bến Cát", "Thị xã Tân Uyên"]
    assert of_2021.loc[changed, "unit_type"].unique().tolist() == ["Thị xã"]


def test_a_unit_that_changed_twice_has_the_type_of_the_time_between():
    two = pd.DataFrame(
        {
            "event_id": ["a", "b"],
            "kind": "unit_type_change",
            "scope_code": "721",
            "vintage": "63-tinh",
            "start_date": pd.to_datetime(["2014-04-02", "2024-05-01"]),
            "title_vi": ["Bến Cát: huyện thành thị xã", "Bến Cát: thị xã thành thành phố"],
        }
    )
    days = [date(2014, 4, 1), date(2014, 4, 2), date(2024, 5, 1)]
    assert [type_on(UNITS, type_changes(two), "721", day) for day in days] == ["Huyện", "Thị xã", "Thành phố"]


def test_an_event_that_does_not_say_the_types_is_named():
    vague = EVENTS[EVENTS["kind"] == "unit_type_change"].assign(title_vi="Lên thành phố")
    with pytest.raises(TypeChangeUnreadable, match=r"type-bencat-2024.*Lên thành phố"):
        type_changes(vague)
