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


def test_two_keys_at_once_and_unknown_keys_are_refused():
    with pytest.raises(RatesNotComparable, match=r"“online_all”; “bcci_in”"):
        rates(make_uptake((1, 10)), ["online_all", "bcci_in"], [])
    with pytest.raises(RatesNotComparable, match=r"Không có tỷ lệ “online”\..*online_all"):
        rates(make_uptake((1, 10)), "online", [])


@pytest.mark.parametrize("rate_key", ["services_offered", "services_used"])
def test_services_are_shown_by_unit_and_month_and_never_added(rate_key):
    months = make_uptake((1, 10), (5, 10), (2, 10), unit_code=["0", "0", "1"], period_month=["2021-05", "2021-06", "2021-05"], rate_key=rate_key)
    assert rates(months, rate_key, ["unit_code", "period_month"])["numerator_count"].tolist() == [1, 5, 2]
    assert rates(months[months["unit_code"] == "0"], rate_key, ["period_month"])["numerator_count"].tolist() == [1, 5]
    assert rates(months[months["period_month"] == "2021-05"], rate_key, ["unit_code"])["numerator_count"].tolist() == [1, 2]
    for by in (["unit_code"], ["period_month"], []):
        with pytest.raises(RatesNotComparable, match=rf"“{rate_key}”.*không cộng qua các tháng hoặc các đơn vị"):
            rates(months, rate_key, by)


def test_services_of_one_code_in_two_lists_of_units_are_not_added():
    uptake = make_uptake((1, 10), (5, 10), unit_code="0", vintage=["63-tinh", "34-tinh"], rate_key="services_used")
    with pytest.raises(RatesNotComparable, match="không cộng"):
        rates(uptake, "services_used", ["unit_code", "period_month"])


def test_a_group_without_a_name_is_kept():
    uptake = make_uptake((1, 10), (2, 20), (4, 40)).assign(parent_code=pd.array(["718", None, None], "string"))
    found = rates(uptake, "online_all", ["parent_code"])
    assert (found["numerator_count"].tolist(), found["denominator_count"].sum()) == ([1, 6], 70)


def test_a_sum_with_an_unknown_count_is_unknown():
    row = rates(make_uptake((1, 10), (None, 20)), "online_all", []).iloc[0]
    assert pd.isna(row["numerator_count"])
    assert pd.isna(row["share"])
    assert row["denominator_count"] == 30


def test_no_rows_give_no_rates():
    found = rates(make_uptake((1, 10), rate_key="bcci_in"), "online_all", ["unit_code"])
    assert found.empty
    assert {"share", "low_share", "high_share", "is_small", "is_synthetic"} <= set(found)


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
