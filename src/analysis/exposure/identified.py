"""Which doses can be told apart from what every commune shares in a month, and at which level the communes' own dose is assigned."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from scipy.sparse.linalg import lsqr

from analysis import text

VARIES = 1e-8  # of the variance of a dose; less is rounding
WINDOW = 7  # months: that of a dose and the six after it, as a distributed lag adds them up
SHARED_DOSE = 0.1
"""Intra-district correlation of the dose from which it counts as assigned to districts.

With ten communes a district and shocks of which a fifth are shared by the district, errors clustered by commune are then
``sqrt(1 + 9 x 0.1 x 0.2)`` = 1.09 times too small (Moulton 1990); a higher one makes them worse.
"""

_LEVELS = {"own": "own_dose", "district": "district_dose", "province": "province_dose"}
_WHO = {"own": "chính cấp xã", "district": "cấp huyện", "province": "cấp tỉnh"}
_BETWEEN = {"own": "các xã", "district": "các huyện (xã cùng huyện như nhau)", "province": "các xã"}


@dataclass(frozen=True)
class LevelIdentified:
    """Whether the dose of a level (``own``, ``district``, ``province``) differs between communes within a month.

    ``share_left`` is the share of its variance (0-1) left beside unit and month effects, NaN where it is unknown or never varies.
    """

    level: str
    column: str
    is_identified: bool
    share_left: float
    sentence_vi: str


@dataclass(frozen=True)
class AssignmentLevel:
    """``level`` is ``commune`` or ``district``; ``shared_share`` the intra-district correlation of the dose, NaN where nothing varies."""

    level: str
    shared_share: float
    districts_count: int
    sentence_vi: str


def identified_levels(exposure: pd.DataFrame) -> tuple[LevelIdentified, ...]:
    """For own, district and province dose of a ``commune_exposure``: is it more than unit means and month means?

    A dose that is the same everywhere in each month is collinear with month effects: no design inside the province can say what it does.
    """
    return tuple(_level_identified(level, column, exposure) for level, column in _LEVELS.items())


def assignment_level(exposure: pd.DataFrame) -> AssignmentLevel:
    """The level at which the communes' own dose is in fact assigned, from a ``commune_exposure``.

    Own dose is freed of unit and month means; ``shared_share`` is the one-way analysis-of-variance estimate of the intraclass correlation
    (Donner and Koval 1980) over the cells of a district and month, cut to 0-1, of the month's dose or of the last seven
    months', whichever is larger: 1 where communes of a district share one dose path, 0 where they have no more
    in common than communes of different districts. From ``SHARED_DOSE`` on the level is the district.
    """
    known = exposure[exposure["own_dose"].notna() & exposure["district_code"].notna()]
    districts = known["district_code"].nunique()
    left = _share_left(known, "own_dose")
    if not left > VARIES:
        return AssignmentLevel("commune", float("nan"), districts, "Số hoạt động của các xã không khác nhau nên không xét được cấp phân bổ.")
    shared = max(_shared_by_district(known), _shared_by_district(_windows(known)))
    level = "district" if shared >= SHARED_DOSE else "commune"
    told = (
        f"Số hoạt động của các xã cùng huyện {'thường' if level == 'district' else 'không'} cùng tăng, cùng giảm (hệ số tương quan "
        f"{text.number(shared, 2)}, ngưỡng {text.number(SHARED_DOSE, 1)}): "
    )
    ending = f"coi là phân theo huyện, sai số tính theo {districts} huyện." if level == "district" else "coi là mỗi xã tự làm, sai số tính theo xã."
    return AssignmentLevel(level, shared, districts, told + ending)


def _windows(known: pd.DataFrame) -> pd.DataFrame:
    """Doses added up over ``WINDOW`` months, where all of them are known."""
    ordered = known.sort_values(["unit_code", "period_month"])
    sums = ordered.groupby("unit_code", observed=True)["own_dose"].rolling(WINDOW, min_periods=WINDOW).sum().reset_index(level=0, drop=True)
    return ordered.assign(own_dose=sums).dropna(subset=["own_dose"])


def _shared_by_district(known: pd.DataFrame) -> float:
    if not _share_left(known, "own_dose") > VARIES:
        return 0.0
    cells = known.groupby(["district_code", "period_month"], observed=True).ngroup().to_numpy()
    return _intraclass_correlation(_within(known, "own_dose"), cells)


def start_correlation(campaigns: pd.DataFrame, below: pd.DataFrame) -> float:
    """Intra-district correlation of the month of the first campaign (``first_campaigns``), 0-1: communes of a district that begin together.

    Communes without a start are left out; 0 where too few began.
    """
    begun = campaigns.dropna(subset=["first_month"])
    districts = begun["unit_code"].map(below.set_index("unit_code")["parent_code"])
    months = pd.PeriodIndex(begun["first_month"].astype(str), freq="M").asi8.astype(np.float64)
    if len(begun) < 2 or np.ptp(months) == 0:
        return 1.0 if len(begun) > 1 and districts.nunique() > 1 else 0.0
    return _intraclass_correlation(months - months.mean(), pd.factorize(districts)[0])


def _level_identified(level: str, column: str, exposure: pd.DataFrame) -> LevelIdentified:
    known = exposure[exposure[column].notna()]
    who = _WHO[level]
    if known.empty:
        return LevelIdentified(level, column, False, float("nan"), f"Không có nhật ký của {who} nên không biết số hoạt động.")
    left = _share_left(known, column)
    if np.isnan(left):
        said = f"Hoạt động của {who} tháng nào, xã nào cũng như nhau ({text.number(float(known[column].iloc[0]), 1)}) nên không có gì để so."
        return LevelIdentified(level, column, False, float("nan"), said)
    if left <= VARIES:
        said = (
            f"Hoạt động của {who} không khác nhau giữa các xã trong cùng một tháng (sau khi trừ mức riêng của từng xã), trùng với biến động "
            "chung của tháng, nên không tách được tác động của nó bằng số liệu trong tỉnh."
        )
        return LevelIdentified(level, column, False, 0.0, said)
    apart = "nên so được." if level == "own" else "phần này chưa được trừ khỏi phép so sánh giữa các xã (xem các phép kiểm tra)."
    said = (
        f"Hoạt động của {who} khác nhau giữa {_BETWEEN[level]} trong cùng một tháng (sau khi trừ mức riêng của từng xã "
        f"và biến động chung của tháng còn {text.percent(left, 0)} mức khác biệt), {apart}"
    )
    return LevelIdentified(level, column, True, left, said)


def _share_left(rows: pd.DataFrame, column: str) -> float:
    """Share of the column's variance left beside unit and month means; NaN where it does not vary, up to rounding."""
    values = _values(rows[column])
    if not len(values) or np.ptp(values) <= VARIES * np.abs(values).max():
        return float("nan")
    free = _within(rows, column)
    return float(free @ free / np.sum((values - values.mean()) ** 2))


def _within(rows: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """The column less its least-squares fit on unit and month means; the rows need not be balanced."""
    values = _values(rows[column])
    effects = hstack([_dummies(rows["unit_code"]), _dummies(rows["period_month"])], format="csr")
    fit = lsqr(effects, values, atol=1e-13, btol=1e-13, iter_lim=10_000)[0]
    return np.asarray(values - effects @ fit)


def _dummies(labels: pd.Series) -> csr_array:
    codes, names = pd.factorize(labels)
    return csr_array((np.ones(len(codes)), (np.arange(len(codes)), codes)), shape=(len(codes), len(names)))


def _intraclass_correlation(values: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    sizes = np.bincount(groups).astype(np.float64)
    means = np.bincount(groups, weights=values) / sizes
    total, count = len(values), len(sizes)
    if count < 2 or total == count:
        return 0.0
    between = float(sizes @ (means - values.mean()) ** 2) / (count - 1)
    within = float(np.sum((values - means[groups]) ** 2)) / (total - count)
    typical = (total - float(sizes @ sizes) / total) / (count - 1)
    return float(np.clip((between - within) / (between + (typical - 1) * within), 0.0, 1.0))


def _values(column: pd.Series) -> NDArray[np.float64]:
    return column.to_numpy(dtype=np.float64)
