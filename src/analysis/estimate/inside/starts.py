"""The month of each unit's first campaign on the clock of the cells, and what designs that rest on it have in common."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis.estimate.inference import SMALLEST_SPREAD, Fit, refuse_robust
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.clustered import MIN_CLUSTERS, cluster_sums, used_clusters
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

NEVER = 10**9  # a month that no clock reaches
CR_RULE = "CR1: G/(G-1), exact weights of the outcome; t with G-1 df"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def starts_of(cells: Cells, first: Mapping[Any, Any]) -> tuple[Cells, Integers]:
    """Month numbers (N) of the units' first campaigns, ``NEVER`` where ``first`` says nothing, and the cells with notes of what cannot be used.

    ``first``: unit → month YYYY-MM or monthly period; missing values mean none. Months before the clock are negative, months after it
    are kept. Cells of units that had begun by their first one are left out: what they were before is not known. Raises
    ``DesignRefused`` for other spellings of a month, where no unit of the cells has a start, and where all that have one had begun before.
    """
    given = {unit: value for unit, value in first.items() if not pd.isna(value)}
    wrong = sorted({str(value) for value in given.values() if not _MONTH.fullmatch(str(value))})
    if wrong:
        raise DesignRefused(f"Tháng của lần truyền thông đầu tiên phải ghi dạng năm-tháng như 2021-03; gặp {', '.join(wrong[:3])}.")
    absent = sorted(map(str, given.keys() - set(cells.units)))
    months = [_number(cells, given.get(unit)) for unit in cells.units]
    if min(months) == NEVER:
        raise DesignRefused("Không có đơn vị nào trong bảng số liệu có tháng của lần truyền thông đầu tiên.")
    starts = np.array(months, dtype=np.int64)
    notes = (f"{len(absent)} đơn vị có truyền thông nhưng không có số liệu kết quả: {_some(absent)}.",) if absent else ()
    seen_before, seen_after = (_seen(cells, chosen) for chosen in (months_since(cells, starts) < 0, months_since(cells, starts) >= 0))
    count = int((seen_after & ~seen_before).sum())
    if count and not (seen_after & seen_before).any():
        raise DesignRefused("Mọi đơn vị có truyền thông đều đã bắt đầu từ tháng số liệu đầu tiên, nên không có mức trước để so.")
    said = f"Bỏ {count} đơn vị đã truyền thông từ tháng số liệu đầu tiên, vì không biết mức trước đó của chính đơn vị."
    kept = cells.where(seen_before[cells.unit_of])
    return replace(kept, notes_vi=(*cells.notes_vi, *notes, *((said,) if count else ()))), starts


def _seen(cells: Cells, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Units (N) with any of the ``chosen`` cells (M)."""
    return np.asarray(np.bincount(cells.unit_of[chosen], minlength=len(cells.units)) > 0)


def _number(cells: Cells, month: Hashable | None) -> int:
    return NEVER if month is None else int(pd.Period(str(month), freq="M").ordinal - cells.first_month.ordinal)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" và {len(names) - 3} nơi khác" if len(names) > 3 else "")


def months_since(cells: Cells, first: Integers) -> Integers:
    """Months since the first campaign in each cell (M): 0 in its month, negative before it, far below 0 where there is none."""
    return np.asarray(cells.month_of - first[cells.unit_of])


def names_of(cells: Cells, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    """Labels of the ``chosen`` units (N)."""
    return tuple(str(unit) for unit, flag in zip(cells.units, chosen, strict=True) if flag)


def span_of(cells: Cells, first: Integers, chosen: NDArray[np.bool_]) -> str:
    """The first start among the ``chosen`` units (N), and the last where it is another."""
    months = [str(cells.first_month + int(number)) for number in (first[chosen].min(), first[chosen].max())]
    return " – ".join(dict.fromkeys(months))


def enough_clusters(cells: Cells) -> int:
    """Number of clusters. Raises ``DesignRefused`` for fewer than three."""
    clusters = used_clusters(cells)
    if clusters < MIN_CLUSTERS:
        raise DesignRefused(f"Chỉ có {clusters} cụm; sai số theo cụm cần ít nhất {MIN_CLUSTERS} cụm.")
    return clusters


def clustered_errors(cells: Cells, scores: Matrix) -> Matrix:
    """Standard errors (K) of sums of cell ``scores`` (M × K) under ``CR_RULE``."""
    clusters = enough_clusters(cells)
    return np.asarray(np.sqrt(clusters / (clusters - 1) * (cluster_sums(cells, scores) ** 2).sum(axis=0)))


def treated_clusters(cells: Cells, weights: Matrix) -> Integers:
    """Clusters in which each column of ``weights`` (M × K) of treated cells is not nought (K)."""
    return np.asarray((cluster_sums(cells, np.abs(weights)) > 0).sum(axis=0))


def refuse_few(cells: Cells, weights: Matrix) -> None:
    """Refuse clustered errors of an average with ``weights`` (M) over treated cells that fewer than five clusters, or nearly one, carry."""
    carried = cluster_sums(cells, np.abs(weights)[:, None])[:, 0] ** 2
    refuse_robust(float(carried.max() / carried.sum()), int((carried > 0).sum()))


def fit_with(cells: Cells, estimate: float, std_error: float) -> Fit:
    """Clustered t with G-1 df. Raises ``DesignRefused`` where the error is nothing but rounding."""
    if not std_error > SMALLEST_SPREAD * max(1.0, float(np.abs(cells.outcome).max())):
        raise DesignRefused("Kết quả không biến động giữa các đơn vị so sánh nên không ước lượng được sai số.")
    return Fit(estimate, std_error, used_clusters(cells) - 1)


def path_rows(periods: Integers, effects: Matrix, std_errors: Matrix, units: Integers, df: int, level: float) -> pd.DataFrame:
    """Rows of ``by_period``, with t intervals (NaN without an error)."""
    half = float(stdtrit(df, 0.5 + level / 2)) * std_errors
    return pd.DataFrame(
        {
            "period": periods,
            "is_after": periods >= 0,
            "effect": effects,
            "std_error": std_errors,
            "ci_low": effects - half,
            "ci_high": effects + half,
            "units_count": units,
        }
    )
