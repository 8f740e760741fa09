"""Sentences on the evidence of one index: what could have been seen, what was seen, and how far it may be believed."""

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.estimate.evidence import Evidence, may_print_p
from analysis.estimate.grade import ALPHA, MAX_FALSE_ALARM_RATE, VERBS_VI
from analysis.estimate.result import Calibration, EffectEstimate
from analysis.narrative.outcomes import Assessment, observed


def declared(names: list[str], label_vi: str, reason_vi: str, sha256: str | None, rests_on: Provenance) -> Sentence:
    """Whether outcomes were chosen before they were known, with the hash that fixes the declaration."""
    fixed = f" Mã khai báo (sha256): {sha256[:16]}…" if sha256 else ""
    return Sentence(f"{text.sentence_case(text.enumerate_vi(names))}: {label_vi}, vì {reason_vi}.{fixed}", rests_on)


def note(name: str, said: str, rests_on: Provenance) -> Sentence:
    """What a reader must know of the footing of an outcome."""
    return Sentence(f"{name}: {text.decapitalised(said)}", rests_on, is_note=True)


def how_to_read(place: str, rests_on: Provenance) -> Sentence:
    """What the comparison is, and what it is not."""
    return Sentence(
        f"Cách so sánh: điểm của {place} từ năm có kế hoạch trở đi, trừ mức các năm trước của chính tỉnh, rồi so với chênh lệch tính đúng như vậy "
        "của từng tỉnh khác. Đây là phép so sánh yếu: một tỉnh, mỗi năm một điểm, các tỉnh khác cũng truyền thông; "
        "nó chỉ hỏi tỉnh có khác mức chung hay không.",
        rests_on,
        is_note=True,
    )


def found_beyond_chance(items: list[tuple[Assessment, Evidence]], place: str, year: int, rests_on: Provenance) -> Finding:
    """The chapter's answer: which outcomes differ from the common course by more than chance, and how many could not be asked."""
    held = [(item, evidence) for item, evidence in items if evidence.estimate is not None]
    seen = [item for item, evidence in held if _is_beyond_chance(evidence)]
    beyond = [item.outcome_vi for item in seen if item.verdict.grade in VERBS_VI]
    doubtful = [item.outcome_vi for item in seen if item.verdict.grade not in VERBS_VI]
    refused = len(items) - len(held)
    rest = f"; {refused} kết quả không so được" if refused else ""
    rest += f"; {text.enumerate_vi(doubtful)}: chênh lệch vượt mức ngẫu nhiên nhưng chưa đứng vững trước các phép kiểm tra" if doubtful else ""
    best = min(item.verdict.grade for item, _ in items)
    if not held:
        said = f"Không kết quả nào của năm {year} so được giữa các tỉnh."
    elif beyond:
        said = f"{place} khác mức chung của các tỉnh hơn mức ngẫu nhiên ở {text.enumerate_vi(beyond)} (trong {len(held)} kết quả so được{rest})."
    elif len(held) == 1 and not doubtful:
        said = f"Kết quả duy nhất so được ({held[0][0].outcome_vi}) không cho thấy {place} khác mức chung của các tỉnh hơn mức ngẫu nhiên{rest}."
    else:
        opening = "Chưa" if doubtful else "Không"
        said = f"{opening} kết quả nào trong {len(held)} kết quả so được cho thấy {place} khác mức chung của các tỉnh hơn mức ngẫu nhiên{rest}."
    evidence_vi = "Khác mức chung chưa phải là bằng chứng về đóng góp của kế hoạch; không khác cũng không có nghĩa là kế hoạch không có tác dụng."
    return Finding("indices-beyond-chance", said, evidence_vi, rests_on, best)


def _is_beyond_chance(evidence: Evidence) -> bool:
    estimate = evidence.estimate
    return estimate is not None and may_print_p(estimate.calibration) and estimate.p_exact is not None and estimate.p_exact <= ALPHA


def detectable_all(items: list[Assessment], rests_on: Provenance) -> Sentence:
    """What the comparison could see of each outcome, before anything is shown of what it saw."""
    sizes = [
        f"{item.outcome_vi} {text.number(item.estimate.mde, item.decimals)} {item.unit_vi}" for item in items if item.estimate and item.estimate.mde
    ]
    said = f"Trước khi xem kết quả: phép so sánh chỉ nhận ra được (với xác suất 80 %) khác biệt từ mức sau trở lên: {'; '.join(sizes)}."
    return Sentence(said, rests_on)


def detectable(item: Assessment, estimate: EffectEstimate, smallest: float | None) -> Sentence:
    """The smallest effect the comparison could have seen, said before any estimate, beside the smallest worth acting on."""
    size = f"{text.number(estimate.mde or 0.0, item.decimals)} {item.unit_vi}"
    said = (
        f"{text.sentence_case(item.outcome_vi)}: với {estimate.before_count} phiên bản trước và {estimate.after_count} phiên bản từ mốc trở đi, "
        f"so với {estimate.comparison_count} tỉnh, phép so sánh chỉ nhận ra được khác biệt từ {size} trở lên (với xác suất 80 %)."
    )
    if smallest is not None and estimate.mde is not None and estimate.mde > smallest:
        said += (
            f" Thay đổi nhỏ nhất đáng để hành động theo khai báo là {text.number(smallest, item.decimals)}, nhỏ hơn mức đó: "
            "phép so sánh này không đủ nhạy để thấy."
        )
    return Sentence(said, item.rests_on)


def seen(item: Assessment, evidence: Evidence) -> Finding:
    """The estimate in the words its grade allows; interval and p only by the house rule, with the measured rate beside them."""
    found = observed(item, _estimate(evidence))
    return Finding(found.finding_id, found.text_vi, f"{_numbers(item, evidence)} {found.evidence_vi}", found.provenance, found.grade)


def _estimate(evidence: Evidence) -> EffectEstimate:
    if evidence.estimate is None:
        raise ValueError(f"{evidence.name} has no estimate")
    return evidence.estimate


def _numbers(item: Assessment, evidence: Evidence) -> str:
    estimate = _estimate(evidence)
    if not may_print_p(estimate.calibration):
        return _not_printed(estimate.calibration)
    interval = f"Khoảng tin cậy 95 %: {interval_vi(estimate, item.decimals)}; {text.p_value(estimate.p_exact)}"
    rank = f"; theo thứ hạng giữa {estimate.n_placebos} tỉnh, {text.p_value(estimate.p_rank)}" if may_print_p(evidence.rank_calibration) else ""
    return f"{interval}{rank}. {measured_vi(estimate.calibration)}"


def _not_printed(calibration: Calibration | None) -> str:
    if calibration is None:
        return "Không in khoảng tin cậy và giá trị p vì chưa đo được phép so sánh báo động nhầm bao nhiêu trên bộ số liệu này."
    rate = text.percent(calibration.false_alarm_rate)
    return (
        f"Không in khoảng tin cậy và giá trị p vì phép so sánh báo động nhầm {rate} trên bộ số liệu này, quá {text.percent(MAX_FALSE_ALARM_RATE, 0)}."
    )


def interval_vi(estimate: EffectEstimate, decimals: int) -> str:
    """``từ −0,48 đến +0,36``."""
    if estimate.ci_low is None or estimate.ci_high is None:
        return text.DASH
    return f"từ {text.signed(estimate.ci_low, decimals)} đến {text.signed(estimate.ci_high, decimals)}"


def measured_vi(calibration: Calibration | None) -> str:
    """How often the method cried wolf on this very panel, with its Monte Carlo error, and what it could find."""
    if calibration is None:
        return ""
    error = "" if calibration.monte_carlo_error is None else f" (sai số chuẩn {text.number(100 * calibration.monte_carlo_error, 1)} điểm phần trăm)"
    return (
        f"Đo trên chính bộ số liệu này: {text.number(calibration.placebos_count)} lần gán kế hoạch giả định cho tỉnh khác, "
        f"phép so sánh báo động nhầm {text.percent(calibration.false_alarm_rate)} số lần{error}; khi cộng thêm một khác biệt có thật bằng "
        f"{text.number(calibration.effect_sd, 1)} lần độ lệch chuẩn của chúng thì nhận ra {text.percent(calibration.power, 0)} số lần."
    )
