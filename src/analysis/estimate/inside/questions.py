"""The two questions inside a province: did uptake rise where communication began, and does it follow how much was said?

Both are asked of the same unit-by-month panel. Each can be asked as it stands, asked again with something changed, and asked of placebo
plans in which whole histories of communication are given to other units.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimate.grade import ALPHA, Verdict, grade
from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells, Integers, cells_of
from analysis.estimate.inside.doses import Dose, dose_of, known_at
from analysis.estimate.inside.imputation import NEVER, imputed, staggered_event_study
from analysis.estimate.inside.lags import distributed_lag, lagged, one_more_vi, window_columns
from analysis.estimate.inside.linear_estimate import LinearEstimate
from analysis.estimate.inside.wild import WildBootstrap, wild_cluster_bootstrap
from analysis.estimate.matrix import Matrix
from analysis.estimate.result import EffectEstimate, Quantity
from analysis.exposure import saturated

UNIT, MONTH, SHARE, DOSSIERS, ONLINE = "unit_code", "period_month", "share_pct", "denominator_count", "numerator_count"
DISTRICT, DOSE, NEIGHBOURS, DISTRICT_DOSE = "district_code", "own_dose", "neighbour_dose", "district_dose"
HORIZON, LEADS, LAGS = 11, 6, 6  # months after the one of the start or the dose; so a year in all from a start on
SATURATION = "log1p"

Refit = Callable[[Cells, Integers], Fit]


@dataclass(frozen=True)
class InsideQuestion(ABC):
    """A question to the panel ``rows``: one row a (unit_code, period_month).

    Columns ``share_pct`` with its counts ``numerator_count`` and ``denominator_count`` (the weights), ``own_dose`` (public activities,
    NA where the unit sent no log), ``neighbour_dose`` and ``district_code``. ``cluster`` is the column at whose level communication was
    assigned, None for the unit itself. ``event_months`` held dated confounders, and ``has_events`` says whether such are recorded at all;
    ``negative_controls``: Vietnamese names → columns that the plan never touches.
    ``is_declared``, ``alpha`` and ``direction`` are as for outcomes among provinces.
    """

    rows: pd.DataFrame
    cluster: str | None = None
    event_months: frozenset[str] = frozenset()
    negative_controls: Mapping[str, str] = field(default_factory=dict)
    is_declared: bool = False
    alpha: float = ALPHA
    direction: int = 0
    outcome: str = SHARE
    weights: str | None = DOSSIERS
    district_names_vi: Mapping[str, str] = field(default_factory=dict)
    has_events: bool = False

    name: str = ""

    def verdict(self, estimate: EffectEstimate) -> Verdict:
        """The grade of an estimate of this question."""
        return grade(estimate, is_declared=self.is_declared, alpha=self.alpha, direction=self.direction)

    def on(self, rows: pd.DataFrame, **changed: Any) -> "InsideQuestion":
        """The same question put to other rows, or with other fields changed."""
        return replace(self, rows=rows, **changed)

    def arguments(self) -> dict[str, Any]:
        """As every estimator inside the province takes them."""
        return {"unit": UNIT, "time": MONTH, "outcome": self.outcome, "weights": self.weights, "cluster": self.cluster}

    @abstractmethod
    def ask(self) -> EffectEstimate:
        """The estimate. Raises ``DesignRefused``."""

    @abstractmethod
    def cells(self) -> Cells:
        """The cells that placebo plans are drawn on."""

    @abstractmethod
    def refit(self, cells: Cells) -> Refit:
        """How ``cells``, or others of the same units, are asked with unit n given the history of unit ``order[n]``."""

    @abstractmethod
    def less_effect(self, cells: Cells) -> Matrix:
        """The cells' outcome less what the design ascribes to communication (M)."""

    @abstractmethod
    def linear(self, cells: Cells, order: Integers) -> LinearEstimate:
        """The estimate as a weighted sum of outcomes, for the bootstrap over few clusters; in the units of ``refit``."""

    def bootstrap(self, cells: Cells, order: Integers, *, seed: int) -> WildBootstrap:
        """Restricted wild cluster bootstrap of the estimate, for twelve clusters or fewer."""
        return wild_cluster_bootstrap(self.linear(cells, order), seed=seed)


@dataclass(frozen=True)
class FirstCampaigns(InsideQuestion):
    """From a unit's first logged public activity on, whatever came after: two-stage imputation.

    The average is over the month of the start and ``horizon`` months after it. ``first``: unit → month; units without
    one have none logged in the window. ``unclear`` units may have begun before their first log, ``unlogged`` ones sent none at all.
    """

    first: Mapping[str, str] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()
    unlogged: frozenset[str] = frozenset()
    horizon: int = HORIZON
    leads: int = LEADS
    name: str = "first-campaigns"

    def ask(self) -> EffectEstimate:
        """The estimate. Raises ``DesignRefused``."""
        return staggered_event_study(self.rows, first=self.first, horizon=self.horizon, leads=self.leads, **self.arguments())

    def cells(self) -> Cells:
        """Cells of units that were seen before they began."""
        opening = self.rows.loc[self.rows[self.outcome].notna(), MONTH].min()  # rows may begin earlier, with the log
        running = [unit for unit, month in self.first.items() if str(month) <= str(opening)]
        return cells_of(self.rows[~self.rows[UNIT].isin(running)], **self.arguments())

    def starts(self, cells: Cells) -> Integers:
        """Number of the first month of each unit on the cells' clock (N)."""
        begun = [self.first.get(unit) for unit in cells.units]
        last = cells.first_month.ordinal + cells.months_count
        ordinals = [NEVER if month is None else pd.Period(month, freq="M").ordinal for month in begun]
        return np.array([NEVER if ordinal >= last else ordinal - cells.first_month.ordinal for ordinal in ordinals], dtype=np.int64)

    def refit(self, cells: Cells) -> Refit:
        """With unit n given the start of unit ``order[n]``."""
        starts = self.starts(cells)
        return lambda asked, order: imputed(asked, starts[order], horizon=self.horizon).fit

    def linear(self, cells: Cells, order: Integers) -> LinearEstimate:
        """The imputation average by its own weights; the null is the same effect in every treated cell."""
        return imputed(cells, self.starts(cells)[order], horizon=self.horizon).linear()

    def less_effect(self, cells: Cells) -> Matrix:
        """The outcome less the estimated average effect in every month from the start on (M)."""
        starts = self.starts(cells)
        effect = imputed(cells, starts, horizon=self.horizon).fit.estimate
        return np.asarray(cells.outcome - effect * (cells.month_of >= starts[cells.unit_of]))


@dataclass(frozen=True)
class RepeatedDoses(InsideQuestion):
    """Month by month: what one activity adds over its month and the ``lags`` after it, a distributed lag beside unit and month effects.

    Estimates are those of one activity in a month that had none, whatever the saturation. ``of`` is the column of the dose, ``beside``
    another dose held fixed, with the same lags.
    """

    lags: int = LAGS
    saturation: str = SATURATION
    of: str = DOSE
    beside: str | None = None
    name: str = "repeated-doses"

    def ask(self) -> EffectEstimate:
        """The estimate. Raises ``DesignRefused``."""
        doses = [self.of, *([self.beside] if self.beside else [])]
        found = distributed_lag(self.rows, dose=doses, lags=self.lags, saturation=self.saturation, **self.arguments())
        return self.for_one_activity(found)

    def for_one_activity(self, found: EffectEstimate) -> EffectEstimate:
        """An estimate for one unit of (saturated) dose as that of one activity in a month that had none."""
        told = found.estimand_vi.replace(one_more_vi(self.saturation), ONE_ACTIVITY_VI)
        return replace(_scaled(found, self.one_activity), estimand_vi=told)

    @property
    def one_activity(self) -> float:
        """Units of dose in one activity."""
        return float(saturated(np.array(1.0), self.saturation))

    def cells(self) -> Cells:
        """All cells with an outcome; which of them have a known dose depends on whose history they are given."""
        return cells_of(self.rows, **self.arguments())

    def dose(self, cells: Cells, column: str | None = None) -> Dose:
        """The dose asked about beside ``cells``, or that of another column."""
        return dose_of(self.rows, cells, unit=UNIT, time=MONTH, dose=column or self.of, saturation=self.saturation)

    def held(self, cells: Cells) -> Matrix | None:
        """The lags of the dose held fixed (M × lags), None without one."""
        return window_columns(cells, self.dose(cells, self.beside), 0, self.lags) if self.beside else None

    def refit(self, cells: Cells) -> Refit:
        """The cumulative sum with unit n given the doses of unit ``order[n]``."""
        dose, size, held = self.dose(cells), self.one_activity, self.held(cells)

        def refit(asked: Cells, order: Integers) -> Fit:
            fit = lagged(asked, dose.of_units(order), self.lags, held).cumulative
            return Fit(size * fit.estimate, size * fit.std_error, fit.df)

        return refit

    def linear(self, cells: Cells, order: Integers) -> LinearEstimate:
        """The cumulative sum of the lags, for one activity."""
        dose = self.dose(cells).of_units(order)
        return lagged(cells, dose, self.lags, self.held(cells)).linear(self.one_activity)

    def less_effect(self, cells: Cells) -> Matrix:
        """The outcome less the fitted effect of the doses where they are known (M)."""
        dose = self.dose(cells)
        windows = dose.lags(0, self.lags)
        known = known_at(cells, windows)
        effect = cells.at(np.nan_to_num(windows)).T @ lagged(cells, dose, self.lags, self.held(cells)).regression.coefficients[: self.lags + 1]
        return np.asarray(cells.outcome - np.where(known, effect, 0.0))


ONE_ACTIVITY_VI = "một hoạt động trong tháng chưa có hoạt động nào"
_RATIOS = ("odds_ratio", "rate_ratio")  # exp of the estimate
_BY_DOSE = ("contemporaneous_effect", "cumulative_12_months", "distributed_lag_sum", "marginal_effect")
_IN_DOSE_UNITS = ("effect", "std_error", "ci_low", "ci_high", "cumulative", "cumulative_low", "cumulative_high")


def _scaled(found: EffectEstimate, size: float) -> EffectEstimate:
    """The same estimate for a dose of ``size`` units."""
    numbers = {name: getattr(found, name) for name in ("estimate", "std_error", "ci_low", "ci_high", "mde")}
    changed = {name: size * value for name, value in numbers.items() if value is not None}
    rows = found.by_period
    if rows is not None:
        rows = rows.assign(**{name: size * rows[name] for name in _IN_DOSE_UNITS if name in rows})
    return replace(found, **changed, by_period=rows, quantities=tuple(_scaled_quantity(item, size) for item in found.quantities))


def _scaled_quantity(item: Quantity, size: float) -> Quantity:
    numbers = {name: value for name in ("value", "std_error", "ci_low", "ci_high") if (value := getattr(item, name)) is not None}
    if item.name in _BY_DOSE:
        return replace(item, **{name: size * value for name, value in numbers.items()})
    if item.name not in _RATIOS:
        return item
    powers = {name: value**size for name, value in numbers.items()}
    if "std_error" in numbers:
        powers["std_error"] = size * powers["value"] * numbers["std_error"] / numbers["value"]
    return replace(item, **powers)
