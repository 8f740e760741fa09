"""The office's own folder of index files: added to what the project ships, read where it stands, gone when it is gone."""

import os
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis import store
from analysis.cli.commands import _build, refresh
from analysis.cli.inputs import inputs_hash
from analysis.cli.placing import place_files
from analysis.cli.project_files import held_project
from analysis.errors import DataFaults
from analysis.ingest.build import Build, build_tables
from analysis.ingest.index_folder import NO_FOLDER, NONE, UNKNOWN_FILES, FolderFiles, below_folder, fingerprint, folder_sources
from analysis.ingest.intake import Arrival, withdraw
from analysis.project import SETTINGS_FILE, Project, open_project
from analysis.sources import Source, read_register, rewrite, sha256_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_panel = pytest.mark.skipif(not (SHARED / "panel").is_dir(), reason="../shared/data/panel is not here; it is read in place, never copied")

HEADING = "province,year,component_code,component_name,score,source,status"
FIGURES = ("An Giang,2019,PCI,PCI,11.111111,số mô phỏng,official_file", "Bà Rịa - Vũng Tàu,2019,PCI,PCI,12.25,số mô phỏng,official_file")
KEPT_TABLES = ("units", "plans", "index_registry", "corrections", "events", "regions")  # the others play no part and take long to read


def panel(path: Path, *rows: str) -> Path:
    """A long table of scores as others gather them; the figures are invented."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADING, *(rows or FIGURES)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def office(shipped_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose folder of index files is ``chi-so`` beside it, which is not there; only PCI scores are shipped."""
    root = tmp_path_factory.mktemp("office") / "lantoa"
    raw = shutil.copytree(shipped_raw, root / "data" / "raw")
    sources = read_register(raw)
    dropped = [source for source in sources if source.table not in KEPT_TABLES and source.source_id != "pci-2006-2024"]
    corrections = next(source for source in sources if source.table == "corrections")
    listed = pd.read_csv(raw / corrections.path, dtype=str, keep_default_na=False)
    listed[listed["corrects_source_id"] == "pci-2006-2024"].to_csv(raw / corrections.path, index=False, lineterminator="\n")
    for source in dropped:
        (raw / source.path).unlink()
    rewrite(raw, without={source.source_id for source in dropped}, changing=[replace(corrections, sha256=sha256_of(raw / corrections.path))])
    (root / SETTINGS_FILE).write_text('index_dir = "../chi-so"\n', encoding="utf-8")
    return root


@pytest.fixture
def project(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = shutil.copytree(office, tmp_path / "lantoa")
    monkeypatch.chdir(root)
    return open_project(root)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "chi-so"


def found_in(project: Project) -> FolderFiles:
    return folder_sources(project.index_folder, project.raw)


def invented(tables: store.Tables) -> pd.DataFrame:
    """The figures of the folder that stand in ``index_scores``."""
    scores = tables.index_scores
    return scores[scores["source_id"].str.startswith("thu-muc-")]


# What is found


def test_no_folder_in_the_settings_is_nothing_and_says_nothing(project):
    assert folder_sources(None, project.raw) == NONE
    assert fingerprint(None) == ""


def test_a_folder_that_is_set_but_not_there_is_one_notice_and_nothing_else(project):
    found = found_in(project)
    assert found.sources == ()
    assert [(notice.cause, notice.said) for notice in found.notices] == [(NO_FOLDER, "không có thư mục ../chi-so: chỉ dùng số liệu đi kèm")]
    assert fingerprint(project.index_folder) == ""


def test_an_empty_folder_gives_neither_sources_nor_notices(project, folder):
    folder.mkdir()
    assert found_in(project) == NONE


def test_recognised_files_become_sources_with_paths_relative_to_raw(project, folder):
    path = panel(folder / "Tỉnh khác" / "PCI gom (2).csv")
    (source,) = found_in(project).sources
    assert (source.source_id, source.layout, source.table) == ("thu-muc-pci-gom-2", "index-panel", "index_scores")
    assert source.path == "../../../chi-so/Tỉnh khác/PCI gom (2).csv"
    assert (project.raw / source.path).read_bytes() == path.read_bytes()
    assert (source.sha256, source.received_on, source.is_synthetic) == (sha256_of(path), "", False)
    assert source.short_vi == "bảng tổng hợp điểm các tỉnh"
    assert source.addresses == ("tệp Tỉnh khác/PCI gom (2).csv trong thư mục chỉ số",)
    assert not any(os.fspath(folder) in str(value) for value in vars(source).values())


def test_files_of_one_name_get_ids_of_their_own_in_the_order_of_their_paths(project, folder):
    for place in ("b", "a", "a/sâu"):
        panel(folder / place / "pci.csv")
    panel(folder / "a" / "PCI.csv.csv")
    assert [(source.source_id, source.path.removeprefix("../../../chi-so/")) for source in found_in(project).sources] == [
        ("thu-muc-pci-csv", "a/PCI.csv.csv"),
        ("thu-muc-pci", "a/pci.csv"),
        ("thu-muc-pci-2", "a/sâu/pci.csv"),
        ("thu-muc-pci-3", "b/pci.csv"),
    ]


def test_other_files_are_named_in_one_notice_and_hidden_or_foreign_ones_not_at_all(project, folder):
    panel(folder / "pci.csv")
    for name in ("b.csv", "a/xã.csv", ".ẩn.csv", "~$pci.xlsx", ".git/x.csv", "ban-do.geojson", "doc.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mã,tên\n1,A\n", encoding="utf-8")
    (folder / "hỏng.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    found = found_in(project)
    assert [source.source_id for source in found.sources] == ["thu-muc-pci"]
    assert [(notice.cause, notice.where, notice.said) for notice in found.notices] == [
        (UNKNOWN_FILES, "../chi-so", "bỏ qua 3 tệp: a/xã.csv, b.csv, hỏng.xlsx")
    ]


def test_a_linked_folder_keeps_the_path_that_the_settings_name(project, folder, tmp_path):
    panel(tmp_path / "ở nơi khác" / "pci.csv")
    folder.symlink_to(tmp_path / "ở nơi khác", target_is_directory=True)
    (source,) = found_in(project).sources
    assert source.path == "../../../chi-so/pci.csv"
    assert (project.raw / source.path).is_file()


def test_raw_files_that_are_linked_from_elsewhere_still_lead_to_the_folder(project, folder, tmp_path):
    panel(folder / "pci.csv")
    elsewhere = shutil.move(project.raw, tmp_path / "kho" / "sâu" / "hơn" / "raw")
    project.raw.symlink_to(elsewhere, target_is_directory=True)
    (source,) = found_in(project).sources
    assert (project.raw / source.path).read_bytes() == (folder / "pci.csv").read_bytes()


def test_names_that_a_file_system_keeps_decomposed_are_shown_composed(project, folder):
    panel(folder / unicodedata.normalize("NFD", "Chỉ số tỉnh.csv"))
    (source,) = found_in(project).sources
    assert (source.source_id, source.addresses) == ("thu-muc-chi-so-tinh", ("tệp Chỉ số tỉnh.csv trong thư mục chỉ số",))
    assert (project.raw / source.path).is_file()
    tables = build_tables(project.raw, read_register(project.raw), folder=found_in(project)).tables
    shown = [text for text in tables["index_scores"]["address"] if "tỉnh.csv" in text]
    assert len(shown) == 2


def test_a_long_list_of_other_files_is_cut_with_a_count(project, folder):
    folder.mkdir()
    for number in range(23):
        (folder / f"{number:02d}.csv").write_text("a\n1\n", encoding="utf-8")
    (notice,) = found_in(project).notices
    assert notice.said.startswith("bỏ qua 23 tệp: 00.csv, ")
    assert notice.said.endswith("19.csv và 3 tệp khác")


# When to build anew


def test_the_fingerprint_changes_with_names_and_contents_of_what_may_be_read_and_with_nothing_else(project, folder):
    path = panel(folder / "pci.csv")
    before = fingerprint(folder)
    os.utime(path, (0, 0))
    (folder / "ghi-chu.txt").write_text("x", encoding="utf-8")
    (folder / "~$pci.xlsx").write_text("x", encoding="utf-8")
    assert fingerprint(folder) == before
    seen = {before}
    for change in (
        lambda: panel(path, FIGURES[0]),
        lambda: path.rename(folder / "khac.csv"),
        lambda: (folder / "cua-toi.layout.yml").write_text("layout: x", encoding="utf-8"),
    ):
        change()
        seen.add(fingerprint(folder))
    assert len(seen) == 4


def test_the_hash_of_inputs_holds_the_folder_and_a_folder_that_is_not_there_counts_as_none(project, folder):
    sources = read_register(project.raw)
    without = inputs_hash(sources)
    assert inputs_hash(sources, folder) == without
    panel(folder / "pci.csv")
    assert inputs_hash(sources, folder) != without
    own_map = project.raw.parent / "rieng.layout.yml"
    own_map.write_text("layout: pci-workbook\n", encoding="utf-8")
    assert inputs_hash(sources, None, project.own_maps) != without


# What is built


def test_figures_of_the_folder_are_built_beside_the_shipped_ones_and_name_their_file(project, folder):
    panel(folder / "pci.csv")
    told = _build(project)
    tables = store.Tables(project.processed)
    held = invented(tables).set_index("province_code")
    assert held["score"].to_dict() == {"77": 12.25, "89": 11.111111}
    assert set(held["basis"]) == {"publisher_file"}
    entry = tables.sources.set_index("source_id").loc["thu-muc-pci"]
    assert (entry["edition"], entry["rows_in_count"], entry["rows_out_count"]) == ("PCI 2019", 2, 2)
    assert len(tables.index_scores) > 2000
    assert any(line.startswith("thư mục chỉ số: pci.csv: đọc 2 dòng") for line in told)


def test_a_figure_that_the_folder_and_the_shipped_file_state_differently_is_a_conflict_and_the_publishers_file_wins(project, folder):
    panel(folder / "pci.csv", "Bình Dương,2021,PCI,PCI,70.5,số mô phỏng,official_file")
    told = _build(project)
    found = store.Tables(project.processed).index_conflicts
    assert found[["source_id", "value", "is_chosen"]].values.tolist() == [["pci-2006-2024", 69.61, False], ["thu-muc-pci", 70.5, True]]
    assert "1 số liệu chỉ số có nguồn ghi khác nhau; báo cáo nêu số được dùng và lý do." in told


def test_files_of_a_linked_folder_are_called_by_their_place_below_it(project, folder):
    panel(folder / "con" / "pci.csv", *FIGURES)
    linked = folder.with_name("lien-ket")
    linked.symlink_to(folder, target_is_directory=True)
    (source,) = folder_sources(linked, project.raw).sources
    assert below_folder(source) == "con/pci.csv"
    assert (project.raw / source.path).is_file()


def test_a_recognised_file_with_a_fault_stops_the_build_and_names_file_and_cell(project, folder):
    panel(folder / "pci.csv", FIGURES[0], FIGURES[1].replace("12.25", "mười hai"))
    with pytest.raises(
        DataFaults, match=r"thư mục chỉ số: pci\.csv.*mười hai.*hoặc chuyển tệp ra khỏi thư mục chỉ số \(index_dir trong lantoa\.toml\)"
    ):
        build_tables(project.raw, read_register(project.raw), folder=found_in(project))


def test_notices_of_the_folder_are_told_by_the_build_and_kept_with_it(project, folder):
    panel(folder / "pci.csv")
    (folder / "khac.csv").write_text("a\n1\n", encoding="utf-8")
    told = "\n".join(_build(project))
    assert "bỏ qua 1 tệp: khac.csv" in told
    kept = store.Tables(project.processed).build_notices
    assert kept.loc[kept["cause_vi"] == UNKNOWN_FILES, ["where_vi", "said_vi"]].values.tolist() == [["../chi-so", "bỏ qua 1 tệp: khac.csv"]]


# What stays and what goes


@pytest.fixture
def more_events(project: Project, tmp_path: Path) -> Arrival:
    """Two more events, in a file of their own."""
    events: Source = next(source for source in read_register(project.raw) if source.table == "events")
    lines = (project.raw / events.path).read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "them.csv"
    path.write_text(lines[0] + "".join(f"new-{line}" for line in lines[1:3]), encoding="utf-8")
    return Arrival(path, replace(events, source_id="more-events", path="events/more/them.csv", sha256=sha256_of(path)))


@pytest.fixture
def rebuilt(monkeypatch: pytest.MonkeyPatch, project: Project) -> Callable[[], bool]:
    """``rebuilt()``: bring the tables up to date as every command does; whether they had to be built."""
    calls: list[object] = []
    monkeypatch.setattr("analysis.cli.commands._call_module", lambda *called: calls.extend([called, _build(project)]))

    def run() -> bool:
        calls.clear()
        refresh(project)
        return bool(calls)

    return run


def test_an_import_keeps_the_figures_of_the_folder_and_asks_for_no_second_build(project, folder, more_events, rebuilt):
    panel(folder / "pci.csv")
    assert rebuilt()
    with held_project() as held:
        place_files(held, [more_events])
    tables = store.Tables(project.processed)
    assert (tables.events["source_id"] == "more-events").sum() == 2
    assert invented(tables)["score"].tolist() == [12.25, 11.111111]
    assert not rebuilt()


def test_taking_a_file_out_of_force_builds_with_the_folder(project, folder):
    panel(folder / "pci.csv")
    plan = next(source for source in read_register(project.raw) if source.source_id == "plan-689-2019")
    build, _, taken = withdraw(project.raw, plan.source_id, date(2026, 11, 22), found_in(project))
    assert [source.source_id for source in taken] == [plan.source_id]
    assert build.tables["index_scores"]["source_id"].str.startswith("thu-muc-").sum() == 2


def test_a_changed_folder_builds_anew_and_a_removed_one_gives_the_shipped_figures_again(project, folder, rebuilt):
    assert rebuilt()
    shipped = store.Tables(project.processed).index_scores
    panel(folder / "pci.csv")
    assert rebuilt()
    assert not rebuilt()
    assert len(invented(store.Tables(project.processed))) == 2
    panel(folder / "pci.csv", FIGURES[0])
    assert rebuilt()
    assert len(invented(store.Tables(project.processed))) == 1
    shutil.rmtree(folder)
    assert rebuilt()
    pd.testing.assert_frame_equal(store.Tables(project.processed).index_scores, shipped)


def test_settings_without_a_folder_build_the_same_tables_as_a_folder_that_is_not_there(project):
    sources = read_register(project.raw)
    one, two = build_tables(project.raw, sources, folder=found_in(project)).tables, build_tables(project.raw, sources).tables
    assert one["build_notices"]["cause_vi"].tolist() == [NO_FOLDER, *two["build_notices"]["cause_vi"]]
    for name in set(two) - {"build_notices"}:
        pd.testing.assert_frame_equal(one[name], two[name])


# In place


@pytest.fixture
def with_panel(panel_built: Build) -> dict[str, pd.DataFrame]:
    return panel_built.tables


PROVINCES_OF_PCI = {2005: 42, **dict.fromkeys((2006, 2007, 2008), 64), **dict.fromkeys((*range(2009, 2022), 2023), 63)}


@needs_panel
def test_with_the_full_panel_pci_of_all_provinces_is_held_for_every_edition_published_in_full(with_panel):
    scores = with_panel["index_scores"]
    composites = scores[(scores["index"] == "PCI") & (scores["component"] == "TOTAL") & scores["score"].notna() & (scores["province_code"] != "00")]
    held = composites.groupby("edition_year")["province_code"].nunique().to_dict()
    assert {year: held[year] for year in PROVINCES_OF_PCI} == PROVINCES_OF_PCI


@needs_panel
def test_shipped_figures_of_pci_and_papi_and_the_full_panel_never_disagree(with_panel):
    """Every figure that pages print is the panel's, rounded: what the declared corrections leave has no conflict."""
    assert set(with_panel["index_conflicts"]["index"]) == {"PAR INDEX", "SIPAS"}
    assert {"pci-2006-2024", "papi-2011-2024", "thu-muc-pci-full", "thu-muc-papi-full"} <= set(with_panel["index_scores"]["source_id"])


@needs_panel
def test_every_conflict_is_small_against_the_spread_of_the_provinces(with_panel):
    disputed = with_panel["index_conflicts"].groupby(["index", "edition_year", "province_code"])["value"].agg(lambda said: max(said) - min(said))
    assert len(disputed) == 6
    assert disputed.max() < 1


@needs_panel
def test_a_publishers_own_workbook_goes_before_the_panel_that_quotes_it(with_panel):
    scores = with_panel["index_scores"]
    of_2015 = scores[(scores["index"] == "PCI") & (scores["edition_year"] == 2015) & scores["score"].notna()]
    assert set(of_2015["source_id"]) == {"thu-muc-pci-2015"}


@needs_panel
def test_standard_errors_of_papi_come_from_the_panel_with_their_own_origin(with_panel):
    papi = with_panel["index_scores"].query("`index` == 'PAPI' and component == 'TOTAL' and province_code == '74'").set_index("edition_year")
    assert papi.loc[2022, "error_source_id"] == "thu-muc-papi-error"
    assert papi.loc[2022, "standard_error_score"] == pytest.approx(1.21, abs=0.005)


@needs_panel
def test_no_path_of_this_machine_is_in_any_table(with_panel):
    here = os.fspath(SHARED.parent)
    for name, table in with_panel.items():
        for column in table.select_dtypes("string"):
            assert not table[column].str.contains(here, regex=False).any(), (name, column)
