"""Who starts when, by lot: units dealt over waves within strata, drawn again until the waves are alike, and always the same from one seed."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.inside.cells import Integers
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

BALANCE = "balance_"  # before the name of a column that the waves were balanced on
MAX_GAP_SD = 0.2  # a mean of 30 units strays by 0.15 standard deviations; much less would leave few lots to draw from
MOST_DRAWS = 10_000
MIN_CLUSTERS_A_WAVE = 2
MOST_DECIMALS = 4


class RuleTooNarrow(DesignRefused):
    """No lot tried keeps the waves as alike as the rule asks."""


def propose_waves(
    units: pd.DataFrame,
    *,
    unit: str,
    waves: int,
    seed: int,
    stratum: str | None = None,
    cluster: str | None = None,
    balance_on: Sequence[str] = (),
    max_gap_sd: float = MAX_GAP_SD,
    draws: int = MOST_DRAWS,
) -> pd.DataFrame:
    """Units over ``waves`` by lot; one row a unit, sorted by ``unit``, the same whatever the order of the rows given.

    Clusters (None: units) are shuffled within each stratum and dealt to the waves in turn, so that waves differ by at most one cluster
    in every stratum and in all. The first lot is kept for which no wave's mean of a column of ``balance_on`` lies more than
    ``max_gap_sd`` standard deviations of the units from the mean of all (Morgan and Rubin 2012: the rule of acceptance is part of the
    mechanism, and randomization inference must redraw under it). A missing value counts as the mean.

    Columns ``unit``, ``stratum``, ``cluster``, ``wave`` (1 …), ``balance_<column>``, and in every row what makes the lot repeatable:
    ``seed``, ``max_gap_sd``, ``tried_draws``.

    Raises ``DesignRefused`` for absent columns, repeated units, a cluster in two strata and fewer than two clusters a wave,
    ``RuleTooNarrow`` where no lot of ``draws`` meets the rule.
    """
    table = _prepared(units, unit, stratum, cluster, balance_on)
    clusters, cluster_of, strata = cluster_codes(table)
    if not 2 <= waves <= len(clusters) // MIN_CLUSTERS_A_WAVE:
        most = len(clusters) // MIN_CLUSTERS_A_WAVE
        accepted = f"chấp nhận từ 2 đến {most} đợt" if most >= 2 else "chấp nhận từ 4 cụm trở lên"
        raise DesignRefused(f"Chia {waves} đợt cho {len(clusters)} cụm không được; {accepted} (mỗi đợt ít nhất hai cụm).")
    found, tried = _first_accepted(strata, cluster_of, standardised(table), waves, seed, max_gap_sd, draws)
    return table.assign(wave=found[cluster_of] + 1, seed=seed, max_gap_sd=max_gap_sd, tried_draws=tried)


def with_start_months(proposed: pd.DataFrame, first_month: str, gap_months: int) -> pd.DataFrame:
    """``proposed`` with ``first_month`` (YYYY-MM): the first wave in ``first_month``, each later one ``gap_months`` after the one before.

    Raises ``DesignRefused`` for a month or gap that cannot be read.
    """
    if gap_months < 1:
        raise DesignRefused(f"Khoảng cách giữa hai đợt phải từ 1 tháng; gặp {gap_months}.")
    if not pd.Series([first_month]).str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])").iloc[0]:
        raise DesignRefused(f"Tháng bắt đầu phải ghi dạng năm-tháng như 2027-03; gặp {first_month}.")
    first = pd.Period(first_month, freq="M")
    return proposed.assign(first_month=[str(first + gap_months * (int(wave) - 1)) for wave in proposed["wave"]])


def lot_hash(proposed: pd.DataFrame) -> str:
    """sha256 of what a table of ``propose_waves`` was drawn from: units, strata, clusters and the columns balanced on, whatever the order of rows."""
    unit, balanced = str(proposed.columns[0]), _balance_columns(proposed)
    rows = proposed[[unit, "stratum", "cluster", *balanced]].sort_values(unit).astype({unit: str})
    told = rows.assign(
        **{name: [f"{value:.10g}" for value in rows[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)] for name in balanced}
    )
    return hashlib.sha256(told.to_csv(index=False, lineterminator="\n").encode()).hexdigest()


def wave_balance(proposed: pd.DataFrame) -> pd.DataFrame:
    """How alike the waves are; one row a (column balanced on, wave).

    Columns ``column``, ``wave``, ``units_count``, ``mean``, ``all_mean`` and ``gap_sd``, the difference of the two in standard deviations.
    """
    rows = []
    for name in _balance_columns(proposed):
        values = proposed[name].astype(float)
        spread = values.std(ddof=0)
        for wave, part in values.groupby(proposed["wave"]):
            gap = (part.fillna(values.mean()).mean() - values.mean()) / spread if spread > 0 else 0.0
            rows.append((name.removeprefix(BALANCE), int(str(wave)), len(part), part.mean(), values.mean(), gap))
    return pd.DataFrame(rows, columns=["column", "wave", "units_count", "mean", "all_mean", "gap_sd"])


def is_as_drawn(table: pd.DataFrame) -> bool:
    """Whether a table of ``propose_waves`` still holds the waves that its seed and rule give; False once a wave or its month was changed."""
    if "first_month" in table and (table.groupby("wave")["first_month"].nunique(dropna=False) > 1).any():
        return False
    _, cluster_of, strata = cluster_codes(table)
    waves = int(table["wave"].max())
    try:
        rule = float(table["max_gap_sd"].iloc[0])
        found, _ = _first_accepted(strata, cluster_of, standardised(table), waves, int(table["seed"].iloc[0]), rule, MOST_DRAWS)
    except DesignRefused:
        return False
    return bool((found[cluster_of] + 1 == table["wave"].to_numpy()).all())


def cluster_codes(table: pd.DataFrame) -> tuple[list[str], Integers, Integers]:
    """Sorted names of clusters, the number of each row's cluster, and the number of each cluster's stratum."""
    clusters, cluster_of = np.unique(table["cluster"].astype(str), return_inverse=True)
    by_cluster = table["stratum"].astype(str).groupby(table["cluster"].astype(str))
    if (by_cluster.nunique() > 1).any():
        named = ", ".join(sorted(by_cluster.nunique().index[by_cluster.nunique() > 1])[:3])
        raise DesignRefused(f"Có cụm nằm ở hai tầng: {named}; mỗi cụm chỉ thuộc một tầng.")
    _, strata = np.unique(by_cluster.first().reindex(clusters).to_numpy(dtype=str), return_inverse=True)
    return clusters.tolist(), np.asarray(cluster_of, dtype=np.int64), np.asarray(strata, dtype=np.int64)


def standardised(table: pd.DataFrame) -> Matrix:
    """Columns balanced on, N × columns, in standard deviations from their mean; missing ones at the mean."""
    columns = _balance_columns(table)
    values = table[columns].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan).reshape(len(table), len(columns))
    centred = values - np.nanmean(values, axis=0) if len(columns) else values
    spread = np.sqrt(np.nanmean(centred**2, axis=0)) if len(columns) else np.empty(0)
    return np.nan_to_num(centred / np.where(spread > 0, spread, 1.0))


def largest_gaps(waves: Integers, covariates: Matrix) -> Matrix:
    """For each lot (row of ``waves``, draws × N) the largest distance of a wave's mean of a covariate (N × columns) from zero; 0 without any."""
    worst = np.zeros(len(waves))
    if not covariates.shape[1]:
        return worst
    for wave in np.unique(waves):
        is_in = (waves == wave).astype(np.float64)
        means = is_in @ covariates / np.maximum(is_in.sum(axis=1), 1.0)[:, None]
        worst = np.maximum(worst, np.abs(means).max(axis=1))
    return worst


def _first_accepted(
    strata: Integers, cluster_of: Integers, covariates: Matrix, waves: int, seed: int, max_gap_sd: float, draws: int
) -> tuple[Integers, int]:
    """The first lot that meets the rule (a wave from 0 for each cluster) and its number among the lots tried."""
    rng, closest = np.random.default_rng(seed), np.inf
    for tried in range(1, draws + 1):
        lot = _dealt(rng, strata, waves)
        gap = float(largest_gaps(lot[cluster_of][None, :], covariates)[0])
        if gap <= max_gap_sd:
            return lot, tried
        closest = min(closest, gap)
    raise RuleTooNarrow(
        f"Bốc {text.number(draws)} lần mà chưa lần nào các đợt giống nhau đến mức lệch không quá {_number(max_gap_sd)} độ lệch chuẩn "
        f"(gần nhất {_number(closest)}); nới điều kiện hoặc bớt số đợt."
    )


def _number(value: float) -> str:
    """As many decimals as the number has, at least two and at most ``MOST_DECIMALS``."""
    whole, _, decimals = text.number(value, MOST_DECIMALS).partition(",")
    return f"{whole},{decimals.rstrip('0').ljust(2, '0')}"


def _dealt(rng: np.random.Generator, strata: Integers, waves: int) -> Integers:
    """Clusters shuffled within strata, strata in random order, dealt to the waves in turn; the waves numbered at random."""
    keys = np.lexsort((rng.random(len(strata)), rng.permutation(int(strata.max()) + 1)[strata]))
    lot = np.empty(len(strata), dtype=np.int64)
    lot[keys] = rng.permutation(waves)[np.arange(len(strata)) % waves]
    return lot


def _balance_columns(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name.startswith(BALANCE) and table[name].notna().any()]


def _prepared(units: pd.DataFrame, unit: str, stratum: str | None, cluster: str | None, balance_on: Sequence[str]) -> pd.DataFrame:
    absent = [name for name in (unit, stratum, cluster, *balance_on) if name is not None and name not in units.columns]
    if absent:
        raise DesignRefused(f"Bảng đơn vị không có cột {', '.join(absent)}; các cột đang có: {', '.join(map(str, units.columns))}.")
    if units[unit].duplicated().any():
        raise DesignRefused(f"Có đơn vị ghi hai dòng: {', '.join(sorted(units.loc[units[unit].duplicated(), unit].astype(str))[:3])}.")
    rows = units.sort_values(unit, ignore_index=True)
    named = {"stratum": rows[stratum].astype(str) if stratum else "", "cluster": rows[cluster or unit].astype(str)}
    return rows[[unit]].assign(**named, **{BALANCE + name: rows[name] for name in balance_on})
