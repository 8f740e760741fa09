"""Who to help first: days by channel, units below the middle of their level, and sums of the dossier panel."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import binom

from analysis.codes import DECREE_42_FIRST_MONTH
from analysis.durations import day_quantiles
from analysis.uptake.shares import SMALL_DENOMINATOR, RatesNotComparable, refuse_mixed_origin, with_share

CELL_COUNTS = (
    "received_count",
    "online_count",
    "fee_count",
    "paid_online_count",
    "digitised_in_count",
    "resolved_count",
    "due_count",
    "on_time_count",
)
CELL_SHARES = {
    "online": ("online_count", "received_count"),
    "paid": ("paid_online_count", "fee_count"),
    "digitised_in": ("digitised_in_count", "received_count"),
    "resolved": ("resolved_count", "received_count"),
    "on_time": ("on_time_count", "due_count"),
}
_DAYS = ["q50", "q90", "q50_low", "q50_high"]


def days_by_channel(days: pd.DataFrame, by: list[str], minimum: int = SMALL_DENOMINATOR, level: float = 0.95) -> pd.DataFrame:
    """Days from receipt to result by group and channel; one row a (``by``, channel), from rows of ``dossier_days``.

    Adds ``dossiers_count``, ``q50`` and ``q90`` (days, exact), ``q50_low`` and ``q50_high`` (``median_interval``), ``is_small`` and
    ``is_synthetic``. Under ``minimum`` dossiers the days are NA. Only dossiers with a result have days: where many are still
    pending, these are the quick ones. Raises ``RatesNotComparable`` when real and synthetic rows would be mixed.
    """
    refuse_mixed_origin(days, "Số ngày giải quyết")
    counted = days[days["dossiers_count"] > 0]
    numbered = counted.assign(group=_by_keys(counted, [*by, "channel"]).ngroup())
    rows = day_quantiles(numbered, ["group"])
    names = numbered.drop_duplicates("group")[["group", *by, "channel"]]
    found = names.merge(rows, on="group", validate="one_to_one").sort_values("group", ignore_index=True)
    intervals = [median_interval(part["days"], part["dossiers_count"], level) for _, part in _by_keys(numbered, ["group"])]
    bounds = np.array(intervals, dtype=np.float64).reshape(-1, 2)
    found = found.assign(q50_low=pd.array(bounds[:, 0], "Float64"), q50_high=pd.array(bounds[:, 1], "Float64")).drop(columns="group")
    is_small = found["dossiers_count"] < minimum
    return found.assign(**{name: found[name].mask(is_small) for name in _DAYS}, is_small=is_small, is_synthetic=bool(days["is_synthetic"].any()))


def median_interval(days: ArrayLike, counts: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Interval of a median from counts of days, from order statistics alone: the number below the median is binomial.

    Holds for any distribution of days, with at least the stated probability; ties only make it wider. NaN on a side where so few
    dossiers leave no order statistic.
    """
    values, numbers = np.asarray(days, dtype=np.float64), np.asarray(counts, dtype=np.int64)
    order = np.argsort(values, kind="stable")
    running = np.cumsum(numbers[order])
    total = int(running[-1]) if len(running) else 0
    outside = (1 - level) / 2
    places = int(binom.ppf(outside, total, 0.5)) - 1, int(binom.isf(outside, total, 0.5))
    low, high = (values[order][np.searchsorted(running, place, side="right")] if 0 <= place < total else np.nan for place in places)
    return float(low), float(high)


def channel_gap(days: pd.DataFrame, by: list[str], minimum: int = SMALL_DENOMINATOR, level: float = 0.95) -> pd.DataFrame:
    """How many days online dossiers take more or less than those at the counter, at the median; one row a group.

    Adds ``online_dossiers_count``, ``counter_dossiers_count`` (0 where the channel has none), ``online_median_days``,
    ``counter_median_days``, ``gap_days`` (online less counter: negative is quicker online), ``gap_low_days`` and ``gap_high_days``,
    ``is_clear`` (the bounds leave out zero) and ``is_synthetic``. A median of under ``minimum`` dossiers is NA, and with it the gap. The
    bounds set the intervals of the two medians at (1 + ``level``) / 2 against each other, so both hold at once with at least
    ``level``. The channels carry different procedures: a gap describes, it does not say what going online does.
    """
    measured = days_by_channel(days, by, minimum, (1 + level) / 2)
    keys = by or ["is_synthetic"]
    groups = measured[keys].drop_duplicates(ignore_index=True)
    for channel in ("online", "counter"):
        named = {"dossiers_count": f"{channel}_dossiers_count", "q50": f"{channel}_median_days"} | {name: f"{channel}_{name}" for name in _DAYS[2:]}
        own = measured.loc[measured["channel"] == channel, [*keys, *named]].rename(columns=named)
        groups = groups.merge(own, on=keys, how="left", validate="one_to_one")
    counted = {name: groups[name].fillna(0) for name in ("online_dossiers_count", "counter_dossiers_count")}
    gap_low, gap_high = groups["online_q50_low"] - groups["counter_q50_high"], groups["online_q50_high"] - groups["counter_q50_low"]
    rows = groups[by].assign(
        **counted,
        **{name: groups[name] for name in ("online_median_days", "counter_median_days")},
        gap_days=groups["online_median_days"] - groups["counter_median_days"],
        gap_low_days=gap_low,
        gap_high_days=gap_high,
        is_clear=(gap_low > 0) | (gap_high < 0),
        is_synthetic=bool(days["is_synthetic"].any()),
    )
    return rows.sort_values(by, ignore_index=True) if by else rows


def who_to_help(rates_rows: pd.DataFrame, level_column: str = "level", within: Sequence[str] = ()) -> pd.DataFrame:
    """Units clearly below the middle of their own level, those first where most dossiers would move online; one row a unit.

    ``rates_rows`` are rows of ``rates`` with one row a ``unit_code`` (and ``vintage``) of one period, the level in ``level_column``, and,
    for several periods at once, the columns ``within`` that name the period; a regime is a period of its own. Every column is kept. Adds:

    - ``median_share``: median of the shares of the units of that level that are not small (0-1);
    - ``is_clearly_below``: not small, and the whole Wilson interval lies below that median; only such units are listed;
    - ``dossiers_to_gain``: median share × denominator − numerator, dossiers more online if the unit stood at the median;
    - ``gap_share`` (0-1): its part of the whole gap, the dossiers to gain of *all* units of the period below their median, small
      and unclear ones too; ``cumulative_gap_share``: the part that the units up to this one hold;
    - ``help_rank``: 1 for the most to gain; equals by the lower share, then by code.

    Raises ``RatesNotComparable`` for real and synthetic rows together, and for a unit with several rows in one period.
    """
    refuse_mixed_origin(rates_rows, "Danh sách đơn vị cần hỗ trợ")
    period = list(dict.fromkeys([*within, *(["regime"] if "regime" in rates_rows else [])]))
    _refuse_repeated(rates_rows, period)
    shares = rates_rows["share"].mask(rates_rows["is_small"].astype(bool))
    median = shares.groupby([rates_rows[name] for name in [level_column, *period]], dropna=False).transform("median").astype("Float64")
    to_gain = (median * rates_rows["denominator_count"] - rates_rows["numerator_count"]).clip(lower=0).astype("Float64")
    whole = to_gain.groupby([rates_rows[name] for name in period], dropna=False).transform("sum") if period else to_gain.sum()
    is_below = (rates_rows["high_share"] < median).fillna(False) & ~rates_rows["is_small"].astype(bool)
    rows = rates_rows.assign(median_share=median, is_clearly_below=is_below, dossiers_to_gain=to_gain, gap_share=to_gain / whole)
    listed = rows[is_below.astype(bool)].sort_values(
        [*period, "dossiers_to_gain", "share", "unit_code"], ascending=[*[True] * len(period), False, True, True], ignore_index=True
    )
    groups = listed.groupby(period, dropna=False) if period else listed.groupby(np.zeros(len(listed)))
    return listed.assign(cumulative_gap_share=groups["gap_share"].cumsum(), help_rank=(groups.cumcount() + 1).astype("Int64"))


def cells_by(cells: pd.DataFrame, by: list[str], level: float = 0.95) -> pd.DataFrame:
    """Counts of ``dossier_cells`` added over everything but ``by`` and the regime of the month of receipt; one row a group.

    The regime always splits, as in ``rates``. A sum is NA where one of its counts is not known. For each of ``CELL_SHARES`` adds
    ``<name>_share`` (0-1), ``<name>_low_share`` and ``<name>_high_share`` (Wilson at ``level``) and ``<name>_is_small``; also ``is_synthetic``.
    Medians of cells do not add: take days from ``days_by_channel``. Raises ``RatesNotComparable`` when real and synthetic rows would be mixed.
    """
    refuse_mixed_origin(cells, "Sổ hồ sơ")
    is_new = cells["period_month"] >= DECREE_42_FIRST_MONTH
    labelled = cells.assign(regime=is_new.map({True: "decree_42", False: "levels_3_4"}).astype("string"))
    grouped = _by_keys(labelled, list(dict.fromkeys([*by, "regime"])))
    rows = grouped[list(CELL_COUNTS)].sum(skipna=False).reset_index().astype(dict.fromkeys(CELL_COUNTS, "Int64"))
    for name, (numerator, denominator) in CELL_SHARES.items():
        rows = with_share(rows, numerator, denominator, level, name)
    return rows.assign(is_synthetic=bool(cells["is_synthetic"].any()))


def _by_keys(rows: pd.DataFrame, keys: list[str]) -> "pd.api.typing.DataFrameGroupBy":
    return rows.groupby(keys, observed=True, dropna=False, sort=True)


def _refuse_repeated(rows: pd.DataFrame, period: list[str]) -> None:
    """A unit has one row a period."""
    unit = [name for name in ("unit_code", "vintage") if name in rows]
    repeated = rows.loc[rows.duplicated([*unit, *period], keep=False), "unit_code"].unique()
    if len(repeated):
        named = ", ".join(f"“{code}”" for code in sorted(repeated)[:5])
        raise RatesNotComparable(f"Đơn vị có nhiều dòng trong một kỳ: {named}. Mỗi đơn vị chỉ có một tỷ lệ trong một kỳ; hãy nêu cột của kỳ.")
