"""Which doses can be told apart from the months, and at which level they are assigned."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution
from scipy.stats import f_oneway

from analysis.exposure import (
    AssignmentLevel,
    LevelIdentified,
    assignment_level,
    commune_exposure,
    exposure_table,
    identified_levels,
    start_correlation,
)
from analysis.exposure.identified import SHARED_DOSE, WINDOW, _intraclass_correlation, _windows, _within
from analysis.units import units_below

DISTRICTS, COMMUNES, MONTHS = 9, 10, 24


def communes(seed: int = 1, shared: float = 0.0, known: float = 1.0) -> pd.DataFrame:
    """Communes by month whose own dose is ``shared`` with their district with that probability; the province's is the same everywhere."""
    rng = np.random.default_rng(seed)
    district, month = np.divmod(np.arange(DISTRICTS * COMMUNES * MONTHS), COMMUNES * MONTHS)[0], np.arange(DISTRICTS * COMMUNES * MONTHS) % MONTHS
    of_district, of_month = rng.poisson(1.0, (DISTRICTS, MONTHS)), rng.poisson(5.0, MONTHS)
    own = np.where(rng.random(len(month)) < shared, of_district[district, month], rng.poisson(1.0, len(month))).astype(float)
    rows = pd.DataFrame(
        {
            "unit_code": [f"c{number:03d}" for number in np.arange(len(month)) // MONTHS],
            "district_code": [f"d{number}" for number in district],
            "period_month": [f"{2021 + number // 12}-{number % 12 + 1:02d}" for number in month],
            "own_dose": own,
            "district_dose": of_district[district, month].astype(float),
            "province_dose": of_month[month].astype(float),
        }
    )
    return rows.assign(own_dose=rows["own_dose"].where(rng.random(len(rows)) < known)).astype({"own_dose": "Float64"})


def levels(rows: pd.DataFrame) -> dict[str, LevelIdentified]:
    return {found.level: found for found in identified_levels(rows)}


def test_own_and_district_doses_are_identified_and_a_province_wide_one_is_not():
    found = levels(communes())
    assert {level: one.is_identified for level, one in found.items()} == {"own": True, "district": True, "province": False}
    assert found["province"].share_left == 0.0
    assert "không tách được" in found["province"].sentence_vi
    assert "giữa các huyện (xã cùng huyện như nhau)" in found["district"].sentence_vi


def test_a_dose_that_is_unit_plus_month_is_not_identified_though_it_differs_everywhere():
    rows = communes()
    rows["own_dose"] = rows["unit_code"].str[1:].astype(float) + rows["period_month"].str[-2:].astype(float)
    assert not levels(rows)["own"].is_identified


@pytest.mark.parametrize(("value", "told"), [(2.0, "tháng nào, xã nào cũng như nhau (2,0)"), (np.nan, "Không có nhật ký của chính cấp xã")])
def test_a_dose_that_never_varies_or_is_unknown_says_so(value, told):
    rows = communes().assign(own_dose=value)
    assert not levels(rows)["own"].is_identified
    assert told in levels(rows)["own"].sentence_vi
    assert np.isnan(assignment_level(rows).shared_share)


def test_the_share_left_is_that_of_a_regression_on_dummies_also_with_gaps():
    rows = communes(seed=3, known=0.7).dropna(subset=["own_dose"])
    dummies = pd.get_dummies(rows[["unit_code", "period_month"]], drop_first=True, dtype=float)
    fit = sm.OLS(rows["own_dose"].to_numpy(float), sm.add_constant(dummies.to_numpy(float))).fit()
    assert levels(rows)["own"].share_left == pytest.approx(1 - fit.rsquared, abs=1e-9)


def test_one_dose_path_for_all_communes_of_a_district_is_assignment_by_district():
    found = assignment_level(communes(shared=1.0))
    assert (found.level, found.districts_count) == ("district", DISTRICTS)
    assert found.shared_share == pytest.approx(1.0, abs=1e-6)
    assert found.sentence_vi.endswith("coi là phân theo huyện, sai số tính theo 9 huyện.")


@pytest.mark.parametrize("seed", range(5))
def test_communes_that_act_alone_are_assignment_by_commune(seed):
    found = assignment_level(communes(seed))
    assert found.level == "commune"
    assert found.shared_share < SHARED_DOSE / 3
    assert found.sentence_vi.endswith("coi là mỗi xã tự làm, sai số tính theo xã.")


def test_communes_that_half_follow_their_district_count_as_assigned_by_district():
    assert assignment_level(communes(shared=0.5)).level == "district"


def in_waves(seed: int) -> pd.DataFrame:
    """Each commune draws its months by itself, but a district has a busy half-year: together over months, apart within one."""
    rows, rng = communes(seed), np.random.default_rng(seed + 100)
    number = rows["district_code"].str[1:].astype(int).to_numpy()
    month = np.tile(np.arange(MONTHS), DISTRICTS * COMMUNES)
    is_busy = (month - 2 * number) % MONTHS < 7
    return rows.assign(own_dose=rng.poisson(np.where(is_busy, 1.1, 0.6)).astype(float))


@pytest.mark.parametrize("seed", range(3))
def test_communes_that_are_busy_in_the_same_half_year_count_as_assigned_by_district(seed):
    """What a distributed lag adds up is the dose of seven months."""
    rows = in_waves(seed)
    cells = rows.groupby(["district_code", "period_month"]).ngroup().to_numpy()
    a_month = _intraclass_correlation(_within(rows, "own_dose"), cells)
    found = assignment_level(rows)
    assert a_month < SHARED_DOSE < found.shared_share
    assert found.level == "district"


def test_windows_hold_seven_months_of_one_commune_all_of_them_known():
    rows = communes(known=0.9).sort_values(["unit_code", "period_month"])
    found = _windows(rows.sample(frac=1, random_state=1)).set_index(["unit_code", "period_month"])["own_dose"]
    wide = rows.pivot(index="unit_code", columns="period_month", values="own_dose").astype(float)
    sums = sum(wide.shift(back, axis="columns") for back in range(WINDOW))
    known = found.unstack().astype(float).reindex(columns=wide.columns)
    np.testing.assert_allclose(known.to_numpy(), sums.loc[known.index].to_numpy())
    assert 0 < len(found) < len(rows)


DISTRICT_OF = np.repeat(np.arange(DISTRICTS), COMMUNES)


def starting(first: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Communes with their first months (numbers from January 2019, negative for none), and the districts above them."""
    below = pd.DataFrame({"unit_code": [f"c{number:03d}" for number in range(90)], "parent_code": [f"d{number}" for number in DISTRICT_OF]})
    months = [pd.NA if number < 0 else str(pd.Period("2019-01", "M") + int(number)) for number in first]
    return pd.DataFrame({"unit_code": below["unit_code"], "first_month": pd.array(months, dtype="string")}), below


def test_districts_whose_communes_begin_together_share_their_start():
    together = np.random.default_rng(1).permutation(DISTRICTS)[DISTRICT_OF]
    assert start_correlation(*starting(together)) == pytest.approx(1.0)
    assert start_correlation(*starting(np.where(np.arange(90) % 10 < 3, -1, together))) == pytest.approx(1.0)


def test_communes_that_begin_at_random_share_nothing_but_for_luck():
    """A share of 0.1 stands at an F of 1 + 10 × 0.1 / 0.9, which nine districts of ten communes exceed in 4 % of draws."""
    rng = np.random.default_rng(2)
    found = np.array([start_correlation(*starting(rng.integers(0, 36, 90))) for _ in range(300)])
    assert np.mean(found) < 0.03
    assert np.mean(found >= SHARED_DOSE) == pytest.approx(f_distribution.sf(1 + 10 * SHARED_DOSE / (1 - SHARED_DOSE), 8, 81), abs=0.03)


def test_half_shared_starts_have_the_correlation_of_their_variances():
    rng = np.random.default_rng(4)
    found = [start_correlation(*starting(rng.integers(0, 40, 9)[DISTRICT_OF] + rng.integers(0, 40, 90))) for _ in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(("first", "expected"), [([-1] * 90, 0.0), ([5, *[-1] * 89], 0.0), ([5] * 10 + [-1] * 80, 0.0), ([5] * 90, 1.0)])
def test_starts_in_one_month_are_shared_where_there_are_districts_to_share_them(first, expected):
    assert start_correlation(*starting(np.array(first))) == expected


def test_the_intraclass_correlation_is_that_of_the_f_ratio():
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(30), 8)
    values = rng.normal(size=30)[groups] + rng.normal(size=240)
    ratio = f_oneway(*(values[groups == group] for group in range(30))).statistic
    assert _intraclass_correlation(values, groups) == pytest.approx((ratio - 1) / (ratio + 8 - 1))


def test_the_intraclass_correlation_of_unequal_groups_solved_by_hand():
    # Groups (0, 2), (4), (6, 8, 10): MSB = 66 / 2, MSW = 10 / 3, n0 = (6 - 14 / 6) / 2.
    values, groups = np.array([0.0, 2, 4, 6, 8, 10]), np.array([0, 0, 1, 2, 2, 2])
    between, within, typical = (2 * 16 + 1 + 3 * 9) / 2, 10 / 3, (6 - 14 / 6) / 2
    assert _intraclass_correlation(values, groups) == pytest.approx((between - within) / (between + (typical - 1) * within))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50), st.floats(0.1, 9), st.floats(-5, 5))
def test_the_level_does_not_depend_on_the_unit_of_dose_the_order_or_the_names(seed, scale, shift):
    rows = communes(seed, shared=0.4, known=0.9)
    moved = rows.assign(own_dose=scale * rows["own_dose"] + shift, unit_code="x" + rows["unit_code"]).sample(frac=1, random_state=seed)
    first, second = assignment_level(rows), assignment_level(moved)
    assert first.level == second.level
    assert second.shared_share == pytest.approx(first.shared_share, abs=1e-6)


def test_the_built_log_is_assigned_by_commune_and_its_province_dose_cannot_be_told_apart(built):
    below = units_below(built.tables["units"], "74")
    months = sorted(built.tables["uptake"]["period_month"].unique())
    rows = commune_exposure(exposure_table(built.tables["activities"], below), below, months)
    assert {level: one.is_identified for level, one in levels(rows).items()} == {"own": True, "district": True, "province": False}
    found = assignment_level(rows)
    assert isinstance(found, AssignmentLevel)
    assert found.level == "commune"
