"""Tables of online-service uptake."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Provenance, Table, cell, provenance
from analysis.codes import RATE_KEYS
from analysis.tables.notes import NAMES_NOTE


def published_facts(facts: pd.DataFrame, title: str) -> Table:
    """Published facts of uptake, each with its denominator as the page names it."""
    rows = tuple(
        (
            row["unit_vi"],
            row["period_vi"],
            row["metric_vi"],
            ("khoảng " if row["is_approximate"] else "") + f"{_fact_number(row['value'])} {row['value_unit']}",
            _denominator(row),
            text.sentence_case(RATE_KEYS[row["rate_key"]]) if not pd.isna(row["rate_key"]) else text.DASH,
            row["published_vi"],
        )
        for _, row in facts.iterrows()
    )
    columns = (
        Column("Đơn vị"),
        Column("Kỳ"),
        Column("Nội dung"),
        Column("Giá trị"),
        Column("Mẫu số"),
        Column("Cách tính tương ứng"),
        Column("Công bố"),
    )
    notes = ("Mỗi dòng là một định nghĩa riêng; hai dòng khác mẫu số không so sánh với nhau.",)
    return Table("published-facts", title, columns, rows, provenance(facts), notes)


def _fact_number(value: float) -> str:
    decimals = 0 if float(value).is_integer() else 4 if abs(value) < 1 else 2
    return text.number(value, decimals)


def _denominator(row: pd.Series) -> str:
    count = "" if pd.isna(row["denominator_count"]) else text.number(row["denominator_count"]) + " "
    if not pd.isna(row["denominator_vi"]):
        return count + str(row["denominator_vi"])
    return "không nêu" if row["value_unit"] == "%" else text.DASH


def fact_addresses(facts: pd.DataFrame) -> Table:
    """Where each published fact was read."""
    rows = tuple((row["unit_vi"], row["period_vi"], row["metric_vi"], row["address"]) for _, row in facts.iterrows())
    columns = (Column("Đơn vị"), Column("Kỳ"), Column("Nội dung"), Column("Trang công bố"))
    return Table("fact-addresses", "Trang công bố của từng số liệu về dịch vụ công trực tuyến", columns, rows, provenance(facts), is_annex=True)


def rates_table(rates: pd.DataFrame, title: str, table_id: str, rate_key: str, rests_on: Provenance) -> Table:
    """A rate by unit with both counts and its interval; units with too few dossiers say so instead of a share."""
    rows = tuple(
        (
            row["label_vi"],
            cell(row["numerator_count"]),
            cell(row["denominator_count"]),
            None if row["is_small"] else cell(row["share"]),
            "quá ít hồ sơ để nói" if row["is_small"] else f"{text.percent(row['low_share'])} – {text.percent(row['high_share'])}",
        )
        for _, row in rates.iterrows()
    )
    columns = (
        Column("Đơn vị"),
        Column("Hồ sơ nộp trực tuyến", 0),
        Column("Tổng hồ sơ tiếp nhận", 0),
        Column("Tỷ lệ", 1, is_percent=True),
        Column("Khoảng tin cậy 95 %"),
    )
    return Table(f"rates-{table_id}", title, columns, rows, rests_on, (f"{text.sentence_case(RATE_KEYS[rate_key])}.", NAMES_NOTE), is_annex=True)
