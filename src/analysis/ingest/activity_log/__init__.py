"""Activity logs as offices keep them in workbooks: every fault at its cell, everything understood otherwise than written told."""

from analysis.ingest.activity_log.duplicates import duplicates_across
from analysis.ingest.activity_log.interpret import LogContext
from analysis.ingest.activity_log.reading import LogReading, read_activity_log, read_log_workbook

__all__ = ["LogContext", "LogReading", "duplicates_across", "read_activity_log", "read_log_workbook"]
