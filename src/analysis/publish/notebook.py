"""Strict papermill: an unknown, unread or missing parameter, or a lost parameters cell, stops the run."""

import ast
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat

from analysis.errors import LantoaError, ReportRefused

PARAMETERS_TAG = "parameters"
TIMEOUT_SECONDS = 600  # a notebook here takes seconds; ten minutes means it hangs
WORKERS = 2
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
    """Raise ``ReportRefused`` unless the notebook takes exactly ``parameters`` and reads every one of them."""
    if not notebook.is_file():
        raise ReportRefused(f"Không có sổ tay {notebook.name} trong thư mục notebooks.")
    cells = [cell for cell in nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4).cells if cell.cell_type == "code"]
    tagged = [cell for cell in cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ReportRefused(
            f"Sổ tay {notebook.name}: thấy {len(tagged)} ô gắn nhãn “{PARAMETERS_TAG}”, cần đúng một ô. "
            "Hãy gắn lại nhãn cho ô tham số (JupyterLab, khung Property Inspector)."
        )
    declared = _assigned(tagged[0].source)
    faults = [
        *(f"tham số không có trong sổ tay: “{name}”" for name in sorted(set(parameters) - declared)),
        *(f"tham số chưa được truyền: “{name}”" for name in sorted(declared - set(parameters))),
        *(f"tham số không ô nào dùng đến: “{name}”" for name in sorted(declared - _read([cell.source for cell in cells if cell is not tagged[0]]))),
    ]
    if faults:
        raise ReportRefused(f"Sổ tay {notebook.name}: {'; '.join(faults)}. Tham số của sổ tay: {', '.join(sorted(declared))}.")


def _assigned(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _read(sources: list[str]) -> set[str]:
    trees = [ast.parse(source) for source in sources]
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def execute(notebook: Path, output: Path, parameters: Parameters, kernel_cwd: Path) -> Executed:
    """Run one notebook with papermill. Raises ``ReportRefused`` for an error a person can act on, else ``NotebookFailed``."""
    import papermill  # a second of import that only running a notebook needs

    check_contract(notebook, parameters)
    started = perf_counter()
    try:
        papermill.execute_notebook(
            notebook,
            output,
            parameters=parameters,
            cwd=str(kernel_cwd),
            progress_bar=False,
            log_output=False,
            execution_timeout=TIMEOUT_SECONDS,
            shutdown_kernel="immediate",
            extra_arguments=["--log-level=ERROR"],
        )
    except papermill.PapermillExecutionError as error:
        if _is_actionable(error.ename):
            raise ReportRefused(f"Sổ tay {notebook.name} dừng: {error.evalue}") from None
        raise NotebookFailed(
            f"{notebook.name}, cell {error.exec_count}: {error.ename}: {error.evalue}\n" + _COLOURS.sub("", "\n".join(error.traceback))
        ) from None
    return Executed(notebook.stem, output, perf_counter() - started)


def _is_actionable(error_name: str) -> bool:
    known = {kind.__name__ for kind in _subclasses(LantoaError)}
    return error_name in known


def _subclasses(kind: type) -> set[type]:
    found: set[type] = {kind}
    sub: type
    for sub in kind.__subclasses__():
        found |= _subclasses(sub)
    return found


def execute_all(notebooks: list[Path], folder: Path, parameters: Parameters, kernel_cwd: Path, on_done: Callable[[Executed], None]) -> list[Executed]:
    """Run notebooks in two processes, in any order; results come back in the order given.

    Contracts are checked before anything runs. The first failure is raised after the others have stopped.
    """
    for notebook in notebooks:
        check_contract(notebook, parameters)
    done: dict[str, Executed] = {}
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(execute, notebook, folder / notebook.name, parameters, kernel_cwd) for notebook in notebooks]
        try:
            for future in as_completed(running):
                executed = future.result()
                done[executed.name] = executed
                on_done(executed)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [done[notebook.stem] for notebook in notebooks]
