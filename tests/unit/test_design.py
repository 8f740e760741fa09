"""Reasons to refuse a comparison, found before any number is computed."""

import pandas as pd
import pytest

from analysis.estimate.design import refusal_for_index
from analysis.standing import WHOLE_PANEL_COUNT

PLAN_YEAR = 2021


def make_history(*rows: tuple[int, str, float | None], status: str = "published") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "edition_year": [year for year, _, _ in rows],
            "era": [era for _, era, _ in rows],
            "score": pd.array([score for *_, score in rows], dtype="Float64"),
            "status": status,
        }
    )


def make_scores(provinces: int = WHOLE_PANEL_COUNT, years: tuple[int, ...] = (2019, 2020, 2021)) -> pd.DataFrame:
    """Scores of the province and of others in every one of the years."""
    codes = ["74", *(str(100 + position) for position in range(provinces - 1))]
    rows = [(year, code, 60.0) for year in years for code in codes]
    return pd.DataFrame(rows, columns=["edition_year", "province_code", "score"]).astype({"score": "Float64"})


SOUND = make_history((2019, "2013-2021", 67.4), (2020, "2013-2021", 70.2), (2021, "2013-2021", 69.6), (2022, "2022-2024", 65.1))


def refusal(history: pd.DataFrame, scores: pd.DataFrame | None = None, *, is_circular: bool = False) -> str | None:
    return refusal_for_index(history, make_scores() if scores is None else scores, PLAN_YEAR, is_circular=is_circular)


def test_two_earlier_editions_of_the_same_era_and_enough_provinces_are_allowed():
    assert refusal(SOUND) is None


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (SOUND[SOUND["edition_year"] != PLAN_YEAR], "không có phiên bản 2021"),
        (SOUND.assign(status="not_yet"), "chưa công bố phiên bản 2021"),
        (make_history((2019, "a", 1.0), (2020, "a", 1.0), (2021, "a", None)), "không có điểm 2021"),
        (make_history((2019, "old", 1.0), (2020, "old", 1.0), (2021, "new", 1.0)), "phương pháp chấm điểm đổi từ phiên bản 2021"),
        (make_history((2019, "old", 1.0), (2020, "new", 1.0), (2021, "new", 1.0)), "phương pháp chấm điểm đổi từ phiên bản 2020"),
        (make_history((2018, "a", 1.0), (2019, "a", None), (2020, "a", None), (2021, "a", 1.0)), "chỉ có 1 phiên bản cùng phương pháp"),
    ],
    ids=["no edition", "not out yet", "no score", "era breaks on the plan year", "era breaks the year before", "gaps before"],
)
def test_an_index_that_cannot_judge_the_plan_is_refused_with_the_reason(history, reason):
    assert reason in str(refusal(history))


def test_an_index_that_scores_the_plan_itself_is_refused_as_circular():
    assert "luẩn quẩn" in str(refusal(SOUND, is_circular=True))


def test_not_being_out_is_said_before_anything_else():
    assert "chưa công bố" in str(refusal(SOUND.assign(status="not_yet"), is_circular=True))


def test_a_panel_that_is_not_whole_is_refused_with_the_number_of_complete_provinces():
    assert refusal(SOUND, make_scores(WHOLE_PANEL_COUNT)) is None
    assert f"của {WHOLE_PANEL_COUNT - 1} tỉnh" in str(refusal(SOUND, make_scores(WHOLE_PANEL_COUNT - 1)))


@pytest.mark.parametrize("years", [(2020, 2021), (2019, 2021), (2021,), (2021, 2022)], ids=str)
def test_provinces_count_only_with_a_score_in_every_edition_the_province_has(years):
    assert "của 0 tỉnh" in str(refusal(SOUND, make_scores(60, years)))


def test_provinces_without_a_score_do_not_count():
    scores = make_scores(60)
    scores.loc[5:59, "score"] = pd.NA  # all but five of the first year
    assert "của 5 tỉnh" in str(refusal(SOUND, scores))


def test_the_whole_country_is_no_comparison_province():
    own = make_scores(WHOLE_PANEL_COUNT - 1)
    country = own[own["province_code"] == "74"].assign(province_code="00")
    assert f"của {WHOLE_PANEL_COUNT - 1} tỉnh" in str(refusal(SOUND, pd.concat([own, country], ignore_index=True)))
