"""A log of every dossier to the panel of units and months; every row counted or set aside, nothing twice, memory bounded.

Three passes. The first keeps a hash of every dossier's id; those met twice are candidates for repeated ids, settled by the ids
themselves. The second counts days by part. The third puts the parts together month by month. Parts that have not changed are not
read again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.errors import DataFaults
from analysis.ingest.dossiers import expressions as says
from analysis.ingest.dossiers.csv_lines import count_lines
from analysis.ingest.dossiers.engines import Engine
from analysis.ingest.dossiers.expressions import REASONS, UnitCodes
from analysis.ingest.dossiers.inputs import Part
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.part_files import CSV
from analysis.ingest.dossiers.personal import fields_fault
from analysis.ingest.dossiers.state import Hashes, PartState, State, digest_of

CSV_BYTES_A_ROW = 100  # to cut work into steps before a CSV has been read
ASIDE_COLUMNS = ("dossier_id", "logged_unit", "received", "logged_channel", "logged_level", "reason")
Progress = Callable[[int], None]


@dataclass
class Job:
    """One log to be summed up: its parts, how they are read, where they are counted, what is already known."""

    parts: Sequence[Part]
    mapping: DossierMapping
    units: UnitCodes
    engine: Engine
    state: State
    on_rows: Progress
    read: set[str] = field(init=False, default_factory=set)  # parts read in this run, for their ids or their counts
    numbers: dict[str, int] = field(init=False)
    blank_hash: np.uint64 = field(init=False)
    _known_units: ir.Table = field(init=False)
    _asked: dict[Any, ir.Table] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {part.name: number for number, part in enumerate(self.parts)}
        self._known_units = ibis.memtable(self.units.frame())
        blank = ibis.memtable({"text": [""]})
        self.blank_hash = _as_hashes(self.engine.whole(blank.select(id_hash=self.engine.hash_of(blank["text"]))))[0]

    def logged(self, parts: Sequence[Part]) -> ir.Table:
        """Rows of some parts, by role."""
        numbered = [(self.numbers[part.name], part) for part in parts]
        raw = self.engine.rows(numbered, list(self.mapping.columns.values()), self.mapping.delimiter)
        return self._once(raw, "logged", lambda: says.logged_rows(raw, self.mapping, self.engine.hash_of))

    def judged(self, parts: Sequence[Part]) -> ir.Table:
        """The same rows with month, days and reason, their units aside."""
        rows = self.logged(parts)
        return self._once(rows, "judged", lambda: says.judged_rows(rows, self.mapping))

    def told(self, parts: Sequence[Part]) -> ir.Table:
        """The same rows with their units as well."""
        return says.with_units(self.judged(parts), self._known_units)

    def counted(self, judged: ir.Table) -> ir.Table:
        """Days' counts of judged rows, by the code of their unit."""
        return self._once(judged, "counted", lambda: says.with_units(says.day_counts(judged), self._known_units))

    def _once(self, of: ir.Table, what: str, make: Callable[[], ir.Table]) -> ir.Table:
        """What was asked before of rows of the same schema is asked in the same words, which an engine then knows."""
        key = (of.op(), what)
        if key not in self._asked:
            self._asked[key] = make()
        return self._asked[key]


def read_parts(job: Job) -> Hashes:
    """Passes one and two over the parts that are new or changed; the hashes of ids that may stand twice in the whole log."""
    job.state.keep_only(job.parts)
    fresh = [part for part in job.parts if not (part.name in job.state.parts and job.state.parts[part.name].bounds)]
    for step in steps(fresh, job.engine.rows_a_step):
        _keep_hashes(job, step)
        job.state.save()
        job.on_rows(sum(rows_of(part) for part in step))
    candidates = job.state.repeated_hashes()
    left_out = {part.name: job.state.of_part(job.state.parts[part.name], candidates) for part in job.parts}
    stale = [part for part in job.parts if job.state.parts[part.name].without != digest_of(left_out[part.name])]
    job.read |= {part.name for part in (*fresh, *stale)}
    for step in steps(stale, job.engine.rows_a_step):
        _count(job, step, np.unique(np.concatenate([left_out[part.name] for part in step])), left_out)
        job.state.save()
        job.on_rows(sum(rows_of(part) for part in step))
    job.on_rows(sum(rows_of(part) for part in job.parts if part not in fresh) + sum(rows_of(part) for part in job.parts if part not in stale))
    return candidates


def rows_of(part: Part) -> int:
    """Rows of a part, guessed from its size where a file does not tell."""
    return part.size // CSV_BYTES_A_ROW if part.rows is None else part.rows


def steps(parts: Sequence[Part], rows_a_step: int) -> Iterator[list[Part]]:
    """Parts next to one another whose columns are of the same types, up to so many rows at a time."""
    step: list[Part] = []
    rows = 0
    for part in parts:
        if step and (rows + rows_of(part) > rows_a_step or _types(part) != _types(step[0])):
            yield step
            step, rows = [], 0
        step.append(part)
        rows += rows_of(part)
    if step:
        yield step


def _types(part: Part) -> tuple[str, dict[str, str]]:
    return part.kind, dict(part.types)


def _keep_hashes(job: Job, step: Sequence[Part]) -> None:
    rows = job.logged(step)
    answer = job.engine.whole(rows.select("part", "id_hash"))
    of_part, hashes = answer["part"].to_numpy(), _as_hashes(answer)
    for part in step:
        known = job.state.add(part)
        job.state.write_hashes(known, hashes[(of_part == job.numbers[part.name]) & (hashes != job.blank_hash)])
        known.broken = job.engine.broken_lines(part)
        known.lines = count_lines(part) if part.kind == CSV else None


def _as_hashes(answer: pa.Table) -> Hashes:
    return answer["id_hash"].to_numpy().view(np.uint64)


def _count(job: Job, step: Sequence[Part], without: Hashes, left_out: dict[str, Hashes]) -> None:
    """Days' counts of the parts of a step, each into its own file, and their rows set aside."""
    counts = job.engine.whole(job.counted(without_ids(job.judged(step), without)))
    for part in step:
        _keep_counts(job.state, job.state.parts[part.name], counts.filter(pc.equal(counts["part"], job.numbers[part.name])))
    _keep_aside(job, [part for part in step if job.state.parts[part.name].reasons], without)
    for part in step:
        job.state.parts[part.name].without = digest_of(left_out[part.name])


def _keep_counts(state: State, known: PartState, counts: pa.Table) -> None:
    """Days' counts of one part into its file, and what they add up to; what it set aside before is forgotten."""
    pq.write_table(counts, state.counts_path(known), compression="zstd", compression_level=1)
    state.aside_path(known).unlink(missing_ok=True)
    received, reasons = counts["received"].to_numpy(), counts["reason"].to_numpy()
    by_reason = np.bincount(reasons, weights=received, minlength=len(REASONS)).astype(np.int64)
    known.rows = int(by_reason.sum())
    known.reasons = {REASONS[reason]: int(by_reason[reason]) for reason in np.flatnonzero(by_reason[1:]) + 1}
    known.months = np.unique(counts["month"].to_numpy(zero_copy_only=False)[reasons == 0]).astype(int).tolist()


def without_ids(rows: ir.Table, hashes: Hashes) -> ir.Table:
    """Rows whose ids have none of the hashes."""
    return rows.anti_join(as_table(rows, hashes), "id_hash") if len(hashes) else rows


def as_table(rows: ir.Table, hashes: Hashes) -> ir.Table:
    """Hashes as a table of one column, of the type they have in ``rows``."""
    kind = rows["id_hash"].type()
    values = hashes if kind.is_unsigned_integer() else hashes.view(np.int64)
    return ibis.memtable(pa.table({"id_hash": values}))


def _keep_aside(job: Job, parts: Sequence[Part], without: Hashes) -> None:
    if not parts:
        return
    judged = without_ids(job.told(parts), without)
    judged = says.with_days_in_bounds(judged)
    rows = judged.filter(judged["reason"] > 0).select("part", *ASIDE_COLUMNS).order_by("part", *ASIDE_COLUMNS)
    paths = {job.numbers[part.name]: job.state.aside_path(job.state.parts[part.name]) for part in parts}
    writers: dict[int, pq.ParquetWriter] = {}
    try:
        for batch in job.engine.batches(rows):
            for number in pc.unique(batch["part"]).to_pylist():
                of_part = batch.filter(pc.equal(batch["part"], number))
                if number not in writers:
                    writers[number] = pq.ParquetWriter(paths[number], batch.schema)
                writers[number].write_batch(of_part)
    finally:
        for writer in writers.values():
            writer.close()


def refuse_fields(job: Job) -> None:
    """Raise ``DataFaults`` when the column of fields must hold something else: so many different texts, or texts that are no field's name."""
    fields: set[str] = set()
    for part in job.parts:
        path = job.state.counts_path(job.state.parts[part.name])
        fields |= set(pc.unique(pq.read_table(path, columns=["field_vi"])["field_vi"]).to_pylist())
    if fault := fields_fault(fields):
        raise DataFaults([fault])
