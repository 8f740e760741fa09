"""How a contract is declared: one short call a column, the accepted values in Vietnamese beside the check."""

from collections.abc import Collection
from typing import Any

import pandera.pandas as pa

FIRST_EDITION_YEAR = 2005  # PCI's first edition, the oldest index we carry
LAST_PLAUSIBLE_YEAR = 2100


def text(description: str, *, nullable: bool = False, pattern: str | None = None, accepted: str = "") -> pa.Column:
    """A text column."""
    checks = [pa.Check.str_matches(pattern, error=accepted)] if pattern else []
    return pa.Column("string", checks, nullable=nullable, description=description)


def code(description: str, accepted: Collection[str], *, nullable: bool = False) -> pa.Column:
    """A column of a code list; any other code is a fault."""
    check = pa.Check.isin(sorted(accepted), error="một trong các mã: " + ", ".join(sorted(accepted)))
    return pa.Column("string", check, nullable=nullable, description=description)


def number(
    description: str, *, minimum: float | None = None, maximum: float | None = None, nullable: bool = False, dtype: Any = "Float64"
) -> pa.Column:
    """A numeric column with its bounds."""
    checks = []
    if minimum is not None:
        checks.append(pa.Check.ge(minimum, error=f"số từ {minimum:g} trở lên"))
    if maximum is not None:
        checks.append(pa.Check.le(maximum, error=f"số không quá {maximum:g}"))
    return pa.Column(dtype, checks, nullable=nullable, description=description)


def count(description: str, *, nullable: bool = False) -> pa.Column:
    """A whole number from 0."""
    return number(description, minimum=0, nullable=nullable, dtype="Int64")


def year(description: str, *, nullable: bool = False) -> pa.Column:
    """A calendar year."""
    return number(description, minimum=FIRST_EDITION_YEAR, maximum=LAST_PLAUSIBLE_YEAR, nullable=nullable, dtype="Int64")


def date(description: str, *, nullable: bool = False) -> pa.Column:
    """A day."""
    return pa.Column("datetime64[us]", nullable=nullable, description=description)


def flag(description: str) -> pa.Column:
    """True or false, never missing."""
    return pa.Column("boolean", description=description)


def ordered(first: str, second: str, accepted: str) -> pa.Check:
    """``first`` must not exceed ``second`` where both are known."""
    return pa.Check(lambda frame: ~(frame[first] > frame[second]).fillna(False).astype(bool), error=f"{accepted} ({first} ≤ {second})")


def not_both_missing(first: str, second: str, accepted: str) -> pa.Check:
    """At least one of two columns must be known."""
    return pa.Check(lambda frame: frame[first].notna() | frame[second].notna(), error=accepted)


def schema(key: list[str], columns: dict[str, pa.Column], *checks: pa.Check) -> pa.DataFrameSchema:
    """A strict, ordered schema whose ``unique`` is the key."""
    return pa.DataFrameSchema(columns, checks=list(checks), unique=key, strict=True, ordered=True)


SOURCE_ID = text("registered source of the row (data/raw/sources.yml)")
