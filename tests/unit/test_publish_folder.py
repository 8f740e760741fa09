"""A report folder is complete or absent, and only one run holds the reports."""

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.errors import EXIT_LOCKED, FolderUnusable, RunLocked
from analysis.publish.folder import LOCK, RENDERING, REPLACED, locked, replacing

HOLDER = """
import sys
from pathlib import Path
from analysis.publish.folder import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A published report, with text to tell it from the next."""
    folder = tmp_path / "reports" / "2021"
    folder.mkdir(parents=True)
    (folder / "bao-cao.html").write_text("cũ", encoding="utf-8")
    return folder


def write(rendering: Path, said: str) -> None:
    (rendering / "bao-cao.html").write_text(said, encoding="utf-8")


def publish(target: Path, said: str, then: Callable[[], object] = lambda: None) -> None:
    """A run that writes its page and then does something else before it ends."""
    with replacing(target) as rendering:
        write(rendering, said)
        then()


def failing(error: BaseException) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


def said_in(folder: Path) -> str:
    return (folder / "bao-cao.html").read_text(encoding="utf-8")


def remains(reports: Path) -> list[str]:
    return sorted(path.name for path in reports.iterdir() if path.name.startswith((RENDERING, REPLACED)))


def test_a_first_report_appears_whole(tmp_path):
    with replacing(tmp_path / "2021") as rendering:
        write(rendering, "mới")
        assert not (tmp_path / "2021").exists()
    assert said_in(tmp_path / "2021") == "mới"
    assert remains(tmp_path) == []


def test_a_new_report_takes_the_place_of_the_old_and_leaves_nothing_of_it(target):
    (target / "old-only.txt").write_text("x", encoding="utf-8")
    with replacing(target) as rendering:
        write(rendering, "mới")
        assert said_in(target) == "cũ"
    assert [path.name for path in target.iterdir()] == ["bao-cao.html"]
    assert said_in(target) == "mới"
    assert remains(target.parent) == []


@pytest.mark.parametrize("failure", [ValueError("x"), KeyboardInterrupt()])
def test_a_run_that_fails_keeps_the_old_report_and_leaves_no_remains(target, failure):
    with pytest.raises(type(failure)):
        publish(target, "nửa", failing(failure))
    assert said_in(target) == "cũ"
    assert remains(target.parent) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_full_or_unwritable_disk_is_told_and_keeps_the_old_report(target, code):
    with pytest.raises(FolderUnusable, match=r"Không ghi được vào thư mục .*reports.*còn nguyên"):
        publish(target, "nửa", failing(OSError(code, "no")))
    assert said_in(target) == "cũ"
    assert remains(target.parent) == []


def test_a_disk_that_fills_while_writing_is_told(target, monkeypatch):
    monkeypatch.setattr(Path, "write_text", failing(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(FolderUnusable):
        publish(target, "nửa")
    assert said_in(target) == "cũ"


def test_a_disk_that_fails_at_the_swap_puts_the_old_report_back(target, monkeypatch):
    replace = Path.replace

    def full(self: Path, to: Path) -> Path:
        if self.name.startswith(RENDERING):
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, to)

    with pytest.raises(FolderUnusable):
        publish(target, "mới", lambda: monkeypatch.setattr(Path, "replace", full))
    assert said_in(target) == "cũ"
    assert remains(target.parent) == []


def test_an_error_of_our_own_is_not_called_a_full_disk(target):
    with pytest.raises(FileNotFoundError), replacing(target):
        (target / "no-such-file").read_text(encoding="utf-8")


def test_remains_of_a_killed_run_are_cleared(target):
    for name in (f"{RENDERING}dead", f"{REPLACED}2021"):
        (target.parent / name).mkdir()
        write(target.parent / name, "rác")
    with locked(target.parent), replacing(target) as rendering:
        write(rendering, "mới")
        assert remains(target.parent) == [rendering.name]
    assert said_in(target) == "mới"
    assert remains(target.parent) == []


def test_a_report_set_aside_by_a_killed_run_is_put_back(target):
    target.rename(target.parent / f"{REPLACED}2021")
    with locked(target.parent):
        pass
    assert said_in(target) == "cũ"
    assert remains(target.parent) == []


def test_a_file_where_the_reports_folder_should_be_is_told(tmp_path):
    (tmp_path / "reports").write_text("đây là tệp", encoding="utf-8")
    with pytest.raises(FolderUnusable, match="reports"), locked(tmp_path / "reports"):
        pytest.fail("held a file")


def test_the_folder_is_made_when_it_is_not_there(tmp_path):
    with locked(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b" / LOCK).exists()


def test_a_second_run_is_turned_away_and_the_first_goes_on(tmp_path):
    with locked(tmp_path):
        with pytest.raises(RunLocked, match="Một lượt chạy khác đang dùng") as error, locked(tmp_path):
            pytest.fail("held twice")
        assert error.value.exit_code == EXIT_LOCKED == 5
    with locked(tmp_path):
        pass


def test_the_lock_is_free_again_after_an_error(tmp_path):
    with pytest.raises(ValueError, match="x"), locked(tmp_path):
        raise ValueError("x")
    with locked(tmp_path):
        pass


def test_a_lock_held_by_another_process_is_seen_and_free_once_that_process_is_killed(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunLocked), locked(tmp_path):
            pytest.fail("held twice")
        holder.kill()
    with locked(tmp_path):
        pass
