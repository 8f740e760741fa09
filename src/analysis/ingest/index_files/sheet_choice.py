"""Which map reads a workbook and which of its sheets hold the scores; and what is said when none does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.errors import Fault, Notice
from analysis.ingest.index_files.edition_year import stated_year, year_faults
from analysis.ingest.index_files.header_words import NO_FIT, Phrase, best_fit, words
from analysis.ingest.index_files.headings import Heading, find_heading
from analysis.ingest.index_files.layout_maps import LayoutMap
from analysis.ingest.workbooks import ReceivedWorkbook, Sheet

UNKNOWN_LAYOUT = "Bố cục tệp chưa biết"
HIDDEN_SHEETS = "Trang ẩn không dùng"
KNOWN_BY_HEADER = "Trang nhận ra theo tiêu đề cột"
PASSED_OVER = "Trang không dùng"
NO_HEADER = "Trang theo tên là bảng điểm nhưng không nhận ra tiêu đề"

_SHOWN = 6


@dataclass(frozen=True)
class Candidate:
    """A visible sheet with a header that a map knows."""

    heading: Heading
    is_named: bool

    @property
    def sheet_name(self) -> str:
        """Name of the sheet."""
        return self.heading.sheet.name


@dataclass(frozen=True)
class Choice:
    """Sheets to read, with what is told of them and of others."""

    chosen: tuple[Candidate, ...]
    notices: tuple[Notice, ...] = ()
    faults: tuple[Fault, ...] = ()


def map_advice(layout: str) -> str:
    """How to write a map of one's own, with an example for a layout that reads as it stands."""
    example = f'“map: ten-tu-dat”, “extends: {layout}”, “headers: [{{component: MÃ, words: ["chữ trong tiêu đề"]}}]”'
    place = "tệp ten-tu-dat.layout.yml (UTF-8) đặt cạnh tệp này hay trong thư mục chỉ số"
    return f"hoặc viết bản đồ trang tính: {place}, ví dụ ba dòng {example}; xem docs/index_layouts.md"


def choose(book: ReceivedWorkbook, maps: Iterable[LayoutMap], expected: int | None) -> tuple[LayoutMap | None, Choice]:
    """The first map that knows a visible sheet, with the sheets to read; hidden sheets are never read: some are left over from another year."""
    for layout in maps:
        candidates = candidates_of(book, layout)
        if candidates:
            choice = _every(book, layout, candidates) if layout.says("every_sheet") else _one(book, layout, candidates, expected)
            return layout, Choice(choice.chosen, (*_hidden(book, layout), *choice.notices), choice.faults)
    return None, Choice(())


def candidates_of(book: ReceivedWorkbook, layout: LayoutMap) -> list[Candidate]:
    """Visible sheets with a known header: those named as declared first, in the order of the declared names."""
    found = []
    for sheet in book.sheets:
        heading = find_heading(sheet, layout) if sheet.is_visible and not _fits(layout.phrases["forbidden_sheets"], sheet) else None
        if heading is not None:
            found.append(Candidate(heading, _fits(layout.phrases["sheets"], sheet)))
    return sorted(found, key=lambda candidate: _place_of(layout.phrases["sheets"], candidate.heading.sheet))


def _fits(phrases: Sequence[Phrase], sheet: Sheet) -> bool:
    return best_fit(phrases, words(sheet.name)) != NO_FIT


def _place_of(phrases: Sequence[Phrase], sheet: Sheet) -> int:
    return next((place for place, phrase in enumerate(phrases) if phrase.fit(words(sheet.name)) != NO_FIT), len(phrases))


def _one(book: ReceivedWorkbook, layout: LayoutMap, candidates: Sequence[Candidate], expected: int | None) -> Choice:
    """The first sheet whose year does not contradict the file's name; without one the first, whose year is then a fault."""
    fitting = [known for known in candidates if not _contradicts(book, layout, known, expected)]
    chosen = (fitting or candidates)[0]
    notices = [Notice(PASSED_OVER, f"{book.name}, trang tính “{known.sheet_name}”", _why(known, layout)) for known in candidates if known != chosen]
    if not chosen.is_named:
        said = "tên trang không có trong bản đồ nhưng tiêu đề cột là của bảng điểm: đã đọc trang này"
        notices.insert(0, Notice(KNOWN_BY_HEADER, f"{book.name}, trang tính “{chosen.sheet_name}”", said))
    return Choice((chosen,), tuple(notices))


def _contradicts(book: ReceivedWorkbook, layout: LayoutMap, candidate: Candidate, expected: int | None) -> bool:
    year = stated_year(candidate.heading, layout)
    return year is not None and bool(year_faults([year], book.name, expected, ""))


def _why(candidate: Candidate, layout: LayoutMap) -> str:
    year = stated_year(candidate.heading, layout)
    return f"cũng là bảng điểm{f' (ghi năm {year})' if year else ''}, nhưng đã đọc trang khác"


def _every(book: ReceivedWorkbook, layout: LayoutMap, candidates: Sequence[Candidate]) -> Choice:
    read = {candidate.sheet_name for candidate in candidates}
    faults = [
        Fault(
            NO_HEADER,
            f"{book.name}, trang tính “{sheet.name}”",
            _first_texts(sheet),
            f"tiêu đề có ít nhất {layout.says('recognised_by')} thành phần",
            f"sửa tiêu đề, {map_advice(layout.layout)}",
        )
        for sheet in book.sheets
        if sheet.is_visible and sheet.rows and sheet.name not in read and _is_meant(sheet, layout)
    ]
    ordered = [candidate for sheet in book.sheets for candidate in candidates if candidate.sheet_name == sheet.name]
    return Choice(tuple(ordered), (), tuple(faults))


def _is_meant(sheet: Sheet, layout: LayoutMap) -> bool:
    return _fits(layout.phrases["sheets"], sheet) and not _fits(layout.phrases["forbidden_sheets"], sheet)


def _hidden(book: ReceivedWorkbook, layout: LayoutMap) -> list[Notice]:
    told = []
    for sheet in book.sheets:
        heading = None if sheet.is_visible else find_heading(sheet, layout)
        if heading is not None:
            year = stated_year(heading, layout)
            said = f"trang ẩn có bảng điểm{f' ghi năm {year}' if year else ''}: không đọc, vì trang ẩn thường là bản còn sót của năm khác"
            told.append(Notice(HIDDEN_SHEETS, f"{book.name}, trang tính “{sheet.name}”", said))
    return told


def unknown_layout(book: ReceivedWorkbook, maps: Sequence[LayoutMap], components: pd.DataFrame) -> Fault:
    """The fault of a workbook that no map knows: what was looked for, what was found, how to write a map."""
    seen = "; ".join(_first_texts(sheet) for sheet in book.sheets[:_SHOWN])
    more = f"; và {len(book.sheets) - _SHOWN} trang khác" if len(book.sheets) > _SHOWN else ""
    sheets = ", ".join(dict.fromkeys(f"“{phrase.said}”" for layout in maps for phrase in layout.phrases["sheets"][:_SHOWN]))
    indices = {layout.index for layout in maps}
    parts = components[components["index"].isin(indices) & (components["parent_component"] == COMPOSITE)]
    headers = ", ".join(dict.fromkeys(f"“{name}”" for name in parts.sort_values(["index", "first_year"], kind="stable")["name_vi"]))
    accepted = f"trang tên như {sheets.replace('{year}', '2016')} (không ẩn), trong những dòng đầu có tiêu đề như {headers}"
    return Fault(UNKNOWN_LAYOUT, book.name, f"{seen}{more}", accepted, f"kiểm tra có đúng tệp không, {map_advice(maps[0].layout)}")


def _first_texts(sheet: Sheet) -> str:
    texts = [" ".join(str(value).split()) for row in sheet.rows[:12] for value in row if isinstance(value, str) and value.strip()]
    shown = ", ".join(f"“{text[:40]}”" for text in texts[:_SHOWN]) or "không có chữ nào"
    return f"trang {'ẩn ' if not sheet.is_visible else ''}“{sheet.name}”: {shown}"
