"""Measured on this machine, in one run: the evidence inside a province on 92 communes and 72 months, against pyfixest and diff-diff.

The panels are simulated: one with first campaigns, one with repeated doses. The whole evidence, both questions with 999 placebo plans and
999 bootstrap draws, is put together in a process of its own, assigned by commune and by district; so is the chapter on the shipped synthetic data.
The same single estimates are asked of the rivals, whose time for 999 randomisations is scaled from a few. Floors: the start of Python with the
panels made and numbered, and one least squares a randomisation. Without pyfixest (no part of the development set-up) its rows are left out.
Ratios are of CPU seconds, with one thread, everything warmed up.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from bench import ROOT, measured, show
from calibration import CPU, ONE_THREAD, WALL, best_of, timed

from analysis import store
from analysis.estimate.inside import lags, questions, wild
from analysis.estimate.inside.counts import uptake_count_model
from analysis.estimate.inside.evidence import gather_inside
from analysis.estimate.inside.group_time import callaway_santanna
from analysis.estimate.inside.imputation import staggered_event_study
from analysis.estimate.inside.placebo_plans import orders_of
from analysis.estimate.inside.questions import FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.estimate.result import EffectEstimate
from analysis.exposure import saturated
from analysis.ingest.build import build_tables
from analysis.simulate.panel_truth import PanelTruth
from analysis.simulate.panels import simulate_panel
from analysis.sources import read_register

UNIT, MONTH, DISTRICT, DOSE = questions.UNIT, questions.MONTH, questions.DISTRICT, questions.DOSE
SHARE, ONLINE, DOSSIERS, CONTROL = questions.SHARE, questions.ONLINE, questions.DOSSIERS, "control_pct"
LAGS, SATURATION = questions.LAGS, questions.SATURATION
UNITS, MONTHS, DRAWS, SAMPLE, SEED = 92, 72, 999, 5, 92
YEAR, PROVINCE, AS_OF = 2024, "74", "2026-11-22"
EVENTS = frozenset({"2020-04", "2021-07", "2021-08"})
HAS_PYFIXEST = find_spec("pyfixest") is not None
ALLOWED = 60  # seconds for the evidence on both questions
ENVIRONMENT = ONE_THREAD | {"RAYON_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
WINDOW = [f"d{month}" for month in range(LAGS + 1)]
FORMULA = f"~ {' + '.join(WINDOW)} | unit + month"
NAMED = {"unit": UNIT, "time": MONTH}
Answer = tuple[float, ...]
WAYS = {
    "evidence, assigned by commune": ("gather", "commune"),
    "evidence, assigned by district": ("gather", "district"),
    "the chapter on the shipped data": ("shipped", ""),
    "floor: Python, panels and cells": ("arrays", "commune"),
}


@dataclass(frozen=True)
class Same:
    """One question put to both: an estimate with its error (or a p-value alone), without factors for few clusters."""

    rival: str
    ours: Callable[[], Answer]
    theirs: Callable[[], Answer]


def main(draws: int) -> None:
    warnings.simplefilter("ignore")
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}: 92 communes × 72 months\n")
    whole(draws)
    first, doses = asked("first", "commune"), asked("repeated", "commune")
    single = [*of_first_campaigns(first), *of_repeated_doses(doses)]
    if not HAS_PYFIXEST:
        print("pyfixest is not installed: its rows are left out")
    for same in single:
        ours, theirs = same.ours(), same.theirs()
        seconds = [best_of(ask)[CPU] for ask in (same.ours, same.theirs)]
        apart = " and ".join(f"{abs(one - other):.0e}" for one, other in zip(ours, theirs, strict=True))
        print(f"{same.rival:44} / ours {seconds[1] / seconds[0]:6.2f} × CPU  {1e3 * seconds[0]:5.0f} ms ours  apart {apart}")
    print(f"\n{draws} randomisations; those of the rivals scaled from {SAMPLE}")
    floor = best_of(bare_randomisations(doses, draws))[CPU]
    randomisations(replace(first, weights=None, horizon=MONTHS), ON_STARTS, draws, floor)
    randomisations(doses, ON_DOSES, draws, floor)


def whole(draws: int) -> None:
    """Every way in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="lantoa-bench-") as folder:
        raw = ROOT / "data" / "raw"
        store.write(Path(folder), "bench", build_tables(raw, read_register(raw)).tables)
        command = [sys.executable, __file__, "--draws", str(draws), "--tables", folder]
        found = {name: measured([*command, "--way", *way], ROOT, ENVIRONMENT) for name, way in WAYS.items()}
    *names, floor = found
    for name in names:
        within = "within" if found[name].wall <= ALLOWED else "beyond"
        print(f"{name:34} / floor {found[name].cpu / found[floor].cpu:6.1f} × CPU  {within} the {ALLOWED} s allowed")
    print(f"{draws} placebo plans a question, {wild.DRAWS} bootstrap draws, start of Python and making of panels included\n")
    for name, spent in found.items():
        show(name, spent)
    print()


def asked(design: str, assignment: str) -> InsideQuestion:
    """A question to a simulated panel, with everything that its checks want."""
    drawn = simulate_panel(PanelTruth(design=design, assignment=assignment, saturation=SATURATION), seed=SEED)
    rows = drawn.rename(columns={"received_count": DOSSIERS, "online_count": ONLINE})
    shared = {"cluster": DISTRICT if assignment == "district" else None, "event_months": EVENTS, "negative_controls": {"đối chứng": CONTROL}}
    if design == "repeated":
        return RepeatedDoses(rows, **shared)
    starts = rows.dropna(subset="first_month").groupby(UNIT)["first_month"].first()
    return FirstCampaigns(rows, **shared, first=starts.to_dict())


def gather(assignment: str, draws: int, _: str) -> None:
    """The evidence on both questions; where districts were assigned, 400 of the placebo plans are bootstrapped as well."""
    for design in ("first", "repeated"):
        found = gather_inside(asked(design, assignment), seed=SEED, draws=draws)
        if found.recovery is None or found.curve is None:
            raise SystemExit(f"refused: {found.evidence.verdict.reason_vi}")
    if assignment == "commune":
        bootstrap(asked("repeated", "district"))


def arrays(assignment: str, *_: object) -> None:
    """What any of it needs before the first estimate."""
    for design in ("first", "repeated"):
        asked(design, assignment).cells()


def shipped(_: str, __: int, folder: str) -> None:
    """The chapter of the report as it is built, from tables to blocks; its placebo plans are its own 999."""
    from analysis.chapters import inside
    from analysis.chapters.subject import subject_of

    tables = store.Tables(Path(folder))
    found = inside.inside_of(tables, subject_of(tables, PROVINCE, YEAR, AS_OF), PROVINCE, YEAR)
    blocks = [*inside.opening(found, YEAR), *(block for item in found.judged for block in inside.one_question(item))]
    if not found.estimated or not blocks:
        raise SystemExit("the shipped data let no question be asked")


def as_rivals(question: InsideQuestion) -> pd.DataFrame:
    """The panel as the rivals take it: plain numbers; ``first`` is 0 without a start."""
    rows, clock = question.rows, {month: place for place, month in enumerate(sorted(question.rows[MONTH].unique()), start=1)}
    plain = {name: rows[name].to_numpy(dtype=float) for name in (SHARE, DOSSIERS, ONLINE, DOSE, CONTROL)}
    numbers = {"unit": pd.factorize(rows[UNIT], sort=True)[0], "district": pd.factorize(rows[DISTRICT], sort=True)[0]}
    months, first = rows[MONTH].map(clock).to_numpy(dtype=int), rows["first_month"].map(clock).fillna(0).to_numpy(dtype=int)
    return begun(pd.DataFrame({**plain, **numbers, "month": months, "first": first, "log_dossiers": np.log(plain[DOSSIERS])}))


def begun(rows: pd.DataFrame) -> pd.DataFrame:
    """With a dummy of the months from the start on."""
    return rows.assign(is_on=((rows["first"] > 0) & (rows["month"] >= rows["first"])).astype(int))


def with_window(rows: pd.DataFrame) -> pd.DataFrame:
    """With a column for each lag of the dose, less the months whose window is not known."""
    dose = saturated(rows[DOSE], SATURATION)
    return rows.assign(**{name: dose.groupby(rows["unit"]).shift(back) for back, name in enumerate(WINDOW)}).dropna(subset=WINDOW)


def of_first_campaigns(question: FirstCampaigns) -> Iterator[Same]:
    """Unweighted, over all months since the start."""
    rows, arguments = as_rivals(question), {**NAMED, "outcome": SHARE, "first": question.first, "horizon": MONTHS}

    def ours(estimator: Callable[..., EffectEstimate], **options: str) -> Callable[[], Answer]:
        def ask() -> Answer:
            found = estimator(question.rows, **arguments, **options)
            return found.estimate, found.std_error * np.sqrt(1 - 1 / found.clusters_count)

        return ask

    imputation, gardner = ours(staggered_event_study), ours(staggered_event_study, errors="gardner")
    yield Same("diff-diff ImputationDiD, path", imputation, lambda: diff_diff(rows, "ImputationDiD", "event_study", leave_one_out=True))
    yield Same("diff-diff TwoStageDiD, path", gardner, lambda: diff_diff(rows, "TwoStageDiD", "event_study"))
    not_yet = partial(diff_diff, rows, "CallawaySantAnna", "all", control_group="not_yet_treated", base_period="universal")
    yield Same("diff-diff CallawaySantAnna, path", ours(callaway_santanna, aggregation="simple"), not_yet)
    if HAS_PYFIXEST:
        yield Same("pyfixest did2s, average alone", gardner, lambda: pyfixest_did2s(rows))


def of_repeated_doses(question: RepeatedDoses) -> Iterator[Same]:
    """Weighted by dossiers but for the bootstrap, which pyfixest has without weights; its outcome is the one that no dose moves."""
    if not HAS_PYFIXEST:
        return
    rows, dosed = as_rivals(question), {"dose": DOSE, "saturation": SATURATION}
    clusters, cells, parameters = UNITS, UNITS * (MONTHS - LAGS), MONTHS - LAGS + len(WINDOW)
    root = np.sqrt(clusters / (clusters - 1) * (cells - 1) / (cells - parameters))

    def lag() -> Answer:
        found = lags.distributed_lag(question.rows, **NAMED, outcome=SHARE, weights=DOSSIERS, **dosed)
        return found.estimate, found.std_error / root

    def counts() -> Answer:
        found = uptake_count_model(question.rows, **NAMED, numerator=ONLINE, denominator=DOSSIERS, family="quasi_poisson", **dosed)
        return found.estimate, found.std_error / root

    yield Same("pyfixest feols, 7 lags", lag, lambda: pyfixest_feols(rows))
    yield Same("pyfixest fepois, 7 lags, offset", counts, lambda: pyfixest_lags(rows, "fepois", ONLINE, offset="log_dossiers"))
    if find_spec("wildboottest"):
        by_district = replace(question, cluster=DISTRICT, outcome=CONTROL, weights=None)
        yield Same(f"pyfixest wildboottest, {wild.DRAWS} draws", lambda: (bootstrap(by_district),), lambda: (wildboottest(rows),))


def bootstrap(question: RepeatedDoses) -> float:
    """p of the first lag over districts, regression included."""
    cells = question.cells()
    dose = question.dose(cells)
    used = lags.lagged(cells, dose, LAGS).cells
    return wild.wild_p(used, lags.window_columns(used, dose, 0, LAGS), tuple(WINDOW), np.eye(len(WINDOW))[0], seed=SEED) or np.nan


def diff_diff(rows: pd.DataFrame, program: str, aggregate: str | None = None, **options: object) -> Answer:
    import diff_diff as rival

    path = {"aggregate": aggregate} if aggregate else {}
    found = getattr(rival, program)(**options).fit(rows, outcome=SHARE, unit="unit", time="month", first_treat="first", **path)
    return float(found.overall_att), float(found.overall_se)


def pyfixest_did2s(rows: pd.DataFrame) -> Answer:
    import pyfixest

    model = pyfixest.did2s(rows, SHARE, first_stage="~ 0 | unit + month", second_stage="~ is_on", treatment="is_on", cluster="unit")
    return float(model.coef().iloc[-1]), float(model.se().iloc[-1])


def pyfixest_lags(rows: pd.DataFrame, program: str, outcome: str, **options: str) -> Answer:
    """Sum of the lags and its error; the covariance has no public name there."""
    import pyfixest

    bare = pyfixest.ssc(k_adj=False, G_adj=False)
    model = getattr(pyfixest, program)(f"{outcome} {FORMULA}", with_window(rows), vcov={"CRV1": "unit"}, ssc=bare, **options)
    return float(model.coef().sum()), float(np.sqrt(np.asarray(model._vcov).sum()))


def pyfixest_feols(rows: pd.DataFrame) -> Answer:
    return pyfixest_lags(rows, "feols", SHARE, weights=DOSSIERS)


def wildboottest(rows: pd.DataFrame) -> float:
    import pyfixest

    model = pyfixest.feols(f"{CONTROL} {FORMULA}", with_window(rows), vcov={"CRV1": "district"})
    return float(model.wildboottest(param=WINDOW[0], reps=wild.DRAWS, seed=SEED, weights_type="webb")["Pr(>|t|)"])


Rival = Callable[[pd.DataFrame], Answer]
DIFF_DIFF: dict[str, Rival] = {f"diff-diff {name}": partial(diff_diff, program=name) for name in ("ImputationDiD", "TwoStageDiD")}
ON_STARTS = DIFF_DIFF | ({"pyfixest did2s": pyfixest_did2s} if HAS_PYFIXEST else {})
ON_DOSES: dict[str, Rival] = {"pyfixest feols, 7 lags": pyfixest_feols} if HAS_PYFIXEST else {}


def randomisations(question: InsideQuestion, rivals: dict[str, Rival], draws: int, floor: float) -> None:
    """Whole histories given to other communes, asked anew each time: ours all of them, the rivals a few."""
    cells, rows = question.cells(), as_rivals(question)
    orders, refit = orders_of(cells, draws=draws, seed=SEED), question.refit(cells)
    spent, size = timed(lambda: [refit(cells, order) for order in orders]), getattr(question, "one_activity", 1.0)
    print(f"{question.name + ', ours / floor':44} {spent[CPU] / floor:13.1f} × CPU  {spent[WALL]:6.1f} s wall {spent[CPU]:6.1f} s CPU")
    histories = {name: rows[name].to_numpy().reshape(UNITS, MONTHS) for name in ("first", DOSE)}
    given = [begun(rows.assign(**{name: held[order].ravel() for name, held in histories.items()})) for order in orders[:SAMPLE]]
    for name, ask in rivals.items():
        scaled = timed(lambda ask=ask: [ask(one) for one in given]) / len(given) * draws
        apart = max(abs(size * ask(one)[0] - refit(cells, order).estimate) for one, order in zip(given, orders, strict=False))
        print(f"{name:44} / ours {scaled[CPU] / spent[CPU]:6.2f} × CPU  {scaled[WALL]:6.1f} s wall {scaled[CPU]:6.1f} s CPU  apart {apart:.0e}")


def bare_randomisations(question: RepeatedDoses, draws: int) -> Callable[[], object]:
    """One least squares a randomisation: seven columns without effects given to other communes, solved; no weights, errors or refusals."""
    cells = question.cells()
    grid, outcome = question.dose(cells).lags(0, LAGS)[:, :, LAGS:], cells.grid(cells.outcome)[:, LAGS:].ravel()
    free = grid - grid.mean(axis=1, keepdims=True) - grid.mean(axis=2, keepdims=True) + grid.mean(axis=(1, 2), keepdims=True)
    orders = orders_of(cells, draws=draws, seed=SEED)
    given = partial(np.take, free, axis=1)
    return lambda: [np.linalg.solve(x @ x.T, x @ outcome) for x in (given(order).reshape(len(free), -1) for order in orders)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=DRAWS, help="placebo plans a question and randomisations")
    parser.add_argument("--way", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--tables", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        {"gather": gather, "shipped": shipped, "arrays": arrays}[given.way[0]](given.way[1], given.draws, given.tables)
    elif ENVIRONMENT.items() <= os.environ.items():
        main(given.draws)
    else:
        sys.exit(subprocess.run([sys.executable, *sys.argv], env={**os.environ, **ENVIRONMENT}).returncode)
