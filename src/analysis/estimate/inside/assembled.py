"""An estimate with what its cells say of themselves, so that no design inside the province words that anew."""

from typing import Any

from analysis.estimate.inference import Fit, minimum_detectable_effect
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.clustered import DF_RULE, used_clusters
from analysis.estimate.result import EffectEstimate


def effect_inside(cells: Cells, fit: Fit, *, method: str, estimand_vi: str, level: float, treated: tuple[str, ...], **found: Any) -> EffectEstimate:
    """The result of ``method`` on ``cells`` with clustered t inference from ``fit``; ``found`` are further or other fields of ``EffectEstimate``.

    ``treated`` are the units with any dose or start; all others are the comparison. ``before_count`` and ``after_count`` are months and
    must be given where they are not the whole clock.
    """
    low, high = fit.interval(level)
    told: dict[str, Any] = {
        "ci_low": low,
        "ci_high": high,
        "ci_from": f"t, {fit.df} df, {DF_RULE}",
        "p_exact": fit.p_value,
        "p_exact_from": f"t, {fit.df} df, {DF_RULE}",
        "p_rank": None,
        "mde": minimum_detectable_effect(fit.std_error, fit.df),
        "comparison_count": len(cells.units) - len(treated),
        "before_count": 0,
        "after_count": cells.months_count,
        "clusters_count": used_clusters(cells),
        "clustered_by": cells.clustered_by,
        "notes_vi": cells.notes_vi,
    }
    return EffectEstimate(
        outcome=cells.outcome_name,
        estimand_vi=estimand_vi,
        estimate=fit.estimate,
        std_error=fit.std_error,
        df=fit.df,
        level=level,
        treated_count=len(treated),
        method=method,
        treated=treated,
        data_hash=cells.data_hash,
        **{**told, **found},
    )
