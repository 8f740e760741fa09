"""Summing up a dossier log from beginning to end: files found, held to the mapping, counted, written whole or not at all."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from analysis import codes
from analysis.errors import DataFaults, LantoaError, RunLocked, writing_to
from analysis.ingest.dossiers import expressions as says
from analysis.ingest.dossiers.aggregate import Job, Progress, read_parts, refuse_fields
from analysis.ingest.dossiers.assemble import bounds_of, write_panel
from analysis.ingest.dossiers.engines import TIME_ZONE, opened
from analysis.ingest.dossiers.inputs import Part, find_parts
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.panel_file import FORMAT, Account
from analysis.ingest.dossiers.personal import field_fault, personal_faults
from analysis.ingest.dossiers.repeats import CountsDiffer, Settled, check_rows, settle_repeats
from analysis.ingest.dossiers.state import State, signature_of

SUFFIX = ".parquet"
PASSES = 2  # every row is read for its id and for its counts
ASIDE_HEADINGS = ("Tệp", "Dòng", "Mã hồ sơ", "Mã đơn vị như trong sổ", "Ngày tiếp nhận", "Lý do để riêng")


@dataclass(frozen=True)
class Summed:
    """What became of a log: its account, where panel and rows set aside lie (None: no row was), parts in all and parts read now."""

    account: Account
    panel: Path
    aside: Path | None
    parts_count: int
    read_count: int


def find(log: Path, mapping: DossierMapping) -> list[Part]:
    """The parts of a log, held to the mapping and searched for personal data. Raises ``DataFaults`` before anything is counted."""
    parts = find_parts(log, mapping)
    if faults := personal_faults(parts, mapping):
        raise DataFaults(faults)
    return parts


def sum_up(
    parts: list[Part], mapping: DossierMapping, units: pd.DataFrame, out: Path, engine_name: str, on_rows: Progress, *, is_fresh: bool = False
) -> Summed:
    """Count every row of the parts and write the panel to ``out``; rows set aside go to a CSV beside it.

    Both files are replaced at the end or not at all; what was counted of unchanged parts is kept beside them for the next time.
    Raises ``DataFaults``, ``EngineUnusable``, ``RunLocked`` and ``FolderUnusable``.
    """
    if out.suffix != SUFFIX:
        raise LantoaError(f"{out.name}: kết quả là tệp {SUFFIX}. Muốn có bảng Excel để công bố, hãy dùng “lantoa uptake publish” sau đó.")
    folder = out.with_name(f".{out.stem}.trung-gian")
    with writing_to(out.parent), _held(out), TemporaryDirectory(dir=_made(folder), prefix="tmp-") as workspace:
        known_units = says.unit_codes(units, mapping)
        with opened(engine_name, Path(workspace)) as engine:
            signature = signature_of(Path(__file__).parent, mapping.sha256, engine.kind, units=known_units.known)
            state = State(folder / "phan", signature)
            if is_fresh:
                state.parts.clear()
            held = {name: known.fingerprint for name, known in state.parts.items()}
            read_count = sum(held.get(part.name) != part.fingerprint for part in parts)
            job = Job(parts, mapping, known_units, engine, state, on_rows)
            settled = settle_repeats(job, read_parts(job))
        refuse_fields(job, field_fault)
        account = _account(job, settled)
        write_panel(Path(workspace) / "panel", job, settled, account)
        aside = _write_aside(Path(workspace) / "aside", job, settled)
        return _publish(Path(workspace), out, Summed(account, out, aside_path(out) if aside else None, len(parts), read_count))


def aside_path(out: Path) -> Path:
    """Where the rows set aside of a panel lie."""
    return out.with_name(f"{out.stem}-de-rieng.csv")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _held(out: Path) -> Iterator[None]:
    lock = FileLock(out.with_name(f".{out.stem}.lock"))
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise RunLocked(f"Một lượt khác đang tổng hợp vào {out.name}. Hãy đợi lượt đó xong.") from error


def _account(job: Job, settled: Settled) -> Account:
    """Raises ``CountsDiffer`` when rows in are not rows counted and rows set aside."""
    rows_in = check_rows(job, settled)
    reasons: dict[str, int] = {"broken_line": sum(len(known.broken) for known in job.state.parts.values())}
    for told in (*(known.reasons for known in job.state.parts.values()), _reasons(settled.aside)):
        for reason, rows in told.items():
            reasons[reason] = reasons.get(reason, 0) + rows
    set_aside = {reason: reasons[reason] for reason in codes.DOSSIER_REASONS if reasons.get(reason)}
    counted = sum(known.rows - sum(known.reasons.values()) for known in job.state.parts.values()) + int(settled.counts["received"].sum())
    first, last = bounds_of(job, settled)
    mapping = job.mapping
    account = Account(
        name_vi=mapping.name_vi,
        vintage=mapping.vintage,
        is_synthetic=mapping.is_synthetic,
        exported_on=mapping.exported_on.isoformat(),
        parts=len(job.parts),
        rows_in=rows_in,
        rows_counted=counted,
        set_aside=set_aside,
        first_day=first,
        last_day=last,
        mapping_sha256=mapping.sha256,
        format=FORMAT,
    )
    if not account.adds_up:
        raise CountsDiffer(f"{rows_in} dòng vào, {counted} dòng được tính, {sum(set_aside.values())} dòng để riêng. Chưa ghi gì.")
    return account


def _reasons(aside: pd.DataFrame) -> Mapping[str, int]:
    return {says.REASONS[int(number)]: int(rows) for number, rows in aside["reason"].value_counts().items()}


def _write_aside(path: Path, job: Job, settled: Settled) -> bool:
    """Rows set aside, by part; whether there is any."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ASIDE_HEADINGS)
        for part in job.parts:
            for row in _aside_of(job, part, settled.aside):
                writer.writerow(row)
                count += 1
    return count > 0


def _aside_of(job: Job, part: Part, repeats: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    known = job.state.parts[part.name]
    for line in known.broken:
        yield part.name, line or "", "", "", "", codes.DOSSIER_REASONS["broken_line"]
    frames = [repeats[repeats["part"] == job.numbers[part.name]]]
    path = job.state.aside_path(known)
    batches = pq.ParquetFile(path).iter_batches() if path.is_file() else ()
    for rows in (*frames, *(batch.to_pandas() for batch in batches)):
        for row in rows.itertuples():
            day = "" if pd.isna(row.received) else pd.Timestamp(row.received).date().isoformat()
            yield part.name, "", row.dossier_id, row.logged_unit, day, codes.DOSSIER_REASONS[says.REASONS[row.reason]]


def _publish(workspace: Path, out: Path, summed: Summed) -> Summed:
    if summed.aside is None:
        aside_path(out).unlink(missing_ok=True)
    else:
        (workspace / "aside").replace(summed.aside)
    (workspace / "panel").replace(out)
    return summed


__all__ = ["PASSES", "TIME_ZONE", "Summed", "aside_path", "find", "sum_up"]
