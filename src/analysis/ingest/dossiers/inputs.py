"""The files of a dossier log: one file, or a folder of parts, each held to the declared mapping before a row is read.

Files are told by their names' endings, since both engines do so. A file that is none is refused by name, never passed over.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.part_files import CSV, PARQUET, Broken, Part, read_part
from analysis.text import number

__all__ = ["Part", "find_parts"]

NOT_FOUND = "Không tìm thấy sổ hồ sơ"
OTHER_FILE = "Tệp không phải Parquet hoặc CSV"
MIXED_KINDS = "Thư mục lẫn tệp Parquet và CSV"
UNREADABLE_PATH = "Tệp hoặc thư mục không mở được"

_KINDS = {".parquet": PARQUET, ".csv": CSV}
_NO_LOG = (".yml", ".yaml")  # the mapping may lie beside the parts
_ADVICE = {
    **dict.fromkeys((".gz", ".zip", ".rar", ".7z", ".bz2", ".zst"), "giải nén ra tệp .csv hoặc .parquet rồi chạy lại"),
    **dict.fromkeys((".xlsx", ".xls"), "xuất thẳng từ phần mềm một cửa ra .csv hoặc .parquet; tệp Excel không chứa đủ sổ lớn"),
}
_MOVE_OUT = "chuyển tệp này ra ngoài thư mục, hoặc xuất lại thành .parquet, .csv"
_WILD = frozenset("*?[]{}")  # engines would look for other files in a path with one of these
_NO_WILD = "tên tệp, thư mục không có các ký tự * ? [ ] { }"
_PASSED_OVER = (".", "_")


def find_parts(path: Path, mapping: DossierMapping) -> list[Part]:
    """The files of a log, sorted by name. Raises ``DataFaults`` with every fault of every file.

    Hidden files and folders, and those whose names begin with ``_`` (marks and unfinished work of engines), are passed over.
    """
    try:
        files, faults = _files(path)
    except OSError as error:
        raise DataFaults([_unopened(str(path), error)]) from error
    faults += _mixed(files, path)
    parts: list[Part] = []
    for name, file in sorted(files.items()):
        try:
            part, found = read_part(file, name, _KINDS[file.suffix.casefold()], mapping)
        except Broken as broken:
            faults.append(broken.fault)
        except OSError as error:
            faults.append(_unopened(name, error))
        else:
            parts.append(part)
            faults += found
    if faults:
        raise DataFaults(faults)
    return parts


def _files(path: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Files of the two kinds by name, and what is wrong with all that lies there."""
    accepted = "một tệp .parquet hoặc .csv, hay thư mục chứa các tệp đó"
    if not path.exists():
        return {}, [Fault(NOT_FOUND, str(path), "đường dẫn không tồn tại", accepted, "kiểm tra lại đường dẫn")]
    if wild := _wild(str(path.absolute())):
        return {}, [Fault(NOT_FOUND, str(path), f"đường dẫn có ký tự {wild}", _NO_WILD, "đổi tên tệp hoặc thư mục")]
    if path.is_file() and path.name.startswith(_PASSED_OVER):
        found = f"tên tệp bắt đầu bằng “{path.name[0]}”, được coi là tệp ẩn"
        return {}, [Fault(NOT_FOUND, str(path), found, accepted, "đổi tên tệp")]
    faults: list[Fault] = []
    entries = list(_walk(path, path, {}, faults)) if path.is_dir() else [path]
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
    """Every entry below a folder that is no folder itself, links followed; what is met twice would be counted twice."""
    passed[folder.resolve()] = folder.relative_to(root).as_posix()
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        faults.append(_unopened(folder.relative_to(root).as_posix(), error))
        return
    for entry in entries:
        name = entry.relative_to(root).as_posix()
        if entry.name.startswith(_PASSED_OVER) or entry.suffix.casefold() in _NO_LOG:
            continue
        if not entry.exists():
            yield entry
        elif (real := entry.resolve()) in passed:
            found = f"liên kết tới “{passed[real]}”, đã có trong thư mục"
            faults.append(Fault(UNREADABLE_PATH, name, found, "mỗi tệp, thư mục có mặt một lần", "bỏ liên kết"))
        elif entry.is_dir():
            yield from _walk(entry, root, passed, faults)
        else:
            passed[real] = name
            yield entry


def _file_fault(entry: Path, name: str) -> Fault | None:
    if not entry.is_file():
        return Fault(UNREADABLE_PATH, name, "liên kết hỏng hoặc không phải tệp", "tệp thường", "bỏ mục này khỏi thư mục")
    ending = entry.suffix.casefold()
    if ending not in _KINDS:
        found = f"đuôi tệp {ending}" if ending else "tệp không có đuôi"
        return Fault(OTHER_FILE, name, found, "tệp .parquet hoặc .csv không nén", _ADVICE.get(ending, _MOVE_OUT))
    if wild := _wild(name):
        return Fault(UNREADABLE_PATH, name, f"tên có ký tự {wild}", _NO_WILD, "đổi tên")
    return None


def _wild(path: str) -> str:
    return " ".join(sorted(_WILD & set(path)))


def _mixed(files: Mapping[str, Path], path: Path) -> list[Fault]:
    of_kind = {kind: [name for name in sorted(files) if _KINDS[files[name].suffix.casefold()] == kind] for kind in (PARQUET, CSV)}
    if not all(of_kind.values()):
        return []
    found = " và ".join(f"{number(len(names))} tệp .{kind} (như {names[0]})" for kind, names in of_kind.items())
    return [Fault(MIXED_KINDS, str(path), found, "một loại tệp trong một lần chạy", "tách thành hai thư mục")]


def _unopened(name: str, error: OSError) -> Fault:
    return Fault(UNREADABLE_PATH, name, f"“{error.strerror or type(error).__name__}”", "tệp, thư mục mở được để đọc", "xin quyền đọc rồi chạy lại")
