"""The index of Decision 766/QĐ-TTg: scores of its items from counts, what costs points, and where more effort earns nothing.

An item scores ``max × min(1, rate / target)``; without a target, all points need 100 %. So an item saturates at its target: above it
the rate may rise and the score does not. Items that nobody counted are unknown, never 0, and no sum over such items is called a total.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis import uptake
from analysis.errors import LantoaError
from analysis.rates import RATES

FIRST_MONTH = "2022-07"  # first whole calendar month after the decision
HUNDREDTH = 0.01  # of a point: what the portal prints
WHOLE_PCT = 100.0  # the target of an item that names none
PERIOD = ["unit_code", "vintage", "period_start_date", "period_end_date"]
ESTIMATE = "ước tính từ số liệu của đơn vị, không phải điểm Cổng Dịch vụ công quốc gia công bố"

_SCORED = [*PERIOD, "regime", "is_estimate", "is_synthetic"]  # what rows of one scoring share
_OF_ITEM = ["item", "number_vi", "item_vi", "group", "group_vi", "group_max_score", "item_max_score", "target_pct", "rate_key"]
_OF_GROUP = ["group", "group_vi", "group_max_score"]
_COUNTED = ["numerator_count", "denominator_count", "rate_pct", "group_score", "difference_vi", "address", "source_id"]


class ItemUnknown(LantoaError):
    """Counts of an item that the index does not have."""


def scores(counts: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """One row a unit, period and item that bears points, in the order of ``items``; also for items that nobody counted.

    ``counts`` as in the contract, or from ``from_uptake``. Adds ``rate_pct`` (from the counts where there are any), ``reached_share``
    (of the target, 0-1), ``score``, ``lost_score`` (to the item's maximum), ``is_saturated`` and ``points_per_percentage_point``: what
    the score gains when the rate rises by one point, which is ``max / target``, less in the last point below the target, and 0 from
    there on. All of them are NA where the item was not counted or its denominator is 0.
    Raises ``ItemUnknown`` for an item that is not in ``items``.
    """
    if unknown := sorted(set(counts["item"]) - set(items["item"])):
        raise ItemUnknown(f"Bộ chỉ số 766 không có mục {', '.join(unknown)}; các mục: {', '.join(items['item'])}.")
    bearing = items[items["item_max_score"].notna()][_OF_ITEM].assign(target_pct=lambda rows: rows["target_pct"].fillna(WHOLE_PCT))
    told = _told(counts)
    every = told[_SCORED].drop_duplicates().merge(bearing, how="cross")
    found = every.merge(told[[*_SCORED, "item", *_COUNTED]], how="left", on=[*_SCORED, "item"], validate="one_to_one")
    return _measured(found)


def _told(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts with the columns that only estimates or only readings have."""
    missing: dict[str, Any] = {"regime": pd.NA, "difference_vi": pd.NA, "group_score": pd.NA, "source_id": pd.NA, "is_estimate": False}
    types = {"regime": "string", "difference_vi": "string", "group_score": "Float64", "source_id": "string", "is_estimate": "boolean"}
    added = {name: value for name, value in missing.items() if name not in counts}
    return counts.assign(**added).astype({name: types[name] for name in added})


def _measured(found: pd.DataFrame) -> pd.DataFrame:
    counted = 100 * found["numerator_count"].astype("Float64") / found["denominator_count"].where(found["denominator_count"] > 0).astype("Float64")
    rate = counted.where(found["denominator_count"].notna(), found["rate_pct"])
    reached = (rate / found["target_pct"]).clip(upper=1.0)
    score = found["item_max_score"] * reached
    lost = found["item_max_score"] - score
    slope = found["item_max_score"] / found["target_pct"]
    return found.assign(
        rate_pct=rate,
        reached_share=reached,
        score=score,
        lost_score=lost,
        is_saturated=(rate >= found["target_pct"]).astype("boolean"),
        points_per_percentage_point=slope.where(slope < lost, lost).where(lost.notna()),
    )


def group_scores(scored: pd.DataFrame) -> pd.DataFrame:
    """One row a unit, period and group of ``scores``: the points known of the points that are known to be at stake.

    ``known_score`` is of ``known_max_score``, the maximum of the ``counted_count`` items (of ``items_count``) with a rate; it is NA where
    none has one. Only with ``is_complete`` is it the score of the group. ``rounded_score`` adds the scores of the items each rounded to two
    decimals, as the portal does; ``published_score`` is what the portal printed of the group.
    """
    known = scored.assign(
        known_max_score=scored["item_max_score"].where(scored["score"].notna()),
        rounded=_to_hundredths(scored["score"]),
        is_counted=scored["score"].notna(),
        order=range(len(scored)),
    )
    summed = (
        known.groupby([*_SCORED, *_OF_GROUP], dropna=False, sort=False)
        .agg(
            known_score=("score", partial(pd.Series.sum, min_count=1)),
            known_max_score=("known_max_score", partial(pd.Series.sum, min_count=1)),
            rounded_score=("rounded", partial(pd.Series.sum, min_count=1)),
            counted_count=("is_counted", "sum"),
            items_count=("item", "size"),
            published_score=("group_score", "max"),
            order=("order", "min"),
        )
        .reset_index()
        .sort_values("order")
        .drop(columns="order")
        .reset_index(drop=True)
    )
    is_complete = summed["counted_count"] == summed["items_count"]
    return summed.assign(lost_score=summed["known_max_score"] - summed["known_score"], is_complete=is_complete.astype("boolean"))


def _to_hundredths(values: pd.Series) -> pd.Series:
    """Rounded to two decimals, halves up; the last digits of a double do not decide what a half is."""
    return pd.Series(np.floor(100 * values + 0.5 + 1e-9), index=values.index) / 100


def reproduced(groups: pd.DataFrame) -> pd.DataFrame:
    """Complete groups beside which the portal printed a score, with ``is_reproduced``: equal to the two decimals that it prints.

    An item that stands at exactly half a hundredth may be rounded either way by the portal, and the group then differs by 0.01.
    """
    checked = groups[groups["is_complete"] & groups["published_score"].notna() & ~groups["is_estimate"]]
    apart = (checked["rounded_score"] - checked["published_score"]).abs()
    return checked.assign(is_reproduced=(apart < HUNDREDTH / 2).astype("boolean")).reset_index(drop=True)


def item_label(item: pd.Series) -> str:
    """``3.3 Tỷ lệ hồ sơ nộp trực tuyến``; the name alone for the item that bears no number."""
    return str(item["item_vi"]) if pd.isna(item["number_vi"]) else f"{item['number_vi']} {item['item_vi']}"


def ranked(scored: pd.DataFrame) -> pd.DataFrame:
    """The counted items of one unit and period, those that cost most points first; equal ones in the order of the index."""
    return scored[scored["lost_score"].notna()].sort_values("lost_score", ascending=False, kind="stable").reset_index(drop=True)


def from_uptake(rates: pd.DataFrame, items: pd.DataFrame, whole: tuple[str, str] | None = None) -> pd.DataFrame:
    """Counts for ``scores`` from monthly rates of our own, for the items whose ``rate_key`` comes nearest: an estimate, and labelled so.

    One row a unit, regime and item over all months given from 2022-07 on; ``difference_vi`` says how our definition departs from the
    index's. Several sources may stand behind a row, so it names none. Dossiers are summed over months. Services are not: their counts
    are those of the last month. With ``whole``, a (code, vintage), all units are summed into that one and items that count services
    are left out, since units offer the same services.
    Raises ``uptake.RatesNotComparable`` where real and synthetic rows would be added.
    """
    months = rates[rates["period_month"] >= FIRST_MONTH]
    if whole is not None:
        months = months.assign(unit_code=whole[0], vintage=whole[1]).astype({"unit_code": "string", "vintage": "string"})
    nearest = items[items["rate_key"].notna() & items["item_max_score"].notna()]
    parts = [_estimated(months, item) for _, item in nearest.iterrows() if whole is None or RATES[item["rate_key"]].is_additive]
    nothing = _estimated(months.head(0), pd.Series({"item": "", "rate_key": "online_all", "difference_vi": ""}))
    return _with_periods(pd.concat([nothing, *parts], ignore_index=True), months)


def _estimated(months: pd.DataFrame, item: pd.Series) -> pd.DataFrame:
    by = ["unit_code", "vintage"]
    of_key = months[months["rate_key"] == item["rate_key"]]
    if not RATES[item["rate_key"]].is_additive:
        of_key = of_key[of_key["period_month"] == of_key.groupby([*by, "regime"])["period_month"].transform("max")]
    summed = uptake.rates(of_key, item["rate_key"], by)
    told = summed[[*by, "regime", "numerator_count", "denominator_count", "is_synthetic"]].assign(
        item=item["item"], difference_vi=item["difference_vi"], rate_pct=pd.NA, address=ESTIMATE, is_estimate=True
    )
    texts = dict.fromkeys(("item", "difference_vi", "address"), "string")
    return told.astype({**texts, "rate_pct": "Float64", "is_estimate": "boolean", "is_synthetic": "boolean"})


def _with_periods(found: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """All items of a unit and regime over one period, from the first to the last day that its months cover."""
    by = ["unit_code", "vintage", "regime"]
    periods = months.groupby(by).agg(period_start_date=("period_start_date", "min"), period_end_date=("period_end_date", "max")).reset_index()
    dated = found.merge(periods, on=by, how="left")
    return dated.sort_values([*PERIOD, "regime", "item"], kind="stable").reset_index(drop=True)
