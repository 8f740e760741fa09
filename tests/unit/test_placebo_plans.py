"""Placebo plans: whole histories change places, noise is rarely taken for an effect, and what is said to be seen is seen."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct
from scipy.stats import t as student

from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.doses import Dose
from analysis.estimate.inside.lags import lagged
from analysis.estimate.inside.placebo_plans import EFFECT_SD, MEASURED, Recovery, orders_of, placebo_plans, size_groups
from analysis.estimate.refusals import DesignRefused
from analysis.simulate.panel_truth import PanelTruth
from analysis.simulate.panels import draw_panel
from staggered import cells_from

NOISE = PanelTruth(units=60, months=30, districts=6, effect=0.0)
LAGS = 2


def make_cells(clusters: np.ndarray) -> Cells:
    return cells_from(np.zeros((len(clusters), 3)), np.asarray(clusters))


def asked(truth: PanelTruth, seed: int) -> tuple[Cells, Dose]:
    """A simulated panel as cells, weighted by dossiers, and its own doses."""
    drawn = draw_panel(truth, seed=seed)
    return cells_from(drawn.share_pct, weights=drawn.received.astype(float)), Dose(drawn.own_dose, 0, truth.months)


def refit_with(dose: Dose):
    return lambda cells, order: lagged(cells, dose.of_units(order), LAGS).cumulative


@pytest.fixture(scope="module")
def on_noise() -> Recovery:
    cells, dose = asked(NOISE, 4)
    return placebo_plans(refit_with(dose), cells, cells.outcome, orders_of(cells, draws=MEASURED, seed=1))


# Who is given whose history


@given(st.integers(0, 10_000), st.integers(4, 30))
@settings(max_examples=25)
def test_every_history_is_given_once(seed, units):
    orders = orders_of(make_cells(np.arange(units)), draws=5, seed=seed)
    assert (np.sort(orders, axis=1) == np.arange(units)).all()


@given(st.integers(0, 10_000), st.integers(4, 30))
@settings(max_examples=25)
def test_histories_stay_within_their_groups(seed, units):
    groups = np.random.default_rng(seed).integers(0, 3, units)
    orders = orders_of(make_cells(np.arange(units)), draws=5, seed=seed, groups=groups)
    assert (np.sort(orders, axis=1) == np.arange(units)).all()
    assert (groups[orders] == groups).all()


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 5))
@settings(max_examples=25)
def test_clusters_of_one_size_change_places_whole_unit_by_unit(seed, clusters, size):
    of = np.random.default_rng(seed).permutation(np.arange(clusters * size) % clusters)
    for order in orders_of(make_cells(of), draws=4, seed=seed):
        assert sorted(order) == list(range(len(of)))
        for cluster in range(clusters):
            assert len(set(of[order[of == cluster]])) == 1
            assert (np.diff(order[of == cluster]) > 0).all()


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_cluster_gets_the_histories_of_one_other_and_of_all_its_units_where_it_has_as_many(seed):
    of = np.array([0, 0, 0, 1, 2, 2, 0, 1])
    for order in orders_of(make_cells(of), draws=6, seed=seed):
        givers = [set(of[order[of == cluster]]) for cluster in range(3)]
        assert sorted(min(giver) for giver in givers) == [0, 1, 2]
        assert {len(giver) for giver in givers} == {1}
        for cluster, giver in enumerate(givers):
            known = min((of == cluster).sum(), (of == min(giver)).sum())
            assert len(set(order[of == cluster])) == known


def test_whole_clusters_change_places_within_their_groups():
    of, groups = np.repeat(np.arange(6), 2), np.repeat([0, 0, 0, 1, 1, 1], 2)
    orders = orders_of(make_cells(of), draws=50, seed=3, groups=groups)
    assert (groups[orders] == groups).all()
    assert len({tuple(order) for order in orders}) > 10


def test_the_first_unit_of_a_cluster_does_not_speak_for_the_others():
    """Without its log the cluster would lose every dose in every draw."""
    of = np.repeat(np.arange(4), 3)
    given_to = orders_of(make_cells(of), draws=30, seed=0)
    assert set(given_to.ravel()) == set(range(12))


def test_orders_are_those_of_their_seed():
    cells = make_cells(np.arange(12))
    assert (orders_of(cells, draws=9, seed=5) == orders_of(cells, draws=9, seed=5)).all()
    assert (orders_of(cells, draws=9, seed=5)[:4] == orders_of(cells, draws=4, seed=5)).all()
    assert (orders_of(cells, draws=9, seed=5) != orders_of(cells, draws=9, seed=6)).any()


def test_orders_do_not_depend_on_the_seed_of_hashes():
    code = (
        "import numpy as np; from staggered import cells_from; from analysis.estimate.inside.placebo_plans import orders_of;"
        "print(orders_of(cells_from(np.zeros((12, 3)), np.arange(12) % 5), draws=6, seed=2).tolist())"
    )
    other = os.environ | {"PYTHONHASHSEED": "7" if sys.flags.hash_randomization else "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", code], env=other, capture_output=True, check=True, text=True).stdout
    assert told.strip() == str(orders_of(make_cells(np.arange(12) % 5), draws=6, seed=2).tolist())


# Units of a size


@given(st.integers(0, 10_000), st.integers(6, 40))
@settings(max_examples=25)
def test_sizes_are_thirds_from_the_smallest_to_the_largest(seed, units):
    weights = np.random.default_rng(seed).permutation(units)[:, None] + np.array([[0.5, 1.0, 1.5]])
    groups = size_groups(cells_from(np.zeros((units, 3)), weights=weights))
    assert np.ptp(np.bincount(groups, minlength=3)) <= 1
    by_size = groups[np.argsort(weights.mean(axis=1))]
    assert (np.diff(by_size) >= 0).all()


def test_sizes_are_means_over_the_months_that_were_seen():
    """The first unit weighs most a month, though it was seen for one month of three and the least in all."""
    outcome, weights = np.zeros((6, 3)), np.repeat([[9.0], [1.0], [2.0], [4.0], [5.0], [8.0]], 3, axis=1)
    outcome[0, 1:] = np.nan
    assert size_groups(cells_from(outcome, weights=weights)).tolist() == [2, 0, 0, 1, 1, 2]


def test_where_all_weigh_alike_there_is_one_group():
    assert size_groups(make_cells(np.arange(7))).tolist() == [0] * 7
    assert size_groups(cells_from(np.zeros((7, 3)), weights=np.full((7, 3), 4.0))).tolist() == [0] * 7


# What the draws say


def by_hand() -> Recovery:
    fits = tuple(Fit(estimate, 1.0, 10) for estimate in (-3.0, -1.0, 0.0, 1.0, 3.0))
    return Recovery(np.array([0.5, -0.5, 2.0]), np.array([1.0, -0.25, 0.5]), fits, np.array([fit.p_value for fit in fits]), 6)


def test_false_alarms_power_and_coverage_by_hand():
    found = by_hand()
    told = found.calibration("distributed_lag", 40)
    assert found.spread == pytest.approx(np.sqrt(5))
    assert found.planted == pytest.approx(EFFECT_SD * np.sqrt(5))
    reach = student.ppf(0.975, 10)  # 2.23: of ±3 both are alarms; planted 6.26 is found unless noise is -3 and more than 4.03 is taken off
    assert told.false_alarm_rate == pytest.approx(2 / 5)
    assert told.power == pytest.approx(np.mean([abs(fit.estimate + found.planted) > reach for fit in found.fits]))
    assert told.coverage == pytest.approx(3 / 5)
    assert told.monte_carlo_error == pytest.approx(np.sqrt(0.4 * 0.6 / 5))
    assert (told.method, told.placebos_count, told.units_count, told.cells_count) == ("distributed_lag", 5, 40, 1)


def test_the_rank_counts_t_among_the_ratios_of_the_placebos_on_the_observed_outcome():
    """Not the estimate among the estimates: the largest placebo, 2.0, has a ratio of 0.5 only."""
    found = by_hand()
    assert found.rank(0.75) == pytest.approx(2 / 4)
    assert found.rank(0.25) == pytest.approx(4 / 4)
    assert found.rank(-9.0) == pytest.approx(1 / 4)
    assert found.placebos().tolist() == [0.5, -0.5, 2.0]


def test_ratios_are_those_of_the_estimates_to_their_own_errors():
    cells, dose = asked(replace(NOISE, units=12, months=10), 1)
    refit, orders = refit_with(dose), orders_of(cells, draws=8, seed=1)
    found = placebo_plans(refit, cells, cells.outcome, orders)
    fits = [refit(cells, order) for order in orders]
    assert found.estimates == pytest.approx([fit.estimate for fit in fits])
    assert found.t_values == pytest.approx([fit.estimate / fit.std_error for fit in fits])
    assert not found.is_bootstrapped


def bootstrapped() -> Recovery:
    """Twenty draws with ratios -10 to 10 less 0, errors of 1 and 2 in turn, and p-values that find two of them."""
    ratios = [ratio for ratio in range(-10, 11) if ratio]
    fits = tuple(Fit(ratio * error, error, 8) for ratio, error in zip(ratios, [1.0, 2.0] * 10, strict=True))
    return Recovery(np.zeros(3), np.zeros(3), fits, np.array([0.05, 0.01] + [0.051] * 18), 20, is_bootstrapped=True)


def test_where_p_is_that_of_a_bootstrap_the_interval_covers_what_the_test_does_not_reject():
    told = bootstrapped().calibration("distributed_lag", 40)
    assert told.false_alarm_rate == pytest.approx(2 / 20)
    assert told.coverage == pytest.approx(18 / 20)
    by_t = replace(bootstrapped(), is_bootstrapped=False).calibration("distributed_lag", 40)
    assert by_t.coverage == pytest.approx(4 / 20)  # ratios of ±1 and ±2, with t(8) at 2.31


def test_where_p_is_that_of_a_bootstrap_what_is_beyond_chance_is_read_off_the_placebos():
    """The 95th percentile of the sizes of t, 1, 1, 2, 2, … 10, 10, is 10."""
    found = bootstrapped()
    reach = np.quantile(np.repeat(np.arange(1, 11), 2), 0.95)
    assert reach == pytest.approx(10.0)
    noise, errors = (np.array([getattr(fit, name) for fit in found.fits]) for name in ("estimate", "std_error"))
    assert found.calibration("distributed_lag", 40).power == pytest.approx(np.mean(np.abs(noise + found.planted) > reach * errors))
    by_t = replace(found, is_bootstrapped=False).calibration("distributed_lag", 40)
    assert by_t.power == pytest.approx(np.mean(np.abs(noise + found.planted) > student.ppf(0.975, 8) * errors))
    assert by_t.power > found.calibration("distributed_lag", 40).power


@pytest.mark.parametrize("is_bootstrapped", [False, True])
def test_the_smallest_effect_named_is_found_in_four_of_five_draws_of_either_sign(is_bootstrapped):
    random = np.random.default_rng(3)
    errors = random.uniform(0.5, 1.5, 4000)
    fits = tuple(Fit(float(error * ratio), float(error), 8) for error, ratio in zip(errors, random.standard_t(8, 4000), strict=True))
    found = Recovery(np.zeros(3), np.zeros(3), fits, np.ones(4000), 4000, is_bootstrapped)
    size, noise = found.minimum_detectable_effect(), np.array([fit.estimate for fit in fits])
    bound = np.quantile(np.abs(noise) / errors, 0.95) if is_bootstrapped else student.ppf(0.975, 8)
    seen = [np.mean(sign * (noise + sign * size) > bound * errors) for sign in (1, -1)]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.001)
    assert seen == pytest.approx([0.8, 0.8], abs=0.03)


def test_the_smallest_effect_seen_is_that_of_theory_where_noise_is_normal():
    """Standard errors known, estimates normal around nothing: 80 % power at the noncentral t of that many degrees of freedom."""
    random, df = np.random.default_rng(8), 2000
    fits = tuple(Fit(float(estimate), 1.0, df) for estimate in random.normal(size=20_000))
    found = Recovery(np.zeros(3), np.zeros(3), fits, np.ones(20_000), 20_000).minimum_detectable_effect()
    assert 1 - nct.cdf(student.ppf(0.975, df), df, found) == pytest.approx(0.8, abs=0.01)


def test_p_values_may_be_those_of_a_bootstrap():
    cells, dose = asked(replace(NOISE, units=12, months=10), 1)
    given_to, heard = orders_of(cells, draws=6, seed=1), []

    def p_of(quiet: Cells, order: np.ndarray, fit: Fit) -> float:
        heard.append((quiet.outcome[0], tuple(order), fit.estimate))
        return 0.04 if len(heard) % 2 else 0.5

    found = placebo_plans(refit_with(dose), cells, cells.outcome - 1, given_to, p_of)
    assert found.p_values.tolist() == [0.04, 0.5] * 3
    assert [order for _, order, _ in heard] == [tuple(order) for order in given_to]
    assert {first for first, _, _ in heard} == {cells.outcome[0] - 1}
    told = found.calibration("distributed_lag", 12)
    assert (found.is_bootstrapped, told.false_alarm_rate, told.coverage) == (True, 0.5, 0.5)


def test_draws_that_the_design_refuses_are_left_out_and_counted():
    cells, dose = asked(replace(NOISE, units=12, months=10), 1)
    plain, tries = refit_with(dose), []

    def refit(quiet: Cells, order: np.ndarray) -> Fit:
        tries.append(order)
        if order[0] in (0, 1, 2):
            raise DesignRefused("Không tính được.")
        return plain(quiet, order)

    given_to = orders_of(cells, draws=40, seed=2)
    found = placebo_plans(refit, cells, cells.outcome, given_to)
    kept = int((~np.isin(given_to[:, 0], (0, 1, 2))).sum())
    assert (len(found.estimates), len(found.fits), found.asked) == (kept, kept, 40)
    assert len(tries) == 80


def test_a_design_that_refuses_most_draws_is_refused():
    cells, dose = asked(replace(NOISE, units=12, months=10), 1)
    plain = refit_with(dose)

    def refit(quiet: Cells, order: np.ndarray) -> Fit:
        if order[0] > 2:
            raise DesignRefused("Không tính được.")
        return plain(quiet, order)

    with pytest.raises(DesignRefused, match="quá nửa số lần gán giả định không tính được"):
        placebo_plans(refit, cells, cells.outcome, orders_of(cells, draws=40, seed=2))


# On simulated noise


def test_on_noise_alarms_are_about_as_rare_as_they_are_said_to_be(on_noise):
    told = on_noise.calibration("distributed_lag", 60)
    assert told.placebos_count == MEASURED
    assert 0.02 <= told.false_alarm_rate <= 0.085
    assert told.power == pytest.approx(0.8, abs=0.08)


def test_independent_panels_of_noise_give_about_as_many_alarms():
    """The other way round: one plan each on 200 panels, none of which holds an effect."""
    found = [lagged(*asked(NOISE, seed), LAGS).cumulative.p_value <= 0.05 for seed in range(200)]
    assert 0.015 <= np.mean(found) <= 0.105


def test_a_large_planted_effect_has_the_smallest_rank_there_is():
    truth = replace(NOISE, effect=4.0)
    cells, dose = asked(truth, 4)
    refit = refit_with(dose)
    found = placebo_plans(refit, cells, cells.outcome, orders_of(cells, draws=150, seed=1))
    real = refit(cells, np.arange(60))
    assert found.rank(real.estimate / real.std_error) == pytest.approx(1 / 151)


def test_the_smallest_effect_named_is_found_four_times_in_five_on_other_panels(on_noise):
    """Planted on 200 panels drawn anew; with decay 1/2 the two months after add 3/4 of the first month's effect."""
    named = on_noise.minimum_detectable_effect()
    truth = replace(NOISE, effect=named / (1 + 0.5 + 0.25))
    found = []
    for seed in range(1000, 1200):
        fit = lagged(*asked(truth, seed), LAGS).cumulative
        found.append(fit.p_value <= 0.05 and fit.estimate > 0)
    assert np.mean(found) == pytest.approx(0.8, abs=0.1)
