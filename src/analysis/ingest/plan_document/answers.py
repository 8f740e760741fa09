"""What the office answered to the doubts of one reviewed item, and what its words leave in doubt now that they were edited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.errors import Fault, Notice
from analysis.ingest.plan_document.cells import Place, fault_at
from analysis.ingest.plan_document.declared import ITEM_FIELDS
from analysis.ingest.plan_document.doubts import NOT_SETTLED, UNIT_DOUBT, UNIT_FIELDS, Doubt, doubt_about, doubts_of
from analysis.ingest.plan_document.draft import ReadUnits, UnitReading
from analysis.ingest.plan_document.review import AGREED, CORRECTED, DECISION, READ_AGAIN_MARK
from analysis.ingest.plan_document.words import reading_words
from analysis.text import fold

NOT_DECIDED, STILL_IN_DOUBT = "Điều chưa quyết định", "Chỗ sửa lại còn chưa hiểu được"
ACCEPTED, UNITS_READ = "Đã đồng ý giữ nguyên", "Đơn vị hiểu khi nạp"
COLUMN_OF = {
    "content": "content_vi",
    "lead": "lead_units_vi",
    "coordinating": "coordinating_units_vi",
    "deliverable": "deliverable_vi",
    "time": "time_phrase_vi",
}


@dataclass(frozen=True)
class ReviewedRow:
    """An item as it was handed back: its cells by raw column, the decision, and what the reader of the document wrote.

    ``asked`` are the questions with their marks; ``as_read`` the unit phrases by field; ``shown`` the units as they were understood.
    """

    cells: dict[str, Place]
    decision: Place
    asked: tuple[str, ...]
    as_read: dict[str, str]
    shown: frozenset[str]

    @cached_property
    def words(self) -> dict[str, str]:
        """Text of the cells by field."""
        return {name: self.cells[COLUMN_OF[name]].value if name in COLUMN_OF else "" for name in ITEM_FIELDS}

    @property
    def label(self) -> str:
        return f"{self.cells['section'].value}.{self.cells['stt'].value}"

    @property
    def is_agreed(self) -> bool:
        return fold(self.decision.value) == fold(AGREED)

    @property
    def is_corrected(self) -> bool:
        return fold(self.decision.value) == fold(CORRECTED)

    @property
    def questions(self) -> list[str]:
        return [question[1:].strip() for question in self.asked]

    def was_edited(self, name: str) -> bool:
        """Whether a time or unit phrase is not that of the document: a time is in doubt unasked only when edited, a unit also by another list."""
        return name == "time" or (name in UNIT_FIELDS and self.words[name] != self.as_read[name])


def answered(row: ReviewedRow, read_units: ReadUnits | None) -> tuple[list[Fault], list[Notice]]:
    """Faults for what is undecided or not understood now, notices for doubts that were accepted and units nobody was shown."""
    readings = {name: tuple(read_units(row.words[name])) for name in UNIT_FIELDS if read_units and row.words[name]}
    doubts = doubts_of(row.words, readings, None)
    fresh = [doubt for doubt in doubts if row.words[doubt.field] and doubt.said not in row.questions and row.was_edited(doubt.field)]
    notices = [_notice(row, UNITS_READ, said) for said in _unseen(row, readings, [doubt.said for doubt in fresh])]
    if row.is_agreed:
        standing = dict.fromkeys([*_standing(row, doubts, read_units is not None), *(doubt.said for doubt in fresh)])
        return [], [*(_notice(row, ACCEPTED, said) for said in standing), *notices]
    if (row.decision.value or row.asked) and not row.is_corrected:
        return [_undecided(row), *(_still(row, doubt) for doubt in fresh)], notices
    kept = [doubt for doubt in doubts if doubt.said in row.questions]
    return [_still(row, doubt) for doubt in [*kept, *fresh]], notices


def _standing(row: ReviewedRow, doubts: Sequence[Doubt], knows_units: bool) -> Iterator[str]:
    """Questions that were not settled by editing: of the layout, and those that the words still raise."""
    said_now = {doubt.said for doubt in doubts}
    for mark, question in zip((one[0] for one in row.asked), row.questions, strict=True):
        cannot_tell = not knows_units and question.startswith(UNIT_DOUBT)
        if mark != READ_AGAIN_MARK or question in said_now or cannot_tell:
            yield question


def _unseen(row: ReviewedRow, readings: Mapping[str, Sequence[UnitReading]], told: Sequence[str]) -> Iterator[str]:
    """Readings of units that are not plain and did not stand in the review, because the list was not known when it was written."""
    for name, found in readings.items():
        for one in found:
            is_told = one.kind in NOT_SETTLED and doubt_about(one) in [*row.questions, *told]
            words = reading_words(name, one)
            if (one.suggestion or one.kind in NOT_SETTLED) and words not in row.shown and not is_told:
                yield words


def _undecided(row: ReviewedRow) -> Fault:
    asked = "; ".join(row.questions) or "hàng này không có điều cần xác nhận"
    action = f"xem lại các ô của hàng, sửa nếu cần, rồi chọn ở cột “{DECISION}”"
    return fault_at(NOT_DECIDED, row.decision.cell, f"“{row.decision.value}” cho “{asked}”", f"“{AGREED}” hoặc “{CORRECTED}”", action)


def _still(row: ReviewedRow, doubt: Doubt) -> Fault:
    place = row.cells[COLUMN_OF[doubt.field]]
    accepted = "cách viết thời gian ở trang “Hướng dẫn”" if doubt.field == "time" else "chữ đầy đủ; đơn vị ghi như trong danh mục"
    action = f"sửa ô này, hoặc chọn “{AGREED}” ở ô {row.decision.cell.name} để nhận như đang ghi"
    return fault_at(STILL_IN_DOUBT, place.cell, doubt.said, accepted, action)


def _notice(row: ReviewedRow, cause: str, said: str) -> Notice:
    return Notice(cause, f"{row.decision.cell} (mục {row.label})", said)
