"""Repeated doses: how the outcome moves in the months after an activity, freely for each month, and in all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from analysis import text
from analysis.estimate.inference import SIGNIFICANCE, Fit
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.clustered import ClusteredFit, clustered_fit
from analysis.estimate.inside.doses import Dose, dose_of
from analysis.estimate.inside.linear_estimate import LinearEstimate, regression_estimate
from analysis.estimate.inside.wild import DRAWS, with_few_clusters
from analysis.estimate.inside.windows import (
    column_of,
    complete,
    dosed_units,
    left_out_vi,
    noted,
    own_columns,
    refuse_arguments,
    refuse_same_everywhere,
    usable,
)
from analysis.estimate.matrix import Matrix
from analysis.estimate.result import CheckResult, EffectEstimate
from analysis.exposure import SATURATIONS


@dataclass(frozen=True)
class Lagged:
    """Regression on the dose ``first`` (negative: of later months) to ``last`` months earlier, in this order, controls after them.

    ``cells`` are those used: the months of the window have a known dose.
    """

    first: int
    last: int
    regression: ClusteredFit
    cells: Cells

    def single(self, months: int) -> Fit:
        """The coefficient of the dose ``months`` earlier."""
        return self.regression.fit(months - self.first)

    def running(self, months: int) -> Fit:
        """The sum of the coefficients of lags 0 to ``months``."""
        weights = np.zeros(len(self.regression.coefficients))
        weights[-self.first : months - self.first + 1] = 1.0
        return self.regression.combination(weights)

    @property
    def cumulative(self) -> Fit:
        """The sum over all lags: what one more unit of dose, once, goes with over the whole window."""
        return self.running(self.last)

    def linear(self, size: float = 1.0) -> LinearEstimate:
        """``cumulative`` for ``size`` units of dose, as the bootstrap over few clusters takes it."""
        weights = np.zeros(len(self.regression.coefficients))
        weights[-self.first : self.last - self.first + 1] = size
        return regression_estimate(self.cells, self.regression.design, _names(-self.first, self.last, len(weights)), weights)


def lagged(cells: Cells, dose: Dose, lags: int, controls: Matrix | None = None, leads: int = 0) -> Lagged:
    """Distributed lag of ``cells``' outcome on ``dose`` of the same month and of 1 to ``lags`` months before (``leads`` after).

    ``controls`` (M × P) stand beside it; a cell with an unknown dose in its window, or an unknown control, is left out. Effects,
    errors and refusals are those of ``clustered_fit``.
    """
    columns = window_columns(cells, dose, leads, lags)
    if controls is not None:
        columns = np.column_stack([columns, controls])
    rows = usable(cells, complete(columns))
    kept = cells.where(rows)
    return Lagged(-leads, lags, clustered_fit(kept, columns[rows], _names(leads, lags, columns.shape[1])), kept)


def window_columns(cells: Cells, dose: Dose, leads: int, lags: int) -> Matrix:
    """The dose from ``leads`` months later to ``lags`` months earlier at each cell, M × (leads + 1 + lags); NaN where unknown."""
    return np.ascontiguousarray(cells.at(dose.lags(-leads, lags)).T)


def _names(leads: int, lags: int, count: int) -> tuple[str, ...]:
    of_dose = [f"liều {months} tháng trước" if months >= 0 else f"liều {-months} tháng sau" for months in range(-leads, lags + 1)]
    return (*of_dose, *(f"biến kèm theo {place}" for place in range(1, count - len(of_dose) + 1)))


def joint_p(regression: ClusteredFit, positions: Sequence[int]) -> float:
    """Clustered Wald test that the q coefficients at ``positions`` are all 0, as Hotelling's T² with G-1 df: F with q and G-q.

    The plain F with G-1 df cries wolf with few clusters. NaN where there are no more clusters than coefficients.
    """
    chosen = list(positions)
    values, left = regression.coefficients[chosen], regression.df - len(chosen) + 1
    if left < 1:
        return float("nan")
    wald = float(values @ np.linalg.solve(regression.covariance[np.ix_(chosen, chosen)], values))
    return float(fdtrc(len(chosen), left, wald * left / (len(chosen) * regression.df)))


def distributed_lag(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    dose: str | Sequence[str],
    lags: int = 6,
    leads: int = 0,
    saturation: str = "linear",
    controls: Sequence[str] = (),
    level: float = 0.95,
    cluster: str | None = None,
    weights: str | None = None,
    month_effects_by: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> EffectEstimate:
    """Finite distributed lag beside unit and month effects; ``estimate`` is the cumulative sum of lags 0 to ``lags``.

        outcome(i, t) = unit(i) + month(t) + sum over k of coefficient(k) × dose(i, t - k) + shock(i, t)

    Assumes that shocks do not move later doses, that nothing is carried over for longer than ``lags`` months (what is cut off is
    lost, and shortens the sum), and that a dose of one unit leaves the others alone. The panel and its guards are those of
    ``cells_of``; ``dose`` holds activities (``dose_of``), 0 where none and NA where unknown. Of several doses (channels) the first is
    estimated and the others stand beside it with the same window; a channel without variation of its own is merged and ``notes_vi``
    says so. ``controls`` are numeric columns, taken as they are.

    ``by_period`` has one row a lag, leads negative with ``is_after`` False: ``period``, ``is_after``, ``effect``, ``std_error``,
    ``ci_low``, ``ci_high``, and ``cumulative``, ``cumulative_low``, ``cumulative_high`` (NaN for leads). With ``leads``, the check
    ``leads`` tests that later activity goes with nothing. Errors are clustered (``DF_RULE``); with twelve clusters or fewer the p-value
    and interval of the sum are those of the wild bootstrap with ``draws`` and ``seed``; the rows of ``by_period`` keep t.

    Raises ``DesignRefused`` as ``cells_of`` and ``dose_of`` do, for a dose that is the same everywhere in each month or moves with a
    channel beside it, and for windows longer than what is known.
    """
    names = (dose,) if isinstance(dose, str) else tuple(dose)
    refuse_arguments(names, lags=lags, leads=leads)
    cells = cells_of(panel, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster, month_effects_by=month_effects_by, level=level)
    doses = [dose_of(panel, cells, unit=unit, time=time, dose=name, saturation=saturation) for name in names]
    refuse_same_everywhere(cells, doses[0], names[0])
    windows = [window_columns(cells, held, leads, lags) for held in doses]
    beside = {name: column_of(panel, cells, unit=unit, time=time, column=name)[:, None] for name in controls}
    others, merged = own_columns(cells, windows[0], {**dict(zip(names[1:], windows[1:], strict=True)), **beside}, names[0])
    known = complete(np.column_stack([windows[0], others]))
    cells = noted(cells, (*left_out_vi(cells, doses[0], known, lags), *merged))
    found = lagged(cells, doses[0], lags, others, leads)
    return with_few_clusters(_told(found, doses[0], level, saturation), found.linear, draws=draws, seed=seed)


def _told(found: Lagged, dose: Dose, level: float, saturation: str) -> EffectEstimate:
    treated, others = dosed_units(found.cells, dose)
    return effect_inside(
        found.cells,
        found.cumulative,
        method="distributed_lag",
        estimand_vi=f"chênh lệch cộng dồn từ tháng có hoạt động đến hết {found.last} tháng sau, ứng với {one_more_vi(saturation)}, {BESIDE_VI}",
        level=level,
        treated=treated,
        comparison_count=others,
        after_count=len(np.unique(found.cells.month_of)),
        by_period=_by_lag(found, level),
        checks=() if found.first == 0 else (_leads_check(found),),
    )


BESIDE_VI = "sau khi trừ mức riêng của từng đơn vị và mức chung của từng tháng"


def one_more_vi(saturation: str) -> str:
    """What an effect of a dose is an effect of."""
    return "thêm một đơn vị liều trong một tháng" + ("" if saturation == "linear" else f" ({SATURATIONS[saturation]})")


def _by_lag(found: Lagged, level: float) -> pd.DataFrame:
    rows = []
    for months in range(found.first, found.last + 1):
        one, total = found.single(months), found.running(months) if months >= 0 else None
        sums = (np.nan, np.nan, np.nan) if total is None else (total.estimate, *total.interval(level))
        rows.append((months, months >= 0, one.estimate, one.std_error, *one.interval(level), *sums))
    named = ["period", "is_after", "effect", "std_error", "ci_low", "ci_high", "cumulative", "cumulative_low", "cumulative_high"]
    return pd.DataFrame(rows, columns=named)


def _leads_check(found: Lagged) -> CheckResult:
    """Activity that has not happened yet must go with nothing; seen differences are selection or anticipation."""
    size = max(abs(found.single(months).estimate) for months in range(found.first, 0))
    span = f"1–{-found.first} tháng sau" if found.first < -1 else "tháng sau"
    said = f"hệ số lớn nhất của hoạt động {span} là {text.number(size, 2)}"
    p_value = joint_p(found.regression, range(-found.first))
    if np.isnan(p_value):
        return CheckResult("leads", None, f"Chưa kiểm tra được hoạt động chưa diễn ra: chỉ có {found.regression.clusters_count} cụm.")
    if p_value <= SIGNIFICANCE:
        why = "đơn vị có thể đã được chọn theo kết quả, hoặc đã chuẩn bị từ trước"
        return CheckResult("leads", False, f"Hoạt động chưa diễn ra đã đi cùng khác biệt, quá mức ngẫu nhiên: {said}; {why}.", value=size)
    return CheckResult("leads", True, f"Hoạt động chưa diễn ra không đi cùng khác biệt nào quá mức ngẫu nhiên: {said}.", value=size)
