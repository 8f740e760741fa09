"""Every fault of the form of a declaration, with its place: the fields there are, the kind of value each takes, and what must fit together."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from analysis import codes
from analysis.declarations.form import DIRECTIONS, FOOTINGS, INSIDE_ESTIMATORS, INSIDE_LEVELS, PRIMARY_ESTIMATORS
from analysis.errors import Fault
from analysis.rates import RATES
from analysis.units import MERGER_DAY

INCOMPLETE = "Khai báo thiếu hoặc thừa trường"
MISTYPED = "Khai báo có giá trị không dùng được"
REPEATED = "Khai báo ghi hai lần"
DANGLING = "Khai báo trỏ tới mục không có"
CONTRADICTORY = "Khai báo có năm không khớp nhau"

LARGEST_ALPHA = 0.05  # a looser promise is no promise

Entry = Mapping[str, Any]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")


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
_TEXT = (_is_text, "văn bản (giống số hoặc có dấu hai chấm thì đặt trong dấu nháy)")
_Kind = tuple[Callable[[Any], bool], str]


def _code(accepted: Any) -> _Kind:
    return (lambda value: isinstance(value, str) and value in accepted), f"một trong: {', '.join(accepted)}"


_FIELDS: dict[str, _Kind] = {
    "plan_year": _YEAR,
    "plan_number": _TEXT,
    "declared_on": (lambda value: type(value) is date, "ngày dạng 2026-11-22"),
    "declared_by": _TEXT,
    "alpha": (lambda value: _is_number_in(value, LARGEST_ALPHA), "số trên 0 và không quá 0.05, viết với dấu chấm như 0.05"),
}
_INDEX_FIELDS: dict[str, _Kind] = {  # all there, or none where no index is asked about
    "start_edition": _YEAR,
    "primary_estimator": _code(PRIMARY_ESTIMATORS),
    "primary_family": _TEXT,
    "families": (_is_family_table, "bảng tên nhóm: [các kết quả], mỗi nhóm ít nhất một kết quả"),
    "outcomes": (lambda value: isinstance(value, dict) and bool(value), "bảng tên kết quả: {các trường}, ít nhất một kết quả"),
}
_QUESTION_FIELDS: dict[str, _Kind] = {
    **_INDEX_FIELDS,
    "inside": (lambda value: isinstance(value, dict) and bool(value), "bảng các trường của câu hỏi trong tỉnh; không hỏi thì bỏ cả mục"),
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
    yield from _field_faults(entry, _FIELDS, where, _QUESTION_FIELDS)
    yield from _question_faults(entry, where)
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
        yield Fault(INCOMPLETE, where, "; ".join(told), _listed(known, missing), "sửa tên hoặc điền đủ các trường")
    for field, (is_right, accepted) in known.items():
        if field in entry and not is_right(entry[field]):
            found = "chỗ để trống" if entry[field] is None else f"“{entry[field]}”"
            yield Fault(MISTYPED, f"{where}, trường {field}", found, accepted, "sửa giá trị của trường")


def _listed(kinds: Mapping[str, _Kind], missing: Sequence[str]) -> str:
    """The names of fields, a missing one with what it accepts."""
    return "; ".join(f"{field} là {accepted}" if field in missing else field for field, (_is_right, accepted) in kinds.items())


def _question_faults(entry: Entry, where: str) -> Iterator[Fault]:
    """Something must be asked, and what asks about indices must be whole."""
    missing = [field for field in _INDEX_FIELDS if field not in entry]
    if len(missing) == len(_INDEX_FIELDS) and "inside" not in entry:
        accepted = f"câu hỏi trong tỉnh (inside), kết quả của chỉ số ({', '.join(_INDEX_FIELDS)}), hoặc cả hai"
        yield Fault(INCOMPLETE, where, "không có câu hỏi nào: thiếu cả inside và outcomes", accepted, "thêm ít nhất một câu hỏi")
    elif 0 < len(missing) < len(_INDEX_FIELDS):
        accepted = f"cùng có hoặc cùng không có các trường về chỉ số: {_listed(_INDEX_FIELDS, missing)}"
        action = "điền đủ các trường về chỉ số; chỉ hỏi trong tỉnh (inside) thì bỏ hết các trường ấy"
        yield Fault(INCOMPLETE, where, f"thiếu {', '.join(missing)}", accepted, action)


def _outcome_faults(name: Any, outcome: Any, where: str, start: Any) -> Iterator[Fault]:
    if not _is_named(name):
        yield Fault(MISTYPED, where, f"tên “{name}”", "chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ", "đổi tên kết quả")
    if not isinstance(outcome, dict):
        yield Fault(INCOMPLETE, where, f"“{outcome}”", _listed(_OUTCOME_FIELDS, list(_OUTCOME_FIELDS)), "ghi các trường của kết quả")
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
