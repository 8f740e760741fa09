"""Peers of a province and its distance to others within one edition."""

import numpy as np
import pandas as pd
import pytest

from analysis.standing import DISTANCE_COLUMNS, WHOLE_PANEL_COUNT, UnknownPeers, distances, peers_of

REGIONS = pd.DataFrame(
    {
        "province_code": ["79", "74", "75", "01", "74"],
        "vintage": ["63-tinh"] * 4 + ["34-tinh"],
        "region_vi": ["Đông Nam Bộ", "Đông Nam Bộ", "Đông Nam Bộ", "Đồng bằng sông Hồng", "Đồng bằng sông Hồng"],
    }
)


def make_scores(points: dict[str, float | None], year: int = 2021, vintage: str = "63-tinh") -> pd.DataFrame:
    table = pd.DataFrame({"province_code": list(points), "score": pd.array(list(points.values()), dtype="Float64")})
    return table.assign(index="PCI", edition_year=year, component="TOTAL", vintage=vintage, rank=pd.array([3] * len(points), dtype="Int64"))


def others(count: int = WHOLE_PANEL_COUNT) -> dict[str, float]:
    return {str(200 + place): 50.0 + place / 10 for place in range(count)}


def test_peers_are_the_other_provinces_of_the_region_by_code():
    assert peers_of(REGIONS, "74") == ("75", "79")
    assert peers_of(REGIONS, "01") == ()
    assert peers_of(REGIONS, "28") == ()


def test_declared_peers_keep_their_order_without_repeats_and_without_the_province():
    assert peers_of(REGIONS, "74", ["01", "74", "79", "01"]) == ("01", "79")


def test_every_unknown_declared_peer_is_named_with_what_is_accepted():
    with pytest.raises(UnknownPeers, match="“7”, “99”") as refused:
        peers_of(REGIONS, "74", ["99", "79", "7"][::-1])
    assert "01, 74, 75, 79" in str(refused.value)
    assert "lantoa.toml" in str(refused.value)


def test_distances_are_the_own_score_less_the_median_the_best_each_peer_and_their_median():
    points = {"74": 60.0, "75": 58.5, "79": 61.0, "01": None} | others()
    found = distances(make_scores(points), "PCI", 2021, "74", ["75", "79", "01", "74"])
    median = float(np.median([point for point in points.values() if point is not None]))
    assert found["kind"].tolist() == ["median", "best", "peer", "peer", "peer", "peers_median"]
    assert found["province_code"].tolist() == [pd.NA, "79", "75", "79", "01", pd.NA]
    assert found["score"].tolist() == [pytest.approx(median), 61.0, 58.5, 61.0, pd.NA, 59.75]
    assert found["distance_score"].tolist() == [pytest.approx(60.0 - median), -1.0, 1.5, -1.0, pd.NA, 0.25]
    assert found["rank"].tolist() == [pd.NA, 1, 3, 1, pd.NA, pd.NA]
    assert found["rank_of"].tolist() == [pd.NA, 58, 58, 58, pd.NA, pd.NA]
    assert found["provinces_count"].tolist() == [58, 1, 1, 1, 0, 2]


def test_all_that_tie_for_best_are_named():
    found = distances(make_scores({"74": 60.0, "79": 61.0, "75": 61.0} | others()), "PCI", 2021, "74", [])
    assert found.loc[found["kind"] == "best", "province_code"].tolist() == ["75", "79"]
    assert "peers_median" not in found["kind"].tolist()


def test_an_edition_held_in_part_gives_peers_and_neither_median_best_nor_rank():
    found = distances(make_scores({"74": 60.0, "79": 61.0, "00": 99.0}), "PCI", 2021, "74", ["79", "75"])
    assert found["kind"].tolist() == ["peer", "peer", "peers_median"]
    assert found["rank"].isna().all()


def test_a_province_without_a_score_has_no_distances_to_others():
    scores = make_scores({"74": None, "79": 61.0} | others())
    for empty in (scores, scores.iloc[1:], make_scores(others() | {"74": 50.0}, vintage="34-tinh")):
        found = distances(empty, "PCI", 2021, "74", ["79"])
        assert found.empty
        assert list(found.columns) == list(DISTANCE_COLUMNS)
    assert distances(make_scores(others() | {"74": 50.0}), "PCI", 2020, "74", ["79"]).empty
