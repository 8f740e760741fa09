"""What a plan meant to say, apart from what was said."""

import pandas as pd

from analysis.delivery import windows_of
from analysis.exposure.table import acting_levels
from analysis.units import UnitNames, leading_units

PLANNED_COLUMNS = ("unit_code", "vintage", "period_month", "acting_level", "planned_count")


def planned_dose(items: pd.DataFrame, below: pd.DataFrame, year: int) -> pd.DataFrame:
    """Occasions a plan states, by leading unit and month of a year; one row a (unit_code, vintage, period_month) with any.

    ``items`` are the rows of ``plan_items`` of one plan. ``planned_count``: the stated number binds each leading unit (as in
    ``delivery.item_progress``) and is spread in equal parts over the months that the item's window touches; it is never added to what was
    delivered. An item without a stated number has no planned dose, nor has one that no unit of ours leads.
    """
    levels = acting_levels(below)
    stated = items[items["expected_count"].notna()]
    names = UnitNames(below, str(below["vintage"].iloc[0])) if len(stated) and len(below) else None
    frames = [_planned(item, below, names, year) for _, item in stated.iterrows()]
    rows = pd.concat([frame for frame in frames if len(frame)]) if any(map(len, frames)) else pd.DataFrame(columns=list(PLANNED_COLUMNS))
    summed = rows.groupby(["unit_code", "vintage", "period_month"], observed=True)["planned_count"].sum().reset_index()
    return summed.assign(acting_level=summed["unit_code"].map(levels).astype("string"))[list(PLANNED_COLUMNS)]


def _planned(item: pd.Series, below: pd.DataFrame, names: UnitNames | None, year: int) -> pd.DataFrame:
    coordinating = "" if pd.isna(item["coordinating_units_vi"]) else item["coordinating_units_vi"]
    leads = leading_units(item["lead_units_vi"], below, coordinating, names)[["unit_code", "vintage"]]
    months = sorted({str(month) for start, end in windows_of(item) for month in pd.period_range(start, end, freq="M")})
    of_year = pd.DataFrame({"period_month": [month for month in months if month.startswith(f"{year:04d}-")]}, dtype="string")
    return leads.merge(of_year, how="cross").assign(planned_count=float(item["expected_count"]) / len(months))
