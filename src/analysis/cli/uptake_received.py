"""What ``check`` and ``import`` do with tables of online-service counts: the months of a form, or cumulative captures."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.placing import mark, place_files
from analysis.cli.project_files import tables_of
from analysis.cli.told import Refused, notices_told, uptake_lines, uptake_told
from analysis.errors import DataFaults, Fault
from analysis.project import Project

if TYPE_CHECKING:
    from analysis.ingest.uptake_intake import UptakeOptions
    from analysis.store import Tables

UPTAKE_KINDS = ("uptake-monthly", "uptake-snapshot")


def checked_uptake(path: Path, tables: "Tables", layout: str, is_synthetic: bool) -> str:
    """What a sound file of counts holds and which sources tell the same already. Raises ``DataFaults`` with its faults."""
    from analysis.ingest.uptake_intake import UptakeOptions, rates_of, read_uptake, told_by
    from analysis.text import number

    reading = read_uptake(path, tables, UptakeOptions(date.today(), layout, is_synthetic))
    rates = rates_of(reading)
    both = told_by(rates, tables.uptake)
    lines = [f"{path.name}: {uptake_told(reading, rates)}, không có lỗi."]
    lines += [f"{number(len(rows))} số trong đó nguồn {source_id} đang dùng cũng có." for source_id, rows in both.items()]
    return "\n".join([*lines, *notices_told(reading.notices)])


def import_uptake(project: Project, files: Sequence[Path], options: "UptakeOptions") -> None:
    """All files go in together, or none: those with faults are marked and told."""
    from analysis.ingest.uptake_intake import UptakeReceiver
    from analysis.sources import read_register

    receiver = UptakeReceiver(tables_of(project), read_register(project.raw), options)
    faults: list[Fault] = []
    marked: list[str] = []
    with click.progressbar(length=len(files) + 1, label="Đọc, kiểm tra, dựng lại số liệu", file=sys.stderr) as bar:
        for path in files:
            try:
                receiver.receive(path)
            except DataFaults as error:
                faults += error.faults
                marked += mark(project, path, error)
            bar.update(1)
        if faults:
            raise Refused(faults, marked)
        place_files(project, [one.arrival for one in receiver.received])
        bar.update(1)
    for one in receiver.received:
        click.echo("\n".join(uptake_lines(one)))
