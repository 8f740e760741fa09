"""Least squares with unit and period effects on a balanced panel: the arithmetic behind ``two_way``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.inference import Fit, refuse_robust
from analysis.estimate.matrix import Matrix, PanelMatrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.time_series import NORMAL_DF

PanelErrors = Literal["iid", "hc1", "cluster"]
DfRule = Literal["fixest", "stata", "statsmodels", "linearmodels"]


@dataclass(frozen=True)
class Columns:
    """Further columns of the long panel, cell by cell in the order of a matrix."""

    panel: pd.DataFrame
    unit: str
    time: str

    def of(self, name: str, matrix: PanelMatrix) -> NDArray[Any]:
        """Entries of column ``name``, N×T in one row; refused where one is missing."""
        if name not in self.panel.columns:
            raise DesignRefused(f"Bảng không có cột {name}; các cột đang có: {', '.join(map(str, self.panel.columns))}.")
        wide = self.panel.pivot(index=self.unit, columns=self.time, values=name).reindex(index=list(matrix.units), columns=list(matrix.times))
        if wide.isna().any(axis=None):
            raise DesignRefused(f"Cột “{name}” có ô trống trong các đơn vị và kỳ đem so sánh; cần đủ giá trị.")
        return wide.to_numpy().ravel()

    def numbers(self, name: str, matrix: PanelMatrix) -> Matrix:
        """As ``of``, refused where the column does not hold finite numbers."""
        entries = self.of(name, matrix)
        if not pd.api.types.is_numeric_dtype(self.panel[name]):
            raise DesignRefused(f"Cột “{name}” không phải là số.")
        found = entries.astype(np.float64)
        if not np.isfinite(found).all():
            raise DesignRefused(f"Cột “{name}” có giá trị vô hạn; cần số hữu hạn.")
        return np.asarray(found)


@dataclass(frozen=True)
class Sample:
    """A balanced panel as M = N×T cells, weighted, with unit and period effects taken out of ``outcome`` (M) and ``controls`` (M × C).

    ``root_weights`` (M) are roots of the weights, ``clusters`` (M) numbers of clusters. ``parameters`` counts controls and all
    effects; ``unnested`` leaves out effects of which every level lies within one cluster.
    """

    shape: tuple[int, int]
    root_weights: Matrix
    outcome: Matrix
    controls: Matrix
    clusters: NDArray[np.int64]
    parameters: int
    unnested: int


def sample_of(matrix: PanelMatrix, columns: Columns, cluster: str | None, weights: str | None, controls: Sequence[str]) -> Sample:
    """The cells behind a regression on ``matrix``; clusters are units where ``cluster`` is None.

    Raises ``DesignRefused`` for columns that are missing, have gaps or are no numbers, for weights that are not positive, and for
    controls that the effects or other controls already say.
    """
    units, periods = shape = matrix.outcomes.shape
    unit_of, period_of = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    weighed = np.ones(units * periods) if weights is None else columns.numbers(weights, matrix)
    if not (weighed > 0).all():
        raise DesignRefused(f"Trọng số “{weights}” phải lớn hơn 0; gặp {weighed.min():g}.")
    clusters = unit_of if cluster is None else np.unique(columns.of(cluster, matrix).astype(str), return_inverse=True)[1]
    if clusters.max() == 0:
        raise DesignRefused(f"Cột “{cluster}” chỉ có một cụm; cần ít nhất hai.")
    raw = np.column_stack([matrix.outcomes.ravel(), *(columns.numbers(name, matrix) for name in controls)])
    root = np.sqrt(weighed)
    partialled = _partial(shape, root, raw)
    size = np.maximum(1.0, np.abs(raw[:, 1:]).max(axis=0)) if controls else np.empty(0)
    if np.linalg.matrix_rank(partialled[:, 1:] / size, tol=1e-9 * np.sqrt(len(raw))) < len(controls):
        raise DesignRefused("Các biến kiểm soát trùng nhau hoặc trùng với mức riêng của đơn vị và của kỳ nên không tách được.")
    effects, free = units + periods - 1, _free_effects([unit_of, period_of], clusters)
    return Sample(shape, root, partialled[:, 0], partialled[:, 1:], clusters, effects + len(controls), free + len(controls))


def _free_effects(effects: list[NDArray[np.int64]], clusters: NDArray[np.int64]) -> int:
    """Levels of effects not nested in clusters, less one for each such effect after the first; at least the constant."""
    sizes = [len(np.unique(effect)) for effect in effects if not _is_nested(effect, clusters)]
    return max(sum(sizes) - max(len(sizes) - 1, 0), 1)


def _is_nested(effect: NDArray[np.int64], clusters: NDArray[np.int64]) -> bool:
    return len(np.unique(np.column_stack([effect, clusters]), axis=0)) == len(np.unique(effect))


def double_demeaned(values: Matrix) -> Matrix:
    """Values (… × N × T) less unit means and period means."""
    by_unit, by_period = values.mean(axis=-1, keepdims=True), values.mean(axis=-2, keepdims=True)
    return np.asarray(values - by_unit - by_period + by_unit.mean(axis=-2, keepdims=True))


def _partial(shape: tuple[int, int], root_weights: Matrix, columns: Matrix) -> Matrix:
    """Columns (M × C), weighted, less their least-squares fit on unit and period effects."""
    units, periods = shape
    if np.ptp(root_weights) == 0:
        return root_weights[:, None] * double_demeaned(columns.T.reshape(-1, units, periods)).reshape(-1, units * periods).T
    dummies = np.column_stack([np.repeat(np.eye(units), periods, axis=0), np.tile(np.eye(periods), (units, 1))[:, 1:]])
    scaled, weighted = root_weights[:, None] * dummies, root_weights[:, None] * columns
    return np.asarray(weighted - scaled @ np.linalg.lstsq(scaled, weighted, rcond=None)[0])


def treated_clusters(sample: Sample, dummy: Matrix) -> int:
    """Clusters with a treated cell; ``dummy`` has M entries."""
    return len(np.unique(sample.clusters[dummy != 0]))


def refuse_few(sample: Sample, dummy: Matrix, errors: PanelErrors) -> None:
    """``refuse_robust`` with a cluster's (``hc1``: a cell's) share of what varies in the dummy beside effects and controls."""
    if errors == "iid":
        return
    partialled = _partial(sample.shape, sample.root_weights, dummy[:, None])[:, 0]
    if sample.controls.shape[1]:
        partialled = partialled - sample.controls @ np.linalg.lstsq(sample.controls, partialled, rcond=None)[0]
    shares = partialled**2 if errors == "hc1" else np.bincount(sample.clusters, partialled**2)
    refuse_robust(float(shares.max() / shares.sum()), treated_clusters(sample, dummy))


def fits(sample: Sample, dummies: Matrix, errors: PanelErrors, rule: DfRule) -> list[Fit]:
    """Coefficient of each column of ``dummies`` (M × D, effects still in), all in one regression; NaN errors without df."""
    count = dummies.shape[1]
    design = np.column_stack([_partial(sample.shape, sample.root_weights, dummies), sample.controls])
    bread = np.linalg.pinv(design.T @ design)
    coefficients = bread @ design.T @ sample.outcome
    residuals = sample.outcome - design @ coefficients
    meat = _meat(design, residuals, sample.clusters, errors)
    cells, clusters = len(residuals), int(sample.clusters.max()) + 1
    if cells <= sample.parameters + count:
        return [Fit(float(coefficient), np.nan, 1) for coefficient in coefficients[:count]]
    factor, df = small_sample(errors, rule, cells, sample.parameters + count, sample.unnested + count, clusters)
    std_errors = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), 0.0) * factor)
    return [Fit(float(coefficients[column]), float(std_errors[column]), df) for column in range(count)]


def _meat(design: Matrix, residuals: Matrix, clusters: NDArray[np.int64], errors: PanelErrors) -> Matrix:
    """Middle of the sandwich, without small-sample factors."""
    if errors == "iid":
        return np.asarray(design.T @ design * (residuals @ residuals))
    scores = design * residuals[:, None]
    if errors == "cluster":
        scores = np.column_stack([np.bincount(clusters, column) for column in scores.T])
    return np.asarray(scores.T @ scores)


def small_sample(errors: PanelErrors, rule: DfRule, cells: int, parameters: int, unnested: int, clusters: int) -> tuple[float, int]:
    """(factor on the sandwich, df); ``two_way_fixed_effects`` says which rule does what. For ``iid`` the factor is 1/(M-K)."""
    if errors == "iid":
        return 1 / (cells - parameters), cells - parameters
    if errors == "hc1":
        return cells / (cells - parameters), NORMAL_DF if rule == "statsmodels" else cells - parameters
    if rule == "linearmodels":
        return cells / (cells - parameters), cells - parameters
    grouped = clusters / (clusters - 1) * (cells - 1)
    if rule == "statsmodels":
        return grouped / (cells - parameters), NORMAL_DF
    return grouped / (cells - unnested), clusters - 1
