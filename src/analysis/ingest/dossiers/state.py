"""What is kept beside a panel so that only new or changed parts of a log are read again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.ingest.dossiers.inputs import Part

INDEX = "index.json"
BUCKETS = 64  # of hashes, by their highest bits: repeated ids are looked for in one bucket of all parts at a time
_SHIFT = np.uint64(64 - BUCKETS.bit_length() + 1)

Hashes = NDArray[np.uint64]


@dataclass
class PartState:
    """What is known of one part: its fingerprint, rows, the days' counts with the ids they leave out, months and reasons."""

    fingerprint: str
    slug: str
    bounds: list[int] = field(default_factory=list)  # where each bucket of hashes begins, and the end
    without: str | None = None  # digest of the hashes left out of the counts; None: not counted yet
    rows: int = 0  # in the counts and set aside by reason, without those left out
    reasons: dict[str, int] = field(default_factory=dict)
    months: list[int] = field(default_factory=list)
    broken: list[int | None] = field(default_factory=list)
    lines: int | None = None  # of a CSV, heading and blank lines aside, counted without the engine


class State:
    """A folder of intermediate results; ``signature`` tells whether they were made by the same code, mapping, units and engine."""

    def __init__(self, folder: Path, signature: str):
        self._folder = folder
        self._signature = signature
        folder.mkdir(parents=True, exist_ok=True)
        self.parts = self._load()

    def _load(self) -> dict[str, PartState]:
        try:
            told = json.loads((self._folder / INDEX).read_text(encoding="utf-8"))
            if told["signature"] == self._signature:
                return {name: PartState(**known) for name, known in told["parts"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            pass  # absent, half written or of another make: everything is read anew
        return {}

    def save(self) -> None:
        """Write the index in one step."""
        told = {"signature": self._signature, "parts": {name: vars(known) for name, known in sorted(self.parts.items())}}
        temporary = self._folder / f".{INDEX}.new"
        temporary.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        temporary.replace(self._folder / INDEX)

    def keep_only(self, parts: Sequence[Part]) -> None:
        """Forget parts that are gone or have changed, and their files."""
        current = {part.name: part.fingerprint for part in parts}
        self.parts = {name: known for name, known in self.parts.items() if current.get(name) == known.fingerprint}
        slugs = {known.slug for known in self.parts.values()}
        for path in self._folder.iterdir():
            if path.name != INDEX and path.name.split(".")[0] not in slugs:
                path.unlink()

    def add(self, part: Part) -> PartState:
        """A part not yet read."""
        slug = hashlib.sha256(f"{part.name} {part.fingerprint}".encode()).hexdigest()[:20]
        self.parts[part.name] = PartState(part.fingerprint, slug)
        return self.parts[part.name]

    def write_hashes(self, known: PartState, hashes: Hashes) -> None:
        """Keep the sorted hashes of a part's ids."""
        hashes.sort()
        hashes.tofile(self._folder / f"{known.slug}.ids")
        known.bounds = [*np.searchsorted(hashes >> _SHIFT, np.arange(BUCKETS, dtype=np.uint64)).tolist(), len(hashes)]

    def repeated_hashes(self) -> Hashes:
        """Hashes that stand more than once in all parts together, sorted: candidates, since two ids may share a hash."""
        return np.concatenate([_repeated(np.sort(np.concatenate(self._bucket(bucket)))) for bucket in range(BUCKETS)])

    def _bucket(self, bucket: int) -> list[Hashes]:
        held = [known for _, known in sorted(self.parts.items()) if known.bounds]
        return [np.empty(0, dtype=np.uint64), *(self._hashes(known, known.bounds[bucket], known.bounds[bucket + 1]) for known in held)]

    def _hashes(self, known: PartState, start: int, end: int) -> Hashes:
        return np.fromfile(self._folder / f"{known.slug}.ids", dtype=np.uint64, count=end - start, offset=8 * start)

    def of_part(self, known: PartState, candidates: Hashes) -> Hashes:
        """Those of the candidates that a part holds."""
        if not len(candidates) or not known.bounds:
            return candidates[:0]
        own = self._hashes(known, 0, known.bounds[-1])
        return candidates[np.isin(candidates, own, assume_unique=False, kind="sort")]

    def counts_path(self, known: PartState) -> Path:
        """Where the days' counts of a part lie."""
        return self._folder / f"{known.slug}.counts"

    def aside_path(self, known: PartState) -> Path:
        """Where the rows of a part that are set aside lie."""
        return self._folder / f"{known.slug}.aside"

    def read_counts(self, known: PartState, month: int) -> pa.Table:
        """Counted rows of one month of receipt."""
        return pq.read_table(self.counts_path(known), filters=[("month", "=", month), ("reason", "=", 0)])


def _repeated(ordered: Hashes) -> Hashes:
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def digest_of(hashes: Hashes) -> str:
    """Short digest of sorted hashes."""
    return hashlib.sha256(hashes.tobytes()).hexdigest()[:20]


def signature_of(code: Path, *told: str, units: Mapping[str, str]) -> str:
    """Digest of the modules in ``code``, of what is told, and of the units' codes."""
    digest = hashlib.sha256()
    for module in sorted(code.glob("*.py")):
        digest.update(module.read_bytes().replace(b"\r\n", b"\n"))
    for text in (*told, json.dumps(units, sort_keys=True)):
        digest.update(f"\n{text}".encode())
    return digest.hexdigest()
