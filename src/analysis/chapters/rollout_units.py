"""The communes that would start in waves, in the list in force by then, with what is known of their dossiers."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Provenance, provenance
from analysis.chapters.uptake import RATE_KEY
from analysis.panel import UnitMonths
from analysis.store import Tables
from analysis.units import INDEX_VINTAGE, MERGED_VINTAGE, carry_over, crosswalk, former_province, province_name, units_below, vintage_on
from analysis.uptake import until

HISTORY_MONTHS = 36  # what is older says little of next year's noise
LEVEL_MONTHS = 12
GROUPED_VI = "Nhóm bốc thăm của đơn vị mới: huyện cũ có phần lớn số hồ sơ của các tháng ấy (chưa có hồ sơ thì phần lớn số xã cũ)."
COUNTS = ["numerator_count", "denominator_count"]


@dataclass(frozen=True)
class RolloutUnits:
    """``units``: one row a commune with ``unit_code``, ``name_vi``, ``district_code``, ``district_vi`` and, over the last ``LEVEL_MONTHS`` months
    held, ``dossiers_count`` and ``online_pct`` (NA where nothing is known), rounded as they are printed. ``months``: one row a
    (unit_code, period_month) of the last ``HISTORY_MONTHS`` with ``denominator_count``, ``share_pct`` and ``district_code``. ``place_vi``
    names the land as the list in force does; ``is_merged``: the communes are those after the merger, each under an old district.
    """

    units: pd.DataFrame
    months: pd.DataFrame
    notes_vi: tuple[str, ...]
    rests_on: Provenance
    place_vi: str = ""
    is_merged: bool = False


def rollout_units(tables: Tables, province: str, first_month: str, as_of: date) -> RolloutUnits:
    """Communes of a province (code of the 63) in the list in force in ``first_month``, with online filing known by ``as_of``.

    After the merger these are the new communes on the province's former land, under the old district that most of their dossiers of the
    last ``LEVEL_MONTHS`` months come from (of their predecessors, without dossiers); old counts are carried over, those of a divided commune
    in equal parts. Raises ``CrosswalkRefused`` where the new list does not say which these are, ``UnknownUnit`` for an unknown code.
    """
    uptake = until(tables.uptake[tables.uptake["rate_key"] == RATE_KEY], as_of)
    is_merged = vintage_on(date.fromisoformat(f"{first_month}-01")) == MERGED_VINTAGE
    old = _old_communes(tables.units, province)
    before = _counts(uptake, old, INDEX_VINTAGE)
    units = _new_communes(tables, province, old, before) if is_merged else old
    counts, notes = _carried(tables, before, _counts(uptake, units, MERGED_VINTAGE)) if is_merged else (before, ())
    months = _monthly(counts, units)
    rows = uptake[uptake["unit_code"].isin(old["unit_code"]) | uptake["unit_code"].isin(units["unit_code"])]
    listed = tables.units[tables.units["unit_code"].isin(units["unit_code"])] if len(units) else tables.units
    place = _place(tables, province) if is_merged else province_name(tables.units, province)
    grouped = (GROUPED_VI,) if is_merged else ()
    return RolloutUnits(
        _with_levels(units, months), months, (*notes, *_last_months(months), *grouped), provenance(rows, listed), place_vi=place, is_merged=is_merged
    )


def no_units(tables: Tables, province: str) -> RolloutUnits:
    """No communes to start in waves, resting on the lists that do not name them."""
    none, rests_on = _old_communes(tables.units, province).head(0), provenance(tables.units, tables.unit_links)
    months = _monthly(_counts(tables.uptake.head(0), none, INDEX_VINTAGE), none)
    return RolloutUnits(_with_levels(none, months), months, (), rests_on, place_vi=province_name(tables.units, province))


def _place(tables: Tables, province: str) -> str:
    """The new province, with the name of the old one where more was merged into it: ``TP. Hồ Chí Minh, địa bàn Bình Dương (cũ)``."""
    links = tables.unit_links[tables.unit_links["to_vintage"] == MERGED_VINTAGE]
    new = str(links.loc[links["from_code"] == province, "to_code"].iloc[0])
    name = province_name(tables.units, new, MERGED_VINTAGE)
    is_alone = set(links.loc[links["to_code"] == new, "from_code"]) == {province}
    return name if is_alone else f"{name}, địa bàn {province_name(tables.units, province)} (cũ)"


def logging_communes(months: UnitMonths, year: int) -> set[str]:
    """Communes of a unit-month panel that sent a log of a year."""
    rows = months.rows
    is_asked = (rows["level"] == "commune") & (rows["period_month"].str[:4] == str(year)) & rows["dose_count"].notna()
    return set(rows.loc[is_asked, "unit_code"].astype(str))


def now_in(listed: RolloutUnits, codes: set[str], links: pd.DataFrame) -> set[str]:
    """Communes of the list that are, or took in all or part of, one of ``codes`` of the list before."""
    if not listed.is_merged:
        return codes & set(listed.units["unit_code"])
    return set(links.loc[links["from_code"].isin(codes), "to_code"].astype(str)) & set(listed.units["unit_code"])


def _old_communes(units: pd.DataFrame, province: str) -> pd.DataFrame:
    below = units_below(units, province)
    names = below.set_index("unit_code")["name_vi"]
    communes = below[below["level"] == "commune"]
    told = communes.assign(district_code=communes["parent_code"], district_vi=communes["parent_code"].map(names))
    return told[["unit_code", "name_vi", "district_code", "district_vi"]].sort_values("unit_code", ignore_index=True).astype(str)


def _new_communes(tables: Tables, province: str, old: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    codes = former_province(tables.units, tables.unit_links, province)
    listed = tables.units[(tables.units["vintage"] == MERGED_VINTAGE) & tables.units["unit_code"].isin(codes)]
    shares = crosswalk(tables.units, tables.unit_links, INDEX_VINTAGE, MERGED_VINTAGE, "equal")
    origin = shares.merge(old, left_on="from_code", right_on="unit_code", how="inner", validate="many_to_one")
    last = before[before["period_month"].isin(_last(before))].groupby("unit_code")["denominator_count"].sum()
    origin = origin.assign(dossiers=origin["share"] * origin["from_code"].map(last).fillna(0).astype(float))
    sizes = origin.groupby(["to_code", "district_code", "district_vi"])[["dossiers", "share"]].sum().reset_index()
    most = sizes.sort_values(["to_code", "dossiers", "share", "district_code"], ascending=[True, False, False, True]).drop_duplicates("to_code")
    told = listed[["unit_code", "name_vi"]].merge(most, left_on="unit_code", right_on="to_code", how="left", validate="one_to_one")
    told = told.assign(district_vi=told["district_vi"] + " (cũ)")
    return told[["unit_code", "name_vi", "district_code", "district_vi"]].sort_values("unit_code", ignore_index=True).astype(str)


def _counts(uptake: pd.DataFrame, units: pd.DataFrame, vintage: str) -> pd.DataFrame:
    rows = uptake[(uptake["vintage"] == vintage) & uptake["unit_code"].isin(units["unit_code"])]
    return rows[["unit_code", "period_month", *COUNTS]].astype({"unit_code": str, "period_month": str})


def _carried(tables: Tables, old: pd.DataFrame, own: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Counts of the ``old`` communes brought to the new ones, and those the new ones have of their ``own``."""
    if old.empty:
        return own, ()
    shares = crosswalk(tables.units, tables.unit_links, INDEX_VINTAGE, MERGED_VINTAGE, "equal")
    shares = shares[shares["from_code"].isin(old["unit_code"])]
    carried = carry_over(old.assign(vintage=INDEX_VINTAGE), shares, COUNTS, ["period_month"])
    split = carried.loc[carried["share_basis"] != "whole", "unit_code"].nunique()
    note = "Hồ sơ trước 01/07/2025 là của các xã, phường cũ, cộng về đơn vị mới; "
    note += f"{split} đơn vị mới nhận một phần xã cũ bị chia, phần này chia đều." if split else "không xã cũ nào bị chia."
    both = pd.concat([carried[["unit_code", "period_month", *COUNTS]], own], ignore_index=True)
    return both.drop_duplicates(["unit_code", "period_month"], keep="last"), (note,)


def _monthly(counts: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The last months held, with the share in per cent (NA without dossiers)."""
    kept = sorted(counts["period_month"].unique())[-HISTORY_MONTHS:]
    rows = counts[counts["period_month"].isin(kept)]
    filed, received = (rows[name].astype("Float64") for name in COUNTS)
    share = 100 * filed / received.mask(received == 0)
    told = rows.assign(share_pct=share, district_code=rows["unit_code"].map(units.set_index("unit_code")["district_code"]))
    return told.sort_values(["unit_code", "period_month"], ignore_index=True)


def _last(months: pd.DataFrame) -> list[str]:
    return sorted(months["period_month"].astype(str).unique())[-LEVEL_MONTHS:]


def _last_months(months: pd.DataFrame) -> tuple[str, ...]:
    held = _last(months)
    return (f"Hồ sơ của {len(held)} tháng gần nhất là từ {text.month(held[0])} đến {text.month(held[-1])}.",) if held else ()


def _with_levels(units: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    sums = months[months["period_month"].isin(_last(months))].groupby("unit_code")[COUNTS].sum(min_count=1).astype("Float64")
    sums = sums.reindex(units["unit_code"])
    online = 100 * sums["numerator_count"] / sums["denominator_count"].mask(sums["denominator_count"] == 0)
    return units.assign(dossiers_count=sums["denominator_count"].round().to_numpy(), online_pct=online.round(1).to_numpy())
