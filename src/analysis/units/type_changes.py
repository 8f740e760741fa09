"""Types and names of units on a day of the past: a unit keeps its code and bare name when its type changes.

Read from the registered events (``unit_type_change``). They hold the four districts of Bình Dương that became cities since 2020; changes of
communes (xã to phường) and of provinces are in no file we hold, so those carry the type at the end of their list on every day.
"""

import re
from datetime import date

import pandas as pd

from analysis.errors import LantoaError
from analysis.text import day as day_vi
from analysis.text import sentence_case
from analysis.units.lists import UnknownUnit, bare_name, vintage_on

_CHANGE = re.compile(r"^.+: (?P<old_type>.+?) thành (?P<new_type>.+)$")


class TypeChangeUnreadable(LantoaError):
    """An event is called a change of type but does not say from what to what."""


def type_changes(events: pd.DataFrame) -> pd.DataFrame:
    """Changes of type, oldest first: ``unit_code``, ``vintage``, ``changed_date`` (first day of the new type), ``old_type``, ``new_type``.

    Raises ``TypeChangeUnreadable`` naming every event whose title is not "Tên: loại cũ thành loại mới".
    """
    changes = events[events["kind"] == "unit_type_change"].sort_values(["start_date", "event_id"], ignore_index=True)
    said = changes["title_vi"].str.extract(_CHANGE)
    if said["old_type"].isna().any():
        wrong = ", ".join(f"{row.event_id} (“{row.title_vi}”)" for row in changes[said["old_type"].isna()].itertuples())
        raise TypeChangeUnreadable(f"Sự kiện đổi loại đơn vị không ghi rõ loại cũ, loại mới: {wrong}. Chấp nhận: “Bến Cát: thị xã thành thành phố”.")
    return pd.DataFrame(
        {
            "unit_code": changes["scope_code"],
            "vintage": changes["vintage"],
            "changed_date": changes["start_date"],
            "old_type": said["old_type"].map(sentence_case).astype("string"),
            "new_type": said["new_type"].map(sentence_case).astype("string"),
        }
    )


def units_on(units: pd.DataFrame, changes: pd.DataFrame, day: date) -> pd.DataFrame:
    """The units with ``unit_type`` and ``name_vi`` as they were on a day; units without a known later change are as listed."""
    later = changes[pd.to_datetime(changes["changed_date"]) > pd.Timestamp(day)].drop_duplicates(["unit_code", "vintage"], keep="first")
    key = ["unit_code", "vintage"]
    old_type = units[key].merge(later[[*key, "old_type"]], on=key, how="left", validate="one_to_one")["old_type"].set_axis(units.index)
    bare = pd.Series([bare_name(*unit) for unit in zip(units["name_vi"], units["unit_type"], strict=True)], index=units.index, dtype="string")
    is_changed = old_type.notna()
    return units.assign(
        name_vi=units["name_vi"].where(~is_changed, old_type + " " + bare),
        unit_type=units["unit_type"].where(~is_changed, old_type),
    )


def type_on(units: pd.DataFrame, changes: pd.DataFrame, unit_code: str, day: date) -> str:
    """Type of a unit on a day, in the list in force then. Raises ``UnknownUnit``."""
    return _on(units, changes, unit_code, day)["unit_type"]


def name_on(units: pd.DataFrame, changes: pd.DataFrame, unit_code: str, day: date) -> str:
    """Full name of a unit on a day, in the list in force then: ``Thị xã Bến Cát`` in 2021. Raises ``UnknownUnit``."""
    return _on(units, changes, unit_code, day)["name_vi"]


def _on(units: pd.DataFrame, changes: pd.DataFrame, unit_code: str, day: date) -> "pd.Series[str]":
    vintage = vintage_on(day)
    unit = units[(units["unit_code"] == unit_code) & (units["vintage"] == vintage)]
    if unit.empty:
        raise UnknownUnit(f"Không có đơn vị mang mã “{unit_code}” trong danh mục {vintage}, là danh mục có hiệu lực ngày {day_vi(day)}.")
    return units_on(unit, changes, day).iloc[0]
