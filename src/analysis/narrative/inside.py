"""Sentences on the evidence inside the province: who is compared with whom, what could have been seen, what was seen, how often that is right."""

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.estimate.evidence import may_print_p
from analysis.estimate.grade import ALPHA, LABELS_VI, VERBS_VI
from analysis.estimate.inside.placebo_plans import Recovery
from analysis.estimate.result import Calibration, EffectEstimate
from analysis.narrative.evidence import interval_vi
from analysis.narrative.outcomes import Assessment
from analysis.tables.inside import CHECKS_VI

DECIMALS = 2
OUTCOME_VI = "tỷ lệ nộp hồ sơ trực tuyến"
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
    rest = _by_reason([item for item in items if item not in supported])
    opening = f"Số liệu trong tỉnh đến hết năm {year}"
    if supported:
        said = f"{opening}: truyền thông của cấp xã {text.enumerate_vi([_supported(item) for item in supported])}.{rest}"
    elif best == "D":
        said = f"{opening} chưa so được các xã với nhau.{rest}"
    elif any(_is_beyond_chance(item.estimate) for item in items):
        said = f"{opening}: có khác biệt vượt mức ngẫu nhiên nhưng chưa đứng vững trước các phép kiểm tra.{rest}"
    else:
        said = f"{opening} chưa cho thấy nơi truyền thông trước hoặc nhiều hơn có tỷ lệ nộp trực tuyến khác đi.{rest}"
    evidence_vi = "Chưa thấy không có nghĩa là truyền thông không có tác dụng: xem mức khác biệt mà phép so sánh nhận ra được."
    return Finding("inside-answer", said, evidence_vi, rests_on, best)


def _by_reason(items: list[Assessment]) -> str:
    """`` Từ lần truyền thông đầu tiên và theo từng hoạt động: chưa đủ bằng chứng, vì …``, one sentence a reason."""
    reasons = dict.fromkeys((item.verdict.grade, item.verdict.reason_vi) for item in items)
    told = [
        (text.enumerate_vi([_way(item) for item in items if (item.verdict.grade, item.verdict.reason_vi) == (grade, why)]), LABELS_VI[grade], why)
        for grade, why in reasons
    ]
    return "".join(f" {text.sentence_case(ways)}: {label}, vì {why}." for ways, label, why in told)


def _way(item: Assessment) -> str:
    """The outcome's name without what both questions share."""
    return item.outcome_vi.removeprefix(f"{OUTCOME_VI} ")


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
        "Mỗi xã được so với chính mình trước đó và với các xã khác trong cùng tháng: phần thay đổi như nhau ở mọi xã, tính bằng điểm phần "
        "trăm (quy định mới, chiến dịch của tỉnh), được trừ đi; phần mạnh yếu khác nhau giữa các xã (như dịch bệnh) thì không. "
        "Cách này chỉ trả lời được về truyền thông của chính cấp xã.",
        rests_on,
        is_note=True,
    )


def began(statuses: dict[str, int], since: str, rests_on: Provenance) -> Sentence:
    """How many communes began when, and of how many that is not known; the first question rests on this. ``since``: first month of the log."""
    started, silent = statuses.get("started", 0), statuses.get("after_silence", 0)
    unclear = f" (trong đó {silent} xã có năm trước đó không gửi nhật ký nên có thể đã làm sớm hơn)" if silent else ""
    groups = {
        "already_running": "đã làm từ tháng đầu của nhật ký nên không có mức trước để so, không dùng được",
        "never": "có nhật ký nhưng chưa có hoạt động hướng tới người dân",
        "no_log": "chưa gửi nhật ký nào",
    }
    rest = [f"{text.number(statuses[name])} xã {said}" for name, said in groups.items() if statuses.get(name)]
    return Sentence(
        f"Trong {text.number(sum(statuses.values()))} xã: {'; '.join([f'{started + silent} xã có lần đầu trong kỳ{unclear}', *rest])}. "
        f"Lần đầu ở đây là lần đầu ghi được kể từ khi có nhật ký ({text.month(since)}). Xã và tháng chưa có nhật ký được coi là chưa bắt đầu; "
        "nếu thật ra đã làm thì khác biệt đo được có thể lệch về cả hai phía: xem phép kiểm tra “xã nào được so”.",
        rests_on,
        is_note=True,
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
        f"{estimate.treated_count} xã có lần đầu trong kỳ, so với chính các xã ấy trước đó và với những xã khác khi chưa bắt đầu"
        if question_id == "first-campaigns"
        else f"{estimate.treated_count + estimate.comparison_count} xã có nhật ký, các tháng nhiều và ít hoạt động so với nhau"
    )
    size = "chưa tính được" if estimate.mde is None else f"{text.number(estimate.mde, item.decimals)} {item.unit_vi}"
    said = f"Phép so sánh nhạy đến đâu, {item.outcome_vi}: với {compared}, phép so sánh nhận ra được (với xác suất 80 %) khác biệt từ {size} trở lên."
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
            "first-campaigns": f"trong {_months_after(estimate)} tháng kể từ lần đầu, các xã khác mức chờ đợi trung bình",
            "repeated-doses": f"một hoạt động trong tháng vốn không có gì, tính cả {_months_after(estimate)} tháng kể từ đó, đi với khác biệt",
        }[question_id]
        said = f"{subject} {size}; {item.verdict.reason_vi}, nên chưa gắn phần khác này với truyền thông"
    failed = [CHECKS_VI[check.name] for check in estimate.checks if check.is_passed is False and check.is_required]
    told = f" Phép kiểm tra bắt buộc không đạt: {text.enumerate_vi(failed)}." if failed else ""
    numbers = _numbers(estimate, item.decimals) + told
    return Finding(f"inside-seen-{question_id}", f"{text.sentence_case(item.outcome_vi)}: {said}.", numbers, item.rests_on, item.verdict.grade)


def _numbers(estimate: EffectEstimate, decimals: int) -> str:
    clusters = f"Sai số tính theo {estimate.clusters_count} {'huyện' if estimate.clustered_by == 'district_code' else 'xã'}."
    if not may_print_p(estimate.calibration):
        return f"Không in khoảng tin cậy và giá trị p vì phép so sánh báo động nhầm quá thường xuyên trên chính số liệu này. {clusters}"
    return (
        f"Khoảng tin cậy 95 %: {interval_vi(estimate, decimals)}; phép thử quyết định: {text.p_value(estimate.p_exact)}; để đối chiếu, theo thứ hạng "
        f"giữa {text.number(estimate.n_placebos)} lần gán giả định: {text.p_value(estimate.p_rank)}. {clusters}"
    )


def _months_after(estimate: EffectEstimate) -> int:
    """Months that the estimate is over, its first one among them."""
    rows = estimate.by_period
    return 0 if rows is None else int(rows["period"].max()) + 1


def stamp(item: Assessment, recovery: Recovery, calibration: Calibration, *, by_district: bool) -> Sentence:
    """How often this design is right on these very data: nothing to find, and something planted."""
    who = "các huyện" if by_district else "các xã"
    return Sentence(
        f"Phép so sánh này đúng bao nhiêu trên chính số liệu này ({item.outcome_vi}): đổi chỗ ngẫu nhiên lịch sử truyền thông của {who} "
        f"{text.number(calibration.placebos_count)} lần. Khi không có gì để thấy, nó báo động nhầm "
        f"{text.percent(calibration.false_alarm_rate)} số lần; "
        f"khi cài thêm một khác biệt {text.number(recovery.planted, item.decimals)} {item.unit_vi}, nó nhận ra "
        f"{text.percent(calibration.power, 0)} số lần. Cách đo này coi {who} bắt đầu và làm nhiều ít không tùy theo mức đang có.",
        item.rests_on,
    )


def declared(label_vi: str, reason_vi: str, sha256: str | None, rests_on: Provenance) -> Sentence:
    """Whether the question was chosen before its months were known."""
    fixed = f" Mã khai báo (sha256): {sha256[:16]}…" if sha256 else ""
    return Sentence(f"Câu hỏi trong tỉnh: {label_vi}, vì {reason_vi}.{fixed}", rests_on)


def planted_unknown(rests_on: Provenance) -> Sentence:
    """Synthetic figures whose truth cannot be told."""
    return Sentence("Số liệu là mô phỏng nhưng không tái lập được đúng bộ này nên không nêu được giá trị đã cài.", rests_on, is_note=True)
