"""Lines in panels drawn with plotly: one axis for all, the reference in grey, no line across two segments."""

from collections.abc import Iterator
from itertools import groupby
from math import ceil
from textwrap import wrap

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.blocks import Chart, Series
from analysis.figures.axes import panel_month_ticks
from analysis.figures.marks import add_mark, escaped
from analysis.theme import DASHES, FONT_STACK, PALETTE

COLUMNS = 3
PANEL_HEIGHT = 165  # a name above, three ticks, and a row of labels below
TITLE_CHARACTERS = 30
REFERENCE = "#8C8C8C"  # 3.4:1 on white; behind the lines of the panel
MARGIN = {"l": 60, "r": 20, "t": 90, "b": 65}
TITLE_HEIGHT = 75


def draw_panels(chart: Chart, *, with_title: bool) -> go.Figure:
    """The figure without its stamp: panels row by row in the order of ``chart.panels``, ``COLUMNS`` a row, all on the same axes."""
    rows = ceil(len(chart.panels) / COLUMNS)
    names = [_wrapped(panel) for panel in chart.panels]
    figure = make_subplots(rows=rows, cols=COLUMNS, subplot_titles=names, horizontal_spacing=0.03, vertical_spacing=0.27 / rows)
    for number, panel in enumerate(chart.panels):
        place = {"row": number // COLUMNS + 1, "col": number % COLUMNS + 1}
        for trace in _panel_traces(chart, panel, is_first=number == 0):
            figure.add_trace(trace, **place)
        for mark in chart.marks:  # plotly leaves marks out of a panel that is still empty
            add_mark(figure, chart, mark, **place)
    _lay_out(figure, chart, rows, with_title=with_title)
    return figure


def _panel_traces(chart: Chart, panel: str, *, is_first: bool) -> Iterator[go.Scatter]:
    own = [series for series in chart.in_panel(panel) if series.panel]
    for series in sorted(chart.in_panel(panel), key=lambda found: bool(found.panel)):  # references first: they lie behind
        named = is_first and (not series.panel or len(own) > 1)
        position = own.index(series) if series.panel else -1
        for start, stop in _runs(series):
            yield _trace(chart, series, position, slice(start, stop), showlegend=named and start == 0)


def _runs(series: Series) -> Iterator[tuple[int, int]]:
    """First and last place (exclusive) of the points of each segment."""
    start = 0
    for _, group in groupby(series.segments or ("",) * len(series.x)):
        stop = start + len(list(group))
        yield start, stop
        start = stop


def _trace(chart: Chart, series: Series, position: int, part: slice, *, showlegend: bool) -> go.Scatter:
    colour, dash = (PALETTE[position], DASHES[position]) if series.panel else (REFERENCE, "dot")
    suffix = "\u00a0%" if chart.unit_vi.startswith("%") else ""
    when = "%{x|%-m/%Y}" if chart.x_kind == "month" else "%{x}"
    return go.Scatter(
        x=list(series.x[part]),
        y=[None if value is None else round(value, chart.decimals + 1) for value in series.y[part]],
        name=series.name,
        legendgroup=series.name,
        showlegend=showlegend,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2},
        marker={"color": colour, "size": 3},
        connectgaps=False,
        hovertemplate=f"{when}: %{{y:,.{chart.decimals}f}}{suffix}<extra>{escaped(series.name)}</extra>",
    )


def _lay_out(figure: go.Figure, chart: Chart, rows: int, *, with_title: bool) -> None:
    title = f"<b>{escaped(chart.title)}</b><br><sub>{escaped(chart.subtitle)}</sub>" if with_title else None
    top = MARGIN["t"] + (TITLE_HEIGHT if with_title else 0)
    figure.update_layout(
        template="plotly_white",
        height=top + MARGIN["b"] + PANEL_HEIGHT * rows,
        font={"family": FONT_STACK, "size": 12, "color": "#1A1A1A"},
        title={"text": title, "x": 0, "xanchor": "left", "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": 10}} if with_title else None,
        margin={**MARGIN, "t": top},
        separators=",.",
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        hoverlabel={"font": {"family": FONT_STACK}},
    )
    figure.update_annotations(font={"size": 12})
    _lay_out_axes(figure, chart, rows)


def _lay_out_axes(figure: go.Figure, chart: Chart, rows: int) -> None:
    """One range for all panels; values are labelled at the left, the time below the last panel of each column."""
    figure.update_yaxes(matches="y", nticks=4, showticklabels=False, rangemode="tozero" if chart.y_from_zero else "normal")
    figure.update_yaxes(col=1, showticklabels=True, title={"text": chart.unit_vi, "standoff": 4})
    ticks = {"type": "date", "ticklabeloverflow": "allow", **panel_month_ticks(chart)} if chart.x_kind == "month" else {}
    figure.update_xaxes(matches="x", showticklabels=False, **ticks)
    for column in range(min(COLUMNS, len(chart.panels))):
        last = (len(chart.panels) - 1 - column) // COLUMNS + 1
        figure.update_xaxes(row=last, col=column + 1, showticklabels=True)
    for empty in range(len(chart.panels), rows * COLUMNS):
        place = {"row": empty // COLUMNS + 1, "col": empty % COLUMNS + 1}
        figure.update_xaxes(visible=False, **place)
        figure.update_yaxes(visible=False, **place)


def _wrapped(name: str) -> str:
    return "<br>".join(escaped(line) for line in wrap(name, TITLE_CHARACTERS, max_lines=2, placeholder=" …"))
