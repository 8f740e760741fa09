"""Codes that point to another table: units of the right vintage, plan items that exist."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import codes
from analysis.errors import Fault
from analysis.ingest.plans import is_plan_year

UNKNOWN_UNIT = "Mã đơn vị không có"
OTHER_VINTAGE = "Mã đơn vị thuộc danh mục khác"
WRONG_LEVEL = "Mã đơn vị không đúng cấp"
OUTSIDE_VALIDITY = "Đơn vị không tồn tại vào ngày đó"
LATE_UNTIL = (3, 31)  # month and day of the year after, until which an activity may count as late
OTHER_YEAR = "Hoạt động ghi cho kế hoạch của năm khác"
UNKNOWN_ITEM = "Mục kế hoạch không có"
RIVAL_PLAN = "Hai kế hoạch của một tỉnh trong một năm"


def unit_faults(table: pd.DataFrame, code_column: str, units: pd.DataFrame, where: pd.Series, vintage_column: str = "vintage") -> list[Fault]:
    """A fault for every row whose (code, vintage) names no unit; missing codes are passed over."""
    vintages_by_code = units.dropna(subset=["unit_code", "vintage"]).groupby("unit_code")["vintage"].agg(set).to_dict()
    named = table[[code_column, vintage_column]].dropna()
    wrong = [pair for pair in _distinct(named) if pair[1] not in vintages_by_code.get(pair[0], ())]
    return [
        _unit_fault(code, vintage, f"{where[line]}, cột {code_column}", vintages_by_code)
        for line, code, vintage in _rows_with(wrong, named).itertuples(name=None)
    ]


def _unit_fault(code: str, vintage: str, place: str, vintages_by_code: Mapping[str, set[str]]) -> Fault:
    if code in vintages_by_code:
        right = ", ".join(codes.VINTAGES.get(found, found) for found in sorted(vintages_by_code[code]))
        return Fault(OTHER_VINTAGE, place, f"“{code}” với danh mục {vintage}", f"mã này chỉ có trong {right}", "sửa cột vintage hoặc mã")
    accepted = f"mã có trong {codes.VINTAGES.get(vintage, 'danh mục đơn vị')}"
    return Fault(UNKNOWN_UNIT, place, f"“{code}”", accepted, "đối chiếu danh mục đơn vị")


def _distinct(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Each tuple of values once: a few stand in many thousand rows."""
    return rows.drop_duplicates().itertuples(index=False, name=None)


def _rows_with(values: Sequence[tuple[Any, ...]], rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that hold one of the tuples of values."""
    return rows[pd.MultiIndex.from_frame(rows).isin(values)] if values else rows[:0]


def item_faults(activities: pd.DataFrame, plans: pd.DataFrame, items: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for every activity that names a plan or a plan item that does not exist."""
    known_plans = set(plans["plan_number"])
    known_items = set(items[["plan_number", "section", "stt"]].itertuples(index=False, name=None))
    named = activities[["plan_number", "plan_section", "plan_stt"]]
    unknown = [item for item in _distinct(named) if _is_unknown(item, known_plans, known_items)]
    rows = named.reset_index(names="line").merge(
        pd.DataFrame(unknown, columns=named.columns).astype(named.dtypes), how="inner", validate="many_to_one"
    )
    faults = []
    for line, *item in rows.sort_values("line").itertuples(index=False, name=None):
        shown = " – ".join(str(part) for part in item if not pd.isna(part))
        faults.append(Fault(UNKNOWN_ITEM, where[line], f"“{shown}”", "kế hoạch và mục đã nạp", "sửa số kế hoạch, mục hoặc STT"))
    return faults


def _is_unknown(item: tuple[Any, ...], known_plans: set[str], known_items: set[tuple[Any, ...]]) -> bool:
    plan, section, stt = item
    if pd.isna(section) and pd.isna(stt):
        return not pd.isna(plan) and plan not in known_plans
    return item not in known_items


def level_faults(table: pd.DataFrame, code_column: str, units: pd.DataFrame, levels: tuple[str, ...], where: pd.Series) -> list[Fault]:
    """A fault for every row whose unit exists but is of another level, such as a district where a province is meant."""
    found = dict(zip(zip(units["unit_code"], units["vintage"], strict=True), units["level"], strict=True))
    accepted = ", ".join(_level_vi(level) for level in levels)
    named = table[[code_column, "vintage"]].dropna()
    wrong = [pair for pair in _distinct(named) if pair in found and found[pair] not in levels]
    return [
        Fault(WRONG_LEVEL, f"{where[line]}, cột {code_column}", f"“{code}” là cấp {_level_vi(found[(code, vintage)])}", accepted, "sửa mã đơn vị")
        for line, code, vintage in _rows_with(wrong, named).itertuples(name=None)
    ]


def _level_vi(level: str) -> str:
    return codes.UNIT_LEVELS.get(level, "cả nước")


def validity_faults(table: pd.DataFrame, days: pd.Series, units: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for every row dated before its unit began or after it ended; re-used codes are told apart by this."""
    validity = units.set_index(["unit_code", "vintage"])[["valid_from_date", "valid_to_date"]]
    dated = table[["unit_code", "vintage"]].assign(day=days).join(validity, on=["unit_code", "vintage"])
    outside = (dated["day"] < dated["valid_from_date"]) | (dated["day"] > dated["valid_to_date"])
    return [
        Fault(
            OUTSIDE_VALIDITY,
            where[row.Index],
            f"đơn vị {row.unit_code} ({row.vintage}) vào ngày {row.day:%d/%m/%Y}",
            _validity(row.valid_from_date, row.valid_to_date),
            "kiểm tra mã đơn vị, danh mục (vintage) và ngày",
        )
        for row in dated[outside].itertuples()
    ]


def _validity(first: pd.Timestamp, last: pd.Timestamp) -> str:
    parts = [f"từ {first:%d/%m/%Y}" if not pd.isna(first) else "", f"đến {last:%d/%m/%Y}" if not pd.isna(last) else ""]
    return "ngày " + " ".join(part for part in parts if part)


def rival_plan_faults(plans: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for every plan beside another of the same province and year: delivery could be held against one of them only."""
    dated = plans.dropna(subset=["province_code", "plan_year"])
    faults = []
    for _, rivals in dated.groupby(["province_code", "vintage", "plan_year"]):
        first, *others = rivals.index
        faults += [
            Fault(
                RIVAL_PLAN,
                where[other],
                f"“{plans.loc[other, 'plan_number']}” cùng tỉnh, cùng năm với “{plans.loc[first, 'plan_number']}”",
                "mỗi tỉnh, mỗi năm một kế hoạch",
                "rút một bản (lantoa withdraw), hoặc nạp bản thay với --replaces",
            )
            for other in others
        ]
    return faults


def plan_year_faults(activities: pd.DataFrame, plans: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for an activity booked on a plan of another year; the first quarter after is still accepted as late."""
    years = {row.plan_number: int(row.plan_year) for row in plans.dropna(subset=["plan_year"]).itertuples() if is_plan_year(int(row.plan_year))}
    faults = []
    for row in activities[activities["plan_number"].isin(list(years)) & activities["start_date"].notna()].itertuples():
        year = years[row.plan_number]
        if not pd.Timestamp(year, 1, 1) <= row.start_date <= pd.Timestamp(year + 1, *LATE_UNTIL):
            found = f"hoạt động ngày {row.start_date:%d/%m/%Y} ghi cho kế hoạch {row.plan_number}"
            faults.append(Fault(OTHER_YEAR, where[row.Index], f"“{found}”", f"ngày trong năm {year} hoặc quý I năm sau", "sửa ngày hoặc số kế hoạch"))
    return faults
