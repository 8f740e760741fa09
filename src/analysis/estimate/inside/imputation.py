"""Staggered first campaigns by imputation: what a unit would have had is taken from cells that no campaign has touched yet.

Borusyak, Jaravel and Spiess (2024), "Revisiting event-study designs: robust and efficient estimation", Review of Economic Studies 91(6);
Gardner (2022), "Two-stage differences in differences", for the other error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import text
from analysis.estimate.inference import MIN_TREATED_CLUSTERS, Fit, minimum_detectable_effect
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.cells import Cells, Integers, cells_of
from analysis.estimate.inside.clustered import MIN_CLUSTERS
from analysis.estimate.inside.leads import NAME, leads_of, pre_trend
from analysis.estimate.inside.linear_estimate import LinearEstimate, weighted_estimate
from analysis.estimate.inside.starts import (
    CR_RULE,
    NEVER,
    clustered_errors,
    fit_with,
    names_of,
    path_rows,
    refuse_few,
    span_of,
    starts_of,
    treated_clusters,
)
from analysis.estimate.inside.untreated import Imputation, imputation_of
from analysis.estimate.inside.wild import DRAWS, with_few_clusters
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult, EffectEstimate

__all__ = ["NEVER", "EventPath", "ImputationErrors", "Imputed", "event_path", "imputed", "staggered_event_study"]

ImputationErrors = Literal["bjs", "gardner"]
MIN_COHORT = 5  # clusters: an average of fewer, one left out, is so noisy that errors come out a tenth too large
ESTIMAND_VI = (
    "chênh lệch bình quân mỗi tháng của đơn vị đã truyền thông so với mức dự kiến theo các đơn vị chưa truyền thông, "
    "từ tháng có lần truyền thông đầu tiên đến {months} tháng sau"
)


@dataclass(frozen=True)
class Imputed:
    """An average effect with clustered errors, over cells (M) that enter with ``shares``; ``weights`` (M) is the v of v'Y.

    ``residuals`` (M): weighted by v and added up over clusters, their squares make the error; ``errors`` names the kind.
    """

    fit: Fit
    imputation: Imputation
    errors: ImputationErrors
    shares: Matrix
    weights: Matrix
    residuals: Matrix

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Units (N) whose effect enters."""
        return np.bincount(self.imputation.cells.unit_of[self.shares > 0], minlength=len(self.imputation.cells.units)) > 0

    def linear(self) -> LinearEstimate:
        """The average as the bootstrap over few clusters takes it; the null is one effect in every treated cell."""
        return weighted_estimate(self.imputation.cells, self.weights, (self.imputation.since >= 0).astype(np.float64))

    def counts(self) -> dict[str, int]:
        """Units to compare with in the months of the effects, and the treated units' median numbers of months before and after."""
        cells, used, before = self.imputation.cells, self.shares > 0, self.imputation.since < 0
        beside = before & np.isin(cells.effect_of, cells.effect_of[used])
        months = [np.bincount(cells.unit_of[chosen], minlength=len(cells.units))[self.treated] for chosen in (before, used)]
        return {
            "comparison_count": len(np.unique(cells.unit_of[beside])),
            "before_count": int(np.median(months[0])),
            "after_count": int(np.median(months[1])),
        }


@dataclass(frozen=True)
class EventPath:
    """Average effects (K) by months since the first campaign, their errors (NaN with fewer than five clusters) and numbers of units."""

    periods: Integers
    estimates: Matrix
    std_errors: Matrix
    units_count: Integers

    def rows(self, df: int, level: float) -> pd.DataFrame:
        """As ``by_period`` holds them."""
        return path_rows(self.periods, self.estimates, self.std_errors, self.units_count, df, level)


def imputed(
    cells: Cells, first: Integers, *, horizon: int | None = None, errors: ImputationErrors = "bjs", min_untreated: int = MIN_CLUSTERS
) -> Imputed:
    """Average effect over the treated cells up to ``horizon`` months after the first campaign (None: all), with clustered errors.

    ``first`` and ``min_untreated`` as for ``imputation_of``. Both errors add up v times a residual over clusters (``CR_RULE``) and
    differ in the residual of a treated cell. ``bjs``: its effect less the average of the same cohort and event time, its own cluster left
    out; cohorts of fewer than five clusters are pooled over their event time, and one alone there over all treated cells. ``gardner``:
    its effect less the average of all, the error of two-stage least squares. Raises ``DesignRefused`` as ``imputation_of``, and where
    fewer than five clusters are treated or one carries nearly everything.
    """
    found = imputation_of(cells, first, min_untreated=min_untreated)
    shares = found.shares(found.within(horizon))
    refuse_few(cells, shares)
    estimate, weights = float(found.average(shares)), found.outcome_weights(shares[:, None])[:, 0]
    centred = found.effects - estimate if errors == "gardner" else around_cohorts(found, shares)
    residuals = found.residuals + np.where(shares > 0, centred, 0.0)
    std_error = float(clustered_errors(cells, (weights * residuals)[:, None])[0])
    return Imputed(fit_with(cells, estimate, std_error), found, errors, shares, weights, residuals)


def event_path(found: Imputed) -> EventPath:
    """Average effect in each month since the first campaign, of the cells behind ``found``, with the same kind of errors.

    With ``gardner`` a treated cell's residual is its effect less the average at its event time, as in the dynamic second stage.
    """
    whole, used = found.imputation, found.shares > 0
    periods, place = np.unique(whole.since[used], return_inverse=True)
    shares = np.zeros((len(used), len(periods)))
    shares[np.flatnonzero(used), place] = whole.cells.weights[used]
    shares /= shares.sum(axis=0)
    averages, residuals = whole.average(shares), found.residuals.copy()
    if found.errors == "gardner":
        residuals[used] = whole.effects[used] - averages[place]
    std_errors = clustered_errors(whole.cells, whole.outcome_weights(shares) * residuals[:, None])
    std_errors[treated_clusters(whole.cells, shares) < MIN_TREATED_CLUSTERS] = np.nan
    return EventPath(periods, averages, std_errors, np.bincount(place))


def around_cohorts(found: Imputation, shares: Matrix) -> Matrix:
    """Effects (M) around the average of other clusters: of the same cohort and event time, else of that event time, else of all."""
    starts = found.cells.month_of - found.since
    by_cohort = _others(found, shares, starts * (2 * found.cells.months_count) + found.since, MIN_COHORT)
    by_time, by_all = _others(found, shares, found.since), _others(found, shares, np.zeros_like(found.since))
    return np.asarray(found.effects - np.where(np.isnan(by_cohort), np.where(np.isnan(by_time), by_all, by_time), by_cohort))


def _others(found: Imputation, shares: Matrix, groups: Integers, least: int = 2) -> Matrix:
    """Average effect (M) of the cell's group over clusters other than its own, each by its squared weight; NaN with fewer than ``least`` clusters."""
    pairs = groups * found.cells.clusters_count + found.cells.cluster_of
    used = shares > 0
    keys, place = np.unique(pairs[used], return_inverse=True)
    weight = np.bincount(place, shares[used])
    effect = np.bincount(place, (shares * np.nan_to_num(found.effects))[used])
    _, group = np.unique(keys // found.cells.clusters_count, return_inverse=True)
    top, bottom = np.bincount(group, weight * effect)[group] - weight * effect, np.bincount(group, weight**2)[group] - weight**2
    result = np.full(len(shares), np.nan)
    result[used] = np.divide(top, bottom, out=np.full(len(keys), np.nan), where=np.bincount(group)[group] >= least)[place]
    return result


def staggered_event_study(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first: Mapping[Any, Any],
    level: float = 0.95,
    cluster: str | None = None,
    weights: str | None = None,
    month_effects_by: str | None = None,
    leads: int = 6,
    horizon: int = 12,
    errors: ImputationErrors = "bjs",
    draws: int = DRAWS,
    seed: int = 0,
) -> EffectEstimate:
    """Average effect from the month of the first campaign to ``horizon`` months after, by imputation, with its path and pre-trend.

    ``panel`` and its columns as for ``cells_of``; ``first``: unit → month of its first campaign, units without one left out or
    missing; ``errors`` as for ``imputed``. Assumes that without campaigns all units (of one ``month_effects_by`` group) would have moved
    alike, and that nothing happens before the first campaign.

    ``by_period`` has one row a month since the first campaign: ``period``, ``is_after``, ``effect``, ``std_error``, ``ci_low``,
    ``ci_high`` (NaN with fewer than five treated clusters) and ``units_count``. Rows before it are regression coefficients among
    untreated cells, relative to months earlier than ``leads`` before, and carry the check of the pre-trend. ``treated`` are the units whose
    effect enters; with twelve clusters or fewer the p-value and interval of the average are those of the wild bootstrap with
    ``draws`` and ``seed``. ``comparison_count`` counts units that were untreated in a month in which an effect was measured, whether they
    start later or never. ``before_count`` and ``after_count`` are the treated units' median months before and after.

    Raises ``DesignRefused`` as ``cells_of``, ``starts_of`` and ``imputed``.
    """
    bare = cells_of(panel, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster, month_effects_by=month_effects_by, level=level)
    cells, starts = starts_of(bare, first)
    found = imputed(cells, starts, horizon=horizon, errors=errors)
    matters = max(minimum_detectable_effect(found.fit.std_error, found.fit.df), abs(found.fit.estimate))
    before, check = _pre_trend(cells, starts, leads, matters, horizon / 2, level)
    after = event_path(found)
    rule = f"t, {found.fit.df} df, {CR_RULE}; treated residuals {errors}"
    effect = effect_inside(
        replace(cells, notes_vi=(*cells.notes_vi, *_not_imputed(found, horizon))),
        found.fit,
        method="staggered_event_study",
        estimand_vi=ESTIMAND_VI.format(months=horizon) + (", tính theo trọng số từng dòng" if weights else ""),
        level=level,
        start=span_of(cells, starts, found.treated),
        treated=names_of(cells, found.treated),
        **found.counts(),
        ci_from=rule,
        p_exact_from=rule,
        by_period=pd.concat([before, after.rows(found.fit.df, level)], ignore_index=True),
        checks=(check,),
    )
    return with_few_clusters(effect, found.linear, draws=draws, seed=seed)


def _pre_trend(cells: Cells, starts: Integers, leads: int, matters: float, months_after: float, level: float) -> tuple[pd.DataFrame, CheckResult]:
    """Rows before the first campaign, and what they say; without rows where the data cannot tell."""
    try:
        found = leads_of(cells, starts, leads)
    except DesignRefused as refused:
        return pd.DataFrame(), CheckResult(NAME, None, f"Chưa kiểm tra được xu hướng trước lần truyền thông đầu tiên: {refused}")
    return path_rows(found.periods, found.fit.coefficients, found.std_errors, found.units_count, found.fit.df, level), pre_trend(
        found, matters, months_after
    )


def _not_imputed(found: Imputed, horizon: int) -> tuple[str, ...]:
    """What is said of treated cells without enough others to compare with."""
    whole = found.imputation
    seen = np.bincount(whole.cells.unit_of[whole.since < 0], minlength=len(whole.cells.units)) > 0
    lost = (whole.since >= 0) & (whole.since <= horizon) & ~whole.is_imputed & seen[whole.cells.unit_of]
    units = len(np.unique(whole.cells.unit_of[lost]))
    said = f"Bỏ {text.number(int(lost.sum()))} dòng của {units} đơn vị đã truyền thông vì trong tháng đó còn dưới {MIN_CLUSTERS} cụm chưa có để so."
    return (said,) if lost.any() else ()
