"""The declared mapping of a dossier log: read as it is written, and every fault told at once."""

import hashlib
import unicodedata
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import codes
from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.mapping import CODED_ROLES, REQUIRED_ROLES, ROLES, UNREADABLE, DossierMapping, read_mapping
from analysis.ingest.dossiers.mapping_form import INCOMPLETE, MISTYPED, PERSONAL_COLUMN, REPEATED, UNKNOWN_CODE, names_a_person

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "dossier_mapping.md"
COLUMNS = {"dossier_id": "ma_ho_so", "unit": "ma_don_vi", "channel": "kenh", "received": "ngay_tiep_nhan"}
CHANNELS = {"1": "counter", "2": "online", "3": "post"}
LEVELS = {"4": "toan_trinh", "3": "mot_phan", "2": "no_online_service"}


def entry(**changed: object) -> dict[str, object]:
    """A sound mapping with some entries changed."""
    sound = {
        "name_vi": "Sổ hồ sơ một cửa năm 2021",
        "vintage": "63-tinh",
        "is_synthetic": False,
        "exported_on": date(2022, 1, 15),
        "columns": COLUMNS,
        "codes": {"channel": CHANNELS},
    }
    return {key: value for key, value in {**sound, **changed}.items() if value is not None}


def written(folder: Path, content: str | bytes | dict[str, object]) -> Path:
    path = folder / "anh-xa.yml"
    text = yaml.safe_dump(content, allow_unicode=True) if isinstance(content, dict) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, content: str | bytes | dict[str, object]) -> DossierMapping:
    return read_mapping(written(folder, content))


def faults(folder: Path, content: str | bytes | dict[str, object]) -> tuple[Fault, ...]:
    with pytest.raises(DataFaults) as caught:
        read(folder, content)
    return caught.value.faults


def only_fault(folder: Path, content: str | bytes | dict[str, object]) -> Fault:
    (fault,) = faults(folder, content)
    return fault


def test_a_short_mapping_is_read_with_its_defaults(tmp_path):
    found = read(tmp_path, entry())
    assert (found.name_vi, found.vintage, found.is_synthetic, found.exported_on) == (
        "Sổ hồ sơ một cửa năm 2021",
        "63-tinh",
        False,
        date(2022, 1, 15),
    )
    assert found.columns == COLUMNS
    assert found.codes == {"channel": CHANNELS}
    assert found.day_formats == ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")
    assert found.delimiter == ","
    assert found.sha256 == hashlib.sha256((tmp_path / "anh-xa.yml").read_bytes()).hexdigest()


def test_the_worked_example_of_the_guide_is_a_sound_mapping(tmp_path):
    example = GUIDE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    found = read(tmp_path, example)
    assert set(found.columns) == set(ROLES)
    assert set(found.codes["channel"].values()) == set(codes.DOSSIER_CHANNELS)
    assert found.codes["service_level"]["4"] == "toan_trinh"


def test_the_guide_names_every_role_entry_and_code():
    text = GUIDE.read_text(encoding="utf-8")
    told = [*ROLES, *codes.DOSSIER_CHANNELS, *codes.SERVICE_LEVELS, *codes.VINTAGES, "day_formats", "delimiter", "exported_on", "yes", "no"]
    assert [word for word in told if f"`{word}`" not in text] == []


def test_keys_that_yaml_would_take_for_numbers_and_truths_stay_as_written(tmp_path):
    text = """
name_vi: Sổ
vintage: 63-tinh
is_synthetic: true
exported_on: 2022-01-15
columns: {dossier_id: a, unit: b, channel: c, received: d, synthetic: e, digitised: f}
codes:
  channel: {01: counter, 2: online, no: post}
  synthetic: {true: yes, No: no}
  digitised: {1: yes, 0: no, "": no}
"""
    found = read(tmp_path, text)
    assert found.codes["channel"] == {"01": "counter", "2": "online", "no": "post"}
    assert found.codes["synthetic"] == {"true": "yes", "no": "no"}
    assert found.codes["digitised"] == {"1": "yes", "0": "no", "": "no"}


def test_flags_without_a_declared_map_have_the_usual_one_however_letters_are_composed(tmp_path):
    found = read(tmp_path, entry(is_synthetic=True, columns={**COLUMNS, "synthetic": "la_mo_phong"}))
    usual = {"1": "yes", "true": "yes", "có": "yes", "0": "no", "false": "no", "không": "no"}
    assert found.codes["synthetic"] == {unicodedata.normalize(form, text): flag for text, flag in usual.items() for form in ("NFC", "NFD")}


def test_texts_are_kept_casefolded_and_stripped(tmp_path):
    found = read(tmp_path, entry(codes={"channel": {" ONLINE ": "online", "Trực tiếp": "counter"}}))
    assert found.codes["channel"]["online"] == "online"
    assert found.codes["channel"][unicodedata.normalize("NFC", "trực tiếp")] == "counter"


def test_units_may_be_renamed_and_need_not_be(tmp_path):
    found = read(tmp_path, entry(codes={"channel": CHANNELS, "unit": {"H09.16": "25741"}}))
    assert found.codes["unit"] == {"h09.16": "25741"}
    assert "unit" not in read(tmp_path, entry()).codes


def test_a_byte_order_mark_is_no_fault(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbf" + yaml.safe_dump(entry(), allow_unicode=True).encode()).columns == COLUMNS


def test_columns_come_in_the_order_of_roles_whatever_the_file_says(tmp_path):
    shuffled = dict(reversed(list({**COLUMNS, "fee": "phi"}.items())))
    assert list(read(tmp_path, entry(columns=shuffled)).columns) == ["dossier_id", "unit", "channel", "received", "fee"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "trống"),
        (b"# only a remark\n", "trống"),
        (b"a,b,c\n1,2,3\n", "không phải bảng"),
        (b"- a\n- b\n", "không phải bảng"),
        (b"name_vi: [\n", "“"),
        (b"\t a: 1", "“"),
        ("name_vi: Sổ".encode("utf-16"), "không phải UTF-8"),
        (b"a: \x00", "không phải YAML"),
        (b"[" * 5000, "không phải YAML"),
        (b"a: &x [*x]\n", "“"),
        (b"x: " + b"y" * 1_000_001, "lớn hơn"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused_clearly(tmp_path, content, said):
    fault = only_fault(tmp_path, content)
    assert fault.cause == UNREADABLE
    assert said in fault.found


def test_a_log_given_for_a_mapping_is_not_quoted(tmp_path):
    assert "Nguyễn" not in str(only_fault(tmp_path, "Nguyễn Văn A,0912345678\n"))


def test_a_path_that_does_not_exist_or_is_a_folder_is_told(tmp_path):
    for path, said in ((tmp_path / "thieu.yml", "không có tệp"), (tmp_path, "thư mục")):
        with pytest.raises(DataFaults, match=said):
            read_mapping(path)


def test_an_entry_written_twice_is_told_with_its_line(tmp_path):
    text = yaml.safe_dump(entry(), allow_unicode=True) + "vintage: 34-tinh\n"
    assert {fault.where for fault in faults(tmp_path, text)} >= {f"anh-xa.yml, dòng {text.count(chr(10))}"}
    nested = text.removesuffix("vintage: 34-tinh\n").replace("'1': counter", "'1': counter\n    '1': post")
    assert {fault.cause for fault in faults(tmp_path, nested)} == {REPEATED}


@pytest.mark.parametrize(
    ("changed", "cause", "said"),
    [
        ({"vintag": "x"}, INCOMPLETE, "gần nhất: “vintage”"),
        ({"columns": {**COLUMNS, "chanel": "x"}}, INCOMPLETE, "gần nhất: “channel”"),
        ({"columns": {**COLUMNS, "fee": "KENH"}}, REPEATED, "channel, fee"),
        ({"columns": {role: COLUMNS[role] for role in COLUMNS if role != "unit"}}, INCOMPLETE, "thiếu vai trò unit"),
        ({"columns": {**COLUMNS, "fee": ""}}, MISTYPED, "trống"),
        ({"columns": {**COLUMNS, "fee": ["phi", "le_phi"]}}, MISTYPED, "danh sách"),
        ({"columns": ["ma_ho_so"]}, MISTYPED, "danh sách"),
        ({"is_synthetic": True}, INCOMPLETE, "thiếu vai trò synthetic"),
        ({"is_synthetic": "có"}, MISTYPED, "“có”"),
        ({"vintage": "62-tinh"}, MISTYPED, "“62-tinh”"),
        ({"vintage": None}, INCOMPLETE, "thiếu mục “vintage”"),
        ({"exported_on": "31/12/2021"}, MISTYPED, "“31/12/2021”"),
        ({"exported_on": "2021-02-30"}, MISTYPED, "“2021-02-30”"),
        ({"exported_on": "1999-12-31"}, MISTYPED, "“1999-12-31”"),
        ({"exported_on": ["2021-12-31"]}, MISTYPED, "danh sách"),
        ({"name_vi": "  "}, MISTYPED, "trống"),
        ({"delimiter": "::"}, MISTYPED, "“::”"),
        ({"delimiter": "\\t"}, MISTYPED, "“\\t”"),
        ({"codes": {}}, INCOMPLETE, "thiếu bảng mã của channel"),
        ({"codes": {"channel": {}}}, MISTYPED, "bảng"),
        ({"codes": {"channel": ["counter"]}}, MISTYPED, "danh sách"),
        ({"codes": "counter"}, MISTYPED, "“counter”"),
        ({"codes": {"channel": {**CHANNELS, "2": "onlin"}}}, UNKNOWN_CODE, "gần nhất: “online”"),
        ({"codes": {"channel": {"counter": "1"}}}, UNKNOWN_CODE, "mã “1”"),
        ({"codes": {"channel": {**CHANNELS, "4": ["post"]}}}, UNKNOWN_CODE, "danh sách"),
        ({"codes": {"channel": {"Web": "online", " web": "counter"}}}, REPEATED, "counter và online"),
        ({"codes": {"channel": CHANNELS, "field": {"1": "x"}}}, INCOMPLETE, "vai trò lạ “field”"),
        ({"codes": {"channel": CHANNELS, "digitised": {"1": "yes"}}}, INCOMPLETE, "không có cột"),
        ({"codes": {"channel": CHANNELS, "unit": {"H09": ""}}}, UNKNOWN_CODE, "trống"),
        ({"columns": {**COLUMNS, "service_level": "muc_do"}}, INCOMPLETE, "thiếu bảng mã của service_level"),
        ({"day_formats": "%Y-%m-%d"}, MISTYPED, "“%Y-%m-%d”"),
        ({"day_formats": []}, MISTYPED, "danh sách"),
        ({"day_formats": ["%d/%m/%Y", "%m/%d/%Y"]}, REPEATED, "hai cách"),
    ],
)
def test_each_fault_is_told_by_its_cause_and_what_was_found(tmp_path, changed, cause, said):
    fault = only_fault(tmp_path, entry(**changed))
    assert fault.cause == cause
    assert said in fault.found


@pytest.mark.parametrize("written_as", ["%d/%m/%y", "%d-%b-%Y", "%Y-%m", "%Y-%m-%d %M", "%Y-%m-%d%%", "%Y-%m-%d giờ", "%Y-%m-%d %d", "", "%"])
def test_a_day_format_that_an_engine_may_not_read_is_refused(tmp_path, written_as):
    assert only_fault(tmp_path, entry(day_formats=[written_as])).cause == MISTYPED


@pytest.mark.parametrize("written_as", ["%d.%m.%Y", "%Y%m%d", "%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %H:%M"])
def test_day_formats_of_known_parts_are_taken(tmp_path, written_as):
    assert read(tmp_path, entry(day_formats=[written_as, written_as])).day_formats == (written_as,)


def test_all_faults_are_told_together(tmp_path):
    wrong = entry(vintage="x", exported_on="y", columns={"unit": "ho_ten", "x": "z"}, codes={"channel": {"1": "fax"}})
    assert {fault.cause for fault in faults(tmp_path, wrong)} == {MISTYPED, PERSONAL_COLUMN, INCOMPLETE, UNKNOWN_CODE}


def test_a_synthetic_log_with_its_mark_is_taken(tmp_path):
    assert read(tmp_path, entry(is_synthetic=True, columns={**COLUMNS, "synthetic": "la_mo_phong"})).is_synthetic


PERSONAL = (
    *("ho_ten", "HO_TEN", "Họ tên", "Họ và tên", "hoTen", "HoTenNguoiNop", "HOTENNGUOINOP", "ten_nguoi_nop", "nguoi_nop", "Người nộp hồ sơ"),
    *("cccd", "SoCCCD", "so_cmnd", "Số căn cước", "số chứng minh nhân dân", "so_dinh_danh", "so_dien_thoai", "SDT", "sdt1", "dien_thoai_di_dong"),
    *("dia_chi", "Địa chỉ thường trú", "DiaChi", "email", "e-mail", "ngay_sinh", "NgaySinh", "năm sinh", "phone_number", "chu_ho_so", "DOB"),
)
HARMLESS = (
    *("ma_ho_so", "ma_don_vi", "linh_vuc", "muc_do", "kenh", "ngay_tiep_nhan", "ngay_hen_tra", "ngay_tra_ket_qua", "phi_le_phi", "so_hoa"),
    *("thanh_toan_truc_tuyen", "la_mo_phong", "so_ho_so", "ho_so_dien_tu", "ho_so_dt", "hinh_thuc_nop", "ten_linh_vuc", "nguoi_dan_to_chuc"),
    *("ma_dinh_danh_don_vi", "thu_phi_dien_tu", "MaHoSo", "ten_thu_tuc", "ho_tich", "Mức độ DVC", "phong_ban", "le_phi", "received_at", "tong_tien"),
)


@pytest.mark.parametrize("column", PERSONAL)
def test_a_column_whose_name_tells_of_a_person_is_refused(tmp_path, column):
    fault = only_fault(tmp_path, entry(columns={**COLUMNS, "field": column}))
    assert (fault.cause, "không bao giờ đọc dữ liệu cá nhân" in fault.action) == (PERSONAL_COLUMN, True)


@pytest.mark.parametrize("column", HARMLESS)
def test_a_column_of_the_dossier_itself_is_not_taken_for_a_persons(column):
    assert not names_a_person(column)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).filter(
    lambda name: name.strip() and not names_a_person(name)
)


@given(data=st.data())
def test_any_sound_mapping_is_read_as_it_was_written(tmp_path_factory, data):
    roles = data.draw(st.sets(st.sampled_from([role for role in ROLES if role not in REQUIRED_ROLES])).map(lambda more: [*REQUIRED_ROLES, *more]))
    names = data.draw(st.lists(NAMES, min_size=len(roles), max_size=len(roles), unique_by=str.casefold))
    columns = dict(zip(roles, names, strict=True))
    declared = {"channel": CHANNELS, **({"service_level": LEVELS} if "service_level" in roles else {})}
    found = read(tmp_path_factory.mktemp("m"), entry(columns=columns, codes=declared))
    assert found.columns == columns
    assert set(found.codes) == {role for role in roles if role in CODED_ROLES} - {"unit"}


@settings(max_examples=60)
@given(st.recursive(st.text(max_size=8) | st.integers() | st.booleans() | st.none(), lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids)))
def test_anything_in_any_entry_is_read_or_refused_with_faults(tmp_path_factory, anything):
    folder = tmp_path_factory.mktemp("m")
    for key in (*entry(), "day_formats", "delimiter"):
        path = written(folder, {**entry(), key: anything})
        told: tuple[object, ...] = ()
        try:
            told = (read_mapping(path).sha256,)
        except DataFaults as error:
            told = error.faults
        assert told
