"""Which Arrow types of a Parquet column can carry a role of the mapping."""

import pyarrow as pa
import pyarrow.types as pat

from analysis.ingest.dossiers.mapping_form import DAY_ROLES, FLAG_ROLES


def role_problem(role: str, kind: pa.DataType) -> tuple[str, str] | None:
    """What would be accepted, and what to do, where a column's type cannot carry its role; ``None`` where it can."""
    if is_text(kind):
        return None
    if role in DAY_ROLES:
        is_right, accepted, action = pat.is_date(kind) or pat.is_timestamp(kind), "ngày, ngày giờ (timestamp) hoặc văn bản", "dạng ngày giờ"
    elif role == "fee":
        is_right = pat.is_integer(kind) or pat.is_floating(kind) or pat.is_decimal(kind)
        accepted, action = "số hoặc văn bản", "dạng số"
    elif role in FLAG_ROLES:
        is_right = pat.is_integer(kind) or pat.is_boolean(kind)
        accepted, action = "văn bản, số nguyên hoặc đúng/sai (boolean)", "dạng văn bản hoặc đúng/sai"
    else:
        is_right, accepted, action = pat.is_integer(kind), "văn bản hoặc số nguyên", "dạng văn bản"
    return None if is_right else (accepted, f"xuất lại cột này {action}, hoặc sửa tệp ánh xạ nếu khai nhầm cột")


def is_text(kind: pa.DataType) -> bool:
    """Whether cells are text, also where each text is kept once (a dictionary)."""
    plain = kind.value_type if pat.is_dictionary(kind) else kind
    return bool(pat.is_string(plain) or pat.is_large_string(plain) or pat.is_string_view(plain))
