"""The gap in days between channels among dossiers that are alike: same unit, month, procedure field and level of service."""

from collections.abc import Sequence

import pandas as pd

from analysis.uptake.shares import refuse_mixed_origin
from analysis.uptake.suppression import MINIMUM_CELL

ALIKE = ("unit_code", "vintage", "period_month", "field_vi", "service_level")


def gap_alike(cells: pd.DataFrame, by: Sequence[str] = (), minimum: int = MINIMUM_CELL) -> pd.DataFrame:
    """Days online less days at the counter inside cells that hold both, one row a group of ``by`` (columns of ``ALIKE``).

    From rows of ``dossier_cells``. In each unit, month, field and level with at least ``minimum`` results in both channels the two
    medians are set against each other; ``gap_days`` is the mean of these differences weighted by the online dossiers, as if each
    online dossier were held against the counter of its own unit, month, field and level. Adds ``alike_count`` (such cells),
    ``alike_dossiers_count`` (online dossiers with a result in them) and ``alike_share`` (0-1, of all online dossiers with a result); no
    interval, since medians of small cells are rounded to days. A group without any such cell has no gap. The gap still describes: within a field
    people with simpler cases may file online. Raises ``RatesNotComparable`` when real and synthetic rows would be mixed.
    """
    refuse_mixed_origin(cells, "Sổ hồ sơ")
    keys = list(by) or ["is_synthetic"]
    online, counter = (cells[cells["channel"] == channel] for channel in ("online", "counter"))
    both = online.merge(counter[[*ALIKE, "resolved_count", "median_days"]], on=list(ALIKE), suffixes=("", "_counter"), validate="one_to_one")
    enough = (both["resolved_count"] >= minimum) & (both["resolved_count_counter"] >= minimum)
    alike = both[enough.fillna(False).astype(bool)]
    weight = alike["resolved_count"].astype("Float64")
    sums = (
        alike.assign(alike_dossiers_count=weight, weighted_days=weight * (alike["median_days"] - alike["median_days_counter"]))
        .groupby(keys, observed=True, sort=True)
        .agg(alike_count=("weighted_days", "size"), alike_dossiers_count=("alike_dossiers_count", "sum"), weighted_days=("weighted_days", "sum"))
    )
    resolved = online.groupby(keys, observed=True, sort=True)["resolved_count"].sum().rename("online_resolved_count")
    rows = resolved.to_frame().join(sums, how="left").reset_index()
    counted = rows.assign(**{name: rows[name].fillna(0).astype("Int64") for name in ("alike_count", "alike_dossiers_count")})
    gap = (rows["weighted_days"] / rows["alike_dossiers_count"]).astype("Float64")
    share = (counted["alike_dossiers_count"] / counted["online_resolved_count"]).where(counted["online_resolved_count"] > 0).astype("Float64")
    columns = [*by, "alike_count", "alike_dossiers_count", "alike_share", "gap_days"]
    return counted.assign(alike_share=share, gap_days=gap)[columns]
