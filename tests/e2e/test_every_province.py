"""Every province and every year renders and passes the gate; kernels are left out, the notebooks' own cells run here."""

import shutil

import nbformat
import pytest

from analysis import store
from analysis.blocks import Block
from analysis.project import open_project
from analysis.publish import gate
from analysis.publish.html import render_html
from analysis.publish.model import ReportModel, sections_of
from analysis.publish.report import NOTEBOOKS, OWN_PARAMETERS, _eras, _source_lines
from analysis.units import province_name

pytestmark = pytest.mark.slow
YEARS = range(2019, 2025)
AS_OF = "2026-11-22"
SHOW = "from analysis.record import show"


def shown_blocks(project, year: int, province: str, names: tuple[str, ...] = NOTEBOOKS) -> list[Block]:
    """What the notebooks show for a year and province, in order."""
    blocks: list[Block] = []
    for name in names:
        given = {"year": year, "province": province, "as_of": AS_OF} | OWN_PARAMETERS.get(name, {})
        space = {"show": lambda *shown: blocks.extend(shown)}
        for cell in nbformat.read(project.notebooks / f"{name}.ipynb", as_version=4).cells:
            if cell.cell_type != "code":
                continue
            is_parameters = "parameters" in cell.metadata.get("tags", [])
            if is_parameters:
                space.update(given)
            else:
                exec(cell.source.replace(SHOW, ""), space)  # noqa: S102
    return blocks


def test_every_province_and_every_year_give_a_report_that_passes_the_gate(project_copy, monkeypatch):
    monkeypatch.chdir(project_copy.notebooks)
    project = open_project()
    tables = store.Tables(project.processed)
    provinces = tables.units.query("level == 'province' and vintage == '63-tinh'")["unit_code"]
    eras, sources = _eras(project), _source_lines(tables.sources)
    for number, province in enumerate(provinces):
        year = YEARS[number % len(YEARS)]
        sections = sections_of(shown_blocks(project, year, province))
        model = ReportModel(year, province, province_name(tables.units, province), AS_OF, sections, sources, eras)
        assert gate.check(model, render_html(model))["findings"] > 0, (year, province)
    assert len(provinces) == 63


def test_with_all_provinces_held_index_chapters_over_all_years_pass_the_gate(panel_built, project_copy, tmp_path, monkeypatch):
    root = shutil.copytree(project_copy.root, tmp_path / "project")
    monkeypatch.chdir(root / "notebooks")
    project = open_project()
    store.write(project.processed, "1" * 64, panel_built.tables)
    tables = store.Tables(project.processed)
    provinces = tables.units.query("level == 'province' and vintage == '63-tinh'")["unit_code"]
    eras, sources = _eras(project), _source_lines(tables.sources)
    sampled, told = provinces.iloc[::4], 0  # a chapter takes seconds; every year falls to at least two provinces
    for number, province in enumerate(sampled):
        year = YEARS[number % len(YEARS)]
        blocks = shown_blocks(project, year, province, ("02_governance_indices",))
        told += sum(getattr(block, "finding_id", "") == "rank-change-pci" for block in blocks)
        model = ReportModel(year, province, province_name(tables.units, province), AS_OF, sections_of(blocks), sources, eras)
        assert gate.check(model, render_html(model))["charts"] > 0, (year, province)
    assert told >= 2
