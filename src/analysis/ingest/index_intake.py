"""Files of index figures that an office takes in: a publisher's workbook, or the form with a printed table; whole or not at all."""

import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd

from analysis.contracts.index_schemas import FIGURE
from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.contradictions import edition_faults
from analysis.ingest.index_files import INDEX_LAYOUTS, read_index_file, recognise
from analysis.ingest.index_files.annex import annex_head
from analysis.ingest.index_files.layout_maps import LEVELS_ABOVE
from analysis.ingest.index_folder import PUBLISHERS, SCORES, TERMS
from analysis.ingest.intake import Arrival, NotAsAsked, free_id, free_path, refuse_same, safe_name
from analysis.ingest.reconcile import ORIGINS, agree, decimals_of
from analysis.ingest.score_reading import SCORE_COLUMNS, IndexContext, ScoreReading
from analysis.ingest.score_sources import only_year
from analysis.project import OWN_MAPS
from analysis.sources import Source, sha256_of
from analysis.store import Tables
from analysis.text import day, fold

ANNEX: Final = "index-annex"
PANEL: Final = "index-panel"  # a long table that others compiled: read in place from the index folder, never taken in
IMPORTED = tuple(layout for layout in INDEX_LAYOUTS if layout != PANEL)
READ_IN_PLACE = "Tệp không nạp bằng lệnh import"
NO_FIGURE = "Tệp không có số nào"
HELD = "số liệu đang dùng"
RECOGNISED = "có vẻ là số của"  # as a contradiction says which edition the figures are
_KEY = [*FIGURE, "field"]
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


class IndexFaults(DataFaults):
    """Faults of one file of index figures, with what was understood of it."""

    def __init__(self, faults: Sequence[Fault], notices: Sequence[Notice]):
        super().__init__(faults)
        self.notices = tuple(notices)


@dataclass(frozen=True)
class IndexOptions:
    """What the office decided on the command line: day of receipt, kind of file, the edition it is of, the source it replaces."""

    received_on: date
    layout: str
    year: int | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class IndexArrival:
    """A file ready to be placed, with what was read from it."""

    reading: ScoreReading
    arrival: Arrival


@dataclass(frozen=True)
class Comparison:
    """Figures of a file against those held before it: how many nobody had stated, how many agree, how many differ.

    ``differing`` are the values of the figures that differ, a row a source, with columns as in ``index_conflicts``.
    """

    new_count: int
    same_count: int
    differing_count: int
    differing: pd.DataFrame


def read_index(path: Path, tables: Tables, layout: str, year: int | None = None) -> ScoreReading:
    """The figures of a file, held against the registry. Raises ``IndexFaults`` with everything wrong in it."""
    if recognise(path) == PANEL:
        accepted = ", ".join(f"{INDEX_LAYOUTS[kind]} ({kind})" for kind in IMPORTED)
        action = "đặt tệp vào thư mục chỉ số (index_dir trong lantoa.toml), nơi tệp được đọc tại chỗ"
        raise IndexFaults([Fault(READ_IN_PLACE, path.name, INDEX_LAYOUTS[PANEL], accepted, action)], ())
    context = IndexContext(tables.units, tables.index_editions, tables.index_components, tables.index_weights)
    reading = read_index_file(path, path.name, layout, context, expected_year=year)
    if reading.faults:
        raise IndexFaults(reading.faults, reading.notices)
    if reading.rows.empty:
        fault = Fault(NO_FIGURE, path.name, "không có điểm, hạng nào", INDEX_LAYOUTS[layout], "kiểm tra lại tệp và --kind")
        raise IndexFaults([fault], reading.notices)
    return reading


def receive_index(path: Path, raw: Path, tables: Tables, registered: Sequence[Source], options: IndexOptions) -> IndexArrival:
    """What importing a file into ``raw`` would do; ``registered`` are the sources in the register and those of the files before it.

    Raises ``IndexFaults`` with the faults of the file, ``NotAsAsked`` where the same bytes, or another file of the same kind, index and
    edition, are in force and ``replaces`` does not name them, and where a layout map that the file needs stays behind.
    """
    sha256 = sha256_of(path)
    refuse_same(path, sha256, registered, options.replaces)
    reading = read_index(path, tables, options.layout, options.year)
    index, years = reading.editions[0][0], [year for _, year in reading.editions]
    slug = _slug(index)
    old = _replaced(path, slug, years, registered, options)
    if old:
        _refuse_other_edition(path.name, reading, tables)
    entry = _entry(path, sha256, reading, slug, registered, options, tables)
    _refuse_map_left_behind(path, raw, entry, tables)
    return IndexArrival(reading, Arrival(path, entry, tuple(old)))


def _refuse_other_edition(name: str, reading: ScoreReading, tables: Tables) -> None:
    """What replaces a file may contradict it, but not by being another edition that is held; a build would no longer see it."""
    faults = [fault for fault in _contradictions(name, reading, tables.index_scores) if RECOGNISED in fault.found]
    if faults:
        raise IndexFaults(faults, reading.notices)


def _contradictions(name: str, reading: ScoreReading, held: pd.DataFrame) -> list[Fault]:
    """Editions of a file that contradict most of what is held of them."""
    told = pd.concat([reading.rows.assign(source_id=name), held.assign(source_id=HELD)], ignore_index=True)
    return [fault for fault in edition_faults(told[[*SCORE_COLUMNS, "source_id"]], {}) if fault.where.startswith(f"{name}, ")]


def _refuse_map_left_behind(path: Path, raw: Path, entry: Source, tables: Tables) -> None:
    """A file that is read by a layout map beside it must find that map from its place in the project too."""
    if not any(any(folder.glob(OWN_MAPS)) for folder in list(path.absolute().parents)[: LEVELS_ABOVE + 1]):
        return
    context = IndexContext(tables.units, tables.index_editions, tables.index_components, tables.index_weights)
    with TemporaryDirectory(dir=raw.parent, prefix=".") as trial:
        copied = Path(shutil.copy(path, Path(trial) / Path(entry.path).name))
        if not read_index_file(copied, entry.path, entry.layout, context, expected_year=only_year(entry)).faults:
            return
    raise NotAsAsked(
        f"{path.name} chỉ đọc được nhờ bản đồ trang tính ({OWN_MAPS}) đặt gần tệp. Hãy chép bản đồ đó vào thư mục {raw.parent.name} của bộ rồi nạp "
        f"lại; nếu bản đồ có dòng files thì ghi theo tên tệp trong bộ: {copied.name}."
    )


def compare(arrived: IndexArrival, before: pd.DataFrame, conflicts: pd.DataFrame) -> Comparison:
    """How the figures of a file stand to ``before``, the ``index_scores`` held until then; ``conflicts`` of the build with the file.

    A figure counts once for each of score, rank and standard error. It differs when its value is not the one in use until then and the
    build tells a conflict. Figures that only the replaced file stated count as new.
    """
    gone = {source.source_id for source in arrived.arrival.replaces}
    own, held = _figures(arrived.reading.rows), _figures(before, gone)
    shared = _shared(own, held)
    disputed = conflicts.loc[conflicts["source_id"] == arrived.arrival.source.source_id, _KEY].drop_duplicates()
    differing = shared[~shared["agrees"]].merge(disputed, on=_KEY)[_KEY]
    rows = conflicts[pd.MultiIndex.from_frame(conflicts[_KEY]).isin(pd.MultiIndex.from_frame(differing))]
    return Comparison(len(own) - len(shared), len(shared) - len(differing), len(differing), rows)


def compare_unplaced(reading: ScoreReading, name: str, held: pd.DataFrame) -> Comparison:
    """How the figures of the file called ``name``, which is not taken in, stand to ``held``, the ``index_scores`` in use.

    Raises ``IndexFaults`` when they contradict most of what is held of an edition, as a build with the file would be refused.
    """
    if faults := _contradictions(name, reading, held):
        raise IndexFaults(faults, reading.notices)
    own = _figures(reading.rows)
    shared = _shared(own, _figures(held))
    differing = shared[~shared["agrees"]]
    in_use = differing.assign(value=differing["value_held"], source_id=differing["source_id_held"], is_chosen=True, trust_level=0)
    stated = differing.assign(source_id=name, is_chosen=False, trust_level=1)
    rows = pd.concat([in_use, stated], ignore_index=True)[[*_KEY, "value", "source_id", "is_chosen", "trust_level"]]
    return Comparison(len(own) - len(shared), len(shared) - len(differing), len(differing), rows)


def _figures(scores: pd.DataFrame, without: Collection[str] = ()) -> pd.DataFrame:
    """Every stated figure with its ``field``, ``value`` and source, but those that come from the sources ``without``."""
    parts = []
    for field, origin in ORIGINS.items():
        stated = scores[scores[field].notna()]
        source = stated[origin] if origin in stated else pd.Series(pd.NA, index=stated.index, dtype="string")
        values = stated[field].astype("float64")
        parts.append(
            stated[list(FIGURE)].assign(field=field, value=values, source_id=source)[~source.isin(list(without)).fillna(False).to_numpy(bool)]
        )
    return pd.concat(parts, ignore_index=True).drop_duplicates(_KEY)


def _shared(own: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Figures of both, with both values and whether they agree but for rounding."""
    both = own.merge(held, on=_KEY, suffixes=("", "_held"))
    agrees = agree(both["value"], both["value_held"], decimals_of(both["value"]), decimals_of(both["value_held"]))
    return both.assign(agrees=agrees.astype(bool))


def _replaced(path: Path, slug: str, years: Sequence[int], registered: Sequence[Source], options: IndexOptions) -> list[Source]:
    """The source named to be replaced; no other of the same kind and index may speak of one of the editions."""
    alike = [source for source in registered if source.layout == options.layout and source.is_in_force and source.path.startswith(f"{slug}/")]
    named = [source for source in alike if source.source_id == options.replaces]
    if options.replaces is not None and not named:
        known = ", ".join(source.source_id for source in alike) or "chưa có tệp nào"
        raise NotAsAsked(f"--replaces {options.replaces}: không có {INDEX_LAYOUTS[options.layout]} đang dùng mang mã này; cùng loại có: {known}.")
    for source in alike:
        if source not in named and set(years) & set(_years_of(source)):
            raise NotAsAsked(
                f"{path.name}: {source.source_id} ({source.document}) đã có phiên bản {_span(sorted(set(years) & set(_years_of(source))))}. "
                f"Nếu tệp này thay tệp đó, thêm --replaces {source.source_id}; tệp cũ vẫn được giữ."
            )
    return named


def _years_of(source: Source) -> Iterator[int]:
    for first, last in _YEARS.findall(source.edition):
        yield from range(int(first), int(last or first) + 1)


def _span(years: Sequence[int]) -> str:
    """``2012``, or ``2011-2016``, or ``2006, 2008`` where years are left out: what ``_years_of`` reads back."""
    whole = list(range(years[0], years[-1] + 1)) == list(years)
    if len(years) == 1:
        return str(years[0])
    return f"{years[0]}-{years[-1]}" if whole else ", ".join(map(str, years))


def _slug(index: str) -> str:
    return fold(index).replace(" ", "_")


def _entry(path: Path, sha256: str, reading: ScoreReading, slug: str, registered: Sequence[Source], options: IndexOptions, tables: Tables) -> Source:
    index, years = reading.editions[0][0], [year for _, year in reading.editions]
    edition = _span(years)
    known = next((source for source in registered if source.table == SCORES and source.path.startswith(f"{slug}/")), None)
    head = annex_head(path, path.name) if options.layout == ANNEX else None
    folder = f"{slug}/{years[0]}" if len(years) == 1 else f"{slug}/{years[0]}-{years[-1]}"
    stem = f"{slug.replace('_', '-')}-{Path(folder).name}-{options.received_on:%Y%m%d}-{sha256[:8]}"
    return Source(
        source_id=free_id(stem, {source.source_id for source in registered}),
        path=free_path(folder, safe_name(path.name), {source.path for source in registered}),
        table=SCORES,
        short_vi=f"{index} {edition}, bảng nhập từ bản in" if head else f"{index} {edition}, tệp của nơi công bố",
        publisher=known.publisher if known else PUBLISHERS[options.layout],
        document=head.document if head else f"Tệp {path.name}",
        edition=edition,
        published=day(head.published) if head and head.published else _published(tables.index_editions, index, years),
        received_on=options.received_on.isoformat(),
        addresses=(head.address,) if head else (f"tệp {path.name} do nơi công bố phát hành",),
        sha256=sha256,
        is_synthetic=False,
        terms=known.terms if known else TERMS,
        note=f"Chép vào biểu mẫu từ bản in, tệp {path.name}." if head else "",
        layout=options.layout,
    )


def _published(editions: pd.DataFrame, index: str, years: Sequence[int]) -> str:
    """Days of publication as registered, in the order of the editions."""
    of_index = editions[(editions["index"] == index) & editions["edition_year"].isin(years)].sort_values("edition_year")
    days = [pd.Timestamp(found).date() for found in of_index["published_date"].dropna()]
    return ", ".join(map(day, days)) or "không rõ ngày"
