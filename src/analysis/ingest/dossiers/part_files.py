"""One file of a dossier log: what its head or footer tells, held to the declared mapping. No row is read here."""

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import Fault
from analysis.ingest.activity_log.personal import without_personal
from analysis.ingest.dossiers.column_types import role_problem
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.mapping_form import DELIMITERS
from analysis.ingest.dossiers.panel_file import ACCOUNT_KEY
from analysis.text import fold

BROKEN_PARQUET = "Tệp Parquet hỏng"
BROKEN_CSV = "Tệp CSV không đọc được"
OTHER_STRUCTURE = "Phần khác cấu trúc đã khai"
OTHER_TYPE = "Kiểu cột không mang được vai trò đã khai"
OWN_PANEL = "Tệp là bảng tổng hợp, không phải sổ hồ sơ"

PARQUET, CSV = "parquet", "csv"
_HEAD_BYTES = 64 * 1024
_MAGIC = b"PAR1"
_TAIL_BYTES = 8  # length of the footer, then the mark
_NEAR_SHOWN, _NEAR_CUTOFF = 2, 0.6
_FINGERPRINT_DIGITS = 16


@dataclass(frozen=True)
class Part:
    """One file of a log.

    Attributes
    ----------
    path
        Where the file is, absolute.
    name
        Its path below the folder given, with forward slashes; its own name where a file was given.
    kind
        ``parquet`` or ``csv``.
    rows
        Rows as the Parquet footer counts them; ``None`` of a CSV.
    size
        Bytes.
    columns
        Names as they stand in the file, or in the first line of a CSV; a cell left blank there is called by its position.
    types
        Mapped column to its Arrow type in words; empty of a CSV.
    fingerprint
        Changes when the file does: of size, time of change and the Parquet footer, or the first and last 64 KiB of a CSV.
    """

    path: Path
    name: str
    kind: str
    rows: int | None
    size: int
    columns: tuple[str, ...]
    types: Mapping[str, str]
    fingerprint: str


class Broken(Exception):
    """A file cannot be read as what its name says; the fault tells why."""

    def __init__(self, fault: Fault):
        self.fault = fault
        super().__init__(str(fault))


def read_part(path: Path, name: str, kind: str, mapping: DossierMapping) -> tuple[Part, list[Fault]]:
    """A file as a part, and everything by which it differs from the mapping. Raises ``Broken`` and ``OSError``."""
    return _read_parquet(path, name, mapping) if kind == PARQUET else _read_csv(path, name, mapping)


def _read_parquet(path: Path, name: str, mapping: DossierMapping) -> tuple[Part, list[Fault]]:
    footer = _footer(path, name)
    try:
        with pq.ParquetFile(path) as file:
            rows, schema = file.metadata.num_rows, file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise _broken_parquet(name, "phần mô tả ở cuối tệp không đọc được") from error
    if ACCOUNT_KEY in (schema.metadata or {}):
        accepted, action = "sổ từng hồ sơ", "chuyển tệp này ra ngoài thư mục sổ"
        raise Broken(Fault(OWN_PANEL, name, "bảng do lệnh “lantoa uptake aggregate” ghi ra", accepted, action))
    columns = tuple(schema.names)
    kinds = {role: schema.field(column).type for role, column in mapping.columns.items() if columns.count(column) == 1}
    faults = [*_missing(path, name, columns, mapping), *_repeated(name, columns, mapping.columns.values())]
    for role, kind in kinds.items():
        if problem := role_problem(role, kind):
            faults.append(Fault(OTHER_TYPE, name, f"cột “{mapping.columns[role]}” (vai trò {role}) có kiểu {kind}", *problem))
    types = {mapping.columns[role]: str(kind) for role, kind in kinds.items()}
    part = Part(path, name, PARQUET, rows, path.stat().st_size, columns, types, _fingerprint(path, footer))
    return part, faults


def _footer(path: Path, name: str) -> bytes:
    """The bytes of a Parquet file's footer, once its marks are where they must be."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
        if head != _MAGIC:
            raise _broken_parquet(name, "tệp trống" if not size else "tệp không mở đầu như một tệp Parquet")
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != _MAGIC or length + _TAIL_BYTES + len(_MAGIC) > size:
            raise _broken_parquet(name, "tệp bị cắt cụt: không còn phần mô tả ở cuối tệp")
        file.seek(size - _TAIL_BYTES - length)
        return file.read(length)


def _broken_parquet(name: str, found: str) -> Broken:
    return Broken(Fault(BROKEN_PARQUET, name, found, "tệp Parquet nguyên vẹn", "chép hoặc xuất lại tệp này"))


def _read_csv(path: Path, name: str, mapping: DossierMapping) -> tuple[Part, list[Fault]]:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, size - _HEAD_BYTES))
        tail = file.read(_HEAD_BYTES)
    columns = _header(head, name, mapping.delimiter, is_whole=size <= _HEAD_BYTES)
    part = Part(path, name, CSV, None, size, columns, {}, _fingerprint(path, head + tail))
    if len(columns) == 1 and columns[0] not in mapping.columns.values():
        return part, [_other_delimiter(name, head, mapping.delimiter)]
    if not set(columns) & set(mapping.columns.values()):
        counted = {sign: head.split(b"\n")[0].count(sign.encode()) for sign in DELIMITERS}
        is_cut_otherwise = max(counted.values()) > counted[mapping.delimiter]
        return part, [_other_delimiter(name, head, mapping.delimiter) if is_cut_otherwise else _no_names(name)]
    return part, [*_missing(path, name, columns, mapping), *_repeated(name, columns, columns)]


def _header(head: bytes, name: str, delimiter: str, *, is_whole: bool) -> tuple[str, ...]:
    accepted, action = "văn bản mã UTF-8, dòng đầu là tên cột", "xuất lại CSV với bảng mã UTF-8, kèm dòng tên cột"
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=is_whole)
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        found = "tệp mã UTF-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else f"dòng {line} không phải mã UTF-8"
        raise Broken(Fault(BROKEN_CSV, name, found, accepted, action)) from error
    found = "tệp trống" if not text.strip() else "nội dung nhị phân, không phải văn bản" if "\0" in text else ""
    if not found and not is_whole and "\n" not in text and "\r" not in text:
        found = "dòng đầu dài quá 64 KiB"
    if found:
        raise Broken(Fault(BROKEN_CSV, name, found, accepted, action))
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration) as error:
        raise Broken(Fault(BROKEN_CSV, name, "dòng tên cột không tách được", accepted, action)) from error
    return tuple(column if column.strip() else f"cột {position}, không tên" for position, column in enumerate(names, 1))


def _no_names(name: str) -> Fault:
    """Nothing is quoted: where the line of names is left out, this is somebody's dossier."""
    found, action = "dòng đầu không có cột nào đã khai", "xuất lại kèm dòng tên cột, hoặc sửa tên cột trong tệp ánh xạ"
    return Fault(OTHER_STRUCTURE, name, found, "dòng đầu là tên các cột, viết y hệt trong tệp ánh xạ", action)


def _other_delimiter(name: str, head: bytes, delimiter: str) -> Fault:
    """The first line may hold a person's data where the names are left out, so that none of it is quoted."""
    line = head.split(b"\n")[0]
    others = {label: line.count(sign.encode()) for sign, label in DELIMITERS.items() if sign != delimiter}
    most = max(others, key=lambda label: others[label])
    told = f"; dòng này có {others[most]} {most}" if others[most] else ""
    held = line.count(delimiter.encode())
    found = f"dòng đầu {f'chỉ có {held}' if held else 'không có'} {DELIMITERS[delimiter]}{'' if held else ' nào nên chỉ thành một cột'}{told}"
    sign = next(sign for sign, label in DELIMITERS.items() if label == most)
    action = (
        f"thêm dòng delimiter: {sign!r} vào tệp ánh xạ, hoặc xuất lại tệp" if others[most] else "sửa mục delimiter của tệp ánh xạ, hoặc xuất lại tệp"
    )
    return Fault(BROKEN_CSV, name, found, "các ô ngăn bằng dấu khai ở mục delimiter", action)


def _missing(path: Path, name: str, columns: tuple[str, ...], mapping: DossierMapping) -> list[Fault]:
    """Mapped columns that a file lacks, with names near to them; told in one fault."""
    lacking = {role: column for role, column in mapping.columns.items() if column not in columns}
    if not lacking:
        return []
    keys = {folder.split("=", 1)[0] for folder in path.parts[:-1] if "=" in folder}
    told = [f"“{column}” (vai trò {role}{_hint(column, columns, keys)})" for role, column in lacking.items()]
    action = "sửa tên cột trong tệp ánh xạ, hoặc xuất lại phần này cho đủ cột; cột phải nằm trong tệp, có dòng tên cột nếu là CSV"
    return [Fault(OTHER_STRUCTURE, name, f"thiếu cột {', '.join(told)}", "mọi phần có đủ các cột đã khai, tên viết y hệt", action)]


def _hint(column: str, columns: tuple[str, ...], keys: set[str]) -> str:
    if column in keys:
        return f"; chỉ là khóa chia thư mục “{column}=…”, không nằm trong tệp"
    folded: dict[str, str] = {}
    for one in columns:
        folded.setdefault(fold(one), one)
    near = get_close_matches(fold(column), list(folded), n=_NEAR_SHOWN, cutoff=_NEAR_CUTOFF)
    return f"; tên gần giống trong tệp: {', '.join(f'“{folded[one]}”' for one in near)}" if near else ""


def _repeated(name: str, columns: tuple[str, ...], judged: Iterable[str]) -> list[Fault]:
    """Columns of one name among those judged: engines take names without regard to case, and rename or refuse the second."""
    counts, of_these = Counter(column.casefold() for column in columns), {column.casefold() for column in judged}
    twice = sorted({column for column in columns if counts[column.casefold()] > 1 and column.casefold() in of_these})
    if not twice:
        return []
    shown = ", ".join(f"“{without_personal(column)}”" for column in twice)
    return [Fault(OTHER_STRUCTURE, name, f"nhiều cột cùng tên: {shown}", "mỗi tên cột một lần, không phân biệt chữ hoa", "đổi tên cột rồi xuất lại")]


def _fingerprint(path: Path, content: bytes) -> str:
    told = path.stat()
    return hashlib.sha256(f"{told.st_size}:{told.st_mtime_ns}:".encode() + content).hexdigest()[:_FINGERPRINT_DIGITS]
