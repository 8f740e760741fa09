"""Counts of the 766 index that an office copies from the national portal into a form: template, reader, intake."""
