"""Working days of the offices, 2018-2025: Monday to Friday without national holidays, and how filings spread over days and hours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.simulate import dossier_levels as levels

FIRST_DAY, LAST_DAY = np.datetime64("2018-01-01"), np.datetime64("2025-12-31")
# Days off as announced for officials, first and last day: New Year, Tết, the Hùng Kings' day, 30/4 and 1/5, 2/9, with days off in
# lieu and swapped days; the Saturdays worked for a swap are left out.
CLOSED_SPANS = (
    *("2018-01-01/2018-01-01", "2018-02-14/2018-02-20", "2018-04-25/2018-04-25", "2018-04-30/2018-05-01", "2018-09-02/2018-09-03"),
    *("2018-12-31/2019-01-01", "2019-02-02/2019-02-10", "2019-04-14/2019-04-15", "2019-04-29/2019-05-01", "2019-09-02/2019-09-02"),
    *("2020-01-01/2020-01-01", "2020-01-23/2020-01-29", "2020-04-02/2020-04-02", "2020-04-30/2020-05-01", "2020-09-02/2020-09-02"),
    *("2021-01-01/2021-01-01", "2021-02-10/2021-02-16", "2021-04-21/2021-04-21", "2021-04-30/2021-05-03", "2021-09-02/2021-09-03"),
    *("2022-01-01/2022-01-03", "2022-01-29/2022-02-06", "2022-04-10/2022-04-11", "2022-04-30/2022-05-03", "2022-09-01/2022-09-04"),
    *("2023-01-01/2023-01-02", "2023-01-20/2023-01-26", "2023-04-29/2023-05-03", "2023-09-01/2023-09-04"),
    *("2024-01-01/2024-01-01", "2024-02-08/2024-02-14", "2024-04-18/2024-04-18", "2024-04-29/2024-05-01", "2024-08-31/2024-09-03"),
    *("2025-01-01/2025-01-01", "2025-01-25/2025-02-02", "2025-04-07/2025-04-07", "2025-04-30/2025-05-04", "2025-08-30/2025-09-02"),
)
CLOSED_DAYS = np.concatenate([np.arange(*np.array(span.split("/"), dtype="datetime64[D]") + np.array([0, 1])) for span in CLOSED_SPANS])
_EVERY_DAY = np.arange(FIRST_DAY, LAST_DAY + 1)
OPEN_DAYS = _EVERY_DAY[np.is_busday(_EVERY_DAY, holidays=CLOSED_DAYS)]

WORKING, SATURDAY, OFF = 0, 1, 2
DAY_KINDS = 3
SECONDS_A_BIN = 1800
OPENING, CLOSING = 15 * SECONDS_A_BIN, 34 * SECONDS_A_BIN  # 7:30 and 17:00

Floats = NDArray[np.float64]
Integers = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class MonthDays:
    """The days of one month, each array of shape (days,).

    ``kind`` is ``WORKING``, ``SATURDAY`` (the counter opens in the morning) or ``OFF``; ``on_or_after`` and ``after`` are positions in
    ``OPEN_DAYS`` of the first working day from the day on, and of the first later one.
    """

    days: NDArray[np.datetime64]
    kind: Integers
    on_or_after: Integers
    after: Integers


def month_days(month: pd.Period) -> MonthDays:
    """The days of a month between ``FIRST_DAY`` and ``LAST_DAY``."""
    first = np.datetime64(str(month), "D")
    days = np.arange(first, first + month.days_in_month)
    is_closed = np.isin(days, CLOSED_DAYS)
    weekday = _weekday(days)
    kind = np.where(is_closed | (weekday == 6), OFF, np.where(weekday == 5, SATURDAY, WORKING))
    return MonthDays(days, kind, np.searchsorted(OPEN_DAYS, days, "left"), np.searchsorted(OPEN_DAYS, days, "right"))


def day_weights(month: MonthDays) -> Floats:
    """How filings at the counter, online and by post spread over the days of a month, shape (3, days); a row needs no sum of 1."""
    weekday = _weekday(month.days)
    working = np.where(month.kind == WORKING, np.append(levels.WEEKDAY_FACTORS, (0.0, 0.0))[weekday], 0.0)
    counter = working + np.where(month.kind == SATURDAY, levels.SATURDAY_FACTOR, 0.0)
    is_holiday = (month.kind == OFF) & np.isin(month.days, CLOSED_DAYS)
    off = np.where(is_holiday, levels.ONLINE_HOLIDAY_FACTOR, levels.ONLINE_WEEKEND_FACTOR)
    return np.stack([counter, np.where(month.kind == WORKING, working, off), working])


def hour_weights() -> Floats:
    """How filings spread over the half hours of a day, shape (channels x kinds of day, 48), the kind of day running fastest."""
    bins = np.arange(48)
    morning, afternoon = (bins >= 15) & (bins < 23), (bins >= 27) & (bins < 34)
    office = np.where(morning, levels.MORNING_FACTOR, 0.0) + afternoon
    counter = [office, morning.astype(float), office]
    awake = (bins >= 12) & (bins < 46)
    online = [np.where(office > 0, office, levels.ONLINE_OUT_OF_HOURS_FACTOR * awake), awake.astype(float), awake.astype(float)]
    return np.stack([*counter, *online, *counter])


def pick(weights: Floats, row: Integers, uniforms: Floats) -> Integers:
    """Column drawn for each entry of ``row`` with the probabilities of that row of ``weights``, by inversion of uniforms in [0, 1)."""
    cumulative = weights.cumsum(axis=1)
    cumulative /= cumulative[:, -1:]
    ladder = (cumulative + np.arange(len(weights))[:, None]).ravel()
    below_one = uniforms * (1 - 1e-9)  # row + uniform must not round up to the next row
    return np.searchsorted(ladder, row + below_one, side="right") - row * weights.shape[1]


def _weekday(days: NDArray[np.datetime64]) -> Integers:
    """0 = Monday."""
    return (days.astype(np.int64) + 3) % 7  # 01/01/1970 was a Thursday
