"""The known truth behind simulated panels of communes by month, on which estimators inside a province are tried."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from analysis.exposure import adstock, saturated

Assignment = Literal["commune", "district"]
Design = Literal["repeated", "first"]
Campaign = Literal["lasting", "once", "irregular"]
Starts = Literal["random", "after_bad"]
Link = Literal["points", "logit"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PanelTruth:
    """How the online share of a simulated commune answers communication. All values are invented.

    For commune i of district d and month t, in percentage points,

        latent(i, t) = base + rise x (t - middle) + month(t) + unit(i) + shock(i, t) + district shock(d, t)
                       + event_points x event(d, t)
                       + effect x [carried(i, t) + spill_over x mean of carried(j, t) over the other communes j of d]
        carried(i, t) = adstock(saturated(own dose of i), decay) at t
        logged dose(i, t) = own dose(i, t) from the month log(i) on, unknown (NA) before it

    ``log(i)`` is the panel's first month, save for ``hidden_share`` of the communes: theirs is a January drawn among the later ones, and
    what they did before it carries over and has its effect all the same. In design ``first`` such a commune began in a month drawn from the
    panel's first year before ``log(i)``, whatever its district did, and not in the month it would have had; its first campaign, as
    an office sees it, is the first that is logged: the month ``log(i)`` itself where communication lasts, none where it was said once.

    Dossiers are filed online with probability latent / 100 (``link`` "points"), or with the inverse logit of the line that touches it
    at ``base_pct`` ("logit"), so that near the base an effect in points is the same in both. Doses for officials have no effect; neither have
    the district committee's own (``district_dose``). The control outcome has noise of its own and the event, but no dose moves it.

    Attributes
    ----------
    units, months, districts
        Size of the panel; districts are as equal as they can be.
    effect
        Points in the month itself for one unit of (saturated) dose.
    decay
        Share of the carried dose left a month later, 0 to below 1.
    saturation
        A key of ``exposure.SATURATIONS``.
    spill_over
        Share of the effect that reaches the other communes of the district.
    assignment
        ``commune``: each commune has its own doses or start; ``district``: all communes of a district share them.
    design
        ``repeated``: doses come and go (Poisson with mean ``doses_a_month``), also for a year before the panel begins.
        ``first``: one start for each treated commune or district, none before; by ``campaign`` a dose of 1 every month from then on
        ("lasting": the effect grows), in that month alone ("once": the effect decays), or in that month and then doses of each commune's
        own that come and go ("irregular": Poisson with mean ``doses_a_month``), also where districts start together.
    starts
        ``random``, or ``after_bad``: doses and starts follow months in which the commune (or district) did badly (Ashenfelter's dip).
    never_share
        Share of communes (districts) that have no start in design ``first``.
    hidden_share
        Share of communes whose activity in whole calendar years at the beginning happened but was not logged, 0 to 1.
    officials_share
        Share of logged activities that reach officials only; the public's stay ``doses_a_month``.
    event_points, event_dose_factor
        Points added in a few districts for half a year, and how many times more is said there then: what makes the event confound.
    unit_sd, month_sd, shock_sd, shock_carry, district_shock_sd
        SDs in points of lasting differences, of months, and of the innovations of passing shocks, which carry over from month to month.
    dossiers_a_month
        Dossiers of an ordinary commune.
    """

    units: int = 92
    months: int = 72
    districts: int = 9
    first_month: str = "2019-01"
    effect: float = 1.0
    decay: float = 0.5
    saturation: str = "linear"
    spill_over: float = 0.0
    assignment: Assignment = "commune"
    design: Design = "repeated"
    campaign: Campaign = "lasting"
    starts: Starts = "random"
    never_share: float = 0.25
    hidden_share: float = 0.0
    doses_a_month: float = 0.5
    officials_share: float = 0.0
    event_points: float = 0.0
    event_dose_factor: float = 3.0
    link: Link = "points"
    base_pct: float = 40.0
    rise: float = 0.25
    unit_sd: float = 5.0
    month_sd: float = 1.0
    shock_sd: float = 1.0
    shock_carry: float = 0.6
    district_shock_sd: float = 0.5
    dossiers_a_month: float = 550.0

    def cumulative_effect(self, lags: int) -> float:
        """Points that one unit of dose adds up to, from its own month to ``lags`` months later."""
        return self.effect * (1 - self.decay ** (lags + 1)) / (1 - self.decay)

    @property
    def long_run(self) -> float:
        """``cumulative_effect`` without end: also the effect of one unit of dose in every month, once it is in full."""
        return self.effect / (1 - self.decay)

    @property
    def half_life_months(self) -> float:
        """Months after which half of a carried dose is left; 0 without carry-over."""
        return float(np.log(0.5) / np.log(self.decay)) if self.decay > 0 else 0.0

    @property
    def logit_a_point(self) -> float:
        """Logits for one point at ``base_pct``: with ``link`` "logit" all effects in points are this many logits."""
        return 1 / (100 * self.base_pct / 100 * (1 - self.base_pct / 100))

    def path(self, horizon: int) -> Floats:
        """Points by months since the start (0 … ``horizon``) in design ``first``: growing when lasting, decaying when once, else the mean."""
        said = np.full(horizon + 1, self._later_dose())
        said[0] = saturated(np.ones(1), self.saturation)[0]
        return np.asarray(self.effect * adstock(said, self.decay))

    def _later_dose(self) -> float:
        """Mean saturated dose of a month after the start in design ``first``."""
        if self.campaign != "irregular":
            return float(saturated(np.array([self.campaign == "lasting"], dtype=np.float64), self.saturation)[0])
        counts = np.arange(poisson.isf(1e-12, self.doses_a_month) + 1)
        return float(poisson.pmf(counts, self.doses_a_month) @ saturated(counts, self.saturation))


PANEL_TRUTH = PanelTruth()
