"""Levels and calendars of simulated uptake: how many dossiers, and what share of them, month by month.

Published facts (``uptake_facts``) are cited where they fixed a number; the rest is marked "invented".
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MONTHLY_DOSSIERS_A_UNIT = {
    "department": 102_669 / 5 / 20,  # 102,669 dossiers at department level, January-May 2021, over 20 departments
    "commune": 50_000 / 91,  # invented: no commune total was found; of the order of the districts' 260,647 in the same months
}
UNIT_SIZE_SD_LOG = {"department": 1.0, "commune": 0.5}  # invented: a few departments receive most dossiers
MONTHLY_NOISE_SD_LOG = 0.08  # invented
YEARLY_GROWTH = 0.03  # invented
GROWTH_BASE_YEAR = 2021  # the year of the published totals

TET_MONTHS = frozenset({"2018-02", "2019-02", "2020-01", "2021-02", "2022-02", "2023-01", "2024-02", "2025-01", "2026-02"})
TET_FACTOR = 0.68  # invented: about a third of the working days are lost
CALENDAR_FACTORS = (1.0, 1.0, 1.06, 1.02, 1.0, 1.02, 1.0, 1.0, 0.96, 1.0, 1.02, 1.04)  # invented, January to December
CLOSURE_FACTORS = {"2020-04": 0.7, "2021-07": 0.55, "2021-08": 0.3, "2021-09": 0.45, "2021-10": 0.8}  # invented; COVID-19, August worst
CLOSURE_ONLINE_LOGIT = 0.5  # invented: of the fewer dossiers of a full closure more come online

Anchors = tuple[tuple[str, float], ...]

ONLINE_SERVICE_SHARE: Anchors = (  # 485,067 dossiers "of levels 3 and 4" to mid-September 2022, near half of our total; the rest invented
    ("2019-01", 0.40),
    ("2021-01", 0.45),
    ("2022-07", 0.55),
    ("2023-07", 0.70),
    ("2024-12", 0.80),
)
ONLINE_SHARE: Anchors = (  # 31.9 % of dossiers of levels 3 and 4 to September 2022 (154,766 / 485,067); the rest invented
    ("2019-01", 0.055),
    ("2020-01", 0.08),
    ("2021-01", 0.14),
    ("2022-01", 0.23),
    ("2022-08", 0.30),
    ("2023-03", 0.41),
    ("2024-01", 0.46),
    ("2024-12", 0.50),
)
FULL_OF_ONLINE_SHARE: Anchors = (  # of what comes online, by services of level 4 (toàn trình): invented
    ("2019-01", 0.10),
    ("2021-01", 0.30),
    ("2022-08", 0.45),
    ("2024-12", 0.65),
)
PROCEDURES_A_UNIT = {"department": 1_557 / 20, "commune": 127}  # Bình Dương, December 2021: 1,557 of the province, 127 of a commune
OFFERED_SHARE: Anchors = (("2019-01", 0.30), ("2021-12", 0.60), ("2024-12", 0.806))  # 80.6 % in 2024 (1,512 services); earlier invented
USED_SHARE: Anchors = (("2019-01", 0.05), ("2021-12", 0.15), ("2024-12", 0.35))  # of services offered, in a month: invented
FEE_SHARE = 0.55  # invented
PAID_ONLINE_SHARE: Anchors = (("2019-01", 0.01), ("2021-01", 0.04), ("2022-07", 0.12), ("2023-07", 0.35), ("2024-12", 0.55))  # invented
DIGITISED_SHARE: Anchors = (  # localities: 38.84 % in 2022, 70.24 % in 2023; Bình Dương 82.36 % in 2025; earlier years invented
    ("2019-01", 0.02),
    ("2021-12", 0.08),
    ("2022-08", 0.39),
    ("2023-07", 0.70),
    ("2024-12", 0.82),
)
RESULT_DIGITISED_LAG = 0.85  # invented: results are digitised less often than what comes in
BCCI_IN_SHARE = {"department": 0.012, "commune": 0.004}  # over 800 in 8 months of 2019 at the provincial centre; communes invented
BCCI_OUT_SHARE = {"department": 0.25, "commune": 0.02}  # "nearly 30 %" of results at the provincial centre in 2019; communes invented
RESOLVED_IN_MONTH_SHARE = 0.92  # invented; the rest is resolved in the following month


def volume_factors(months: pd.PeriodIndex) -> NDArray[np.float64]:
    """Multiplier of each month on a unit's ordinary volume, shape (months,)."""
    labels = months.astype(str)
    calendar = np.array([CALENDAR_FACTORS[month - 1] for month in months.month])
    tet = np.where(labels.isin(TET_MONTHS), TET_FACTOR, 1.0)
    closure = np.array([CLOSURE_FACTORS.get(label, 1.0) for label in labels])
    growth = (1 + YEARLY_GROWTH) ** (np.asarray(months.year) - GROWTH_BASE_YEAR)
    return calendar * tet * closure * growth


def share_path(anchors: Anchors, months: pd.PeriodIndex) -> NDArray[np.float64]:
    """Share of each month on the logit scale, straight between anchors and flat outside them, shape (months,)."""
    positions = [pd.Period(month, freq="M").ordinal for month, _ in anchors]
    shares = np.array([share for _, share in anchors])
    return np.interp([month.ordinal for month in months], positions, np.log(shares / (1 - shares)))


def closure_logit(months: pd.PeriodIndex) -> NDArray[np.float64]:
    """Rise of online filing in closed months, in proportion to the volume lost, shape (months,)."""
    lost = np.array([1 - CLOSURE_FACTORS.get(label, 1.0) for label in months.astype(str)])
    return CLOSURE_ONLINE_LOGIT * lost
