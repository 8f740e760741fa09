"""Sentences on the evidence inside the province: who is compared with whom, what could have been seen, what was seen, how often that is right."""

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.estimate.evidence import may_print_p
from analysis.estimate.grade import ALPHA, LABELS_VI, VERBS_VI
from analysis.estimate.inside.placebo_plans import Recovery
from analysis.estimate.result import Calibration, EffectEstimate
from analysis.narrative.evidence import interval_vi
from analysis.narrative.outcomes import Assessment

DECIMALS = 2
POINTS_VI = "điểm phần trăm"


def nothing_asked(reason_vi: str, rests_on: Provenance) -> Finding:
    """Why no question can be put inside the province."""
    return Finding(
        "inside-answer",
        f"Chưa so được trong tỉnh: {reason_vi}.",
        f"Mức bằng chứng D: {LABELS_VI['D']}. Có đủ bảng hồ sơ theo tháng của cấp xã và nhật ký hoạt động thì chương này tự tính.",
        rests_on,
        "D",
    )


def answer(items: list[Assessment], year: int, rests_on: Provenance) -> Finding:
    """The chapter's answer, in the words of the best grade; what is not beyond chance is said to be so."""
    best = min(item.verdict.grade for item in items)
    supported = [item for item in items if item.verdict.grade == best and best in VERBS_VI]
    rest = [f"{item.outcome_vi}: {LABELS_VI[item.verdict.grade]}, vì {item.verdict.reason_vi}" for item in items if item not in supported]
    ending = f" {text.sentence_case('; '.join(rest))}." if rest else ""
    if supported:
        told = text.enumerate_vi([_supported(item) for item in supported])
        said = f"Số liệu trong tỉnh đến hết năm {year}: truyền thông của cấp xã {told}.{ending}"
    elif any(_is_beyond_chance(item.estimate) for item in items):
        said = f"Số liệu trong tỉnh đến hết năm {year}: có khác biệt vượt mức ngẫu nhiên nhưng chưa đứng vững trước các phép kiểm tra.{ending}"
    else:
        said = f"Số liệu trong tỉnh đến hết năm {year} chưa cho thấy nơi truyền thông trước hoặc nhiều hơn có tỷ lệ nộp trực tuyến khác đi.{ending}"
    evidence_vi = "Chưa thấy không có nghĩa là truyền thông không có tác dụng: xem mức khác biệt mà phép so sánh nhận ra được."
    return Finding("inside-answer", said, evidence_vi, rests_on, best)


def _supported(item: Assessment) -> str:
    effect = item.estimate.estimate if item.estimate else 0.0
    verb = f"{VERBS_VI[item.verdict.grade]} vào" if item.verdict.grade == "A" else VERBS_VI[item.verdict.grade]
    side = "cao hơn" if effect > 0 else "thấp hơn"
    return f"{verb} mức {side} chờ đợi {text.number(abs(effect), item.decimals)} {item.unit_vi} của {item.outcome_vi}"


def _is_beyond_chance(estimate: EffectEstimate | None) -> bool:
    return estimate is not None and may_print_p(estimate.calibration) and estimate.p_exact is not None and estimate.p_exact <= ALPHA


def how_to_read(communes: int, months: tuple[str, str], rests_on: Provenance) -> Sentence:
    """What is compared with what, in words of the office."""
    return Sentence(
        f"Cách so sánh: {communes} xã, phường, thị trấn, từng tháng từ {text.month(months[0])} đến {text.month(months[1])}. "
        "Mỗi xã được so với chính mình trước đó và với các xã khác trong cùng tháng, nên những gì xảy ra chung cho cả tỉnh (dịch bệnh, "
        "quy định mới, chiến dịch của tỉnh) không làm lệch kết quả. Cách này chỉ trả lời được về truyền thông của chính cấp xã.",
        rests_on,
        is_note=True,
    )


def began(statuses: dict[str, int], rests_on: Provenance) -> Sentence:
    """How many communes began when, and of how many that is not known."""
    words = {
        "started": "có lần đầu rơi vào giữa kỳ",
        "after_silence": "có lần đầu sau một năm không gửi nhật ký (có thể đã làm mà không ghi)",
        "already_running": "đã làm từ tháng đầu của nhật ký nên không có mức trước để so",
        "never": "có nhật ký nhưng chưa có hoạt động hướng tới người dân",
        "no_log": "chưa gửi nhật ký nào",
    }
    told = [f"{text.number(statuses[name])} xã {said}" for name, said in words.items() if statuses.get(name)]
    return Sentence(
        f"Lần truyền thông đầu tiên ghi trong nhật ký: {'; '.join(told)}. Tháng không có nhật ký được coi là chưa bắt đầu; nếu thật ra đã làm thì "
        "khác biệt đo được sẽ nhỏ hơn thực tế.",
        rests_on,
    )


def dose_levels(sentences: tuple[str, ...], rests_on: Provenance) -> Sentence:
    """At which levels communication can be told apart from what all communes share."""
    return Sentence(" ".join(sentences), rests_on, is_note=True)


def left_out(notes: tuple[str, ...], rests_on: Provenance) -> Sentence:
    """What did not enter the comparison and why."""
    return Sentence(f"Không đưa vào phép so sánh: {' '.join(notes)}", rests_on, is_note=True)


def set_apart(notes: tuple[str, ...], rests_on: Provenance) -> Sentence:
    """What one question leaves out."""
    return Sentence(" ".join(notes), rests_on, is_note=True)


def detectable(question_id: str, item: Assessment, estimate: EffectEstimate, smallest: float | None) -> Sentence:
    """What the comparison could have seen, before what it saw."""
    compared = (
        f"{estimate.treated_count} xã có lần đầu trong kỳ và {estimate.comparison_count} xã có tháng chưa bắt đầu để so"
        if question_id == "first-campaigns"
        else f"{estimate.treated_count + estimate.comparison_count} xã có nhật ký, các tháng nhiều và ít hoạt động so với nhau"
    )
    size = "chưa tính được" if estimate.mde is None else f"{text.number(estimate.mde, item.decimals)} {item.unit_vi}"
    said = f"Trước khi xem kết quả, {item.outcome_vi}: với {compared}, phép so sánh nhận ra được (với xác suất 80 %) khác biệt từ {size} trở lên."
    if smallest is not None and estimate.mde is not None and estimate.mde > smallest:
        said += f" Mức nhỏ nhất đáng để hành động theo khai báo là {text.number(smallest, item.decimals)}: phép so sánh này không đủ nhạy."
    return Sentence(said, item.rests_on)


def seen(question_id: str, item: Assessment, estimate: EffectEstimate) -> Finding:
    """The estimate in the words its grade allows; interval and p only by the house rule."""
    size = f"{text.signed(estimate.estimate, item.decimals)} {item.unit_vi}"
    if item.verdict.grade in VERBS_VI:
        said = f"truyền thông của cấp xã {_supported(item)}"
    else:
        subject = {
            "first-campaigns": "trong 12 tháng từ lần đầu, các xã khác mức chờ đợi trung bình",
            "repeated-doses": "ứng với mỗi hoạt động thêm, cộng dồn tháng đó và 6 tháng sau, khác biệt là",
        }[question_id]
        said = f"{subject} {size}; {item.verdict.reason_vi}, nên chưa gắn phần khác này với truyền thông"
    numbers = _numbers(estimate, item.decimals)
    return Finding(f"inside-seen-{question_id}", f"{text.sentence_case(item.outcome_vi)}: {said}.", numbers, item.rests_on, item.verdict.grade)


def _numbers(estimate: EffectEstimate, decimals: int) -> str:
    clusters = f"Sai số tính theo {estimate.clusters_count} {'huyện' if estimate.clustered_by == 'district_code' else 'xã'}."
    if not may_print_p(estimate.calibration):
        return f"Không in khoảng tin cậy và giá trị p vì phép so sánh báo động nhầm quá thường xuyên trên chính số liệu này. {clusters}"
    return (
        f"Khoảng tin cậy 95 %: {interval_vi(estimate, decimals)}; {text.p_value(estimate.p_exact)}; theo thứ hạng giữa "
        f"{text.number(estimate.n_placebos)} lần gán giả định, {text.p_value(estimate.p_rank)}. {clusters}"
    )


def stamp(item: Assessment, recovery: Recovery, calibration: Calibration) -> Sentence:
    """How often this design is right on these very data: nothing to find, and something planted."""
    coverage = "" if calibration.coverage is None else f", khoảng tin cậy chứa đúng giá trị thật {text.percent(calibration.coverage)} số lần"
    return Sentence(
        f"Phép so sánh này đúng bao nhiêu trên chính số liệu này ({item.outcome_vi}): đổi chỗ ngẫu nhiên lịch sử truyền thông của các xã "
        f"{text.number(calibration.placebos_count)} lần. Khi không có gì để thấy, nó báo động nhầm "
        f"{text.percent(calibration.false_alarm_rate)} số lần{coverage}; "
        f"khi cài thêm một khác biệt {text.number(recovery.planted, item.decimals)} {item.unit_vi}, nó nhận ra "
        f"{text.percent(calibration.power, 0)} số lần.",
        item.rests_on,
    )


def declared(label_vi: str, reason_vi: str, sha256: str | None, rests_on: Provenance) -> Sentence:
    """Whether the question was chosen before its months were known."""
    fixed = f" Mã khai báo (sha256): {sha256[:16]}…" if sha256 else ""
    return Sentence(f"Câu hỏi trong tỉnh: {label_vi}, vì {reason_vi}.{fixed}", rests_on)


def planted_unknown(rests_on: Provenance) -> Sentence:
    """Synthetic figures whose truth cannot be told."""
    return Sentence("Số liệu là mô phỏng nhưng không tái lập được đúng bộ này nên không nêu được giá trị đã cài.", rests_on, is_note=True)


def planted(item: Assessment, estimate: EffectEstimate, truth: float) -> Sentence:
    """The planted truth beside the estimate, for figures that are synthetic."""
    low, high = estimate.ci_low, estimate.ci_high
    holds = low is not None and high is not None and low <= truth <= high
    inside = "Khoảng tin cậy chứa giá trị đã cài." if holds else "Khoảng tin cậy không chứa giá trị đã cài: cứ 20 lần thì khoảng 1 lần như vậy."
    return Sentence(
        f"Giá trị đã cài trong số liệu mô phỏng ({item.outcome_vi}): {text.signed(truth, item.decimals)} {item.unit_vi}; "
        f"phép so sánh cho {text.signed(estimate.estimate, item.decimals)}. {inside if may_print_p(estimate.calibration) else ''}".strip(),
        item.rests_on,
    )
