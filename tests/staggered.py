"""Panels with staggered first campaigns, with what was planted in them: shared by the tests of designs for such starts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.starts import NEVER


@dataclass(frozen=True)
class Staggered:
    """Outcomes and planted effects (N × T, NaN where not observed), starts (N) and clusters (N)."""

    outcome: np.ndarray
    effects: np.ndarray
    first: np.ndarray
    clusters: np.ndarray

    @property
    def since(self) -> np.ndarray:
        return np.arange(self.outcome.shape[1]) - self.first[:, None]

    @property
    def cells(self) -> Cells:
        return cells_from(self.outcome, self.clusters)

    @property
    def panel(self) -> pd.DataFrame:
        """Long, one row an observed (xa, thang), with the cluster in ``huyen``."""
        units, months = np.nonzero(~np.isnan(self.outcome))
        labels = pd.period_range("2018-01", periods=self.outcome.shape[1], freq="M").astype(str)
        return pd.DataFrame(
            {
                "xa": [f"X{unit:02d}" for unit in units],
                "thang": labels[months],
                "ty_le": self.outcome[units, months],
                "huyen": [f"H{self.clusters[unit]:02d}" for unit in units],
            }
        )

    @property
    def starts(self) -> dict[str, str]:
        """Month of the first campaign by unit."""
        return {f"X{unit:02d}": str(pd.Period("2018-01", "M") + int(month)) for unit, month in enumerate(self.first) if month != NEVER}


def cells_from(outcome: np.ndarray, clusters: np.ndarray | None = None, weights: np.ndarray | None = None) -> Cells:
    """Cells of a matrix N × T, NaN where not observed."""
    units, months = np.nonzero(~np.isnan(outcome))
    groups = np.arange(len(outcome)) if clusters is None else clusters
    return Cells(
        outcome_name="ty_le",
        units=tuple(range(len(outcome))),
        first_month=pd.Period("2018-01", "M"),
        months_count=outcome.shape[1],
        unit_of=units,
        month_of=months,
        effect_of=months,
        outcome=outcome[units, months],
        weights=np.ones(len(units)) if weights is None else weights[units, months],
        clusters=groups,
        cluster_names=tuple(map(str, range(groups.max() + 1))),
        clustered_by="xa",
        notes_vi=(),
        data_hash="",
    )


def draw(
    seed: int,
    *,
    units=91,
    months=72,
    never=20,
    starts=(18, 60),
    path=lambda since: 2 * (1 - np.exp(-(since + 1) / 4)),
    noise=1.0,
    clusters=None,
    missing=0.0,
) -> Staggered:
    """Lasting differences, common months, serially correlated shocks of each unit and of its cluster, and ``path`` from the first campaign on."""
    rng = np.random.default_rng(seed)
    groups = np.arange(units) if clusters is None else np.arange(units) % clusters
    count = groups.max() + 1
    by_group = rng.integers(*starts, count)
    by_group[rng.permutation(count)[: max(1, never * count // units) if never else 0]] = NEVER
    first = by_group[groups]
    since = np.arange(months) - first[:, None]
    effects = np.where(since >= 0, path(np.maximum(since, 0)), 0.0)
    outcome = rng.normal(40, 5, (units, 1)) + rng.normal(0, 2, (1, months)) + effects
    outcome = outcome + noise * (2 * _shocks(rng, units, months) + rng.normal(0, 2, (units, months)))
    if clusters is not None:
        outcome = outcome + noise * _shocks(rng, count, months)[groups]
    outcome[rng.random(outcome.shape) < missing] = np.nan
    return Staggered(outcome, effects, first, groups)


def _shocks(rng: np.random.Generator, rows: int, months: int, carried: float = 0.6) -> np.ndarray:
    shocks = rng.normal(0, 1, (rows, months))
    shocks[:, 0] /= np.sqrt(1 - carried**2)
    for month in range(1, months):
        shocks[:, month] += carried * shocks[:, month - 1]
    return shocks
