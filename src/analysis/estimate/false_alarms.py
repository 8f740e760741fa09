"""The false-alarm table: how often each way to ask cries wolf on one panel, and what each could find.

Only behaviour of tests is measured, no effect is estimated; so the table may be drawn on scores that no estimate may use.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimate.calibration import EFFECT_SD, calibrate, cells
from analysis.estimate.every_unit import EveryUnit, EveryUnitOf
from analysis.estimate.evidence import may_print_p
from analysis.estimate.inference import SIGNIFICANCE
from analysis.estimate.matrix import Matrix
from analysis.estimate.methods import COMPANIONS, COMPARISONS, LAST_YEAR, PLAIN_CONTROL, PRIMARY, SLOW_COMPARISONS, Method
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.synthetic import every_synthetic_control_ratio

DETRENDED, DEMEANED_CONTROL, SYNTHETIC_DID = COMPANIONS
RATIO = replace(
    PLAIN_CONTROL,
    name="synthetic_control_ratio",
    name_vi="so với nhóm đối chứng tổng hợp, tỷ số sai lệch sau và trước",
    every=every_synthetic_control_ratio,
)
QUICK_METHODS = (
    *COMPARISONS,
    replace(SYNTHETIC_DID, statistic="exact"),
    SYNTHETIC_DID,
    DEMEANED_CONTROL,
    PLAIN_CONTROL,
    RATIO,
    PRIMARY,
    replace(PRIMARY, statistic="rank"),
    DETRENDED,
    LAST_YEAR,
)
ALL_METHODS = (*QUICK_METHODS, *SLOW_COMPARISONS)
SHARES = ("false_alarm_rate", "monte_carlo_error", "power", "coverage")


def false_alarm_table(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcomes: Sequence[str],
    starts: Sequence[object] | None = None,
    methods: Sequence[Method] = QUICK_METHODS,
    alpha: float = SIGNIFICANCE,
    effect_sd: float = EFFECT_SD,
    had_plan: Collection[Any] = (),
) -> pd.DataFrame:
    """False alarms, power and coverage of ``methods`` on one and the same set of placebo plans; one row a (name, statistic).

    ``panel``, ``outcomes`` and ``starts`` as ``panel``, ``outcome`` and ``starts`` of ``calibrate``. The p-value judged is the
    method's own ``statistic``: ``dataclasses.replace`` it to judge the other. Columns: ``name``, ``name_vi`` and ``statistic`` of
    the method; ``false_alarm_rate``, its ``monte_carlo_error``, ``power`` and ``coverage`` as shares; ``placebos_count``;
    ``may_print``, whether the house rule would let a report print that p-value (it is about a nominal 5 %, so False at another
    ``alpha``); ``refusal_vi``, why a method could not be measured on this panel, its shares then NaN (missing where it was).

    Raises ``DesignRefused`` where the panel can carry no placebo plan at all.
    """
    plans: dict[str, Any] = {"unit": unit, "time": time, "outcome": outcomes, "starts": starts, "had_plan": had_plan}
    cells(panel, **plans)
    kernels = {method.every: method.every and _remembering(method.every) for method in methods}
    asked = [replace(method, every=kernels[method.every]) for method in methods]
    return pd.DataFrame([_row(panel, method, alpha, plans | {"effect_sd": effect_sd}) for method in asked])


def _remembering(every: EveryUnitOf) -> EveryUnitOf:
    """``every`` that works out each cell once, since one kernel may be judged by several p-values."""
    known: dict[tuple[bytes, bytes, int], EveryUnit] = {}

    def ask(outcomes: Matrix, clock: Matrix, before: int) -> EveryUnit:
        key = (outcomes.tobytes(), clock.tobytes(), before)
        if key not in known:
            known[key] = every(outcomes, clock, before)
        return known[key]

    return ask


def _row(panel: pd.DataFrame, method: Method, alpha: float, design: dict[str, Any]) -> dict[str, Any]:
    told = {"name": method.name, "name_vi": method.name_vi, "statistic": method.statistic}
    try:
        found = calibrate(panel, method, alpha=alpha, **design)
    except DesignRefused as refusal:
        return told | dict.fromkeys(SHARES, np.nan) | {"placebos_count": 0, "may_print": False, "refusal_vi": str(refusal)}
    shares = {name: np.nan if getattr(found, name) is None else getattr(found, name) for name in SHARES}
    may_print = alpha == SIGNIFICANCE and may_print_p(found)
    return told | shares | {"placebos_count": found.placebos_count, "may_print": may_print, "refusal_vi": None}
