"""The register of declarations: which text of a plan year was laid down on which day; entries are added, never changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.declarations.form import Declaration
from analysis.errors import DataFaults, Fault, LantoaError, writing_to
from analysis.text import day

REGISTER_FILE = "register.yml"
UNUSABLE = "Sổ đăng ký khai báo không dùng được"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ACTION = "lấy lại sổ từ bản lưu; sổ chỉ được ghi thêm bằng lệnh lantoa declare"


class RegistrationRefused(LantoaError):
    """A registration whose day cannot be right."""


@dataclass(frozen=True)
class Registration:
    """One text of a plan year's declaration, known by its hash, and the day it was laid down."""

    plan_year: int
    sha256: str
    registered_on: date


def read_register(folder: Path) -> tuple[Registration, ...]:
    """Entries in the order they were added; none where there is no register. Raises ``DataFaults`` with every fault of the file."""
    path = folder / REGISTER_FILE
    if not path.is_file():
        return ()
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        raise DataFaults([Fault(UNUSABLE, REGISTER_FILE, f"“{error}”", "tệp YAML, mã UTF-8", _ACTION)]) from error
    entries = [] if found is None else found
    if not isinstance(entries, list):
        raise DataFaults([Fault(UNUSABLE, REGISTER_FILE, "không phải danh sách", "danh sách các mục đăng ký", _ACTION)])
    faults = [fault for number, entry in enumerate(entries, 1) for fault in _entry_faults(entry, f"{REGISTER_FILE}, mục {number}")]
    if faults:
        raise DataFaults(faults)
    registrations = tuple(Registration(**entry) for entry in entries)
    faults = list(_order_faults(registrations))
    if faults:
        raise DataFaults(faults)
    return registrations


def register(folder: Path, declaration: Declaration, on: date) -> bool:
    """Add a declaration to the register as of a day; False, and nothing written, where the last entry of its year is the same text.

    What stands in the register stays to the byte, and the file is replaced in one step. Who calls this holds the project alone.
    Raises ``RegistrationRefused`` for a day before the declaration's own or before the last entry of its year, ``DataFaults`` for
    an unusable register and ``FolderUnusable`` where it cannot be written.
    """
    of_year = registrations_of(read_register(folder), declaration.plan_year)
    if of_year and of_year[-1].sha256 == declaration.sha256:
        return False
    _refuse_wrong_day(declaration, of_year, on)
    path = folder / REGISTER_FILE
    entry = yaml.safe_dump([asdict(Registration(declaration.plan_year, declaration.sha256, on))], sort_keys=False)
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        temporary = path.with_name(f".{REGISTER_FILE}.new")
        temporary.write_text(before + "\n" * (bool(before) and not before.endswith("\n")) + entry, encoding="utf-8", newline="\n")
        temporary.replace(path)
    return True


def registrations_of(registrations: Sequence[Registration], plan_year: int) -> list[Registration]:
    """Entries of one plan year, first to last."""
    return [entry for entry in registrations if entry.plan_year == plan_year]


def _refuse_wrong_day(declaration: Declaration, of_year: Sequence[Registration], on: date) -> None:
    if on < declaration.declared_on:
        raise RegistrationRefused(
            f"Ngày đăng ký {day(on)} trước ngày khai báo {day(declaration.declared_on)} (declared_on). "
            "Hãy sửa declared_on hoặc chọn ngày đăng ký từ ngày đó trở đi."
        )
    if of_year and on < of_year[-1].registered_on:
        raise RegistrationRefused(
            f"Ngày đăng ký {day(on)} trước ngày {day(of_year[-1].registered_on)} của mục cuối trong sổ cho năm {declaration.plan_year}. "
            "Sổ chỉ ghi thêm theo thứ tự thời gian: hãy chọn ngày từ ngày đó trở đi."
        )


def _entry_faults(entry: Any, where: str) -> Iterator[Fault]:
    names = [field.name for field in fields(Registration)]
    if not isinstance(entry, dict) or set(entry) != set(names):
        yield Fault(UNUSABLE, where, f"“{entry}”", f"đủ ba trường {', '.join(names)}", _ACTION)
        return
    if type(entry["plan_year"]) is not int:
        yield Fault(UNUSABLE, f"{where}, trường plan_year", f"“{entry['plan_year']}”", "năm, số nguyên", _ACTION)
    if not (isinstance(entry["sha256"], str) and _SHA256.fullmatch(entry["sha256"])):
        yield Fault(UNUSABLE, f"{where}, trường sha256", f"“{entry['sha256']}”", "64 ký tự 0-9, a-f", _ACTION)
    if type(entry["registered_on"]) is not date:
        yield Fault(UNUSABLE, f"{where}, trường registered_on", f"“{entry['registered_on']}”", "ngày dạng 2026-11-22", _ACTION)


def _order_faults(registrations: Sequence[Registration]) -> Iterator[Fault]:
    last: dict[int, date] = {}
    for number, entry in enumerate(registrations, 1):
        if entry.registered_on < last.get(entry.plan_year, entry.registered_on):
            found = f"ngày {day(entry.registered_on)} sau mục ngày {day(last[entry.plan_year])}"
            yield Fault(UNUSABLE, f"{REGISTER_FILE}, mục {number}", found, "các mục của một năm theo thứ tự thời gian", _ACTION)
        last[entry.plan_year] = entry.registered_on
