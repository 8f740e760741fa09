"""The forms of online-service counts: what is written into them is read back, and everything doubtful is named at its cell."""

import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from analysis.contracts import MONTHLY_UPTAKE, check_table, parse_columns
from analysis.errors import DataFaults
from analysis.ingest.activity_log.cells import clean
from analysis.ingest.activity_log.findings import Refused
from analysis.ingest.build import build_tables
from analysis.ingest.uptake_files import MONTHLY, SNAPSHOT, UptakeReading, read_uptake_file, recognise_uptake, write_uptake_template
from analysis.ingest.uptake_files.cells import read_count, read_exact_day, read_month
from analysis.ingest.uptake_files.layout import COLUMNS, COUNTS, DATA_SHEETS, FLOWS, GUIDE_SHEET, NOT_ADDITIVE, PARTS, STOCKS
from analysis.ingest.uptake_files.template import HEADING_ROW
from analysis.sources import Source, read_register, sha256_of
from analysis.store import Tables
from analysis.text import number
from analysis.units import units_below

TODAY = date(2026, 11, 22)
COMMUNE, OTHER_COMMUNE = "25741", "25744"
KEYS = {layout: [column.key for column in columns] for layout, columns in COLUMNS.items()}
Form = Callable[..., Path]
Rows = list[Mapping[str, object]]


@pytest.fixture(scope="session")
def tables(shipped_tables: Tables) -> Tables:
    return shipped_tables


@pytest.fixture(scope="session")
def empty_forms(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("forms")
    for layout in COLUMNS:
        write_uptake_template(folder / f"{layout}.xlsx", layout, "74", 2022, tables.units, tables.events)
    return {layout: folder / f"{layout}.xlsx" for layout in COLUMNS}


@pytest.fixture
def form(tmp_path: Path) -> Form:
    """``form(MONTHLY, [{"unit_code": "25741", "month": "05/2022", "received_count": 10}])``: a small filled table and its head."""

    def write(layout: str, rows: Rows, *, name: str = "bang.xlsx", head: Mapping[str, object] | None = None, keys: list[str] | None = None) -> Path:
        keys = keys or KEYS[layout]
        headings = {column.key: column.heading for column in (*COUNTS, *COLUMNS[layout])}
        book = Workbook()
        sheet = book.active
        sheet.title = DATA_SHEETS[layout]
        for label, value in (head or {"Tỉnh": "74 – Bình Dương", "Loại số liệu": "số liệu thật"}).items():
            sheet.append([label, None, value])
        sheet.append([headings.get(key, key) for key in keys])
        for row in rows:
            sheet.append([row.get(key) for key in keys])
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def read(tables: Tables) -> Callable[..., UptakeReading]:
    def reading(path: Path, layout: str = MONTHLY, received_on: date = TODAY, **chosen: bool) -> UptakeReading:
        return read_uptake_file(path, path.name, layout, tables.units, received_on, **chosen)

    return reading


def row(month: object = "05/2022", code: object = COMMUNE, received: object = 100, **more: object) -> dict[str, object]:
    return {"unit_code": code, "month": month, "received_count": received, "online_count": 40, **more}


def capture(end: object, received: object, unit: object = COMMUNE, start: object = "01/01/2022", **more: object) -> dict[str, object]:
    return {"unit_code": unit, "start": start, "end": end, "received_count": received, **more}


def causes(reading: UptakeReading) -> list[str]:
    return [fault.cause for fault in reading.faults]


def told(reading: UptakeReading) -> str:
    return "\n".join(f"{fault.cause} {fault}" for fault in reading.faults)


# The forms


def test_the_form_has_a_row_for_each_unit_that_receives_dossiers_and_month(empty_forms, tables):
    sheet = load_workbook(empty_forms[MONTHLY])[DATA_SHEETS[MONTHLY]]
    rows = [tuple(cell.value for cell in line[:3]) for line in sheet.iter_rows(min_row=HEADING_ROW + 1)]
    units = set(units_below(tables.units, "74")["unit_code"])
    assert len(rows) == 12 * len(units)
    assert {(code, month) for code, _, month in rows} == {(code, f"{number_of:02d}/2022") for code in units for number_of in range(1, 13)}
    assert sheet.freeze_panes == f"D{HEADING_ROW + 1}"
    assert sheet.auto_filter.ref.startswith(f"A{HEADING_ROW}:")


def test_the_same_form_has_the_same_bytes(empty_forms, tables, tmp_path):
    write_uptake_template(tmp_path / "again.xlsx", SNAPSHOT, "74", 2022, tables.units, tables.events)
    assert (tmp_path / "again.xlsx").read_bytes() == empty_forms[SNAPSHOT].read_bytes()


def test_the_guide_says_what_is_divided_by_what_and_that_empty_is_not_zero(empty_forms):
    for path in empty_forms.values():
        guide = "\n".join(str(cell.value) for line in load_workbook(path)[GUIDE_SHEET].iter_rows() for cell in line)
        assert "“Hồ sơ nộp trực tuyến” chia cho “Hồ sơ tiếp nhận”" in guide
        assert "không phải 0" in guide
        assert "Nghị định 42/2022" in guide


@pytest.mark.parametrize("layout", [MONTHLY, SNAPSHOT])
def test_every_prefilled_row_is_read_back_as_its_unit(empty_forms, read, tmp_path, layout, tables):
    book = load_workbook(empty_forms[layout])
    sheet = book[DATA_SHEETS[layout]]
    position = len(KEYS[layout]) - len([column for column in COUNTS if column.key in KEYS[layout]]) + 1
    for line in sheet.iter_rows(min_row=HEADING_ROW + 1):
        if line[0].value:
            for offset, value in ((0, 30), (1, 20), (2, 10)):
                line[position - 1 + offset].value = value
            if layout == SNAPSHOT:
                line[3].value = datetime(2022, 1, 31)
    book.save(tmp_path / "filled.xlsx")
    reading = read(tmp_path / "filled.xlsx", layout)
    assert told(reading) == ""
    below = units_below(tables.units, "74")
    assert set(reading.rows["unit_code"]) == set(below["unit_code"])
    assert len(reading.rows) == len(below) * (12 if layout == MONTHLY else 1)
    assert set(reading.rows["vintage"]) == {"63-tinh"}


def test_a_province_without_units_gets_no_form(tables, tmp_path):
    with pytest.raises(DataFaults, match="“74”, năm 2026"):
        write_uptake_template(tmp_path / "a.xlsx", MONTHLY, "74", 2026, tables.units)
    assert not (tmp_path / "a.xlsx").exists()


def test_the_year_of_the_merger_has_only_the_months_of_its_list(tables, tmp_path):
    for province, expected in (("74", range(1, 7)), ("79", range(7, 13))):
        write_uptake_template(tmp_path / "a.xlsx", MONTHLY, province, 2025, tables.units)
        sheet = load_workbook(tmp_path / "a.xlsx")[DATA_SHEETS[MONTHLY]]
        assert {line[2].value for line in sheet.iter_rows(min_row=HEADING_ROW + 1)} == {f"{month:02d}/2025" for month in expected}


def test_a_form_is_known_by_its_headings_and_nothing_else_is_taken_for_one(empty_forms, form, tmp_path):
    for layout, path in empty_forms.items():
        assert recognise_uptake(path) == layout
    assert recognise_uptake(form(MONTHLY, [row()], head={"Bảng của Sở": ""})) == MONTHLY
    (tmp_path / "a.csv").write_text("Đơn vị,Tháng,Ghi chú\n", encoding="utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    assert [recognise_uptake(tmp_path / name) for name in ("a.csv", "b.xlsx", "c.xlsx")] == [None, None, None]


# Declared beside the contract: they must not part


def test_columns_and_parts_of_the_form_are_those_of_the_contract():
    counts = [name for name in MONTHLY_UPTAKE.columns if name.endswith("_count")]
    assert [column.key for column in COUNTS] == counts
    assert {*FLOWS, *STOCKS, NOT_ADDITIVE} == set(counts)
    pairs = [found for check in MONTHLY_UPTAKE.checks if (found := re.search(r"\((\w+) ≤ (\w+)\)", str(check.error)))]
    assert list(PARTS) == [(pair[1], pair[2]) for pair in pairs]


# The table of months


def test_a_row_keeps_what_was_stated_and_leaves_empty_what_was_not(form, read):
    reading = read(form(MONTHLY, [row(online_service_count="1.234", received=2000)]))
    assert told(reading) == ""
    (found,) = reading.rows.to_dict("records")
    assert (found["unit_code"], found["vintage"], found["period_month"], found["regime"]) == (COMMUNE, "63-tinh", "2022-05", "levels_3_4")
    assert (found["received_count"], found["online_service_count"], found["fee_count"], found["is_synthetic"]) == ("2000", "1234", "", "false")
    typed, faults = parse_columns(reading.rows.assign(source_id="s"), MONTHLY_UPTAKE, "x")
    assert faults == []
    assert check_table(typed, MONTHLY_UPTAKE, reading.places) == []
    assert typed["fee_count"].isna().all()


def test_the_regime_follows_from_the_month(form, read):
    reading = read(form(MONTHLY, [row("08/2022"), row("09/2022")]))
    assert reading.rows["regime"].tolist() == ["levels_3_4", "decree_42"]


@pytest.mark.parametrize(
    ("written", "form_year"),
    [
        *(("05/2022", None), ("5/2022", None), ("2022-05", None), ("202205", None), ("Tháng 05/2022", None), ("T5/2022", None)),
        *((datetime(2022, 5, 1), None), (datetime(2022, 5, 31), None), (5, 2022), ("05", 2022), ("tháng 5", 2022), ("tháng 5 năm 2022", 2022)),
    ],
)
def test_months_are_understood_however_they_are_typed(written, form_year):
    assert read_month(written, form_year, TODAY) == date(2022, 5, 1)


@pytest.mark.parametrize(
    ("written", "form_year", "said"),
    [
        ("tháng 5", None, "ghi cả năm"),
        ("13/2022", None, "tháng như"),
        ("Quý II/2022", None, "mỗi dòng một tháng"),
        (44682, None, "tháng như"),
        (5.2022, None, "tháng như"),
        (True, None, "tháng như"),
        ("#REF!", None, "công thức"),
        ("05/2021", 2022, "tháng của năm 2022"),
        ("11/2026", None, "đã kết thúc"),
        ("01/2027", None, "đã kết thúc"),
        ("05/2007", None, "tháng từ 8/2008"),
    ],
)
def test_a_month_that_is_none_or_not_over_is_refused_with_what_would_do(written, form_year, said):
    with pytest.raises(Refused) as refusal:
        read_month(written, form_year, TODAY)
    assert said in f"{refusal.value.problem.accepted} {refusal.value.problem.action}"


def test_a_month_is_over_on_its_last_day():
    assert read_month("11/2026", None, date(2026, 11, 30)) == date(2026, 11, 1)


@given(st.integers(0, 10**9))
def test_a_count_is_read_as_typed_in_any_accepted_way(value):
    for written in (value, str(value), number(value), f"{number(value)} hồ sơ"):
        assert read_count(written) == value


@pytest.mark.parametrize(
    "written", [-1, 1.5, "1,234", "1.23", "khoảng 100", "gần 5", "-", "x", "không có", "12 triệu đồng", True, datetime(2022, 5, 1)]
)
def test_what_is_no_exact_count_is_refused(written):
    with pytest.raises(Refused):
        read_count(written)


ANY_CELL = st.one_of(
    st.none(), st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas()
)


@given(ANY_CELL)
def test_any_cell_is_read_or_refused_and_nothing_else(cell):
    readers = (read_count, lambda one: read_month(one, 2022, TODAY), lambda one: read_exact_day(one, TODAY))
    for read_cell, kinds in zip(readers, (int | None, date, date), strict=True):
        with suppress(Refused):
            assert isinstance(read_cell(clean(cell)), kinds)


def test_units_are_known_by_code_or_name_and_both_must_agree(form, read):
    known = [row(code=25741), row("06/2022", code=None, unit="Sở Tư pháp"), row("07/2022", code="74-stp", unit="Sở Tư pháp")]
    good = read(form(MONTHLY, known))
    assert told(good) == ""
    assert good.rows["unit_code"].tolist() == ["25741", "74-STP", "74-STP"]
    reading = read(form(MONTHLY, [*known, row("08/2022", unit="Sở Tư pháp")]))
    assert causes(reading) == ["Mã và tên đơn vị nói khác nhau"]
    assert reading.faults[0].cell.name == "A7"


@pytest.mark.parametrize(
    ("unit", "name", "cause"),
    [
        ("79", None, "Đơn vị ngoài tỉnh"),
        ("99999", None, "Mã đơn vị không có"),
        (None, "Sở Vũ trụ", "Tên đơn vị không có trong danh mục"),
        (None, None, "Ô bắt buộc bị trống"),
        ("#N/A", None, "Ô chứa lỗi công thức của Excel"),
    ],
)
def test_units_that_are_not_of_the_province_are_refused(form, read, unit, name, cause):
    reading = read(form(MONTHLY, [row(code=unit, unit=name)]))
    assert causes(reading) == [cause]
    assert reading.faults[0].cell is not None


def test_a_month_after_the_merger_does_not_read_old_codes_as_other_units(form, read, tables):
    listed = {
        vintage: units_below(tables.units, code, vintage).set_index("unit_code")["name_vi"]
        for code, vintage in (("74", "63-tinh"), ("79", "34-tinh"))
    }
    code = next(code for code in listed["34-tinh"].index if code in listed["63-tinh"].index and listed["34-tinh"][code] != listed["63-tinh"][code])
    rows = [row("08/2025", code=code)]
    assert causes(read(form(MONTHLY, rows))) == ["Tỉnh không có đơn vị nào trong danh mục"]
    new = {"Tỉnh": "79 – TP. Hồ Chí Minh"}
    assert read(form(MONTHLY, rows, head=new)).rows[["unit_code", "vintage"]].values.tolist() == [[code, "34-tinh"]]
    assert len(read(form(MONTHLY, [row("08/2025", code=code, unit=listed["63-tinh"][code])], head=new)).faults) == 1


def test_a_unit_that_had_ceased_is_refused(form, tables):
    units = tables.units.copy()
    units.loc[units["unit_code"] == COMMUNE, "valid_to_date"] = pd.Timestamp("2022-04-30")
    path = form(MONTHLY, [row()])
    assert causes(read_uptake_file(path, "x.xlsx", MONTHLY, units, TODAY)) == ["Đơn vị không tồn tại vào ngày đó"]


def test_a_part_larger_than_its_whole_is_told_in_the_words_of_the_form(form, read):
    reading = read(form(MONTHLY, [row(received=30)]))
    (fault,) = reading.faults
    assert fault.accepted == "“Hồ sơ nộp trực tuyến” không lớn hơn “Hồ sơ tiếp nhận”"
    assert "_count" not in told(reading)
    levels = read(form(MONTHLY, [row(full_online_count=30, partial_online_count=20)]))
    assert "hai loại cộng lại không lớn hơn" in told(levels)


def test_the_same_unit_and_month_twice_is_refused_with_both_rows(form, read):
    (fault,) = read(form(MONTHLY, [row(), row(received=90)])).faults
    assert fault.cell.row == 5
    assert "dòng 4" in fault.accepted


def test_every_fault_of_a_file_is_told_at_once(form, read):
    reading = read(form(MONTHLY, [row("05/2030"), row(received="nhiều"), row(code="xyz"), row("06/2022")]))
    assert len(reading.faults) == 3
    assert {fault.cell.name for fault in reading.faults} == {"C4", "D5", "A6"}
    assert reading.rows.empty


def test_empty_rows_totals_and_column_numbers_are_passed_over(form, read):
    numbers = dict(zip(KEYS[MONTHLY], [f"({position})" for position in range(1, 30)], strict=False))
    empty = {"unit_code": COMMUNE, "month": "07/2022"}
    total = {"unit": "Tổng cộng", "received_count": 100, "online_count": 40}
    reading = read(form(MONTHLY, [numbers, empty, row(), total]))
    assert told(reading) == ""
    assert len(reading.rows) == 1
    assert [notice.cause for notice in reading.notices] == ["Dòng cộng không được nạp"]


def test_a_unit_merged_over_its_months_is_of_each_of_them_and_a_merged_count_of_none(form, read):
    path = form(MONTHLY, [row(), row("06/2022", code=None), row("07/2022", code=None)])
    book = load_workbook(path)
    book.active.merge_cells("A4:A6")
    book.save(path)
    reading = read(path)
    assert told(reading) == ""
    assert reading.rows["unit_code"].tolist() == [COMMUNE] * 3
    book.active.merge_cells("D4:D5")
    book.save(path)
    assert "Ô số bị gộp" in causes(read(path))


def test_hidden_rows_are_read_and_told(form, read):
    path = form(MONTHLY, [row(), row("06/2022")])
    book = load_workbook(path)
    book.active.row_dimensions[5].hidden = True
    book.save(path)
    reading = read(path)
    assert len(reading.rows) == 2
    assert "Dòng bị ẩn vẫn được đọc" in [notice.cause for notice in reading.notices]


def test_an_unknown_column_with_figures_is_a_fault_and_shares_are_passed_over(form, read):
    keys = [*KEYS[MONTHLY], "Tỷ lệ nộp trực tuyến", "Hồ sơ qua Zalo"]
    reading = read(form(MONTHLY, [row(**{"Tỷ lệ nộp trực tuyến": 0.4, "Hồ sơ qua Zalo": 3})], keys=keys))
    assert causes(reading) == ["Cột không có trong biểu mẫu"]
    assert "Hồ sơ qua Zalo" in told(reading)


def test_a_misspelt_heading_is_refused_with_the_one_meant(form, read):
    keys = ["unit_code", "month", "received_count", "Hồ sơ nộp trực tuyếnn"]
    reading = read(form(MONTHLY, [row(**{keys[-1]: 3})], keys=keys))
    assert causes(reading) == ["Cột không có trong biểu mẫu"]
    assert "có phải “Hồ sơ nộp trực tuyến”?" in told(reading)


@pytest.mark.parametrize(("mark", "is_synthetic", "is_sound"), [("mô phỏng", True, True), ("mô phỏng", False, False), ("số liệu thật", True, False)])
def test_invented_counts_are_marked_in_the_form_and_on_the_command_line_alike(form, read, mark, is_synthetic, is_sound):
    reading = read(form(MONTHLY, [row()], head={"Loại số liệu": mark}), is_synthetic=is_synthetic)
    assert (not reading.faults) == is_sound
    if is_sound:
        assert reading.rows["is_synthetic"].tolist() == ["true"]


def test_the_wrong_form_is_answered_with_the_right_kind(form, read):
    (fault,) = read(form(SNAPSHOT, [capture("31/01/2022", 10)]), MONTHLY).faults
    assert fault.action == f"dùng --kind {SNAPSHOT}"


def test_a_form_saved_as_csv_is_read_alike(form, read, tmp_path):
    path = tmp_path / "bang.csv"
    path.write_text("Đơn vị;Tháng;Hồ sơ tiếp nhận;Hồ sơ nộp trực tuyến\nSở Tư pháp;05/2022;1.200;300\n", encoding="utf-8")
    reading = read(path)
    assert told(reading) == ""
    assert reading.rows[["unit_code", "period_month", "received_count"]].values.tolist() == [["74-STP", "2022-05", "1200"]]


def test_a_damaged_file_is_a_fault_and_no_crash(read, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    assert len(read(path).faults) == 1


# Captures


def test_captures_become_months_with_the_days_they_count(form, read):
    rows = [capture("31/01/2022", 100, online_count=10), capture("27/02/2022", 180, online_count=30), capture("31/03/2022", 300, online_count=60)]
    reading = read(form(SNAPSHOT, rows), SNAPSHOT)
    assert told(reading) == ""
    assert reading.rows[["period_month", "received_count", "online_count", "period_start_date", "period_end_date"]].values.tolist() == [
        ["2022-01", "100", "10", "2022-01-01", "2022-01-31"],
        ["2022-02", "80", "20", "2022-02-01", "2022-02-27"],
        ["2022-03", "120", "30", "2022-02-28", "2022-03-31"],
    ]
    assert [notice.cause for notice in reading.build_notices] == ["Tháng lấy từ số lũy kế, không trùng tháng dương lịch"] * 2
    typed, faults = parse_columns(reading.rows.assign(source_id="s"), reading.schema, "x")
    assert faults + check_table(typed, reading.schema, reading.places) == []


def test_a_falling_count_names_both_captures_the_column_and_both_figures(form, read):
    reading = read(form(SNAPSHOT, [capture("31/01/2022", 1100), capture("28/02/2022", 1090)]), SNAPSHOT)
    (fault,) = reading.faults
    assert fault.cause == "Số lũy kế giảm"
    for said in ("Hồ sơ tiếp nhận", "31/01/2022", "1.100", "28/02/2022", "1.090", "ô E4"):
        assert said in fault.found
    assert fault.cell.name == "E5"


def test_a_difference_that_contradicts_itself_is_told_as_such(form, read):
    rows = [capture("31/01/2022", 100, online_count=10), capture("28/02/2022", 105, online_count=30)]
    (fault,) = read(form(SNAPSHOT, rows), SNAPSHOT).faults
    assert fault.cause == "Hiệu số của phần lớn hơn hiệu số của toàn bộ"
    assert "“Hồ sơ nộp trực tuyến” 20, “Hồ sơ tiếp nhận” 5" in fault.found


def test_months_without_closings_are_told_with_the_reason(form, read):
    reading = read(form(SNAPSHOT, [capture("31/01/2022", 100, online_count=1), capture("30/04/2022", 400, online_count=2)]), SNAPSHOT)
    assert reading.rows["period_month"].tolist() == ["2022-01"]
    said = "\n".join(notice.said for notice in reading.build_notices)
    assert "tháng 3/2022" in said
    assert "không có lần chụp nào trong 3 ngày quanh 28/02/2022 và 31/03/2022" in said


def test_a_month_that_is_not_over_on_receipt_is_not_told(form, read):
    reading = read(form(SNAPSHOT, [capture("28/01/2022", 100)]), SNAPSHOT, date(2022, 1, 28))
    assert told(reading) == ""
    assert reading.rows.empty
    assert "tháng chưa kết thúc" in reading.build_notices[0].said


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([capture("31/01/2022", 1), capture("31/01/2022", 2)], "Trùng khóa: hai dòng cùng nói về một thứ"),
        ([capture("31/12/2021", 1)], "Đến ngày trước từ ngày"),
        ([capture("31/01/2030", 1)], "Tháng, ngày ngoài khoảng có thể"),
        ([capture("tháng 1/2022", 1)], "Ngày không đọc được"),
        ([capture(None, 1)], "Ô bắt buộc bị trống"),
        ([capture("31/01/2022", 9), capture("31/01/2022", 9, start="15/12/2021"), capture("31/12/2021", 2, start="15/12/2021")], "Hai chuỗi số"),
    ],
)
def test_captures_that_contradict_each_other_are_refused(form, read, rows, cause):
    reading = read(form(SNAPSHOT, rows), SNAPSHOT)
    assert len(reading.faults) == 1
    assert causes(reading)[0].startswith(cause)


def test_services_used_since_january_are_left_out_and_told(form, read):
    keys = [*KEYS[SNAPSHOT], NOT_ADDITIVE]
    rows = [capture("31/01/2022", 10, procedures_count=50, services_offered_count=40, services_used_count=5)]
    reading = read(form(SNAPSHOT, rows, keys=keys), SNAPSHOT)
    assert reading.rows[["services_offered_count", NOT_ADDITIVE]].values.tolist() == [["40", ""]]
    assert "Cột lũy kế không chia được theo tháng" in [notice.cause for notice in reading.build_notices]


def test_captures_of_a_unit_do_not_run_on_beyond_its_end(form, read):
    reading = read(form(SNAPSHOT, [capture("31/05/2025", 10, start="01/01/2025"), capture("31/08/2025", 30, start="01/01/2025")]), SNAPSHOT)
    assert causes(reading) == ["Đơn vị không tồn tại vào ngày đó"]
    near = read(form(SNAPSHOT, [capture("31/05/2025", 10, start="01/01/2025"), capture("02/07/2025", 30, start="01/01/2025")]), SNAPSHOT)
    assert told(near) == ""
    assert near.rows["period_month"].tolist() == ["2025-06"]


# At the build


def register(raw: Path, shipped: Path, path: Path, layout: str) -> list[Source]:
    """A folder of nothing but the lists of units and a form, with their sources."""
    sources = [one for one in read_register(shipped) if one.table == "units"]
    for name in [one.path for one in sources]:
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped / name, raw / name)
    shutil.copy(path, raw / "a.xlsx")
    said = dict.fromkeys(("short_vi", "publisher", "document", "edition", "published", "terms", "note"), "x")
    given = {"received_on": "2026-11-22", "addresses": ("x",), "sha256": sha256_of(path), "is_synthetic": False, "layout": layout}
    return [*sources, Source(source_id="uptake-test", path="a.xlsx", table="uptake", **said, **given)]


@pytest.mark.parametrize("layout", [MONTHLY, SNAPSHOT])
def test_a_registered_form_is_built_into_rates_with_its_basis(form, shipped_raw, tmp_path, layout):
    rows = {MONTHLY: [row("01/2022")], SNAPSHOT: [capture("30/01/2022", 100, online_count=40)]}[layout]
    sources = register(tmp_path / "raw", shipped_raw, form(layout, rows), layout)
    build = build_tables(tmp_path / "raw", sources)
    found = build.tables["uptake"].set_index("rate_key").loc["online_all"]
    assert (found["numerator_count"], found["denominator_count"], found["period_month"]) == (40, 100, "2022-01")
    assert found["basis"] == {MONTHLY: "monthly_table", SNAPSHOT: "snapshots"}[layout]
    assert found["period_end_date"] == pd.Timestamp({MONTHLY: "2022-01-31", SNAPSHOT: "2022-01-30"}[layout])
    assert build.account["uptake-test"][0] == 1
    assert len(build.tables["build_notices"]) == {MONTHLY: 0, SNAPSHOT: 1}[layout]


def test_a_form_spoilt_after_receipt_stops_the_build_with_its_cell(form, shipped_raw, tmp_path):
    sources = register(tmp_path / "raw", shipped_raw, form(MONTHLY, [row("01/2022", received="nhiều")]), MONTHLY)
    with pytest.raises(DataFaults, match=r"a\.xlsx, trang tính “Hồ sơ theo tháng”, ô D4"):
        build_tables(tmp_path / "raw", sources)
