"""Publishers' own workbooks and long tables, read in place beside the repository and never copied into it."""

import shutil
import time
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from analysis.ingest.index_files import read_index_file, recognise
from analysis.ingest.score_reading import IndexContext, ScoreReading
from analysis.text import fold, normalise
from analysis.units import short_name

PANEL = Path(__file__).resolve().parents[3] / "shared" / "data" / "panel"
WORKBOOKS = PANEL / "workbooks"
WITHIN = 0.006  # the panel holds two decimals for some editions
PCI_CODES = {"PCI": "TOTAL", "PCI_UNW": "UNWEIGHTED", "CSTP_IMPL_2005": "CSTP_IMPL"}
SPELLINGS = {"thua thien hue": "hue"}
PCI_FILES = ("PCI_2006.xls", "PCI_2008.xls", "PCI_2010.xls", "PCI_2012.xlsx", "PCI_2013.xlsx", "PCI_2015.xlsx", "PCI_2016.xlsx")
MOST_SECONDS = 20  # for all workbooks; about two on a quiet machine

pytestmark = pytest.mark.skipif(not WORKBOOKS.is_dir(), reason="../shared/data/panel/workbooks is not here; it is read in place, never copied")


@pytest.fixture(scope="module")
def context(built) -> IndexContext:
    tables = built.tables
    return IndexContext(tables["units"], tables["index_editions"], tables["index_components"], tables["index_weights"])


@pytest.fixture(scope="module")
def readings(context) -> dict[str, ScoreReading]:
    return {path.name: read_index_file(path, path.name, recognise(path) or "", context) for path in sorted(WORKBOOKS.rglob("*.xls*"))}


def bare(name: str) -> str:
    words = " ".join(fold(name).replace("tp. ", "").replace("-", " ").split())
    return SPELLINGS.get(words, words)


@cache
def panel(name: str) -> pd.DataFrame:
    return pd.read_csv(PANEL / name, dtype=str, encoding="utf-8-sig").map(normalise, na_action="ignore")


def by_name(context: IndexContext, rows: pd.DataFrame) -> dict[tuple[str, int, str], float]:
    """Scores by (bare name, year, component)."""
    provinces = context.units[context.units["level"] == "province"]
    names = {(row.unit_code, row.vintage): bare(short_name(row.name_vi)) for row in provinces.itertuples()}
    scored = rows.dropna(subset="score")
    return {(names[row.province_code, row.vintage], int(row.edition_year), row.component): float(row.score) for row in scored.itertuples()}


def off(found: dict[tuple[str, int, str], float], expected: dict[tuple[str, int, str], float]) -> list[tuple[object, ...]]:
    return [(key, found.get(key), score) for key, score in expected.items() if key not in found or abs(found[key] - score) > WITHIN]


def test_every_file_of_the_folder_is_recognised_and_foreign_files_are_none():
    kinds = {path.name: recognise(path) for path in sorted(PANEL.rglob("*")) if path.is_file()}
    assert {name: kind for name, kind in kinds.items() if kind} == {
        **dict.fromkeys(PCI_FILES, "pci-workbook"),
        "PAPI_2011-2016.xlsx": "papi-workbook",
        **dict.fromkeys(("pci_full.csv", "papi_full.csv", "papi_error.csv"), "index-panel"),
    }


def test_no_workbook_has_a_fault_and_every_edition_is_told_from_inside_it(readings):
    assert {name: [str(fault) for fault in reading.faults] for name, reading in readings.items() if reading.faults} == {}
    editions = {name: [year for _, year in reading.editions] for name, reading in readings.items()}
    assert editions == {**{name: [int(name[4:8])] for name in PCI_FILES}, "PAPI_2011-2016.xlsx": list(range(2011, 2017))}


@pytest.mark.parametrize("name", PCI_FILES)
def test_every_figure_of_a_pci_workbook_equals_the_panel(readings, context, name):
    year = name[4:8]
    full = panel("pci_full.csv")
    published = full[(full["year"] == year) & (full["status"] == "official_file")]
    codes = published["component_code"].map(lambda code: PCI_CODES.get(code, code))
    expected = {
        (bare(province), int(year), code): float(score)
        for province, code, score in zip(published["province"], codes, published["score"], strict=True)
    }
    found = by_name(context, readings[name].rows)
    assert len(found) == len(expected) >= 630
    assert off(found, expected) == []


def test_every_figure_of_the_papi_workbook_equals_the_panel(readings, context):
    full = panel("papi_full.csv")
    published = full[full["year"].astype(int).between(2011, 2016) & (full["dimension_code"] != "TOTAL6")]
    expected = {(bare(row.province), int(row.year), row.dimension_code): float(row.score) for row in published.itertuples()}
    found = by_name(context, readings["PAPI_2011-2016.xlsx"].rows)
    assert len(found) == len(expected) == 10904
    assert off(found, expected) == []


def test_all_provinces_of_every_workbook_resolve(readings):
    counts = {name: reading.rows[reading.rows["component"] == "TOTAL"].groupby("edition_year").size().to_dict() for name, reading in readings.items()}
    assert counts["PCI_2006.xls"] == {2006: 64}
    assert counts["PCI_2008.xls"] == {2008: 64}
    assert [counts[name] for name in PCI_FILES[2:]] == [{int(name[4:8]): 63} for name in PCI_FILES[2:]]
    assert counts["PAPI_2011-2016.xlsx"] == {2011: 63, 2012: 63, 2013: 63, 2014: 61, 2015: 63, 2016: 63}


def test_published_ranks_are_read_where_they_are_printed_and_nowhere_else(readings):
    ranks = {name: reading.rows.loc[reading.rows["component"] == "TOTAL", "rank"] for name, reading in readings.items() if name.startswith("PCI")}
    assert [name for name, listed in ranks.items() if listed.isna().all()] == ["PCI_2006.xls", "PCI_2008.xls"]
    assert all(sorted(listed) == list(range(1, 64)) for name, listed in ranks.items() if name >= "PCI_2010")


def test_what_is_odd_in_the_workbooks_is_told(readings):
    told = {name: {notice.cause for notice in reading.notices} for name, reading in readings.items()}
    assert "Trang ẩn không dùng" in told["PCI_2015.xlsx"] & told["PCI_2016.xlsx"]
    zeros = [notice.where for notice in readings["PAPI_2011-2016.xlsx"].notices if notice.cause == "Điểm 0 hiểu là chưa công bố"]
    assert zeros == ["PAPI_2011-2016.xlsx, trang tính “2014_PAPI”, ô AF17", "PAPI_2011-2016.xlsx, trang tính “2014_PAPI”, ô AF58"]
    differing = [notice.said for notice in readings["PCI_2008.xls"].notices if notice.cause == "Hai trang của tệp ghi khác nhau"]
    assert ["CSTP1" if "(CSTP1)" in said else said.partition(", ")[2][:5] for said in differing] == [
        "CSTP1",
        "CSTP6",
    ]  # one province; a sheet with its names out of order
    assert all(len(reading.rows) + len(reading.set_aside) == reading.lines_count for reading in readings.values())


@pytest.mark.parametrize("name", ["pci_full.csv", "papi_full.csv", "papi_error.csv"])
def test_every_line_of_a_long_table_is_a_figure_or_set_aside(context, name):
    reading = read_index_file(PANEL / name, name, "index-panel", context)
    assert [str(fault) for fault in reading.faults] == []
    assert len(reading.rows) + len(reading.set_aside) == reading.lines_count == len(panel(name))
    assert reading.rows[["score", "rank", "standard_error_score"]].notna().sum(axis=1).eq(1).all()
    assert reading.rows["basis"].notna().all()


def test_long_tables_keep_each_figure_under_its_own_basis(context):
    rows = read_index_file(PANEL / "pci_full.csv", "pci_full.csv", "index-panel", context).rows
    full = panel("pci_full.csv")
    count = full["status"].value_counts()
    bases = rows["basis"].value_counts()
    assert bases["publisher_file"] == count["official_file"]
    assert bases["stated"] == count["official_site"] + count["press"]
    assert bases["compiled"] == count["secondary_panel_verified"]
    assert set(rows.loc[rows["basis"] == "derived", "edition_year"]) == {2023}
    assert 2025 not in set(rows["edition_year"])
    official = rows.loc[rows["basis"].isin(["stated"]), "address"]
    assert official.str.contains("http").all()


def test_a_workbook_under_the_name_of_another_year_is_refused(context, tmp_path):
    path = shutil.copy(WORKBOOKS / "pci" / "PCI_2012.xlsx", tmp_path / "PCI_2013.xlsx")
    reading = read_index_file(Path(path), "PCI_2013.xlsx", "pci-workbook", context)
    assert [fault.cause for fault in reading.faults if "năm" in fault.cause] == ["Tệp là của năm khác"]
    assert "năm 2012" in reading.faults[0].found
    papi = WORKBOOKS / "papi" / "PAPI_2011-2016.xlsx"
    assert [fault.cause for fault in read_index_file(papi, papi.name, "papi-workbook", context, expected_year=2019).faults] == ["Tệp là của năm khác"]
    assert read_index_file(papi, papi.name, "papi-workbook", context, expected_year=2014).faults == ()


def test_a_papi_workbook_under_the_name_of_a_pci_file_is_first_told_to_be_of_another_kind(context, tmp_path):
    path = Path(shutil.copy(WORKBOOKS / "papi" / "PAPI_2011-2016.xlsx", tmp_path / "PCI_2014.xlsx"))
    faults = read_index_file(path, path.name, "pci-workbook", context).faults
    assert faults[0].cause == "Tệp là loại khác"
    assert "--kind papi-workbook" in faults[0].action


def changed(name: str, folder: Path, change: object) -> Path:
    """A publisher's workbook with its values changed, saved under its own name in a temporary folder."""
    book = load_workbook(WORKBOOKS / "pci" / name, data_only=True)
    change(book)  # type: ignore[operator]
    book.save(folder / name)
    return folder / name


def test_without_its_summary_the_left_over_english_sheet_is_not_read_in_its_place(context, tmp_path):
    path = changed("PCI_2016.xlsx", tmp_path, lambda book: book.remove(book["Summary_VN"]))
    reading = read_index_file(path, path.name, "pci-workbook", context)
    assert [fault.cause for fault in reading.faults] == ["Bố cục tệp chưa biết"]
    assert len(reading.rows) == 0

    def unhide(book):
        book.remove(book["Summary_VN"])
        book["Summary"].sheet_state = "visible"

    shown = changed("PCI_2015.xlsx", tmp_path, unhide)
    faults = read_index_file(shown, shown.name, "pci-workbook", context).faults
    assert [fault.cause for fault in faults] == ["Tệp là của năm khác"]
    assert "năm 2013" in faults[0].found


def test_a_changed_figure_of_a_publishers_workbook_is_found_by_the_weights(context, tmp_path):
    def shift(book):
        book["Summary_VN"]["W10"] = book["Summary_VN"]["W10"].value - 0.05

    path = changed("PCI_2013.xlsx", tmp_path, shift)
    faults = read_index_file(path, path.name, "pci-workbook", context).faults
    assert "Điểm tổng hợp không khớp các thành phần" in {fault.cause for fault in faults}
    assert all("ô W10" in fault.where or "ô X" in fault.where for fault in faults)


def test_all_workbooks_are_recognised_and_read_in_seconds(context):
    began = time.perf_counter()
    for path in sorted(WORKBOOKS.rglob("*.xls*")):
        read_index_file(path, path.name, recognise(path) or "", context)
    assert time.perf_counter() - began < MOST_SECONDS
