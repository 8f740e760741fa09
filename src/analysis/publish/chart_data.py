"""The numbers behind a chart as a table, so that every output can show them beside it."""

from analysis import text
from analysis.blocks import Cell, Chart, Column, Series, Table
from analysis.codes import REGIMES


def data_table(chart: Chart) -> Table:
    """One row a point of the x axis with a column a series; a timeline lists its rows with their dates."""
    if chart.panels:
        return _panel_table(chart)
    if chart.kind == "timeline":
        return _timeline_table(chart)
    if chart.kind == "heatmap":
        return _grid_table(chart)
    if any(len(set(series.x)) < len(series.x) for series in chart.series):
        return _point_table(chart)
    positions: dict[Cell, dict[int, float | None]] = {}
    methods: dict[Cell, str] = {}
    labels: dict[Cell, list[str]] = {}
    for number, series in enumerate(chart.series):
        for place, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
            positions.setdefault(x, {})[number] = y
            methods[x] = series.segments[place] if series.segments and chart.x_kind == "year" else ""
            labels.setdefault(x, []).extend(_label(series, place, chart))
    columns = [Column(chart.x_title or "Nhóm"), *(Column(_titled(series.name, chart), chart.decimals) for series in chart.series)]
    rows = [[shown_x(x, chart), *(found.get(number) for number in range(len(chart.series)))] for x, found in positions.items()]
    if any(methods.values()):
        columns.append(Column("Cách chấm (chỉ so trong cùng cách chấm)"))
        rows = [[*row, method] for row, method in zip(rows, methods.values(), strict=True)]
    if any(labels.values()):
        columns.append(Column("Ghi chú"))
        rows = [[*row, "; ".join(dict.fromkeys(told)) or None] for row, told in zip(rows, labels.values(), strict=True)]
    shown = tuple(tuple(row) for row in rows)
    return Table(f"{chart.chart_id}-data", f"Số liệu của biểu đồ: {chart.title}", tuple(columns), shown, chart.provenance)


def _point_table(chart: Chart) -> Table:
    """One row a dot, where a series has several on one row of the chart."""
    columns = (Column(chart.x_title or "Nhóm"), Column("Dấu"), Column("Ghi chú"), Column(text.sentence_case(chart.unit_vi), chart.decimals))
    rows = tuple(
        (shown_x(x, chart), series.name, (series.labels[place] or None) if series.labels else None, y)
        for series in chart.series
        for place, (x, y) in enumerate(zip(series.x, series.y, strict=True))
    )
    return Table(f"{chart.chart_id}-data", f"Số liệu của biểu đồ: {chart.title}", columns, rows, chart.provenance)


def _label(series: Series, place: int, chart: Chart) -> list[str]:
    """What is told of one point, with the name of its series where there are several."""
    label = series.labels[place] if series.labels else ""
    return [f"{series.name}: {label}" if len(chart.series) > 1 else label] if label else []


def _titled(name: str, chart: Chart) -> str:
    return f"{text.sentence_case(name)} ({chart.unit_vi})" if chart.unit_vi else text.sentence_case(name)


def shown_x(x: Cell, chart: Chart) -> str:
    """A position on the x axis as text: 5/2021 for months, the plain value otherwise."""
    return text.month(str(x)[:7]) if chart.x_kind == "month" else str(x)


def _panel_table(chart: Chart) -> Table:
    """One row a point of the shared x axis and segment, a column the reference and each panel."""
    values = [dict(zip(_points(series), series.y, strict=True)) for series in chart.series]
    places = sorted({point for series in chart.series for point in _points(series)})
    columns = [Column(chart.x_title or "Nhóm"), *(Column(_titled(series.name, chart), chart.decimals) for series in chart.series)]
    rows: list[tuple[Cell, ...]] = [(shown_x(x, chart), *(found.get((x, segment)) for found in values)) for x, segment in places]
    if len({segment for _, segment in places}) > 1:
        columns.append(Column("Cách gọi, cách tính (chỉ so trong cùng một cách)"))
        rows = [(*row, REGIMES.get(segment, segment)) for row, (_, segment) in zip(rows, places, strict=True)]
    return Table(f"{chart.chart_id}-data", f"Số liệu của biểu đồ: {chart.title}", tuple(columns), tuple(rows), chart.provenance)


def _points(series: Series) -> list[tuple[str, str]]:
    """Position and segment of each point; a month may stand in two regimes."""
    return list(zip(map(str, series.x), series.segments or ("",) * len(series.x), strict=True))


def _timeline_table(chart: Chart) -> Table:
    """One row a row of the timeline; a window in pieces lists the days on which they begin and end."""
    windows, *logged = chart.series
    pieces: dict[str, list[tuple[str, str]]] = {}
    for label, start, end in zip(windows.labels, windows.x, windows.x_end, strict=True):
        pieces.setdefault(label, []).append((_day(start), _day(end)))
    rows = []
    for label, days in pieces.items():
        known = sorted(found for series in logged for found in _times(series, label))
        window = ("; ".join(start for start, _ in days), "; ".join(end for _, end in days))
        last = max(known, key=lambda found: found[1:]) if known else None
        rows.append((label, *window, float(len(known)), known[0][2] if known else None, last[2] if last else None))
    columns = (Column("Mục"), Column("Từ ngày"), Column("Đến ngày"), Column("Hoạt động đã ghi", 0), Column("Hoạt động đầu"), Column("Hoạt động cuối"))
    return Table(f"{chart.chart_id}-data", f"Số liệu của biểu đồ: {chart.title}", columns, tuple(rows), chart.provenance)


def _times(series: Series, label: str) -> list[tuple[str, str, str]]:
    """First day, last day and wording of every activity of a row; one without a day is worded as it is known (``quý I/2021``)."""
    ends = series.x_end or series.x
    words = series.segments or tuple(_day(x) for x in series.x)
    found = zip(series.x, ends, words, series.labels, strict=True)
    return [(str(start), str(end), said) for start, end, said, row in found if row == label]


def _grid_table(chart: Chart) -> Table:
    """One row a row of the heatmap with every cell as ``part/whole``."""
    part, whole = chart.series
    cells = {
        (row, x): f"{text.number(of)}/{text.number(all_of)}"
        for row, x, of, all_of in zip(part.labels, part.x, part.y, whole.y, strict=True)
        if all_of and of is not None
    }
    heads = list(dict.fromkeys(part.x))
    columns = (Column(text.sentence_case(chart.unit_vi)), *(Column(str(head)) for head in heads))
    rows = tuple((row, *(cells.get((row, head)) for head in heads)) for row in dict.fromkeys(part.labels))
    return Table(f"{chart.chart_id}-data", f"Số liệu của biểu đồ: {chart.title}", columns, rows, chart.provenance)


def _day(value: Cell) -> str:
    year, month, day = str(value).split("-")
    return f"{day}/{month}/{year}"
