"""Events and breaks of method across a chart, and the words on it made safe."""

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from analysis.blocks import Chart, Mark
from analysis.theme import NEUTRAL, QUIET, SYNTHETIC_STAMP

STAMP_COLOUR = "#801650"
MIDDLE_OF_MONTH = timedelta(days=14)  # from the first to the fifteenth


def escaped(label: str) -> str:
    """A name from data as plotly's text, so that it cannot carry markup into a chart."""
    return label.replace("&", "&amp;").replace("<", "&lt;")


def add_marks(figure: go.Figure, chart: Chart) -> None:
    """Events carry their name; a break of method is a dotted line that the chart's notes explain."""
    named = 0
    for mark in chart.marks:
        add_mark(figure, chart, mark)
        if not mark.is_break:
            _name_mark(figure, chart, mark, level=4 + 16 * (named % 2))
            named += 1


def add_mark(figure: go.Figure, chart: Chart, mark: Mark, **place: Any) -> None:
    """The shaded span or the line of one mark; ``place`` is a panel's row and column."""
    position, end = _position(chart, mark)
    if end is not None:
        figure.add_vrect(x0=position, x1=end, fillcolor=QUIET, opacity=0.25, line_width=0, **place)
    else:
        figure.add_vline(x=position, line={"color": NEUTRAL, "width": 1, "dash": "dot" if mark.is_break else "dash"}, **place)


def _name_mark(figure: go.Figure, chart: Chart, mark: Mark, level: int) -> None:
    figure.add_annotation(
        x=_position(chart, mark)[0],
        y=1,
        yref="paper",
        yshift=level,
        text=escaped(mark.label),
        showarrow=False,
        xanchor="right" if chart.x_kind == "year" else "left",
        yanchor="bottom",
        font={"size": 11},
    )


def _position(chart: Chart, mark: Mark) -> tuple[Any, Any]:
    """Where a mark stands. A month's point is drawn on its first day and stands for its middle, so days are moved as far."""
    if chart.x_kind == "month":
        return _on_month_axis(mark.x), _on_month_axis(mark.x_end) if mark.x_end else None
    return mark.x, mark.x_end


def _on_month_axis(day: Any) -> str:
    return (date.fromisoformat(str(day)) - MIDDLE_OF_MONTH).isoformat()


def add_stamp(figure: go.Figure) -> None:
    """The stamp of synthetic data above the plot."""
    figure.add_annotation(
        text=SYNTHETIC_STAMP,
        xref="paper",
        yref="paper",
        x=0,
        y=1,
        yshift=38,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 14, "color": STAMP_COLOUR},
        bgcolor="rgba(255,255,255,0.85)",
        bordercolor=STAMP_COLOUR,
        borderwidth=1.5,
        borderpad=4,
    )
