"""A long panel as a matrix: sorted, cut and never filled, hashed by what it holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.matrix import PanelMatrix, matrix_of
from analysis.estimate.refusals import DesignRefused

YEARS = (2017, 2018, 2019, 2020, 2021)
SEEDS = st.integers(min_value=0, max_value=10_000)


def make_panel(seed: int = 0, units: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(f"u{unit}", year, 10.0 * unit + rng.normal()) for unit in range(units) for year in YEARS]
    return pd.DataFrame(rows, columns=["unit", "year", "score"])


def matrix(panel: pd.DataFrame, treated: object = ("u0",), start: object = 2020, **guards: object) -> PanelMatrix:
    return matrix_of(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, **guards)


def without(panel: pd.DataFrame, *cells: tuple[str, int]) -> pd.DataFrame:
    return panel[~panel[["unit", "year"]].apply(tuple, axis=1).isin(cells)]


def test_rows_are_units_and_columns_periods_both_sorted():
    panel = make_panel().sample(frac=1, random_state=1)
    found = matrix(panel)
    assert (found.units, found.times, found.controls) == (tuple(f"u{unit}" for unit in range(6)), YEARS, ("u1", "u2", "u3", "u4", "u5"))
    cells = panel.set_index(["unit", "year"])["score"]
    assert all(found.outcomes[row, column] == cells[unit, year] for row, unit in enumerate(found.units) for column, year in enumerate(found.times))
    assert (found.before_count, found.is_staggered, found.missing_waves) == (3, False, ())


@given(SEEDS)
@settings(max_examples=15)
def test_the_order_of_rows_and_other_columns_do_not_matter(seed):
    plain, mixed = matrix(make_panel()), matrix(make_panel().assign(note="x").sample(frac=1, random_state=seed))
    assert mixed.data_hash == plain.data_hash
    assert np.array_equal(mixed.outcomes, plain.outcomes)


@pytest.mark.parametrize(
    "changed",
    [
        lambda panel: panel.assign(score=panel["score"].where(panel.index != 7, panel["score"] + 1e-12)),
        lambda panel: panel.assign(unit="x" + panel["unit"].where(panel["unit"] != "u0", "u0")),
        lambda panel: panel.assign(year=panel["year"] + (panel["year"] == 2021)),
        lambda panel: panel[panel["unit"] != "u3"],
    ],
    ids=["one digit", "names", "a period", "a unit"],
)
def test_the_hash_is_that_of_the_cells_used(changed):
    panel = changed(make_panel())
    treated = [panel["unit"].iloc[0]]
    assert matrix(panel, treated).data_hash != matrix(make_panel()).data_hash


def test_the_hash_tells_starts_and_treated_units_apart_and_leaves_out_what_is_not_used():
    panel = make_panel()
    hashes = {matrix(panel).data_hash, matrix(panel, start=2019).data_hash, matrix(panel, ("u1",)).data_hash, matrix(panel, ("u0", "u1")).data_hash}
    assert len(hashes) == 4
    spare = pd.concat([panel, pd.DataFrame({"unit": ["u9"], "year": [2018], "score": [1.0]})])  # seen once, so never compared
    assert matrix(spare).data_hash == matrix(panel).data_hash


def test_a_comparison_unit_with_a_gap_is_left_out_and_never_filled():
    found = matrix(without(make_panel(), ("u2", 2018), ("u4", 2021)))
    assert found.controls == ("u1", "u3", "u5")
    assert np.isfinite(found.outcomes).all()


def test_a_period_in_which_a_treated_unit_was_not_seen_is_left_out_for_all_and_told():
    found = matrix(without(make_panel(), ("u0", 2018)))
    assert (found.times, found.missing_waves, found.before_count) == ((2017, 2019, 2020, 2021), ("2018",), 2)
    assert found.clock.tolist() == [2017.0, 2019.0, 2020.0, 2021.0]
    assert len(found.controls) == 5


def test_with_several_treated_units_only_periods_seen_in_all_of_them_stay():
    found = matrix(without(make_panel(units=8), ("u0", 2017), ("u1", 2021)), ("u0", "u1"))
    assert (found.times, found.missing_waves) == ((2018, 2019, 2020), ("2017", "2021"))


def test_starts_may_differ_by_unit():
    found = matrix(make_panel(), ("u0", "u1"), {"u0": 2019, "u1": 2021, "u5": 2020})
    assert found.starts.tolist() == [2, 4, -1, -1, -1, -1]
    assert (found.is_staggered, found.before_count) == (True, 2)


def test_a_start_between_periods_begins_with_the_next_one():
    panel = make_panel().assign(year=lambda rows: rows["year"].replace({2020: 2022, 2021: 2023}))
    assert matrix(panel, start=2021).before_count == 3


@pytest.mark.parametrize("named", [lambda year: f"{year}-Q1", lambda year: pd.Timestamp(year, 1, 1), lambda year: pd.Period(str(year), "Y")])
def test_periods_that_are_no_numbers_are_counted_in_order(named):
    panel = make_panel().assign(year=lambda rows: rows["year"].map(named))
    found = matrix(panel, start=named(2020))
    assert (found.clock.tolist(), found.before_count) == ([0.0, 1.0, 2.0, 3.0, 4.0], 3)


def test_units_may_be_numbers():
    panel = make_panel().assign(unit=lambda rows: rows["unit"].str[1:].astype(int))
    assert matrix(panel, [0]).controls == (1, 2, 3, 4, 5)


def test_one_era_is_carried_along_and_an_era_outside_the_window_does_not_matter():
    panel = make_panel().assign(era=lambda rows: np.where(rows["year"] == 2017, "old", "new"))
    assert matrix(without(panel, ("u0", 2017)), era="era").era == "new"
    assert matrix(panel).era is None
    with pytest.raises(DesignRefused, match=r"\(new, old\)"):
        matrix(panel, era="era")


def test_a_successor_may_stand_alone():
    assert matrix(make_panel(), lineage={"gone": ["u1"], "u2": ["not here"]}).controls == ("u1", "u2", "u3", "u4", "u5")


def test_a_treated_unit_named_twice_counts_once():
    assert matrix(make_panel(), ["u0", "u0"]).data_hash == matrix(make_panel()).data_hash


def test_fewer_periods_before_are_taken_only_when_the_caller_says_so():
    with pytest.raises(DesignRefused, match="1 kỳ trước mốc bắt đầu trên tổng số 5 kỳ; cần ít nhất 2"):
        matrix(make_panel(), start=2018)
    assert matrix(make_panel(), start=2018, min_before=1).before_count == 1
    with pytest.raises(DesignRefused, match=r"3 kỳ trước .* cần ít nhất 4"):
        matrix(make_panel(), min_before=4)


@given(SEEDS)
@settings(max_examples=20)
def test_whatever_is_missing_no_number_is_made_up(seed):
    panel = make_panel(seed, units=12)
    seen = panel[np.random.default_rng(seed).random(len(panel)) > 0.08]
    try:
        found = matrix(seen)
    except DesignRefused:
        return
    cells = seen.set_index(["unit", "year"])["score"]
    assert all(found.outcomes[row, column] == cells[unit, year] for row, unit in enumerate(found.units) for column, year in enumerate(found.times))
