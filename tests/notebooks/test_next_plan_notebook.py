"""The notebook on next year's plan runs as it is shipped and shows its chapter, whatever its place in the report."""

import ast
from contextlib import chdir

import nbformat
import pytest

from analysis.blocks import Chapter, Chart, Table
from analysis.publish.model import recorded_blocks
from analysis.publish.notebook import PARAMETERS_TAG, execute

NAME = "06_next_plan"


@pytest.mark.slow
def test_it_runs_with_its_defaults_and_ranks_items_waves_and_data(project_copy, tmp_path):
    source = project_copy.notebooks / f"{NAME}.ipynb"
    (tagged,) = [cell for cell in nbformat.read(source, as_version=4).cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    defaults = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged.source).body}
    with chdir(project_copy.notebooks):
        blocks = recorded_blocks(execute(source, tmp_path / source.name, defaults).path)
    assert [block.chapter_id for block in blocks if isinstance(block, Chapter)] == ["next-plan"]
    assert [block.chart_id for block in blocks if isinstance(block, Chart)] == ["next-plan-power-curve"]
    assert [block.table_id for block in blocks if isinstance(block, Table)] == ["next-plan-items", "next-plan-power", "next-plan-data"]
    assert blocks[-1].text_vi.startswith("Chưa tính chi phí cho mỗi hồ sơ nộp trực tuyến tăng thêm")
