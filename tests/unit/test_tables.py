"""Tables of the report: raw values in order, a reason for every gap."""

from datetime import date

import pandas as pd
import pytest

from analysis import tables
from analysis.blocks import Provenance

SOURCE = Provenance(("a",), is_synthetic=False)


def make_progress(done: int = 3, units: int = 2, stated: int | None = 2, leads: int = 2, kind: str = "recurring") -> pd.DataFrame:
    total = None if stated is None or not leads else stated * leads
    item = {
        "section": "II.1",
        "stt": 9,
        "title_vi": "Đối thoại",
        "lead_units_vi": "UBND cấp huyện",
        "time_phrase_vi": "Định kỳ 6 tháng/01 lần",
        "schedule_kind": kind,
        "expected_count": pd.NA if stated is None else stated,
        "done_count": done,
        "units_done_count": units,
        "expected_total_count": pd.NA if total is None else total,
        "completion_share": pd.NA if total is None else done / total,
        "occasions_count": done,
        "owed_total_count": pd.NA if total is None else total // 2,
        "owed_share": pd.NA if total is None else min(done / (total // 2), 1.0),
        "occasion_counter": pd.NA,
        "is_open_ended": False,
        "is_due": True,
        "is_ended": False,
        "early_count": 2,
        "gap_count": 0,
        "late_count": 1,
        "source_id": "plan",
    }
    return pd.DataFrame([item])


LOG = pd.DataFrame({"source_id": ["log"], "is_synthetic": [True]})


@pytest.mark.parametrize(
    ("progress", "phrase", "share"),
    [
        (make_progress(), "3/4 lần (2 đơn vị)", 0.75),
        (make_progress(done=1, units=1), "1/4 lần", 0.25),
        (make_progress(done=0, units=0), "0/4 lần", 0.0),
        (make_progress(stated=None), "3 hoạt động (2 đơn vị)", None),
        (make_progress(done=0, units=0, stated=None), "chưa có", None),
        (make_progress(leads=0), "3 hoạt động; kế hoạch nêu 2 lần nhưng đơn vị thực hiện không có trong danh mục", None),
    ],
)
def test_an_item_says_what_was_done_and_a_share_only_where_a_number_was_stated(progress, phrase, share):
    table = tables.plan_items(progress, LOG)
    assert table.rows == (("II.1.9", "Đối thoại", "UBND cấp huyện", "Định kỳ 6 tháng/01 lần", phrase, share, None),)
    assert table.provenance == Provenance(("log", "plan"), is_synthetic=True)


@pytest.mark.parametrize(
    ("kind", "done", "late"), [("window", 3, "2 trước, 1 sau"), ("window", 0, None), ("continuous", 3, None), ("recurring", 3, None)]
)
def test_what_falls_outside_the_window_is_told_only_of_items_with_a_window_and_activities(kind, done, late):
    assert tables.plan_items(make_progress(done=done, kind=kind), LOG).rows[0][-1] == late


def test_until_the_year_is_over_the_share_is_of_what_is_owed_and_the_table_says_how_much_that_is():
    table = tables.plan_items(make_progress(done=1), LOG, is_over=False)
    assert [column.title for column in table.columns[5:7]] == ["Đã đến hạn", "Đạt so với số lần đã đến hạn"]
    assert table.rows[0][4:7] == ("1/4 lần (2 đơn vị)", "2 lần", 0.5)


def test_an_item_to_which_the_plan_adds_an_uncounted_number_is_marked_and_explained():
    table = tables.plan_items(make_progress(done=6).assign(is_open_ended=True), LOG)
    assert table.rows[0][4] == "6/4+ lần (2 đơn vị)"
    assert any("thêm một phần không nêu số lần" in note for note in table.notes_vi)


def test_occasions_told_by_a_quantity_are_told_with_the_rows_that_hold_them():
    table = tables.plan_items(make_progress(done=1, units=1).assign(occasions_count=4, occasion_counter="ky"), LOG)
    assert table.rows[0][4] == "4/4 lần, trong 1 dòng nhật ký"
    assert any("thì tính theo số lượng" in note for note in table.notes_vi)


def test_silent_units_stand_by_level_and_in_dictionary_order_under_the_unit_above_them():
    rows = [
        ("Xã B", "Thành phố Thủ Dầu Một", "commune"),
        ("Đất Cuốc", "Huyện Bàu Bàng", "commune"),
        ("Xã A", "Thành phố Thủ Dầu Một", "commune"),
        ("Dĩ An", "Huyện Bàu Bàng", "commune"),
        ("Huyện C", "Bình Dương", "district"),
        ("Sở Tư pháp", "Bình Dương", "department"),
    ]
    silent = pd.DataFrame(rows, columns=["label_vi", "parent_vi", "level"])
    table = tables.silent_units(silent, date(2021, 12, 31), SOURCE)
    named = table.rows
    assert table.notes_vi[0].startswith("Tên huyện, thị xã, thành phố theo ngày 31/12/2021;")
    assert [unit for unit, _ in named] == ["Sở Tư pháp", "Huyện C", "Dĩ An", "Đất Cuốc", "Xã A", "Xã B"]
    assert named[0] == ("Sở Tư pháp", "Bình Dương")


def test_reach_that_was_never_recorded_is_missing_and_not_zero():
    reach = pd.DataFrame(
        {
            "reach_kind": ["luot_xem", "luot_nguoi"],
            "is_officials": [False, True],
            "reach_count": pd.array([0, 30], dtype="Int64"),
            "recorded_count": [0, 2],
            "approximate_count": [0, 1],
            "activities_count": [5, 2],
        }
    )
    rows = tables.reach(reach, LOG).rows
    assert [row[2:] for row in rows] == [(None, 0, None), (30, 2, 1)]
    assert [row[1] for row in rows] == ["người dân, doanh nghiệp hoặc chung", "cán bộ, công chức"]


ABSENT = {
    **dict.fromkeys(("score", "rank", "basis", "source_id"), pd.NA),
    **dict.fromkeys(("median_score", "z_score"), float("nan")),
    "published_date": pd.NaT,
    "published_precision": "not_found",
}


def make_history(**changed: object) -> pd.DataFrame:
    row = {
        "edition_year": 2021,
        "era": "e",
        "score": 47.18,
        "rank": 2,
        "rank_of": 60,
        "is_rank_computed": False,
        "median_score": 41.9,
        "z_score": 1.5,
        "status": "published",
        "basis": "stated",
        "published_date": pd.Timestamp("2022-05-10"),
        "published_precision": "day",
        "source_id": "a",
    }
    return pd.DataFrame([row | changed])


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, ("2021", "e", "10/05/2022", 47.18, "2/60", 41.9, 1.5, "đã công bố", "PAPI")),
        ({"is_rank_computed": True, "rank_of": pd.NA}, ("2021", "e", "10/05/2022", 47.18, "2*", 41.9, 1.5, "đã công bố", "PAPI")),
        (
            {"rank": pd.NA, "basis": "secondary", "published_precision": "month"},
            ("2021", "e", "5/2022", 47.18, None, 41.9, 1.5, "chỉ có ở nguồn thứ cấp", "PAPI"),
        ),
        (ABSENT | {"status": "not_yet"}, ("2021", "e", None, None, None, None, None, "chưa công bố", None)),
        (ABSENT | {"status": "not_held"}, ("2021", "e", None, None, None, None, None, "bộ số liệu chưa có", None)),
    ],
)
def test_an_edition_shows_what_there_is_and_why_it_is_missing(changed, shown):
    assert tables.index_history(make_history(**changed), "PAPI", SOURCE, {"a": "PAPI"}).rows == (shown,)


def test_moves_carry_their_sign_and_what_chance_gives():
    moves = pd.DataFrame(
        {
            "index": ["PCI", "PCI"],
            "from_year": [2019, 2020],
            "to_year": [2020, 2021],
            "change_score": [2.78, -0.57],
            "judged_score": [4.48, float("nan")],
            "rank_change": pd.array([9, None], dtype="Int64"),
            "noise_score": [3.72, None],
            "noise_basis": ["panel", "none"],
            "verdict": ["within_noise", "not_known"],
        }
    )
    assert tables.index_changes(moves, SOURCE).rows == (
        ("PCI", "2019 → 2020", "+2,78", "+4,48", "+9", "±3,72", "dao động của các tỉnh cùng giai đoạn", "trong mức dao động ngẫu nhiên"),
        ("PCI", "2020 → 2021", "−0,57", None, None, None, None, "chưa biết"),
    )


def test_a_unit_with_too_few_dossiers_has_no_share():
    rates = pd.DataFrame(
        {
            "label_vi": ["Xã A", "Xã B"],
            "numerator_count": [12, 30],
            "denominator_count": [25, 100],
            "share": [0.3, 0.3],
            "low_share": [0.1, 0.219],
            "high_share": [0.6, 0.396],
            "is_small": [True, False],
        }
    )
    few, enough = tables.rates_table(rates, "t", "x", "online_all", SOURCE).rows
    assert few == ("Xã A", 12, 25, None, "quá ít hồ sơ để nói")
    assert enough == ("Xã B", 30, 100, 0.3, "21,9\u00a0% – 39,6\u00a0%")


def test_years_stand_side_by_side_with_their_gaps():
    years = pd.DataFrame(
        {
            "year": pd.array([2021, 2022], dtype="Int64"),
            "activities_count": pd.array([900, 800], dtype="Int64"),
            "online_share": pd.array([0.31, None], dtype="Float64"),
            "PAPI score": pd.array([47.18, None], dtype="Float64"),
            "PAPI rank": pd.array([2, 5], dtype="Int64"),
        }
    )
    eras = pd.concat([make_history(edition_year=year, era=era) for year, era in ((2020, "a"), (2021, "b"), (2022, "b"))])
    table = tables.province_years(years, {"PAPI": eras}, SOURCE)
    assert table.rows == (("2021", 900, 0.31, "‡ 47,18 (2)"), ("2022", 800, None, "– (5)"))
    assert any("“‡”: cách chấm điểm đổi" in note for note in table.notes_vi)
    assert any("Năm 2022: không tính tỷ lệ cả năm" in note for note in table.notes_vi)
    assert "không phải để suy ra nguyên nhân" in table.notes_vi[0]


def test_a_published_fact_names_its_denominator_or_says_that_the_page_does_not():
    fact = {
        "unit_vi": "Bình Dương",
        "period_vi": "năm 2021",
        "metric_vi": "tỷ lệ",
        "value": 31.9,
        "value_unit": "%",
        "is_approximate": True,
        "denominator_count": pd.NA,
        "denominator_vi": pd.NA,
        "rate_key": pd.NA,
        "published_vi": "2022",
        "address": "https://a",
        "source_id": "a",
    }
    counted = fact | {"value": 1200.0, "value_unit": "hồ sơ", "is_approximate": False, "denominator_count": 5000, "denominator_vi": "hồ sơ tiếp nhận"}
    rows = tables.published_facts(pd.DataFrame([fact, counted]), "t").rows
    assert rows[0][3:6] == ("khoảng 31,90 %", "không nêu", "–")
    assert rows[1][3:5] == ("1.200 hồ sơ", "5.000 hồ sơ tiếp nhận")


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, "47,18 điểm, hạng 2/60"),
        ({"rank": pd.NA}, "47,18 điểm (chưa có thứ hạng)"),
        ({"rank_of": pd.NA}, "47,18 điểm, hạng 2"),
        ({"score": pd.NA}, "hạng 2/60 (chưa có điểm)"),
    ],
)
def test_a_position_says_what_of_it_is_known(changed, shown):
    assert tables.position(make_history(**changed).iloc[0]) == shown


def test_the_overview_compares_only_inside_an_era_and_says_why_a_figure_is_missing():
    before = make_history(edition_year=2019, era="old", score=40.0, rank=57, rank_of=63)
    histories = {
        "PAPI": pd.concat([before, make_history(era="new")]),
        "PCI": pd.concat([before.assign(era="same"), make_history(era="same")]),
        "SIPAS": pd.concat([before, make_history(status="not_yet", score=pd.NA, rank=pd.NA)]),
        "PAR INDEX": before.head(0),
    }
    rows = {row[0]: row[1:] for row in tables.standing_overview(histories, 2021, SOURCE).rows}
    assert rows["PAPI"] == ("47,18 điểm, hạng 2/60", "2019: 40,00 điểm, hạng 57/63", "cách chấm đã đổi, không so")
    assert rows["PCI"][2] == "thay đổi: chưa biết"
    judged = tables.standing_overview(histories, 2021, SOURCE, {"PCI": "within_noise"}).rows
    assert {row[0]: row[3] for row in judged}["PCI"] == "thay đổi: trong mức dao động ngẫu nhiên"
    assert rows["SIPAS"] == ("chưa công bố", "2019: 40,00 điểm, hạng 57/63", None)
    assert rows["PAR INDEX"] == ("không có kỳ đánh giá", None, None)


def test_gaps_are_listed_by_index_and_reason():
    histories = {"PAPI": pd.concat([make_history(status="not_yet"), make_history(status="not_held", edition_year=2019)]), "PCI": make_history()}
    assert tables.index_gaps(histories, SOURCE).rows == (
        ("PAPI (Chỉ số hiệu quả quản trị và hành chính công cấp tỉnh)", "chưa công bố", "2021"),
        ("PAPI (Chỉ số hiệu quả quản trị và hành chính công cấp tỉnh)", "bộ số liệu chưa có", "2019"),
    )


def test_the_register_tells_real_from_synthetic_and_counts_no_rows_of_references(shipped_tables):
    register = shipped_tables.sources
    table = tables.sources(register)
    assert {row[4] for row in table.rows} == {"công bố, danh mục", "mô phỏng"}
    assert len(table.rows) == len(register)
    references = [row for row, name in zip(table.rows, register["table"], strict=True) if name == "reference"]
    assert references
    assert all(row[5] is None for row in references)
    assert not table.provenance.is_synthetic


def test_every_row_of_a_table_has_a_cell_a_column(shipped_tables):
    for table in (
        tables.sources(shipped_tables.sources),
        tables.set_aside(shipped_tables.set_aside),
        tables.fact_addresses(shipped_tables.uptake_facts),
    ):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_files_that_were_superseded_or_withdrawn_are_counted_in_a_note_and_in_nothing_else(shipped_tables):
    register = shipped_tables.sources
    invented = register["is_synthetic"]
    after = register.assign(superseded_by=register["superseded_by"].mask(invented, "log-1"))
    table = tables.sources(after)
    assert len(table.rows) == len(register) - int(invented.sum())
    assert f"{int(invented.sum())} tệp" in table.notes_vi[0]
    assert not tables.in_force(after)["is_synthetic"].any()
