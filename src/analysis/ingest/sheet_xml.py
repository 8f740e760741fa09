"""What the reader of workbooks does not tell of an .xlsx: formulas without a value, errors, far-off cells, hidden rows, telling formats.

The sheet XML is scanned as bytes in bounded pieces: 200 000 rows take about a second. Only for zips that passed ``safety``.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from posixpath import join, normpath

from defusedxml.ElementTree import fromstring

_CHUNK = 4 * 1024**2
_LONGEST_ROW_BYTES = 64 * 1024**2  # 16 384 cells of ordinary text take a tenth of it
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"

_REF = re.compile(rb"""\br\s*=\s*["']\$?([A-Z]{1,3})\$?([0-9]{1,7})["']""")
# Cheap first looks at cells as programs write them; whatever is spelt otherwise gets the thorough look.
_FAR_REF = re.compile(rb'r="(?:[A-Z]{2,3}[0-9]|[A-Z](?:[3-9][0-9]{5}|[0-9]{7}))')  # the rest is at most 26 columns by 300 000 rows
_ODD_SPELLINGS = (b"='", b"= ", b" =")
_ODD_CELL = re.compile(rb'<c(?! r="[A-Z])[\s>]')

_FILLED_REF = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3}[0-9]{1,7})["'][^<>/]*>(?!\s*</)""")
_WITHOUT_REF = re.compile(rb"<(?:\w+:)?c(?=[\s>])(?![^<>]*\br\s*=)[^<>/]*>")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\br\s*=\s*["']([0-9]{1,7})["']""")
_UNVALUED = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*?(?:/>|>([^<]*)</(?:\w+:)?f\s*>)\s*(?:</(?:\w+:)?c\s*>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*>\s*</)"
)
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\b([^<>]*\bt\s*=\s*["']e["'][^<>]*)>\s*(?:<(?:\w+:)?f\b[^<>]*?(?:/>|>[^<]*</(?:\w+:)?f\s*>)\s*)?<(?:\w+:)?v[^<>]*>([^<]*)<"""
)
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_STYLED = rb"""\ss\s*=\s*["'](%s)["'][^<>/]*>(?!\s*</)"""
_SHEET_END = re.compile(rb"</(?:\w+:)?worksheet\s*>|<(?:\w+:)?worksheet\b[^<>]*/>")
_TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")  # a formula whose result is the empty text

_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"

Position = tuple[int, int] | None  # row and column from 1; None where the cell does not say where it stands


class UnreadableSheet(Exception):
    """A sheet's XML is not as office programs write it."""


@dataclass
class SheetScan:
    """``unvalued``: formulas that were never calculated; ``errors``: cells such as #REF!; the last row and column with something in them.

    ``hidden_rows`` are hidden or filtered out; ``formatted`` lists the filled cells of each format that was asked for.
    """

    unvalued: list[tuple[Position, str]] = field(default_factory=list)
    errors: list[tuple[Position, str]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    formatted: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 0


def sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet to the member of the zip that holds it. Raises ``KeyError`` or ``ParseError`` where the workbook's parts are missing."""
    targets = {part.attrib["Id"]: part.attrib["Target"] for part in fromstring(archive.read(_RELATIONS))}
    spelling = {member.casefold(): member for member in archive.namelist()}
    members = {}
    for element in fromstring(archive.read(_WORKBOOK)).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets[relation]
            path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            members[element.attrib["name"]] = spelling[path.casefold()]
    return members


def scan_sheet(archive: zipfile.ZipFile, member: str, formats: Mapping[int, str] | None = None) -> SheetScan:
    """What stands in the sheet besides values; ``formats`` are those to look for by style number.

    Raises ``UnreadableSheet`` for UTF-16 and for endless rows.
    """
    scan = SheetScan()
    formats = formats or {}
    styled = re.compile(_STYLED % b"|".join(b"%d" % style for style in sorted(formats))) if formats else None
    for piece in _pieces(archive, member):
        if b"<f" in piece or b":f" in piece:
            scan.unvalued += [
                (_position(attributes), unescape(formula.decode("utf-8", "replace")))
                for attributes, formula in _UNVALUED.findall(piece)
                if not _TEXT_RESULT.search(attributes)
            ]
        if b'"e"' in piece or b"'e'" in piece:
            scan.errors += [(_position(attributes), value.decode("utf-8", "replace")) for attributes, value in _ERROR.findall(piece)]
        if b"hidden" in piece:
            scan.hidden_rows += [int(number) for tag in _HIDDEN_ROW.findall(piece) for number in _ROW_NUMBER.findall(tag)]
        if styled:
            _note_formats(scan, piece, styled, formats)
        _widen(scan, piece)
    return scan


def _pieces(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The sheet cut after the end of a row, so that no cell is cut in two."""
    rest = bytearray()
    with archive.open(member) as content:
        while chunk := content.read(_CHUNK):
            if not rest and b"\0" in chunk[:200]:
                raise UnreadableSheet("mã UTF-16")
            searched_from = max(len(rest) - len(b"row>"), 0)
            rest += chunk
            end = rest.rfind(b"row>", searched_from)
            if end >= 0:
                yield bytes(rest[: end + 4])
                del rest[: end + 4]
            elif len(rest) > _LONGEST_ROW_BYTES:
                raise UnreadableSheet("một dòng dài quá mức")
    if not _SHEET_END.search(rest[-200:]):
        raise UnreadableSheet("trang tính bị cắt cụt")
    yield bytes(rest)


def _widen(scan: SheetScan, piece: bytes) -> None:
    """Let the scan know of cells far from A1; near ones cannot make a sheet too large."""
    if _FAR_REF.search(piece) or any(spelling in piece for spelling in _ODD_SPELLINGS):
        filled = _FILLED_REF.findall(piece)
        scan.last_row = max([scan.last_row, *map(int, {ref.lstrip(_LETTERS) for ref in filled})])
        scan.last_column = max([scan.last_column, *map(_column, {ref.rstrip(_DIGITS) for ref in filled})])
    if (_ODD_CELL.search(piece) or b":c" in piece) and _WITHOUT_REF.search(piece):
        rows = [int(row) for row in _ROW_NUMBER.findall(piece)]
        widest = max(row.count(b"<c") + row.count(b":c") for row in piece.split(b"row>"))
        scan.last_row, scan.last_column = max([scan.last_row, *rows]), max(scan.last_column, widest)


def _note_formats(scan: SheetScan, piece: bytes, styled: re.Pattern[bytes], formats: Mapping[int, str]) -> None:
    for found in styled.finditer(piece):
        if position := _position(piece[piece.rfind(b"<", 0, found.start()) : found.end()]):
            scan.formatted.setdefault(formats[int(found[1])], []).append(position)


def _position(attributes: bytes) -> Position:
    found = _REF.search(attributes)
    return (int(found[2]), _column(found[1])) if found else None


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + letter - ord("A") + 1
    return column
