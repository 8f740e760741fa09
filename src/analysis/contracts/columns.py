"""Text cells to typed columns. A cell that cannot be read becomes a fault with its line, never an NA."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from analysis.errors import Fault

UNREADABLE = "Giá trị không đọc được"
# At most fifteen digits: beyond that a double no longer holds every whole number.
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_ISO_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_UNREAD = object()
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "có": True, "không": False}


def _integer(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _date(text: str) -> date:
    if not _ISO_DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _truth(text: str) -> bool:
    return _TRUTH[text.casefold()]


_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "Int64": (_integer, "số nguyên, không dấu phân cách"),
    "Float64": (_decimal, "số thập phân, dấu chấm (12.5)"),
    "datetime64": (_date, "ngày có thật dạng YYYY-MM-DD, năm 1900–2099"),
    "boolean": (_truth, "true hoặc false"),
    "string": (str, "văn bản"),
}


def parse_columns(rows: pd.DataFrame, schema: pa.DataFrameSchema, where: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Typed copy of a frame of text whose index holds the line numbers of the file ``where``.

    Empty text is missing. Returns the frame with the schema's columns in order, and the faults.
    """
    faults: list[Fault] = []
    typed = {}
    for name, column in schema.columns.items():
        dtype = str(column.dtype)
        typed[name] = _parse_column(rows[name], dtype, where, faults)
    return pd.DataFrame(typed, index=rows.index), faults


def _parse_column(cells: pd.Series, dtype: str, where: str, faults: list[Fault]) -> pd.Series:
    """Each distinct text is read once; a fault names every line that holds it."""
    read, accepted = _READERS[dtype.split("[")[0]]
    numbers, distinct = pd.factorize(cells)
    values = [_value(text, read) for text in distinct]
    unreadable = [number for number, value in enumerate(values) if value is _UNREAD]
    for position in np.flatnonzero(np.isin(numbers, unreadable)):
        line, cell = cells.index[position], distinct[numbers[position]]
        faults.append(Fault(UNREADABLE, f"{where}, dòng {line}, cột {cells.name}", f"“{cell}”", accepted, "sửa ô này rồi nạp lại"))
    known = pd.Series([pd.NA if value is _UNREAD else value for value in values], dtype="object")
    if dtype.startswith("datetime64"):
        known = pd.to_datetime(known, errors="coerce")
    return known.astype(dtype).take(numbers).set_axis(cells.index)


def _value(text: str, read: Callable[[str], Any]) -> Any:
    try:
        return pd.NA if text == "" else read(text)
    except (ValueError, KeyError):
        return _UNREAD
