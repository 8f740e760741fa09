"""The questions put to online uptake inside the province, on what panel, declared or not; and their evidence, judged together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from analysis import declarations, text
from analysis.blocks import Provenance, provenance
from analysis.chapters.asked import HOPED, declaration_of
from analysis.chapters.subject import Subject
from analysis.chapters.uptake import RATE_KEY
from analysis.codes import RATE_KEYS
from analysis.declarations import DeclaredInside, Standing, standing_inside
from analysis.estimate.evidence import Evidence, judge
from analysis.estimate.grade import ALPHA
from analysis.estimate.inside.evidence import InsideEvidence, gather_inside
from analysis.estimate.inside.placebo_plans import DRAWS
from analysis.estimate.inside.questions import DISTRICT, MONTH, UNIT, FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.events import events_for
from analysis.exposure import (
    AFTER_SILENCE,
    NO_LOG,
    SHARED_DOSE,
    AssignmentLevel,
    LevelIdentified,
    assignment_level,
    commune_exposure,
    exposure_table,
    first_campaigns,
    first_months,
    identified_levels,
    start_correlation,
    unused_activities,
)
from analysis.narrative.inside import OUTCOME_VI
from analysis.narrative.outcomes import Assessment
from analysis.panel import inside_panel
from analysis.project import open_project
from analysis.store import Tables
from analysis.uptake import of_units, until

LEVEL = "commune"
SEED = 20_210  # of the placebo plans; any number would do, as long as it stays
DECIMALS = 2
UNIT_VI = "điểm phần trăm"
NEGATIVE_CONTROLS = {
    "digitised_in": "số hóa khi tiếp nhận",
    "digitised_out": "số hóa kết quả",
}  # work of officials alone: no plan asks it of the public
CONFOUNDERS = ("covid_closure", "restructuring", "unit_change")  # kinds of events whose months are left out to see whether the answer hangs on them
NAMES_VI = {
    "first-campaigns": "từ lần truyền thông đầu tiên",
    "repeated-doses": "theo từng hoạt động",
}
TREATED_VI = {"first-campaigns": "các xã từ lần đầu của mình", "repeated-doses": "các tháng có thêm một hoạt động"}
COMPARISON_VI = {"first-campaigns": "các xã chưa có lần đầu", "repeated-doses": "các tháng không có thêm"}
PRIMARY_OF = {"staggered_event_study": "first-campaigns", "distributed_lag": "repeated-doses"}
NEEDED_VI = "Triển khai so le giữa các xã, tốt nhất là bốc thăm đợt (chương về kế hoạch năm tới); mọi xã gửi nhật ký đủ tháng"
MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class InsideData:
    """What the questions rest on: the panel of communes and months up to the end of the year, and what is known of the doses.

    ``campaigns`` is one row a commune (``exposure.first_campaigns``); ``refusal_vi`` says why nothing can be asked at all.
    """

    rows: pd.DataFrame
    campaigns: pd.DataFrame
    levels: tuple[LevelIdentified, ...]
    assignment: AssignmentLevel | None
    notes_vi: tuple[str, ...]
    event_months: frozenset[str]
    declared: DeclaredInside | None
    standing: Standing
    sha256: str | None
    alpha: float
    rests_on: Provenance
    district_names_vi: dict[str, str]
    log_begins: str = ""
    has_events: bool = False
    placebo_plans: int = DRAWS
    starts_by_district: bool = False
    rate_key: str = RATE_KEY
    refusal_vi: str | None = None


@dataclass(frozen=True)
class JudgedInside:
    """A question with its evidence."""

    data: InsideData
    found: InsideEvidence

    @property
    def question_id(self) -> str:
        """Stable name for block ids."""
        return self.found.question.name

    @property
    def evidence(self) -> Evidence:
        """Estimate, checks and grade."""
        return self.found.evidence

    @property
    def name_vi(self) -> str:
        """``tỷ lệ nộp hồ sơ trực tuyến từ lần truyền thông đầu tiên``."""
        return f"{OUTCOME_VI} {NAMES_VI[self.question_id]}"

    @property
    def is_primary(self) -> bool:
        """Whether this is the question that a declaration names, or the first where none does."""
        declared = self.data.declared
        return self.question_id == (PRIMARY_OF[declared.primary_estimator] if declared else "first-campaigns")

    def assessment(self) -> Assessment:
        """As the common table of outcomes shows it."""
        return Assessment(
            self.name_vi,
            self.evidence.verdict,
            NEEDED_VI,
            UNIT_VI,
            TREATED_VI[self.question_id],
            COMPARISON_VI[self.question_id],
            self.data.rests_on,
            self.evidence.estimate,
            DECIMALS,
        )


def inside_data(tables: Tables, subject: Subject, province: str, year: int) -> InsideData:
    """The panel of the province's communes up to the end of ``year`` or the day of the report."""
    declaration = declaration_of(tables, province, year)
    project = open_project()
    entries = declarations.read_register(declarations.declarations_folder(project))
    declared = declaration.inside if declaration else None
    rate_key = declared.rate_key if declared else RATE_KEY
    below = subject.below
    activities = tables.activities[tables.activities["start_date"] <= pd.Timestamp(subject.as_of)]
    counted = _uptake_until(tables, subject, year, declared)
    log = exposure_table(activities, below)
    log = log[log[MONTH] <= f"{year}-12"]
    months = _months(counted, log)
    joined = inside_panel(counted, commune_exposure(log, below, months), below, rate_key=rate_key, level=LEVEL, controls=list(NEGATIVE_CONTROLS))
    in_window = joined.rows[joined.rows["share_pct"].notna()]
    has_both = len(in_window) > 0 and len(log) > 0
    campaigns = first_campaigns(log, below)
    of_level = activities[activities["unit_code"].isin(campaigns[UNIT])]
    districts = below[below["level"] == "district"]
    return InsideData(
        rows=joined.rows,
        campaigns=campaigns[campaigns[UNIT].isin(in_window[UNIT])],
        levels=identified_levels(in_window) if has_both else (),
        assignment=assignment_level(in_window) if has_both else None,
        notes_vi=(*unused_activities(of_level[of_level["start_date"].dt.year <= year], below, months).notes_vi, *joined.notes_vi) if months else (),
        event_months=_event_months(tables, province, months),
        declared=declared,
        standing=standing_inside(declaration, entries),
        sha256=declaration.sha256 if declaration else None,
        alpha=declaration.alpha if declaration else ALPHA,
        rests_on=provenance(counted, activities) if has_both else provenance(tables.plans),
        district_names_vi=dict(zip(districts[UNIT], districts["label_vi"], strict=True)),
        log_begins=str(log[MONTH].min()) if len(log) else "",
        has_events=len(tables.events) > 0,
        placebo_plans=project.settings.placebo_plans,
        starts_by_district=has_both and start_correlation(campaigns, below) >= SHARED_DOSE,
        rate_key=rate_key,
        refusal_vi=None if has_both else _nothing_vi(counted, log, year),
    )


def _uptake_until(tables: Tables, subject: Subject, year: int, declared: DeclaredInside | None) -> pd.DataFrame:
    """Monthly counts up to the end of the year, within the declared months where any are."""
    known = until(of_units(tables.uptake, subject.below), subject.as_of)
    first, last = (declared.first_month, declared.last_month) if declared else ("0000-00", "9999-99")
    return known[(known[MONTH] <= f"{year}-12") & known[MONTH].between(first, last)]


def _months(counted: pd.DataFrame, log: pd.DataFrame) -> list[str]:
    """Every calendar month from the first of the log or the counts to the last of the counts."""
    if counted.empty:
        return []
    first = min([counted[MONTH].min(), *([log[MONTH].min()] if len(log) else [])])
    return [str(month) for month in pd.period_range(first, counted[MONTH].max(), freq="M")]


def _event_months(tables: Tables, province: str, months: list[str]) -> frozenset[str]:
    if not months:
        return frozenset()
    first, last = pd.Period(months[0], freq="M").start_time.date(), pd.Period(months[-1], freq="M").end_time.date()
    touching = events_for(tables.events, province, first, last)
    spans = touching[touching["kind"].isin(CONFOUNDERS)]
    return frozenset(
        str(month) for start, end in zip(spans["start_date"], spans["end_date"], strict=True) for month in pd.period_range(start, end, freq="M")
    )


def _nothing_vi(counted: pd.DataFrame, log: pd.DataFrame, year: int) -> str:
    missing = [said for is_missing, said in ((counted.empty, "bảng hồ sơ theo tháng của cấp xã"), (log.empty, "nhật ký hoạt động")) if is_missing]
    return f"không có {text.enumerate_vi(missing or ['xã nào vừa có hồ sơ vừa có nhật ký'])} đến hết năm {year}"


def questions(data: InsideData) -> Iterator[InsideQuestion]:
    """Both questions on the panel, the first campaigns first."""
    has_district = data.assignment is not None and data.assignment.level == "district"
    shared = {
        "rows": data.rows,
        "cluster": DISTRICT if has_district else None,
        "event_months": data.event_months,
        "negative_controls": {name_vi: f"{key}_pct" for key, name_vi in NEGATIVE_CONTROLS.items() if key in RATE_KEYS},
        "is_declared": data.standing.is_declared_beforehand,
        "alpha": data.alpha,
        "direction": HOPED[data.declared.direction] if data.declared else 0,
        "district_names_vi": data.district_names_vi,
        "has_events": data.has_events,
    }
    statuses = data.campaigns.set_index(UNIT)["status"]
    yield FirstCampaigns(
        **(shared | {"cluster": DISTRICT if data.starts_by_district else shared["cluster"]}),
        first=first_months(data.campaigns).to_dict(),
        unclear=frozenset(statuses.index[statuses == AFTER_SILENCE]),
        unlogged=frozenset(statuses.index[statuses == NO_LOG]),
    )
    yield RepeatedDoses(**shared)


def judged_inside(data: InsideData, *, grade_only: bool = False) -> list[JudgedInside]:
    """Both questions with their evidence, graded together; with ``grade_only`` only what the grade needs. None where nothing can be asked."""
    if data.refusal_vi is not None:
        return []
    found = [gather_inside(_declared_as(question, data), seed=SEED, draws=data.placebo_plans, grade_only=grade_only) for question in questions(data)]
    graded = judge([item.evidence for item in found], is_joint=False)  # the two panels hold different communes, so their draws do not pair
    return [JudgedInside(data, replace(item, evidence=evidence)) for item, evidence in zip(found, graded, strict=True)]


def _declared_as(question: InsideQuestion, data: InsideData) -> InsideQuestion:
    """Only the declared primary question counts as declared beforehand."""
    primary = PRIMARY_OF[data.declared.primary_estimator] if data.declared else ""
    return replace(question, is_declared=question.is_declared and question.name == primary)
