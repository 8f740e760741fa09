"""The text cells of a received file turned into Unicode where they were typed with TCVN3 or VNI fonts; each kind of change is told."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analysis.encodings import Kind, to_unicode
from analysis.errors import Cell, Fault, Notice

UNTOLD_FONT = "Không rõ chữ gõ bằng bảng mã nào"
CONVERTED = "Chữ gõ bằng phông chữ cũ"
ZERO_CHARACTERS = "Ký tự rỗng trong ô"

_SAID: dict[Kind, str] = {
    "tcvn3": "Chữ mã TCVN3 (font .VnTime) đã chuyển sang Unicode",
    "vni": "Chữ mã VNI (font VNI-Times) đã chuyển sang Unicode",
}

Grid = Sequence[Sequence[Any]]


def in_unicode(sheets: Sequence[tuple[str, Grid]], name: str) -> tuple[list[Grid], list[Fault], list[Notice]]:
    """The grids of a file's (title, grid) sheets with converted text, a fault a cell that could not be told, a notice a kind and sheet."""
    distinct = sorted({value for _, grid in sheets for row in grid for value in row if type(value) is str and not value.isascii()} | _zeroed(sheets))
    cleaned = {text: text.replace("\0", "") for text in distinct}
    found = to_unicode(list(cleaned.values()))
    kinds: dict[str, Kind] = {text: kind for text, kind in zip(distinct, found.kinds, strict=True) if kind != "unicode"}
    changed = {text: new for text, new in zip(distinct, found.texts, strict=True) if new != text}
    if not kinds and not changed:
        return [grid for _, grid in sheets], [], []
    faults, notices = [], []
    for title, grid in sheets:
        cells = [
            (kinds.get(value), Cell(title, row, column), value)
            for row, values in enumerate(grid, 1)
            for column, value in enumerate(values, 1)
            if type(value) is str and (value in kinds or "\0" in value)
        ]
        faults += [_untold(name, cell, value) for kind, cell, value in cells if kind == "unknown"]
        notices += _notices(name, title, cells)
    grids = [[[changed.get(value, value) if type(value) is str else value for value in row] for row in grid] for _, grid in sheets]
    return [*grids], faults, notices


def _zeroed(sheets: Sequence[tuple[str, Grid]]) -> set[str]:
    return {value for _, grid in sheets for row in grid for value in row if type(value) is str and "\0" in value}


def _untold(name: str, cell: Cell, value: str) -> Fault:
    action = "chuyển mã sang Unicode bằng UniKey (Bảng mã đích: Unicode dựng sẵn) rồi lưu lại"
    return Fault(UNTOLD_FONT, f"{name}, {cell}", f"“{value}”", "chữ Unicode (font Times New Roman, Arial …)", action, cell)


def _notices(name: str, title: str, cells: Sequence[tuple[Kind | None, Cell, str]]) -> list[Notice]:
    counts = Counter(kind for kind, _, _ in cells)
    notices = [Notice(CONVERTED, f"{name}, trang tính “{title}”: {counts[kind]} ô", said) for kind, said in _SAID.items() if counts[kind]]
    zeroed = [cell for _, cell, value in cells if "\0" in value]
    return notices + [Notice(ZERO_CHARACTERS, f"{name}, {cell}", "ký tự rỗng (U+0000) không thấy được đã bỏ khỏi ô") for cell in zeroed]
