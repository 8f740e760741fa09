"""Charts of online-service uptake: one rate key and one regime a line, published facts never beside synthetic months."""

from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Series, numbers, provenance
from analysis.codes import RATE_KEYS, REGIMES, UNIT_LEVELS

SHORT_REGIMES = {"levels_3_4": "mức độ 3, 4", "decree_42": "toàn trình, một phần"}
BOTH_NAMES = {"toan_trinh": "Toàn trình (trước Nghị định 42: mức độ 4)", "mot_phan": "Một phần (trước Nghị định 42: mức độ 3)"}
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

    Each level has one name and colour; its line breaks where the regime changes.
    """
    regimes = sorted(monthly["regime"].unique(), reverse=True)
    levels = [monthly[monthly["level"] == level] for level in sorted(monthly["level"].unique(), reverse=True)]
    series = [_line(rows, UNIT_LEVELS[rows["level"].iloc[0]]) for rows in levels]
    first, last = monthly["period_month"].min(), monthly["period_month"].max()
    return Chart(
        f"rate-by-month-{rate_key}",
        _trend_title(levels),
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
        notes_vi=(*_mark_notes(marks), *(f"{text.sentence_case(REGIMES[regime])}." for regime in regimes)),
        y_from_zero=True,
    )


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


def _trend_title(levels: list[pd.DataFrame]) -> str:
    """First and last drawn month of each level, in the last regime only."""
    last_regime = pd.concat(levels).sort_values("period_month")["regime"].iloc[-1]
    told = [said for rows in levels if (said := _trend(rows[rows["regime"] == last_regime]))]
    return text.sentence_case("; ".join(told)) if told else "Chưa có đủ hồ sơ để tính tỷ lệ theo tháng"


def _trend(of_level: pd.DataFrame) -> str:
    drawn = of_level[~of_level["is_small"].fillna(True).astype(bool) & of_level["share"].notna()].sort_values("period_month")
    if drawn.empty:
        return ""
    first, last = drawn.iloc[0], drawn.iloc[-1]
    name, at_end = UNIT_LEVELS[last["level"]], f"{text.percent(last['share'])} (tháng {text.month(last['period_month'])})"
    if len(drawn) == 1:
        return f"{name}: {at_end}"
    return f"{name} từ {text.percent(first['share'])} (tháng {text.month(first['period_month'])}) đến {at_end}"


def levels_by_month(by_key: dict[str, pd.DataFrame], uptake: pd.DataFrame, place: str, marks: tuple[Mark, ...]) -> Chart:
    """Dossiers filed online end to end and in part, of all received; before the decree they were levels 4 and 3, so its lines break there.

    ``by_key``: for ``toan_trinh`` and ``mot_phan`` the frame of ``uptake.rates(by=["period_month"])``.
    """
    every = pd.concat(list(by_key.values()))
    regimes = sorted(every["regime"].unique(), reverse=True)
    names = {key: BOTH_NAMES[key] if len(regimes) > 1 else LEVEL_NAMES[key, regimes[0]] for key in by_key}
    first, last = every["period_month"].min(), every["period_month"].max()
    return Chart(
        "levels-by-month",
        _levels_title(by_key, last),
        f"Hồ sơ nộp trực tuyến theo mức độ dịch vụ trên tổng hồ sơ tiếp nhận, {place}, từ tháng {text.month(first)} đến tháng {text.month(last)}",
        "line",
        "month",
        "tháng",
        "%",
        tuple(_line(rows, names[key]) for key, rows in by_key.items()),
        provenance(uptake),
        alt_vi="Biểu đồ đường theo tháng, mỗi mức độ dịch vụ một đường, ngắt tại Nghị định 42/2022/NĐ-CP.",
        decimals=1,
        marks=marks,
        notes_vi=(*_mark_notes(marks), *_level_notes(regimes)),
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
    if told:
        return f"Các đơn vị cộng lại, tháng {text.month(month)}: {text.enumerate_vi(told)}"
    return f"Mức độ dịch vụ đến tháng {text.month(month)}"


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
    """Names and days of the marks, each kind named only where it is drawn."""
    spans, lines = ([mark for mark in marks if bool(mark.x_end) is is_span] for is_span in (True, False))
    return tuple(
        f"{drawn}: {'; '.join(f'{mark.label} ({_days_vi(mark)})' for mark in found)}."
        for drawn, found in (("Dải xám", spans), ("Vạch đứng", lines))
        if found
    )


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
