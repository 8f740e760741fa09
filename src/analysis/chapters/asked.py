"""Which outcomes of the four indices are asked about a plan, on which footing, declared or not; and their evidence, judged together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis import declarations, text
from analysis.blocks import Provenance, provenance
from analysis.chapters.subject import Subject
from analysis.codes import COMPOSITE, INDICES
from analysis.comparable import CONSTANT_WEIGHT, RAW, ComparablePanel, Register, Z, comparable_panel
from analysis.declarations import Declaration, DeclaredOutcome, Standing, standing_of
from analysis.delivery import plan_of_year
from analysis.estimate.checks import Design
from analysis.estimate.evidence import Evidence, Question, gather, judge, refused
from analysis.estimate.grade import ALPHA
from analysis.indices import component_name, components_near_communication
from analysis.narrative.outcomes import Assessment
from analysis.project import open_project
from analysis.standing import peers_of
from analysis.store import Tables

WITH_FULL_COMPONENTS = "PAPI"  # the index whose dimensions nearest to communication are judged one by one
NEGATIVE_CONTROLS = {"PAPI": ("D6",)}  # health, schools, roads and order: no plan of communication on procedures aims at them
FOOTING_VI = {RAW: "điểm công bố", Z: "vị trí giữa các tỉnh", "rank": "số bậc xếp hạng", CONSTANT_WEIGHT: "điểm theo trọng số không đổi"}
OTHER_FOOTINGS = {RAW: (Z, "rank"), Z: ("rank",), CONSTANT_WEIGHT: (Z, "rank")}
UNIT_VI = {RAW: "điểm", Z: "độ lệch chuẩn giữa các tỉnh", CONSTANT_WEIGHT: "điểm"}
DECIMALS = 2
NEIGHBOURS_VI = "các tỉnh cùng vùng"
HOPED = {"increase": 1, "decrease": -1}
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

    ``sha256`` is the declaration's, None without one; ``start`` the first edition that counts as after. ``controls``:
    Vietnamese names → columns of the panel's rows that the plan never aims at, on the panel's footing.
    """

    index: str
    component: str
    name_vi: str
    start: int
    panel: ComparablePanel
    standing: Standing
    declared: DeclaredOutcome | None
    alpha: float
    family: str
    controls: dict[str, str]
    sha256: str | None
    rests_on: Provenance

    @property
    def outcome_id(self) -> str:
        """Stable name for block ids: ``papi-d5``."""
        said = f"{self.index}-{self.component}".lower().replace(" ", "-")
        return said if self.declared is None else f"{said}-{self.panel.footing}".replace("_", "-")


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
        return f"Điểm {asked.index} của tất cả các tỉnh, năm có kế hoạch và ít nhất hai năm trước đó, theo cùng cách chấm"
    return NEEDED_VI.get(asked.panel.obstacle or "", NEEDED_VI["too_few"])


def declaration_of(tables: Tables, province: str, year: int) -> Declaration | None:
    """The office's declaration of its own plan of a year; None without one, for another province, or for another plan's number.

    Raises ``DataFaults`` for a faulty file.
    """
    project = open_project()
    if province != project.settings.province:
        return None
    found = declarations.find_declaration(declarations.declarations_folder(project), year)
    plan = plan_of_year(tables.plans, province, year)
    return found if found is not None and plan is not None and found.plan_number == plan["plan_number"] else None


def outcomes_asked(tables: Tables, subject: Subject, province: str, year: int) -> list[Asked]:
    """What is declared, and what is always asked: dimensions of PAPI near communication, its composite, those of the other indices."""
    register = Register(tables.index_scores, tables.index_editions, tables.index_components, tables.index_weights)
    declaration = declaration_of(tables, province, year)
    entries = declarations.read_register(declarations.declarations_folder(open_project()))
    earlier_vi = _earlier_plans(tables.plans, province, year)
    found = [
        _asked(register, declaration, one, entries, subject, province, year, index, component, earlier_vi)
        for index, component, one in _wanted(register.components, declaration, year)
    ]
    names = Counter(item.name_vi for item in found)
    return [replace(item, name_vi=f"{item.name_vi}, {FOOTING_VI[item.panel.footing]}") if names[item.name_vi] > 1 else item for item in found]


def _earlier_plans(plans: pd.DataFrame, province: str, year: int) -> tuple[str, ...]:
    """Earlier plans of the province touch the years that serve as its past."""
    earlier = plans[(plans["province_code"] == province) & (plans["plan_year"] < year)].sort_values("plan_year")
    named = [f"{plan.plan_number} (năm {plan.plan_year})" for plan in earlier.itertuples()]
    return (f"Mức trước gồm cả các năm từ khi có {text.enumerate_vi(named)}: điều đo được là phần thêm so với mức đó.",) if named else ()


def _wanted(components: pd.DataFrame, declaration: Declaration | None, year: int) -> list[tuple[str, str, DeclaredOutcome | None]]:
    near = components_near_communication(components, WITH_FULL_COMPONENTS, year)
    others = [(index, COMPOSITE) for index in INDICES if index != WITH_FULL_COMPONENTS]
    always = [*((WITH_FULL_COMPONENTS, part) for part in (*near, COMPOSITE)), *others]
    declared = declaration.outcomes if declaration else ()
    held = {(one.index, one.component) for one in declared}
    rows: list[tuple[str, str, DeclaredOutcome | None]] = [(one.index, one.component, one) for one in sorted(declared, key=lambda one: one.name)]
    rows += [(*pair, None) for pair in always if pair not in held]
    return sorted(rows, key=lambda row: always.index(row[:2]) if row[:2] in always else len(always))


def _asked(
    register: Register,
    declaration: Declaration | None,
    declared: DeclaredOutcome | None,
    entries: Sequence[declarations.Registration],
    subject: Subject,
    province: str,
    year: int,
    index: str,
    component: str,
    earlier_vi: tuple[str, ...],
) -> Asked:
    """An outcome as declared, on the declared footing, start and editions; or as it compares best, from the plan's year on."""
    start = (declaration.start_edition if declaration and declared else None) or year
    last_year = declared.last_edition if declared else year
    footing = declared.footing if declared else None
    panel = comparable_panel(register, index, component, province, start, last_year, subject.as_of, footing)
    if footing is not None:
        panel = replace(panel, footing=footing)  # a refused panel has none of its own
    panel = replace(panel, notes_vi=(*panel.notes_vi, *earlier_vi))
    controls = _controls(register, panel, province, start, last_year, subject)
    for column, values in controls.items():
        panel = replace(panel, rows=panel.rows.merge(values.rename(column), on=["province_code", "edition_year"], how="left"))
    if declared:
        panel = replace(panel, rows=panel.rows[panel.rows["edition_year"].between(declared.first_edition, declared.last_edition)])
    return Asked(
        index,
        component,
        _name(register.components, index, component, year),
        start,
        panel,
        standing_of(declaration, entries, register.editions, index=index, component=component, footing=panel.footing),
        declared,
        declaration.alpha if declaration and declared else ALPHA,
        declaration.family_of(declared) if declaration and declared else UNDECLARED_FAMILY,
        {_name(register.components, index, column, year): column for column in controls},
        declaration.sha256 if declaration else None,
        _behind(register, index, (component, *controls)),
    )


def _behind(register: Register, index: str, components: Sequence[str]) -> Provenance:
    scores, editions = register.scores, register.editions
    of_index = scores[(scores["index"] == index) & (scores["component"].isin(components) | (index != WITH_FULL_COMPONENTS))]
    return provenance(of_index, editions[editions["index"] == index])


def _controls(register: Register, panel: ComparablePanel, province: str, year: int, last_year: int, subject: Subject) -> dict[str, pd.Series]:
    """Outcomes that the plan never aims at, on the panel's own footing; by component, indexed by province and edition."""
    found = {}
    is_asked = panel.refusal_vi is None and panel.component != COMPOSITE  # the composite holds the control
    for component in NEGATIVE_CONTROLS.get(panel.index, ()) if is_asked else ():
        other = comparable_panel(register, panel.index, component, province, year, last_year, subject.as_of)
        if other.refusal_vi is None and panel.footing in (Z, other.footing):
            found[component] = other.rows.set_index(["province_code", "edition_year"])[panel.footing]
    return found


def _name(components: pd.DataFrame, index: str, component: str, year: int) -> str:
    if component == COMPOSITE:
        return f"{index} tổng hợp"
    return f"{index} {component} ({component_name(components, index, component, year).lower()})"


def judged(tables: Tables, subject: Subject, province: str, year: int, *, grade_only: bool = False) -> list[Judged]:
    """Every outcome with its evidence, graded together; with ``grade_only`` only what the grade needs."""
    asked = outcomes_asked(tables, subject, province, year)
    neighbours = peers_of(tables.regions, province)
    found = [_evidence(item, province, neighbours, grade_only=grade_only) for item in asked]
    return [Judged(item, evidence, subject.place) for item, evidence in zip(asked, judge(found), strict=True)]


def _evidence(item: Asked, province: str, neighbours: Sequence[str], *, grade_only: bool) -> Evidence:
    if item.panel.refusal_vi is not None:
        return refused(item.outcome_id, item.family, item.panel.refusal_vi)
    return gather(_question(item, province, neighbours), grade_only=grade_only)


def _question(item: Asked, province: str, neighbours: Sequence[str]) -> Question:
    panel = item.panel
    design = Design(panel.rows, "province_code", "edition_year", panel.footing, province, item.start, decimals=DECIMALS, era="era")
    footings = {FOOTING_VI[name]: name for name in (panel.footing, *OTHER_FOOTINGS[panel.footing])}
    direction = 0 if item.declared is None else HOPED[item.declared.direction]
    return Question(
        item.outcome_id,
        item.family,
        design,
        footings,
        item.controls,
        neighbours,
        NEIGHBOURS_VI,
        item.standing.is_declared_beforehand,
        item.alpha,
        direction,
    )
