"""Windows named in a phrase: pieces, ranges between two of them, and deadlines."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analysis.periods.bounds import MONTHS_PER_YEAR, Window, month_bounds, quarter_bounds, year_bounds
from analysis.periods.words import Fact

QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
HALF_YEAR_MONTHS = 6
WINDOW_FACTS = frozenset({"quarters", "months", "day", "year", "part_of_year", "half_year"})
BORDER_FACTS = frozenset({"from", "before", "until"})

_LISTED = re.compile(
    r"(?P<joint>-|\bden\b)?\s*(?:het\s+)?(?:quy\s+|thang\s+)?(?P<item>iv|i{1,3}|\d{1,2})(?!\d)(?:(?:/|\s*nam\s+|\s+)(?:nam\s+)?(?P<year>\d{4}))?"
)


@dataclass(frozen=True)
class _Piece:
    """A stretch of the calendar whose year may be named elsewhere; ``after`` says what stands before it: and, until, before, from."""

    bounds: Callable[[int], Window]
    year: int | None
    after: str = "and"


def named_windows(facts: Sequence[Fact], plan_year: int) -> list[Window] | None:
    """Windows in the order named; empty when none is named, None when they make no sense. A deadline begins with its year."""
    try:
        pieces = _with_years(_pieces(facts), plan_year)
        return _spans(pieces, plan_year)
    except (ValueError, KeyError, OverflowError):
        return None


def _pieces(facts: Sequence[Fact]) -> list[_Piece]:
    pieces: list[_Piece] = []
    border = "and"
    for fact in facts:
        if fact.kind in BORDER_FACTS or fact.kind == "and":
            border = fact.kind
        elif fact.kind in WINDOW_FACTS:
            first, *others = _pieces_of(fact)
            pieces += [replace(first, after=border), *others]
            border = "and"
    return pieces if border == "and" else _refuse("a border without a day")


def _refuse(reason: str) -> list[_Piece]:
    raise ValueError(reason)


def _pieces_of(fact: Fact) -> list[_Piece]:
    year = int(fact["year"] or 0) or None
    match fact.kind:
        case "quarters":
            return [
                _listed(found, lambda item: lambda year: quarter_bounds(year, QUARTERS[item.lstrip("0")])) for found in _LISTED.finditer(fact.words)
            ]
        case "months":
            return [_listed(found, lambda item: lambda year: month_bounds(year, int(item))) for found in _LISTED.finditer(fact.words)]
        case "day":
            return [_Piece(_day(int(fact["day"] or 0), int(fact["month"] or 0)), year)]
        case "year":
            return [_Piece(year_bounds, year)]
        case _:
            return [_Piece(_part_of_year(int(fact["months"] or HALF_YEAR_MONTHS), fact["side"] == "dau"), year)]


def _listed(found: re.Match[str], bounds: Callable[[str], Callable[[int], Window]]) -> _Piece:
    return _Piece(bounds(found["item"]), int(found["year"] or 0) or None, "until" if found["joint"] else "and")


def _day(day: int, month: int) -> Callable[[int], Window]:
    return lambda year: (date(year, month, day), date(year, month, day))


def _part_of_year(months: int, is_first: bool) -> Callable[[int], Window]:
    def bounds(year: int) -> Window:
        if is_first:
            return date(year, 1, 1), month_bounds(year, months)[1]
        return date(year, MONTHS_PER_YEAR - months + 1, 1), date(year, MONTHS_PER_YEAR, 31)

    return bounds


def _with_years(pieces: list[_Piece], plan_year: int) -> list[_Piece]:
    """A piece without a year takes the next year named after it, else the last one before it, else the plan's.

    A year named beside its own quarters, months or days adds nothing to them and is left out."""
    years = [piece.year for piece in pieces]
    for order in (range(len(years) - 2, -1, -1), range(1, len(years))):
        for position in order:
            neighbour = position + 1 if order.step < 0 else position - 1
            years[position] = years[position] or years[neighbour]
    dated = [replace(piece, year=year or plan_year) for piece, year in zip(pieces, years, strict=True)]
    finer = {piece.year for piece in dated if piece.bounds is not year_bounds}
    return [piece for piece in dated if not (piece.bounds is year_bounds and piece.after == "and" and piece.year in finer)]


def _spans(pieces: list[_Piece], plan_year: int) -> list[Window] | None:
    """Pieces joined into windows; a window that ends before it begins is none."""
    spans: list[Window] = []
    is_open = False
    for piece in pieces:
        start, end = piece.bounds(piece.year or plan_year)
        if piece.after == "before" and start != end:
            end = start - timedelta(days=1)
        if is_open and piece.after in ("until", "before"):
            spans[-1] = spans[-1][0], end
        elif piece.after in ("until", "before"):
            starts_anew = not spans or piece.after == "before"
            spans = [*spans, (date(end.year, 1, 1), end)] if starts_anew else [*spans[:-1], (spans[-1][0], end)]
        elif piece.after == "from":
            spans.append((start, date(start.year, MONTHS_PER_YEAR, 31)))
        else:
            spans.append((start, end))
        is_open = piece.after == "from"
    in_order = all(start <= end for start, end in spans)
    return spans if in_order else None
