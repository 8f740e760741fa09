"""A plan held against the lists of units: the code of its province, and whom its unit phrases address."""

from datetime import date

import pandas as pd

from analysis.ingest.plan_document.draft import Fact, ReadUnits
from analysis.text import fold
from analysis.units import UnitNames, addressed, units_below, vintage_on

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


def _bare(name: str) -> str:
    return " ".join(fold(name).replace("-", " ").split())


def unit_reader(code: str, vintage: str, units: pd.DataFrame | None) -> ReadUnits | None:
    """A reader of unit phrases for a province; None where the province is not known."""
    if units is None or not code or not vintage:
        return None
    names, below = UnitNames(units, vintage, code), units_below(units, code, vintage)
    return lambda phrase: addressed(phrase, names, below)
