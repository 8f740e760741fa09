"""Whose figures a row holds: its unit by code or name within one list of units, its item by number or name."""

from datetime import date

import pandas as pd

from analysis.errors import Fault
from analysis.ingest.activity_log.cells import is_number, quoted, shown
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.ingest.qd766_files.layout import CODE, ITEM, UNIT, is_rate_only, number_of, scored_items
from analysis.ingest.qd766_files.sheet import Form, names_of_row
from analysis.ingest.workbooks import CellValue
from analysis.units import UnitNames

UNIT_UNKNOWN = "Không rõ đơn vị nào"
UNIT_CONTRADICTS = "Mã và tên đơn vị nói khác nhau"
ITEM_UNKNOWN = "Không rõ mục nào của Bộ chỉ số 766"
ITEM_WITHOUT_POINTS = "Mục không chấm điểm"
NAMES_SHOWN = 3


class Items:
    """The items of the index by what may be written of them."""

    def __init__(self, items: pd.DataFrame):
        self._points = set(scored_items(items)["item"])
        self.rate_only = {str(item["item"]) for _, item in items.iterrows() if is_rate_only(item)}
        self._accepted = ", ".join(number_of(item) for _, item in scored_items(items).iterrows())
        self._by_number = {_folded(written): str(item["item"]) for _, item in items.iterrows() for written in (item["item"], number_of(item))}
        names = items["item_vi"].map(key_of_words)
        self._by_name = dict(zip(names[~names.duplicated(keep=False)], items["item"].astype(str), strict=False))

    def of_row(self, form: Form, row: int) -> str | Fault:
        """The item of a row that bears points, or why it is none."""
        _, _, written, name = names_of_row(form, row)
        if isinstance(written, date):
            action = "Excel đã đổi số mục thành ngày: định dạng lại ô thành Text rồi gõ lại số mục"
            return form.fault(ITEM_UNKNOWN, row, ITEM, quoted(written), f"một trong các mục {self._accepted}", action)
        item = self._by_number.get(_folded(written)) if written is not None else self._by_name.get(key_of_words(shown(name)))
        if item is None:
            found = quoted(written if written is not None else name)
            return form.fault(ITEM_UNKNOWN, row, ITEM, found, f"một trong các mục {self._accepted}", "sửa số mục theo biểu mẫu")
        if item not in self._points:
            return form.fault(ITEM_WITHOUT_POINTS, row, ITEM, quoted(written), f"một trong các mục {self._accepted}", "xóa dòng này")
        return item


def _folded(written: CellValue) -> str:
    """``3.5a`` of ``Mục 3.5A``; a number typed as such, 3.3, is the same item."""
    text = f"{written:.6g}" if is_number(written) else shown(written)
    return text.casefold().replace(",", ".").removeprefix("mục").replace(" ", "").strip(".:")


class Units:
    """The units of one list by code or by name; names of the whole country are only read where a code does not tell."""

    def __init__(self, units: pd.DataFrame, vintage: str):
        self._listed, self._vintage = units, vintage
        own = units[units["vintage"] == vintage]
        self._names = dict(zip(own["unit_code"].astype(str), own["name_vi"].astype(str), strict=True))
        self._resolver: UnitNames | None = None

    def of_row(self, form: Form, row: int) -> str | Fault:
        """The code of a row's unit, or why there is none."""
        code, name, _, _ = names_of_row(form, row)
        if code is None:
            return self._by_name(form, row, name)
        written = next((one for one in _codes(code) if one in self._names), None)
        if written is None:
            accepted = f"mã trong danh mục {self._vintage}, theo ngày cuối của kỳ"
            return form.fault(UNIT_UNKNOWN, row, CODE, quoted(code), accepted, "sửa mã đơn vị, hoặc sửa kỳ ở đầu bảng")
        if name is not None and not self._agrees(written, shown(name)):
            found = f"mã {quoted(code)} là {self._names[written]}, tên {quoted(name)}"
            return form.fault(UNIT_CONTRADICTS, row, UNIT, found, "mã và tên của cùng một đơn vị", "sửa mã hoặc tên đơn vị")
        return written

    def _agrees(self, code: str, written: str) -> bool:
        official, said = key_of_words(self._names[code]), key_of_words(written)
        if official.startswith(said) or said.startswith(official):
            return True
        match = self._names_of_country().resolve(written, suggest=False)
        return code in (match.unit_code, *match.candidates)

    def _by_name(self, form: Form, row: int, name: CellValue) -> str | Fault:
        if name is None:
            return form.fault(UNIT_UNKNOWN, row, CODE, "ô trống", "mã hoặc tên đơn vị", "điền mã đơn vị")
        match = self._names_of_country().resolve(shown(name))
        if match.unit_code is not None:
            return match.unit_code
        near = "; ".join(f"{self._names[code]} ({code})" for code in match.candidates[:NAMES_SHOWN])
        accepted = f"một đơn vị của danh mục {self._vintage}" + (f", ví dụ {near}" if near else "")
        return form.fault(UNIT_UNKNOWN, row, UNIT, quoted(name), accepted, "ghi mã đơn vị")

    def _names_of_country(self) -> UnitNames:
        if self._resolver is None:
            self._resolver = UnitNames(self._listed, self._vintage)
        return self._resolver


def _codes(written: CellValue) -> tuple[str, ...]:
    """A code as written and, where Excel made it a number, with the zeros that it lost."""
    text = shown(written)
    return (text, *(text.zfill(width) for width in (2, 3, 5) if text.isdigit() and len(text) < width))
