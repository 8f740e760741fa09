"""Charts as drawn: gaps stay gaps, eras stay apart, synthetic charts are stamped."""

from datetime import date
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis import standing as standing_room
from analysis.blocks import MAX_SERIES, Chart, Mark, Provenance, Series
from analysis.chapters import delivery as delivery_chapter
from analysis.chapters import outcomes, standing, uptake_keys
from analysis.chapters import uptake as uptake_chapter
from analysis.chapters.delivered import delivered_of
from analysis.chapters.subject import subject_of
from analysis.codes import COMPOSITE, INDICES, SECONDARY
from analysis.figures.coverage import coverage
from analysis.figures.delivery import channel_mix
from analysis.figures.draw import draw
from analysis.figures.standing import era_marks, index_line, rank_line
from analysis.figures.uptake import event_marks
from analysis.panel import province_years
from analysis.publish.chart_data import data_table
from analysis.theme import PALETTE, SYNTHETIC_STAMP
from analysis.units import units_below
from analysis.uptake import of_units

PROVINCE, PLACE, YEAR, LAST_YEAR = "74", "Bình Dương", 2021, 2024
TODAY = date(2026, 11, 22)


def make_history(*rows: tuple[int, str, float | None, str | None]) -> pd.DataFrame:
    """A province's editions from (year, era, score, basis); without a basis the edition is not held."""
    return pd.DataFrame(
        {
            "index": "PCI",
            "edition_year": pd.array([year for year, *_ in rows], dtype="Int64"),
            "era": [era for _, era, *_ in rows],
            "score": pd.array([score for *_, score, _ in rows], dtype="Float64"),
            "rank": pd.array([None] * len(rows), dtype="Int64"),
            "rank_of": pd.array([None] * len(rows), dtype="Int64"),
            "basis": pd.array([basis for *_, basis in rows], dtype="string"),
            "standard_error_score": pd.array([None] * len(rows), dtype="Float64"),
            "status": ["not_held" if basis is None else "published" for *_, basis in rows],
            "source_id": pd.array([None if basis is None else "a" for *_, basis in rows], dtype="string"),
            "published_date": pd.array([None] * len(rows), dtype="datetime64[us]"),
            "published_precision": "not_found",
            "is_rank_computed": False,
        }
    )


def make_chart(*series: Series, kind: str = "line", x_kind: str = "year", is_synthetic: bool = False, **more: object) -> Chart:
    return Chart("c", "Tiêu đề", "Phụ đề", kind, x_kind, "năm", "điểm", series, Provenance(("a",), is_synthetic), "mô tả", **more)


@pytest.fixture(scope="module")
def histories_by_province(built) -> dict[str, dict[str, pd.DataFrame]]:
    scores, editions, units = (built.tables[name] for name in ("index_scores", "index_editions", "units"))
    provinces = units[(units["level"] == "province") & (units["vintage"] == "63-tinh")]["unit_code"]
    by_index = {index: scores[(scores["index"] == index) & (scores["component"] == COMPOSITE)] for index in INDICES}
    histories = {
        code: {
            index: standing_room.history(composites, editions, code, index, last_year=LAST_YEAR, as_of=TODAY)
            for index, composites in by_index.items()
        }
        for code in provinces
    }
    assert len(histories) == 63
    return histories


@pytest.fixture(scope="module")
def report_charts(shipped_tables) -> list[Chart]:
    """Every chart of the report of the plan's year."""
    tables = shipped_tables
    below = units_below(tables.units, PROVINCE)
    subject = subject_of(tables, PROVINCE, YEAR, TODAY.isoformat())
    view = standing.view_of(tables, subject, PROVINCE, YEAR)
    done = delivered_of(tables, subject, PROVINCE, YEAR)
    dossiers = of_units(tables.uptake, below)
    histories = standing.histories_of(tables.index_scores, tables.index_editions, PROVINCE, YEAR, TODAY)
    months = outcomes.unit_months_of(tables, PROVINCE, TODAY)
    activities = outcomes.activities_of(tables, PROVINCE, TODAY)
    years = province_years(activities, months.rows, histories, [2019, 2020, 2021], outcomes.RATE_KEY)
    blocks = [
        *delivery_chapter.volume(done, tables.units),
        *delivery_chapter.items(done, tables.plans),
        *delivery_chapter.channels_reach_and_cost(done, tables.plans),
        *delivery_chapter.units(done, tables.plans),
        *standing.rank_overview(histories, PLACE, YEAR),
        *(block for index in view.chosen for block in standing.one_index(index, view)),
        *uptake_chapter.over_time(dossiers, tables.events, PROVINCE, PLACE, LAST_YEAR, "online_all"),
        *uptake_keys.levels_over_time(dossiers, tables.events, PROVINCE, PLACE, LAST_YEAR),
        *uptake_chapter.by_district(dossiers, subject, tables.events, PROVINCE, LAST_YEAR, "online_all"),
        *outcomes.side_by_side(years, histories, activities, Provenance(("a",), is_synthetic=True)),
        *outcomes.within_province(months, tables, PROVINCE, LAST_YEAR),
    ]
    return [block for block in blocks if isinstance(block, Chart)]


def shown_texts(figure: go.Figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def has_firm_score(history: pd.DataFrame) -> bool:
    return bool((history["score"].notna() & (history["basis"] != SECONDARY).fillna(True)).any())


def test_no_line_of_any_province_or_index_joins_two_eras_or_draws_over_a_gap(histories_by_province):
    drawn = 0
    for province, histories in histories_by_province.items():
        for index, history in histories.items():
            if not has_firm_score(history):
                continue
            eras = dict(zip(history["edition_year"], history["era"], strict=True))
            scores = dict(zip(history["edition_year"], history["score"], strict=True))
            bases = dict(zip(history["edition_year"], history["basis"], strict=True))
            figure = draw(index_line(history, index, province))
            first = history.loc[history["score"].notna() | history["rank"].notna(), "edition_year"].min()
            assert sorted(year for trace in figure.data for year in trace.x) == sorted(year for year in eras if year >= first), (province, index)
            for trace in figure.data:
                assert len({eras[year] for year in trace.x}) == 1, (province, index, trace.x)
                assert trace.connectgaps is False
                for year, value in zip(trace.x, trace.y, strict=True):
                    is_gap = pd.isna(scores[year]) or bases[year] == SECONDARY
                    assert (value is None) if is_gap else value == scores[year], (province, index, year)
            axis = figure.layout.xaxis
            assert (axis.dtick, axis.tickformat) == (1, "d")
            drawn += 1
    assert drawn > 63 * 2


def test_neighbouring_segments_of_a_line_are_of_different_eras(histories_by_province):
    history = histories_by_province[PROVINCE]["PCI"]
    traces = draw(index_line(history, "PCI", PLACE)).data
    eras = dict(zip(history["edition_year"], history["era"], strict=True))
    assert all(eras[left.x[-1]] != eras[right.x[0]] for left, right in pairwise(traces))


def test_a_missing_edition_is_none_and_never_zero():
    history = make_history((2019, "e", 60.0, "stated"), (2020, "e", None, None), (2021, "e", 62.0, "stated"))
    (series,) = index_line(history, "PCI", PLACE).series
    assert series.y == (60.0, None, 62.0)
    assert draw(index_line(history, "PCI", PLACE)).data[0].y == (60.0, None, 62.0)


def test_a_secondary_figure_is_named_but_not_drawn():
    chart = index_line(make_history((2019, "e", 60.0, "secondary"), (2020, "e", 61.0, "stated")), "PCI", PLACE)
    assert chart.series[0].y == (None, 61.0)
    assert "Chỉ có ở nguồn thứ cấp, không vẽ: 2019." in chart.notes_vi


def test_a_rank_that_only_a_secondary_listing_gives_is_not_on_the_line():
    history = make_history((2019, "e", 60.0, "secondary"), (2020, "e", 61.0, "stated"))
    history["rank"] = pd.array([3, 5], dtype="Int64")
    assert rank_line(history, "PCI", PLACE).series[0].y == (None, 5.0)


def test_no_secondary_figure_of_the_shipped_data_is_drawn(histories_by_province):
    histories = [history for histories in histories_by_province.values() for history in histories.values()]
    secondary = [history for history in histories if history["basis"].eq(SECONDARY).any()]
    drawable = [history for history in secondary if has_firm_score(history)]
    assert len(secondary) > len(drawable) > 10
    for history in drawable:
        series = index_line(history, str(history["index"].iloc[0]), "").series[0]
        drawn = dict(zip(series.x, series.y, strict=True))
        assert {drawn.get(year) for year in history.loc[history["basis"] == SECONDARY, "edition_year"]} == {None}


def test_a_published_standard_error_is_drawn_as_a_95_per_cent_interval():
    history = make_history((2020, "e", 40.0, "stated"), (2021, "e", 41.0, "stated"))
    history["standard_error_score"] = pd.array([None, 0.5], dtype="Float64")
    chart = index_line(history, "PAPI", PLACE)
    assert (chart.series[0].low, chart.series[0].high) == ((None, pytest.approx(41 - 0.98)), (None, pytest.approx(41 + 0.98)))
    (trace,) = draw(chart).data
    assert (trace.error_y.array, trace.error_y.arrayminus) == ((0, pytest.approx(0.98)), (0, pytest.approx(0.98)))
    assert any("khoảng tin cậy 95 %" in note for note in chart.notes_vi)


def make_moves(*verdicts: str) -> pd.DataFrame:
    """Moves into 2020, 2021 … with these verdicts."""
    years = range(2020, 2020 + len(verdicts))
    return pd.DataFrame(
        {
            "from_year": [year - 1 for year in years],
            "to_year": list(years),
            "change_score": 1.5,
            "judged_score": 0.9,
            "noise_score": [1.2 if verdict != "not_known" else None for verdict in verdicts],
            "verdict": list(verdicts),
            "noise_basis": ["panel" if verdict != "not_known" else "none" for verdict in verdicts],
        }
    )


def test_the_marker_of_a_point_shows_whether_the_change_into_it_is_clear():
    history = make_history(*((year, "e", 60.0, "stated") for year in (2019, 2020, 2021, 2022)))
    chart = index_line(history, "PCI", PLACE, make_moves("clear", "within_noise", "not_known"))
    assert chart.series[0].states == ("", "clear", "within_noise", "not_known")
    assert tuple(draw(chart).data[0].marker.color) == (PALETTE[0], PALETTE[0], "#FFFFFF", "#C8C8C8")
    assert chart.series[0].labels[2:] == (
        "+1,50 điểm từ năm 2020 (trừ thay đổi chung còn +0,90): trong mức dao động ngẫu nhiên, mức ±1,20 theo dao động của các tỉnh cùng giai đoạn",
        "+1,50 điểm từ năm 2021: chưa biết",
    )
    assert any("dấu trắng" in note for note in chart.notes_vi)


def test_a_point_tells_when_its_edition_came_out_and_the_last_one_has_a_mark():
    history = make_history((2020, "e", 60.0, "stated"), (2021, "e", 61.0, "stated"))
    history["published_date"] = pd.to_datetime(["2021-04-01", "2022-04-27"]).as_unit("us")
    history["published_precision"] = ["month", "day"]
    chart = index_line(history, "PCI", PLACE)
    assert chart.series[0].labels == ("công bố tháng 4/2021", "công bố 27/04/2022")
    assert chart.marks == (Mark(2021.82, "công bố 27/04/2022"),)


def test_ranks_have_the_best_on_top_keep_eras_apart_and_say_which_are_ours():
    history = make_history((2020, "a", 60.0, "stated"), (2021, "b", 61.0, "stated"), (2022, "b", 62.0, "stated"))
    history["rank"], history["rank_of"] = pd.array([6, 38, 30], dtype="Int64"), pd.array([63, 63, None], dtype="Int64")
    history["is_rank_computed"] = [False, True, False]
    chart = rank_line(history, "PCI", PLACE)
    figure = draw(chart)
    assert figure.layout.yaxis.range[0] > 38 > 6 > figure.layout.yaxis.range[1]
    assert [list(trace.x) for trace in figure.data] == [[2020], [2021, 2022]]
    assert chart.series[0].labels == ("trong 63 tỉnh, thành", "trong 63 tỉnh, thành; tính hoặc suy ra, không phải hạng do nơi công bố in", "")


def test_more_series_than_can_be_told_apart_are_refused():
    series = [Series(str(number), (2020,), (1.0,), ("e",)) for number in range(MAX_SERIES + 1)]
    with pytest.raises(ValueError, match="at most 4"):
        make_chart(*series)


def test_each_change_of_era_has_a_dotted_line_and_a_note():
    history = make_history((2020, "a", 60.0, "stated"), (2022, "b", 61.0, "stated"), (2023, "b", None, None))
    assert era_marks(history) == (Mark(2021.0, "đổi phương pháp", is_break=True),)
    chart = index_line(history, "PCI", PLACE)
    (line,) = draw(chart).layout.shapes
    assert (line.x0, line.line.dash) == (2021.0, "dot")
    assert any("Đường chấm dọc" in note for note in chart.notes_vi)
    assert "Bộ số liệu chưa có: 2023." in chart.notes_vi


def test_the_report_has_charts_of_every_chapter(report_charts):
    ids = [chart.chart_id for chart in report_charts]
    assert len(ids) == len(set(ids)) >= 14
    assert {chart.kind for chart in report_charts} == {"line", "bar", "stacked_bar", "dots", "timeline", "heatmap"}


def test_every_chart_of_the_report_keeps_the_rules_of_drawing(report_charts):
    for chart in report_charts:
        figure = draw(chart)
        named = {trace.name for trace in figure.data}
        assert all(1 <= len(chart.in_panel(panel)) <= MAX_SERIES for panel in chart.panels or ("",)), chart.chart_id
        drawn = chart.series[:1] if chart.kind == "heatmap" else chart.series  # its second series is the whole of every cell
        assert named == {series.name for series in drawn}, chart.chart_id
        assert all(trace.connectgaps is False for trace in figure.data if trace.type == "scatter" and "lines" in trace.mode), chart.chart_id
        assert (SYNTHETIC_STAMP in shown_texts(figure)) is chart.provenance.is_synthetic, chart.chart_id
        assert chart.alt_vi
        if chart.x_kind == "year":
            assert (figure.layout.xaxis.dtick, figure.layout.xaxis.tickformat) == (1, "d"), chart.chart_id


def test_no_line_over_months_joins_two_regimes(report_charts):
    (chart,) = [chart for chart in report_charts if chart.chart_id == "rate-by-month-online_all"]
    assert {segment for series in chart.series for segment in series.segments} == {"levels_3_4", "decree_42"}
    for trace in draw(chart).data:
        assert len({month >= "2022-09-01" for month in trace.x}) == 1


def test_a_chart_of_real_rows_has_no_stamp_and_one_of_synthetic_rows_has():
    series = Series("a", (2020, 2021), (1.0, 2.0), ("e", "e"))
    assert SYNTHETIC_STAMP not in shown_texts(draw(make_chart(series)))
    assert shown_texts(draw(make_chart(series, is_synthetic=True))).count(SYNTHETIC_STAMP) == 1


def test_segments_of_one_series_share_one_legend_entry():
    first, second = (Series(name, (2019, 2020, 2021), (1.0, 2.0, 3.0), ("a", "a", "b")) for name in ("một", "hai"))
    shown = [(trace.legendgroup, trace.showlegend) for trace in draw(make_chart(first, second)).data]
    assert shown == [("một", True), ("một", False), ("hai", True), ("hai", False)]


def test_series_differ_by_more_than_colour():
    traces = draw(make_chart(*(Series(str(number), (2020, 2021), (1.0, 2.0), ("e", "e")) for number in range(MAX_SERIES)))).data
    for looks in ([trace.line.color for trace in traces], [trace.line.dash for trace in traces], [trace.marker.symbol for trace in traces]):
        assert len(set(looks)) == MAX_SERIES


def test_numbers_on_charts_are_written_the_vietnamese_way():
    figure = draw(make_chart(Series("a", (2020, 2021), (1234.5, None), ("e", "e")), decimals=1))
    assert figure.data[0].text == ("1.234,5", "")
    assert figure.layout.separators == ",."


def test_names_from_data_cannot_carry_markup_into_a_chart():
    chart = make_chart(Series("<b>x</b>", ("<i>nhóm</i>",), (1.0,)), kind="bar", x_kind="category", marks=(Mark("x", "<u>m</u>"),))
    figure = draw(chart)
    assert figure.data[0].y == ("&lt;i>nhóm&lt;/i>",)
    assert "&lt;u>m&lt;/u>" in shown_texts(figure)
    assert "<b>x" not in figure.data[0].hovertemplate


def test_a_lasting_event_is_a_span_and_a_change_of_rule_a_line():
    days = [("2021-07-19", "2021-09-15", "Giãn cách"), ("2022-08-15", "2022-08-15", "Nghị định")]
    events = pd.DataFrame(
        [(pd.Timestamp(start), pd.Timestamp(end), title) for start, end, title in days], columns=["start_date", "end_date", "title_vi"]
    )
    assert event_marks(events) == (Mark("2021-07-19", "Giãn cách", "2021-09-15"), Mark("2022-08-15", "Nghị định"))
    months = Series("a", ("2021-06-01", "2022-09-01"), (1.0, 2.0), ("a", "b"))
    span, line = draw(make_chart(months, x_kind="month", marks=event_marks(events))).layout.shapes
    assert (span.x0, span.x1) == ("2021-07-05", "2021-09-01")  # a month's point is drawn on its first day and stands for its middle
    assert line.x0 == line.x1 == "2022-08-01"


def test_a_timeline_shows_windows_to_their_last_day_and_activities_in_their_row(report_charts):
    (chart,) = [chart for chart in report_charts if chart.kind == "timeline"]
    windows, done, spans = draw(chart).data
    first = chart.series[0]
    days = (pd.Timestamp(first.x_end[0]) - pd.Timestamp(first.x[0])).days + 1
    assert windows.x[0] == days * 24 * 3600 * 1000
    assert set(done.y) | set(spans.y) <= set(windows.y)
    assert len(chart.series[1].x) + len(chart.series[2].x) == 712
    assert len(windows.y) == 18


def test_an_activity_without_a_day_is_a_span_and_the_table_words_it_as_it_is_known():
    windows = Series("kế hoạch", ("2021-01-01",), (None,), labels=("I.1",), x_end=("2021-12-31",))
    dated = Series("đã ghi", ("2021-05-03",), (None,), labels=("I.1",))
    spans = Series("khoảng", ("2021-01-01",) * 2, (None,) * 2, ("quý I/2021",) * 2, labels=("I.1",) * 2, x_end=("2021-03-31",) * 2)
    chart = make_chart(windows, dated, spans, kind="timeline", x_kind="date")
    assert data_table(chart).rows == (("I.1", "01/01/2021", "31/12/2021", 3.0, "quý I/2021", "03/05/2021"),)
    drawn = draw(chart).data[2]
    assert (drawn.name, list(drawn.base), list(drawn.x)) == ("khoảng", ["2021-01-01"], [90 * 24 * 3600 * 1000])
    assert list(drawn.customdata) == ["quý I/2021: 2 hoạt động"]


def test_channels_that_tie_are_all_named():
    mix = pd.DataFrame({"channel": ["radio", "web_portal", "print"], "officials_count": 0, "public_count": [4, 4, 1], "total_count": [4, 4, 1]})
    title = channel_mix(mix, pd.DataFrame({"source_id": ["log"], "is_synthetic": [True]}), 2021, TODAY).title
    assert "là các kênh dùng nhiều nhất: mỗi kênh 4 trên 9 hoạt động (44" in title


def test_months_on_an_axis_are_written_as_in_the_tables():
    months = Series("a", ("2021-01-01", "2021-03-01"), (1.0, 2.0), ("a", "a"))
    assert list(draw(make_chart(months, x_kind="month")).layout.xaxis.ticktext) == ["01/2021", "02/2021", "3/2021"]


def make_grid() -> Chart:
    """Two rows and two months; one cell has no unit in force."""
    x, labels = ("T1", "T2", "T1"), ("Sở", "Sở", "Huyện A")
    return make_chart(
        Series("có ghi", x, (1.0, 0.0, 3.0), labels=labels), Series("tất cả", x, (2.0, 2.0, 4.0), labels=labels), kind="heatmap", x_kind="category"
    )


def test_a_heatmap_says_both_counts_in_every_cell_and_leaves_a_cell_without_units_empty():
    (trace,) = draw(make_grid()).data
    assert [list(row) for row in trace.text] == [["1/2", "0/2"], ["3/4", ""]]
    assert [list(row) for row in trace.z] == [[0.5, 0.0], [0.75, None]]
    assert data_table(make_grid()).rows == (("Sở", "1/2", "0/2"), ("Huyện A", "3/4", None))


def test_a_window_in_pieces_is_drawn_piece_by_piece_and_listed_once():
    days = {"x": ("2021-01-01", "2021-07-01"), "x_end": ("2021-03-31", "2021-09-30"), "labels": ("I.1 Sổ tay",) * 2}
    logged = Series("đã ghi", ("2021-02-01", "2021-08-01"), (None, None), labels=("I.1 Sổ tay",) * 2)
    chart = make_chart(Series("kế hoạch", y=(None, None), **days), logged, kind="timeline", x_kind="date")
    assert list(draw(chart).data[0].base) == ["2021-01-01", "2021-07-01"]
    assert data_table(chart).rows == (("I.1 Sổ tay", "01/01/2021; 01/07/2021", "31/03/2021; 30/09/2021", 2.0, "01/02/2021", "01/08/2021"),)


def test_coverage_names_its_groups_and_its_title_leaves_out_a_month_that_has_not_ended():
    below = pd.DataFrame({"unit_code": ["718", "25741"], "label_vi": ["Thành phố A", "Phường B"], "source_id": "units"})
    covered = pd.DataFrame(
        [("718", "2021-01", 1, 2), ("718", "2021-02", 2, 2), ("718", "2021-03", 0, 2), ("718", "year", 2, 2), ("department", "year", 1, 5)],
        columns=["group_code", "period", "covered_count", "units_count"],
    )
    log = pd.DataFrame({"source_id": ["log"], "is_synthetic": [True]})
    chart = coverage(covered, below, log, 2021, date(2021, 3, 10))
    so_far = "Từ đầu năm đến 10/03/2021, 2/2 đơn vị cấp xã có hoạt động được ghi"
    assert chart.title == f"{so_far}; ít nhất trong các tháng đã hết là tháng 01/2021 (1/2)"
    tied = coverage(covered.assign(covered_count=1, units_count=2), below, log, 2021, date(2021, 3, 10)).title
    assert tied.endswith("là tháng 01/2021 (1/2) và 02/2021 (1/2)")
    assert list(dict.fromkeys(chart.series[0].labels)) == ["Sở, ngành cấp tỉnh", "Thành phố A (cấp xã)"]
    assert set(chart.series[0].x) == {"T1", "T2", "T3 (đến 10/3)", "Từ đầu năm"}
    assert chart.provenance.is_synthetic
