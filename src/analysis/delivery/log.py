"""What the log says of channels, months, reach and cost; kinds are never added together and nothing missing is a zero."""

from datetime import date

import pandas as pd

from analysis.delivery.timing import months_begun

OFFICIALS = "officials"
DATED_TO_A_MONTH = ("day", "month")


def channel_mix(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities by channel, those for officials apart; one row a channel, most used first.

    Columns ``channel``, ``officials_count``, ``public_count``, ``total_count``.
    """
    is_officials = (activities["audience"] == OFFICIALS).rename("is_officials")
    counts = activities.groupby(["channel", is_officials], observed=True).size().unstack(fill_value=0).reindex(columns=[True, False], fill_value=0)
    mix = counts.set_axis(["officials_count", "public_count"], axis=1).reset_index()
    mix["total_count"] = mix["officials_count"] + mix["public_count"]
    return mix.sort_values(["total_count", "channel"], ascending=[False, True]).reset_index(drop=True)


def activities_by_month(activities: pd.DataFrame, year: int, as_of: date) -> pd.DataFrame:
    """Activities begun by month and audience; one row a month of the year begun by ``as_of``, with 0 where none was logged.

    Columns ``period_month``, ``officials_count``, ``public_count``. Activities dated only to a quarter or a year belong to no
    month and are left out.
    """
    dated = activities[activities["date_precision"].isin(DATED_TO_A_MONTH)]
    months = dated["start_date"].dt.strftime("%Y-%m").rename("period_month")
    begun = pd.Index([f"{year}-{month:02d}" for month in range(1, months_begun(year, as_of) + 1)], name="period_month")
    counts = pd.crosstab(months, dated["audience"] == OFFICIALS).reindex(index=begun, columns=[True, False], fill_value=0)
    return counts.set_axis(["officials_count", "public_count"], axis=1).reset_index()


def reach_by_kind(activities: pd.DataFrame) -> pd.DataFrame:
    """Reach summed within a kind only, officials apart; one row a (reach_kind, is_officials).

    ``reach_count`` sums what was recorded; ``recorded_count`` and ``activities_count`` say of how many activities,
    ``approximate_count`` how many of the recorded say about, nearly, more than. Activities with no reach kind are left
    to ``unrecorded_reach``.
    """
    with_kind = activities[activities["reach_kind"].notna()]
    marked = with_kind.assign(
        is_officials=with_kind["audience"] == OFFICIALS,
        is_approximate=with_kind["is_reach_approximate"] & with_kind["reach_count"].notna(),
    )
    reach = marked.groupby(["reach_kind", "is_officials"], observed=True).agg(
        reach_count=("reach_count", "sum"),
        recorded_count=("reach_count", "count"),
        approximate_count=("is_approximate", "sum"),
        activities_count=("activity_id", "size"),
    )
    return reach.reset_index()


def unrecorded_reach(activities: pd.DataFrame) -> int:
    """How many activities say nothing about whom they reached."""
    return int(activities["reach_count"].isna().sum())


def cost_by_channel(activities: pd.DataFrame) -> pd.DataFrame:
    """Cost where it is given; one row a channel with any, the largest first.

    ``cost_vnd`` sums what was given, ``known_count`` of ``activities_count`` activities give it, ``approximate_count`` of them about.
    """
    marked = activities.assign(is_approximate=activities["is_cost_approximate"] & activities["cost_vnd"].notna())
    costs = marked.groupby("channel", observed=True).agg(
        cost_vnd=("cost_vnd", "sum"),
        known_count=("cost_vnd", "count"),
        approximate_count=("is_approximate", "sum"),
        activities_count=("activity_id", "size"),
    )
    given = costs[costs["known_count"] > 0].reset_index()
    return given.sort_values(["cost_vnd", "channel"], ascending=[False, True]).reset_index(drop=True)
