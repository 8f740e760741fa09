"""Heading rows of a plan's tables: which field each column holds."""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from analysis.ingest.plan_document.blocks import Block, Row
from analysis.ingest.plan_document.declared import field_of_heading
from analysis.ingest.plan_document.mending import clean, mended

FEWEST_HEADINGS = 3
_COLUMN_NUMBER = re.compile(r"^\(?\d{1,2}\)?$")


def fields_of(row: Row) -> list[str | None]:
    """Fields named by the cells of a row; a field named twice belongs to the first."""
    fields: list[str | None] = []
    for cell in row.cells:
        name = field_of_heading(mended(clean(cell), "")[0]) if cell.strip() else None
        fields.append(None if name in fields else name)
    return fields


def is_heading(row: Row) -> bool:
    """Whether a row names the content and at least two other fields."""
    known = [name for name in fields_of(row) if name]
    return len(known) >= FEWEST_HEADINGS and "content" in known


def is_second_line(row: Row, heading: Sequence[str | None]) -> bool:
    """Whether a row right under a heading names further columns, as "Chủ trì" and "Phối hợp" under "Đơn vị"."""
    fields = fields_of(row)
    fresh = [name for name in fields if name and name not in heading]
    return bool(fresh) and len(fresh) == len(row.filled)


def joined(heading: Sequence[str | None], second: Row) -> list[str | None]:
    """Fields of a heading with those named by its second line."""
    return [name or below for name, below in zip_longest(heading, fields_of(second))]


def fullest_heading(blocks: Iterable[Block]) -> list[str | None]:
    """The fields of the fullest heading of the document: pages whose heading lost a column keep its positions."""
    headings: list[list[str | None]] = []
    is_fresh = False
    for block in blocks:
        begins = isinstance(block, Row) and is_heading(block)
        if isinstance(block, Row) and begins:
            headings.append(fields_of(block))
        elif isinstance(block, Row) and is_fresh and is_second_line(block, headings[-1]):
            headings[-1] = joined(headings[-1], block)
        is_fresh = begins
    return max(headings, key=lambda fields: sum(name is not None for name in fields), default=[])


def is_numbering(row: Row) -> bool:
    """A row of column numbers under the heading: (1) (2) (3) …"""
    filled = [row.cells[column].strip() for column in row.filled]
    return len(filled) >= FEWEST_HEADINGS and all(_COLUMN_NUMBER.match(cell) for cell in filled)
