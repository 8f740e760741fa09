"""From the template to the chapter, as a clerk goes: fill in, be told the faults, mend, take in, correct, take back."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from analysis import cli, store
from analysis.project import SETTINGS_FILE, Project
from analysis.sources import read_register, rewrite, sha256_of
from notebook_cells import without_kernels

ROOT = Path(__file__).resolve().parents[2]
PLAN = "6334/KH-UBND"
Row = dict[str, object]

GOOD: Row = {
    "Đơn vị thực hiện": "Sở Tư pháp",
    "Kênh truyền thông": "tập huấn, hội nghị",
    "Đối tượng": "cán bộ, công chức, viên chức",
    "Từ ngày": date(2021, 5, 12),
    "Nội dung hoạt động": "[Mô phỏng] Hội nghị phổ biến thủ tục hành chính",
    "Số lượng": 1,
    "Đơn vị tính": "cuộc",
    "Mục kế hoạch": "I.3",
    "Số kế hoạch": PLAN,
}


def filled(path: Path, *rows: Row) -> Path:
    """The template with rows written below its examples."""
    book = load_workbook(path)
    sheet = book["Nhật ký"]
    headings = {cell.value: cell.column for line in sheet.iter_rows(max_row=10) for cell in line if cell.value}
    first = next(number for number in range(2, sheet.max_row + 1) if sheet.cell(number, headings["Đơn vị thực hiện"]).value is None)
    for line, row in enumerate(rows, first):
        for heading, value in row.items():
            sheet.cell(line, headings[heading]).value = value
    book.save(path)
    return path


def row(**changes: object) -> Row:
    """A sound row with some cells changed; underscores stand for spaces in headings."""
    return {**GOOD, **{name.replace("_", " "): value for name, value in changes.items()}}


@pytest.fixture
def template(blank_form, tmp_path) -> Path:
    """The template of the plan's log, as the command makes it."""
    return Path(shutil.copy(blank_form("activity-log", "--plan", PLAN), tmp_path / "nhat-ky-2021.xlsx"))


def logs(project: Project):
    """Activities in force that came through an import."""
    activities = store.read("activities", project.processed)
    return activities[activities["source_id"].str.startswith("log-")]


def import_log(lantoa, path, *options):
    return lantoa("import", path, "--kind", "activity-log", "--synthetic", *options)


def test_a_template_is_not_written_over_without_being_asked(lantoa, template):
    before = template.read_bytes()
    code, told = lantoa("template", "activity-log", "--plan", PLAN, "--out", template)
    assert code == 3
    assert "--force" in told
    assert template.read_bytes() == before


def test_a_filled_template_is_found_sound_and_its_examples_are_left_out(lantoa, template):
    code, told = lantoa("check", "--synthetic", filled(template, row(), row(Từ_ngày=date(2021, 6, 1))))
    assert code == 0, told
    assert "nhật ký có 2 hoạt động, không có lỗi" in told


def test_faults_are_told_by_cell_and_marked_in_a_workbook_to_send_back(lantoa, template):
    code, told = lantoa("check", "--synthetic", filled(template, row(Đơn_vị_thực_hiện="Sở Tư fáp"), row(Từ_ngày="31/02/2021")))
    marked = template.with_name("nhat-ky-2021-loi-can-sua.xlsx")
    assert code == 3
    assert "Sở Tư pháp" in told
    assert "31/02/2021" in told
    assert str(marked) in told
    sheet = load_workbook(marked)["Nhật ký"]
    commented = [cell.comment.text for line in sheet.iter_rows() for cell in line if cell.comment]
    assert any("Sở Tư pháp" in text for text in commented)
    assert any("31/02/2021" in text for text in commented)


def test_a_mended_fault_workbook_is_taken_in_and_its_rows_are_in_the_table(lantoa, template, project):
    lantoa("check", "--synthetic", filled(template, row(Đơn_vị_thực_hiện="Sở Tư fáp")))
    marked = template.with_name("nhat-ky-2021-loi-can-sua.xlsx")
    book = load_workbook(marked)
    wrong = next(cell for line in book["Nhật ký"].iter_rows() for cell in line if cell.value == "Sở Tư fáp")
    wrong.value = "Sở Tư pháp"
    book.save(marked)
    code, told = import_log(lantoa, marked)
    assert code == 0, told
    taken = logs(project)
    assert taken["unit_code"].tolist() == ["74-STP"]
    assert taken["is_synthetic"].all()
    assert taken[["plan_section", "plan_stt"]].values.tolist() == [["I", 3]]


def test_a_faulty_file_changes_nothing(lantoa, template, project):
    before = (project.register.read_bytes(), store.current(project.processed))
    code, told = import_log(lantoa, filled(template, row(), row(Số_lượng="mười lăm ngàn rưỡi")))
    assert code == 3, told
    assert (project.register.read_bytes(), store.current(project.processed)) == before
    assert not (project.raw / "activity_log").exists()


def test_partly_accepted_rows_are_in_and_the_others_set_aside_with_their_reason(lantoa, template, project):
    path = filled(template, row(), row(Từ_ngày="31/02/2021"))
    code, told = import_log(lantoa, path, "--accept-partial")
    assert code == 0, told
    assert "Để riêng 1 dòng" in told
    assert len(logs(project)) == 1
    aside = store.read("set_aside", project.processed)
    assert aside.loc[aside["source_id"].str.startswith("log-"), "reason_vi"].str.contains("31/02/2021").tolist() == [True]
    entry = next(source for source in read_register(project.raw) if source.source_id.startswith("log-"))
    assert entry.left_out_count == 1


def test_the_same_file_again_changes_nothing(lantoa, template, project):
    path = filled(template, row())
    import_log(lantoa, path)
    before = (project.register.read_bytes(), store.current(project.processed))
    code, told = import_log(lantoa, path)
    assert code == 0
    assert "không thay đổi gì" in told
    assert (project.register.read_bytes(), store.current(project.processed)) == before


def test_a_corrected_file_replaces_its_rows_and_the_earlier_file_is_kept(lantoa, template, project):
    path = filled(template, row(), row(Từ_ngày=date(2021, 7, 1)))
    import_log(lantoa, path)
    earlier = next(source for source in read_register(project.raw) if source.source_id.startswith("log-"))
    book = load_workbook(path)
    changed = next(cell for line in book["Nhật ký"].iter_rows() for cell in line if cell.value == 1 and cell.row > 3)
    changed.value = 3
    book.save(path)
    code, told = import_log(lantoa, path)
    assert code == 0, told
    assert f"Thay cho {earlier.source_id}" in told
    assert sorted(logs(project)["quantity_count"]) == [1, 3]
    kept = next(source for source in read_register(project.raw) if source.source_id == earlier.source_id)
    assert not kept.is_in_force
    assert (project.raw / kept.path).is_file()


def test_a_file_of_the_same_name_that_would_lose_rows_asks_first(lantoa, template, project, tmp_path):
    many = [row(Từ_ngày=date(2021, month, 3)) for month in range(1, 11)]
    other = shutil.copy(template, tmp_path / "khac.xlsx")
    import_log(lantoa, filled(template, *many))
    fewer = Path(shutil.copy(other, template))
    code, told = import_log(lantoa, filled(fewer, many[0], many[9], row(Từ_ngày=date(2021, 4, 4))))
    assert code == 3
    assert "8 dòng của bản đó không có trong tệp này" in told
    assert "--replaces log-" in told
    assert len(logs(project)) == 10


def test_a_log_of_the_same_name_with_other_activities_stands_beside_the_first(lantoa, template, project, tmp_path):
    blank = shutil.copy(template, tmp_path / "khac.xlsx")
    import_log(lantoa, filled(template, row(Từ_ngày=date(2021, 5, 3))))
    other = row(Từ_ngày=date(2021, 6, 3), Nội_dung_hoạt_động="[Mô phỏng] Đối thoại với doanh nghiệp")
    code, told = import_log(lantoa, filled(Path(shutil.copy(blank, template)), other))
    assert code == 0, told
    assert len(logs(project)) == 2


def test_the_same_wording_in_another_month_under_the_same_name_is_asked_about(lantoa, template, project, tmp_path):
    blank = shutil.copy(template, tmp_path / "khac.xlsx")
    import_log(lantoa, filled(template, row(Từ_ngày=date(2021, 5, 3))))
    again = filled(Path(shutil.copy(blank, template)), row(Từ_ngày=date(2021, 6, 3)))
    code, told = import_log(lantoa, again)
    assert code == 3
    assert "--as-new" in told
    assert len(logs(project)) == 1
    assert import_log(lantoa, again, "--as-new")[0] == 0
    assert len(logs(project)) == 2


def test_activities_known_only_to_a_month_are_counted_one_by_one_when_versions_are_compared(lantoa, template, project, tmp_path):
    blank = shutil.copy(template, tmp_path / "khac.xlsx")
    web = [row(Từ_ngày="tháng 5/2021", Nội_dung_hoạt_động=f"[Mô phỏng] Bài số {number} trên trang thông tin") for number in range(8)]
    import_log(lantoa, filled(template, *web))
    code, told = import_log(lantoa, filled(Path(shutil.copy(blank, template)), row(Từ_ngày="tháng 5/2021")))
    assert code == 3, told
    assert "7 dòng của bản đó không có" in told
    assert len(logs(project)) == 8


def test_the_first_version_can_be_put_back_and_withdrawn_ones_taken_in_again(lantoa, template, project):
    path = filled(template, row(), row(Từ_ngày=date(2021, 7, 1)))
    first = path.read_bytes()
    import_log(lantoa, path)
    book = load_workbook(path)
    next(cell for line in book["Nhật ký"].iter_rows() for cell in line if cell.value == 1 and cell.row > 3).value = 3
    book.save(path)
    import_log(lantoa, path)
    second = logs(project)["source_id"].iloc[0]
    path.write_bytes(first)
    assert "--replaces" in import_log(lantoa, path)[1]
    code, told = import_log(lantoa, path, "--replaces", second)
    assert code == 0, told
    assert logs(project)["quantity_count"].tolist() == [1, 1]
    third = logs(project)["source_id"].iloc[0]
    assert lantoa("withdraw", third)[0] == 0
    assert "đã rút ngày" in lantoa("received")[1]
    assert import_log(lantoa, path, "--replaces", third)[0] == 3, "what was withdrawn is not in force to be replaced"
    assert len(logs(project)) == 0


def test_files_of_one_import_are_held_against_each_other(lantoa, template, project, tmp_path):
    path = filled(template, row(), row(Từ_ngày=date(2021, 7, 1)))
    twin = Path(shutil.copy(path, tmp_path / "ban-sao.xlsx"))
    book = load_workbook(path)
    book.create_sheet("trống")
    unlike = tmp_path / "khac-byte.xlsx"
    book.save(unlike)
    code, told = lantoa("import", path, twin, unlike, "--kind", "activity-log", "--synthetic")
    assert code == 3
    assert "chỉ nạp một lần" in told
    assert "trong cùng lượt nạp" in told
    assert len(logs(project)) == 2


def test_a_row_that_turns_faulty_later_stops_a_partly_accepted_log_instead_of_vanishing(lantoa, template, project):
    import_log(lantoa, filled(template, row(Mục_kế_hoạch="II.2.5"), row(Từ_ngày="31/02/2021")), "--accept-partial")
    items = next(source for source in read_register(project.raw) if source.source_id == "plan-6334-2021-items")
    path = project.raw / items.path
    path.write_text("".join(line for line in path.read_text(encoding="utf-8").splitlines(True) if ",II.2,5," not in line), encoding="utf-8")
    rewrite(project.raw, changing=[replace(items, sha256=sha256_of(path))])
    code, told = lantoa("build")
    assert code == 3
    assert "II.2.5" in told


def test_mended_work_in_a_fault_workbook_is_never_written_over(lantoa, template):
    path = filled(template, row(Đơn_vị_thực_hiện="Sở Tư fáp"))
    lantoa("check", "--synthetic", path)
    marked = template.with_name("nhat-ky-2021-loi-can-sua.xlsx")
    marked.write_bytes(b"mended")
    assert "nhat-ky-2021-loi-can-sua-2.xlsx" in lantoa("check", "--synthetic", path)[1]
    assert marked.read_bytes() == b"mended"


def test_nothing_is_written_among_the_registered_files(lantoa, template, project):
    import_log(lantoa, filled(template, row(), row(Từ_ngày="31/02/2021")), "--accept-partial")
    kept = project.raw / next(source.path for source in read_register(project.raw) if source.source_id.startswith("log-"))
    assert lantoa("check", "--synthetic", kept)[0] == 3
    assert lantoa("build", "--quiet") == (0, "")


@pytest.mark.parametrize("command", [("check",), ("import", "--kind", "activity-log"), ("plan", "parse"), ("import", "--kind", "plan")])
def test_a_missing_file_or_a_folder_is_told_calmly(lantoa, tmp_path, command):
    for path in (tmp_path / "khong-co.xlsx", tmp_path):
        code, told = lantoa(*command, path)
        assert code == 2
        assert "Traceback" not in told
        assert str(path) in told


def test_rows_already_in_force_are_refused_with_where_they_are(lantoa, template, project, tmp_path):
    blank = shutil.copy(template, tmp_path / "khac.xlsx")
    import_log(lantoa, filled(template, row()))
    code, told = import_log(lantoa, filled(Path(blank), row(), row(Từ_ngày=date(2021, 9, 9))))
    assert code == 3
    assert "Hoạt động đã có trong nhật ký khác" in told
    assert "--replaces" in told
    assert len(logs(project)) == 1
    assert import_log(lantoa, blank, "--accept-duplicates")[0] == 0
    assert len(logs(project)) == 3


def test_a_real_log_asks_before_the_synthetic_set_goes(lantoa, template, project):
    path = filled(template, row(Nội_dung_hoạt_động="Hội nghị phổ biến thủ tục hành chính"))
    code, told = lantoa("import", path, "--kind", "activity-log")
    assert code == 3
    assert "--replace-synthetic" in told
    code, told = lantoa("import", path, "--kind", "activity-log", "--replace-synthetic")
    assert code == 0, told
    assert store.read("activities", project.processed)["is_synthetic"].tolist() == [False]
    assert store.read("uptake", project.processed).empty
    code, told = lantoa("simulate")
    assert code == 3
    assert "số liệu thật" in told


def test_several_files_go_in_together_and_a_faulty_one_stays_outside(lantoa, template, project, tmp_path):
    blank = shutil.copy(template, tmp_path / "b.xlsx")
    sound = filled(template, row())
    faulty = filled(Path(blank), row(Kênh_truyền_thông="loa thần kỳ"))
    code, told = lantoa("import", sound, faulty, "--kind", "activity-log", "--synthetic")
    assert code == 3
    assert "loa thần kỳ" in told
    assert "Đã nạp 1 tệp không có lỗi" in told
    assert len(logs(project)) == 1


def test_a_log_taken_in_by_mistake_is_withdrawn_and_kept(lantoa, template, project):
    import_log(lantoa, filled(template, row()))
    source = logs(project)["source_id"].iloc[0]
    assert source in lantoa("received")[1]
    code, told = lantoa("withdraw", source)
    assert code == 0, told
    assert logs(project).empty
    assert any(known.source_id == source and not known.is_in_force for known in read_register(project.raw))
    assert lantoa("withdraw", source)[0] == 3


def test_a_plan_is_parsed_reviewed_and_taken_in(lantoa, project, tmp_path):
    document = ROOT / "tests" / "data" / "plan" / "ke-hoach-999-2021.docx"
    review = tmp_path / "ra-soat.xlsx"
    code, told = lantoa("plan", "parse", document, "--out", review)
    assert code == 0, told
    code, told = lantoa("import", review, "--kind", "plan", "--document", document)
    assert code == 3
    assert "trang tính “Kế hoạch”" in told, "the two dates and the province are undecided"
    decide(review)
    code, told = lantoa("import", review, "--kind", "plan", "--document", document)
    assert code == 0, told
    items = store.read("plan_items", project.processed)
    assert (items["plan_number"] == "999/KH-UBND").sum() == 8
    assert lantoa("import", review, "--kind", "plan", "--document", document)[1].count("không thay đổi gì") == 1


def decide(review: Path) -> None:
    """What the office types into a review: a province without a plan for that year, and that the proposals stand."""
    book = load_workbook(review)
    sheet = book["Kế hoạch"]
    for line in sheet.iter_rows(min_row=2):
        label, value, _, question, decision = line
        if question.value and value.value is None:
            assert label.value == "Mã tỉnh"
            value.value = "72"
        elif question.value:
            decision.value = "Đồng ý"
    items = book["Các mục"]
    headings = {cell.value: cell.column - 1 for cell in items[1]}
    for line in items.iter_rows(min_row=2):
        if str(line[headings["Cần xem lại"]].value or "").startswith("!"):
            line[headings["Quyết định"]].value = "Đồng ý"
    book.save(review)


def test_an_empty_workbook_says_what_is_missing(lantoa, tmp_path):
    path = tmp_path / "rong.xlsx"
    Workbook().save(path)
    code, told = lantoa("check", path)
    assert code == 3
    assert "rong.xlsx" in told
    assert SETTINGS_FILE not in told


def test_a_sheet_that_cannot_be_accounted_for_is_not_accepted_in_part(lantoa, template, project):
    path = filled(template, row())
    book = load_workbook(path)
    other = book.copy_worksheet(book["Nhật ký"])
    other.title = "Quý 2"
    next(cell for cell in other[1] if cell.value == "Đối tượng").value = "không rõ"
    book.save(path)
    code, told = import_log(lantoa, path, "--accept-partial")
    assert code == 3
    assert "Quý 2" in told
    assert logs(project).empty


@pytest.mark.slow
def test_a_real_log_ends_in_a_chapter_without_stamps_and_in_lists_to_send(project_copy, tmp_path, monkeypatch, capsys):
    root = shutil.copytree(project_copy.root, tmp_path / "lantoa", ignore=shutil.ignore_patterns("reports"))
    monkeypatch.chdir(root)
    form = tmp_path / "nhat-ky.xlsx"
    assert cli.run(["template", "activity-log", "--plan", PLAN, "--out", str(form)]) == 0
    real = {"Nội dung hoạt động": "Hội nghị phổ biến thủ tục hành chính"}
    filled(form, GOOD | real, GOOD | real | {"Đơn vị thực hiện": "UBND thị xã Bến Cát", "Mục kế hoạch": "II.1.9", "Từ ngày": "Quý II/2021"})
    assert cli.run(["import", str(form), "--kind", "activity-log", "--replace-synthetic"]) == 0
    with without_kernels():
        assert cli.run(["report", "--year", "2021", "--as-of", "2022-01-15"]) == 0
    (folder,) = (root / "reports").glob("2021-*")
    page = (folder / "bao-cao-2021.html").read_text(encoding="utf-8")
    assert "Năm 2021, nhật ký ghi 2 hoạt động truyền thông của 2 trên 120 đơn vị." in page
    assert "2/18 mục của kế hoạch" in page
    assert "SỐ LIỆU MÔ PHỎNG" not in page
    assert "nhật ký hoạt động các đơn vị gửi" in page
    owing = load_workbook(folder / "don-doc" / "721-thi-xa-ben-cat.xlsx")
    said = " ".join(str(cell.value) for line in owing.worksheets[0].iter_rows() for cell in line if cell.value is not None)
    assert "II.1.9" in said
    assert "Thị xã Bến Cát" in said
