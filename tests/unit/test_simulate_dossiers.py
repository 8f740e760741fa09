"""Synthetic dossiers: they are the synthetic monthly counts row by row, keep office hours, and hold a truth that can be found again."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_hypergeom

from analysis.errors import FolderUnusable
from analysis.ingest.activity_log.personal import personal_numbers
from analysis.ingest.dossiers.mapping import read_mapping
from analysis.simulate import TRUTH, DossiersRefused, Truth, simulate_dossiers, simulate_uptake, write_dossiers
from analysis.simulate import dossier_folder as folder_module
from analysis.simulate.dossier_cells import draw, draw_preferring
from analysis.simulate.dossier_log import DossierLog, level_shares, prepare
from analysis.simulate.dossier_rows import SCHEMA
from analysis.simulate.fields import SERVICE_LEVELS, draw_field_mix, fields_given_level
from analysis.simulate.office_days import CLOSED_DAYS, OPEN_DAYS, pick
from analysis.simulate.roster import Unit
from analysis.simulate.uptake import scaled_to

SEED = 6334
MONTH_COUNTS = {
    "received_count": lambda rows: rows["ma_ho_so"].notna(),
    "online_service_count": lambda rows: rows["muc_do"] >= 3,
    "online_count": lambda rows: rows["kenh"] == 2,
    "full_online_count": lambda rows: (rows["kenh"] == 2) & (rows["muc_do"] == 4),
    "partial_online_count": lambda rows: (rows["kenh"] == 2) & (rows["muc_do"] == 3),
    "fee_count": lambda rows: rows["phi_le_phi"] > 0,
    "paid_online_count": lambda rows: rows["thanh_toan_truc_tuyen"],
    "digitised_in_count": lambda rows: rows["so_hoa"],
    "bcci_in_count": lambda rows: rows["kenh"] == 3,
}


def make_units(communes: int = 4) -> pd.DataFrame:
    named = [
        ("74-VPUB", "Văn phòng Ủy ban nhân dân tỉnh Bình Dương", "department", "74"),
        ("74-STP", "Sở Tư pháp tỉnh Bình Dương", "department", "74"),
        ("718", "Thành phố Thủ Dầu Một", "district", "74"),
        *((str(25741 + position), f"Phường số {position}", "commune", "718") for position in range(communes)),
    ]
    units = pd.DataFrame(named, columns=["unit_code", "name_vi", "level", "parent_code"], dtype="string")
    return units.assign(vintage=pd.Series("63-tinh", index=units.index, dtype="string"))


def make_activities() -> pd.DataFrame:
    starts = pd.to_datetime(["2021-01-10", "2021-02-10", "2021-02-20"])
    told = {"unit_code": ["25741", "25741", "74-VPUB"], "audience": "citizens", "date_precision": "day", "start_date": starts, "end_date": starts}
    return pd.DataFrame(told).astype({"unit_code": "string", "audience": "string", "date_precision": "string"})


def make_log(rows: int | None = 3_000, first: str = "2021-01", last: str = "2021-03", truth: Truth = TRUTH, communes: int = 4) -> DossierLog:
    return prepare(make_units(communes), make_activities(), seed=SEED, rows=rows, first_month=first, last_month=last, truth=truth)


def rows_of(log: DossierLog) -> pd.DataFrame:
    return pa.concat_tables([log.month(position).rows for position in range(len(log.months))]).to_pandas()


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a unit and month, as the monthly table counts."""
    month = rows["ngay_tiep_nhan"].dt.strftime("%Y-%m").rename("period_month")
    flags = pd.DataFrame({name: of_rows(rows) for name, of_rows in MONTH_COUNTS.items()})
    return flags.groupby([rows["ma_don_vi"].astype(str).rename("unit_code"), month]).sum()


def assert_counts_are(rows: pd.DataFrame, uptake: pd.DataFrame) -> None:
    expected = uptake.set_index(["unit_code", "period_month"])[list(MONTH_COUNTS)].astype("int64").query("received_count > 0").sort_index()
    pd.testing.assert_frame_equal(counted(rows).sort_index(), expected, check_index_type=False)


@cache
def year_2021() -> pd.DataFrame:
    """A year of a few units, large enough for shares and medians to say something."""
    return rows_of(make_log(400_000, "2021-01", "2021-12", communes=6))


@pytest.fixture(scope="module")
def shipped_log(shipped_raw: Path) -> DossierLog:
    units = pd.read_csv(shipped_raw / "units/63-tinh/units.csv", dtype="string")
    log = shipped_raw / f"synthetic/seed-{SEED}/activity_log_2019_2024.csv"
    activities = pd.read_csv(log, dtype={"unit_code": "string"}, parse_dates=["start_date", "end_date"])
    return prepare(units, activities, seed=SEED, rows=None, first_month="2019-01", last_month="2024-12", truth=TRUTH)


@pytest.mark.parametrize("month", ["2019-01", "2021-08", "2022-09", "2024-12"])
def test_dossiers_of_all_units_add_up_to_the_shipped_monthly_table(shipped_log: DossierLog, shipped_raw: Path, month: str) -> None:
    shipped = pd.read_csv(shipped_raw / f"synthetic/seed-{SEED}/uptake_monthly_2019_2024.csv", dtype={"unit_code": str})
    dossiers = shipped_log.month(shipped_log.months.get_loc(month))
    assert dossiers.month == month
    of_month = shipped[shipped["period_month"] == month]
    assert len(of_month) == 111
    assert_counts_are(dossiers.rows.to_pandas(), of_month)


@pytest.mark.parametrize("rows", [1, 40, 3_000, 100_000])
@pytest.mark.parametrize("truth", [TRUTH, Truth(effect_logit=1.0)])
def test_scaled_dossiers_are_exactly_as_many_as_asked_and_add_up_to_the_scaled_monthly_table(rows: int, truth: Truth) -> None:
    span = {"seed": SEED, "first_month": "2021-01", "last_month": "2021-03", "rows": rows, "truth": truth}
    dossiers = pa.concat_tables(month.rows for month in simulate_dossiers(make_units(), make_activities(), **span)).to_pandas()
    assert len(dossiers) == rows
    assert_counts_are(dossiers, simulate_uptake(make_units(), make_activities(), **span))


@given(st.lists(st.integers(0, 3_000), min_size=6, max_size=6).filter(any), st.integers(1, 10**9))
def test_scaled_intakes_add_up_and_no_unit_gains_or_loses_more_than_one_dossier(received: list[int], rows: int) -> None:
    of_units = np.array(received).reshape(3, 2)
    scaled = scaled_to(of_units, rows)
    assert scaled.sum() == rows
    assert (scaled >= 0).all()
    assert (scaled[of_units == 0] == 0).all()
    exact = of_units.sum(axis=1) * rows / of_units.sum()
    assert (np.abs(scaled.sum(axis=1) - exact) < 1 + 1e-6).all()


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.integers(1, 2_000))
def test_attributes_never_contradict_each_other(seed: int, rows: int) -> None:
    months = simulate_dossiers(make_units(), make_activities(), seed=seed, rows=rows, first_month="2024-10", last_month="2024-12")
    dossiers = pa.concat_tables(month.rows for month in months).to_pandas()
    assert dossiers.loc[dossiers["kenh"] == 2, "muc_do"].isin([3, 4]).all()
    assert dossiers["muc_do"].isin(SERVICE_LEVELS).all()
    assert dossiers["kenh"].isin([1, 2, 3]).all()
    assert (dossiers.loc[dossiers["thanh_toan_truc_tuyen"], "phi_le_phi"] > 0).all()
    assert (dossiers["phi_le_phi"] >= 0).all()
    assert dossiers["ma_ho_so"].is_unique
    assert dossiers["la_mo_phong"].all()
    assert not (dossiers["ngay_tra_ket_qua"] < dossiers["ngay_tiep_nhan"]).any()
    assert dossiers.drop(columns="ngay_tra_ket_qua").notna().all(axis=None)


def test_rows_have_the_columns_of_an_export_and_none_of_a_person() -> None:
    rows = make_log().month(0).rows
    assert rows.schema == SCHEMA
    assert all(rows.schema.field(name).type.tz is None for name in rows.schema.names if name.startswith("ngay_"))
    ids = rows["ma_ho_so"].to_pylist()
    assert ids[0] in {f"{unit}-2101{day:02d}-00001" for unit in rows["ma_don_vi"].to_pylist() for day in range(1, 4)}
    assert not any(personal_numbers(text) for text in ids)
    assert rows["ngay_tiep_nhan"].to_pandas().is_monotonic_increasing


def test_numbers_of_a_unit_run_on_without_a_gap_each_day() -> None:
    rows = rows_of(make_log(30_000))
    parts = rows["ma_ho_so"].str.rsplit("-", n=1, expand=True)
    numbers = parts[1].astype(int).groupby(parts[0])
    assert (numbers.min() == 1).all()
    assert (numbers.max() == numbers.size()).all()
    assert (rows["ma_don_vi"].astype(str) + rows["ngay_tiep_nhan"].dt.strftime("-%y%m%d") == parts[0]).all()


def test_a_month_is_the_same_whichever_were_drawn_before() -> None:
    in_turn = list(simulate_dossiers(make_units(), make_activities(), seed=SEED, rows=3_000, first_month="2021-01", last_month="2021-03"))
    assert make_log().month(2).rows.equals(in_turn[2].rows)
    other = prepare(make_units(), make_activities(), seed=7, rows=3_000, first_month="2021-01", last_month="2021-03", truth=TRUTH)
    assert not other.month(2).rows.equals(in_turn[2].rows)


def test_working_days_are_those_of_the_calendar() -> None:
    """Counted by hand: weekdays of the month less the days off as announced."""
    open_days = pd.Series(1, index=pd.DatetimeIndex(OPEN_DAYS)).groupby(lambda day: f"{day:%Y-%m}").sum()
    expected = {"2018-02": 15, "2019-02": 15, "2020-01": 17, "2021-02": 15, "2021-05": 20, "2022-09": 20, "2023-01": 16, "2024-02": 16}
    assert open_days[list(expected)].to_dict() == expected
    for new_year in ("2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29"):
        assert np.datetime64(new_year) in CLOSED_DAYS


def test_offices_receive_and_answer_on_working_days_only() -> None:
    rows = year_2021()
    received, channel = rows["ngay_tiep_nhan"], rows["kenh"]
    at_office = rows[channel != 2]
    weekday = at_office["ngay_tiep_nhan"].dt.day_of_week
    assert not np.isin(at_office["ngay_tiep_nhan"].to_numpy("datetime64[D]"), CLOSED_DAYS).any()
    assert (weekday < 6).all()
    assert (at_office.loc[weekday == 5, "kenh"] == 1).all()
    saturday = at_office.loc[weekday == 5, "ngay_tiep_nhan"].dt
    assert (saturday.hour * 60 + saturday.minute < 11 * 60 + 30).all()
    minute = at_office["ngay_tiep_nhan"].dt.hour * 60 + at_office["ngay_tiep_nhan"].dt.minute
    assert minute.between(7 * 60 + 30, 17 * 60 - 1).all()
    for column in ("ngay_hen_tra", "ngay_tra_ket_qua"):
        assert np.isin(rows[column].dropna().to_numpy("datetime64[D]"), OPEN_DAYS).all()
    assert received[channel == 2].dt.day_of_week.isin([5, 6]).any()
    assert (received[channel == 2].dt.hour >= 19).any()


def test_deadlines_are_counted_in_working_days_over_tet() -> None:
    """Three working days after Friday 05/02/2021: 8, 9, then closed from 10 to 16, so 17/02."""
    rows = year_2021()
    before_tet = rows[(rows["linh_vuc"] == "Hộ tịch") & (rows["kenh"] == 1) & (rows["ngay_tiep_nhan"].dt.date == pd.Timestamp("2021-02-05").date())]
    assert len(before_tet) > 10
    assert set(before_tet["ngay_hen_tra"]) == {pd.Timestamp("2021-02-17 17:00")}


def test_filings_after_hours_count_from_the_next_working_day() -> None:
    """Sunday 07/02/2021 and the evening of Friday before count from Monday 08/02: one working day for certification, due on the 9th."""
    rows = year_2021()
    online = rows[(rows["linh_vuc"] == "Chứng thực") & (rows["kenh"] == 2)]
    late = online[online["ngay_tiep_nhan"].between("2021-02-05 17:00", "2021-02-07 23:59:59")]
    assert len(late) > 10
    assert set(late["ngay_hen_tra"]) == {pd.Timestamp("2021-02-09 17:00")}


def working_days(rows: pd.DataFrame) -> pd.Series:
    """Working days from the first that counts to the result, of dossiers that came in at office hours of a working day."""
    known = rows[rows["ngay_tra_ket_qua"].notna() & np.isin(rows["ngay_tiep_nhan"].to_numpy("datetime64[D]"), OPEN_DAYS)]
    known = known[known["ngay_tiep_nhan"].dt.hour < 17]
    first, last = (known[column].to_numpy("datetime64[D]") for column in ("ngay_tiep_nhan", "ngay_tra_ket_qua"))
    return pd.Series(np.busday_count(first, last, holidays=CLOSED_DAYS), index=known.index)


@pytest.mark.parametrize("factor", [0.5, 0.85, 1.0])
def test_the_ratio_of_days_by_channel_is_found_within_unit_field_and_month(factor: float) -> None:
    log = make_log(300_000, "2022-01", "2022-06", Truth(online_duration_factor=factor), communes=3)
    rows = rows_of(log)
    social = rows[(rows["linh_vuc"] == "Bảo trợ xã hội") & (rows["ngay_tiep_nhan"] < "2022-05-01")]
    days = working_days(social) + 0.5  # a result on the day counted lies half a day on, on average
    cell = [social.loc[days.index, "ma_don_vi"].astype(str), days.index.map(social["ngay_tiep_nhan"].dt.month)]
    mean = np.log(days).groupby([*cell, social.loc[days.index, "kenh"]]).agg(["mean", "size"]).unstack()
    weight = 1 / (1 / mean["size"][1] + 1 / mean["size"][2])
    ratio = np.exp(np.average(mean["mean"][2] - mean["mean"][1], weights=weight))
    assert ratio == pytest.approx(factor, abs=0.02)


def test_a_comparison_over_all_fields_misses_the_ratio_as_the_statement_warns(shipped_log: DossierLog) -> None:
    rows = shipped_log.month(shipped_log.months.get_loc("2021-03")).rows.to_pandas()
    days = working_days(rows) + 0.5
    mean = days.groupby(rows.loc[days.index, "kenh"]).mean()
    assert mean[2] / mean[1] > 0.95 > TRUTH.online_duration_factor


def test_closure_and_year_end_take_longer() -> None:
    rows = year_2021()
    land = rows[(rows["linh_vuc"] == "Đất đai") & (rows["kenh"] == 1)]
    days = working_days(land) + 0.5
    by_month = days.groupby(land.loc[days.index, "ngay_tiep_nhan"].dt.month).mean()
    assert by_month[8] / by_month[3] == pytest.approx(np.exp(0.30 * 0.7), abs=0.06)


def test_shares_on_time_are_of_the_published_order(shipped_log: DossierLog) -> None:
    """98.2 % on time, 1.69 % late at department level from January to May 2021."""
    first = shipped_log.months.get_loc("2021-01")
    rows = pa.concat_tables([shipped_log.month(first + month).rows for month in range(5)]).to_pandas()
    is_on_time = (rows["ngay_tra_ket_qua"] <= rows["ngay_hen_tra"])[rows["ngay_tra_ket_qua"].notna()]
    is_department = rows["ma_don_vi"].astype(str).str.startswith("74-")
    assert is_on_time[is_department].mean() == pytest.approx(0.982, abs=0.01)
    assert 0.95 < is_on_time[~is_department].mean() < 0.98
    assert rows["ngay_tra_ket_qua"].isna().mean() == pytest.approx(0.001, abs=0.0003)


def test_what_is_not_resolved_by_the_last_day_is_empty() -> None:
    log = make_log(20_000)
    rows = rows_of(log)
    assert log.exported_on == np.datetime64("2021-03-31")
    assert rows[["ngay_tiep_nhan", "ngay_tra_ket_qua"]].max().max() < pd.Timestamp("2021-04-01")
    is_open = rows["ngay_tra_ket_qua"].isna().groupby(rows["ngay_tiep_nhan"].dt.month).mean()
    assert is_open[1] < 0.01 < is_open[3]
    land = rows[(rows["linh_vuc"] == "Đất đai") & (rows["ngay_tiep_nhan"] >= "2021-03-29")]
    assert land["ngay_tra_ket_qua"].isna().mean() > 0.95


def test_a_year_makes_few_enough_cells_for_a_panel(shipped_log: DossierLog) -> None:
    cell = ["ma_don_vi", "linh_vuc", "muc_do", "kenh"]
    first = shipped_log.months.get_loc("2024-01")
    cells = [shipped_log.month(first + month).rows.group_by(cell).aggregate([]).num_rows for month in range(12)]
    assert 10_000 < sum(cells) < 25_000


def test_units_have_fields_of_their_own_and_communes_four_or_five(shipped_log: DossierLog) -> None:
    fields = shipped_log.month(0).rows.to_pandas().groupby("ma_don_vi", observed=True)["linh_vuc"].nunique()
    is_department = fields.index.astype(str).str.startswith("74-")
    assert set(fields[is_department]) <= {1, 2}
    assert set(fields[~is_department]) == {4, 5}
    justice = shipped_log.month(0).rows.to_pandas().query("ma_don_vi == '74-STP'")["linh_vuc"]
    assert justice.value_counts().idxmax() == "Lý lịch tư pháp"


def test_every_shipped_department_is_known_by_name(shipped_log: DossierLog) -> None:
    unnamed = [unit.name for unit, fields in zip(shipped_log.units, shipped_log.mix.field, strict=True) if _is_general(shipped_log, fields)]
    assert unnamed == ["Văn phòng Ủy ban nhân dân tỉnh Bình Dương"]


def _is_general(log: DossierLog, fields: np.ndarray) -> bool:
    return {log.mix.catalogue[field].name_vi for field in fields} == {"Hành chính chung"}


@pytest.mark.parametrize("month", ["2018-01", "2021-06", "2025-06"])
def test_fields_given_the_level_meet_the_shares_of_both(month: str) -> None:
    units = [Unit("74-STP", "Sở Tư pháp", "department"), *(Unit(str(code), "Xã", "commune") for code in range(30))]
    mix = draw_field_mix(np.random.default_rng(1), units)
    shares = level_shares(pd.Period(month, freq="M"))
    given_level = fields_given_level(mix, shares)
    np.testing.assert_allclose(shares.sum(), 1)
    np.testing.assert_allclose(given_level.sum(axis=2), 1)
    assert (given_level[~np.swapaxes(mix.is_offered, 1, 2)] == 0).all()
    of_fields = (given_level * shares[None, :, None]).sum(axis=1)
    assert np.abs(of_fields - mix.share).max() < 0.08
    assert np.median(np.abs(of_fields - mix.share)) < 0.01


def test_draws_without_replacement_have_the_mean_of_the_multivariate_hypergeometric() -> None:
    cells, rng = np.array([[5, 0, 20, 75]]).repeat(4_000, axis=0), np.random.default_rng(3)
    drawn = draw(rng, cells, np.full(4_000, 30))
    assert (drawn.sum(axis=1) == 30).all()
    assert ((drawn >= 0) & (drawn <= cells)).all()
    np.testing.assert_allclose(drawn.mean(axis=0), multivariate_hypergeom.mean([5, 0, 20, 75], 30), atol=0.1)
    assert np.cov(drawn[:, 2], drawn[:, 3])[0, 1] == pytest.approx(multivariate_hypergeom.cov([5, 0, 20, 75], 30)[2, 3], rel=0.1)


def test_preferred_cells_are_drawn_first_and_others_only_when_they_are_used_up() -> None:
    cells, is_preferred = np.array([[4, 6], [4, 6]]), np.array([True, False])
    drawn = draw_preferring(np.random.default_rng(1), cells, np.array([3, 7]), is_preferred, 1.0)
    np.testing.assert_array_equal(drawn, [[3, 0], [4, 3]])


def test_pick_never_takes_what_has_no_weight_nor_the_next_row() -> None:
    weights = np.array([[0.0, 1.0, 0.0, 3.0, 0.0], [2.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0, 0.0]])
    edges = np.array([0.0, 0.25 - 1e-9, 0.25 + 1e-8, np.nextafter(1.0, 0.0)])
    np.testing.assert_array_equal(pick(weights, np.zeros(4, dtype=int), edges), [1, 1, 3, 3])
    np.testing.assert_array_equal(pick(weights, np.ones(4, dtype=int), edges), [0, 0, 0, 0])
    np.testing.assert_array_equal(pick(weights, np.full(4, 2), edges), [0, 0, 1, 3])


REFUSED = [
    {"rows": 0},
    {"rows": -5},
    {"rows": 10**10},
    {"seed": -1},
    {"first_month": "2017-12"},
    {"last_month": "2025-07"},
    {"first_month": "2021-04"},
    {"last_month": "2021-13"},
    {"first_month": "2021-1"},
]


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_what_cannot_be_made_is_refused_before_anything_is_written(tmp_path: Path, wrong: dict) -> None:
    asked = {"seed": SEED, "rows": 100, "first_month": "2021-01", "last_month": "2021-03", **wrong}
    with pytest.raises(DossiersRefused, match="gặp"):
        write_dossiers(tmp_path / "so", make_units(), make_activities(), **asked)
    assert not (tmp_path / "so").exists()


def write(folder: Path, seed: int = SEED, rows: int = 3_000, on_month: Callable[[str, int], None] | None = None, last: str = "2021-03") -> int:
    return write_dossiers(folder, make_units(), make_activities(), seed=seed, rows=rows, first_month="2021-01", last_month=last, on_month=on_month)


def files_of(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_folder_holds_a_file_a_month_and_its_mapping(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    assert write(tmp_path, on_month=lambda month, rows: told.append((month, rows))) == 3_000
    assert sorted(files_of(tmp_path)) == ["anh-xa.yml", *(f"thang=2021-0{month}/ho-so.parquet" for month in (1, 2, 3))]
    assert [month for month, _ in told] == ["2021-01", "2021-02", "2021-03"]
    assert sum(rows for _, rows in told) == 3_000
    read = ds.dataset(tmp_path, partitioning="hive", exclude_invalid_files=True).to_table().to_pandas()
    expected = rows_of(make_log()).astype({"ma_don_vi": "str", "linh_vuc": "str"})
    assert set(read["thang"]) == {"2021-01", "2021-02", "2021-03"}
    pd.testing.assert_frame_equal(read.drop(columns="thang"), expected)


def test_files_are_plain_to_every_reader(tmp_path: Path) -> None:
    write(tmp_path)
    schema = pq.read_schema(tmp_path / "thang=2021-02/ho-so.parquet")
    assert schema.field("ma_don_vi").type == pa.string()
    assert schema.field("ngay_tra_ket_qua").type == pa.timestamp("us")
    assert set(schema.metadata) == {folder_module.MARK}


def test_mapping_file_is_accepted_and_says_that_all_is_invented(tmp_path: Path) -> None:
    write(tmp_path)
    mapping = read_mapping(tmp_path / "anh-xa.yml")
    assert mapping.is_synthetic
    assert str(mapping.exported_on) == "2021-03-31"
    assert mapping.vintage == "63-tinh"
    assert set(mapping.columns.values()) == set(SCHEMA.names)
    assert mapping.codes["channel"] == {"1": "counter", "2": "online", "3": "post"}
    assert mapping.codes["service_level"] == {"2": "no_online_service", "3": "mot_phan", "4": "toan_trinh"}
    assert "MÔ PHỎNG" in (tmp_path / "anh-xa.yml").read_text(encoding="utf-8").splitlines()[0]


def test_a_month_without_dossiers_is_an_empty_file(tmp_path: Path) -> None:
    assert write(tmp_path, rows=1) == 1
    counts = [pq.read_metadata(path).num_rows for path in sorted(tmp_path.rglob("*.parquet"))]
    assert sorted(counts) == [0, 0, 1]


def test_interrupted_run_has_no_mapping_and_the_next_one_finishes_it(tmp_path: Path) -> None:
    def stop(month: str, rows: int) -> None:
        if month == "2021-02":
            raise KeyboardInterrupt

    write(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "so", on_month=stop)
    assert sorted(files_of(tmp_path / "so")) == ["thang=2021-01/ho-so.parquet", "thang=2021-02/ho-so.parquet"]
    first = tmp_path / "so/thang=2021-01/ho-so.parquet"
    before = first.stat().st_mtime_ns
    assert write(tmp_path / "so") == 3_000
    assert first.stat().st_mtime_ns == before
    assert files_of(tmp_path / "so") == files_of(tmp_path / "whole")


def test_half_a_file_never_has_a_name_that_readers_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(*told: object) -> None:
        path = told[-1]
        assert isinstance(path, Path)
        path.write_bytes(b"PAR1 half")
        seen.extend(files_of(tmp_path))
        raise KeyboardInterrupt

    seen: list[str] = []
    monkeypatch.setattr(folder_module, "_write", half)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path)
    assert seen == ["thang=2021-01/.ho-so.parquet.dang-ghi"]
    assert files_of(tmp_path) == {}


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    write(tmp_path / "whole")
    left = tmp_path / "so/thang=2021-01/.ho-so.parquet.dang-ghi"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"PAR1 half")
    write(tmp_path / "so")
    assert files_of(tmp_path / "so") == files_of(tmp_path / "whole")


def test_months_of_another_seed_are_written_anew(tmp_path: Path) -> None:
    write(tmp_path / "whole")
    write(tmp_path / "so", seed=7)
    assert files_of(tmp_path / "so") != files_of(tmp_path / "whole")
    write(tmp_path / "so")
    assert files_of(tmp_path / "so") == files_of(tmp_path / "whole")


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    real = tmp_path / "thang=2021-01/ho-so.parquet"
    real.parent.mkdir()
    pq.write_table(pa.table({"ma_ho_so": ["1"]}), real)
    (tmp_path / "anh-xa.yml").write_text("name_vi: Sổ thật\n", encoding="utf-8")
    before = files_of(tmp_path)
    with pytest.raises(DossiersRefused, match=r"anh-xa\.yml, thang=2021-01/ho-so\.parquet"):
        write(tmp_path)
    assert files_of(tmp_path) == before


def test_months_outside_those_asked_for_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(DossiersRefused, match="thang=2021-03"):
        write(tmp_path, last="2021-02")
    assert (tmp_path / "anh-xa.yml").exists()


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "so").write_text("x", encoding="utf-8")
    with pytest.raises(FolderUnusable, match="đây là một tệp"):
        write(tmp_path / "so")


def test_same_seed_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    write(tmp_path / "here")
    make_units().to_parquet(tmp_path / "units.parquet")
    make_activities().to_parquet(tmp_path / "activities.parquet")
    script = (
        "import sys; from pathlib import Path; import pandas as pd; from analysis.simulate import write_dossiers; folder = Path(sys.argv[1]);"
        "units, activities = (pd.read_parquet(folder / f'{name}.parquet') for name in ('units', 'activities'));"
        f"write_dossiers(folder / 'there', units, activities, seed={SEED}, rows=3_000, first_month='2021-01', last_month='2021-03')"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, env={**os.environ, "PYTHONHASHSEED": "4242"})
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")
