"""From the command to the adopted list and back: the workbook holds the lot, reads back as drawn, and a changed one is found out."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from analysis import __version__
from analysis.blocks import Provenance
from analysis.chapters.rollout_units import RolloutUnits
from analysis.errors import DataFaults
from analysis.estimate.inside.assignment import mechanism_of, refuse_undrawn
from analysis.estimate.inside.waves import is_as_drawn, lot_hash, propose_waves, with_start_months
from analysis.estimate.refusals import DesignRefused
from analysis.publish.waves_workbook import (
    DATA_HASH,
    LIST_COLUMNS,
    LIST_SHEET,
    LOT_SHEET,
    MERGED_GROUP_VI,
    POWER_SHEET,
    VERSION,
    WaveTable,
    read_waves,
    write_waves,
)
from analysis.theme import SYNTHETIC_STAMP

ASKED = ("waves", "--waves", 3, "--first-month", "2027-03", "--gap", 3, "--seed", 7, "--out")


def heading_row(sheet: Worksheet) -> int:
    return next(row[0].row for row in sheet.iter_rows() if row[0].value == "STT")


def lines_of(sheet: Worksheet) -> str:
    return "\n".join(str(row[0].value) for row in sheet.iter_rows() if isinstance(row[0].value, str))


@pytest.fixture
def adopted(lantoa, tmp_path: Path) -> Path:
    path = tmp_path / "phan-dot.xlsx"
    code, told = lantoa(*ASKED, path)
    assert code == 0, told
    assert "Đã chia 36 xã, phường thành 3 đợt" in told
    assert "Khả năng nhận ra đạt 80\u00a0% khi tỷ lệ nộp trực tuyến thay đổi từ" in told
    return path


def test_the_list_is_drawn_written_and_read_back_as_an_assignment(adopted, lantoa, tmp_path):
    book = load_workbook(adopted)
    assert book.sheetnames == [LIST_SHEET, LOT_SHEET, POWER_SHEET]
    headings = dict(zip(LIST_COLUMNS, (cell.value for cell in book[LIST_SHEET][heading_row(book[LIST_SHEET])]), strict=True))
    assert headings == {name: column.heading for name, column in LIST_COLUMNS.items()} | {"stratum": MERGED_GROUP_VI}
    assert all(SYNTHETIC_STAMP in {row[0].value for row in sheet.iter_rows(max_row=4)} for sheet in book.worksheets)
    table = read_waves(adopted)
    assert table.groupby("wave")["first_month"].first().tolist() == ["2027-03", "2027-06", "2027-09"]
    assert is_as_drawn(table)
    refuse_undrawn(table.assign(drawn_on=pd.Timestamp("2027-01-15")))
    assert len(mechanism_of(table, "unit_code").units) == 36
    assert table["stratum"].str.endswith(" (cũ)").all()
    said = {row[0].value: row[1].value for row in book[LOT_SHEET].iter_rows()}
    assert (said[DATA_HASH], said[VERSION]) == (lot_hash(table), __version__)
    again = tmp_path / "lan-hai.xlsx"
    assert lantoa(*ASKED, again)[0] == 0
    assert again.read_bytes() == adopted.read_bytes()


def test_a_commune_moved_by_hand_is_found_out(adopted):
    book = load_workbook(adopted)
    sheet = book[LIST_SHEET]
    wave, month = (list(LIST_COLUMNS).index(name) + 1 for name in ("wave", "first_month"))
    first = heading_row(sheet) + 1
    sheet.cell(first, wave).value, sheet.cell(first, month).value = 3, "9/2027"
    book.save(adopted)
    with pytest.raises(DesignRefused, match="đã có đơn vị bị đổi đợt sau khi bốc"):
        refuse_undrawn(read_waves(adopted).assign(drawn_on=pd.Timestamp("2027-01-15")))


def test_a_file_that_is_there_and_a_wrong_month_are_refused_in_words(adopted, lantoa):
    code, told = lantoa(*ASKED, adopted)
    assert code == 3
    assert "thêm --force" in told
    code, told = lantoa("waves", "--waves", 3, "--first-month", "2027-13", "--gap", 3, "--seed", 7, "--out", adopted)
    assert code == 2
    assert "cần tháng như 2027-03" in told


def test_another_workbook_is_not_read_as_a_list(adopted):
    book = load_workbook(adopted)
    del book[LOT_SHEET]
    book.save(adopted)
    with pytest.raises(DataFaults, match="Cách bốc thăm"):
        read_waves(adopted)


def test_the_list_holds_what_an_annex_needs(adopted):
    book = load_workbook(adopted)
    said, how = lines_of(book[LIST_SHEET]), " ".join(str(row[1].value) for row in book[LOT_SHEET].iter_rows())
    assert said.startswith("DANH SÁCH PHÂN ĐỢT TRIỂN KHAI TRUYỀN THÔNG, TP. HỒ CHÍ MINH, ĐỊA BÀN BÌNH DƯƠNG (CŨ)")
    for part in ("Kèm theo …", "Căn cứ: …", "Mục của kế hoạch được chia đợt: …", "Người chọn hạt giống: …", "Nơi ký: …"):
        assert part in said
    assert "chưa mở hoạt động của mục này; các nhiệm vụ khác theo quy định vẫn làm bình thường" in said
    assert "Hồ sơ của 12 tháng gần nhất là từ 01/2024 đến 12/2024." in said
    assert "Ô để trống" not in said
    assert "CẢNH BÁO" not in said
    assert "Cùng hạt giống, cùng danh sách, cùng số liệu và cùng phiên bản bộ công cụ" in how
    assert "Thử nhiều hạt giống rồi giữ lấy một thì không còn là bốc thăm" in how
    assert "36 tháng, từ 01/2022 đến 12/2024" in lines_of(book[POWER_SHEET])


def test_cells_left_empty_are_explained_and_read_back(tmp_path):
    codes = [f"c{number}" for number in range(8)]
    listed = pd.DataFrame({"unit_code": codes, "name_vi": codes, "district_code": "d", "district_vi": "Huyện D"})
    listed = listed.assign(dossiers_count=pd.array([pd.NA, *range(10, 17)], dtype="Float64"), online_pct=pd.array([pd.NA] * 8, dtype="Float64"))
    found = RolloutUnits(listed, pd.DataFrame(), (), Provenance(("x",), is_synthetic=False), "Nơi thử")
    lot = propose_waves(listed, unit="unit_code", waves=2, seed=1, stratum="district_vi", balance_on=["dossiers_count"], max_gap_sd=0.5)
    lot = with_start_months(lot, "2027-03", 3)
    table = WaveTable(lot.merge(listed[["unit_code", "name_vi"]]), found, date(2027, 1, 15), None, "chưa có hồ sơ theo tháng", "I.2")
    write_waves(tmp_path / "a.xlsx", table)
    said = lines_of(load_workbook(tmp_path / "a.xlsx")[LIST_SHEET])
    assert "Ô để trống: đơn vị chưa có hồ sơ trong các tháng ấy; khi cân bằng các đợt, đơn vị này được tính bằng mức trung bình." in said
    assert "được chia đợt: I.2 (kế hoạch số …" in said
    assert SYNTHETIC_STAMP not in said
    again = read_waves(tmp_path / "a.xlsx")
    assert lot_hash(again) == lot_hash(lot)
    refuse_undrawn(again)


def test_a_month_that_has_begun_is_warned_of_on_the_screen_and_on_the_list_and_the_item_is_named(lantoa, tmp_path):
    path = tmp_path / "muon.xlsx"
    asked = ("waves", "--waves", 3, "--first-month", "2021-03", "--gap", 3, "--seed", 7, "--out", path)
    code, told = lantoa(*asked, "--item", "I.2")
    assert code == 0
    said = lines_of(load_workbook(path)[LIST_SHEET])
    assert all("CẢNH BÁO: bốc thăm ngày" in where and "kết quả sẽ không được coi là ngẫu nhiên" in where for where in (told, said))
    assert "được chia đợt: I.2 báo chí (kế hoạch số 6334/KH-UBND)." in said
    code, told = lantoa(*asked, "--force", "--item", "I.9")
    assert code == 3
    assert "không có mục “I.9”; chấp nhận: I.1, I.2" in told


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--seed", "bay", "gặp “bay”, cần số nguyên từ 0 trở lên."),
        ("--seed", "-3", "gặp “-3”, cần số nguyên từ 0 trở lên."),
        ("--waves", "1", "gặp “1”, cần số nguyên từ 2 đến 12."),
        ("--gap", "0", "gặp “0”, cần số nguyên từ 1 đến 24."),
        ("--max-gap", "nan", "gặp “nan”, cần số lớn hơn 0"),
        ("--out", "ke-hoach.pdf", "cần tên tệp có đuôi .xlsx, ví dụ ke-hoach.xlsx."),
    ],
)
def test_a_wrong_option_is_told_with_what_was_found_and_what_is_accepted(lantoa, tmp_path, option, value, said):
    code, told = lantoa(*ASKED, tmp_path / "a.xlsx", option, value)
    assert (code, said in told) == (2, True), told
    assert not list(tmp_path.glob("*.xlsx"))


def test_a_place_that_cannot_be_written_is_one_calm_sentence(lantoa, tmp_path):
    (tmp_path / "tep").write_text("")
    for extra in ((), ("--force",)):
        code, told = lantoa(*ASKED, tmp_path, *extra)
        assert (code, "là thư mục, cần tên tệp .xlsx" in told) == (2, True), told
        code, told = lantoa("template", "activity-log", "--plan", "6334/KH-UBND", "--out", tmp_path, *extra)
        assert (code, "là thư mục, cần tên tệp .xlsx" in told) == (2, True), told
    code, told = lantoa(*ASKED, tmp_path / "tep" / "a.xlsx")
    assert (code, "Không ghi được vào thư mục" in told) == (3, True), told


def test_a_rule_no_lot_meets_names_the_option_to_loosen(lantoa, tmp_path):
    code, told = lantoa(*ASKED, tmp_path / "a.xlsx", "--max-gap", "0,001")
    assert code == 3
    assert "không quá 0,001 độ lệch chuẩn" in told
    assert "--max-gap" in told


def test_a_province_whose_communes_are_not_listed_is_refused_in_a_sentence(lantoa, tmp_path):
    code, told = lantoa("waves", "--waves", 3, "--first-month", "2022-03", "--gap", 3, "--seed", 7, "--out", tmp_path / "a.xlsx", "--province", "79")
    assert code == 3
    assert "Chưa có danh mục cấp xã của TP. Hồ Chí Minh (mã 79)" in told
