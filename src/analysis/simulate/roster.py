"""Who acts: the province's office, departments, districts and communes, read off the units frame."""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.errors import DataFaults, Fault
from analysis.text import fold

VINTAGE = "63-tinh"  # the simulated years end before the merger of 01/07/2025
OFFICE_NAME_MARKS = ("van phong ubnd", "van phong uy ban", "van phong")  # folded; the more telling first


@dataclass(frozen=True)
class Unit:
    """One administrative unit; ``level`` is a code of ``codes.UNIT_LEVELS``; the office leads the province's plan."""

    code: str
    name: str
    level: str
    is_office: bool = False

    @property
    def spoken_name(self) -> str:
        """Name as offices write it: Sở Tư pháp, Văn phòng UBND tỉnh, without the name of the province."""
        head, _, province = self.name.replace("Ủy ban nhân dân", "UBND").partition(" tỉnh ")
        return f"{head} tỉnh" if province and not head.startswith("Sở") else head


@dataclass(frozen=True)
class Roster:
    """The units of one province, each group sorted by code; ``departments`` excludes the office."""

    office: Unit
    departments: tuple[Unit, ...]
    districts: tuple[Unit, ...]
    communes: tuple[Unit, ...]

    @property
    def local_units(self) -> tuple[Unit, ...]:
        """All units but the office."""
        return self.departments + self.districts + self.communes

    @property
    def receiving_units(self) -> tuple[Unit, ...]:
        """Units of the uptake table, sorted by code: communes and all departments, the office among them."""
        return tuple(sorted((self.office, *self.departments, *self.communes), key=lambda unit: unit.code))


def read_roster(units: pd.DataFrame) -> Roster:
    """The province is the parent of the department named Văn phòng UBND; its districts' children are the communes.

    Raises
    ------
    DataFaults
        No department of the vintage bears "Văn phòng" in its name.
    """
    valid = units[units["vintage"] == VINTAGE]
    departments = _units_at(valid, "department", None)
    office = _office(departments)
    province_code = valid.loc[valid["unit_code"] == office.code, "parent_code"].iloc[0]
    districts = _units_at(valid, "district", {province_code})
    return Roster(
        office=office,
        departments=tuple(unit for unit in _units_at(valid, "department", {province_code}) if unit.code != office.code),
        districts=districts,
        communes=_units_at(valid, "commune", {district.code for district in districts}),
    )


def _units_at(units: pd.DataFrame, level: str, parents: set[str] | None) -> tuple[Unit, ...]:
    chosen = units[units["level"] == level]
    if parents is not None:
        chosen = chosen[chosen["parent_code"].isin(parents)]
    chosen = chosen.sort_values("unit_code")
    return tuple(Unit(str(code), str(name), level) for code, name in zip(chosen["unit_code"], chosen["name_vi"], strict=True))


def _office(departments: tuple[Unit, ...]) -> Unit:
    for mark in OFFICE_NAME_MARKS:
        for department in departments:
            if mark in fold(department.name):
                return replace(department, is_office=True)
    raise DataFaults(
        [
            Fault(
                cause="Danh mục đơn vị thiếu Văn phòng UBND tỉnh",
                where=f"bảng đơn vị, danh mục {VINTAGE}",
                found=f"{len(departments)} sở, ngành, không đơn vị nào tên có “Văn phòng”",
                accepted="một đơn vị cấp sở tên có “Văn phòng UBND”",
                action="thêm Văn phòng UBND tỉnh vào danh mục",
            )
        ]
    )
