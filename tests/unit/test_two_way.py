"""Two-way fixed effects: solved by hand, held against statsmodels, refused where its errors are nonsense."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.difference import demeaned_did
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.two_way import every_demeaned_hc1, every_two_way, two_way_fixed_effects

START = 2020
YEARS = range(2016, 2024)
SEEDS = st.integers(min_value=0, max_value=10_000)
MANY = tuple(f"u{unit:02d}" for unit in range(6))


def make_panel(seed: int = 0, units: int = 14) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(f"u{unit:02d}", year, 50 + 3 * unit + rng.normal(), rng.normal(), rng.uniform(1, 3)) for unit in range(units) for year in YEARS]
    return pd.DataFrame(rows, columns=["unit", "year", "score", "income", "people"]).assign(region=lambda rows: rows["unit"].str[1:].astype(int) % 7)


def estimate(panel: pd.DataFrame, treated: tuple[str, ...] = MANY, start: object = START, **options) -> EffectEstimate:
    return two_way_fixed_effects(panel, unit="unit", time="year", outcome="score", treated=treated, start=start, **options)


def numbers(found: EffectEstimate) -> tuple[float, ...]:
    return found.estimate, found.std_error, found.ci_low, found.ci_high, found.p_exact, found.p_rank, found.mde


def with_dummy(panel: pd.DataFrame, starts: dict[str, int]) -> pd.DataFrame:
    begins = panel["unit"].map(starts)
    return panel.assign(dummy=(panel["year"] >= begins).astype(float))


def test_two_periods_solved_by_hand():
    """Gains 5 against 1, 2, 3; half of each deviation of a gain stays in either period, so the squares left are 4 x 1/4."""
    gains = {"t": 5.0, "a": 1.0, "b": 2.0, "c": 3.0}
    rows = [(unit, year, 10.0 * place + year * gain) for place, (unit, gain) in enumerate(gains.items()) for year in (0, 1)]
    found = estimate(pd.DataFrame(rows, columns=["unit", "year", "score"]), ("t",), 1, min_before=1)
    assert (found.estimate, found.df) == (pytest.approx(3.0), 2)  # 8 cells, 4 units, 1 further period, 1 slope
    assert found.std_error == pytest.approx(np.sqrt(1.0 / 2 / (3 / 4 / 2)))  # squares 1 over 2 df; the dummy keeps (1 - 1/4) x 1/2


@given(SEEDS, st.integers(min_value=1, max_value=6))
@settings(max_examples=15)
def test_with_one_start_the_coefficient_and_the_placebos_are_those_of_the_demeaned_comparison(seed, size):
    panel, treated = make_panel(seed), MANY[:size]
    found = estimate(panel, treated)
    expected = demeaned_did(panel, unit="unit", time="year", outcome="score", treated=treated, start=START)
    assert (found.estimate, found.p_rank) == (pytest.approx(expected.estimate), pytest.approx(expected.p_rank))
    np.testing.assert_allclose(np.sort(found.placebos), np.sort(expected.placebos), atol=1e-10)


@pytest.mark.parametrize("starts", [dict.fromkeys(MANY, START), dict(zip(MANY, [2018, 2018, 2019, 2020, 2021, 2021], strict=True))])
@pytest.mark.parametrize("weights", [None, "people"])
@pytest.mark.parametrize("controls", [(), ("income",)])
def test_it_equals_statsmodels_with_dummies(starts, weights, controls):
    panel = with_dummy(make_panel(), starts)
    formula = " + ".join(["score ~ dummy + C(unit) + C(year)", *controls])
    model = smf.wls(formula, panel, weights=panel["people"] if weights else 1.0)
    kinds = {"iid": {}, "hc1": {"cov_type": "HC1"}, "cluster": {"cov_type": "cluster", "cov_kwds": {"groups": pd.factorize(panel["unit"])[0]}}}
    for errors, how in kinds.items():
        expected = model.fit(**how)
        found = estimate(panel, MANY, starts, errors=errors, df_rule="statsmodels", weights=weights, controls=controls)
        assert found.estimate == pytest.approx(expected.params["dummy"], abs=1e-9)
        assert found.std_error == pytest.approx(expected.bse["dummy"], abs=1e-9)
        assert found.p_exact == pytest.approx(expected.pvalues["dummy"], abs=1e-9)
        assert (found.ci_low, found.ci_high) == pytest.approx(tuple(expected.conf_int().loc["dummy"]), abs=1e-8)


def test_clusters_may_be_groups_of_units():
    panel = with_dummy(make_panel(), dict.fromkeys(MANY, START))
    expected = smf.ols("score ~ dummy + C(unit) + C(year)", panel).fit(cov_type="cluster", cov_kwds={"groups": panel["region"]})
    found = estimate(panel, errors="cluster", cluster="region", df_rule="statsmodels")
    assert found.std_error == pytest.approx(expected.bse["dummy"])
    assert estimate(panel, errors="cluster", cluster="region").df == 6


def test_clusters_by_year_leave_out_the_year_effects_and_not_the_unit_effects():
    found = {
        rule: estimate(make_panel(), errors="cluster", cluster="year", df_rule=rule, even_if_invalid=True).std_error
        for rule in ("fixest", "statsmodels")
    }
    assert (found["fixest"] / found["statsmodels"]) ** 2 == pytest.approx((112 - 22) / (112 - 15))


def test_the_event_study_equals_statsmodels_with_dummies():
    panel = make_panel()
    starts = dict(zip(MANY, [2018, 2018, 2019, 2020, 2021, 2021], strict=True))
    since = (panel["year"] - panel["unit"].map(starts)).fillna(-1).astype(int)
    frame = panel.assign(since=since.map(lambda event: f"e{event + 50}"))
    expected = smf.ols("score ~ C(since, Treatment('e49')) + C(unit) + C(year)", frame).fit()
    found = estimate(panel, MANY, starts).by_period.set_index("period").drop(index=-1)
    names = [f"C(since, Treatment('e49'))[T.e{event + 50}]" for event in found.index]
    np.testing.assert_allclose(found["effect"], expected.params[names], atol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected.bse[names], atol=1e-9)


def test_with_one_start_the_event_study_is_read_by_year_and_draws_two_series():
    panel = make_panel()
    found = estimate(panel, ("u00",)).by_period
    of_year = panel.pivot(index="year", columns="unit", values="score")
    gap = of_year["u00"] - of_year.drop(columns="u00").mean(axis=1)
    assert found["period"].tolist() == list(YEARS)
    np.testing.assert_allclose(found["effect"], gap - gap[START - 1], atol=1e-9)
    np.testing.assert_allclose(found["observed"], of_year["u00"])
    np.testing.assert_allclose(found["observed"] - found["counterfactual"], found["effect"])


def test_placebos_of_staggered_starts_are_the_coefficient_with_the_treated_left_out():
    panel = make_panel(units=6)
    found = estimate(panel, ("u00", "u01"), {"u00": 2019, "u01": 2021})
    others = panel[~panel["unit"].isin(["u00", "u01"])]
    expected = [
        smf.ols("score ~ dummy + C(unit) + C(year)", with_dummy(others, {first: 2019, second: 2021})).fit().params["dummy"]
        for first, second in [("u02", "u03"), ("u02", "u04"), ("u02", "u05"), ("u03", "u04"), ("u03", "u05"), ("u04", "u05")]
    ]
    np.testing.assert_allclose(found.placebos, expected, atol=1e-9)


@given(SEEDS, st.floats(min_value=0.01, max_value=100), st.sampled_from([-1, 1]))
@settings(max_examples=10)
def test_scaling_the_outcome_scales_estimate_and_error_and_leaves_p(seed, scale, sign):
    panel = make_panel(seed)
    for errors in ("iid", "hc1", "cluster"):
        plain, scaled = estimate(panel, errors=errors), estimate(panel.assign(score=sign * scale * panel["score"]), errors=errors)
        assert (scaled.estimate, scaled.std_error) == (pytest.approx(sign * scale * plain.estimate), pytest.approx(scale * plain.std_error))
        assert (scaled.p_exact, scaled.p_rank) == (pytest.approx(plain.p_exact), pytest.approx(plain.p_rank))


@given(SEEDS, st.floats(min_value=-100, max_value=100))
@settings(max_examples=10)
def test_order_of_rows_names_and_constants_of_unit_or_year_do_not_matter(seed, shift):
    panel = make_panel(seed)
    plain = numbers(estimate(panel, ("u00",)))
    shifted = panel.assign(score=panel["score"] + shift * panel["unit"].str[1:].astype(int) + shift * (panel["year"] - START) ** 2)
    assert numbers(estimate(panel.sample(frac=1, random_state=seed), ("u00",))) == pytest.approx(plain)
    assert numbers(estimate(panel.assign(unit="z" + panel["unit"].str[::-1]), ("z00u",))) == pytest.approx(plain)
    assert numbers(estimate(shifted, ("u00",))) == pytest.approx(plain, abs=1e-7)
    assert numbers(estimate(panel.assign(year=7 * panel["year"]), ("u00",), 7 * START)) == pytest.approx(plain)


def test_weights_that_are_all_alike_change_no_coefficient_and_no_error():
    panel = make_panel().assign(people=3.0)
    plain, weighted = estimate(panel), estimate(panel, weights="people")
    assert (weighted.estimate, weighted.std_error) == (pytest.approx(plain.estimate), pytest.approx(plain.std_error))
    assert weighted.data_hash != plain.data_hash


@pytest.mark.parametrize("errors", ["iid", "hc1", "cluster"])
@pytest.mark.parametrize("df_rule", ["fixest", "statsmodels", "linearmodels"])
def test_the_kernel_equals_the_public_function_for_every_unit(errors, df_rule):
    panel = make_panel(units=7)
    values = panel.pivot(index="unit", columns="year", values="score").to_numpy()
    found = every_two_way(values, np.array(YEARS, dtype=float), 4, errors, df_rule)
    for row, unit in enumerate(sorted(panel["unit"].unique())):
        one = estimate(panel, (unit,), errors=errors, df_rule=df_rule, even_if_invalid=True)
        assert (found.estimates[row], found.std_errors[row]) == (pytest.approx(one.estimate, abs=1e-10), pytest.approx(one.std_error, abs=1e-10))
        assert found.p_exact()[row] == pytest.approx(one.p_exact, abs=1e-8)
        assert found.p_rank()[row] == pytest.approx(one.p_rank)
        np.testing.assert_allclose(np.delete(found.placebos[row], row), one.placebos, atol=1e-10)


def test_the_demeaned_kernel_with_hc1_errors_equals_statsmodels():
    values = make_panel().pivot(index="unit", columns="year", values="score").to_numpy()
    found = every_demeaned_hc1(values, np.array(YEARS, dtype=float), 4)
    contrasts = values[:, 4:].mean(axis=1) - values[:, :4].mean(axis=1)
    for row in range(len(values)):
        frame = pd.DataFrame({"gain": contrasts, "dummy": np.arange(len(values)) == row}).astype(float)
        expected = smf.ols("gain ~ dummy", frame).fit(cov_type="HC1", use_t=True)
        assert found.std_errors[row] == pytest.approx(expected.bse["dummy"])
        assert found.p_exact()[row] == pytest.approx(expected.pvalues["dummy"], abs=1e-10)


@pytest.mark.parametrize("errors", ["hc1", "cluster"])
def test_robust_errors_are_refused_below_five_treated_clusters_and_not_from_five_on(errors):
    panel = make_panel()
    with pytest.raises(DesignRefused, match="chỉ có 4 cụm được xét"):
        estimate(panel, MANY[:4], errors=errors)
    assert estimate(panel, MANY[:5], errors=errors).std_error > 0


def test_one_treated_unit_gets_a_tiny_clustered_error_which_is_why_it_is_refused():
    panel = make_panel()
    with pytest.raises(DesignRefused, match="Sai số bền vững hoặc theo cụm không dùng được"):
        estimate(panel, ("u00",), errors="cluster")
    invalid, exact = estimate(panel, ("u00",), errors="cluster", even_if_invalid=True), estimate(panel, ("u00",))
    assert invalid.std_error < 0.6 * exact.std_error


@pytest.mark.parametrize(
    ("panel", "options", "reason"),
    [
        (make_panel(), {"weights": "nothing"}, "không có cột nothing"),
        (make_panel().assign(people=0.0), {"weights": "people"}, "phải lớn hơn 0"),
        (make_panel().assign(income=np.nan), {"controls": ["income"]}, "ô trống"),
        (make_panel().assign(income="cao"), {"controls": ["income"]}, "không phải là số"),
        (make_panel().assign(income=np.inf), {"controls": ["income"]}, "vô hạn"),
        (make_panel().assign(income=lambda rows: rows["year"]), {"controls": ["income"]}, "không tách được"),
        (make_panel(), {"controls": ["income", "income"]}, "không tách được"),
        (make_panel().assign(region="một"), {"cluster": "region", "errors": "cluster"}, "chỉ có một cụm"),
        (make_panel().assign(score=lambda rows: rows["year"] * 1.0), {}, "không biến động"),
        (make_panel(units=3), {"treated": ("u00",)}, "2 đơn vị so sánh"),
    ],
)
def test_data_that_cannot_carry_the_regression_are_refused_with_the_reason(panel, options, reason):
    with pytest.raises(DesignRefused, match=reason):
        estimate(panel, **options)
