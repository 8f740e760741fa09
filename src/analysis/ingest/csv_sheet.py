"""A received text table as rows of cells: the separator is told by the first rows, broken quoting and stray cells are faults with their line."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.encodings import UndecodableBytes, decode_bytes
from analysis.errors import Cell, DataFaults, Fault, Notice

UNREADABLE_TEXT = "Tệp văn bản không đọc được"
BROKEN_ROW = "Dòng CSV sai cấu trúc"
READ_AS = "Cách đọc tệp CSV"
LOST_LETTERS = "Chữ tiếng Việt đã mất khi lưu CSV"
SHORT_ROW = "Dòng CSV thiếu ô cuối"

_SEPARATORS = {",": "dấu phẩy", ";": "dấu chấm phẩy", "\t": "dấu Tab"}
_ROWS_JUDGED = 50
_MOST_CONTROLS = 0.01  # of a text's characters: more is no text
_LOST_WORDS_NEEDED = 3
_WORD = re.compile(r"[^\s,;\"]+")
_WORD_WITH_HOLE = re.compile(r"[^\s,;\"]*[^\W\d_]\?+[^\W\d_][^\s,;\"]*")
_ADDRESS = re.compile(r"[/=@.]")  # web addresses have question marks of their own
_HARMLESS_CONTROLS = frozenset("\t\r\n\f\v\0\x1a")

Rows = list[list[str | None]]


def read_text_table(content: bytes, name: str, sheet: str) -> tuple[Rows, list[Notice]]:
    """Rows of equal width; row n is the n-th row Excel would show. Raises ``DataFaults`` with every broken line."""
    text, encoding = _decoded(content, name)
    first_line, _, rest = text.partition("\n")
    declared = first_line.strip().casefold().removeprefix("sep=")
    has_declaration = first_line.casefold().startswith("sep=") and declared in _SEPARATORS
    separator = declared if has_declaration else _separator(text)
    rows = list(_parsed(rest if has_declaration else text, separator, name))
    said = f"đọc theo bảng mã {encoding}, các ô ngăn bằng {_SEPARATORS[separator]}"
    return _squared(rows, name, sheet, Notice(READ_AS, name, said))


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    try:
        text, encoding = decode_bytes(content)
    except UndecodableBytes:
        raise _refused(name, "bảng mã không nhận ra được") from None
    holed = (found for word in _WORD.findall(text) if "?" in word for found in _WORD_WITH_HOLE.findall(word))
    lost = sorted({word for word in holed if not _ADDRESS.search(word)})
    if len(lost) >= _LOST_WORDS_NEEDED:
        found = ", ".join(f"“{word}”" for word in lost[:5])
        action = "xuất lại từ tệp Excel gốc: lưu dạng .xlsx, hoặc “CSV UTF-8”; chữ đã mất không khôi phục được từ tệp này"
        raise DataFaults([Fault(LOST_LETTERS, name, f"dấu hỏi thay cho chữ: {found}", "chữ tiếng Việt còn nguyên", action)])
    controls = sum(char < " " and char not in _HARMLESS_CONTROLS for char in text[:100_000])
    if controls > _MOST_CONTROLS * len(text[:100_000]):
        raise _refused(name, "nội dung nhị phân, không phải văn bản")
    return text, encoding


def _refused(name: str, found: str) -> DataFaults:
    accepted = "sổ tính .xlsx, .xls hoặc CSV mã UTF-8, UTF-16, Windows-1258, TCVN3, VNI"
    return DataFaults([Fault(UNREADABLE_TEXT, name, found, accepted, "mở tệp bằng Excel, lưu lại dạng .xlsx rồi gửi lại")])


def _separator(text: str) -> str:
    """The separator that cuts the first rows most evenly."""
    return max(_SEPARATORS, key=lambda separator: _evenness(text, separator))


def _evenness(text: str, separator: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            widths[len(cells)] += len(cells) > 1
            if widths.total() >= _ROWS_JUDGED:
                break
    except csv.Error:
        pass
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return rows, width


def _parsed(text: str, separator: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield cells
            line = reader.line_num + 1
    except csv.Error as error:
        found = f"dấu nháy kép không đóng hoặc đặt sai từ dòng {line} (“{error}”)"
        fault = Fault(BROKEN_ROW, f"{name}, dòng {line}", found, "mỗi ô có dấu nháy mở thì có dấu nháy đóng", "sửa dấu nháy, hoặc lưu lại dạng .xlsx")
        raise DataFaults([fault]) from error


def _squared(rows: Sequence[list[str]], name: str, sheet: str, read_as: Notice) -> tuple[Rows, list[Notice]]:
    """Every row with the width most rows have; cells beyond it must be empty, and missing ones are told."""
    width = max(Counter(len(cells) for cells in rows if len(cells) > 1).items(), key=lambda item: (item[1], item[0]), default=(1, 0))[0]
    faults, notices = [], [read_as]
    for number, cells in enumerate(rows, 1):
        if any(cells[width:]):
            extra = next(column for column, value in enumerate(cells, 1) if column > width and value)
            faults.append(_stray(Cell(sheet, number, extra), cells[extra - 1], f"{len(cells)} ô", width, name))
        elif 1 < len(cells) < width:
            notices.append(Notice(SHORT_ROW, f"{name}, dòng {number}", f"có {len(cells)} ô, các ô còn lại đến {width} được hiểu là trống"))
    if faults:
        raise DataFaults(faults)
    return [[cell or None for cell in cells[:width]] + [None] * (width - len(cells)) for cells in rows], notices


def _stray(cell: Cell, value: str, found: str, width: int, name: str) -> Fault:
    action = "kiểm tra dấu ngăn và dấu nháy trong dòng, hoặc lưu lại dạng .xlsx"
    return Fault(BROKEN_ROW, f"{name}, dòng {cell.row}", f"{found}, thừa “{value}”", f"{width} ô như các dòng khác", action, cell)
