"""Summing up a dossier log: the panel equals plain pandas on every engine, every row is accounted for, nothing is read twice."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.ingest.dossiers import summing
from analysis.ingest.dossiers.failures import EngineUnusable
from analysis.ingest.dossiers.mapping import read_mapping
from analysis.ingest.dossiers.panel_file import read_panel
from analysis.ingest.dossiers.summing import Summed, aside_path, find, sum_up
from dossier_logs import FAULTS, KEY, MAPPING, plain_panel, sound_log, with_faults, write_log

SUMS = ["received_count", "online_count", "fee_count", "paid_online_count", "digitised_in_count", "resolved_count", "due_count", "on_time_count"]
has_java = bool(shutil.which("java"))
needs_java = pytest.mark.skipif(not has_java, reason="Spark needs Java 17, which is not on this machine")
ENGINES = [pytest.param("duckdb"), pytest.param("spark-local", marks=[needs_java, pytest.mark.slow])]


@pytest.fixture
def units(shipped_tables):
    return shipped_tables.units


def summed(log: Path, units: pd.DataFrame, out: Path, engine: str = "duckdb", mapping: Path | None = None, **options: bool) -> Summed:
    read = read_mapping(mapping or log / "anh-xa.yml")
    return sum_up(find(log, read), read, units, out, engine, lambda _: None, **options)


def cells(path: Path) -> pd.DataFrame:
    """The cells of a panel with plain types."""
    found = read_panel(path, path.name).cells[[*KEY, *SUMS, "median_days", "p90_days"]]
    return found.astype(dict.fromkeys(SUMS, "int64") | dict.fromkeys(["median_days", "p90_days"], "float64") | dict.fromkeys(KEY, "object"))


def assert_same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    left, right = (frame.sort_values(KEY, ignore_index=True)[[*KEY, *SUMS, "median_days", "p90_days"]] for frame in (found, wanted))
    pd.testing.assert_frame_equal(left, right.astype(left.dtypes.to_dict()), rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_panel_equals_plain_pandas(engine, units, tmp_path):
    log = sound_log(3_000, seed=1)
    result = summed(write_log(tmp_path / "so", log), units, tmp_path / "panel.parquet", engine)
    assert result.account.rows_in == result.account.rows_counted == 3_000
    assert result.aside is None
    assert_same(cells(result.panel), plain_panel(log))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_faulty_row_is_set_aside_for_its_own_reason_and_the_rest_counted(engine, units, tmp_path):
    log, reasons = with_faults(sound_log(600, seed=2))
    result = summed(write_log(tmp_path / "so", log), units, tmp_path / "panel.parquet", engine)
    assert dict(result.account.set_aside) == reasons[reasons != ""].value_counts().to_dict()
    assert set(result.account.set_aside) >= set(FAULTS)
    assert result.account.rows_in == len(log) == result.account.rows_counted + sum(result.account.set_aside.values())
    assert_same(cells(result.panel), plain_panel(log[reasons == ""]))
    aside = pd.read_csv(result.aside, dtype=str)
    assert len(aside) == (reasons != "").sum()
    assert set(aside["Mã hồ sơ"].dropna()) == set(log.loc[reasons != "", "ma_ho_so"]) - {""}


@pytest.mark.parametrize("engine", ENGINES)
def test_csv_gives_the_panel_of_parquet_and_tells_broken_lines(engine, units, tmp_path):
    log, reasons = with_faults(sound_log(400, seed=3))
    text = log.assign(
        **{name: log[name].dt.strftime("%d/%m/%Y %H:%M:%S") for name in ("ngay_tiep_nhan", "ngay_hen_tra", "ngay_tra_ket_qua")},
        thanh_toan_truc_tuyen=log["thanh_toan_truc_tuyen"].map({True: "Có", False: "không"}),
        so_hoa=log["so_hoa"].map({True: "1", False: "0"}),
        la_mo_phong=log["la_mo_phong"].map({True: "TRUE", False: "FALSE"}),
        linh_vuc=log["linh_vuc"] + "  ",
    )
    lines = text.to_csv(index=False, lineterminator="\n").splitlines()
    lines.insert(50, "H09-x,thừa một ô," + ",".join("x" * 20))
    lines.insert(90, "H09-y,thiếu ô")
    (tmp_path / "so.csv").write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "anh-xa.yml").write_text(MAPPING, encoding="utf-8")
    result = summed(tmp_path / "so.csv", units, tmp_path / "panel.parquet", engine, tmp_path / "anh-xa.yml")
    assert dict(result.account.set_aside) == reasons[reasons != ""].value_counts().to_dict() | {"broken_line": 2}
    assert result.account.rows_in == len(log) + 2
    assert_same(cells(result.panel), plain_panel(log[reasons == ""]))


def as_text(log: pd.DataFrame) -> pd.DataFrame:
    """A log as a vendor writes it to CSV."""
    return log.assign(**{name: log[name].dt.strftime("%d/%m/%Y") for name in ("ngay_tiep_nhan", "ngay_hen_tra", "ngay_tra_ket_qua")})


def csv_folder(folder: Path, *logs: pd.DataFrame) -> Path:
    folder.mkdir()
    for number, log in enumerate(logs):
        as_text(log).to_csv(folder / f"{number}.csv", index=False)
    (folder / "anh-xa.yml").write_text(MAPPING, encoding="utf-8")
    return folder


@pytest.mark.parametrize("engine", ENGINES)
def test_several_csv_parts_are_each_read_once(engine, units, tmp_path):
    log = sound_log(300, seed=19)
    folder = csv_folder(tmp_path / "so", log.iloc[:200], log.iloc[200:280], log.iloc[280:])
    result = summed(folder, units, tmp_path / "panel.parquet", engine)
    assert result.account.rows_in == 300
    assert_same(cells(result.panel), plain_panel(log))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_no_whole_number_is_no_fee_on_any_engine(engine, units, tmp_path):
    log = sound_log(60, seed=20).assign(thanh_toan_truc_tuyen=False)
    fees = log["phi_le_phi"].astype("object")
    odd = ["1e5", "1_000", "0x10", "1.5e3", "+-3", "mười"]
    fees.iloc[:8] = [*odd, "120.000", "15,000"]
    result = summed(csv_folder(tmp_path / "so", log.assign(phi_le_phi=fees)), units, tmp_path / "panel.parquet", engine)
    assert dict(result.account.set_aside) == {"unreadable_fee": len(odd)}


@pytest.mark.parametrize("engine", ENGINES)
def test_years_that_cannot_be_and_ids_of_spaces_are_set_aside_and_stop_nothing(engine, units, tmp_path):
    import pyarrow as pa

    log = sound_log(40, seed=22)
    folder = write_log(tmp_path / "so", log)
    table = pa.Table.from_pandas(log.iloc[:4].assign(ma_ho_so=["x1", "x2", "  ", " "]), preserve_index=False)
    day = table.schema.get_field_index("ngay_tiep_nhan")
    odd = pa.array([6_000_000, -800_000, 18_700, 18_700], pa.int32()).cast(pa.date32())
    (folder / "phan=7").mkdir()
    pq.write_table(table.set_column(day, "ngay_tiep_nhan", odd), folder / "phan=7" / "ho-so.parquet")
    result = summed(folder, units, tmp_path / "panel.parquet", engine)
    assert dict(result.account.set_aside) == {"no_dossier_id": 2, "before_2000": 1, "in_future": 1}
    text = as_text(log.iloc[:2]).assign(ngay_tiep_nhan=["-021-01-15", "20-01-2021"], ma_ho_so=["a", "b"])
    found = summed(csv_folder(tmp_path / "so-2", log.iloc[5:]), units, tmp_path / "p2.parquet", engine).account.rows_in
    text.to_csv(tmp_path / "so-2" / "9.csv", index=False)
    again = summed(tmp_path / "so-2", units, tmp_path / "p2.parquet", engine)
    assert again.account.rows_in == found + 2
    assert dict(again.account.set_aside) == {"no_received_day": 2}


def test_fields_spelt_in_several_ways_are_one_field(units, tmp_path):
    import unicodedata

    log = sound_log(200, seed=23).assign(linh_vuc="Hộ tịch")
    mixed = log.assign(linh_vuc=["Hộ tịch", "hộ tịch", unicodedata.normalize("NFD", "Hộ tịch"), " Hộ  tịch "] * 50)
    assert_same(cells(summed(write_log(tmp_path / "so", mixed), units, tmp_path / "panel.parquet").panel), plain_panel(log))


@pytest.mark.parametrize("engine", ENGINES)
def test_months_are_those_of_vietnam_when_times_are_kept_in_utc(engine, units, tmp_path):
    log = sound_log(500, seed=4)
    in_utc = log.copy()
    for name in ("ngay_tiep_nhan", "ngay_hen_tra", "ngay_tra_ket_qua"):
        in_utc[name] = log[name].dt.tz_localize("Asia/Ho_Chi_Minh").dt.tz_convert("UTC")
    result = summed(write_log(tmp_path / "so", in_utc), units, tmp_path / "panel.parquet", engine)
    assert_same(cells(result.panel), plain_panel(log))


def test_of_a_repeated_dossier_the_row_with_the_latest_result_counts(units, tmp_path):
    log, reasons = with_faults(sound_log(300, seed=5))
    result = summed(write_log(tmp_path / "so", log), units, tmp_path / "panel.parquet")
    aside = pd.read_csv(result.aside, dtype=str)
    repeated = aside[aside["Lý do để riêng"].str.startswith("trùng")]
    assert sorted(repeated["Mã hồ sơ"]) == sorted(log.loc[[30, 31], "ma_ho_so"])
    assert_same(cells(result.panel), plain_panel(log[reasons == ""]))


def test_a_whole_part_exported_twice_counts_once(units, tmp_path):
    log = sound_log(900, seed=6)
    folder = write_log(tmp_path / "so", log)
    shutil.copytree(folder / "phan=1", folder / "phan=1-lan-2")
    result = summed(folder, units, tmp_path / "panel.parquet")
    assert dict(result.account.set_aside) == {"repeated_id": 300}
    assert_same(cells(result.panel), plain_panel(log))


def test_ids_that_share_a_hash_are_not_repeats(units, tmp_path, monkeypatch):
    """Whatever the hash, only equal ids are repeats: here every id has one of ten hashes, and none that of no id."""
    from analysis.ingest.dossiers.engines import DuckDB

    monkeypatch.setattr(DuckDB, "hash_of", lambda _, text: (text.substr(9, 1).nullif("").fill_null("99").cast("int64") % 50 % 45).cast("uint64"))
    log, reasons = with_faults(sound_log(300, seed=7))
    result = summed(write_log(tmp_path / "so", log), units, tmp_path / "panel.parquet")
    assert dict(result.account.set_aside) == reasons[reasons != ""].value_counts().to_dict()
    assert_same(cells(result.panel), plain_panel(log[reasons == ""]))


def test_only_new_and_changed_parts_are_read_again(units, tmp_path):
    log = sound_log(900, seed=8)
    folder, out = write_log(tmp_path / "so", log), tmp_path / "panel.parquet"
    assert summed(folder, units, out).read_count == 3
    first = out.read_bytes()
    assert summed(folder, units, out).read_count == 0
    assert out.read_bytes() == first
    more = sound_log(60, seed=9).assign(ma_ho_so=[f"H10-{number}" for number in range(60)])
    (folder / "phan=3").mkdir()
    more.to_parquet(folder / "phan=3" / "ho-so.parquet", index=False)
    assert summed(folder, units, out).read_count == 1
    assert_same(cells(out), plain_panel(pd.concat([log, more])))
    (folder / "phan=0" / "ho-so.parquet").unlink()
    assert summed(folder, units, out).read_count == 0
    assert_same(cells(out), plain_panel(pd.concat([log.iloc[1::3], log.iloc[2::3], more])))


def test_a_new_part_that_repeats_an_old_one_corrects_what_was_kept_of_the_old(units, tmp_path):
    log = sound_log(300, seed=10)
    folder, out = write_log(tmp_path / "so", log), tmp_path / "panel.parquet"
    summed(folder, units, out)
    later = log.iloc[[0, 3]].assign(ngay_tra_ket_qua=pd.Timestamp("2021-12-31 09:00"))
    (folder / "phan=9").mkdir()
    later.to_parquet(folder / "phan=9" / "ho-so.parquet", index=False)
    assert dict(summed(folder, units, out).account.set_aside) == {"repeated_id": 2}
    assert_same(cells(out), plain_panel(pd.concat([log.drop(index=[0, 3]), later])))


def test_an_interrupted_run_leaves_the_last_good_panel_and_goes_on_from_there(units, tmp_path, monkeypatch):
    folder, out = write_log(tmp_path / "so", sound_log(600, seed=11)), tmp_path / "panel.parquet"
    summed(folder, units, out)
    good = out.read_bytes()
    sound_log(30, seed=12).assign(ma_ho_so=[f"N-{number}" for number in range(30)]).to_parquet(folder / "moi.parquet", index=False)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(summing, "write_panel", stop)
        with pytest.raises(KeyboardInterrupt):
            summed(folder, units, out)
    assert out.read_bytes() == good
    assert not list(tmp_path.glob(".*/tmp-*"))
    result = summed(folder, units, out)
    assert result.read_count == 0
    assert result.account.rows_in == 630


def test_a_log_without_the_optional_columns_leaves_their_counts_empty(units, tmp_path):
    log = sound_log(200, seed=13)
    folder = write_log(tmp_path / "so", log)
    kept = [line for line in MAPPING.splitlines() if not any(role in line for role in ("fee:", "paid_online:", "resolved:", "due:", "service_level"))]
    (folder / "anh-xa.yml").write_text("\n".join(kept), encoding="utf-8")
    found = read_panel(summed(folder, units, tmp_path / "panel.parquet").panel, "panel").cells
    assert found[["fee_count", "paid_online_count", "resolved_count", "due_count", "on_time_count", "median_days"]].isna().all().all()
    assert (found["service_level"] == "not_known").all()
    assert found["digitised_in_count"].sum() == log["so_hoa"].sum()


def test_no_column_beyond_the_mapped_ones_is_read(units, tmp_path):
    """The part's other columns hold bytes that are no text: reading them would fail."""
    log = sound_log(100, seed=14)
    folder = write_log(tmp_path / "so", log)
    result = summed(folder, units, tmp_path / "panel.parquet")
    state = [path.read_bytes() for path in tmp_path.rglob(".panel.trung-gian/**/*") if path.is_file()]
    assert state
    assert all("không được đọc".encode() not in content for content in [*state, result.panel.read_bytes()])


def test_the_same_log_gives_the_same_bytes_in_any_number_of_steps(units, tmp_path, monkeypatch):
    from analysis.ingest.dossiers.engines import DuckDB

    folder = write_log(tmp_path / "so", with_faults(sound_log(600, seed=15))[0])
    one = summed(folder, units, tmp_path / "a.parquet").panel.read_bytes()
    monkeypatch.setattr(DuckDB, "rows_a_step", 1)
    assert summed(folder, units, tmp_path / "b.parquet").panel.read_bytes() == one
    assert aside_path(tmp_path / "a.parquet").read_bytes() == aside_path(tmp_path / "b.parquet").read_bytes()


def test_days_of_the_panel_give_back_its_medians(units, tmp_path):
    panel = read_panel(summed(write_log(tmp_path / "so", sound_log(800, seed=16)), units, tmp_path / "panel.parquet").panel, "panel")
    assert panel.days["dossiers_count"].sum() == panel.cells["resolved_count"].sum()
    table = pq.read_table(tmp_path / "panel.parquet").to_pandas()
    spread = [np.repeat(days, counts) for days, counts in zip(table["days"], table["days_count"], strict=True)]
    assert [float(np.median(days)) if len(days) else None for days in spread] == [None if pd.isna(m) else m for m in table["median_days"]]


@needs_java
@pytest.mark.slow
def test_a_spark_master_that_does_not_answer_is_told_within_seconds(units, tmp_path):
    folder, out = write_log(tmp_path / "so", sound_log(30, seed=17)), tmp_path / "panel.parquet"
    with pytest.raises(EngineUnusable, match="không trả lời"):
        summed(folder, units, out, "spark://127.0.0.1:9")
    assert not out.exists()


def test_an_engine_that_does_not_exist_is_refused(units, tmp_path):
    with pytest.raises(EngineUnusable, match="Chấp nhận: duckdb, spark-local"):
        summed(write_log(tmp_path / "so", sound_log(30, seed=18)), units, tmp_path / "panel.parquet", "polars")
