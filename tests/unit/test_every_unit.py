"""Every unit given the plan at once: the fast form of each method is the very public function, one call a unit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from analysis.estimate.every_unit import EveryUnit, of_contrasts, ranks
from analysis.estimate.inference import rank_p
from analysis.estimate.methods import COMPARISONS, METHODS, PRIMARY, method_of
from analysis.estimate.synthetic import synthetic_control
from analysis.estimate.synthetic_difference import synthetic_did

START, YEARS, BEFORE = 2020, range(2015, 2022), 5
SEEDS = st.integers(min_value=0, max_value=10_000)
FAST = [method for method in (*METHODS.values(), *COMPARISONS) if method.every is not None]
ASKED = [method for method in FAST if method.name != "demeaned_did_hc1"]  # robust errors of one treated unit are refused by the public function


def make_panel(seed: int = 0, units: int = 7) -> pd.DataFrame:
    """A common factor with loadings of each unit's own, unit levels and noise."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(units, 1)) * rng.normal(size=len(YEARS)).cumsum()
    values = 50 + 3 * np.arange(units)[:, None] + factor + rng.normal(size=(units, len(YEARS)))
    rows = [(f"u{unit:02d}", year, value) for unit, row in enumerate(values) for year, value in zip(YEARS, row, strict=True)]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def wide(panel: pd.DataFrame) -> np.ndarray:
    return panel.pivot(index="unit", columns="year", values="score").to_numpy()


@pytest.mark.parametrize("method", ASKED, ids=lambda method: method.name)
@pytest.mark.parametrize(("seed", "effect"), [(0, 0.0), (1, 4.0), (2, -9.0)])
def test_the_fast_form_of_each_method_equals_one_call_a_unit_with_and_without_an_effect(method, seed, effect):
    panel = make_panel(seed)
    every = method.every(wide(panel), np.array(YEARS, dtype=float), BEFORE)
    p_exact, p_rank = every.p_exact(effect), every.p_rank(effect)
    for row, unit in enumerate(sorted(panel["unit"].unique())):
        moved = panel.assign(score=panel["score"] + effect * ((panel["unit"] == unit) & (panel["year"] >= START)))
        found = method.ask(moved, unit="unit", time="year", outcome="score", treated=[unit], start=START)
        assert every.estimates[row] + effect == pytest.approx(found.estimate, abs=1e-8)
        assert np.delete(every.placebos[row], row) == pytest.approx(found.placebos.to_numpy(), abs=1e-8)
        assert np.isnan(every.placebos[row, row])
        assert p_rank[row] == pytest.approx(found.p_rank)
        if every.std_errors is None:
            assert p_exact is None
            continue
        assert (every.std_errors[row], every.df) == (pytest.approx(found.std_error, abs=1e-8), found.df)
        assert p_exact[row] == pytest.approx(found.p_exact, abs=1e-8)


def test_every_method_is_judged_by_a_p_value_that_its_fast_form_gives():
    values = wide(make_panel())
    for method in FAST:
        every = method.every(values, np.array(YEARS, dtype=float), BEFORE)
        assert (method.name, method.statistic == "rank" or every.p_exact() is not None) == (method.name, True)


def test_a_method_is_found_by_its_public_function_and_one_without_a_fast_form_is_named_after_its_function():
    def estimator(**_: object) -> None: ...

    assert (method_of(PRIMARY.ask), method_of(PRIMARY)) == (PRIMARY, PRIMARY)
    assert (method_of(synthetic_control).name, method_of(synthetic_did).name) == ("synthetic_control", "synthetic_did")
    assert (method_of(estimator).name, method_of(estimator).every) == ("estimator", None)


def test_four_contrasts_solved_by_hand():
    """1, 2, 3 and 6: the last against the mean 2 of the others, whose squares are 2 over 2 df; without it 1 against 2.5, 2 against 2."""
    every = of_contrasts(np.array([1.0, 2.0, 3.0, 6.0]))
    assert (every.estimates[3], every.std_errors[3], every.df) == (pytest.approx(4.0), pytest.approx(np.sqrt(1.0 * (1 + 1 / 3))), 2)
    assert list(every.placebos[3, :3]) == pytest.approx([-1.5, 0.0, 1.5])
    assert every.p_rank()[3] == 1 / 4
    assert every.p_rank(-4.0)[3] == 1.0
    assert every.p_rank(-2.5)[3] == 3 / 4  # an estimate of 1.5 ties with two placebos, and ties count against it


@given(SEEDS, st.integers(min_value=4, max_value=15))
@settings(max_examples=25)
def test_contrasts_give_the_equal_variance_t_test_of_each_unit_against_the_others(seed, count):
    contrasts = 100 + np.random.default_rng(seed).normal(size=count)
    every = of_contrasts(contrasts)
    expected = [ttest_ind(contrasts[[row]], np.delete(contrasts, row)).pvalue for row in range(count)]
    assert every.p_exact() == pytest.approx(np.array(expected), abs=1e-8)
    brute = [[value - np.delete(contrasts, [row, other]).mean() for other, value in enumerate(contrasts)] for row in range(count)]
    off_diagonal = ~np.eye(count, dtype=bool)
    assert every.placebos[off_diagonal] == pytest.approx(np.array(brute)[off_diagonal])


@given(SEEDS)
@settings(max_examples=20)
def test_ranks_of_all_units_are_rank_p_of_each(seed):
    rng = np.random.default_rng(seed)
    statistics, placebos = rng.integers(-3, 4, size=6).astype(float), rng.integers(-3, 4, size=(6, 6)).astype(float)
    np.fill_diagonal(placebos, np.nan)
    assert list(ranks(statistics, placebos)) == [rank_p(statistics[row], np.delete(placebos[row], row)) for row in range(6)]


def test_without_standard_errors_there_is_no_exact_p_value():
    every = EveryUnit(np.zeros(3), np.full((3, 3), np.nan))
    assert (every.p_exact(), every.p_exact(1.0)) == (None, None)


@given(SEEDS)
@settings(max_examples=20)
def test_the_order_of_units_carries_over(seed):
    contrasts = np.random.default_rng(seed).normal(size=9)
    order = np.random.default_rng(seed + 1).permutation(9)
    every, permuted = of_contrasts(contrasts), of_contrasts(contrasts[order])
    assert permuted.estimates == pytest.approx(every.estimates[order])
    assert permuted.p_rank() == pytest.approx(every.p_rank()[order])
    assert permuted.placebos == pytest.approx(every.placebos[np.ix_(order, order)], nan_ok=True)
