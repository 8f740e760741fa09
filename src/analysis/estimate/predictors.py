"""Predictors of a synthetic control and how much each counts (Abadie, Diamond and Hainmueller 2010, 2015)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from analysis.estimate.gaps import Rows
from analysis.estimate.matrix import Matrix, PanelMatrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.simplex import simplex_weights

MOST_EVALUATIONS = 5_000
LEAST_WEIGHT = 1e-8  # a predictor's starting weight, so that its logarithm exists


@dataclass(frozen=True)
class Predictor:
    """The mean of ``column`` over those of ``periods`` in which a unit has it; None stands for every period before the start."""

    column: str
    periods: Collection[Any] | None = None


@dataclass(frozen=True)
class PredictorDesign:
    """``values`` (K × N) are matched; their weights are ``given``, or best foretell ``outcomes`` (N × L) from ``training`` (K × N)."""

    names: tuple[str, ...]
    values: Matrix
    training: Matrix
    outcomes: Matrix
    given: Matrix | None

    def weights_of(self, rows: Rows, donors: Rows) -> Matrix:
        """One weight a predictor, not negative, with sum one, for the mean of ``rows`` matched by ``donors``."""
        if self.given is not None:
            return self.given
        target, others = self.outcomes[rows].mean(axis=0), self.outcomes[donors].T
        return nested_weights(*_standardised(self.training, rows, donors), others, target)

    def weigh(self, rows: Rows, donors: Rows) -> Matrix:
        """One weight a donor."""
        return _matched(*_standardised(self.values, rows, donors), self.weights_of(rows, donors))


def predictor_design(
    panel: pd.DataFrame,
    matrix: PanelMatrix,
    *,
    unit: str,
    time: str,
    predictors: Sequence[Predictor],
    predictor_weights: Sequence[float] | None = None,
    training_predictors: Sequence[Predictor] | None = None,
    fit_periods: Collection[Any] | None = None,
) -> PredictorDesign:
    """What the predictors are for every unit of ``matrix``; the arguments are those of ``synthetic_control``.

    Raises ``DesignRefused`` for a predictor that is not in the panel, not a number, measured from the start on or not at all
    for some unit, for weights that do not fit the predictors, and for periods of fit that are not before the start.
    """
    values = _values(panel, matrix, unit, time, predictors)
    training = values if training_predictors is None else _values(panel, matrix, unit, time, training_predictors)
    if len(training) != len(values):
        raise DesignRefused(f"Có {len(values)} biến dự báo nhưng {len(training)} biến của giai đoạn huấn luyện; hai danh sách phải ứng với nhau.")
    given = _given(predictor_weights, len(values))
    if given is not None and (training_predictors is not None or fit_periods is not None):
        raise DesignRefused("Đã nêu trọng số của biến dự báo thì không chọn trọng số theo số liệu nữa; hãy bỏ một trong hai.")
    outcomes = matrix.outcomes[:, _fit_columns(matrix, fit_periods)]
    return PredictorDesign(tuple(predictor.column for predictor in predictors), values, training, outcomes, given)


def nested_weights(donors: Matrix, target: Matrix, donor_outcomes: Matrix, target_outcomes: Matrix) -> Matrix:
    """Weights of K predictors whose synthetic control has the least mean squared error over the L outcomes of fit.

    ``donors`` is K × N0, ``donor_outcomes`` L × N0. The simplex search of Nelder and Mead over the weights' logarithms, from
    equal weights and from those of a regression of the outcomes on the predictors; the better end counts. The problem has
    many local minima: this finds those of the published examples, and other searches may fit closer.
    """

    def error(logarithms: Matrix) -> float:
        found = _matched(donors, target, _shares(logarithms))
        return float(((target_outcomes - donor_outcomes @ found) ** 2).mean())

    starts = [np.full(len(target), 1 / len(target)), _regression_weights(donors, target, donor_outcomes, target_outcomes)]
    options = {"maxiter": MOST_EVALUATIONS, "maxfev": MOST_EVALUATIONS}
    ends = [minimize(error, np.log(np.maximum(start, LEAST_WEIGHT)), method="Nelder-Mead", options=options) for start in starts]
    return _shares(min(ends, key=lambda end: float(end.fun)).x)


def _shares(logarithms: Matrix) -> Matrix:
    raised = np.exp(logarithms - logarithms.max())
    return np.asarray(raised / raised.sum())


def _matched(donors: Matrix, target: Matrix, weights: Matrix) -> Matrix:
    root = np.sqrt(weights)
    return simplex_weights(donors * root[:, None], target * root)


def _regression_weights(donors: Matrix, target: Matrix, donor_outcomes: Matrix, target_outcomes: Matrix) -> Matrix:
    """Squared slopes of the outcomes on all predictors at once, as shares; equal where nothing is explained."""
    predictors = np.column_stack([donors, target]).T
    design = np.column_stack([np.ones(len(predictors)), predictors])
    slopes = np.linalg.lstsq(design, np.column_stack([donor_outcomes, target_outcomes]).T, rcond=None)[0][1:]
    squares = (slopes**2).sum(axis=1)
    return np.asarray(squares / squares.sum()) if squares.sum() > 0.0 else np.full(len(squares), 1 / len(squares))


def _standardised(values: Matrix, rows: Rows, donors: Rows) -> tuple[Matrix, Matrix]:
    """Donors' (K × N0) and the target's (K) predictors in standard deviations over donors and target together."""
    target, others = values[:, rows].mean(axis=1), values[:, donors]
    spread = np.column_stack([others, target]).std(axis=1, ddof=1)
    spread[spread == 0.0] = 1.0
    return others / spread[:, None], target / spread


def _values(panel: pd.DataFrame, matrix: PanelMatrix, unit: str, time: str, predictors: Sequence[Predictor]) -> Matrix:
    if not predictors:
        raise DesignRefused("Danh sách biến dự báo trống; hãy nêu ít nhất một biến hoặc bỏ tham số này để chỉ dùng chính kết quả.")
    return np.vstack([_means(panel, matrix, unit, time, predictor) for predictor in predictors])


def _means(panel: pd.DataFrame, matrix: PanelMatrix, unit: str, time: str, predictor: Predictor) -> Matrix:
    column = predictor.column
    if column not in panel.columns:
        raise DesignRefused(f"Bảng không có cột biến dự báo “{column}”; các cột đang có: {', '.join(map(str, panel.columns))}.")
    if not pd.api.types.is_numeric_dtype(panel[column]):
        raise DesignRefused(f"Cột biến dự báo “{column}” không phải là số.")
    periods = matrix.times[: matrix.before_count] if predictor.periods is None else tuple(predictor.periods)
    known, begin = set(panel[time]), matrix.times[matrix.before_count]
    wrong = [str(period) for period in periods if period not in known or period >= begin]
    if wrong:
        raise DesignRefused(f"Biến dự báo “{column}” lấy cả kỳ {', '.join(wrong)}; chỉ được lấy các kỳ có trong bảng và trước mốc bắt đầu {begin}.")
    means = panel[panel[time].isin(list(periods))].groupby(unit)[column].mean().reindex(list(matrix.units))
    unknown = [str(name) for name in means.index[means.isna()]]
    if unknown:
        raise DesignRefused(f"Biến dự báo “{column}” không có số liệu trong các kỳ đã nêu ở: {', '.join(unknown)}.")
    return means.to_numpy(dtype=np.float64)


def _fit_columns(matrix: PanelMatrix, periods: Collection[Any] | None) -> Rows:
    before = matrix.times[: matrix.before_count]
    if periods is None:
        return np.arange(len(before))
    other = [str(period) for period in periods if period not in before]
    if other or not periods:
        raise DesignRefused(
            f"Các kỳ dùng để chọn trọng số biến dự báo phải nằm trong khoảng {before[0]} đến {before[-1]}, trước mốc bắt đầu; "
            f"gặp {', '.join(other) or 'danh sách trống'}."
        )
    return np.array([before.index(period) for period in sorted(set(periods))])


def _given(weights: Sequence[float] | None, count: int) -> Matrix | None:
    if weights is None:
        return None
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (count,) or not np.isfinite(given).all() or given.min() < 0.0 or given.sum() <= 0.0:
        raise DesignRefused(f"Trọng số biến dự báo phải gồm {count} số không âm, không cùng bằng 0; gặp {', '.join(map(str, given.ravel()))}.")
    return np.asarray(given / given.sum())
