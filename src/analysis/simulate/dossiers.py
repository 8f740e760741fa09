"""Synthetic dossiers: the rows behind the synthetic monthly counts, as one-stop software would export them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from analysis.simulate.dossier_folder import write_log
from analysis.simulate.dossier_log import DossierMonth, DossiersRefused, prepare
from analysis.simulate.truth import TRUTH, Truth

__all__ = ["DossierMonth", "DossiersRefused", "simulate_dossiers", "write_dossiers"]


def simulate_dossiers(
    units: pd.DataFrame,
    activities: pd.DataFrame,
    *,
    seed: int,
    rows: int | None = None,
    first_month: str = "2019-01",
    last_month: str = "2024-12",
    truth: Truth = TRUTH,
) -> Iterator[DossierMonth]:
    """Invent the dossiers behind the counts of ``simulate_uptake`` under the same arguments, month by month.

    Counted by unit and month they give back intake, online service, filed online, end to end and in part, fee, paid online, digitised
    on receipt and post; what is resolved in a month, and what leaves by post or digitised, has no counterpart. Online only where the
    procedure has an online service, paid online only with a fee, online or post but never both. Days to a result follow the field's
    deadline, the unit, the month and, by ``truth.online_duration_factor``, the channel. No row has a personal column.

    Parameters
    ----------
    units, activities, seed, first_month, last_month, truth
        As for ``simulate_uptake``; the same arguments give the same rows.
    rows
        Dossiers in all, exactly; None = as many as the synthetic monthly table has.

    Raises
    ------
    DossiersRefused
        A negative seed; ``rows`` below 1 or above a thousand million; months out of order or outside January 2018 to June 2025.
    DataFaults
        ``units`` holds no Văn phòng UBND tỉnh.
    """
    log = prepare(units, activities, seed=seed, rows=rows, first_month=first_month, last_month=last_month, truth=truth)
    return (log.month(position) for position in range(len(log.months)))


def write_dossiers(
    folder: Path,
    units: pd.DataFrame,
    activities: pd.DataFrame,
    *,
    seed: int,
    rows: int | None = None,
    first_month: str = "2019-01",
    last_month: str = "2024-12",
    truth: Truth = TRUTH,
    on_month: Callable[[str, int], None] | None = None,
) -> int:
    """Write the dossiers of ``simulate_dossiers`` under the same arguments as ``thang=2021-01/ho-so.parquet`` …; the number of rows.

    A file appears under its name only when it is whole, and the mapping file ``anh-xa.yml`` only after the last month, so that a
    folder without it is unfinished. Months already there from the same arguments are kept. ``on_month`` is told each month and its
    rows, kept ones too.

    Raises
    ------
    DossiersRefused
        As for ``simulate_dossiers``; or the folder holds files that were not written here or belong to other months.
    DataFaults
        ``units`` holds no Văn phòng UBND tỉnh.
    FolderUnusable
        The folder cannot be written or the disk is full.
    """
    log = prepare(units, activities, seed=seed, rows=rows, first_month=first_month, last_month=last_month, truth=truth)
    return write_log(folder, log, on_month)
