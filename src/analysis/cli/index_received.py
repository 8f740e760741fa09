"""What ``check`` and ``import`` do with files of index figures: a publisher's workbook, or the form with a printed table."""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.placing import mark, place_files
from analysis.cli.project_files import tables_of
from analysis.cli.told import Refused, comparison_lines, index_lines, index_told, notices_told
from analysis.errors import DataFaults, Fault
from analysis.project import Project

if TYPE_CHECKING:
    from analysis.ingest.index_intake import IndexArrival, IndexOptions
    from analysis.store import Tables

INDEX_KINDS = ("pci-workbook", "papi-workbook", "index-annex")


def checked_index(path: Path, tables: "Tables", layout: str) -> str:
    """What a sound file of index figures holds and how it stands to the figures in use. Raises ``DataFaults`` with its faults."""
    from analysis.ingest.index_intake import compare_unplaced, read_index

    reading = read_index(path, tables, layout)
    found = compare_unplaced(reading, path.name, tables.index_scores)
    return "\n".join([f"{path.name}: {index_told(reading)}, không có lỗi.", *comparison_lines(found, tables), *notices_told(reading.notices)])


def import_index(project: Project, files: Sequence[Path], kind: str, year: int | None, replaces: str | None) -> None:
    """All files go in together, or none: those with faults are marked and told."""
    from analysis.ingest.index_intake import IndexOptions, compare

    tables = tables_of(project)
    before = tables.index_scores
    with click.progressbar(length=len(files) + 1, label="Đọc, kiểm tra, dựng lại số liệu", file=sys.stderr) as bar:
        received = _received(project, files, tables, IndexOptions(date.today(), kind, year, replaces), bar.update)
        place_files(project, [one.arrival for one in received])
        bar.update(1)
    conflicts = tables.index_conflicts
    for one in received:
        click.echo("\n".join(index_lines(one, compare(one, before, conflicts), tables)))


def _received(
    project: Project, files: Sequence[Path], tables: "Tables", options: "IndexOptions", on_step: Callable[[int], None]
) -> "list[IndexArrival]":
    """Every file read and held against the register and against the files before it. Raises ``Refused`` with the faults of all."""
    from analysis.ingest.index_intake import receive_index
    from analysis.sources import read_register

    registered = read_register(project.raw)
    received: list[IndexArrival] = []
    faults: list[Fault] = []
    marked: list[str] = []
    for path in files:
        try:
            received.append(receive_index(path, project.raw, tables, [*registered, *(one.arrival.source for one in received)], options))
        except DataFaults as error:
            faults += error.faults
            marked += mark(project, path, error)
        on_step(1)
    if faults:
        raise Refused(faults, marked)
    return received
