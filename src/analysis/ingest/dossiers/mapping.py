"""The declared mapping of a dossier log: which of its columns may be read, what each is, and how its texts read as our codes.

Every scalar of the file is taken as the text that stands there, so that ``1:``, ``01:`` and ``true:`` stay what the log writes.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.mapping_form import (
    CODED_ROLES,
    DEFAULT_DAY_FORMATS,
    DEFAULT_DELIMITER,
    DEFAULT_FLAGS,
    FLAG_ROLES,
    REPEATED,
    REQUIRED,
    REQUIRED_ROLES,
    ROLES,
    as_logged,
    form_faults,
    is_true,
)

__all__ = ["CODED_ROLES", "REQUIRED_ROLES", "ROLES", "UNREADABLE", "DossierMapping", "read_mapping"]

UNREADABLE = "Tệp ánh xạ không đọc được"

_MOST_BYTES = 1_000_000  # a mapping has a few lines; a log given in its place is not read whole


@dataclass(frozen=True)
class DossierMapping:
    """What a log's owner declares of it.

    Attributes
    ----------
    name_vi
        Name of the log, for reports.
    vintage
        Key of ``codes.VINTAGES``: which list the unit codes are of.
    is_synthetic
        Whether the log is invented; each of its rows must say so then.
    exported_on
        Day on which the log was exported; later days lie in the future.
    columns
        Role to column of the log. No other column is ever read.
    codes
        Coded role to (text as logged to our code). Texts are casefolded and stripped, composed and decomposed letters alike;
        ``""`` is a blank cell. ``unit`` is there only where declared: a text that it does not hold is our code already.
    day_formats
        ``strptime`` formats, tried in order, of days kept as text.
    delimiter
        What separates the cells of a CSV.
    sha256
        Of the bytes of the mapping file.
    """

    name_vi: str
    vintage: str
    is_synthetic: bool
    exported_on: date
    columns: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    day_formats: tuple[str, ...]
    delimiter: str
    sha256: str


def read_mapping(path: Path) -> DossierMapping:
    """The mapping a YAML file declares. Raises ``DataFaults`` with every fault of the file."""
    content = _bytes_of(path)
    entry = _loaded(content, path.name)
    faults = list(form_faults(entry, path.name))
    if faults:
        raise DataFaults(faults)
    columns = dict(entry["columns"])
    return DossierMapping(
        name_vi=" ".join(entry["name_vi"].split()),
        vintage=entry["vintage"],
        is_synthetic=is_true(entry["is_synthetic"]),
        exported_on=date.fromisoformat(entry["exported_on"]),
        columns={role: columns[role] for role in ROLES if role in columns},
        codes=_codes(entry["codes"], columns),
        day_formats=tuple(dict.fromkeys(entry.get("day_formats", DEFAULT_DAY_FORMATS))),
        delimiter=entry.get("delimiter", DEFAULT_DELIMITER),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _bytes_of(path: Path) -> bytes:
    accepted, action = "tệp ánh xạ dạng YAML, mã UTF-8", "kiểm tra đường dẫn; mẫu có trong docs/dossier_mapping.md"
    if not path.is_file():
        found = "một thư mục" if path.is_dir() else "không có tệp"
        raise DataFaults([Fault(UNREADABLE, str(path), found, accepted, action)])
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise DataFaults([Fault(UNREADABLE, str(path), f"“{error.strerror}”", accepted, action)]) from error
    if len(content) > _MOST_BYTES:
        raise DataFaults([Fault(UNREADABLE, path.name, "tệp lớn hơn một triệu byte", accepted, "đưa tệp ánh xạ, không phải chính sổ hồ sơ")])
    return content


def _loaded(content: bytes, name: str) -> dict[str, Any]:
    advice = ("tệp YAML, mã UTF-8, theo mẫu trong docs/dossier_mapping.md", "sửa cú pháp theo mẫu")
    try:
        text = content.decode("utf-8-sig")
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (every scalar a text, nothing else is built)
    except UnicodeDecodeError as error:
        raise DataFaults([Fault(UNREADABLE, name, "bảng mã không phải UTF-8", *advice)]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}, dòng {mark.line + 1}, cột {mark.column + 1}" if mark else name
        raise DataFaults([Fault(UNREADABLE, where, f"“{error.problem}”", *advice)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DataFaults([Fault(UNREADABLE, name, "văn bản không phải YAML", *advice)]) from error
    if not isinstance(found, dict) or not found:
        raise DataFaults(
            [Fault(UNREADABLE, name, "tệp trống" if not found else "không phải bảng các mục", f"các mục {', '.join(REQUIRED)}", advice[1])]
        )
    twice = [
        Fault(REPEATED, f"{name}, dòng {line}", f"“{key}” ghi hai lần", "mỗi mục một lần", "bỏ một chỗ") for line, key in sorted(_written_twice(node))
    ]
    if twice:
        raise DataFaults(twice)
    return found


def _written_twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """(line, key) of keys that stand twice in one table, of which YAML would silently keep the last; tables nest two deep."""
    tables = [node] if isinstance(node, yaml.MappingNode) else []
    for _ in range(3):
        for table in tables:
            counts = Counter(key.value for key, _ in table.value if isinstance(key, yaml.ScalarNode))
            yield from {(key.start_mark.line + 1, key.value) for key, _ in table.value if isinstance(key, yaml.ScalarNode) and counts[key.value] > 1}
        tables = [value for table in tables for _, value in table.value if isinstance(value, yaml.MappingNode)]


def _codes(declared: Mapping[str, Mapping[str, str]], columns: Collection[str]) -> dict[str, dict[str, str]]:
    texts = {role: declared.get(role) or (DEFAULT_FLAGS if role in FLAG_ROLES else {}) for role in CODED_ROLES if role in columns}
    return {
        role: {
            unicodedata.normalize(form, as_logged(logged)): target.strip() for logged, target in of_role.items() for form in ("NFC", "NFD")
        }  # engines compare letters as they are composed
        for role, of_role in texts.items()
        if of_role
    }
