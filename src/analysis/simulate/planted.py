"""What the known truth did to each simulated unit and month: the answer that an estimate on the synthetic set is held against."""

import pandas as pd

from analysis.simulate.truth import TRUTH, Truth, without_effect
from analysis.simulate.uptake import simulate_uptake

KEY = ["unit_code", "period_month"]


def planted_effect(units: pd.DataFrame, activities: pd.DataFrame, *, seed: int, truth: Truth = TRUTH) -> pd.DataFrame:
    """Share of all received dossiers that came online because of the units' own activities, found by drawing the set anew without them.

    One row a (unit_code, period_month): ``online_count`` and ``received_count`` as drawn under ``truth``, and ``planted_pct``, the
    percentage points of all received dossiers that the same draw lacks when own activities have no effect. Both draws use the same
    uniforms, so the difference is the effect and no noise. NA where nothing was received. Arguments as for ``simulate_uptake``.
    """
    drawn = simulate_uptake(units, activities, seed=seed, truth=truth)
    lacking = simulate_uptake(units, activities, seed=seed, truth=without_effect(truth))
    rows = drawn[[*KEY, "online_count", "received_count"]].merge(lacking[[*KEY, "online_count"]], on=KEY, suffixes=("", "_without"), validate="1:1")
    received = rows["received_count"].astype("Float64").mask(rows["received_count"] == 0)
    rows["planted_pct"] = 100 * (rows["online_count"] - rows["online_count_without"]) / received
    return rows.drop(columns="online_count_without")


def is_of_this_draw(planted: pd.DataFrame, counts: pd.DataFrame) -> bool:
    """Whether every row of ``counts`` (``numerator_count`` of ``denominator_count``, key as ``planted``) is the draw that ``planted`` explains."""
    held = counts.merge(planted, on=KEY, how="left", validate="1:1")
    return bool(
        len(held)
        and (held["numerator_count"] == held["online_count"]).fillna(False).all()
        and (held["denominator_count"] == held["received_count"]).fillna(False).all()
    )
