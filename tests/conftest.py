"""Fixtures shared by all tests: the shipped raw data, a copy one may spoil, and the tables built from it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from analysis.ingest.build import Build, build_tables
from analysis.sources import REGISTER_FILE, read_register, sha256_of

settings.register_profile("lantoa", deadline=None)  # a busy machine must not fail a property
settings.load_profile("lantoa")

ROOT = Path(__file__).resolve().parents[1]
SHIPPED_RAW = ROOT / "data" / "raw"


@pytest.fixture(scope="session")
def shipped_raw() -> Path:
    """The shipped ``data/raw``: for reading only."""
    return SHIPPED_RAW


@pytest.fixture
def raw_copy(tmp_path: Path) -> Path:
    """A copy of ``data/raw`` that the test may change."""
    return shutil.copytree(SHIPPED_RAW, tmp_path / "raw")


@pytest.fixture(scope="session")
def built() -> Build:
    """The build of the shipped data; treat its tables as read-only."""
    return build_tables(SHIPPED_RAW, read_register(SHIPPED_RAW))


@pytest.fixture(scope="session")
def reregister() -> Callable[[Path, str], None]:
    """``reregister(raw, path)``: put the present sha256 of a file that the test edited into sources.yml."""

    def update(raw: Path, path: str) -> None:
        register = raw / REGISTER_FILE
        entry = re.compile(rf"(  path: {re.escape(path)}\n(?:  .*\n)*?  sha256: )\w+")
        updated, found = entry.subn(rf"\g<1>{sha256_of(raw / path)}", register.read_text(encoding="utf-8"))
        assert found == 1, f"{path} stands {found} times in {REGISTER_FILE}"
        register.write_text(updated, encoding="utf-8")

    return update
