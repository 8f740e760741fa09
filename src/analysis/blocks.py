"""What a notebook shows and a report is made of: findings, sentences, charts described once, tables.

Blocks are plain frozen data that survive JSON unchanged. Every block names the registered sources it rests on and
whether any row behind it is synthetic; outputs derive source lines and stamps from that and from nothing else.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

import pandas as pd

from analysis.estimate.result import Grade

Cell = str | float | int | None
ChartKind = Literal["line", "bar", "stacked_bar", "dots", "timeline", "heatmap"]
AxisKind = Literal["year", "month", "category", "date", "number"]

MAX_SERIES = 4  # four colours keep a contrast of 3:1 and stay distinct; more series belong in panels or a table
MAX_PANELS = 12  # three columns of four: more panels are too small to read, or more than one screen


@dataclass(frozen=True)
class Provenance:
    """Registered sources of the rows used, and whether any of them is synthetic."""

    source_ids: tuple[str, ...]
    is_synthetic: bool

    def __or__(self, other: "Provenance") -> "Provenance":
        ids = tuple(sorted({*self.source_ids, *other.source_ids}))
        return Provenance(ids, self.is_synthetic or other.is_synthetic)


_ORIGINS = ("source_id", "rank_source_id", "error_source_id", "digits_source_id")  # not all of a row need come from one source


def provenance(*frames: pd.DataFrame) -> Provenance:
    """Sources and synthetic flag of the rows of frames that carry ``source_id`` (and origins of rank and error, and ``is_synthetic``)."""
    columns = [frame[name] for frame in frames for name in _ORIGINS if name in frame or name == "source_id"]
    ids = {str(source) for column in columns for source in column.dropna().unique()}
    is_synthetic = any(bool(frame["is_synthetic"].any()) for frame in frames if "is_synthetic" in frame)
    return Provenance(tuple(sorted(ids)), is_synthetic)


@dataclass(frozen=True)
class Chapter:
    """Start of a chapter; ``question_vi`` is what it answers."""

    chapter_id: str
    title_vi: str
    question_vi: str


@dataclass(frozen=True)
class Sentence:
    """A paragraph of the report. ``evidence_vi`` is the line that lets a reader check it; may be empty for method notes."""

    text_vi: str
    provenance: Provenance
    evidence_vi: str = ""
    is_note: bool = False


@dataclass(frozen=True)
class Finding:
    """A sentence fit for the leaders' page. ``grade`` is None for what was counted rather than inferred."""

    finding_id: str
    text_vi: str
    evidence_vi: str
    provenance: Provenance
    grade: Grade | None = None


@dataclass(frozen=True)
class Series:
    """One line or set of bars. ``y`` holds None at a gap; ``segments`` name the era of each point, never joined across.

    ``index`` names the index whose registered eras the segments must be. In a timeline ``x_end`` makes spans, and
    ``segments`` word the time of those known only to a month, quarter or year. In a line or bars ``labels`` say what a reader
    must know of each point, and ``states`` whether the change into it is clear, within_noise or not_known (empty: nothing to compare).
    ``panel`` is the panel that a line stands in (small multiples); a line without one is then the reference, in grey in all of them.
    """

    name: str
    x: tuple[Cell, ...]
    y: tuple[float | None, ...]
    segments: tuple[str, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    labels: tuple[str, ...] = ()
    x_end: tuple[Cell, ...] = ()
    index: str = ""
    states: tuple[str, ...] = ()
    panel: str = ""


@dataclass(frozen=True)
class Mark:
    """A dated event or break drawn across a chart; with ``x_end`` a shaded span."""

    x: Cell
    label: str
    x_end: Cell = None
    is_break: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart described once and drawn by every output. ``decimals`` is for values; ``unit_vi`` names their unit.

    A heatmap has two series with the same ``x`` and ``labels`` (its rows): the part and the whole of every cell. Lines in
    panels are small multiples with the same axes; ``MAX_SERIES`` holds for each panel. With ``y_reversed`` the smallest value stands on
    top, as ranks do.
    """

    chart_id: str
    title: str
    subtitle: str
    kind: ChartKind
    x_kind: AxisKind
    x_title: str
    unit_vi: str
    series: tuple[Series, ...]
    provenance: Provenance
    alt_vi: str
    decimals: int = 0
    marks: tuple[Mark, ...] = ()
    notes_vi: tuple[str, ...] = ()
    y_from_zero: bool = False
    y_reversed: bool = False

    def __post_init__(self) -> None:
        most = max((len(self.in_panel(panel)) for panel in self.panels), default=len(self.series))
        if most > MAX_SERIES:
            raise ValueError(f"{self.chart_id}: {most} series, at most {MAX_SERIES} can be told apart")
        if len(self.panels) > MAX_PANELS:
            raise ValueError(f"{self.chart_id}: {len(self.panels)} panels, at most {MAX_PANELS} can be read")
        if self.panels and self.kind != "line":
            raise ValueError(f"{self.chart_id}: only lines stand in panels")

    @property
    def panels(self) -> tuple[str, ...]:
        """Names of the panels in their order; none unless the lines are drawn as small multiples."""
        return tuple(dict.fromkeys(series.panel for series in self.series if series.panel))

    def in_panel(self, panel: str) -> tuple[Series, ...]:
        """The lines of a panel with the references that stand in every one."""
        return tuple(series for series in self.series if series.panel in ("", panel))


@dataclass(frozen=True)
class Column:
    """A column of a table; ``decimals`` None means text."""

    title: str
    decimals: int | None = None
    is_percent: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its note; rows hold raw values, formatting is the outputs' work. None prints as an em rule.

    With ``first_rows`` a page shows no more than these, and a note says where all of them stand; with 0 it leaves the table
    to the files beside it.
    """

    table_id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    provenance: Provenance
    notes_vi: tuple[str, ...] = field(default=())
    is_annex: bool = False
    first_rows: int | None = None


Shown = Sentence | Finding | Chart | Table  # blocks that rest on sources
Block = Chapter | Sentence | Finding | Chart | Table
_KINDS: dict[str, type[Block]] = {kind.__name__: kind for kind in (Chapter, Sentence, Finding, Chart, Table)}


def to_json(block: Block) -> dict[str, Any]:
    """The block as JSON data with its type under ``block``."""
    return {"block": type(block).__name__, **asdict(block)}


def from_json(data: dict[str, Any]) -> Block:
    """The inverse of ``to_json``. Raises ``KeyError`` or ``TypeError`` for anything else."""
    fields = {name: _tuples(value) for name, value in data.items() if name != "block"}
    if "provenance" in fields:
        fields["provenance"] = Provenance(**fields["provenance"])
    for name, part in (("series", Series), ("marks", Mark), ("columns", Column)):
        if name in fields:
            fields[name] = tuple(part(**item) for item in fields[name])
    return _KINDS[data["block"]](**fields)


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _tuples(part) for name, part in value.items()}
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


def cell(value: Any) -> Cell:
    """A frame's value as plain JSON data: NA becomes None, numpy and pandas scalars become Python's."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return cast(Cell, value.item() if hasattr(value, "item") else value)


def cells(values: Iterable[Any]) -> tuple[Cell, ...]:
    """``cell`` over a column."""
    return tuple(cell(value) for value in values)


def numbers(values: Iterable[Any]) -> tuple[float | None, ...]:
    """A numeric column with None where missing."""
    return tuple(None if pd.isna(value) else float(value) for value in values)
