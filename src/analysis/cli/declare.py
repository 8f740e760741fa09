"""The command that registers what a plan year declares: checked, hashed, dated, before anyone knows the result."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from analysis.cli.project_files import YEAR, held_project, tables_of
from analysis.cli.qd766_received import Day
from analysis.errors import DataFaults
from analysis.project import open_project
from analysis.text import DASH, day, month, number

if TYPE_CHECKING:
    from analysis.declarations import Declaration, DeclaredInside, DeclaredOutcome, Registration
    from analysis.store import Tables


def _not_to_come(ctx: click.Context, param: click.Parameter, on: date | None) -> date | None:
    if on is not None and on > date.today():
        raise click.BadParameter(f"gặp ngày {day(on)} chưa tới, cần ngày không sau hôm nay.", ctx, param)
    return on


@click.command()
@click.argument("year", type=YEAR, metavar="NĂM")
@click.option("--on", type=Day(), callback=_not_to_come, help="Ngày đăng ký; mặc định là hôm nay. Ngày đã qua thì phải có văn bản chứng minh.")
def declare(year: int, on: date | None) -> None:
    """Kiểm tra và đăng ký khai báo của một năm kế hoạch (declarations/NĂM.yml).

    Đăng ký trước ngày công bố chỉ số thì kết quả được ghi “khai báo trước”; nếu không thì ghi “thăm dò”. Câu hỏi trong tỉnh (mục inside, về tỷ lệ
    hồ sơ trực tuyến của các xã) phải đăng ký trước ngày đầu của năm kế hoạch. Sổ declarations/register.yml chỉ ghi thêm: sửa khai báo rồi
    đăng ký lại thì thêm một mục, mục cũ vẫn còn. Tệp có thể chỉ có câu hỏi trong tỉnh; mẫu trong docs/declarations.md.

    \b
    Ví dụ:
      lantoa declare 2027
      lantoa declare 2027 --on 2027-01-15
    """
    from analysis.declarations import comparability_faults, declarations_folder, read_declaration, read_register, register
    from analysis.delivery import plan_of_year

    folder = declarations_folder(open_project())
    declaration = read_declaration(folder / f"{year}.yml")
    with held_project() as project:
        tables = tables_of(project)
        faults = comparability_faults(declaration, tables.index_editions, tables.index_components, f"{folder.name}/{year}.yml")
        if faults:
            raise DataFaults(faults)
        is_new = register(folder, declaration, on or date.today())
        registrations = read_register(folder)
        plan = plan_of_year(tables.plans, project.settings.province, year)
    click.echo("\n".join(_told(declaration, registrations, tables, is_new)))
    if plan is not None and plan["plan_number"] != declaration.plan_number:
        click.echo(f"Kế hoạch năm {year} đã nạp là {plan['plan_number']}, khác số trong khai báo: báo cáo sẽ không dùng khai báo này.", err=True)
    if is_new and on is not None and on < date.today():
        click.echo(
            f"Ngày đăng ký {day(on)} là ngày đã qua: hãy giữ văn bản có ngày và mã sha256 trên để chứng minh; bộ không tự chứng minh được.", err=True
        )


def _told(declaration: "Declaration", registrations: "Sequence[Registration]", tables: "Tables", is_new: bool) -> Iterator[str]:
    """What was declared, what became of it in the register, and how each result stands."""
    from analysis.declarations import REGISTER_FILE, standing_inside, standing_of

    year = declaration.plan_year
    of_year = [entry for entry in registrations if entry.plan_year == year]
    yield f"Khai báo kế hoạch {declaration.plan_number} (năm {year}): {', '.join(_asked(declaration))}, không có lỗi."
    yield f"sha256 {declaration.sha256}"
    if not is_new:
        yield f"Bản này đã đăng ký ngày {day(of_year[-1].registered_on)}; không ghi gì thêm."
    elif len(of_year) > 1:
        yield f"Khác bản đăng ký ngày {day(of_year[-2].registered_on)}: đã ghi thêm một mục vào {REGISTER_FILE}; mục cũ vẫn còn."
    else:
        yield f"Đã ghi vào {REGISTER_FILE}, ngày đăng ký {day(of_year[-1].registered_on)}."
    for outcome in declaration.outcomes:
        key = {"index": outcome.index, "component": outcome.component, "footing": outcome.footing}
        standing = standing_of(declaration, registrations, tables.index_editions, **key)
        yield f"  - {_named(outcome, tables)}: {standing.label_vi} – {standing.reason_vi}"
    if declaration.inside is not None:
        standing = standing_inside(declaration, registrations)
        yield f"  - {_inside_named(declaration.inside)}: {standing.label_vi} – {standing.reason_vi}"


def _asked(declaration: "Declaration") -> Iterator[str]:
    """What is asked, counted, and at which level."""
    if declaration.outcomes:
        yield f"{len(declaration.outcomes)} kết quả, {len(declaration.families)} nhóm"
    if declaration.inside is not None:
        yield "một câu hỏi trong tỉnh"
    yield f"mức ý nghĩa {number(declaration.alpha, 2)}"


def _named(outcome: "DeclaredOutcome", tables: "Tables") -> str:
    from analysis.declarations import FOOTINGS
    from analysis.indices import component_name

    name = component_name(tables.index_components, outcome.index, outcome.component, outcome.last_edition)
    return f"{outcome.index} {outcome.component} {name}, {FOOTINGS[outcome.footing]}, {outcome.first_edition}–{outcome.last_edition}"


def _inside_named(inside: "DeclaredInside") -> str:
    from analysis.codes import RATE_KEYS
    from analysis.declarations import INSIDE_ESTIMATORS, INSIDE_LEVELS

    months = f"{month(inside.first_month)}{DASH}{month(inside.last_month)}"
    estimator = INSIDE_ESTIMATORS[inside.primary_estimator]
    return f"Trong tỉnh, {INSIDE_LEVELS[inside.level]}: {RATE_KEYS[inside.rate_key]}, {months}, {estimator}"
