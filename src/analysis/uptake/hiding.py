"""Which counts of a table must be hidden so that none of them follows from the totals: the arithmetic, without frames."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Row = dict[int, int]  # unknown → its factor, modulo PRIME

PRIME = 2**61 - 1


@dataclass(frozen=True)
class Equation:
    """A whole that is the sum of its parts; numbers are places in the array of counts."""

    whole: int
    parts: tuple[int, ...]

    @property
    def terms(self) -> tuple[int, ...]:
        """The whole and its parts."""
        return (self.whole, *self.parts)


@dataclass(frozen=True)
class Margins:
    """Cells followed by the totals of every grouping, and what ties them; ``first[g] + label`` is the place of a total."""

    values: Counts
    equations: tuple[Equation, ...]
    first: tuple[int, ...]


def with_margins(cells: Counts, groupings: Sequence[Counts]) -> Margins:
    """Cells with the totals of each grouping (labels 0 … of every cell).

    A total is tied to its cells, or, where a finer grouping (or an earlier one that is the same) lies below it, to the totals of that.
    """
    sums = [np.bincount(labels, weights=cells, minlength=int(labels.max(initial=-1)) + 1).astype(np.int64) for labels in groupings]
    first = tuple(int(place) for place in np.cumsum([len(cells), *map(len, sums[:-1])]))[: len(groupings)]
    equations = []
    for number, labels in enumerate(groupings):
        finer = [other for other in range(len(groupings)) if _lies_below(groupings, other, number)]
        below = [first[other] + groupings[other] for other in finer] or [np.arange(len(cells))]
        equations += [Equation(first[number] + whole, parts) for places in below for whole, parts in _parts(places, labels)]
    return Margins(np.concatenate([cells, *sums]), tuple(equations), first)


def _lies_below(groupings: Sequence[Counts], one: int, other: int) -> bool:
    """Whether every group of ``one`` lies in one group of ``other``; of two that are the same the earlier lies below."""
    groups, of_other = len(np.unique(groupings[one])), len(np.unique(groupings[other]))
    pairs = len(_pairs(groupings[one], groupings[other])[0])
    return one != other and pairs == groups and (groups > of_other or one < other)


def _parts(places: Counts, wholes: Counts) -> Iterator[tuple[int, tuple[int, ...]]]:
    of_whole, part = _pairs(wholes, places)
    starts = np.flatnonzero(np.diff(of_whole, prepend=-1))
    for start, end in zip(starts, np.r_[starts, len(part)][1:], strict=True):
        yield int(of_whole[start]), tuple(part[start:end].tolist())


def _pairs(first: Counts, second: Counts) -> tuple[Counts, Counts]:
    """Every pair of numbers that occurs, once, in order."""
    width = int(second.max(initial=0)) + 1
    found = np.unique(first * width + second)
    return found // width, found % width


def hidden_places(values: Counts, equations: Sequence[Equation], minimum: int) -> Mask:
    """The counts to hide: every one from 1 to ``minimum`` - 1, and as few more as a greedy choice finds so that none follows.

    Afterwards no hidden count is fixed by the shown ones: not by one equation, not by any combination of them. The hidden parts of
    a shown whole moreover add up to at least ``minimum``, and to neither the least nor the most that they can: a reader knows
    that a hidden count is no zero, and may be told which are small. The smallest other part is hidden first, the earlier of
    equals; the whole only when no other part is left.
    """
    hidden = (values > 0) & (values < minimum)
    while True:
        _cover(values, equations, hidden, minimum)
        if not _hide_beside(fixed_places(equations, hidden), values, equations, hidden):
            return hidden


def _cover(values: Counts, equations: Sequence[Equation], hidden: Mask, minimum: int) -> None:
    """Hide further terms until no single equation tells a hidden one."""
    is_stable = False
    while not is_stable:
        is_stable = True
        for equation in equations:
            while _tells(equation, values, hidden, minimum):
                part = _smallest_shown(equation.parts, values, hidden)
                hidden[equation.whole if part is None else part] = True
                is_stable = False


def _tells(equation: Equation, values: Counts, hidden: Mask, minimum: int) -> bool:
    parts = [part for part in equation.parts if hidden[part]]
    if hidden[equation.whole]:
        return not parts
    together, small = int(values[parts].sum()), sum(int(values[part]) < minimum for part in parts)
    least, most = small + minimum * (len(parts) - small), small * (minimum - 1) if small == len(parts) else np.inf
    return bool(parts) and (len(parts) < 2 or together < minimum or not least < together < most)


def _smallest_shown(places: Sequence[int], values: Counts, hidden: Mask) -> int | None:
    shown = [place for place in places if values[place] > 0 and not hidden[place]]
    return min(shown, key=lambda place: (values[place], place)) if shown else None


def _hide_beside(fixed: Sequence[int], values: Counts, equations: Sequence[Equation], hidden: Mask) -> bool:
    """One further term for each fixed count, out of its shortest equation with a term left; an equation is widened once a round.

    Whether anything was hidden: with nothing left to hide, nothing is fixed either, since all hidden counts may grow in proportion.
    """
    own: dict[int, list[int]] = {place: [] for place in fixed}
    for number, equation in enumerate(equations):
        for place in own.keys() & set(equation.terms):
            own[place].append(number)
    widened: set[int] = set()
    for numbers in own.values():
        shortest = sorted(numbers, key=lambda number: len(equations[number].parts))
        with_choice = ((number, _smallest_shown(equations[number].terms, values, hidden)) for number in shortest)
        number, chosen = next(((number, term) for number, term in with_choice if term is not None), (-1, None))
        if chosen is None and not widened:
            chosen = _smallest_shown(_terms_in_play(equations, hidden), values, hidden)
        if chosen is not None and number not in widened:
            hidden[chosen] = True
            widened.add(number)
    return bool(widened)


def _terms_in_play(equations: Sequence[Equation], hidden: Mask) -> list[int]:
    return [term for equation in equations if hidden[list(equation.terms)].any() for term in equation.terms]


def fixed_places(equations: Sequence[Equation], hidden: Mask) -> list[int]:
    """Hidden counts that the shown ones determine: those that are 0 in every change of the hidden counts that keeps all equations.

    One such change is drawn at random (by a fixed seed, in arithmetic modulo a large prime, hence without rounding). A count that is
    determined never changes; one that is not is left unchanged by less than one draw in 10^18.
    """
    rows = [_unknowns(equation, hidden) for equation in equations]
    pivots = _echelon(sorted((row for row in rows if row), key=len))
    draw = Random(PRIME)  # noqa: S311 - no secret hangs on it
    change = {place: draw.randrange(1, PRIME) for place in sorted({place for row in rows for place in row} - pivots.keys())}
    for pivot, row in reversed(pivots.items()):
        total = sum(factor * change[place] for place, factor in row.items() if place != pivot)
        change[pivot] = -total * pow(row[pivot], -1, PRIME) % PRIME
    return sorted(place for place, moved in change.items() if moved == 0)


def _unknowns(equation: Equation, hidden: Mask) -> Row:
    row = {part: 1 for part in equation.parts if hidden[part]}
    return row | ({equation.whole: PRIME - 1} if hidden[equation.whole] else {})


def _echelon(rows: Iterable[Row]) -> dict[int, Row]:
    """Independent rows by a place of theirs that no later row holds, in the order in which they were found."""
    pivots: dict[int, Row] = {}
    order: dict[int, int] = {}
    names: list[int] = []
    for found in rows:
        row = dict(found)
        waiting = [order[place] for place in row if place in order]
        heapify(waiting)
        while waiting:
            pivot = names[heappop(waiting)]
            if pivot in row:
                new = _subtract(row, pivots[pivot], row[pivot] * pow(pivots[pivot][pivot], -1, PRIME))
                for place in new & order.keys():
                    heappush(waiting, order[place])
        if row:
            names.append(min(row))
            order[names[-1]], pivots[names[-1]] = len(order), row
    return pivots


def _subtract(row: Row, other: Row, times: int) -> set[int]:
    """Take ``times`` ``other`` from ``row`` in place; the places it did not hold before."""
    new = other.keys() - row.keys()
    for place, factor in other.items():
        left = (row.get(place, 0) - times * factor) % PRIME
        if left:
            row[place] = left
        else:
            row.pop(place, None)
    return new
