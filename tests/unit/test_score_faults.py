"""Scores against the index registry, and ranks against the scores of their own source."""

from datetime import date
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ingest.scores import (
    NOT_REGISTERED,
    OTHER_PROVINCES,
    OUT_OF_SCALE,
    RANK_AGAINST_SCORE,
    RANK_TOO_LARGE,
    WEIGHTS,
    ZERO_SCORE,
    score_faults,
    weight_faults,
)

COMPONENTS = pd.DataFrame(
    [("PCI", "TOTAL", 2005, 2025, 10.0, 100.0, "higher_is_better"), ("PCI", "COST", 2005, 2025, 0.0, 100.0, "lower_is_better")],
    columns=["index", "component", "first_year", "last_year", "scale_min_score", "scale_max_score", "direction"],
).astype({"first_year": "Int64", "last_year": "Int64"})
EDITIONS = pd.DataFrame(
    [
        ("PCI", year, vintage, pd.Timestamp(year, 1, 1), ranked)
        for year, vintage, ranked in (
            (2005, "63-tinh", None),
            (2008, "63-tinh", 64),
            (2009, "63-tinh", 3),
            (2021, "63-tinh", 63),
            (2025, "34-tinh", 34),
        )
    ],
    columns=["index", "edition_year", "vintage", "measured_from_date", "ranked_units_count"],
).astype({"edition_year": "Int64", "ranked_units_count": "Int64"})


def scores(*rows: dict) -> pd.DataFrame:
    defaults = {"index": "PCI", "edition_year": 2021, "vintage": "63-tinh", "component": "TOTAL", "score": None, "rank": None, "source_id": "a"}
    table = pd.DataFrame([defaults | {"province_code": f"{number:02}"} | row for number, row in enumerate(rows, 1)])
    dtypes = {"edition_year": "Int64", "rank": "Int64", "score": "Float64", "vintage": "string", "province_code": "string"}
    return table.astype(dtypes)


def told(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    where = pd.Series([f"dòng {line + 2}" for line in table.index], index=table.index)
    return [(fault.cause, fault.where, fault.found) for fault in score_faults(table, COMPONENTS, EDITIONS, where)]


@pytest.mark.parametrize(
    ("row", "cause", "found"),
    [
        ({"edition_year": 2020, "score": 60}, NOT_REGISTERED, "“PCI 2020, TOTAL”"),
        ({"component": "CSTP99", "score": 6}, NOT_REGISTERED, "“PCI 2021, CSTP99”"),
        ({"score": 0}, ZERO_SCORE, "“0”"),
        ({"score": 9.99}, OUT_OF_SCALE, "“9.99”"),
        ({"score": 100.5}, OUT_OF_SCALE, "“100.5”"),
        ({"rank": 64}, RANK_TOO_LARGE, "hạng 64"),
        ({"edition_year": 2008, "rank": 65}, RANK_TOO_LARGE, "hạng 65"),
        ({"vintage": "34-tinh", "score": 60}, OTHER_PROVINCES, "tỉnh “01” danh mục 34-tinh trong kỳ PCI 2021"),
        ({"edition_year": 2025, "score": 60}, OTHER_PROVINCES, "tỉnh “01” danh mục 63-tinh trong kỳ PCI 2025"),
        ({"vintage": "64-tinh", "score": 60}, OTHER_PROVINCES, "tỉnh “01” danh mục 64-tinh trong kỳ PCI 2021"),
        ({"edition_year": 2009, "vintage": "64-tinh", "score": 60}, OTHER_PROVINCES, "tỉnh “01” danh mục 64-tinh trong kỳ PCI 2009"),
    ],
)
def test_a_score_the_registry_does_not_admit_is_told_once_at_its_place(row, cause, found):
    assert told(scores({"score": 55}, row | {"province_code": "01"})) == [(cause, "dòng 3", found)]


@pytest.mark.parametrize(
    "row",
    [
        {"score": 10},
        {"score": 100, "rank": 63},
        {"edition_year": 2008, "vintage": "64-tinh", "score": 60, "rank": 64},
        {"edition_year": 2005, "vintage": "64-tinh", "score": 60, "rank": 64},
        {"edition_year": 2025, "vintage": "34-tinh", "score": 60},
        {"edition_year": None, "score": None, "rank": 3},
        {"province_code": None, "vintage": None, "score": 60},
    ],
    ids=["lowest", "highest", "Hà Tây 2008", "Hà Tây 2005, number ranked unknown", "34 provinces", "no year", "no province"],
)
def test_what_the_registry_admits_or_a_cell_left_unread_has_no_fault_of_its_own(row):
    assert [fault for fault in told(scores(row)) if fault[0] != NOT_REGISTERED] == []


def test_every_edition_before_august_2008_also_takes_the_list_of_64_by_its_day_and_not_by_its_year():
    later = EDITIONS.assign(measured_from_date=pd.Timestamp(date(2008, 8, 1)))
    table = scores({"edition_year": 2008, "vintage": "64-tinh", "score": 60})
    where = pd.Series(["dòng 2"])
    assert score_faults(table, COMPONENTS, EDITIONS, where) == []
    assert [fault.cause for fault in score_faults(table, COMPONENTS, later, where)] == [OTHER_PROVINCES]


# Ranks against scores


def test_a_better_rank_with_a_lower_score_names_both_rows():
    found = told(scores({"score": 70, "rank": 1}, {"score": 60, "rank": 2}, {"score": 65, "rank": 3}))
    assert found == [(RANK_AGAINST_SCORE, "dòng 3", "tỉnh 02 hạng 2, điểm 60; tỉnh 03 hạng 3, điểm 65 (dòng 4)")]


def test_one_wrong_rank_is_one_fault_however_many_provinces_it_passes():
    rows = [{"score": 70 - place, "rank": place} for place in range(1, 21)]
    rows[15]["rank"] = 2
    assert [(cause, where) for cause, where, _ in told(scores(*rows))] == [(RANK_AGAINST_SCORE, "dòng 17")]


def test_a_component_where_lower_is_better_is_ordered_the_other_way():
    assert told(scores({"component": "COST", "score": 10, "rank": 1}, {"component": "COST", "score": 20, "rank": 2})) == []
    assert len(told(scores({"component": "COST", "score": 20, "rank": 1}, {"component": "COST", "score": 10, "rank": 2}))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [{"score": 60.00, "rank": 1}, {"score": 60.01, "rank": 2}],
        [{"score": 60, "rank": 1}, {"score": 65, "rank": 2, "source_id": "b"}],
        [{"score": 60, "rank": 1}, {"score": 65, "rank": 2, "edition_year": 2008}],
        [{"score": 60, "rank": 1}, {"score": 65, "rank": None}],
        [{"score": 60, "rank": 1, "province_code": "74"}, {"score": 65, "rank": 2, "province_code": "74"}],
        [{"score": 60, "rank": 1}, {"score": 65, "rank": 2, "province_code": "00"}],
        [{"score": 60, "rank": 3}, {"score": 65, "rank": 3}],
    ],
    ids=["printed digits", "two sources", "two editions", "no rank", "one province twice", "the country", "one rank twice in a part of the list"],
)
def test_rows_that_are_not_to_be_compared_do_not_contradict_each_other(rows):
    assert told(scores(*rows)) == []


def test_one_rank_for_two_scores_is_a_fault_where_all_provinces_are_ranked():
    whole = [{"edition_year": 2009, "score": score, "rank": rank} for score, rank in ((70, 1), (65, 2), (60, 2))]
    assert [(cause, where) for cause, where, _ in told(scores(*whole))] == [(RANK_AGAINST_SCORE, "dòng 3")]
    tied = [{"edition_year": 2009, "score": score, "rank": rank} for score, rank in ((70, 1), (65, 2), (65, 2))]
    assert told(scores(*tied)) == []


@settings(max_examples=30)
@given(st.lists(st.floats(10, 100), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_ranks_that_follow_the_scores_never_contradict_them_in_any_order_of_rows(values, random):
    order = sorted(values, reverse=True)
    rows = [{"province_code": f"{number:02}", "score": value, "rank": 1 + order.index(value)} for number, value in enumerate(values, 1)]
    random.shuffle(rows)
    assert told(scores(*rows)) == []


@settings(max_examples=30)
@given(st.lists(st.integers(100, 1000), min_size=3, max_size=20, unique=True), st.data())
def test_swapping_the_ranks_of_two_provinces_is_always_found(tenths, data):
    order = sorted(tenths, reverse=True)
    first, second = sorted(data.draw(st.lists(st.sampled_from(range(len(order))), min_size=2, max_size=2, unique=True)))
    ranks = list(range(1, len(order) + 1))
    ranks[first], ranks[second] = ranks[second], ranks[first]
    found = told(scores(*({"score": score / 10, "rank": rank} for score, rank in zip(order, ranks, strict=True))))
    assert found
    assert {cause for cause, _, _ in found} == {RANK_AGAINST_SCORE}


def test_a_source_without_a_name_is_one_source():
    table = scores({"score": 60, "rank": 1}, {"score": 65, "rank": 2}).drop(columns="source_id")
    assert len(told(table)) == 1


def test_sixty_thousand_candidates_are_held_against_the_registry_in_seconds():
    count = 60_000
    random = np.random.default_rng(1)
    table = scores({"score": 60, "rank": 1}).iloc[[0] * count].reset_index(drop=True)
    table["score"] = pd.Series(random.uniform(10, 100, count), dtype="Float64")
    table["rank"] = pd.Series([pd.NA] * count, dtype="Int64")
    started = perf_counter()
    assert told(table) == []
    assert perf_counter() - started < 5


# Weights


def test_weights_of_an_era_must_make_100_and_the_fault_names_index_and_era():
    weights = pd.DataFrame({"index": ["PCI"] * 4, "era": ["a", "a", "b", "b"], "component": list("xyxy"), "weight_pct": [50.0, 50.0, 60.0, 50.0]})
    faults = weight_faults(weights, pd.Series(["1", "2", "3", "4"]))
    assert [(fault.cause, fault.where, fault.found) for fault in faults] == [(WEIGHTS, "3", "PCI, b: tổng 110 %")]
