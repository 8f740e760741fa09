"""The log as a table of doses: levels, audiences, parts, reach, plans, and what cannot be used."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.delivery import occasions_by_unit
from analysis.exposure import exposure_table, monthly_dose, planned_dose, unused_activities
from analysis.exposure.parts import monthly_parts
from analysis.exposure.table import EXPOSURE_KEY, acting_levels
from analysis.units import units_below

BELOW = pd.DataFrame(
    {
        "unit_code": ["74-VPUB", "718", "719", "25741", "25744", "25747"],
        "vintage": "63-tinh",
        "level": ["department", "district", "district", "commune", "commune", "commune"],
        "parent_code": ["74", "74", "74", "718", "718", "719"],
    },
    dtype="string",
)
DATES = {
    "day": ("2021-02-10", "2021-03-10"),
    "month": ("2021-02-01", "2021-02-28"),
    "quarter": ("2021-01-01", "2021-03-31"),
    "year": ("2021-01-01", "2021-12-31"),
}
TYPES = {
    "start_date": "datetime64[ns]",
    "end_date": "datetime64[ns]",
    "date_precision": "string",
    "reach_count": "Int64",
    "reach_kind": "string",
    "reach_basis": "string",
    "plan_number": "string",
}


def activity(precision: str = "day", **changes: object) -> dict[str, object]:
    start, end = DATES[precision]
    said = {"unit_code": "25741", "vintage": "63-tinh", "channel": "radio", "audience": "citizens", "plan_number": None}
    reach = {"reach_count": None, "reach_kind": None, "reach_basis": None}
    dated = {"date_precision": precision, "start_date": pd.Timestamp(start), "end_date": pd.Timestamp(end)}
    return said | reach | dated | changes


def log(*activities: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(activities), columns=list(activity())).astype(TYPES)


def recorded(count: int, kind: str = "luot_nguoi", basis: str = "recorded") -> dict[str, object]:
    return {"reach_count": count, "reach_kind": kind, "reach_basis": basis}


def test_a_quarter_is_three_equal_parts_and_a_dated_activity_one_however_long_it_ran():
    parts = monthly_parts(log(activity("quarter"), activity("day")))
    assert parts["period_month"].tolist() == ["2021-01", "2021-02", "2021-03", "2021-02"]
    assert parts["part"].tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    assert parts["is_spread"].tolist() == [True, True, True, False]


def test_officials_stand_apart_and_a_mixed_audience_is_the_public():
    found = exposure_table(log(activity(audience="officials"), activity(audience="mixed"), activity(audience="businesses")), BELOW)
    assert found.set_index("audience_group")["dose_count"].to_dict() == {"officials": 1.0, "public": 2.0}


def test_a_unit_acts_at_its_own_level_and_departments_and_the_province_act_on_all():
    found = exposure_table(log(*(activity(unit_code=code) for code in ("25741", "718", "74-VPUB", "74"))), BELOW)
    assert found.set_index("unit_code")["acting_level"].to_dict() == {
        "25741": "commune",
        "718": "district",
        "74-VPUB": "province",
        "74": "province",
    }


def test_how_much_was_spread_and_how_much_was_planned_is_counted_in_parts():
    found = exposure_table(log(activity("quarter", plan_number="1/KH-UBND"), activity("month")), BELOW).set_index("period_month")
    assert found["dose_count"].to_dict() == pytest.approx({"2021-01": 1 / 3, "2021-02": 4 / 3, "2021-03": 1 / 3})
    assert found["spread_count"].tolist() == pytest.approx([1 / 3] * 3)
    assert found["in_plan_count"].tolist() == pytest.approx([1 / 3] * 3)


def test_reach_sums_what_was_recorded_and_is_unknown_where_nothing_was():
    some = exposure_table(log(activity(**recorded(70)), activity(**recorded(30)), activity()), BELOW)
    assert some[["dose_count", "reach_count", "reach_kind", "reach_known_count"]].values.tolist() == [[3.0, 100.0, "luot_nguoi", 2.0]]
    none = exposure_table(log(activity()), BELOW)
    assert none["reach_count"].isna().all()
    assert none["reach_known_count"].tolist() == [0.0]


def test_a_units_own_estimate_is_no_recorded_reach():
    found = exposure_table(log(activity(**recorded(500, basis="estimated"))), BELOW)
    assert found["reach_count"].isna().tolist() == [True]
    assert found["reach_known_count"].tolist() == [0.0]


def test_reach_of_several_kinds_is_never_added():
    found = exposure_table(log(activity(**recorded(70)), activity(**recorded(30, "luot_xem"))), BELOW)
    assert found[["reach_count", "reach_kind"]].isna().all(axis=None)
    assert found["reach_known_count"].tolist() == [2.0]


def test_reach_of_a_spread_activity_is_spread_with_it():
    found = exposure_table(log(activity("quarter", **recorded(90))), BELOW)
    assert found["reach_count"].tolist() == pytest.approx([30, 30, 30])


def test_units_of_two_vintages_at_once_are_an_error():
    with pytest.raises(ValueError, match="34-tinh, 63-tinh"):
        acting_levels(pd.concat([BELOW, BELOW.assign(vintage="34-tinh")]))


def test_an_empty_log_is_an_empty_table():
    assert exposure_table(log(), BELOW).empty
    assert unused_activities(log(), BELOW, ["2021-02"]).notes_vi == ()


precisions = st.sampled_from(sorted(DATES))
units = st.sampled_from([*BELOW["unit_code"], "999"])
audiences = st.sampled_from(["citizens", "officials", "mixed"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds(lambda p, u, a: activity(p, unit_code=u, audience=a), precisions, units, audiences), max_size=8), st.randoms())
def test_every_activity_is_in_the_table_once_or_told_as_unused_in_any_order(activities, random):
    table = exposure_table(log(*activities), BELOW)
    unused = unused_activities(log(*activities), BELOW, [f"2021-{month:02d}" for month in range(1, 13)])
    assert table["dose_count"].sum() + len(unused.rows) == pytest.approx(len(activities))
    assert not table.duplicated(list(EXPOSURE_KEY)).any()
    shuffled = random.sample(activities, len(activities))
    pd.testing.assert_frame_equal(exposure_table(log(*shuffled), BELOW), table)


def test_what_cannot_be_used_is_returned_with_its_reason_and_told_once_each():
    activities = log(
        activity(unit_code=None),
        activity(unit_code="999"),
        activity(vintage="34-tinh"),
        activity(start_date=pd.Timestamp("2020-12-31")),
        activity("quarter", start_date=pd.Timestamp("2020-12-01")),
        activity(),
    )
    found = unused_activities(activities, BELOW, ["2021-01", "2021-02", "2021-03"])
    assert found.rows["reason"].tolist() == ["no_unit", "unknown_unit", "other_vintage", "outside_months", "partly_outside"]
    assert found.notes_vi == (
        "1 hoạt động không ghi đơn vị nên không tính vào liều của nơi nào; nhật ký phải ghi mã đơn vị.",
        "1 hoạt động ghi mã đơn vị của danh mục khác (25741) nên không tính; cần danh mục 63-tinh.",
        "1 hoạt động của đơn vị không có trong danh mục 63-tinh (999) nên không tính; cần mã có trong danh mục.",
        "1 hoạt động nằm ngoài các tháng có số liệu kết quả (01/2021–3/2021) nên không so được.",
        "1 hoạt động chỉ biết đến quý hoặc năm nằm một phần ngoài các tháng 01/2021–3/2021; phần ấy không tính.",
    )


def test_the_built_log_is_laid_out_whole_and_agrees_with_the_monthly_dose(built):
    below = units_below(built.tables["units"], "74")
    activities = built.tables["activities"]
    table = exposure_table(activities, below)
    assert table["dose_count"].sum() == pytest.approx(len(activities))
    public = table[table["audience_group"] == "public"]
    summed = public.groupby(["unit_code", "vintage", "period_month"])[["dose_count", "spread_count"]].sum().reset_index()
    pd.testing.assert_frame_equal(summed, monthly_dose(activities), check_dtype=False)


def items(**changes: object) -> pd.DataFrame:
    said = {"plan_number": "6334/KH-UBND", "section": "I", "stt": 1, "lead_units_vi": "UBND cấp xã", "coordinating_units_vi": pd.NA}
    window = {"window_start_date": pd.Timestamp("2021-04-01"), "window_end_date": pd.Timestamp("2021-06-30"), "window_parts": pd.NA}
    return pd.DataFrame([said | window | {"expected_count": 6} | changes])


@pytest.fixture(scope="module")
def below(built) -> pd.DataFrame:
    return units_below(built.tables["units"], "74")


def test_a_stated_number_binds_each_leading_unit_in_equal_parts_over_its_months(below):
    planned = planned_dose(items(), below, 2021)
    assert planned.groupby("period_month")["planned_count"].agg(["min", "max", "size"]).values.tolist() == [[2.0, 2.0, 91.0]] * 3
    assert set(planned["acting_level"]) == {"commune"}


def test_a_window_with_gaps_has_no_planned_dose_inside_the_gap(below):
    parts = "2021-01-01/2021-01-31;2021-07-01/2021-07-31"
    assert sorted(planned_dose(items(window_parts=parts), below, 2021)["period_month"].unique()) == ["2021-01", "2021-07"]


@pytest.mark.parametrize("changes", [{"expected_count": pd.NA}, {"lead_units_vi": "Đài PT&TH Bình Dương"}], ids=["no number stated", "not ours"])
def test_what_no_number_or_no_unit_stands_for_has_no_planned_dose(below, changes):
    assert planned_dose(items(**changes), below, 2021).empty


def test_the_built_plan_has_the_occasions_that_delivery_holds_its_units_to(built, below):
    plan_items, activities = built.tables["plan_items"], built.tables["activities"]
    expected = occasions_by_unit(plan_items, activities, below, date(2021, 12, 31)).groupby("unit_code")["expected_count"].sum()
    planned = planned_dose(plan_items, below, 2021).groupby("unit_code")["planned_count"].sum()
    assert planned.to_dict() == pytest.approx(expected.to_dict())
    assert planned.sum() == pytest.approx(276)
