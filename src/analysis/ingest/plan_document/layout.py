"""Rows of the annex to items: repeated headings, rows cut by page breaks, headings that lost a column, sections in and outside the table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.ingest.plan_document.blocks import Block, Paragraph, Row
from analysis.ingest.plan_document.declared import ITEM_FIELDS, is_heading_as_declared
from analysis.ingest.plan_document.draft import Mend, Remark
from analysis.ingest.plan_document.headings import (
    FEWEST_HEADINGS,
    fields_of,
    fullest_heading,
    is_heading,
    is_numbering,
    is_second_line,
    joined,
)
from analysis.ingest.plan_document.mending import clean, mended
from analysis.periods import parse_schedule
from analysis.text import fold

UNIT_FIELDS = ("lead", "coordinating")
_SECTION = re.compile(r"^(?:(?i:phần|mục)\s+)?(?P<code>[IVX]+(?:\.\d+)*|[A-E])\s*[.):–-]+\s*(?P<title>\S.*)$")
_SECTION_CODE = re.compile(r"^(?:[IVX]+(?:\.\d+)*|[A-E])[.)]?$")
_SUBSECTION = re.compile(r"^(?P<number>\d{1,2})\s*[.)]\s*(?P<title>\D.*)$")
_NUMBER = re.compile(r"^0*(\d{1,3})[.)]?$")
_ANNEX = re.compile(r"phu luc|kem theo ke hoach|noi dung chi tiet")


@dataclass
class RawItem:
    """An item while its rows are gathered: text by field, where it begins, and what was understood on the way."""

    section: str
    stt: int | None
    where: str
    cells: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


@dataclass
class Annex:
    """All items in order, section titles by code, mends of headings, tables without a known heading, text left unread."""

    items: list[RawItem] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    mends: list[Mend] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    has_table: bool = False
    strange_headings: list[Row] = field(default_factory=list)
    head: list[Paragraph] = field(default_factory=list)
    unread: list[Paragraph] = field(default_factory=list)

    @property
    def used_sections(self) -> dict[str, str]:
        """Titles of the sections that hold items, and of those above them."""
        used = {item.section for item in self.items}
        return {code: title for code, title in self.sections.items() if any(f"{one}.".startswith(f"{code}.") for one in used)}


def read_annex(blocks: Sequence[Block]) -> Annex:
    """Items of all tables whose headings are known; paragraphs and layout tables go to ``head``."""
    return _Reader(fullest_heading(blocks)).read(blocks)


class _Reader:
    def __init__(self, standard: list[str | None]):
        self.standard = standard
        self.page: list[str | None] = []
        self.section = ""
        self.parent = ""
        self.headed: set[int] = set()
        self.table = self.foreign = -1
        self.after_break = self.is_fresh = False
        self.annex = Annex()

    def read(self, blocks: Sequence[Block]) -> Annex:
        """Take every block in its order."""
        for block in blocks:
            if isinstance(block, Paragraph):
                self._paragraph(block)
            else:
                self._row(block)
        return self.annex

    def _paragraph(self, block: Paragraph) -> None:
        text = clean(block.text)
        self.annex.head.append(Paragraph(text, block.where))
        if _ANNEX.search(fold(text)) and not self.page:
            self.section = self.parent = ""
            self.annex.sections = {}
        elif found := _SECTION.match(text):
            self._enter(found["code"], found["title"], block.where)
        elif self.annex.items and text and not text.isdigit():
            self.annex.unread.append(Paragraph(text, block.where))

    def _enter(self, code: str, title: str, where: str) -> None:
        text, mends = mended(title, f"{where}, tên phần {code}")
        self.section, self.parent = code, code
        if self.page:
            self.annex.mends += mends
            if code in self.annex.sections:
                self.annex.remarks.append(Remark(f"{where}: phần {code} gặp lần nữa: “{text}”", is_open=True))
            self.annex.sections.setdefault(code, text)
        else:
            self.annex.sections = {code: text}

    def _row(self, row: Row) -> None:
        if is_heading(row):
            self._heading(row)
            return
        if not self.page:
            self._before_heading(row)
        elif self.is_fresh and is_second_line(row, self.page):
            self.page = joined(self.page, row)
            self.headed.update(row.filled)
        elif row.filled and not is_numbering(row) and not self._is_foreign(row):
            self._data(row)
        self.is_fresh = False

    def _is_foreign(self, row: Row) -> bool:
        """Whether a row belongs to a table of something else, which begins with headings of its own."""
        if row.table not in (self.table, self.foreign) and any(is_heading_as_declared(clean(cell)) for cell in row.cells if cell.strip()):
            self.foreign = row.table
            self.annex.strange_headings.append(row)
        return row.table == self.foreign

    def _heading(self, row: Row) -> None:
        self.page, self.table, self.headed = fields_of(row), row.table, set(row.filled)
        self.after_break, self.is_fresh = bool(self.annex.items), True
        self.annex.has_table = True
        for cell, name in zip(row.cells, self.page, strict=True):
            text, mends = mended(clean(cell), f"{row.where}, tiêu đề")
            self.annex.mends += mends
            if name and not is_heading_as_declared(text):
                self.annex.remarks.append(Remark(f"{row.where}: tiêu đề “{text}” hiểu là “{ITEM_FIELDS[name]}”", is_open=True))
            if text and not name:
                self.annex.remarks.append(Remark(f"{row.where}: cột “{text}” không dùng đến"))
        if self._lost:
            absent = ", ".join(f"“{ITEM_FIELDS[name]}”" for name in self.standard if name and name not in self.page)
            self.annex.remarks.append(
                Remark(f"{row.where}: tiêu đề lặp lại thiếu cột {absent}; hàng đủ ô đọc theo vị trí, phần nối đọc theo tiêu đề này")
            )

    @property
    def _lost(self) -> bool:
        return {name for name in self.standard if name} > {name for name in self.page if name}

    def _before_heading(self, row: Row) -> None:
        if len(row.filled) >= FEWEST_HEADINGS:
            if row.table != self.foreign:
                self.annex.strange_headings.append(row)
            self.foreign = row.table
        else:
            for column in row.filled:
                self._paragraph(Paragraph(row.cells[column], row.where))

    def _data(self, row: Row) -> None:
        cells = [clean(cell) for cell in row.cells]
        filled = [cell for cell in cells if cell]
        is_layout = row.table != self.table and len(cells) < FEWEST_HEADINGS
        if is_layout:
            for text in filled:
                self._paragraph(Paragraph(text, row.where))
        elif not self._is_section(cells, row):
            self.after_break |= row.table != self.table
            self.table = row.table
            self._item_row(cells, row)
            self.after_break = False

    def _is_section(self, cells: list[str], row: Row) -> bool:
        """Enter the section a row names; its words stand in one cell, or its number and its words in two."""
        filled = [cell for cell in cells if cell]
        if len(filled) == 2 and cells[0] and _SECTION_CODE.match(cells[0]):
            self._enter(cells[0].rstrip(".)"), filled[1], row.where)
            return True
        if len(set(filled)) != 1 or not any(cells[:2]):
            return False
        if found := _SECTION.match(filled[0]):
            self._enter(found["code"], found["title"], row.where)
            return True
        if (found := _SUBSECTION.match(filled[0])) and cells[0] and self.parent:
            parent = self.parent
            self._enter(f"{parent}.{found['number']}", found["title"], row.where)
            self.parent = parent
            return True
        return False

    def _item_row(self, cells: list[str], row: Row) -> None:
        number = _NUMBER.match(cells[self._stt_column] if self._stt_column < len(cells) else "")
        placed = self._placed(cells, is_full=True)
        written_stt = "" if number else placed.get("stt", "")
        is_new = bool(number or written_stt) or not self.annex.items or self._is_whole(placed)
        if is_new:
            self._begin(row, int(number[1]) if number else None, written_stt, dict(placed))
        else:
            placed = self._placed(cells, is_full=False)
            self._continue(row, placed)
        self._tell_unplaced(cells, placed)

    def _tell_unplaced(self, cells: list[str], placed: dict[str, str]) -> None:
        """Words outside the columns that have a heading; an unused column was told once, at its heading."""
        outside = [cell for column, cell in enumerate(cells) if cell and column not in self.headed and cell not in placed.values()]
        if outside:
            self.annex.items[-1].remarks.append(Remark(f"ô ngoài các cột có tiêu đề, không đọc: “{'; '.join(outside)}”", is_open=True))

    @property
    def _stt_column(self) -> int:
        return self.standard.index("stt") if "stt" in self.standard else len(self.standard)

    def _placed(self, cells: list[str], *, is_full: bool) -> dict[str, str]:
        """Cells by field: full rows by the positions of the fullest heading, others by the heading of their page."""
        by_page = {name: cell for name, cell in zip(self.page, cells, strict=False) if name and cell}
        if not (is_full and self._lost):
            return by_page
        by_position = {name: cell for name, cell in zip(self.standard, cells, strict=False) if name and cell}
        is_by_page = "time" in by_page and ("time" not in by_position or (_has_time(by_page) and not _has_time(by_position)))
        return by_page if is_by_page else by_position

    def _is_whole(self, placed: dict[str, str]) -> bool:
        """Whether a row without a number is an item of its own: it says what, who and when, and nothing before it waits for a time."""
        last = self.annex.items[-1].cells
        return bool("stt" not in self.standard or last.get("time")) and {"content", "lead", "time"} <= set(placed)

    def _begin(self, row: Row, stt: int | None, written_stt: str, placed: dict[str, str]) -> None:
        placed.pop("stt", None)
        item = RawItem(self.section, stt, row.where, placed)
        if self._lost:
            item.remarks.append(Remark("trang này tiêu đề thiếu cột: các ô đọc theo vị trí của tiêu đề đủ cột"))
        if stt is None:
            item.stt = self._next_stt()
            found = f"STT “{written_stt}” không phải số nguyên" if written_stt else "thiếu STT"
            item.remarks.append(Remark(f"{found}: đề xuất {item.stt}", is_open=True))
        if not self.section:
            item.remarks.append(Remark("không thấy tên phần (I, II.1 …) phía trên: đề xuất phần I", is_open=True))
            item.section = "I"
        for column, text in row.shared.items():
            name = self.page[column] if column < len(self.page) else None
            if name and name != "stt" and name not in item.cells:
                item.cells[name] = clean(text)
                item.remarks.append(Remark(f"ô “{ITEM_FIELDS[name]}” gộp với hàng trên: dùng chung “{clean(text)[:60]}”"))
        self.annex.items.append(item)

    def _next_stt(self) -> int:
        here = [item.stt or 0 for item in self.annex.items if item.section == (self.section or "I")]
        return max(here, default=0) + 1

    def _continue(self, row: Row, placed: dict[str, str]) -> None:
        item = self.annex.items[-1]
        names = ", ".join(f"“{ITEM_FIELDS[name]}”" for name in placed)
        reason = "bị ngắt trang" if self.after_break else "có hàng tiếp theo không có STT"
        item.remarks.append(Remark(f"{reason}: nối thêm {names} ({row.where})", is_open=not self.after_break))
        if self._lost:
            item.remarks.append(Remark("phần nối đọc theo tiêu đề thiếu cột của trang đó"))
        units = [name for name in UNIT_FIELDS if name in placed]
        if len(units) == 1 and all(item.cells.get(name) for name in UNIT_FIELDS):
            other = next(name for name in UNIT_FIELDS if name not in units)
            joined = mended(placed[units[0]], "")[0][:60]
            doubt = f"phần nối “{joined}” đứng ở cột “{ITEM_FIELDS[units[0]]}”; kiểm tra xem có thuộc “{ITEM_FIELDS[other]}” không"
            item.remarks.append(Remark(doubt, is_open=True))
        for name, text in placed.items():
            item.cells[name] = f"{item.cells.get(name, '')} {text}".strip()


def _has_time(placed: dict[str, str]) -> bool:
    return bool(placed.get("time")) and parse_schedule(placed["time"], 2000).kind != "not_understood"
