"""The 766 index: scores from counts, unknown kept unknown, estimates labelled, and a form in which nothing wrong passes unnamed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from analysis import qd766
from analysis.blocks import Chart, Sentence, Table, from_json, to_json
from analysis.chapters.qd766 import by_group
from analysis.chapters.subject import subject_of
from analysis.contracts import SCHEMAS, check_table, parse_columns
from analysis.errors import DataFaults
from analysis.ingest.fault_workbook import FAULTS_SHEET, write_fault_workbook
from analysis.ingest.intake import NotAsAsked
from analysis.ingest.qd766_files.intake import CountsFaults, read_form, receive_counts
from analysis.ingest.qd766_files.layout import GUIDE_SHEET, KIND, TABLE_SHEET
from analysis.ingest.qd766_files.reader import CountsReading, counted_item_faults, is_counts, read_counts, read_qd766
from analysis.ingest.qd766_files.rows import (
    COUNTS_OF_RATE,
    HALF_COUNTED,
    NO_DENOMINATOR,
    NOT_A_COUNT,
    NOT_A_RATE,
    PART_EXCEEDS,
    RATE_CONTRADICTS,
    TWICE,
)
from analysis.ingest.qd766_files.sheet import BAD_PERIOD, COLUMN_MISSING, COLUMN_TWICE, COLUMN_UNKNOWN, FIELD_MISSING, FIELD_UNREADABLE, NO_FORM
from analysis.ingest.qd766_files.template import FIRST_ROW, HEADING_ROW, write_qd766_template
from analysis.ingest.qd766_files.whose import ITEM_UNKNOWN, ITEM_WITHOUT_POINTS, UNIT_CONTRADICTS, UNIT_UNKNOWN
from analysis.ingest.workbooks import read_workbook
from analysis.publish.gate import CAUSAL_WORDS
from analysis.uptake import RatesNotComparable, of_units, until

ROOT = Path(__file__).resolve().parents[2]
RECEIVED_ON, PERIOD = date(2026, 11, 22), (date(2024, 1, 1), date(2024, 12, 31))
ADDRESS = "https://example.org/766"
Counted = tuple[int | None, int | None]


def typed(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    found, faults = parse_columns(rows.fillna("").astype(str), SCHEMAS[name], name)
    assert faults == []
    return found


def shipped_items() -> pd.DataFrame:
    read = pd.read_csv(ROOT / "data" / "raw" / "qd766" / "items.csv", dtype=str, keep_default_na=False)
    return typed("qd766_items", read.assign(source_id="qd766-items"))


ITEMS = shipped_items()


def make_counts(counted: dict[str, Counted], rates: dict[str, float] | None = None, **changed: object) -> pd.DataFrame:
    rates = rates or {}
    listed = [*counted, *rates]
    columns = {
        "unit_code": "74",
        "vintage": "63-tinh",
        "period_start_date": pd.Timestamp(PERIOD[0]),
        "period_end_date": pd.Timestamp(PERIOD[1]),
        "item": listed,
        "numerator_count": [counted.get(item, (None, None))[0] for item in listed],
        "denominator_count": [counted.get(item, (None, None))[1] for item in listed],
        "rate_pct": [rates.get(item) for item in listed],
        "group_score": None,
        "is_synthetic": False,
        "address": ADDRESS,
        "source_id": "counts",
    }
    counts = {"numerator_count": "Int64", "denominator_count": "Int64", "rate_pct": "Float64", "group_score": "Float64", "is_synthetic": "boolean"}
    texts = dict.fromkeys(("unit_code", "vintage", "item", "address", "source_id"), "string")
    return pd.DataFrame(columns | changed).astype(counts | texts)


def scored(counted: dict[str, Counted], rates: dict[str, float] | None = None) -> pd.DataFrame:
    return qd766.scores(make_counts(counted, rates), ITEMS).set_index("item")


# Scores


def test_scores_worked_out_by_hand():
    found = scored({"3.1": (40, 100), "3.3": (25, 100), "2.1": (900, 1000)}, {"5.4": 45.0})
    wanted = {"3.1": (1.0, 1.0, 0.025), "3.3": (3.0, 3.0, 0.12), "2.1": (18.0, 2.0, 0.2), "5.4": (3.0, 3.0, 6 / 90)}
    for item, (score, lost, gain) in wanted.items():
        row = found.loc[item]
        assert (row["score"], row["lost_score"], row["points_per_percentage_point"]) == pytest.approx((score, lost, gain)), item
        assert row["is_saturated"] is not pd.NA
        assert not row["is_saturated"]


def test_every_item_with_points_has_a_row_and_those_nobody_counted_are_unknown_not_0():
    found = scored({"3.3": (25, 100)})
    assert list(found.index) == [item for item in ITEMS["item"] if item not in ("2.2", "5.1")]
    measures = ["rate_pct", "reached_share", "score", "lost_score", "is_saturated", "points_per_percentage_point"]
    assert found.drop(index="3.3")[measures].isna().all().all()
    assert found.loc["3.3", measures].notna().all()


@pytest.mark.parametrize(("item", "target"), [("3.3", 50), ("3.1", 80), ("5.4", 90), ("1.1", 100)])
def test_from_its_target_on_an_item_has_all_points_and_more_effort_earns_none(item, target):
    for rate in (target, (target + 100) / 2, 100):
        row = scored({}, {item: float(rate)}).loc[item]
        assert (row["score"], row["lost_score"], row["points_per_percentage_point"]) == (row["item_max_score"], 0, 0)
        assert row["is_saturated"]
    below = scored({}, {item: target - 0.5}).loc[item]
    assert not below["is_saturated"]
    assert below["points_per_percentage_point"] == pytest.approx(below["lost_score"])  # less than a point of rate is missing


def test_a_denominator_of_0_gives_no_score_even_with_a_printed_rate():
    found = scored({"3.6": (0, 0)}).loc["3.6"]
    assert pd.isna(found["rate_pct"])
    assert pd.isna(found["score"])
    both = make_counts({"3.6": (0, 0)}).assign(rate_pct=pd.Series([0.0], dtype="Float64"))
    assert pd.isna(qd766.scores(both, ITEMS).set_index("item").loc["3.6", "score"])


def test_counts_weigh_more_than_a_rounded_rate():
    both = make_counts({"3.6": (1, 3)}).assign(rate_pct=pd.Series([33.3], dtype="Float64"))
    assert qd766.scores(both, ITEMS).set_index("item").loc["3.6", "score"] == pytest.approx(2.0)


def test_an_item_outside_the_index_is_refused():
    with pytest.raises(qd766.ItemUnknown, match=r"không có mục 3\.4"):
        qd766.scores(make_counts({"3.4": (1, 2)}), ITEMS)


SCORED_ITEMS = st.sampled_from([item for item in ITEMS["item"] if item not in ("2.2", "5.1")])


@settings(max_examples=25)
@given(SCORED_ITEMS, st.integers(1, 10**6).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_score_lies_between_0_and_the_maximum_and_never_falls_when_the_numerator_rises(item, counts):
    numerator, denominator = counts
    row = scored({item: counts}).loc[item]
    assert 0 <= row["score"] <= row["item_max_score"]
    assert row["score"] + row["lost_score"] == pytest.approx(row["item_max_score"])
    assert 0 <= row["points_per_percentage_point"] <= row["lost_score"] + 1e-12
    if numerator < denominator:
        more = scored({item: (numerator + 1, denominator)}).loc[item]
        assert more["score"] >= row["score"]
        assert (more["score"] > row["score"]) == (not row["is_saturated"])


@settings(max_examples=25)
@given(SCORED_ITEMS, st.floats(0, 99))
def test_the_gain_is_what_one_more_percentage_point_really_earns(item, rate):
    now, then = scored({}, {item: rate}).loc[item], scored({}, {item: rate + 1}).loc[item]
    assert now["points_per_percentage_point"] == pytest.approx(then["score"] - now["score"], abs=1e-9)


def test_units_and_periods_are_scored_apart():
    first = make_counts({"3.3": (10, 100)})
    other_unit = make_counts({"3.3": (20, 100)}, unit_code="72")
    other_period = make_counts({"3.3": (30, 100)}, period_start_date=pd.Timestamp("2025-01-01"), period_end_date=pd.Timestamp("2025-06-30"))
    found = qd766.scores(pd.concat([first, other_unit, other_period], ignore_index=True), ITEMS)
    assert found["score"].dropna().tolist() == pytest.approx([1.2, 2.4, 3.6])
    assert len(found) == 3 * 21


# Groups


def test_a_group_with_an_unknown_item_has_known_points_of_known_maximum_and_is_no_total():
    groups = qd766.group_scores(qd766.scores(make_counts({"3.1": (80, 100), "3.3": (25, 100), "2.1": (1, 2)}), ITEMS)).set_index("group")
    assert groups.loc["3a", ["known_score", "known_max_score", "lost_score", "counted_count", "items_count"]].tolist() == [5, 8, 3, 2, 3]
    assert not groups.loc["3a", "is_complete"]
    assert groups.loc["2", ["known_score", "known_max_score"]].tolist() == [10, 20]
    assert groups.loc["2", "is_complete"]
    assert groups.loc["5", ["known_score", "known_max_score", "lost_score", "rounded_score"]].isna().all()
    assert list(groups.index) == ["1", "2", "3a", "3b", "4", "5"]


def test_a_printed_group_score_is_only_held_against_a_complete_group():
    whole = make_counts({"3.1": (52, 89), "3.2": (516, 1884), "3.3": (589496, 597894)}).assign(group_score=8.56)
    part = make_counts({"3.5a": (68, 313)}).assign(group_score=6.67)
    checked = qd766.reproduced(qd766.group_scores(qd766.scores(pd.concat([whole, part], ignore_index=True), ITEMS)))
    assert checked[["group", "is_reproduced"]].to_numpy().tolist() == [["3a", True]]
    wrong = qd766.reproduced(qd766.group_scores(qd766.scores(whole.assign(group_score=8.57), ITEMS)))
    assert wrong["is_reproduced"].tolist() == [False]


def test_the_costliest_item_stands_first_and_unknown_ones_do_not_stand_at_all():
    ranked = qd766.ranked(qd766.scores(make_counts({"3.3": (50, 100), "3.6": (1, 2), "2.1": (9, 10)}), ITEMS))
    assert ranked["item"].tolist() == ["3.6", "2.1", "3.3"]


# Estimates from our own rates


def make_rates(*rows: tuple[str, str, str, int, int], **changed: object) -> pd.DataFrame:
    months = pd.PeriodIndex([month for _, month, *_ in rows], freq="M")
    columns = {
        "unit_code": [unit for unit, *_ in rows],
        "vintage": "63-tinh",
        "period_month": [month for _, month, *_ in rows],
        "period_start_date": months.start_time.normalize(),
        "period_end_date": months.end_time.normalize(),
        "rate_key": [key for _, _, key, *_ in rows],
        "regime": "decree_42",
        "numerator_count": [numerator for *_, numerator, _ in rows],
        "denominator_count": [denominator for *_, denominator in rows],
        "is_synthetic": False,
        "source_id": "table",
    }
    types = {"numerator_count": "Int64", "denominator_count": "Int64", "is_synthetic": "boolean"}
    return pd.DataFrame(columns | changed).astype(types | dict.fromkeys(("unit_code", "vintage", "period_month", "rate_key", "regime"), "string"))


def test_an_estimate_sums_dossiers_over_months_takes_services_of_the_last_month_and_says_that_it_is_one():
    rates = make_rates(
        ("1", "2023-01", "online_all", 10, 100),
        ("1", "2023-02", "online_all", 50, 100),
        ("1", "2023-01", "services_offered", 10, 100),
        ("1", "2023-02", "services_offered", 20, 100),
        ("1", "2023-02", "bcci_in", 5, 100),
    )
    found = qd766.from_uptake(rates, ITEMS).set_index("item")
    assert found[["numerator_count", "denominator_count"]].to_numpy().tolist() == [[20, 100], [60, 200]]
    assert list(found.index) == ["3.1", "3.3"]
    assert found["is_estimate"].all()
    assert (found["address"] == qd766.ESTIMATE).all()
    assert found["difference_vi"].str.len().gt(20).all()
    assert found["period_start_date"].unique().tolist() == [pd.Timestamp("2023-01-01")]
    assert found["period_end_date"].unique().tolist() == [pd.Timestamp("2023-02-28")]
    points = qd766.scores(found.reset_index(), ITEMS).set_index("item")
    assert points.loc[["3.1", "3.3"], "score"].tolist() == pytest.approx([0.5, 3.6])
    assert points["is_estimate"].all()
    assert points["score"].notna().sum() == 2


def test_a_whole_province_sums_dossiers_of_its_units_and_leaves_out_services_that_units_share():
    rates = make_rates(("1", "2023-01", "online_all", 10, 100), ("2", "2023-01", "online_all", 30, 100), ("1", "2023-01", "services_used", 1, 2))
    found = qd766.from_uptake(rates, ITEMS, ("74", "63-tinh"))
    assert found[["unit_code", "item", "numerator_count", "denominator_count"]].to_numpy().tolist() == [["74", "3.3", 40, 200]]


def test_two_regimes_are_two_estimates_and_months_before_the_index_are_none():
    rates = make_rates(
        ("1", "2022-05", "online_all", 1, 10),
        ("1", "2022-07", "online_all", 2, 10),
        ("1", "2022-09", "online_all", 3, 10),
        regime=["levels_3_4", "levels_3_4", "decree_42"],
    )
    found = qd766.from_uptake(rates, ITEMS)
    assert found[["regime", "numerator_count"]].to_numpy().tolist() == [["levels_3_4", 2], ["decree_42", 3]]
    assert len(qd766.scores(found, ITEMS)) == 2 * 21
    assert qd766.from_uptake(rates.head(1), ITEMS).empty
    assert qd766.scores(qd766.from_uptake(rates.head(1), ITEMS), ITEMS).empty


def test_the_synthetic_flag_is_carried_and_never_mixed():
    invented = make_rates(("1", "2023-01", "online_all", 1, 10), is_synthetic=True)
    assert qd766.scores(qd766.from_uptake(invented, ITEMS), ITEMS)["is_synthetic"].all()
    with pytest.raises(RatesNotComparable):
        qd766.from_uptake(pd.concat([invented, make_rates(("2", "2023-01", "online_all", 1, 10))]), ITEMS)


# The contract


def faults_of(counts: pd.DataFrame) -> list[str]:
    where = pd.Series([f"dòng {line}" for line in counts.index], index=counts.index)
    return [fault.accepted for fault in check_table(counts[list(SCHEMAS["qd766_counts"].columns)], SCHEMAS["qd766_counts"], where)]


def test_the_contract_of_counts_takes_sound_rows_and_refuses_halves_reversed_periods_and_years_before_the_index():
    sound = make_counts({"3.3": (1, 2)}, {"5.4": 90.0}).astype({"period_start_date": "datetime64[us]", "period_end_date": "datetime64[us]"})
    assert faults_of(sound) == []
    assert faults_of(sound.assign(numerator_count=pd.Series([pd.NA, pd.NA], dtype="Int64"))) != []
    assert faults_of(sound.assign(numerator_count=pd.Series([3, pd.NA], dtype="Int64"))) != []
    early = pd.Series(pd.to_datetime(["2021-01-01"] * 2)).astype("datetime64[us]")
    assert any("766/QĐ-TTg" in said for said in faults_of(sound.assign(period_start_date=early, period_end_date=early)))
    assert any("ngày bắt đầu" in said for said in faults_of(sound.assign(period_end_date=early)))


def test_counts_of_an_item_that_the_index_does_not_have_are_named_by_their_place():
    counts = make_counts({"3.3": (1, 2), "9.9": (1, 2)})
    found = counted_item_faults(counts, ITEMS, pd.Series(["dòng 2", "dòng 3"]))
    assert [(fault.where, fault.found) for fault in found] == [("dòng 3, cột item", "“9.9”")]


# The form

UNITS = pd.DataFrame(
    [
        ("00", "63-tinh", "Cả nước", "Cả nước", "country", None),
        ("74", "63-tinh", "Tỉnh Bình Dương", "Tỉnh", "province", "00"),
        ("72", "63-tinh", "Tỉnh Tây Ninh", "Tỉnh", "province", "00"),
        ("01", "63-tinh", "Thành phố Hà Nội", "Thành phố", "province", "00"),
        ("74-STP", "63-tinh", "Sở Tư pháp tỉnh Bình Dương", "Sở", "department", "74"),
        ("718", "63-tinh", "Thành phố Thủ Dầu Một", "Thành phố", "district", "74"),
        ("25741", "63-tinh", "Phường Hiệp Thành", "Phường", "commune", "718"),
        ("79", "34-tinh", "Thành phố Hồ Chí Minh", "Thành phố", "province", "00"),
    ],
    columns=["unit_code", "vintage", "name_vi", "unit_type", "level", "parent_code"],
    dtype="string",
)
COLUMNS = {"code": 1, "unit": 2, "item": 3, "item_name": 4, "numerator": 5, "denominator": 6, "rate": 7}
Fill = Callable[[Worksheet], None]


def form(path: Path, fill: Fill, *, with_units: bool = False, period: tuple[date, date] = PERIOD, address: object = ADDRESS) -> Path:
    write_qd766_template(path, UNITS, ITEMS, "74", period, with_units=with_units)
    book = load_workbook(path)
    sheet = book[TABLE_SHEET]
    sheet["C5"] = address
    fill(sheet)
    book.save(path)
    return path


def row_of(sheet: Worksheet, item: str, code: str = "74") -> int:
    return next(row for row in range(FIRST_ROW, sheet.max_row + 1) if (sheet.cell(row, 1).value, sheet.cell(row, 3).value) == (code, item))


def put(sheet: Worksheet, found: str, /, code: str = "74", **values: object) -> None:
    """``put(sheet, "3.3", numerator=1, denominator=2)``."""
    row = row_of(sheet, found, code)
    for key, value in values.items():
        sheet.cell(row, COLUMNS[key]).value = value


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., CountsReading]:
    def fill_and_read(fill: Fill, **chosen: object) -> CountsReading:
        path = form(tmp_path / "so-lieu.xlsx", fill, **chosen)
        return read_counts(path, path.name, UNITS, ITEMS, RECEIVED_ON)

    return fill_and_read


def causes(reading: CountsReading) -> list[str]:
    return [fault.cause for fault in reading.faults]


def sound(sheet: Worksheet) -> None:
    put(sheet, "3.3", numerator=589496, denominator=597894)
    put(sheet, "3.6", numerator="309.542", denominator="358 625", rate="86,31 %")
    put(sheet, "5.4", rate=90.25)


def test_a_form_filled_in_becomes_rows_of_the_contract(read, tmp_path):
    reading = read(sound)
    assert reading.faults == ()
    table = typed("qd766_counts", reading.rows.assign(source_id="x"))
    assert faults_of(table) == []
    assert table[["unit_code", "vintage", "item"]].to_numpy().tolist() == [["74", "63-tinh", item] for item in ("3.3", "3.6", "5.4")]
    assert table[["numerator_count", "denominator_count"]].astype("Float64").to_numpy(na_value=-1).tolist()[:2] == [
        [589496, 597894],
        [309542, 358625],
    ]
    assert table["rate_pct"].astype("float64").round(9).tolist()[1:] == [86.31, 90.25]
    assert table["address"].unique().tolist() == [ADDRESS]
    assert (table["period_start_date"].iloc[0].date(), table["period_end_date"].iloc[0].date()) == PERIOD
    assert (
        reading.places[0] == f"so-lieu.xlsx, trang tính “{TABLE_SHEET}”, dòng {row_of(load_workbook(tmp_path / 'so-lieu.xlsx')[TABLE_SHEET], '3.3')}"
    )
    received = read_qd766(tmp_path / "so-lieu.xlsx", "tệp", UNITS, ITEMS, RECEIVED_ON)
    assert (received.lines_count, len(received.rows), received.faults, list(received.rows.index)) == (3, 3, [], list(received.places.index))


def test_the_same_form_is_the_same_bytes_and_asks_only_for_items_with_points(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_qd766_template(tmp_path / name, UNITS, ITEMS, "74", PERIOD, with_units=True)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [TABLE_SHEET, GUIDE_SHEET]
    sheet = book[TABLE_SHEET]
    listed = [(sheet.cell(row, 1).value, sheet.cell(row, 3).value) for row in range(FIRST_ROW, sheet.max_row + 1)]
    assert {code for code, _ in listed} == {"74", "74-STP", "718", "25741"}
    assert len(listed) == len(set(listed)) == 4 * 21
    assert not {item for _, item in listed} & {"2.2", "5.1"}
    assert isinstance(sheet["C3"].value, datetime)


def test_an_empty_form_says_that_it_holds_no_figure(read):
    assert causes(read(lambda _: None)) == ["Bảng chưa có số"]


def test_rows_of_units_below_are_read_under_their_codes(read):
    def fill(sheet: Worksheet) -> None:
        put(sheet, "3.3", code="25741", numerator=1, denominator=2)
        put(sheet, "3.3", code="74-STP", numerator=1, denominator=3)

    reading = read(fill, with_units=True)
    assert reading.faults == ()
    assert sorted(reading.rows["unit_code"]) == ["25741", "74-STP"]


def test_every_faulty_cell_is_named_at_once_and_marked(read, tmp_path):
    def spoil(sheet: Worksheet) -> None:
        put(sheet, "1.1", numerator=11, denominator=10)
        put(sheet, "1.2", numerator=5)
        put(sheet, "1.3", denominator=5)
        put(sheet, "1.4", numerator=-1, denominator=5)
        put(sheet, "2.1", numerator=589.496, denominator=600)
        put(sheet, "3.1", numerator="khoảng 50", denominator=60)
        put(sheet, "3.2", rate=101)
        put(sheet, "3.3", numerator=1, denominator=2, rate=60)
        put(sheet, "3.6", item="9.9", numerator=1, denominator=2)
        put(sheet, "4.1", item="5.1", numerator=1, denominator=2)
        put(sheet, "4.2", code="74", rate="hơn một nửa")
        put(sheet, "4.4", numerator=1, denominator=2)
        put(sheet, "4.3", item="4.4", numerator=1, denominator=2)
        put(sheet, "5.2", numerator=datetime(2024, 5, 1), denominator=6)
        put(sheet, "5.3", item=datetime(2024, 3, 3), numerator=1, denominator=2)
        put(sheet, "5.4", numerator=1, denominator=2)
        sheet.cell(row_of(sheet, "3.5a"), 1).value = "99"
        put(sheet, "3.5a", code="99", numerator=1, denominator=2)
        sheet.cell(row_of(sheet, "3.5b"), 2).value = "Tỉnh Tây Ninh"
        put(sheet, "3.5b", numerator=1, denominator=2)

    reading = read(spoil)
    wanted = [
        *(PART_EXCEEDS, HALF_COUNTED, HALF_COUNTED, NOT_A_COUNT, NOT_A_COUNT, NOT_A_COUNT, NOT_A_RATE, RATE_CONTRADICTS, UNIT_UNKNOWN),
        *(UNIT_CONTRADICTS, ITEM_UNKNOWN, ITEM_WITHOUT_POINTS, NOT_A_RATE, TWICE, NOT_A_COUNT, ITEM_UNKNOWN, COUNTS_OF_RATE),
    ]
    assert causes(reading) == wanted
    assert all(fault.cell is not None and fault.cell.name in fault.where and fault.action for fault in reading.faults)
    target = tmp_path / "danh-dau.xlsx"
    write_fault_workbook(tmp_path / "so-lieu.xlsx", read_workbook(tmp_path / "so-lieu.xlsx", "so-lieu.xlsx"), reading.faults, (), target)
    assert load_workbook(target).sheetnames[0] == FAULTS_SHEET


@pytest.mark.parametrize(
    ("cell", "value", "cause"),
    [
        ("C4", datetime(2023, 1, 1), BAD_PERIOD),
        ("C4", datetime(2026, 12, 31), BAD_PERIOD),
        ("C4", "hôm qua", FIELD_UNREADABLE),
        ("C4", "tháng 12 năm 2024", FIELD_UNREADABLE),
        ("C3", None, FIELD_MISSING),
        ("C5", None, FIELD_MISSING),
        ("C5", "766", FIELD_UNREADABLE),
    ],
)
def test_a_period_that_is_reversed_in_the_future_or_unreadable_is_a_fault_at_its_cell(read, cell, value, cause):
    def fill(sheet: Worksheet) -> None:
        sound(sheet)
        sheet[cell] = value

    reading = read(fill)
    assert set(causes(reading)) == {cause}
    assert reading.faults[0].cell is not None
    assert reading.faults[0].cell.name == cell


def test_a_period_across_the_merger_or_before_the_decision_is_refused_by_form_and_template(read, tmp_path):
    def fill(sheet: Worksheet) -> None:
        sound(sheet)
        sheet["C4"] = datetime(2025, 12, 31)

    assert causes(read(fill)) == [BAD_PERIOD]
    for period in ((date(2025, 1, 1), date(2025, 12, 31)), (date(2021, 1, 1), date(2021, 12, 31)), (date(2024, 2, 1), date(2024, 1, 1))):
        with pytest.raises(DataFaults, match="Kỳ của biểu mẫu"):
            write_qd766_template(tmp_path / "x.xlsx", UNITS, ITEMS, "74", period)
    with pytest.raises(DataFaults, match=r"mã “74” không có \(đã sáp nhập\)"):
        write_qd766_template(tmp_path / "x.xlsx", UNITS, ITEMS, "74", (date(2026, 1, 1), date(2026, 6, 30)))
    assert not (tmp_path / "x.xlsx").exists()


def test_columns_may_move_but_not_be_unknown_doubled_or_missing(tmp_path):
    def read_table(*rows: tuple[object, ...]) -> CountsReading:
        book = Workbook()
        sheet = book.active
        for row in (("Từ ngày", "01/01/2024"), ("Đến ngày", "31/12/2024"), ("Nguồn", ADDRESS), *rows):
            sheet.append(row)
        book.save(tmp_path / "bang.xlsx")
        return read_counts(tmp_path / "bang.xlsx", "bang.xlsx", UNITS, ITEMS, RECEIVED_ON)

    moved = read_table(("Mẫu số", "Tử số", "Mục", "Đơn vị"), (100, 5, 3.3, "Bình Dương"), (10, 5, "Mục 3.5A", "tỉnh Bình Dương"))
    assert moved.faults == ()
    assert moved.rows[["unit_code", "item", "numerator_count"]].to_numpy().tolist() == [["74", "3.3", "5"], ["74", "3.5a", "5"]]
    by_name = read_table(
        ("Mã", "Mục", "Tên mục", "Tỷ lệ"), (1, None, "Tỷ lệ hồ sơ nộp trực tuyến", 45.5), ("74", None, "Chứng thực bản sao điện tử", "50%")
    )
    assert by_name.faults == ()
    assert by_name.rows[["unit_code", "item"]].to_numpy().tolist() == [["01", "3.3"], ["74", "4.chung-thuc"]]
    assert causes(read_table(("Mã", "Mục", "Tỷ lệ", "Điểm"), ("74", "3.3", 50, 6))) == [COLUMN_UNKNOWN]
    assert causes(read_table(("Mã", "Mục", "Tỷ lệ", "Tỷ lệ"), ("74", "3.3", 50, 6))) == [COLUMN_TWICE]
    assert COLUMN_MISSING in causes(read_table(("Mục", "Tỷ lệ"), ("3.3", 50)))
    assert COLUMN_MISSING in causes(read_table(("Mã", "Mục", "Tử số"), ("74", "3.3", 50)))
    assert causes(read_table(("Tên", "Điểm"), ("a", 1))) == [NO_FORM]
    assert causes(read_table(("Đơn vị", "Mục", "Tỷ lệ"), ("Tỉnh Bình Giang", "3.3", 50))) == [UNIT_UNKNOWN]


@pytest.mark.parametrize("value", [1e17, -1, 0.5, "1e5", "1.23", "5 hồ sơ", "gần 5", True, "#REF!"])
def test_a_cell_that_is_no_whole_number_is_never_taken_for_one(read, value):
    assert causes(read(lambda sheet: put(sheet, "3.6", numerator=0, denominator=value))) == [NOT_A_COUNT]


def test_a_denominator_of_0_is_taken_in_and_told(read):
    reading = read(lambda sheet: put(sheet, "3.6", numerator=0, denominator=0, rate=0))
    assert reading.faults == ()
    assert [notice.cause for notice in reading.notices] == [NO_DENOMINATOR]


@pytest.mark.parametrize("rate", [33.33, 33.3, "33,33", "33,3 %", 33])
def test_a_rate_rounded_as_far_as_it_is_written_agrees_with_its_counts(read, rate):
    assert read(lambda sheet: put(sheet, "3.6", numerator=1, denominator=3, rate=rate)).faults == ()
    off = read(lambda sheet: put(sheet, "3.6", numerator=1, denominator=3, rate=33.4))
    assert causes(off) == [RATE_CONTRADICTS]


@given(st.integers(1, 10**7).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), st.integers(0, 2))
def test_a_rate_rounded_to_any_decimals_never_contradicts_its_own_counts(counts, decimals):
    from analysis.ingest.qd766_files.rows import _rounding

    numerator, denominator = counts
    rate = round(100 * numerator / denominator, decimals)
    assert abs(100 * numerator / denominator - rate) <= _rounding(rate)


def test_the_form_is_known_by_its_sheet_or_title_and_nothing_else_is(tmp_path):
    path = form(tmp_path / "a.xlsx", sound)
    assert is_counts(path)
    table = tmp_path / "a.csv"
    table.write_text(f"Bảng nhập Bộ chỉ số 766,,,\nTừ ngày,01/01/2024\nĐến ngày,31/12/2024\nNguồn,{ADDRESS}\nMã,Mục,Tử số,Mẫu số\n74,3.3,10,20\n")
    assert is_counts(table)
    assert read_counts(table, table.name, UNITS, ITEMS, RECEIVED_ON).rows[["item", "numerator_count"]].to_numpy().tolist() == [["3.3", "10"]]
    for name, content in (("b.csv", b"M\xc3\xa3,T\xc3\xaan\n1,2\n"), ("c.xlsx", b"PK\x03\x04"), ("d.pdf", b"%PDF-1.7"), ("e.csv", b"")):
        (tmp_path / name).write_bytes(content)
        assert not is_counts(tmp_path / name)
    assert not is_counts(tmp_path / "khong-co.xlsx")
    assert read_counts(tmp_path / "d.pdf", "d.pdf", UNITS, ITEMS, RECEIVED_ON).faults[0].action.startswith("tạo biểu mẫu bằng lệnh")


# Taking in


@pytest.fixture
def held() -> SimpleNamespace:
    counts = make_counts({"3.3": (1, 2)}).astype({"period_start_date": "datetime64[us]", "period_end_date": "datetime64[us]"})
    return SimpleNamespace(units=UNITS, qd766_items=ITEMS, qd766_counts=counts.head(0))


def test_a_form_is_entered_once_and_replaced_only_by_name(held, tmp_path):
    path = form(tmp_path / "Số liệu 766.xlsx", sound)
    arrived = receive_counts(path, held, [], RECEIVED_ON)
    source = arrived.arrival.source
    assert (source.table, source.layout, source.path, source.is_synthetic) == ("qd766_counts", KIND, "qd766/2024/so-lieu-766.xlsx", False)
    assert source.addresses == (ADDRESS,)
    assert source.edition == "01/01/2024 – 31/12/2024"
    with pytest.raises(NotAsAsked, match="giống hệt tệp đã nạp"):
        receive_counts(path, held, [source], RECEIVED_ON)
    in_use = make_counts({"3.3": (1, 2)}).assign(source_id=source.source_id)
    held.qd766_counts = in_use
    other = form(tmp_path / "khac.xlsx", lambda sheet: put(sheet, "3.3", numerator=3, denominator=4))
    with pytest.raises(NotAsAsked, match=rf"1 dòng đã có trong {source.source_id}.*--replaces"):
        receive_counts(other, held, [source], RECEIVED_ON)
    replacing = receive_counts(other, held, [source], RECEIVED_ON, source.source_id)
    assert replacing.arrival.replaces == (source,)
    assert replacing.arrival.source.source_id != source.source_id
    with pytest.raises(NotAsAsked, match="không có bảng số liệu 766 đang dùng mang mã này"):
        receive_counts(other, held, [replace(source, withdrawn_on="2026-11-22")], RECEIVED_ON, source.source_id)


def test_a_faulty_form_is_not_received(held, tmp_path):
    path = form(tmp_path / "a.xlsx", lambda sheet: put(sheet, "3.3", numerator=3, denominator=2))
    with pytest.raises(CountsFaults) as error:
        receive_counts(path, held, [], RECEIVED_ON)
    assert [fault.cause for fault in error.value.faults] == [PART_EXCEEDS]
    with pytest.raises(CountsFaults):
        read_form(path, held, RECEIVED_ON)


# The chapter


class Situation(SimpleNamespace):
    """Tables as the chapter reads them."""


@pytest.fixture(scope="module")
def shipped(built) -> dict[str, pd.DataFrame]:
    return built.tables


def blocks(tables: dict[str, pd.DataFrame], year: int, as_of: str = "2026-11-22", **changed: pd.DataFrame) -> list:
    situation = Situation(**tables | changed)
    subject = subject_of(situation, "74", year, as_of)
    dossiers = until(of_units(situation.uptake, subject.below), subject.as_of)
    return by_group(situation, subject, "74", year, dossiers)


def said(shown: list) -> str:
    words = []
    for block in shown:
        match block:
            case Sentence():
                words += [block.text_vi, block.evidence_vi]
            case Chart():
                words += [block.title, block.subtitle, block.alt_vi, *block.notes_vi]
            case Table():
                words += [block.title, *block.notes_vi]
    return "\n".join(words)


def real_counts(**changed: object) -> pd.DataFrame:
    counts = make_counts({"3.1": (40, 100), "3.2": (10, 100), "3.3": (64, 100), "3.6": (50, 100)}, **changed).assign(source_id="qd766-published")
    return counts.astype({"period_start_date": "datetime64[us]", "period_end_date": "datetime64[us]"})


def test_a_year_before_the_index_has_a_note_and_nothing_more(shipped):
    shown = blocks(shipped, 2021)
    assert [type(block) for block in shown] == [Sentence]
    assert shown[0].is_note
    assert "23/06/2022" in shown[0].text_vi
    assert shown[0].provenance.source_ids == ("qd766-items",)


def test_without_counts_the_province_is_estimated_labelled_and_stamped(shipped):
    shown = blocks(shipped, 2023)
    charts, tables = [block for block in shown if isinstance(block, Chart)], [block for block in shown if isinstance(block, Table)]
    assert [chart.chart_id for chart in charts] == ["qd766-items"]
    assert [table.table_id for table in tables] == ["qd766-groups", "qd766-points"]
    assert all(block.provenance.is_synthetic for block in (*charts, *tables))
    assert all(qd766.ESTIMATE.lower() in text for text in (charts[0].subtitle.lower(), *(table.notes_vi[0].lower() for table in tables)))
    assert charts[0].title.startswith("Ước tính: ")
    assert "từ 50\u00a0% trở lên, tăng tỷ lệ nộp trực tuyến không thêm điểm; vì vậy báo cáo theo dõi tỷ lệ gốc, không theo dõi điểm 766" in said(
        shown
    )
    assert "hệ số đồng bộ" in said(shown)
    assert "4 trên 21 mục" in said(shown)


def test_counts_of_the_portal_come_before_the_estimate_and_name_what_is_saturated(shipped):
    shown = blocks(shipped, 2024, qd766_counts=real_counts())
    assert not any(block.provenance.is_synthetic for block in shown)
    assert qd766.ESTIMATE.lower() not in said(shown).lower()
    assert "Mất nhiều điểm nhất ở mục 3.2" in said(shown)
    assert "mục 3.3 Tỷ lệ hồ sơ nộp trực tuyến (64,0\u00a0%, ngưỡng 50\u00a0%)" in said(shown)
    points = next(block for block in shown if isinstance(block, Table) and block.table_id == "qd766-points")
    assert points.rows[0][0].startswith("3.2 ")
    assert points.rows[0][1:] == pytest.approx((10, 100, 0.1, 1.0, 0.4, 4, 3.6, 0.4))
    groups = next(block for block in shown if isinstance(block, Table) and block.table_id == "qd766-groups")
    assert groups.rows[2][1:] == (pytest.approx(7.4), 12, 12, "3/3, mọi mục đều có")
    assert groups.rows[0][1:] == (None, None, 18, "0/4")


def test_of_several_periods_the_longest_that_has_ended_is_shown(shipped):
    whole = real_counts()
    quarter = real_counts(period_end_date=pd.Timestamp("2024-03-31")).assign(numerator_count=pd.array([1, 1, 1, 1], dtype="Int64"))
    both = pd.concat([whole, quarter], ignore_index=True)
    assert "năm 2024" in said(blocks(shipped, 2024, qd766_counts=both))
    assert "từ 01/01/2024 đến 31/03/2024" in said(blocks(shipped, 2024, as_of="2024-06-30", qd766_counts=both))


def test_counts_of_other_units_vintages_and_years_are_not_the_provinces(shipped):
    for other in (real_counts(unit_code="72"), real_counts(vintage="34-tinh")):
        assert qd766.ESTIMATE.lower() in said(blocks(shipped, 2024, qd766_counts=other)).lower()
    nothing = shipped["uptake"].head(0)
    shown = blocks(shipped, 2023, qd766_counts=real_counts(), uptake=nothing)
    assert [type(block) for block in shown] == [Sentence]
    assert "Chưa có số liệu để tính điểm Bộ chỉ số 766 năm 2023 của Bình Dương" in shown[0].text_vi


def test_without_the_structure_of_the_index_nothing_is_shown(shipped):
    assert blocks(shipped, 2023, qd766_items=shipped["qd766_items"].head(0), qd766_counts=shipped["qd766_counts"].head(0)) == []


def test_the_formula_is_shown_to_give_what_the_portal_printed_and_a_difference_is_told(shipped):
    assert "8,56 trên 12 điểm, trùng với Cổng" in said(blocks(shipped, 2023))
    assert "6,67 trên 10 điểm, trùng với Cổng" in said(blocks(shipped, 2023))
    counts = shipped["qd766_counts"]
    wrong = counts.assign(group_score=counts["group_score"].where(counts["group_score"] < 8, 9.0))
    assert "8,56 trên 12 điểm, khác với Cổng (9,00)" in said(blocks(shipped, 2023, qd766_counts=wrong))
    assert "trùng với Cổng" not in said(blocks(shipped, 2023, as_of="2024-03-01"))


def test_all_points_reached_is_said_plainly(shipped):
    full = real_counts().assign(numerator_count=pd.array([100] * 4, dtype="Int64"))
    words = said(blocks(shipped, 2024, qd766_counts=full))
    assert "Mọi mục có số liệu đều đủ điểm" in words


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024, 2025])
def test_no_block_says_a_causal_word_or_a_raw_value_and_all_survive_json(shipped, year):
    shown = blocks(shipped, year)
    words = said(shown)
    assert not [word for word in (*CAUSAL_WORDS, "nan", "<NA>", "None") if word in words.lower().split() or f" {word} " in words]
    assert all(block.provenance.source_ids for block in shown)
    assert [from_json(to_json(block)) for block in shown] == shown
    ids = [block.chart_id if isinstance(block, Chart) else block.table_id for block in shown if isinstance(block, Chart | Table)]
    assert len(ids) == len(set(ids))


def test_the_heading_row_of_the_form_is_where_the_reader_looks_for_it(tmp_path):
    sheet = load_workbook(form(tmp_path / "a.xlsx", sound))[TABLE_SHEET]
    assert [sheet.cell(HEADING_ROW, column).value for column in (1, 3, 5, 6, 7)] == ["Mã đơn vị", "Mục", "Tử số", "Mẫu số", "Tỷ lệ (%)"]
