"""Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg, Imbens and Wager, American Economic Review 2021).

A double difference in which comparison units are weighted so that they ran parallel to the treated before the start, and the
periods before so that they foretell the periods after. Error, rank and detectable effect come from one and the same set of
placebos, so they cannot contradict one another.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.assembled import effect_of
from analysis.estimate.every_unit import EveryUnit
from analysis.estimate.inference import SMALLEST_SPREAD, Fit, minimum_detectable_effect, placebo_groups, rank_p
from analysis.estimate.matrix import Guards, Matrix, PanelMatrix, matrix_of
from analysis.estimate.one_start import curve_by_period, refuse_staggered
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.simplex_many import LEAST_DECREASE, VANISHING, Problems, Solver, each_alone, frank_wolfe_weights, ridge_weights

TimeWeights = Literal["estimated", "uniform"]
Ridge = Literal["noise", "vanishing"]
Rows = NDArray[np.int64]

ESTIMAND_VI = "chênh lệch của nhóm được xét so với nhóm đối chứng tổng hợp, sau khi trừ chênh lệch (có trọng số) ở các kỳ trước"
BEFORE_NEEDED = 2  # the noise level is the spread of changes from one period to the next
MIN_POOL = 2
PLACEBO_GROUPS = 500  # where several units are treated


@dataclass(frozen=True)
class Choices:
    """How the weights are got; see ``synthetic_did``."""

    solver: Solver = "frank_wolfe"
    time_weights: TimeWeights = "estimated"
    ridge: Ridge = "noise"


@dataclass(frozen=True)
class Fits:
    """P designs of one size: ``units`` P × m over each pool, ``times`` P × before, ``curves`` P × T effects by period."""

    units: Matrix
    times: Matrix
    curves: Matrix

    @property
    def estimates(self) -> Matrix:
        """Mean effect over the periods after."""
        return np.asarray(self.curves[:, self.times.shape[1] :].mean(axis=1))


def synthetic_did(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    time_weights: TimeWeights = "estimated",
    ridge: Ridge = "noise",
    solver: Solver = "frank_wolfe",
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Effect on the treated: treated less weighted comparison units, after less weighted periods before.

    ``panel`` is long, one row a (unit, time); what it may hold and when it is refused is said by ``matrix_of``, ``guards`` by
    ``Guards``; all treated units share one ``start``, with two periods before. Both sets of weights are ≥ 0, sum to one and
    leave a constant gap free; unit weights carry a ridge penalty with ζ = (treated × periods after)^¼ × standard deviation
    of the comparison units' changes between periods before.

    ``time_weights="uniform"`` gives every period before the same weight: a demeaned synthetic control. ``ridge="vanishing"``
    puts 1e-6 in place of the first factor of ζ; with uniform time weights that is the paper's DIFP. ``solver``: ``frank_wolfe``
    stops where the authors' package stops, which published figures rest on; ``exact`` is the minimum that the paper defines,
    many times quicker, and what ``every_synthetic_did`` calibrates. The two differ by far less than a standard error
    (California: -15.6038 and -15.6054 packs, error 9.4).

    Placebos are the comparison units, each in turn given the plan with the treated left out (Algorithm 4), or groups of them
    of the treated's number, at most 500 drawn with ``seed``; weights and noise level are found anew for each. ``std_error`` is
    their standard deviation (divisor: their number), ``df`` the comparison units less one, and ``mde`` rests on the placebos
    alone. The errors of ``by_period`` are the spreads of the placebos' own curves. Too few comparison units for placebos leave
    all these None.

    Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    _refuse_unsuited(matrix)
    choices, size = Choices(solver, time_weights, ridge), int(matrix.is_treated.sum())
    rows, others = np.flatnonzero(matrix.is_treated), np.flatnonzero(~matrix.is_treated)
    own = fits(matrix.outcomes, matrix.before_count, rows[None, :], others[None, :], choices)
    placebos = _placebo_fits(matrix, others, size, seed, choices)
    controls = list(matrix.controls)
    return effect_of(
        matrix,
        start=start,
        level=level,
        method="synthetic_did" if time_weights == "estimated" else "synthetic_did_uniform_time",
        estimand_vi=ESTIMAND_VI,
        estimate=float(own.estimates[0]),
        donor_weights=pd.Series(own.units[0], index=controls, name="weight"),
        time_weights=pd.Series(own.times[0], index=list(matrix.times[: matrix.before_count]), name="weight"),
        by_period=_by_period(matrix, own.curves[0], placebos, level),
        seed=None if size == 1 else seed,
        **({} if placebos is None else _inference(float(own.estimates[0]), placebos.estimates, controls, size, level)),
    )


def every_synthetic_did(outcomes: Matrix, clock: Matrix, before: int) -> EveryUnit:  # noqa: ARG001 - the form of ``EveryUnitOf``
    """``synthetic_did`` with ``solver="exact"`` and each unit treated alone; ``clock`` plays no part. Raises ``DesignRefused``."""
    count, choices = len(outcomes), Choices(solver="exact")
    alone = np.arange(count)[:, None]
    left_out, given = np.nonzero(~np.eye(count, dtype=bool))
    estimates = fits(outcomes, before, alone, _without(count, alone), choices).estimates
    pools = _without(count, np.column_stack([left_out, given]))
    placebos = np.full((count, count), np.nan)
    placebos[left_out, given] = fits(outcomes, before, given[:, None], pools, choices).estimates
    return EveryUnit(estimates, placebos, np.nanstd(placebos, axis=1), count - 2)


def fits(outcomes: Matrix, before: int, groups: Rows, pools: Rows, choices: Choices) -> Fits:
    """One design a row: units ``groups`` (P × size) given the plan, units ``pools`` (P × m, ascending) to weight.

    ``outcomes`` is N × T. Raises ``DesignRefused`` where a pool does not vary before the start.
    """
    distinct, which = np.unique(pools, axis=0, return_inverse=True)
    noise, which = _noise(outcomes[distinct, :before]), which.reshape(-1)
    times = _time_weights(outcomes[distinct], before, noise, choices)[which]
    targets, donors = outcomes[groups].mean(axis=1), outcomes[pools]
    after = outcomes.shape[1] - before
    strength = VANISHING if choices.ridge == "vanishing" else float((groups.shape[1] * after) ** 0.25)
    units = _unit_weights(donors[:, :, :before], targets[:, :before], strength, noise[which], choices)
    gaps = targets - np.matmul(units[:, None, :], donors)[:, 0, :]
    return Fits(units, times, gaps - (gaps[:, :before] * times).sum(axis=1, keepdims=True))


def _refuse_unsuited(matrix: PanelMatrix) -> None:
    refuse_staggered(matrix)
    if matrix.before_count < BEFORE_NEEDED:
        raise DesignRefused(f"Cách tính này cần ít nhất {BEFORE_NEEDED} kỳ trước mốc bắt đầu; chỉ có {matrix.before_count}.")


def _without(count: int, left_out: Rows) -> Rows:
    """All of ``count`` units but those of each row, ascending."""
    is_kept = np.ones((len(left_out), count), dtype=bool)
    np.put_along_axis(is_kept, left_out, False, axis=1)
    return np.nonzero(is_kept)[1].reshape(len(left_out), -1)


def _noise(before: Matrix) -> Matrix:
    """Standard deviation of all changes from one period to the next in each pool; ``before`` is P × m × periods."""
    noise = np.diff(before, axis=2).std(axis=(1, 2), ddof=1)
    if not (noise > SMALLEST_SPREAD * np.maximum(1.0, np.abs(before).max(axis=(1, 2)))).all():
        raise DesignRefused("Kết quả không biến động giữa các kỳ trước ở các đơn vị so sánh nên không tính được trọng số.")
    return np.asarray(noise)


def _time_weights(donors: Matrix, before: int, noise: Matrix, choices: Choices) -> Matrix:
    """Weights of the periods before with which each pool's past foretells its mean after, up to a constant; P × before."""
    if choices.time_weights == "uniform":
        return np.full((len(donors), before), 1 / before)
    centred = donors - donors.mean(axis=1, keepdims=True)
    ridges = donors.shape[1] * (VANISHING * noise) ** 2
    problems = Problems(centred[:, :, :before], centred[:, :, before:].mean(axis=2), ridges)
    return each_alone(problems) if choices.solver == "exact" else frank_wolfe_weights(problems, (LEAST_DECREASE * noise) ** 2)


def _unit_weights(donors: Matrix, targets: Matrix, strength: float, noise: Matrix, choices: Choices) -> Matrix:
    """Weights of the pool's units (P × m) that run parallel to the targets before the start."""
    columns = (donors - donors.mean(axis=2, keepdims=True)).transpose(0, 2, 1)
    ridges = donors.shape[2] * (strength * noise) ** 2
    problems = Problems(columns, targets - targets.mean(axis=1, keepdims=True), ridges)
    if choices.solver == "frank_wolfe":
        return frank_wolfe_weights(problems, (LEAST_DECREASE * noise) ** 2)
    return each_alone(problems) if choices.ridge == "vanishing" else ridge_weights(problems)


def _placebo_fits(matrix: PanelMatrix, others: Rows, size: int, seed: int, choices: Choices) -> Fits | None:
    if len(others) < size + MIN_POOL:
        return None
    groups = placebo_groups(len(others), size, seed, PLACEBO_GROUPS)
    return fits(matrix.outcomes, matrix.before_count, others[groups], others[_without(len(others), groups)], choices)


def _inference(estimate: float, placebos: Matrix, controls: list[Any], size: int, level: float) -> dict[str, Any]:
    """All that rests on the placebos."""
    std_error, df = float(placebos.std()), len(controls) - 1
    if not std_error > SMALLEST_SPREAD * max(1.0, float(np.abs(placebos).max())):
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số.")
    fit, source = Fit(estimate, std_error, df), f"t, placebo standard error, {df} df"
    ci_low, ci_high = fit.interval(level)
    return {
        "std_error": std_error,
        "df": df,
        "ci_low": ci_low,
        "ci_high": ci_high,
        "ci_from": source,
        "p_exact": fit.p_value,
        "p_exact_from": source,
        "p_rank": rank_p(estimate, placebos),
        "p_rank_from": "placebos in space",
        "n_placebos": len(placebos),
        "placebos": pd.Series(placebos, index=controls if size == 1 else None, name="estimate"),
        "mde": minimum_detectable_effect(std_error, df),
    }


def _by_period(matrix: PanelMatrix, curve: Matrix, placebos: Fits | None, level: float) -> pd.DataFrame:
    if placebos is None:
        return curve_by_period(matrix, curve)
    quantile = Fit(0.0, 1.0, len(matrix.controls) - 1).interval(level)[1]
    return curve_by_period(matrix, curve, placebos.curves.std(axis=0), quantile)
