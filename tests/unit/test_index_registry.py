"""The index registry: what its file says against the published facts, and every fault of its form at its entry."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis import codes
from analysis.contracts import SCHEMAS, check_table, columns_of, parse_columns
from analysis.ingest.index_registry import REGISTRY_TABLES, read_registry
from analysis.ingest.index_registry_form import DANGLING, INCOMPLETE, MISTYPED, REPEATED, UNREADABLE
from analysis.text import fold

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "data" / "raw" / "indices" / "registry.yml"
SHARED = ROOT.parent / "shared" / "data"
NAME = "registry.yml"

needs_carry = pytest.mark.skipif(not (SHARED / "carry").is_dir(), reason="../shared/data/carry is not here")
needs_panel = pytest.mark.skipif(not (SHARED / "panel").is_dir(), reason="../shared/data/panel is not here; it is read in place, never copied")

# Codes of the panel that the registry calls otherwise, and those it holds nothing for: computed by others, or of the 34 provinces.
PCI_CODES = {"PCI": "TOTAL", "PCI_UNW": "UNWEIGHTED", "CSTP_IMPL_2005": "CSTP_IMPL"}
NOT_PUBLISHED = {"PCI_RANK", "TOTAL6"}
SIPAS_DOCUMENTS = {"1383/QĐ-BNV": [2015], "2640/QĐ-BNV": [2017, 2018, 2019, 2020], "1001/QĐ-BNV": [2023, 2024]}
PAR_DOCUMENTS = {"1294/QĐ-BNV": range(2012, 2016), "2948/QĐ-BNV": range(2017, 2020), "1149/QĐ-BNV": [2020, 2021], "876/QĐ-BNV": range(2022, 2025)}


@cache
def registry(table: str) -> pd.DataFrame:
    """A table of the shipped registry, typed by its contract."""
    received, faults = read_registry(SHIPPED, NAME)
    assert faults == []
    typed, unread = parse_columns(received[table].rows.assign(source_id="x"), SCHEMAS[table], NAME)
    assert unread == []
    return typed


def editions(index: str) -> pd.DataFrame:
    table = registry("index_editions")
    return table[table["index"] == index].set_index("edition_year")


def carry(name: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / "carry" / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def numbers(text: str) -> set[int]:
    """Whole numbers of four digits or more, with either mark of thousands."""
    return {int(re.sub(r"[.,]", "", found)) for found in re.findall(r"(?<![\d/])\d{1,3}(?:[.,]\d{3})+(?!\d)", text)}


def years_of(index: str) -> dict[str, set[int]]:
    """Years in which each component is defined."""
    table = registry("index_components")
    of_index = table[table["index"] == index]
    years: dict[str, set[int]] = {}
    for row in of_index.itertuples():
        years.setdefault(row.component, set()).update(range(row.first_year, row.last_year + 1))
    return years


# The shipped file


@pytest.mark.parametrize("table", REGISTRY_TABLES)
def test_every_table_of_the_registry_keeps_its_contract(table):
    typed = registry(table)
    where = pd.Series([f"{table} {line}" for line in typed.index], index=typed.index)
    assert check_table(typed, SCHEMAS[table], where) == []
    assert len(typed) > 0


def test_a_composite_has_no_parent_and_each_other_component_one_that_is_defined_in_all_its_years():
    components = registry("index_components")
    tops = components[components["parent_component"].isna()]
    assert set(tops["component"]) == {codes.COMPOSITE, "UNWEIGHTED"}
    for index, of_index in components.dropna(subset="parent_component").groupby("index"):
        years = years_of(index)
        for row in of_index.itertuples():
            assert set(range(row.first_year, row.last_year + 1)) <= years[row.parent_component], (index, row.component)


def test_papi_dimensions_are_parts_of_the_composite_and_sub_components_of_their_dimension():
    components = registry("index_components")
    parents = components[components["index"] == "PAPI"].set_index("component")["parent_component"]
    for component, parent in parents.dropna().items():
        assert parent == ("TOTAL" if component.startswith("D") else f"D{component[2]}"), component
    assert parents.loc["TOTAL"].isna().all()


def test_the_scales_of_the_papi_parts_add_up_to_the_scale_of_their_whole_in_each_year():
    components = registry("index_components")
    papi = components[components["index"] == "PAPI"]
    for year in range(2011, 2025):
        of_year = papi[(papi["first_year"] <= year) & (papi["last_year"] >= year)].set_index("component")
        for parent, parts in of_year.dropna(subset="parent_component").groupby("parent_component"):
            assert parts["scale_max_score"].sum() == pytest.approx(of_year.loc[parent, "scale_max_score"], abs=0.02), (year, parent)


def test_each_edition_is_measured_over_its_own_year_and_only_2025_over_the_34_provinces():
    table = registry("index_editions")
    assert (table["measured_from_date"].dt.year == table["edition_year"]).all()
    assert (table["measured_to_date"] - table["measured_from_date"]).dt.days.between(364, 365).all()
    assert table.loc[table["vintage"] != "63-tinh", ["index", "edition_year", "vintage"]].values.tolist() == [["PCI", 2025, "34-tinh"]]


def test_a_national_sample_is_counted_only_where_one_number_is_stated_for_the_whole_country():
    counted = registry("index_editions").dropna(subset="sample_size_count")
    sizes = {(row[1], row.edition_year): row.sample_size_count for row in counted.itertuples()}
    assert {year: size for (index, year), size in sizes.items() if index == "SIPAS"} == {2019: 35268, 2022: 36000, 2024: 36525}
    assert {index for index, _ in sizes} == {"SIPAS", "PCI"}
    for row in counted.itertuples():
        stated = re.match(r"[\d.]+", row.sample_vi)
        assert stated is not None, row.sample_vi
        assert int(stated[0].replace(".", "")) == row.sample_size_count


# Against the carried facts


@needs_carry
def test_pci_editions_are_as_carried():
    ours = editions("PCI")
    facts = carry("pci_editions.csv").set_index("edition_year")
    assert sorted(ours.index) == sorted(int(year) for year in facts.index)
    for year, fact in facts.iterrows():
        row = ours.loc[int(year)]
        published = re.match(r"\d{4}-\d{2}(-\d{2})?", fact["published"])
        if published:
            assert row["published_date"] == pd.Timestamp(published[0])
            assert row["published_precision"] == ("day" if published[1] else "month")
        else:
            assert pd.isna(row["published_date"])
        assert row["ranked_units_count"] == int(re.match(r"\d+", fact["units"])[0])
        assert numbers(fact["respondents_as_reported"]) == numbers("" if pd.isna(row["sample_vi"]) else row["sample_vi"]), year
        if published:
            assert re.fullmatch(re.escape(fact["source_of_date"]).replace(r"\.\.\.", ".*"), row["address"]), year


@needs_carry
def test_pci_weights_are_as_carried():
    facts = carry("pci_weights_by_era.csv")
    ours = registry("index_weights")
    assert set(ours["index"]) == {"PCI"}
    assert ours.set_index(["era", "component"])["weight_pct"].to_dict() == {
        (row.era, row.component_code): float(row.weight_pct) for row in facts.itertuples()
    }


@needs_carry
def test_pci_noise_is_as_carried():
    facts = carry("pci_noise_2013_2021.csv")
    ours = registry("index_noise").set_index("component")
    assert set(ours["era"]) == {"2013-2021"}
    for fact in facts.itertuples():
        row = ours.loc["TOTAL" if fact.component_code == "PCI" else fact.component_code]
        assert row["sd_yearly_change_score"] == float(fact.sd_yoy_change_net_of_median)
        assert row["p95_yearly_change_score"] == float(fact.p95_abs)
        assert row["between_province_sd_score"] == float(fact.between_province_sd)


@needs_carry
def test_papi_components_are_as_carried():
    facts = carry("papi_codebook.csv")
    ours = registry("index_components")
    ours = ours[ours["index"] == "PAPI"].set_index(["component", "first_year"])
    assert len(ours) == len(facts)
    for fact in facts.itertuples():
        row = ours.loc[(fact.dimension_code, int(fact.year_from))]
        assert (row["last_year"], row["name_en"], row["name_vi"]) == (int(fact.year_to), fact.name_en, fact.name_vi)
        assert (row["scale_min_score"], row["scale_max_score"]) == (float(fact.scale_min), float(fact.scale_max))


@needs_carry
def test_announcements_of_par_index_and_sipas_are_as_carried():
    facts = carry("par_sipas_announcements.csv")
    held = 0
    for fact in facts.itertuples():
        row = editions(fact[1]).loc[int(re.search(r"\d{4}", fact.edition_year)[0])]
        published = re.match(r"\d{4}-\d{2}(-\d{2})?", fact.announced_on)
        assert row["published_date"] == pd.Timestamp(published[0]) if published else pd.isna(row["published_date"])
        assert row["address"] == fact.source_url
        said = "" if pd.isna(row["sample_vi"]) else row["sample_vi"]
        assert numbers(fact.survey_sample) <= numbers(said), fact
        held += 1
    assert held == len(facts) > 15
    named = {(fact[1], int(re.search(r"\d{4}", fact.edition_year)[0])) for fact in facts.itertuples()}
    dated = registry("index_editions").dropna(subset="published_date")
    ours = {(row[1], row.edition_year) for row in dated.itertuples() if row[1] in ("PAR INDEX", "SIPAS")}
    assert ours - named == {("SIPAS", 2017)}  # announced with PAR INDEX 2017


@needs_carry
@pytest.mark.parametrize(("index", "documents"), [("PAR INDEX", PAR_DOCUMENTS), ("SIPAS", SIPAS_DOCUMENTS)])
def test_deciding_documents_are_those_carried(index, documents):
    carried = " ".join(carry("par_sipas_editions.csv")["deciding_document"])
    ours = editions(index)["deciding_document"]
    for document, years in documents.items():
        assert fold(document) in fold(carried)
        for year in years:
            assert document in ours[year], year
    unnamed = set(ours.index) - {year for years in documents.values() for year in years}
    assert ours[sorted(unnamed)].isna().all()


# Against the full panels


@needs_panel
def test_pci_components_are_defined_for_exactly_the_years_that_the_panel_has_them():
    full = pd.read_csv(SHARED / "panel" / "pci_full.csv", usecols=["year", "component_code"])
    full = full[~full["component_code"].isin(NOT_PUBLISHED) & ~full["component_code"].str.startswith("PCI2025")]
    held = full.groupby(full["component_code"].replace(PCI_CODES))["year"].agg(set).to_dict()
    assert years_of("PCI") == held


@needs_panel
def test_papi_components_are_defined_for_exactly_the_years_that_the_panel_has_them():
    full = pd.read_csv(SHARED / "panel" / "papi_full.csv", usecols=["year", "dimension_code"])
    full = full[~full["dimension_code"].isin(NOT_PUBLISHED)]
    assert years_of("PAPI") == full.groupby("dimension_code")["year"].agg(set).to_dict()


@needs_panel
def test_provinces_ranked_are_as_many_as_the_panel_has_composites():
    pci = pd.read_csv(SHARED / "panel" / "pci_full.csv", usecols=["year", "component_code"])
    counts = pci[pci["component_code"] == "PCI"].groupby("year").size()
    ours = editions("PCI")["ranked_units_count"]
    assert {year: ours[year] for year in counts.index if year <= 2021} == counts[counts.index <= 2021].to_dict()
    papi = pd.read_csv(SHARED / "panel" / "papi_full.csv", usecols=["year", "dimension_code"])
    assert editions("PAPI")["ranked_units_count"].to_dict() == papi[papi["dimension_code"] == "TOTAL"].groupby("year").size().to_dict()


# Faults of its form

SMALL = """\
trust:
- {name_vi: "mọi nguồn", bases: [publisher_file, stated, order, compiled, derived, secondary]}
indices:
- index: PCI
  publisher_vi: "VCCI"
  direction: higher_is_better
  measured: reference_year
  eras:
  - {era: "2013-2021", rule: weighted, weights_pct: {CSTP1: 40, CSTP2: 60}}
  components:
  - {component: TOTAL, years: [2013, 2021], parent: null, scale: [10, 100], is_near_communication: false, is_circular: false, name_vi: "Tổng hợp", name_en: "Composite", note: null}
  - {component: CSTP1, years: [2013, 2021], parent: TOTAL, scale: [1, 10], is_near_communication: false, is_circular: false, name_vi: "Một", name_en: "One", note: null}
  - {component: CSTP2, years: [2013, 2021], parent: TOTAL, scale: [0.33, 3.33], is_near_communication: true, is_circular: false, name_vi: "Hai", name_en: "Two", note: null}
  editions:
  - {year: 2013, era: "2013-2021", published: "2014-03-20", published_precision: day, ranked_units: 63, sample_vi: null, sample_size: null, deciding_document: null, note: null, address: null}
  - {year: 2014, era: "2013-2021", rule: not_known, vintage: 34-tinh, measured_from: 2014-02-01, measured_to: 2014-12-30, published: null, published_precision: not_found, ranked_units: null, sample_vi: null, sample_size: 9859, deciding_document: null, note: null, address: null}
  noise:
  - {component: TOTAL, era: "2013-2021", sd: 1.7, p95: 3.7234567, between_province_sd: 3}
"""  # noqa: E501 - one line an entry, as in the shipped file


def read(text: str, folder: Path):
    path = folder / NAME
    path.write_bytes(text.encode())
    return read_registry(path, NAME)


def faults_of(text: str, folder: Path) -> list[tuple[str, str, str]]:
    received, faults = read(text, folder)
    assert not faults or all(table.rows.empty for table in received.values())
    return [(fault.cause, fault.where, fault.found) for fault in faults]


def test_a_sound_file_gives_its_tables_with_the_exceptions_of_single_editions(tmp_path):
    received, faults = read(SMALL, tmp_path)
    assert faults == []
    rows = {table: found.rows for table, found in received.items()}
    assert {table: len(found) for table, found in rows.items()} == dict(zip(REGISTRY_TABLES, (2, 3, 2, 1, 1), strict=True))
    plain, other = rows["index_editions"].to_dict("records")
    assert (plain["composite_rule"], plain["vintage"], plain["measured_basis"]) == ("weighted", "63-tinh", "reference_year")
    assert (plain["measured_from_date"], plain["measured_to_date"]) == ("2013-01-01", "2013-12-31")
    assert (other["composite_rule"], other["vintage"], other["measured_basis"]) == ("not_known", "34-tinh", "stated")
    assert (other["measured_from_date"], other["measured_to_date"], other["sample_size_count"]) == ("2014-02-01", "2014-12-30", "9859")
    assert rows["index_components"]["scale_min_score"].tolist() == ["10", "1", "0.33"]
    assert rows["index_noise"]["p95_yearly_change_score"].tolist() == ["3.7234567"]
    assert received["index_editions"].places.tolist() == [f"{NAME}, index_editions: PCI, {year}" for year in (2013, 2014)]


PLACES = {"cstp1": f"{NAME}, PCI, components, mục 2 (CSTP1)", "2013": f"{NAME}, PCI, editions, mục 1 (2013)"}
FAULTS = [
    ("years: [2013, 2021], parent: TOTAL, scale: [1, 10]", "parent: TOTAL, scale: [1, 10]", INCOMPLETE, PLACES["cstp1"], "thiếu years"),
    ("scale: [1, 10]", "scale: [1, 10], scales: [1, 9]", INCOMPLETE, PLACES["cstp1"], "có trường lạ scales"),
    ("{year: 2013, era", "{years: 2013, era", INCOMPLETE, f"{NAME}, PCI, editions, mục 1", "thiếu year; có trường lạ years"),
    ("scale: [1, 10]", "scale: [1, 5, 10]", MISTYPED, f"{PLACES['cstp1']}, trường scale", "“[1, 5, 10]”"),
    ("scale: [1, 10]", 'scale: "1-10"', MISTYPED, f"{PLACES['cstp1']}, trường scale", "“1-10”"),
    ("scale: [1, 10]", "scale: [10, 1]", MISTYPED, f"{PLACES['cstp1']}, trường scale", "“[10, 1]”"),
    ("scale: [1, 10]", "scale: [1, .inf]", MISTYPED, f"{PLACES['cstp1']}, trường scale", "“[1, inf]”"),
    (
        "years: [2013, 2021], parent: TOTAL, scale: [1, 10]",
        "years: 2013, parent: TOTAL, scale: [1, 10]",
        MISTYPED,
        f"{PLACES['cstp1']}, trường years",
        "“2013”",
    ),
    (
        "years: [2013, 2021], parent: TOTAL, scale: [1, 10]",
        "years: [2021, 2013], parent: TOTAL, scale: [1, 10]",
        MISTYPED,
        f"{PLACES['cstp1']}, trường years",
        "“[2021, 2013]”",
    ),
    (
        "years: [2013, 2021], parent: TOTAL, scale: [1, 10]",
        "years: [13, 21], parent: TOTAL, scale: [1, 10]",
        MISTYPED,
        f"{PLACES['cstp1']}, trường years",
        "“[13, 21]”",
    ),
    ('name_vi: "Một"', "name_vi: 1", MISTYPED, f"{PLACES['cstp1']}, trường name_vi", "“1”"),
    ('name_vi: "Một"', "name_vi: null", MISTYPED, f"{PLACES['cstp1']}, trường name_vi", "“None”"),
    (
        "is_near_communication: true",
        "is_near_communication: maybe",
        MISTYPED,
        f"{NAME}, PCI, components, mục 3 (CSTP2), trường is_near_communication",
        "“maybe”",
    ),
    ("{year: 2013, era", '{year: "2013", era', MISTYPED, f"{NAME}, PCI, editions, mục 1 (2013), trường year", "“2013”"),
    ("{year: 2013, era", "{year: 20133, era", MISTYPED, f"{NAME}, PCI, editions, mục 1 (20133), trường year", "“20133”"),
    ("ranked_units: 63", "ranked_units: 63.5", MISTYPED, f"{PLACES['2013']}, trường ranked_units", "“63.5”"),
    ("sample_size: 9859", 'sample_size: "9.859"', MISTYPED, f"{NAME}, PCI, editions, mục 2 (2014), trường sample_size", "“9.859”"),
    (
        "weights_pct: {CSTP1: 40, CSTP2: 60}",
        "weights_pct: [40, 60]",
        MISTYPED,
        f"{NAME}, PCI, eras, mục 1 (2013-2021), trường weights_pct",
        "“[40, 60]”",
    ),
    ("sd: 1.7", 'sd: "1,7"', MISTYPED, f"{NAME}, PCI, noise, mục 1 (TOTAL), trường sd", "“1,7”"),
    ("bases: [publisher_file, ", "bases: [file, ", DANGLING, f"{NAME}, trust, mục 1 (mọi nguồn)", "cách có số “file”"),
    ("[publisher_file, stated,", "[publisher_file,", INCOMPLETE, f"{NAME}, trust", "không có bậc cho stated"),
    ('year: 2013, era: "2013-2021"', 'year: 2013, era: "2013-2022"', DANGLING, f"{NAME}, PCI, editions (2013)", "giai đoạn “2013-2022”"),
    ('TOTAL, era: "2013-2021"', 'TOTAL, era: "2012"', DANGLING, f"{NAME}, PCI, noise (TOTAL)", "giai đoạn “2012”"),
    ("{component: TOTAL, era:", "{component: PCI, era:", DANGLING, f"{NAME}, PCI, noise (2013-2021)", "thành phần “PCI”"),
    ("CSTP2: 60}", "CSTP3: 60}", DANGLING, f"{NAME}, PCI, eras (2013-2021)", "thành phần “CSTP3”"),
    ("parent: TOTAL, scale: [1, 10]", "parent: ALL, scale: [1, 10]", DANGLING, f"{NAME}, PCI, components (CSTP1)", "thành phần “ALL”"),
]


@pytest.mark.parametrize(("old", "new", "cause", "where", "found"), FAULTS, ids=[f"{cause[-12:]}: {new[:40]}" for _, new, cause, _, _ in FAULTS])
def test_a_wrong_entry_is_named_with_its_place_and_value(tmp_path, old, new, cause, where, found):
    assert SMALL.count(old) == 1
    assert (cause, where, found) in faults_of(SMALL.replace(old, new), tmp_path)


def test_faults_of_several_entries_are_told_together(tmp_path):
    spoilt = SMALL.replace("scale: [1, 10]", "scale: 10").replace("sd: 1.7", "sd: cao").replace("index: PCI", "ten: PCI")
    assert len(faults_of(spoilt, tmp_path)) == 3


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        ("trust: [", f"{NAME}, dòng 1, cột 9", "expected the node content"),
        ("a: 1\n b: 2", f"{NAME}, dòng 2, cột 3", "mapping values"),
        ("a: 2014-02-30", NAME, "day is out of range"),
        ("a: \x00", NAME, "special characters"),
        ("[" * 5000, NAME, "recursion"),
        ("{[1]: 2}: 3", f"{NAME}, dòng 1", "unhashable"),
    ],
    ids=["open bracket", "indentation", "no such day", "control character", "endless brackets", "a list as a key"],
)
def test_a_file_that_is_no_yaml_is_told_where_it_breaks(tmp_path, text, where, found):
    (fault,) = faults_of(text, tmp_path)
    assert fault[0] == UNREADABLE
    assert fault[1].startswith(where)
    assert found in fault[2]


def test_a_file_in_another_encoding_is_told(tmp_path):
    (tmp_path / NAME).write_bytes(SMALL.encode("utf-16"))
    _, faults = read_registry(tmp_path / NAME, NAME)
    assert [fault.cause for fault in faults] == [UNREADABLE]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    assert faults_of("\ufeff" + SMALL.replace("\n", "\r\n"), tmp_path) == []


@pytest.mark.parametrize("text", ["", "[]", "trust: []", "just words", "trust: []\nindices: []\nmore: 1", "1"])
def test_a_file_of_another_shape_is_told(tmp_path, text):
    assert {fault[0] for fault in faults_of(text, tmp_path)} == {INCOMPLETE}


@pytest.mark.parametrize("part", ["trust", "indices", "eras", "components", "editions", "noise"])
@pytest.mark.parametrize("value", [[], {}, "chữ", None, 1, [1], [None], [{}]])
def test_a_part_that_is_no_list_of_entries_is_told_with_its_name(tmp_path, part, value):
    found = yaml.safe_load(SMALL)
    (found if part in found else found["indices"][0])[part] = value
    told = faults_of(yaml.safe_dump(found, allow_unicode=True), tmp_path)
    assert any(f", {part}" in where for _, where, _ in told)
    assert {cause for cause, _, _ in told} == {INCOMPLETE}


def test_a_field_given_twice_is_told_with_its_line_since_yaml_would_keep_only_the_last(tmp_path):
    text = SMALL.replace("CSTP1: 40, CSTP2: 60", "CSTP1: 40, CSTP2: 60, CSTP1: 20").replace(
        "  measured: reference_year", "  measured: a\n  measured: b"
    )
    assert faults_of(text, tmp_path) == [
        (REPEATED, f"{NAME}, dòng 8", "trường “measured” ghi hai lần"),
        (REPEATED, f"{NAME}, dòng 10", "trường “CSTP1” ghi hai lần"),
    ]


def test_an_era_and_a_component_declared_twice_for_a_year_are_told(tmp_path):
    text = SMALL.replace('  - {era: "2013-2021"', '  - {era: "2013-2021", rule: sum}\n  - {era: "2013-2021"')
    text = text.replace("{component: CSTP2, years: [2013, 2021]", "{component: CSTP1, years: [2020, 2022]").replace("CSTP2: 60", "TOTAL: 60")
    assert faults_of(text, tmp_path) == [
        (REPEATED, f"{NAME}, PCI, eras", "giai đoạn “2013-2021” khai báo hai lần"),
        (REPEATED, f"{NAME}, PCI, components (CSTP1)", "năm 2020 thuộc cả [2013, 2021] và [2020, 2022]"),
    ]


def walk(node: object, path: tuple = ()) -> Iterator[tuple]:
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from walk(child, (*path, key))


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=3), st.just({}), st.dates()
)


@given(st.data())
def test_any_value_anywhere_is_either_read_or_told_never_a_crash(tmp_path_factory, data):
    found = yaml.safe_load(SMALL)
    path = data.draw(st.sampled_from([path for path in walk(found) if path]))
    parent = found
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = data.draw(ODD)
    received, faults = read(yaml.safe_dump(found, allow_unicode=True), tmp_path_factory.getbasetemp())
    assert faults or all(isinstance(cell, str) for table in received.values() for cell in table.rows.to_numpy().ravel())
    assert all(fault.where.startswith(NAME) and fault.found and fault.accepted and fault.action for fault in faults)


def test_the_tables_of_the_registry_have_the_columns_of_their_contracts_but_the_source():
    received, _ = read_registry(SHIPPED, NAME)
    for table, found in received.items():
        assert [*found.rows.columns, "source_id"] == columns_of(SCHEMAS[table])
