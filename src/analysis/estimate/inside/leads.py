"""Were units moving away from the others before their first campaign, and could that have been seen?

The test of Borusyak, Jaravel and Spiess (2024), section 4.4: outcomes of untreated cells alone on dummies of the months just before the
first campaign, beside unit and month effects, so that what follows a campaign has no say in it. Earlier months are the reference.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from analysis import text
from analysis.estimate.families import holm
from analysis.estimate.inference import MIN_TREATED_CLUSTERS, SIGNIFICANCE, Fit, minimum_detectable_effect
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.clustered import ClusteredFit, clustered_fit
from analysis.estimate.inside.starts import NEVER, months_since, treated_clusters
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult

NAME = "pre-trend"
MIN_REST = 2  # degrees of freedom that the joint test leaves: with one it sees next to nothing


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

    def drift(self) -> Fit:
        """The straight drift over the lead months, as its size in the month of the first campaign; least squares, leads weighted by precision."""
        kept = self.is_testable
        ramp, precision = (1 + self.periods / (1 - self.periods.min()))[kept], 1 / np.diag(self.fit.covariance)[kept]
        weights = np.zeros(len(self.periods))
        weights[kept] = ramp * precision / float(ramp**2 @ precision)
        return self.fit.combination(weights)

    def carried(self, months: float) -> float:
        """How many times its size at the start a straight drift has reached ``months`` later."""
        return 1 + months / (1 - float(self.periods.min()))

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
        raise DesignRefused("không đơn vị nào có đủ tháng số liệu trước lần truyền thông đầu tiên.")
    fit = clustered_fit(untreated, dummies, tuple(f"tháng {period}" for period in periods))
    found = Leads(periods, fit, dummies.sum(axis=0).astype(np.int64), treated_clusters(untreated, dummies))
    if not found.is_testable.any() or int(found.is_testable.sum()) > fit.df + 1 - MIN_REST:
        raise DesignRefused(f"chỉ có {fit.clusters_count} cụm, quá ít so với {len(periods)} tháng trước mốc cần xét.")
    return found


def pre_trend(leads: Leads, matters: float, months_after: float) -> CheckResult:
    """Do the months before the start differ, jointly or by a straight drift, from those before them (Holm over the two tests)?

    Seen, it fails. Not seen, it passes only if a drift that by ``months_after`` (the middle of the months after the start) would have grown to
    ``matters`` would have been seen with 80 % power: the smallest effect that the estimate finds, or the estimate where that is larger.
    """
    drift, count = leads.drift(), len(leads.periods)
    reach = leads.carried(months_after)
    seen = reach * minimum_detectable_effect(drift.std_error, drift.df, significance=SIGNIFICANCE / 2)
    said = f"độ lệch dần của {count} tháng ngay trước mốc, nếu kéo dài, tự nó tạo ra {text.signed(reach * drift.estimate, 2)}"
    if min(holm({"joint": leads.p_value, "drift": drift.p_value}).values()) <= SIGNIFICANCE:
        told = "Trước lần truyền thông đầu tiên đã lệch so với nơi chưa bắt đầu, quá mức ngẫu nhiên"
        return CheckResult(NAME, False, f"{told}: {said}.", value=drift.estimate)
    if seen > matters:
        weak = f"phép thử chỉ nhận ra từ {text.number(seen, 2)} trở lên"
        return CheckResult(NAME, None, f"Không thấy lệch trước lần truyền thông đầu tiên nhưng phép thử yếu: {said}; {weak}.", value=drift.estimate)
    return CheckResult(NAME, True, f"Không thấy lệch trước lần truyền thông đầu tiên: {said}.", value=drift.estimate)
