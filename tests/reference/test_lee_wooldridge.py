"""Demeaned and detrended difference-in-differences against published answers and another library.

Lee and Wooldridge (2025), "Simple approaches to inference with difference-in-differences estimators with small cross-sectional
sample sizes": California's Proposition 99 (Table 3) and the castle-doctrine laws, whose staggered starts are aggregated by cohort
share. Arkhangelsky et al. (2021, Table 1): the plain difference-in-differences on packs.
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.difference import demeaned_did, detrended_did
from analysis.estimate.result import EffectEstimate
from analysis.estimate.two_way import two_way_fixed_effects

REPLICATION = Path(__file__).resolve().parents[3] / "shared" / "data" / "replication"
needs_replication = pytest.mark.skipif(not REPLICATION.is_dir(), reason="../shared/data/replication is not here; it is read in place, never copied")
CALIFORNIA = {"unit": "State", "time": "Year", "treated": ["California"], "start": 1989}
CASTLE = {"unit": "sid", "time": "year", "outcome": "l_homicide"}


@pytest.fixture(scope="module")
def smoking() -> pd.DataFrame:
    packs = pd.read_csv(REPLICATION / "california_prop99.csv", sep=";")
    return packs.assign(log_packs=np.log(packs["PacksPerCapita"]))


@pytest.fixture(scope="module")
def castle() -> pd.DataFrame:
    """One row a (sid, year); the data come with the package ``causaldata``."""
    data = pytest.importorskip("causaldata", reason="causaldata is a development dependency").castle
    return data.load_pandas().data[["sid", "year", "post", "l_homicide"]].astype({"l_homicide": float})


@pytest.fixture(scope="module")
def laws(castle) -> dict[int, int]:
    """Year of the law, by state: one before the first full year, which is what ``post`` marks."""
    return (castle[castle["post"] > 0].groupby("sid")["year"].min() - 1).to_dict()


# California


@needs_replication
def test_california_demeaned_is_the_published_answer(smoking):
    """Table 3: -0.422 (0.121), on log packs per head, 38 comparison states, 1970-2000, law from 1989."""
    found = demeaned_did(smoking, outcome="log_packs", **CALIFORNIA)
    assert (round(found.estimate, 3), round(found.std_error, 3)) == (-0.422, 0.121)
    assert (found.treated_count, found.comparison_count, found.df, found.before_count, found.after_count) == (1, 38, 37, 19, 12)


@needs_replication
def test_california_detrended_is_the_published_answer(smoking):
    """Table 3: -0.2269887 (0.0940689), p = 0.0208919; its logarithms were held in single precision, which moves the seventh digit."""
    found = detrended_did(smoking, outcome="log_packs", **CALIFORNIA)
    assert found.estimate == pytest.approx(-0.2269887, abs=2e-7)
    assert found.std_error == pytest.approx(0.0940689, abs=5e-8)
    single = detrended_did(smoking.assign(log_packs=smoking["log_packs"].astype("float32")), outcome="log_packs", **CALIFORNIA)
    assert (single.estimate, round(single.p_exact, 7)) == (pytest.approx(-0.2269887, abs=1e-7), 0.0208919)


@needs_replication
def test_california_on_packs_is_the_published_difference_in_differences(smoking):
    """Arkhangelsky et al., Table 1: -27.3491."""
    assert demeaned_did(smoking, outcome="PacksPerCapita", **CALIFORNIA).estimate == pytest.approx(-27.3491, abs=5e-5)
    assert two_way_fixed_effects(smoking, outcome="PacksPerCapita", **CALIFORNIA).estimate == pytest.approx(-27.3491, abs=5e-5)


@needs_replication
@pytest.mark.parametrize(("estimator", "rolling"), [(demeaned_did, "demean"), (detrended_did, "detrend")])
def test_california_agrees_with_another_library(smoking, estimator, rolling):
    found = estimator(smoking, outcome="log_packs", **CALIFORNIA)
    treated = smoking.assign(plan=((smoking["State"] == "California") & (smoking["Year"] >= 1989)).astype(int))
    att, std_error, p_value = other_library(treated, rolling, outcome="log_packs", unit="State", time="Year", treatment="plan")
    assert (found.estimate, found.std_error, found.p_exact) == pytest.approx((att, std_error, p_value), abs=1e-9)


# Castle-doctrine laws


def estimate(castle: pd.DataFrame, starts: dict[int, int], estimator=demeaned_did, **options) -> EffectEstimate:
    return estimator(castle, treated=list(starts), start=starts, **CASTLE, **options)


def test_castle_demeaned_is_the_published_answer(castle, laws):
    """Section 7.2, as the package lwdid quotes it: 0.092 (0.057), and a t of 1.50 with HC3 errors; 21 states of five cohorts, 29 without."""
    found, robust = estimate(castle, laws), estimate(castle, laws, errors="hc3")
    assert (round(found.estimate, 3), round(found.std_error, 3), found.df) == (0.092, 0.057, 48)
    assert round(robust.estimate / robust.std_error, 2) == 1.50
    assert (found.treated_count, found.comparison_count) == (21, 29)


def test_castle_detrended_is_the_published_answer(castle, laws):
    """Section 7.2, as the package lwdid quotes it: 0.067. Errors are held against another library below."""
    found = estimate(castle, laws, detrended_did)
    assert (round(found.estimate, 3), round(found.std_error, 3)) == (0.067, 0.056)


@pytest.mark.parametrize(("estimator", "rolling"), [(demeaned_did, "demean"), (detrended_did, "detrend")])
@pytest.mark.parametrize("years_later", [0, 1])
def test_castle_agrees_with_another_library(castle, laws, estimator, rolling, years_later):
    """Cohort shares and never-treated states; iid errors, t with 48 df."""
    starts = {state: year + years_later for state, year in laws.items()}
    first = castle["sid"].map(starts)
    treated = castle.assign(first=first.fillna(0).astype(int), law=(castle["year"] >= first).astype(int))
    att, std_error, p_value = other_library(treated, rolling, outcome="l_homicide", unit="sid", time="year", treatment="law", first_treat="first")
    found = estimate(castle, starts, estimator)
    assert (found.estimate, found.std_error, found.p_exact) == pytest.approx((att, std_error, p_value), abs=1e-9)


@pytest.mark.parametrize("estimator", [demeaned_did, detrended_did])
def test_castle_is_the_average_over_states_of_each_against_the_states_without_a_law(castle, laws, estimator):
    never = castle[~castle["sid"].isin(list(laws))]
    alone = [
        estimator(pd.concat([castle[castle["sid"] == state], never]), treated=[state], start=year, **CASTLE).estimate for state, year in laws.items()
    ]
    assert estimate(castle, laws, estimator).estimate == pytest.approx(np.mean(alone), abs=1e-12)


def other_library(panel: pd.DataFrame, rolling: str, **columns: str) -> tuple[float, float, float]:
    """(effect, homoskedastic error, p) of diff-diff's rolling transformations."""
    lwdid = pytest.importorskip("diff_diff.lwdid", reason="diff-diff is a development dependency")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on few treated units
        found = lwdid.LWDiD(rolling=rolling, vcov_type="classical", control_group="never_treated").fit(panel, **columns)
    return found.att, found.se, found.p_value
