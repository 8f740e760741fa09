"""One hash over everything a build depends on: registered files and the code that reads them."""

import hashlib
from pathlib import Path

from analysis import __file__ as package_file
from analysis.sources import Source, sha256_of

READING_ROOMS = ("text", "encodings", "amounts", "written_days", "periods", "codes", "sources", "contracts", "units", "store", "ingest")
READ_SUFFIXES = (".py", ".csv")  # code, and the words declared beside it


def inputs_hash(sources: list[Source]) -> str:
    """SHA-256 over the register and the rooms that turn raw into processed; independent of file times."""
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda item: item.source_id):
        digest.update(repr(source).encode())
    package = Path(package_file).parent
    for room in READING_ROOMS:
        found = package / room
        for module in sorted(path for path in found.rglob("*") if path.suffix in READ_SUFFIXES) if found.is_dir() else [found.with_suffix(".py")]:
            digest.update(f"{module.relative_to(package).as_posix()} {sha256_of(module)}\n".encode())
    return digest.hexdigest()
