"""The few errors a person can act on, each with its exit code.

``DataFaults`` carries every fault of a run at once, so that an office mends a file in one pass.
Anything else that escapes is our own bug and leaves the program with exit code 1.
"""

import errno
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from string import ascii_uppercase

EXIT_DONE = 0
EXIT_OUR_FAULT = 1
EXIT_USAGE = 2
EXIT_DATA_FAULTS = 3
EXIT_LOCKED = 5

FAULTS_SHOWN_PER_CAUSE = 20  # a wholly wrong column must not hide the next cause below the screen
PLACES_SHOWN = 5  # the same wrong value in many cells is told once, with the first places


class LantoaError(Exception):
    """A situation the reader of the message can change; ``exit_code`` is for schedulers."""

    exit_code = EXIT_DATA_FAULTS


@dataclass(frozen=True)
class Cell:
    """A cell of a received workbook; row and column count from 1."""

    sheet: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """As Excel calls it: ``D12``."""
        letters, rest = "", self.column
        while rest:
            rest, letter = divmod(rest - 1, len(ascii_uppercase))
            letters = ascii_uppercase[letter] + letters
        return f"{letters}{self.row}"

    def __str__(self) -> str:
        return f"trang tính “{self.sheet}”, ô {self.name}"


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of a received file, in Vietnamese.

    ``cause`` groups faults of one kind; ``where`` names file, line or cell; ``found`` quotes the value; ``accepted``
    says what would be right; ``action`` what to do. ``cell`` is the cell to colour in a workbook that is sent back.
    """

    cause: str
    where: str
    found: str
    accepted: str
    action: str
    cell: Cell | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.advice}"

    @property
    def advice(self) -> str:
        """What was found, what is accepted and what to do, without the place."""
        return f"gặp {self.found}; chấp nhận: {self.accepted}. Cách xử lý: {self.action}."


@dataclass(frozen=True)
class Notice:
    """Something of a received file that was understood and used, which its sender should know: ``said`` in Vietnamese."""

    cause: str
    where: str
    said: str


class DataFaults(LantoaError):
    """All faults of the received data; nothing was imported or written over."""

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        super().__init__(describe_faults(self.faults))


class ReportRefused(LantoaError):
    """A report cannot be made as asked (unknown year, notebook contract broken, failed gate)."""


class FolderUnusable(LantoaError):
    """A folder cannot be written or the disk is full; what was there before is untouched."""


_UNWRITABLE_VI = {
    getattr(errno, "EDQUOT", errno.ENOSPC): "đã hết hạn mức đĩa",
    errno.ENOSPC: "đĩa đã đầy",
    errno.EACCES: "không có quyền ghi",
    errno.EPERM: "không có quyền ghi",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.EISDIR: "tên tệp trùng với một thư mục",
    errno.ENAMETOOLONG: "tên tệp quá dài",
    errno.EEXIST: "đây là một tệp, không phải thư mục",
    errno.ENOTDIR: "đây là một tệp, không phải thư mục",
}


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn the errors of an unwritable or full folder into ``FolderUnusable``; any other ``OSError`` is our own fault."""
    try:
        yield
    except OSError as error:
        if error.errno not in _UNWRITABLE_VI:
            raise
        raise FolderUnusable(
            f"Không ghi được vào thư mục {folder}: {_UNWRITABLE_VI[error.errno]}. "
            "Hãy giải phóng dung lượng, xin quyền ghi hoặc chọn thư mục khác; những gì đã có còn nguyên."
        ) from error


class RunLocked(LantoaError):
    """Another run holds the reports folder."""

    exit_code = EXIT_LOCKED


def describe_faults(faults: Sequence[Fault]) -> str:
    """Vietnamese text of all faults, grouped by cause with a count for each group; a value repeated in many places is told once."""
    return "\n".join([f"Dữ liệu có {len(faults)} lỗi; chưa ghi gì, dữ liệu cũ còn nguyên.", *fault_lines(faults)])


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """A heading a cause with its count, then a line for each thing found."""
    lines = []
    for cause, count in Counter(fault.cause for fault in faults).items():
        lines.append(f"\n[{count} lỗi] {cause}")
        places: dict[str, list[str]] = {}
        for fault in faults:
            if fault.cause == cause:
                places.setdefault(fault.advice, []).append(fault.where)
        lines += [f"  - {_places(where)}: {advice}" for advice, where in list(places.items())[:FAULTS_SHOWN_PER_CAUSE]]
        if len(places) > FAULTS_SHOWN_PER_CAUSE:
            untold = sum(len(where) for where in list(places.values())[FAULTS_SHOWN_PER_CAUSE:])
            lines.append(f"  … và {untold} lỗi cùng loại")
    return lines


def notice_lines(notices: Sequence[Notice]) -> list[str]:
    """A line for each thing understood, with its places."""
    ordered = sorted(notices, key=lambda notice: (notice.cause, notice.said))
    grouped = groupby(ordered, key=lambda notice: (notice.cause, notice.said))
    return [f"  - {cause}: {said} ({_places([notice.where for notice in same])})" for (cause, said), same in grouped]


def _places(where: Sequence[str]) -> str:
    shown = "; ".join(where[:PLACES_SHOWN])
    return f"{shown} và {len(where) - PLACES_SHOWN} chỗ khác" if len(where) > PLACES_SHOWN else shown
