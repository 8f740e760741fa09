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
NOISE, DOSES, COUNTS, CONTROL, LOGS = range(5)  # streams of a panel, so that no truth changes what another part draws
NEVER = -1  # start of a commune without any
HISTORY_MONTHS = 12  # of doses before the panel begins, which no one logged; invented
EDGE_MONTHS = 12  # before the first and after the last start; invented
UNLOGGED_MONTHS = 12  # of the panel, in which communes with a late log began; invented
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

    ``district_of`` (N) numbers districts; ``first`` (N) counts months from the panel's first to the first own dose that was logged,
    ``NEVER`` where there is none. ``given_dose`` is what communes did; ``own_dose`` what they logged of it, NaN in months without a log, and so
    are ``officials_dose`` and, where none of the others sent a log, ``neighbour_dose``. ``planted_pct`` is what communication, logged or not,
    added to the share of that very cell, in points, own and spilled over.
    """

    truth: PanelTruth
    district_of: Integers
    given_dose: Floats
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
        """Cells from the first logged own dose on (N × T)."""
        return (self.first[:, None] != NEVER) & (np.arange(self.truth.months) >= self.first[:, None])

    def average_effect(self, horizon: int | None = None) -> float:
        """Mean of what was planted over treated cells, up to ``horizon`` months after the start; NaN without any such cell."""
        since = np.arange(self.truth.months) - self.first[:, None]
        counted = self.is_treated & (since <= (self.truth.months if horizon is None else horizon))
        return float(self.planted_pct[counted].mean()) if counted.any() else float("nan")


def draw_panel(truth: PanelTruth = PANEL_TRUTH, *, seed: int) -> PanelDraw:
    """One panel from the equation of ``PanelTruth``; the same seed draws the same noise and the same doses under any effect.

    Raises ``ValueError`` for a decay outside [0, 1), for 24 months or fewer in design ``first``, for a ``hidden_share`` outside [0, 1] and for
    one above 0 in a panel without a second calendar year; ``KeyError`` for an unknown saturation.
    """
    noise, doses, counts = (np.random.default_rng([STREAM, seed, part]) for part in (NOISE, DOSES, COUNTS))
    district_of = np.arange(truth.units) * truth.districts // truth.units
    is_event = _draw_event(noise, truth)[district_of] & (truth.event_points != 0)
    shocks = _draw_shocks(noise, truth, district_of)
    background = _background(noise, truth) + shocks + truth.event_points * is_event
    log_begins, began_before = _draw_logs(np.random.default_rng([STREAM, seed, LOGS]), truth)
    own = _draw_doses(doses, truth, district_of, shocks, is_event, began_before)
    carried = adstock(saturated(own, truth.saturation), truth.decay)[:, -truth.months :]
    planted = truth.effect * (carried + truth.spill_over * _mean_of_others(carried, district_of))
    share = _share(background + planted, truth)
    received = _draw_received(counts, truth)
    given, has_log = own[:, -truth.months :], np.arange(truth.months) >= log_begins[:, None]
    logged = np.where(has_log, given, np.nan)
    return PanelDraw(
        truth=truth,
        district_of=district_of,
        given_dose=given,
        own_dose=logged,
        officials_dose=np.where(has_log, _draw_officials(doses, truth, district_of), np.nan),
        district_dose=doses.poisson(truth.doses_a_month, (truth.districts, truth.months)).astype(np.float64)[district_of],
        neighbour_dose=_mean_of_others(logged, district_of),
        first=_first_of(logged),
        is_event=is_event,
        received=received,
        online=_counted(counts, received, share),
        planted_pct=100 * (share - _share(background, truth)),
        seed=seed,
    )


def simulate_panel(truth: PanelTruth = PANEL_TRUTH, *, seed: int) -> pd.DataFrame:
    """``draw_panel`` as the long frame that estimators take; one row a (unit_code, period_month), sorted by both.

    Columns: ``district_code``; ``received_count``, ``online_count`` (dossiers) and ``share_pct``; ``own_dose``, ``officials_dose``,
    ``district_dose``, ``neighbour_dose`` (activities, NA without a log); ``first_month`` (YYYY-MM, of the first logged activity, NA without
    any); ``control_pct``, which no dose moves;
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


def _draw_logs(rng: np.random.Generator, truth: PanelTruth) -> tuple[Integers, Integers]:
    """First logged month of each commune, 0 where the log is whole, and, where it is not, the month in which it had begun, else ``NEVER``."""
    clock = np.arange(1, truth.months)
    januaries = clock[(clock + int(truth.first_month[-2:]) - 1) % 12 == 0]
    if not 0 <= truth.hidden_share <= 1 or (truth.hidden_share > 0 and not len(januaries)):
        raise ValueError(f"hidden_share must be 0 to 1 and needs a second calendar year, got {truth.hidden_share} over {truth.months} months")
    is_hidden = rng.permutation(truth.units) < round(truth.hidden_share * truth.units)
    if not is_hidden.any():
        return np.zeros(truth.units, dtype=np.int64), np.full(truth.units, NEVER)
    begins = rng.choice(januaries, truth.units)
    return np.where(is_hidden, begins, 0), np.where(is_hidden, rng.integers(0, np.minimum(begins, UNLOGGED_MONTHS)), NEVER)


def _first_of(logged: Floats) -> Integers:
    """Number of the first month with a logged dose (N), ``NEVER`` without any."""
    is_said = np.nan_to_num(logged) > 0
    return np.where(is_said.any(axis=1), is_said.argmax(axis=1), NEVER)


def _draw_doses(
    rng: np.random.Generator, truth: PanelTruth, district_of: Integers, shocks: Floats, is_event: Flags, began_before: Integers
) -> Floats:
    """Own doses (N × T, in design ``repeated`` with a history before it), logged or not; drawn for whole districts where they are assigned so."""
    group_of = district_of if truth.assignment == "district" else np.arange(truth.units)
    groups = int(group_of.max()) + 1
    shares = np.eye(groups)[group_of] / np.bincount(group_of)[group_of][:, None]
    standing = shares.T @ shocks
    standing /= max(float(standing.std()), np.finfo(float).tiny)
    if truth.design == "first":
        start = _draw_starts(rng, truth, standing)[group_of]
        return _campaigns(rng, np.where(began_before == NEVER, start, began_before), truth)
    rate = np.full((groups, HISTORY_MONTHS + truth.months), truth.doses_a_month)
    rate[:, -truth.months :] *= np.where(shares.T @ is_event > 0, truth.event_dose_factor, 1.0)
    if truth.starts == "after_bad":
        rate[:, -truth.months + 1 :] *= np.exp(-DIP * standing[:, :-1])
    return rng.poisson(rate).astype(np.float64)[group_of]


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


def _campaigns(rng: np.random.Generator, start: Integers, truth: PanelTruth) -> Floats:
    """Doses of design ``first`` (N × T)."""
    since = np.arange(truth.months) - start[:, None]
    later = {"lasting": 1.0, "once": 0.0}.get(truth.campaign)
    after = rng.poisson(truth.doses_a_month, since.shape) if later is None else later
    return np.where((since >= 0) & (start != NEVER)[:, None], np.where(since == 0, 1.0, after), 0.0)


def _draw_officials(rng: np.random.Generator, truth: PanelTruth, district_of: Integers) -> Floats:
    """Activities for officials, so many that they are ``officials_share`` of all (N × T); assigned as the others are."""
    rate = truth.doses_a_month * truth.officials_share / (1 - truth.officials_share)
    rows = district_of if truth.assignment == "district" else np.arange(truth.units)
    return rng.poisson(rate, (int(rows.max()) + 1, truth.months)).astype(np.float64)[rows]


def _mean_of_others(values: Floats, district_of: Integers) -> Floats:
    """Mean over the other communes of the district whose value is known; 0 where there is no other, NaN where none of them is known."""
    of_district = np.eye(int(district_of.max()) + 1)[district_of]
    known = (~np.isnan(values)).astype(np.float64)
    total, count = (of_district @ (of_district.T @ part) - part for part in (np.nan_to_num(values), known))
    is_alone = (np.bincount(district_of) == 1)[district_of][:, None]
    return np.where((count > 0) | is_alone, total / np.maximum(count, 1), np.nan)


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
