"""What a notebook shows and records, and what a table looks like as HTML."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import record
from analysis.blocks import Chapter, Chart, Column, Finding, Provenance, Sentence, Series, Table, from_json
from analysis.record import BLOCK_MIME, cell_text, show, table_html
from analysis.theme import SYNTHETIC_STAMP

REAL, INVENTED = Provenance(("a",), is_synthetic=False), Provenance(("a",), is_synthetic=True)
HOSTILE = "<script>alert(\"1\" & '2')</script>"
PLOTLY = "application/vnd.plotly.v1+json"


def make_table(*rows: tuple, columns: tuple[Column, ...] = (Column("Đơn vị"), Column("Tỷ lệ", 1, is_percent=True)), rests_on=REAL) -> Table:
    return Table("t", "Bảng", columns, rows, rests_on)


def make_chart(rests_on: Provenance = REAL) -> Chart:
    series = Series("a", (2020, 2021), (1.0, None), ("e", "e"))
    return Chart("c", "Tiêu đề", "Phụ đề", "line", "year", "năm", "điểm", (series,), rests_on, "mô tả")


BLOCKS = [
    Chapter("delivery", "Thực hiện", "Đến đâu?"),
    Sentence("Một câu.", REAL),
    Finding("f", "Một nhận định.", "Bằng chứng.", INVENTED, "C"),
    make_chart(),
    make_table(("Xã A", 0.5)),
]


@pytest.fixture
def displayed(monkeypatch) -> list[dict]:
    bundles: list[dict] = []
    monkeypatch.setattr(record, "display", lambda bundle, **_: bundles.append(bundle))
    return bundles


def test_showing_records_every_block_in_order(displayed):
    show(*BLOCKS)
    assert [from_json(json.loads(json.dumps(bundle[BLOCK_MIME]))) for bundle in displayed] == BLOCKS


def test_a_reader_sees_a_chart_drawn_and_everything_else_as_html(displayed):
    show(*BLOCKS)
    assert [PLOTLY in bundle for bundle in displayed] == [isinstance(block, Chart) for block in BLOCKS]
    assert [("text/html" in bundle) for bundle in displayed] == [not isinstance(block, Chart) for block in BLOCKS]
    assert all(bundle["text/plain"] for bundle in displayed)


def test_synthetic_blocks_are_stamped_in_the_notebook_too(displayed):
    for rests_on in (REAL, INVENTED):
        displayed.clear()
        show(Sentence("a", rests_on), Finding("f", "a", "b", rests_on), make_table(("x", 1.0), rests_on=rests_on), make_chart(rests_on))
        assert [SYNTHETIC_STAMP in json.dumps(bundle, ensure_ascii=False) for bundle in displayed] == [rests_on.is_synthetic] * 4


def test_text_of_blocks_is_escaped(displayed):
    show(Chapter("x", HOSTILE, HOSTILE), Sentence(HOSTILE, REAL, HOSTILE), Finding("f", HOSTILE, HOSTILE, REAL, "D"), make_table((HOSTILE, None)))
    assert not any("<script" in bundle["text/html"] for bundle in displayed)


def test_every_text_of_a_table_is_escaped():
    html = table_html(Table("t", HOSTILE, (Column(HOSTILE), Column("b")), ((HOSTILE, HOSTILE),), REAL))
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(&quot;1&quot; &amp; &#x27;2&#x27;)&lt;/script&gt;") == 4


def test_an_address_is_escaped_like_any_cell():
    html = table_html(make_table(("a", 'https://a/"><script>'), columns=(Column("a"), Column("b"))))
    assert '<span class="address">https://a/&quot;&gt;&lt;script&gt;</span>' in html


@pytest.mark.parametrize(
    ("value", "column", "shown"),
    [
        (None, Column("a"), "–"),
        (None, Column("a", 2), "–"),
        (None, Column("a", 1, is_percent=True), "–"),
        (0, Column("a", 0), "0"),
        (1234.5, Column("a", 1), "1.234,5"),
        (0.2835, Column("a", 1, is_percent=True), "28,4\u00a0%"),
        ("quá ít", Column("a", 1), "quá ít"),
        (2021, Column("a"), "2021"),
    ],
)
def test_a_cell_reads_as_an_official_would_print_it(value, column, shown):
    assert cell_text(value, column) == shown


def test_a_table_has_a_caption_headings_and_a_dash_for_what_is_missing():
    html = table_html(make_table(("Xã A", None), ("Xã B", 0.5)), css_class="chart-data")
    assert html.startswith('<table class="chart-data"><caption>Bảng</caption>')
    assert html.count('<th scope="col"') == 2
    assert '<th scope="row">Xã A</th><td class="number">–</td>' in html


def test_only_a_synthetic_table_is_stamped():
    assert "stamp" not in table_html(make_table(), stamp=SYNTHETIC_STAMP)
    assert f'<span class="stamp">{SYNTHETIC_STAMP}</span></caption>' in table_html(make_table(rests_on=INVENTED), stamp=SYNTHETIC_STAMP)


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.floats(0, 1)), max_size=5))
def test_a_table_holds_as_many_cells_as_its_rows(rows):
    html = table_html(make_table(*rows))
    assert (html.count("<tr>"), html.count('scope="row"'), html.count("<td")) == (len(rows) + 1, len(rows), len(rows))
