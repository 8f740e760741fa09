"""Received files into ``data/raw``: whole or not at all, registered with their hashes, earlier versions kept and marked.

What was built before stays in force until the new files were placed, registered and found to build with all others.
"""

import re
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

from analysis.errors import DataFaults, Fault, LantoaError, fault_lines
from analysis.ingest.activity_log import LogReading
from analysis.ingest.build import Build, build_tables
from analysis.ingest.contradictions import CONTRADICTED
from analysis.ingest.index_folder import NONE, SCORES, FolderFiles
from analysis.ingest.unfinished import INCOMING, clear_unfinished, holding, note_placing
from analysis.sources import Source, read_register, rewrite
from analysis.text import day_of_iso, fold

OFFICE_TABLES = ("activities", "uptake", "dossier_cells", "plans")  # what offices send; shipped figures are corrected, not withdrawn
OFFICE_LAYOUTS = (SCORES, "qd766_counts")  # likewise, where a file came in a form or a publisher's workbook
INVENTED_TABLES = ("activities", "uptake", "dossier_cells")  # those that a synthetic set may hold
LONGEST_NAME = 80
MOST_ALIKE = 1000  # files of one name, or of one day and content


class NotAsAsked(LantoaError):
    """An import that needs a decision of the office: which version replaces which, real or synthetic, and the like."""


@dataclass(frozen=True)
class Arrival:
    """A file to place: where it lies now, its entry in the register, the sources in force that it replaces, and its reading if it was read."""

    path: Path
    source: Source
    replaces: tuple[Source, ...] = ()
    reading: LogReading | None = field(default=None, repr=False)


def synthetic_set_out(registered: Sequence[Source], *, is_synthetic: bool, replaces_synthetic: bool) -> list[Source]:
    """The synthetic set, which goes as a whole when the first real log or counts come, and only when asked; nor may it come beside real ones.

    Raises ``NotAsAsked``.
    """
    held = [source for source in registered if source.is_in_force and source.table in INVENTED_TABLES]
    if is_synthetic:
        if real := [source.source_id for source in held if not source.is_synthetic]:
            raise NotAsAsked(f"Bộ đang dùng số liệu thật ({', '.join(real)}), nên không nạp số liệu mô phỏng: hai loại không được lẫn nhau.")
        return []
    invented = [source for source in registered if source.is_in_force and source.is_synthetic]
    if any(source.is_synthetic for source in held) and not replaces_synthetic:
        raise NotAsAsked(
            "Bộ đang dùng số liệu mô phỏng; số liệu thật và mô phỏng không được lẫn nhau. Thêm --replace-synthetic để thôi dùng bộ mô phỏng "
            "(nhật ký, bảng hồ sơ, sổ hồ sơ; tệp vẫn giữ lại), hoặc thêm --synthetic nếu tệp này cũng là số liệu thử."
        )
    return invented if any(source.is_synthetic for source in held) else []


def safe_name(name: str) -> str:
    """A file name without diacritics, spaces or anything a file system could take amiss."""
    path = Path(fold(name))
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem).strip("-")[:LONGEST_NAME] or "tep"
    return stem + re.sub(r"[^a-z0-9.]", "", path.suffix)


def free_id(stem: str, taken: Collection[str]) -> str:
    """``stem``, or with the first number behind it that makes an id not ``taken``."""
    return next(name for name in (stem, *(f"{stem}-{number}" for number in range(2, MOST_ALIKE))) if name not in taken)


def free_path(folder: str, name: str, taken: Collection[str]) -> str:
    """A place in ``folder`` that no earlier file of the same name has: what was replaced or withdrawn is kept."""
    stem, suffix = Path(name).stem, Path(name).suffix
    names = (f"{folder}/{name}", *(f"{folder}/{stem}-ban-{number}{suffix}" for number in range(2, MOST_ALIKE)))
    return next(path for path in names if path not in taken)


def refuse_same(path: Path, sha256: str, registered: Sequence[Source], replaces: str | None) -> None:
    """The very same file is not taken in twice, nor one that another replaced. Raises ``NotAsAsked``."""
    for known in registered:
        if known.sha256 == sha256 and known.is_in_force:
            raise NotAsAsked(f"{path.name}: giống hệt tệp đã nạp ngày {day_of_iso(known.received_on)} ({known.source_id}); không thay đổi gì.")
    refuse_replaced(path, sha256, registered, replaces)


def refuse_replaced(path: Path, sha256: str, registered: Sequence[Source], replaces: str | None) -> None:
    """A file that another replaced only comes back in place of that, as long as that is in force. Raises ``NotAsAsked``."""
    in_force = {source.source_id for source in registered if source.is_in_force}
    successors = [source.superseded_by for source in registered if source.sha256 == sha256 and source.superseded_by in in_force]
    if successors and replaces is None:
        raise NotAsAsked(f"{path.name}: đây là bản đã được thay bằng {successors[-1]}. Nếu muốn dùng lại bản này, thêm --replaces {successors[-1]}.")


def place(raw: Path, arrivals: Sequence[Arrival], folder: FolderFiles = NONE) -> tuple[Build, list[Source]]:
    """Put files under ``raw`` and into the register when everything builds with them; the build and the sources then in the register.

    Everything is the register and what stands in the office's index ``folder``.
    Raises ``DataFaults`` when it does not build, and leaves folder and register as they were.
    """
    with holding(raw):
        marked = {old.source_id: arrival.source.source_id for arrival in arrivals for old in arrival.replaces}
        registered = read_register(raw)
        _refuse_taken(registered, arrivals, marked)
        superseded = [replace(source, superseded_by=marked[source.source_id]) for source in registered if source.source_id in marked]
        kept = _with_changes(registered, superseded)
        waiting = {raw / f"{INCOMING}{uuid4().hex}{arrival.path.suffix}": arrival for arrival in arrivals}
        try:
            build = _try_build(raw, kept, waiting, folder)
            _settle(raw, waiting, superseded)
        finally:
            for path in waiting:
                path.unlink(missing_ok=True)
    return build, [*kept, *(arrival.source for arrival in arrivals)]


def _refuse_taken(registered: Sequence[Source], arrivals: Sequence[Arrival], marked: Mapping[str, str]) -> None:
    """Nothing may take an id or a place that is taken, or replace what is no longer in force: the register would be unreadable or double."""
    in_force = {source.source_id for source in registered if source.is_in_force}
    if gone := sorted(set(marked) - in_force):
        raise NotAsAsked(f"{', '.join(gone)} vừa được thay hoặc rút bởi một lượt nạp khác. Hãy chạy lại lệnh.")
    sources = [*registered, *(arrival.source for arrival in arrivals)]
    for taken in (Counter(source.source_id for source in sources), Counter(source.path for source in sources)):
        if repeated := sorted(name for name, times in taken.items() if times > 1):
            raise NotAsAsked(f"Danh mục nguồn đã có {', '.join(repeated)}; chưa ghi gì. Hãy đổi tên tệp rồi nạp lại.")


def withdraw(raw: Path, source_id: str, on: date, folder: FolderFiles = NONE) -> tuple[Build, list[Source], list[Source]]:
    """Take a received log, table of dossiers, plan or index file out of force and keep its files; a plan goes with its items and papers.

    Returns the build, the sources then in the register, and those taken out. Raises ``NotAsAsked`` for a source that is not one of
    those, or on which something in force rests.
    """
    with holding(raw):
        registered = read_register(raw)
        taken = [replace(source, withdrawn_on=on.isoformat()) for source in _to_withdraw(registered, source_id)]
        sources = _with_changes(registered, taken)
        try:
            build = build_tables(raw, sources, folder=folder)
        except DataFaults as error:
            raise NotAsAsked(_why_not_withdrawn(source_id, error.faults, _faults_now(raw, registered, folder))) from error
        rewrite(raw, changing=taken)
    return build, sources, taken


def _faults_now(raw: Path, registered: Sequence[Source], folder: FolderFiles) -> tuple[Fault, ...]:
    try:
        build_tables(raw, registered, folder=folder)
    except DataFaults as error:
        return error.faults
    return ()


def _why_not_withdrawn(source_id: str, left: Sequence[Fault], now: Sequence[Fault]) -> str:
    """What rests on the source, or what is wrong with or without it."""
    resting = [fault for fault in left if fault not in now]
    if not resting:
        told = "\n".join(fault_lines(left))
        return f"Chưa rút được {source_id}, chưa thay đổi gì: phần còn lại có {len(left)} lỗi không do nguồn này. Hãy xử lý trước rồi rút.\n{told}"
    held = ", ".join(sorted({fault.where.partition(",")[0] for fault in resting}))
    return f"Chưa rút được {source_id}: còn {len(resting)} chỗ dựa vào nguồn này, ở {held}. Hãy rút hoặc thay các tệp đó trước."


def is_from_office(source: Source) -> bool:
    """Whether an office sent or took in a file itself: logs, tables and panels of dossiers, plans, files of index figures, 766 counts."""
    return source.table in OFFICE_TABLES or (source.table in OFFICE_LAYOUTS and bool(source.layout))


def _to_withdraw(registered: Sequence[Source], source_id: str) -> list[Source]:
    named = [source for source in registered if source.source_id == source_id and source.is_in_force and is_from_office(source)]
    if not named:
        kinds = "nhật ký, bảng hồ sơ, sổ hồ sơ, kế hoạch, tệp chỉ số hay bảng số liệu 766"
        raise NotAsAsked(f"Không có {kinds} đang dùng mang mã “{source_id}”. Xem các mã bằng lệnh “lantoa received”.")
    if named[0].table != "plans":
        return named
    folder = Path(named[0].path).parent
    return [source for source in registered if Path(source.path).parent == folder and source.is_in_force]


def _with_changes(registered: Sequence[Source], changed: Sequence[Source]) -> list[Source]:
    by_id = {source.source_id: source for source in changed}
    return [by_id.get(source.source_id, source) for source in registered]


def _try_build(raw: Path, kept: list[Source], waiting: Mapping[Path, Arrival], folder: FolderFiles) -> Build:
    """Build with the new files under hidden names, which readers of the register pass over."""
    for target, arrival in waiting.items():
        shutil.copyfile(arrival.path, target)
    new = [arrival.source for arrival in waiting.values()]
    files = {arrival.source.source_id: target for target, arrival in waiting.items()}
    readings = {arrival.source.sha256: arrival.reading for arrival in waiting.values() if arrival.reading is not None}
    try:
        return build_tables(raw, [*kept, *new], readings, folder, files)
    except DataFaults as error:
        raise DataFaults([_named(fault, waiting) for fault in _of_the_new(error.faults, new)]) from error


def _of_the_new(faults: Sequence[Fault], new: Sequence[Source]) -> list[Fault]:
    """Without what sources that were sound so far are told only because a new file contradicts them."""
    is_new = [any(source.path in fault.where for source in new) for fault in faults]
    contradicted = any(told and fault.cause == CONTRADICTED for told, fault in zip(is_new, faults, strict=True))
    return [fault for told, fault in zip(is_new, faults, strict=True) if told or fault.cause != CONTRADICTED or not contradicted]


def _named(fault: Fault, waiting: Mapping[Path, Arrival]) -> Fault:
    """A fault that calls the files by the names the office knows."""
    where = fault.where
    for arrival in waiting.values():
        where = where.replace(arrival.source.path, arrival.path.name)
    return replace(fault, where=where)


def _settle(raw: Path, waiting: Mapping[Path, Arrival], superseded: Sequence[Source]) -> None:
    """Give the files their names and write the register; stopped anywhere before the end, the files are taken back out."""
    sources = [arrival.source for arrival in waiting.values()]
    note_placing(raw, [source.path for source in sources])
    try:
        for path, source in zip(waiting, sources, strict=True):
            target = raw / source.path
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        rewrite(raw, adding=sources, changing=superseded)
    finally:
        clear_unfinished(raw)
