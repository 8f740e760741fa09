"""Rows that say the same activity twice: equal in all they state, or alike in unit, day, channel and item."""

from collections.abc import Hashable, Sequence

import pandas as pd

from analysis.contracts import SCHEMAS, columns_of
from analysis.text import enumerate_vi

IDENTITY = ("activity_id", "source_id")  # where a row came from, not what it says
STATED = [column for column in columns_of(SCHEMAS["activities"]) if column not in IDENTITY]
ALIKE = ["unit_code", "vintage", "start_date", "channel", "plan_number", "plan_section", "plan_stt"]

Pairs = list[tuple[int, Hashable]]


def as_text(activities: pd.DataFrame) -> pd.DataFrame:
    """What activities state, in the text of a log reading; typed columns and text give the same."""
    return pd.DataFrame({column: _text(activities[column]) for column in STATED}, index=activities.index)


def duplicates_across(new_rows: pd.DataFrame, existing: pd.DataFrame) -> tuple[Pairs, Pairs]:
    """Pairs (label of the new row, label of an existing row): equal in all they state, and merely alike; one pair a new row."""
    new, old = as_text(new_rows), as_text(existing)
    equal = _first_matches(new, old, STATED)
    told = {label for label, _ in equal}
    alike = [pair for pair in _first_matches(new, old, ALIKE) if pair[0] not in told]
    return equal, alike


def repeats(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Positions of rows that repeat an earlier one in ``columns``: columns ``row`` and ``first``, by row."""
    groups = rows.groupby(list(columns), sort=False, dropna=False).ngroup().to_numpy()
    numbered = pd.DataFrame({"row": range(len(rows)), "group": groups})
    first = numbered.groupby("group", sort=False)["row"].transform("first")
    return numbered.assign(first=first).loc[numbered["row"] != first, ["row", "first"]].reset_index(drop=True)


def named(places: Sequence[str], shown: int) -> str:
    """The first places in words, the rest counted."""
    return enumerate_vi(list(places)) if len(places) <= shown else f"{', '.join(places[:shown])} và {len(places) - shown} chỗ khác"


def _first_matches(new: pd.DataFrame, old: pd.DataFrame, columns: list[str]) -> Pairs:
    """Each new row with the first existing one equal in ``columns``."""
    known = old[columns].assign(_old=old.index).drop_duplicates(columns)
    found = new[columns].assign(_new=new.index).merge(known, on=columns, how="inner", validate="many_to_one")
    return list(zip(found["_new"].tolist(), found["_old"].tolist(), strict=True))


def _text(column: pd.Series) -> pd.Series:
    if column.dtype.kind == "M":
        column = column.dt.strftime("%Y-%m-%d")
    elif column.dtype in ("boolean", "bool"):
        column = column.map({True: "true", False: "false"})
    return column.astype("string").fillna("").astype("str")
