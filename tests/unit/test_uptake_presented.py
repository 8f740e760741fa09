"""The uptake chapter: every key beside its counts, panels, whom to help, days by channel, and small counts hidden."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis import uptake
from analysis.blocks import MAX_PANELS, MAX_SERIES, Block, Chart, Finding, Mark, Provenance, Sentence, Series, Table, from_json, to_json
from analysis.chapters import uptake as chapter
from analysis.chapters import uptake_dossiers, uptake_keys
from analysis.chapters.subject import ParameterRefused, Subject, subject_of
from analysis.chapters.uptake_dossiers import Dossiers
from analysis.codes import DECREE_42_FIRST_MONTH, DOSSIER_OUTCOMES, RATE_KEYS
from analysis.figures.draw import draw
from analysis.narrative import uptake_dossiers as say
from analysis.narrative.uptake import difference
from analysis.publish.chart_data import data_table
from analysis.publish.gate import CAUSAL_WORDS
from analysis.rates import RATES
from analysis.tables import uptake as uptake_tables
from analysis.tables import uptake_dossiers as dossier_tables
from analysis.tables.hidden import printed_counts, printed_shares
from analysis.uptake.alike import gap_alike

SOURCE = Provenance(("a",), is_synthetic=True)
PLACE, PROVINCE, YEAR = "Bình Dương", "74", 2021


@pytest.fixture(scope="module")
def subject(shipped_tables) -> Subject:
    return subject_of(shipped_tables, PROVINCE, YEAR, "2026-11-22")


@pytest.fixture(scope="module")
def of_units(shipped_tables, subject) -> pd.DataFrame:
    return uptake.of_units(shipped_tables.uptake, subject.below)


def one(blocks: list[Block], kind: type) -> Block:
    (found,) = [block for block in blocks if isinstance(block, kind)]
    return found


def texts(blocks: list[Block]) -> str:
    return " ".join(block.text_vi for block in blocks if isinstance(block, Sentence | Finding))


# Every key of a year


def test_every_key_stands_in_the_table_and_only_dossiers_are_added(of_units):
    (table,) = uptake_keys.every_rate(of_units, PLACE, YEAR)
    for key, rate in RATES.items():
        rows = [row for row in table.rows if row[0].lower().startswith(RATE_KEYS[key].lower())]
        assert rows, key
        if rate.is_additive:
            held = of_units[(of_units["rate_key"] == key) & (of_units["period_month"].str[:4] == str(YEAR))]
            counts = int(held["numerator_count"].sum()), int(held["denominator_count"].sum())
            assert rows[0][1:4] == ("năm 2021", *counts)
            assert rows[0][4] == pytest.approx(counts[0] / counts[1], abs=5e-4)  # as printed
        else:
            assert {row[1:4] for row in rows} == {("tháng 12/2021", None, None)}, key
            assert all("đơn vị đứng giữa" in row[0] for row in rows)


def test_the_middle_unit_of_services_is_that_of_the_last_month(of_units):
    (table,) = uptake_keys.every_rate(of_units, PLACE, YEAR)
    held = of_units[(of_units["rate_key"] == "services_used") & (of_units["period_month"] == "2021-12") & (of_units["level"] == "commune")]
    shares = (held["numerator_count"] / held["denominator_count"]).astype(float)
    (row,) = [row for row in table.rows if row[0].startswith("Dịch vụ công trực tuyến có phát sinh") and "xã, phường" in row[0]]
    assert row[4] == pytest.approx(np.median(shares), abs=5e-4)  # as printed


def test_a_year_of_two_regimes_has_a_row_for_each_and_no_sum_of_both(of_units):
    (table,) = uptake_keys.every_rate(of_units, PLACE, 2022)
    rows = [row for row in table.rows if row[0] == "Hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận"]
    assert [row[1] for row in rows] == ["từ tháng 01/2022 đến tháng 8/2022", "từ tháng 9/2022 đến tháng 12/2022"]
    assert [row[-1] for row in rows] == ["mức độ 3, 4", "toàn trình, một phần"]


def test_a_key_that_nobody_counts_says_so_and_is_not_zero(of_units):
    (table,) = uptake_keys.every_rate(of_units[of_units["rate_key"] == "online_all"], PLACE, YEAR)
    assert len(table.rows) == len(RATES)
    assert {row[1:] for row in table.rows[1:]} == {(None, None, None, None, "chưa có số đếm")}
    assert uptake_keys.every_rate(of_units.head(0), PLACE, YEAR) == []


def test_counts_of_two_origins_name_each(of_units):
    kept = of_units[of_units["rate_key"].isin(["online_all", "bcci_in"])]
    mixed = kept.assign(basis=kept["basis"].mask(kept["rate_key"] == "bcci_in", "dossiers"))
    (table,) = uptake_keys.every_rate(mixed, PLACE, YEAR)
    assert table.columns[-1].title == "Nguồn đếm"
    assert {row[-1] for row in table.rows} == {"bảng hồ sơ theo tháng", "sổ hồ sơ của phần mềm một cửa", None}


def test_levels_break_at_the_decree_and_change_their_names(of_units, shipped_tables):
    (chart,) = uptake_keys.levels_over_time(of_units, shipped_tables.events, PROVINCE, PLACE, 2023)
    assert [series.name for series in chart.series] == ["Toàn trình (trước Nghị định 42: mức độ 4)", "Một phần (trước Nghị định 42: mức độ 3)"]
    for series in chart.series:
        assert len(set(series.segments)) == 2
        assert {(x >= f"{DECREE_42_FIRST_MONTH}-01", segment) for x, segment in zip(series.x, series.segments, strict=True)} == {
            (False, "levels_3_4"),
            (True, "decree_42"),
        }
    colours = [{trace.line.color for trace in draw(chart).data if trace.name == series.name} for series in chart.series]
    assert [len(found) for found in colours] == [1, 1]


# Panels


def test_a_panel_a_district_adds_up_its_communes(of_units, subject, shipped_tables):
    (chart,) = chapter.by_district(of_units, subject, shipped_tables.events, PROVINCE, YEAR, "online_all")
    assert len(chart.panels) == 9
    communes = of_units[(of_units["rate_key"] == "online_all") & (of_units["period_month"] == "2021-07") & (of_units["parent_code"] == "721")]
    (series,) = [series for series in chart.series if series.panel == "Thị xã Bến Cát"]
    assert series.y[series.x.index("2021-07-01")] == pytest.approx(100 * communes["numerator_count"].sum() / communes["denominator_count"].sum())
    assert chart.series[0].panel == ""


def test_panels_are_drawn_with_the_reference_and_the_marks_in_each_and_no_line_over_the_decree(of_units, subject, shipped_tables):
    (chart,) = chapter.by_district(of_units, subject, shipped_tables.events, PROVINCE, 2023, "online_all")
    figure = draw(chart)
    for panel in range(1, 10):
        traces = [trace for trace in figure.data if trace.xaxis == f"x{panel if panel > 1 else ''}"]
        assert [trace.name for trace in traces] == [chart.series[0].name] * 2 + [chart.panels[panel - 1]] * 2
        assert sum(shape.xref == f"x{panel if panel > 1 else ''}" for shape in figure.layout.shapes) == len(chart.marks) == 3
    assert all(len({month >= f"{DECREE_42_FIRST_MONTH}-01" for month in trace.x}) == 1 for trace in figure.data)
    assert sum(bool(trace.showlegend) for trace in figure.data) == 1
    assert {axis.matches for axis in figure.select_yaxes()} == {"y"}


def test_the_data_table_of_panels_holds_every_point_and_its_regime(of_units, subject, shipped_tables):
    (chart,) = chapter.by_district(of_units, subject, shipped_tables.events, PROVINCE, 2022, "online_all")
    table = data_table(chart)
    assert [column.title for column in table.columns[1:-1]] == [f"{series.name} (%)" for series in chart.series]
    assert len(table.rows) == 48
    assert [row[1] for row in table.rows] == list(chart.series[0].y)
    assert (table.rows[43][0], table.rows[44][0]) == ("8/2022", "9/2022")
    assert table.rows[43][-1] != table.rows[44][-1]


def test_a_month_without_tables_is_a_gap_and_never_bridged(of_units, subject, shipped_tables):
    without_may = of_units[of_units["period_month"] != "2021-05"]
    (chart,) = chapter.by_district(without_may, subject, shipped_tables.events, PROVINCE, YEAR, "online_all")
    for series in chart.series:
        assert series.y[series.x.index("2021-05-01")] is None


def test_a_month_with_too_few_dossiers_or_hidden_ones_is_a_gap(of_units, subject, shipped_tables):
    few = of_units.assign(
        numerator_count=of_units["numerator_count"].mask(of_units["period_month"] == "2021-05", 0),
        denominator_count=of_units["denominator_count"].mask(of_units["period_month"] == "2021-05", 0),
    )
    (chart,) = chapter.by_district(few, subject, shipped_tables.events, PROVINCE, YEAR, "online_all")
    assert all(series.y[series.x.index("2021-05-01")] is None for series in chart.series)
    hidden = chapter.without_few(pd.DataFrame({"numerator_count": [3, 0, 30], "denominator_count": [100, 100, 100], "share": [0.03, 0.0, 0.3]}))
    assert hidden["share"].isna().tolist() == [True, False, False]


def test_a_province_of_many_districts_gets_several_charts(of_units, subject, shipped_tables):
    codes = sorted(subject.below.loc[subject.below["level"] == "commune", "unit_code"])[: MAX_PANELS + 2]
    districts = {code: f"7{100 + place}" for place, code in enumerate(codes)}
    named = pd.DataFrame({"unit_code": list(districts.values()), "level": "district", "label_vi": [f"Huyện {code}" for code in districts.values()]})
    moved = of_units[of_units["unit_code"].isin(codes)].assign(parent_code=lambda rows: rows["unit_code"].map(districts))
    many = Subject(PLACE, named, subject.as_of, subject.names_day)
    first, second = chapter.by_district(moved, many, shipped_tables.events, PROVINCE, YEAR, "online_all")
    assert (len(first.panels), len(second.panels)) == (MAX_PANELS, 2)
    assert first.chart_id != second.chart_id


def make_panels(count: int, lines: int = 1, kind: str = "line") -> Chart:
    own = [Series(f"{panel} {line}", ("2021-01-01",), (1.0,), ("",), panel=f"ô {panel}") for panel in range(count) for line in range(lines)]
    return Chart("c", "t", "s", kind, "month", "tháng", "%", (Series("chung", ("2021-01-01",), (2.0,), ("",)), *own), SOURCE, "mô tả")


def test_the_limit_of_series_holds_for_each_panel():
    assert len(make_panels(MAX_PANELS, MAX_SERIES - 1).series) > MAX_SERIES
    with pytest.raises(ValueError, match="5 series, at most 4"):
        make_panels(2, MAX_SERIES)
    with pytest.raises(ValueError, match="13 panels, at most 12"):
        make_panels(MAX_PANELS + 1)
    with pytest.raises(ValueError, match="only lines stand in panels"):
        make_panels(2, kind="bar")


def test_panels_survive_json():
    chart = make_panels(3)
    assert from_json(to_json(chart)) == chart


@pytest.mark.parametrize("count", [1, 2, 4, 12])
def test_every_column_of_panels_names_its_months_below_the_last_panel(count):
    figure = draw(make_panels(count))
    shown = [axis for axis in figure.select_xaxes() if axis.showticklabels]
    assert len(shown) == min(3, count)


def test_names_of_panels_cannot_carry_markup():
    series = Series("<b>x</b>", ("2021-01-01",), (1.0,), ("",), panel="<b>x</b>")
    chart = Chart("c", "t", "s", "line", "month", "tháng", "%", (series,), SOURCE, "mô tả", marks=(Mark("2021-01-01", "m"),))
    assert "&lt;b>x&lt;/b>" in [annotation.text for annotation in draw(chart).layout.annotations]


def test_three_levels_in_two_regimes_do_not_break_the_chart_by_month(of_units, shipped_tables):
    district = of_units[of_units["level"] == "commune"].assign(level="district")
    (chart,) = chapter.over_time(pd.concat([of_units, district]), shipped_tables.events, PROVINCE, PLACE, 2023, "online_all")
    assert len(chart.series) == 3
    assert all(len({month >= f"{DECREE_42_FIRST_MONTH}-01" for month in trace.x}) == 1 for trace in draw(chart).data)


# Whom to help first


def test_whom_to_help_first_by_hand():
    """The middle of a level is 30 %; a unit with 100 of 1.000 has 200 to gain, one with 10 of 100 has 20, one with 5 of 20 is too small."""
    rows = [("x1", "A", 300, 1000), ("x2", "B", 350, 1000), ("x3", "C", 100, 1000), ("x4", "D", 400, 1000), ("x5", "E", 10, 100), ("x6", "F", 5, 20)]
    frame = pd.DataFrame(rows, columns=["unit_code", "label_vi", "numerator_count", "denominator_count"]).assign(
        vintage="63-tinh", period_month="2021-03", rate_key="online_all", regime="levels_3_4", level="commune", is_synthetic=True, source_id="a"
    )
    below = pd.DataFrame({"unit_code": [code for code, *_ in rows], "parent_vi": "Huyện X"})
    finding, table = chapter.help_first(frame, below, YEAR, "online_all")
    assert [row[1:] for row in table.rows] == [("C (Huyện X)", 0.1, 0.3, 200.0), ("E (Huyện X)", 0.1, 0.3, 20.0)]
    assert "2 đơn vị thấp rõ so với mức của đơn vị đứng giữa trong cùng cấp; nếu bằng mức đó thì có thêm 220 hồ sơ nộp trực tuyến" in finding.text_vi
    assert finding.text_vi.endswith("Nên hỗ trợ trước: C (Huyện X); E (Huyện X).")


def test_ten_are_shown_and_the_annex_holds_all(of_units, subject):
    finding, first, every = chapter.help_first(of_units, subject.below, YEAR, "online_all")
    assert (len(first.rows), first.is_annex, every.is_annex) == (10, False, True)
    assert every.rows[:10] == first.rows
    gains = [row[4] for row in every.rows]
    assert gains == sorted(gains, reverse=True)
    assert f"{len(every.rows)} đơn vị thấp rõ" in finding.text_vi


def test_where_no_unit_is_clearly_below_nobody_is_named(of_units, subject):
    alike = of_units.assign(numerator_count=10, denominator_count=100)
    (said,) = chapter.help_first(alike, subject.below, YEAR, "online_all")
    assert "không đơn vị nào thấp rõ" in said.text_vi


# Small counts


def test_a_count_under_five_is_hidden_with_a_second_that_would_tell_it():
    rows = pd.DataFrame({"name": list("abcd"), "received_count": pd.array([100, 3, 20, 0], dtype="Int64")})
    found = printed_counts(rows, ["received_count"], totals=[[]])
    assert found.cells["received_count"] == [100, "<5", "ẩn", 0]
    assert "để không lộ từng người" in found.notes[0]
    assert printed_counts(rows, ["received_count"]).cells["received_count"] == [100, "<5", 20, 0]


def test_a_share_of_hidden_counts_is_hidden_with_its_interval():
    rates = pd.DataFrame(
        {
            "label_vi": ["Xã A", "Xã B", "Xã C"],
            "numerator_count": pd.array([2, 300, 400], dtype="Int64"),
            "denominator_count": pd.array([200, 1000, 1000], dtype="Int64"),
            "share": [0.01, 0.3, 0.4],
            "low_share": [0.0, 0.27, 0.37],
            "high_share": [0.04, 0.33, 0.43],
            "is_small": [False, False, False],
        }
    )
    table = uptake_tables.rates_table(rates, "t", "x", "online_all", SOURCE)
    assert table.rows[0][1] == "<5"
    assert table.rows[0][3:] == (None, "ẩn")
    assert sum(row[3] is None for row in table.rows) >= 2
    assert any("<5" in note for note in table.notes_vi)


def test_a_count_that_is_not_known_stays_missing_and_is_not_called_hidden():
    rows = pd.DataFrame({"on": pd.array([None, 3], dtype="Int64"), "all": pd.array([10, 50], dtype="Int64"), "share": [pd.NA, 0.06]})
    assert printed_shares(rows, ("on", "all"), ["share"]).cells["on"] == [None, "<5"]


# The log of dossiers


def make_cells(*rows: tuple[str, str, str, str, int, int, int, float]) -> pd.DataFrame:
    """(unit, month, field, channel, results, due, on time, median days)."""
    frame = pd.DataFrame(
        rows, columns=["unit_code", "period_month", "field_vi", "channel", "resolved_count", "due_count", "on_time_count", "median_days"]
    )
    return frame.assign(
        vintage="63-tinh",
        service_level="toan_trinh",
        received_count=frame["resolved_count"] + 7,
        is_synthetic=True,
        source_id="so-ho-so",
    ).astype(dict.fromkeys(("resolved_count", "due_count", "on_time_count", "received_count"), "Int64"))


def make_days(cells: pd.DataFrame) -> pd.DataFrame:
    """Every result of a cell after its median number of days."""
    days = cells.assign(days=cells["median_days"].astype("Int64"), dossiers_count=cells["resolved_count"])
    keys = ["unit_code", "vintage", "period_month", "channel", "days", "is_synthetic", "source_id"]
    return days.groupby(keys)["dossiers_count"].sum().reset_index()


CELLS = make_cells(
    ("25741", "2021-03", "Đất đai", "online", 60, 60, 54, 20.0),
    ("25741", "2021-03", "Đất đai", "counter", 300, 300, 240, 21.0),
    ("25741", "2021-03", "Hộ tịch", "online", 300, 300, 297, 2.0),
    ("25741", "2021-03", "Hộ tịch", "counter", 100, 100, 95, 2.0),
    ("25741", "2021-04", "Hộ tịch", "counter", 40, 40, 40, 3.0),
    ("25741", "2021-04", "Hộ tịch", "post", 3, 3, 2, 3.0),
)
ACCOUNT = pd.DataFrame(
    {
        "outcome": ["counted", "repeated_id", "no_unit"],
        "rows_count": pd.array([845, 12, 3], dtype="Int64"),
        "is_synthetic": True,
        "source_id": "so-ho-so",
    }
)


def make_dossiers(cells: pd.DataFrame = CELLS, year: int = YEAR) -> Dossiers:
    return Dossiers(cells, make_days(cells), ACCOUNT, PLACE, year)


def test_the_gap_among_alike_dossiers_by_hand():
    """Land: 20 - 21 = -1 over 60 online; civil status: 0 over 300 online; so -60/360. Each field alone: -1 and 0."""
    whole = gap_alike(CELLS).iloc[0]
    assert whole["gap_days"] == pytest.approx(-60 / 360)
    assert (whole["alike_count"], whole["alike_dossiers_count"], whole["alike_share"]) == (2, 360, 1.0)
    assert gap_alike(CELLS, ["field_vi"]).set_index("field_vi")["gap_days"].to_dict() == {"Hộ tịch": 0.0, "Đất đai": -1.0}


def test_cells_with_few_results_in_a_channel_are_not_alike():
    few = make_cells(("u", "2021-03", "A", "online", 4, 4, 4, 1.0), ("u", "2021-03", "A", "counter", 90, 90, 90, 9.0))
    found = gap_alike(few).iloc[0]
    assert pd.isna(found["gap_days"])
    assert (found["alike_count"], found["alike_share"]) == (0, 0.0)
    assert gap_alike(few[few["channel"] == "counter"]).empty
    with pytest.raises(uptake.RatesNotComparable):
        gap_alike(pd.concat([CELLS, few.assign(is_synthetic=False)]))


def test_the_gap_is_told_as_a_difference_with_that_among_alike_dossiers():
    finding = one(uptake_dossiers.days(make_dossiers()), Finding)
    assert finding.text_vi == (
        "So hồ sơ cùng đơn vị, cùng tháng, cùng lĩnh vực, cùng mức độ, hồ sơ trực tuyến tiếp nhận từ tháng 3/2021 đến tháng 4/2021 có kết quả "
        "sớm hơn 0,2 ngày (so được 100\u00a0% hồ sơ trực tuyến). Tính gộp mọi lĩnh vực thì sớm hơn 19 ngày (một nửa số hồ sơ có kết quả trong 2 ngày "
        "khi nộp trực tuyến, trong 21 ngày khi nộp trực tiếp), vì hai kênh nhận các loại hồ sơ khác nhau."
    )
    assert "không phải tác dụng của việc nộp trực tuyến" in finding.evidence_vi
    assert not any(word in (finding.text_vi + finding.evidence_vi).lower() for word in CAUSAL_WORDS)


def test_days_and_on_time_stand_by_channel_and_a_channel_with_few_results_says_so():
    tables = [block for block in uptake_dossiers.days(make_dossiers()) if isinstance(block, Table)]
    by_channel, by_field = tables
    online, counter, post = by_channel.rows
    assert online == ("Trực tuyến", 374, 360, 2.0, 20.0, pytest.approx(351 / 360))
    assert counter[2:4] == (440, 21.0)
    assert post == ("Bưu chính công ích", 10, "<5", "quá ít hồ sơ để nói", None, "quá ít hồ sơ để nói")
    assert [row[0] for row in by_field.rows] == ["Đất đai", "Hộ tịch"] or [row[0] for row in by_field.rows] == ["Hộ tịch", "Đất đai"]
    assert {row[0]: row[1] for row in by_field.rows} == {"Đất đai": -1.0, "Hộ tịch": 0.0}
    assert by_channel.is_annex
    assert by_field.is_annex


def test_the_gap_is_drawn_by_field_soonest_first():
    chart = one(uptake_dossiers.days(make_dossiers()), Chart)
    (series,) = chart.series
    assert (series.x, series.y) == (("Đất đai", "Hộ tịch"), (-1.0, 0.0))
    assert chart.title == "Cùng loại hồ sơ, trực tuyến có kết quả sớm hơn ở 1 trong 2 lĩnh vực, sớm nhất ở Đất đai (1,0 ngày)"
    assert chart.provenance.is_synthetic


def test_an_interval_has_its_own_column_only_where_one_has_a_width():
    one_channel = pd.DataFrame(
        {
            "channel_vi": ["Trực tuyến"],
            "received_count": pd.array([90], dtype="Int64"),
            "resolved_count": pd.array([80], dtype="Int64"),
            "due_count": pd.array([80], dtype="Int64"),
            "on_time_count": pd.array([70], dtype="Int64"),
            "on_time_share": [0.875],
            "on_time_is_small": [False],
            "q50": [5.0],
            "q50_low": [4.0],
            "q50_high": [6.0],
            "q90": [9.0],
        }
    )
    wide = dossier_tables.by_channel(one_channel, "t", SOURCE)
    exact = dossier_tables.by_channel(one_channel.assign(q50_low=5.0, q50_high=5.0), "t", SOURCE)
    assert wide.rows[0][3:6] == (5.0, "4 – 6 ngày", 9.0)
    assert exact.rows[0][3:5] == (5.0, 9.0)
    assert len(wide.columns) == len(exact.columns) + 1


def test_the_account_of_the_log_adds_up_and_hides_nothing():
    said, table = uptake_dossiers.account(make_dossiers(), ACCOUNT)
    assert said.text_vi == "Sổ hồ sơ có 860 dòng: 845 dòng được tính, 15 dòng để riêng theo 2 lý do."
    assert [row[:2] for row in table.rows] == [
        ("Tổng số dòng trong sổ", 860),
        ("Được tính", 845),
        (f"Để riêng: {DOSSIER_OUTCOMES['no_unit']}", 3),
        (f"Để riêng: {DOSSIER_OUTCOMES['repeated_id']}", 12),
    ]
    assert sum(row[1] for row in table.rows[1:]) == table.rows[0][1]
    clean = dossier_tables.account(ACCOUNT.head(1), SOURCE)
    assert [row[1] for row in clean.rows] == [845, 845]
    assert "không dòng nào để riêng" in say.account(ACCOUNT.head(1), SOURCE).text_vi


def test_without_a_log_one_sentence_says_what_is_missing(shipped_tables, subject):
    empty = {name: getattr(shipped_tables, name).head(0) for name in ("dossier_cells", "dossier_days", "dossier_account")}
    none = uptake_dossiers.dossiers_of(type("Held", (), empty), subject, YEAR)
    (said,) = uptake_dossiers.account(none, shipped_tables.uptake_facts)
    assert "Chưa nạp sổ hồ sơ của phần mềm một cửa của Bình Dương" in said.text_vi
    assert not said.provenance.is_synthetic
    assert uptake_dossiers.days(none) == []


def test_a_log_of_other_years_is_said_to_hold_none_of_this_one():
    (said,) = uptake_dossiers.days(make_dossiers(year=2024))
    assert said.text_vi == "Sổ hồ sơ đã nạp của Bình Dương có các tháng từ 3/2021 đến 4/2021, không có hồ sơ tiếp nhận năm 2024."


def test_one_channel_alone_is_compared_with_nothing():
    counter = CELLS[CELLS["channel"] == "counter"]
    found = uptake_dossiers.days(make_dossiers(counter))
    assert "chưa đủ hồ sơ đã có kết quả ở cả hai kênh" in texts(found)
    assert [block.table_id for block in found if isinstance(block, Table)] == ["days-by-channel"]
    assert not [block for block in found if isinstance(block, Chart)]


def test_a_log_that_tells_no_due_day_has_no_on_time_share():
    unknown = CELLS.assign(due_count=pd.array([None] * len(CELLS), dtype="Int64"), on_time_count=pd.array([None] * len(CELLS), dtype="Int64"))
    found = uptake_dossiers.days(make_dossiers(unknown))
    (by_channel, _) = [block for block in found if isinstance(block, Table)]
    assert {row[-1] for row in by_channel.rows} == {None}
    assert "đúng hạn" not in texts(found)


def test_results_that_nobody_counts_break_nothing():
    unknown = CELLS.assign(
        resolved_count=pd.array([None] * len(CELLS), dtype="Int64"),
        due_count=pd.array([None] * len(CELLS), dtype="Int64"),
        on_time_count=pd.array([None] * len(CELLS), dtype="Int64"),
        median_days=pd.array([None] * len(CELLS), dtype="Float64"),
    )
    found = uptake_dossiers.days(Dossiers(unknown, make_days(CELLS).head(0), ACCOUNT, PLACE, YEAR))
    assert "chưa đủ hồ sơ đã có kết quả" in texts(found)


@pytest.mark.parametrize(
    ("days", "said"), [(-2.0, "sớm hơn 2 ngày"), (1.5, "muộn hơn 1,5 ngày"), (0.0, "sau cùng số ngày"), (-0.04, "sau cùng số ngày")]
)
def test_a_difference_is_told_in_plain_words(days, said):
    found = pd.Series({"gap_days": days, "online_median_days": 3.0, "counter_median_days": 3.0 - days, "is_clear": True})
    assert f"có kết quả {said} (một nửa số hồ sơ" in say.gap(found, None, "năm 2021", SOURCE).text_vi


def test_a_gap_that_turns_round_among_alike_dossiers_is_told_after_theirs():
    """Simpson's reversal: online is later over all, since it holds the slow field, and sooner in each field."""
    turned = make_cells(
        ("u", "2021-03", "Nhanh", "online", 40, 40, 40, 1.0),
        ("u", "2021-03", "Nhanh", "counter", 400, 400, 400, 2.0),
        ("u", "2021-03", "Chậm", "online", 100, 100, 100, 9.0),
        ("u", "2021-03", "Chậm", "counter", 60, 60, 60, 10.0),
    )
    said = one(uptake_dossiers.days(make_dossiers(turned)), Finding).text_vi
    assert "cùng mức độ, hồ sơ trực tuyến tiếp nhận tháng 3/2021 có kết quả sớm hơn 1 ngày" in said
    assert "Tính gộp mọi lĩnh vực thì muộn hơn 7 ngày" in said
    assert said.endswith("vì hai kênh nhận các loại hồ sơ khác nhau.")


def test_an_on_time_share_that_tells_of_few_late_dossiers_is_hidden_and_the_note_says_why():
    few_late = CELLS.assign(on_time_count=CELLS["due_count"] - 1)
    tables = [block for block in uptake_dossiers.days(make_dossiers(few_late)) if isinstance(block, Table)]
    assert all(row[-1] == "ẩn" for row in tables[1].rows)
    assert any("dưới 5 hồ sơ trễ hạn" in note for note in tables[1].notes_vi)


# The year's change, what had been published, and parameters


def year_text(of_units: pd.DataFrame, year: int) -> str:
    (finding,) = chapter.province_rate(of_units, PLACE, year, "online_all", pd.DataFrame({"source_id": ["a"]}))
    return finding.text_vi


def share_of(of_units: pd.DataFrame, first: str, last: str) -> float:
    rows = of_units[(of_units["rate_key"] == "online_all") & of_units["period_month"].between(first, last)]
    return float(rows["numerator_count"].sum() / rows["denominator_count"].sum())


def test_a_year_of_two_regimes_is_compared_in_its_first_months_only(of_units):
    now, before = (f"{100 * share_of(of_units, f'{year}-01', f'{year}-08'):.1f}".replace(".", ",") for year in (2022, 2021))
    said = year_text(of_units, 2022)
    assert f"từ tháng 01/2022 đến tháng 8/2022 có {now}\u00a0% hồ sơ" in said
    assert f"so với cùng kỳ năm 2021 ({before}\u00a0%). Từ tháng 9/2022 gọi mức độ dịch vụ theo Nghị định 42/2022/NĐ-CP" in said
    assert said.count("so với cùng kỳ") == 1


def test_a_year_after_the_decree_is_compared_over_its_months_under_it_and_says_why(of_units):
    now, before = (round(100 * share_of(of_units, f"{year}-09", f"{year}-12"), 1) for year in (2023, 2022))
    points = f"{now - before:.1f}".replace(".", ",")
    said = year_text(of_units, 2023)
    assert f"Từ tháng 9/2023 đến tháng 12/2023: {str(now).replace('.', ',')}\u00a0%, tăng {points} điểm phần trăm" in said
    assert "chỉ so các tháng này vì" in said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(0.43551, 0.35149, "tăng 8,5 điểm phần trăm"), (0.1, 0.1004, "không đổi"), (0.10, 0.12, "giảm 2,0 điểm phần trăm")],
)
def test_the_change_is_the_difference_of_the_shares_as_printed(now, before, said):
    assert difference(now, before) == said


def test_only_units_and_months_of_both_years_are_compared(of_units):
    dropped = of_units[~((of_units["period_month"] == "2020-03") & (of_units["unit_code"] == "25741"))]
    assert "Tính các đơn vị có số liệu cả hai năm" in year_text(dropped, YEAR)


@pytest.mark.parametrize(
    ("published", "day"),
    [("03/04/2025", "2025-04-03"), ("02/2024", "2024-02-29"), ("2019", "2019-12-31"), ("khoảng 02/2025 (chưa chắc)", "2025-02-28")],
)
def test_a_fact_is_out_by_the_last_day_that_its_date_allows(published, day):
    facts = pd.DataFrame({"published_vi": pd.array([published], dtype="string")})
    assert chapter.published_days(facts).tolist() == [pd.Timestamp(day)]


def test_facts_published_after_the_day_of_the_report_are_not_there_yet(shipped_tables):
    def facts(as_of: date) -> set[str]:
        shown = chapter.published(shipped_tables.uptake_facts, PROVINCE, PLACE, 2021, as_of)
        return {row[-1] for block in shown if isinstance(block, Table) and block.table_id == "published-facts" for row in block.rows}

    assert facts(date(2021, 7, 30)) == facts(date(2026, 1, 1)) - {"07/2021", "12/2021", "11/2021"}
    assert "07/2021" in facts(date(2021, 7, 31))
    (said,) = chapter.published(shipped_tables.uptake_facts, PROVINCE, PLACE, 2021, date(2010, 1, 1))
    assert "Chưa có số liệu đã công bố" in said.text_vi


def test_a_log_that_goes_on_after_the_day_of_the_report_says_up_to_when_results_count(shipped_tables):
    subject = subject_of(shipped_tables, PROVINCE, YEAR, "2021-06-30")
    _, note, _ = uptake_dossiers.account(uptake_dossiers.dossiers_of(shipped_tables, subject, YEAR), shipped_tables.uptake_facts)
    assert "ghi đến hết tháng 12/2022" in note.text_vi
    assert "đến ngày xuất sổ, không phải đến ngày của báo cáo" in note.text_vi


@pytest.mark.parametrize(
    ("parameters", "said"),
    [((74, 2021, "2021-06-30"), 'province = "74"'), (("74", "2021", "2021-06-30"), "year = 2021"), (("74", 2021, "30/06/2021"), "“|2021-06-30")],
)
def test_a_parameter_of_another_form_is_told_how_it_is_written(shipped_tables, parameters, said):
    with pytest.raises(ParameterRefused, match=said):
        subject_of(shipped_tables, *parameters)


def test_a_year_without_months_says_under_each_heading_what_to_import(of_units, subject, shipped_tables):
    empty = of_units.head(0)
    shown = [
        *chapter.help_first(empty, subject.below, YEAR, "online_all"),
        *chapter.by_district(empty, subject, shipped_tables.events, PROVINCE, YEAR, "online_all"),
        *chapter.over_time(empty, shipped_tables.events, PROVINCE, PLACE, YEAR, "online_all"),
    ]
    assert len(shown) == 3
    assert all("lantoa template uptake-monthly" in block.text_vi and block.provenance.source_ids for block in shown)


def test_the_title_by_month_names_its_level_and_speaks_of_drawn_figures(of_units, shipped_tables):
    (chart,) = chapter.over_time(of_units, shipped_tables.events, PROVINCE, PLACE, 2023, "online_all")
    for series in chart.series:
        assert f"{series.name} từ" in chart.title.replace(chart.title[0], chart.title[0].lower(), 1)
        assert f"{series.y[-1]:.1f}".replace(".", ",") in chart.title


def test_the_note_of_marks_names_only_kinds_that_are_drawn(of_units, shipped_tables):
    (chart,) = chapter.over_time(of_units, shipped_tables.events, PROVINCE, PLACE, 2021, "online_all")
    assert any(note.startswith("Dải xám: ") and "19/07/2021 đến 15/09/2021" in note for note in chart.notes_vi)
    assert not any(note.startswith("Vạch đứng") for note in chart.notes_vi)
