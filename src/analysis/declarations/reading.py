"""A declaration read from its YAML file: strict, and known by a hash of what it says."""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.declarations.faults import REPEATED, Entry, form_faults
from analysis.declarations.form import Declaration, DeclaredInside, DeclaredOutcome
from analysis.errors import DataFaults, Fault
from analysis.project import Project

FOLDER = "declarations"
UNREADABLE = "Tệp khai báo không đọc được"

_DECLARATION_FILE = re.compile(r"\d{4}\.yml")
_TABLES_DEEP = 3  # the file, its outcomes, the fields of an outcome
_TAB_INDENT = re.compile(r" *\t")
_NO_TABS = ("YAML chỉ dùng dấu cách", "thay mỗi dấu Tab bằng hai dấu cách")
_ADVICE = ("tệp YAML, mã UTF-8, theo mẫu trong docs/declarations.md", "sửa theo mẫu")


def declarations_folder(project: Project) -> Path:
    """Where an office's declarations and their register lie, whether or not the folder is there."""
    return project.root / FOLDER


def declared_years(folder: Path) -> list[int]:
    """Plan years that have a file, in order."""
    return sorted(int(path.stem) for path in folder.glob("*.yml") if _DECLARATION_FILE.fullmatch(path.name))


def find_declaration(folder: Path, plan_year: int) -> Declaration | None:
    """The declaration of a plan year, None where there is no file. Raises ``DataFaults`` like ``read_declaration``."""
    path = folder / f"{plan_year}.yml"
    return read_declaration(path) if path.is_file() else None


def read_declaration(path: Path) -> Declaration:
    """The declaration in ``declarations/<plan_year>.yml``. Raises ``DataFaults`` with every fault of the file."""
    where = f"{FOLDER}/{path.name}"
    entry = _loaded(path, where)
    faults = list(form_faults(entry, where, path.stem))
    if faults:
        raise DataFaults(faults)
    return Declaration(
        plan_year=entry["plan_year"],
        plan_number=_plain(entry["plan_number"]),
        declared_on=entry["declared_on"],
        declared_by=_plain(entry["declared_by"]),
        start_edition=entry.get("start_edition"),
        primary_estimator=entry.get("primary_estimator"),
        alpha=float(entry["alpha"]),
        primary_family=entry.get("primary_family"),
        families={family: tuple(sorted(names)) for family, names in sorted(entry.get("families", {}).items())},
        outcomes=tuple(_outcome(name, outcome) for name, outcome in sorted(entry.get("outcomes", {}).items())),
        sha256=content_sha256(entry),
        inside=_inside(entry["inside"]) if "inside" in entry else None,
    )


def content_sha256(entry: Entry) -> str:
    """SHA-256 of what a declaration says: comments, layout, order and the way a number or a text is written do not matter."""
    said = json.dumps(_canonical(entry), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _outcome(name: str, entry: Entry) -> DeclaredOutcome:
    fields = {**entry, "component": _plain(entry["component"]), "smallest_effect": float(entry["smallest_effect"])}
    return DeclaredOutcome(name=name, **fields)


def _inside(entry: Entry) -> DeclaredInside:
    return DeclaredInside(**{**entry, "smallest_effect": float(entry["smallest_effect"])})


def _canonical(value: Any) -> Any:
    """Lists hold the names of a family, whose order says nothing."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(_canonical, value))
    if isinstance(value, date):
        return value.isoformat()
    return _plain(value) if isinstance(value, str) else float(value)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _loaded(path: Path, where: str) -> dict[str, Any]:
    if not path.is_file():
        raise DataFaults([Fault(UNREADABLE, where, "không có tệp", _ADVICE[0], "soạn tệp cho năm kế hoạch đó rồi chạy lại")])
    try:
        text = path.read_text(encoding="utf-8-sig")
        repeated = sorted(_written_twice(yaml.compose(text, Loader=yaml.SafeLoader)))
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise DataFaults(_grammar_faults(error, text, where)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # also a wrong code table, or what only looks like a day
        raise DataFaults([Fault(UNREADABLE, where, f"“{error}”", *_ADVICE)]) from error
    if not isinstance(found, dict):
        raise DataFaults([Fault(UNREADABLE, where, "tệp trống hoặc không phải bảng các trường", *_ADVICE)])
    if repeated:
        raise DataFaults([Fault(REPEATED, f"{where}, dòng {line}", f"“{key}”", "mỗi trường một lần", "bỏ một chỗ") for line, key in repeated])
    return found


def _grammar_faults(error: yaml.MarkedYAMLError, text: str, where: str) -> list[Fault]:
    """Where the text stops being YAML; the Tabs that stop it are told on every line, so that they are mended at once."""
    mark = error.problem_mark
    if mark is None:
        return [Fault(UNREADABLE, where, f"“{error.problem}”", *_ADVICE)]
    if text[mark.index : mark.index + 1] != "\t":
        return [Fault(UNREADABLE, f"{where}, dòng {mark.line + 1}, cột {mark.column + 1}", f"“{error.problem}”", *_ADVICE)]
    lines = {mark.line + 1} | {number for number, line in enumerate(text.splitlines(), 1) if number > mark.line and _TAB_INDENT.match(line)}
    return [Fault(UNREADABLE, f"{where}, dòng {number}", "dấu Tab", *_NO_TABS) for number in sorted(lines)]


def _written_twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """(line, key) of keys that stand again in one table, of which YAML would silently keep the last."""
    tables = [node] if isinstance(node, yaml.MappingNode) else []
    for _ in range(_TABLES_DEEP):
        for table in tables:
            seen: Counter[str] = Counter()
            for key, _value in table.value:
                if isinstance(key, yaml.ScalarNode):
                    seen[key.value] += 1
                    if seen[key.value] > 1:
                        yield key.start_mark.line + 1, key.value
        tables = [value for table in tables for _key, value in table.value if isinstance(value, yaml.MappingNode)]
