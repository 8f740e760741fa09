"""The heading row of a sheet and which column means what; slips are understood and told, doubts are faults."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log.cells import clean
from analysis.ingest.activity_log.layout import COLUMN_OF, LOG_COLUMNS, OTHER_MONEY_UNITS, REQUIRED
from analysis.ingest.received import HEADINGS
from analysis.ingest.workbooks import CellValue, Sheet
from analysis.text import fold

ROWS_SEARCHED = 30
LONGEST_HEADING = 60
LEAST_REQUIRED = 3  # a sheet with fewer of the required headings is another table: a list, a summary
CLOSE = 0.8  # one or two letters wrong in a heading of usual length
CLEARLY_CLOSER = 0.06  # of two headings about as close neither is taken
SHORTEST_GUESSED = 6  # a short heading differs from another by one letter
MISSPELT = "Tên cột viết chưa đúng, đã hiểu theo mẫu"
NOT_USED = "Cột không dùng đến, vẫn giữ trong tệp đã nhận"
MONEY_UNIT = "Kinh phí không ghi bằng đồng"
_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Headings:
    """Where a sheet's headings stand (rows from 1), ``columns``: key → column number from 1, and ``unused`` headings."""

    first_row: int
    last_row: int
    columns: dict[str, int]
    unused: tuple[str, ...]
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Match:
    """The columns a heading may mean: one, or several about as close. ``is_exact`` when the wording is known."""

    keys: tuple[str, ...] = ()
    is_exact: bool = False


def find_headings(sheet: Sheet, name: str) -> Headings | None:
    """Headings of the best row among the first ones; None when the sheet is no activity log. ``name`` is how messages call the file."""
    best, best_score = -1, (0, 0)
    for position, row in enumerate(sheet.rows[:ROWS_SEARCHED]):
        found = {key for cell in row for key in match_heading(_text(cell)).keys}
        score = (len(found & {column.key for column in REQUIRED}), len(found))
        if score > best_score:
            best, best_score = position, score
    if best < 0 or best_score[0] < LEAST_REQUIRED:
        return None
    texts, last = _heading_texts(sheet.rows, best)
    return _assigned(sheet, name, texts, best + 1, last + 1)


def _heading_texts(rows: Sequence[Sequence[CellValue]], position: int) -> tuple[list[str], int]:
    """Heading of each column; a second row may split a heading ("Thời gian" into "Từ ngày" and "Đến ngày")."""
    texts = [_text(cell) for cell in rows[position]]
    below = [_text(cell) for cell in rows[position + 1]] if position + 1 < len(rows) else []
    if any(below) and all(match_heading(text).is_exact for text in below if text):
        return [lower or upper for upper, lower in zip(texts, below, strict=True)], position + 1
    return texts, position


def _assigned(sheet: Sheet, name: str, texts: Sequence[str], first_row: int, last_row: int) -> Headings:
    faults, notices = [], []
    claims: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts, 1):
        match, cell = match_heading(text), Cell(sheet.name, last_row, number)
        if len(match.keys) > 1:
            faults.append(_doubtful(name, cell, text, match.keys))
        elif match.keys:
            claims[match.keys[0]].append(number)
            if not match.is_exact:
                said = f"“{text}” hiểu là “{COLUMN_OF[match.keys[0]].heading}”"
                notices.append(Notice(MISSPELT, f"{name}, {cell}", said))
    faults += [_repeated(name, sheet.name, last_row, key, numbers, texts) for key, numbers in claims.items() if len(numbers) > 1]
    columns = {key: numbers[0] for key, numbers in claims.items()}
    faults += _missing(name, sheet.name, last_row, texts, columns)
    faults += _other_money(name, sheet.name, last_row, texts, columns)
    unused = {number: text for number, text in enumerate(texts, 1) if text and number not in columns.values()}
    notices += _not_used(name, sheet, unused, last_row, set(columns.values()))
    return Headings(first_row, last_row, columns, tuple(unused.values()), tuple(faults), tuple(notices))


@lru_cache(maxsize=4096)
def match_heading(text: str) -> _Match:
    """Which columns a heading may mean: exactly by a known wording, else by closeness."""
    simple = simplified(text)
    if not simple or len(text) > LONGEST_HEADING:
        return _Match()
    if simple in _WORDINGS:
        return _Match((_WORDINGS[simple],), is_exact=True)
    if len(simple) < SHORTEST_GUESSED:
        return _Match()
    closeness: dict[str, float] = {}
    for wording, key in _WORDINGS.items():
        if len(wording) >= SHORTEST_GUESSED:
            closeness[key] = max(closeness.get(key, 0.0), _ratio(simple, wording))
    best = max(closeness.values())
    if best < CLOSE:
        return _Match()
    return _Match(tuple(key for key, ratio in closeness.items() if ratio > best - CLEARLY_CLOSER))


def simplified(text: str) -> str:
    """A heading without case, diacritics, brackets and punctuation, for matching only."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", _BRACKETS.sub(" ", fold(text))).split())


_WORDINGS = {simplified(wording): column.key for column in LOG_COLUMNS for wording in (column.heading, *column.synonyms)}


def _ratio(first: str, second: str) -> float:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= CLOSE and matcher.quick_ratio() >= CLOSE else 0.0


def _text(cell: CellValue) -> str:
    cleaned = clean(cell)
    return cleaned if isinstance(cleaned, str) else ""


def _doubtful(name: str, cell: Cell, text: str, keys: Iterable[str]) -> Fault:
    accepted = " hoặc ".join(f"“{COLUMN_OF[key].heading}”" for key in keys)
    return Fault(HEADINGS, f"{name}, {cell}", f"“{text}”", accepted, "đặt tên cột đúng như mẫu", cell)


def _repeated(name: str, sheet: str, row: int, key: str, numbers: Sequence[int], texts: Sequence[str]) -> Fault:
    cell = Cell(sheet, row, numbers[1])
    found = " và ".join(f"“{texts[number - 1]}” ({Cell(sheet, row, number).name})" for number in numbers)
    accepted = f"một cột “{COLUMN_OF[key].heading}”"
    return Fault(HEADINGS, f"{name}, {cell}", f"{len(numbers)} cột cùng một nghĩa: {found}", accepted, "bỏ hoặc đổi tên cột thừa", cell)


def _missing(name: str, sheet: str, row: int, texts: Sequence[str], columns: dict[str, int]) -> list[Fault]:
    missing = [f"“{column.heading}”" for column in REQUIRED if column.key not in columns]
    if not missing:
        return []
    cell = Cell(sheet, row, 1)
    found = ", ".join(f"“{text}”" for text in texts if text)
    accepted = f"dòng tên cột có đủ các cột bắt buộc; còn thiếu {', '.join(missing)}"
    return [Fault(HEADINGS, f"{name}, trang tính “{sheet}”, dòng {row}", found, accepted, "thêm cột thiếu hoặc đặt tên cột đúng như mẫu", cell)]


def _other_money(name: str, sheet: str, row: int, texts: Sequence[str], columns: dict[str, int]) -> list[Fault]:
    number = columns.get("cost")
    if number is None or not any(fold(unit) in fold(texts[number - 1]) for unit in OTHER_MONEY_UNITS):
        return []
    cell = Cell(sheet, row, number)
    return [Fault(MONEY_UNIT, f"{name}, {cell}", f"“{texts[number - 1]}”", "“Kinh phí (đồng)”", "đổi số liệu của cột ra đồng và sửa tên cột", cell)]


def _not_used(name: str, sheet: Sheet, unused: dict[int, str], last_row: int, used: set[int]) -> list[Notice]:
    """Headings nobody reads, and columns with cells below but no heading."""
    unknown = [f"“{text}”" for text in unused.values()]
    width = max(map(len, sheet.rows), default=0)
    nameless = [number for number in range(1, width + 1) if number not in used and number not in unused]
    with_cells = [number for number in nameless if any(len(row) >= number and clean(row[number - 1]) is not None for row in sheet.rows[last_row:])]
    unknown += [f"cột {Cell('', 0, number).name[:-1]} (không có tên)" for number in with_cells]
    return [Notice(NOT_USED, f"{name}, trang tính “{sheet.name}”", ", ".join(unknown))] if unknown else []
