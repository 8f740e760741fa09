"""What each row below the headings is: an activity, or one of the things offices put between and below activities."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.ingest.activity_log.cells import Distinct, Mask, is_number, shown
from analysis.ingest.activity_log.headings import LEAST_REQUIRED, match_heading
from analysis.ingest.activity_log.layout import EXAMPLE_MARK, REQUIRED
from analysis.ingest.activity_log.other_tables import other_table_row
from analysis.ingest.activity_log.word_cells import label_code
from analysis.text import fold, normalise

RowKind = Literal["activity", "blank", "total", "note", "section", "example", "only_number", "column_numbers", "headings_again", "other_table"]
Kinds = npt.NDArray[np.object_]

# With diacritics: without them "cộng chung" is "công chứng". Words typed without any must leave no doubt.
_TOTAL = re.compile(
    r"(?:(?:tổng cộng|tổng số|tổng|cộng)\s*(?:$|[:(.]|(?:tháng|quý|năm|cả năm|cả|toàn|chung|mục|phần)\b)"
    r"|tong (?:cong|so)\s*(?:$|[:(.]|(?:thang|quy|nam)\b)|(?:tong|cong)\s*(?:$|[:(.]))"
)
_SIGNATURE = re.compile(
    r"(?:nguoi (?:lap|tong hop|bao cao|ky)|lap bieu|\(?ky ten|\(?ky, |noi nhan)\b.*"
    r"|(?:kt\.? ?)?(?:pho )?(?:chu tich|giam doc|truong phong|lanh dao|thu truong)(?: (?:ubnd |don vi|co quan|so|phong|xa|huyen|tinh).{0,12})?"
)
_REMARK = re.compile(r"(?:ghi chu|luu y)\b.*")
_PLACE_AND_DAY = re.compile(r"[^,]{0,25},? ?ngay\b.{0,9}\bthang\b.{0,9}\bnam\b.{0,8}")  # stands above signatures
_EXAMPLE = re.compile(rf"{EXAMPLE_MARK}[\s.]*[0-9]*\.?", re.IGNORECASE)
_ORDINAL_OF_SECTION = re.compile(r"(?:[ivx]+|[a-z])[.)]?")
_COLUMN_NUMBER = re.compile(r"\(?(?:[0-9]{1,2}|[a-z])\)?")
_SECTION_KEYS = {"stt", "unit", "plan_number", "plan_item"}
_NUMBER_KEYS = {"quantity", "reach", "cost"}
_ACTIVITY_KEYS = {"unit", "title"}  # whoever fills one of them means an activity
_APART = ("blank", "note", "total")


@dataclass(frozen=True)
class _SparseRow:
    """A row with few of the required cells: its filled cells by column, folded, and what stands around it."""

    cells: dict[int, Any]
    keys: dict[str, int]  # known column → its place
    is_below: bool  # under the last certain activity
    is_apart: bool  # a blank row, note or total stands before it
    signing: Literal["above", "within", ""]  # whether words of signatures stand below it, or in it or above it, or nowhere

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
    sparse = {
        row: {int(place): columns[place].at(row) for place in np.flatnonzero(filled[row])}
        for row in np.flatnonzero((kinds == "activity") & ~known_enough).tolist()
    }
    signed = next((row for row, cells in sparse.items() if row > last and all(map(_is_signature, cells.values()))), None)
    for row, cells in sparse.items():
        is_apart = row == 0 or kinds[row - 1] in _APART
        signing: Literal["above", "within", ""] = "" if signed is None else "above" if row < signed else "within"
        kinds[row] = _kind_of_sparse(_SparseRow(cells, keys, row > last, is_apart, signing))
    other = other_table_row(columns, keys, kinds)
    if other is not None:
        kinds[other:][~blank[other:]] = "other_table"
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
    if "start" not in row.filled_keys and _TOTAL.match(normalise(shown(next(iter(row.cells.values())))).casefold()):
        return "total"
    if row.filled_keys == {"stt"} and row.is_numbered:
        return "only_number"
    if row.is_below and _is_note(row):
        return "note"
    if row.is_below and row.filled_keys & _ACTIVITY_KEYS:
        return "activity"
    return "section" if _is_section(row) else "activity"


def _is_note(row: _SparseRow) -> bool:
    """Notes and signatures: nothing that only activities have, and one cell alone, a signature's words, or apart from the table."""
    if row.is_numbered or row.filled_keys & {"start", *_NUMBER_KEYS}:
        return False
    if row.filled_keys & _ACTIVITY_KEYS:
        return _is_about_signing(row)
    return len(row.cells) == 1 or row.is_apart or any(_is_signature(cell) or _is_remark(cell) for cell in row.cells.values())


def _is_about_signing(row: _SparseRow) -> bool:
    """Whether what stands in the columns of units and titles is no unit or title but a remark, or the words, day or names of signatures."""
    own = [row.cells[row.keys[key]] for key in sorted(row.filled_keys & _ACTIVITY_KEYS)]
    if all(_is_signature(cell) or (len(row.cells) == 1 and _is_remark(cell)) for cell in own):
        return True
    if row.signing == "within":
        return not any(label_code(key, shown(row.cells.get(row.keys[key]))) for key in ("channel", "audience"))
    return row.signing == "above" and len(row.cells) == 1 and bool(_PLACE_AND_DAY.fullmatch(fold(shown(own[0]))))


def _is_remark(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_REMARK.fullmatch(fold(cell)))


def _is_signature(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_SIGNATURE.fullmatch(fold(cell)))


def _is_section(row: _SparseRow) -> bool:
    """A heading inside the table: one text at the left, or a roman numeral or letter with a name and perhaps subtotals."""
    if len(row.cells) == 1:
        ((place, cell),) = row.cells.items()
        return isinstance(cell, str) and (place <= min(row.keys.values()) or bool(row.filled_keys & _SECTION_KEYS))
    if not isinstance(row.ordinal, str) or not _ORDINAL_OF_SECTION.fullmatch(fold(row.ordinal)):
        return False
    return len(row.filled_keys - {"stt", *_NUMBER_KEYS}) == 1
