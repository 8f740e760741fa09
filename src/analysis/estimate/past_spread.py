"""Did the treated unit always wander more than the others? Then it looks special in any year, and calibration cannot see it.

False alarms are measured on the comparison units. A treated unit twice as restless as they are would cry wolf in about one of three
years without any plan, so its own past is held against theirs.
"""

import numpy as np

from analysis.estimate.matrix import PanelMatrix

MIN_PERIODS = 3
UNUSUAL = 0.05  # share of units as restless as this one, at most


def past_spread(matrix: PanelMatrix) -> tuple[float, float] | None:
    """(spread of the treated before the start / median spread of the others, share of units at least as restless as it).

    Spread is the standard deviation over the periods before of a unit's distance to the mean of the comparison units. None with
    fewer than three periods before; for several treated units the most restless counts.
    """
    if matrix.before_count < MIN_PERIODS:
        return None
    before = matrix.outcomes[:, : matrix.before_count]
    spreads = (before - before[~matrix.is_treated].mean(axis=0)).std(axis=1, ddof=1)
    own, others = float(spreads[matrix.is_treated].max()), spreads[~matrix.is_treated]
    return own / float(np.median(others)), float((1 + (others >= own).sum()) / (1 + len(others)))
