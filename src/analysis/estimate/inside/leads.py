"""Were units moving away from the others before their first campaign, and could that have been seen?

The test of Borusyak, Jaravel and Spiess (2024), section 4.4: outcomes of untreated cells alone on dummies of the months just before the
first campaign, beside unit and month effects, so that what follows a campaign has no say in it. Earlier months are the reference.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import fdtrc, fdtri, ncfdtr

from analysis import text
from analysis.estimate.inference import MIN_TREATED_CLUSTERS, POWER, SIGNIFICANCE
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.clustered import ClusteredFit, clustered_fit
from analysis.estimate.inside.starts import NEVER, months_since, treated_clusters
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult

NAME = "pre-trend"
MIN_REST = 2  # degrees of freedom that the joint test leaves: with one it sees next to nothing
_LARGEST_NONCENTRALITY = 2.0**14


@dataclass(frozen=True)
class Leads:
    """Coefficients of ``fit`` at ``periods`` (K, negative months since the first campaign), each over ``units_count`` units.

    ``clusters_count`` (K) counts treated clusters; those with fewer than five have no usable error and enter no test.
    """

    periods: Integers
    fit: ClusteredFit
    units_count: Integers
    clusters_count: Integers

    @property
    def is_testable(self) -> np.ndarray:
        """Leads (K) that enter the joint test."""
        return np.asarray(self.clusters_count >= MIN_TREATED_CLUSTERS)

    @property
    def std_errors(self) -> Matrix:
        """Standard errors (K), NaN with fewer than five clusters."""
        return np.where(self.is_testable, np.sqrt(np.diag(self.fit.covariance)), np.nan)

    @property
    def mean(self) -> float:
        """Mean of the testable coefficients."""
        return float(self.fit.coefficients[self.is_testable].mean())

    def joint(self) -> tuple[float, int, int]:
        """Hotelling's statistic as an F, with its degrees of freedom q and G-q: of q leads, where nothing differs before the start.

        The more usual F(q, G-1) of the same Wald statistic cries wolf in more than half of all panels with nine clusters and six leads.
        """
        restrictions, df = int(self.is_testable.sum()), self.fit.df
        rest = df + 1 - restrictions
        return self._form(self.fit.coefficients) * rest / (restrictions * df), restrictions, rest

    @property
    def p_value(self) -> float:
        """Of the joint test."""
        statistic, restrictions, rest = self.joint()
        return float(fdtrc(restrictions, rest, statistic))

    def smallest_seen(self) -> float:
        """The drift, straight over the lead months and of this size in the month of the first campaign, that the joint test finds with 80 % power."""
        ramp = 1 + self.periods / (1 - self.periods.min())
        _, restrictions, rest = self.joint()
        bound = fdtri(restrictions, rest, 1 - SIGNIFICANCE)

        def missed(noncentrality: float) -> float:
            return float(ncfdtr(restrictions, rest, noncentrality, bound)) - (1 - POWER)

        highest = 1.0
        while missed(highest) > 0 and highest < _LARGEST_NONCENTRALITY:  # no further than needed: far out ncfdtr is NaN
            highest *= 2
        return float(np.sqrt(brentq(missed, 1e-6, highest) / self._form(ramp)))

    def _form(self, path: Matrix) -> float:
        kept = self.is_testable
        return float(path[kept] @ np.linalg.solve(self.fit.covariance[np.ix_(kept, kept)], path[kept]))


def leads_of(cells: Cells, first: Integers, leads: int) -> Leads:
    """Leads 1 to ``leads`` of units that start sooner or later, on untreated cells; fewer where no unit was seen any longer before its start.

    Raises ``DesignRefused`` where no earlier month is left as reference, where leads cannot be told from month effects, or with fewer
    than five clusters at every lead, or with no more clusters than leads.
    """
    since = months_since(cells, first)
    untreated = cells.where(since < 0)
    since, ever = since[since < 0], (first < NEVER)[untreated.unit_of]
    longest = int(-since[ever].min()) if ever.any() else 0
    counted = np.arange(-min(leads, longest - 1), 0)
    dummies = (since[:, None] == counted) & ever[:, None]
    periods, dummies = counted[dummies.any(axis=0)], dummies[:, dummies.any(axis=0)].astype(np.float64)
    if not len(periods):
        raise DesignRefused("không đơn vị nào có đủ tháng số liệu trước chiến dịch đầu tiên.")
    fit = clustered_fit(untreated, dummies, tuple(f"tháng {period}" for period in periods))
    found = Leads(periods, fit, dummies.sum(axis=0).astype(np.int64), treated_clusters(untreated, dummies))
    if not found.is_testable.any() or int(found.is_testable.sum()) > fit.df + 1 - MIN_REST:
        raise DesignRefused(f"chỉ có {fit.clusters_count} cụm, quá ít so với {len(periods)} tháng trước mốc cần xét.")
    return found


def pre_trend(leads: Leads, mde: float | None) -> CheckResult:
    """A drift seen fails; one not seen passes only if a drift as large as ``mde``, the smallest effect that the estimate finds, would have been."""
    count, seen = len(leads.periods), leads.smallest_seen()
    said = f"{count} tháng ngay trước mốc lệch bình quân {text.signed(leads.mean, 2)} so với các tháng trước nữa"
    if leads.p_value <= SIGNIFICANCE:
        return CheckResult(
            NAME, False, f"Trước chiến dịch đầu tiên đã lệch so với nơi chưa có chiến dịch, quá mức ngẫu nhiên: {said}.", value=leads.mean
        )
    if mde is not None and seen > mde:
        weak = f"phép thử chỉ nhận ra độ lệch từ {text.number(seen, 2)} trở lên"
        return CheckResult(NAME, None, f"Không thấy lệch trước chiến dịch đầu tiên nhưng phép thử yếu: {said}; {weak}.", value=leads.mean)
    return CheckResult(NAME, True, f"Không thấy lệch trước chiến dịch đầu tiên: {said}.", value=leads.mean)
