"""A second table below a log on the same sheet, such as a small summary: one thing to tell, not a fault for each of its cells."""

from datetime import date
from functools import partial
from typing import Any

import numpy as np

from analysis.ingest.activity_log.cells import Codes, Distinct
from analysis.ingest.activity_log.headings import LONGEST_HEADING
from analysis.ingest.activity_log.word_cells import label_code
from analysis.written_days import read_day

LEAST_HEADINGS = 3
SURELY_ACTIVITY = 2  # of day, channel and audience, how many can be read; one may be chance
_APART = ("blank", "note", "total", "section")


def other_table_row(columns: list[Distinct], keys: dict[str, int], kinds: "np.typing.NDArray[np.object_]") -> int | None:
    """First row of another table in a sheet's body: apart from activities above it, headings followed by rows, and no activity from there on."""
    candidates = _heading_like(columns, kinds)
    if not len(candidates):
        return None
    readable = _readable(columns, keys)
    sure = np.flatnonzero((kinds == "activity") & (readable >= SURELY_ACTIVITY))
    if not len(sure):
        return None
    return next((int(row) for row in candidates if row > sure[-1] and readable[row] == 0), None)


def _heading_like(columns: list[Distinct], kinds: "np.typing.NDArray[np.object_]") -> Codes:
    """Rows of several short texts and nothing else, apart from the rows above and right above an activity."""
    is_apart = np.isin(kinds, _APART)
    is_candidate = np.zeros(len(kinds), dtype=bool)
    is_candidate[1:-1] = is_apart[:-2] & np.isin(kinds[1:-1], ("activity", "note")) & (kinds[2:] == "activity")
    rows = np.flatnonzero(is_candidate)
    is_heading = [_are_headings([column.at(int(row)) for column in columns]) for row in rows]
    return rows[np.array(is_heading, dtype=bool)]


def _are_headings(cells: list[Any]) -> bool:
    filled = [cell for cell in cells if cell is not None]
    return len(filled) >= LEAST_HEADINGS and all(isinstance(cell, str) and len(cell) <= LONGEST_HEADING and not cell.isdigit() for cell in filled)


def _readable(columns: list[Distinct], keys: dict[str, int]) -> Codes:
    """How many of day, channel and audience can be read in each row."""
    day = columns[keys["start"]].where(_is_day)
    labels = [columns[keys[key]].where(partial(_is_label, key)) for key in ("channel", "audience")]
    return day.astype(np.int64) + labels[0] + labels[1]


def _is_label(key: str, cell: Any) -> bool:
    return isinstance(cell, str) and label_code(key, cell) is not None


def _is_day(cell: Any) -> bool:
    if not isinstance(cell, str):
        return isinstance(cell, date)
    try:
        read_day(cell)
    except ValueError:
        return False
    return True
