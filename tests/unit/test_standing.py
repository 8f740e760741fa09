"""Comparable footing: rank, z and percentile within a year, eras kept apart, gaps visible."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.standing import FOOTING_COLUMNS, WHOLE_PANEL_COUNT, footing, history, last_published

LATER = date(2030, 1, 1)


def make_editions(
    *rows: tuple[int, str], index: str = "PAPI", published: str | None = None, precision: str = "day", vintage: str = "63-tinh"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "index": index,
            "edition_year": pd.array([year for year, _ in rows], dtype="Int64"),
            "era": [era for _, era in rows],
            "vintage": vintage,
            "published_date": pd.to_datetime([published] * len(rows)),
            "published_precision": precision if published else "not_found",
            "ranked_units_count": pd.array([63] * len(rows), dtype="Int64"),
        }
    )


def make_scores(
    year: int,
    scores: dict[str, float | None],
    index: str = "PAPI",
    rank: int | None = None,
    component: str = "TOTAL",
    vintage: str = "63-tinh",
) -> pd.DataFrame:
    table = pd.DataFrame({"province_code": list(scores), "score": pd.array(list(scores.values()), dtype="Float64")}).assign(
        index=index, edition_year=year, component=component, rank=rank, standard_error_score=pd.NA, basis="stated", source_id="s", vintage=vintage
    )
    return table.astype({"rank": "Int64", "edition_year": "Int64", "standard_error_score": "Float64", "basis": "string"})


def whole_panel(year: int, own: float, others: int = WHOLE_PANEL_COUNT - 1) -> pd.DataFrame:
    return make_scores(year, {"74": own} | {str(100 + position): 30.0 + position / 10 for position in range(others)})


def seen(scores: pd.DataFrame, editions: pd.DataFrame, index: str = "PAPI", as_of: date = LATER) -> pd.Series:
    return history(scores, editions, "74", index, last_year=2021, as_of=as_of).iloc[0]


# One province through the editions


def test_a_whole_panel_gives_rank_z_and_percentile_within_the_year():
    row = seen(whole_panel(2021, own=99.0), make_editions((2021, "e")))
    panel = [99.0] + [30.0 + position / 10 for position in range(WHOLE_PANEL_COUNT - 1)]
    assert (row["rank"], row["rank_of"], row["is_rank_computed"], row["percentile"]) == (1, WHOLE_PANEL_COUNT, True, 100.0)
    assert row["z_score"] == pytest.approx((99.0 - np.mean(panel)) / np.std(panel, ddof=1))
    assert (row["median_score"], row["best_score"]) == (pytest.approx(np.median(panel)), 99.0)


def test_equal_scores_share_the_better_rank():
    scores = pd.concat([whole_panel(2021, own=99.0), make_scores(2021, {"01": 99.0, "02": 98.0})])
    found = history(scores, make_editions((2021, "e")), "02", "PAPI", last_year=2021, as_of=LATER).iloc[0]
    assert found["rank"] == 3


def test_a_published_rank_is_kept_before_our_own_with_the_publishers_denominator_and_both_stand_apart():
    scores = whole_panel(2021, own=99.0).assign(rank=pd.array([7] * WHOLE_PANEL_COUNT, dtype="Int64"))
    row = seen(scores, make_editions((2021, "e")))
    assert (row["rank"], row["rank_of"], row["is_rank_computed"]) == (7, 63, False)
    assert (row["published_rank"], row["computed_rank"]) == (7, 1)


def test_the_national_figure_is_not_a_province_of_the_panel():
    scores = pd.concat([whole_panel(2021, own=99.0), make_scores(2021, {"00": 1000.0})])
    row = seen(scores, make_editions((2021, "e")))
    assert (row["rank"], row["rank_of"], row["best_score"]) == (1, WHOLE_PANEL_COUNT, 99.0)


def test_a_score_under_a_code_of_the_new_provinces_is_no_score_of_the_old_one():
    scores = pd.concat([whole_panel(2021, own=99.0), make_scores(2021, {"74": 1.0}, vintage="34-tinh")])
    row = seen(scores, make_editions((2021, "e")))
    assert (row["score"], row["rank_of"]) == (99.0, WHOLE_PANEL_COUNT)


def test_a_partial_panel_gives_the_score_and_no_footing():
    row = seen(make_scores(2021, {"74": 69.61, "01": 60.0}, rank=6), make_editions((2021, "e")))
    assert (row["score"], row["rank"], row["rank_of"], row["status"]) == (69.61, 6, 63, "published")
    assert np.isnan(row["z_score"])
    assert np.isnan(row["best_score"])
    assert pd.isna(row["computed_rank"])


def test_a_rank_published_without_a_score_is_kept_and_nothing_is_computed_for_it():
    scores = pd.concat([whole_panel(2021, own=99.0).iloc[1:], make_scores(2021, {"74": None}, rank=9)])
    row = seen(scores, make_editions((2021, "e")))
    assert (row["status"], row["rank"], row["rank_of"], row["is_rank_computed"]) == ("published", 9, 63, False)
    assert np.isnan(row["z_score"])


def test_an_edition_not_out_yet_is_a_gap_even_when_the_score_is_held():
    row = seen(whole_panel(2021, own=99.0), make_editions((2021, "e"), published="2022-04-27"), as_of=date(2022, 4, 26))
    assert row["status"] == "not_yet"
    assert pd.isna(row["score"])
    assert pd.isna(row["rank"])
    assert np.isnan(row["median_score"])
    assert row["is_rank_computed"] is np.False_


def test_an_edition_of_which_only_the_month_is_known_counts_as_out_when_that_month_has_ended():
    editions = make_editions((2021, "e"), published="2022-05-01", precision="month")
    assert seen(whole_panel(2021, own=99.0), editions, as_of=date(2022, 5, 30))["status"] == "not_yet"
    assert seen(whole_panel(2021, own=99.0), editions, as_of=date(2022, 5, 31))["status"] == "published"


def test_without_a_known_date_an_edition_counts_as_out_from_july_of_the_next_year():
    editions = make_editions((2021, "e"))
    assert seen(whole_panel(2021, own=99.0), editions, as_of=date(2022, 6, 30))["status"] == "not_yet"
    assert seen(whole_panel(2021, own=99.0), editions, as_of=date(2022, 7, 1))["status"] == "published"


def test_absence_from_a_whole_panel_means_not_published_for_the_province():
    others = make_scores(2021, {str(position): 40.0 for position in range(100, 100 + WHOLE_PANEL_COUNT)})
    assert seen(others, make_editions((2021, "e")))["status"] == "not_for_province"
    assert seen(others.head(5), make_editions((2021, "e")))["status"] == "not_held"


def test_history_has_one_row_an_edition_up_to_the_last_year_with_gaps_kept():
    scores = pd.concat([whole_panel(2019, own=40.0), whole_panel(2021, own=47.0)])
    found = history(scores, make_editions((2021, "b"), (2019, "a"), (2020, "a"), (2022, "b")), "74", "PAPI", last_year=2021, as_of=LATER)
    assert found["edition_year"].tolist() == [2019, 2020, 2021]
    assert found["score"].isna().tolist() == [False, True, False]


def test_an_index_without_editions_has_an_empty_history():
    found = history(whole_panel(2021, own=40.0), make_editions((2021, "e")), "74", "SIPAS", last_year=2021, as_of=LATER)
    assert found.empty
    assert last_published(found, 2021) is None


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), LATER])
def test_an_edition_of_the_34_provinces_says_so_and_is_never_joined_out_or_not(as_of):
    scores = pd.concat([make_scores(2024, {"79": 41.0}), make_scores(2025, {"79": 45.0}, vintage="34-tinh")])
    editions = pd.concat([make_editions((2024, "e")), make_editions((2025, "e"), vintage="34-tinh")], ignore_index=True)
    found = history(scores, editions, "79", "PAPI", last_year=2025, as_of=as_of)
    assert found["score"].tolist() == [41.0, pd.NA]
    assert found["status"].tolist() == ["published", "other_units"]


def test_ha_tay_stands_in_the_panels_of_64_provinces_and_ends_with_them():
    scores = pd.concat([whole_panel(2007, own=40.0), make_scores(2007, {"28": 99.0}, vintage="64-tinh"), whole_panel(2009, own=40.0)])
    editions = make_editions((2007, "e"), (2009, "f"))
    ha_tay = history(scores, editions, "28", "PAPI", last_year=2009, as_of=LATER)
    assert ha_tay[["rank", "rank_of", "status"]].values.tolist() == [
        [1, WHOLE_PANEL_COUNT + 1, "published"],
        [pd.NA, pd.NA, "not_for_province"],
    ]
    own = history(scores, editions, "74", "PAPI", last_year=2009, as_of=LATER)
    assert own["rank"].tolist() == [2, 1]


def test_the_last_published_edition_before_a_year_skips_gaps():
    scores = pd.concat([whole_panel(2018, own=40.0), make_scores(2019, {"01": 1.0})])
    past = history(scores, make_editions((2018, "a"), (2019, "a"), (2020, "a")), "74", "PAPI", last_year=2020, as_of=LATER)
    assert last_published(past, 2020)["edition_year"] == 2018
    assert last_published(past, 2018) is None


# All provinces of every edition


def naive_footing(scores: pd.DataFrame, whole: int) -> dict[tuple[str, int, str, str], tuple[float, ...]]:
    """Province by province, as one would write it first."""
    found = {}
    held = scores[scores["score"].notna() & (scores["province_code"] != "00")]
    for (index, year, component), panel in held.groupby(["index", "edition_year", "component"]):
        points = panel["score"].astype(float).tolist()
        if len(points) < whole:
            continue
        for code, own in zip(panel["province_code"], points, strict=True):
            rank = 1 + sum(point > own for point in points)
            percentile = 100 * sum(point <= own for point in points) / len(points)
            spread = np.std(points, ddof=1)
            z_score = (own - np.mean(points)) / spread if spread > 1e-9 else np.nan
            found[index, int(year), component, code] = (rank, len(points), z_score, percentile, float(np.median(points)), max(points))
    return found


marks = st.lists(st.one_of(st.none(), st.integers(10, 30).map(lambda tenth: tenth / 10)), min_size=1, max_size=9)


@given(st.lists(marks, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_footing_equals_the_plain_loop_over_provinces_in_any_order_of_rows(editions, chance):
    frames = [
        make_scores(2010 + number, {"00": 99.0} | {str(10 + place): point for place, point in enumerate(points)})
        for number, points in enumerate(editions)
    ]
    scores = pd.concat(frames, ignore_index=True)
    shuffled = scores.sample(frac=1, random_state=chance.randrange(10**6))
    found = footing(shuffled, whole=4)
    pd.testing.assert_frame_equal(found, footing(scores, whole=4))
    expected = naive_footing(scores, whole=4)
    columns = ["rank", "rank_of", "z_score", "percentile", "median_score", "best_score"]
    ours = {
        (row["index"], row["edition_year"], row["component"], row["province_code"]): [row[column] for column in columns]
        for _, row in found.iterrows()
    }
    assert ours.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_allclose(np.array(ours[key], dtype=float), values, atol=1e-9)


def test_an_edition_held_for_too_few_provinces_has_no_footing():
    assert footing(whole_panel(2021, own=99.0).head(WHOLE_PANEL_COUNT - 1)).empty
    assert list(footing(whole_panel(2021, own=99.0).head(0)).columns) == list(FOOTING_COLUMNS)


def test_editions_of_the_34_provinces_are_never_counted_with_the_63():
    scores = pd.concat([make_scores(2025, {"01": 9.0, "02": 8.0}), make_scores(2025, {"01": 1.0, "04": 2.0, "08": 3.0}, vintage="34-tinh")])
    found = footing(scores, whole=2).set_index(["vintage", "province_code"])
    assert found["rank_of"].to_dict() == {
        ("34-tinh", "01"): 3,
        ("34-tinh", "04"): 3,
        ("34-tinh", "08"): 3,
        ("63-tinh", "01"): 2,
        ("63-tinh", "02"): 2,
    }
    assert found.loc[("34-tinh", "08"), "rank"] == 1


def test_where_all_are_equal_there_is_a_rank_and_no_z():
    found = footing(make_scores(2021, {str(code): 0.1 + 0.2 for code in range(60)}))
    assert (found["rank"] == 1).all()
    assert found["z_score"].isna().all()


def test_the_registry_says_where_a_lower_score_is_better():
    columns = {"index": ["PAPI"], "component": ["TOTAL"], "first_year": [2020], "last_year": [2020], "direction": ["lower_is_better"]}
    scores = pd.concat([make_scores(year, {"01": 1.0, "02": 2.0, "04": 6.0}) for year in (2020, 2021)])
    found = footing(scores, pd.DataFrame(columns), whole=3)
    by_year = {year: rows.set_index("province_code") for year, rows in found.groupby("edition_year")}
    assert by_year[2020]["rank"].to_dict() == {"01": 1, "02": 2, "04": 3}
    assert by_year[2021]["rank"].to_dict() == {"01": 3, "02": 2, "04": 1}
    assert (by_year[2020]["z_score"] == -by_year[2021]["z_score"]).all()
    assert (by_year[2020].loc["01", "best_score"], by_year[2020].loc["01", "percentile"]) == (1.0, 100.0)
