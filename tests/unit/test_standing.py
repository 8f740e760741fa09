"""Comparable footing: eras kept apart, gaps visible, moves judged against noise."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.standing import WHOLE_PANEL_COUNT, changes, constant_weight_composite, history, judge

LATER = date(2030, 1, 1)


def make_editions(*rows: tuple[int, str], index: str = "PAPI", published: str | None = None, precision: str = "day") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "index": index,
            "edition_year": pd.array([year for year, _ in rows], dtype="Int64"),
            "era": [era for _, era in rows],
            "published_date": pd.to_datetime([published] * len(rows)),
            "published_precision": precision if published else "not_found",
            "ranked_units_count": pd.array([63] * len(rows), dtype="Int64"),
        }
    )


def make_scores(year: int, scores: dict[str, float | None], index: str = "PAPI", rank: int | None = None, component: str = "TOTAL") -> pd.DataFrame:
    table = pd.DataFrame({"province_code": list(scores), "score": pd.array(list(scores.values()), dtype="Float64")}).assign(
        index=index, edition_year=year, component=component, rank=rank, standard_error_score=pd.NA, basis="stated", source_id="s", vintage="63-tinh"
    )
    return table.astype({"rank": "Int64", "edition_year": "Int64", "standard_error_score": "Float64", "basis": "string"})


def whole_panel(year: int, own: float, others: int = WHOLE_PANEL_COUNT - 1) -> pd.DataFrame:
    return make_scores(year, {"74": own} | {str(100 + position): 30.0 + position / 10 for position in range(others)})


def make_history(*rows: tuple[int, str, float | None], index: str = "PAPI", basis: str = "stated", error: float | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "index": index,
            "edition_year": [year for year, _, _ in rows],
            "era": [era for _, era, _ in rows],
            "score": pd.array([score for *_, score in rows], dtype="Float64"),
            "rank": pd.array(range(10, 10 + len(rows)), dtype="Int64"),
            "median_score": 50.0,
            "standard_error_score": pd.array([error] * len(rows), dtype="Float64"),
            "basis": basis,
        }
    )


def seen(scores: pd.DataFrame, editions: pd.DataFrame, index: str = "PAPI", as_of: date = LATER) -> pd.Series:
    return history(scores, editions, "74", index, last_year=2021, as_of=as_of).iloc[0]


NOISE = pd.DataFrame({"index": ["PCI"], "component": ["TOTAL"], "p95_yearly_change_score": [3.72]})


def test_a_whole_panel_gives_rank_z_and_percentile_within_the_year():
    row = seen(whole_panel(2021, own=99.0), make_editions((2021, "e")))
    panel = [99.0] + [30.0 + position / 10 for position in range(WHOLE_PANEL_COUNT - 1)]
    assert (row["rank"], row["rank_of"], row["is_rank_computed"], row["percentile"]) == (1, WHOLE_PANEL_COUNT, True, 100.0)
    assert row["z_score"] == pytest.approx((99.0 - np.mean(panel)) / np.std(panel, ddof=1))


def test_equal_scores_share_the_better_rank():
    scores = pd.concat([whole_panel(2021, own=99.0), make_scores(2021, {"01": 99.0, "02": 98.0})])
    found = history(scores, make_editions((2021, "e")), "02", "PAPI", last_year=2021, as_of=LATER).iloc[0]
    assert found["rank"] == 3


def test_a_published_rank_is_kept_before_our_own():
    scores = whole_panel(2021, own=99.0).assign(rank=pd.array([7] * WHOLE_PANEL_COUNT, dtype="Int64"))
    row = seen(scores, make_editions((2021, "e")))
    assert (row["rank"], row["is_rank_computed"]) == (7, False)


def test_the_national_figure_is_not_a_province_of_the_panel():
    scores = pd.concat([whole_panel(2021, own=99.0), make_scores(2021, {"00": 1000.0})])
    row = seen(scores, make_editions((2021, "e")))
    assert (row["rank"], row["rank_of"]) == (1, WHOLE_PANEL_COUNT)


def test_a_score_under_a_code_of_the_new_provinces_is_no_score_of_the_old_one():
    scores = pd.concat([whole_panel(2021, own=99.0), make_scores(2021, {"74": 1.0}).assign(vintage="34-tinh")])
    row = seen(scores, make_editions((2021, "e")))
    assert (row["score"], row["rank_of"]) == (99.0, WHOLE_PANEL_COUNT)


def test_a_partial_panel_gives_the_score_and_no_footing():
    row = seen(make_scores(2021, {"74": 69.61, "01": 60.0}, rank=6), make_editions((2021, "e")))
    assert (row["score"], row["rank"], row["rank_of"], row["status"]) == (69.61, 6, 63, "published")
    assert np.isnan(row["z_score"])


def test_an_edition_not_out_yet_is_a_gap_even_when_the_score_is_held():
    row = seen(whole_panel(2021, own=99.0), make_editions((2021, "e"), published="2022-04-27"), as_of=date(2022, 4, 26))
    assert row["status"] == "not_yet"
    assert pd.isna(row["score"])


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


def test_moves_never_cross_an_era_or_a_missing_edition():
    rows = [(2018, "a", 40.0), (2019, "a", 41.0), (2020, "b", 50.0), (2021, "b", None), (2022, "b", 52.0)]
    moves = changes(make_history(*rows), NOISE)
    assert moves[["from_year", "to_year"]].values.tolist() == [[2018, 2019]]


def test_a_secondary_figure_makes_no_move():
    assert changes(make_history((2018, "a", 40.0), (2019, "a", 50.0), basis="secondary"), NOISE).empty


def test_a_better_rank_is_a_positive_rank_change():
    past = make_history((2018, "a", 40.0), (2019, "a", 41.0)).assign(rank=pd.array([22, 6], dtype="Int64"))
    assert changes(past, NOISE)["rank_change"].tolist() == [16]


def test_standard_errors_judge_a_move_by_their_joint_95_per_cent_band():
    move = changes(make_history((2018, "a", 40.0), (2019, "a", 41.0), error=0.3), NOISE).iloc[0]
    assert move["noise_score"] == pytest.approx(1.96 * np.hypot(0.3, 0.3))
    assert move["verdict"] == "clear"


def test_measured_yearly_noise_judges_only_moves_of_its_own_era():
    of_era = changes(make_history((2018, "2013-2021", 60.0), (2019, "2013-2021", 63.72), (2020, "2013-2021", 67.45), index="PCI"), NOISE)
    assert of_era["verdict"].tolist() == ["within_noise", "clear"]
    assert changes(make_history((2022, "2022-2024", 60.0), (2023, "2022-2024", 70.0), index="PCI"), NOISE)["verdict"].tolist() == ["not_known"]


def make_pci(*medians: float | None) -> pd.DataFrame:
    """Two editions of PCI five points apart, with the median province of each."""
    return make_history((2018, "2013-2021", 60.0), (2019, "2013-2021", 65.0), index="PCI").assign(median_score=medians)


@pytest.mark.parametrize(
    ("medians", "verdict"), [((60.0, 65.0), "within_noise"), ((60.0, 60.0), "clear"), ((60.0, 50.0), "clear"), ((None, 60.0), "not_known")]
)
def test_measured_yearly_noise_judges_only_the_move_beyond_that_of_the_median_province(medians, verdict):
    move = changes(make_pci(*medians), NOISE).iloc[0]
    assert (move["change_score"], move["verdict"]) == (5.0, verdict)


def test_without_any_measured_noise_a_move_is_not_judged():
    assert changes(make_history((2018, "a", 40.0), (2019, "a", 90.0)), NOISE)["verdict"].tolist() == ["not_known"]


@pytest.mark.parametrize(("change", "limit", "verdict"), [(3.0, None, "not_known"), (3.0, 3.0, "within_noise"), (-3.1, 3.0, "clear")])
def test_a_move_is_clear_only_beyond_the_limit_in_either_direction(change, limit, verdict):
    assert judge(change, limit) == verdict


def test_the_constant_weight_composite_weighs_tenfold_sub_indices():
    scores = pd.concat([make_scores(2021, {"74": 6.0}, "PCI", component="C1"), make_scores(2021, {"74": 8.0}, "PCI", component="C2")])
    weights = pd.DataFrame({"index": "PCI", "era": ["x", "x", "y"], "component": ["C1", "C2", "C1"], "weight_pct": [25.0, 75.0, 100.0]})
    assert constant_weight_composite(scores, weights, "PCI", "x").values.tolist() == [["74", 2021, pytest.approx(0.25 * 60 + 0.75 * 80)]]
    assert constant_weight_composite(scores, weights, "PCI", "y")["composite_score"].tolist() == [pytest.approx(60.0)]


def test_a_province_that_lacks_a_weighted_sub_index_has_no_composite():
    first = make_scores(2021, {"74": 6.0, "01": 7.0}, "PCI", component="C1")
    scores = pd.concat([first, make_scores(2021, {"74": 8.0, "01": None}, "PCI", component="C2")])
    weights = pd.DataFrame({"index": "PCI", "era": "x", "component": ["C1", "C2"], "weight_pct": [50.0, 50.0]})
    assert constant_weight_composite(scores, weights, "PCI", "x")["province_code"].tolist() == ["74"]


def test_scores_of_the_34_provinces_never_enter_the_history_of_the_63():
    scores = pd.concat([make_scores(2024, {"79": 41.0}), make_scores(2025, {"79": 45.0}).assign(vintage="34-tinh")])
    found = history(scores, make_editions((2024, "e"), (2025, "e")), "79", "PAPI", last_year=2025, as_of=LATER)
    assert found["score"].tolist() == [41.0, pd.NA]
    assert found["status"].tolist() == ["published", "not_held"]
