"""Little, middling and much beside nothing: what is shown before any curve through the doses."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from analysis import text
from analysis.estimate.inference import MIN_TREATED_CLUSTERS, SIGNIFICANCE
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.clustered import ClusteredFit, clustered_fit
from analysis.estimate.inside.doses import Dose, dose_of
from analysis.estimate.inside.lags import BESIDE_VI, joint_p
from analysis.estimate.inside.windows import dosed_units, left_out_vi, noted, refuse_arguments, usable
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import CheckResult, EffectEstimate, Quantity

By = Literal["month", "unit"]

DECIMALS = 9  # thirds of an activity add up to whole ones
BY_VI = {
    "month": "{months} tháng gần nhất (kể cả tháng đang xét)",
    "unit": "mức trung bình mỗi tháng của đơn vị, tính từ tháng đầu tiên có hoạt động",
}


@dataclass(frozen=True)
class Grouped:
    """Cells in ``codes`` (M): 0 without any dose, 1 to G from least to most; ``doses`` (M) are the amounts behind, ``scores`` (G) their means."""

    cells: Cells
    codes: NDArray[np.int64]
    doses: Matrix
    scores: Matrix

    @property
    def dummies(self) -> Matrix:
        """Membership of groups 1 to G, M × G."""
        return np.asarray(self.codes[:, None] == np.arange(1, len(self.scores) + 1), dtype=np.float64)

    @property
    def score(self) -> Matrix:
        """Mean dose of each cell's group (M)."""
        return np.concatenate([[0.0], self.scores])[self.codes]


def recent_dose(dose: Dose, months: int) -> Matrix:
    """Sum over the month itself and the ``months`` - 1 before, N × months; NaN where any is unknown."""
    return np.asarray(dose.lags(0, months - 1).sum(axis=0))


def begun_dose(dose: Dose) -> Matrix:
    """Each unit's mean monthly dose over the months known from its first one on, from that month on; 0 before; NaN where the log is silent."""
    values = np.nan_to_num(dose.values)
    has_begun = values.cumsum(axis=1) > 0
    counted = (has_begun & ~np.isnan(dose.values)).sum(axis=1, keepdims=True)
    path = np.where(np.isnan(dose.values), np.nan, has_begun * values.sum(axis=1, keepdims=True) / np.maximum(counted, 1))
    return np.asarray(path[:, dose.before : dose.before + dose.months_count])


def grouped(cells: Cells, doses: Matrix, groups: int = 3) -> Grouped:
    """Cells with a known dose (N × months) cut into equal shares of the doses above 0, into as many groups up to ``groups`` as can be told apart.

    Fewer where doses repeat, or where a group would come from fewer than 5 clusters, for which clustered errors say nothing. Raises
    ``DesignRefused`` without cells of no dose, and where the dosed ones come from fewer than 5 clusters.
    """
    amounts = np.round(cells.at(doses), DECIMALS)
    rows = usable(cells, ~np.isnan(amounts))
    kept, amounts = cells.where(rows), amounts[rows]
    if not (amounts == 0).any():
        raise DesignRefused("Không có đơn vị nào, tháng nào không có hoạt động, nên không có gì để so với các nhóm liều.")
    for count in range(groups, 0, -1):
        codes = _codes(amounts, count)
        clusters = [len(np.unique(kept.cluster_of[codes == group])) for group in range(1, codes.max() + 1)]
        if clusters and min(clusters) >= MIN_TREATED_CLUSTERS:
            scores = np.array([amounts[codes == group].mean() for group in range(1, codes.max() + 1)])
            return Grouped(kept, codes, amounts, scores)
    found = len(np.unique(kept.cluster_of[amounts > 0]))
    raise DesignRefused(f"Hoạt động chỉ có ở {found} cụm; cần ít nhất {MIN_TREATED_CLUSTERS} cụm để so theo nhóm liều.")


def _codes(amounts: Matrix, count: int) -> NDArray[np.int64]:
    """0 for no dose, else 1 to at most ``count`` by mid-rank among the doses above 0, so that equal doses stay together."""
    is_dosed = amounts > 0
    doubled = np.asarray(2 * rankdata(amounts[is_dosed]) - 1, dtype=np.int64)
    found = np.zeros(len(amounts), dtype=np.int64)
    found[is_dosed] = np.unique(doubled * count // (2 * len(doubled)), return_inverse=True)[1] + 1
    return found


def group_fit(found: Grouped) -> ClusteredFit:
    """Differences of groups 1 to G from no dose, beside unit and month effects."""
    return clustered_fit(found.cells, found.dummies, tuple(f"nhóm liều {group}" for group in range(1, len(found.scores) + 1)))


def trend_fit(found: Grouped) -> ClusteredFit:
    """Slope over the mean doses of the groups, none among them as 0, beside unit and month effects."""
    return clustered_fit(found.cells, found.score[:, None], ("liều trung bình của nhóm",))


def dose_terciles(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    dose: str,
    by: By = "month",
    months: int = 6,
    groups: int = 3,
    level: float = 0.95,
    cluster: str | None = None,
    weights: str | None = None,
    month_effects_by: str | None = None,
) -> EffectEstimate:
    """Terciles of dose, each against no dose, beside unit and month effects; ``estimate`` is that of the highest.

    ``by`` "month": a unit and month stands in the group of its dose over the last ``months`` months, itself among them. "unit": a unit
    stands in the group of its mean monthly dose, from its first dosed month on; that is a static two-way comparison, which compares with
    units that began earlier as well (Goodman-Bacon 2021), for showing only. Doses are counted as they are, without saturation.

    ``by_period`` has one row a group, ``period`` 1 being the least dosed: ``is_after``, ``effect``, ``std_error``, ``ci_low``,
    ``ci_high``, ``dose_low``, ``dose_high``, ``dose_mean``, ``units_count``, ``cells_count``. ``quantities`` say the same in words; fewer
    groups than asked for are named in ``notes_vi``. Raises ``DesignRefused`` as ``cells_of``, ``dose_of`` and ``grouped`` do.
    """
    refuse_arguments([dose], months=months, groups=groups)
    cells = cells_of(panel, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster, month_effects_by=month_effects_by, level=level)
    said = dose_of(panel, cells, unit=unit, time=time, dose=dose)
    found = _grouped_by(cells, said, by, months, groups)
    regression = group_fit(found)
    rows = _by_group(found, regression, level)
    return effect_inside(
        fit=regression.fit(len(found.scores) - 1),
        method="dose_terciles",
        estimand_vi=f"chênh lệch giữa nhóm liều cao nhất và không có hoạt động, theo {BY_VI[by].format(months=months)}, {BESIDE_VI}",
        level=level,
        by_period=rows,
        quantities=tuple(_in_words(row, len(rows)) for row in rows.to_dict("records")),
        **_of_cells(found, cells, said, by, months, groups),
    )


def dose_trend(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    dose: str,
    by: By = "month",
    months: int = 6,
    groups: int = 3,
    level: float = 0.95,
    cluster: str | None = None,
    weights: str | None = None,
    month_effects_by: str | None = None,
) -> EffectEstimate:
    """Test for trend over the groups of ``dose_terciles``: the slope by their mean doses, no dose counting as 0.

    The check ``straight line`` asks whether the groups leave that line by more than chance (clustered F); it is None with one group.
    Arguments and refusals are those of ``dose_terciles``.
    """
    refuse_arguments([dose], months=months, groups=groups)
    cells = cells_of(panel, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster, month_effects_by=month_effects_by, level=level)
    said = dose_of(panel, cells, unit=unit, time=time, dose=dose)
    found = _grouped_by(cells, said, by, months, groups)
    return effect_inside(
        fit=trend_fit(found).fit(),
        method="dose_trend",
        estimand_vi=f"chênh lệch ứng với thêm một đơn vị liều theo {BY_VI[by].format(months=months)}, qua các nhóm liều, {BESIDE_VI}",
        level=level,
        checks=(_straight_line(found),),
        **_of_cells(found, cells, said, by, months, groups),
    )


def _grouped_by(cells: Cells, dose: Dose, by: By, months: int, groups: int) -> Grouped:
    if by not in BY_VI or not months or not groups:
        raise DesignRefused(f"Chia nhóm theo “month” hoặc “unit”, số tháng và số nhóm từ 1 trở lên; gặp “{by}”, {months} tháng, {groups} nhóm.")
    return grouped(cells, recent_dose(dose, months) if by == "month" else begun_dose(dose), groups)


def _of_cells(found: Grouped, cells: Cells, dose: Dose, by: By, months: int, groups: int) -> dict[str, Any]:
    """What both estimates say of the cells and groups they rest on."""
    treated, others = dosed_units(found.cells, dose)
    back = months - 1 if by == "month" else 0
    known = ~np.isnan(cells.at(recent_dose(dose, back + 1)))
    notes = left_out_vi(cells, dose, known, back)
    if len(found.scores) < groups:
        why = f"liều trùng nhau nhiều, hoặc có nhóm chỉ gồm chưa đến {MIN_TREATED_CLUSTERS} cụm"
        notes = (*notes, f"Chỉ chia được {len(found.scores)} nhóm liều thay vì {groups} vì {why}.")
    counts = {"treated": treated, "comparison_count": others, "after_count": len(np.unique(found.cells.month_of))}
    return {"cells": noted(found.cells, notes), **counts}


def _by_group(found: Grouped, regression: ClusteredFit, level: float) -> pd.DataFrame:
    rows = []
    for place, mean in enumerate(found.scores):
        fit, inside = regression.fit(place), found.codes == place + 1
        low, high = fit.interval(level)
        one = {"period": place + 1, "is_after": True, "effect": fit.estimate, "std_error": fit.std_error, "ci_low": low, "ci_high": high}
        doses = {"dose_low": found.doses[inside].min(), "dose_high": found.doses[inside].max(), "dose_mean": mean}
        counts = {"units_count": len(np.unique(found.cells.unit_of[inside])), "cells_count": int(inside.sum())}
        rows.append({**one, **doses, **counts})
    return pd.DataFrame(rows)


def _in_words(row: dict[Any, Any], count: int) -> Quantity:
    ends = row["dose_low"], row["dose_high"]
    decimals = 0 if all(float(end).is_integer() for end in ends) else 2
    span = " đến ".join(dict.fromkeys(text.number(end, decimals) for end in ends))
    name_vi = f"nhóm liều thứ {row['period']} trên {count}, liều {span}, so với không có hoạt động"
    return Quantity(f"group_{row['period']}", name_vi, row["effect"], row["std_error"], row["ci_low"], row["ci_high"], "điểm phần trăm")


def _straight_line(found: Grouped) -> CheckResult:
    name = "straight line"
    if len(found.scores) == 1:
        return CheckResult(name, None, "Chỉ có một nhóm liều nên chưa xét được chênh lệch có tăng đều theo liều hay không.", is_required=False)
    beside = np.column_stack([found.score, found.dummies[:, 1:]])
    regression = clustered_fit(found.cells, beside, ("liều", *(f"nhóm liều {group}" for group in range(2, len(found.scores) + 1))))
    p_value = joint_p(regression, range(1, beside.shape[1]))
    if np.isnan(p_value):
        return CheckResult(name, None, f"Chưa xét được dạng đường thẳng: chỉ có {regression.clusters_count} cụm.", is_required=False)
    if p_value <= SIGNIFICANCE:
        why = "mỗi hoạt động thêm không đi kèm chênh lệch như nhau; nên xét dạng bão hòa"
        return CheckResult(name, False, f"Chênh lệch theo nhóm liều rời khỏi đường thẳng quá mức ngẫu nhiên: {why}.", is_required=False)
    return CheckResult(name, True, "Chênh lệch theo nhóm liều không rời khỏi đường thẳng quá mức ngẫu nhiên.", is_required=False)
