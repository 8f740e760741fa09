"""Every notebook runs from top to bottom as it is shipped, and records what it shows."""

import ast
import json
from pathlib import Path

import nbformat
import pytest

from analysis.blocks import Chapter, Chart
from analysis.publish.model import CHAPTER_ORDER, recorded_blocks
from analysis.publish.notebook import execute_all
from analysis.publish.report import NOTEBOOKS
from analysis.record import BLOCK_MIME

PLOTLY = "application/vnd.plotly.v1+json"
CHAPTERS = {
    "01_plan_delivery": ["delivery"],
    "02_governance_indices": ["standing"],
    "03_online_uptake": ["uptake"],
    "04_communication_and_outcomes": ["outcomes"],
    "05_evidence_uptake": ["evidence-uptake"],
    "05_evidence_indices": ["evidence-indices"],
    "06_next_plan": ["next-plan"],
    "annual_report": ["leaders", "next-year", "quality"],
}
DRAWS_NOTHING_AS_SHIPPED = {"05_evidence_indices"}  # in its default year the shipped data let no outcome be compared


def defaults_of(notebook: Path) -> dict[str, object]:
    """The parameters as the tagged cell assigns them."""
    cells = nbformat.read(notebook, as_version=4).cells
    (tagged,) = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    return {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged.source).body}


def test_every_chapter_of_the_report_is_told_by_one_notebook():
    assert tuple(CHAPTERS) == NOTEBOOKS
    assert sorted(chapter for told in CHAPTERS.values() for chapter in told) == sorted(CHAPTER_ORDER)


@pytest.fixture(scope="module")
def executed(project_copy, tmp_path_factory) -> dict[str, Path]:
    """Every notebook run with its defaults, two at a time: where each lies with its output, by name."""
    notebooks = {path: defaults_of(path) for path in (project_copy.notebooks / f"{name}.ipynb" for name in NOTEBOOKS)}
    run = execute_all(notebooks, tmp_path_factory.mktemp("executed"), project_copy.notebooks, lambda _: None)
    return {notebook.name: notebook.path for notebook in run}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_with_its_defaults_and_records_its_chapters(executed, name):
    blocks = recorded_blocks(executed[name])
    assert [block.chapter_id for block in blocks if isinstance(block, Chapter)] == CHAPTERS[name]
    assert len(blocks) > len(CHAPTERS[name])
    cells = json.loads(executed[name].read_text(encoding="utf-8"))["cells"]
    shown = [output for cell in cells for output in cell.get("outputs", [])]
    assert not [output for output in shown if output["output_type"] in ("error", "stream")]
    drawn = [output for output in shown if PLOTLY in output.get("data", {})]
    assert len(drawn) == sum(isinstance(block, Chart) for block in blocks)
    assert (len(drawn) == 0) is (name in DRAWS_NOTHING_AS_SHIPPED)
    assert all(output["data"][BLOCK_MIME]["block"] == "Chart" for output in drawn)
