"""The house holds: imports go down only, modules stay small and documented, notebooks stay thin."""

import ast
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "analysis"
NOTEBOOKS = ROOT / "notebooks"

# Rooms of each floor in order: a room imports from lower floors, from rooms before it on its floor, and from itself.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "text", "encodings", "amounts", "periods", "written_days", "codes", "rates", "durations"),
    ("project", "sources", "spreadsheets", "contracts", "corrections", "units", "indices", "declarations", "events", "store"),
    ("ingest",),
    ("delivery", "exposure", "uptake", "qd766", "standing", "simulate"),
    ("panel", "comparable"),
    ("estimate",),
    ("theme", "blocks", "figures", "tables", "record", "narrative", "chapters"),
    ("publish",),
    ("cli",),
)
ORDER = {room: position for position, room in enumerate(room for floor in FLOORS for room in floor)}
NOTEBOOK_ROOMS = {room for floor in FLOORS[3:7] for room in floor} | {"store"}

MODULE_LINES = 300

ROOT_ROOM = "__init__"  # the package itself: its version and its place, no room
PRINTING_ROOMS = {"cli"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path, package: Path = PACKAGE) -> str:
    return path.relative_to(package).parts[0].removesuffix(".py")


def imported_rooms(tree: ast.AST, package: Path = PACKAGE) -> Iterator[tuple[int, str]]:
    """(line, room) of every import from our package, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.split(".")[0] == "analysis"]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = ["analysis.<relative>"]
        elif isinstance(node, ast.ImportFrom) and node.module == "analysis":
            names = [f"analysis.{alias.name}" for alias in node.names if is_room(alias.name, package)]
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("analysis."):
            names = [str(node.module)]
        else:
            continue
        yield from ((node.lineno, [*name.split("."), ROOT_ROOM][1]) for name in names)


def is_room(name: str, package: Path) -> bool:
    return name in ORDER or (package / name).is_dir() or (package / f"{name}.py").is_file()


def upward_imports(source: str, room: str, package: Path = PACKAGE) -> list[str]:
    """What is wrong with the imports of a module of ``room``, in words."""
    if room != ROOT_ROOM and room not in ORDER:
        return [f"room “{room}” is unknown: give it its place in FLOORS of tests/architecture/test_imports.py and in the table of docs"]
    found = []
    for line, target in imported_rooms(ast.parse(source), package):
        if target in (room, ROOT_ROOM):
            continue
        if target not in ORDER:
            found.append(f"line {line}: “{target}” is no known room: give it its place in FLOORS of tests/architecture/test_imports.py")
        elif room == ROOT_ROOM or ORDER[target] > ORDER[room]:
            found.append(f"line {line}: {room} imports {target}, which stands above it")
    return found


def undocumented(source: str) -> list[str]:
    """Public functions, classes and methods without a docstring; properties, and methods of a subclass, which its parent explains, are exempt."""
    found, top = [], ast.parse(source).body
    for node in [*top, *(part for parent in top if isinstance(parent, ast.ClassDef) and not parent.bases for part in parent.body)]:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        is_property = any(isinstance(decorator, ast.Name) and decorator.id == "property" for decorator in node.decorator_list)
        if not ast.get_docstring(node) and not is_property:
            found.append(node.name)
    return found


def calls_of(source: str, name: str) -> list[int]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


def by_module(check: Callable[[str], list], paths: Iterable[Path]) -> dict[str, list]:
    """What ``check`` finds in each module, modules without findings left out."""
    found = {path.relative_to(PACKAGE).as_posix(): check(path.read_text(encoding="utf-8")) for path in paths}
    return {module: findings for module, findings in found.items() if findings}


def asserts_in(source: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]


def notebook_faults(notebook: dict) -> list[str]:
    """Everything by which a notebook is not thin."""
    cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    faults = [] if len(tagged) == 1 else [f"{len(tagged)} cells are tagged parameters"]
    for number, cell in enumerate(code, 1):
        faults += [f"code cell {number} holds “{word}”" for word in ("def ", "read_csv") if word in cell["source"]]
        faults += [f"code cell {number} keeps outputs"] * bool(cell.get("outputs"))
        faults += [f"code cell {number} keeps its execution count"] * (cell.get("execution_count") is not None)
        faults += [f"code cell {number} {fault}" for fault in foreign_imports(cell["source"])]
    return faults


def foreign_imports(source: str) -> list[str]:
    """Imports that a notebook may not have: only rooms of the measuring and presenting floors, the store and the standard library."""
    tree = ast.parse(source)
    faults = [f"imports {room}" for _, room in imported_rooms(tree) if room not in NOTEBOOK_ROOMS]
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    from_modules = [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    allowed = {"analysis", *sys.stdlib_module_names}
    return faults + [f"imports {name}" for name in plain + from_modules if name.split(".")[0] not in allowed]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_below(path):
    assert upward_imports(path.read_text(encoding="utf-8"), room_of(path)) == []


def test_every_public_function_class_and_method_has_a_docstring():
    assert by_module(undocumented, modules()) == {}


def test_every_module_but_empty_package_files_says_what_it_is():
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in modules()}
    assert [path for path, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_no_module_is_longer_than_a_reader_can_hold():
    lines = {path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: count for path, count in lines.items() if count > MODULE_LINES} == {}


def test_nothing_is_checked_by_an_assert_that_an_optimised_run_would_drop():
    assert by_module(asserts_in, modules()) == {}


def test_only_the_command_line_prints():
    silent = [path for path in modules() if room_of(path) not in PRINTING_ROOMS]
    assert by_module(lambda source: calls_of(source, "print"), silent) == {}


def test_the_notebooks_are_thin():
    faults = [
        f"{path.name}: {fault}" for path in NOTEBOOKS.glob("*.ipynb") for fault in notebook_faults(json.loads(path.read_text(encoding="utf-8")))
    ]
    assert faults == []


# The checkers themselves are checked with planted faults.


@pytest.mark.parametrize(
    ("source", "room"),
    [
        ("from analysis.ingest.build import build_tables", "store"),
        ("import analysis.cli", "text"),
        ("from analysis import estimate", "panel"),
        ("def late():\n    from analysis.figures import draw\n", "delivery"),
        ("from analysis.exposure import monthly_dose", "delivery"),
        ("from analysis.text import fold", "errors"),
        ("from analysis.text import fold", ROOT_ROOM),
    ],
)
def test_a_planted_upward_import_is_caught(source, room):
    assert len(upward_imports(source, room)) == 1


@pytest.mark.parametrize(
    ("source", "room"),
    [
        ("from analysis.delivery import OFFICIALS", "exposure"),
        ("from analysis.estimate.result import Grade", "estimate"),
        ("from analysis import text, codes", "cli"),
        ("from analysis import __version__", "publish"),
        ("import pandas as pd", "errors"),
    ],
)
def test_a_downward_import_is_allowed(source, room):
    assert upward_imports(source, room) == []


def test_a_room_without_a_place_is_told_where_to_get_one():
    assert "FLOORS of tests/architecture/test_imports.py" in upward_imports("", "attic")[0]
    assert "FLOORS of tests/architecture/test_imports.py" in upward_imports("from analysis.attic import x", "cli")[0]
    assert upward_imports("from .text import fold", "periods") != []


def test_planted_faults_of_style_are_caught():
    methods = "    def act(self):\n        pass\n    def _own(self):\n        pass\n"
    assert undocumented("def shown():\n    pass\n") == ["shown"]
    assert undocumented(f"class Open:\n    'said'\n{methods}") == ["act"]
    assert undocumented(f"class Silent(Parent):\n{methods}") == ["Silent"]
    assert asserts_in("x = 1\nassert x") == [2]
    assert calls_of("print('x')", "print") == [1]


def test_a_planted_thick_notebook_is_caught():
    def cell(source: str, *, tags: tuple[str, ...] = (), **more: object) -> dict:
        return {"cell_type": "code", "source": [source], "metadata": {"tags": list(tags)}, "outputs": [], "execution_count": None} | more

    thin = {"cells": [cell("year = 2021", tags=("parameters",)), cell("from analysis.store import Tables\nfrom datetime import date")]}
    assert notebook_faults(thin) == []
    for thick in (
        cell("year = 1", tags=("parameters",)),
        cell("def f(): pass"),
        cell("t = x.read_csv('a')"),
        cell("1", outputs=[{"output_type": "stream"}]),
        cell("1", execution_count=3),
        cell("from analysis.ingest.build import build_tables"),
        cell("from analysis import cli"),
        cell("import pandas as pd"),
    ):
        assert len(notebook_faults({"cells": [*thin["cells"], thick]})) == 1, thick
    assert len(notebook_faults({"cells": []})) == 1
