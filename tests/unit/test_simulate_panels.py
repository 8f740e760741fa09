"""Simulated panels hold the truth they are said to hold: same noise under any effect, doses as assigned, effects by the equation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import binom

from analysis.simulate import NEVER, PanelTruth, draw_panel, simulate_panel
from analysis.simulate.panels import EVENT_DISTRICTS, EVENT_MONTHS, _counted

SMALL = PanelTruth(units=20, months=40, districts=4)
seeds = st.integers(0, 10_000)


def by_hand(truth: PanelTruth, own: np.ndarray) -> np.ndarray:
    """Carried dose by the sum that defines it, month after month."""
    carried = np.zeros_like(own)
    for month in range(own.shape[1]):
        for back in range(month + 1):
            carried[:, month] += own[:, month - back] * truth.decay**back
    return carried


def test_a_row_is_a_commune_and_month_and_says_that_it_is_synthetic():
    panel = simulate_panel(SMALL, seed=1)
    assert len(panel) == 20 * 40
    assert not panel.duplicated(["unit_code", "period_month"]).any()
    assert panel["is_synthetic"].all()
    assert panel.equals(panel.sort_values(["unit_code", "period_month"], ignore_index=True))
    assert (panel["period_month"].min(), panel["period_month"].max()) == ("2019-01", "2022-04")
    assert (panel["online_count"] <= panel["received_count"]).all()
    assert np.allclose(panel["share_pct"], (100 * panel["online_count"] / panel["received_count"]).astype(float))
    assert panel.groupby("unit_code")["district_code"].nunique().eq(1).all()
    assert panel.groupby("district_code")["unit_code"].nunique().tolist() == [5, 5, 5, 5]


@given(seed=seeds, effect=st.floats(-2, 2))
@settings(max_examples=15)
def test_a_seed_draws_the_same_noise_and_doses_under_any_effect(seed, effect):
    without, planted = (draw_panel(replace(SMALL, effect=size), seed=seed) for size in (0.0, effect))
    for name in ("own_dose", "received", "officials_dose", "district_dose", "first", "is_event", "control_pct"):
        assert np.array_equal(getattr(without, name), getattr(planted, name))
    moved = np.sign(effect) * (planted.online - without.online)
    assert (moved >= -1).all()  # one dossier is what rounding may move the other way
    assert not without.planted_pct.any()


@pytest.mark.parametrize("campaign", ["lasting", "once"])
def test_what_is_planted_is_the_equation_and_the_path_by_months_since_the_start(campaign):
    truth = replace(SMALL, design="first", campaign=campaign, effect=0.8, decay=0.7)
    drawn = draw_panel(truth, seed=3)
    assert np.allclose(drawn.planted_pct, 0.8 * by_hand(truth, drawn.own_dose))
    path = truth.path(5)
    for unit in np.flatnonzero(drawn.first != NEVER):
        start = drawn.first[unit]
        assert np.allclose(drawn.planted_pct[unit, start : start + 6], path)
    expected = [0.8 * 0.7**k for k in range(6)] if campaign == "once" else np.cumsum([0.8 * 0.7**k for k in range(6)])
    assert path == pytest.approx(expected)


def test_the_average_over_treated_cells_is_that_of_the_path_when_all_have_a_whole_horizon():
    truth = replace(SMALL, design="first", effect=0.8, decay=0.7)
    assert draw_panel(truth, seed=3).average_effect(horizon=5) == pytest.approx(truth.path(5).mean())
    assert np.isnan(draw_panel(replace(truth, never_share=1.0), seed=3).average_effect())


def test_cumulative_and_long_run_effects_are_the_geometric_sums():
    truth = PanelTruth(effect=1.0, decay=0.5)
    assert truth.cumulative_effect(0) == 1.0
    assert truth.cumulative_effect(2) == 1.75
    assert truth.long_run == 2.0
    assert truth.half_life_months == 1.0
    assert PanelTruth(decay=0.0).half_life_months == 0.0


def test_spill_over_adds_a_share_of_what_the_others_of_the_district_carry():
    truth = replace(SMALL, design="first", spill_over=0.5)
    drawn = draw_panel(truth, seed=5)
    own = by_hand(truth, drawn.own_dose)
    others = np.array([own[(drawn.district_of == drawn.district_of[unit]) & (np.arange(20) != unit)].mean(axis=0) for unit in range(20)])
    assert np.allclose(drawn.planted_pct, own + 0.5 * others)
    mine = np.array([drawn.own_dose[(drawn.district_of == 1) & (np.arange(20) != 5)].mean(axis=0)])
    assert np.allclose(drawn.neighbour_dose[5], mine)


@pytest.mark.parametrize("design", ["repeated", "first"])
def test_communes_of_a_district_share_their_doses_only_when_districts_are_assigned(design):
    for assignment, distinct in (("commune", 20), ("district", 4)):
        drawn = draw_panel(replace(SMALL, design=design, assignment=assignment, never_share=0.0, doses_a_month=2.0), seed=8)
        by_district = [len(np.unique(drawn.own_dose[drawn.district_of == district], axis=0)) for district in range(4)]
        assert by_district == [1] * 4 if distinct == 4 else sum(by_district) > 10


def test_a_start_after_bad_months_follows_a_dip_that_random_starts_do_not():
    truth = PanelTruth(design="first", effect=0.0, month_sd=0.0, rise=0.0, unit_sd=0.0, dossiers_a_month=20_000)
    dips = {}
    for starts in ("random", "after_bad"):
        drawn = draw_panel(replace(truth, starts=starts), seed=2)
        treated = np.flatnonzero(drawn.first != NEVER)
        assert len(treated) >= 60
        dips[starts] = np.mean([drawn.share_pct[unit, drawn.first[unit] - 1] - drawn.share_pct[unit].mean() for unit in treated])
    assert abs(dips["random"]) < 0.5
    assert dips["after_bad"] < -1.2


def test_repeated_doses_follow_bad_months_when_they_are_said_to():
    for starts, low, high in (("random", -0.05, 0.05), ("after_bad", -0.4, -0.1)):
        truth = PanelTruth(effect=0.0, month_sd=0.0, rise=0.0, unit_sd=0.0, starts=starts, dossiers_a_month=20_000)
        drawn = draw_panel(truth, seed=4)
        assert low < np.corrcoef(drawn.share_pct[:, :-1].ravel(), drawn.own_dose[:, 1:].ravel())[0, 1] < high


def test_the_event_hits_a_few_districts_for_half_a_year_with_more_said_and_moves_the_control_outcome_too():
    truth = PanelTruth(effect=0.0, event_points=8.0, event_dose_factor=5.0)
    drawn = draw_panel(truth, seed=6)
    hit = np.unique(drawn.district_of[drawn.is_event.any(axis=1)])
    assert len(hit) == EVENT_DISTRICTS
    assert drawn.is_event.sum(axis=1).max() == EVENT_MONTHS
    assert drawn.own_dose[drawn.is_event].mean() > 3 * drawn.own_dose[~drawn.is_event].mean()
    plain = draw_panel(replace(truth, event_points=0.0), seed=6)
    assert not plain.is_event.any()
    for name in ("share_pct", "control_pct"):
        moved = getattr(drawn, name) - getattr(plain, name)
        assert moved[drawn.is_event].mean() == pytest.approx(8.0, abs=0.1)
        assert np.abs(moved[~drawn.is_event]).max() == 0


def test_no_dose_moves_the_control_outcome_and_officials_doses_move_nothing():
    truth = replace(SMALL, officials_share=0.5, effect=1.0)
    drawn, more = draw_panel(truth, seed=7), draw_panel(replace(truth, effect=5.0), seed=7)
    assert np.array_equal(drawn.control_pct, more.control_pct)
    all_of = drawn.officials_dose.sum() / (drawn.officials_dose.sum() + drawn.own_dose.sum())
    assert all_of == pytest.approx(0.5, abs=0.06)
    assert not draw_panel(replace(truth, officials_share=0.0), seed=7).officials_dose.any()


def test_the_logit_link_touches_the_line_of_points_at_the_base():
    quiet = dict.fromkeys(("unit_sd", "month_sd", "rise", "shock_sd", "district_shock_sd"), 0.0)
    flat = PanelTruth(units=8, months=30, districts=2, effect=0.01, design="first", **quiet)
    points, bent = (draw_panel(replace(flat, link=link), seed=1).planted_pct for link in ("points", "logit"))
    assert bent == pytest.approx(points, rel=1e-3, abs=1e-9)
    assert PanelTruth(base_pct=50.0).logit_a_point == pytest.approx(0.04)


@given(seed=seeds, size=st.sampled_from([3, 40, 500]), share=st.floats(0.01, 0.99))
@settings(max_examples=30)
def test_counts_are_binomial_quantiles_to_one_dossier(seed, size, share):
    trials = np.full((30, 30), size)
    drawn = _counted(np.random.default_rng(seed), trials, np.full((30, 30), share))
    exact = binom.ppf(ndtr(np.random.default_rng(seed).standard_normal((30, 30))), size, share)
    assert np.abs(drawn - exact).max() <= 1
    assert (drawn != exact).mean() < 0.02


@given(seed=seeds)
@settings(max_examples=5)
def test_shocks_carry_over_as_said(seed):
    truth = PanelTruth(effect=0.0, month_sd=0.0, rise=0.0, unit_sd=0.0, district_shock_sd=0.0, dossiers_a_month=1e6)
    shocks = draw_panel(truth, seed=seed).share_pct - 40
    now, before = shocks[:, 1:].ravel(), shocks[:, :-1].ravel()
    assert np.corrcoef(now, before)[0, 1] == pytest.approx(0.6, abs=0.05)
    assert shocks.std() == pytest.approx(1 / np.sqrt(1 - 0.36), rel=0.08)


def test_the_frame_marks_starts_as_months_and_leaves_them_empty_where_there_is_none():
    truth = replace(SMALL, design="first", never_share=0.5)
    panel, drawn = simulate_panel(truth, seed=9), draw_panel(truth, seed=9)
    starts = panel.groupby("unit_code")["first_month"].first()
    assert starts.isna().sum() == 10
    months = pd.period_range("2019-01", periods=40, freq="M").astype(str)
    assert starts.dropna().tolist() == [months[start] for start in drawn.first if start != NEVER]


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_a_decay_that_never_ends_is_refused(decay):
    with pytest.raises(ValueError, match="decay"):
        draw_panel(replace(SMALL, decay=decay), seed=1)


def test_a_panel_too_short_for_a_start_with_months_on_both_sides_is_refused():
    with pytest.raises(ValueError, match="more than 24 months"):
        draw_panel(replace(SMALL, design="first", months=24), seed=1)


def test_a_saturation_bends_doses_before_they_carry():
    truth = replace(SMALL, design="first", saturation="log1p", effect=2.0, decay=0.0)
    drawn = draw_panel(truth, seed=1)
    assert np.allclose(drawn.planted_pct, 2.0 * np.log1p(drawn.own_dose))
    assert truth.path(1) == pytest.approx([2 * np.log(2)] * 2)


@pytest.mark.parametrize(
    ("truth", "sums"),
    [
        (PanelTruth(), [1358927, 3305202, 3299, 3481, 150]),
        (PanelTruth(design="first"), [1349268, 3305202, 2405, 3471, 2540]),
    ],
)
def test_a_whole_log_gives_the_draws_it_gave_before_logs_could_be_missing(truth, sums):
    drawn = draw_panel(replace(truth, hidden_share=0.0), seed=766)
    assert [int(part.sum()) for part in (drawn.online, drawn.received, drawn.own_dose, drawn.district_dose, drawn.first)] == sums
    assert np.array_equal(drawn.own_dose, drawn.given_dose)


HIDDEN = replace(SMALL, design="first", effect=0.8, decay=0.7, hidden_share=0.4)
JANUARIES = (12, 24, 36)


@given(seed=seeds, design=st.sampled_from(["repeated", "first"]))
@settings(max_examples=15)
def test_noise_is_the_same_whatever_was_not_logged_and_more_of_it_hides_the_same_communes_too(seed, design):
    whole, some, more = (draw_panel(replace(HIDDEN, design=design, hidden_share=share), seed=seed) for share in (0.0, 0.4, 0.7))
    for name in ("received", "control_pct", "is_event", "district_dose"):
        assert np.array_equal(getattr(whole, name), getattr(some, name))
    hidden, hidden_of_more = (np.isnan(drawn.own_dose).any(axis=1) for drawn in (some, more))
    assert (hidden.sum(), hidden_of_more.sum()) == (8, 14)
    assert not (hidden & ~hidden_of_more).any()
    for name in ("given_dose", "own_dose", "officials_dose", "first", "online", "planted_pct"):
        assert np.array_equal(getattr(whole, name)[~hidden], getattr(some, name)[~hidden])


@pytest.mark.parametrize("campaign", ["lasting", "once", "irregular"])
def test_what_was_not_logged_is_unknown_in_whole_years_and_has_its_effect_all_the_same(campaign):
    drawn = draw_panel(replace(HIDDEN, campaign=campaign), seed=3)
    is_unknown = np.isnan(drawn.own_dose)
    hidden = np.flatnonzero(is_unknown.any(axis=1))
    begins = is_unknown.sum(axis=1)
    assert len(hidden) == 8
    assert set(begins[hidden]) <= set(JANUARIES)
    assert np.array_equal(is_unknown, np.arange(40) < begins[:, None])
    assert np.array_equal(is_unknown, np.isnan(drawn.officials_dose))
    assert np.array_equal(drawn.own_dose[~is_unknown], drawn.given_dose[~is_unknown])
    assert np.allclose(drawn.planted_pct, 0.8 * by_hand(drawn.truth, drawn.given_dose))
    began = (drawn.given_dose[hidden] > 0).argmax(axis=1)
    assert (began < 12).all()
    assert all(drawn.planted_pct[unit, start] == pytest.approx(0.8) for unit, start in zip(hidden, began, strict=True))


def test_the_first_campaign_is_the_first_that_was_logged():
    lasting, once = (draw_panel(replace(HIDDEN, campaign=campaign), seed=3) for campaign in ("lasting", "once"))
    hidden = np.isnan(lasting.own_dose).any(axis=1)
    assert np.array_equal(lasting.first[hidden], np.isnan(lasting.own_dose[hidden]).sum(axis=1))
    assert (once.first[hidden] == NEVER).all()
    assert (once.given_dose[hidden].sum(axis=1) == 1).all()


def test_repeated_doses_and_their_effect_stay_as_they_were_where_no_one_logged_them():
    truth = replace(SMALL, hidden_share=0.4)
    whole, hidden = draw_panel(replace(truth, hidden_share=0.0), seed=5), draw_panel(truth, seed=5)
    is_unknown = np.isnan(hidden.own_dose)
    assert is_unknown.any()
    assert np.array_equal(hidden.given_dose, whole.own_dose)
    assert np.array_equal(hidden.planted_pct, whole.planted_pct)
    begins = is_unknown.sum(axis=1)
    assert all(hidden.first[unit] >= begins[unit] and hidden.own_dose[unit, hidden.first[unit]] > 0 for unit in np.flatnonzero(begins))


def test_years_without_a_log_end_with_the_calendar_year_whenever_the_panel_begins():
    drawn = draw_panel(replace(HIDDEN, first_month="2019-07"), seed=3)
    assert set(np.isnan(drawn.own_dose).sum(axis=1)) <= {0, 6, 18, 30}


def test_neighbours_are_those_that_sent_a_log():
    drawn = draw_panel(replace(SMALL, hidden_share=0.9), seed=7)
    is_known = ~np.isnan(drawn.own_dose)
    month, unit = 0, int(np.flatnonzero(is_known[:, 0])[0])
    others = (drawn.district_of == drawn.district_of[unit]) & (np.arange(20) != unit) & is_known[:, month]
    expected = drawn.own_dose[others, month].mean() if others.any() else np.nan
    assert drawn.neighbour_dose[unit, month] == pytest.approx(expected, nan_ok=True)
    counts = np.array([is_known[(drawn.district_of == drawn.district_of[n]) & (np.arange(20) != n)].sum(axis=0) for n in range(20)])
    assert np.array_equal(np.isnan(drawn.neighbour_dose), counts == 0)


def test_the_frame_leaves_what_was_not_logged_empty_and_starts_with_the_first_logged_month():
    panel = simulate_panel(HIDDEN, seed=3)
    hidden = panel[panel["own_dose"].isna()]
    assert hidden["unit_code"].nunique() == 8
    assert hidden["planted_pct"].gt(0).any()
    assert (hidden["first_month"] > hidden["period_month"]).all()
    assert hidden["first_month"].str.endswith("-01").all()


@pytest.mark.parametrize("changes", [{"hidden_share": -0.1}, {"hidden_share": 1.1}, {"hidden_share": 0.5, "months": 12, "design": "repeated"}])
def test_a_share_that_is_none_or_a_panel_within_one_year_is_refused(changes):
    with pytest.raises(ValueError, match="hidden_share"):
        draw_panel(replace(HIDDEN, **changes), seed=1)


def test_districts_can_start_together_while_later_doses_are_each_communes_own():
    truth = replace(SMALL, design="first", campaign="irregular", assignment="district", never_share=0.25, doses_a_month=2.0)
    drawn = draw_panel(truth, seed=8)
    for district in range(4):
        members = drawn.district_of == district
        (start,) = set(drawn.first[members])
        assert not drawn.own_dose[members][:, : start if start != NEVER else None].any()
        if start != NEVER:
            assert (drawn.own_dose[members, start] == 1).all()
            assert len(np.unique(drawn.own_dose[members], axis=0)) == 5


@pytest.mark.parametrize("saturation", ["linear", "log1p"])
def test_the_path_of_irregular_doses_is_their_mean(saturation):
    truth = PanelTruth(units=4000, districts=1, months=30, design="first", campaign="irregular", saturation=saturation, never_share=0.0)
    drawn = draw_panel(truth, seed=1)
    planted = np.array([drawn.planted_pct[unit, start : start + 6] for unit, start in enumerate(drawn.first)])
    assert planted.mean(axis=0) == pytest.approx(truth.path(5), abs=0.05)
