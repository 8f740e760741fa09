"""Days by channel, whom to help first, and sums of the dossier panel: exact, with intervals, and silent where too little is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, quantile_test
from statsmodels.stats.proportion import proportion_confint

from analysis.uptake import (
    CELL_COUNTS,
    SMALL_DENOMINATOR,
    RatesNotComparable,
    cells_by,
    channel_gap,
    days_by_channel,
    median_interval,
    rates,
    who_to_help,
)

COUNTED = st.dictionaries(st.integers(0, 90), st.integers(1, 40), min_size=1, max_size=15)


def make_days(*rows: tuple[str, str, int, int], **changed: object) -> pd.DataFrame:
    """Rows of (unit, channel, days, dossiers)."""
    days = pd.DataFrame(rows, columns=["unit_code", "channel", "days", "dossiers_count"])
    return days.assign(**({"vintage": "63-tinh", "period_month": "2024-05", "is_synthetic": False} | changed)).astype(
        {"days": "Int64", "dossiers_count": "Int64", "is_synthetic": "boolean"}
    )


def make_rates(*rows: tuple[str, str, int, int], **changed: object) -> pd.DataFrame:
    """Rows of (level, unit, numerator, denominator) as ``rates`` gives them."""
    uptake = pd.DataFrame(rows, columns=["level", "unit_code", "numerator_count", "denominator_count"])
    every = {"vintage": "63-tinh", "period_month": "2024-05", "rate_key": "online_all", "regime": "decree_42", "is_synthetic": False}
    uptake = uptake.assign(**(every | changed)).astype({"numerator_count": "Int64", "denominator_count": "Int64"})
    return rates(uptake, "online_all", ["level", "unit_code", "vintage", "period_month"])


def make_cells(*rows: dict[str, object]) -> pd.DataFrame:
    every = {"unit_code": "25741", "period_month": "2024-05", "field_vi": "Đất đai", "service_level": "toan_trinh", "channel": "online"}
    counts = dict.fromkeys(CELL_COUNTS, 100) | {"on_time_count": 80}
    cells = pd.DataFrame([every | counts | {"is_synthetic": False} | row for row in rows])
    return cells.astype(dict.fromkeys(CELL_COUNTS, "Int64"))


@given(COUNTED, st.floats(0.5, 0.99))
@settings(max_examples=60)
def test_the_interval_of_a_median_equals_scipys(counted, level):
    days, counts = list(counted), list(counted.values())
    expected = quantile_test(np.repeat(days, counts), q=0, p=0.5).confidence_interval(level)
    assert median_interval(days, counts, level) == pytest.approx((expected.low, expected.high), nan_ok=True)


def test_the_interval_of_a_median_covers_with_at_least_its_level():
    # 1 … 20 days, one dossier each: the interval from the 6th to the 15th misses only when 5 or fewer lie on one side.
    low, high = median_interval(range(1, 21), [1] * 20)
    assert (low, high) == (6, 15)
    assert 1 - 2 * binom.cdf(5, 20, 0.5) >= 0.95 > 1 - 2 * binom.cdf(6, 20, 0.5)


def test_too_few_dossiers_have_no_interval():
    assert np.isnan(median_interval([3, 4], [2, 3])).all()
    assert np.isnan(median_interval([], [])).all()


def test_days_by_channel_are_exact_over_months_and_small_channels_say_nothing():
    days = pd.concat([make_days(("u", "online", 1, 40), ("u", "online", 9, 20), ("u", "post", 3, 29)), make_days(("u", "online", 5, 40))])
    found = days_by_channel(days, ["unit_code"]).set_index("channel")
    expected = np.repeat([1, 9, 5], [40, 20, 40])
    assert found.loc["online", ["dossiers_count", "q50", "q90"]].tolist() == [100, np.median(expected), np.quantile(expected, 0.9)]
    assert found.loc["online", ["q50_low", "q50_high"]].tolist() == list(quantile_test(expected, q=0, p=0.5).confidence_interval())
    assert found.loc["post", "dossiers_count"] == 29
    assert found.loc["post", "is_small"]
    assert found.loc["post", ["q50", "q90", "q50_low", "q50_high"]].isna().all()


def test_a_group_without_a_name_keeps_its_days():
    days = make_days(("u", "online", 1, 40), ("v", "online", 9, 40)).assign(parent_code=pd.array(["718", None], "string"))
    assert days_by_channel(days, ["parent_code"])["q50"].tolist() == [1, 9]


def test_the_gap_is_online_less_counter_where_both_have_enough():
    days = make_days(
        ("a", "online", 2, 50),
        ("a", "counter", 7, 60),
        ("a", "post", 99, 60),
        ("b", "online", 2, 29),
        ("b", "counter", 7, 60),
        ("c", "counter", 7, 60),
    )
    found = channel_gap(days, ["unit_code"]).set_index("unit_code")
    assert found.loc["a", ["online_median_days", "counter_median_days", "gap_days"]].tolist() == [2, 7, -5]
    assert found.loc[["b", "c"], ["gap_days", "gap_low_days", "gap_high_days", "is_clear"]].isna().all(axis=None)
    assert found["online_dossiers_count"].tolist() == [50, 29, 0]
    assert found["is_clear"].tolist()[0]


def test_without_groups_there_is_one_gap():
    found = channel_gap(make_days(("a", "online", 2, 50), ("b", "counter", 7, 60)), [])
    assert found["gap_days"].tolist() == [-5]


def test_the_bounds_of_a_gap_set_both_intervals_against_each_other():
    rng = np.random.default_rng(7)
    online, counter = rng.poisson(6, 80), rng.poisson(9, 120)
    days = make_days(*[("a", "online", day, 1) for day in online], *[("a", "counter", day, 1) for day in counter])
    (low_1, high_1), (low_2, high_2) = (quantile_test(part, q=0, p=0.5).confidence_interval(0.975) for part in (online, counter))
    assert channel_gap(days, []).loc[0, ["gap_low_days", "gap_high_days"]].tolist() == [low_1 - high_2, high_1 - low_2]


def test_the_bounds_of_a_gap_hold_at_least_as_often_as_they_say():
    rng = np.random.default_rng(11)
    held = []
    for _ in range(400):
        samples = (np.floor(rng.exponential(mean, 60)) for mean in (10, 14))
        (low_1, high_1), (low_2, high_2) = (median_interval(days, np.ones(60, dtype=np.int64), 0.975) for days in samples)
        held.append(low_1 - high_2 <= np.floor(10 * np.log(2)) - np.floor(14 * np.log(2)) <= high_1 - low_2)
    assert np.mean(held) >= 0.95


def test_no_days_give_no_rows():
    empty = make_days().astype({"days": "Int64"})
    assert days_by_channel(empty, ["unit_code"]).empty
    assert channel_gap(empty, ["unit_code"]).empty
    assert channel_gap(empty, []).empty


def test_real_and_synthetic_rows_never_mix():
    days = make_days(("a", "online", 2, 50), ("a", "online", 3, 50), is_synthetic=[True, False])
    mixed_rates = make_rates(("commune", "a", 1, 100), ("commune", "b", 50, 100)).assign(is_synthetic=[True, False])
    cells = make_cells({"is_synthetic": True}, {})
    for measure in (lambda: days_by_channel(days, []), lambda: channel_gap(days, []), lambda: who_to_help(mixed_rates), lambda: cells_by(cells, [])):
        with pytest.raises(RatesNotComparable, match="mô phỏng"):
            measure()


def test_units_clearly_below_their_own_level_are_ranked_by_dossiers_to_gain():
    # Communes stand at 10, 20, 50, 60, 60 %: the median is 50 %. 400 - 100 … by hand: a lacks 0,5 × 200 - 20 = 80, b 0,5 × 1000 - 200 = 300.
    rows = make_rates(
        ("commune", "a", 20, 200),
        ("commune", "b", 200, 1000),
        ("commune", "c", 500, 1000),
        ("commune", "d", 600, 1000),
        ("commune", "e", 600, 1000),
        ("department", "f", 70, 100),
    )
    found = who_to_help(rows)
    assert found["unit_code"].tolist() == ["b", "a"]
    assert found["dossiers_to_gain"].tolist() == pytest.approx([300, 80])
    assert found["help_rank"].tolist() == [1, 2]
    assert found["median_share"].tolist() == [0.5, 0.5]
    assert found["cumulative_gap_share"].tolist() == pytest.approx([300 / 380, 1])
    assert found["is_clearly_below"].all()


def test_unclear_and_small_units_are_not_listed_but_belong_to_the_whole_gap():
    rows = make_rates(
        ("commune", "a", 0, 29), ("commune", "b", 45, 100), ("commune", "c", 100, 1000), ("commune", "d", 500, 1000), ("commune", "e", 600, 1000)
    )
    found = who_to_help(rows)
    assert rows["is_small"].tolist() == [True, False, False, False, False]
    assert found["unit_code"].tolist() == ["c"]
    median = np.median([0.45, 0.1, 0.5, 0.6])
    whole = median * 29 + (median * 100 - 45) + (median * 1000 - 100)
    assert found["median_share"].tolist() == pytest.approx([median])
    assert found["gap_share"].tolist() == pytest.approx([(median * 1000 - 100) / whole])


def test_equal_units_are_ordered_by_code_whatever_the_order_of_rows():
    rows = make_rates(*[("commune", unit, 10, 500) for unit in "zyx"], *[("commune", unit, 400, 500) for unit in "abcd"])
    shuffled = rows.sample(frac=1, random_state=3)
    assert who_to_help(rows)["unit_code"].tolist() == who_to_help(shuffled)["unit_code"].tolist() == ["x", "y", "z"]


def test_periods_and_regimes_are_ranked_apart():
    counts = [("commune", "a", 10, 500), ("commune", "b", 400, 500), ("commune", "c", 450, 500)]
    months = pd.concat([make_rates(*counts, period_month=month) for month in ("2024-05", "2024-06")])
    with pytest.raises(RatesNotComparable, match="“a”, “b”, “c”"):
        who_to_help(months)
    assert who_to_help(months, within=["period_month"])[["period_month", "help_rank"]].to_numpy().tolist() == [["2024-05", 1], ["2024-06", 1]]
    regimes = pd.concat([make_rates(*counts, regime=regime) for regime in ("decree_42", "levels_3_4")])
    assert who_to_help(regimes)["help_rank"].tolist() == [1, 1]


@given(st.lists(st.integers(0, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), min_size=1, max_size=12))
@settings(max_examples=50)
def test_listed_units_lie_below_the_median_with_their_whole_interval(counts):
    rows = make_rates(*[("commune", f"u{number:02d}", part, whole) for number, (part, whole) in enumerate(counts)])
    found = who_to_help(rows)
    known = [part / whole for part, whole in counts if whole >= SMALL_DENOMINATOR]
    for _, row in found.iterrows():
        assert row["denominator_count"] >= SMALL_DENOMINATOR
        assert proportion_confint(row["numerator_count"], row["denominator_count"], method="wilson")[1] < np.median(known) + 1e-12
        assert row["numerator_count"] + row["dossiers_to_gain"] == pytest.approx(np.median(known) * row["denominator_count"])
    assert found["dossiers_to_gain"].is_monotonic_decreasing
    assert (found["cumulative_gap_share"] <= 1 + 1e-12).all()


def test_cells_add_with_shares_of_their_own_denominators():
    found = cells_by(make_cells({}, {"channel": "counter", "online_count": 0, "fee_count": 50, "paid_online_count": 10}), ["unit_code"]).iloc[0]
    assert (found["received_count"], found["online_share"], found["paid_share"], found["on_time_share"]) == (200, 0.5, pytest.approx(110 / 150), 0.8)
    assert (found["on_time_low_share"], found["on_time_high_share"]) == pytest.approx(proportion_confint(160, 200, method="wilson"))
    assert not found["on_time_is_small"]


def test_an_unknown_count_makes_its_sum_and_shares_unknown_and_no_other():
    found = cells_by(make_cells({}, {"channel": "counter", "due_count": None, "on_time_count": None}), []).iloc[0]
    assert found[["due_count", "on_time_count", "on_time_share", "on_time_low_share"]].isna().all()
    assert found["on_time_is_small"]
    assert found["received_count"] == 200


def test_the_regime_of_the_month_always_splits_cells():
    found = cells_by(make_cells({"period_month": "2022-08"}, {"period_month": "2022-09"}), ["field_vi"])
    assert found[["regime", "received_count"]].to_numpy().tolist() == [["decree_42", 100], ["levels_3_4", 100]]


def test_cells_without_dossiers_have_no_share():
    found = cells_by(make_cells(dict.fromkeys(CELL_COUNTS, 0)), []).iloc[0]
    assert found[["online_share", "paid_share", "on_time_share"]].isna().all()
    assert cells_by(make_cells({}).iloc[:0], ["unit_code"]).empty
