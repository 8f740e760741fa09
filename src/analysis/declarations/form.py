"""The form of a declaration: what it holds, every field with the kind of value it takes, every fault with its place."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis import codes
from analysis.errors import Fault
from analysis.rates import RATES
from analysis.units import MERGER_DAY

INCOMPLETE = "Khai báo thiếu hoặc thừa trường"
MISTYPED = "Khai báo có giá trị không dùng được"
REPEATED = "Khai báo ghi hai lần"
DANGLING = "Khai báo trỏ tới mục không có"
CONTRADICTORY = "Khai báo có năm không khớp nhau"

FOOTINGS = {"raw": "điểm công bố", "z": "vị trí giữa các tỉnh trong từng phiên bản", "constant_weight": "điểm theo trọng số không đổi"}
DIRECTIONS = {"increase": "mong tăng", "decrease": "mong giảm"}
PRIMARY_ESTIMATORS = ("demeaned_did",)  # the design whose false-alarm rate on the real panel is the nominal one
INSIDE_ESTIMATORS = {
    "staggered_event_study": "đợt truyền thông đầu tiên của từng đơn vị",
    "distributed_lag": "liều từng tháng, cộng dồn các tháng sau",
}
INSIDE_LEVELS = {"commune": "cấp xã"}  # the one level with enough units to compare with one another
LARGEST_ALPHA = 0.05  # a looser promise is no promise

Entry = Mapping[str, Any]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class DeclaredOutcome:
    """One outcome: a component of an index on one footing, and the editions that are compared.

    ``footing`` is a key of ``FOOTINGS``; ``first_edition`` and ``last_edition`` are edition years, both included. ``direction``
    is what the plan hopes for: tests stay two-sided. ``smallest_effect`` is the smallest change worth acting on, above zero,
    in points of the component's scale (raw, constant_weight) or in standard deviations between provinces (z).
    """

    name: str
    index: str
    component: str
    footing: str
    first_edition: int
    last_edition: int
    direction: str
    smallest_effect: float


@dataclass(frozen=True)
class DeclaredInside:
    """The question put to online-service uptake inside the province.

    ``rate_key`` is a key of ``codes.RATE_KEYS``, ``level`` one of ``INSIDE_LEVELS``; ``first_month`` and ``last_month`` (YYYY-MM, both
    included) bound the months compared; ``primary_estimator`` is a key of ``INSIDE_ESTIMATORS``. ``direction`` is what the plan hopes
    for, ``smallest_effect`` the smallest change worth acting on, in percentage points, above zero.
    """

    rate_key: str
    level: str
    first_month: str
    last_month: str
    primary_estimator: str
    direction: str
    smallest_effect: float


@dataclass(frozen=True)
class Declaration:
    """What is declared of one plan year.

    ``start_edition`` is the first edition that the plan can show in; ``families`` maps a family to the names of its outcomes,
    each outcome in one family; ``sha256`` is of the content, whatever its comments, layout and order; ``inside`` is the question put to
    uptake inside the province, None where none is.
    """

    plan_year: int
    plan_number: str
    declared_on: date
    declared_by: str
    start_edition: int
    primary_estimator: str
    alpha: float
    primary_family: str
    families: Mapping[str, tuple[str, ...]]
    outcomes: tuple[DeclaredOutcome, ...]
    sha256: str
    inside: DeclaredInside | None = None

    def find(self, index: str, component: str, footing: str) -> DeclaredOutcome | None:
        """The declared outcome of a component on a footing, or None; at most one is."""
        key = (index, component, footing)
        return next((one for one in self.outcomes if (one.index, one.component, one.footing) == key), None)

    def family_of(self, outcome: DeclaredOutcome) -> str:
        """The family that holds a declared outcome. Raises ``KeyError`` for another one."""
        return {name: family for family, names in self.families.items() for name in names}[outcome.name]


def _is_year(value: Any) -> bool:
    return type(value) is int and 2000 <= value <= 2100


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number_in(value: Any, most: float) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and 0 < value <= most


def _is_named(value: Any) -> bool:
    return isinstance(value, str) and bool(_NAME.fullmatch(value))


def _is_month(value: Any) -> bool:
    return isinstance(value, str) and bool(_MONTH.fullmatch(value))


def _is_family_table(value: Any) -> bool:
    return (
        isinstance(value, dict) and bool(value) and all(isinstance(names, list) and names and all(map(_is_text, names)) for names in value.values())
    )


_MONTH_KIND = (_is_month, "tháng dạng 2027-01")
_YEAR = (_is_year, "năm, số nguyên từ 2000 đến 2100")
_TEXT = (_is_text, "văn bản; nếu giống số hoặc có dấu hai chấm thì đặt trong dấu nháy")
_Kind = tuple[Callable[[Any], bool], str]


def _code(accepted: Any) -> _Kind:
    return (lambda value: isinstance(value, str) and value in accepted), f"một trong: {', '.join(accepted)}"


_FIELDS: dict[str, _Kind] = {
    "plan_year": _YEAR,
    "plan_number": _TEXT,
    "declared_on": (lambda value: type(value) is date, "ngày dạng 2026-11-22"),
    "declared_by": _TEXT,
    "start_edition": _YEAR,
    "primary_estimator": _code(PRIMARY_ESTIMATORS),
    "alpha": (lambda value: _is_number_in(value, LARGEST_ALPHA), "số trên 0 và không quá 0.05, viết với dấu chấm như 0.05"),
    "primary_family": _TEXT,
    "families": (_is_family_table, "bảng tên nhóm: [các kết quả], mỗi nhóm ít nhất một kết quả"),
    "outcomes": (lambda value: isinstance(value, dict) and bool(value), "bảng tên kết quả: {các trường}, ít nhất một kết quả"),
}
_OUTCOME_FIELDS: dict[str, _Kind] = {
    "index": _code(codes.INDICES),
    "component": _TEXT,
    "footing": _code(FOOTINGS),
    "first_edition": _YEAR,
    "last_edition": _YEAR,
    "direction": _code(DIRECTIONS),
    "smallest_effect": (lambda value: _is_number_in(value, math.inf), "số trên 0 (dấu chấm thập phân)"),
}
_OPTIONAL_FIELDS: dict[str, _Kind] = {
    "inside": (lambda value: isinstance(value, dict) and bool(value), "bảng các trường của câu hỏi trong tỉnh; không hỏi thì bỏ cả mục"),
}
_INSIDE_FIELDS: dict[str, _Kind] = {
    "rate_key": _code(codes.RATE_KEYS),
    "level": _code(INSIDE_LEVELS),
    "first_month": _MONTH_KIND,
    "last_month": _MONTH_KIND,
    "primary_estimator": _code(INSIDE_ESTIMATORS),
    "direction": _code(DIRECTIONS),
    "smallest_effect": (lambda value: _is_number_in(value, 100), "số điểm phần trăm trên 0 và không quá 100 (dấu chấm thập phân)"),
}


def form_faults(entry: Entry, where: str, file_year: str) -> Iterator[Fault]:
    """Every fault of a declaration; ``file_year`` is the year that the file's name states. What has no usable form is not compared with others."""
    yield from _field_faults(entry, _FIELDS, where, _OPTIONAL_FIELDS)
    if _is_year(entry.get("plan_year")) and str(entry["plan_year"]) != file_year:
        yield Fault(CONTRADICTORY, f"{where}, trường plan_year", f"“{entry['plan_year']}”", f"{file_year}, như tên tệp", "sửa năm hoặc đổi tên tệp")
    if _is_year(entry.get("plan_year")) and _is_year(entry.get("start_edition")) and entry["start_edition"] < entry["plan_year"]:
        found = f"start_edition {entry['start_edition']}, plan_year {entry['plan_year']}"
        yield Fault(CONTRADICTORY, where, found, "phiên bản bắt đầu không trước năm kế hoạch", "sửa start_edition")
    outcomes = entry.get("outcomes")
    if isinstance(outcomes, dict) and outcomes:
        for name, outcome in outcomes.items():
            yield from _outcome_faults(name, outcome, f"{where}, outcomes, {name}", entry.get("start_edition"))
        yield from _same_twice(outcomes, where)
        if _is_family_table(entry.get("families")):
            yield from _family_faults(entry["families"], outcomes, entry.get("primary_family"), where)
    if isinstance(entry.get("inside"), dict) and entry["inside"]:
        yield from _inside_faults(entry["inside"], f"{where}, inside", entry.get("plan_year"))


def _field_faults(entry: Entry, kinds: Mapping[str, _Kind], where: str, optional: Mapping[str, _Kind] | None = None) -> Iterator[Fault]:
    known = {**kinds, **(optional or {})}
    missing = [field for field in kinds if field not in entry]
    unknown = sorted(str(field) for field in entry if field not in known)
    if missing or unknown:
        told = [f"thiếu {', '.join(missing)}"] * bool(missing) + [f"có trường lạ {', '.join(unknown)}"] * bool(unknown)
        yield Fault(INCOMPLETE, where, "; ".join(told), ", ".join(known), "sửa tên hoặc điền đủ các trường")
    for field, (is_right, accepted) in known.items():
        if field in entry and not is_right(entry[field]):
            yield Fault(MISTYPED, f"{where}, trường {field}", f"“{entry[field]}”", accepted, "sửa giá trị của trường")


def _outcome_faults(name: Any, outcome: Any, where: str, start: Any) -> Iterator[Fault]:
    if not _is_named(name):
        yield Fault(MISTYPED, where, f"tên “{name}”", "chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ", "đổi tên kết quả")
    if not isinstance(outcome, dict):
        yield Fault(INCOMPLETE, where, f"“{outcome}”", ", ".join(_OUTCOME_FIELDS), "ghi các trường của kết quả")
        return
    yield from _field_faults(outcome, _OUTCOME_FIELDS, where)
    first, last = outcome.get("first_edition"), outcome.get("last_edition")
    if all(map(_is_year, (first, last, start))) and not first < start <= last:
        accepted = f"có phiên bản trước và từ start_edition {start} trở đi"
        yield Fault(CONTRADICTORY, where, f"khung từ {first} đến {last}", accepted, "sửa first_edition, last_edition hoặc start_edition")


def _inside_faults(inside: Entry, where: str, plan_year: Any) -> Iterator[Fault]:
    yield from _field_faults(inside, _INSIDE_FIELDS, where)
    first, last = inside.get("first_month"), inside.get("last_month")
    if not (isinstance(first, str) and isinstance(last, str) and _is_month(first) and _is_month(last)):
        return
    found = f"khung từ {first} đến {last}"
    if first > last:
        yield Fault(CONTRADICTORY, where, found, "tháng đầu không sau tháng cuối", "sửa first_month hoặc last_month")
        return
    if _is_year(plan_year) and last < f"{plan_year}-01":
        yield Fault(CONTRADICTORY, where, found, f"có tháng từ {plan_year}-01 trở đi, khi kế hoạch được thực hiện", "sửa last_month")
    yield from _window_faults(first, last, inside.get("rate_key"), where, found)


def _window_faults(first: str, last: str, rate_key: Any, where: str, found: str) -> Iterator[Fault]:
    """A window inside the province that crosses the merger of units, or a relabelling that its rate rests on."""
    if first < (merged := f"{MERGER_DAY:%Y-%m}") <= last:
        accepted = f"các tháng của cùng một danh mục đơn vị: trước {merged} hoặc từ {merged}"
        yield Fault(CONTRADICTORY, where, f"{found}, qua lần sắp xếp đơn vị", accepted, "thu hẹp khung")
    rate = RATES.get(rate_key) if isinstance(rate_key, str) else None
    if rate is not None and rate.rests_on_levels and first < codes.DECREE_42_FIRST_MONTH and last >= codes.DECREE_42_MONTH:
        accepted = f"các tháng của cùng một cách gọi mức độ: trước {codes.DECREE_42_MONTH}, hoặc từ {codes.DECREE_42_FIRST_MONTH}"
        yield Fault(CONTRADICTORY, where, f"{rate.key}, {found}, qua Nghị định 42/2022/NĐ-CP", accepted, "thu hẹp khung hoặc chọn tỷ lệ khác")


def _same_twice(outcomes: Mapping[Any, Any], where: str) -> Iterator[Fault]:
    """Outcomes of one component on one footing, which would be counted twice."""
    names: dict[tuple[str, ...], list[str]] = {}
    for name, outcome in outcomes.items():
        if isinstance(outcome, dict):
            names.setdefault(tuple(str(outcome.get(field)) for field in ("index", "component", "footing")), []).append(str(name))
    for key, same in names.items():
        if len(same) > 1:
            yield Fault(REPEATED, f"{where}, outcomes", f"{', '.join(same)} đều là {' '.join(key)}", "mỗi kết quả khai một lần", "bỏ bớt")


def _family_faults(families: Mapping[Any, list[str]], outcomes: Mapping[Any, Any], primary: Any, where: str) -> Iterator[Fault]:
    place, known = f"{where}, families", ", ".join(map(str, outcomes))
    for family in families:
        if not _is_named(family):
            yield Fault(MISTYPED, place, f"tên “{family}”", "chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ", "đổi tên nhóm")
    counts = Counter(name for names in families.values() for name in names)
    for name, count in counts.items():
        if name not in outcomes:
            yield Fault(DANGLING, place, f"kết quả “{name}”", known, "sửa tên hoặc khai kết quả đó ở outcomes")
        elif count > 1:
            yield Fault(REPEATED, place, f"kết quả “{name}” ghi {count} lần", "mỗi kết quả thuộc một nhóm, ghi một lần", "bỏ bớt")
    for name in outcomes:
        if name not in counts:
            yield Fault(DANGLING, place, f"kết quả “{name}” không thuộc nhóm nào", "mỗi kết quả thuộc một nhóm", "thêm vào một nhóm")
    if _is_text(primary) and primary not in families:
        yield Fault(DANGLING, f"{where}, trường primary_family", f"“{primary}”", ", ".join(map(str, families)), "ghi tên một nhóm")
