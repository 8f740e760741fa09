"""Activity logs that offices send, one after another: new, the same again, or a corrected version of one in force."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.activity_log import LogContext, LogReading, duplicates_across, read_log_workbook
from analysis.ingest.activity_log.duplicates import Pairs
from analysis.ingest.build import ACTIVITY_LOG
from analysis.ingest.intake import Arrival, NotAsAsked, free_id, refuse_replaced, safe_name, synthetic_set_out
from analysis.ingest.log_versions import Changes, Names, changes, replaced_by, shown, span
from analysis.ingest.workbooks import read_workbook
from analysis.sources import Source, sha256_of
from analysis.store import Tables
from analysis.text import day_of_iso

SHORT_VI = "nhật ký hoạt động các đơn vị gửi"  # one name for all logs: a source line must stay a line
TERMS = "Tài liệu nội bộ của cơ quan, không công bố"
EQUAL_ROW = "Hoạt động đã có trong nhật ký khác"
SAME_AGAIN = "Tệp đã nạp trước đây"
ALIKE_ROW = "Có thể trùng với nhật ký khác"
ALIKE_SHOWN = 10

OnStep = Callable[[], None]
Held = tuple[pd.DataFrame, str, Pairs, Pairs]  # other activities, where they stand, rows equal to them, rows alike


class LogFaults(DataFaults):
    """Faults of one log, with what was understood of it."""

    def __init__(self, faults: Sequence[Fault], notices: Sequence[Notice]):
        super().__init__(faults)
        self.notices = tuple(notices)


@dataclass(frozen=True)
class LogOptions:
    """What the office decided on the command line."""

    received_on: date
    is_synthetic: bool = False
    accepts_partial: bool = False
    accepts_duplicates: bool = False
    is_new: bool = False
    replaces: str | None = None
    replaces_synthetic: bool = False


@dataclass(frozen=True)
class LogArrival:
    """A log ready to be placed (``arrival`` is None when the very same file is in force), with what its sender should know."""

    reading: LogReading
    arrival: Arrival | None
    notices: tuple[Notice, ...] = ()
    changes: Changes | None = None


def nothing_to_do() -> None:
    """The step of a reader whom nobody watches."""


def read_log(path: Path, tables: Tables, options: LogOptions, on_step: OnStep = nothing_to_do) -> LogReading:
    """A log read and held against units, plans and items; its faults are in the reading. Raises ``DataFaults`` for a file that cannot be read.

    ``on_step`` is called once the cells are read, and again once they are checked.
    """
    context = LogContext(tables.units, tables.plans, tables.plan_items, options.received_on)
    workbook = read_workbook(path, path.name)
    on_step()
    reading = read_log_workbook(workbook, context, is_synthetic=options.is_synthetic)
    on_step()
    return reading


class LogReceiver:
    """Receives the logs of one import, each held against what is in force and against those before it."""

    def __init__(self, tables: Tables, registered: Sequence[Source], options: LogOptions):
        self._tables, self._registered, self._options = tables, registered, options
        self._activities = tables.activities
        self._names = {(row.unit_code, row.vintage): row.name_vi for row in tables.units.itertuples()}
        self.received: list[LogArrival] = []

    def receive(self, path: Path, on_step: OnStep = nothing_to_do) -> LogArrival:
        """What importing a log would do, noted in ``received``.

        Raises ``DataFaults`` with the faults of its cells, or with its rows that are in force already, and ``NotAsAsked``
        where the office has to decide.
        """
        if said := self._said_of_same(path):
            found = LogArrival(LogReading.empty(), None, (Notice(SAME_AGAIN, path.name, said),))
        else:
            reading = read_log(path, self._tables, self._options, on_step)
            if reading.faults and (not self._options.accepts_partial or reading.rows.empty or reading.sheet_faults):
                raise LogFaults(reading.faults, reading.notices)
            found = self._arrival(path, reading)
        self.received.append(found)
        return found

    def _arrival(self, path: Path, reading: LogReading) -> LogArrival:
        old = self._replaced(path, reading)
        out = {source.source_id for source in old} | self._synthetic()
        held = [(others, where, *duplicates_across(reading.rows, others)) for others, where in self._others(out)]
        self._refuse_equal(reading, held)
        entry = _entry(path, reading, self._tables.units, self._options, self._taken_ids())
        gone = tuple(source for source in self._registered if source.source_id in out)
        old_rows = self._activities[self._activities["source_id"].isin([source.source_id for source in old])]
        changed = changes(reading.rows, old_rows, self._names) if old else None
        return LogArrival(reading, Arrival(path, entry, gone, reading), tuple(self._alike(reading, held)), changed)

    def _arrivals(self) -> list[Arrival]:
        return [log.arrival for log in self.received if log.arrival is not None]

    def _taken_ids(self) -> set[str]:
        return {source.source_id for source in self._registered} | {arrival.source.source_id for arrival in self._arrivals()}

    def _said_of_same(self, path: Path) -> str:
        """What is said when these bytes are in force already; asks when they are an older version, unless it is put back by name."""
        sha256 = sha256_of(path) if path.is_file() else ""
        for beside in self._arrivals():
            if beside.source.sha256 == sha256:
                return f"giống hệt {beside.path.name} trong cùng lượt nạp; chỉ nạp một lần"
        for known in self._registered:
            if known.sha256 == sha256 and known.is_in_force:
                partly = f", để riêng {known.left_out_count} dòng có lỗi" if known.left_out_count else ""
                return f"đã nạp ngày {day_of_iso(known.received_on)} ({known.source_id}{partly}); không thay đổi gì"
        refuse_replaced(path, sha256, self._registered, self._options.replaces)
        return ""

    def _replaced(self, path: Path, reading: LogReading) -> list[Source]:
        if self._options.is_new:
            return []
        old = replaced_by(path, reading.rows, self._activities, self._registered, named=self._options.replaces)
        for beside in self._arrivals():
            if shared := {source.source_id for source in old if source.layout} & {source.source_id for source in beside.replaces}:
                raise NotAsAsked(
                    f"{path.name} và {beside.path.name} cùng thay {', '.join(sorted(shared))}. Mỗi bản cũ chỉ có một bản thay; hãy nạp từng tệp."
                )
        return old

    def _synthetic(self) -> set[str]:
        options = self._options
        gone = synthetic_set_out(self._registered, is_synthetic=options.is_synthetic, replaces_synthetic=options.replaces_synthetic)
        return {source.source_id for source in gone}

    def _others(self, out: Collection[str]) -> Iterator[tuple[pd.DataFrame, str]]:
        """Activities that stay in force, then those of the files before this one, each with where they stand."""
        gone = set(out) | {source.source_id for arrival in self._arrivals() for source in arrival.replaces}
        yield self._activities[~self._activities["source_id"].isin(gone)], ""
        for log in self.received:
            if log.arrival is not None:
                yield log.reading.rows, f"{log.arrival.path.name}, trong cùng lượt nạp"

    def _refuse_equal(self, reading: LogReading, held: Sequence[Held]) -> None:
        faults = [
            _equal_fault(reading, new, others.loc[[earlier]].iloc[0], where, self._names)
            for others, where, equal, _ in held
            for new, earlier in equal
        ]
        if faults and not self._options.accepts_duplicates:
            raise LogFaults(faults, reading.notices)

    def _alike(self, reading: LogReading, held: Sequence[Held]) -> Iterator[Notice]:
        pairs = [(new, others, earlier) for others, _, _, alike in held for new, earlier in alike]
        for new, others, earlier in pairs[:ALIKE_SHOWN]:
            yield Notice(ALIKE_ROW, reading.places[new], shown(others.loc[[earlier]].iloc[0], self._names))
        if len(pairs) > ALIKE_SHOWN:
            yield Notice(ALIKE_ROW, reading.places[pairs[ALIKE_SHOWN][0]], f"và {len(pairs) - ALIKE_SHOWN} dòng khác")


def _equal_fault(reading: LogReading, new: int, held: pd.Series, where: str, names: Names) -> Fault:
    action = (
        "bỏ dòng này; nếu tệp là bản sửa của nhật ký cũ thì thêm --replaces với mã của nhật ký đó; "
        "nếu đúng là hai hoạt động thì thêm --accept-duplicates"
    )
    accepted = f"hoạt động chưa có (đã có ở {where or held['source_id']})"
    return Fault(EQUAL_ROW, reading.places[new], shown(held, names), accepted, action, reading.cells.get(new))


def _entry(path: Path, reading: LogReading, units: pd.DataFrame, options: LogOptions, taken: Collection[str]) -> Source:
    sha256 = sha256_of(path)
    source_id = free_id(f"log-{options.received_on:%Y%m%d}-{sha256[:8]}", taken)
    first, last = span(reading.rows)
    return Source(
        source_id=source_id,
        path=f"activity_log/{source_id}/{safe_name(path.name)}",
        table="activities",
        short_vi=SHORT_VI,
        publisher=_sender(reading.rows, units),
        document=f"Nhật ký hoạt động truyền thông, tệp {path.name}",
        edition=f"hoạt động từ {day_of_iso(first)} đến {day_of_iso(last)}",
        published="không công bố",
        received_on=options.received_on.isoformat(),
        addresses=(f"tệp {path.name} của đơn vị",),
        sha256=sha256,
        is_synthetic=options.is_synthetic,
        terms=TERMS,
        note="Nạp một phần: các dòng có lỗi được để riêng kèm lý do." if reading.faults else "",
        layout=ACTIVITY_LOG,
        left_out_count=len(reading.left_out),
    )


def _sender(rows: pd.DataFrame, units: pd.DataFrame) -> str:
    named = rows[["unit_code", "vintage"]].drop_duplicates().merge(units, on=["unit_code", "vintage"], how="left", validate="one_to_one")
    return str(named["name_vi"].iloc[0]) if len(named) == 1 else f"{len(named)} đơn vị"
