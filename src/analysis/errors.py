"""The few errors a person can act on, each with its exit code.

``DataFaults`` carries every fault of a run at once, so that an office mends a file in one pass.
Anything else that escapes is our own bug and leaves the program with exit code 1.
"""

import errno
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXIT_DONE = 0
EXIT_OUR_FAULT = 1
EXIT_USAGE = 2
EXIT_DATA_FAULTS = 3
EXIT_LOCKED = 5

FAULTS_SHOWN_PER_CAUSE = 20  # a wholly wrong column must not hide the next cause below the screen


class LantoaError(Exception):
    """A situation the reader of the message can change; ``exit_code`` is for schedulers."""

    exit_code = EXIT_DATA_FAULTS


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of a received file.

    ``where`` names file, line or cell; ``found`` quotes the value; ``accepted`` says what would be
    right; ``action`` what to do. ``cause`` groups faults of one kind. All but ``cause`` are Vietnamese.
    """

    cause: str
    where: str
    found: str
    accepted: str
    action: str

    def __str__(self) -> str:
        return f"{self.where}: gặp {self.found}; chấp nhận: {self.accepted}. Cách xử lý: {self.action}."


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
    """Vietnamese text of all faults, grouped by cause with a count for each group."""
    counts = Counter(fault.cause for fault in faults)
    lines = [f"Dữ liệu có {len(faults)} lỗi; chưa ghi gì, dữ liệu cũ còn nguyên."]
    for cause, count in counts.items():
        lines.append(f"\n[{count} lỗi] {cause}")
        of_cause = [fault for fault in faults if fault.cause == cause]
        lines += [f"  - {fault}" for fault in of_cause[:FAULTS_SHOWN_PER_CAUSE]]
        if count > FAULTS_SHOWN_PER_CAUSE:
            lines.append(f"  … và {count - FAULTS_SHOWN_PER_CAUSE} lỗi cùng loại")
    return "\n".join(lines)
