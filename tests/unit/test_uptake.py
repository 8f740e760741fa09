"""Rates keep both counts; keys, regimes and real and synthetic rows never mix."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.uptake import SMALL_DENOMINATOR, RatesNotComparable, of_units, rates, until, wilson_interval

LEVELS = st.floats(min_value=0.5, max_value=0.999)


def make_uptake(*counts: tuple[int, int], **changed: object) -> pd.DataFrame:
    columns = {
        "unit_code": [str(position) for position in range(len(counts))],
        "vintage": "63-tinh",
        "period_month": "2021-05",
        "rate_key": "online_all",
        "regime": "levels_3_4",
        "numerator_count": [numerator for numerator, _ in counts],
        "denominator_count": [denominator for _, denominator in counts],
        "is_synthetic": False,
    }
    types = {"numerator_count": "Int64", "denominator_count": "Int64", "is_synthetic": "boolean"}
    return pd.DataFrame(columns | changed).astype(types)


@given(st.integers(0, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))).filter(lambda counts: counts[1] > 0), LEVELS)
def test_the_wilson_interval_equals_statsmodels(counts, level):
    successes, trials = counts
    low, high = wilson_interval(np.array([float(successes)]), np.array([float(trials)]), level)
    expected = proportion_confint(successes, trials, alpha=1 - level, method="wilson")
    assert (low[0], high[0]) == pytest.approx(expected, abs=1e-9)
    assert low[0] - 1e-12 <= successes / trials <= high[0] + 1e-12


def test_without_trials_there_is_no_interval():
    assert np.isnan(wilson_interval(np.array([0.0]), np.array([0.0]))).all()


def test_a_rate_is_the_ratio_of_sums_not_the_mean_of_ratios():
    row = rates(make_uptake((1, 10), (900, 1000)), "online_all", ["period_month"]).iloc[0]
    assert (row["numerator_count"], row["denominator_count"]) == (901, 1010)
    assert row["share"] == pytest.approx(901 / 1010)
    assert row["low_share"] < row["share"] < row["high_share"]


def test_another_rate_key_is_never_added():
    uptake = make_uptake((1, 10), (5, 10), rate_key=["online_all", "bcci_in"])
    assert rates(uptake, "online_all", [])["numerator_count"].tolist() == [1]


def test_the_regime_always_splits_groups():
    uptake = make_uptake((1, 10), (5, 10), regime=["levels_3_4", "decree_42"])
    assert rates(uptake, "online_all", ["period_month"]).set_index("regime")["numerator_count"].to_dict() == {"levels_3_4": 1, "decree_42": 5}


def test_real_and_synthetic_rows_are_not_added_together():
    with pytest.raises(RatesNotComparable, match=r"“online_all”.*mô phỏng"):
        rates(make_uptake((1, 10), (5, 10), is_synthetic=[True, False]), "online_all", ["period_month"])


def test_synthetic_rows_of_another_key_do_not_forbid_a_rate():
    uptake = make_uptake((1, 10), (5, 10), rate_key=["online_all", "bcci_in"], is_synthetic=[False, True])
    assert rates(uptake, "online_all", [])["is_synthetic"].tolist() == [False]


def test_synthetic_counts_stay_marked():
    assert rates(make_uptake((1, 10), is_synthetic=True), "online_all", [])["is_synthetic"].tolist() == [True]


def test_a_group_without_dossiers_has_no_share_rather_than_zero():
    row = rates(make_uptake((0, 0)), "online_all", ["unit_code"]).iloc[0]
    assert pd.isna(row["share"])
    assert np.isnan(row["low_share"])
    assert row["is_small"]


def test_small_denominators_are_marked():
    found = rates(make_uptake((1, SMALL_DENOMINATOR - 1), (1, SMALL_DENOMINATOR)), "online_all", ["unit_code"])
    assert found["is_small"].tolist() == [True, False]


def test_units_join_by_code_and_vintage():
    below = pd.DataFrame(
        {"unit_code": ["0"], "vintage": ["63-tinh"], "level": ["commune"], "name_vi": ["Phường A"], "label_vi": ["Phường A"], "parent_code": ["718"]}
    )
    uptake = make_uptake((1, 10), (2, 10), unit_code=["0", "0"], vintage=["63-tinh", "34-tinh"])
    assert of_units(uptake, below)[["name_vi", "numerator_count"]].values.tolist() == [["Phường A", 1]]


def test_a_month_still_under_way_is_left_out():
    uptake = make_uptake((1, 10), (2, 10), period_month=["2021-05", "2021-06"])
    assert until(uptake, date(2021, 6, 29))["period_month"].tolist() == ["2021-05"]
    assert until(uptake, date(2021, 6, 30))["period_month"].tolist() == ["2021-05", "2021-06"]
