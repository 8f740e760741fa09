"""Online-service rates by key; numerator and denominator stay together, and two keys or regimes never mix."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.errors import LantoaError

SMALL_DENOMINATOR = 30  # below this a share moves by three points or more with a single dossier


class RatesNotComparable(LantoaError):
    """Two rate keys, or real and synthetic rows, would be added together."""


def rates(uptake: pd.DataFrame, rate_key: str, by: list[str], level: float = 0.95) -> pd.DataFrame:
    """One rate summed over units and months within the groups ``by`` and the regime; one row a group.

    Adds ``numerator_count``, ``denominator_count``, ``share`` (0-1), Wilson bounds ``low_share`` and
    ``high_share``, ``is_small`` (too few dossiers to say) and ``is_synthetic``. The regime always splits groups.
    Raises ``RatesNotComparable`` when real and synthetic rows would be mixed.
    """
    chosen = uptake[uptake["rate_key"] == rate_key]
    if chosen["is_synthetic"].nunique() > 1:
        raise RatesNotComparable(f"Tỷ lệ “{rate_key}”: không cộng số liệu thật với số liệu mô phỏng. Hãy chọn một trong hai nguồn.")
    groups = list(dict.fromkeys([*by, "regime"]))
    summed = chosen.groupby(groups, observed=True)[["numerator_count", "denominator_count"]].sum().reset_index()
    share = (summed["numerator_count"] / summed["denominator_count"]).where(summed["denominator_count"] > 0)
    low, high = wilson_interval(summed["numerator_count"].to_numpy(float), summed["denominator_count"].to_numpy(float), level)
    return summed.assign(
        share=share.astype("Float64"),
        low_share=low,
        high_share=high,
        is_small=summed["denominator_count"] < SMALL_DENOMINATOR,
        is_synthetic=bool(chosen["is_synthetic"].any()),
    )


def wilson_interval(successes: np.ndarray, trials: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of a share (Wilson 1927); NaN where there were no trials."""
    z = ndtri(0.5 + level / 2)
    trials = np.where(trials > 0, trials, np.nan)
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return centre - half, centre + half


def of_units(uptake: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Uptake of the units ``below`` a province with their ``level``, ``name_vi``, ``label_vi`` and ``parent_code``; the vintage must agree."""
    described = below[["unit_code", "vintage", "level", "name_vi", "label_vi", "parent_code"]]
    return uptake.merge(described, on=["unit_code", "vintage"], how="inner", validate="many_to_one")


def until(uptake: pd.DataFrame, day: date) -> pd.DataFrame:
    """Rows of months that had ended by ``day``; a month under way would show part of its dossiers."""
    first_open_month = (day + timedelta(days=1)).strftime("%Y-%m")
    return uptake[uptake["period_month"] < first_open_month].reset_index(drop=True)
