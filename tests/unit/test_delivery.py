"""Planned against done, in counts a reader can check by hand."""

from datetime import date

import pandas as pd
import pytest

from analysis import delivery
from analysis.units import units_below


def make_below() -> pd.DataFrame:
    rows = [("718", "district", "Thành phố", "Thành phố Thủ Dầu Một"), ("719", "district", "Huyện", "Huyện Bàu Bàng")]
    return pd.DataFrame(rows, columns=["unit_code", "level", "unit_type", "name_vi"], dtype="string").assign(vintage="63-tinh", parent_code="74")


def make_items(expected: int | None = 2, lead: str = "UBND cấp huyện") -> pd.DataFrame:
    item = {
        "plan_number": "1/KH-UBND",
        "section": "II.1",
        "stt": 9,
        "lead_units_vi": lead,
        "coordinating_units_vi": "Văn phòng UBND tỉnh",
        "time_phrase_vi": "Định kỳ 6 tháng/01 lần",
        "schedule_kind": "recurring",
        "window_start_date": pd.Timestamp("2021-01-01"),
        "window_end_date": pd.Timestamp("2021-06-30"),
        "window_parts": pd.NA,
        "expected_count": pd.NA if expected is None else expected,
        "period_months": 6,
        "is_open_ended": False,
        "occasion_counter": pd.NA,
    }
    return pd.DataFrame([item]).astype({"stt": "Int64", "expected_count": "Int64"})


def make_activities(*rows: tuple[str, str], **changed: object) -> pd.DataFrame:
    """Activities of the item from (unit, first day)."""
    columns = {
        "activity_id": [str(number) for number in range(len(rows))],
        "plan_number": "1/KH-UBND",
        "plan_section": "II.1",
        "plan_stt": 9,
        "unit_code": [unit for unit, _ in rows],
        "vintage": "63-tinh",
        "channel": "dialogue",
        "audience": "citizens",
        "start_date": pd.to_datetime([day for _, day in rows]),
        "end_date": pd.to_datetime([day for _, day in rows]),
        "date_precision": "day",
        "counter": "buoi",
        "quantity_count": pd.NA,
        "reach_count": 10,
        "reach_kind": "luot_nguoi",
        "is_reach_approximate": False,
        "cost_vnd": pd.NA,
        "is_cost_approximate": False,
    }
    flags = {"is_reach_approximate": "boolean", "is_cost_approximate": "boolean"}
    counts = {"plan_stt": "Int64", "quantity_count": "Int64", "reach_count": "Int64", "cost_vnd": "Int64"}
    return pd.DataFrame(columns | changed).astype({"unit_code": "string", "reach_kind": "string", **counts, **flags})


def progress(items: pd.DataFrame, activities: pd.DataFrame) -> pd.Series:
    return delivery.item_progress(items, activities, make_below()).iloc[0]


def test_a_surplus_of_one_unit_does_not_offset_the_gap_of_another():
    row = progress(make_items(expected=2), make_activities(*[("718", "2021-02-01")] * 5, ("719", "2021-03-01")))
    assert (row["done_count"], row["expected_total_count"], row["lead_units_count"], row["units_done_count"]) == (6, 4, 2, 2)
    assert row["completion_share"] == pytest.approx(3 / 4)


@pytest.mark.parametrize("missing", [pd.NA, None, float("nan")], ids=str)
def test_an_item_without_coordinating_units_is_led_by_all_it_names(missing):
    row = progress(make_items().assign(coordinating_units_vi=missing), make_activities(("718", "2021-02-01")))
    assert row["lead_units_count"] == 2


def test_an_item_without_a_stated_number_has_no_completion():
    row = progress(make_items(expected=None), make_activities(("718", "2021-02-01")))
    assert row["done_count"] == 1
    assert pd.isna(row["expected_total_count"])
    assert pd.isna(row["completion_share"])


@pytest.mark.parametrize(
    ("counted", "counter", "quantity", "occasions"),
    [("ky", "ky", 12, 12), ("ky", "ky", None, 1), ("ky", "tin", 12, 1), (None, "ky", 12, 1), ("ky", "ky", 0, 0)],
)
def test_a_row_is_as_many_occasions_as_its_quantity_only_where_the_item_counts_that_very_counter(counted, counter, quantity, occasions):
    items = make_items(expected=12).assign(occasion_counter=pd.NA if counted is None else counted)
    log = make_activities(("718", "2021-02-01"), counter=counter, quantity_count=pd.NA if quantity is None else quantity)
    row = progress(items, log)
    assert (row["done_count"], row["occasions_count"]) == (1, occasions)
    assert row["completion_share"] == pytest.approx(occasions / 24)
    by_unit = delivery.occasions_by_unit(items, log, make_below(), date(2022, 1, 1)).set_index("unit_code")
    assert by_unit["done_count"].to_dict() == {"718": occasions, "719": 0}


def test_until_the_year_is_over_an_item_is_held_against_what_is_owed():
    halves = make_items().assign(window_end_date=pd.Timestamp("2021-12-31"))
    row = delivery.item_progress(halves, make_activities(("718", "2021-02-01")), make_below(), date(2021, 8, 15)).iloc[0]
    assert (row["expected_total_count"], row["owed_total_count"], row["completion_share"], row["owed_share"]) == (4, 2, 0.25, 0.5)
    early = delivery.item_progress(halves, make_activities(), make_below(), date(2021, 6, 30)).iloc[0]
    assert early["owed_total_count"] == 0
    assert pd.isna(early["owed_share"])


def test_the_period_that_lacks_an_occasion_is_named_and_a_surplus_covers_another():
    halves = make_items().assign(window_end_date=pd.Timestamp("2021-12-31"))

    def missing(*days: str) -> str:
        found = delivery.occasions_by_unit(halves, make_activities(*[("718", day) for day in days]), make_below(), date(2022, 1, 1))
        return found.set_index("unit_code").loc["718", "missing_parts"]

    assert missing("2021-02-01") == "2021-07-01/2021-12-31"
    assert missing("2021-07-01") == "2021-01-01/2021-06-30"
    assert missing() == "2021-01-01/2021-06-30;2021-07-01/2021-12-31"
    assert missing("2021-02-01", "2021-03-01") == missing("2021-08-01", "2021-09-01") == ""


def test_the_last_day_of_work_under_way_is_no_later_than_the_day_of_the_report():
    log = make_activities(("718", "2021-08-10"), end_date=pd.Timestamp("2021-08-20"))
    assert delivery.item_progress(make_items(), log, make_below(), date(2021, 8, 15)).iloc[0]["last_date"] == pd.Timestamp("2021-08-15")


def test_an_item_that_none_of_our_units_leads_has_no_completion():
    row = progress(make_items(lead="Báo Bình Dương"), make_activities(("718", "2021-02-01")))
    assert row["lead_units_count"] == 0
    assert pd.isna(row["completion_share"])


def test_activities_of_units_that_do_not_lead_count_as_done_but_not_as_completion():
    row = progress(make_items(), make_activities(("25741", "2021-02-01")))
    assert (row["done_count"], row["completion_share"]) == (1, 0.0)


def test_an_item_with_nothing_done_is_zero_of_its_stated_number_and_has_no_dates():
    row = progress(make_items(), make_activities())
    assert (row["done_count"], row["completion_share"], row["late_count"]) == (0, 0.0, 0)
    assert pd.isna(row["first_date"])


def test_only_activities_begun_after_the_window_are_late():
    row = progress(make_items(), make_activities(("718", "2021-06-30"), ("718", "2021-07-01")))
    assert row["late_count"] == 1
    assert (row["first_date"], row["last_date"]) == (pd.Timestamp("2021-06-30"), pd.Timestamp("2021-07-01"))


@pytest.mark.parametrize("changed", [{"plan_number": "2/KH-UBND"}, {"plan_section": "I"}, {"plan_stt": 8}, {"plan_stt": pd.NA}])
def test_activities_of_another_plan_section_or_item_do_not_count(changed):
    assert progress(make_items(), make_activities(("718", "2021-02-01"), **changed))["done_count"] == 0


def test_a_plan_is_dated_by_the_year_it_is_for():
    plans = pd.DataFrame({"plan_number": ["6334/KH-UBND"], "province_code": ["74"], "plan_year": [2021], "issued_date": [pd.Timestamp("2020-12-24")]})
    assert delivery.plan_of_year(plans, "74", 2021)["plan_number"] == "6334/KH-UBND"
    assert delivery.plan_of_year(plans, "74", 2020) is None
    assert delivery.plan_of_year(plans, "79", 2021) is None


def test_items_come_in_plan_order_and_of_one_plan_only():
    items = pd.DataFrame({"plan_number": ["a", "a", "b", "a"], "section": ["II.1", "I", "I", "II.1"], "stt": [2, 1, 1, 1]})
    found = delivery.items_of_plan(items, pd.Series({"plan_number": "a"}))
    assert found[["section", "stt"]].values.tolist() == [["I", 1], ["II.1", 1], ["II.1", 2]]
    assert delivery.items_of_plan(items, None).empty


def test_activities_of_a_year_began_in_it_and_belong_to_our_units():
    activities = make_activities(("718", "2020-12-31"), ("718", "2021-01-01"), ("999", "2021-05-01"))
    assert delivery.activities_of_year(activities, make_below(), 2021)["activity_id"].tolist() == ["1"]


def test_activities_after_the_day_of_the_report_are_left_out():
    activities = make_activities(("718", "2021-06-30"), ("718", "2021-07-01"))
    assert delivery.activities_of_year(activities, make_below(), 2021, until=date(2021, 6, 30))["activity_id"].tolist() == ["0"]


def test_a_plan_without_items_still_has_the_columns_of_progress():
    progress = delivery.item_progress(make_items().head(0), make_activities(), make_below())
    assert progress.empty
    assert set(delivery.PROGRESS_COLUMNS) <= set(progress.columns)


def test_silent_units_are_those_that_logged_nothing():
    assert delivery.silent_units(make_activities(("718", "2021-02-01")), make_below())["unit_code"].tolist() == ["719"]


def test_the_channel_mix_keeps_officials_apart_and_puts_the_most_used_first():
    audiences = ["citizens", "officials", "citizens", "mixed"]
    activities = make_activities(*[("718", "2021-02-01")] * 4, channel=["web", "radio", "radio", "radio"], audience=audiences)
    mix = delivery.channel_mix(activities)
    assert mix.values.tolist() == [["radio", 1, 2, 3], ["web", 0, 1, 1]]
    assert mix.columns.tolist() == ["channel", "officials_count", "public_count", "total_count"]


def test_activities_by_month_keep_officials_apart():
    activities = make_activities(("718", "2021-02-01"), ("718", "2021-02-20"), ("718", "2021-05-01"), audience=["officials", "citizens", "citizens"])
    months = delivery.activities_by_month(activities, 2021, date(2021, 6, 3)).set_index("period_month")
    assert months.loc[["2021-02", "2021-05"]].values.tolist() == [[1, 1], [0, 1]]
    assert months.index.tolist() == [f"2021-0{month}" for month in range(1, 7)], "months begun, also those without any"
    assert not months.loc[["2021-01", "2021-03", "2021-04", "2021-06"]].to_numpy().any()


def test_an_activity_dated_only_to_a_quarter_belongs_to_no_month():
    activities = make_activities(*[("718", "2021-04-01")] * 4, date_precision=["day", "month", "quarter", "year"])
    assert delivery.activities_by_month(activities, 2021, date(2022, 1, 1)).query("public_count > 0").values.tolist() == [["2021-04", 0, 2]]


def test_reach_is_never_summed_across_kinds_or_across_officials_and_public():
    activities = make_activities(
        *[("718", "2021-02-01")] * 5,
        reach_kind=["luot_xem", "luot_nguoi", "luot_nguoi", "luot_nguoi", pd.NA],
        reach_count=[100, 10, 20, pd.NA, pd.NA],
        audience=["citizens", "officials", "citizens", "citizens", "citizens"],
    )
    reach = delivery.reach_by_kind(activities).set_index(["reach_kind", "is_officials"])
    assert reach["reach_count"].to_dict() == {("luot_nguoi", False): 20, ("luot_nguoi", True): 10, ("luot_xem", False): 100}
    assert reach.loc[("luot_nguoi", False), ["recorded_count", "activities_count"]].tolist() == [1, 2]
    assert delivery.unrecorded_reach(activities) == 2


def test_reach_said_to_be_about_is_counted_apart():
    activities = make_activities(*[("718", "2021-02-01")] * 3, reach_count=[10, 20, pd.NA], is_reach_approximate=[True, False, True])
    (row,) = delivery.reach_by_kind(activities).to_dict("records")
    assert (row["reach_count"], row["recorded_count"], row["approximate_count"], row["activities_count"]) == (30, 2, 1, 3)


def test_cost_is_summed_by_channel_only_where_it_is_given():
    activities = make_activities(
        *[("718", "2021-02-01")] * 5,
        channel=["radio", "radio", "radio", "print", "web"],
        cost_vnd=[1_000_000, 250_000, pd.NA, 9_000_000, pd.NA],
        is_cost_approximate=[True, False, False, False, False],
    )
    costs = delivery.cost_by_channel(activities)
    assert costs["channel"].tolist() == ["print", "radio"]
    assert costs.set_index("channel").loc["radio"].tolist() == [1_250_000, 2, 1, 3]
    assert delivery.cost_by_channel(make_activities(("718", "2021-02-01"))).empty


def test_what_is_done_on_demand_is_never_late_and_never_untouched():
    on_demand = make_items(expected=None).assign(schedule_kind="on_demand")
    assert progress(on_demand, make_activities(("718", "2021-12-01")))["late_count"] == 0
    assert delivery.untouched_items(delivery.item_progress(on_demand, make_activities(), make_below())).empty
    assert len(delivery.untouched_items(delivery.item_progress(make_items(expected=None), make_activities(), make_below()))) == 1


def test_an_item_led_by_one_unit_names_it_and_one_led_by_a_group_names_none():
    assert progress(make_items(lead="UBND thành phố Thủ Dầu Một"), make_activities())["lead_unit_code"] == "718"
    assert pd.isna(progress(make_items(), make_activities())["lead_unit_code"])


def test_a_year_without_any_activity_gives_empty_tables_with_their_columns():
    nothing = make_activities()
    assert delivery.channel_mix(nothing).columns.tolist() == ["channel", "officials_count", "public_count", "total_count"]
    assert delivery.activities_by_month(nothing, 2021, date(2022, 1, 1)).columns.tolist() == ["period_month", "officials_count", "public_count"]
    assert len(delivery.reach_by_kind(nothing)) == delivery.unrecorded_reach(nothing) == 0


def test_what_was_booked_on_the_plan_after_its_year_is_held_against_its_items(shipped_tables):
    below = units_below(shipped_tables.units, "74")
    plan = delivery.plan_of_year(shipped_tables.plans, "74", 2021)
    items = delivery.items_of_plan(shipped_tables.plan_items, plan)
    log = shipped_tables.activities
    late = log[(log["plan_section"] == "II.1") & (log["plan_stt"] == 6)].head(1)
    moved = late.assign(activity_id="later", start_date=pd.Timestamp("2022-02-10"), end_date=pd.Timestamp("2022-02-10"), date_precision="day")
    log = pd.concat([log, moved], ignore_index=True)
    booked = delivery.activities_of_plan(log, below, 2021, plan)
    assert "later" not in set(delivery.activities_of_year(log, below, 2021)["activity_id"])
    assert "later" in set(booked["activity_id"])
    assert "later" not in set(delivery.activities_of_plan(log, below, 2021, plan, pd.Timestamp("2022-02-09").date())["activity_id"])
    before = delivery.item_progress(items, delivery.activities_of_year(log, below, 2021), below).set_index(["section", "stt"])
    after = delivery.item_progress(items, booked, below).set_index(["section", "stt"])
    assert after.loc[("II.1", 6), "late_count"] == before.loc[("II.1", 6), "late_count"] + 1
