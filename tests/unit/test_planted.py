"""What a known truth did to each simulated unit and month: found by drawing the same set without it, and by nothing else."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from analysis.simulate import levels
from analysis.simulate.planted import KEY, is_of_this_draw, planted_effect
from analysis.simulate.truth import TRUTH, Truth
from analysis.simulate.uptake import simulate_uptake

COMMUNES = ("25741", "25742", "25743")
FIRST, SECOND = "2020-03", "2020-06"


@cache
def make_units() -> pd.DataFrame:
    named = [
        ("74", "Tỉnh Bình Dương", "province", "00"),
        ("74-VPUBND", "Văn phòng Ủy ban nhân dân tỉnh Bình Dương", "department", "74"),
        ("718", "Thành phố Thủ Dầu Một", "district", "74"),
        *((code, f"Phường số {code[-1]}", "commune", "718") for code in COMMUNES),
    ]
    return pd.DataFrame(named, columns=["unit_code", "name_vi", "level", "parent_code"], dtype="string").assign(vintage="63-tinh")


@cache
def make_activities(audience: str = "citizens") -> pd.DataFrame:
    """Two communes say something once, a year apart in nothing but the month; the third never does."""
    said = [("A1", COMMUNES[0], FIRST), ("A2", COMMUNES[1], SECOND)]
    rows = pd.DataFrame({"activity_id": [name for name, _, _ in said], "unit_code": [unit for _, unit, _ in said]})
    days = pd.to_datetime([f"{month}-10" for _, _, month in said])
    return rows.assign(start_date=days, end_date=days, date_precision="day", audience=audience, vintage="63-tinh")


@cache
def effects(seed: int, truth: Truth = TRUTH, audience: str = "citizens") -> pd.DataFrame:
    return planted_effect(make_units(), make_activities(audience), seed=seed, truth=truth)


def counts_of(seed: int) -> pd.DataFrame:
    """The received and online dossiers of a draw as a chapter holds them."""
    drawn = simulate_uptake(make_units(), make_activities(), seed=seed)
    return drawn[KEY].assign(numerator_count=drawn["online_count"], denominator_count=drawn["received_count"])


SEEDS = st.integers(0, 5)


@given(SEEDS)
@settings(max_examples=4)
def test_there_is_no_effect_before_anything_was_said_and_none_where_nothing_was(seed):
    found = effects(seed)
    begun = {COMMUNES[0]: FIRST, COMMUNES[1]: SECOND}
    is_before = found["period_month"] < found["unit_code"].map(begun).fillna("9999-99")
    assert (found.loc[is_before, "planted_pct"] == 0).all()
    assert (found["planted_pct"] >= 0).all()
    assert (found.loc[~is_before, "planted_pct"] > 0).any()


@given(SEEDS)
@settings(max_examples=3)
def test_the_counts_are_those_of_the_draw_under_the_truth(seed):
    found, drawn = effects(seed), simulate_uptake(make_units(), make_activities(), seed=seed)
    assert (found["online_count"] == drawn["online_count"]).all()
    assert (found["received_count"] == drawn["received_count"]).all()


def test_without_an_effect_and_for_officials_nothing_is_planted():
    assert (effects(1, replace(TRUTH, effect_logit=0.0))["planted_pct"] == 0).all()
    assert (effects(1, TRUTH, "officials")["planted_pct"] == 0).all()


def test_a_larger_truth_plants_more_and_never_less_anywhere():
    small, large = effects(2)["planted_pct"], effects(2, replace(TRUTH, effect_logit=0.5))["planted_pct"]
    assert (large >= small).all()
    assert large.sum() > small.sum()


def test_the_mean_of_what_is_planted_is_that_of_the_equation():
    """Ten draws of a large effect in the month itself, as points of all dossiers: those with a service online times the shift of the logit."""
    truth = replace(TRUTH, effect_logit=1.0, unit_sd_logit=0.0, shock_sd_logit=0.0)
    month = pd.PeriodIndex([FIRST], freq="M")
    at = expit(levels.share_path(levels.ONLINE_SERVICE_SHARE, month))[0]
    base = (levels.share_path(levels.ONLINE_SHARE, month) + levels.closure_logit(month))[0]
    expected = 100 * at * (expit(base + np.log(2)) - expit(base))
    rows = [effects(seed, truth).query(f"unit_code == '{COMMUNES[0]}' and period_month == '{FIRST}'")["planted_pct"].iloc[0] for seed in range(10)]
    assert np.mean(rows) == pytest.approx(expected, rel=0.25)


def test_months_without_a_dossier_have_no_share(monkeypatch):
    from analysis.simulate import planted

    def emptied(*arguments, **options):
        drawn = simulate_uptake(*arguments, **options)
        first = drawn.index == 0
        return drawn.assign(received_count=drawn["received_count"].mask(first, 0), online_count=drawn["online_count"].mask(first, 0))

    monkeypatch.setattr(planted, "simulate_uptake", emptied)
    found = planted.planted_effect(make_units(), make_activities(), seed=1)
    assert found["planted_pct"].isna().tolist() == [True, *[False] * (len(found) - 1)]


def test_a_draw_knows_its_own_counts_in_part_and_in_any_order():
    counts = counts_of(3)
    assert is_of_this_draw(effects(3), counts)
    assert is_of_this_draw(effects(3), counts.sample(frac=0.4, random_state=1))


@pytest.mark.parametrize("column", ["numerator_count", "denominator_count"])
def test_one_dossier_more_is_another_set(column):
    counts = counts_of(3)
    assert not is_of_this_draw(effects(3), counts.assign(**{column: counts[column] + (counts.index == 17)}))


def test_another_seed_unknown_months_hidden_counts_and_no_counts_are_another_set():
    counts = counts_of(3)
    assert not is_of_this_draw(effects(4), counts)
    assert not is_of_this_draw(effects(3), counts.replace({"period_month": {FIRST: "2031-01"}}))
    assert not is_of_this_draw(effects(3), counts.assign(numerator_count=counts["numerator_count"].mask(counts.index == 3)))
    assert not is_of_this_draw(effects(3), counts.head(0))
