"""The contract of a notebook is checked before anything runs, and told in Vietnamese."""

from pathlib import Path

import nbformat
import pytest

from analysis.errors import ReportRefused
from analysis.publish import notebook
from analysis.publish.notebook import check_contract, execute, execute_all
from analysis.publish.report import NOTEBOOKS, OWN_PARAMETERS

GIVEN = {"year": 2021, "province": "74", "as_of": "2022-06-30"}
DECLARED = 'year = 2021\nprovince: str = "74"\nas_of = "2026-11-22"'
READING = "from analysis import store\nprint(year, province, as_of)"


def make_notebook(
    folder: Path, *, declared: str = DECLARED, reading: str = READING, tagged: tuple[int, ...] = (0,), name: str = "01_x.ipynb"
) -> Path:
    """A notebook of two code cells; ``tagged`` are those with the parameters tag."""
    cells = [nbformat.v4.new_code_cell(source) for source in (declared, reading)]
    for position in tagged:
        cells[position].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Hỏi gì?"), *cells]), folder / name)
    return folder / name


def told(path: Path, parameters: dict[str, object] = GIVEN) -> str:
    with pytest.raises(ReportRefused) as error:
        check_contract(path, parameters)
    assert path.name in str(error.value)
    return str(error.value)


def test_a_notebook_that_takes_and_reads_every_parameter_is_accepted(tmp_path):
    check_contract(make_notebook(tmp_path), GIVEN)


def test_a_parameter_read_inside_an_expression_counts_as_read(tmp_path):
    check_contract(make_notebook(tmp_path, reading="show(*chapter(year + 1), where=f'{province}', by=lambda: as_of)"), GIVEN)


def test_a_missing_notebook_is_named(tmp_path):
    assert "Không có sổ tay 01_x.ipynb" in told(tmp_path / "01_x.ipynb")


@pytest.mark.parametrize(("tagged", "seen"), [((), "thấy 0 ô"), ((0, 1), "thấy 2 ô")], ids=["lost tag", "two tags"])
def test_a_lost_or_doubled_parameters_tag_is_told_with_how_to_mend_it(tmp_path, tagged, seen):
    message = told(make_notebook(tmp_path, tagged=tagged))
    assert seen in message
    assert "cần đúng một ô" in message
    assert "gắn lại nhãn" in message


@pytest.mark.parametrize(
    ("declared", "reading", "parameters", "said"),
    [
        (DECLARED, READING, {**GIVEN, "mode": 1}, "tham số không có trong sổ tay: “mode”"),
        (f"{DECLARED}\nmode = 1", f"{READING}\nmode", GIVEN, "tham số chưa được truyền: “mode”"),
        (DECLARED, "print(year, as_of)", GIVEN, "tham số không ô nào phía sau dùng đến: “province”"),
        (DECLARED, f"{READING}\nprovince = '79'", GIVEN, "tham số bị đặt lại ở ô khác: “province”"),
        (DECLARED, f"{READING}\n[year for year in (1, 2)]", GIVEN, "tham số bị đặt lại ở ô khác: “year”"),
        (DECLARED.replace("2021", "1 + 2020"), READING, GIVEN, "không phải hằng số hoặc đặt hai lần: “year”"),
        (f"{DECLARED}\nyear = 2022", READING, GIVEN, "không phải hằng số hoặc đặt hai lần: “year”"),
        (DECLARED.replace("2021", "'2021'"), READING, GIVEN, "“year” trong sổ tay là str, được truyền int"),
        (DECLARED.replace("year", "nam"), READING, GIVEN, "tham số không có trong sổ tay: “year”"),
    ],
    ids=["unknown", "not given", "unread", "overwritten", "a loop takes its name", "computed", "set twice", "another type", "renamed"],
)
def test_a_parameter_that_does_not_fit_is_quoted(tmp_path, declared, reading, parameters, said):
    assert said in told(make_notebook(tmp_path, declared=declared, reading=reading), parameters)


@pytest.mark.parametrize("reading", ["%matplotlib inline", "!ls", "if"])
def test_a_cell_that_is_not_plain_python_is_told(tmp_path, reading):
    assert "không đọc được" in told(make_notebook(tmp_path, reading=reading))


def test_a_file_that_is_no_notebook_is_told(tmp_path):
    (tmp_path / "01_x.ipynb").write_text("# sổ tay", encoding="utf-8")
    assert "không đọc được" in told(tmp_path / "01_x.ipynb")


def test_a_cell_before_the_parameters_does_not_count_as_reading_them(tmp_path):
    path = make_notebook(tmp_path, declared=READING, reading=DECLARED, tagged=(1,))
    assert "tham số không ô nào phía sau dùng đến" in told(path)


def test_all_that_does_not_fit_is_told_at_once_with_what_the_notebook_takes(tmp_path):
    message = told(make_notebook(tmp_path, reading="print(year)"), {"year": 2021, "province": "74", "thang": 5})
    assert all(f"“{name}”" in message for name in ("thang", "as_of", "province"))
    assert "Tham số của sổ tay: as_of, province, year" in message


def test_a_refused_notebook_is_not_executed(tmp_path, monkeypatch):
    import papermill

    monkeypatch.setattr(papermill, "execute_notebook", lambda *_, **__: pytest.fail("executed"))
    with pytest.raises(ReportRefused):
        execute(make_notebook(tmp_path, tagged=()), tmp_path / "out.ipynb", GIVEN)
    assert not (tmp_path / "out.ipynb").exists()


def test_one_broken_notebook_among_several_stops_all_before_any_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook, "ThreadPoolExecutor", lambda *_, **__: pytest.fail("started"))
    sound, broken = make_notebook(tmp_path), make_notebook(tmp_path, tagged=(), name="02_y.ipynb")
    with pytest.raises(ReportRefused, match="02_y"):
        execute_all({sound: GIVEN, broken: GIVEN}, tmp_path, tmp_path, lambda _: pytest.fail("done"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_of_a_report_takes_its_parameters(name):
    check_contract(Path(__file__).parents[2] / "notebooks" / f"{name}.ipynb", GIVEN | OWN_PARAMETERS.get(name, {}))
