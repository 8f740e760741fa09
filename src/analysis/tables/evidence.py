"""Tables of the evidence among provinces."""

from collections.abc import Sequence

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table
from analysis.estimate.evidence import Evidence, may_print_p
from analysis.estimate.grade import LABELS_VI
from analysis.estimate.methods import METHODS
from analysis.estimate.result import Calibration, CheckResult, EffectEstimate

PASSED_VI = {True: "đạt", False: "không đạt", None: "chưa biết"}
CHECKS_VI = {
    "pre-trend": "xu hướng trước kế hoạch",
    "own spread": "dao động trước kế hoạch",
    "placebo in time": "mốc giả đặt sớm hơn",
    "leave one out": "bỏ từng tỉnh so sánh",
    "other start": "dời mốc một năm",
    "other footing": "thang đo khác",
    "regression to the mean": "điểm trở về mức thường có",
    "donor contamination": "bỏ các tỉnh cùng vùng",
    "negative controls": "điều kế hoạch không nhắm tới",
    "honest bounds": "xu hướng lệch thêm sau mốc",
}
LEAST_WEIGHT = 0.005
NOT_PRINTED = "không in"


def overview(rows: Sequence[tuple[str, str, str, Evidence, int]], rests_on: Provenance) -> Table:
    """What a leader reads of ``summary``: detectable effect, then the estimate with its interval where one may be printed, and the grade."""
    columns = (Column("Kết quả"), Column("Nhận ra được từ"), Column("Khác mức chờ đợi (khoảng 95 %)"), Column("Mức bằng chứng"), Column("Khai báo"))
    notes = (
        "Nhận ra được từ: khác biệt nhỏ hơn mức này thì phép so sánh thường không thấy (xác suất thấy đúng mức này là 80 %).",
        "Mức chờ đợi: mức trước đó của tỉnh cộng thay đổi chung của các tỉnh khác. Khoảng có chứa số 0: không hơn mức ngẫu nhiên.",
        "Độ lệch chuẩn giữa các tỉnh: mức lệch thường gặp của một tỉnh so với mức chung trong cùng một năm.",
    )
    shown = tuple(_overview_row(*row) for row in rows)
    return Table("evidence-overview", "Khác biệt nhận ra được và khác biệt đã thấy", columns, shown, rests_on, notes)


def _overview_row(name: str, unit: str, declared: str, evidence: Evidence, decimals: int) -> tuple[Cell, ...]:
    label, _, detectable, size = _summary_row(name, unit, declared, evidence, decimals)[1:5]
    return name, None if detectable is None else f"{detectable} {unit}", size, label, declared


def summary(rows: Sequence[tuple[str, str, str, Evidence, int]], rests_on: Provenance) -> Table:
    """One row an outcome: (name, unit, declared label, evidence, decimals); detectable effect before estimate, raw and adjusted p."""
    columns = (
        Column("Kết quả"),
        Column("Mức bằng chứng"),
        Column("Đơn vị"),
        Column("Nhận ra được từ"),
        Column("Chênh lệch (95 %)"),
        Column("p"),
        Column("p theo thứ hạng"),
        Column("p đã hiệu chỉnh"),
        Column("Báo động nhầm đo được"),
        Column("Cùng chiều"),
        Column("Khai báo"),
    )
    notes = (
        "p: nếu không có gì khác thường, chênh lệch lớn như vậy xuất hiện trong bấy nhiêu phần của các trường hợp.",
        "p đã hiệu chỉnh: theo p và theo thứ hạng, khi xét các kết quả cùng nhóm một lượt (Holm; Romano và Wolf), rồi giữa các nhóm "
        "(Benjamini, Hochberg và Bogomolov).",
        "Báo động nhầm: tỷ lệ kế hoạch giả định, gán cho tỉnh khác, mà phép so sánh coi là khác biệt ở mức 5 %; quá 8 % thì không in p.",
        "Cùng chiều: tỷ lệ cách tính (thang đo, năm bắt đầu, cách ước lượng, tỉnh đem so) cho cùng dấu với cách tính chính; trong ngoặc là p chung.",
    )
    return Table(
        "evidence-summary",
        "Khác biệt giữa các tỉnh: giá trị p và tỷ lệ báo động nhầm",
        columns,
        tuple(_summary_row(*row) for row in rows),
        rests_on,
        notes,
        is_annex=True,
    )


def _summary_row(name: str, unit: str, declared: str, evidence: Evidence, decimals: int) -> tuple[Cell, ...]:
    label = f"{evidence.verdict.grade}: {LABELS_VI[evidence.verdict.grade]}"
    estimate = evidence.estimate
    if estimate is None:
        raise ValueError(f"{name} has no estimate")
    is_printed, is_ranked = may_print_p(estimate.calibration), may_print_p(evidence.rank_calibration)
    size = text.signed(estimate.estimate, decimals)
    if is_printed and estimate.ci_low is not None and estimate.ci_high is not None:
        size += f" ({text.signed(estimate.ci_low, decimals)}; {text.signed(estimate.ci_high, decimals)})"
    return (
        name,
        label,
        unit,
        None if estimate.mde is None else text.number(estimate.mde, decimals),
        size,
        _p(estimate.p_exact, is_printed=is_printed),
        _p(estimate.p_rank, is_printed=is_ranked),
        f"{_p(estimate.p_adjusted, is_printed=is_printed)}; {_p(estimate.p_rank_adjusted, is_printed=is_ranked)}",
        _rate(estimate.calibration),
        _one_sign(estimate, is_ranked=is_ranked),
        declared,
    )


def _p(value: float | None, *, is_printed: bool) -> str:
    if not is_printed:
        return NOT_PRINTED
    if value is None:
        return text.DASH
    return text.number(value, 2) if value >= 0.01 else "< 0,01"


def _rate(calibration: Calibration | None) -> str | None:
    if calibration is None:
        return None
    return f"{text.percent(calibration.false_alarm_rate)} trên {text.number(calibration.placebos_count)}"


def _one_sign(estimate: EffectEstimate, *, is_ranked: bool) -> str | None:
    if estimate.one_sign_share is None:
        return None
    joint = "" if estimate.curve_p is None or not is_ranked else f" ({text.number(estimate.curve_p, 2)})"
    return f"{text.percent(estimate.one_sign_share, 0)}{joint}"


def checks(outcome_id: str, name: str, found: Sequence[CheckResult], rests_on: Provenance) -> Table:
    """Every check of an outcome: pass, fail or not known, and what was seen."""
    rows = tuple((CHECKS_VI[check.name], _passed(check), check.sentence_vi) for check in found)
    columns = (Column("Phép kiểm tra"), Column("Kết quả"), Column("Thấy gì"))
    notes = ("Mốc: năm bắt đầu kế hoạch. “*”: phép kiểm tra phụ, không đạt thì chỉ hạ một bậc; các phép khác không đạt thì không kết luận.",)
    return Table(f"checks-{outcome_id}", f"{name}: các phép kiểm tra", columns, rows, rests_on, notes)


def _passed(check: CheckResult) -> str:
    return PASSED_VI[check.is_passed] + ("" if check.is_required else " *")


def companions(outcome_id: str, name: str, primary: EffectEstimate, others: Sequence[EffectEstimate], decimals: int, rests_on: Provenance) -> Table:
    """The primary method and its companions; a p stands only where its own false alarms were measured and are few enough."""
    rows = tuple(_companion(estimate, decimals) for estimate in (primary, *others))
    columns = (
        Column("Cách tính"),
        Column("Nhận ra được từ"),
        Column("Chênh lệch"),
        Column("p"),
        Column("Cách tính p"),
        Column("Báo động nhầm đo được"),
        Column("Nhận ra khác biệt có thật"),
    )
    notes = ("Dòng đầu là cách tính chính; các dòng sau để đối chiếu, không dùng để xếp mức bằng chứng.",)
    return Table(f"methods-{outcome_id}", f"{name}: các cách tính khác", columns, rows, rests_on, notes, is_annex=True)


def _companion(estimate: EffectEstimate, decimals: int) -> tuple[Cell, ...]:
    method, calibration = METHODS[estimate.method], estimate.calibration
    is_exact = method.statistic == "exact"
    return (
        text.sentence_case(method.name_vi),
        None if estimate.mde is None else text.number(estimate.mde, decimals),
        text.signed(estimate.estimate, decimals),
        _p(estimate.p_exact if is_exact else estimate.p_rank, is_printed=may_print_p(calibration)),
        "phân phối t" if is_exact else f"thứ hạng giữa {estimate.n_placebos} tỉnh",
        _rate(calibration),
        None if calibration is None else text.percent(calibration.power, 0),
    )


def donor_weights(outcome_id: str, name: str, weights: pd.Series, names: dict[str, str], rests_on: Provenance) -> Table:
    """Which provinces make up the synthetic comparison, largest first; weights below half a per cent are added up."""
    shown = weights[weights >= LEAST_WEIGHT].sort_values(ascending=False, kind="stable")
    rest = float(weights.sum() - shown.sum())
    rows: list[tuple[Cell, ...]] = [(names.get(str(code), str(code)), float(weight)) for code, weight in shown.items()]
    if rest >= LEAST_WEIGHT / 10:
        rows.append((f"{len(weights) - len(shown)} tỉnh khác cộng lại", rest))
    columns = (Column("Tỉnh"), Column("Phần trong nhóm đối chứng", 1, is_percent=True))
    return Table(f"donors-{outcome_id}", f"{name}: nhóm đối chứng tổng hợp gồm những tỉnh nào", columns, tuple(rows), rests_on, is_annex=True)


def refused(rows: tuple[tuple[Cell, ...], ...], rests_on: Provenance) -> Table:
    """Outcomes that the design refuses, why, and what would have to be supplied."""
    columns = (Column("Kết quả"), Column("Mức bằng chứng"), Column("Vì sao"), Column("Cần thêm gì để trả lời"))
    return Table("evidence-refused", "Kết quả không so sánh được giữa các tỉnh", columns, rows, rests_on)
