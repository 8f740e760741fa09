"""The estimators tried on simulated panels: the recommended ones with their errors, and the naive ones that they stand in for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from analysis.estimate.inference import Fit
from analysis.estimate.inside.carried import CarriedOver, fit_adstock
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.clustered import ClusteredFit, clustered_fit
from analysis.estimate.inside.counted import counted
from analysis.estimate.inside.group_time import averaged, group_time_effects
from analysis.estimate.inside.imputation import imputed
from analysis.estimate.inside.lags import Lagged, lagged, window_columns
from analysis.estimate.inside.linear_estimate import LinearEstimate, regression_estimate, weighted_estimate
from analysis.estimate.inside.naive_doses import contemporaneous_only, lagged_dependent
from analysis.estimate.inside.trials import LEVEL, Answer, Level, Trial, answer_of
from analysis.estimate.inside.wild import wild_cluster_bootstrap
from analysis.estimate.inside.windows import Mask, complete, usable
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

Errors = Literal["commune", "district", "wild", "iid"]

ERRORS_VI: dict[Errors, str] = {
    "commune": "theo xã",
    "district": "theo huyện (t)",
    "wild": "theo huyện (wild, Webb)",
    "iid": "coi mỗi dòng là độc lập",
}
LEVEL_OF: dict[Errors, Level] = {"commune": "commune", "iid": "commune", "district": "district", "wild": "district"}
LAGS = 6
HORIZON = 12


@dataclass(frozen=True)
class RecoveryMethod:
    """A way to ask a ``Trial``, and whether it is one of the naive ways.

    ``errors`` are those it can be asked with, by the level of assignment; the first is the one recommended there.
    """

    name: str
    name_vi: str
    ask: Callable[[Trial, Errors], Answer]
    commune_errors: tuple[Errors, ...] = ("commune",)
    district_errors: tuple[Errors, ...] = ("wild", "district", "commune")
    is_naive: bool = False

    def errors(self, level: Level) -> tuple[Errors, ...]:
        """The errors it is asked with where doses are assigned to communes, or to districts."""
        return self.commune_errors if level == "commune" else self.district_errors


@dataclass(frozen=True)
class Asked:
    """A method with the errors it is asked with."""

    method: RecoveryMethod
    errors: Errors
    is_recommended: bool

    @property
    def errors_vi(self) -> str:
        return ERRORS_VI[self.errors]


def asked_at(method: RecoveryMethod, level: Level) -> tuple[Asked, ...]:
    """Every way to ask ``method`` at a level of assignment; the first is recommended unless the method is naive."""
    return tuple(Asked(method, errors, not method.is_naive and place == 0) for place, errors in enumerate(method.errors(level)))


def _clusters(trial: Trial, errors: Errors) -> Cells:
    return trial.cells(LEVEL_OF[errors])


def _bootstrapped(trial: Trial, truth: float, of: LinearEstimate) -> Answer:
    found = wild_cluster_bootstrap(of, level=LEVEL, seed=trial.seed)
    if found.p_value is None:
        raise DesignRefused(found.reason_vi or "")
    low, high = (-np.inf if found.ci_low is None else found.ci_low), (np.inf if found.ci_high is None else found.ci_high)
    return Answer(truth, found.estimate, found.p_value, low, high)


def _of_regression(trial: Trial, truth: float, errors: Errors, cells: Cells, fit: ClusteredFit, weights: Matrix) -> Answer:
    """A combination of coefficients with the errors asked for; the design is free of effects, which a second time changes nothing."""
    if errors == "wild":
        names = tuple(f"biến {place + 1}" for place in range(len(weights)))
        return _bootstrapped(trial, truth, regression_estimate(cells, fit.design, names, weights))
    return answer_of(truth, _iid(cells, fit, weights) if errors == "iid" else fit.combination(weights))


def _iid(cells: Cells, fit: ClusteredFit, weights: Matrix) -> Fit:
    """Errors of least squares that believes every row to be independent of all others."""
    df = len(fit.residuals) - cells.effects().parameters - len(weights)
    spread = float((cells.weights * fit.residuals**2).sum()) / df
    bread = np.linalg.inv(fit.design.T @ (cells.weights[:, None] * fit.design))
    return Fit(float(weights @ fit.coefficients), float(np.sqrt(spread * weights @ bread @ weights)), df)


def _sum_of_lags(trial: Trial, errors: Errors, found: Lagged) -> Answer:
    weights = np.zeros(len(found.regression.coefficients))
    weights[: LAGS + 1] = 1.0
    return _of_regression(trial, trial.long_run, errors, found.cells, found.regression, weights)


@lru_cache(maxsize=4)
def _lagged(trial: Trial, level: Level) -> Lagged:
    """The distributed lag, fitted once for all that rests on it."""
    return lagged(trial.cells(level), trial.dose, LAGS)


@lru_cache(maxsize=4)
def _carried(trial: Trial, level: Level) -> CarriedOver:
    return fit_adstock(trial.cells(level), trial.dose)


@lru_cache(maxsize=4)
def _distributed_lag(trial: Trial, errors: Errors) -> Answer:
    return _sum_of_lags(trial, errors, _lagged(trial, LEVEL_OF[errors]))


def _event_entered(trial: Trial, errors: Errors) -> Answer:
    is_event = trial.drawn.is_event.ravel().astype(np.float64)[:, None]
    return _sum_of_lags(trial, errors, lagged(_clusters(trial, errors), trial.dose, LAGS, is_event))


def _officials_counted(trial: Trial, errors: Errors) -> Answer:
    everyone = trial.dosed(trial.drawn.own_dose + trial.drawn.officials_dose)
    return _sum_of_lags(trial, errors, lagged(_clusters(trial, errors), everyone, LAGS))


def _adstock(trial: Trial, errors: Errors) -> Answer:
    """Long-run effect; its p-value is that of the distributed-lag sum, since without an effect the decay is unidentified.

    The bootstrap is that of the regression on the Jacobian, in which the long-run effect is linear near the estimate.
    """
    found = _carried(trial, LEVEL_OF[errors])
    weights = np.array([1 / (1 - found.decay), 1 / (1 - found.decay) ** 2])
    answer = _of_regression(trial, trial.long_run, errors, found.cells, found.regression, weights)
    return replace(answer, p_value=_distributed_lag(trial, errors).p_value)


def _count_model(trial: Trial, errors: Errors) -> Answer:
    """Cumulative effect on the logit."""
    cells = _clusters(trial, errors)
    columns = window_columns(cells, trial.dose, 0, LAGS)
    rows = usable(cells, complete(columns))
    found = counted(cells.where(rows), columns[rows], tuple(f"liều {months} tháng trước" for months in range(LAGS + 1)))
    truth = trial.long_run * trial.drawn.truth.logit_a_point
    return _of_regression(trial, truth, errors, found.cells, found.regression, np.ones(LAGS + 1))


def _contemporaneous(trial: Trial, errors: Errors) -> Answer:
    return answer_of(trial.long_run, contemporaneous_only(_clusters(trial, errors), trial.dose))


def _lagged_dependent(trial: Trial, errors: Errors) -> Answer:
    return answer_of(trial.long_run, lagged_dependent(_clusters(trial, errors), trial.dose))


def _event_study(trial: Trial, errors: Errors) -> Answer:
    """Mean effect over the first ``HORIZON`` months, from cells up to then."""
    return _imputed_from(trial, errors, trial.since <= HORIZON)


def _whole_logs_only(trial: Trial, errors: Errors) -> Answer:
    """The event study without communes whose earlier log is missing."""
    return _imputed_from(trial, errors, (trial.since <= HORIZON) & trial.has_whole_log[trial.by_commune.unit_of])


def _imputed_from(trial: Trial, errors: Errors, kept: Mask) -> Answer:
    cells = _clusters(trial, errors).where(kept)
    found = imputed(cells, trial.first)
    truth = _planted_at(trial, kept, found.shares)
    if errors == "wild":
        return _bootstrapped(trial, truth, weighted_estimate(cells, found.weights, (found.shares > 0).astype(np.float64)))
    return answer_of(truth, found.fit)


def _planted_at(trial: Trial, kept: Mask, shares: Matrix) -> float:
    """The planted average with ``shares`` of the ``kept`` cells alone."""
    full = np.zeros(len(kept))
    full[kept] = shares
    return trial.planted(full)


def _group_time(trial: Trial, errors: Errors) -> Answer:
    """Mean over cohorts and their first ``HORIZON`` months, by size."""
    found = group_time_effects(_clusters(trial, errors), trial.first)
    chosen = found.within(0, HORIZON)
    shares = found.sizes[:, None] * chosen
    planted = (found.members * found.unit_weights) @ trial.drawn.planted_pct / found.sizes[:, None]
    return answer_of(float(np.average(planted, weights=shares)), averaged(found, chosen, "simple")[1])


def _static(trial: Trial, errors: Errors) -> Answer:
    cells, is_on = _clusters(trial, errors), (trial.since >= 0).astype(np.float64)
    fit = clustered_fit(cells, is_on[:, None], ("đã bắt đầu",)).fit()
    return answer_of(trial.planted(is_on * cells.weights), fit)


def _before_after(trial: Trial, _: Errors) -> Answer:
    """Each commune that began: its mean of the first ``HORIZON`` months less that of all months before, t over communes."""
    share, started = trial.drawn.share_pct, np.flatnonzero(trial.drawn.is_treated.any(axis=1))
    spans = [(share[unit, : trial.first[unit]], share[unit, trial.first[unit] : trial.first[unit] + HORIZON + 1]) for unit in started]
    gaps = np.array([after.mean() - before.mean() for before, after in spans])
    truth = trial.planted(((trial.since >= 0) & (trial.since <= HORIZON)).astype(np.float64))
    return answer_of(truth, Fit(float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps))), len(gaps) - 1))


WILD: tuple[Errors, ...] = ("wild",)
NAIVE_DISTRICT: tuple[Errors, ...] = ("district",)
METHODS = {
    method.name: method
    for method in (
        RecoveryMethod("distributed_lag", "trễ phân phối 0–6 tháng", _distributed_lag, ("commune", "iid")),
        RecoveryMethod("adstock_effect", "liều cộng dồn tắt dần", _adstock, district_errors=WILD),
        RecoveryMethod("staggered_event_study", "thay thế hai bước", _event_study),
        RecoveryMethod("whole_logs_only", "thay thế hai bước, bỏ xã thiếu nhật ký", _whole_logs_only, district_errors=WILD),
        RecoveryMethod("callaway_santanna", "Callaway–Sant’Anna", _group_time, district_errors=("district", "commune")),
        RecoveryMethod("event_entered", "trễ phân phối, có biến cố trong mô hình", _event_entered, district_errors=WILD),
        RecoveryMethod("uptake_count_model", "mô hình số hồ sơ (logit)", _count_model, district_errors=WILD),
        RecoveryMethod("contemporaneous_only", "chỉ liều cùng tháng", _contemporaneous, district_errors=NAIVE_DISTRICT, is_naive=True),
        RecoveryMethod("lagged_dependent", "có kết quả tháng trước trong mô hình", _lagged_dependent, district_errors=NAIVE_DISTRICT, is_naive=True),
        RecoveryMethod("static_two_way", "hai chiều tĩnh", _static, district_errors=NAIVE_DISTRICT, is_naive=True),
        RecoveryMethod("before_after", "trước – sau của xã có hoạt động", _before_after, district_errors=("commune",), is_naive=True),
        RecoveryMethod("event_left_out", "trễ phân phối, bỏ quên biến cố", _distributed_lag, district_errors=WILD, is_naive=True),
        RecoveryMethod("officials_counted", "trễ phân phối, gộp cả cán bộ", _officials_counted, district_errors=WILD, is_naive=True),
    )
}
