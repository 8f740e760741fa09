"""Published scores of one source, in whatever form they came, as candidates for ``index_scores``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis import corrections
from analysis.codes import COMPOSITE, SCORE_FIELDS, SHARED_RANK
from analysis.contracts import check_table, key_of, parse_columns
from analysis.contracts.declare import schema
from analysis.contracts.index_schemas import FIGURE, INDEX_SCORES
from analysis.contracts.validation import DUPLICATE, duplicate_faults
from analysis.errors import Fault, Notice
from analysis.indices import components_of
from analysis.ingest.index_files import read_index_file
from analysis.ingest.index_folder import SHOWN, below_folder
from analysis.ingest.received import read_csv
from analysis.ingest.reconcile import Reconciled
from analysis.ingest.score_reading import SCORE_COLUMNS, IndexContext, ScoreReading
from analysis.sources import Source
from analysis.text import enumerate_vi, normalise, year_spans
from analysis.units import short_name

ERROR_ALONE = "Sai số chuẩn không có điểm đi kèm"
LEAVE_FOLDER = "chuyển tệp ra khỏi thư mục chỉ số (index_dir trong lantoa.toml)"

_STATED = pa.Check(
    lambda rows: rows[list(SCORE_FIELDS)].notna().any(axis=1), error="có điểm, thứ hạng hoặc sai số chuẩn; chưa công bố thì bỏ cả dòng"
)
# What one source says: as index_scores, but one page may state score and rank in two rows, and a file may hold standard errors alone.
CANDIDATES = schema([*FIGURE, "address", "basis"], {name: INDEX_SCORES.columns[name] for name in (*SCORE_COLUMNS, "source_id")}, _STATED)


@dataclass(frozen=True)
class Candidates:
    """Checked candidates of one source: ``rows`` have ``SCORE_COLUMNS`` and ``source_id``, ``places`` says where each stands."""

    rows: pd.DataFrame
    places: pd.Series
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]
    set_aside: tuple[dict[str, object], ...]
    lines_count: int
    editions: tuple[tuple[str, int], ...]


def read_candidates(path: Path, source: Source, tables: Mapping[str, pd.DataFrame]) -> Candidates:
    """What the file at ``path`` says of scores, corrected as declared and held to the contract; ``tables`` are those built before scores."""
    reading = _read(path, source, tables)
    corrected = corrections.apply(reading.rows, tables["corrections"], source.source_id, reading.places)
    places = reading.places.loc[corrected.rows.index].reset_index(drop=True)
    origin = pd.Series(source.source_id, index=corrected.rows.index, dtype="string")
    rows = corrected.rows.assign(source_id=origin).reset_index(drop=True)
    aside = tuple(_aside(source, reading.places, told) for told in (*reading.set_aside, *corrected.set_aside))
    faults = (*reading.faults, *_faults(reading, rows, places))
    return Candidates(rows, places, faults, (*reading.notices, *corrected.expired), aside, reading.lines_count, reading.editions)


def _aside(source: Source, places: pd.Series, told: tuple[str, str, str]) -> dict[str, object]:
    """A row of ``set_aside``: by its line in the contract's CSV, by its place in any other file."""
    place, shown, reason = told
    if source.layout:
        return {"source_id": source.source_id, "line": pd.NA, "row_vi": " ".join(normalise(f"{place}: {shown}").split()), "reason_vi": reason}
    line = places.index[places == place][0]
    return {"source_id": source.source_id, "line": line, "row_vi": shown, "reason_vi": reason}


def _read(path: Path, source: Source, tables: Mapping[str, pd.DataFrame]) -> ScoreReading:
    name = file_name(source)
    if source.layout:
        context = IndexContext(tables["units"], tables["index_editions"], tables["index_components"], tables["index_weights"])
        if below := below_folder(source):
            return _in_folder(read_index_file(path, below, source.layout, context))
        return read_index_file(path, name, source.layout, context, expected_year=only_year(source))
    received = read_csv(path, name, SCORE_COLUMNS)
    columns = pa.DataFrameSchema({name: INDEX_SCORES.columns[name] for name in SCORE_COLUMNS})
    typed, faults = parse_columns(received.rows, columns, received.name)
    places = pd.Series([f"{received.name}, dòng {line}" for line in typed.index], index=typed.index, dtype="object")
    return ScoreReading(typed, places, (*received.faults, *faults), lines_count=received.lines_count)


def file_name(source: Source) -> str:
    """How messages call the file of a source: its path in data/raw, or its place below the index folder, told to be there."""
    below = below_folder(source)
    return normalise(source.path) if below is None else f"{SHOWN}{below}"


def only_year(source: Source) -> int | None:
    """The edition a registered file was taken in as, which decides where the file itself states no year; None for several."""
    return int(source.edition) if re.fullmatch(r"\d{4}", source.edition) else None


def _in_folder(reading: ScoreReading) -> ScoreReading:
    """A reading of a file of the index folder, with the folder told in every place."""
    return replace(
        reading,
        places=SHOWN + reading.places,
        faults=tuple(replace(fault, where=f"{SHOWN}{fault.where}") for fault in reading.faults),
        notices=tuple(replace(notice, where=f"{SHOWN}{notice.where}") for notice in reading.notices),
        set_aside=tuple((f"{SHOWN}{place}", shown, reason) for place, shown, reason in reading.set_aside),
    )


def told_of_folder(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once; those of files of the index folder with the way round them, and without options that only ``import`` has."""
    return [_with_way_round(fault) if fault.where.startswith(SHOWN) else fault for fault in dict.fromkeys(faults)]


def _with_way_round(fault: Fault) -> Fault:
    kept = [way for way in re.split(r",? hoặc ", fault.action) if "--" not in way]
    return replace(fault, action=", hoặc ".join([*kept, LEAVE_FOLDER]))


def _faults(reading: ScoreReading, rows: pd.DataFrame, places: pd.Series) -> list[Fault]:
    """Breaches of the contract by the corrected rows, and fields of a figure that one page of the file states twice.

    What follows from an unreadable cell is not told again.
    """
    faults = [fault for fault in check_table(rows, CANDIDATES, places) if fault.cause != DUPLICATE]
    for field in SCORE_FIELDS:
        faults += duplicate_faults(reading.rows[reading.rows[field].notna()], key_of(CANDIDATES), reading.places)
    unreadable = {fault.where for fault in reading.faults}
    known = unreadable | {place.rpartition(", cột ")[0] for place in unreadable}
    return [fault for fault in dict.fromkeys(faults) if fault.where not in known]


def reconciling_notices(found: Reconciled, units: pd.DataFrame, components: pd.DataFrame) -> list[Notice]:
    """What reconciling leaves open: ranks that two provinces share, and standard errors whose score nobody states."""
    notices = []
    names = units.drop_duplicates(["unit_code", "vintage"]).set_index(["unit_code", "vintage"])["name_vi"]
    for (index, year, component, rank), rows in found.shared_ranks.groupby(["index", "edition_year", "component", "rank"]):
        told = enumerate_vi([short_name(names.get((row.province_code, row.vintage), row.province_code)) for row in rows.itertuples()])
        notices.append(
            Notice(SHARED_RANK, _figures_told(components, index, year, component), f"hạng {rank} ghi cho {told}; giữ cả hai, chưa rõ bên nào đúng")
        )
    for index, year, component, code in found.errors_alone[["index", "edition_year", "component", "province_code"]].itertuples(index=False):
        place = f"{_figures_told(components, index, year, component)}, tỉnh {code}"
        notices += [Notice(ERROR_ALONE, place, "chỉ có sai số chuẩn nên không dùng")]
    return notices


def _figures_told(components: pd.DataFrame, index: str, year: int, component: str) -> str:
    """An edition and its composite, or a component by the publisher's name."""
    names = components_of(components, index, int(year)).set_index("component")["name_vi"]
    return f"{index} {year}, {'điểm tổng hợp' if component == COMPOSITE else names.get(component, component)}"


def editions_told(editions: Sequence[tuple[str, int]]) -> str:
    """Editions in words: ``PCI 2005–2021, 2023``."""
    years: dict[str, list[int]] = {}
    for index, year in editions:
        years.setdefault(index, []).append(year)
    return "; ".join(f"{index} {year_spans(of_index)}" for index, of_index in sorted(years.items()))
