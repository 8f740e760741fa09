"""The joins: what was said beside what was measured, in one province-year and one unit-month table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import codes, text
from analysis.exposure import district_codes
from analysis.rates import RATES
from analysis.units import rows_of
from analysis.uptake import RatesNotComparable, rates
from analysis.uptake.shares import refuse_mixed_origin

_UNIT = ["unit_code", "vintage"]
_KEY = [*_UNIT, "period_month"]
_OUTCOME = ["regime", "numerator_count", "denominator_count", "is_synthetic"]


@dataclass(frozen=True)
class UnitMonths:
    """The unit-month panel and what did not join. ``rows``: one row a (unit_code, vintage, period_month) with uptake."""

    rows: pd.DataFrame
    unmatched_dose: pd.DataFrame


def unit_months(uptake: pd.DataFrame, dose: pd.DataFrame, rate_key: str, reporting: pd.DataFrame) -> UnitMonths:
    """Monthly counts of one rate with the communication dose of the same unit and month.

    A month without a logged activity has dose 0 only where the unit logged anything in that year (``reporting``: one row
    a (unit_code, year)); a unit that sent no log has an unknown dose, NA. Dose of units or months without uptake is
    returned apart.
    """
    outcome = uptake[uptake["rate_key"] == rate_key]
    key = ["unit_code", "vintage", "period_month"]
    joined = outcome.merge(dose, on=key, how="outer", validate="one_to_one", indicator=True)
    unmatched = joined[joined["_merge"] == "right_only"][[*key, "dose_count", "spread_count"]].reset_index(drop=True)
    rows = joined[joined["_merge"] != "right_only"].drop(columns="_merge")
    reports = set(zip(reporting["unit_code"], reporting["year"].astype(int), strict=True))
    years = rows["period_month"].str[:4].astype(int)
    is_reporting = pd.Series([pair in reports for pair in zip(rows["unit_code"], years, strict=True)], index=rows.index, dtype=bool)
    for column in ("dose_count", "spread_count"):
        rows[column] = rows[column].astype("Float64").mask(rows[column].isna() & is_reporting, 0.0)
    return UnitMonths(rows.sort_values(key).reset_index(drop=True), unmatched)


def reporting_units(activities: pd.DataFrame) -> pd.DataFrame:
    """One row a (unit_code, year) with any logged activity, whoever it was for."""
    return activities[["unit_code"]].assign(year=activities["start_date"].dt.year).drop_duplicates().reset_index(drop=True)


@dataclass(frozen=True)
class InsidePanel:
    """The unit-by-month panel inside the province.

    ``rows``: one row a (unit_code, vintage, period_month). ``unmatched_uptake``: rows of the rate whose unit the list does not hold;
    ``unmatched_exposure``: dose rows of units without any uptake. ``notes_vi``: a sentence for each thing left apart or left open.
    """

    rows: pd.DataFrame
    unmatched_uptake: pd.DataFrame
    unmatched_exposure: pd.DataFrame
    notes_vi: tuple[str, ...]


def inside_panel(
    uptake: pd.DataFrame, exposure: pd.DataFrame, below: pd.DataFrame, *, rate_key: str, level: str = "commune", controls: Sequence[str] = ()
) -> InsidePanel:
    """Monthly counts of one rate key for the units of one level, with what reached them; joined one to one on unit, vintage and month.

    ``uptake`` is the table of that name; ``exposure`` one row a (unit_code, vintage, period_month) as ``exposure.commune_exposure`` gives it
    (``unit_exposure`` for another level); ``below`` the units of one province and vintage. ``rows`` holds ``regime``, ``numerator_count``,
    ``denominator_count``, ``share_pct`` (0-100; NA for a denominator of 0 or an unknown count), ``is_synthetic``, ``district_code``, every
    dose of ``exposure``, and for each rate key of ``controls`` (negative controls: rates that the plan never touches) its share as
    ``<key>_pct``.

    A month of ``exposure`` without uptake stays as a row without outcome, so that later months know their earlier doses; a month without
    exposure has unknown doses. Counts are taken as received: the suite hides small counts only where it prints them, so no numerator here
    is cut, and one that its sender hid is unknown, never 0. Rows hold few dossiers each: print none without ``uptake.suppress_shares``.

    Raises ``RatesNotComparable`` for an unknown rate key and for real beside synthetic rows, ``MergeError`` for a unit-month that
    stands twice.
    """
    of_level = below.assign(district_code=district_codes(below)).loc[below["level"] == level, [*_UNIT, "district_code"]]
    chosen = _of_key(uptake, rate_key)
    is_listed, outcome = rows_of(chosen, below), chosen[rows_of(chosen, of_level)]
    has_uptake = rows_of(exposure, outcome)
    doses = exposure[has_uptake].drop(columns="district_code", errors="ignore")
    shares = outcome[[*_KEY, *_OUTCOME]].assign(share_pct=_share_pct(outcome))
    rows = shares.merge(doses, on=_KEY, how="outer", validate="one_to_one").merge(of_level, on=_UNIT, how="left", validate="many_to_one")
    for key in controls:
        of_key = _of_key(uptake, key)
        rows = rows.merge(of_key[_KEY].assign(**{f"{key}_pct": _share_pct(of_key)}), on=_KEY, how="left", validate="one_to_one")
    rows = rows.sort_values(_KEY).reset_index(drop=True)
    unlisted, unused = chosen[~is_listed].reset_index(drop=True), exposure[~has_uptake].reset_index(drop=True)
    return InsidePanel(rows, unlisted, unused, tuple(_told(rows, unlisted, unused, rate_key)))


def _of_key(uptake: pd.DataFrame, rate_key: str) -> pd.DataFrame:
    if rate_key not in RATES:
        raise RatesNotComparable(f"Không có tỷ lệ “{rate_key}”. Các tỷ lệ được tính: {', '.join(RATES)}.")
    chosen = uptake[uptake["rate_key"] == rate_key]
    refuse_mixed_origin(chosen, f"Tỷ lệ “{rate_key}”")
    return chosen


def _share_pct(counts: pd.DataFrame) -> pd.Series:
    denominator = counts["denominator_count"].astype("Float64")
    return 100 * counts["numerator_count"].astype("Float64") / denominator.mask(denominator == 0)


def _told(rows: pd.DataFrame, unlisted: pd.DataFrame, unused: pd.DataFrame, rate_key: str) -> Iterator[str]:
    """What the panel leaves apart or open, each in a sentence."""
    has_outcome = rows["denominator_count"].notna()
    if len(unlisted):
        units = unlisted["unit_code"].nunique()
        yield f"{text.number(len(unlisted))} dòng số liệu của {units} đơn vị không có trong danh mục nên để riêng."
    if len(unused):
        yield f"{unused['unit_code'].nunique()} đơn vị có nhật ký hoặc có trong danh mục nhưng không có số liệu hồ sơ nên để riêng."
    if zeros := int((rows["denominator_count"] == 0).sum()):
        yield f"{text.number(zeros)} tháng của đơn vị có mẫu số bằng 0 nên không có tỷ lệ."
    if hidden := int((has_outcome & rows["numerator_count"].isna()).sum()):
        yield f"{text.number(hidden)} tháng của đơn vị có tử số bị ẩn hoặc để trống nên không có tỷ lệ (không coi là 0)."
    if early := int((~has_outcome).sum()):
        yield f"{text.number(early)} tháng của đơn vị chỉ có nhật ký, không có số liệu hồ sơ; giữ lại để biết hoạt động của các tháng trước."
    if unknown := int((has_outcome & rows["own_dose"].isna()).sum()):
        yield f"{text.number(unknown)} tháng của đơn vị không rõ số hoạt động vì không có nhật ký của đơn vị trong năm đó (không coi là 0)."
    if RATES[rate_key].rests_on_levels and rows["regime"].nunique() > 1:
        yield f"Cách gọi mức độ dịch vụ thay đổi từ tháng {text.month(codes.DECREE_42_MONTH)} (Nghị định 42/2022/NĐ-CP): hai giai đoạn không so được."


def province_years(
    activities: pd.DataFrame, uptake: pd.DataFrame, histories: dict[str, pd.DataFrame], years: list[int], rate_key: str
) -> pd.DataFrame:
    """One row a year: activities logged, the online rate and, by index, score, rank and within-year z of the composite.

    Columns ``year``, ``activities_count`` (NA for a year without any log), ``online_share``, and for each index
    ``<index> score``, ``<index> rank``, ``<index> z_score``. Missing stays NA.
    """
    table = pd.DataFrame({"year": pd.array(years, dtype="Int64")})
    logged = activities["start_date"].dt.year.value_counts()
    table["activities_count"] = table["year"].map(logged).astype("Int64")
    table["online_share"] = table["year"].map(_yearly_share(uptake, rate_key)).astype("Float64")
    for index, history in histories.items():
        by_year = history.set_index("edition_year")
        for column in ("score", "rank", "z_score"):
            table[f"{index} {column}"] = table["year"].map(by_year[column])
    return table


def _yearly_share(uptake: pd.DataFrame, rate_key: str) -> pd.Series:
    """Share by year, only for years that lie wholly within one regime; a mixed year is left out."""
    with_year = uptake.assign(year=uptake["period_month"].str[:4].astype(int))
    yearly = rates(with_year, rate_key, ["year"])
    whole = yearly.groupby("year")["regime"].transform("size") == 1
    return yearly[whole].set_index("year")["share"]
