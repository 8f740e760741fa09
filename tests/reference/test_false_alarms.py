"""How often a test cries wolf on the real PAPI panel: every province and start year is given a plan it never had."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.estimate.difference import demeaned_did

OUTCOMES = ("D1", "D2", "D3", "D4", "D5", "D6", "TOTAL")
STARTS = (2016, 2017, 2018, 2019, 2020)
ALPHA = 0.05


@pytest.fixture(scope="module")
def panel(built) -> pd.DataFrame:
    """PAPI scores of the provinces without any gap 2011-2024, one column a (component, edition year)."""
    scores = built.tables["index_scores"]
    papi = scores[(scores["index"] == "PAPI") & scores["component"].isin(OUTCOMES)].astype({"score": float})
    return papi.pivot(index="province_code", columns=["component", "edition_year"], values="score").dropna()


def test_fifty_six_provinces_have_no_gap_and_give_1960_placebo_plans(panel):
    assert len(panel) == 56
    assert len(panel) * len(OUTCOMES) * len(STARTS) == 1960


def test_a_before_after_t_test_calls_two_thirds_of_plans_that_never_existed_significant(panel):
    alarms = []
    for outcome in OUTCOMES:
        for start in STARTS:
            years = panel[outcome].columns
            before, after = panel[outcome].loc[:, years < start], panel[outcome].loc[:, years >= start]
            alarms.extend(stats.ttest_ind(after, before, axis=1).pvalue < ALPHA)
    assert np.mean(alarms) == pytest.approx(0.666, abs=0.001)


def test_the_demeaned_comparison_keeps_its_promise_on_d5(panel):
    """280 overlapping placebos; the house accepts at most 8 % at a nominal 5 %."""
    long = panel["D5"].reset_index().melt(id_vars="province_code", value_name="score")
    alarms = [
        demeaned_did(long, unit="province_code", time="edition_year", outcome="score", treated=[province], start=start).p_exact < ALPHA
        for province in panel.index
        for start in STARTS
    ]
    assert len(alarms) == 280
    assert np.mean(alarms) <= 0.08
