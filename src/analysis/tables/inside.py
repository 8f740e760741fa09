"""Tables of the evidence inside the province."""

from collections.abc import Sequence

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table
from analysis.estimate.evidence import may_print_p
from analysis.estimate.grade import LABELS_VI
from analysis.estimate.result import CheckResult, EffectEstimate, Grade
from analysis.tables.evidence import PASSED_VI

DECIMALS = 2
CHECKS_VI = {
    "pre-trend": "xu hướng trước lần đầu",
    "leads": "hoạt động của các tháng sau",
    "anticipation": "ngay trước lần đầu",
    "which communes": "xã nào được so",
    "district doses": "hoạt động của cấp huyện",
    "negative controls": "điều kế hoạch không nhắm tới",
    "event exclusion": "bỏ các tháng có biến cố",
    "leave one district out": "bỏ từng huyện",
    "other scale": "thang đo khác",
    "spill-over": "lan tỏa giữa các xã cùng huyện",
}
METHODS_VI = {
    "staggered_event_study": "thay thế hai bước (cách tính chính)",
    "callaway_santanna": "so từng nhóm khởi đầu với nơi chưa bắt đầu",
    "static_two_way": "mô hình hai chiều, một hệ số (để cảnh báo)",
    "distributed_lag": "trễ phân phối (cách tính chính)",
    "adstock_effect": "mức lưu lại giảm dần",
    "uptake_count_model": "mô hình đếm hồ sơ",
}
SCALES_VI = {"uptake_count_model": " logit"}  # all others are percentage points


def overview(rows: Sequence[tuple[str, str, EffectEstimate, Grade]], rests_on: Provenance) -> Table:
    """One row a question: (name, declared label, estimate, grade); detectable effect before the estimate."""
    columns = (
        Column("Câu hỏi"),
        Column("Nhận ra được từ"),
        Column("Khác mức chờ đợi (khoảng 95 %)"),
        Column("Mức bằng chứng"),
        Column("Khai báo"),
    )
    notes = (
        "Đơn vị: điểm phần trăm của tỷ lệ hồ sơ nộp trực tuyến. Nhận ra được từ: khác biệt nhỏ hơn mức này thì phép so sánh thường không thấy "
        "(xác suất thấy đúng mức này là 80 %). Khoảng có chứa số 0: không hơn mức ngẫu nhiên.",
    )
    shown = tuple((text.sentence_case(name), *_sizes(estimate), f"{grade}: {LABELS_VI[grade]}", said) for name, said, estimate, grade in rows)
    return Table("inside-overview", "Trong tỉnh: nhận ra được gì và đã thấy gì", columns, shown, rests_on, notes)


def _sizes(estimate: EffectEstimate) -> tuple[Cell, Cell]:
    size = text.signed(estimate.estimate, DECIMALS)
    if may_print_p(estimate.calibration) and estimate.ci_low is not None and estimate.ci_high is not None:
        size += f" ({text.signed(estimate.ci_low, DECIMALS)}; {text.signed(estimate.ci_high, DECIMALS)})"
    return None if estimate.mde is None else text.number(estimate.mde, DECIMALS), size


def p_values(rows: Sequence[tuple[str, EffectEstimate]], rests_on: Provenance) -> Table:
    """Every p-value of each question, raw and adjusted, with the measured false alarms that allow them."""
    columns = (
        Column("Câu hỏi"),
        Column("p (quyết định)"),
        Column("p theo thứ hạng (đối chiếu)"),
        Column("p đã hiệu chỉnh"),
        Column("p theo thứ hạng đã hiệu chỉnh"),
        Column("Số cụm", 0),
        Column("Báo động nhầm đo được"),
    )
    notes = (
        "p: nếu không có gì khác thường, khác biệt lớn như vậy xuất hiện trong bấy nhiêu phần của các trường hợp. Phép thử quyết định: "
        "sai số theo cụm. Thứ hạng: giữa các lần đổi chỗ ngẫu nhiên lịch sử truyền thông của các xã. Đã hiệu chỉnh: khi xét cả hai "
        "câu hỏi một lượt (Holm).",
        "Báo động nhầm: tỷ lệ lần gán giả định, khi không có gì để thấy, mà phép thử quyết định coi là khác biệt ở mức 5 %; quá 8 % thì không in p.",
    )
    shown = tuple(_p_row(name, estimate) for name, estimate in rows)
    return Table("inside-p-values", "Trong tỉnh: giá trị p và tỷ lệ báo động nhầm", columns, shown, rests_on, notes, is_annex=True)


def _p_row(name: str, estimate: EffectEstimate) -> tuple[Cell, ...]:
    is_printed, calibration = may_print_p(estimate.calibration), estimate.calibration
    found = (estimate.p_exact, estimate.p_rank, estimate.p_adjusted, estimate.p_rank_adjusted)
    rate = None if calibration is None else f"{text.percent(calibration.false_alarm_rate)} trên {text.number(calibration.placebos_count)}"
    return text.sentence_case(name), *(p_cell(value, is_printed=is_printed) for value in found), estimate.clusters_count, rate


def p_cell(value: float | None, *, is_printed: bool) -> str:
    """A p-value as a cell; by the house rule none without a measured false-alarm rate."""
    if not is_printed:
        return "không in"
    if value is None:
        return text.DASH
    return text.number(value, 2) if value >= 0.01 else "< 0,01"


def checks(question_id: str, name: str, found: Sequence[CheckResult], rests_on: Provenance) -> Table:
    """Every check of a question: pass, fail or not known, and what was seen."""
    rows = tuple((CHECKS_VI[check.name], PASSED_VI[check.is_passed] + ("" if check.is_required else " *"), check.sentence_vi) for check in found)
    columns = (Column("Phép kiểm tra"), Column("Kết quả"), Column("Thấy gì"))
    notes = ("“*”: phép kiểm tra phụ, không đạt thì chỉ hạ một bậc; các phép khác không đạt thì không kết luận.",)
    return Table(f"inside-checks-{question_id}", f"{text.sentence_case(name)}: các phép kiểm tra", columns, rows, rests_on, notes)


def companions(question_id: str, name: str, primary: EffectEstimate, others: Sequence[EffectEstimate], rests_on: Provenance) -> Table:
    """The primary estimate beside other estimators of the same question, whose false alarms were not measured here: without p or interval."""
    rows = tuple(_companion(estimate) for estimate in (primary, *others))
    columns = (Column("Cách tính"), Column("Ước lượng"), Column("Sai số chuẩn"), Column("Số cụm"), Column("Số liệu khác của cách tính"))
    notes = (
        "Các dòng sau dòng đầu để đối chiếu, không dùng để xếp mức bằng chứng; chưa đo báo động nhầm nên không in p và khoảng tin cậy.",
        "Ước lượng theo điểm phần trăm, trừ khi ghi khác.",
    )
    return Table(f"inside-methods-{question_id}", f"{text.sentence_case(name)}: các cách tính khác", columns, rows, rests_on, notes, is_annex=True)


def _companion(estimate: EffectEstimate) -> tuple[Cell, ...]:
    told = "; ".join(
        f"{item.name_vi} {text.number(item.value, DECIMALS)}{f' {item.unit_vi}' if item.unit_vi else ''}" for item in estimate.quantities
    )
    error = None if estimate.std_error is None else text.number(estimate.std_error, DECIMALS)
    size = text.signed(estimate.estimate, DECIMALS) + SCALES_VI.get(estimate.method, "")
    return text.sentence_case(METHODS_VI[estimate.method]), size, error, estimate.clusters_count, told or None


def planted(rows: Sequence[tuple[str, float | None, float, EffectEstimate]], rests_on: Provenance) -> Table:
    """The planted truth beside the estimate, for synthetic figures: (question, mean planted effect, what the design finds of it, estimate)."""
    columns = (
        Column("Câu hỏi"),
        Column("Tác dụng đã cài, trung bình"),
        Column("Cách tính này tìm thấy khi không có nhiễu"),
        Column("Ước lượng"),
        Column("Khoảng 95 %"),
        Column("Khoảng có chứa không"),
    )
    notes = (
        "Chỉ có với số liệu mô phỏng: lập lại đúng bộ số liệu ấy mà không cho hoạt động của xã có tác dụng, rồi lấy hiệu. Đơn vị: điểm phần trăm.",
        "Cột thứ ba: chính cách tính này áp dụng cho tác dụng đã cài, trên đúng các xã, các tháng và trọng số đem so. Tác dụng theo từng hoạt động "
        "không phải là một con số nên không có trung bình. Trong bộ mô phỏng, xã không gửi nhật ký thì thật sự không làm; thực tế có thể khác.",
    )
    shown = tuple(_planted(*row) for row in rows)
    return Table("inside-planted", "Phụ lục: giá trị đã cài trong số liệu mô phỏng", columns, shown, rests_on, notes, is_annex=True)


def _planted(name: str, mean: float | None, truth: float, estimate: EffectEstimate) -> tuple[Cell, ...]:
    known = (text.sentence_case(name), None if mean is None else text.signed(mean, DECIMALS), text.signed(truth, DECIMALS))
    found = text.signed(estimate.estimate, DECIMALS)
    if not may_print_p(estimate.calibration) or estimate.ci_low is None or estimate.ci_high is None:
        return *known, found, "không in", None
    interval = f"{text.signed(estimate.ci_low, DECIMALS)}; {text.signed(estimate.ci_high, DECIMALS)}"
    return *known, found, interval, "có" if estimate.ci_low <= truth <= estimate.ci_high else "không"
