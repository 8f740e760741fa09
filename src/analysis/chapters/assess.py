"""Each outcome put to its design: refused with a reason, or estimated and graded."""

from datetime import date

import pandas as pd

from analysis.blocks import Provenance, provenance
from analysis.chapters.asked import judged
from analysis.chapters.subject import Subject
from analysis.chapters.uptake import RATE_KEY
from analysis.estimate.difference import demeaned_did
from analysis.estimate.grade import grade
from analysis.estimate.refusals import DesignRefused
from analysis.exposure import monthly_dose
from analysis.narrative.outcomes import Assessment
from analysis.panel import UnitMonths, reporting_units, unit_months
from analysis.store import Tables
from analysis.units import rows_of, units_below
from analysis.uptake import of_units, until

UPTAKE_VI = "tỷ lệ nộp hồ sơ trực tuyến"
COMMUNES_VI = ("các xã có nhiều hoạt động hơn", "các xã còn lại")


def assess(tables: Tables, subject: Subject, months: pd.DataFrame, province: str, year: int) -> list[Assessment]:
    """Uptake inside the province (``months`` is its unit-month panel), then the outcomes of the indices with the grade of the chapter on them."""
    indices = [item.assessment() for item in judged(tables, subject, province, year, grade_only=True)]
    return [assess_uptake(months, year, provenance(months, log_behind(tables, months), tables.plans)), *indices]


def assess_uptake(months: pd.DataFrame, year: int, rests_on: Provenance) -> Assessment:
    """Communes above the median dose of the year against the others: change of their online share on the same months before.

    Communes that sent no log have an unknown dose and stay out. Only the detectable size and the difference are shown:
    the false alarms of this split have not been measured.
    """
    window = _same_months(months[months["level"] == "commune"], year)
    refusal = _uptake_refusal(window, year)
    estimate = None
    if refusal is None:
        yearly = _yearly(window)
        dose = yearly[yearly["year"] == year].set_index("unit_code")["dose_count"].dropna()
        held = yearly[yearly["unit_code"].isin(dose.index)]
        treated = list(dose[dose > dose.median()].index)
        try:
            estimate = demeaned_did(held, unit="unit_code", time="year", outcome="share_pct", treated=treated, start=year, min_before=1)
        except DesignRefused as refused:
            refusal = str(refused)
    needed = "Nhật ký và bảng hồ sơ thật; triển khai so le giữa các xã để có nơi làm trước, nơi làm sau"
    return Assessment(UPTAKE_VI, grade(estimate, refusal), needed, "điểm phần trăm", *COMMUNES_VI, rests_on, estimate)


def _same_months(months: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the year and of the same calendar months of the year before."""
    calendar = months.loc[months["period_month"].str[:4] == str(year), "period_month"].str[5:].unique()
    in_both = months["period_month"].str[:4].isin([str(year - 1), str(year)]) & months["period_month"].str[5:].isin(calendar)
    return months[in_both]


def _uptake_refusal(window: pd.DataFrame, year: int) -> str | None:
    if set(window["period_month"].str[:4]) != {str(year - 1), str(year)}:
        return "không có bảng hồ sơ theo tháng của hai năm liền nhau"
    if window["regime"].nunique() > 1:
        return "cách gọi mức độ dịch vụ công thay đổi giữa hai năm (Nghị định 42/2022/NĐ-CP)"
    return None


def _yearly(window: pd.DataFrame) -> pd.DataFrame:
    """One row a (unit_code, year): dose (NA where the unit sent no log that year) and online share in per cent."""
    with_year = window.assign(year=window["period_month"].str[:4].astype(int))
    groups = with_year.groupby(["unit_code", "year"])
    totals = groups[["numerator_count", "denominator_count"]].sum()
    totals["dose_count"] = groups["dose_count"].sum(min_count=1)
    totals["share_pct"] = (100 * totals["numerator_count"] / totals["denominator_count"].mask(totals["denominator_count"] == 0)).astype(float)
    return totals.reset_index()


def activities_of(tables: Tables, province: str, as_of: date) -> pd.DataFrame:
    """All logged activities of the province's units begun by ``as_of``; one row an activity."""
    below = units_below(tables.units, province)
    log = tables.activities
    return log[rows_of(log, below) & (log["start_date"] <= pd.Timestamp(as_of))].reset_index(drop=True)


def unit_months_of(tables: Tables, province: str, as_of: date) -> UnitMonths:
    """The unit-month panel of a province with the level of each unit, and the dose that met no uptake."""
    below = units_below(tables.units, province)
    activities = activities_of(tables, province, as_of)
    return unit_months(until(of_units(tables.uptake, below), as_of), monthly_dose(activities), RATE_KEY, reporting_units(activities))


def log_behind(tables: Tables, months: pd.DataFrame) -> pd.DataFrame:
    """The activity log where unit-months exist, otherwise no rows of it."""
    return tables.activities if len(months) else tables.activities.head(0)
