"""The one entrance for files of the two forms: which form a file is, its rows by unit and month, every fault at its cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis import codes
from analysis.contracts import MONTHLY_UPTAKE, columns_of
from analysis.contracts.declare import date as day_column
from analysis.contracts.validation import DUPLICATE
from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.activity_log.findings import Problem
from analysis.ingest.uptake import WINDOW
from analysis.ingest.uptake_files.layout import COUNTS, INVENTED, MONTH, MONTHLY, REAL, UPTAKE_LAYOUTS
from analysis.ingest.uptake_files.rows import Line, Table, read_lines
from analysis.ingest.uptake_files.sheet import Head, find_columns, find_table, read_head, table_sheets
from analysis.ingest.uptake_files.snapshot_rows import MonthLine, months_of_lines
from analysis.ingest.uptake_files.units import RowUnits, province_fault
from analysis.ingest.workbooks import read_workbook
from analysis.text import month

NO_COUNTS = "Bảng chưa có số nào"
OTHER_KIND_OF_DATA = "Số liệu thật và mô phỏng"
MOST_BYTES = 5_000_000  # a form of a province and year has a tenth of it; a larger file is a log, and opening it twice would cost seconds
ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv")

MONTHLY_COLUMNS = [column for column in columns_of(MONTHLY_UPTAKE) if column != "source_id"]
SNAPSHOT_SCHEMA = pa.DataFrameSchema(
    {
        **MONTHLY_UPTAKE.columns,
        WINDOW[0]: day_column("first day counted"),
        WINDOW[1]: day_column("last day counted"),
    },
    checks=MONTHLY_UPTAKE.checks,
    unique=MONTHLY_UPTAKE.unique,
    strict=True,
    ordered=True,
)


@dataclass(frozen=True)
class UptakeReading:
    """What a file of counts says.

    ``rows`` holds the columns of ``MONTHLY_UPTAKE`` but ``source_id`` as text, one row a unit and month, and for snapshots the days
    counted; it is empty when there are ``faults``. ``places`` says where each row stands; ``build_notices`` are those of ``notices``
    that a reader of the figures should know. ``lines_count`` rows held counts.
    """

    layout: str
    rows: pd.DataFrame
    places: pd.Series
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()
    build_notices: tuple[Notice, ...] = ()
    lines_count: int = 0

    @property
    def schema(self) -> pa.DataFrameSchema:
        """The contract the rows are held to."""
        return MONTHLY_UPTAKE if self.layout == MONTHLY else SNAPSHOT_SCHEMA


def recognise_uptake(path: Path) -> str | None:
    """The form a file is, by its headings; None for any other file and for one that cannot be opened."""
    try:
        if path.suffix.casefold() not in ENDINGS or path.stat().st_size > MOST_BYTES:
            return None
        workbook = read_workbook(path, path.name)
    except (DataFaults, OSError):
        return None
    return next((layout for layout in UPTAKE_LAYOUTS if table_sheets(workbook, layout)), None)


def read_uptake_file(path: Path, name: str, layout: str, units: pd.DataFrame, received_on: date, *, is_synthetic: bool = False) -> UptakeReading:
    """Counts by unit and month of a filled form of ``layout``; ``name`` is how messages call the file.

    Every fault is in the reading, also of a file that cannot be opened. ``is_synthetic`` is what the sender says of the counts.
    """
    try:
        workbook = read_workbook(path, name)
    except DataFaults as error:
        return _nothing(layout, error.faults)
    form = find_table(workbook, layout)
    if isinstance(form, Fault):
        return _nothing(layout, [form])
    head, faults = read_head(form)
    columns = find_columns(form, layout)
    table = Table(form, columns, layout, [*faults, *columns.faults], [*workbook.notices, *columns.notices])
    table.faults += [fault for fault in workbook.faults if fault.cell is None or fault.cell.sheet == form.sheet.name]
    table.faults += _head_faults(table, head, units, is_synthetic)
    row_units = RowUnits(units, head.province)
    lines = read_lines(table, row_units, head.year, received_on)
    if not lines and not table.faults:
        found, accepted = "không ô số nào được điền", f"ít nhất một số, như cột “{COUNTS[0].heading}”"
        table.faults.append(Fault(NO_COUNTS, f"{name}, trang tính “{form.sheet.name}”", found, accepted, "điền số rồi gửi lại"))
    return _reading(table, lines, row_units, received_on, is_synthetic)


def _reading(table: Table, lines: Sequence[Line], units: RowUnits, received_on: date, is_synthetic: bool) -> UptakeReading:
    told: list[Notice] = []
    if table.layout == MONTHLY:
        _hold_single(table, lines, units)
        months = [MonthLine(line, line.start, line.start, line.end, line.counts) for line in lines]
    else:
        months, told = months_of_lines(table, lines, units, received_on)
    if table.faults:
        return _nothing(table.layout, dict.fromkeys(table.faults), table.notices)  # months of half a file say nothing
    ordered = sorted(months, key=lambda one: (one.line.unit, one.first))
    rows = [_row(one, is_synthetic) for one in ordered]
    keys = MONTHLY_COLUMNS if table.layout == MONTHLY else [*MONTHLY_COLUMNS, *WINDOW]
    places = pd.Series([table.place(one.line.row) for one in ordered], dtype="object")
    return UptakeReading(table.layout, pd.DataFrame(rows, columns=keys), places, (), (*table.notices, *told), tuple(told), len(lines))


def _nothing(layout: str, faults: Iterable[Fault], notices: Iterable[Notice] = ()) -> UptakeReading:
    rows = pd.DataFrame(columns=MONTHLY_COLUMNS if layout == MONTHLY else [*MONTHLY_COLUMNS, *WINDOW], dtype="object")
    return UptakeReading(layout, rows, pd.Series(dtype="object"), tuple(faults), tuple(notices))


def _row(one: MonthLine, is_synthetic: bool) -> dict[str, str]:
    """One row as text; a count that nobody stated is empty."""
    period = f"{one.first:%Y-%m}"
    code, vintage = one.line.unit
    return {
        "unit_code": code,
        "vintage": vintage,
        "period_month": period,
        "regime": "decree_42" if period >= codes.DECREE_42_FIRST_MONTH else "levels_3_4",
        **{column.key: str(one.counts[column.key]) if column.key in one.counts else "" for column in COUNTS},
        "is_synthetic": str(is_synthetic).lower(),
        WINDOW[0]: one.start.isoformat(),
        WINDOW[1]: one.end.isoformat(),
    }


def _head_faults(table: Table, head: Head, units: pd.DataFrame, is_synthetic: bool) -> list[Fault]:
    """A province without units, and counts said to be real that are marked as invented, or the other way round."""
    faults = []
    if head.province is not None:
        cell = head.cells.get("province")
        faults.append(province_fault(units, head.province, f"{table.form.name}, {cell}", cell))
    if bool(head.is_synthetic) != is_synthetic:
        cell = head.cells.get("kind")
        found = f"“Loại số liệu” là “{INVENTED if head.is_synthetic else REAL}”" if cell else "không có dòng “Loại số liệu”"
        accepted = f"“{INVENTED}” khi nạp với --synthetic, “{REAL}” khi nạp không có --synthetic"
        action = "số bịa ra để thử: ghi “mô phỏng” ở đầu bảng và thêm --synthetic; số thật: ghi “số liệu thật” và bỏ --synthetic"
        faults.append(Fault(OTHER_KIND_OF_DATA, f"{table.form.name}, {cell}" if cell else table.form.name, found, accepted, action, cell))
    return [fault for fault in faults if fault is not None]


def _hold_single(table: Table, lines: Iterable[Line], units: RowUnits) -> None:
    """One row a unit and month."""
    first: dict[tuple[tuple[str, str], date], int] = {}
    for line in lines:
        key = line.unit, line.start
        if key in first:
            found = f"{units.name(line.unit)}, tháng {month(f'{line.start:%Y-%m}')}"
            accepted = f"mỗi đơn vị, mỗi tháng một dòng (đã có ở dòng {first[key]})"
            table.fault(line.row, MONTH, Problem(DUPLICATE, found, accepted, "bỏ hoặc sửa một trong hai dòng"))
        first.setdefault(key, line.row)
