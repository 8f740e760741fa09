"""A chart description drawn with plotly. Nothing is computed here and no line joins two segments."""

from collections import Counter
from datetime import date
from itertools import groupby
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from analysis import text
from analysis.blocks import Cell, Chart, Series
from analysis.figures.axes import KINDS_WITH_LABELLED_ROWS, lay_out_axes
from analysis.figures.heatmap import heatmap_traces
from analysis.figures.marks import add_marks, add_stamp, escaped
from analysis.figures.small_multiples import draw_panels
from analysis.theme import DASHES, FONT_STACK, MARKERS, NEUTRAL, PALETTE, QUIET, STATE_FILLS

HEIGHT = 390
STRIP_HEIGHT = 270  # of ranks, which accompany the scores above them
ROW_HEIGHT = 40  # a horizontal bar or timeline row with two lines of 11-point text
MAX_LABELLED_POINTS = 20  # beyond this direct labels collide
CROWD_A_ROW = 10  # dots beyond which single ones are no longer read
LABEL_CHARACTERS = 40
LABEL_LINES = 2
DAY_MILLISECONDS = 86_400_000


def draw(chart: Chart, *, with_title: bool = True) -> go.Figure:
    """The chart as a plotly figure; pages that set their own heading pass ``with_title=False``."""
    figure = draw_panels(chart, with_title=with_title) if chart.panels else _draw_one(chart, with_title=with_title)
    if chart.provenance.is_synthetic:
        add_stamp(figure)
    return figure


def _draw_one(chart: Chart, *, with_title: bool) -> go.Figure:
    figure = go.Figure()
    for position, series in sorted(enumerate(chart.series), key=lambda pair: not (chart.kind == "dots" and _is_crowd(pair[1]))):
        for trace in _TRACES[chart.kind](chart, series, position):
            figure.add_trace(trace)
    add_marks(figure, chart)
    _lay_out(figure, chart, with_title=with_title)
    return figure


def _line_traces(chart: Chart, series: Series, position: int) -> list[go.Scatter]:
    """One trace a segment, all in one legend entry; intervals as error bars."""
    traces = []
    segments = series.segments or ("",) * len(series.x)
    start = 0
    for _, group in groupby(segments):
        stop = start + len(list(group))
        traces.append(_segment(chart, series, position, slice(start, stop), is_first=start == 0))
        start = stop
    return traces


def _segment(chart: Chart, series: Series, position: int, part: slice, *, is_first: bool) -> go.Scatter:
    shown = [_value_text(chart, value) for value in series.y[part]]
    is_labelled = len(chart.series) == 1 and sum(value is not None for value in series.y) <= MAX_LABELLED_POINTS
    colour = PALETTE[position % len(PALETTE)]
    return go.Scatter(
        x=list(series.x[part]),
        y=list(series.y[part]),
        name=series.name,
        legendgroup=series.name,
        showlegend=is_first and len(chart.series) > 1,
        mode="lines+markers+text" if is_labelled else "lines+markers",
        text=shown,
        textposition="top center",
        customdata=[f"<br>{escaped(label)}" if label else "" for label in series.labels[part] or ("",) * len(shown)],
        hovertemplate="%{x}: %{text}%{customdata}<extra>" + escaped(series.name) + "</extra>",
        line={"color": colour, "dash": DASHES[position % len(DASHES)], "width": 2.5},
        marker={
            "color": [STATE_FILLS.get(state, colour) for state in series.states[part]] or colour,
            "symbol": MARKERS[position % len(MARKERS)],
            "size": [9 if state else 5 for state in series.states[part]] or 8,
            "line": {"color": colour, "width": 1.5},
            "opacity": 1,
        },
        connectgaps=False,
        cliponaxis=False,
        error_y=_error_bars(series, part),
    )


def _error_bars(series: Series, part: slice) -> dict[str, Any] | None:
    if not series.low:
        return None
    triples = list(zip(series.y[part], series.low[part], series.high[part], strict=True))
    up = [high - value if value is not None and high is not None else 0 for value, _, high in triples]
    down = [value - low if value is not None and low is not None else 0 for value, low, _ in triples]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1, "width": 3, "color": NEUTRAL}


def _bar_traces(chart: Chart, series: Series, position: int) -> list[go.Bar]:
    shown = [_value_text(chart, value) for value in series.y]
    told = [f"{value}<br>{escaped(label)}" if label else value for value, label in zip(shown, series.labels or ("",) * len(shown), strict=True)]
    is_horizontal = chart.x_kind == "category"
    names = [_wrapped(str(name)) for name in series.x] if is_horizontal else list(series.x)
    return [
        go.Bar(
            x=list(series.y) if is_horizontal else names,
            y=names if is_horizontal else list(series.y),
            name=series.name,
            orientation="h" if is_horizontal else "v",
            text=shown if is_horizontal and len(chart.series) == 1 else None,
            textposition="outside" if is_horizontal and len(chart.series) == 1 else "none",
            cliponaxis=False,
            hovertemplate=("%{y}" if is_horizontal else "%{x}") + ": %{customdata}<extra>" + escaped(series.name) + "</extra>",
            customdata=told,
            marker={
                "color": PALETTE[position % len(PALETTE)],
                "pattern": {"shape": ("", "/", ".", "x")[position % 4], "fillmode": "overlay", "fgcolor": "white", "size": 7, "solidity": 0.25},
            },
            showlegend=len(chart.series) > 1,
        )
    ]


def _timeline_traces(_: Chart, series: Series, position: int) -> list[go.Scatter | go.Bar]:
    """Windows (the first series) as horizontal bars, activities as markers, those with ``x_end`` as thin spans; ``labels`` name the rows."""
    rows = [_wrapped(label) for label in series.labels]
    if not series.x_end:
        marker = {"color": PALETTE[position % len(PALETTE)], "symbol": MARKERS[position % len(MARKERS)], "size": 7, "opacity": 0.75}
        return [go.Scatter(x=list(series.x), y=rows, mode="markers", name=series.name, marker=marker, hovertemplate="%{x|%d/%m/%Y}<extra></extra>")]
    if position:
        return [_spans(series, rows, position)]
    days = [_days(start, end) for start, end in zip(series.x, series.x_end, strict=True)]
    return [
        go.Bar(
            base=list(series.x),
            x=[count * DAY_MILLISECONDS for count in days],
            y=rows,
            orientation="h",
            name=series.name,
            marker={"color": "#DCE4EE", "line": {"color": PALETTE[0], "width": 1}},
            width=0.7,
            hoverinfo="skip",
        )
    ]


def _spans(series: Series, rows: list[str], position: int) -> go.Bar:
    """Activities whose day is not known: equal ones drawn once, darker for more, with how many and their time on hover."""
    counts = Counter(zip(rows, series.x, series.x_end, series.segments, strict=True))
    return go.Bar(
        base=[start for _, start, _, _ in counts],
        x=[_days(start, end) * DAY_MILLISECONDS for _, start, end, _ in counts],
        y=[row for row, *_ in counts],
        orientation="h",
        name=series.name,
        customdata=[f"{known}: {text.number(count)} hoạt động" for (*_, known), count in counts.items()],
        hovertemplate="%{customdata}<extra></extra>",
        marker={"color": PALETTE[position % len(PALETTE)], "opacity": [min(0.35 + 0.1 * count, 0.85) for count in counts.values()]},
        width=0.16,
        offset=0.18,
    )


def _dot_traces(chart: Chart, series: Series, position: int) -> list[go.Scatter]:
    """Markers on rows that are categories from top to bottom, so that small differences show; a crowd is small, grey and beneath the rest."""
    told = series.labels or ("",) * len(series.y)
    shown = [
        f"{escaped(label)}: {_value_text(chart, value)}" if label else _value_text(chart, value) for value, label in zip(series.y, told, strict=True)
    ]
    marker: dict[str, Any] = {"color": PALETTE[position % len(PALETTE)], "symbol": MARKERS[position % len(MARKERS)]}
    marker |= {"size": 13 - 2 * min(position, 2)} if not _is_crowd(series) else {"size": 6, "symbol": "circle", "color": QUIET}
    names = [_wrapped(str(name)) for name in series.x]
    template = "%{y}: %{customdata}<extra>" + escaped(series.name) + "</extra>"
    return [go.Scatter(x=list(series.y), y=names, mode="markers", name=series.name, customdata=shown, hovertemplate=template, marker=marker)]


def _is_crowd(series: Series) -> bool:
    """Whether a series holds so many dots a row that they are seen as a cloud."""
    return len(series.x) > CROWD_A_ROW * len(set(series.x))


_TRACES = {
    "line": _line_traces,
    "bar": _bar_traces,
    "dots": _dot_traces,
    "stacked_bar": _bar_traces,
    "timeline": _timeline_traces,
    "heatmap": heatmap_traces,
}


def _days(start: Cell, end: Cell) -> int:
    return (date.fromisoformat(str(end)) - date.fromisoformat(str(start))).days + 1


def _value_text(chart: Chart, value: float | None) -> str:
    if value is None:
        return ""
    suffix = "\u00a0%" if chart.unit_vi.startswith("%") else ""
    return text.number(value, chart.decimals) + suffix


def _wrapped(label: str) -> str:
    return "<br>".join(escaped(line) for line in wrap(label, LABEL_CHARACTERS, max_lines=LABEL_LINES, placeholder=" …"))


def _lay_out(figure: go.Figure, chart: Chart, *, with_title: bool) -> None:
    has_labelled_rows = chart.kind in KINDS_WITH_LABELLED_ROWS
    is_horizontal = has_labelled_rows or (chart.kind in ("bar", "stacked_bar", "dots") and chart.x_kind == "category")
    rows = len({label for series in chart.series for label in (series.labels if has_labelled_rows else series.x)})
    title = f"<b>{escaped(chart.title)}</b><br><sub>{escaped(chart.subtitle)}</sub>" if with_title else None
    figure.update_layout(
        template="plotly_white",
        height=max(HEIGHT, 130 + ROW_HEIGHT * rows) if is_horizontal else STRIP_HEIGHT if chart.y_reversed else HEIGHT,
        font={"family": FONT_STACK, "size": 13, "color": "#1A1A1A"},
        title={"text": title, "x": 0, "xanchor": "left", "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": 10}} if with_title else None,
        margin={"l": 60, "r": 40, "t": 150 if with_title else 75, "b": 90 if len(chart.series) > 1 else 60},
        separators=",.",
        barmode="stack" if chart.kind == "stacked_bar" else "overlay" if chart.kind == "timeline" else "group",
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        hoverlabel={"font": {"family": FONT_STACK}},
    )
    lay_out_axes(figure, chart, is_horizontal=is_horizontal)
