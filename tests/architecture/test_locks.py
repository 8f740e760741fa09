"""The three lists of dependencies agree, and the locks hold names, versions and hashes only."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("bootstrap.txt", "lock.txt", "dev.txt")


def requirement(text: str) -> tuple[str, str]:
    """Name without extras, and version range, both without spaces."""
    name, versions = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*(.*)", text.strip()).groups()
    return name.lower(), versions.replace(" ", "")


def declared() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    python = f"python{project['requires-python']}"
    return dict(requirement(text) for text in [python, *project["dependencies"], *extras["setup"], *extras["dev"]])


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, flags=re.MULTILINE))


def test_environment_yml_lists_what_pyproject_lists():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    flat = [text for entry in listed for text in (entry["pip"] if isinstance(entry, dict) else [entry])]
    assert dict(requirement(text) for text in flat) == declared()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_holds_no_address(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|index-url|find-links|@ ", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if "==" in line]
    assert lines
    assert all("--hash=sha256:" in line for line in lines)


def test_run_lock_and_dev_lock_hold_the_same_versions():
    run, dev = locked("lock.txt"), locked("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_every_declared_dependency_is_locked():
    assert set(declared()) - {"python"} <= set(locked("dev.txt"))


def test_a_planted_difference_is_seen():
    assert requirement("pandera[pandas]>=0.35") == ("pandera", ">=0.35")
    assert requirement("python >=3.11,<3.14") != requirement("python>=3.12,<3.14")


def test_received_files_keep_their_bytes_on_windows():
    """Their hashes are registered; line ends changed by git would look like tampering."""
    asked = ["git", "-C", str(ROOT), "check-attr", "text", "data/raw/sources.yml", "data/raw/papi/2011-2024/papi_scores.csv"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("git cannot be asked here")
    assert [line.rpartition(": ")[2] for line in answer.stdout.splitlines()] == ["unset", "unset"]
