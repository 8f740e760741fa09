"""What an edition's figures must fulfil: complete, on their scale, composites that follow from their parts, ranks that follow from scores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.errors import Cell, Fault, Notice
from analysis.indices import components_of
from analysis.ingest.index_files.figures import Figures, Key
from analysis.ingest.index_files.provinces import Province, ProvinceNames
from analysis.ingest.score_reading import IndexContext
from analysis.text import enumerate_vi, number

MISSING_PROVINCE = "Thiếu tỉnh"
TOO_MANY = "Nhiều tỉnh hơn số được xếp hạng"
MISSING_FIGURE = "Tỉnh thiếu điểm thành phần"
PARTS_ONLY = "Có điểm thành phần, không có điểm tổng hợp"
OFF_SCALE = "Điểm ngoài thang"
NOT_THE_SUM = "Điểm tổng hợp không khớp các thành phần"
RANK_DIFFERS = "Thứ hạng không khớp điểm"
SHEETS_DIFFER = "Hai trang của tệp ghi khác nhau"

WEIGHTED_TOLERANCE = 0.02  # of figures with more than two decimals
SUM_TOLERANCE = 0.01
# Half of the last of two decimals: so much may each part be off, times its share in the composite, and the composite itself. With PCI's
# shares, which add up to ten, that is 0.055; the slack is for sums of binary fractions and for shares published rounded.
HALF_CENT, SLACK = 0.005, 0.001
SHEET_TOLERANCE = 0.006  # one of the two rounded to two decimals
SCALE_TOLERANCE = 0.005  # the ends of a scale are rounded themselves: 0.33 is a third
TIE_TOLERANCE = 0.006


@dataclass(frozen=True)
class Edition:
    """An edition as the registry knows it, with what names its provinces."""

    index: str
    year: int
    row: pd.Series
    components: pd.DataFrame
    weights: dict[str, float]
    names: ProvinceNames

    @classmethod
    def of(cls, context: IndexContext, index: str, year: int) -> "Edition | None":
        """The registered edition, or None."""
        rows = context.editions[(context.editions["index"] == index) & (context.editions["edition_year"] == year)]
        if rows.empty:
            return None
        row = rows.iloc[0]
        weights = context.weights[(context.weights["index"] == index) & (context.weights["era"] == row["era"])]
        weight_of = {str(code): float(weight) for code, weight in zip(weights["component"], weights["weight_pct"], strict=True)}
        return cls(index, year, row, components_of(context.components, index, year), weight_of, ProvinceNames(context.units, row))

    @property
    def codes(self) -> tuple[str, ...]:
        """Registered components of the edition."""
        return tuple(sorted(map(str, self.components["component"])))

    def label(self, component: str) -> str:
        """How messages call a component: the publisher's Vietnamese name with the code; the code alone of one not registered."""
        name = self._names_vi.get(component, "")
        return f"{name[:-1]}, {component})" if name.endswith(")") else f"{name} ({component})" if name else component

    def labels(self, components: Iterable[str]) -> str:
        """Several components in their order."""
        return "; ".join(map(self.label, components))

    @cached_property
    def _names_vi(self) -> dict[str, str]:
        return {str(code): str(name) for code, name in zip(self.components["component"], self.components["name_vi"], strict=True)}

    @property
    def ranked_count(self) -> int | None:
        """Provinces ranked; None where the registry does not say."""
        count = self.row["ranked_units_count"]
        return None if pd.isna(count) else int(count)

    def parts(self, parent: str) -> list[str]:
        """Components that are parts of another."""
        return sorted(map(str, self.components.loc[self.components["parent_component"] == parent, "component"]))

    def scale(self, component: str) -> tuple[float, float]:
        """Lowest and highest possible score."""
        return self._scales[component]

    def is_on_scale(self, component: str, score: float) -> bool:
        """Whether a score is possible; the ends of scales are rounded themselves."""
        low, high = self.scale(component)
        return low - SCALE_TOLERANCE <= score <= high + SCALE_TOLERANCE

    @cached_property
    def _scales(self) -> dict[str, tuple[float, float]]:
        columns = (self.components[name] for name in ("component", "scale_min_score", "scale_max_score"))
        return {str(code): (float(low), float(high)) for code, low, high in zip(*columns, strict=True)}


def completeness_faults(read: Figures, edition: Edition, place: str, ends: str, parts_without_total: bool) -> Iterator[Fault | Notice]:
    """Provinces that are missing or too many, and figures missing for some of them; ``ends`` says where the table ends."""
    scored = read.stated["score"]
    whole = read.provinces(COMPOSITE) or {province for _, province in scored}
    yield from _count_faults(whole, edition, place, ends)
    for component in sorted({component for component, _ in scored}):
        for province in _in_order(whole - read.provinces(component)):
            if (component, province) not in read.unread:
                yield _missing_figure(read, (component, province), edition, place)
    for province in _in_order({province for _, province in scored} - whole):
        if (COMPOSITE, province) not in read.unread:
            yield _parts_only(read, province, edition, place, parts_without_total)


def _in_order(provinces: set[Province]) -> list[Province]:
    return sorted(provinces, key=lambda known: (known.vintage, known.code))


def _count_faults(whole: set[Province], edition: Edition, place: str, ends: str) -> Iterator[Fault]:
    ranked = edition.ranked_count
    if ranked is None or len(whole) == ranked:
        return
    found = f"{len(whole)} tỉnh có điểm{f', {ends}' if ends else ''}"
    accepted = f"{ranked} tỉnh, thành phố được xếp hạng trong {edition.index} {edition.year}"
    if len(whole) > ranked:
        yield Fault(TOO_MANY, place, found, accepted, "kiểm tra tệp có đúng kỳ này không, hoặc sửa ranked_units trong danh mục chỉ số")
        return
    absent = [edition.names.name(province) for province in edition.names.all if province not in whole]
    action = f"bổ sung {ranked - len(whole)} tỉnh; các tỉnh không có trong tệp: {enumerate_vi(absent)}"
    yield Fault(MISSING_PROVINCE, place, found, accepted, action)


def _missing_figure(read: Figures, key: Key, edition: Edition, place: str) -> Fault:
    component, province = key
    cell = read.blanks.get(key) or read.zeros.get(key)
    where = f"{place.partition(', trang tính')[0]}, {cell}" if cell else place
    found = f"{edition.names.name(province)} không có điểm {edition.label(component)}"
    return Fault(MISSING_FIGURE, where, found, "đủ điểm thành phần của mọi tỉnh có điểm tổng hợp", "đối chiếu tệp gốc, điền điểm còn thiếu", cell)


def _parts_only(read: Figures, province: Province, edition: Edition, place: str, is_allowed: bool) -> Fault | Notice:
    """What is said of a province that has scores of parts and no composite."""
    parts = sorted(component for component, known in read.stated["score"] if known == province)
    said = f"{edition.names.name(province)} có điểm {edition.labels(parts)}; không có điểm tổng hợp"
    if is_allowed:
        return Notice(PARTS_ONLY, place, f"{said} kỳ {edition.year}: giữ điểm thành phần, điểm tổng hợp để trống")
    cell = read.cells["score"][parts[0], province]
    where = f"{place.partition(', trang tính')[0]}, {cell}"
    return Fault(MISSING_FIGURE, where, said, "đủ điểm tổng hợp và điểm thành phần", "đối chiếu tệp gốc, điền điểm còn thiếu", cell)


def scale_faults(read: Figures, edition: Edition, name: str) -> Iterator[Fault]:
    """Scores out of scale: one fault where most of a component is, such as percent for points, else one for each cell."""
    by_component: dict[str, list[tuple[Cell, float]]] = {}
    for key, value in read.stated["score"].items():
        by_component.setdefault(key[0], []).append((read.cells["score"][key], value))
    for component, scored in sorted(by_component.items()):
        low, high = edition.scale(component)
        outside = [(cell, value) for cell, value in scored if not edition.is_on_scale(component, value)]
        span = f"{low:g}-{high:g}".replace(".", ",")
        accepted = f"thang {span} của {edition.label(component)} trong {edition.index} {edition.year}"
        if len(outside) * 2 > len(scored):
            cell, value = outside[0]
            found = f"{len(outside)}/{len(scored)} điểm ngoài thang, ví dụ {_said(value)}"
            action = "kiểm tra đơn vị của cả cột (phần trăm hay điểm, thang 10 hay 100) và tiêu đề cột"
            yield Fault(OFF_SCALE, f"{name}, {cell}", found, accepted, action, cell)
            continue
        for cell, value in outside:
            yield Fault(OFF_SCALE, f"{name}, {cell}", f"“{_said(value)}”", accepted, "đối chiếu tệp gốc", cell)


def composite_faults(read: Figures, edition: Edition, name: str) -> Iterator[Fault]:
    """Composites that are not what the edition's rule makes of their parts, where all are known and on their scales."""
    rule = str(edition.row["composite_rule"])
    if rule not in ("weighted", "sum"):
        return
    scores = read.stated["score"]
    for parent in edition.codes if rule == "sum" else (COMPOSITE,):
        shares = _shares(edition, parent, rule)
        for province in sorted(read.provinces(parent), key=lambda known: known.code) if shares else []:
            known = [scores.get((part, province)) for part in (parent, *shares)]
            if not all(score is not None and edition.is_on_scale(part, score) for part, score in zip((parent, *shares), known, strict=True)):
                continue
            expected = sum(share * scores[part, province] for part, share in shares.items())
            if abs(expected - scores[parent, province]) > _tolerance([scores[part, province] for part in shares], shares, rule):
                yield _sum_fault(read, (parent, province), expected, rule, edition, name)


def _tolerance(parts: Sequence[float], shares: Mapping[str, float], rule: str) -> float:
    """How far a composite may be from what its parts give; more where all parts were printed with two decimals."""
    least = WEIGHTED_TOLERANCE if rule == "weighted" else SUM_TOLERANCE
    is_rounded = all(abs(part - round(part, 2)) < SCALE_TOLERANCE / 1000 for part in parts)
    return max(least, HALF_CENT * (1 + sum(shares.values())) + SLACK) if is_rounded else least


def _shares(edition: Edition, parent: str, rule: str) -> dict[str, float]:
    """How much a point of each part adds to the parent."""
    if rule == "sum":
        return dict.fromkeys(edition.parts(parent), 1.0)
    highest = edition.scale(parent)[1]
    return {part: weight / 100 * highest / edition.scale(part)[1] for part, weight in edition.weights.items()}


def _sum_fault(read: Figures, key: Key, expected: float, rule: str, edition: Edition, name: str) -> Fault:
    component, province = key
    cell = read.cells["score"][key]
    said = "tổng theo trọng số" if rule == "weighted" else "tổng các thành phần"
    found = f"{edition.names.name(province)}: {edition.label(component)} ghi {_said(read.stated['score'][key])}, {said} là {_said(expected)}"
    return Fault(NOT_THE_SUM, f"{name}, {cell}", found, f"{said} của {edition.index} {edition.year}", "đối chiếu tệp gốc, sửa điểm sai", cell)


def rank_faults(read: Figures, edition: Edition, name: str) -> Iterator[Fault]:
    """Printed ranks that are not the order of the scores; equal scores may share or part their ranks.

    Where ranks and scores disagree, the fewest provinces that explain it are named. Ranks in order that leave places out are faults too
    where every ranked province has a score.
    """
    ranks, scores = read.stated["rank"], read.stated["score"]
    for component in sorted({known for known, _ in ranks}):
        both = {key: (rank, scores[key]) for key, rank in ranks.items() if key[0] == component and key in scores}
        held = [score for (known, _), score in scores.items() if known == component]
        odd = _out_of_order(both)
        if not odd and len(held) == edition.ranked_count:
            odd = [key for key, (rank, score) in both.items() if not _places(score, held)[0] <= rank <= _places(score, held)[1]]
        for key in odd:
            yield _rank_fault(read, key, _places(scores[key], held), edition, name)


def _out_of_order(both: dict[Key, tuple[float, float]]) -> list[Key]:
    """The fewest keys without which better ranks have scores no lower, and equal ranks equal scores."""
    ordered = sorted(both, key=lambda key: (both[key][0], -both[key][1], key[1].code))
    length: list[int] = []
    before: list[int | None] = []
    for place, key in enumerate(ordered):
        fitting = [earlier for earlier in range(place) if _agree(both[ordered[earlier]], both[key])]
        best = max(fitting, key=lambda earlier: length[earlier], default=None)
        length.append(1 if best is None else length[best] + 1)
        before.append(best)
    kept: set[int] = set()
    last_kept = max(range(len(ordered)), key=lambda last: length[last], default=None)
    while last_kept is not None:
        kept.add(last_kept)
        last_kept = before[last_kept]
    return [key for place, key in enumerate(ordered) if place not in kept]


def _agree(better: tuple[float, float], worse: tuple[float, float]) -> bool:
    if better[0] == worse[0]:
        return abs(better[1] - worse[1]) <= TIE_TOLERANCE
    return better[1] >= worse[1] - TIE_TOLERANCE


def _places(score: float, held: Sequence[float]) -> tuple[int, int]:
    """Best and worst rank that a score may have among those held."""
    return 1 + sum(other > score + TIE_TOLERANCE for other in held), sum(other >= score - TIE_TOLERANCE for other in held)


def _rank_fault(read: Figures, key: Key, places: tuple[int, int], edition: Edition, name: str) -> Fault:
    cell, (component, province) = read.cells["rank"][key], key
    found = f"{edition.names.name(province)}: hạng {read.stated['rank'][key]:g} với {_said(read.stated['score'][key])} điểm"
    accepted = f"hạng {'-'.join(map(str, dict.fromkeys(places)))} theo điểm {edition.label(component)} trong tệp"
    return Fault(RANK_DIFFERS, f"{name}, {cell}", found, accepted, "đối chiếu tệp gốc, sửa hạng hoặc điểm", cell)


def differences(read: Figures, other: Figures, edition: Edition) -> Iterator[tuple[str, str]]:
    """Figures that another sheet of the file states differently: (component, what both sheets say)."""
    for key, value in other.stated["score"].items():
        own = read.stated["score"].get(key)
        if own is not None and abs(own - value) > SHEET_TOLERANCE:
            component, province = key
            here, there = read.cells["score"][key], other.cells["score"][key]
            yield component, f"{edition.label(component)} của {edition.names.name(province)}: {_said(own)} ở {here}, {_said(value)} ở {there}"


def _said(value: float) -> str:
    return number(round(value, 4), 4).rstrip("0").rstrip(",")
