"""Tables of the house without a row."""

import pandas as pd

from analysis.contracts import SCHEMAS, columns_of


def empty_table(name: str) -> pd.DataFrame:
    """The table called ``name`` without a row: the columns of its contract, each of its type."""
    schema = SCHEMAS[name]
    return pd.DataFrame(columns=columns_of(schema)).astype({column: str(told.dtype) for column, told in schema.columns.items()})
