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
    whole = f"{of_year['unit_code'].nunique()} xã, sở, ngành của {place}"
    of_key = of_year[of_year["rate_key"] == rate_key]
    before = of_calendar_year(of_units, year - 1)
    parts = [_part(rows, before, rate_key) for _, rows in sorted(of_key.groupby("regime"), key=lambda part: part[1]["period_month"].min())]
    return [say.year_rate(parts, rate_key, whole, year, provenance(of_year))]


def _part(of_regime: pd.DataFrame, before: pd.DataFrame, rate_key: str) -> say.YearPart:
    whole = _one(of_regime, rate_key)
    now, then = _matched(of_regime, before[before["rate_key"] == rate_key])
    if now.empty:
        return say.YearPart(period_vi(of_regime), whole)
    return say.YearPart(period_vi(of_regime), whole, _one(now, rate_key), _one(then, rate_key), period_vi(now), is_whole=len(now) == len(of_regime))


def _one(of_regime: pd.DataFrame, rate_key: str) -> pd.Series:
    return uptake.rates(of_regime, rate_key, []).iloc[0]


def _matched(now: pd.DataFrame, before: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of one key in two years, of the units and calendar months that both have in the same regime."""
    first, second = (pd.MultiIndex.from_arrays([rows["unit_code"], rows["period_month"].str[5:], rows["regime"]]) for rows in (now, before))
    return now[first.isin(second)], before[second.isin(first)]


def over_time(of_units: pd.DataFrame, events: pd.DataFrame, province: str, place: str, year: int, rate_key: str) -> list[Block]:
    """The rate by month and level up to the report year, with the dated events that touch the province."""
    until = until_year(of_units, year)
    if of_calendar_year(of_units, year).empty:
        return [say.nothing_to_show("biểu đồ tỷ lệ theo tháng", year, provenance(events))]
    monthly = without_few(uptake.rates(until, rate_key, ["level", "period_month"]))
    return [charts.rate_by_month(monthly, until, rate_key, place, marks_until(events, province, until, year))]


def marks_until(events: pd.DataFrame, province: str, until: pd.DataFrame, year: int) -> tuple[Mark, ...]:
    """Dated events that touch the province from the first month of ``until`` to the end of the year."""
    first = date.fromisoformat(f"{until['period_month'].min()}-01")
    return charts.event_marks(events_for(events, province, first, date(year, 12, 31)))


def by_district(of_units: pd.DataFrame, subject: Subject, events: pd.DataFrame, province: str, year: int, rate_key: str) -> list[Block]:
    """The rate by month in a panel a district, its communes and own office added up; a note where no unit belongs to a district."""
    placed = of_districts(until_year(of_units, year), subject.below)
    of_year = last_regime(of_calendar_year(placed, year), rate_key)
    if of_year.empty:
        return [say.nothing_to_show("biểu đồ theo huyện, thị xã, thành phố", year, provenance(events))]
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
    return [say.spread(rates, level, period, rests_on), table]


def help_first(of_units: pd.DataFrame, below: pd.DataFrame, year: int, rate_key: str, facts: pd.DataFrame | None = None) -> list[Block]:
    """Whom to help first: units clearly below the middle of their level in the report year's last regime, in the order of dossiers to gain.

    A year without months has a note, which rests on the units ``below`` or on the ``facts`` published instead.
    """
    of_year = last_regime(of_calendar_year(of_units, year), rate_key)
    if of_year.empty:
        rests_on = provenance(below if facts is None else facts)
        return [say.nothing_to_show("danh sách đơn vị nên hỗ trợ trước", year, rests_on)] if rests_on.source_ids else []
    rests_on, period = provenance(of_year), period_vi(of_year)
    listed = _to_help(of_year, below, rate_key)
    said = say.help_first(listed, period, rests_on)
    if listed.empty:
        return [said]
    title = f"Đơn vị nên hỗ trợ trước, {period}"
    if len(listed) <= HELP_SHOWN:
        return [said, help_table(listed, title, rests_on)]
    first = help_table(listed.head(HELP_SHOWN), f"{title}: {HELP_SHOWN} trong {len(listed)} đơn vị", rests_on)
    return [said, first, help_table(listed, f"{title}: tất cả {len(listed)} đơn vị", rests_on, "help-all", is_annex=True)]


def _to_help(of_year: pd.DataFrame, below: pd.DataFrame, rate_key: str) -> pd.DataFrame:
    """``uptake.who_to_help`` with ``named_vi``, the unit and for a commune its district, and whether its counts are hidden."""
    rates = uptake.rates(of_year, rate_key, ["unit_code", "label_vi", "level"])
    hidden = uptake.suppress_shares(rates, "numerator_count", "denominator_count", [], totals=[["level"]])["is_suppressed"]
    listed = uptake.who_to_help(rates.assign(is_suppressed=hidden)).merge(below[["unit_code", "parent_vi"]], on="unit_code", validate="one_to_one")
    named = [
        f"{label} ({parent})" if level == "commune" and parent not in label else label
        for label, parent, level in listed[["label_vi", "parent_vi", "level"]].itertuples(index=False)
    ]
    return listed.assign(named_vi=pd.Series(named, index=listed.index, dtype="string"))


def first_to_help(of_units: pd.DataFrame, below: pd.DataFrame, year: int, rate_key: str) -> str:
    """A clause that names the first units to help; empty where there are none."""
    of_year = last_regime(of_calendar_year(of_units, year), rate_key)
    listed = pd.DataFrame() if of_year.empty else _to_help(of_year, below, rate_key)
    return "" if listed.empty else f"{say.first_named(listed)}."


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


def published(facts: pd.DataFrame, province: str, place: str, year: int, as_of: date = date.max) -> list[Block]:
    """Facts of uptake published of the province up to the report year and by ``as_of``; a sentence where there are none."""
    own = facts[(facts["unit_code"] == province) | facts["unit_vi"].str.contains(place, regex=False)]
    dated = own.assign(fact_year=_fact_years(own))
    kept = dated[(dated["fact_year"] <= year) & ~dated["fact_key"].isin(NOT_UPTAKE) & (published_days(dated) <= pd.Timestamp(as_of))]
    shown = kept.sort_values(["fact_year", "period_start_date", "fact_id"], na_position="last")
    if shown.empty:
        return [say.no_facts(place, provenance(facts))]
    return [
        say.facts_caution(shown, provenance(shown)),
        tables.published_facts(shown, f"Số liệu đã công bố về dịch vụ công trực tuyến của {place}"),
        tables.fact_addresses(shown),
    ]


def published_days(facts: pd.DataFrame) -> pd.Series:
    """The day by which a fact was out: the last of the month or year where ``published_vi`` names no more; NaT without any date."""
    named = facts["published_vi"].str.extract(r"(?:(?:(?P<day>\d{1,2})/)?(?P<month>\d{1,2})/)?(?P<year>20\d{2})").astype("Int64")
    whole = pd.DataFrame({"year": named["year"], "month": named["month"].fillna(12), "day": named["day"].fillna(1)})
    days = pd.to_datetime(whole.astype("Float64").astype(float), errors="coerce")
    return days.where(named["day"].notna(), days + pd.offsets.MonthEnd(0))


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
