"""The two comparisons that offices make by hand: a province's own years, and its gap to the mean of the others.

Both are here so that calibration can show how often they cry wolf; no report rests on them.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from analysis.estimate.assembled import effect_of
from analysis.estimate.every_unit import EveryUnit, of_contrasts
from analysis.estimate.inference import group_differences
from analysis.estimate.matrix import Guards, Matrix, matrix_of
from analysis.estimate.result import EffectEstimate
from analysis.estimate.time_series import Segments, drawn, own_placebos, own_series, placebo_series, ranked, segments_of, series_fit, t_inference

BEFORE_AFTER_VI = "điểm bình quân các kỳ sau mốc của chính nơi được xét so với các kỳ trước; không so với nơi nào khác"
GAP_VI = "khoảng cách giữa nơi được xét và bình quân các nơi còn lại: mức dịch chuyển tại mốc so với {base} của chính khoảng cách đó"


def before_after(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Mean of the treated unit's own periods after ``start`` less the mean before, with the usual equal-variance t-test.

    T-2 df, as if the periods were independent and nothing else had moved: neither holds. Several treated units: the mean of
    their series. ``panel`` and ``guards`` as for ``demeaned_did``; comparison units serve as placebos only. Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    series, segments = own_series(matrix), segments_of(matrix.clock, matrix.before_count, trend=False)
    fit = series_fit(series, segments, "ols")
    placebos, _ = _steps(placebo_series(matrix, seed), segments)
    return effect_of(
        matrix,
        start=start,
        level=level,
        method="before_after",
        estimand_vi=BEFORE_AFTER_VI,
        estimate=fit.estimate,
        **t_inference(fit, level, "equal variances, periods as independent", series),
        **ranked(matrix, fit.estimate, placebos, seed),
        by_period=drawn(matrix, series, np.full(len(series), series[: matrix.before_count].mean())),
    )


def gap_to_others(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    trend: bool = True,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Step at ``start`` in the treated unit's distance to the mean of the others, by OLS on the T distances.

    The distance is a straight line (a constant without ``trend``) and a step, no turn; T-3 (T-2) df, as if the distances of
    different periods were independent. Without ``trend`` the estimate is that of ``demeaned_did``. Several treated units: their
    mean. ``panel`` and ``guards`` as for ``demeaned_did``. ``p_rank`` and ``mde`` rest on comparison units given the plan with the
    treated left out. Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    own, others = own_series(matrix), matrix.outcomes[~matrix.is_treated]
    gap = own - others.mean(axis=0)
    segments = segments_of(matrix.clock, matrix.before_count, trend=trend)
    fit = series_fit(gap, segments, "ols")
    steps, _ = _steps(others, segments)
    carried_on = segments.without_effect @ np.linalg.lstsq(segments.design, gap, rcond=None)[0]
    return effect_of(
        matrix,
        start=start,
        level=level,
        method="gap_to_others",
        estimand_vi=GAP_VI.format(base="đường thẳng" if trend else "mức trước đó"),
        estimate=fit.estimate,
        **t_inference(fit, level, "errors ols on the distances", own),
        **ranked(matrix, fit.estimate, group_differences(steps, int(matrix.is_treated.sum()), seed), seed),
        by_period=drawn(matrix, own, others.mean(axis=0) + carried_on),
    )


def every_before_after(outcomes: Matrix, clock: Matrix, before: int) -> EveryUnit:
    """``before_after`` of every unit; a placebo is the other unit's own difference, whoever is left out."""
    steps, std_errors = _steps(outcomes, segments_of(clock, before, trend=False))
    return EveryUnit(steps, own_placebos(steps), std_errors, len(clock) - 2)


def every_gap_to_others(outcomes: Matrix, clock: Matrix, before: int, *, trend: bool = True) -> EveryUnit:
    """``gap_to_others`` with each unit treated alone."""
    segments = segments_of(clock, before, trend=trend)
    gaps = outcomes - (outcomes.sum(axis=0) - outcomes) / (len(outcomes) - 1)
    _, std_errors = _steps(gaps, segments)
    own_steps, _ = _steps(outcomes, segments)
    return replace(of_contrasts(own_steps), std_errors=std_errors, df=len(clock) - segments.design.shape[1])


def _steps(series: Matrix, segments: Segments) -> tuple[Matrix, Matrix]:
    """(steps, OLS standard errors) of series that are one row each."""
    design, inverse = segments.design, np.linalg.pinv(segments.design)
    residuals = series - series @ inverse.T @ design.T
    variances = (residuals**2).sum(axis=1) / (len(design) - design.shape[1]) * (inverse[-1] @ inverse[-1])
    return np.asarray(series @ inverse[-1]), np.sqrt(variances)
