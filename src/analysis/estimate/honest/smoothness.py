"""Bounds on the change of slope: the shortest interval of fixed length around a linear estimate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular
from scipy.optimize import lsq_linear, minimize_scalar
from scipy.special import chndtrix, ndtri

from analysis.estimate.honest.event_study import EventStudy, Matrix, Vector, bounds_of, event_study_of, significance_of

FAR_FROM_ZERO = 20.0  # standard deviations at which a normal has no second tail
LEAST_ROOT_PRICE = 1e-6  # of bias, squared and as a share of the price that buys it all off: the estimate of least variance


def smoothness_bounds(
    coefficients: ArrayLike,
    covariance: ArrayLike,
    *,
    before_count: int,
    weights: Sequence[float] | None = None,
    max_slope_changes: Sequence[float],
    level: float = 0.95,
) -> pd.DataFrame:
    """Fixed-length intervals for the effect when the slope of the difference in trends changes by at most M between periods.

    ``coefficients`` (T) are event-study estimates in time order without the reference period, whose coefficient is 0: the first
    ``before_count`` before it, the rest after; consecutive periods are one unit of time apart. ``covariance`` (T × T) is taken as
    known and the estimates as normal. The effect is ``weights`` · effects after the reference; by default the first of them.
    ``max_slope_changes`` are the values of M, in the outcome's unit a period; M = 0 extends a linear trend.

    One row a value of M, in the order given: ``bound`` (M), ``ci_low``, ``ci_high``. Each interval is centred at the linear
    estimate, unbiased under linear trends, whose worst bias and standard deviation together give the shortest half-length:
    the fixed-length intervals of Rambachan and Roth (2023), with the exact quantile of the folded normal distribution.

    Raises ``DesignRefused`` for coefficients, covariance, weights, bounds or a level that do not fit together, no period before
    or after, or a covariance that is not positive definite.
    """
    study = event_study_of(coefficients, covariance, before_count, weights)
    alpha = significance_of(level)
    family = _unbiased_under_linear_trends(study)
    intervals = [_shortest_interval(study, family, bound, alpha) for bound in bounds_of(max_slope_changes)]
    return pd.DataFrame(intervals, columns=["bound", "ci_low", "ci_high"])


@dataclass(frozen=True)
class _Family:
    """Linear estimates a(c) = ``base`` + ``moves`` c over the coefficients, unbiased for every linear difference in trends.

    c_j is the weight that the estimate puts on a change of slope j periods before the reference, j = 1 … before_count - 1.
    Under changes of at most 1 the worst bias is ``fixed_bias`` (changes from the reference on) plus the sum of |c_j|.
    The variance of a(c) is a(c)' Σ a(c); ``curvature`` and ``tilt`` are its quadratic part and half its linear part.
    """

    base: Vector
    moves: Matrix
    fixed_bias: float
    curvature: Matrix
    tilt: Vector

    def bias(self, c: Vector) -> float:
        """Worst bias when slopes change by at most 1 between periods."""
        return self.fixed_bias + float(np.abs(c).sum())


def _unbiased_under_linear_trends(study: EventStudy) -> _Family:
    """Weights before the reference are second differences of (Σ k w_k, c_1, c_2 …), so that linear trends cancel."""
    periods_after = np.arange(1, len(study.weights) + 1)
    second_differences = np.diff(np.eye(study.before_count + 2), n=2, axis=0)[:, : study.before_count]
    in_time_order = np.vstack([second_differences[::-1], np.zeros((len(study.weights), study.before_count))])
    base = study.target + in_time_order[:, 0] * (periods_after @ study.weights)
    moves = in_time_order[:, 1:]
    return _Family(
        base=base,
        moves=moves,
        fixed_bias=float(np.abs(_weights_on_slope_changes(study.weights)).sum()),
        curvature=moves.T @ study.covariance @ moves,
        tilt=moves.T @ study.covariance @ base,
    )


def _weights_on_slope_changes(weights: Vector) -> Vector:
    """What a unit change of slope at the reference, and at each period after, adds to the weighted path."""
    periods = np.arange(len(weights))
    return np.maximum(periods[None, :] + 1 - periods[:, None], 0) @ weights


def _shortest_interval(study: EventStudy, family: _Family, bound: float, alpha: float) -> tuple[float, float, float]:
    """The bound and the shortest interval over the estimates that trade bias for variance best."""

    def half_length(c: Vector) -> float:
        estimate = family.base + family.moves @ c
        deviation = float(np.sqrt(estimate @ study.covariance @ estimate))
        return deviation * folded_normal_quantile(1 - alpha, bound * family.bias(c) / deviation)

    c = _best_trade(family, half_length)
    centre = float((family.base + family.moves @ c) @ study.coefficients)
    return float(bound), centre - half_length(c), centre + half_length(c)


def folded_normal_quantile(probability: float, mean: float) -> float:
    """The quantile of |X|, X normal with that mean (at least 0) and variance 1."""
    if mean > FAR_FROM_ZERO:
        return mean + float(ndtri(probability))
    return float(np.sqrt(chndtrix(probability, 1, mean**2)))


def _best_trade(family: _Family, half_length: Callable[[Vector], float]) -> Vector:
    """The c of least half-length along the frontier from least variance to least bias (c = 0).

    Half-length is convex in bias along that frontier, and bias falls as its price rises, so one search over the price finds it.
    """
    steepest = float(np.abs(family.tilt).max(initial=0.0))
    if not steepest:
        return np.zeros(len(family.tilt))
    root = np.linalg.cholesky(family.curvature / steepest)
    whitened = solve_triangular(root, np.eye(len(root)), lower=True)

    def at_price(root_price: float) -> Vector:
        return _least_variance_at_price(whitened, family.tilt / steepest, root_price**2)

    searched = minimize_scalar(lambda price: half_length(at_price(price)), bounds=(LEAST_ROOT_PRICE, 1.0), method="bounded", options={"xatol": 1e-9})
    return min((at_price(price) for price in (LEAST_ROOT_PRICE, float(searched.x), 1.0)), key=half_length)


def _least_variance_at_price(whitened: Matrix, tilt: Vector, price: float) -> Vector:
    """The c of least ½ c'Qc + tilt'c + price · Σ|c_j|, where whitened' whitened = Q⁻¹; its dual is least squares in a box."""
    dual = lsq_linear(whitened, -whitened @ tilt, bounds=(-price, price), method="bvls").x
    return -whitened.T @ (whitened @ (tilt + dual))
