"""Which unit a row is of: by code, by name, or by both, which must agree; only units of the form's province, in force on the day."""

from datetime import date
from typing import Any

import pandas as pd

from analysis import codes
from analysis.contracts.validation import MISSING
from analysis.errors import Cell, Fault
from analysis.ingest.activity_log.cells import is_error, quoted, shown
from analysis.ingest.activity_log.findings import EXCEL_ERROR, Problem, Refused
from analysis.ingest.activity_log.unit_cells import AMBIGUOUS_UNIT, LISTS, UnitOnDay, UnitReader
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.ingest.references import OUTSIDE_VALIDITY
from analysis.ingest.uptake_files.layout import UNIT, UNIT_CODE
from analysis.text import day
from analysis.units import units_below, vintage_on

CODE_CONTRADICTS = "Mã và tên đơn vị nói khác nhau"
OTHER_PROVINCE = "Đơn vị ngoài tỉnh"
UNKNOWN_CODE = "Mã đơn vị không có"
NO_UNITS = "Tỉnh không có đơn vị nào trong danh mục"
CODE_DIGITS = (2, 3, 5)  # of provinces, districts and communes; Excel drops zeros in front of a code typed as a number


def province_fault(units: pd.DataFrame, province: str, where: str, cell: Cell | None) -> Fault | None:
    """The fault of a province below which no list has units, or None."""
    detailed = sorted({str(one) for vintage in LISTS for one in _provinces_with_units(units, vintage)})
    if province in detailed:
        return None
    return Fault(NO_UNITS, where, f"“{province}”", f"mã tỉnh có danh mục đơn vị trực thuộc: {', '.join(detailed)}", "sửa mã tỉnh ở đầu bảng", cell)


def _provinces_with_units(units: pd.DataFrame, vintage: str) -> list[str]:
    of_vintage = units[units["vintage"] == vintage]
    is_province = of_vintage["level"] == "province"
    return [str(code) for code in of_vintage.loc[is_province & of_vintage["unit_code"].isin(of_vintage["parent_code"].dropna()), "unit_code"]]


class RowUnits:
    """Reads code and name of a row as (unit_code, vintage); ``province`` is the form's, or None for the only one with units."""

    def __init__(self, units: pd.DataFrame, province: str | None):
        self._by_name = UnitReader(units, province)
        known = units[units["vintage"].isin(LISTS)]
        self._names = {(row.unit_code, row.vintage): str(row.name_vi) for row in known.itertuples()}
        self._ends = {(row.unit_code, row.vintage): (row.valid_from_date, row.valid_to_date) for row in known.itertuples()}
        self._own = {vintage: self._codes_of(units, vintage, province) for vintage in LISTS}

    @staticmethod
    def _codes_of(units: pd.DataFrame, vintage: str, province: str | None) -> dict[str, str]:
        """Every code of the province and below, folded, to the code as listed."""
        detailed = _provinces_with_units(units, vintage)
        chosen = detailed[0] if province is None and len(detailed) == 1 else province
        if chosen not in detailed:
            return {}
        listed = [chosen, *map(str, units_below(units, chosen, vintage)["unit_code"])]
        return {code.casefold(): code for code in listed}

    def read(self, code: Any, name: Any, first: date, last: date) -> UnitOnDay:
        """The unit of a row counted from ``first`` to ``last``. Raises ``Refused`` with the key of the column at fault."""
        for key, cell in ((UNIT_CODE, code), (UNIT, name)):
            if is_error(cell):
                raise Refused(Problem(EXCEL_ERROR, quoted(cell), "mã hoặc tên đơn vị", "gõ lại giá trị vào ô"), key)
        if code is None and name is None:
            raise Refused(Problem(MISSING, "ô trống", "mã hoặc tên đơn vị", "điền đơn vị của dòng này"), UNIT)
        self._hold_listed(first)
        coded = self._coded(code, first) if code is not None else None
        named = self._named(name, first, coded) if name is not None else None
        if coded and named and coded != named:
            accepted = f"mã {named[0]} cho {self.name(named)}"
            raise Refused(Problem(CODE_CONTRADICTS, f"mã {quoted(code)}, tên {quoted(name)}", accepted, "sửa mã hoặc tên đơn vị"), UNIT_CODE)
        unit = coded or named
        if unit is None:
            raise ValueError(f"{code!r}, {name!r}")
        self._hold_valid(unit, first, last, UNIT_CODE if code is not None else UNIT)
        return unit

    def name(self, unit: UnitOnDay) -> str:
        """Official name of a unit."""
        return self._names.get(unit, unit[0])

    def _hold_listed(self, first: date) -> None:
        """The form's province must have units on the day: codes and names were given anew, and another list would read them otherwise."""
        vintage = vintage_on(first)
        if not self._own[vintage]:
            found = f"số từ ngày {day(first)}, khi dùng {codes.VINTAGES[vintage]}"
            accepted = "tháng, ngày khi tỉnh ghi ở đầu bảng có đơn vị trong danh mục"
            raise Refused(Problem(NO_UNITS, found, accepted, "kiểm tra tháng, ngày; số sau sắp xếp ghi vào biểu mẫu của tỉnh mới"), UNIT)

    def _coded(self, code: Any, first: date) -> UnitOnDay:
        vintage = vintage_on(first)
        written = shown(code).casefold()
        forms = [written, *(written.zfill(digits) for digits in CODE_DIGITS if written.isdigit() and len(written) < digits)]
        found = next((self._own[vintage][form] for form in forms if form in self._own[vintage]), None)
        if found is None:
            raise Refused(self._unknown_code(code, forms, vintage, first), UNIT_CODE)
        return found, vintage

    def _unknown_code(self, code: Any, forms: list[str], vintage: str, first: date) -> Problem:
        elsewhere = next((form for form in forms if (form, vintage) in self._names), None)
        if elsewhere:
            found = f"{quoted(code)} là {self._names[elsewhere, vintage]}"
            return Problem(OTHER_PROVINCE, found, "đơn vị thuộc tỉnh của bảng", "bỏ dòng này, hoặc sửa mã đơn vị")
        other = next((one for one in LISTS if one != vintage and any(form in self._own[one] for form in forms)), None)
        where = f"; mã này thuộc {codes.VINTAGES[other]}" if other else ""
        accepted = f"mã của tỉnh trong {codes.VINTAGES[vintage]}, dùng vào ngày {day(first)}"
        return Problem(UNKNOWN_CODE, quoted(code) + where, accepted, "đối chiếu mã ở trang danh mục của biểu mẫu")

    def _named(self, name: Any, first: date, coded: UnitOnDay | None) -> UnitOnDay | None:
        """The unit a name means; where several bear it the code decides, if it is one of them."""
        try:
            return self._by_name((shown(name), first))
        except Refused as refusal:
            is_settled = coded is not None and key_of_words(shown(name)) in key_of_words(self.name(coded))
            if refusal.problem.cause == AMBIGUOUS_UNIT and is_settled:
                return None
            raise Refused(refusal.problem, UNIT) from refusal

    def _hold_valid(self, unit: UnitOnDay, first: date, last: date, key: str) -> None:
        began, ended = self._ends[unit]
        if (pd.isna(began) or began.date() <= first) and (pd.isna(ended) or last <= ended.date()):
            return
        parts = ["" if pd.isna(began) else f"từ {day(began.date())}", "" if pd.isna(ended) else f"đến {day(ended.date())}"]
        found = f"{self.name(unit)} ({unit[0]}), số từ ngày {day(first)} đến ngày {day(last)}"
        accepted = f"số của những ngày {' '.join(part for part in parts if part)}"
        raise Refused(Problem(OUTSIDE_VALIDITY, found, accepted, "kiểm tra đơn vị và ngày; ghi tên đơn vị phụ trách vào thời gian đó"), key)
