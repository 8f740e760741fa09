"""A received activity log to rows of ``activities`` as text, with every fault at its cell and every doubt told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.contracts import SCHEMAS, columns_of
from analysis.errors import Cell, Fault, Notice
from analysis.ingest.activity_log.cells import Codes, Distinct
from analysis.ingest.activity_log.duplicates import ALIKE, STATED, named, repeats
from analysis.ingest.activity_log.findings import UNUSABLE, Findings, LogTable, Problem
from analysis.ingest.activity_log.interpret import LogContext, interpret
from analysis.ingest.activity_log.layout import LOG_COLUMNS
from analysis.ingest.activity_log.sheets import Gathered, gather, row_shown
from analysis.ingest.workbooks import ReceivedWorkbook, read_workbook
from analysis.text import day

ROW_COLUMNS = [column for column in columns_of(SCHEMAS["activities"]) if column != "source_id"]
REPEATED = "Hai dòng giống hệt nhau"
MAY_REPEAT = "Có thể trùng"
NOTE_KEPT = "Cột Ghi chú được giữ trong tệp đã nhận, không đưa vào bảng"
GROUPS_SHOWN = 10
PLACES_IN_GROUP = 5

LeftOut = tuple[str, str, str]  # place, the row as text, reasons


class RowCells(Mapping[int, Cell]):
    """Row of a reading → the cell of its title in the received file, made when asked for."""

    def __init__(self, table: LogTable, rows: Codes):
        self._table, self._rows = table, rows

    def __getitem__(self, row: int) -> Cell:
        if not 0 <= row < len(self._rows):
            raise KeyError(row)
        return self._table.cell(int(self._rows[row]), "title")

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self._rows)))

    def __len__(self) -> int:
        return len(self._rows)


@dataclass(frozen=True)
class LogReading:
    """What a log says.

    ``rows`` holds the columns of ``activities`` but ``source_id`` as text, one row an activity without fault; ``places``
    says where each stands and ``cells`` finds its cell. ``left_out`` are the rows with a fault: place, text, reasons.
    ``sheet_faults`` are those of ``faults`` that concern a sheet, a heading or a table as a whole: without any, each of the
    ``lines_count`` activities is in ``rows`` or in ``left_out``; with one there are rows in neither.
    """

    rows: pd.DataFrame
    places: pd.Series
    cells: Mapping[int, Cell]
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()
    lines_count: int = 0
    left_out: tuple[LeftOut, ...] = field(default=())
    sheet_faults: tuple[Fault, ...] = field(default=())

    @classmethod
    def empty(cls) -> "LogReading":
        """A reading of nothing."""
        return cls(pd.DataFrame(columns=ROW_COLUMNS, dtype="str"), pd.Series(dtype="str"), {})


def read_activity_log(path: Path, name: str, context: LogContext, *, is_synthetic: bool = False) -> LogReading:
    """Read a received log; ``name`` is how messages call it. Raises ``DataFaults`` when the file as a whole cannot be used."""
    return _read(gather(read_workbook(path, name)), context, is_synthetic=is_synthetic)  # the workbook's cells are let go before they are interpreted


def read_log_workbook(workbook: ReceivedWorkbook, context: LogContext, *, is_synthetic: bool = False) -> LogReading:
    """Read the sheets of a log."""
    return _read(gather(workbook), context, is_synthetic=is_synthetic)


def _read(gathered: Gathered, context: LogContext, *, is_synthetic: bool) -> LogReading:
    table = gathered.table
    findings = Findings(table, frozenset(fault.cell for fault in gathered.all_faults if fault.cell))
    findings.faulty |= gathered.spoiled
    said = interpret(findings, context, is_synthetic=is_synthetic)
    _tell_notes(findings)
    kept, rows = _without_repeats(findings, said, context.units)
    faults = [*gathered.all_faults, *findings.faults]
    order = {name: position for position, name in enumerate(gathered.sheet_names)}
    return LogReading(
        rows,
        _places(table, kept),
        RowCells(table, kept),
        tuple(sorted(faults, key=lambda fault: _position(fault, order))),
        (*gathered.notices, *findings.notices),
        len(table.row_of),
        tuple(_left_out(findings, faults)),
        tuple(gathered.sheet_faults),
    )


def _position(fault: Fault, order: dict[str, int]) -> tuple[int, int, int]:
    return (order[fault.cell.sheet], fault.cell.row, fault.cell.column) if fault.cell else (-1, 0, 0)


def _rows(table: LogTable, said: dict[str, Distinct], kept: Codes) -> pd.DataFrame:
    """The columns of ``activities`` as text."""
    columns = {name: _written(column, kept) for name, column in said.items()}
    numbers = pd.Series(np.array([part.number for part in table.sheets], dtype=np.int64)[table.sheet_of[kept]]).astype("str")
    columns["activity_id"] = numbers + "-" + pd.Series(table.row_of[kept]).astype("str")
    return pd.DataFrame(columns)[ROW_COLUMNS]


def _written(column: Distinct, kept: Codes) -> pd.Series:
    values = pd.array(["" if value is None or value is UNUSABLE else _canonical(value) for value in column.levels], dtype="str")
    return pd.Series(values.take(column.codes[kept]))


def _canonical(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _places(table: LogTable, kept: Codes) -> pd.Series:
    heads = pd.array([f"{table.name}, trang tính “{part.name}”, dòng " for part in table.sheets], dtype="str")
    return pd.Series(heads.take(table.sheet_of[kept])) + pd.Series(table.row_of[kept]).astype("str")


def _tell_notes(findings: Findings) -> None:
    noted = np.flatnonzero(findings.table.columns["note"].filled)
    if len(noted):
        findings.notice(NOTE_KEPT, int(noted[0]), f"{len(noted)} dòng có ghi chú")


def _without_repeats(findings: Findings, said: dict[str, Distinct], units: pd.DataFrame) -> tuple[Codes, pd.DataFrame]:
    """Sound rows, by number and by what they say. One equal to an earlier one becomes a fault; rows merely alike are told."""
    table = findings.table
    kept: Codes = np.flatnonzero(~findings.faulty)
    rows = _rows(table, said, kept)
    compared = rows[STATED].assign(note=table.columns["note"].codes[kept])
    equal = repeats(compared, [*STATED, "note"])
    for row, first in zip(equal["row"], equal["first"], strict=True):
        found = f"giống hệt {table.place(int(kept[first]))}: {_activity(rows.iloc[row], units)}"
        row = int(kept[row])
        findings.fault(row, "title", Problem(REPEATED, found, "mỗi hoạt động một dòng", "bỏ một trong hai dòng, hoặc ghi rõ chỗ khác nhau"))
    single = np.setdiff1d(np.arange(len(kept)), equal["row"].to_numpy())
    kept, rows = kept[single], rows.iloc[single].reset_index(drop=True)
    _tell_alike(findings, rows, kept, units)
    return kept, rows


def _tell_alike(findings: Findings, rows: pd.DataFrame, kept: Codes, units: pd.DataFrame) -> None:
    groups = list(repeats(rows, ALIKE).groupby("first", sort=True)["row"])
    for first, others in groups[:GROUPS_SHOWN]:
        places = [f"dòng {findings.table.row_of[kept[row]]} (trang tính “{_sheet(findings.table, kept[row])}”)" for row in others]
        said = f"{_activity(rows.iloc[int(str(first))], units)}, cùng kênh và mục với {named(places, PLACES_IN_GROUP)}"
        findings.notice(MAY_REPEAT, int(kept[int(str(first))]), said)
    if len(groups) > GROUPS_SHOWN:
        findings.notices.append(Notice(MAY_REPEAT, findings.table.name, f"và {len(groups) - GROUPS_SHOWN} nhóm dòng khác"))


def _activity(row: "pd.Series[str]", units: pd.DataFrame) -> str:
    """Unit and first day of an activity, for messages."""
    unit = units[(units["unit_code"] == row["unit_code"]) & (units["vintage"] == row["vintage"])]
    return f"{unit['name_vi'].iloc[0]}, ngày {day(date.fromisoformat(row['start_date']))}"


def _sheet(table: LogTable, row: int) -> str:
    return table.sheets[table.sheet_of[row]].name


def _left_out(findings: Findings, faults: list[Fault]) -> Iterator[LeftOut]:
    reasons: dict[tuple[str, int], dict[str, None]] = {}
    for fault in faults:
        if fault.cell:
            reasons.setdefault((fault.cell.sheet, fault.cell.row), {})[f"{fault.cell.name}: {fault.cause} – {fault.found}"] = None
    table = findings.table
    columns = [table.columns[column.key] for column in LOG_COLUMNS]
    general = "; ".join(dict.fromkeys(fault.cause for fault in findings.faults if fault.cell and _is_heading(table, fault.cell)))
    for row in np.flatnonzero(findings.faulty):
        part = table.sheets[table.sheet_of[row]]
        told = reasons.get((part.name, int(table.row_of[row])), {})
        yield table.place(int(row)), row_shown(columns, int(row)), "; ".join(told) or general or "thuộc một ô gộp có lỗi"


def _is_heading(table: LogTable, cell: Cell) -> bool:
    return any(part.name == cell.sheet and part.heading_row == cell.row for part in table.sheets)
