"""What every reader of published scores gives: rows with their places, what was set aside and what is wrong."""

from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import Fault, Notice

# One row a figure of one province: what a source says of score, rank and standard error, at least one of them.
SCORE_COLUMNS = (
    "index",
    "edition_year",
    "province_code",
    "vintage",
    "component",
    "score",
    "rank",
    "standard_error_score",
    "basis",
    "note",
    "address",
)


@dataclass(frozen=True)
class IndexContext:
    """Tables a reader needs: ``units``, and ``editions``, ``components`` and ``weights`` of the index registry."""

    units: pd.DataFrame
    editions: pd.DataFrame
    components: pd.DataFrame
    weights: pd.DataFrame


@dataclass(frozen=True)
class ScoreReading:
    """Scores read from one file.

    ``rows`` has ``SCORE_COLUMNS``, typed (text as string, ``edition_year`` and ``rank`` as Int64, figures as Float64), one row a figure
    of a province; ``places`` says where each row stands (file, sheet, cell), same index. ``set_aside`` lists (place, what stood there,
    reason) of rows that were read and are not used. With ``faults`` the file must not be taken in.
    """

    rows: pd.DataFrame
    places: pd.Series
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()
    set_aside: tuple[tuple[str, str, str], ...] = field(default=())
    lines_count: int = 0

    @property
    def editions(self) -> tuple[tuple[str, int], ...]:
        """The (index, edition year) pairs of the rows, in order."""
        found = self.rows[["index", "edition_year"]].drop_duplicates().itertuples(index=False, name=None)
        return tuple(sorted((str(index), int(year)) for index, year in found))
