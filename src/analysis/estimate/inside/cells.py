"""A long unit-by-month panel as cells, after every reason to refuse or to leave out a row was looked for."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import text
from analysis.estimate.inside.absorb import TwoWay
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

Integers = NDArray[np.int64]

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

MIN_UNITS = 4
MIN_MONTHS = 3


@dataclass(frozen=True)
class Cells:
    """M observed cells of N units, sorted by unit and month; unit and month effects are taken out by ``effects``.

    ``unit_of`` (M) numbers the units in the order of ``units``; ``month_of`` (M) counts calendar months from ``first_month``, so that a
    month without a row leaves a gap and never shortens the clock. ``clusters`` (N) numbers each unit's cluster in the order of
    ``cluster_names``. ``weights`` (M) are positive, all 1 where none were asked for. ``effect_of`` (M) numbers the month effect of
    a cell: the month itself, or the month within its group of units (``month_effects_by``). ``notes_vi`` says what was left out and why.
    """

    outcome_name: str
    units: tuple[Any, ...]
    first_month: pd.Period
    months_count: int
    unit_of: Integers
    month_of: Integers
    effect_of: Integers
    outcome: Matrix
    weights: Matrix
    clusters: Integers
    cluster_names: tuple[str, ...]
    clustered_by: str
    notes_vi: tuple[str, ...]
    data_hash: str

    @property
    def months(self) -> tuple[str, ...]:
        """Labels YYYY-MM of the clock."""
        return tuple(str(self.first_month + step) for step in range(self.months_count))

    @property
    def cluster_of(self) -> Integers:
        """Cluster of each cell (M)."""
        return np.asarray(self.clusters[self.unit_of])

    @property
    def clusters_count(self) -> int:
        """Number of clusters."""
        return len(self.cluster_names)

    def effects(self, weights: Matrix | None = None) -> TwoWay:
        """Projection off unit and month effects, with the cells' own weights or with others (M)."""
        return TwoWay(self.unit_of, self.effect_of, self.weights if weights is None else weights)

    def at(self, values: Matrix) -> Matrix:
        """Entries (M, or … × M) of a matrix by unit and calendar month (… × N × months)."""
        return np.asarray(values[..., self.unit_of, self.month_of])

    def grid(self, values: Matrix) -> Matrix:
        """Cell values (M) as a matrix N × months, NaN where no cell was observed."""
        full = np.full((len(self.units), self.months_count), np.nan)
        full[self.unit_of, self.month_of] = values
        return full

    def with_outcome(self, outcome: Matrix) -> "Cells":
        """The same cells with other outcomes (M)."""
        return replace(self, outcome=np.asarray(outcome, dtype=np.float64))

    def where(self, keep: NDArray[np.bool_], note_vi: str | None = None) -> "Cells":
        """The cells for which ``keep`` (M) holds; units and clock stay numbered as they were."""
        notes = self.notes_vi if note_vi is None else (*self.notes_vi, note_vi)
        parts = {name: getattr(self, name)[keep] for name in ("unit_of", "month_of", "effect_of", "outcome", "weights")}
        return replace(self, **parts, notes_vi=notes)


def cells_of(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    weights: str | None = None,
    cluster: str | None = None,
    month_effects_by: str | None = None,
    level: float = 0.95,
) -> Cells:
    """The cells behind a design inside the province; every estimator here takes these arguments.

    ``panel`` is long, one row a (unit, time); ``time`` holds months as YYYY-MM or monthly periods. ``cluster`` is a column that is
    constant within a unit (None: the unit itself); ``month_effects_by`` a column of groups that each have month effects of their own.
    Rows without an outcome (a denominator of zero), or with a weight that is missing or zero, are left out and counted in ``notes_vi``;
    so are units with a single row, which their own effect explains.

    Raises ``DesignRefused`` for absent columns, rows without a unit, doubled rows, unreadable months, infinite outcomes, negative weights, a unit
    that stands under two vintages (column ``vintage``) or in two clusters or groups, and for fewer than 4 units or 3 months.
    """
    _refuse_arguments(panel, [unit, time, outcome, *(name for name in (weights, cluster, month_effects_by) if name)], level)
    if nameless := int(panel[unit].isna().sum()):
        raise DesignRefused(f"Cột {unit} để trống ở {text.number(nameless)} dòng; mỗi dòng phải ghi đơn vị.")
    rows = panel.assign(**{"_month": month_ordinals(panel[time], time)}).sort_values([unit, "_month"], kind="stable")
    _refuse_rows(rows, unit, outcome, weights, cluster, month_effects_by)
    rows, notes = _usable(rows, unit, outcome, weights)
    units, unit_of = np.unique(rows[unit].to_numpy(), return_inverse=True)
    ordinals = rows["_month"].to_numpy(dtype=np.int64)
    first = int(ordinals.min()) if len(rows) else 0
    if len(units) < MIN_UNITS or len(np.unique(ordinals)) < MIN_MONTHS:
        raise DesignRefused(
            f"Chỉ có {len(units)} đơn vị và {len(np.unique(ordinals))} tháng có số liệu; cần ít nhất {MIN_UNITS} đơn vị và {MIN_MONTHS} tháng."
        )
    clusters, names = _constant_codes(rows, unit, cluster)
    groups = _constant_codes(rows, unit, month_effects_by)[0] if month_effects_by else np.zeros(len(units), dtype=np.int64)
    month_of = ordinals - first
    span = int(month_of.max()) + 1
    values = rows[outcome].to_numpy(dtype=np.float64)
    weighed = np.ones(len(rows)) if weights is None else rows[weights].to_numpy(dtype=np.float64)
    return Cells(
        outcome_name=outcome,
        units=tuple(units.tolist()),
        first_month=pd.Period(ordinal=first, freq="M"),
        months_count=span,
        unit_of=np.asarray(unit_of, dtype=np.int64),
        month_of=month_of,
        effect_of=groups[unit_of] * span + month_of,
        outcome=values,
        weights=weighed,
        clusters=clusters,
        cluster_names=names,
        clustered_by=cluster or unit,
        notes_vi=notes,
        data_hash=_hash(rows[unit], ordinals, clusters[unit_of], values, weighed),
    )


def _refuse_arguments(panel: pd.DataFrame, columns: Sequence[str], level: float) -> None:
    absent = [name for name in columns if name not in panel.columns]
    if absent:
        raise DesignRefused(f"Bảng không có cột {', '.join(absent)}; các cột đang có: {', '.join(map(str, panel.columns))}.")
    if not 0 < level < 1:
        raise DesignRefused(f"Mức tin cậy phải nằm giữa 0 và 1; gặp {level:g}.")


def month_ordinals(column: pd.Series, name: str) -> Integers:
    """Number of each month on pandas' monthly clock; each label is read once. Raises ``DesignRefused`` naming what is no month."""
    places, labels = pd.factorize(column.astype("string"), use_na_sentinel=False)
    wrong = sorted(str(label) for label in labels if not _MONTH.fullmatch(str(label)))
    if wrong:
        raise DesignRefused(f"Cột {name}: tháng phải ghi dạng năm-tháng như 2021-03; gặp {', '.join(wrong[:3])}.")
    return np.asarray(pd.PeriodIndex(labels, freq="M").asi8[places], dtype=np.int64)


def _refuse_rows(rows: pd.DataFrame, unit: str, outcome: str, weights: str | None, cluster: str | None, group: str | None) -> None:
    doubled = rows.loc[rows.duplicated([unit, "_month"]), unit]
    if len(doubled):
        raise DesignRefused(f"Có đơn vị ghi hai dòng trong một tháng: {_some(doubled)}; mỗi đơn vị mỗi tháng chỉ một dòng.")
    for name in (cluster, group, "vintage" if "vintage" in rows.columns else None):
        if name is None:
            continue
        several = rows.groupby(unit)[name].nunique(dropna=False)
        if (several > 1).any():
            said = "thuộc hai danh mục đơn vị" if name == "vintage" else f"có hai giá trị ở cột {name}"
            raise DesignRefused(f"Có đơn vị {said} trong cùng bảng: {_some(several.index[several > 1])}; quy về một danh mục rồi tính lại.")
    for name, bad in ((outcome, np.isinf), (weights, lambda values: values < 0)):
        if name is not None:
            values = _as_float(rows[name], name)
            if bad(values[~np.isnan(values)]).any():
                raise DesignRefused(f"Cột {name} có giá trị vô hạn hoặc trọng số âm; cần số hữu hạn, trọng số từ 0 trở lên.")


def _as_float(column: pd.Series, name: str) -> Matrix:
    if not pd.api.types.is_numeric_dtype(column):
        raise DesignRefused(f"Cột {name} không phải là số.")
    return np.asarray(column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))


def _usable(rows: pd.DataFrame, unit: str, outcome: str, weights: str | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rows with an outcome and a positive weight, in units with at least two of them; and what was left out."""
    values = _as_float(rows[outcome], outcome)
    has_outcome = ~np.isnan(values)
    if weights is not None:
        weighed = _as_float(rows[weights], weights)
        has_outcome &= ~np.isnan(weighed) & (weighed > 0)
    kept = rows[has_outcome].assign(**{outcome: values[has_outcome]})
    is_single = kept.groupby(unit)[unit].transform("size") == 1
    notes = []
    if (~has_outcome).any():
        count, units = text.number(int((~has_outcome).sum())), rows.loc[~has_outcome, unit].nunique()
        notes.append(f"Bỏ {count} dòng của {units} đơn vị vì không có hồ sơ làm mẫu số hoặc không có số liệu.")
    if is_single.any():
        notes.append(f"Bỏ {int(is_single.sum())} đơn vị chỉ có một tháng số liệu.")
    return kept[~is_single], tuple(notes)


def _constant_codes(rows: pd.DataFrame, unit: str, column: str | None) -> tuple[Integers, tuple[str, ...]]:
    """A number for each unit (sorted) by its value of ``column``, the unit itself without one; and the names behind the numbers."""
    by_unit = rows.groupby(unit)[column or unit].first()
    if by_unit.isna().any():
        raise DesignRefused(f"Cột {column} để trống ở {_some(by_unit.index[by_unit.isna()])}.")
    names, codes = np.unique(by_unit.astype(str).to_numpy(), return_inverse=True)
    return np.asarray(codes, dtype=np.int64), tuple(names.tolist())


def _some(values: Any) -> str:
    listed = sorted({str(value) for value in values})
    return ", ".join(listed[:3]) + (f" và {len(listed) - 3} nơi khác" if len(listed) > 3 else "")


def _hash(units: pd.Series, ordinals: Integers, clusters: Integers, values: Matrix, weights: Matrix) -> str:
    """sha256 of units, months, clusters, outcomes and weights of the cells."""
    digest = hashlib.sha256("\n".join(map(str, units)).encode())
    for column in (ordinals.astype("<i8"), clusters.astype("<i8"), values.astype("<f8"), weights.astype("<f8")):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()
