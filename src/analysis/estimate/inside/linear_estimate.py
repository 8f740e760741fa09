"""Estimators that are linear in the outcome, cluster by cluster: what a bootstrap needs in order to impose a null on them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.clustered import clustered_fit, small_sample_factor
from analysis.estimate.matrix import Matrix


@dataclass(frozen=True)
class LinearEstimate:
    """An estimator ``influence @ outcome`` (M) with what the bootstrap needs to impose ``estimate = null`` on it.

    The residuals under the null are ``base - null * direction`` (M each); ``residuals`` maps outcomes (M × K) to the residuals behind the
    standard error, ``observed`` (M) are those of the outcome itself; ``cluster_of`` (M) has no gaps; ``factor`` scales the variance.
    """

    estimate: float
    influence: Matrix
    base: Matrix
    direction: Matrix
    observed: Matrix
    residuals: Callable[[Matrix], Matrix]
    weights: Matrix
    cluster_of: Integers
    factor: float

    @property
    def clusters_count(self) -> int:
        """Clusters that have a cell."""
        return int(self.cluster_of.max()) + 1

    @property
    def std_error(self) -> float:
        """Clustered, of the estimate as observed."""
        return float(np.sqrt(self.factor * (self._by_cluster(self.influence * self.observed) ** 2).sum()))

    @property
    def effective_clusters(self) -> float:
        """1 / sum of squared shares of the clusters in what carries the estimate (in a regression: its leverage)."""
        carried = self._by_cluster(self.influence**2 / self.weights)
        return float(carried.sum() ** 2 / (carried**2).sum())

    def pieces(self, residuals: Matrix) -> tuple[Matrix, Matrix]:
        """What each cluster's ``residuals`` (M) add to the estimate (G) and to every cluster's score (G × G, scores in rows)."""
        alone = np.zeros((len(residuals), self.clusters_count))
        alone[np.arange(len(residuals)), self.cluster_of] = residuals
        scores = self.influence[:, None] * self.residuals(alone)
        crossed = np.stack([self._by_cluster(column) for column in scores.T], axis=1)
        return self._by_cluster(self.influence * residuals), np.sqrt(self.factor) * crossed

    def _by_cluster(self, values: Matrix) -> Matrix:
        return np.asarray(np.bincount(self.cluster_of, weights=values, minlength=self.clusters_count))


def regression_estimate(cells: Cells, regressors: Matrix, names: tuple[str, ...], combination: Matrix) -> LinearEstimate:
    """``combination`` (K) of the coefficients of ``clustered_fit``, with its rule for the variance; the same refusals."""
    fit = clustered_fit(cells, regressors, names)
    effects, gram = cells.effects(), fit.design.T @ (cells.weights[:, None] * fit.design)
    bread = np.linalg.inv(gram)
    slope = fit.design @ (bread @ combination)
    direction = slope / float(combination @ bread @ combination)
    estimate = float(combination @ fit.coefficients)

    def residuals(columns: Matrix) -> Matrix:
        free = effects.residuals(columns)
        return np.asarray(free - fit.design @ (bread @ (fit.design.T @ (cells.weights[:, None] * free))))

    factor = small_sample_factor(cells, len(slope), effects.second_parameters, len(combination))
    base = fit.residuals + estimate * direction
    return LinearEstimate(estimate, cells.weights * slope, base, direction, fit.residuals, residuals, cells.weights, _used(cells), factor)


def weighted_estimate(cells: Cells, influence: Matrix, path: Matrix) -> LinearEstimate:
    """An estimator of known weights, ``influence @ outcome`` (M), such as the imputation event study.

    Imposed under the null is the sharp one: the effect is ``null`` times ``path`` (M; 1 on treated cells, 0 elsewhere) in every cell,
    and the rest is unit, month and residual; effects that differ between cells stay in the residuals and widen the draws. Residuals
    behind the standard error are those of the outcome on unit effects, month effects and ``path``, whatever
    error the estimator itself prints. Raises ``ValueError`` where the weights do not add to nothing over unit and month effects and to
    one along ``path``: then the statistic is not what the null says.
    """
    effects = cells.effects()
    free = effects.residuals(np.column_stack([cells.outcome, path]))
    base, direction = free[:, 0], free[:, 1]
    explained = cells.weights * effects.fitted(influence / cells.weights)
    if np.abs(explained).max() > 1e-8 * np.abs(influence).max() or abs(float(influence @ path) - 1) > 1e-8:
        raise ValueError("influence must be free of unit and month effects and sum to one along path")

    size = float(direction @ (cells.weights * direction))

    def residuals(columns: Matrix) -> Matrix:
        held = effects.residuals(columns)
        return np.asarray(held - direction[:, None] * (direction @ (cells.weights[:, None] * held)) / size)

    factor = small_sample_factor(cells, len(base), effects.second_parameters, 1)
    estimate = float(influence @ cells.outcome)
    return LinearEstimate(estimate, influence, base, direction, residuals(base[:, None])[:, 0], residuals, cells.weights, _used(cells), factor)


def _used(cells: Cells) -> Integers:
    return np.asarray(np.unique(cells.cluster_of, return_inverse=True)[1])
