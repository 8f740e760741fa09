"""Did communication contribute? Minimum detectable effect first, then the grade; no causal verb below B."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Finding, Provenance, Sentence
from analysis.estimate.grade import LABELS_VI, VERBS_VI, Verdict
from analysis.estimate.result import EffectEstimate
from analysis.text import fold


@dataclass(frozen=True)
class Assessment:
    """One outcome judged: what, how sure, why, what would change it, and who was compared with whom."""

    outcome_vi: str
    verdict: Verdict
    needed_vi: str
    unit_vi: str
    treated_vi: str
    comparison_vi: str
    rests_on: Provenance
    estimate: EffectEstimate | None = None
    decimals: int = 1

    def row(self) -> tuple[Cell, ...]:
        """The line of the assessments table."""
        label = f"{self.verdict.grade}: {LABELS_VI[self.verdict.grade]}"
        return text.sentence_case(self.outcome_vi), label, text.sentence_case(self.verdict.reason_vi) + ".", self.needed_vi


def all_sources(assessments: list[Assessment]) -> Provenance:
    """Sources of all assessments together."""
    return reduce(or_, (item.rests_on for item in assessments))


def detectable(item: Assessment, estimate: EffectEstimate) -> Sentence:
    """The smallest effect the comparison could have seen, said before any estimate."""
    said = (
        f"Trước khi xem kết quả về {item.outcome_vi}: so {item.treated_vi} ({estimate.treated_count} đơn vị) với {item.comparison_vi} "
        f"({estimate.comparison_count} đơn vị) thì khác biệt dưới {text.number(estimate.mde or 0.0, item.decimals)} {item.unit_vi} khó nhận ra "
        "(khả năng phát hiện khác biệt đúng bằng mức này là 80 %)."
    )
    return Sentence(said, item.rests_on)


def observed(item: Assessment, estimate: EffectEstimate) -> Finding:
    """The estimate in the words its grade allows."""
    size = f"{text.signed(estimate.estimate, item.decimals)} {item.unit_vi}"
    against = f"{item.treated_vi} so với {item.comparison_vi}"
    if verb := VERBS_VI.get(item.verdict.grade):
        direction = "tăng" if estimate.estimate > 0 else "giảm"
        said = f"truyền thông {verb} mức {direction} thêm {text.number(abs(estimate.estimate), item.decimals)} {item.unit_vi} của {against}"
    else:
        against_mde = "nhỏ hơn" if abs(estimate.estimate) < (estimate.mde or 0.0) else "không nhỏ hơn"
        said = f"mức chênh của {against} là {size}, {against_mde} mức nêu trên; chưa đủ bằng chứng để gắn mức chênh này với truyền thông"
    finding_id = f"observed-{fold(item.outcome_vi).replace(' ', '-')}"
    evidence = f"{text.sentence_case(item.verdict.reason_vi)}."
    return Finding(finding_id, f"{text.sentence_case(item.outcome_vi)}: {said}.", evidence, item.rests_on, item.verdict.grade)


def _supported(item: Assessment) -> str:
    """``góp phần mức tăng 0,5 điểm của …``: the direction is always said."""
    effect = item.estimate.estimate if item.estimate else 0.0
    direction = "tăng" if effect > 0 else "giảm"
    return f"{VERBS_VI[item.verdict.grade]} mức {direction} {text.number(abs(effect), item.decimals)} {item.unit_vi} của {item.outcome_vi}"


def headline(assessments: list[Assessment], year: int, finding_id: str = "outcomes-grade") -> Finding:
    """One sentence for the leaders' page: what can be said of the plan's contribution."""
    supported = [item for item in assessments if item.verdict.grade in VERBS_VI]
    best = min(item.verdict.grade for item in assessments)
    evidence = "Mức bằng chứng do một quy tắc chung tính ra; không có nghĩa là truyền thông không có tác dụng."
    if supported:
        said = text.enumerate_vi([_supported(item) for item in supported])
        return Finding(finding_id, f"Truyền thông năm {year} {said}.", evidence, all_sources(supported), best)
    groups = {
        "chưa đủ bằng chứng với": [item.outcome_vi for item in assessments if item.verdict.grade == "C"],
        "không đánh giá được với": [item.outcome_vi for item in assessments if item.verdict.grade == "D"],
    }
    parts = [f"{label} {text.enumerate_vi(names)}" for label, names in groups.items() if names]
    said = f"Chưa thể nói truyền thông năm {year} có đóng góp hay không: {'; '.join(parts)}."
    return Finding(finding_id, said, evidence, all_sources(assessments), best)


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
    return Sentence(f"Chưa nạp kế hoạch truyền thông năm {year} nên chưa xem xét được đóng góp của truyền thông.", rests_on)


def no_cause_from_timing(rests_on: Provenance) -> Sentence:
    """Why standing side by side is not evidence."""
    return Sentence(
        "Hoạt động và chỉ số cùng tăng trong một năm chưa phải là bằng chứng: dịch bệnh, thay đổi quy định, sắp xếp tổ chức và cách chấm điểm mới "
        "cũng rơi vào những năm này, và các tỉnh khác cũng truyền thông.",
        rests_on,
        is_note=True,
    )
