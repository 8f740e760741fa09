"""lantoa: communication on administrative-procedure reform, joined honestly with what it was meant to move."""

__version__ = "0.1.0"
