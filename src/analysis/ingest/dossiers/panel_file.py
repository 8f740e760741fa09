"""The panel that summing up a dossier log leaves: one Parquet file with its cells, the counts of days behind its medians and the account of rows.

A file carries its own account, so that a report can show it and a panel without one cannot pass for a whole log.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import codes
from analysis.errors import DataFaults, Fault

FORMAT = 1
ACCOUNT_KEY = b"lantoa"
NO_PANEL = "Tệp không phải bảng tổng hợp sổ hồ sơ"
ACCOUNT_DIFFERS = "Số dòng không khớp"

KEY = ("unit_code", "period_month", "field_vi", "service_level", "channel")
COUNTS = (
    "received_count",
    "online_count",
    "fee_count",
    "paid_online_count",
    "digitised_in_count",
    "resolved_count",
    "due_count",
    "on_time_count",
)
QUANTILES = ("median_days", "p90_days")
DAYS, DAYS_COUNT = "days", "days_count"  # of one length in each cell: so many dossiers took so many days

PANEL_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string(), nullable=False) for name in KEY),
        *(pa.field(name, pa.int64()) for name in COUNTS),
        *(pa.field(name, pa.float64()) for name in QUANTILES),
        pa.field(DAYS, pa.list_(pa.int32())),
        pa.field(DAYS_COUNT, pa.list_(pa.int64())),
    ]
)


@dataclass(frozen=True)
class Account:
    """What became of every row of a log: ``rows_in`` is always the rows counted and those set aside by reason.

    ``first_day`` and ``last_day`` are the first day of the first and the last of the last month of receipt, no later than the export;
    ``exported_on`` the day after which a date lies in the future; ``parts`` the number of files read.
    """

    name_vi: str
    vintage: str
    is_synthetic: bool
    exported_on: str
    parts: int
    rows_in: int
    rows_counted: int
    set_aside: Mapping[str, int]
    first_day: str
    last_day: str
    mapping_sha256: str
    format: int = FORMAT

    @property
    def adds_up(self) -> bool:
        """Rows in = rows counted + rows set aside."""
        return self.rows_in == self.rows_counted + sum(self.set_aside.values())


def with_account(schema: pa.Schema, account: Account) -> pa.Schema:
    """The schema of a panel file that carries its account."""
    return schema.with_metadata({ACCOUNT_KEY: json.dumps(asdict(account), ensure_ascii=False, sort_keys=True).encode()})


def is_panel(path: Path) -> bool:
    """Whether a file is a panel of ours, of any format."""
    try:
        return ACCOUNT_KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read_account(path: Path, name: str) -> Account:
    """The account a panel file carries. Raises ``DataFaults`` for a file that is none, is damaged or does not add up."""
    action = "lấy tệp do lệnh “lantoa uptake aggregate” ghi ra"
    accepted = f"tệp .parquet của lệnh “lantoa uptake aggregate”, định dạng {FORMAT}"
    try:
        told: dict[str, Any] = json.loads((pq.read_schema(path).metadata or {})[ACCOUNT_KEY])
        account = Account(**told)
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise DataFaults([Fault(NO_PANEL, name, "không có phần kê số dòng", accepted, action)]) from error
    if account.format != FORMAT or set(account.set_aside) - set(codes.DOSSIER_REASONS):
        raise DataFaults([Fault(NO_PANEL, name, f"định dạng {account.format}", accepted, "tổng hợp lại sổ hồ sơ bằng bản đang dùng")])
    if not account.adds_up:
        found = f"{account.rows_in} dòng vào, {account.rows_counted} dòng được tính, {sum(account.set_aside.values())} dòng để riêng"
        raise DataFaults([Fault(ACCOUNT_DIFFERS, name, found, "dòng vào = dòng được tính + dòng để riêng", action)])
    return account


@dataclass(frozen=True)
class Panel:
    """A panel file read: ``cells`` with the columns of ``dossier_cells`` but its source; ``days`` and ``outcomes`` likewise."""

    cells: pd.DataFrame
    days: pd.DataFrame
    outcomes: pd.DataFrame
    account: Account


def read_panel(path: Path, name: str) -> Panel:
    """Cells, counts of days by unit, month and channel, and the account. Raises ``DataFaults``."""
    account = read_account(path, name)
    try:
        table = pq.read_table(path, schema=PANEL_SCHEMA)
    except (pa.ArrowException, OSError) as error:
        raise DataFaults([Fault(NO_PANEL, name, f"“{error}”", "tệp nguyên vẹn", "lấy lại tệp gốc")]) from error
    cells = table.select([*KEY, *COUNTS, *QUANTILES]).to_pandas()
    counted = int(cells["received_count"].sum())
    if counted != account.rows_counted:
        found, accepted = f"{counted} hồ sơ trong bảng", f"{account.rows_counted} dòng được tính như tệp kê"
        raise DataFaults([Fault(ACCOUNT_DIFFERS, name, found, accepted, "lấy lại tệp gốc")])
    told = {"vintage": account.vintage, "is_synthetic": account.is_synthetic}
    outcomes = {"counted": account.rows_counted, **{reason: rows for reason, rows in account.set_aside.items() if rows}}
    return Panel(
        _typed(cells.assign(**told)),
        _days(table).assign(**told).astype({"vintage": "string", "is_synthetic": "boolean"}),
        pd.DataFrame({"outcome": list(outcomes), "rows_count": list(outcomes.values()), "is_synthetic": account.is_synthetic}).astype(
            {"outcome": "string", "rows_count": "Int64", "is_synthetic": "boolean"}
        ),
        account,
    )


def _typed(cells: pd.DataFrame) -> pd.DataFrame:
    kinds = dict.fromkeys((*KEY, "vintage"), "string") | dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(QUANTILES, "Float64")
    return cells.astype({**kinds, "is_synthetic": "boolean"})


def _days(table: pa.Table) -> pd.DataFrame:
    """Counts of days, summed over field and level of service."""
    lengths = np.array(pc.list_value_length(table[DAYS]).fill_null(0))
    long = {name: np.repeat(table[name].to_pandas().to_numpy(), lengths) for name in ("unit_code", "period_month", "channel")}
    rows = pd.DataFrame({**long, "days": np.array(pc.list_flatten(table[DAYS])), "dossiers_count": np.array(pc.list_flatten(table[DAYS_COUNT]))})
    summed = rows.groupby(["unit_code", "period_month", "channel", "days"], sort=True)["dossiers_count"].sum().reset_index()
    kinds = dict.fromkeys(("unit_code", "period_month", "channel"), "string") | dict.fromkeys(("days", "dossiers_count"), "Int64")
    return summed.astype(kinds)
