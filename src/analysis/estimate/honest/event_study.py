"""Event-study estimates as the honest bounds read them, after every reason to refuse them was looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.estimate.refusals import DesignRefused

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

ROUNDING = 1e-8  # asymmetry or a negative eigenvalue below this share of the largest entry is rounding
SINGULAR = 1e-12  # a smallest eigenvalue below this share is no variance


@dataclass(frozen=True)
class EventStudy:
    """Estimates in time order around an omitted reference period, whose coefficient is 0.

    ``coefficients`` (T), normal with the known ``covariance`` (T × T): first ``before_count`` periods up to the one before the
    reference, then the periods after it. The target is θ = ``weights`` · effects, one weight a period after.
    """

    coefficients: Vector
    covariance: Matrix
    before_count: int
    weights: Vector

    @property
    def target(self) -> Vector:
        """The target as weights over all coefficients (T)."""
        return np.concatenate([np.zeros(self.before_count), self.weights])

    @property
    def steps(self) -> Matrix:
        """Changes from each period to the next as weights over coefficients (T × T), the reference counted as a period of 0."""
        path = np.insert(np.eye(len(self.coefficients)), self.before_count, 0.0, axis=0)
        return np.diff(path, axis=0)


def event_study_of(coefficients: ArrayLike, covariance: ArrayLike, before_count: int, weights: Sequence[float] | None) -> EventStudy:
    """The event study, or the reason why it cannot be read as one; no weights mean the first period after the reference."""
    estimates = _numbers(coefficients, "hệ số")
    if estimates.ndim != 1 or not 1 <= before_count < len(estimates):
        raise DesignRefused(f"Có {estimates.size} hệ số, {before_count} trước kỳ gốc; cần ít nhất một hệ số trước và một hệ số sau kỳ gốc.")
    after_count = len(estimates) - before_count
    first_only = [1.0] + [0.0] * (after_count - 1)
    loads = _numbers(first_only if weights is None else weights, "trọng số")
    if loads.shape != (after_count,) or not loads.any():
        raise DesignRefused(f"Có {loads.size} trọng số cho {after_count} kỳ sau kỳ gốc; cần mỗi kỳ một trọng số và không phải tất cả bằng 0.")
    return EventStudy(estimates, _covariance_of(covariance, len(estimates)), before_count, loads)


def bounds_of(values: Sequence[float]) -> Vector:
    """Sizes of violation to try, each at least 0."""
    bounds = _numbers(values, "mức sai lệch")
    if bounds.ndim != 1 or not bounds.size or (bounds < 0).any():
        raise DesignRefused(f"Các mức sai lệch xu hướng là {values}; cần ít nhất một mức và mỗi mức không âm.")
    return bounds


def significance_of(level: float) -> float:
    """The share of intervals that may miss the effect."""
    if not 0 < level < 1:
        raise DesignRefused(f"Mức tin cậy là {level}; cần một số giữa 0 và 1.")
    return 1 - level


def _numbers(values: ArrayLike, name_vi: str) -> Vector:
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DesignRefused(f"Các {name_vi} có giá trị không phải là số.") from None
    if not np.isfinite(numbers).all():
        raise DesignRefused(f"Các {name_vi} có giá trị trống hoặc vô hạn.")
    return numbers


def _covariance_of(values: ArrayLike, count: int) -> Matrix:
    """A symmetric positive definite matrix: a combination without variance would pass for one that is known exactly."""
    covariance = _numbers(values, "hiệp phương sai")
    if covariance.shape != (count, count):
        raise DesignRefused(f"Ma trận hiệp phương sai có kích thước {covariance.shape}; với {count} hệ số cần {count} × {count}.")
    slack = ROUNDING * np.abs(covariance).max()
    if np.abs(covariance - covariance.T).max() > slack:
        raise DesignRefused("Ma trận hiệp phương sai không đối xứng.")
    symmetric = (covariance + covariance.T) / 2
    smallest = float(np.linalg.eigvalsh(symmetric)[0])
    if smallest < -slack:
        raise DesignRefused(f"Ma trận hiệp phương sai không nửa xác định dương (trị riêng nhỏ nhất {smallest:.3g}).")
    if smallest <= SINGULAR * np.abs(covariance).max():
        raise DesignRefused("Ma trận hiệp phương sai suy biến: có tổ hợp hệ số không có sai số, thường do số đơn vị so sánh không nhiều hơn số kỳ.")
    return symmetric
