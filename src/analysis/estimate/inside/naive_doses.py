"""Two shortcuts for repeated doses that are not to be used, kept for the table that shows how they fail. Neither is an estimator of this house."""

import numpy as np

from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.clustered import clustered_fit
from analysis.estimate.inside.doses import Dose
from analysis.estimate.inside.lags import lagged
from analysis.estimate.inside.windows import complete, usable


def contemporaneous_only(cells: Cells, dose: Dose) -> Fit:
    """The coefficient of the same month's dose alone: what comes in later months is lost."""
    return lagged(cells, dose, 0).cumulative


def lagged_dependent(cells: Cells, dose: Dose) -> Fit:
    """dose / (1 - last month's outcome), delta method, from a regression on both: the Koyck shortcut.

    Right only where shocks happen to be carried over at the very rate of the dose: else the coefficient of last month's outcome lies
    between the two (too small an effect where shocks fade faster, too large where they last), and unit effects pull it down (Nickell 1981).
    """
    earlier = np.full((len(cells.units), cells.months_count), np.nan)
    earlier[:, 1:] = cells.grid(cells.outcome)[:, :-1]
    columns = np.column_stack([cells.at(dose.lag(0)), cells.at(earlier)])
    rows = usable(cells, complete(columns))
    found = clustered_fit(cells.where(rows), columns[rows], ("liều", "kết quả tháng trước"))
    at_once, kept = found.coefficients
    long_run = at_once / (1 - kept)
    return Fit(float(long_run), found.combination(np.array([1.0, long_run]) / (1 - kept)).std_error, found.df)
