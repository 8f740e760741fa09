"""Days' counts of all parts to the panel, one month of receipt at a time."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.durations import quantiles_of_counts
from analysis.ingest.dossiers.aggregate import Job
from analysis.ingest.dossiers.expressions import CHANNELS, LEVELS, SUMS
from analysis.ingest.dossiers.panel_file import COUNTS, DAYS, DAYS_COUNT, PANEL_SCHEMA, QUANTILES, Account, with_account
from analysis.ingest.dossiers.repeats import Settled
from analysis.text import normalise

CELL = ("unit_code", "field_vi", "level", "channel")
NO_RESULT = -1  # stands for the days of a dossier without a result
# what a count of the panel rests on besides the required columns of the log
RESTS_ON = {
    "fee_count": ("fee",),
    "paid_online_count": ("fee", "paid_online"),
    "digitised_in_count": ("digitised",),
    "resolved_count": ("resolved",),
    "due_count": ("resolved", "due"),
    "on_time_count": ("resolved", "due"),
}
Counts = NDArray[np.int64]


def write_panel(path: Path, job: Job, settled: Settled, account: Account) -> None:
    """The panel file, sorted by month of receipt and then by cell; at most a month of counts is in memory."""
    with pq.ParquetWriter(path, with_account(PANEL_SCHEMA, account), compression="zstd") as writer:
        for month, rows in _months(job, settled):
            writer.write_table(_panel_rows(month, rows, job.mapping.columns))


def months_of(job: Job, settled: Settled) -> list[int]:
    """Months of receipt of all rows counted, as year times twelve plus month from 0."""
    found = {month for known in job.state.parts.values() for month in known.months}
    return sorted(found | set(settled.counts["month"].dropna().astype(int)))


def month_text(month: int) -> str:
    """``2021-05`` of the number of a month."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def bounds_of(job: Job, settled: Settled) -> tuple[str, str]:
    """First day of the first and last day of the last month of receipt, no later than the export; empty without any row."""
    months = months_of(job, settled)
    if not months:
        return "", ""
    first, end = date(months[0] // 12, months[0] % 12 + 1, 1), pd.Period(month_text(months[-1])).end_time.date()
    return first.isoformat(), min(end, job.mapping.exported_on).isoformat()


def _months(job: Job, settled: Settled) -> Iterator[tuple[int, pa.Table]]:
    of_settled = pa.Table.from_pandas(settled.counts.astype({"days": "Int64"}), preserve_index=False) if len(settled.counts) else None
    for month in months_of(job, settled):
        held = [job.state.read_counts(known, month) for _, known in sorted(job.state.parts.items()) if month in known.months]
        if of_settled is not None:
            held.append(of_settled.filter(pc.equal(of_settled["month"], month)))
        yield month, pa.concat_tables([_plain(table) for table in held])


def _plain(table: pa.Table) -> pa.Table:
    """The columns of a cell as numbered texts and codes, days and sums as whole numbers, none missing."""
    texts = {name: table[name].cast(pa.string()).combine_chunks() for name in ("unit_code", "field_vi")}
    codes = {name: table[name].cast(pa.int64()) for name in ("level", "channel")}
    sums = {name: pc.fill_null(table[name].cast(pa.int64()), 0) for name in SUMS}
    return pa.table({**texts, **codes, DAYS: pc.fill_null(table[DAYS].cast(pa.int64()), NO_RESULT), **sums})


def _panel_rows(month: int, rows: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    cells, group, days, counts = _summed(rows)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    sums = {name: np.add.reduceat(counts[name], starts) for name in SUMS}
    panel = {
        "unit_code": cells["unit_code"],
        "period_month": np.full(len(starts), month_text(month)),
        "field_vi": cells["field_vi"],
        "service_level": np.array(LEVELS)[cells["level"]],
        "channel": np.array(CHANNELS)[cells["channel"]],
    }
    for name, of_sum in zip(COUNTS, SUMS, strict=True):
        is_told = all(role in columns for role in RESTS_ON.get(name, ()))
        panel[name] = sums[of_sum] if is_told else pa.nulls(len(starts), pa.int64())
    panel |= _durations(group, days, counts["received"], len(starts), "resolved" in columns)
    return pa.table(panel, schema=PANEL_SCHEMA)


def _summed(rows: pa.Table) -> tuple[dict[str, NDArray[Any]], Counts, Counts, dict[str, Counts]]:
    """Rows added by cell and days: the cells in order, the number of each row's cell, its days, and its counts."""
    texts, numbers = {}, {}
    for name in ("unit_code", "field_vi"):
        encoded = rows[name].combine_chunks().dictionary_encode() if isinstance(rows[name], pa.ChunkedArray) else rows[name].dictionary_encode()
        written = np.array([_spelt(text) for text in encoded.dictionary.to_pylist()], dtype=object).astype(str)
        texts[name], of_written = np.unique(written, return_inverse=True)
        numbers[name] = of_written[encoded.indices.to_numpy()]
    numbers |= {name: rows[name].to_numpy() for name in ("level", "channel", DAYS)}
    order = np.lexsort([numbers[name] for name in (DAYS, "channel", "level", "field_vi", "unit_code")])
    keys = np.stack([numbers[name][order] for name in (*CELL, DAYS)])
    changes = np.r_[True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)]
    starts = np.flatnonzero(changes)
    keys = keys[:, starts]
    sums = {name: np.add.reduceat(rows[name].to_numpy()[order], starts) for name in SUMS}
    is_first = np.r_[True, (keys[:-1, 1:] != keys[:-1, :-1]).any(axis=0)]
    cells = dict(zip(CELL, keys[:-1, is_first], strict=True))
    cells |= {name: found[cells[name]] for name, found in texts.items()}
    return cells, np.cumsum(is_first) - 1, keys[-1], sums


def _spelt(text: str) -> str:
    """One spelling of a field: composed letters, single spaces, a capital first."""
    plain = normalise(text)
    return plain[:1].upper() + plain[1:]


def _durations(group: Counts, days: Counts, received: Counts, cells_count: int, is_told: bool) -> dict[str, pa.Array]:
    """Quantiles of days, and the counts of days they come from, of every cell; of those with a result."""
    if not is_told:
        return {
            **{name: pa.nulls(cells_count, pa.float64()) for name in QUANTILES},
            DAYS: pa.nulls(cells_count, PANEL_SCHEMA.field(DAYS).type),
            DAYS_COUNT: pa.nulls(cells_count, PANEL_SCHEMA.field(DAYS_COUNT).type),
        }
    has_result = days != NO_RESULT
    of_cell, days, received = group[has_result], days[has_result], received[has_result]
    held, numbered = np.unique(of_cell, return_inverse=True)
    found = np.full((cells_count, len(QUANTILES)), np.nan)
    found[held] = quantiles_of_counts(numbered, days, received, (0.5, 0.9))
    offsets = np.searchsorted(of_cell, np.arange(cells_count + 1)).astype(np.int32)
    return {
        **{name: pa.array(found[:, number], from_pandas=True) for number, name in enumerate(QUANTILES)},
        DAYS: pa.ListArray.from_arrays(offsets, pa.array(days, pa.int32())),
        DAYS_COUNT: pa.ListArray.from_arrays(offsets, pa.array(received, pa.int64())),
    }
