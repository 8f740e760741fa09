"""Every province and every year renders and passes the gate; kernels are left out, the notebooks' own cells run here."""

import nbformat
import pytest

from analysis import store
from analysis.blocks import Block
from analysis.project import open_project
from analysis.publish import gate
from analysis.publish.html import render_html
from analysis.publish.model import ReportModel, sections_of
from analysis.publish.report import NOTEBOOKS, _eras, _source_lines
from analysis.units import province_name

pytestmark = pytest.mark.slow
YEARS = range(2019, 2025)
AS_OF = "2026-11-22"
SHOW = "from analysis.record import show"


def shown_blocks(project, year: int, province: str) -> list[Block]:
    """What the notebooks show for a year and province, in order."""
    blocks: list[Block] = []
    for name in NOTEBOOKS:
        space = {"show": lambda *shown: blocks.extend(shown)}
        for cell in nbformat.read(project.notebooks / f"{name}.ipynb", as_version=4).cells:
            if cell.cell_type != "code":
                continue
            is_parameters = "parameters" in cell.metadata.get("tags", [])
            exec(f'year = {year}\nprovince = "{province}"\nas_of = "{AS_OF}"' if is_parameters else cell.source.replace(SHOW, ""), space)  # noqa: S102
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
