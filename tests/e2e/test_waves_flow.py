"""From the command to the adopted list and back: the workbook holds the lot, reads back as drawn, and a changed one is found out."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from analysis.errors import DataFaults
from analysis.estimate.inside.assignment import mechanism_of, refuse_undrawn
from analysis.estimate.inside.waves import is_as_drawn
from analysis.estimate.refusals import DesignRefused
from analysis.publish.waves_workbook import HEADING_ROW, LIST_COLUMNS, LIST_SHEET, LOT_SHEET, POWER_SHEET, read_waves
from analysis.theme import SYNTHETIC_STAMP

ASKED = ("waves", "--waves", 3, "--first-month", "2027-03", "--gap", 3, "--seed", 7, "--out")


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
    headings = [cell.value for cell in book[LIST_SHEET][HEADING_ROW]]
    assert headings == [column.heading for column in LIST_COLUMNS.values()]
    assert all(SYNTHETIC_STAMP in {row[0].value for row in sheet.iter_rows(max_row=4)} for sheet in book.worksheets)
    table = read_waves(adopted)
    assert table.groupby("wave")["first_month"].first().tolist() == ["2027-03", "2027-06", "2027-09"]
    assert is_as_drawn(table)
    refuse_undrawn(table.assign(drawn_on=pd.Timestamp("2027-01-15")))
    assert len(mechanism_of(table, "unit_code").units) == 36
    again = tmp_path / "lan-hai.xlsx"
    assert lantoa(*ASKED, again)[0] == 0
    assert again.read_bytes() == adopted.read_bytes()


def test_a_commune_moved_by_hand_is_found_out(adopted):
    book = load_workbook(adopted)
    sheet = book[LIST_SHEET]
    wave, month = (list(LIST_COLUMNS).index(name) + 1 for name in ("wave", "first_month"))
    sheet.cell(HEADING_ROW + 1, wave).value, sheet.cell(HEADING_ROW + 1, month).value = 3, "9/2027"
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
