"""What untreated cells say of treated ones: unit and month effects fitted before any campaign, and the effect of each cell after it.

Borusyak, Jaravel and Spiess (2024), "Revisiting event-study designs: robust and efficient estimation", Review of Economic Studies 91(6).
Any average of the cells' effects is a weighted sum v'Y of outcomes, and v is known exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.estimate.inside.absorb import TwoWay
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.clustered import MIN_CLUSTERS
from analysis.estimate.inside.starts import months_since
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused


@dataclass(frozen=True)
class Imputation:
    """Effects of single cells and the means to average them.

    ``since`` (M) counts months since the first campaign. ``effects`` (M) is NaN off the treated cells that could be imputed;
    ``residuals`` (M) is outcome less fitted value on untreated cells, 0 elsewhere. ``first_stage`` holds the untreated cells.
    """

    cells: Cells
    since: Integers
    effects: Matrix
    residuals: Matrix
    first_stage: TwoWay

    @property
    def is_imputed(self) -> NDArray[np.bool_]:
        """Treated cells (M) with an effect."""
        return ~np.isnan(self.effects)

    def within(self, horizon: int | None) -> NDArray[np.bool_]:
        """Imputed cells (M) up to ``horizon`` months after the first campaign (None: all). Raises ``DesignRefused`` where there is none."""
        chosen = self.is_imputed & (self.since <= (self.cells.months_count if horizon is None else horizon))
        if not chosen.any():
            raise DesignRefused("Không tính được mức dự kiến cho tháng nào trong các tháng được xét sau lần truyền thông đầu tiên.")
        return chosen

    def shares(self, chosen: NDArray[np.bool_]) -> Matrix:
        """Weights (M) of the average over the ``chosen`` imputed cells (M): equal, or as the cells weigh."""
        weights = np.where(chosen, self.cells.weights, 0.0)
        return np.asarray(weights / weights.sum())

    def average(self, shares: Matrix) -> Matrix:
        """Averages (K) of the effects with weights (M × K)."""
        return np.asarray(shares.T @ np.nan_to_num(self.effects))

    def outcome_weights(self, shares: Matrix) -> Matrix:
        """The v (M × K) of v'Y for averages with ``shares`` (M × K): those on treated cells, less what fitted values take from untreated ones."""
        cells, untreated = self.cells, self.since < 0
        units, unit_place = np.unique(cells.unit_of[untreated], return_inverse=True)
        months, month_place = np.unique(cells.effect_of[untreated], return_inverse=True)
        by_unit, by_month = _totals(cells.unit_of, shares)[units], _totals(cells.effect_of, shares)[months]
        unit_part, month_part = self.first_stage.solved(by_unit, by_month)
        weights = shares.copy()
        weights[untreated] = -cells.weights[untreated, None] * (unit_part[unit_place] + month_part[month_place])
        return weights


def imputation_of(cells: Cells, first: Integers, *, min_untreated: int = MIN_CLUSTERS) -> Imputation:
    """Effects of treated cells; ``first`` (N) is the month number of each unit's first campaign, ``NEVER`` without one.

    Unit and month effects come from untreated cells, by weighted least squares with the cells' weights. A treated cell has no effect
    (NaN) where its unit was never seen untreated, or where fewer than ``min_untreated`` clusters were untreated in its month: the residuals
    of one or two clusters cannot show how uncertain a month effect is (at 1 the estimator is that of the papers). Raises
    ``DesignRefused`` where no cell is treated, none is untreated, or none can be imputed.
    """
    since = months_since(cells, first)
    untreated = since < 0
    if untreated.all():
        raise DesignRefused("Không có đơn vị nào bắt đầu truyền thông trong các tháng có số liệu.")
    if not untreated.any():
        raise DesignRefused("Mọi đơn vị đã truyền thông từ tháng đầu tiên: không còn tháng nào chưa truyền thông để so.")
    stage = TwoWay(cells.unit_of[untreated], cells.effect_of[untreated], cells.weights[untreated])
    unit_effects, month_effects = stage.effects(cells.outcome[untreated, None])
    gaps = cells.outcome - _spread(cells.unit_of, untreated, unit_effects[:, 0]) - _spread(cells.effect_of, untreated, month_effects[:, 0])
    usable = ~untreated & _comparable(cells, untreated) & (_untreated_clusters(cells, untreated) >= min_untreated)
    if not usable.any():
        raise DesignRefused(
            "Không tính được mức dự kiến cho tháng nào: không có tháng nào còn đủ "
            f"{min_untreated} cụm chưa truyền thông để so với đơn vị đã truyền thông."
        )
    return Imputation(cells, since, np.where(usable, gaps, np.nan), np.where(untreated, gaps, 0.0), stage)


def _comparable(cells: Cells, untreated: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells (M) whose unit and month effects are known on one footing: chained to one another through untreated cells."""
    units, (_, months) = len(cells.units), np.unique(cells.effect_of, return_inverse=True)
    size = units + int(months.max()) + 1
    links = (np.ones(int(untreated.sum())), (cells.unit_of[untreated], units + months[untreated]))
    _, part = connected_components(coo_array(links, shape=(size, size)).tocsr(), directed=False)
    return np.asarray(part[cells.unit_of] == part[units + months])


def _untreated_clusters(cells: Cells, untreated: NDArray[np.bool_]) -> Integers:
    """Clusters with an untreated cell behind the month effect of each cell (M)."""
    pairs = np.unique(cells.effect_of[untreated] * cells.clusters_count + cells.cluster_of[untreated])
    return np.asarray(np.bincount(pairs // cells.clusters_count, minlength=int(cells.effect_of.max()) + 1)[cells.effect_of])


def _spread(codes: Integers, used: NDArray[np.bool_], effects: Matrix) -> Matrix:
    """Effects of sorted numbers in use, at every cell (M); NaN where the number is not in use."""
    full = np.full(int(codes.max()) + 1, np.nan)
    full[np.unique(codes[used])] = effects
    return full[codes]


def _totals(codes: Integers, columns: Matrix) -> Matrix:
    """Sums of columns (M × K) by number."""
    size = int(codes.max()) + 1
    return np.stack([np.bincount(codes, column, minlength=size) for column in columns.T], axis=1)
