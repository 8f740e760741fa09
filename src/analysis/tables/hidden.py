"""How published tables print counts and shares that could point at a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.blocks import Cell, cells
from analysis.uptake.suppression import MINIMUM_CELL, Groupings, suppress, suppress_shares

BELOW_MINIMUM = f"<{MINIMUM_CELL}"
HIDDEN = "ẩn"
SHARE_DECIMALS = 3  # as printed: from all digits of a share its two counts could be told
TOO_FEW = "quá ít hồ sơ để nói"
HIDDEN_NOTE = (
    f"“{BELOW_MINIMUM}”: từ 1 đến {MINIMUM_CELL - 1} hồ sơ, không ghi số để không lộ từng người; “{HIDDEN}”: ẩn thêm, "
    "vì phép trừ từ một số khác sẽ cho biết số bị ẩn."
)


@dataclass(frozen=True)
class Printed:
    """What a table may print: ``rows`` with NA for what is hidden, and the cells of each count column in the order of the rows."""

    rows: pd.DataFrame
    cells: dict[str, list[Cell]]

    @property
    def notes(self) -> tuple[str, ...]:
        """The note that a table with a hidden count carries; empty where none is hidden."""
        return (HIDDEN_NOTE,) if any(isinstance(value, str) for column in self.cells.values() for value in column) else ()


def printed_counts(rows: pd.DataFrame, columns: Sequence[str], totals: Groupings = ()) -> Printed:
    """Counts as they may be printed: 1 to 4 as ``<5``, one that would tell it as ``ẩn``; ``totals`` as in ``suppress``."""
    return _printed(rows, suppress(rows, columns, totals=totals), columns)


def printed_shares(rows: pd.DataFrame, columns: tuple[str, str], shares: Sequence[str], totals: Groupings = ()) -> Printed:
    """The same for a part and its whole (``columns``) with the ``shares`` that would tell the part."""
    shown = suppress_shares(rows, *columns, shares, totals=totals)
    return _printed(rows, shown.assign(**{name: shown[name].round(SHARE_DECIMALS) for name in shares}), columns)


def _printed(rows: pd.DataFrame, shown: pd.DataFrame, columns: Sequence[str]) -> Printed:
    pairs = {name: zip(cells(rows[name]), cells(shown[name]), strict=True) for name in columns}
    return Printed(shown, {name: [_cell(before, after) for before, after in found] for name, found in pairs.items()})


def _cell(before: Cell, after: Cell) -> Cell:
    if before is None or after is not None:
        return after
    return BELOW_MINIMUM if 0 < float(before) < MINIMUM_CELL else HIDDEN
