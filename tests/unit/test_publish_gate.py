"""The page and its gate: a sound report passes, and every planted departure is refused by name."""

from dataclasses import replace

import pytest

from analysis.blocks import Block, Chapter, Chart, Column, Finding, Provenance, Sentence, Series, Table
from analysis.errors import ReportRefused
from analysis.publish import gate
from analysis.publish.gate import CAUSAL_WORDS, check
from analysis.publish.html import render_html, source_line
from analysis.publish.model import ReportModel, Section, SourceLine

REAL, INVENTED = Provenance(("real",), is_synthetic=False), Provenance(("log",), is_synthetic=True)
SOURCES = {
    "real": SourceLine("real", "văn bản gốc", "Nơi công bố", "Văn bản", "2021", False, "https://a", "công khai"),
    "log": SourceLine("log", "nhật ký mô phỏng", "lantoa", "Nhật ký mô phỏng", "hạt giống 1", True, "", ""),
}
CHART = Chart(
    "line", "Một đường", "Phụ đề", "line", "year", "năm", "điểm", (Series("a", (2020, 2021), (1.5, None), ("e", "e"), index="PCI"),), REAL, "mô tả"
)
STAMPED_CHART = replace(CHART, chart_id="stamped", provenance=INVENTED)
TABLE = Table("table", "Một bảng", (Column("Đơn vị"), Column("Số", 0)), (("Xã A", 1), ("Xã B", None)), REAL)
ANNEX = replace(TABLE, table_id="annex", is_annex=True)
FINDING = Finding("f", "Một nhận định.", "Bằng chứng.", INVENTED, "C")
SOUND: tuple[Block, ...] = (Sentence("Một câu.", REAL), FINDING, CHART, STAMPED_CHART, TABLE, ANNEX)


def make_model(*blocks: Block) -> ReportModel:
    section = Section(Chapter("delivery", "Thực hiện", "Đến đâu?"), blocks or SOUND)
    return ReportModel(2021, "74", "Bình Dương", "2022-06-30", (section,), SOURCES, {"PCI": {"2020": "e", "2021": "e", "2022": "f"}})


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(make_model())


def refusal(model: ReportModel, html: str | None = None) -> str:
    with pytest.raises(ReportRefused) as error:
        check(model, render_html(model) if html is None else html)
    assert "bản cũ còn nguyên" in str(error.value)
    return str(error.value)


def test_a_sound_report_passes_and_is_counted(page):
    assert check(make_model(), page) == {"charts": 2, "tables": 2, "findings": 1, "html_bytes": len(page.encode())}


def test_the_same_model_gives_the_same_bytes(page):
    assert render_html(make_model()) == page


def test_the_page_is_vietnamese_offline_and_locked_by_policy(page):
    assert '<html lang="vi">' in page
    assert "Content-Security-Policy" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "số liệu tính đến ngày 30/06/2022" in page


def test_an_annex_stands_at_the_end_and_a_missing_number_is_a_dash(page):
    assert page.index('id="phu-luc"') < page.index('id="annex"')
    assert page.index('id="table"') < page.index('id="phu-luc"')
    assert '<td class="number">–</td>' in page


def test_a_report_of_real_data_has_neither_banner_nor_stamp():
    html = render_html(make_model(Sentence("Một câu.", REAL), CHART, TABLE))
    assert 'class="stamp"' not in html
    assert 'class="banner"' not in html


def test_text_from_data_cannot_become_markup():
    hostile = "</script><script>alert(1)</script>"
    series = Series(hostile, (2020,), (1.0,), ("e",), index="PCI")
    blocks = (
        Sentence(hostile, REAL, hostile),
        Finding("f", hostile, hostile, REAL, "D"),
        replace(CHART, title=hostile, alt_vi=hostile, subtitle=hostile, series=(series,), notes_vi=(hostile,)),
        replace(TABLE, title=hostile, rows=((hostile, hostile),), notes_vi=(hostile,)),
    )
    model = make_model(*blocks)
    html = render_html(model)
    assert "<script>alert" not in html
    check(model, html)


def test_sources_are_named_once_by_their_short_names():
    assert source_line(REAL | INVENTED, make_model()) == "Nguồn: nhật ký mô phỏng; văn bản gốc."
    alike = replace(make_model(), sources=dict.fromkeys("abc", SOURCES["real"]))
    assert source_line(Provenance(("a", "b", "c"), is_synthetic=False), alike) == "Nguồn: văn bản gốc."


# Departures planted in the page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<div class="plot"', '<div class="plat"', "biểu đồ: mô hình có 2, tệp có 1"),
        ('<span class="stamp">', "<span>", "dấu mô phỏng: mô hình có"),
        ('<div class="finding"', '<div class="x"', "nhận định: mô hình có 1, tệp có 0"),
        ("<table>", "<div>", "bảng: mô hình có 4, tệp có 3"),
        ("<caption>", "<p>", "chú thích bảng"),
        (">Xã A<", ">nan<", "giá trị thô: nan"),
        (">Xã A<", ">None<", "giá trị thô: None"),
        ("Một câu.", "Một câu. &lt;NA&gt;", "giá trị thô"),
        ("Một câu.", "Một", "trang thiếu hoặc làm sai câu: “Một câu.”"),
        ("Một câu.", "Mo\u0302\u0323t câu.", "NFC"),
        ("Một câu.", 'Một câu <img src="https://a/x.png">.', "gọi ra mạng"),
        ("Một câu.", 'Một câu <a href="//a">a</a>.', "gọi ra mạng"),
        ("<style>", "<style>@import 'x';", "gọi ra mạng"),
        ("<style>", "<style>p{background:url(https://a)}", "gọi ra mạng"),
        ('id="table"', 'id="line"', "định danh lặp trên trang: line"),
    ],
)
def test_a_departure_of_the_page_is_refused_by_name(page, old, new, said):
    assert old in page
    assert said in refusal(make_model(), page.replace(old, new, 1))


def test_a_page_too_large_to_mail_is_refused(page, monkeypatch):
    monkeypatch.setattr(gate, "MAX_HTML_BYTES", 1000)
    assert "tối đa 1,000" in refusal(make_model(), page)


def test_every_departure_is_told_at_once(page):
    message = refusal(make_model(), page.replace(">Xã A<", "><img src='http://a'>None<", 1).replace('id="table"', 'id="line"', 1))
    assert all(said in message for said in ("giá trị thô", "gọi ra mạng", "định danh lặp"))


# Departures planted in the model


def test_a_chart_missing_from_the_page_is_refused(page):
    assert "biểu đồ: mô hình có 3, tệp có 2" in refusal(make_model(*SOUND, replace(CHART, chart_id="more")), page)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (Sentence("Không nguồn.", Provenance((), is_synthetic=False)), "không có nguồn: “Không nguồn.”"),
        (Sentence("Lạ.", Provenance(("nowhere",), is_synthetic=False)), "nguồn chưa đăng ký (nowhere): “Lạ.”"),
        (Sentence("Giấu.", Provenance(("log",), is_synthetic=False)), "dùng số liệu mô phỏng mà không đóng dấu: “Giấu.”"),
        (replace(TABLE, provenance=Provenance(("log",), is_synthetic=False)), "dùng số liệu mô phỏng mà không đóng dấu: “Một bảng”"),
        (replace(CHART, series=(Series("a", (2020, 2021), (1.0, 2.0)),)), "đường không theo phương pháp đã đăng ký của từng điểm: “Một đường”, a"),
        (replace(CHART, series=(Series("a", (2020, 2021), (1.0, 2.0), ("e",), index="PCI"),)), "đường không theo phương pháp đã đăng ký"),
        (replace(CHART, series=(Series("a", (2021, 2022), (1.0, 2.0), ("e", "e"), index="PCI"),)), "đường không theo phương pháp đã đăng ký"),
        (replace(CHART, series=(Series("a", (2020, 2021), (1.0, 2.0), ("e", "e")),)), "đường không theo phương pháp đã đăng ký"),
    ],
)
def test_a_departure_of_a_block_is_refused_by_name(page, block, said):
    assert said in refusal(make_model(block), page)


@pytest.mark.parametrize(("x_kind", "x"), [("year", (2020, 2021)), ("month", ("2020-01", "2020-02")), ("date", ("2020-01-05", "2020-02-05"))])
def test_a_line_through_time_without_eras_is_refused(page, x_kind, x):
    bare = replace(CHART, x_kind=x_kind, series=(Series("a", x, (1.0, 2.0)),))
    assert "đường không theo phương pháp đã đăng ký" in refusal(make_model(bare), page)


@pytest.mark.parametrize(("x_kind", "x"), [("number", (-1, 0)), ("category", ("1–2 hoạt động", "3 hoạt động"))])
def test_a_line_over_months_since_or_groups_has_no_era(x_kind, x):
    model = make_model(replace(CHART, x_kind=x_kind, series=(Series("a", x, (1.0, 2.0)),)))
    assert check(model, render_html(model))["charts"] == 1


@pytest.mark.parametrize("word", CAUSAL_WORDS)
@pytest.mark.parametrize("grade", ["C", "D", None])
def test_a_causal_word_above_its_evidence_is_refused(page, word, grade):
    said = f"Truyền thông {word.upper()} tỷ lệ."
    assert f"từ chỉ nguyên nhân “{word}” vượt mức bằng chứng" in refusal(make_model(replace(FINDING, text_vi=said, grade=grade)), page)


def test_a_causal_word_in_a_plain_sentence_is_refused(page):
    assert "từ chỉ nguyên nhân “dẫn đến”" in refusal(make_model(Sentence("Việc này dẫn đến kết quả.", REAL)), page)


@pytest.mark.parametrize(
    "block",
    [replace(CHART, title="Truyền thông góp phần"), replace(TABLE, rows=(("Truyền thông góp phần", 1),)), replace(TABLE, notes_vi=("góp phần",))],
    ids=["chart title", "table cell", "table note"],
)
def test_a_causal_word_outside_a_finding_is_refused_wherever_it_stands(page, block):
    assert "từ chỉ nguyên nhân “góp phần”" in refusal(make_model(block), page)


@pytest.mark.parametrize(("grade", "verb", "stronger"), [("A", "góp phần", "dẫn đến"), ("B", "đi kèm với", "góp phần")])
def test_a_grade_allows_its_own_verb_and_no_stronger_one(page, grade, verb, stronger):
    model = make_model(replace(FINDING, text_vi=f"Truyền thông {verb} mức tăng.", grade=grade))
    check(model, render_html(model))
    assert f"“{stronger}” vượt mức bằng chứng" in refusal(
        make_model(replace(FINDING, text_vi=f"Truyền thông {stronger} mức tăng.", grade=grade)), page
    )
