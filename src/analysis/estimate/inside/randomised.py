"""Randomization inference: the assignment that was used, drawn again the way it was drawn, and what the statistic says each time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import factorial, prod
from typing import Any

import numpy as np

from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.doses import Dose
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

DRAWS = 999
MANY = 10**9
TIE = 1e-12  # statistics closer than this, relative to the observed one, are ties and count against it


@dataclass(frozen=True)
class Assignments:
    """Assignments that could have been drawn (rows × N). ``is_enumerated``: every possible one once, the actual one among them.

    ``possible_count`` is the number of different assignments that the mechanism can give.
    """

    rows: Integers
    is_enumerated: bool
    possible_count: int

    @property
    def smallest_p(self) -> float:
        """No p-value of these assignments is smaller."""
        return 1 / (len(self.rows) + (not self.is_enumerated))

    def p_value(self, observed: float, statistics: Matrix) -> float:
        """Two-sided: the share at least as large in absolute value, the actual assignment counted once; NaN counts against."""
        extreme = int((~(np.abs(statistics) < abs(observed) - TIE * max(1.0, abs(observed)))).sum())
        return extreme / len(statistics) if self.is_enumerated else (1 + extreme) / (1 + len(statistics))

    def needed(self, alpha: float) -> int:
        """How many statistics at least as large keep the p-value above ``alpha``."""
        return int(np.floor(alpha * len(self.rows) + 1e-9)) + 1 if self.is_enumerated else int(np.floor(alpha * (1 + len(self.rows)) + 1e-9))


@dataclass(frozen=True)
class RandomizationResult:
    """``statistics`` has one entry an assignment of ``assignments``, NaN where the design refused; they count against the observed one.

    ``ci_low`` and ``ci_high`` hold the constant effects that are not rejected; None where not asked for, or without a bound at ``level``.
    ``p_rank_from`` says how ``p_value`` was got.
    """

    statistic: float
    p_value: float
    statistics: Matrix
    assignments: Assignments
    seed: int
    level: float
    ci_low: float | None = None
    ci_high: float | None = None

    @property
    def p_rank_from(self) -> str:
        """Mechanism, number of assignments and the smallest p-value there can be."""
        count, smallest = len(self.statistics), f"smallest p {self.assignments.smallest_p:.3g}"
        if self.assignments.is_enumerated:
            return f"randomization, all {count} assignments, {smallest}"
        possible = self.assignments.possible_count
        of = f"{possible}" if possible < MANY else f"more than {MANY:.0e}"
        return f"randomization, {count} assignments drawn of {of} (seed {self.seed}), {smallest}"


def randomization_test(
    statistic: Callable[[Integers], float],
    assignment: Sequence[int] | Integers,
    *,
    strata: Sequence[Any] | None = None,
    clusters: Sequence[Any] | None = None,
    draws: int = DRAWS,
    seed: int,
    unit_effect: Callable[[Integers], float] | None = None,
    level: float = 0.95,
) -> RandomizationResult:
    """Fisher's test of no effect on any unit: ``assignment`` (N arms or waves) permuted over clusters within strata.

    ``statistic`` maps an assignment (N) to a number whose sign is that of the effect and that has mean zero under the null. With few
    possible assignments all are asked once, else ``draws`` with the +1 rule. ``unit_effect`` asks for an interval by inversion: it is the
    same statistic of an outcome that is 1 where the actual assignment treats and 0 elsewhere (times the effect path, where effects
    grow), so that a constant effect c leaves ``statistic - c * unit_effect``; valid for statistics linear in the outcome.

    The draws follow the order of the units: sort them first. Raises ``DesignRefused`` where the assignment cannot be drawn otherwise, where
    it differs within a cluster, and where the design refuses the actual assignment.
    """
    actual = np.asarray(assignment, dtype=np.int64)
    possible = possible_assignments(actual, strata=strata, clusters=clusters, draws=draws, seed=seed)
    observed = float(statistic(actual))
    found = _asked(statistic, possible.rows)
    low, high = (None, None) if unit_effect is None else _inverted(possible, observed, found, _asked(unit_effect, possible.rows), 1 - level)
    return RandomizationResult(observed, possible.p_value(observed, found), found, possible, seed, level, low, high)


def possible_assignments(
    assignment: Integers, *, strata: Sequence[Any] | None = None, clusters: Sequence[Any] | None = None, draws: int = DRAWS, seed: int
) -> Assignments:
    """``assignment`` (N) as it could have come out: permuted over ``clusters`` within ``strata`` (N each; None: every unit, one stratum).

    All different assignments where there are at most ``draws``, else ``draws`` independent ones. Raises ``DesignRefused`` where
    there is only one, and where assignment or stratum differ within a cluster.
    """
    owner = _codes(clusters) if clusters is not None else np.arange(len(assignment))
    first = np.unique(owner, return_index=True)[1]
    stratum = _codes(strata) if strata is not None else np.zeros(len(assignment), dtype=np.int64)
    for values, name_vi in ((assignment, "đợt hoặc nhóm được gán"), (stratum, "tầng")):
        if (values != values[first][owner]).any():
            raise DesignRefused(f"Có cụm mà các đơn vị bên trong khác nhau về {name_vi}; phép gán lại theo cụm cần một giá trị cho cả cụm.")
    labels, stratum = assignment[first], stratum[first]
    groups = [np.flatnonzero(stratum == code) for code in np.unique(stratum)]
    count = prod(_arrangements_count(labels[group]) for group in groups)
    if count < 2:
        raise DesignRefused("Chỉ có một cách gán duy nhất trong các tầng đã khai, nên không có gì để so với cách gán đã dùng.")
    drawn = _every(labels, groups) if count <= draws else _drawn(labels, groups, draws, seed)
    return Assignments(drawn[:, owner], count <= draws, count)


@dataclass(frozen=True)
class DoseOrders:
    """``assignments.rows`` (draws × N) for ``Dose.of_units``: unit n is given the doses of unit ``rows[draw, n]``.

    ``is_exact`` is False where clusters of different sizes hold different paths, so that a draw repeats some and drops others.
    """

    assignments: Assignments
    is_exact: bool
    note_vi: str | None


def permute_doses(cells: Cells, dose: Dose, *, strata: Sequence[Any] | None = None, draws: int = DRAWS, seed: int) -> DoseOrders:
    """Whole dose paths given to other units within ``strata`` (N), or to whole other clusters where ``cells`` has clusters of units.

    The k-th unit of a cluster gets the path of the k-th unit of the cluster drawn, in the order of ``cells.units``; in a smaller cluster
    the count starts again. That is exact where sizes are equal or where all units of a cluster share one path. Raises as
    ``possible_assignments``.
    """
    members = [np.flatnonzero(cells.clusters == code) for code in range(cells.clusters_count)]
    stratum = None if strata is None else _constant_within(_codes(strata), cells.clusters, np.array([owned[0] for owned in members]))
    drawn = possible_assignments(np.arange(len(members)), strata=stratum, draws=draws, seed=seed)
    sizes, place = np.array([len(owned) for owned in members]), np.empty(len(cells.clusters), dtype=np.int64)
    for owned in members:
        place[owned] = np.arange(len(owned))
    recycled = np.array([np.resize(owned, sizes.max()) for owned in members])
    given = drawn.rows[:, cells.clusters]
    is_exact = bool((sizes == sizes[0]).all()) or all(_is_one_path(dose.values[owned]) for owned in members)
    note = None if is_exact else "Các cụm có số đơn vị khác nhau và liều khác nhau bên trong: khi đổi chỗ cụm, một số chuỗi liều được dùng lặp lại."
    rows = recycled[given, place % sizes[given]]
    return DoseOrders(Assignments(rows, drawn.is_enumerated, drawn.possible_count), is_exact, note)


def permuted_dose_test(
    statistic: Callable[[Dose], float],
    cells: Cells,
    dose: Dose,
    *,
    strata: Sequence[Any] | None = None,
    draws: int = DRAWS,
    seed: int,
    unit_effect: Callable[[Dose], float] | None = None,
    level: float = 0.95,
) -> RandomizationResult:
    """``randomization_test`` over ``permute_doses``: ``statistic`` maps the doses of all units to a number, as a design's estimate does.

    ``unit_effect`` is the statistic of an outcome that is what one unit of effect adds under the actual doses. Raises ``DesignRefused``.
    """
    possible = permute_doses(cells, dose, strata=strata, draws=draws, seed=seed).assignments
    observed = float(statistic(dose))
    found = _asked(lambda order: statistic(dose.of_units(order)), possible.rows)
    bounds: tuple[float | None, float | None] = (None, None)
    if unit_effect is not None:
        bounds = _inverted(possible, observed, found, _asked(lambda order: unit_effect(dose.of_units(order)), possible.rows), 1 - level)
    return RandomizationResult(observed, possible.p_value(observed, found), found, possible, seed, level, *bounds)


def _asked(statistic: Callable[[Integers], float], rows: Integers) -> Matrix:
    found = np.full(len(rows), np.nan)
    for place, row in enumerate(rows):
        try:
            found[place] = statistic(row)
        except DesignRefused:
            continue
    return found


def _inverted(possible: Assignments, observed: float, found: Matrix, slopes: Matrix, alpha: float) -> tuple[float | None, float | None]:
    """Constant effects c that stay above ``alpha``, where a draw is as large as the observed while |found - c slope| >= |observed - c|.

    Below a slope of one in size that is an interval around the observed statistic, so that the bounds are order statistics; where
    the slope is larger, or unknown, the draw is taken to be as large for every c.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.sort([(observed - found) / (1 - slopes), (observed + found) / (1 + slopes)], axis=0)
    is_bounded = np.isfinite(found) & (np.abs(slopes) < 1 - TIE)
    low, high = np.where(is_bounded, ends[0], -np.inf), np.where(is_bounded, ends[1], np.inf)
    needed = possible.needed(alpha)
    if needed < 1:
        return None, None
    bounds = float(np.sort(low)[needed - 1]), float(np.sort(high)[::-1][needed - 1])
    return (bounds[0] if np.isfinite(bounds[0]) else None), (bounds[1] if np.isfinite(bounds[1]) else None)


def _is_one_path(paths: Matrix) -> bool:
    return all(np.array_equal(path, paths[0], equal_nan=True) for path in paths)


def _codes(values: Sequence[Any]) -> Integers:
    return np.asarray(np.unique([str(value) for value in values], return_inverse=True)[1], dtype=np.int64)


def _constant_within(stratum: Integers, clusters: Integers, first: Integers) -> list[int]:
    """The stratum of each cluster."""
    if (stratum != stratum[first][clusters]).any():
        raise DesignRefused("Có cụm mà các đơn vị bên trong thuộc nhiều tầng; phép gán lại theo cụm cần một tầng cho cả cụm.")
    return stratum[first].tolist()


def _arrangements_count(labels: Integers) -> int:
    """Multinomial coefficient."""
    return factorial(len(labels)) // prod(factorial(int(count)) for count in np.unique(labels, return_counts=True)[1])


def _every(labels: Integers, groups: list[Integers]) -> Integers:
    """Each different assignment once."""
    rows = []
    for parts in product(*(list(_arrangements(sorted(labels[group].tolist()))) for group in groups)):
        row = np.empty_like(labels)
        for group, part in zip(groups, parts, strict=True):
            row[group] = part
        rows.append(row)
    return np.array(rows)


def _arrangements(remaining: list[int]) -> Iterator[tuple[int, ...]]:
    """Different orders of a sorted list that may repeat itself."""
    if not remaining:
        yield ()
    for place, label in enumerate(remaining):
        if place == 0 or label != remaining[place - 1]:
            for rest in _arrangements(remaining[:place] + remaining[place + 1 :]):
                yield (label, *rest)


def _drawn(labels: Integers, groups: list[Integers], draws: int, seed: int) -> Integers:
    rng = np.random.default_rng(seed)
    rows = np.tile(labels, (draws, 1))
    for group in groups:
        rows[:, group] = rng.permuted(rows[:, group], axis=1)
    return rows
