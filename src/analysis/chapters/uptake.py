"""Blocks of the uptake chapter."""

from datetime import date

import pandas as pd

from analysis import tables, text, uptake
from analysis.blocks import Block, provenance
from analysis.codes import UNIT_LEVELS
from analysis.events import events_for
from analysis.figures import uptake as charts
from analysis.narrative import uptake as say

RATE_KEY = "online_all"
LEVELS_VI = {"commune": UNIT_LEVELS["commune"], "department": UNIT_LEVELS["department"]}
NOT_UPTAKE = ("dti", "dti_rank", "ict_index", "par_internal_commune", "par_internal_dept", "par_internal_district", "sms_8283")


def province_rate(of_units: pd.DataFrame, place: str, year: int, rate_key: str, facts: pd.DataFrame) -> list[Block]:
    """The rate of the year over all units with a monthly table, and the change on the same months and units of the year before."""
    of_year = _of_year(of_units, year)
    if of_year.empty or not of_year.loc[of_year["rate_key"] == rate_key, "denominator_count"].sum():
        return [say.no_months(place, year, provenance(facts))]
    rests_on = provenance(of_year)
    whole = f"{of_year['unit_code'].nunique()} xã, sở, ngành của {place}"
    now, before = _matched(of_year, _of_year(of_units, year - 1), rate_key)
    change = say.change(now, before)
    return [say.year_rate(uptake.rates(of_year, rate_key, []), rate_key, whole, period_vi(of_year), change, year, rests_on)]


def _matched(now: pd.DataFrame, before: pd.DataFrame, rate_key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rates of two years over the units and calendar months that both have."""
    months = set(now["period_month"].str[5:]) & set(before["period_month"].str[5:])
    units = set(now["unit_code"]) & set(before["unit_code"])
    both = (rows[rows["period_month"].str[5:].isin(months) & rows["unit_code"].isin(units)] for rows in (now, before))
    first, second = (uptake.rates(rows, rate_key, []) for rows in both)
    return first, second


def over_time(of_units: pd.DataFrame, events: pd.DataFrame, province: str, place: str, year: int, rate_key: str) -> list[Block]:
    """The rate by month and level up to the report year, with the dated events that touch the province."""
    until = of_units[of_units["period_month"].str[:4].astype(int) <= year]
    if _of_year(of_units, year).empty:
        return []
    monthly = uptake.rates(until, rate_key, ["level", "period_month"])
    shown = events_for(events, province, date.fromisoformat(f"{until['period_month'].min()}-01"), date(year, 12, 31))
    return [charts.rate_by_month(monthly, until, rate_key, place, charts.event_marks(shown))]


def by_unit(of_units: pd.DataFrame, year: int, rate_key: str, level: str) -> list[Block]:
    """Units of one level in the report year: spread, the lowest, and all of them in an annex.

    A year that mixes two regimes is shown for its last regime only, and says so through the regime's own months.
    """
    of_level = _of_year(of_units[of_units["level"] == level], year)
    if of_level.empty:
        return []
    last_month = of_level["period_month"].max()
    last_regime = of_level.loc[of_level["period_month"] == last_month, "regime"].min()
    of_level = of_level[of_level["regime"] == last_regime]
    rates = uptake.rates(of_level, rate_key, ["unit_code", "label_vi"]).sort_values(["share", "unit_code"])
    rests_on = provenance(of_level)
    level_vi = LEVELS_VI[level]
    period = period_vi(of_level)
    title = f"Tỷ lệ nộp trực tuyến của từng đơn vị {level_vi}, {period}"
    table = tables.rates_table(rates, title, f"{rate_key}-{level}", rate_key, rests_on)
    if rates["is_small"].all():
        return [say.spread(rates, level_vi, period, rests_on), table]
    return [
        say.spread(rates, level_vi, period, rests_on),
        charts.rate_by_unit(rates, of_level, f"{rate_key}-{level}", rate_key, period, level_vi),
        table,
    ]


def period_vi(rows: pd.DataFrame) -> str:
    """``năm 2021``, or the months where the rows do not hold the whole year."""
    first, last = rows["period_month"].min(), rows["period_month"].max()
    if first.endswith("-01") and last.endswith("-12"):
        return f"năm {first[:4]}"
    return f"tháng {text.month(first)}" if first == last else f"từ tháng {text.month(first)} đến tháng {text.month(last)}"


def published(facts: pd.DataFrame, province: str, place: str, year: int) -> list[Block]:
    """Facts of uptake that were published of the province up to the report year; a sentence where there are none."""
    own = facts[(facts["unit_code"] == province) | facts["unit_vi"].str.contains(place, regex=False)]
    dated = own.assign(fact_year=_fact_years(own))
    kept = dated[(dated["fact_year"] <= year) & ~dated["fact_key"].isin(NOT_UPTAKE)]
    shown = kept.sort_values(["fact_year", "period_start_date", "fact_id"], na_position="last")
    if shown.empty:
        return []
    return [
        say.facts_caution(shown, provenance(shown)),
        tables.published_facts(shown, f"Số liệu đã công bố về dịch vụ công trực tuyến của {place}"),
        tables.fact_addresses(shown),
    ]


def _fact_years(facts: pd.DataFrame) -> pd.Series:
    """Year of a fact: of its period where dated, otherwise the first year named in the period or the publication."""
    named = (facts["period_vi"] + " " + facts["published_vi"]).str.extract(r"(20\d{2})", expand=False).astype("Int64")
    return facts["period_start_date"].dt.year.astype("Int64").fillna(named)


def _of_year(of_units: pd.DataFrame, year: int) -> pd.DataFrame:
    return of_units[of_units["period_month"].str[:4] == str(year)]
