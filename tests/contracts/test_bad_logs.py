"""What offices get wrong in activity logs: each fault is told with its cell, what is accepted, and all at once."""

import random
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from analysis.contracts import SCHEMAS, check_table, parse_columns
from analysis.errors import Fault
from analysis.ingest.activity_log import LogContext, LogReading, duplicates_across, read_activity_log, unit_cells
from analysis.ingest.activity_log.layout import LOG_COLUMNS, REQUIRED
from analysis.ingest.build import Build

NAME = "nhat-ky.xlsx"
RECEIVED_ON = date(2026, 11, 22)
HEADINGS = [column.heading for column in LOG_COLUMNS]
KEYS = [column.key for column in LOG_COLUMNS]
SOUND = {
    "stt": 1,
    "plan_number": "6334/KH-UBND",
    "plan_item": "II.1.9 – Đối thoại với người dân",
    "unit": "Sở Nội vụ",
    "channel": "đối thoại, tọa đàm",
    "audience": "người dân",
    "start": date(2021, 5, 4),
    "end": None,
    "title": "Đối thoại về thủ tục đất đai",
    "quantity": 1,
    "counter": "cuộc",
    "reach": 43,
    "reach_kind": "lượt người",
    "reach_basis": "có ghi nhận",
    "cost": 5_000_000,
    "evidence": "Biên bản số 12",
    "note": None,
}
OUTSIDE = {"plan_number": None, "plan_item": None}

Book = Callable[[Workbook], None]


def row(**changed: Any) -> list[Any]:
    """A row of the log in the order of the template, sound but for what is changed."""
    return [(SOUND | changed)[key] for key in KEYS]


def distinct_rows(count: int, **changed: Any) -> list[list[Any]]:
    return [row(stt=number, title=f"Đối thoại lần thứ {number}", **changed) for number in range(1, count + 1)]


@pytest.fixture(scope="session")
def context(built: Build) -> LogContext:
    tables = built.tables
    return LogContext(tables["units"], tables["plans"], tables["plan_items"], RECEIVED_ON)


@pytest.fixture
def read(context: LogContext, tmp_path: Path) -> Callable[..., LogReading]:
    """``read(rows, finish)``: a log of one sheet with the template's headings in row 1; ``finish`` may spoil the workbook."""

    def reading(rows: list[list[Any]], finish: Book = lambda _: None, *, headings: list[Any] = HEADINGS, is_synthetic: bool = False) -> LogReading:
        book = Workbook()
        fill(book.worksheets[0], "Nhật ký", [headings, *rows])
        finish(book)
        book.save(tmp_path / NAME)
        return read_activity_log(tmp_path / NAME, NAME, context, is_synthetic=is_synthetic)

    return reading


def fill(sheet: Worksheet, title: str, rows: list[list[Any]]) -> None:
    sheet.title = title
    for cells in rows:
        sheet.append(cells)


def told(fault: Fault) -> tuple[str, str]:
    return (fault.cell.name if fault.cell else "", fault.cause)


# One wrong cell in an otherwise sound row: (what is changed, the cell, its cause, a part of what is accepted).
WRONG_CELLS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "an empty unit": ({"unit": None}, "D2", "Ô bắt buộc bị trống", "Đơn vị thực hiện"),
    "an empty channel": ({"channel": None}, "E2", "Ô bắt buộc bị trống", "Kênh truyền thông"),
    "an empty audience": ({"audience": None}, "F2", "Ô bắt buộc bị trống", "Đối tượng"),
    "an empty day": ({"start": None}, "G2", "Ô bắt buộc bị trống", "Từ ngày"),
    "an empty title": ({"title": None}, "I2", "Ô bắt buộc bị trống", "Nội dung hoạt động"),
    "a title of spaces": ({"title": "  \u200b "}, "I2", "Ô bắt buộc bị trống", "Nội dung hoạt động"),
    "a title too short to say anything": ({"title": "Họp"}, "I2", "Nội dung hoạt động không dùng được", "ít nhất 5 chữ"),
    "a title that is a number": ({"title": 123456}, "I2", "Nội dung hoạt động không dùng được", "một câu"),
    "an invented row in a real log": ({"title": "[Mô phỏng] Đối thoại"}, "I2", "Dòng mô phỏng trong nhật ký thật", "có thật"),
    "a unit nobody knows": ({"unit": "Công ty Ngôi Sao"}, "D2", "Tên đơn vị không có trong danh mục", "danh mục 63 tỉnh"),
    "a misspelt unit": ({"unit": "Sở Nội vũu"}, "D2", "Tên đơn vị không có trong danh mục", "danh mục 63 tỉnh"),
    "a unit that is a number": ({"unit": 74}, "D2", "Tên đơn vị không có trong danh mục", "bằng chữ"),
    "a district after districts ceased": (
        {"unit": "Huyện Bàu Bàng", "start": date(2025, 8, 1), **OUTSIDE},
        "D2",
        "Đơn vị không còn hoặc chưa có vào ngày đó",
        "không còn cấp huyện",
    ),
    "a unit of the new list before it was": (
        {"unit": "Phường Thủ Dầu Một", "start": date(2024, 8, 1), **OUTSIDE},
        "D2",
        "Đơn vị không còn hoặc chưa có vào ngày đó",
        "trước 01/07/2025",
    ),
    "an unknown channel": ({"channel": "chim bồ câu"}, "E2", "Giá trị không có trong danh mục", "mạng xã hội"),
    "an unknown audience": ({"audience": "học sinh"}, "F2", "Giá trị không có trong danh mục", "doanh nghiệp"),
    "a channel that is a number": ({"channel": 5}, "E2", "Giá trị không có trong danh mục", "báo chí"),
    "an unknown counter": ({"counter": "thùng"}, "K2", "Giá trị không có trong danh mục", "phóng sự"),
    "an unknown kind of reach": ({"reach_kind": "lượt thích"}, "M2", "Giá trị không có trong danh mục", "lượt xem"),
    "an unknown basis": ({"reach_basis": "nghe nói"}, "N2", "Giá trị không có trong danh mục", "ước tính của đơn vị"),
    "a day that is no day": ({"start": "sáng thứ hai"}, "G2", "Ngày không đọc được", "24/12/2020"),
    "a day not in the calendar": ({"start": "31/4/2021"}, "G2", "Ngày không đọc được", "ngày có thật"),
    "month and day in American order": ({"start": "05/24/2021"}, "G2", "Ngày không đọc được", "ngày trước tháng sau"),
    "a day without a year": ({"start": "24/5"}, "G2", "Ngày không đọc được", "đủ năm"),
    "a year of two digits": ({"start": "24/5/21"}, "G2", "Ngày không đọc được", "bốn chữ số"),
    "a weekday that contradicts its day": ({"start": "Thứ 2, ngày 04/5/2021"}, "G2", "Ngày không đọc được", "thứ và ngày khớp"),
    "a number where a day is meant": ({"start": 44320}, "G2", "Ngày không đọc được", "24/12/2020"),
    "a time where a day is meant": ({"start": time(8, 30)}, "G2", "Ngày không đọc được", "24/12/2020"),
    "an end before its start": ({"end": date(2021, 5, 3)}, "H2", "Từ ngày và đến ngày không khớp", "bằng hoặc sau"),
    "a span of a day and a month": ({"end": "tháng 6/2021"}, "H2", "Từ ngày và đến ngày không khớp", "cùng là ngày"),
    "a day to come": ({"start": date(2026, 11, 23), **OUTSIDE, "unit": "Phường Thủ Dầu Một"}, "G2", "Ngày ngoài khoảng có thể", "22/11/2026"),
    "an end to come": (
        {"start": date(2026, 11, 20), "end": date(2026, 12, 20), **OUTSIDE, "unit": "Phường Thủ Dầu Một"},
        "H2",
        "Ngày ngoài khoảng có thể",
        "22/11/2026",
    ),
    "a day before any log": ({"start": date(1921, 5, 4), **OUTSIDE}, "G2", "Ngày ngoài khoảng có thể", "năm 2015"),
    "a negative count": ({"quantity": -1}, "J2", "Số liệu không đọc được", "không âm"),
    "a fraction of a count": ({"quantity": 1.5}, "J2", "Số liệu không đọc được", "số nguyên"),
    "a count beyond belief": ({"reach": 1e16}, "L2", "Số liệu không đọc được", "15 chữ số"),
    "true as a count": ({"quantity": True}, "J2", "Số liệu không đọc được", "số nguyên"),
    "a day as a count": ({"quantity": date(2021, 1, 5)}, "J2", "Số liệu không đọc được", "số nguyên"),
    "a range as a count": ({"reach": "10-15"}, "L2", "Số liệu không đọc được", "thêm chữ “khoảng”"),
    "thousands parted by a comma": ({"reach": "1,234"}, "L2", "Số liệu không đọc được", "dấu chấm ngăn hàng nghìn"),
    "a decimal point": ({"reach": "1.23"}, "L2", "Số liệu không đọc được", "ba chữ số"),
    "both marks the English way": ({"cost": "4,268.5"}, "O2", "Số liệu không đọc được", "theo cách viết tiếng Việt"),
    "an unscaled tail of a sum": ({"cost": "1tr5"}, "O2", "Số liệu không đọc được", "1,5 triệu"),
    "a word as a count": ({"reach": "rất đông"}, "L2", "Số liệu không đọc được", "số nguyên từ 0"),
    "“không” as a count": ({"quantity": "không"}, "J2", "Số liệu không đọc được", "để trống khi chưa biết"),
    "a dash as a count": ({"reach": "-"}, "L2", "Số liệu không đọc được", "để trống khi chưa biết"),
    "“chưa có” as a cost": ({"cost": "Chưa có"}, "O2", "Số liệu không đọc được", "để trống khi chưa biết"),
    "a cost in dollars": ({"cost": "500 usd"}, "O2", "Đơn vị viết sau số khác với cột đơn vị", "bằng đồng"),
    "an error of Excel in a count": ({"quantity": "#REF!"}, "J2", "Ô chứa lỗi công thức của Excel", "đã tính được"),
    "an error of Excel as a unit": ({"unit": "#N/A"}, "D2", "Ô chứa lỗi công thức của Excel", "đã tính được"),
    "an error of Excel as a day": ({"start": "#VALUE!"}, "G2", "Ô chứa lỗi công thức của Excel", "đã tính được"),
    "a quantity of nothing": ({"counter": None}, "K2", "Có số nhưng không rõ đếm cái gì", "phóng sự"),
    "a reach of nothing": ({"reach_kind": None}, "M2", "Có số nhưng không rõ đếm cái gì", "lượt xem"),
    "a unit behind the number that contradicts its column": ({"quantity": "02 lớp"}, "J2", "Đơn vị viết sau số khác với cột đơn vị", "chỉ ghi số"),
    "people counted as attendances": ({"reach": "43 người"}, "L2", "Đơn vị viết sau số khác với cột đơn vị", "chỉ ghi số"),
    "a telephone number in a title": ({"title": "Đối thoại, liên hệ 0912.345.678"}, "I2", "Số điện thoại hoặc số căn cước", "dữ liệu cá nhân"),
    "an identity number in the evidence": ({"evidence": "CCCD 001085001234"}, "P2", "Số điện thoại hoặc số căn cước", "bỏ số điện thoại"),
    "a telephone number in a note": ({"note": "chị Lan 0274 3822 222"}, "Q2", "Số điện thoại hoặc số căn cước", "chỉ ghi số lượng"),
    "an unknown plan": ({"plan_number": "9999/KH-UBND"}, "B2", "Kế hoạch chưa có", "6334/KH-UBND"),
    "a plan that is no number": ({"plan_number": "kế hoạch của tỉnh"}, "B2", "Kế hoạch chưa có", "6334/KH-UBND"),
    "an item the plan does not have": ({"plan_item": "II.1.99"}, "C2", "Mục kế hoạch không có", "II.1.9"),
    "an item nobody can read": ({"plan_item": "mục đối thoại"}, "C2", "Mục kế hoạch không đọc được", "Mục 9 phần II.1"),
    "an item of a plan without known items": ({"plan_number": "689/KH-UBND", "start": date(2019, 5, 4)}, "C2", "Mục kế hoạch không có", "để trống"),
    "an item of a year without a plan": ({"plan_number": None, "start": date(2023, 5, 4)}, "C2", "Không rõ mục của kế hoạch nào", "2023"),
    "a plan of another year": ({"start": date(2022, 5, 4)}, "B2", "Hoạt động ghi cho kế hoạch của năm khác", "quý I năm sau"),
}


@pytest.mark.parametrize(("changed", "cell", "cause", "accepted"), WRONG_CELLS.values(), ids=list(WRONG_CELLS))
def test_a_wrong_cell_is_told_with_its_place_and_what_is_accepted(read, changed, cell, cause, accepted):
    reading = read([row(**changed), row(title="Một hoạt động khác hẳn")])
    assert [told(fault) for fault in reading.faults] == [(cell, cause)]
    assert accepted in reading.faults[0].accepted + reading.faults[0].action
    assert reading.faults[0].where.startswith(f"{NAME}, trang tính “Nhật ký”, ô {cell} ")
    assert list(reading.rows["title_vi"]) == ["Một hoạt động khác hẳn"]
    assert reading.lines_count == 2
    assert [place for place, _, _ in reading.left_out] == [f"{NAME}, trang tính “Nhật ký”, dòng 2"]


def test_there_are_at_least_forty_kinds_of_wrong_cells():
    assert len(WRONG_CELLS) >= 40


@pytest.mark.parametrize(
    ("changed", "suggestion"),
    [
        ({"unit": "Sở Nội vũu"}, "có phải “Sở Nội vụ"),
        ({"channel": "mạng xã hôịi"}, "có phải “mạng xã hội”?"),
        ({"plan_number": "6343/KH-UBND"}, "có phải “6334/KH-UBND”?"),
        ({"start": 44320}, "có phải ngày 04/05/2021?"),
    ],
)
def test_a_near_miss_is_told_with_a_suggestion_and_never_taken(read, changed, suggestion):
    (fault,) = read([row(**changed)]).faults
    assert suggestion in fault.found


@pytest.mark.parametrize(
    ("changed", "quoted"), [({"quantity": "02 lớp"}, "“02 lớp” cạnh “cuộc”"), ({"reach": "43 người"}, "“43 người” cạnh “lượt người”")]
)
def test_a_number_is_quoted_with_its_diacritics(read, changed, quoted):
    (fault,) = read([row(**changed)]).faults
    assert fault.found == quoted


def test_a_range_of_counts_suggests_no_number(read):
    (fault,) = read([row(quantity="1-2")]).faults
    assert not any(char.isdigit() for char in fault.accepted + fault.action)


def test_no_far_fetched_word_is_suggested(read):
    (fault,) = read([row(counter="cái")]).faults
    assert fault.found == "“cái”"


def test_close_names_are_sought_for_the_first_unknown_units_only(read, monkeypatch):
    monkeypatch.setattr(unit_cells, "MOST_SUGGESTED", 2)
    names = ["Sở Nội vũu", "Sở Nội vuxx", "Sở Nội vũu", "Sở Nội vụvụ"]
    faults = read([row(unit=name, title=f"Đối thoại {place}") for place, name in enumerate(names)]).faults
    assert ["có phải" in fault.found for fault in faults] == [True, True, True, False]


def test_no_message_or_record_repeats_a_personal_number(read):
    rows = [row(title="0912345678", start="31/4/2021"), row(unit="Chị Lan 0912345678"), [], ["Người lập: chị Lan 0912345678"]]
    reading = read(rows)
    said = [str(fault) for fault in reading.faults] + [notice.said for notice in reading.notices] + ["".join(left) for left in reading.left_out]
    assert any("091…78" in one for one in said)
    assert not any("0912345678" in one for one in said)


def test_an_item_without_a_plan_names_the_columns_nobody_reads(read):
    headings = ["Quyết định" if heading == "Số kế hoạch" else heading for heading in HEADINGS]
    (fault,) = read([row(plan_number="KH 6334", start=date(2023, 5, 4))], headings=headings).faults
    assert fault.cause == "Không rõ mục của kế hoạch nào"
    assert "“Quyết định”" in fault.action


@pytest.mark.parametrize("heading", ["Số KH", "KH số", "Số/ký hiệu KH", "Mã KH", "Số, ký hiệu kế hoạch"])
def test_the_number_of_the_plan_is_found_under_the_headings_offices_use(read, heading):
    reading = read([row()], headings=[heading if known == "Số kế hoạch" else known for known in HEADINGS])
    assert (reading.faults, reading.notices) == ((), ())
    assert list(reading.rows["plan_number"]) == ["6334/KH-UBND"]


def test_an_ambiguous_unit_is_told_with_its_candidates(read):
    (fault,) = read([row(unit="Tân Hiệp", **OUTSIDE)]).faults
    assert told(fault) == ("D2", "Tên đơn vị chỉ nhiều đơn vị")
    assert "“Xã Tân Hiệp, Phú Giáo”" in fault.accepted
    assert "“Phường Tân Hiệp, Tân Uyên”" in fault.accepted


def test_all_faults_of_all_rows_are_told_at_once_in_the_order_of_the_sheet(read):
    reading = read([row(start="31/4/2021", channel="?", quantity="x"), row(unit="#REF!", title="abc")])
    assert [told(fault)[0] for fault in reading.faults] == ["E2", "G2", "J2", "D3", "I3"]
    assert reading.rows.empty
    (_, shown, reasons), _ = reading.left_out
    assert "31/4/2021" in shown
    assert all(cell in reasons for cell in ("E2", "G2", "J2"))


# Faults of a whole sheet.


def test_missing_required_headings_are_one_fault_that_names_them_all(read):
    headings = ["" if heading in ("Đối tượng", "Từ ngày") else heading for heading in HEADINGS]
    (fault,) = read([row()], headings=headings).faults
    assert fault.cause == "Tên cột không đúng"
    assert "“Đối tượng”" in fault.accepted
    assert "“Từ ngày”" in fault.accepted


def test_a_file_without_a_heading_row_is_told_what_is_needed(read):
    (fault,) = read([["a", "b", "c"]], headings=["x", "y", "z"]).faults
    assert all(column.heading in fault.accepted for column in REQUIRED)


def test_a_heading_row_below_the_thirtieth_row_is_not_found(read):
    assert [fault.cause for fault in read([[]] * 30 + [HEADINGS, row()], headings=["Nhật ký"]).faults] == ["Tên cột không đúng"]


def test_headings_without_a_single_activity_are_a_fault(read):
    (fault,) = read([row(stt="VD1")]).faults
    assert fault.cause == "Tệp rỗng"
    assert "ghi mỗi hoạt động một dòng" in fault.action


def test_two_columns_of_one_meaning_are_a_fault_at_the_second(read):
    (fault,) = read([[*row(), "x"]], headings=[*HEADINGS, "Kênh truyền thông"]).faults
    assert told(fault) == ("R1", "Tên cột không đúng")
    assert "E1" in fault.found


def test_a_heading_about_as_close_to_two_columns_is_a_fault(read):
    headings = ["Số lược" if heading == "Số lượng" else heading for heading in HEADINGS]
    (fault,) = read([row()], headings=headings).faults
    assert told(fault) == ("J1", "Tên cột không đúng")
    assert fault.accepted == "“Số lượng” hoặc “Số lượt tiếp cận”"


def test_a_cost_column_in_millions_is_a_fault(read):
    headings = ["Kinh phí (triệu đồng)" if heading.startswith("Kinh phí") else heading for heading in HEADINGS]
    assert [told(fault) for fault in read([row(cost=5)], headings=headings).faults] == [("O1", "Kinh phí không ghi bằng đồng")]


def test_one_number_merged_over_several_activities_cannot_be_divided(read):
    reading = read(distinct_rows(3), lambda book: book.worksheets[0].merge_cells("L2:L3"))
    assert [told(fault) for fault in reading.faults] == [("L2", "Ô gộp chứa số của nhiều dòng")]
    assert list(reading.rows["title_vi"]) == ["Đối thoại lần thứ 3"]


def test_a_cell_merged_across_columns_of_an_activity_is_a_fault(read):
    reading = read(distinct_rows(2), lambda book: book.worksheets[0].merge_cells("G2:H2"))
    assert [told(fault) for fault in reading.faults] == [("G2", "Ô gộp ngang nhiều cột")]


def test_a_hidden_sheet_that_holds_a_log_is_a_fault(read):
    def hide(book: Workbook) -> None:
        fill(book.create_sheet(), "Cũ", [HEADINGS, row(title="Hoạt động trong trang ẩn")])
        book["Cũ"].sheet_state = "hidden"

    reading = read([row()], hide)
    assert [fault.cause for fault in reading.faults] == ["Trang tính ẩn có hoạt động"]


def test_days_that_excel_has_probably_turned_round_are_a_fault_of_their_column(read):
    own = [row(start=date(2021, month, 5), title=f"Ngày của Excel {month}") for month in (3, 4, 6)]
    written = [row(start=f"{day}/5/2021", title=f"Ngày bằng chữ {day}") for day in (13, 20, 28)]
    reading = read([*own, *written])
    assert [told(fault) for fault in reading.faults] == [("G1", "Excel có thể đã đổi chỗ ngày và tháng")]
    assert set(reading.rows["title_vi"]) == {"Ngày bằng chữ 13", "Ngày bằng chữ 20", "Ngày bằng chữ 28"}
    assert len(reading.left_out) == 3


AMERICAN = ["05/24/2021", "05/06/2021", "7/4/2021", "05/05/2021", "13/5/2021", "tháng 6/2021"]


def test_one_day_with_its_month_first_makes_every_doubtful_day_of_the_sheet_a_fault_at_once(read):
    reading = read([row(start=start, title=f"Đối thoại {place}") for place, start in enumerate(AMERICAN)])
    assert [told(fault) for fault in reading.faults] == [
        ("G2", "Ngày không đọc được"),
        ("G3", "Ngày có thể ghi tháng trước ngày"),
        ("G4", "Ngày có thể ghi tháng trước ngày"),
    ]
    assert reading.faults[1].found == "“05/06/2021”, trong khi ô G2 ghi “05/24/2021”"
    assert "đối chiếu từng ô" in reading.faults[1].action
    assert list(reading.rows["title_vi"]) == ["Đối thoại 3", "Đối thoại 4", "Đối thoại 5"]


def test_the_last_day_of_a_span_is_doubted_with_the_first(read):
    reading = read([row(start="05/24/2021", end="05/25/2021"), row(start=date(2021, 6, 5), end="06/07/2021", title="Một hoạt động khác")])
    assert [told(fault)[0] for fault in reading.faults] == ["G2", "H2", "H3"]


def test_doubtful_days_of_another_sheet_stay_as_they_are(read):
    def more(book: Workbook) -> None:
        fill(book.create_sheet(), "Tháng 6", [HEADINGS, row(start="05/06/2021", title="Hoạt động tháng sáu")])

    reading = read([row(start="05/24/2021")], more)
    assert [told(fault) for fault in reading.faults] == [("G2", "Ngày không đọc được")]
    assert list(reading.rows["start_date"]) == ["2021-06-05"]


def test_days_of_excel_beside_text_with_its_month_first_are_a_fault_of_their_column(read):
    own = [row(start=date(2021, month, 5), title=f"Ngày của Excel {month}") for month in (3, 4, 6)]
    written = [row(start=f"5/{day}/2021", title=f"Ngày bằng chữ {day}") for day in (13, 20, 28)]
    faults = read([*own, *written]).faults
    assert [told(fault)[0] for fault in faults] == ["G1", "G5", "G6", "G7"]
    assert faults[0].cause == "Excel có thể đã đổi chỗ ngày và tháng"


@pytest.mark.parametrize("last", ["05/5/2021", date(2021, 5, 20)])
def test_one_day_that_fits_no_swap_clears_the_column(read, last):
    own = [row(start=date(2021, month, 5), title=f"Ngày của Excel {month}") for month in (3, 4, 6)]
    written = [row(start=f"{day}/5/2021", title=f"Ngày bằng chữ {day}") for day in (13, 20, 28)]
    assert read([*own, *written, row(start=last, title="Ngày làm chứng")]).faults == ()


def test_a_row_equal_to_an_earlier_one_is_a_fault_that_names_both(read):
    reading = read([row(), row(stt=2, quantity="01")])
    (fault,) = reading.faults
    assert told(fault) == ("I3", "Hai dòng giống hệt nhau")
    assert "dòng 2: Sở Nội vụ tỉnh Bình Dương, ngày 04/05/2021" in fault.found
    assert len(reading.rows) == 1


def test_a_synthetic_log_must_mark_every_row(read):
    (fault,) = read([row(title="[Mô phỏng] Đối thoại"), row()], is_synthetic=True).faults
    assert told(fault) == ("I3", "Dòng của nhật ký mô phỏng chưa mang dấu mô phỏng")
    assert "[Mô phỏng]" in fault.accepted


# Messy files that are read right, with everything understood told.


def test_a_sound_log_gives_rows_of_the_contract_and_no_notice(read):
    reading = read([row()])
    assert (reading.faults, reading.notices, reading.lines_count) == ((), (), 1)
    assert reading.rows.to_dict("records") == [
        {
            "activity_id": "1-2",
            "plan_number": "6334/KH-UBND",
            "plan_section": "II.1",
            "plan_stt": "9",
            "unit_code": "74-SNV",
            "vintage": "63-tinh",
            "channel": "dialogue",
            "audience": "citizens",
            "start_date": "2021-05-04",
            "end_date": "2021-05-04",
            "date_precision": "day",
            "quantity_count": "1",
            "is_quantity_approximate": "false",
            "counter": "cuoc",
            "reach_count": "43",
            "is_reach_approximate": "false",
            "reach_kind": "luot_nguoi",
            "reach_basis": "recorded",
            "cost_vnd": "5000000",
            "is_cost_approximate": "false",
            "title_vi": "Đối thoại về thủ tục đất đai",
            "evidence_vi": "Biên bản số 12",
            "is_synthetic": "false",
        }
    ]
    assert reading.places[0] == f"{NAME}, trang tính “Nhật ký”, dòng 2"
    assert reading.cells[0].name == "I2"
    typed, unreadable = parse_columns(reading.rows.assign(source_id="log-1"), SCHEMAS["activities"], NAME)
    assert unreadable + check_table(typed, SCHEMAS["activities"], reading.places) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"reach": "gần 1,5 ngàn"}, {"reach_count": "1500", "is_reach_approximate": "true"}),
        ({"reach": "1.500 lượt"}, {"reach_count": "1500", "is_reach_approximate": "false"}),
        ({"quantity": "02"}, {"quantity_count": "2"}),
        ({"quantity": "02 cuộc", "counter": None}, {"quantity_count": "2", "counter": "cuoc"}),
        ({"quantity": 0}, {"quantity_count": "0"}),
        ({"quantity": None, "counter": None}, {"quantity_count": "", "counter": ""}),
        ({"cost": "156 triệu đồng"}, {"cost_vnd": "156000000"}),
        ({"cost": None}, {"cost_vnd": ""}),
        ({"start": "Thứ 3, ngày 04/5/2021"}, {"start_date": "2021-05-04", "date_precision": "day"}),
        ({"start": datetime(2021, 5, 4, 8, 30)}, {"start_date": "2021-05-04", "end_date": "2021-05-04"}),
        ({"start": "05-07/5/2021"}, {"start_date": "2021-05-05", "end_date": "2021-05-07", "date_precision": "day"}),
        ({"start": "tháng 5/2021"}, {"start_date": "2021-05-01", "end_date": "2021-05-31", "date_precision": "month"}),
        ({"start": "Quý II/2021", "end": "Quý III/2021"}, {"start_date": "2021-04-01", "end_date": "2021-09-30", "date_precision": "quarter"}),
        ({"start": "30/4/2021", "end": date(2021, 5, 2)}, {"start_date": "2021-04-30", "end_date": "2021-05-02"}),
        ({"plan_item": "Mục 9 phần II.1"}, {"plan_section": "II.1", "plan_stt": "9"}),
        ({"plan_item": "I.4"}, {"plan_section": "I", "plan_stt": "4"}),
        ({"plan_item": None}, {"plan_number": "6334/KH-UBND", "plan_section": "", "plan_stt": ""}),
        ({"plan_number": None}, {"plan_number": "6334/KH-UBND", "plan_section": "II.1", "plan_stt": "9"}),
        ({"plan_number": 6334}, {"plan_number": "6334/KH-UBND"}),
        ({"plan_number": "Kế hoạch số 6334/KH-UBND ngày 24/12/2020"}, {"plan_number": "6334/KH-UBND"}),
        ({"channel": "FACEBOOK"}, {"channel": "social_media"}),
        ({"channel": "bao chi"}, {"channel": "press"}),
        ({"channel": "press"}, {"channel": "press"}),
        ({"unit": "so noi vu"}, {"unit_code": "74-SNV"}),
        ({"unit": "UBND huyện Bàu Bàng"}, {"unit_code": "719", "vintage": "63-tinh"}),
        ({"unit": "Phường Thủ Dầu Một", "start": date(2025, 7, 1), **OUTSIDE}, {"vintage": "34-tinh"}),
        ({"start": date(2022, 3, 31)}, {"plan_number": "6334/KH-UBND"}),
        ({"title": unicodedata.normalize("NFD", "Đối thoại về\nthủ tục")}, {"title_vi": "Đối thoại về thủ tục"}),
        ({"evidence": 123}, {"evidence_vi": "123"}),
    ],
)
def test_what_offices_write_in_their_own_way_is_read(read, changed, expected):
    reading = read([row(**changed)])
    assert [str(fault) for fault in reading.faults] == []
    assert {name: reading.rows[name].iloc[0] for name in expected} == expected


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reach": "gần 1,5 ngàn"}, "đọc là 1.500, ghi là gần đúng"),
        ({"channel": "Facebook"}, "hiểu là “mạng xã hội”"),
        ({"start": datetime(2021, 5, 4, 8, 30)}, "không giữ giờ"),
        ({"start": "05-07/5/2021"}, "từ 05/05/2021 đến 07/05/2021"),
        ({"plan_number": None}, "hiểu là của kế hoạch 6334/KH-UBND"),
        ({"plan_number": 6334}, "hiểu là “6334/KH-UBND”"),
        ({"quantity": "02 cuộc", "counter": None}, "lấy từ chữ viết sau số"),
        ({"note": "ghi thêm"}, "1 dòng có ghi chú"),
        ({"start": "6 tháng đầu năm 2021"}, "đọc là từ 01/01/2021 đến 30/06/2021, chỉ biết đến quý"),
        ({"unit": "so noi vu"}, "“so noi vu” hiểu là “Sở Nội vụ”"),
        ({"unit": "TTHCC tỉnh"}, "hiểu là “Văn phòng UBND tỉnh”"),
        ({"unit": "UBND huyện Bàu Bàng"}, "hiểu là “Huyện Bàu Bàng”"),
        ({"plan_item": "Mục 9 phần II.1"}, "hiểu là mục II.1.9"),
        ({"plan_item": "II.1.9 – Tờ gấp pháp luật"}, "hiểu là mục II.1.9 “Đối thoại với người dân"),
        ({"quantity": 5, "counter": "bài"}, "mục II.1.9 tính theo lần thực hiện; dòng ghi 5 bài này tính là 1 lần"),
        ({"cost": 5_000_000_001}, "“5000000001” là 5.000.000.001 đồng"),
        ({"cost": "6 tỷ"}, "“6 tỷ” đọc là 6.000.000.000"),
    ],
)
def test_what_is_understood_otherwise_than_written_is_told(read, changed, said):
    assert any(said in notice.said for notice in read([row(**changed)]).notices)


@pytest.mark.parametrize(
    "changed",
    [
        {"unit": "SỞ NỘI  VỤ"},
        {"unit": "Sở Nội vụ tỉnh Bình Dương"},
        {"unit": "Sở Lao động – Thương binh và Xã hội"},
        {"unit": "Thị xã Bến Cát"},
        {"plan_item": "ii.1.9"},
        {"plan_item": "II.1.9. Đối thoại, tọa đàm"},
        {"plan_item": "II.2.1", "quantity": 2, "counter": "kỳ"},
        {"plan_item": "I.4", "quantity": 12, "counter": "buổi"},
        {"cost": 5_000_000_000},
        {"evidence": "https://binhduong.gov.vn/tin/0912345678"},
    ],
)
def test_what_is_written_as_it_should_be_is_not_told(read, changed):
    reading = read([row(**changed)])
    assert (reading.faults, reading.notices) == ((), ())


def test_units_written_otherwise_are_told_once_for_each_wording(read):
    days = [date(2021, 5, day) for day in (4, 5, 6)]
    reading = read([row(unit="Sở LĐTBXH", start=day) for day in days] + [row(unit="TT HCC")])
    assert [notice.said for notice in reading.notices] == [
        "“Sở LĐTBXH” hiểu là “Sở Lao động - Thương binh và Xã hội” (3 dòng)",
        "“TT HCC” hiểu là “Văn phòng UBND tỉnh”",
    ]


def test_titles_above_totals_notes_sections_examples_and_signatures_are_recognised_and_told(read):
    rows = [
        ["NHẬT KÝ HOẠT ĐỘNG TRUYỀN THÔNG"],
        [],
        HEADINGS,
        list(range(1, len(HEADINGS) + 1)),
        row(stt="VD1", title="Dòng ví dụ của mẫu"),
        ["I", "Khối sở, ngành"],
        row(title="Hoạt động thứ nhất"),
        [],
        ["UBND HUYỆN BÀU BÀNG"],
        HEADINGS,
        row(stt=2, title="Hoạt động thứ hai"),
        [3],
        ["Tổng cộng", *[None] * 8, 2],
        ["Ghi chú: số liệu đến ngày 30/6"],
        [None, "Người lập biểu", *[None] * 8, "Thủ trưởng đơn vị"],
        [],
        [None, "Nguyễn Văn A", *[None] * 8, "Trần Thị B"],
    ]
    reading = read(rows, headings=["UBND TỈNH BÌNH DƯƠNG"])
    assert reading.faults == ()
    assert list(reading.rows["title_vi"]) == ["Hoạt động thứ nhất", "Hoạt động thứ hai"]
    assert list(reading.rows["activity_id"]) == ["1-8", "1-12"]
    causes = {notice.cause.partition(",")[0] for notice in reading.notices}
    assert causes >= {"Dòng ví dụ của mẫu", "Dòng tên nhóm trong bảng", "Dòng trống giữa bảng", "Dòng cộng", "Dòng chỉ có số thứ tự"}
    assert causes >= {"Dòng đánh số cột", "Dòng tên cột lặp lại", "Ghi chú hoặc chữ ký dưới bảng"}
    assert sum(notice.cause.startswith("Ghi chú hoặc chữ ký") for notice in reading.notices) == 3


def test_an_unfinished_last_row_is_a_fault_and_no_note(read):
    reading = read([row(), [2, None, None, "Sở Nội vụ"]])
    assert {told(fault) for fault in reading.faults} == {(cell, "Ô bắt buộc bị trống") for cell in ("E3", "F3", "G3", "I3")}


def test_merged_words_hold_for_all_their_rows(read):
    rows = distinct_rows(3)
    rows[1][KEYS.index("unit")] = rows[1][KEYS.index("channel")] = None
    rows[2][KEYS.index("unit")] = None

    def merge(book: Workbook) -> None:
        book.worksheets[0].merge_cells("D2:D4")
        book.worksheets[0].merge_cells("E2:E3")

    reading = read(rows, merge)
    assert reading.faults == ()
    assert list(reading.rows["unit_code"]) == ["74-SNV"] * 3
    assert list(reading.rows["channel"]) == ["dialogue"] * 3
    assert [notice.said for notice in reading.notices if notice.cause.startswith("Ô gộp")] == [
        "cột “Đơn vị thực hiện”: 1 ô gộp",
        "cột “Kênh truyền thông”: 1 ô gộp",
    ]


def test_a_heading_of_two_rows_is_read(read):
    upper = ["Thời gian" if heading == "Từ ngày" else None if heading == "Đến ngày" else heading for heading in HEADINGS]
    lower = [heading if heading in ("Từ ngày", "Đến ngày") else None for heading in HEADINGS]
    reading = read([lower, row(end=date(2021, 5, 6))], lambda book: book.worksheets[0].merge_cells("G1:H1"), headings=upper)
    assert reading.faults == ()
    assert list(reading.rows["end_date"]) == ["2021-05-06"]


def test_every_sheet_of_a_yearly_workbook_is_read_and_the_others_are_named(read):
    def more(book: Workbook) -> None:
        fill(book.create_sheet(), "Tháng 6", [["THÁNG 6"], HEADINGS, row(start=date(2021, 6, 1), title="Hoạt động tháng sáu")])
        fill(book.create_sheet(), "Tổng hợp", [["STT", "Đơn vị", "Số lượng"], [1, "Sở Nội vụ", 2]])
        fill(book.create_sheet(), "Danh mục", [["báo chí"], ["truyền hình"]])
        book["Danh mục"].sheet_state = "hidden"

    reading = read([row()], more)
    assert reading.faults == ()
    assert list(reading.rows["activity_id"]) == ["1-2", "2-3"]
    unread = [notice.where for notice in reading.notices if "không phải bảng nhật ký" in notice.cause]
    assert unread == [f"{NAME}, trang tính “Tổng hợp”", f"{NAME}, trang tính “Danh mục”"]


def test_unknown_and_nameless_columns_are_told_and_change_nothing(read):
    reading = read([[*row(), "vui", "thừa"]], headings=[*HEADINGS, "Cảm xúc"])
    assert len(reading.rows) == 1
    (notice,) = reading.notices
    assert notice.said == "“Cảm xúc”, cột S (không có tên)"


def test_rows_alike_but_not_equal_are_told_as_perhaps_the_same(read):
    reading = read([row(), row(stt=2, title="Đối thoại buổi chiều")])
    assert len(reading.rows) == 2
    (notice,) = reading.notices
    assert notice.cause == "Có thể trùng"
    assert notice.said.startswith("Sở Nội vụ tỉnh Bình Dương, ngày 04/05/2021, cùng kênh và mục với dòng 3")


def test_a_later_log_is_held_against_the_activities_in_force(read):
    first = read([row(), row(stt=2, title="Đối thoại buổi chiều", evidence=None), row(stt=3, start=date(2021, 6, 1))])
    typed, _ = parse_columns(first.rows.assign(source_id="log-1"), SCHEMAS["activities"], NAME)
    existing = typed.set_axis([10, 11, 12])
    second = read([row(start=date(2021, 6, 1)), row(title="Đối thoại buổi tối"), row(start=date(2021, 7, 1))])
    assert duplicates_across(second.rows, existing) == ([(0, 12)], [(1, 10)])
    assert duplicates_across(first.rows, existing) == ([(0, 10), (1, 11), (2, 12)], [])
    assert duplicates_across(LogReading.empty().rows, existing) == ([], [])


def test_a_synthetic_log_is_read_as_such(read):
    reading = read([row(title="[Mô phỏng] Đối thoại")], is_synthetic=True)
    assert reading.faults == ()
    assert list(reading.rows["is_synthetic"]) == ["true"]


# Rows and sheets that partial acceptance could lose.


def styled(cell: str, shown: str) -> Book:
    def finish(book: Workbook) -> None:
        book.worksheets[0][cell].number_format = shown

    return finish


def second_sheet(headings: list[Any], rows: list[list[Any]], *, state: str = "visible") -> Book:
    def finish(book: Workbook) -> None:
        fill(book.create_sheet(), "Quý 2", [headings, *rows])
        book["Quý 2"].sheet_state = state

    return finish


WITHOUT_DAY = ["" if heading == "Từ ngày" else heading for heading in HEADINGS]
SMALL_TABLE = [[], ["STT", "Đơn vị", "Số cuộc"], [1, "Sở Nội vụ", 5], [2, "Sở Tư pháp", 3], [3, "Sở Y tế", 4]]


@pytest.mark.parametrize(
    ("finish", "cause"),
    [
        (second_sheet(WITHOUT_DAY, distinct_rows(3)), "Tên cột không đúng"),
        (second_sheet(HEADINGS, distinct_rows(3), state="hidden"), "Trang tính ẩn có hoạt động"),
        (second_sheet([*HEADINGS, "Kênh"], distinct_rows(3)), "Tên cột không đúng"),
        (second_sheet(["Chi phí (triệu đồng)" if known == "Kinh phí (đồng)" else known for known in HEADINGS], []), "Kinh phí không ghi bằng đồng"),
        (second_sheet(HEADINGS, [row(title="Họp dân"), *SMALL_TABLE]), "Bảng khác trong cùng trang tính"),
    ],
    ids=["a column lacks", "hidden", "two columns of one meaning", "millions", "a second table"],
)
def test_a_fault_of_a_whole_sheet_is_told_apart_from_faults_of_rows(read, finish, cause):
    reading = read([row(), row(start="?")], finish)
    assert [fault.cause for fault in reading.sheet_faults] == [cause]
    assert set(reading.sheet_faults) < set(reading.faults)


def test_a_merged_cell_below_the_last_filled_row_changes_nothing(read):
    reading = read([row()], lambda book: book.worksheets[0].merge_cells("D4:D6"))
    assert (reading.faults, reading.notices, len(reading.rows)) == ((), (), 1)


def test_faults_of_rows_are_no_faults_of_a_sheet(read):
    reading = read([*distinct_rows(3), row(start="?")], lambda book: book.worksheets[0].merge_cells("L2:L3"))
    assert (len(reading.faults), reading.sheet_faults) == (2, ())


def test_a_second_table_below_the_log_is_one_fault_that_names_its_first_row(read):
    reading = read([row(), *SMALL_TABLE])
    (fault,) = reading.faults
    assert told(fault) == ("A4", "Bảng khác trong cùng trang tính")
    assert "bảng khác bắt đầu ở dòng 4" in fault.found
    assert "4 dòng không đọc" in fault.found
    assert "“Số cuộc" not in str(reading.left_out)
    assert len(reading.rows) == reading.lines_count == 1


def test_activities_after_a_blank_row_are_no_second_table_however_wrong(read):
    wrong = row(start="?", channel="?", audience="?", stt=None, quantity=None, counter=None, reach=None, reach_kind=None, cost=None)
    reading = read([row(), [], wrong, wrong, row(title="Đối thoại sau cùng")])
    assert reading.sheet_faults == ()
    assert (reading.lines_count, len(reading.rows)) == (4, 2)


@pytest.mark.parametrize(
    "undated",
    [
        {"title": "Công chứng lưu động tại xã", "quantity": 30, "counter": "cuộc"},
        {"unit": "Sở Nội vụ", "title": "Đối thoại (chưa rõ ngày)"},
        {"unit": "Sở Nội vụ"},
        {"title": "Đối thoại (chưa rõ ngày)"},
        {"unit": "Sở Nội vụ", "title": "Đối thoại", "note": "Ghi chú: chưa rõ ngày"},
        {"title": "Cong chung luu dong tai xa", "quantity": 30},
    ],
)
@pytest.mark.parametrize("between", [[], [[]], [["Ghi chú: số liệu đến ngày 30/6"]]])
def test_an_activity_without_its_day_is_a_fault_and_no_total_or_note(read, undated, between):
    reading = read([row(), *between, [undated.get(key) for key in KEYS]])
    assert reading.lines_count == 2
    assert "Ô bắt buộc bị trống" in {fault.cause for fault in reading.faults}
    assert [place.rpartition(" ")[2] for place, _, _ in reading.left_out] == [str(3 + len(between))]


def test_an_activity_below_the_signatures_that_names_its_channel_is_no_name(read):
    undated = {"unit": "Sở Nội vụ", "channel": "báo chí", "title": "Đăng bài (chưa rõ ngày)"}
    below = [undated.get(key) for key in KEYS]
    assert read([row(), [], [None, "Người lập biểu"], below]).lines_count == 2


def test_totals_signatures_and_their_place_and_day_are_still_no_activities_in_the_columns_of_units_and_titles(read):
    unit, title = KEYS.index("unit"), KEYS.index("title")
    rows = [
        row(),
        [*[None] * unit, "Tổng cộng", *[None] * 5, 2],
        ["TONG CONG", *[None] * 8, 2],
        [*[None] * title, "CỘNG:", 2],
        [],
        [*[None] * title, "Bình Dương, ngày 30 tháng 6 năm 2021"],
        [*[None] * unit, "Người lập biểu", *[None] * 4, "THỦ TRƯỞNG ĐƠN VỊ"],
        [*[None] * title, "(Ký tên, đóng dấu)"],
        [],
        [*[None] * unit, "Nguyễn Văn A", *[None] * 4, "Trần Thị B"],
    ]
    reading = read(rows)
    assert reading.faults == ()
    assert len(reading.rows) == reading.lines_count == 1
    causes = [notice.cause.partition(",")[0] for notice in reading.notices]
    assert (causes.count("Dòng cộng"), causes.count("Ghi chú hoặc chữ ký dưới bảng")) == (3, 4)


SPOILT = st.fixed_dictionaries(
    {},
    optional={
        "start": st.sampled_from([None, "?", "31/4/2021", date(2021, 6, 1), "tháng 5/2021"]),
        "unit": st.sampled_from([None, "?", "#REF!", "Sở Tư pháp"]),
        "title": st.sampled_from([None, "abc", "Tổng cộng", "Công chứng lưu động"]),
        "channel": st.sampled_from([None, "?", "báo chí"]),
        "audience": st.sampled_from([None, "?"]),
        "quantity": st.sampled_from(["x", "1tr5", -1, 3]),
        "stt": st.sampled_from([None, "I", "VD1", "Cộng"]),
    },
)
FURTHER = st.sampled_from(
    [[], ["Tổng cộng", *[None] * 8, 3], ["Ghi chú: …"], *SMALL_TABLE[1:3], [None, "Người lập biểu"], [None, None, None, "Sở Nội vụ"]]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(SPOILT.map(lambda changed: row(**changed)), FURTHER), max_size=8),
    st.sampled_from([HEADINGS, WITHOUT_DAY]),
    st.sampled_from([None, "J2:J3", "G3:H3", "D2:D4"]),
    st.sampled_from(["visible", "hidden"]),
)
def test_without_a_fault_of_a_sheet_each_row_is_taken_or_left_out(read, rows, headings, merged, state):
    def finish(book: Workbook) -> None:
        second_sheet(headings, distinct_rows(2, unit="Sở Tư pháp"), state=state)(book)
        if merged:
            book.worksheets[0].merge_cells(merged)

    reading = read(rows, finish)
    assert reading.sheet_faults or reading.lines_count == len(reading.rows) + len(reading.left_out)
    assert bool(reading.sheet_faults) >= (headings is WITHOUT_DAY or state == "hidden")


# Cells and rows that the sender sees otherwise than they are stored.


@pytest.mark.parametrize("shown", ["mm/yyyy", '"Tháng "m/yyyy', "mmm-yy"])
def test_a_first_day_that_excel_shows_as_its_month_is_a_month_and_told(read, shown):
    reading = read([row(start=date(2021, 3, 1)), row(stt=2, start=date(2021, 5, 1))], styled("G2", shown))
    assert reading.faults == ()
    assert list(reading.rows["date_precision"]) == ["month", "day"]
    assert list(reading.rows["end_date"]) == ["2021-03-31", "2021-05-01"]
    assert [notice.said for notice in reading.notices if "chỉ hiện tháng" in notice.cause] == ["cột “Từ ngày”: 1 ô (G2)"]


def test_days_of_excel_that_are_all_the_first_of_a_month_are_told(read):
    days = [date(2021, month, 1) for month in (2, 3, 4)]
    told_of = [read([row(start=day, title=f"Việc {place}") for place, day in enumerate(one)]).notices for one in (days, [*days, date(2021, 5, 4)])]
    assert [[notice.said for notice in notices if "ngày 01" in notice.cause] for notices in told_of] == [
        ["cột “Từ ngày”: 3 ô ngày đều là ngày 01; nếu chỉ biết tháng hãy ghi bằng chữ, như “tháng 3/2021”"],
        [],
    ]


@pytest.mark.parametrize(
    ("key", "cell", "value", "shown"), [("quantity", "J2", 1.0, "0%"), ("reach", "L2", 3, "0.00%"), ("cost", "O2", 1500, '#,##0" triệu"')]
)
def test_a_number_whose_format_shows_a_percentage_or_millions_is_a_fault(read, key, cell, value, shown):
    reading = read([row(**{key: value}), row(title="Một hoạt động khác hẳn")], styled(cell, shown))
    assert [told(fault) for fault in reading.faults] == [(cell, "Ô hiện khác với số chứa trong ô")]
    assert shown in reading.faults[0].found
    assert (len(reading.rows), len(reading.left_out), reading.sheet_faults) == (1, 1, ())


def test_hidden_rows_are_taken_and_told(read):
    def hide(book: Workbook) -> None:
        for number in (3, 4, 6):
            book.worksheets[0].row_dimensions[number].hidden = True

    reading = read([*distinct_rows(4), ["Tổng cộng", *[None] * 8, 4]], hide)
    assert len(reading.rows) == 4
    assert [notice.said for notice in reading.notices if "ẩn hoặc lọc" in notice.cause] == ["2 dòng (3, 4)"]


# Slips of headings that change nothing: case, diacritics, decomposed letters, spaces, a colon, the order of columns.
SLIPS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper": str.upper,
    "lower": str.lower,
    "without diacritics": lambda text: "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "spaced": lambda text: f"  {text.replace(' ', chr(10))} ",
    "colon": lambda text: f"{text}:",
    "starred": lambda text: f"{text} (*)",
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(len(HEADINGS))), st.lists(st.sampled_from(sorted(SLIPS)), min_size=len(HEADINGS), max_size=len(HEADINGS)))
def test_order_and_slips_of_headings_never_change_a_row(read, order, slips):
    expected = read([row(), row(stt=2, start="tháng 6/2021", reach="gần 100")]).rows
    headings = [SLIPS[slip](HEADINGS[place]) for place, slip in zip(order, slips, strict=True)]
    rows = [[cells[place] for place in order] for cells in (row(), row(stt=2, start="tháng 6/2021", reach="gần 100"))]
    reading = read(rows, headings=headings)
    assert reading.faults == ()
    assert reading.rows.equals(expected)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([heading for heading in HEADINGS if len(heading) > 8 and "(" not in heading]), st.randoms(use_true_random=False))
def test_one_wrong_letter_in_a_heading_is_understood_and_told_or_a_fault_but_never_another_column(read, heading, chance: random.Random):
    place = chance.randrange(len(heading))
    misspelt = heading[:place] + chance.choice("bcdghklmnpqrstvx") + heading[place + 1 :]
    reading = read([row()], headings=[misspelt if known == heading else known for known in HEADINGS])
    is_same = reading.rows.equals(read([row()]).rows)
    is_told = any(misspelt in notice.said for notice in reading.notices)
    assert misspelt.casefold() == heading.casefold() or is_told or [fault.cause for fault in reading.faults] == ["Tên cột không đúng"]
    assert is_same or reading.faults or any(notice.cause.startswith("Cột không dùng đến") for notice in reading.notices)
