"""The register of received files: where each came from, and proof that it was not changed since."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DataFaults, Fault

REGISTER_FILE = "sources.yml"
REFERENCE_ONLY = "reference"  # kept for calibration and reading; no table is built from it

CHANGED = "Tệp gốc khác với khi đăng ký"
ABSENT = "Tệp gốc không còn"
UNREGISTERED = "Tệp chưa đăng ký nguồn"
INCOMPLETE = "Mục đăng ký nguồn chưa đủ"


@dataclass(frozen=True)
class Source:
    """One received file.

    ``table`` names the table it feeds; ``short_vi`` is how a source line calls it; ``received_on`` is ISO; ``sha256``
    is of its bytes. The last four are left out of the register where they say nothing: ``layout`` names the reader of an
    office's own form (empty: the contract's CSV), ``left_out_count`` is how many faulty rows were left out by decision,
    ``superseded_by`` names the source that replaced this one, and ``withdrawn_on`` the day it was taken back; such files are
    kept but no longer read.
    """

    source_id: str
    path: str
    table: str
    short_vi: str
    publisher: str
    document: str
    edition: str
    published: str
    received_on: str
    addresses: tuple[str, ...]
    sha256: str
    is_synthetic: bool
    terms: str
    note: str
    layout: str = ""
    left_out_count: int = 0
    superseded_by: str = ""
    withdrawn_on: str = ""

    @property
    def is_in_force(self) -> bool:
        """Whether tables are built from this file."""
        return not (self.superseded_by or self.withdrawn_on)


_OPTIONAL = {field.name: field.default for field in fields(Source) if field.default is not MISSING}


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_register(raw: Path) -> list[Source]:
    """Sources in register order, every file proven present and unchanged.

    Raises ``DataFaults`` naming every incomplete entry, absent, changed or unregistered file.
    """
    register = raw / REGISTER_FILE
    if not register.is_file():
        raise DataFaults([Fault(ABSENT, f"data/raw/{REGISTER_FILE}", "không có tệp", "danh mục nguồn", "lấy lại tệp từ bản gốc của bộ lantoa")])
    entries = _load_entries(register)
    sources = [_source(entry) for entry in entries]
    faults = [fault for source in sources for fault in _file_faults(raw, source)] + _unregistered(raw, sources)
    if faults:
        raise DataFaults(faults)
    return sources


def _load_entries(register: Path) -> list[dict[str, Any]]:
    try:
        entries = yaml.safe_load(register.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataFaults([Fault(INCOMPLETE, register.name, f"“{error}”", "tệp YAML, UTF-8", "sửa cú pháp")]) from error
    wanted = {field.name for field in fields(Source) if field.default is MISSING}
    optional = _OPTIONAL.keys()
    if not isinstance(entries, list):
        entries = []
    faults = [fault for number, entry in enumerate(entries, 1) for fault in _entry_faults(number, entry, wanted, optional)]
    faults = faults or _repeated(entries)
    if not entries or faults:
        raise DataFaults(faults or [Fault(INCOMPLETE, register.name, "không có mục nào", "một danh sách YAML có ít nhất một nguồn", "lấy lại tệp")])
    return list(entries)


def _entry_faults(number: int, entry: Any, wanted: set[str], optional: Collection[str]) -> list[Fault]:
    name = f" ({entry['source_id']})" if isinstance(entry, dict) and "source_id" in entry else ""
    where = f"{REGISTER_FILE}, mục {number}{name}"
    found = set(entry) if isinstance(entry, dict) else set()
    missing, unknown = sorted(wanted - found), sorted(found - wanted - set(optional))
    faults = _kind_faults(where, {name: entry[name] for name in (wanted | set(optional)) & found}) if found else []
    if not (missing or unknown):
        return faults
    parts = ([f"thiếu {', '.join(missing)}"] if missing else []) + ([f"có trường lạ {', '.join(map(str, unknown))}"] if unknown else [])
    return [Fault(INCOMPLETE, where, "; ".join(parts), ", ".join(sorted(wanted)), "sửa tên hoặc điền đủ các trường"), *faults]


def _kind_faults(where: str, entry: dict[str, Any]) -> list[Fault]:
    """Fields whose value is not of the kind the register holds: a list of addresses, a true or false, text."""
    faults = []
    for name, value in entry.items():
        if name == "addresses":
            is_right, accepted = (
                isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value),
                "danh sách ít nhất một địa chỉ",
            )
        elif name == "is_synthetic":
            is_right, accepted = isinstance(value, bool), "true hoặc false"
        elif name == "left_out_count":
            is_right, accepted = isinstance(value, int) and value >= 0, "số nguyên từ 0"
        elif name == "received_on":
            is_right, accepted = _is_day(value), "ngày dạng 2026-11-22"
        else:
            is_right, accepted = isinstance(value, str), "văn bản; nếu là số thì đặt trong dấu nháy"
        if not is_right:
            faults.append(Fault(INCOMPLETE, f"{where}, trường {name}", f"“{value}”", accepted, "sửa giá trị của trường"))
    return faults


def _is_day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def _repeated(entries: list[dict[str, Any]]) -> list[Fault]:
    ids = [entry["source_id"] for entry in entries]
    repeated = sorted({found for found in ids if ids.count(found) > 1})
    return [Fault(INCOMPLETE, REGISTER_FILE, f"source_id “{found}” dùng cho hai mục", "mỗi nguồn một mã", "đổi mã của một mục") for found in repeated]


def _source(entry: dict[str, Any]) -> Source:
    return Source(**{**entry, "addresses": tuple(entry["addresses"]), "received_on": str(entry["received_on"])})


def _file_faults(raw: Path, source: Source) -> list[Fault]:
    path, where = raw / source.path, f"data/raw/{source.path}"
    if not path.is_file():
        return [Fault(ABSENT, where, "không có tệp", f"tệp của nguồn {source.source_id}", "đặt lại tệp gốc vào đúng chỗ")]
    found = sha256_of(path)
    if found == source.sha256:
        return []
    action = (
        "đặt lại tệp gốc; nếu đơn vị chủ động sửa tệp thì ghi mã sha256 mới vào mục của nguồn trong sources.yml; "
        "nếu nơi công bố đổi số liệu thì đăng ký bản mới thành một nguồn khác"
    )
    return [Fault(CHANGED, where, f"sha256 {found}", f"sha256 {source.sha256}", action)]


def _unregistered(raw: Path, sources: list[Source]) -> list[Fault]:
    known = {source.path for source in sources} | {REGISTER_FILE}
    found = sorted(path.relative_to(raw).as_posix() for path in raw.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [
        Fault(UNREGISTERED, f"data/raw/{path}", "tệp không có trong sources.yml", "tệp đã đăng ký", "đăng ký nguồn hoặc chuyển tệp ra ngoài")
        for path in found
        if path not in known
    ]


def registered_paths(raw: Path) -> set[str]:
    """Paths of all entries, whether or not the files are there. Raises ``DataFaults`` for an unusable register."""
    return {entry["path"] for entry in _load_entries(raw / REGISTER_FILE)}


def rewrite(raw: Path, *, adding: Sequence[Source] = (), without: Collection[str] = (), changing: Sequence[Source] = ()) -> None:
    """Write the register anew: some entries (by ``source_id``) left out, some changed in their place, others added at its end."""
    path = raw / REGISTER_FILE
    changed = {source.source_id: _entry(source) for source in changing}
    kept = [changed.get(entry["source_id"], entry) for entry in _load_entries(path) if entry["source_id"] not in without]
    text = yaml.safe_dump([*kept, *(_entry(source) for source in adding)], allow_unicode=True, sort_keys=False, width=10_000)
    temporary = path.with_name(f".{path.name}.new")  # hidden: a run killed here leaves nothing that stops a build
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)


def _entry(source: Source) -> dict[str, Any]:
    """A source as the register holds it, without fields that say nothing."""
    told = {name: value for name, value in asdict(source).items() if name not in _OPTIONAL or value != _OPTIONAL[name]}
    return {**told, "addresses": list(source.addresses)}
