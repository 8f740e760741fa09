"""Tables of online-service counts that an office takes in: the months of a form, or cumulative captures; whole or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.contracts import parse_columns
from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.intake import Arrival, NotAsAsked, free_id, refuse_same, safe_name, synthetic_set_out
from analysis.ingest.uptake import to_rates
from analysis.ingest.uptake_files import BASIS_OF, UPTAKE_LAYOUTS, UptakeReading, read_uptake_file
from analysis.sources import Source, sha256_of
from analysis.store import Tables
from analysis.text import month, number

UPTAKE = "uptake"
SHORT_VI = {layout: f"{name} các đơn vị gửi" for layout, name in UPTAKE_LAYOUTS.items()}  # one name for all files: a source line must stay a line
TERMS = "Tài liệu nội bộ của cơ quan, không công bố"
NO_RATES = "Tệp không cho tỷ lệ nào"
GONE = "Có ở bản cũ mà không có ở tệp này"
UNITS_SHOWN = 3
FIGURE = ["unit_code", "vintage", "period_month", "rate_key"]


class UptakeFaults(DataFaults):
    """Faults of one file of counts, with what was understood of it."""

    def __init__(self, faults: Sequence[Fault], notices: Sequence[Notice]):
        super().__init__(faults)
        self.notices = tuple(notices)


@dataclass(frozen=True)
class UptakeOptions:
    """What the office decided on the command line: day of receipt, form, real or not, the source it replaces."""

    received_on: date
    layout: str
    is_synthetic: bool = False
    replaces: str | None = None
    replaces_synthetic: bool = False


@dataclass(frozen=True)
class UptakeArrival:
    """A file ready to be placed, with what was read from it, its rates (columns as ``uptake``), and what its sender should know."""

    reading: UptakeReading
    rates: pd.DataFrame
    arrival: Arrival
    notices: tuple[Notice, ...] = ()


def read_uptake(path: Path, tables: Tables, options: UptakeOptions) -> UptakeReading:
    """The counts of a filled form, held against the units. Raises ``UptakeFaults`` with everything wrong in it."""
    reading = read_uptake_file(path, path.name, options.layout, tables.units, options.received_on, is_synthetic=options.is_synthetic)
    if reading.faults:
        raise UptakeFaults(reading.faults, reading.notices)
    if rates_of(reading).empty:
        raise UptakeFaults([_no_rates(path.name, reading)], reading.notices)
    return reading


def _no_rates(name: str, reading: UptakeReading) -> Fault:
    """The fault of a file that nothing can be computed from, with the first reason found."""
    found = next((notice.said for notice in reading.build_notices), "không cột nào có cả tử số và mẫu số")
    accepted = "ít nhất một tháng, một cặp cột như “Hồ sơ nộp trực tuyến” và “Hồ sơ tiếp nhận”"
    return Fault(NO_RATES, name, found, accepted, "bổ sung cột hoặc lần chụp còn thiếu; các tỷ lệ được tính nêu ở trang hướng dẫn của biểu mẫu")


def rates_of(reading: UptakeReading, source_id: str = "") -> pd.DataFrame:
    """Rates that a reading gives; columns as ``uptake``."""
    typed, faults = parse_columns(reading.rows.assign(source_id=source_id), reading.schema, "")
    if faults:
        raise DataFaults(faults)
    return to_rates(typed, BASIS_OF[reading.layout]).reset_index(drop=True)


def told_by(rates: pd.DataFrame, held: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Which sources in ``held`` tell rates of the same unit, month and key: source_id → the rates that both tell.

    Rates counted from a dossier log yield to a table and are no second telling.
    """
    reported = held.loc[held["basis"] != "dossiers", [*FIGURE, "source_id"]]
    both = rates[FIGURE].merge(reported, on=FIGURE)
    return {str(source): rows for source, rows in both.groupby("source_id", sort=True)}


class UptakeReceiver:
    """Receives the files of one import, each held against what is in force and against those before it."""

    def __init__(self, tables: Tables, registered: Sequence[Source], options: UptakeOptions):
        self._tables, self._registered, self._options = tables, registered, options
        self._in_force = [source for source in registered if source.is_in_force]
        self.received: list[UptakeArrival] = []

    def receive(self, path: Path) -> UptakeArrival:
        """What importing a file would do, noted in ``received``.

        Raises ``UptakeFaults`` with the faults of the file, and ``NotAsAsked`` where the office has to decide.
        """
        sha256 = sha256_of(path)
        self._refuse_same(path, sha256)
        reading = read_uptake(path, self._tables, self._options)
        old = self._replaced()
        gone = list(dict.fromkeys([*old, *self._synthetic()]))
        entry = self._entry(path, sha256, reading)
        rates = rates_of(reading, entry.source_id)
        self._refuse_told(path, rates, {source.source_id for source in gone})
        found = UptakeArrival(reading, rates, Arrival(path, entry, tuple(gone)), tuple(self._lost(path, rates, old)))
        self.received.append(found)
        return found

    def _refuse_same(self, path: Path, sha256: str) -> None:
        """The very same file is not taken in twice; one that another replaced only comes back in place of that."""
        for beside in self.received:
            if beside.arrival.source.sha256 == sha256:
                raise NotAsAsked(f"{path.name}: giống hệt {beside.arrival.path.name} trong cùng lượt nạp. Hãy bỏ một trong hai tệp.")
        refuse_same(path, sha256, self._registered, self._options.replaces)

    def _replaced(self) -> list[Source]:
        """The source named to be replaced."""
        if self._options.replaces is None:
            return []
        tables_of_counts = [source for source in self._in_force if source.table == UPTAKE]
        named = [source for source in tables_of_counts if source.source_id == self._options.replaces]
        if not named:
            known = ", ".join(source.source_id for source in tables_of_counts) or "chưa có bảng nào"
            raise NotAsAsked(f"--replaces {self._options.replaces}: không có bảng hồ sơ đang dùng mang mã này; các bảng đang dùng: {known}.")
        return named

    def _synthetic(self) -> list[Source]:
        options = self._options
        return synthetic_set_out(self._in_force, is_synthetic=options.is_synthetic, replaces_synthetic=options.replaces_synthetic)

    def _refuse_told(self, path: Path, rates: pd.DataFrame, gone: set[str]) -> None:
        """One unit and month is told by one table; what a dossier log tells besides only fills gaps."""
        held = self._tables.uptake
        held = held[held["basis"] != "dossiers"]
        for source_id, rows in told_by(rates, held[~held["source_id"].isin(list(gone))]).items():
            document = next((source.document for source in self._in_force if source.source_id == source_id), "")
            raise NotAsAsked(
                f"{path.name}: {source_id} ({document}) đã có {self._shown(rows)}. "
                f"Nếu tệp này thay tệp đó, thêm --replaces {source_id}; nếu không, bỏ các dòng này khỏi tệp."
            )
        for beside in self.received:
            if both := told_by(rates, beside.rates):
                rows = next(iter(both.values()))
                raise NotAsAsked(
                    f"{path.name}: {beside.arrival.path.name} trong cùng lượt nạp đã có {self._shown(rows)}. Hãy bỏ ở một trong hai tệp."
                )

    def _shown(self, rows: pd.DataFrame) -> str:
        """Units and months in a few words."""
        pairs = rows[["unit_code", "vintage", "period_month"]].drop_duplicates()
        names = self._tables.units.set_index(["unit_code", "vintage"])["name_vi"].to_dict()
        units = [str(names.get(key, key[0])) for key in pairs[["unit_code", "vintage"]].drop_duplicates().itertuples(index=False, name=None)]
        first, last = (month(str(period)) for period in (pairs["period_month"].min(), pairs["period_month"].max()))
        more = f" và {len(units) - UNITS_SHOWN} đơn vị khác" if len(units) > UNITS_SHOWN else ""
        span = f"tháng {first}" if first == last else f"các tháng từ {first} đến {last}"
        return f"{number(len(pairs))} đơn vị-tháng có cùng tỷ lệ ({', '.join(units[:UNITS_SHOWN])}{more}; {span})"

    def _lost(self, path: Path, rates: pd.DataFrame, old: Iterable[Source]) -> list[Notice]:
        """What a replaced source told and this file does not."""
        held = self._tables.uptake
        before = held.loc[held["source_id"].isin([source.source_id for source in old]), FIGURE]
        both = before.merge(rates[FIGURE], on=FIGURE, how="left", indicator=True)
        lost = both.loc[both["_merge"] == "left_only", ["unit_code", "vintage", "period_month"]].drop_duplicates()
        return [Notice(GONE, path.name, self._shown(lost).replace("có cùng tỷ lệ", "mất ít nhất một tỷ lệ"))] if len(lost) else []

    def _entry(self, path: Path, sha256: str, reading: UptakeReading) -> Source:
        taken = {source.source_id for source in self._registered} | {one.arrival.source.source_id for one in self.received}
        stem = f"uptake-{self._options.received_on:%Y%m%d}-{sha256[:8]}"
        source_id = free_id(stem, taken)
        name = UPTAKE_LAYOUTS[reading.layout]
        return Source(
            source_id=source_id,
            path=f"uptake/{source_id}/{safe_name(path.name)}",
            table=UPTAKE,
            short_vi=SHORT_VI[reading.layout],
            publisher=self._sender(reading.rows),
            document=f"{name[:1].upper()}{name[1:]}, tệp {path.name}",
            edition=span_told(reading.rows),
            published="không công bố",
            received_on=self._options.received_on.isoformat(),
            addresses=(f"tệp {path.name} của đơn vị",),
            sha256=sha256,
            is_synthetic=self._options.is_synthetic,
            terms=TERMS,
            note="",
            layout=reading.layout,
        )

    def _sender(self, rows: pd.DataFrame) -> str:
        named = rows[["unit_code", "vintage"]].drop_duplicates().merge(self._tables.units, on=["unit_code", "vintage"], how="left")
        return str(named["name_vi"].iloc[0]) if len(named) == 1 else f"{len(named)} đơn vị"


def span_told(rows: pd.DataFrame) -> str:
    """``tháng 01/2022 đến 12/2022`` of rows with a ``period_month``; that there is none where the captures close no month."""
    if rows.empty:
        return "chưa có tháng nào"
    first, last = (month(str(period)) for period in (rows["period_month"].min(), rows["period_month"].max()))
    return f"tháng {first}" if first == last else f"tháng {first} đến {last}"
