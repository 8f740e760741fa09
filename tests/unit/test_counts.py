"""Counts: equal to statsmodels with every dummy, quiet where a small place shouts, honest about what says nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.clustered import clustered_fit, small_sample_factor
from analysis.estimate.inside.counted import counted
from analysis.estimate.inside.counts import uptake_count_model
from analysis.estimate.refusals import DesignRefused

SEEDS = st.integers(min_value=0, max_value=10_000)
COLUMNS = {"unit": "unit", "time": "month", "numerator": "online", "denominator": "received", "dose": "dose"}
FAMILIES = ("binomial", "quasi_poisson")


def make_panel(seed: int = 0, units: int = 16, months: int = 18, effect: float = 0.4, decay: float = 0.5, size: float = 40.0) -> pd.DataFrame:
    """A third of the places are ten times smaller; shocks of a place and month make counts more spread than independent dossiers."""
    rng = np.random.default_rng(seed)
    dose = rng.poisson(0.4, (units, months)).astype(float)
    carried = dose.copy()
    for month in range(1, months):
        carried[:, month] += decay * carried[:, month - 1]
    predictor = rng.normal(0, 0.5, (units, 1)) + np.linspace(-0.8, 0.5, months) + effect * carried + rng.normal(0, 0.2, (units, months))
    received = rng.poisson(np.where(np.arange(units) % 3 == 0, size / 10, size)[:, None] * np.ones(months)) + 1
    online = rng.binomial(received, expit(predictor))
    names = [f"u{unit:02d}" for unit in range(units)]
    labels = [f"{2022 + month // 12}-{month % 12 + 1:02d}" for month in range(months)]
    return pd.DataFrame(
        {
            "unit": np.repeat(names, months),
            "district": np.repeat([f"d{unit % 8}" for unit in range(units)], months),
            "month": np.tile(labels, units),
            "online": online.ravel(),
            "received": received.ravel(),
            "dose": dose.ravel(),
        }
    )


def make_cells(panel: pd.DataFrame, cluster: str | None = None) -> Cells:
    rows = panel.assign(share=100 * panel["online"] / panel["received"].where(panel["received"] > 0))
    return cells_of(rows, unit="unit", time="month", outcome="share", weights="received", cluster=cluster)


def regressors_of(panel: pd.DataFrame, cells: Cells) -> np.ndarray:
    dose = panel.sort_values(["unit", "month"])["dose"].to_numpy(dtype=float)
    return np.column_stack([dose, np.random.default_rng(7).normal(size=len(dose))])[: len(cells.outcome)]


def dummies(cells: Cells) -> np.ndarray:
    return np.column_stack([np.eye(len(cells.units))[cells.unit_of], np.eye(cells.months_count)[cells.month_of][:, 1:]])


def with_dummies(cells: Cells, regressors: np.ndarray, family: str):
    """statsmodels on the counts with a column for every unit and month, clustered without any small-sample factor."""
    online = cells.outcome * cells.weights / 100
    design = np.column_stack([regressors, dummies(cells)])
    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": cells.cluster_of, "use_correction": False}, "tol": 1e-13, "maxiter": 200}
    if family == "binomial":
        return sm.GLM(np.column_stack([online, cells.weights - online]), design, family=sm.families.Binomial()).fit(**clustered)
    return sm.GLM(online, design, family=sm.families.Poisson(), offset=np.log(cells.weights)).fit(**clustered)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("cluster", [None, "district"])
def test_it_equals_statsmodels_with_every_dummy(family, cluster):
    panel = make_panel(1).drop(index=[5, 40, 41])  # unbalanced
    cells = make_cells(panel, cluster)
    regressors = regressors_of(panel, cells)
    expected, found = with_dummies(cells, regressors, family), counted(cells, regressors, ("liều", "khác"), family)
    np.testing.assert_allclose(found.regression.coefficients, expected.params[:2], atol=1e-7, rtol=0)
    factor = small_sample_factor(cells, len(regressors), cells.months_count - 1, 2)
    np.testing.assert_allclose(found.regression.covariance, factor * expected.cov_params()[:2, :2], rtol=1e-6)
    np.testing.assert_allclose(found.rates, expected.mu / (1 if family == "binomial" else cells.weights), atol=1e-8)
    assert found.dispersion == pytest.approx(expected.pearson_chi2 / expected.df_resid)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_marginal_effect_and_its_delta_error_equal_a_numerical_gradient_over_every_parameter(family):
    panel = make_panel(2)
    cells = make_cells(panel)
    regressors, combination = regressors_of(panel, cells), np.array([1.0, 0.5])
    expected = with_dummies(cells, regressors, family)
    design = np.column_stack([regressors, dummies(cells)])
    treated = cells.weights * (regressors != 0).any(axis=1)

    def margin(parameters: np.ndarray) -> float:
        mean = expit(design @ parameters) if family == "binomial" else np.exp(design @ parameters)
        slope = mean * (1 - mean) if family == "binomial" else mean
        return float(100 * (treated @ slope) / treated.sum() * (combination @ parameters[:2]))

    steps = 1e-6 * np.eye(design.shape[1])
    gradient = np.array([(margin(expected.params + step) - margin(expected.params - step)) / 2e-6 for step in steps])
    factor = small_sample_factor(cells, len(regressors), cells.months_count - 1, 2)
    found = counted(cells, regressors, ("liều", "khác"), family).marginal_effect(combination)
    assert found.estimate == pytest.approx(margin(expected.params), abs=1e-6)
    assert found.std_error == pytest.approx(np.sqrt(factor * gradient @ expected.cov_params() @ gradient), rel=1e-5)


def test_two_groups_and_two_spells_solved_by_hand():
    """One treated month against two untreated ones: odds 3, 1 and 1, 1 give a log odds ratio of ln 3; rates 3/4 over 1/2 give ln 1.5."""
    online = {("a", 1): 50, ("a", 2): 50, ("a", 3): 75, **{(unit, month): 50 for unit in "bcde" for month in (1, 2, 3)}}
    rows = [(unit, f"2024-0{month}", count, 100, float((unit, month) == ("a", 3))) for (unit, month), count in online.items()]
    cells = make_cells(panel := pd.DataFrame(rows, columns=["unit", "month", "online", "received", "dose"]))
    dose = panel["dose"].to_numpy()[:, None]
    assert counted(cells, dose, ("liều",)).regression.coefficients == pytest.approx([np.log(3)])
    assert counted(cells, dose, ("liều",), "quasi_poisson").regression.coefficients == pytest.approx([np.log(1.5)])
    assert counted(cells, dose, ("liều",)).rates[2] == pytest.approx(0.75)


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_calling_offline_what_is_online_turns_the_sign_of_the_logit(seed):
    panel = make_panel(seed, effect=0.0)
    other = panel.assign(online=panel["received"] - panel["online"])
    one, mirrored = (uptake_count_model(rows, lags=2, draws=99, **COLUMNS) for rows in (panel, other))
    assert mirrored.estimate == pytest.approx(-one.estimate, abs=1e-8)
    assert mirrored.std_error == pytest.approx(one.std_error, rel=1e-6)


@given(SEEDS, st.integers(2, 9))
@settings(max_examples=8, deadline=None)
def test_ten_times_the_dossiers_change_the_dispersion_alone(seed, times):
    panel = make_panel(seed)
    more = panel.assign(online=times * panel["online"], received=times * panel["received"])
    one, other = (uptake_count_model(rows, lags=2, **COLUMNS) for rows in (panel, more))
    assert (other.estimate, other.std_error) == (pytest.approx(one.estimate, abs=1e-7), pytest.approx(one.std_error, rel=1e-5))
    dispersions = [next(q.value for q in found.quantities if q.name == "dispersion") for found in (one, other)]
    assert dispersions[1] == pytest.approx(times * dispersions[0], rel=1e-5)


@given(SEEDS)
@settings(max_examples=5, deadline=None)
def test_shuffled_rows_and_other_names_of_units_change_nothing(seed):
    panel = make_panel(seed)
    shuffled = panel.sample(frac=1, random_state=seed).replace({"unit": {f"u{unit:02d}": f"x{(5 * unit) % 16:02d}" for unit in range(16)}})
    one, other = (uptake_count_model(rows, lags=1, **COLUMNS) for rows in (panel, shuffled))
    assert (other.estimate, other.std_error, other.p_exact) == pytest.approx((one.estimate, one.std_error, one.p_exact), rel=1e-7)


def test_a_place_with_three_dossiers_moves_the_share_regression_and_not_the_count_model():
    """Its share jumps from none to all whenever it was spoken to; no other dossier does anything."""
    panel = make_panel(3, effect=0.0)
    is_small = panel["unit"] == "u00"
    jumps = panel.assign(
        received=panel["received"].mask(is_small, 3),
        online=panel["online"].mask(is_small, np.where(panel["dose"] > 0, 3, 0)),
    )
    without = panel[~is_small]
    cells, dose = make_cells(jumps), jumps.sort_values(["unit", "month"])["dose"].to_numpy()[:, None]
    plain = clustered_fit(replace(cells, weights=np.ones(len(cells.outcome))), dose, ("liều",)).fit()
    rest = make_cells(without)
    quiet = clustered_fit(replace(rest, weights=np.ones(len(rest.outcome))), without["dose"].to_numpy()[:, None], ("liều",)).fit()
    assert plain.estimate - quiet.estimate > 3  # points a unit of dose, from one place of 16
    with_it, without_it = (uptake_count_model(rows, lags=0, **COLUMNS) for rows in (jumps, without))
    margins = [next(q.value for q in found.quantities if q.name == "marginal_effect") for found in (with_it, without_it)]
    assert abs(margins[0] - margins[1]) < 0.5


def test_the_public_estimate_sums_its_lags_and_names_its_numbers():
    found = uptake_count_model(make_panel(4), lags=3, **COLUMNS)
    by_lag = found.by_period
    assert list(by_lag["period"]) == [0, 1, 2, 3]
    assert by_lag["effect"].sum() == pytest.approx(found.estimate)
    assert (by_lag["cumulative"].iloc[-1], by_lag["cumulative_low"].iloc[-1]) == pytest.approx((found.estimate, found.ci_low))
    ratio, margin, dispersion = found.quantities
    assert (ratio.name, ratio.value, ratio.ci_low) == ("odds_ratio", pytest.approx(np.exp(found.estimate)), pytest.approx(np.exp(found.ci_low)))
    assert (margin.name, dispersion.name) == ("marginal_effect", "dispersion")
    assert margin.ci_low < margin.value < margin.ci_high
    assert dispersion.value > 1  # shocks of place and month were planted
    assert (found.clusters_count, found.method) == (16, "uptake_count_model")
    assert "CR1" in found.p_exact_from
    assert "chưa có nhật ký của đủ 3 tháng" in " ".join(found.notes_vi)


def test_the_log_rate_has_its_own_ratio():
    found = uptake_count_model(make_panel(4), lags=1, family="quasi_poisson", **COLUMNS)
    assert found.quantities[0].name == "rate_ratio"
    assert "logarit" in found.estimand_vi


def test_a_declared_decay_gives_the_lasting_sum():
    """0.4 / (1 - 0.5) was planted on the logit; the shocks of place and month take a little of it."""
    found = uptake_count_model(make_panel(5, units=40, months=40, size=200), decay=0.5, burn_in=6, **COLUMNS)
    assert found.estimate == pytest.approx(0.8, abs=0.06)
    assert found.by_period is None
    cells = make_cells(panel := make_panel(5, units=40, months=40, size=200))
    dose = panel["dose"].to_numpy().reshape(40, 40)
    carried = np.zeros_like(dose)
    for month in range(40):
        carried[:, month] = dose[:, month] + (0.5 * carried[:, month - 1] if month else 0)
    kept = cells.where(cells.month_of >= 6)
    expected = counted(kept, kept.at(carried)[:, None], ("liều",)).regression.fit()
    assert (found.estimate, found.std_error) == pytest.approx((2 * expected.estimate, 2 * expected.std_error))


def test_few_clusters_are_asked_by_the_bootstrap():
    found = uptake_count_model(make_panel(6), lags=1, cluster="district", draws=199, seed=8, **COLUMNS)
    assert found.clusters_count == 8
    assert found.p_exact_from.startswith("wild cluster restricted bootstrap, 8 clusters")
    assert "seed 8, 199 draws" in found.ci_from
    again = uptake_count_model(make_panel(6), lags=1, cluster="district", draws=199, seed=8, **COLUMNS)
    assert (again.p_exact, again.ci_low) == (found.p_exact, found.ci_low)


def test_many_clusters_of_which_few_heard_anything_are_refused():
    panel = make_panel(7)
    few = panel.assign(dose=panel["dose"].where(panel["unit"].isin(["u01", "u02", "u04"]), 0.0))
    with pytest.raises(DesignRefused, match="chỉ có 3 cụm"):
        uptake_count_model(few, lags=0, **COLUMNS)


def test_what_says_nothing_is_left_out_and_counted():
    panel = make_panel(8)
    panel = panel.assign(received=panel["received"].mask((panel["unit"] == "u03") & (panel["month"] < "2022-04"), 0))
    panel = panel.assign(online=panel["online"].mask(panel["received"] == 0, 0))
    panel = panel.assign(online=panel["online"].mask(panel["unit"] == "u05", 0).mask(panel["unit"] == "u06", panel["received"]))
    found, poisson = (uptake_count_model(panel, lags=0, family=family, **COLUMNS) for family in FAMILIES)
    assert any(note.startswith("Bỏ 3 dòng của 1 đơn vị vì không có hồ sơ làm mẫu số") for note in found.notes_vi)
    assert any(note.startswith("Bỏ 36 dòng của 2 đơn vị vì đơn vị hoặc tháng đó không có hoặc có toàn bộ") for note in found.notes_vi)
    assert any(note.startswith("Bỏ 18 dòng của 1 đơn vị vì đơn vị hoặc tháng đó không có hồ sơ trực tuyến nào") for note in poisson.notes_vi)
    assert (found.treated_count + found.comparison_count, poisson.treated_count + poisson.comparison_count) == (14, 15)
    without = uptake_count_model(panel[~panel["unit"].isin(["u05", "u06"])], lags=0, **COLUMNS)
    assert found.estimate == pytest.approx(without.estimate, abs=1e-8)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"online": lambda rows: rows["received"] + (rows.index == 7)}, {}, "1 dòng có online lớn hơn received"),
        ({"online": lambda rows: rows["online"] - 1000 * (rows.index == 7)}, {}, "số âm"),
        ({"online": lambda rows: rows["online"].astype(str)}, {}, "phải là số hồ sơ"),
        ({}, {"numerator": "none"}, "không có cột none"),
        ({}, {"family": "gamma"}, "Không có họ phân bố “gamma”"),
        ({}, {"decay": 1.0}, "Mức tắt dần phải từ 0 đến dưới 1"),
        ({}, {"decay": 0.5, "lags": 3}, "Chỉ khai một trong hai"),
        ({}, {"lags": -1}, "phải là số nguyên từ 0 trở lên"),
        ({}, {"lags": 17}, "Chỉ còn"),
        ({"dose": lambda rows: rows["month"].str[-2:].astype(float)}, {}, "chung toàn tỉnh"),
        ({"online": lambda rows: rows["received"] * (rows["dose"] > 0)}, {"lags": 0}, "không hội tụ"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(change, options, said):
    panel = make_panel(9).assign(**change)
    with pytest.raises(DesignRefused, match=said):
        uptake_count_model(panel, **{**COLUMNS, **options})


def test_an_effect_planted_on_counts_is_recovered():
    """Mean of 20 draws within 3 % of the planted 0.4 + 0.2 + 0.1 + 0.05, of 60 places by 30 months; without any effect few find one."""
    found, alarms = [], 0
    for seed in range(20):
        panel = make_panel(seed, units=60, months=30, decay=0.5, size=60)
        found.append(uptake_count_model(panel, lags=6, **COLUMNS).estimate)
        alarms += uptake_count_model(make_panel(seed, units=60, months=30, effect=0.0, size=60), lags=6, **COLUMNS).p_exact <= 0.05
    assert np.mean(found) == pytest.approx(0.4 * sum(0.5**lag for lag in range(7)), rel=0.03)
    assert alarms <= 3
