"""Figures that public pages print, each with its address, against our tables to the printed digit."""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.ingest.index_files import read_index_file
from analysis.ingest.score_reading import IndexContext

HERE = Path(__file__).parent
WORKBOOKS = HERE.parents[2] / "shared" / "data" / "panel" / "workbooks" / "pci"
FIGURE = ["index", "edition_year", "province_code", "component"]


@cache
def published() -> tuple[dict[str, str], ...]:
    with (HERE / "published_figures.csv").open(encoding="utf-8", newline="") as content:
        return tuple(csv.DictReader(content))


def as_printed(value: float, printed: str) -> str:
    """A figure with as many decimals as the page prints."""
    return str(Decimal(repr(float(value))).quantize(Decimal(printed)))


def key_of(row: dict[str, str]) -> tuple[str, int, str, str]:
    return row["index"], int(row["edition_year"]), row["province_code"], row["component"]


def test_the_published_figures_are_many_of_three_indices_and_all_have_a_page():
    rows = published()
    assert len(rows) >= 150
    assert {row["index"] for row in rows} == {"PCI", "PAR INDEX", "SIPAS"}
    assert all(row["address"].startswith("http") and row["printed"] for row in rows)


def test_every_published_figure_stands_in_the_tables_or_is_kept_as_a_conflict(built):
    scores = built.tables["index_scores"].set_index(FIGURE)
    conflicts = built.tables["index_conflicts"]
    kept = {(*key, field): set(values) for (*key, field), values in conflicts.groupby([*FIGURE, "field"])["value"]}
    wrong = []
    for row in published():
        held = scores.loc[key_of(row), row["field"]]
        others = {as_printed(value, row["printed"]) for value in kept.get((*key_of(row), row["field"]), ())}
        if pd.isna(held) or as_printed(float(held), row["printed"]) != row["printed"]:
            wrong += [] if row["printed"] in others else [(row, held)]
    assert wrong == []


@pytest.mark.skipif(not WORKBOOKS.is_dir(), reason="../shared/data/panel/workbooks is not here; it is read in place, never copied")
def test_the_publishers_workbooks_give_what_the_pages_print(built):
    tables = built.tables
    context = IndexContext(tables["units"], tables["index_editions"], tables["index_components"], tables["index_weights"])
    read = [read_index_file(path, path.name, "pci-workbook", context) for path in sorted(WORKBOOKS.iterdir())]
    held = pd.concat([reading.rows for reading in read]).set_index(FIGURE)
    compared, wrong = 0, []
    for row in published():
        if key_of(row) not in held.index or pd.isna(value := held.loc[key_of(row), row["field"]]):
            continue
        compared += 1
        if as_printed(float(value), row["printed"]) != row["printed"]:
            wrong.append((row, float(value)))
    assert compared >= 100
    assert wrong == []
