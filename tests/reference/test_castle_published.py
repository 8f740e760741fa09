"""Castle-doctrine laws and homicide (Cheng and Hoekstra 2013): coefficients and clustered errors of other programs, digit by digit.

The data come with the package ``causaldata``: 50 states, 2000-2010, of which 21 passed a law. ``post`` there begins in the first
full year; the vignette of the R package ``bacondecomp`` begins in the year of the law itself, one year earlier.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.two_way import two_way_fixed_effects

castle_data = pytest.importorskip("causaldata", reason="causaldata is a development dependency").castle

BACONDECOMP = 0.0818116169306475  # "Two-way FE estimate", R package bacondecomp, vignette


@pytest.fixture(scope="module")
def castle() -> pd.DataFrame:
    """One row a (sid, year)."""
    return castle_data.load_pandas().data.astype({"l_homicide": float, "popwt": float, "unemployrt": float, "poverty": float})


@pytest.fixture(scope="module")
def starts(castle) -> dict[int, int]:
    """First full year with the law, by state."""
    return castle[castle["post"] > 0].groupby("sid")["year"].min().to_dict()


def estimate(castle: pd.DataFrame, starts: dict[int, int], **options) -> EffectEstimate:
    return two_way_fixed_effects(castle, unit="sid", time="year", outcome="l_homicide", treated=list(starts), start=starts, **options)


def test_the_panel_is_the_published_one(castle, starts):
    assert (len(castle), castle["sid"].nunique(), len(starts)) == (550, 50, 21)


def test_from_the_year_of_the_law_on_the_coefficient_is_that_of_bacondecomp(castle, starts):
    of_the_law = {state: year - 1 for state, year in starts.items()}
    assert estimate(castle, of_the_law).estimate == pytest.approx(BACONDECOMP, abs=1e-12)


@pytest.mark.parametrize(
    ("df_rule", "std_error", "df"),
    [
        ("stata", 0.05585963526, 49),
        ("fixest", 0.05585963526, 49),
        ("statsmodels", 0.05859152528, None),
        ("linearmodels", 0.05805545248, 489),
    ],
)
def test_each_df_rule_gives_the_clustered_error_of_its_program(castle, starts, df_rule, std_error, df):
    found = estimate(castle, starts, errors="cluster", df_rule=df_rule)
    assert found.estimate == pytest.approx(0.06939842928390, abs=1e-12)
    assert (found.std_error, found.df) == (pytest.approx(std_error, abs=1e-11), df)


@pytest.mark.parametrize(("errors", "std_error"), [("iid", 0.0334258232), ("hc1", 0.0343119690)])
def test_iid_and_hc1_errors_are_those_of_statsmodels_with_dummies(castle, starts, errors, std_error):
    assert estimate(castle, starts, errors=errors).std_error == pytest.approx(std_error, abs=1e-10)


@pytest.mark.parametrize(
    ("errors", "df_rule", "std_error"),
    [
        ("cluster", "statsmodels", 0.0348169836),
        ("cluster", "linearmodels", 0.0344984321),
        ("cluster", "fixest", 0.0331936058),
        ("iid", "fixest", 0.0197305578),
        ("hc1", "fixest", 0.0197151269),
    ],
)
def test_with_population_weights_all_programs_agree_to_the_precision_of_the_data(castle, starts, errors, df_rule, std_error):
    found = estimate(castle, starts, errors=errors, df_rule=df_rule, weights="popwt")
    assert found.estimate == pytest.approx(0.0755332364, abs=1e-8)
    assert found.std_error == pytest.approx(std_error, abs=1e-8)
    assert (found.p_rank, found.mde, found.n_placebos) == (None, None, 0)


def test_controls_enter_as_in_pyfixest(castle, starts):
    clustered = estimate(castle, starts, errors="cluster", df_rule="statsmodels", controls=["unemployrt", "poverty"])
    weighted = estimate(castle, starts, errors="hc1", controls=["unemployrt", "poverty"], weights="popwt")
    assert (clustered.estimate, clustered.std_error) == (pytest.approx(0.074780, abs=1e-6), pytest.approx(0.058490, abs=1e-6))
    assert (weighted.estimate, weighted.std_error) == (pytest.approx(0.078687, abs=1e-6), pytest.approx(0.020011, abs=1e-6))


def test_the_event_study_is_that_of_pyfixest(castle, starts):
    found = estimate(castle, starts, errors="cluster", df_rule="statsmodels").by_period.set_index("period")
    assert found.index.tolist() == list(range(-10, 5))
    effects, std_errors = found.loc[[-8, -2, 0, 3], "effect"], found.loc[[-8, -2, 0, 3], "std_error"]
    np.testing.assert_allclose(effects, [-0.318114, -0.091861, 0.013810, -0.008277], atol=1e-6)
    np.testing.assert_allclose(std_errors, [0.156079, 0.045344, 0.070345, 0.058565], atol=1e-6)
    assert found.loc[-1, "effect"] == 0


def test_an_event_seen_in_one_state_has_an_effect_but_no_clustered_error(castle, starts):
    found = estimate(castle, starts, errors="cluster").by_period.set_index("period")
    assert found.loc[-10, "effect"] == pytest.approx(-0.340267, abs=1e-6)
    assert np.isnan(found.loc[-10, ["std_error", "ci_low", "ci_high"]].astype(float)).all()


def test_clustered_errors_are_refused_for_a_single_state(castle, starts):
    florida = {10: starts[10]}
    others = castle[~castle["sid"].isin(set(starts) - {10})]
    with pytest.raises(DesignRefused, match="chỉ có 1 cụm được xét"):
        estimate(others, florida, errors="cluster")
