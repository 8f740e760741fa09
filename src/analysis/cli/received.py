"""Commands for what offices send: templates out, files checked, plans read, files taken in."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from analysis.errors import DataFaults, Fault, LantoaError, Notice, notice_lines
from analysis.project import Project, open_project

if TYPE_CHECKING:
    from analysis.ingest.intake import Arrival
    from analysis.ingest.log_intake import LogArrival, LogOptions

FILE = click.Path(path_type=Path)
KINDS = ("activity-log", "plan")
STEPS_PER_LOG = 2  # cells read, cells checked


class Refused(DataFaults):
    """Faults of one or more received files, with the workbooks in which they are marked."""

    def __init__(self, faults: Sequence[Fault], workbooks: Sequence[Path], imported: int = 0):
        super().__init__(faults)
        marked = "".join(f"\nTệp có đánh dấu ô lỗi để gửi lại: {path}" for path in workbooks)
        others = f"\nĐã nạp {imported} tệp không có lỗi." if imported else ""
        self.args = (f"{self.args[0]}\n{marked}{others}",)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--synthetic", "is_synthetic", is_flag=True, help="Nhật ký mô phỏng, mỗi dòng ghi [Mô phỏng].")
def check(files: tuple[Path, ...], is_synthetic: bool) -> None:
    """Kiểm tra tệp của đơn vị mà không nạp; tệp có lỗi được ghi lại thành tệp đánh dấu ô lỗi.

    \b
    Ví dụ: lantoa check nhat-ky-thang-5.xlsx
    """
    project = _ready_project()
    options = _options(is_synthetic=is_synthetic)
    faults: list[Fault] = []
    marked: list[Path] = []
    for path in files:
        try:
            click.echo(_checked(project, path, options))
        except DataFaults as error:
            faults += error.faults
            marked += _mark(path, error)
    if faults:
        raise Refused(faults, marked)


def _checked(project: Project, path: Path, options: "LogOptions") -> str:
    """What a sound file holds, in a few lines. Raises ``DataFaults`` with its faults."""
    from analysis.ingest.log_intake import LogFaults, read_log
    from analysis.ingest.plan_document import is_review, read_review

    if is_review(path):
        reviewed = read_review(path, path.name)
        return f"{path.name}: bản rà soát kế hoạch {reviewed.plan_rows.iloc[0]['plan_number']}, {len(reviewed.item_rows)} mục, không có lỗi."
    reading = read_log(path, _tables(project), options)
    if reading.faults:
        raise LogFaults(reading.faults, reading.notices)
    return "\n".join([f"{path.name}: nhật ký có {len(reading.rows)} hoạt động, không có lỗi.", *_told(reading.notices)])


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--kind", type=click.Choice(KINDS), required=True, help="Loại tệp: activity-log là nhật ký hoạt động, plan là bản rà soát kế hoạch.")
@click.option("--replaces", metavar="MÃ", help="Mã của nhật ký (hoặc số kế hoạch) đang dùng mà tệp này thay; bản cũ vẫn được giữ.")
@click.option("--as-new", "is_new", is_flag=True, help="Đây là nhật ký khác, dù trùng tên với một tệp đã nạp.")
@click.option("--accept-partial", "accepts_partial", is_flag=True, help="Nạp các dòng không có lỗi; các dòng có lỗi để riêng kèm lý do.")
@click.option("--accept-duplicates", "accepts_duplicates", is_flag=True, help="Nạp cả những dòng giống hệt dòng đã có.")
@click.option("--synthetic", "is_synthetic", is_flag=True, help="Tệp mô phỏng, mỗi dòng ghi [Mô phỏng].")
@click.option("--replace-synthetic", "replaces_synthetic", is_flag=True, help="Thôi dùng bộ số liệu mô phỏng khi nạp nhật ký thật đầu tiên.")
@click.option("--document", type=FILE, help="Văn bản kế hoạch gốc, giữ kèm bản rà soát.")
def import_files(kind: str, files: tuple[Path, ...], document: Path | None, **chosen: Any) -> None:
    """Kiểm tra, cất tệp vào data/raw, ghi vào danh mục nguồn rồi dựng lại số liệu. Tệp có lỗi không được nạp.

    \b
    Ví dụ:
      lantoa import nhat-ky-thang-5.xlsx --kind activity-log
      lantoa import nhat-ky-*.xlsx --kind activity-log
      lantoa import ke-hoach-ra-soat.xlsx --kind plan --document ke-hoach.pdf
    """
    project = _ready_project()
    if kind == "plan":
        _import_plan(project, files, document, chosen["replaces"], chosen["is_synthetic"])
    else:
        _import_logs(project, files, _options(**chosen))


def _import_logs(project: Project, files: Sequence[Path], options: "LogOptions") -> None:
    """Sound files go in together; faulty ones are marked and told, and stay outside."""
    from analysis.ingest.log_intake import receive_log
    from analysis.sources import read_register

    registered, tables = read_register(project.raw), _tables(project)
    faults: list[Fault] = []
    marked: list[Path] = []
    received: list[LogArrival] = []
    with click.progressbar(length=STEPS_PER_LOG * len(files) + 1, label="Đọc, kiểm tra, dựng lại số liệu", file=sys.stderr) as bar:
        for number, path in enumerate(files, 1):
            try:
                received.append(receive_log(path, tables, registered, options, lambda: bar.update(1)))
            except DataFaults as error:
                faults += error.faults
                marked += _mark(path, error)
            bar.update(STEPS_PER_LOG * number - bar.pos)
        arrivals = [log.arrival for log in received if log.arrival is not None]
        if arrivals:
            _place(project, arrivals)
        bar.update(1)
    for log in received:
        click.echo("\n".join(_log_lines(log)))
    if faults:
        raise Refused(faults, marked, len(arrivals))


def _log_lines(log: "LogArrival") -> list[str]:
    """What became of one log."""
    if log.arrival is None:
        return _told(log.notices)
    rows, source = len(log.reading.rows), log.arrival.source
    lines = [f"Đã nạp {log.arrival.path.name}: {rows} hoạt động, mã {source.source_id}."]
    if log.reading.left_out:
        lines.append(f"Để riêng {len(log.reading.left_out)} dòng có lỗi, kèm lý do (bảng set_aside):")
        lines += [f"  - {place}: {reason}" for place, _, reason in log.reading.left_out]
    for old in log.arrival.replaces:
        lines.append(f"Thay cho {old.source_id} ({old.document}); tệp cũ vẫn giữ ở data/raw/{old.path}.")
    if log.lost_rows:
        lines += [f"{len(log.lost_rows)} hoạt động của bản trước không còn trong bản này:", *(f"  - {row}" for row in log.lost_rows)]
    return lines + _told([*log.reading.notices, *log.notices])


def _import_plan(project: Project, files: Sequence[Path], document: Path | None, replaces: str | None, is_synthetic: bool) -> None:
    from analysis.ingest.plan_document import read_review
    from analysis.ingest.plan_intake import PlanOptions, plan_arrivals
    from analysis.sources import read_register

    if len(files) != 1:
        raise click.UsageError("mỗi lần nạp một bản rà soát kế hoạch.")
    reviewed = read_review(files[0], files[0].name)
    options = PlanOptions(date.today(), document, replaces, is_synthetic)
    with TemporaryDirectory() as workspace:
        arrivals = plan_arrivals(reviewed, files[0], Path(workspace), _tables(project), read_register(project.raw), options)
        if arrivals:
            _place(project, arrivals)
    number, count = reviewed.plan_rows.iloc[0]["plan_number"], len(reviewed.item_rows)
    said = f"Đã nạp kế hoạch {number} với {count} mục." if arrivals else f"Kế hoạch {number} đang dùng giống hệt bản này; không thay đổi gì."
    click.echo(said)


def _place(project: Project, arrivals: "Sequence[Arrival]") -> None:
    from analysis import store
    from analysis.cli.inputs import inputs_hash
    from analysis.ingest.intake import place

    build, sources = place(project.raw, arrivals)
    store.write(project.processed, inputs_hash(sources), build.tables)


@click.command()
@click.argument("source_id")
def withdraw(source_id: str) -> None:
    """Thôi dùng một tệp đã nạp nhầm; tệp vẫn được giữ.

    \b
    Ví dụ: lantoa withdraw log-20260105-1a2b3c4d
    """
    from analysis import store
    from analysis.cli.inputs import inputs_hash
    from analysis.ingest.intake import withdraw as take_out

    project = open_project()
    build, sources = take_out(project.raw, source_id)
    store.write(project.processed, inputs_hash(sources), build.tables)
    click.echo(f"Đã thôi dùng {source_id}; tệp vẫn giữ trong data/raw.")


@click.command()
def received() -> None:
    """Liệt kê nhật ký và kế hoạch đã nạp: mã, ngày, nơi gửi, nội dung, bản nào đã được thay.

    \b
    Ví dụ: lantoa received
    """
    from analysis.sources import read_register

    for source in read_register(open_project().raw):
        if source.table in ("activities", "plans"):
            state = "đang dùng" if source.is_in_force else f"thay bằng {source.superseded_by}"
            click.echo(f"{source.source_id}  {source.received_on}  {source.publisher}: {source.document} ({source.edition}), {state}")


@click.group()
def template() -> None:
    """Tạo biểu mẫu Excel để đơn vị điền."""


@template.command("activity-log")
@click.option("--plan", "plan_number", required=True, metavar="SỐ", help="Số kế hoạch, ví dụ 6334/KH-UBND.")
@click.option("--out", type=FILE, required=True, help="Tệp .xlsx sẽ ghi.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def activity_log(plan_number: str, out: Path, force: bool) -> None:
    """Biểu mẫu nhật ký hoạt động theo một kế hoạch.

    \b
    Ví dụ: lantoa template activity-log --plan 6334/KH-UBND --out nhat-ky-2021.xlsx
    """
    from analysis.ingest.log_template import write_template

    tables = _tables(_ready_project())
    _refuse_overwriting(out, force)
    write_template(out, tables.plans, tables.plan_items, tables.units, plan_number)
    click.echo(f"Đã tạo biểu mẫu {out}")


@click.group()
def plan() -> None:
    """Đọc văn bản kế hoạch thành từng mục."""


@plan.command()
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Tệp rà soát .xlsx; mặc định đặt cạnh văn bản.")
@click.option("--force", is_flag=True, help="Ghi đè tệp rà soát đã có.")
def parse(file: Path, out: Path | None, force: bool) -> None:
    """Đọc kế hoạch (.txt, .docx, .xlsx, .pdf có lớp chữ), in các mục và ghi tệp rà soát để sửa rồi nạp.

    \b
    Ví dụ: lantoa plan parse ke-hoach-6334.docx
    """
    from analysis.ingest.plan_document import parse_plan, read_document, review_lines, write_review

    tables = _tables(_ready_project())
    target = out or file.with_name(f"{file.stem}-ra-soat.xlsx")
    _refuse_overwriting(target, force)
    draft = parse_plan(read_document(file, file.name), file.name, tables.units)
    write_review(draft, target)
    click.echo("\n".join(review_lines(draft)))
    click.echo(f"\nTệp rà soát: {target}\nSửa xong thì nạp bằng: lantoa import {target} --kind plan --document {file}")


def _refuse_overwriting(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise LantoaError(f"Đã có tệp {path}. Hãy chọn tên khác hoặc thêm --force để ghi đè.")


def _ready_project() -> Project:
    from analysis.cli.commands import refresh

    project = open_project()
    refresh(project, is_told=False)
    return project


def _tables(project: Project) -> Any:
    from analysis.store import Tables

    return Tables(project.processed)


def _options(**chosen: Any) -> "LogOptions":
    from analysis.ingest.log_intake import LogOptions

    return LogOptions(received_on=date.today(), **chosen)


def _mark(path: Path, error: DataFaults) -> list[Path]:
    """The workbook with the faulty cells marked, beside the received file; none when no fault names a cell."""
    from analysis.ingest.fault_workbook import write_fault_workbook
    from analysis.ingest.log_intake import FAULTS_SUFFIX
    from analysis.ingest.workbooks import read_workbook

    if not any(fault.cell for fault in error.faults):
        return []
    target = path.with_name(f"{path.stem.removesuffix(FAULTS_SUFFIX)}{FAULTS_SUFFIX}.xlsx")
    write_fault_workbook(path, read_workbook(path, path.name), error.faults, getattr(error, "notices", ()), target)
    return [target]


def _told(notices: Sequence[Notice]) -> list[str]:
    return ["Điều cần biết:", *notice_lines(notices)] if notices else []
