"""Clustered errors beside unit and month effects: equal to statsmodels with the factor named, and to what pyfixest prints."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.clustered import ClusteredFit, cluster_sums, clustered_fit, small_sample_factor, used_clusters
from analysis.estimate.refusals import DesignRefused
from staggered import cells_from

NAMES = ("lieu", "phu")
# pyfixest 0.60.0, Python 3.11: feols("ty_le ~ lieu + phu | xa + thang", weights="so", vcov={"CRV1": cluster}, ssc=ssc(k_fixef="nonnested"));
# its last digits move with PYTHONHASHSEED, its k_fixef="full" and "none" give 0.2560 and 0.2394 for the first
PYFIXEST_COEFFICIENTS = [0.6191996837980755, -0.1870970554491078]
PYFIXEST = {
    "xa": ([0.2455664507, 0.1495814727], [0.0190659302, 0.2235811447]),
    "huyen": ([0.3388811810, 0.1784747257], [0.1272270533, 0.3425012764]),
}


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """24 units in 6 districts, 15 months, a sixth of the rows missing, dossiers as weights."""
    random, units, months = np.random.default_rng(11), 24, 15
    clock = pd.period_range("2020-11", periods=months, freq="M").astype(str)
    rows = pd.DataFrame([(f"X{unit:02d}", f"H{unit % 6}", month) for unit in range(units) for month in clock], columns=["xa", "huyen", "thang"])
    rows["so"] = random.integers(1, 90, len(rows)).astype(float)
    rows["lieu"] = random.poisson(0.6, len(rows)).astype(float)
    rows["phu"] = random.normal(size=len(rows))
    common = 40 + random.normal(0, 5, units).repeat(months) + 0.8 * rows["lieu"] - 0.3 * rows["phu"]
    shocks = random.normal(0, 2, 6)[rows["huyen"].str[1:].astype(int)] * random.normal(size=len(rows))
    rows["ty_le"] = common + shocks + random.normal(0, 3, len(rows))
    return rows[random.random(len(rows)) > 0.15].sort_values(["xa", "thang"]).reset_index(drop=True)


def fitted(panel: pd.DataFrame, cluster: str | None = None) -> tuple[Cells, ClusteredFit]:
    cells = cells_of(panel, unit="xa", time="thang", outcome="ty_le", weights="so", cluster=cluster)
    return cells, clustered_fit(cells, panel[list(NAMES)].to_numpy(), NAMES)


@pytest.mark.parametrize("cluster", ["xa", "huyen"])
def test_estimates_and_errors_are_those_of_pyfixest(panel, cluster):
    _, found = fitted(panel, cluster)
    errors, p_values = PYFIXEST[cluster]
    assert found.coefficients == pytest.approx(PYFIXEST_COEFFICIENTS, rel=1e-10)
    assert [found.fit(place).std_error for place in (0, 1)] == pytest.approx(errors, rel=1e-8)
    assert [found.fit(place).p_value for place in (0, 1)] == pytest.approx(p_values, rel=1e-7)


@pytest.mark.parametrize("cluster", ["xa", "huyen"])
def test_errors_are_those_of_statsmodels_but_for_the_unit_effects_in_the_factor(panel, cluster):
    """statsmodels counts every dummy; units nested in clusters do not count here."""
    cells, found = fitted(panel, cluster)
    dummies = [pd.get_dummies(panel[name], drop_first=name == "thang", dtype=float) for name in ("xa", "thang")]
    design = np.hstack([panel[list(NAMES)], *dummies])
    groups = pd.factorize(panel[cluster])[0]
    fit = sm.WLS(panel["ty_le"].to_numpy(), design, weights=panel["so"].to_numpy()).fit(cov_type="cluster", cov_kwds={"groups": groups})
    rows, units = len(panel), len(cells.units)
    ratio = np.sqrt((rows - design.shape[1]) / (rows - (design.shape[1] - units + 1)))
    assert found.coefficients == pytest.approx(fit.params[:2], rel=1e-9)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(ratio * fit.bse[:2], rel=1e-9)
    assert found.covariance[0, 1] == pytest.approx(ratio**2 * fit.cov_params()[0, 1], rel=1e-9)
    assert found.residuals == pytest.approx(fit.resid, abs=1e-9)
    assert (found.clusters_count, found.df) == (panel[cluster].nunique(), panel[cluster].nunique() - 1)


def test_a_combination_has_the_variance_of_its_weights(panel):
    _, found = fitted(panel)
    weights = np.array([2.0, -1.0])
    fit = found.combination(weights)
    assert fit.estimate == pytest.approx(2 * found.coefficients[0] - found.coefficients[1])
    cross = found.covariance[0, 1]
    assert fit.std_error**2 == pytest.approx(4 * found.covariance[0, 0] + found.covariance[1, 1] - 4 * cross)
    assert fit.p_value == pytest.approx(2 * student.sf(abs(fit.estimate / fit.std_error), 23))


def test_two_by_two_is_a_difference_of_differences_solved_by_hand():
    """Two of four units change by 4 and 2, the others by 1 and 1: 3 - 1. Residuals ±1/2 in the treated: variance by clusters 4 × 2 × (1/4)²."""
    outcome = np.array([[1.0, 5.0], [2.0, 4.0], [0.0, 1.0], [3.0, 4.0]])
    cells = cells_from(outcome)
    treated = np.array([0.0, 1, 0, 1, 0, 0, 0, 0])[:, None]
    found = clustered_fit(cells, treated, ("sau",))
    assert found.fit().estimate == pytest.approx(2.0)
    assert found.residuals == pytest.approx([-0.5, 0.5, 0.5, -0.5, 0, 0, 0, 0])
    factor = 4 / 3 * 7 / (8 - (1 + 1 + 1))
    assert small_sample_factor(cells, 8, 1, 1) == pytest.approx(factor)
    # freed of effects the dummy is ±1/4, its squares add up to 1/2; each treated unit's score is 2 × 1/4 × 1/2
    assert found.fit().std_error == pytest.approx(np.sqrt(factor * 2 * (1 / 4) ** 2) / (1 / 2))


@given(st.integers(0, 10_000), st.floats(-100, 100), st.floats(0.1, 50))
@settings(max_examples=25)
def test_levels_of_units_and_months_change_nothing_and_scale_scales(seed, shift, scale):
    random = np.random.default_rng(seed)
    outcome, dose = random.normal(size=(2, 8, 6))
    clusters = np.arange(8) % 4
    moved = scale * outcome + shift * random.normal(size=(8, 1)) + shift * random.normal(size=(1, 6))
    one, other = (clustered_fit(cells_from(values, clusters), dose.ravel()[:, None], ("lieu",)).fit() for values in (outcome, moved))
    assert other.estimate == pytest.approx(scale * one.estimate, abs=1e-8 * scale)
    assert other.std_error == pytest.approx(scale * one.std_error, rel=1e-6, abs=1e-9)
    assert other.df == one.df == 3


def test_sums_and_counts_are_those_of_clusters_with_a_cell():
    cells = cells_from(np.arange(12.0).reshape(4, 3), np.array([0, 0, 1, 2]))
    assert cluster_sums(cells, np.column_stack([cells.outcome, np.ones(12)])).tolist() == [[15, 6], [21, 3], [30, 3]]
    assert used_clusters(cells) == 3
    assert used_clusters(cells.where(cells.unit_of != 2)) == 2


OUTCOME = np.random.default_rng(1).normal(size=(6, 5))
DOSE = np.random.default_rng(2).normal(size=(6, 5))


@pytest.mark.parametrize(
    ("outcome", "columns", "clusters", "said"),
    [
        (OUTCOME, [np.tile(np.arange(5.0), (6, 1))], None, "lieu: không khác nhau giữa các đơn vị trong cùng một tháng"),
        (OUTCOME, [np.tile(np.arange(6.0)[:, None], (1, 5))], None, "lieu: không khác nhau giữa các đơn vị trong cùng một tháng"),
        (OUTCOME, [np.zeros((6, 5))], None, "nên không tách được khỏi biến động chung của tháng"),
        (OUTCOME, [DOSE, 2 * DOSE + np.arange(5)], None, "lieu, phu: các biến trùng nhau hoàn toàn"),
        (OUTCOME, [DOSE], np.array([0, 0, 0, 1, 1, 1]), "Chỉ có 2 cụm; sai số theo cụm cần ít nhất 3 cụm."),
        (OUTCOME[:, :2], list(np.random.default_rng(3).normal(size=(6, 6, 2))), None, "các biến trùng nhau hoàn toàn"),
        (np.zeros((6, 5)), [DOSE], None, "Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số."),
        (40 + np.tile(np.arange(5.0), (6, 1)), [DOSE], None, "Kết quả không biến động giữa các đơn vị so sánh"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(outcome, columns, clusters, said):
    regressors = np.column_stack([column.ravel() for column in columns])
    names = tuple([*NAMES, *(f"bien {place}" for place in range(len(columns)))][: len(columns)])
    with pytest.raises(DesignRefused, match=said):
        clustered_fit(cells_from(outcome, clusters), regressors, names)


def test_more_parameters_than_rows_have_no_error():
    with pytest.raises(DesignRefused, match="Chỉ có 8 dòng cho 8 tham số; không đủ để ước lượng sai số"):
        small_sample_factor(cells_from(OUTCOME), 8, 4, 3)
