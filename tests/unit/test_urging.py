"""What needs urging on: each reason by hand, never a target the plan does not state, and workbooks that hold the same rows."""

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis import delivery, tables
from analysis.blocks import Chapter, Provenance, Table, from_json, to_json
from analysis.errors import ReportRefused
from analysis.narrative import units as say
from analysis.periods import parse_schedule
from analysis.publish import gate, urging
from analysis.publish.model import ReportModel, Section, SourceLine
from analysis.theme import SYNTHETIC_STAMP

YEAR = 2021
SOURCE = Provenance(("log",), is_synthetic=True)
GROUP = "UBND cấp huyện"
OFFICE = "Văn phòng UBND tỉnh"


def make_below() -> pd.DataFrame:
    rows = [
        ("74-VPUB", "department", "Văn phòng", "Văn phòng Ủy ban nhân dân tỉnh Bình Dương", OFFICE),
        ("718", "district", "Thành phố", "Thành phố Thủ Dầu Một", "Thành phố Thủ Dầu Một"),
        ("719", "district", "Huyện", "Huyện Bàu Bàng", "Huyện Bàu Bàng"),
    ]
    below = pd.DataFrame(rows, columns=["unit_code", "level", "unit_type", "name_vi", "label_vi"], dtype="string")
    no_day = pd.Series(pd.NaT, index=below.index, dtype="datetime64[ns]")
    return below.assign(vintage="63-tinh", parent_code="74", valid_from_date=no_day, valid_to_date=no_day)


def make_item(
    lead: str = GROUP, phrase: str = "Trong năm 2021", kind: str = "window", expected: int | None = None, window=("2021-01-01", "2021-12-31")
):
    item = {
        "plan_number": "1/KH-UBND",
        "section": "I",
        "stt": 1,
        "activity_type": "đối thoại",
        "title_vi": "Đối thoại với người dân",
        "deliverable_vi": "Các buổi đối thoại",
        "lead_units_vi": lead,
        "coordinating_units_vi": pd.NA,
        "time_phrase_vi": phrase,
        "schedule_kind": kind,
        "window_start_date": pd.Timestamp(window[0]),
        "window_end_date": pd.Timestamp(window[1]),
        "window_parts": pd.NA,
        "expected_count": pd.NA if expected is None else expected,
        "period_months": parse_schedule(phrase, 2021).period_months or pd.NA,
        "is_open_ended": False,
        "occasion_counter": pd.NA,
    }
    return pd.DataFrame([item]).astype({"stt": "Int64", "expected_count": "Int64"})


def make_log(*rows: tuple[str, str], stt: int | None = 1) -> pd.DataFrame:
    """Activities of the item from (unit, day); of no item with ``stt`` None."""
    days = pd.to_datetime([on for _, on in rows])
    log = {
        "plan_number": "1/KH-UBND",
        "plan_section": "I",
        "plan_stt": pd.array([stt] * len(rows), dtype="Int64"),
        "unit_code": pd.array([unit for unit, _ in rows], dtype="string"),
        "start_date": days,
        "end_date": days,
        "date_precision": "day",
        "counter": "buoi",
        "quantity_count": pd.array([pd.NA] * len(rows), dtype="Int64"),
    }
    return pd.DataFrame(log).astype({"date_precision": "string"})


def urged(items: pd.DataFrame, as_of: date, *logs: pd.DataFrame) -> pd.DataFrame:
    log, below = pd.concat([make_log(), *logs], ignore_index=True), make_below()
    progress = delivery.item_progress(items, log, below, as_of)
    occasions = delivery.occasions_by_unit(items, log, below, as_of)
    return delivery.urging(progress, occasions, delivery.by_unit(log, occasions, below, YEAR, as_of), YEAR, as_of)


def of_items(found: pd.DataFrame) -> list[tuple]:
    """(unit, reason, overdue, left) of the rows that name an item."""
    rows = found[found["section"].notna()]
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows[["unit_code", "reason", "days_overdue", "days_left"]].values]


HALF_YEARLY = {"phrase": "Định kỳ 6 tháng/01 lần", "kind": "recurring", "expected": 2}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2021, 3, 31), []),
        (date(2021, 4, 15), [(None, "item_untouched", None, 76)]),
        (date(2021, 5, 31), [(None, "deadline_near", None, 30)]),
        (date(2021, 6, 30), [(None, "deadline_near", None, 0)]),
        (date(2021, 7, 1), [(None, "window_ended", 1, None)]),
        (date(2022, 1, 1), [(None, "window_ended", None, None)]),
    ],
)
def test_a_group_item_without_a_number_is_listed_once_from_its_first_day_on(as_of, expected):
    found = urged(make_item(phrase="Quý II/2021", window=("2021-04-01", "2021-06-30")), as_of)
    assert of_items(found) == expected
    assert found.loc[found["section"].notna(), "label_vi"].tolist() == [GROUP] * len(expected)
    assert found.loc[found["section"].notna(), "expected_count"].isna().all()


def test_an_item_led_by_one_unit_is_listed_under_that_unit():
    assert of_items(urged(make_item(lead=OFFICE), date(2021, 2, 1))) == [("74-VPUB", "item_untouched", None, 333)]


@pytest.mark.parametrize("kind", ["continuous", "not_understood"])
def test_what_states_no_deadline_has_no_days(kind):
    assert of_items(urged(make_item(kind=kind), date(2021, 12, 20))) == [(None, "item_untouched", None, None)]


def test_an_item_with_any_activity_or_done_on_demand_is_not_listed():
    assert of_items(urged(make_item(), date(2022, 1, 1), make_log(("718", "2021-03-01")))) == []
    assert of_items(urged(make_item(kind="on_demand"), date(2022, 1, 1))) == []


def test_a_stated_number_binds_each_unit_of_a_group_by_itself():
    log = make_log(("718", "2021-02-01"), ("718", "2021-03-01"), ("718", "2021-03-02"))
    assert of_items(urged(make_item(**HALF_YEARLY), date(2021, 8, 15), log)) == [("719", "occasions_owed", 46, None)]
    assert of_items(urged(make_item(**HALF_YEARLY), date(2022, 1, 1), log)) == [("719", "occasions_owed", None, None)]


def test_before_the_first_occasion_is_owed_an_untouched_item_is_listed_once_and_near_it_for_each_unit():
    assert of_items(urged(make_item(**HALF_YEARLY), date(2021, 2, 1))) == [(None, "item_untouched", None, 333)]
    assert of_items(urged(make_item(**HALF_YEARLY), date(2021, 6, 15))) == [("718", "deadline_near", None, 15), ("719", "deadline_near", None, 15)]
    assert of_items(urged(make_item(**HALF_YEARLY), date(2021, 6, 15), make_log(("718", "2021-02-01")))) == [("719", "deadline_near", None, 15)]


def test_what_is_owed_is_counted_up_to_the_day_and_never_beyond_the_plan():
    (row,) = (
        urged(make_item(OFFICE, "01 kỳ/tháng", "recurring", 12), date(2021, 8, 15), make_log(*[("74-VPUB", "2021-02-01")] * 5))
        .query("reason == 'occasions_owed'")
        .itertuples()
    )
    assert (row.done_count, row.owed_count, row.expected_count, row.due_date, row.days_overdue) == (5, 7, 12, pd.Timestamp("2021-06-30"), 46)


def test_units_are_urged_when_silent_all_year_or_for_three_months():
    log = make_log(("718", "2021-04-30"), ("74-VPUB", "2021-05-01"), stt=None)
    found = urged(make_item().head(0), date(2021, 8, 15), log)
    assert found[["unit_code", "reason", "silent_months_count"]].values.tolist() == [["719", "unit_silent", 7], ["718", "unit_quiet", 3]]
    assert urged(make_item().head(0), date(2021, 1, 20)).empty


def test_that_a_unit_logged_nothing_stands_in_what_it_owes_and_in_a_row_of_its_own_only_where_it_owes_nothing():
    found = urged(make_item(**HALF_YEARLY), date(2021, 8, 15), make_log(("718", "2021-07-20"), stt=None))
    assert found[["unit_code", "reason", "is_unit_silent"]].values.tolist() == [
        ["718", "occasions_owed", False],
        ["719", "occasions_owed", True],
        ["74-VPUB", "unit_silent", True],
    ]
    said = say.urging(found, YEAR, date(2021, 8, 15), SOURCE).text_vi
    assert said.startswith("3 việc cần đôn đốc ở 3 đơn vị: 2 trường hợp")
    assert said.endswith("2 đơn vị trong số đó không có dòng nhật ký nào.")
    rows = table_of(found, date(2021, 8, 15)).rows
    assert rows[1][7] == "Đã đến hạn 1 trên 2 lần, còn thiếu 1. Từ đầu năm chưa có dòng nhật ký nào."


def test_the_most_urgent_stands_first_and_the_order_never_changes():
    items = pd.concat(
        [make_item(**HALF_YEARLY), make_item(phrase="Quý I/2021", window=("2021-01-01", "2021-03-31")).assign(stt=2), make_item().assign(stt=3)],
        ignore_index=True,
    )
    found = urged(items, date(2021, 8, 15))
    assert found["reason"].tolist() == ["window_ended", "occasions_owed", "occasions_owed", "item_untouched", "unit_silent"]
    assert found["unit_code"].tolist() == [pd.NA, "718", "719", pd.NA, "74-VPUB"]
    pd.testing.assert_frame_equal(found, urged(items.iloc[::-1].reset_index(drop=True), date(2021, 8, 15)))


# In words


def table_of(found: pd.DataFrame, as_of: date, plan: str | None = "1/KH-UBND") -> Table:
    return tables.urging(found, plan, YEAR, as_of, as_of, SOURCE)


def make_table(as_of: date = date(2021, 8, 15)) -> Table:
    both = pd.concat([make_item(**HALF_YEARLY), make_item(phrase="Quý I/2021", window=("2021-01-01", "2021-03-31")).assign(stt=2)], ignore_index=True)
    return table_of(urged(both, as_of), as_of)


def test_a_row_says_what_the_plan_says_what_is_logged_what_is_missing_and_when_and_a_note_what_is_asked():
    rows = make_table().rows
    ended = "Thời gian theo kế hoạch đã hết ngày 31/03/2021, không có hoạt động nào được ghi."
    owed = "Đã đến hạn 1 trên 2 lần, còn thiếu 1. Từ đầu năm chưa có dòng nhật ký nào."
    of_item = ("Đối thoại với người dân", "Các buổi đối thoại")
    assert rows[0] == (None, GROUP, "I.2 đối thoại", *of_item, "Quý I/2021", 0, ended, None, "quá hạn 137 ngày")
    half = ("Định kỳ 6 tháng/01 lần", 0, owed, "6 tháng đầu năm 2021", "quá hạn 46 ngày")
    assert rows[1] == ("718", "Thành phố Thủ Dầu Một", "I.1 đối thoại", *of_item, *half)
    assert rows[3] == ("74-VPUB", OFFICE, None, None, None, None, 0, "Từ đầu năm chưa có dòng nhật ký nào.", None, None)
    assert "nếu chưa làm, thực hiện và báo ngày xong." in make_table().notes_vi[0]
    (near,) = [row[-1] for row in make_table(date(2021, 6, 20)).rows if row[0] == "719" and row[2]]
    assert near == "còn 10 ngày"


def test_a_year_that_is_over_is_told_as_not_reached_and_without_days():
    table = make_table(date(2022, 1, 1))
    assert table.title == "Việc chưa đạt trong năm 2021 theo kế hoạch 1/KH-UBND"
    assert table.columns[-1].title == "Kỳ còn thiếu"
    assert "Kế hoạch nêu 2 lần, còn thiếu 2. Cả năm không có dòng nhật ký nào." in [row[7] for row in table.rows]
    assert "cả năm 2021" in [row[8] for row in table.rows]
    assert "nếu chưa làm, nêu lý do để tổng kết." in table.notes_vi[0]


def test_without_a_plan_only_units_are_listed_and_nothing_is_called_unreached():
    found = urged(make_item().head(0), date(2022, 1, 1), make_log(("718", "2021-02-01"), stt=None))
    table = table_of(found, date(2022, 1, 1), None)
    assert table.title == "Đơn vị không ghi hoặc để trống nhật ký năm 2021"
    assert [column.title for column in table.columns] == ["Mã đơn vị", "Đơn vị", "Đã ghi", "Còn thiếu"]
    said = say.urging(found, YEAR, date(2022, 1, 1), SOURCE).text_vi
    assert said == "Năm 2021: 2 đơn vị không có dòng nhật ký nào; 1 đơn vị có ghi nhưng để trống ít nhất 3 tháng cuối năm."


def test_the_finding_counts_rows_and_units_by_reason_and_names_the_items():
    found = urged(pd.concat([make_item(**HALF_YEARLY), make_item().assign(stt=3)], ignore_index=True), date(2021, 8, 15))
    said = say.urging(found, YEAR, date(2021, 8, 15), SOURCE).text_vi
    assert said.startswith("4 việc cần đôn đốc ở 3 đơn vị và 1 nhóm đơn vị: 2 trường hợp đơn vị chưa ghi đủ số lần đến hạn (mục I.1); ")
    assert "1 mục chưa có hoạt động nào được ghi dù thời gian của kế hoạch đã bắt đầu (mục I.3)" in said
    assert say.urging(found, YEAR, date(2022, 1, 1), SOURCE).text_vi.startswith("4 việc chưa đạt trong năm 2021 ở ")
    assert say.urging(found.head(0), YEAR, date(2021, 8, 15), SOURCE).text_vi == "Đến ngày 15/08/2021 không có việc nào cần đôn đốc theo nhật ký."


def test_the_page_has_one_row_an_item_and_reason_with_the_first_units_and_leaves_the_rows_to_the_workbooks():
    found = urged(make_item(**HALF_YEARLY), date(2021, 8, 15))
    many = pd.concat([found[found["unit_code"] == "718"].assign(unit_code=str(number), label_vi=f"Xã {number}") for number in range(7)])
    groups = tables.urging_groups(many, "1/KH-UBND", YEAR, date(2021, 8, 15), date(2021, 8, 15), SOURCE)
    names = "Xã 0; Xã 1; Xã 2; Xã 3; Xã 4 và 2 đơn vị khác"
    assert groups.rows == (("I.1 đối thoại", "Chưa đủ số lần: mới ghi 0 trên 7 lần đã đến hạn.", 7, 7, names),)
    assert make_table().first_rows == 0
    assert from_json(to_json(make_table())) == make_table()


# As workbooks


def make_model(*blocks: Table, is_synthetic: bool = True) -> ReportModel:
    source = SourceLine("log", "nhật ký", "Văn phòng", "nhật ký hoạt động", "2021", is_synthetic, "", "")
    return ReportModel(YEAR, "74", "Bình Dương", "2021-08-15", (Section(Chapter("delivery", "x", "y"), blocks),), {"log": source}, {})


def cells_of(path: Path) -> list[list]:
    return [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]


def rows_of_table(path: Path) -> list[list]:
    cells = cells_of(path)
    heading = [row[0] for row in cells].index("Mã đơn vị")
    return [row for row in cells[heading + 1 :] if row[1]]


def test_every_unit_gets_its_own_rows_and_the_group_a_file_of_its_own(tmp_path):
    table = make_table()
    urging.write(tmp_path, make_model(table))
    files = {path.name: rows_of_table(path) for path in (tmp_path / "don-doc").iterdir()}
    assert sorted(files) == [
        "718-thanh-pho-thu-dau-mot.xlsx",
        "719-huyen-bau-bang.xlsx",
        "74-VPUB-van-phong-ubnd-tinh.xlsx",
        "nhom-01-ubnd-cap-huyen.xlsx",
        "tong-hop.xlsx",
    ]
    assert files["tong-hop.xlsx"] == [[*row, None, None] for row in table.rows]
    assert {name: {row[0] for row in rows} for name, rows in files.items() if name.startswith("71")} == {
        "718-thanh-pho-thu-dau-mot.xlsx": {"718"},
        "719-huyen-bau-bang.xlsx": {"719"},
    }
    assert gate.check_urging(make_model(table), tmp_path) == {"urging_workbooks": 5, "urging_rows": len(table.rows)}


def test_a_workbook_says_whom_when_from_what_and_that_it_is_synthetic(tmp_path):
    urging.write(tmp_path, make_model(make_table()))
    cells = cells_of(tmp_path / "don-doc" / "718-thanh-pho-thu-dau-mot.xlsx")
    said = [row[0] for row in cells]
    assert said[0].startswith(SYNTHETIC_STAMP)
    assert said[1] == "Việc cần đôn đốc theo kế hoạch 1/KH-UBND, tính đến ngày 15/08/2021 – Bình Dương"
    assert said[2] == "Kính gửi: Thành phố Thủ Dầu Một (1 việc)"
    assert said[3].startswith("Số liệu đến ngày 15/08/2021. Đề nghị đơn vị ghi bổ sung nhật ký nếu đã làm")
    assert cells[5][-2:] == ["Ngày hoàn thành (đơn vị ghi)", "Lý do, kiến nghị (đơn vị ghi)"]
    assert cells[6][0] == "718"
    assert said[7] is None
    assert said[-1] == "Nguồn: nhật ký."


def test_the_same_list_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        urging.write(tmp_path / name, make_model(make_table()))
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name / "don-doc").iterdir()} for name in ("a", "b"))
    assert first == second


def test_two_groups_with_one_beginning_get_two_files():
    long = "Các Sở, ban, ngành; UBND cấp huyện; UBND cấp xã; Cơ quan ngành dọc đóng trên địa bàn"
    row = make_table().rows[0]
    table = Table("urging", "x", make_table().columns, ((None, f"{long} tỉnh", *row[2:]), (None, f"{long} thành phố", *row[2:])), SOURCE)
    files = [unit.file for unit in urging.addressees(table)]
    assert len(set(files)) == 2
    assert files[0] == "nhom-01-cac-so-ban-nganh-ubnd-cap-huyen-ubnd-cap.xlsx"


def test_without_a_list_there_is_no_folder(tmp_path):
    urging.write(tmp_path, make_model())
    assert list(tmp_path.iterdir()) == []
    assert gate.check_urging(make_model(), tmp_path) == {}


@pytest.mark.parametrize("spoil", ["remove", "shorten", "add"])
def test_workbooks_that_depart_from_the_model_stop_the_report(tmp_path, spoil):
    urging.write(tmp_path, make_model(make_table()))
    path = tmp_path / "don-doc" / "718-thanh-pho-thu-dau-mot.xlsx"
    if spoil == "remove":
        path.unlink()
    elif spoil == "add":
        path.with_name("thua.xlsx").write_bytes(path.read_bytes())
    else:
        book = openpyxl.load_workbook(path)
        book.active.cell(7, 2).value = None
        book.save(path)
    with pytest.raises(ReportRefused, match=r"(718-thanh-pho-thu-dau-mot|thua)\.xlsx: mô hình có"):
        gate.check_urging(make_model(make_table()), tmp_path)
