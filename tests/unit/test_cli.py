"""The command line: Vietnamese messages, exit codes for schedulers, no traceback for a person's error."""

from pathlib import Path

import pytest

from analysis import store
from analysis.cli import commands, run
from analysis.cli.commands import lantoa
from analysis.errors import EXIT_DATA_FAULTS, EXIT_DONE, EXIT_OUR_FAULT, EXIT_USAGE
from analysis.text import fold


@pytest.fixture
def project(tmp_path: Path, built, monkeypatch) -> Path:
    """A project whose data are built, as the working folder; reports are refused before a notebook runs."""
    (tmp_path / "lantoa.toml").write_text('province = "74"\n', encoding="utf-8")
    wanted = ["plans", "activities", "index_editions", "units"]
    store.write(tmp_path / "data" / "processed", "0" * 64, {name: built.tables[name] for name in wanted})
    monkeypatch.setattr(commands, "refresh", lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(capsys):
    """``told(*arguments)``: exit code, standard output and standard error of a command line."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        return code, shown.out, shown.err

    return call


def test_the_version_is_printed(told):
    code, out, _ = told("--version")
    assert code == EXIT_DONE
    assert out.strip().count(".") == 2


@pytest.mark.parametrize("command", [[], ["report"], ["build"], ["declare"], ["simulate"], ["lab"], ["dev"], ["dev", "test"]], ids=" ".join)
def test_help_is_vietnamese_and_exits_with_0(told, command):
    code, out, _ = told(*command, "--help")
    assert code == EXIT_DONE
    assert fold(out) != out.casefold()
    assert "Cách dùng:" in out
    assert not any(english in out for english in ("Usage", "Options", "Commands", "Show this message", "OPTIONS"))


def test_every_command_has_a_help_text():
    commands_found = [*lantoa.commands.values(), *lantoa.commands["dev"].commands.values()]
    assert [command.name for command in commands_found if not command.help] == []


def test_a_misspelt_option_is_answered_with_the_right_one(told):
    code, _, err = told("report", "--yaer", "2021")
    assert code == EXIT_USAGE
    assert "không có tùy chọn “--yaer”" in err
    assert "có phải “--year”?" in err
    assert "lantoa report --help" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report"], "thiếu “--year”"),
        (["report", "--year", "abc"], "giá trị của “--year” không dùng được: gặp “abc”, cần năm bốn chữ số như 2021."),
        (["report", "--year", "20210"], "gặp “20210”"),
        (["report", "--year", "2021", "--as-of", "30/06/2022"], "gặp “30/06/2022”, cần ngày có thật dạng 2022-06-30."),
        (["report", "--year", "2021", "--as-of", "2022-02-30"], "gặp “2022-02-30”"),
    ],
)
def test_a_wrong_value_is_quoted_with_what_is_wanted(told, arguments, said):
    code, _, err = told(*arguments)
    assert code == EXIT_USAGE
    assert "Câu lệnh chưa đúng" in err
    assert said in err


def test_a_year_without_data_is_refused_with_the_years_there_are(told, project):
    code, _, err = told("report", "--year", "1999")
    assert code == EXIT_DATA_FAULTS
    assert "Không có số liệu cho năm 1999" in err
    assert "2019–2024" in err
    assert not (project / "reports").exists()


def test_an_unknown_province_is_refused_with_the_codes_there_are(told, project):
    code, _, err = told("report", "--year", "2021", "--province", "98")
    assert code == EXIT_DATA_FAULTS
    assert "“98”" in err
    assert all(shown in err for shown in ("01 TP. Hà Nội", "74 Bình Dương", "96 Cà Mau"))
    assert not (project / "reports").exists()


def test_a_misspelt_command_is_answered_with_the_right_one(told):
    code, _, err = told("reprot")
    assert code == EXIT_USAGE
    assert "không có lệnh “reprot”; có phải “report”?" in err


def test_a_day_before_the_year_is_refused(told, project):
    code, _, err = told("report", "--year", "2021", "--as-of", "2020-12-31")
    assert code == EXIT_DATA_FAULTS
    assert "Ngày 31/12/2020 trước khi năm 2021 bắt đầu" in err


def test_outside_a_project_it_says_where_to_go(told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = told("build")
    assert code == EXIT_DATA_FAULTS
    assert "Không thấy tệp lantoa.toml" in err


def test_a_bug_of_ours_exits_with_1_and_says_that_the_data_are_not_at_fault(monkeypatch, capsys, project):
    def broken() -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(commands, "open_project", broken)
    assert run(["build"]) == EXIT_OUR_FAULT
    err = capsys.readouterr().err
    assert "RuntimeError: boom" in err
    assert "không phải của số liệu" in err


def test_stopping_by_hand_is_told_calmly(monkeypatch, told, project):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "open_project", interrupted)
    code, _, err = told("build")
    assert code == EXIT_OUR_FAULT
    assert "Đã dừng theo yêu cầu" in err


def test_stopping_by_hand_is_told_calmly_when_a_library_raises_its_own_error_from_it(monkeypatch, told, project):
    def interrupted() -> None:
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()

    monkeypatch.setattr(commands, "open_project", interrupted)
    code, _, err = told("build")
    assert code == EXIT_OUR_FAULT
    assert "Đã dừng theo yêu cầu" in err
    assert "Query interrupted" not in err


def test_the_exit_code_of_a_failing_tool_is_handed_on(monkeypatch):
    """CI relies on it: a failing test run must fail the command."""
    monkeypatch.setattr("subprocess.run", lambda *_, **__: type("Done", (), {"returncode": 7})())
    assert run(["dev", "test"]) == 7
