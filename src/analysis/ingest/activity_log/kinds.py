"""What each row below the headings is: an activity, or one of the things offices put between and below activities."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.ingest.activity_log.cells import Distinct, Mask, is_number, shown
from analysis.ingest.activity_log.headings import LEAST_REQUIRED, match_heading
from analysis.ingest.activity_log.layout import EXAMPLE_MARK, REQUIRED
from analysis.text import fold

RowKind = Literal["activity", "blank", "total", "note", "section", "example", "only_number", "column_numbers", "headings_again"]
Kinds = npt.NDArray[np.object_]

_TOTAL = re.compile(r"(?:tong cong|tong so|tong|cong)\s*(?:$|[:(.]|(?:thang|quy|nam|ca nam|ca|toan|chung|muc|phan)\b)")
_SIGNATURE = re.compile(
    r"(?:ghi chu|luu y|nguoi (?:lap|tong hop|bao cao|ky)|lap bieu|\(?ky ten|\(?ky, |noi nhan)\b.*"
    r"|(?:kt\.? ?)?(?:pho )?(?:chu tich|giam doc|truong phong|lanh dao|thu truong)(?: (?:ubnd |don vi|co quan|so|phong|xa|huyen|tinh).{0,12})?"
)
_EXAMPLE = re.compile(rf"{EXAMPLE_MARK}[\s.]*[0-9]*\.?", re.IGNORECASE)
_ORDINAL_OF_SECTION = re.compile(r"(?:[ivx]+|[a-z])[.)]?")
_COLUMN_NUMBER = re.compile(r"\(?(?:[0-9]{1,2}|[a-z])\)?")
_SECTION_KEYS = {"stt", "unit", "plan_number", "plan_item"}
_NUMBER_KEYS = {"quantity", "reach", "cost"}
_APART = ("blank", "note", "total")


@dataclass(frozen=True)
class _SparseRow:
    """A row with few of the required cells: its filled cells by column, folded, and what stands around it."""

    cells: dict[int, Any]
    keys: dict[str, int]  # known column → its place
    is_below: bool  # under the last certain activity
    is_apart: bool  # a blank row, note or total stands before it

    @property
    def texts(self) -> list[str]:
        return [fold(shown(cell)) for cell in self.cells.values()]

    @property
    def filled_keys(self) -> set[str]:
        key_at = {place: key for key, place in self.keys.items()}
        return {key_at.get(place, "") for place in self.cells}

    @property
    def ordinal(self) -> Any:
        return self.cells.get(self.keys.get("stt", -1))

    @property
    def is_numbered(self) -> bool:
        ordinal = self.ordinal
        return is_number(ordinal) or (isinstance(ordinal, str) and bool(re.fullmatch(r"[0-9]+\.?", ordinal)))


def row_kinds(columns: list[Distinct], keys: dict[str, int], blank: Mask) -> Kinds:
    """Kind of each row of a sheet's body. ``columns`` are all columns, ``keys`` the place of each known one, ``blank`` rows empty as received."""
    filled = np.column_stack([column.filled for column in columns])
    known_enough = filled[:, [keys[column.key] for column in REQUIRED]].sum(axis=1) >= LEAST_REQUIRED
    kinds = np.full(len(blank), "activity", dtype=object)
    kinds[blank] = "blank"
    kinds[_first_if_column_numbers(columns, blank)] = "column_numbers"
    kinds[known_enough & _repeats_headings(columns, keys)] = "headings_again"
    if "stt" in keys:
        kinds[~blank & columns[keys["stt"]].where(lambda cell: isinstance(cell, str) and bool(_EXAMPLE.fullmatch(cell)))] = "example"
    certain = np.flatnonzero((kinds == "activity") & known_enough)
    last = int(certain[-1]) if len(certain) else -1
    for row in map(int, np.flatnonzero((kinds == "activity") & ~known_enough)):
        cells = {int(place): columns[place].at(row) for place in np.flatnonzero(filled[row])}
        is_apart = row == 0 or kinds[row - 1] in _APART
        kinds[row] = _kind_of_sparse(_SparseRow(cells, keys, row > last, is_apart))
    return kinds


def _repeats_headings(columns: list[Distinct], keys: dict[str, int]) -> Mask:
    """Rows that are the headings printed again at the top of a page: the day and the title are headings of their columns."""
    found = columns[keys["start"]].where(lambda cell: isinstance(cell, str) and match_heading(cell).keys == ("start",))
    titles = columns[keys["title"]]
    for row in np.flatnonzero(found).tolist():
        title = titles.at(row)
        found[row] = isinstance(title, str) and match_heading(title).keys == ("title",)
    return found


def _first_if_column_numbers(columns: list[Distinct], blank: Mask) -> slice:
    """The first row when it only numbers the columns: "1 2 3 …", "(1) (2) …", "A B 1 2"."""
    if len(blank) == 0 or blank[0]:
        return slice(0, 0)
    texts = [fold(shown(column.at(0))) for column in columns if column.at(0) is not None]
    is_numbering = len(texts) > LEAST_REQUIRED and all(_COLUMN_NUMBER.fullmatch(text) for text in texts)
    return slice(0, int(is_numbering))


def _kind_of_sparse(row: _SparseRow) -> RowKind:
    """In doubt a row is an activity, whose gaps become faults."""
    if "start" not in row.filled_keys and _TOTAL.match(row.texts[0]):
        return "total"
    if row.filled_keys == {"stt"} and row.is_numbered:
        return "only_number"
    if row.is_below and _is_note(row):
        return "note"
    return "section" if _is_section(row) else "activity"


def _is_note(row: _SparseRow) -> bool:
    """Notes and signatures: nothing that only activities have, and one cell alone, a signature's words, or apart from the table."""
    if row.is_numbered or row.filled_keys & {"start", *_NUMBER_KEYS}:
        return False
    return len(row.cells) == 1 or row.is_apart or any(_SIGNATURE.fullmatch(text) for text in row.texts)


def _is_section(row: _SparseRow) -> bool:
    """A heading inside the table: one text at the left, or a roman numeral or letter with a name and perhaps subtotals."""
    if len(row.cells) == 1:
        ((place, cell),) = row.cells.items()
        return isinstance(cell, str) and (place <= min(row.keys.values()) or bool(row.filled_keys & _SECTION_KEYS))
    if not isinstance(row.ordinal, str) or not _ORDINAL_OF_SECTION.fullmatch(fold(row.ordinal)):
        return False
    return len(row.filled_keys - {"stt", *_NUMBER_KEYS}) == 1
