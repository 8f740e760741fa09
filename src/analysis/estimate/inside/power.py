"""What a planned roll-out could find: the very test it will be judged by, on the office's own noise, before anything is spent."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import text
from analysis.estimate.inference import POWER, SIGNIFICANCE
from analysis.estimate.inside.assignment import Mechanism, mechanism_of
from analysis.estimate.inside.cells import Cells, Integers, cells_of
from analysis.estimate.inside.clustered import clustered_fit
from analysis.estimate.inside.doses import dose_of, known_at
from analysis.estimate.inside.start_weights import imputation_weights
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

DRAWS = 400
LOTS = 199
MONTHS_BEFORE = 12
FEWEST_MONTHS = 24  # of the past: a year or so shows neither how a unit drifts from one year to the next nor a second turn of the seasons
CURVE_POINTS = 33
CURVE_END = 1.7  # times the effect at which a normal test has 80 % power
NORMAL_REACH = 2.8  # standard errors at which a two-sided 5 % test has 80 % power
DOSE_LAGS = 6
QUARTER_DELAYS = (0, 1, 2)  # months by which a start known only to its quarter may be later than its first month
Shape = Literal["step", "adstock"]


@dataclass(frozen=True)
class Rollout:
    """A planned roll-out on months of its own: ``starts`` (N) and ``lots`` (R × N) count from the first of ``months_count`` months.

    ``weights`` (N) are the units' sizes, all 1 without. ``path`` (months) is the effect by months since the start as a share of its
    lasting level.
    """

    starts: Integers
    lots: Integers
    months_count: int
    weights: Matrix
    path: Matrix


@dataclass(frozen=True)
class Simulated:
    """``curve``: one row an ``effect`` with ``power`` and ``monte_carlo_error``; spread of the estimate; false alarms of the one lot planned."""

    curve: pd.DataFrame
    spread: float
    lot_false_alarm_rate: float


@dataclass(frozen=True)
class PowerResult:
    """What the test of ``stepped_wedge`` would find of an effect whose lasting level is given in the outcome's unit.

    ``mde`` is the smallest such level found with 80 % power at the two-sided 5 % level, None where there are too few lots; ``mde_error`` its
    Monte Carlo error. ``curve``: one row an ``effect`` with ``power`` and ``monte_carlo_error``. Power and ``false_alarm_rate``, the
    power at no effect, are those of the mechanism: over noise and over what the lot may turn out to be, as randomization inference
    promises. ``lot_false_alarm_rate`` is that of the planned lot alone, which may put noisier units on one side; for the record, not for
    choosing lots. ``std_error`` is the spread of the estimate over both. ``compared_months`` are months with units on both sides; ``past_months``
    those of the past that the noise was drawn from, the first ``past_first`` and the last ``past_last`` (YYYY-MM).
    """

    mde: float | None
    mde_error: float | None
    curve: pd.DataFrame
    false_alarm_rate: float
    false_alarm_error: float
    lot_false_alarm_rate: float
    std_error: float
    units_count: int
    clusters_count: int
    waves_count: int
    months_count: int
    compared_months: int
    past_months: int
    past_first: str
    past_last: str
    draws: int
    lots_count: int
    shape: Shape
    decay: float
    seed: int
    data_hash: str
    notes_vi: tuple[str, ...] = ()


def design_power(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    waves: pd.DataFrame,
    seed: int,
    months_before: int = MONTHS_BEFORE,
    months_after: int = 0,
    shape: Shape = "step",
    decay: float = 0.0,
    vague_share: float = 0.0,
    cluster: str | None = None,
    weights: str | None = None,
    dose: str | None = None,
    draws: int = DRAWS,
    lots: int = LOTS,
    block_months: int | None = None,
) -> PowerResult:
    """The minimum detectable effect of the roll-out ``waves`` (see ``mechanism_of``) by simulation on residuals of ``panel``.

    Outcome less unit and month effects (and, with ``dose``, less a fitted distributed lag of ``DOSE_LAGS`` months of it) is resampled: each
    noise cluster (``cluster``, None: the unit) keeps its units and is given ``block_months`` consecutive months of its own (None: as many
    as the study has), from a month drawn at random, the history joined end to end; so serial and within-cluster correlation stay. The
    study has ``months_before`` the first start and ``months_after`` the month of the last one. ``step`` is there from the start; ``adstock``
    grows to its lasting level as a constant dose carries over with ``decay``. ``vague_share`` of the starts are known only to
    their quarter and come up to two months later than assumed. Missing cells are filled from the same unit's other months.

    Raises ``DesignRefused`` as ``cells_of`` and ``mechanism_of`` do, where fewer than two waves have units in the panel, and for a past
    of fewer than ``FEWEST_MONTHS`` months.
    """
    _refuse(decay, vague_share, months_before, months_after, block_months)
    mechanism = mechanism_of(waves, unit)
    held = panel[panel[unit].isin(mechanism.units)] if unit in panel else panel
    cells = cells_of(held, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster)
    residuals, cells = _residuals(cells, held, unit, time, dose)
    if residuals.shape[1] < FEWEST_MONTHS:
        raise DesignRefused(
            f"Mới có {residuals.shape[1]} tháng số liệu quá khứ, cần ít nhất {FEWEST_MONTHS} tháng; ít hơn thì mức tính ra lạc quan hơn thực tế."
        )
    plan = _rollout(cells, mechanism, months_before, months_after, _path(shape, decay), lots, seed)
    block = min(block_months or plan.months_count, residuals.shape[1])
    noise = resampled(residuals, cells.clusters, plan.months_count, block, draws, np.random.default_rng(seed))
    notes, without = cells.notes_vi, len(mechanism.units) - len(cells.units)
    if without:
        notes = (*notes, f"{without} đơn vị trong bảng phân đợt không có số liệu quá khứ nên không tính vào.")
    if plan.months_count > residuals.shape[1]:
        notes = (*notes, f"Đợt triển khai dài {plan.months_count} tháng, quá khứ chỉ có {residuals.shape[1]} tháng: mức tính ra có thể lạc quan.")
    return _result(plan, noise, vague_share, cells, mechanism, shape=shape, decay=decay, seed=seed, notes_vi=notes)


def resampled(residuals: Matrix, clusters: Integers, months: int, block: int, draws: int, rng: np.random.Generator) -> Matrix:
    """Noise, draws × N × ``months``: blocks of ``block`` consecutive months of whole clusters, from residuals N × T closed to a ring."""
    known, count = residuals.shape[1], -(-months // block)
    begins = rng.integers(known, size=(draws, int(clusters.max()) + 1, count))
    at = ((begins[..., None] + np.arange(block)) % known).reshape(draws, -1, count * block)[..., :months]
    return np.asarray(residuals[np.arange(len(residuals))[None, :, None], at[:, clusters, :]])


def power_of(plan: Rollout, noise: Matrix, vague_share: float = 0.0) -> Simulated:
    """The test over lots on ``noise`` (draws × N × months), each draw with another lot as the one drawn, at every size of effect.

    The estimate is linear in the outcome, so one product of weights and noise, and one of weights and effects, give all tests; both signs
    of the noise are used. Raises ``DesignRefused`` where no month has units on both sides.
    """
    lots = np.vstack([plan.starts[None, :], plan.lots])
    weights = imputation_weights(np.repeat(plan.weights[:, None], plan.months_count, axis=1), lots)
    if np.isnan(weights[0]).any():
        raise DesignRefused("Không có tháng nào vừa có đơn vị đã triển khai vừa có đơn vị chưa triển khai, nên không có gì để so.")
    flat = np.nan_to_num(weights).reshape(len(weights), -1)
    chance = flat @ noise.reshape(len(noise), -1).T
    moved = flat @ _effects(plan, lots, vague_share).reshape(len(lots), -1).T
    drawn, spread = np.arange(len(noise)) % len(lots), float(chance.std())
    effects = np.linspace(0.0, CURVE_END * NORMAL_REACH * spread / max(float(moved.diagonal().mean()), 0.05), CURVE_POINTS)
    found = [np.mean([_rejected(chance, sign * effect * moved[:, drawn], drawn) for sign in (-1, 1)], axis=0) for effect in effects]
    errors = np.array([row.std() / np.sqrt(len(row)) for row in found])
    curve = pd.DataFrame({"effect": effects, "power": [float(row.mean()) for row in found], "monte_carlo_error": errors})
    return Simulated(curve, spread, float(_rejected(chance, np.zeros(1), np.zeros_like(drawn)).mean()))


def _rejected(chance: Matrix, moved: Matrix, drawn: Integers) -> Matrix:
    """Whether the test over lots (rows) rejects, for each draw (columns) with its own lot drawn."""
    seen = np.abs(chance + moved)
    own = seen[drawn, np.arange(seen.shape[1])]
    return np.asarray((seen >= own * (1 - 1e-12)).mean(axis=0) <= SIGNIFICANCE, dtype=np.float64)


def _effects(plan: Rollout, lots: Integers, vague_share: float) -> Matrix:
    """Effect of a lasting level of one under each lot, lots × N × months: as assumed, and later where starts are known only to a quarter."""
    later = [_from_start(plan, lots, delay) for delay in QUARTER_DELAYS] if vague_share else [np.zeros(1)]
    return np.asarray((1 - vague_share) * _from_start(plan, lots, 0) + vague_share * np.mean(later, axis=0))


def _from_start(plan: Rollout, lots: Integers, delay: int) -> Matrix:
    since = np.arange(plan.months_count) - np.minimum(lots, plan.months_count)[..., None] - delay
    return np.where(since >= 0, plan.path[np.clip(since, 0, len(plan.path) - 1)], 0.0)


def _path(shape: Shape, decay: float) -> Matrix:
    """Share of the lasting level reached by months since the start, long enough to have reached it."""
    return np.asarray(np.ones(1) if shape == "step" else 1 - decay ** np.arange(1, 121), dtype=np.float64)


def _rollout(cells: Cells, lot: Mechanism, before: int, after: int, path: Matrix, lots: int, seed: int) -> Rollout:
    order = {name: position for position, name in enumerate(lot.units)}
    place = np.array([order[name] for name in cells.units], dtype=np.int64)
    first, last = int(lot.starts.min()), int(lot.starts[lot.starts < NEVER].max())

    def moved(starts: Integers) -> Integers:
        return np.where(starts == NEVER, NEVER, np.minimum(starts, last) - first + before)

    starts = moved(lot.unit_starts[place])
    if len(np.unique(starts)) < 2:
        raise DesignRefused("Các đơn vị có số liệu đều thuộc một đợt, nên không có gì để so.")
    sizes = np.bincount(cells.unit_of, cells.weights) / np.bincount(cells.unit_of)
    return Rollout(starts, moved(lot.redraw(lots, seed)[:, place]), before + last - first + after + 1, sizes, path)


def _residuals(cells: Cells, panel: pd.DataFrame, unit: str, time: str, dose: str | None) -> tuple[Matrix, Cells]:
    """Residuals N × months of the clock, gaps filled from the unit's own, stretched by what the month effects took; and the cells used."""
    if dose is None:
        left = cells.effects().residuals(cells.outcome)
    else:
        lags = dose_of(panel, cells, unit=unit, time=time, dose=dose).lags(0, DOSE_LAGS)
        known = known_at(cells, lags)
        cells = _with_cells(cells, known, f"Bỏ {text.number(int((~known).sum()))} dòng chưa biết liều của {DOSE_LAGS} tháng trước.")
        lags = dose_of(panel, cells, unit=unit, time=time, dose=dose).lags(0, DOSE_LAGS)
        left = clustered_fit(cells, cells.at(lags).T, tuple(f"{dose}, trễ {lag} tháng" for lag in range(DOSE_LAGS + 1))).residuals
    grid = cells.grid(left * np.sqrt(len(left) / max(len(left) - cells.effects().second_parameters, 1)))
    return _filled(grid[:, ~np.isnan(grid).all(axis=0)]), cells


def _with_cells(cells: Cells, keep: NDArray[np.bool_], note_vi: str) -> Cells:
    """The cells kept, and of the units only those that still have one."""
    left = cells.where(keep, None if keep.all() else note_vi)
    held, unit_of = np.unique(left.unit_of, return_inverse=True)
    units = tuple(cells.units[position] for position in held)
    return replace(left, units=units, unit_of=np.asarray(unit_of, dtype=np.int64), clusters=cells.clusters[held])


def _filled(grid: Matrix) -> Matrix:
    """Gaps taken in turn from what the same unit has, so that its spread stays; a unit without any is refused by ``cells_of``."""
    full = grid.copy()
    for row in full:
        gaps = np.flatnonzero(np.isnan(row))
        row[gaps] = np.resize(row[~np.isnan(row)], len(gaps)) if len(gaps) < len(row) else 0.0
    return full


def _result(plan: Rollout, noise: Matrix, vague_share: float, cells: Cells, lot: Mechanism, **told: Any) -> PowerResult:
    found = power_of(plan, noise, vague_share)
    curve = found.curve
    mde, mde_error = _mde(curve)
    past = np.unique(cells.month_of)
    starts, months = np.minimum(plan.starts, plan.months_count), np.arange(plan.months_count)
    started = (months[None, :] >= starts[:, None]).sum(axis=0)
    return PowerResult(
        mde=mde,
        mde_error=mde_error,
        curve=curve,
        false_alarm_rate=float(curve["power"].iloc[0]),
        false_alarm_error=float(curve["monte_carlo_error"].iloc[0]),
        lot_false_alarm_rate=found.lot_false_alarm_rate,
        std_error=found.spread,
        units_count=len(cells.units),
        clusters_count=len(np.unique([lot.cluster_of[lot.units.index(name)] for name in cells.units])),
        waves_count=len(np.unique(plan.starts[plan.starts < NEVER])),
        months_count=plan.months_count,
        compared_months=int(((started > 0) & (started < len(starts))).sum()),
        past_months=len(past),
        past_first=str(cells.first_month + int(past[0])),
        past_last=str(cells.first_month + int(past[-1])),
        draws=len(noise),
        lots_count=len(plan.lots),
        data_hash=cells.data_hash,
        **told,
    )


def _mde(curve: pd.DataFrame) -> tuple[float | None, float | None]:
    """Where the curve first reaches 80 %, between its points, and the Monte Carlo error carried over by its slope there."""
    effects, power = curve["effect"].to_numpy(), np.maximum.accumulate(curve["power"].to_numpy())
    position = int(np.searchsorted(power, POWER))
    if position == 0 or position == len(power):
        return None, None
    slope = (power[position] - power[position - 1]) / (effects[position] - effects[position - 1])
    mde = effects[position - 1] + (POWER - power[position - 1]) / slope
    wide = slice(max(position - 3, 0), position + 3)
    steady = np.polyfit(effects[wide], power[wide], 1)[0]
    return float(mde), float(curve["monte_carlo_error"].iloc[position] / max(steady, 1e-12))


def _refuse(decay: float, vague_share: float, before: int, after: int, block: int | None) -> None:
    if not (0 <= decay < 1 and 0 <= vague_share <= 1):
        raise DesignRefused(f"Phần còn lại sau một tháng phải từ 0 đến dưới 1, phần không rõ tháng từ 0 đến 1; gặp {decay:g} và {vague_share:g}.")
    if before < 1 or after < 0 or (block is not None and block < 1):
        raise DesignRefused("Cần ít nhất một tháng trước đợt đầu, số tháng sau đợt cuối không âm, khối ít nhất một tháng.")
