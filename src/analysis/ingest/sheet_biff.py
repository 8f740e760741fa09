"""What the reader of workbooks does not tell about the sheets of an .xls: errors, far-off cells and hidden rows, from its record stream.

An .xls is a small file system (sectors chained by an allocation table) that holds one stream of records, each with a type and a length.
"""

from collections.abc import Callable, Iterator
from struct import error as StructError  # noqa: N812 - a class under a lower-case name
from struct import unpack_from

from analysis.ingest.sheet_xml import SheetScan, UnreadableSheet

_END_OF_CHAIN = 0xFFFFFFFA  # this and above are marks, not sectors
_HEADER_TABLE = 76  # where the header lists the first sectors of the allocation table
_TABLES_IN_HEADER = 109
_ENTRY = 128  # bytes of a directory entry
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_BOUNDSHEET, _BOOLERR, _FORMULA, _END = 0x0085, 0x0205, 0x0006, 0x000A
_FILLED_CELLS = frozenset({0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6, _BOOLERR, _FORMULA})  # numbers, texts, errors, formulas
_ERROR_RESULT = 2
_ROW, _ROW_LENGTH, _ROW_HIDDEN = 0x0208, 16, 0x20  # the mark of a hidden row stands in the byte 12 of its record


def scan_xls(content: bytes) -> list[SheetScan]:
    """A scan for each sheet in the order of the workbook. Raises ``UnreadableSheet`` where the file is not built as an .xls is."""
    try:
        stream = _workbook_stream(content)
        starts = [unpack_from("<I", stream, at)[0] for kind, at, _ in _records(stream, 0) if kind == _BOUNDSHEET]
        return [_scan(stream, start) for start in starts]
    except (StructError, IndexError, ValueError) as error:
        raise UnreadableSheet("cấu trúc tệp .xls hỏng") from error


def _scan(stream: bytes, start: int) -> SheetScan:
    scan = SheetScan()
    for kind, at, length in _records(stream, start):
        if kind == _ROW and length == _ROW_LENGTH and stream[at + 12] & _ROW_HIDDEN:
            scan.hidden_rows.append(unpack_from("<H", stream, at)[0] + 1)
        if kind not in _FILLED_CELLS:
            continue
        row, column = unpack_from("<HH", stream, at)
        last = unpack_from("<H", stream, at + length - 2)[0] if kind == 0x00BD else column  # one record for a run of numbers
        scan.last_row, scan.last_column = max(scan.last_row, row + 1), max(scan.last_column, last + 1)
        code = _error_code(stream, kind, at)
        if code is not None:
            scan.errors.append(((row + 1, column + 1), _ERRORS.get(code, "#N/A")))
    return scan


def _error_code(stream: bytes, kind: int, at: int) -> int | None:
    if kind == _BOOLERR:
        value, is_error = unpack_from("<BB", stream, at + 6)
        return value if is_error else None
    if kind == _FORMULA and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == _ERROR_RESULT:
        return stream[at + 8]
    return None


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Type, place and length of the records from ``start`` to the end of the sheet; charts within it are stepped over."""
    at, depth = start, 0
    while at + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, at)
        if kind == 0x0809:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, at + 4, length
        at += 4 + length


def _workbook_stream(content: bytes) -> bytes:
    size = 1 << min(unpack_from("<H", content, 30)[0], 16)

    def sectors(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    table = _numbers(b"".join(map(sectors, _table_sectors(content, sectors, size))))
    directory = _read(unpack_from("<I", content, 48)[0], table, sectors)
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    names = [entry[: max(unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace").casefold() for entry in entries]
    entry = entries[names.index("workbook" if "workbook" in names else "book")]
    start, length = unpack_from("<II", entry, 116)
    if length >= unpack_from("<I", content, 56)[0]:
        return _read(start, table, sectors)[:length]
    small = _read(unpack_from("<I", entries[0], 116)[0], table, sectors)  # streams below the limit live in sectors of 64 bytes within the root's
    mini = 1 << min(unpack_from("<H", content, 32)[0], 16)
    small_table = _numbers(_read(unpack_from("<I", content, 60)[0], table, sectors))
    return _read(start, small_table, lambda number: small[number * mini : (number + 1) * mini])[:length]


def _table_sectors(content: bytes, sectors: Callable[[int], bytes], size: int) -> list[int]:
    """The sectors of the allocation table: some listed in the header, the others in a chain of their own."""
    listed = list(unpack_from(f"<{_TABLES_IN_HEADER}I", content, _HEADER_TABLE))
    following, seen = unpack_from("<I", content, 68)[0], set[int]()
    while following < _END_OF_CHAIN and following not in seen and len(seen) * size < len(content):
        seen.add(following)
        *more, following = _numbers(sectors(following))
        listed += more
    return [number for number in listed if number < _END_OF_CHAIN and (number + 1) * size < len(content)]


def _numbers(content: bytes) -> tuple[int, ...]:
    return unpack_from(f"<{len(content) // 4}I", content)


def _read(start: int, table: tuple[int, ...], sectors: Callable[[int], bytes]) -> bytes:
    """The sectors of a chain joined; a chain that runs in a circle is damage."""
    pieces, number, seen = [], start, set[int]()
    while number < _END_OF_CHAIN:
        if number in seen:
            raise ValueError("chain in a circle")
        seen.add(number)
        pieces.append(sectors(number))
        number = table[number]
    return b"".join(pieces)
