"""The files of a dossier log: what is taken as a part, and every file that is not, named with its reason."""

import os
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.inputs import MIXED_KINDS, NOT_FOUND, OTHER_FILE, UNREADABLE_PATH, Part, find_parts
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.panel_file import ACCOUNT_KEY
from analysis.ingest.dossiers.part_files import BROKEN_CSV, BROKEN_PARQUET, OTHER_STRUCTURE, OTHER_TYPE, OWN_PANEL

COLUMNS = {"dossier_id": "ma_ho_so", "unit": "ma_don_vi", "channel": "kenh", "received": "ngay_tiep_nhan"}
LINE = "H09-210504-0001,25741,2,2021-05-04"
HEADER = "ma_ho_so,ma_don_vi,kenh,ngay_tiep_nhan"


def mapping(delimiter: str = ",", **more: str) -> DossierMapping:
    return DossierMapping(
        "Sổ thử", "63-tinh", False, date(2022, 1, 1), {**COLUMNS, **more}, {"channel": {"2": "online"}}, ("%Y-%m-%d",), delimiter, ""
    )


def rows(**changed: object) -> pa.Table:
    sound = {"ma_ho_so": ["H09-210504-0001"], "ma_don_vi": ["25741"], "kenh": [2], "ngay_tiep_nhan": [datetime(2021, 5, 4, 8)], "ho_ten": ["–"]}
    return pa.table({name: value for name, value in {**sound, **changed}.items() if value is not None})


def parquet(path: Path, table: pa.Table | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows() if table is None else table, path)
    return path


def text(path: Path, content: str | bytes = f"{HEADER}\n{LINE}\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults(path: Path, declared: DossierMapping | None = None) -> tuple[Fault, ...]:
    with pytest.raises(DataFaults) as caught:
        find_parts(path, declared or mapping())
    return caught.value.faults


def only_fault(path: Path, declared: DossierMapping | None = None) -> Fault:
    (fault,) = faults(path, declared)
    return fault


def test_a_single_file_is_one_part_called_by_its_name(tmp_path):
    file = parquet(tmp_path / "so.parquet")
    (part,) = find_parts(file, mapping())
    assert (part.path, part.name, part.kind, part.rows, part.size) == (file.absolute(), "so.parquet", "parquet", 1, file.stat().st_size)
    assert part.columns == ("ma_ho_so", "ma_don_vi", "kenh", "ngay_tiep_nhan", "ho_ten")
    assert part.types == {"ma_ho_so": "string", "ma_don_vi": "string", "kenh": "int64", "ngay_tiep_nhan": "timestamp[us]"}


def test_a_csv_tells_its_columns_and_no_rows_or_types(tmp_path):
    (part,) = find_parts(text(tmp_path / "So.CSV", f"\ufeff{HEADER},\r\n{LINE},\r\n"), mapping())
    assert (part.kind, part.rows, part.types) == ("csv", None, {})
    assert part.columns == (*HEADER.split(","), "cột 5, không tên")


def test_a_folder_gives_its_parts_by_name_and_passes_over_hidden_things_and_the_mapping(tmp_path):
    for name in ("thang=2021-02/b.parquet", "thang=2021-01/a.parquet", "c.parquet/part-0.parquet"):
        parquet(tmp_path / name)
    for name in ("_SUCCESS", ".part-0.parquet.crc", "_temporary/0/x.parquet", ".an/y.csv", "anh-xa.yml"):
        text(tmp_path / name, "x")
    found = find_parts(tmp_path, mapping())
    assert [part.name for part in found] == ["c.parquet/part-0.parquet", "thang=2021-01/a.parquet", "thang=2021-02/b.parquet"]
    assert all(part.path.is_absolute() for part in found)


def test_a_relative_path_gives_absolute_parts(tmp_path, monkeypatch):
    parquet(tmp_path / "so" / "a.parquet")
    monkeypatch.chdir(tmp_path)
    (part,) = find_parts(Path("so"), mapping())
    assert (part.name, part.path.is_absolute(), part.path.is_file()) == ("a.parquet", True, True)


def test_a_parquet_file_without_rows_is_a_part(tmp_path):
    (part,) = find_parts(parquet(tmp_path / "a.parquet", rows().slice(0, 0)), mapping())
    assert part.rows == 0


def test_nothing_there_is_told(tmp_path):
    assert only_fault(tmp_path / "thieu").cause == NOT_FOUND
    text(tmp_path / "_SUCCESS", "")
    (tmp_path / "thang=2021-01").mkdir()
    assert "không có tệp .parquet hay .csv nào" in only_fault(tmp_path).found


def test_files_of_other_kinds_are_refused_by_name_and_told_what_to_do(tmp_path):
    parquet(tmp_path / "a.parquet")
    for name in ("b.csv.gz", "doc-toi.txt", "so.xlsx", "khong-duoi"):
        text(tmp_path / name, "x")
    found = {fault.where: fault for fault in faults(tmp_path)}
    assert set(found) == {"b.csv.gz", "doc-toi.txt", "so.xlsx", "khong-duoi"}
    assert {fault.cause for fault in found.values()} == {OTHER_FILE}
    assert "giải nén" in found["b.csv.gz"].action
    assert only_fault(tmp_path / "b.csv.gz").cause == OTHER_FILE


def test_parquet_and_csv_together_are_refused(tmp_path):
    parquet(tmp_path / "a.parquet")
    text(tmp_path / "b.csv")
    fault = only_fault(tmp_path)
    assert (fault.cause, fault.found) == (MIXED_KINDS, "1 tệp .parquet (như a.parquet) và 1 tệp .csv (như b.csv)")


@pytest.mark.parametrize("kept", [0, 3, 4, 6, 11, 0.5, -1, -8])
def test_a_truncated_parquet_file_is_named(tmp_path, kept):
    whole = parquet(tmp_path / "a.parquet").read_bytes()
    parquet(tmp_path / "b.parquet")
    (tmp_path / "a.parquet").write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])
    fault = only_fault(tmp_path)
    assert (fault.cause, fault.where) == (BROKEN_PARQUET, "a.parquet")


def test_what_only_looks_like_parquet_is_named(tmp_path):
    text(tmp_path / "a.parquet", f"{HEADER}\n{LINE}\n")
    text(tmp_path / "b.parquet", b"PAR1" + b"\x07" * 40 + (40).to_bytes(4, "little") + b"PAR1")
    text(tmp_path / "c.parquet", b"PAR1" + b"\x07" * 40 + (4_000_000_000).to_bytes(4, "little") + b"PAR1")
    assert [(fault.cause, fault.where) for fault in faults(tmp_path)] == [(BROKEN_PARQUET, f"{name}.parquet") for name in "abc"]


def test_a_panel_of_ours_among_the_parts_is_no_log(tmp_path):
    parquet(tmp_path / "a.parquet", rows().replace_schema_metadata({ACCOUNT_KEY: b"{}"}))
    assert only_fault(tmp_path).cause == OWN_PANEL


def test_every_part_that_lacks_columns_is_told_with_names_near_to_them(tmp_path):
    parquet(tmp_path / "thang=1" / "a.parquet")
    parquet(tmp_path / "thang=2" / "a.parquet", rows(kenh=None, KENH=[2], ma_don_vi=None))
    (fault,) = faults(tmp_path)
    assert (fault.cause, fault.where) == (OTHER_STRUCTURE, "thang=2/a.parquet")
    assert "“ma_don_vi” (vai trò unit)" in fault.found
    assert "“kenh” (vai trò channel; tên gần giống trong tệp: “KENH”)" in fault.found


def test_a_column_that_is_only_a_key_of_folders_is_told_so(tmp_path):
    parquet(tmp_path / "thang=2021-01" / "a.parquet")
    assert "chỉ là khóa chia thư mục “thang=…”" in only_fault(tmp_path, mapping(due="thang")).found


def test_a_csv_of_other_delimiter_is_told_without_quoting_its_line(tmp_path):
    fault = only_fault(text(tmp_path / "a.csv", "Nguyễn Văn A;25741;2;2021\n"))
    assert fault.cause == BROKEN_CSV
    assert "3 dấu chấm phẩy" in fault.found
    assert "Nguyễn" not in str(fault)
    assert len(find_parts(text(tmp_path / "a.csv", HEADER.replace(",", ";")), mapping(";"))) == 1


def test_a_csv_without_names_is_refused_without_quoting_its_line(tmp_path):
    fault = only_fault(text(tmp_path / "a.csv", "Nguyễn Văn A,Nguyễn Văn A,0912345678,2\n" * 3))
    assert (fault.cause, "Nguyễn" in str(fault), "0912" in str(fault)) == (OTHER_STRUCTURE, False, False)


def test_names_written_twice_in_a_csv_are_told_in_whatever_case(tmp_path):
    fault = only_fault(text(tmp_path / "a.csv", f"{HEADER},ghi_chu,Ghi_Chu\n"))
    assert (fault.cause, "“Ghi_Chu”, “ghi_chu”" in fault.found) == (OTHER_STRUCTURE, True)


def test_a_parquet_file_in_which_a_mapped_name_stands_twice_is_refused_and_other_names_may(tmp_path):
    names = ["ma_ho_so", "ma_don_vi", "kenh", "ngay_tiep_nhan", "Kenh"]
    assert only_fault(parquet(tmp_path / "a.parquet", rows().rename_columns(names))).cause == OTHER_STRUCTURE
    twice = rows(x=[1]).rename_columns([*names[:4], "x", "X"])
    assert len(find_parts(parquet(tmp_path / "a.parquet", twice), mapping())) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "trống"),
        (b"\n\n", "trống"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (HEADER.encode("utf-16-le"), "nhị phân"),
        (f"{HEADER}\n{LINE}\nĐất đai".encode("cp1258", "replace"), "dòng 3 không phải mã UTF-8"),
        (b"x" * 70_000, "dài quá"),
        (HEADER.encode() + b"\n" + "đ".encode()[:1], "dòng 2"),
    ],
)
def test_a_csv_that_is_no_utf8_text_is_told(tmp_path, content, said):
    fault = only_fault(text(tmp_path / "a.csv", content))
    assert (fault.cause, said in fault.found) == (BROKEN_CSV, True)


@pytest.mark.parametrize("shift", range(3))
def test_a_letter_cut_by_the_end_of_the_bytes_looked_at_is_no_fault(tmp_path, shift):
    content = f"{HEADER}\n{'x' * shift}{'ệ' * 40_000}"
    assert len(content.encode()) > 65_536
    assert len(find_parts(text(tmp_path / "a.csv", content), mapping())) == 1


def test_names_may_be_quoted_and_the_header_may_be_all_there_is(tmp_path):
    quoted = ",".join(f'"{name}"' for name in HEADER.split(","))
    assert find_parts(text(tmp_path / "a.csv", quoted), mapping())[0].columns == tuple(HEADER.split(","))


TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
WHOLE = [pa.int8(), pa.int64(), pa.uint32()]
MOMENTS = [pa.date32(), pa.timestamp("ms"), pa.timestamp("ns"), pa.timestamp("us", tz="Asia/Ho_Chi_Minh")]
ODD = [pa.binary(), pa.list_(pa.string()), pa.struct({"a": pa.int8()}), pa.null(), pa.time32("s"), pa.map_(pa.string(), pa.string())]
FRACTIONS = [pa.float64(), pa.float32(), pa.decimal128(12, 2)]
CARRIES = {
    "received": [*TEXTS, *MOMENTS],
    "fee": [*TEXTS, *WHOLE, *FRACTIONS],
    "digitised": [*TEXTS, *WHOLE, pa.bool_()],
    "channel": [*TEXTS, *WHOLE],
    "dossier_id": [*TEXTS, *WHOLE],
    "field": [*TEXTS, *WHOLE],
}
KINDS = [*TEXTS, *WHOLE, *MOMENTS, *ODD, *FRACTIONS, pa.bool_()]


@pytest.mark.parametrize("role", CARRIES)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_column_carries_a_role_by_its_type(tmp_path, role, kind):
    column = COLUMNS.get(role, role)
    declared = mapping() if role in COLUMNS else mapping(**{role: role})
    file = parquet(tmp_path / "a.parquet", rows(**{column: pa.array([None], kind)}))
    if kind in CARRIES[role]:
        assert column in find_parts(file, declared)[0].types
    else:
        fault = only_fault(file, declared)
        assert (fault.cause, f"vai trò {role}" in fault.found) == (OTHER_TYPE, True)


def test_values_that_pandas_and_spark_write_are_carried(tmp_path):
    frame = pd.DataFrame({"ma_ho_so": ["a"], "ma_don_vi": pd.Categorical(["25741"]), "kenh": [1], "ngay_tiep_nhan": pd.to_datetime(["2021-05-04"])})
    frame.assign(fee=[Decimal("1.5")]).to_parquet(tmp_path / "a.parquet")
    pq.write_table(rows(fee=[1]), tmp_path / "b.parquet", use_deprecated_int96_timestamps=True)
    assert [part.rows for part in find_parts(tmp_path, mapping(fee="fee"))] == [1, 1]


def test_faults_of_all_files_are_told_together(tmp_path):
    parquet(tmp_path / "a.parquet", rows(kenh=[1.5]))
    parquet(tmp_path / "b.parquet", rows(ma_ho_so=None))
    text(tmp_path / "c.parquet", "x")
    text(tmp_path / "d.txt", "x")
    assert {fault.cause for fault in faults(tmp_path)} == {OTHER_TYPE, OTHER_STRUCTURE, BROKEN_PARQUET, OTHER_FILE}


def part_of(path: Path) -> Part:
    (part,) = find_parts(path, mapping())
    return part


@pytest.mark.parametrize("make", [parquet, text])
def test_a_fingerprint_changes_with_the_file_only(tmp_path, make):
    file = make(tmp_path / f"a.{'csv' if make is text else 'parquet'}")
    first = part_of(file)
    assert part_of(file) == first
    moved = shutil.copy2(file, tmp_path / f"moved{file.suffix}")
    assert part_of(moved).fingerprint == first.fingerprint
    os.utime(file, ns=(0, 1))
    touched = part_of(file)
    assert touched.fingerprint != first.fingerprint
    content = file.read_bytes()
    file.write_bytes(content.replace(b"0001", b"0002"))
    os.utime(file, ns=(0, 1))
    assert file.stat().st_size == len(content)
    assert part_of(file).fingerprint != touched.fingerprint


def test_links_in_a_ring_or_to_the_same_part_twice_are_refused_and_do_not_hang(tmp_path):
    log = tmp_path / "so"
    parquet(log / "thang=1" / "a.parquet")
    (log / "thang=1" / "vong").symlink_to(log, target_is_directory=True)
    (log / "hai.parquet").symlink_to(log / "thang=1" / "a.parquet")
    (log / "tu-minh").symlink_to(log / "tu-minh")
    (log / "hong.parquet").symlink_to(log / "khong-co.parquet")
    found = faults(log)
    assert {fault.cause for fault in found} == {UNREADABLE_PATH}
    assert {fault.where for fault in found} == {"thang=1/vong", "thang=1/a.parquet", "tu-minh", "hong.parquet"}


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path):
    parquet(tmp_path / "kho" / "a.parquet")
    (tmp_path / "so").mkdir()
    (tmp_path / "so" / "thang=1").symlink_to(tmp_path / "kho", target_is_directory=True)
    assert [part.name for part in find_parts(tmp_path / "so", mapping())] == ["thang=1/a.parquet"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    assert only_fault(tmp_path).cause == UNREADABLE_PATH
    assert only_fault(tmp_path / "a.csv").cause == UNREADABLE_PATH


@pytest.mark.parametrize("name", ["so [2021]/a.parquet", "so*/a.parquet", "{a}.parquet"])
def test_names_that_engines_would_take_for_patterns_are_refused(tmp_path, name):
    file = parquet(tmp_path / name)
    assert only_fault(tmp_path).cause == UNREADABLE_PATH
    assert only_fault(file).cause == NOT_FOUND


def test_a_hidden_file_given_by_name_is_told_to_be_renamed(tmp_path):
    assert "đổi tên" in only_fault(parquet(tmp_path / "_a.parquet")).action


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever runs this may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    parquet(tmp_path / "a.parquet").chmod(0)
    assert only_fault(tmp_path).cause == UNREADABLE_PATH


def test_moments_with_a_zone_keep_it_in_their_type(tmp_path):
    table = rows(ngay_tiep_nhan=pa.array([datetime(2021, 5, 4, tzinfo=UTC)], pa.timestamp("us", tz="UTC")))
    assert part_of(parquet(tmp_path / "a.parquet", table)).types["ngay_tiep_nhan"] == "timestamp[us, tz=UTC]"
