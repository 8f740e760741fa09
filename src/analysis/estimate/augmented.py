"""Ridge-augmented synthetic control (Ben-Michael, Feller and Rothstein 2021): what simplex weights leave unmatched, a ridge takes off."""

from collections.abc import Collection
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.every_unit import EveryUnit
from analysis.estimate.gaps import Matching, Rows, Weigh, effect_of_matching
from analysis.estimate.matrix import Guards, Matrix, matrix_of
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.simplex import simplex_weights
from analysis.estimate.synthetic import weights_without

ESTIMAND_VI = (
    "chênh lệch trung bình, từ mốc bắt đầu, so với tổ hợp các đơn vị so sánh có điểm trước đó sát nhất, "
    "sau khi hiệu chỉnh phần chưa khớp bằng hồi quy"
)

RIDGES = np.logspace(0, -8, 21)  # the grid of the authors' package, as shares of the largest squared singular value


def augmented_synthetic_control(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    ridge: float | None = None,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """``synthetic_control`` whose misfit before the start is corrected by ridge regression of outcomes on outcomes before.

    The simplex weights w on all outcomes before become w + Xᵀ(XXᵀ + ridge·I)⁻¹(x − Xw), X (T0 × N0) and x (T0) being the
    outcomes before less the comparison units' mean of each period; they sum to one and may be negative. ``ridge`` is in squared
    units of the outcome. Where not given it is chosen by leaving out each period before the start in turn: the largest of 21
    values whose squared error lies within one standard error of the least (the authors' package does so too, but never leaves
    out the last period). Inference is that of ``synthetic_control``; each placebo chooses its own ridge.

    Raises ``DesignRefused``, also where treated units start in different periods.
    """
    if ridge is not None and not ridge > 0.0:
        raise DesignRefused(f"Hệ số co (ridge) phải lớn hơn 0; gặp {ridge}. Bỏ trống thì hệ số được chọn theo số liệu trước mốc bắt đầu.")
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    if ridge is None and matrix.before_count < 2:
        raise DesignRefused(f"Chọn hệ số co (ridge) cần ít nhất 2 kỳ trước mốc bắt đầu; chỉ có {matrix.before_count}.")
    matching = Matching(matrix.outcomes, _augmented(matrix.outcomes[:, : matrix.before_count], ridge), "augmented_synthetic_control", ESTIMAND_VI)
    return effect_of_matching(matrix, matching, start=start, level=level, statistic="att", seed=seed)


def every_augmented(outcomes: Matrix, _clock: Matrix, before: int) -> EveryUnit:
    """``augmented_synthetic_control`` with each unit treated alone."""
    count, values = len(outcomes), outcomes[:, :before]
    takes_part = np.ones((count, count, count), dtype=bool)
    each = np.arange(count)
    takes_part[each, :, each] = takes_part[:, each, each] = False
    folds = [weights_without(np.delete(values, period, axis=1)) for period in range(before)]
    ridges = _chosen_ridge(values, values, takes_part, folds)
    weights = _ridge_weights(values, values, takes_part, weights_without(values), ridges[..., None])[..., 0, :]
    placebos = (outcomes[:, before:] - weights @ outcomes[:, before:]).mean(axis=-1)
    estimates = np.diagonal(placebos).copy()
    np.fill_diagonal(placebos, np.nan)
    return EveryUnit(estimates, placebos)


def _augmented(before: Matrix, ridge: float | None) -> Weigh:
    def weigh(rows: Rows, donors: Rows) -> Matrix:
        target, others = before[rows].mean(axis=0), before[donors]
        takes_part = np.ones(len(others), dtype=bool)
        chosen = np.asarray(ridge) if ridge is not None else _chosen_ridge(others, target, takes_part, _folds(others, target))
        return _ridge_weights(others, target, takes_part, simplex_weights(others.T, target), chosen[..., None])[0]

    return weigh


def _folds(others: Matrix, target: Matrix) -> list[Matrix]:
    """Simplex weights with each period left out in turn."""
    return [simplex_weights(np.delete(others, period, axis=1).T, np.delete(target, period)) for period in range(len(target))]


def _chosen_ridge(values: Matrix, target: Matrix, takes_part: NDArray[np.bool_], folds: list[Matrix]) -> Matrix:
    """The largest ridge within one standard error of the least error of prediction, for each target."""
    ridges = _largest_ridge(values, takes_part)[..., None] * RIDGES
    errors = []
    for period, weights in enumerate(folds):
        kept = np.delete(values, period, axis=1), np.delete(target, period, axis=-1)
        augmented = _ridge_weights(*kept, takes_part, weights, ridges)
        errors.append((target[..., period, None] - augmented @ values[:, period]) ** 2)
    mean, spread = np.mean(errors, axis=0), np.std(errors, axis=0, ddof=1) / np.sqrt(len(folds))
    least = mean.argmin(axis=-1)[..., None]
    bound = np.take_along_axis(mean + spread, least, axis=-1)
    return np.take_along_axis(ridges, (mean <= bound).argmax(axis=-1)[..., None], axis=-1)[..., 0]


def _largest_ridge(values: Matrix, takes_part: NDArray[np.bool_]) -> Matrix:
    """Largest squared singular value of the donors' centred outcomes."""
    centred = _centred(values, takes_part)
    largest = np.linalg.eigvalsh(np.swapaxes(centred, -1, -2) @ centred)[..., -1]
    return np.where(largest > 0.0, largest, 1.0)


def _ridge_weights(values: Matrix, target: Matrix, takes_part: NDArray[np.bool_], weights: Matrix, ridges: Matrix) -> Matrix:
    """Augmented weights for each ridge (… × L × N) of targets (… × T0) on those rows of ``values`` (N × T0) that ``takes_part`` (… × N)."""
    centred = _centred(values, takes_part)
    spread, axes = np.linalg.eigh(np.swapaxes(centred, -1, -2) @ centred)
    misfit = ((target - weights @ values)[..., None, :] @ axes) / (np.maximum(spread, 0.0)[..., None, :] + ridges[..., None])
    return weights[..., None, :] + misfit @ np.swapaxes(centred @ axes, -1, -2)


def _centred(values: Matrix, takes_part: NDArray[np.bool_]) -> Matrix:
    """Outcomes (… × N × T0) less the mean of those that take part; zero for the others."""
    mean = takes_part @ values / takes_part.sum(axis=-1, keepdims=True)
    return (values - mean[..., None, :]) * takes_part[..., None]
