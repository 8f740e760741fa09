"""Cells of a column by their distinct values, so that a log of hundreds of thousands of rows is parsed value by value."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ingest.activity_log.personal import without_personal
from analysis.ingest.workbooks import CellValue
from analysis.text import day, normalise

Codes = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]
_ERROR = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")


@dataclass(frozen=True)
class Distinct:
    """A column as its levels: ``levels[codes[i]]`` belongs to row i; None is an empty cell.

    Levels of received cells differ from one another; levels of what was read from them may repeat.
    """

    levels: tuple[Any, ...]
    codes: Codes

    @property
    def filled(self) -> Mask:
        """Which rows hold something."""
        return self.where(lambda value: value is not None)

    def where(self, holds: Callable[[Any], bool]) -> Mask:
        """Which rows hold a value of which ``holds`` is true."""
        return np.fromiter(map(holds, self.levels), dtype=bool, count=len(self.levels))[self.codes]

    def take(self, rows: Codes) -> "Distinct":
        """The column of some of the rows."""
        return Distinct(self.levels, self.codes[rows])

    def at(self, row: int) -> Any:
        """The value of one row."""
        return self.levels[self.codes[row]]

    def filled_down(self, ranges: Iterable[tuple[int, int]]) -> "Distinct":
        """Rows ``first`` to ``last`` of each range hold the value of the first."""
        codes = self.codes.copy()
        for first, last in ranges:
            codes[first : last + 1] = codes[first]
        return Distinct(self.levels, codes)


def distinct(cells: Sequence[CellValue]) -> Distinct:
    """Factorise received cells; text is normalised first. True is not 1."""
    found = {key: position for position, key in enumerate(dict.fromkeys(zip(map(type, cells), cells, strict=True)))}
    codes = np.fromiter(map(found.__getitem__, zip(map(type, cells), cells, strict=True)), dtype=np.int32, count=len(cells))
    return join([Distinct(tuple(clean(cell) for _, cell in found), codes)])


def side_by_side(*columns: Distinct) -> Distinct:
    """The tuples of the rows of several columns; rows of the same levels have the same tuple."""
    combined = columns[0].codes
    for column in columns[1:]:
        combined, _ = pd.factorize(combined * np.int64(max(len(column.levels), 1)) + column.codes)
    count = len(combined)
    first = np.zeros(int(combined.max(initial=-1)) + 1, dtype=np.int64)
    first[combined[::-1]] = np.arange(count)[::-1]
    parts = ([column.levels[code] for code in column.codes[first].tolist()] for column in columns)
    return Distinct(tuple(zip(*parts, strict=True)), combined)


def join(columns: Sequence[Distinct]) -> Distinct:
    """One column after the other; equal levels become one."""
    known = dict.fromkeys(chain.from_iterable(map(_keys, columns)))
    if len(columns) == 1 and len(known) == len(columns[0].levels):
        return columns[0]
    positions = {key: position for position, key in enumerate(known)}
    codes = [np.fromiter(map(positions.__getitem__, _keys(column)), dtype=np.int32)[column.codes] for column in columns if len(column.codes)]
    return Distinct(tuple(value for _, value in known), np.concatenate([np.zeros(0, dtype=np.int32), *codes]))


def _keys(column: Distinct) -> Iterator[tuple[type, Any]]:
    return zip(map(type, column.levels), column.levels, strict=True)


def clean(cell: CellValue) -> CellValue:
    """Text normalised to one line, empty when nothing is left; a whole float is an int."""
    if isinstance(cell, str):
        return _one_line(cell) or None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _one_line(text: str) -> str:
    """Normalised text, a line break being a space. Titles differ but their words repeat, so words are normalised and remembered one by one."""
    return " ".join(filter(None, [word if word.isascii() else _normal_word(word) for word in text.split()]))


_normal_word = lru_cache(maxsize=2**16)(normalise)


def is_error(cell: CellValue) -> bool:
    """Whether a cell holds an error of Excel (``#REF!``)."""
    return isinstance(cell, str) and bool(_ERROR.match(cell))


def is_number(cell: CellValue) -> bool:
    """Whether a cell is numeric; True and False are not."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def shown(cell: CellValue) -> str:
    """A cell as its sender would read it aloud; empty text for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{cell:.15g}".replace(".", ",")
    if isinstance(cell, datetime):
        return day(cell) if cell.time() == time() else f"{day(cell)} {cell:%H:%M}"
    if isinstance(cell, date):
        return day(cell)
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        return f"{cell.total_seconds() / 3600:g} giờ"
    return str(cell)


def quoted(cell: CellValue) -> str:
    """“…”, or that the cell is empty; personal numbers are masked."""
    return "ô trống" if cell is None else f"“{without_personal(shown(cell))}”"
