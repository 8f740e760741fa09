"""What tables must agree on: units that exist on their days, items of plans and indices, one kind of data a table."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis import corrections
from analysis.errors import Fault
from analysis.ingest.dossiers.tables import CELLS
from analysis.ingest.qd766_files.reader import counted_item_faults
from analysis.ingest.references import item_faults, level_faults, plan_year_faults, rival_plan_faults, unit_faults, validity_faults
from analysis.ingest.scores import score_faults, weight_faults
from analysis.sources import Source

UNIT_COLUMNS = {
    "plans": "province_code",
    "activities": "unit_code",
    "index_scores": "province_code",
    "uptake": "unit_code",
    "uptake_facts": "unit_code",
    "dossier_cells": "unit_code",
    "qd766_counts": "unit_code",
    "events": "scope_code",
}
PROVINCE_LEVELS = {"plans": ("province",), "index_scores": ("province", "country")}


def cross_table_faults(tables: Mapping[str, pd.DataFrame], places: Mapping[str, pd.Series], sources: Sequence[Source]) -> list[Fault]:
    """Faults that no table shows by itself; ``places`` tell where each row of a table stands."""
    faults = []
    for table, column in UNIT_COLUMNS.items():
        faults += unit_faults(tables[table], column, tables["units"], places[table])
    for side in ("from", "to"):
        faults += unit_faults(tables["unit_links"], f"{side}_code", tables["units"], places["unit_links"], f"{side}_vintage")
    for table in ("activities", "uptake", CELLS):
        faults += _mixed_faults(tables[table], places[table])
        days = tables[table]["start_date"] if table == "activities" else _first_days(tables[table]["period_month"])
        faults += validity_faults(tables[table], days, tables["units"], places[table])
    counts = tables["qd766_counts"]
    faults += validity_faults(counts, counts["period_end_date"], tables["units"], places["qd766_counts"])
    faults += counted_item_faults(counts, tables["qd766_items"], places["qd766_counts"])
    for table, levels in PROVINCE_LEVELS.items():
        faults += level_faults(tables[table], "province_code", tables["units"], levels, places[table])
    faults += rival_plan_faults(tables["plans"], places["plans"])
    faults += plan_year_faults(tables["activities"], tables["plans"], places["activities"])
    faults += weight_faults(tables["index_weights"], places["index_weights"])
    faults += corrections.declared_faults(
        tables["corrections"], tables["units"], tables["index_components"], tables["index_editions"], sources, places["corrections"]
    )
    faults += item_faults(tables["activities"], tables["plans"], tables["plan_items"], places["activities"])
    faults += score_faults(tables["index_scores"], tables["index_components"], tables["index_editions"], places["index_scores"])
    return faults


def _first_days(months: pd.Series) -> pd.Series:
    """First day of each ``YYYY-MM``; NaT where the month cannot be read."""
    return pd.to_datetime(months, format="%Y-%m", errors="coerce")


def _mixed_faults(table: pd.DataFrame, places: pd.Series) -> list[Fault]:
    """Real and synthetic rows must not lie in one table: a report could then stamp one with the other's name."""
    invented = table["is_synthetic"].dropna().astype(bool)
    if not invented.any() or invented.all():
        return []
    action = "bỏ bộ mô phỏng (tệp và mục trong sources.yml) khi đã có số liệu thật"
    where = f"{places[invented.idxmax()].partition(', ')[0]} và {places[(~invented).idxmax()].partition(', ')[0]}"
    return [Fault("Số liệu thật lẫn với số liệu mô phỏng", where, f"{int(invented.sum())} dòng mô phỏng", "chỉ một loại", action)]
