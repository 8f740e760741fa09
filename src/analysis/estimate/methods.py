"""The methods of the province design by name: how each is asked, its fast form for calibration, and which p-value it is judged by."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from analysis.estimate.difference import demeaned_did, detrended_did, every_demeaned, every_detrended, every_last_year, last_year_did
from analysis.estimate.every_unit import EveryUnitOf
from analysis.estimate.long_series import debiased_t_test, every_debiased_t_test
from analysis.estimate.plain_comparisons import before_after, every_before_after, every_gap_to_others, gap_to_others
from analysis.estimate.result import EffectEstimate, Statistic
from analysis.estimate.synthetic import every_demeaned_synthetic_control, every_synthetic_control, synthetic_control
from analysis.estimate.synthetic_difference import every_synthetic_did, synthetic_did
from analysis.estimate.time_series import SeriesErrors, every_interrupted_time_series, interrupted_time_series
from analysis.estimate.two_way import every_demeaned_hc1, every_two_way, two_way_fixed_effects
from analysis.estimate.within import PanelErrors

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


def _two_way(errors: PanelErrors, name_vi: str) -> Method:
    ask = partial(two_way_fixed_effects, errors=errors, even_if_invalid=True)
    return Method(f"two_way_fixed_effects_{errors}", name_vi, ask, partial(every_two_way, errors=errors), "exact")


def _turning_line(errors: SeriesErrors, name_vi: str) -> Method:
    """The usual segmented regression, whose line may turn at the start."""
    ask = partial(interrupted_time_series, errors=errors, slope=True)
    return Method(f"interrupted_time_series_{errors}", name_vi, ask, partial(every_interrupted_time_series, errors=errors, slope=True), "exact")


TWO_WAY_IID = _two_way("iid", "hiệu ứng cố định hai chiều, sai số thường")
COMPARISONS = (  # what is run elsewhere, so that its false alarms can be shown; ``demeaned_did_hc1`` is asked by calibration alone
    Method("before_after", "các năm sau so với các năm trước của chính tỉnh", before_after, every_before_after, "exact"),
    _two_way("cluster", "hiệu ứng cố định hai chiều, sai số theo cụm tỉnh"),
    Method(
        "demeaned_did_hc1", "so với mức trước của từng tỉnh, sai số bền vững HC1", partial(demeaned_did, errors="hc1"), every_demeaned_hc1, "exact"
    ),
    _two_way("hc1", "hiệu ứng cố định hai chiều, sai số bền vững HC1"),
    TWO_WAY_IID,
    _turning_line("ols", "chuỗi gián đoạn của chính tỉnh, sai số thường"),
    _turning_line("hac", "chuỗi gián đoạn của chính tỉnh, sai số Newey-West"),
    _turning_line("glsar", "chuỗi gián đoạn của chính tỉnh, sai số tự tương quan AR(1)"),
    Method("gap_to_others", "khoảng cách đến các tỉnh khác, đường thẳng và bước nhảy", gap_to_others, every_gap_to_others, "exact"),
)
SLOW_COMPARISONS = (  # most of a minute on 1,960 placebo plans
    Method(
        "interrupted_time_series_local_level",
        "chuỗi gián đoạn của chính tỉnh, mức trôi",
        partial(interrupted_time_series, errors="local_level"),
        partial(every_interrupted_time_series, errors="local_level"),
        "exact",
    ),
    Method("debiased_t_test", "so với nhóm đối chứng tổng hợp, đã trừ sai lệch", debiased_t_test, every_debiased_t_test, "exact"),
)
NO_TURN = Method(
    "interrupted_time_series_step", "chuỗi gián đoạn không đổi độ dốc, sai số thường", interrupted_time_series, every_interrupted_time_series, "exact"
)
PUBLIC: dict[Estimator, Method] = {  # public functions as they are called without options, where no method asks just that
    synthetic_control: PLAIN_CONTROL,
    synthetic_did: COMPANIONS[2],
    two_way_fixed_effects: TWO_WAY_IID,
    interrupted_time_series: NO_TURN,
}  # calibration leaves the default solver of the synthetic designs for the exact one


def method_of(estimator: Estimator | Method) -> Method:
    """The method behind a public function, or a method itself; a function without a fast form is asked once a placebo plan."""
    if isinstance(estimator, Method):
        return estimator
    listed = (*METHODS.values(), *COMPARISONS, *SLOW_COMPARISONS)
    known = [method for method in listed if method.ask is estimator] + ([PUBLIC[estimator]] if estimator in PUBLIC else [])
    name = getattr(estimator, "__name__", "estimator")
    return known[0] if known else Method(name, name, estimator, None, "exact")
