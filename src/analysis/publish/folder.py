"""A report folder is complete or absent: rendered beside, renamed at the end, and locked against a second run."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from analysis.errors import FolderUnusable, RunLocked

LOCK = ".lantoa.lock"
RENDERING = ".rendering-"
REPLACED = ".replaced-"
UNWRITABLE = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


@contextmanager
def locked(reports: Path) -> Iterator[None]:
    """Hold the reports folder; the operating system frees the lock when a holder dies. Raises ``RunLocked``, ``FolderUnusable``."""
    with _as_unusable(reports):
        reports.mkdir(parents=True, exist_ok=True)
        lock = FileLock(reports / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunLocked(f"Một lượt chạy khác đang dùng thư mục {reports}. Hãy đợi lượt đó xong rồi chạy lại.") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``target`` when the block ends well; otherwise ``target`` stays as it was.

    Call inside ``locked``: remains of a killed run are cleared, and a target it had set aside is put back.
    """
    with _as_unusable(target.parent):
        _recover(target)
        rendering = target.parent / f"{RENDERING}{uuid4().hex}"
        rendering.mkdir()
        try:
            yield rendering
            _swap(rendering, target)
        finally:
            shutil.rmtree(rendering, ignore_errors=True)


def _swap(rendering: Path, target: Path) -> None:
    replaced = target.parent / f"{REPLACED}{target.name}"
    if target.exists():
        target.replace(replaced)
    rendering.replace(target)
    shutil.rmtree(replaced, ignore_errors=True)


def _recover(target: Path) -> None:
    replaced = target.parent / f"{REPLACED}{target.name}"
    if replaced.exists() and not target.exists():
        replaced.replace(target)
    shutil.rmtree(replaced, ignore_errors=True)
    for remains in target.parent.glob(f"{RENDERING}*"):
        shutil.rmtree(remains, ignore_errors=True)


@contextmanager
def _as_unusable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise FolderUnusable(
            f"Không ghi được vào thư mục {folder}: {error.strerror or error}. "
            "Hãy giải phóng dung lượng, xin quyền ghi hoặc đổi thư mục báo cáo; báo cáo đã có còn nguyên."
        ) from error
