"""The notebook on what estimators find of a known truth runs as it is shipped, on fewer panels; it stands beside the report, not in it."""

import ast
from contextlib import chdir

import nbformat
import pytest

from analysis.blocks import Chapter, Chart, Finding, Table
from analysis.publish.model import CHAPTER_ORDER, recorded_blocks
from analysis.publish.notebook import PARAMETERS_TAG, execute
from analysis.publish.report import NOTEBOOKS

NAME = "methods_truth_recovery"


@pytest.mark.slow
def test_it_runs_and_shows_bias_coverage_and_false_alarms_at_both_levels(project_copy, tmp_path):
    source = project_copy.notebooks / f"{NAME}.ipynb"
    (tagged,) = [cell for cell in nbformat.read(source, as_version=4).cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    defaults = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged.source).body}
    assert defaults["draws"] >= 200
    with chdir(project_copy.notebooks):
        blocks = recorded_blocks(execute(source, tmp_path / source.name, defaults | {"draws": 4}).path)
    assert [block.chapter_id for block in blocks if isinstance(block, Chapter)] == ["methods-truth-recovery"]
    levels = ("commune", "district")
    expected = ["recovery-bias", *(f"recovery-{what}-{level}" for level in levels for what in ("coverage", "false-alarms"))]
    assert [block.chart_id for block in blocks if isinstance(block, Chart)] == expected
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert {line[0] for line in table.rows} == {"Hoạt động lặp lại", "Lần đầu, tác dụng lớn dần"}
    assert any("mức thật 2,00" in block.text_vi for block in blocks if isinstance(block, Finding))


def test_it_is_no_part_of_the_annual_report():
    assert NAME not in NOTEBOOKS
    assert "methods-truth-recovery" not in CHAPTER_ORDER
