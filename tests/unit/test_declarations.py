"""Declarations: what the file must say, what its hash is of, what the register keeps, and who may say "declared beforehand"."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis import store
from analysis.chapters.asked import UNDECLARED_FAMILY, outcomes_asked
from analysis.chapters.inside_asked import inside_data
from analysis.chapters.subject import subject_of
from analysis.declarations import (
    Declaration,
    DeclaredInside,
    DeclaredOutcome,
    Registration,
    comparability_faults,
    declared_years,
    find_declaration,
    first_public_day,
    read_declaration,
    read_register,
    register,
    standing_inside,
    standing_of,
)
from analysis.declarations.register import RegistrationRefused
from analysis.errors import DataFaults
from analysis.estimate.grade import ALPHA
from analysis.project import SETTINGS_FILE

SHIPPED = Path(__file__).resolve().parents[2] / "declarations"
D5 = {"index": "PAPI", "component": "D5", "footing": "raw", "first_edition": 2015, "last_edition": 2020, "direction": "increase"}
CONSTANT_WEIGHT = D5 | {"index": "PCI", "component": "TOTAL", "footing": "constant_weight", "smallest_effect": 1.5}
SOUND: dict[str, Any] = {
    "plan_year": 2019,
    "plan_number": "689/KH-UBND",
    "declared_on": date(2019, 2, 25),
    "declared_by": "Văn phòng UBND tỉnh",
    "start_edition": 2019,
    "primary_estimator": "demeaned_did",
    "alpha": 0.05,
    "primary_family": "papi",
    "families": {"papi": ["d5", "total"], "pci": ["pci"]},
    "outcomes": {
        "d5": D5 | {"smallest_effect": 0.1},
        "total": D5 | {"component": "TOTAL", "footing": "z", "smallest_effect": 0.5},
        "pci": D5 | {"index": "PCI", "component": "TOTAL", "smallest_effect": 1.5},
    },
}


def changed(entry: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy in which the field at a dotted path has another value, or is gone for None."""
    head, _, rest = path.partition(".")
    if rest:
        return {**entry, head: changed(entry[head], rest, value)}
    return {name: found for name, found in entry.items() if name != head} | ({} if value is None else {head: value})


def written(folder: Path, entry: Any, name: str = "2019.yml") -> Path:
    path = folder / name
    path.write_text(entry if isinstance(entry, str) else yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    return path


def faults_of(folder: Path, entry: Any) -> list[str]:
    with pytest.raises(DataFaults) as refused:
        read_declaration(written(folder, entry))
    assert all(fault.where.startswith("declarations/2019.yml") for fault in refused.value.faults)
    return [f"{fault.where.removeprefix('declarations/2019.yml').lstrip(', ')}: {fault.found}" for fault in refused.value.faults]


# The file


def test_a_sound_file_becomes_the_declaration(tmp_path):
    found = read_declaration(written(tmp_path, SOUND))
    assert (found.plan_year, found.plan_number, found.declared_on, found.start_edition, found.alpha) == (
        2019,
        "689/KH-UBND",
        date(2019, 2, 25),
        2019,
        0.05,
    )
    assert found.families == {"papi": ("d5", "total"), "pci": ("pci",)}
    assert [outcome.name for outcome in found.outcomes] == ["d5", "pci", "total"]
    d5 = found.find("PAPI", "D5", "raw")
    assert (d5.first_edition, d5.last_edition, d5.direction, d5.smallest_effect) == (2015, 2020, "increase", 0.1)
    assert (found.family_of(d5), found.find("PAPI", "D5", "z")) == ("papi", None)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("alpha", None, ": thiếu alpha"),
        ("aplha", 0.05, ": có trường lạ aplha"),
        ("alpha", 0.5, "trường alpha: “0.5”"),
        ("alpha", True, "trường alpha: “True”"),
        ("alpha", "0,05", "trường alpha: “0,05”"),
        ("declared_on", "hôm qua", "trường declared_on: “hôm qua”"),
        ("declared_by", " ", "trường declared_by: “ ”"),
        ("primary_estimator", "two_way_fixed_effects", "trường primary_estimator: “two_way_fixed_effects”"),
        ("plan_year", 2018, "trường plan_year: “2018”"),
        ("start_edition", 2018, ": start_edition 2018, plan_year 2019"),
        ("start_edition", "2019", "trường start_edition: “2019”"),
        ("primary_family", "sipas", "trường primary_family: “sipas”"),
        ("families", {"papi": []}, "trường families: “{'papi': []}”"),
        ("families.pci", ["pci", "d5"], "families: kết quả “d5” ghi 2 lần"),
        ("families.pci", ["pci", "d8"], "families: kết quả “d8”"),
        ("families.papi", ["d5"], "families: kết quả “total” không thuộc nhóm nào"),
        ("outcomes", {}, "trường outcomes: “{}”"),
        ("outcomes.d5", "PAPI D5", "outcomes, d5: “PAPI D5”"),
        ("outcomes.d5.footing", None, "outcomes, d5: thiếu footing"),
        ("outcomes.d5.footing", "rank", "outcomes, d5, trường footing: “rank”"),
        ("outcomes.d5.index", "PAPII", "outcomes, d5, trường index: “PAPII”"),
        ("outcomes.d5.unit", "điểm", "outcomes, d5: có trường lạ unit"),
        ("outcomes.d5.smallest_effect", 0, "outcomes, d5, trường smallest_effect: “0”"),
        ("outcomes.d5.smallest_effect", float("inf"), "outcomes, d5, trường smallest_effect: “inf”"),
        ("outcomes.d5.first_edition", 2019, "outcomes, d5: khung từ 2019 đến 2020"),
        ("outcomes.d5.last_edition", 2018, "outcomes, d5: khung từ 2015 đến 2018"),
        ("outcomes.total", D5 | {"smallest_effect": 0.1}, "outcomes: d5, total đều là PAPI D5 raw"),
    ],
)
def test_one_fault_is_told_with_its_place_and_what_was_found(tmp_path, path, value, told):
    assert faults_of(tmp_path, changed(SOUND, path, value)) == [told]


def test_an_outcome_or_family_name_must_be_plain(tmp_path):
    entry = changed(changed(SOUND, "outcomes.Đ5", SOUND["outcomes"]["d5"] | {"component": "D2"}), "families", {"Papi": ["d5", "total", "pci", "Đ5"]})
    assert faults_of(tmp_path, changed(entry, "primary_family", "Papi")) == ["outcomes, Đ5: tên “Đ5”", "families: tên “Papi”"]


def test_all_faults_are_told_at_once_in_vietnamese_with_what_is_accepted(tmp_path):
    entry = changed(changed(changed(SOUND, "alpha", None), "outcomes.d5.footing", "rank"), "families.pci", ["pci", "d8"])
    with pytest.raises(DataFaults) as refused:
        read_declaration(written(tmp_path, entry))
    assert len(refused.value.faults) == 3
    assert "chấp nhận: một trong: raw, z" in str(refused.value)
    assert "chấp nhận: d5, pci, total" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ": tệp trống hoặc không phải bảng các trường"),
        ("- 2019", ": tệp trống hoặc không phải bảng các trường"),
        ("alpha: 0.05\nalpha: 0.01\n", "dòng 2: “alpha”"),
        ("outcomes:\n  d5: {index: PAPI}\n  d5: {index: PCI}\n", "dòng 3: “d5”"),
        ("outcomes:\n  d5:\n    footing: raw\n    footing: z\n", "dòng 4: “footing”"),
        ("a: [", "dòng 1, cột 5: “expected the node content, but found '<stream end>'”"),
        ("declared_on: 2019-02-30\n", ": “day is out of range for month”"),
    ],
    ids=["empty", "list", "field twice", "outcome twice", "field of an outcome twice", "broken", "no such day"],
)
def test_text_that_is_no_declaration_is_refused(tmp_path, text, told):
    assert faults_of(tmp_path, text)[0].startswith(told)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("inside:\n\trate_key: online_all\n\tlevel: commune\nalpha: 0.05\n", [2, 3]),
        ("families:\n  papi: [d5]\n  \tpci: [pci]\n", [3]),
        ("plan_year:\t2027\n", [1]),
        ("alpha: 0.05\t\nplan_year: 2027\n", [1]),
        ("# một\r\nalpha: 0.05\r\n\tplan_year: 2027\r\n", [3]),
    ],
)
def test_a_tab_is_told_by_its_line_in_vietnamese(tmp_path, text, lines):
    path = tmp_path / "2019.yml"
    path.write_bytes(text.encode())
    with pytest.raises(DataFaults) as refused:
        read_declaration(path)
    assert [(fault.where, fault.found) for fault in refused.value.faults] == [(f"declarations/2019.yml, dòng {line}", "dấu Tab") for line in lines]
    assert "gặp dấu Tab; chấp nhận: YAML chỉ dùng dấu cách" in str(refused.value.faults[0])
    assert "token" not in str(refused.value)


def test_a_tab_inside_a_quoted_text_is_no_fault_and_does_not_hide_another(tmp_path):
    assert faults_of(tmp_path, 'declared_by: "Văn\tphòng"\na: [')[0].startswith("dòng 2, cột 5: “expected")
    text = yaml.safe_dump(changed(SOUND, "declared_by", None), allow_unicode=True) + 'declared_by: "Văn phòng\tUBND tỉnh"\n'
    assert read_declaration(written(tmp_path, text)) == read_declaration(written(tmp_path, SOUND))


def test_a_field_left_empty_is_told_in_words(tmp_path):
    told = faults_of(tmp_path, yaml.safe_dump(changed(SOUND, "alpha", None)) + "alpha:\n")
    assert told == ["trường alpha: chỗ để trống"]


def test_another_code_table_and_an_absent_file_are_refused(tmp_path):
    path = tmp_path / "2019.yml"
    with pytest.raises(DataFaults, match="không có tệp"):
        read_declaration(path)
    path.write_bytes("declared_by: Văn phòng".encode("utf-16"))
    with pytest.raises(DataFaults, match="tệp YAML, mã UTF-8"):
        read_declaration(path)


def test_years_with_a_file_are_found_and_others_are_none(tmp_path):
    written(tmp_path, SOUND)
    written(tmp_path, "[]", "register.yml")
    assert declared_years(tmp_path) == [2019]
    assert find_declaration(tmp_path, 2021) is None
    assert find_declaration(tmp_path, 2019) == read_declaration(tmp_path / "2019.yml")


# The hash


def test_comments_layout_order_and_way_of_writing_do_not_change_the_hash(tmp_path):
    plain = read_declaration(written(tmp_path, SOUND)).sha256
    lines = yaml.safe_dump(dict(reversed(SOUND.items())), allow_unicode=True, sort_keys=False, default_flow_style=True, width=40)
    rewritten = "# vì sao\n" + lines.replace("0.05", "0.050").replace("[d5, total]", "[total, d5]").replace("Văn phòng", "Va\u0306n   pho\u0300ng")
    assert rewritten.count("total, d5") == 1
    assert read_declaration(written(tmp_path, rewritten)).sha256 == plain


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("alpha", 0.01),
        ("declared_by", "Sở Nội vụ"),
        ("declared_on", date(2019, 2, 26)),
        ("outcomes.d5.smallest_effect", 0.11),
        ("outcomes.d5.first_edition", 2014),
        ("outcomes.d5.direction", "decrease"),
        ("families", {"papi": ["d5"], "pci": ["pci", "total"]}),
    ],
)
def test_any_change_of_what_is_said_changes_the_hash(tmp_path, path, value):
    plain = read_declaration(written(tmp_path, SOUND)).sha256
    assert read_declaration(written(tmp_path, changed(SOUND, path, value))).sha256 != plain


# The register


@pytest.fixture
def declaration(tmp_path: Path) -> Declaration:
    return read_declaration(written(tmp_path, SOUND))


def amended(folder: Path, alpha: float = 0.01) -> Declaration:
    return read_declaration(written(folder, changed(SOUND, "alpha", alpha)))


def test_a_declaration_is_registered_once_and_a_second_text_is_added_after_the_first(tmp_path, declaration):
    assert read_register(tmp_path) == ()
    assert register(tmp_path, declaration, date(2019, 3, 1))
    first = (tmp_path / "register.yml").read_bytes()
    assert not register(tmp_path, declaration, date(2019, 4, 1))
    assert (tmp_path / "register.yml").read_bytes() == first
    assert register(tmp_path, amended(tmp_path), date(2019, 4, 1))
    assert (tmp_path / "register.yml").read_bytes().startswith(first)
    assert [(entry.plan_year, entry.registered_on) for entry in read_register(tmp_path)] == [(2019, date(2019, 3, 1)), (2019, date(2019, 4, 1))]
    assert register(tmp_path, declaration, date(2019, 5, 1))  # back to the first text: in force only from this day
    assert [entry.sha256 == declaration.sha256 for entry in read_register(tmp_path)] == [True, False, True]
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".yml"] == []


def test_a_comment_and_a_missing_line_end_of_the_register_survive(tmp_path, declaration):
    before = f"# sổ của Văn phòng\n- {{plan_year: 2018, sha256: {'a' * 64}, registered_on: 2018-01-05}}"
    (tmp_path / "register.yml").write_text(before, encoding="utf-8")
    register(tmp_path, declaration, date(2019, 3, 1))
    assert (tmp_path / "register.yml").read_text(encoding="utf-8").startswith(f"{before}\n- plan_year: 2019\n")
    assert len(read_register(tmp_path)) == 2


def test_a_day_that_cannot_be_right_is_refused_and_nothing_is_written(tmp_path, declaration):
    with pytest.raises(RegistrationRefused, match="24/02/2019 trước ngày khai báo 25/02/2019"):
        register(tmp_path, declaration, date(2019, 2, 24))
    register(tmp_path, declaration, date(2019, 3, 1))
    with pytest.raises(RegistrationRefused, match="28/02/2019 trước ngày 01/03/2019 của mục cuối"):
        register(tmp_path, amended(tmp_path), date(2019, 2, 28))
    assert len(read_register(tmp_path)) == 1


ENTRY = {"plan_year": 2019, "sha256": "a" * 64, "registered_on": date(2019, 3, 1)}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"plan_year": 2019}, "register.yml"),
        ([ENTRY, "2019"], "register.yml, mục 2"),
        ([changed(ENTRY, "sha256", None)], "register.yml, mục 1"),
        ([ENTRY | {"plan_year": "2019"}], "register.yml, mục 1, trường plan_year"),
        ([ENTRY | {"sha256": "xyz"}], "register.yml, mục 1, trường sha256"),
        ([ENTRY | {"registered_on": "01/03/2019"}], "register.yml, mục 1, trường registered_on"),
        ([ENTRY, ENTRY | {"registered_on": date(2019, 2, 1)}], "register.yml, mục 2"),
        ("a: [", "register.yml"),
    ],
)
def test_a_spoilt_register_is_refused_with_its_place(tmp_path, entries, told):
    written(tmp_path, entries, "register.yml")
    with pytest.raises(DataFaults) as refused:
        read_register(tmp_path)
    assert [fault.where for fault in refused.value.faults] == [told]


# Standing

EDITIONS = pd.DataFrame(
    {
        "index": ["PAPI", "PAPI", "PAPI", "PCI", "PCI"],
        "edition_year": [2018, 2019, 2020, 2019, 2020],
        "published_date": pd.to_datetime(["2019-04-02", "2020-04-28", "2021-04-14", "2020-05-01", None]),
        "published_precision": ["day", "day", "day", "month", "not_found"],
    }
)
DAYS = st.dates(date(2019, 3, 1), date(2021, 12, 31))


def standing(declaration: Declaration | None, *entries: tuple[str, str], component: str = "D5", index: str = "PAPI", footing: str = "raw"):
    """Standing with a register of (hash, ISO day)."""
    registrations = [Registration(2019, sha256, date.fromisoformat(on)) for sha256, on in entries]
    return standing_of(declaration, registrations, EDITIONS, index=index, component=component, footing=footing)


def test_declared_beforehand_is_the_registered_text_before_the_first_edition_after_the_start(declaration):
    found = standing(declaration, (declaration.sha256, "2020-04-27"))
    assert (found.is_declared_beforehand, found.label_vi) == (True, "khai báo trước")
    assert found.reason_vi == "đăng ký ngày 27/04/2020, trước khi công bố PAPI 2019 (công bố ngày 28/04/2020)"


@pytest.mark.parametrize("on", ["2020-04-28", "2020-06-01"], ids=["on the day", "after it"])
def test_a_registration_on_or_after_the_day_of_publication_is_exploratory(declaration, on):
    found = standing(declaration, (declaration.sha256, on))
    assert (found.is_declared_beforehand, found.label_vi) == (False, "thăm dò")
    assert "không trước khi công bố PAPI 2019 (công bố ngày 28/04/2020)" in found.reason_vi


def test_what_is_not_declared_or_not_registered_says_so(declaration):
    own = (declaration.sha256, "2019-03-01")
    assert standing(None, own).reason_vi == "năm kế hoạch này chưa có khai báo"
    assert standing(declaration).reason_vi == "khai báo năm 2019 chưa đăng ký"
    assert standing(declaration, own, component="D2").reason_vi == "kết quả không nằm trong khai báo năm 2019"
    assert standing(declaration, own, footing="z").reason_vi == "kết quả không nằm trong khai báo năm 2019"


def test_a_registration_of_another_year_does_not_count(declaration):
    other = Registration(2021, declaration.sha256, date(2019, 3, 1))
    found = standing_of(declaration, [other], EDITIONS, index="PAPI", component="D5", footing="raw")
    assert found.reason_vi == "khai báo năm 2019 chưa đăng ký"


def test_a_text_changed_after_registration_is_exploratory_with_the_day(declaration):
    found = standing(declaration, ("b" * 64, "2019-03-01"))
    assert (found.is_declared_beforehand, found.reason_vi) == (False, "đã sửa sau khi đăng ký ngày 01/03/2019")


def test_a_change_registered_after_publication_is_exploratory_with_both_days(declaration):
    found = standing(declaration, ("b" * 64, "2019-03-01"), (declaration.sha256, "2020-06-01"))
    assert (found.is_declared_beforehand, found.reason_vi) == (False, "đã sửa sau khi đăng ký ngày 01/03/2019; bản này đăng ký ngày 01/06/2020")


def test_a_change_registered_in_time_counts_and_tells_what_it_replaced(declaration):
    found = standing(declaration, ("b" * 64, "2019-03-01"), (declaration.sha256, "2019-06-01"))
    assert found.is_declared_beforehand
    assert found.reason_vi.endswith("; thay bản đăng ký ngày 01/03/2019")


def test_of_two_texts_laid_down_in_time_only_the_last_counts_so_that_none_can_be_chosen_later(declaration):
    found = standing(declaration, (declaration.sha256, "2019-03-01"), ("b" * 64, "2019-06-01"))
    assert (found.is_declared_beforehand, found.reason_vi) == (False, "đã sửa sau khi đăng ký ngày 01/06/2019; bản này đăng ký ngày 01/03/2019")


def test_a_later_text_does_not_take_from_the_one_that_was_in_force(declaration):
    assert standing(declaration, (declaration.sha256, "2019-03-01"), ("b" * 64, "2020-06-01")).is_declared_beforehand


def test_late_registrations_tell_the_first_day_and_a_later_change(declaration):
    own = declaration.sha256
    assert standing(declaration, (own, "2021-01-01"), ("b" * 64, "2021-02-01")).reason_vi.endswith("; đã sửa sau khi đăng ký ngày 01/02/2021")
    assert standing(declaration, ("b" * 64, "2021-01-01"), (own, "2021-02-01")).reason_vi.endswith("; bản này đăng ký ngày 01/02/2021")


def test_each_outcome_is_held_against_its_own_index_and_a_month_counts_from_its_first_day(declaration):
    entry = (declaration.sha256, "2020-04-29")
    assert not standing(declaration, entry).is_declared_beforehand
    found = standing(declaration, entry, index="PCI", component="TOTAL")
    assert found.is_declared_beforehand
    assert "PCI 2019 (không rõ ngày công bố nên tính từ 01/05/2020)" in found.reason_vi
    assert not standing(declaration, (declaration.sha256, "2020-05-01"), index="PCI", component="TOTAL").is_declared_beforehand


@pytest.mark.parametrize(
    ("published", "precision", "since"),
    [
        ("2020-04-28", "day", date(2020, 4, 28)),
        ("2020-04-15", "month", date(2020, 4, 1)),
        ("2020-04-15", "year", date(2020, 1, 1)),
        (None, "not_found", date(2020, 1, 1)),
    ],
)
def test_doubt_about_the_day_of_publication_never_favours_the_declaration(published, precision, since):
    edition = {"index": ["PAPI"], "edition_year": [2019], "published_date": pd.to_datetime([published]), "published_precision": [precision]}
    assert first_public_day(pd.DataFrame(edition), "PAPI", 2019) == since
    assert first_public_day(pd.DataFrame(edition), "PAPI", 2027) == date(2028, 1, 1)


def test_no_dated_edition_since_2009_came_out_before_the_year_after_it(built):
    dated = built.tables["index_editions"].dropna(subset=["published_date"])
    dated = dated[dated["edition_year"] >= 2009]
    assert len(dated) > 20
    assert (dated["published_date"].dt.year > dated["edition_year"]).all()


@given(st.lists(st.tuples(st.sampled_from(["own", "b", "c"]), DAYS), max_size=5), st.sampled_from(["D5", "TOTAL"]))
def test_beforehand_always_means_that_this_text_was_the_last_one_laid_down_before_publication(entries, component):
    footing = "raw" if component == "D5" else "z"
    outcome = DeclaredOutcome("one", "PAPI", component, footing, 2011, 2020, "increase", 0.1)
    said = Declaration(2019, "1", date(2019, 1, 1), "a", 2019, "demeaned_did", 0.05, "papi", {"papi": ("one",)}, (outcome,), "own")
    registrations = [Registration(2019, sha256, on) for sha256, on in sorted(entries, key=lambda entry: entry[1])]
    found = standing_of(said, registrations, EDITIONS, index="PAPI", component=component, footing=footing)
    in_time = [entry.sha256 for entry in registrations if entry.registered_on < date(2020, 4, 28)]
    assert found.is_declared_beforehand == (in_time[-1:] == ["own"])
    assert found.reason_vi


# Comparable editions


def faults_told(declaration: Declaration, tables: dict[str, pd.DataFrame]) -> list[str]:
    return [f"{fault.where}: {fault.found}" for fault in comparability_faults(declaration, tables["index_editions"], tables["index_components"], "x")]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("outcomes.d5.component", "D9", "outcomes, d5: D9 của PAPI 2015–2020"),
        ("outcomes.d5.component", "D8", "outcomes, d5: D8 của PAPI 2015–2017"),
        ("outcomes.d5.component", "D2", "outcomes, d5: PAPI D2, điểm công bố qua lần đổi cách chấm 2018"),
        ("outcomes.d5.last_edition", 2022, "outcomes, d5: PAPI D5, điểm công bố qua lần đổi cách chấm 2021"),
        ("outcomes.total.footing", "raw", "outcomes, total: PAPI TOTAL, điểm công bố qua lần đổi cách chấm 2016, 2018–2020"),
        ("outcomes.total.last_edition", 2021, "outcomes, total: PAPI TOTAL, vị trí giữa các tỉnh qua lần đổi bộ câu hỏi 2021"),
        ("outcomes.pci.last_edition", 2022, "outcomes, pci: PCI TOTAL, điểm công bố qua lần đổi cách chấm 2022"),
        (
            "outcomes.pci",
            CONSTANT_WEIGHT | {"first_edition": 2010},
            "outcomes, pci: PCI TOTAL, điểm theo trọng số không đổi qua lần đổi các thành phần 2013",
        ),
        ("outcomes.pci", CONSTANT_WEIGHT | {"component": "CSTP3"}, "outcomes, pci: constant_weight cho PCI CSTP3"),
        ("outcomes.pci", CONSTANT_WEIGHT | {"index": "PAPI"}, "outcomes, pci: constant_weight cho PAPI TOTAL"),
        ("outcomes.d5.first_edition", 2018, "outcomes, d5: 1 phiên bản trước 2019 trong khung 2018–2020"),
        ("outcomes.pci.index", "PAR INDEX", "outcomes, pci: PAR INDEX TOTAL"),
    ],
)
def test_a_window_that_does_not_compare_is_refused_with_the_reason(tmp_path, built, path, value, told):
    assert faults_told(read_declaration(written(tmp_path, changed(SOUND, path, value))), built.tables)[0] == f"x, {told}"


def test_no_footing_carries_a_window_over_the_merger_of_provinces(tmp_path, built):
    entry = changed(changed(SOUND, "outcomes.pci.last_edition", 2025), "outcomes.pci.footing", "z")
    told = faults_told(read_declaration(written(tmp_path, entry)), built.tables)
    assert told == ["x, outcomes, pci: khung 2015–2025; từ 2025 các phiên bản đo 34 tỉnh sau sắp xếp"]


def test_constant_weights_carry_a_weighted_composite_over_a_change_of_weights(tmp_path, built):
    entry = changed(SOUND, "outcomes.pci", CONSTANT_WEIGHT | {"first_edition": 2013, "last_edition": 2023})
    assert faults_told(read_declaration(written(tmp_path, entry)), built.tables) == []


def later(first: int, last: int) -> dict[str, Any]:
    windows = {name: SOUND["outcomes"][name] | {"first_edition": first, "last_edition": last, "footing": "z"} for name in ("d5", "total")}
    of_2027 = changed(changed(SOUND, "plan_year", 2027), "start_edition", 2027)
    return changed(changed(of_2027, "outcomes", windows), "families", {"papi": ["d5", "total"]})


def test_a_window_inside_one_era_or_on_z_is_sound(tmp_path, built):
    assert faults_told(read_declaration(written(tmp_path, SOUND)), built.tables) == []


def test_a_window_over_the_merger_is_refused_though_its_later_editions_are_not_registered_yet(tmp_path, built):
    told = faults_told(read_declaration(written(tmp_path, later(2021, 2028), "2027.yml")), built.tables)
    assert told == [f"x, outcomes, {name}: khung 2021–2028; từ 2025 các phiên bản đo 34 tỉnh sau sắp xếp" for name in ("d5", "total")]


@pytest.mark.parametrize(
    ("component", "usable"),
    [("TOTAL", "TOTAL của PCI dùng được ở 2005–2024, phiên bản cuối là 2024"), ("CSTP99", "danh mục không có CSTP99 của PCI")],
)
def test_an_undefined_component_says_which_edition_is_the_last_usable_one(tmp_path, built, component, usable):
    entry = later(2025, 2028)
    entry["outcomes"]["d5"] |= {"index": "PCI", "component": component}
    declaration = read_declaration(written(tmp_path, entry, "2027.yml"))
    fault = comparability_faults(declaration, built.tables["index_editions"], built.tables["index_components"], "x")[0]
    assert (fault.where, fault.found) == ("x, outcomes, d5", f"{component} của PCI 2025")
    assert fault.accepted == f"thành phần có trong danh mục ở mọi phiên bản của khung; {usable}"
    assert "chỉ hỏi trong tỉnh thì bỏ hết các trường về chỉ số" in fault.action


def test_too_few_editions_before_the_start_names_those_that_the_registry_does_not_hold_yet(tmp_path, built):
    told = faults_told(read_declaration(written(tmp_path, later(2025, 2028), "2027.yml")), built.tables)
    assert told[0] == "x, outcomes, d5: 0 phiên bản trước 2027 trong khung 2025–2028; danh mục chỉ số chưa có phiên bản 2025–2026"


# The shipped declarations


@pytest.mark.parametrize("year", [2019, 2021])
def test_the_shipped_declarations_are_sound_registered_as_they_read_and_exploratory(year, built):
    shipped = read_declaration(SHIPPED / f"{year}.yml")
    registrations = read_register(SHIPPED)
    assert faults_told(shipped, built.tables) == []
    assert [entry.sha256 for entry in registrations if entry.plan_year == year][-1] == shipped.sha256
    for outcome in shipped.outcomes:
        key = {"index": outcome.index, "component": outcome.component, "footing": outcome.footing}
        found = standing_of(shipped, registrations, built.tables["index_editions"], **key)
        assert not found.is_declared_beforehand
        assert "đăng ký ngày 22/11/2026, không trước khi công bố" in found.reason_vi


@pytest.mark.parametrize("year", [2019, 2021])
def test_the_shipped_declarations_name_their_plan_and_none_runs_across_the_papi_break_of_2021(year, built):
    shipped = read_declaration(SHIPPED / f"{year}.yml")
    assert [one.name for one in shipped.outcomes if one.index == "PAPI" and one.first_edition < 2021 <= one.last_edition] == []
    plans = built.tables["plans"]
    assert list(plans.loc[plans["plan_year"] == year, "plan_number"]) == [shipped.plan_number]


def examples_of_the_guide() -> dict[str, str]:
    """Every YAML block of the guide, by the plan year that it states."""
    guide = (SHIPPED.parent / "docs" / "declarations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", guide, flags=re.DOTALL | re.MULTILINE)
    return {str(yaml.safe_load(block)["plan_year"]): block for block in blocks}


@pytest.mark.parametrize(("year", "outcomes", "has_inside"), [("2019", 3, False), ("2027", 0, True)])
def test_every_example_of_the_guide_is_a_whole_file_that_is_sound(tmp_path, built, year, outcomes, has_inside):
    assert set(examples_of_the_guide()) == {"2019", "2027"}
    found = read_declaration(written(tmp_path, examples_of_the_guide()[year], f"{year}.yml"))
    assert (len(found.outcomes), found.inside is not None, faults_told(found, built.tables)) == (outcomes, has_inside, [])


def test_the_question_of_the_guide_may_stand_beside_outcomes(tmp_path):
    inside = yaml.safe_load(examples_of_the_guide()["2027"])["inside"] | {"first_month": "2017-01", "last_month": "2020-12"}
    both = read_declaration(written(tmp_path, yaml.safe_load(examples_of_the_guide()["2019"]) | {"inside": inside}))
    assert (len(both.outcomes), both.inside.rate_key) == (3, "online_all")


# The question inside the province

INSIDE = {
    "rate_key": "online_all",
    "level": "commune",
    "first_month": "2017-01",
    "last_month": "2020-12",
    "primary_estimator": "distributed_lag",
    "direction": "increase",
    "smallest_effect": 1,
}
WITH_INSIDE = SOUND | {"inside": INSIDE}


def test_the_question_inside_the_province_is_read_and_is_none_where_it_is_not_asked(tmp_path):
    assert read_declaration(written(tmp_path, SOUND)).inside is None
    found = read_declaration(written(tmp_path, WITH_INSIDE)).inside
    assert found == DeclaredInside("online_all", "commune", "2017-01", "2020-12", "distributed_lag", "increase", 1.0)


def test_months_need_no_quotes(tmp_path):
    block = "\ninside: {rate_key: online_all, level: commune, first_month: 2017-01, last_month: 2020-12, "
    text = yaml.safe_dump(SOUND, allow_unicode=True) + block + "primary_estimator: distributed_lag, direction: increase, smallest_effect: 1.0}\n"
    assert read_declaration(written(tmp_path, text)) == read_declaration(written(tmp_path, WITH_INSIDE))


def test_the_hash_of_a_declaration_without_the_question_is_what_it_was_before_there_was_one():
    assert [(entry.plan_year, entry.sha256) for entry in read_register(SHIPPED)] == [
        (2019, "9f04e750f02a3dca36bb2bb76d1222253267c958027a2e153f566be304103371"),
        (2021, "be7bbcbe10021a257bfb8541db453f96d4e45fe1a0f27b97754dd698d9edca02"),
    ]
    assert [find_declaration(SHIPPED, year).sha256 for year in (2019, 2021)] == [entry.sha256 for entry in read_register(SHIPPED)]


@pytest.mark.parametrize("field", sorted(INSIDE))
def test_every_field_of_the_question_changes_the_hash(tmp_path, field):
    other = {"rate_key": "bcci_in", "first_month": "2018-01", "last_month": "2020-11", "primary_estimator": "staggered_event_study"}
    other |= {"direction": "decrease", "smallest_effect": 2, "level": None}
    if field == "level":
        assert faults_of(tmp_path, changed(WITH_INSIDE, "inside.level", None)) == ["inside: thiếu level"]
        return
    before = read_declaration(written(tmp_path, WITH_INSIDE))
    after = read_declaration(written(tmp_path, changed(WITH_INSIDE, f"inside.{field}", other[field])))
    assert before.sha256 != after.sha256 != read_declaration(written(tmp_path, SOUND)).sha256


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("inside", {}, "trường inside: “{}”"),
        ("inside", "online_all", "trường inside: “online_all”"),
        ("inside.rate_key", "online", "inside, trường rate_key: “online”"),
        ("inside.rate_key", ["online_all"], "inside, trường rate_key: “['online_all']”"),
        ("inside.level", "department", "inside, trường level: “department”"),
        ("inside.first_month", "01/2017", "inside, trường first_month: “01/2017”"),
        ("inside.first_month", "2017-13", "inside, trường first_month: “2017-13”"),
        ("inside.last_month", 2020, "inside, trường last_month: “2020”"),
        ("inside.primary_estimator", "two_way", "inside, trường primary_estimator: “two_way”"),
        ("inside.direction", "up", "inside, trường direction: “up”"),
        ("inside.smallest_effect", 0, "inside, trường smallest_effect: “0”"),
        ("inside.smallest_effect", 101, "inside, trường smallest_effect: “101”"),
        ("inside.component", "D5", "inside: có trường lạ component"),
        ("inside.first_month", "2021-01", "inside: khung từ 2021-01 đến 2020-12"),
        ("inside.last_month", "2018-12", "inside: khung từ 2017-01 đến 2018-12"),
        ("inside.last_month", "2025-07", "inside: khung từ 2017-01 đến 2025-07, qua lần sắp xếp đơn vị"),
    ],
)
def test_one_fault_of_the_question_is_told_with_its_place(tmp_path, path, value, told):
    assert faults_of(tmp_path, changed(WITH_INSIDE, path, value)) == [told]


@pytest.mark.parametrize(("first", "last"), [("2017-01", "2022-08"), ("2022-08", "2024-12")])
def test_a_rate_that_rests_on_levels_may_not_cross_the_decree_that_relabelled_them(tmp_path, first, last):
    entry = changed(changed(WITH_INSIDE, "inside.first_month", first), "inside.last_month", last)
    assert read_declaration(written(tmp_path, entry)).inside.last_month == last
    told = [f"inside: toan_trinh, khung từ {first} đến {last}, qua Nghị định 42/2022/NĐ-CP"]
    assert faults_of(tmp_path, changed(entry, "inside.rate_key", "toan_trinh")) == told


@pytest.mark.parametrize(("first", "last"), [("2017-01", "2022-07"), ("2022-09", "2024-12"), ("2025-07", "2026-12")])
def test_a_window_on_one_side_of_the_decree_and_of_the_merger_is_sound(tmp_path, first, last):
    inside = INSIDE | {"rate_key": "toan_trinh", "first_month": first, "last_month": last}
    assert read_declaration(written(tmp_path, SOUND | {"inside": inside})).inside.first_month == first


def test_faults_of_the_question_are_told_together_with_all_others(tmp_path):
    entry = changed(changed(changed(WITH_INSIDE, "alpha", None), "inside.level", "xa"), "inside.smallest_effect", "1,0")
    assert faults_of(tmp_path, entry) == [": thiếu alpha", "inside, trường level: “xa”", "inside, trường smallest_effect: “1,0”"]


@pytest.fixture
def asked(tmp_path) -> Declaration:
    return read_declaration(written(tmp_path, WITH_INSIDE))


def inside_standing(declaration: Declaration | None, *entries: tuple[str, str]):
    return standing_inside(declaration, [Registration(2019, sha256, date.fromisoformat(on)) for sha256, on in entries])


def test_the_question_is_declared_beforehand_when_registered_before_the_plan_year_began(asked):
    found = inside_standing(asked, (asked.sha256, "2018-12-31"))
    assert (found.is_declared_beforehand, found.label_vi) == (True, "khai báo trước")
    assert found.reason_vi == "đăng ký ngày 31/12/2018, trước ngày đầu của năm kế hoạch (01/01/2019)"


@pytest.mark.parametrize("on", ["2019-01-01", "2019-02-25"])
def test_a_registration_in_the_plan_year_is_too_late_for_the_question_though_in_time_for_the_indices(asked, on):
    found = inside_standing(asked, (asked.sha256, on))
    assert (found.is_declared_beforehand, found.label_vi) == (False, "thăm dò")
    assert "không trước ngày đầu của năm kế hoạch (01/01/2019)" in found.reason_vi
    assert standing(asked, (asked.sha256, on)).is_declared_beforehand


def test_what_was_not_asked_or_not_registered_says_so(declaration, asked):
    assert inside_standing(None).reason_vi == "năm kế hoạch này chưa có khai báo"
    assert inside_standing(declaration, (declaration.sha256, "2018-12-01")).reason_vi == "khai báo năm 2019 không có câu hỏi trong tỉnh (mục inside)"
    assert inside_standing(asked).reason_vi == "khai báo năm 2019 chưa đăng ký"


@given(st.lists(st.tuples(st.sampled_from(["own", "b"]), st.dates(date(2018, 10, 1), date(2019, 3, 1))), max_size=5))
def test_only_the_last_text_laid_down_before_the_plan_year_counts_for_the_question(entries):
    inside = DeclaredInside("online_all", "commune", "2017-01", "2020-12", "distributed_lag", "increase", 1.0)
    outcome = DeclaredOutcome("one", "PAPI", "D5", "raw", 2011, 2020, "increase", 0.1)
    said = Declaration(2019, "1", date(2018, 1, 1), "a", 2019, "demeaned_did", 0.05, "papi", {"papi": ("one",)}, (outcome,), "own", inside)
    ordered = sorted(entries, key=lambda entry: entry[1])
    found = standing_inside(said, [Registration(2019, sha256, on) for sha256, on in ordered])
    assert found.is_declared_beforehand == ([sha256 for sha256, on in ordered if on < date(2019, 1, 1)][-1:] == ["own"])
    assert found.reason_vi


def test_a_missing_field_of_the_question_is_told_with_the_values_it_accepts(tmp_path):
    with pytest.raises(DataFaults) as refused:
        read_declaration(written(tmp_path, SOUND | {"inside": {"rate_key": "online_all", "smallest_efect": 1}}))
    (fault,) = refused.value.faults
    assert (fault.where, fault.found) == (
        "declarations/2019.yml, inside",
        "thiếu level, first_month, last_month, primary_estimator, direction, smallest_effect; có trường lạ smallest_efect",
    )
    assert fault.accepted == (
        "rate_key; level là một trong: commune; first_month là tháng dạng 2027-01; last_month là tháng dạng 2027-01; "
        "primary_estimator là một trong: staggered_event_study, distributed_lag; direction là một trong: increase, decrease; "
        "smallest_effect là số điểm phần trăm trên 0 và không quá 100 (dấu chấm thập phân)"
    )


# Only the question inside the province

INDEX_FIELDS = ("start_edition", "primary_estimator", "primary_family", "families", "outcomes")
ONLY_INSIDE = {field: value for field, value in WITH_INSIDE.items() if field not in INDEX_FIELDS}
OF_2027 = {"plan_year": 2027, "declared_on": date(2026, 12, 1), "inside": INSIDE | {"first_month": "2025-07", "last_month": "2027-12"}}


@pytest.fixture
def only_inside(tmp_path: Path) -> Declaration:
    return read_declaration(written(tmp_path, ONLY_INSIDE))


def test_a_declaration_may_hold_only_the_question_and_then_asks_nothing_of_the_indices(only_inside, built):
    assert only_inside.inside == DeclaredInside("online_all", "commune", "2017-01", "2020-12", "distributed_lag", "increase", 1.0)
    assert (only_inside.outcomes, dict(only_inside.families), only_inside.alpha) == ((), {}, 0.05)
    assert (only_inside.start_edition, only_inside.primary_estimator, only_inside.primary_family) == (None, None, None)
    assert only_inside.find("PAPI", "D5", "raw") is None
    assert faults_told(only_inside, built.tables) == []


def test_the_hash_of_only_the_question_is_of_its_fields_and_no_others(only_inside):
    said = ONLY_INSIDE | {"plan_year": 2019.0, "declared_on": "2019-02-25", "inside": INSIDE | {"smallest_effect": 1.0}}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert only_inside.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_plan_after_the_merger_can_be_declared_beforehand_with_only_the_question(tmp_path, built):
    declaration = read_declaration(written(tmp_path, ONLY_INSIDE | OF_2027, "2027.yml"))
    assert faults_told(declaration, built.tables) == []
    folder = tmp_path / "declarations"
    assert register(folder, declaration, date(2026, 12, 31))
    found = standing_inside(declaration, read_register(folder))
    assert (found.is_declared_beforehand, found.reason_vi) == (True, "đăng ký ngày 31/12/2026, trước ngày đầu của năm kế hoạch (01/01/2027)")


def test_no_result_of_an_index_is_declared_by_only_the_question(only_inside):
    found = standing(only_inside, (only_inside.sha256, "2018-12-01"))
    assert (found.is_declared_beforehand, found.reason_vi) == (False, "kết quả không nằm trong khai báo năm 2019")


def test_a_declaration_that_asks_nothing_is_refused(tmp_path):
    assert faults_of(tmp_path, changed(ONLY_INSIDE, "inside", None)) == [": không có câu hỏi nào: thiếu cả inside và outcomes"]


@given(st.sets(st.sampled_from(INDEX_FIELDS), min_size=1, max_size=len(INDEX_FIELDS) - 1), st.booleans())
def test_the_fields_of_the_indices_stand_together_or_the_missing_ones_are_told_once(tmp_path_factory, missing, is_inside_asked):
    entry = {field: value for field, value in (WITH_INSIDE if is_inside_asked else SOUND).items() if field not in missing}
    with pytest.raises(DataFaults) as refused:
        read_declaration(written(tmp_path_factory.mktemp("declarations"), entry))
    (fault,) = refused.value.faults
    assert (fault.where, fault.found) == ("declarations/2019.yml", f"thiếu {', '.join(field for field in INDEX_FIELDS if field in missing)}")
    assert fault.accepted.startswith("cùng có hoặc cùng không có các trường về chỉ số: start_edition")
    assert "chỉ hỏi trong tỉnh (inside) thì bỏ hết" in fault.action


def test_the_index_fields_left_empty_are_told_one_by_one(tmp_path):
    text = yaml.safe_dump(ONLY_INSIDE, allow_unicode=True) + "".join(f"{field}:\n" for field in INDEX_FIELDS)
    assert faults_of(tmp_path, text) == [f"trường {field}: chỗ để trống" for field in INDEX_FIELDS]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of an office whose plan of 2019 was declared with only the question, and registered in time; returns its declarations."""
    shutil.copy(SHIPPED.parent / SETTINGS_FILE, tmp_path)
    folder = tmp_path / "declarations"
    folder.mkdir()
    declaration = read_declaration(written(folder, ONLY_INSIDE | {"declared_on": date(2018, 12, 1), "alpha": 0.01}))
    register(folder, declaration, date(2018, 12, 31))
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_chapter_on_indices_asks_what_it_always_asks_and_calls_it_exploratory(office, shipped_tables: store.Tables):
    found = outcomes_asked(shipped_tables, subject_of(shipped_tables, "74", 2019, "2026-11-22"), "74", 2019)
    assert [item.outcome_id for item in found] == [
        "papi-d2",
        "papi-d5",
        "papi-d8",
        "papi-total",
        "par-index-total",
        "sipas-total",
        "pci-total",
    ]
    assert {(item.declared, item.family, item.start, item.alpha) for item in found} == {(None, UNDECLARED_FAMILY, 2019, ALPHA)}
    assert {(item.standing.label_vi, item.standing.reason_vi) for item in found} == {("thăm dò", "kết quả không nằm trong khai báo năm 2019")}
    assert {item.sha256 for item in found} == {find_declaration(office, 2019).sha256}


def test_the_chapter_inside_the_province_follows_the_declaration_of_only_the_question(office, shipped_tables: store.Tables):
    found = inside_data(shipped_tables, subject_of(shipped_tables, "74", 2019, "2026-11-22"), "74", 2019)
    assert (found.declared, found.alpha) == (find_declaration(office, 2019).inside, 0.01)
    assert found.standing.is_declared_beforehand
