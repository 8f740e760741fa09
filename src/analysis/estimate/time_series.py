"""Interrupted time series: one unit held against its own past, drawn and compared, never the ground of a claim.

A dozen yearly waves that wander tell little of their own noise: on the PAPI panel every variant cries wolf two to five times
as often as it promises.
"""

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.estimate.assembled import effect_of
from analysis.estimate.every_unit import EveryUnit
from analysis.estimate.inference import MAX_PLACEBO_GROUPS, SMALLEST_SPREAD, Fit, placebo_groups, rank_mde, rank_p
from analysis.estimate.matrix import Guards, Matrix, PanelMatrix, matrix_of
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

SeriesErrors = Literal["ols", "hac", "glsar", "local_level"]

NORMAL_DF = 10**9  # Student's t with as many degrees of freedom is the normal distribution to nine digits
HAC_LAGS = 1  # the fourth root of a dozen waves, rounded down
GLSAR_ROUNDS = 8
LOCAL_LEVEL_PLACEBOS = 199  # each is a maximum-likelihood fit

ESTIMAND_VI = "mức sau mốc của chính nơi được xét so với mức mà quá khứ của chính nó kéo dài cho thấy; không so với nơi nào khác"


@dataclass(frozen=True)
class Segments:
    """Regressors of a series (T × K) and the contrast (K) of their coefficients that is the mean effect after the start."""

    design: Matrix
    effect: Matrix

    @property
    def without_effect(self) -> Matrix:
        """The regressors with the step, and the change of slope, at nought."""
        return np.asarray(self.design * (self.effect == 0))


def interrupted_time_series(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    errors: SeriesErrors = "ols",
    slope: bool = False,
    lags: int = HAC_LAGS,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Mean effect after ``start`` on the treated unit's own series (several: the mean of their series).

    The series is a straight line and a step at ``start``; with ``slope`` the line may also turn there, and the estimate is then
    the mean distance from the earlier line, carried on, over the periods after. ``errors``:

    - ``ols``: t, T-K df, as if the errors were independent;
    - ``hac``: Newey-West with ``lags`` lags, T/(T-K) and t with T-K df (as Stata's ``newey``);
    - ``glsar``: feasible least squares with an AR(1) error, iterated; t, T-K df;
    - ``local_level``: a random-walk level in place of the line, and a step, by maximum likelihood (Kalman filter); normal.

    ``panel`` and ``guards`` as for ``demeaned_did``; the comparison units only serve as placebos, each given the plan
    (``p_rank``, ``mde``). ``by_period`` holds the observed series and the one carried on without the effect.

    Raises ``DesignRefused``, also for starts that differ and for too few periods.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    series = own_series(matrix)
    segments = segments_of(matrix.clock, matrix.before_count, slope=slope)
    if errors == "local_level" and slope:
        raise DesignRefused("Mô hình mức trôi (local level) không có độ dốc; hãy bỏ lựa chọn đổi độ dốc.")
    fit = series_fit(series, segments, errors, lags)
    limit = LOCAL_LEVEL_PLACEBOS if errors == "local_level" else MAX_PLACEBO_GROUPS
    placebos = np.array([_effect(other, segments, errors, lags)[0] for other in placebo_series(matrix, seed, limit)])
    return effect_of(
        matrix,
        start=start,
        level=level,
        method=f"interrupted_time_series_{errors}",
        estimand_vi=ESTIMAND_VI,
        estimate=fit.estimate,
        **t_inference(fit, level, f"errors {errors}" + (f", {lags} lags" if errors == "hac" else ""), series),
        **ranked(matrix, fit.estimate, placebos, seed),
        by_period=drawn(matrix, series, _carried_on(series, segments, errors)),
    )


def every_interrupted_time_series(
    outcomes: Matrix, clock: Matrix, before: int, errors: SeriesErrors = "ols", *, slope: bool = False, lags: int = HAC_LAGS
) -> EveryUnit:
    """``interrupted_time_series`` of every unit; a placebo is the other unit's own estimate, whoever is left out."""
    segments = segments_of(clock, before, slope=slope)
    found = np.array([_effect(series, segments, errors, lags) for series in outcomes])
    return EveryUnit(found[:, 0], own_placebos(found[:, 0]), found[:, 1], _df(segments, errors))


def own_placebos(estimates: Matrix) -> Matrix:
    """N × N for designs without a pool: every row the estimates themselves, NaN on the diagonal."""
    placebos = np.tile(estimates, (len(estimates), 1))
    np.fill_diagonal(placebos, np.nan)
    return placebos


def own_series(matrix: PanelMatrix) -> Matrix:
    """Mean series of the treated units (T); refused where they start in different periods."""
    if matrix.is_staggered:
        raise DesignRefused("Cách so với chính quá khứ chỉ dùng được khi các đơn vị được xét bắt đầu cùng một kỳ.")
    return np.asarray(matrix.outcomes[matrix.is_treated].mean(axis=0))


def segments_of(clock: Matrix, before: int, *, trend: bool = True, slope: bool = False) -> Segments:
    """Intercept, straight line, turn and step of a series with ``before`` periods before the start.

    Raises ``DesignRefused`` where the periods cannot tell these apart or leave no degree of freedom.
    """
    since, after = clock - clock[before], (np.arange(len(clock)) >= before).astype(np.float64)
    columns, effect = [np.ones(len(clock))], [0.0]
    if trend:
        columns, effect = [*columns, since], [*effect, 0.0]
    if slope:
        columns, effect = [*columns, since * after], [*effect, float(since[before:].mean())]
    design = np.column_stack([*columns, after])
    if np.linalg.matrix_rank(design) < design.shape[1] or len(clock) <= design.shape[1]:
        raise DesignRefused(
            f"Chuỗi chỉ có {len(clock)} kỳ ({before} kỳ trước mốc), quá ngắn cho mô hình có {design.shape[1]} tham số; "
            f"cần ít nhất {design.shape[1] + 1} kỳ, có cả trước và sau mốc."
        )
    return Segments(design, np.array([*effect, 1.0]))


def series_fit(series: Matrix, segments: Segments, errors: SeriesErrors, lags: int = HAC_LAGS) -> Fit:
    """Effect in one series; refused where nothing varies about the fitted line."""
    residuals = series - segments.design @ np.linalg.lstsq(segments.design, series, rcond=None)[0]
    if not np.sqrt((residuals**2).mean()) > SMALLEST_SPREAD * max(1.0, float(np.abs(series).max())):
        raise DesignRefused("Chuỗi của nơi được xét không biến động quanh đường của chính nó nên không ước lượng được sai số.")
    if not 0 <= lags < len(series):
        raise DesignRefused(f"Số độ trễ phải từ 0 đến {len(series) - 1}; gặp {lags}.")
    estimate, std_error = _effect(series, segments, errors, lags)
    return Fit(estimate, std_error, _df(segments, errors))


def t_inference(fit: Fit, level: float, said: str, outcomes: Matrix) -> dict[str, Any]:
    """The fields of an estimate that rest on its standard error; ``said`` tells which error that is. No df where normal.

    Raises ``DesignRefused`` where the error is rounding beside the size of ``outcomes``, or none.
    """
    if not fit.std_error > SMALLEST_SPREAD * max(1.0, float(np.abs(outcomes).max())):
        raise DesignRefused("Kết quả không biến động quanh mô hình này, hoặc bảng quá nhỏ, nên không ước lượng được sai số.")
    is_normal = fit.df == NORMAL_DF
    source = f"normal, {said}" if is_normal else f"t, {fit.df} df, {said}"
    half = float(stdtrit(np.inf if is_normal else fit.df, 0.5 + level / 2)) * fit.std_error
    return {
        "std_error": fit.std_error,
        "df": None if is_normal else fit.df,
        "ci_low": fit.estimate - half,
        "ci_high": fit.estimate + half,
        "ci_from": source,
        "p_exact": float(2 * stdtr(np.inf if is_normal else fit.df, -abs(fit.estimate) / fit.std_error)),
        "p_exact_from": source,
    }


def ranked(matrix: PanelMatrix, estimate: float, placebos: Matrix, seed: int) -> dict[str, Any]:
    """The fields of an estimate that rest on its placebos: one a comparison unit, or one a group drawn with ``seed``."""
    singles = int(matrix.is_treated.sum()) == 1
    return {
        "p_rank": rank_p(estimate, placebos) if len(placebos) else None,
        "p_rank_from": "placebos in space" if len(placebos) else None,
        "n_placebos": len(placebos),
        "placebos": pd.Series(placebos, index=list(matrix.controls) if singles else None, name="estimate"),
        "mde": rank_mde(placebos),
        "seed": None if singles else seed,
    }


def placebo_series(matrix: PanelMatrix, seed: int, limit: int = MAX_PLACEBO_GROUPS) -> Matrix:
    """Mean series (P × T) of comparison units in groups as large as the treated one."""
    others, size = matrix.outcomes[~matrix.is_treated], int(matrix.is_treated.sum())
    if size > len(others):
        return np.empty((0, others.shape[1]))
    return np.asarray(others[placebo_groups(len(others), size, seed, max(limit, len(others)) if size == 1 else limit)].mean(axis=1))


def drawn(matrix: PanelMatrix, observed: Matrix, counterfactual: Matrix) -> pd.DataFrame:
    """``by_period`` of a design that draws two series; their distance has no error."""
    frame = pd.DataFrame({"period": list(matrix.times), "is_after": np.arange(len(observed)) >= matrix.before_count})
    frame = frame.assign(effect=observed - counterfactual, observed=observed, counterfactual=counterfactual)
    return frame.assign(std_error=np.nan, ci_low=np.nan, ci_high=np.nan)


def _df(segments: Segments, errors: SeriesErrors) -> int:
    periods, parameters = segments.design.shape
    return NORMAL_DF if errors == "local_level" else periods - parameters


def _effect(series: Matrix, segments: Segments, errors: SeriesErrors, lags: int) -> tuple[float, float]:
    """(effect, standard error)."""
    if errors == "local_level":
        fitted = _local_level(series, segments)
        return float(fitted.params[-1]), float(fitted.bse[-1])
    fitted = _regression(series, segments, errors, lags)
    variance = segments.effect @ fitted.cov_params() @ segments.effect
    return float(fitted.params @ segments.effect), float(np.sqrt(max(variance, 0.0)))


def _regression(series: Matrix, segments: Segments, errors: SeriesErrors, lags: int) -> Any:
    from statsmodels.regression.linear_model import GLSAR, OLS

    if errors == "glsar":
        return GLSAR(series, segments.design, rho=1).iterative_fit(maxiter=GLSAR_ROUNDS)
    if errors == "hac":
        return OLS(series, segments.design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    return OLS(series, segments.design).fit()


def _local_level(series: Matrix, segments: Segments) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a level that does not move puts the maximum on the edge, which the optimiser remarks on
        return UnobservedComponents(series, "llevel", exog=segments.design[:, -1]).fit(disp=0)


def _carried_on(series: Matrix, segments: Segments, errors: SeriesErrors) -> Matrix:
    """The series as fitted, without the effect."""
    if errors == "local_level":
        return np.asarray(_local_level(series, segments).level.smoothed)
    return np.asarray(segments.without_effect @ _regression(series, segments, errors, HAC_LAGS).params)
