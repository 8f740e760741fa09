"""Commands that write workbooks for people to fill in: the log template of a plan, the form of an index, the review of a plan's text."""

from pathlib import Path

import click

from analysis import codes
from analysis.cli.project_files import RECEIVED, WORKBOOK, YEAR, beside, ready_project, refuse_overwriting, tables_of
from analysis.cli.qd766_received import qd766_template


@click.group()
def template() -> None:
    """Tạo biểu mẫu Excel để đơn vị điền."""


template.add_command(qd766_template)


@template.command("activity-log")
@click.option("--plan", "plan_number", required=True, metavar="SỐ", help="Số kế hoạch, ví dụ 6334/KH-UBND.")
@click.option("--out", type=WORKBOOK, required=True, help="Tệp .xlsx sẽ ghi.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def activity_log(plan_number: str, out: Path, force: bool) -> None:
    """Biểu mẫu nhật ký hoạt động theo một kế hoạch.

    \b
    Ví dụ: lantoa template activity-log --plan 6334/KH-UBND --out nhat-ky-2021.xlsx
    """
    from analysis.ingest.log_template import write_template

    project = ready_project()
    tables = tables_of(project)
    refuse_overwriting(project, out, force)
    write_template(out, tables.plans, tables.plan_items, tables.units, plan_number, tables.events)
    click.echo(f"Đã tạo biểu mẫu {out}")


@template.command("index-annex")
@click.option(
    "--index", type=click.Choice(tuple(codes.INDICES), case_sensitive=False), required=True, help="Chỉ số; tên có dấu cách thì đặt trong nháy."
)
@click.option("--year", type=YEAR, required=True, help="Năm mà chỉ số đánh giá, không phải năm công bố.")
@click.option("--out", type=WORKBOOK, required=True, help="Tệp .xlsx sẽ ghi.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def index_annex(index: str, year: int, out: Path, force: bool) -> None:
    """Biểu mẫu chép một bảng điểm chỉ số chỉ có bản in (PDF, Word): mỗi tỉnh một dòng, mỗi thành phần một cột.

    \b
    Ví dụ:
      lantoa template index-annex --index "PAR INDEX" --year 2022 --out par-index-2022.xlsx
      lantoa template index-annex --index SIPAS --year 2023 --out sipas-2023.xlsx
    """
    from analysis.ingest.index_files.annex_template import write_annex_template

    project = ready_project()
    tables = tables_of(project)
    refuse_overwriting(project, out, force)
    write_annex_template(out, index, year, tables.units, tables.index_editions, tables.index_components)
    click.echo(f"Đã tạo biểu mẫu {out}")


_PROVINCE = click.option("--province", metavar="MÃ", help="Mã tỉnh; mặc định lấy trong lantoa.toml. Từ tháng 7/2025 dùng mã tỉnh sau sắp xếp.")


@template.command("uptake-monthly")
@click.option("--year", type=YEAR, required=True, help="Năm của các tháng trong bảng.")
@click.option("--out", type=WORKBOOK, required=True, help="Tệp .xlsx sẽ ghi.")
@_PROVINCE
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def uptake_monthly(year: int, out: Path, province: str | None, force: bool) -> None:
    """Biểu mẫu hồ sơ dịch vụ công trực tuyến theo tháng: mỗi đơn vị, mỗi tháng một dòng.

    \b
    Ví dụ: lantoa template uptake-monthly --year 2022 --out ho-so-2022.xlsx
    """
    _uptake_form("uptake-monthly", year, out, province, force)


@template.command("uptake-snapshot")
@click.option("--year", type=YEAR, required=True, help="Năm mà số lũy kế bắt đầu đếm.")
@click.option("--out", type=WORKBOOK, required=True, help="Tệp .xlsx sẽ ghi.")
@_PROVINCE
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def uptake_snapshot(year: int, out: Path, province: str | None, force: bool) -> None:
    """Biểu mẫu chép số lũy kế từ cổng dịch vụ công: mỗi đơn vị, mỗi lần chụp một dòng.

    \b
    Ví dụ: lantoa template uptake-snapshot --year 2022 --out luy-ke-2022.xlsx
    """
    _uptake_form("uptake-snapshot", year, out, province, force)


def _uptake_form(layout: str, year: int, out: Path, province: str | None, force: bool) -> None:
    from analysis.ingest.uptake_files import write_uptake_template

    project = ready_project()
    tables = tables_of(project)
    refuse_overwriting(project, out, force)
    write_uptake_template(out, layout, province or project.settings.province, year, tables.units, tables.events)
    click.echo(f"Đã tạo biểu mẫu {out}")


@click.group()
def plan() -> None:
    """Đọc văn bản kế hoạch thành từng mục."""


@plan.command()
@click.argument("file", type=RECEIVED)
@click.option("--out", type=WORKBOOK, help="Tệp rà soát .xlsx; mặc định đặt cạnh văn bản.")
@click.option("--force", is_flag=True, help="Ghi đè tệp rà soát đã có.")
def parse(file: Path, out: Path | None, force: bool) -> None:
    """Đọc kế hoạch (.txt, .docx, .xlsx, .pdf có lớp chữ), in các mục và ghi tệp rà soát để sửa rồi nạp.

    \b
    Ví dụ: lantoa plan parse ke-hoach-6334.docx
    """
    from analysis.ingest.plan_document import parse_plan, read_document, review_lines, write_review

    project = ready_project()
    target = out or beside(project, file).with_name(f"{file.stem}-ra-soat.xlsx")
    refuse_overwriting(project, target, force)
    draft = parse_plan(read_document(file, file.name), file.name, tables_of(project).units)
    write_review(draft, target)
    click.echo("\n".join(review_lines(draft)))
    click.echo(f'\nTệp rà soát: {target}\nSửa xong thì nạp bằng: lantoa import "{target}" --kind plan --document "{file}"')
