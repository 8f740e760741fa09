"""Published tables hide counts of few dossiers, and further counts where a total would give the first away.

A zero is shown: it is nobody's dossier. What a zero can tell is the part beside it (none of 3 on time: 3 late), so parts are hidden
together with their complement, see ``suppress_shares``.

What is not looked after: another table (a count hidden in one and shown in a finer one is not hidden), and bounds that only several
totals together give. In a table across two groupings hidden counts should bear one mark, whether small or hidden for the
sake of others: telling which are small narrows them further, and a hidden total is never called small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.uptake.hiding import Counts, Mask, hidden_places, with_margins

MINIMUM_CELL = 5  # dossiers: fewer may let a neighbour recognise whose they are

Groupings = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Suppressed:
    """The rows to print and, for each grouping, its totals to print (its columns and the count columns); hidden counts are NA."""

    rows: pd.DataFrame
    totals: dict[tuple[str, ...], pd.DataFrame]


def suppress(rows: pd.DataFrame, count_columns: Sequence[str], *, totals: Groupings = (), minimum: int = MINIMUM_CELL) -> pd.DataFrame:
    """``rows`` with small counts hidden; adds ``is_suppressed`` (a count of the row was hidden, not merely unknown).

    A count from 1 to ``minimum`` - 1 becomes NA; so does, in every group of ``totals`` (lists of columns; ``()`` is the grand total),
    the smallest other count above zero where the total would tell a hidden one, over all groupings together. Each count column is
    a table of its own: columns that add up to another belong in rows, or in ``suppress_shares``. Where a group has nothing to
    hide behind, its total must go too: print the totals of ``suppress_with_totals``, not sums of your own.

    Raises ``ValueError`` for a negative count.
    """
    return suppress_with_totals(rows, count_columns, totals=totals, minimum=minimum).rows


def suppress_with_totals(rows: pd.DataFrame, count_columns: Sequence[str], *, totals: Groupings = (), minimum: int = MINIMUM_CELL) -> Suppressed:
    """As ``suppress``, with the totals that may be printed beside the rows; a total is NA where hidden or where a count is unknown."""
    shown = rows.astype(dict.fromkeys(count_columns, "Int64"))
    is_suppressed = np.zeros(len(rows), dtype=bool)
    labels = [_labels(rows, columns) for columns in totals]
    frames = {tuple(columns): _groups(rows, columns, found) for columns, found in zip(totals, labels, strict=True)}
    for column in count_columns:
        hidden, hidden_totals = _hide(shown[column], labels, minimum)
        for columns, found, mask in zip(totals, labels, hidden_totals, strict=True):
            sums = _sums(shown[column], found).mask(_of_groups(mask, found))
            frames[tuple(columns)] = frames[tuple(columns)].assign(**{column: sums})
        shown[column] = shown[column].mask(hidden)
        is_suppressed |= hidden
    return Suppressed(shown.assign(is_suppressed=pd.array(is_suppressed, dtype="boolean")), frames)


def suppress_shares(
    rows: pd.DataFrame,
    numerator: str,
    denominator: str,
    share_columns: Sequence[str],
    *,
    totals: Groupings = (),
    minimum: int = MINIMUM_CELL,
) -> pd.DataFrame:
    """``rows`` with numerators hidden that are small, or whose rest (denominator less numerator) is, and the shares that tell them.

    Adds ``is_suppressed``. A small denominator is hidden with its numerator; ``totals`` of both columns are held as in ``suppress``.
    ``share_columns`` are NA wherever a count of the row is hidden: share times denominator is the numerator. A row without one of
    its counts is left as it is. Raises ``ValueError`` for a numerator above its denominator or a negative count.
    """
    return suppress_shares_with_totals(rows, numerator, denominator, share_columns, totals=totals, minimum=minimum).rows


def suppress_shares_with_totals(
    rows: pd.DataFrame,
    numerator: str,
    denominator: str,
    share_columns: Sequence[str],
    *,
    totals: Groupings = (),
    minimum: int = MINIMUM_CELL,
) -> Suppressed:
    """As ``suppress_shares``, with the totals of both counts that may be printed beside the rows."""
    counts = rows[[numerator, denominator]].astype("Int64")
    known = counts.notna().all(axis=1).to_numpy(dtype=bool)
    part, whole = (counts.loc[known, name].to_numpy(dtype=np.int64) for name in (numerator, denominator))
    labels = [_labels(rows, columns) for columns in totals]
    masks = [_spread(mask, known) for mask in _hide_parts(part, whole, [found[known] for found in labels], minimum)]
    is_part, is_whole, *of_totals = masks
    either = is_part | is_whole
    shown = rows.assign(
        **{numerator: counts[numerator].mask(is_part), denominator: counts[denominator].mask(is_whole)},
        **{name: rows[name].astype("Float64").mask(either) for name in share_columns},
        is_suppressed=pd.array(either, dtype="boolean"),
    )
    frames = {}
    for number, (columns, found) in enumerate(zip(totals, labels, strict=True)):
        sums = {
            name: _sums(counts[name], found).mask(_of_groups(mask, found))
            for name, mask in zip((numerator, denominator), of_totals[2 * number : 2 * number + 2], strict=True)
        }
        frames[tuple(columns)] = _groups(rows, columns, found).assign(**sums)
    return Suppressed(shown, frames)


def _hide(counts: pd.Series, labels: Sequence[Counts], minimum: int) -> tuple[Mask, list[Mask]]:
    """Which rows of a count are hidden and, for each grouping, the rows whose total is; unknown counts take no part."""
    known = counts.notna().to_numpy(dtype=bool)
    cells = counts[known].to_numpy(dtype=np.int64)
    _refuse_negative(cells)
    of_known = [found[known] for found in labels]
    margins = with_margins(cells, of_known)
    hidden = hidden_places(margins.values, margins.equations, minimum)
    totals = [_spread(hidden[first + found], known) for first, found in zip(margins.first, of_known, strict=True)]
    return _spread(hidden[: len(cells)], known), totals


def _hide_parts(part: Counts, whole: Counts, labels: Sequence[Counts], minimum: int) -> list[Mask]:
    """Rows with a hidden numerator, rows with a hidden denominator, then for each grouping the rows whose totals of both are hidden.

    Cells are the numerators, then the rests; a denominator is the total of the two of its row.
    """
    _refuse_negative(part)
    _refuse_negative(whole - part)
    row = np.arange(len(part))
    both = [np.r_[found, found] for found in labels]
    apart = [np.r_[2 * found, 2 * found + 1] for found in labels]
    groupings = [np.r_[row, row], *apart, *both]
    margins = with_margins(np.r_[part, whole - part], groupings)
    hidden = hidden_places(margins.values, margins.equations, minimum)
    masks = [_either(hidden[: 2 * len(row)]), _either(hidden[margins.first[0] + groupings[0]])]
    for number in range(len(labels)):
        masks += [_either(hidden[margins.first[place] + groupings[place]]) for place in (1 + number, 1 + len(labels) + number)]
    return masks


def _either(hidden: Mask) -> Mask:
    """A mask of numerators followed by rests as one of rows: hidden where one of the two is."""
    middle = len(hidden) // 2
    return hidden[:middle] | hidden[middle:]


def _of_groups(mask: Mask, labels: Counts) -> Mask:
    """A mask of rows as one of groups."""
    return np.bincount(labels, weights=mask, minlength=int(labels.max(initial=-1)) + 1) > 0


def _refuse_negative(counts: Counts) -> None:
    if (counts < 0).any():
        raise ValueError("a count is negative, or a part is above its whole")


def _labels(rows: pd.DataFrame, columns: Sequence[str]) -> Counts:
    """Number of the group of each row; a missing name is a group too."""
    if not columns:
        return np.zeros(len(rows), dtype=np.int64)
    return rows.groupby(list(columns), dropna=False, observed=True, sort=True).ngroup().to_numpy(dtype=np.int64)


def _groups(rows: pd.DataFrame, columns: Sequence[str], labels: Counts) -> pd.DataFrame:
    """One row a group, in the order of its number."""
    _, places = np.unique(labels, return_index=True)
    return rows.iloc[places][list(columns)].reset_index(drop=True)


def _sums(counts: pd.Series, labels: Counts) -> pd.Series:
    return counts.groupby(labels).sum(skipna=False).astype("Int64")


def _spread(mask: Mask, known: Mask) -> Mask:
    """A mask of the known rows as one of all rows."""
    found = np.zeros(len(known), dtype=bool)
    found[known] = mask
    return found
