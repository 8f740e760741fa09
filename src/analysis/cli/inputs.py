"""One hash over everything a build depends on: registered files, the office's index folder and the code that reads them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from analysis import __file__ as package_file
from analysis.ingest.index_folder import fingerprint
from analysis.sources import Source, sha256_of

READING_ROOMS = (
    "text",
    "encodings",
    "amounts",
    "written_days",
    "periods",
    "codes",
    "rates",
    "durations",
    "sources",
    "contracts",
    "corrections",
    "units",
    "indices",
    "store",
    "ingest",
)
READ_SUFFIXES = (".py", ".csv", ".yml")  # code, and the words and layouts declared beside it


def inputs_hash(sources: Sequence[Source], index_folder: Path | None = None, own_maps: Sequence[Path] = ()) -> str:
    """SHA-256 over the register, the index folder, the office's maps and the rooms that turn them into processed; independent of file times.

    A folder that is not there counts as none.
    """
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda item: item.source_id):
        digest.update(repr(source).encode())
    digest.update(fingerprint(index_folder).encode())
    for path in own_maps:
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    package = Path(package_file).parent
    for room in READING_ROOMS:
        found = package / room
        for module in sorted(path for path in found.rglob("*") if path.suffix in READ_SUFFIXES) if found.is_dir() else [found.with_suffix(".py")]:
            digest.update(f"{module.relative_to(package).as_posix()} {sha256_of(module)}\n".encode())
    return digest.hexdigest()
