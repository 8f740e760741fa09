"""Sentences on online-service uptake, each with the name of its denominator."""

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.codes import RATE_KEYS, REGIMES


def no_months(province_name: str, year: int, rests_on: Provenance) -> Sentence:
    """No monthly table for the province and year."""
    return Sentence(
        f"Chưa có bảng hồ sơ theo tháng năm {year} của {province_name}, nên chưa tính được tỷ lệ nộp trực tuyến theo đơn vị.",
        rests_on,
    )


def year_rate(yearly: pd.DataFrame, rate_key: str, place: str, year: int, rests_on: Provenance) -> Finding | Sentence:
    """The rate of the report year; a year that mixes two regimes is told in two parts and gives no finding."""
    parts = [_part(row) for _, row in yearly.sort_values("regime", ascending=False).iterrows()]
    definition = f"{text.sentence_case(RATE_KEYS[rate_key])}."
    if len(parts) > 1:
        labels = [f"{part} {REGIMES[regime]}" for part, regime in zip(parts, sorted(yearly["regime"], reverse=True), strict=True)]
        said = f"Năm {year}, tỷ lệ nộp hồ sơ trực tuyến của {place}: {text.enumerate_vi(labels)}; hai phần không gộp với nhau."
        return Sentence(said, rests_on, definition)
    return Finding("uptake-year", f"Năm {year}, {place} có {parts[0]} được nộp trực tuyến.", definition, rests_on)


def _part(row: pd.Series) -> str:
    share = text.percent(row["share"])
    return f"{share} hồ sơ ({text.number(row['numerator_count'])} trên {text.number(row['denominator_count'])})"


def change_on_year(now: pd.DataFrame, before: pd.DataFrame, year: int, rests_on: Provenance) -> Sentence | None:
    """The change on the year before in percentage points, only inside one regime."""
    both = now.merge(before, on="regime", suffixes=("", "_before"), validate="one_to_one")
    if len(both) != 1 or len(now) != 1 or len(before) != 1:
        return None
    points = float(both.iloc[0]["share"] - both.iloc[0]["share_before"]) * 100
    direction = "tăng" if points >= 0 else "giảm"
    return Sentence(
        f"So với năm {year - 1}, tỷ lệ này {direction} {text.number(abs(points), 1)} điểm phần trăm (cùng cách tính, cùng các đơn vị).", rests_on
    )


def spread(by_unit: pd.DataFrame, level_vi: str, year: int, rests_on: Provenance) -> Sentence:
    """Lowest, middle and highest unit of a level."""
    known = by_unit[~by_unit["is_small"]].sort_values(["share", "label_vi"])
    low, high, middle = known.iloc[0], known.iloc[-1], known["share"].astype(float).median()
    said = (
        f"Giữa các đơn vị {level_vi} năm {year}, tỷ lệ đi từ {text.percent(low['share'])} ({low['label_vi']}) "
        f"đến {text.percent(high['share'])} ({high['label_vi']}), một nửa số đơn vị không quá {text.percent(middle)}."
    )
    return Sentence(said, rests_on)


def facts_caution(facts: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """Why the published facts are not one series."""
    unnamed = int((facts["denominator_vi"].isna() & (facts["value_unit"] == "%")).sum())
    unnamed_vi = f"{unnamed} tỷ lệ không nêu mẫu số" if unnamed else "mỗi tỷ lệ một mẫu số"
    return Sentence(
        f"{len(facts)} số liệu đã công bố dùng nhiều cách tính, {unnamed_vi}. Vì vậy chỉ liệt kê, không nối thành một đường "
        "và không đặt chung với số liệu theo tháng.",
        rests_on,
    )
