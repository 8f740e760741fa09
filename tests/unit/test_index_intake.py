"""Files of index figures into ``data/raw``: told apart, never twice, whole or not at all."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from analysis.contracts.index_schemas import FIGURE
from analysis.errors import DataFaults
from analysis.ingest import intake
from analysis.ingest.build import build_tables
from analysis.ingest.index_files.annex_layout import TABLE_SHEET
from analysis.ingest.index_files.annex_template import HEADING_ROW, write_annex_template
from analysis.ingest.index_folder import folder_sources
from analysis.ingest.index_intake import IMPORTED, IndexOptions, compare, compare_unplaced, read_index, receive_index
from analysis.ingest.intake import NotAsAsked, is_from_office, place, withdraw
from analysis.ingest.score_reading import SCORE_COLUMNS, ScoreReading
from analysis.ingest.unfinished import recover
from analysis.sources import Source, read_register, rewrite
from analysis.store import Tables
from analysis.units import short_name

TODAY = date(2026, 11, 22)
ANNEX = "index-annex"
Annex = Callable[..., Path]


@pytest.fixture(scope="session")
def tables(shipped_tables: Tables) -> Tables:
    return shipped_tables


@pytest.fixture
def annex(tables: Tables, tmp_path: Path) -> Annex:
    """``annex("a.xlsx", Hà_Giang=(3, 80.5))``: a form with rank and composite of some provinces."""

    def write(name: str, index: str = "PAR INDEX", year: int = 2022, **figures: tuple[object, object]) -> Path:
        path = tmp_path / name
        write_annex_template(path, index, year, tables.units, tables.index_editions, tables.index_components)
        book = load_workbook(path)
        sheet = book[TABLE_SHEET]
        sheet["C5"], sheet["C6"], sheet["C8"] = "văn bản để kiểm thử", "https://example.org/phu-luc", "%"
        marks = {cell.value: cell.column for cell in sheet[HEADING_ROW + 1]}
        rows = {cell.value: cell.row for cell in sheet["B"]}
        for province, (rank, score) in figures.items():
            row = rows[province.replace("_", " ")]
            sheet.cell(row, marks["HANG"]).value, sheet.cell(row, marks["TOTAL"]).value = rank, score
        book.save(path)
        return path

    return write


def options(layout: str = ANNEX, **chosen: object) -> IndexOptions:
    return replace(IndexOptions(TODAY, layout), **chosen)


def contents(raw: Path) -> dict[str, bytes]:
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in raw.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.fixture
def small_raw(raw_copy: Path) -> Path:
    """``data/raw`` with one source of scores and no synthetic set, so that a build is quick."""
    out = [source for source in read_register(raw_copy) if source.is_synthetic or source.table in ("index_scores", "corrections")]
    out = [source for source in out if not source.path.startswith("par_index/")]
    rewrite(raw_copy, without={source.source_id for source in out})
    for source in out:
        (raw_copy / source.path).unlink()
    return raw_copy


def test_an_annex_becomes_an_entry_that_says_where_its_figures_come_from(annex, tables, raw_copy):
    path = annex("Bảng PAR 2022.xlsx", Hà_Giang=(50, 81.25))
    source = receive_index(path, raw_copy, tables, read_register(raw_copy), options()).arrival.source
    assert source.path == "par_index/2022/bang-par-2022.xlsx"
    assert source.source_id.startswith("par-index-2022-20261122-")
    assert (source.table, source.layout, source.edition, source.publisher) == ("index_scores", ANNEX, "2022", "Bộ Nội vụ")
    assert (source.document, source.addresses) == ("văn bản để kiểm thử", ("https://example.org/phu-luc",))
    assert source.published == "19/04/2023"
    assert source.terms
    assert is_from_office(source)


def test_a_placed_annex_stands_in_the_scores_beside_what_was_held(annex, tables, small_raw):
    before = build_tables(small_raw, read_register(small_raw)).tables["index_scores"]
    held = before[(before["index"] == "PAR INDEX") & (before["edition_year"] == 2022) & (before["component"] == "TOTAL")].set_index("province_code")
    path = annex("a.xlsx", Quảng_Ninh=(int(held.loc["22", "rank"]), float(held.loc["22", "score"])), Hà_Giang=(50, 81.25))
    arrived = receive_index(path, small_raw, tables, read_register(small_raw), options())
    build, sources = place(small_raw, [arrived.arrival])
    after = build.tables["index_scores"]
    new = after[(after["index"] == "PAR INDEX") & (after["edition_year"] == 2022) & (after["province_code"] == "02")]
    assert new[["component", "score", "rank", "source_id"]].values.tolist() == [["TOTAL", 81.25, 50, arrived.arrival.source.source_id]]
    assert read_register(small_raw) == sources
    found = compare(arrived, before, build.tables["index_conflicts"])
    assert (found.new_count, found.same_count, found.differing_count) == (2, 2, 0)


def test_figures_that_differ_are_counted_and_shown_with_both_values(annex, tables, small_raw):
    before = build_tables(small_raw, read_register(small_raw)).tables["index_scores"]
    path = annex("a.xlsx", Quảng_Ninh=(1, 91.5))
    arrived = receive_index(path, small_raw, tables, read_register(small_raw), options())
    build, _ = place(small_raw, [arrived.arrival])
    found = compare(arrived, before, build.tables["index_conflicts"])
    assert (found.new_count, found.same_count, found.differing_count) == (0, 1, 1)
    assert 91.5 in found.differing["value"].tolist()
    assert found.differing["source_id"].nunique() == 2


def test_figures_are_compared_field_by_field():
    key = {"index": "PCI", "edition_year": 2012, "province_code": "01", "vintage": "63-tinh", "component": "TOTAL"}
    before = pd.DataFrame([key | {"score": 50.0, "rank": pd.NA, "standard_error_score": pd.NA, "source_id": "a"}])
    reading = type("Reading", (), {"rows": pd.DataFrame([key | {"score": 50.0, "rank": 3, "standard_error_score": pd.NA}])})
    arrival = type("Arrived", (), {"reading": reading, "arrival": intake.Arrival(Path("x"), source_named("new"))})
    found = compare(arrival, before, pd.DataFrame(columns=[*FIGURE, "field", "source_id"]))
    assert (found.new_count, found.same_count, found.differing_count) == (1, 1, 0)


def test_a_figure_that_equals_the_one_in_use_does_not_differ_though_sources_disagreed_on_it_before():
    key = {"index": "PCI", "edition_year": 2012, "province_code": "01", "vintage": "63-tinh", "component": "TOTAL"}
    before = pd.DataFrame([key | {"score": 50.0, "rank": pd.NA, "standard_error_score": pd.NA, "source_id": "a"}])
    reading = type("Reading", (), {"rows": before.drop(columns="source_id")})
    arrived = type("Arrived", (), {"reading": reading, "arrival": intake.Arrival(Path("x"), source_named("new"))})
    disputed = [key | {"field": "score", "value": value, "source_id": name} for name, value in (("a", 50.0), ("new", 50.0), ("b", 51.0))]
    found = compare(arrived, before, pd.DataFrame(disputed))
    assert (found.new_count, found.same_count, found.differing_count, len(found.differing)) == (0, 1, 0, 0)
    found = compare(arrived, before.assign(score=51.0, source_id="b"), pd.DataFrame(disputed))
    assert (found.same_count, found.differing_count, len(found.differing)) == (0, 1, 3)


def held_papi(tables: Tables, year: int) -> pd.DataFrame:
    scores = tables.index_scores
    return scores[(scores["index"] == "PAPI") & (scores["edition_year"] == year) & scores["score"].notna()]


def as_reading(rows: pd.DataFrame, year: int) -> ScoreReading:
    """A file whose figures are those of ``rows``, said to be of ``year``."""
    return ScoreReading(rows[list(SCORE_COLUMNS)].assign(edition_year=year).reset_index(drop=True), pd.Series(dtype="object"))


def test_checking_tells_how_many_figures_agree_and_differ_and_shows_both_values():
    key = {"index": "PCI", "edition_year": 2012, "province_code": "01", "vintage": "63-tinh", "component": "TOTAL"}
    empty = {"basis": "stated", "note": pd.NA, "address": "x", "standard_error_score": pd.NA}
    held = pd.DataFrame([key | empty | {"score": 50.0, "rank": 3, "source_id": "a", "rank_source_id": "b"}])
    rows = pd.DataFrame([key | empty | {"score": 50.04, "rank": 4}, key | empty | {"province_code": "02", "score": 40.0, "rank": pd.NA}])
    found = compare_unplaced(ScoreReading(rows[list(SCORE_COLUMNS)], pd.Series(dtype="object")), "x.xlsx", held)
    assert (found.new_count, found.same_count, found.differing_count) == (1, 1, 1)
    told = found.differing.set_index("source_id")
    assert told["value"].to_dict() == {"b": 3, "x.xlsx": 4}
    assert told["is_chosen"].to_dict() == {"b": True, "x.xlsx": False}


def test_checking_refuses_an_edition_whose_figures_are_those_of_another_and_names_it(tables):
    rows = held_papi(tables, 2015)
    assert len(rows) >= 20
    assert compare_unplaced(as_reading(rows, 2015), "x.xlsx", tables.index_scores).differing_count == 0
    with pytest.raises(DataFaults) as refused:
        compare_unplaced(as_reading(rows, 2016), "x.xlsx", tables.index_scores)
    (fault,) = refused.value.faults
    assert fault.where == "x.xlsx, kỳ PAPI 2016"
    assert "số liệu đang dùng" in fault.found
    assert "có vẻ là số của PAPI 2015" in fault.found


def test_an_import_that_contradicts_what_is_held_is_told_of_the_new_file_only(annex, tables, small_raw):
    scores = {name: 95 - number * 29 % 63 / 2 for number, name in enumerate(names_of_provinces(tables))}
    place(small_raw, [receive_index(annex("a.xlsx", **both(scores)), small_raw, tables, read_register(small_raw), options()).arrival])
    other = annex("b.xlsx", **both({name: 155 - score for name, score in scores.items()}))
    arrived = receive_index(other, small_raw, tables, [], options()).arrival
    before = contents(small_raw)
    with pytest.raises(DataFaults) as refused:
        place(small_raw, [replace(arrived, source=replace(arrived.source, layout="index-annex"))])
    assert [fault.where for fault in refused.value.faults] == ["b.xlsx, kỳ PAR INDEX 2022"]
    assert contents(small_raw) == before


def names_of_provinces(tables: Tables) -> list[str]:
    units = tables.units
    return sorted(short_name(name) for name in units.loc[(units["vintage"] == "63-tinh") & (units["level"] == "province"), "name_vi"])


def both(scores: dict[str, float]) -> dict[str, tuple[object, object]]:
    return {name: (None, score) for name, score in scores.items()}


def test_a_source_that_nothing_builds_with_can_be_withdrawn(strange_workbook, tables, small_raw):
    own_map = Path(shutil.copy(strange_workbook.with_name("la.layout.yml"), small_raw.parent))
    arrived = receive_index(strange_workbook, small_raw, tables, read_register(small_raw), options("pci-workbook"))
    place(small_raw, [arrived.arrival])
    own_map.unlink()
    with pytest.raises(DataFaults):
        build_tables(small_raw, read_register(small_raw))
    build, _, _ = withdraw(small_raw, arrived.arrival.source.source_id, TODAY)
    assert (build.tables["index_scores"]["index"] != "PCI").all()


def test_a_source_is_not_withdrawn_while_the_rest_does_not_build_and_the_reason_is_told(annex, tables, small_raw, tmp_path):
    arrived = receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options())
    place(small_raw, [arrived.arrival])
    folder = tmp_path / "chi-so"
    folder.mkdir()
    (folder / "pci.csv").write_text(
        "province,year,component_code,component_name,score,source,status\nHà Giang,2012,PCI,PCI,năm,x,official_file\n", encoding="utf-8"
    )
    before = contents(small_raw)
    with pytest.raises(NotAsAsked) as refused:
        withdraw(small_raw, arrived.arrival.source.source_id, TODAY, folder_sources(folder, small_raw))
    assert "không do nguồn này" in str(refused.value)
    assert "thư mục chỉ số: pci.csv, dòng 2" in str(refused.value)
    assert contents(small_raw) == before


def source_named(source_id: str) -> Source:
    fields = dict.fromkeys(Source.__dataclass_fields__, "")
    return Source(**{**fields, "source_id": source_id, "addresses": ("x",), "is_synthetic": False, "left_out_count": 0})


def test_the_same_bytes_are_refused(annex, tables, small_raw):
    path = annex("a.xlsx", Hà_Giang=(50, 81.25))
    first = receive_index(path, small_raw, tables, read_register(small_raw), options()).arrival
    registered = [*read_register(small_raw), first.source]
    twin = Path(shutil.copy(path, path.with_name("ban-sao.xlsx")))
    with pytest.raises(NotAsAsked, match=f"giống hệt.*{first.source.source_id}"):
        receive_index(twin, small_raw, tables, registered, options())
    again = receive_index(
        path, small_raw, tables, [*read_register(small_raw), replace(first.source, withdrawn_on="2026-11-23")], options()
    ).arrival.source
    assert again.source_id != first.source.source_id
    assert again.path == "par_index/2022/a-ban-2.xlsx"


def test_a_second_file_of_an_edition_asks_for_replaces_and_the_first_is_kept(annex, tables, small_raw):
    first = receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options()).arrival
    place(small_raw, [first])
    other = annex("b.xlsx", Hà_Giang=(49, 81.5))
    with pytest.raises(NotAsAsked, match=f"--replaces {first.source.source_id}"):
        receive_index(other, small_raw, tables, read_register(small_raw), options())
    second = receive_index(other, small_raw, tables, read_register(small_raw), options(replaces=first.source.source_id)).arrival
    build, sources = place(small_raw, [second])
    kept = next(source for source in sources if source.source_id == first.source.source_id)
    assert kept.superseded_by == second.source.source_id
    assert (small_raw / kept.path).is_file()
    held = build.tables["index_scores"]
    assert held.loc[(held["edition_year"] == 2022) & (held["province_code"] == "02"), "score"].tolist() == [81.5]


def test_a_replaced_file_comes_back_in_place_of_its_successor_or_once_that_is_withdrawn(annex, tables, small_raw):
    path = annex("a.xlsx", Hà_Giang=(50, 81.25))
    first = receive_index(path, small_raw, tables, read_register(small_raw), options()).arrival
    place(small_raw, [first])
    other = annex("b.xlsx", Hà_Giang=(49, 81.5))
    second = receive_index(other, small_raw, tables, read_register(small_raw), options(replaces=first.source.source_id)).arrival
    place(small_raw, [second])
    with pytest.raises(NotAsAsked, match=f"--replaces {second.source.source_id}"):
        receive_index(path, small_raw, tables, read_register(small_raw), options())
    withdraw(small_raw, second.source.source_id, TODAY)
    back = receive_index(path, small_raw, tables, read_register(small_raw), options()).arrival
    assert back.replaces == ()
    held = place(small_raw, [back])[0].tables["index_scores"]
    assert held.loc[(held["edition_year"] == 2022) & (held["province_code"] == "02"), "score"].tolist() == [81.25]


def test_another_edition_or_index_of_the_same_kind_stands_beside_the_first(annex, tables, small_raw):
    first = receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options()).arrival
    registered = [*read_register(small_raw), first.source, source_of_sipas()]
    assert receive_index(annex("b.xlsx", year=2023, Hà_Giang=(50, 81.25)), small_raw, tables, registered, options()).arrival.replaces == ()
    assert receive_index(annex("c.xlsx", index="SIPAS", Hà_Giang=(50, 81.25)), small_raw, tables, registered, options()).arrival.replaces == ()


def source_of_sipas() -> Source:
    return replace(source_named("sipas"), path="sipas/2015-2024/x.csv", table="index_scores", publisher="Bộ Nội vụ", terms="x")


@pytest.mark.parametrize("named", ["khong-co", "par-index-2012-2024", "synthetic-activities"])
def test_only_a_file_of_the_same_kind_in_force_can_be_replaced(annex, tables, small_raw, named):
    with pytest.raises(NotAsAsked, match=f"--replaces {named}"):
        receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options(replaces=named))


def test_a_file_with_faults_is_refused_with_all_of_them_and_its_notices(annex, tables, small_raw):
    path = annex("a.xlsx", Hà_Giang=(50, "chín"), Cao_Bằng=(80, 82.5), Bắc_Kạn=("3", 83.5))
    with pytest.raises(DataFaults) as refused:
        receive_index(path, small_raw, tables, read_register(small_raw), options(year=2021))
    assert {fault.cause for fault in refused.value.faults} == {"Chữ ở ô số", "Hạng không thể có", "Năm của bảng khác năm đã nêu"}
    assert [notice.cause for notice in refused.value.notices if notice.cause == "Số ghi dạng chữ"] == ["Số ghi dạng chữ"]


@pytest.mark.parametrize("kind", [kind for kind in IMPORTED if kind != ANNEX])
def test_a_form_given_as_another_kind_is_told_what_it_looks_like(annex, tables, kind):
    with pytest.raises(DataFaults, match="--kind index-annex"):
        read_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), tables, kind)


def test_a_long_table_is_sent_to_the_index_folder(tables, tmp_path):
    path = tmp_path / "pci_full.csv"
    path.write_text("province,year,component_code,component_name,score,source,status\nHà Giang,2012,PCI,PCI,50.0,x,official_file\n", encoding="utf-8")
    with pytest.raises(DataFaults, match="index_dir"):
        read_index(path, tables, "pci-workbook")


@pytest.fixture
def strange_workbook(tables: Tables, tmp_path: Path) -> Path:
    """Made-up PCI scores under headings that no shipped layout knows, with a layout map beside it that does."""
    header = ["Tỉnh", "Điểm gom", *(f"Mục {number}" for number in range(1, 11))]
    weights = (5, 5, 20, 5, 10, 5, 5, 20, 20, 5)
    book = Workbook()
    sheet = book.active
    sheet.title = "PCI 2014"
    sheet.append(header)
    provinces = tables.units[(tables.units["vintage"] == "63-tinh") & (tables.units["level"] == "province")]
    for line, name in enumerate(provinces["name_vi"]):
        parts = [round(5 + (line + part) % 40 / 10, 2) for part in range(10)]
        sheet.append([name, round(sum(weight * part for weight, part in zip(weights, parts, strict=True)) / 10, 2), *parts])
    folder = tmp_path / "gui-den"
    folder.mkdir()
    book.save(folder / "PCI_2014.xlsx")
    known = "".join(f'- {{component: CSTP{number}, words: ["=mục {number}"]}}\n' for number in range(1, 11))
    declared = f'map: la\nextends: pci-workbook\nheaders:\n- {{component: TOTAL, words: ["=điểm gom"]}}\n{known}'
    (folder / "la.layout.yml").write_text(declared, encoding="utf-8")
    return folder / "PCI_2014.xlsx"


def test_a_file_read_by_a_map_beside_it_is_taken_in_once_the_map_lies_in_the_project(strange_workbook, tables, small_raw):
    with pytest.raises(NotAsAsked, match="bản đồ trang tính") as asked:
        receive_index(strange_workbook, small_raw, tables, read_register(small_raw), options("pci-workbook"))
    assert small_raw.parent.name in str(asked.value)
    assert not list(small_raw.parent.glob(".*"))
    shutil.copy(strange_workbook.with_name("la.layout.yml"), small_raw.parent)
    arrived = receive_index(strange_workbook, small_raw, tables, read_register(small_raw), options("pci-workbook"))
    build, _ = place(small_raw, [arrived.arrival])
    held = build.tables["index_scores"]
    assert held.loc[held["index"] == "PCI", "province_code"].nunique() == 63


def test_a_refused_build_leaves_folder_and_register_as_they_were(annex, tables, small_raw, monkeypatch):
    path = annex("a.xlsx", Hà_Giang=(50, 81.25))
    arrived = receive_index(path, small_raw, tables, read_register(small_raw), options())
    before = contents(small_raw)
    unfit = replace(arrived.arrival, source=replace(arrived.arrival.source, layout="pci-workbook"))
    with pytest.raises(DataFaults) as refused:
        place(small_raw, [unfit])
    assert contents(small_raw) == before
    assert all("a.xlsx" in fault.where and ".incoming" not in fault.where for fault in refused.value.faults)


@pytest.mark.parametrize("fails", [OSError("stopped"), KeyboardInterrupt()], ids=["error", "stopped by hand"])
def test_an_import_that_stops_while_it_is_registered_takes_the_file_back_out(annex, tables, small_raw, monkeypatch, fails):
    arrived = receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options())
    before = contents(small_raw)

    def broken(*_, **__):
        raise fails

    monkeypatch.setattr(intake, "rewrite", broken)
    with pytest.raises(type(fails)):
        place(small_raw, [arrived.arrival])
    assert contents(small_raw) == before


def test_what_a_killed_import_of_an_index_file_left_is_taken_out(annex, tables, small_raw, monkeypatch):
    arrived = receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options())
    before = contents(small_raw)

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(intake, "rewrite", killed)
        patched.setattr(intake, "clear_unfinished", lambda _: None)  # a killed process clears nothing
        with pytest.raises(KeyboardInterrupt):
            place(small_raw, [arrived.arrival])
    assert (small_raw / arrived.arrival.source.path).is_file()
    recover(small_raw)
    assert contents(small_raw) == before


def test_an_imported_file_is_withdrawn_and_a_shipped_one_is_not(annex, tables, small_raw):
    arrived = receive_index(annex("a.xlsx", Hà_Giang=(50, 81.25)), small_raw, tables, read_register(small_raw), options())
    place(small_raw, [arrived.arrival])
    build, _, taken = withdraw(small_raw, arrived.arrival.source.source_id, TODAY)
    assert [source.source_id for source in taken] == [arrived.arrival.source.source_id]
    held = build.tables["index_scores"]
    assert held[(held["edition_year"] == 2022) & (held["province_code"] == "02")].empty
    with pytest.raises(NotAsAsked, match="tệp chỉ số"):
        withdraw(small_raw, "par-index-2012-2024", TODAY)
