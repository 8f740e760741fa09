"""The index registry, one declared YAML file, as the tables that hold it; every fault names the entry."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.contracts import SCHEMAS, columns_of, key_of
from analysis.errors import Fault
from analysis.ingest.index_registry_form import UNREADABLE, Entry, form_faults, load
from analysis.ingest.received import Received
from analysis.units import INDEX_VINTAGE

REGISTRY = "index_registry"  # how the register calls the file
REGISTRY_TABLES = ("index_editions", "index_components", "index_weights", "index_noise", "index_trust")


def read_registry(path: Path, name: str) -> tuple[dict[str, Received], list[Fault]]:
    """The registry's tables as received rows of text, each with its place, and the faults of the file's form; then no row is read."""
    nothing = {table: Received(name, pd.DataFrame(columns=_columns(table), dtype="object")) for table in REGISTRY_TABLES}
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return nothing, [Fault(UNREADABLE, name, f"“{error}”", "tệp YAML, UTF-8", "lưu lại tệp với mã UTF-8")]
    found, faults = load(text, name)
    if faults := faults or form_faults(found, name):
        return nothing, faults
    rows: dict[str, list[Entry]] = {table: [] for table in REGISTRY_TABLES}
    rows["index_trust"] = [_trust(level, entry) for level, entry in enumerate(found["trust"], 1)]
    for index in found["indices"]:
        _add_index(rows, index)
    return {table: _received(listed, table, name) for table, listed in rows.items()}, []


def _columns(table: str) -> list[str]:
    return [column for column in columns_of(SCHEMAS[table]) if column != "source_id"]


def _received(listed: list[Entry], table: str, name: str) -> Received:
    rows = pd.DataFrame(listed, columns=_columns(table), dtype="object").map(_text)
    key = [column for column in key_of(SCHEMAS[table]) if column in rows]
    places = rows[key].apply(lambda row: f"{name}, {table}: {', '.join(row)}", axis=1) if len(rows) else pd.Series(dtype="object")
    return Received(name, rows, lines_count=len(rows), places=places)


def _text(value: Any) -> str:
    """A value of YAML as the contracts read it: lower-case booleans, ISO dates, whole numbers without a point."""
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)


def _trust(level: int, entry: Entry) -> Entry:
    parts = " ".join(entry.get("address_parts") or []) or pd.NA
    return {"trust_level": level, "name_vi": entry["name_vi"], "bases": " ".join(entry["bases"]), "address_parts": parts}


def _add_index(rows: dict[str, list[Entry]], index: Entry) -> None:
    """The entries of one index, each with the index's name, put to the rows of their tables."""
    name = {"index": index["index"]}
    eras = {era["era"]: era for era in index["eras"]}
    rows["index_editions"] += [name | _edition(entry, eras.get(entry["era"], {}), index["measured"]) for entry in index["editions"]]
    rows["index_components"] += [name | _component(entry, index["direction"]) for entry in index["components"]]
    rows["index_weights"] += [
        name | {"era": era["era"], "component": component, "weight_pct": weight}
        for era in index["eras"]
        for component, weight in (era.get("weights_pct") or {}).items()
    ]
    rows["index_noise"] += [name | _noise(entry) for entry in index.get("noise", [])]


def _edition(entry: Entry, era: Entry, measured: str) -> Entry:
    year = int(entry["year"])
    return {
        "edition_year": year,
        "era": entry["era"],
        "footing_era": era.get("footing", entry["era"]),
        "vintage": entry.get("vintage", INDEX_VINTAGE),
        "measured_from_date": entry.get("measured_from") or date(year, 1, 1),
        "measured_to_date": entry.get("measured_to") or date(year, 12, 31),
        "measured_basis": "stated" if entry.get("measured_from") else measured,
        "published_date": entry["published"],
        "published_precision": entry["published_precision"],
        "ranked_units_count": entry["ranked_units"],
        "composite_rule": entry.get("rule") or era.get("rule"),
        "sample_vi": entry["sample_vi"],
        "sample_size_count": entry["sample_size"],
        **{field: entry[field] for field in ("deciding_document", "note", "address")},
    }


def _component(entry: Entry, direction: str) -> Entry:
    first, last = entry["years"]
    low, high = entry["scale"]
    return {
        "parent_component": entry["parent"],
        "first_year": first,
        "last_year": last,
        "scale_min_score": low,
        "scale_max_score": high,
        "direction": entry.get("direction", direction),
        **{field: entry[field] for field in ("component", "name_vi", "name_en", "is_near_communication", "is_circular", "note")},
    }


def _noise(entry: Entry) -> Entry:
    return {
        "component": entry["component"],
        "era": entry["era"],
        "sd_yearly_change_score": entry["sd"],
        "p95_yearly_change_score": entry["p95"],
        "between_province_sd_score": entry["between_province_sd"],
    }
