"""Blocks of the uptake chapter."""

from datetime import date

import pandas as pd

from analysis import tables, text, uptake
from analysis.blocks import MAX_PANELS, Block, Mark, provenance
from analysis.chapters.subject import Subject
from analysis.codes import RATE_KEYS, UNIT_LEVELS
from analysis.events import events_for
from analysis.figures import uptake as charts
from analysis.narrative import uptake as say
from analysis.tables.uptake import help_first as help_table

RATE_KEY = "online_all"
LEVELS_VI = {level: UNIT_LEVELS[level] for level in ("commune", "district", "department")}
HELP_SHOWN = 10  # more is no list of whom to help first; the annex holds all
NOT_UPTAKE = ("dti", "dti_rank", "ict_index", "par_internal_commune", "par_internal_dept", "par_internal_district", "sms_8283")


def province_rate(of_units: pd.DataFrame, place: str, year: int, rate_key: str, facts: pd.DataFrame) -> list[Block]:
    """The rate of the year over all units with a monthly table, and the change on the same months and units of the year before."""
    of_year = of_calendar_year(of_units, year)
    if of_year.empty or not of_year.loc[of_year["rate_key"] == rate_key, "denominator_count"].sum():
        return [say.no_months(place, year, provenance(facts))]
    rests_on = provenance(of_year)
    whole = f"{of_year['unit_code'].nunique()} xã, sở, ngành của {place}"
    now, before = _matched(of_year, of_calendar_year(of_units, year - 1), rate_key)
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
    until = until_year(of_units, year)
    if of_calendar_year(of_units, year).empty:
        return []
    monthly = without_few(uptake.rates(until, rate_key, ["level", "period_month"]))
    return [charts.rate_by_month(monthly, until, rate_key, place, marks_until(events, province, until, year))]


def marks_until(events: pd.DataFrame, province: str, until: pd.DataFrame, year: int) -> tuple[Mark, ...]:
    """Dated events that touch the province from the first month of ``until`` to the end of the year."""
    first = date.fromisoformat(f"{until['period_month'].min()}-01")
    return charts.event_marks(events_for(events, province, first, date(year, 12, 31)))


def by_district(of_units: pd.DataFrame, subject: Subject, events: pd.DataFrame, province: str, year: int, rate_key: str) -> list[Block]:
    """The rate by month in a panel a district, its communes and own office added up; empty where no unit belongs to a district."""
    placed = of_districts(until_year(of_units, year), subject.below)
    of_year = last_regime(of_calendar_year(placed, year), rate_key)
    if of_year.empty:
        return []
    yearly = uptake.rates(of_year, rate_key, ["panel_vi"]).sort_values(["share", "panel_vi"], ascending=[False, True])
    names = [str(name) for name in yearly["panel_vi"]]
    parts = [names[start : start + MAX_PANELS] for start in range(0, len(names), MAX_PANELS)]
    of_all = without_few(uptake.rates(placed, rate_key, ["period_month"]))
    rates = without_few(uptake.rates(placed, rate_key, ["panel_vi", "period_month"])).set_index("panel_vi")
    marks = marks_until(events, province, placed, year)
    return [
        charts.rate_by_district(
            pd.concat([rates.loc[[name]] for name in part]).reset_index(),
            of_all,
            _told(yearly, rate_key, subject.place, period_vi(of_year), number if len(parts) > 1 else 0),
            placed,
            marks,
        )
        for number, part in enumerate(parts, 1)
    ]


def of_districts(of_units: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Rows of communes and districts with ``panel_vi``, the name of the district; other units are left out."""
    names = below[below["level"] == "district"].set_index("unit_code")["label_vi"]
    code = of_units["unit_code"].where(of_units["level"] == "district", of_units["parent_code"])
    return of_units.assign(panel_vi=code.map(names)).dropna(subset=["panel_vi"])


def without_few(rates: pd.DataFrame) -> pd.DataFrame:
    """Shares that rest on too few dossiers left out, as on charts, where no count stands beside them."""
    return rates.assign(share=uptake.suppress_shares(rates, "numerator_count", "denominator_count", ["share"])["share"])


def _told(yearly: pd.DataFrame, rate_key: str, place: str, period: str, number: int) -> charts.Told:
    known = yearly[~yearly["is_small"]]
    high, low = (known.iloc[0], known.iloc[-1]) if len(known) else (None, None)
    title = f"{text.sentence_case(period)}: tỷ lệ theo huyện, thị xã, thành phố"
    if high is not None and low is not None and len(known) > 1:
        title = (
            f"{text.sentence_case(period)}: cao nhất {high['panel_vi']} ({text.percent(high['share'])}), "
            f"thấp nhất {low['panel_vi']} ({text.percent(low['share'])})"
        )
    subtitle = f"{text.sentence_case(RATE_KEYS[rate_key])}, theo tháng, cộng các xã, phường của mỗi huyện, thị xã, thành phố thuộc {place}"
    part = f"-{number}" if number else ""
    return charts.Told(f"rate-by-district-{rate_key}{part}", title, subtitle, f"Tất cả xã, phường của {place}")


def by_unit(of_units: pd.DataFrame, year: int, rate_key: str) -> list[Block]:
    """Units of each level in the report year: the spread in a sentence, and all of them in an annex.

    A year that mixes two regimes is shown for its last regime only, and says so through the regime's own months.
    """
    of_year = of_calendar_year(of_units, year)
    return [block for level in LEVELS_VI for block in _units_of(of_year[of_year["level"] == level], rate_key, level)]


def _units_of(of_level: pd.DataFrame, rate_key: str, level: str) -> list[Block]:
    of_level = last_regime(of_level, rate_key)
    if of_level.empty:
        return []
    rates = uptake.rates(of_level, rate_key, ["unit_code", "label_vi"]).sort_values(["share", "unit_code"])
    rests_on, period = provenance(of_level), period_vi(of_level)
    title = f"Tỷ lệ nộp trực tuyến của từng đơn vị {LEVELS_VI[level]}, {period}"
    table = tables.rates_table(rates, title, f"{rate_key}-{level}", rate_key, rests_on)
    return [say.spread(rates, LEVELS_VI[level], period, rests_on), table]


def help_first(of_units: pd.DataFrame, below: pd.DataFrame, year: int, rate_key: str) -> list[Block]:
    """Whom to help first: units clearly below the middle of their level in the report year's last regime, in the order of dossiers to gain."""
    of_year = last_regime(of_calendar_year(of_units, year), rate_key)
    if of_year.empty:
        return []
    rests_on, period = provenance(of_year), period_vi(of_year)
    rates = uptake.rates(of_year, rate_key, ["unit_code", "label_vi", "level"])
    hidden = uptake.suppress_shares(rates, "numerator_count", "denominator_count", [], totals=[["level"]])["is_suppressed"]
    listed = uptake.who_to_help(rates.assign(is_suppressed=hidden)).merge(below[["unit_code", "parent_vi"]], on="unit_code", validate="one_to_one")
    said = say.help_first(listed, period, rests_on)
    if listed.empty:
        return [said]
    title = f"Đơn vị nên hỗ trợ trước, {period}"
    if len(listed) <= HELP_SHOWN:
        return [said, help_table(listed, title, rests_on)]
    first = help_table(listed.head(HELP_SHOWN), f"{title}: {HELP_SHOWN} trong {len(listed)} đơn vị", rests_on)
    return [said, first, help_table(listed, f"{title}: tất cả {len(listed)} đơn vị", rests_on, "help-all", is_annex=True)]


def last_regime(rows: pd.DataFrame, rate_key: str) -> pd.DataFrame:
    """Rows of one key in the regime of its last month: what may be added within a year that mixes two."""
    of_key = rows[rows["rate_key"] == rate_key]
    last = of_key.loc[of_key["period_month"] == of_key["period_month"].max(), "regime"]
    return of_key[of_key["regime"] == last.min()] if len(last) else of_key


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


def of_calendar_year(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the months of a year."""
    return rows[rows["period_month"].str[:4] == str(year)]


def until_year(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the months up to the end of a year."""
    return rows[rows["period_month"] <= f"{year}-12"]
