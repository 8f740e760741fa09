"""The effects that a test does not reject, as one interval."""

import numpy as np
from numpy.typing import NDArray

from analysis.estimate.honest.event_study import Matrix, Vector
from analysis.estimate.honest.hybrid_test import HybridTest

GRID_STEPS = 400  # between the smallest and the largest effect that the first stage can accept
HALVINGS = 30  # of the grid step that holds an end of the interval


def accepted_range(test: HybridTest) -> tuple[float, float]:
    """The smallest and the largest effect kept under any hypothesis: ends found on a grid, then halved down to rounding."""
    limits = test.first_stage_limits
    grid = np.linspace(limits[:, 0], limits[:, 1], GRID_STEPS + 1, axis=1)
    kept = test.accepts(grid)
    first = kept.argmax(axis=1)
    last = GRID_STEPS - kept[:, ::-1].argmax(axis=1)
    lows = _end(test, _at(grid, first), _at(grid, first - 1))
    highs = _end(test, _at(grid, last), _at(grid, last + 1))
    found = kept.any(axis=1)
    return float(lows[found].min()), float(highs[found].max())


def _at(grid: Matrix, columns: NDArray[np.intp]) -> Vector:
    """One effect a hypothesis; a column beyond the grid is its edge."""
    return np.take_along_axis(grid, np.clip(columns, 0, GRID_STEPS)[:, None], axis=1)[:, 0]


def _end(test: HybridTest, kept: Vector, rejected: Vector) -> Vector:
    """The last effect kept on the way from one that is kept to one that is not."""
    for _ in range(HALVINGS):
        middle = (kept + rejected) / 2
        is_kept = test.accepts(middle[:, None])[:, 0]
        kept, rejected = np.where(is_kept, middle, kept), np.where(is_kept, rejected, middle)
    return kept
