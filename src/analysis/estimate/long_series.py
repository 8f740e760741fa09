"""The debiased t-test for one treated series and many periods (Chernozhukov, Wüthrich and Zhu, "A t-test for synthetic controls").

It compares a unit with its own past, so a dozen yearly waves leave it little power; it is for longer series.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.assembled import effect_of
from analysis.estimate.every_unit import EveryUnit
from analysis.estimate.inference import SMALLEST_SPREAD, Fit, minimum_detectable_effect, placebo_groups, rank_p
from analysis.estimate.matrix import Guards, Matrix, matrix_of
from analysis.estimate.one_start import curve_by_period, refuse_staggered
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.simplex import simplex_weights

ESTIMAND_VI = "chênh lệch của nhóm được xét so với nhóm đối chứng tổng hợp, sau khi trừ sai lệch trung bình ở các kỳ trước được giữ lại để kiểm"
MIN_FOLDS = 2
MIN_POOL = 2
PLACEBO_GROUPS = 500  # where several units are treated


@dataclass(frozen=True)
class CrossFit:
    """A debiased synthetic control: ``weights`` K × donors, one row a fold, and the ``curve`` of effects by period (T)."""

    estimate: float
    std_error: float
    weights: Matrix
    curve: Matrix


def debiased_t_test(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    folds: int = 3,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Effect on the treated by synthetic control, its bias measured on blocks of periods before that the weights never saw.

    ``panel`` is long, one row a (unit, time); what it may hold and when it is refused is said by ``matrix_of``, ``guards`` by
    ``Guards``; all treated units share one ``start``, and their mean is the treated series. The last ``folds`` · r periods
    before, r = min(⌊before / folds⌋, after), make ``folds`` consecutive blocks. For each block weights come from the other
    periods before, and the mean gap in the block is taken from the mean gap after; the estimate is the mean over blocks. Its
    error is √(1 + folds·r / after) times the blocks' standard deviation over √folds, and t has ``folds`` - 1 df, valid for
    stationary gaps as before and after grow long.

    ``p_rank`` and ``mde`` come from the comparison units, each in turn given the plan with the treated left out (or at most
    500 groups of the treated's number, drawn with ``seed``): ``mde`` is what a t of ``folds`` - 1 df finds where estimates
    spread as the placebos do. ``donor_weights`` are the blocks' mean.

    Raises ``DesignRefused``, also where a block would hold no period.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    refuse_staggered(matrix)
    refuse_few_periods(matrix.before_count, folds)
    size, donors = int(matrix.is_treated.sum()), matrix.outcomes[~matrix.is_treated]
    found = cross_fit(matrix.outcomes[matrix.is_treated].mean(axis=0), donors, matrix.before_count, folds)
    if not found.std_error > SMALLEST_SPREAD * max(1.0, float(np.abs(matrix.outcomes).max())):
        raise DesignRefused("Sai lệch ở các kỳ trước không biến động nên không ước lượng được sai số.")
    fit, source = Fit(found.estimate, found.std_error, folds - 1), f"t, {folds - 1} df, {folds} cross-fitted blocks"
    ci_low, ci_high = fit.interval(level)
    placebos = _placebo_estimates(donors, matrix.before_count, folds, size, seed)
    return effect_of(
        matrix,
        start=start,
        level=level,
        method="debiased_t_test",
        estimand_vi=ESTIMAND_VI,
        estimate=fit.estimate,
        std_error=fit.std_error,
        df=fit.df,
        ci_low=ci_low,
        ci_high=ci_high,
        ci_from=source,
        p_exact=fit.p_value,
        p_exact_from=source,
        donor_weights=pd.Series(found.weights.mean(axis=0), index=list(matrix.controls), name="weight"),
        by_period=curve_by_period(matrix, found.curve),
        seed=None if size == 1 else seed,
        **_from_placebos(fit, placebos, list(matrix.controls) if size == 1 else None),
    )


def every_debiased_t_test(outcomes: Matrix, clock: Matrix, before: int, folds: int = 3) -> EveryUnit:  # noqa: ARG001 - the form of ``EveryUnitOf``
    """``debiased_t_test`` with each unit treated alone; a donor without weight is left out without refitting.

    Raises ``DesignRefused`` where a block would hold no period.
    """
    refuse_few_periods(before, folds)
    count = len(outcomes)
    fits = [cross_fit(series, np.delete(outcomes, row, axis=0), before, folds) for row, series in enumerate(outcomes)]
    placebos = np.tile([fit.estimate for fit in fits], (count, 1))
    np.fill_diagonal(placebos, np.nan)
    for row, fit in enumerate(fits):
        others = np.delete(np.arange(count), row)
        for left_out in others[fit.weights.max(axis=0) > 0.0]:
            donors = outcomes[others[others != left_out]]
            placebos[left_out, row] = cross_fit(outcomes[row], donors, before, folds).estimate
    return EveryUnit(np.array([fit.estimate for fit in fits]), placebos, np.array([fit.std_error for fit in fits]), folds - 1)


def cross_fit(target: Matrix, donors: Matrix, before: int, folds: int) -> CrossFit:
    """``target`` T and ``donors`` N0 × T, of which the first ``before`` periods are before."""
    after = len(target) - before
    length = min(before // folds, after)
    blocks = before - folds * length + np.arange(folds * length).reshape(folds, length)
    weights = np.array([_weights_without(target, donors, before, block) for block in blocks])
    gaps = target - weights @ donors
    curves = gaps - np.take_along_axis(gaps, blocks, axis=1).mean(axis=1, keepdims=True)
    effects = curves[:, before:].mean(axis=1)
    std_error = float(np.sqrt((1 + folds * length / after) / folds) * effects.std(ddof=1))
    return CrossFit(float(effects.mean()), std_error, weights, curves.mean(axis=0))


def refuse_few_periods(before: int, folds: int) -> None:
    """Raises ``DesignRefused`` where a block would hold no period."""
    if folds < MIN_FOLDS:
        raise DesignRefused(f"Cần chia các kỳ trước thành ít nhất {MIN_FOLDS} khối; gặp {folds}.")
    if before < folds:
        raise DesignRefused(f"Chỉ có {before} kỳ trước mốc bắt đầu, không đủ chia thành {folds} khối; cần ít nhất {folds} kỳ trước.")


def _weights_without(target: Matrix, donors: Matrix, before: int, block: NDArray[np.int64]) -> Matrix:
    seen = np.delete(np.arange(before), block)
    return simplex_weights(donors[:, seen].T, target[seen])


def _from_placebos(fit: Fit, placebos: Matrix, names: list[Any] | None) -> dict[str, Any]:
    if not len(placebos):
        return {}
    return {
        "p_rank": rank_p(fit.estimate, placebos),
        "p_rank_from": "placebos in space",
        "n_placebos": len(placebos),
        "placebos": pd.Series(placebos, index=names, name="estimate"),
        "mde": minimum_detectable_effect(float(placebos.std(ddof=1)), fit.df),
    }


def _placebo_estimates(donors: Matrix, before: int, folds: int, size: int, seed: int) -> Matrix:
    if len(donors) < size + MIN_POOL:
        return np.empty(0)
    groups = placebo_groups(len(donors), size, seed, PLACEBO_GROUPS)
    return np.array([cross_fit(donors[group].mean(axis=0), np.delete(donors, group, axis=0), before, folds).estimate for group in groups])
