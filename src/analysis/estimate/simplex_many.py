"""Many small simplex problems at once: weights w ≥ 0 with Σw = 1 that minimise ‖columns·w − target‖² + ridge·‖w‖²."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.estimate.matrix import Matrix
from analysis.estimate.simplex import simplex_weights

Solver = Literal["frank_wolfe", "exact"]

VANISHING = 1e-6  # times the noise level: tells apart weights that fit equally well
LEAST_DECREASE = 1e-5  # times the noise level, then squared: when Frank-Wolfe stops
NEWTON_STEPS = 40  # a handful is usual; with a ridge far below the columns' spread Newton zigzags, and the active set is quicker
NEWTON_TOLERANCE = 1e-11  # of the gradient, relative to the largest entry of the problem
HALVINGS = 40
SUFFICIENT_DECREASE = 1e-4
BATCH_ENTRIES = 2**16  # entries of ``columns`` worked on at once, so that they stay in the processor's cache
FIRST_ROUND, SECOND_ROUND = 100, 10_000  # iterations before and after small weights are set to zero
SMALL_SHARE = 1 / 4  # of the largest weight
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Problems:
    """P problems of one size: ``columns`` P × d × m, ``targets`` P × d, ``ridges`` P."""

    columns: Matrix
    targets: Matrix
    ridges: Matrix

    def some(self, chosen: slice | NDArray[np.int64]) -> "Problems":
        """The chosen problems."""
        return Problems(self.columns[chosen], self.targets[chosen], self.ridges[chosen])

    def batches(self) -> Iterator["Problems"]:
        """All problems in turn, a batch at a time."""
        size = max(1, BATCH_ENTRIES // self.columns[0].size)
        for begin in range(0, len(self.ridges), size):
            yield self.some(slice(begin, begin + size))


def each_alone(problems: Problems) -> Matrix:
    """The exact weights, P × m, one active-set solution after the other; for ridges of any size, also vanishing ones."""
    parts = zip(problems.columns, problems.targets, problems.ridges, strict=True)
    return np.array([simplex_weights(columns, target, float(ridge)) for columns, target, ridge in parts])


def ridge_weights(problems: Problems) -> Matrix:
    """The exact weights, P × m, for ridges above zero: quick where columns are many and long columns few.

    The dual problem is in the d residuals r alone, ½‖r‖² − target·r + max_w (r·columns·w − ½ ridge ‖w‖²), strongly convex and
    piecewise quadratic; the inner maximiser is the Euclidean projection of columnsᵀr / ridge on the simplex. Newton's method
    with step halving ends on the exact solution; problems it does not end on are left to ``each_alone``.
    """
    return np.vstack([_newton(batch) for batch in problems.batches()])


def frank_wolfe_weights(problems: Problems, least_decreases: Matrix) -> Matrix:
    """The weights, P × m, at which the authors of synthetic difference-in-differences stop (their R package synthdid).

    Frank-Wolfe steps with exact line search from equal weights, 100 of them; weights up to a quarter of the largest are set to
    zero; then up to 10,000 more, until a step lowers the penalised mean square by no more than ``least_decreases``. This is near
    the exact minimum, not at it; published figures rest on it.
    """
    grams = np.matmul(problems.columns.transpose(0, 2, 1), problems.columns)
    crosses = np.einsum("pdm,pd->pm", problems.columns, problems.targets)
    diagonal = np.arange(grams.shape[1])
    grams[:, diagonal, diagonal] += problems.ridges[:, None]
    least = least_decreases * problems.columns.shape[1]
    first = _descend(grams, crosses, np.full_like(crosses, 1 / len(diagonal)), least, FIRST_ROUND)
    kept = np.where(first <= SMALL_SHARE * first.max(axis=1, keepdims=True), 0.0, first)
    return _descend(grams, crosses, kept / kept.sum(axis=1, keepdims=True), least, SECOND_ROUND)


def _newton(problems: Problems) -> Matrix:
    residuals = problems.targets - problems.columns.mean(axis=2)
    weights = np.empty((len(residuals), problems.columns.shape[2]))
    remaining = np.arange(len(residuals))
    scales = np.maximum(np.abs(problems.columns).max(axis=(1, 2)), np.abs(problems.targets).max(axis=1))
    for _ in range(NEWTON_STEPS):
        now = problems.some(remaining)
        chosen = _best_response(now, residuals[remaining])
        weights[remaining] = chosen
        gradients = residuals[remaining] - now.targets + np.matmul(now.columns, chosen[:, :, None])[:, :, 0]
        is_open = np.abs(gradients).max(axis=1) > NEWTON_TOLERANCE * scales[remaining]
        if not is_open.any():
            return weights
        remaining, now = remaining[is_open], now.some(np.flatnonzero(is_open))
        residuals[remaining] = _newton_step(now, residuals[remaining], chosen[is_open], gradients[is_open])
    weights[remaining] = each_alone(problems.some(remaining))
    return weights


def _best_response(problems: Problems, residuals: Matrix) -> Matrix:
    """The inner maximiser: each row of columnsᵀ·residuals / ridge projected on the simplex."""
    scores = np.matmul(residuals[:, None, :], problems.columns)[:, 0, :] / problems.ridges[:, None]
    scores -= scores.max(axis=1, keepdims=True)  # the projection is blind to it, and small numbers lose no digits
    falling = -np.sort(-scores, axis=1)
    levels = (falling.cumsum(axis=1) - 1.0) / np.arange(1, scores.shape[1] + 1)
    used = (falling > levels).sum(axis=1)
    return np.asarray(np.maximum(scores - levels[np.arange(len(used)), used - 1][:, None], 0.0))


def _newton_step(problems: Problems, residuals: Matrix, weights: Matrix, gradients: Matrix) -> Matrix:
    used = problems.columns * (weights > 0.0)[:, None, :]
    sums, counts = used.sum(axis=2), (weights > 0.0).sum(axis=1)
    spread = np.matmul(used, used.transpose(0, 2, 1)) - sums[:, :, None] * sums[:, None, :] / counts[:, None, None]
    curvature = np.eye(residuals.shape[1]) + spread / problems.ridges[:, None, None]
    directions = -np.linalg.solve(curvature, gradients[:, :, None])[:, :, 0]
    slopes = (directions * gradients).sum(axis=1)
    begin, sizes = _dual_value(problems, residuals), np.ones(len(residuals))
    for _ in range(HALVINGS):
        reached = _dual_value(problems, residuals + sizes[:, None] * directions)
        is_short = reached > begin + SUFFICIENT_DECREASE * sizes * slopes + 1e-12 * np.abs(begin)  # the last term is rounding
        if not is_short.any():
            break
        sizes[is_short] /= 2
    return np.asarray(residuals + sizes[:, None] * directions)


def _dual_value(problems: Problems, residuals: Matrix) -> Matrix:
    weights = _best_response(problems, residuals)
    fitted = np.matmul(problems.columns, weights[:, :, None])[:, :, 0]
    inner = (residuals * fitted).sum(axis=1) - 0.5 * problems.ridges * (weights**2).sum(axis=1)
    return np.asarray(0.5 * (residuals**2).sum(axis=1) - (problems.targets * residuals).sum(axis=1) + inner)


def _descend(grams: Matrix, crosses: Matrix, start: Matrix, least: Matrix, rounds: int) -> Matrix:
    """Frank-Wolfe on w·gram·w − 2 cross·w from ``start``; each problem stops by its own ``least`` decrease, two steps at the soonest."""
    count, size = start.shape
    weights, products = start.copy(), np.matmul(grams, start[:, :, None])[:, :, 0]
    slopes, quadratic, linear = products - crosses, (weights * products).sum(axis=1), (weights * crosses).sum(axis=1)
    corners, diagonals = (grams - crosses[:, None, :]).reshape(-1, size), np.diagonal(grams, axis1=1, axis2=2).ravel()
    first, is_open = np.arange(count) * size, np.ones(count, dtype=bool)
    for taken in range(rounds):
        best = first + slopes.argmin(axis=1)
        cross, diagonal = crosses.take(best), diagonals.take(best)
        product = slopes.take(best) + cross
        curvature, decline = diagonal - 2 * product + quadratic, quadratic - linear - product + cross
        steps = is_open * np.minimum(np.maximum(decline, 0.0) / np.maximum(curvature, TINY), 1.0)
        slopes += steps[:, None] * (corners.take(best, axis=0) - slopes)
        weights *= (1 - steps)[:, None]
        weights.ravel()[best] += steps
        quadratic += steps * (2 * (product - quadratic) + steps * curvature)
        linear += steps * (cross - linear)
        if taken:
            is_open &= steps * (2 * decline - steps * curvature) > least
            if not is_open.any():
                break
    return weights
