"""Which outcomes of the four indices are asked about a plan, on which footing, declared or not; and their evidence, judged together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis import declarations
from analysis.blocks import Provenance, provenance
from analysis.chapters.subject import Subject
from analysis.codes import COMPOSITE, INDICES
from analysis.comparable import CONSTANT_WEIGHT, RAW, ComparablePanel, Register, Z, comparable_panel
from analysis.declarations import Declaration, DeclaredOutcome, Standing, standing_of
from analysis.estimate.checks import Design
from analysis.estimate.evidence import Evidence, Question, gather, judge, refused
from analysis.indices import component_name, components_near_communication
from analysis.narrative.outcomes import Assessment
from analysis.project import open_project
from analysis.standing import peers_of
from analysis.store import Tables

WITH_FULL_COMPONENTS = "PAPI"  # the index whose dimensions nearest to communication are judged one by one
NEGATIVE_CONTROLS = {"PAPI": ("D6",)}  # health, schools, roads and order: no plan of communication on procedures aims at them
FOOTING_VI = {RAW: "điểm công bố", Z: "vị trí giữa các tỉnh", "rank": "thứ hạng", CONSTANT_WEIGHT: "điểm theo trọng số không đổi"}
OTHER_FOOTINGS = {RAW: (Z, "rank"), Z: ("rank",), CONSTANT_WEIGHT: (Z, "rank")}
UNIT_VI = {RAW: "điểm", Z: "độ lệch chuẩn giữa các tỉnh", CONSTANT_WEIGHT: "điểm"}
DECIMALS = 2
NEIGHBOURS_VI = "các tỉnh cùng vùng"
UNDECLARED_FAMILY = "ngoài khai báo"
NEEDED_VI = {
    "no_edition": "Không bổ sung được: nơi công bố không có phiên bản này",
    "not_published": "Chờ công bố, thường vào tháng 4 đến tháng 6 năm sau",
    "circular": "Dùng tỷ lệ nộp trực tuyến và ý kiến người dân làm kết quả, không dùng chỉ số này",
    "method_changed": "Không bổ sung được vì cách chấm đổi đúng vào lúc có kế hoạch; xem kết quả khác",
    "too_few": "Không bổ sung được: trước kế hoạch chưa có đủ phiên bản so được với nhau",
    "no_score": "Không bổ sung được nếu nơi công bố không có điểm của tỉnh năm đó; xem kết quả khác",
}
NEEDED_WHEN_ESTIMATED_VI = "So trong tỉnh giữa các xã triển khai trước và sau; thêm phiên bản sau kế hoạch theo cùng cách chấm"


@dataclass(frozen=True)
class Asked:
    """One outcome of an index and what is known before any estimate: its panel, its declaration and what it rests on.

    ``controls``: Vietnamese names → columns of the panel's rows that the plan never aims at, on the panel's footing.
    """

    index: str
    component: str
    name_vi: str
    panel: ComparablePanel
    standing: Standing
    declared: DeclaredOutcome | None
    family: str
    controls: dict[str, str]
    rests_on: Provenance

    @property
    def outcome_id(self) -> str:
        """Stable name for block ids: ``papi-d5``."""
        return f"{self.index}-{self.component}".lower().replace(" ", "-")


@dataclass(frozen=True)
class Judged:
    """An outcome with its evidence."""

    asked: Asked
    evidence: Evidence
    place: str

    def assessment(self) -> Assessment:
        """As the common table of outcomes shows it."""
        asked, estimate = self.asked, self.evidence.estimate
        needed = NEEDED_WHEN_ESTIMATED_VI if estimate else _needed(asked)
        unit = UNIT_VI[asked.panel.footing]
        return Assessment(asked.name_vi, self.evidence.verdict, needed, unit, self.place, "các tỉnh khác", asked.rests_on, estimate, DECIMALS)


def _needed(asked: Asked) -> str:
    if asked.panel.obstacle == "not_whole":
        return f"Điểm {INDICES[asked.index]} của đủ các tỉnh, ít nhất hai năm trước kế hoạch theo cùng cách chấm"
    return NEEDED_VI.get(asked.panel.obstacle or "", NEEDED_VI["too_few"])


def declaration_of(year: int) -> Declaration | None:
    """The office's declaration of a plan year, None without one. Raises ``DataFaults`` for a faulty file."""
    return declarations.find_declaration(declarations.declarations_folder(open_project()), year)


def outcomes_asked(tables: Tables, subject: Subject, province: str, year: int) -> list[Asked]:
    """Outcomes nearest to communication first: those dimensions of PAPI, its composite, then the composites of the other indices."""
    register = Register(tables.index_scores, tables.index_editions, tables.index_components, tables.index_weights)
    near = components_near_communication(register.components, WITH_FULL_COMPONENTS, year)
    others = [(index, COMPOSITE) for index in INDICES if index != WITH_FULL_COMPONENTS]
    wanted = [*((WITH_FULL_COMPONENTS, part) for part in (*near, COMPOSITE)), *others]
    declaration = declaration_of(year)
    entries = declarations.read_register(declarations.declarations_folder(open_project()))
    return [_asked(register, declaration, entries, subject, province, year, index, part) for index, part in wanted]


def _asked(
    register: Register,
    declaration: Declaration | None,
    entries: Sequence[declarations.Registration],
    subject: Subject,
    province: str,
    year: int,
    index: str,
    component: str,
) -> Asked:
    declared = _declared(declaration, index, component)
    last_year = max(year, declared.last_edition) if declared else year
    panel = comparable_panel(register, index, component, province, year, last_year, subject.as_of)
    controls = _controls(register, panel, province, year, last_year, subject)
    for column, values in controls.items():
        panel = replace(panel, rows=panel.rows.merge(values.rename(column), on=["province_code", "edition_year"], how="left"))
    if declared:
        panel = replace(panel, rows=panel.rows[panel.rows["edition_year"].between(declared.first_edition, declared.last_edition)])
    is_so_declared = declared is not None and declared.footing == panel.footing
    return Asked(
        index,
        component,
        _name(register.components, index, component, year),
        panel,
        standing_of(declaration, entries, register.editions, index=index, component=component, footing=panel.footing),
        declared if is_so_declared else None,
        declaration.family_of(declared) if declaration and declared and is_so_declared else UNDECLARED_FAMILY,
        {_name(register.components, index, column, year): column for column in controls},
        _behind(register, index, (component, *controls)),
    )


def _behind(register: Register, index: str, components: Sequence[str]) -> Provenance:
    scores, editions = register.scores, register.editions
    of_index = scores[(scores["index"] == index) & (scores["component"].isin(components) | (index != WITH_FULL_COMPONENTS))]
    return provenance(of_index, editions[editions["index"] == index])


def _controls(register: Register, panel: ComparablePanel, province: str, year: int, last_year: int, subject: Subject) -> dict[str, pd.Series]:
    """Outcomes that the plan never aims at, on the panel's own footing; by component, indexed by province and edition."""
    found = {}
    for component in NEGATIVE_CONTROLS.get(panel.index, ()) if panel.refusal_vi is None else ():
        other = comparable_panel(register, panel.index, component, province, year, last_year, subject.as_of)
        if other.refusal_vi is None and panel.footing in (Z, other.footing):
            found[component] = other.rows.set_index(["province_code", "edition_year"])[panel.footing]
    return found


def _declared(declaration: Declaration | None, index: str, component: str) -> DeclaredOutcome | None:
    found = [one for one in declaration.outcomes if (one.index, one.component) == (index, component)] if declaration else []
    return found[0] if found else None


def _name(components: pd.DataFrame, index: str, component: str, year: int) -> str:
    if component == COMPOSITE:
        return f"{index} tổng hợp"
    return f"{index} {component} ({component_name(components, index, component, year).lower()})"


def judged(tables: Tables, subject: Subject, province: str, year: int, *, grade_only: bool = False) -> list[Judged]:
    """Every outcome with its evidence, graded together; with ``grade_only`` only what the grade needs."""
    asked = outcomes_asked(tables, subject, province, year)
    neighbours = peers_of(tables.regions, province)
    found = [_evidence(item, province, year, neighbours, grade_only=grade_only) for item in asked]
    return [Judged(item, evidence, subject.place) for item, evidence in zip(asked, judge(found), strict=True)]


def _evidence(item: Asked, province: str, year: int, neighbours: Sequence[str], *, grade_only: bool) -> Evidence:
    if item.panel.refusal_vi is not None:
        return refused(item.name_vi, item.family, item.panel.refusal_vi)
    return gather(_question(item, province, year, neighbours), grade_only=grade_only)


def _question(item: Asked, province: str, year: int, neighbours: Sequence[str]) -> Question:
    panel = item.panel
    design = Design(panel.rows, "province_code", "edition_year", panel.footing, province, year, decimals=DECIMALS, era="era")
    footings = {FOOTING_VI[name]: name for name in (panel.footing, *OTHER_FOOTINGS[panel.footing])}
    return Question(item.name_vi, item.family, design, footings, item.controls, neighbours, NEIGHBOURS_VI, item.standing.is_declared_beforehand)
