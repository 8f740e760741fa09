"""Show a block to the reader of a notebook and record it for the report, in one step.

The record travels inside the executed notebook as an output of the MIME type ``BLOCK_MIME``; the publish floor
collects it from there, so a notebook needs no path and looks the same in JupyterLab as under papermill.
"""

import json
from dataclasses import replace
from html import escape
from typing import Any

from IPython.display import display

from analysis import text
from analysis.blocks import Block, Cell, Chapter, Chart, Column, Finding, Sentence, Table, to_json
from analysis.estimate.grade import LABELS_VI
from analysis.figures.draw import draw
from analysis.theme import SYNTHETIC_STAMP

BLOCK_MIME = "application/vnd.lantoa.block+json"


def show(*blocks: Block) -> None:
    """Display and record blocks in the order given."""
    for block in blocks:
        display(_bundle(block), raw=True)


def _bundle(block: Block) -> dict[str, Any]:
    bundle: dict[str, Any] = {BLOCK_MIME: to_json(block), "text/plain": _plain(block)}
    if isinstance(block, Chart):
        bundle["application/vnd.plotly.v1+json"] = json.loads(draw(block).to_json())
    else:
        bundle["text/html"] = _html(block)
    return bundle


def _plain(block: Block) -> str:
    match block:
        case Chapter():
            return block.title_vi
        case Chart():
            return f"{block.title}. {block.alt_vi}"
        case Table():
            return f"{block.title} ({len(block.rows)} dòng)"
        case _:
            return block.text_vi


def _html(block: Block) -> str:
    match block:
        case Chapter():
            return f"<h2>{escape(block.title_vi)}</h2><p><em>{escape(block.question_vi)}</em></p>"
        case Sentence():
            return f"<p>{escape(block.text_vi)}</p><p><small>{escape(block.evidence_vi)}</small></p>" + _stamp(block)
        case Finding():
            label = f" [{block.grade}: {LABELS_VI[block.grade]}]" if block.grade else ""
            return f"<p><strong>{escape(block.text_vi)}</strong>{label}</p><p><small>{escape(block.evidence_vi)}</small></p>" + _stamp(block)
        case Table():
            return table_html(replace(block, first_rows=block.first_rows or None), stamp=SYNTHETIC_STAMP)
        case _:
            raise TypeError(type(block).__name__)


def _stamp(block: Sentence | Finding) -> str:
    return f'<p style="color:#801650"><strong>{SYNTHETIC_STAMP}</strong></p>' if block.provenance.is_synthetic else ""


def table_html(table: Table, css_class: str = "", stamp: str = "") -> str:
    """A table as HTML with caption (stamped where synthetic), headed columns and Vietnamese numbers; missing cells read as an en rule."""
    heads = "".join(f'<th scope="col"{_aligned(column)}>{escape(column.title)}</th>' for column in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(_cell_html(value, column, position) for position, (value, column) in enumerate(zip(row, table.columns, strict=True)))
        + "</tr>"
        for row in table.rows[: table.first_rows]
    )
    css = f' class="{css_class}"' if css_class else ""
    mark = f' <span class="stamp">{stamp}</span>' if stamp and table.provenance.is_synthetic else ""
    return f"<table{css}><caption>{escape(table.title)}{mark}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _aligned(column: Column) -> str:
    return "" if column.decimals is None else ' class="number"'


def _cell_html(value: Cell, column: Column, position: int) -> str:
    shown = escape(cell_text(value, column))
    if shown.startswith("http"):
        shown = f'<span class="address">{shown}</span>'
    return f'<th scope="row">{shown}</th>' if position == 0 else f"<td{_aligned(column)}>{shown}</td>"


def cell_text(value: Cell, column: Column) -> str:
    """A cell as an official would print it."""
    if value is None:
        return text.DASH
    if isinstance(value, str) or column.decimals is None:
        return str(value)
    return text.percent(value, column.decimals) if column.is_percent else text.number(value, column.decimals)
