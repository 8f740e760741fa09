"""Least squares on the simplex: weights that are not negative and sum to one, exactly, by non-negative least squares."""

import numpy as np
from scipy.optimize import nnls

from analysis.estimate.matrix import Matrix

MOST_STEPS = 30  # times the number of donors; the active set hardly ever needs more than one
SAME_GRADIENT = 1e-9  # gradients nearer than this, relative to the squared scale, count as equal
VANISHING_RIDGE = 1e-10  # relative to the squared scale: tells apart weights that fit equally well
SMALLEST_AXIS = 1e-10  # a smaller singular value, relative to the largest, is rounding: demeaned periods always sum to zero


def simplex_weights(donors: Matrix, target: Matrix, ridge: float = 0.0) -> Matrix:
    """The minimiser w of ‖donors·w − target‖² + ridge·‖w‖² with w ≥ 0 and Σw = 1.

    ``donors`` is T0 × N0, ``target`` has T0 entries, the result N0. With Σw = 1 the fit is ‖(donors − target·1ᵀ)·w‖², which
    grows with the square of w; so the minimiser of it plus (1 − Σw)² over w ≥ 0, made to sum to one, is exact: the second
    term only sets the length. Where several w fit equally well, as when the target lies inside the donors' hull, it is the
    most even of them (least ‖w‖²), so that the donors' order never matters.
    """
    gaps = donors - target[:, None]
    scale = _scale(gaps, ridge)
    if scale == 0.0:
        return np.full(donors.shape[1], 1 / donors.shape[1])
    gaps, relative = gaps / scale, ridge / scale**2
    weights = _direction(gaps, relative)
    return weights if ridge > 0.0 or not _has_ties(gaps, weights) else _most_even(gaps, weights)


def _scale(gaps: Matrix, ridge: float) -> float:
    """A donor's usual distance: of the size of the fit's terms, and not moved by one far-off donor."""
    squares = (gaps**2).sum(axis=0)
    usual = float(np.median(squares))
    return float(np.sqrt((usual if usual > 0.0 else float(squares.max())) + ridge))


def _direction(gaps: Matrix, ridge: float) -> Matrix:
    """The weights as the direction of a ray in the cone w ≥ 0."""
    count = gaps.shape[1]
    penalty = np.sqrt(ridge) * np.eye(count) if ridge > 0.0 else np.empty((0, count))
    system = np.vstack([gaps, penalty, np.ones((1, count))])
    goal = np.zeros(len(system))
    goal[-1] = 1.0
    ray, _ = nnls(system, goal, maxiter=MOST_STEPS * count)
    return np.asarray(ray / ray.sum())


def _has_ties(gaps: Matrix, weights: Matrix) -> bool:
    """Whether weight can move among donors at the least gradient without moving fit or sum."""
    gradient = gaps.T @ (gaps @ weights)
    can_take_part = gradient <= gradient @ weights + SAME_GRADIENT
    if can_take_part.sum() <= (weights > 0.0).sum():  # the active set is affinely independent by construction
        return False
    moments = _moments(gaps)[:, can_take_part]
    return bool(np.linalg.matrix_rank(moments, rtol=SMALLEST_AXIS) < moments.shape[1])


def _most_even(gaps: Matrix, weights: Matrix) -> Matrix:
    """The least-norm weights with the fit of ``weights``: a vanishing ridge finds who takes part, least squares how much."""
    near = _direction(gaps, VANISHING_RIDGE)
    takes_part, moments = near > 0.0, _moments(gaps)
    exact = np.zeros_like(near)
    exact[takes_part] = np.linalg.lstsq(moments[:, takes_part], moments @ weights, rcond=SMALLEST_AXIS)[0]
    return exact if exact.min() >= 0.0 else near


def _moments(gaps: Matrix) -> Matrix:
    """What a change of weights must leave alone: every period's fit, and the sum."""
    return np.vstack([gaps, np.ones((1, gaps.shape[1]))])
