"""One figure from several sources: trust decides, disagreement is kept, the order of rows never matters."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codes import SCORE_FIELDS
from analysis.contracts import SCHEMAS
from analysis.contracts.index_schemas import FIGURE
from analysis.ingest.reconcile import Reconciled, agree, decimals_of, reconcile, trust_levels
from analysis.ingest.score_reading import SCORE_COLUMNS
from analysis.sources import Source

LEVELS = [
    ("tệp của nơi công bố", "publisher_file", None),
    ("trang của nơi công bố", "stated", "pcivietnam papi.org.vn"),
    ("báo chí", "stated order", None),
    ("suy ra", "derived", None),
]
TRUST = pd.DataFrame(
    [(level, name, bases, parts, "registry") for level, (name, bases, parts) in enumerate(LEVELS, 1)],
    columns=["trust_level", "name_vi", "bases", "address_parts", "source_id"],
).astype({"trust_level": "Int64", "name_vi": "string", "bases": "string", "address_parts": "string", "source_id": "string"})
PRESS, PUBLISHER = "https://bao.example/tin", "https://pcivietnam.vn/bang"
TYPES = {
    **dict.fromkeys((*SCORE_COLUMNS, "source_id"), "string"),
    **{name: str(SCHEMAS["index_scores"].columns[name].dtype) for name in ("edition_year", *SCORE_FIELDS)},
}


def source(source_id: str, *addresses: str) -> Source:
    plain = Source(source_id, f"{source_id}.csv", "index_scores", source_id, "", "", "", "", "2026-11-22", (), "", False, "", "")
    return replace(plain, addresses=addresses)


SOURCES = [source("a", PRESS), source("b", PRESS), source("c", PUBLISHER)]


def said(source_id: str = "a", **cells: object) -> dict[str, object]:
    figure = {"index": "PCI", "edition_year": 2021, "province_code": "74", "vintage": "63-tinh", "component": "TOTAL"}
    values = dict.fromkeys((*SCORE_FIELDS, "note"), pd.NA)
    return {**figure, **values, "basis": "stated", "address": PRESS, "source_id": source_id, **cells}


def candidates(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*SCORE_COLUMNS, "source_id"]).astype(TYPES)


def reconciled(*rows: dict[str, object]) -> Reconciled:
    return reconcile(candidates(*rows), TRUST, SOURCES)


def only(found: Reconciled) -> pd.Series:
    assert len(found.scores) == 1
    return found.scores.iloc[0]


# Trust


def test_a_publishers_own_file_is_believed_before_its_page_and_the_page_before_the_press():
    rows = [said("a", score=69.5), said("b", score=69.7, address=PUBLISHER), said("c", score=69.6, basis="publisher_file", address="tệp x, trang 1")]
    assert only(reconciled(*rows))[["score", "source_id"]].tolist() == [69.6, "c"]
    assert only(reconciled(*rows[:2]))[["score", "source_id"]].tolist() == [69.7, "b"]


def test_a_press_page_is_not_trusted_more_because_its_source_also_holds_the_publishers_pages():
    levels = trust_levels(candidates(said("c"), said("c", address="tệp x, trang 1"), said("a", basis="derived")), TRUST, SOURCES)
    assert levels.tolist() == [3, 2, 4]


def test_a_basis_outside_the_declared_order_stands_below_all_of_it():
    assert trust_levels(candidates(said(basis="secondary")), TRUST, SOURCES).tolist() == [len(LEVELS) + 1]
    assert trust_levels(candidates(said(basis="secondary")), TRUST.head(0), SOURCES).tolist() == [1]


def test_of_equal_trust_the_value_with_more_decimals_is_taken_when_both_agree():
    assert only(reconciled(said("a", score=69.61), said("b", score=69.6134)))[["score", "source_id"]].tolist() == [69.6134, "b"]


def test_further_digits_of_a_trusted_score_may_come_from_a_less_trusted_source_that_agrees():
    found = reconciled(said("a", score=69.6134), said("b", score=69.61, address=PUBLISHER))
    assert only(found)[["score", "source_id", "digits_source_id"]].tolist() == [69.6134, "b", "a"]
    assert found.conflicts.empty


@pytest.mark.parametrize(("finer", "basis"), [(69.6251, "stated"), (69.6134, "derived"), (69.6134, "secondary")])
def test_more_decimals_do_not_outweigh_trust_where_they_disagree_or_were_worked_out(finer, basis):
    found = reconciled(said("a", score=finer, basis=basis), said("b", score=69.61, address=PUBLISHER))
    assert only(found)[["score", "source_id"]].tolist() == [69.61, "b"]
    assert pd.isna(only(found)["digits_source_id"])


def test_of_equal_trust_the_earlier_source_is_taken_when_they_disagree_then_the_earlier_address():
    assert only(reconciled(said("b", score=69.6134), said("a", score=69.5)))["score"] == 69.5
    assert only(reconciled(said("a", score=69.7, address="https://z.example"), said("a", score=69.5, address="https://a.example")))["score"] == 69.5


# Fields


def test_score_rank_and_error_come_each_from_the_source_that_knows_them():
    rows = [
        said("a", score=69.61, rank=7, note="báo"),
        said("b", rank=6, address=PUBLISHER, note="trang"),
        said("c", standard_error_score=0.4, basis="publisher_file"),
    ]
    row = only(reconciled(*rows))
    assert row[["score", "rank", "standard_error_score"]].tolist() == [69.61, 6, 0.4]
    assert row[["source_id", "rank_source_id", "error_source_id", "note", "address"]].tolist() == ["a", "b", "c", "báo", PRESS]


def test_without_a_score_the_row_carries_what_is_known_of_the_rank():
    row = only(reconciled(said("a", standard_error_score=0.4, note="sai số"), said("b", rank=6, basis="order", note="thứ tự")))
    assert row[["basis", "note", "source_id", "rank_source_id", "error_source_id"]].tolist() == ["order", "thứ tự", "b", "b", "a"]
    assert pd.isna(row["score"])


def test_origins_are_empty_where_rank_and_error_are_unknown():
    assert only(reconciled(said(score=69.61)))[["rank_source_id", "error_source_id"]].isna().all()


def test_a_standard_error_alone_makes_no_figure_and_is_named():
    found = reconciled(said(standard_error_score=0.4), said(score=60.0, province_code="01"))
    assert found.scores["province_code"].tolist() == ["01"]
    assert found.errors_alone["province_code"].tolist() == ["74"]


# Agreement


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (69.61, 69.6149, True),
        (69.61, 69.616, False),
        (69.61, 69.615, True),  # a half may have been rounded either way
        (69.61, 69.62, False),
        (47.178, 47.18, True),
        (70.0, 70.04, True),  # a final nought is lost, never the first decimal
        (70.0, 70.4, False),
        (3.0, 4.0, False),
        (0.1 + 0.2, 0.3, True),
        (1e-7, 0.0, True),
        (37.129289, 37.129287, True),  # a sum of dimensions with its rounding
        (34.90862799999999, 34.9086, True),
        (37.1293, 37.1294, False),
    ],
)
def test_two_values_agree_when_rounding_alone_can_part_them(first, second, is_same):
    pair = pd.Series([first]), pd.Series([second])
    assert agree(*pair, *map(decimals_of, pair)).tolist() == [is_same]


def test_values_that_disagree_are_all_listed_with_their_sources_and_the_chosen_one_marked():
    rows = [said("a", score=69.5), said("b", score=69.6), said("c", score=69.61, basis="publisher_file"), said("a", score=69.5, rank=6)]
    found = reconciled(*rows).conflicts
    assert set(found["field"]) == {"score"}
    assert found[["source_id", "value", "trust_level", "is_chosen"]].values.tolist() == [
        ["a", 69.5, 3, False],
        ["b", 69.6, 3, False],
        ["c", 69.61, 1, True],
    ]


def test_ranks_disagree_unless_equal():
    found = reconciled(said("a", rank=3), said("b", rank=4)).conflicts
    assert found[["field", "value", "is_chosen"]].values.tolist() == [["rank", 3.0, True], ["rank", 4.0, False]]


def test_one_rank_of_two_provinces_is_shown_and_not_resolved():
    dong_nai, hcmc = said("a", province_code="75", rank=3, score=88.0), said("b", province_code="79", rank=3)
    found = reconciled(dong_nai, hcmc, said("a", province_code="00", rank=3))
    assert found.shared_ranks["province_code"].tolist() == ["75", "79"]
    assert found.scores["rank"].tolist() == [3, 3, 3]


def test_equal_scores_may_share_a_rank():
    assert reconciled(said(province_code="75", rank=3, score=88.0), said(province_code="79", rank=3, score=88.0)).shared_ranks.empty


# Properties

FIGURES = st.fixed_dictionaries({"province_code": st.sampled_from(["01", "74"]), "component": st.sampled_from(["TOTAL", "CSTP1"])})
STATEMENTS = st.fixed_dictionaries(
    {
        "figure": FIGURES,
        "source_id": st.sampled_from(["a", "b", "c", "unregistered"]),
        "basis": st.sampled_from(["publisher_file", "stated", "order", "derived", "secondary"]),
        "address": st.sampled_from([PRESS, PUBLISHER, "tệp x, trang 1"]),
        "note": st.sampled_from([pd.NA, "một", "hai"]),
        "score": st.one_of(st.just(pd.NA), st.integers(10, 13).map(float), st.sampled_from([10.1, 10.12, 10.125, 10.4, 10.49, 11.5])),
        "rank": st.one_of(st.just(pd.NA), st.integers(1, 3)),
        "standard_error_score": st.one_of(st.just(pd.NA), st.sampled_from([0.4, 0.41, 0.5])),
    }
)


def listed(statements: list[dict[str, object]]) -> pd.DataFrame:
    rows = [said(**statement["figure"], **{name: value for name, value in statement.items() if name != "figure"}) for statement in statements]
    known = [row for row in rows if not all(pd.isna(row[field]) for field in SCORE_FIELDS)]
    return candidates(*known)


@settings(max_examples=35)
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=12), data=st.data())
def test_the_order_of_candidates_changes_nothing(statements, data):
    rows = listed(statements)
    shuffled = rows.iloc[data.draw(st.permutations(range(len(rows))))]
    one, two = reconcile(rows, TRUST, SOURCES), reconcile(shuffled, TRUST, SOURCES)
    for name in ("scores", "conflicts", "shared_ranks", "errors_alone"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


@settings(max_examples=35)
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=12))
def test_every_candidate_agrees_with_the_figure_in_force_or_is_listed_and_nothing_is_made_up(statements):
    rows = listed(statements)
    found = reconcile(rows, TRUST, SOURCES)
    figures = pd.concat([found.scores[list(FIGURE)], found.errors_alone])
    assert sorted(figures.itertuples(index=False, name=None)) == sorted(set(rows[list(FIGURE)].itertuples(index=False, name=None)))
    for field in SCORE_FIELDS:
        both = rows.dropna(subset=field).merge(found.scores[[*FIGURE, field]], on=list(FIGURE), suffixes=("", "_final"))
        agrees = agree(both[field], both[f"{field}_final"], decimals_of(both[field]), decimals_of(both[f"{field}_final"]))
        told = found.conflicts[found.conflicts["field"] == field]
        known = set(told[[*FIGURE, "source_id", "address", "value"]].itertuples(index=False, name=None))
        untold = both.loc[~agrees, [*FIGURE, "source_id", "address", field]].itertuples(index=False, name=None)
        assert [row for row in untold if row not in known] == []
        stated = set(both[[*FIGURE, field]].itertuples(index=False, name=None))
        final = both[[*FIGURE, f"{field}_final"]].itertuples(index=False, name=None)
        assert [row for row in final if row not in stated] == []
    disputed = found.conflicts[[*FIGURE, "field"]].drop_duplicates()
    assert len(disputed) == len(found.conflicts.loc[found.conflicts["is_chosen"], [*FIGURE, "field"]].drop_duplicates())
    for table in ("scores", "conflicts"):
        SCHEMAS[f"index_{table}"].validate(getattr(found, table))


def test_no_candidates_give_empty_tables_that_keep_their_contracts():
    found = reconciled()
    for table in ("scores", "conflicts"):
        SCHEMAS[f"index_{table}"].validate(getattr(found, table))
    assert (len(found.scores), len(found.conflicts), len(found.shared_ranks), len(found.errors_alone)) == (0, 0, 0, 0)


def test_sixty_thousand_candidates_are_reconciled_in_a_few_seconds():
    """About one second on an idle machine; the bound leaves room for a busy one."""
    draw = np.random.default_rng(6334)
    count = 30_000
    once = pd.DataFrame(
        {
            "index": "PCI",
            "edition_year": 2005 + np.arange(count) % 19,
            "province_code": pd.Series(np.arange(count) // 19 % 63).map("{:02d}".format),
            "vintage": "63-tinh",
            "component": pd.Series(np.arange(count) // (19 * 63)).map("C{}".format),
            "score": draw.uniform(1, 10, count).round(4),
            "rank": pd.NA,
            "standard_error_score": pd.NA,
            "basis": "publisher_file",
            "note": pd.NA,
            "address": "tệp x, trang 1",
            "source_id": "a",
        }
    )
    again = once.assign(source_id="b", basis="stated", score=(once["score"] + (draw.random(count) < 0.01) * 0.2).round(2))
    rows = pd.concat([once, again], ignore_index=True).astype(TYPES)
    started = time.perf_counter()
    found = reconcile(rows, TRUST, SOURCES)
    assert time.perf_counter() - started < 6
    assert len(found.scores) == count
    assert 200 < len(found.conflicts) / 2 < 400
