"""Charts of online-service uptake: one rate key and one regime a line, published facts never beside synthetic months."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Series, cells, numbers, provenance
from analysis.codes import RATE_KEYS, REGIMES, UNIT_LEVELS

SHORT_REGIMES = {"levels_3_4": "mức độ 3, 4", "decree_42": "toàn trình, một phần"}
UNITS_SHOWN = 20  # more rows than this and nobody finds a unit; the table holds all


def rate_by_month(monthly: pd.DataFrame, uptake: pd.DataFrame, rate_key: str, place: str, marks: tuple[Mark, ...]) -> Chart:
    """A rate by month and level; ``monthly`` from ``uptake.rates(by=["level", "period_month"])``."""
    regimes = sorted(monthly["regime"].unique(), reverse=True)
    series = [
        _monthly_series(monthly[(monthly["level"] == level) & (monthly["regime"] == regime)], level, regime, is_split=len(regimes) > 1)
        for level in sorted(monthly["level"].unique(), reverse=True)
        for regime in regimes
    ]
    first, last = monthly["period_month"].min(), monthly["period_month"].max()
    return Chart(
        f"rate-by-month-{rate_key}",
        _trend_title(monthly),
        f"{text.sentence_case(RATE_KEYS[rate_key])}, {place}, từ tháng {text.month(first)} đến tháng {text.month(last)}",
        "line",
        "month",
        "tháng",
        "%",
        tuple(found for found in series if found.x),
        provenance(uptake),
        alt_vi="Biểu đồ đường tỷ lệ theo tháng, mỗi cấp một đường, ngắt tại Nghị định 42/2022/NĐ-CP.",
        decimals=1,
        marks=marks,
        notes_vi=tuple(f"{text.sentence_case(REGIMES[regime])}." for regime in regimes),
        y_from_zero=True,
    )


def _monthly_series(rows: pd.DataFrame, level: str, regime: str, *, is_split: bool) -> Series:
    ordered = rows.sort_values("period_month")
    months = tuple(f"{month}-01" for month in ordered["period_month"])
    name = UNIT_LEVELS[level] + (f", {SHORT_REGIMES[regime]}" if is_split else "")
    return Series(name, months, numbers(ordered["share"] * 100), segments=(regime,) * len(months))


def _trend_title(monthly: pd.DataFrame) -> str:
    """Compares first and last month of the last regime only."""
    regime = monthly.sort_values("period_month")["regime"].iloc[-1]
    of_regime = monthly[monthly["regime"] == regime]
    totals = of_regime.groupby("period_month")[["numerator_count", "denominator_count"]].sum().sort_index()
    shares = (totals["numerator_count"] / totals["denominator_count"]).astype(float)
    first, last = shares.index[0], shares.index[-1]
    return f"Từ {text.percent(shares.iloc[0])} (tháng {text.month(first)}) đến {text.percent(shares.iloc[-1])} (tháng {text.month(last)})"


def rate_by_unit(by_unit: pd.DataFrame, uptake: pd.DataFrame, chart_id: str, rate_key: str, period_vi: str, level_vi: str) -> Chart:
    """The units with the lowest rate of a period; ``by_unit`` from ``uptake.rates(by=["label_vi"])``, intervals stand in the table."""
    lowest = by_unit[~by_unit["is_small"]].sort_values(["share", "label_vi"]).head(UNITS_SHOWN)
    return Chart(
        f"rate-by-unit-{chart_id}",
        f"Thấp nhất là {lowest.iloc[0]['label_vi']}: {text.percent(lowest.iloc[0]['share'])}",
        f"{text.sentence_case(RATE_KEYS[rate_key])}, {_which(len(lowest), len(by_unit))} {level_vi}, {period_vi}",
        "bar",
        "category",
        "",
        "%",
        (Series(level_vi, cells(lowest["label_vi"]), numbers(lowest["share"] * 100)),),
        provenance(uptake),
        alt_vi=f"Biểu đồ thanh {len(lowest)} đơn vị có tỷ lệ thấp nhất.",
        decimals=1,
        y_from_zero=True,
    )


def _which(shown: int, held: int) -> str:
    return f"{shown} đơn vị thấp nhất trong {held} đơn vị" if shown < held else f"{held} đơn vị"


def event_marks(events: pd.DataFrame) -> tuple[Mark, ...]:
    """Events as marks: a span where the event lasted, a line where a rule changed."""
    marks = []
    for event in events.itertuples():
        start, end = event.start_date.date().isoformat(), event.end_date.date().isoformat()
        marks.append(Mark(start, str(event.title_vi), end if end > start else None))
    return tuple(marks)
