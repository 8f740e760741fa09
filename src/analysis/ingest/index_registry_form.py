"""The form of the index registry's file: every field with the kind of value it holds, every fault with its entry."""

import math
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import yaml

from analysis import codes
from analysis.errors import Fault

UNREADABLE = "Danh mục chỉ số không đọc được"
INCOMPLETE = "Danh mục chỉ số thiếu hoặc thừa trường"
REPEATED = "Danh mục chỉ số khai báo hai lần"
MISTYPED = "Danh mục chỉ số có giá trị sai kiểu"
DANGLING = "Danh mục chỉ số trỏ tới mục không có"

Entry = dict[str, Any]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_year(value: Any) -> bool:
    return _is_whole(value) and 1900 <= value <= 2100


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_pair(value: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(of, value)) and bool(value[0] <= value[1])


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, "văn bản; nếu giống số hoặc có dấu hai chấm thì đặt trong dấu nháy"),
    "whole": (_is_whole, "số nguyên"),
    "number": (_is_number, "số"),
    "flag": (lambda value: isinstance(value, bool), "true hoặc false"),
    "day": (lambda value: isinstance(value, str | date), "ngày dạng 2024-12-31"),
    "year": (_is_year, "năm, số nguyên từ 1900 đến 2100"),
    "years": (lambda value: _is_pair(value, _is_year), "hai năm [năm đầu, năm cuối], năm đầu không sau năm cuối"),
    "scale": (lambda value: _is_pair(value, _is_number), "hai số [thấp nhất, cao nhất]"),
    "words": (lambda value: isinstance(value, list) and bool(value) and all(map(_is_text, value)), "danh sách ít nhất một từ"),
    "shares": (
        lambda value: isinstance(value, dict) and bool(value) and all(_is_text(key) and _is_number(share) for key, share in value.items()),
        "thành phần và trọng số, như {CSTP1: 5, CSTP2: 95}",
    ),
    "entries": (lambda value: isinstance(value, list) and bool(value), "một danh sách YAML có ít nhất một mục"),
}
_PARTS = ("eras", "components", "editions", "noise")
_MAY_BE_ABSENT = {
    "trust": {"address_parts"},
    "indices": {"noise"},
    "eras": {"weights_pct", "footing"},
    "components": {"direction"},
    "editions": {"rule", "vintage", "measured_from", "measured_to"},
    "noise": set(),
}
# The kind of each field; "?" where it may be null.
_FIELDS: dict[str, dict[str, str]] = {
    "trust": {"name_vi": "text", "bases": "words", "address_parts": "words"},
    "indices": {"index": "text", "publisher_vi": "text", "direction": "text", "measured": "text", **dict.fromkeys(_PARTS, "entries")},
    "eras": {"era": "text", "rule": "text", "weights_pct": "shares?", "footing": "text"},
    "components": {
        "component": "text",
        "years": "years",
        "parent": "text?",
        "scale": "scale",
        "is_near_communication": "flag",
        "is_circular": "flag",
        "name_vi": "text",
        "name_en": "text",
        "note": "text?",
        "direction": "text",
    },
    "editions": {
        "year": "year",
        "era": "text",
        "rule": "text",
        "vintage": "text",
        "measured_from": "day",
        "measured_to": "day",
        "published": "day?",
        "published_precision": "text",
        "ranked_units": "whole?",
        "sample_vi": "text?",
        "sample_size": "whole?",
        "deciding_document": "text?",
        "note": "text?",
        "address": "text?",
    },
    "noise": {"component": "text", "era": "text", "sd": "number", "p95": "number", "between_province_sd": "number"},
}
_NAMES = {"trust": "name_vi", "indices": "index", "eras": "era", "components": "component", "editions": "year", "noise": "component"}


def load(text: str, name: str) -> tuple[Any, list[Fault]]:
    """What the YAML text holds, and the faults of its syntax: a key given twice in one entry is one, since YAML keeps only the last."""
    advice = ("tệp YAML, UTF-8", "sửa cú pháp theo các mục sẵn có")
    try:
        loader = yaml.SafeLoader(text)
        tree = loader.get_single_node()
        repeated = sorted(set(_repeated_keys(tree, set())))
        found = loader.construct_document(tree) if tree is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}, dòng {mark.line + 1}, cột {mark.column + 1}" if mark else name
        return None, [Fault(UNREADABLE, where, f"“{error.problem}”", *advice)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a value that only looks like a day, brackets without end
        return None, [Fault(UNREADABLE, name, f"“{error}”", *advice)]
    return found, [
        Fault(REPEATED, f"{name}, dòng {line}", f"trường “{key}” ghi hai lần", "mỗi trường một lần", "bỏ một chỗ") for line, key in repeated
    ]


def form_faults(found: Any, name: str) -> list[Fault]:
    """Faults of fields and kinds of the whole file; where there are none, those of entries that name others of their index."""
    if not isinstance(found, dict) or set(found) != {"trust", "indices"}:
        shown = ", ".join(map(str, found)) if isinstance(found, dict) else str(found)
        return [Fault(INCOMPLETE, name, f"“{shown}”", "trust và indices", "sửa theo bản gốc")]
    faults = [fault for part in ("trust", "indices") for fault in _part_faults(found[part], part, f"{name}, {part}")]
    for index in found["indices"] if isinstance(found["indices"], list) else []:
        for part in _PARTS:
            if isinstance(index, dict) and part in index:
                faults += _part_faults(index[part], part, f"{name}, {index.get('index')}, {part}")
    if faults:
        return faults
    referring = [fault for index in found["indices"] for fault in _reference_faults(index, f"{name}, {index['index']}")]
    return [*_trust_faults(found["trust"], f"{name}, trust"), *referring]


def _repeated_keys(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[int, str]]:
    """(line, key) of every key that stands twice in one mapping; an entry that holds itself is passed once."""
    if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    children = node.value if isinstance(node, yaml.SequenceNode) else [child for pair in node.value for child in pair]
    if isinstance(node, yaml.MappingNode):
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for number, key in enumerate(keys):
            if key.value in (earlier.value for earlier in keys[:number]):
                yield key.start_mark.line + 1, str(key.value)
    for child in children:
        yield from _repeated_keys(child, seen)


def _part_faults(entries: Any, part: str, where: str) -> Iterator[Fault]:
    is_right, accepted = _KINDS["entries"]
    if not is_right(entries):
        yield Fault(INCOMPLETE, where, "không phải danh sách, hoặc trống", accepted, "sửa theo bản gốc")
        return
    for number, entry in enumerate(entries, 1):
        named = entry.get(_NAMES[part]) if isinstance(entry, dict) else None
        place = f"{where}, mục {number}" + (f" ({named})" if _is_text(named) or _is_whole(named) else "")
        yield from _entry_faults(entry, part, place)


def _entry_faults(entry: Any, part: str, where: str) -> Iterator[Fault]:
    kinds, absent = _FIELDS[part], _MAY_BE_ABSENT[part]
    if not isinstance(entry, dict):
        yield Fault(INCOMPLETE, where, f"“{entry}”", ", ".join(sorted(set(kinds) - absent)), "ghi các trường của mục")
        return
    missing = sorted(set(kinds) - absent - set(entry))
    unknown = sorted(map(str, set(entry) - set(kinds)))
    if missing or unknown:
        told = [f"thiếu {', '.join(missing)}"] * bool(missing) + [f"có trường lạ {', '.join(unknown)}"] * bool(unknown)
        yield Fault(INCOMPLETE, where, "; ".join(told), ", ".join(sorted(set(kinds) - absent)), "sửa tên hoặc điền đủ các trường")
    for field, kind in kinds.items():
        is_right, accepted = _KINDS[kind.removesuffix("?")]
        if field in _PARTS or field not in entry or (entry[field] is None and kind.endswith("?")) or is_right(entry[field]):
            continue
        accepted += "; không có thì ghi null" * kind.endswith("?")
        yield Fault(MISTYPED, f"{where}, trường {field}", f"“{entry[field]}”", accepted, "sửa giá trị của trường")


def _trust_faults(rules: list[Entry], where: str) -> Iterator[Fault]:
    """Bases that no figure can have, and those that some figure has and no rule takes wherever it was read."""
    for number, rule in enumerate(rules, 1):
        for basis in rule["bases"]:
            if basis not in codes.BASES:
                yield _dangling(f"{where}, mục {number} ({rule['name_vi']})", f"cách có số “{basis}”", list(codes.BASES))
    everywhere = {basis for rule in rules if not rule.get("address_parts") for basis in rule["bases"]}
    if left := [basis for basis in codes.BASES if basis not in everywhere]:
        yield Fault(INCOMPLETE, where, f"không có bậc cho {', '.join(left)}", "mỗi cách có số thuộc một bậc không kèm address_parts", "thêm bậc")


def _reference_faults(index: Entry, where: str) -> Iterator[Fault]:
    """Eras and components that are named but not declared, and years in which one component is declared twice."""
    eras = [era["era"] for era in index["eras"]]
    components = {entry["component"] for entry in index["components"]}
    noise = index.get("noise", [])
    for era in sorted({era for era in eras if eras.count(era) > 1}):
        yield Fault(REPEATED, f"{where}, eras", f"giai đoạn “{era}” khai báo hai lần", "mỗi giai đoạn một mục", "bỏ một mục")
    named_eras = [("editions", entry["year"], entry["era"]) for entry in index["editions"]]
    named_eras += [("noise", entry["component"], entry["era"]) for entry in noise]
    for part, entry, era in named_eras:
        if era not in eras:
            yield _dangling(f"{where}, {part} ({entry})", f"giai đoạn “{era}”", eras)
    named = [("components", entry["component"], entry["parent"]) for entry in index["components"] if entry["parent"]]
    named += [("noise", entry["era"], entry["component"]) for entry in noise]
    named += [("eras", era["era"], component) for era in index["eras"] for component in era.get("weights_pct") or {}]
    for part, entry, component in named:
        if component not in components:
            yield _dangling(f"{where}, {part} ({entry})", f"thành phần “{component}”", sorted(components))
    yield from _overlap_faults(index["components"], where)


def _dangling(where: str, found: str, accepted: list[str]) -> Fault:
    return Fault(DANGLING, where, found, ", ".join(map(str, accepted)), "sửa tên hoặc khai báo mục đó")


def _overlap_faults(components: list[Entry], where: str) -> Iterator[Fault]:
    ordered = sorted(components, key=lambda entry: (entry["component"], entry["years"]))
    for earlier, later in pairwise(ordered):
        if earlier["component"] == later["component"] and later["years"][0] <= earlier["years"][1]:
            found = f"năm {later['years'][0]} thuộc cả {earlier['years']} và {later['years']}"
            yield Fault(REPEATED, f"{where}, components ({later['component']})", found, "mỗi năm một cách định nghĩa", "sửa years của một mục")
