"""The restricted wild cluster bootstrap: equal to a plain loop that refits every draw, right in size, silent where it cannot speak."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.clustered import clustered_fit
from analysis.estimate.inside.linear_estimate import LinearEstimate, regression_estimate, weighted_estimate
from analysis.estimate.inside.wild import POINTS, wild_cluster_bootstrap, wild_p, with_bootstrap, with_few_clusters
from analysis.estimate.result import EffectEstimate

SEEDS = st.integers(min_value=0, max_value=10_000)
NAMES = ("liều", "liều 1 tháng trước")
SUM = np.ones(2)
ONE = np.ones(1)


def make_cells(seed: int = 0, clusters: int = 6, units: int = 2, months: int = 5, weighted: bool = False) -> Cells:
    rng = np.random.default_rng(seed)
    rows = [
        (f"d{place:02d}-{unit}", f"d{place:02d}", f"{2020 + month // 12}-{month % 12 + 1:02d}", rng.normal(), rng.uniform(1, 4))
        for place in range(clusters)
        for unit in range(units)
        for month in range(months)
    ]
    panel = pd.DataFrame(rows, columns=["unit", "district", "month", "share", "size"]).drop(index=[3])
    return cells_of(panel, unit="unit", time="month", outcome="share", cluster="district", weights="size" if weighted else None)


def doses(cells: Cells, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(cells.outcome), 2))


def dummies(cells: Cells) -> np.ndarray:
    months = np.eye(cells.months_count)[cells.month_of][:, 1:]
    return np.column_stack([np.eye(len(cells.units))[cells.unit_of], months])


def t_of_the_sum(cells: Cells, outcome: np.ndarray, regressors: np.ndarray, null: float) -> float:
    """Clustered t of the sum of coefficients, by statsmodels with every dummy; a constant factor of the variance cancels."""
    design = np.column_stack([regressors, dummies(cells)])
    fit = sm.WLS(outcome, design, weights=cells.weights).fit(cov_type="cluster", cov_kwds={"groups": cells.cluster_of, "use_correction": False})
    chosen = np.r_[np.ones(regressors.shape[1]), np.zeros(design.shape[1] - regressors.shape[1])]
    return float((chosen @ fit.params - null) / np.sqrt(chosen @ fit.cov_params() @ chosen))


def loop(cells: Cells, regressors: np.ndarray, null: float, weights: np.ndarray) -> np.ndarray:
    """t statistics of every draw: impose the null by substitution, refit, and refit each drawn outcome."""
    substituted = np.column_stack([regressors[:, :-1] - regressors[:, -1:], dummies(cells)])
    offset = null * regressors[:, -1]
    fitted = sm.WLS(cells.outcome - offset, substituted, weights=cells.weights).fit().fittedvalues + offset
    return np.array([t_of_the_sum(cells, fitted + draw[cells.cluster_of] * (cells.outcome - fitted), regressors, null) for draw in weights])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("null", [0.0, 0.7])
def test_every_two_point_draw_equals_a_loop_of_refits(weighted, null):
    cells = make_cells(1, weighted=weighted)
    regressors = doses(cells, 2)
    every = np.array(list(product(POINTS["rademacher"], repeat=6)))
    drawn, observed = loop(cells, regressors, null, every), t_of_the_sum(cells, cells.outcome, regressors, null)
    expected = (np.abs(drawn) >= abs(observed) - 1e-9).mean()
    right, left = (drawn >= observed - 1e-9).mean(), (drawn <= observed + 1e-9).mean()
    of = regression_estimate(cells, regressors, NAMES, SUM)
    found = wild_cluster_bootstrap(of, null=null, seed=0, points="rademacher")
    assert (found.is_enumerated, found.draws_count, found.p_value) == (True, 64, pytest.approx(expected))
    equal = wild_cluster_bootstrap(of, null=null, seed=0, points="rademacher", tails="equal")
    assert equal.p_value == pytest.approx(min(1.0, 2 * min(left, right)))


def test_drawn_six_point_weights_equal_a_loop_of_refits():
    cells = make_cells(3, clusters=7)
    regressors = doses(cells, 4)[:, :1]
    weights = np.random.default_rng(11).choice(POINTS["webb"], size=(99, 7))
    drawn, observed = loop(cells, regressors, 0.0, weights), t_of_the_sum(cells, cells.outcome, regressors, 0.0)
    expected = (1 + (np.abs(drawn) >= abs(observed) - 1e-9).sum()) / 100
    assert wild_p(cells, regressors, NAMES[:1], ONE, draws=99, seed=11) == pytest.approx(expected)


def test_the_observed_t_is_that_of_the_clustered_fit():
    cells = make_cells(5)
    regressors = doses(cells, 6)
    of, fit = regression_estimate(cells, regressors, NAMES, SUM), clustered_fit(cells, regressors, NAMES).combination(SUM)
    assert (of.estimate, of.std_error) == (pytest.approx(fit.estimate), pytest.approx(fit.std_error))


@given(SEEDS, st.sampled_from(["symmetric", "equal"]), st.sampled_from(["webb", "rademacher"]))
@settings(max_examples=10, deadline=None)
def test_the_interval_ends_where_the_test_begins_to_reject(seed, tails, points):
    cells = make_cells(seed, clusters=8)
    of = regression_estimate(cells, doses(cells, seed + 1)[:, :1], NAMES[:1], ONE)
    found = wild_cluster_bootstrap(of, level=0.9, draws=199, seed=seed, tails=tails, points=points)
    for bound, outward in ((found.ci_low, -1), (found.ci_high, 1)):
        if bound is not None:
            inside, outside = (
                wild_cluster_bootstrap(of, null=bound + step * outward * of.std_error, draws=199, seed=seed, tails=tails, points=points).p_value
                for step in (-1e-6, 1e-6)
            )
            assert outside <= 0.1 < inside


@given(SEEDS, st.floats(0.1, 10), st.floats(-10, 10))
@settings(max_examples=15, deadline=None)
def test_stretching_the_outcome_and_moving_units_changes_nothing(seed, scale, shift):
    cells = make_cells(seed, clusters=7)
    regressors = doses(cells, seed + 1)
    moved = cells.with_outcome(scale * cells.outcome + shift * cells.unit_of + cells.month_of)
    plain, other = (wild_p(held, regressors, NAMES, SUM, draws=99, seed=seed) for held in (cells, moved))
    assert plain == pytest.approx(other)


def test_renaming_units_within_their_clusters_changes_nothing():
    cells = make_cells(9, clusters=8)
    order = np.argsort(-cells.unit_of + 100 * cells.cluster_of, kind="stable")
    regressors = doses(cells, 10)
    shuffled = cells.where(order)  # rows in another order
    plain, other = wild_p(cells, regressors, NAMES, SUM, seed=1), wild_p(shuffled, regressors[order], NAMES, SUM, seed=1)
    assert plain == pytest.approx(other)


def test_all_weights_are_asked_once_where_there_are_few():
    cells = make_cells(1, clusters=5)
    of = regression_estimate(cells, doses(cells, 1)[:, :1], NAMES[:1], ONE)
    webb = wild_cluster_bootstrap(of, draws=7776, seed=0)
    assert (webb.is_enumerated, webb.draws_count, webb.smallest_p) == (True, 6**5, pytest.approx(6 / 6**5))
    two = wild_cluster_bootstrap(of, seed=0, points="rademacher")
    assert (two.is_enumerated, two.draws_count, two.smallest_p) == (True, 32, pytest.approx(2 / 32))  # 5 % is out of reach
    dose = np.cos(cells.month_of * (1 + cells.cluster_of))
    strong = regression_estimate(cells.with_outcome(cells.outcome + 100 * dose), dose[:, None], NAMES[:1], ONE)
    assert wild_cluster_bootstrap(strong, seed=0, points="rademacher").p_value == pytest.approx(2 / 32)
    assert wild_cluster_bootstrap(of, seed=4).p_exact_from.startswith("wild cluster restricted bootstrap, 5 clusters (")


def test_fewer_than_five_clusters_have_no_p_value():
    cells = make_cells(1, clusters=4)
    of = regression_estimate(cells, doses(cells, 1)[:, :1], NAMES[:1], ONE)
    found = wild_cluster_bootstrap(of, seed=0)
    assert (found.p_value, found.ci_low, found.ci_high) == (None, None, None)
    assert "Chỉ có 4 cụm" in found.reason_vi
    assert wild_p(cells, doses(cells, 1)[:, :1], NAMES[:1], ONE, seed=0) is None


def step(cells: Cells, treated: int, start: int) -> np.ndarray:
    return ((cells.cluster_of < treated) & (cells.month_of >= start)).astype(float)


def test_effective_clusters_are_those_that_carry_the_estimate():
    """With one of nine equal clusters treated its share of the leverage is 8/9, and 1/72 each of the others."""
    balanced = pd.DataFrame({"u": np.repeat([f"u{place}" for place in range(9)], 6), "m": np.tile([f"2024-0{month}" for month in range(1, 7)], 9)})
    even = cells_of(balanced.assign(y=np.random.default_rng(0).normal(size=54)), unit="u", time="m", outcome="y")
    of = regression_estimate(even, step(even, 1, 3)[:, None], ("mốc",), ONE)
    assert of.effective_clusters == pytest.approx(1 / ((8 / 9) ** 2 + 8 / 72**2))
    assert "1,3 cụm trong 9 cụm" in wild_cluster_bootstrap(of, seed=0).reason_vi
    three = regression_estimate(even, step(even, 3, 3)[:, None], ("mốc",), ONE)
    assert three.effective_clusters == pytest.approx(6.0)
    assert wild_cluster_bootstrap(three, seed=0).reason_vi is None


def test_with_one_treated_cluster_the_bootstrap_would_hardly_ever_reject(monkeypatch):
    """Why it is refused: no false alarm in 200 draws, and hardly ever an effect that t sees (which in turn cries wolf in four of ten)."""
    cells = make_cells(0, clusters=9)
    assert _p(regression_estimate(cells, step(cells, 1, 2)[:, None], ("mốc",), ONE), 0) is None
    monkeypatch.setattr("analysis.estimate.inside.wild.MIN_EFFECTIVE", 0.0)
    bootstrap, clustered_t = false_alarms(np.array([12]), draws=200)
    assert bootstrap <= 0.01
    assert clustered_t > 0.3


def weights_of(cells: Cells, path: np.ndarray) -> np.ndarray:
    """Imputation: the mean of treated cells less what unit and month effects of the untreated ones predict there."""
    design, untreated = dummies(cells), path == 0
    share = path / path.sum()
    return share - np.where(untreated, np.linalg.pinv(design * untreated[:, None]).T @ design.T @ share, 0.0)


def staggered(cells: Cells, seed: int) -> np.ndarray:
    """Starts two months apart from the third on; three clusters never start."""
    order = np.random.default_rng(seed).permutation(cells.clusters_count)
    starts = np.where(order < cells.clusters_count - 3, 2 + order // 2, cells.months_count)
    return (cells.month_of >= starts[cells.cluster_of]).astype(float)


def test_the_bootstrap_of_known_weights_is_that_of_the_regression_where_they_are_its_weights():
    cells = make_cells(7, clusters=8, weighted=True)
    dose = staggered(cells, 1)
    regression = regression_estimate(cells, dose[:, None], ("mốc",), ONE)
    weighted = weighted_estimate(cells, regression.influence, dose)
    assert (weighted.estimate, weighted.std_error) == (pytest.approx(regression.estimate), pytest.approx(regression.std_error))
    one, other = (wild_cluster_bootstrap(of, seed=3, level=0.8) for of in (regression, weighted))
    assert (one.p_value, one.ci_low, one.ci_high) == pytest.approx((other.p_value, other.ci_low, other.ci_high))


def test_the_bootstrap_of_imputation_equals_a_loop_over_the_same_draws():
    cells = make_cells(8, clusters=8, months=8)
    path = staggered(cells, 2)
    influence = weights_of(cells, path)
    of = weighted_estimate(cells, influence, path)
    null, effects = 0.4, cells.effects()
    fitted = effects.fitted(cells.outcome - null * path) + null * path
    weights, crossed = np.random.default_rng(5).choice(POINTS["webb"], size=(99, 8)), np.column_stack([path, dummies(cells)])

    def t_of(outcome: np.ndarray) -> float:
        scores = influence * sm.OLS(outcome, crossed).fit().resid
        error = np.sqrt(sum(scores[cells.cluster_of == code].sum() ** 2 for code in range(8)))
        return (influence @ outcome - null) / error

    drawn = np.array([t_of(fitted + draw[cells.cluster_of] * (cells.outcome - fitted)) for draw in weights])
    expected = (1 + (np.abs(drawn) >= abs(t_of(cells.outcome)) - 1e-9).sum()) / 100
    assert wild_cluster_bootstrap(of, null=null, draws=99, seed=5).p_value == pytest.approx(expected)


def test_weights_that_are_no_estimate_of_the_path_are_refused():
    cells = make_cells(1)
    path = staggered(cells, 1)
    with pytest.raises(ValueError, match="free of unit and month effects"):
        weighted_estimate(cells, path / path.sum(), path)


def test_an_estimate_takes_over_what_the_bootstrap_says():
    cells = make_cells(5, clusters=9)
    of = regression_estimate(cells, doses(cells, 6)[:, :1], NAMES[:1], ONE)
    effect = EffectEstimate("y", "…", of.estimate, of.std_error, 8, -9.0, 9.0, 0.95, 0.5, None, 1, 1, 0, 1, 1.0, "m")
    found = wild_cluster_bootstrap(of, seed=12)
    told = with_bootstrap(effect, found)
    assert (told.p_exact, told.ci_low, told.ci_high, told.seed) == (found.p_value, found.ci_low, found.ci_high, 12)
    assert "9 clusters" in told.p_exact_from
    assert "seed 12, 999 draws" in told.ci_from
    few = make_cells(5, clusters=4)
    silent = wild_cluster_bootstrap(regression_estimate(few, doses(few, 6)[:, :1], NAMES[:1], ONE), seed=1)
    refused = with_bootstrap(effect, silent)
    assert (refused.p_exact, refused.ci_low, refused.notes_vi) == (None, None, (silent.reason_vi,))


@pytest.mark.parametrize(("count", "is_asked"), [(None, False), (13, False), (12, True), (9, True)])
def test_up_to_twelve_clusters_the_bootstrap_takes_the_place_of_t(count, is_asked):
    """With more it is not even set up."""
    cells, asked = make_cells(5, clusters=9), []

    def of() -> LinearEstimate:
        asked.append(count)
        return regression_estimate(cells, doses(cells, 6)[:, :1], NAMES[:1], ONE)

    effect = EffectEstimate("y", "…", 1.0, 0.5, 8, -9.0, 9.0, 0.95, 0.5, None, 1, 1, 0, 1, 1.0, "m", clusters_count=count)
    found = with_few_clusters(effect, of, draws=199, seed=7)
    assert (asked == [count]) is is_asked
    assert (found is effect) is not is_asked
    if is_asked:
        again = with_bootstrap(effect, wild_cluster_bootstrap(of(), draws=199, seed=7))
        assert (found.p_exact, found.ci_low, found.ci_high, found.p_exact_from) == (again.p_exact, again.ci_low, again.ci_high, again.p_exact_from)


def shocked(cells: Cells, rng: np.random.Generator, months: int) -> Cells:
    """Shocks of clusters and of units, both carried over by half from month to month."""

    def carried(count: int) -> np.ndarray:
        shocks = rng.normal(size=(count, months))
        shocks[:, 0] /= np.sqrt(0.75)
        for month in range(1, months):
            shocks[:, month] += 0.5 * shocks[:, month - 1]
        return shocks

    return cells.with_outcome(cells.at(carried(len(cells.units)) + carried(cells.clusters_count)[cells.clusters]))


def false_alarms(starts: np.ndarray, imputed: bool = False, draws: int = 400, clusters: int = 9, months: int = 24) -> tuple[float, float]:
    """Share of answered draws with p at most 0.05 under no effect, the bootstrap's and that of t; ``starts`` are drawn over clusters, none: doses."""
    cells, rng = make_cells(0, clusters=clusters, units=3, months=months), np.random.default_rng(1)
    alarms, answered = np.zeros(2), 0
    for draw in range(draws):
        held = shocked(cells, rng, months)
        path = cells.at(_paths(rng, starts, clusters, months)[cells.clusters])
        of = weighted_estimate(held, weights_of(held, path), path) if imputed else regression_estimate(held, path[:, None], ("mốc",), ONE)
        if (p_value := _p(of, draw)) is not None:
            answered += 1
            alarms += (p_value <= 0.05, Fit(of.estimate, of.std_error, clusters - 1).p_value <= 0.05)
    return alarms[0] / answered, alarms[1] / answered


def _paths(rng: np.random.Generator, starts: np.ndarray, clusters: int, months: int) -> np.ndarray:
    if not len(starts):
        return rng.poisson(0.4 * rng.gamma(2, 0.5, clusters)[:, None] * np.ones(months)).astype(float)
    drawn = rng.permutation(np.r_[starts, np.full(clusters - len(starts), months)])
    return (np.arange(months) >= drawn[:, None]).astype(float)


def _p(of: LinearEstimate, seed: int) -> float | None:
    return wild_cluster_bootstrap(of, draws=399, seed=seed).p_value


def test_nine_clusters_keep_their_size_where_the_t_does_not():
    """Districts that speak at different rates, shocks carried over: 3-7 % of 400 draws against more for CR1 and t with eight df."""
    bootstrap, clustered_t = false_alarms(np.array([]))
    assert 0.03 <= bootstrap <= 0.07
    assert clustered_t > bootstrap


@pytest.mark.slow
def test_known_weights_of_staggered_starts_keep_their_size_too():
    bootstrap, _ = false_alarms(np.array([6, 8, 10, 12, 14, 16]), imputed=True, draws=1000)
    assert 0.04 <= bootstrap <= 0.08
