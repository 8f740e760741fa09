"""Fixtures shared by all tests: the shipped raw data, a copy one may spoil, and the tables built from it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from analysis import store
from analysis.cli.inputs import inputs_hash
from analysis.ingest.build import Build, build_tables
from analysis.ingest.index_folder import folder_sources
from analysis.project import SETTINGS_FILE, Project, open_project
from analysis.sources import REGISTER_FILE, read_register, sha256_of

settings.register_profile("lantoa", deadline=None)  # a busy machine must not fail a property
settings.load_profile("lantoa")

ROOT = Path(__file__).resolve().parents[1]
SHIPPED_RAW = ROOT / "data" / "raw"
PANEL = ROOT.parent / "shared" / "data" / "panel"  # beside the repository; read in place, never copied


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
def panel_built() -> Build:
    """The build with the full panels read in place; treat its tables as read-only."""
    if not PANEL.is_dir():
        pytest.skip("../shared/data/panel is not here; it is read in place, never copied")
    return build_tables(SHIPPED_RAW, read_register(SHIPPED_RAW), folder=folder_sources(PANEL, SHIPPED_RAW))


@pytest.fixture(scope="session")
def shipped_tables(built: Build, tmp_path_factory: pytest.TempPathFactory) -> store.Tables:
    """The shipped data as notebooks read them."""
    processed = tmp_path_factory.mktemp("processed")
    store.write(processed, "0" * 64, built.tables)
    return store.Tables(processed)


@pytest.fixture(scope="session")
def project_copy(built: Build, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with its data built, in which notebooks and reports may run."""
    root = tmp_path_factory.mktemp("project")
    shipped = (ROOT / SETTINGS_FILE).read_text(encoding="utf-8")
    (root / SETTINGS_FILE).write_text(f"placebo_plans = 100\n{shipped}", encoding="utf-8")  # the fewest allowed: time, not digits, matters here
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "declarations", root / "declarations")
    shutil.copytree(SHIPPED_RAW, root / "data" / "raw")
    project = open_project(root)
    store.write(project.processed, inputs_hash(read_register(project.raw)), built.tables)
    return project


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
