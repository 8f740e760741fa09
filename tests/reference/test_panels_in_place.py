"""Shipped figures against full panels that are read in place, beside the repository, and never copied into it."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.periods import parse_schedule
from analysis.text import fold, normalise
from analysis.units import short_name

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SPELLINGS = {"thua thien hue": "hue"}  # the city kept the code of its province

needs_panel = pytest.mark.skipif(not (SHARED / "panel").is_dir(), reason="../shared/data/panel is not here; it is read in place, never copied")
needs_carry = pytest.mark.skipif(not (SHARED / "carry").is_dir(), reason="../shared/data/carry is not here")


def bare(name: str) -> str:
    folded = fold(name).replace("tp. ", "").replace("-", " ")
    words = " ".join(folded.split())
    return SPELLINGS.get(words, words)


@cache
def panel(name: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / "panel" / name, dtype=str, encoding="utf-8-sig").map(normalise, na_action="ignore")


@needs_panel
def test_papi_scores_equal_the_full_panel_within_rounding(built):
    units, scores = built.tables["units"], built.tables["index_scores"]
    provinces = units[(units["level"] == "province") & (units["vintage"] == "63-tinh")]
    codes = {bare(short_name(name)): code for code, name in zip(provinces["unit_code"], provinces["name_vi"], strict=True)}
    full = panel("papi_full.csv")
    full = full.assign(province_code=full["province"].map(bare).map(codes), edition_year=full["year"].astype(int))
    full = full.assign(full_score=full["score"].astype(float)).rename(columns={"dimension_code": "component"})
    assert full.loc[full["province_code"].isna(), "province"].unique().tolist() == []
    shipped = scores[scores["index"] == "PAPI"]
    key = ["province_code", "edition_year", "component"]
    both = shipped.merge(full[[*key, "full_score"]], on=key, how="left", validate="one_to_one", indicator=True)
    assert len(both) == len(shipped) > 6000
    assert both.loc[both["_merge"] != "both", key].values.tolist() == []
    off = (both["score"].astype(float) - both["full_score"]).abs()
    assert both.loc[off > 0.0006, [*key, "score", "full_score"]].values.tolist() == []


@needs_panel
def test_no_province_year_of_papi_is_missing_from_what_we_ship(built):
    scores = built.tables["index_scores"]
    shipped = scores[(scores["index"] == "PAPI") & (scores["component"] == "TOTAL")]
    full = panel("papi_full.csv")
    by_year = full[full["dimension_code"] == "TOTAL"].groupby("year").size()
    assert shipped.groupby("edition_year").size().to_dict() == {int(year): count for year, count in by_year.items()}


@needs_panel
def test_the_91_old_communes_equal_the_unit_panel(built):
    units = built.tables["units"]
    shipped = units[(units["vintage"] == "63-tinh") & (units["level"] == "commune")]
    expected = panel("units_binhduong_91_communes.csv")
    wanted = set(expected[["ma_huyen", "ma_xa", "ten_xa", "cap"]].itertuples(index=False, name=None))
    assert set(shipped[["parent_code", "unit_code", "name_vi", "unit_type"]].itertuples(index=False, name=None)) == wanted
    districts = units[(units["vintage"] == "63-tinh") & (units["level"] == "district")]
    assert dict(zip(districts["unit_code"], districts["name_vi"], strict=True)) == dict(zip(expected["ma_huyen"], expected["ten_huyen"], strict=True))


@needs_panel
def test_the_36_new_communes_equal_the_unit_panel(built):
    units = built.tables["units"]
    shipped = units[(units["vintage"] == "34-tinh") & (units["level"] == "commune")]
    expected = panel("units_binhduong_36_new.csv")
    assert dict(zip(shipped["unit_code"], shipped["name_vi"], strict=True)) == dict(zip(expected["ma_xa_moi"], expected["ten_xa_moi"], strict=True))


@needs_panel
def test_the_pairs_of_old_and_new_communes_equal_the_unit_panel(built):
    links = built.tables["unit_links"]
    expected = panel("units_binhduong_old_to_new.csv")
    shipped = links[links["from_code"].str.len() == 5]
    columns = ["from_code", "to_code", "note_vi"]
    wanted = set(expected[["ma_xa_cu", "ma_xa_moi", "ghi_chu"]].itertuples(index=False, name=None))
    assert len(shipped) == len(expected) == 107
    assert set(shipped[columns].itertuples(index=False, name=None)) == wanted


@needs_carry
def test_time_phrases_with_a_stated_number_a_year_parse_as_stated():
    phrases = pd.read_csv(SHARED / "carry" / "time_expressions.csv", encoding="utf-8-sig")
    stated = phrases["per_year(ours)"].str.extract(r"^(?P<count>\d+)/year(?P<more> \+ n)?$").assign(text=phrases["text"]).dropna(subset="count")
    assert len(stated) == 4
    for row in stated.itertuples():
        found = parse_schedule(row.text, 2021)
        assert (row.text, found.expected_count, found.is_open_ended) == (row.text, int(row.count), pd.notna(row.more))


@needs_carry
def test_windows_and_continuous_work_state_no_number_in_our_tables():
    phrases = pd.read_csv(SHARED / "carry" / "time_expressions.csv", encoding="utf-8-sig")
    kinds = phrases[phrases["meaning(ours)"].str.contains("^continuous|^within_year|^window")]
    assert len(kinds) == 5
    assert [parse_schedule(text, 2021).expected_count for text in kinds["text"]] == [None] * 5
    assert {parse_schedule(text, 2021).kind for text in kinds["text"]} == {"continuous", "window"}
