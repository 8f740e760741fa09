"""Geometric carry-over of a dose from month to month."""

import numpy as np
from numpy.typing import NDArray


def adstock(dose: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """Geometric carry-over along the last axis: ``carried[t] = dose[t] + decay * carried[t - 1]``.

    The dose before the first month is taken as zero; a lasting dose of 1 tends to ``1 / (1 - decay)``.

    Parameters
    ----------
    dose
        Shape (..., months).
    decay
        Share left after a month.

    Raises
    ------
    ValueError
        ``decay`` is negative, or 1 or more.
    """
    if not 0 <= decay < 1:
        raise ValueError(f"decay must lie in [0, 1), got {decay!r}")
    carried = np.array(dose, dtype=np.float64)
    for month in range(1, carried.shape[-1]):
        carried[..., month] += decay * carried[..., month - 1]
    return carried
