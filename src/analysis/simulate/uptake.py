"""Synthetic dossier counts by unit and month that answer an activity log in a known way."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import beta, binom

from analysis.codes import DECREE_42_FIRST_MONTH
from analysis.exposure.carry_over import adstock
from analysis.simulate import levels
from analysis.simulate.roster import VINTAGE, Unit, read_roster
from analysis.simulate.truth import TRUTH, Truth

STREAM = 2  # keeps the uptake's draws apart from the log's under one seed
SMALLEST_UNIFORM = 1e-12  # quantile functions are infinite or undefined at 0 and 1

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def simulate_uptake(
    units: pd.DataFrame,
    activities: pd.DataFrame,
    *,
    seed: int,
    first_month: str = "2019-01",
    last_month: str = "2024-12",
    truth: Truth = TRUTH,
    rows: int | None = None,
) -> pd.DataFrame:
    """Invent dossier counts of the communes and departments, with ``truth`` as the answer to ``activities``.

    One row is one unit in one month; key ``unit_code``, ``vintage``, ``period_month``. All but the services are dossiers:
    ``online_count`` <= ``online_service_count`` <= ``received_count``; ``paid_online_count`` <= ``fee_count``
    <= ``received_count``; ``digitised_in_count`` and ``bcci_in_count`` <= ``received_count``;
    ``digitised_out_count`` and ``bcci_out_count`` <= ``resolved_count``, which may exceed the month's intake;
    ``full_online_count`` and ``partial_online_count`` add up to ``online_count``; ``online_count`` and ``bcci_in_count`` together
    do not exceed ``received_count``. The services are counts of procedures.
    The same seed draws the same uniforms under any truth, so a larger effect never lowers an online count.

    Parameters
    ----------
    units
        Rows of ``UNITS``.
    activities
        Rows of ``ACTIVITIES``; those before ``first_month`` carry nothing over.
    seed
        The same seed gives the same frame.
    first_month, last_month
        Months as YYYY-MM.
    truth
        Response and noise.
    rows
        Dossiers received in all; None = as many as the levels say. Units keep their sizes relative to each other, and all
        other counts are drawn at the new size, so that the truth stays the same.

    Raises
    ------
    DataFaults
        ``units`` holds no Văn phòng UBND tỉnh.
    """
    rng = np.random.default_rng([STREAM, seed])
    roster = read_roster(units)
    months = pd.period_range(first_month, last_month, freq="M")
    receiving = roster.receiving_units
    received = _draw_received(rng, receiving, months)
    received = received if rows is None else scaled_to(received, rows)
    online_logit = _online_logit(rng, activities, receiving, roster.office.code, months, truth)
    counts = {"received_count": received} | _draw_counts(rng, receiving, months, received, online_logit, truth.precision)
    return _as_table(counts, receiving, months)


def citizen_dose(activities: pd.DataFrame, unit_codes: Sequence[str], months: pd.PeriodIndex) -> Floats:
    """log1p of each unit's activities not meant for officials, shape (units, months).

    An activity counts in the month in which it starts; one dated only to a quarter or year counts in equal
    parts in each of its months.
    """
    facing = activities[activities["audience"] != "officials"]
    starts, ends = facing["start_date"].dt.to_period("M"), facing["end_date"].dt.to_period("M")
    is_vague = facing["date_precision"].isin(["quarter", "year"])
    spans = [pd.period_range(start, end if vague else start) for start, end, vague in zip(starts, ends, is_vague, strict=True)]
    spread = pd.DataFrame({"unit_code": facing["unit_code"].astype(str), "month": pd.Series(spans, index=facing.index, dtype=object)})
    parts = spread.assign(dose=[1 / len(span) for span in spans]).explode("month")
    doses = parts.groupby(["unit_code", "month"])["dose"].sum().unstack(fill_value=0)
    return np.log1p(doses.reindex(index=list(unit_codes), columns=months, fill_value=0.0).to_numpy(dtype=np.float64))


def _online_logit(
    rng: np.random.Generator, activities: pd.DataFrame, units: Sequence[Unit], office_code: str, months: pd.PeriodIndex, truth: Truth
) -> Floats:
    """The equation of ``Truth``, shape (units, months)."""
    shape = (len(units), len(months))
    month_level = levels.share_path(levels.ONLINE_SHARE, months) + levels.closure_logit(months)
    unit_level = truth.unit_sd_logit * rng.standard_normal((len(units), 1))
    shock = adstock(truth.shock_sd_logit * rng.standard_normal(shape), truth.shock_carry)
    own = adstock(citizen_dose(activities, [unit.code for unit in units], months), truth.decay)
    province = adstock(citizen_dose(activities, [office_code], months), truth.decay)
    return month_level + unit_level + shock + truth.effect_logit * own + truth.province_effect_logit * province


def _draw_received(rng: np.random.Generator, units: Sequence[Unit], months: pd.PeriodIndex) -> Counts:
    levels_of_units = np.array([unit.level for unit in units])
    sizes = np.array([rng.lognormal(0.0, levels.UNIT_SIZE_SD_LOG[level]) for level in levels_of_units])
    for level, dossiers in levels.MONTHLY_DOSSIERS_A_UNIT.items():
        of_level = levels_of_units == level
        if of_level.any():
            sizes[of_level] *= dossiers / sizes[of_level].mean()
    noise = rng.lognormal(0.0, levels.MONTHLY_NOISE_SD_LOG, (len(units), len(months)))
    return rng.poisson(sizes[:, None] * levels.volume_factors(months) * noise)


def scaled_to(received: Counts, rows: int) -> Counts:
    """Intakes, shape (units, months), made larger or smaller so that they add up to ``rows`` exactly.

    The running total over a unit's months, unit after unit, is scaled and cut to whole dossiers; an intake is the difference of two
    neighbours, so that no unit gains or loses more than one dossier in all by rounding, however few there are.
    """
    running = received.ravel().cumsum()
    return np.diff(running * rows // running[-1], prepend=0).reshape(received.shape)


def _draw_counts(
    rng: np.random.Generator, units: Sequence[Unit], months: pd.PeriodIndex, received: Counts, online_logit: Floats, precision: float
) -> dict[str, Counts]:
    """All counts but the intake; each draw uses the generator once, whatever the shares."""

    def draw(trials: Counts, share: Floats) -> Counts:
        return beta_binomial(rng, trials, share, precision)

    def path(anchors: levels.Anchors) -> Floats:
        return expit(levels.share_path(anchors, months))

    def by_level(shares: dict[str, float]) -> Floats:
        return np.array([[shares[unit.level]] for unit in units])

    with_service = draw(received, path(levels.ONLINE_SERVICE_SHARE))
    with_fee = draw(received, np.array(levels.FEE_SHARE))
    resolved = _resolve(received, draw(received, np.array(levels.RESOLVED_IN_MONTH_SHARE)))
    online = draw(with_service, expit(online_logit))
    counts = {
        "online_service_count": with_service,
        "online_count": online,
        "fee_count": with_fee,
        "paid_online_count": draw(with_fee, path(levels.PAID_ONLINE_SHARE)),
        "digitised_in_count": draw(received, path(levels.DIGITISED_SHARE)),
        "resolved_count": resolved,
        "digitised_out_count": draw(resolved, levels.RESULT_DIGITISED_LAG * path(levels.DIGITISED_SHARE)),
        "bcci_in_count": draw(received, by_level(levels.BCCI_IN_SHARE)),
        "bcci_out_count": draw(resolved, by_level(levels.BCCI_OUT_SHARE)),
        **_by_service(rng, units, months, online, precision),
    }
    return counts | {"bcci_in_count": np.minimum(counts["bcci_in_count"], received - online)}


def _by_service(rng: np.random.Generator, units: Sequence[Unit], months: pd.PeriodIndex, online: Counts, precision: float) -> dict[str, Counts]:
    """Online dossiers by level of service, and services by procedure; drawn last, so that they change no other count of a seed."""
    full = beta_binomial(rng, online, expit(levels.share_path(levels.FULL_OF_ONLINE_SHARE, months)), precision)
    procedures = np.array([[round(levels.PROCEDURES_A_UNIT[unit.level])] for unit in units]).repeat(len(months), axis=1)
    offered = np.floor(procedures * expit(levels.share_path(levels.OFFERED_SHARE, months))).astype(np.int64)
    return {
        "full_online_count": full,
        "partial_online_count": online - full,
        "procedures_count": procedures,
        "services_offered_count": offered,
        "services_used_count": beta_binomial(rng, offered, expit(levels.share_path(levels.USED_SHARE, months)), precision),
    }


def _resolve(received: Counts, in_same_month: Counts) -> Counts:
    """Dossiers resolved in each month: of its own intake, and all that the month before left open."""
    left_open = received - in_same_month
    return in_same_month + np.pad(left_open, ((0, 0), (1, 0)))[:, :-1]


def beta_binomial(rng: np.random.Generator, trials: Counts, share: Floats, precision: float) -> Counts:
    """Beta-binomial counts by inversion of uniforms, so that under one seed the count rises with ``share``.

    Parameters
    ----------
    trials
        Any shape.
    share
        Mean share, strictly between 0 and 1, broadcast to ``trials``.
    precision
        Sum of the beta parameters; the variance is the binomial's times ``1 + (trials - 1) / (precision + 1)``.
    """
    of_share, of_count = rng.uniform(SMALLEST_UNIFORM, 1 - SMALLEST_UNIFORM, (2, *trials.shape))
    drawn_share = beta.ppf(of_share, share * precision, (1 - share) * precision)
    return np.asarray(binom.ppf(of_count, trials, drawn_share)).clip(0, trials).astype(np.int64)


def _as_table(counts: dict[str, Counts], units: Sequence[Unit], months: pd.PeriodIndex) -> pd.DataFrame:
    period_months = [str(month) for month in months]
    index = pd.MultiIndex.from_product([[unit.code for unit in units], period_months], names=["unit_code", "period_month"])
    table = index.to_frame(index=False).astype("string")
    table.insert(1, "vintage", pd.Series(VINTAGE, index=table.index, dtype="string"))
    before = table["period_month"] < DECREE_42_FIRST_MONTH
    table["regime"] = pd.array(np.where(before, "levels_3_4", "decree_42"), dtype="string")
    for column, values in counts.items():
        table[column] = pd.array(values.ravel(), dtype="Int64")
    table["is_synthetic"] = pd.array([True] * len(table), dtype="boolean")
    return table.sort_values(["unit_code", "period_month"], ignore_index=True)
