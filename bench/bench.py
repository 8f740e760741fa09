"""Measured on this machine, in one run: set-up, report cold and warm against its floor, and the size of the page.

Prints a table and writes nothing outside a temporary folder. Ratios come first: they travel between machines,
seconds do not. The rival is what offices would otherwise run: papermill notebook by notebook, in sequence,
then nbconvert to HTML. The floor is the notebooks' own code in one process without any kernel.
"""

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
YEAR = "2021"
NOTEBOOKS = (
    "01_plan_delivery",
    "02_governance_indices",
    "03_online_uptake",
    "04_communication_and_outcomes",
    "05_evidence_uptake",
    "05_evidence_indices",
    "06_next_plan",
    "annual_report",
)
COPIED = ("lantoa.toml", "data/raw", "notebooks", "src", "requirements", "pyproject.toml", "bootstrap.py", "README.md")


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds of a command with all its children, and the largest memory of all of them together, MB."""

    wall: float
    cpu: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-setup", action="store_true", help="leave out set-up with an empty package cache, which needs the package index")
    with_setup = not parser.parse_args().without_setup
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder:
        project = copied_project(Path(folder) / "project")
        if with_setup:
            show("set-up, empty package cache", measured([sys.executable, "bootstrap.py"], project, {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}))
        report = [sys.executable, "-m", "analysis.cli", "report", "--year", YEAR]
        cold = measured(report, project)
        warm = measured(report, project)
        rival = measured([sys.executable, "-c", RIVAL], project / "notebooks")
        floor = measured([sys.executable, "-c", FLOOR], project / "notebooks")
        print(f"warm report / floor                 {warm.wall / floor.wall:5.2f} × wall   {warm.cpu / floor.cpu:5.2f} × CPU")
        print(f"papermill + nbconvert / warm report {rival.wall / warm.wall:5.2f} × wall   {rival.cpu / warm.cpu:5.2f} × CPU\n")
        for name, result in (("report, cold (tables built)", cold), ("report, warm", warm), ("papermill + nbconvert", rival), ("floor", floor)):
            show(name, result)
        page = project / "reports" / YEAR / f"bao-cao-{YEAR}.html"
        print(f"{'size of the page':32} {page.stat().st_size / 1e6:6.2f} MB of 6 MB allowed")


def copied_project(target: Path) -> Path:
    """A copy without tables, reports or environment, so that the first run is cold."""
    for name in COPIED:
        source, destination = ROOT / name, target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, destination, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, destination)
    return target


def measured(command: list[str], folder: Path, extra: dict[str, str] | None = None) -> Measured:
    started, before = time.perf_counter(), os.times()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **(extra or {})}, stdout=output, stderr=subprocess.STDOUT)
        peak = peak_until_done(process)
        if process.wait():
            output.seek(0)
            sys.exit(f"{' '.join(command)[:80]} failed:\n{output.read()[-2000:].decode(errors='replace')}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(time.perf_counter() - started, cpu, peak)


def peak_until_done(process: subprocess.Popen) -> float:
    """Largest sum of memory over the process and its descendants, looked at ten times a second."""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            family = [root := psutil.Process(process.pid), *root.children(recursive=True)]
            peak = max(peak, sum(resident(member) for member in family))
        time.sleep(0.1)
    return peak / 1e6


def resident(member: psutil.Process) -> int:
    """Proportional set size where the system tells it (pages shared by several processes count once), else resident size."""
    try:
        full = member.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def show(name: str, result: Measured) -> None:
    print(f"{name:32} {result.wall:6.1f} s wall {result.cpu:6.1f} s CPU {result.peak_mb:6.0f} MB peak, all processes together")


RIVAL = f"""
import papermill, nbformat, tempfile
from pathlib import Path
from nbconvert import HTMLExporter
folder = Path(tempfile.mkdtemp())
for name in {NOTEBOOKS!r}:
    papermill.execute_notebook(name + ".ipynb", folder / (name + ".ipynb"), progress_bar=False, cwd=".")
    HTMLExporter().from_notebook_node(nbformat.read(folder / (name + ".ipynb"), as_version=4))
"""

FLOOR = f"""
import nbformat
for name in {NOTEBOOKS!r}:
    cells = nbformat.read(name + ".ipynb", as_version=4).cells
    space = {{}}
    for cell in cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
"""


if __name__ == "__main__":
    main()
