"""What ``template``, ``check`` and ``import`` do with counts of the 766 index copied into the form."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.placing import mark, place_files
from analysis.cli.project_files import WORKBOOK, ready_project, refuse_overwriting, tables_of
from analysis.cli.told import Refused, notices_told
from analysis.errors import DataFaults, Fault
from analysis.project import Project

if TYPE_CHECKING:
    from analysis.ingest.qd766_files.intake import CountsArrival
    from analysis.ingest.qd766_files.reader import CountsReading
    from analysis.store import Tables

QD766_KIND = "qd766-counts"


class Day(click.ParamType[date]):
    """A day, as 2024-01-31 or 31/01/2024."""

    name = "NGÀY"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from analysis.written_days import read_day

        try:
            found = read_day(str(value))
        except ValueError:
            found = None
        if found is None or found.precision != "day":
            self.fail(f"gặp “{value}”, cần một ngày như 2024-01-31 hoặc 31/01/2024.", param, ctx)
        return found.start


@click.command("qd766")
@click.option("--from", "start", type=Day(), required=True, help="Ngày đầu của kỳ trên Cổng Dịch vụ công quốc gia.")
@click.option("--to", "end", type=Day(), required=True, help="Ngày cuối của kỳ; kỳ chưa hết thì là ngày chép số.")
@click.option("--province", metavar="MÃ", help="Mã tỉnh trong danh mục của kỳ; mặc định là tỉnh của bộ (lantoa.toml).")
@click.option("--with-units", is_flag=True, help="Thêm từng sở, ngành, huyện, xã của tỉnh; mặc định chỉ cả tỉnh.")
@click.option("--out", type=WORKBOOK, required=True, help="Tệp .xlsx sẽ ghi.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def qd766_template(start: date, end: date, province: str | None, with_units: bool, out: Path, force: bool) -> None:
    """Biểu mẫu chép số đếm Bộ chỉ số 766 từ Cổng Dịch vụ công quốc gia: mỗi đơn vị và mục một dòng.

    \b
    Ví dụ: lantoa template qd766 --from 2024-01-01 --to 2024-12-31 --out so-lieu-766.xlsx
    """
    from analysis.ingest.qd766_files.template import write_qd766_template

    project = ready_project()
    tables = tables_of(project)
    refuse_overwriting(project, out, force)
    write_qd766_template(out, tables.units, tables.qd766_items, province or project.settings.province, (start, end), with_units=with_units)
    click.echo(f"Đã tạo biểu mẫu {out}")


def is_qd766(path: Path) -> bool:
    """Whether a file is the form of the 766 index."""
    from analysis.ingest.qd766_files.reader import is_counts

    return is_counts(path)


def checked_qd766(path: Path, tables: "Tables") -> str:
    """What a sound form holds. Raises ``DataFaults`` with its faults."""
    from analysis.ingest.qd766_files.intake import read_form

    reading = read_form(path, tables, date.today())
    return "\n".join([f"{path.name}: {_told(reading)}, không có lỗi.", *notices_told(reading.notices)])


def import_qd766(project: Project, files: Sequence[Path], replaces: str | None) -> None:
    """All files go in together, or none: those with faults are marked and told."""
    with click.progressbar(length=len(files) + 1, label="Đọc, kiểm tra, dựng lại số liệu", file=sys.stderr) as bar:
        received = _received(project, files, replaces)
        bar.update(len(files))
        place_files(project, [one.arrival for one in received])
        bar.update(1)
    for one in received:
        source = one.arrival.source
        click.echo(f"Đã nạp {one.arrival.path.name}: {_told(one.reading)}; mã {source.source_id}.")
        for old in one.arrival.replaces:
            click.echo(f"Thay cho {old.source_id} ({old.document}); tệp cũ vẫn giữ ở data/raw/{old.path}.")
        for line in notices_told(one.reading.notices):
            click.echo(line)


def _received(project: Project, files: Sequence[Path], replaces: str | None) -> "list[CountsArrival]":
    """Every file read and held against the register and the files before it. Raises ``Refused`` with the faults of all."""
    from analysis.ingest.qd766_files.intake import receive_counts
    from analysis.sources import read_register

    tables, registered = tables_of(project), read_register(project.raw)
    received: list[CountsArrival] = []
    faults: list[Fault] = []
    marked: list[str] = []
    for path in files:
        try:
            known = [*registered, *(one.arrival.source for one in received)]
            received.append(receive_counts(path, tables, known, date.today(), replaces))
        except DataFaults as error:
            faults += error.faults
            marked += mark(project, path, error)
    if faults:
        raise Refused(faults, marked)
    return received


def _told(reading: "CountsReading") -> str:
    from analysis.text import day

    rows, head = reading.rows, reading.head
    period = f"kỳ {day(head.start)} – {day(head.end)}" if head.start and head.end else "chưa rõ kỳ"
    return f"Bộ chỉ số 766, {period}, {rows['unit_code'].nunique()} đơn vị, {rows['item'].nunique()} mục, {len(rows)} dòng"
