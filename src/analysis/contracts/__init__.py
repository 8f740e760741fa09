"""Contracts of the tables: text from a received file in, a typed and checked table out, all faults at once."""

from analysis.contracts.columns import parse_columns
from analysis.contracts.schemas import SCHEMAS
from analysis.contracts.uptake_schemas import MONTHLY_UPTAKE
from analysis.contracts.validation import check_table, columns_of, key_of

__all__ = ["MONTHLY_UPTAKE", "SCHEMAS", "check_table", "columns_of", "key_of", "parse_columns"]
