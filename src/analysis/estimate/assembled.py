"""An estimate with what its matrix says of itself, so that no estimator words that anew."""

from typing import Any

from analysis.estimate.matrix import PanelMatrix
from analysis.estimate.result import EffectEstimate

_NOT_THERE = dict.fromkeys(("std_error", "df", "ci_low", "ci_high", "p_exact", "p_rank", "mde"))


def effect_of(matrix: PanelMatrix, *, start: object, level: float, method: str, estimand_vi: str, estimate: float, **found: Any) -> EffectEstimate:
    """The result of ``method`` on ``matrix``; ``found`` are the further fields of ``EffectEstimate``, None where left out."""
    treated = tuple(str(name) for name, flag in zip(matrix.units, matrix.is_treated, strict=True) if flag)
    return EffectEstimate(
        outcome=matrix.outcome,
        estimand_vi=estimand_vi,
        estimate=estimate,
        level=level,
        treated_count=len(treated),
        comparison_count=len(matrix.controls),
        before_count=matrix.before_count,
        after_count=len(matrix.times) - matrix.before_count,
        method=method,
        treated=treated,
        start=str(start),
        missing_waves=matrix.missing_waves,
        era=matrix.era,
        data_hash=matrix.data_hash,
        **{**_NOT_THERE, **found},
    )
