"""Every estimate is the same to the last digit whatever the hash seed, the number of threads and the order of rows."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import numpy as np, pandas as pd
from analysis.estimate import *
from analysis.estimate.checks import Design
from analysis.estimate.evidence import Question, gather, judge

rng = np.random.default_rng(5)
rows = [(f"u{unit:02d}", year, 40 + unit + value) for unit in range(24) for year, value in zip(range(2010, 2020), rng.normal(size=10).cumsum())]
panel = pd.DataFrame(rows, columns=["unit", "year", "score"]).sample(frac=1, random_state=int(sys.argv[1]))
design = {"unit": "unit", "time": "year", "outcome": "score", "treated": ["u03"], "start": 2016}
for ask in (demeaned_did, detrended_did, last_year_did, synthetic_control, synthetic_did, augmented_synthetic_control, two_way_fixed_effects,
            interrupted_time_series, debiased_t_test, conformal):
    found = ask(panel, **design)
    print(found.method, repr(found.estimate), repr(found.std_error), repr(found.p_exact), repr(found.p_rank), repr(found.mde), found.data_hash)
    print(found.by_period.to_csv(), None if found.donor_weights is None else found.donor_weights.to_csv())
groups = demeaned_did(panel, **{**design, "treated": ["u03", "u07", "u11"]}, seed=4)
print(repr(groups.p_rank), groups.seed)
for ask in (demeaned_did, synthetic_did):
    print(calibrate(panel, ask, unit="unit", time="year", outcome="score"))
asked = Question("score", "one", Design(panel, "unit", "year", "score", "u03", 2016), {"score": "score"}, {}, {"u05", "u01"}, "", False)
told = judge([gather(asked)])[0]
print(told.verdict, told.estimate, told.curve.points.to_csv(), told.curve.joint_p)
"""


def told(hash_seed: str, threads: str, shuffle: str) -> str:
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    environment = os.environ | {"PYTHONHASHSEED": hash_seed} | limits
    return subprocess.run([sys.executable, "-c", SCRIPT, shuffle], env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_results_do_not_depend_on_the_hash_seed_the_threads_or_the_order_of_rows():
    first = told("0", "1", "1")
    assert first.count("\n") > 100
    assert told("4711", "2", "2") == first
