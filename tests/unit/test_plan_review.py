"""The review workbook: what a draft says comes back as it was, and every fault a person can make is named by its cell."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import codes
from analysis.errors import DataFaults
from analysis.ingest.plan_document import PlanDraft, is_review, parse_plan, read_document, read_review, review_lines, schedule_words, write_review
from analysis.ingest.plans import ITEM_COLUMNS, PLAN_COLUMNS
from analysis.periods import parse_schedule

OWN = Path(__file__).resolve().parents[1] / "data" / "plan" / "ke-hoach-999-2021.txt"
LINES = {"plan_number": 2, "plan_year": 3, "issued_date": 4, "other_issued_date": 5, "province_code": 7, "vintage": 8, "title_vi": 9, "note_vi": 11}

CONTINUED, UNREAD_TIME = ("Các mục", "N6"), ("Các mục", "N9")  # the decisions on II.1.3 and II.2.2


@pytest.fixture(scope="module")
def draft() -> PlanDraft:
    return parse_plan(read_document(OWN, OWN.name), OWN.name)


@pytest.fixture
def review(draft, tmp_path) -> Path:
    path = tmp_path / "ra-soat.xlsx"
    write_review(draft, path)
    edited(path, {("Kế hoạch", "E4"): "Đồng ý", ("Kế hoạch", "B7"): "98", ("Kế hoạch", "B8"): "63-tinh", CONTINUED: "Đồng ý", UNREAD_TIME: "Đồng ý"})
    return path


def edited(path: Path, cells: dict[tuple[str, str], object]) -> Path:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    book.save(path)
    return path


def faults_of(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(DataFaults) as refused:
        read_review(path, path.name)
    assert all(path.name in fault.where for fault in refused.value.faults)
    return [(fault.cause, fault.cell.name if fault.cell else "") for fault in refused.value.faults]


def test_a_confirmed_review_gives_rows_of_the_raw_tables(review, draft):
    reviewed = read_review(review, review.name)
    assert tuple(reviewed.plan_rows.columns) == PLAN_COLUMNS
    assert tuple(reviewed.item_rows.columns) == ITEM_COLUMNS
    plan = reviewed.plan_rows.iloc[0]
    assert (plan["plan_number"], plan["province_code"], plan["vintage"], plan["plan_year"]) == ("999/KH-UBND", "98", "63-tinh", "2021")
    assert (plan["issued_date"], plan["other_issued_date"], plan["is_itemised"]) == ("2020-12-22", "2020-12-15", "true")
    assert plan["note_vi"].startswith("Văn bản có 2 ngày")
    for row, item in zip(reviewed.item_rows.itertuples(), draft.items, strict=True):
        for name in ("section", "title_vi", "content_vi", "activity_type", "main_channel", "lead_units_vi", "deliverable_vi", "time_phrase_vi"):
            assert getattr(row, name) == getattr(item, name)
        assert (row.plan_number, row.stt, row.coordinating_units_vi) == ("999/KH-UBND", str(item.stt), item.coordinating_units_vi)


def test_the_same_draft_gives_the_same_bytes(draft, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_review(draft, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


PIECES = ["Sở", "Nội vụ", "=1+1", "-", "@SUM(A1)", "+84", "<b>", "&amp;", "“Một cửa”", "10%", "(TTHC);", "'", "0012", "24/12/2020", "true", "#REF!"]
CELL_TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL_TEXT, CELL_TEXT), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_was_also_what_looks_like_a_formula(draft, tmp_path, texts):
    items = [replace(draft.items[0], stt=number, content_vi=f"={content}", lead_units_vi=lead) for number, (content, lead) in enumerate(texts, 1)]
    facts = {key: replace(fact, to_decide="") for key, fact in draft.facts.items()}
    facts |= {"province_code": replace(facts["province_code"], value="98"), "vintage": replace(facts["vintage"], value="63-tinh")}
    path = tmp_path / "r.xlsx"
    write_review(replace(draft, items=tuple(items), facts=facts), path)
    rows = read_review(path, path.name).item_rows
    assert list(zip(rows["content_vi"], rows["lead_units_vi"], strict=True)) == [(f"={content}", lead) for content, lead in texts]


def test_a_review_as_written_waits_for_its_decisions(draft, tmp_path):
    path = tmp_path / "r.xlsx"
    write_review(draft, path)
    assert faults_of(path) == [
        ("Điều chưa quyết định", "E4"),
        ("Ô bắt buộc còn trống", "B7"),
        ("Ô bắt buộc còn trống", "B8"),
        ("Điều chưa quyết định", "N6"),
        ("Điều chưa quyết định", "N9"),
    ]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "cause"),
    [
        ("Kế hoạch", "B2", None, "Ô bắt buộc còn trống"),
        ("Kế hoạch", "B2", "999", "Giá trị không đúng dạng"),
        ("Kế hoạch", "B3", "hai nghìn", "Giá trị không đúng dạng"),
        ("Kế hoạch", "B3", 1821, "Giá trị không đúng dạng"),
        ("Kế hoạch", "B4", "31/02/2020", "Giá trị không đúng dạng"),
        ("Kế hoạch", "B4", "cuối năm", "Giá trị không đúng dạng"),
        ("Kế hoạch", "B7", "Mô Phỏng", "Giá trị không đúng dạng"),
        ("Kế hoạch", "B8", "62-tinh", "Giá trị không đúng dạng"),
        ("Kế hoạch", "B9", None, "Ô bắt buộc còn trống"),
        ("Kế hoạch", "E4", "để sau", "Điều chưa quyết định"),
        ("Các mục", "A2", None, "Ô bắt buộc còn trống"),
        ("Các mục", "B2", "một", "Giá trị không đúng dạng"),
        ("Các mục", "B2", 0, "Giá trị không đúng dạng"),
        ("Các mục", "B3", 1, "Phần và STT lặp lại"),
        ("Các mục", "B3", "01", "Phần và STT lặp lại"),
        ("Các mục", "B2", "9" * 5000, "Giá trị không đúng dạng"),
        ("Các mục", "C2", None, "Ô bắt buộc còn trống"),
        ("Các mục", "F2", "báo chia", "Kênh không có trong danh sách"),
        ("Các mục", "G2", None, "Ô bắt buộc còn trống"),
        ("Các mục", "J2", "Quý II/2022", "Thời gian nằm ngoài năm của kế hoạch"),
    ],
)
def test_a_fault_is_named_by_its_cell(review, sheet, cell, value, cause):
    assert faults_of(edited(review, {(sheet, cell): value})) == [(cause, cell)]


def test_all_faults_of_both_sheets_are_named_at_once(review):
    found = faults_of(edited(review, {("Kế hoạch", "B2"): "x", ("Các mục", "B2"): "x", ("Các mục", "F3"): "x"}))
    assert [cell for _, cell in found] == ["B2", "B2", "F3"]


def test_a_lost_heading_or_row_or_sheet_is_named(review):
    assert faults_of(edited(review, {("Các mục", "J1"): "Lúc nào"})) == [("Thiếu cột hoặc dòng", "A1")]
    assert faults_of(edited(review, {("Các mục", "J1"): "Thời gian", ("Kế hoạch", "A3"): "?"})) == [("Thiếu cột hoặc dòng", "A1")]
    book = openpyxl.load_workbook(review)
    del book["Các mục"]
    book.save(review)
    assert faults_of(review) == [("Thiếu trang tính", "")]


def test_dates_numbers_and_labels_may_be_typed_as_an_office_would(review):
    edited(
        review,
        {("Kế hoạch", "B4"): date(2020, 12, 22), ("Kế hoạch", "B5"): None, ("Kế hoạch", "B7"): 1, ("Kế hoạch", "B8"): codes.VINTAGES["63-tinh"]},
    )
    edited(review, {("Các mục", "F2"): "BÁO CHÍ", ("Kế hoạch", "E4"): "đã sửa", ("Kế hoạch", "B3"): 2021.0})
    reviewed = read_review(review, review.name)
    plan = reviewed.plan_rows.iloc[0]
    assert (plan["issued_date"], plan["other_issued_date"], plan["province_code"], plan["vintage"]) == ("2020-12-22", "", "01", "63-tinh")
    assert reviewed.item_rows.iloc[0]["main_channel"] == "press"


def test_a_row_may_be_added_below_and_another_emptied(review, draft):
    line = len(draft.items) + 3
    new = dict(zip("ABCDEFGHIJ", ["III", 1, "Thêm", "", "tờ rơi", "báo chí", "Sở Nội vụ", "", "Tờ rơi", "Quý I"], strict=True))
    cells = {("Các mục", f"{letter}{line}"): value for letter, value in new.items()} | {("Các mục", f"{letter}2"): None for letter in "ABCDEFGHIJ"}
    rows = read_review(edited(review, cells), review.name).item_rows
    assert len(rows) == len(draft.items)
    assert rows.iloc[-1]["section"] == "III"


def test_a_plan_without_items_is_not_itemised(draft, tmp_path):
    path = tmp_path / "r.xlsx"
    write_review(replace(draft, items=()), path)
    edited(path, {("Kế hoạch", "E4"): "Đồng ý", ("Kế hoạch", "B7"): "98", ("Kế hoạch", "B8"): "63-tinh"})
    reviewed = read_review(path, path.name)
    assert (reviewed.plan_rows.iloc[0]["is_itemised"], len(reviewed.item_rows)) == ("false", 0)


def test_a_review_is_told_from_other_files(review, tmp_path):
    other = tmp_path / "nhat-ky.xlsx"
    openpyxl.Workbook().save(other)
    assert (is_review(review), is_review(other), is_review(OWN), is_review(tmp_path / "absent.xlsx")) == (True, False, False, False)
    assert (is_review(tmp_path), is_review(Path("a\0b.xlsx"))) == (False, False)


def test_the_workbook_offers_lists_and_hides_theirs(review):
    book = openpyxl.load_workbook(review)
    assert book.sheetnames == ["Kế hoạch", "Các mục", "Đã sửa chữ", "Hướng dẫn", "Danh sách"]
    assert book["Danh sách"].sheet_state == "hidden"
    assert [str(choice.sqref) for choice in book["Các mục"].data_validations.dataValidation] == ["F2:F69", "N2:N69"]
    assert [str(choice.sqref) for choice in book["Kế hoạch"].data_validations.dataValidation] == ["E4 E7 E8", "B8"]
    assert book["Các mục"].freeze_panes == "D2"
    headings = {cell.value: book["Các mục"].column_dimensions[cell.column_letter].hidden for cell in book["Các mục"][1]}
    assert [heading for heading, is_hidden in headings.items() if not is_hidden][-2:] == ["Cần xem lại", "Quyết định"]
    assert [heading for heading, is_hidden in headings.items() if is_hidden] == [
        "Máy đã hỏi",
        "Máy đọc: đơn vị thực hiện",
        "Máy đọc: đơn vị phối hợp",
    ]


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("Thường xuyên", "Thường xuyên, năm 2021; không nêu số lần"),
        ("Quý II/2021", "01/04–30/06/2021; không nêu số lần"),
        ("Quý I, III", "01/01–31/03/2021 và 01/07–30/09/2021; không nêu số lần"),
        ("02 kỳ/tháng và các bản tin", "24 lần trong năm 2021 và thêm không định số"),
        ("Hằng tháng từ tháng 3 đến tháng 10", "8 lần trong 01/03–31/10/2021"),
        ("Khi có yêu cầu", "Khi phát sinh, năm 2021; không nêu số lần"),
        ("Tháng 11/2020 đến tháng 2/2021", "01/11/2020–28/02/2021; không nêu số lần"),
        ("Đầu năm", "CHƯA HIỂU: viết lại cột thời gian"),
    ],
)
def test_a_time_is_told_in_words(phrase, words):
    assert schedule_words(parse_schedule(phrase, 2021)) == words


def test_the_terminal_shows_items_then_what_to_decide_and_what_was_mended(draft):
    lines = review_lines(draft)
    assert max(map(len, lines)) <= 110
    assert sum(line.startswith(("I ", "II.")) for line in lines) == len(draft.items)
    titles = [line for line in lines if line.endswith("):") and not line.startswith(" ")]
    assert titles == [
        "Cần quyết định ở phần đầu (3):",
        "Cần xác nhận (2):",
        "Đã hiểu khác với cách viết trong văn bản (7):",
        "Đã sửa chữ máy quét nhầm (8):",
    ]
    assert any(line.startswith("II.1    3 ") and line.endswith("!") for line in lines)
