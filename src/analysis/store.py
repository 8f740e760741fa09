"""The only reader and writer of ``data/processed``.

A build is a folder named by the hash of its inputs; ``current.json`` points to it and is replaced last, in one
step, so that readers see a whole build or the one before.
"""

import hashlib
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
from filelock import FileLock

from analysis.errors import LantoaError, writing_to
from analysis.project import open_project

POINTER = "current.json"


class NotBuilt(LantoaError):
    """No table has been built yet, or the table asked for does not exist."""


def write(processed: Path, inputs_hash: str, tables: dict[str, pd.DataFrame]) -> None:
    """Write all tables as Parquet and make them current; all but the build before are removed afterwards.

    Raises ``FolderUnusable`` when the folder cannot be written; the earlier build then stays current.
    """
    with writing_to(processed):
        processed.mkdir(parents=True, exist_ok=True)
    with FileLock(processed / ".lock"), writing_to(processed):
        folder = processed / f".building-{uuid4().hex}"
        folder.mkdir()
        try:
            rows = {name: _write_table(folder / f"{name}.parquet", table) for name, table in sorted(tables.items())}
            _publish(processed, folder, inputs_hash, rows)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _write_table(path: Path, table: pd.DataFrame) -> int:
    table.to_parquet(path, index=False, compression="zstd")
    return len(table)


def _publish(processed: Path, folder: Path, inputs_hash: str, rows: dict[str, int]) -> None:
    pointed = current(processed)
    name = inputs_hash[:16]
    build = processed / (f"{name}-again" if pointed and pointed["build"] == name else name)
    shutil.rmtree(build, ignore_errors=True)
    folder.replace(build)
    pointer = processed / f".{POINTER}.new"
    pointer.write_text(
        json.dumps({"build": build.name, "contracts": _contracts_hash(), "inputs_hash": inputs_hash, "rows": rows}, indent=1, sort_keys=True),
        encoding="utf-8",
        newline="\n",
    )
    pointer.replace(processed / POINTER)
    kept = {build.name, pointed["build"] if pointed else ""}  # a reader may still be in the build before
    for old in processed.iterdir():
        if old.is_dir() and old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def current(processed: Path) -> dict[str, Any] | None:
    """The pointer of the current build (build, inputs_hash, rows by table), or None before the first."""
    pointer = processed / POINTER
    if not pointer.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(pointer.read_text(encoding="utf-8"))
        return found if (processed / found["build"]).is_dir() else None
    except (ValueError, KeyError, TypeError):
        return None  # damaged: as if nothing had been built


def read(table: str, processed: Path | None = None) -> pd.DataFrame:
    """One table of the current build, as a copy the caller may change.

    Raises ``NotBuilt`` before the first build, after the contracts of the tables changed, or for an unknown table.
    """
    folder = processed or open_project().processed
    pointer = current(folder)
    if pointer is None:
        raise NotBuilt("Chưa dựng dữ liệu. Hãy chạy lệnh “lantoa build” rồi thử lại.")
    if pointer.get("contracts") != _contracts_hash():
        raise NotBuilt("Dữ liệu được dựng bằng bản trước của bộ công cụ. Hãy chạy lệnh “lantoa build” rồi thử lại.")
    if table not in pointer["rows"]:
        raise NotBuilt(f"Không có bảng “{table}”; các bảng hiện có: {', '.join(sorted(pointer['rows']))}.")
    path = folder / pointer["build"] / f"{table}.parquet"
    return _read_parquet(path, path.stat().st_mtime_ns).copy()


@cache
def _contracts_hash() -> str:
    """Hash of the code that says what the tables hold."""
    digest = hashlib.sha256()
    for module in sorted((Path(__file__).parent / "contracts").glob("*.py")):
        digest.update(module.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


@cache
def _read_parquet(path: Path, _written_ns: int) -> pd.DataFrame:
    return pd.read_parquet(path)


class Tables:
    """All tables of the current build as attributes: ``tables.index_scores``; each access is a fresh copy."""

    def __init__(self, processed: Path | None = None):
        self._processed = processed or open_project().processed

    def __getattr__(self, table: str) -> pd.DataFrame:
        if table.startswith("_"):
            raise AttributeError(table)
        return read(table, self._processed)
