"""The command that draws by lot which communes start when, as a workbook that an office can adopt."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.project_files import WRITTEN, ready_project, refuse_overwriting, tables_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.chapters.rollout_units import RolloutUnits
    from analysis.estimate.inside.power import PowerResult

MAX_GAP_SD = 0.2


class Month(click.ParamType[str]):
    """A calendar month."""

    name = "NĂM-THÁNG"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return f"{date.fromisoformat(f'{value}-01'):%Y-%m}"
        except ValueError:
            self.fail(f"gặp “{value}”, cần tháng như 2027-03.", param, ctx)


@click.command()
@click.option("--waves", "waves_count", type=click.IntRange(2, 12), required=True, metavar="SỐ", help="Số đợt.")
@click.option("--first-month", type=Month(), required=True, help="Tháng đợt đầu bắt đầu, ví dụ 2027-03.")
@click.option("--gap", "gap_months", type=click.IntRange(1, 24), required=True, metavar="SỐ", help="Số tháng giữa hai đợt.")
@click.option("--seed", type=click.IntRange(0), required=True, metavar="SỐ", help="Hạt giống bốc thăm; nên chọn trước mặt nhiều người.")
@click.option("--out", type=WRITTEN, required=True, help="Tệp .xlsx sẽ ghi.")
@click.option("--province", metavar="MÃ", help="Mã tỉnh theo danh mục 63 tỉnh; mặc định lấy trong lantoa.toml.")
@click.option("--max-gap", type=click.FloatRange(0, min_open=True), default=MAX_GAP_SD, help="Mức lệch cho phép giữa các đợt (độ lệch chuẩn).")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
def waves(waves_count: int, first_month: str, gap_months: int, seed: int, out: Path, province: str | None, max_gap: float, force: bool) -> None:
    """Bốc thăm chia các xã thành đợt triển khai, ghi tệp Excel để ban hành.

    \b
    Ví dụ: lantoa waves --waves 3 --first-month 2027-03 --gap 3 --seed 7 --out phan-dot-2027.xlsx
    """
    from analysis.chapters.rollout_units import rollout_units
    from analysis.estimate.inside.waves import propose_waves, with_start_months
    from analysis.publish.waves_workbook import WaveTable, power_lines, write_waves
    from analysis.units import province_name

    project = ready_project()
    tables = tables_of(project)
    refuse_overwriting(project, out, force)
    code = province or project.settings.province
    place = province_name(tables.units, code)
    found = rollout_units(tables, code, first_month, date.today())
    balance_on = [name for name in ("dossiers_count", "online_pct") if found.units[name].notna().any()]
    lot = propose_waves(
        found.units, unit="unit_code", waves=waves_count, seed=seed, stratum="district_code", balance_on=balance_on, max_gap_sd=max_gap
    )
    lot = with_start_months(lot, first_month, gap_months)
    power, refusal = _power(found, lot, seed)
    named = lot.merge(found.units[["unit_code", "name_vi", "district_vi"]], on="unit_code", validate="one_to_one")
    named = named.reindex(columns=[*named.columns, *(name for name in ("balance_dossiers_count", "balance_online_pct") if name not in named)])
    write_waves(out, WaveTable(named, place, date.today(), gap_months, power, refusal, found.notes_vi, found.rests_on.is_synthetic))
    click.echo(f"Đã chia {len(lot)} xã, phường thành {waves_count} đợt sau {int(lot['tried_draws'].iloc[0])} lần bốc: {out}")
    click.echo(power_lines(power, refusal)[0])
    if f"{date.today():%Y-%m}" >= first_month:
        click.echo(f"Bốc thăm sau khi tháng {first_month} đã bắt đầu: kết quả sẽ không được coi là ngẫu nhiên.", err=True)


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
