"""A dossier log that cannot be read stops with a message that names place, finding and remedy, and leaves what was there."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.errors import DataFaults, LantoaError, RunLocked
from analysis.ingest.dossiers.failures import PartsUnreadable
from analysis.ingest.dossiers.mapping import read_mapping
from analysis.ingest.dossiers.panel_file import read_panel
from analysis.ingest.dossiers.summing import find, sum_up
from dossier_logs import MAPPING, sound_log, write_log


@pytest.fixture
def units(shipped_tables):
    return shipped_tables.units


def run(log: Path, units, out: Path, mapping: str = MAPPING):
    (log / "anh-xa.yml").write_text(mapping, encoding="utf-8")
    read = read_mapping(log / "anh-xa.yml")
    return sum_up(find(log, read), read, units, out, "duckdb", lambda _: None)


def told(error: pytest.ExceptionInfo[LantoaError]) -> str:
    return str(error.value)


def test_a_part_damaged_inside_is_told_and_the_last_panel_stays(units, tmp_path):
    log, out = write_log(tmp_path / "so", sound_log(3_000, seed=1)), tmp_path / "panel.parquet"
    run(log, units, out)
    good = out.read_bytes()
    part = log / "phan=1" / "ho-so.parquet"
    content = bytearray(part.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    part.write_bytes(content)
    with pytest.raises((PartsUnreadable, DataFaults)) as error:
        run(log, units, out)
    assert re.search(r"tệp|phan=1", told(error))
    assert out.read_bytes() == good


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda log: shutil.rmtree(log), "so"),
        (lambda log: [shutil.rmtree(part) for part in log.glob("phan=*")], "không có"),
        (lambda log: (log / "phan=0" / "ho-so.parquet").write_bytes(b"PAR1 cut"), "phan=0/ho-so.parquet"),
        (lambda log: sound_log(5, seed=1).drop(columns="kenh").to_parquet(log / "phan=2" / "ho-so.parquet"), "kenh"),
        (lambda log: (log / "ghi-chu.docx").write_bytes(b"x"), "ghi-chu.docx"),
    ],
)
def test_what_is_no_log_is_refused_by_name_before_anything_is_counted(spoil, said, units, tmp_path):
    log = write_log(tmp_path / "so", sound_log(30, seed=2))
    mapping = read_mapping(log / "anh-xa.yml")
    spoil(log)
    with pytest.raises(DataFaults) as error:
        find(log, mapping)
    assert said in told(error)
    assert all(fault.accepted and fault.action and fault.found for fault in error.value.faults)


def test_a_unit_name_mapped_to_no_unit_of_the_list_is_refused(units, tmp_path):
    log = write_log(tmp_path / "so", sound_log(30, seed=3))
    with pytest.raises(DataFaults, match="danh mục 63 tỉnh") as error:
        run(log, units, tmp_path / "panel.parquet", MAPPING + '  unit: {"H09.16": "99999"}\n')
    assert "99999" in told(error)


def test_names_the_vendor_gives_to_units_are_understood_in_any_case(units, tmp_path):
    rows = sound_log(60, seed=4)
    log = write_log(tmp_path / "so", rows.assign(ma_don_vi=rows["ma_don_vi"].replace("25741", "H09.16-a ")))
    found = run(log, units, tmp_path / "panel.parquet", MAPPING + '  unit: {"h09.16-A": "25741"}\n')
    counted = read_panel(found.panel, "panel").cells.groupby("unit_code")["received_count"].sum()
    assert counted["25741"] == (rows["ma_don_vi"] == "25741").sum()


def test_a_column_of_identity_numbers_is_refused_without_quoting_one(units, tmp_path):
    rows = sound_log(300, seed=5)
    log = write_log(tmp_path / "so", rows.assign(ma_ho_so=[f"07418500{number:04d}" for number in range(300)]))
    with pytest.raises(DataFaults, match="căn cước") as error:
        run(log, units, tmp_path / "panel.parquet")
    assert "07418500" not in told(error)
    assert not (tmp_path / "panel.parquet").exists()


def test_fields_that_are_names_are_refused_after_counting_too(units, tmp_path):
    rows = sound_log(2_000, seed=6)
    late = [f"Nguyễn Văn {number}" if number > 1_400 else "Hộ tịch" for number in range(2_000)]
    rows.assign(linh_vuc=late).to_parquet(tmp_path / "ho-so.parquet", index=False)
    log = tmp_path / "so"
    log.mkdir()
    (tmp_path / "ho-so.parquet").rename(log / "ho-so.parquet")
    with pytest.raises(DataFaults, match="lĩnh vực"):
        run(log, units, tmp_path / "panel.parquet")
    assert not (tmp_path / "panel.parquet").exists()


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_stray_quote_that_swallows_lines_is_refused_and_nobody_s_data_come_along(is_closed, units, tmp_path):
    log = tmp_path / "so"
    log.mkdir()
    lines = sound_log(400, seed=9).to_csv(index=False).splitlines()
    first, second = [number for number, line in enumerate(lines) if ",Hộ tịch," in line][40:42]
    lines[first] = lines[first].replace(",Hộ tịch,", ',"Hộ tịch,')
    if is_closed:
        lines[second] = lines[second].replace(",Hộ tịch,", ',Hộ tịch",')
    (log / "so.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(LantoaError, match=rf"nháy kép lẻ ở dòng {first + 1}|lĩnh vực"):
        run(log, units, tmp_path / "panel.parquet")
    assert not (tmp_path / "panel.parquet").exists()


def test_bytes_that_are_no_utf_8_deep_in_a_csv_are_told_by_their_line(units, tmp_path):
    log = tmp_path / "so"
    log.mkdir()
    content = sound_log(3_000, seed=10).to_csv(index=False).encode()
    (log / "so.csv").write_bytes(content + content.splitlines()[-1].replace(b"H09", b"\xff\xfe") + b"\n")
    with pytest.raises(DataFaults, match=r"so.csv, dòng 3002"):
        run(log, units, tmp_path / "panel.parquet")


def test_two_runs_into_one_file_do_not_meet(units, tmp_path):
    from analysis.ingest.dossiers.summing import _held

    log, out = write_log(tmp_path / "so", sound_log(30, seed=7)), tmp_path / "panel.parquet"
    with _held(out), pytest.raises(RunLocked, match="Một lượt khác"):
        run(log, units, out)


def test_a_panel_that_was_altered_is_no_longer_taken_for_one(units, tmp_path):
    import pyarrow.parquet as pq

    out = run(write_log(tmp_path / "so", sound_log(90, seed=8)), units, tmp_path / "panel.parquet").panel
    table = pq.read_table(out)
    pq.write_table(table.slice(1), out)
    with pytest.raises(DataFaults, match="Số dòng không khớp"):
        read_panel(out, "panel.parquet")
    pq.write_table(table.replace_schema_metadata(None), out)
    with pytest.raises(DataFaults, match="không phải bảng tổng hợp"):
        read_panel(out, "panel.parquet")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal are those of POSIX")
def test_stopping_the_command_with_ctrl_c_leaves_the_last_panel_and_says_so(project_copy, tmp_path):
    command = [sys.executable, "-m", "analysis.cli", "uptake"]

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*command, *arguments], cwd=project_copy.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    log, out = tmp_path / "so", tmp_path / "panel.parquet"
    assert start("synthetic", "--rows", "400000", "--out", str(log)).wait() == 0
    out.write_bytes(b"the last good panel")
    running = start("aggregate", str(log), "--out", str(out))
    assert running.stderr is not None
    while "Đọc và đếm hồ sơ" not in running.stderr.readline() and running.poll() is None:
        pass
    running.send_signal(signal.SIGINT)
    said = running.communicate()[1]
    assert running.returncode == 1
    assert "Đã dừng theo yêu cầu" in said
    assert "Traceback" not in said
    assert out.read_bytes() == b"the last good panel"
    again = start("aggregate", str(log), "--out", str(out))
    assert "400.000 dòng vào = 400.000 dòng được tính" in again.communicate()[0]
    assert read_panel(out, "panel").account.rows_in == 400_000
