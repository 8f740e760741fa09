"""Commands on the log of every dossier: sum it up, write a table fit to be published, make a synthetic one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.project_files import RECEIVED, WRITTEN, WholeNumber, ready_project, refuse_overwriting, tables_of
from analysis.errors import LantoaError
from analysis.project import DOSSIER_MAPPING, Project

if TYPE_CHECKING:
    from analysis.ingest.dossiers.mapping import DossierMapping
    from analysis.ingest.dossiers.summing import Summed

LOG = click.Path(path_type=Path)
MUCH_ASIDE = 0.02  # from this share of rows on a rate may move by as many points


@click.group()
def uptake() -> None:
    """Sổ hồ sơ của phần mềm một cửa: tổng hợp, lập bảng để công bố, tạo sổ mô phỏng."""


@uptake.command()
@click.argument("log", metavar="SỔ", type=LOG)
@click.option("--out", type=WRITTEN, required=True, help="Tệp .parquet sẽ ghi; dòng để riêng ghi vào tệp …-de-rieng.csv bên cạnh.")
@click.option("--mapping", "mapping_file", type=RECEIVED, help=f"Tệp ánh xạ cột; mặc định là {DOSSIER_MAPPING} trong thư mục sổ.")
@click.option("--engine", default="duckdb", show_default=True, metavar="MÁY", help="duckdb, spark-local, hoặc spark://máy-chủ:cổng.")
@click.option("--fresh", "is_fresh", is_flag=True, help="Đọc lại mọi phần, kể cả phần không đổi.")
def aggregate(log: Path, out: Path, mapping_file: Path | None, engine: str, is_fresh: bool) -> None:
    """Tổng hợp sổ từng hồ sơ (thư mục Parquet, tệp Parquet hoặc CSV) theo đơn vị, tháng, lĩnh vực, mức độ và kênh.

    Chỉ đọc các cột khai trong tệp ánh xạ. Phần nào của sổ không đổi từ lần trước thì không đọc lại.

    \b
    Ví dụ:
      lantoa uptake aggregate so-ho-so/ --out so-ho-so-2021.parquet
      lantoa uptake aggregate so.csv --mapping anh-xa.yml --out so.parquet
      lantoa uptake aggregate /du-lieu/so/ --engine spark://may-chu:7077 --out so.parquet
    """
    from analysis.ingest.dossiers.mapping import read_mapping
    from analysis.ingest.dossiers.summing import find

    project = ready_project()
    refuse_overwriting(project, out, force=True)
    if out.resolve().is_relative_to(log.resolve()):
        raise LantoaError(f"{out} nằm trong thư mục sổ {log}, lần sau sẽ bị đọc như một phần của sổ. Hãy chọn thư mục khác.")
    mapping = read_mapping(_mapping_path(log, mapping_file))
    parts = find(log, mapping)
    summed = _summed(project, mapping, parts, out, engine, is_fresh)
    click.echo("\n".join(_told(summed)))


def _mapping_path(log: Path, mapping_file: Path | None) -> Path:
    if not log.exists():
        raise LantoaError(f"Không có tệp hay thư mục “{log}”. Hãy kiểm tra lại tên và đường dẫn của sổ hồ sơ.")
    beside = log / DOSSIER_MAPPING if log.is_dir() else log.with_name(DOSSIER_MAPPING)
    if mapping_file is None and log.exists() and not beside.is_file():
        raise LantoaError(f"Chưa có tệp ánh xạ {beside}. Hãy soạn tệp theo docs/dossier_mapping.md, hoặc chỉ ra bằng --mapping.")
    return mapping_file or beside


def _summed(project: Project, mapping: "DossierMapping", parts: list[Any], out: Path, engine: str, is_fresh: bool) -> "Summed":
    from analysis.ingest.dossiers.aggregate import rows_of
    from analysis.ingest.dossiers.summing import PASSES, sum_up

    units = tables_of(project).units
    with click.progressbar(length=PASSES * sum(rows_of(part) for part in parts) or 1, label="Đọc và đếm hồ sơ", file=sys.stderr) as bar:
        summed = sum_up(parts, mapping, units, out, engine, bar.update, is_fresh=is_fresh)
        bar.update(bar.length - bar.pos if bar.length else 0)
    return summed


def _told(summed: "Summed") -> list[str]:
    from analysis.codes import DOSSIER_REASONS
    from analysis.text import number

    account = summed.account
    reused, aside = summed.parts_count - summed.read_count, number(sum(account.set_aside.values()))
    lines = [
        f"{account.name_vi}: {number(summed.parts_count)} phần" + (f", {number(reused)} phần không đổi nên không đọc lại." if reused else "."),
        f"{number(account.rows_in)} dòng vào = {number(account.rows_counted)} dòng được tính + {aside} dòng để riêng.",
        *(f"  - {DOSSIER_REASONS[reason]}: {number(rows)} dòng" for reason, rows in account.set_aside.items()),
    ]
    if account.rows_in and sum(account.set_aside.values()) > MUCH_ASIDE * account.rows_in:
        share = number(100 * sum(account.set_aside.values()) / account.rows_in, 1)
        lines.append(
            f"CẢNH BÁO: {share} % số dòng không được tính, nên tỷ lệ tính từ phần còn lại có thể lệch. Hãy xem từng lý do, bổ sung tệp ánh xạ "
            '(ô trống khai bằng khóa "") hoặc sửa sổ trước khi nạp.'
        )
    if summed.aside is not None:
        lines.append(f"Dòng để riêng, kèm lý do: {summed.aside}")
    return [*lines, f"Bảng tổng hợp: {summed.panel}", f'Nạp vào bộ bằng: lantoa import "{summed.panel}" --kind dossier-panel']


@uptake.command()
@click.argument("panel", type=RECEIVED)
@click.option("--out", type=WRITTEN, required=True, help="Tệp .xlsx hoặc .csv sẽ ghi.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def publish(panel: Path, out: Path, force: bool) -> None:
    """Bảng tổng hợp để công bố: ô dưới 5 hồ sơ được ẩn, và ẩn thêm ô thứ hai khi từ tổng có thể tính ra ô đã ẩn.

    \b
    Ví dụ: lantoa uptake publish so-ho-so-2021.parquet --out so-ho-so-2021.xlsx
    """
    from analysis.cli.published_panel import write_published

    project = ready_project()
    refuse_overwriting(project, out, force)
    hidden, rows = write_published(panel, out, tables_of(project).units)
    from analysis.text import number

    click.echo(f"Đã ghi {out}: {number(rows)} dòng, ẩn {number(hidden)} ô.")


@uptake.command()
@click.option("--rows", type=WholeNumber(1), help="Số hồ sơ; không ghi thì đúng bằng bảng hồ sơ mô phỏng theo tháng.")
@click.option("--out", type=WRITTEN, required=True, help="Thư mục sẽ ghi; chạy lại thì ghi tiếp phần còn thiếu.")
@click.option("--from", "first_month", default="2019-01", show_default=True, metavar="THÁNG", help="Tháng đầu.")
@click.option("--to", "last_month", default="2024-12", show_default=True, metavar="THÁNG", help="Tháng cuối.")
@click.option("--seed", type=WholeNumber(0), help="Hạt giống; mặc định theo lantoa.toml.")
def synthetic(rows: int | None, out: Path, first_month: str, last_month: str, seed: int | None) -> None:
    """Tạo một sổ hồ sơ mô phỏng (mỗi dòng ghi là mô phỏng), chia theo tháng, kèm tệp ánh xạ, để thử và để đo tốc độ.

    \b
    Ví dụ: lantoa uptake synthetic --rows 1000000 --out so-mo-phong/
    """
    from analysis.simulate import simulate_activities, write_dossiers
    from analysis.text import number

    project = ready_project()
    refuse_overwriting(project, out, force=True)
    tables, seed = tables_of(project), project.settings.synthetic_seed if seed is None else seed
    activities = simulate_activities(tables.plan_items, tables.units, seed=seed)
    with click.progressbar(length=_months_between(first_month, last_month), label="Tạo hồ sơ mô phỏng", file=sys.stderr) as bar:
        written = write_dossiers(
            out, tables.units, activities, seed=seed, rows=rows, first_month=first_month, last_month=last_month, on_month=lambda *_: bar.update(1)
        )
    click.echo(f"Đã tạo {number(written)} hồ sơ mô phỏng trong {out}, kèm {DOSSIER_MAPPING}.")


def _months_between(first: str, last: str) -> int:
    """For the bar alone: months that are none are refused by the one who makes the log."""
    try:
        return max(1, 12 * (int(last[:4]) - int(first[:4])) + int(last[5:7]) - int(first[5:7]) + 1)
    except ValueError:
        return 1
