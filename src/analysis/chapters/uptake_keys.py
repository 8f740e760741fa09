"""Blocks of the uptake chapter that show every rate key beside its own counts, and the levels of service over time."""

from typing import Any

import pandas as pd

from analysis import uptake
from analysis.blocks import Block, provenance
from analysis.chapters.uptake import marks_until, of_calendar_year, period_vi, until_year, without_few
from analysis.codes import UNIT_LEVELS
from analysis.figures import uptake as charts
from analysis.rates import RATES, Rate
from analysis.tables.uptake_keys import year_rates

LEVEL_KEYS = ("toan_trinh", "mot_phan")
OLD_LEVELS = {("toan_trinh", "levels_3_4"): "khi đó gọi là mức độ 4", ("mot_phan", "levels_3_4"): "khi đó gọi là mức độ 3"}
_COLUMNS = ("regime", "numerator_count", "denominator_count", "share", "low_share", "high_share", "is_small")
_UNKNOWN = {"of_vi": "", "period_vi": None, "bases": (), **dict.fromkeys((*_COLUMNS, "lowest_share", "highest_share"), pd.NA)}


def every_rate(of_units: pd.DataFrame, place: str, year: int) -> list[Block]:
    """All rate keys of the report year in one table; a key that no unit counts says so."""
    of_year = of_calendar_year(of_units, year)
    if of_year.empty:
        return []
    rows = pd.DataFrame([row for key, rate in RATES.items() for row in _rows_of(rate, of_year[of_year["rate_key"] == key])])
    title = f"Từng cách tính tỷ lệ trực tuyến, {period_vi(of_year)}, {of_year['unit_code'].nunique()} xã, sở, ngành của {place}"
    return [year_rates(rows, title, provenance(of_year))]


def _rows_of(rate: Rate, held: pd.DataFrame) -> list[dict[str, Any]]:
    rows = _added(rate, held) if rate.is_additive else _of_services(rate, held)
    return [{**_UNKNOWN, "rate_key": rate.key, **row} for row in rows or [{}]]


def _added(rate: Rate, held: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a regime: counts of dossiers of all units and months."""
    rows = uptake.rates(held, rate.key, []).sort_values("regime", ascending=False)
    return [
        {**row, **_counted_when(held[held["regime"] == row["regime"]]), "of_vi": OLD_LEVELS.get((rate.key, row["regime"]), "")}
        for row in rows[list(_COLUMNS)].to_dict("records")
    ]


def _of_services(rate: Rate, held: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a level: the middle unit in the last month, with the lowest and the highest."""
    parts = []
    for level, rows in held.groupby("level", sort=True):
        last = rows[rows["period_month"] == rows["period_month"].max()]
        shares = uptake.rates(last, rate.key, ["unit_code", "period_month"])["share"].dropna().astype(float)
        middle = {"share": shares.median(), "lowest_share": shares.min(), "highest_share": shares.max()}
        of_vi = f"{UNIT_LEVELS[str(level)]}: đơn vị đứng giữa trong {len(shares)} đơn vị"
        parts += [{"of_vi": of_vi, "regime": last["regime"].min(), "is_small": False, **middle, **_counted_when(last)}] if len(shares) else []
    return parts


def _counted_when(held: pd.DataFrame) -> dict[str, Any]:
    return {"period_vi": period_vi(held), "bases": tuple(sorted(held["basis"].unique()))}


def levels_over_time(of_units: pd.DataFrame, events: pd.DataFrame, province: str, place: str, year: int) -> list[Block]:
    """Dossiers filed online by level of service and month up to the report year; empty where no unit counts levels."""
    until = until_year(of_units, year)
    by_key = {key: without_few(uptake.rates(until, key, ["period_month"])) for key in LEVEL_KEYS}
    held = {key: rows for key, rows in by_key.items() if len(rows)}
    if of_calendar_year(of_units, year).empty or not held:
        return []
    return [charts.levels_by_month(held, until[until["rate_key"].isin(LEVEL_KEYS)], place, marks_until(events, province, until, year))]
