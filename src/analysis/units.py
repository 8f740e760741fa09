"""Administrative units by (code, vintage): names, descendants, and the groups that plans address."""

import re
from typing import Any

import pandas as pd

from analysis.errors import LantoaError
from analysis.text import fold

COUNTRY_CODE = "00"
INDEX_VINTAGE = "63-tinh"  # every edition we hold measures the 63 provinces; 2025 is never joined to it

DEPARTMENT_TYPES = ("Sở", "Ban quản lý", "Thanh tra tỉnh", "Văn phòng")

# A unit keeps its name when its type changes (thị xã to thành phố), so any type of the level is accepted before it.
LOCAL_TYPES = {"district": "huyen|thi xa|thanh pho|tp\\.?", "commune": "xa|phuong|thi tran"}

# Folded wording of plans → (level, unit types; empty = all types of the level).
GROUPS_ADDRESSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "so, ban, nganh": ("department", DEPARTMENT_TYPES),
    "so, ban nganh": ("department", DEPARTMENT_TYPES),
    "co quan nganh doc": ("department", ("Cơ quan ngành dọc",)),
    "cac so, nganh": ("department", DEPARTMENT_TYPES),
    "ubnd cap huyen": ("district", ()),
    "ubnd cac huyen": ("district", ()),
    "ubnd cap xa": ("commune", ()),
    "ubnd cac xa": ("commune", ()),
}


class UnknownUnit(LantoaError):
    """A province or unit code that is not in the list of its vintage."""


def province_name(units: pd.DataFrame, code: str, vintage: str = INDEX_VINTAGE) -> str:
    """Name of a province without "Tỉnh"; ``Thành phố`` becomes ``TP.``. Raises ``UnknownUnit``."""
    provinces = units[(units["level"] == "province") & (units["vintage"] == vintage)].set_index("unit_code")["name_vi"]
    if code not in provinces.index:
        padded = code.zfill(2)
        hint = f" Có phải “{padded}” ({short_name(provinces[padded])})?" if padded in provinces.index else ""
        shown = ", ".join(f"{known} {short_name(name)}" for known, name in provinces.items())
        raise UnknownUnit(f"Không có tỉnh mang mã “{code}” trong danh mục {vintage}.{hint} Các mã dùng được: {shown}.")
    return short_name(provinces[code])


def short_name(name: str) -> str:
    """Official name as spoken: ``Tỉnh Bình Dương`` → ``Bình Dương``, ``Thành phố Cần Thơ`` → ``TP. Cần Thơ``."""
    return name.removeprefix("Tỉnh ").replace("Thành phố ", "TP. ", 1) if name.startswith(("Tỉnh ", "Thành phố ")) else name


def units_below(units: pd.DataFrame, province: str, vintage: str = INDEX_VINTAGE) -> pd.DataFrame:
    """Departments, districts and communes of a province, one row a unit; ``label_vi`` is the name without the province."""
    of_vintage = units[units["vintage"] == vintage]
    direct = of_vintage[of_vintage["parent_code"] == province]
    communes = of_vintage[of_vintage["parent_code"].isin(direct["unit_code"]) & (of_vintage["level"] == "commune")]
    below = pd.concat([direct, communes]).sort_values(["level", "unit_code"]).reset_index(drop=True)
    return below.assign(label_vi=below["name_vi"].map(_without_province).astype("string"))


def rows_of(table: pd.DataFrame, below: pd.DataFrame) -> pd.Series:
    """Which rows of a table belong to the units ``below``, by code and vintage together: codes alone are re-used."""
    key = ["unit_code", "vintage"]
    return pd.Series(pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(below[key])), index=table.index, dtype=bool)


def leading_units(lead_units_vi: str, below: pd.DataFrame, coordinating_units_vi: str = "") -> pd.DataFrame:
    """Units a plan item names as leading, of those ``below`` the province; groups become all their members.

    A member of a group that the item names as coordinating does not lead it. Empty when no unit of ours is named
    (press agencies, unions); such an item has no unit to hold to its count.
    """
    lead, coordinating = fold(lead_units_vi), fold(coordinating_units_vi)
    in_group = pd.Series(False, index=below.index)
    for phrase, (level, types) in GROUPS_ADDRESSED.items():
        if phrase in lead:
            in_group |= (below["level"] == level) & (below["unit_type"].isin(types) if types else True)
    is_named = pd.Series([_names(lead, unit) for unit in below.itertuples()], index=below.index, dtype=bool)
    is_coordinating = pd.Series([_names(coordinating, unit) for unit in below.itertuples()], index=below.index, dtype=bool)
    return below[is_named | (in_group & ~is_coordinating)].reset_index(drop=True)


def _names(folded: str, unit: Any) -> bool:
    """Whether folded text names a unit; districts and communes by "UBND", any type of their level and the bare name."""
    if unit.level not in LOCAL_TYPES:
        return _spoken(unit.name_vi) in folded
    bare = re.escape(fold(unit.name_vi.removeprefix(f"{unit.unit_type} ")))
    return bool(re.search(rf"\bubnd (?:{LOCAL_TYPES[unit.level]}) {bare}\b", folded))


def _without_province(name: str) -> str:
    head, _, tail = name.replace("Ủy ban nhân dân", "UBND").partition(" tỉnh ")
    return f"{head} tỉnh" if tail and not head.startswith("Sở") else head


def _spoken(name: str) -> str:
    """Folded name as plans write it: UBND for the People's Committee, the province left out."""
    return fold(name).replace("uy ban nhan dan", "ubnd").partition(" tinh ")[0]
