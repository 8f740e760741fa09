"""Sentences on online-service uptake, each with the name of its denominator."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.codes import RATE_KEYS

IMPORT_VI = "lấy biểu mẫu bằng lệnh “lantoa template uptake-monthly”, điền rồi nạp"


def no_months(province_name: str, year: int, rests_on: Provenance) -> Sentence:
    """No monthly table for the province and year."""
    return Sentence(
        f"Chưa có bảng hồ sơ theo tháng năm {year} của {province_name}, nên chưa tính được tỷ lệ nộp trực tuyến theo đơn vị; {IMPORT_VI}.",
        rests_on,
    )


def nothing_to_show(what_vi: str, year: int, rests_on: Provenance) -> Sentence:
    """A heading under which a year without monthly tables has nothing; ``what_vi`` is what would stand there."""
    return Sentence(f"Chưa có bảng hồ sơ theo tháng năm {year}, nên chưa có {what_vi}; {IMPORT_VI}.", rests_on, is_note=True)


@dataclass(frozen=True)
class YearPart:
    """The months of a report year in one regime: ``whole`` is their row of ``uptake.rates``.

    ``now`` and ``before`` are the rows over the units and months that the year before has in the same regime, ``compared_vi`` these
    months; None where there are none. With ``is_whole`` they are all the rows of the part.
    """

    period_vi: str
    whole: pd.Series
    now: pd.Series | None = None
    before: pd.Series | None = None
    compared_vi: str = ""
    is_whole: bool = False


def year_rate(parts: list[YearPart], rate_key: str, place: str, year: int, rests_on: Provenance) -> Finding:
    """The rate of the report year with its change; a year that mixes two regimes is told in two parts that are not added."""
    definition = f"{text.sentence_case(RATE_KEYS[rate_key])}."
    first, *later = parts
    start = f"Năm {year}, {place}: {first.period_vi} có" if later else f"{text.sentence_case(first.period_vi)}, {place} có"
    said = [f"{start} {_counted(first)} được nộp trực tuyến{_change(first, year)}."]
    said += [
        f"{text.sentence_case(_since(part.period_vi))} gọi mức độ dịch vụ {NEW_REGIME_VI} nên không so với các tháng trước: {_counted(part)}"
        f"{_change(part, year)}; hai phần không gộp với nhau."
        for part in later
    ]
    return Finding("uptake-year", " ".join(said), definition, rests_on)


NEW_REGIME_VI = "theo Nghị định 42/2022/NĐ-CP"


def _since(period_vi: str) -> str:
    """``từ tháng 9/2022`` of ``từ tháng 9/2022 đến tháng 12/2022``."""
    start = period_vi.split(" đến ")[0]
    return start if start.startswith("từ ") else f"từ {start}"


def _counted(part: YearPart) -> str:
    row = part.whole
    if pd.isna(row["share"]):
        return "chưa rõ bao nhiêu hồ sơ"
    return f"{text.percent(row['share'])} hồ sơ ({text.number(row['numerator_count'])} trên {text.number(row['denominator_count'])})"


def _change(part: YearPart, year: int) -> str:
    """``, tăng 5,3 điểm phần trăm so với …``, or a sentence of its own for part of the months; empty where there is nothing to compare."""
    if part.now is None or part.before is None or pd.isna(part.now["share"]) or pd.isna(part.before["share"]):
        return ""
    told = f"{difference(part.now['share'], part.before['share'])} so với cùng kỳ năm {year - 1} ({text.percent(part.before['share'])})"
    if part.is_whole:
        return f", {told}"
    if part.compared_vi == part.period_vi:
        return f". Tính các đơn vị có số liệu cả hai năm: {text.percent(part.now['share'])}, {told}"
    why = f"; chỉ so các tháng này vì {WHY_NOT_ALL[part.now['regime']]}"
    return f". {text.sentence_case(part.compared_vi)}: {text.percent(part.now['share'])}, {told}{why}"


WHY_NOT_ALL = {
    "levels_3_4": "các tháng còn lại không có số liệu ở cả hai năm",
    "decree_42": "trước tháng 9/2022 mức độ dịch vụ gọi theo cách khác, hoặc tháng còn lại không có số liệu ở cả hai năm",
}


def difference(now: float, before: float) -> str:
    """``tăng 8,5 điểm phần trăm``: the difference of the two shares as printed, so that a reader finds it again."""
    points = _printed(now) - _printed(before)
    if not points:
        return "không đổi"
    return f"{'tăng' if points > 0 else 'giảm'} {text.number(abs(points), 1)} điểm phần trăm"


def _printed(share: float) -> Decimal:
    return (100 * Decimal(str(share))).quantize(Decimal("0.1"), ROUND_HALF_UP)


AT_LEVEL_VI = {"commune": "cấp xã", "district": "cấp huyện", "department": "các sở, ngành"}


def spread(by_unit: pd.DataFrame, level: str, period_vi: str, rests_on: Provenance) -> Sentence:
    """Lowest, middle and highest unit of a level."""
    known = by_unit[~by_unit["is_small"]].sort_values(["share", "label_vi"])
    where = f"Ở {AT_LEVEL_VI[level]}, {period_vi}"
    if known.empty:
        return Sentence(f"{where}: mọi đơn vị đều có quá ít hồ sơ để nói về tỷ lệ của từng đơn vị.", rests_on)
    low, high, middle = known.iloc[0], known.iloc[-1], known["share"].astype(float).median()
    said = (
        f"{where}: thấp nhất {text.percent(low['share'])} ({low['label_vi']}), "
        f"cao nhất {text.percent(high['share'])} ({high['label_vi']}), một nửa số đơn vị không quá {text.percent(middle)}."
    )
    return Sentence(said, rests_on)


NAMED_FIRST = 3  # units that a sentence can name
MIDDLE_VI = "mức của đơn vị đứng giữa trong cùng cấp"


def help_first(listed: pd.DataFrame, period_vi: str, rests_on: Provenance) -> Finding | Sentence:
    """Which units stand clearly below the middle of their level, and how many dossiers more would be online at the middle.

    ``listed`` from ``uptake.who_to_help``, with ``named_vi``; nothing is foretold, the number is the distance.
    """
    if listed.empty:
        return Sentence(f"{text.sentence_case(period_vi)}, không đơn vị nào thấp rõ so với {MIDDLE_VI}.", rests_on)
    gain = listed["dossiers_to_gain"].astype(float)
    part = f", chiếm {text.percent(gain.head(NAMED_FIRST).sum() / gain.sum(), 0)} số đó" if len(listed) > NAMED_FIRST else ""
    said = (
        f"{text.sentence_case(period_vi)}, {len(listed)} đơn vị thấp rõ so với {MIDDLE_VI}; nếu bằng mức đó thì có thêm "
        f"{text.number(gain.sum())} hồ sơ nộp trực tuyến. {first_named(listed)}{part}."
    )
    return Finding("uptake-help", said, BELOW_VI, rests_on)


def first_named(listed: pd.DataFrame) -> str:
    """``Nên hỗ trợ trước: …``, set apart by semicolons: names of departments hold commas and “và”."""
    return f"Nên hỗ trợ trước: {'; '.join(listed['named_vi'].head(NAMED_FIRST))}"


BELOW_VI = (
    "Đơn vị đứng giữa: theo định nghĩa, luôn có khoảng một nửa số đơn vị cùng cấp ở dưới mức này. Thấp rõ: phần thấp hơn vượt quá dao động "
    "ngẫu nhiên. Số hồ sơ là khoảng cách tính ra, không phải dự báo; thủ tục của các đơn vị không giống nhau."
)


def facts_caution(facts: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """Why the published facts are not one series."""
    is_rate = facts["value_unit"] == "%"
    unnamed = int((facts["denominator_vi"].isna() & is_rate).sum())
    rates = f"{int(is_rate.sum())} tỷ lệ" + (f" ({unnamed} tỷ lệ không nêu mẫu số)" if unnamed else "")
    others = f"{int((~is_rate).sum())} số đếm, điểm"
    held = " và ".join([*([rates] if is_rate.any() else []), *([others] if (~is_rate).any() else [])])
    return Sentence(
        f"Các số liệu đã công bố gồm {held}, mỗi nơi một cách tính. Vì vậy chỉ liệt kê ở phụ lục, không nối thành một đường "
        "và không đặt chung với số liệu theo tháng.",
        rests_on,
    )


def no_facts(place: str, rests_on: Provenance) -> Sentence:
    """Nothing had been published of the province by the day of the report."""
    return Sentence(f"Chưa có số liệu đã công bố về dịch vụ công trực tuyến của {place} đến năm báo cáo và ngày tính.", rests_on, is_note=True)
