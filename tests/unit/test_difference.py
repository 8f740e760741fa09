"""The unit-demeaned difference-in-differences: hand-solved, cross-checked, and behaving as theory says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind

from analysis.estimate.difference import DesignRefused, demeaned_did, minimum_detectable_effect
from analysis.estimate.result import EffectEstimate

START = 2020
YEARS = range(2017, 2023)
SEEDS = st.integers(min_value=0, max_value=10_000)


def make_panel(seed: int = 0, units: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(f"u{unit:02d}", year, 50 + 3 * unit + rng.normal()) for unit in range(units) for year in YEARS]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def make_two_periods(**differences: float) -> pd.DataFrame:
    before = [(unit, 0, 10.0 * position) for position, unit in enumerate(differences)]
    after = [(unit, 1, level + differences[unit]) for unit, _, level in before]
    rows = before + after
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def estimate(panel: pd.DataFrame, treated: tuple[str, ...] = ("u00",), start: object = START, min_before: int = 2) -> EffectEstimate:
    return demeaned_did(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, min_before=min_before)


def numbers(found: EffectEstimate) -> tuple[float, ...]:
    return found.estimate, found.std_error, found.ci_low, found.ci_high, found.p_exact, found.mde


def test_a_two_period_case_solved_by_hand():
    found = estimate(make_two_periods(t=5.0, a=1.0, b=2.0, c=3.0), treated=("t",), start=1, min_before=1)
    std_error = np.sqrt(1 * (1 / 1 + 1 / 3))  # SSR 2 over 2 df, spread over 1 treated and 3 others
    assert (found.estimate, found.std_error, found.df) == (pytest.approx(3.0), pytest.approx(std_error), 2)
    assert found.ci_low == pytest.approx(3.0 - 4.30265273 * std_error)
    assert found.p_exact == pytest.approx(2 * student.sf(3.0 / std_error, 2))
    assert (found.treated_count, found.comparison_count, found.before_count, found.after_count) == (1, 3, 1, 1)


def test_means_of_all_periods_on_each_side_are_compared():
    panel = make_two_periods(t=5.0, a=1.0, b=2.0, c=3.0)
    early = panel[panel["year"] == 0].assign(year=-1, score=lambda rows: rows["score"] - 4.0)
    early.loc[early["unit"] == "t", "score"] -= 4.0
    assert estimate(pd.concat([panel, early]), treated=("t",), start=1).estimate == pytest.approx(3.0 + 4.0 / 2)


@given(SEEDS, st.integers(min_value=1, max_value=6))
@settings(max_examples=30)
def test_it_equals_the_equal_variance_t_test_on_the_differences(seed, treated_count):
    panel, treated = make_panel(seed), tuple(f"u{unit:02d}" for unit in range(treated_count))
    side = panel["year"] >= START
    differences = panel[side].groupby("unit")["score"].mean() - panel[~side].groupby("unit")["score"].mean()
    is_treated = differences.index.isin(treated)
    expected = ttest_ind(differences[is_treated], differences[~is_treated], equal_var=True)
    found = estimate(panel, treated)
    assert found.estimate / found.std_error == pytest.approx(expected.statistic)
    assert (found.p_exact, found.df) == (pytest.approx(expected.pvalue), expected.df)
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


@given(SEEDS)
@settings(max_examples=20)
def test_the_order_of_rows_and_the_names_of_units_do_not_matter(seed):
    panel = make_panel(seed)
    shuffled = panel.sample(frac=1, random_state=seed)
    renamed = panel.assign(unit="z" + panel["unit"].str[::-1])
    assert numbers(estimate(shuffled)) == pytest.approx(numbers(estimate(panel)))
    assert numbers(estimate(renamed, treated=("z00u",))) == pytest.approx(numbers(estimate(panel)))


@given(SEEDS, st.floats(min_value=-1000, max_value=1000))
@settings(max_examples=20)
def test_a_constant_of_the_unit_or_of_the_year_does_not_matter(seed, shift):
    panel = make_panel(seed)
    by_unit = panel.assign(score=panel["score"] + shift * panel["unit"].str[1:].astype(int))
    by_year = panel.assign(score=panel["score"] + shift * (panel["year"] - START))
    assert numbers(estimate(by_unit)) == pytest.approx(numbers(estimate(panel)), abs=1e-7)
    assert numbers(estimate(by_year)) == pytest.approx(numbers(estimate(panel)), abs=1e-7)


@given(SEEDS, st.floats(min_value=0.01, max_value=100), st.sampled_from([-1, 1]))
@settings(max_examples=20)
def test_scaling_the_outcome_scales_estimate_and_error_and_leaves_p(seed, scale, sign):
    panel = make_panel(seed)
    plain, scaled = estimate(panel), estimate(panel.assign(score=sign * scale * panel["score"]))
    assert scaled.estimate == pytest.approx(sign * scale * plain.estimate)
    assert (scaled.std_error, scaled.mde) == (pytest.approx(scale * plain.std_error), pytest.approx(scale * plain.mde))
    assert scaled.p_exact == pytest.approx(plain.p_exact)


@given(SEEDS)
@settings(max_examples=20)
def test_relabelling_time_on_the_same_side_of_the_start_does_not_matter(seed):
    panel = make_panel(seed)
    stretched = panel.assign(year=7 * panel["year"])
    swapped = panel.assign(year=panel["year"].replace({2017: 2019, 2019: 2017, 2020: 2022, 2022: 2020}))
    assert numbers(estimate(stretched, start=7 * START)) == pytest.approx(numbers(estimate(panel)))
    assert numbers(estimate(swapped)) == pytest.approx(numbers(estimate(panel)))


def test_adding_an_effect_moves_the_estimate_by_exactly_that_effect():
    panel = make_panel()
    treated_after = (panel["unit"] == "u00") & (panel["year"] >= START)
    found, moved = estimate(panel), estimate(panel.assign(score=panel["score"] + 2.5 * treated_after))
    assert moved.estimate - found.estimate == pytest.approx(2.5)
    assert moved.std_error == pytest.approx(found.std_error)


def test_only_units_seen_in_every_period_of_the_treated_compare():
    panel = make_panel()
    panel.loc[(panel["unit"] == "u05") & (panel["year"] >= START), "score"] = np.nan
    panel.loc[(panel["unit"] == "u06") & (panel["year"] == 2017), "score"] = np.nan
    found = estimate(panel)
    assert (found.comparison_count, found.df) == (9, 8)
    assert numbers(found) == pytest.approx(numbers(estimate(panel[~panel["unit"].isin(["u05", "u06"])])))


def test_periods_in_which_the_treated_were_not_seen_are_left_out_for_all():
    panel = make_panel()
    gap = (panel["unit"] == "u00") & (panel["year"] == 2018)
    found = estimate(panel[~gap])
    assert (found.comparison_count, found.before_count) == (11, 2)
    assert numbers(found) == pytest.approx(numbers(estimate(panel[panel["year"] != 2018])))


@given(SEEDS)
@settings(max_examples=20)
def test_a_common_trend_cannot_pass_for_an_effect_in_an_unbalanced_panel(seed):
    panel = make_panel(seed)
    seen = panel[np.random.default_rng(seed).random(len(panel)) > 0.05]
    trend = seen.assign(score=seen["score"] + 7.0 * (seen["year"] - START))
    try:
        plain = estimate(seen)
    except DesignRefused:
        return  # too few units are left
    assert numbers(estimate(trend)) == pytest.approx(numbers(plain), abs=1e-7)


def test_a_wider_level_gives_a_wider_interval_around_the_same_estimate():
    panel = make_panel()
    wide = demeaned_did(panel, unit="unit", time="year", outcome="score", treated=["u00"], start=START, level=0.99)
    narrow = estimate(panel)
    assert wide.ci_low < narrow.ci_low < narrow.estimate == wide.estimate < narrow.ci_high < wide.ci_high


def test_the_interval_leaves_out_zero_exactly_when_p_is_below_five_per_cent():
    found = [estimate(make_panel(seed), treated=("u00", "u01")) for seed in range(60)]
    outside = [not result.ci_low <= 0 <= result.ci_high for result in found]
    assert outside == [result.p_exact < 0.05 for result in found]
    assert set(outside) == {True, False}


def test_the_minimum_detectable_effect_is_the_sum_of_two_t_quantiles():
    assert minimum_detectable_effect(2.0, 10) == pytest.approx(2.0 * (2.228138852 + 0.879057829))


def test_nothing_is_calibrated_until_placebos_were_run():
    assert estimate(make_panel()).calibration is None


@pytest.mark.parametrize(
    ("panel", "treated", "start", "reason"),
    [
        (pd.concat([make_panel(), make_panel().head(1)]), ("u00",), START, "hai lần trong cùng một kỳ"),
        (make_panel().assign(score=lambda rows: rows["score"].astype(str)), ("u00",), START, "“score” không phải là số"),
        (make_panel(), ("u00",), 1990, "Không có kỳ nào trước hoặc sau"),
        (make_panel(), ("u00",), 2099, "Không có kỳ nào trước hoặc sau"),
        (make_panel(), ("nobody",), START, "số liệu của 0 trên 1 đơn vị được xét"),
        (make_panel(units=3), ("u00",), START, "2 đơn vị so sánh"),
        (make_two_periods(t=5.0, a=1.0, b=1.0, c=1.0), ("t",), 1, "không biến động"),
    ],
    ids=["duplicate row", "text outcome", "nothing before", "nothing after", "nobody treated", "two others", "no spread"],
)
def test_data_that_cannot_carry_the_design_are_refused_with_the_reason(panel, treated, start, reason):
    with pytest.raises(DesignRefused, match=reason):
        estimate(panel, treated, start, min_before=1)


def test_one_period_before_is_refused_unless_the_caller_asks_for_it():
    panel = make_two_periods(t=5.0, a=1.0, b=2.0, c=3.0)
    with pytest.raises(DesignRefused, match="1 kỳ trước mốc bắt đầu"):
        estimate(panel, ("t",), 1)
    assert estimate(panel, ("t",), 1, min_before=1).before_count == 1
