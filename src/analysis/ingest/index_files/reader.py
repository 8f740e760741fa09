"""The one entrance for files of index figures: recognise the kind, read it, faults and all."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis.encodings import UndecodableBytes, decode_bytes
from analysis.errors import DataFaults, Fault
from analysis.ingest.index_files.annex import is_annex, read_annex
from analysis.ingest.index_files.layout_maps import PANEL_LAYOUT, WORKBOOK_LAYOUTS, LayoutMap, layouts_beside
from analysis.ingest.index_files.panels import panel_of, read_panel
from analysis.ingest.index_files.sheet_choice import candidates_of
from analysis.ingest.index_files.workbook import empty_reading, read_index_workbook
from analysis.ingest.score_reading import IndexContext, ScoreReading
from analysis.ingest.workbooks import ReceivedWorkbook, read_workbook

ANNEX_LAYOUT = "index-annex"
INDEX_LAYOUTS = {
    "pci-workbook": "sổ tính PCI của VCCI",
    "papi-workbook": "sổ tính PAPI",
    PANEL_LAYOUT: "bảng dài, mỗi dòng một số liệu",
    ANNEX_LAYOUT: "biểu nhập chỉ số theo mẫu",
}
OTHER_KIND = "Tệp là loại khác"

_WORKBOOK_ENDINGS = (".xls", ".xlsx", ".xlsm")
_HEADER_BYTES = 8192  # a header line of a long table is far shorter


def read_index_file(path: Path, name: str, layout: str, context: IndexContext, *, expected_year: int | None = None) -> ScoreReading:
    """Scores of a file of a known ``layout`` (a key of ``INDEX_LAYOUTS``); ``name`` is how messages call the file.

    Every fault is in the reading, also of a file that cannot be opened; with faults it must not be taken in. ``expected_year`` is the
    edition that someone says the file holds. Raises ``ValueError`` for another layout.
    """
    if layout not in INDEX_LAYOUTS:
        raise ValueError(layout)
    try:
        reading = _read(path, name, layout, context, expected_year)
        return _told_kind(reading, path, name, layout) if reading.faults or not len(reading.rows) else reading
    except DataFaults as error:
        return empty_reading(error.faults)


def _read(path: Path, name: str, layout: str, context: IndexContext, expected_year: int | None) -> ScoreReading:
    if layout == ANNEX_LAYOUT:
        return read_annex(path, name, context, expected_year=expected_year)
    if layout == PANEL_LAYOUT:
        return read_panel(path, name, context, expected_year)
    maps = [layout_map for layout_map in layouts_beside(path) if layout_map.layout == layout and layout_map.is_for(Path(name).name)]
    return read_index_workbook(path, name, maps, context, expected_year)


def _told_kind(reading: ScoreReading, path: Path, name: str, layout: str) -> ScoreReading:
    """A faulty or empty reading with the kind that the file looks like, where that is another: first, and alone where nothing was read."""
    kind = recognise(path)
    if kind in (None, layout):
        return reading
    found = f"giống {INDEX_LAYOUTS[kind or '']}"
    fault = Fault(OTHER_KIND, name, found, INDEX_LAYOUTS[layout], f"dùng --kind {kind}")
    return replace(reading, faults=(fault, *reading.faults)) if len(reading.rows) else empty_reading([fault], reading.notices)


def recognise(path: Path) -> str | None:
    """The layout of a file, or None for a file that is none of ours or cannot be opened. Never raises for a foreign file.

    Raises ``DataFaults`` for a faulty layout map beside the file or above it: without it nothing can be said of the file.
    """
    ending = path.suffix.casefold()
    if ending not in (".csv", *_WORKBOOK_ENDINGS):
        return None
    maps = [layout for layout in layouts_beside(path) if layout.is_for(path.name)]
    try:
        if is_annex(path):
            return ANNEX_LAYOUT
        return _kind_of_csv(path, maps) if ending == ".csv" else _kind_of_book(read_workbook(path, path.name), maps)
    except (DataFaults, OSError, UnicodeError, csv.Error):
        return None


def _kind_of_csv(path: Path, maps: Sequence[LayoutMap]) -> str | None:
    with path.open("rb") as content:
        start = content.read(_HEADER_BYTES)
    if panel_of(_header_cells(start)) is not None:
        return PANEL_LAYOUT
    return _kind_of_book(read_workbook(path, path.name), maps)


def _header_cells(start: bytes) -> list[str]:
    line = start.split(b"\n")[0]
    try:
        text, _ = decode_bytes(line)
    except UndecodableBytes:
        return []
    separator = max(",;\t", key=text.count)
    return [cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=separator), [])]


def _kind_of_book(book: ReceivedWorkbook, maps: Sequence[LayoutMap]) -> str | None:
    """The kind whose maps know most components on a visible sheet."""
    if any(sheet.rows and panel_of(sheet.rows[0]) is not None for sheet in book.sheets):
        return PANEL_LAYOUT
    known = dict.fromkeys(WORKBOOK_LAYOUTS, 0)
    for layout in maps:
        found = max((len(candidate.heading.components) for candidate in candidates_of(book, layout)), default=0)
        known[layout.layout] = max(known[layout.layout], found)
    best = max(known, key=lambda kind: known[kind])
    return best if known[best] else None
