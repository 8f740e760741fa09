"""Did communication contribute? Minimum detectable effect first, then the grade; no causal verb below B."""

from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Finding, Provenance, Sentence
from analysis.estimate.grade import LABELS_VI, VERBS_VI, Verdict
from analysis.estimate.result import EffectEstimate
from analysis.text import fold


@dataclass(frozen=True)
class Assessment:
    """One outcome judged: what, how sure, why, and what would change it."""

    outcome_vi: str
    verdict: Verdict
    needed_vi: str
    unit_vi: str
    estimate: EffectEstimate | None = None

    def row(self) -> tuple[Cell, ...]:
        """The line of the assessments table."""
        label = f"{self.verdict.grade}: {LABELS_VI[self.verdict.grade]}"
        return self.outcome_vi, label, text.sentence_case(self.verdict.reason_vi) + ".", self.needed_vi


def detectable(estimate: EffectEstimate, outcome_vi: str, unit_vi: str, rests_on: Provenance) -> Sentence:
    """The smallest effect the comparison could have seen, said before any estimate."""
    return Sentence(
        f"Trước khi xem kết quả về {outcome_vi}: với {estimate.treated_count} đơn vị được xét và {estimate.comparison_count} đơn vị so sánh, "
        f"phép so sánh này chỉ phát hiện chắc chắn (8 trên 10 lần) những khác biệt từ {text.number(estimate.mde, 1)} {unit_vi} trở lên.",
        rests_on,
    )


def observed(item: Assessment, estimate: EffectEstimate, rests_on: Provenance) -> Finding:
    """The estimate in the words its grade allows."""
    verdict, unit_vi = item.verdict, item.unit_vi
    size = f"{text.signed(estimate.estimate, 1)} {unit_vi}"
    if verb := VERBS_VI.get(verdict.grade):
        said = f"Truyền thông {verb} mức chênh {size} của nhóm được xét"
    else:
        said = f"Mức chênh của nhóm được xét so với nhóm còn lại là {size}; chưa đủ bằng chứng để gắn mức chênh này với truyền thông"
    evidence = f"{text.sentence_case(verdict.reason_vi)}."
    return Finding(
        f"observed-{fold(item.outcome_vi).replace(' ', '-')}",
        f"{text.sentence_case(item.outcome_vi)}: {text.decapitalised(said)}.",
        evidence,
        rests_on,
        verdict.grade,
    )


def headline(assessments: list[Assessment], year: int, rests_on: Provenance) -> Finding:
    """One sentence for the leaders' page: what can be said of the plan's contribution."""
    causal = [item for item in assessments if item.verdict.grade in VERBS_VI]
    if causal:
        parts = [f"{VERBS_VI[item.verdict.grade]} {item.outcome_vi}" for item in causal]
        said = f"Truyền thông năm {year} {text.enumerate_vi(parts)}."
    else:
        open_items = [item.outcome_vi for item in assessments if item.verdict.grade == "C"]
        refused = [item.outcome_vi for item in assessments if item.verdict.grade == "D"]
        parts = [
            f"{label}: {text.enumerate_vi(names)}"
            for label, names in (("chưa đủ bằng chứng với", open_items), ("không đánh giá được với", refused))
            if names
        ]
        said = f"Chưa thể nói truyền thông năm {year} có đóng góp hay không: {'; '.join(part.replace(': ', ' ', 1) for part in parts)}."
    best = min((item.verdict.grade for item in assessments), default="D")
    evidence = "Mức bằng chứng do một quy tắc chung tính ra; không có nghĩa là truyền thông không có tác dụng."
    return Finding("outcomes-grade", said, evidence, rests_on, grade=best)


def unmatched_dose(unmatched: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """Dose of units or months that have no dossiers to be joined with."""
    count, units = text.number(unmatched["dose_count"].sum()), unmatched["unit_code"].nunique()
    return Sentence(
        f"Có {count} hoạt động của {units} đơn vị không ghép được vì đơn vị hoặc tháng đó không có bảng hồ sơ (như các đơn vị cấp huyện); "
        "các hoạt động này không nằm trong hai biểu đồ trên.",
        rests_on,
    )


def not_applicable(year: int, rests_on: Provenance) -> Sentence:
    """No plan for the year, so there is nothing whose contribution could be asked."""
    return Sentence(f"Không có kế hoạch truyền thông năm {year} trong bộ số liệu nên phần này không có gì để đánh giá.", rests_on)


def no_cause_from_timing(rests_on: Provenance) -> Sentence:
    """Why standing side by side is not evidence."""
    return Sentence(
        "Hoạt động và chỉ số cùng tăng trong một năm chưa phải là bằng chứng: dịch bệnh, thay đổi quy định, sắp xếp tổ chức và cách chấm điểm mới "
        "cũng rơi vào những năm này, và các tỉnh khác cũng truyền thông.",
        rests_on,
        is_note=True,
    )
