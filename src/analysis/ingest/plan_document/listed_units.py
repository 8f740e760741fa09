"""A plan held against the lists of units: the code of its province, and whom its unit phrases address."""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from analysis.ingest.plan_document.draft import LATER, Fact, ReadUnits, UnitReading
from analysis.ingest.plan_document.words import READ_LATER
from analysis.text import fold
from analysis.units import AddressedUnit, UnitNames, addressed, units_below, vintage_on
from analysis.units.wording import OPEN_GROUPS

NO_CODE = "điền mã tỉnh"
NO_VINTAGE = "điền 63-tinh (ban hành đến 30/06/2025) hoặc 34-tinh (từ 01/07/2025)"


def province_facts(named: Fact, issued: Fact, units: pd.DataFrame | None) -> tuple[Fact, Fact]:
    """Code of the issuing province and the list it is taken from, that in force on the day of issue; to be filled in where not known."""
    vintage = _vintage(issued.value) if units is not None else ""
    code = _code(named.value, vintage, units) if units is not None and vintage and named.value else ""
    absent = f"{NO_CODE} của “{named.value}”" if named.value else NO_CODE
    return Fact("province_code", code, named.found, "" if code else absent), Fact("vintage", vintage, (), "" if vintage else NO_VINTAGE)


def _vintage(issued: str) -> str:
    """List in force on a day written dd/mm/yyyy; none where the day is not known."""
    return vintage_on(date(*(int(part) for part in reversed(issued.split("/"))))) if issued else ""


def _code(name: str, vintage: str, units: pd.DataFrame) -> str:
    provinces = units[(units["level"] == "province") & (units["vintage"] == vintage)]
    bare = [_bare(full).removeprefix("tinh ").removeprefix("thanh pho ") for full in provinces["name_vi"]]
    found = provinces.loc[[one == _bare(name) for one in bare], "unit_code"]
    return str(found.iloc[0]) if len(found) == 1 else ""


def is_listed(code: str, vintage: str, units: pd.DataFrame) -> bool:
    """Whether a code is that of a province in a list."""
    return bool(((units["unit_code"] == code) & (units["vintage"] == vintage) & (units["level"] == "province")).any())


def _bare(name: str) -> str:
    return " ".join(fold(name).replace("-", " ").split())


def unit_reader(code: str, vintage: str, units: pd.DataFrame | None) -> ReadUnits | None:
    """A reader of unit phrases for a province, of groups and outside bodies alone while the province is not known; None without a list."""
    if units is None or not vintage:
        return None
    if not code:
        return _groups_reader(units, vintage)
    names, below = UnitNames(units, vintage, code), units_below(units, code, vintage)
    return lambda phrase: addressed(phrase, names, below)


def _groups_reader(units: pd.DataFrame, vintage: str) -> ReadUnits:
    """What can be read without a province; the members of its groups and its units wait for it."""
    none = units.iloc[:0]
    names = UnitNames(none, vintage)

    def read(phrase: str) -> list[UnitReading]:
        return [_without_province(found) for found in addressed(phrase, names, none)]

    return read


def _without_province(found: AddressedUnit) -> UnitReading:
    is_ended = found.kind == "unknown" and found.group  # a group that the list no longer has
    if found.kind == "external" or is_ended:
        return found
    if found.kind == "group":
        return found if found.group in OPEN_GROUPS.values() else replace(found, suggestion=READ_LATER)
    return _Later(found.text)


@dataclass(frozen=True)
class _Later:
    """A name that cannot be looked up before the province is known."""

    text: str
    kind: str = LATER
    unit_codes: tuple[str, ...] = ()
    suggestion: str = ""
