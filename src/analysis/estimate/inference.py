"""Small-sample inference: exact t for a cross-section, ranks among placebos, and what either could have found."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

POWER = 0.8
SIGNIFICANCE = 0.05
SMALLEST_SPREAD = 1e-12  # a standard error below this, relative to the outcome, is rounding, not spread
MAX_LEVERAGE = 0.99
MIN_TREATED_CLUSTERS = 5
MAX_PLACEBO_GROUPS = 2_000

Errors = Literal["iid", "hc1", "hc3"]


@dataclass(frozen=True)
class Fit:
    """Slope of a treatment dummy, its standard error and residual degrees of freedom."""

    estimate: float
    std_error: float
    df: int

    @property
    def p_value(self) -> float:
        """Two-sided."""
        return float(2 * stdtr(self.df, -abs(self.estimate / self.std_error)))

    def interval(self, level: float) -> tuple[float, float]:
        """Symmetric t interval."""
        half = float(stdtrit(self.df, 0.5 + level / 2)) * self.std_error
        return self.estimate - half, self.estimate + half


def cross_section(contrasts: Matrix, is_treated: NDArray[np.bool_], errors: Errors = "iid") -> Fit:
    """OLS of one number a unit on a treatment dummy; exact t with N-2 df under normal, equally spread errors (``iid``).

    Raises ``DesignRefused`` where nothing varies, and for robust errors that one unit, or fewer than five treated, would decide.
    """
    treated, others = contrasts[is_treated], contrasts[~is_treated]
    estimate, df = float(treated.mean() - others.mean()), len(contrasts) - 2
    squares = float(((treated - treated.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum())
    std_error = float(np.sqrt(squares / df * (1 / len(treated) + 1 / len(others))))
    if not std_error > SMALLEST_SPREAD * max(1.0, float(np.abs(contrasts).max())):
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số.")
    if errors != "iid":
        std_error = _robust(treated, others, errors)
    return Fit(estimate, std_error, df)


def refuse_robust(leverage: float, treated_clusters: int) -> None:
    """Robust and clustered errors are nonsense where few treated clusters carry the estimate (p = 3e-17 where 0.021 is valid)."""
    if leverage > MAX_LEVERAGE or treated_clusters < MIN_TREATED_CLUSTERS:
        raise DesignRefused(
            f"Sai số bền vững hoặc theo cụm không dùng được: chỉ có {treated_clusters} cụm được xét (cần ít nhất {MIN_TREATED_CLUSTERS}), "
            f"đòn bẩy lớn nhất {leverage:.2f}".replace(".", ",")
            + f" (tối đa {MAX_LEVERAGE})".replace(".", ",")
            + "."
        )


def _robust(treated: Matrix, others: Matrix, errors: Errors) -> float:
    """HC1 or HC3 of a difference of two means, in closed form."""
    refuse_robust(1 / min(len(treated), len(others)), min(len(treated), len(others)))
    total, count = 0.0, len(treated) + len(others)
    for group in (treated, others):
        size = len(group)
        weight = count / (count - 2) if errors == "hc1" else (size / (size - 1)) ** 2
        total += weight * float(((group - group.mean()) ** 2).sum()) / size**2
    return float(np.sqrt(total))


def rank_p(statistic: float, placebos: Matrix) -> float:
    """(1 + placebos at least as large in absolute value) / (1 + placebos); ties count against the estimate."""
    slack = 1e-12 * max(1.0, abs(statistic))
    return float((1 + (np.abs(placebos) >= abs(statistic) - slack).sum()) / (1 + len(placebos)))


def rank_threshold(placebos: Matrix, alpha: float) -> float | None:
    """A statistic must exceed this for ``rank_p`` to be at most ``alpha``; None where too few placebos allow it at all."""
    allowed = int(np.floor(alpha * (1 + len(placebos)) + 1e-9)) - 1
    return None if allowed < 0 else float(np.sort(np.abs(placebos))[::-1][min(allowed, len(placebos) - 1)])


def rank_interval(estimate: float, placebos: Matrix, level: float) -> tuple[float | None, float | None]:
    """Constant effects that the placebo rank does not reject; (None, None) with too few placebos for the level."""
    reach = rank_threshold(placebos, 1 - level)
    return (None, None) if reach is None else (estimate - reach, estimate + reach)


def minimum_detectable_effect(std_error: float, df: int, power: float = POWER, significance: float = SIGNIFICANCE) -> float:
    """Smallest true effect that a two-sided t test finds with the given power: (t_{1-α/2} + t_{power}) × SE."""
    return float((stdtrit(df, 1 - significance / 2) + stdtrit(df, power)) * std_error)


def rank_mde(placebos: Matrix, power: float = POWER, significance: float = SIGNIFICANCE) -> float | None:
    """Smallest true effect that the placebo rank finds with the given power when noise is as the placebos, either sign alike."""
    reach = rank_threshold(placebos, significance)
    if reach is None:
        return None
    noise = np.concatenate([placebos, -placebos])
    return reach - float(np.quantile(noise, 1 - power))


def placebo_groups(count: int, size: int, seed: int, limit: int = MAX_PLACEBO_GROUPS) -> NDArray[np.int64]:
    """Groups of ``size`` out of ``count`` comparison units, one row a group: all of them, or ``limit`` drawn with ``seed``."""
    if comb(count, size) <= limit:
        return np.array(list(combinations(range(count), size)), dtype=np.int64)
    return np.array(list(_draws(count, size, seed, limit)), dtype=np.int64)


def group_differences(values: Matrix, size: int, seed: int) -> Matrix:
    """Mean of each placebo group less that of the remaining comparison units; none where a group would leave no others."""
    if size >= len(values):
        return np.empty(0)
    of_group = values[placebo_groups(len(values), size, seed)].mean(axis=1)
    return np.asarray(of_group - (values.sum() - size * of_group) / (len(values) - size))


def _draws(count: int, size: int, seed: int, limit: int) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    for _ in range(limit):
        yield np.sort(rng.choice(count, size, replace=False))
