"""Charts of online-service uptake: one rate key and one regime a line, published facts never beside synthetic months."""

from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import MAX_SERIES, Chart, Mark, Series, numbers, provenance
from analysis.codes import RATE_KEYS, REGIMES, UNIT_LEVELS

SHORT_REGIMES = {"levels_3_4": "mức độ 3, 4", "decree_42": "toàn trình, một phần"}
LEVEL_NAMES = {
    ("toan_trinh", "levels_3_4"): "Mức độ 4",
    ("toan_trinh", "decree_42"): "Toàn trình",
    ("mot_phan", "levels_3_4"): "Mức độ 3",
    ("mot_phan", "decree_42"): "Một phần",
}


@dataclass(frozen=True)
class Told:
    """What the panels of districts say: ``all_vi`` names the grey line."""

    chart_id: str
    title: str
    subtitle: str
    all_vi: str


def rate_by_month(monthly: pd.DataFrame, uptake: pd.DataFrame, rate_key: str, place: str, marks: tuple[Mark, ...]) -> Chart:
    """A rate by month and level; ``monthly`` from ``uptake.rates(by=["level", "period_month"])``.

    Each level and regime has its own line and name; of more than ``MAX_SERIES`` a level keeps one name, and its line still breaks.
    """
    regimes = sorted(monthly["regime"].unique(), reverse=True)
    levels = [monthly[monthly["level"] == level] for level in sorted(monthly["level"].unique(), reverse=True)]
    is_split = len(regimes) > 1 and len(levels) * len(regimes) <= MAX_SERIES
    parts = [rows[rows["regime"] == regime] for rows in levels for regime in regimes] if is_split else levels
    series = [_line(rows, _level_name(rows, is_split=is_split)) for rows in parts if len(rows)]
    first, last = monthly["period_month"].min(), monthly["period_month"].max()
    return Chart(
        f"rate-by-month-{rate_key}",
        _trend_title(monthly),
        f"{text.sentence_case(RATE_KEYS[rate_key])}, {place}, từ tháng {text.month(first)} đến tháng {text.month(last)}",
        "line",
        "month",
        "tháng",
        "%",
        tuple(series),
        provenance(uptake),
        alt_vi="Biểu đồ đường tỷ lệ theo tháng, mỗi cấp một đường, ngắt tại Nghị định 42/2022/NĐ-CP.",
        decimals=1,
        marks=marks,
        notes_vi=tuple(f"{text.sentence_case(REGIMES[regime])}." for regime in regimes),
        y_from_zero=True,
    )


def _level_name(rows: pd.DataFrame, *, is_split: bool) -> str:
    return UNIT_LEVELS[rows["level"].iloc[0]] + (f", {SHORT_REGIMES[rows['regime'].iloc[0]]}" if is_split else "")


def _line(rows: pd.DataFrame, name: str, panel: str = "") -> Series:
    """Shares by month, a regime after the other; a month without rows, of too few dossiers or hidden is a gap."""
    ordered = pd.concat([_without_holes(rows[rows["regime"] == regime]) for regime in sorted(rows["regime"].unique(), reverse=True)])
    months = tuple(f"{month}-01" for month in ordered["period_month"])
    shares = numbers((ordered["share"] * 100).mask(ordered["is_small"].fillna(True).astype(bool)))
    return Series(name, months, shares, segments=tuple(ordered["regime"].astype(str)), panel=panel)


def _without_holes(of_regime: pd.DataFrame) -> pd.DataFrame:
    """One row a month from the first to the last; months without rows have no share."""
    months = pd.period_range(of_regime["period_month"].min(), of_regime["period_month"].max(), freq="M").strftime("%Y-%m")
    filled = of_regime.set_index("period_month")[["regime", "share", "is_small"]].reindex(months).rename_axis("period_month").reset_index()
    return filled.assign(regime=of_regime["regime"].iloc[0])


def _trend_title(monthly: pd.DataFrame) -> str:
    """Compares first and last month of the last regime only."""
    regime = monthly.sort_values("period_month")["regime"].iloc[-1]
    of_regime = monthly[monthly["regime"] == regime]
    totals = of_regime.groupby("period_month")[["numerator_count", "denominator_count"]].sum().sort_index()
    shares = (totals["numerator_count"] / totals["denominator_count"]).where(totals["denominator_count"] > 0).dropna().astype(float)
    if shares.empty:
        return "Chưa có hồ sơ nào để tính tỷ lệ"
    first, last = shares.index[0], shares.index[-1]
    return f"Từ {text.percent(shares.iloc[0])} (tháng {text.month(first)}) đến {text.percent(shares.iloc[-1])} (tháng {text.month(last)})"


def levels_by_month(by_key: dict[str, pd.DataFrame], uptake: pd.DataFrame, place: str, marks: tuple[Mark, ...]) -> Chart:
    """Dossiers filed online end to end and in part, of all received; before the decree they were levels 4 and 3, so its lines break there.

    ``by_key``: for ``toan_trinh`` and ``mot_phan`` the frame of ``uptake.rates(by=["period_month"])``.
    """
    every = pd.concat(list(by_key.values()))
    regimes = sorted(every["regime"].unique(), reverse=True)
    parts = [(rows[rows["regime"] == regime], LEVEL_NAMES[key, regime]) for key, rows in by_key.items() for regime in regimes]
    first, last = every["period_month"].min(), every["period_month"].max()
    return Chart(
        "levels-by-month",
        _levels_title(by_key, last),
        f"Hồ sơ nộp trực tuyến theo mức độ dịch vụ trên tổng hồ sơ tiếp nhận, {place}, từ tháng {text.month(first)} đến tháng {text.month(last)}",
        "line",
        "month",
        "tháng",
        "%",
        tuple(_line(rows, name) for rows, name in parts if len(rows)),
        provenance(uptake),
        alt_vi="Biểu đồ đường theo tháng, mỗi mức độ dịch vụ một đường, ngắt tại Nghị định 42/2022/NĐ-CP.",
        decimals=1,
        marks=marks,
        notes_vi=_level_notes(regimes),
        y_from_zero=True,
    )


def _levels_title(by_key: dict[str, pd.DataFrame], month: str) -> str:
    shares = {key: rows.loc[rows["period_month"] == month] for key, rows in by_key.items()}
    told = [
        f"{text.percent(row['share'])} {text.decapitalised(LEVEL_NAMES[key, row['regime']])}"
        for key, rows in shares.items()
        for _, row in rows.iterrows()
        if not pd.isna(row["share"])
    ]
    return f"Tháng {text.month(month)}: {text.enumerate_vi(told)}" if told else f"Mức độ dịch vụ đến tháng {text.month(month)}"


def _level_notes(regimes: list[str]) -> tuple[str, ...]:
    if len(regimes) == 1:
        return (f"{text.sentence_case(REGIMES[regimes[0]])}.",)
    return ("Từ Nghị định 42/2022/NĐ-CP, mức độ 4 và mức độ 3 được gọi lại thành toàn trình và một phần; hai bên không nối, không so với nhau.",)


def rate_by_district(of_panels: pd.DataFrame, of_all: pd.DataFrame, told: Told, uptake: pd.DataFrame, marks: tuple[Mark, ...]) -> Chart:
    """A rate by month in one panel a district, with the rate of all of them in grey.

    ``of_panels`` from ``uptake.rates(by=["panel_vi", "period_month"])``, ``of_all`` the same without the panels; panels stand in the
    order of the rows.
    """
    panels = list(dict.fromkeys(of_panels["panel_vi"]))
    series = [_line(of_all, told.all_vi)]
    series += [_line(of_panels[of_panels["panel_vi"] == panel], str(panel), panel=str(panel)) for panel in panels]
    regimes = sorted(of_all["regime"].unique(), reverse=True)
    return Chart(
        told.chart_id,
        told.title,
        told.subtitle,
        "line",
        "month",
        "tháng",
        "%",
        tuple(series),
        provenance(uptake),
        alt_vi=f"{len(panels)} biểu đồ đường nhỏ cùng một trục, mỗi địa phương một ô: {', '.join(str(panel) for panel in panels)}.",
        decimals=1,
        marks=marks,
        notes_vi=(*_mark_notes(marks), *(f"{text.sentence_case(REGIMES[regime])}." for regime in regimes)),
        y_from_zero=True,
    )


def _mark_notes(marks: tuple[Mark, ...]) -> tuple[str, ...]:
    """Names of the marks: small panels have no room for them."""
    told = [f"{mark.label} ({_days_vi(mark)})" for mark in marks]
    return (f"Dải xám, vạch đứng: {'; '.join(told)}.",) if told else ()


def _days_vi(mark: Mark) -> str:
    first = text.day_of_iso(str(mark.x))
    return f"{first} đến {text.day_of_iso(str(mark.x_end))}" if mark.x_end else first


def event_marks(events: pd.DataFrame) -> tuple[Mark, ...]:
    """Events as marks: a span where the event lasted, a line where a rule changed."""
    marks = []
    for event in events.itertuples():
        start, end = event.start_date.date().isoformat(), event.end_date.date().isoformat()
        marks.append(Mark(start, str(event.title_vi), end if end > start else None))
    return tuple(marks)
