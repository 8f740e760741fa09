"""Old units to new ones: shares and how they were got, counts carried over with their sums, and what cannot be continued."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from analysis.errors import LantoaError
from analysis.text import day as day_vi
from analysis.text import enumerate_vi
from analysis.units.lists import INDEX_VINTAGE, MERGED_VINTAGE, MERGER_DAY, UnknownUnit

BASES = {"whole": "chỉ đơn vị nhập nguyên vẹn", "equal": "chia đều", "area": "theo diện tích", "population": "theo dân số"}
WEIGHED = ("area", "population")
NOT_KNOWN = "not_known"
CARRIED_SUFFIXES = ("_count", "_vnd")  # what adds up; a rate, score or rank of two units is no rate of both
GRID = 1024  # parts are cut to 1/1024, so that sums of whole numbers below 2**43 stay exact in floating point
UNITS_SHOWN = 10


class CrosswalkRefused(LantoaError):
    """Values cannot be carried from old to new units as asked."""


class DistrictSeriesEnded(LantoaError):
    """A district was asked for after districts ceased."""


def crosswalk(
    units: pd.DataFrame, links: pd.DataFrame, from_vintage: str, to_vintage: str, basis: str, weights: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a (``from_code``, ``to_code``) with ``share`` of the old unit, 0-1, and ``share_basis``; shares of an old unit sum to 1.

    A unit that went over whole has share 1, basis ``whole``. A divided one is split by ``basis``: ``equal``, or ``area`` or ``population``
    with ``weights`` (``from_code``, ``to_code``, ``weight``) that the caller supplies; under ``whole`` its share stays empty, ``not_known``.
    Raises ``CrosswalkRefused`` for an unknown basis or direction and for weights that are missing, repeated, negative or all zero.
    """
    _check_basis(basis, weights)
    pairs = links[(links["from_vintage"] == from_vintage) & (links["to_vintage"] == to_vintage)]
    if pairs.empty:
        raise CrosswalkRefused(
            f"Không có bảng chuyển đổi từ danh mục {from_vintage} sang {to_vintage}; chỉ có từ {INDEX_VINTAGE} sang {MERGED_VINTAGE}. "
            "Số liệu theo đơn vị mới không chia ngược về đơn vị cũ được."
        )
    columns = ["from_code", "from_vintage", "to_code", "to_vintage", "extent", "share", "share_basis"]
    rows = pairs[columns].sort_values(["from_code", "to_code"], ignore_index=True).astype({"share": "float64"})
    divided = rows["share"].isna()
    if basis == "equal":
        rows.loc[divided, "share"] = 1 / rows[divided].groupby("from_code")["to_code"].transform("size")
    elif weights is not None:
        rows.loc[divided, "share"] = _weighed(rows[divided], weights, basis, _names(units, from_vintage))
    if basis != "whole":
        rows.loc[divided, "share_basis"] = basis
    return rows


def carry_over(values: pd.DataFrame, shares: pd.DataFrame, value_columns: Sequence[str], by: Sequence[str] = ()) -> pd.DataFrame:
    """Counts by old unit to counts by new unit; the total of every column stays exactly what it was.

    ``values`` has one row a ``unit_code`` (and each of ``by``, as a month); ``shares`` is a ``crosswalk``. The result has one row a new
    ``unit_code`` (and ``by``), ``vintage``, the ``value_columns``, the ``share_basis`` of what went in, and ``is_complete``: all
    predecessors had a row. Counts of a divided unit become fractions, to 1/1024. An unknown count makes the sum unknown.

    Raises ``CrosswalkRefused`` for columns that are no counts, repeated or unknown units, and divided units without shares.
    """
    _check_values(values, shares, value_columns, by)
    _check_shares(shares[shares["from_code"].isin(values["unit_code"])])
    key = ["unit_code", *by]
    parts = values[[*key, *value_columns]].merge(shares, left_on="unit_code", right_on="from_code", how="left", validate="many_to_many")
    parts = parts.sort_values([*key, "to_code"], ignore_index=True)
    for column in value_columns:
        parts[column] = _split(parts, column, key)
    grouped = parts.drop(columns="unit_code").rename(columns={"to_code": "unit_code"}).groupby(key, sort=True)
    carried = grouped[list(value_columns)].sum(skipna=False)
    carried["share_basis"] = grouped["share_basis"].agg(lambda bases: " + ".join(sorted(set(bases))))
    predecessors = shares.groupby("to_code")["from_code"].nunique()
    there = grouped["from_code"].nunique()
    carried["is_complete"] = there.to_numpy() == predecessors.reindex(there.index.get_level_values("unit_code")).to_numpy()
    return carried.reset_index().assign(vintage=shares["to_vintage"].iloc[0])[[*key, "vintage", *value_columns, "share_basis", "is_complete"]]


def former_province(units: pd.DataFrame, links: pd.DataFrame, province: str) -> list[str]:
    """Codes of the new communes whose sum is a province of the 63. Raises ``CrosswalkRefused`` where its communes are not listed or mixed."""
    old = _communes_of(units, province)["unit_code"]
    pairs = links[(links["from_vintage"] == INDEX_VINTAGE) & (links["to_vintage"] == MERGED_VINTAGE)]
    new = pairs.loc[pairs["from_code"].isin(old), "to_code"].unique()
    without_link = sorted(set(old) - set(pairs["from_code"]))
    if old.empty or without_link:
        raise CrosswalkRefused(
            f"Chưa có bảng chuyển đổi xã, phường của tỉnh mang mã “{province}”: thiếu {_shown(without_link) or 'danh mục cấp xã'}."
        )
    mixed = sorted(pairs.loc[pairs["to_code"].isin(new) & ~pairs["from_code"].isin(old), "to_code"].unique())
    if mixed:
        raise CrosswalkRefused(f"Không ghép lại được tỉnh mang mã “{province}”: xã, phường mới {_shown(mixed)} lấy cả đất của tỉnh khác.")
    return sorted(new)


def crossing_districts(units: pd.DataFrame, links: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """New communes that lie across old district lines, with the codes of those districts."""
    old = units[(units["vintage"] == INDEX_VINTAGE) & (units["level"] == "commune")].set_index("unit_code")["parent_code"]
    pairs = links[(links["from_vintage"] == INDEX_VINTAGE) & (links["to_vintage"] == MERGED_VINTAGE) & links["from_code"].isin(old.index)]
    districts = pairs.assign(district=pairs["from_code"].map(old)).groupby("to_code")["district"].agg(lambda codes: tuple(sorted(set(codes))))
    return {code: crossed for code, crossed in districts.items() if len(crossed) > 1}


def check_district_series(units: pd.DataFrame, links: pd.DataFrame, unit_code: str, last_day: date) -> None:
    """Raise ``DistrictSeriesEnded`` where a series of a district is asked for after districts ceased; other units pass."""
    districts = units[(units["vintage"] == INDEX_VINTAGE) & (units["level"] == "district")].set_index("unit_code")["name_vi"]
    if unit_code not in districts.index or last_day < MERGER_DAY:
        return
    crossed = len(crossing_districts(units, links))
    raise DistrictSeriesEnded(
        f"Không lập được số liệu của {districts[unit_code]} (mã {unit_code}) đến {day_vi(last_day)}: cấp huyện kết thúc ngày {day_vi(MERGER_DAY)} và "
        f"{crossed} xã, phường mới nằm trên đất của hai huyện cũ trở lên, nên không cộng lại thành huyện được. "
        "Hãy dừng chuỗi ở 30/06/2025, hoặc dùng số của từng xã, phường mới hay của cả tỉnh cũ."
    )


def _check_basis(basis: str, weights: pd.DataFrame | None) -> None:
    if basis not in BASES:
        raise CrosswalkRefused(f"Không có cách chia “{basis}”. Các cách chia: {_bases()}.")
    if (basis in WEIGHED) != (weights is not None):
        wrong = "cần bảng trọng số (from_code, to_code, weight)" if basis in WEIGHED else "không dùng bảng trọng số"
        raise CrosswalkRefused(f"Cách chia “{basis}” {wrong}. Các cách chia: {_bases()}.")


def _weighed(parts: pd.DataFrame, weights: pd.DataFrame, basis: str, names: "pd.Series[str]") -> np.ndarray:
    """Share of each part from the supplied weights, all of which must be there and sensible."""
    key = ["from_code", "to_code"]
    repeated = weights.duplicated(key)
    joined = parts[key].merge(weights[~repeated], on=key, how="left", validate="one_to_one")
    total = joined.groupby("from_code")["weight"].transform("sum")
    faulty = joined["weight"].isna() | ~np.isfinite(joined["weight"].astype("float64")) | (joined["weight"] < 0) | (total <= 0)
    wrong = [*joined.loc[faulty, "from_code"], *weights.loc[repeated, "from_code"]]
    if wrong:
        raise CrosswalkRefused(
            f"Trọng số {BASES[basis]} thiếu, lặp lại, âm hoặc bằng 0 ở: {_named(wrong, names)}. "
            "Mỗi phần của đơn vị bị chia cần đúng một dòng (from_code, to_code, weight) với số không âm, tổng lớn hơn 0."
        )
    return (joined["weight"] / total).to_numpy(dtype="float64")


def _check_values(values: pd.DataFrame, shares: pd.DataFrame, value_columns: Sequence[str], by: Sequence[str]) -> None:
    rates = [column for column in value_columns if not column.endswith(CARRIED_SUFFIXES)]
    if rates:
        found = enumerate_vi([f"“{column}”" for column in rates])
        raise CrosswalkRefused(
            f"Không chuyển được {found}: chỉ cộng được số đếm và số tiền (cột tên có đuôi {', '.join(CARRIED_SUFFIXES)}); "
            "tỷ lệ, điểm và thứ hạng phải tính lại từ tử số và mẫu số đã chuyển."
        )
    if "vintage" in values and (others := sorted(set(values["vintage"]) - set(shares["from_vintage"]))):
        raise CrosswalkRefused(f"Số liệu thuộc danh mục {', '.join(others)}, bảng chuyển đổi bắt đầu từ {shares['from_vintage'].iloc[0]}.")
    if values.duplicated(["unit_code", *by]).any():
        repeated = values.loc[values.duplicated(["unit_code", *by]), "unit_code"]
        raise CrosswalkRefused(f"Đơn vị có hơn một dòng: {_shown(repeated)}. Hãy cộng lại, mỗi đơn vị một dòng.")
    unknown = sorted(set(values["unit_code"]) - set(shares["from_code"]))
    if unknown:
        raise CrosswalkRefused(
            f"Không có trong bảng chuyển đổi: {_shown(unknown)}. Chỉ xã, phường, thị trấn và tỉnh chuyển được sang danh mục mới; "
            "huyện và sở, ngành thì không."
        )


def _check_shares(used: pd.DataFrame) -> None:
    unshared = used.loc[used["share"].isna(), "from_code"]
    if len(unshared):
        raise CrosswalkRefused(f"Đơn vị bị chia mà chưa có tỷ lệ: {_shown(unshared)}. Hãy chọn cách chia: {_bases()}.")


def _split(parts: pd.DataFrame, column: str, key: list[str]) -> pd.Series:
    """Each part of a count, down to the grid; the last part of a unit takes what is left, so that nothing is lost."""
    value, share = parts[column].astype("Float64"), parts["share"].astype("Float64")
    rounded = (np.floor(value * share * GRID) / GRID).where(share < 1, value)
    is_last = ~parts.duplicated(key, keep="last")
    before = rounded.mask(is_last, 0.0).groupby([parts[name] for name in key]).transform("sum")
    return rounded.mask(is_last, value - before)


def _communes_of(units: pd.DataFrame, province: str) -> pd.DataFrame:
    old = units[units["vintage"] == INDEX_VINTAGE]
    if not ((old["level"] == "province") & (old["unit_code"] == province)).any():
        raise UnknownUnit(f"Không có tỉnh mang mã “{province}” trong danh mục {INDEX_VINTAGE}.")
    districts = old.loc[(old["level"] == "district") & (old["parent_code"] == province), "unit_code"]
    return old[(old["level"] == "commune") & old["parent_code"].isin(districts)]


def _names(units: pd.DataFrame, vintage: str) -> "pd.Series[str]":
    return units[units["vintage"] == vintage].set_index("unit_code")["name_vi"]


def _named(codes: Iterable[str], names: "pd.Series[str]") -> str:
    return _shown(f"{names.get(code, 'đơn vị')} ({code})" for code in codes)


def _shown(named: Iterable[str]) -> str:
    once = sorted(set(named))
    return ", ".join(once[:UNITS_SHOWN]) + (f" và {len(once) - UNITS_SHOWN} đơn vị khác" if len(once) > UNITS_SHOWN else "")


def _bases() -> str:
    return "; ".join(f"“{basis}” ({meaning})" for basis, meaning in BASES.items())
