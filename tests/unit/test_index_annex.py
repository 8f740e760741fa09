"""The form for a printed table of an index: what is typed or pasted into it is read as it was meant, or named by its cell."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from analysis.codes import COMPOSITE
from analysis.errors import DataFaults
from analysis.ingest.build import Build
from analysis.ingest.index_files import read_index_file, recognise
from analysis.ingest.index_files.annex import annex_head, is_annex, read_annex
from analysis.ingest.index_files.annex_layout import GUIDE_SHEET, TABLE_SHEET
from analysis.ingest.index_files.annex_template import FIRST_PROVINCE_ROW, HEADING_ROW, write_annex_template
from analysis.ingest.index_files.annex_values import read_figure, read_rank
from analysis.ingest.index_files.provinces import ProvinceNames
from analysis.ingest.score_reading import SCORE_COLUMNS, IndexContext, ScoreReading

DOCUMENT, ADDRESS = "văn bản để kiểm thử", "https://example.org/phu-luc"
FIELD_CELLS = {"index": "C3", "year": "C4", "document": "C5", "address": "C6", "published": "C7", "unit": "C8"}
Fill = Callable[[Worksheet], None]


@pytest.fixture(scope="session")
def context(built: Build) -> IndexContext:
    tables = built.tables
    return IndexContext(tables["units"], tables["index_editions"], tables["index_components"], tables["index_weights"])


@pytest.fixture(scope="session")
def blank(context: IndexContext, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Path]:
    """``blank("SIPAS", 2023)``: the empty form of an edition; for copying only."""
    folder, made = tmp_path_factory.mktemp("forms"), {}

    def make(index: str, year: int) -> Path:
        if (index, year) not in made:
            made[index, year] = folder / f"{index}-{year}.xlsx"
            write_annex_template(made[index, year], index, year, context.units, context.editions, context.components)
        return made[index, year]

    return make


@pytest.fixture
def read(context: IndexContext, blank, tmp_path: Path) -> Callable[..., ScoreReading]:
    """``read(fill)``: what is read of the form of PAR INDEX 2022 whose head is filled in, after ``fill`` worked on its sheet."""

    def fill_and_read(fill: Fill, index: str = "PAR INDEX", year: int = 2022, *, expected_year: int | None = None) -> ScoreReading:
        book = load_workbook(blank(index, year))
        sheet = book[TABLE_SHEET]
        sheet[FIELD_CELLS["document"]], sheet[FIELD_CELLS["address"]] = DOCUMENT, ADDRESS
        sheet[FIELD_CELLS["unit"]] = "%" if index in ("PAR INDEX", "SIPAS") else "điểm"
        fill(sheet)
        path = tmp_path / "bang.xlsx"
        book.save(path)
        return read_annex(path, path.name, context, expected_year=expected_year)

    return fill_and_read


def column(sheet: Worksheet, mark: str) -> int:
    """Number of the column with a code in the small row below the names."""
    return next(cell.column for cell in sheet[HEADING_ROW + 1] if cell.value == mark)


def row(sheet: Worksheet, name: str) -> int:
    return next(cell.row for cell in sheet["B"] if cell.value == name)


def put(sheet: Worksheet, name: str, **values: object) -> None:
    """``put(sheet, "Hà Giang", HANG=3, TOTAL=80.5)``."""
    for mark, value in values.items():
        sheet.cell(row(sheet, name), column(sheet, mark)).value = value


def fill_all(sheet: Worksheet, mark: str = COMPOSITE, top: float = 90.0, step: float = 0.25, *, ranked: bool = True) -> None:
    """Every province, each place lower by a step; places do not follow the order of the form."""
    for number, line in enumerate(range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63)):
        place = number * 29 % 63
        sheet.cell(line, column(sheet, mark)).value = round(top - step * place, 2)
        if ranked:
            sheet.cell(line, column(sheet, "HANG")).value = place + 1


def causes(reading: ScoreReading) -> list[str]:
    return [fault.cause for fault in reading.faults]


def cells(reading: ScoreReading, cause: str) -> list[str]:
    return [fault.cell.name for fault in reading.faults if fault.cause == cause and fault.cell is not None]


def said(reading: ScoreReading, cause: str) -> list[str]:
    return [notice.said for notice in reading.notices if notice.cause == cause]


# The form itself


def test_the_form_has_a_row_a_province_in_code_order_and_a_column_a_registered_component(blank, context):
    book = load_workbook(blank("PAR INDEX", 2022))
    assert book.sheetnames == [TABLE_SHEET, GUIDE_SHEET]
    sheet = book[TABLE_SHEET]
    codes = [sheet.cell(line, 1).value for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 64)]
    provinces = context.units[(context.units["level"] == "province") & (context.units["vintage"] == "63-tinh")]
    assert codes == [*sorted(provinces["unit_code"]), "00"]
    of_2022 = context.components[
        (context.components["index"] == "PAR INDEX") & (context.components["first_year"] <= 2022) & (context.components["last_year"] >= 2022)
    ].set_index("component")["name_vi"]
    headings = {sheet.cell(HEADING_ROW + 1, number).value: sheet.cell(HEADING_ROW, number).value for number in range(4, sheet.max_column + 1)}
    assert headings == {**of_2022, COMPOSITE: "Điểm tổng hợp"}
    assert (sheet[FIELD_CELLS["index"]].value, sheet[FIELD_CELLS["year"]].value) == ("PAR INDEX", 2022)


def test_an_edition_before_2008_has_64_provinces_with_ha_tay(blank):
    sheet = load_workbook(blank("PCI", 2007))[TABLE_SHEET]
    names = [sheet.cell(line, 2).value for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 64)]
    assert "Hà Tây" in names
    assert len(set(names)) == 64


def test_the_same_edition_gives_the_same_bytes(blank, context, tmp_path):
    write_annex_template(tmp_path / "again.xlsx", "SIPAS", 2023, context.units, context.editions, context.components)
    assert (tmp_path / "again.xlsx").read_bytes() == blank("SIPAS", 2023).read_bytes()


def test_codes_and_names_are_kept_by_validation_and_no_sheet_has_a_password(blank):
    book = load_workbook(blank("SIPAS", 2023))
    sheet = book[TABLE_SHEET]
    kept = [check for check in sheet.data_validations.dataValidation if check.type == "custom" and f"A{FIRST_PROVINCE_ROW}" in check.sqref]
    assert [(check.formula1, check.errorStyle) for check in kept] == [("FALSE", "stop")]
    assert not any(one.protection.sheet for one in book.worksheets)


def test_an_edition_the_registry_does_not_have_is_refused_with_those_it_has(context, tmp_path):
    with pytest.raises(DataFaults, match="2012, 2013") as refused:
        write_annex_template(tmp_path / "x.xlsx", "PAR INDEX", 1999, context.units, context.editions, context.components)
    assert "PAR INDEX 1999" in str(refused.value)
    assert not (tmp_path / "x.xlsx").exists()


def test_an_edition_without_registered_components_is_refused(context, tmp_path):
    with pytest.raises(DataFaults, match="PCI 2025"):
        write_annex_template(tmp_path / "x.xlsx", "PCI", 2025, context.units, context.editions, context.components)


def test_a_form_is_recognised_by_its_sheet_and_other_files_are_not(blank, tmp_path):
    other = Workbook()
    other.save(tmp_path / "khac.xlsx")
    (tmp_path / "khac.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "hong.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    (tmp_path / "hong.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert is_annex(blank("SIPAS", 2023))
    assert recognise(blank("SIPAS", 2023)) == "index-annex"
    assert [is_annex(path) for path in sorted([*tmp_path.iterdir(), tmp_path / "khong-co.xlsx", tmp_path])] == [False] * 6


# What is read


def test_figures_are_read_with_basis_address_and_place(read):
    def fill(sheet):
        put(sheet, "Quảng Ninh", HANG=1, TOTAL=90.5, DIRECTION=9.1)
        put(sheet, "Lạng Sơn", HANG=54)
        sheet.cell(FIRST_PROVINCE_ROW + 63, column(sheet, COMPOSITE)).value = 84.5

    reading = read(fill)
    assert reading.faults == ()
    assert list(reading.rows.columns) == list(SCORE_COLUMNS)
    held = reading.rows.set_index(["province_code", "component"])
    assert held.loc[("22", COMPOSITE), ["score", "rank"]].tolist() == [90.5, 1]
    assert held.loc[("22", "DIRECTION"), "score"] == 9.1
    assert held["rank"].notna().sum() == 2
    assert held["score"].notna().sum() == 3
    assert held.loc[("00", COMPOSITE), "score"] == 84.5
    assert set(held["basis"]) == {"stated"}
    assert set(held["address"]) == {ADDRESS}
    assert reading.places.tolist()[0].startswith(f"bang.xlsx, trang tính “{TABLE_SHEET}”, ô ")
    assert reading.editions == (("PAR INDEX", 2022),)
    assert [str(reading.rows[name].dtype) for name in ("index", "edition_year", "score", "rank")] == ["string", "Int64", "Float64", "Int64"]


def test_a_part_of_the_provinces_is_taken_with_a_notice_that_it_gives_no_standing(read):
    reading = read(lambda sheet: put(sheet, "Quảng Ninh", HANG=1, TOTAL=90.5))
    assert reading.faults == ()
    (notice,) = said(reading, "Chỉ có một phần các tỉnh")
    assert notice.startswith("1 trên 63 tỉnh")
    assert "ít nhất 55 tỉnh" in notice


def test_a_whole_table_has_no_faults_and_no_notices(read):
    reading = read(fill_all)
    assert (reading.faults, reading.notices) == ((), ())
    assert len(reading.rows) == 63


def test_a_table_pasted_by_rank_with_names_is_read_by_name_and_said_so(read, context, blank):
    names = [load_workbook(blank("PAR INDEX", 2022))[TABLE_SHEET].cell(line, 2).value for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63)]
    ranked = [*names[40:], *reversed(names[:40])]

    def paste(sheet):
        for number, name in enumerate(ranked):
            for place, value in ((2, name), (3, number + 1), (4, 90 - number / 10)):
                sheet.cell(FIRST_PROVINCE_ROW + number, place).value = value

    reading = read(paste)
    assert reading.faults == ()
    (notice,) = said(reading, "Bảng theo thứ tự khác biểu mẫu")
    assert "đọc theo tên" in notice
    edition = context.editions[(context.editions["index"] == "PAR INDEX") & (context.editions["edition_year"] == 2022)].iloc[0]
    known = ProvinceNames(context.units, edition)
    by_rank = reading.rows.sort_values("rank")["province_code"].tolist()
    assert by_rank == [known.resolve(name).code for name in ranked]


def test_five_pasted_rows_over_the_first_ones_are_read_by_name(read):
    def paste(sheet):
        for number, name in enumerate(["Quảng Ninh", "Hải Phòng", "Hà Nội", "Bắc Giang", "Đà Nẵng"]):
            sheet.cell(FIRST_PROVINCE_ROW + number, 2).value = name
            sheet.cell(FIRST_PROVINCE_ROW + number, 3).value = number + 1

    reading = read(paste)
    assert reading.faults == ()
    assert reading.rows.set_index("rank")["province_code"].to_dict() == {1: "22", 2: "31", 3: "01", 4: "24", 5: "48"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Bà Rịa–Vũng Tàu", "77"),
        ("BRVT", "77"),
        ("TP.HCM", "79"),
        ("Thừa Thiên - Huế", "46"),
        ("Đắc Lắc", "66"),
        ("tỉnh Hoà Bình", "17"),
        ("HÀ NỘI", "01"),
    ],
)
def test_every_spelling_of_a_province_is_read(read, written, code):
    def fill(sheet):
        sheet.cell(FIRST_PROVINCE_ROW, 1).value = None
        sheet.cell(FIRST_PROVINCE_ROW, 2).value = written
        sheet.cell(FIRST_PROVINCE_ROW, 3).value = 1

    reading = read(fill)
    assert reading.faults == ()
    assert reading.rows["province_code"].tolist() == [code]


def test_numbers_as_text_are_read_and_told_in_one_notice_with_the_cells(read):
    def fill(sheet):
        put(sheet, "Quảng Ninh", HANG="1", TOTAL="90,5")
        put(sheet, "Hà Giang", HANG=2, TOTAL=" 80,25 % ")
        put(sheet, "Lạng Sơn", HANG=3, TOTAL="70 ,1")

    reading = read(fill)
    assert reading.faults == ()
    assert reading.rows.set_index("rank")["score"].to_dict() == {1: 90.5, 2: 80.25, 3: 70.1}
    (notice,) = [notice for notice in reading.notices if notice.cause == "Số ghi dạng chữ"]
    assert notice.said.startswith("4 ô, ví dụ đọc “80,25 %” là 80,25")
    assert all(f"D{line}" in notice.where for line in (13, 24))


def test_a_cell_formatted_as_a_percentage_is_read_as_it_is_shown(read):
    def fill(sheet):
        put(sheet, "Quảng Ninh", HANG=1, TOTAL=0.9012)
        sheet.cell(row(sheet, "Quảng Ninh"), column(sheet, COMPOSITE)).number_format = "0.00%"

    reading = read(fill)
    assert reading.faults == ()
    assert reading.rows["score"].tolist() == [90.12]
    assert len(said(reading, "Ô định dạng phần trăm")) == 1


def test_headings_printed_again_extremes_and_remarks_are_passed_over(read):
    def fill(sheet):
        fill_all(sheet)
        last = FIRST_PROVINCE_ROW + 64
        for line, (name, value) in enumerate([("Tỉnh, thành phố", "Điểm tổng hợp"), ("Cao nhất", 90.0), ("Thấp nhất", 74.5)], last):
            sheet.cell(line, 2).value, sheet.cell(line, 4).value = name, value
        sheet.cell(last + 4, 5).value = "Người lập biểu"

    reading = read(fill)
    assert reading.faults == ()
    assert len(reading.rows) == 63
    assert len(said(reading, "Dòng không phải của một tỉnh")) == 4


def test_a_csv_saved_from_the_form_is_read_like_it(read, context, blank, tmp_path):
    sheet = load_workbook(blank("SIPAS", 2023))[TABLE_SHEET]
    sheet[FIELD_CELLS["document"]], sheet[FIELD_CELLS["address"]], sheet[FIELD_CELLS["unit"]] = DOCUMENT, ADDRESS, "%"
    put(sheet, "Hà Giang", HANG=2, TOTAL="80,25")
    path = write_csv(tmp_path / "sipas.csv", ([cell.value for cell in line] for line in sheet.iter_rows()))
    assert recognise(path) == "index-annex"
    reading = read_annex(path, path.name, context)
    assert reading.faults == ()
    assert reading.rows[["province_code", "score", "rank"]].values.tolist() == [["02", 80.25, 2]]


def write_csv(path: Path, lines: Iterable[Iterable[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows([["" if value is None else value for value in line] for line in lines])
    return path


def test_document_address_and_day_are_handed_to_the_register(read, tmp_path):
    def fill(sheet):
        put(sheet, "Quảng Ninh", HANG=1)
        sheet[FIELD_CELLS["published"]] = "ngày 19/4/2023"

    read(fill)
    head = annex_head(tmp_path / "bang.xlsx", "bang.xlsx")
    assert (head.index, head.year, head.document, head.address, str(head.published)) == ("PAR INDEX", 2022, DOCUMENT, ADDRESS, "2023-04-19")


def test_another_publication_day_than_registered_is_a_notice(read):
    def fill(sheet):
        put(sheet, "Quảng Ninh", HANG=1)
        sheet[FIELD_CELLS["published"]] = "20/04/2023"

    assert said(read(fill), "Ngày công bố khác danh mục") == ["bảng ghi 20/04/2023, danh mục chỉ số ghi 19/04/2023 và được dùng"]


# What is wrong


def test_every_fault_is_told_together_each_at_its_cell(read):
    def fill(sheet):
        sheet[FIELD_CELLS["address"]] = None
        put(sheet, "Hà Giang", HANG=2, TOTAL="tám mươi")
        put(sheet, "Cao Bằng", HANG=64, TOTAL=0)
        put(sheet, "Bắc Kạn", HANG=3, TOTAL=8532)
        sheet.cell(row(sheet, "Lào Cai"), 2).value = "Lao Kai Xa"
        put(sheet, "Lao Kai Xa", HANG=4)

    reading = read(fill)
    found = {fault.cause: fault.cell.name for fault in reading.faults if fault.cell}
    assert found == {
        "Chưa ghi nguồn của bảng": "C6",
        "Chữ ở ô số": "D13",
        "Điểm 0": "D14",
        "Hạng không thể có": "C14",
        "Điểm ngoài thang": "D15",
        "Không rõ tỉnh nào": "B17",
    }
    assert all(fault.where.startswith(f"bang.xlsx, trang tính “{TABLE_SHEET}”") for fault in reading.faults)


def test_a_province_twice_is_named_with_both_cells(read):
    def fill(sheet):
        put(sheet, "Hà Giang", HANG=1)
        put(sheet, "Cao Bằng", HANG=2)
        sheet.cell(row(sheet, "Cao Bằng"), 2).value = "Hà Giang"

    reading = read(fill)
    (fault,) = [fault for fault in reading.faults if fault.cause == "Một tỉnh có hai dòng"]
    assert fault.cell.name == "B14"
    assert "B13" in fault.accepted


def test_a_misspelt_province_is_answered_with_the_near_one(read):
    def fill(sheet):
        put(sheet, "Quảng Ninh", HANG=1)
        sheet.cell(row(sheet, "Quảng Ninh"), 2).value = "Quảng Nihn"

    (fault,) = read(fill).faults
    assert "Quảng Ninh" in fault.accepted


def test_a_64th_province_of_another_time_is_named(read):
    def fill(sheet):
        fill_all(sheet)
        sheet.cell(FIRST_PROVINCE_ROW + 64, 2).value = "Hà Tây"
        sheet.cell(FIRST_PROVINCE_ROW + 64, 3).value = 63

    reading = read(fill)
    (fault,) = [fault for fault in reading.faults if fault.cause == "Tỉnh không thuộc danh mục của phiên bản"]
    assert "Hà Tây" in fault.found


def test_one_province_left_out_of_nearly_all_is_a_slip_unless_it_is_said(read):
    def fill(sheet, silence=None):
        fill_all(sheet)
        put(sheet, "Bình Dương", HANG=None, TOTAL=silence)

    (fault,) = read(fill).faults
    assert fault.cause == "Thiếu tỉnh"
    assert "Bình Dương" in fault.found
    reading = read(lambda sheet: fill(sheet, "không công bố"))
    assert reading.faults == ()
    assert "74" not in set(reading.rows["province_code"])


def test_an_edition_that_ranked_fewer_takes_as_many_and_refuses_more(read, context):
    edition = context.editions[(context.editions["index"] == "PAPI") & (context.editions["edition_year"] == 2022)].iloc[0]
    ranked = int(edition["ranked_units_count"])
    assert ranked < 63

    def fill(sheet, count):
        fill_all(sheet, top=45.0, step=0.1, ranked=False)
        for line in range(FIRST_PROVINCE_ROW + count, FIRST_PROVINCE_ROW + 63):
            sheet.cell(line, column(sheet, COMPOSITE)).value = None

    assert read(lambda sheet: fill(sheet, ranked), "PAPI", 2022).faults == ()
    assert causes(read(lambda sheet: fill(sheet, ranked + 1), "PAPI", 2022)) == ["Nhiều tỉnh hơn phiên bản"]
    assert causes(read(lambda sheet: fill(sheet, ranked - 1), "PAPI", 2022)) == ["Thiếu tỉnh"]


def test_a_composite_as_a_share_is_one_fault_of_its_column(read):
    reading = read(lambda sheet: fill_all(sheet, top=0.9, step=0.01))
    assert causes(reading) == ["Cả cột ở thang khác"]
    assert "nhân với 100" in reading.faults[0].action
    assert cells(reading, "Cả cột ở thang khác") == [f"D{HEADING_ROW}"]


def test_lost_decimal_commas_are_one_fault_of_the_column(read):
    reading = read(lambda sheet: fill_all(sheet, top=9000, step=25))
    assert causes(reading) == ["Cả cột ở thang khác"]
    assert "8532" in reading.faults[0].action


def test_percent_where_a_component_counts_points_is_one_fault_of_its_column(read):
    def fill(sheet):
        fill_all(sheet)
        fill_all(sheet, "PROCEDURES", top=98.0, step=0.5, ranked=False)

    reading = read(fill, year=2024)  # there procedures are worth 13 points
    assert causes(reading) == ["Cả cột ở thang khác"]
    assert "từ 0 đến 13" in reading.faults[0].accepted


def test_percent_as_the_unit_of_an_index_of_points_is_a_fault(read):
    def fill(sheet):
        sheet[FIELD_CELLS["unit"]] = "%"
        put(sheet, "Hà Giang", TOTAL=40.5)

    assert causes(read(fill, "PAPI", 2022)) == ["Cả cột ở thang khác"]


def test_ranks_that_contradict_scores_are_named_with_both_cells_and_ties_are_not(read):
    def fill(sheet):
        put(sheet, "Hà Giang", HANG=1, TOTAL=90.0)
        put(sheet, "Cao Bằng", HANG=2, TOTAL=85.0)
        put(sheet, "Bắc Kạn", HANG=2, TOTAL=85.0)
        put(sheet, "Lào Cai", HANG=5, TOTAL=80.0)
        put(sheet, "Điện Biên", HANG=6, TOTAL=80.0)

    assert read(fill).faults == ()

    def contradict(sheet):
        fill(sheet)
        put(sheet, "Lai Châu", HANG=7, TOTAL=84.0)

    (fault,) = read(contradict).faults
    assert (fault.cause, fault.cell.name) == ("Hạng trái với điểm", "C19")
    assert "ô C18" in fault.accepted


def test_one_rank_with_two_scores_is_a_fault(read):
    def fill(sheet):
        put(sheet, "Hà Giang", HANG=3, TOTAL=90.0)
        put(sheet, "Cao Bằng", HANG=3, TOTAL=85.0)

    assert causes(read(fill)) == ["Hai tỉnh cùng hạng mà khác điểm"]


PARTS = {"D1": 5.1, "D2": 5.2, "D3": 4.3, "D4": 6.4, "D5": 7.0, "D6": 6.6, "D7": 3.5, "D8": 3.0}


@pytest.mark.parametrize(
    ("ranks", "scores", "cells_told"),
    [
        (True, True, ("63 hạng ở ô C12–C74", "63 điểm ở ô D12–D74")),
        (True, False, ("63 hạng ở ô C12–C74",)),
        (False, True, ("63 điểm ở ô D12–D74",)),
    ],
)
def test_columns_pasted_by_rank_beside_the_prefilled_names_are_one_fault_with_their_cells(read, ranks, scores, cells_told):
    def paste(sheet, first=0, count=63):
        for number, line in enumerate(range(FIRST_PROVINCE_ROW + first, FIRST_PROVINCE_ROW + first + count)):
            sheet.cell(line, column(sheet, "HANG")).value = number + 1 if ranks else None
            sheet.cell(line, column(sheet, COMPOSITE)).value = round(90 - number // 2 / 10, 2) if scores else None  # with ties

    (fault,) = [fault for fault in read(paste).faults if fault.cause != "Hai tỉnh cùng hạng mà khác điểm"]
    assert fault.cause == "Dán theo thứ hạng mà thiếu cột tên tỉnh"
    assert "có vẻ đã dán cột điểm theo thứ hạng mà thiếu cột tên tỉnh" in fault.found
    assert all(told in fault.found for told in cells_told)
    assert "cột tên tỉnh" in fault.action
    assert fault.cell.name == ("C12" if ranks else "D12")
    assert causes(read(lambda sheet: paste(sheet, 10, 20))) == [fault.cause]
    assert causes(read(lambda sheet: paste(sheet, 10, 19))) == [], "a few best provinces may stand in the order of their codes"


def test_a_column_pasted_by_rank_is_told_though_a_slip_breaks_its_order_and_from_the_last_upwards(read):
    def paste(sheet, step):
        for number, line in enumerate(range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63)):
            sheet.cell(line, column(sheet, COMPOSITE)).value = round(80 - step * number, 2)
        sheet.cell(FIRST_PROVINCE_ROW + 7, column(sheet, COMPOSITE)).value = 89.5

    for step in (0.1, -0.1):
        assert causes(read(lambda sheet, step=step: paste(sheet, step))) == ["Dán theo thứ hạng mà thiếu cột tên tỉnh"]


def test_names_pasted_over_the_column_of_codes_are_one_fault(read):
    def paste(sheet):
        fill_all(sheet)
        for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63):
            sheet.cell(line, 1).value = sheet.cell(FIRST_PROVINCE_ROW + (line * 5) % 63, 2).value

    (fault,) = read(paste).faults
    assert (fault.cause, fault.cell.name) == ("Tên tỉnh nằm ở cột mã", "A12")
    assert "63 ô" in fault.found

    def move(sheet):
        paste(sheet)
        for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63):
            sheet.cell(line, 2).value = None

    assert causes(read(move)) == ["Tên tỉnh nằm ở cột mã"]


@pytest.mark.parametrize("written", ["hạng ba", "85,32", "#N/A"])
def test_text_in_a_rank_cell_is_answered_with_what_a_rank_is(read, written):
    (fault,) = read(lambda sheet: put(sheet, "Hà Giang", HANG=written, TOTAL=80.5)).faults
    assert fault.accepted.startswith("số nguyên từ 1 đến 63")
    assert "hạng" in fault.action


@pytest.mark.parametrize(("total", "found"), [(41.1, []), (41.06, []), (41.2, ["Tổng thành phần khác điểm tổng hợp"])])
def test_a_composite_that_is_not_the_sum_of_all_its_parts_is_a_fault(read, total, found):
    reading = read(lambda sheet: put(sheet, "Hà Giang", TOTAL=total, **PARTS), "PAPI", 2022)
    assert causes(reading) == found


PAR_PARTS = {"APPRAISED": 50.0, "SIPAS_PART": 8.0, "LEADER_SURVEY": 18.0, "SOCIO_ECONOMIC": 3.0}


@pytest.mark.parametrize(
    ("rule", "total", "is_fault"), [("sum", 79.04, False), ("sum", 80.0, True), ("part_sum", 80.0, False), ("part_sum", 78.9, True)]
)
def test_sums_of_par_index_are_held_to_the_rule_of_the_registry(context, blank, tmp_path, rule, total, is_fault):
    book = load_workbook(blank("PAR INDEX", 2020))
    sheet = book[TABLE_SHEET]
    sheet[FIELD_CELLS["document"]], sheet[FIELD_CELLS["address"]], sheet[FIELD_CELLS["unit"]] = DOCUMENT, ADDRESS, "%"
    put(sheet, "Hà Giang", TOTAL=total, **PAR_PARTS)
    book.save(tmp_path / "par.xlsx")
    editions = context.editions.assign(composite_rule=context.editions["composite_rule"].where(context.editions["edition_year"] != 2020, rule))
    reading = read_annex(tmp_path / "par.xlsx", "par.xlsx", IndexContext(context.units, editions, context.components, context.weights))
    assert causes(reading) == (["Tổng thành phần khác điểm tổng hợp"] if is_fault else [])
    assert all("cộng lại 79" in fault.found and fault.cell.name == "D13" for fault in reading.faults)


def test_parts_are_not_summed_while_one_is_missing(read):
    some = {part: score for part, score in PARTS.items() if part != "D8"}
    assert read(lambda sheet: put(sheet, "Hà Giang", TOTAL=50.0, **some), "PAPI", 2022).faults == ()


def test_a_weighted_composite_is_held_against_the_weights_of_its_era(read, context):
    weights = context.weights[(context.weights["index"] == "PCI") & (context.weights["era"] == "2013-2021")].set_index("component")["weight_pct"]
    parts = {str(code): 5.0 + number / 2 for number, code in enumerate(weights.index)}
    total = sum(parts[str(code)] * weight / 10 for code, weight in weights.items())
    assert read(lambda sheet: put(sheet, "Hà Giang", TOTAL=round(total, 2), **parts), "PCI", 2014).faults == ()
    (fault,) = read(lambda sheet: put(sheet, "Hà Giang", TOTAL=round(total, 2) + 1, **parts), "PCI", 2014).faults
    assert fault.cause == "Tổng thành phần khác điểm tổng hợp"
    assert "10 thành phần tính theo trọng số cho" in fault.found
    assert "cộng lại" not in f"{fault}"


def test_a_national_mean_far_from_that_of_all_provinces_is_a_notice(read):
    def fill(sheet, mean):
        fill_all(sheet, top=90.0, step=0.25)  # mean 82.25
        sheet.cell(FIRST_PROVINCE_ROW + 63, column(sheet, COMPOSITE)).value = mean

    assert read(lambda sheet: fill(sheet, 82.3)).notices == ()
    (notice,) = said(read(lambda sheet: fill(sheet, 83.0)), "Bình quân cả nước khác bình quân các tỉnh")
    assert "ghi 83, bình quân 63 tỉnh là 82,25" in notice


@pytest.mark.parametrize("written", ["85.320", "1.085,32", "1,085.32", "85,32,1"])
def test_a_number_that_reads_two_ways_is_a_fault(read, written):
    assert causes(read(lambda sheet: put(sheet, "Hà Giang", HANG=1, TOTAL=written))) == ["Số đọc được hai cách"]


def test_two_decimal_marks_in_one_table_are_a_fault_of_the_rarer(read):
    def fill(sheet):
        put(sheet, "Hà Giang", TOTAL="85,32")
        put(sheet, "Cao Bằng", TOTAL="84,10")
        put(sheet, "Bắc Kạn", TOTAL="83.10")

    assert cells(read(fill), "Số đọc được hai cách") == ["D15"]


def test_a_number_that_excel_made_a_day_is_named(read):
    import datetime

    (fault,) = read(lambda sheet: put(sheet, "Hà Giang", TOTAL=datetime.datetime(2023, 10, 9))).faults
    assert "Excel đã đổi số thành ngày" in fault.action


@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        ("address", None, "Chưa ghi nguồn của bảng"),
        ("document", None, "Chưa ghi nguồn của bảng"),
        ("unit", None, "Chưa ghi nguồn của bảng"),
        ("unit", "phiếu", "Phần đầu bảng không đọc được"),
        ("published", "đầu tháng tư", "Phần đầu bảng không đọc được"),
        ("index", "HDI", "Phần đầu bảng không đọc được"),
        ("year", "22", "Phần đầu bảng không đọc được"),
        ("year", 1999, "Phiên bản chưa có trong danh mục chỉ số"),
    ],
)
def test_a_wrong_or_missing_line_of_the_head_is_named_by_its_cell(read, key, value, cause):
    def fill(sheet):
        put(sheet, "Hà Giang", HANG=1)
        sheet[FIELD_CELLS[key]] = value

    (fault,) = read(fill).faults
    assert (fault.cause, fault.cell.name) == (cause, FIELD_CELLS[key])


def test_another_year_than_the_sender_says_is_a_fault(read):
    reading = read(lambda sheet: put(sheet, "Hà Giang", HANG=1), expected_year=2023)
    assert causes(reading) == ["Năm của bảng khác năm đã nêu"]


def test_the_year_that_the_sender_says_reaches_the_reader_through_the_common_entrance(context, blank):
    reading = read_index_file(blank("SIPAS", 2023), "sipas.xlsx", "index-annex", context, expected_year=2022)
    assert "Năm của bảng khác năm đã nêu" in causes(reading)


def test_an_empty_table_is_a_fault(read):
    assert causes(read(lambda _: None)) == ["Bảng chưa có số"]


def test_a_repeated_unknown_or_contradicting_heading_is_named(read):
    def repeat(sheet):
        fill_all(sheet)
        sheet.cell(HEADING_ROW, 5).value, sheet.cell(HEADING_ROW + 1, 5).value = "Điểm tổng hợp", COMPOSITE

    def unknown(sheet):
        fill_all(sheet)
        sheet.cell(HEADING_ROW, 12).value = "Điểm thưởng"
        sheet.cell(FIRST_PROVINCE_ROW, 12).value = 1

    def contradict(sheet):
        fill_all(sheet)
        sheet.cell(HEADING_ROW, 5).value, sheet.cell(HEADING_ROW, 6).value = sheet.cell(HEADING_ROW, 6).value, sheet.cell(HEADING_ROW, 5).value

    assert causes(read(repeat)) == ["Cột lặp lại"]
    assert causes(read(unknown)) == ["Cột không có trong danh mục của phiên bản"]
    assert cells(read(contradict), "Tên cột và mã cột nói khác nhau") == [f"E{HEADING_ROW}", f"F{HEADING_ROW}"]


def test_pasted_headings_in_another_order_are_read_once_the_row_of_codes_is_gone(read):
    def fill(sheet):
        names = [sheet.cell(HEADING_ROW, number).value for number in range(3, 7)]
        for number, name in zip(range(3, 7), reversed(names), strict=True):
            sheet.cell(HEADING_ROW, number).value = name
        for number in range(1, 12):
            sheet.cell(HEADING_ROW + 1, number).value = None
        line = row(sheet, "Hà Giang")
        for number, value in zip(range(3, 7), (7.5, 9.0, 81.0, 12), strict=True):
            sheet.cell(line, number).value = value

    reading = read(fill)
    assert reading.faults == ()
    held = reading.rows.set_index("component")
    assert held.loc[COMPOSITE, ["score", "rank"]].tolist() == [81.0, 12]


def test_codes_that_contradict_names_in_a_form_whose_codes_were_changed_are_a_fault(read):
    def fill(sheet):
        put(sheet, "Hà Giang", HANG=1)
        sheet.cell(row(sheet, "Hà Giang"), 1).value = "22"

    assert causes(read(fill)) == ["Mã và tên tỉnh nói khác nhau"]


@pytest.mark.parametrize(("name", "content"), [("bang.pdf", b"%PDF-1.7 x"), ("bang.docx", None)])
def test_a_pdf_or_word_file_is_answered_with_the_form(context, tmp_path, name, content):
    import zipfile

    path = tmp_path / name
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", "<w/>")
    else:
        path.write_bytes(content)
    (fault,) = read_annex(path, name, context).faults
    assert "lantoa template index-annex" in fault.action


def test_a_workbook_that_is_no_form_is_answered_with_its_sheets_and_the_form(context, tmp_path):
    book = Workbook()
    book.active.title = "Số liệu"
    book.active["A1"] = "x"
    book.save(tmp_path / "khac.xlsx")
    (fault,) = read_annex(tmp_path / "khac.xlsx", "khac.xlsx", context).faults
    assert "“Số liệu”" in fault.found
    assert "lantoa template index-annex" in fault.action


def test_two_tables_in_one_file_are_refused(context, blank, tmp_path):
    book = load_workbook(blank("SIPAS", 2023))
    book.copy_worksheet(book[TABLE_SHEET]).title = "Bản sao"
    book.save(tmp_path / "hai.xlsx")
    assert causes(read_annex(tmp_path / "hai.xlsx", "hai.xlsx", context)) == ["Tệp có hai bảng điểm"]


# Properties


@given(st.decimals(min_value=0, max_value=100, places=2), st.sampled_from(["{}", " {} ", "{}%", "{} %", "{} điểm"]), st.sampled_from(",."))
def test_a_number_with_up_to_two_decimals_is_read_however_it_is_written(value, form, mark):
    figure = read_figure(form.format(str(value).replace(".", mark)))
    assert figure.problem is None
    assert figure.value == pytest.approx(float(value))


@given(st.one_of(st.text(), st.floats(allow_nan=False), st.integers(), st.booleans(), st.datetimes(), st.none()))
def test_any_cell_is_a_figure_a_silence_or_a_named_problem(cell):
    for figure in (read_figure(cell), read_rank(cell)):
        assert (figure.value is None) or (figure.problem is None and not figure.is_silent)


@settings(max_examples=40)
@given(data=st.data())
def test_whatever_provinces_are_filled_in_whatever_order_come_back_as_they_were(data, context, blank, tmp_path_factory):
    sheet = load_workbook(blank("SIPAS", 2023))[TABLE_SHEET]
    listed = [(sheet.cell(line, 1).value, sheet.cell(line, 2).value) for line in range(FIRST_PROVINCE_ROW, FIRST_PROVINCE_ROW + 63)]
    chosen = data.draw(st.lists(st.sampled_from(listed), unique=True, min_size=1, max_size=54))
    scores = data.draw(st.lists(st.integers(2000, 9999), min_size=len(chosen), max_size=len(chosen)))
    head: list[list[Any]] = [[cell.value for cell in line] for line in sheet.iter_rows(max_row=HEADING_ROW + 1)]
    head[4][2], head[5][2], head[7][2] = DOCUMENT, ADDRESS, "%"
    rest = [""] * (sheet.max_column - 4)
    lines = [["", name, "", f"{score / 100:.2f}".replace(".", ","), *rest] for (_, name), score in zip(chosen, scores, strict=True)]
    path = write_csv(tmp_path_factory.mktemp("pasted") / "sipas.csv", [*head, *lines])
    reading = read_annex(path, path.name, context)
    assert reading.faults == ()
    expected = {code: score / 100 for (code, _), score in zip(chosen, scores, strict=True)}
    assert reading.rows.set_index("province_code")["score"].to_dict() == pytest.approx(expected)


@settings(max_examples=60)
@given(data=st.data())
def test_any_damage_to_a_few_cells_is_read_or_named_and_never_breaks_the_reader(data, context, blank, tmp_path_factory):
    sheet = load_workbook(blank("PAR INDEX", 2022))[TABLE_SHEET]
    grid: list[list[Any]] = [[cell.value for cell in line] for line in sheet.iter_rows()]
    grid[4][2], grid[5][2], grid[7][2] = DOCUMENT, ADDRESS, "%"
    for number in range(63):
        grid[FIRST_PROVINCE_ROW - 1 + number][2:4] = [number * 29 % 63 + 1, f"{90 - number * 29 % 63 / 4:.2f}".replace(".", ",")]
    for _ in range(data.draw(st.integers(1, 6))):
        line, place = data.draw(st.integers(0, len(grid) - 1)), data.draw(st.integers(0, 10))
        grid[line][place] = data.draw(
            st.one_of(st.none(), st.text(max_size=12), st.integers(-5, 9999), st.sampled_from(["Hà Nội", "Hà Tây", "0", "TOTAL"]))
        )
    path = write_csv(tmp_path_factory.mktemp("damaged") / "par.csv", grid)
    reading = read_annex(path, path.name, context)
    assert all(fault.where and fault.found and fault.accepted and fault.action for fault in reading.faults)
    assert len(reading.places) == len(reading.rows)
    assert not reading.rows["score"].isna().where(reading.rows["rank"].isna(), False).any()
