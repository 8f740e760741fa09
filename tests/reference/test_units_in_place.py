"""Our lists of units against the panel read in place beside the repository, and against the package ``vietnam-provinces``."""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.text import normalise
from analysis.units import crossing_districts, units_below

PANEL = Path(__file__).resolve().parents[3] / "shared" / "data" / "panel"
RAW = Path(__file__).resolve().parents[2] / "data" / "raw" / "units"
EXTENTS = {"Nhập toàn bộ": "whole", "Nhập một phần": "part", "Giữ nguyên": "unchanged"}

needs_panel = pytest.mark.skipif(not PANEL.is_dir(), reason="../shared/data/panel is not here; it is read in place, never copied")


def listed(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig").map(normalise, na_action="ignore")


UNITS = pd.concat([listed(RAW / vintage / "units.csv") for vintage in ("63-tinh", "34-tinh")], ignore_index=True)
LINKS = listed(RAW / "34-tinh" / "unit_links.csv")
BEFORE, AFTER = units_below(UNITS, "74"), units_below(UNITS, "79", "34-tinh")
COMMUNES = BEFORE[BEFORE["level"] == "commune"]
PAIRS = LINKS[LINKS["from_code"].isin(COMMUNES["unit_code"])]


@needs_panel
def test_the_communes_before_the_merger_are_those_of_the_panel():
    panel = listed(PANEL / "units_binhduong_91_communes.csv")
    ours = set(COMMUNES[["parent_code", "unit_code", "name_vi", "unit_type"]].itertuples(index=False, name=None))
    assert ours == set(panel[["ma_huyen", "ma_xa", "ten_xa", "cap"]].itertuples(index=False, name=None))
    districts = BEFORE[BEFORE["level"] == "district"]
    assert set(zip(districts["unit_code"], districts["name_vi"], strict=True)) == set(zip(panel["ma_huyen"], panel["ten_huyen"], strict=True))


@needs_panel
def test_the_communes_after_the_merger_and_those_across_district_lines_are_those_of_the_panel():
    panel = listed(PANEL / "units_binhduong_36_new.csv")
    assert set(zip(AFTER["unit_code"], AFTER["name_vi"], strict=True)) == set(zip(panel["ma_xa_moi"], panel["ten_xa_moi"], strict=True))
    assert set(crossing_districts(UNITS, LINKS)) == set(panel.loc[panel["lien_huyen"] == "1", "ma_xa_moi"])


@needs_panel
def test_the_links_and_their_extents_are_those_of_the_panel():
    panel = listed(PANEL / "units_binhduong_old_to_new.csv")
    extents = [EXTENTS.get(note, "renamed_part") for note in panel["ghi_chu"]]
    theirs = set(zip(panel["ma_xa_cu"], panel["ma_xa_moi"], extents, strict=True))
    assert set(PAIRS[["from_code", "to_code", "extent"]].itertuples(index=False, name=None)) == theirs
    assert len(theirs) == 107


@pytest.fixture(scope="module")
def oracle() -> Callable[[str], object]:
    """Import of a module of ``vietnam_provinces``, which needs Python 3.12."""
    if sys.version_info < (3, 12):
        pytest.skip("vietnam-provinces needs Python 3.12 or later")
    return lambda name: pytest.importorskip(f"vietnam_provinces{name}", reason="vietnam-provinces is not installed (extra “dev”)")


def test_codes_and_names_before_the_merger_are_those_of_the_package(oracle):
    legacy = oracle(".legacy")
    provinces = {f"{province.code:02d}": normalise(province.name) for province in legacy.Province.iter_all()}
    districts = {f"{district.code:03d}": normalise(district.name) for district in legacy.District.iter_all() if district.province_code == 74}
    wards = {
        f"{ward.code:05d}": (f"{ward.district_code:03d}", normalise(ward.name)) for ward in legacy.Ward.iter_all() if 718 <= ward.district_code <= 726
    }
    ours = UNITS[(UNITS["vintage"] == "63-tinh") & (UNITS["level"] == "province")]
    assert dict(zip(ours["unit_code"], ours["name_vi"], strict=True)) == provinces
    of_district = BEFORE[BEFORE["level"] == "district"]
    assert dict(zip(of_district["unit_code"], of_district["name_vi"], strict=True)) == districts
    assert {code: (parent, name) for code, parent, name in COMMUNES[["unit_code", "parent_code", "name_vi"]].itertuples(index=False)} == wards


def test_codes_and_names_after_the_merger_are_those_of_the_package(oracle):
    package = oracle("")
    provinces = {f"{province.code:02d}": normalise(province.name) for province in package.Province.iter_all()}
    ours = UNITS[(UNITS["vintage"] == "34-tinh") & (UNITS["level"] == "province")]
    assert dict(zip(ours["unit_code"], ours["name_vi"], strict=True)) == provinces
    wards = {f"{ward.code:05d}": normalise(ward.name) for ward in package.Ward.iter_all() if ward.province_code == 79}
    assert {code: wards.get(code) for code in AFTER["unit_code"]} == dict(zip(AFTER["unit_code"], AFTER["name_vi"], strict=True))


def test_every_link_is_one_of_the_package_and_no_predecessor_is_missing(oracle):
    package = oracle("")
    ours = {code: set(rows["from_code"]) for code, rows in PAIRS.groupby("to_code")}
    theirs = {
        f"{ward.code:05d}": {f"{source.code:05d}" for source in ward.get_legacy_sources()}
        for ward in package.Ward.iter_all()
        if f"{ward.code:05d}" in ours
    }
    assert ours == theirs
