"""What designs with one start for all treated units have in common."""

import numpy as np
import pandas as pd

from analysis.estimate.matrix import Matrix, PanelMatrix
from analysis.estimate.refusals import DesignRefused


def refuse_staggered(matrix: PanelMatrix) -> None:
    """Raises ``DesignRefused`` where treated units start in different periods."""
    if matrix.is_staggered:
        raise DesignRefused("Cách tính này chỉ dùng được khi mọi đơn vị được xét bắt đầu cùng một kỳ; ở đây mốc bắt đầu khác nhau.")


def curve_by_period(matrix: PanelMatrix, curve: Matrix, std_errors: Matrix | None = None, quantile: float = np.nan) -> pd.DataFrame:
    """``by_period`` of the result for the effects ``curve`` (T); the interval is ``quantile`` times ``std_errors`` to either side."""
    observed = matrix.outcomes[matrix.is_treated].mean(axis=0)
    errors = np.full(len(curve), np.nan) if std_errors is None else std_errors
    return pd.DataFrame(
        {
            "period": list(matrix.times),
            "is_after": np.arange(len(curve)) >= matrix.before_count,
            "effect": curve,
            "observed": observed,
            "counterfactual": observed - curve,
            "std_error": errors,
            "ci_low": curve - quantile * errors,
            "ci_high": curve + quantile * errors,
        }
    )
