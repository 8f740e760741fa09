"""Which outcomes are put to the comparison among provinces, on what footing, and whether they were declared in time."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from analysis import store
from analysis.blocks import Sentence
from analysis.chapters import evidence as chapter
from analysis.chapters.asked import NEEDED_VI, UNDECLARED_FAMILY, Asked, Judged, declaration_of, judged, outcomes_asked
from analysis.chapters.subject import subject_of
from analysis.comparable import Obstacle
from analysis.declarations import read_declaration
from analysis.errors import DataFaults
from analysis.estimate.evidence import refused
from analysis.project import SETTINGS_FILE

ROOT = Path(__file__).resolve().parents[2]
PROVINCE, TODAY = "74", "2026-11-22"
FULL_PAPI = ("papi-d2", "papi-d5", "papi-total")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings and declarations of an office, as the working folder; returns the folder of its declarations."""
    shutil.copy(ROOT / SETTINGS_FILE, tmp_path)
    folder = shutil.copytree(ROOT / "declarations", tmp_path / "declarations")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def ask(office: Path, shipped_tables: store.Tables) -> Callable[..., dict[str, Asked]]:
    """``ask(year)``: outcomes by index and component, from the shipped data."""

    def outcomes(year: int, as_of: str = TODAY, tables: store.Tables = shipped_tables) -> dict[str, Asked]:
        found = outcomes_asked(tables, subject_of(tables, PROVINCE, year, as_of), PROVINCE, year)
        return {f"{item.index}-{item.component}".lower().replace(" ", "-"): item for item in found}

    return outcomes


def register(folder: Path, on: date, sha256: str | None = None) -> None:
    """The register as if the declaration of 2019 had been laid down on a day."""
    declared = sha256 or read_declaration(folder / "2019.yml").sha256
    (folder / "register.yml").write_text(f"- plan_year: 2019\n  sha256: {declared}\n  registered_on: {on.isoformat()}\n", encoding="utf-8")


def edit(folder: Path, name: str, old: str, new: str) -> None:
    said = (folder / name).read_text(encoding="utf-8")
    assert old in said
    (folder / name).write_text(said.replace(old, new), encoding="utf-8")


# What is asked


def test_the_dimensions_nearest_to_communication_come_first_and_what_is_declared_carries_its_footing_in_its_id(ask):
    assert [item.outcome_id for item in ask(2019).values()] == [
        "papi-d2-z",
        "papi-d5-raw",
        "papi-d8",
        "papi-total-z",
        "par-index-total",
        "sipas-total",
        "pci-total-constant-weight",
    ]


def test_an_outcome_is_judged_in_the_window_that_was_declared(ask, office):
    found = ask(2019)
    for name in FULL_PAPI:
        declared = found[name].declared
        years = found[name].panel.rows["edition_year"]
        assert (years.min(), years.max()) == (declared.first_edition, declared.last_edition) == (2011, 2020)
        assert found[name].family == "papi"
    assert (found["papi-d8"].declared, found["papi-d8"].family) == (None, UNDECLARED_FAMILY)
    shutil.rmtree(office)
    assert ask(2019)["papi-d5"].panel.rows["edition_year"].max() == 2019


def test_an_outcome_is_judged_on_the_footing_that_was_declared_and_no_other(ask, office):
    edit(office, "2019.yml", "footing: raw", "footing: z")
    found = ask(2019)["papi-d5"]
    assert (found.panel.footing, found.declared.footing, found.outcome_id) == ("z", "z", "papi-d5-z")


def test_an_outcome_declared_on_two_footings_is_asked_twice_under_two_ids(office, shipped_tables):
    declared = (office / "2019.yml").read_text(encoding="utf-8")
    again = "\n  papi_d5_z:\n    index: PAPI\n    component: D5\n    footing: z\n    first_edition: 2011\n    last_edition: 2020\n"
    again += "    direction: increase\n    smallest_effect: 0.5\n"
    declared = declared.replace("[papi_d2, papi_d5, papi_total]", "[papi_d2, papi_d5, papi_d5_z, papi_total]") + again
    (office / "2019.yml").write_text(declared, encoding="utf-8")
    found = outcomes_asked(shipped_tables, subject_of(shipped_tables, PROVINCE, 2019, TODAY), PROVINCE, 2019)
    assert [item.outcome_id for item in found if item.component == "D5"] == ["papi-d5-raw", "papi-d5-z"]
    assert len({item.outcome_id for item in found}) == len(found) == 8


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("lantoa.toml", 'province = "74"', 'province = "79"'), ("declarations/2019.yml", "plan_number: 689/KH-UBND", "plan_number: 690/KH-UBND")],
    ids=["of another province", "of another plan"],
)
def test_a_declaration_counts_only_for_the_plan_of_the_office_that_it_names(ask, office, shipped_tables, name, old, new):
    assert declaration_of(shipped_tables, PROVINCE, 2019) is not None
    edit(office.parent, name, old, new)
    assert declaration_of(shipped_tables, PROVINCE, 2019) is None
    assert {(item.declared, item.sha256) for item in ask(2019).values()} == {(None, None)}


def test_what_the_plan_never_aims_at_stands_on_the_same_footing_beside_the_outcome_and_adds_no_rows(ask):
    found = ask(2019)
    panel = found["papi-d2"].panel
    assert list(found["papi-d2"].controls.values()) == ["D6"]
    assert not panel.rows.duplicated(["province_code", "edition_year"]).any()
    assert panel.rows["D6"].groupby(panel.rows["edition_year"]).std().dropna().between(0.9, 1.1).all()  # a within-edition z, as is D2
    assert "par-index-total" in found
    assert found["par-index-total"].controls == {}


def test_every_outcome_names_registered_sources(ask, shipped_tables):
    registered = set(shipped_tables.sources["source_id"])
    for item in ask(2019).values():
        assert item.rests_on.source_ids
        assert set(item.rests_on.source_ids) <= registered
        assert not item.rests_on.is_synthetic


# What is refused


def test_for_the_plan_of_2021_nothing_of_papi_is_estimated(office, shipped_tables):
    found = judged(shipped_tables, subject_of(shipped_tables, PROVINCE, 2021, TODAY), PROVINCE, 2021, grade_only=True)
    papi = [item for item in found if item.asked.index == "PAPI"]
    assert len(papi) == 4
    for item in papi:
        assert (item.evidence.estimate, item.evidence.verdict.grade) == (None, "D")
        assert item.evidence.verdict.reason_vi.startswith("cách chấm đổi từ phiên bản 2021")
        assert item.asked.panel.rows.empty


@pytest.mark.parametrize(("year", "as_of"), [(2019, TODAY), (2021, TODAY), (2021, "2022-03-01")])
def test_a_refused_outcome_is_told_with_its_reason_and_what_to_supply(ask, year, as_of):
    told = [item for item in ask(year, as_of).values() if item.panel.refusal_vi is not None]
    assert told
    for item in told:
        name, label, reason, needed = Judged(item, refused(item.name_vi, item.family, item.panel.refusal_vi), "Bình Dương").assessment().row()
        assert label == "D: không đánh giá được"
        assert (name, reason) == (item.name_vi, f"{item.panel.refusal_vi[:1].upper()}{item.panel.refusal_vi[1:]}.")
        assert len(needed) > 20


def test_there_is_something_to_say_for_every_obstacle():
    assert {*NEEDED_VI, "not_whole"} == set(get_args(Obstacle))


def test_before_publication_what_no_publication_can_mend_is_told_first(ask):
    found = {name: item.panel.obstacle for name, item in ask(2021, "2022-03-01").items()}
    assert found.pop("par-index-total") == "circular"
    assert (found.pop("sipas-total"), found.pop("pci-total")) == ("not_published", "not_published")
    assert set(found) == {"papi-d2", "papi-d5", "papi-d8", "papi-total"}
    assert set(found.values()) == {"method_changed"}


def test_an_index_that_gives_points_for_communicating_is_refused_as_circular(ask):
    assert ask(2019)["par-index-total"].panel.obstacle == "circular"


@pytest.mark.parametrize("year", [2019, 2021])
def test_with_the_shipped_data_alone_pci_is_refused_with_how_many_provinces_are_held(ask, year):
    found = ask(year)["pci-total"].panel
    assert found.obstacle == "not_whole"
    assert found.refusal_vi.startswith(f"bộ số liệu chỉ có điểm {year} của ")
    assert 0 < int(found.refusal_vi.split(" của ")[1].split()[0]) < 55


@pytest.mark.slow
def test_with_the_index_files_of_an_office_pci_is_judged_under_constant_weights(ask, panel_built, tmp_path):
    store.write(tmp_path / "processed", "0" * 64, panel_built.tables)
    found = ask(2021, tables=store.Tables(tmp_path / "processed"))["pci-total"]
    assert (found.panel.refusal_vi, found.panel.footing) == (None, "constant_weight")
    assert found.declared is not None
    assert sorted(found.panel.rows["edition_year"].unique()) == list(range(2013, 2022))


# What was declared


def test_outcomes_registered_before_publication_are_called_declared_beforehand(ask, office):
    register(office, date(2019, 3, 1))
    found = ask(2019)
    for name in FULL_PAPI:
        assert found[name].standing.label_vi == "khai báo trước"
        assert found[name].standing.reason_vi.startswith("đăng ký ngày 01/03/2019, trước khi công bố PAPI 2019")
    assert found["pci-total"].standing.is_declared_beforehand  # though it is refused
    assert found["papi-d8"].standing.label_vi == "thăm dò"
    assert found["papi-d8"].standing.reason_vi == "kết quả không nằm trong khai báo năm 2019"


def test_outcomes_registered_on_the_day_they_count_as_known_are_exploratory(ask, office):
    register(office, date(2019, 12, 31))
    assert ask(2019)["papi-d5"].standing.label_vi == "khai báo trước"
    register(office, date(2020, 1, 1))
    assert ask(2019)["papi-d5"].standing.label_vi == "thăm dò"


def test_a_declaration_changed_after_its_registration_makes_the_result_exploratory(ask, office):
    register(office, date(2019, 3, 1))
    edit(office, "2019.yml", "alpha: 0.05", "alpha: 0.01")
    found = ask(2019)["papi-d5"].standing
    assert (found.label_vi, found.reason_vi) == ("thăm dò", "đã sửa sau khi đăng ký ngày 01/03/2019")


@pytest.mark.parametrize(("on", "label"), [(date(2019, 3, 1), "khai báo trước"), (date(2026, 11, 22), "thăm dò")])
def test_the_chapter_says_whether_the_outcomes_were_declared_beforehand_and_prints_the_hash(office, shipped_tables, on, label):
    register(office, on)
    subject = subject_of(shipped_tables, PROVINCE, 2019, TODAY)
    found = judged(shipped_tables, subject, PROVINCE, 2019, grade_only=True)
    blocks = chapter.opening(found, shipped_tables, subject, 2019)
    said = [block.text_vi for block in blocks if isinstance(block, Sentence) and "Mã khai báo" in block.text_vi]
    sha256 = declaration_of(shipped_tables, PROVINCE, 2019).sha256
    assert [(f": {label}, vì đăng ký ngày" in line, f"(sha256): {sha256[:16]}…" in line) for line in said] == [(True, True)] * 2  # PAPI and PCI
    assert all(item.asked.name_vi in " ".join(said) for item in found if item.asked.declared is not None)
    (summary,) = [block for block in blocks if getattr(block, "table_id", "") == "evidence-summary"]
    assert [row[-1] for row in summary.rows] == [label] * len(FULL_PAPI)
    assert [item.evidence.question.is_declared for item in chapter.with_estimate(found)] == [label == "khai báo trước"] * len(FULL_PAPI)


def test_without_a_declaration_everything_is_exploratory_and_no_hash_is_printed(ask, office):
    shutil.rmtree(office)
    assert {item.sha256 for item in ask(2019).values()} == {None}
    assert {(item.standing.label_vi, item.standing.reason_vi) for item in ask(2019).values()} == {("thăm dò", "năm kế hoạch này chưa có khai báo")}


def test_a_faulty_declaration_stops_with_every_fault_and_where_it_stands(ask, office):
    edit(office, "2019.yml", "alpha: 0.05", "alpha: 5")
    edit(office, "2019.yml", "footing: raw", "footing: thô")
    with pytest.raises(DataFaults) as told:
        ask(2019)
    assert "declarations/2019.yml, trường alpha: gặp “5”" in str(told.value)
    assert "trường footing: gặp “thô”" in str(told.value)


def test_every_shipped_declaration_asks_on_the_footing_that_is_judged(ask, shipped_tables):
    for year in (2019, 2021):
        declaration, found = declaration_of(shipped_tables, PROVINCE, year), ask(year)
        for outcome in declaration.outcomes:
            item = found[f"{outcome.index}-{outcome.component}".lower()]
            if item.panel.refusal_vi is None:
                assert (item.panel.footing, item.declared) == (outcome.footing, outcome)
                assert "đăng ký ngày 22/11/2026" in item.standing.reason_vi
            else:
                assert item.panel.obstacle == "not_whole"  # held whole only with an office's own index files
