"""Blocks of the chapter on contribution: what stands side by side, what could be seen, and the grade."""

from datetime import date

import pandas as pd

from analysis import tables as present
from analysis.blocks import Block, Provenance, provenance
from analysis.codes import COMPOSITE, INDICES
from analysis.estimate.design import refusal_for_index
from analysis.estimate.difference import DesignRefused, demeaned_did
from analysis.estimate.grade import grade
from analysis.estimate.result import EffectEstimate
from analysis.exposure import monthly_dose
from analysis.figures import outcomes as charts
from analysis.indices import is_composite_circular
from analysis.narrative import outcomes as say
from analysis.narrative.outcomes import Assessment
from analysis.panel import UnitMonths, unit_months
from analysis.store import Tables
from analysis.units import COUNTRY_CODE, units_below
from analysis.uptake import of_units, until

RATE_KEY = "online_all"
UPTAKE_OUTCOME_VI = "tỷ lệ nộp hồ sơ trực tuyến trong tỉnh"
POINTS_VI = "điểm phần trăm"


def side_by_side(years: pd.DataFrame, histories: dict[str, pd.DataFrame], rests_on: Provenance) -> list[Block]:
    """Activities, uptake and standing by year, in one table and on charts that are not joined."""
    blocks: list[Block] = [present.province_years(years, list(histories), rests_on)]
    if years["activities_count"].notna().any():
        blocks.append(charts.activities_by_year(years, rests_on))
    real_only = provenance(*(history[history["source_id"].notna()] for history in histories.values()))
    if any(history["z_score"].notna().any() for history in histories.values()):
        blocks.append(charts.standing_by_year(years, histories, real_only))
    return [*blocks, say.no_cause_from_timing(real_only if real_only.source_ids else rests_on)]


def within_province(joined: UnitMonths, year: int, rests_on: Provenance) -> list[Block]:
    """Dose and rate of the same units by month up to the report year, and what did not join; nothing without unit-months."""
    months = joined.rows
    until = months[months["period_month"].str[:4].astype(int) <= year]
    if until.empty:
        return []
    totals = until.groupby(["period_month", "regime"])[["dose_count", "numerator_count", "denominator_count"]].sum().reset_index()
    totals["share"] = (totals["numerator_count"] / totals["denominator_count"]).astype(float)
    unmatched = joined.unmatched_dose[joined.unmatched_dose["period_month"].str[:4].astype(int) <= year]
    return [*charts.dose_and_rate(totals, rests_on), *([say.unmatched_dose(unmatched, rests_on)] if len(unmatched) else [])]


def assess_uptake(months: pd.DataFrame, year: int) -> Assessment:
    """More dose against less dose: units above the median dose of the year, their change on the year before.

    Only the detectable size and the difference are shown: the false alarms of this split have not been measured.
    """
    needed = "Đo tỷ lệ báo động giả trên chính số liệu này; nhật ký và hồ sơ thật; triển khai so le giữa các xã"
    window = months[months["period_month"].str[:4].isin([str(year - 1), str(year)]) & (months["level"] == "commune")]
    if not len(window) or window["regime"].nunique() > 1 or window["period_month"].str[:4].nunique() < 2:
        reason = (
            "cách gọi mức độ dịch vụ thay đổi giữa hai năm"
            if len(window) and window["regime"].nunique() > 1
            else "không có hồ sơ theo tháng của hai năm liền nhau"
        )
        return Assessment(UPTAKE_OUTCOME_VI, grade(None, reason), "Bảng hồ sơ theo tháng của từng đơn vị, cùng một cách tính", POINTS_VI)
    yearly = _yearly(window)
    dose = yearly[yearly["year"] == year].set_index("unit_code")["dose_count"]
    try:
        estimate = demeaned_did(
            yearly, unit="unit_code", time="year", outcome="share_pct", treated=list(dose[dose > dose.median()].index), start=year
        )
    except DesignRefused as refused:
        return Assessment(UPTAKE_OUTCOME_VI, grade(None, str(refused)), needed, POINTS_VI)
    return Assessment(UPTAKE_OUTCOME_VI, grade(estimate), needed, POINTS_VI, estimate)


def _yearly(window: pd.DataFrame) -> pd.DataFrame:
    """One row a (unit_code, year): dose and online share in per cent."""
    totals = (
        window.assign(year=window["period_month"].str[:4].astype(int))
        .groupby(["unit_code", "year"])[["dose_count", "numerator_count", "denominator_count"]]
        .sum()
    )
    totals["share_pct"] = (100 * totals["numerator_count"] / totals["denominator_count"]).astype(float)
    return totals.reset_index()


def assess_indices(histories: dict[str, pd.DataFrame], scores: pd.DataFrame, components: pd.DataFrame, province: str, year: int) -> list[Assessment]:
    """Each index composite: refused with its reason, or the province against all others inside the era, graded."""
    assessments = []
    for index, history in histories.items():
        composites = scores[(scores["index"] == index) & (scores["component"] == COMPOSITE) & (scores["province_code"] != COUNTRY_CODE)]
        is_circular = is_composite_circular(components, index, year)
        refusal = refusal_for_index(history, composites, year, is_circular=is_circular)
        estimate = None
        if refusal is None:
            try:
                estimate = _against_others(history, composites, province, year)
            except DesignRefused as refused:
                refusal = str(refused)
        assessments.append(Assessment(index, grade(estimate, refusal), _needed(index, refusal, is_circular=is_circular), "điểm", estimate))
    return assessments


def _against_others(history: pd.DataFrame, composites: pd.DataFrame, province: str, year: int) -> EffectEstimate:
    era = history.loc[history["edition_year"] == year, "era"].iloc[0]
    editions = history.loc[history["era"] == era, "edition_year"]
    panel = composites[composites["edition_year"].isin(editions)].astype({"score": float})
    return demeaned_did(panel, unit="province_code", time="edition_year", outcome="score", treated=[province], start=year)


def _needed(index: str, refusal: str | None, *, is_circular: bool) -> str:
    if refusal is None:
        return "Đo tỷ lệ báo động giả trên chính bảng điểm các tỉnh"
    if is_circular:
        return "Dùng tỷ lệ nộp trực tuyến và ý kiến người dân làm kết quả, không dùng chỉ số này"
    return f"Thêm các phiên bản {INDICES[index]} cùng cách chấm, đủ điểm các tỉnh"


def verdicts(assessments: list[Assessment], rests_on: Provenance, year: int) -> list[Block]:
    """Minimum detectable effect first, then what was seen in the words the grade allows, then the table of grades."""
    blocks: list[Block] = [say.headline(assessments, year, rests_on)]
    for item in assessments:
        if item.estimate is not None:
            blocks.append(say.detectable(item.estimate, item.outcome_vi, item.unit_vi, rests_on))
            blocks.append(say.observed(item, item.estimate, rests_on))
    return [*blocks, present.assessments(tuple(item.row() for item in assessments), rests_on)]


def no_plan(year: int, plans: pd.DataFrame) -> list[Block]:
    """The whole answer for a year without a plan."""
    return [say.not_applicable(year, provenance(plans))]


def assess(tables: Tables, histories: dict[str, pd.DataFrame], province: str, year: int, as_of: date) -> tuple[list[Assessment], Provenance]:
    """Every outcome assessed, and what the assessments rest on."""
    months = unit_months_of(tables, province, as_of).rows
    assessments = [assess_uptake(months, year), *assess_indices(histories, tables.index_scores, tables.index_components, province, year)]
    return assessments, rests_on(tables, histories, months)


def rests_on(tables: Tables, histories: dict[str, pd.DataFrame], months: pd.DataFrame) -> Provenance:
    """Sources of scores, editions, dossiers and the log behind the chapter."""
    scored = [history[history["source_id"].notna()] for history in histories.values()]
    log = tables.activities if len(months) else tables.activities.head(0)
    return provenance(months, log, tables.index_editions, *scored)


def answers(tables: Tables, histories: dict[str, pd.DataFrame], plan: pd.Series | None, province: str, year: int, as_of: date) -> list[Block]:
    """The graded answer for a year with a plan; for a year without one, why there is nothing to grade."""
    if plan is None:
        return no_plan(year, tables.plans)
    return verdicts(*assess(tables, histories, province, year, as_of), year)


def activities_of(tables: Tables, province: str, as_of: date) -> pd.DataFrame:
    """All logged activities of the province's units begun by ``as_of``; one row an activity."""
    below = units_below(tables.units, province)
    log = tables.activities
    return log[log["unit_code"].isin(below["unit_code"]) & (log["start_date"] <= pd.Timestamp(as_of))].reset_index(drop=True)


def unit_months_of(tables: Tables, province: str, as_of: date) -> UnitMonths:
    """The unit-month panel of a province with the level of each unit, and the dose that met no uptake."""
    below = units_below(tables.units, province)
    dose = monthly_dose(activities_of(tables, province, as_of))
    return unit_months(until(of_units(tables.uptake, below), as_of), dose, RATE_KEY)
