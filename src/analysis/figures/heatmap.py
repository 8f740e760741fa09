"""A grid of shares drawn with plotly: every cell carries its counts, so that nothing rests on colour."""

from textwrap import wrap

import plotly.graph_objects as go

from analysis import text
from analysis.blocks import Chart, Series

SCALE = [[0.0, "#F4F6F9"], [1.0, "#5C86B3"]]  # dark text keeps a contrast of 4.5:1 on the darkest cell, also in grey print
INK = "#1A1A1A"
LABEL_CHARACTERS = 34


def heatmap_traces(chart: Chart, series: Series, position: int) -> list[go.Heatmap]:
    """The part of a whole as colour and as ``part/whole`` in the cell; a cell without a whole stays empty. The second series draws nothing."""
    if position:
        return []
    columns, rows = list(dict.fromkeys(series.x)), list(dict.fromkeys(series.labels))
    found = {(row, x): (part, whole) for row, x, part, whole in zip(series.labels, series.x, series.y, chart.series[1].y, strict=True)}
    return [
        go.Heatmap(
            name=series.name,
            x=columns,
            y=[_wrapped(row) for row in rows],
            z=[[_share(*found.get((row, x), (None, None))) for x in columns] for row in rows],
            text=[[_shown(*found.get((row, x), (None, None))) for x in columns] for row in rows],
            texttemplate="%{text}",
            textfont={"color": INK, "size": 12},
            hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
            colorscale=SCALE,
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    ]


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _shown(part: float | None, whole: float | None) -> str:
    return f"{text.number(part)}/{text.number(whole)}" if part is not None and whole else ""


def _wrapped(label: str) -> str:
    escaped = label.replace("&", "&amp;").replace("<", "&lt;")
    return "<br>".join(wrap(escaped, LABEL_CHARACTERS))
