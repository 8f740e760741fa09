"""The two questions inside a province: asked as they stand, of placebo plans and of the bootstrap they are one and the same estimate."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.grade import REQUIRED_INSIDE
from analysis.estimate.inside.carry_over import adstock_effect
from analysis.estimate.inside.counts import uptake_count_model
from analysis.estimate.inside.imputation import NEVER
from analysis.estimate.inside.questions import DISTRICT, DOSE, DOSSIERS, MONTH, NEIGHBOURS, ONLINE, SHARE, UNIT, FirstCampaigns, RepeatedDoses
from analysis.estimate.refusals import DesignRefused
from analysis.simulate.panel_truth import PanelTruth
from analysis.simulate.panels import simulate_panel

FIRST = PanelTruth(units=24, months=36, districts=6, effect=2.0, design="first", dossiers_a_month=300.0)
REPEATED = replace(FIRST, months=24, design="repeated", effect=1.0)
KEYS = {"unit": UNIT, "time": MONTH}


def rows_of(truth: PanelTruth, seed: int = 1) -> pd.DataFrame:
    return simulate_panel(truth, seed=seed).rename(columns={"received_count": DOSSIERS, "online_count": ONLINE})


def first_of(rows: pd.DataFrame) -> dict[str, str]:
    return rows.groupby(UNIT)["first_month"].first().dropna().to_dict()


@pytest.fixture(scope="module")
def staggered() -> FirstCampaigns:
    rows = rows_of(FIRST)
    return FirstCampaigns(rows, first=first_of(rows))


@pytest.fixture(scope="module")
def repeated() -> RepeatedDoses:
    return RepeatedDoses(rows_of(REPEATED), lags=3)


def question(name: str, staggered: FirstCampaigns, repeated: RepeatedDoses):
    return {"first-campaigns": staggered, "repeated-doses": repeated, "beside": replace(repeated, beside=NEIGHBOURS)}[name]


NAMES = ("first-campaigns", "repeated-doses", "beside")


@pytest.mark.parametrize("cluster", [None, DISTRICT])
@pytest.mark.parametrize("name", NAMES)
def test_the_real_plan_among_placebo_plans_is_the_estimate(name, cluster, staggered, repeated):
    asked = replace(question(name, staggered, repeated), cluster=cluster)
    estimate, cells = asked.ask(), asked.cells()
    fit = asked.refit(cells)(cells, np.arange(len(cells.units)))
    assert (fit.estimate, fit.std_error, fit.df) == (pytest.approx(estimate.estimate), pytest.approx(estimate.std_error), estimate.df)
    assert estimate.method in REQUIRED_INSIDE


@pytest.mark.parametrize("name", NAMES)
def test_the_weighted_sum_behind_the_bootstrap_is_the_estimate_of_that_plan(name, staggered, repeated):
    asked = replace(question(name, staggered, repeated), cluster=DISTRICT)
    cells = asked.cells()
    for seed in (None, 1, 2):
        order = np.arange(len(cells.units)) if seed is None else np.random.default_rng(seed).permutation(len(cells.units))
        assert asked.linear(cells, order).estimate == pytest.approx(asked.refit(cells)(cells, order).estimate, rel=1e-8)
    assert asked.bootstrap(cells, order, seed=3).estimate == asked.linear(cells, order).estimate


@pytest.mark.parametrize("name", NAMES)
def test_less_its_effect_nothing_is_left_to_find(name, staggered, repeated):
    asked = question(name, staggered, repeated)
    cells = asked.cells()
    quiet = cells.with_outcome(asked.less_effect(cells))
    assert asked.refit(cells)(quiet, np.arange(len(cells.units))).estimate == pytest.approx(0, abs=1e-9)
    assert not np.allclose(quiet.outcome, cells.outcome)


@given(st.integers(0, 10_000))
@settings(max_examples=8)
def test_a_placebo_plan_is_the_panel_with_histories_exchanged(repeated, seed):
    rows, cells = repeated.rows, repeated.cells()
    order = np.random.default_rng(seed).permutation(len(cells.units))
    giver = dict(zip(cells.units, np.array(cells.units)[order], strict=True))
    told = rows.set_index([UNIT, MONTH])[DOSE]
    exchanged = rows.assign(**{DOSE: [told[giver[unit], month] for unit, month in zip(rows[UNIT], rows[MONTH], strict=True)]})
    fit = repeated.refit(cells)(cells, order)
    again = repeated.on(exchanged).ask()
    assert (fit.estimate, fit.std_error) == (pytest.approx(again.estimate), pytest.approx(again.std_error))


def test_a_placebo_start_is_that_of_the_other_unit(staggered):
    cells = staggered.cells()
    order = np.random.default_rng(0).permutation(len(cells.units))
    first = {unit: month for unit, place in zip(cells.units, order, strict=True) if (month := staggered.first.get(cells.units[place]))}
    fit = staggered.refit(cells)(cells, order)
    again = replace(staggered, first=first).ask()
    assert (fit.estimate, fit.std_error) == (pytest.approx(again.estimate), pytest.approx(again.std_error))


def test_units_that_had_begun_before_the_outcome_was_seen_take_no_part_in_placebo_plans(staggered):
    """Rows begin with the log, the counts later."""
    opening = sorted(staggered.first.values())[4]
    late = staggered.on(staggered.rows.assign(**{SHARE: staggered.rows[SHARE].where(staggered.rows[MONTH] >= opening)}))
    begun = {unit for unit, month in staggered.first.items() if month <= opening}
    cells = late.cells()
    assert len(begun) >= 5
    assert begun.isdisjoint(cells.units)
    assert cells.months[0] == opening
    assert (late.starts(cells) > 0).all()
    fit = late.refit(cells)(cells, np.arange(len(cells.units)))
    assert fit.estimate == pytest.approx(late.ask().estimate)


def test_starts_are_numbered_on_the_clock_and_those_after_it_are_none(staggered):
    cells = staggered.cells()
    last = replace(staggered, first={cells.units[0]: "2020-03", cells.units[1]: "2031-01"})
    assert last.starts(cells)[:3].tolist() == [14, NEVER, NEVER]


def test_one_activity_is_log_two_units_of_the_logged_dose(repeated):
    assert repeated.one_activity == pytest.approx(np.log(2))
    assert replace(repeated, saturation="linear").one_activity == 1.0


def test_where_a_month_has_one_activity_or_none_the_measure_of_dose_does_not_matter(repeated):
    rows = repeated.rows.assign(**{DOSE: (repeated.rows[DOSE] > 0).astype(float)})
    logged, counted = (replace(repeated, rows=rows, saturation=name).ask() for name in ("log1p", "linear"))
    for name in ("estimate", "std_error", "ci_low", "ci_high", "mde", "p_exact"):
        assert getattr(logged, name) == pytest.approx(getattr(counted, name)), name
    pd.testing.assert_frame_equal(logged.by_period, counted.by_period)


def test_the_estimand_is_that_of_one_activity(repeated):
    for saturation in ("log1p", "linear"):
        said = replace(repeated, saturation=saturation).ask().estimand_vi
        assert "ứng với một hoạt động trong tháng chưa có hoạt động nào, sau khi" in said
        assert "đơn vị liều" not in said


def test_companions_for_one_activity_are_in_the_units_of_the_primary(repeated):
    primary = repeated.ask()
    carried = repeated.for_one_activity(adstock_effect(repeated.rows, dose=DOSE, lags=3, saturation="log1p", **repeated.arguments()))
    (lag_sum,) = [item for item in carried.quantities if item.name == "distributed_lag_sum"]
    assert (lag_sum.value, lag_sum.std_error) == (pytest.approx(primary.estimate), pytest.approx(primary.std_error))
    assert (lag_sum.ci_low, lag_sum.ci_high) == (pytest.approx(primary.ci_low), pytest.approx(primary.ci_high))
    bare = adstock_effect(repeated.rows, dose=DOSE, lags=3, saturation="log1p", **repeated.arguments())
    fading = {item.name: item for item in bare.quantities}
    assert carried.estimate == pytest.approx(np.log(2) * bare.estimate)
    assert all(item == fading[item.name] for item in carried.quantities if item.name in ("decay", "half_life"))


def test_a_ratio_for_one_activity_is_exp_of_its_estimate(repeated):
    bare = uptake_count_model(repeated.rows, numerator=ONLINE, denominator=DOSSIERS, dose=DOSE, lags=3, saturation="log1p", **KEYS)
    found = repeated.for_one_activity(bare)
    told, before = ({item.name: item for item in estimate.quantities} for estimate in (found, bare))
    assert told["odds_ratio"].value == pytest.approx(np.exp(found.estimate))
    assert (told["odds_ratio"].ci_low, told["odds_ratio"].ci_high) == (pytest.approx(np.exp(found.ci_low)), pytest.approx(np.exp(found.ci_high)))
    assert told["odds_ratio"].std_error == pytest.approx(np.exp(found.estimate) * found.std_error)
    assert told["marginal_effect"].value == pytest.approx(np.log(2) * before["marginal_effect"].value)
    assert told["dispersion"] == before["dispersion"]


def test_other_rows_leave_the_question_as_it_was(staggered):
    other = staggered.on(staggered.rows.head(10), outcome="control_pct")
    assert (other.first, other.horizon, other.outcome, len(other.rows)) == (staggered.first, staggered.horizon, "control_pct", 10)
    assert other.arguments() == {"unit": UNIT, "time": MONTH, "outcome": "control_pct", "weights": DOSSIERS, "cluster": None}


@pytest.mark.parametrize("scale", [0.1, 7.0])
def test_scale_scales_and_levels_change_nothing(staggered, repeated, scale):
    for asked in (staggered, repeated):
        moved = scale * asked.rows[SHARE] + asked.rows[UNIT].str[-2:].astype(float) - asked.rows[MONTH].str[-2:].astype(float)
        one, other = asked.ask(), asked.on(asked.rows.assign(**{SHARE: moved})).ask()
        assert (other.estimate, other.std_error) == (pytest.approx(scale * one.estimate), pytest.approx(scale * one.std_error))
        assert other.p_exact == pytest.approx(one.p_exact)


def test_the_lags_recover_what_was_planted_without_noise():
    truth = replace(REPEATED, effect=1.0, shock_sd=0.0, district_shock_sd=0.0, saturation="log1p", dossiers_a_month=5e6)
    found = RepeatedDoses(rows_of(truth), lags=6).ask()
    assert found.estimate == pytest.approx(np.log(2) * truth.cumulative_effect(6), abs=0.05)


def test_an_outcome_that_never_moves_is_refused_in_words(staggered, repeated):
    for asked in (staggered, repeated):
        with pytest.raises(DesignRefused, match="Kết quả không biến động giữa các đơn vị so sánh"):
            asked.on(asked.rows.assign(**{SHARE: 0.0})).ask()
