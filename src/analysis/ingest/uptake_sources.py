"""Files of counts by unit and month to one table of rates: which reader, which contract, what the counts were taken from."""

from dataclasses import dataclass
from pathlib import Path

import pandera.pandas as pa

from analysis.contracts import MONTHLY_UPTAKE, columns_of
from analysis.ingest.received import Received, read_csv
from analysis.sources import Source


@dataclass(frozen=True)
class UptakeFile:
    """A file of monthly counts as read: rows of text, the contract they are held to, and the basis of its rates."""

    received: Received
    schema: pa.DataFrameSchema
    basis: str


def read_uptake_source(path: Path, source: Source) -> UptakeFile:
    """Rows of a registered file of counts, by its layout."""
    columns = (name for name in columns_of(MONTHLY_UPTAKE) if name != "source_id")
    return UptakeFile(read_csv(path, source.path, columns), MONTHLY_UPTAKE, "monthly_table")
