"""Honest bounds against figures that the authors' R and Stata packages print for the expansion of Medicaid in 2014.

Event study: two-way fixed effects on shares of insured adults, 43 states, 2008-2015, base 2013, clustered by state. Sources:
README of asheshrambachan/HonestDiD, README of mcaceresb/stata-honestdid, Exercise-1 of Mixtape-Sessions/Advanced-DID.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis.estimate.honest import breakdown_value, relative_magnitude_bounds, smoothness_bounds

STATES = Path(__file__).resolve().parents[1] / "data" / "honest" / "insured_share_by_state.csv"
BASE, EXPANSION = 2013, 2014
BEFORE_COUNT = 5
EventStudy = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def shares() -> pd.DataFrame:
    wide = pd.read_csv(STATES, index_col=["state", "expansion_year"])
    return wide.rename(columns=int)


@pytest.fixture(scope="module")
def medicaid(shares) -> EventStudy:
    """Coefficients and their covariance from statsmodels, with fixest's small-sample factor: state effects nested in clusters."""
    import statsmodels.api as sm

    long = shares.reset_index().melt(["state", "expansion_year"], var_name="year", value_name="share")
    long = long[long["expansion_year"] != 2015]
    is_treated = long["expansion_year"] == EXPANSION
    years = [year for year in sorted(long["year"].unique()) if year != BASE]
    leads_and_lags = pd.DataFrame({year: (is_treated & (long["year"] == year)).astype(float) for year in years})
    effects = pd.get_dummies(long[["state", "year"]].astype(str), drop_first=True, dtype=float)
    clusters = pd.factorize(long["state"])[0]
    design = sm.add_constant(pd.concat([leads_and_lags, effects], axis=1))
    fit = sm.OLS(long["share"], design).fit(cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False})
    states, rows, parameters = clusters.max() + 1, len(long), len(years) + long["year"].nunique()
    factor = states / (states - 1) * (rows - 1) / (rows - parameters)
    return fit.params[years].to_numpy(), factor * fit.cov_params().loc[years, years].to_numpy()


def grid_step(medicaid: EventStudy, weights: tuple[float, float] = (1.0, 0.0)) -> float:
    """R reports the outermost of 1,000 effects accepted, laid over 20 standard errors either way."""
    loads = np.array([0.0] * BEFORE_COUNT + list(weights))
    return 40 * float(np.sqrt(loads @ medicaid[1] @ loads)) / 999


def test_the_data_give_the_published_differences(shares):
    treated = shares.index.get_level_values("expansion_year") == EXPANSION
    steps = shares.diff(axis=1)
    not_yet = steps[treated].mean() - steps[~treated].mean()
    assert not_yet.drop(2008).round(4).to_list()[:5] == [-0.0065, 0.0111, 0.0015, 0.0016, 0.0009]
    assert not_yet[2014] == pytest.approx(0.04670243, abs=2e-8)  # seven digits of each share are carried


def test_the_event_study_gives_the_published_estimates(medicaid):
    coefficients, covariance = medicaid
    half = norm.ppf(0.975) * np.sqrt(covariance[BEFORE_COUNT, BEFORE_COUNT])
    assert coefficients[6] == pytest.approx(0.0692, abs=5e-5)
    assert (round(coefficients[5] - half, 3), round(coefficients[5] + half, 3)) == (0.029, 0.064)


def test_relative_magnitudes_are_those_of_the_r_package_to_a_step_of_its_grid(medicaid):
    found = relative_magnitude_bounds(*medicaid, before_count=BEFORE_COUNT)
    assert found["bound"].to_list() == [0.5, 1.0, 1.5, 2.0]
    step = grid_step(medicaid)
    assert found["ci_low"].to_list() == pytest.approx([0.0240, 0.0170, 0.00824, -0.000916], abs=step)
    assert found["ci_high"].to_list() == pytest.approx([0.0672, 0.0720, 0.0797, 0.0881], abs=step)
    assert breakdown_value(found) == 1.5


def test_relative_magnitudes_are_those_of_an_earlier_run_of_the_r_package_to_its_noise(medicaid):
    found = relative_magnitude_bounds(*medicaid, before_count=BEFORE_COUNT)
    assert found["ci_low"].to_list() == pytest.approx([0.0241, 0.0171, 0.0086, -0.0011], abs=5e-4)
    assert found["ci_high"].to_list() == pytest.approx([0.0673, 0.0720, 0.0796, 0.0883], abs=5e-4)


def test_relative_magnitudes_are_those_of_the_stata_package_to_the_printed_digit(medicaid):
    found = relative_magnitude_bounds(*medicaid, before_count=BEFORE_COUNT).round(3)
    assert found["ci_low"].to_list() == [0.024, 0.017, 0.008, -0.001]
    assert found["ci_high"].to_list() == [0.067, 0.072, 0.080, 0.088]


def test_relative_magnitudes_of_the_average_effect_are_those_of_the_stata_package(medicaid):
    found = relative_magnitude_bounds(*medicaid, before_count=BEFORE_COUNT, weights=(0.5, 0.5), multiples=(0, 0.5, 1, 1.5, 2))
    slack = grid_step(medicaid, (0.5, 0.5)) + 5e-4  # three digits are printed
    assert found["ci_low"].to_list() == pytest.approx([0.041, 0.033, 0.020, 0.006, -0.008], abs=slack)
    assert found["ci_high"].to_list() == pytest.approx([0.075, 0.080, 0.090, 0.103, 0.117], abs=slack)


def test_smoothness_bounds_are_those_of_the_r_package_to_the_noise_of_its_simulated_quantile(medicaid):
    found = smoothness_bounds(*medicaid, before_count=BEFORE_COUNT, max_slope_changes=np.arange(0, 0.06, 0.01))
    noise = 0.005 * np.sqrt(medicaid[1][BEFORE_COUNT, BEFORE_COUNT])  # a million draws leave the 95 % quantile 0.002 astray
    assert found["ci_low"].to_list() == pytest.approx([0.0259, 0.0132, 0.00286, -0.00714, -0.0171, -0.0271], abs=5e-5 + noise)
    assert found["ci_high"].to_list()[:3] == pytest.approx([0.0607, 0.0787, 0.0907], abs=5e-5 + noise)
    assert found["ci_high"].to_list()[3:] == pytest.approx([0.101, 0.111, 0.121], abs=5e-4)
    assert breakdown_value(found) == pytest.approx(0.02)


def test_smoothness_bounds_are_those_of_the_stata_package_to_the_printed_digit(medicaid):
    found = smoothness_bounds(*medicaid, before_count=BEFORE_COUNT, max_slope_changes=np.arange(0, 0.06, 0.01)).round(3)
    assert found["ci_low"].to_list() == [0.026, 0.013, 0.003, -0.007, -0.017, -0.027]
    assert found["ci_high"].to_list() == [0.061, 0.079, 0.091, 0.101, 0.111, 0.121]
