"""Roll-outs whose order was drawn by lot: an estimate, and inference that rests on the lot alone."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.inference import SIGNIFICANCE, Fit, rank_mde, rank_p
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.assignment import Mechanism, mechanism_of, refuse_undrawn
from analysis.estimate.inside.cells import Cells, Integers, cells_of
from analysis.estimate.inside.clustered import used_clusters
from analysis.estimate.inside.start_weights import applied, imputation_weights
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

DRAWS = 999
FROM_VI = "randomization inference: waves permuted over clusters within strata under the rule of the lot"
Adjustment = Literal["ancova", "demeaned"]


@dataclass(frozen=True)
class Randomised:
    """An estimate linear in the outcome and what it would have been in other lots of the same mechanism.

    ``drawn`` (R) holds the statistic of each redrawn lot on the outcome as observed, ``moved`` (R) that of an effect of one point on the
    cells treated in fact: the lot drawn has a ``moved`` of 1.
    """

    estimate: float
    drawn: Matrix
    moved: Matrix

    @property
    def p_value(self) -> float:
        """Two-sided, (1 + lots at least as large) / (1 + lots); exact under no effect on any unit."""
        return rank_p(self.estimate, np.where(np.isnan(self.drawn), np.inf, self.drawn))

    @property
    def without_effect(self) -> Matrix:
        """Statistics of the other lots once the estimate is taken out of the treated cells: how far chance alone carries them."""
        return np.asarray((self.drawn - self.estimate * self.moved)[~np.isnan(self.drawn)])

    @property
    def std_error(self) -> float:
        """Standard deviation over lots of what is left without the estimated effect."""
        return float(self.without_effect.std())

    def interval(self, level: float) -> tuple[float, float]:
        """Constant effects that the test does not reject at ``level``, by inversion.

        A lot is at least as extreme as the one drawn for all effects between two roots, which enclose the estimate; so each bound is an
        order statistic of roots, without a grid. Infinite where there are too few lots for the level.
        """
        low, high = self._roots()
        beyond = int(np.floor((1 - level) * (1 + len(low)) + 1e-9)) - 1  # so many lots may still be as extreme at a rejected effect
        if beyond < 0:
            return -np.inf, np.inf
        return float(np.sort(low)[min(beyond, len(low) - 1)]), float(np.sort(high)[::-1][min(beyond, len(high) - 1)])

    def _roots(self) -> tuple[Matrix, Matrix]:
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.sort(np.stack([(self.drawn - self.estimate) / (self.moved - 1), (self.drawn + self.estimate) / (self.moved + 1)]), axis=0)
        is_bounded = np.abs(self.moved) < 1 - 1e-9  # False for NaN too
        return np.where(is_bounded, ends[0], -np.inf), np.where(is_bounded, ends[1], np.inf)


def imputed_in_lots(cells: Cells, starts: Integers, lots: Integers) -> Randomised:
    """Two-stage imputation under the lot drawn (``starts``, N months of the cells' clock) and under others (``lots``, R × N)."""
    weights = np.nan_to_num(cells.grid(cells.weights))
    treated = (np.arange(cells.months_count) >= starts[:, None]).astype(np.float64)
    columns = np.stack([np.nan_to_num(cells.grid(_centred(cells))), treated])
    found = applied(weights, np.vstack([starts[None, :], lots]), columns)
    if np.isnan(found[0]).any():
        raise DesignRefused("Không có tháng nào vừa có đơn vị đã triển khai vừa có đơn vị chưa triển khai, nên không có gì để so.")
    return Randomised(float(found[0, 0]), found[1:, 0], found[1:, 1])


def stepped_wedge(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    assignment: pd.DataFrame,
    seed: int,
    level: float = 0.95,
    weights: str | None = None,
    draws: int = DRAWS,
) -> EffectEstimate:
    """Waves that start one after another in an order drawn by lot; effect of being in a wave whose month has come, done or not.

    Estimated by two-stage imputation (unit and month effects from cells before the start): Hussey and Hughes (2007) with one
    coefficient is biased where effects grow or fade with time since the start (Kenny et al. 2022). The p-value and the interval rest on
    the lot alone, over ``draws`` redraws of it; ``std_error`` is the spread of these. Months after the last start have no comparison
    and do not count, unless clusters were drawn never to start.

    ``assignment``: see ``mechanism_of`` and ``refuse_undrawn``; units of the panel outside it are left out. ``by_period`` has a row a month
    since the start, without intervals; ``comparison_count`` counts the units that start after the first wave. Raises ``DesignRefused`` for
    an order that was not drawn and for what the panel cannot carry.
    """
    refuse_undrawn(assignment)
    mechanism = mechanism_of(assignment, unit)
    cells = _cells_in_lot(panel, mechanism, unit, time, outcome, weights, level)
    place = _places(mechanism, cells)
    starts = _on_clock(mechanism.unit_starts[place], cells)
    lots = _on_clock(mechanism.redraw(draws, seed)[:, place], cells)
    found = imputed_in_lots(cells, starts, lots)
    return _as_estimate(cells, mechanism, found, starts, level, seed, "stepped_wedge", by_period=_by_month_since(cells, starts))


def randomised_rollout(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    assignment: pd.DataFrame,
    seed: int,
    level: float = 0.95,
    weights: str | None = None,
    draws: int = DRAWS,
    adjustment: Adjustment = "ancova",
) -> EffectEstimate:
    """Two groups drawn by lot, one start: mean of the months from the start on, compared within strata given the mean of those before.

    ``ancova`` lets the data say how much of the level before carries over, which finds smaller effects than ``demeaned`` (coefficient
    one) unless the level carries over whole (McKenzie 2012). The lot is redrawn as in ``stepped_wedge``; units never to start have no
    ``first_month``. Raises ``DesignRefused`` as there, and for more or less than one start.
    """
    refuse_undrawn(assignment)
    mechanism = mechanism_of(assignment, unit)
    if len(set(mechanism.starts) - {NEVER}) != 1 or NEVER not in mechanism.starts:
        raise DesignRefused("Cần đúng một tháng bắt đầu và một nhóm chưa triển khai (first_month để trống); nhiều đợt thì dùng stepped_wedge.")
    cells = _cells_in_lot(panel, mechanism, unit, time, outcome, weights, level)
    place = _places(mechanism, cells)
    starts = _on_clock(mechanism.unit_starts[place], cells)
    lots = _on_clock(mechanism.redraw(draws, seed)[:, place], cells)
    found = compared_in_lots(cells, starts, lots, mechanism.strata[mechanism.cluster_of[place]], adjustment)
    return _as_estimate(cells, mechanism, found, starts, level, seed, f"randomised_rollout, {adjustment}")


def compared_in_lots(cells: Cells, starts: Integers, lots: Integers, strata: Integers, adjustment: Adjustment) -> Randomised:
    """The comparison of ``randomised_rollout`` under the lot drawn and under others; strata (N) have levels of their own."""
    start = int(starts.min())
    is_started = np.vstack([starts[None, :], lots]) < NEVER
    before, after, sizes = _means(cells, _centred(cells), start)
    treated = (np.arange(cells.months_count)[None, :] >= starts[:, None]).astype(np.float64)
    _, moved, _ = _means(cells, cells.at(treated), start)
    held = ~(np.isnan(before) | np.isnan(after))
    dummies = (strata[held, None] == np.unique(strata[held])).astype(np.float64)
    outcome = after[held] if adjustment == "ancova" else after[held] - before[held]
    known = np.column_stack([dummies, before[held]]) if adjustment == "ancova" else dummies
    found = _slopes(is_started[:, held].astype(np.float64), known, sizes[held], np.column_stack([outcome, moved[held]]))
    if np.isnan(found[0]).any():
        raise DesignRefused("Trong từng tầng, mọi đơn vị cùng triển khai hoặc cùng chưa triển khai, nên không có gì để so.")
    return Randomised(float(found[0, 0] / found[0, 1]), found[1:, 0] / found[0, 1], found[1:, 1] / found[0, 1])


def _slopes(treatments: Matrix, known: Matrix, sizes: Matrix, outcomes: Matrix) -> Matrix:
    """Coefficient of each treatment (rows) beside ``known`` columns, for each outcome: R × K; NaN where the known columns explain it."""
    root = np.sqrt(sizes)
    basis, values, _ = np.linalg.svd(root[:, None] * known, full_matrices=False)
    basis = basis[:, values > 1e-10 * values.max()]
    scaled = treatments * root
    free = scaled - (scaled @ basis) @ basis.T
    squares = (free**2).sum(axis=1)
    squares[squares <= 1e-10 * (scaled**2).sum(axis=1)] = np.nan
    return np.asarray(free @ (root[:, None] * outcomes) / squares[:, None])


def _means(cells: Cells, values: Matrix, start: int) -> tuple[Matrix, Matrix, Matrix]:
    """Weighted means before and from ``start`` of each unit, after each month's own mean is taken out; and each unit's mean weight."""
    weights, grid = np.nan_to_num(cells.grid(cells.weights)), np.nan_to_num(cells.grid(values))
    monthly = np.divide((weights * grid).sum(axis=0), weights.sum(axis=0), out=np.zeros(grid.shape[1]), where=weights.sum(axis=0) > 0)
    moved = weights * (grid - monthly)
    with np.errstate(invalid="ignore"):
        before, after = (moved[:, part].sum(axis=1) / weights[:, part].sum(axis=1) for part in (slice(0, start), slice(start, None)))
    return before, after, weights.sum(axis=1) / np.maximum((weights > 0).sum(axis=1), 1)


def _centred(cells: Cells) -> Matrix:
    """Outcomes about their mean: effects take any level out, rounding does not."""
    return np.asarray(cells.outcome - cells.outcome.mean())


def _cells_in_lot(panel: pd.DataFrame, lot: Mechanism, unit: str, time: str, outcome: str, weights: str | None, level: float) -> Cells:
    if unit not in panel.columns:
        raise DesignRefused(f"Bảng không có cột {unit}; các cột đang có: {', '.join(map(str, panel.columns))}.")
    names = {name: str(lot.cluster_of[position]) for position, name in enumerate(lot.units)}
    is_in = panel[unit].isin(lot.units)
    marked = panel[is_in].assign(cluster=panel.loc[is_in, unit].map(names))
    cells = cells_of(marked, unit=unit, time=time, outcome=outcome, weights=weights, cluster="cluster", level=level)
    outside = panel.loc[~is_in, unit].nunique()
    note = f"Bỏ {outside} đơn vị không có trong bảng phân đợt."
    return cells.where(np.ones(len(cells.outcome), dtype=bool), note if outside else None)


def _places(lot: Mechanism, cells: Cells) -> Integers:
    """Position of each unit of the cells in the lot."""
    order = {name: position for position, name in enumerate(lot.units)}
    return np.array([order[name] for name in cells.units], dtype=np.int64)


def _on_clock(starts: Integers, cells: Cells) -> Integers:
    return np.where(starts == NEVER, NEVER, starts - cells.first_month.ordinal * (starts != NEVER))


def _by_month_since(cells: Cells, starts: Integers) -> pd.DataFrame:
    """The imputed effect by months since the start; one row a month that has a comparison."""
    weights = np.nan_to_num(cells.grid(cells.weights))
    outcome, rows = np.nan_to_num(cells.grid(_centred(cells))), []
    for since in range(cells.months_count - int(starts.min())):
        found = imputation_weights(weights, starts[None, :], (since, since))[0]
        if not np.isnan(found).any():
            at_month = np.arange(cells.months_count) - starts[:, None] == since
            rows.append((since, True, float((found * outcome).sum()), int((at_month & (found > 0)).sum())))
    return pd.DataFrame(rows, columns=["period", "is_after", "effect", "units_count"])


def _as_estimate(
    cells: Cells, lot: Mechanism, found: Randomised, starts: Integers, level: float, seed: int, method: str, **further: Any
) -> EffectEstimate:
    low, high = found.interval(level)
    fit, began = Fit(found.estimate, found.std_error, used_clusters(cells) - 1), starts[starts < cells.months_count]
    few = f"Chỉ có {text.number(np.exp(lot.log_lots))} cách chia đợt khác nhau nên giá trị p không thể xuống tới {text.number(SIGNIFICANCE, 2)}."
    return effect_inside(
        cells.where(np.ones(len(cells.outcome), dtype=bool), None if lot.allows(SIGNIFICANCE) else few),
        fit,
        method=method,
        estimand_vi="chênh lệch trung bình từ tháng được bốc thăm bắt đầu, so với nơi bốc thăm chưa tới lượt",
        level=level,
        treated=tuple(str(cells.units[position]) for position in np.flatnonzero(starts < cells.months_count)),
        p_exact=found.p_value,
        p_exact_from=FROM_VI,
        p_rank=found.p_value,
        p_rank_from=FROM_VI,
        n_placebos=len(found.drawn),
        ci_low=low if np.isfinite(low) else None,
        ci_high=high if np.isfinite(high) else None,
        ci_from=f"inversion of {FROM_VI}",
        mde=rank_mde(found.without_effect),
        comparison_count=int((starts > starts.min()).sum()),
        before_count=int(np.median(began)) if len(began) else 0,
        after_count=int(np.median(cells.months_count - began)) if len(began) else 0,
        start=str(cells.first_month + int(began.min())) if len(began) else "",
        seed=seed,
        **further,
    )
