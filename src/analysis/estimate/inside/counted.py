"""A share with the counts behind it, fitted by iterated weighted least squares with unit and month effects taken out at every step."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from analysis import text
from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells
from analysis.estimate.inside.clustered import ClusteredFit, cluster_sums, clustered_fit, refuse_collinear, small_sample_factor
from analysis.estimate.inside.windows import Mask, usable
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

Family = Literal["binomial", "quasi_poisson"]

TOLERANCE = 1e-10
MAX_ITERATIONS = 50
MAX_PREDICTOR = 25.0  # logits or logs of rates beyond this come from a cell that something separates, not from data
ROUNDING = 1e-9  # a share this close to 0 or 1 is 0 or 1


@dataclass(frozen=True)
class Link:
    """A canonical link, so that the slope of the mean is also the variance function; ``mean`` and ``linear`` are each other's inverse."""

    mean: Callable[[Matrix], Matrix]
    linear: Callable[[Matrix], Matrix]
    slope: Callable[[Matrix], Matrix]  # of the mean by the linear predictor, given the mean
    curvature: Callable[[Matrix], Matrix]  # of the slope by the linear predictor, given the mean
    all_is_separated: bool  # whether a unit with every dossier online says nothing


LINKS: dict[Family, Link] = {
    "binomial": Link(expit, logit, lambda mean: mean * (1 - mean), lambda mean: mean * (1 - mean) * (1 - 2 * mean), True),
    "quasi_poisson": Link(np.exp, np.log, lambda mean: mean, lambda mean: mean, False),
}


@dataclass(frozen=True)
class Counted:
    """``regression`` on the scale of the link; ``cells`` are those used, ``rows`` (M of the cells given) says which.

    ``cells`` hold the working response and the weights of the last step, so that ``clustered_fit`` on them is the fit itself and
    what is linear in an outcome (the wild bootstrap of scores) applies to them. ``sizes`` (M) are dossiers, ``rates`` (M) fitted shares
    (0-1), ``regressors`` (M × K) as given. ``dispersion`` is Pearson's: 1 where dossiers are independent.
    """

    regression: ClusteredFit
    cells: Cells
    rows: Mask
    sizes: Matrix
    rates: Matrix
    regressors: Matrix
    dispersion: float
    family: Family

    def marginal_effect(self, combination: Matrix) -> Fit:
        """Percentage points that go with one more unit along ``combination`` (K), at the mean over dossiers of cells with any dose.

        100 × mean of the slope at the fitted rate × the combination of coefficients; the error is that of the delta method with
        the unit and month effects as estimated as the coefficients are, clustered by ``DF_RULE``.
        """
        link, fit, cells = LINKS[self.family], self.regression, self.cells
        shares = self.sizes * (self.regressors != 0).any(axis=1)
        shares = shares / shares.sum()
        total, slope = float(combination @ fit.coefficients), float(shares @ link.slope(self.rates))
        gradient = total * shares * link.curvature(self.rates)
        bread, effects = np.linalg.inv(fit.design.T @ (cells.weights[:, None] * fit.design)), cells.effects()
        along = effects.fitted(gradient / cells.weights) + fit.design @ (bread @ (fit.design.T @ gradient + slope * combination))
        scores = cluster_sums(cells, (along * cells.weights * fit.residuals)[:, None])
        factor = small_sample_factor(cells, len(along), effects.second_parameters, len(combination))
        return Fit(100 * slope * total, 100 * float(np.sqrt(factor * (scores**2).sum())), fit.df)


def counted(cells: Cells, regressors: Matrix, names: tuple[str, ...], family: Family = "binomial") -> Counted:
    """Logit (``binomial``) or log (``quasi_poisson``) of a rate on ``regressors`` (M × K, no NaN), unit and month effects.

    ``cells`` hold the share in percentage points and the dossiers as weights, as for a share regression weighted by dossiers. A unit or
    month whose dossiers are all or none online (Poisson: none) fits perfectly whatever the regressors do and is left out. Estimating
    the unit effects costs the logit a bias of the order of 1 / (dossiers of a unit × its variance); the Poisson has none.

    The variance is the sandwich of scores clustered under ``DF_RULE``, right whatever the dispersion. Raises ``DesignRefused`` as
    ``clustered_fit`` does, for too little left, and where the fit does not converge because a regressor separates.
    """
    rows = usable(cells, _informative(cells, LINKS[family].all_is_separated))
    kept = cells.where(rows)
    working, rates = _iterated(kept, regressors[rows], names, LINKS[family])
    regression = clustered_fit(working, regressors[rows], names)
    slopes = LINKS[family].slope(rates)
    free = len(rates) - working.effects().parameters - regressors.shape[1]
    dispersion = float((kept.weights * (kept.outcome / 100 - rates) ** 2 / slopes).sum() / free) if free > 0 else np.nan
    return Counted(regression, working, rows, kept.weights, rates, regressors[rows], dispersion, family)


def separated_vi(cells: Cells, found: Counted) -> tuple[str, ...]:
    """What ``counted`` left out of ``cells``, as one sentence, or none."""
    out = ~found.rows
    if not out.any():
        return ()
    all_vi = "không có hoặc có toàn bộ hồ sơ trực tuyến" if LINKS[found.family].all_is_separated else "không có hồ sơ trực tuyến nào"
    units = text.number(len(np.unique(cells.unit_of[out])))
    return (f"Bỏ {text.number(int(out.sum()))} dòng của {units} đơn vị vì đơn vị hoặc tháng đó {all_vi}, nên không cho biết thay đổi.",)


def _informative(cells: Cells, all_is_separated: bool) -> Mask:
    """Cells in units and months that have some dossiers online (and some not), and that are not alone; asked again until none drops out."""
    keep = np.ones(len(cells.outcome), dtype=bool)
    online = cells.outcome / 100 * cells.weights
    while True:
        drops = np.zeros(len(keep), dtype=bool)
        for codes in (cells.unit_of, cells.effect_of):
            some, whole, size = (np.bincount(codes, weights=values * keep) for values in (online, cells.weights, np.ones(len(keep))))
            is_out = (some <= ROUNDING * whole) | (size < 2) | ((some >= (1 - ROUNDING) * whole) & all_is_separated)
            drops |= is_out[codes]
        if not (drops & keep).any():
            return keep
        keep &= ~drops


def _iterated(cells: Cells, regressors: Matrix, names: tuple[str, ...], link: Link) -> tuple[Cells, Matrix]:
    """Cells with the working response and weights at the optimum, and the fitted rates."""
    shares = cells.outcome / 100
    held = np.clip(shares, 0, 1 if link.all_is_separated else None)
    predictor = link.linear((held * cells.weights + 0.5) / (cells.weights + 1))
    start = _working(cells, shares, predictor, link)
    refuse_collinear(start.effects().residuals(regressors), regressors, start.weights, names)
    for _ in range(MAX_ITERATIONS):
        before, predictor = predictor, _stepped(_working(cells, shares, predictor, link), regressors)
        largest = float(np.abs(predictor).max())
        if not largest <= MAX_PREDICTOR:
            break
        if np.abs(predictor - before).max() <= TOLERANCE * max(1.0, largest):
            return _working(cells, shares, predictor, link), link.mean(predictor)
    raise DesignRefused(
        f"Mô hình theo số hồ sơ không hội tụ trong {MAX_ITERATIONS} bước: "
        f"{', '.join(names)} gần như tách hẳn nơi có với nơi không có hồ sơ trực tuyến."
    )


def _stepped(working: Cells, regressors: Matrix) -> Matrix:
    """The linear predictor fitted to the working response."""
    free = working.effects().residuals(np.column_stack([working.outcome, regressors]))
    design = free[:, 1:]
    weighted = working.weights[:, None] * design
    coefficients = np.linalg.lstsq(weighted.T @ design, weighted.T @ free[:, 0])[0]
    return np.asarray(working.outcome - free[:, 0] + design @ coefficients)


def _working(cells: Cells, shares: Matrix, predictor: Matrix, link: Link) -> Cells:
    mean = link.mean(predictor)
    slope = link.slope(mean)
    return replace(cells, outcome=predictor + (shares - mean) / slope, weights=cells.weights * slope)
