"""Staggered first campaigns against published figures and other programs, digit by digit.

Callaway and Sant'Anna's county data (R package ``did``, vignette; in place) and the castle-doctrine data with the estimates of
``did2s`` (R package, README: 0.075142 with 0.03538); pyfixest 0.60.0 gives more digits of it, of which seven hold, since it takes effects
out by iteration. Years stand for months. The other programs do not multiply by G/(G-1).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.group_time import averaged, group_time_effects
from analysis.estimate.inside.imputation import event_path, imputed
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.inside.static_effects import static_effect
from staggered import Staggered, cells_from

COUNTIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "replication" / "mpdta.csv"


def plain(std_error: float, cells: Cells) -> float:
    """The standard error without G/(G-1)."""
    return float(std_error * np.sqrt(1 - 1 / cells.clusters_count))


@pytest.fixture(scope="module")
def counties() -> tuple[Cells, np.ndarray]:
    if not COUNTIES.exists():
        pytest.skip("the county data are not on this machine")
    rows = pd.read_csv(COUNTIES)
    outcome = rows.pivot(index="countyreal", columns="year", values="lemp")
    first = rows.groupby("countyreal")["first.treat"].first().reindex(outcome.index).to_numpy()
    return cells_from(outcome.to_numpy()), np.where(first == 0, NEVER, first - 2003)


@pytest.mark.parametrize(
    ("aggregation", "estimate", "analytic", "bootstrapped"),
    [("dynamic", -0.0772, 0.01996, 0.0219), ("group", -0.0310, 0.01245, 0.0126)],
)
def test_county_employment_as_published(counties, aggregation, estimate, analytic, bootstrapped):
    """Point estimates to the last digit printed. The published errors are bootstrapped, ours analytic: 9 % and 1 % smaller."""
    cells, first = counties
    found = group_time_effects(cells, first, controls="never")
    fit = averaged(found, found.within(0, 9), aggregation)[1]
    assert fit.estimate == pytest.approx(estimate, abs=5e-5)
    assert plain(fit.std_error, cells) == pytest.approx(analytic, abs=5e-6)
    assert fit.std_error == pytest.approx(bootstrapped, rel=0.09)


@pytest.fixture(scope="module")
def castle() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log homicide and population (50 states × 11 years), first full year with the law."""
    data = pytest.importorskip("causaldata", reason="causaldata is a development dependency").castle.load_pandas().data
    outcome, weights = (data.pivot(index="sid", columns="year", values=name).astype(float) for name in ("l_homicide", "popwt"))
    first = data[data["post"] > 0].groupby("sid")["year"].min().reindex(outcome.index)
    return outcome.to_numpy(), weights.to_numpy(), (first - 2000).fillna(NEVER).to_numpy().astype(np.int64)


def test_castle_laws_as_did2s_without_weights(castle):
    outcome, _, first = castle
    cells = cells_from(outcome)
    fit = imputed(cells, first, errors="gardner", min_untreated=1).fit
    assert (fit.estimate, plain(fit.std_error, cells)) == (
        pytest.approx(0.06689987250736759, abs=5e-8),
        pytest.approx(0.0570144803784705, abs=5e-8),
    )


def test_castle_laws_as_did2s_with_population_weights(castle):
    outcome, weights, first = castle
    cells = cells_from(outcome, weights=weights)
    fit = imputed(cells, first, errors="gardner", min_untreated=1).fit
    assert fit.estimate == pytest.approx(0.07514166566793236, abs=5e-8)
    assert plain(fit.std_error, cells) == pytest.approx(0.035379504627328105, abs=5e-8)


def test_castle_laws_as_least_squares_with_dummies(castle):
    outcome, weights, first = castle
    cells = cells_from(outcome, weights=weights)
    dummies = np.column_stack([np.eye(50)[cells.unit_of], np.eye(11)[cells.month_of]])
    treated, root = cells.month_of >= first[cells.unit_of], np.sqrt(cells.weights)
    effects = np.linalg.lstsq((root[:, None] * dummies)[~treated], (root * cells.outcome)[~treated], rcond=None)[0]
    expected = np.average((cells.outcome - dummies @ effects)[treated], weights=cells.weights[treated])
    assert imputed(cells, first, min_untreated=1).fit.estimate == pytest.approx(expected, abs=1e-11)


def test_the_castle_path_as_did2s(castle):
    outcome, weights, first = castle
    cells = cells_from(outcome, weights=weights)
    after = event_path(imputed(cells, first, errors="gardner", min_untreated=1))
    assert after.estimates == pytest.approx([0.089767, 0.072246, 0.071196, 0.046500, 0.141135], abs=5e-7)


@pytest.fixture(scope="module")
def simulated() -> Staggered:
    """Four cohorts of eight units, eight without a campaign, growing effects, no gaps."""
    rng, first = np.random.default_rng(3), np.repeat([6, 9, 12, 15, NEVER], 8)
    effects = np.maximum(0.3 * (np.arange(20) - first[:, None] + 1), 0)
    outcome = rng.normal(0, 5, (40, 1)) + rng.normal(0, 2, (1, 20)) + rng.normal(0, 1, (40, 20)) + effects
    return Staggered(outcome, effects, first, np.arange(40))


@pytest.fixture(scope="module", params=[0.0, 0.08], ids=["complete", "with gaps"])
def gappy(simulated, request) -> Staggered:
    drop = np.random.default_rng(1).random(simulated.outcome.shape) < request.param
    return Staggered(np.where(drop, np.nan, simulated.outcome), simulated.effects, simulated.first, simulated.clusters)


def as_rows(drawn: Staggered) -> pd.DataFrame:
    cells = drawn.cells
    first = np.where(drawn.first == NEVER, 0, drawn.first)[cells.unit_of]
    return pd.DataFrame({"unit": cells.unit_of, "month": cells.month_of, "share": cells.outcome, "first": first})


COLUMNS = {"outcome": "share", "unit": "unit", "time": "month", "first_treat": "first"}


@pytest.fixture(scope="module")
def diff_diff():
    return pytest.importorskip("diff_diff", reason="diff-diff is a development dependency")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("errors", "program", "options"), [("bjs", "ImputationDiD", {"leave_one_out": True}), ("gardner", "TwoStageDiD", {})])
def test_imputation_and_both_of_its_errors_as_in_diff_diff(diff_diff, gappy, errors, program, options):
    cells = gappy.cells
    theirs = getattr(diff_diff, program)(**options).fit(as_rows(gappy), **COLUMNS, aggregate="event_study")
    found = imputed(cells, gappy.first, errors=errors, min_untreated=1)
    after = event_path(found)
    assert found.fit.estimate == pytest.approx(theirs.overall_att, abs=1e-8)
    assert plain(found.fit.std_error, cells) == pytest.approx(theirs.overall_se, abs=1e-8)
    rows = [theirs.event_study_effects[period] for period in after.periods]
    assert after.estimates == pytest.approx([row["effect"] for row in rows], abs=1e-8)
    assert [plain(error, cells) for error in after.std_errors] == pytest.approx([row["se"] for row in rows], abs=1e-8)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("controls", "theirs"), [("not_yet", "not_yet_treated"), ("never", "never_treated")])
def test_group_time_effects_and_their_errors_as_in_diff_diff(diff_diff, simulated, controls, theirs):
    cells = simulated.cells
    answer = diff_diff.CallawaySantAnna(control_group=theirs, base_period="universal").fit(as_rows(simulated), **COLUMNS, aggregate="all")
    found = group_time_effects(cells, simulated.first, controls=controls, min_controls=1)
    for (cohort, month), cell in answer.group_time_effects.items():
        row = int(np.searchsorted(found.starts, cohort))
        assert found.effects[row, month] == pytest.approx(cell["effect"], abs=1e-10)
        if month != cohort - 1:
            assert np.sqrt((found.influence[row, :, month] ** 2).sum()) == pytest.approx(cell["se"], abs=1e-10)
    for period, row in answer.event_study_effects.items():
        if period != -1:
            part = found.simple(found.within(period, period))
            assert (part.estimate, plain(part.std_error(cells), cells)) == (pytest.approx(row["effect"]), pytest.approx(row["se"]))
    simple = averaged(found, found.within(0, 99), "simple")[1]
    assert (simple.estimate, plain(simple.std_error, cells)) == (pytest.approx(answer.overall_att), pytest.approx(answer.overall_se))


@pytest.mark.filterwarnings("ignore")
def test_with_gaps_single_effects_are_those_of_diff_diff(diff_diff, gappy):
    """Averages differ there: ours keep the cohorts' whole sizes, theirs count who was seen."""
    answer = diff_diff.CallawaySantAnna(base_period="universal").fit(as_rows(gappy), **COLUMNS)
    found = group_time_effects(gappy.cells, gappy.first, controls="never", min_controls=1)
    theirs = {key: cell["effect"] for key, cell in answer.group_time_effects.items()}
    ours = {(cohort, month): found.effects[np.searchsorted(found.starts, cohort), month] for cohort, month in theirs}
    assert ours == pytest.approx(theirs, abs=1e-10)


@pytest.mark.filterwarnings("ignore")
def test_the_negative_weights_of_the_static_coefficient_as_in_diff_diff(diff_diff, gappy):
    rows = as_rows(gappy).assign(treated=lambda row: ((row["first"] > 0) & (row["month"] >= row["first"])).astype(int))
    theirs = diff_diff.twowayfeweights(rows, outcome="share", unit="unit", time="month", treatment="treated")
    found = static_effect(gappy.cells, gappy.first)
    assert found.fit.estimate == pytest.approx(theirs.beta_fe, abs=1e-9)
    assert found.negative_share == pytest.approx(theirs.fraction_negative)
