"""Measured on this machine, in one run: what every estimator inside the province finds of a truth that was planted.

400 simulated panels (92 communes in 9 districts by 72 months) for each of eleven scenarios and the levels of assignment that it knows, each
asked three times: with the effect, without, and with a quarter of it. Prints the table of ``recovery_table``, the promises that are not kept
and the seconds spent. One process, one thread of linear algebra.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import date

import pandas as pd

from analysis.estimate.inside.truth_recovery import COVERAGE, DRAWS, FALSE_ALARMS, MAX_BIAS_PCT, SCENARIOS, recovery_table

SEED = 766
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
HEAD = f"{'scenario':14} {'by':9}{'method':22} {'errors':9}{'truth':>7}{'found':>7}{'bias %':>8}{'±':>5}{'cover':>7}{'alarms':>8}{'power':>7}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--scenarios", nargs="+", default=[scenario.name for scenario in SCENARIOS], help="names of SCENARIOS")
    asked = parser.parse_args()
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    print(f"{date.today()}, {machine}: {asked.draws} draws, seed {SEED}\n")
    print(HEAD)
    spent, rows = [], []
    for scenario in SCENARIOS:
        if scenario.name in asked.scenarios:
            wall, cpu = time.perf_counter(), time.process_time()
            rows.append(recovery_table([scenario], draws=asked.draws, seed=SEED))
            spent.append((scenario.name, time.perf_counter() - wall, time.process_time() - cpu))
            show(rows[-1])
    judge(pd.concat(rows))
    for name, wall, cpu in (*spent, ("all", sum(one[1] for one in spent), sum(one[2] for one in spent))):
        print(f"{name:14} {wall:7.1f} s wall {cpu:7.1f} s CPU")


def show(rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        mark = {"kept": "", "near": " near", "broken": " OUT"}[row.promise] if row.is_recommended and row.holds else " (not to be used)"
        mark = " (assumptions do not hold)" if row.is_recommended and not row.holds else mark
        asked = f"{row.scenario:14} {row.assignment:9}{row.method:22} {row.errors:9}"
        found = f"{row.truth:7.3f}{row.estimate:7.3f}{row.bias_pct:8.1f}{row.bias_error_pct:5.1f}"
        shares = f"{row.coverage:7.1%}{row.false_alarm_rate:8.1%}{row.power:7.0%}"
        print(asked + found + shares + mark + (f" {row.refused} refused" if row.refused else ""), flush=True)


def judge(rows: pd.DataFrame) -> None:
    """How many recommended ways keep their promises where their assumptions hold."""
    judged = rows[rows["is_recommended"] & rows["holds"]]["promise"].value_counts()
    said = ", ".join(f"{judged.get(name, 0)} {words}" for name, words in (("kept", "inside"), ("near", "out within luck"), ("broken", "out")))
    bands = f"bias {MAX_BIAS_PCT:.0f} %, coverage {COVERAGE[0]:.0%}-{COVERAGE[1]:.0%}, false alarms {FALSE_ALARMS[0]:.0%}-{FALSE_ALARMS[1]:.0%}"
    print(f"\nrecommended ways: {said} ({bands})\n")


if __name__ == "__main__":
    if ONE_THREAD.items() <= os.environ.items():
        main()
    else:
        sys.exit(subprocess.run([sys.executable, *sys.argv], env={**os.environ, **ONE_THREAD}).returncode)
