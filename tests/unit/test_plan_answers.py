"""Doubts of a review: each is answered, none comes back unasked after an edit, and every one accepted is told when the plan is taken in."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.plan_document import Paragraph, PlanDraft, parse_plan, read_document, read_review, review_lines, write_review

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "data" / "raw"
UNITS = pd.concat([pd.read_csv(RAW / "units" / vintage / "units.csv", dtype="string") for vintage in ("63-tinh", "34-tinh")], ignore_index=True)
HEADING = "STT\tNội dung\tĐơn vị chủ trì\tĐơn vị phối hợp\tSản phẩm\tThời gian\n"
HEAD = "Số: 12/KH-UBND\n{place}, ngày 05 tháng 01 năm {year}\nKẾ HOẠCH\n[Mô phỏng] Truyền thông năm {year}\n1. Mục đích: [Mô phỏng] Để dân biết.\n"
HEAD_74 = HEAD.format(place="Bình Dương", year=2021) + "(Ban hành kèm theo Kế hoạch của Ủy ban nhân dân tỉnh Bình Dương)\nI. [Mô phỏng]\n"


def draft_of(folder: Path, rows: str, head: str = HEAD_74) -> PlanDraft:
    path = folder / "ke-hoach.txt"
    path.write_text(head + HEADING + rows, encoding="utf-8")
    return parse_plan(read_document(path, path.name), path.name, UNITS)


def edited(folder: Path, draft: PlanDraft, **cells: str) -> Path:
    """The review of a draft with cells of "Các mục" (``N2``) and of "Kế hoạch" (``KE_B7``) changed."""
    path = folder / "ra-soat.xlsx"
    write_review(draft, path)
    book = openpyxl.load_workbook(path)
    for name, value in cells.items():
        book["Kế hoạch" if name.startswith("KE_") else "Các mục"][name.removeprefix("KE_")] = value
    book.save(path)
    return path


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(DataFaults) as refused:
        read_review(path, path.name, UNITS)
    return list(refused.value.faults)


def places_of(path: Path) -> list[tuple[str, str]]:
    return [(fault.cause, fault.cell.name if fault.cell else "") for fault in faults_of(path)]


def notices_of(path: Path) -> list[Notice]:
    return list(read_review(path, path.name, UNITS).notices)


PLAIN = "1\t[Mô phỏng] Phát tờ rơi\tSở Nội vụ\tSở Tư pháp\tTờ rơi\tQuý II/2021\n"
DOUBTFUL = {
    "a time not understood": ("Sở Nội vụ", "Tờ rơi", "Đầu năm", "chưa hiểu thời gian “Đầu năm”"),
    "a near unit": ("Sở Nội vị", "Tờ rơi", "Quý II", "gần giống"),
    "an ambiguous unit": ("Tân Bình", "Tờ rơi", "Quý II", "gần giống"),
    "an unknown unit": ("Sở Sao Hỏa", "Tờ rơi", "Quý II", "chưa rõ"),
    "a cell possibly cut": ("Sở Nội vụ", "Tờ rơi và", "Quý II", "có thể bị cắt"),
}


@pytest.mark.parametrize(("lead", "product", "time", "said"), DOUBTFUL.values(), ids=list(DOUBTFUL))
def test_a_doubtful_row_waits_for_its_decision_and_is_told_when_accepted(tmp_path, lead, product, time, said):
    draft = draft_of(tmp_path, f"1\t[Mô phỏng] Phát tờ rơi\t{lead}\tSở Tư pháp\t{product}\t{time}\n")
    (fault,) = faults_of(edited(tmp_path, draft))
    assert (fault.cause, fault.cell.name if fault.cell else "") == ("Điều chưa quyết định", "N2")
    assert said in fault.found
    (notice,) = notices_of(edited(tmp_path, draft, N2="Đồng ý"))
    assert notice.cause == "Đã đồng ý giữ nguyên"
    assert said in notice.said
    assert notice.where == "ra-soat.xlsx, trang tính “Các mục”, ô N2 (mục I.1)"


def test_a_plain_row_needs_no_decision_and_gives_no_notice(tmp_path):
    assert notices_of(edited(tmp_path, draft_of(tmp_path, PLAIN))) == []


def test_a_missing_cell_is_asked_about_and_must_be_filled(tmp_path):
    draft = draft_of(tmp_path, "1\t[Mô phỏng] Phát tờ rơi\tSở Nội vụ\t\t\tQuý II\n")
    assert places_of(edited(tmp_path, draft)) == [("Ô bắt buộc còn trống", "I2"), ("Điều chưa quyết định", "N2")]
    assert notices_of(edited(tmp_path, draft, I2="Tờ rơi", N2="Đã sửa")) == []


def test_corrected_means_that_nothing_is_left_in_doubt(tmp_path):
    draft = draft_of(tmp_path, "1\t[Mô phỏng] Phát tờ rơi\tSở Nội vị\t\tTờ rơi\tĐầu năm\n")
    assert places_of(edited(tmp_path, draft, N2="Đã sửa")) == [("Chỗ sửa lại còn chưa hiểu được", cell) for cell in ("J2", "G2")]
    assert places_of(edited(tmp_path, draft, N2="Đã sửa", J2="Quý I")) == [("Chỗ sửa lại còn chưa hiểu được", "G2")]
    assert notices_of(edited(tmp_path, draft, N2="Đã sửa", J2="Quý I", G2="Sở Nội vụ")) == []


def test_a_doubt_that_was_edited_away_is_not_told_as_accepted(tmp_path):
    draft = draft_of(tmp_path, "1\t[Mô phỏng] Phát tờ rơi\tSở Nội vị\t\tTờ rơi\tĐầu năm\n")
    (notice,) = notices_of(edited(tmp_path, draft, N2="Đồng ý", J2="Quý I"))
    assert "Sở Nội vị" in notice.said


@pytest.mark.parametrize(("column", "phrase"), [("J", "Sau Tết"), ("G", "Sở Nội vị"), ("H", "Sở Sao Hỏa")])
def test_words_edited_into_something_not_understood_do_not_pass_unasked(tmp_path, column, phrase):
    draft = draft_of(tmp_path, PLAIN)
    (fault,) = faults_of(edited(tmp_path, draft, **{f"{column}2": phrase}))
    assert (fault.cause, fault.cell.name if fault.cell else "") == ("Chỗ sửa lại còn chưa hiểu được", f"{column}2")
    assert phrase in fault.found
    assert "chọn “Đồng ý” ở ô N2 để nhận như đang ghi" in fault.action
    assert [phrase in notice.said for notice in notices_of(edited(tmp_path, draft, **{f"{column}2": phrase, "N2": "Đồng ý"}))] == [True]


def test_a_row_that_was_added_is_read_like_any_other(tmp_path):
    added = dict(zip("ABCDEFGHIJ", ["I", "2", "Thêm", "", "tờ rơi", "báo chí", "Sở Lạ Hoắc", "", "Tờ rơi", "Sau Tết"], strict=True))
    path = edited(tmp_path, draft_of(tmp_path, PLAIN), **{f"{column}4": value for column, value in added.items() if value})
    assert {cell for _, cell in places_of(path)} == {"G4", "J4"}


def test_anything_else_in_the_column_of_decisions_is_a_fault(tmp_path):
    assert places_of(edited(tmp_path, draft_of(tmp_path, PLAIN), N2="không phải mục này")) == [("Điều chưa quyết định", "N2")]


def test_a_review_without_the_columns_of_decisions_is_refused(tmp_path):
    draft = draft_of(tmp_path, PLAIN)
    for cell in ("N1", "O1"):
        (fault,) = faults_of(edited(tmp_path, draft, **{cell: "?"}))
        assert (fault.cause, fault.cell.name if fault.cell else "") == ("Thiếu cột hoặc dòng", "A1")
        assert "lập lại bảng rà soát" in fault.action


def test_a_question_about_the_whole_document_is_decided_too(tmp_path):
    draft = draft_of(tmp_path, PLAIN + "I. [Mô phỏng] Lần nữa\n" + HEADING + PLAIN.replace("1\t", "2\t", 1))
    path = edited(tmp_path, draft)
    asked = [(row[0].row, row[3].value) for row in openpyxl.load_workbook(path)["Kế hoạch"].iter_rows() if row[0].value == "Cả văn bản"]
    ((line, question),) = asked
    assert "phần I gặp lần nữa" in question
    assert places_of(path) == [("Điều chưa quyết định", f"E{line}")]
    assert [notice.said for notice in notices_of(edited(tmp_path, draft, **{f"KE_E{line}": "Đồng ý"}))] == [f"Cả văn bản: {question}"]


WITHOUT_PROVINCE = HEAD_74.replace("(Ban hành kèm theo Kế hoạch của Ủy ban nhân dân tỉnh Bình Dương)\n", "")


def test_groups_are_shown_before_the_province_is_known_and_the_rest_when_it_is(tmp_path):
    row = "1\t[Mô phỏng] Phát tờ rơi\tCác Sở, ban, ngành; Sở Nội vị\tSở Tư pháp\tTờ rơi\tQuý II\n"
    draft = draft_of(tmp_path, row, WITHOUT_PROVINCE)
    shown = openpyxl.load_workbook(edited(tmp_path, draft))["Các mục"]["L2"].value.split("\n")
    later = "đọc khi đã điền mã tỉnh"
    assert shown == [
        f"Thực hiện: Các Sở, ban, ngành → nhóm: {later}",
        f"Thực hiện: Sở Nội vị → {later}",
        f"Phối hợp: Sở Tư pháp → {later}",
    ]
    path = edited(tmp_path, draft, KE_B6="UBND tỉnh Bình Dương", KE_B7="74")
    (notice,) = notices_of(path)
    assert notice.cause == "Đơn vị hiểu khi nạp"
    assert notice.said.startswith("Thực hiện: Sở Nội vị → gần giống, cần xác nhận: có phải “Sở Nội vụ")


def test_a_province_that_the_list_does_not_have_is_a_fault(tmp_path):
    draft = draft_of(tmp_path, PLAIN, WITHOUT_PROVINCE)
    assert places_of(edited(tmp_path, draft, KE_B6="UBND tỉnh", KE_B7="97")) == [("Giá trị không đúng dạng", "B7")]


def test_without_the_list_of_units_what_was_asked_of_them_is_still_told(tmp_path):
    draft = draft_of(tmp_path, "1\t[Mô phỏng] Phát tờ rơi\tSở Nội vị\t\tTờ rơi\tQuý II\n")
    path = edited(tmp_path, draft, N2="Đồng ý")
    (notice,) = read_review(path, path.name).notices
    assert "Sở Nội vị" in notice.said


HEAD_79 = (
    "ỦY BAN NHÂN DÂN THÀNH PHỐ HỒ CHÍ MINH\nSố: 45/KH-UBND\nThành phố Hồ Chí Minh, ngày 12 tháng 01 năm 2026\nKẾ HOẠCH\n"
    "[Mô phỏng] Truyền thông cải cách hành chính năm 2026\n1. Mục đích: [Mô phỏng] Để dân biết.\nI. [Mô phỏng] Việc chung\n"
)


def test_a_plan_after_the_merger_is_read_with_the_list_of_its_day(tmp_path):
    rows = "1\t[Mô phỏng] Phát tờ rơi\tUBND cấp xã\t\tTờ rơi\tQuý II/2026\n2\t[Mô phỏng] Phát tờ rơi\tUBND cấp huyện\t\tTờ rơi\tQuý III/2026\n"
    draft = draft_of(tmp_path, rows, HEAD_79)
    facts = {key: fact.value for key, fact in draft.facts.items()}
    assert (facts["province_code"], facts["vintage"], facts["plan_year"]) == ("79", "34-tinh", "2026")
    communes, districts = (item.lead_readings[0] for item in draft.items)
    assert (communes.kind, len(communes.unit_codes), districts.kind) == ("group", 36, "unknown")
    assert [remark.said[:60] for item in draft.items for remark in item.remarks] == ["đơn vị “UBND cấp huyện” chưa rõ: từ 01/07/2025 không còn cấp"]
    assert places_of(edited(tmp_path, draft)) == [("Điều chưa quyết định", "N3")]


def test_two_plans_that_number_their_sections_alike_stay_apart(tmp_path):
    first = read_review(edited(tmp_path, draft_of(tmp_path, PLAIN)), "a.xlsx", UNITS).item_rows
    other = draft_of(tmp_path, PLAIN, HEAD_74.replace("12/KH", "13/KH"))
    second = read_review(edited(tmp_path, other), "b.xlsx", UNITS).item_rows
    keys = pd.concat([first, second])[["plan_number", "section", "stt"]].values.tolist()
    assert keys == [["12/KH-UBND", "I", "1"], ["13/KH-UBND", "I", "1"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_cell_that_begins_like_a_formula_stays_text_on_its_way_back(tmp_path, start):
    draft = draft_of(tmp_path, PLAIN.replace("[Mô phỏng] Phát", f"{start}SUM(A1) [Mô phỏng] Phát"))
    path = edited(tmp_path, draft)  # also after another program wrote the file anew
    assert openpyxl.load_workbook(path)["Các mục"]["D2"].value == f"{start}SUM(A1) [Mô phỏng] Phát tờ rơi"
    assert read_review(path, path.name, UNITS).item_rows.loc[0, "content_vi"] == f"{start}SUM(A1) [Mô phỏng] Phát tờ rơi"


def test_aims_are_shortened_on_the_terminal_only():
    long = "[Mô phỏng] Nâng cao nhận thức " + "của người dân và doanh nghiệp " * 9 + "về dịch vụ công."
    draft = parse_plan([Paragraph("1. Mục đích", "dòng 1"), Paragraph(long, "dòng 2")], "a.txt", UNITS)
    assert draft.facts["aims_vi"].value == long.rstrip(".")
    (line,) = [line for line in review_lines(draft) if line.startswith("Mục đích:")]
    assert line.endswith("…")
