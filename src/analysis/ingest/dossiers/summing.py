"""Summing up a dossier log from beginning to end: files found, held to the mapping, counted, written whole or not at all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from analysis import codes
from analysis.errors import DataFaults, LantoaError, RunLocked, writing_to
from analysis.ingest.dossiers import expressions as says
from analysis.ingest.dossiers.aggregate import ASIDE_COLUMNS, Job, Progress, read_parts, refuse_fields
from analysis.ingest.dossiers.assemble import bounds_of, write_panel
from analysis.ingest.dossiers.engines import opened
from analysis.ingest.dossiers.inputs import Part, find_parts
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.panel_file import FORMAT, Account
from analysis.ingest.dossiers.personal import personal_faults, unless_personal
from analysis.ingest.dossiers.repeats import CountsDiffer, Settled, check_rows, settle_repeats
from analysis.ingest.dossiers.state import State, signature_of

SUFFIX = ".parquet"
PASSES = 2  # every row is read for its id and for its counts
ASIDE_HEADINGS = ("Tệp", "Dòng", "Mã hồ sơ", "Mã đơn vị như trong sổ", "Ngày tiếp nhận", "Kênh như trong sổ", "Mức độ như trong sổ", "Lý do để riêng")


@dataclass(frozen=True)
class Summed:
    """What became of a log: its account, where panel and rows set aside lie (None: no row was), parts in all and parts read now."""

    account: Account
    panel: Path
    aside: Path | None
    parts_count: int
    read_count: int


def find(log: Path, mapping: DossierMapping) -> list[Part]:
    """The parts of a log, held to the mapping. Raises ``DataFaults`` before anything is counted."""
    return find_parts(log, mapping)


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
            fresh = [part for part in parts if part.name not in state.parts or state.parts[part.name].fingerprint != part.fingerprint]
            if faults := personal_faults(fresh, mapping):
                raise DataFaults(faults)
            job = Job(parts, mapping, known_units, engine, state, on_rows)
            settled = settle_repeats(job, read_parts(job))
        refuse_fields(job)
        account = _account(job, settled)
        write_panel(Path(workspace) / "panel", job, settled, account)
        aside = _write_aside(Path(workspace) / "aside", job, settled)
        return _publish(Path(workspace), out, Summed(account, out, aside_path(out) if aside else None, len(parts), len(job.read)))


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
        file.write(",".join(ASIDE_HEADINGS) + "\n")
        for part in job.parts:
            for rows in _aside_of(job, part, settled.aside):
                rows.to_csv(file, header=False, index=False, lineterminator="\n")
                count += len(rows)
    return count > 0


def _aside_of(job: Job, part: Part, repeats: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Rows of a part that are set aside, as they are written."""
    known = job.state.parts[part.name]
    yield _aside_rows(part, pd.DataFrame({"line": known.broken, "reason": says.REASON["broken_line"]}))
    yield _aside_rows(part, repeats[repeats["part"] == job.numbers[part.name]])
    path = job.state.aside_path(known)
    for batch in pq.ParquetFile(path).iter_batches() if path.is_file() else ():
        yield _aside_rows(part, batch.to_pandas())


def _aside_rows(part: Part, rows: pd.DataFrame) -> pd.DataFrame:
    told = rows.reindex(columns=["line", *ASIDE_COLUMNS])
    reasons = np.array(["", *codes.DOSSIER_REASONS.values()], dtype=object)
    told = told.assign(**{name: told[name].map(unless_personal, na_action="ignore") for name in ("dossier_id", "logged_unit")})
    is_day = ~told["received"].isin([says.FIRST_TOLD, says.LAST_TOLD])
    written = told.assign(
        part=part.name, line=told["line"].astype("Int64"), reason=reasons[told["reason"].astype(int)], received=told["received"].where(is_day)
    )
    return written[["part", "line", *ASIDE_COLUMNS]]


def _publish(workspace: Path, out: Path, summed: Summed) -> Summed:
    if summed.aside is None:
        aside_path(out).unlink(missing_ok=True)
    else:
        (workspace / "aside").replace(summed.aside)
    (workspace / "panel").replace(out)
    return summed
