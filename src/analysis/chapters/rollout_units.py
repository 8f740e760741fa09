"""The communes that would start in waves, in the list in force by then, with what is known of their dossiers."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Provenance, provenance
from analysis.chapters.uptake import RATE_KEY
from analysis.panel import UnitMonths
from analysis.store import Tables
from analysis.units import INDEX_VINTAGE, MERGED_VINTAGE, carry_over, crosswalk, former_province, units_below, vintage_on
from analysis.uptake import until

HISTORY_MONTHS = 36  # what is older says little of next year's noise
LEVEL_MONTHS = 12
COUNTS = ["numerator_count", "denominator_count"]


@dataclass(frozen=True)
class RolloutUnits:
    """``units``: one row a commune with ``unit_code``, ``name_vi``, ``district_code``, ``district_vi`` and, over the last ``LEVEL_MONTHS`` months
    held, ``dossiers_count`` and ``online_pct`` (NA where nothing is known), rounded as they are printed. ``months``: one row a
    (unit_code, period_month) of the last ``HISTORY_MONTHS`` with ``denominator_count``, ``share_pct`` and ``district_code``.
    """

    units: pd.DataFrame
    months: pd.DataFrame
    notes_vi: tuple[str, ...]
    rests_on: Provenance


def rollout_units(tables: Tables, province: str, first_month: str, as_of: date) -> RolloutUnits:
    """Communes of a province (code of the 63) in the list in force in ``first_month``, with online filing known by ``as_of``.

    After the merger these are the new communes on the province's former land, under the old district that most of their predecessors
    belonged to; old counts are carried over, those of a divided commune in equal parts. Raises ``CrosswalkRefused`` where the new list
    does not say which these are, ``UnknownUnit`` for an unknown code.
    """
    uptake = until(tables.uptake[tables.uptake["rate_key"] == RATE_KEY], as_of)
    is_new = vintage_on(date.fromisoformat(f"{first_month}-01")) == MERGED_VINTAGE
    units = _new_communes(tables, province) if is_new else _old_communes(tables.units, province)
    counts, notes = _carried(tables, uptake, province, units) if is_new else (_counts(uptake, units, INDEX_VINTAGE), ())
    months = _monthly(counts, units)
    rows = uptake[uptake["unit_code"].isin(_old_communes(tables.units, province)["unit_code"]) | uptake["unit_code"].isin(units["unit_code"])]
    return RolloutUnits(
        _with_levels(units, months), months, notes, provenance(rows, tables.units[tables.units["unit_code"].isin(units["unit_code"])])
    )


def logging_communes(months: UnitMonths, year: int) -> set[str]:
    """Communes of a unit-month panel that sent a log of a year."""
    rows = months.rows
    is_asked = (rows["level"] == "commune") & (rows["period_month"].str[:4] == str(year)) & rows["dose_count"].notna()
    return set(rows.loc[is_asked, "unit_code"].astype(str))


def _old_communes(units: pd.DataFrame, province: str) -> pd.DataFrame:
    below = units_below(units, province)
    names = below.set_index("unit_code")["name_vi"]
    communes = below[below["level"] == "commune"]
    told = communes.assign(district_code=communes["parent_code"], district_vi=communes["parent_code"].map(names))
    return told[["unit_code", "name_vi", "district_code", "district_vi"]].sort_values("unit_code", ignore_index=True).astype(str)


def _new_communes(tables: Tables, province: str) -> pd.DataFrame:
    codes = former_province(tables.units, tables.unit_links, province)
    listed = tables.units[(tables.units["vintage"] == MERGED_VINTAGE) & tables.units["unit_code"].isin(codes)]
    links = tables.unit_links
    pairs = links[(links["from_vintage"] == INDEX_VINTAGE) & (links["to_vintage"] == MERGED_VINTAGE) & links["to_code"].isin(codes)]
    old = _old_communes(tables.units, province)
    origin = pairs.merge(old, left_on="from_code", right_on="unit_code", how="inner", validate="many_to_one")
    sizes = origin.groupby(["to_code", "district_code", "district_vi"]).size().rename("count").reset_index()
    most = sizes.sort_values(["to_code", "count", "district_code"], ascending=[True, False, True]).drop_duplicates("to_code")
    told = listed[["unit_code", "name_vi"]].merge(most, left_on="unit_code", right_on="to_code", how="left", validate="one_to_one")
    told = told.assign(district_vi=told["district_vi"] + " (cũ)")
    return told[["unit_code", "name_vi", "district_code", "district_vi"]].sort_values("unit_code", ignore_index=True).astype(str)


def _counts(uptake: pd.DataFrame, units: pd.DataFrame, vintage: str) -> pd.DataFrame:
    rows = uptake[(uptake["vintage"] == vintage) & uptake["unit_code"].isin(units["unit_code"])]
    return rows[["unit_code", "period_month", *COUNTS]].astype({"unit_code": str, "period_month": str})


def _carried(tables: Tables, uptake: pd.DataFrame, province: str, units: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Counts of the old communes brought to the new ones, and those the new ones have of their own."""
    old = _counts(uptake, _old_communes(tables.units, province), INDEX_VINTAGE)
    own = _counts(uptake, units, MERGED_VINTAGE)
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


def _last_months(months: pd.DataFrame) -> tuple[str, ...]:
    held = sorted(months["period_month"].unique())[-LEVEL_MONTHS:]
    return (f"{LEVEL_MONTHS} tháng gần nhất có số liệu: từ {text.month(str(held[0]))} đến {text.month(str(held[-1]))}.",) if held else ()


def _with_levels(units: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    last = months[months["period_month"].isin(sorted(months["period_month"].unique())[-LEVEL_MONTHS:])]
    sums = last.groupby("unit_code")[COUNTS].sum(min_count=1).astype("Float64").reindex(units["unit_code"])
    online = 100 * sums["numerator_count"] / sums["denominator_count"].mask(sums["denominator_count"] == 0)
    return units.assign(dossiers_count=sums["denominator_count"].round().to_numpy(), online_pct=online.round(1).to_numpy())
