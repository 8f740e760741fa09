"""Dangerous and damaged zips are refused before anything opens them; a large honest log passes."""

import struct
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from analysis.errors import DataFaults
from analysis.ingest import safety
from analysis.ingest.safety import DAMAGED, DANGEROUS, LOCKED, refuse_dangerous_zip, zip_notices

SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = '<?xml version="1.0" encoding="{}"?><!-- chú thích --><!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    book = Workbook()
    book.worksheets[0]["A1"] = "[Mô phỏng]"
    book.save(tmp_path / "log.xlsx")
    return tmp_path / "log.xlsx"


def changed(sound: Path, parts: dict[str, bytes]) -> Path:
    """The sound workbook with some members replaced or added."""
    target = sound.with_name("changed.xlsx")
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in source.namelist():
            if name not in parts:
                written.writestr(name, source.read(name))
        for name, content in parts.items():
            written.writestr(name, content)
    return target


def causes(path: Path) -> set[str]:
    with pytest.raises(DataFaults) as refused:
        refuse_dangerous_zip(path, "log.xlsx")
    assert all(fault.where == "log.xlsx" for fault in refused.value.faults)
    return {fault.cause for fault in refused.value.faults}


def test_a_sound_workbook_passes_without_notices(sound: Path) -> None:
    refuse_dangerous_zip(sound, "log.xlsx")
    assert zip_notices(sound, "log.xlsx") == []


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    assert causes(path) == {DAMAGED}


def test_a_truncated_zip_is_refused(sound: Path) -> None:
    sound.write_bytes(sound.read_bytes()[:-200])
    assert causes(sound) == {DAMAGED}


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize("part", [SHEET, "xl/_rels/workbook.xml.rels", "customXml/item1.xml", "xl/hidden.bin"])
def test_a_doctype_in_any_part_and_encoding_is_refused(sound: Path, part: str, codec: str) -> None:
    content = DOCTYPE.format(codec).replace("chú thích", "x").encode(codec)
    assert causes(changed(sound, {part: content})) == {DANGEROUS}


def test_a_doctype_behind_a_long_comment_is_refused(sound: Path) -> None:
    content = b"<!--" + b"x" * 200_000 + b"--><!DOCTYPE a><a/>"
    assert causes(changed(sound, {SHEET: content})) == {DANGEROUS}


def test_an_endless_prolog_is_refused(sound: Path) -> None:
    content = b"<!--" + b"x" * safety.MAX_PROLOG_BYTES + b"--><!DOCTYPE a><a/>"
    assert causes(changed(sound, {SHEET: content})) == {DAMAGED}


def test_the_word_doctype_in_a_cell_is_no_doctype(sound: Path) -> None:
    refuse_dangerous_zip(changed(sound, {"xl/sharedStrings.xml": b"<sst><si><t>&lt;!DOCTYPE html> <![CDATA[<!ENTITY a>]]></t></si></sst>"}), "x")


def test_a_member_that_should_be_xml_and_is_not_is_refused(sound: Path) -> None:
    assert causes(changed(sound, {SHEET: b"\x00\x01\x02"})) == {DAMAGED}


@pytest.mark.parametrize("member", ["../evil.xml", "/etc/evil.xml", "xl/../../evil.xml", "C:/evil.xml", "..\\evil.xml"])
def test_paths_that_leave_the_file_are_refused(sound: Path, member: str) -> None:
    assert causes(changed(sound, {member: b"<a/>"})) == {DANGEROUS}


def test_members_of_one_name_are_refused(sound: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(sound, "a") as archive:
        archive.writestr(SHEET, "<a/>")
    assert causes(sound) == {DANGEROUS}


def test_a_bomb_by_ratio_is_refused(sound: Path) -> None:
    assert causes(changed(sound, {"xl/media/image1.bin": b"\0" * (safety.RATIO_MATTERS_FROM_BYTES + 1)})) == {DANGEROUS}


def test_a_bomb_by_size_is_refused_without_unpacking_it_all(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "MAX_UNPACKED_BYTES", 100_000)
    assert causes(changed(sound, {"xl/media/image1.bin": b"\0" * 5_000_000})) == {DANGEROUS}


def test_a_declared_size_that_lies_is_not_believed(sound: Path) -> None:
    path = changed(sound, {"xl/media/image1.bin": b"\0" * 5_000_000})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 5_000_000), struct.pack("<I", 50)))
    assert causes(path) == {DAMAGED}


def test_too_many_members_are_refused(sound: Path) -> None:
    assert causes(changed(sound, {f"xl/media/{number}.bin": b"x" for number in range(safety.MAX_MEMBERS + 1)})) == {DANGEROUS}


def test_an_encrypted_member_is_refused(sound: Path) -> None:
    content = bytearray(sound.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    sound.write_bytes(content)
    assert causes(sound) == {LOCKED}


def test_an_odd_compression_is_refused(sound: Path) -> None:
    with zipfile.ZipFile(sound, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/odd.bin", b"x" * 100)
    assert causes(sound) == {DANGEROUS}


def test_macros_links_and_embedded_files_are_told_as_ignored(sound: Path) -> None:
    parts = {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<a/>", "xl/embeddings/oleObject1.bin": b"x"}
    path = changed(sound, parts)
    refuse_dangerous_zip(path, "log.xlsm")
    said = [notice.said for notice in zip_notices(path, "log.xlsm")]
    assert len(said) == 3
    assert any("macro" in text for text in said)


def test_empty_formatted_rows_by_the_hundred_thousand_are_no_bomb(sound: Path) -> None:
    cells = "".join(f'<c r="{letter}{{0}}" s="1"/>' for letter in "ABCDEFGHIJKLMNOPQ")
    rows = "".join(f'<row r="{row}" spans="1:17" s="1" customFormat="1">{cells.format(row)}</row>' for row in range(1, 100_000))
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    refuse_dangerous_zip(changed(sound, {SHEET: sheet.encode()}), "log.xlsx")
