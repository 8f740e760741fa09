"""A long panel as a matrix of units and periods, after every reason to refuse it was looked for."""

import hashlib
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimate.refusals import DesignRefused

Matrix = NDArray[np.float64]

MIN_BEFORE = 2
MIN_COMPARISON_UNITS = 3  # N-2 df with fewer leaves one or none


class Guards(TypedDict):
    """What a caller knows and a matrix cannot show; every estimator takes these.

    ``era``: a column with the scoring method of each row; more than one inside the window is refused. ``lineage``: unit →
    units it was merged into; a panel that holds both is refused. ``min_before``: periods before the start that the design
    needs (2; a caller with a design for one period says 1).
    """

    era: NotRequired[str]
    lineage: NotRequired[Mapping[Any, Collection[Any]]]
    min_before: NotRequired[int]


@dataclass(frozen=True)
class PanelMatrix:
    """Outcomes without gaps: ``outcomes`` has one row a unit (sorted) and one column a period (sorted), in the outcome's unit.

    ``starts`` is the number of periods before the start for each treated unit and -1 for comparison units. ``clock`` places the
    periods in time: the numbers themselves where periods are numbers, else 0, 1, 2 …
    """

    outcomes: Matrix
    units: tuple[Any, ...]
    times: tuple[Any, ...]
    clock: Matrix
    starts: NDArray[np.int64]
    outcome: str
    missing_waves: tuple[str, ...]
    era: str | None
    data_hash: str

    @property
    def is_treated(self) -> NDArray[np.bool_]:
        """One flag a unit."""
        return np.asarray(self.starts >= 0)

    @property
    def before_count(self) -> int:
        """Periods before the first start."""
        return int(self.starts[self.is_treated].min())

    @property
    def is_staggered(self) -> bool:
        """Whether treated units start in different periods."""
        return len(np.unique(self.starts[self.is_treated])) > 1

    @property
    def controls(self) -> tuple[Any, ...]:
        """Names of the comparison units, in the order of their rows."""
        return tuple(name for name, treated in zip(self.units, self.is_treated, strict=True) if not treated)


def matrix_of(
    panel: pd.DataFrame, *, unit: str, time: str, outcome: str, treated: Collection[Any], start: object, level: float = 0.95, **guards: Any
) -> PanelMatrix:
    """The matrix behind a design; the arguments are those of every estimator, ``guards`` those of ``Guards``.

    ``panel`` is long, one row a (unit, time). ``start`` is the first treated period, or a mapping of treated unit → first period
    where they differ. An unbalanced panel is cut, never filled: the periods kept are those in which every treated unit is
    observed, and only comparison units observed in all of them stay, so that no common trend can pass for an effect.

    Raises ``DesignRefused`` with the reason for: a missing column, a duplicate (unit, time), an outcome that is not numeric, a
    period in which no unit has a score, a start outside the data, a treated unit without scores before or after the start,
    too few periods before, no or too few comparison units, a break of method inside the window, a unit beside the one it was
    merged into, and a level outside (0, 1).
    """
    refuse_form(panel, unit, time, outcome)
    if not isinstance(level, int | float) or not 0 < level < 1:
        raise DesignRefused(f"Mức tin cậy phải lớn hơn 0 và nhỏ hơn 1, ví dụ 0,95; gặp {level}.")
    panel = panel.assign(**{name: _plain(panel[name]) for name in (unit, time)})
    begins = _starts(treated, start)
    _refuse_lineage(panel[unit], guards.get("lineage"))
    _refuse_empty_waves(panel, time, outcome)
    seen = panel[_is_observed(panel[outcome])]
    _refuse_outside(panel[time], begins)
    periods = _common_periods(seen, unit, time, begins)
    common = seen[seen[time].isin(periods)]
    era = _one_era(common, guards.get("era"))
    counts = common[unit].value_counts()
    held = common[common[unit].isin(counts[counts == len(periods)].index)]
    wide = held.pivot(index=unit, columns=time, values=outcome).sort_index().sort_index(axis=1)
    before = np.array([_before(wide.columns, begins[name]) if name in begins else -1 for name in wide.index], dtype=np.int64)
    _refuse_thin(before, len(wide.columns), int(guards.get("min_before", MIN_BEFORE)))
    values = np.ascontiguousarray(wide.to_numpy(dtype=np.float64))  # sums of another memory layout end in other digits
    missing = tuple(str(wave) for wave in sorted(set(panel[time].unique()) - set(periods)))
    return PanelMatrix(values, tuple(wide.index), tuple(wide.columns), _clock(wide.columns), before, outcome, missing, era, _hash(wide, before))


def refuse_form(panel: pd.DataFrame, unit: str, time: str, outcome: str) -> None:
    """Raises ``DesignRefused`` for what is no long panel: a missing column, a nameless row, a duplicate (unit, time), no numbers."""
    missing = [name for name in (unit, time, outcome) if name not in panel.columns]
    if missing:
        raise DesignRefused(f"Bảng không có cột {', '.join(missing)}; các cột đang có: {', '.join(map(str, panel.columns))}.")
    if panel[[unit, time]].isna().any(axis=None):
        raise DesignRefused("Có dòng trống tên đơn vị hoặc trống kỳ.")
    for column in (unit, time):
        _refuse_unordered(panel[column])
    repeated = panel.loc[panel.duplicated([unit, time]), [unit, time]]
    if len(repeated):
        name, period = repeated.iloc[0]
        raise DesignRefused(f"Có đơn vị xuất hiện hai lần trong cùng một kỳ: {name}, kỳ {period}.")
    if not pd.api.types.is_numeric_dtype(panel[outcome]) or pd.api.types.is_bool_dtype(panel[outcome]):
        raise DesignRefused(f"Cột kết quả “{outcome}” không phải là số.")


def _plain(names: pd.Series) -> pd.Series:
    """Names without categories, whose declared order and unused members are no business of a panel."""
    return names.astype(names.cat.categories.dtype) if isinstance(names.dtype, pd.CategoricalDtype) else names


def _refuse_unordered(names: pd.Series) -> None:
    """Units and periods are sorted, so that results never depend on the order of rows."""
    try:
        sorted(_plain(names).unique())
    except TypeError:
        raise DesignRefused(f"Cột “{names.name}” lẫn nhiều kiểu giá trị nên không xếp thứ tự được; hãy ghi cùng một kiểu, như chữ hoặc số.") from None


def _starts(treated: Collection[Any], start: object) -> dict[Any, Any]:
    """First treated period of each treated unit."""
    if isinstance(treated, str) or not isinstance(treated, Iterable):
        raise DesignRefused(f"Các đơn vị được xét phải là một danh sách; gặp “{treated}”.")
    if not isinstance(start, Mapping) and isinstance(start, Iterable) and not isinstance(start, str):
        raise DesignRefused("Mốc bắt đầu phải là một kỳ, hoặc một bảng đơn vị → kỳ; gặp một danh sách.")
    listed = list(treated)
    if not all(isinstance(name, Hashable) for name in listed):
        raise DesignRefused("Danh sách đơn vị được xét có mục không phải là tên hay mã đơn vị.")
    names = sorted(set(listed), key=str)
    if not names:
        raise DesignRefused("Chưa nêu đơn vị được xét.")
    if not isinstance(start, Mapping):
        return dict.fromkeys(names, start)
    unsaid = [str(name) for name in names if name not in start]
    if unsaid:
        raise DesignRefused(f"Chưa nêu kỳ bắt đầu của: {', '.join(unsaid)}.")
    return {name: start[name] for name in names}


def _refuse_lineage(units: pd.Series, lineage: Mapping[Any, Collection[Any]] | None) -> None:
    present = set(units)
    both = [f"{name} và {into}" for name, merged in sorted((lineage or {}).items()) if name in present for into in sorted(merged) if into in present]
    if both:
        raise DesignRefused(f"Danh sách có cả đơn vị cũ và đơn vị đã nhập vào, nên một nơi bị tính hai lần: {'; '.join(both)}.")


def _is_observed(values: pd.Series) -> pd.Series:
    return pd.Series(np.isfinite(values.astype("float64").to_numpy(na_value=np.nan)), index=values.index)


def _refuse_empty_waves(panel: pd.DataFrame, time: str, outcome: str) -> None:
    waves = _is_observed(panel[outcome]).groupby(panel[time]).any()
    empty = [str(wave) for wave in waves.index[~waves]]
    if empty:
        raise DesignRefused(f"Kỳ {', '.join(empty)} không có số liệu của đơn vị nào; hãy bỏ kỳ đó ra khỏi bảng hoặc bổ sung số liệu.")


def _refuse_outside(times: pd.Series, begins: Mapping[Any, Any]) -> None:
    first, last = times.min(), times.max()
    try:
        outside = sorted({str(begin) for begin in begins.values() if begin <= first or begin > last})
    except TypeError:
        raise DesignRefused(
            f"Kỳ bắt đầu ({', '.join(map(str, begins.values()))}) không cùng kiểu với các kỳ trong bảng, từ {first} đến {last}."
        ) from None
    if outside:
        raise DesignRefused(f"Không có kỳ nào trước hoặc sau mốc bắt đầu {', '.join(outside)}: bảng có số liệu từ {first} đến {last}.")


def _common_periods(seen: pd.DataFrame, unit: str, time: str, begins: Mapping[Any, Any]) -> set[Any]:
    """Periods in which every treated unit is observed."""
    of_treated = seen[seen[unit].isin(list(begins))]
    if of_treated[unit].nunique() < len(begins):
        raise DesignRefused(f"Chỉ có số liệu của {of_treated[unit].nunique()} trên {len(begins)} đơn vị được xét.")
    times = of_treated[time].value_counts()
    periods = set(times[times == len(begins)].index)
    for name, begin in begins.items():
        if not any(period < begin for period in periods):
            raise DesignRefused(f"Không có kỳ nào trước mốc bắt đầu {begin} có số liệu của đơn vị được xét ({name}).")
        if not any(period >= begin for period in periods):
            raise DesignRefused(f"Không có kỳ nào từ mốc bắt đầu {begin} trở đi có số liệu của đơn vị được xét ({name}).")
    return periods


def _one_era(common: pd.DataFrame, column: str | None) -> str | None:
    if column is None:
        return None
    eras = sorted(common[column].dropna().astype(str).unique())
    if len(eras) > 1 or common[column].isna().any():
        raise DesignRefused(
            f"Cách chấm điểm thay đổi trong các kỳ đem so sánh ({', '.join(eras)}), nên điểm trước và sau không so sánh được với nhau."
        )
    return eras[0] if eras else None


def _before(times: pd.Index, begin: Any) -> int:
    return int((times < begin).sum())


def _refuse_thin(before: NDArray[np.int64], periods: int, min_before: int) -> None:
    fewest, others = int(before[before >= 0].min()), int((before < 0).sum())
    if fewest < min_before:
        raise DesignRefused(f"Chỉ có {fewest} kỳ trước mốc bắt đầu trên tổng số {periods} kỳ; cần ít nhất {min_before} kỳ trước.")
    if not others:
        raise DesignRefused("Không có đơn vị so sánh nào có đủ các kỳ của đơn vị được xét.")
    if others < MIN_COMPARISON_UNITS:
        raise DesignRefused(f"Chỉ còn {others} đơn vị so sánh có đủ các kỳ của đơn vị được xét; cần ít nhất {MIN_COMPARISON_UNITS}.")


def _clock(times: pd.Index) -> Matrix:
    if pd.api.types.is_numeric_dtype(times):
        return times.to_numpy(dtype=np.float64)
    return np.arange(len(times), dtype=np.float64)


def _hash(wide: pd.DataFrame, before: NDArray[np.int64]) -> str:
    """sha256 of names, periods, starts and the exact bits of every value."""
    digest = hashlib.sha256("\x1f".join([*map(str, wide.index), *map(str, wide.columns)]).encode())
    digest.update(np.ascontiguousarray(before, dtype="<i8").tobytes())
    digest.update(np.ascontiguousarray(wide.to_numpy(dtype="<f8")).tobytes())
    return digest.hexdigest()
