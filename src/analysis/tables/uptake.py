"""Tables of online-service uptake."""

import re

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell, provenance
from analysis.codes import RATE_KEYS
from analysis.rates import RATES
from analysis.tables.hidden import HIDDEN, HIDDEN_NOTE, TOO_FEW, printed_shares
from analysis.tables.notes import NAMES_NOTE

_HELP = ("share", "median_share", "dossiers_to_gain")


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
    notes = ("Mỗi dòng là một định nghĩa riêng; hai dòng khác mẫu số không so sánh với nhau.", *_abbreviations(facts))
    return Table("published-facts", title, columns, rows, provenance(facts), notes, is_annex=True)


ABBREVIATIONS = {
    "TTHC": "thủ tục hành chính",
    "HCC": "hành chính công",
    "BCCI": "bưu chính công ích",
    "DVCTT": "dịch vụ công trực tuyến",
    "DVC": "dịch vụ công",
    "HTTT": "hệ thống thông tin",
    "CCHC": "cải cách hành chính",
    "DTI": "chỉ số chuyển đổi số",
    "CNTT": "công nghệ thông tin",
    "CPĐT": "chính phủ điện tử",
    "DN": "doanh nghiệp",
    "QĐ": "quyết định",
}


def _abbreviations(facts: pd.DataFrame) -> tuple[str, ...]:
    """The abbreviations that the sources write, spelt out."""
    words = set(re.findall(r"\w+", " ".join(facts[["unit_vi", "period_vi", "metric_vi", "denominator_vi"]].fillna("").to_numpy().ravel())))
    told = [f"{short}: {whole}" for short, whole in ABBREVIATIONS.items() if short in words]
    return (f"Chữ viết tắt trong nguồn: {'; '.join(told)}.",) if told else ()


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
    """A rate by unit with both counts and its interval; a unit with too few dossiers has no share.

    The total of the units is known to the reader, so a count under 5 hides a second one.
    """
    found = printed_shares(rates, ("numerator_count", "denominator_count"), ["share", "low_share", "high_share"], totals=[[]])
    rate = RATES[rate_key]
    columns = (
        Column("Đơn vị"),
        Column(text.sentence_case(rate.numerator_vi), 0),
        Column(text.sentence_case(rate.denominator_vi), 0),
        Column("Tỷ lệ", 1, is_percent=True),
        Column("Khoảng tin cậy 95 %"),
    )
    counts = zip(found.cells["numerator_count"], found.cells["denominator_count"], strict=True)
    shown = tuple((row["label_vi"], *pair, *share_and_interval(row)) for (_, row), pair in zip(found.rows.iterrows(), counts, strict=True))
    notes = (f"{text.sentence_case(RATE_KEYS[rate_key])}.", *found.notes, NAMES_NOTE)
    return Table(f"rates-{table_id}", title, columns, shown, rests_on, notes, is_annex=True)


def share_and_interval(row: pd.Series) -> tuple[Cell, Cell]:
    """Share and Wilson interval of a row of ``printed_shares``, or why they are not told."""
    if bool(row["is_small"]):
        return None, TOO_FEW
    if pd.isna(row["share"]):
        return None, HIDDEN if bool(row["is_suppressed"]) else None
    return cell(row["share"]), f"{text.percent(row['low_share'])} – {text.percent(row['high_share'])}"


def help_first(listed: pd.DataFrame, title: str, rests_on: Provenance, table_id: str = "help-first", *, is_annex: bool = False) -> Table:
    """Units clearly below the middle of their level, those first where most dossiers would move online; from ``uptake.who_to_help``.

    A unit whose counts are hidden (``is_suppressed``) keeps its place without its figures.
    """
    rows = tuple(
        (
            cell(row["help_rank"]),
            row["named_vi"],
            *((HIDDEN, cell(row["median_share"]), HIDDEN) if row["is_suppressed"] else (cell(row[name]) for name in _HELP)),
        )
        for _, row in listed.iterrows()
    )
    columns = (
        Column("Thứ tự", 0),
        Column("Đơn vị"),
        Column("Tỷ lệ", 1, is_percent=True),
        Column("Tỷ lệ của đơn vị đứng giữa trong cùng cấp", 1, is_percent=True),
        Column("Hồ sơ trực tuyến thêm nếu bằng đơn vị đứng giữa", 0),
    )
    hidden = (HIDDEN_NOTE,) if listed["is_suppressed"].any() else ()
    return Table(table_id, title, columns, rows, rests_on, (*hidden, NAMES_NOTE), is_annex=is_annex)
