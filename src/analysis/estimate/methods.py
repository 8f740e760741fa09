"""The methods of the province design by name: how each is asked, its fast form for calibration, and which p-value it is judged by."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from analysis.estimate.difference import demeaned_did, detrended_did, every_demeaned, every_detrended, every_last_year, last_year_did
from analysis.estimate.every_unit import EveryUnitOf
from analysis.estimate.result import EffectEstimate, Statistic
from analysis.estimate.synthetic import every_demeaned_synthetic_control, every_synthetic_control, synthetic_control
from analysis.estimate.synthetic_did import every_synthetic_did, synthetic_did

Estimator = Callable[..., EffectEstimate]


@dataclass(frozen=True)
class Method:
    """``every`` is the very ``ask`` with each unit treated alone, None where that takes one call a placebo plan."""

    name: str
    name_vi: str
    ask: Estimator
    every: EveryUnitOf | None
    statistic: Statistic


PRIMARY = Method("demeaned_did", "so với mức trước của chính từng tỉnh", demeaned_did, every_demeaned, "exact")
COMPANIONS = (
    Method("detrended_did", "so với xu hướng trước của chính từng tỉnh", detrended_did, every_detrended, "exact"),
    Method(
        "demeaned_synthetic_control",
        "so với nhóm tỉnh đối chứng tổng hợp",
        partial(synthetic_control, demeaned=True, solver="exact"),
        every_demeaned_synthetic_control,
        "rank",
    ),
    Method("synthetic_did", "so với nhóm đối chứng và các năm có trọng số", partial(synthetic_did, solver="exact"), every_synthetic_did, "rank"),
)
LAST_YEAR = Method("last_year_did", "so với năm liền trước", last_year_did, every_last_year, "exact")
PLAIN_CONTROL = Method(
    "synthetic_control", "so với nhóm đối chứng tổng hợp, không trừ mức", partial(synthetic_control, solver="exact"), every_synthetic_control, "rank"
)
METHODS = {method.name: method for method in (PRIMARY, *COMPANIONS, LAST_YEAR, PLAIN_CONTROL)}
PUBLIC = {synthetic_control: PLAIN_CONTROL, synthetic_did: COMPANIONS[2]}  # whose default solver calibration leaves for the exact one


def method_of(estimator: Estimator | Method) -> Method:
    """The method behind a public function, or a method itself; a function without a fast form is asked once a placebo plan."""
    if isinstance(estimator, Method):
        return estimator
    known = [method for method in METHODS.values() if method.ask is estimator] + ([PUBLIC[estimator]] if estimator in PUBLIC else [])
    name = getattr(estimator, "__name__", "estimator")
    return known[0] if known else Method(name, name, estimator, None, "exact")
