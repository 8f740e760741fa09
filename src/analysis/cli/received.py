"""Commands for what offices send: templates out, files checked, plans read, files taken in."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.dossiers_received import DOSSIER_PANEL, checked_panel, import_panels, is_dossier_panel
from analysis.cli.index_received import INDEX_KINDS, checked_index, import_index
from analysis.cli.placing import mark, place_files
from analysis.cli.project_files import RECEIVED, YEAR, held_project, ready_project, tables_of
from analysis.cli.qd766_received import QD766_KIND, checked_qd766, import_qd766, is_qd766
from analysis.cli.told import Refused, log_lines, notices_told, source_lines
from analysis.cli.uptake_received import UPTAKE_KINDS, checked_uptake, import_uptake
from analysis.errors import DataFaults, Fault
from analysis.project import Project, open_project

if TYPE_CHECKING:
    from analysis.ingest.log_intake import LogOptions
    from analysis.store import Tables

LOG, PLAN = "activity-log", "plan"
KINDS = (LOG, PLAN, *INDEX_KINDS, *UPTAKE_KINDS, DOSSIER_PANEL, QD766_KIND)
# flags that say something of kinds besides logs and plans
FLAGS_OF = {**dict.fromkeys(UPTAKE_KINDS, ("synthetic", "replace-synthetic")), DOSSIER_PANEL: ("replace-synthetic",)}
STEPS_PER_LOG = 2  # cells read, cells checked


@click.command()
@click.argument("files", nargs=-1, required=True, type=RECEIVED)
@click.option(
    "--synthetic", "is_synthetic", is_flag=True, help="Tệp mô phỏng: nhật ký mỗi dòng ghi [Mô phỏng], bảng hồ sơ ghi “mô phỏng” ở đầu bảng."
)
def check(files: tuple[Path, ...], is_synthetic: bool) -> None:
    """Kiểm tra tệp mà không nạp: nhật ký, bảng hồ sơ, bản rà soát kế hoạch, tệp chỉ số. Tệp có lỗi được ghi lại thành tệp đánh dấu ô lỗi.

    \b
    Ví dụ:
      lantoa check nhat-ky-thang-5.xlsx
      lantoa check PCI_2016.xlsx par-index-2022.xlsx
      lantoa check ho-so-2022.xlsx
    """
    project = ready_project()
    tables, options = tables_of(project), _options(is_synthetic=is_synthetic)
    faults: list[Fault] = []
    marked: list[str] = []
    for path in files:
        try:
            click.echo(_checked(path, tables, options))
        except DataFaults as error:
            faults += error.faults
            marked += mark(project, path, error)
    if faults:
        raise Refused(faults, marked)


def _checked(path: Path, tables: "Tables", options: "LogOptions") -> str:
    """What a sound file holds, in a few lines. Raises ``DataFaults`` with its faults."""
    from analysis.ingest.index_files import recognise
    from analysis.ingest.log_intake import LogFaults, read_log
    from analysis.ingest.plan_document import is_review, read_review
    from analysis.ingest.uptake_files import recognise_uptake

    if is_dossier_panel(path):
        return checked_panel(path)
    if is_review(path):
        reviewed = read_review(path, path.name, tables.units)
        said = f"{path.name}: bản rà soát kế hoạch {reviewed.plan_rows.iloc[0]['plan_number']}, {len(reviewed.item_rows)} mục, không có lỗi."
        return "\n".join([said, *notices_told(reviewed.notices)])
    if is_qd766(path):
        return checked_qd766(path, tables)
    if layout := recognise_uptake(path):
        return checked_uptake(path, tables, layout, options.is_synthetic)
    if layout := recognise(path):
        return checked_index(path, tables, layout)
    reading = read_log(path, tables, options)
    if reading.faults:
        raise LogFaults(reading.faults, reading.notices)
    return "\n".join([f"{path.name}: nhật ký có {len(reading.rows)} hoạt động, không có lỗi.", *notices_told(reading.notices)])


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=RECEIVED)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    required=True,
    help="Loại tệp: activity-log là nhật ký hoạt động, plan là bản rà soát kế hoạch, pci-workbook và papi-workbook là tệp của VCCI, của PAPI, "
    "index-annex là bảng chỉ số ghi vào biểu mẫu, uptake-monthly là bảng hồ sơ theo tháng, uptake-snapshot là bảng số lũy kế, "
    "dossier-panel là bảng tổng hợp sổ hồ sơ, qd766-counts là bảng số liệu Bộ chỉ số 766.",
)
@click.option("--replaces", metavar="MÃ", help="Mã của tệp (hoặc số kế hoạch) đang dùng mà tệp này thay; bản cũ vẫn được giữ.")
@click.option("--year", type=YEAR, help="Tệp chỉ số là của năm nào; khác với năm ghi trong tệp thì báo lỗi.")
@click.option("--as-new", "is_new", is_flag=True, help="Đây là nhật ký khác, dù trùng tên với một tệp đã nạp.")
@click.option("--accept-partial", "accepts_partial", is_flag=True, help="Nạp các dòng không có lỗi; các dòng có lỗi để riêng kèm lý do.")
@click.option("--accept-duplicates", "accepts_duplicates", is_flag=True, help="Nạp cả những dòng giống hệt dòng đã có.")
@click.option("--synthetic", "is_synthetic", is_flag=True, help="Tệp mô phỏng: mỗi dòng ghi [Mô phỏng], hoặc ghi “mô phỏng” ở đầu bảng hồ sơ.")
@click.option(
    "--replace-synthetic", "replaces_synthetic", is_flag=True, help="Thôi dùng bộ số liệu mô phỏng khi nạp nhật ký, bảng hồ sơ thật đầu tiên."
)
@click.option("--document", type=RECEIVED, help="Văn bản kế hoạch gốc, giữ kèm bản rà soát.")
def import_files(kind: str, files: tuple[Path, ...], document: Path | None, year: int | None, **chosen: Any) -> None:
    """Kiểm tra, cất tệp vào data/raw, ghi vào danh mục nguồn rồi dựng lại số liệu. Tệp có lỗi không được nạp.

    \b
    Ví dụ:
      lantoa import nhat-ky-thang-5.xlsx --kind activity-log
      lantoa import nhat-ky-*.xlsx --kind activity-log
      lantoa import ke-hoach-ra-soat.xlsx --kind plan --document ke-hoach.pdf
      lantoa import PCI_2016.xlsx --kind pci-workbook --year 2016
      lantoa import par-index-2022.xlsx --kind index-annex
      lantoa import ho-so-2022.xlsx --kind uptake-monthly
      lantoa import so-ho-so-2021.parquet --kind dossier-panel
    """
    if len(files) > 1 and (kind == PLAN or chosen["replaces"]):
        raise click.UsageError("mỗi lần nạp một bản rà soát kế hoạch, hoặc một tệp thay một bản cũ.")
    _refuse_options_of_others(kind, document, year, chosen)
    with held_project() as project:
        if kind == PLAN:
            _import_plan(project, files[0], document, chosen["replaces"], chosen["is_synthetic"])
        elif kind == LOG:
            _import_logs(project, files, _options(**chosen))
        elif kind in UPTAKE_KINDS:
            _import_uptake(project, files, kind, chosen)
        elif kind == DOSSIER_PANEL:
            import_panels(project, files, chosen["replaces"], chosen["replaces_synthetic"])
        elif kind == QD766_KIND:
            import_qd766(project, files, chosen["replaces"])
        else:
            import_index(project, files, kind, year, chosen["replaces"])


def _refuse_options_of_others(kind: str, document: Path | None, year: int | None, chosen: dict[str, Any]) -> None:
    """An option that says nothing for this kind of file is a misunderstanding, and told before anything is read."""
    if kind not in INDEX_KINDS and year is not None:
        raise click.UsageError(f"--year chỉ dùng cho tệp chỉ số ({', '.join(INDEX_KINDS)}).")
    if kind in (LOG, PLAN):
        return
    said = [("document", document), *_flags(chosen)]
    given = [f"--{name}" for name, value in said if value and name not in FLAGS_OF.get(kind, ())]
    if given:
        raise click.UsageError(f"{', '.join(given)} không dùng cho loại tệp {kind}.")


def _flags(chosen: dict[str, Any]) -> list[tuple[str, Any]]:
    """Flags of logs and plans by the names that the command line knows."""
    names = {"is_new": "as-new", "is_synthetic": "synthetic", "replaces_synthetic": "replace-synthetic"}
    return [(names.get(key, key.replace("accepts_", "accept-")), value) for key, value in chosen.items() if key != "replaces"]


def _import_logs(project: Project, files: Sequence[Path], options: "LogOptions") -> None:
    """Sound files go in together; faulty ones are marked and told, and stay outside."""
    from analysis.ingest.log_intake import LogFaults, LogReceiver
    from analysis.sources import read_register

    receiver = LogReceiver(tables_of(project), read_register(project.raw), options)
    faults: list[Fault] = []
    marked: list[str] = []
    with click.progressbar(length=STEPS_PER_LOG * len(files) + 1, label="Đọc, kiểm tra, dựng lại số liệu", file=sys.stderr) as bar:
        for number, path in enumerate(files, 1):
            try:
                log = receiver.receive(path, lambda: bar.update(1))
                if log.reading.faults:  # accepted in part: the sender still has to mend the rest
                    marked += mark(project, path, LogFaults(log.reading.faults, log.reading.notices))
            except DataFaults as error:
                faults += error.faults
                marked += mark(project, path, error)
            bar.update(STEPS_PER_LOG * number - bar.pos)
        arrivals = [log.arrival for log in receiver.received if log.arrival is not None]
        if arrivals:
            place_files(project, arrivals)
        bar.update(1)
    for log in receiver.received:
        click.echo("\n".join(log_lines(log)))
    if faults:
        raise Refused(faults, marked, len(arrivals))
    click.echo("\n".join(marked), nl=bool(marked))


def _import_uptake(project: Project, files: Sequence[Path], kind: str, chosen: dict[str, Any]) -> None:
    from analysis.ingest.uptake_intake import UptakeOptions

    options = UptakeOptions(date.today(), kind, chosen["is_synthetic"], chosen["replaces"], chosen["replaces_synthetic"])
    import_uptake(project, files, options)


def _import_plan(project: Project, review: Path, document: Path | None, replaces: str | None, is_synthetic: bool) -> None:
    from analysis.ingest.plan_document import read_review
    from analysis.ingest.plan_intake import PlanOptions, changed_items, plan_arrivals
    from analysis.sources import read_register

    tables = tables_of(project)
    try:
        reviewed = read_review(review, review.name, tables.units)
    except DataFaults as error:
        raise Refused(error.faults, mark(project, review, error)) from error
    options = PlanOptions(date.today(), document, replaces, is_synthetic)
    with TemporaryDirectory() as workspace:
        arrivals = plan_arrivals(reviewed, review, Path(workspace), tables, read_register(project.raw), options)
        if arrivals:
            place_files(project, arrivals)
    number, count = reviewed.plan_rows.iloc[0]["plan_number"], len(reviewed.item_rows)
    if not arrivals:
        click.echo(f"Kế hoạch {number} đang dùng giống hệt bản này; không thay đổi gì.")
        return
    click.echo(f"Đã nạp kế hoạch {number} với {count} mục, mã {arrivals[0].source.source_id}.")
    for old in arrivals[0].replaces:
        click.echo(f"Thay cho {old.source_id}; tệp cũ vẫn giữ ở data/raw/{old.path}.")
    click.echo("\n".join(notices_told([*reviewed.notices, *changed_items(reviewed, replaces, tables)])))


@click.command()
@click.argument("source_id")
def withdraw(source_id: str) -> None:
    """Thôi dùng một tệp đã nạp nhầm; tệp vẫn được giữ, nạp lại thì dùng lại.

    \b
    Ví dụ:
      lantoa withdraw log-20260105-1a2b3c4d
      lantoa withdraw pci-2016-20260105-1a2b3c4d
    """
    from analysis import store
    from analysis.cli.inputs import inputs_hash
    from analysis.ingest.index_folder import folder_sources
    from analysis.ingest.intake import withdraw as take_out
    from analysis.ingest.unfinished import holding

    project = open_project()
    with holding(project.raw):  # not read first: the source may be the one that nothing builds with
        folder = folder_sources(project.index_folder, project.raw)
        build, sources, taken = take_out(project.raw, source_id, date.today(), folder)
        store.write(project.processed, inputs_hash(sources, project.index_folder, project.own_maps), build.tables)
    click.echo(f"Đã thôi dùng {', '.join(source.source_id for source in taken)}; tệp vẫn giữ trong data/raw.")
    if build.tables["activities"].empty and any(source.table == "activities" for source in taken):
        click.echo("Bộ không còn nhật ký nào. Nạp nhật ký khác, hoặc chạy “lantoa simulate” để có lại bộ mô phỏng.")


@click.command()
def received() -> None:
    """Liệt kê nhật ký, bảng hồ sơ, kế hoạch và tệp chỉ số đã nạp: mã, ngày, loại, tình trạng, nội dung.

    \b
    Ví dụ: lantoa received
    """
    from analysis.ingest.intake import is_from_office
    from analysis.ingest.unfinished import recover
    from analysis.sources import read_register

    raw = open_project().raw
    recover(raw)
    click.echo("\n".join(source_lines([source for source in read_register(raw) if is_from_office(source)])))


def _options(**chosen: Any) -> "LogOptions":
    from analysis.ingest.log_intake import LogOptions

    return replace(LogOptions(received_on=date.today()), **chosen)
