"""Staggered first campaigns cohort by cohort: each against units without a campaign yet, from the month before its own start.

Callaway and Sant'Anna (2021), "Difference-in-differences with multiple time periods", Journal of Econometrics 225(2), without covariates.
ATT(g, t) is the mean change of the units that start in month g, from g-1 to t, less that of the controls; the base month g-1 is the same for
all t ("universal"), so that months before the start are read against it too. Every average of the ATT(g, t) has an influence
function, one number a unit, that includes what drawing other units would do to the sizes of the cohorts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.inference import MIN_TREATED_CLUSTERS, Fit, refuse_robust
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.cells import Cells, Integers, cells_of
from analysis.estimate.inside.clustered import MIN_CLUSTERS
from analysis.estimate.inside.starts import enough_clusters, fit_with, names_of, path_rows, span_of, starts_of
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

Aggregation = Literal["dynamic", "group", "simple"]
Controls = Literal["not_yet", "never"]
Flags = NDArray[np.bool_]

INFLUENCE_RULE = "influence functions summed by cluster, G/(G-1); t with G-1 df"
BASE = -1  # months since the start that every cohort is read against
AVERAGED_VI = {
    "dynamic": "bình quân theo từng tháng kể từ lần truyền thông đầu tiên, mỗi tháng tính như nhau",
    "group": "bình quân của các nhóm đơn vị cùng tháng bắt đầu, mỗi nhóm tính theo số đơn vị",
    "simple": "bình quân của mọi nhóm đơn vị cùng tháng bắt đầu và mọi tháng sau đó",
}
CONTROLS_VI = {"not_yet": "đơn vị chưa truyền thông", "never": "đơn vị không truyền thông lần nào"}


@dataclass(frozen=True)
class Averaged:
    """An average of effects, its influence function (N) and the treated units (N) in it."""

    estimate: float
    influence: Matrix
    treated: Flags

    def std_error(self, cells: Cells) -> float:
        """Clustered under ``INFLUENCE_RULE``."""
        clusters, sums = enough_clusters(cells), np.bincount(cells.clusters, self.influence)
        return float(np.sqrt(clusters / (clusters - 1) * (sums**2).sum()))

    def leverage(self, cells: Cells) -> float:
        """Largest share of one cluster in the squared error."""
        squares = np.bincount(cells.clusters, self.influence) ** 2
        return float(squares.max() / max(squares.sum(), np.finfo(float).tiny))

    def treated_clusters(self, cells: Cells) -> int:
        """Clusters with a treated unit."""
        return len(np.unique(cells.clusters[self.treated]))


@dataclass(frozen=True)
class GroupTimeEffects:
    """ATT(g, t) of C cohorts over the clock (T months) and of what they are made.

    ``starts`` (C) are month numbers, ``members`` (C × N) the units of each cohort, ``unit_weights`` (N) theirs. ``effects`` (C × T) is
    NaN where either side lacks units seen in both months; ``influence`` (C × N × T) is what each unit adds to it.
    """

    cells: Cells
    starts: Integers
    members: Flags
    unit_weights: Matrix
    effects: Matrix
    influence: Matrix

    @property
    def sizes(self) -> Matrix:
        """Units of each cohort, as they weigh (C)."""
        return np.asarray(self.members @ self.unit_weights)

    def within(self, first: int, last: int) -> Flags:
        """Effects (C × T) that exist from ``first`` to ``last`` months since the start."""
        since = np.arange(self.cells.months_count) - self.starts[:, None]
        return np.asarray((since >= first) & (since <= last) & ~np.isnan(self.effects))

    def simple(self, chosen: Flags) -> Averaged:
        """Mean of the ``chosen`` effects (C × T), each with the size of its cohort."""
        return self._averaged(chosen, np.nan_to_num(self.effects), chosen.astype(np.float64))

    def group(self, chosen: Flags) -> Averaged:
        """Mean over cohorts of their means of ``chosen`` effects (C × T), each with its size."""
        within = chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1)
        own = (within * np.nan_to_num(self.effects)).sum(axis=1, keepdims=True)
        return self._averaged(np.asarray(chosen.any(axis=1, keepdims=True)), own, within)

    def dynamic(self, chosen: Flags) -> Averaged:
        """Mean over months since the start, each of which is the mean of its ``chosen`` effects (C × T) by size of cohort."""
        since = np.arange(self.cells.months_count) - self.starts[:, None]
        parts = [self.simple(chosen & (since == period)) for period in np.unique(since[chosen])]
        influence = np.mean([part.influence for part in parts], axis=0)
        treated = np.asarray(np.any([part.treated for part in parts], axis=0))
        return Averaged(float(np.mean([part.estimate for part in parts])), influence, treated)

    def _averaged(self, counted: Flags, values: Matrix, within: Matrix) -> Averaged:
        """Mean by size of ``values`` where ``counted`` (both C × T or C × 1), themselves sums of effects with weights ``within`` (C × T)."""
        total = float((self.sizes[:, None] * counted).sum())
        estimate = float((self.sizes[:, None] * counted * values).sum() / total)
        weights = self.sizes[:, None] / total * within
        moved = np.einsum("cnt,ct->n", self.influence, weights, optimize=True)
        surplus = (counted * (values - estimate)).sum(axis=1) / total
        treated = np.asarray(self.members[counted.any(axis=1)].any(axis=0))
        return Averaged(estimate, moved + self.unit_weights * (surplus @ self.members), treated)


def group_time_effects(cells: Cells, first: Integers, *, controls: Controls = "not_yet", min_controls: int = MIN_CLUSTERS) -> GroupTimeEffects:
    """ATT(g, t) of every cohort and month; ``first`` (N) is the month number of each unit's first campaign, ``NEVER`` without one.

    ``controls``: units without a campaign in both months (``not_yet``), or without one in the whole window (``never``); at least
    ``min_controls`` clusters of them, since one or two do not show their own spread. Gaps: an ATT(g, t) rests on the units that were
    seen in both of its months, while averages keep the sizes of whole cohorts. Each unit has one weight, the mean of its cells'. Units that
    start in the first month or before it have no base and are no controls. Raises ``DesignRefused`` where no effect is left after the start.
    """
    starts = np.unique(first[(first > 0) & (first < cells.months_count)])
    if not len(starts):
        raise DesignRefused("Không có đơn vị nào bắt đầu truyền thông sau tháng số liệu đầu tiên và trong các tháng có số liệu.")
    outcome, weights, members = cells.grid(cells.outcome), _unit_weights(cells), first == starts[:, None]
    changes = outcome - outcome[:, starts - 1].T[:, :, None]
    seen, months = ~np.isnan(changes), np.arange(cells.months_count)
    latest = np.maximum(months, starts[:, None] - 1) if controls == "not_yet" else np.full((1, 1), cells.months_count - 1)
    are_controls = seen & (first[:, None] > latest[:, None, :]) & ~members[:, :, None]
    treated, treated_part = _mean(changes, seen & members[:, :, None], weights)
    control, control_part = _mean(changes, are_controls, weights)
    effects = np.where(_clusters(cells, are_controls) >= min_controls, treated - control, np.nan)
    found = GroupTimeEffects(cells, starts, members, weights, effects, np.where(np.isnan(effects)[:, None, :], 0.0, treated_part - control_part))
    if not found.within(0, cells.months_count).any():
        raise DesignRefused(f"Không có tháng nào còn đủ {min_controls} cụm {CONTROLS_VI[controls]} để so với đơn vị đã truyền thông.")
    return found


def callaway_santanna(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first: Mapping[Any, Any],
    aggregation: Aggregation = "dynamic",
    controls: Controls = "not_yet",
    level: float = 0.95,
    cluster: str | None = None,
    weights: str | None = None,
    leads: int = 6,
    horizon: int = 12,
) -> EffectEstimate:
    """Average of the ATT(g, t) from the month of the first campaign to ``horizon`` months after, with its path.

    ``panel``, its columns and ``first`` as for ``staggered_event_study``; a unit's weight is the mean of its ``weights``. ``aggregation``:
    ``dynamic`` (mean over months since the start), ``group`` (over cohorts) or ``simple`` (over all ATT(g, t)), each by size of cohort;
    ``controls`` and gaps as for ``group_time_effects``. Assumes that cohorts and controls would have moved alike from the month
    before each start on, and that nothing happens before it.

    ``by_period`` has one row a month since the start from ``leads`` before to ``horizon`` after, columns as there, always by size of
    cohort; the month before the start is the base of all and has no row. Errors cluster the influence functions. ``comparison_count``
    counts units that are controls of some effect, ``before_count`` and ``after_count`` median months of the clock.

    Raises ``DesignRefused`` as ``cells_of``, ``starts_of`` and ``group_time_effects``, and with fewer than five treated clusters.
    """
    bare = cells_of(panel, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster, level=level)
    cells, starts = starts_of(bare, first)
    found = group_time_effects(cells, starts, controls=controls)
    chosen = found.within(0, horizon)
    average, fit = averaged(found, chosen, aggregation)
    rule = f"t, {fit.df} df, {INFLUENCE_RULE}"
    return effect_inside(
        cells,
        fit,
        method="callaway_santanna",
        estimand_vi=f"chênh lệch {AVERAGED_VI[aggregation]}; so với tháng liền trước lần đầu và với {CONTROLS_VI[controls]}, "
        f"trong {horizon} tháng sau",
        level=level,
        start=span_of(cells, starts, average.treated),
        treated=names_of(cells, average.treated),
        comparison_count=_controls_count(found, chosen),
        before_count=int(np.median(starts[average.treated])),
        after_count=int(np.median(np.minimum(cells.months_count - starts[average.treated], horizon + 1))),
        ci_from=rule,
        p_exact_from=rule,
        by_period=_path(found, leads, horizon, level),
    )


def averaged(found: GroupTimeEffects, chosen: Flags, aggregation: Aggregation = "dynamic") -> tuple[Averaged, Fit]:
    """An average of the ``chosen`` effects (C × T) with clustered errors.

    Raises ``DesignRefused`` where none is chosen, and where fewer than five clusters are treated or one makes nearly all of the error.
    """
    if not chosen.any():
        raise DesignRefused("Không có nhóm đơn vị nào có số liệu trong các tháng được xét sau lần truyền thông đầu tiên.")
    average: Averaged = getattr(found, aggregation)(chosen)
    refuse_robust(average.leverage(found.cells), average.treated_clusters(found.cells))
    return average, fit_with(found.cells, average.estimate, average.std_error(found.cells))


def _path(found: GroupTimeEffects, leads: int, horizon: int, level: float) -> pd.DataFrame:
    asked = {period: found.within(period, period) for period in range(-leads, horizon + 1) if period != BASE}
    parts = {period: found.simple(chosen) for period, chosen in asked.items() if chosen.any()}
    errors = [part.std_error(found.cells) if part.treated_clusters(found.cells) >= MIN_TREATED_CLUSTERS else np.nan for part in parts.values()]
    units = np.array([part.treated.sum() for part in parts.values()], dtype=np.int64)
    effects, df = np.array([part.estimate for part in parts.values()]), enough_clusters(found.cells) - 1
    return path_rows(np.array(list(parts), dtype=np.int64), effects, np.array(errors), units, df, level)


def _controls_count(found: GroupTimeEffects, chosen: Flags) -> int:
    """Units that add to a ``chosen`` effect without being of its cohort."""
    adds = (np.abs(found.influence) * chosen[:, None, :]).sum(axis=2) > 0
    return int((adds & ~found.members).any(axis=0).sum())


def _unit_weights(cells: Cells) -> Matrix:
    """Mean weight of each unit's cells (N)."""
    sums, counts = (np.bincount(cells.unit_of, column, minlength=len(cells.units)) for column in (cells.weights, None))
    return np.asarray(sums / np.maximum(counts, 1))


def _mean(changes: Matrix, chosen: Flags, weights: Matrix) -> tuple[Matrix, Matrix]:
    """Weighted means (C × T) of changes (C × N × T) over the ``chosen`` units, NaN without any, and their influence functions."""
    given = np.where(chosen, weights[:, None], 0.0)
    totals = given.sum(axis=1)
    filled, safe = np.where(chosen, changes, 0.0), np.where(totals > 0, totals, np.nan)
    means = (given * filled).sum(axis=1) / safe
    return means, given * (filled - means[:, None, :]) / safe[:, None, :]


def _clusters(cells: Cells, chosen: Flags) -> Integers:
    """Clusters (C × T) with a ``chosen`` unit (C × N × T)."""
    order = np.argsort(cells.clusters, kind="stable")
    edges = np.flatnonzero(np.diff(cells.clusters[order], prepend=-1))
    return np.asarray(np.logical_or.reduceat(chosen[:, order], edges, axis=1).sum(axis=1))
