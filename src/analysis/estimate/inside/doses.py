"""What was said, beside the cells of what was measured: a dose by unit and calendar month that knows what it does not know."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.inside.cells import Cells, month_ordinals
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.exposure import saturated


@dataclass(frozen=True)
class Dose:
    """``values`` N × (``before`` + months + later), one row a unit of the cells, one column a calendar month; NaN where unknown.

    ``before`` is how many months are held before the cells' first month.
    """

    values: Matrix
    before: int
    months_count: int

    def lag(self, months: int) -> Matrix:
        """The dose ``months`` earlier (negative: later) of each unit and month of the cells, N × months; NaN outside what is held."""
        found = np.full((len(self.values), self.months_count), np.nan)
        columns = np.arange(self.months_count) + self.before - months
        held = (columns >= 0) & (columns < self.values.shape[1])
        found[:, held] = self.values[:, columns[held]]
        return found

    def lags(self, first: int, last: int) -> Matrix:
        """``lag`` from ``first`` to ``last``, shape (lags, N, months)."""
        return np.stack([self.lag(months) for months in range(first, last + 1)])

    def of_units(self, order: np.ndarray) -> "Dose":
        """The rows in another order: unit n is given the dose of unit ``order[n]``."""
        return replace(self, values=self.values[order])


def dose_of(panel: pd.DataFrame, cells: Cells, *, unit: str, time: str, dose: str, saturation: str = "linear") -> Dose:
    """The column ``dose`` of the panel behind ``cells`` (0 or more, NA unknown), on a saturation of ``exposure.SATURATIONS``.

    Rows without an outcome still tell the dose. Raises ``DesignRefused`` for an absent column or one of words, negative or infinite doses, an unknown
    saturation, a dose that never varies, and one known for fewer than two units.
    """
    if dose not in panel.columns:
        raise DesignRefused(f"Bảng không có cột {dose}; các cột đang có: {', '.join(map(str, panel.columns))}.")
    if not pd.api.types.is_numeric_dtype(panel[dose]):
        raise DesignRefused(f"Cột {dose} không phải là số.")
    rows = panel[panel[unit].isin(cells.units)]
    ordinals = month_ordinals(rows[time], time)
    first = min(int(ordinals.min()), cells.first_month.ordinal)
    last = max(int(ordinals.max()), cells.first_month.ordinal + cells.months_count - 1)
    values = np.full((len(cells.units), last - first + 1), np.nan)
    given = rows[dose].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    values[np.searchsorted(np.asarray(cells.units), rows[unit].to_numpy()), ordinals - first] = given
    _refuse(values, dose)
    try:
        values = saturated(values, saturation)
    except KeyError:
        raise DesignRefused(f"Không có dạng bão hòa “{saturation}” trong danh sách đã khai.") from None
    return Dose(values, cells.first_month.ordinal - first, cells.months_count)


def _refuse(values: Matrix, name: str) -> None:
    known = values[~np.isnan(values)]
    if np.isinf(known).any() or (known < 0).any():
        raise DesignRefused(f"Cột {name} có liều âm hoặc vô hạn; liều là số hoạt động, từ 0 trở lên.")
    if (~np.isnan(values)).any(axis=1).sum() < 2:
        raise DesignRefused(f"Cột {name}: có nhật ký của chưa đến hai đơn vị nên không so được.")
    if np.ptp(known) == 0:
        raise DesignRefused(f"Cột {name}: mọi đơn vị và mọi tháng có cùng một liều ({text.number(known[0], 2)}), không có gì để so.")


def known_at(cells: Cells, lagged: Matrix) -> np.ndarray:
    """Cells (M) at which every matrix of ``lagged`` (lags × N × months) is known."""
    return np.asarray(~np.isnan(cells.at(lagged)).any(axis=0))
