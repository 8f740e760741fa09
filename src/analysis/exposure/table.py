"""Who said how much, when, through what and to whom: the log as a table of doses at the level at which they act."""

import pandas as pd

from analysis.delivery import OFFICIALS
from analysis.exposure.parts import monthly_parts

PUBLIC = "public"
ACTS_AT = {"commune": "commune", "district": "district", "department": "province", "province": "province"}
"""Level of a unit → level at which its activities act: what a department or the office says is said to the whole province."""

EXPOSURE_KEY = ("unit_code", "vintage", "period_month", "channel", "audience_group")
_SUMS = ("dose_count", "spread_count", "in_plan_count", "reach_known_count")


def acting_levels(below: pd.DataFrame) -> pd.Series:
    """Level at which each unit acts, by unit code: those ``below`` a province (``units.units_below``) and the province itself.

    Raises ``ValueError`` for units of several vintages: codes are used again, so that one list at a time is read.
    """
    if below["vintage"].nunique() > 1:
        raise ValueError(f"units of several vintages: {', '.join(sorted(below['vintage'].unique()))}")
    levels = dict(zip(below["unit_code"], below["level"].map(ACTS_AT), strict=True))
    above = below.loc[below["level"].isin(["department", "district"]), "parent_code"].dropna()
    return pd.Series(dict.fromkeys(above, "province") | levels, dtype="string")


def exposure_table(activities: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Delivered activities by unit, month, channel and audience; one row a (unit_code, vintage, period_month, channel, audience_group) with any.

    ``activities`` is the table of that name, ``below`` the units of one province and vintage. Activities of no unit of the list are left
    out: ``unused_activities`` returns them with the reason. Adds

    - ``audience_group``: ``officials`` or ``public`` (everybody else, a mixed audience too);
    - ``acting_level``: ``commune``, ``district`` or ``province`` (``ACTS_AT``);
    - ``dose_count``: activities, laid out by ``monthly_parts``; ``spread_count`` how much of it comes from activities dated only to a
      quarter or year; ``in_plan_count`` how much is booked on a plan;
    - ``reach_count``: recorded reach summed, a spread activity's in the same parts as its dose; NA where none was recorded, and where the row
      holds several kinds, which are never added; ``reach_kind`` its kind; ``reach_known_count`` how much of the dose has a recorded
      reach. A unit's own estimate is no record, and nothing is imputed.
    """
    levels = acting_levels(below)
    is_placed = activities["unit_code"].isin(levels.index) & activities["vintage"].isin(below["vintage"])
    parts = monthly_parts(activities[is_placed])
    counted = parts.assign(
        audience_group=parts["audience"].map({OFFICIALS: OFFICIALS}).fillna(PUBLIC).astype("string"),
        dose_count=parts["part"],
        spread_count=parts["part"].where(parts["is_spread"], 0.0),
        in_plan_count=parts["part"].where(parts["plan_number"].notna(), 0.0),
        **_recorded_reach(parts),
    )
    groups = counted.groupby(list(EXPOSURE_KEY), observed=True)
    sums = groups[list(_SUMS)].sum().join(_reach_by_kind(groups)).reset_index()
    sums.insert(len(EXPOSURE_KEY), "acting_level", sums["unit_code"].map(levels).astype("string"))
    return sums


def _recorded_reach(parts: pd.DataFrame) -> dict[str, pd.Series]:
    is_recorded = (parts["reach_count"].notna() & (parts["reach_basis"] == "recorded").fillna(False)).astype(bool)
    return {
        "reach_count": (parts["reach_count"].astype("Float64") * parts["part"]).where(is_recorded),
        "reach_kind": parts["reach_kind"].where(is_recorded).astype("string"),
        "reach_known_count": parts["part"].where(is_recorded, 0.0),
    }


def _reach_by_kind(groups: "pd.api.typing.DataFrameGroupBy") -> pd.DataFrame:
    """Reach of each group and its kind, both NA where no or several kinds were recorded."""
    is_one = groups["reach_kind"].nunique() == 1
    return pd.DataFrame(
        {"reach_count": groups["reach_count"].sum(min_count=1).where(is_one), "reach_kind": groups["reach_kind"].first().where(is_one)}
    )
