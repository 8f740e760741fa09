"""The register proves that every received file is present, unchanged and known."""

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.errors import DataFaults
from analysis.sources import REGISTER_FILE, Source, read_register, rewrite, sha256_of


def make_source(raw: Path, path: str = "a/data.csv", content: str = "x\n1\n", **changed: object) -> Source:
    (raw / path).parent.mkdir(parents=True, exist_ok=True)
    (raw / path).write_text(content, encoding="utf-8")
    told = ("events", "sự kiện", "Nơi công bố", "Văn bản", "2021", "2021", "2026-11-22", ("https://a",))
    return replace(Source("a", path, *told, sha256_of(raw / path), False, "công khai", ""), **changed)


def entry_of(source: Source) -> dict[str, Any]:
    return {**asdict(source), "addresses": list(source.addresses)}


def write_register(raw: Path, *entries: object) -> None:
    (raw / REGISTER_FILE).write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")


def told(raw: Path) -> str:
    with pytest.raises(DataFaults) as error:
        read_register(raw)
    return str(error.value)


def test_the_hash_is_the_known_sha256_of_the_bytes(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_registered_source_is_read_as_it_stands(tmp_path):
    source = make_source(tmp_path)
    write_register(tmp_path, entry_of(source))
    assert read_register(tmp_path) == [source]


def test_rewriting_replaces_only_the_entries_named_and_adds_at_the_end(tmp_path):
    first, second = make_source(tmp_path), make_source(tmp_path, "b.csv", source_id="b")
    write_register(tmp_path, entry_of(first), entry_of(second))
    rewrite(tmp_path, without=["a"], adding=[replace(first, note="bản mới")])
    assert read_register(tmp_path) == [second, replace(first, note="bản mới")]


def test_the_register_is_rewritten_as_readable_utf8_with_unix_line_ends(tmp_path):
    source = make_source(tmp_path)
    write_register(tmp_path, entry_of(source))
    rewrite(tmp_path, without=["a"], adding=[source])
    content = (tmp_path / REGISTER_FILE).read_bytes()
    assert "Nơi công bố" in content.decode("utf-8")
    assert b"\r" not in content


def test_a_changed_file_is_told_with_both_hashes(tmp_path):
    source = make_source(tmp_path)
    write_register(tmp_path, entry_of(source))
    (tmp_path / source.path).write_text("x\n2\n", encoding="utf-8")
    message = told(tmp_path)
    assert "data/raw/a/data.csv" in message
    assert source.sha256 in message
    assert sha256_of(tmp_path / source.path) in message


def test_absent_changed_and_unregistered_files_are_told_together(tmp_path):
    write_register(tmp_path, *(entry_of(make_source(tmp_path, f"{name}.csv", source_id=name)) for name in ("a", "b")))
    (tmp_path / "a.csv").unlink()
    (tmp_path / "b.csv").write_text("khác", encoding="utf-8")
    (tmp_path / "c.csv").write_text("lạ", encoding="utf-8")
    message = told(tmp_path)
    assert message.startswith("Dữ liệu có 3 lỗi")
    assert all(f"data/raw/{name}.csv" in message for name in "abc")


def test_hidden_files_of_the_system_are_not_data(tmp_path):
    write_register(tmp_path, entry_of(make_source(tmp_path)))
    (tmp_path / ".DS_Store").write_bytes(b"")
    assert len(read_register(tmp_path)) == 1


def test_no_register_at_all_is_told(tmp_path):
    assert "data/raw/sources.yml" in told(tmp_path)


@pytest.mark.parametrize("content", ["", "5\n", "[]\n", "văn bản\n", "a: 1\n"])
def test_a_register_that_lists_nothing_is_told(tmp_path, content):
    (tmp_path / REGISTER_FILE).write_text(content, encoding="utf-8")
    assert "không có mục nào" in told(tmp_path)


@pytest.mark.parametrize("content", [b"- a: [", b"\xff\xfe\x41"])
def test_an_unreadable_register_is_told(tmp_path, content):
    (tmp_path / REGISTER_FILE).write_bytes(content)
    assert "tệp YAML, UTF-8" in told(tmp_path)


def test_missing_and_unknown_fields_of_an_entry_are_quoted_with_its_number(tmp_path):
    entry = entry_of(make_source(tmp_path))
    del entry["publisher"]
    write_register(tmp_path, {**entry, "color": 1})
    message = told(tmp_path)
    assert "sources.yml, mục 1 (a)" in message
    assert "thiếu publisher; có trường lạ color" in message


@pytest.mark.parametrize("entry", [1, "văn bản", ["a"]])
def test_an_entry_that_is_no_list_of_fields_is_told(tmp_path, entry):
    write_register(tmp_path, entry)
    assert "sources.yml, mục 1" in told(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("addresses", None),
        ("addresses", "https://a"),
        ("addresses", []),
        ("is_synthetic", "có"),
        ("path", None),
        ("edition", 2021),
        ("published", 2026),
        ("received_on", "hôm qua"),
        ("addresses", ""),
    ],
)
def test_a_field_of_the_wrong_kind_is_told_with_its_name_and_value(tmp_path, field, value):
    write_register(tmp_path, entry_of(make_source(tmp_path)) | {field: value})
    message = told(tmp_path)
    assert f"sources.yml, mục 1 (a), trường {field}" in message
    assert f"“{value}”" in message


def test_one_source_id_for_two_entries_is_told(tmp_path):
    write_register(tmp_path, *(entry_of(make_source(tmp_path, path)) for path in ("a.csv", "b.csv")))
    assert "sources.yml: gặp source_id “a” dùng cho hai mục; chấp nhận: mỗi nguồn một mã" in told(tmp_path)


def test_a_day_that_yaml_reads_as_a_date_is_kept_as_text(tmp_path):
    source = make_source(tmp_path)
    write_register(tmp_path, entry_of(source) | {"received_on": date(2026, 11, 22)})
    assert read_register(tmp_path) == [source]
