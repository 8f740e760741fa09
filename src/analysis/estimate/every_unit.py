"""Every unit of a balanced panel given the plan in turn: what calibration needs, worked out at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from analysis.estimate.matrix import Matrix


@dataclass(frozen=True)
class EveryUnit:
    """Estimates with each of N units treated alone; an effect added to the treated unit moves its own estimate only.

    ``estimates`` has N entries. ``placebos`` is N × N: row j holds the placebo estimates of the other units with unit j left out,
    as an estimate for j would use them, and NaN on the diagonal. ``std_errors`` and ``df`` are None where inference is by rank.
    """

    estimates: Matrix
    placebos: Matrix
    std_errors: Matrix | None = None
    df: int | None = None

    def p_exact(self, effect: float = 0.0) -> Matrix | None:
        """Two-sided t p-values with ``effect`` added to each treated unit."""
        if self.std_errors is None or self.df is None:
            return None
        return np.asarray(2 * stdtr(self.df, -np.abs((self.estimates + effect) / self.std_errors)))

    def p_rank(self, effect: float = 0.0) -> Matrix:
        """Placebo ranks with ``effect`` added to each treated unit."""
        return ranks(self.estimates + effect, self.placebos)


def ranks(statistics: Matrix, placebos: Matrix) -> Matrix:
    """``inference.rank_p`` of each entry among its own row of placebos; NaN on the diagonal never counts."""
    slack = 1e-12 * np.maximum(1.0, np.abs(statistics))
    reached = (np.abs(placebos) >= (np.abs(statistics) - slack)[:, None]).sum(axis=1)
    return np.asarray((1 + reached) / (1 + np.isfinite(placebos).sum(axis=1)))


EveryUnitOf = Callable[[Matrix, Matrix, int], EveryUnit]
"""(values N × T, clock T, periods before) → ``EveryUnit``."""


def of_contrasts(contrasts: Matrix) -> EveryUnit:
    """For designs that compare one number a unit: difference to the mean of the others, pooled spread of the others, N-2 df."""
    count, contrasts = len(contrasts), contrasts - contrasts.mean()  # centred, or a large common change swallows the digits
    total, squares = contrasts.sum(), (contrasts**2).sum()
    mean_others = (total - contrasts) / (count - 1)
    spread = squares - contrasts**2 - (count - 1) * mean_others**2
    std_errors = np.sqrt(np.maximum(spread, 0.0) / (count - 2) * (1 + 1 / (count - 1)))
    without_both = (total - contrasts[:, None] - contrasts[None, :]) / (count - 2)
    placebos = contrasts[None, :] - without_both
    np.fill_diagonal(placebos, np.nan)
    return EveryUnit(contrasts - mean_others, placebos, std_errors, count - 2)
