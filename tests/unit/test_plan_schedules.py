"""Typed plan items get their schedule columns; a window outside the year of the plan is a fault."""

import pandas as pd
import pytest

from analysis.ingest.plans import OUTSIDE_YEAR, with_schedule
from analysis.ingest.received import Received


def scheduled(phrase: str) -> Received:
    rows = pd.DataFrame({"plan_number": ["1/KH-UBND"], "time_phrase_vi": [phrase]}, index=[2], dtype="object")
    return with_schedule(Received("items.csv", rows), {"1/KH-UBND": 2021})


def test_a_window_with_gaps_keeps_its_pieces():
    row = scheduled("Quý I, III").rows.loc[2]
    assert (row["window_start_date"], row["window_end_date"]) == ("2021-01-01", "2021-09-30")
    assert row["window_parts"] == "2021-01-01/2021-03-31;2021-07-01/2021-09-30"
    assert (row["schedule_kind"], row["expected_count"]) == ("window", "")


@pytest.mark.parametrize("phrase", ["Quý II/2022", "Tháng 11/2020 đến tháng 2/2021", "Tháng 12/2021 đến tháng 1/2022"])
def test_a_window_that_leaves_the_year_of_the_plan_is_a_fault(phrase):
    assert [fault.cause for fault in scheduled(phrase).faults] == [OUTSIDE_YEAR]


def test_work_on_demand_is_its_own_kind():
    assert scheduled("Khi có yêu cầu").rows.loc[2, "schedule_kind"] == "on_demand"
