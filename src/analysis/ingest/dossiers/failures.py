"""What may stop the summing up of a dossier log besides its data."""

from analysis.errors import LantoaError


class EngineUnusable(LantoaError):
    """The engine asked for is not installed, lacks Java, or does not answer."""


class PartsUnreadable(LantoaError):
    """An engine stopped at what it read: a file damaged inside, a disk that is full, a cluster that went away."""
