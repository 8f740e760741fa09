"""Cumulative captures to months: differences add up again, the order of rows decides nothing, no fall is missed, no month is guessed."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.ingest.uptake_files.layout import FLOWS, STOCKS, TOLERANCE_DAYS
from analysis.ingest.uptake_files.snapshots import Snapshot, falls, months_of, untold

RECEIVED, ONLINE = "received_count", "online_count"
OFFERED = "services_offered_count"
NEW_YEAR = date(2022, 1, 1)


def month_end(number: int, year: int = 2022) -> date:
    return date(year, number, monthrange(year, number)[1])


def capture(end: date, received: int | None = None, start: date = NEW_YEAR, row: int = 0, **counts: int) -> Snapshot:
    return Snapshot(row, start, end, counts if received is None else {RECEIVED: received, **counts})


def received(captures: list[Snapshot]) -> dict[int, int]:
    """Month of the year → dossiers received."""
    return {month.first.month: month.counts[RECEIVED] for month in months_of(captures) if RECEIVED in month.counts}


def test_months_are_what_the_year_to_date_grew_by():
    captures = [capture(month_end(1), 100), capture(month_end(2), 180), capture(month_end(3), 300)]
    assert received(captures) == {1: 100, 2: 80, 3: 120}


monthly = st.lists(st.integers(0, 10_000), min_size=1, max_size=12)


@given(monthly, st.data())
def test_differencing_and_accumulating_again_gives_the_captures_in_any_order_of_rows(counts, data):
    captures = [capture(month_end(number), total, row=number) for number, total in enumerate(accumulate(counts), 1)]
    shuffled = data.draw(st.permutations(captures))
    found = months_of(shuffled)
    assert found == months_of(captures)
    assert [month.first.month for month in found] == list(range(1, len(counts) + 1))
    assert list(accumulate(month.counts[RECEIVED] for month in found)) == [one.counts[RECEIVED] for one in captures]
    assert falls(shuffled) == []
    assert untold(shuffled, found) == []


@given(monthly, st.lists(st.integers(-TOLERANCE_DAYS, TOLERANCE_DAYS), min_size=12, max_size=12))
def test_captures_a_few_days_off_close_the_month_and_say_which_days_they_count(counts, slips):
    ends = [month_end(number) + timedelta(days=slip) for number, slip in zip(range(1, len(counts) + 1), slips, strict=False)]
    captures = [capture(end, total) for end, total in zip(ends, accumulate(counts), strict=True)]
    found = months_of(captures)
    assert [month.counts[RECEIVED] for month in found] == counts
    assert [month.end for month in found] == ends
    assert [month.start for month in found] == [NEW_YEAR, *(end + timedelta(days=1) for end in ends[:-1])]


@given(st.lists(st.tuples(st.integers(1, 365), st.integers(0, 500)), min_size=2, max_size=20, unique_by=lambda one: one[0]), st.data())
def test_a_planted_fall_is_always_found_with_both_captures(steps, data):
    ends = sorted(days for days, _ in steps)
    totals = list(accumulate(1 + step for _, step in steps))
    captures = [capture(NEW_YEAR + timedelta(days=days), total, row=row) for row, (days, total) in enumerate(zip(ends, totals, strict=True))]
    assert falls(captures) == []
    position = data.draw(st.integers(1, len(captures) - 1))
    before = captures[position - 1]
    captures[position] = capture(captures[position].end, before.counts[RECEIVED] - 1, row=position)
    found = [fall for fall in falls(data.draw(st.permutations(captures))) if fall.later.row == position]
    assert [(fall.column, fall.earlier.row) for fall in found] == [(RECEIVED, position - 1)]


def test_a_fall_is_seen_across_a_capture_that_states_nothing():
    captures = [capture(month_end(1), 100), capture(month_end(2)), capture(month_end(3), 90)]
    (fall,) = falls(captures)
    assert (fall.earlier.end, fall.later.end) == (month_end(1), month_end(3))


def test_what_stands_on_a_day_is_never_differenced_and_may_fall():
    captures = [capture(month_end(1), 10, **{OFFERED: 40}), capture(month_end(2), 30, **{OFFERED: 38})]
    assert [month.counts[OFFERED] for month in months_of(captures)] == [40, 38]
    assert falls(captures) == []
    assert not set(STOCKS) & set(FLOWS)


def test_a_new_year_begins_anew():
    captures = [capture(month_end(11), 900), capture(month_end(12), 1000), capture(month_end(1, 2023), 70, date(2023, 1, 1))]
    found = {month.first: month.counts[RECEIVED] for month in months_of(captures)}
    assert found == {date(2022, 12, 1): 100, date(2023, 1, 1): 70}
    assert falls(captures) == []


def test_several_months_without_closings_give_none_and_are_named():
    captures = [capture(month_end(1), 100), capture(month_end(4), 500), capture(month_end(5), 600)]
    found = months_of(captures)
    assert received(captures) == {1: 100, 5: 100}
    missing = untold(captures, found)
    assert [(one.first.month, one.wanting) for one in missing] == [
        (2, (month_end(2),)),
        (3, (month_end(2), month_end(3))),
        (4, (month_end(3),)),
    ]


def test_a_capture_four_days_off_closes_nothing():
    far = month_end(3) - timedelta(days=TOLERANCE_DAYS + 1)
    assert received([capture(month_end(1), 10), capture(month_end(2), 20), capture(far, 30)]) == {1: 10, 2: 10}


def test_the_nearest_capture_closes_a_month_and_of_two_the_earlier():
    last = month_end(1)
    early, late, on_it = (capture(last + timedelta(days=days), total) for days, total in ((-2, 90), (2, 110), (0, 100)))
    assert received([early, late, on_it])[1] == 100
    assert received([late, early])[1] == 90


def test_a_count_that_a_closing_capture_does_not_state_leaves_that_count_out_and_no_other():
    captures = [capture(month_end(1), 100, online_count=10), capture(month_end(2), 200), capture(month_end(3), 300, online_count=50)]
    found = {month.first.month: dict(month.counts) for month in months_of(captures)}
    assert found == {1: {RECEIVED: 100, ONLINE: 10}, 2: {RECEIVED: 100}, 3: {RECEIVED: 100}}


def test_a_capture_between_closings_that_states_nothing_costs_nothing():
    captures = [capture(month_end(1), 100), capture(date(2022, 2, 14)), capture(month_end(2), 180)]
    assert received(captures) == {1: 100, 2: 80}


def weeks(first: date, last: date, each: int = 7) -> list[Snapshot]:
    count = (last - first).days // 7 + 1
    starts = [first + timedelta(days=7 * number) for number in range(count)]
    return [capture(start + timedelta(days=6), each, start, row) for row, start in enumerate(starts)]


def test_weeks_that_tile_a_month_within_the_tolerance_are_added():
    captures = weeks(date(2022, 5, 2), date(2022, 5, 29))  # Monday 2 May to Sunday 29 May
    (month,) = months_of(captures)
    assert (month.first, month.start, month.end, month.counts[RECEIVED]) == (date(2022, 5, 1), date(2022, 5, 2), date(2022, 5, 29), 28)


def test_a_month_with_a_week_missing_has_no_count():
    captures = [one for one in weeks(date(2022, 5, 2), date(2022, 5, 29)) if one.row != 1]
    assert months_of(captures) == []
    (missing,) = untold(captures, [])
    assert missing.first == date(2022, 5, 1)
    assert missing.wanting == ()


def test_a_reporting_year_from_the_middle_of_december_gives_the_months_between_its_closings():
    start = date(2021, 12, 15)
    captures = [capture(month_end(12, 2021), 40, start), capture(month_end(1), 140, start), capture(month_end(2), 240, start)]
    found = months_of(captures)
    assert received(captures) == {1: 100, 2: 100}
    assert [one.first for one in untold(captures, found)] == [date(2021, 12, 1)]


def test_a_first_capture_in_the_middle_of_the_year_tells_only_what_stood_on_that_day():
    (month,) = months_of([capture(month_end(6), 600, **{OFFERED: 40})])
    assert (month.first, month.counts, month.has_flows) == (date(2022, 6, 1), {OFFERED: 40}, False)


@given(st.integers(1, 400))
def test_daily_weeks_count_every_day_once(days):
    first = date(2022, 1, 1)
    captures = [capture(first + timedelta(days=number), 1, first + timedelta(days=number), number) for number in range(days)]
    found = months_of(captures)
    assert all(month.counts[RECEIVED] == (month.end - month.start).days + 1 for month in found)
    assert sum(month.counts[RECEIVED] for month in found) <= days
    for one, two in pairwise(found):
        assert two.start == one.end + timedelta(days=1)
