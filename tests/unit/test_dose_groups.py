"""Groups of dose: solved by hand, held against statsmodels, cut the same however the dose is measured, fewer where doses repeat."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.cells import cells_of
from analysis.estimate.inside.dose_groups import begun_dose, dose_terciles, dose_trend, grouped, recent_dose
from analysis.estimate.inside.doses import Dose, dose_of
from analysis.estimate.inside.lags import distributed_lag
from analysis.estimate.refusals import DesignRefused

SEEDS = st.integers(min_value=0, max_value=10_000)
NAMES = {"unit": "unit", "time": "month", "outcome": "share", "dose": "dose"}


def make_panel(seed: int = 0, units: int = 16, months: int = 16, shape=lambda dose: dose) -> pd.DataFrame:
    """Shares moved by ``shape`` of the same month's dose; activity in half of the cells."""
    rng = np.random.default_rng(seed)
    labels = pd.period_range("2021-01", periods=months, freq="M").astype(str)
    dose = rng.integers(1, 13, (units, months)) * (rng.random((units, months)) < 0.5).astype(float)
    share = 50 + rng.normal(0, 5, (units, 1)) + rng.normal(0, 2, (1, months)) + shape(dose) + rng.normal(0, 1, (units, months))
    rows = pd.DataFrame({"unit": np.repeat([f"u{unit:02d}" for unit in range(units)], months), "month": np.tile(labels, units)})
    return rows.assign(share=share.ravel(), dose=dose.ravel(), district=rows["unit"].str[1:].astype(int) % 4)


def test_one_group_solved_by_hand():
    """Ten units jump by 3 in the last month, where they are dosed alike; two do not: one group, 3 apart, the trend 3 a dose of 2."""
    rows = [(f"u{unit:02d}", month, unit + 3.0 * (is_dosed := month == "2021-03" and unit < 10) + 0.1 * (-1) ** unit * is_dosed, 2.0 * is_dosed)
            for unit in range(12) for month in ("2021-01", "2021-02", "2021-03")]  # fmt: skip
    panel = pd.DataFrame(rows, columns=["unit", "month", "share", "dose"])
    found, trend = dose_terciles(panel, **NAMES, months=1), dose_trend(panel, **NAMES, months=1)
    assert (found.estimate, trend.estimate) == (pytest.approx(3.0), pytest.approx(1.5))
    assert found.p_exact == pytest.approx(trend.p_exact)
    assert found.notes_vi[-1].startswith("Chỉ chia được 1 nhóm liều thay vì 3")
    assert trend.checks[0].is_passed is None
    assert found.quantities[0].name_vi == "nhóm liều thứ 1 trên 1, liều 2, so với không có hoạt động"


def test_terciles_and_trend_are_those_of_statsmodels_with_dummies():
    panel = make_panel()
    found, trend = dose_terciles(panel, **NAMES, months=1), dose_trend(panel, **NAMES, months=1)
    dosed = panel.loc[panel["dose"] > 0, "dose"]
    middle = (panel["dose"].where(panel["dose"] > 0).rank() - 0.5) / len(dosed)
    group = 1 + np.searchsorted([1 / 3, 2 / 3], middle) * (panel["dose"] > 0).to_numpy() - (panel["dose"] == 0).to_numpy()
    means = np.array([0.0, *panel.groupby(group)["dose"].mean().iloc[1:]])
    effects = [pd.get_dummies(panel["unit"], dtype=float), pd.get_dummies(panel["month"], dtype=float).iloc[:, 1:]]
    for estimate, columns in ((found, (group[:, None] == [1, 2, 3]).astype(float)), (trend, means[group][:, None])):
        design = np.column_stack([columns, *effects])
        kinds = {"cov_type": "cluster", "cov_kwds": {"groups": panel["unit"].astype("category").cat.codes}}
        expected = sm.OLS(panel["share"].to_numpy(), design).fit(**kinds)
        width = columns.shape[1]
        rescale = np.sqrt((len(panel) - design.shape[1]) / (len(panel) - width - 16))
        assert estimate.estimate == pytest.approx(expected.params[width - 1])
        assert estimate.std_error == pytest.approx(expected.bse[width - 1] * rescale)
    np.testing.assert_allclose(found.by_period["dose_mean"], means[1:])
    assert found.by_period["cells_count"].sum() == len(dosed)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_groups_do_not_change_with_the_measure_of_dose_nor_with_order(seed):
    panel = make_panel(seed)
    plain = dose_terciles(panel, **NAMES, months=1)
    found = dose_terciles(panel.assign(dose=panel["dose"] ** 2).sample(frac=1, random_state=seed), **NAMES, months=1)
    columns = ["period", "effect", "std_error", "units_count", "cells_count"]
    pd.testing.assert_frame_equal(found.by_period[columns], plain.by_period[columns], rtol=1e-7)


@given(SEEDS, st.floats(-50, 50), st.floats(0.1, 20))
@settings(max_examples=10, deadline=None)
def test_levels_and_scale_of_the_outcome_do_not_matter(seed, shift, scale):
    panel = make_panel(seed)
    levels = panel["unit"].map(lambda name: shift * int(name[1:])) + panel["month"].map(lambda name: shift * int(name[-2:]))
    for ask in (dose_terciles, dose_trend):
        found, plain = (ask(rows, **NAMES, months=2) for rows in (panel.assign(share=scale * panel["share"] + levels), panel))
        assert (found.estimate, found.std_error) == (
            pytest.approx(scale * plain.estimate, abs=1e-6),
            pytest.approx(scale * plain.std_error, rel=1e-6),
        )


def test_effects_rise_by_group_where_the_truth_is_a_line():
    found = dose_terciles(make_panel(1), **NAMES, months=1)
    assert found.by_period["effect"].is_monotonic_increasing
    np.testing.assert_allclose(found.by_period["effect"], found.by_period["dose_mean"], atol=0.8)
    assert (found.estimate, len(found.quantities)) == (found.by_period["effect"].iloc[-1], 3)


def test_the_trend_is_a_line_or_is_said_not_to_be():
    line, step = (dose_trend(make_panel(2, shape=shape), **NAMES, months=1) for shape in (lambda dose: dose, lambda dose: 5.0 * (dose > 0)))
    assert line.estimate == pytest.approx(1.0, abs=0.1)
    assert (line.checks[0].is_passed, step.checks[0].is_passed) == (True, False)
    assert not step.checks[0].is_required


def test_recent_dose_sums_the_window_and_knows_what_it_does_not_know():
    dose = Dose(np.array([[1.0, 0.0, 2.0, np.nan, 1.0, 1.0]]), before=1, months_count=5)
    np.testing.assert_allclose(recent_dose(dose, 2), [[1.0, 2.0, np.nan, np.nan, 2.0]])


def test_begun_dose_is_the_mean_from_the_first_dosed_month_on():
    dose = Dose(np.array([[0.0, 0.0, 2.0, np.nan, 1.0, 0.0], [0.0] * 6]), before=0, months_count=6)
    np.testing.assert_allclose(begun_dose(dose), [[0, 0, 1, np.nan, 1, 1], [0] * 6])


def test_units_are_grouped_by_their_own_mean_from_their_first_month_on():
    panel = make_panel(3, shape=np.zeros_like)
    number, month = panel["unit"].str[1:].astype(int), panel["month"].str[-2:].astype(int).where(panel["month"] < "2022", 12)
    panel["dose"] = np.where((number > 0) & (month > 4 + number % 5), 1.0 + number, 0.0)
    panel["share"] += panel["dose"]
    found = dose_terciles(panel, **NAMES, by="unit")
    assert found.by_period["units_count"].tolist() == [5, 5, 5]
    assert (len(found.treated), found.comparison_count) == (15, 1)
    np.testing.assert_allclose(found.by_period["effect"], [4.0, 9.0, 14.0], atol=1.5)


@pytest.mark.parametrize(("values", "count"), [([1.0], 1), ([1.0, 1.0, 1.0, 2.0], 2), ([1.0, 2.0, 3.0], 3), ([1 / 3, 1.0, 4 / 3], 3)])
def test_equal_doses_stay_together(values, count):
    panel = make_panel()
    draw = np.random.default_rng(0).choice(values, len(panel))
    found = dose_terciles(panel.assign(dose=np.where(panel["dose"] > 0, draw, 0.0)), **NAMES, months=1)
    assert len(found.by_period) == count
    assert ("Chỉ chia được" in " ".join(found.notes_vi)) == (count < 3)


def test_sums_of_thirds_are_whole_activities():
    panel = make_panel()
    panel["dose"] = np.where(panel["dose"] > 6, 1 / 3, 0.0)
    found = dose_terciles(panel, **NAMES, months=3)
    assert set(found.by_period["dose_high"]) <= {round(1 / 3, 9), round(2 / 3, 9), 1.0}


def test_groups_of_few_clusters_are_joined_and_said():
    panel = make_panel()
    panel["dose"] = np.where(panel["dose"] > 0, np.where(panel["unit"] < "u03", 9.0, 1.0), 0.0)
    found = dose_terciles(panel, **NAMES, months=1)
    assert len(found.by_period) == 1
    assert "chưa đến 5 cụm" in found.notes_vi[-1]


def test_one_group_gives_the_slope_of_the_same_months_dose():
    panel = make_panel(4).assign(dose=lambda rows: (rows["dose"] > 0).astype(float))
    found, expected = dose_trend(panel, **NAMES, months=1), distributed_lag(panel, **NAMES, lags=0)
    assert (found.estimate, found.std_error) == (pytest.approx(expected.estimate), pytest.approx(expected.std_error))


def test_cells_with_an_unknown_dose_are_no_cells_without_dose():
    panel = make_panel()
    panel.loc[panel["unit"] == "u05", "dose"] = np.nan
    cells = cells_of(panel, unit="unit", time="month", outcome="share")
    found = grouped(cells, recent_dose(dose_of(panel, cells, unit="unit", time="month", dose="dose"), 1))
    assert (len(found.cells.outcome), set(found.codes)) == (15 * 16, {0, 1, 2, 3})
    assert dose_terciles(panel, **NAMES, months=1).notes_vi[0].startswith("Bỏ 16 dòng của 1 đơn vị vì chưa biết liều")


@pytest.mark.parametrize(
    ("changed", "options", "said"),
    [
        ({}, {"by": "year"}, "“year”"),
        ({}, {"months": 0}, "0 tháng"),
        ({}, {"groups": 0}, "0 nhóm"),
        ({}, {"cluster": "district", "months": 1}, "chỉ có ở 4 cụm"),
        ({"dose": lambda rows: rows["dose"] + 1}, {}, "không có gì để so với các nhóm liều"),
        ({"dose": lambda rows: rows["dose"].where(rows["unit"] < "u04", 0.0)}, {}, "chỉ có ở 4 cụm"),
        ({"dose": lambda rows: (rows["month"].str[-2:].astype(int) % 2).astype(float)}, {"months": 1}, "không tách được"),
    ],
    ids=("unknown way", "no month", "no group", "four districts", "dose everywhere", "four units", "same in each month"),
)
def test_what_cannot_be_grouped_is_refused(changed, options, said):
    with pytest.raises(DesignRefused, match=said):
        dose_terciles(make_panel().assign(**changed), **NAMES, **options)
