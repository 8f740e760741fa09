"""Synthetic control: the treated unit against the weighted mean of comparison units that followed it before the start.

Abadie, Diamond and Hainmueller (2010); demeaned as in Ferman and Pinto (2021). Inference is by placebos in space: each
comparison unit is given the plan in turn, with the treated unit left out, and the estimate takes its rank among them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd

from analysis.estimate.every_unit import EveryUnit, ranks
from analysis.estimate.gaps import Matching, RankedBy, Rows, effect_of_matching, rmspe_ratio
from analysis.estimate.matrix import Guards, Matrix, PanelMatrix, matrix_of
from analysis.estimate.predictors import Predictor, PredictorDesign, predictor_design
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult, EffectEstimate
from analysis.estimate.simplex import simplex_weights
from analysis.estimate.simplex_many import LEAST_DECREASE, VANISHING, Problems, Solver, frank_wolfe_weights
from analysis.text import enumerate_vi, percent

MAX_PREDICTOR_GROUPS = 99  # each needs its own search for predictor weights

_ESTIMAND_VI = "chênh lệch trung bình, từ mốc bắt đầu, so với tổ hợp các đơn vị so sánh "
ESTIMAND_VI = {
    "synthetic_control": _ESTIMAND_VI + "có điểm trước đó sát nhất",
    "demeaned_synthetic_control": _ESTIMAND_VI + "có biến động trước đó sát nhất, sau khi trừ mức trước đó của chính từng đơn vị",
    "predictor_synthetic_control": _ESTIMAND_VI + "giống nhất về các biến dự báo đã nêu",
}


def synthetic_control(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    demeaned: bool = False,
    predictors: Sequence[Predictor] | None = None,
    predictor_weights: Sequence[float] | None = None,
    training_predictors: Sequence[Predictor] | None = None,
    fit_periods: Collection[Any] | None = None,
    statistic: RankedBy = "att",
    solver: Solver = "frank_wolfe",
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Mean gap, from ``start`` on, to the simplex-weighted mean of comparison units that fits the periods before best.

    ``panel`` is long, one row a (unit, time); what it may hold and when it is refused is said by ``matrix_of``, ``guards`` by
    ``Guards``. All outcomes before are matched by least squares; ``demeaned`` first takes each unit's mean before from it,
    so that only movements are matched. With several treated units their mean is matched. ``solver``: ``frank_wolfe`` stops
    where the authors of synthetic difference-in-differences stop, which published figures rest on (California: -19.6197 packs,
    not yet at the minimum); ``exact`` is the minimum itself (-19.5136), which reports and calibration use. Placebos, and
    designs with predictors, are always fitted exactly.

    With ``predictors`` those are matched instead, each weighted by ``predictor_weights`` (for predictors in standard
    deviations) or, where not given, by what best foretells the outcomes before; ``fit_periods`` narrows these to some, and
    ``training_predictors`` stand for the predictors during that choice (cross-validation as in Abadie, Diamond and
    Hainmueller 2015: predictors of 1971-1980 are to foretell 1981-1990, then those of 1981-1990 are matched).

    ``p_rank`` ranks the mean gap among placebos or, with ``rmspe_ratio``, the root mean squared gap after over that before; the
    interval holds the constant effects which that rank does not reject, and ``mde`` what it finds. There is no standard error
    and no exact p. ``donor_weights`` lists all comparison units; the check ``prefit`` says how close the fit before was.

    Raises ``DesignRefused``, also where treated units start in different periods.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    if predictors is None:
        matching = _outcomes_matched(matrix, solver, demeaned=demeaned)
    elif demeaned:
        raise DesignRefused("Cách trừ mức trung bình trước đó chỉ dùng khi ghép theo chính kết quả, không dùng cùng biến dự báo.")
    else:
        design = predictor_design(
            panel,
            matrix,
            unit=unit,
            time=time,
            predictors=predictors,
            predictor_weights=predictor_weights,
            training_predictors=training_predictors,
            fit_periods=fit_periods,
        )
        matching = _predictors_matched(matrix, design)
    return effect_of_matching(matrix, matching, start=start, level=level, statistic=statistic, seed=seed)


def demeaned_before(outcomes: Matrix, before: int) -> Matrix:
    """Each unit's outcomes less its own mean before the start; N × T in and out."""
    return np.asarray(outcomes - outcomes[:, :before].mean(axis=1, keepdims=True))


@dataclass(frozen=True, kw_only=True)
class EveryRatio(EveryUnit):
    """``EveryUnit`` ranked by the RMSPE ratio: ``gaps`` (N × T) of each unit treated alone, ``placebo_ratios`` (N × N) as ``placebos``."""

    gaps: Matrix
    before: int
    placebo_ratios: Matrix

    def p_rank(self, effect: float = 0.0) -> Matrix:
        """Ranks of the ratios with ``effect`` added to each treated unit from the start on."""
        added = np.where(np.arange(self.gaps.shape[1]) < self.before, 0.0, effect)
        return ranks(rmspe_ratio(self.gaps + added, self.before), self.placebo_ratios)


def every_synthetic_control(outcomes: Matrix, _clock: Matrix, before: int) -> EveryUnit:
    """``synthetic_control`` with each unit treated alone."""
    return _mean_gaps(*_every_gap(outcomes, before), before)


def every_demeaned_synthetic_control(outcomes: Matrix, _clock: Matrix, before: int) -> EveryUnit:
    """``synthetic_control(demeaned=True)`` with each unit treated alone."""
    return _mean_gaps(*_every_gap(demeaned_before(outcomes, before), before), before)


def every_synthetic_control_ratio(outcomes: Matrix, _clock: Matrix, before: int) -> EveryRatio:
    """``synthetic_control(statistic="rmspe_ratio")`` with each unit treated alone."""
    gaps, placebos = _every_gap(outcomes, before)
    ranked_by_att = _mean_gaps(gaps, placebos, before)
    return EveryRatio(ranked_by_att.estimates, ranked_by_att.placebos, gaps=gaps, before=before, placebo_ratios=rmspe_ratio(placebos, before))


def weights_without(before: Matrix) -> Matrix:
    """N × N × N: [j, i] are the simplex weights of unit i on all units but i and j, zero at those; [i, i] on all units but i.

    ``before`` is N × T0. Leaving out a donor without weight changes nothing, so only donors with weight are refitted.
    """
    count = len(before)
    found = np.zeros((count, count, count))
    for treated in range(count):
        others = np.delete(np.arange(count), treated)
        found[:, treated, others] = simplex_weights(before[others].T, before[treated])
        for left_out in np.flatnonzero(found[treated, treated]):
            donors = np.delete(np.arange(count), np.array([treated, left_out]))
            found[left_out, treated] = 0.0
            found[left_out, treated, donors] = simplex_weights(before[donors].T, before[treated])
    return found


def _outcomes_matched(matrix: PanelMatrix, solver: Solver, *, demeaned: bool) -> Matching:
    values = demeaned_before(matrix.outcomes, matrix.before_count) if demeaned else matrix.outcomes
    before, treated = values[:, : matrix.before_count], np.flatnonzero(matrix.is_treated)

    def weigh(rows: Rows, donors: Rows) -> Matrix:
        target = before[rows].mean(axis=0)
        if solver == "frank_wolfe" and np.array_equal(rows, treated):
            return _published_weights(before[donors], target)
        return simplex_weights(before[donors].T, target)

    method = "demeaned_synthetic_control" if demeaned else "synthetic_control"
    return Matching(values, weigh, method, ESTIMAND_VI[method])


def _published_weights(donors: Matrix, target: Matrix) -> Matrix:
    """As the R package synthdid gets them, with a ridge and a stop that scale with the donors' yearly changes."""
    noise = np.diff(donors, axis=1).std(ddof=1, keepdims=True)[0]
    problem = Problems(donors.T[None], target[None], len(target) * (VANISHING * noise) ** 2)
    return np.asarray(frank_wolfe_weights(problem, (LEAST_DECREASE * noise) ** 2)[0])


def _predictors_matched(matrix: PanelMatrix, design: PredictorDesign) -> Matching:
    shares = design.weights_of(np.flatnonzero(matrix.is_treated), np.flatnonzero(~matrix.is_treated))
    told = enumerate_vi([f"{name} {percent(float(share))}" for name, share in zip(design.names, shares, strict=True)])
    check = CheckResult("predictor_weights", None, f"Trọng số của các biến dự báo: {told}.", is_required=False)
    method = "predictor_synthetic_control"
    return Matching(matrix.outcomes, design.weigh, method, ESTIMAND_VI[method], MAX_PREDICTOR_GROUPS, (check,))


def _every_gap(values: Matrix, before: int) -> tuple[Matrix, Matrix]:
    """Gaps of each unit treated alone (N × T), and [j, i] of placebo i with unit j left out (N × N × T), NaN where j is i."""
    gaps = values - weights_without(values[:, :before]) @ values
    own = np.diagonal(gaps).T.copy()
    gaps[np.arange(len(values)), np.arange(len(values))] = np.nan
    return own, gaps


def _mean_gaps(gaps: Matrix, placebos: Matrix, before: int) -> EveryUnit:
    return EveryUnit(gaps[:, before:].mean(axis=1), placebos[..., before:].mean(axis=-1))
