"""Honest bounds: hand-solved, checked by linear programs and simulation, and behaving as theory says."""

import time
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import foldnorm, norm, truncnorm

from analysis.estimate.honest import breakdown_value, relative_magnitude_bounds, smoothness_bounds
from analysis.estimate.honest.event_study import event_study_of
from analysis.estimate.honest.hybrid_test import HybridTest, least_favourable_value
from analysis.estimate.honest.magnitudes import hypotheses_on_largest_step
from analysis.estimate.honest.smoothness import folded_normal_quantile
from analysis.estimate.refusals import DesignRefused

SEEDS = st.integers(min_value=0, max_value=10_000)
FEW = settings(max_examples=5, deadline=None)
ALPHA = 0.05
Z = norm.ppf(0.975)


def make_study(seed: int, before: int = 4, after: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and a dense covariance, as of gaps that wander."""
    rng = np.random.default_rng(seed)
    paths = rng.normal(size=(40, before + after)).cumsum(axis=1) + rng.normal(size=(40, before + after))
    covariance = np.cov(paths.T) / 4
    return rng.multivariate_normal(np.zeros(before + after), covariance), covariance


def ends(table: pd.DataFrame) -> np.ndarray:
    return table[["ci_low", "ci_high"]].to_numpy()


def smooth(coefficients, covariance, bounds=(0.0, 0.3, 1.0), before=4, **options) -> np.ndarray:
    return ends(smoothness_bounds(coefficients, covariance, before_count=before, max_slope_changes=bounds, **options))


def relative(coefficients, covariance, multiples=(0.0, 0.5, 2.0), before=4, **options) -> np.ndarray:
    return ends(relative_magnitude_bounds(coefficients, covariance, before_count=before, multiples=multiples, **options))


# Solved by hand.


@given(SEEDS)
@FEW
def test_without_violations_relative_magnitudes_give_the_usual_interval(seed):
    coefficients, covariance = make_study(seed)
    half = Z * np.sqrt(covariance[4, 4])
    assert relative(coefficients, covariance, multiples=[0]) == pytest.approx(np.array([[coefficients[4] - half, coefficients[4] + half]]))


@pytest.mark.parametrize("bound", [0.0, 0.2, 5.0])
def test_one_period_before_extends_its_slope(bound):
    covariance = np.array([[0.09, 0.02], [0.02, 0.16]])
    deviation = np.sqrt(0.09 + 0.16 + 2 * 0.02)  # of the coefficient after plus the one before
    half = deviation * foldnorm.ppf(0.95, bound / deviation)
    assert smooth([0.4, 1.0], covariance, [bound], before=1) == pytest.approx(np.array([[1.4 - half, 1.4 + half]]))


def test_linear_trends_are_extended_by_generalised_least_squares():
    coefficients, covariance = make_study(1)
    periods = np.array([-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    design = np.column_stack([periods, np.eye(7)[:, 4:]])  # a trend, and an effect of its own for each period after
    precision = np.linalg.inv(covariance)
    spread = np.linalg.inv(design.T @ precision @ design)
    effect = (spread @ design.T @ precision @ coefficients)[1]
    half = Z * np.sqrt(spread[1, 1])
    assert smooth(coefficients, covariance, [0.0])[0] == pytest.approx([effect - half, effect + half], abs=1e-6)


def test_large_changes_of_slope_leave_the_estimate_of_least_bias():
    coefficients, covariance = make_study(2)
    estimate = np.array([0, 0, 0, 2.0, 0, 1.0, 0])  # the second period after, less twice the last slope before
    half = 100 * 3 + norm.ppf(0.95) * np.sqrt(estimate @ covariance @ estimate)  # slopes may change by M twice over, then once
    found = smooth(coefficients, covariance, [100.0], weights=[0, 1, 0])[0]
    assert found == pytest.approx([estimate @ coefficients - half, estimate @ coefficients + half])


def test_a_known_largest_step_widens_the_interval_by_as_much_as_it_allows():
    coefficients, covariance = np.array([-2.0, 3.0]), np.diag([1e-8, 0.25])
    half = 0.5 * 2.0 + norm.ppf(0.95) * 0.5  # with the step known, each side is a one-sided test
    assert relative(coefficients, covariance, [0.5], before=1)[0] == pytest.approx([3.0 - half, 3.0 + half], abs=0.02)


# Checked by other means.


def estimate_of(covariance: np.ndarray, bound: float) -> tuple[np.ndarray, float]:
    """The linear estimate behind an interval, read from its centres at unit coefficients, and its half-length."""
    intervals = np.array([smooth(unit, covariance, [bound])[0] for unit in np.eye(len(covariance))])
    return intervals.mean(axis=1), float(np.ptp(intervals[0]) / 2)


def worst_bias(estimate: np.ndarray, bound: float, before: int = 4) -> float:
    """Largest value of the estimate on a difference in trends whose slope changes by at most the bound: a linear program."""
    path = np.insert(np.eye(len(estimate)), before, 0.0, axis=0)
    changes = np.diff(path, n=2, axis=0)
    solved = linprog(-estimate, A_ub=np.vstack([changes, -changes]), b_ub=np.full(2 * len(changes), bound), bounds=(None, None))
    return -solved.fun


@pytest.mark.parametrize(("seed", "bound"), [(0, 0.05), (1, 0.2), (2, 1.0)])
def test_half_lengths_cover_the_worst_bias_that_a_linear_program_finds(seed, bound):
    covariance = make_study(seed)[1]
    estimate, half = estimate_of(covariance, bound)
    deviation = np.sqrt(estimate @ covariance @ estimate)
    ratio = worst_bias(estimate, bound) / deviation
    assert norm.cdf(half / deviation - ratio) - norm.cdf(-half / deviation - ratio) == pytest.approx(0.95)


@pytest.mark.parametrize(("seed", "bound"), [(0, 0.05), (1, 0.2), (2, 1.0)])
def test_no_other_estimate_unbiased_under_linear_trends_has_a_shorter_interval(seed, bound):
    covariance = make_study(seed)[1]
    estimate, half = estimate_of(covariance, bound)
    trend = np.array([-4.0, -3.0, -2.0, -1.0])
    rng = np.random.default_rng(seed)
    for size in 10.0 ** -np.arange(1, 6):
        move = size * rng.normal(size=4)
        other = estimate + np.append(move - trend * (move @ trend) / (trend @ trend), [0, 0, 0])
        deviation = np.sqrt(other @ covariance @ other)
        assert deviation * foldnorm.ppf(0.95, worst_bias(other, bound) / deviation) >= half - 1e-9


class LinearProgrammes:
    """The conditional test as the authors define it: one step and one sign, all moments after, solved by linear programs."""

    def __init__(self, coefficients, covariance, weights, multiple, step, sign):
        before = len(coefficients) - len(weights)
        steps = np.diff(np.insert(np.eye(len(coefficients)), before, 0.0, axis=0), axis=0)
        largest = multiple * sign * steps[step]
        self.moments = np.vstack([steps[before:] - largest, -steps[before:] - largest])
        self.covariance = self.moments @ covariance @ self.moments.T
        self.deviations = np.sqrt(np.diag(self.covariance))
        self.coefficients, self.weights = np.asarray(coefficients), np.asarray(weights)

    def largest(self, gaps: np.ndarray) -> tuple[float, np.ndarray]:
        """max λ'gaps over λ >= 0 that weighs deviations to 1 and every effect path without a share in θ to 0."""
        on_effects = self.moments[:, -len(self.weights) :]
        free = on_effects @ np.linalg.svd(self.weights[None, :])[2][1:].T
        solved = linprog(-gaps, A_eq=np.vstack([self.deviations, free.T]), b_eq=np.eye(1 + free.shape[1])[0], method="highs-ds")
        return -solved.fun, solved.x

    def gaps(self, effect: float) -> np.ndarray:
        path = effect * self.weights / (self.weights @ self.weights)
        return self.moments @ (self.coefficients - np.concatenate([np.zeros(len(self.coefficients) - len(path)), path]))

    def accepts(self, effect: float, critical: float, kappa: float) -> bool:
        gaps = self.gaps(effect)
        statistic, dual = self.largest(gaps)
        if statistic <= 0 or statistic > critical:
            return statistic <= 0
        variance = dual @ self.covariance @ dual
        slope = self.covariance @ dual / variance
        rest = gaps - slope * statistic
        low = self.turning(rest, slope, statistic, -1e3)
        high = min(self.turning(rest, slope, statistic, 1e3), critical)
        tail = truncnorm.sf(*(np.array([statistic, low, high]) / np.sqrt(variance)))
        return tail >= (ALPHA - kappa) / (1 - kappa)

    def turning(self, rest, slope, inside, outside) -> float:
        """Where the same vertex stops being the largest, between a value where it is and one far away."""
        if abs(self.largest(rest + slope * outside)[0] - outside) < 1e-7:
            return outside
        for _ in range(36):
            middle = (inside + outside) / 2
            is_solution = abs(self.largest(rest + slope * middle)[0] - middle) < 1e-9
            inside, outside = (middle, outside) if is_solution else (inside, middle)
        return inside


CASES = [(0, (1.0, 0.0), 1.0), (1, (0.5, 0.5), 0.5), (2, (0.2, -0.3, 0.5), 1.5), (3, (1.0,), 2.0)]


@pytest.mark.parametrize(("seed", "weights", "multiple"), CASES)
def test_acceptance_is_that_of_the_test_by_linear_programs(seed, weights, multiple):
    coefficients, covariance = make_study(seed, before=2, after=len(weights))
    test = hypotheses_on_largest_step(event_study_of(coefficients, covariance, 2, weights), multiple, ALPHA)
    limits = test.first_stage_limits
    effects = np.linspace(limits[:, 0] - 0.05, limits[:, 1] + 0.05, 7, axis=1)
    kept = test.accepts(effects)
    for row, (sign, step) in enumerate(product((1, -1), (0, 1))):
        programmes = LinearProgrammes(coefficients, covariance, weights, multiple, step, sign)
        critical = test.first_stage_values[row]
        assert [programmes.accepts(effect, critical, test.kappa) for effect in effects[row]] == kept[row].tolist()


@pytest.mark.parametrize(("seed", "weights", "multiple"), CASES)
def test_the_statistic_is_the_optimum_of_the_linear_program(seed, weights, multiple):
    covariance = make_study(seed, before=2, after=len(weights))[1]
    rng = np.random.default_rng(seed)
    for coefficients in rng.normal(size=(10, 2 + len(weights))):
        test = hypotheses_on_largest_step(event_study_of(coefficients, covariance, 2, weights), multiple, ALPHA)
        by_row = (test.loads @ (test.estimates - [0.3, 0.0])[:, :, None]).max(axis=1)[:, 0]
        order = product((1, -1), (0, 1))
        programmes = [LinearProgrammes(coefficients, covariance, weights, multiple, step, sign) for sign, step in order]
        assert by_row == pytest.approx([programme.largest(programme.gaps(0.3))[0] for programme in programmes])


@pytest.mark.parametrize("size", [0.005, 0.05])
def test_the_first_stage_value_is_the_quantile_of_simulated_maxima(size):
    loads = np.array([[0.8, -0.4], [-0.7, -0.5], [0.0, -0.9], [0.0, -0.6]])
    covariance = np.array([[1.0, 0.6], [0.6, 2.0]])
    draws = np.random.default_rng(0).multivariate_normal([0, 0], covariance, size=400_000)
    value = least_favourable_value(loads, covariance, size)
    assert ((draws @ loads.T).max(axis=1) > value).mean() == pytest.approx(size, abs=4 * np.sqrt(size / len(draws)))


def test_a_moment_alone_has_the_quantile_of_the_normal_distribution():
    loads, covariance = np.array([[1.0, 0.0], [0.0, 0.0]]), np.diag([4.0, 1.0])
    assert least_favourable_value(loads, covariance, 0.01) == pytest.approx(2 * norm.ppf(0.99))


@pytest.mark.slow
@pytest.mark.parametrize("multiple", [0.5, 1.5])
def test_the_effect_is_kept_in_at_least_the_promised_share_of_samples(multiple):
    """At the worst trend that the largest step before allows, where a bound too narrow would show."""
    covariance = make_study(4, before=3, after=2)[1]
    trend = np.array([0.0, -1.5, 0.0, 1.5 * multiple, 1.5 * multiple])
    rng = np.random.default_rng(0)
    kept = 0
    for coefficients in rng.multivariate_normal(trend, covariance, size=1000):
        test: HybridTest = hypotheses_on_largest_step(event_study_of(coefficients, covariance, 3, None), multiple, ALPHA)
        kept += test.accepts(np.zeros((6, 1))).any()
    assert kept / 1000 >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / 1000)


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 19.9, 20.1, 1e6])
def test_the_folded_quantile_is_that_of_scipy(mean):
    assert folded_normal_quantile(0.95, mean) == pytest.approx(foldnorm.ppf(0.95, mean), rel=1e-12)


# As theory says.


@given(SEEDS, st.floats(min_value=0.01, max_value=100), st.sampled_from([1.0, -1.0]))
@FEW
def test_intervals_scale_and_mirror_with_the_outcome(seed, scale, sign):
    coefficients, covariance = make_study(seed)
    factor, order = scale * sign, slice(None, None, int(sign))
    bigger = factor * coefficients, scale**2 * covariance
    slack = 1e-5 * scale
    assert relative(*bigger) == pytest.approx(factor * relative(coefficients, covariance)[:, order], abs=slack)
    assert smooth(*bigger, scale * np.array([0, 0.3, 1])) == pytest.approx(factor * smooth(coefficients, covariance)[:, order], abs=slack)


@given(SEEDS, st.floats(min_value=-5, max_value=5))
@FEW
def test_an_effect_added_after_the_reference_moves_intervals_by_its_weighted_sum(seed, effect):
    coefficients, covariance = make_study(seed)
    added = np.array([0, 0, 0, 0, effect, 2 * effect, 0])
    options = {"weights": [0.5, 0.25, 0.25]}
    for interval in (relative, smooth):
        assert interval(coefficients + added, covariance, **options) == pytest.approx(
            interval(coefficients, covariance, **options) + effect, abs=1e-5
        )


@given(SEEDS, st.floats(min_value=-3, max_value=3))
@FEW
def test_a_linear_trend_does_not_move_smoothness_bounds(seed, slope):
    coefficients, covariance = make_study(seed)
    trend = slope * np.array([-4, -3, -2, -1, 1, 2, 3])
    assert smooth(coefficients + trend, covariance) == pytest.approx(smooth(coefficients, covariance), abs=1e-5)


@given(SEEDS)
@FEW
def test_a_larger_violation_never_shortens_an_interval(seed):
    study = make_study(seed)
    assert (np.diff(np.ptp(smooth(*study, bounds=[0, 0.1, 0.4, 2]), axis=1)) > 0).all()
    lows, highs = relative(*study, multiples=[0, 0.5, 1, 3]).T
    assert (np.diff(lows) < 0).all()
    assert (np.diff(highs) > 0).all()


@given(SEEDS)
@FEW
def test_a_higher_level_holds_the_lower_one(seed):
    study = make_study(seed)
    for interval in (relative, smooth):
        wide, narrow = interval(*study, level=0.99), interval(*study, level=0.9)
        assert (np.ptp(wide, axis=1) > np.ptp(narrow, axis=1)).all()


def test_weights_default_to_the_first_period_after():
    study = make_study(5)
    for interval in (relative, smooth):
        assert interval(*study) == pytest.approx(interval(*study, weights=[1, 0, 0]))


def test_rows_keep_the_order_of_the_bounds():
    coefficients, covariance = make_study(6)
    found = relative_magnitude_bounds(coefficients, covariance, before_count=4, multiples=[2, 0.5])
    assert found.columns.to_list() == ["bound", "ci_low", "ci_high"]
    assert found["bound"].to_list() == [2.0, 0.5]
    assert ends(found) == pytest.approx(relative(coefficients, covariance, multiples=[0.5, 2])[::-1])


def test_a_panel_of_fourteen_years_takes_under_five_seconds_of_work():
    coefficients, covariance = make_study(7, before=9, after=5)
    began = time.process_time()
    relative_magnitude_bounds(coefficients, covariance, before_count=9)
    smoothness_bounds(coefficients, covariance, before_count=9, max_slope_changes=np.linspace(0, 1, 6))
    assert time.process_time() - began < 5


# The breakdown value.


def table_of(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["bound", "ci_low", "ci_high"])


def test_the_breakdown_value_is_the_largest_bound_without_zero():
    assert breakdown_value(table_of((0.5, 0.2, 1.0), (1.0, 0.1, 1.1), (2.0, -0.1, 1.3))) == 1.0
    assert breakdown_value(table_of((2.0, -1.3, 0.1), (0.5, -1.0, -0.2))) == 0.5


def test_there_is_no_breakdown_value_where_every_interval_holds_zero():
    assert np.isnan(breakdown_value(table_of((0.5, -0.2, 1.0), (1.0, 0.0, 1.1))))


# Refusals.

GOOD = {"coefficients": [0.1, 0.2, 0.3], "covariance": np.eye(3), "before_count": 2}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"before_count": 0}, "Có 3 hệ số, 0 trước kỳ gốc"),
        ({"before_count": 3}, "Có 3 hệ số, 3 trước kỳ gốc"),
        ({"coefficients": [[0.1, 0.2, 0.3]]}, "hệ số"),
        ({"coefficients": [0.1, np.nan, 0.3]}, "trống hoặc vô hạn"),
        ({"coefficients": ["a", 0.2, 0.3]}, "không phải là số"),
        ({"covariance": np.eye(2)}, "cần 3 × 3"),
        ({"covariance": np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1]])}, "không đối xứng"),
        ({"covariance": np.diag([1, 1, -0.5])}, "không nửa xác định dương"),
        ({"covariance": np.ones((3, 3))}, "suy biến"),
        ({"covariance": np.zeros((3, 3))}, "suy biến"),
        ({"weights": [1, 0]}, "2 trọng số cho 1 kỳ"),
        ({"weights": [0]}, "không phải tất cả bằng 0"),
        ({"level": 1.0}, "giữa 0 và 1"),
        ({"level": float("nan")}, "giữa 0 và 1"),
    ],
)
def test_input_that_does_not_fit_together_is_refused(fault, reason):
    for call, sizes in ((relative_magnitude_bounds, {"multiples": [1]}), (smoothness_bounds, {"max_slope_changes": [0.1]})):
        with pytest.raises(DesignRefused, match=reason):
            call(**{**GOOD, **sizes, **fault})


@pytest.mark.parametrize("sizes", [[], [-0.1], [np.inf], [[0.1]]])
def test_sizes_of_violation_that_mean_nothing_are_refused(sizes):
    with pytest.raises(DesignRefused, match="mức sai lệch"):
        relative_magnitude_bounds(**GOOD, multiples=sizes)
    with pytest.raises(DesignRefused, match="mức sai lệch"):
        smoothness_bounds(**GOOD, max_slope_changes=sizes)
