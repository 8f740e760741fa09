"""Whether a mapped column of a dossier log holds personal data, told by a sample of its values. A value is never quoted.

Judged is the share of values, since a dossier's number may look like somebody's by chance.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pat

from analysis.errors import Fault
from analysis.ingest.activity_log.personal import personal_numbers
from analysis.ingest.dossiers.column_types import is_text
from analysis.ingest.dossiers.inputs import Part
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.ingest.dossiers.mapping_form import DAY_ROLES
from analysis.ingest.dossiers.part_files import BROKEN_PARQUET, PARQUET
from analysis.text import number

PERSONAL_VALUES = "Cột có giá trị giống dữ liệu cá nhân"
NO_FIELDS = "Cột lĩnh vực có giá trị không phải lĩnh vực"

SAMPLE_ROWS = 500
PERSONAL_SHARE = 0.2  # of long numbers whose digits may be anything, one in ten at most looks like somebody's
FIELD_SHARE = 0.01  # fields are published as they are written, and no field is a number: a few are enough
HIDDEN_TEXT = "(không ghi: giống dữ liệu cá nhân)"
LONGEST_FIELD = 200
MOST_FIELDS = 500  # the national list of procedures has some hundred fields
FEWEST_JUDGED = 100  # values from which their repetition says something
LARGEST_DISTINCT_SHARE = 0.5  # fields repeat; names and addresses do not

_MOST_JUDGED = 120  # characters of a value; in longer ones the search for cut numbers would take long
_BUFFER_BYTES = 1 << 16
_MOST_CHARACTERS = 4_000_000  # of a CSV without line ends no more is taken into memory

IDENTITY, TELEPHONE, EMAIL = "số căn cước", "số điện thoại", "địa chỉ thư điện tử"
_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_CUTS = re.compile(r"[\s.()-]")
_TWELVE = re.compile(r"(?<![0-9])0[0-9]{11}(?![0-9])")
_PROVINCES = range(1, 97)  # the first three digits of an identity number: where its holder was registered

_ACTION = "khai cột khác cho vai trò này, hoặc xuất lại sổ không có dữ liệu cá nhân"


@dataclass(frozen=True)
class _Likeness:
    """How many of the values looked at look personal, and what most of those look like."""

    kind: str
    count: int
    of: int


def personal_faults(parts: Sequence[Part], mapping: DossierMapping) -> list[Fault]:
    """Faults of mapped columns that look like personal data in the first ``SAMPLE_ROWS`` rows of a part.

    Only mapped columns are read. A fault names part, column, role and counts, never a value.
    """
    faults: list[Fault] = []
    fields: set[str] = set()
    for part in parts:
        try:
            sample = _sample(part, mapping)
        except (pa.ArrowException, OSError):
            found = "các dòng đầu không đọc được"
            faults.append(Fault(BROKEN_PARQUET, part.name, found, "tệp nguyên vẹn", "chép hoặc xuất lại tệp này"))
            continue
        for role, texts in sample.items():
            faults += _column_faults(part, role, texts, mapping)
        fields |= set(sample.get("field", ()))
    beyond = field_fault(len(fields))
    return [*faults, *([beyond] if beyond else [])]


def looks_personal(values: pd.Series) -> str | None:
    """What a column's values look like where at least ``PERSONAL_SHARE`` of the non-empty ones look personal: one of
    ``IDENTITY``, ``TELEPHONE`` and ``EMAIL``; ``None`` where they do not.
    """
    found = _likeness(_counted(values.dropna().astype("string")))
    return found.kind if found and found.count >= PERSONAL_SHARE * found.of else None


def too_many_fields(distinct: int) -> bool:
    """Whether a column holds more different texts than there can be fields of procedures."""
    return distinct > MOST_FIELDS


def field_fault(distinct: int) -> Fault | None:
    """The fault of a log whose column of fields holds ``distinct`` different texts; ``None`` where so many can be."""
    if not too_many_fields(distinct):
        return None
    found = f"hơn {number(MOST_FIELDS)} giá trị khác nhau ({number(distinct)})"
    return Fault(NO_FIELDS, "cột khai cho vai trò field", found, f"tên lĩnh vực thủ tục, nhiều nhất {number(MOST_FIELDS)} tên", _ACTION)


def fields_fault(fields: Collection[str]) -> Fault | None:
    """The fault of a log by all its different fields: too many, or one that no field is called; no value is quoted."""
    odd = sum(len(text) > LONGEST_FIELD or "\n" in text or _kind(text) is not None for text in fields)
    if not odd:
        return field_fault(len(fields))
    told = f"{number(odd)} giá trị dài quá {LONGEST_FIELD} ký tự, có xuống dòng, hoặc giống số định danh, số điện thoại, thư điện tử"
    return Fault(NO_FIELDS, "cột khai cho vai trò field", told, "tên lĩnh vực thủ tục", _ACTION)


def unless_personal(text: str) -> str:
    """A text as it may be written for somebody to mend a log: not where it looks like a number, an address or the name of a person."""
    is_name = " " in text.strip() and not any(sign.isdigit() for sign in text)
    return HIDDEN_TEXT if is_name or _kind(text) is not None else text


def _column_faults(part: Part, role: str, texts: Counter[str], mapping: DossierMapping) -> Iterator[Fault]:
    column, count, found = mapping.columns[role], texts.total(), _likeness(texts)
    if found and role in DAY_ROLES:  # 040520210830 is half past eight, not somebody
        found = _likeness(Counter({text: told for text, told in texts.items() if not _is_day(text, mapping.day_formats)}))
    where = f"{part.name}, cột “{column}” (vai trò {role})"
    if found and found.count >= (FIELD_SHARE if role == "field" else PERSONAL_SHARE) * count:
        told = f"{number(found.count)} trong {number(count)} giá trị đầu giống {found.kind}"
        yield Fault(PERSONAL_VALUES, where, told, "cột không chứa số định danh, số điện thoại, thư điện tử", _ACTION)
    if role == "field" and count >= FEWEST_JUDGED and len(texts) > LARGEST_DISTINCT_SHARE * count:
        told = f"{number(len(texts))} giá trị khác nhau trong {number(count)} giá trị đầu, như cột họ tên hoặc địa chỉ"
        yield Fault(NO_FIELDS, where, told, "tên lĩnh vực thủ tục, lặp lại ở nhiều hồ sơ", _ACTION)


def _likeness(texts: Counter[str]) -> _Likeness | None:
    of_kind: Counter[str] = Counter()
    for text, count in texts.items():
        if kind := _kind(text):
            of_kind[kind] += count
    return _Likeness(max(sorted(of_kind), key=lambda kind: of_kind[kind]), of_kind.total(), texts.total()) if of_kind else None


def _kind(value: str) -> str | None:
    text = value[:_MOST_JUDGED]
    if _EMAIL.search(text):
        return EMAIL
    if not personal_numbers(text):
        return None
    twelve = _TWELVE.search(_CUTS.sub("", text))
    if twelve is None:
        return TELEPHONE
    return IDENTITY if int(twelve[0][:3]) in _PROVINCES else None


def _is_day(text: str, formats: Sequence[str]) -> bool:
    for written in formats:
        try:
            datetime.strptime(text, written)
        except ValueError:
            continue
        return True
    return False


def _counted(values: Iterable[str | None]) -> Counter[str]:
    """How often each text stands there, spaces around it and empty ones left out."""
    return Counter(text for value in values if value and (text := value.strip()))


def _sample(part: Part, mapping: DossierMapping) -> dict[str, Counter[str]]:
    """The first values of each mapped column that is text or whole numbers, by role."""
    values = _of_parquet(part, mapping) if part.kind == PARQUET else _of_csv(part, mapping)
    return {role: _counted(column) for role, column in values.items()}


def _of_parquet(part: Part, mapping: DossierMapping) -> dict[str, list[str | None]]:
    with pq.ParquetFile(part.path, buffer_size=_BUFFER_BYTES) as file:
        kinds = {role: file.schema_arrow.field(column).type for role, column in mapping.columns.items()}
        roles = [role for role, kind in kinds.items() if is_text(kind) or pat.is_integer(kind)]
        values: dict[str, list[str | None]] = {role: [] for role in roles}
        left = SAMPLE_ROWS
        for batch in file.iter_batches(batch_size=SAMPLE_ROWS, columns=[mapping.columns[role] for role in roles]):
            for role in roles:
                values[role] += batch.column(mapping.columns[role]).slice(0, left).cast(pa.string()).to_pylist()
            left -= batch.num_rows
            if left <= 0:
                break
    return values


def _of_csv(part: Part, mapping: DossierMapping) -> dict[str, list[str | None]]:
    """Cells of whole lines; what breaks a line is for the engine to tell."""
    places = {role: part.columns.index(column) for role, column in mapping.columns.items()}
    with part.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        text = io.StringIO(file.read(_MOST_CHARACTERS), newline="")
    rows = list(_whole(csv.reader(text, delimiter=mapping.delimiter), len(part.columns)))
    return {role: [row[place] for row in rows] for role, place in places.items()}


def _whole(lines: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    try:
        yield from (row for row in islice(lines, 1, SAMPLE_ROWS + 1) if len(row) == width)
    except csv.Error:
        return
