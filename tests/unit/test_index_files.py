"""Publishers' workbooks and long tables by layout maps; every score here is synthetic and stands for no province's real figure."""

import csv
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from analysis.contracts import SCHEMAS, check_table, parse_columns
from analysis.errors import DataFaults
from analysis.indices import components_of
from analysis.ingest import index_files
from analysis.ingest.index_files import INDEX_LAYOUTS, ProvinceNames, layouts, read_index_file, recognise
from analysis.ingest.index_files.header_words import NO_FIT, Phrase, best_fit, words
from analysis.ingest.index_files.headings import find_heading, registered_names
from analysis.ingest.index_files.layout_maps import merged
from analysis.ingest.index_registry import read_registry
from analysis.ingest.score_reading import SCORE_COLUMNS, IndexContext, ScoreReading
from analysis.ingest.workbooks import Sheet
from analysis.units import short_name

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
PCI_2013 = ("CSTP1", "CSTP2", "CSTP3", "CSTP4", "CSTP5", "CSTP6", "CSTP7", "CSTP8", "CSTP9", "CSTP10")
PCI_2009 = tuple(code for code in PCI_2013 if code != "CSTP6")
WORDS_VI = {
    "CSTP1": "Gia nhập\n thị trường",
    "CSTP2": "Tiếp cận \nđất đai",
    "CSTP3": "Tính minh bạch",
    "CSTP4": "Chi phí \nthời gian",
    "CSTP5": "Chi phí không\n chính thức",
    "CSTP6": "Cạnh tranh bình đẳng",
    "CSTP7": "Tính \nnăng động",
    "CSTP8": "Hỗ trợ\n doanh nghiệp",
    "CSTP9": "Đào tạo \nlao động",
    "CSTP10": "Thiết chế\n pháp lý",
}
Grid = list[list[Any]]


@cache
def context() -> IndexContext:
    received, faults = read_registry(RAW / "indices" / "registry.yml", "registry.yml")
    assert faults == []
    tables = [parse_columns(received[name].rows.assign(source_id="test"), SCHEMAS[name], name)[0] for name in REGISTRY_NEEDED]
    units = pd.concat([pd.read_csv(path, dtype="string") for path in sorted((RAW / "units").glob("*/units.csv"))], ignore_index=True)
    return IndexContext(units, *tables)


REGISTRY_NEEDED = ("index_editions", "index_components", "index_weights")


@cache
def provinces(vintages: tuple[str, ...] = ("63-tinh",)) -> tuple[tuple[str, str], ...]:
    units = context().units
    listed = units[(units["level"] == "province") & units["vintage"].isin(vintages)].sort_values(["vintage", "unit_code"], ascending=[False, True])
    return tuple((str(row.unit_code), short_name(str(row.name_vi))) for row in listed.itertuples())


def edition(index: str, year: int) -> pd.Series:
    editions = context().editions
    return editions[(editions["index"] == index) & (editions["edition_year"] == year)].iloc[0]


def synthetic(number: int, part: int) -> float:
    """A score between 3 and 8 that no publisher stated."""
    return round(3 + (number * 37 + part * 53) % 4999 / 1000, 4)


def pci_scores(year: int, codes: Sequence[str] = PCI_2013, listed: Sequence[tuple[str, str]] | None = None) -> dict[str, dict[str, float]]:
    """Synthetic PCI scores, component → province → score, with the composite that the weights of the era give."""
    named = [name for _, name in (listed or provinces())]
    scores = {code: {name: synthetic(number, part) for number, name in enumerate(named)} for part, code in enumerate(codes)}
    weights = context().weights
    era = weights[(weights["index"] == "PCI") & (weights["era"] == edition("PCI", year)["era"])]
    share = {row.component: float(row.weight_pct) / 10 for row in era.itertuples()} or dict.fromkeys(codes, 10 / len(codes))
    scores["TOTAL"] = {name: round(sum(share.get(code, 0) * scores[code][name] for code in codes), 4) for name in named}
    return scores


def pairs(scores: dict[str, dict[str, float]], headers: Sequence[tuple[str, str]], total: str, spelled: Callable[[str], str] = str) -> Grid:
    """A summary of rank-sorted pairs, then province, composite, rank and tier, as in the editions since 2013."""
    columns: list[list[Any]] = [["Thứ tự", *range(1, len(scores["TOTAL"]) + 1)]]
    for code, header in headers:
        ordered = sorted(scores[code].items(), key=lambda item: -item[1])
        columns += [["Tỉnh" if code == headers[0][0] else None, *(spelled(name) for name, _ in ordered)], [header, *(score for _, score in ordered)]]
    ordered = sorted(scores["TOTAL"].items(), key=lambda item: -item[1])
    columns += [[None, *(spelled(name) for name, _ in ordered)], [total, *(score for _, score in ordered)]]
    columns += [["Xếp hạng", *range(1, len(ordered) + 1)], ["Nhóm\n xếp hạng", *("Khá" for _ in ordered)]]
    return [list(row) for row in zip(*columns, strict=True)]


def lookup_block(grid: Grid, name: str) -> Grid:
    """The block below a summary in which an office looks up one province: its header, its scores, its ranks."""
    width = len(grid[0])
    return [*grid, [None] * width, list(grid[0]), [None, name, *range(1, width - 1)], [None, "Thứ tự", *range(1, width - 1)]]


def saved(path: Path, sheets: dict[str, Grid], hidden: Sequence[str] = ()) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, grid in sheets.items():
        sheet = book.create_sheet(title)
        for row in grid:
            sheet.append(row)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
    book.save(path)
    return path


def summary_2013(year: int = 2013, **changes: Any) -> Grid:
    return pairs(pci_scores(year), [(code, WORDS_VI[code]) for code in PCI_2013], f"PCI {year}", **changes)


def read(path: Path, layout: str = "pci-workbook", **asked: Any) -> ScoreReading:
    return read_index_file(path, path.name, layout, context(), **asked)


def causes(reading: ScoreReading) -> list[str]:
    return sorted({fault.cause for fault in reading.faults})


def only_fault(reading: ScoreReading, cause: str) -> str:
    assert causes(reading) == [cause], [str(fault) for fault in reading.faults]
    return str(reading.faults[0])


def scores_of(reading: ScoreReading, component: str, year: int | None = None) -> dict[str, float]:
    """Scores by province code."""
    chosen = reading.rows[(reading.rows["component"] == component) & reading.rows["score"].notna()]
    chosen = chosen if year is None else chosen[chosen["edition_year"] == year]
    return dict(zip(chosen["province_code"], chosen["score"], strict=True))


def by_code(scores: dict[str, float], vintages: tuple[str, ...] = ("63-tinh",)) -> dict[str, float]:
    codes = {name: code for code, name in provinces(vintages)}
    return {codes[name]: score for name, score in scores.items()}


def set_cell(grid: Grid, row: int, column: int, value: Any) -> Grid:
    changed = [list(cells) for cells in grid]
    changed[row][column] = value
    return changed


# --- shapes of editions -------------------------------------------------------------------------------------------------------------------


def test_a_summary_of_pairs_is_read_by_its_headers_with_scores_ranks_cells_and_addresses(tmp_path):
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": lookup_block(summary_2013(2014), "Yên Bái")})
    reading = read(path)
    assert reading.faults == ()
    assert reading.editions == (("PCI", 2014),)
    expected = pci_scores(2014)
    for code in (*PCI_2013, "TOTAL"):
        assert scores_of(reading, code) == by_code(expected[code])
    total = reading.rows[reading.rows["component"] == "TOTAL"].sort_values("rank")
    assert total["rank"].tolist() == list(range(1, 64))
    assert total["score"].is_monotonic_decreasing
    assert set(reading.rows["address"]) == {"tệp PCI_2014.xlsx, trang Summary_VN"}
    assert set(reading.rows["basis"]) == {"publisher_file"}
    assert reading.places[total.index[0]] == "PCI_2014.xlsx, trang tính “Summary_VN”, ô W2"
    assert reading.lines_count == len(reading.rows) + len(reading.set_aside) == 11 * 63 + 3
    assert all("sau dòng trống" in reason for _, _, reason in reading.set_aside)


def test_rows_fulfil_the_contract_of_index_scores(tmp_path):
    rows = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": summary_2013(2014)})).rows
    assert tuple(rows.columns) == SCORE_COLUMNS
    origins = ["rank_basis", "rank_source_id", "error_source_id", "digits_source_id"]
    complete = rows.assign(source_id="s", **dict.fromkeys(origins, pd.NA)).astype(dict.fromkeys(origins, "string"))
    complete = complete[list(SCHEMAS["index_scores"].columns)]
    typed = complete.astype({name: str(column.dtype) for name, column in SCHEMAS["index_scores"].columns.items()})
    assert check_table(typed, SCHEMAS["index_scores"], pd.Series(range(len(typed))).astype(str)) == []


def test_a_shape_of_2011_pairs_without_diacritics_with_the_rank_in_a_pair_of_its_own(tmp_path):
    spelled = {"TP. Hồ Chí Minh": "HCMC", "Bà Rịa - Vũng Tàu": "BRVT", "TP. Huế": "TT-Hue", "Bắc Kạn": "Bac Can"}
    plain = "Gia nhap thi truong|Tiep can dat dai|Tinh minh bach|Chi phi thoi gian|Chi phi khong chinh thuc|Tinh nang dong|Ho tro doanh nghiep"
    headers = list(zip(PCI_2009, [*plain.split("|"), "Dao tao lao dong", "Thiet che phap ly"], strict=True))
    scores = pci_scores(2011, PCI_2009)
    grid = pairs(scores, headers, "PCI 2011", lambda name: spelled.get(name, name))
    named = [list(row[:-2]) for row in grid]
    rank_pair = [[None, "Xếp hạng", None, "Nhóm xếp hạng"], *([row[-4], row[-2], row[-4], "Khá"] for row in grid[1:])]
    reading = read(saved(tmp_path / "2011.xlsx", {"Tong hop": [left + right for left, right in zip(named, rank_pair, strict=True)]}))
    assert [str(fault) for fault in reading.faults] == []
    assert scores_of(reading, "TOTAL") == by_code(scores["TOTAL"])
    assert scores_of(reading, "CSTP7") == by_code(scores["CSTP7"])
    assert "CSTP6" not in set(reading.rows["component"])
    assert reading.rows.loc[reading.rows["component"] == "TOTAL", "rank"].notna().all()


def columns_grid(scores: dict[str, dict[str, float]], headers: Sequence[tuple[str, str]], before: Sequence[Grid] = ()) -> Grid:
    """One column of names, the components beside it."""
    names = list(scores[headers[0][0]])
    top = [None, "Tỉnh/thành phố", *(header for _, header in headers)]
    return [
        *(row for grid in before for row in grid),
        top,
        *([number, name, *(scores[code][name] for code, _ in headers)] for number, name in enumerate(names, 1)),
    ]


def test_a_shape_of_2007_plain_columns_on_the_second_sheet_with_both_composites(tmp_path):
    listed = provinces(("63-tinh", "64-tinh"))
    assert len(listed) == 64
    scores = pci_scores(2007, PCI_2013, listed)
    scores["UNWEIGHTED"] = {name: round(sum(scores[code][name] for code in PCI_2013), 4) for name in scores["TOTAL"]}
    english = [
        "Entry Costs",
        "Land Access",
        "Transparency",
        "Time Costs",
        "Informal Charges",
        "SOE Bias",
        "Proactivity",
        "Private Sector Development",
        "Labor Training",
        "Legal Institutions",
    ]
    headers = [*zip(PCI_2013, english, strict=True), ("UNWEIGHTED", "Unweighted PCI"), ("TOTAL", "Weighted PCI")]
    title = [["Provincial Competitiveness Index (PCI) 2007", *[None] * 13]]
    reading = read(saved(tmp_path / "2007.xlsx", {"Intro": [["Giới thiệu"]], "Data": columns_grid(scores, headers, [title])}))
    assert [str(fault) for fault in reading.faults] == []
    assert reading.editions == (("PCI", 2007),)
    for code, _ in headers:
        assert scores_of(reading, code) == by_code(scores[code], ("63-tinh", "64-tinh"))
    ha_tay = reading.rows[reading.rows["province_code"] == "28"]
    assert set(ha_tay["vintage"]) == {"64-tinh"}
    assert [notice.cause for notice in reading.notices] == ["Trang nhận ra theo tiêu đề cột"]


def test_a_shape_of_2005_with_42_provinces_and_implementation(tmp_path):
    codes = ("CSTP1", "CSTP2", "CSTP3", "CSTP4", "CSTP5", "CSTP_IMPL", "CSTP6", "CSTP7", "CSTP8")
    vietnamese = (
        "Chi phí gia nhập thị trường|Tiếp cận đất đai|Tính minh bạch|Chi phí thời gian|Chi phí không chính thức|"
        "Thực hiện chính sách của Trung ương|Ưu đãi đối với DNNN|Tính năng động|Chính sách phát triển KTTN"
    )
    scores = pci_scores(2005, codes, provinces()[:42])
    headers = [*zip(codes, vietnamese.split("|"), strict=True), ("TOTAL", "PCI có trọng số")]
    reading = read(saved(tmp_path / "PCI_2005.xlsx", {"A": [["x"]], "Bảng": columns_grid(scores, headers)}))
    assert [str(fault) for fault in reading.faults] == []
    for code, _ in headers:
        assert scores_of(reading, code) == by_code(scores[code])


def test_a_shape_of_2009_with_two_header_rows_and_names_in_the_third_column(tmp_path):
    scores = pci_scores(2009, PCI_2009)
    headers = [(code, f"Chỉ số {number}: {WORDS_VI[code]}") for number, code in enumerate(PCI_2009, 1)]
    grid = columns_grid(scores, [*headers, ("TOTAL", "Chỉ số PCI tổng hợp")], [[["BẢNG XẾP HẠNG PCI NĂM 2009", *[None] * 11]]])
    wide = [["Vùng" if row[1] == "Tỉnh/thành phố" else "Đồng bằng" if row[0] else None, *row] for row in grid]
    reading = read(saved(tmp_path / "vcci.xlsx", {"Sheet1": wide}))
    assert [str(fault) for fault in reading.faults] == []
    assert reading.editions == (("PCI", 2009),)
    assert scores_of(reading, "CSTP9") == by_code(scores["CSTP9"])


def test_a_header_merged_over_a_pair_stands_over_its_scores(tmp_path):
    grid = summary_2013(2014)
    header = [None, *(text for column in range(2, 22, 2) for text in (grid[0][column], None)), *grid[0][21:]]
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": [header, *grid[1:]]}))
    assert [str(fault) for fault in reading.faults] == []
    assert scores_of(reading, "CSTP3") == by_code(pci_scores(2014)["CSTP3"])


def test_an_edition_of_2023_may_leave_the_composite_out(tmp_path):
    scores = pci_scores(2023)
    headers = [(code, WORDS_VI[code].replace("Hỗ trợ", "Chính sách hỗ trợ")) for code in PCI_2013]
    reading = read(saved(tmp_path / "pci.xlsx", {"PCI 2023": columns_grid(scores, headers)}), expected_year=2023)
    assert [str(fault) for fault in reading.faults] == []
    assert set(reading.rows["component"]) == set(PCI_2013)
    left_out = read(saved(tmp_path / "PCI_2021.xlsx", {"PCI 2021": columns_grid(scores, headers)}))
    assert "không có cột Chỉ số năng lực cạnh tranh cấp tỉnh (tổng hợp có trọng số, TOTAL);" in only_fault(left_out, "Thiếu cột thành phần")


PAPI_2019_HEADERS = """
Participation at Local Levels: Civic Knowledge | Opportunities for Participation | Quality of Elections | Voluntary Contributions
Transparency of Local Decision-making: Access to Information | Poverty List Transparency | Communal Budget Transparency | Land-Use Plan/Price Frames
Vertical Accountability: Interactions with Local Authorities | Government Responsiveness to Citizens' Appeals | Access to Justice Services
Control of Corruption in the Public Sector: Limits on Corruption in Local Governments | Limits on Corruption in Service Delivery
 | Equity in State Employment | Willingness to Fight Corruption
Public Administrative Procedures: Certification Procedures | Construction Permits | Land-Use Rights Certificate Procedures | Personal Procedures
Public Service Delivery: Public Health Care | Public Primary Education | Basic Infrastructure | Law and Order
Environmental Governance: Environmental Protection | Quality of Air | Quality of Water
E-Governance: Access to E-government Portals | Access to the Internet | E-Responsiveness
"""
PAPI_2019 = {
    f"D{number}": (line.partition(": ")[0], line.partition(": ")[2].split(" | "))
    for number, line in enumerate(PAPI_2019_HEADERS.strip().replace("\n |", " |").split("\n"), 1)
}


def papi_scores(names: Sequence[str], shape: dict[str, tuple[str, list[str]]]) -> dict[str, dict[str, float]]:
    """Synthetic PAPI scores: sub-components between 0.6 and 1.6, dimensions and composite as their sums."""
    scores: dict[str, dict[str, float]] = {}
    for dimension, (_, parts) in shape.items():
        codes = [f"SC{dimension[1]}{part}" for part in range(1, len(parts) + 1)]
        for part, code in enumerate(codes):
            scores[code] = {name: round(0.6 + (number * 31 + part * 17 + int(dimension[1]) * 7) % 997 / 1000, 4) for number, name in enumerate(names)}
        scores[dimension] = {name: round(sum(scores[code][name] for code in codes), 4) for name in names}
    scores["TOTAL"] = {name: round(sum(scores[dimension][name] for dimension in shape), 4) for name in names}
    return scores


def papi_grid(scores: dict[str, dict[str, float]], shape: dict[str, tuple[str, list[str]]], total: str = "Unweighted PAPI") -> Grid:
    """A sheet of papi.org.vn as later files have it: numbered English headers under a row of ranges."""
    columns: list[tuple[str, str, str]] = []
    for dimension, (name, parts) in shape.items():
        columns.append((dimension, f"Dimension {dimension[1]}: {name}", "1-10"))
        columns += [(f"SC{dimension[1]}{part}", f"{dimension[1]}.{part} {text}", "0.25-2.5") for part, text in enumerate(parts, 1)]
    columns.append(("TOTAL", total, "10-80"))
    names = list(scores["TOTAL"])
    body = [[number, name, *(scores[code].get(name) for code, _, _ in columns)] for number, name in enumerate(names, 1)]
    return [["No", "Province", *(header for _, header, _ in columns)], [None, "RANGE", *(scale for _, _, scale in columns)], *body]


def test_a_later_papi_file_with_a_sheet_a_year_numbered_headers_and_a_row_of_ranges(tmp_path):
    names = [name for _, name in provinces()]
    scores = papi_scores(names, PAPI_2019)
    grid = papi_grid(scores, PAPI_2019)
    sheets = {"Notes": [["PAPI, notes for readers"]], "PAPI 2019": grid, "PAPI 2020": grid}
    path = saved(tmp_path / "PAPI-2019-2020.xlsm", sheets)
    assert recognise(path) == "papi-workbook"
    reading = read(path, "papi-workbook")
    assert [str(fault) for fault in reading.faults] == []
    assert reading.editions == (("PAPI", 2019), ("PAPI", 2020))
    for code in scores:
        assert scores_of(reading, code, 2020) == by_code(scores[code])
    assert (
        len([reason for _, _, reason in reading.set_aside if "không phải một tỉnh" in reason]) == 0
    )  # the row of ranges stands above the first figures


def test_before_2018_a_number_is_believed_more_than_the_new_name_beside_it(tmp_path):
    shape = {code: (name, list(parts)) for code, (name, parts) in PAPI_2019.items() if code not in ("D7", "D8")}
    shape["D2"] = ("Transparency", ["Access to Information", "Poverty List Transparency", "Communal Budget Transparency"])
    shape["D3"] = ("Vertical Accountability", ["Interactions with Local Authorities", "Response to Citizens' Appeals", "People's Inspection Boards"])
    scores = papi_scores([name for _, name in provinces()], shape)
    reading = read(saved(tmp_path / "papi.xlsx", {"2017": papi_grid(scores, shape, "PAPI")}), "papi-workbook")
    assert [str(fault) for fault in reading.faults] == []
    assert scores_of(reading, "SC22") == by_code(scores["SC22"])
    unnumbered = papi_grid(scores, shape, "PAPI")
    unnumbered[0] = [str(text).split(" ", 1)[1] if str(text)[:1].isdigit() else text for text in unnumbered[0]]
    refused = read(saved(tmp_path / "papi2.xlsx", {"2017": unnumbered}), "papi-workbook")
    message = only_fault(refused, "Thiếu cột thành phần")
    assert "Thu, chi ngân sách cấp xã/phường (SC22); Kế hoạch sử dụng đất, khung giá đền bù (SC23)" in message
    assert "“Access to Information” (ô I1)" in message


def test_from_2021_land_certificates_stay_53_though_they_are_printed_as_52(tmp_path):
    shape = {
        **PAPI_2019,
        "D5": ("Public Administrative Procedures", ["Certification Procedures", "Land-Use Rights Certificate Procedures", "Personal Procedures"]),
    }
    names = [name for _, name in provinces()][:60]
    reading = read(saved(tmp_path / "papi.xlsx", {"2021": papi_grid(papi_scores(names, shape), shape)}), "papi-workbook")
    assert [str(fault) for fault in reading.faults] == []
    found = sorted(set(reading.rows["component"]))
    assert [code for code in found if code.startswith("SC5")] == ["SC51", "SC53", "SC54"]


def test_a_zero_of_papi_is_missing_and_told_and_so_is_a_province_without_a_composite(tmp_path):
    names = [name for _, name in provinces()][:63]
    scores = papi_scores(names, PAPI_2019)
    for name in names[:2]:
        scores["TOTAL"][name] = 0
        for code in set(scores) - {"TOTAL", "D8", "SC81", "SC82", "SC83"}:
            del scores[code][name]
    shape = {**PAPI_2019, "D5": ("Public Administrative Procedures", ["Certification", "Land-Use Rights Certificates", "Personal Procedures"])}
    for name in names:
        if name in scores["SC51"]:
            scores["SC52"][name], scores["SC53"][name] = scores["SC53"][name], scores["SC54"][name]
            scores["D5"][name] = round(sum(scores[f"SC5{part}"][name] for part in (1, 2, 3)), 4)
            scores["TOTAL"][name] = round(sum(scores[code][name] for code in PAPI_2019), 4)
    reading = read(saved(tmp_path / "papi.xlsx", {"2022": papi_grid(scores, shape)}), "papi-workbook")
    assert [str(fault) for fault in reading.faults] == []
    assert len(scores_of(reading, "TOTAL")) == 61
    assert len(scores_of(reading, "D8")) == 63
    assert not (reading.rows["score"] == 0).any()
    told = {notice.cause: notice for notice in reading.notices}
    assert "“2022”, ô" in told["Điểm 0 hiểu là chưa công bố"].where
    assert "điểm tổng hợp để trống" in told["Có điểm thành phần, không có điểm tổng hợp"].said
    assert sum(" 0" in stood for _, stood, _ in reading.set_aside) == 2


def test_standard_errors_and_ranks_belong_to_the_score_to_their_left(tmp_path):
    shape = {code: (name, []) for code, (name, _) in PAPI_2019.items()}
    names = [name for _, name in provinces()]
    scores = {code: {name: synthetic(number, part) for number, name in enumerate(names)} for part, code in enumerate(shape)}
    scores["TOTAL"] = {name: round(sum(scores[code][name] for code in shape), 4) for name in names}
    grid = papi_grid(scores, shape)
    order = sorted(scores["TOTAL"].values(), reverse=True)
    grid = [[*row, *more] for row, more in zip(grid, [["SE", "Rank"], ["", ""], *([0.5, 1 + order.index(row[-1])] for row in grid[2:])], strict=True)]
    reading = read(saved(tmp_path / "papi.xlsx", {"2019": grid}), "papi-workbook")
    assert [str(fault) for fault in reading.faults] == []
    total = reading.rows[reading.rows["component"] == "TOTAL"]
    assert set(total["standard_error_score"]) == {0.5}
    assert total["rank"].min() == 1
    assert reading.rows.loc[reading.rows["component"] != "TOTAL", ["rank", "standard_error_score"]].isna().all(axis=None)


def test_a_workbook_saved_as_csv_reads_alike(tmp_path):
    path = tmp_path / "PCI_2014.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(summary_2013(2014))
    assert recognise(path) == "pci-workbook"
    reading = read(path)
    assert [str(fault) for fault in reading.faults] == []
    assert scores_of(reading, "CSTP5") == by_code(pci_scores(2014)["CSTP5"])
    assert "Số ghi dưới dạng chữ" not in {notice.cause for notice in reading.notices}


def test_a_papi_sheet_named_as_a_year_without_a_known_header_is_not_passed_over(tmp_path):
    names = [name for _, name in provinces()]
    grid = papi_grid(papi_scores(names, PAPI_2019), PAPI_2019)
    lost = [[f"c{column}" for column in range(len(grid[0]))], *grid[1:]]
    reading = read(saved(tmp_path / "papi.xlsx", {"PAPI 2019": grid, "PAPI 2020": lost, "Standard errors 2019": grid}), "papi-workbook")
    assert "trang tính “PAPI 2020”" in only_fault(reading, "Trang theo tên là bảng điểm nhưng không nhận ra tiêu đề")


def test_two_sheets_of_one_year_must_agree(tmp_path):
    names = [name for _, name in provinces()]
    scores = papi_scores(names, PAPI_2019)
    grid = papi_grid(scores, PAPI_2019)
    same = read(saved(tmp_path / "papi.xlsx", {"2019": grid, "2019 again": grid}), "papi-workbook")
    assert same.faults == ()
    assert scores_of(same, "D3") == by_code(scores["D3"])
    reading = read(saved(tmp_path / "papi.xlsx", {"2019": grid, "2019 again": set_cell(grid, 5, 4, 1.55)}), "papi-workbook")
    told = next(fault for fault in reading.faults if fault.cause == "Hai trang của tệp ghi khác nhau")
    assert "trang tính “2019 again”, ô E6" in told.found


# --- bad input ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file_name", "asked"), [("PCI_2015.xlsx", None), ("PCI.xlsx", 2015)])
def test_a_workbook_of_another_year_is_named_with_both_years(tmp_path, file_name, asked):
    reading = read(saved(tmp_path / file_name, {"Summary_VN": summary_2013(2014)}), expected_year=asked)
    message = only_fault(reading, "Tệp là của năm khác")
    assert "bên trong ghi năm 2014" in message
    assert "2015" in message
    assert f"{file_name}, trang tính “Summary_VN”" in message


def test_a_year_asked_for_must_agree_with_the_name_where_the_sheet_states_none(tmp_path):
    grid = set_cell(summary_2013(2014), 0, 22, "Chỉ số PCI cuối cùng")
    assert read(saved(tmp_path / "PCI_2014.xlsx", {"Tổng hợp": grid})).editions == (("PCI", 2014),)
    assert "2014" in only_fault(read(tmp_path / "PCI_2014.xlsx", expected_year=2016), "Tệp là của năm khác")
    no_year = read(saved(tmp_path / "pci.xlsx", {"Tổng hợp": grid}))
    assert "--year" in only_fault(no_year, "Không biết tệp là của năm nào")
    assert read(tmp_path / "pci.xlsx", expected_year=2014).editions == (("PCI", 2014),)


def test_a_hidden_summary_left_over_from_another_year_is_never_used(tmp_path):
    sheets = {"Summary_VN": summary_2013(2015), "Summary": summary_2013(2013)}
    reading = read(saved(tmp_path / "PCI_2015.xlsx", sheets, hidden=["Summary"]))
    assert reading.faults == ()
    assert scores_of(reading, "CSTP1") == by_code(pci_scores(2015)["CSTP1"])
    hidden = next(notice for notice in reading.notices if notice.cause == "Trang ẩn không dùng")
    assert "ghi năm 2013" in hidden.said
    alone = read(saved(tmp_path / "PCI_2016.xlsx", {"Khác": [["x"]], "Summary": summary_2013(2013)}, hidden=["Summary"]))
    assert len(alone.rows) == 0
    assert "trang ẩn “Summary”" in only_fault(alone, "Bố cục tệp chưa biết")


def test_a_visible_summary_of_another_year_gives_way_to_the_sheet_of_the_right_year(tmp_path):
    sheets = {"Summary_VN": summary_2013(2013), "Bảng điểm": summary_2013(2015)}
    reading = read(saved(tmp_path / "PCI_2015.xlsx", sheets))
    assert reading.editions == (("PCI", 2015),)
    assert {notice.cause for notice in reading.notices} == {"Trang nhận ra theo tiêu đề cột", "Trang không dùng"}


def test_a_renamed_summary_is_known_by_its_header_and_told(tmp_path):
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Trang 1": summary_2013(2014)}))
    assert reading.faults == ()
    assert [notice.cause for notice in reading.notices] == ["Trang nhận ra theo tiêu đề cột"]


def test_an_unknown_layout_says_what_was_sought_what_was_found_and_how_to_write_a_map(tmp_path):
    path = saved(tmp_path / "PCI_2014.xlsx", {"Doanh thu": [["Tháng", "Số tiền"], ["1", 5]], "Chi": [["Khoản"]]})
    assert recognise(path) is None
    message = only_fault(read(path), "Bố cục tệp chưa biết")
    for said in (
        "trang “Doanh thu”: “Tháng”, “Số tiền”",
        "trang “Chi”",
        "“Summary_VN”",
        "“Chi phí gia nhập thị trường”",
        ".layout.yml",
        "extends: pci-workbook",
        "docs/index_layouts.md",
    ):
        assert said in message


def test_the_example_of_the_message_is_a_map_that_reads(tmp_path):
    grid = set_cell(summary_2013(2014), 0, 2, "Chỉ tiêu Alpha")
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": grid})
    message = only_fault(read(path), "Thiếu cột thành phần")
    assert "không có cột Chi phí gia nhập thị trường (CSTP1)" in message
    assert "“Chỉ tiêu Alpha” (ô C1)" in message
    assert message.startswith("PCI_2014.xlsx, trang tính “Summary_VN”, ô C1: ")
    lines = [part for part in message.split("“") if part.startswith(("map:", "extends:", "headers:"))]
    example = "\n".join(part.partition("”")[0] for part in lines).replace("chữ trong tiêu đề", "chỉ tiêu alpha").replace("MÃ", "CSTP1")
    (tmp_path / "ten-tu-dat.layout.yml").write_text(example, encoding="utf-8")
    reading = read(path)
    assert reading.faults == ()
    assert scores_of(reading, "CSTP1") == by_code(pci_scores(2014)["CSTP1"])


def test_a_province_twice_is_named_with_both_cells_and_the_one_missing(tmp_path):
    grid = summary_2013(2014)
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(grid, 5, 21, grid[2][21])}))
    twice = next(fault for fault in reading.faults if fault.cause == "Một tỉnh ghi hai lần")
    assert "ô V6" in str(twice)
    assert "ô V3" in str(twice)
    missing = next(fault for fault in reading.faults if fault.cause == "Thiếu tỉnh")
    assert "62 tỉnh" in missing.found
    assert grid[5][21] in missing.action


def test_a_missing_province_is_named(tmp_path):
    grid = columns_grid(pci_scores(2014), [*((code, WORDS_VI[code]) for code in PCI_2013), ("TOTAL", "PCI 2014")])
    gone = grid.pop(40)[1]
    message = only_fault(read(saved(tmp_path / "PCI_2014.xlsx", {"Tong hop": grid})), "Thiếu tỉnh")
    assert f"các tỉnh không có trong tệp: {gone}" in message
    assert "63 tỉnh, thành phố được xếp hạng trong PCI 2014" in message
    assert "bảng kết thúc ở dòng 63" in message


@pytest.mark.parametrize("empty", [1, 3])
def test_empty_rows_amid_the_table_are_told_once_and_nothing_follows_from_them(tmp_path, empty):
    grid = lookup_block(summary_2013(2014), "Yên Bái")
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": [*grid[:30], *[[None] * len(grid[0])] * empty, *grid[30:]]}))
    message = only_fault(reading, "Dòng trống giữa bảng")
    assert len(reading.faults) == 1
    assert "ô B31: gặp dòng 31 trống" in message
    assert "không có dòng trống ở giữa" in message
    assert len(reading.set_aside) == 3


def test_ha_tay_in_an_edition_of_63_is_refused_with_its_cell(tmp_path):
    listed = provinces(("63-tinh", "64-tinh"))
    scores = pci_scores(2009, PCI_2009, listed)
    grid = columns_grid(scores, [*((code, WORDS_VI[code]) for code in PCI_2009), ("TOTAL", "PCI 2009")])
    message = only_fault(read(saved(tmp_path / "PCI_2009.xlsx", {"Tong hop": grid})), "Tỉnh không có trong kỳ này")
    assert "“Hà Tây”" in message
    assert "ô B" in message


def test_more_provinces_than_an_edition_ranks_are_refused(tmp_path):
    shape = {code: (name, []) for code, (name, _) in PAPI_2019.items()}
    names = [name for _, name in provinces()]
    scores = {code: {name: synthetic(number, part) for number, name in enumerate(names)} for part, code in enumerate(shape)}
    scores["TOTAL"] = {name: round(sum(scores[code][name] for code in shape), 4) for name in names}
    message = only_fault(read(saved(tmp_path / "papi.xlsx", {"2021": papi_grid(scores, shape)}), "papi-workbook"), "Nhiều tỉnh hơn số được xếp hạng")
    assert "63 tỉnh có điểm" in message
    assert "60 tỉnh" in message


def test_an_unknown_province_is_quoted_with_near_names(tmp_path):
    grid = summary_2013(2014)
    row = next(number for number, cells in enumerate(grid) if cells[21] == "Bình Dương")
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(grid, row, 21, "Bình Duơng X")}))
    fault = next(fault for fault in reading.faults if fault.cause == "Tên tỉnh không có trong danh mục")
    assert f"ô V{row + 1}" in fault.where
    assert "“Bình Duơng X”" in fault.found
    assert "Bình Dương" in fault.accepted


@pytest.mark.parametrize(
    ("written", "found"), [("chưa có", "“chưa có”"), ("#REF!", "“#REF!”"), ("7,1,2", "“7,1,2”"), ("1.234,5", "“1.234,5”"), (True, "“True”")]
)
def test_text_in_a_score_cell_is_a_fault_at_that_cell_and_nothing_follows_from_it(tmp_path, written, found):
    message = only_fault(read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(summary_2013(2014), 9, 6, written)})), "Ô điểm không phải số")
    assert "trang tính “Summary_VN”, ô G10" in message
    assert found in message


def test_a_comma_decimal_written_as_text_is_read_and_told_with_its_cell(tmp_path):
    grid = summary_2013(2014)
    value = grid[9][6]
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(grid, 9, 6, str(value).replace(".", ","))}))
    assert reading.faults == ()
    assert scores_of(reading, "CSTP3") == by_code(pci_scores(2014)["CSTP3"])
    told = next(notice for notice in reading.notices if notice.cause == "Số ghi dưới dạng chữ")
    assert told.where == "PCI_2014.xlsx, trang tính “Summary_VN”"
    written = str(value).replace(".", ",")
    assert told.said == f"đã đọc ô G10 “{written}” là {written}"


def test_many_numbers_written_as_text_are_one_notice_a_sheet_with_the_first_five_cells(tmp_path):
    grid = [row if number == 0 else [*row[:6], str(row[6]), *row[7:]] for number, row in enumerate(summary_2013(2014))]
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": grid}))
    assert reading.faults == ()
    (told,) = [notice.said for notice in reading.notices if notice.cause == "Số ghi dưới dạng chữ"]
    assert told.count("“") == 5
    assert told.endswith("; và 58 ô khác")


def test_a_column_in_percent_is_told_once_and_not_for_each_province(tmp_path):
    grid = [row if number == 0 else [*row[:6], row[6] * 10, *row[7:]] for number, row in enumerate(summary_2013(2014))]
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": grid}))
    message = only_fault(reading, "Điểm ngoài thang")
    assert len(reading.faults) == 1
    assert "63/63 điểm ngoài thang" in message
    assert "thang 1-10 của Tính minh bạch và tiếp cận thông tin (CSTP3)" in message


def test_a_composite_as_a_share_and_a_single_score_off_scale_are_told_at_their_cells(tmp_path):
    share = [row if number == 0 else [*row[:22], row[22] / 100, *row[23:]] for number, row in enumerate(summary_2013(2014))]
    assert "thang 10-100 của Chỉ số năng lực cạnh tranh cấp tỉnh (tổng hợp có trọng số, TOTAL)" in only_fault(
        read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": share})), "Điểm ngoài thang"
    )
    single = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(summary_2013(2014), 3, 2, 11.5)}))
    assert "ô C4: gặp “11,5”" in only_fault(single, "Điểm ngoài thang")


def test_a_zero_where_none_is_declared_as_missing_is_a_fault(tmp_path):
    message = only_fault(read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(summary_2013(2014), 63, 20, 0)})), "Điểm 0")
    assert "ô U64" in message


def test_a_composite_that_is_not_the_weighted_sum_names_province_numbers_and_cell(tmp_path):
    scores = pci_scores(2014)
    grid = summary_2013(2014)
    row = next(number for number, cells in enumerate(grid) if cells[21] == "Bình Dương")
    wrong = round(grid[row][22] + 0.03, 4)
    faults = [
        fault for fault in read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(grid, row, 22, wrong)})).faults if "khớp các" in fault.cause
    ]
    assert len(faults) == 1
    assert f"ô W{row + 1}" in faults[0].where
    composite = "Chỉ số năng lực cạnh tranh cấp tỉnh (tổng hợp có trọng số, TOTAL)"
    given, expected = (str(value).replace(".", ",") for value in (wrong, scores["TOTAL"]["Bình Dương"]))
    assert f"Bình Dương: {composite} ghi {given}, tổng theo trọng số là {expected}" in faults[0].found
    near = set_cell(grid, row, 22, round(grid[row][22] + 0.015, 4))
    assert "Điểm tổng hợp không khớp các thành phần" not in causes(read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": near})))


def test_a_dimension_that_is_not_the_sum_of_its_parts_and_the_composite_above_it_are_named(tmp_path):
    names = [name for _, name in provinces()]
    scores = papi_scores(names, PAPI_2019)
    scores["D5"][names[3]] += 0.02
    reading = read(saved(tmp_path / "papi.xlsx", {"2019": papi_grid(scores, PAPI_2019)}), "papi-workbook")
    assert causes(reading) == ["Điểm tổng hợp không khớp các thành phần"]
    assert ["(D5) ghi" in fault.found or "TOTAL) ghi" in fault.found for fault in reading.faults] == [True, True]
    assert all(names[3] in fault.found for fault in reading.faults)


def test_printed_ranks_that_contradict_the_scores_are_named(tmp_path):
    grid = summary_2013(2014)
    swapped = set_cell(set_cell(grid, 10, 23, 11), 11, 23, 10)
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": swapped}))
    message = only_fault(reading, "Thứ hạng không khớp điểm")
    assert len(reading.faults) == 1  # one of the two explains both
    assert "hạng 10 theo điểm Chỉ số" in message or "hạng 11 theo điểm Chỉ số" in message
    assert grid[10][21] in message or grid[11][21] in message
    far = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(grid, 60, 23, 2)}))
    assert f"{grid[60][21]}: hạng 2 với" in only_fault(far, "Thứ hạng không khớp điểm")
    assert len(far.faults) == 1
    shifted = read(
        saved(
            tmp_path / "PCI_2014.xlsx",
            {"Summary_VN": [[*row[:23], row[23] + 1 if number else row[23], *row[24:]] for number, row in enumerate(grid)]},
        )
    )
    assert len(shifted.faults) == 63
    broken = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(grid, 10, 23, 2.5)}))
    assert only_fault(broken, "Thứ hạng không phải số nguyên")


def test_a_header_twice_and_a_component_of_another_era_are_faults_at_the_header(tmp_path):
    doubled = set_cell(summary_2013(2014), 0, 4, WORDS_VI["CSTP1"])
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": doubled}))
    assert {"Hai cột của một thành phần", "Thiếu cột thành phần"} <= set(causes(reading))
    assert "ô E1" in next(fault for fault in reading.faults if fault.cause == "Hai cột của một thành phần").where
    early = read(saved(tmp_path / "PCI_2010.xlsx", {"Tong hop": set_cell(summary_2013(2014), 0, 22, "PCI 2010")}))
    fault = next(fault for fault in early.faults if fault.cause == "Thành phần không có trong kỳ")
    assert "CSTP6" in fault.found
    assert "ô M1" in fault.where


def test_an_edition_that_is_not_registered_is_refused(tmp_path):
    message = only_fault(
        read(saved(tmp_path / "PCI_2031.xlsx", {"Summary_VN": set_cell(summary_2013(2014), 0, 22, "PCI 2031")})), "Kỳ không có trong danh mục chỉ số"
    )
    assert "kỳ 2005-2025 của PCI" in message


def test_component_sheets_that_print_another_score_are_told_with_both_cells(tmp_path):
    summary, scores = summary_2013(2014), pci_scores(2014)["CSTP1"]
    own = [["PCI ID", "Tỉnh", "Chỉ số thành phần 1", "Thời gian đăng ký"], [None, "pci_id", "sub1_entry", "c1"]]
    own += [[number, name, score + (0.05 if name == "Bình Dương" else 0.004), 12] for number, (name, score) in enumerate(scores.items())]
    own += [[None, "Min", 1, 1]]
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": summary, "Chi phí gia nhập thị trường": own}))
    assert reading.faults == ()
    (told,) = [notice.said for notice in reading.notices if notice.cause == "Hai trang của tệp ghi khác nhau"]
    assert "Chi phí gia nhập thị trường (CSTP1) của Bình Dương" in told
    assert "trang tính “Chi phí gia nhập thị trường”, ô C" in told
    assert "dùng số ở bảng tổng hợp" in told


def test_a_province_code_that_is_another_provinces_is_a_fault(tmp_path):
    shape = {code: (name, []) for code, (name, _) in PAPI_2019.items()}
    names = [name for _, name in provinces()]
    scores = {code: {name: synthetic(number, part) for number, name in enumerate(names)} for part, code in enumerate(shape)}
    scores["TOTAL"] = {name: round(sum(scores[code][name] for code in shape), 4) for name in names}
    grid = papi_grid(scores, shape)
    coded = [["tinhid", *grid[0][1:]], grid[1], *([int(code), *row[1:]] for (code, _), row in zip(provinces(), grid[2:], strict=True))]
    assert read(saved(tmp_path / "papi.xlsx", {"2019": coded}), "papi-workbook").faults == ()
    wrong = read(saved(tmp_path / "papi.xlsx", {"2019": set_cell(coded, 5, 0, 1)}), "papi-workbook")
    assert "“01” (mã của TP. Hà Nội)" in only_fault(wrong, "Mã tỉnh không khớp tên tỉnh")


def test_a_pci_workbook_given_as_papi_says_which_kind_it_is(tmp_path):
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": summary_2013(2014)})
    assert "--kind pci-workbook" in only_fault(read(path, "papi-workbook"), "Tệp là loại khác")


def test_a_file_that_cannot_be_opened_gives_faults_and_no_rows(tmp_path):
    path = tmp_path / "PCI_2014.xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")
    reading = read(path)
    assert len(reading.rows) == 0
    assert len(reading.faults) == 1
    assert "PCI_2014.xlsx" in str(reading.faults[0])
    assert recognise(path) is None


def test_an_unknown_layout_kind_is_our_own_bug(tmp_path):
    with pytest.raises(ValueError, match="pci-sheet"):
        read_index_file(tmp_path / "x.xlsx", "x.xlsx", "pci-sheet", context())
    assert set(INDEX_LAYOUTS) == {"pci-workbook", "papi-workbook", "index-panel", "index-annex"}


# --- years of the file's name, of titles, of sheets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file_name", "is_refused"),
    [
        ("PCI_2015 tải về 2024-03.xlsx", True),
        ("PCI_2014 tải về 2024-03.xlsx", False),
        ("PCI 2013, 2015.xlsx", True),
        ("PCI_2011-2016.xlsx", False),
        ("PCI 2011 – 2016.xlsx", False),
        ("PCI từ 2011 đến 2016.xlsx", False),
        ("PCI_2015-2016.xlsx", True),
        ("PCI_2013_2014 bản 2.xlsx", False),
        ("PCI 201400.xlsx", False),
    ],
)
def test_an_edition_is_one_of_the_years_of_the_name_or_lies_in_its_range(tmp_path, file_name, is_refused):
    reading = read(saved(tmp_path / file_name, {"Summary_VN": summary_2013(2014)}))
    assert causes(reading) == (["Tệp là của năm khác"] if is_refused else [])


def papi_years(path: Path, *years: int) -> ScoreReading:
    grid = papi_grid(papi_scores([name for _, name in provinces()], PAPI_2019), PAPI_2019)
    return read(saved(path, {f"PAPI {year}": grid for year in years}), "papi-workbook")


@pytest.mark.parametrize(
    ("file_name", "years", "missing"),
    [("papi.xlsx", (2018, 2020), "2019"), ("PAPI_2018-2020.xlsx", (2019, 2020), "2018"), ("PAPI_2019-2020.xlsx", (2019, 2020), None)],
)
def test_a_year_that_a_file_with_a_sheet_a_year_leaves_out_is_named(tmp_path, file_name, years, missing):
    reading = papi_years(tmp_path / file_name, *years)
    told = [fault.found for fault in reading.faults if fault.cause == "Thiếu trang của một năm"]
    assert [said.partition(";")[0] for said in told] == ([f"thiếu trang của năm {missing}"] if missing else [])


def test_a_year_without_a_registered_edition_is_no_gap(tmp_path):
    path = saved(
        tmp_path / "papi.xlsx", {f"PAPI {year}": papi_grid(papi_scores([n for _, n in provinces()], PAPI_2019), PAPI_2019) for year in (2019,)}
    )
    without = IndexContext(context().units, context().editions[context().editions["edition_year"] != 2020], *list(vars(context()).values())[2:])
    assert read_index_file(path, "PAPI_2019-2020.xlsx", "papi-workbook", without).faults == ()
    assert causes(read_index_file(path, "PAPI_2019-2020.xlsx", "papi-workbook", context())) == ["Thiếu trang của một năm"]


def test_a_title_that_states_another_year_than_the_header_is_a_fault_at_the_title(tmp_path):
    def titled(title: str) -> ScoreReading:
        grid = summary_2013(2014)
        return read(saved(tmp_path / "PCI.xlsx", {"Summary_VN": [[title, *[None] * (len(grid[0]) - 1)], *grid]}))

    message = only_fault(titled("Bảng điểm PCI 2013"), "Tên bảng và tiêu đề cột ghi hai năm")
    assert "ô A1: gặp tên bảng “Bảng điểm PCI 2013”, tiêu đề cột ghi năm 2014" in message
    assert titled("Bảng điểm PCI 2014").faults == titled("PCI 2014 so với PCI 2013").faults == titled("Bảng điểm, lập năm 2016").faults == ()


# --- columns left of the names, rounding, formulas, kinds ------------------------------------------------------------------------------------


def ranked_columns(*before: tuple[str, Callable[[int, float], object]]) -> Grid:
    """One column of names with columns before it, each made from (rank, composite)."""
    scores = pci_scores(2014)
    order = sorted(scores["TOTAL"].values(), reverse=True)
    grid = columns_grid(scores, [*((code, WORDS_VI[code]) for code in PCI_2013), ("TOTAL", "PCI 2014")])
    left = [[header for header, _ in before], *([make(1 + order.index(row[-1]), row[-1]) for _, make in before] for row in grid[1:])]
    return [[row[0], *more, *row[1:]] for row, more in zip(grid, left, strict=True)]


def test_ranks_left_of_the_names_are_those_of_the_composite_and_held_against_it(tmp_path):
    grid = ranked_columns(("Xếp hạng", lambda rank, _: rank))
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Tong hop": grid}))
    assert [str(fault) for fault in reading.faults] == []
    total = reading.rows[reading.rows["component"] == "TOTAL"].sort_values("rank")
    assert total["rank"].tolist() == list(range(1, 64))
    assert total["score"].is_monotonic_decreasing
    wrong = next(row for row, cells in enumerate(grid) if cells[1] == 1)
    assert "ô B" in only_fault(read(saved(tmp_path / "PCI_2014.xlsx", {"Tong hop": set_cell(grid, wrong, 1, 40)})), "Thứ hạng không khớp điểm")


def test_columns_of_figures_that_are_not_used_are_told_with_their_cells(tmp_path):
    grid = ranked_columns(("Xếp hạng", lambda rank, _: rank), ("Chỉ số PCI chưa có trọng số", lambda _, score: score))
    twice = [[*row, "Xếp hạng" if number == 0 else row[1]] for number, row in enumerate(grid)]
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Tong hop": twice}))
    assert [str(fault) for fault in reading.faults] == []
    assert reading.rows.loc[reading.rows["component"] == "TOTAL", "rank"].notna().all()
    (told,) = [notice.said for notice in reading.notices if notice.cause == "Cột không dùng"]
    assert "“Xếp hạng” (ô B1), “Chỉ số PCI chưa có trọng số” (ô C1)" in told


@pytest.mark.parametrize(("decimals", "off", "is_refused"), [(2, 0.05, False), (2, 0.07, True), (4, 0.05, True), (4, 0.015, False)])
def test_a_composite_may_be_off_by_the_rounding_of_its_parts_and_no_more(tmp_path, decimals, off, is_refused):
    scores = pci_scores(2014)
    scores = {code: {name: round(score, decimals) for name, score in of_code.items()} for code, of_code in scores.items() if code != "TOTAL"}
    weights = context().weights
    era = weights[(weights["index"] == "PCI") & (weights["era"] == edition("PCI", 2014)["era"])]
    share = {row.component: float(row.weight_pct) / 10 for row in era.itertuples()}
    scores["TOTAL"] = {name: sum(share[code] * scores[code][name] for code in PCI_2013) + off for name in scores["CSTP1"]}
    grid = columns_grid(scores, [*((code, WORDS_VI[code]) for code in PCI_2013), ("TOTAL", "PCI 2014")])
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Tong hop": grid}))
    assert causes(reading) == (["Điểm tổng hợp không khớp các thành phần"] if is_refused else [])


@pytest.mark.parametrize(("decimals", "off", "is_refused"), [(2, 0.04, False), (2, 0.06, True), (4, 0.02, True)])
def test_a_sum_of_papi_may_be_off_by_the_rounding_of_its_parts_and_no_more(tmp_path, decimals, off, is_refused):
    shape = {code: (name, []) for code, (name, _) in PAPI_2019.items()}
    names = [name for _, name in provinces()]
    scores = {code: {name: round(synthetic(number, part), decimals) for number, name in enumerate(names)} for part, code in enumerate(shape)}
    scores["TOTAL"] = {name: sum(scores[code][name] for code in shape) + off for name in names}
    reading = read(saved(tmp_path / "papi.xlsx", {"2019": papi_grid(scores, shape)}), "papi-workbook")
    assert causes(reading) == (["Điểm tổng hợp không khớp các thành phần"] if is_refused else [])


def test_formulas_without_a_value_count_where_figures_are_read_and_nowhere_else(tmp_path):
    grid = lookup_block(summary_2013(2014), "Yên Bái")
    below = set_cell(grid, 67, 3, "=VLOOKUP(B68,B2:C64,2,0)")
    beside = [[*row, None, "=1+1" if number == 7 else None] for number, row in enumerate(below)]
    assert read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": beside})).faults == ()
    within = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(beside, 7, 2, "=1+1")}))
    assert "ô C8" in next(str(fault) for fault in within.faults if fault.cause == "Công thức chưa có kết quả")
    last = [[None, *(f"=A{number}" for _ in range(24))] if number == 63 else row for number, row in enumerate(summary_2013(2014))]
    cut = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": last}))
    assert "ô B64" in next(str(fault) for fault in cut.faults if fault.cause == "Công thức chưa có kết quả")


def test_a_faulty_map_beside_a_workbook_comes_out_of_recognising_with_file_and_field(tmp_path):
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": summary_2013(2014)})
    (tmp_path / "toi.layout.yml").write_text("map: m\nextends: pci-workbook\norientation: rows\n", encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        recognise(path)
    assert [fault.where for fault in raised.value.faults] == ["toi.layout.yml, orientation"]
    assert recognise(tmp_path / "toi.layout.yml") is None


def test_a_papi_file_under_a_pci_name_is_first_told_to_be_of_another_kind(tmp_path):
    grid = papi_grid(papi_scores([name for _, name in provinces()], PAPI_2019), PAPI_2019, "PAPI 2019 weighted")
    reading = read(saved(tmp_path / "PCI_2019.xlsx", {"Summary 2019": grid}))
    assert reading.faults[0].cause == "Tệp là loại khác"
    assert "--kind papi-workbook" in reading.faults[0].action
    assert len(reading.faults) == 1 or len(reading.rows) > 0


# --- recognising and maps -----------------------------------------------------------------------------------------------------------------


def test_foreign_files_are_no_kind_and_never_raise(tmp_path):
    (tmp_path / "map.geojson").write_text('{"type": "FeatureCollection"}', encoding="utf-8")
    (tmp_path / "units.csv").write_text("ma_tinh,ten_tinh\n74,Bình Dương\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "odd.csv").write_bytes(b'"a\x00\xff,\n"')
    (tmp_path / "fake.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not really")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    assert [recognise(path) for path in sorted(tmp_path.iterdir())] == [None] * 6
    assert recognise(tmp_path / "absent.xlsx") is None


def test_every_registered_name_is_known_as_its_own_component_in_every_edition():
    for layout in layouts():
        years = context().editions.loc[context().editions["index"] == layout.index, "edition_year"]
        for year in sorted(set(years) - {2025}):
            names = registered_names(context().components, layout.index, int(year))
            codes = sorted(set(names) - {"TOTAL", "UNWEIGHTED"})
            for column in ("name_vi", "name_en"):
                said = components_of(context().components, layout.index, int(year)).set_index("component")[column]
                heading = find_heading(Sheet("x", [[str(said[code]) for code in codes]]), layout.for_year(int(year)), int(year), names)
                assert heading is not None
                assert [[meaning.component for meaning in cell.meanings] for cell in heading.cells] == [[code] for code in codes], (year, column)


def test_own_maps_come_first_lie_beside_the_file_or_above_and_may_be_for_some_files_only(tmp_path):
    deep = tmp_path / "pci" / "2014"
    deep.mkdir(parents=True)
    grid = set_cell(summary_2013(2014), 0, 2, "Chỉ tiêu Alpha")
    path = saved(deep / "PCI_2014.xlsx", {"Summary_VN": grid})
    own = "map: cua-toi\nextends: pci-workbook\nfiles: ['{}']\nheaders: [{{component: CSTP1, words: ['chi tieu alpha']}}]\n"
    (tmp_path / "toi.layout.yml").write_text(own.format("khac*"), encoding="utf-8")
    assert causes(read(path)) == ["Thiếu cột thành phần"]
    (tmp_path / "toi.layout.yml").write_text(own.format("pci_20*"), encoding="utf-8")
    assert read(path).faults == ()
    assert next(layout.name for layout in layouts(tmp_path)) == "cua-toi"


def test_an_override_of_a_map_holds_for_its_years_only(tmp_path):
    entry = (
        "map: m\nextends: papi-workbook\noverrides:\n- {years: [2012, 2012], zero_is_missing: false, headers: [{component: D1, words: ['alpha']}]}\n"
    )
    (tmp_path / "m.layout.yml").write_text(entry, encoding="utf-8")
    own = layouts(tmp_path)[0]
    assert [own.for_year(year).says("zero_is_missing") for year in (2011, 2012, 2013)] == [True, False, True]
    assert own.for_year(2012).headers[0].component == "D1"
    assert len(own.for_year(2012).headers) == len(own.headers) + 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("map: [", "m.layout.yml"),
        ("- a\n- b", "các trường map, extends"),
        ("map: m\nextends: pci-sheet\n", "“pci-sheet”"),
        ("map: m\nextends: pci-workbook\ncolour: red\n", "trường lạ “colour”"),
        ("map: m\nlayout: pci-workbook\nindex: PCI\n", "thiếu headers"),
        ("map: m\nextends: pci-workbook\nindex: GDP\n", "“GDP”"),
        ("map: m\nextends: pci-workbook\norientation: rows\n", "pairs, columns"),
        ("map: m\nextends: pci-workbook\nsheets: tong hop\n", "một danh sách YAML"),
        ("map: m\nextends: pci-workbook\nsheets: ['...']\n", "ít nhất một chữ"),
        ("map: m\nextends: pci-workbook\nheader_rows: 0\n", "số nguyên từ 1"),
        ("map: m\nextends: pci-workbook\nyear_from: [moon]\n", "“moon”"),
        ("map: m\nextends: pci-workbook\nheaders: [{words: ['x']}]\n", "thiếu component"),
        ("map: m\nextends: pci-workbook\nheaders: [{component: CSTP1, words: x}]\n", "words là danh sách"),
        ("map: m\nextends: pci-workbook\nheaders: [{component: CSTP1, years: 2012, words: ['x']}]\n", "[năm đầu, năm cuối]"),
        ("map: m\nextends: pci-workbook\nheaders: [{component: CSTP1, field: colour, words: ['x']}]\n", "“colour”"),
        ("map: m\nextends: pci-workbook\noverrides: [{orientation: columns}]\n", "years: [năm đầu, năm cuối]"),
        ("map: m\nextends: pci-workbook\ncheck_sheets: [a]\n", "mã thành phần"),
    ],
)
def test_a_faulty_map_is_refused_with_its_file_and_place(tmp_path, written, said):
    (tmp_path / "m.layout.yml").write_text(written, encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        layouts(tmp_path)
    assert {fault.cause for fault in raised.value.faults} == {"Bản đồ trang tính không dùng được"}
    assert said in str(raised.value)
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": summary_2013(2014)})
    assert causes(read(path)) == ["Bản đồ trang tính không dùng được"]


def test_lists_of_a_map_come_before_those_it_extends_and_values_in_their_place():
    assert merged({"sheets": ["a"], "orientation": "pairs"}, {"sheets": ["b"], "orientation": "columns"}) == {
        "sheets": ["b", "a"],
        "orientation": "columns",
    }


SPELLINGS = {
    "77": ("BRVT", "BR-VT", "Bà Rịa – Vũng Tàu"),
    "46": ("TT-Huế", "TT- Huế", "TT.Huế", "Thua Thien Hue", "Thừa Thiên-Huế"),
    "79": ("HCMC", "Tp.HCM", "TP.Hồ Chí Minh", "Ho Chi Minh City"),
    "06": ("Bac Can", "Bắc Cạn"),
    "66": ("Dak Lak", "Đắc Lắk", "Daklak"),
    "67": ("Đăk Nông",),
    "01": ("Ha Noi City",),
    "62": ("Kontum",),
    "56": ("Khánh Hoà",),
}


@pytest.mark.parametrize(("written", "code"), [(written, code) for code, spellings in SPELLINGS.items() for written in spellings])
def test_spellings_of_publishers_mean_one_province(written, code):
    found = ProvinceNames(context().units, edition("PCI", 2012)).resolve(written)
    assert found is not None
    assert (found.code, found.vintage) == (code, "63-tinh")


def test_ha_tay_is_a_province_of_editions_until_2008_only():
    codes = {year: ProvinceNames(context().units, edition("PCI", year)).resolve("Hà Tây") for year in (2006, 2008, 2009)}
    assert [found and (found.code, found.vintage) for found in codes.values()] == [("28", "64-tinh"), ("28", "64-tinh"), None]


def test_each_declared_spelling_belongs_to_one_province_and_resolves():
    declared = yaml.safe_load((Path(index_files.__file__).parent / "layouts" / "provinces.yml").read_text(encoding="utf-8"))
    keys = ["".join(words(spelling)) for spellings in declared.values() for spelling in spellings]
    assert len(keys) == len(set(keys))
    names = ProvinceNames(context().units, edition("PCI", 2012))
    assert [spelling for spellings in declared.values() for spelling in spellings if names.resolve(spelling) is None] == []


def test_phrases_stand_anywhere_at_the_beginning_or_alone():
    text = words("Un-weighted2015PAPI (điểm)")
    assert text == ("un", "weighted", "2015", "papi", "diem")
    assert Phrase.read("weighted {year} papi").fit(text) > Phrase.read("papi").fit(text) > NO_FIT
    assert Phrase.read("^weighted").fit(text) == NO_FIT
    assert Phrase.read("^un weighted").fit(text) > Phrase.read("un weighted # papi diem").fit(text)
    assert Phrase.read("=papi").fit(text) == NO_FIT
    assert best_fit([], text) == NO_FIT
    with pytest.raises(ValueError, match=r"[.]"):
        Phrase.read("...")


# --- long tables --------------------------------------------------------------------------------------------------------------------------

PCI_LONG = ["province", "year", "component_code", "component_name", "score", "source", "status"]


def long_table(path: Path, lines: Sequence[Sequence[object]], header: Sequence[str] = PCI_LONG) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


def test_a_long_table_keeps_what_was_published_and_sets_the_rest_aside_with_the_reason(tmp_path):
    lines = [
        ["Bình Dương", 2022, "PCI", "x", 65.5, "https://example.org/a", "press"],
        ["Bình Dương", 2022, "PCI_RANK", "x", 7, "https://example.org/a", "press"],
        ["Bình Dương", 2021, "PCI_RANK", "x", 6, "COMPUTED", "computed"],
        ["Thừa Thiên Huế", 2005, "CSTP_IMPL_2005", "x", 5.5, "VCCI file", "official_file"],
        ["Hà Tây", 2007, "PCI_UNW", "x", 55.5, "VCCI file", "official_file"],
        ["Huế", 2025, "PCI2025_1", "x", 6.5, "s", "derived"],
        ["Hà Nội", 2019, "CSTP1", "x", "7,5", "s", "secondary_panel_verified"],
    ]
    path = long_table(tmp_path / "pci_long.csv", lines)
    assert recognise(path) == "index-panel"
    reading = read(path, "index-panel")
    assert [str(fault) for fault in reading.faults] == []
    shown = reading.rows[["edition_year", "province_code", "vintage", "component", "score", "rank", "basis"]].astype("object")
    assert shown.where(shown.notna(), None).values.tolist() == [
        [2022, "74", "63-tinh", "TOTAL", 65.5, None, "stated"],
        [2022, "74", "63-tinh", "TOTAL", None, 7, "stated"],
        [2005, "46", "63-tinh", "CSTP_IMPL", 5.5, None, "publisher_file"],
        [2007, "28", "64-tinh", "UNWEIGHTED", 55.5, None, "publisher_file"],
        [2019, "01", "63-tinh", "CSTP1", 7.5, None, "compiled"],
    ]
    assert reading.rows["address"][0] == "tệp pci_long.csv: https://example.org/a"
    assert reading.places.tolist() == [f"pci_long.csv, dòng {line}" for line in (2, 3, 5, 6, 8)]
    assert [place for place, _, _ in reading.set_aside] == ["pci_long.csv, dòng 4", "pci_long.csv, dòng 7"]
    assert "tự tính" in reading.set_aside[0][2]
    assert reading.lines_count == len(lines) == len(reading.rows) + len(reading.set_aside)
    assert {notice.cause for notice in reading.notices} >= {"Kỳ chỉ có một phần các tỉnh"}


def test_papi_errors_are_standard_errors_of_the_composite(tmp_path):
    header = ["province", "year", "stat", "value", "source"]
    lines = [
        ["Bình Dương", 2019, "unweighted_se", 0.4, "s"],
        ["Bình Dương", 2019, "unweighted_score", 43.5, "s"],
        ["Bình Dương", 2019, "n_obs", 200, "s"],
    ]
    reading = read(long_table(tmp_path / "e.csv", lines, header), "index-panel")
    assert reading.faults == ()
    assert reading.rows["component"].tolist() == ["TOTAL", "TOTAL"]
    assert reading.rows["standard_error_score"].tolist()[0] == 0.4
    assert reading.rows["score"].tolist()[1] == 43.5
    assert len(reading.set_aside) == 1


@pytest.mark.parametrize(
    ("line", "cause", "column"),
    [
        (["Bình Duơng Y", 2019, "CSTP1", "x", 6, "s", "official_file"], "Tên tỉnh không có trong danh mục", "province"),
        (["Hà Tây", 2019, "CSTP1", "x", 6, "s", "official_file"], "Tỉnh không có trong kỳ này", "province"),
        (["Bình Dương", 1999, "CSTP1", "x", 6, "s", "official_file"], "Kỳ không có trong danh mục chỉ số", "year"),
        (["Bình Dương", "năm nay", "CSTP1", "x", 6, "s", "official_file"], "Kỳ không có trong danh mục chỉ số", "year"),
        (["Bình Dương", 2019, "CSTP99", "x", 6, "s", "official_file"], "Mã thành phần không có trong kỳ", "component_code"),
        (["Bình Dương", 2019, "CSTP1", "x", "sáu", "s", "official_file"], "Ô điểm không phải số", "score"),
        (["Bình Dương", 2019, "CSTP1", "x", 0, "s", "official_file"], "Điểm 0", "score"),
        (["Bình Dương", 2019, "CSTP1", "x", 66, "s", "official_file"], "Điểm ngoài thang", "score"),
        (["Bình Dương", 2019, "CSTP1", "x", 6, "s", "rumour"], "Không biết số liệu được lấy thế nào", "status"),
    ],
)
def test_a_faulty_line_of_a_long_table_is_named_with_its_column(tmp_path, line, cause, column):
    message = only_fault(
        read(long_table(tmp_path / "p.csv", [["Hà Nội", 2019, "CSTP1", "x", 6.1, "s", "official_file"], line]), "index-panel"), cause
    )
    assert message.startswith(f"p.csv, dòng 3, cột {column}: ")


def test_a_line_stated_twice_and_a_composite_that_does_not_follow_are_faults(tmp_path):
    line = ["Hà Nội", 2019, "CSTP1", "x", 6.1, "s", "official_file"]
    assert "dòng 3" in only_fault(read(long_table(tmp_path / "p.csv", [line, line]), "index-panel"), "Một số liệu ghi hai lần")
    parts = [["Hà Nội", 2019, code, "x", 6, "s", "official_file"] for code in PCI_2013]
    whole = ["Hà Nội", 2019, "PCI", "x", 60.5, "s", "official_file"]
    assert "tổng theo trọng số là 60" in only_fault(
        read(long_table(tmp_path / "p.csv", [*parts, whole]), "index-panel"), "Điểm tổng hợp không khớp các thành phần"
    )


def test_another_table_is_no_long_table(tmp_path):
    path = long_table(tmp_path / "p.csv", [[1, 2]], ["a", "b"])
    assert "component_code" in only_fault(read(path, "index-panel"), "Tệp không phải bảng dài đã khai")


# --- damage -------------------------------------------------------------------------------------------------------------------------------

DAMAGE = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.integers(-(10**6), 10**6),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(["Hà Nội", "Bình Dương", "7,5", "#N/A", "MIN", "PCI 2013", "Tỉnh", "Xếp hạng", "0"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 66), st.integers(0, 24), DAMAGE), min_size=1, max_size=4))
def test_damaged_cells_never_crash_and_never_change_a_figure_unsaid(tmp_path, damages):
    grid = lookup_block(summary_2013(2014), "Yên Bái")
    for row, column, value in damages:
        grid = set_cell(grid, row, column, value)
    reading = read(saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": grid}))
    if reading.faults:
        assert all(
            fault.where.startswith(("PCI_2014.xlsx", "trang tính")) and fault.found and fault.accepted and fault.action for fault in reading.faults
        )
        return
    expected = pci_scores(2014)
    for code in (*PCI_2013, "TOTAL"):
        found = scores_of(reading, code)
        assert found.keys() == by_code(expected[code]).keys()
        assert all(abs(found[province] - score) <= 0.05 for province, score in by_code(expected[code]).items())  # 0.02 of 5 % of 10 points


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(DAMAGE, max_size=8), max_size=12))
def test_any_sheet_is_read_refused_or_no_kind_at_all(tmp_path, grid):
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": grid})
    assert recognise(path) in (None, *INDEX_LAYOUTS)
    for layout in ("pci-workbook", "papi-workbook", "index-panel"):
        assert read(path, layout).faults


def test_a_reading_is_the_same_every_time(tmp_path):
    path = saved(tmp_path / "PCI_2014.xlsx", {"Summary_VN": set_cell(summary_2013(2014), 9, 6, "x")})
    first, second = read(path), read(path)
    pd.testing.assert_frame_equal(first.rows, second.rows)
    assert (first.faults, first.notices, first.set_aside) == (second.faults, second.notices, second.set_aside)
    assert load_workbook(path)["Summary_VN"]["G10"].value == "x"
