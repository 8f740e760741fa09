"""Received files into ``data/raw``: whole or not at all, registered with their hashes, earlier versions kept and marked.

What was built before stays in force until the new files were placed, registered and found to build with all others.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from analysis.errors import DataFaults, Fault, LantoaError
from analysis.ingest.activity_log import LogReading
from analysis.ingest.build import Build, build_tables
from analysis.ingest.unfinished import INCOMING, clear_unfinished, holding, note_placing
from analysis.sources import Source, read_register, rewrite
from analysis.text import fold

WITHDRAWN = "rút lại"  # in place of a successor
LONGEST_NAME = 80


class NotAsAsked(LantoaError):
    """An import that needs a decision of the office: which version replaces which, real or synthetic, and the like."""


@dataclass(frozen=True)
class Arrival:
    """A file to place: where it lies now, its entry in the register, the sources in force that it replaces, and its reading if it was read."""

    path: Path
    source: Source
    replaces: tuple[Source, ...] = ()
    reading: LogReading | None = field(default=None, repr=False)


def safe_name(name: str) -> str:
    """A file name without diacritics, spaces or anything a file system could take amiss."""
    path = Path(fold(name))
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem).strip("-")[:LONGEST_NAME] or "tep"
    return stem + re.sub(r"[^a-z0-9.]", "", path.suffix)


def place(raw: Path, arrivals: Sequence[Arrival]) -> tuple[Build, list[Source]]:
    """Put files under ``raw`` and into the register when everything builds with them; the build and the sources then in the register.

    Raises ``DataFaults`` when it does not build, and leaves folder and register as they were.
    """
    with holding(raw):
        marked = {old.source_id: arrival.source.source_id for arrival in arrivals for old in arrival.replaces}
        kept = [replace(source, superseded_by=marked.get(source.source_id, source.superseded_by)) for source in read_register(raw)]
        waiting = {raw / f"{INCOMING}{uuid4().hex}{arrival.path.suffix}": arrival for arrival in arrivals}
        try:
            build = _try_build(raw, kept, waiting)
            _settle(raw, waiting, marked)
        finally:
            for path in waiting:
                path.unlink(missing_ok=True)
    return build, [*kept, *(arrival.source for arrival in arrivals)]


def withdraw(raw: Path, source_id: str) -> tuple[Build, list[Source]]:
    """Take a received log or plan out of force and keep its file; the build and the sources then in the register.

    Raises ``NotAsAsked`` for a source that is not one of those, and ``DataFaults`` when something in force rests on it.
    """
    with holding(raw):
        registered = read_register(raw)
        if not any(source.source_id == source_id and source.is_in_force for source in registered):
            raise NotAsAsked(f"Không có nguồn đang dùng mang mã “{source_id}”. Xem các mã bằng lệnh “lantoa received”.")
        sources = [replace(source, superseded_by=WITHDRAWN) if source.source_id == source_id else source for source in registered]
        build = build_tables(raw, sources)
        rewrite(raw, adding=[], superseding={source_id: WITHDRAWN})
    return build, sources


def _try_build(raw: Path, kept: list[Source], waiting: Mapping[Path, Arrival]) -> Build:
    """Build with the new files under hidden names, which readers of the register pass over."""
    for target, arrival in waiting.items():
        shutil.copyfile(arrival.path, target)
    tried = [replace(arrival.source, path=target.name) for target, arrival in waiting.items()]
    readings = {arrival.source.sha256: arrival.reading for arrival in waiting.values() if arrival.reading is not None}
    try:
        build = build_tables(raw, [*kept, *tried], readings)
    except DataFaults as error:
        raise DataFaults([_named(fault, waiting) for fault in error.faults]) from error
    paths = {arrival.source.source_id: arrival.source.path for arrival in waiting.values()}
    sources = build.tables["sources"]
    build.tables["sources"] = sources.assign(path=sources["source_id"].map(paths).fillna(sources["path"]))
    return build


def _named(fault: Fault, waiting: Mapping[Path, Arrival]) -> Fault:
    """A fault that calls the files by the names the office knows."""
    where = fault.where
    for target, arrival in waiting.items():
        where = where.replace(target.name, arrival.path.name)
    return replace(fault, where=where)


def _settle(raw: Path, waiting: Mapping[Path, Arrival], marked: Mapping[str, str]) -> None:
    """Give the files their names and write the register; stopped anywhere before the end, the files are taken back out."""
    sources = [arrival.source for arrival in waiting.values()]
    note_placing(raw, [source.path for source in sources])
    try:
        for path, source in zip(waiting, sources, strict=True):
            target = raw / source.path
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        rewrite(raw, adding=sources, superseding=marked)
    finally:
        clear_unfinished(raw)
