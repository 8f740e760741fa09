"""Published figures of synthetic difference-in-differences and conformal inference, and the calibration kernel on the PAPI panel.

Sources: Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), Table 1, and the figures their R package synthdid prints for
the same panel; the vignette of Chernozhukov, Wüthrich and Zhu's R package scinference.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from analysis.estimate.conformal_inference import conformal
from analysis.estimate.long_series import debiased_t_test
from analysis.estimate.result import EffectEstimate
from analysis.estimate.synthetic_difference import every_synthetic_did, synthetic_did

PACKS = Path(__file__).resolve().parents[3] / "shared" / "data" / "replication" / "california_prop99.csv"
HAS_PACKS = pytest.mark.skipif(not PACKS.is_file(), reason="../shared/data/replication is not here; it is read in place, never copied")
OUTCOMES = ("D1", "D2", "D3", "D4", "D5", "D6", "TOTAL")
STARTS = (2016, 2017, 2018, 2019, 2020)


def california(**options: object) -> EffectEstimate:
    panel = pd.read_csv(PACKS, sep=";")
    return synthetic_did(panel, unit="State", time="Year", outcome="PacksPerCapita", treated=["California"], start=1989, **options)


@HAS_PACKS
def test_california_comes_out_to_the_printed_digit():
    """Table 1 prints -15.6, the authors' package -15.604, Stata's sdid -15.60383, diff-diff 3.13 -15.603827872734."""
    found = california()
    assert found.estimate == pytest.approx(-15.603827872734, abs=1e-8)
    assert round(found.estimate, 4) == -15.6038
    assert list(found.time_weights[[1986, 1987, 1988]].round(3)) == [0.366, 0.206, 0.427]


@HAS_PACKS
def test_the_exact_minimum_differs_in_the_third_decimal_and_in_no_conclusion():
    published, exact = california(), california(solver="exact")
    assert exact.estimate == pytest.approx(-15.6054, abs=5e-5)
    assert exact.std_error == pytest.approx(published.std_error, abs=1e-3)
    assert (exact.p_rank, exact.p_exact) == (published.p_rank, pytest.approx(published.p_exact, abs=1e-4))


@HAS_PACKS
def test_the_published_standard_error_is_a_sample_of_these_very_placebos():
    """Table 1 prints 8.4 from 200 placebos drawn at random; each state once gives 9.37, and draws of 200 scatter widely around it."""
    found = california(solver="exact")
    assert found.std_error == pytest.approx(9.368, abs=1e-3)
    draws = np.random.default_rng(0).choice(found.placebos.to_numpy(), size=(2_000, 200)).std(axis=1)
    assert np.quantile(draws, 0.005) < 8.4 < np.quantile(draws, 0.995)


@HAS_PACKS
def test_without_time_weights_and_ridge_it_is_the_difp_of_the_paper():
    """Table 1 prints -11.1."""
    assert round(california(time_weights="uniform", ridge="vanishing").estimate, 1) == -11.1
    assert round(california(time_weights="uniform", ridge="vanishing", solver="exact").estimate, 1) == -11.1


@HAS_PACKS
@pytest.mark.parametrize(("shift", "p_values"), [(0.0, (3, 4, 12)), (-10.0, (6, 6, 12)), (-20.0, (9, 11, 12)), (5.0, (2, 2, 12))])
def test_conformal_p_values_of_california_agree_with_another_library(shift, p_values):
    """diff-diff 3.13, moving blocks of 31 years, for constant effects and q = 1, 2 and infinity."""
    panel = pd.read_csv(PACKS, sep=";")
    panel.loc[(panel["State"] == "California") & (panel["Year"] >= 1989), "PacksPerCapita"] -= shift
    design = {"unit": "State", "time": "Year", "outcome": "PacksPerCapita", "treated": ["California"], "start": 1989, "level": 0.99}
    found = [conformal(panel, **design, q=q).p_exact * 31 for q in (1.0, 2.0, np.inf)]
    assert found == pytest.approx(p_values)


@pytest.fixture(scope="module")
def vignette() -> pd.DataFrame:
    """The panel R draws after set.seed(12345): 50 donors and their weighted mean plus noise, 50 + 5 periods, less the null's 4."""
    draws = normal_as_in_r(12345, 55 * 51)
    donors = draws[: 55 * 50].reshape(50, 55)
    treated = donors[:3].mean(axis=0) + draws[55 * 50 :] + np.where(np.arange(55) < 50, 0.0, 2.0 - 4.0)
    outcomes = pd.DataFrame(np.vstack([donors, treated]), index=[f"c{row:02d}" for row in range(50)] + ["t"]).rename_axis("unit")
    return outcomes.reset_index().melt(id_vars="unit", var_name="period", value_name="outcome").astype({"period": int})


def normal_as_in_r(seed: int, count: int) -> np.ndarray:
    """R's default generator: Mersenne Twister, seeded by a linear congruence, normals by inversion of 27 + 32 bits."""
    state = []
    for step in range(50 + 625):
        seed = (69069 * seed + 1) % 2**32
        state += [seed] if step >= 50 else []
    twister = np.random.MT19937(0)
    twister.state = {"bit_generator": "MT19937", "state": {"key": np.array(state[1:], dtype=np.uint32), "pos": 624}}
    uniform = twister.random_raw(2 * count) * 2.3283064365386963e-10
    return ndtri((np.floor(2**27 * uniform[::2]) + uniform[1::2]) / 2**27)


def test_the_generator_is_that_of_r():
    """rnorm(3) after set.seed(12345)."""
    assert normal_as_in_r(12345, 3) == pytest.approx([0.5855288, 0.7094660, -0.1093033], abs=5e-8)


@pytest.mark.parametrize(
    ("proxy", "permutations", "published", "slack"),
    [
        ("synthetic", "moving_block", 0.01818182, 5e-9),
        ("demeaned", "moving_block", 0.03636364, 5e-9),
        ("synthetic", "iid", 0.00579884, 0.0045),  # both sides draw 5,000 permutations: three Monte Carlo errors
        ("demeaned", "iid", 0.02979404, 0.0102),
    ],
)
def test_the_p_values_of_the_vignette_come_out(monkeypatch, vignette, proxy, permutations, published, slack):
    monkeypatch.setattr("analysis.estimate.conformal_inference.bounds", lambda *_: (-np.inf, np.inf))  # the interval is not at issue and slow
    design = {"unit": "unit", "time": "period", "outcome": "outcome", "treated": ["t"], "start": 50}
    assert conformal(vignette, **design, proxy=proxy, permutations=permutations).p_exact == pytest.approx(published, abs=slack)


def test_the_true_effect_of_the_vignette_lies_in_the_t_interval(vignette):
    """True effect 2 less the null's 4; three blocks."""
    found = debiased_t_test(vignette, unit="unit", time="period", outcome="outcome", treated=["t"], start=50, level=0.99)
    assert found.ci_low < -2.0 < found.ci_high


@pytest.fixture(scope="module")
def papi(built) -> pd.DataFrame:
    """PAPI scores of the provinces without any gap 2011-2024, one column a (component, edition year)."""
    scores = built.tables["index_scores"]
    kept = scores[(scores["index"] == "PAPI") & scores["component"].isin(OUTCOMES)].astype({"score": float})
    return kept.pivot(index="province_code", columns=["component", "edition_year"], values="score").dropna()


def test_the_kernel_is_the_method_on_the_real_panel_and_the_published_iterate_concludes_alike(papi):
    wide = papi["D5"]
    long = wide.reset_index().melt(id_vars="province_code", value_name="score")
    every = every_synthetic_did(wide.to_numpy(), wide.columns.to_numpy(dtype=float), int((wide.columns < 2019).sum()))
    design = {"unit": "province_code", "time": "edition_year", "outcome": "score", "start": 2019}
    for row in (0, 20, 55):
        exact = synthetic_did(long, treated=[wide.index[row]], solver="exact", **design)
        published = synthetic_did(long, treated=[wide.index[row]], **design)
        assert (every.estimates[row], every.std_errors[row]) == (pytest.approx(exact.estimate, abs=1e-9), pytest.approx(exact.std_error, abs=1e-9))
        assert np.delete(every.placebos[row], row) == pytest.approx(exact.placebos.to_numpy(), abs=1e-8)
        assert (published.p_exact, published.p_rank) == (pytest.approx(exact.p_exact, abs=2e-3), pytest.approx(exact.p_rank, abs=1 / 56 + 1e-9))


@pytest.mark.slow
def test_it_keeps_its_promise_on_the_real_panel(papi):
    """1,960 overlapping placebo plans, 107,800 placebo fits; the house accepts at most 8 % at a nominal 5 %."""
    alarms, ranks = [], []
    for outcome in OUTCOMES:
        for start in STARTS:
            wide = papi[outcome]
            every = every_synthetic_did(wide.to_numpy(), wide.columns.to_numpy(dtype=float), int((wide.columns < start).sum()))
            alarms.append(every.p_exact() <= 0.05)
            ranks.append(every.p_rank() <= 0.05)
    assert np.mean(alarms) == pytest.approx(0.058, abs=0.004)
    assert np.mean(ranks) <= 0.05
