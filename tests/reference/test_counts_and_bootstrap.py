"""Counts and the wild cluster bootstrap on published data, held against pyfixest 0.60.0 and wildboottest 0.3.2 (figures noted here).

The data are the county employment panel that Callaway and Sant'Anna (2021) use as their example: 500 counties, 29 states, 2003 to 2007.
A year stands as its January, since only unit and period effects matter here.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.clustered import clustered_fit, small_sample_factor
from analysis.estimate.inside.counted import counted
from analysis.estimate.inside.linear_estimate import regression_estimate
from analysis.estimate.inside.wild import wild_cluster_bootstrap

MPDTA = Path(__file__).resolve().parents[3] / "shared" / "data" / "replication" / "mpdta.csv"
pytestmark = pytest.mark.skipif(not MPDTA.exists(), reason="the published county panel is not beside the repository")

ONE = np.ones(1)
POISSON = -0.014683504901608723  # fepois("emp ~ d | countyreal + year", offset="lpop"), tolerances 1e-12
POISSON_ERRORS = {"countyreal": 0.01967020596319445, "state": 0.03448878536720729}  # CRV1, ssc(k_adj=False, G_adj=False)
LEVELS, T_VALUE, SSC = -0.03654893667406699, -1.44236699, 1.2973684210526315  # feols("lemp ~ d | countyreal + year"), t of wildboottest
WEBB_P = (0.13530135, 0.13586136)  # .wildboottest(reps=99999, weights_type="webb"), two seeds
FIRST_STATES, FIRST_T, FIRST_SSC = 10, 0.33270315, 1.397479954180985
EVERY_RADEMACHER_P = 752 / 1024  # full enumeration over the first ten states, ties counted against (wildboottest prints 0.734)


def counties() -> pd.DataFrame:
    rows = pd.read_csv(MPDTA)
    begun = (rows["first.treat"] > 0) & (rows["year"] >= rows["first.treat"])
    employment, people = np.exp(rows["lemp"]), np.exp(rows["lpop"])
    return rows.assign(
        month=rows["year"].astype(str) + "-01", state=rows["countyreal"] // 1000, d=begun * 1.0, rate=100 * employment / people, people=people
    )


def cells_and_dummy(rows: pd.DataFrame, outcome: str, cluster: str | None, weights: str | None = None) -> tuple[Cells, np.ndarray]:
    cells = cells_of(rows, unit="countyreal", time="month", outcome=outcome, cluster=cluster, weights=weights)
    return cells, rows.sort_values(["countyreal", "year"])["d"].to_numpy()[:, None]


@pytest.mark.parametrize("cluster", ["countyreal", "state"])
def test_the_poisson_with_an_offset_is_that_of_pyfixest(cluster):
    cells, dummy = cells_and_dummy(counties(), "rate", cluster, "people")
    found = counted(cells, dummy, ("d",), "quasi_poisson").regression.fit()
    factor = small_sample_factor(cells, 2500, 4, 1)
    assert found.estimate == pytest.approx(POISSON, abs=1e-10)
    assert found.std_error / np.sqrt(factor) == pytest.approx(POISSON_ERRORS[cluster], rel=1e-8)


def test_the_bootstrap_over_29_states_is_that_of_wildboottest():
    cells, dummy = cells_and_dummy(counties(), "lemp", "state")
    fit = clustered_fit(cells, dummy, ("d",)).fit()
    assert fit.estimate == pytest.approx(LEVELS, abs=1e-12)
    assert fit.estimate / fit.std_error == pytest.approx(T_VALUE * np.sqrt(SSC / small_sample_factor(cells, 2500, 4, 1)), rel=1e-8)
    found = wild_cluster_bootstrap(regression_estimate(cells, dummy, ("d",), ONE), draws=19_999, seed=0)
    assert found.p_value == pytest.approx(np.mean(WEBB_P), abs=3 * np.sqrt(0.1355 * 0.8645 / 19_999))


def test_all_two_point_weights_of_ten_states_give_the_p_value_of_wildboottest():
    rows = counties()
    few = rows[rows["state"].isin(sorted(rows["state"].unique())[:FIRST_STATES])]
    cells, dummy = cells_and_dummy(few, "lemp", "state")
    of = regression_estimate(cells, dummy, ("d",), ONE)
    factor = small_sample_factor(cells, len(few), 4, 1)
    assert of.estimate / of.std_error == pytest.approx(FIRST_T * np.sqrt(FIRST_SSC / factor), rel=1e-7)
    found = wild_cluster_bootstrap(of, draws=1024, seed=0, points="rademacher")
    assert (found.is_enumerated, found.draws_count, found.clusters_count) == (True, 1024, 10)
    assert found.p_value == pytest.approx(EVERY_RADEMACHER_P)
