"""Are the editions of a declared window comparable on the declared footing? Every outcome that the index registry does not carry."""

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.declarations.form import Declaration, DeclaredOutcome
from analysis.errors import Fault
from analysis.indices import MIN_EDITIONS_BEFORE, comparable_eras, components_of, editions_until, is_component_circular
from analysis.text import year_spans
from analysis.units import MERGER_DAY

NOT_COMPARABLE = "Khai báo so sánh những phiên bản không so được"
NOT_DEFINED = "Khai báo thành phần không có trong danh mục chỉ số"
CIRCULAR = "Khai báo kết quả chấm chính việc truyền thông"

_OF_ONE_LIST = f"khung gồm các phiên bản của cùng một danh mục tỉnh: đến {MERGER_DAY.year - 1}, hoặc từ {MERGER_DAY.year}"
_LEAVE_OUT = "bỏ kết quả này (chỉ hỏi trong tỉnh thì bỏ hết các trường về chỉ số, giữ mục inside)"
_BREAKS_VI = {
    "raw": "điểm công bố qua lần đổi cách chấm",
    "z": "vị trí giữa các tỉnh qua lần đổi bộ câu hỏi",
    "constant_weight": "điểm theo trọng số không đổi qua lần đổi các thành phần",
}


def comparability_faults(declaration: Declaration, editions: pd.DataFrame, components: pd.DataFrame, where: str) -> list[Fault]:
    """Every outcome that the registry does not carry as declared; ``where`` names the file in the faults.

    ``editions`` and ``components`` are the tables of the index registry. An outcome is at fault when its component is not defined
    in all editions of the window or scores communication itself, when the window runs on over the merger of provinces or holds
    fewer than two editions before the start, or when its footing does not compare: raw scores of two eras of the component,
    standings of two footing eras, or constant weights for what is no weighted composite of the same parts. Editions that are not
    registered yet are passed over.
    """
    start = declaration.start_edition
    if start is None:
        return []
    return [fault for outcome in declaration.outcomes for fault in _faults_of(outcome, start, editions, components, where)]


def _faults_of(outcome: DeclaredOutcome, start: int, editions: pd.DataFrame, components: pd.DataFrame, where: str) -> Iterator[Fault]:
    place = f"{where}, outcomes, {outcome.name}"
    listed = editions_until(editions, outcome.index, outcome.last_edition)
    listed = listed[listed["edition_year"] >= outcome.first_edition].set_index("edition_year")
    if outcome.first_edition < MERGER_DAY.year <= outcome.last_edition:
        found = f"khung {outcome.first_edition}–{outcome.last_edition}; từ {MERGER_DAY.year} các phiên bản đo 34 tỉnh sau sắp xếp"
        yield Fault(NOT_COMPARABLE, place, found, _OF_ONE_LIST, f"thu hẹp khung hoặc {_LEAVE_OUT}")
        return
    undefined = [year for year in listed.index if outcome.component not in _defined(components, outcome.index, year)]
    if undefined:
        found = f"{outcome.component} của {outcome.index} {year_spans(undefined)}"
        accepted = f"thành phần có trong danh mục ở mọi phiên bản của khung; {_defined_vi(outcome, editions, components)}"
        yield Fault(NOT_DEFINED, place, found, accepted, f"sửa component, thu hẹp khung hoặc {_LEAVE_OUT}")
        return
    if is_component_circular(components, outcome.index, outcome.component):
        found = f"{outcome.index} {outcome.component}"
        yield Fault(CIRCULAR, place, found, "thành phần không cộng điểm cho việc truyền thông", "chọn thành phần khác")
    before = int((listed.index < start).sum())
    if before < MIN_EDITIONS_BEFORE:
        unknown = sorted(set(range(outcome.first_edition, start)) - set(listed.index))
        absent = f"; danh mục chỉ số chưa có phiên bản {year_spans(unknown)}" if unknown else ""
        found = f"{before} phiên bản trước {start} trong khung {outcome.first_edition}–{outcome.last_edition}{absent}"
        yield Fault(NOT_COMPARABLE, place, found, f"ít nhất {MIN_EDITIONS_BEFORE} phiên bản", f"mở rộng khung hoặc {_LEAVE_OUT}")
    yield from _footing_faults(outcome, listed, editions, components, place)


def _footing_faults(outcome: DeclaredOutcome, listed: pd.DataFrame, editions: pd.DataFrame, components: pd.DataFrame, place: str) -> Iterator[Fault]:
    is_weighted = outcome.component == COMPOSITE and (listed["composite_rule"] == "weighted").any()
    if outcome.footing == "constant_weight" and not is_weighted:
        found = f"constant_weight cho {outcome.index} {outcome.component}"
        yield Fault(NOT_COMPARABLE, place, found, f"constant_weight chỉ dùng cho {COMPOSITE} của chỉ số có trọng số", "dùng footing: raw hoặc z")
        return
    kinds = comparable_eras(components, editions, outcome.index, outcome.component, outcome.footing).loc[list(listed.index)].to_dict()
    borders = [later for earlier, later in pairwise(kinds) if kinds[earlier] != kinds[later]]
    if borders:
        accepted = f"khung không đi qua {year_spans(borders)}, hoặc cách so khác chịu được lần đổi đó"
        found = f"{outcome.index} {outcome.component}, {_BREAKS_VI[outcome.footing]} {year_spans(borders)}"
        yield Fault(NOT_COMPARABLE, place, found, accepted, "thu hẹp khung, đổi footing hoặc bỏ kết quả này")


def _defined_vi(outcome: DeclaredOutcome, editions: pd.DataFrame, components: pd.DataFrame) -> str:
    """The registered editions that define a component, and the last of them."""
    registered = editions.loc[editions["index"] == outcome.index, "edition_year"]
    years = [int(year) for year in registered if outcome.component in _defined(components, outcome.index, year)]
    name = f"{outcome.component} của {outcome.index}"
    return f"{name} dùng được ở {year_spans(years)}, phiên bản cuối là {max(years)}" if years else f"danh mục không có {name}"


def _defined(components: pd.DataFrame, index: str, year: int) -> frozenset[str]:
    return frozenset(components_of(components, index, year)["component"])
