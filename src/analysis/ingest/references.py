"""Codes that point to another table: units of the right vintage, plan items that exist."""

import pandas as pd

from analysis import codes
from analysis.errors import Fault

UNKNOWN_UNIT = "Mã đơn vị không có"
OTHER_VINTAGE = "Mã đơn vị thuộc danh mục khác"
UNKNOWN_ITEM = "Mục kế hoạch không có"


def unit_faults(table: pd.DataFrame, code_column: str, units: pd.DataFrame, where: pd.Series, vintage_column: str = "vintage") -> list[Fault]:
    """A fault for every row whose (code, vintage) names no unit; missing codes are passed over."""
    vintages_by_code = units.dropna(subset=["unit_code", "vintage"]).groupby("unit_code")["vintage"].agg(set).to_dict()
    faults = []
    for line, code, vintage in zip(table.index, table[code_column], table[vintage_column], strict=True):
        if pd.isna(code) or pd.isna(vintage) or vintage in vintages_by_code.get(code, ()):
            continue
        place = f"{where[line]}, cột {code_column}"
        if code in vintages_by_code:
            right = ", ".join(codes.VINTAGES.get(found, found) for found in sorted(vintages_by_code[code]))
            faults.append(Fault(OTHER_VINTAGE, place, f"“{code}” với danh mục {vintage}", f"mã này chỉ có trong {right}", "sửa cột vintage hoặc mã"))
        else:
            faults.append(
                Fault(UNKNOWN_UNIT, place, f"“{code}”", f"mã có trong {codes.VINTAGES.get(vintage, 'danh mục đơn vị')}", "đối chiếu danh mục đơn vị")
            )
    return faults


def item_faults(activities: pd.DataFrame, plans: pd.DataFrame, items: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for every activity that names a plan or a plan item that does not exist."""
    known_plans = set(plans["plan_number"])
    known_items = set(items[["plan_number", "section", "stt"]].itertuples(index=False, name=None))
    faults = []
    for row in activities.itertuples():
        item = (row.plan_number, row.plan_section, row.plan_stt)
        unknown_plan = not pd.isna(row.plan_number) and row.plan_number not in known_plans
        names_item = not (pd.isna(row.plan_section) and pd.isna(row.plan_stt))
        unknown_item = names_item and item not in known_items
        if unknown_plan or unknown_item:
            shown = " – ".join(str(part) for part in item if not pd.isna(part))
            faults.append(Fault(UNKNOWN_ITEM, where[row.Index], f"“{shown}”", "kế hoạch và mục đã nạp", "sửa số kế hoạch, mục hoặc STT"))
    return faults
