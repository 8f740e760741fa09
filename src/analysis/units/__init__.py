"""Administrative units by (code, vintage): their names, who is meant by a written name or phrase, and how old units became new ones."""

from analysis.units.crosswalk import (
    BASES,
    CrosswalkRefused,
    DistrictSeriesEnded,
    carry_over,
    check_district_series,
    crossing_districts,
    crosswalk,
    former_province,
)
from analysis.units.lists import (
    COUNTRY_CODE,
    INDEX_VINTAGE,
    MERGED_VINTAGE,
    MERGER_DAY,
    UnknownUnit,
    province_name,
    rows_of,
    short_name,
    unit_labels,
    units_below,
    vintage_on,
)
from analysis.units.phrases import AddressedUnit, addressed, leading_units
from analysis.units.resolver import UnitMatch, UnitNames
from analysis.units.type_changes import TypeChangeUnreadable, name_on, type_changes, type_on, units_on

__all__ = [
    "BASES",
    "COUNTRY_CODE",
    "INDEX_VINTAGE",
    "MERGED_VINTAGE",
    "MERGER_DAY",
    "AddressedUnit",
    "CrosswalkRefused",
    "DistrictSeriesEnded",
    "TypeChangeUnreadable",
    "UnitMatch",
    "UnitNames",
    "UnknownUnit",
    "addressed",
    "carry_over",
    "check_district_series",
    "crossing_districts",
    "crosswalk",
    "former_province",
    "leading_units",
    "name_on",
    "province_name",
    "rows_of",
    "short_name",
    "type_changes",
    "type_on",
    "unit_labels",
    "units_below",
    "units_on",
    "vintage_on",
]
