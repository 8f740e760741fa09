"""Counts of online services as offices send them: the table of months and the cumulative captures, written and read."""

from analysis.ingest.uptake_files.layout import BASIS_OF, MONTHLY, SNAPSHOT, UPTAKE_LAYOUTS
from analysis.ingest.uptake_files.reader import UptakeReading, read_uptake_file, recognise_uptake
from analysis.ingest.uptake_files.template import write_uptake_template

__all__ = ["BASIS_OF", "MONTHLY", "SNAPSHOT", "UPTAKE_LAYOUTS", "UptakeReading", "read_uptake_file", "recognise_uptake", "write_uptake_template"]
