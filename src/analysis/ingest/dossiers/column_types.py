"""Which Arrow types of a Parquet column can carry a role of the mapping, and which types read alike."""

import pyarrow as pa
import pyarrow.types as pat

from analysis.ingest.dossiers.mapping_form import DAY_ROLES, FLAG_ROLES

TEXT, NUMBERS, DAYS, ZONED, FLAG = "văn bản", "số", "ngày hoặc ngày giờ", "ngày giờ kèm múi giờ", "đúng/sai"

_DAY_ACTION = "xuất lại cột này dạng ngày, ngày giờ hoặc văn bản"
_CODE_ACTION = "xuất lại cột này dạng văn bản hoặc số nguyên"


def family_of(kind: pa.DataType) -> str | None:
    """How a type reads: text, numbers, days, days with a zone, true or false; ``None`` = no role is kept so."""
    if _is_text(kind) or (pat.is_dictionary(kind) and _is_text(kind.value_type)):
        return TEXT
    if pat.is_integer(kind) or pat.is_floating(kind) or pat.is_decimal(kind):
        return NUMBERS
    if pat.is_date(kind) or pat.is_timestamp(kind):
        return ZONED if pat.is_timestamp(kind) and kind.tz else DAYS
    return FLAG if pat.is_boolean(kind) else None


def role_problem(role: str, kind: pa.DataType) -> tuple[str, str] | None:
    """What would be accepted, and what to do, where a column's type cannot carry its role; ``None`` where it can."""
    family = family_of(kind)
    if role in DAY_ROLES:
        return None if family in (TEXT, DAYS, ZONED) else ("ngày, ngày giờ (timestamp) hoặc văn bản", _DAY_ACTION)
    if role == "fee":
        return None if family in (TEXT, NUMBERS) else ("số hoặc văn bản", "xuất lại cột này dạng số")
    is_whole = pat.is_integer(kind)
    if role in FLAG_ROLES:
        return None if family in (TEXT, FLAG) or is_whole else ("văn bản, số nguyên hoặc đúng/sai", _CODE_ACTION)
    return None if family == TEXT or is_whole else ("văn bản hoặc số nguyên", _CODE_ACTION)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pat.is_string(kind) or pat.is_large_string(kind) or pat.is_string_view(kind))
