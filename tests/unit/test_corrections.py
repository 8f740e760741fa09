"""Declared corrections: what is replaced, taken out or expired, and what must be refused."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.codes import SCORE_FIELDS
from analysis.contracts import SCHEMAS, columns_of
from analysis.contracts.index_schemas import CORRECTIONS, INDEX_SCORES
from analysis.corrections import DECLARED, EXPIRED, apply, declared_faults
from analysis.ingest.score_reading import SCORE_COLUMNS
from analysis.sources import Source

PAGE, OTHER_PAGE = "https://trang.example/in-sai", "https://trang.example/dung"
ROW = {
    "index": "PCI",
    "edition_year": "2010",
    "province_code": "74",
    "vintage": "63-tinh",
    "component": "TOTAL",
    "score": "65.72",
    "rank": "5",
    "standard_error_score": "",
    "basis": "stated",
    "note": "",
    "address": PAGE,
}
CORRECTION = {
    "correction_id": "thu",
    "corrects_source_id": "pci",
    "index": "PCI",
    "edition_year": 2010,
    "province_code": "74",
    "component": "TOTAL",
    "field": "score",
    "wrong_value": 65.72,
    "right_value": None,
    "reason_vi": "in sai",
    "address": OTHER_PAGE,
    "source_id": "dinh-chinh",
}


def text_rows(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([ROW | row for row in rows], columns=SCORE_COLUMNS, index=range(2, 2 + len(rows)), dtype="object")


def typed_rows(*rows: dict) -> pd.DataFrame:
    dtypes = {name: str(INDEX_SCORES.columns[name].dtype) for name in SCORE_COLUMNS}
    values = text_rows(*rows).replace("", None)
    for column in ("edition_year", "rank"):
        values[column] = values[column].map(int, na_action="ignore")
    for column in ("score", "standard_error_score"):
        values[column] = values[column].map(float, na_action="ignore")
    return values.astype(dtypes)


def declared(*corrections: dict) -> pd.DataFrame:
    rows = [CORRECTION | {"correction_id": f"thu-{number}"} | correction for number, correction in enumerate(corrections)]
    table = pd.DataFrame(rows, columns=columns_of(CORRECTIONS), dtype="object")
    return table.astype({name: str(column.dtype) for name, column in CORRECTIONS.columns.items()})


def places(rows: pd.DataFrame) -> pd.Series:
    return pd.Series([f"pci.csv, dòng {line}" for line in rows.index], index=rows.index, dtype="object")


def corrected(rows: pd.DataFrame, *corrections: dict, source_id: str = "pci"):
    return apply(rows, declared(*corrections), source_id, places(rows))


BOTH = pytest.mark.parametrize("make", [text_rows, typed_rows], ids=["text", "typed"])


@BOTH
def test_a_wrong_figure_without_a_right_one_is_taken_out_and_the_rest_of_its_row_stays(make):
    rows = make({}, {"province_code": "75"})
    found = corrected(rows, {})
    assert pd.isna(found.rows.loc[2, "score"]) or found.rows.loc[2, "score"] == ""
    assert int(found.rows.loc[2, "rank"]) == 5
    assert found.rows.loc[2, "basis"] == "stated"
    assert found.set_aside == (("pci.csv, dòng 2", "PCI 2010, 74, TOTAL: điểm 65,72", "in sai"),)
    assert found.expired == ()
    pd.testing.assert_frame_equal(found.rows.loc[[3]], rows.loc[[3]])
    pd.testing.assert_series_equal(found.rows.dtypes, rows.dtypes)


@BOTH
def test_a_row_left_without_any_figure_goes(make):
    found = corrected(make({"rank": ""}, {"province_code": "75"}), {})
    assert found.rows.index.tolist() == [3]
    assert len(found.set_aside) == 1


@BOTH
def test_a_row_wrong_in_score_and_rank_takes_two_corrections_and_goes(make):
    found = corrected(make({}), {"field": "rank", "wrong_value": 5}, {})
    assert found.rows.empty
    assert [shown for _, shown, _ in found.set_aside] == ["PCI 2010, 74, TOTAL: điểm 65,72", "PCI 2010, 74, TOTAL: hạng 5"]


@BOTH
def test_a_score_put_right_is_called_derived_and_its_row_says_what_the_page_has(make):
    found = corrected(make({"note": "bản in"}), {"right_value": 65.27})
    row = found.rows.loc[2]
    assert (float(row["score"]), int(row["rank"]), row["basis"], row["address"]) == (65.27, 5, "derived", OTHER_PAGE)
    assert row["note"] == f"bản in; điểm 65,27 thay cho 65,72 in sai ở {PAGE}"
    assert found.set_aside[0][2] == f"in sai; dùng 65,27 theo {OTHER_PAGE}"


@BOTH
def test_a_rank_put_right_leaves_the_score_with_its_own_page(make):
    row = corrected(make({}), {"field": "rank", "wrong_value": 5, "right_value": 6}).rows.loc[2]
    assert (float(row["score"]), int(row["rank"]), row["basis"], row["address"]) == (65.72, 6, "stated", PAGE)
    assert row["note"] == "hạng 6 thay cho 5 in sai"


@BOTH
def test_a_rank_alone_put_right_takes_the_page_of_its_correction(make):
    row = corrected(make({"score": ""}), {"field": "rank", "wrong_value": 5, "right_value": 6}).rows.loc[2]
    assert (int(row["rank"]), row["basis"], row["address"]) == (6, "derived", OTHER_PAGE)


def test_a_score_taken_out_leaves_a_rank_put_right_to_be_called_derived_whatever_the_order_of_the_corrections():
    rank = {"correction_id": "a", "field": "rank", "wrong_value": 5, "right_value": 6}
    for order in ([rank, {"correction_id": "b"}], [{"correction_id": "b"}, rank]):
        assert corrected(text_rows({}), *order).rows.loc[2, "basis"] == "derived"


def test_a_misprint_beside_the_right_figure_of_the_same_source_only_goes():
    found = corrected(text_rows({}, {"score": "65.27", "rank": "", "address": OTHER_PAGE}), {"right_value": 65.27})
    assert found.rows["score"].tolist() == ["", "65.27"]
    assert found.rows["basis"].tolist() == ["stated", "stated"]
    assert found.set_aside[0][2].endswith(f"dùng 65,27 theo {OTHER_PAGE}")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([{"score": "65.27"}], "nay ghi 65,27;"),
        ([{"score": "65.27"}, {"score": "65.3"}], "nay ghi 65,27, 65,3;"),
        ([{"score": "65,72"}], "nay ghi 65,72;"),
        ([{"score": ""}], "nay không có số này;"),
        ([{"province_code": "75"}], "nay không có số này;"),
        ([{"edition_year": "2011"}], "nay không có số này;"),
        ([{"component": "CSTP1"}], "nay không có số này;"),
        ([{"index": "PAPI"}], "nay không có số này;"),
    ],
)
def test_a_correction_whose_wrong_value_is_gone_expires_and_says_what_stands_there(there, said):
    rows = text_rows(*there)
    found = corrected(rows, {"correction_id": "pci-74"})
    pd.testing.assert_frame_equal(found.rows, rows)
    assert found.set_aside == ()
    notice = found.expired[0]
    assert (notice.cause, notice.where) == (EXPIRED, "corrections.csv, mục pci-74")
    assert said in notice.said
    assert notice.said.endswith("bỏ mục này khỏi corrections.csv")


def test_a_value_counts_as_the_wrong_one_up_to_a_billionth_and_however_it_is_written():
    assert len(corrected(text_rows({"score": "65.720000000"}), {}).set_aside) == 1
    assert len(corrected(text_rows({"score": "65.7200001"}), {}).expired) == 1


def test_corrections_of_another_source_do_nothing_here_and_do_not_expire():
    rows = typed_rows({})
    found = corrected(rows, {}, source_id="pci-khac")
    pd.testing.assert_frame_equal(found.rows, rows)
    assert (found.set_aside, found.expired) == ((), ())


def test_a_standard_error_can_be_corrected_as_well():
    row = corrected(
        typed_rows({"standard_error_score": "12.1"}), {"field": "standard_error_score", "wrong_value": 12.1, "right_value": 1.21}
    ).rows.loc[2]
    assert (row["standard_error_score"], row["score"], row["basis"]) == (1.21, 65.72, "stated")


FIGURES = st.sampled_from(["", "1", "2.5", "65.72", "63"])
ROWS = st.lists(
    st.fixed_dictionaries({"province_code": st.sampled_from(["01", "74", "75"]), "score": FIGURES, "rank": st.sampled_from(["", "1", "63"])}),
    max_size=8,
)
DECLARED_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "province_code": st.sampled_from(["01", "74", "75"]),
            "field": st.sampled_from(["score", "rank"]),
            "wrong_value": st.sampled_from([1.0, 2.5, 63.0]),
            "right_value": st.sampled_from([None, 7.0]),
        }
    ),
    max_size=5,
    unique_by=lambda one: (one["province_code"], one["field"], one["wrong_value"]),
)


@given(ROWS, DECLARED_ROWS, st.randoms(use_true_random=False))
def test_each_correction_is_used_or_expires_no_wrong_value_is_left_and_order_decides_nothing(rows, corrections, random):
    there = text_rows(*rows)
    found = corrected(there, *corrections)
    table = declared(*corrections)
    assert {notice.where.rpartition(" ")[2] for notice in found.expired} <= set(table["correction_id"])
    for correction in table.to_dict("records"):
        before = there[there["province_code"] == correction["province_code"]]
        was_there = pd.to_numeric(before[correction["field"]]).eq(correction["wrong_value"]).any()
        is_expired = f"corrections.csv, mục {correction['correction_id']}" in {notice.where for notice in found.expired}
        assert is_expired != was_there
        left = found.rows[found.rows["province_code"] == correction["province_code"]]
        assert not pd.to_numeric(left[correction["field"]]).eq(correction["wrong_value"]).any()
    untouched = ~there["province_code"].isin(table["province_code"])
    pd.testing.assert_frame_equal(found.rows[found.rows.index.isin(there.index[untouched])], there[untouched])
    shuffled = table.sample(frac=1, random_state=random.randint(0, 9)).reset_index(drop=True)
    again = apply(there, shuffled, "pci", places(there))
    pd.testing.assert_frame_equal(again.rows, found.rows)
    assert (again.set_aside, again.expired) == (found.set_aside, found.expired)


# What is declared


def source(source_id: str, table: str = "index_scores") -> Source:
    return Source(source_id, "a.csv", table, "a", "a", "a", "a", "a", "2026-11-22", ("a",), "0" * 64, False, "a", "a")


UNITS = pd.DataFrame({"unit_code": ["00", "74", "718"], "level": ["country", "province", "district"]}, dtype="string")
COMPONENTS = pd.DataFrame({"index": ["PCI", "PCI"], "component": ["TOTAL", "CSTP6"], "first_year": [2005, 2013], "last_year": [2024, 2024]})
EDITIONS = pd.DataFrame({"index": ["PCI", "PCI"], "edition_year": [2010, 2013]})


def told(*corrections: dict, with_places: bool = False) -> list[str]:
    table = declared(*corrections)
    where = pd.Series([f"corrections.csv, dòng {line + 2}" for line in table.index], index=table.index) if with_places else None
    faults = declared_faults(table, UNITS, COMPONENTS, EDITIONS, [source("pci"), source("su-kien", "events")], where)
    assert {fault.cause for fault in faults} <= {DECLARED}
    return [f"{fault.where}: {fault.found}" for fault in faults]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"corrects_source_id": "khac"}, "nguồn “khac”"),
        ({"corrects_source_id": "su-kien"}, "nguồn “su-kien”"),
        ({"province_code": "99"}, "tỉnh “99”"),
        ({"province_code": "718"}, "tỉnh “718”"),
        ({"edition_year": 2011}, "kỳ “PCI 2011”"),
        ({"component": "CSTP6"}, "thành phần “CSTP6” của PCI 2010"),
        ({"right_value": 65.72}, "right_value = wrong_value = 65.72"),
        ({"field": "rank", "wrong_value": 65, "right_value": 6.5}, "hạng “6.5”"),
    ],
)
def test_a_correction_that_names_what_is_not_known_or_changes_nothing_is_refused(changed, found):
    assert told(changed) == [f"corrections.csv, mục thu-0: {found}"]


def test_sound_corrections_have_no_faults():
    assert (
        told({}, {"field": "rank", "wrong_value": 65, "right_value": 6}, {"edition_year": 2013, "component": "CSTP6"}, {"province_code": "00"}) == []
    )


def test_all_faults_are_told_together_each_at_its_line():
    found = told({"province_code": "99", "corrects_source_id": "khac"}, {"edition_year": 2011}, with_places=True)
    assert found == [
        "corrections.csv, dòng 2: nguồn “khac”",
        "corrections.csv, dòng 2: tỉnh “99”",
        "corrections.csv, dòng 3: kỳ “PCI 2011”",
    ]


def test_one_wrong_value_declared_twice_is_refused_with_both_places():
    assert told({"right_value": 1}, {"right_value": 2}) == [
        "corrections.csv, mục thu-1: “PCI 2010, 74, TOTAL”: đã đính chính ở corrections.csv, mục thu-0"
    ]


@pytest.mark.parametrize("empty", ["corrects_source_id", "index", "edition_year", "province_code", "component", "field", "wrong_value"])
def test_a_cell_that_could_not_be_read_is_not_told_again_and_stops_nothing(empty):
    rows = text_rows({})
    assert told({empty: None}) == []
    assert corrected(rows, {empty: None}).set_aside == ()


def test_the_columns_of_corrections_are_those_of_the_contract_and_fields_those_of_a_score():
    assert set(CORRECTION) == set(columns_of(SCHEMAS["corrections"]))
    assert set(SCORE_FIELDS) < set(SCORE_COLUMNS)
