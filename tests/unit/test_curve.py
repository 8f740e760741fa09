"""The specification curve: standardised by its own placebos, counted and ranked by hand, whatever the order of the ways."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.curve import MIN_PLACEBOS, POINT_COLUMNS, Specification, SpecificationCurve, specification_curve
from analysis.estimate.difference import demeaned_did, detrended_did
from analysis.estimate.inference import rank_p
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

SYMMETRIC = [-6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]  # squares 182 over 11, so a spread of 4.0676
SPREAD = np.sqrt(182 / 11)


def estimate_of(value: float, placebos: list[float] | None, names: list[str] | None = None) -> EffectEstimate:
    series = None if placebos is None else pd.Series(placebos, index=names or [f"u{place:02d}" for place in range(len(placebos))])
    facts = {"outcome": "score", "estimand_vi": "", "std_error": None, "df": None, "ci_low": None, "ci_high": None, "level": 0.95, "p_exact": 0.5}
    counts = {"treated_count": 1, "comparison_count": 12, "before_count": 5, "after_count": 3, "mde": None, "method": "m", "p_rank": 0.25}
    return EffectEstimate(estimate=value, placebos=series, **facts, **counts)


def way(value: float, placebos: list[float] | None = None, name: str = "a", names: list[str] | None = None) -> Specification:
    found = estimate_of(value, SYMMETRIC if placebos is None else placebos, names)
    return Specification("raw", "2019", name, "all", lambda: found)


def refused_way(name: str = "refused") -> Specification:
    def ask() -> EffectEstimate:
        raise DesignRefused("Không dùng được.")

    return Specification("raw", "2019", name, "all", ask)


def scaled(factor: float) -> list[float]:
    return [factor * value for value in SYMMETRIC]


def test_three_ways_counted_by_hand():
    """4, 20 and -30, the last two with placebos ten times as wide: 4, 2 and -3 spreads of the plain placebos; their median is 2.

    Two of three have the sign of the primary estimate. Of the 12 units, whose median is their own placebo, ten lie as far as 2.
    """
    found = specification_curve([way(4.0, name="a"), way(20.0, scaled(10), "b"), way(-30.0, scaled(10), "c")], primary=4.0)
    assert found.points["standardised"].tolist() == pytest.approx([-3 / SPREAD, 2 / SPREAD, 4 / SPREAD])
    assert found.points["estimator"].tolist() == ["c", "b", "a"]
    assert found.points["placebo_sd"].tolist() == pytest.approx([10 * SPREAD, 10 * SPREAD, SPREAD])
    assert (found.one_sign_share, found.median) == (pytest.approx(2 / 3), pytest.approx(2 / SPREAD))
    assert (found.joint_p, found.placebos_count, found.refused_count) == (pytest.approx(11 / 13), 12, 0)


def test_a_curve_beyond_every_placebo_has_the_smallest_joint_p():
    found = specification_curve([way(7.0, name="a"), way(80.0, scaled(10), "b")], primary=7.0)
    assert (found.joint_p, found.one_sign_share) == (pytest.approx(1 / 13), 1.0)


def test_the_sign_counted_is_that_of_the_primary_estimate():
    ways = [way(4.0, name="a"), way(3.0, name="b"), way(-2.0, name="c")]
    shares = [specification_curve(ways, primary).one_sign_share for primary in (0.1, -0.1)]
    assert shares == [pytest.approx(2 / 3), pytest.approx(1 / 3)]


def test_ways_that_the_data_cannot_carry_are_counted_and_left_out():
    ways = [way(4.0), refused_way(), refused_way(), way(9.0, [], "without placebos"), way(9.0, [0.0] * 12, "without spread")]
    found = specification_curve(ways, primary=4.0)
    assert (len(found.points), found.refused_count) == (1, 4)
    assert tuple(found.points.columns) == POINT_COLUMNS
    assert found.points.loc[0, ["p_exact", "p_rank"]].tolist() == [0.5, 0.25]


def test_no_way_at_all_is_refused_in_vietnamese():
    with pytest.raises(DesignRefused, match="Không có cách tính nào dùng được"):
        specification_curve([refused_way()], primary=1.0)
    with pytest.raises(DesignRefused, match="Không có cách tính nào dùng được"):
        specification_curve([], primary=1.0)


def test_the_joint_p_rests_on_units_that_every_way_could_give_the_plan_to():
    """The second way lacks u00 and u01; a unit's curve is the mean of its two placebos, each over the spread of its own way."""
    fewer = way(1.5, SYMMETRIC[2:], "b", [f"u{place:02d}" for place in range(2, 12)])
    found = specification_curve([way(1.5), fewer], primary=1.5)
    assert found.placebos_count == 10
    spreads = (SPREAD, float(np.std(SYMMETRIC[2:], ddof=1)))
    by_hand = [np.mean([value / spread for spread in spreads]) for value in SYMMETRIC[2:]]
    assert found.joint_p == pytest.approx(rank_p(float(np.mean([1.5 / spread for spread in spreads])), np.array(by_hand)))


def test_fewer_than_ten_common_units_give_no_joint_p():
    few = way(1.5, SYMMETRIC[: MIN_PLACEBOS - 1], "b")
    found = specification_curve([way(1.5), few], primary=1.5)
    assert (found.joint_p, found.placebos_count) == (None, MIN_PLACEBOS - 1)
    assert specification_curve([way(1.5), way(1.5, SYMMETRIC[:MIN_PLACEBOS], "b")], primary=1.5).joint_p is not None


def curve_of(panel: pd.DataFrame, order: np.ndarray) -> SpecificationCurve:
    def asked(name: str, estimator: object, start: int) -> Specification:
        design = {"unit": "unit", "time": "year", "outcome": "score", "treated": ["u00"], "start": start}
        return Specification("raw", str(start), name, "all", lambda: estimator(panel, **design))

    estimators = {"demeaned": demeaned_did, "detrended": detrended_did}
    ways = [asked(name, estimator, start) for name, estimator in estimators.items() for start in (2015, 2016, 2017, 2018, 2010)]
    return specification_curve([ways[place] for place in order], primary=1.0)


@given(st.integers(min_value=0, max_value=10_000))
@settings(max_examples=8)
def test_neither_the_order_of_ways_nor_that_of_rows_matters(seed):
    rng = np.random.default_rng(seed)
    rows = [(f"u{unit:02d}", year, rng.normal()) for unit in range(14) for year in range(2012, 2020)]
    panel = pd.DataFrame(rows, columns=["unit", "year", "score"])
    plain, mixed = curve_of(panel, np.arange(10)), curve_of(panel.sample(frac=1, random_state=seed), rng.permutation(10))
    pd.testing.assert_frame_equal(mixed.points, plain.points)
    assert (mixed.one_sign_share, mixed.median, mixed.joint_p) == (plain.one_sign_share, pytest.approx(plain.median), plain.joint_p)
    assert (plain.refused_count, plain.placebos_count) == (2, 13)


def test_the_joint_p_of_an_outcome_that_never_moved_is_as_rarely_small_as_promised():
    """100 panels of 20 exchangeable units: at most two ranks of 20 are 0.1, whichever unit had the plan."""
    small = [_exchangeable(seed).joint_p <= 0.1 for seed in range(100)]
    assert np.mean(small) == pytest.approx(0.1, abs=3 * np.sqrt(0.1 * 0.9 / 100))


def _exchangeable(seed: int) -> SpecificationCurve:
    numbers = np.random.default_rng(seed).normal(size=(20, 3)) + np.random.default_rng(seed + 1_000).normal(size=(20, 1))
    ways = []
    for column in range(3):
        values = numbers[:, column]
        placebos = [value - (values[1:].sum() - value) / 18 for value in values[1:]]
        ways.append(way(values[0] - values[1:].mean(), placebos, str(column)))
    return specification_curve(ways, primary=1.0)
