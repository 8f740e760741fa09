"""Did communication contribute? Minimum detectable effect first, then the grade; no causal verb below B."""

from collections.abc import Callable
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


def observed(item: Assessment, estimate: EffectEstimate) -> Finding:
    """The estimate in the words its grade allows."""
    size = f"{text.signed(estimate.estimate, item.decimals)} {item.unit_vi}"
    if verb := _verb(item):
        direction = "cao hơn" if estimate.estimate > 0 else "thấp hơn"
        amount = f"{text.number(abs(estimate.estimate), item.decimals)} {item.unit_vi}"
        said = f"truyền thông {verb} mức {direction} chờ đợi {amount} của {item.treated_vi}, so với {item.comparison_vi}"
    else:
        against_mde = "nhỏ hơn" if abs(estimate.estimate) < (estimate.mde or 0.0) else "không nhỏ hơn"
        changes = f"mức thay đổi của {item.treated_vi} trừ mức thay đổi của {item.comparison_vi} là {size}"
        said = f"{changes}, {against_mde} mức nêu trên; chưa đủ bằng chứng để gắn phần chênh này với truyền thông"
    finding_id = f"observed-{fold(item.outcome_vi).replace(' ', '-')}"
    evidence = f"{text.sentence_case(item.verdict.reason_vi)}."
    return Finding(finding_id, f"{text.sentence_case(item.outcome_vi)}: {said}.", evidence, item.rests_on, item.verdict.grade)


def _verb(item: Assessment) -> str:
    """The verb that the grade allows, as it stands before a noun; empty where it allows none."""
    verb = VERBS_VI.get(item.verdict.grade, "")
    return f"{verb} vào" if item.verdict.grade == "A" else verb


def _supported(item: Assessment) -> str:
    """``góp phần vào mức cao hơn chờ đợi 0,50 điểm của …``: the direction is always said, against what was to be expected."""
    effect = item.estimate.estimate if item.estimate else 0.0
    direction = "cao hơn" if effect > 0 else "thấp hơn"
    return f"{_verb(item)} mức {direction} chờ đợi {text.number(abs(effect), item.decimals)} {item.unit_vi} của {item.outcome_vi}"


def headline(assessments: list[Assessment], year: int, finding_id: str = "outcomes-grade") -> Finding:
    """What can be said of the plan's contribution: outcomes of the best grade in its words, the rest by their grade."""
    best = min(item.verdict.grade for item in assessments)
    supported = [item for item in assessments if item.verdict.grade == best and best in VERBS_VI]
    rest = _by_grade([item for item in assessments if item not in supported], lambda items: text.enumerate_vi([item.outcome_vi for item in items]))
    if supported:
        said = f"Truyền thông năm {year} {text.enumerate_vi([_supported(item) for item in supported])}"
        return Finding(finding_id, f"{'; '.join([said, *rest])}.", NO_VERDICT_VI, all_sources(assessments), best)
    return Finding(finding_id, f"{_not_known(year)}: {'; '.join(rest)}.", NO_VERDICT_VI, all_sources(assessments), best)


def in_brief(assessments: list[Assessment], year: int, finding_id: str = "outcomes-in-brief") -> Finding:
    """The same for the leaders' page: counts in place of names, and what may and may not be said in a meeting."""
    best = min(item.verdict.grade for item in assessments)
    if best in VERBS_VI:
        return headline(assessments, year, finding_id)
    counts = _by_grade(assessments, lambda items: f"{len(items)} kết quả")
    said = f"{_not_known(year)}: {'; '.join(counts)}. Nên nói là chưa biết: không quy thay đổi của chỉ số cho "
    said += "truyền thông, cũng không kết luận rằng truyền thông không có tác dụng."
    return Finding(finding_id, said, "Từng kết quả ở chương về đóng góp của truyền thông.", all_sources(assessments), best)


NO_VERDICT_VI = "Mức bằng chứng do một quy tắc chung tính ra; không có nghĩa là truyền thông không có tác dụng."
_GROUPS_VI = {"B": "gợi ý với", "C": "chưa đủ bằng chứng với", "D": "không đánh giá được với"}


def _not_known(year: int) -> str:
    return f"Chưa thể nói truyền thông năm {year} có đóng góp hay không"


def _by_grade(assessments: list[Assessment], told: Callable[[list[Assessment]], str]) -> list[str]:
    """``chưa đủ bằng chứng với …`` for each grade that has outcomes."""
    groups = {label: [item for item in assessments if item.verdict.grade == grade] for grade, label in _GROUPS_VI.items()}
    return [f"{label} {told(items)}" for label, items in groups.items() if items]


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
