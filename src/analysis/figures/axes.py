"""Axes of a chart: ticks as the tables word them, ranges that nothing but data sets."""

from typing import Any

import plotly.graph_objects as go

from analysis import text
from analysis.blocks import Chart
from analysis.theme import NEUTRAL

MOST_SINGLE_TICKS = 5  # an axis up to here is labelled one by one
MOST_MONTH_TICKS = 13
MOST_PANEL_TICKS = 4
MONTHS_A_YEAR = 12
KINDS_WITH_LABELLED_ROWS = ("timeline", "heatmap")


def lay_out_axes(figure: go.Figure, chart: Chart, *, is_horizontal: bool) -> None:
    """Titles, ticks and ranges of the place axis and the value axis of a chart."""
    value_axis = {"title": {"text": chart.unit_vi}, "automargin": True, "zeroline": True, "zerolinecolor": NEUTRAL}
    if chart.y_from_zero:
        value_axis["rangemode"] = "tozero"
    if _are_few_wholes(chart):
        value_axis["dtick"] = 1
    if chart.y_reversed:
        value_axis |= _rank_axis(chart)
    place_axis: dict[str, Any] = {"title": {"text": chart.x_title}, "automargin": True}
    match chart.x_kind:
        case "year":
            place_axis |= {"dtick": 1, "tickformat": "d", "range": _years(chart)}
        case "month" | "date":
            place_axis |= {"type": "date", "ticklabeloverflow": "allow", **_month_ticks(chart)}
    if chart.kind in KINDS_WITH_LABELLED_ROWS:
        figure.update_xaxes(**place_axis)
        figure.update_yaxes(autorange="reversed", automargin=True, tickfont={"size": 11})
    elif is_horizontal:
        figure.update_xaxes(**value_axis)
        figure.update_yaxes(**place_axis, autorange="reversed")
    else:
        figure.update_xaxes(**place_axis)
        figure.update_yaxes(**value_axis)


def _years(chart: Chart) -> list[float]:
    """From the first to the last year with half a year's room, so that the words of a mark do not stretch the axis."""
    years = [float(str(x)) for series in chart.series for x in series.x]
    marks = [float(str(mark.x)) + 0.1 for mark in chart.marks]
    return [min(years) - 0.6, max([max(years) + 0.6, *marks])]


def _rank_axis(chart: Chart) -> dict[str, Any]:
    """The best rank on top, with room for its label; ticks at the first and every tenth."""
    lowest = max((value for series in chart.series for value in series.y if value is not None), default=1.0)
    ticks = [1, *range(10, int(lowest) + 10, 10)] if lowest > 10 else list(range(1, int(lowest) + 2))
    return {"range": [lowest * 1.06 + 1, -lowest * 0.06 - 0.5], "tickvals": ticks, "zeroline": False}


def _are_few_wholes(chart: Chart) -> bool:
    """Whether all values are small counts, between which there is nothing to label."""
    values = [value for series in chart.series for value in series.y if value is not None]
    return bool(values) and all(value == int(value) for value in values) and max(values) <= MOST_SINGLE_TICKS


def _month_ticks(chart: Chart) -> dict[str, Any]:
    """Months written as in the tables (``3/2021``), every one, or every third, sixth or twelfth where they would collide."""
    span = _months_shown(chart)
    return _ticks_at(span, next((step for step in (1, 3, 6) if (span[-1] - span[0]) // step < MOST_MONTH_TICKS), 12)) if span else {}


def panel_month_ticks(chart: Chart) -> dict[str, Any]:
    """Ticks of a narrow panel: few months, or years alone where the months would collide."""
    span = _months_shown(chart)
    if not span:
        return {}
    step = next((step for step in (1, 3, 6, 12, 24, 36) if (span[-1] - span[0]) // step < MOST_PANEL_TICKS), 60)
    ticks = _ticks_at(span, step)
    return ticks | {"ticktext": [day[:4] for day in ticks["tickvals"]]} if step >= MONTHS_A_YEAR else ticks


def _months_shown(chart: Chart) -> list[int]:
    """First and last month of a chart, counted from year 0; empty where nothing is drawn."""
    days = [str(x) for series in chart.series for x in (*series.x, *series.x_end) if x is not None]
    return [MONTHS_A_YEAR * int(day[:4]) + int(day[5:7]) - 1 for day in (min(days), max(days))] if days else []


def _ticks_at(span: list[int], step: int) -> dict[str, Any]:
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in range(span[0], span[1] + 1) if month % step == 0]
    return {"tickmode": "array", "tickvals": [f"{month}-01" for month in months], "ticktext": [text.month(month) for month in months]}
