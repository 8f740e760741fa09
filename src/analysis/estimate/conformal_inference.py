"""Conformal inference over time (Chernozhukov, Wüthrich and Zhu, Journal of the American Statistical Association 2021).

Under a sharp null the treated series without its effect is known in every period. A counterfactual fitted to all periods then
leaves residuals that are exchangeable, or stationary, over time, and the periods after should look like any others.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import comb
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.assembled import effect_of
from analysis.estimate.inference import POWER, SIGNIFICANCE, SMALLEST_SPREAD, placebo_groups
from analysis.estimate.matrix import Guards, Matrix, matrix_of
from analysis.estimate.one_start import curve_by_period, refuse_staggered
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.simplex import simplex_weights

Permutations = Literal["moving_block", "iid"]
Proxy = Literal["synthetic", "demeaned"]

ESTIMAND_VI = {
    "synthetic": "chênh lệch của nhóm được xét so với nhóm đối chứng tổng hợp",
    "demeaned": "chênh lệch của nhóm được xét so với nhóm còn lại, sau khi trừ mức trước đó của chính từng đơn vị",
}
MIN_POOL = 2
DRAWS = 4_999  # of iid permutations where there are more
GRID_HALF = 40  # effects tried on each side of the estimate
COARSE_GRID_HALF = 10  # the same for the many series behind the detectable effect
DOUBLINGS = 12  # of the grid's reach, before an interval counts as unbounded
BISECTIONS = 20  # of a grid step, so a millionth of it
ROUNDING = 1e-10  # statistics this near, relative, are ties, which count against the effect


@dataclass(frozen=True)
class TimeTest:
    """The test of constant effects on one series: ``orders`` holds the periods that stand for "after", one row a permutation.

    ``is_all`` says that the true order is among them; where orders were drawn it is counted in besides.
    """

    before: int
    orders: NDArray[np.int64]
    is_all: bool
    proxy: Proxy
    q: float

    @property
    def smallest_p(self) -> float:
        """No p-value can be below this."""
        return 1 / (len(self.orders) + (not self.is_all))

    def p_value(self, target: Matrix, donors: Matrix, effect: float) -> float:
        """Share of permutations with residuals after at least as large, under a constant ``effect`` after."""
        without = target - effect * (np.arange(len(target)) >= self.before)
        residuals = np.abs(without - counterfactual(without, donors, len(target), self.proxy))
        own, permuted = float(self._size(residuals[self.before :])), self._size(residuals[self.orders])
        reached = int((permuted >= own * (1 - ROUNDING)).sum())
        return (reached + (not self.is_all)) / (len(permuted) + (not self.is_all))

    def _size(self, residuals: Matrix) -> Matrix:
        return np.asarray(residuals.max(axis=-1) if np.isinf(self.q) else (residuals**self.q).sum(axis=-1))


def conformal(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    proxy: Proxy = "synthetic",
    permutations: Permutations = "moving_block",
    q: float = 1.0,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Mean gap after to a counterfactual fitted before, with the conformal p-value of no effect in any period after.

    ``panel`` is long, one row a (unit, time); what it may hold and when it is refused is said by ``matrix_of``, ``guards`` by
    ``Guards``; all treated units share one ``start``, and their mean is the treated series. ``proxy``: ``synthetic`` is a
    synthetic control, ``demeaned`` the plain mean of the comparison units up to a constant. For the test the proxy is fitted
    to all periods with the effect of the null taken off; the statistic is the sum of absolute residuals to the power ``q`` over
    the periods after, the largest of them for an infinite ``q``. ``moving_block`` shifts time round in a circle: T permutations,
    so p is never below 1 / T, valid for stationary, weakly dependent residuals; ``iid`` exchanges periods freely, all ways or
    4,999 drawn with ``seed``, exact for exchangeable residuals.

    ``p_exact`` is that p-value. The interval holds the constant effects with p above 1 - ``level``: the ends of that set about
    the estimate on a grid, made sharp by bisection; None where p cannot get that low or the set has no end. ``mde`` is the
    constant effect, either sign alike, that the test at 5 % finds with 80 % of comparison units (each in turn in the treated's
    place, the treated left out), None on the same grounds. ``std_error``, ``df`` and ``p_rank`` do not exist.

    Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    refuse_staggered(matrix)
    if not q > 0:
        raise DesignRefused(f"Số mũ q của thống kê kiểm định phải lớn hơn 0; gặp {q:g}.")
    target, donors = matrix.outcomes[matrix.is_treated].mean(axis=0), matrix.outcomes[~matrix.is_treated]
    test = _time_test(len(target), matrix.before_count, permutations, proxy, q, seed)
    curve = target - counterfactual(target, donors, matrix.before_count, proxy)
    if not np.abs(curve).max() > SMALLEST_SPREAD * max(1.0, float(np.abs(matrix.outcomes).max())):
        raise DesignRefused("Kết quả không biến động giữa nơi được xét và nhóm so sánh ở mọi kỳ nên không có gì để kiểm định.")
    low, high = bounds(test, target, donors, 1 - level)
    is_bounded = bool(np.isfinite([low, high]).all())
    named = f"conformal, {permutations.replace('_', ' ')}"
    return effect_of(
        matrix,
        start=start,
        level=level,
        method="conformal",
        estimand_vi=ESTIMAND_VI[proxy],
        estimate=float(curve[matrix.before_count :].mean()),
        ci_low=low if is_bounded else None,
        ci_high=high if is_bounded else None,
        ci_from=f"{named}, constant effects not rejected" if is_bounded else None,
        p_exact=test.p_value(target, donors, 0.0),
        p_exact_from=named,
        mde=_detectable(test, donors),
        donor_weights=pd.Series(_weights(target, donors, matrix.before_count, proxy), index=list(matrix.controls), name="weight"),
        by_period=curve_by_period(matrix, curve),
        seed=None if test.is_all else seed,
    )


def counterfactual(target: Matrix, donors: Matrix, fitted: int, proxy: Proxy) -> Matrix:
    """The proxy of ``target`` (T) in every period from ``donors`` (N0 × T), fitted to the first ``fitted`` periods."""
    without_constant = _weights(target, donors, fitted, proxy) @ donors
    if proxy == "synthetic":
        return np.asarray(without_constant)
    return np.asarray(without_constant + (target - without_constant)[:fitted].mean())


def bounds(test: TimeTest, target: Matrix, donors: Matrix, alpha: float, half: int = GRID_HALF) -> tuple[float, float]:
    """Least and greatest constant effect with p above ``alpha`` on a grid about the estimate; infinite where there is no end."""
    if test.smallest_p > alpha:
        return -np.inf, np.inf
    gaps = target - counterfactual(target, donors, test.before, test.proxy)
    centre, reach = float(gaps[test.before :].mean()), 2 * float(np.ptp(gaps)) + np.finfo(np.float64).tiny

    def is_kept(effect: float) -> bool:
        return test.p_value(target, donors, effect) > alpha

    for _ in range(DOUBLINGS):
        if not (is_kept(centre - reach) or is_kept(centre + reach)):
            grid = centre + reach * np.arange(-half, half + 1) / half
            kept = [position for position, effect in enumerate(grid) if is_kept(effect)] or [half]
            return _edge(is_kept, grid[kept[0]], grid[kept[0] - 1]), _edge(is_kept, grid[kept[-1]], grid[kept[-1] + 1])
        reach *= 2
    return -np.inf, np.inf


def _edge(is_kept: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if is_kept(middle) else (inside, middle)
    return float(inside)


def _time_test(periods: int, before: int, permutations: Permutations, proxy: Proxy, q: float, seed: int) -> TimeTest:
    after = periods - before
    if permutations == "moving_block":
        shifts = (np.arange(periods)[:, None] + np.arange(before, periods)) % periods
        return TimeTest(before, shifts, True, proxy, q)
    return TimeTest(before, placebo_groups(periods, after, seed, DRAWS), comb(periods, after) <= DRAWS, proxy, q)


def _weights(target: Matrix, donors: Matrix, fitted: int, proxy: Proxy) -> Matrix:
    if proxy == "demeaned":
        return np.full(len(donors), 1 / len(donors))
    return simplex_weights(donors[:, :fitted].T, target[:fitted])


def _detectable(test: TimeTest, donors: Matrix) -> float | None:
    """An added effect is found in a comparison unit once it carries zero out of that unit's interval."""
    if test.smallest_p > SIGNIFICANCE or len(donors) <= MIN_POOL:
        return None
    ends = [bounds(test, series, np.delete(donors, row, axis=0), SIGNIFICANCE, COARSE_GRID_HALF) for row, series in enumerate(donors)]
    smallest = float(np.quantile(np.concatenate([[-low, high] for low, high in ends]), POWER, method="higher"))
    return smallest if np.isfinite(smallest) else None
