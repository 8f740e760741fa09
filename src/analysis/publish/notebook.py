"""Strict papermill: an unknown, unread or missing parameter, or a lost parameters cell, stops the run."""

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat

from analysis.errors import LantoaError, ReportRefused

PARAMETERS_TAG = "parameters"
TIMEOUT_SECONDS = 600  # a notebook here takes seconds; ten minutes means it hangs
WORKERS = 2
THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")

Parameters = dict[str, Any]


class NotebookFailed(Exception):
    """A cell of ours failed for a reason the reader cannot mend: our fault, exit code 1."""


@dataclass(frozen=True)
class Executed:
    """An executed notebook and how long it took."""

    name: str
    path: Path
    seconds: float


def check_contract(notebook: Path, parameters: Parameters) -> None:
    """Raise ``ReportRefused`` unless the notebook takes exactly ``parameters``, of these types, and reads every one.

    The parameters cell holds plain constants, each once; no other cell may give a parameter another meaning.
    """
    trees, tagged = _parsed_cells(notebook)
    declared = _constants(trees[tagged])
    others = [tree for number, tree in enumerate(trees) if number != tagged]
    later = trees[tagged + 1 :]
    faults = [
        *(f"tham số không có trong sổ tay: “{name}”" for name in sorted(set(parameters) - set(declared))),
        *(f"tham số chưa được truyền: “{name}”" for name in sorted(set(declared) - set(parameters))),
        *(f"tham số không ô nào phía sau dùng đến: “{name}”" for name in sorted(set(declared) - _read(later))),
        *(f"tham số bị đặt lại ở ô khác: “{name}”" for name in sorted(set(declared) & _bound(others))),
        *(f"ô tham số không phải hằng số hoặc đặt hai lần: “{name}”" for name, value in declared.items() if value is None),
        *(
            f"“{name}” trong sổ tay là {type(value).__name__}, được truyền {type(parameters[name]).__name__}"
            for name, value in declared.items()
            if value is not None and name in parameters and type(value) is not type(parameters[name])
        ),
    ]
    if faults:
        raise ReportRefused(f"Sổ tay {notebook.name}: {'; '.join(faults)}. Tham số của sổ tay: {', '.join(sorted(declared))}.")


def _parsed_cells(notebook: Path) -> tuple[list[ast.Module], int]:
    """Code cells as syntax trees, and which of them is the parameters cell."""
    if not notebook.is_file():
        raise ReportRefused(f"Không có sổ tay {notebook.name} trong thư mục notebooks.")
    try:
        document = nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4)
        cells = [cell for cell in document.cells if cell.cell_type == "code"]
        trees = [ast.parse(cell.source) for cell in cells]
    except (SyntaxError, ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise ReportRefused(
            f"Sổ tay {notebook.name} không đọc được: {error}. Sổ tay chỉ gồm mã Python thường, không dùng lệnh bắt đầu bằng % hoặc !."
        ) from None
    tagged = [number for number, cell in enumerate(cells) if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ReportRefused(
            f"Sổ tay {notebook.name}: thấy {len(tagged)} ô gắn nhãn “{PARAMETERS_TAG}”, cần đúng một ô. "
            "Hãy gắn lại nhãn cho ô tham số (JupyterLab, khung Property Inspector)."
        )
    return trees, tagged[0]


def _constants(cell: ast.Module) -> dict[str, Any]:
    """Names of the parameters cell with their constant; None for one that is not a constant or is set twice."""
    found: dict[str, Any] = {}
    for node in cell.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name):
                is_plain = isinstance(value, ast.Constant) and target.id not in found
                found[target.id] = value.value if is_plain and isinstance(value, ast.Constant) else None
    return found


def _read(trees: list[ast.Module]) -> set[str]:
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _bound(trees: list[ast.Module]) -> set[str]:
    """Every name that some cell binds: assignment, loop, comprehension, argument, import, definition."""
    names: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                names.add(node.id)
            case ast.arg():
                names.add(node.arg)
            case ast.alias():
                names.add(node.asname or node.name)
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
    return names


def execute(notebook: Path, output: Path, parameters: Parameters) -> Executed:
    """Run one notebook with papermill, its kernel in the present working folder.

    Raises ``ReportRefused`` for an error a person can act on, else ``NotebookFailed``.
    """
    import papermill  # a second of import that only running a notebook needs

    check_contract(notebook, parameters)
    started = perf_counter()
    try:
        _run_with_retry(papermill.execute_notebook, notebook, output, parameters)
    except papermill.PapermillExecutionError as error:
        if _is_actionable(error.ename):
            raise ReportRefused(f"Sổ tay {notebook.name} dừng: {error.evalue}") from None
        trace = _COLOURS.sub("", "\n".join(error.traceback))
        raise NotebookFailed(
            f"{trace}\nSổ tay {notebook.name}, ô {error.exec_count}: {error.ename}: {error.evalue}. Báo cáo cũ còn nguyên."
        ) from None
    return Executed(notebook.stem, output, perf_counter() - started)


def _run_with_retry(execute_notebook: Callable[..., Any], notebook: Path, output: Path, parameters: Parameters) -> None:
    """Run; a kernel that dies before its first answer (seen once in hundreds of starts) is started a second time."""
    for attempt in (1, 2):
        try:
            execute_notebook(
                notebook,
                output,
                parameters=parameters,
                progress_bar=False,
                log_output=False,
                execution_timeout=TIMEOUT_SECONDS,
                shutdown_kernel="immediate",
                extra_arguments=["--log-level=ERROR"],
            )
            return
        except RuntimeError as error:
            if attempt == 2 or "Kernel died before replying" not in str(error):
                raise


def _is_actionable(error_name: str) -> bool:
    known = {kind.__name__ for kind in _subclasses(LantoaError)}
    return error_name in known


def _subclasses(kind: type) -> set[type]:
    found: set[type] = {kind}
    sub: type
    for sub in kind.__subclasses__():
        found |= _subclasses(sub)
    return found


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Kernels that start inside do their linear algebra in one thread: the matrices are small, and the kernels already share the cores."""
    added = [name for name in THREAD_SETTINGS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def execute_all(notebooks: Mapping[Path, Parameters], folder: Path, kernel_cwd: Path, on_done: Callable[[Executed], None]) -> list[Executed]:
    """Run two notebooks at a time, each with its parameters in a kernel of its own; results come back in the order given.

    Contracts are checked before anything runs. The first failure is raised after the others have stopped. The working
    folder is that of the whole process, so it is changed once here and never by a thread.
    """
    for notebook, parameters in notebooks.items():
        check_contract(notebook, parameters)
    done: dict[str, Executed] = {}
    with chdir(kernel_cwd), _one_thread_each(), ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(execute, notebook, folder / notebook.name, parameters) for notebook, parameters in notebooks.items()]
        try:
            for future in as_completed(running):
                executed = future.result()
                done[executed.name] = executed
                on_done(executed)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [done[notebook.stem] for notebook in notebooks]
