"""The form of a dossier log's mapping file: the roles columns may have, and every fault of what the file declares, each in its place."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from analysis import codes
from analysis.errors import Fault
from analysis.ingest.activity_log.personal import without_personal
from analysis.text import fold

INCOMPLETE = "Tệp ánh xạ thiếu hoặc thừa mục"
REPEATED = "Tệp ánh xạ khai hai lần"
MISTYPED = "Tệp ánh xạ có giá trị sai"
UNKNOWN_CODE = "Tệp ánh xạ dùng mã không có trong danh mục"
PERSONAL_COLUMN = "Cột mang dữ liệu cá nhân"

ROLES = ("dossier_id", "unit", "field", "service_level", "channel", "received", "due", "resolved", "fee", "paid_online", "digitised", "synthetic")
REQUIRED_ROLES = ("dossier_id", "unit", "channel", "received")  # and "synthetic" of a synthetic log
CODED_ROLES = ("unit", "service_level", "channel", "paid_online", "digitised", "synthetic")
FLAG_ROLES = ("paid_online", "digitised", "synthetic")
DAY_ROLES = ("received", "due", "resolved")

FLAGS = ("yes", "no")
DEFAULT_FLAGS = {"1": "yes", "true": "yes", "có": "yes", "0": "no", "false": "no", "không": "no"}
DEFAULT_DAY_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")
DEFAULT_DELIMITER = ","
DELIMITERS = {",": 'dấu phẩy ","', ";": 'dấu chấm phẩy ";"', "\t": 'dấu Tab "\\t"', "|": 'dấu gạch đứng "|"'}
TARGETS: dict[str, tuple[str, ...]] = {
    "channel": tuple(codes.DOSSIER_CHANNELS),
    "service_level": tuple(codes.SERVICE_LEVELS),
    **dict.fromkeys(FLAG_ROLES, FLAGS),
}

REQUIRED = ("name_vi", "vintage", "is_synthetic", "exported_on", "columns", "codes")
_OPTIONAL = ("day_formats", "delimiter")
_MOST_SHOWN = 60
_NEAR = 0.6
_FIRST_YEAR = 2000  # no log of one-stop software is older
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORMAT = re.compile(r"(?:%[YmdHMSf]|[ T/.:,-])+")  # what strptime, DuckDB and Spark read alike
_DIRECTIVE = re.compile(r"%(.)")
_NEEDED_FIRST = {"M": "H", "S": "M", "f": "S"}  # minutes without hours say nothing

# Folded words by which a column's name tells of a person; a name without gaps ("HOTENNGUOINOP") is searched for the longer ones.
_PERSONAL_NAMES = (
    *("ho_ten", "ho_va_ten", "ho_dem", "ten_nguoi", "ten_cong_dan", "ten_khach_hang", "full_name", "first_name", "last_name", "customer_name"),
    *("nguoi_nop", "nguoi_gui", "nguoi_nhan", "nguoi_yeu_cau", "nguoi_dai_dien", "nguoi_uy_quyen", "chu_ho_so", "applicant", "citizen"),
    *("cccd", "cmnd", "cmt", "cmtnd", "can_cuoc", "chung_minh", "so_dinh_danh", "dinh_danh_ca_nhan", "ho_chieu", "passport", "identity_number"),
    *("dien_thoai", "sdt", "dtdd", "phone", "mobile", "tel", "email", "e_mail", "mail"),
    *("dia_chi", "address", "thuong_tru", "tam_tru", "cho_o", "noi_o", "ngay_sinh", "nam_sinh", "birth", "birthday", "dob", "gioi_tinh"),
)
_LONG_WORD = 5  # letters from which a word is looked for inside another


def form_faults(entry: dict[str, Any], name: str) -> Iterator[Fault]:
    """Every fault of a mapping file's entries, as text; ``name`` is the file's. None: the entries may be taken as they stand."""
    known = (*REQUIRED, *_OPTIONAL)
    for key in entry:
        if key not in known:
            yield Fault(INCOMPLETE, name, f"mục lạ {_shown(key)}{_near(key, known)}", ", ".join(known), "sửa tên mục hoặc bỏ đi")
    for key in REQUIRED:
        if key not in entry:
            yield Fault(INCOMPLETE, name, f"thiếu mục “{key}”", ", ".join(REQUIRED), "thêm mục theo mẫu")
    for key, (is_right, accepted) in _HEAD.items():
        if key in entry and not is_right(entry[key]):
            yield Fault(MISTYPED, f"{name}, mục {key}", _shown(entry[key]), accepted, "sửa giá trị của mục")
    if "day_formats" in entry:
        yield from _format_faults(entry["day_formats"], f"{name}, mục day_formats")
    columns = entry.get("columns")
    if columns is not None:
        yield from _column_faults(columns, is_synthetic=is_true(entry.get("is_synthetic")), where=f"{name}, mục columns")
    if "codes" in entry:
        yield from _code_faults(entry["codes"], columns if isinstance(columns, dict) else {}, f"{name}, mục codes")


def _column_faults(columns: Any, *, is_synthetic: bool, where: str) -> Iterator[Fault]:
    if not isinstance(columns, dict):
        yield Fault(MISTYPED, where, _shown(columns), "mỗi dòng một vai trò và tên cột, như “channel: kenh”", "ghi theo mẫu")
        return
    for role, column in columns.items():
        if role not in ROLES:
            yield Fault(INCOMPLETE, where, f"vai trò lạ {_shown(role)}{_near(role, ROLES)}", ", ".join(ROLES), "sửa tên vai trò hoặc bỏ dòng này")
        if not _is_text(column):
            yield Fault(MISTYPED, f"{where}, vai trò {role}", _shown(column), "tên một cột của sổ", "ghi tên cột; sổ không có cột này thì bỏ dòng")
        elif names_a_person(column):
            accepted = "cột không chứa họ tên, số định danh, số điện thoại, địa chỉ, ngày sinh"
            action = "chọn cột khác; bộ không bao giờ đọc dữ liệu cá nhân, nên cột này không được khai"
            yield Fault(PERSONAL_COLUMN, f"{where}, vai trò {role}", f"tên cột {_shown(column)}", accepted, action)
    required = (*REQUIRED_ROLES, "synthetic") if is_synthetic else REQUIRED_ROLES
    if missing := [role for role in required if role not in columns]:
        told = "; sổ mô phỏng phải có cột đánh dấu mô phỏng ở từng dòng" * ("synthetic" in missing)
        yield Fault(INCOMPLETE, where, f"thiếu vai trò {', '.join(missing)}", f"ít nhất {', '.join(required)}{told}", "thêm tên cột cho vai trò đó")
    roles_of: dict[str, list[str]] = {}
    for role, column in columns.items():
        if _is_text(column):
            roles_of.setdefault(column.casefold(), []).append(role)  # both engines take names without regard to case
    for roles in roles_of.values():
        if len(roles) > 1:
            yield Fault(
                REPEATED, where, f"cột {_shown(columns[roles[0]])} khai cho {', '.join(roles)}", "mỗi cột một vai trò", "sửa cột của một vai trò"
            )


def _code_faults(declared: Any, columns: dict[str, Any], where: str) -> Iterator[Fault]:
    if not isinstance(declared, dict):
        yield Fault(MISTYPED, where, _shown(declared), "bảng mã của từng vai trò, như “channel: {'1': counter}”", "ghi theo mẫu")
        return
    for role, texts in declared.items():
        place = f"{where}, vai trò {role}"
        if role not in CODED_ROLES:
            yield Fault(INCOMPLETE, where, f"vai trò lạ {_shown(role)}{_near(role, CODED_ROLES)}", ", ".join(CODED_ROLES), "sửa tên hoặc bỏ đi")
        elif columns and role not in columns:
            yield Fault(INCOMPLETE, place, "có bảng mã nhưng không có cột", f"cột của {role} ở mục columns", "thêm cột, hoặc bỏ bảng mã")
        if not isinstance(texts, dict) or not texts:
            yield Fault(MISTYPED, place, _shown(texts), "mỗi dòng một giá trị ghi trong sổ và mã của bộ", "ghi theo mẫu")
        else:
            yield from _target_faults(role, texts, place)
    for role in ("channel", "service_level"):
        if role not in declared and (role == "channel" or role in columns):
            yield Fault(INCOMPLETE, where, f"thiếu bảng mã của {role}", f"giá trị ghi trong sổ: {', '.join(TARGETS[role])}", "thêm bảng mã")


def _target_faults(role: str, texts: dict[str, Any], place: str) -> Iterator[Fault]:
    known = TARGETS.get(role)
    for logged, target in texts.items():
        if not _is_text(target) or (known and target not in known):
            accepted = ", ".join(known or ("mã đơn vị",))
            near = _near(target, known) if known and isinstance(target, str) else ""
            yield Fault(UNKNOWN_CODE, f"{place}, giá trị {_shown(logged)}", f"mã {_shown(target)}{near}", accepted, "sửa mã")
    meanings: dict[str, set[str]] = {}
    for logged, target in texts.items():
        meanings.setdefault(as_logged(logged), set()).add(str(target))
    for logged, targets in meanings.items():
        if len(targets) > 1:
            found = f"{_shown(logged)} là cả {' và '.join(sorted(targets))} (không phân biệt chữ hoa, dấu cách ở hai đầu)"
            yield Fault(REPEATED, place, found, "mỗi giá trị một mã", "bỏ một dòng")


def _format_faults(formats: Any, where: str) -> Iterator[Fault]:
    accepted = f"danh sách cách ghi ngày gồm %Y, %m, %d, có thể thêm %H, %M, %S, %f, như {', '.join(f'“{one}”' for one in DEFAULT_DAY_FORMATS)}"
    if not isinstance(formats, list) or not formats:
        yield Fault(MISTYPED, where, _shown(formats), accepted, "ghi theo mẫu")
        return
    for one in formats:
        if not isinstance(one, str) or not _is_format(one):
            yield Fault(MISTYPED, where, _shown(one), accepted, "sửa cách ghi ngày")
    written = [one for one in dict.fromkeys(one for one in formats if isinstance(one, str)) if _is_format(one)]
    for first, second in combinations(written, 2):
        if _DIRECTIVE.sub("#", first) == _DIRECTIVE.sub("#", second):
            found = f"“{first}” và “{second}”: một ngày như 03/04 đọc được hai cách"
            yield Fault(REPEATED, where, found, "mỗi kiểu ghi một cách đọc", "bỏ cách mà sổ không dùng")


def _is_format(text: str) -> bool:
    directives = _DIRECTIVE.findall(text)
    is_whole = {"Y", "m", "d"} <= set(directives) and all(_NEEDED_FIRST.get(one, one) in directives for one in directives)
    return bool(_FORMAT.fullmatch(text)) and is_whole and len(set(directives)) == len(directives) and text == text.strip()


def as_logged(text: str) -> str:
    """A text as it is looked up: letters composed, small, nothing around it."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def names_a_person(column: str) -> bool:
    """Whether the name of a column tells of personal data: a name, an identity number, a telephone, an address, a birthday."""
    spaced = "".join(f"_{char}" if char.isupper() and before.islower() else char for before, char in zip(f" {column}", column, strict=False))
    words = [word for word in re.split(r"[\W_]+|(?<=\D)(?=\d)", fold(spaced)) if word]
    joined = f"_{'_'.join(words)}_"
    compact = [name.replace("_", "") for name in _PERSONAL_NAMES]
    return any(f"_{name}_" in joined for name in _PERSONAL_NAMES) or any(
        name in word if len(name) >= _LONG_WORD else name == word for word in [*words, fold(column)] for name in compact
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_true(value: Any) -> bool:
    """Whether a text of the file says true."""
    return isinstance(value, str) and value.casefold() == "true"


def _is_day(value: Any) -> bool:
    try:
        return bool(_DAY.fullmatch(value)) and date.fromisoformat(value).year >= _FIRST_YEAR
    except (ValueError, TypeError):
        return False


def _shown(value: Any) -> str:
    if not isinstance(value, str):
        return "một danh sách" if isinstance(value, list) else "một bảng"
    text = without_personal(value)
    return f"“{text[:_MOST_SHOWN]}…”" if len(text) > _MOST_SHOWN else f"“{text}”" if text.strip() else "giá trị trống"


def _near(word: str, known: Collection[str]) -> str:
    close = get_close_matches(fold(word), known, n=1, cutoff=_NEAR)
    return f" (gần nhất: “{close[0]}”)" if close else ""


_HEAD = {
    "name_vi": (_is_text, "tên sổ, như “Sổ hồ sơ một cửa năm 2021”"),
    "vintage": (
        lambda value: isinstance(value, str) and value in codes.VINTAGES,
        ", ".join(f"{key}: {label}" for key, label in codes.VINTAGES.items()),
    ),
    "is_synthetic": (lambda value: isinstance(value, str) and value.casefold() in ("true", "false"), "true (sổ mô phỏng) hoặc false (sổ thật)"),
    "exported_on": (_is_day, f"ngày xuất sổ dạng 2022-01-15, từ năm {_FIRST_YEAR}"),
    "delimiter": (lambda value: isinstance(value, str) and value in DELIMITERS, ", ".join(DELIMITERS.values())),
}
