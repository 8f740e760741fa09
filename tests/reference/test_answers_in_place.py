"""The leader's question of the full panel: why did PCI fall from 6th to 38th? One chart and two sentences, and they are right."""

import re
from datetime import date
from types import SimpleNamespace

import pytest

from analysis.blocks import Block, Chart, Finding, Sentence, Table
from analysis.chapters import standing
from analysis.chapters.subject import subject_of
from analysis.standing import changes, history
from analysis.theme import VERDICT_SHORT_VI

TODAY = "2026-11-22"


def view_on(tables: dict[str, object], index: str, year: int, province: str = "74", day: str = TODAY) -> standing.IndexView:
    situation = SimpleNamespace(**tables)
    return standing.view_of(situation, subject_of(situation, province, year, day), province, year, index)


def chapter_of(tables: dict[str, object], index: str, year: int, province: str = "74", day: str = TODAY) -> list[Block]:
    return standing.one_index(index, view_on(tables, index, year, province, day))


def answers(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if getattr(block, "finding_id", "") == "rank-change-pci"]


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
    assert answers(blocks) == []
    assert any("bộ số liệu chưa có số của Bình Dương" in block.text_vi for block in blocks if isinstance(block, Sentence))


@pytest.mark.parametrize("province", ["01", "68", "79", "96"])
def test_the_parts_add_up_for_other_provinces_too(panel_built, province):
    for year in (2012, 2013, 2021, 2023):
        charts = [block for block in chapter_of(panel_built.tables, "PCI", year, province) if isinstance(block, Chart)]
        for chart in charts:
            if chart.chart_id == "rank-parts-pci":
                start, end = re.search(r"hạng (\d+)/\d+ → (\d+)/", chart.title).groups()
                assert sum(chart.series[0].y) == int(end) - int(start), (province, year)


def test_before_an_edition_was_out_its_change_of_rank_is_not_told(panel_built):
    assert answers(chapter_of(panel_built.tables, "PCI", 2023, day="2024-05-08")) == []
    assert len(answers(chapter_of(panel_built.tables, "PCI", 2023, day="2024-05-09"))) == 1


def test_a_change_of_rank_is_told_once_more_in_the_next_report_and_not_for_ever(panel_built):
    assert len(answers(chapter_of(panel_built.tables, "PCI", 2024))) == 1
    assert answers(chapter_of(panel_built.tables, "PCI", 2025)) == []


def test_what_is_known_on_the_day_of_the_report_judges_its_moves(panel_built):
    early, late = (view_on(panel_built.tables, "PCI", 2014, day=day).noise for day in ("2015-06-01", TODAY))
    limits = [noise[(noise["index"] == "PCI") & (noise["component"] == "TOTAL") & (noise["era"] == "2013-2021")] for noise in (early, late)]
    assert limits[0]["noise_basis"].tolist() == ["registry"]
    assert limits[1]["noise_basis"].tolist() == ["panel"]


def test_peers_are_the_other_provinces_of_the_region_and_their_median_leaves_the_province_out(panel_built):
    (chart,) = [block for block in chapter_of(panel_built.tables, "PCI", 2023) if getattr(block, "chart_id", "") == "components-pci"]
    by_name = {series.name: dict(zip(series.x, series.y, strict=True)) for series in chart.series}
    scores = panel_built.tables["index_scores"]
    of_region = scores[
        (scores["index"] == "PCI")
        & (scores["edition_year"] == 2023)
        & (scores["component"] == "CSTP3")
        & scores["province_code"].isin(["70", "72", "75", "77", "79"])
    ]
    assert len(of_region) == 5
    assert by_name["mức giữa các tỉnh khác vùng Đông Nam Bộ"]["Tính minh bạch và tiếp cận thông tin"] == of_region["score"].median()


@pytest.mark.parametrize(("province", "year", "seen"), [("74", 2016, {"dao động"}), ("48", 2017, {"dao động", "rõ"})])
def test_each_component_of_a_change_carries_the_verdict_of_its_own_move(panel_built, province, year, seen):
    view = view_on(panel_built.tables, "PCI", year, province)
    (chart,) = [block for block in standing.one_index("PCI", view) if getattr(block, "chart_id", "") == "contributions-pci"]
    told = {name.rpartition(" (")[0]: name.rpartition(" (")[2].rstrip(")") for name in chart.series[0].x}
    components = view.tables.index_components.query(f"index == 'PCI' and first_year <= {year} <= last_year").set_index("component")["name_vi"]
    tables, expected = view.tables, {}
    for code in [code for code in components.index if code.startswith("CSTP")]:
        line = history(tables.index_scores, tables.index_editions, province, "PCI", last_year=year, as_of=date(2026, 11, 22), component=code)
        (verdict,) = changes(line, view.noise, code).query(f"to_year == {year}")["verdict"]
        expected[components[code]] = VERDICT_SHORT_VI[verdict]
    assert told == expected
    assert set(told.values()) == seen
