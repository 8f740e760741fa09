"""Quantiles of days from counts of days: exact, mergeable over months and units, the same on every engine.

A quantile of quantiles is no quantile. So days are kept as counts (how many dossiers took so many days), which add, and every
median is taken from the sum.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def quantiles_of_counts(
    groups: NDArray[np.int64], days: NDArray[np.int64], counts: NDArray[np.int64], probabilities: Sequence[float]
) -> NDArray[np.float64]:
    """Quantiles of each group by linear interpolation (Hyndman and Fan 1996, type 7, as numpy and pandas), shape (groups, probabilities).

    Rows are sorted by group, then by days; ``groups`` are numbers from 0 without gaps, ``counts`` are 1 or more.
    """
    if not len(groups):
        return np.empty((0, len(probabilities)))
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    running = np.cumsum(counts)
    before = running[starts] - counts[starts]
    totals = np.r_[before[1:], running[-1]] - before
    positions = (totals[:, None] - 1) * np.asarray(probabilities)
    lower = np.floor(positions)
    weight = positions - lower
    first = _value_at(days, running, before[:, None] + lower)
    second = _value_at(days, running, before[:, None] + np.minimum(lower + 1, totals[:, None] - 1))
    return first + weight * (second - first)


def _value_at(days: NDArray[np.int64], running: NDArray[np.int64], position: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value at a position, from 0, of the rows laid out one dossier after another."""
    return days[np.searchsorted(running, position, side="right")].astype(np.float64)


def day_quantiles(day_counts: pd.DataFrame, by: list[str], probabilities: Sequence[float] = (0.5, 0.9)) -> pd.DataFrame:
    """One row a group of ``by``: ``dossiers_count`` and a column ``q50``, ``q90`` … for each probability, in days.

    ``day_counts`` has ``by``, ``days`` and ``dossiers_count`` (as ``dossier_days``); rows of one group and day are added.
    """
    summed = day_counts.groupby([*by, "days"], observed=True, sort=True)["dossiers_count"].sum().reset_index()
    summed = summed[summed["dossiers_count"] > 0]
    columns = [f"q{round(100 * probability):d}" for probability in probabilities]
    if summed.empty:
        return summed[by].assign(dossiers_count=pd.array([], dtype="Int64"), **{name: pd.array([], dtype="Float64") for name in columns})
    groups = summed.groupby(by, observed=True, sort=True).ngroup().to_numpy() if by else np.zeros(len(summed), dtype=np.int64)
    counts = summed["dossiers_count"].to_numpy(dtype=np.int64)
    found = quantiles_of_counts(groups, summed["days"].to_numpy(dtype=np.int64), counts, probabilities)
    is_first = np.r_[True, groups[1:] != groups[:-1]]
    rows = summed.loc[is_first, by].reset_index(drop=True)
    rows["dossiers_count"] = pd.array(np.bincount(groups, weights=counts).astype(np.int64), dtype="Int64")
    for number, name in enumerate(columns):
        rows[name] = pd.array(found[:, number], dtype="Float64")
    return rows
