"""Quantiles from counts of days equal those of the days written out one by one, by numpy, pandas and DuckDB."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.durations import day_quantiles, quantiles_of_counts

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=4)
COUNTED = st.dictionaries(st.integers(0, 400), st.integers(1, 60), min_size=1, max_size=12)
GROUPS = st.dictionaries(st.sampled_from(["counter", "online", "post"]), COUNTED, min_size=1, max_size=3)


def day_counts(groups: dict[str, dict[int, int]]) -> pd.DataFrame:
    rows = [(channel, days, count) for channel, counted in groups.items() for days, count in counted.items()]
    return pd.DataFrame(rows, columns=["channel", "days", "dossiers_count"]).astype({"days": "Int64", "dossiers_count": "Int64"})


def written_out(counts: pd.DataFrame) -> pd.DataFrame:
    """One row a dossier."""
    return counts.loc[counts.index.repeat(counts["dossiers_count"].astype(int)), ["channel", "days"]]


@given(COUNTED, PROBABILITIES)
def test_quantiles_of_one_group_equal_numpys(counted, probabilities):
    days = np.array(sorted(counted), dtype=np.int64)
    counts = np.array([counted[day] for day in sorted(counted)], dtype=np.int64)
    found = quantiles_of_counts(np.zeros(len(days), dtype=np.int64), days, counts, probabilities)
    assert found.shape == (1, len(probabilities))
    assert found[0] == pytest.approx(np.quantile(np.repeat(days, counts), probabilities), abs=1e-9)


@given(GROUPS)
def test_quantiles_of_groups_equal_pandas(groups):
    counts = day_counts(groups)
    found = day_quantiles(counts, ["channel"]).set_index("channel")
    expected = written_out(counts).groupby("channel")["days"]
    assert found["dossiers_count"].to_dict() == expected.size().to_dict()
    for column, probability in (("q50", 0.5), ("q90", 0.9)):
        assert found[column].to_dict() == pytest.approx(expected.quantile(probability).to_dict(), abs=1e-9)


@given(GROUPS)
@settings(max_examples=25)
def test_quantiles_of_groups_equal_duckdb(groups):
    dossiers = written_out(day_counts(groups))
    query = "select channel, quantile_cont(days, 0.5), quantile_cont(days, 0.9) from dossiers group by channel order by channel"
    with duckdb.connect() as connection:
        expected = connection.register("dossiers", dossiers.astype({"days": "int64", "channel": "object"})).execute(query).fetchall()
    found = day_quantiles(day_counts(groups), ["channel"])[["channel", "q50", "q90"]]
    assert [tuple(row) for row in found.to_numpy()] == [(name, pytest.approx(q50), pytest.approx(q90)) for name, q50, q90 in expected]


@given(GROUPS, st.randoms(use_true_random=False))
def test_parts_of_the_counts_in_any_order_give_the_same_quantiles(groups, random):
    counts = day_counts(groups)
    halves = counts.assign(dossiers_count=counts["dossiers_count"] // 2)
    rest = counts.assign(dossiers_count=counts["dossiers_count"] - halves["dossiers_count"])
    shuffled = pd.concat([halves, rest]).sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_frame_equal(day_quantiles(shuffled, ["channel"]), day_quantiles(counts, ["channel"]))


def test_a_case_by_hand():
    # 1, 1, 1, 5, 9 days: the third of five is 1; position 3.6 lies between 5 and 9: 5 + 0.6 × 4.
    row = day_quantiles(day_counts({"online": {1: 3, 5: 1, 9: 1}}), []).iloc[0]
    assert (row["dossiers_count"], row["q50"], row["q90"]) == (5, 1, pytest.approx(7.4))


def test_the_median_of_a_year_is_not_the_median_of_medians():
    months = day_counts({"online": {1: 10}, "post": {2: 1}, "counter": {30: 1}})
    assert day_quantiles(months, []).loc[0, "q50"] == 1
    assert day_quantiles(months, ["channel"])["q50"].median() == 2


def test_other_probabilities_name_their_columns():
    found = day_quantiles(day_counts({"online": {1: 1, 3: 1}}), ["channel"], (0.25, 1.0))
    assert found.columns.tolist() == ["channel", "dossiers_count", "q25", "q100"]
    assert found.iloc[0, 2:].tolist() == [1.5, 3.0]


def test_days_that_no_dossier_took_count_for_nothing():
    found = day_quantiles(day_counts({"online": {1: 0, 3: 2}, "post": {7: 0}}), ["channel"])
    assert found.to_numpy().tolist() == [["online", 2, 3.0, 3.0]]


@pytest.mark.parametrize("by", [["channel"], []])
def test_no_dossiers_give_no_rows_and_the_same_columns(by):
    empty = day_quantiles(day_counts({"online": {1: 0}}), by)
    assert empty.empty
    assert empty.columns.tolist() == [*by, "dossiers_count", "q50", "q90"]
    assert quantiles_of_counts(*(np.array([], dtype=np.int64),) * 3, [0.5]).shape == (0, 1)


def test_a_hundred_million_dossiers_are_counted_exactly():
    counts = day_counts({"online": {1: 50_000_000, 2: 50_000_000, 3: 1}})
    assert day_quantiles(counts, []).loc[0, ["dossiers_count", "q50"]].tolist() == [100_000_001, 2]
