"""How often a design is right on these very data: whole histories of communication given to other units, with no effect and with a planted one.

What a unit said stays together month by month, and so does what was measured of it; only who said it is drawn anew. The draws keep
the serial correlation of the outcome, its gaps and its sizes, which no formula knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.estimate.inference import Fit, rank_p
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import Calibration

EFFECT_SD = 2.8  # of the planted effect, in standard deviations of the placebos, as among provinces
ALPHA = 0.05
DRAWS = 999  # for the rank
SIZE_GROUPS = 3
MEASURED = 999  # of them for false alarms and power: the limit of 8 % is three of their standard errors above 6 %


@dataclass(frozen=True)
class Recovery:
    """A design on placebo plans. ``estimates`` are those of the outcome as observed and ``t_values`` their ratios to their own errors, by which the
    real estimate is ranked: draws in which small or restless units act have large errors of their own.

    ``fits`` are those of the outcome less the estimated effect, so that nothing is left to find: how often they find something is the
    false-alarm rate. ``p_values`` belong to them; ``planted`` is the effect added for power. ``is_bootstrapped`` where the p-values are those
    of a bootstrap: its size of t that is beyond chance is then read off the placebo plans themselves.
    """

    estimates: Matrix
    t_values: Matrix
    fits: tuple[Fit, ...]
    p_values: Matrix
    asked: int
    is_bootstrapped: bool = False

    @property
    def spread(self) -> float:
        """Standard deviation of the placebo estimates with nothing to find."""
        return float(np.std([fit.estimate for fit in self.fits], ddof=1))

    @property
    def planted(self) -> float:
        """The effect added for power, in the outcome's unit."""
        return EFFECT_SD * self.spread

    def calibration(self, method: str, units_count: int) -> Calibration:
        """False alarms, power against ``planted`` and coverage of the 95 % interval, which holds what the test does not reject."""
        rate = float((self.p_values <= ALPHA).mean())
        intervals = np.array([fit.interval(1 - ALPHA) for fit in self.fits])
        by_t = float(((intervals[:, 0] <= 0) & (intervals[:, 1] >= 0)).mean())
        return Calibration(
            false_alarm_rate=rate,
            placebos_count=len(self.fits),
            power=float((np.abs(self._noise + self.planted) > self._reach).mean()),
            method=method,
            alpha=ALPHA,
            monte_carlo_error=float(np.sqrt(rate * (1 - rate) / len(self.fits))),
            coverage=1 - rate if self.is_bootstrapped else by_t,
            effect_sd=EFFECT_SD,
            units_count=units_count,
            cells_count=1,
        )

    @property
    def _noise(self) -> Matrix:
        """Estimates with nothing to find."""
        return np.array([fit.estimate for fit in self.fits])

    @property
    def _reach(self) -> Matrix:
        """How large each estimate must be to read as more than chance."""
        errors = np.array([fit.std_error for fit in self.fits])
        if self.is_bootstrapped:
            return np.asarray(errors * np.quantile(np.abs(self._noise) / errors, 1 - ALPHA))
        return np.array([float(stdtrit(fit.df, 1 - ALPHA / 2)) for fit in self.fits]) * errors

    def rank(self, t_value: float) -> float:
        """Two-sided rank of the real estimate's ratio to its error among the placebo plans."""
        return rank_p(t_value, self.t_values)

    def minimum_detectable_effect(self, power: float = 0.8) -> float:
        """The constant effect, of either sign, that the test finds with ``power`` when noise is as in the placebo plans with nothing to find."""
        return float(np.quantile(np.concatenate([self._reach - self._noise, self._reach + self._noise]), power))

    def placebos(self) -> pd.Series:
        """Estimates on the observed outcome by number of the draw."""
        return pd.Series(self.estimates, index=pd.RangeIndex(len(self.estimates)), dtype=float)


def orders_of(cells: Cells, *, draws: int, seed: int, groups: Sequence[int] | None = None) -> Integers:
    """Who gets whose history, draws × N: unit n is given the history of unit ``order[n]``, within ``groups`` (N) where given.

    Where several units share a cluster, whole clusters change places: the units of a cluster are given the histories of those of the
    other in turn (all are the same where the cluster was given one), again from the first where it has fewer. Reproducible by ``seed``.
    """
    rng = np.random.default_rng(seed)
    units = len(cells.units)
    strata = np.zeros(units, dtype=np.int64) if groups is None else np.asarray(groups, dtype=np.int64)
    if cells.clusters_count == units:
        return np.array([_shuffled(rng, np.arange(units), strata) for _ in range(draws)])
    clusters = np.arange(cells.clusters_count)
    by_cluster = np.argsort(cells.clusters, kind="stable")
    sizes = np.bincount(cells.clusters)
    first = np.cumsum(sizes) - sizes
    place = np.empty(units, dtype=np.int64)
    place[by_cluster] = np.arange(units) - first[cells.clusters[by_cluster]]
    drawn = (_shuffled(rng, clusters, strata[by_cluster[first]])[cells.clusters] for _ in range(draws))
    return np.array([by_cluster[first[given] + place % sizes[given]] for given in drawn])


def exchange_groups(cells: Cells) -> list[int] | None:
    """``size_groups``, or None where several units share a cluster and whole clusters change places."""
    return None if cells.clusters_count < len(cells.units) else size_groups(cells).tolist()


def size_groups(cells: Cells) -> Integers:
    """Thirds of the units (N) by their mean weight, so that histories change places among units of a size; one group where all weigh alike."""
    totals = np.bincount(cells.unit_of, cells.weights, len(cells.units)) / np.maximum(np.bincount(cells.unit_of, minlength=len(cells.units)), 1)
    if np.ptp(totals) == 0:
        return np.zeros(len(totals), dtype=np.int64)
    places = np.argsort(np.argsort(totals, kind="stable"), kind="stable")
    return np.asarray(places * SIZE_GROUPS // len(totals), dtype=np.int64)


def _shuffled(rng: np.random.Generator, members: Integers, strata: Integers) -> Integers:
    drawn = members.copy()
    for stratum in np.unique(strata):
        inside = np.flatnonzero(strata == stratum)
        drawn[inside] = members[rng.permutation(inside)]
    return drawn


def placebo_plans(
    refit: Callable[[Cells, Integers], Fit],
    cells: Cells,
    less_effect: Matrix,
    orders: Integers,
    p_of: Callable[[Cells, Integers, Fit], float] | None = None,
) -> Recovery:
    """Ask the design ``refit`` with the histories in each of ``orders``, and of the outcome ``less_effect`` (M) in the first ``MEASURED``.

    ``p_of`` where the p-value is not that of the fit (a bootstrap). Draws that the design refuses are left out; ``asked`` counts all.
    Raises ``DesignRefused`` where fewer than half can be asked.
    """
    quiet = cells.with_outcome(less_effect)
    ranked = [fit for order in orders if (fit := _tried(refit, cells, order)) is not None]
    measured = [(order, fit) for order in orders[:MEASURED] if (fit := _tried(refit, quiet, order)) is not None]
    if len(ranked) < max(2, len(orders) // 2) or len(measured) < max(2, len(orders[:MEASURED]) // 2):
        raise DesignRefused("Không thử được cách so sánh trên chính số liệu này: quá nửa số lần gán giả định không tính được.")
    p_values = [fit.p_value if p_of is None else p_of(quiet, order, fit) for order, fit in measured]
    found, errors = (np.array([getattr(fit, name) for fit in ranked]) for name in ("estimate", "std_error"))
    return Recovery(found, found / errors, tuple(fit for _, fit in measured), np.array(p_values), len(orders), p_of is not None)


def _tried(refit: Callable[[Cells, Integers], Fit], cells: Cells, order: Integers) -> Fit | None:
    try:
        return refit(cells, order)
    except DesignRefused:
        return None
