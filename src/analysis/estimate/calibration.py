"""Calibration, the heart: how often does a method cry wolf on this very panel, and what could it find?

The plan is given to every unit and start that had none. Since nothing happened there, each p-value at most alpha is a false
alarm; an effect of declared size, added to the treated unit from the start on, measures power.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis.estimate.difference import every_demeaned
from analysis.estimate.every_unit import EveryUnitOf
from analysis.estimate.inference import POWER, SIGNIFICANCE, SMALLEST_SPREAD, minimum_detectable_effect, rank_mde
from analysis.estimate.matrix import Matrix, refuse_form
from analysis.estimate.methods import Estimator, Method, method_of
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import Calibration, EffectEstimate, Statistic

EFFECT_SD = 2.8  # in standard deviations of the placebo estimates of ``demeaned_did``: 80 % power for a test that wastes nothing
MIN_BEFORE = 2
MIN_UNITS = 10  # with fewer, a share of false alarms says next to nothing


@dataclass(frozen=True)
class Cell:
    """One outcome and start of a panel whose units are all observed in every period used."""

    outcome: str
    start: object
    outcomes: Matrix
    units: tuple[Any, ...]
    times: tuple[Any, ...]
    clock: Matrix
    before: int


@dataclass(frozen=True)
class PlaceboRuns:
    """What happened to each placebo plan of a method: arrays of cells × units; ``is_covered`` is None without intervals."""

    is_alarm: NDArray[np.bool_]
    is_found: NDArray[np.bool_]
    is_covered: NDArray[np.bool_] | None


def calibrate(
    panel: pd.DataFrame,
    estimator: Estimator | Method,
    *,
    unit: str,
    time: str,
    outcome: str | Sequence[str],
    starts: Sequence[object] | None = None,
    had_plan: Collection[Any] = (),
    alpha: float = SIGNIFICANCE,
    effect_sd: float = EFFECT_SD,
    effect: float | None = None,
    statistic: Statistic | None = None,
    **options: Any,
) -> Calibration:
    """False alarms, power and coverage of ``estimator`` when every unit and start that had no plan is given one.

    ``panel`` is long, one row a (unit, time), with one column an ``outcome``. Only units observed in every period of an outcome
    take part; ``had_plan`` names units that had a plan and are left out altogether. ``starts`` are the placebo starts, by default
    every period with two periods before. ``effect`` is in the outcome's unit; without it the effect is ``effect_sd`` standard
    deviations of the demeaned comparison's placebo estimates in the same cell, one yardstick for all methods (with it, the
    result's ``effect_sd`` tells how many such deviations it is, on average over cells). ``statistic``
    chooses the p-value, by default the one the method is judged by. ``options`` go to the estimator; with any, or for an
    estimator without a fast form, it is called once for every placebo plan and effect, otherwise closed forms and shared weights
    serve.

    Raises ``DesignRefused`` for what is no panel of numbers, fewer than ten units, no start, an outcome that does not vary, or an
    estimator that does not give the statistic.
    """
    if not 0 < alpha < 1 or statistic not in (None, "exact", "rank"):
        raise DesignRefused(f"alpha phải lớn hơn 0 và nhỏ hơn 1, statistic là exact hoặc rank; gặp alpha = {alpha}, statistic = {statistic}.")
    method, chosen = method_of(estimator), cells(panel, unit=unit, time=time, outcome=outcome, starts=starts, had_plan=had_plan)
    judged_by = statistic or method.statistic
    every = None if options else method.every
    spreads = [_placebo_spread(cell) for cell in chosen]
    runs = []
    for cell, spread in zip(chosen, spreads, strict=True):
        size = effect_sd * spread if effect is None else effect
        runs.append(_fast_runs(cell, every, size, alpha, judged_by) if every else _slow_runs(cell, method.ask, size, alpha, judged_by, options))
    told = effect_sd if effect is None else float(np.mean([effect / spread for spread in spreads]))
    return _summary(chosen, runs, method.name, judged_by, alpha, told)


def cells(
    panel: pd.DataFrame, *, unit: str, time: str, outcome: str | Sequence[str], starts: Sequence[object] | None, had_plan: Collection[Any] = ()
) -> list[Cell]:
    """The outcomes and starts that placebo plans are given to, each with its units of complete record."""
    if isinstance(had_plan, str):
        raise DesignRefused(f"Các đơn vị đã có kế hoạch phải là một danh sách; gặp chuỗi “{had_plan}”.")
    found = []
    for name in [outcome] if isinstance(outcome, str) else outcome:
        refuse_form(panel, unit, time, name)
        held = panel[~panel[unit].isin(list(had_plan))]
        wide = held.pivot(index=unit, columns=time, values=name).sort_index().sort_index(axis=1).astype(float)
        wide = wide.replace([np.inf, -np.inf], np.nan).dropna()
        if len(wide) < MIN_UNITS:
            raise DesignRefused(f"Chỉ có {len(wide)} đơn vị có đủ các kỳ của “{name}”; cần ít nhất {MIN_UNITS} để đo tỷ lệ báo động nhầm.")
        times = tuple(wide.columns)
        clock = wide.columns.to_numpy(dtype=np.float64) if pd.api.types.is_numeric_dtype(wide.columns) else np.arange(len(times), dtype=np.float64)
        for start in times[MIN_BEFORE:] if starts is None else starts:
            before = sum(period < start for period in times)
            if MIN_BEFORE <= before < len(times):
                found.append(Cell(name, start, np.ascontiguousarray(wide.to_numpy(dtype=np.float64)), tuple(wide.index), times, clock, before))
    if not found:
        raise DesignRefused(f"Không có mốc bắt đầu nào có ít nhất {MIN_BEFORE} kỳ trước và một kỳ sau để thử.")
    return found


def mde(panel: pd.DataFrame, estimator: Estimator, *, power: float = POWER, alpha: float = SIGNIFICANCE, **design: Any) -> float:
    """Smallest true effect that ``estimator`` would find with ``power`` at the two-sided ``alpha``, in the outcome's unit.

    ``design`` are the arguments of the estimator. The spread comes from comparison units alone, so that what happened to the
    treated unit after the start plays no part and the figure may be told before the estimate. Raises ``DesignRefused``.
    """
    found = estimator(panel, **design)
    if found.mde is not None and (power, alpha) == (POWER, SIGNIFICANCE):
        return found.mde
    placebos = np.empty(0) if found.placebos is None else found.placebos.to_numpy(dtype=np.float64)
    if found.df is not None and found.mde is not None and found.mde != rank_mde(placebos):  # that of a t test
        std_error = found.mde / minimum_detectable_effect(1.0, found.df)
        return minimum_detectable_effect(std_error, found.df, power, alpha)
    smallest = rank_mde(placebos, power, alpha)
    if smallest is None:
        raise DesignRefused(f"Chỉ có {found.n_placebos} đơn vị so sánh để xếp hạng, không đủ để kết luận ở mức {alpha:g}.")
    return smallest


def _placebo_spread(cell: Cell) -> float:
    """Standard deviation of the demeaned comparison's placebo estimates."""
    spread = float(every_demeaned(cell.outcomes, cell.clock, cell.before).estimates.std(ddof=1))
    if not spread > SMALLEST_SPREAD * max(1.0, float(np.abs(cell.outcomes).max())):
        raise DesignRefused(f"“{cell.outcome}” không biến động giữa các đơn vị quanh mốc {cell.start} nên không đo được tỷ lệ báo động nhầm.")
    return spread


def _fast_runs(cell: Cell, every: EveryUnitOf, effect: float, alpha: float, statistic: Statistic) -> PlaceboRuns:
    runs = every(cell.outcomes, cell.clock, cell.before)
    null, shifted = (runs.p_exact(), runs.p_exact(effect)) if statistic == "exact" else (runs.p_rank(), runs.p_rank(effect))
    if null is None or shifted is None:
        raise DesignRefused("Cách tính này không có giá trị p chính xác; hãy đo theo thứ hạng.")
    covered = None
    if statistic == "exact" and runs.std_errors is not None and runs.df is not None:
        covered = np.abs(runs.estimates) <= stdtrit(runs.df, 1 - alpha / 2) * runs.std_errors
    return PlaceboRuns(null <= alpha, shifted <= alpha, covered)


def _slow_runs(cell: Cell, estimator: Estimator, effect: float, alpha: float, statistic: Statistic, options: dict[str, Any]) -> PlaceboRuns:
    """One call a placebo plan and effect; for estimators or options without a fast form."""
    long = pd.DataFrame(cell.outcomes, index=list(cell.units), columns=list(cell.times)).rename_axis("unit").reset_index()
    long = long.melt(id_vars="unit", var_name="time", value_name="outcome").astype({"outcome": float})
    rows = [
        [_one(long.assign(outcome=_moved(long, name, cell, size)), estimator, name, cell, options) for size in (0.0, effect)] for name in cell.units
    ]
    chosen = [[found.p_exact if statistic == "exact" else found.p_rank for found in pair] for pair in rows]
    if any(p is None for pair in chosen for p in pair):
        raise DesignRefused("Cách tính này không cho giá trị p được hỏi.")
    p_values = np.array(chosen, dtype=np.float64)
    intervals = [(pair[1].ci_low, pair[1].ci_high) for pair in rows]
    covered = None
    if all(low is not None and high is not None for low, high in intervals):
        bounds = np.array(intervals, dtype=np.float64)
        covered = (bounds[:, 0] <= effect) & (effect <= bounds[:, 1])
    return PlaceboRuns(p_values[:, 0] <= alpha, p_values[:, 1] <= alpha, covered)


def _moved(long: pd.DataFrame, name: Any, cell: Cell, effect: float) -> pd.Series:
    is_after = long["time"].isin(cell.times[cell.before :])
    return long["outcome"] + effect * ((long["unit"] == name) & is_after)


def _one(long: pd.DataFrame, estimator: Estimator, name: Any, cell: Cell, options: dict[str, Any]) -> EffectEstimate:
    return estimator(long, unit="unit", time="time", outcome="outcome", treated=[name], start=cell.times[cell.before], **options)


def _summary(chosen: list[Cell], runs: list[PlaceboRuns], method: str, statistic: Statistic, alpha: float, effect_sd: float) -> Calibration:
    alarms = np.concatenate([run.is_alarm for run in runs]).astype(float)
    names = np.concatenate([np.array([str(name) for name in cell.units], dtype=object) for cell in chosen])
    covers = [run.is_covered for run in runs if run.is_covered is not None]
    return Calibration(
        false_alarm_rate=float(alarms.mean()),
        placebos_count=len(alarms),
        power=float(np.concatenate([run.is_found for run in runs]).mean()),
        method=method,
        statistic=statistic,
        alpha=alpha,
        monte_carlo_error=_clustered_error(alarms, names),
        coverage=float(np.concatenate(covers).mean()) if len(covers) == len(runs) else None,
        effect_sd=effect_sd,
        units_count=len(set(names)),
        cells_count=len(chosen),
    )


def _clustered_error(alarms: Matrix, names: NDArray[np.object_]) -> float:
    """Standard error of a share whose draws repeat the same units: spread of the units' sums."""
    sums = pd.Series(alarms - alarms.mean()).groupby(names).sum().to_numpy()
    count = len(sums)
    return float(np.sqrt(count / (count - 1) * (sums**2).sum()) / len(alarms))
