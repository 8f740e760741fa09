"""What reached each commune: itself, its district, the province, its neighbours; and when it began."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.exposure import commune_exposure, district_codes, exposure_table, first_campaigns, first_months, unit_exposure
from analysis.units import units_below

BELOW = pd.DataFrame(
    {
        "unit_code": ["74-VPUB", "74-SNV", "718", "719", "c1", "c2", "c3", "c4"],
        "vintage": "63-tinh",
        "level": ["department", "department", "district", "district", "commune", "commune", "commune", "commune"],
        "parent_code": ["74", "74", "74", "74", "718", "718", "718", "719"],
    },
    dtype="string",
)
MONTHS = ["2021-01", "2021-02", "2022-01"]


def exposure(*said: tuple[str, str], group: str = "public", channel: str = "radio", spread: float = 0.0) -> pd.DataFrame:
    """An exposure table of one activity for each (unit, month)."""
    levels = dict(zip(BELOW["unit_code"], BELOW["level"].replace({"department": "province"}), strict=True))
    rows = [(unit, "63-tinh", month, channel, group, levels[unit], 1.0, spread) for unit, month in said]
    columns = ["unit_code", "vintage", "period_month", "channel", "audience_group", "acting_level", "dose_count", "spread_count"]
    texts = dict.fromkeys(columns[:6], "string")
    return pd.DataFrame(rows, columns=columns).astype(texts | {"dose_count": float, "spread_count": float})


def at(found: pd.DataFrame, column: str) -> dict[tuple[str, str], float]:
    """Known values by (unit, month)."""
    return {(row.unit_code, row.period_month): getattr(row, column) for row in found.dropna(subset=[column]).itertuples()}


def test_there_is_a_row_for_every_commune_and_month_with_its_district():
    found = commune_exposure(exposure(("c1", "2021-01")), BELOW, MONTHS)
    assert found[["unit_code", "period_month"]].values.tolist() == [[unit, month] for unit in ("c1", "c2", "c3", "c4") for month in MONTHS]
    assert found.drop_duplicates("unit_code")["district_code"].tolist() == ["718", "718", "718", "719"]


def test_a_commune_has_dose_0_in_a_year_it_logged_and_an_unknown_one_in_a_year_it_did_not():
    found = commune_exposure(exposure(("c1", "2021-01")), BELOW, MONTHS)
    assert at(found, "own_dose") == {("c1", "2021-01"): 1.0, ("c1", "2021-02"): 0.0}


def test_a_year_with_activities_for_officials_only_is_a_year_that_was_logged():
    found = commune_exposure(exposure(("c1", "2021-01"), group="officials"), BELOW, MONTHS)
    assert at(found, "own_dose") == {("c1", "2021-01"): 0.0, ("c1", "2021-02"): 0.0}
    assert at(found, "officials_dose") == {("c1", "2021-01"): 1.0, ("c1", "2021-02"): 0.0}


def test_the_districts_activities_reach_its_communes_and_no_others():
    found = at(commune_exposure(exposure(("718", "2021-01")), BELOW, MONTHS), "district_dose")
    assert found == {(unit, month): float(month == "2021-01") for unit in ("c1", "c2", "c3") for month in ("2021-01", "2021-02")}


def test_what_departments_say_reaches_all_alike_and_adds_up():
    found = at(commune_exposure(exposure(("74-VPUB", "2021-01"), ("74-SNV", "2021-01")), BELOW, MONTHS), "province_dose")
    assert found == {(unit, month): 2.0 * (month == "2021-01") for unit in ("c1", "c2", "c3", "c4") for month in ("2021-01", "2021-02")}


def test_neighbours_are_the_other_communes_of_the_district_that_sent_a_log():
    said = exposure(("c1", "2021-01"), ("c1", "2021-01"), ("c2", "2021-02"))
    found = at(commune_exposure(said, BELOW, ["2021-01"]), "neighbour_dose")
    assert found == {("c1", "2021-01"): 0.0, ("c2", "2021-01"): 2.0, ("c3", "2021-01"): 1.0}


def test_channels_and_the_part_that_was_spread_are_told_apart_and_add_up():
    said = pd.concat([exposure(("c1", "2021-01")), exposure(("c1", "2021-01"), ("c1", "2021-02"), channel="web_portal", spread=1.0)])
    found = commune_exposure(said, BELOW, ["2021-01", "2021-02"], by_channel=True)
    assert found["own_dose_radio"].dropna().tolist() == [1.0, 0.0]
    assert found["own_dose_web_portal"].dropna().tolist() == [1.0, 1.0]
    assert found["own_spread_count"].dropna().tolist() == [1.0, 1.0]
    assert (found["own_dose_radio"] + found["own_dose_web_portal"]).equals(found["own_dose"])


def test_communes_without_districts_have_neither_district_nor_neighbours():
    flat = BELOW[BELOW["level"] == "commune"].assign(parent_code="79")
    found = commune_exposure(exposure(("c1", "2021-01")), flat, ["2021-01"])
    assert found[["district_code", "district_dose", "neighbour_dose"]].isna().all(axis=None)
    assert district_codes(flat).isna().all()


def test_departments_have_their_own_dose_only():
    found = unit_exposure(exposure(("74-VPUB", "2021-02")), BELOW, ["2021-01", "2021-02"], "department")
    assert at(found, "own_dose") == {("74-VPUB", "2021-01"): 0.0, ("74-VPUB", "2021-02"): 1.0}
    assert found["district_code"].isna().all()


said_somewhere = st.lists(st.tuples(st.sampled_from(list(BELOW["unit_code"])), st.sampled_from(MONTHS)), max_size=12)


@settings(max_examples=30, deadline=None)
@given(said_somewhere, st.randoms())
def test_doses_are_those_of_a_plain_count_in_any_order_of_rows(said, random):
    found = commune_exposure(exposure(*said), BELOW, MONTHS).set_index(["unit_code", "period_month"])
    logged = {(unit, month[:4]) for unit, month in said}
    district = dict(zip(BELOW["unit_code"], BELOW["parent_code"], strict=True))
    for unit, month in found.index:
        row = found.loc[(unit, month)]
        others = [one for one in ("c1", "c2", "c3", "c4") if one != unit and district[one] == district[unit] and (one, month[:4]) in logged]
        departments = [one for one in ("74-VPUB", "74-SNV") if (one, month[:4]) in logged]
        plain = {
            "own_dose": said.count((unit, month)) if (unit, month[:4]) in logged else None,
            "district_dose": said.count((district[unit], month)) if (district[unit], month[:4]) in logged else None,
            "province_dose": sum(said.count((one, month)) for one in departments) if departments else None,
            "neighbour_dose": np.mean([said.count((one, month)) for one in others]) if others else None,
        }
        assert {name: None if pd.isna(row[name]) else row[name] for name in plain} == pytest.approx(plain)
    shuffled = exposure(*random.sample(said, len(said)))
    again = commune_exposure(shuffled, BELOW.sample(frac=1, random_state=1), random.sample(MONTHS, 3)).set_index(["unit_code", "period_month"])
    pd.testing.assert_frame_equal(again, found)


def test_the_built_log_gives_every_commune_every_month(built):
    below = units_below(built.tables["units"], "74")
    table = exposure_table(built.tables["activities"], below)
    months = sorted(built.tables["uptake"]["period_month"].unique())
    found = commune_exposure(table, below, months)
    assert (found["unit_code"].nunique(), len(months), len(found)) == (91, 72, 91 * 72)
    public = table[table["audience_group"] == "public"].groupby("acting_level")["dose_count"].sum()
    assert found["own_dose"].sum() == pytest.approx(public["commune"])
    assert found.groupby("period_month")["province_dose"].first().sum() == pytest.approx(public["province"])


# First campaigns


def begun(*said: tuple[str, str], **options: object) -> pd.DataFrame:
    return first_campaigns(exposure(*said, **options), BELOW).set_index("unit_code")


def test_the_first_public_month_is_the_start_and_communes_without_one_are_left_out():
    said = pd.concat([exposure(("74-VPUB", "2021-01"), ("c1", "2021-05"), ("c1", "2021-03")), exposure(("c2", "2021-01"), group="officials")])
    campaigns = first_campaigns(said, BELOW)
    assert first_months(campaigns).to_dict() == {"c1": "2021-03"}
    assert campaigns.set_index("unit_code")["status"].to_dict() == {"c1": "started", "c2": "never", "c3": "no_log", "c4": "no_log"}


def test_a_start_in_the_logs_first_month_may_be_older():
    assert begun(("c1", "2021-01"), ("c2", "2021-02"))["status"].to_dict()["c1"] == "already_running"


def test_a_start_after_a_year_without_log_may_be_older():
    found = begun(("74-VPUB", "2020-01"), ("c1", "2021-03"), ("c2", "2020-06"), ("c2", "2021-01"))
    assert found["status"].to_dict() == {"c1": "after_silence", "c2": "started", "c3": "no_log", "c4": "no_log"}


def test_a_first_month_that_is_only_part_of_a_quarter_says_so():
    assert begun(("c1", "2021-01"), spread=1.0)["is_spread"].to_dict() == {"c1": True, "c2": False, "c3": False, "c4": False}


def test_an_empty_log_starts_nowhere():
    assert begun()["status"].unique().tolist() == ["no_log"]
    assert first_months(begun().reset_index()).empty
