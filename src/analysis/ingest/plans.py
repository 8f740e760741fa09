"""Plan items as typed from the annex of a plan: the time phrase becomes a window and expected occasions."""

import pandas as pd

from analysis.codes import COUNTERS
from analysis.contracts.declare import FIRST_EDITION_YEAR, LAST_PLAUSIBLE_YEAR
from analysis.errors import Fault
from analysis.ingest.received import Received
from analysis.periods import parse_schedule

ITEM_COLUMNS = (
    "plan_number",
    "section",
    "stt",
    "title_vi",
    "content_vi",
    "activity_type",
    "main_channel",
    "lead_units_vi",
    "coordinating_units_vi",
    "deliverable_vi",
    "time_phrase_vi",
)

PLAN_COLUMNS = (
    "plan_number",
    "province_code",
    "vintage",
    "plan_year",
    "issued_date",
    "other_issued_date",
    "issuer_vi",
    "title_vi",
    "aims_vi",
    "is_itemised",
    "note_vi",
    "address",
)

OUTSIDE_YEAR = "Thời gian nằm ngoài năm của kế hoạch"


def is_plan_year(year: int) -> bool:
    """Whether a year can be a plan's; a fault elsewhere says so when it cannot."""
    return FIRST_EDITION_YEAR <= year <= LAST_PLAUSIBLE_YEAR


def with_schedule(received: Received, plan_years: dict[str, int]) -> Received:
    """Add the schedule columns of ``plan_items``; a window outside the plan year or an unknown plan is a fault.

    A phrase outside the grammar is kept and marked, and the report names it."""
    rows = received.rows.copy()
    schedules, faults = [], list(received.faults)
    for line, row in rows.iterrows():
        where = f"{received.name}, dòng {line}"
        year = plan_years.get(row["plan_number"])
        if year is None:
            faults.append(Fault("Kế hoạch chưa có", where, f"“{row['plan_number']}”", ", ".join(plan_years), "nạp phần đầu của kế hoạch trước"))
        schedule = parse_schedule(row["time_phrase_vi"], year or FIRST_EDITION_YEAR)
        if year and {schedule.start.year, schedule.end.year} != {year}:
            faults.append(Fault(OUTSIDE_YEAR, where, f"“{row['time_phrase_vi']}”", f"thời gian trong năm {year}", "đối chiếu năm của kế hoạch"))
        schedules.append(
            {
                "schedule_kind": schedule.kind,
                "window_start_date": schedule.start.isoformat(),
                "window_end_date": schedule.end.isoformat(),
                "window_parts": ";".join(f"{start}/{end}" for start, end in schedule.parts),
                "expected_count": "" if schedule.expected_count is None else str(schedule.expected_count),
                "occasion_counter": schedule.occasion if schedule.occasion in COUNTERS else "",
                "period_months": str(schedule.period_months or ""),
                "is_open_ended": str(schedule.is_open_ended).lower(),
            }
        )
    return Received(received.name, rows.join(pd.DataFrame(schedules, index=rows.index)), faults, received.lines_count)
