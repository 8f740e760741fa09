"""A report folder is complete or absent: rendered beside, renamed at the end, and locked against a second run."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from analysis.errors import RunLocked, writing_to

LOCK = ".lantoa.lock"
RENDERING = ".rendering-"
REPLACED = ".replaced-"


@contextmanager
def locked(reports: Path) -> Iterator[None]:
    """Hold the reports folder; the operating system frees the lock when a holder dies. Raises ``RunLocked``, ``FolderUnusable``."""
    with writing_to(reports):
        reports.mkdir(parents=True, exist_ok=True)
        lock = FileLock(reports / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunLocked(f"Một lượt chạy khác đang dùng thư mục {reports}. Hãy đợi lượt đó xong rồi chạy lại.") from None
    try:
        with writing_to(reports):
            _clear_remains(reports)
        yield
    finally:
        lock.release()


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``target`` when the block ends well; otherwise ``target`` stays as it was.

    Call inside ``locked``, which clears what a killed run left behind.
    """
    with writing_to(target.parent):
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
    try:
        rendering.replace(target)
    except OSError:
        if replaced.exists():
            replaced.replace(target)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def _clear_remains(reports: Path) -> None:
    """Put back reports that a killed run had set aside, and remove what it was rendering."""
    for replaced in reports.glob(f"{REPLACED}*"):
        target = reports / replaced.name.removeprefix(REPLACED)
        if not target.exists():
            replaced.replace(target)
        shutil.rmtree(replaced, ignore_errors=True)
    for remains in reports.glob(f"{RENDERING}*"):
        shutil.rmtree(remains, ignore_errors=True)
