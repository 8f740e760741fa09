"""The notebook on how tests behave runs as it is shipped; it stands beside the report, not in it."""

import ast
from contextlib import chdir

import nbformat
import pytest

from analysis.blocks import Chapter, Chart, Finding, Table
from analysis.publish.model import CHAPTER_ORDER, recorded_blocks
from analysis.publish.notebook import PARAMETERS_TAG, execute
from analysis.publish.report import NOTEBOOKS

NAME = "methods_calibration"


@pytest.mark.slow
def test_it_runs_with_its_defaults_and_shows_the_false_alarm_table(project_copy, tmp_path):
    source = project_copy.notebooks / f"{NAME}.ipynb"
    (tagged,) = [cell for cell in nbformat.read(source, as_version=4).cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    defaults = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged.source).body}
    with chdir(project_copy.notebooks):
        blocks = recorded_blocks(execute(source, tmp_path / source.name, defaults).path)
    assert [block.chapter_id for block in blocks if isinstance(block, Chapter)] == ["methods-calibration"]
    assert [block.chart_id for block in blocks if isinstance(block, Chart)] == ["calibration-false-alarms", "calibration-power"]
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert len(table.rows) == 18
    assert any("1.680 kế hoạch giả định" in block.text_vi for block in blocks if isinstance(block, Finding))


def test_it_is_no_part_of_the_annual_report():
    assert NAME not in NOTEBOOKS
    assert "methods-calibration" not in CHAPTER_ORDER
