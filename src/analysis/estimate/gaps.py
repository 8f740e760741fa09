"""The gap between treated units and weighted comparison units, and its rank among placebos: what all synthetic controls share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.assembled import effect_of
from analysis.estimate.inference import (
    MAX_PLACEBO_GROUPS,
    POWER,
    SIGNIFICANCE,
    SMALLEST_SPREAD,
    placebo_groups,
    rank_interval,
    rank_mde,
    rank_p,
    rank_threshold,
)
from analysis.estimate.matrix import Matrix, PanelMatrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult, EffectEstimate
from analysis.text import number

Rows = NDArray[np.int64]
Weigh = Callable[[Rows, Rows], Matrix]
"""(rows of the units whose mean is matched, rows of the donors) → one weight a donor."""
RankedBy = Literal["att", "rmspe_ratio"]

LARGEST_RATIO = 1e6  # a fit closer than this share of the later gap is perfect up to rounding, and its ratio says no more


@dataclass(frozen=True)
class Matching:
    """A way to weight comparison units, and in what ``outcomes`` (N × T) their gap is taken.

    ``placebo_limit`` is the most groups of comparison units that are given the plan where several units are treated.
    """

    outcomes: Matrix
    weigh: Weigh
    method: str
    estimand_vi: str
    placebo_limit: int = MAX_PLACEBO_GROUPS
    checks: tuple[CheckResult, ...] = ()


def effect_of_matching(matrix: PanelMatrix, matching: Matching, *, start: object, level: float, statistic: RankedBy, seed: int) -> EffectEstimate:
    """The gap of the treated to their weighted comparison units, ranked among placebos. Raises ``DesignRefused`` for staggered starts."""
    if matrix.is_staggered:
        raise DesignRefused("Các đơn vị được xét bắt đầu ở những kỳ khác nhau; cách ghép đơn vị so sánh chỉ dùng cho một mốc bắt đầu chung.")
    treated, donors = np.flatnonzero(matrix.is_treated), np.flatnonzero(~matrix.is_treated)
    weights = matching.weigh(treated, donors)
    gap = matching.outcomes[treated].mean(axis=0) - weights @ matching.outcomes[donors]
    placebos = _placebo_gaps(matching, donors, len(treated), seed)
    _refuse_constant(placebos, matching.outcomes)
    singles = len(treated) == 1
    return effect_of(
        matrix,
        start=start,
        level=level,
        method=matching.method,
        estimand_vi=matching.estimand_vi,
        estimate=float(gap[matrix.before_count :].mean()),
        **_inference(gap, placebos, matrix.before_count, level, statistic),
        placebos=pd.Series(placebos[:, matrix.before_count :].mean(axis=1), index=list(matrix.controls) if singles else None, name="estimate"),
        donor_weights=pd.Series(weights, index=list(matrix.controls), name="weight"),
        by_period=_by_period(matrix, gap),
        checks=(_prefit(gap, placebos, matrix.before_count), *matching.checks),
        seed=None if singles else seed,
    )


def rmspe_ratio(gaps: Matrix, before: int) -> Matrix:
    """Root mean squared gap after the start over that before, along the last axis; at most ``LARGEST_RATIO``, 0 without any gap after."""
    root_before = np.sqrt((gaps[..., :before] ** 2).mean(axis=-1))
    root_after = np.sqrt((gaps[..., before:] ** 2).mean(axis=-1))
    floor = np.maximum(root_before, root_after / LARGEST_RATIO)
    return np.divide(root_after, floor, out=np.zeros_like(root_after), where=floor != 0.0)


def _placebo_gaps(matching: Matching, donors: Rows, size: int, seed: int) -> Matrix:
    """One gap path a placebo group; none where a group would leave no donors."""
    values = matching.outcomes
    if size >= len(donors):
        return np.empty((0, values.shape[1]))
    found = []
    for group in placebo_groups(len(donors), size, seed, matching.placebo_limit):
        rows, rest = donors[group], np.delete(donors, group)
        found.append(values[rows].mean(axis=0) - matching.weigh(rows, rest) @ values[rest])
    return np.array(found)


def _refuse_constant(placebos: Matrix, values: Matrix) -> None:
    if len(placebos) and not np.abs(placebos).max() > SMALLEST_SPREAD * max(1.0, float(np.abs(values).max())):
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không có gì để đối chiếu.")


def _inference(gap: Matrix, placebos: Matrix, before: int, level: float, statistic: RankedBy) -> dict[str, Any]:
    """Rank, interval and minimum detectable effect from one set of placebo gaps."""
    if not len(placebos):
        return {}
    estimate, estimates = float(gap[before:].mean()), placebos[:, before:].mean(axis=1)
    found: dict[str, Any] = {"n_placebos": len(placebos), "p_rank_from": "placebos in space", "ci_from": "placebos in space"}
    if statistic == "att":
        low, high = rank_interval(estimate, estimates, level)
        return found | {"p_rank": rank_p(estimate, estimates), "ci_low": low, "ci_high": high, "mde": rank_mde(estimates)}
    ratios = rmspe_ratio(placebos, before)
    low, high = _ratio_interval(gap, ratios, before, level)
    found |= {"p_rank_from": "placebos in space, RMSPE ratio", "ci_from": "placebos in space, RMSPE ratio"}
    return found | {
        "p_rank": rank_p(float(rmspe_ratio(gap, before)), ratios),
        "ci_low": low,
        "ci_high": high,
        "mde": _ratio_mde(placebos, ratios, before),
    }


def _ratio_reach(gaps: Matrix, before: int, threshold: float) -> Matrix:
    """How far a constant effect may lie from the mean gap after before the RMSPE ratio exceeds ``threshold``; NaN if it always does."""
    room = threshold**2 * (gaps[..., :before] ** 2).mean(axis=-1) - gaps[..., before:].var(axis=-1)
    return np.sqrt(np.where(room >= 0.0, room, np.nan))


def _ratio_interval(gap: Matrix, ratios: Matrix, before: int, level: float) -> tuple[float | None, float | None]:
    """Constant effects whose removal leaves a ratio that the rank does not reject.

    (None, None) where there are none, where any would do (after a perfect fit before), and with too few placebos for the level.
    """
    threshold = rank_threshold(ratios, 1 - level)
    reach = np.nan if threshold is None else float(_ratio_reach(gap, before, threshold))
    estimate = float(gap[before:].mean())
    return (None, None) if np.isnan(reach) else (estimate - reach, estimate + reach)


def _ratio_mde(placebos: Matrix, ratios: Matrix, before: int) -> float | None:
    """As ``rank_mde``: the effect which, added to each placebo with either sign, brings that share of ratios above the threshold."""
    threshold = rank_threshold(ratios, SIGNIFICANCE)
    if threshold is None:
        return None
    reach = np.nan_to_num(_ratio_reach(placebos, before, threshold), nan=0.0)
    means = placebos[:, before:].mean(axis=1)
    return float(np.quantile(np.maximum(np.concatenate([reach - means, reach + means]), 0.0), POWER))


def _by_period(matrix: PanelMatrix, gap: Matrix) -> pd.DataFrame:
    observed = matrix.outcomes[matrix.is_treated].mean(axis=0)
    is_after = np.arange(len(gap)) >= matrix.before_count
    found = pd.DataFrame({"period": list(matrix.times), "is_after": is_after, "effect": gap, "observed": observed, "counterfactual": observed - gap})
    return found.assign(std_error=np.nan, ci_low=np.nan, ci_high=np.nan)


def _prefit(gap: Matrix, placebos: Matrix, before: int) -> CheckResult:
    """How far the fit was off before the start, beside the usual placebo: informational, since no threshold is agreed on."""
    off = float(np.sqrt((gap[:before] ** 2).mean()))
    sentence = f"Trước mốc bắt đầu, tổ hợp đơn vị so sánh lệch số thật bình quân {number(off, 3)} (căn bậc hai của trung bình bình phương)"
    if len(placebos):
        usual = float(np.median(np.sqrt((placebos[:, :before] ** 2).mean(axis=1))))
        sentence += f"; ở các đơn vị so sánh được gán thử kế hoạch, mức lệch trung vị là {number(usual, 3)}"
    return CheckResult("prefit", None, sentence + ".", is_required=False, value=off)
