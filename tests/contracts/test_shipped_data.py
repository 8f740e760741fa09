"""The shipped data: they build, every row is accounted for, and the figures that reports lean on are right."""

from datetime import date

import pandas as pd
import pytest

from analysis import store
from analysis.codes import COMPOSITE
from analysis.contracts import SCHEMAS, columns_of, key_of
from analysis.corrections import EXPIRED
from analysis.ingest.build import build_tables
from analysis.ingest.dossiers.tables import DOSSIER_TABLES
from analysis.ingest.index_registry import REGISTRY, REGISTRY_TABLES
from analysis.rates import RATES
from analysis.sources import REFERENCE_ONLY, read_register
from analysis.standing import constant_weight_composite, history

LATER = date(2026, 1, 1)
STATED_COUNTS = {("II.1", 9): 2, ("II.2", 1): 12, ("II.2", 2): 24, ("II.2", 4): 4}
PROVINCES_OF_REGIONS = {
    "Trung du và miền núi phía Bắc": 14,
    "Bắc Trung Bộ và Duyên hải miền Trung": 14,
    "Đồng bằng sông Cửu Long": 13,
    "Đồng bằng sông Hồng": 11,
    "Đông Nam Bộ": 6,
    "Tây Nguyên": 5,
}
COMMUNES_OF_DISTRICTS = dict(zip(map(str, range(718, 727)), [14, 7, 12, 8, 11, 12, 7, 10, 10], strict=True))


@pytest.fixture(scope="module")
def tables(built) -> dict[str, pd.DataFrame]:
    return built.tables


@pytest.fixture(scope="module")
def scores(tables) -> pd.DataFrame:
    return tables["index_scores"]


def one(table: pd.DataFrame, **cells: object) -> pd.Series:
    for column, value in cells.items():
        table = table[table[column] == value]
    assert len(table) == 1, f"{len(table)} rows for {cells}"
    return table.iloc[0]


def seen_by_binh_duong(tables: dict[str, pd.DataFrame], index: str) -> pd.DataFrame:
    return history(tables["index_scores"], tables["index_editions"], "74", index, last_year=2024, as_of=LATER).set_index("edition_year")


# The account


def test_every_source_accounts_for_every_row(tables):
    sources = tables["sources"]
    per_row = sources["table"].map({"uptake": len(RATES)}).fillna(1).astype(int)
    rows_aside = tables["set_aside"].drop_duplicates(["source_id", "line"])["source_id"].value_counts()  # score and rank of one row stand apart
    accounted = sources["rows_out_count"] / per_row + sources["source_id"].map(rows_aside).fillna(0)
    assert (accounted == sources["rows_in_count"]).all()
    assert (sources.loc[sources["table"] != REFERENCE_ONLY, "rows_in_count"] > 0).all()


def test_rows_of_a_table_are_those_its_sources_say(tables):
    out = tables["sources"].groupby("table").apply(lambda rows: rows.set_index("source_id")["rows_out_count"].to_dict(), include_groups=False)
    for name in set(SCHEMAS) - {*REGISTRY_TABLES, *DOSSIER_TABLES, "index_scores", "index_conflicts"}:
        from_its_own = tables[name][tables[name]["source_id"].isin(list(out.get(name, {})))]
        assert from_its_own["source_id"].value_counts().to_dict() == out.get(name, {}), name
    assert sum(len(tables[name]) for name in REGISTRY_TABLES) == sum(out[REGISTRY].values())


def test_every_figure_of_a_source_of_scores_stands_or_is_a_value_given_up_for_a_better_one(tables, scores):
    put_forward = tables["sources"][tables["sources"]["table"] == "index_scores"].set_index("source_id")["rows_out_count"]
    chosen = scores["source_id"].value_counts()
    assert set(chosen.index) == set(put_forward.index)
    assert (chosen <= put_forward.reindex(chosen.index)).all()
    assert set(tables["index_conflicts"]["source_id"]) <= set(put_forward.index)


def test_the_monthly_table_gives_every_rate_of_its_counts(tables):
    source = one(tables["sources"], source_id="synthetic-uptake")
    from_table = tables["uptake"]["source_id"] == "synthetic-uptake"
    assert from_table.sum() == len(RATES) * source["rows_in_count"]


def test_every_row_set_aside_gives_its_reason_and_line(tables):
    aside = tables["set_aside"]
    assert len(aside) == tables["sources"]["set_aside_count"].sum() > 0
    assert aside["reason_vi"].str.len().gt(0).all()
    assert aside["line"].ge(2).all()


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_table_keeps_its_contract_and_stands_in_key_order(tables, name):
    table, key = tables[name], key_of(SCHEMAS[name])
    SCHEMAS[name].validate(table)
    assert table.columns.tolist() == columns_of(SCHEMAS[name])
    pd.testing.assert_frame_equal(table, table.sort_values(key, kind="stable").reset_index(drop=True))


def test_building_twice_gives_the_same_bytes(built, shipped_raw, tmp_path):
    again = build_tables(shipped_raw, read_register(shipped_raw))
    folders = []
    for name, build in (("one", built), ("two", again)):
        store.write(tmp_path / name, "a" * 64, build.tables)
        folders.append({path.name: path.read_bytes() for path in (tmp_path / name / ("a" * 16)).iterdir()})
    assert set(folders[0]) == {f"{name}.parquet" for name in [*SCHEMAS, "sources", "set_aside", "build_notices"]}
    assert [name for name in folders[0] if folders[0][name] != folders[1][name]] == []


def test_synthetic_rows_are_marked_and_no_others(tables):
    is_synthetic = tables["sources"].set_index("source_id")["is_synthetic"]
    assert is_synthetic.any()
    for name in SCHEMAS:
        source_says = tables[name]["source_id"].map(is_synthetic)
        if "is_synthetic" in tables[name]:
            assert (tables[name]["is_synthetic"] == source_says).all(), name
        else:
            assert not source_says.astype("boolean").any(), name


# Units


def test_the_nine_districts_have_their_91_communes(tables):
    old = tables["units"][tables["units"]["vintage"] == "63-tinh"]
    districts = old[(old["level"] == "district") & (old["parent_code"] == "74")]["unit_code"]
    communes = old[(old["level"] == "commune") & old["parent_code"].isin(districts)]
    assert communes["parent_code"].value_counts().to_dict() == COMMUNES_OF_DISTRICTS
    assert communes["unit_type"].value_counts().to_dict() == {"Phường": 47, "Xã": 39, "Thị trấn": 5}


def test_the_former_province_became_36_communes_of_the_new_city(tables):
    new = tables["units"][(tables["units"]["vintage"] == "34-tinh") & (tables["units"]["level"] == "commune")]
    assert set(new["parent_code"]) == {"79"}
    assert new["unit_type"].value_counts().to_dict() == {"Phường": 24, "Xã": 12}


def test_107_pairs_lead_from_old_communes_to_new_ones(tables):
    links, units = tables["unit_links"], tables["units"]
    communes = units[units["level"] == "commune"].groupby("vintage")["unit_code"].agg(lambda codes: list(codes))
    of_communes = links[links["from_code"].isin(communes["63-tinh"])]
    assert of_communes["extent"].value_counts().to_dict() == {"whole": 74, "part": 31, "unchanged": 1, "renamed_part": 1}
    assert set(of_communes["from_code"]) == set(communes["63-tinh"])
    assert set(of_communes["to_code"]) == set(communes["34-tinh"])


def test_a_part_has_no_invented_share_and_a_whole_has_share_one(tables):
    links = tables["unit_links"]
    is_part = links["extent"].isin(["part", "renamed_part"])
    assert links.loc[is_part, "share"].isna().all()
    assert (links.loc[~is_part, "share"] == 1).all()


def test_63_provinces_became_34(tables):
    provinces = tables["units"][tables["units"]["level"] == "province"]
    assert provinces["vintage"].value_counts().to_dict() == {"63-tinh": 63, "34-tinh": 34, "64-tinh": 1}


def test_the_64th_province_before_2008_is_ha_tay_and_went_whole_to_ha_noi(tables):
    ha_tay = one(tables["units"], vintage="64-tinh")
    assert (ha_tay["unit_code"], ha_tay["name_vi"], ha_tay["valid_to_date"]) == ("28", "Tỉnh Hà Tây", pd.Timestamp("2008-07-31"))
    assert "28" not in set(tables["units"].loc[tables["units"]["vintage"] == "63-tinh", "unit_code"])
    link = one(tables["unit_links"], from_vintage="64-tinh")
    assert (link["from_code"], link["to_code"], link["to_vintage"], link["share"]) == ("28", "01", "63-tinh", 1)


def test_the_63_provinces_stand_in_the_six_regions_of_the_statistics_office(tables):
    regions, units = tables["regions"], tables["units"]
    provinces = units[(units["level"] == "province") & (units["vintage"] == "63-tinh")]
    assert sorted(regions["province_code"]) == sorted(provinces["unit_code"])
    assert set(regions["vintage"]) == {"63-tinh"}
    assert regions["region_vi"].value_counts().to_dict() == PROVINCES_OF_REGIONS
    assert regions.groupby("region_vi")["region_en"].nunique().eq(1).all()
    of_south_east = regions.loc[regions["region_vi"] == "Đông Nam Bộ", "province_code"]
    assert sorted(of_south_east) == ["70", "72", "74", "75", "77", "79"]


# Plans


def test_the_plan_is_for_another_year_than_its_issue_and_keeps_both_dates(tables):
    plan = one(tables["plans"], plan_number="6334/KH-UBND")
    assert plan["plan_year"] == 2021
    assert (plan["issued_date"], plan["other_issued_date"]) == (pd.Timestamp("2020-12-24"), pd.Timestamp("2020-12-17"))


def test_the_18_items_state_a_number_only_where_the_plan_does(tables):
    items = tables["plan_items"].set_index(["section", "stt"])
    assert items.groupby("section").size().to_dict() == {"I": 4, "II.1": 9, "II.2": 5}
    assert items["expected_count"].dropna().to_dict() == STATED_COUNTS
    assert items.index[items["is_open_ended"]].tolist() == [("II.2", 2)]


def test_every_window_of_the_plan_lies_in_its_year(tables):
    items = tables["plan_items"]
    assert (items["window_start_date"].dt.year == 2021).all()
    assert (items["window_end_date"].dt.year == 2021).all()


# Indices


def test_no_score_is_zero_and_none_is_of_2025_or_of_the_merged_provinces(tables, scores):
    assert not (scores["score"] == 0).any()
    editions = tables["index_editions"]
    assert scores["edition_year"].max() == editions.loc[editions["vintage"] == "63-tinh", "edition_year"].max() == 2024
    assert set(scores["vintage"]) == {"63-tinh"}


def test_papi_of_binh_duong_jumps_at_the_break_of_2021_and_has_no_2023(tables, scores):
    seen = seen_by_binh_duong(tables, "PAPI")
    assert seen.loc[2020, ["score", "rank"]].tolist() == [pytest.approx(40.762), 57]
    assert seen.loc[2021, ["score", "rank", "rank_of"]].tolist() == [pytest.approx(47.178), 2, 60]
    assert seen.loc[2020, "era"] != seen.loc[2021, "era"]
    assert seen.loc[2023, "status"] == "not_for_province"
    assert scores[(scores["index"] == "PAPI") & (scores["province_code"] == "74") & (scores["edition_year"] == 2023)].empty


def test_the_papi_total_is_the_sum_of_its_dimensions(scores):
    papi = scores[scores["index"] == "PAPI"].pivot(index=["edition_year", "province_code"], columns="component", values="score")
    dimensions = papi.drop(columns=COMPOSITE)
    stated = papi[COMPOSITE].notna()
    assert stated.sum() == 869
    assert ((dimensions.sum(axis=1) - papi[COMPOSITE]).abs()[stated] <= 0.005).all()
    assert dimensions.loc[~stated, [f"D{number}" for number in range(1, 9)]].isna().any(axis=1).all()


def test_pci_of_binh_duong_2021_is_69_61_and_6th(tables):
    assert seen_by_binh_duong(tables, "PCI").loc[2021, ["score", "rank"]].tolist() == [pytest.approx(69.61), 6]


def test_the_weights_of_each_era_sum_to_one_hundred_per_cent(tables):
    sums = tables["index_weights"].groupby("era")["weight_pct"].sum()
    assert sums.to_dict() == dict.fromkeys(["2006-2008", "2009-2012", "2013-2021", "2022-2024"], 100)


def test_the_weights_of_2013_2021_reproduce_every_published_composite(tables, scores):
    composite = constant_weight_composite(scores, tables["index_weights"], "PCI", "2013-2021")
    published = scores[(scores["index"] == "PCI") & (scores["component"] == COMPOSITE) & scores["edition_year"].between(2013, 2021)]
    both = composite.merge(published, on=["province_code", "edition_year"], validate="one_to_one").dropna(subset="score")
    off = both.assign(off=(both["composite_score"] - both["score"]).abs())
    assert len(both) >= 50
    assert off.loc[off["off"] > 0.03 + 1e-9, ["province_code", "edition_year", "composite_score", "score"]].values.tolist() == []
    assert one(off, province_code="74", edition_year=2021)["composite_score"] == pytest.approx(69.625)  # from sub-indices printed to 0.01


def test_no_index_of_a_year_is_out_before_that_year_ends_except_pci_2006(tables):
    editions = tables["index_editions"].dropna(subset="published_date")
    early = editions[editions["published_date"].dt.year <= editions["edition_year"]]
    assert set(zip(early["index"], early["edition_year"], strict=True)) <= {("PCI", 2006), ("PCI", 2008)}


# What is declared about the indices


def test_every_declared_correction_finds_its_wrong_value_in_the_shipped_sources(built):
    corrections, aside = built.tables["corrections"], built.tables["set_aside"]
    assert len(corrections) == len(aside) > 50
    assert [notice for notice in built.notices if notice.cause == EXPIRED] == []


def test_no_value_declared_wrong_stands_among_the_scores(tables, scores):
    wrong = tables["corrections"].drop(columns="source_id").merge(scores, on=["index", "edition_year", "province_code", "component"], how="inner")
    found = wrong.apply(lambda row: row[row["field"]], axis=1).astype("Float64")
    assert len(wrong) > 0
    assert wrong.loc[((found - wrong["wrong_value"]).abs() < 1e-6).fillna(False), "correction_id"].tolist() == []


@pytest.mark.parametrize(
    ("index", "year", "province", "chosen", "given_up"),
    [("PAR INDEX", 2023, "31", 91.87, 91.81), ("PAR INDEX", 2023, "01", 91.43, 91.25), ("SIPAS", 2023, "31", 88.09, 88.90)],
)
def test_where_two_pages_disagree_the_more_trusted_figure_stands_and_the_other_is_kept(tables, scores, index, year, province, chosen, given_up):
    about = {"index": index, "edition_year": year, "province_code": province, "component": COMPOSITE}
    assert one(scores, **about)["score"] == pytest.approx(chosen)
    conflicts = tables["index_conflicts"]
    for column, value in about.items():
        conflicts = conflicts[conflicts[column] == value]
    assert dict(zip(conflicts["value"].astype(float), conflicts["is_chosen"], strict=True)) == {chosen: True, given_up: False}


@pytest.mark.parametrize(("index", "year", "province", "score"), [("PAR INDEX", 2018, "22", 89.06), ("SIPAS", 2019, "74", 88.02)])
def test_a_misprint_with_a_known_right_value_leaves_that_value_from_its_own_page(scores, index, year, province, score):
    row = one(scores, index=index, edition_year=year, province_code=province, component=COMPOSITE)
    assert row["score"] == pytest.approx(score)
    assert "157078" not in row["address"]
    assert "ID=2361" not in row["address"]


def test_ho_chi_minh_city_and_dong_nai_both_keep_rank_3_of_par_index_2015_and_the_build_says_so(built, scores):
    shared = scores[(scores["index"] == "PAR INDEX") & (scores["edition_year"] == 2015) & (scores["rank"] == 3)]
    assert sorted(shared["province_code"]) == ["75", "79"]
    assert [notice.where for notice in built.notices if "hạng 3" in notice.said] == ["PAR INDEX 2015, điểm tổng hợp"]


def test_the_chain_names_registered_components_near_communication_and_says_where_it_is_circular(tables):
    chain, components = tables["outcome_chain"], tables["index_components"].drop_duplicates(["index", "component"])
    known = chain.merge(components, on=["index", "component"], how="left", validate="many_to_one")
    assert known["is_near_communication"].notna().all()
    assert (known["is_near_communication"] | known["is_circular"]).all()
    assert known.loc[known["is_circular"], "reason_vi"].str.contains("vòng tròn").all()
    assert set(chain["section"]) == set(tables["plan_items"]["section"]) == {"I", "II.1", "II.2"}
    named = set(chain[["index", "component"]].itertuples(index=False, name=None))
    assert named == {
        ("PAPI", "D2"),
        ("PAPI", "D5"),
        ("PAPI", "D8"),
        ("PCI", "CSTP3"),
        ("PCI", "CSTP4"),
        ("SIPAS", "ACCESS"),
        ("SIPAS", "PROCEDURES"),
        ("PAR INDEX", "DIRECTION"),
    }
