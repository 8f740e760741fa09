"""The office's own folder of index files: read where it stands, added to what the project ships, never copied."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import LantoaError, Notice
from analysis.project import OWN_MAPS
from analysis.sources import Source, sha256_of
from analysis.text import fold, normalise

SCORES = "index_scores"
PANEL = "index-panel"  # a long table that others gathered
PREFIX = "thu-muc-"  # no registered source is called so
SUFFIXES = (".csv", ".xls", ".xlsm", ".xlsx")
MAP_SUFFIX = OWN_MAPS.removeprefix("*")  # an office's own layout maps change how its files are read
NAMES_SHOWN = 20

NO_FOLDER = "Thư mục chỉ số"
UNKNOWN_FILES = "Tệp trong thư mục chỉ số không phải số liệu chỉ số"

VCCI = "Liên đoàn Thương mại và Công nghiệp Việt Nam (VCCI)"
PUBLISHERS = {
    "pci-workbook": VCCI,
    "papi-workbook": "Trung tâm Nghiên cứu phát triển và Hỗ trợ cộng đồng (CECODES), RTA và UNDP",
    PANEL: "tập hợp từ số công bố",
    "index-annex": "nơi công bố ghi trong tệp",
}
SHORT = {  # as a source line calls all files of a kind together
    "pci-workbook": "PCI (tệp Excel của VCCI)",
    "papi-workbook": "PAPI (tệp Excel của CECODES, RTA, UNDP)",
    PANEL: "bảng tổng hợp điểm các tỉnh",
    "index-annex": "bảng điểm nhập tay",
}
PUBLISHED = {"PAR INDEX": "PAR INDEX (Bộ Nội vụ)", "SIPAS": "SIPAS (Bộ Nội vụ)", "PCI": "PCI (VCCI)", "PAPI": "PAPI (CECODES, RTA, UNDP)"}
ADDRESS = "tệp {} trong thư mục chỉ số"
SHOWN = "thư mục chỉ số: "  # before the place of a file of the folder, as messages call it
TERMS = "Tệp của đơn vị, không kèm theo bộ công cụ"


class FolderUnreadable(LantoaError):
    """A file of the index folder cannot be opened."""


@dataclass(frozen=True)
class FolderFiles:
    """Sources of one build that are not in the register, and what is to be said of the folder they stand in."""

    sources: tuple[Source, ...] = ()
    notices: tuple[Notice, ...] = ()


NONE = FolderFiles()


def short_name(source: Source, editions: str) -> str:
    """How a source line calls a file: a long table is told by the indices that were read from it (``PCI 2005–2021``), with their publishers."""
    named = [shown for index, shown in PUBLISHED.items() if f"{index} " in f" {editions}"]
    is_panel = source.layout == PANEL and bool(named)
    return f"{source.short_vi} {' và '.join(named)}" if is_panel else source.short_vi


def folder_sources(folder: Path | None, raw: Path) -> FolderFiles:
    """The index files below ``folder`` as sources, each with a path relative to ``raw``; nothing where none is set.

    Panels that others gathered come last, so that what they quote does not go before the publisher's own file; otherwise by path.

    A file counts when a layout recognises it; all others are named in one notice. A folder that is not there is a notice and
    nothing else. Raises ``FolderUnreadable`` for a file that cannot be opened.
    """
    if folder is None:
        return NONE
    shown = _relative(folder, raw.parent.parent)
    if not folder.is_dir():
        return FolderFiles((), (Notice(NO_FOLDER, "lantoa.toml, index_dir", f"không có thư mục {shown}: chỉ dùng số liệu đi kèm"),))
    from analysis.ingest.index_files import recognise  # pandas and workbook readers, which a folder that is not there need not cost

    layouts = {path: recognise(path) for path in _listed(folder) if path.suffix.lower() in SUFFIXES}
    sources: dict[str, Source] = {}
    for path, layout in sorted(layouts.items(), key=lambda item: item[1] == PANEL):
        if layout is not None:
            source = _source(path, folder, raw, layout, sources)
            sources[source.source_id] = source
    unknown = [normalise(_relative(path, folder)) for path, layout in layouts.items() if layout is None]
    return FolderFiles(tuple(sources.values()), _unknown_notice(unknown, shown))


def below_folder(source: Source) -> str | None:
    """The place of a file below the index folder; None for a source of the register."""
    if not source.source_id.startswith(PREFIX):
        return None
    before, after = ADDRESS.split("{}")
    return source.addresses[0].removeprefix(before).removesuffix(after)


def fingerprint(folder: Path | None) -> str:
    """One hash over the names and contents of all files below ``folder`` that a build may read; empty where there is none."""
    if folder is None or not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in _listed(folder):
        digest.update(f"{_relative(path, folder)} {_sha256(path)}\n".encode())
    return digest.hexdigest()


def _listed(folder: Path) -> list[Path]:
    """Files that may hold scores or say how they are laid out, by path; what is hidden or open in Excel (``~$``) is passed over."""
    return sorted(_walked(folder), key=lambda path: _relative(path, folder))


def _walked(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith((*SUFFIXES, MAP_SUFFIX)) and not name.startswith((".", "~$")):
                yield Path(place) / name


def _source(path: Path, folder: Path, raw: Path, layout: str, taken: dict[str, Source]) -> Source:
    named = normalise(_relative(path, folder))
    return Source(
        source_id=_free_id(path, taken),
        path=_relative(path, raw),
        table=SCORES,
        short_vi=SHORT[layout],
        publisher=PUBLISHERS[layout],
        document=f"Tệp {named} trong thư mục chỉ số của đơn vị",
        edition="",  # told by what is read from it
        published="",
        received_on="",
        addresses=(ADDRESS.format(named),),
        sha256=_sha256(path),
        is_synthetic=False,
        terms=TERMS,
        note="",
        layout=layout,
    )


def _free_id(path: Path, taken: dict[str, Source]) -> str:
    stem = PREFIX + (re.sub(r"[^a-z0-9]+", "-", fold(path.stem)).strip("-") or "tep")
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return name


def _unknown_notice(names: list[str], shown: str) -> tuple[Notice, ...]:
    if not names:
        return ()
    more = f" và {len(names) - NAMES_SHOWN} tệp khác" if len(names) > NAMES_SHOWN else ""
    return (Notice(UNKNOWN_FILES, shown, f"bỏ qua {len(names)} tệp: {', '.join(names[:NAMES_SHOWN])}{more}"),)


def _relative(path: Path, start: Path) -> str:
    """Path from ``start``, which may be a link, with forward slashes. Raises ``FolderUnreadable`` where there is none (another drive)."""
    if path.is_relative_to(start):
        return path.relative_to(start).as_posix()
    try:
        return Path(os.path.relpath(path, os.path.realpath(start))).as_posix()
    except ValueError as error:
        raise FolderUnreadable(f"Thư mục chỉ số ({path}) ở ổ đĩa khác với bộ lantoa. Hãy chép thư mục sang cùng ổ đĩa rồi sửa index_dir.") from error


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise FolderUnreadable(f"Không mở được {path.name} trong thư mục chỉ số. Hãy đóng tệp hoặc xin quyền đọc rồi chạy lại.") from error
