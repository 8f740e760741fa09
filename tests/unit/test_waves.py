"""Waves drawn by lot: alike, repeatable, dealt within strata; and what the mechanism redraws is what was drawn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.assignment import mechanism_of, refuse_undrawn
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.inside.waves import (
    RuleTooNarrow,
    is_as_drawn,
    largest_gaps,
    lot_hash,
    propose_waves,
    standardised,
    wave_balance,
    with_start_months,
)
from analysis.estimate.refusals import DesignRefused


def communes(count: int = 30, districts: int = 4, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "unit_code": [f"c{number:02d}" for number in range(count)],
            "district": [f"d{number % districts}" for number in range(count)],
            "size": rng.lognormal(6, 0.5, count).round(),
            "base": rng.normal(30, 8, count).round(1),
        }
    )


def drawn(units: pd.DataFrame, **changes) -> pd.DataFrame:
    asked = {"unit": "unit_code", "waves": 3, "seed": 7, "stratum": "district", "balance_on": ("size", "base"), "max_gap_sd": 0.3} | changes
    return propose_waves(units, **asked)


@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 6))
@settings(max_examples=30)
def test_every_stratum_and_the_whole_are_dealt_to_within_one_unit(seed, waves, districts):
    table = drawn(communes(31, districts), seed=seed, waves=waves, balance_on=())
    assert np.ptp(table["wave"].value_counts().to_numpy()) <= 1
    assert (np.ptp(pd.crosstab(table["stratum"], table["wave"]).to_numpy(), axis=1) <= 1).all()


@given(st.permutations(range(12)))
@settings(max_examples=20)
def test_the_order_of_rows_changes_nothing(order):
    units = communes(12, 2)
    pd.testing.assert_frame_equal(drawn(units.iloc[list(order)]), drawn(units))


def test_one_seed_gives_one_lot_and_another_another():
    units = communes()
    assert drawn(units)["wave"].tolist() == drawn(units)["wave"].tolist()
    assert drawn(units)["wave"].tolist() != drawn(units, seed=8)["wave"].tolist()


def test_the_balance_table_shows_the_rule_is_kept():
    table = drawn(communes())
    balance = wave_balance(table)
    assert balance["gap_sd"].abs().max() <= 0.3
    assert largest_gaps(table["wave"].to_numpy()[None, :], standardised(table))[0] == pytest.approx(balance["gap_sd"].abs().max())
    by_hand = table.loc[table["wave"] == 2, "balance_size"].mean()
    assert balance.query("column == 'size' and wave == 2")["mean"].item() == pytest.approx(by_hand)


def test_each_wave_is_as_likely_for_every_unit():
    units = communes(9, 3)
    lots = np.array([drawn(units, seed=seed, balance_on=())["wave"] for seed in range(300)])
    shares = np.array([(lots == wave).mean(axis=0) for wave in (1, 2, 3)])
    assert np.abs(shares - 1 / 3).max() < 4.5 * np.sqrt(2 / 9 / 300)


def test_whole_clusters_start_together():
    units = communes(40, 10)
    table = drawn(units, stratum=None, cluster="district", waves=2, balance_on=())
    assert (table.groupby("cluster")["wave"].nunique() == 1).all()


def test_start_months_follow_the_waves_over_the_turn_of_a_year():
    table = with_start_months(drawn(communes()), "2027-09", 3)
    assert dict(table.groupby("wave")["first_month"].first()) == {1: "2027-09", 2: "2027-12", 3: "2028-03"}


def test_a_table_changed_by_hand_is_no_longer_as_drawn():
    table = with_start_months(drawn(communes()), "2027-03", 3)
    assert is_as_drawn(table)
    assert is_as_drawn(table.sample(frac=1, random_state=1))
    swapped = table.copy()
    swapped.loc[[0, 1, 2, 3, 4], "wave"] = swapped.loc[[4, 3, 2, 1, 0], "wave"].to_numpy()
    assert not is_as_drawn(swapped)
    moved = table.copy()
    moved.loc[0, "first_month"] = "2030-01"
    assert not is_as_drawn(moved)
    with pytest.raises(DesignRefused, match="bị đổi đợt sau khi bốc"):
        refuse_undrawn(swapped)


def test_an_order_without_proof_of_a_lot_is_not_called_random():
    table = with_start_months(drawn(communes()), "2027-03", 3)
    bare = table[["unit_code", "first_month"]]
    with pytest.raises(DesignRefused, match="không coi là ngẫu nhiên"):
        refuse_undrawn(bare)
    with pytest.raises(DesignRefused, match="05/03/2027"):
        refuse_undrawn(bare.assign(drawn_on="2027-03-05"))
    refuse_undrawn(bare.assign(drawn_on="2027-02-20"))


def test_the_mechanism_redraws_within_strata_under_the_rule_and_the_lot_drawn_is_one_of_them():
    table = with_start_months(drawn(communes(12, 2), waves=2, max_gap_sd=0.35), "2027-03", 3)
    lot = mechanism_of(table, "unit_code")
    lots = lot.redraw(4_000, seed=1)
    strata = lot.strata[lot.cluster_of]
    for stratum in (0, 1):
        counts = {tuple(sorted(row[strata == stratum])) for row in lots}
        assert counts == {tuple(sorted(lot.unit_starts[strata == stratum]))}
    assert largest_gaps(lots, standardised(table)).max() <= 0.35
    assert (lots == lot.unit_starts).all(axis=1).any()
    assert np.array_equal(lots, lot.redraw(4_000, seed=1))


def test_lots_are_counted_and_too_few_forbid_a_small_p_value():
    table = pd.DataFrame({"unit_code": list("abcdef"), "first_month": ["2027-03"] * 3 + [None] * 3})
    lot = mechanism_of(table, "unit_code")
    assert np.exp(lot.log_lots) == pytest.approx(20)
    assert lot.allows(0.05)
    assert not mechanism_of(table.head(4), "unit_code").allows(0.05)
    assert (lot.unit_starts == NEVER).sum() == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"waves": 1}, "từ 2 đến 15 đợt"),
        ({"waves": 16}, "mỗi đợt ít nhất hai cụm"),
        ({"balance_on": ("income",)}, "không có cột income"),
        ({"max_gap_sd": 1e-9, "draws": 50}, "nới điều kiện"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes, said):
    with pytest.raises(DesignRefused, match=said):
        drawn(communes(), **changes)


def test_repeated_units_unreadable_months_and_split_clusters_are_refused():
    units = communes()
    with pytest.raises(DesignRefused, match="hai dòng"):
        drawn(pd.concat([units, units.head(1)]))
    with pytest.raises(DesignRefused, match="2027-13"):
        with_start_months(drawn(units), "2027-13", 3)
    split = pd.DataFrame({"unit_code": list("abcd"), "cluster": list("xxyy"), "first_month": ["2027-03", "2027-06", "2027-03", "2027-03"]})
    with pytest.raises(DesignRefused, match="cả cụm phải cùng một đợt"):
        mechanism_of(split, "unit_code")


def test_a_missing_level_counts_as_the_mean():
    units = communes()
    units.loc[0, "base"] = np.nan
    table = drawn(units)
    assert standardised(table)[0, 1] == 0
    assert is_as_drawn(table)


def test_a_rule_too_narrow_is_told_with_its_decimals():
    with pytest.raises(RuleTooNarrow, match=r"không quá 0,001 độ lệch chuẩn \(gần nhất 0,\d{2,4}\)"):
        drawn(communes(), max_gap_sd=0.001, draws=50)


def test_too_few_units_for_two_waves_are_refused_without_an_empty_range():
    with pytest.raises(DesignRefused, match="chấp nhận từ 4 cụm trở lên"):
        drawn(communes(3), waves=2)


def test_the_hash_is_that_of_what_was_drawn_from():
    """Other counts, another list or another group change it; the seed, the rule, the order of rows and what was drawn do not."""
    units = communes()
    base = lot_hash(drawn(units))
    assert base == lot_hash(drawn(units.sample(frac=1, random_state=1), seed=9, max_gap_sd=0.4))
    assert base == lot_hash(with_start_months(drawn(units), "2027-03", 3))
    changed = [units.assign(size=units["size"] + 1), units.head(29), units.assign(district="d")]
    assert len({base, *(lot_hash(drawn(table)) for table in changed)}) == 4
