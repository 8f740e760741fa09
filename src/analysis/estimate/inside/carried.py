"""A dose whose effect fades by the same share each month, fitted by least squares beside unit and month effects."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from analysis.estimate.inference import Fit
from analysis.estimate.inside.absorb import TwoWay
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.clustered import ClusteredFit, clustered_fit
from analysis.estimate.inside.doses import Dose
from analysis.estimate.inside.windows import Mask, complete, usable
from analysis.estimate.matrix import Matrix
from analysis.exposure import adstock

MAX_DECAY = 0.95  # a half-life of 13.5 months: a dose carried longer is hardly told from a lasting shift of level
GRID = np.linspace(0.0, MAX_DECAY, 20)
DECAY_TOLERANCE = 1e-8
AT_EDGE = 1e-4


@dataclass(frozen=True)
class CarriedOver:
    """outcome = unit + month + ``effect`` × adstock(dose, ``decay``), at the least squares.

    ``regression`` is that of the outcome on the carried dose and its derivative by decay, controls after them: the Jacobian up to
    the factor ``effect`` of its second column, whose coefficient is 0 at the optimum. ``cells`` are those used.
    """

    effect: float
    decay: float
    regression: ClusteredFit
    cells: Cells

    @property
    def is_at_edge(self) -> bool:
        """The best decay is the smallest or largest that was looked at: no interval of the decay is then to be believed."""
        return not AT_EDGE < self.decay < MAX_DECAY - AT_EDGE

    def within(self, months: float) -> Fit:
        """What one more unit of dose, once, goes with in all over ``months`` months (``np.inf``: for good), by the delta method."""
        share = (1 - self.decay**months) / (1 - self.decay)
        faded = 0.0 if np.isinf(months) else months * self.decay ** (months - 1)
        return self._told(self.effect * share, share, (share - faded) / (1 - self.decay))

    @property
    def long_run(self) -> Fit:
        """effect / (1 - decay)."""
        return self.within(np.inf)

    def after(self, months: int) -> Fit:
        """What it goes with in the one month ``months`` after (0: its own)."""
        left = self.decay**months
        return self._told(self.effect * left, left, months * self.decay ** (months - 1) if months else 0.0)

    @property
    def share_left(self) -> Fit:
        """The decay with its error; unidentified where the effect is 0."""
        return self._told(self.decay, 0.0, 1 / self.effect)

    @property
    def half_life(self) -> Fit:
        """ln 0.5 / ln decay, in months, by the delta method; take it from a decay that is not at the edge."""
        fit, months = self.share_left, np.log(0.5) / np.log(self.decay)
        return Fit(float(months), float(fit.std_error * months / (-np.log(self.decay) * self.decay)), fit.df)

    def _told(self, value: float, by_carried: float, by_slope: float) -> Fit:
        weights = np.zeros(len(self.regression.coefficients))
        weights[:2] = by_carried, by_slope
        return Fit(value, self.regression.combination(weights).std_error, self.regression.df)


def fit_adstock(cells: Cells, dose: Dose, burn_in: int = 6, controls: Matrix | None = None) -> CarriedOver:
    """Non-linear least squares of the outcome on the carried dose, unit and month effects (and ``controls``, M × P) taken out exactly.

    The decay is profiled: every point of ``GRID`` in one projection, then a bounded search between the neighbours of the best one.
    Unknown doses count as 0, and only cells with ``burn_in`` known months straight before them are used. Errors are the clustered
    sandwich of the Jacobian. Raises ``DesignRefused`` as ``clustered_fit`` does.
    """
    beside = np.empty((len(cells.outcome), 0)) if controls is None else controls
    rows = usable(cells, warmed_up(cells, dose, burn_in) & complete(beside))
    profile = _Profile(cells.where(rows), np.nan_to_num(dose.values), dose.before, beside[rows])
    decay = profile.best()
    carried = profile.carried(decay)
    regression = clustered_fit(
        profile.cells,
        np.column_stack([carried, profile.slope(decay), beside[rows]]),
        ("liều cộng dồn", "mức tắt dần của liều", *(f"biến kèm theo {place + 1}" for place in range(beside.shape[1]))),
    )
    return CarriedOver(profile.effect(carried), decay, regression, profile.cells)


def warmed_up(cells: Cells, dose: Dose, burn_in: int) -> Mask:
    """Cells (M) whose dose is known, and was in each of the ``burn_in`` months before."""
    run = np.zeros(dose.values.shape)
    for month, is_known in enumerate((~np.isnan(dose.values)).T):
        run[:, month] = np.where(is_known, run[:, month - 1] + 1 if month else 1, 0)
    return np.asarray(cells.at(run[:, dose.before : dose.before + dose.months_count]) > burn_in)


class _Profile:
    """The outcome free of effects and controls, and what a dose carried at some decay explains of it."""

    def __init__(self, cells: Cells, doses: Matrix, before: int, controls: Matrix) -> None:
        self.cells, self._doses, self._before = cells, doses, before
        self._effects: TwoWay = cells.effects()
        self._root = np.sqrt(cells.weights)
        free = self._root[:, None] * self._effects.residuals(np.column_stack([cells.outcome, controls]))
        self._basis = np.linalg.qr(free[:, 1:])[0]
        self._outcome = free[:, 0] - self._basis @ (self._basis.T @ free[:, 0])

    def best(self) -> float:
        """The decay in [0, ``MAX_DECAY``] at which the carried dose explains most."""
        explained = self._explained(np.column_stack([self.carried(decay) for decay in GRID]))
        place = int(explained.argmax())
        bounds = GRID[max(place - 1, 0)], GRID[min(place + 1, len(GRID) - 1)]
        found = minimize_scalar(self._lost, bounds=bounds, method="bounded", options={"xatol": DECAY_TOLERANCE})
        return float(found.x if -found.fun > explained[place] else GRID[place])

    def effect(self, carried: Matrix) -> float:
        """Slope of the outcome on one carried dose (M)."""
        free = self._freed(carried[:, None])[:, 0]
        return float(free @ self._outcome / (free @ free))

    def carried(self, decay: float) -> Matrix:
        """adstock(dose, decay) at the cells (M)."""
        return self._at_cells(adstock(self._doses, decay))

    def slope(self, decay: float) -> Matrix:
        """Its derivative by decay (M), which is the carried dose of the month before, carried over once more."""
        earlier = np.zeros_like(self._doses)
        earlier[:, 1:] = adstock(self._doses, decay)[:, :-1]
        return self._at_cells(adstock(earlier, decay))

    def _at_cells(self, values: Matrix) -> Matrix:
        return self.cells.at(values[:, self._before : self._before + self.cells.months_count])

    def _freed(self, columns: Matrix) -> Matrix:
        free = self._root[:, None] * self._effects.residuals(columns)
        return np.asarray(free - self._basis @ (self._basis.T @ free))

    def _explained(self, columns: Matrix) -> Matrix:
        """Squares of the outcome that each column (M × K) explains."""
        free = self._freed(columns)
        sizes = (free**2).sum(axis=0)
        return np.asarray((self._outcome @ free) ** 2 / np.where(sizes > 0, sizes, np.inf))

    def _lost(self, decay: float) -> float:
        return -float(self._explained(self.carried(decay)[:, None])[0])
