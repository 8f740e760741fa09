"""The wild cluster bootstrap with the null imposed, for few clusters; and its interval, by inversion of the test.

Cameron, Gelbach and Miller (2008); Webb (2023) for the six-point weights; Roodman, MacKinnon, Nielsen and Webb (2019) for what makes it
fast: a statistic that is linear in the residuals of each cluster needs one matrix product for all draws.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np

from analysis import text
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.linear_estimate import LinearEstimate, regression_estimate
from analysis.estimate.matrix import Matrix
from analysis.estimate.result import EffectEstimate

Points = Literal["webb", "rademacher"]
Tails = Literal["symmetric", "equal"]

MAX_CLUSTERS = 12  # up to here this is the recommended inference
MIN_CLUSTERS = 5  # below, two-point weights cannot reach 5 % (2/2^4) and no weights are reliable
MIN_EFFECTIVE = 4.0  # clusters that carry the coefficient: below, 0-4 % of true nulls are rejected instead of 5 %, and power goes the same way
DRAWS = 999
POINTS: dict[Points, Matrix] = {
    "webb": np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)]),
    "rademacher": np.array([-1.0, 1.0]),
}
ROUNDING = 1e-9  # of a level
TIE = 1e-10  # t statistics closer than this, relative to the observed one, are ties and count against it
HALVINGS, DOUBLINGS = 60, 40


@dataclass(frozen=True)
class WildBootstrap:
    """``p_value`` of ``null`` and the interval of values not rejected; None where ``reason_vi`` says why, or where a side has no bound.

    ``effective_clusters`` is how many clusters carry the coefficient: 1 / sum of squared shares of the clusters in its leverage.
    ``smallest_p`` is the least that these draws can give.
    """

    estimate: float
    std_error: float
    null: float
    p_value: float | None
    ci_low: float | None
    ci_high: float | None
    level: float
    clusters_count: int
    effective_clusters: float
    draws_count: int
    is_enumerated: bool
    smallest_p: float
    points: Points
    tails: Tails
    seed: int
    reason_vi: str | None = None

    @property
    def p_exact_from(self) -> str:
        """Clusters, weights, draws and tails, as ``EffectEstimate.p_exact_from`` wants them."""
        how = "all" if self.is_enumerated else f"seed {self.seed},"
        return (
            f"wild cluster restricted bootstrap, {self.clusters_count} clusters ({self.effective_clusters:.1f} effective), {self.points} weights, "
            f"{how} {self.draws_count} draws, {self.tails} tails, CR1 t"
        )


def wild_cluster_bootstrap(
    of: LinearEstimate,
    *,
    null: float = 0.0,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int,
    points: Points = "webb",
    tails: Tails = "symmetric",
) -> WildBootstrap:
    """Restricted wild cluster bootstrap of a t statistic, over the clusters of ``regression_estimate`` or ``weighted_estimate``.

    All weights are asked once where there are at most ``draws`` of them (the identity among them), else ``draws`` are drawn with
    ``seed`` and the observed statistic counts once. ``tails``: ``symmetric`` compares sizes (the default: right for estimators
    without bias); ``equal`` takes twice the smaller tail.

    No p-value below five clusters, nor where fewer than four effectively carry the coefficient: with one treated cluster the restricted
    residuals of that cluster are the effect itself, so that every draw looks like the estimate and hardly anything is rejected
    (MacKinnon and Webb 2017, 2018). Measured false alarms at 5 %, shocks of districts and units carried over by half, 1000 to 3000
    draws: repeated doses in 5, 6, 7, 9 clusters 6.9, 6.4, 6.0, 5.2 %; one common start for 3 or 4 of 9 clusters 7.4 and 5.9 % (CR1 and t
    9.3 and 5.8 %), for 1 or 2 of 9 0 and 2 % (44 and 16 %), for 3 of 6 10 %: such a plan is better asked by randomization; imputation of
    staggered starts in 6 of 9 clusters 6.5 %, in 8 of 12 4.2 %.
    """
    weights, is_enumerated = _weights(of.clusters_count, points, draws, seed)
    test = _Test(of, weights, is_enumerated, tails)
    reason = _reason(of)
    told: dict[str, Any] = {"p_value": None, "ci_low": None, "ci_high": None}
    if reason is None:
        low, high = (test.bound(sign, 1 - level) for sign in (-1, 1))
        told = {"p_value": test.p_value(null), "ci_low": low, "ci_high": high}
    return WildBootstrap(
        estimate=of.estimate,
        std_error=of.std_error,
        null=null,
        level=level,
        clusters_count=of.clusters_count,
        effective_clusters=of.effective_clusters,
        draws_count=len(weights),
        is_enumerated=is_enumerated,
        smallest_p=_smallest_p(of.clusters_count, points, len(weights), is_enumerated),
        points=points,
        tails=tails,
        seed=seed,
        reason_vi=reason,
        **told,
    )


def wild_p(
    cells: Cells,
    regressors: Matrix,
    names: tuple[str, ...],
    combination: Matrix,
    *,
    null: float = 0.0,
    draws: int = DRAWS,
    seed: int,
    points: Points = "webb",
    tails: Tails = "symmetric",
) -> float | None:
    """The p-value of ``wild_cluster_bootstrap`` for ``combination`` (K) of regression coefficients, without the interval."""
    of = regression_estimate(cells, regressors, names, combination)
    if _reason(of) is not None:
        return None
    return _Test(of, *_weights(of.clusters_count, points, draws, seed), tails).p_value(null)


def with_bootstrap(effect: EffectEstimate, found: WildBootstrap) -> EffectEstimate:
    """``effect`` with p-value and interval of the bootstrap in the place of its own; without either where the bootstrap refuses."""
    notes = effect.notes_vi if found.reason_vi is None else (*effect.notes_vi, found.reason_vi)
    told = found.p_exact_from
    return replace(
        effect, p_exact=found.p_value, p_exact_from=told, ci_low=found.ci_low, ci_high=found.ci_high, ci_from=told, seed=found.seed, notes_vi=notes
    )


def with_few_clusters(effect: EffectEstimate, of: Callable[[], LinearEstimate], *, draws: int = DRAWS, seed: int) -> EffectEstimate:
    """``effect`` as it stands with more than ``MAX_CLUSTERS`` clusters; otherwise with the bootstrap's p-value and interval in place of t."""
    if effect.clusters_count is None or effect.clusters_count > MAX_CLUSTERS:
        return effect
    return with_bootstrap(effect, wild_cluster_bootstrap(of(), level=effect.level, draws=draws, seed=seed))


class _Test:
    """p-values of any null from one set of draws: numerators are linear in the null, squared errors are parabolas."""

    def __init__(self, of: LinearEstimate, weights: Matrix, is_enumerated: bool, tails: Tails) -> None:
        self._of, self._is_enumerated, self._tails = of, is_enumerated, tails
        (of_base, base_scores), (of_direction, direction_scores) = of.pieces(of.base), of.pieces(of.direction)
        self._base, self._direction = weights @ of_base, weights @ of_direction
        first, second = weights @ base_scores.T, weights @ direction_scores.T
        self._squares = (first**2).sum(axis=1), (first * second).sum(axis=1), (second**2).sum(axis=1)
        self._std_error = of.std_error

    def p_value(self, null: float) -> float:
        """Of one null."""
        constant, crossed, squared = self._squares
        spread = np.sqrt(np.maximum(constant - 2 * null * crossed + null**2 * squared, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = (self._base - null * self._direction) / spread
        observed = (self._of.estimate - null) / self._std_error
        slack = TIE * max(1.0, abs(observed))
        if self._tails == "symmetric":
            return self._share(~(np.abs(drawn) < abs(observed) - slack))
        return min(1.0, 2 * min(self._share(~(drawn < observed - slack)), self._share(~(drawn > observed + slack))))

    def _share(self, extreme: np.ndarray) -> float:
        count = int(extreme.sum())
        return count / len(extreme) if self._is_enumerated else (1 + count) / (1 + len(extreme))

    def bound(self, sign: int, alpha: float) -> float | None:
        """The value on one side of the estimate at which the p-value falls to ``alpha``; None where it does not within reach."""
        step = self._std_error
        for _ in range(DOUBLINGS):
            if self.p_value(self._of.estimate + sign * step) <= alpha + ROUNDING:
                break
            step *= 2
        else:
            return None
        inside, outside = 0.0, step
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if self.p_value(self._of.estimate + sign * middle) <= alpha + ROUNDING else (middle, outside)
        return self._of.estimate + sign * outside


def _weights(clusters: int, points: Points, draws: int, seed: int) -> tuple[Matrix, bool]:
    """Weights of the clusters (draws × G), and whether they are all there are."""
    values = POINTS[points]
    if len(values) ** clusters <= draws:
        return np.array(list(product(values, repeat=clusters))), True
    return np.random.default_rng(seed).choice(values, size=(draws, clusters)), False


def _smallest_p(clusters: int, points: Points, draws: int, is_enumerated: bool) -> float:
    """Draws that give every cluster the same weight leave the size of the statistic as it is, so they always count against it."""
    tied = len(POINTS[points]) / len(POINTS[points]) ** clusters
    return tied if is_enumerated else max(tied, 1 / (draws + 1))


def _reason(of: LinearEstimate) -> str | None:
    if of.clusters_count < MIN_CLUSTERS:
        return f"Chỉ có {of.clusters_count} cụm; phép lặp mẫu theo cụm cần ít nhất {MIN_CLUSTERS} cụm nên không tính trị số p."
    if of.effective_clusters < MIN_EFFECTIVE:
        return (
            f"Ước lượng dựa vào khoảng {text.number(of.effective_clusters, 1)} cụm trong {of.clusters_count} cụm (cần ít nhất "
            f"{text.number(MIN_EFFECTIVE, 0)}): quá ít cụm được truyền thông khác đi nên phép lặp mẫu hầu như không bao giờ bác bỏ; "
            "không tính trị số p."
        )
    return None
