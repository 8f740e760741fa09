"""The specification curve: every defensible way to ask the same question, shown together and judged together.

Ways differ in footing, start, base, comparison units and estimator, so their sizes are not in one unit; each is divided by the
spread of its own placebos. The joint p asks how often a comparison unit given the plan has a curve as far from zero (Simonsohn,
Simmons and Nelson 2020, with placebos in space in place of permutations).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimate.inference import rank_p
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

MIN_PLACEBOS = 10
POINT_COLUMNS = ("footing", "start", "estimator", "donors", "estimate", "placebo_sd", "standardised", "p_exact", "p_rank")


@dataclass(frozen=True)
class Specification:
    """One way to ask: how it is named in each dimension, and the call that answers."""

    footing: str
    start: str
    estimator: str
    donors: str
    ask: Callable[[], EffectEstimate]


@dataclass(frozen=True)
class SpecificationCurve:
    """``points``: one row a way that could be asked, ordered by standardised estimate (columns ``POINT_COLUMNS``).

    ``one_sign_share`` is the share of points with the sign of the primary estimate; ``joint_p`` the rank of the median
    standardised estimate among the comparison units that every way could give the plan to, None with fewer than ten;
    ``refused_count`` the ways that the data could not carry.
    """

    points: pd.DataFrame
    one_sign_share: float
    median: float
    joint_p: float | None
    placebos_count: int
    refused_count: int


def specification_curve(specifications: Sequence[Specification], primary: float) -> SpecificationCurve:
    """Ask every way; ``primary`` is the primary estimate, whose sign is the one counted. Raises ``DesignRefused`` if none answers."""
    asked = [(way, _answer(way)) for way in specifications]
    answered = [(way, found) for way, found in asked if found is not None and _spread(found) > 0]
    if not answered:
        raise DesignRefused("Không có cách tính nào dùng được với số liệu này.")
    rows = [_row(way, found) for way, found in answered]
    points = pd.DataFrame(rows, columns=list(POINT_COLUMNS)).sort_values(["standardised", *POINT_COLUMNS[:4]]).reset_index(drop=True)
    standardised = pd.DataFrame({number: _placebos(found) / _spread(found) for number, (_, found) in enumerate(answered)}).dropna()
    median = float(points["standardised"].median())
    joint = rank_p(median, standardised.median(axis=1).to_numpy()) if len(standardised) >= MIN_PLACEBOS else None
    share = float((np.sign(points["standardised"]) == np.sign(primary)).mean())
    return SpecificationCurve(points, share, median, joint, len(standardised), len(asked) - len(answered))


def _answer(way: Specification) -> EffectEstimate | None:
    try:
        return way.ask()
    except DesignRefused:
        return None


def _placebos(found: EffectEstimate) -> pd.Series:
    return found.placebos if found.placebos is not None else pd.Series(dtype=float)


def _spread(found: EffectEstimate) -> float:
    placebos = _placebos(found)
    return float(placebos.std(ddof=1)) if len(placebos) > 1 else 0.0


def _row(way: Specification, found: EffectEstimate) -> tuple[Any, ...]:
    spread = _spread(found)
    return (way.footing, way.start, way.estimator, way.donors, found.estimate, spread, found.estimate / spread, found.p_exact, found.p_rank)
