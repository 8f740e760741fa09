"""Registered panels of dossier logs to the three tables of the house: cells, days, account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis.contracts import SCHEMAS, check_table, columns_of
from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.panel_file import read_panel
from analysis.ingest.dossiers.personal import fields_fault
from analysis.ingest.empty_tables import empty_table
from analysis.sources import Source
from analysis.text import month

CELLS, DAYS, ACCOUNT = "dossier_cells", "dossier_days", "dossier_account"
DOSSIER_TABLES = (CELLS, DAYS, ACCOUNT)
OTHER_KIND = "Bảng tổng hợp sổ hồ sơ không đúng loại"
TOLD_TWICE = "Hai bảng tổng hợp sổ hồ sơ cùng nói về một tháng"


@dataclass
class DossierTables:
    """Typed tables by name, their places, faults, and rows read and kept of each panel; the log's own account is a table."""

    tables: dict[str, pd.DataFrame]
    places: dict[str, pd.Series]
    faults: list[Fault] = field(default_factory=list)
    account: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_dossier_tables(sources: Iterable[Source], files: Mapping[str, Path]) -> DossierTables:
    """All panels under one another, each held to the contracts; two panels must not tell of the same unit and month."""
    parts: dict[str, list[pd.DataFrame]] = {table: [empty_table(table)] for table in DOSSIER_TABLES}
    found = DossierTables({}, {})
    for source in sources:
        try:
            _read_one(source, files[source.source_id], parts, found)
        except DataFaults as error:
            found.faults += error.faults
    for table, read in parts.items():
        found.tables[table] = pd.concat(read[1:], ignore_index=True) if len(read) > 1 else read[0]
        found.places[table] = found.tables[table]["source_id"].map({source.source_id: source.path for source in sources}).astype("object")
    found.faults += _told_twice(found.tables[CELLS], found.places[CELLS])
    return found


def _read_one(source: Source, path: Path, parts: dict[str, list[pd.DataFrame]], found: DossierTables) -> None:
    panel = read_panel(path, source.path)
    if panel.account.is_synthetic != source.is_synthetic:
        kinds = {True: "mô phỏng", False: "thật"}
        accepted = f"số liệu {kinds[source.is_synthetic]}, như mục {source.source_id} trong sources.yml"
        found.faults.append(
            Fault(OTHER_KIND, source.path, f"số liệu {kinds[panel.account.is_synthetic]}", accepted, "sửa mục đăng ký hoặc lấy đúng tệp")
        )
    if fault := fields_fault(set(panel.cells["field_vi"])):
        found.faults.append(replace(fault, where=f"{source.path}, {fault.where}"))
    found.account[source.source_id] = (len(panel.cells), len(panel.cells))
    for table, rows in zip(DOSSIER_TABLES, (panel.cells, panel.days, panel.outcomes), strict=True):
        typed = rows.assign(source_id=pd.Series(source.source_id, index=rows.index, dtype="string"))[columns_of(SCHEMAS[table])]
        found.faults += check_table(typed, SCHEMAS[table], pd.Series([f"{source.path}, hàng {number}" for number in range(1, len(typed) + 1)]))
        parts[table].append(typed)


def _told_twice(cells: pd.DataFrame, places: pd.Series) -> list[Fault]:
    months = cells[["source_id", "unit_code", "vintage", "period_month"]].drop_duplicates()
    found = months.set_index("source_id").groupby(level=0, sort=False)  # as registered: the later panel is the one to think about
    of_source = {source: set(rows.itertuples(index=False, name=None)) for source, rows in found}
    faults = []
    for first, second in combinations(of_source, 2):
        shared = of_source[first] & of_source[second]
        if shared:
            told = sorted({period for _, _, period in shared})
            where = places[cells["source_id"] == second].iloc[0]
            said = f"{len(shared)} đơn vị-tháng, từ tháng {month(told[0])} đến tháng {month(told[-1])}, đã có ở {first}"
            faults.append(
                Fault(TOLD_TWICE, where, said, "mỗi đơn vị, mỗi tháng một bảng", f"nạp bảng thay với --replaces {first}, hoặc rút một bảng")
            )
    return faults
