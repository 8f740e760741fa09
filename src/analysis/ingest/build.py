"""All registered files to all tables of the house, with an account of every row: in, out, set aside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.contracts import SCHEMAS, check_table, columns_of, key_of, parse_columns
from analysis.contracts.validation import duplicate_faults
from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.activity_log import LogContext, LogReading, read_activity_log
from analysis.ingest.contradictions import edition_faults
from analysis.ingest.cross_checks import cross_table_faults
from analysis.ingest.dossiers.rates import joined, rates_of_cells
from analysis.ingest.dossiers.tables import CELLS, DOSSIER_TABLES, read_dossier_tables
from analysis.ingest.empty_tables import empty_table
from analysis.ingest.index_folder import NONE, SCORES, FolderFiles, short_name
from analysis.ingest.index_registry import REGISTRY, REGISTRY_TABLES, read_registry
from analysis.ingest.plans import ITEM_COLUMNS, is_plan_year, with_schedule
from analysis.ingest.qd766_files.layout import KIND as QD766_FORM
from analysis.ingest.qd766_files.reader import read_qd766
from analysis.ingest.received import Received, read_csv
from analysis.ingest.reconcile import reconcile
from analysis.ingest.score_sources import CANDIDATES, editions_told, file_name, read_candidates, reconciling_notices, told_of_folder
from analysis.ingest.uptake import to_rates
from analysis.ingest.uptake_sources import read_uptake_source
from analysis.sources import REFERENCE_ONLY, Source

ACTIVITY_LOG = "activity-log"  # layout of a log in the office's own form
# Items need the year of their plan; the registry's tables come from one file, conflicts from reconciling the scores.
BUILD_ORDER = ("plans", *(name for name in SCHEMAS if name not in ("plans", *REGISTRY_TABLES, *DOSSIER_TABLES, "index_conflicts")))
FLAG_DIFFERS = "Dòng và nguồn không thống nhất về mô phỏng"


@dataclass
class Build:
    """Typed tables by name, rows set aside with their reasons, and the account: source_id → (rows in, rows out).

    Rows out of a source of scores are those it put forward; which of them stand in ``index_scores`` is for reconciling to say.
    ``editions`` are the index editions that each source of scores speaks of; ``notices`` what was understood and should be known.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    account: dict[str, tuple[int, int]] = field(default_factory=dict)
    set_aside: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    places: dict[str, pd.Series] = field(default_factory=dict)
    readings: Mapping[str, LogReading] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    files: Mapping[str, Path] = field(default_factory=dict)
    editions: dict[str, str] = field(default_factory=dict)


def build_tables(
    raw: Path,
    registered: Sequence[Source],
    readings: Mapping[str, LogReading] | None = None,
    folder: FolderFiles = NONE,
    waiting: Mapping[str, Path] | None = None,
) -> Build:
    """Every table of the contracts, sorted by key, from the registered sources and those of the office's index ``folder``.

    ``readings`` are logs already read, by sha256 of the file; ``waiting`` says where a source's file lies, by ``source_id``, that has
    not yet got its place. Raises ``DataFaults`` with all faults of all files.
    """
    sources = [*registered, *folder.sources]
    files = {source.source_id: raw / source.path for source in sources} | dict(waiting or {})
    build = Build(readings=readings or {}, notices=list(folder.notices), files=files)
    _build_registry(build, [source for source in sources if source.table == REGISTRY and source.is_in_force])
    for table in BUILD_ORDER:
        of_table = [source for source in sources if source.table == table and source.is_in_force]
        (_build_scores if table == SCORES else _build_table)(build, table, of_table)
    _build_dossiers(build, [source for source in sources if source.table == CELLS and source.is_in_force])
    unknown = sorted({source.table for source in sources} - set(SCHEMAS) - {REFERENCE_ONLY, REGISTRY})
    build.faults += [
        Fault("Bảng không có trong hợp đồng dữ liệu", "sources.yml", f"“{name}”", ", ".join(SCHEMAS), "sửa trường table") for name in unknown
    ]
    build.faults += cross_table_faults(build.tables, build.places, sources)
    if build.faults:
        raise DataFaults(told_of_folder(build.faults))
    _reconcile(build, sources)
    _add_rates_of_dossiers(build)
    build.tables = {name: _sorted(table, name) for name, table in build.tables.items()}
    build.tables["sources"] = _sources_table(build, sources)
    build.tables["set_aside"] = pd.DataFrame(build.set_aside, columns=["source_id", "line", "row_vi", "reason_vi"]).astype(
        {"source_id": "string", "line": "Int64", "row_vi": "string", "reason_vi": "string"}
    )
    told = [(notice.cause, notice.where, notice.said) for notice in build.notices]
    build.tables["build_notices"] = pd.DataFrame(told, columns=["cause_vi", "where_vi", "said_vi"], dtype="string")
    return build


def _build_registry(build: Build, sources: list[Source]) -> None:
    """The registry's tables; an office may add a second file with its own entries."""
    parts: dict[str, list[tuple[pd.DataFrame, pd.Series]]] = {table: [] for table in REGISTRY_TABLES}
    for source in sources:
        received, faults = read_registry(build.files[source.source_id], source.path)
        build.faults += faults
        build.account[source.source_id] = (sum(rows.lines_count for rows in received.values()), sum(len(rows.rows) for rows in received.values()))
        for table, rows in received.items():
            parts[table].append(_check(build, rows, SCHEMAS[table], source))
    for table, read in parts.items():
        _join(build, table, [typed[columns_of(SCHEMAS[table])] for typed, _ in read], [where for _, where in read])


def _join(build: Build, table: str, parts: list[pd.DataFrame], places: list[pd.Series]) -> None:
    build.tables[table] = pd.concat(parts, ignore_index=True) if parts else empty_table(table)
    build.places[table] = pd.concat(places, ignore_index=True) if places else pd.Series(dtype="object")
    if len(parts) > 1:
        build.faults += duplicate_faults(build.tables[table], key_of(SCHEMAS[table]), build.places[table])


def _build_table(build: Build, table: str, sources: Iterable[Source]) -> None:
    parts, places = [], []
    for source in sources:
        typed, where, received = _read_uptake(build, source) if table == "uptake" else _read(build, table, source)
        build.account[source.source_id] = (received.lines_count, len(typed))
        parts.append(typed[columns_of(SCHEMAS[table])])
        places.append(where)
    _join(build, table, parts, places)


def _read(build: Build, table: str, source: Source) -> tuple[pd.DataFrame, pd.Series, Received]:
    received = _receive(build, table, source)
    return *_check(build, received, SCHEMAS[table], source), received


def _read_uptake(build: Build, source: Source) -> tuple[pd.DataFrame, pd.Series, Received]:
    """Rates of a file of monthly counts, checked as it came: a column a count."""
    file = read_uptake_source(build.files[source.source_id], source, build.tables["units"])
    build.notices += file.notices
    typed, where = _check(build, file.received, file.schema, source)
    rates = to_rates(typed, file.basis)
    return rates, where.loc[rates.index], file.received


def _build_dossiers(build: Build, sources: Sequence[Source]) -> None:
    """Panels of dossier logs, and the monthly rates that no monthly table tells."""
    found = read_dossier_tables(sources, build.files)
    build.tables |= found.tables
    build.places |= found.places
    build.faults += found.faults
    build.account |= found.account


def _add_rates_of_dossiers(build: Build) -> None:
    reported = build.tables["uptake"]
    build.tables["uptake"], notices = joined(reported, rates_of_cells(build.tables[CELLS])[reported.columns])
    build.notices += notices


def _build_scores(build: Build, table: str, sources: Iterable[Source]) -> None:
    """All that sources say of scores, one under the other: candidates to be reconciled once everything is found sound."""
    parts, places = [], []
    for source in sources:
        found = read_candidates(build.files[source.source_id], source, build.tables)
        build.faults += found.faults
        build.notices += found.notices
        build.set_aside += found.set_aside
        build.account[source.source_id] = (found.lines_count, len(found.rows))
        build.editions[source.source_id] = editions_told(found.editions)
        parts.append(found.rows)
        places.append(found.places)
    build.tables[table] = pd.concat(parts, ignore_index=True) if parts else empty_table(table)[columns_of(CANDIDATES)]
    build.places[table] = pd.concat(places, ignore_index=True) if places else pd.Series(dtype="object")


def _reconcile(build: Build, sources: Sequence[Source]) -> None:
    if faults := edition_faults(build.tables[SCORES], {source.source_id: file_name(source) for source in sources}):
        raise DataFaults(told_of_folder(faults))
    found = reconcile(build.tables[SCORES], build.tables["index_trust"], sources)
    build.tables |= {SCORES: found.scores, "index_conflicts": found.conflicts}
    build.notices += reconciling_notices(found, build.tables["units"], build.tables["index_components"])


def _check(build: Build, received: Received, schema: pa.DataFrameSchema, source: Source) -> tuple[pd.DataFrame, pd.Series]:
    """Typed rows of one file and the place of each; a cell that could not be read is not reported as empty as well."""
    typed, faults = parse_columns(received.rows.assign(source_id=source.source_id), schema, received.name)
    where = _places(received, typed)
    typed = typed.reset_index(drop=True)
    if "is_synthetic" in typed and (typed["is_synthetic"].dropna() != source.is_synthetic).any():
        accepted = f"is_synthetic = {str(source.is_synthetic).lower()} ở mọi dòng, như mục {source.source_id} trong sources.yml"
        faults.append(Fault(FLAG_DIFFERS, received.name, "dòng ghi khác với nguồn", accepted, "sửa tệp hoặc mục đăng ký"))
    unreadable = {fault.where for fault in faults}
    checked = check_table(typed, schema, where)
    known = unreadable | {place.rpartition(", cột ")[0] for place in unreadable}  # what follows from an unreadable cell is not told again
    build.faults += received.faults + faults + [fault for fault in checked if fault.where not in known]
    return typed, where


def _places(received: Received, typed: pd.DataFrame) -> pd.Series:
    if received.places is not None:
        return received.places.loc[typed.index].reset_index(drop=True)
    return pd.Series([f"{received.name}, dòng {line}" for line in typed.index], dtype="object")


def _receive(build: Build, table: str, source: Source) -> Received:
    if source.layout == ACTIVITY_LOG:
        return _receive_log(build, source)
    if source.layout == QD766_FORM:
        tables, received_on = build.tables, date.fromisoformat(source.received_on)
        return read_qd766(build.files[source.source_id], source.path, tables["units"], tables["qd766_items"], received_on)
    columns = ITEM_COLUMNS if table == "plan_items" else tuple(name for name in columns_of(SCHEMAS[table]) if name != "source_id")
    received = read_csv(build.files[source.source_id], source.path, columns)
    if table == "plan_items":
        plans = build.tables["plans"].dropna(subset=["plan_number", "plan_year"])
        years = {row.plan_number: int(row.plan_year) for row in plans.itertuples() if is_plan_year(int(row.plan_year))}
        return with_schedule(received, years)
    return received


def _receive_log(build: Build, source: Source) -> Received:
    """Rows of an office's log; faulty ones stop the build, but for those the office left out on import."""
    context = LogContext(build.tables["units"], build.tables["plans"], build.tables["plan_items"], date.fromisoformat(source.received_on))
    path, is_synthetic = build.files[source.source_id], source.is_synthetic
    reading = build.readings.get(source.sha256) or read_activity_log(path, source.path, context, is_synthetic=is_synthetic)
    aside = {"source_id": source.source_id, "line": pd.NA}
    build.set_aside += [aside | {"row_vi": f"{place}: {shown}", "reason_vi": reason} for place, shown, reason in reading.left_out]
    faults = [] if len(reading.left_out) == source.left_out_count else list(reading.faults)  # what was decided holds for those rows only
    ids = source.source_id + "-" + reading.rows["activity_id"]
    return Received(source.path, reading.rows.assign(activity_id=ids), faults, reading.lines_count, reading.places)


def _sorted(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.sort_values(key_of(SCHEMAS[name]), kind="stable").reset_index(drop=True)


def _sources_table(build: Build, sources: Sequence[Source]) -> pd.DataFrame:
    """One row a registered file, with its account of rows."""
    aside = pd.Series([row["source_id"] for row in build.set_aside], dtype="object").value_counts()
    rows = [
        {
            **{name: getattr(source, name) for name in Source.__dataclass_fields__ if name != "addresses"},
            "edition": source.edition or build.editions.get(source.source_id, ""),
            "short_vi": short_name(source, build.editions.get(source.source_id, "")),
            "addresses": " ".join(source.addresses),
            "rows_in_count": build.account.get(source.source_id, (0, 0))[0],
            "rows_out_count": build.account.get(source.source_id, (0, 0))[1],
            "set_aside_count": int(aside.get(source.source_id, 0)),
        }
        for source in sources
    ]
    return pd.DataFrame(rows).sort_values("source_id").reset_index(drop=True)
