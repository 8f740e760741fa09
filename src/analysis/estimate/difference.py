"""Unit-demeaned difference-in-differences with exact small-sample inference (Lee and Wooldridge 2023)."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from analysis.errors import LantoaError
from analysis.estimate.result import EffectEstimate

POWER = 0.8
SIGNIFICANCE = 0.05
MIN_COMPARISON_UNITS = 3  # N-2 df with fewer leaves one or none
SMALLEST_SPREAD = 1e-12  # a standard error below this is rounding, not spread


class DesignRefused(LantoaError):
    """The data cannot carry the design; reports turn this into grade D with the reason."""


def demeaned_did(
    panel: pd.DataFrame, *, unit: str, time: str, outcome: str, treated: Collection[object], start: object, level: float = 0.95
) -> EffectEstimate:
    """Effect on the treated: each unit's mean after ``start`` less its own mean before, treated against the others.

    ``panel`` is long, one row a (unit, time). It may be unbalanced: the periods used are those in which every treated
    unit is observed, and only comparison units observed in all of them take part, so that no common trend can pass for
    an effect; nothing is interpolated. The cross-section of differences is regressed on a treatment dummy by OLS; the t
    statistic has N-2 df and is exact under normal, equally spread errors, even with one treated unit.

    Raises ``DesignRefused`` for a duplicate row, a non-numeric outcome, a treated unit without observations, no period
    before or after, fewer than three comparison units, or an outcome that does not vary between them.
    """
    aligned = _aligned(panel, unit, time, outcome, treated)
    before, after = aligned[aligned[time] < start], aligned[aligned[time] >= start]
    if before.empty or after.empty:
        raise DesignRefused("Không có kỳ nào trước hoặc sau mốc bắt đầu có số liệu của đơn vị được xét.")
    differences = after.groupby(unit)[outcome].mean().astype(float) - before.groupby(unit)[outcome].mean().astype(float)
    is_treated = differences.index.isin(list(treated))
    fit = _cross_section(differences.to_numpy(), is_treated)
    half = float(stdtrit(fit.df, 0.5 + level / 2)) * fit.std_error
    return EffectEstimate(
        outcome=outcome,
        estimand_vi="chênh lệch của nhóm được xét so với nhóm còn lại, sau khi trừ mức trước đó của chính từng đơn vị",
        estimate=fit.estimate,
        std_error=fit.std_error,
        df=fit.df,
        ci_low=fit.estimate - half,
        ci_high=fit.estimate + half,
        level=level,
        p_exact=float(2 * stdtr(fit.df, -abs(fit.estimate / fit.std_error))),
        p_rank=None,
        treated_count=int(is_treated.sum()),
        comparison_count=int((~is_treated).sum()),
        before_count=before[time].nunique(),
        after_count=after[time].nunique(),
        mde=minimum_detectable_effect(fit.std_error, fit.df),
        method="demeaned_did",
    )


@dataclass(frozen=True)
class _Fit:
    """Slope of a dummy, its standard error and residual degrees of freedom."""

    estimate: float
    std_error: float
    df: int


def _cross_section(differences: NDArray[np.float64], is_treated: NDArray[np.bool_]) -> _Fit:
    """OLS of the differences on the treatment dummy."""
    from statsmodels.api import OLS, add_constant  # 1.5 s of import that a refused design need not pay

    if (~is_treated).sum() < MIN_COMPARISON_UNITS:
        raise DesignRefused(f"Chỉ còn {(~is_treated).sum()} đơn vị so sánh có đủ các kỳ của đơn vị được xét; cần ít nhất {MIN_COMPARISON_UNITS}.")
    fit = OLS(differences, add_constant(is_treated.astype(float))).fit()
    if not fit.bse[1] > SMALLEST_SPREAD:
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số.")
    return _Fit(float(fit.params[1]), float(fit.bse[1]), int(fit.df_resid))


def _aligned(panel: pd.DataFrame, unit: str, time: str, outcome: str, treated: Collection[object]) -> pd.DataFrame:
    """Observed rows of the treated units' common periods, for units that have all of them."""
    if panel.duplicated([unit, time]).any():
        raise DesignRefused("Có đơn vị xuất hiện hai lần trong cùng một kỳ.")
    if not pd.api.types.is_numeric_dtype(panel[outcome]):
        raise DesignRefused(f"Cột kết quả “{outcome}” không phải là số.")
    seen = panel[panel[outcome].notna() & ~panel[outcome].isin([np.inf, -np.inf])]
    of_treated = seen[seen[unit].isin(list(treated))]
    if not len(treated) or of_treated[unit].nunique() < len(set(treated)):
        raise DesignRefused(f"Chỉ có số liệu của {of_treated[unit].nunique()} trên {len(set(treated))} đơn vị được xét.")
    times = of_treated[time].value_counts()
    periods = set(times[times == len(set(treated))].index)
    common = seen[seen[time].isin(periods)]
    counts = common[unit].value_counts()
    return common[common[unit].isin(counts[counts == len(periods)].index)]


def minimum_detectable_effect(std_error: float, df: int, power: float = POWER, significance: float = SIGNIFICANCE) -> float:
    """Smallest true effect that a two-sided t test finds with the given power: (t_{1-α/2} + t_{power}) × SE."""
    return float((stdtrit(df, 1 - significance / 2) + stdtrit(df, power)) * std_error)
