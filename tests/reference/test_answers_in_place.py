"""The leader's question of the full panel: why did PCI fall from 6th to 38th? One chart and two sentences, and they are right."""

import re
from types import SimpleNamespace

import pytest

from analysis.blocks import Block, Chart, Finding, Sentence, Table
from analysis.chapters import standing
from analysis.chapters.subject import subject_of

TODAY = "2026-11-22"


def chapter_of(tables: dict[str, object], index: str, year: int, province: str = "74") -> list[Block]:
    situation = SimpleNamespace(**tables)
    view = standing.view_of(situation, subject_of(situation, province, year, TODAY), province, year, index)
    return standing.one_index(index, view)


@pytest.fixture(scope="module")
def pci(panel_built) -> list[Block]:
    return chapter_of(panel_built.tables, "PCI", 2023)


def test_the_report_says_how_much_of_the_fall_is_weights_the_province_and_the_others(pci):
    (found,) = [block for block in pci if isinstance(block, Finding) and block.finding_id == "rank-change-pci"]
    first, second = found.text_vi.rstrip(".").split(". ")
    assert first.startswith("PCI của Bình Dương từ hạng 6/63 năm 2021 xuống hạng 38/63 năm 2023 (32 bậc)")
    assert "xuống 13 bậc do đổi trọng số, xuống 22 bậc do điểm của tỉnh và lên 3 bậc do điểm của các tỉnh khác" in first
    assert "Giữ nguyên trọng số cũ thì năm 2023 tỉnh đứng hạng 22" in second
    assert "ngay năm 2021 tỉnh đã đứng hạng 16" in second


def test_one_chart_shows_the_parts_and_they_add_up(pci):
    (chart,) = [block for block in pci if isinstance(block, Chart) and block.chart_id == "rank-parts-pci"]
    assert chart.series[0].y == (13.0, 22.0, -3.0)


def test_the_published_and_the_derived_scores_stand_as_published(pci):
    (table,) = [block for block in pci if isinstance(block, Table) and block.table_id == "history-pci"]
    rows = {row[0]: row for row in table.rows}
    assert (round(rows["2021"][3], 2), rows["2021"][4]) == (69.61, "6/63")
    assert (round(rows["2023"][3], 2), rows["2023"][4]) == (66.00, "38/63*")
    (edition,) = [block for block in pci if isinstance(block, Finding) and block.finding_id == "standing-pci"]
    assert "suy ra từ công bố" in edition.evidence_vi.casefold()


def test_the_change_across_the_era_is_not_called_clear(pci):
    said = " ".join(block.text_vi for block in pci if isinstance(block, Sentence))
    assert "Giữ nguyên trọng số cũ, điểm PCI thay đổi −3,60" in said
    assert "giảm nhiều nhất ở chính sách hỗ trợ doanh nghiệp (−1,00 điểm PCI)" in said
    assert "chưa biết là thay đổi thật hay ngẫu nhiên" in said


def test_with_the_shipped_figures_alone_the_fall_is_not_explained_and_nothing_is_made_up(built):
    blocks = chapter_of(built.tables, "PCI", 2023)
    assert not [block for block in blocks if getattr(block, "finding_id", "") == "rank-change-pci"]
    assert any("bộ số liệu chưa có số của Bình Dương" in block.text_vi for block in blocks if isinstance(block, Sentence))


@pytest.mark.parametrize("province", ["01", "68", "79", "96"])
def test_the_parts_add_up_for_other_provinces_too(panel_built, province):
    for year in (2012, 2013, 2021, 2023):
        charts = [block for block in chapter_of(panel_built.tables, "PCI", year, province) if isinstance(block, Chart)]
        for chart in charts:
            if chart.chart_id == "rank-parts-pci":
                start, end = re.search(r"hạng (\d+)/\d+ → (\d+)/", chart.title).groups()
                assert sum(chart.series[0].y) == int(end) - int(start), (province, year)
