"""Tables of online-service counts into ``data/raw``: one source a unit and month, never real beside invented, whole or not at all."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from openpyxl import Workbook

from analysis.contracts import SCHEMAS, columns_of
from analysis.ingest.build import build_tables
from analysis.ingest.intake import NotAsAsked, is_from_office, place, withdraw
from analysis.ingest.uptake_files import MONTHLY, SNAPSHOT
from analysis.ingest.uptake_files.layout import COLUMNS
from analysis.ingest.uptake_intake import UptakeFaults, UptakeOptions, UptakeReceiver, told_by
from analysis.sources import REGISTER_FILE, Source, read_register, rewrite, sha256_of
from analysis.store import Tables

TODAY = date(2026, 11, 22)
COMMUNE, OTHER = "25741", "25744"
Table = Callable[..., Path]
Received = Callable[..., UptakeReceiver]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """``table("a.xlsx", ("25741", "05/2022", 100, 40))``: received and online of some units and months."""

    def write(name: str, *rows: tuple[object, ...], layout: str = MONTHLY, kind: str = "số liệu thật") -> Path:
        headings = [column.heading for column in COLUMNS[layout] if column.key not in ("unit", "online_service_count")]
        keys = 2 if layout == MONTHLY else 3
        book = Workbook()
        book.active.append(["Loại số liệu", kind])
        book.active.append(headings[: keys + 2])
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def source(source_id: str, table: str = "uptake", **changed: object) -> Source:
    said = dict.fromkeys(("short_vi", "publisher", "document", "edition", "published", "terms", "note", "sha256"), source_id)
    given = {"received_on": "2026-01-01", "addresses": ("x",), "is_synthetic": False, "path": f"{source_id}.xlsx"}
    return Source(source_id=source_id, table=table, **said | given | changed)


def no_uptake() -> pd.DataFrame:
    return pd.DataFrame(columns=columns_of(SCHEMAS["uptake"]))


@pytest.fixture
def receiver(shipped_tables: Tables) -> Received:
    """``receiver([source("a")], uptake=rates)``: with what is in force."""

    def make(registered: Iterable[Source] = (), uptake: pd.DataFrame | None = None, **chosen: object) -> UptakeReceiver:
        held = SimpleNamespace(units=shipped_tables.units, uptake=no_uptake() if uptake is None else uptake)
        return UptakeReceiver(held, list(registered), replace(UptakeOptions(TODAY, MONTHLY), **chosen))

    return make


ROWS = ((COMMUNE, "05/2022", 100, 40), (OTHER, "05/2022", 50, 10))


def test_a_table_becomes_an_entry_that_says_what_it_is(table, receiver):
    entry = receiver().receive(table("Hồ sơ 2022.xlsx", *ROWS)).arrival.source
    assert entry.path == f"uptake/{entry.source_id}/ho-so-2022.xlsx"
    assert entry.source_id.startswith("uptake-20261122-")
    assert (entry.table, entry.layout, entry.edition, entry.publisher) == ("uptake", MONTHLY, "tháng 5/2022", "2 đơn vị")
    assert not entry.is_synthetic
    assert is_from_office(entry)


def test_counts_give_the_rates_they_have_both_counts_for(table, receiver):
    rates = receiver().receive(table("a.xlsx", *ROWS)).rates
    assert rates[["unit_code", "rate_key", "numerator_count", "denominator_count"]].values.tolist() == [
        [COMMUNE, "online_all", 40, 100],
        [OTHER, "online_all", 10, 50],
    ]


def test_a_table_without_any_rate_is_refused(table, receiver):
    with pytest.raises(UptakeFaults, match="Tệp không cho tỷ lệ nào"):
        receiver().receive(table("a.xlsx", (COMMUNE, "05/2022", 100, None)))
    far = table("b.xlsx", (COMMUNE, "01/01/2022", "15/03/2022", 100, 4), layout=SNAPSHOT)
    with pytest.raises(UptakeFaults, match="không có lần chụp nào"):
        receiver(layout=SNAPSHOT).receive(far)


def test_what_another_source_tells_is_refused_with_its_name_and_taken_in_place_of_it_when_asked(table, receiver):
    held = source("uptake-old", document="Bảng hồ sơ theo tháng, tệp cu.xlsx")
    uptake = receiver().receive(table("a.xlsx", *ROWS)).rates.assign(source_id="uptake-old")
    mended = table("b.xlsx", (COMMUNE, "05/2022", 100, 41), (COMMUNE, "06/2022", 90, 30))
    with pytest.raises(NotAsAsked, match=r"uptake-old \(Bảng hồ sơ theo tháng, tệp cu\.xlsx\) đã có 1 đơn vị-tháng.*--replaces uptake-old"):
        receiver([held], uptake).receive(mended)
    found = receiver([held], uptake, replaces="uptake-old").receive(mended)
    assert [old.source_id for old in found.arrival.replaces] == ["uptake-old"]
    (lost,) = found.notices
    assert "1 đơn vị-tháng mất ít nhất một tỷ lệ" in lost.said


def test_other_months_other_units_and_other_rates_stand_beside_one_another(table, receiver):
    uptake = receiver().receive(table("a.xlsx", *ROWS)).rates.assign(source_id="uptake-old")
    assert receiver([source("uptake-old")], uptake).receive(table("b.xlsx", (COMMUNE, "06/2022", 100, 41))).arrival.replaces == ()
    other_key = uptake.assign(rate_key="bcci_in")
    assert receiver([source("uptake-old")], other_key).receive(table("c.xlsx", *ROWS)).arrival.replaces == ()


def test_rates_counted_from_a_dossier_log_do_not_forbid_a_table(table, receiver):
    uptake = receiver().receive(table("a.xlsx", *ROWS)).rates.assign(source_id="so-ho-so", basis="dossiers")
    assert told_by(uptake, uptake) == {}
    assert receiver([source("so-ho-so", "dossier_cells")], uptake).receive(table("b.xlsx", *ROWS)).arrival.replaces == ()


def test_two_files_of_one_import_may_not_tell_the_same(table, receiver):
    taken = receiver()
    taken.receive(table("a.xlsx", *ROWS))
    with pytest.raises(NotAsAsked, match=r"a\.xlsx trong cùng lượt nạp đã có"):
        taken.receive(table("b.xlsx", (COMMUNE, "05/2022", 100, 41)))
    with pytest.raises(NotAsAsked, match=r"giống hệt a\.xlsx trong cùng lượt nạp"):
        taken.receive(taken.received[0].arrival.path)


def test_the_same_file_is_not_taken_in_twice_and_an_older_version_only_by_name(table, receiver):
    path = table("a.xlsx", *ROWS)
    again = source("uptake-a", sha256=sha256_of(path))
    with pytest.raises(NotAsAsked, match="giống hệt tệp đã nạp ngày 01/01/2026"):
        receiver([again]).receive(path)
    newer = source("uptake-b")
    with pytest.raises(NotAsAsked, match="thêm --replaces uptake-b"):
        receiver([replace(again, superseded_by="uptake-b"), newer]).receive(path)
    back = receiver([replace(again, superseded_by="uptake-b"), newer], replaces="uptake-b").receive(path)
    assert [old.source_id for old in back.arrival.replaces] == ["uptake-b"]
    assert receiver([replace(again, withdrawn_on="2026-02-01")]).receive(path).arrival.replaces == ()


def test_a_name_that_is_no_table_in_force_is_told_with_those_that_are(table, receiver):
    with pytest.raises(NotAsAsked, match="các bảng đang dùng: uptake-a"):
        receiver([source("uptake-a"), source("log", "activities")], replaces="log").receive(table("a.xlsx", *ROWS))


SYNTHETIC = [source(f"synthetic-{name}", name, is_synthetic=True) for name in ("activities", "uptake", "dossier_cells")]


@pytest.mark.parametrize("held", SYNTHETIC, ids=lambda one: one.table)
def test_real_counts_come_beside_invented_ones_only_when_these_go(table, receiver, held):
    path = table("a.xlsx", *ROWS)
    with pytest.raises(NotAsAsked, match="--replace-synthetic"):
        receiver([held]).receive(path)


def test_the_synthetic_set_goes_as_a_whole(table, receiver):
    plan = source("plan-6334", "plans")
    found = receiver([*SYNTHETIC, plan], replaces_synthetic=True).receive(table("a.xlsx", *ROWS))
    assert {old.source_id for old in found.arrival.replaces} == {one.source_id for one in SYNTHETIC}


def test_invented_counts_do_not_come_beside_real_ones(table, receiver):
    path = table("a.xlsx", *ROWS, kind="mô phỏng")
    with pytest.raises(NotAsAsked, match=r"số liệu thật \(log-1\)"):
        receiver([source("log-1", "activities")], is_synthetic=True).receive(path)
    found = receiver(SYNTHETIC, is_synthetic=True).receive(path)
    assert found.arrival.source.is_synthetic
    assert found.rates["is_synthetic"].all()
    with pytest.raises(UptakeFaults, match="--synthetic"):
        receiver(SYNTHETIC).receive(path)


@pytest.fixture
def small_raw(tmp_path: Path, shipped_raw: Path) -> Path:
    """``data/raw`` with the lists of units alone, so that a build is quick."""
    raw = tmp_path / "raw"
    kept = [one for one in read_register(shipped_raw) if one.table == "units"]
    for one in kept:
        (raw / one.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped_raw / one.path, raw / one.path)
    entries = yaml.safe_load((shipped_raw / REGISTER_FILE).read_text(encoding="utf-8"))
    chosen = [entry for entry in entries if entry["source_id"] in {one.source_id for one in kept}]
    (raw / REGISTER_FILE).write_text(yaml.safe_dump(chosen, allow_unicode=True), encoding="utf-8")
    return raw


def test_a_placed_table_is_built_read_again_from_its_place_and_taken_back(table, receiver, small_raw):
    found = receiver(read_register(small_raw)).receive(table("a.xlsx", *ROWS))
    build, sources = place(small_raw, [found.arrival])
    pd.testing.assert_frame_equal(build.tables["uptake"], found.rates[build.tables["uptake"].columns])
    assert read_register(small_raw) == sources
    again = build_tables(small_raw, read_register(small_raw)).tables["uptake"]
    pd.testing.assert_frame_equal(again, build.tables["uptake"])
    build, _, taken = withdraw(small_raw, found.arrival.source.source_id, TODAY)
    assert build.tables["uptake"].empty
    assert (small_raw / taken[0].path).is_file()


def test_a_table_in_the_columns_of_the_contract_is_still_read(small_raw, receiver, table):
    rows = receiver().receive(table("a.xlsx", *ROWS)).reading.rows
    path = small_raw / "uptake.csv"
    rows.drop(columns=["period_start_date", "period_end_date"], errors="ignore").to_csv(path, index=False)
    plain = source("uptake-csv", path="uptake.csv", sha256=sha256_of(path))
    rewrite(small_raw, adding=[plain])
    uptake = build_tables(small_raw, read_register(small_raw)).tables["uptake"]
    assert uptake[["unit_code", "numerator_count", "basis"]].values.tolist() == [[COMMUNE, 40, "monthly_table"], [OTHER, 10, "monthly_table"]]


def test_captures_are_rates_of_snapshots(table, receiver):
    path = table("b.xlsx", (COMMUNE, "01/01/2022", "31/01/2022", 100, 4), (COMMUNE, "01/01/2022", "28/02/2022", 150, 9), layout=SNAPSHOT)
    found = receiver(layout=SNAPSHOT).receive(path)
    assert set(found.rates["basis"]) == {"snapshots"}
    assert found.rates[["period_month", "numerator_count", "denominator_count"]].values.tolist() == [["2022-01", 4, 100], ["2022-02", 5, 50]]
