"""The files of a dossier log: one file, or a folder of parts, each held to the declared mapping before a row is read.

Files are told by their names' endings, since both engines do so. A file that is none is refused by name, never passed over.
"""

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import DataFaults, Fault
from analysis.ingest.activity_log.personal import without_personal
from analysis.ingest.dossiers.column_types import family_of, role_problem
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.mapping_form import DELIMITERS
from analysis.text import fold, number

NOT_FOUND = "Không tìm thấy sổ hồ sơ"
OTHER_FILE = "Tệp không phải Parquet hoặc CSV"
MIXED_KINDS = "Thư mục lẫn tệp Parquet và CSV"
UNREADABLE_PATH = "Tệp hoặc thư mục không mở được"
BROKEN_PARQUET = "Tệp Parquet hỏng"
BROKEN_CSV = "Tệp CSV không đọc được"
OTHER_STRUCTURE = "Phần khác cấu trúc đã khai"
OTHER_TYPE = "Kiểu cột không mang được vai trò đã khai"

PARQUET, CSV = "parquet", "csv"
_KINDS = {".parquet": PARQUET, ".csv": CSV}
_ADVICE = {
    **dict.fromkeys((".gz", ".zip", ".rar", ".7z", ".bz2", ".zst"), "giải nén ra tệp .csv hoặc .parquet rồi chạy lại"),
    **dict.fromkeys((".xlsx", ".xls"), "xuất thẳng từ phần mềm một cửa ra .csv hoặc .parquet; tệp Excel không chứa đủ sổ lớn"),
}
_MOVE_OUT = "chuyển tệp này ra ngoài thư mục, hoặc xuất lại thành .parquet, .csv"
_HEAD_BYTES = 64 * 1024
_MAGIC = b"PAR1"
_TAIL_BYTES = 8  # length of the footer, then the mark
_NEAR_SHOWN, _NEAR_CUTOFF = 2, 0.6
_WILD = frozenset("*?[]{}")  # engines would look for other files in a path with one of these
_PASSED_OVER = (".", "_")
_FINGERPRINT_DIGITS = 16


def find_parts(path: Path, mapping: DossierMapping) -> list[Part]:
    """The files of a log, sorted by name. Raises ``DataFaults`` with every fault of every file.

    Hidden files and folders, and those whose names begin with ``_`` (marks and unfinished work of engines), are passed over.
    """
    try:
        files, faults = _files(path)
    except OSError as error:
        raise DataFaults([_unopened(str(path), error)]) from error
    faults += _mixed(files, path)
    read: list[_Read] = []
    for name, file in sorted(files.items()):
        try:
            read.append(_read_part(file, name, mapping))
        except _Broken as broken:
            faults.append(broken.fault)
        except OSError as error:
            faults.append(_unopened(name, error))
    faults += [fault for one in read for fault in one.faults]
    faults += _family_faults(read, mapping)
    if faults:
        raise DataFaults(faults)
    return [one.part for one in read]


def _files(path: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Files of the two kinds by name, and what is wrong with all that lies there."""
    accepted = "một tệp .parquet hoặc .csv, hay thư mục chứa các tệp đó"
    if not path.exists():
        return {}, [Fault(NOT_FOUND, str(path), "đường dẫn không tồn tại", accepted, "kiểm tra lại đường dẫn")]
    if _WILD & set(str(path.absolute())):
        found = f"đường dẫn có ký tự {' '.join(sorted(_WILD & set(str(path.absolute()))))}"
        return {}, [Fault(NOT_FOUND, str(path), found, "đường dẫn không có các ký tự * ? [ ] { }", "đổi tên tệp hoặc thư mục")]
    faults: list[Fault] = []
    entries = list(_walk(path, path, {}, faults)) if path.is_dir() else [path]
    if entries == [path] and path.name.startswith(_PASSED_OVER):
        found = f"tên tệp bắt đầu bằng {path.name[0]}, được coi là tệp ẩn"
        return {}, [Fault(NOT_FOUND, str(path), found, accepted, "đổi tên tệp")]
    files: dict[str, Path] = {}
    for entry in entries:
        name = entry.name if entry == path else entry.relative_to(path).as_posix()
        if fault := _file_fault(entry, name):
            faults.append(fault)
        else:
            files[name] = entry.absolute()
    if not entries and not faults:
        faults.append(Fault(NOT_FOUND, str(path), "thư mục không có tệp .parquet hay .csv nào", accepted, "kiểm tra lại thư mục"))
    return files, faults


def _walk(folder: Path, root: Path, passed: dict[Path, str], faults: list[Fault]) -> Iterator[Path]:
    """Every entry below a folder that is no folder itself, links followed; a folder met twice would be counted twice."""
    name, real = folder.relative_to(root).as_posix(), folder.resolve()
    if real in passed:
        found, action = f"cùng một thư mục với “{passed[real]}”, qua liên kết", "bỏ liên kết"
        faults.append(Fault(UNREADABLE_PATH, name, found, "mỗi thư mục có mặt một lần", action))
        return
    passed[real] = name
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        faults.append(_unopened(name, error))
        return
    for entry in entries:
        if entry.name.startswith(_PASSED_OVER):
            continue
        if entry.is_dir():
            yield from _walk(entry, root, passed, faults)
        else:
            yield entry


def _file_fault(entry: Path, name: str) -> Fault | None:
    if not entry.is_file():
        return Fault(UNREADABLE_PATH, name, "liên kết hỏng hoặc không phải tệp", "tệp thường", "bỏ mục này khỏi thư mục")
    ending = entry.suffix.casefold()
    if ending not in _KINDS:
        found = f"đuôi tệp {ending}" if ending else "tệp không có đuôi"
        return Fault(OTHER_FILE, name, found, "tệp .parquet hoặc .csv không nén", _ADVICE.get(ending, _MOVE_OUT))
    if wild := _WILD & set(name):
        return Fault(UNREADABLE_PATH, name, f"tên có ký tự {' '.join(sorted(wild))}", "tên không có các ký tự * ? [ ] { }", "đổi tên")
    return None


def _mixed(files: Mapping[str, Path], path: Path) -> list[Fault]:
    of_kind = {kind: [name for name in sorted(files) if _KINDS[files[name].suffix.casefold()] == kind] for kind in (PARQUET, CSV)}
    if not all(of_kind.values()):
        return []
    found = " và ".join(f"{number(len(names))} tệp .{kind} (như {names[0]})" for kind, names in of_kind.items())
    return [Fault(MIXED_KINDS, str(path), found, "một loại tệp trong một lần chạy", "tách thành hai thư mục")]


def _unopened(name: str, error: OSError) -> Fault:
    return Fault(UNREADABLE_PATH, name, f"“{error.strerror or type(error).__name__}”", "tệp, thư mục mở được để đọc", "xin quyền đọc rồi chạy lại")
