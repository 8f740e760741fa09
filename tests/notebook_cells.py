"""The cells of the report's notebooks, run in this process: starting kernels takes most of the time of a report."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path

import nbformat
import pytest

from analysis.blocks import Block
from analysis.project import Project
from analysis.publish import report
from analysis.publish.notebook import PARAMETERS_TAG, Executed

SHOW = "from analysis.record import show"


def blocks_of(notebook: Path, parameters: Mapping[str, object]) -> list[Block]:
    """What a notebook shows, in order; the working folder must be that of the notebooks, as it is of a kernel."""
    blocks: list[Block] = []
    space: dict[str, object] = {"show": lambda *shown: blocks.extend(shown)}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and PARAMETERS_TAG in cell.metadata.get("tags", []):
            space.update(parameters)
        elif cell.cell_type == "code":
            exec(cell.source.replace(SHOW, ""), space)  # noqa: S102
    return blocks


def shown_blocks(folder: Path, year: int, province: str, as_of: str, names: tuple[str, ...] = report.NOTEBOOKS) -> list[Block]:
    """What the report's notebooks in ``folder`` show for a year, a province and a day, in order."""
    given = {"year": year, "province": province, "as_of": as_of}
    return [block for name in names for block in blocks_of(folder / f"{name}.ipynb", given | report.OWN_PARAMETERS.get(name, {}))]


@contextmanager
def without_kernels() -> Iterator[None]:
    """Let reports run their cells here; the notebooks kept with such a report are as shipped, without output."""
    shown: dict[Path, list[Block]] = {}

    def run(project: Project, request: report.Request, output: Path, _: report.Progress) -> list[Executed]:
        output.mkdir()
        kept = [Path(shutil.copy(project.notebooks / f"{name}.ipynb", output)) for name in report.NOTEBOOKS]
        with chdir(project.notebooks):
            for path in kept:
                shown[path] = shown_blocks(project.notebooks, request.year, request.province, request.as_of.isoformat(), (path.stem,))
        return [Executed(path.stem, path, 0.0) for path in kept]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "_run_notebooks", run)
        patch.setattr(report, "recorded_blocks", shown.__getitem__)
        yield
