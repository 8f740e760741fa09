"""Tables and sentences on which source an index figure came from, and where sources disagree."""

import pandas as pd
import pytest

from analysis import tables
from analysis.codes import SHARED_RANK
from analysis.corrections import EXPIRED
from analysis.narrative import quality as say

REGISTER = pd.DataFrame({"source_id": ["panel", "press"], "short_vi": ["tệp a.csv", "PCI (VCCI)"]})
TRUST = pd.DataFrame({"trust_level": [1, 2], "name_vi": ["tệp của nơi công bố", "báo chí"], "source_id": "registry"})
COMPONENTS = pd.DataFrame({"index": ["PCI"], "component": ["CSTP1"], "first_year": [2006], "last_year": [2024], "name_vi": ["Gia nhập thị trường"]})
UNITS = pd.DataFrame({"unit_code": ["00", "74"], "vintage": "63-tinh", "level": ["country", "province"], "name_vi": ["Cả nước", "Tỉnh Bình Dương"]})


def said(value: float, source: str, level: int, *, is_chosen: bool, address: str = "tệp a.csv, trang 1", **figure: object) -> dict[str, object]:
    about = {"index": "PCI", "edition_year": 2021, "province_code": "74", "vintage": "63-tinh", "component": "TOTAL", "field": "score"}
    return {**about, "value": value, "source_id": source, "trust_level": level, "is_chosen": is_chosen, "address": address, **figure}


def conflicts(*rows: dict[str, object]):
    return tables.conflicts(pd.DataFrame(rows), REGISTER, TRUST, COMPONENTS, UNITS)


def test_a_conflict_names_the_figure_what_each_source_says_and_which_level_of_trust_decided():
    table = conflicts(said(69.5, "press", 2, is_chosen=False, address="https://www.bao.example/tin"), said(69.61, "panel", 1, is_chosen=True))
    assert table.rows == (("PCI 2021, Bình Dương: điểm", "69,61 (tệp a.csv); 69,5 (bao.example)", "69,61", "tệp của nơi công bố"),)
    assert table.provenance.source_ids == ("panel", "press", "registry")


def test_where_both_sides_are_trusted_alike_the_table_says_that_order_decided():
    first, second = (f"https://{site}.example/1" for site in "ab")
    table = conflicts(
        said(3, "press", 2, is_chosen=True, address=first, field="rank"), said(4, "press", 2, is_chosen=False, address=second, field="rank")
    )
    assert table.rows[0][:3] == ("PCI 2021, Bình Dương: hạng", "3 (a.example); 4 (b.example)", "3")
    assert table.rows[0][3] == "báo chí; cùng bậc tin cậy, lấy nguồn đăng ký trước rồi theo thứ tự địa chỉ"


def test_composites_stand_before_components_and_newer_editions_before_older_ones():
    rows = [
        said(value, "panel", 1, is_chosen=value == 1, **figure)
        for figure in ({"component": "CSTP1"}, {"edition_year": 2015}, {})
        for value in (1.0, 2.0)
    ]
    assert [row[0] for row in conflicts(*rows).rows] == [
        "PCI 2021, Bình Dương: điểm",
        "PCI 2015, Bình Dương: điểm",
        "PCI 2021, Bình Dương, Gia nhập thị trường: điểm",
    ]
    assert conflicts(*rows).first_rows == 10


def test_a_level_outside_the_declared_order_is_said_to_be_so():
    assert conflicts(said(1.0, "panel", 9, is_chosen=True)).rows[0][3] == "không có trong thứ tự tin cậy"


def scores(*rows: tuple[int, str, str, str | None]) -> pd.DataFrame:
    columns = ["edition_year", "province_code", "source_id", "rank_source_id"]
    return pd.DataFrame(rows, columns=columns).assign(index="PCI", error_source_id=pd.NA, digits_source_id=pd.NA, rank=1)


def test_editions_of_the_same_sources_stand_together_with_the_provinces_held():
    held = scores(
        (2019, "01", "press", None), (2020, "01", "press", None), (2020, "74", "press", None), (2021, "74", "press", "panel"), (2021, "00", "x", None)
    )
    assert tables.edition_origins(held, REGISTER).rows == (
        ("PCI", "2019–2020", "từ 1 đến 2", "PCI (VCCI)"),
        ("PCI", "2021", "1", "PCI (VCCI); tệp a.csv"),
    )


def test_an_edition_held_in_part_stands_apart_from_those_held_for_all_provinces():
    whole = [(year, f"{code:02d}", "press", None) for year in (2019, 2021) for code in range(1, 64)]
    held = scores(*whole, (2020, "74", "press", None), (2022, "74", "press", None))
    assert [row[1:3] for row in tables.edition_origins(held, REGISTER).rows] == [("2019, 2021", "63"), ("2020, 2022", "1")]


NOTICES = pd.DataFrame(
    [(SHARED_RANK, f"PCI {year}, TOTAL", "hạng 3 ghi cho A và B") for year in range(2015, 2020)]
    + [(EXPIRED, "corrections.csv, mục x", "bỏ mục này")],
    columns=["cause_vi", "where_vi", "said_vi"],
)


def test_shared_ranks_are_told_up_to_three_and_the_others_counted():
    sentence = say.shared_ranks(NOTICES, scores((2021, "74", "press", None)))
    assert sentence.text_vi.count("hạng 3 ghi cho A và B") == 3
    assert sentence.text_vi.endswith("; và 2 trường hợp khác.")
    assert say.shared_ranks(NOTICES.tail(1), scores((2021, "74", "press", None))) is None


def test_each_expired_correction_is_a_sentence():
    told = say.expired_corrections(NOTICES, pd.DataFrame({"source_id": ["index-corrections"]}))
    assert [sentence.text_vi for sentence in told] == ["Mục đính chính không còn dùng được (corrections.csv, mục x): bỏ mục này."]


def test_disagreement_is_counted_by_figure_and_not_by_statement():
    rows = pd.DataFrame([said(1.0, "panel", 1, is_chosen=True), said(2.0, "press", 2, is_chosen=False), said(3.0, "press", 2, is_chosen=False)])
    sentence = say.disagreement(rows, scores((2021, "74", "press", None)), TRUST)
    assert "ở 1 trong 1 số liệu chỉ số" in sentence.text_vi
    assert say.disagreement(rows.head(0), scores(), TRUST) is None


@pytest.mark.parametrize(("count", "rows_shown"), [(10, 10), (11, 1)])
def test_many_figures_of_one_file_with_one_reason_stand_in_one_row_with_the_first(count, rows_shown):
    aside = pd.DataFrame(
        {"source_id": "panel", "line": pd.NA, "row_vi": [f"số {number}" for number in range(count)], "reason_vi": "hạng tính lại, không phải hạng in"}
    )
    rows = tables.set_aside(aside).rows
    assert len(rows) == rows_shown
    assert rows[0][0] == ("số 0" if rows_shown > 1 else "số 0 và 10 số liệu khác cùng tệp")


def test_files_of_the_index_folder_stand_in_one_row_a_publisher(shipped_tables):
    register = shipped_tables.sources
    own = register[register["source_id"] == "pci-2006-2024"].iloc[[0, 0]]
    beside = own.assign(source_id=["thu-muc-a", "thu-muc-b"], received_on="", layout="pci-workbook", edition=["PCI 2012", "PCI 2013"])
    rows = tables.sources(pd.concat([register, beside])).rows
    assert len(rows) == len(register) + 1
    assert rows[-1][:4] == ("Tệp trong thư mục chỉ số", "2 tệp của đơn vị", own["publisher"].iloc[0], "PCI 2012; PCI 2013")
