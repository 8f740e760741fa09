"""Personal data in a mapped column: refused by the share of values that look so, never quoted, and dossier numbers left alone."""

import re
from datetime import date
from pathlib import Path
from time import perf_counter

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.errors import Fault
from analysis.ingest.dossiers.inputs import find_parts
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.part_files import BROKEN_PARQUET
from analysis.ingest.dossiers.personal import (
    EMAIL,
    IDENTITY,
    MOST_FIELDS,
    NO_FIELDS,
    PERSONAL_VALUES,
    SAMPLE_ROWS,
    TELEPHONE,
    field_fault,
    looks_personal,
    personal_faults,
    too_many_fields,
)

# Numbers are invented.
COLUMNS = {"dossier_id": "ma_ho_so", "unit": "ma_don_vi", "channel": "kenh", "received": "ngay"}
DIGITS = "0123456789"
IDENTITIES = st.builds(
    "{:03d}{}{}{}".format,
    st.integers(1, 96),
    st.sampled_from("0123"),
    st.text(DIGITS, min_size=2, max_size=2),
    st.text(DIGITS, min_size=6, max_size=6),
)
TELEPHONES = st.builds(
    "{}{}".format,
    st.sampled_from(["0", "+84", "84"]),
    st.builds("{}{}".format, st.sampled_from("35789"), st.text(DIGITS, min_size=8, max_size=8)) | st.from_regex("2[0-9]{9}", fullmatch=True),
)
DOSSIERS = st.builds(
    "{}-{:%y%m%d}-{:04d}".format,
    st.sampled_from(["H09", "H09.16", "000.00.16.H09", "H09.16.25", "000.16.25.H09", "BDG"])
    | st.from_regex(r"(000\.[0-9]{2}\.[0-9]{2}\.)?H[0-9]{2}(\.[0-9]{1,3})?", fullmatch=True),
    st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    st.integers(0, 9_999_999),
)


def series(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype="string")


@given(st.lists(IDENTITIES, min_size=1))
def test_lists_of_identity_numbers_are_always_refused(values):
    assert looks_personal(series(values)) == IDENTITY


@given(st.lists(TELEPHONES, min_size=1))
def test_lists_of_telephone_numbers_are_always_refused(values):
    assert looks_personal(series(values)) == TELEPHONE


@given(st.lists(DOSSIERS, min_size=1))
def test_numbers_of_dossiers_in_their_common_form_are_never_refused(values):
    assert looks_personal(series(values)) is None


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True), st.sampled_from(["{:08d}", "{:012d}", "{:014d}", "HS{:012d}", "21{:010d}", "{}"]))
def test_running_numbers_with_zeros_before_them_are_not_refused(numbers, form):
    assert looks_personal(series([form.format(one) for one in numbers])) is None


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%Y%m%d%H%M", "%Y-%m-%d"])
)
def test_days_are_not_refused(days, written):
    assert looks_personal(series([f"{day:{written}}" for day in days])) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("0912345678", TELEPHONE),
        ("0912.345.678", TELEPHONE),
        ("0912 345 678", TELEPHONE),
        ("+84 912 345 678", TELEPHONE),
        ("(0274) 3822 222", TELEPHONE),
        ("02743822222", TELEPHONE),
        ("Nguyễn Văn A - 0912345678", TELEPHONE),
        ("001085001234", IDENTITY),
        ("074 185 001 234", IDENTITY),
        ("CCCD: 074185001234", IDENTITY),
        ("a.nguyen@example.vn", EMAIL),
        ("Nguyễn Văn A <a@example.com>", EMAIL),
    ],
)
def test_personal_data_is_told_by_kind_however_it_is_written(value, kind):
    assert looks_personal(series([value, " ", None])) == kind


@pytest.mark.parametrize(
    "value", ["25741", "2", "Đất đai", "Hộ tịch", "120000", "1.500.000", "true", "000000012345", "099085001234", "1@2", "25741-210504-00012", "@"]
)
def test_units_codes_fields_sums_and_marks_are_not_refused(value):
    assert looks_personal(series([value] * 50)) is None


def test_nothing_is_no_personal_data():
    assert looks_personal(series([])) is None
    assert looks_personal(series([None, "", "  "])) is None
    assert looks_personal(pd.Series([None, None], dtype=object)) is None


def test_numbers_kept_as_numbers_are_looked_at_as_text():
    assert looks_personal(pd.Series([84912345678, 84912345679])) == TELEPHONE
    assert looks_personal(pd.Series([25741, 25744])) is None


@given(st.lists(IDENTITIES, min_size=1, max_size=30), st.integers(0, 200))
def test_the_share_of_values_decides(identities, others):
    refused = looks_personal(series([*identities, *[f"H09-{number}" for number in range(others)]])) is not None
    assert refused == (5 * len(identities) >= len(identities) + others)


def test_kinds_are_judged_together_and_named_by_the_commonest():
    values = ["001085001234"] * 12 + ["0912345678"] * 13 + ["H09-1"] * 75
    assert looks_personal(series(values)) == TELEPHONE


@given(st.lists(st.text() | st.none()))
def test_any_text_is_judged(values):
    assert looks_personal(series(values)) in (None, IDENTITY, TELEPHONE, EMAIL)


@pytest.mark.parametrize("value", ["1 " * 60_000, "0" * 100_000, "@" * 100_000, "x" * 100_000, "a@" * 50_000])
def test_a_very_long_value_is_judged_at_once(value):
    started = perf_counter()
    assert looks_personal(series([value, "0912345678 " + value])) in (TELEPHONE, None)
    assert perf_counter() - started < 2


def test_fields_are_bounded():
    assert not too_many_fields(MOST_FIELDS)
    assert too_many_fields(MOST_FIELDS + 1)
    assert field_fault(MOST_FIELDS) is None
    assert "501" in field_fault(501).found


def mapping(delimiter: str = ",", formats: tuple[str, ...] = ("%Y-%m-%d",), **more: str) -> DossierMapping:
    return DossierMapping("Sổ thử", "63-tinh", False, date(2022, 1, 1), {**COLUMNS, **more}, {"channel": {"2": "online"}}, formats, delimiter, "")


def log(rows: int, **changed: object) -> pd.DataFrame:
    sound = {
        "ma_ho_so": [f"000.00.16.H09-210504-{number:04d}" for number in range(rows)],
        "ma_don_vi": "25741",
        "kenh": 2,
        "ngay": "2021-05-04",
        "ho_ten": "Trần Thị Bí Mật",
        "cccd": "074185001234",
        "dien_thoai": "0912345678",
    }
    return pd.DataFrame({**sound, **changed}, index=range(rows))


def found_in(folder: Path, logs: dict[str, pd.DataFrame], declared: DossierMapping, kind: str = "parquet", **options: object) -> list[Fault]:
    for name, frame in logs.items():
        if kind == "parquet":
            frame.to_parquet(folder / f"{name}.parquet", index=False, **options)
        else:
            frame.to_csv(folder / f"{name}.csv", index=False, sep=declared.delimiter)
    return personal_faults(find_parts(folder, declared), declared)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_columns_that_are_not_mapped_are_not_looked_at(tmp_path, kind):
    assert found_in(tmp_path, {"a": log(300)}, mapping(), kind) == []


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_mapped_column_of_identity_numbers_is_named_with_counts_and_no_value(tmp_path, kind):
    identities = [f"074185{number:06d}" for number in range(60)] + ["H09-1"] * 20 + [None] * 20
    (fault,) = found_in(tmp_path, {"a": log(100), "b": log(100, ma_ho_so=identities)}, mapping(";"), kind)
    assert fault.cause == PERSONAL_VALUES
    assert fault.where == f"b.{kind}, cột “ma_ho_so” (vai trò dossier_id)"
    assert fault.found == "60 trong 80 giá trị đầu giống số căn cước"
    assert not re.search(r"\d{4}", str(fault))


def test_every_part_and_column_that_looks_personal_is_told(tmp_path):
    frame = log(50, ma_don_vi="0912345678", kenh="a@example.vn")
    faults = found_in(tmp_path, {"a": frame, "b": frame}, mapping())
    assert [fault.where.split(",")[0] for fault in faults] == ["a.parquet", "a.parquet", "b.parquet", "b.parquet"]


def test_identity_numbers_kept_in_a_dictionary_or_after_empty_row_groups_are_found(tmp_path):
    frame = log(30, ma_ho_so=pd.Categorical(["074185001234"] * 30))
    assert len(found_in(tmp_path, {"a": frame}, mapping(), row_group_size=7)) == 1


def test_only_the_first_rows_are_read(tmp_path):
    late = ["H09-1"] * SAMPLE_ROWS + ["074185001234"] * 8000
    assert found_in(tmp_path, {"a": log(len(late), ma_ho_so=late)}, mapping(), row_group_size=900) == []
    assert found_in(tmp_path, {"a": log(len(late), ma_ho_so=late[::-1])}, mapping(), row_group_size=900)[0].found.startswith("500 trong 500")


def test_a_few_telephones_among_fields_are_enough_since_fields_are_published(tmp_path):
    fields = ["Đất đai"] * 96 + ["anh Tư 0912345678"] * 4
    assert [fault.cause for fault in found_in(tmp_path, {"a": log(100, linh_vuc=fields)}, mapping(field="linh_vuc"))] == [PERSONAL_VALUES]


def test_a_column_of_names_given_for_fields_is_refused_since_it_hardly_repeats(tmp_path):
    names = [f"Nguyễn Văn {chr(65 + number % 26)}{number // 26}" for number in range(120)]
    (fault,) = found_in(tmp_path, {"a": log(120, c7=names)}, mapping(field="c7"))
    assert (fault.cause, "Nguyễn" in str(fault)) == (NO_FIELDS, False)


def test_more_fields_than_there_can_be_are_told_over_all_parts(tmp_path):
    parts = {f"p{number}": log(1000, linh_vuc=[f"f{number}-{row % 130}" for row in range(1000)]) for number in range(4)}
    (fault,) = found_in(tmp_path, parts, mapping(field="linh_vuc"))
    assert (fault.cause, "520" in fault.found) == (NO_FIELDS, True)


def test_days_written_without_separators_are_days_where_the_mapping_says_so(tmp_path):
    days = pd.date_range("2021-01-01", periods=200, freq="37h").strftime("%d%m%Y%H%M")
    assert looks_personal(series(list(days))) == IDENTITY
    assert found_in(tmp_path, {"a": log(200, ngay=days)}, mapping(formats=("%d%m%Y%H%M",))) == []
    assert len(found_in(tmp_path, {"a": log(200, ngay=days)}, mapping())) == 1


def test_a_parquet_file_damaged_within_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    log(500).to_parquet(path, index=False)
    parts, content = find_parts(tmp_path, mapping()), bytearray(path.read_bytes())
    content[4:3000] = b"\xff" * 2996
    path.write_bytes(content)
    assert {(fault.cause, fault.where) for fault in personal_faults(parts, mapping())} == {(BROKEN_PARQUET, "a.parquet")}


@pytest.mark.parametrize("tail", ['"never closed ' + "x" * 200_000, "x" * 5_000_000, "a,b\n1,2,3,4,5,6,7,8,9\n\n", '"'])
def test_broken_lines_of_a_csv_are_left_to_the_engine(tmp_path, tail):
    lines = [",".join(COLUMNS.values()), "074185001234,25741,2,2021-05-04", tail]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    assert len(personal_faults(find_parts(tmp_path, mapping()), mapping())) == 1


def test_bytes_that_are_no_text_further_down_do_not_stop_the_sample(tmp_path):
    good = "H09-1,25741,2,2021-05-04\n" * 3000
    (tmp_path / "a.csv").write_bytes(",".join(COLUMNS.values()).encode() + b"\n" + good.encode() + b"\xff\xfe\n")
    assert personal_faults(find_parts(tmp_path, mapping()), mapping()) == []


def test_a_file_without_rows_tells_nothing(tmp_path):
    table = pa.Table.from_pandas(log(3), preserve_index=False).slice(0, 0)
    pq.write_table(table, tmp_path / "a.parquet")
    assert personal_faults(find_parts(tmp_path, mapping()), mapping()) == []


@given(st.lists(DOSSIERS, min_size=1, max_size=20), st.lists(IDENTITIES, min_size=1, max_size=20))
def test_a_list_with_more_dossiers_than_four_fifths_passes(dossiers, identities):
    values = [*dossiers * (4 * len(identities) + 1), *identities]
    assume(len(identities) * 5 < len(values))
    assert looks_personal(series(values)) is None
