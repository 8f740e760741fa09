"""Rows of an annex to provinces and their figures: by code, by name where a table was pasted in another order, each cell read or named."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.errors import PLACES_SHOWN, Cell, Fault, Notice
from analysis.ingest.activity_log.cells import quoted, shown
from analysis.ingest.index_files.annex_layout import CODE, COUNTRY_NAMES, FIXED_HEADINGS, NOTE, PROVINCE, RANK, SUMMARY_NAMES, key_of_words
from analysis.ingest.index_files.annex_sheet import Columns, Form
from analysis.ingest.index_files.annex_values import EMPTY, Figure, Problem, read_figure, read_rank
from analysis.ingest.index_files.provinces import Province, ProvinceNames
from analysis.units import COUNTRY_CODE

PROVINCE_UNKNOWN = "Không rõ tỉnh nào"
PROVINCE_TWICE = "Một tỉnh có hai dòng"
PROVINCE_OTHER = "Tỉnh không thuộc danh mục của phiên bản"
CODE_CONTRADICTS = "Mã và tên tỉnh nói khác nhau"
NAMES_IN_CODES = "Tên tỉnh nằm ở cột mã"
TEXT_IN_SCORE = "Chữ ở ô số"
TWO_READINGS = "Số đọc được hai cách"
BY_NAME = "Bảng theo thứ tự khác biểu mẫu"
OTHER_SPELLING = "Tên tỉnh viết khác danh mục"
NUMBER_AS_TEXT = "Số ghi dạng chữ"
AS_PERCENT = "Ô định dạng phần trăm"
SUMMARY_ROW = "Dòng không phải của một tỉnh"

_PROVINCE_HEADINGS = {key_of_words(heading) for heading in FIXED_HEADINGS[PROVINCE]}
_TYPE = re.compile(r"^(?:tinh|thanh pho|tp) ")
_ADVICE: dict[Problem, tuple[str, str]] = {
    "date": ("số, ví dụ 85,32", "Excel đã đổi số thành ngày: định dạng lại ô thành Number rồi gõ lại số"),
    "error": ("số, ví dụ 85,32", "xóa công thức lỗi và gõ số như đã in"),
    "text": ("số, ví dụ 85,32; không công bố thì để trống hoặc ghi “không công bố”", "gõ lại số như đã in"),
    "thousands": ("một số với dấu phẩy thập phân, ví dụ 85,32", "gõ lại số: không rõ dấu chấm, phẩy ngăn hàng nghìn hay phần thập phân"),
    "two_marks": ("một cách ghi số cho cả bảng, ví dụ 85,32", "gõ lại các số này với dấu phẩy thập phân như các ô còn lại"),
}

_ACCEPTED_RANK = "số nguyên từ 1 đến {most}; không công bố thì để trống"
_TEXT_RANK = (_ACCEPTED_RANK, "gõ lại hạng như đã in, chỉ ghi số")
_RANK_ADVICE: dict[Problem, tuple[str, str]] = {
    "date": (_ACCEPTED_RANK, "Excel đã đổi hạng thành ngày: định dạng lại ô thành Number rồi gõ lại hạng"),
    "error": (_ACCEPTED_RANK, "xóa công thức lỗi và gõ hạng như đã in"),
}


@dataclass(frozen=True)
class Line:
    """A row of the table that holds figures: its row in the sheet, whose it is (None: the whole country), its figures and note."""

    row: int
    province: Province | None
    figures: Mapping[str, float]
    silent: frozenset[str] = frozenset()
    note: str = ""


@dataclass
class Rows:
    """Lines with figures in the order of the sheet, with what was found out on the way."""

    lines: list[Line] = field(default_factory=list)
    country: Line | None = None
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True)
class _Raw:
    """A row as received, with what it holds besides code and name."""

    row: int
    code: str
    name: str
    figures: dict[str, Figure]


def read_rows(form: Form, columns: Columns, names: ProvinceNames, most: int) -> Rows:
    """Every row below the headings, ``most`` of them ranked; rows that hold no figure, such as unfilled ones and remarks, say nothing."""
    percents = {cell for code, cells in form.sheet.formatted.items() if "%" in code for cell in cells}
    listed = [_raw(form, columns, row, percents) for row in range(columns.first_row, len(form.sheet.rows) + 1)]
    filled = [raw for raw in listed if any(figure != EMPTY for figure in raw.figures.values())]
    raws = [raw for raw in filled if not _is_of_no_province(raw)]
    found = Rows()
    found.notices += [_passed_over(form, columns, raw) for raw in filled if _is_of_no_province(raw)]
    by_name = _NamesFirst(form, columns, names, is_prefilled=_is_prefilled(listed, names))
    misplaced = _named_in_codes(raws, names)
    found.faults += _misplaced_faults(form, columns, misplaced)
    for raw in raws:
        found.faults += _cell_faults(form, columns, raw, most)
        if raw not in misplaced:
            _place(found, form, columns, raw, by_name)
    found.faults += [*by_name.faults, *_mark_faults(form, columns, raws)]
    found.notices += [*by_name.notices(), *_text_notices(form, columns, raws)]
    _refuse_twice(found, form, columns, names)
    return found


def _raw(form: Form, columns: Columns, row: int, percents: Collection[tuple[int, int]]) -> _Raw:
    figures = {}
    for key, column in columns.of.items():
        if key == RANK:
            figures[key] = read_rank(form.at(row, column))
        elif key not in (CODE, PROVINCE, NOTE):
            figures[key] = read_figure(form.at(row, column), is_percent=(row, column) in percents)
    code, name = (shown(form.at(row, columns.of[key])) if key in columns.of else "" for key in (CODE, PROVINCE))
    return _Raw(row, code.zfill(2) if code.isdigit() else code, name, figures)


def _is_prefilled(raws: Sequence[_Raw], names: ProvinceNames) -> bool:
    """Whether the column of codes still stands as the form came: then names pasted over it tell whose a row is."""
    written = [raw.code for raw in raws if raw.code and raw.code != COUNTRY_CODE]
    return written == sorted(province.code for province in names.all)[: len(written)]


def _named_in_codes(raws: Sequence[_Raw], names: ProvinceNames) -> list[_Raw]:
    """Rows with a name where the code should stand; none where no such text is a province."""
    written = [raw for raw in raws if any(letter.isalpha() for letter in raw.code)]
    return written if any(names.resolve(raw.code) for raw in written) else []


def _misplaced_faults(form: Form, columns: Columns, misplaced: Sequence[_Raw]) -> Iterator[Fault]:
    """One fault for all names in the column of codes, at the first of them."""
    if misplaced:
        cell = form.cell(misplaced[0].row, columns.of[CODE])
        found = f"tên tỉnh nằm ở cột mã tại {len(misplaced)} ô: {_listed([form.cell(raw.row, columns.of[CODE]) for raw in misplaced])}"
        accepted = f"mã hai chữ số ở cột “{FIXED_HEADINGS[CODE][0]}”, tên ở cột “{FIXED_HEADINGS[PROVINCE][0]}”"
        action = "chuyển các tên sang cột tên tỉnh; cột mã để như ghi sẵn hoặc xóa trống"
        yield Fault(NAMES_IN_CODES, form.where(cell.row, cell.column), found, accepted, action, cell)


def _is_of_no_province(raw: _Raw) -> bool:
    """Headings printed again on a new page, the highest and lowest of a column, remarks and signatures beside the table."""
    words = key_of_words(raw.name)
    is_remark = not raw.name and not raw.code and all(figure.value is None for figure in raw.figures.values())
    return words in _PROVINCE_HEADINGS or words.startswith(SUMMARY_NAMES) or is_remark


def _passed_over(form: Form, columns: Columns, raw: _Raw) -> Notice:
    said = f"“{raw.name}”" if raw.name else "không có tên tỉnh, không có số"
    return Notice(SUMMARY_ROW, form.where(raw.row, columns.of[PROVINCE]), f"dòng {said} không được dùng")


def _place(found: Rows, form: Form, columns: Columns, raw: _Raw, by_name: "_NamesFirst") -> None:
    """Put a row to the province it is of, or to the country."""
    figures = {key: figure.value for key, figure in raw.figures.items() if figure.value is not None}
    silent = frozenset(key for key, figure in raw.figures.items() if figure.is_silent)
    note = shown(form.at(raw.row, columns.of[NOTE])) if NOTE in columns.of else ""
    words = key_of_words(raw.name)
    if words.startswith(COUNTRY_NAMES) or (raw.code == COUNTRY_CODE and not words):
        found.country = Line(raw.row, None, figures, silent, note)
    elif province := by_name.province_of(raw):
        found.lines.append(Line(raw.row, province, figures, silent, note))


@dataclass
class _NamesFirst:
    """Whose a row is: by its name, and by its code where the name is empty; they may differ only where names were pasted over the form."""

    form: Form
    columns: Columns
    names: ProvinceNames
    is_prefilled: bool
    faults: list[Fault] = field(default_factory=list)
    moved_rows: list[int] = field(default_factory=list)
    respelt: dict[str, str] = field(default_factory=dict)

    def province_of(self, raw: _Raw) -> Province | None:
        """The province of a row, or None with a fault noted."""
        coded = self.names.of_code(raw.code) if raw.code else None
        if not raw.name:
            if coded is None:
                self._fault(raw, CODE, PROVINCE_UNKNOWN, quoted(raw.code or None), "mã tỉnh trong danh mục của phiên bản", "ghi tên tỉnh")
            return coded
        named = self.names.resolve(raw.name)
        if named is None:
            self._unresolved(raw)
        elif raw.code and coded != named:
            if not self.is_prefilled:
                accepted = f"mã {named.code} cho {self.names.name(named)}"
                self._fault(raw, CODE, CODE_CONTRADICTS, f"mã “{raw.code}”, tên “{raw.name}”", accepted, "sửa mã hoặc tên; hoặc xóa cả cột mã")
                return None
            self.moved_rows.append(raw.row)
        if named is not None and _without_type(raw.name) != _without_type(self.names.name(named)):
            self.respelt[raw.name] = self.names.name(named)
        return named

    def _unresolved(self, raw: _Raw) -> None:
        if self.names.is_of_another_list(raw.name):
            accepted = f"một trong {len(self.names.all)} tỉnh, thành của phiên bản này"
            self._fault(raw, PROVINCE, PROVINCE_OTHER, f"“{raw.name}”", accepted, "kiểm tra năm của bảng; bỏ dòng này nếu phiên bản không đo tỉnh đó")
            return
        near = self.names.near(raw.name)
        accepted = f"có phải {' hoặc '.join(f'“{name}”' for name in near)}?" if near else "tên tỉnh, thành của phiên bản"
        self._fault(raw, PROVINCE, PROVINCE_UNKNOWN, f"“{raw.name}”", accepted, "sửa tên tỉnh")

    def _fault(self, raw: _Raw, key: str, cause: str, found: str, accepted: str, action: str) -> None:
        column = self.columns.of.get(key, self.columns.of[PROVINCE])
        self.faults.append(Fault(cause, self.form.where(raw.row, column), found, accepted, action, self.form.cell(raw.row, column)))

    def notices(self) -> Iterator[Notice]:
        """One notice that rows were read by name, one for each name spelt otherwise than in the list."""
        if self.moved_rows:
            said = f"{len(self.moved_rows)} dòng có tên tỉnh khác với mã ghi sẵn, như bảng dán theo thứ hạng: đọc theo tên, bỏ qua cột mã"
            yield Notice(BY_NAME, f"{self.form.name}, trang tính “{self.form.sheet.name}”", said)
        for written, name in sorted(self.respelt.items()):
            yield Notice(OTHER_SPELLING, self.form.name, f"“{written}” được đọc là {name}")


def _without_type(name: str) -> str:
    return _TYPE.sub("", key_of_words(name))


def _cell_faults(form: Form, columns: Columns, raw: _Raw, most: int) -> Iterator[Fault]:
    for key, figure in raw.figures.items():
        if figure.problem:
            cause = TWO_READINGS if figure.problem == "thousands" else TEXT_IN_SCORE
            told = _RANK_ADVICE.get(figure.problem, _TEXT_RANK) if key == RANK else _ADVICE[figure.problem]
            yield _figure_fault(form, cause, raw.row, columns.of[key], (told[0].format(most=most), told[1]))


def _figure_fault(form: Form, cause: str, row: int, column: int, told: tuple[str, str]) -> Fault:
    return Fault(cause, form.where(row, column), quoted(form.at(row, column)), *told, form.cell(row, column))


def _mark_faults(form: Form, columns: Columns, raws: Sequence[_Raw]) -> list[Fault]:
    """Texts with a decimal point in a table where others have a comma, or the other way round: the rarer may be thousands."""
    marked = {mark: [(raw.row, columns.of[key]) for raw in raws for key, one in raw.figures.items() if one.mark == mark] for mark in (".", ",")}
    rarer = min(marked.values(), key=len)
    return [_figure_fault(form, TWO_READINGS, row, column, _ADVICE["two_marks"]) for row, column in rarer]


def _text_notices(form: Form, columns: Columns, raws: Sequence[_Raw]) -> Iterator[Notice]:
    """Texts read as numbers, and hundredths shown as percentages: one notice each, with an example and the cells."""
    read = [(form.cell(raw.row, columns.of[key]), one) for raw in raws for key, one in raw.figures.items()]
    for cause, cells in (
        (NUMBER_AS_TEXT, [(cell, one) for cell, one in read if one.is_text]),
        (AS_PERCENT, [(cell, one) for cell, one in read if one.is_percent]),
    ):
        if cells:
            first, figure = cells[0]
            said = f"{len(cells)} ô, ví dụ đọc {quoted(form.at(first.row, first.column))} là {shown(figure.value)}"
            yield Notice(cause, f"{form.name}, trang tính “{form.sheet.name}”, ô {_listed([cell for cell, _ in cells])}", said)


def _listed(cells: Sequence[Cell]) -> str:
    told = ", ".join(cell.name for cell in cells[:PLACES_SHOWN])
    return f"{told} và {len(cells) - PLACES_SHOWN} ô khác" if len(cells) > PLACES_SHOWN else told


def _refuse_twice(found: Rows, form: Form, columns: Columns, names: ProvinceNames) -> None:
    first: dict[Province, int] = {}
    column = columns.of[PROVINCE]
    for line in found.lines:
        if line.province is None:
            continue
        if line.province in first:
            accepted = f"mỗi tỉnh một dòng (đã có ở ô {form.cell(first[line.province], column).name})"
            said = f"“{names.name(line.province)}”"
            cell = form.cell(line.row, column)
            found.faults.append(Fault(PROVINCE_TWICE, form.where(line.row, column), said, accepted, "giữ một dòng, hoặc sửa tên tỉnh", cell))
        first.setdefault(line.province, line.row)
