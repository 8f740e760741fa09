"""Unit-demeaned and unit-detrended difference-in-differences with exact small-sample inference (Lee and Wooldridge 2023).

Each unit is reduced to one number, what it scored after the start less what its own past says; the cross-section of these
numbers is regressed on a treatment dummy. The t statistic has N-2 degrees of freedom and is exact under normal, equally spread
errors, even with one treated unit.
"""

from collections.abc import Collection
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.assembled import effect_of
from analysis.estimate.every_unit import EveryUnit, of_contrasts
from analysis.estimate.inference import (
    MAX_PLACEBO_GROUPS,
    Errors,
    cross_section,
    group_differences,
    minimum_detectable_effect,
    rank_p,
)
from analysis.estimate.matrix import Guards, Matrix, PanelMatrix, matrix_of
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

Base = Literal["mean", "trend", "last"]

ESTIMAND_VI = {
    "mean": "chênh lệch của nhóm được xét so với nhóm còn lại, sau khi trừ mức trước đó của chính từng đơn vị",
    "trend": "chênh lệch của nhóm được xét so với nhóm còn lại, sau khi trừ xu hướng trước đó của chính từng đơn vị",
    "last": "chênh lệch của nhóm được xét so với nhóm còn lại, so với kỳ liền trước của chính từng đơn vị",
}
_METHOD = {"mean": "demeaned_did", "trend": "detrended_did", "last": "last_year_did"}
_BEFORE_NEEDED = {"mean": 1, "trend": 2, "last": 1}


def demeaned_did(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    errors: Errors = "iid",
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Effect on the treated: each unit's mean from ``start`` on less its own mean before, treated against the others.

    ``panel`` is long, one row a (unit, time); what it may hold and when it is refused is said by ``matrix_of``, ``guards`` by
    ``Guards``. ``start`` may be a mapping of treated unit → first period: comparison units, which are never treated, then get
    the mean of the cohorts' transformations, weighted by cohort share (Lee and Wooldridge); these means vary less than a treated
    unit's own, so that the t test is then approximate and the rank, whose placebo groups take the cohorts' own starts, is to be
    preferred. ``errors`` are ``iid`` (exact t,
    N-2 df), ``hc1`` or ``hc3``; the robust ones are refused with fewer than five treated units. ``p_rank`` is the rank among
    comparison units (or groups of them, drawn with ``seed``) that were each given the plan. ``by_period`` holds the effect of
    each period after, and of each period before as a placebo, with exact t intervals.

    Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    return _contrast_did(matrix, "mean", start, level, errors, seed)


def detrended_did(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    errors: Errors = "iid",
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """As ``demeaned_did``, with each unit's own straight line before ``start`` carried on in place of its mean.

    Periods count as far apart as their numbers say. Needs two periods before; with just two the line meets both and says
    nothing of its fit. Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    return _contrast_did(matrix, "trend", start, level, errors, seed)


def last_year_did(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    errors: Errors = "iid",
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """As ``demeaned_did``, with the last period before ``start`` as the only base.

    If plans answer bad scores the last period is low by chance and this base overstates; the mean of all periods understates.
    The two bracket regression to the mean (see ``checks.regression_to_mean``). Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    return _contrast_did(matrix, "last", start, level, errors, seed)


def every_demeaned(values: Matrix, clock: Matrix, before: int) -> EveryUnit:
    """``demeaned_did`` with each unit treated alone."""
    return of_contrasts(values @ _mean_gap(clock, before, "mean"))


def every_detrended(values: Matrix, clock: Matrix, before: int) -> EveryUnit:
    """``detrended_did`` with each unit treated alone."""
    return of_contrasts(values @ _mean_gap(clock, before, "trend"))


def every_last_year(values: Matrix, clock: Matrix, before: int) -> EveryUnit:
    """``last_year_did`` with each unit treated alone."""
    return of_contrasts(values @ _mean_gap(clock, before, "last"))


def gap_weights(clock: Matrix, before: int, base: Base) -> Matrix:
    """T × T: column s turns a unit's outcomes into period s less what its own past says of period s.

    A period before is compared with all periods before (mean, trend) or with the last one; its column is a placebo.
    """
    count = len(clock)
    past = np.zeros((count, count))
    if base == "mean":
        past[:before, :] = 1 / before
    elif base == "last":
        past[before - 1, :] = 1.0
    else:
        line = np.column_stack([np.ones(before), clock[:before] - clock[before - 1]])
        ahead = np.column_stack([np.ones(count), clock - clock[before - 1]])
        past[:before, :] = (ahead @ np.linalg.pinv(line)).T
    return np.eye(count) - past


def _mean_gap(clock: Matrix, before: int, base: Base) -> Matrix:
    """Weights of the mean gap over the periods after."""
    return np.asarray(gap_weights(clock, before, base)[:, before:].mean(axis=1))


def _contrast_did(matrix: PanelMatrix, base: Base, start: object, level: float, errors: Errors, seed: int) -> EffectEstimate:
    if matrix.before_count < _BEFORE_NEEDED[base]:
        raise DesignRefused(f"Cách tính theo xu hướng cần ít nhất {_BEFORE_NEEDED[base]} kỳ trước; chỉ có {matrix.before_count}.")
    contrasts = unit_contrasts(matrix, base)
    fit = cross_section(contrasts, matrix.is_treated, errors)
    ci_low, ci_high = fit.interval(level)
    placebos = _placebo_differences(matrix, contrasts, base, seed)
    singles = matrix.is_treated.sum() == 1
    return effect_of(
        matrix,
        start=start,
        level=level,
        method=_METHOD[base],
        estimand_vi=ESTIMAND_VI[base],
        estimate=fit.estimate,
        std_error=fit.std_error,
        df=fit.df,
        ci_low=ci_low,
        ci_high=ci_high,
        ci_from=f"t, {fit.df} df, errors {errors}",
        p_exact=fit.p_value,
        p_exact_from=f"t, {fit.df} df, errors {errors}{', approximate: starts differ' if matrix.is_staggered else ''}",
        p_rank=rank_p(fit.estimate, placebos) if len(placebos) else None,
        p_rank_from="placebos in space" if len(placebos) else None,
        n_placebos=len(placebos),
        placebos=pd.Series(placebos, index=list(matrix.controls) if singles else None, name="estimate"),
        mde=_detectable(contrasts, matrix, fit.df, placebos),
        by_period=_by_period(matrix, base, level),
        seed=None if singles else seed,
    )


def _detectable(contrasts: Matrix, matrix: PanelMatrix, df: int, placebos: Matrix) -> float:
    """From the spread of comparison units alone, so that it is known before the treated are looked at."""
    if matrix.is_staggered and len(placebos):
        return minimum_detectable_effect(float(np.sqrt((placebos**2).mean())), df)
    others, treated_count = contrasts[~matrix.is_treated], int(matrix.is_treated.sum())
    variance = float(others.var(ddof=1))
    return minimum_detectable_effect(float(np.sqrt(variance * (1 / treated_count + 1 / len(others)))), df)


def _cohorts(matrix: PanelMatrix) -> list[tuple[int, float]]:
    """(periods before, share of treated units) of each cohort."""
    starts, counts = np.unique(matrix.starts[matrix.is_treated], return_counts=True)
    return [(int(before), float(count / counts.sum())) for before, count in zip(starts, counts, strict=True)]


def unit_contrasts(matrix: PanelMatrix, base: Base) -> Matrix:
    """One number a unit; a comparison unit's is the average over cohorts, weighted by their share."""
    found = np.zeros(len(matrix.units))
    for before, share in _cohorts(matrix):
        gaps = matrix.outcomes @ _mean_gap(matrix.clock, before, base)
        found += np.where(matrix.starts == before, gaps, 0.0) + np.where(matrix.is_treated, 0.0, share * gaps)
    return found


def _placebo_differences(matrix: PanelMatrix, contrasts: Matrix, base: Base, seed: int) -> Matrix:
    """Mean contrast of each placebo group less that of the remaining comparison units; none where a group would leave no others.

    Where starts differ, the members of a group take the treated units' own starts, in a random order.
    """
    others, size = contrasts[~matrix.is_treated], int(matrix.is_treated.sum())
    if matrix.is_staggered and size < len(others):
        return _staggered_placebos(matrix, base, size, seed)
    return group_differences(others, size, seed)


def _staggered_placebos(matrix: PanelMatrix, base: Base, size: int, seed: int) -> Matrix:
    cohorts = _cohorts(matrix)
    gaps = np.column_stack([matrix.outcomes[~matrix.is_treated] @ _mean_gap(matrix.clock, before, base) for before, _ in cohorts])
    shares = np.array([share for _, share in cohorts])
    starts = np.repeat(np.arange(len(cohorts)), np.rint(shares * size).astype(int))
    rng, totals, found = np.random.default_rng(seed), gaps @ shares, []
    for _ in range(MAX_PLACEBO_GROUPS):
        group = rng.permutation(len(gaps))[:size]
        found.append(gaps[group, starts].mean() - (totals.sum() - totals[group].sum()) / (len(gaps) - size))
    return np.array(found)


def _by_period(matrix: PanelMatrix, base: Base, level: float) -> pd.DataFrame:
    """Effects by period; by time since the start, in periods, where starts differ."""
    cohorts = _cohorts(matrix)
    gaps = {before: matrix.outcomes @ gap_weights(matrix.clock, before, base) for before, _ in cohorts}
    rows = []
    for event in range(-max(before for before, _ in cohorts), len(matrix.times) - cohorts[0][0]):
        seen = [(before, share) for before, share in cohorts if 0 <= before + event < len(matrix.times)]
        total = sum(share for _, share in seen)
        is_in = np.isin(matrix.starts, [before for before, _ in seen])
        column = np.zeros(len(matrix.units))
        for before, share in seen:
            gap = gaps[before][:, before + event]
            column += np.where(matrix.starts == before, gap, 0.0) + np.where(matrix.is_treated, 0.0, share / total * gap)
        kept = is_in | ~matrix.is_treated
        rows.append(_period_row(matrix, event, column[kept], is_in[kept], level))
    return pd.DataFrame(rows)


def _period_row(matrix: PanelMatrix, event: int, column: Matrix, is_treated: NDArray[np.bool_], level: float) -> dict[str, Any]:
    row: dict[str, Any] = {"period": event if matrix.is_staggered else matrix.times[matrix.before_count + event], "is_after": event >= 0}
    effect = float(column[is_treated].mean() - column[~is_treated].mean())
    observed = np.nan if matrix.is_staggered else float(matrix.outcomes[matrix.is_treated, matrix.before_count + event].mean())
    row |= {"effect": effect, "observed": observed, "counterfactual": observed - effect}
    try:
        fit = cross_section(column, is_treated)
    except DesignRefused:  # the base period itself, or a line that meets every point: no gap, so no spread
        return row | dict.fromkeys(("std_error", "ci_low", "ci_high"), np.nan)
    low, high = fit.interval(level)
    return row | {"std_error": fit.std_error, "ci_low": low, "ci_high": high}
