"""The command ``lantoa declare``: a file is checked, hashed and dated; nothing is written for a faulty one."""

import re
import shutil
from datetime import date
from pathlib import Path

import click
import pytest

from analysis import store
from analysis.cli import commands, declare
from analysis.cli.vietnamese import explain
from analysis.declarations import read_register
from analysis.errors import DataFaults, LantoaError

SHIPPED = Path(__file__).resolve().parents[2] / "declarations"
TODAY = date(2026, 12, 1)


class Clock(date):
    """A day that stands still."""

    @classmethod
    def today(cls) -> date:
        return TODAY


@pytest.fixture
def folder(tmp_path: Path, built, monkeypatch) -> Path:
    """The declarations of a project that is the working folder: the shipped files, without their register."""
    (tmp_path / "lantoa.toml").write_text('province = "74"\n', encoding="utf-8")
    (tmp_path / "data" / "raw").mkdir(parents=True)
    wanted = ["index_editions", "index_components", "plans"]
    store.write(tmp_path / "data" / "processed", "0" * 64, {name: built.tables[name] for name in wanted})
    shutil.copytree(SHIPPED, tmp_path / "declarations", ignore=shutil.ignore_patterns("register.yml"))
    monkeypatch.setattr(commands, "refresh", lambda *_, **__: None)
    monkeypatch.setattr(declare, "date", Clock)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "declarations"


@pytest.fixture
def told(capsys):
    """``told(*arguments)``: standard output and standard error of the command; its errors are raised."""

    def call(*arguments: str) -> tuple[str, str]:
        declare.declare.main(list(arguments), standalone_mode=False)
        shown = capsys.readouterr()
        return shown.out, shown.err

    return call


def test_a_declaration_is_registered_today_and_every_result_says_how_it_stands(folder, told):
    out, err = told("2019")
    [entry] = read_register(folder)
    assert (entry.plan_year, entry.registered_on) == (2019, TODAY)
    assert f"sha256 {entry.sha256}" in out
    assert "689/KH-UBND (năm 2019): 4 kết quả, 2 nhóm, mức ý nghĩa 0,05, không có lỗi." in out
    assert "Đã ghi vào register.yml, ngày đăng ký 01/12/2026." in out
    assert "  - PAPI D5 Thủ tục hành chính công, điểm công bố, 2011–2020: thăm dò – đăng ký ngày 01/12/2026, không trước khi công bố PAPI" in out
    assert (out.count("thăm dò"), err) == (4, "")


def test_the_same_text_again_writes_nothing_and_says_so(folder, told):
    told("2019")
    before = (folder / "register.yml").read_bytes()
    out, _ = told("2019")
    assert "Bản này đã đăng ký ngày 01/12/2026; không ghi gì thêm." in out
    assert (folder / "register.yml").read_bytes() == before


def test_a_changed_text_is_added_and_the_first_entry_stays(folder, told):
    told("2019", "--on", "2026-11-23")
    first = (folder / "register.yml").read_bytes()
    path = folder / "2019.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("alpha: 0.05", "alpha: 0.01"), encoding="utf-8")
    out, _ = told("2019")
    assert "Khác bản đăng ký ngày 23/11/2026: đã ghi thêm một mục vào register.yml; mục cũ vẫn còn." in out
    assert (folder / "register.yml").read_bytes().startswith(first)
    assert len(read_register(folder)) == 2


def test_a_comment_is_no_change(folder, told):
    told("2019")
    path = folder / "2019.yml"
    path.write_text(f"# lời giải thích\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    out, _ = told("2019")
    assert "không ghi gì thêm" in out


def test_a_registration_before_publication_is_told_as_declared_beforehand_and_a_past_day_asks_for_proof(folder, told):
    path = folder / "2019.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("declared_on: 2026-11-22", "declared_on: 2019-02-25"), encoding="utf-8")
    out, err = told("2019", "--on", "25/02/2019")
    assert out.count("khai báo trước – đăng ký ngày 25/02/2019, trước khi công bố") == 4
    assert "hãy giữ văn bản có ngày và mã sha256" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2019", "--on", "2026-12-02"], "giá trị của “--on” không dùng được: gặp ngày 02/12/2026 chưa tới"),
        (["2019", "--on", "mai"], "giá trị của “--on” không dùng được: gặp “mai”"),
        (["19"], "gặp “19”, cần năm bốn chữ số"),
        ([], "thiếu “năm”"),
    ],
)
def test_a_wrong_command_line_is_told_in_vietnamese_and_nothing_is_written(folder, told, arguments, said):
    with pytest.raises(click.UsageError) as refused:
        told(*arguments)
    assert said in explain(refused.value)
    assert read_register(folder) == ()


def test_a_year_without_a_file_is_refused(folder, told):
    with pytest.raises(DataFaults, match=r"declarations/2020\.yml: gặp không có tệp"):
        told("2020")


def test_a_faulty_or_incomparable_declaration_is_not_registered(folder, told):
    path = folder / "2019.yml"
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace("alpha: 0.05", "alpha: 5"), encoding="utf-8")
    with pytest.raises(DataFaults, match="trường alpha"):
        told("2019")
    path.write_text(sound.replace("footing: z", "footing: raw"), encoding="utf-8")
    with pytest.raises(
        DataFaults, match=r"PAPI D2, điểm công bố qua lần đổi cách chấm 2018(.|\n)*PAPI TOTAL, điểm công bố qua lần đổi cách chấm 2016, 2018–2020"
    ):
        told("2019")
    assert read_register(folder) == ()


def test_a_day_before_the_declaration_was_made_is_refused(folder, told):
    with pytest.raises(LantoaError, match="01/11/2026 trước ngày khai báo 22/11/2026"):
        told("2019", "--on", "2026-11-01")
    assert read_register(folder) == ()


def test_the_help_is_vietnamese_with_examples(folder, told):
    out, _ = told("--help")
    assert "Kiểm tra và đăng ký khai báo" in out
    assert "lantoa declare 2027" in out


def test_a_declaration_of_another_plan_than_the_one_taken_in_is_told(folder, told):
    path = folder / "2019.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("689/KH-UBND\n", "999/KH-UBND\n", 1), encoding="utf-8")
    err = told("2019")[1]
    assert "đã nạp là 689/KH-UBND, khác số trong khai báo" in err


INSIDE = """
inside:
  rate_key: online_all
  level: commune
  first_month: 2017-01
  last_month: 2020-12
  primary_estimator: distributed_lag
  direction: increase
  smallest_effect: 1.0
"""


def test_the_question_inside_the_province_is_told_last_and_how_it_stands(folder, told):
    path = folder / "2019.yml"
    path.write_text(path.read_text(encoding="utf-8") + INSIDE, encoding="utf-8")
    out, _ = told("2019")
    assert out.splitlines()[-1] == (
        "  - Trong tỉnh, cấp xã: hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận, 01/2017–12/2020, liều từng tháng, cộng dồn các tháng sau: thăm dò – "
        "đăng ký ngày 01/12/2026, không trước ngày đầu của năm kế hoạch (01/01/2019)"
    )


def test_the_help_tells_of_the_question_inside_the_province(told):
    out, _ = told("--help")
    assert "Câu hỏi trong tỉnh (mục inside" in " ".join(out.split())


def test_the_example_of_the_guide_for_2027_is_registered_and_declared_beforehand(folder, told):
    guide = (SHIPPED.parent / "docs" / "declarations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(plan_year: 2027\n.*?)^```$", guide, flags=re.DOTALL | re.MULTILINE)
    (folder / "2027.yml").write_text(example, encoding="utf-8")
    out, err = told("2027")
    [entry] = read_register(folder)
    assert (entry.plan_year, entry.registered_on, err) == (2027, TODAY, "")
    first, *_, last = out.splitlines()
    assert first == "Khai báo kế hoạch 100/KH-UBND (năm 2027): một câu hỏi trong tỉnh, mức ý nghĩa 0,05, không có lỗi."
    assert last == (
        "  - Trong tỉnh, cấp xã: hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận, 7/2025–12/2027, đợt truyền thông đầu tiên của từng đơn vị: "
        "khai báo trước – đăng ký ngày 01/12/2026, trước ngày đầu của năm kế hoạch (01/01/2027)"
    )
    assert out.count("  - ") == 1


def test_outcomes_and_the_question_are_counted_together(folder, told):
    path = folder / "2019.yml"
    path.write_text(path.read_text(encoding="utf-8") + INSIDE, encoding="utf-8")
    assert "(năm 2019): 4 kết quả, 2 nhóm, một câu hỏi trong tỉnh, mức ý nghĩa 0,05, không có lỗi." in told("2019")[0]
