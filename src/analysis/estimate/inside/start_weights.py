"""Two-stage imputation as weights on outcomes, for many lots of starts at once: one matrix product then tests any outcome."""

import numpy as np

from analysis.estimate.inside.cells import Integers
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

LOTS_AT_ONCE = 32
TOLERANCE = 1e-7


def imputation_weights(weights: Matrix, starts: Integers, since: tuple[int, int] | None = None) -> Matrix:
    """Weights v (lots × N × months) whose sum with outcomes is the mean over treated cells of outcome less what was to be expected.

    ``weights`` (N × months) are 0 where nothing was observed; ``starts`` (lots × N) count months from the first column. What was to
    be expected comes from unit and month effects fitted to cells before each unit's start alone (Borusyak, Jaravel and Spiess 2024), so
    that effects may grow or fade; Hussey and Hughes' single coefficient would weigh some treated cells negatively. Treated cells in
    months without a unit yet to start, and of units without a month before, cannot be imputed and have no weight. ``since`` keeps the
    treated cells so many months after the start, first and last. A lot without any such cell has NaN. Weights of a lot that leave unit
    or month effects in are refused (``DesignRefused``: the panel falls apart into pieces that share no month).
    """
    parts = [_of_lots(weights, starts[first : first + LOTS_AT_ONCE], since) for first in range(0, len(starts), LOTS_AT_ONCE)]
    return np.concatenate(parts)


def applied(weights: Matrix, starts: Integers, columns: Matrix) -> Matrix:
    """``imputation_weights`` times ``columns`` (K × N × months, 0 where not observed): lots × K, never holding all weights at once."""
    flat = columns.reshape(len(columns), -1).T
    parts = []
    for first in range(0, len(starts), LOTS_AT_ONCE):
        of_lots = _of_lots(weights, starts[first : first + LOTS_AT_ONCE], None)
        parts.append(of_lots.reshape(len(of_lots), -1) @ flat)
    return np.concatenate(parts)


def _of_lots(weights: Matrix, starts: Integers, since: tuple[int, int] | None) -> Matrix:
    elapsed = np.arange(weights.shape[1]) - np.minimum(starts, weights.shape[1])[..., None]
    untreated = weights * (elapsed < 0)
    unit_sums, month_sums = untreated.sum(axis=2), untreated.sum(axis=1)
    is_asked = elapsed >= 0 if since is None else (elapsed >= since[0]) & (elapsed <= since[1])
    asked = weights * is_asked * (unit_sums > 0)[:, :, None] * (month_sums > 0)[:, None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        asked = asked / asked.sum(axis=(1, 2), keepdims=True)
    found = asked - _expected(untreated, unit_sums, month_sums, np.nan_to_num(asked))
    if max(np.abs(np.nan_to_num(found).sum(axis=axis)).max() for axis in (1, 2)) > TOLERANCE:
        raise DesignRefused("Số liệu rời thành nhiều mảng không có tháng chung nên không tách được mức riêng của đơn vị khỏi mức chung của tháng.")
    return found


def _expected(untreated: Matrix, unit_sums: Matrix, month_sums: Matrix, asked: Matrix) -> Matrix:
    """Weights on untreated cells that give the fitted effects of the cells asked for: month effects solved once units are eliminated."""
    inverse = np.divide(1.0, unit_sums, out=np.zeros_like(unit_sums), where=unit_sums > 0)
    scaled = untreated * inverse[:, :, None]
    has_month = month_sums > 0
    system = -(scaled.transpose(0, 2, 1) @ untreated)
    months = np.arange(untreated.shape[2])
    system[:, months, months] += np.where(has_month, month_sums, 1.0)
    system += (has_month[:, :, None] & has_month[:, None, :]) * (month_sums.mean(axis=1) / untreated.shape[2])[:, None, None]  # one level is free
    of_units, of_months = asked.sum(axis=2), asked.sum(axis=1)
    target = of_months - (scaled.transpose(0, 2, 1) @ of_units[:, :, None])[:, :, 0]
    try:
        month_part = np.linalg.solve(system, target[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        raise DesignRefused("Số liệu rời thành nhiều mảng không có tháng chung nên không ước lượng được mức chung của tháng.") from None
    unit_part = inverse * (of_units - (untreated @ month_part[:, :, None])[:, :, 0])
    return np.asarray(untreated * (unit_part[:, :, None] + month_part[:, None, :]))
