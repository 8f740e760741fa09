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


def year_rate(yearly: pd.DataFrame, rate_key: str, place: str, period_vi: str, change_vi: str, year: int, rests_on: Provenance) -> Finding:
    """The rate of the report year with its change; a year that mixes two regimes is told in two parts that are not added."""
    definition = f"{text.sentence_case(RATE_KEYS[rate_key])}."
    ordered = yearly.sort_values("regime", ascending=False)
    parts = [_part(row) for _, row in ordered.iterrows()]
    if len(parts) > 1:
        labels = [f"{part} {REGIMES[regime]}" for part, regime in zip(parts, ordered["regime"], strict=True)]
        said = f"Năm {year}, {place} nộp trực tuyến {text.enumerate_vi(labels)}; hai phần không gộp với nhau"
        return Finding("uptake-year", f"{said}.", definition, rests_on)
    said = f"{text.sentence_case(period_vi)}, {place} có {parts[0]} được nộp trực tuyến{change_vi}"
    return Finding("uptake-year", f"{said}.", definition, rests_on)


def _part(row: pd.Series) -> str:
    share = text.percent(row["share"])
    return f"{share} hồ sơ ({text.number(row['numerator_count'])} trên {text.number(row['denominator_count'])})"


def change(now: pd.DataFrame, before: pd.DataFrame) -> str:
    """``, tăng 5,3 điểm phần trăm so với …``; empty unless both years lie in one and the same regime."""
    if len(now) != 1 or len(before) != 1 or now.iloc[0]["regime"] != before.iloc[0]["regime"]:
        return ""
    shares = now.iloc[0]["share"], before.iloc[0]["share"]
    if pd.isna(shares[0]) or pd.isna(shares[1]):
        return ""
    points = 100 * (float(shares[0]) - float(shares[1]))
    direction = "tăng" if points >= 0 else "giảm"
    return f", {direction} {text.number(abs(points), 1)} điểm phần trăm so với cùng các tháng và đơn vị của năm trước ({text.percent(shares[1])})"


def spread(by_unit: pd.DataFrame, level_vi: str, period_vi: str, rests_on: Provenance) -> Sentence:
    """Lowest, middle and highest unit of a level."""
    known = by_unit[~by_unit["is_small"]].sort_values(["share", "label_vi"])
    if known.empty:
        return Sentence(f"{text.sentence_case(period_vi)}, mọi đơn vị {level_vi} đều có quá ít hồ sơ để nói về tỷ lệ của từng đơn vị.", rests_on)
    low, high, middle = known.iloc[0], known.iloc[-1], known["share"].astype(float).median()
    said = (
        f"Trong các đơn vị {level_vi}, {period_vi}: thấp nhất {text.percent(low['share'])} ({low['label_vi']}), "
        f"cao nhất {text.percent(high['share'])} ({high['label_vi']}), một nửa số đơn vị không quá {text.percent(middle)}."
    )
    return Sentence(said, rests_on)


NAMED_FIRST = 3  # units that a sentence can name


def help_first(listed: pd.DataFrame, period_vi: str, rests_on: Provenance) -> Finding | Sentence:
    """Which units stand clearly below the middle of their level, and how many dossiers more would be online at the middle.

    ``listed`` from ``uptake.who_to_help``; nothing is foretold, the number is the distance.
    """
    if listed.empty:
        return Sentence(f"{text.sentence_case(period_vi)}, không đơn vị nào thấp rõ so với mức giữa của các đơn vị cùng cấp.", rests_on)
    gain = listed["dossiers_to_gain"].astype(float)
    first = listed.head(NAMED_FIRST)  # set apart by semicolons: names of departments hold commas and “và”
    part = f", chiếm {text.percent(gain.head(NAMED_FIRST).sum() / gain.sum(), 0)} số đó" if len(listed) > NAMED_FIRST else ""
    said = (
        f"{text.sentence_case(period_vi)}, {len(listed)} đơn vị thấp rõ so với mức giữa của cấp mình; nếu bằng mức giữa thì có thêm "
        f"{text.number(gain.sum())} hồ sơ nộp trực tuyến. Nên hỗ trợ trước: {'; '.join(first['label_vi'])}{part}."
    )
    return Finding("uptake-help", said, BELOW_VI, rests_on)


BELOW_VI = (
    "Mức giữa: một nửa số đơn vị cùng cấp có tỷ lệ cao hơn. Thấp rõ: cả khoảng tin cậy 95 % nằm dưới mức giữa. Số hồ sơ là khoảng cách "
    "tính ra, không phải dự báo; thủ tục của các đơn vị không giống nhau."
)


def facts_caution(facts: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """Why the published facts are not one series."""
    unnamed = int((facts["denominator_vi"].isna() & (facts["value_unit"] == "%")).sum())
    unnamed_vi = f"{unnamed} tỷ lệ không nêu mẫu số" if unnamed else "mỗi tỷ lệ một mẫu số"
    return Sentence(
        f"{len(facts)} số liệu đã công bố dùng nhiều cách tính, {unnamed_vi}. Vì vậy chỉ liệt kê, không nối thành một đường "
        "và không đặt chung với số liệu theo tháng.",
        rests_on,
    )
