"""From a printed table, or a publisher's workbook, to the scores: fill in, be told the faults, mend, take in, replace, take back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from analysis import store
from analysis.ingest.index_files.annex_layout import TABLE_SHEET
from analysis.ingest.index_files.annex_template import FIRST_PROVINCE_ROW, HEADING_ROW
from analysis.ingest.index_files.provinces import ProvinceNames
from analysis.ingest.unfinished import note_placing
from analysis.project import Project
from analysis.sources import Source, read_register

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PRINTED = SHARED / "carry" / "par_sipas_scores.csv"
WORKBOOK = SHARED / "panel" / "workbooks" / "pci" / "PCI_2012.xlsx"
OTHER_WORKBOOK = SHARED / "panel" / "workbooks" / "pci" / "PCI_2013.xlsx"
LATER_WORKBOOK = SHARED / "panel" / "workbooks" / "pci" / "PCI_2015.xlsx"  # measured as in 2013
INDEX, YEAR = "PAR INDEX", 2022

Lantoa = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def office(make_office: Callable[[Callable[[Source], bool]], Path]) -> Path:
    """A project whose only shipped scores are those of SIPAS, and without the synthetic set."""
    scores = ("index_scores", "corrections")
    return make_office(lambda source: (source.is_synthetic or source.table in scores) and not source.path.startswith("sipas/"))


@pytest.fixture
def form(lantoa: Lantoa, tmp_path: Path) -> Path:
    """The empty form, made by the command."""
    path = tmp_path / "par-index-2022.xlsx"
    code, told = lantoa("template", "index-annex", "--index", INDEX, "--year", YEAR, "--out", path)
    assert (code, path.is_file()) == (0, True), told
    return path


@pytest.fixture
def printed(project: Project) -> pd.DataFrame:
    """Rank and composite of the provinces that pages state for the edition, by province code."""
    if not PRINTED.is_file():
        pytest.skip(f"không có {PRINTED.name} trong thư mục số liệu dùng chung")
    rows = pd.read_csv(PRINTED)
    rows = rows[(rows["index"] == INDEX) & (rows["year"] == YEAR) & (rows["component"] == "composite") & (rows["geo_level"] == "province")]
    editions = store.read("index_editions", project.processed)
    edition = editions[(editions["index"] == INDEX) & (editions["edition_year"] == YEAR)].iloc[0]
    names = ProvinceNames(store.read("units", project.processed), edition)
    codes = [names.resolve(name).code for name in rows["province"]]
    return rows.assign(province_code=codes).set_index("province_code")[["score", "rank", "source_url"]]


def fill(path: Path, figures: pd.DataFrame, **head: object) -> Path:
    """Write figures into a form, and what its head asks for."""
    book = load_workbook(path)
    sheet = book[TABLE_SHEET]
    for cell, value in {"C5": "văn bản công bố", "C6": "https://example.org/par-index-2022", "C8": "%", **head}.items():
        sheet[cell] = value
    rows = {sheet.cell(line, 1).value: line for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63)}
    for code, score, rank in figures[["score", "rank"]].itertuples():
        sheet.cell(rows[code], 3).value = None if pd.isna(rank) else int(rank)
        sheet.cell(rows[code], 4).value = None if pd.isna(score) else float(score)
    book.save(path)
    return path


SOME = pd.DataFrame({"score": [90.5, 80.25], "rank": [1, 50]}, index=["22", "02"])


def scores(project: Project, index: str, year: int) -> pd.DataFrame:
    held = store.read("index_scores", project.processed)
    return held[(held["index"] == index) & (held["edition_year"] == year)]


def state(project: Project) -> tuple[object, ...]:
    files = sorted(path.relative_to(project.raw).as_posix() for path in project.raw.rglob("*") if path.is_file() and path.name != ".lock")
    return project.register.read_bytes(), store.current(project.processed), files


def imported(project: Project) -> list[str]:
    """Ids of files of index figures that were taken in and are in force."""
    return [source.source_id for source in read_register(project.raw) if source.layout and source.table == "index_scores" and source.is_in_force]


def test_a_printed_table_goes_from_the_form_over_its_faults_into_the_scores(lantoa, form, printed, project):
    fill(form, printed, C6=None)
    book = load_workbook(form)
    sheet = book[TABLE_SHEET]
    lines = {sheet.cell(line, 1).value: line for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63)}
    first = printed.index[printed["score"].notna()][0]
    right = sheet.cell(lines[first], 4).value
    sheet.cell(lines[first], 4).value = f"khoảng {right}"
    book.save(form)
    before = state(project)
    code, told = lantoa("import", form, "--kind", "index-annex")
    marked = form.with_name("par-index-2022-loi-can-sua.xlsx")
    assert code == 3
    assert "Chưa ghi nguồn của bảng" in told
    assert f"ô D{lines[first]}" in told
    assert str(marked) in told
    assert state(project) == before

    mended = load_workbook(marked)
    assert mended[TABLE_SHEET].cell(lines[first], 4).comment is not None
    mended[TABLE_SHEET].cell(lines[first], 4).value = f"{right:.2f}".replace(".", ",")
    mended[TABLE_SHEET]["C6"] = printed["source_url"].iloc[0]
    mended.save(marked)
    code, told = lantoa("check", marked)
    assert code == 0, told
    assert f"PAR INDEX 2022, {len(printed)} tỉnh, điểm tổng hợp" in told
    code, told = lantoa("import", marked, "--kind", "index-annex", "--year", YEAR)
    assert code == 0, told
    figures = int(printed[["score", "rank"]].notna().to_numpy().sum())
    assert f"{figures} số mới, 0 số khớp, 0 số khác" in told
    held = scores(project, INDEX, YEAR).set_index("province_code")
    assert sorted(held.index) == sorted(printed.index)
    for province, row in printed.iterrows():
        assert held.loc[province, "score"] is pd.NA if pd.isna(row["score"]) else held.loc[province, "score"] == row["score"]
        assert held.loc[province, "rank"] is pd.NA if pd.isna(row["rank"]) else held.loc[province, "rank"] == row["rank"]
    assert set(held["address"]) == {printed["source_url"].iloc[0]}
    assert imported(project) == sorted(set(held["source_id"]))


def test_a_form_is_not_written_over_without_being_asked(lantoa, form):
    before = form.read_bytes()
    code, told = lantoa("template", "index-annex", "--index", INDEX, "--year", YEAR, "--out", form)
    assert code == 3
    assert "--force" in told
    assert form.read_bytes() == before


def test_an_edition_that_is_not_registered_gets_no_form(lantoa, tmp_path):
    code, told = lantoa("template", "index-annex", "--index", "sipas", "--year", 2016, "--out", tmp_path / "x.xlsx")
    assert code == 3
    assert "SIPAS: 2015, 2017" in told
    assert not (tmp_path / "x.xlsx").exists()


def test_a_corrected_form_replaces_the_first_when_asked_and_both_are_listed(lantoa, form, project):
    assert lantoa("import", fill(form, SOME), "--kind", "index-annex")[0] == 0
    (first,) = imported(project)
    code, told = lantoa("import", form, "--kind", "index-annex")
    assert code == 3
    assert "giống hệt tệp đã nạp ngày" in told
    fill(form, SOME.assign(score=[90.5, 81.0]))
    code, told = lantoa("import", form, "--kind", "index-annex")
    assert code == 3
    assert f"--replaces {first}" in told
    code, told = lantoa("import", form, "--kind", "index-annex", "--replaces", first)
    assert code == 0, told
    assert f"Thay cho {first}" in told
    held = scores(project, INDEX, YEAR).set_index("province_code")["score"]
    assert held.to_dict() == {"22": 90.5, "02": 81.0}
    listed = lantoa("received")[1]
    assert f"thay bằng {imported(project)[0]}" in listed


def test_files_of_one_import_go_in_together_or_not_at_all(lantoa, form, project, tmp_path):
    other = tmp_path / "sipas.xlsx"
    assert lantoa("template", "index-annex", "--index", "SIPAS", "--year", 2023, "--out", other)[0] == 0
    fill(form, SOME)
    before = state(project)
    code, told = lantoa("import", form, fill(other, SOME.assign(rank=[1, 99])), "--kind", "index-annex")
    assert code == 3
    assert "sipas.xlsx" in told
    assert state(project) == before
    code, told = lantoa("import", form, fill(other, SOME), "--kind", "index-annex")
    assert code == 0, told
    assert len(imported(project)) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "index-annex", "--accept-partial"], "--accept-partial không dùng cho loại tệp index-annex"),
        (["--kind", "index-annex", "--synthetic"], "--synthetic không dùng cho loại tệp index-annex"),
        (["--kind", "pci-workbook", "--as-new"], "--as-new không dùng cho loại tệp pci-workbook"),
        (["--kind", "activity-log", "--year", "2021"], "--year chỉ dùng cho tệp chỉ số"),
        (["--kind", "index-annex", "--year", "22"], "gặp “22”"),
        (["--kind", "sipas"], "papi-workbook"),
    ],
)
def test_an_option_that_says_nothing_for_the_kind_is_told(lantoa, form, arguments, said):
    code, told = lantoa("import", form, *arguments)
    assert code == 2
    assert said in told


def test_a_pdf_given_as_an_annex_is_answered_with_the_form(lantoa, tmp_path, project):
    path = tmp_path / "quyet-dinh.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    before = state(project)
    code, told = lantoa("import", path, "--kind", "index-annex")
    assert code == 3
    assert "tệp PDF" in told
    assert "lantoa template index-annex" in told
    assert state(project) == before


def workbook(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"không có {path.name} trong thư mục số liệu dùng chung")
    return path


def test_a_publishers_workbook_goes_in_and_is_taken_back(lantoa, project):
    path = workbook(WORKBOOK)
    before = scores(project, "PCI", 2012)
    assert before.empty
    code, told = lantoa("check", path)
    assert code == 0, told
    assert "PCI 2012, 63 tỉnh, 9 thành phần và điểm tổng hợp" in told
    code, told = lantoa("import", path, "--kind", "pci-workbook", "--year", 2012)
    assert code == 0, told
    held = scores(project, "PCI", 2012)
    assert held["province_code"].nunique() == 63
    assert set(held["basis"]) == {"publisher_file"}
    (source_id,) = imported(project)
    entry = next(source for source in read_register(project.raw) if source.source_id == source_id)
    assert (entry.path, entry.edition, entry.layout) == ("pci/2012/pci-2012.xlsx", "2012", "pci-workbook")
    assert "chỉ số" in lantoa("received")[1]
    assert lantoa("build")[0] == 0, "the placed file is read from its place as it was from outside"
    pd.testing.assert_frame_equal(scores(project, "PCI", 2012).drop(columns="address"), held.drop(columns="address"))
    code, told = lantoa("withdraw", source_id)
    assert code == 0, told
    assert "nhật ký" not in told
    assert scores(project, "PCI", 2012).empty


def test_checking_an_imported_workbook_again_agrees_and_one_of_another_year_is_refused_with_the_year_it_is_of(lantoa, project, tmp_path):
    assert "0 số khớp, 0 số khác" in lantoa("check", workbook(LATER_WORKBOOK))[1]
    code, told = lantoa("import", workbook(OTHER_WORKBOOK), LATER_WORKBOOK, "--kind", "pci-workbook")
    assert code == 0, told
    figures = int(scores(project, "PCI", 2015)[["score", "rank"]].notna().to_numpy().sum())
    assert f"0 số mới, {figures} số khớp, 0 số khác" in lantoa("check", LATER_WORKBOOK)[1]
    book = load_workbook(OTHER_WORKBOOK, data_only=True)
    for sheet in book:
        for line in sheet.iter_rows(max_row=12):
            for cell in line:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("2013", "2015")
    wrong = tmp_path / "PCI_2015.xlsx"
    book.save(wrong)
    before = state(project)
    code, told = lantoa("check", wrong)
    assert code == 3
    assert "PCI_2015.xlsx, kỳ PCI 2015" in told
    assert "có vẻ là số của PCI 2013" in told
    code, told = lantoa("import", wrong, "--kind", "pci-workbook", "--replaces", next(name for name in imported(project) if "2015" in name))
    assert code == 3, "even in place of the only source that it contradicts"
    assert "có vẻ là số của PCI 2013" in told
    assert state(project) == before


def test_a_bad_file_in_the_index_folder_is_told_with_the_way_round_it(lantoa, project, tmp_path):
    book = load_workbook(workbook(WORKBOOK), data_only=True)
    for sheet in book:
        for line in sheet.iter_rows(max_row=12):
            for cell in line:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("2012", "")
        sheet.title = sheet.title.replace("2012", "")
    folder = tmp_path / "chi-so"
    (folder / "con").mkdir(parents=True)
    book.save(folder / "con" / "khong-nam.xlsx")
    (project.root / "lantoa.toml").write_text('province = "74"\nindex_dir = "../chi-so"\n', encoding="utf-8")
    code, told = lantoa("build")
    assert code == 3
    assert "thư mục chỉ số: con/khong-nam.xlsx" in told
    assert "hoặc chuyển tệp ra khỏi thư mục chỉ số (index_dir trong lantoa.toml)" in told
    assert "--year" not in told
    shutil.copy(WORKBOOK, folder / "con" / "PCI_2012.xlsx")
    (folder / "con" / "khong-nam.xlsx").unlink()
    code, told = lantoa("build")
    assert code == 0, told
    assert "thư mục chỉ số: con/PCI_2012.xlsx: đọc" in told
    assert "../" not in told


def test_a_workbook_without_a_year_is_taken_in_with_the_year_given_and_builds_again(lantoa, project, tmp_path):
    book = load_workbook(workbook(WORKBOOK), data_only=True)
    for sheet in book:
        for line in sheet.iter_rows(max_row=12):
            for cell in line:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("2012", "")
        sheet.title = sheet.title.replace("2012", "")
    path = tmp_path / "so-lieu.xlsx"
    book.save(path)
    code, told = lantoa("import", path, "--kind", "pci-workbook")
    assert code == 3
    assert "--year" in told
    code, told = lantoa("import", path, "--kind", "pci-workbook", "--year", 2012)
    assert code == 0, told
    assert lantoa("build")[0] == 0
    assert scores(project, "PCI", 2012)["province_code"].nunique() == 63


def test_a_file_that_cannot_be_built_any_more_is_withdrawn_by_the_command(lantoa, form, project):
    assert lantoa("import", fill(form, SOME), "--kind", "index-annex")[0] == 0
    (source_id,) = imported(project)
    entries = project.register.read_text(encoding="utf-8")
    project.register.write_text(entries.replace("layout: index-annex", "layout: pci-workbook"), encoding="utf-8")
    assert lantoa("build")[0] == 3
    code, told = lantoa("withdraw", source_id)
    assert code == 0, told
    assert imported(project) == []
    assert lantoa("build")[0] == 0


def test_the_list_of_received_files_is_told_after_a_killed_import(lantoa, form, project):
    assert lantoa("import", fill(form, SOME), "--kind", "index-annex")[0] == 0
    left = project.raw / "par_index" / "2022" / "con-lai.xlsx"
    shutil.copy(form, left)
    note_placing(project.raw, [left.relative_to(project.raw).as_posix()])  # a killed import leaves the file, and this
    code, told = lantoa("received")
    assert code == 0, told
    assert imported(project)[0] in told
    assert not left.exists()


def test_a_workbook_of_another_year_or_kind_than_said_is_refused_and_nothing_changes(lantoa, project, tmp_path):
    before = state(project)
    code, told = lantoa("import", workbook(WORKBOOK), "--kind", "pci-workbook", "--year", 2013)
    assert code == 3
    assert "2012" in told
    code, told = lantoa("import", workbook(WORKBOOK), "--kind", "papi-workbook")
    assert code == 3
    assert "--kind pci-workbook" in told
    assert state(project) == before


def test_two_workbooks_of_one_edition_are_not_taken_in_one_after_the_other(lantoa, project, tmp_path):
    book = load_workbook(workbook(WORKBOOK), data_only=True)
    book.create_sheet("Ghi chú thêm")
    twin = tmp_path / "PCI_2012.xlsx"
    book.save(twin)
    code, told = lantoa("import", WORKBOOK, twin, "--kind", "pci-workbook")
    assert code == 3
    assert "đã có phiên bản 2012" in told
    assert imported(project) == []
    code, told = lantoa("import", WORKBOOK, workbook(OTHER_WORKBOOK), "--kind", "pci-workbook")
    assert code == 0, told
    assert len(imported(project)) == 2


def test_the_small_row_of_codes_is_where_the_tests_expect_it(form):
    sheet = load_workbook(form)[TABLE_SHEET]
    assert [sheet.cell(HEADING_ROW + 1, number).value for number in (3, 4)] == ["HANG", "TOTAL"]
