"""What ``check`` and ``import`` do with the panel of a dossier log."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from analysis.cli.placing import place_files
from analysis.cli.told import Refused
from analysis.errors import DataFaults, Fault
from analysis.project import Project

DOSSIER_PANEL = "dossier-panel"


def is_dossier_panel(path: Path) -> bool:
    """Whether a file is the panel of a dossier log."""
    from analysis.ingest.dossiers.panel_file import is_panel

    return path.suffix == ".parquet" and is_panel(path)


def checked_panel(path: Path) -> str:
    """What a sound panel holds, in a line. Raises ``DataFaults``."""
    from analysis.ingest.dossiers.panel_file import read_panel
    from analysis.text import number

    account = read_panel(path, path.name).account
    counted, aside = number(account.rows_counted), number(sum(account.set_aside.values()))
    return f"{path.name}: {account.name_vi}, {number(account.rows_in)} dòng vào = {counted} được tính + {aside} để riêng, không có lỗi."


def import_panels(project: Project, files: Sequence[Path], replaces: str | None, replaces_synthetic: bool) -> None:
    """All panels go in together, or none."""
    from analysis.ingest.dossiers.intake import PanelArrival, receive_panel
    from analysis.sources import read_register
    from analysis.text import number

    registered = read_register(project.raw)
    received: list[PanelArrival] = []
    faults: list[Fault] = []
    for path in files:
        try:
            others = [*registered, *(one.arrival.source for one in received)]
            received.append(receive_panel(path, others, date.today(), replaces, replaces_synthetic=replaces_synthetic))
        except DataFaults as error:
            faults += error.faults
    if faults:
        raise Refused(faults, [])
    place_files(project, [one.arrival for one in received])
    for one in received:
        told = f"{number(one.account.rows_in)} dòng vào, {number(one.account.rows_counted)} hồ sơ được tính"
        click.echo(f"Đã nạp {one.arrival.path.name}: {told}; mã {one.arrival.source.source_id}.")
        for old in one.arrival.replaces:
            click.echo(f"Thay cho {old.source_id} ({old.document}); tệp cũ vẫn giữ ở data/raw/{old.path}.")
