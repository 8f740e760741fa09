"""Unit-demeaned difference-in-differences with exact small-sample inference (Lee and Wooldridge 2023)."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.errors import LantoaError
from analysis.estimate.result import EffectEstimate

POWER = 0.8
SIGNIFICANCE = 0.05
MIN_COMPARISON_UNITS = 3  # N-2 df with fewer leaves one or none
MIN_BEFORE = 1


class DesignRefused(LantoaError):
    """The data cannot carry the design; reports turn this into grade D with the reason."""


def demeaned_did(
    panel: pd.DataFrame, *, unit: str, time: str, outcome: str, treated: Collection[object], start: object, level: float = 0.95
) -> EffectEstimate:
    """Effect on the treated: each unit's mean after ``start`` less its own mean before, treated against the others.

    ``panel`` is long, one row a (unit, time); missing outcomes are left out, so it may be unbalanced. The cross-section
    of differences is regressed on a treatment dummy by OLS; the t statistic has N-2 df and is exact under normal,
    equally spread errors, even with one treated unit. Raises ``DesignRefused`` for a duplicate row, a non-numeric
    outcome, no period before or after, no treated unit or fewer than three others.
    """
    from statsmodels.api import OLS, add_constant  # 1.5 s of import that a refused design need not pay

    differences = _differences(panel, unit, time, outcome, start)
    is_treated = differences.index.isin(list(treated)).astype(float)
    treated_count, comparison_count = int(is_treated.sum()), int((1 - is_treated).sum())
    if treated_count == 0 or comparison_count < MIN_COMPARISON_UNITS:
        raise DesignRefused(f"Có {treated_count} đơn vị được xét và {comparison_count} đơn vị so sánh; cần ít nhất 1 và {MIN_COMPARISON_UNITS}.")
    fit = OLS(differences.to_numpy(), add_constant(is_treated)).fit()
    estimate, std_error, df = float(fit.params[1]), float(fit.bse[1]), int(fit.df_resid)
    if not std_error > 1e-12:
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số.")
    half = float(stdtrit(df, 0.5 + level / 2)) * std_error
    times = panel.loc[panel[outcome].notna(), time]
    return EffectEstimate(
        outcome=outcome,
        estimand_vi="chênh lệch của nhóm được xét so với nhóm còn lại, sau khi trừ mức trước đó của chính từng đơn vị",
        estimate=estimate,
        std_error=std_error,
        df=df,
        ci_low=estimate - half,
        ci_high=estimate + half,
        level=level,
        p_exact=float(2 * stdtr(df, -abs(estimate / std_error))),
        p_rank=None,
        treated_count=treated_count,
        comparison_count=comparison_count,
        before_count=times[times < start].nunique(),
        after_count=times[times >= start].nunique(),
        mde=minimum_detectable_effect(std_error, df),
        method="demeaned_did",
    )


def minimum_detectable_effect(std_error: float, df: int, power: float = POWER, significance: float = SIGNIFICANCE) -> float:
    """Smallest true effect that a two-sided t test finds with the given power: (t_{1-α/2} + t_{power}) × SE."""
    return float((stdtrit(df, 1 - significance / 2) + stdtrit(df, power)) * std_error)


def _differences(panel: pd.DataFrame, unit: str, time: str, outcome: str, start: object) -> pd.Series:
    """Mean after less mean before for every unit seen on both sides."""
    if panel.duplicated([unit, time]).any():
        raise DesignRefused("Có đơn vị xuất hiện hai lần trong cùng một kỳ.")
    if not pd.api.types.is_numeric_dtype(panel[outcome]):
        raise DesignRefused(f"Cột kết quả “{outcome}” không phải là số.")
    seen = panel[panel[outcome].notna()]
    before = seen[seen[time] < start].groupby(unit)[outcome].mean()
    after = seen[seen[time] >= start].groupby(unit)[outcome].mean()
    if len(before) < MIN_BEFORE or after.empty:
        raise DesignRefused("Không có kỳ nào trước hoặc sau mốc bắt đầu.")
    return (after - before).dropna().astype(float).sort_index().replace([np.inf, -np.inf], np.nan).dropna()
