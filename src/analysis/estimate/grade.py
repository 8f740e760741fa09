"""The evidence grade: one computed rule for text, chart and slide.

A strong, B suggestive, C not enough evidence, D cannot be assessed. A and B need a p-value, and a p-value needs a
false-alarm rate of at most 8 % measured on placebos of the same panel; until the suite has measured it the best
possible grade is C.
"""

import math
from dataclasses import dataclass

from analysis.estimate.result import Calibration, CheckResult, EffectEstimate, Grade

MAX_FALSE_ALARM_RATE = 0.08  # house rule: at a nominal 5 %, more than this and no p-value is printed
ALPHA = 0.05
MIN_ONE_SIGN_SHARE = 0.8  # of the specification curve
MIN_PLACEBO_PLANS = 100  # with fewer, a share of false alarms is too uncertain to promise anything
REQUIRED_CHECKS = frozenset({"pre-trend", "own spread", "placebo in time", "leave one out"})
REQUIRED_INSIDE = {  # inside the province, by the design that is graded
    "staggered_event_study": frozenset(
        {"pre-trend", "anticipation", "which communes", "leave one district out", "event exclusion", "negative controls", "other scale"}
    ),
    "distributed_lag": frozenset({"leads", "district doses", "leave one district out", "event exclusion", "negative controls", "other scale"}),
}
IDENTIFYING = {"staggered_event_study": "pre-trend", "distributed_lag": "leads"}  # without an answer to it, no grade above C

WITHIN_CHANCE_VI = "chênh lệch không vượt quá mức có thể do ngẫu nhiên"
LABELS_VI = {"A": "bằng chứng mạnh", "B": "gợi ý", "C": "chưa đủ bằng chứng", "D": "không đánh giá được"}
VERBS_VI = {"A": "góp phần", "B": "đi kèm với"}  # C and D have no causal verb at all


@dataclass(frozen=True)
class Verdict:
    """A grade with the Vietnamese reason that a reader may hold us to."""

    grade: Grade
    reason_vi: str


def grade(
    estimate: EffectEstimate | None, refusal_vi: str | None = None, *, is_declared: bool = False, alpha: float = ALPHA, direction: int = 0
) -> Verdict:
    """Grade an estimate, or a refused design. ``refusal_vi`` is why the design refuses (grade D).

    ``alpha`` is the declared level, never above 5 %; ``direction`` 1 or −1 is the hoped one, 0 where none was declared: a difference
    the other way is no contribution. Every condition must be shown to hold: a missing or undefined number counts as not shown.
    """
    if refusal_vi is not None or estimate is None:
        return Verdict("D", refusal_vi or "chưa có số liệu để ước lượng")
    calibration = estimate.calibration
    if not math.isfinite(estimate.estimate):
        return Verdict("C", "phép tính không cho ra một con số")
    if calibration is None or not _is_of(calibration, estimate):
        return Verdict("C", "chưa kiểm tra cách so sánh này có hay báo động nhầm trên chính bộ số liệu này hay không nên chưa kết luận")
    if not calibration.false_alarm_rate <= MAX_FALSE_ALARM_RATE:
        return Verdict("C", "cách so sánh này báo động nhầm quá thường xuyên trên chính bộ số liệu này")
    if not _at_most(estimate.p_exact, min(alpha, ALPHA)):
        return Verdict("C", "hai phép thử chưa cùng kết luận" if _at_most(estimate.p_rank, min(alpha, ALPHA)) else WITHIN_CHANCE_VI)
    if failed := [check for check in estimate.checks if check.is_passed is False and check.is_required]:
        return Verdict("C", f"có {len(failed)} phép kiểm tra bắt buộc không đạt")
    identifying = IDENTIFYING.get(estimate.method)
    if identifying is not None and identifying not in _answered(estimate.checks):
        return Verdict("C", "chưa kiểm tra được các nơi đem so có cùng xu hướng hay không")
    if direction * estimate.estimate < 0:
        return Verdict("C", "chênh lệch ngược chiều với điều kế hoạch mong đợi")
    return _grade_significant(estimate, is_declared=is_declared, alpha=min(alpha, ALPHA))


def _grade_significant(estimate: EffectEstimate, *, is_declared: bool, alpha: float) -> Verdict:
    """A needs every condition; B allows one of them to fail, each required check without an answer counting as one; otherwise C."""
    unmet = [
        reason
        for is_met, reason in (
            (is_declared, "chưa khai báo trước khi công bố chỉ số"),
            (
                _at_most(estimate.p_adjusted, alpha) and _at_most(estimate.p_rank_adjusted, alpha),
                "chưa đứng vững khi xét nhiều kết quả cùng lúc",
            ),
            (_at_most(estimate.p_rank, alpha), "thứ hạng giữa các kế hoạch giả định không xác nhận"),
            (not _unanswered(estimate), "có phép kiểm tra bắt buộc chưa làm được"),
            (not any(check.is_passed is False for check in estimate.checks), "có phép kiểm tra phụ không đạt"),
            (estimate.mde is not None and abs(estimate.estimate) > estimate.mde, "chênh lệch nhỏ hơn mức phép so sánh phát hiện được chắc chắn"),
            (_at_most(MIN_ONE_SIGN_SHARE, estimate.one_sign_share), "các cách tính khác chưa cho cùng chiều"),
        )
        if not is_met
    ]
    if not unmet:
        return Verdict("A", "mọi điều kiện đều đạt")
    open_checks = len(_unanswered(estimate))
    missing = len(unmet) + max(open_checks - 1, 0)
    return Verdict("B" if missing == 1 else "C", "; ".join(unmet))


def _is_of(calibration: Calibration, estimate: EffectEstimate) -> bool:
    """Whether the false alarms measured are those of this very method's exact p at the nominal level, on enough placebo plans."""
    is_same = (calibration.method, calibration.statistic, calibration.alpha) == (estimate.method, "exact", ALPHA)
    return is_same and calibration.placebos_count >= MIN_PLACEBO_PLANS


def _answered(checks: tuple[CheckResult, ...]) -> set[str]:
    return {check.name for check in checks if check.is_passed is not None}


def _unanswered(estimate: EffectEstimate) -> set[str]:
    """Required checks, of the design or by their own word, that were not made or could not be answered."""
    asked = {check.name for check in estimate.checks if check.is_required} | REQUIRED_INSIDE.get(estimate.method, REQUIRED_CHECKS)
    return asked - _answered(estimate.checks)


def _at_most(value: float | None, limit: float | None) -> bool:
    """Whether both are known and the first does not exceed the second."""
    return value is not None and limit is not None and value <= limit
