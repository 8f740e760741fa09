"""Families: hand-solved, equal to what others compute, and as rarely wrong as promised."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from analysis.estimate.families import benjamini_hochberg, holm, romano_wolf
from analysis.estimate.refusals import DesignRefused

SEEDS = st.integers(min_value=0, max_value=100_000)
OUTCOMES = ("d2", "d5", "d8", "total")


def drawn(seed: int, units: int = 30, outcomes: int = 4) -> np.ndarray:
    """Dependent, heavy-tailed numbers of equal law for every unit; one row a unit."""
    rng = np.random.default_rng(seed)
    common = rng.standard_t(4, size=(units, 1))
    return (0.8 * common + rng.standard_t(4, size=(units, outcomes))) * np.array([0.2, 1.0, 5.0, 40.0])[:outcomes]


def frame(numbers: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(numbers, columns=list(OUTCOMES[: numbers.shape[1]]))


def case(seed: int, **shape: int) -> tuple[dict[str, float], pd.DataFrame]:
    """(estimates, placebos) of one family in which the first unit is the treated one."""
    numbers = drawn(seed, **shape)
    return dict(zip(OUTCOMES, 1.7 * numbers[0], strict=False)), frame(numbers[1:])


def raw_rank_p(estimate: float, placebos: pd.Series) -> float:
    seen = placebos.dropna().abs()
    return (1 + (seen >= abs(estimate)).sum()) / (1 + len(seen))


# Romano-Wolf


def test_a_family_of_two_solved_by_hand():
    placebos = pd.DataFrame({"a": [1.0, -2.0, 0.5, 4.0], "b": [0.0, 3.0, 1.0, -1.0]})
    # Largest of each placebo: 1, 3, 1, 4. For a, 3.5 is reached by 4: 2/5. Then b alone: 2 is reached by 3: 2/5.
    assert romano_wolf({"a": 3.5, "b": 2.0}, placebos, studentize=False) == {"a": 0.4, "b": 0.4}
    # 5 is reached by none: 1/5. Then a alone: 3.0 is reached by 4: 2/5, where one step over both would say 3/5.
    assert romano_wolf({"a": 3.0, "b": 5.0}, placebos, studentize=False) == {"a": 0.4, "b": 0.2}


def test_a_weaker_outcome_never_has_the_smaller_p():
    placebos = pd.DataFrame({"a": [5.0, 5.0, 5.0], "b": [0.0, 0.0, 0.0]})
    assert romano_wolf({"a": 2.0, "b": 1.0}, placebos, studentize=False) == {"a": 1.0, "b": 1.0}


def test_studentizing_divides_by_the_root_mean_square_with_the_estimate_among_the_placebos():
    placebos = pd.DataFrame({"points": [30.0, -40.0, 0.0], "z": [0.1, 0.1, 0.7]})
    # Squares: points 900 + 1600 + 0 + 2500 = 5000, over 4 a root of 35.36; z 0.01 + 0.01 + 0.49 + 0.25 = 0.76, a root of 0.436.
    # Statistics: points 1.414, z 1.147; placebo maxima 0.849, 1.131, 1.606: both are reached once, z alone by 1.606 too.
    assert romano_wolf({"points": 50.0, "z": 0.5}, placebos) == {"points": 0.5, "z": 0.5}
    # In plain units the points of the second and the first placebo would hide z, and nothing reaches 50.
    assert romano_wolf({"points": 50.0, "z": 0.5}, placebos, studentize=False) == {"points": 0.25, "z": 0.5}


def test_it_gives_what_another_program_gives_for_given_statistics():
    placebos = pd.DataFrame(
        [
            [-0.8, -1.3, -0.2],
            [0.4, 1.1, 0.1],
            [-0.6, -0.8, 0.7],
            [1.6, 0.3, -1.2],
            [-1.0, 1.6, 0.2],
            [-1.7, -0.1, -1.2],
            [-0.6, -0.5, -0.7],
            [0.6, -0.1, -0.6],
            [0.4, 0.8, -1.6],
        ],
        columns=["a", "b", "c"],
    )
    found = romano_wolf({"a": 2.1, "b": 1.3, "c": -1.6}, placebos, studentize=False)
    assert found == pytest.approx({"a": 0.1, "b": 0.3, "c": 0.3})  # pyfixest 0.60.0, step-down of given t statistics


@given(SEEDS)
@settings(max_examples=40)
def test_adjusted_is_never_below_raw_and_keeps_the_order_of_the_statistics(seed):
    estimates, placebos = case(seed)
    found = romano_wolf(estimates, placebos)
    assert list(found) == list(estimates)
    assert all(raw_rank_p(estimates[name], placebos[name]) <= found[name] <= 1 for name in estimates)
    scale = np.sqrt((placebos**2).sum() + pd.Series(estimates) ** 2)
    by_size = sorted(estimates, key=lambda name: -abs(estimates[name]) / scale[name])
    assert sorted(found.values()) == [found[name] for name in by_size]


@given(SEEDS, st.permutations(OUTCOMES))
@settings(max_examples=40)
def test_order_of_outcomes_and_units_other_columns_and_signs_do_not_matter(seed, order):
    estimates, placebos = case(seed)
    found = romano_wolf(estimates, placebos)
    turned = {name: -estimates[name] for name in order}
    shuffled = placebos[list(order)].assign(other="x").sample(frac=1, random_state=seed)
    shuffled["d2"] = -shuffled["d2"]
    assert romano_wolf(turned, shuffled) == found


@given(SEEDS, st.floats(min_value=1e-3, max_value=1e3))
@settings(max_examples=40)
def test_the_unit_of_an_outcome_does_not_matter_once_studentized(seed, factor):
    estimates, placebos = case(seed)
    scaled = romano_wolf({**estimates, "d5": factor * estimates["d5"]}, placebos.assign(d5=factor * placebos["d5"]))
    assert scaled == romano_wolf(estimates, placebos)


@given(SEEDS, st.booleans())
@settings(max_examples=30)
def test_one_outcome_has_its_raw_placebo_rank(seed, studentize):
    estimates, placebos = case(seed, outcomes=1)
    assert romano_wolf(estimates, placebos, studentize=studentize) == {"d2": raw_rank_p(estimates["d2"], placebos["d2"])}


def test_outcomes_that_move_as_one_cost_nothing():
    estimates, placebos = case(3)
    twins = placebos.assign(d5=2 * placebos["d2"])[["d2", "d5"]]
    alone = romano_wolf({"d2": estimates["d2"]}, placebos)["d2"]
    assert romano_wolf({"d2": estimates["d2"], "d5": 2 * estimates["d2"]}, twins) == {"d2": alone, "d5": alone}


@given(SEEDS, st.sampled_from([0.05, 0.1, 0.2, 0.5]))
@settings(max_examples=25)
def test_given_each_unit_in_turn_no_more_than_alpha_of_them_have_any_adjusted_p_at_most_alpha(seed, alpha):
    numbers = drawn(seed, units=20)
    smallest = [
        min(romano_wolf(dict(zip(OUTCOMES, numbers[unit], strict=True)), frame(np.delete(numbers, unit, axis=0))).values()) for unit in range(20)
    ]
    assert sum(p <= alpha + 1e-12 for p in smallest) <= alpha * 20 + 1e-9


@pytest.mark.parametrize("moved", [(), ("d2",)], ids=["none moved", "one moved"])
def test_outcomes_that_did_not_move_are_named_no_more_often_than_promised(moved):
    runs, alpha = 400, 0.1
    wrong = found = 0
    for seed in range(runs):
        numbers = drawn(seed, units=40)
        treated = {name: value + 2.4 * (name in moved) for name, value in zip(OUTCOMES, numbers[0], strict=True)}
        adjusted = romano_wolf(treated, frame(numbers[1:]))
        found += all(adjusted[name] <= alpha for name in moved)
        wrong += any(adjusted[name] <= alpha for name in OUTCOMES if name not in moved)
    assert found > 0.9 * runs
    assert wrong / runs <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / runs)


def test_a_placebo_without_an_outcome_takes_part_where_it_has_all_numbers():
    placebos = pd.DataFrame({"a": [1.0, 2.0, 9.0, 0.0], "b": [1.0, 2.0, np.nan, 5.0]})
    # First a over three whole placebos (1, 2, 5 reach 4 once): 2/4, also over its own four (9 reaches 4): 2/5. Then b alone over three.
    assert romano_wolf({"a": 4.0, "b": 1.5}, placebos, studentize=False) == {"a": 0.5, "b": 0.75}


def test_missing_placebos_never_lift_an_outcome_over_its_own_rank():
    placebos = pd.DataFrame({"a": [9.0, 9.0, 9.0, 1.0], "b": [np.nan, np.nan, np.nan, 1.0]})
    assert romano_wolf({"a": 4.0, "b": 3.0}, placebos, studentize=False)["a"] == 0.8


def test_nothing_can_be_shown_without_placebos_that_have_all_outcomes():
    apart = pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 1.0]})
    assert romano_wolf({"a": 5.0, "b": 4.0}, apart) == {"a": 1.0, "b": 1.0}
    assert romano_wolf({"a": 5.0}, pd.DataFrame({"a": pd.Series(dtype=float)})) == {"a": 1.0}


def test_all_zero_is_no_finding_and_no_outcomes_are_no_family():
    assert romano_wolf({"a": 0.0}, pd.DataFrame({"a": [0.0, 0.0]})) == {"a": 1.0}
    assert romano_wolf({}, pd.DataFrame({"a": [1.0]})) == {}


def test_nullable_columns_read_like_plain_ones():
    estimates, placebos = case(1)
    placebos.loc[4, "d5"] = np.nan
    assert romano_wolf(estimates, placebos.astype("Float64")) == romano_wolf(estimates, placebos)


@pytest.mark.parametrize(
    ("estimates", "placebos", "reason"),
    [
        ({"a": float("nan")}, pd.DataFrame({"a": [1.0]}), "hữu hạn"),
        ({"a": 1.0}, pd.DataFrame({"a": [np.inf]}), "hữu hạn"),
        ({"a": 1.0, "b": 1.0}, pd.DataFrame({"a": [1.0]}), "Kết quả b không có đúng một cột số"),
        ({"a": 1.0}, pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]), "Kết quả a không có đúng một cột số"),
        ({"a": 1.0}, pd.DataFrame({"a": ["1,0"]}), "Kết quả a không có đúng một cột số"),
    ],
    ids=["estimate is no number", "infinite placebo", "no column", "two columns", "text"],
)
def test_what_cannot_be_adjusted_is_refused_with_the_reason(estimates, placebos, reason):
    with pytest.raises(DesignRefused, match=reason):
        romano_wolf(estimates, placebos)


# Holm and Benjamini-Hochberg

P_VALUES = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=12)
ADJUSTMENTS = pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])


def test_examples_of_three_solved_by_hand():
    p_values = {"papi": 0.01, "pci": 0.5, "sipas": 0.02}
    assert holm(p_values) == pytest.approx({"papi": 0.03, "pci": 0.5, "sipas": 0.04})
    assert benjamini_hochberg(p_values) == pytest.approx({"papi": 0.03, "pci": 0.5, "sipas": 0.03})


@given(P_VALUES)
@settings(max_examples=15)
def test_they_are_what_statsmodels_and_scipy_compute(p_values):
    named = dict(enumerate(p_values))
    assert list(holm(named).values()) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert list(benjamini_hochberg(named).values()) == pytest.approx(multipletests(p_values, method="fdr_bh")[1])
    assert list(benjamini_hochberg(named).values()) == pytest.approx(false_discovery_control(p_values))


@ADJUSTMENTS
@given(P_VALUES, st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_adjusted_is_at_least_raw_keeps_order_and_does_not_depend_on_it(adjust, p_values, random):
    named = {f"n{position}": p for position, p in enumerate(p_values)}
    found = adjust(named)
    shuffled = list(named.items())
    random.shuffle(shuffled)
    assert adjust(dict(shuffled)) == pytest.approx(found)
    assert all(p - 1e-12 <= found[name] <= 1 for name, p in named.items())
    by_raw = [found[name] for name in sorted(named, key=named.get)]
    assert by_raw == sorted(by_raw)


@ADJUSTMENTS
def test_one_keeps_its_p_and_none_gives_none(adjust):
    assert adjust({"papi": 0.04}) == {"papi": 0.04}
    assert adjust({}) == {}


@ADJUSTMENTS
@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(adjust, p):
    with pytest.raises(DesignRefused, match="Giá trị p của pci"):
        adjust({"papi": 0.5, "pci": p})
