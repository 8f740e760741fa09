"""Cells of a typed or pasted table to figures: which texts are numbers, which are silence, which can be read two ways."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from analysis.ingest.activity_log.cells import clean, is_error, is_number
from analysis.ingest.index_files.annex_layout import NOT_PUBLISHED
from analysis.ingest.workbooks import CellValue
from analysis.text import fold

Problem = Literal["date", "error", "text", "thousands", "two_marks"]

_AROUND_MARK = re.compile(r"\s*([.,])\s*")
_NUMBER = re.compile(r"(?P<figure>[-−]?[0-9]+(?:(?P<mark>[.,])(?P<decimals>[0-9]+))?)\s*(?:%|diem|d)?")
_SEVERAL_MARKS = re.compile(r"[-−]?[0-9]+(?:[.,][0-9]+){2,}\s*%?")
_RANK = re.compile(r"(?P<rank>[0-9]{1,3})\.?")
_THOUSANDS_DIGITS = 3
_PERCENT_DECIMALS = 10  # a percentage is kept as its hundredth; beyond this the product is only noise of the processor


@dataclass(frozen=True)
class Figure:
    """What one cell says: a value, that nothing was published, or why it is no figure.

    ``mark`` is the decimal mark of a number written as text (empty without one), ``is_text`` whether it was text at all,
    ``is_percent`` whether the cell showed a hundredth as a percentage.
    """

    value: float | None = None
    problem: Problem | None = None
    is_silent: bool = False
    is_text: bool = False
    mark: str = ""
    is_percent: bool = False


EMPTY = Figure()


def read_figure(cell: CellValue, *, is_percent: bool = False) -> Figure:
    """The figure of a score cell; ``is_percent``: its format shows the value as a percentage."""
    value = clean(cell)
    if value is None:
        return EMPTY
    if is_number(value):
        number = float(value)  # type: ignore[arg-type]  # told by is_number
        return Figure(round(100 * number, _PERCENT_DECIMALS), is_percent=True) if is_percent else Figure(number)
    if isinstance(value, date | datetime | time | timedelta):
        return Figure(problem="date")
    return _read_text(str(value)) if isinstance(value, str) else Figure(problem="text")


def _read_text(written: str) -> Figure:
    if is_error(written):
        return Figure(problem="error")
    folded = fold(written)
    if folded in NOT_PUBLISHED:
        return Figure(is_silent=True)
    bare = _AROUND_MARK.sub(r"\1", folded)
    if _SEVERAL_MARKS.fullmatch(bare):
        return Figure(problem="thousands")
    match = _NUMBER.fullmatch(bare)
    if match is None:
        return Figure(problem="text")
    mark, decimals = match["mark"] or "", match["decimals"] or ""
    if mark == "." and len(decimals) == _THOUSANDS_DIGITS:  # the dot parts thousands in Vietnamese
        return Figure(problem="thousands")
    return Figure(float(match["figure"].replace(",", ".").replace("−", "-")), is_text=True, mark=mark)


def read_rank(cell: CellValue) -> Figure:
    """The figure of a rank cell: a whole number, as such or as text."""
    value = clean(cell)
    if value is None:
        return EMPTY
    if is_number(value):
        return Figure(float(value))  # type: ignore[arg-type]  # told by is_number
    if not isinstance(value, str):
        return Figure(problem="date" if isinstance(value, date | datetime | time) else "text")
    if is_error(value):
        return Figure(problem="error")
    if fold(value) in NOT_PUBLISHED:
        return Figure(is_silent=True)
    match = _RANK.fullmatch(fold(value))
    return Figure(float(match["rank"]), is_text=True) if match else Figure(problem="text")
