"""Online-service rates by key; numerator and denominator stay together, and two keys or regimes never mix."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from analysis.errors import LantoaError
from analysis.rates import RATES

SMALL_DENOMINATOR = 30  # below this a share moves by three points or more with a single dossier
_COUNTS = ["numerator_count", "denominator_count"]


class RatesNotComparable(LantoaError):
    """What would be added or compared does not go together; the message says why."""


def rates(uptake: pd.DataFrame, rate_key: str, by: list[str], level: float = 0.95) -> pd.DataFrame:
    """One rate summed over units and months within the groups ``by`` and the regime; one row a group.

    Adds ``numerator_count``, ``denominator_count``, ``share`` (0-1), Wilson bounds ``low_share`` and
    ``high_share``, ``is_small`` (too few dossiers to say) and ``is_synthetic``. The regime always splits groups. A group with an
    unknown count has an unknown sum, and a group whose name is missing stays a group.

    Raises ``RatesNotComparable`` for more than one key or an unknown one, when real and synthetic rows would be mixed, and when
    services of several months or units would be added: next month's services are the same services.
    """
    _refuse_keys(rate_key)
    chosen = uptake[uptake["rate_key"] == rate_key]
    refuse_mixed_origin(chosen, f"Tỷ lệ “{rate_key}”")
    grouped = chosen.groupby(list(dict.fromkeys([*by, "regime"])), observed=True, dropna=False)
    if not RATES[rate_key].is_additive and (grouped.size() > 1).any():
        raise RatesNotComparable(not_additive_vi(rate_key))
    summed = grouped[_COUNTS].sum(skipna=False).reset_index()
    return with_share(summed, "numerator_count", "denominator_count", level).assign(is_synthetic=bool(chosen["is_synthetic"].any()))


def with_share(rows: pd.DataFrame, numerator: str, denominator: str, level: float, prefix: str = "") -> pd.DataFrame:
    """``rows`` with ``share`` (0-1), ``low_share``, ``high_share`` (Wilson) and ``is_small`` of two count columns.

    With a ``prefix`` the columns are ``<prefix>_share``, ``<prefix>_low_share``, ``<prefix>_high_share`` and ``<prefix>_is_small``. An
    unknown denominator counts as small, since nothing can be said of it.
    """
    start = f"{prefix}_" if prefix else ""
    share = (rows[numerator] / rows[denominator]).where(rows[denominator] > 0)
    successes, trials = (rows[name].to_numpy(float, na_value=np.nan) for name in (numerator, denominator))
    low, high = wilson_interval(successes, trials, level)
    columns = {
        f"{start}share": share.astype("Float64"),
        f"{start}low_share": low,
        f"{start}high_share": high,
        f"{start}is_small": (rows[denominator] < SMALL_DENOMINATOR).fillna(True),
    }
    return rows.assign(**columns)


def wilson_interval(successes: NDArray[np.float64], trials: NDArray[np.float64], level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of a share (Wilson 1927); NaN where there were no trials."""
    z = ndtri(0.5 + level / 2)
    trials = np.where(trials > 0, trials, np.nan)
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)


def of_units(uptake: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Uptake of the units ``below`` a province with their ``level``, ``name_vi``, ``label_vi`` and ``parent_code``; the vintage must agree."""
    described = below[["unit_code", "vintage", "level", "name_vi", "label_vi", "parent_code"]]
    return uptake.merge(described, on=["unit_code", "vintage"], how="inner", validate="many_to_one")


def until(uptake: pd.DataFrame, day: date) -> pd.DataFrame:
    """Rows of months that had ended by ``day``; a month under way would show part of its dossiers."""
    first_open_month = (day + timedelta(days=1)).strftime("%Y-%m")
    return uptake[uptake["period_month"] < first_open_month].reset_index(drop=True)


def refuse_mixed_origin(rows: pd.DataFrame, what_vi: str) -> None:
    """Raises ``RatesNotComparable`` when ``rows`` hold real and synthetic ones; ``what_vi`` begins the message."""
    if rows["is_synthetic"].nunique() > 1:
        raise RatesNotComparable(f"{what_vi}: không cộng số liệu thật với số liệu mô phỏng. Hãy chọn một trong hai nguồn.")


def not_additive_vi(rate_key: str) -> str:
    """Why services are not added, and what to do."""
    rate = RATES[rate_key]
    return (
        f"Tỷ lệ “{rate_key}” ({rate.name_vi}) đếm thủ tục, dịch vụ nên không cộng qua các tháng hoặc các đơn vị: "
        "tháng sau vẫn là những dịch vụ ấy, và một thủ tục có ở nhiều đơn vị. Hãy xem riêng từng đơn vị, từng tháng."
    )


def _refuse_keys(rate_key: str | Sequence[str]) -> None:
    if not isinstance(rate_key, str):
        named = "; ".join(f"“{key}”" for key in rate_key)
        raise RatesNotComparable(f"Mỗi lần chỉ tính một tỷ lệ, không cộng các tỷ lệ khác nhau: {named}.")
    if rate_key not in RATES:
        raise RatesNotComparable(f"Không có tỷ lệ “{rate_key}”. Các tỷ lệ được tính: {', '.join(RATES)}.")
