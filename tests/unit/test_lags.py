"""Distributed lags: solved by hand, held against statsmodels with dummies, indifferent to what must not matter, refused where nothing can be told."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from analysis.estimate.inside.cells import cells_of
from analysis.estimate.inside.doses import dose_of
from analysis.estimate.inside.lags import distributed_lag, joint_p, lagged
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

SEEDS = st.integers(min_value=0, max_value=10_000)
NAMES = {"unit": "unit", "time": "month", "outcome": "share"}


def make_panel(seed: int = 0, units: int = 12, months: int = 20, effects: tuple[float, ...] = (1.0, 0.5, 0.25)) -> pd.DataFrame:
    """Shares with planted lags; columns for every argument; sorted by unit and month."""
    rng = np.random.default_rng(seed)
    labels = pd.period_range("2020-11", periods=months, freq="M").astype(str)
    dose = rng.poisson(0.6, (units, months)).astype(float)
    carried = sum(effect * np.pad(dose, ((0, 0), (lag, 0)))[:, :months] for lag, effect in enumerate(effects))
    share = 50 + rng.normal(0, 5, (units, 1)) + rng.normal(0, 2, (1, months)) + carried + rng.normal(0, 1, (units, months))
    rows = pd.DataFrame({"unit": np.repeat([f"u{unit:02d}" for unit in range(units)], months), "month": np.tile(labels, units)})
    more = {"radio": rng.poisson(0.4, rows.shape[0]).astype(float), "event": rng.normal(size=len(rows)), "dossiers": rng.uniform(1, 9, len(rows))}
    return rows.assign(share=share.ravel(), dose=dose.ravel(), district=rows["unit"].str[1:].astype(int) % 4, **more)


def estimate(panel: pd.DataFrame, dose: str | list[str] = "dose", **options) -> EffectEstimate:
    return distributed_lag(panel, **NAMES, dose=dose, **{"lags": 2, **options})


def with_window(panel: pd.DataFrame, names: list[str], leads: int, lags: int) -> tuple[pd.DataFrame, list[str]]:
    """The panel with columns of shifted doses, without rows that lack one; and the names of those columns."""
    columns = {f"{name}{lag}": panel.groupby("unit")[name].shift(lag) for name in names for lag in range(-leads, lags + 1)}
    return panel.assign(**columns).dropna(subset=list(columns)), list(columns)


def by_dummies(rows: pd.DataFrame, columns: list[str], cluster: str = "unit", weights: str | None = None):
    """statsmodels with a dummy for each unit and month; and what turns its small-sample factor into the one named here."""
    dummies = pd.get_dummies(rows["unit"], dtype=float), pd.get_dummies(rows["month"], dtype=float).iloc[:, 1:]
    design = pd.concat([rows[columns], *dummies], axis=1)
    model = sm.WLS(rows["share"], design, weights=1.0 if weights is None else rows[weights])
    found = model.fit(cov_type="cluster", cov_kwds={"groups": rows[cluster].astype("category").cat.codes})
    kept = len(columns) + rows["month"].nunique()
    return found, np.sqrt((len(rows) - design.shape[1]) / (len(rows) - kept))


def test_one_dosed_month_solved_by_hand():
    """Changes 2 and 4 against 0 and 0: 3 apart; each score is ∓1/3, the dose keeps 2/3, CR1 with 12 cells and K = 2 months + constant + 1."""
    gains = {"a": 2.0, "b": 4.0, "c": 0.0, "d": 0.0}
    rows = [(unit, month, place + (gain if month == "2021-03" else 0.0), float(month == "2021-03" and gain > 0))
            for place, (unit, gain) in enumerate(gains.items()) for month in ("2021-01", "2021-02", "2021-03")]  # fmt: skip
    found = estimate(pd.DataFrame(rows, columns=["unit", "month", "share", "dose"]), lags=0)
    assert (found.estimate, found.df, found.clusters_count) == (pytest.approx(3.0), 3, 4)
    assert found.std_error == pytest.approx(np.sqrt((2 / 9) / (2 / 3) ** 2 * (4 / 3) * (11 / 8)))
    assert (found.treated, found.comparison_count, found.after_count) == (("a", "b"), 2, 3)


def test_without_noise_every_lag_is_found_exactly():
    panel = make_panel()
    rows, _ = with_window(panel, ["dose"], 0, 1)
    panel["share"] = 2 * panel["dose"] + panel.groupby("unit")["dose"].shift(1) + panel["district"]
    found = estimate(panel[panel["month"].isin(rows["month"])].assign(dose=panel["dose"]), lags=1)
    np.testing.assert_allclose(found.by_period["effect"], [2.0, 1.0], atol=1e-9)
    assert found.estimate == pytest.approx(3.0)


@pytest.mark.parametrize("options", [{}, {"weights": "dossiers"}, {"cluster": "district"}, {"leads": 2}, {"dose": ["dose", "radio"]}], ids=str)
def test_coefficients_and_errors_are_those_of_statsmodels_with_dummies(options):
    panel = make_panel(3)
    panel.loc[panel.sample(frac=0.15, random_state=1).index, "share"] = np.nan
    found = estimate(panel, **options)
    leads = options.get("leads", 0)
    rows, columns = with_window(panel, options.get("dose", ["dose"]), leads, 2)
    expected, rescale = by_dummies(rows.dropna(subset=["share"]), columns, options.get("cluster", "unit"), options.get("weights"))
    of_dose = columns[: leads + 3]
    np.testing.assert_allclose(found.by_period["effect"], expected.params[of_dose], atol=1e-8)
    np.testing.assert_allclose(found.by_period["std_error"], expected.bse[of_dose] * rescale, rtol=1e-8)
    total = expected.t_test([float(name in columns[leads : leads + 3]) for name in expected.params.index])
    assert (found.estimate, found.std_error) == (pytest.approx(float(total.effect[0])), pytest.approx(float(total.sd[0, 0]) * rescale))


@given(SEEDS, st.floats(-50, 50), st.floats(0.1, 20))
@settings(max_examples=15, deadline=None)
def test_levels_of_units_and_months_scale_and_order_do_not_matter(seed, shift, scale):
    panel = make_panel(seed)
    levels = panel["unit"].map(lambda name: shift * int(name[1:])) + panel["month"].map(lambda name: shift * int(name[-2:]))
    found, plain = estimate(panel.assign(share=scale * panel["share"] + levels).sample(frac=1, random_state=seed)), estimate(panel)
    assert (found.estimate, found.std_error) == (pytest.approx(scale * plain.estimate, abs=1e-7), pytest.approx(scale * plain.std_error, rel=1e-6))
    assert found.p_exact == pytest.approx(plain.p_exact, abs=1e-9)
    halved = estimate(panel.assign(dose=2 * panel["dose"]))
    assert halved.estimate == pytest.approx(plain.estimate / 2)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_other_names_of_units_and_other_years_do_not_matter(seed):
    panel = make_panel(seed)
    names = dict(zip(sorted(panel["unit"].unique()), np.random.default_rng(seed).permutation(12), strict=True))
    later = (pd.PeriodIndex(panel["month"], freq="M") + 31).astype(str)
    found, plain = estimate(panel.assign(unit=panel["unit"].map(names), month=later)), estimate(panel)
    pd.testing.assert_frame_equal(found.by_period, plain.by_period, rtol=1e-8)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_reassigned_doses_are_those_of_a_panel_with_exchanged_doses(seed):
    """Calendar as it is, a gap in one unit's log included: what a placebo loop asks."""
    panel = make_panel(seed)
    panel.loc[(panel["unit"] == "u03") & (panel["month"] == "2021-05"), "dose"] = np.nan
    order = np.random.default_rng(seed).permutation(12)
    cells = cells_of(panel, **NAMES)
    dose = dose_of(panel, cells, unit="unit", time="month", dose="dose")
    exchanged = panel.assign(dose=panel["dose"].to_numpy().reshape(12, -1)[order].ravel())
    found, expected = lagged(cells, dose.of_units(order), 2).cumulative, estimate(exchanged)
    assert (found.estimate, found.std_error) == (pytest.approx(expected.estimate), pytest.approx(expected.std_error))


def test_sums_run_over_lags_and_leads_stand_apart():
    found = estimate(make_panel(), leads=2)
    rows = found.by_period
    assert rows["period"].tolist() == [-2, -1, 0, 1, 2]
    assert rows["is_after"].tolist() == [False, False, True, True, True]
    assert rows["cumulative"].isna().tolist() == [True, True, False, False, False]
    np.testing.assert_allclose(rows["cumulative"].dropna(), rows.loc[rows["is_after"], "effect"].cumsum())
    last = rows.iloc[-1]
    half = stdtrit(found.df, 0.975) * found.std_error
    ends = (found.estimate, found.estimate - half, found.estimate + half)
    assert (last["cumulative"], last["cumulative_low"], last["cumulative_high"]) == pytest.approx(ends)


def test_with_twelve_clusters_the_bootstrap_tells_the_sum_and_with_more_the_t_distribution():
    few, more = estimate(make_panel()), estimate(make_panel(units=14))
    assert "wild cluster restricted bootstrap, 12 clusters" in few.p_exact_from
    assert "t, 13 df" in more.p_exact_from
    assert few.ci_low < few.estimate < few.ci_high
    assert few.seed == 0


def test_cells_near_unknown_doses_are_left_out_and_counted():
    panel = make_panel()
    assert estimate(panel).notes_vi == ("Bỏ 24 dòng của 12 đơn vị vì chưa có nhật ký của đủ 2 tháng trước đó.",)
    panel.loc[(panel["unit"] == "u01") & (panel["month"] == "2021-08"), "dose"] = np.nan
    assert estimate(panel).notes_vi[1].startswith("Bỏ 3 dòng của 1 đơn vị vì chưa biết liều")
    panel.loc[panel["unit"] == "u02", "dose"] = np.nan
    found = estimate(panel)
    assert found.notes_vi[0].startswith("Bỏ 22 dòng của 11 đơn vị vì chưa có nhật ký")
    assert (found.clusters_count, len(found.treated)) == (11, 11)


def test_an_earlier_log_without_outcomes_saves_the_first_months():
    panel = make_panel()
    panel.loc[panel["month"].isin(["2020-11", "2020-12"]), "share"] = np.nan
    found = estimate(panel)
    assert found.after_count == 18
    assert found.notes_vi == ("Bỏ 24 dòng của 12 đơn vị vì không có hồ sơ làm mẫu số hoặc không có số liệu.",)
    assert found.estimate == pytest.approx(estimate(make_panel()).estimate)


def test_a_saturated_dose_is_the_dose_transformed_beforehand():
    panel = make_panel()
    found, expected = estimate(panel, saturation="log1p"), estimate(panel.assign(dose=np.log1p(panel["dose"])))
    assert found.estimate == pytest.approx(expected.estimate)
    assert "ln(1 + số hoạt động)" in found.estimand_vi


def test_later_activity_that_goes_with_the_outcome_fails_the_check():
    panel = make_panel(1)
    assert estimate(panel, leads=2).checks[0].is_passed is True
    panel["share"] += panel.groupby("unit")["dose"].shift(-1).fillna(0)
    check = estimate(panel, leads=2).checks[0]
    assert (check.name, check.is_passed) == ("leads", False)
    assert check.value == pytest.approx(1.0, abs=0.3)


def test_leads_of_as_many_as_the_clusters_are_not_tested():
    check = estimate(make_panel(1), leads=4, cluster="district").checks[0]
    assert check.is_passed is None
    assert "4 cụm" in check.sentence_vi


def test_the_joint_test_of_one_coefficient_is_its_t_test():
    panel = make_panel(2)
    cells = cells_of(panel, **NAMES)
    found = lagged(cells, dose_of(panel, cells, unit="unit", time="month", dose="dose"), 1)
    assert joint_p(found.regression, [1]) == pytest.approx(found.single(1).p_value)


def test_a_broadcast_to_all_is_refused():
    panel = make_panel()
    broadcast = panel["month"].map(lambda month: float(int(month[-2:]) % 3 == 0))
    with pytest.raises(DesignRefused, match="mọi đơn vị có cùng một liều"):
        estimate(panel.assign(dose=broadcast))
    assert estimate(panel.assign(dose=broadcast + panel["dose"])).estimate == pytest.approx(estimate(panel).estimate)


def test_a_broadcast_to_each_district_is_refused_beside_month_effects_of_districts():
    panel = make_panel()
    panel["dose"] = panel["month"].str[-2:].astype(int) % (panel["district"] + 2)
    assert np.isfinite(estimate(panel.astype({"dose": float})).estimate)
    with pytest.raises(DesignRefused, match="mọi đơn vị có cùng một liều"):
        estimate(panel.astype({"dose": float}), month_effects_by="district")


def test_a_dose_that_never_changes_within_units_is_refused():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="không tách được khỏi mức riêng"):
        estimate(panel.assign(dose=panel["district"].astype(float)))


def test_channels_that_always_go_together_are_named_and_refused():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="dose trùng hoàn toàn với tv "):
        estimate(panel.assign(tv=2 * panel["dose"]), ["dose", "radio", "tv"])


def test_a_channel_without_variation_of_its_own_is_merged_and_said():
    panel = make_panel()
    found, plain = estimate(panel.assign(tv=3 * panel["radio"]), ["dose", "radio", "tv"]), estimate(panel, ["dose", "radio"])
    assert (found.estimate, found.std_error) == (pytest.approx(plain.estimate), pytest.approx(plain.std_error))
    assert found.notes_vi[-1].startswith("Cột tv không có biến động riêng")


def test_controls_stand_beside_the_dose():
    panel = make_panel(4)
    rows, columns = with_window(panel, ["dose"], 0, 2)
    expected, _ = by_dummies(rows, [*columns, "event"])
    assert estimate(panel, controls=["event"]).estimate == pytest.approx(expected.params[columns].sum())
    panel.loc[panel.index[5], "event"] = np.nan
    assert "biến kèm theo trống" in estimate(panel, controls=["event"]).notes_vi[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lags": -1}, "lags"),
        ({"leads": 1.5}, "leads"),
        ({"lags": 30}, "Chỉ còn 0 đơn vị"),
        ({"dose": []}, "ít nhất một cột liều"),
        ({"dose": ["dose", "dose"]}, "mỗi cột một lần"),
        ({"dose": "tv"}, "không có cột tv"),
        ({"controls": ["tv"]}, "không có cột tv"),
        ({"controls": ["unit"]}, "không phải là số"),
        ({"saturation": "square"}, "square"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(options, said):
    with pytest.raises(DesignRefused, match=said):
        estimate(make_panel(), **options)
