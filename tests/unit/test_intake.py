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


@pytest.fixture(scope="session")
def shipped_light(shipped_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``data/raw`` without scores, their corrections and counts of dossiers, which take long to build and play no part here."""
    raw = shutil.copytree(shipped_raw, tmp_path_factory.mktemp("light") / "raw")
    out = [source for source in read_register(raw) if source.table in ("index_scores", "corrections", "uptake", "dossier_cells")]
    rewrite(raw, without={source.source_id for source in out})
    for source in out:
        (raw / source.path).unlink()
    return raw


@pytest.fixture
def light_raw(shipped_light: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change."""
    return shutil.copytree(shipped_light, tmp_path / "light")


@pytest.fixture
def events(light_raw: Path) -> Source:
    return next(source for source in read_register(light_raw) if source.table == "events")


@pytest.fixture
def arrival(light_raw: Path, events: Source, tmp_path: Path) -> Arrival:
    """Two more events, in a file of their own, under ids of their own."""
    lines = (light_raw / events.path).read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "them.csv"
    path.write_text(lines[0] + "".join(f"new-{line}" for line in lines[1:3]), encoding="utf-8")
    return Arrival(path, replace(events, source_id="more-events", path="events/more/them.csv", sha256=sha256_of(path)))


TODAY = date(2026, 11, 22)


def contents(raw: Path) -> dict[str, bytes]:
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in raw.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_sound_file_is_placed_registered_and_built(light_raw, arrival):
    build, sources = place(light_raw, [arrival])
    assert (light_raw / "events/more/them.csv").read_bytes() == arrival.path.read_bytes()
    assert read_register(light_raw) == sources
    assert (build.tables["events"]["source_id"] == "more-events").sum() == 2
    assert build.tables["sources"].set_index("source_id").loc["more-events", "path"] == "events/more/them.csv"


def test_a_file_that_does_not_build_leaves_everything_as_it_was_and_is_called_by_its_own_name(light_raw, arrival):
    before = contents(light_raw)
    arrival.path.write_text(arrival.path.read_text(encoding="utf-8").replace("20", "xx"), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        place(light_raw, [arrival])
    assert contents(light_raw) == before
    assert all("them.csv" in fault.where for fault in refused.value.faults)


@pytest.mark.parametrize("fails", [OSError("stopped"), KeyboardInterrupt()], ids=["error", "stopped by hand"])
def test_a_register_that_cannot_be_written_takes_the_file_back_out(light_raw, arrival, monkeypatch, fails):
    before = contents(light_raw)

    def broken(*_, **__):
        raise fails

    monkeypatch.setattr(intake, "rewrite", broken)
    with pytest.raises(type(fails)):
        place(light_raw, [arrival])
    assert contents(light_raw) == before


def test_a_superseded_file_is_kept_marked_and_no_longer_read(light_raw, arrival, events):
    build, _ = place(light_raw, [replace(arrival, replaces=(events,))])
    kept = next(source for source in read_register(light_raw) if source.source_id == events.source_id)
    assert kept.superseded_by == "more-events"
    assert (light_raw / kept.path).is_file()
    assert set(build.tables["events"]["source_id"]) == {"more-events"}


@pytest.mark.parametrize("source_id", ["no-such-source", "pci-2006-2024", "units-63-tinh", "events"])
def test_published_and_unknown_sources_are_not_withdrawn(raw_copy, source_id):
    before = contents(raw_copy)
    with pytest.raises(NotAsAsked, match="lantoa received"):
        withdraw(raw_copy, source_id, TODAY)
    assert contents(raw_copy) == before


def test_a_plan_that_logs_rest_on_is_not_withdrawn_and_one_sentence_says_why(light_raw):
    before = contents(light_raw)
    with pytest.raises(NotAsAsked, match=r"activity_log_2019_2024\.csv"):
        withdraw(light_raw, "plan-6334-2021", TODAY)
    assert contents(light_raw) == before


def test_a_plan_is_withdrawn_with_its_items(light_raw):
    withdraw(light_raw, "synthetic-activities", TODAY)
    build, sources, taken = withdraw(light_raw, "plan-6334-2021", TODAY)
    assert [source.source_id for source in taken] == ["plan-6334-2021", "plan-6334-2021-items"]
    assert build.tables["plan_items"].empty
    assert read_register(light_raw) == sources
    kept = next(source for source in sources if source.source_id == "synthetic-activities")
    assert kept.withdrawn_on == "2026-11-22"
    assert (light_raw / kept.path).is_file()


def test_an_id_or_a_place_that_is_taken_is_refused_before_anything_is_written(light_raw, arrival, events):
    before = contents(light_raw)
    for taken in ({"source_id": events.source_id}, {"path": events.path}):
        with pytest.raises(NotAsAsked, match="Danh mục nguồn đã có"):
            place(light_raw, [replace(arrival, source=replace(arrival.source, **taken))])
    with pytest.raises(NotAsAsked, match="Danh mục nguồn đã có"):
        place(light_raw, [arrival, arrival])
    assert contents(light_raw) == before


def test_what_another_import_replaced_meanwhile_is_not_replaced_again(light_raw, arrival, events):
    place(light_raw, [replace(arrival, replaces=(events,))])
    before = contents(light_raw)
    later = replace(arrival, source=replace(arrival.source, source_id="later", path="events/later/them.csv"), replaces=(events,))
    with pytest.raises(NotAsAsked, match="lượt nạp khác"):
        place(light_raw, [later])
    assert contents(light_raw) == before


def test_what_a_killed_import_left_is_taken_out_and_the_build_goes_on(light_raw, arrival, monkeypatch):
    before = contents(light_raw)

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(intake, "rewrite", killed)
        patched.setattr(intake, "clear_unfinished", lambda _: None)  # a killed process clears nothing
        with pytest.raises(KeyboardInterrupt):
            place(light_raw, [arrival])
    shutil.copy(arrival.path, light_raw / f"{INCOMING}0123.csv")
    with pytest.raises(DataFaults, match=r"them\.csv"):
        read_register(light_raw)
    recover(light_raw)
    assert contents(light_raw) == before


def test_recovering_never_takes_out_a_registered_file(light_raw, arrival):
    place(light_raw, [arrival])
    before = contents(light_raw)
    (light_raw / JOURNAL).write_text(f'["{arrival.source.path}"]', encoding="utf-8")
    recover(light_raw)
    assert contents(light_raw) == before


def test_a_run_killed_while_it_wrote_the_register_leaves_nothing_that_stops_a_build(light_raw, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            rewrite(light_raw)
    assert read_register(light_raw)
