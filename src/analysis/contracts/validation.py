"""Check a typed table against its pandera schema and turn every failure into a fault with file and line."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from analysis.errors import Fault

RANGE = "Giá trị ngoài phạm vi chấp nhận"
MISSING = "Ô bắt buộc bị trống"
DUPLICATE = "Trùng khóa: hai dòng cùng nói về một thứ"


def columns_of(schema: pa.DataFrameSchema) -> list[str]:
    """Column names in contract order."""
    return list(schema.columns)


def key_of(schema: pa.DataFrameSchema) -> list[str]:
    """Columns that name one row."""
    return list(schema.unique or [])


def check_table(table: pd.DataFrame, schema: pa.DataFrameSchema, where: pd.Series) -> list[Fault]:
    """Faults of a typed table; ``where`` gives the file and line of each row (same index)."""
    return _value_faults(table, schema, where) + duplicate_faults(table, key_of(schema), where)


def duplicate_faults(table: pd.DataFrame, key: list[str], where: pd.Series) -> list[Fault]:
    """One fault for each row whose key already stood in an earlier row, naming both places."""
    faults = []
    for _, group in table[table.duplicated(key, keep=False)].groupby(key, dropna=False, sort=True):
        first, *others = group.index
        shown = ", ".join(f"{column} = {group.loc[first, column]}" for column in key)
        faults += [
            Fault(DUPLICATE, where[other], f"“{shown}”", f"mỗi khóa một dòng (dòng đầu: {where[first]})", "bỏ hoặc sửa một trong hai dòng")
            for other in others
        ]
    return faults


def _value_faults(table: pd.DataFrame, schema: pa.DataFrameSchema, where: pd.Series) -> list[Fault]:
    positions = table.reset_index(drop=True)
    places = where.reset_index(drop=True)
    try:
        _without_uniqueness(schema).validate(positions, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.to_dict("records")
        faults = (_fault(case, schema, positions, places) for case in cases)
        return list(dict.fromkeys(faults))
    return []


def _without_uniqueness(schema: pa.DataFrameSchema) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(schema.columns, checks=schema.checks, strict=schema.strict, ordered=schema.ordered)


def _fault(case: dict[str, Any], schema: pa.DataFrameSchema, table: pd.DataFrame, places: pd.Series) -> Fault:
    """A row-wide check fails once for every column of the row; equal faults are merged by the caller."""
    line = int(case["index"])
    cell = f"{places[line]}, cột {case['column']}"
    if case["check"] == "not_nullable":
        return Fault(MISSING, cell, "ô trống", "một giá trị", "điền ô này")
    if case["schema_context"] == "DataFrameSchema":
        named = [*key_of(schema), *(column for column in table.columns if column in case["check"] and column not in key_of(schema))]
        row = ", ".join(f"{column} = {table.loc[line, column]}" for column in named)
        return Fault(RANGE, places[line], f"“{row}”", case["check"], "đối chiếu các cột của dòng này với bản gốc")
    return Fault(RANGE, cell, f"“{case['failure_case']}”", case["check"], "đối chiếu với bản gốc rồi sửa")
