"""The processed folder: a reader sees a whole build or the one before."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis import store
from analysis.errors import FolderUnusable
from analysis.store import NotBuilt, Tables

HASH_A, HASH_B, HASH_C = "a" * 64, "b" * 64, "c" * 64


def make_table(*values: int) -> pd.DataFrame:
    return pd.DataFrame({"n": pd.array(values, dtype="Int64"), "name": pd.array(["Bến Cát"] * len(values), dtype="string")})


def builds_in(processed: Path) -> list[str]:
    return sorted(path.name for path in processed.iterdir() if path.is_dir())


def test_a_table_is_read_back_with_its_types(tmp_path):
    table = make_table(1, 2)
    store.write(tmp_path, HASH_A, {"events": table})
    pd.testing.assert_frame_equal(store.read("events", tmp_path), table)


def test_the_pointer_tells_hash_and_rows(tmp_path):
    store.write(tmp_path, HASH_A, {"events": make_table(1, 2), "units": make_table()})
    found = store.current(tmp_path)
    assert (found["build"], found["inputs_hash"], found["rows"]) == (HASH_A[:16], HASH_A, {"events": 2, "units": 0})


def test_tables_built_by_code_with_other_contracts_are_refused_with_what_to_do(tmp_path):
    store.write(tmp_path, HASH_A, {"events": make_table(1)})
    pointer = tmp_path / store.POINTER
    pointer.write_text(json.dumps(store.current(tmp_path) | {"contracts": "before"}), encoding="utf-8")
    with pytest.raises(NotBuilt, match="lantoa build"):
        store.read("events", tmp_path)


def test_a_new_build_replaces_the_old_one_and_only_the_one_before_is_kept(tmp_path):
    store.write(tmp_path, HASH_A, {"events": make_table(1)})
    store.write(tmp_path, HASH_B, {"events": make_table(2)})
    assert store.read("events", tmp_path)["n"].tolist() == [2]
    assert builds_in(tmp_path) == [HASH_A[:16], HASH_B[:16]]  # a reader may still be in the one before
    store.write(tmp_path, HASH_C, {"events": make_table(3)})
    assert builds_in(tmp_path) == [HASH_B[:16], HASH_C[:16]]


def test_the_same_inputs_may_be_built_again(tmp_path):
    for number in (1, 2, 3):
        store.write(tmp_path, HASH_A, {"events": make_table(number)})
        assert store.read("events", tmp_path)["n"].tolist() == [number]
        assert len(builds_in(tmp_path)) <= 2


def test_changing_what_was_read_does_not_change_the_next_reading(tmp_path):
    store.write(tmp_path, HASH_A, {"events": make_table(1)})
    tables = Tables(tmp_path)
    events = tables.events
    events.loc[0, "n"] = 99
    assert tables.events["n"].tolist() == [1]


def test_a_failed_build_leaves_the_earlier_one_current_and_no_remains(tmp_path, monkeypatch):
    store.write(tmp_path, HASH_A, {"events": make_table(1)})

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full_disk)
    with pytest.raises(FolderUnusable, match="những gì đã có còn nguyên"):
        store.write(tmp_path, HASH_B, {"events": make_table(2)})
    assert store.read("events", tmp_path)["n"].tolist() == [1]
    assert builds_in(tmp_path) == [HASH_A[:16]]


def test_a_folder_that_cannot_be_made_is_told_with_its_name(tmp_path):
    blocked = tmp_path / "processed"
    blocked.write_text("đây là tệp", encoding="utf-8")
    with pytest.raises(FolderUnusable, match="processed"):
        store.write(blocked, HASH_A, {"events": make_table(1)})


def test_before_the_first_build_reading_says_what_to_run(tmp_path):
    assert store.current(tmp_path) is None
    with pytest.raises(NotBuilt, match="lantoa build"):
        store.read("events", tmp_path)


def test_a_pointer_to_a_lost_folder_counts_as_not_built(tmp_path):
    (tmp_path / store.POINTER).write_text(json.dumps({"build": "lost", "rows": {}}), encoding="utf-8")
    assert store.current(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", '{"rows": {}}'])
def test_a_damaged_pointer_counts_as_not_built(tmp_path, content):
    (tmp_path / store.POINTER).write_text(content, encoding="utf-8")
    assert store.current(tmp_path) is None


def test_an_unknown_table_is_quoted_with_those_there_are(tmp_path):
    store.write(tmp_path, HASH_A, {"events": make_table(1), "units": make_table(1)})
    with pytest.raises(NotBuilt, match=r"“event”.*events, units"):
        store.read("event", tmp_path)


def test_private_attributes_are_not_looked_for_among_the_tables(tmp_path):
    with pytest.raises(AttributeError):
        _ = Tables(tmp_path)._no_such_thing
