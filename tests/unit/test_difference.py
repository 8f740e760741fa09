"""The unit-demeaned difference-in-differences: hand-solved, cross-checked, and behaving as theory says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind

from analysis.estimate.difference import demeaned_did, detrended_did, last_year_did
from analysis.estimate.inference import minimum_detectable_effect
from analysis.estimate.refusals import DesignRefused
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


# Detrended, and the last year alone


def other(estimator, panel: pd.DataFrame, treated: tuple[str, ...] = ("u00",), start: object = START, **options: object) -> EffectEstimate:
    return estimator(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, **options)


def test_a_line_through_two_periods_solved_by_hand():
    """Lines carried on one year: t from 1, 2 to 3, is 9, gap 6; a, b, c are 1, 2 and 3 off theirs. 6 - 2 = 4, squares 2 over 2 df."""
    rows = [("t", 0, 1.0), ("t", 1, 2.0), ("t", 2, 9.0)]
    for unit, (level, slope, gap) in {"a": (5.0, 2.0, 1.0), "b": (0.0, -1.0, 2.0), "c": (9.0, 0.0, 3.0)}.items():
        rows += [(unit, 0, level), (unit, 1, level + slope), (unit, 2, level + 2 * slope + gap)]
    found = other(detrended_did, pd.DataFrame(rows, columns=["unit", "year", "score"]), ("t",), 2)
    assert (found.estimate, found.std_error, found.df) == (pytest.approx(4.0), pytest.approx(np.sqrt(4 / 3)), 2)


def test_the_last_year_solved_by_hand():
    """Gains on the last year before: 5 for t, 1, 2 and 3 for the others, whatever came earlier."""
    late = make_two_periods(t=5.0, a=1.0, b=2.0, c=3.0)
    early = late[late["year"] == 0].assign(year=-1, score=[40.0, -7.0, 3.0, 0.0])
    found = other(last_year_did, pd.concat([late, early]), ("t",), 1)
    assert (found.estimate, found.std_error) == (pytest.approx(3.0), pytest.approx(np.sqrt(4 / 3)))


@given(SEEDS)
@settings(max_examples=15)
def test_detrending_takes_off_each_units_own_least_squares_line(seed):
    panel = make_panel(seed)
    wide = panel.pivot(index="year", columns="unit", values="score")
    before, after = wide.loc[: START - 1], wide.loc[START:]
    lines = np.polynomial.polynomial.polyfit(before.index - START, before.to_numpy(), 1)
    gaps = (after - lines[0] - np.outer(after.index - START, lines[1])).mean()
    expected = ttest_ind(gaps[["u00"]], gaps.drop("u00"), equal_var=True)
    found = other(detrended_did, panel)
    assert found.estimate == pytest.approx(gaps["u00"] - gaps.drop("u00").mean())
    assert (found.p_exact, found.df) == (pytest.approx(expected.pvalue), expected.df)


@given(SEEDS, st.floats(min_value=-50, max_value=50))
@settings(max_examples=15)
def test_a_straight_line_of_a_units_own_does_not_matter_once_detrended(seed, slope):
    panel = make_panel(seed)
    bent = panel.assign(score=panel["score"] + slope * panel["unit"].str[1:].astype(int) * (panel["year"] - START))
    assert numbers(other(detrended_did, bent)) == pytest.approx(numbers(other(detrended_did, panel)), abs=1e-6)


@pytest.mark.parametrize("estimator", [demeaned_did, detrended_did, last_year_did])
@given(seed=SEEDS, shift=st.floats(min_value=-100, max_value=100), scale=st.floats(min_value=0.01, max_value=100))
@settings(max_examples=8)
def test_all_three_bases_behave_alike_under_order_shift_scale_and_relabelled_years(estimator, seed, shift, scale):
    panel = make_panel(seed)
    moved = panel.assign(score=scale * panel["score"] + shift * (panel["year"] - START), year=3 * panel["year"] + 1)
    found, plain = other(estimator, moved.sample(frac=1, random_state=seed), start=3 * START + 1), other(estimator, panel)
    assert (found.estimate, found.std_error, found.mde) == pytest.approx(
        (scale * plain.estimate, scale * plain.std_error, scale * plain.mde), abs=1e-6
    )
    assert (found.p_exact, found.p_rank) == (pytest.approx(plain.p_exact, abs=1e-7), plain.p_rank)


@pytest.mark.parametrize("estimator", [demeaned_did, detrended_did, last_year_did])
def test_the_mean_effect_after_is_the_estimate_and_what_is_drawn_adds_up(estimator):
    found = other(estimator, make_panel(3))
    curve = found.by_period.set_index("period")
    assert curve.index.tolist() == list(YEARS)
    assert curve.loc[curve["is_after"], "effect"].mean() == pytest.approx(found.estimate)
    assert (curve["counterfactual"] + curve["effect"]).tolist() == pytest.approx(curve["observed"].tolist())
    assert curve.loc[START:, "std_error"].notna().all()
    before = curve.loc[: START - 1, "effect"]
    assert before.iloc[-1] == pytest.approx(0.0) if estimator is last_year_did else before.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("estimator", [demeaned_did, detrended_did, last_year_did])
def test_placebos_are_the_method_on_each_comparison_unit_with_the_treated_left_out(estimator):
    panel = make_panel(4, units=7)
    found, others = other(estimator, panel), panel[panel["unit"] != "u00"]
    assert dict(found.placebos) == pytest.approx({unit: other(estimator, others, (unit,)).estimate for unit in found.placebos.index})
    assert found.p_rank == (1 + (found.placebos.abs() >= abs(found.estimate)).sum()) / 7


@pytest.mark.parametrize("estimator", [demeaned_did, detrended_did, last_year_did])
def test_what_happened_to_the_treated_says_nothing_of_the_detectable_effect(estimator):
    panel = make_panel()
    spoilt = panel.assign(score=panel["score"].where((panel["unit"] != "u00") | (panel["year"] < START), 1e4 * panel["year"]))
    assert other(estimator, spoilt).mde == other(estimator, panel).mde


def test_several_treated_units_are_ranked_among_groups_of_their_number_drawn_with_the_seed():
    small, large = make_panel(units=8), make_panel(units=40)
    assert other(demeaned_did, small, ("u00", "u01")).n_placebos == 15
    drawn = other(demeaned_did, large, ("u00", "u01", "u02"), seed=5)
    assert (drawn.n_placebos, drawn.seed) == (2_000, 5)
    assert drawn.p_rank == other(demeaned_did, large, ("u00", "u01", "u02"), seed=5).p_rank
    assert not np.array_equal(drawn.placebos, other(demeaned_did, large, ("u00", "u01", "u02"), seed=6).placebos)
    assert (other(demeaned_did, small, tuple(f"u0{unit}" for unit in range(5))).p_rank, small["unit"].nunique()) == (None, 8)


def test_staggered_starts_weigh_cohorts_by_their_share_solved_by_hand():
    """u00 and u01 start in 2019, u02 in 2021: each against the never treated on its own periods, two thirds and one third."""
    panel, starts = make_panel(7), {"u00": 2019, "u01": 2019, "u02": 2021}
    never = panel[~panel["unit"].isin(list(starts))]
    alone = [other(demeaned_did, pd.concat([panel[panel["unit"] == unit], never]), (unit,), start).estimate for unit, start in starts.items()]
    found = other(demeaned_did, panel, tuple(starts), starts)
    assert (found.estimate, found.df) == (pytest.approx(np.mean(alone)), 10)
    assert found.by_period["period"].tolist() == list(range(-4, 4))
    same = other(demeaned_did, panel, ("u00", "u01"), {"u00": 2020, "u01": 2020})
    assert numbers(same) == numbers(other(demeaned_did, panel, ("u00", "u01")))


@pytest.mark.parametrize("errors", ["hc1", "hc3"])
def test_robust_errors_are_refused_below_five_treated_units(errors):
    with pytest.raises(DesignRefused, match="chỉ có 1 cụm được xét"):
        other(demeaned_did, make_panel(), errors=errors)
    five = tuple(f"u0{unit}" for unit in range(5))
    assert other(demeaned_did, make_panel(), five, errors=errors).std_error > 0


def test_a_trend_needs_two_periods_before():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="theo xu hướng cần ít nhất 2 kỳ trước; chỉ có 1"):
        other(detrended_did, panel, start=2018, min_before=1)
    assert other(detrended_did, panel, start=2019).before_count == 2
