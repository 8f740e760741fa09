"""A file goes into ``data/raw`` whole or not at all, whatever happens on the way."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataFaults
from analysis.ingest import intake
from analysis.ingest.intake import Arrival, NotAsAsked, place, safe_name, withdraw
from analysis.ingest.unfinished import INCOMING, JOURNAL, recover
from analysis.sources import Source, read_register, rewrite, sha256_of


@given(st.text(max_size=300))
def test_a_safe_name_is_one_plain_file_name(name):
    found = safe_name(name)
    assert found == Path(found).name
    assert found.isascii()
    assert len(found) < 200
    assert not found.startswith((".", "-"))
    assert not set(found) & set(' /\\:*?"<>|')


def test_a_safe_name_keeps_what_a_person_would_read():
    assert safe_name("Nhật ký tháng 5 (sửa).XLSX") == "nhat-ky-thang-5-sua.xlsx"


@pytest.fixture
def events(raw_copy: Path) -> Source:
    return next(source for source in read_register(raw_copy) if source.table == "events")


@pytest.fixture
def arrival(raw_copy: Path, events: Source, tmp_path: Path) -> Arrival:
    """Two more events, in a file of their own, under ids of their own."""
    lines = (raw_copy / events.path).read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "them.csv"
    path.write_text(lines[0] + "".join(f"new-{line}" for line in lines[1:3]), encoding="utf-8")
    return Arrival(path, replace(events, source_id="more-events", path="events/more/them.csv", sha256=sha256_of(path)))


TODAY = date(2026, 11, 22)


def contents(raw: Path) -> dict[str, bytes]:
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in raw.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_sound_file_is_placed_registered_and_built(raw_copy, arrival):
    build, sources = place(raw_copy, [arrival])
    assert (raw_copy / "events/more/them.csv").read_bytes() == arrival.path.read_bytes()
    assert read_register(raw_copy) == sources
    assert (build.tables["events"]["source_id"] == "more-events").sum() == 2
    assert build.tables["sources"].set_index("source_id").loc["more-events", "path"] == "events/more/them.csv"


def test_a_file_that_does_not_build_leaves_everything_as_it_was_and_is_called_by_its_own_name(raw_copy, arrival):
    before = contents(raw_copy)
    arrival.path.write_text(arrival.path.read_text(encoding="utf-8").replace("20", "xx"), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        place(raw_copy, [arrival])
    assert contents(raw_copy) == before
    assert all("them.csv" in fault.where for fault in refused.value.faults)


@pytest.mark.parametrize("fails", [OSError("stopped"), KeyboardInterrupt()], ids=["error", "stopped by hand"])
def test_a_register_that_cannot_be_written_takes_the_file_back_out(raw_copy, arrival, monkeypatch, fails):
    before = contents(raw_copy)

    def broken(*_, **__):
        raise fails

    monkeypatch.setattr(intake, "rewrite", broken)
    with pytest.raises(type(fails)):
        place(raw_copy, [arrival])
    assert contents(raw_copy) == before


def test_a_superseded_file_is_kept_marked_and_no_longer_read(raw_copy, arrival, events):
    build, _ = place(raw_copy, [replace(arrival, replaces=(events,))])
    kept = next(source for source in read_register(raw_copy) if source.source_id == events.source_id)
    assert kept.superseded_by == "more-events"
    assert (raw_copy / kept.path).is_file()
    assert set(build.tables["events"]["source_id"]) == {"more-events"}


@pytest.mark.parametrize("source_id", ["no-such-source", "pci-2006-2024", "units-63-tinh", "events"])
def test_published_and_unknown_sources_are_not_withdrawn(raw_copy, source_id):
    before = contents(raw_copy)
    with pytest.raises(NotAsAsked, match="lantoa received"):
        withdraw(raw_copy, source_id, TODAY)
    assert contents(raw_copy) == before


def test_a_plan_that_logs_rest_on_is_not_withdrawn_and_one_sentence_says_why(raw_copy):
    before = contents(raw_copy)
    with pytest.raises(NotAsAsked, match=r"activity_log_2019_2024\.csv"):
        withdraw(raw_copy, "plan-6334-2021", TODAY)
    assert contents(raw_copy) == before


def test_a_plan_is_withdrawn_with_its_items(raw_copy):
    withdraw(raw_copy, "synthetic-activities", TODAY)
    build, sources, taken = withdraw(raw_copy, "plan-6334-2021", TODAY)
    assert [source.source_id for source in taken] == ["plan-6334-2021", "plan-6334-2021-items"]
    assert build.tables["plan_items"].empty
    assert read_register(raw_copy) == sources
    kept = next(source for source in sources if source.source_id == "synthetic-activities")
    assert kept.withdrawn_on == "2026-11-22"
    assert (raw_copy / kept.path).is_file()


def test_an_id_or_a_place_that_is_taken_is_refused_before_anything_is_written(raw_copy, arrival, events):
    before = contents(raw_copy)
    for taken in ({"source_id": events.source_id}, {"path": events.path}):
        with pytest.raises(NotAsAsked, match="Danh mục nguồn đã có"):
            place(raw_copy, [replace(arrival, source=replace(arrival.source, **taken))])
    with pytest.raises(NotAsAsked, match="Danh mục nguồn đã có"):
        place(raw_copy, [arrival, arrival])
    assert contents(raw_copy) == before


def test_what_another_import_replaced_meanwhile_is_not_replaced_again(raw_copy, arrival, events):
    place(raw_copy, [replace(arrival, replaces=(events,))])
    before = contents(raw_copy)
    later = replace(arrival, source=replace(arrival.source, source_id="later", path="events/later/them.csv"), replaces=(events,))
    with pytest.raises(NotAsAsked, match="lượt nạp khác"):
        place(raw_copy, [later])
    assert contents(raw_copy) == before


def test_what_a_killed_import_left_is_taken_out_and_the_build_goes_on(raw_copy, arrival, monkeypatch):
    before = contents(raw_copy)

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(intake, "rewrite", killed)
        patched.setattr(intake, "clear_unfinished", lambda _: None)  # a killed process clears nothing
        with pytest.raises(KeyboardInterrupt):
            place(raw_copy, [arrival])
    shutil.copy(arrival.path, raw_copy / f"{INCOMING}0123.csv")
    with pytest.raises(DataFaults, match=r"them\.csv"):
        read_register(raw_copy)
    recover(raw_copy)
    assert contents(raw_copy) == before


def test_recovering_never_takes_out_a_registered_file(raw_copy, arrival):
    place(raw_copy, [arrival])
    before = contents(raw_copy)
    (raw_copy / JOURNAL).write_text(f'["{arrival.source.path}"]', encoding="utf-8")
    recover(raw_copy)
    assert contents(raw_copy) == before


def test_a_run_killed_while_it_wrote_the_register_leaves_nothing_that_stops_a_build(raw_copy, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            rewrite(raw_copy)
    assert read_register(raw_copy)
