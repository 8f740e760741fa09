"""The command that draws by lot which communes start when, as a workbook that an office can adopt."""

from datetime import date
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.project_files import WORKBOOK, WholeNumber, ready_project, refuse_overwriting, tables_of
from analysis.errors import LantoaError

if TYPE_CHECKING:
    import pandas as pd

    from analysis.chapters.rollout_units import RolloutUnits
    from analysis.estimate.inside.power import PowerResult
    from analysis.store import Tables

MAX_GAP_SD = 0.2
BALANCE_ON = ("dossiers_count", "online_pct")


class Month(click.ParamType[str]):
    """A calendar month."""

    name = "NĂM-THÁNG"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return f"{date.fromisoformat(f'{value}-01'):%Y-%m}"
        except ValueError:
            self.fail(f"gặp “{value}”, cần tháng như 2027-03.", param, ctx)


class Gap(click.ParamType[float]):
    """A distance in standard deviations, above 0."""

    name = "SỐ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            gap = float(str(value).replace(",", "."))
        except ValueError:
            gap = 0.0
        if not isfinite(gap) or gap <= 0:
            self.fail(f"gặp “{value}”, cần số lớn hơn 0 như {MAX_GAP_SD:g}.", param, ctx)
        return gap


@click.command()
@click.option("--waves", "waves_count", type=WholeNumber(2, 12), required=True, help="Số đợt.")
@click.option("--first-month", type=Month(), required=True, help="Tháng đợt đầu bắt đầu, ví dụ 2027-03.")
@click.option("--gap", "gap_months", type=WholeNumber(1, 24), required=True, help="Số tháng giữa hai đợt.")
@click.option("--seed", type=WholeNumber(0), required=True, help="Hạt giống bốc thăm, chọn trước khi bốc và trước mặt nhiều người.")
@click.option("--out", type=WORKBOOK, required=True, help="Tệp .xlsx sẽ ghi.")
@click.option("--item", metavar="MỤC", help="Mục của kế hoạch được chia đợt, ví dụ I.2; không ghi thì danh sách để dòng trống.")
@click.option("--province", metavar="MÃ", help="Mã tỉnh theo danh mục 63 tỉnh; mặc định lấy trong lantoa.toml.")
@click.option("--max-gap", type=Gap(), default=MAX_GAP_SD, help="Mức lệch cho phép giữa các đợt (độ lệch chuẩn).")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def waves(
    waves_count: int,
    first_month: str,
    gap_months: int,
    seed: int,
    out: Path,
    item: str | None,
    province: str | None,
    max_gap: float,
    force: bool,
) -> None:
    """Bốc thăm chia các xã thành đợt triển khai, ghi tệp Excel để ban hành.

    \b
    Ví dụ: lantoa waves --waves 3 --first-month 2027-03 --gap 3 --seed 7 --item I.2 --out phan-dot-2027.xlsx
    """
    from analysis.chapters.rollout_units import rollout_units
    from analysis.estimate.inside.waves import with_start_months
    from analysis.publish.waves_workbook import WaveTable, power_lines, write_waves

    project = ready_project()
    tables = tables_of(project)
    refuse_overwriting(project, out, force)
    code, drawn_on = province or project.settings.province, date.today()
    found = rollout_units(tables, code, first_month, drawn_on)
    if found.units.empty:
        raise LantoaError(f"Chưa có danh mục cấp xã của {found.place_vi} (mã {code}) nên chưa chia đợt được; chấp nhận: tỉnh đã có danh mục cấp xã.")
    staged = _item(tables, code, int(first_month[:4]), item)
    lot = with_start_months(_drawn(found, waves_count, seed, max_gap), first_month, gap_months)
    power, refusal = _power(found, lot, seed)
    table = WaveTable(
        lot.merge(found.units[["unit_code", "name_vi"]], on="unit_code", validate="one_to_one"), found, drawn_on, power, refusal, staged
    )
    write_waves(out, table)
    click.echo(f"Đã chia {len(lot)} xã, phường thành {waves_count} đợt sau {int(lot['tried_draws'].iloc[0])} lần bốc: {out}")
    click.echo(power_lines(power, refusal)[0])
    if table.late_vi:
        click.echo(table.late_vi, err=True)


def _drawn(found: "RolloutUnits", waves_count: int, seed: int, max_gap: float) -> "pd.DataFrame":
    """The lot, within groups named as they are printed. Raises ``LantoaError`` naming the option that could let it be drawn."""
    from analysis.estimate.inside.waves import RuleTooNarrow, propose_waves

    balance_on = [name for name in BALANCE_ON if found.units[name].notna().any()]
    asked = {"waves": waves_count, "seed": seed, "balance_on": balance_on, "max_gap_sd": max_gap}
    try:
        return propose_waves(found.units, unit="unit_code", stratum="district_vi", **asked)  # type: ignore[arg-type]
    except RuleTooNarrow as refused:
        raise LantoaError(f"{refused} Mức lệch cho phép đặt bằng --max-gap (mặc định {MAX_GAP_SD:g}), số đợt bằng --waves.") from None


def _item(tables: "Tables", province: str, year: int, item: str | None) -> str:
    """The item as the list names it: with its kind and plan where the plan of that year is held, else as it was written; empty without one."""
    from analysis.delivery import items_of_plan, plan_of_year

    if not item:
        return ""
    plan = plan_of_year(tables.plans, province, year)
    items = items_of_plan(tables.plan_items, plan)
    if plan is None or items.empty:
        return item
    names = {f"{row['section']}.{row['stt']}": str(row["activity_type"]) for _, row in items.iterrows()}
    if item not in names:
        raise LantoaError(f"--item: kế hoạch {plan['plan_number']} không có mục “{item}”; chấp nhận: {', '.join(names)}.")
    return f"{item} {names[item]} (kế hoạch số {plan['plan_number']})"


def _power(found: "RolloutUnits", lot: "pd.DataFrame", seed: int) -> "tuple[PowerResult | None, str]":
    """What the lot could find on the units' own months, or why that cannot be said."""
    from analysis.estimate.inside.power import design_power
    from analysis.estimate.refusals import DesignRefused

    if found.months.empty:
        return None, "chưa có hồ sơ theo tháng của các đơn vị này."
    columns = {"unit": "unit_code", "time": "period_month", "outcome": "share_pct", "weights": "denominator_count", "cluster": "district_code"}
    try:
        return design_power(found.months, **columns, waves=lot, seed=seed), ""  # type: ignore[arg-type]
    except DesignRefused as refused:
        return None, str(refused)
