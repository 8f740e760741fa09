"""Editions that contradict what other sources say of the same figures; scores here are synthetic but for files read in place."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from analysis.errors import DataFaults
from analysis.ingest.build import build_tables
from analysis.ingest.contradictions import CONTRADICTED, LEAST_SHARED, edition_faults
from analysis.ingest.index_folder import folder_sources
from analysis.ingest.score_reading import SCORE_COLUMNS
from analysis.sources import read_register

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
PANEL = Path(__file__).resolve().parents[3] / "shared" / "data" / "panel"
in_place = pytest.mark.skipif(not PANEL.is_dir(), reason="../shared/data/panel is not here; it is read in place, never copied")
MOST_SECONDS = 2.0  # for 60 000 rows; a quarter of a second on a quiet machine

Score = Callable[[int], float]


def true_of(year: int) -> Score:
    """Scores of an edition, all different."""
    return lambda province: round(50 + (province * 37 + year * 211) % 997 / 100, 2)


def said(source_id: str, year: int, score: Score, provinces: range = range(63), index: str = "PCI", **cells: object) -> pd.DataFrame:
    rows = [
        {
            "index": index,
            "edition_year": year,
            "province_code": f"{province:02d}",
            "vintage": "63-tinh",
            "component": "TOTAL",
            "score": score(province),
            "basis": "stated",
            "source_id": source_id,
            **cells,
        }
        for province in provinces
    ]
    return pd.DataFrame(rows, columns=[*SCORE_COLUMNS, "source_id"])


def named(*parts: pd.DataFrame) -> list[str]:
    """Where the faults of some statements stand."""
    faults = edition_faults(pd.concat(parts, ignore_index=True), {"a": "a.xlsx", "b": "b.csv"})
    assert {fault.cause for fault in faults} <= {CONTRADICTED}
    return [fault.where for fault in faults]


def test_of_two_sources_that_contradict_each_other_both_are_named_with_counts_and_what_to_do():
    faults = edition_faults(pd.concat([said("a", 2016, true_of(2013)), said("b", 2016, true_of(2016))]), {"a": "a.xlsx", "b": "b.csv"})
    assert [fault.where for fault in faults] == ["a.xlsx, kỳ PCI 2016", "b.csv, kỳ PCI 2016"]
    assert faults[0].found == "63/63 điểm ghi là của PCI 2016 khác với b.csv"
    assert "chưa nhận số nào" in faults[0].action


def test_figures_of_another_edition_are_recognised_where_another_source_holds_that_edition():
    wrong, right, earlier = said("a", 2016, true_of(2013)), said("b", 2016, true_of(2016)), said("b", 2013, true_of(2013))
    faults = edition_faults(pd.concat([wrong, right, earlier]), {"a": "a.xlsx", "b": "b.csv"})
    assert faults[0].found.endswith("có vẻ là số của PCI 2013")
    assert "có vẻ" not in faults[1].found


def test_of_three_sources_the_one_that_differs_is_named_and_not_those_that_agree():
    right = [said("b", 2016, true_of(2016)), said("c", 2016, lambda province: round(true_of(2016)(province), 1))]
    assert named(said("a", 2016, true_of(2013)), *right) == ["a.xlsx, kỳ PCI 2016"]
    few = said("c", 2016, true_of(2016), range(10))  # backs b over ten provinces: enough to tell who stands alone over all
    assert named(said("a", 2016, true_of(2013)), right[0], few) == ["a.xlsx, kỳ PCI 2016"]


def test_three_sources_that_all_differ_are_all_named():
    assert len(named(*(said(source_id, 2016, true_of(year)) for source_id, year in (("a", 2010), ("b", 2013), ("c", 2016))))) == 3


@pytest.mark.parametrize(("shared", "is_named"), [(LEAST_SHARED - 1, False), (LEAST_SHARED, True)])
def test_fewer_shared_figures_than_twenty_contradict_nothing(shared, is_named):
    assert bool(named(said("a", 2016, true_of(2013)), said("b", 2016, true_of(2016), range(shared)))) is is_named


@pytest.mark.parametrize(("differing", "is_named"), [(31, False), (32, True)])
def test_an_edition_is_contradicted_when_more_than_half_of_its_shared_figures_differ(differing, is_named):
    partly: Score = lambda province: true_of(2016)(province) + (1 if province < differing else 0)  # noqa: E731
    assert bool(named(said("a", 2016, partly), said("b", 2016, true_of(2016)))) is is_named


def test_shared_figures_are_counted_over_all_other_sources():
    parts = [said(f"s{first}", 2016, true_of(2016), range(first, first + 8)) for first in range(0, 32, 8)]
    assert named(said("a", 2016, true_of(2013)), *parts) == ["a.xlsx, kỳ PCI 2016"]


def test_rounding_alone_ranks_alone_other_indices_and_one_source_alone_contradict_nothing():
    whole, rounded = said("a", 2016, true_of(2016)), said("b", 2016, lambda province: round(true_of(2016)(province), 1))
    ranks = said("b", 2016, true_of(2013)).assign(score=float("nan"), rank=3)
    assert named(whole, rounded) == named(whole, ranks) == named(whole) == named(whole, said("b", 2016, true_of(2013), index="PAPI")) == []
    assert edition_faults(whole.iloc[:0], {}) == []


def test_two_editions_of_papi_swapped_in_one_source_are_both_refused_and_told_apart():
    swapped = [said("a", 2015, true_of(2016), index="PAPI"), said("a", 2016, true_of(2015), index="PAPI")]
    right = [said(source_id, year, true_of(year), index="PAPI") for source_id in ("b", "c") for year in (2015, 2016)]
    faults = edition_faults(pd.concat([*swapped, *right]), {"a": "a.xlsx"})
    assert [fault.where for fault in faults] == ["a.xlsx, kỳ PAPI 2015", "a.xlsx, kỳ PAPI 2016"]
    assert [fault.found.partition("; ")[2] for fault in faults] == ["có vẻ là số của PAPI 2016", "có vẻ là số của PAPI 2015"]


def test_the_order_of_statements_changes_nothing():
    whole = pd.concat([said("a", 2016, true_of(2013)), said("b", 2016, true_of(2016)), said("b", 2013, true_of(2013))], ignore_index=True)
    expected = edition_faults(whole, {})
    assert len(expected) == 2
    assert edition_faults(whole.sample(frac=1, random_state=1), {}) == expected


def test_sixty_thousand_statements_take_no_time():
    years, copies = range(2006, 2022), 60
    whole = pd.concat([said("a", year, true_of(year), component=f"C{copy}") for year in years for copy in range(copies)], ignore_index=True)
    both = pd.concat([whole.iloc[:30000], whole.iloc[:30000].assign(source_id="b")], ignore_index=True)
    began = time.perf_counter()
    assert edition_faults(both, {}) == []
    assert time.perf_counter() - began < MOST_SECONDS


def test_the_shipped_data_contradict_nothing(built):
    assert len(built.tables["index_scores"]) > 5000  # a contradiction would have stopped the build


@in_place
def test_the_shipped_data_and_the_panels_contradict_nothing(panel_built):
    assert len(panel_built.tables["index_scores"]) > len(build_tables(RAW, read_register(RAW)).tables["index_scores"])


@in_place
def test_a_pci_workbook_of_2013_given_as_2016_is_refused_by_the_build(tmp_path):
    book = load_workbook(PANEL / "workbooks" / "pci" / "PCI_2013.xlsx", data_only=True)
    for row in book["Summary_VN"].iter_rows(max_row=12):
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("2013", "2016")
    book.save(tmp_path / "PCI_2016.xlsx")
    shutil.copy(PANEL / "pci_full.csv", tmp_path / "pci_full.csv")
    with pytest.raises(DataFaults) as raised:
        build_tables(RAW, read_register(RAW), folder=folder_sources(tmp_path, RAW))
    faults = [fault for fault in raised.value.faults if fault.cause == CONTRADICTED]
    assert len(faults) == len(raised.value.faults) == 1
    assert "PCI_2016.xlsx, kỳ PCI 2016" in faults[0].where
    assert "có vẻ là số của PCI 2013" in faults[0].found


@in_place
def test_a_papi_workbook_with_two_years_swapped_is_refused_by_the_build(tmp_path):
    book = load_workbook(PANEL / "workbooks" / "papi" / "PAPI_2011-2016.xlsx", data_only=True)
    first, second = book["2012_PAPI"], book["2013_PAPI"]
    first.title, second.title = "x", "2012_PAPI"
    first.title = "2013_PAPI"
    book.save(tmp_path / "PAPI_2011-2016.xlsx")
    with pytest.raises(DataFaults) as raised:
        build_tables(RAW, read_register(RAW), folder=folder_sources(tmp_path, RAW))
    assert {fault.cause for fault in raised.value.faults} == {CONTRADICTED}
    told = {fault.where[-9:]: fault.found for fault in raised.value.faults if "PAPI_2011-2016.xlsx, kỳ" in fault.where}
    assert {edition: found[-9:] for edition, found in told.items()} == {"PAPI 2012": "PAPI 2013", "PAPI 2013": "PAPI 2012"}
