"""From the empty form of online-service counts to rates: fill in, check, take in, be told the faults, replace, take back; captures alike."""

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from analysis import store
from analysis.ingest.uptake_files.layout import COLUMNS, DATA_SHEETS, MONTHLY, SNAPSHOT
from analysis.ingest.uptake_files.template import HEADING_ROW
from analysis.project import Project
from analysis.sources import read_register

COMMUNE, DEPARTMENT = "25741", "74-STP"
Counts = Mapping[tuple[str, object], Mapping[str, object]]


@pytest.fixture
def form(blank_form: Callable[..., Path]) -> Callable[..., Path]:
    """``form(path)``: the empty form of 2022, as the command makes it."""
    return lambda path, layout=MONTHLY: Path(shutil.copy(blank_form(layout, "--year", 2022), path))


def fill(path: Path, counts: Counts) -> Path:
    """Write counts into a form of months, by unit and month."""
    book = load_workbook(path)
    sheet = book[DATA_SHEETS[MONTHLY]]
    columns = {column.key: number for number, column in enumerate(COLUMNS[MONTHLY], 1)}
    rows = {(sheet.cell(row, 1).value, sheet.cell(row, 3).value): row for row in range(HEADING_ROW + 1, sheet.max_row + 1)}
    for place, told in counts.items():
        for key, value in told.items():
            sheet.cell(rows[place], columns[key]).value = value
    book.save(path)
    return path


def state(project: Project) -> tuple[object, ...]:
    files = sorted(path.relative_to(project.raw).as_posix() for path in project.raw.rglob("*") if path.is_file() and path.name != ".lock")
    return project.register.read_bytes(), store.current(project.processed), files


def rates(project: Project) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(unit, month, key) → both counts of every rate in force."""
    held = store.read("uptake", project.processed)
    keys = held[["unit_code", "period_month", "rate_key"]].itertuples(index=False, name=None)
    return dict(zip(keys, zip(held["numerator_count"], held["denominator_count"], strict=True), strict=True))


def in_force(project: Project) -> list[str]:
    return [source.source_id for source in read_register(project.raw) if source.table == "uptake" and source.is_in_force]


def test_a_table_of_months_goes_from_the_form_into_rates_over_its_faults_and_a_mended_one_replaces_it(lantoa, form, project, tmp_path):
    path = fill(
        form(tmp_path / "ho-so-2022.xlsx"),
        {
            (COMMUNE, "07/2022"): {"received_count": "1.200", "online_count": 300},
            (COMMUNE, "09/2022"): {"received_count": 900, "online_count": 450, "full_online_count": 400},
            (DEPARTMENT, "07/2022"): {"received_count": 80, "online_count": 8},
        },
    )
    before = state(project)
    code, told = lantoa("check", path)
    assert code == 0, told
    assert "bảng hồ sơ theo tháng, 3 đơn vị-tháng của 2 đơn vị, tháng 7/2022 đến 9/2022, tính được 2 loại tỷ lệ" in told
    code, told = lantoa("import", path, "--kind", MONTHLY)
    assert code == 3
    assert "--replace-synthetic" in told
    assert state(project) == before

    code, told = lantoa("import", path, "--kind", MONTHLY, "--replace-synthetic")
    assert code == 0, told
    (first,) = in_force(project)
    assert "Thay cho synthetic-activities" in told
    assert "Thay cho synthetic-uptake" in told
    expected = {
        (COMMUNE, "2022-07", "online_all"): (300, 1200),
        (COMMUNE, "2022-09", "online_all"): (450, 900),
        (COMMUNE, "2022-09", "toan_trinh"): (400, 900),
        (DEPARTMENT, "2022-07", "online_all"): (8, 80),
    }
    assert rates(project) == expected
    held = store.read("uptake", project.processed)
    assert dict(zip(held["period_month"], held["regime"], strict=True)) == {"2022-07": "levels_3_4", "2022-09": "decree_42"}
    assert not held["is_synthetic"].any()
    code, told = lantoa("build")
    assert code == 0, told
    assert "đọc 3 dòng, đưa vào bảng uptake 4 dòng" in told
    assert "bảng hồ sơ" in lantoa("received")[1]

    before = state(project)
    wrong = fill(shutil.copy(path, tmp_path / "ho-so-sua.xlsx"), {(DEPARTMENT, "07/2022"): {"received_count": "khoảng 80", "online_count": 8}})
    fill(wrong, {(COMMUNE, "09/2022"): {"full_online_count": 500}})
    code, told = lantoa("import", wrong, "--kind", MONTHLY, "--replaces", first)
    marked = tmp_path / "ho-so-sua-loi-can-sua.xlsx"
    assert code == 3
    assert "Có 2 lỗi" in told
    assert str(marked) in told
    assert state(project) == before
    sheet = load_workbook(marked)[DATA_SHEETS[MONTHLY]]
    commented = [cell.coordinate for row in sheet.iter_rows(min_row=HEADING_ROW + 1) for cell in row if cell.comment]
    assert len(commented) == 2

    mended = fill(marked, {(DEPARTMENT, "07/2022"): {"received_count": 82}, (COMMUNE, "09/2022"): {"full_online_count": 410}})
    code, told = lantoa("import", mended, "--kind", MONTHLY)
    assert code == 3
    assert f"--replaces {first}" in told
    code, told = lantoa("import", mended, "--kind", MONTHLY, "--replaces", first)
    assert code == 0, told
    assert rates(project) == expected | {(COMMUNE, "2022-09", "toan_trinh"): (410, 900), (DEPARTMENT, "2022-07", "online_all"): (8, 82)}
    assert f"thay bằng {in_force(project)[0]}" in lantoa("received")[1]
    code, told = lantoa("withdraw", in_force(project)[0])
    assert code == 0, told
    assert rates(project) == {}


def test_captures_go_from_the_form_into_months_and_a_fall_is_told_with_both_figures(lantoa, form, project, tmp_path):
    path = form(tmp_path / "luy-ke.xlsx", SNAPSHOT)
    book = load_workbook(path)
    sheet = book[DATA_SHEETS[SNAPSHOT]]
    row = next(line for line in range(HEADING_ROW + 1, sheet.max_row + 1) if sheet.cell(line, 1).value == COMMUNE)
    spare = next(line for line in range(HEADING_ROW + 1, sheet.max_row + 1) if sheet.cell(line, 1).value is None)
    captures = [(date(2022, 2, 27), 250, 60), (date(2022, 1, 31), 100, 20), (date(2022, 3, 31), 240, 100)]
    for line, (end, received, online) in zip([row, spare, spare + 1], captures, strict=True):
        told = {"unit_code": COMMUNE, "start": date(2022, 1, 1), "end": end, "received_count": received, "online_count": online}
        for number, column in enumerate(COLUMNS[SNAPSHOT], 1):
            if column.key in told:
                sheet.cell(line, number).value = told[column.key]
    book.save(path)
    before = state(project)
    code, told = lantoa("import", path, "--kind", SNAPSHOT, "--replace-synthetic")
    assert code == 3
    assert "Số lũy kế giảm" in told
    assert "250" in told
    assert "240" in told
    assert state(project) == before
    sheet.cell(spare + 1, 5).value = 400
    book.save(path)
    code, told = lantoa("check", path)
    assert code == 0, told
    assert "tháng 02/2022 tính từ 01/02/2022 đến 27/02/2022" in told
    code, told = lantoa("import", path, "--kind", SNAPSHOT, "--replace-synthetic")
    assert code == 0, told
    assert rates(project) == {
        (COMMUNE, "2022-01", "online_all"): (20, 100),
        (COMMUNE, "2022-02", "online_all"): (40, 150),
        (COMMUNE, "2022-03", "online_all"): (40, 150),
    }
    held = store.read("uptake", project.processed)
    assert set(held["basis"]) == {"snapshots"}
    assert held.set_index("period_month").loc["2022-03", "period_start_date"] == pd.Timestamp(2022, 2, 28)
    notices = store.read("build_notices", project.processed)
    assert "tháng 02/2022 tính từ 01/02/2022 đến 27/02/2022" in "\n".join(notices["said_vi"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", MONTHLY, "--accept-partial"], "--accept-partial không dùng cho loại tệp uptake-"),
        (["--kind", SNAPSHOT, "--as-new"], "--as-new không dùng cho loại tệp uptake-"),
        (["--kind", MONTHLY, "--year", "2022"], "--year chỉ dùng cho tệp chỉ số"),
    ],
)
def test_an_option_that_says_nothing_for_counts_is_told(lantoa, tmp_path, arguments, said):
    (tmp_path / "a.xlsx").write_bytes(b"")
    code, told = lantoa("import", tmp_path / "a.xlsx", *arguments)
    assert code == 2
    assert said in told


def test_a_form_is_not_written_over_without_being_asked(lantoa, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"x")
    code, told = lantoa("template", MONTHLY, "--year", 2022, "--out", path)
    assert code == 3
    assert "--force" in told
    assert path.read_bytes() == b"x"
