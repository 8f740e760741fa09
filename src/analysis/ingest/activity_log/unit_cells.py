"""Reader of units: a written name with the day it is meant for, within the list of units in force that day."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from analysis import codes
from analysis.ingest.activity_log.cells import quoted, shown
from analysis.ingest.activity_log.findings import Problem, Refused, Understood, refusing
from analysis.ingest.activity_log.word_cells import missing
from analysis.ingest.references import validity_faults
from analysis.text import day, normalise
from analysis.units import INDEX_VINTAGE, MERGED_VINTAGE, MERGER_DAY, UnitMatch, UnitNames, vintage_on
from analysis.units.wording import TYPE_FORMS

UNKNOWN_UNIT = "Tên đơn vị không có trong danh mục"
AMBIGUOUS_UNIT = "Tên đơn vị chỉ nhiều đơn vị"
CEASED_UNIT = "Đơn vị không còn hoặc chưa có vào ngày đó"
CANDIDATES_SHOWN = 8
MOST_SUGGESTED = 200  # unknown names of one file; a file with more lists other things than units
LISTS = (INDEX_VINTAGE, MERGED_VINTAGE)  # a log is younger than any list before these
_MARK = re.compile(r"\s*([,–-])\s*")

UnitOnDay = tuple[str, str]  # unit_code, vintage


class UnitReader:
    """Reads (written name, first day) as (unit_code, vintage)."""

    def __init__(self, units: pd.DataFrame, province: str | None = None):
        units = units[units["vintage"].isin(LISTS)]
        self._units = units
        self._names = {vintage: UnitNames(units, vintage, _only_province(units, vintage, province)) for vintage in LISTS}
        self._shown = {(row.unit_code, row.vintage): self._names[row.vintage].labels.get(row.unit_code, row.name_vi) for row in units.itertuples()}
        self._own_names = {(row.unit_code, row.vintage): str(row.name_vi) for row in units.itertuples()}
        self._types = {(row.unit_code, row.vintage): str(row.unit_type) for row in units.itertuples()}
        self._looked_up: set[str] = set()  # unknown names for which close ones were sought
        self._levels = {(row.unit_code, row.vintage): row.level for row in units.itertuples()}

    def __call__(self, pair: tuple[Any, date | None]) -> UnitOnDay | None:
        """The unit a cell names on the first day; without a usable day only whether any list knows it. Raises ``Refused``."""
        written, start = pair
        if written is None:
            raise missing("unit")
        if not isinstance(written, str):
            raise Refused(Problem(UNKNOWN_UNIT, quoted(written), "tên đơn vị bằng chữ", "chọn đơn vị trong danh sách"))
        if start is None:
            self._hold_known(written)
            return None
        vintage = vintage_on(start)
        match = self._match(vintage, written)
        if match.unit_code is not None:
            return match.unit_code, vintage
        if match.kind != "ambiguous":
            self._refuse_other_vintage(written, start, vintage)
        raise self._refusal(written, vintage, match)

    def _match(self, vintage: str, written: str) -> UnitMatch:
        """The unit a name means; close names are sought for the first unknown ones, since each takes milliseconds."""
        match = self._names[vintage].resolve(written, suggest=False)
        if match.kind != "unknown" or (written not in self._looked_up and len(self._looked_up) >= MOST_SUGGESTED):
            return match
        self._looked_up.add(written)
        return self._names[vintage].resolve(written)

    def told(self, pair: tuple[Any, UnitOnDay | None]) -> UnitOnDay | Understood | None:
        """The unit, with a word to the sender where the cell calls it by another name than its own; case and spaces make none."""
        written, unit = pair
        if unit is None:
            return None
        label = self._shown[unit]
        return unit if _plain(shown(written)) in self._plain_names(unit, label) else Understood(unit, f"{quoted(written)} hiểu là “{label}”")

    def _plain_names(self, unit: UnitOnDay, label: str) -> set[str]:
        """What a unit is called; a district also by the other types of its level, since it may have been one and templates say so."""
        name, unit_type = self._own_names[unit], self._types[unit]
        if self._levels[unit] != "district":
            return {_plain(name), _plain(label)}
        return {_plain(name), *(_plain(f"{one} {name.removeprefix(unit_type)}") for one in TYPE_FORMS["district"])}

    def _hold_known(self, written: str) -> None:
        matches = {vintage: self._match(vintage, written) for vintage in self._names}
        if not any(match.kind in ("unit", "ambiguous") for match in matches.values()):
            vintage = next((vintage for vintage, match in matches.items() if match.kind == "near"), INDEX_VINTAGE)
            raise self._refusal(written, vintage, matches[vintage])

    def _refusal(self, written: str, vintage: str, match: UnitMatch) -> Refused:
        listed = self._listed(vintage, match.candidates)
        if match.kind == "ambiguous":
            return Refused(Problem(AMBIGUOUS_UNIT, quoted(written), f"tên đủ để phân biệt: {listed}", "ghi rõ là đơn vị nào"))
        hint = f"; có phải {listed}?" if match.kind == "near" else ""
        accepted = f"tên đơn vị trong {codes.VINTAGES[vintage]}"
        return Refused(Problem(UNKNOWN_UNIT, quoted(written) + hint, accepted, "chọn đơn vị trong danh sách; mỗi dòng một đơn vị"))

    def _refuse_other_vintage(self, written: str, start: date, vintage: str) -> None:
        """A name of the other list of units is told as such, before any suggestion from this one."""
        other = INDEX_VINTAGE if vintage == MERGED_VINTAGE else MERGED_VINTAGE
        match = self._names[other].resolve(written, suggest=False)
        if match.unit_code is None:
            return
        found = f"{quoted(written)} vào ngày {day(start)}"
        if vintage != MERGED_VINTAGE:
            accepted = f"đơn vị của danh mục trước {day(MERGER_DAY)}"
            raise Refused(Problem(CEASED_UNIT, found, accepted, "kiểm tra ngày, hoặc ghi tên đơn vị vào ngày đó"))
        if self._levels.get((match.unit_code, other)) == "district":
            accepted = f"đơn vị cấp tỉnh hoặc cấp xã; từ {day(MERGER_DAY)} không còn cấp huyện"
        else:
            accepted = f"đơn vị của danh mục từ {day(MERGER_DAY)}"
        raise Refused(Problem(CEASED_UNIT, found, accepted, "ghi tên đơn vị mới phụ trách, hoặc kiểm tra ngày"))

    def _listed(self, vintage: str, candidates: tuple[str, ...]) -> str:
        shown = [f"“{self._shown.get((code, vintage), code)}”" for code in candidates[:CANDIDATES_SHOWN]]
        return ", ".join(shown) + (" …" if len(candidates) > CANDIDATES_SHOWN else "")

    def in_force(self, pairs: list[tuple[UnitOnDay, date]]) -> Callable[[tuple[UnitOnDay, date]], UnitOnDay]:
        """Reader that refuses a unit outside its days of validity; ``pairs`` are all that will be read."""
        table = pd.DataFrame([unit for unit, _ in pairs], columns=["unit_code", "vintage"], dtype="string")
        days = pd.Series(pd.to_datetime([start for _, start in pairs])).astype("datetime64[us]")
        faults = validity_faults(table, days, self._units, pd.Series(range(len(pairs))))
        return refusing(pairs, faults, "unit")


def _plain(name: str) -> str:
    """A name without case, superfluous spaces and kinds of dashes."""
    return " ".join(_MARK.sub(lambda mark: ", " if mark[1] == "," else "-", normalise(name).casefold()).split())


def _only_province(units: pd.DataFrame, vintage: str, province: str | None) -> str | None:
    """The province whose units a log names: the one asked for, else the only one with units below it; None for all."""
    of_vintage = units[units["vintage"] == vintage]
    is_province = of_vintage["level"] == "province"
    detailed = of_vintage.loc[is_province & of_vintage["unit_code"].isin(of_vintage["parent_code"].dropna()), "unit_code"].tolist()
    if province in detailed:
        return province
    return detailed[0] if len(detailed) == 1 else None
