"""A received CSV as rows of text, each with its line number; nothing is guessed and no cell is dropped."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from analysis.errors import Fault
from analysis.text import decode, normalise

UNREADABLE_FILE = "Tệp không đọc được"
EMPTY = "Tệp rỗng"
HEADINGS = "Tên cột không đúng"
RAGGED = "Số ô của dòng khác số cột"


@dataclass
class Received:
    """Rows of one file: ``rows`` of text, ``faults`` found so far, ``lines_count`` lines of data read.

    The index of ``rows`` holds line numbers, unless ``places`` names where each row stands.
    """

    name: str
    rows: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    lines_count: int = 0
    places: pd.Series | None = None


def read_csv(path: Path, name: str, columns: Iterable[str]) -> Received:
    """Read ``path``; ``name`` is how messages call it; exactly ``columns`` are accepted, in any order."""
    wanted = list(columns)
    nothing = pd.DataFrame(columns=wanted, dtype="object")
    try:
        text = decode(path.read_bytes())
        lines = list(_numbered_lines(text))
    except (UnicodeDecodeError, csv.Error) as error:
        fault = Fault(UNREADABLE_FILE, name, f"“{error}”", "CSV mã UTF-8, UTF-16 hoặc Windows-1258", "lưu lại tệp dạng CSV UTF-8")
        return Received(name, nothing, [fault])
    if len(lines) < 2:
        return Received(name, nothing, [Fault(EMPTY, name, "không có dòng số liệu", "dòng tên cột và ít nhất một dòng", "kiểm tra lại tệp gửi đến")])
    headings = lines[0][1]
    if wrong := _heading_fault(name, headings, wanted):
        return Received(name, nothing, [wrong])
    return _collect(name, headings, lines[1:], wanted)


def _numbered_lines(text: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [normalise(cell) for cell in cells]


def _heading_fault(name: str, headings: list[str], wanted: list[str]) -> Fault | None:
    missing = [column for column in wanted if column not in headings]
    unknown = [column for column in headings if column not in wanted]
    repeated = sorted({column for column in headings if headings.count(column) > 1})
    if not (missing or unknown or repeated):
        return None
    if len(headings) == 1 and ";" in headings[0]:
        return Fault(HEADINGS, f"{name}, dòng 1", "các cột ngăn bằng dấu chấm phẩy", "các cột ngăn bằng dấu phẩy", "lưu lại tệp dạng CSV (dấu phẩy)")
    unknown = [_with_hint(column, wanted) for column in unknown]
    found = "; ".join(f"{label}: {', '.join(columns)}" for label, columns in (("thiếu", missing), ("lạ", unknown), ("lặp", repeated)) if columns)
    return Fault(HEADINGS, f"{name}, dòng 1", found, ", ".join(wanted), "đặt lại tên cột")


def _with_hint(column: str, wanted: list[str]) -> str:
    near = get_close_matches(column.casefold().replace(" ", "_"), wanted, n=1)
    return f"{column} (có phải {near[0]}?)" if near else column


def _collect(name: str, headings: list[str], lines: list[tuple[int, list[str]]], wanted: list[str]) -> Received:
    whole = [(line, cells) for line, cells in lines if len(cells) == len(headings)]
    faults = [
        Fault(RAGGED, f"{name}, dòng {line}", f"{len(cells)} ô", f"{len(headings)} ô", "kiểm tra dấu phẩy và dấu nháy trong dòng")
        for line, cells in lines
        if len(cells) != len(headings)
    ]
    rows = pd.DataFrame([cells for _, cells in whole], columns=headings, index=[line for line, _ in whole], dtype="object")
    return Received(name, rows[wanted], faults, len(lines))
