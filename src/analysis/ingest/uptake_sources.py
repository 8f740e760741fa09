"""Files of counts by unit and month to one table of rates: which reader, which contract, what the counts were taken from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.contracts import MONTHLY_UPTAKE, columns_of
from analysis.errors import Notice
from analysis.ingest.received import Received, read_csv
from analysis.ingest.uptake_files import BASIS_OF, UPTAKE_LAYOUTS, UptakeReading, read_uptake_file
from analysis.sources import Source


@dataclass(frozen=True)
class UptakeFile:
    """A file of monthly counts as read: rows of text, the contract they are held to, the basis of its rates, what to know of them."""

    received: Received
    schema: pa.DataFrameSchema
    basis: str
    notices: tuple[Notice, ...] = ()


def read_uptake_source(path: Path, source: Source, units: pd.DataFrame) -> UptakeFile:
    """Rows of a registered file of counts, by its layout; ``units`` tell whom the forms of offices mean."""
    if source.layout in UPTAKE_LAYOUTS:
        received_on = date.fromisoformat(source.received_on)
        return as_file(read_uptake_file(path, source.path, source.layout, units, received_on, is_synthetic=source.is_synthetic), source.path)
    columns = (name for name in columns_of(MONTHLY_UPTAKE) if name != "source_id")
    return UptakeFile(read_csv(path, source.path, columns), MONTHLY_UPTAKE, "monthly_table")


def as_file(reading: UptakeReading, name: str) -> UptakeFile:
    """A reading of a form as the build takes it."""
    received = Received(name, reading.rows, list(reading.faults), reading.lines_count, reading.places)
    return UptakeFile(received, reading.schema, BASIS_OF[reading.layout], reading.build_notices)
