"""The figures of a score table: each cell to one province's score, rank or standard error, or a fault at that cell."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.index_files.provinces import Province, ProvinceNames
from analysis.ingest.index_files.score_table import ScoreColumn, ScoreTable
from analysis.ingest.workbooks import CellValue

NO_PROVINCE = "Điểm không có tên tỉnh"
UNKNOWN_PROVINCE = "Tên tỉnh không có trong danh mục"
OTHER_LIST = "Tỉnh không có trong kỳ này"
CODE_DIFFERS = "Mã tỉnh không khớp tên tỉnh"
PROVINCE_TWICE = "Một tỉnh ghi hai lần"
NOT_A_NUMBER = "Ô điểm không phải số"
TEXT_NUMBER = "Số ghi dưới dạng chữ"
ZERO = "Điểm 0"
ZERO_AS_MISSING = "Điểm 0 hiểu là chưa công bố"
BAD_RANK = "Thứ hạng không phải số nguyên"

CELLS_SHOWN = 5

Key = tuple[str, Province]  # component and province


@dataclass
class Figures:
    """What a table says, by (component, province) and field, with the cell of each figure and of each empty or zero score."""

    stated: dict[str, dict[Key, float]] = field(default_factory=lambda: {"score": {}, "rank": {}, "standard_error_score": {}})
    cells: dict[str, dict[Key, Cell]] = field(default_factory=lambda: {"score": {}, "rank": {}, "standard_error_score": {}})
    blanks: dict[Key, Cell] = field(default_factory=dict)
    zeros: dict[Key, Cell] = field(default_factory=dict)
    unread: set[Key] = field(default_factory=set)  # a fault tells of the cell
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def provinces(self, component: str) -> set[Province]:
        """Provinces with a score of a component."""
        return {province for known, province in self.stated["score"] if known == component}


class _Reader:
    def __init__(self, table: ScoreTable, names: ProvinceNames, file_name: str, zero_is_missing: bool, is_text_file: bool):
        self.table, self.names, self.name = table, names, file_name
        self.zero_is_missing, self.is_text_file = zero_is_missing, is_text_file
        self.read = Figures()
        self._resolved: dict[tuple[int, int], Province | None] = {}
        self._text_numbers: list[tuple[Cell, str, float]] = []

    def read_all(self) -> Figures:
        """Every column of the table, then what is told of the cells."""
        for column in self.table.columns:
            seen: dict[Province, int] = {}
            for row in self.table.rows:
                province = self._province(row, column)
                if province is None:
                    continue
                if province in seen:
                    self._twice(province, column, seen[province], row)
                    continue
                seen[province] = row
                self._take(column, row, province)
        self._tell()
        return self.read

    def _province(self, row: int, column: ScoreColumn) -> Province | None:
        written, value = self.table.value(row, column.names_column), self.table.value(row, column.column)
        if written is None and value is None:
            return None
        at = (row, column.names_column)
        if at not in self._resolved:
            self._resolved[at] = self._named(written, *at)
        return self._resolved[at]

    def _named(self, written: CellValue, row: int, column: int) -> Province | None:
        cell = self.table.cell(row, column)
        if not isinstance(written, str) or not written.strip():
            found = "ô trống" if written is None else f"“{written}”"
            self._fault(NO_PROVINCE, cell, found, "tên tỉnh của điểm trên cùng dòng", "điền tên tỉnh, hoặc xóa điểm thừa")
            return None
        province = self.names.resolve(written)
        if province is None:
            self._unknown(written, cell)
        elif self.table.code_column is not None:
            self._check_code(province, row, self.table.code_column)
        return province

    def _unknown(self, written: str, cell: Cell) -> None:
        if self.names.is_of_another_list(written):
            accepted = f"{len(self.names.all)} tỉnh, thành phố trong danh mục của kỳ này"
            self._fault(OTHER_LIST, cell, f"“{written}”", accepted, "kiểm tra tệp có đúng là kỳ này không; tỉnh đã chia, nhập thì không có")
            return
        near = self.names.near(written)
        accepted = "tên tỉnh, thành phố trong danh mục" + (f", gần giống: {', '.join(near)}" if near else "")
        self._fault(UNKNOWN_PROVINCE, cell, f"“{written}”", accepted, "sửa tên; dòng tóm tắt thì khai trong skip_rows của bản đồ trang tính")

    def _check_code(self, province: Province, row: int, column: int) -> None:
        value = self.table.value(row, column)
        code = f"{int(value):02d}" if isinstance(value, int | float) and math.isfinite(value) else str(value or "").strip()
        listed = self.names.of_code(code)
        if listed is not None and listed != province:
            accepted = f"mã {province.code} của {self.names.name(province)}"
            found = f"“{code}” (mã của {self.names.name(listed)})"
            self._fault(CODE_DIFFERS, self.table.cell(row, column), found, accepted, "đối chiếu tệp gốc, sửa mã hoặc tên tỉnh")

    def _twice(self, province: Province, column: ScoreColumn, first: int, row: int) -> None:
        cell = self.table.cell(row, column.names_column)
        fault = Fault(
            PROVINCE_TWICE,
            f"{self.name}, {cell}",
            f"“{self.names.name(province)}” đã có ở ô {self.table.cell(first, column.names_column).name}",
            "mỗi tỉnh một lần trong một cột",
            "đối chiếu tệp gốc, bỏ dòng thừa hoặc sửa tên",
            cell,
        )
        if fault not in self.read.faults:  # told once for all columns beside these names
            self.read.faults.append(fault)

    def _take(self, column: ScoreColumn, row: int, province: Province) -> None:
        cell, key = self.table.cell(row, column.column), (column.component, province)
        written = self.table.value(row, column.column)
        value = self._number(written, cell)
        if value is None:
            if column.field == "score" and written is None:
                self.read.blanks[key] = cell
            elif column.field == "score":
                self.read.unread.add(key)
        elif value == 0 and column.field == "score":
            self._zero(key, cell)
        elif column.field == "rank" and (value != int(value) or value < 1):
            self._fault(BAD_RANK, cell, f"“{value:g}”", "số nguyên từ 1", "đối chiếu tệp gốc")
        else:
            self.read.stated[column.field][key] = value
            self.read.cells[column.field][key] = cell

    def _zero(self, key: Key, cell: Cell) -> None:
        if self.zero_is_missing:
            self.read.zeros[key] = cell
        else:
            self.read.unread.add(key)
            self._fault(ZERO, cell, "“0”", "điểm lớn hơn 0; chưa công bố thì để trống", "để trống nếu chưa công bố")

    def _number(self, value: CellValue, cell: Cell) -> float | None:
        if isinstance(value, str):
            return self._written_number(value, cell)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        if value is not None:
            self._not_a_number(value, cell)
        return None

    def _written_number(self, written: str, cell: Cell) -> float | None:
        text = written.strip().replace("\u00a0", "")
        plain = text.replace(",", ".", 1)
        if not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
            self._not_a_number(written, cell)
            return None
        if not self.is_text_file or "," in text:
            self._text_numbers.append((cell, text, float(plain)))
        return float(plain)

    def _not_a_number(self, value: CellValue, cell: Cell) -> None:
        self._fault(NOT_A_NUMBER, cell, f"“{value}”", "một số, ví dụ 7,32; chưa công bố thì để trống", "đối chiếu tệp gốc, sửa ô này")

    def _fault(self, cause: str, cell: Cell, found: str, accepted: str, action: str) -> None:
        self.read.faults.append(Fault(cause, f"{self.name}, {cell}", found, accepted, action, cell))

    def _tell(self) -> None:
        if told := self._text_numbers:
            said = "; ".join(f"ô {cell.name} “{text}” là {format(value, '.10g').replace('.', ',')}" for cell, text, value in told[:CELLS_SHOWN])
            said += f"; và {len(told) - CELLS_SHOWN} ô khác" if len(told) > CELLS_SHOWN else ""
            self.read.notices.append(Notice(TEXT_NUMBER, f"{self.name}, trang tính “{self.table.sheet.name}”", f"đã đọc {said}"))
        self.read.notices += [
            Notice(ZERO_AS_MISSING, f"{self.name}, {cell}", "nơi công bố ghi 0 cho điểm chưa công bố: để trống, không tính là 0")
            for cell in self.read.zeros.values()
        ]


def read_figures(table: ScoreTable, names: ProvinceNames, file_name: str, *, zero_is_missing: bool = False, is_text_file: bool = False) -> Figures:
    """Every figure of a table; a cell that cannot be read is a fault and no figure.

    In a text file numbers are text anyway; elsewhere one written as text is read and told.
    """
    return _Reader(table, names, file_name, zero_is_missing, is_text_file).read_all()


def joined(parts: Iterator[Figures] | list[Figures]) -> Figures:
    """The figures of several tables of one edition; the first one to state a figure stays."""
    whole = Figures()
    for part in parts:
        for name, values in part.stated.items():
            for key, value in values.items():
                whole.stated[name].setdefault(key, value)
                whole.cells[name].setdefault(key, part.cells[name][key])
        whole.blanks |= part.blanks
        whole.zeros |= part.zeros
        whole.unread |= part.unread
        whole.faults += part.faults
        whole.notices += part.notices
    return whole


def twice_stated(columns: tuple[ScoreColumn, ...]) -> list[tuple[ScoreColumn, ScoreColumn]]:
    """Pairs of columns of one table that hold the same field of the same component."""
    counts = Counter((column.component, column.field) for column in columns)
    doubled = [column for column in columns if counts[column.component, column.field] > 1]
    return [
        (first, second)
        for number, first in enumerate(doubled)
        for second in doubled[number + 1 :]
        if (first.component, first.field) == (second.component, second.field)
    ]
