"""A simulated panel as estimators inside a province take it, and the answer that one of them gives."""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.doses import Dose
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.matrix import Matrix
from analysis.exposure import saturated
from analysis.simulate import NEVER as NO_START
from analysis.simulate import PanelDraw

Level = Literal["commune", "district"]
LEVEL = 0.95


@dataclass(frozen=True)
class Answer:
    """An estimate with its two-sided p-value and 95 % interval, and what it should have found: the truth of the very cells it is about."""

    truth: float
    estimate: float
    p_value: float
    low: float
    high: float

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.truth <= self.high


def answer_of(truth: float, fit: Fit) -> Answer:
    """By the t distribution of the fit."""
    return Answer(truth, fit.estimate, fit.p_value, *fit.interval(LEVEL))


@dataclass(frozen=True, eq=False)
class Trial:
    """One simulated panel, the same only as itself; ``seed`` is for draws of the inference. Cells are weighed by dossiers, as in the report."""

    drawn: PanelDraw
    seed: int

    @cached_property
    def by_commune(self) -> Cells:
        """Cells clustered by commune, outcome the online share in points."""
        drawn = self.drawn
        grid = _grid(drawn.truth.units, drawn.truth.months, drawn.truth.first_month)
        return replace(grid, outcome=drawn.share_pct.ravel(), weights=drawn.received.ravel().astype(np.float64))

    @cached_property
    def by_district(self) -> Cells:
        """The same cells clustered by district."""
        names = tuple(f"H{number + 1:02d}" for number in range(self.drawn.truth.districts))
        return replace(self.by_commune, clusters=self.drawn.district_of, cluster_names=names, clustered_by="district_code")

    def cells(self, level: Level) -> Cells:
        """Cells clustered by commune or by district."""
        return self.by_commune if level == "commune" else self.by_district

    @cached_property
    def dose(self) -> Dose:
        """Own doses for the public, on the saturation of the truth."""
        return self.dosed(self.drawn.own_dose)

    def dosed(self, values: Matrix) -> Dose:
        """Other doses (N × T) on the same saturation."""
        return Dose(saturated(values, self.drawn.truth.saturation), 0, self.drawn.truth.months)

    @cached_property
    def first(self) -> Integers:
        """Month number of each commune's start, as estimators write none."""
        return np.where(self.drawn.first == NO_START, NEVER, self.drawn.first)

    @cached_property
    def has_whole_log(self) -> NDArray[np.bool_]:
        """Units (N) that sent a log in every month."""
        return np.asarray(~np.isnan(self.drawn.own_dose).any(axis=1))

    @property
    def long_run(self) -> float:
        """What one dose adds up to, in points."""
        return self.drawn.truth.long_run

    def planted(self, shares: Matrix) -> float:
        """What was planted in the cells, averaged with ``shares`` (M, made to sum to 1)."""
        return float(np.average(self.drawn.planted_pct.ravel(), weights=shares))

    @property
    def since(self) -> Integers:
        """Months since the start of each cell (M), far below 0 without one."""
        return np.asarray(self.by_commune.month_of - self.first[self.by_commune.unit_of])


@cache
def _grid(units: int, months: int, first_month: str) -> Cells:
    """Cells of a full panel without outcomes, every unit its own cluster."""
    names = tuple(f"X{number + 1:03d}" for number in range(units))
    unit_of, month_of = np.repeat(np.arange(units), months), np.tile(np.arange(months), units)
    empty = np.zeros(units * months)
    return Cells(
        outcome_name="share_pct",
        units=names,
        first_month=pd.Period(first_month, freq="M"),
        months_count=months,
        unit_of=unit_of,
        month_of=month_of,
        effect_of=month_of,
        outcome=empty,
        weights=empty,
        clusters=np.arange(units),
        cluster_names=names,
        clustered_by="unit_code",
        notes_vi=(),
        data_hash="",
    )
