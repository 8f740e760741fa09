"""One report from beginning to end: notebooks, model, page, gate, manifest, and only then the folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from time import perf_counter

import pandas as pd

from analysis import store, text
from analysis.declarations import FOOTINGS, declarations_folder, find_declaration
from analysis.errors import ReportRefused
from analysis.indices import comparable_eras
from analysis.project import Project
from analysis.publish import folder, gate, manifest, urging
from analysis.publish.html import render_html
from analysis.publish.model import ReportModel, SourceLine, recorded_blocks, sections_of
from analysis.publish.notebook import Executed, execute_all
from analysis.sources import sha256_of
from analysis.units import INDEX_VINTAGE, province_name

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
OWN_PARAMETERS: dict[str, dict[str, str | int]] = {  # besides year, province and day
    "02_governance_indices": {"index": "all"},
    "06_next_plan": {"waves": "2 3 4", "seed": 7},
}
NOTEBOOKS_FOLDER = "so-tay"
MODEL_FILE = "mo-hinh.json"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """Which report: calendar year, province (63-tinh code), and the day up to which things count as known.

    ``is_dated`` when somebody asked for that day: such a report gets a folder of its own.
    """

    year: int
    province: str
    as_of: date
    is_dated: bool = False

    def folder_name(self, home_province: str) -> str:
        """``2021`` for the office's own province, ``2021-79`` for another, ``2021-tinh-den-2022-03-01`` for a day asked for."""
        name = str(self.year) if self.province == home_province else f"{self.year}-{self.province}"
        return f"{name}-tinh-den-{self.as_of.isoformat()}" if self.is_dated else name


def years_with_data(tables: store.Tables) -> list[int]:
    """Years a report can be made for: from the first year with a plan or an activity to the last with a plan, an activity or an edition.

    Only editions of the list of provinces that reports are made for count.
    """
    logged = tables.activities["start_date"].dt.year
    starts = [int(tables.plans["plan_year"].min()), *([int(logged.min())] if len(logged) else [])]
    editions = tables.index_editions[tables.index_editions["vintage"] == INDEX_VINTAGE]
    ends = [int(editions["edition_year"].max()), int(tables.plans["plan_year"].max()), *([int(logged.max())] if len(logged) else [])]
    return list(range(min(starts), max(ends) + 1))


def make_report(project: Project, request: Request, progress: Progress) -> Path:
    """Render, check and publish one report; returns its HTML file.

    Raises ``ReportRefused`` for a year or province without data or a failed gate, ``DataFaults`` for a faulty declaration of the year,
    ``RunLocked``, ``FolderUnusable``.
    """
    tables = store.Tables(project.processed)
    years = years_with_data(tables)
    if request.year not in years:
        raise ReportRefused(f"Không có số liệu cho năm {request.year}. Các năm lập được báo cáo: {years[0]}–{years[-1]}.")
    if request.as_of < date(request.year, 1, 1):
        raise ReportRefused(f"Ngày {text.day(request.as_of)} trước khi năm {request.year} bắt đầu. Hãy chọn ngày từ 01/01/{request.year} trở đi.")
    if request.province == project.settings.province:
        find_declaration(declarations_folder(project), request.year)  # a faulty one is told now, not after minutes of rendering
    place = province_name(tables.units, request.province)
    target = project.reports / request.folder_name(project.settings.province)
    with folder.locked(project.reports), folder.replacing(target) as rendering:
        _render(project, request, place, rendering, progress)
    with folder.locked(project.reports):
        _write_index(project.reports)
    return target / html_name(request.year)


def html_name(year: int) -> str:
    """File name of the page."""
    return f"bao-cao-{year}.html"


def _render(project: Project, request: Request, place: str, rendering: Path, progress: Progress) -> None:
    started = perf_counter()
    executed = _run_notebooks(project, request, rendering / NOTEBOOKS_FOLDER, progress)
    after_notebooks = perf_counter()
    register = store.read("sources", project.processed)
    blocks = [block for notebook in executed for block in recorded_blocks(notebook.path)]
    model = ReportModel(
        request.year, request.province, place, request.as_of.isoformat(), sections_of(blocks), _source_lines(register), _eras(project)
    )
    progress("Dựng trang và kiểm tra")
    html = render_html(model)
    urging.write(rendering, model)
    checks = gate.check(model, html) | gate.check_urging(model, rendering)
    (rendering / html_name(request.year)).write_text(html, encoding="utf-8", newline="\n")
    (rendering / MODEL_FILE).write_text(json.dumps(model.to_json(), ensure_ascii=False, sort_keys=True), encoding="utf-8", newline="\n")
    seconds = {notebook.name: notebook.seconds for notebook in executed}
    seconds |= {"notebooks_wall": after_notebooks - started, "render_and_check": perf_counter() - after_notebooks}
    inputs = dict(zip(register["path"], register["sha256"], strict=True)) | _declarations(project)
    manifest.write(rendering, manifest.describe(model, rendering, root=project.root, inputs=inputs, checks=checks, seconds=seconds))


def _run_notebooks(project: Project, request: Request, output: Path, progress: Progress) -> list[Executed]:
    output.mkdir()
    parameters = {"year": request.year, "province": request.province, "as_of": request.as_of.isoformat()}
    finished: list[str] = []

    def on_done(executed: Executed) -> None:
        finished.append(executed.name)
        progress(f"Sổ tay {len(finished)}/{len(NOTEBOOKS)}: {executed.name} ({executed.seconds:.1f} giây)")

    notebooks = {project.notebooks / f"{name}.ipynb": parameters | OWN_PARAMETERS.get(name, {}) for name in NOTEBOOKS}
    return execute_all(notebooks, output, project.notebooks, on_done)


def _declarations(project: Project) -> dict[str, str]:
    """sha256 of what the office declared, and of the register that dates it."""
    folder = declarations_folder(project)
    return {f"{folder.name}/{path.name}": sha256_of(path) for path in sorted(folder.glob("*.yml"))}


def _eras(project: Project) -> dict[str, dict[str, str]]:
    """Registered eras by index, and by ``index component, footing`` for charts of an outcome on a footing of its own."""
    editions, components = store.read("index_editions", project.processed), store.read("index_components", project.processed)
    own = {index: dict(zip(rows["edition_year"].astype(str), rows["era"], strict=True)) for index, rows in editions.groupby("index")}
    for index, component in sorted(set(zip(components["index"], components["component"], strict=True))):
        for footing in FOOTINGS:
            eras = comparable_eras(components, editions, index, component, footing)
            own[f"{index} {component}, {footing}"] = {str(year): str(era) for year, era in eras.items()}
    return own


def _source_lines(register: pd.DataFrame) -> dict[str, SourceLine]:
    fields = list(SourceLine.__dataclass_fields__)
    return {row["source_id"]: SourceLine(**{name: row[name] for name in fields}) for row in register.to_dict("records")}


def _write_index(reports: Path) -> None:
    """``index.html``: a plain list of the reports that lie in the folder."""
    rows = [_index_row(found) for found in sorted(reports.glob(f"[!.]*/{manifest.MANIFEST}"))]
    head = '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Các báo cáo</title><h1>Các báo cáo</h1>'
    temporary = reports / ".index.html.new"
    temporary.write_text(f"{head}<ul>{''.join(rows)}</ul></html>\n", encoding="utf-8", newline="\n")
    temporary.replace(reports / "index.html")


def _index_row(found: Path) -> str:
    """A list entry, or nothing for a folder whose manifest cannot be read."""
    try:
        described = json.loads(found.read_text(encoding="utf-8"))
        parameters = described["parameters"]
        page = next(name for name in described["outputs"] if name.endswith(".html"))
        day = text.day(date.fromisoformat(parameters["as_of"]))
        label = f"{parameters['place']} – năm {parameters['year']}, số liệu đến ngày {day}"
    except (ValueError, KeyError, StopIteration):
        return ""
    return f'<li><a href="{escape(f"{found.parent.name}/{page}", quote=True)}">{escape(label)}</a></li>'
