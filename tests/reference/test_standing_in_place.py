"""Standing on the full panels, which are read in place beside the repository and never copied into it."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ingest.build import Build
from analysis.standing import (
    changes,
    constant_weight_composite,
    constant_weight_move,
    constant_weight_standing,
    footing,
    history,
    known_noise,
    rank_decomposition,
    yearly_noise,
)
from analysis.text import fold, normalise
from analysis.units import short_name

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SPELLINGS = {"thua thien hue": "46", "ha tay": "28"}  # the city kept the code of its province; Hà Tây ended in 2008
TODAY = date(2026, 11, 22)
KEY = ["edition_year", "province_code", "component"]

pytestmark = [
    pytest.mark.skipif(not (SHARED / "panel").is_dir(), reason="../shared/data/panel is not here; it is read in place, never copied"),
    pytest.mark.skipif(not (SHARED / "carry").is_dir(), reason="../shared/data/carry is not here"),
]


def bare(name: str) -> str:
    return " ".join(fold(normalise(name)).replace("tp. ", "").replace("-", " ").split())


def panel_rows(name: str, units: pd.DataFrame) -> pd.DataFrame:
    """Rows of a panel file up to 2024 with the province by code and list."""
    provinces = units[(units["level"] == "province") & (units["vintage"] == "63-tinh")]
    codes = {bare(short_name(named)): code for code, named in zip(provinces["unit_code"], provinces["name_vi"], strict=True)} | SPELLINGS
    full = pd.read_csv(SHARED / "panel" / name, encoding="utf-8-sig")
    full = full[full["year"] <= 2024].rename(columns={"year": "edition_year"})
    full["province_code"] = full["province"].map(bare).map(codes)
    assert full.loc[full["province_code"].isna(), "province"].unique().tolist() == []
    return full.assign(vintage=np.where(full["province_code"] == "28", "64-tinh", "63-tinh"))


def as_scores(rows: pd.DataFrame, index: str) -> pd.DataFrame:
    rows = rows if "standard_error_score" in rows else rows.assign(standard_error_score=pd.NA)
    table = rows.assign(index=index, rank=pd.NA, basis="compiled", source_id="panel")
    return table.astype({"score": "Float64", "rank": "Int64", "standard_error_score": "Float64", "basis": "string"})


@pytest.fixture(scope="module")
def pci(built: Build) -> pd.DataFrame:
    rows = panel_rows("pci_full.csv", built.tables["units"]).rename(columns={"component_code": "component"})
    return as_scores(rows[rows["component"] != "PCI_RANK"].replace({"component": {"PCI": "TOTAL"}}), "PCI")


@pytest.fixture(scope="module")
def papi(built: Build) -> pd.DataFrame:
    rows = panel_rows("papi_full.csv", built.tables["units"]).rename(columns={"dimension_code": "component"})
    errors = panel_rows("papi_error.csv", built.tables["units"]).query("stat == 'unweighted_se'").assign(component="TOTAL")
    return as_scores(rows.merge(errors[[*KEY, "value"]].rename(columns={"value": "standard_error_score"}), on=KEY, how="left"), "PAPI")


@pytest.fixture(scope="module")
def weights(built: Build) -> pd.DataFrame:
    return built.tables["index_weights"]


@pytest.fixture(scope="module")
def editions(built: Build) -> pd.DataFrame:
    return built.tables["index_editions"]


def moves_of_all(scores: pd.DataFrame, editions: pd.DataFrame, noise: pd.DataFrame, index: str) -> pd.DataFrame:
    own = scores[scores["component"] == "TOTAL"]
    histories = (history(own, editions, code, index, last_year=2024, as_of=TODAY) for code in sorted(own["province_code"].unique()))
    return pd.concat([changes(past, noise) for past in histories])


# Weights held constant


def test_era_weights_reproduce_every_published_composite_of_2006_to_2010_and_2012_to_2021(pci, weights, editions):
    published = pci[pci["component"] == "TOTAL"].set_index(["province_code", "edition_year"])["score"].astype(float)
    eras = editions[editions["index"] == "PCI"].set_index("edition_year")["era"]
    checked = 0
    for era in sorted(weights["era"].unique()):
        composite = constant_weight_composite(pci, weights, "PCI", era).set_index(["province_code", "edition_year"])["composite_score"]
        years = [year for year in eras.index[eras == era] if year not in (2011, 2022, 2024)]
        of_era = composite[composite.index.get_level_values("edition_year").isin(years)]
        off = (of_era - published.reindex(of_era.index)).abs()
        assert off.isna().sum() == 0
        assert off[off > 0.01].to_dict() == {}
        checked += len(off)
    assert checked == 3 * 64 + 13 * 63  # 2006-2008, then 2009, 2010, 2012-2021 and the derived 2023


def test_the_weights_do_not_reproduce_2011(pci, weights):
    composite = constant_weight_composite(pci, weights, "PCI", "2009-2012")
    of_2011 = composite[composite["edition_year"] == 2011].set_index("province_code")["composite_score"]
    published = pci[(pci["component"] == "TOTAL") & (pci["edition_year"] == 2011)].set_index("province_code")["score"].astype(float)
    assert (published - of_2011).between(0.002, 0.56).all()
    assert ((published - of_2011) > 0.01).sum() > 50


def test_binh_duong_under_old_and_new_weights_in_2021_and_2023(pci, weights, editions):
    found = constant_weight_standing(pci, weights, editions, "PCI", "74").set_index(["edition_year", "weight_era"])
    assert found.loc[(2021, "2013-2021"), ["composite_score", "rank", "rank_of"]].tolist() == [pytest.approx(69.61, abs=0.005), 6, 63]
    assert found.loc[(2023, "2022-2024"), ["composite_score", "rank", "rank_of"]].tolist() == [pytest.approx(66.00, abs=0.005), 38, 63]
    assert found.loc[(2023, "2013-2021"), "rank"] == 22
    assert found.loc[(2021, "2022-2024"), "rank"] == 16
    assert found["is_published_era"].groupby("edition_year").sum().eq(1).loc[2006:].all()


def test_why_binh_duong_fell_from_6th_to_38th(pci, weights, editions):
    found = rank_decomposition(pci, weights, editions, "PCI", "74", 2021, 2023)
    assert (found.from_rank, found.to_rank, found.from_rank_of, found.to_rank_of) == (6, 38, 63, 63)
    assert (found.old_weights_to_rank, found.new_weights_from_rank) == (22, 16)
    assert (found.weights_places, found.own_places, found.others_places) == (13, 22, -3)
    assert found.crosses_era
    worst = found.components.sort_values("contribution_score")["component"].head(2).tolist()
    assert worst == ["CSTP8", "CSTP3"]  # business support and transparency


def test_the_parts_sum_to_the_change_of_rank_for_every_province_and_pair_of_years(pci, weights, editions):
    found = [
        rank_decomposition(pci, weights, editions, "PCI", code, years[0], years[1])
        for code in sorted(pci.loc[pci["vintage"] == "63-tinh", "province_code"].unique())
        for years in ((2021, 2023), (2013, 2021))
    ]
    assert len(found) == 126
    assert [part for part in found if part.weights_places + part.own_places + part.others_places != part.to_rank - part.from_rank] == []
    assert {part.weights_places for part in found if not part.crosses_era} == {0}


@pytest.mark.parametrize("years", [(2008, 2009), (2010, 2011), (2012, 2013), (2021, 2022), (2023, 2024)])
def test_no_decomposition_where_a_weighted_sub_index_is_missing_or_the_edition_cannot_be_rebuilt(pci, weights, editions, years):
    assert rank_decomposition(pci, weights, editions, "PCI", "74", *years) is None


def test_binh_duongs_move_with_the_weights_kept_lies_just_within_moves_over_two_years(pci, weights, editions):
    found = constant_weight_move(pci, weights, editions, "PCI", "74", 2021, 2023)
    assert (round(found.change_score, 2), round(found.net_change_score, 2), round(found.noise_score, 2)) == (-3.60, -3.69, 3.81)
    assert (found.moves_count, found.verdict) == (441, "within_noise")


# Ranks as published


def test_ranks_computed_from_the_panel_equal_the_ranks_that_pages_state(pci):
    pages = pd.read_csv(SHARED / "carry" / "pci_scores.csv", dtype={"province_code": "string"})
    stated = pages[(pages["component"] == "rank") & (pages["status"] == "agrees") & pages["edition_year"].between(2006, 2021)]
    ours = footing(pci[pci["component"] == "TOTAL"])[["edition_year", "province_code", "rank"]]
    both = stated.assign(province_code=stated["province_code"].str.zfill(2)).merge(ours, on=["edition_year", "province_code"], how="left")
    assert len(both) > 150
    assert both.loc[both["score"] != both["rank"].astype(float), ["province", "edition_year", "score", "rank"]].values.tolist() == []


def test_64_provinces_are_ranked_in_2006_to_2008_and_ha_tay_ends_with_them(pci, editions):
    ha_tay = history(pci, editions, "28", "PCI", last_year=2009, as_of=TODAY).set_index("edition_year")
    assert ha_tay.loc[2006:2008, "rank_of"].tolist() == [64, 64, 64]
    assert ha_tay["status"].tolist() == ["published"] * 4 + ["not_for_province"]
    assert ha_tay.loc[2006:2008, "rank"].tolist() == [62, 41, 55]


# Noise


def test_measured_noise_equals_the_published_table_to_its_printed_digits(pci, editions):
    table = pd.read_csv(SHARED / "carry" / "pci_noise_2013_2021.csv").replace({"component_code": {"PCI": "TOTAL"}}).set_index("component_code")
    noise = yearly_noise(pci, editions, "PCI")
    ours = noise[noise["era"] == "2013-2021"].set_index("component").loc[table.index]
    assert (ours["moves_count"] == 504).all()
    for column, printed in (
        ("sd_change_score", "sd_yoy_change_net_of_median"),
        ("p95_change_score", "p95_abs"),
        ("between_province_sd_score", "between_province_sd"),
    ):
        assert (ours[column] - table[printed]).abs().max() <= 0.005 + 1e-9


def test_noise_is_measured_in_the_eras_that_hold_a_hundred_moves_and_in_no_other(pci, papi, editions):
    measured = {
        (index, era): count
        for index, scores in (("PCI", pci), ("PAPI", papi))
        for era, count in yearly_noise(scores, editions, index).query("component == 'TOTAL'")[["era", "moves_count"]].values
    }
    assert measured == {
        ("PCI", "2006-2008"): 128,
        ("PCI", "2009-2012"): 189,
        ("PCI", "2013-2021"): 504,
        ("PAPI", "2011-2015"): 248,
        ("PAPI", "2021-2024"): 178,
    }


def test_how_often_each_rule_calls_an_ordinary_yearly_move_clear(pci, papi, editions, built):
    """Panel noise: one in twenty by construction. Published errors tell sampling error only, so far more moves exceed them."""
    noise = known_noise(pd.concat([pci, papi]), editions, built.tables["index_noise"])
    of_pci, of_papi = (moves_of_all(scores, editions, noise, index) for scores, index in ((pci, "PCI"), (papi, "PAPI")))
    by_panel = pd.concat([of_pci, of_papi]).query("noise_basis == 'panel'")
    assert len(by_panel) > 1000
    assert ((by_panel["verdict"] == "clear").sum(), len(by_panel)) == (62, 1191)
    by_errors = of_papi[of_papi["noise_basis"] == "published_se"]
    assert (len(by_errors), by_errors["from_year"].unique().tolist()) == (56, [2022])
    assert (by_errors["verdict"] == "clear").sum() == 16
    unknown = of_papi[of_papi["verdict"] == "not_known"]
    assert unknown["from_year"].unique().tolist() == [2016]  # one step of an era is too little to measure its noise


def test_moves_from_2021_to_2023_spread_wider_than_moves_over_two_years_inside_an_era(pci, weights, editions):
    """Why a comparison across the change of method is flagged, even with the weights held."""
    moves = [constant_weight_move(pci, weights, editions, "PCI", code, 2021, 2023) for code in sorted(pci["province_code"].unique()) if code != "28"]
    net = np.array([move.net_change_score for move in moves])
    assert len(net) == 63
    assert np.mean(np.abs(net) > moves[0].noise_score) == pytest.approx(9 / 63)
    assert net.std(ddof=1) == pytest.approx(2.77, abs=0.01)
