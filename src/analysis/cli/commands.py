"""The commands."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli import forms, received, uptake
from analysis.cli.declare import declare
from analysis.cli.project_files import YEAR
from analysis.cli.told import notices_told
from analysis.cli.waves import waves
from analysis.project import Project, open_project

if TYPE_CHECKING:
    from analysis.ingest.build import Build
    from analysis.sources import Source

TESTS_IN_PARALLEL = ["-q", "-n", "2", "--dist", "loadfile"]  # a file of tests keeps to one process, and so do what it builds once
HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP)
@click.version_option(package_name="lantoa", message="%(version)s")
def lantoa() -> None:
    """Bộ sổ tay phân tích truyền thông cải cách thủ tục hành chính.

    \b
    Ví dụ:
      lantoa plan parse ke-hoach-6334.docx
      lantoa template activity-log --plan 6334/KH-UBND --out nhat-ky-2021.xlsx
      lantoa check nhat-ky-thang-5.xlsx
      lantoa import nhat-ky-thang-5.xlsx --kind activity-log
      lantoa import PCI_2016.xlsx --kind pci-workbook
      lantoa uptake aggregate so-ho-so/ --out so-ho-so.parquet
      lantoa declare 2027
      lantoa waves --waves 3 --first-month 2027-03 --gap 3 --seed 7 --out phan-dot-2027.xlsx
      lantoa report --year 2021
      lantoa lab
    """


for command in (
    received.check,
    received.import_files,
    received.withdraw,
    received.received,
    forms.template,
    forms.plan,
    uptake.uptake,
    declare,
    waves,
):
    lantoa.add_command(command)


@lantoa.command()
@click.option("--quiet", "is_quiet", is_flag=True, help="Chỉ in lỗi, nếu có.")
def build(is_quiet: bool) -> None:
    """Dựng lại data/processed từ data/raw; in số dòng vào, ra và mọi lỗi.

    \b
    Ví dụ: lantoa build
    """
    lines = _build(open_project())
    if not is_quiet:
        click.echo("\n".join(lines))


def _build(project: Project) -> list[str]:
    """Build everything; the account of rows, a line a source."""
    from analysis import store, text  # pandas and pandera cost seconds that --help need not pay
    from analysis.cli.inputs import inputs_hash
    from analysis.ingest.build import build_tables
    from analysis.ingest.index_folder import folder_sources
    from analysis.ingest.unfinished import recover
    from analysis.sources import read_register

    recover(project.raw)
    sources = read_register(project.raw)
    folder = folder_sources(project.index_folder, project.raw)
    built = build_tables(project.raw, sources, folder=folder)
    store.write(project.processed, inputs_hash(sources, project.index_folder, project.own_maps), built.tables)
    told = f"Đã dựng {len(built.tables)} bảng, {text.number(sum(map(len, built.tables.values())))} dòng, không có lỗi."
    return [*_account([*sources, *folder.sources], built), *_disagreements(built), *notices_told(built.notices), told]


def _account(sources: "Sequence[Source]", built: "Build") -> Iterator[str]:
    """Rows read, kept and not used of every source."""
    from analysis import text
    from analysis.ingest.index_folder import SCORES
    from analysis.ingest.score_sources import file_name

    for source in sources:
        rows_in, rows_out = built.account.get(source.source_id, (0, 0))
        if rows_in:
            aside = sum(row["source_id"] == source.source_id for row in built.set_aside)
            counted = "số liệu" if source.table == SCORES else "dòng"  # of scores a figure is set aside, its row may stay
            unused = f", {text.number(aside)} {counted} không sử dụng (lý do nêu trong báo cáo)" if aside else ""
            yield f"{file_name(source)}: đọc {text.number(rows_in)} dòng, đưa vào bảng {source.table} {text.number(rows_out)} dòng{unused}"


def _disagreements(built: "Build") -> list[str]:
    """How many figures sources disagree on."""
    from analysis import text
    from analysis.contracts.index_schemas import FIGURE

    count = len(built.tables["index_conflicts"].drop_duplicates([*FIGURE, "field"]))
    return [f"{text.number(count)} số liệu chỉ số có nguồn ghi khác nhau; báo cáo nêu số được dùng và lý do."] if count else []


def refresh(project: Project, *, is_told: bool = True) -> None:
    """Build when raw files or the code that reads them changed, in a process of its own whose memory is then free again."""
    from analysis import store
    from analysis.cli.inputs import inputs_hash
    from analysis.ingest.unfinished import recover
    from analysis.sources import read_register

    recover(project.raw)
    current = store.current(project.processed)
    if current is None or current["inputs_hash"] != inputs_hash(read_register(project.raw), project.index_folder, project.own_maps):
        _call_module("analysis.cli", ["build"] if is_told else ["build", "--quiet"])


class _Day(click.ParamType[date]):
    """An ISO day."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"gặp “{value}”, cần ngày có thật dạng 2022-06-30.", param, ctx)


@lantoa.command()
@click.option("--year", type=YEAR, required=True, help="Năm báo cáo, ví dụ 2021.")
@click.option("--province", metavar="MÃ", help="Mã tỉnh theo danh mục 63 tỉnh; mặc định lấy trong lantoa.toml.")
@click.option("--as-of", type=_Day(), default=None, help="Coi như hôm nay là ngày này: phiên bản chỉ số công bố sau đó ghi “chưa công bố”.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Thư mục đặt báo cáo thay cho thư mục trong lantoa.toml.")
def report(year: int, province: str | None, as_of: date | None, out: Path | None) -> None:
    """Lập báo cáo của một năm.

    \b
    Ví dụ:
      lantoa report --year 2021
      lantoa report --year 2021 --province 01 --as-of 2022-03-01
    """
    from dataclasses import replace

    from analysis.publish.report import Request, make_report

    project = open_project()
    if out is not None:
        project = replace(project, settings=replace(project.settings, reports=str(out.resolve())))
    refresh(project)
    request = Request(year, province or project.settings.province, as_of or date.today(), is_dated=as_of is not None)
    page = make_report(project, request, lambda line: click.echo(line, err=True))
    click.echo(f"Báo cáo: {page}")


@lantoa.command()
def simulate() -> None:
    """Tạo lại bộ số liệu mô phỏng (nhật ký hoạt động, hồ sơ theo tháng, sổ hồ sơ) theo hạt giống trong lantoa.toml.

    \b
    Ví dụ: lantoa simulate
    """
    from analysis.cli.synthetic import make_synthetic
    from analysis.ingest.unfinished import holding

    project = open_project()
    with holding(project.raw):
        made = make_synthetic(project)
    for source in made:
        click.echo(f"Đã tạo và đăng ký data/raw/{source.path}")


@lantoa.command(context_settings={**HELP, "ignore_unknown_options": True})
@click.argument("arguments", nargs=-1)
def lab(arguments: tuple[str, ...]) -> None:
    """Mở JupyterLab ở thư mục notebooks.

    \b
    Ví dụ: lantoa lab -- --no-browser
    """
    project = open_project()
    refresh(project)
    _call_module("jupyterlab", [f"--notebook-dir={project.notebooks}", "--LabApp.news_url=None", *arguments])


@lantoa.group()
def dev() -> None:
    """Dành cho người phát triển: kiểm thử, kiểm tra mã, đo tốc độ."""


@dev.command(context_settings={**HELP, "ignore_unknown_options": True})
@click.argument("arguments", nargs=-1)
def test(arguments: tuple[str, ...]) -> None:
    """Chạy toàn bộ kiểm thử (thêm tham số của pytest ở cuối)."""
    _call_module("pytest", [*TESTS_IN_PARALLEL, *arguments])


@dev.command()
def lint() -> None:
    """Ruff và mypy."""
    _lint()


@dev.command()
def check() -> None:
    """Ruff, mypy rồi kiểm thử."""
    _lint()
    _call_module("pytest", TESTS_IN_PARALLEL)


def _lint() -> None:
    _call_module("ruff", ["check", "."])
    _call_module("ruff", ["format", "--check", "."])
    _call_module("mypy", [])


@dev.command()
def bench() -> None:
    """Đo thời gian, CPU, bộ nhớ: báo cáo, nạp tệp, xếp vị trí các tỉnh, báo động nhầm, bằng chứng trong tỉnh, tổng hợp sổ hồ sơ."""
    for script in ("bench.py", "intake.py", "standing.py", "calibration.py", "truth_recovery.py", "inside.py", "workbooks.py", "dossiers.py"):
        _call_script(open_project().root / "bench" / script)


def _call_module(module: str, arguments: list[str]) -> None:
    _call(["-m", module, *arguments])


def _call_script(script: Path) -> None:
    _call([str(script)])


def _call(arguments: list[str]) -> None:
    import subprocess
    import sys

    code = subprocess.run([sys.executable, *arguments], cwd=open_project().root, check=False).returncode  # noqa: S603 - our own interpreter
    if code:
        raise click.exceptions.Exit(code)
