"""Many outcomes at once: Romano-Wolf or Holm step-down inside a family, Benjamini-Hochberg across families."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.estimate.inference import rank_p
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused


def romano_wolf(estimates: Mapping[str, float], placebos: pd.DataFrame, *, studentize: bool = True) -> dict[str, float]:
    """Step-down max-|t| p-values of the outcomes of one family (Romano and Wolf 2005, 2016), keyed and ordered as ``estimates``.

    ``placebos`` has one row a placebo unit and one column an outcome, each in the outcome's own unit: the same unit stands in
    one row for all outcomes, which keeps their dependence. Other columns are passed over. The outcome with the largest
    statistic is held against the largest statistic that each placebo shows in any outcome, the next one without the first,
    and so on; p = (1 + placebos at least as large) / (1 + placebos), ties against the estimate, and no p lies below that of
    a larger statistic nor below the outcome's own placebo rank.

    ``studentize`` divides each outcome by the root mean square of its placebos *and* its estimate: treated and placebos are
    then exchangeable when no outcome moved, and the smallest p is at most α with probability at most α whatever the dependence.
    Without it the numbers must be on one scale already, such as t statistics. A placebo without some outcome (NaN) takes part
    in those steps for whose outcomes it has all numbers, so what is missing must not depend on how large the rest is.

    Raises ``DesignRefused`` for an estimate that is no finite number, for an outcome without exactly one numeric column of
    placebos and for infinite placebos.
    """
    names = sorted(estimates)
    observed, drawn = _matrices(estimates, placebos, names)
    if studentize:
        scale = _root_mean_square(np.vstack([drawn, observed]))
        observed, drawn = observed / scale, drawn / scale
    largest_first = np.argsort(-observed, kind="stable")
    adjusted: dict[str, float] = {}
    floor = 0.0
    for step, column in enumerate(largest_first):
        rest = drawn[:, largest_first[step:]]
        maxima = rest[~np.isnan(rest).any(axis=1)].max(axis=1)
        alone = drawn[~np.isnan(drawn[:, column]), column]
        floor = max(floor, rank_p(observed[column], maxima), rank_p(observed[column], alone))
        adjusted[names[column]] = floor
    return {name: adjusted[name] for name in estimates}


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """P-values adjusted for the familywise error whatever their dependence (Holm 1979), keyed and ordered as ``p_values``.

    Not that of statsmodels, whose every call collects the garbage of the whole process: 0.1 s for two p-values. Raises ``DesignRefused``
    for what is no probability.
    """
    _refuse_improbable(p_values)
    smallest_first = sorted(p_values, key=lambda name: p_values[name])
    raised = np.array([p_values[name] for name in smallest_first]) * np.arange(len(p_values), 0, -1)
    adjusted = dict(zip(smallest_first, np.minimum(np.maximum.accumulate(raised), 1.0).tolist(), strict=True))
    return {name: adjusted[name] for name in p_values}


def benjamini_hochberg(p_values: Mapping[str, float]) -> dict[str, float]:
    """P-values adjusted for the false discovery rate (Benjamini and Hochberg 1995), keyed and ordered as ``p_values``.

    Valid for independent and for positively dependent tests. Across families, give the smallest adjusted p of each: it tests
    that no outcome of the family moved. Raises ``DesignRefused`` for what is no probability.
    """
    from scipy.stats import false_discovery_control  # half a second of import that one family need not pay

    _refuse_improbable(p_values)
    if not p_values:
        return {}
    adjusted = false_discovery_control(list(p_values.values()), method="bh")
    return dict(zip(p_values, adjusted.tolist(), strict=True))


def _refuse_improbable(p_values: Mapping[str, float]) -> None:
    wrong = [name for name, p in p_values.items() if not 0 <= p <= 1]
    if wrong:
        raise DesignRefused(f"Giá trị p của {', '.join(wrong)} không nằm trong khoảng từ 0 đến 1 nên không hiệu chỉnh được.")


def _matrices(estimates: Mapping[str, float], placebos: pd.DataFrame, names: list[str]) -> tuple[Matrix, Matrix]:
    """Absolute estimates (outcomes) and absolute placebos (placebos × outcomes)."""
    columns = list(placebos.columns)
    absent = [name for name in names if columns.count(name) != 1 or not pd.api.types.is_numeric_dtype(placebos[name])]
    if absent:
        raise DesignRefused(f"Kết quả {', '.join(absent)} không có đúng một cột số của các kế hoạch giả định nên không hiệu chỉnh được.")
    observed = np.abs(np.array([estimates[name] for name in names], dtype=np.float64))
    drawn = np.abs(placebos[names].to_numpy(dtype=np.float64, na_value=np.nan))
    if not np.isfinite(observed).all() or np.isinf(drawn).any():
        raise DesignRefused("Có kết quả, hoặc kế hoạch giả định, không phải là một số hữu hạn nên không hiệu chỉnh được.")
    return observed, drawn


def _root_mean_square(statistics: Matrix) -> Matrix:
    """Of each column, missing left out; 1 where all are zero, so that zero stays zero."""
    scale = np.sqrt(np.nanmean(statistics**2, axis=0))
    return np.where(scale > 0, scale, 1.0)
