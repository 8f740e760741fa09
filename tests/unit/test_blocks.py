"""Blocks survive JSON unchanged and carry where they came from."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import blocks
from analysis.blocks import (
    Chapter,
    Chart,
    Column,
    Finding,
    Mark,
    Provenance,
    Sentence,
    Series,
    Table,
    cell,
    cells,
    from_json,
    numbers,
    provenance,
    to_json,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)
CELLS = st.none() | st.text(max_size=8) | FINITE | st.integers()
WORDS = st.text(max_size=8)
VALUES = st.lists(st.none() | FINITE, max_size=4).map(tuple)
PROVENANCES = st.builds(Provenance, st.lists(WORDS, max_size=3).map(tuple), st.booleans())


def tuples(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, max_size=3).map(tuple)


SERIES = st.builds(Series, WORDS, tuples(CELLS), VALUES, tuples(WORDS), VALUES, VALUES, tuples(WORDS), tuples(CELLS))
MARKS = st.builds(Mark, CELLS, WORDS, CELLS, st.booleans())
COLUMNS = st.builds(Column, WORDS, st.none() | st.integers(0, 4), st.booleans())
KINDS = {
    Chapter: st.builds(Chapter, WORDS, WORDS, WORDS),
    Sentence: st.builds(Sentence, WORDS, PROVENANCES, WORDS, st.booleans()),
    Finding: st.builds(Finding, WORDS, WORDS, WORDS, PROVENANCES, st.sampled_from([None, "A", "B", "C", "D"])),
    Chart: st.builds(
        Chart,
        *[WORDS] * 3,
        st.sampled_from(["line", "bar", "stacked_bar", "timeline"]),
        st.sampled_from(["year", "month", "category", "date", "number"]),
        *[WORDS] * 2,
        tuples(SERIES),
        PROVENANCES,
        WORDS,
        st.integers(0, 4),
        tuples(MARKS),
        tuples(WORDS),
        st.booleans(),
    ),
    Table: st.builds(Table, WORDS, WORDS, tuples(COLUMNS), tuples(tuples(CELLS)), PROVENANCES, tuples(WORDS), st.booleans()),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_block_written_as_json_reads_back_equal(kind):
    @given(KINDS[kind])
    def survives(block):
        assert from_json(json.loads(json.dumps(to_json(block)))) == block

    survives()


def test_every_kind_of_block_is_tried_here():
    assert set(KINDS) == set(blocks._KINDS.values())


@pytest.mark.parametrize("data", [{}, {"block": "Slide"}, {"block": "Chapter", "chapter_id": "x"}, {"block": "Chapter", "colour": "x"}])
def test_anything_else_is_no_block(data):
    with pytest.raises((KeyError, TypeError)):
        from_json(data)


@given(PROVENANCES, PROVENANCES)
def test_joined_provenance_keeps_every_source_and_every_stamp(first, second):
    joined = first | second
    assert joined == second | first
    assert set(joined.source_ids) == {*first.source_ids, *second.source_ids}
    assert joined.is_synthetic is (first.is_synthetic or second.is_synthetic)
    assert joined | joined == joined


def test_provenance_names_the_sources_of_all_frames_once_and_sorted():
    frames = [pd.DataFrame({"source_id": ["b", "a", "b"]}), pd.DataFrame({"source_id": ["a", pd.NA], "is_synthetic": [False, False]})]
    assert provenance(*frames) == Provenance(("a", "b"), is_synthetic=False)


def test_provenance_names_where_rank_and_standard_error_came_from_as_well():
    scores = pd.DataFrame({"source_id": ["a", "a"], "rank_source_id": ["b", pd.NA], "error_source_id": [pd.NA, "c"]})
    assert provenance(scores) == Provenance(("a", "b", "c"), is_synthetic=False)


def test_one_synthetic_row_makes_the_whole_synthetic():
    real, mixed = (pd.DataFrame({"source_id": ["a", "a"], "is_synthetic": [False, flag]}) for flag in (False, True))
    assert provenance(real, mixed).is_synthetic
    assert not provenance(real).is_synthetic


def test_no_rows_rest_on_nothing():
    assert provenance(pd.DataFrame({"source_id": [], "is_synthetic": []})) == Provenance((), is_synthetic=False)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (pd.NA, None),
        (np.nan, None),
        (pd.NaT, None),
        (None, None),
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (0, 0),
        ("", ""),
        (pd.Timestamp("2021-02-05"), "2021-02-05"),
    ],
    ids=repr,
)
def test_a_frame_value_becomes_plain_data(value, plain):
    found = cell(value)
    assert found == plain
    assert type(found) is type(plain)


def test_a_missing_number_stays_missing_and_never_becomes_zero():
    column = pd.array([0.0, None, 2.5], dtype="Float64")
    assert numbers(column) == cells(column) == (0.0, None, 2.5)
