"""The least favourable hybrid of the conditional test of moment inequalities (Andrews, Roth and Pakes 2023), on two estimates."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import truncnorm

from analysis.estimate.honest.event_study import Matrix, Vector

DIRECTIONS = 4096  # angles of the plane over which the first stage's tail is integrated: error about 1e-6 of the tail
NO_SPREAD = 1e-8  # a studentised statistic with less deviation than this is a constant
PARALLEL = 1e-9  # moments whose slopes differ by less never cross


@dataclass(frozen=True)
class HybridTest:
    """H hypotheses, each saying that R studentised moments have no positive mean, tested at ``alpha`` for any effect θ.

    Moment r of hypothesis h is ``loads[h, r]`` · (θ-hat - θ, v), where ``estimates`` (H × 2) holds θ-hat and v, normal with the
    known ``covariances`` (H × 2 × 2); moment 0 grows with θ-hat - θ, moment 1 falls, the others do not hold it. The statistic is
    the largest moment. The first stage rejects above the critical value that suits all means at 0, with size ``kappa``. The
    second compares the statistic with its distribution given which moment is the largest and what of the estimates is
    independent of it, with the rest of the size.
    """

    loads: NDArray[np.float64]
    estimates: Matrix
    covariances: NDArray[np.float64]
    alpha: float
    kappa: float

    @cached_property
    def first_stage_values(self) -> Vector:
        """Critical values of the first stage, one a hypothesis."""
        pairs = zip(self.loads, self.covariances, strict=True)
        return np.array([least_favourable_value(loads, covariance, self.kappa) for loads, covariance in pairs])

    @cached_property
    def first_stage_limits(self) -> Matrix:
        """The smallest and the largest effect that the first stage can accept, one row a hypothesis."""
        on_effect, on_other = self.loads[:, :2, 0], self.loads[:, :2, 1]
        room = self.first_stage_values[:, None] - on_other * self.estimates[:, 1:]
        return self.estimates[:, :1] - room / on_effect

    @cached_property
    def moment_covariances(self) -> NDArray[np.float64]:
        """Covariances of the moments: H × R × R."""
        return self.loads @ self.covariances @ self.loads.transpose(0, 2, 1)

    def accepts(self, effects: Matrix) -> NDArray[np.bool_]:
        """Whether hypothesis h is kept at each effect of row h (H × G)."""
        gaps = np.stack([self.estimates[:, :1] - effects, np.broadcast_to(self.estimates[:, 1:], effects.shape)], axis=2)
        moments = gaps @ self.loads.transpose(0, 2, 1)
        largest = moments.argmax(axis=2)
        statistic = moments.max(axis=2)
        covariances = self.moment_covariances[np.arange(len(effects))[:, None], largest]
        variance = np.take_along_axis(covariances, largest[:, :, None], axis=2)
        low, high = _truncation(moments, statistic[:, :, None], covariances, variance)
        first = np.broadcast_to(self.first_stage_values[:, None], statistic.shape)
        deviation = np.sqrt(np.maximum(variance[:, :, 0], NO_SPREAD**2))
        undecided = (statistic > 0) & (statistic <= first) & (deviation > NO_SPREAD)
        kept = statistic <= 0
        ends = (side[undecided] / deviation[undecided] for side in (statistic, low, np.minimum(high, first)))
        kept[undecided] = truncnorm.sf(*ends) >= (self.alpha - self.kappa) / (1 - self.kappa)
        return kept


def least_favourable_value(loads: Matrix, covariance: Matrix, size: float) -> float:
    """The value that the largest of the moments ``loads`` (R × 2) · z exceeds with probability ``size``, z ~ N(0, ``covariance``).

    In a direction of the plane where the largest moment grows by m a unit of length, the value c is passed beyond the radius c / m,
    whose probability is exp(-c² / 2m²); the tail is the mean of that over directions. ``size`` must be below one half.
    """
    eigenvalues, axes = np.linalg.eigh(covariance)
    angles = 2 * np.pi * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    circle = np.vstack([np.cos(angles), np.sin(angles)])
    growth = (loads @ (axes * np.sqrt(np.maximum(eigenvalues, 0.0))) @ circle).max(axis=0)
    upward = growth[growth > 0]

    def excess(value: float) -> float:
        return float(np.exp(-((value / upward) ** 2) / 2).sum() / DIRECTIONS - size)

    return float(brentq(excess, 0.0, upward.max() * np.sqrt(-2 * np.log(size))))


def _truncation(moments: Matrix, statistic: Matrix, covariances: Matrix, variance: Matrix) -> tuple[Matrix, Matrix]:
    """Between which values the largest moment stays the largest while everything independent of it stands still."""
    difference = 1 - covariances / np.maximum(variance, NO_SPREAD**2)
    crosses = np.abs(difference) > PARALLEL
    crossings = statistic - (statistic - moments) / np.where(crosses, difference, 1.0)
    low = np.where(crosses & (difference > 0), crossings, -np.inf).max(axis=2)
    high = np.where(crosses & (difference < 0), crossings, np.inf).min(axis=2)
    return low, high
