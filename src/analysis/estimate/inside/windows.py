"""Which cells know the dose of the months before them, whose dose it is, and what cannot be told apart from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import qr

from analysis import text
from analysis.estimate.inside.cells import MIN_MONTHS, MIN_UNITS, Cells, month_ordinals
from analysis.estimate.inside.clustered import COLLINEAR
from analysis.estimate.inside.doses import Dose
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

Mask = NDArray[np.bool_]

SAME_SPAN = 1e-7  # what is left of a column beside others, relative to the column, below which it repeats them


def complete(columns: Matrix) -> Mask:
    """Rows (M) of ``columns`` (M × K) without a NaN."""
    return np.asarray(~np.isnan(columns).any(axis=1))


def usable(cells: Cells, known: Mask) -> Mask:
    """Which of the ``known`` cells (M) stand in units that have at least two of them.

    Raises ``DesignRefused`` where fewer than 4 units or 3 months are left.
    """
    keep = known & (np.bincount(cells.unit_of, weights=known, minlength=len(cells.units))[cells.unit_of] > 1)
    units, months = len(np.unique(cells.unit_of[keep])), len(np.unique(cells.month_of[keep]))
    if units < MIN_UNITS or months < MIN_MONTHS:
        raise DesignRefused(
            f"Chỉ còn {units} đơn vị và {months} tháng biết đủ liều của tháng đó và các tháng cần xét quanh nó; "
            f"cần ít nhất {MIN_UNITS} đơn vị và {MIN_MONTHS} tháng."
        )
    return np.asarray(keep)


def left_out_vi(cells: Cells, dose: Dose, known: Mask, back: int) -> tuple[str, ...]:
    """What is left out for want of a known dose: the first ``back`` months of each unit's log, and cells near any other gap."""
    told = ~np.isnan(dose.values)
    begins, has_log = told.argmax(axis=1)[cells.unit_of], np.asarray(told.any(axis=1))[cells.unit_of]
    is_early = ~known & has_log & (cells.month_of + dose.before < begins + back)
    reasons = (
        (is_early, f"chưa có nhật ký của đủ {back} tháng trước đó"),
        (~known & ~is_early, "chưa biết liều của tháng đó hoặc của tháng cần xét quanh nó (nhật ký trống, hoặc biến kèm theo trống)"),
    )
    return tuple(f"Bỏ {_rows_vi(cells, where)} vì {why}." for where, why in reasons if where.any())


def noted(cells: Cells, notes: Sequence[str]) -> Cells:
    """The cells with further sentences on what was left out or assumed."""
    return replace(cells, notes_vi=(*cells.notes_vi, *notes))


def _rows_vi(cells: Cells, where: Mask) -> str:
    return f"{text.number(int(where.sum()))} dòng của {len(np.unique(cells.unit_of[where]))} đơn vị"


def dosed_units(cells: Cells, dose: Dose) -> tuple[tuple[str, ...], int]:
    """Units of the cells with any known dose above 0, and how many have none."""
    used = np.unique(cells.unit_of)
    is_dosed = (np.nan_to_num(dose.values)[used] > 0).any(axis=1)
    return tuple(str(cells.units[place]) for place in used[is_dosed]), int((~is_dosed).sum())


def refuse_same_everywhere(cells: Cells, dose: Dose, name: str) -> None:
    """Refuse a dose that unit and month effects explain: a province-wide broadcast, or one that never changes within a unit."""
    values = cells.at(dose.lag(0))
    rows = usable(cells, ~np.isnan(values))
    kept, values = cells.where(rows), values[rows]
    left = kept.effects().residuals(values)
    if np.abs(left).max() > COLLINEAR * max(np.abs(values).max(), 1e-300):
        return
    if _is_constant(values, kept.effect_of):
        raise DesignRefused(
            f"Cột {name}: trong mỗi tháng mọi đơn vị có cùng một liều (như một đợt truyền thông chung toàn tỉnh), "
            "nên không tách được khỏi biến động chung của tháng; cần hoạt động khác nhau giữa các đơn vị trong cùng một tháng."
        )
    raise DesignRefused(
        f"Cột {name}: liều của mỗi đơn vị không đổi khác đi so với các đơn vị khác theo thời gian, "
        "nên không tách được khỏi mức riêng của từng đơn vị; cần đơn vị có tháng nhiều tháng ít."
    )


def _is_constant(values: Matrix, groups: NDArray[np.int64]) -> bool:
    codes = np.unique(groups, return_inverse=True)[1]
    highest, lowest = (np.full(codes.max() + 1, fill) for fill in (-np.inf, np.inf))
    np.maximum.at(highest, codes, values)
    np.minimum.at(lowest, codes, values)
    return bool((highest - lowest <= COLLINEAR * np.abs(values).max()).all())


def column_of(panel: pd.DataFrame, cells: Cells, *, unit: str, time: str, column: str) -> Matrix:
    """A numeric column of the panel behind ``cells``, at the cells (M); NaN where empty. Raises ``DesignRefused`` where absent or not finite."""
    if column not in panel.columns:
        raise DesignRefused(f"Bảng không có cột {column}; các cột đang có: {', '.join(map(str, panel.columns))}.")
    if not pd.api.types.is_numeric_dtype(panel[column]):
        raise DesignRefused(f"Cột {column} không phải là số.")
    rows = panel[panel[unit].isin(cells.units)]
    ordinals = month_ordinals(rows[time], time) - cells.first_month.ordinal
    inside = (ordinals >= 0) & (ordinals < cells.months_count)
    grid = np.full((len(cells.units), cells.months_count), np.nan)
    values = rows[column].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    grid[np.searchsorted(np.asarray(cells.units), rows[unit].to_numpy())[inside], ordinals[inside]] = values[inside]
    if np.isinf(grid).any():
        raise DesignRefused(f"Cột {column} có giá trị vô hạn.")
    return cells.at(grid)


def own_columns(cells: Cells, main: Matrix, others: Mapping[str, Matrix], name: str) -> tuple[Matrix, tuple[str, ...]]:
    """The columns of ``others`` (each M × any) that say something of their own, side by side, and a sentence for each name that says nothing.

    ``main`` (M × L) are the columns to be estimated, called ``name``; cells with a NaN anywhere are not looked at. A name whose columns
    the effects and the names before it explain is merged into those. Raises ``DesignRefused`` where ``main`` repeats the others.
    """
    if not others:
        return np.empty((len(main), 0)), ()
    rows = usable(cells, complete(np.column_stack([main, *others.values()])))
    kept = cells.where(rows)
    free = {key: _freed(kept, block[rows]) for key, block in {name: main, **others}.items()}
    chosen, basis, notes = [], np.empty((len(kept.outcome), 0)), []
    for key, block in others.items():
        added = _independent(free[key], basis)
        chosen.append(block[:, added])
        if not added:
            notes.append(f"Cột {key} không có biến động riêng bên cạnh đơn vị, tháng và các cột kèm theo khác nên gộp vào các cột đó.")
        basis = _basis(np.column_stack([basis, free[key][:, added]]))
    if len(_independent(free[name], basis)) < main.shape[1]:
        alike = [key for key in others if len(_independent(free[name], _basis(free[key]))) < main.shape[1]] or list(others)
        raise DesignRefused(
            f"Cột {name} trùng hoàn toàn với {text.enumerate_vi(alike)} (luôn đi cùng nhau) nên không tách được từng cột; "
            "gộp lại làm một liều rồi tính."
        )
    return np.column_stack(chosen), tuple(notes)


def _freed(cells: Cells, block: Matrix) -> Matrix:
    """Columns off their effects, at the scale of the columns, so that rounding stays rounding."""
    size = np.sqrt((cells.weights[:, None] * block**2).sum(axis=0))
    return np.asarray(np.sqrt(cells.weights)[:, None] * cells.effects().residuals(block) / np.where(size > 0, size, 1.0))


def _independent(block: Matrix, basis: Matrix) -> list[int]:
    """Columns of ``block`` that neither ``basis`` (orthonormal) nor the other chosen ones explain."""
    _, triangle, order = qr(block - basis @ (basis.T @ block), mode="economic", pivoting=True)
    return sorted(int(place) for place in order[: len(triangle)][np.abs(np.diag(triangle)) > SAME_SPAN])


def _basis(columns: Matrix) -> Matrix:
    if not columns.shape[1]:
        return columns
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > SAME_SPAN])


def refuse_arguments(names: Sequence[Any], **counts: int) -> None:
    """Refuse doubled or absent dose names and windows that are negative or no whole months."""
    if not names or len(set(names)) < len(names):
        raise DesignRefused(f"Cần ít nhất một cột liều, mỗi cột một lần; gặp {', '.join(map(str, names)) or 'danh sách trống'}.")
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise DesignRefused(f"Số tháng ({name}) phải là số nguyên từ 0 trở lên; gặp {count!r}.")
