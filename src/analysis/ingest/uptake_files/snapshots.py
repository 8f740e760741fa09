"""Cumulative counts, captured whenever, to calendar months by differences: pure arithmetic on the captures of one unit.

A capture counts from its first day to its last. Captures with one first day are one series of cumulative figures; a series that begins
the day after another ends carries on from it, so weeks follow weeks and a year follows a year. A month is what lies between the capture
that closes the month before and the one that closes it, both in one run of such series.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from analysis.ingest.uptake_files.cells import last_day
from analysis.ingest.uptake_files.layout import FLOWS, STOCKS, TOLERANCE_DAYS

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Snapshot:
    """Counts of one unit from ``start`` to ``end``, both days counted; ``counts`` holds what was stated; ``row`` finds it in its file."""

    row: int
    start: date
    end: date
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Fall:
    """A cumulative count that is lower on a later day."""

    column: str
    earlier: Snapshot
    later: Snapshot


@dataclass(frozen=True)
class Month:
    """Counts of the days ``start`` to ``end``, taken for the month that begins on ``first``; ``closing`` is the capture that ends it.

    ``opening`` is the capture that was subtracted, None where counting began with the month, and ``has_flows`` whether dossiers could
    be counted or only what stood on the closing day is known.
    """

    first: date
    start: date
    end: date
    counts: Mapping[str, int]
    closing: Snapshot
    opening: Snapshot | None
    has_flows: bool


@dataclass(frozen=True)
class Untold:
    """A month that captures touch without giving its counts, and the days near which a capture is wanting (none: they do not join up)."""

    first: date
    wanting: tuple[date, ...]


@dataclass(frozen=True)
class _Series:
    """Captures with one first day in the order of their last."""

    start: date
    captures: tuple[Snapshot, ...]

    @property
    def last(self) -> date:
        """Last day counted."""
        return self.captures[-1].end

    def upon(self, end: date) -> Snapshot | None:
        """The capture of a day, if there is one."""
        return next((capture for capture in self.captures if capture.end == end), None)


_Run = tuple[_Series, ...]


def falls(captures: Iterable[Snapshot]) -> list[Fall]:
    """Every count of dossiers that is lower than in the last earlier capture of its series that stated it."""
    found = []
    for series in _series(captures):
        for column in FLOWS:
            stated = [capture for capture in series.captures if column in capture.counts]
            found += [Fall(column, one, two) for one, two in pairwise(stated) if two.counts[column] < one.counts[column]]
    return found


def months_of(captures: Iterable[Snapshot]) -> list[Month]:
    """Every month for which the captures of one unit give a count, sorted; captures in any order, none of them twice.

    Two runs that count the same days give the same month twice: which one is meant is for the sender to say.
    """
    found = [month for run in _runs(captures) for month in _months_of_run(run)]
    return sorted(found, key=lambda month: (month.first, month.start, month.closing.row))


def untold(captures: Sequence[Snapshot], told: Iterable[Month]) -> list[Untold]:
    """Months of which the captures count more than a few days and that still have no count of dossiers."""
    known = {month.first for month in told if month.has_flows}
    edges = {edge for run in _runs(captures) for edge in _edges(run)}
    touched = {first for run in _runs(captures) for first in _touched(run)}
    return [Untold(first, tuple(_wanting(first, edges))) for first in sorted(touched - known)]


def _series(captures: Iterable[Snapshot]) -> list[_Series]:
    of_start: dict[date, list[Snapshot]] = {}
    for capture in captures:
        of_start.setdefault(capture.start, []).append(capture)
    return [_Series(start, tuple(sorted(of_start[start], key=lambda one: (one.end, one.row)))) for start in sorted(of_start)]


def _runs(captures: Iterable[Snapshot]) -> list[_Run]:
    """Series joined to the earliest one that ends the day before they begin."""
    runs: list[list[_Series]] = []
    for series in _series(captures):
        before = next((run for run in runs if run[-1].last + _DAY == series.start), None)
        if before is None:
            runs.append([series])
        else:
            before.append(series)
    return [tuple(run) for run in runs]


def _edges(run: _Run) -> list[date]:
    """Days with which counting stands still: the day before a series begins, and the last day of each capture."""
    return sorted({series.start - _DAY for series in run} | {capture.end for series in run for capture in series.captures})


def _closing(edges: Iterable[date], last: date) -> date | None:
    """The edge nearest to the last day of a month, the earlier of two; None where none is near enough."""
    near = [edge for edge in edges if abs((edge - last).days) <= TOLERANCE_DAYS]
    return min(near, key=lambda edge: (abs((edge - last).days), edge), default=None)


def _months_of_run(run: _Run) -> Iterator[Month]:
    edges = _edges(run)
    for first in _months_between(run[0].start, run[-1].last + timedelta(days=TOLERANCE_DAYS)):
        closed, opened = _closing(edges, last_day(first)), _closing(edges, first - _DAY)
        closing = next((found for series in run if closed and (found := series.upon(closed))), None)
        if closed is None or closing is None:
            continue
        counts = {column: closing.counts[column] for column in STOCKS if column in closing.counts}
        if opened is not None:
            flows = {column: _between(run, column, opened, closed) for column in FLOWS}
            counts |= {column: value for column, value in flows.items() if value is not None}
        if counts:
            opening = next((found for series in run if opened and series.start <= opened and (found := series.upon(opened))), None)
            yield Month(first, opened + _DAY if opened else first, closed, counts, closing, opening, opened is not None)


def _between(run: _Run, column: str, opened: date, closed: date) -> int | None:
    """What was counted after ``opened`` up to ``closed``, both edges of the run; None where a capture needed for it states nothing."""
    total = 0
    for series in run:
        if series.last <= opened or series.start > closed:
            continue
        upper = series.upon(min(closed, series.last))
        lower = series.upon(opened) if opened >= series.start else None
        needed = [capture for capture in (upper, lower) if capture is not None]
        if any(column not in capture.counts for capture in needed):
            return None
        total += (upper.counts[column] if upper else 0) - (lower.counts[column] if lower else 0)
    return total


def _months_between(start: date, end: date) -> Iterator[date]:
    first = start.replace(day=1)
    while first <= end:
        yield first
        first = last_day(first) + _DAY


def _touched(run: _Run) -> Iterator[date]:
    """Months of which a run counts more than a few days."""
    start, end = run[0].start, run[-1].last
    for first in _months_between(start, end):
        days = (min(end, last_day(first)) - max(start, first)).days + 1
        if days > TOLERANCE_DAYS:
            yield first


def _wanting(first: date, edges: Iterable[date]) -> Iterator[date]:
    """Ends of this month and of the one before that no capture is near to."""
    known = list(edges)
    yield from (last for last in (first - _DAY, last_day(first)) if _closing(known, last) is None)
