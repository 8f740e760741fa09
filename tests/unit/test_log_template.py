"""The template of an activity log: the headings the reader knows, lists that point at what they offer, examples that are not read."""

import re
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from defusedxml import ElementTree
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from analysis import codes
from analysis.errors import DataFaults, FolderUnusable
from analysis.ingest.activity_log import LogContext, read_activity_log
from analysis.ingest.activity_log.headings import find_headings
from analysis.ingest.activity_log.interpret import COUNTED_ONCE
from analysis.ingest.activity_log.layout import EXAMPLE_MARK, GUIDE_SHEET, LISTS_SHEET, LOG_COLUMNS, LOG_SHEET
from analysis.ingest.build import Build
from analysis.ingest.log_template import EXAMPLE_TITLE, PREPARED_ROWS, item_label, write_template
from analysis.ingest.workbooks import read_workbook

NUMBER = "6334/KH-UBND"
PLANS = pd.DataFrame(
    {"plan_number": [NUMBER], "plan_year": [2021], "province_code": ["74"], "vintage": ["63-tinh"], "title_vi": ["Truyền thông năm 2021"]}
)
ITEMS = pd.DataFrame(
    {
        "plan_number": [NUMBER, NUMBER, "689/KH-UBND"],
        "section": ["II.1", "I", "I"],
        "stt": [9, 1, 1],
        "title_vi": ["Đối thoại với người dân", "Giám sát, phản biện", "Của kế hoạch khác"],
        "main_channel": ["dialogue", "oversight", "press"],
        "lead_units_vi": ["Báo Bình Dương", "Sở Tư pháp", "Sở Tư pháp"],
        "coordinating_units_vi": ["Sở Tư pháp", None, None],
    }
)
UNITS = pd.DataFrame(
    {
        "unit_code": ["74", "718", "25741", "74-STP", "721", "25813", "25738", "74-VPUB"],
        "vintage": ["63-tinh"] * 8,
        "name_vi": [
            "Tỉnh Bình Dương",
            "Thành phố Thủ Dầu Một",
            "Phường Phú Hòa",
            "Sở Tư pháp tỉnh Bình Dương",
            "Thành phố Bến Cát",
            "Phường An Tây",
            "Phường Hiệp Thành",
            "Văn phòng Ủy ban nhân dân tỉnh Bình Dương",
        ],
        "unit_type": ["Tỉnh", "Thành phố", "Phường", "Sở", "Thành phố", "Phường", "Phường", "Văn phòng"],
        "level": ["province", "district", "commune", "department", "district", "commune", "commune", "department"],
        "parent_code": [None, "74", "718", "74", "74", "721", "718", "74"],
    }
)
EVENTS = pd.DataFrame(
    {
        "event_id": ["type-bencat-2024"],
        "kind": ["unit_type_change"],
        "start_date": [pd.Timestamp(2024, 5, 1)],
        "scope_code": ["721"],
        "vintage": ["63-tinh"],
        "title_vi": ["Bến Cát: thị xã thành thành phố"],
    }
)
LISTED_UNITS = [
    "Văn phòng UBND tỉnh",
    "Sở Tư pháp",
    "Thành phố Thủ Dầu Một",
    "Thị xã Bến Cát",
    "Phường Hiệp Thành, Thủ Dầu Một",
    "Phường Phú Hòa, Thủ Dầu Một",
    "Phường An Tây, Bến Cát",
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "log.xlsx"
    write_template(path, PLANS, ITEMS, UNITS, NUMBER, EVENTS)
    return path


@pytest.fixture(scope="module")
def book(template: Path) -> Workbook:
    return load_workbook(template)


def test_the_log_comes_first_with_the_headings_of_the_layout_and_stays_in_view(book: Workbook) -> None:
    assert book.sheetnames == [LOG_SHEET, GUIDE_SHEET, LISTS_SHEET]
    assert [cell.value for cell in book[LOG_SHEET][1]] == [column.heading for column in LOG_COLUMNS]
    assert book[LOG_SHEET].freeze_panes == "B2"
    assert book[LOG_SHEET].print_title_rows == "$1:$1"


def test_every_list_points_at_exactly_its_choices(book: Workbook) -> None:
    offered = {}
    for check in book[LOG_SHEET].data_validations.dataValidation:
        if check.type == "list":
            sheet, _, cells = check.formula1.replace("$", "").partition("!")
            left, top, right, bottom = range_boundaries(cells)
            assert (sheet.strip("'"), left) == (LISTS_SHEET, right)
            heading = book[LOG_SHEET].cell(1, range_boundaries(str(check.sqref))[0]).value
            assert book[LISTS_SHEET].cell(1, left).value == f"Danh sách cho cột “{heading}”"
            offered[heading] = [book[LISTS_SHEET].cell(row, left).value for row in range(top, bottom + 1)]
            assert book[LISTS_SHEET].cell(bottom + 1, left).value is None
    assert offered["Mục kế hoạch"] == ["I.1 – Giám sát, phản biện", "II.1.9 – Đối thoại với người dân"]
    assert offered["Số kế hoạch"] == [NUMBER]
    assert offered["Đơn vị thực hiện"] == LISTED_UNITS
    assert offered["Kênh truyền thông"] == list(codes.CHANNELS.values())
    assert offered["Đối tượng"] == list(codes.AUDIENCES.values())
    assert offered["Đơn vị tính"] == list(codes.COUNTERS.values())
    assert offered["Loại tiếp cận"] == list(codes.REACH_KINDS.values())
    assert offered["Cách ghi nhận"] == list(codes.REACH_BASES.values())


def test_checks_cover_all_prepared_rows_once_and_let_words_be_confirmed(book: Workbook) -> None:
    checks = book[LOG_SHEET].data_validations.dataValidation
    ranges = [str(check.sqref) for check in checks]
    assert len(set(ranges)) == len(ranges) == 13
    assert all(range_boundaries(cells)[1::2] == (2, PREPARED_ROWS + 3) for cells in ranges)
    assert {check.errorStyle for check in checks if check.type in ("date", "whole")} == {"warning"}
    assert all(len(check.error) <= 225 and len(check.errorTitle) <= 32 and len(check.formula1) < 255 for check in checks)


def test_days_and_numbers_have_their_formats_on_empty_rows(book: Workbook) -> None:
    formats = {cell.number_format for cell in book[LOG_SHEET]["G"][1:]} | {cell.number_format for cell in book[LOG_SHEET]["H"][1:]}
    assert formats == {"dd/mm/yyyy"}
    assert book[LOG_SHEET]["O500"].number_format == "#,##0"


def test_the_two_examples_say_that_they_are_not_read(book: Workbook) -> None:
    rows = [[cell.value for cell in row] for row in book[LOG_SHEET].iter_rows(min_row=2, max_row=4)]
    assert [row[0] for row in rows] == [f"{EXAMPLE_MARK}1", f"{EXAMPLE_MARK}2", None]
    assert all(row[8].startswith(EXAMPLE_TITLE) for row in rows[:2])
    assert rows[0][2] == "II.1.9 – Đối thoại với người dân"
    assert all(cell.font.italic for cell in book[LOG_SHEET][2])


def test_an_example_names_a_unit_that_leads_its_item_or_takes_part(book: Workbook) -> None:
    dialogue, articles = ([cell.value for cell in row] for row in book[LOG_SHEET].iter_rows(min_row=2, max_row=3))
    assert dialogue[1:4] == [NUMBER, "II.1.9 – Đối thoại với người dân", "Sở Tư pháp"]
    assert articles[1:4] == [None, None, "Văn phòng UBND tỉnh"]  # no item of this plan uses a portal: outside the plan


def test_without_events_units_have_the_names_of_the_list(tmp_path: Path) -> None:
    write_template(tmp_path / "log.xlsx", PLANS, ITEMS, UNITS, NUMBER)
    listed = [cell.value for cell in load_workbook(tmp_path / "log.xlsx")[LISTS_SHEET]["C"]]
    assert "Thành phố Bến Cát" in listed
    assert "Thị xã Bến Cát" not in listed


def test_the_guide_explains_every_column_and_warns_of_personal_data(book: Workbook) -> None:
    said = {row[0].value: row[1].value for row in book[GUIDE_SHEET].iter_rows()}
    assert all(said[column.heading] for column in LOG_COLUMNS)
    assert said["Từ ngày"].startswith("(bắt buộc)")
    assert "số căn cước" in said["Không nhập"]
    assert "Trung tâm Hành chính công tỉnh" in said["Đơn vị thực hiện"]


def test_the_same_plan_gives_the_same_bytes(template: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "again.xlsx", PLANS, ITEMS.iloc[::-1], UNITS.iloc[::-1], NUMBER, EVENTS)
    assert (tmp_path / "again.xlsx").read_bytes() == template.read_bytes()


def test_our_own_reader_takes_the_template_without_a_word(template: Path) -> None:
    received = read_workbook(template, template.name)
    assert (received.faults, received.notices) == ((), ())
    assert len(received.sheets[0].rows) == 3


def test_the_examples_of_the_shipped_plan_are_read_as_activities_without_a_fault_or_a_notice_of_counting(built: Build, tmp_path: Path) -> None:
    tables, path = built.tables, tmp_path / "log.xlsx"
    write_template(path, tables["plans"], tables["plan_items"], tables["units"], "6334/KH-UBND", tables["events"])
    book = load_workbook(path)
    for row in (2, 3):
        book[LOG_SHEET].cell(row, 1).value = row - 1
    book.save(path)
    context = LogContext(tables["units"], tables["plans"], tables["plan_items"], date(2026, 11, 22))
    reading = read_activity_log(path, path.name, context)
    assert (reading.faults, len(reading.rows)) == ((), 2)
    assert list(reading.rows["date_precision"]) == ["day", "month"]
    assert COUNTED_ONCE not in {notice.cause for notice in reading.notices}


def test_only_the_log_has_headings_of_a_log(template: Path) -> None:
    received = read_workbook(template, template.name)
    assert [find_headings(sheet, received.name) is not None for sheet in received.sheets] == [True, False, False]


def test_every_part_is_well_formed_and_holds_no_formula(template: Path) -> None:
    with zipfile.ZipFile(template) as archive:
        for member in archive.namelist():
            content = archive.read(member)
            ElementTree.fromstring(content)
            assert not re.search(rb"<f[ >]", content)


def test_long_titles_of_items_are_cut_visibly() -> None:
    label = item_label("I", 2, "chữ " * 60)
    assert label.startswith("I.2 – chữ")
    assert label.endswith("…")
    assert len(label) < 130


def test_an_unknown_plan_is_refused_with_those_known(tmp_path: Path) -> None:
    with pytest.raises(DataFaults, match=f"“{NUMBER}”"):
        write_template(tmp_path / "x.xlsx", PLANS, ITEMS, UNITS, "1/KH-UBND")
    assert not (tmp_path / "x.xlsx").exists()


def test_a_plan_without_items_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFaults, match="không có mục nào"):
        write_template(tmp_path / "x.xlsx", PLANS, ITEMS[:0], UNITS, NUMBER)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FolderUnusable):
        write_template(tmp_path / "file" / "x.xlsx", PLANS, ITEMS, UNITS, NUMBER)
