"""Bad input is told in Vietnamese with file, line and value, all at once, and nothing is written."""

import csv
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis import store
from analysis.errors import DataFaults
from analysis.ingest.build import build_tables
from analysis.sources import REGISTER_FILE, read_register

PAPI = "papi/2011-2024/papi_scores.csv"
PCI = "pci/2006-2024/pci_scores.csv"
LOG = "synthetic/seed-6334/activity_log_2019_2024.csv"
MONTHLY = "synthetic/seed-6334/uptake_monthly_2019_2024.csv"
ITEMS = "plans/6334-KH-UBND/items.csv"
PLAN = "plans/6334-KH-UBND/plan.csv"
EVENTS = "events/events.csv"
LINKS = "units/34-tinh/unit_links.csv"
EARLIER_LINKS = "units/64-tinh/unit_links.csv"
OTHER_PLAN = "plans/689-KH-UBND/plan.csv"
UNITS = "units/63-tinh/units.csv"
REGISTRY = "indices/registry.yml"
CORRECTIONS = "indices/corrections.csv"

LEFT_OUT = {"par-index-2012-2024", "sipas-2015-2024", "uptake-published", "activity-magnitudes"}
KEPT_LINES = {PAPI: 60, PCI: 60, LOG: 60, MONTHLY: 12}  # the big files shortened, so that a build is quick
KEPT_CORRECTIONS = ("pci-2006-01-total-diem", "pci-2006-24-total-diem")  # those of the lines kept
TONES = "\u0300\u0301\u0303\u0309\u0323"


@pytest.fixture(scope="session")
def short_raw(tmp_path_factory: pytest.TempPathFactory, shipped_raw: Path, reregister: Callable[[Path, str], None]) -> Path:
    """The shipped data with some sources left out and the big files cut to their first lines: sound, and quick to build."""
    raw = shutil.copytree(shipped_raw, tmp_path_factory.mktemp("short") / "raw")
    entries = yaml.safe_load((raw / REGISTER_FILE).read_text(encoding="utf-8"))
    for entry in entries:
        if entry["source_id"] in LEFT_OUT:
            (raw / entry["path"]).unlink()
    kept_entries = [entry for entry in entries if entry["source_id"] not in LEFT_OUT]
    (raw / REGISTER_FILE).write_text(yaml.safe_dump(kept_entries, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")
    for path, kept in KEPT_LINES.items():
        lines = (raw / path).read_text(encoding="utf-8").splitlines(keepends=True)
        (raw / path).write_text("".join(lines[: kept + 1]), encoding="utf-8")
        reregister(raw, path)
    heading, *declared = (raw / CORRECTIONS).read_text(encoding="utf-8").splitlines(keepends=True)
    kept_corrections = [line for line in declared if line.startswith(KEPT_CORRECTIONS)]
    (raw / CORRECTIONS).write_text("".join([heading, *kept_corrections]), encoding="utf-8")
    reregister(raw, CORRECTIONS)
    return raw


@pytest.fixture(scope="session")
def short_tables(short_raw: Path) -> dict[str, pd.DataFrame]:
    return build_tables(short_raw, read_register(short_raw)).tables


@pytest.fixture
def raw(short_raw: Path, tmp_path: Path) -> Path:
    return shutil.copytree(short_raw, tmp_path / "raw")


@pytest.fixture
def spoil(raw: Path, reregister: Callable[[Path, str], None]) -> Callable[..., None]:
    """``spoil(path, old, new)``: replace the first ``old`` (every one with ``count=-1``) and register the file anew."""

    def replace(path: str, old: str, new: str, count: int = 1) -> None:
        text = (raw / path).read_text(encoding="utf-8")
        assert old in text, f"{path} no longer holds {old}: the test needs another line"
        (raw / path).write_text(text.replace(old, new, count), encoding="utf-8")
        reregister(raw, path)

    return replace


@pytest.fixture
def fill(raw: Path, reregister: Callable[[Path, str], None]) -> Callable[..., None]:
    """``fill(path, (line, column, value), …)``: put values into cells, lines counted as a reader counts them, and register the file anew."""

    def replace(path: str, *cells: tuple[int, str, str]) -> None:
        put(raw / path, cells)
        reregister(raw, path)

    return replace


def put(path: Path, cells: Iterable[tuple[int, str, str]]) -> None:
    """Write values into cells of a CSV: (line as a reader counts, column, value)."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for line, column, value in cells:
        rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def import_all(raw: Path, processed: Path) -> None:
    store.write(processed, "f" * 64, build_tables(raw, read_register(raw)).tables)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(raw: Path) -> DataFaults:
    """The faults of ``raw``, after checking that the build made before is untouched."""
    processed = raw.parent / "processed"
    store.write(processed, "0" * 64, {"events": pd.DataFrame({"n": [1]})})
    before = contents(processed)
    with pytest.raises(DataFaults) as error:
        import_all(raw, processed)
    assert contents(processed) == before
    assert "chưa ghi gì" in str(error.value)
    return error.value


def assert_told(error: DataFaults, *parts: str) -> None:
    """Some one fault holds all the parts."""
    told = [str(fault) for fault in error.faults]
    assert any(all(part in fault for part in parts) for fault in told), f"none of {told} holds all of {parts}"


def test_the_shortened_data_are_sound(raw):
    import_all(raw, raw.parent / "processed")
    scores = store.read("index_scores", raw.parent / "processed")
    assert len(scores) == KEPT_LINES[PAPI] + KEPT_LINES[PCI] - 2  # two misprints of PCI 2006 are set aside


# Files


def test_a_missing_raw_file_is_named(raw):
    (raw / EVENTS).unlink()
    assert_told(refused(raw), f"data/raw/{EVENTS}", "không có tệp")


def test_a_raw_file_changed_since_it_was_registered_is_named(raw):
    (raw / EVENTS).write_bytes((raw / EVENTS).read_bytes() + b"\n")
    assert_told(refused(raw), f"data/raw/{EVENTS}", "sha256")


def test_an_unregistered_file_is_named(raw):
    shutil.copy(raw / EVENTS, raw / "events" / "moi.csv")
    assert_told(refused(raw), "data/raw/events/moi.csv", "không có trong sources.yml")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n  \n"], ids=["no bytes", "only a byte-order mark", "only blank lines"])
def test_an_empty_file_is_told_as_empty(raw, reregister, content):
    (raw / EVENTS).write_bytes(content)
    reregister(raw, EVENTS)
    assert_told(refused(raw), EVENTS, "không có dòng số liệu")


def test_a_file_with_only_its_heading_is_told_as_empty(raw, reregister):
    heading = (raw / EVENTS).read_text(encoding="utf-8").splitlines()[0]
    (raw / EVENTS).write_text(heading + "\n", encoding="utf-8")
    reregister(raw, EVENTS)
    assert_told(refused(raw), EVENTS, "không có dòng số liệu")


def test_a_file_that_is_no_text_is_told_as_unreadable(raw, reregister):
    (raw / EVENTS).write_bytes(b"PK\x03\x04\x9d\x8f\x90")
    reregister(raw, EVENTS)
    assert_told(refused(raw), EVENTS, "lưu lại tệp dạng CSV UTF-8")


def test_an_unclosed_quote_is_told_as_unreadable(raw, spoil):
    spoil(EVENTS, "Cách ly toàn xã hội", '"Cách ly toàn xã hội')
    assert_told(refused(raw), EVENTS)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("title_vi,document", "document", "thiếu: title_vi"),
        ("title_vi,document", "title,title_vi,document", "lạ: title"),
        ("title_vi,document", "title_vi,title_vi,document", "lặp: title_vi"),
        ("title_vi,document", "ten,document", "thiếu: title_vi; lạ: ten"),
    ],
    ids=["missing", "unknown", "duplicated", "renamed"],
)
def test_a_wrong_heading_is_named_with_the_columns_wanted(raw, spoil, old, new, found):
    spoil(EVENTS, old, new)
    assert_told(refused(raw), f"{EVENTS}, dòng 1", found, "event_id, start_date")


@pytest.mark.parametrize(("row", "cells"), [("x,2021-01-01", 2), ("," * 20 + "x", 21)], ids=["too short", "too long"])
def test_a_ragged_row_is_told_with_its_number_of_cells(raw, reregister, row, cells):
    text = (raw / EVENTS).read_text(encoding="utf-8")
    (raw / EVENTS).write_text(f"{text.rstrip()}\n{row}\n", encoding="utf-8")
    reregister(raw, EVENTS)
    line = len(text.rstrip().splitlines()) + 1
    assert_told(refused(raw), f"{EVENTS}, dòng {line}", f"{cells} ô", "9 ô")


# Values

# One cell, told with its column: path, line, column, value, what the fault says.
CELL_FAULTS = [
    (PAPI, 2, "province_code", "99", "“99”"),
    (PAPI, 3, "score", "5,762", "“5,762”"),
    (PAPI, 4, "score", "chưa có", "“chưa có”"),
    (PAPI, 5, "index", "PAPY", "“PAPY”; chấp nhận: một trong các mã: PAPI, PAR INDEX, PCI, SIPAS"),
    *((PAPI, line, "score", value, f"“{value}”") for line, value in enumerate(["1_0.5", "+inf", "1e999", "nan", "+5.1"], 6)),
    (PAPI, 11, "province_code", "718", "“718” là cấp"),
    (LOG, 2, "unit_code", "99999", "“99999”"),
    (LOG, 3, "quantity_count", "-27", "“-27”; chấp nhận: số từ 0 trở lên"),
    (LOG, 4, "quantity_count", "2.7", "“2.7”"),
    (LOG, 5, "channel", "loa", "“loa”; chấp nhận: một trong các mã: contest"),
    (LOG, 6, "vintage", "62-tinh", "“62-tinh”; chấp nhận: một trong các mã: 34-tinh, 63-tinh"),
    (LOG, 7, "is_synthetic", "vâng", "“vâng”"),
    *((LOG, line, "quantity_count", value, f"“{value}”") for line, value in enumerate(["9" * 20, "1_000", "+inf", "nan", "1e3"], 8)),
    (LINKS, 2, "from_code", "97", "“97”"),
    (UNITS, 6, "vintage", "62-tinh", "“62-tinh”"),
    (UNITS, 7, "vintage", "", "ô trống"),
    (EVENTS, 2, "end_date", "2021-02-30", "“2021-02-30”"),
    (EVENTS, 3, "end_date", "15/04/2020", "“15/04/2020”"),
    (EVENTS, 4, "end_date", "", "ô trống"),
    (EVENTS, 5, "start_date", "0020-04-15", "“0020-04-15”; chấp nhận: ngày có thật dạng YYYY-MM-DD, năm 1900–2099"),
    (EVENTS, 6, "end_date", "9999-12-31", "“9999-12-31”; chấp nhận: ngày có thật dạng YYYY-MM-DD, năm 1900–2099"),
    (MONTHLY, 2, "period_month", "2019-13", "“2019-13”"),
]
# A row that breaks a rule, told with its line: path, line, cells, what the fault says.
ROW_FAULTS = [
    (PAPI, 21, {"component": "D1", "score": "57.62"}, "“57.62”; chấp nhận: từ 1 đến 10"),
    (PAPI, 22, {"component": "D1", "score": "0.5"}, "“0.5”; chấp nhận: từ 1 đến 10"),
    (PAPI, 23, {"component": "D1", "score": "0"}, "“0”; chấp nhận: điểm lớn hơn 0; chưa công bố thì để trống"),
    (PAPI, 24, {"component": "D9"}, "“PAPI 2011, D9”"),
    (PAPI, 25, {"component": "D1", "edition_year": "2010"}, "“PAPI 2010, D1”"),
    (PAPI, 26, {"score": "", "rank": ""}, "có điểm, thứ hạng hoặc sai số chuẩn"),
    (LOG, 21, {"plan_number": "6334/KH-UBND", "plan_section": "I", "plan_stt": "99"}, "“6334/KH-UBND – I – 99”"),
    (LOG, 22, {"plan_number": "6334/KH-UBND", "plan_section": "", "plan_stt": "1"}, "“6334/KH-UBND – 1”"),
    (LOG, 23, {"plan_number": "6334/KH-UBND", "plan_section": "II.1", "plan_stt": ""}, "“6334/KH-UBND – II.1”"),
    (LOG, 24, {"plan_number": "9/KH-UBND", "plan_section": "", "plan_stt": ""}, "“9/KH-UBND”"),
    (
        MONTHLY,
        3,
        {"online_service_count": "286", "online_count": "999"},
        "online_service_count = 286, online_count = 999”; chấp nhận: phần không lớn hơn",
    ),
    (MONTHLY, 4, {"regime": "decree_42"}, "chỉ có từ tháng 2022-08 (Nghị định 42/2022/NĐ-CP)"),
    (EVENTS, 7, {"start_date": "2021-03-02", "end_date": "2021-03-01"}, "chấp nhận: ngày bắt đầu không sau ngày kết thúc"),
    (LOG, 25, {"start_date": "2025-07-02", "end_date": "2025-07-02", "date_precision": "day"}, "vào ngày 02/07/2025; chấp nhận: ngày đến 30/06/2025"),
    (LOG, 26, {"plan_number": "689/KH-UBND", "start_date": "2021-02-01", "end_date": "2021-02-01", "date_precision": "day"}, "ngày trong năm 2019"),
    (LOG, 27, {"date_precision": "quarter", "start_date": "2019-04-01", "end_date": "2019-04-01"}, "ngày đầu và ngày cuối của quý"),
    (ITEMS, 4, {"time_phrase_vi": "Quý II/2012"}, "“Quý II/2012”; chấp nhận: thời gian trong năm 2021"),
    (ITEMS, 5, {"time_phrase_vi": "Trong năm 0001"}, "“Trong năm 0001”; chấp nhận: thời gian trong năm 2021"),
    (ITEMS, 6, {"time_phrase_vi": "tháng 5/9999"}, "“tháng 5/9999”; chấp nhận: thời gian trong năm 2021"),
    (ITEMS, 7, {"plan_number": "9999/KH-UBND"}, "“9999/KH-UBND”; chấp nhận: 6334/KH-UBND, 689/KH-UBND"),
]


@pytest.fixture(scope="module")
def faults_of_all(short_raw: Path, tmp_path_factory: pytest.TempPathFactory, reregister: Callable[[Path, str], None]) -> DataFaults:
    """The faults of one build in which every cell and row above is wrong at once."""
    raw = shutil.copytree(short_raw, tmp_path_factory.mktemp("wrong") / "raw")
    wrong = [(path, (line, column, value)) for path, line, column, value, _ in CELL_FAULTS]
    wrong += [(path, (line, column, value)) for path, line, cells, _ in ROW_FAULTS for column, value in cells.items()]
    for path in dict(wrong):
        put(raw / path, [cell for of, cell in wrong if of == path])
        reregister(raw, path)
    return refused(raw)


@pytest.mark.parametrize(("path", "line", "column", "value", "said"), CELL_FAULTS)
def test_a_bad_cell_is_told_with_file_line_column_and_value(faults_of_all, path, line, column, value, said):
    assert_told(faults_of_all, f"{path}, dòng {line}, cột {column}: gặp {said}")


@pytest.mark.parametrize(("path", "line", "cells", "said"), ROW_FAULTS)
def test_a_bad_row_is_told_with_file_line_and_values(faults_of_all, path, line, cells, said):
    assert_told(faults_of_all, f"{path}, dòng {line}: gặp ", said)


def test_a_plan_number_of_another_form_is_told_with_the_form(raw, spoil):
    spoil(PLAN, "\n6334/KH-UBND", "\n6334")
    assert_told(refused(raw), f"{PLAN}, dòng 2, cột plan_number", "“6334”; chấp nhận: dạng 6334/KH-UBND")


def test_two_plans_of_one_province_and_year_are_refused_by_name(raw, fill):
    fill(OTHER_PLAN, (2, "plan_year", "2021"))
    told = str(refused(raw))
    assert "Hai kế hoạch của một tỉnh trong một năm" in told
    assert "“689/KH-UBND” cùng tỉnh, cùng năm với “6334/KH-UBND”" in told


@pytest.mark.parametrize(("path", "other"), [(PLAN, OTHER_PLAN), (OTHER_PLAN, PLAN)], ids=["itemised plan unreadable", "itemised plan out of range"])
def test_a_plan_year_that_is_no_year_is_told_and_breaks_nothing_else(raw, fill, path, other):
    fill(path, (2, "plan_year", "hai"))
    fill(other, (2, "plan_year", "20210"))
    error = refused(raw)
    assert_told(error, f"{path}, dòng 2, cột plan_year", "“hai”")
    assert_told(error, f"{other}, dòng 2, cột plan_year", "“20210”; chấp nhận: số không quá 2100")


def test_real_rows_among_synthetic_ones_are_refused_in_either_table(raw, fill):
    fill(LOG, (5, "is_synthetic", "false"))
    fill(MONTHLY, (5, "is_synthetic", "false"))
    error = refused(raw)
    assert_told(error, LOG, f"{KEPT_LINES[LOG] - 1} dòng mô phỏng; chấp nhận: chỉ một loại")
    assert_told(error, MONTHLY, "dòng mô phỏng; chấp nhận: chỉ một loại")
    for path, source in ((LOG, "synthetic-activities"), (MONTHLY, "synthetic-uptake")):
        assert_told(error, path, f"is_synthetic = true ở mọi dòng, như mục {source} trong sources.yml")
    assert len(error.faults) == 4


def test_a_label_of_decree_42_before_the_decree_is_refused(raw, fill):
    fill(MONTHLY, (2, "regime", "decree_42"), (2, "period_month", "2022-07"), (3, "regime", "decree_42"), (3, "period_month", "2022-08"))
    error = refused(raw)
    assert_told(error, f"{MONTHLY}, dòng 2", "period_month = 2022-07", "chỉ có từ tháng 2022-08 (Nghị định 42/2022/NĐ-CP)")
    assert len(error.faults) == 1  # the same label in 2022-08 is right


def test_a_negative_count_is_told_once_beside_what_truly_follows_from_it(raw, fill):
    fill(MONTHLY, (2, "bcci_out_count", "-1"), (3, "fee_count", "-5"))
    error = refused(raw)
    assert_told(error, f"{MONTHLY}, dòng 2, cột bcci_out_count", "“-1”; chấp nhận: số từ 0 trở lên")
    assert_told(error, f"{MONTHLY}, dòng 3, cột fee_count", "“-5”; chấp nhận: số từ 0 trở lên")
    assert_told(error, f"{MONTHLY}, dòng 3", "fee_count = -5, paid_online_count = 1”; chấp nhận: phần không lớn hơn toàn bộ")
    assert len(error.faults) == 3


def test_a_unit_code_of_another_vintage_is_told_with_the_vintage_that_has_it(raw, spoil, short_tables):
    units = short_tables["units"]
    assert units.loc[units["unit_code"] == "25741", "vintage"].tolist() == ["63-tinh"]
    spoil(MONTHLY, "25741,63-tinh", "25741,34-tinh")
    assert_told(refused(raw), f"{MONTHLY}, dòng 2, cột unit_code", "“25741” với danh mục 34-tinh", "chỉ có trong danh mục 63 tỉnh, thành")


def test_a_duplicate_key_within_a_file_is_told_with_both_lines(raw, reregister):
    lines = (raw / EVENTS).read_text(encoding="utf-8").rstrip().splitlines()
    (raw / EVENTS).write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    reregister(raw, EVENTS)
    error = refused(raw)
    assert_told(error, f"{EVENTS}, dòng {len(lines) + 1}", "“event_id = covid-2020-04”", f"dòng đầu: {EVENTS}, dòng 2")
    assert len(error.faults) == 1


def test_a_duplicate_key_across_two_files_is_told_with_both_places(raw, reregister):
    link = (raw / EARLIER_LINKS).read_text(encoding="utf-8").splitlines()[1]
    lines = (raw / LINKS).read_text(encoding="utf-8").rstrip().splitlines()
    (raw / LINKS).write_text("\n".join([*lines, link]) + "\n", encoding="utf-8")
    reregister(raw, LINKS)
    error = refused(raw)
    assert_told(error, f"{EARLIER_LINKS}, dòng 2", "“from_code = 28, from_vintage = 64-tinh", f"dòng đầu: {LINKS}, dòng {len(lines) + 1}")
    assert len(error.faults) == 1


def test_one_figure_stated_by_two_files_alike_stands_once_and_one_page_may_not_state_it_twice(raw, reregister, short_tables):
    first_score = (raw / PAPI).read_text(encoding="utf-8").splitlines()[1]
    lines = (raw / PCI).read_text(encoding="utf-8").rstrip().splitlines()
    (raw / PCI).write_text("\n".join([*lines, first_score]) + "\n", encoding="utf-8")
    reregister(raw, PCI)
    tables = build_tables(raw, read_register(raw)).tables
    assert len(tables["index_scores"]) == len(short_tables["index_scores"])
    assert tables["index_conflicts"].empty
    (raw / PCI).write_text("\n".join([*lines, first_score, first_score]) + "\n", encoding="utf-8")
    reregister(raw, PCI)
    assert_told(refused(raw), f"{PCI}, dòng {len(lines) + 2}", f"dòng đầu: {PCI}, dòng {len(lines) + 1}")


DECLARED = "papi-thu,papi-2011-2024,PAPI,2011,01,D1,score,0,,in sai,https://papi.org.vn\n"  # a correction of a line that holds 0


def declare(raw: Path, reregister: Callable[[Path, str], None], line: str) -> None:
    """Add a correction to those declared."""
    text = (raw / CORRECTIONS).read_text(encoding="utf-8")
    (raw / CORRECTIONS).write_text(text + line, encoding="utf-8")
    reregister(raw, CORRECTIONS)


def test_a_figure_declared_wrong_is_not_judged_but_is_listed_with_the_reason(raw, spoil, reregister):
    spoil(PAPI, "D1,5.762", "D1,0")
    declare(raw, reregister, DECLARED)
    build = build_tables(raw, read_register(raw))
    aside = build.tables["set_aside"].set_index(["source_id", "line"]).loc[("papi-2011-2024", 2)]
    assert (aside["row_vi"], aside["reason_vi"]) == ("PAPI 2011, 01, D1: điểm 0", "in sai")


def test_a_correction_of_a_source_since_mended_is_told_as_expired_and_changes_nothing(raw, reregister, short_tables):
    declare(raw, reregister, DECLARED)
    build = build_tables(raw, read_register(raw))
    said = [notice.said for notice in build.notices if "corrections.csv" in notice.where]
    assert len(said) == 1
    assert "nay ghi 5,762; bỏ mục này khỏi corrections.csv" in said[0]
    pd.testing.assert_frame_equal(build.tables["index_scores"], short_tables["index_scores"])


def test_a_correction_that_names_nothing_known_is_refused(raw, reregister):
    declare(raw, reregister, "sai-1,khong-co,PAPI,2011,99,D1,score,0,,in sai,https://papi.org.vn\n")
    declare(raw, reregister, "sai-2,papi-2011-2024,PAPI,2011,01,D7,score,3,3,in sai,https://papi.org.vn\n")
    error = refused(raw)
    for place, found in [("dòng 4", "nguồn “khong-co”"), ("dòng 4", "tỉnh “99”"), ("dòng 5", "thành phần “D7” của PAPI 2011")]:
        assert_told(error, f"{CORRECTIONS}, {place}", found)
    assert_told(error, f"{CORRECTIONS}, dòng 5", "right_value = wrong_value = 3")
    assert len(error.faults) == 4


def test_weights_of_an_era_that_are_not_100_per_cent_are_named_with_their_era(raw, spoil):
    spoil(REGISTRY, "weights_pct: {CSTP1: 10,", "weights_pct: {CSTP1: 11,")
    error = refused(raw)
    assert_told(error, f"{REGISTRY}, index_weights: PCI, 2009-2012", "tổng 101 %; chấp nhận: tổng 100 %")
    assert len(error.faults) == 1


def test_a_rank_against_the_scores_of_its_own_source_names_both_provinces(raw, spoil):
    spoil(PCI, "PCI,2006,31,63-tinh,TOTAL,49.98,42,", "PCI,2006,31,63-tinh,TOTAL,49.98,2,")
    error = refused(raw)
    assert_told(error, PCI, "tỉnh 31 hạng 2, điểm 49.98; tỉnh 10 hạng 6, điểm 64.11")
    assert len(error.faults) == 1


def test_a_time_phrase_outside_the_grammar_is_kept_and_marked_rather_than_guessed(raw, fill):
    fill(ITEMS, (2, "time_phrase_vi", "Khi thuận lợi"), (3, "time_phrase_vi", "Quý IV-III/2021"))
    items = build_tables(raw, read_register(raw)).tables["plan_items"].set_index("time_phrase_vi")
    odd = items.loc[["Khi thuận lợi", "Quý IV-III/2021"]]
    assert (odd["schedule_kind"] == "not_understood").all()
    assert odd["expected_count"].isna().all()
    assert set(odd["window_start_date"].dt.year) == set(odd["window_end_date"].dt.year) == {2021}


# Everything at once


def test_faults_of_several_files_are_all_told_in_one_go(raw, spoil):
    spoil(EVENTS, "2020-04-15", "2021-02-30")
    spoil(LOG, ",radio,", ",loa,")
    spoil(PAPI, "D1,5.762", "D1,0")
    spoil(ITEMS, "Quý II/2021", "Quý II/2012")
    error = refused(raw)
    for path, quoted in [(EVENTS, "“2021-02-30”"), (LOG, "“loa”"), (PAPI, "“0”"), (ITEMS, "“Quý II/2012”")]:
        assert_told(error, path, quoted)
    assert str(error).startswith("Dữ liệu có 4 lỗi")


def test_many_equal_faults_are_grouped_counted_and_shortened(raw, spoil):
    spoil(LOG, ",63-tinh,", ",62-tinh,", count=-1)
    spoil(EVENTS, "2020-04-15", "2021-02-30")
    message = str(refused(raw))
    assert f"[{KEPT_LINES[LOG]} lỗi] Giá trị ngoài phạm vi chấp nhận" in message
    assert f"và {KEPT_LINES[LOG] - 5} chỗ khác: gặp “62-tinh”" in message
    assert "[1 lỗi] Giá trị không đọc được" in message


# Encodings


def as_windows_1258(text: str) -> bytes:
    """Windows-1258 keeps base letters and writes tones as separate bytes."""
    out = bytearray()
    for char in unicodedata.normalize("NFC", text):
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", char)
            base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
            out += (base + "".join(mark for mark in marks if mark in TONES)).encode("cp1258")
    return bytes(out)


ENCODERS: dict[str, Callable[[str], bytes]] = {
    "UTF-8 with mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 big-endian with mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "Windows-1258": as_windows_1258,
    "NFD": lambda text: unicodedata.normalize("NFD", text).encode(),
    "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_the_same_tables_come_out_of_every_encoding(raw, reregister, short_tables, encoding):
    for path in (ITEMS, PLAN, EVENTS, "units/63-tinh/units.csv"):
        (raw / path).write_bytes(ENCODERS[encoding]((raw / path).read_text(encoding="utf-8")))
        reregister(raw, path)
    tables = build_tables(raw, read_register(raw)).tables
    for name in ("plan_items", "plans", "events", "units"):
        pd.testing.assert_frame_equal(tables[name], short_tables[name])


def test_columns_may_come_in_any_order(raw, reregister, short_tables):
    rows = pd.read_csv(raw / EVENTS, dtype=str, keep_default_na=False)
    rows[rows.columns[::-1]].to_csv(raw / EVENTS, index=False)
    reregister(raw, EVENTS)
    pd.testing.assert_frame_equal(build_tables(raw, read_register(raw)).tables["events"], short_tables["events"])
