"""Two-way fixed effects: what most offices and many papers run, here for drawing and for comparison.

With one start and no weights the coefficient is that of ``demeaned_did``; what differs is the standard error, which takes the
years of one unit for independent news. With one treated unit on the PAPI panel such tests cry wolf in a quarter to three
quarters of plans that never existed, and with staggered starts a static coefficient weighs some effects negatively
(Goodman-Bacon 2021): no report rests on this module.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from analysis.estimate.assembled import effect_of
from analysis.estimate.difference import gap_weights
from analysis.estimate.every_unit import EveryUnit, of_contrasts
from analysis.estimate.inference import MIN_TREATED_CLUSTERS, Fit, placebo_groups
from analysis.estimate.matrix import Guards, Matrix, PanelMatrix, matrix_of
from analysis.estimate.result import EffectEstimate
from analysis.estimate.time_series import ranked, t_inference
from analysis.estimate.within import (
    Columns,
    DfRule,
    PanelErrors,
    Sample,
    double_demeaned,
    fits,
    refuse_few,
    sample_of,
    small_sample,
    treated_clusters,
)

ESTIMAND_VI = "chênh lệch của nhóm được xét so với nhóm còn lại, sau khi trừ mức riêng của từng đơn vị và mức chung của từng kỳ"


def two_way_fixed_effects(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Collection[Any],
    start: object,
    level: float = 0.95,
    errors: PanelErrors = "iid",
    cluster: str | None = None,
    df_rule: DfRule = "fixest",
    weights: str | None = None,
    controls: Sequence[str] = (),
    even_if_invalid: bool = False,
    seed: int = 0,
    **guards: Unpack[Guards],
) -> EffectEstimate:
    """Coefficient of a treatment dummy beside unit and period effects, by (weighted) least squares.

    ``panel`` and ``guards`` as for ``demeaned_did``; ``start`` may be a mapping of treated unit → first period. ``weights`` and
    ``controls`` are numeric columns without gaps. ``errors``: ``iid``, ``hc1`` or ``cluster`` (column ``cluster``; None: the unit).

    ``df_rule`` names the small-sample rule of clustered errors, with G clusters, M cells and K parameters:

    - ``fixest`` and ``stata`` (``xtreg, fe``; ``reghdfe``): G/(G-1) × (M-1)/(M-K), K without effects nested in clusters; t, G-1 df;
    - ``statsmodels`` (OLS with dummies): the same with K counting every effect; normal;
    - ``linearmodels``: M/(M-K), K counting every effect, no factor for clusters; t, M-K df.

    ``iid`` and ``hc1`` divide by M-K under every rule, with t and M-K df (``statsmodels``: normal for ``hc1``). On the castle-doctrine
    panel the rules give 0.05586, 0.05859 and 0.05806. Robust and clustered errors are refused with fewer than five treated
    clusters or a leverage above 0.99 unless ``even_if_invalid``, which is there for the table that shows how wrong they are.

    ``by_period`` is the event study (base: the period before the start), with the same errors. ``p_rank`` and ``mde`` rest on
    comparison units given the plan with the treated left out, and are None with weights or controls. Raises ``DesignRefused``.
    """
    matrix = matrix_of(panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, level=level, **guards)
    sample = sample_of(matrix, Columns(panel, unit, time), cluster, weights, controls)
    dummy = _path(matrix)
    if not even_if_invalid:
        refuse_few(sample, dummy, errors)
    fit = fits(sample, dummy[:, None], errors, df_rule)[0]
    is_plain = weights is None and not controls
    placebos = _placebos(matrix, seed) if is_plain else np.empty(0)
    return effect_of(
        matrix if is_plain else replace(matrix, data_hash=_hash(matrix, sample)),
        start=start,
        level=level,
        method="two_way_fixed_effects",
        estimand_vi=ESTIMAND_VI,
        estimate=fit.estimate,
        **t_inference(fit, level, f"errors {errors}, df rule {df_rule}", matrix.outcomes),
        **ranked(matrix, fit.estimate, placebos, seed),
        by_period=_event_study(matrix, sample, errors, df_rule, level, MIN_TREATED_CLUSTERS if errors != "iid" and not even_if_invalid else 0),
    )


def every_two_way(outcomes: Matrix, clock: Matrix, before: int, errors: PanelErrors = "iid", df_rule: DfRule = "fixest") -> EveryUnit:
    """``two_way_fixed_effects`` with each unit treated alone, clustered by unit; invalid errors are given, to be measured."""
    units, periods = outcomes.shape
    found = of_contrasts(_shifts(outcomes, clock, before))
    after = (np.arange(periods) >= before) - (periods - before) / periods
    dummies = (np.eye(units) - 1 / units)[:, :, None] * after  # treated unit × unit × period, effects taken out
    residuals = double_demeaned(outcomes) - found.estimates[:, None, None] * dummies
    size = (1 - 1 / units) * (after**2).sum()
    scores = dummies * residuals
    if errors == "cluster":
        scores = scores.sum(axis=2, keepdims=True)
    meat = size * (residuals**2).sum(axis=(1, 2)) if errors == "iid" else (scores**2).sum(axis=(1, 2))
    factor, df = small_sample(errors, df_rule, units * periods, units + periods, 1 + periods, units)
    return replace(found, std_errors=np.sqrt(factor * meat) / size, df=df)


def every_demeaned_hc1(outcomes: Matrix, clock: Matrix, before: int) -> EveryUnit:
    """``demeaned_did`` with HC1 errors and each unit treated alone: what ``demeaned_did`` refuses, to be measured."""
    found, count = of_contrasts(_shifts(outcomes, clock, before)), len(outcomes)
    iid_factor, hc1_factor = (1 + 1 / (count - 1)) / (count - 2), count / (count - 2) / (count - 1) ** 2  # the treated residual is nought
    iid_errors = found.std_errors if found.std_errors is not None else np.full(count, np.nan)
    return replace(found, std_errors=iid_errors * np.sqrt(hc1_factor / iid_factor))


def _shifts(outcomes: Matrix, clock: Matrix, before: int) -> Matrix:
    """Mean after less mean before, one a unit."""
    return np.asarray(outcomes @ gap_weights(clock, before, "mean")[:, before:].mean(axis=1))


def _path(matrix: PanelMatrix) -> Matrix:
    """Treatment dummy, N×T in one row."""
    begun = np.arange(len(matrix.times)) >= matrix.starts[:, None]
    return np.asarray((begun & matrix.is_treated[:, None]).ravel(), dtype=np.float64)


def _hash(matrix: PanelMatrix, sample: Sample) -> str:
    """sha256 of the outcome's cells and of the weights and controls beside them."""
    digest = hashlib.sha256(matrix.data_hash.encode())
    for column in (sample.root_weights, sample.controls):
        digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
    return digest.hexdigest()


def _placebos(matrix: PanelMatrix, seed: int) -> Matrix:
    """Coefficients with groups of comparison units given the treated units' starts and the treated left out."""
    begins, others = np.sort(matrix.starts[matrix.is_treated]), matrix.outcomes[~matrix.is_treated]
    if len(begins) >= len(others):
        return np.empty(0)
    paths = np.zeros_like(others)
    paths[: len(begins)] = np.arange(others.shape[1]) >= begins[:, None]
    size = float((double_demeaned(paths) ** 2).sum())
    gains = double_demeaned(others) @ paths[: len(begins)].T
    groups = placebo_groups(len(others), len(begins), seed)
    return np.asarray(gains[groups, np.arange(len(begins))].sum(axis=1) / size)


def _event_study(matrix: PanelMatrix, sample: Sample, errors: PanelErrors, rule: DfRule, level: float, min_clusters: int) -> pd.DataFrame:
    """One row a period (staggered: time since the start); a row with fewer treated clusters than ``min_clusters`` has no error."""
    since = np.arange(len(matrix.times)) - matrix.starts[:, None]
    events = np.unique(since[matrix.is_treated])
    dummies = {int(event): ((since == event) & matrix.is_treated[:, None]).ravel().astype(np.float64) for event in events}
    shown = [event for event in dummies if event != -1]
    found = dict(zip(shown, fits(sample, np.column_stack([dummies[event] for event in shown]), errors, rule), strict=True))
    has_error = {event: treated_clusters(sample, dummies[event]) >= min_clusters for event in shown}
    base = Fit(0.0, np.nan, 1)
    return pd.DataFrame(
        [
            _event_row(matrix, event, found[event] if has_error.get(event) else replace(found.get(event, base), std_error=np.nan), level)
            for event in dummies
        ]
    )


def _event_row(matrix: PanelMatrix, event: int, fit: Fit, level: float) -> dict[str, Any]:
    column = matrix.before_count + event
    observed = np.nan if matrix.is_staggered else float(matrix.outcomes[matrix.is_treated, column].mean())
    low, high = fit.interval(level)
    return {
        "period": event if matrix.is_staggered else matrix.times[column],
        "is_after": event >= 0,
        "effect": fit.estimate,
        "observed": observed,
        "counterfactual": observed - fit.estimate,
        "std_error": fit.std_error,
        "ci_low": low,
        "ci_high": high,
    }
