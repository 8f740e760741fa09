"""Measured on this machine, in one run: the calibration of the four primary estimators on 1,960 placebo plans of the PAPI panel.

The panel is the shipped one: 56 provinces without gaps, 2011-2024, 7 outcomes, 5 starts. The rivals, diff-diff and pysyncon,
are called once a placebo plan on a sample of the plans, and their time is scaled to all. The floor is the demeaned contrast
with its t for every plan and nothing else. One process, everything warmed up first; ratios are of CPU seconds, which other work on
the machine moves less than wall. Linear algebra
has one thread, so that the rivals' does not spin on both cores.
"""

import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from bench import ROOT
from scipy.special import stdtr

from analysis.estimate.calibration import Cell, calibrate, cells
from analysis.estimate.methods import COMPANIONS, PRIMARY
from analysis.ingest.build import build_tables
from analysis.sources import read_register

INDEX, OUTCOMES, STARTS = "PAPI", ("D1", "D2", "D3", "D4", "D5", "D6", "TOTAL"), (2016, 2017, 2018, 2019, 2020)
DESIGN = {"unit": "province_code", "time": "edition_year"}
SAMPLE, SEED, REPEATS = 20, 1960, 3
WALL, CPU = 0, 1  # of what ``timed`` returns
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
DETRENDED, DEMEANED_CONTROL, SYNTHETIC_DID = COMPANIONS


@dataclass(frozen=True)
class Plan:
    """A placebo plan: one unit (its row) of one outcome and start."""

    cell: Cell
    row: int

    def long(self) -> pd.DataFrame:
        """The panel as libraries take it: ``unit, time, y``, ``is_treated`` of a unit and ``is_on`` of a cell."""
        frame = pd.DataFrame(self.cell.outcomes, columns=list(self.cell.times)).rename_axis("unit").reset_index()
        long = frame.melt(id_vars="unit", var_name="time", value_name="y").astype({"time": int})
        is_treated = (long["unit"] == self.row).astype(int)
        return long.assign(is_treated=is_treated, is_on=is_treated * (long["time"] >= self.cell.start))

    @property
    def before(self) -> pd.DataFrame:
        """Outcomes before the start less each unit's mean of them: periods × units."""
        values = self.cell.outcomes[:, : self.cell.before]
        return pd.DataFrame((values - values.mean(axis=1, keepdims=True)).T)

    def gap(self, weights: np.ndarray) -> float:
        """Mean demeaned gap after the start to the others weighted."""
        values, before = self.cell.outcomes, self.cell.before
        demeaned = values - values[:, :before].mean(axis=1, keepdims=True)
        return float((demeaned[self.row] - weights @ np.delete(demeaned, self.row, axis=0))[before:].mean())


def main() -> None:
    warnings.simplefilter("ignore")
    panel = papi_panel()
    plans = cells(panel, **DESIGN, outcome=OUTCOMES, starts=STARTS)
    count = sum(len(cell.units) for cell in plans)
    warm_up(panel, plans[0])
    sample = sampled(plans)
    floor = best_of(lambda: [bare_contrasts(cell) for cell in plans])
    ours = {method.name: timed(lambda method=method: calibrate(panel, method, **DESIGN, outcome=OUTCOMES, starts=STARTS)) for method in estimators()}
    theirs = {name: timed(lambda ask=ask: [ask(plan) for plan in sample]) / len(sample) * count for name, (ask, _) in RIVALS.items()}
    total = sum(ours.values())
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}: {count:,} placebo plans\n")
    for name, (ask, method) in RIVALS.items():
        ratio, apart = theirs[name][CPU] / ours[method][CPU], difference(ask, method, sample)
        print(f"{name:38} / ours {ratio:9,.0f} × CPU   largest difference in estimates {apart:.1e}")
    print(f"{'four estimators / floor':38}      {total[CPU] / floor[CPU]:9,.0f} × CPU\n")
    for name, spent in (*ours.items(), ("all four", total), ("floor: bare contrasts", floor)):
        print(f"{name:38} {spent[WALL]:9.3f} s wall {spent[CPU]:9.3f} s CPU")
    for name, spent in theirs.items():
        print(f"{name:38} {spent[WALL]:9.1f} s wall {spent[CPU]:9.1f} s CPU, scaled from {len(sample)} plans")


def papi_panel() -> pd.DataFrame:
    """Shipped PAPI scores, one column an outcome, one row a province and edition."""
    raw = ROOT / "data" / "raw"
    scores = build_tables(raw, read_register(raw)).tables["index_scores"]
    papi = scores[(scores["index"] == INDEX) & scores["component"].isin(OUTCOMES)].astype({"score": float})
    return papi.pivot(index=["province_code", "edition_year"], columns="component", values="score").reset_index()


def estimators() -> tuple:
    return (PRIMARY, DETRENDED, DEMEANED_CONTROL, SYNTHETIC_DID)


def warm_up(panel: pd.DataFrame, cell: Cell) -> None:
    for method in estimators():
        calibrate(panel, method, **DESIGN, outcome=cell.outcome, starts=[cell.start])
    for ask, _ in RIVALS.values():
        ask(Plan(cell, 0))


def sampled(plans: list[Cell]) -> list[Plan]:
    """Placebo plans drawn with a fixed seed."""
    every = [Plan(cell, row) for cell in plans for row in range(len(cell.units))]
    return [every[number] for number in np.random.default_rng(SEED).choice(len(every), SAMPLE, replace=False)]


def bare_contrasts(cell: Cell) -> np.ndarray:
    """Estimate, error and p of the demeaned comparison with each unit treated alone, in the fewest operations."""
    contrasts = cell.outcomes[:, cell.before :].mean(axis=1) - cell.outcomes[:, : cell.before].mean(axis=1)
    count, others = len(contrasts), (contrasts.sum() - contrasts) / (len(contrasts) - 1)
    squares = (contrasts**2).sum() - contrasts**2 - (count - 1) * others**2
    return 2 * stdtr(count - 2, -np.abs(contrasts - others) / np.sqrt(squares / (count - 2) * (1 + 1 / (count - 1))))


def diff_diff_lwdid(rolling: str) -> Callable[[Plan], float]:
    """Lee and Wooldridge by diff-diff: one estimate with its t, no placebos."""

    def ask(plan: Plan) -> float:
        from diff_diff import LWDiD

        return float(LWDiD(rolling=rolling, vcov_type="classical").fit(plan.long(), outcome="y", unit="unit", time="time", treatment="is_on").att)

    return ask


def diff_diff_sdid(plan: Plan) -> float:
    """Synthetic difference-in-differences by diff-diff, with as many placebos as there are other provinces."""
    from diff_diff import SyntheticDiD

    after = [period for period in plan.cell.times if period >= plan.cell.start]
    fit = SyntheticDiD(n_bootstrap=len(plan.cell.units) - 1, seed=SEED).fit
    return float(fit(plan.long(), outcome="y", treatment="is_treated", unit="unit", time="time", post_periods=after).att)


def pysyncon_synth(plan: Plan) -> float:
    """Demeaned synthetic control by pysyncon, on outcomes only: one fit, no placebos. It scales periods; the weights undo that."""
    from pysyncon import Synth

    donors, target = plan.before.drop(columns=plan.row), plan.before[plan.row]
    synth = Synth()
    synth.fit(X0=donors, X1=target, Z0=donors, Z1=target, custom_V=plan.before.var(axis=1).to_numpy())
    return plan.gap(np.asarray(synth.W))


RIVALS = {
    "diff-diff LWDiD, demeaned": (diff_diff_lwdid("demean"), PRIMARY.name),
    "diff-diff LWDiD, detrended": (diff_diff_lwdid("detrend"), DETRENDED.name),
    "diff-diff SyntheticDiD, 55 placebos": (diff_diff_sdid, SYNTHETIC_DID.name),
    "pysyncon Synth, demeaned, no placebos": (pysyncon_synth, DEMEANED_CONTROL.name),
}


def difference(ask: Callable[[Plan], float], method: str, sample: list[Plan]) -> float:
    """Largest distance between a rival's estimates and ours, over the sample."""
    every = {one.name: one.every for one in estimators()}[method]
    pairs = [(ask(plan), every(plan.cell.outcomes, plan.cell.clock, plan.cell.before).estimates[plan.row]) for plan in sample[:3]]
    return max(abs(rival - own) for rival, own in pairs)


def timed(work: Callable[[], object]) -> np.ndarray:
    """Wall and CPU seconds."""
    started = np.array([time.perf_counter(), time.process_time()])
    work()
    return np.array([time.perf_counter(), time.process_time()]) - started


def best_of(work: Callable[[], object]) -> np.ndarray:
    """Seconds of the quickest of a few runs, so that a busy moment does not count."""
    return np.min([timed(work) for _ in range(REPEATS)], axis=0)


if __name__ == "__main__":
    if ONE_THREAD.items() <= os.environ.items():
        main()
    else:
        sys.exit(subprocess.run([sys.executable, *sys.argv], env={**os.environ, **ONE_THREAD}).returncode)
