"""The table of all rate keys of a year: both counts, interval, regime and where the counts came from."""

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.codes import REGIMES, UPTAKE_BASES
from analysis.rates import RATES
from analysis.tables.hidden import printed_shares
from analysis.tables.uptake import share_and_interval

ONE_DEFINITION = "Mỗi dòng là một cách tính riêng, với mẫu số riêng; không cộng và không so dòng này với dòng khác."
NOT_ADDED = "Số dịch vụ không cộng được: tháng sau vẫn là dịch vụ đó, xã nào cũng cung cấp dịch vụ đó; ghi đơn vị đứng giữa ở tháng cuối."
SHORT_REGIMES_VI = {"levels_3_4": "mức độ 3, 4", "decree_42": "toàn trình, một phần"}
NO_COUNTS = "chưa có số đếm"


def year_rates(rows: pd.DataFrame, title: str, rests_on: Provenance) -> Table:
    """All rate keys of a year, one row a key and regime (services: a key and level); in the annex.

    ``rows``: ``rate_key``, ``of_vi`` (whose rate, where it is not that of all units), ``period_vi``, both counts, ``share``, its bounds or
    the ``lowest_share`` and ``highest_share`` of units, ``is_small``, ``regime`` and ``bases``.
    """
    found = printed_shares(rows, ("numerator_count", "denominator_count"), ["share", "low_share", "high_share"])
    is_split = rows["regime"].nunique() > 1
    bases = sorted({base for bases in rows["bases"] for base in bases})
    columns = [Column("Cách tính"), Column("Kỳ"), Column("Tử số", 0), Column("Mẫu số", 0), Column("Tỷ lệ", 1, is_percent=True)]
    columns += [Column("Khoảng tin cậy 95 %"), *([Column("Cách gọi mức độ")] if is_split else []), *([Column("Nguồn đếm")] if len(bases) > 1 else [])]
    counts = zip(found.cells["numerator_count"], found.cells["denominator_count"], strict=True)
    shown = tuple(
        (
            text.sentence_case(RATES[row["rate_key"]].name_vi) + (f" ({row['of_vi']})" if row["of_vi"] else ""),
            cell(row["period_vi"]),
            *pair,
            *_share(row),
            *([_regime(row)] if is_split else []),
            *([text.enumerate_vi([UPTAKE_BASES[base] for base in row["bases"]]) or None] if len(bases) > 1 else []),
        )
        for (_, row), pair in zip(found.rows.iterrows(), counts, strict=True)
    )
    notes = (*_notes(rows, bases, is_split=is_split), *found.notes)
    return Table("rates-of-year", title, tuple(columns), shown, rests_on, notes, is_annex=True)


def _share(row: pd.Series) -> tuple[Cell, Cell]:
    if pd.isna(row["period_vi"]):
        return None, NO_COUNTS
    if not pd.isna(row["lowest_share"]):
        return cell(row["share"]), f"thấp nhất {text.percent(row['lowest_share'])}, cao nhất {text.percent(row['highest_share'])}"
    return share_and_interval(row)


def _regime(row: pd.Series) -> str | None:
    return None if pd.isna(row["regime"]) else SHORT_REGIMES_VI[row["regime"]]


def _notes(rows: pd.DataFrame, bases: list[str], *, is_split: bool) -> tuple[str, ...]:
    regimes = rows["regime"].dropna().unique()
    return (
        ONE_DEFINITION,
        *([NOT_ADDED] if rows["lowest_share"].notna().any() else []),
        *([f"Mức độ dịch vụ {REGIMES[regimes[0]]}."] if len(regimes) == 1 and not is_split else []),
        *(["Tỷ lệ theo hai cách gọi mức độ dịch vụ, trước và từ Nghị định 42/2022/NĐ-CP, không gộp và không so với nhau."] if is_split else []),
        *([f"Nguồn đếm: {UPTAKE_BASES[bases[0]]}."] if len(bases) == 1 else []),
    )
