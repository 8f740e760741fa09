"""Simulated panels of communes by month with a planted answer to communication: as matrices for many draws, as a long frame for one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr
from scipy.stats import binom

from analysis.exposure import adstock, saturated
from analysis.simulate.panel_truth import PANEL_TRUTH, Floats, PanelTruth

STREAM = 3  # keeps these draws apart from the log's and the uptake's under one seed
NOISE, DOSES, COUNTS, CONTROL = range(4)  # streams of a panel, so that no truth changes what another part draws
NEVER = -1  # start of a commune without any
HISTORY_MONTHS = 12  # of doses before the panel begins, which no one logged; invented
EDGE_MONTHS = 12  # before the first and after the last start; invented
EVENT_DISTRICTS, EVENT_MONTHS = 3, 6  # invented
BAD_QUARTER = -0.674  # lower quartile of a normal: what counts as having done badly
DIP = 0.6  # log points of dose for one SD worse than usual a month before, where doses follow bad months; invented
UNIT_SIZE_SD_LOG, MONTHLY_NOISE_SD_LOG = 0.5, 0.08  # as in ``levels``
LOWEST_SHARE = 0.005  # shares are kept as far from 0 and 1
EXACT_BELOW = 10.0  # variance of a count, dossiers squared, under which its quantile is looked up

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PanelDraw:
    """One simulated panel as matrices of communes × months (N × T), communes in the order of their codes.

    ``district_of`` (N) numbers districts; ``first`` (N) counts months from the panel's first to the first own dose, ``NEVER`` where there is
    none. ``planted_pct`` is what communication added to the share of that very cell, in points, own and spilled over.
    """

    truth: PanelTruth
    district_of: Integers
    own_dose: Floats
    officials_dose: Floats
    district_dose: Floats
    neighbour_dose: Floats
    first: Integers
    is_event: Flags
    received: Integers
    online: Integers
    planted_pct: Floats
    seed: int

    @cached_property
    def control_pct(self) -> Floats:
        """The negative-control outcome: the event moves it as it moves the share, no dose does (N × T)."""
        rng = np.random.default_rng([STREAM, self.seed, CONTROL])
        latent = _background(rng, self.truth) + _draw_shocks(rng, self.truth, self.district_of) + self.truth.event_points * self.is_event
        return 100 * _counted(rng, self.received, _share(latent, self.truth)) / self.received

    @property
    def share_pct(self) -> Floats:
        """Online of all dossiers (N × T)."""
        return 100 * self.online / self.received

    @property
    def is_treated(self) -> Flags:
        """Cells from the first own dose on (N × T)."""
        return (self.first[:, None] != NEVER) & (np.arange(self.truth.months) >= self.first[:, None])

    def average_effect(self, horizon: int | None = None) -> float:
        """Mean of what was planted over treated cells, up to ``horizon`` months after the start; NaN without any such cell."""
        since = np.arange(self.truth.months) - self.first[:, None]
        counted = self.is_treated & (since <= (self.truth.months if horizon is None else horizon))
        return float(self.planted_pct[counted].mean()) if counted.any() else float("nan")


def draw_panel(truth: PanelTruth = PANEL_TRUTH, *, seed: int) -> PanelDraw:
    """One panel from the equation of ``PanelTruth``; the same seed draws the same noise and the same doses under any effect.

    Raises ``ValueError`` for a decay outside [0, 1) and for 24 months or fewer in design ``first``, ``KeyError`` for an unknown saturation.
    """
    noise, doses, counts = (np.random.default_rng([STREAM, seed, part]) for part in (NOISE, DOSES, COUNTS))
    district_of = np.arange(truth.units) * truth.districts // truth.units
    is_event = _draw_event(noise, truth)[district_of] & (truth.event_points != 0)
    shocks = _draw_shocks(noise, truth, district_of)
    background = _background(noise, truth) + shocks + truth.event_points * is_event
    own, first = _draw_doses(doses, truth, district_of, shocks, is_event)
    carried = adstock(saturated(own, truth.saturation), truth.decay)[:, -truth.months :]
    planted = truth.effect * (carried + truth.spill_over * _mean_of_others(carried, district_of))
    share = _share(background + planted, truth)
    received = _draw_received(counts, truth)
    logged = own[:, -truth.months :]
    return PanelDraw(
        truth=truth,
        district_of=district_of,
        own_dose=logged,
        officials_dose=_draw_officials(doses, truth, district_of),
        district_dose=doses.poisson(truth.doses_a_month, (truth.districts, truth.months)).astype(np.float64)[district_of],
        neighbour_dose=_mean_of_others(logged, district_of),
        first=first,
        is_event=is_event,
        received=received,
        online=_counted(counts, received, share),
        planted_pct=100 * (share - _share(background, truth)),
        seed=seed,
    )


def simulate_panel(truth: PanelTruth = PANEL_TRUTH, *, seed: int) -> pd.DataFrame:
    """``draw_panel`` as the long frame that estimators take; one row a (unit_code, period_month), sorted by both.

    Columns: ``district_code``; ``received_count``, ``online_count`` (dossiers) and ``share_pct``; ``own_dose``, ``officials_dose``,
    ``district_dose``, ``neighbour_dose`` (activities); ``first_month`` (YYYY-MM, NA without a start); ``control_pct``, which no dose moves;
    ``is_event``; ``planted_pct``, the truth of the cell; ``is_synthetic``, True in every row. Raises as ``draw_panel``.
    """
    drawn = draw_panel(truth, seed=seed)
    months = pd.period_range(truth.first_month, periods=truth.months, freq="M").astype(str).to_numpy()
    districts = np.array([f"H{number + 1:02d}" for number in drawn.district_of])
    codes = np.array([f"{district}X{number + 1:03d}" for number, district in enumerate(districts)])
    starts = np.array([None if start == NEVER else months[start] for start in drawn.first], dtype=object)
    of_unit = {"unit_code": codes, "district_code": districts, "first_month": starts}
    table = pd.DataFrame({name: pd.array(values.repeat(truth.months), dtype="string") for name, values in of_unit.items()})
    table.insert(2, "period_month", pd.array(np.tile(months, truth.units), dtype="string"))
    for name, counted in (("received_count", drawn.received), ("online_count", drawn.online)):
        table[name] = pd.array(counted.ravel(), dtype="Int64")
    for name in ("share_pct", "own_dose", "officials_dose", "district_dose", "neighbour_dose", "control_pct", "planted_pct"):
        table[name] = getattr(drawn, name).ravel()
    table["is_event"] = drawn.is_event.ravel()
    return table.assign(is_synthetic=True)


def _background(rng: np.random.Generator, truth: PanelTruth) -> Floats:
    """Level of each commune and month without shocks, events and communication, points (N × T)."""
    clock = np.arange(truth.months) - (truth.months - 1) / 2
    months = truth.rise * clock + truth.month_sd * rng.standard_normal(truth.months)
    return np.asarray(truth.base_pct + months + truth.unit_sd * rng.standard_normal((truth.units, 1)))


def _draw_shocks(rng: np.random.Generator, truth: PanelTruth, district_of: Integers) -> Floats:
    """Passing shocks of communes and of whole districts together (N × T)."""
    own, of_district = (_carried_noise(rng, (rows, truth.months), truth.shock_carry) for rows in (truth.units, truth.districts))
    return truth.shock_sd * own + truth.district_shock_sd * of_district[district_of]


def _carried_noise(rng: np.random.Generator, shape: tuple[int, int], carry: float) -> Floats:
    """Stationary autoregression of order one with innovations of SD 1."""
    innovations = rng.standard_normal(shape)
    innovations[:, 0] /= np.sqrt(1 - carry**2)
    return adstock(innovations, carry)


def _draw_event(rng: np.random.Generator, truth: PanelTruth) -> Flags:
    """Months in which the event holds, by district."""
    hit = rng.choice(truth.districts, min(EVENT_DISTRICTS, truth.districts), replace=False)
    start = int(rng.integers(truth.months // 4, max(truth.months // 4 + 1, 3 * truth.months // 4)))
    held = np.zeros((truth.districts, truth.months), dtype=bool)
    held[hit, start : start + EVENT_MONTHS] = True
    return held


def _draw_doses(rng: np.random.Generator, truth: PanelTruth, district_of: Integers, shocks: Floats, is_event: Flags) -> tuple[Floats, Integers]:
    """Own doses (N × (history + T)) and first months; drawn for whole districts where they are assigned so."""
    group_of = district_of if truth.assignment == "district" else np.arange(truth.units)
    groups = int(group_of.max()) + 1
    shares = np.eye(groups)[group_of] / np.bincount(group_of)[group_of][:, None]
    standing = shares.T @ shocks
    standing /= max(float(standing.std()), np.finfo(float).tiny)
    if truth.design == "first":
        start = _draw_starts(rng, truth, standing)
        return _campaigns(start, truth)[group_of], start[group_of]
    rate = np.full((groups, HISTORY_MONTHS + truth.months), truth.doses_a_month)
    rate[:, -truth.months :] *= np.where(shares.T @ is_event > 0, truth.event_dose_factor, 1.0)
    if truth.starts == "after_bad":
        rate[:, -truth.months + 1 :] *= np.exp(-DIP * standing[:, :-1])
    own = rng.poisson(rate).astype(np.float64)[group_of]
    logged = own[:, -truth.months :] > 0
    return own, np.where(logged.any(axis=1), logged.argmax(axis=1), NEVER)


def _draw_starts(rng: np.random.Generator, truth: PanelTruth, standing: Floats) -> Integers:
    """Month of the start of each commune or district; ``after_bad`` waits for a bad month and starts in the next."""
    groups = len(standing)
    if truth.months <= 2 * EDGE_MONTHS:
        raise ValueError(f"design first needs more than {2 * EDGE_MONTHS} months, got {truth.months}")
    last = truth.months - EDGE_MONTHS
    earliest = rng.integers(EDGE_MONTHS, last, groups)
    never = rng.permutation(groups) < round(truth.never_share * groups)
    if truth.starts == "random":
        return np.where(never, NEVER, earliest)
    clock = np.arange(truth.months)
    bad_before = np.pad(standing[:, :-1] < BAD_QUARTER, ((0, 0), (1, 0)))
    allowed = bad_before & (clock >= earliest[:, None]) & (clock <= last)
    return np.where(never | ~allowed.any(axis=1), NEVER, allowed.argmax(axis=1))


def _campaigns(start: Integers, truth: PanelTruth) -> Floats:
    """Doses of design ``first`` (rows of ``start`` × months)."""
    clock = np.arange(truth.months)
    said = clock == start[:, None] if truth.campaign == "once" else clock >= start[:, None]
    return (said & (start != NEVER)[:, None]).astype(np.float64)


def _draw_officials(rng: np.random.Generator, truth: PanelTruth, district_of: Integers) -> Floats:
    """Activities for officials, so many that they are ``officials_share`` of all (N × T); assigned as the others are."""
    rate = truth.doses_a_month * truth.officials_share / (1 - truth.officials_share)
    rows = district_of if truth.assignment == "district" else np.arange(truth.units)
    return rng.poisson(rate, (int(rows.max()) + 1, truth.months)).astype(np.float64)[rows]


def _mean_of_others(values: Floats, district_of: Integers) -> Floats:
    """Mean over the other communes of the district; 0 where there is no other."""
    of_district = np.eye(int(district_of.max()) + 1)[district_of]
    others = of_district @ (of_district.T @ values) - values
    return np.asarray(others / np.maximum(np.bincount(district_of) - 1, 1)[district_of][:, None])


def _share(latent_pct: Floats, truth: PanelTruth) -> Floats:
    """Probability of filing online, by the link."""
    if truth.link == "points":
        return np.clip(latent_pct / 100, LOWEST_SHARE, 1 - LOWEST_SHARE)
    return expit(logit(truth.base_pct / 100) + truth.logit_a_point * (latent_pct - truth.base_pct))


def _draw_received(rng: np.random.Generator, truth: PanelTruth) -> Integers:
    """Dossiers of each commune and month, at least one (N × T)."""
    size = truth.dossiers_a_month * rng.lognormal(-(UNIT_SIZE_SD_LOG**2) / 2, UNIT_SIZE_SD_LOG, (truth.units, 1))
    noise = rng.lognormal(0.0, MONTHLY_NOISE_SD_LOG, (truth.units, truth.months))
    return np.maximum(rng.poisson(size * noise), 1)


def _counted(rng: np.random.Generator, received: Integers, share: Floats) -> Integers:
    """Binomial counts as quantiles of one normal draw a cell, so that under one seed they move with the share and with nothing else.

    Where the variance allows it, the quantile is Cornish and Fisher's with the skewness, thirty times as quick and mostly the same dossier.
    """
    normal = rng.standard_normal(received.shape)
    variance = received * share * (1 - share)
    near = received * share + np.sqrt(variance) * normal + (1 - 2 * share) * (normal**2 - 1) / 6
    counts = np.rint(near)
    few = variance < EXACT_BELOW
    counts[few] = binom.ppf(ndtr(normal[few]), received[few], share[few])
    return counts.clip(0, received).astype(np.int64)
