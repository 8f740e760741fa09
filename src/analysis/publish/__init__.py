"""The report model drawn into files; a report is complete or absent."""
