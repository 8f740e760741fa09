"""Least squares beside unit and month effects with errors clustered at the level at which something was assigned."""

from dataclasses import dataclass

import numpy as np

from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

DF_RULE = "CR1: G/(G-1) × (M-1)/(M-K), K without effects nested in clusters; t with G-1 df"
COLLINEAR = 1e-9
CLEARLY_APART = 1e-8
MIN_CLUSTERS = 3


@dataclass(frozen=True)
class ClusteredFit:
    """Coefficients (K) and their clustered covariance (K × K); ``design`` (M × K) and ``residuals`` (M) are free of effects, unweighted."""

    coefficients: Matrix
    covariance: Matrix
    df: int
    clusters_count: int
    design: Matrix
    residuals: Matrix

    def combination(self, weights: Matrix) -> Fit:
        """A weighted sum of coefficients with its standard error."""
        variance = float(weights @ self.covariance @ weights)
        return Fit(float(weights @ self.coefficients), float(np.sqrt(max(variance, 0.0))), self.df)

    def fit(self, position: int = 0) -> Fit:
        """One coefficient."""
        return self.combination(np.eye(len(self.coefficients))[position])


def clustered_fit(cells: Cells, regressors: Matrix, names: tuple[str, ...]) -> ClusteredFit:
    """Regression of the cells' outcome on ``regressors`` (M × K), with unit and month effects taken out of both.

    The errors are ``DF_RULE`` over the cells' clusters. Raises ``DesignRefused`` where a regressor does not vary beside the effects
    or repeats another (``names`` say which), where the outcome does not vary beside the effects, and for fewer than 3 clusters.
    """
    effects = cells.effects()
    free = effects.residuals(np.column_stack([cells.outcome, regressors]))
    outcome, design = free[:, 0], free[:, 1:]
    refuse_flat(outcome, cells)
    refuse_collinear(design, regressors, cells.weights, names)
    bread = np.linalg.inv(design.T @ (cells.weights[:, None] * design))
    coefficients = bread @ (design.T @ (cells.weights * outcome))
    residuals = outcome - design @ coefficients
    scores = cluster_sums(cells, design * (cells.weights * residuals)[:, None])
    factor = small_sample_factor(cells, len(residuals), effects.second_parameters, len(coefficients))
    return ClusteredFit(coefficients, factor * bread @ (scores.T @ scores) @ bread, used_clusters(cells) - 1, used_clusters(cells), design, residuals)


def cluster_sums(cells: Cells, columns: Matrix) -> Matrix:
    """Sums of cell columns (M × K) by cluster (G × K)."""
    of, count = cells.cluster_of, cells.clusters_count
    return np.stack([np.bincount(of, weights=column, minlength=count) for column in columns.T], axis=1)


def used_clusters(cells: Cells) -> int:
    """Clusters that have a cell."""
    return len(np.unique(cells.cluster_of))


def small_sample_factor(cells: Cells, observations: int, month_effects: int, coefficients: int) -> float:
    """The factor of ``DF_RULE``: unit effects are nested in clusters of units and do not count; the month effects and a constant do."""
    clusters, parameters = used_clusters(cells), month_effects + 1 + coefficients
    if clusters < MIN_CLUSTERS:
        raise DesignRefused(f"Chỉ có {clusters} cụm; sai số theo cụm cần ít nhất {MIN_CLUSTERS} cụm.")
    if observations <= parameters:
        raise DesignRefused(f"Chỉ có {observations} dòng cho {parameters} tham số; không đủ để ước lượng sai số.")
    return clusters / (clusters - 1) * (observations - 1) / (observations - parameters)


def refuse_flat(outcome: Matrix, cells: Cells) -> None:
    """Refuse an ``outcome`` (M), free of effects, of which nothing is left: its errors would be nought."""
    if np.abs(outcome).max() <= COLLINEAR * np.abs(cells.outcome).max():
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số.")


def refuse_collinear(design: Matrix, raw: Matrix, weights: Matrix, names: tuple[str, ...]) -> None:
    """Refuse regressors that the effects explain (a dose that is the same everywhere in each month) or that repeat one another."""
    size = np.sqrt((weights[:, None] * raw**2).sum(axis=0))
    left = np.sqrt((weights[:, None] * design**2).sum(axis=0))
    flat = [name for name, whole, rest in zip(names, size, left, strict=True) if rest <= COLLINEAR * max(whole, 1e-300)]
    if flat:
        raise DesignRefused(
            f"{', '.join(flat)}: không khác nhau giữa các đơn vị trong cùng một tháng (sau khi trừ mức riêng của từng đơn vị), "
            "nên không tách được khỏi biến động chung của tháng."
        )
    scaled = np.sqrt(weights)[:, None] * design / left
    is_plain = np.linalg.eigvalsh(scaled.T @ scaled)[0] > CLEARLY_APART  # spares a decomposition of all cells
    if not is_plain and np.linalg.matrix_rank(np.linalg.qr(scaled, mode="r"), tol=1e-7) < scaled.shape[1]:
        raise DesignRefused(f"{', '.join(names)}: các biến trùng nhau hoàn toàn nên không tách được tác động của từng biến; gộp lại rồi tính.")
