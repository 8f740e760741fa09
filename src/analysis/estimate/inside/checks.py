"""What else must hold before a difference inside the province may be read as more than chance: each check asks again with one thing changed."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.families import holm
from analysis.estimate.inference import SIGNIFICANCE
from analysis.estimate.inside.lags import distributed_lag
from analysis.estimate.inside.questions import (
    DISTRICT,
    DISTRICT_DOSE,
    DOSE,
    DOSSIERS,
    MONTH,
    NEIGHBOURS,
    ONLINE,
    UNIT,
    FirstCampaigns,
    InsideQuestion,
    RepeatedDoses,
)
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult, EffectEstimate

ANTICIPATED = 2  # months before the first campaign in which news of it may run ahead
LEADS = 3
KEPT_SHARE = 0.5  # of the estimate, without any one district
LOGIT = "logit"
DECIMALS = 2


def all_checks(question: InsideQuestion, estimate: EffectEstimate) -> tuple[CheckResult, ...]:
    """The checks of a question in the order of the report; what the estimator checked of itself comes first."""
    found = (
        *((leads(question), district_doses(question)) if isinstance(question, RepeatedDoses) else ()),
        *((anticipation(question, estimate), which_communes(question, estimate)) if isinstance(question, FirstCampaigns) else ()),
        negative_controls(question),
        event_exclusion(question, estimate),
        leave_one_district_out(question, estimate),
        other_scale(question, estimate),
        spill_over(question, estimate),
    )
    return (*estimate.checks, *found)


def said(value: float) -> str:
    """Percentage points with their sign."""
    return text.signed(value, DECIMALS)


def is_significant(estimate: EffectEstimate) -> bool:
    """Beyond chance at 5 % by the estimate's own errors."""
    return estimate.p_exact is not None and estimate.p_exact <= SIGNIFICANCE


def agrees(one: EffectEstimate, other: EffectEstimate) -> bool:
    """Whether two answers read the same: both within chance, or both beyond it in one direction."""
    if is_significant(one) != is_significant(other):
        return False
    return not is_significant(one) or bool(np.sign(one.estimate) == np.sign(other.estimate))


def _tried(question: InsideQuestion) -> EffectEstimate | None:
    try:
        return question.ask()
    except DesignRefused:
        return None


def _unchanged(*, is_so: bool) -> str:
    return "kết luận không đổi" if is_so else "có trường hợp kết luận đổi"


def leads(question: RepeatedDoses) -> CheckResult:
    """What will be said in the coming months cannot have moved this month's outcome: ``LEADS`` leads must be nought, jointly."""
    try:
        found = distributed_lag(question.rows, dose=DOSE, lags=question.lags, leads=LEADS, saturation=question.saturation, **question.arguments())
    except DesignRefused as refusal:
        return CheckResult("leads", None, str(refusal))
    own = next(check for check in found.checks if check.name == "leads")
    ending = {True: "không đi cùng khác biệt nào quá mức ngẫu nhiên", False: "đã đi cùng khác biệt quá mức ngẫu nhiên, dù chưa diễn ra"}
    if own.is_passed is None:
        return own
    return replace(own, sentence_vi=f"Hoạt động của {LEADS} tháng sau {ending[own.is_passed]}.")


def anticipation(question: FirstCampaigns, estimate: EffectEstimate) -> CheckResult:
    """Did uptake move in the months just before the first campaign? Then something else had begun, or the news ran ahead.

    The start is set ``ANTICIPATED`` months earlier and only the months before the real start are asked.
    """
    name = "anticipation"
    moved = {unit: str(pd.Period(month, freq="M") - ANTICIPATED) for unit, month in question.first.items()}
    real = question.rows[UNIT].map(question.first)
    before = question.rows[real.isna() | (question.rows[MONTH] < real)]
    found = _tried(question.on(before, first=moved, horizon=ANTICIPATED))
    if found is None:
        return CheckResult(name, None, f"Chưa thử được {ANTICIPATED} tháng ngay trước lần đầu: không đủ tháng.")
    sentence = f"{ANTICIPATED} tháng ngay trước lần đầu đã khác mức chờ đợi {said(found.estimate)} điểm phần trăm"
    if is_significant(found):
        return CheckResult(name, False, f"{sentence}, quá mức ngẫu nhiên: có điều khác bắt đầu trước.", value=found.estimate)
    seen = _could_see(found, estimate)
    ending = "trong mức ngẫu nhiên" if seen else "trong mức ngẫu nhiên, nhưng phép thử yếu"
    return CheckResult(name, True if seen else None, f"{sentence}, {ending}.", value=found.estimate)


def which_communes(question: FirstCampaigns, estimate: EffectEstimate) -> CheckResult:
    """Does the answer hang on communes whose first log need not be their first campaign, or on those that never sent a log?"""
    name = "which communes"
    unclear, unlogged = question.unclear & set(question.rows[UNIT]), question.unlogged & set(question.rows[UNIT])
    pools = {
        f"bỏ {len(unclear)} xã có thể đã làm mà không ghi": unclear,
        f"bỏ {len(unlogged)} xã chưa gửi nhật ký nào": unlogged,
        "bỏ cả hai": unclear | unlogged if unclear and unlogged else frozenset(),
    }
    asked = {said_vi: _tried(question.on(question.rows[~question.rows[UNIT].isin(left_out)])) for said_vi, left_out in pools.items() if left_out}
    if not asked:
        return CheckResult(name, True, "Mọi xã được so đều có nhật ký liên tục từ trước lần đầu.")
    listed = [f"{said_vi}: {said(item.estimate) if item is not None else 'không tính được'}" for said_vi, item in asked.items()]
    found = [item for item in asked.values() if item is not None]
    if len(found) < len(asked):
        return CheckResult(name, None, f"Chưa thử hết được: {'; '.join(listed)}.")
    same = all(agrees(item, estimate) for item in found)
    return CheckResult(name, same, f"{text.sentence_case('; '.join(listed))}; {_unchanged(is_so=same)}.")


def district_doses(question: RepeatedDoses) -> CheckResult:
    """Does the answer hold beside what the districts' committees say, on the very rows where that is known?"""
    name = "district doses"
    if DISTRICT_DOSE not in question.rows or question.rows[DISTRICT_DOSE].isna().all():
        return CheckResult(name, None, "Không có nhật ký của cấp huyện nên chưa trừ được phần của cấp huyện.")
    rows = question.rows[question.rows[DISTRICT_DOSE].notna()]
    alone, beside = _tried(question.on(rows)), _tried(question.on(rows, beside=DISTRICT_DOSE))
    if alone is None or beside is None:
        return CheckResult(name, None, "Chưa trừ được phần của cấp huyện: hoạt động cấp huyện không đủ khác nhau.")
    same = agrees(alone, beside)
    known = f"Trên {text.number(len(rows))} dòng biết cả hoạt động cấp huyện: {said(alone.estimate)}"
    return CheckResult(name, same, f"{known}; khi trừ phần của cấp huyện: {said(beside.estimate)}; {_unchanged(is_so=same)}.", value=beside.estimate)


def _could_see(found: EffectEstimate, estimate: EffectEstimate) -> bool:
    """Whether ``found`` would have shown a difference as large as the estimate, or as the smallest that the estimate can find."""
    return found.mde is not None and found.mde <= max(estimate.mde or 0.0, abs(estimate.estimate))


def negative_controls(question: InsideQuestion) -> CheckResult:
    """Outcomes that the plan never touches must not move with the same communication; several are held to one error (Holm)."""
    name = "negative controls"
    tried = {name_vi: _tried(question.on(question.rows, outcome=column)) for name_vi, column in question.negative_controls.items()}
    found = {name_vi: item for name_vi, item in tried.items() if item is not None and item.p_exact is not None}
    if not found:
        return CheckResult(name, None, "Không có kết quả đối chứng (điều mà kế hoạch không nhắm tới) trong cùng các tháng.")
    adjusted = holm({name_vi: item.p_exact for name_vi, item in found.items() if item.p_exact is not None})
    moved = [name_vi for name_vi, p_value in adjusted.items() if p_value <= SIGNIFICANCE]
    listed = text.enumerate_vi([f"{name_vi}: {said(item.estimate)}" for name_vi, item in found.items()])
    ending = f"{text.enumerate_vi(moved)} cũng lệch, dù kế hoạch không nhắm tới" if moved else "không kết quả nào lệch quá mức ngẫu nhiên"
    return CheckResult(name, not moved, f"Kết quả mà kế hoạch không nhắm tới: {listed} (điểm phần trăm); {ending}.")


def event_exclusion(question: InsideQuestion, estimate: EffectEstimate) -> CheckResult:
    """Does the answer hang on the months of a dated confounder (closures, renamings)? They are left out."""
    name, present = "event exclusion", sorted(question.event_months & set(question.rows[MONTH]))
    if not present and not question.has_events:
        return CheckResult(name, None, "Bộ số liệu không có danh sách biến cố nên chưa thử được.")
    if not present:
        return CheckResult(name, True, "Danh sách biến cố không có biến cố nào (như giãn cách) trong các tháng này.")
    outcome = question.rows[question.outcome].mask(question.rows[MONTH].isin(present))
    found = _tried(question.on(question.rows.assign(**{question.outcome: outcome})))
    if found is None:
        return CheckResult(name, None, f"Bỏ {len(present)} tháng có biến cố thì không còn đủ số liệu.")
    same = agrees(found, estimate)
    sentence = f"Bỏ {len(present)} tháng có biến cố đã ghi (giãn cách, đổi quy định): {said(found.estimate)}; {_unchanged(is_so=same)}."
    return CheckResult(name, same, sentence, value=found.estimate)


def leave_one_district_out(question: InsideQuestion, estimate: EffectEstimate) -> CheckResult:
    """Does the answer hang on one district? Every one is left out in turn.

    An estimate beyond chance must keep its sign and at least half of its size; one within chance must stay so, all districts together (Holm).
    A p-value just above 5 % without a ninth of the data is no failure.
    """
    name, districts = "leave one district out", sorted(question.rows[DISTRICT].dropna().unique())
    found = {code: item for code in districts if (item := _tried(question.on(question.rows[question.rows[DISTRICT] != code]))) is not None}
    if len(districts) < 3 or len(found) < len(districts):
        return CheckResult(name, None, "Chưa thử được bỏ từng huyện: quá ít huyện, hoặc bỏ một huyện thì không tính được.")
    low, high = min(item.estimate for item in found.values()), max(item.estimate for item in found.values())
    if is_significant(estimate):
        decisive = [code for code, item in found.items() if item.estimate / estimate.estimate < KEPT_SHARE]
        ending = f"bỏ {_named(question, decisive)} thì mất quá nửa khác biệt" if decisive else "không huyện nào quyết định kết quả"
    else:
        adjusted = holm({code: item.p_exact if item.p_exact is not None else 1.0 for code, item in found.items()})
        decisive = [code for code, p_value in adjusted.items() if p_value <= SIGNIFICANCE]
        ending = f"bỏ {_named(question, decisive)} thì khác biệt vượt mức ngẫu nhiên" if decisive else "kết luận không đổi"
    sentence = f"Bỏ từng huyện một ({len(districts)} huyện): từ {said(low)} đến {said(high)}; {ending}."
    return CheckResult(name, not decisive, sentence, value=high - low)


def _named(question: InsideQuestion, codes: list[str]) -> str:
    return text.enumerate_vi([question.district_names_vi.get(code, code) for code in codes])


def other_scale(question: InsideQuestion, estimate: EffectEstimate) -> CheckResult:
    """Does the answer hang on percentage points? On the log odds a place at 5 % and one at 50 % may move alike."""
    name = "other scale"
    found = _tried(question.on(with_logit(question.rows), outcome=LOGIT))
    if found is None:
        return CheckResult(name, None, "Chưa thử được thang logit.")
    same = agrees(found, estimate)
    sentence = f"Trên thang logit (mức thấp và mức cao thay đổi theo tỷ lệ): {text.signed(found.estimate, 3)} logit; {_unchanged(is_so=same)}."
    return CheckResult(name, same, sentence, value=found.estimate)


def with_logit(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the log odds of the share, half a dossier added to both counts so that 0 and 1 stay finite; NA without dossiers."""
    online, all_of = rows[ONLINE].astype("Float64"), rows[DOSSIERS].astype("Float64")
    odds = (online + 0.5) / (all_of - online + 0.5)
    return rows.assign(**{LOGIT: pd.Series(np.log(odds.to_numpy(dtype=float, na_value=np.nan)), index=rows.index).where(all_of > 0)})


def spill_over(question: InsideQuestion, estimate: EffectEstimate) -> CheckResult:
    """Does what the other communes of the district say move a commune too? Then the places compared with are touched as well.

    Neighbours' dose is shared by a district, so the errors are those of districts, by the bootstrap where these are few.
    """
    name = "spill-over"
    if NEIGHBOURS not in question.rows or question.rows[NEIGHBOURS].isna().all():
        return CheckResult(name, None, "Chưa thử được lan tỏa: không biết hoạt động của các xã cùng huyện.", is_required=False)
    rows = question.rows[question.rows[NEIGHBOURS].notna() & question.rows[DOSE].notna()]
    asked = RepeatedDoses(rows, cluster=DISTRICT, outcome=question.outcome, weights=question.weights, of=NEIGHBOURS, beside=DOSE)
    found = _tried(asked)
    if found is None:
        return CheckResult(name, None, "Chưa thử được lan tỏa: hoạt động của các xã cùng huyện không đủ khác nhau.", is_required=False)
    said_vi = f"Số hoạt động trung bình của các xã cùng huyện, cộng dồn {asked.lags} tháng sau: {said(found.estimate)} điểm phần trăm"
    if found.p_exact is None:
        return CheckResult(name, None, f"{said_vi}; quá ít huyện để biết có quá mức ngẫu nhiên không.", is_required=False, value=found.estimate)
    if is_significant(found):
        sentence = f"{said_vi}; quá mức ngẫu nhiên: nơi đem so cũng bị chạm tới (sai số theo huyện)."
        return CheckResult(name, False, sentence, is_required=False, value=found.estimate)
    seen = _could_see(found, estimate)
    ending = "không quá mức ngẫu nhiên (sai số theo huyện)" if seen else "không quá mức ngẫu nhiên, nhưng phép thử yếu (sai số theo huyện)"
    return CheckResult(name, True if seen else None, f"{said_vi}; {ending}.", is_required=False, value=found.estimate)
