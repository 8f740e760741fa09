"""Bounds relative to the largest step before the start: the hybrid conditional test, inverted."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.estimate.honest.event_study import EventStudy, Matrix, bounds_of, event_study_of, significance_of
from analysis.estimate.honest.hybrid_test import HybridTest
from analysis.estimate.honest.inversion import accepted_range

FIRST_STAGE_SHARE = 0.1  # of the test's size spent on its least favourable stage, as in the paper


def relative_magnitude_bounds(
    coefficients: ArrayLike,
    covariance: ArrayLike,
    *,
    before_count: int,
    weights: Sequence[float] | None = None,
    multiples: Sequence[float] = (0.5, 1.0, 1.5, 2.0),
    level: float = 0.95,
) -> pd.DataFrame:
    """Intervals for the effect when no step of the difference in trends after the reference exceeds M times the largest before.

    ``coefficients`` (T) are event-study estimates in time order without the reference period, whose coefficient is 0: the first
    ``before_count`` before it, the rest after. A step is the change from one period to the next, the reference included.
    ``covariance`` (T × T) is taken as known and the estimates as normal. The effect is ``weights`` · effects after the
    reference; by default the first of them. ``multiples`` are the values of M.

    One row a value of M, in the order given: ``bound`` (M), ``ci_low``, ``ci_high`` in the outcome's unit. Rambachan and Roth
    (2023, "C-LF", the default of their R package, on the moments that hold a period after): for each step before and each sign,
    the effects that the least favourable hybrid of the conditional test accepts if that step is the largest in that sign; the
    interval runs from the smallest to the largest effect of their union. Ends are looked for on a grid of 1/400 of the range
    that the first stage can accept, then halved down to rounding; effects accepted apart from the rest, on a stretch shorter
    than the grid, would be missed. Nothing is drawn at random.

    Raises ``DesignRefused`` for coefficients, covariance, weights, multiples or a level that do not fit together, no period
    before or after, or a covariance that is not positive definite.
    """
    study = event_study_of(coefficients, covariance, before_count, weights)
    alpha = significance_of(level)
    rows = [(float(multiple), *accepted_range(hypotheses_on_largest_step(study, multiple, alpha))) for multiple in bounds_of(multiples)]
    return pd.DataFrame(rows, columns=["bound", "ci_low", "ci_high"])


def hypotheses_on_largest_step(study: EventStudy, multiple: float, alpha: float) -> HybridTest:
    """The test of every hypothesis "step s, in this sign, is the largest before" at once: 2 × ``before_count`` hypotheses.

    A hypothesis bounds each step d_t after by M v, v the largest step. With effect paths free but for θ, only positive
    combinations in which those paths cancel speak of θ. The weights g on the steps after with g · d = θ-hat span all of them,
    so that three kinds of moments carry the whole test: θ-hat - θ <= M v Σ|g|, its mirror, and 0 <= v.
    """
    before, after = study.steps[: study.before_count], study.steps[study.before_count :]
    largest = np.vstack([before, -before])
    on_steps = np.cumsum(study.weights[::-1])[::-1]
    reach = multiple * float(np.abs(on_steps).sum())
    upper, lower = (_deviations(study, after, multiple * largest, sign) for sign in (1.0, -1.0))
    positive = on_steps > 0
    scale_above = np.where(positive, upper, lower) @ np.abs(on_steps)
    scale_below = np.where(positive, lower, upper) @ np.abs(on_steps)
    on_effect = np.column_stack([1 / scale_above, -1 / scale_below, np.zeros_like(upper)])
    on_largest = np.column_stack([-reach / scale_above, -reach / scale_below, -2 * multiple / (upper + lower)])
    pair = np.stack([np.broadcast_to(study.target, largest.shape), largest], axis=1)
    return HybridTest(
        loads=np.stack([on_effect, on_largest], axis=2),
        estimates=pair @ study.coefficients,
        covariances=pair @ study.covariance @ pair.transpose(0, 2, 1),
        alpha=alpha,
        kappa=FIRST_STAGE_SHARE * alpha,
    )


def _deviations(study: EventStudy, after: Matrix, bounds: Matrix, sign: float) -> Matrix:
    """Standard deviations of sign · step - bound: one row a bound, one column a step after."""
    moments = sign * after[None, :, :] - bounds[:, None, :]
    return np.sqrt(np.einsum("hti,ij,htj->ht", moments, study.covariance, moments))
