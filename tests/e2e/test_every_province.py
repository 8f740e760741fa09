"""Every province and every year renders and passes the gate; kernels are left out, the notebooks' own cells run here.

Reports are rendered in two processes, since a report keeps one core busy for seconds.
"""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import chdir
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from analysis import store
from analysis.project import open_project
from analysis.publish import gate
from analysis.publish.html import render_html
from analysis.publish.model import ReportModel, sections_of
from analysis.publish.report import NOTEBOOKS, _eras, _source_lines
from analysis.units import province_name
from notebook_cells import shown_blocks

pytestmark = pytest.mark.slow
YEARS = range(2019, 2025)
AS_OF = "2026-11-22"
PROCESSES = 2


def passed(root: Path, names: tuple[str, ...], year: int, province: str) -> dict[str, int]:
    """What the gate counts in a report, or in some of its chapters, and how many changes of rank in PCI are told."""
    with chdir(root / "notebooks"):
        project = open_project()
        tables = store.Tables(project.processed)
        blocks = shown_blocks(project.notebooks, year, province, AS_OF, names)
        sources = _source_lines(tables.sources)
        model = ReportModel(year, province, province_name(tables.units, province), AS_OF, sections_of(blocks), sources, _eras(project))
        return gate.check(model, render_html(model)) | {"told": sum(getattr(block, "finding_id", "") == "rank-change-pci" for block in blocks)}


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as executor:
        yield executor


def all_passed(pool: Executor, root: Path, provinces: Sequence[str], names: tuple[str, ...] = NOTEBOOKS) -> dict[tuple[int, str], dict[str, int]]:
    """The same of one report a province, the years in turn; by year and province."""
    years = [YEARS[number % len(YEARS)] for number in range(len(provinces))]
    counted = pool.map(partial(passed, root, names), years, provinces)
    return dict(zip(zip(years, provinces, strict=True), counted, strict=True))


def provinces_of(tables: store.Tables) -> list[str]:
    return tables.units.query("level == 'province' and vintage == '63-tinh'")["unit_code"].tolist()


def test_every_province_and_every_year_give_a_report_that_passes_the_gate(pool, project_copy):
    counted = all_passed(pool, project_copy.root, provinces_of(store.Tables(project_copy.processed)))
    assert [asked for asked, counts in counted.items() if not counts["findings"] > 0] == []
    assert len(counted) == 63


def test_with_all_provinces_held_index_chapters_over_all_years_pass_the_gate(pool, panel_built, project_copy, tmp_path):
    root = shutil.copytree(project_copy.root, tmp_path / "project")
    store.write(root / "data" / "processed", "1" * 64, panel_built.tables)
    sampled = provinces_of(store.Tables(root / "data" / "processed"))[::4]  # a chapter takes seconds; every year falls to two provinces or more
    counted = all_passed(pool, root, sampled, ("02_governance_indices",))
    assert [asked for asked, counts in counted.items() if not counts["charts"] > 0] == []
    assert len(counted) == len(sampled)
    assert sum(counts["told"] for counts in counted.values()) >= 2
