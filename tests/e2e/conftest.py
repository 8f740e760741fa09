"""A project of a test's own, small enough to build again and again, and the command line that works in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import cli, store
from analysis.cli.inputs import inputs_hash
from analysis.ingest.build import build_tables
from analysis.project import Project, open_project
from analysis.sources import Source, read_register, rewrite

Lantoa = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def make_office(project_copy: Project, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[Source], bool]], Path]:
    """``make_office(is_left_out)``: a copy of the project without some of its sources, its tables built."""

    def make(is_left_out: Callable[[Source], bool]) -> Path:
        root = shutil.copytree(project_copy.root, tmp_path_factory.mktemp("office") / "lantoa", ignore=shutil.ignore_patterns("processed", "reports"))
        project = open_project(root)
        left_out = [source for source in read_register(project.raw) if is_left_out(source)]
        rewrite(project.raw, without={source.source_id for source in left_out})
        for source in left_out:
            (project.raw / source.path).unlink()
        sources = read_register(project.raw)
        store.write(project.processed, inputs_hash(sources, project.index_folder, project.own_maps), build_tables(project.raw, sources).tables)
        return root

    return make


@pytest.fixture(scope="session")
def office(make_office: Callable[[Callable[[Source], bool]], Path]) -> Path:
    """The project without index scores and their corrections, which take long to read and play no part in most flows."""
    return make_office(lambda source: source.table in ("index_scores", "corrections"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, office: Path) -> Project:
    """A project of the test's own, in which the command line works."""
    root = shutil.copytree(office, tmp_path / "lantoa")
    monkeypatch.chdir(root)
    return open_project(root)


@pytest.fixture
def lantoa(project: Project, capsys: pytest.CaptureFixture[str]) -> Lantoa:
    """``lantoa("check", path)``: exit code and everything it said."""

    def run(*arguments: object) -> tuple[int, str]:
        code = cli.run([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out + told.err

    return run


@pytest.fixture(scope="session")
def blank_form(office: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``blank_form("activity-log", "--plan", number)``: an empty form made by the command, once for all tests; to be copied."""
    made: dict[tuple[object, ...], Path] = {}

    def make(*arguments: object) -> Path:
        if arguments not in made:
            path = tmp_path_factory.mktemp("form") / "form.xlsx"
            with pytest.MonkeyPatch.context() as elsewhere:
                elsewhere.chdir(office)
                assert cli.run(["template", *map(str, arguments), "--out", str(path)]) == 0
            made[arguments] = path
        return made[arguments]

    return make
