"""The report as one offline HTML file: interactive charts, their data beside them, no network by policy."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import plotly.offline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import text
from analysis.blocks import Chart, Provenance, Table
from analysis.estimate.grade import LABELS_VI
from analysis.figures.draw import draw
from analysis.publish.chart_data import data_table
from analysis.publish.model import ReportModel
from analysis.record import table_html
from analysis.theme import SYNTHETIC_STAMP

TEMPLATES = Path(__file__).parent / "templates"


def render_html(model: ReportModel) -> str:
    """The whole page. Deterministic: the same model gives the same bytes."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    scripts = (_plotly_script(), (TEMPLATES / "report.js").read_text(encoding="utf-8"))
    environment.globals |= {
        "kind": lambda block: type(block).__name__,
        "figure_json": _figure_json,
        "table": lambda block, css="", stamp=SYNTHETIC_STAMP: Markup(table_html(block, css, stamp)),  # noqa: S704 - table_html escapes every cell
        "data_table": data_table,
        "source_line": lambda provenance: source_line(provenance, model),
        "grade_labels": LABELS_VI,
        "day": lambda iso: "/".join(reversed(iso.split("-"))),
        "sentence_case": text.sentence_case,
    }
    return environment.get_template("report.html.j2").render(
        model=model,
        stamp=SYNTHETIC_STAMP,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - plotly's and our own file
        policy=_policy(scripts),
        annexes=_annexes(model),
    )


def source_line(provenance: Provenance, model: ReportModel) -> str:
    """``Nguồn: …`` by the short names of the register; publisher, document and address stand in chapter 7."""
    return "Nguồn: " + "; ".join(dict.fromkeys(model.sources[name].short_vi for name in provenance.source_ids)) + "."


def _annexes(model: ReportModel) -> list[Table]:
    return [table for table in model.printed if isinstance(table, Table) and table.is_annex]


def _figure_json(chart: Chart) -> Markup:
    figure: dict[str, Any] = json.loads(draw(chart, with_title=False).to_json())
    shown = {"data": figure["data"], "layout": _without_template(figure["layout"])}
    plain = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(plain.replace("<", "\\u003c"))  # noqa: S704 - no "<" is left, so the data cannot close its script element


def _without_template(layout: dict[str, Any]) -> dict[str, Any]:
    """The template is 6 kB a chart and the same for all; the page sets it once."""
    return {name: value for name, value in layout.items() if name != "template"}


@cache
def _plotly_script() -> str:
    return str(plotly.offline.get_plotlyjs())


def _policy(scripts: tuple[str, ...]) -> str:
    """Content-security policy: these scripts by hash, inline style (plotly sets it), and no network at all."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    allowed = f"script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
