"""Whole reports: complete or absent, offline, stamped, the same again, and plain where data are missing."""

import json
import re
import shutil
from datetime import date
from html import unescape
from pathlib import Path

import nbformat
import pytest

from analysis import cli
from analysis.declarations import read_declaration
from analysis.errors import EXIT_DATA_FAULTS, ReportRefused
from analysis.project import Project
from analysis.publish.gate import CAUSAL_WORDS, MAX_HTML_BYTES
from analysis.publish.model import CHAPTER_ORDER
from analysis.publish.report import NOTEBOOKS, Request, make_report
from analysis.sources import sha256_of
from notebook_cells import without_kernels

pytestmark = pytest.mark.slow

YEAR, TODAY = 2021, date(2026, 11, 22)
PAGE = f"bao-cao-{YEAR}.html"


def report(project: Project, province: str = "74", as_of: date = TODAY, *, is_dated: bool = False) -> Path:
    """Make a report and return its folder."""
    return make_report(project, Request(YEAR, province, as_of, is_dated), lambda _: None).parent


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def page_of(folder: Path) -> str:
    return (folder / PAGE).read_text(encoding="utf-8")


def text_of(folder: Path) -> str:
    """What a reader reads: no scripts, styles or tags."""
    bare = re.sub(r"<(script|style).*?</\1>", " ", page_of(folder), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))


def model_of(folder: Path) -> dict:
    return json.loads((folder / "mo-hinh.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def home(project_copy) -> Path:
    """The report of the plan's year for the office's own province."""
    return report(project_copy)


@pytest.fixture(scope="module")
def kept(home, tmp_path_factory) -> Path:
    """That report as it first came out, out of the reach of later runs."""
    return shutil.copytree(home, tmp_path_factory.mktemp("kept") / home.name)


@pytest.fixture(scope="module")
def elsewhere(project_copy) -> Path:
    """A province without plan, log or dossiers."""
    with without_kernels():
        return report(project_copy, province="79")


@pytest.fixture(scope="module")
def with_estimates(project_copy) -> Path:
    """The year of the other plan, for which the shipped data let some outcomes be compared among provinces."""
    with without_kernels():
        return make_report(project_copy, Request(2019, "74", TODAY), lambda _: None).parent


@pytest.fixture(scope="module")
def early(project_copy) -> Path:
    """The same year, seen before the indices came out."""
    with without_kernels():
        return report(project_copy, as_of=date(2022, 3, 1), is_dated=True)


def test_the_folder_is_complete(kept, home):
    assert sorted(path.name for path in kept.iterdir()) == sorted([PAGE, "don-doc", "manifest.json", "mo-hinh.json", "so-tay"])
    assert sorted(path.stem for path in (kept / "so-tay").iterdir()) == sorted(NOTEBOOKS)
    assert home.name == str(YEAR)
    assert (home.parent / "index.html").is_file()


def test_the_manifest_holds_the_hash_of_every_file_and_input(kept, project_copy):
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs"] == {name: found for name, found in contents(kept).items() if name != "manifest.json"}
    declared = {f"declarations/{name}" for name in ("2019.yml", "2021.yml", "register.yml")}
    raw = manifest["inputs"].keys() - declared
    assert raw | declared == manifest["inputs"].keys()
    assert {path: manifest["inputs"][path] for path in raw} == {path: sha256_of(project_copy.raw / path) for path in raw}
    assert {path: manifest["inputs"][path] for path in declared} == {path: sha256_of(project_copy.root / path) for path in declared}
    assert len(raw) == len([path for path in project_copy.raw.rglob("[!.]*.*") if path.name != "sources.yml"])
    assert manifest["parameters"] == {"year": YEAR, "province": "74", "place": "Bình Dương", "as_of": "2026-11-22"}
    assert manifest["is_synthetic"] is True


def test_the_page_is_small_vietnamese_and_offline(kept):
    page = page_of(kept)
    assert (kept / PAGE).stat().st_size <= MAX_HTML_BYTES == 6_000_000
    assert '<html lang="vi">' in page
    assert re.search(r'http-equiv="Content-Security-Policy" content="default-src (\'|&#39;)none', page)
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//[^"' >]*""", markup) == []
    assert "<link" not in markup


def test_every_chapter_stands_in_order(kept):
    assert [blocks[0]["chapter_id"] for blocks in model_of(kept)["sections"]] == list(CHAPTER_ORDER)
    assert re.findall(r'<section id="([^"]+)">', page_of(kept)) == [*CHAPTER_ORDER, "phu-luc"]


def test_there_is_a_stamp_for_every_synthetic_block_and_one_in_the_banner(kept):
    every = [block for section in model_of(kept)["sections"] for block in section[1:]]
    blocks = [block for block in every if block.get("first_rows") != 0]  # the list of urging stands in workbooks only
    synthetic = [block for block in blocks if block["provenance"]["is_synthetic"]]
    data_tables = [block for block in synthetic if block["block"] == "Chart"]
    assert 0 < len(synthetic) < len(blocks)
    assert page_of(kept).count('class="stamp"') == len(synthetic) + len(data_tables) + 1


def test_papi_is_named_on_both_sides_of_the_break_and_not_credited_to_the_plan(kept):
    assert "47,18 điểm" in text_of(kept)
    assert re.search(r"không so với 40,76 điểm[^.]* của năm 2020 và không quy phần chênh lệch cho truyền thông", text_of(kept))


def test_the_same_report_again_takes_the_place_of_the_first_byte_for_byte(kept, home, project_copy):
    (home / "thừa.txt").write_text("x", encoding="utf-8")
    again = report(project_copy)
    assert again == home
    assert page_of(again) == page_of(kept)
    assert model_of(again) == model_of(kept)
    assert not (again / "thừa.txt").exists()
    assert contents(again / "don-doc") == contents(kept / "don-doc")
    assert [path.name for path in home.parent.iterdir() if path.name.startswith((".rendering", ".replaced"))] == []


def test_what_needs_urging_on_stands_in_workbooks_for_each_unit_and_for_all(kept):
    (table,) = [block for section in model_of(kept)["sections"] for block in section if block.get("table_id") == "urging"]
    checks = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))["checks"]
    files = sorted(path.name for path in (kept / "don-doc").iterdir())
    assert (checks["urging_rows"], checks["urging_workbooks"]) == (len(table["rows"]), len(files))
    for code in {row[0] for row in table["rows"] if row[0]}:
        assert len([name for name in files if name.startswith(f"{code}-")]) == 1
    assert table["title"] in text_of(kept)
    assert 'id="urging-groups"' in page_of(kept)
    assert 'id="urging"' not in page_of(kept)


def test_a_province_without_plan_and_log_gets_plain_sentences(elsewhere):
    assert not (elsewhere / "don-doc").exists()
    assert "chưa lập được danh sách việc cần đôn đốc" in text_of(elsewhere)
    said = text_of(elsewhere)
    assert elsewhere.name == f"{YEAR}-79"
    assert "Chưa nạp kế hoạch truyền thông năm 2021 của TP. Hồ Chí Minh" in said
    assert "Chưa có nhật ký hoạt động truyền thông năm 2021 của TP. Hồ Chí Minh" in said
    assert "chưa xem xét được đóng góp" in said
    assert 'class="stamp"' not in page_of(elsewhere)


def test_before_publication_the_indices_are_said_to_be_unpublished(early):
    said = text_of(early)
    assert early.name == f"{YEAR}-tinh-den-2022-03-01"
    for index in ("PAR INDEX", "SIPAS", "PCI", "PAPI"):
        assert f"{index} 2021: chưa công bố." in said
    assert "47,18" not in said


def chapter_of(folder: Path, name: str) -> list[dict]:
    (blocks,) = [section[1:] for section in model_of(folder)["sections"] if section[0]["chapter_id"] == name]
    return blocks


def block_of(blocks: list[dict], name: str) -> dict:
    (found,) = [block for block in blocks if name in (block.get("table_id"), block.get("chart_id"), block.get("finding_id"))]
    return found


def test_no_finding_chart_or_table_stands_twice_in_a_report_with_evidence(with_estimates):
    every = [block for section in model_of(with_estimates)["sections"] for block in section[1:]]
    found = [block["chart_id"] if "chart_id" in block else block["table_id"] for block in every if "chart_id" in block or "table_id" in block]
    assert len(found) == len(set(found))
    assert len([name for name in found if name.startswith("path-papi-")]) == 3
    in_chapter = [block["finding_id"] for block in chapter_of(with_estimates, "evidence-indices") if "finding_id" in block]
    assert len(in_chapter) == len(set(in_chapter)) == 4


def test_an_outcome_has_one_grade_in_its_chapter_the_chapter_on_contribution_and_the_leaders_page(with_estimates):
    evidence, outcomes = (chapter_of(with_estimates, name) for name in ("evidence-indices", "outcomes"))
    whole = {row[0]: row[1] for name in ("evidence-summary", "evidence-refused") for row in block_of(evidence, name)["rows"]}
    inside = {row[0]: row[3] for row in block_of(chapter_of(with_estimates, "evidence-uptake"), "inside-overview")["rows"]}
    assert all(name.startswith("Tỷ lệ nộp hồ sơ trực tuyến") for name in inside)
    brief = {row[0]: row[1] for row in block_of(outcomes, "assessments")["rows"]}
    assert brief == whole | inside
    assert {label[0] for label in whole.values()} == {"C", "D"}
    told, brief_told = block_of(outcomes, "outcomes-grade"), block_of(chapter_of(with_estimates, "leaders"), "outcomes-in-brief")
    assert told["grade"] == brief_told["grade"] == "C"
    doubtful, refused = told["text_vi"].split("; không đánh giá được với")
    assert all(name in (doubtful if label.startswith("C") else refused) for name, label in whole.items())
    counted = [sum(label.startswith(grade) for label in brief.values()) for grade in "CD"]
    assert "chưa đủ bằng chứng với {} kết quả; không đánh giá được với {} kết quả".format(*counted) in brief_told["text_vi"]


def test_in_the_chapter_on_evidence_no_causal_word_is_said_below_grade_b(with_estimates):
    said = json.dumps(chapter_of(with_estimates, "evidence-indices"), ensure_ascii=False).lower()
    assert [word for word in CAUSAL_WORDS if word in said] == []


def test_the_chapter_on_evidence_prints_the_hash_that_the_declaration_has(with_estimates, project_copy):
    sha256 = read_declaration(project_copy.root / "declarations" / "2019.yml").sha256
    said = [block["text_vi"] for block in chapter_of(with_estimates, "evidence-indices") if "Mã khai báo" in block.get("text_vi", "")]
    assert len(said) == 2  # PAPI and PCI were known from different days on
    for index, line in zip(("PAPI", "PCI"), said, strict=True):
        assert f": thăm dò, vì đăng ký ngày 22/11/2026, không trước khi công bố {index} 2019" in line
        assert f"Mã khai báo (sha256): {sha256[:16]}…" in line
    assert f"{sha256[:16]}…" in (with_estimates / "bao-cao-2019.html").read_text(encoding="utf-8")


def test_nothing_of_papi_is_estimated_for_the_plan_of_2021_and_pci_waits_for_all_provinces(kept):
    blocks = chapter_of(kept, "evidence-indices")
    reasons = {row[0]: row[2] for row in block_of(blocks, "evidence-refused")["rows"]}
    papi = {name: reason for name, reason in reasons.items() if name.startswith("PAPI ")}
    assert len(papi) == 4
    assert all(reason.startswith("Cách chấm đổi từ phiên bản 2021") for reason in papi.values())
    assert re.match(r"Bộ số liệu chỉ có điểm 2021 của \d+ tỉnh", reasons["PCI tổng hợp"])
    assert [block for block in blocks if block["block"] == "Chart" or block.get("table_id") == "evidence-summary"] == []


def test_a_province_without_a_plan_is_not_compared(elsewhere):
    (said,) = chapter_of(elsewhere, "evidence-indices")
    assert "chưa xem xét được đóng góp" in said["text_vi"]


def test_a_faulty_declaration_stops_the_report_with_every_fault_and_keeps_the_last_one(home, project_copy, monkeypatch, capsys):
    before = contents(home.parent)
    declaration = project_copy.root / "declarations" / f"{YEAR}.yml"
    sound = declaration.read_bytes()
    declaration.write_bytes(sound.replace(b"alpha: 0.05", b"alpha: 5").replace(b"footing: constant_weight", b"footing: weighted"))
    monkeypatch.chdir(project_copy.root)
    try:
        assert cli.run(["report", "--year", str(YEAR)]) == EXIT_DATA_FAULTS
    finally:
        declaration.write_bytes(sound)
    told = capsys.readouterr().err
    assert "Dữ liệu có 2 lỗi" in told
    assert f"declarations/{YEAR}.yml, trường alpha: gặp “5”" in told
    assert f"declarations/{YEAR}.yml, outcomes, pci_total, trường footing: gặp “weighted”" in told
    assert contents(home.parent) == before


def test_a_notebook_that_lost_its_tag_stops_the_run_and_keeps_the_report(home, project_copy):
    before = contents(home.parent)
    notebook = project_copy.notebooks / "03_online_uptake.ipynb"
    sound = notebook.read_bytes()
    broken = nbformat.reads(sound.decode(), as_version=4)
    for cell in broken.cells:
        cell.metadata.pop("tags", None)
    nbformat.write(broken, notebook)
    try:
        with pytest.raises(ReportRefused, match=r"03_online_uptake\.ipynb: thấy 0 ô"):
            report(project_copy)
    finally:
        notebook.write_bytes(sound)
    assert contents(home.parent) == before


def test_a_year_without_data_is_refused_from_the_command_line(home, project_copy, monkeypatch, capsys):
    before = contents(home.parent)
    monkeypatch.chdir(project_copy.root)
    assert cli.run(["report", "--year", "1999"]) == EXIT_DATA_FAULTS == 3
    assert "Không có số liệu cho năm 1999" in capsys.readouterr().err
    assert contents(home.parent) == before
