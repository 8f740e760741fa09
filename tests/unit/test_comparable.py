"""The comparable panel: which outcome is judged on which footing for which plan, and why the others are not."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.comparable import CONSTANT_WEIGHT, PANEL_COLUMNS, RAW, ComparablePanel, Register, Z, comparable_panel
from analysis.indices import comparable_eras, component_eras
from analysis.ingest.build import Build
from analysis.standing import constant_weight_composite, footing

PROVINCE = "74"
LATER = date(2026, 1, 1)
PAPI_PARTS = ("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "TOTAL")


def register_of(build: Build) -> Register:
    tables = build.tables
    return Register(tables["index_scores"], tables["index_editions"], tables["index_components"], tables["index_weights"])


@pytest.fixture(scope="module")
def shipped(built) -> Register:
    return register_of(built)


def asked(register: Register, index: str, component: str, plan_year: int, as_of: date = LATER, last_year: int = 2024, **who: str) -> ComparablePanel:
    return comparable_panel(register, index, component, who.get("province", PROVINCE), plan_year, last_year, as_of)


def years(panel: ComparablePanel) -> list[int]:
    return sorted(panel.rows["edition_year"].unique().tolist())


# PAPI


def test_d5_is_judged_on_its_own_scores_from_2011_to_2020_for_the_plan_of_2019(shipped):
    found = asked(shipped, "PAPI", "D5", 2019)
    assert (found.footing, found.refusal_vi, found.obstacle, found.notes_vi) == (RAW, None, None, ())
    assert years(found) == list(range(2011, 2021))
    assert set(found.rows["era"]) == {"2011-2020"}
    assert tuple(found.rows.columns) == PANEL_COLUMNS
    assert found.rows["constant_weight"].isna().all()


@pytest.mark.parametrize(("component", "own_era"), [("D2", "2018"), ("TOTAL", "2019")])
def test_d2_and_the_composite_are_judged_by_their_standing_and_a_note_says_why(shipped, component, own_era):
    found = asked(shipped, "PAPI", component, 2019)
    assert (found.footing, found.refusal_vi) == (Z, None)
    assert years(found) == list(range(2011, 2021))
    assert len(found.notes_vi) == 1
    assert own_era in found.notes_vi[0]
    assert "2011–2020" in found.notes_vi[0]


def test_d8_is_not_judged_for_the_plan_of_2019(shipped):
    found = asked(shipped, "PAPI", "D8", 2019)
    assert (found.obstacle, len(found.rows)) == ("too_few", 0)
    assert "trước năm 2019" in found.refusal_vi


@pytest.mark.parametrize("component", PAPI_PARTS)
@pytest.mark.parametrize("plan_year", [2021, 2022])
def test_nothing_of_papi_is_judged_across_the_break_of_2021(shipped, component, plan_year):
    found = asked(shipped, "PAPI", component, plan_year)
    assert (found.obstacle, len(found.rows)) == ("method_changed", 0)
    assert "cách chấm đổi từ phiên bản 2021" in found.refusal_vi


def test_from_2023_on_there_are_two_editions_again(shipped):
    """Hà Nội; Bình Dương was not published in 2023."""
    found = asked(shipped, "PAPI", "D5", 2023, province="01")
    assert (found.footing, years(found)) == (RAW, [2021, 2022, 2023, 2024])
    absent = asked(shipped, "PAPI", "D5", 2023)
    assert (absent.obstacle, absent.refusal_vi) == ("no_score", "không có điểm 2023 của tỉnh")


@pytest.mark.parametrize("plan_year", range(2010, 2026))
def test_no_panel_ever_holds_two_eras_of_its_footing_nor_an_edition_after_the_last(shipped, plan_year):
    for component in ("D2", "D5", "D8", "TOTAL"):
        for last_year in {2024, min(plan_year, 2019)}:
            found = asked(shipped, "PAPI", component, plan_year, last_year=last_year, province="01")
            assert (found.refusal_vi is None) == (len(found.rows) > 0) == (found.obstacle is None)
            if found.refusal_vi is not None:
                continue
            assert found.rows["era"].nunique() == 1
            assert max(years(found)) <= last_year
            assert sum(year < plan_year for year in years(found)) >= 2
            assert plan_year in years(found)
            assert not (min(years(found)) < 2021 <= max(years(found)))
            assert found.rows[found.footing].notna().all()
            assert not found.rows.duplicated(["province_code", "edition_year"]).any()


def test_standing_and_rank_are_those_of_the_published_scores(shipped):
    rows = asked(shipped, "PAPI", "D5", 2019).rows
    one = rows[rows["edition_year"] == 2018].set_index("province_code")
    assert one["z"].mean() == pytest.approx(0.0, abs=1e-9)
    assert (one["z"] - (one["raw"] - one["raw"].mean()) / one["raw"].std()).abs().max() < 1e-9
    assert (one["rank"] == -one["raw"].rank(ascending=False, method="min")).all()
    standing = footing(shipped.scores[(shipped.scores["index"] == "PAPI") & (shipped.scores["component"] == "D5")])
    expected = standing[standing["edition_year"] == 2018].set_index("province_code")["z_score"].astype(float)
    pd.testing.assert_series_equal(one["z"].sort_index(), expected.sort_index(), check_names=False)


def test_the_order_of_the_tables_rows_does_not_matter(shipped):
    mixed = Register(*(table.sample(frac=1, random_state=3) for table in (shipped.scores, shipped.editions, shipped.components, shipped.weights)))
    for component in ("D5", "TOTAL"):
        plain, found = asked(shipped, "PAPI", component, 2019), asked(mixed, "PAPI", component, 2019)
        assert found.notes_vi == plain.notes_vi
        pd.testing.assert_frame_equal(found.rows, plain.rows)


# The registry's claim on ranks


def neighbours(shipped: Register, component: str) -> "pd.Series[float]":
    """Spearman correlation of each edition with the next, over the provinces in both."""
    scores = shipped.scores[(shipped.scores["index"] == "PAPI") & (shipped.scores["component"] == component)].astype({"score": float})
    wide = scores.pivot(index="province_code", columns="edition_year", values="score")
    return pd.Series({year: wide[year].corr(wide[year + 1], method="spearman") for year in range(2011, 2024)})


@pytest.mark.parametrize(("component", "at_the_break", "least", "most"), [("D2", 0.28, 0.44, 0.75), ("TOTAL", 0.22, 0.37, 0.74)])
def test_ranks_stopped_carrying_over_in_2021_as_the_registry_says(shipped, component, at_the_break, least, most):
    found = neighbours(shipped, component)
    before = found.loc[2011:2019]
    assert (round(found[2020], 2), round(before.min(), 2), round(before.max(), 2)) == (at_the_break, least, most)
    assert found.loc[2021:].min() > before.min()  # and carry over again afterwards


def test_eras_are_those_of_the_parts_where_parts_are_registered(shipped):
    def eras(component: str) -> dict[int, str]:
        return component_eras(shipped.components, shipped.editions, "PAPI", component).to_dict()

    assert set(eras("D5").values()) == {"2011-2020", "2021-2024"}
    assert {year: era for year, era in eras("D2").items() if year in (2011, 2017, 2018, 2020, 2021)} == {
        2011: "2011-2017",
        2017: "2011-2017",
        2018: "2018-2020",
        2020: "2018-2020",
        2021: "2021-2024",
    }
    assert eras("D8") == {2018: "2018", 2019: "2019", 2020: "2020"} | dict.fromkeys(range(2021, 2025), "2021-2024")
    assert eras("TOTAL")[2019] == "2019"
    z = comparable_eras(shipped.components, shipped.editions, "PAPI", "D8", Z)
    assert (z[2020], z[2021]) == ("2011-2020", "2021-2024")


# The other indices


@pytest.mark.parametrize("plan_year", [2019, 2021])
def test_par_index_is_circular_whatever_it_scored(shipped, plan_year):
    found = asked(shipped, "PAR INDEX", "TOTAL", plan_year)
    assert (found.obstacle, len(found.rows)) == ("circular", 0)
    assert "luẩn quẩn" in found.refusal_vi


@pytest.mark.parametrize(("index", "plan_year"), [("SIPAS", 2019), ("SIPAS", 2021), ("PCI", 2019)])
def test_what_is_shipped_in_part_only_is_refused_with_the_number_there_is(shipped, index, plan_year):
    scores = shipped.scores[
        (shipped.scores["index"] == index) & (shipped.scores["component"] == "TOTAL") & (shipped.scores["edition_year"] == plan_year)
    ]
    count = scores.loc[scores["province_code"] != "00", "score"].notna().sum()
    found = asked(shipped, index, "TOTAL", plan_year)
    assert (found.obstacle, len(found.rows)) == ("not_whole", 0)
    assert f"chỉ có điểm {plan_year} của {count} tỉnh" in found.refusal_vi
    assert "ít nhất 55 tỉnh" in found.refusal_vi


def test_before_publication_nothing_is_judged(shipped):
    """PAPI 2020 was published on 14 April 2021; PAPI 2019 without a known day counts as out from 1 July 2020."""
    assert asked(shipped, "PAPI", "D5", 2020, date(2021, 4, 13)).obstacle == "not_published"
    assert asked(shipped, "PAPI", "D5", 2020, date(2021, 4, 14)).obstacle is None
    assert asked(shipped, "PAPI", "D5", 2019, date(2020, 6, 30)).refusal_vi == "chưa công bố phiên bản 2019"
    assert asked(shipped, "PAPI", "D5", 2019, date(2020, 7, 1)).obstacle is None


def test_editions_published_later_take_no_part(shipped):
    assert years(asked(shipped, "PAPI", "D5", 2019, date(2021, 4, 13))) == list(range(2011, 2020))
    assert years(asked(shipped, "PAPI", "D5", 2019, LATER, last_year=2019)) == list(range(2011, 2020))


@pytest.mark.parametrize("plan_year", [1999, 2010, 2031])
def test_a_year_without_an_edition_is_refused(shipped, plan_year):
    assert asked(shipped, "PAPI", "D5", plan_year).obstacle == "no_edition"


def test_the_edition_of_the_34_provinces_is_no_edition_of_the_63(shipped):
    edition = shipped.editions[(shipped.editions["vintage"] == "34-tinh")]
    for _, row in edition.iterrows():
        assert asked(shipped, row["index"], "TOTAL", int(row["edition_year"]), date(2030, 1, 1)).obstacle == "no_edition"


# With the full panels in place


@pytest.mark.parametrize("plan_year", [2019, 2021])
def test_pci_is_judged_under_the_weights_of_the_plans_era_from_2013_on(panel_built, plan_year):
    register = register_of(panel_built)
    found = asked(register, "PCI", "TOTAL", plan_year)
    assert (found.footing, found.refusal_vi, set(found.rows["era"])) == (CONSTANT_WEIGHT, None, {"2013-2024"})
    assert years(found)[0] == 2013
    assert plan_year in years(found)
    assert (found.rows.groupby("edition_year").size() >= 55).all()
    expected = constant_weight_composite(register.scores, register.weights, "PCI", "2013-2021")
    both = found.rows.merge(expected, on=["province_code", "edition_year"])
    assert len(both) == len(found.rows)
    assert (both["constant_weight"] - both["composite_score"].astype(float)).abs().max() < 1e-9


def test_in_years_of_those_weights_the_held_composite_is_the_published_one(panel_built):
    rows = asked(register_of(panel_built), "PCI", "TOTAL", 2019).rows
    same = rows[rows["edition_year"].between(2017, 2020)]
    assert len(same) > 200
    assert np.median((same["constant_weight"] - same["raw"]).abs()) < 0.05


def test_pci_before_any_two_editions_of_those_weights_is_refused(panel_built):
    """In 2013 the weights changed, so the plan of 2014 has one edition before it that compares."""
    found = asked(register_of(panel_built), "PCI", "TOTAL", 2014)
    assert (found.obstacle in ("method_changed", "not_whole", "too_few"), len(found.rows)) == (True, 0)
    assert found.refusal_vi


@pytest.mark.parametrize("index", ["SIPAS", "PAR INDEX"])
def test_the_panels_in_place_hold_no_more_of_sipas_and_par_index(panel_built, index):
    assert asked(register_of(panel_built), index, "TOTAL", 2019).obstacle == {"SIPAS": "not_whole", "PAR INDEX": "circular"}[index]
