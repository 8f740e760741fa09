"""One import at a time, and nothing left behind by one that was killed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.errors import RunLocked, writing_to
from analysis.sources import registered_paths

LOCK = ".lock"
PATIENCE_SECONDS = 120  # several times what an import of a very large log takes
INCOMING = ".incoming-"  # hidden names, which readers of the register pass over
JOURNAL = ".placing.json"  # files about to get their names; what a killed run left is known by it


@contextmanager
def holding(raw: Path) -> Iterator[None]:
    """Hold ``data/raw`` alone, cleared of what a killed import left; who holds it may hold it again.

    Raises ``RunLocked`` when another import holds it too long.
    """
    try:
        with writing_to(raw), FileLock(raw / LOCK, timeout=PATIENCE_SECONDS, is_singleton=True):
            clear_unfinished(raw)
            yield
    except Timeout as error:
        raise RunLocked("Một lượt nạp khác đang ghi vào data/raw. Hãy đợi lượt đó xong rồi chạy lại.") from error


def recover(raw: Path) -> None:
    """Clear what a killed import left, if there is anything."""
    if (raw / JOURNAL).exists() or any(raw.glob(f"{INCOMING}*")):
        with holding(raw):
            pass


def note_placing(raw: Path, paths: list[str]) -> None:
    """Write down the files that are about to get their names, before any gets it."""
    (raw / JOURNAL).write_text(json.dumps(paths), encoding="utf-8")


def clear_unfinished(raw: Path) -> None:
    """Take out copies under hidden names, and files that had their names but have no entry in the register."""
    journal = raw / JOURNAL
    if journal.exists():
        known = registered_paths(raw)
        for path in json.loads(journal.read_text(encoding="utf-8") or "[]"):
            if path not in known:
                (raw / path).unlink(missing_ok=True)
        journal.unlink()
    for incoming in raw.glob(f"{INCOMING}*"):
        incoming.unlink()
