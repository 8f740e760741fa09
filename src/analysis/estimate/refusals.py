"""Why a design cannot be carried by the data: one error, whose Vietnamese reason a report prints beside grade D."""

from analysis.errors import LantoaError


class DesignRefused(LantoaError):
    """The data cannot carry the design; reports turn this into grade D with the reason."""
