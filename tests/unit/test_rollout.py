"""Randomised roll-outs: the answer by hand, against the house's own imputation, exact size under the lot, truth found."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.cells import cells_of
from analysis.estimate.inside.imputation import imputed
from analysis.estimate.inside.rollout import Randomised, compared_in_lots, imputed_in_lots, randomised_rollout, stepped_wedge
from analysis.estimate.inside.start_weights import imputation_weights
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.inside.waves import propose_waves, with_start_months
from analysis.estimate.refusals import DesignRefused

UNITS, MONTHS = 24, 24
MONTH_LABELS = [str(month) for month in pd.period_range("2026-01", periods=MONTHS, freq="M")]
COLUMNS = {"unit": "unit", "time": "month", "outcome": "share"}


def wave_table(units: int = UNITS, seed: int = 3) -> pd.DataFrame:
    base = pd.DataFrame({"unit": [f"u{number:02d}" for number in range(units)], "district": [f"d{number % 4}" for number in range(units)]})
    return with_start_months(propose_waves(base, unit="unit", waves=3, seed=seed, stratum="district"), "2027-01", 4)


def panel(effect: float, table: pd.DataFrame, seed: int, growing: float = 0.0, ar: float = 0.6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 2, (len(table), MONTHS))
    for month in range(1, MONTHS):
        noise[:, month] += ar * noise[:, month - 1]
    starts = np.array([MONTH_LABELS.index(month) if isinstance(month, str) else NEVER for month in table["first_month"]])
    since = np.arange(MONTHS) - np.minimum(starts, MONTHS)[:, None]
    path = np.where(since >= 0, effect + growing * since, 0.0)
    shares = 40 + rng.normal(0, 6, (len(table), 1)) + rng.normal(0, 3, (1, MONTHS)) + noise + path
    return pd.DataFrame({"unit": np.repeat(table["unit"].to_numpy(), MONTHS), "month": MONTH_LABELS * len(table), "share": shares.ravel()})


def parallel_table(units: int = UNITS) -> pd.DataFrame:
    return (
        wave_table(units)
        .assign(first_month=lambda table: np.where(table["wave"] == 1, "2027-01", None))[["unit", "stratum", "first_month"]]
        .assign(drawn_on="2026-12-01")
    )


def test_four_units_by_hand():
    """Units 0 and 1 start in month 2 of 3: (5 + 7)/2 − (1 + 3)/2 less (1 + 3)/2 + (2 + 2)/2 = 4 points more than the others gained."""
    shares = np.array([[1.0, 1, 5], [3, 3, 7], [2, 2, 1], [2, 2, 3]])
    weights = imputation_weights(np.ones((4, 3)), np.array([[2, 2, NEVER, NEVER]]))
    assert (weights[0] * shares).sum() == pytest.approx(4.0)
    np.testing.assert_allclose(weights[0].sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(weights[0].sum(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize("has_gaps", [False, True])
def test_the_estimate_is_that_of_two_stage_imputation(has_gaps):
    table = wave_table()
    frame = panel(2.0, table, seed=5, growing=0.2).assign(size=lambda rows: 20 + rows.index % 17)
    frame = frame.sample(frac=0.9, random_state=1) if has_gaps else frame
    cells = cells_of(frame, **COLUMNS, weights="size")
    first = pd.PeriodIndex(table.set_index("unit").loc[list(cells.units), "first_month"], freq="M").asi8 - cells.first_month.ordinal
    found = imputed_in_lots(cells, first, first[None, :])
    assert found.estimate == pytest.approx(imputed(cells, first).fit.estimate, abs=1e-9)
    assert (found.drawn[0], found.moved[0]) == pytest.approx((found.estimate, 1.0))


def test_ancova_is_the_regression_on_strata_and_the_level_before():
    import statsmodels.formula.api as smf

    table = parallel_table()
    frame = panel(2.0, table, seed=8)
    after = frame["month"] >= "2027-01"
    wide = pd.DataFrame({"after": frame[after].groupby("unit")["share"].mean(), "before": frame[~after].groupby("unit")["share"].mean()})
    wide = wide.join(table.set_index("unit")[["stratum", "first_month"]]).assign(drawn=lambda rows: rows["first_month"].notna().astype(float))
    by_hand = smf.ols("after ~ drawn + before + C(stratum)", wide).fit().params["drawn"]
    demeaned = smf.ols("I(after - before) ~ drawn + C(stratum)", wide).fit().params["drawn"]
    assert randomised_rollout(frame, **COLUMNS, assignment=table, seed=1, draws=99).estimate == pytest.approx(by_hand, abs=1e-9)
    found = randomised_rollout(frame, **COLUMNS, assignment=table, seed=1, draws=99, adjustment="demeaned")
    assert found.estimate == pytest.approx(demeaned, abs=1e-9)


def test_the_p_value_over_all_lots_is_the_share_counted_by_hand():
    """Six units, three started, all 20 lots: the p-value is the share of lots whose difference of gains is at least as large."""
    gains = np.array([5.0, 4.0, 3.5, 1.0, 0.5, 0.0])
    frame = pd.DataFrame({"unit": np.repeat(list("abcdef"), 3), "month": ["2026-01", "2026-02", "2026-03"] * 6})
    frame["share"] = np.where(frame["month"] == "2026-03", np.repeat(gains, 3), 0.0) + 10
    starts = np.array([2, 2, 2, NEVER, NEVER, NEVER])
    lots = np.array([[2 if unit in chosen else NEVER for unit in range(6)] for chosen in combinations(range(6), 3)])
    cells = cells_of(frame, **COLUMNS)
    found = compared_in_lots(cells, starts, lots, np.zeros(6, dtype=np.int64), "demeaned")
    differences = [abs(gains[list(chosen)].mean() - np.delete(gains, chosen).mean()) for chosen in combinations(range(6), 3)]
    assert found.estimate == pytest.approx(gains[:3].mean() - gains[3:].mean())
    np.testing.assert_allclose(np.abs(found.drawn), differences, atol=1e-12)
    assert found.p_value == pytest.approx((1 + 2) / 21)


@given(st.integers(0, 1000), st.integers(19, 120))
@settings(max_examples=25)
def test_the_interval_holds_just_the_effects_that_the_test_does_not_reject(seed, draws):
    rng = np.random.default_rng(seed)
    found = Randomised(float(rng.normal()), rng.normal(size=draws), np.clip(rng.normal(0, 0.25, draws), -0.9, 0.9))
    low, high = found.interval(0.95)
    step = 1e-7 * (1 + abs(high - low))

    def p_of(effect: float) -> float:
        at_least = np.abs(found.drawn - effect * found.moved) >= abs(found.estimate - effect) - 1e-13
        return (1 + at_least.sum()) / (1 + draws)

    for inside, outside in ((low + step, low - step), (high - step, high + step)):
        assert p_of(inside) > 0.05
        assert p_of(outside) <= 0.05


def test_too_few_lots_leave_the_interval_without_bounds():
    assert Randomised(1.0, np.zeros(10), np.zeros(10)).interval(0.95) == (-np.inf, np.inf)


def test_false_alarms_are_as_promised_over_the_lots_and_the_truth_lies_in_the_interval():
    """Fresh panels with 3 points planted; the test of the true effect rejects just where the interval misses it."""
    rejected, held = [], []
    for seed in range(200):
        table = wave_table(seed=seed)
        cells = cells_of(panel(3.0, table, seed=seed), **COLUMNS)
        first = pd.PeriodIndex(table["first_month"], freq="M").asi8 - cells.first_month.ordinal
        lots = np.random.default_rng(seed).permuted(np.tile(first, (99, 1)), axis=1)
        found = imputed_in_lots(cells, first, lots)
        low, high = found.interval(0.95)
        held.append(low <= 3.0 <= high)
        treated = (np.arange(MONTHS) >= first[:, None]).astype(float)
        still = imputed_in_lots(cells.with_outcome(cells.outcome - 3.0 * cells.at(treated)), first, lots)
        rejected.append(still.p_value <= 0.05)
        assert (low > 3.0 or high < 3.0) == rejected[-1]
    assert 0.015 <= np.mean(rejected) <= 0.09
    assert np.mean(held) >= 0.91


def test_effects_that_grow_are_averaged_over_the_treated_cells():
    table = wave_table()
    estimates = [stepped_wedge(panel(1.0, table, seed, growing=0.5, ar=0.0), **COLUMNS, assignment=table, seed=1, draws=19) for seed in range(30)]
    starts = np.array([MONTH_LABELS.index(month) for month in table["first_month"]])
    since = (np.arange(MONTHS) - starts[:, None])[:, : starts.max()]
    truth = (1 + 0.5 * since)[since >= 0].mean()
    assert np.mean([found.estimate for found in estimates]) == pytest.approx(truth, abs=0.2)
    path = pd.concat([found.by_period for found in estimates]).groupby("period")["effect"].mean()
    np.testing.assert_allclose(path, 1 + 0.5 * path.index.to_numpy(), atol=0.6)


@given(st.floats(-50, 50), st.floats(0.1, 10))
@settings(max_examples=10)
def test_level_and_scale_of_the_outcome_do_what_they_should(level, scale):
    table = wave_table()
    frame = panel(2.0, table, seed=4)
    found = stepped_wedge(frame, **COLUMNS, assignment=table, seed=1, draws=39)
    moved = stepped_wedge(frame.assign(share=level + scale * frame["share"]), **COLUMNS, assignment=table, seed=1, draws=39)
    assert moved.estimate == pytest.approx(scale * found.estimate)
    assert moved.p_exact == found.p_exact
    assert moved.std_error == pytest.approx(scale * found.std_error)


def test_row_order_changes_nothing_and_the_result_says_what_it_rests_on():
    table = wave_table()
    frame = panel(4.0, table, seed=2)
    found = stepped_wedge(frame, **COLUMNS, assignment=table, seed=1)
    again = stepped_wedge(frame.sample(frac=1, random_state=0), **COLUMNS, assignment=table.sample(frac=1, random_state=0), seed=1)
    assert again == found
    assert found.p_exact == 0.001
    assert (found.start, found.n_placebos, found.treated_count, found.comparison_count) == ("2027-01", 999, 24, 16)
    assert "waves permuted over clusters within strata" in (found.p_exact_from or "")
    assert found.ci_low is not None
    assert found.ci_low < found.estimate < (found.ci_high or 0)


def test_clusters_move_together_and_the_number_of_clusters_is_told():
    base = pd.DataFrame({"unit": [f"u{number:02d}" for number in range(24)], "district": [f"d{number % 8}" for number in range(24)]})
    table = with_start_months(propose_waves(base, unit="unit", waves=2, seed=5, cluster="district"), "2027-01", 6)
    found = stepped_wedge(panel(2.0, table, seed=2), **COLUMNS, assignment=table, seed=1, draws=99)
    assert (found.clusters_count, found.clustered_by) == (8, "cluster")


def test_units_outside_the_lot_are_left_out_and_counted():
    table = wave_table()
    frame = panel(2.0, table, seed=2)
    stranger = frame[frame["unit"] == "u00"].assign(unit="x")
    found = stepped_wedge(pd.concat([frame, stranger]), **COLUMNS, assignment=table, seed=1, draws=19)
    assert found.notes_vi == ("Bỏ 1 đơn vị không có trong bảng phân đợt.",)
    assert found.estimate == pytest.approx(stepped_wedge(frame, **COLUMNS, assignment=table, seed=1, draws=19).estimate)


def test_what_was_not_drawn_or_cannot_be_compared_is_refused():
    table = wave_table()
    frame = panel(2.0, table, seed=2)
    with pytest.raises(DesignRefused, match="không coi là ngẫu nhiên"):
        stepped_wedge(frame, **COLUMNS, assignment=table[["unit", "first_month"]], seed=1)
    with pytest.raises(DesignRefused, match="nhiều đợt thì dùng stepped_wedge"):
        randomised_rollout(frame, **COLUMNS, assignment=table, seed=1)
    early = with_start_months(table.drop(columns="first_month"), "2024-01", 4)
    with pytest.raises(DesignRefused, match="không có gì để so"):
        stepped_wedge(frame, **COLUMNS, assignment=early, seed=1)


def test_few_lots_are_said_to_forbid_a_small_p_value():
    table = pd.DataFrame({"unit": ["u00", "u01", "u02", "u03"], "first_month": ["2027-01", "2027-01", None, None], "drawn_on": "2026-12-01"})
    found = randomised_rollout(panel(2.0, table, seed=2), **COLUMNS, assignment=table, seed=1, draws=99)
    assert "Chỉ có 6 cách chia đợt" in found.notes_vi[-1]
    assert found.p_exact is not None
    assert found.p_exact > 0.05
