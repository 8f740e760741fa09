"""Checks beside an estimate: what would have to be true, looked at one by one, each with pass, fail or not known.

Every check answers for the primary design, ``demeaned_did`` of one treated unit. Sentences name no p-value and no interval: a report
prints these only where their false alarms were measured, and those of the checks were not. A check that cannot be made says why and is
None; a check that passes only because it could not have failed is None as well.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.difference import demeaned_did, last_year_did, unit_contrasts
from analysis.estimate.honest import breakdown_value, relative_magnitude_bounds
from analysis.estimate.inference import SIGNIFICANCE, cross_section, minimum_detectable_effect
from analysis.estimate.matrix import MIN_COMPARISON_UNITS, Matrix, matrix_of
from analysis.estimate.past_spread import UNUSUAL, past_spread
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult, EffectEstimate

MIN_FOR_SLOPE = 3
MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)  # of the largest yearly difference in trends before


@dataclass(frozen=True)
class Design:
    """The arguments of an estimator, kept together so that a check can ask again with one of them changed."""

    panel: pd.DataFrame
    unit: str
    time: str
    outcome: str
    treated: Any
    start: Any
    level: float = 0.95
    decimals: int = 2
    era: str | None = None

    def estimate(self, **changed: Any) -> EffectEstimate:
        """``demeaned_did`` with some arguments changed. Raises ``DesignRefused``."""
        return demeaned_did(**{**self.arguments(), **changed})

    def arguments(self) -> dict[str, Any]:
        """As every estimator takes them."""
        guards = {} if self.era is None else {"era": self.era}
        return guards | {
            "panel": self.panel,
            "unit": self.unit,
            "time": self.time,
            "outcome": self.outcome,
            "treated": [self.treated],
            "start": self.start,
            "level": self.level,
        }

    def said(self, value: float) -> str:
        """A figure in the outcome's unit, with its sign."""
        return text.signed(value, self.decimals)

    def before(self) -> pd.DataFrame:
        """Rows before the start."""
        return self.panel[self.panel[self.time] < self.start]


def pre_trend(design: Design, estimate: EffectEstimate) -> CheckResult:
    """Did the unit drift away from the others before the start, and could this test have seen a drift that matters?

    The slope of each unit before the start is compared by exact t. A drift seen fails. A drift not seen passes only if one that
    would by itself make up an effect of the minimum detectable size would have been seen with 80 % power; else not known.
    """
    name, matrix = "pre-trend", matrix_of(**design.arguments())
    before = matrix.before_count
    if before < MIN_FOR_SLOPE:
        return CheckResult(name, None, f"Chưa kiểm tra được xu hướng trước: chỉ có {before} kỳ trước, cần ít nhất {MIN_FOR_SLOPE}.")
    carried = float(matrix.clock[before:].mean() - matrix.clock[:before].mean())
    slopes = matrix.outcomes[:, :before] @ _slope_weights(matrix.clock[:before])
    try:
        fit = cross_section(slopes * carried, matrix.is_treated)
    except DesignRefused as refused:
        return CheckResult(name, None, str(refused))
    seen = minimum_detectable_effect(_controls_error(slopes * carried, matrix.is_treated), fit.df)
    drift = f"xu hướng riêng trước mốc, nếu kéo dài, tự nó tạo ra {design.said(fit.estimate)}"
    if fit.p_value <= SIGNIFICANCE:
        return CheckResult(name, False, f"Trước mốc đã lệch dần so với các đơn vị khác, quá mức ngẫu nhiên: {drift}.", value=fit.estimate)
    if estimate.mde is not None and seen > estimate.mde:
        weak = f"phép thử chỉ nhận ra độ lệch từ {text.number(seen, design.decimals)} trở lên"
        return CheckResult(name, None, f"Không thấy lệch dần trước mốc nhưng phép thử yếu: {drift}; {weak}.", value=fit.estimate)
    return CheckResult(name, True, f"Không thấy lệch dần trước mốc: {drift}.", value=fit.estimate)


def _slope_weights(clock: Matrix) -> Matrix:
    centred = clock - clock.mean()
    return np.asarray(centred / (centred**2).sum())


def _controls_error(contrasts: Matrix, is_treated: Any) -> float:
    others = contrasts[~is_treated]
    return float(np.sqrt(others.var(ddof=1) * (1 + 1 / len(others))))


def placebo_in_time(design: Design) -> CheckResult:
    """The same estimate at every earlier start, on the periods before the real one alone, where nothing had happened yet.

    Fails when more than one in ten of the earlier starts reads as more than chance; with fewer than ten of them, any.
    """
    name, rows = "placebo in time", design.before()
    times = sorted(rows[design.time].unique())
    found = [_tried(design, panel=rows, start=start) for start in times[2:]]
    p_values = [item.p_exact for item in found if item is not None and item.p_exact is not None]
    if not p_values:
        return CheckResult(name, None, "Chưa thử được mốc giả ở các kỳ trước: cần ít nhất ba kỳ trước mốc thật.")
    alarms = sum(p <= SIGNIFICANCE for p in p_values)
    is_passed = alarms <= len(p_values) / 10
    said = f"{alarms} trên {len(p_values)} mốc giả đặt trước mốc thật cho chênh lệch vượt mức ngẫu nhiên"
    return CheckResult(name, is_passed, f"{said}.", value=alarms / len(p_values))


def _tried(design: Design, **changed: Any) -> EffectEstimate | None:
    try:
        return design.estimate(**changed)
    except DesignRefused:
        return None


def leave_one_out(design: Design, estimate: EffectEstimate) -> CheckResult:
    """Does the answer hang on one comparison unit? Every one is left out in turn; sign and verdict must stay."""
    matrix = matrix_of(**design.arguments())
    contrasts, others = unit_contrasts(matrix, "mean"), np.flatnonzero(~matrix.is_treated)
    if len(others) <= MIN_COMPARISON_UNITS:
        return CheckResult("leave one out", None, "Chưa thử được bỏ từng đơn vị so sánh: còn quá ít đơn vị.")
    fits = [cross_section(np.delete(contrasts, row), np.delete(matrix.is_treated, row)) for row in others]
    low, high = min(fit.estimate for fit in fits), max(fit.estimate for fit in fits)
    same = all(_agrees(replace(estimate, estimate=fit.estimate, p_exact=fit.p_value), estimate) for fit in fits)
    said = f"Bỏ từng đơn vị so sánh một: chênh lệch từ {design.said(low)} đến {design.said(high)}"
    return CheckResult("leave one out", same, f"{said}; {_unchanged(is_so=same)}.", value=high - low)


def _agrees(one: EffectEstimate, other: EffectEstimate) -> bool:
    """Whether two answers read the same: both within chance, or both beyond it in one direction."""
    if _is_significant(one) != _is_significant(other):
        return False
    return not _is_significant(one) or bool(np.sign(one.estimate) == np.sign(other.estimate))


def _unchanged(*, is_so: bool) -> str:
    return "kết luận không đổi" if is_so else "có trường hợp kết luận đổi"


def _is_significant(found: EffectEstimate) -> bool:
    return found.p_exact is not None and found.p_exact <= SIGNIFICANCE


def other_start(design: Design, estimate: EffectEstimate) -> CheckResult:
    """Does the answer hang on the very start? One period earlier and later must read the same."""
    name, times = "other start", sorted(design.panel[design.time].unique())
    place = int(np.searchsorted(np.array(times), design.start))
    tried = [
        (start, _tried(design, start=start, panel=without_between(design, start)))
        for start in (times[max(place - 1, 0)], *times[place + 1 : place + 2])
    ]
    found = [(start, item) for start, item in tried if item is not None]
    if not found:
        return CheckResult(name, None, "Chưa thử được mốc sớm hoặc muộn hơn một kỳ: không đủ kỳ.", is_required=False)
    listed = text.enumerate_vi([f"từ {start}: {design.said(item.estimate)}" for start, item in found])
    same = all(_agrees(item, estimate) for _, item in found)
    return CheckResult(name, same, f"Dời mốc một kỳ: {listed}; {_unchanged(is_so=same)}.", is_required=False)


def without_between(design: Design, start: Any) -> pd.DataFrame:
    """The panel without the periods from the real start up to a later one: they are touched by the plan and belong to no side."""
    times = design.panel[design.time]
    return design.panel[~((times >= design.start) & (times < start))]


def other_footing(design: Design, estimate: EffectEstimate, footings: Mapping[str, str]) -> CheckResult:
    """Does the answer hang on the scale? ``footings``: Vietnamese name → column of the panel, higher meaning better in each."""
    name = "other footing"
    tried = [(said, _tried(design, outcome=column)) for said, column in footings.items() if column != design.outcome]
    found = [(said, item) for said, item in tried if item is not None]
    if not found:
        return CheckResult(name, None, "Chưa thử được thang đo khác: không có số liệu.")
    listed = text.enumerate_vi([f"{said}: {text.signed(item.estimate, 2)}" for said, item in found])
    same = all(_agrees(item, estimate) for _, item in found)
    return CheckResult(name, same, f"Trên thang đo khác: {listed}; {_unchanged(is_so=same)}.")


def donor_contamination(design: Design, estimate: EffectEstimate, suspects: Collection[Any], suspects_vi: str) -> CheckResult:
    """Does the answer hang on comparison units that the plan may have reached, or that had a plan like it?

    ``suspects`` are those units, ``suspects_vi`` how the report calls them. Without any the question stays open: other provinces
    communicate too, so the estimand is more than the average of the others.
    """
    name, present = "donor contamination", sorted({*suspects} & {*design.panel[design.unit]} - {design.treated}, key=str)
    if not present:
        return CheckResult(
            name, None, "Không biết đơn vị so sánh nào cũng có kế hoạch tương tự; chênh lệch là phần hơn mức chung.", is_required=False
        )
    found = _tried(design, panel=design.panel[~design.panel[design.unit].isin(present)])
    if found is None:
        return CheckResult(name, None, f"Bỏ {suspects_vi} thì còn quá ít đơn vị so sánh.", is_required=False)
    same = _agrees(found, estimate)
    said = f"Bỏ {suspects_vi} ({len(present)} đơn vị): {design.said(found.estimate)}"
    return CheckResult(name, same, f"{said}; {_unchanged(is_so=same)}.", value=found.estimate)


def regression_to_mean(design: Design, estimate: EffectEstimate) -> CheckResult:
    """The bracket of two bases: all periods before, and the last one alone, which is low by chance if plans answer bad scores.

    Passes when both ends have one sign; fails when zero lies between them. Soft, since nobody knows why the plan was made.
    """
    try:
        last = last_year_did(**design.arguments())
    except DesignRefused as refused:
        return CheckResult("regression to the mean", None, str(refused), is_required=False)
    low, high = sorted((estimate.estimate, last.estimate))
    same = bool(np.sign(low) == np.sign(high))
    said = f"So với mọi kỳ trước: {design.said(estimate.estimate)}; so với kỳ liền trước: {design.said(last.estimate)}"
    ending = "hai cách cùng chiều" if same else "hai cách trái chiều, nên chênh lệch có thể chỉ là điểm trở về mức thường có"
    return CheckResult("regression to the mean", same, f"{said}; {ending}.", is_required=False, value=high - low)


def own_spread(design: Design) -> CheckResult:
    """Did the unit wander more than nearly all others before the start? Then any year of its looks special, whatever it did."""
    name, found = "own spread", past_spread(matrix_of(**design.arguments()))
    if found is None:
        return CheckResult(name, None, "Chưa so được mức dao động trước mốc: cần ít nhất ba kỳ trước.")
    ratio, share = found
    said = f"Trước mốc, mức dao động của đơn vị bằng {text.number(ratio, 1)} lần mức của đơn vị đứng giữa"
    is_usual = share > UNUSUAL
    ending = "không khác thường" if is_usual else "thuộc nhóm dao động mạnh nhất, nên năm nào cũng dễ có vẻ khác thường"
    return CheckResult(name, is_usual, f"{said}; {ending}.", value=ratio)


def negative_controls(design: Design, outcomes: Mapping[str, str]) -> CheckResult:
    """Outcomes the plan never touches must not move. ``outcomes``: Vietnamese name → column of the panel."""
    name = "negative controls"
    found = [(said, item) for said, column in outcomes.items() if (item := _tried(design, outcome=column)) is not None]
    if not found:
        return CheckResult(name, None, "Không có kết quả đối chứng (điều mà kế hoạch không nhắm tới) trong cùng các kỳ.", is_required=False)
    moved = [said for said, item in found if _is_significant(item) and _is_usual(design, outcomes[said])]
    listed = text.enumerate_vi([f"{said}: {text.signed(item.estimate, 2)}" for said, item in found])
    ending = f"{text.enumerate_vi(moved)} cũng lệch, dù kế hoạch không nhắm tới" if moved else "không kết quả nào lệch"
    return CheckResult(name, not moved, f"Kết quả mà kế hoạch không nhắm tới: {listed}; {ending}.")


def _is_usual(design: Design, column: str) -> bool:
    """Whether the unit's past in another outcome is no more restless than that of the others; if it is, its moves say nothing."""
    spread = past_spread(matrix_of(**{**design.arguments(), "outcome": column}))
    return spread is None or spread[1] > UNUSUAL


def honest_bounds(design: Design) -> CheckResult:
    """How far may trends differ after the start, in units of the largest yearly difference before, before zero is among the answers?

    Rambachan and Roth (2023), relative magnitudes, for the mean of the periods after; errors and their covariance are those of
    the comparison units. Passes where zero stays out up to once the largest difference seen before; otherwise not known. It never
    fails: its base is the last period before alone, noisier than the estimate it stands beside.
    """
    name, matrix = "honest bounds", matrix_of(**design.arguments())
    before, after = matrix.before_count, len(matrix.times) - matrix.before_count
    moved = np.delete(matrix.outcomes - matrix.outcomes[:, [before - 1]], before - 1, axis=1)
    others = moved[~matrix.is_treated]
    path, covariance = moved[matrix.is_treated][0] - others.mean(axis=0), np.cov(others, rowvar=False) * (1 + 1 / len(others))
    try:
        table = relative_magnitude_bounds(path, covariance, before_count=before - 1, weights=[1 / after] * after, multiples=MULTIPLES)
    except DesignRefused as refused:
        return CheckResult(name, None, str(refused))
    broken = breakdown_value(table)
    if np.isnan(broken):
        held = "Khoảng tin cậy so với kỳ liền trước đã chứa số 0 ngay khi xu hướng không lệch thêm, nên không có gì để thử."
        return CheckResult(name, None, held, value=0.0, is_required=False)
    said = f"Số 0 chỉ vào khoảng tin cậy khi xu hướng sau mốc lệch quá {text.number(broken, 1)} lần mức lệch lớn nhất trước đó"
    return CheckResult(name, True if broken >= 1.0 else None, f"{said}.", value=float(broken), is_required=False)


def all_checks(design: Design, estimate: EffectEstimate, footings: Mapping[str, str], more: Sequence[CheckResult] = ()) -> tuple[CheckResult, ...]:
    """The checks that every primary estimate carries, in the order of the report, and any ``more``."""
    return (
        pre_trend(design, estimate),
        own_spread(design),
        placebo_in_time(design),
        leave_one_out(design, estimate),
        other_start(design, estimate),
        other_footing(design, estimate, footings),
        regression_to_mean(design, estimate),
        *more,
    )
