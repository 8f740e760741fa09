"""The false-alarm table: every method on the same placebo plans, each kernel worked out once, a refusal told and not raised."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analysis.estimate.calibration import calibrate
from analysis.estimate.difference import every_demeaned
from analysis.estimate.evidence import may_print_p
from analysis.estimate.false_alarms import ALL_METHODS, QUICK_METHODS, RATIO, false_alarm_table
from analysis.estimate.long_series import debiased_t_test
from analysis.estimate.methods import COMPARISONS, LAST_YEAR, PRIMARY, SLOW_COMPARISONS, Method, method_of
from analysis.estimate.plain_comparisons import before_after, gap_to_others
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.synthetic import synthetic_control
from analysis.estimate.time_series import interrupted_time_series
from analysis.estimate.two_way import two_way_fixed_effects

DESIGN = {"unit": "province", "time": "year"}
STARTS = (2016, 2017)
CLOSED_FORM = (*COMPARISONS[:5], COMPARISONS[-1], PRIMARY, replace(PRIMARY, statistic="rank"), LAST_YEAR)
ASKED_ALONE = "demeaned_did_hc1"  # which the public function refuses


def panel_of(seed: int, units: int = 12, periods: int = 9, outcomes: tuple[str, ...] = ("a", "b")) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"{code:03d}" for code in range(units)], range(2011, 2011 + periods)], names=["province", "year"])
    return pd.DataFrame({name: rng.normal(size=len(index)) for name in outcomes}, index=index).reset_index()


def table(panel: pd.DataFrame, methods: tuple[Method, ...] = CLOSED_FORM, **options: object) -> pd.DataFrame:
    return false_alarm_table(panel, **DESIGN, **{"outcomes": ["a", "b"], "starts": STARTS, "methods": methods, **options})


def test_each_row_is_the_calibration_of_that_method_alone():
    panel = panel_of(1)
    rows = table(panel, QUICK_METHODS)
    assert list(zip(rows["name"], rows["statistic"], strict=True)) == [(method.name, method.statistic) for method in QUICK_METHODS]
    for row, method in zip(rows.itertuples(), QUICK_METHODS, strict=True):
        alone = calibrate(panel, method, **DESIGN, outcome=["a", "b"], starts=STARTS)
        assert (row.false_alarm_rate, row.monte_carlo_error, row.power) == (alone.false_alarm_rate, alone.monte_carlo_error, alone.power), row.name
        assert (row.placebos_count, row.may_print) == (alone.placebos_count, may_print_p(alone)) == (48, may_print_p(alone))
        assert row.coverage == alone.coverage or (alone.coverage is None and np.isnan(row.coverage))


def test_no_method_and_statistic_stands_twice_in_the_table():
    asked = [(method.name, method.statistic) for method in ALL_METHODS]
    assert len(asked) == len(set(asked))


def test_a_kernel_judged_by_two_p_values_is_worked_out_once_a_cell():
    calls = []

    def counting(outcomes, clock, before):
        calls.append(before)
        return every_demeaned(outcomes, clock, before)

    method = replace(PRIMARY, every=counting)
    rows = table(panel_of(2), (method, replace(method, statistic="rank")))
    assert sorted(calls) == [5, 5, 6, 6]
    assert rows["false_alarm_rate"].notna().all()


def test_a_method_that_cannot_be_measured_keeps_its_row_and_says_why():
    rows = table(panel_of(3), (PRIMARY, SLOW_COMPARISONS[1]), starts=[2013])
    refused = rows.iloc[1]
    assert pd.isna(rows.loc[0, "refusal_vi"])
    assert "không đủ chia thành 3 khối" in refused["refusal_vi"]
    assert np.isnan(refused["false_alarm_rate"])
    assert (refused["placebos_count"], refused["may_print"]) == (0, False)


def test_a_panel_without_enough_whole_provinces_is_refused_altogether():
    with pytest.raises(DesignRefused, match="Chỉ có 6 đơn vị"):
        table(panel_of(4, units=6))


def test_a_unit_that_had_a_plan_takes_no_part():
    panel = panel_of(5)
    without = table(panel[panel["province"] != "003"])
    pd.testing.assert_frame_equal(table(panel, had_plan=["003"]), without)
    assert set(without["placebos_count"]) == {44}


def test_nothing_may_be_printed_on_the_strength_of_another_level_than_five_per_cent():
    rows = table(panel_of(6), alpha=0.01)
    assert (rows["false_alarm_rate"] <= 0.08).any()
    assert not rows["may_print"].any()


def test_on_white_noise_honest_tests_keep_their_promise_and_clustering_by_one_province_does_not():
    rows = table(panel_of(7, units=150, outcomes=("a", "b", "c")), outcomes=["a", "b", "c"]).set_index(["name", "statistic"])
    for name in ("before_after", "two_way_fixed_effects_iid", "gap_to_others", "demeaned_did", "last_year_did"):
        row = rows.loc[(name, "exact")]
        assert abs(row["false_alarm_rate"] - 0.05) <= 3 * row["monte_carlo_error"], name
        assert row["coverage"] == pytest.approx(1 - row["false_alarm_rate"])
    assert rows.loc[("demeaned_did", "exact"), "power"] == pytest.approx(0.8, abs=0.06)
    assert rows.loc[("two_way_fixed_effects_cluster", "exact"), "false_alarm_rate"] > 0.5
    assert rows.loc[("demeaned_did_hc1", "exact"), "false_alarm_rate"] > 0.5


@given(seed=st.integers(0, 10_000), shift=st.floats(-50, 50), scale=st.sampled_from([0.01, 3.0, 70.0]))
@settings(max_examples=10, phases=[Phase.generate])
def test_row_order_shift_scale_and_the_names_of_units_do_not_matter(seed, shift, scale):
    panel = panel_of(seed)
    moved = panel.sample(frac=1, random_state=seed)
    names = {name: f"x{999 - int(name)}" for name in panel["province"].unique()}
    moved = moved.assign(a=shift + scale * moved["a"], b=shift + scale * moved["b"], province=moved["province"].map(names))
    pd.testing.assert_frame_equal(table(panel), table(moved), rtol=1e-9)


@pytest.mark.parametrize("method", [*COMPARISONS, *SLOW_COMPARISONS, RATIO], ids=lambda method: method.name)
def test_the_fast_form_of_a_comparison_is_what_its_public_form_finds(method):
    panel = panel_of(8, units=11, outcomes=("a",))
    wide = panel.pivot(index="province", columns="year", values="a")
    every = method.every(wide.to_numpy(), wide.columns.to_numpy(dtype=float), 6)
    design = {**DESIGN, "outcome": "a", "treated": ["004"], "start": 2017}
    if method.name == ASKED_ALONE:
        with pytest.raises(DesignRefused, match="đòn bẩy"):
            method.ask(panel, **design)
        return
    found = method.ask(panel, **design)
    if method is RATIO:
        found = synthetic_control(panel, **design, statistic="rmspe_ratio", solver="exact")
    assert every.estimates[4] == pytest.approx(found.estimate, abs=1e-8)
    p = every.p_exact() if method.statistic == "exact" else every.p_rank()
    assert p[4] == pytest.approx(found.p_exact if method.statistic == "exact" else found.p_rank, abs=1e-8)


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (before_after, "before_after"),
        (gap_to_others, "gap_to_others"),
        (two_way_fixed_effects, "two_way_fixed_effects_iid"),
        (interrupted_time_series, "interrupted_time_series_step"),
        (debiased_t_test, "debiased_t_test"),
    ],
)
def test_a_public_function_is_calibrated_by_its_own_fast_form(estimator, name):
    method = method_of(estimator)
    assert method.name == name
    panel = panel_of(9, units=11, outcomes=("a",))
    wide = panel.pivot(index="province", columns="year", values="a")
    every = method.every(wide.to_numpy(), wide.columns.to_numpy(dtype=float), 5)
    found = estimator(panel, **DESIGN, outcome="a", treated=["002"], start=2016)
    assert (every.estimates[2], every.p_exact()[2]) == pytest.approx((found.estimate, found.p_exact), abs=1e-8)
