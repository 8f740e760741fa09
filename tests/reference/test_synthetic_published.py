"""Synthetic controls against published answers: California, the Basque Country and West Germany, read in place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.augmented import augmented_synthetic_control
from analysis.estimate.matrix import matrix_of
from analysis.estimate.predictors import Predictor, predictor_design
from analysis.estimate.synthetic import synthetic_control

REPLICATION = Path(__file__).resolve().parents[3] / "shared" / "data" / "replication"

pytestmark = pytest.mark.skipif(not REPLICATION.is_dir(), reason="../shared/data/replication is not here; it is read in place, never copied")

CALIFORNIA = {"unit": "State", "time": "Year", "outcome": "PacksPerCapita", "treated": ["California"], "start": 1989}
BASQUE = {"unit": "regionname", "time": "year", "outcome": "gdpcap", "treated": ["Basque Country (Pais Vasco)"]}
GERMANY = {"unit": "country", "time": "year", "outcome": "gdp", "treated": ["West Germany"], "start": 1991}
SCHOOLING = ["school.illit", "school.prim", "school.med", "school.high"]
SECTORS = ["sec.agriculture", "sec.energy", "sec.industry", "sec.construction", "sec.services.venta", "sec.services.nonventa"]
SYNTH_V = (0.4416298, 0.1341838, 0.07154154, 0.001468671, 0.1066738, 0.2445024)  # printed by R Synth for the authors' training model


@pytest.fixture(scope="module")
def california() -> pd.DataFrame:
    return pd.read_csv(REPLICATION / "california_prop99.csv", sep=";")


@pytest.fixture(scope="module")
def basque() -> pd.DataFrame:
    """The 17 regions, with schooling as the shares that the authors match (higher and post-higher together, in per cent)."""
    panel = pd.read_csv(REPLICATION / "basque.csv").query("regionno != 1")
    levels = panel[panel["year"].between(1964, 1969)].groupby("regionname")[[*SCHOOLING, "school.post.high"]].mean()
    levels["school.high"] += levels.pop("school.post.high")
    shares = (100 * levels.div(levels.sum(axis=1), axis=0)).add_prefix("share.")
    return panel.merge(shares, left_on="regionname", right_index=True, validate="many_to_one")


@pytest.fixture(scope="module")
def germany() -> pd.DataFrame:
    return pd.read_csv(REPLICATION / "germany.csv")


def stopped_frank_wolfe(donors: np.ndarray, target: np.ndarray, steps: int) -> np.ndarray:
    """Weights after ``steps`` of Frank and Wolfe's iteration with exact line search, restarted once from its heavy donors."""
    weights = np.full(donors.shape[1], 1 / donors.shape[1])
    for count in (100, steps):
        for _ in range(count):
            misfit = donors @ weights - target
            towards = donors[:, np.argmin(misfit @ donors)] - donors @ weights
            vertex = np.eye(len(weights))[np.argmin(misfit @ donors)]
            weights = weights + min(1.0, max(0.0, -(misfit @ towards) / (towards @ towards))) * (vertex - weights)
        if count == 100:
            weights = np.where(weights > weights.max() / 4, weights, 0.0)
            weights /= weights.sum()
    return weights


def test_california_on_packs_is_the_published_estimate_and_with_the_exact_solver_the_minimum(california):
    """R augsynth, SciPy's SLSQP and pysyncon (lags unscaled) find -19.5136 and these weights too; the published estimate stops before."""
    assert synthetic_control(california, **CALIFORNIA).estimate == pytest.approx(-19.6197, abs=5e-5)
    found = synthetic_control(california, **CALIFORNIA, solver="exact")
    assert found.estimate == pytest.approx(-19.5136, abs=5e-5)
    assert found.checks[0].value == pytest.approx(1.6564, abs=5e-5)
    weights = found.donor_weights[found.donor_weights > 0].round(4).to_dict()
    assert weights == {"Colorado": 0.0148, "Connecticut": 0.1091, "Montana": 0.2318, "Nevada": 0.2049, "New Hampshire": 0.0454, "Utah": 0.3939}


def test_the_published_estimate_of_california_is_that_of_a_solver_stopped_at_ten_thousand_steps(california):
    wide = california.pivot(index="State", columns="Year", values="PacksPerCapita")
    target, donors = wide.loc["California"].to_numpy(), wide.drop(index="California").to_numpy().T
    gap = target - donors @ stopped_frank_wolfe(donors[:19], target[:19], 10_000)
    assert gap[19:].mean() == pytest.approx(-19.6197, abs=5e-5)
    assert np.sqrt((gap[:19] ** 2).mean()) > synthetic_control(california, **CALIFORNIA, solver="exact").checks[0].value + 0.008


def test_the_basque_country_on_outcomes_only_as_the_authors_of_augsynth_test_it(basque):
    """Their figures: mean gap over all years and the length of the misfit before, plain and with a ridge of 8."""
    for found, mean_gap, misfit in (
        (synthetic_control(basque, **BASQUE, start=1975, solver="exact"), -0.3686, 0.377),
        (augmented_synthetic_control(basque, **BASQUE, start=1975, ridge=8.0), -0.3696, 0.373),
    ):
        assert found.by_period["effect"].mean() == pytest.approx(mean_gap, abs=1e-4)
        assert found.checks[0].value * np.sqrt(found.before_count) == pytest.approx(misfit, abs=5e-4)


def basque_predictors() -> list[Predictor]:
    sixties = range(1964, 1970)
    shares = [Predictor(f"share.{column}", sixties) for column in SCHOOLING]
    sectors = [Predictor(column, range(1961, 1970, 2)) for column in SECTORS]
    return [*shares, Predictor("invest", sixties), Predictor("gdpcap", range(1960, 1970)), *sectors, Predictor("popdens", (1969,))]


def test_the_basque_country_with_predictors_is_catalonia_and_madrid(basque):
    """Abadie and Gardeazabal (2003): 0.8508 and 0.1492; the paper of R Synth: loss 0.0089 and the gaps of the first years."""
    found = synthetic_control(basque, **BASQUE, start=1970, predictors=basque_predictors(), fit_periods=range(1960, 1970))
    weights = found.donor_weights
    assert weights["Cataluna"] == pytest.approx(0.8508, abs=5e-5)
    assert weights["Madrid (Comunidad De)"] == pytest.approx(0.1492, abs=5e-5)
    gaps = found.by_period.set_index("period")["effect"]
    assert gaps.loc[1955:1957].tolist() == pytest.approx([0.15023473, 0.09168035, 0.03716475], abs=5e-6)
    assert (gaps.loc[1960:1969] ** 2).mean() == pytest.approx(0.008864, abs=5e-6)


def germany_predictors(decade: range, schooling: tuple[int, int], investment: str) -> list[Predictor]:
    means = [Predictor(column, decade) for column in ("gdp", "trade", "infrate", "industry")]
    return [*means, Predictor("schooling", schooling), Predictor(investment, (1980,))]


def germany_options() -> dict[str, object]:
    return {
        "predictors": germany_predictors(range(1981, 1991), (1980, 1985), "invest80"),
        "training_predictors": germany_predictors(range(1971, 1981), (1970, 1975), "invest70"),
        "fit_periods": range(1981, 1991),
    }


PUBLISHED_GERMANY = {"Austria": 0.42, "USA": 0.22, "Japan": 0.16, "Switzerland": 0.11, "Netherlands": 0.09}


def assert_published_germany(weights: pd.Series) -> None:
    assert weights[weights > 0.005].to_dict() == pytest.approx(PUBLISHED_GERMANY, abs=0.01)


def test_west_germany_with_predictor_weights_chosen_by_cross_validation(germany):
    """Abadie, Diamond and Hainmueller (2015), Table 1; R Synth prints a loss of 4580.3 for the training model."""
    matrix = matrix_of(germany, **GERMANY)
    design = predictor_design(germany, matrix, unit="country", time="year", **germany_options())
    treated, donors = np.flatnonzero(matrix.is_treated), np.flatnonzero(~matrix.is_treated)
    assert_published_germany(pd.Series(design.weigh(treated, donors), index=list(matrix.controls)))
    training = predictor_design(
        germany,
        matrix,
        unit="country",
        time="year",
        predictors=germany_options()["training_predictors"],
        predictor_weights=design.weights_of(treated, donors),
    ).weigh(treated, donors)
    misfit = design.outcomes[treated].mean(axis=0) - training @ design.outcomes[donors]
    assert (misfit**2).mean() == pytest.approx(4580.3, abs=0.1)


def test_west_germany_with_the_predictor_weights_that_synth_printed(germany):
    found = synthetic_control(germany, **GERMANY, predictors=germany_options()["predictors"], predictor_weights=SYNTH_V)
    assert_published_germany(found.donor_weights)
    gaps = found.by_period.set_index("period")
    assert gaps.loc[1990:2003, "effect"].mean() == pytest.approx(-1600, abs=20)  # "about 1,600 USD per year on average"
    assert -gaps.loc[2003, "effect"] / gaps.loc[2003, "observed"] == pytest.approx(0.12, abs=0.005)  # "about 12 percent"


def test_west_germany_on_outcomes_only_as_the_scpi_package_weights_it(germany):
    found = synthetic_control(germany, **GERMANY, solver="exact").donor_weights
    published = {"Austria": 0.291, "USA": 0.273, "Italy": 0.191, "Netherlands": 0.133, "Switzerland": 0.081, "France": 0.030}
    assert found[found > 0].to_dict() == pytest.approx(published, abs=5e-4)


@pytest.mark.slow
def test_west_germany_stands_first_among_seventeen_by_the_rmspe_ratio(germany):
    """Abadie, Diamond and Hainmueller (2015), Figure 5: the largest ratio of all, so p is 1/17."""
    found = synthetic_control(germany, **GERMANY, **germany_options(), statistic="rmspe_ratio")
    assert found.p_rank == pytest.approx(1 / 17)
