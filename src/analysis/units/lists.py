"""The lists of administrative units: names of provinces, the units below one, rows of their tables."""

from datetime import date

import pandas as pd

from analysis.errors import LantoaError

COUNTRY_CODE = "00"
INDEX_VINTAGE = "63-tinh"  # every edition we hold measures the 63 provinces; 2025 is never joined to it
MERGED_VINTAGE = "34-tinh"
MERGER_DAY = date(2025, 7, 1)  # provinces merged, districts ceased, codes of communes were given anew


class UnknownUnit(LantoaError):
    """A province or unit code that is not in the list of its vintage."""


def vintage_on(day: date) -> str:
    """List of administrative units in force on a day."""
    return INDEX_VINTAGE if day < MERGER_DAY else MERGED_VINTAGE


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


def bare_name(name: str, unit_type: str) -> str:
    """Name without its type: ``Thành phố Bến Cát`` → ``Bến Cát``."""
    return name.removeprefix(f"{unit_type} ")


def without_province(name: str) -> str:
    """Name of a department without its province: ``Sở Tư pháp tỉnh Bình Dương`` → ``Sở Tư pháp``."""
    head, _, tail = name.replace("Ủy ban nhân dân", "UBND").partition(" tỉnh ")
    return f"{head} tỉnh" if tail and not head.startswith("Sở") else head


def units_below(units: pd.DataFrame, province: str, vintage: str = INDEX_VINTAGE) -> pd.DataFrame:
    """Departments, districts and communes of a province, one row a unit; ``label_vi`` is the name without the province."""
    of_vintage = units[units["vintage"] == vintage]
    direct = of_vintage[of_vintage["parent_code"] == province]
    communes = of_vintage[of_vintage["parent_code"].isin(direct["unit_code"]) & (of_vintage["level"] == "commune")]
    below = pd.concat([direct, communes]).sort_values(["level", "unit_code"]).reset_index(drop=True)
    return below.assign(label_vi=below["name_vi"].map(without_province).astype("string"))


def unit_labels(below: pd.DataFrame) -> pd.Series:
    """A unique label for each unit ``below``, in its order, which ``UnitNames.resolve`` reads back to the same code.

    Communes carry the bare name of their district (``Phường Tân Định, Bến Cát``), or its full name where two districts share the bare one.
    """
    bare = pd.Series([bare_name(*unit) for unit in zip(below["name_vi"], below["unit_type"], strict=True)], index=below.index, dtype="string")
    of_district = below["level"] == "district"
    shared = bare[of_district].duplicated(keep=False)
    spoken = bare[of_district].where(~shared, below.loc[of_district, "name_vi"])
    above = below["parent_code"].map(dict(zip(below.loc[of_district, "unit_code"], spoken, strict=True)))
    names = below["name_vi"].map(without_province).astype("string")
    return names.where(above.isna(), names + ", " + above.astype("string"))


def rows_of(table: pd.DataFrame, below: pd.DataFrame) -> pd.Series:
    """Which rows of a table belong to the units ``below``, by code and vintage together: codes alone are re-used."""
    key = ["unit_code", "vintage"]
    return pd.Series(pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(below[key])), index=table.index, dtype=bool)
