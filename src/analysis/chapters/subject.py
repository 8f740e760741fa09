"""Whom and when a chapter is about, as every notebook opens it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analysis.errors import LantoaError
from analysis.store import Tables
from analysis.units import INDEX_VINTAGE, MERGER_DAY, province_name, type_changes, unit_labels, units_below, units_on


class ParameterRefused(LantoaError):
    """A parameter of a notebook that cannot be read; the message says how it is written."""


@dataclass(frozen=True)
class Subject:
    """A province and its units up to a day.

    ``place`` is its spoken name. ``below`` holds departments, districts and communes with their types and names of ``names_day``
    (the earliest of the day of the report, the end of its year and the last day of this list of units), a unique ``label_vi``
    and ``parent_vi``, the unit above.
    """

    place: str
    below: pd.DataFrame
    as_of: date
    names_day: date


def subject_of(tables: Tables, province: str, year: int, as_of: str) -> Subject:
    """The subject of a report.

    Raises ``UnknownUnit`` for a code that is no province of the 63, ``ParameterRefused`` for a parameter of another form.
    """
    _refuse_forms(province, year)
    place, day = province_name(tables.units, province), day_of(as_of)
    names_day = min(day, date(year, 12, 31), MERGER_DAY - timedelta(days=1))
    of_list = tables.units[tables.units["vintage"] == INDEX_VINTAGE]
    below = units_below(units_on(of_list, type_changes(tables.events), names_day), province)
    return Subject(place, _labelled(below, place), day, names_day)


def _refuse_forms(province: object, year: object) -> None:
    if not isinstance(province, str):
        raise ParameterRefused(f'province: thấy {province!r}; mã tỉnh là hai chữ số đặt trong dấu nháy, ví dụ province = "74".')
    if not isinstance(year, int):
        raise ParameterRefused(f"year: thấy {year!r}; năm báo cáo là một số, không có dấu nháy, ví dụ year = 2021.")


def day_of(as_of: object) -> date:
    """The day of the report. Raises ``ParameterRefused`` for what is no ISO day."""
    try:
        return date.fromisoformat(str(as_of))
    except ValueError:
        raise ParameterRefused(f'as_of: thấy {as_of!r}; ngày ghi dạng năm-tháng-ngày trong dấu nháy, ví dụ as_of = "2021-06-30".') from None


def _labelled(below: pd.DataFrame, place: str) -> pd.DataFrame:
    """Units with one label each; a label that two of them share carries its district."""
    is_shared = below["label_vi"].duplicated(keep=False)
    parents = below.set_index("unit_code")["name_vi"]
    return below.assign(
        label_vi=below["label_vi"].where(~is_shared, unit_labels(below)),
        parent_vi=below["parent_code"].map(parents).fillna(place).astype("string"),
    )
