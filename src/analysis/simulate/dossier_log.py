"""A synthetic dossier log before it is written out: counts, fields and pace of every unit, from which any month can be drawn."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import LantoaError
from analysis.simulate import dossier_levels, levels
from analysis.simulate.dossier_cells import COUNTS, ONLINE, Cells, draw_cells
from analysis.simulate.dossier_rows import MOST_IN_A_MONTH, Setting, draw_rows
from analysis.simulate.fields import FieldMix, draw_field_mix
from analysis.simulate.office_days import month_days
from analysis.simulate.roster import Unit, read_roster
from analysis.simulate.truth import Truth
from analysis.simulate.uptake import simulate_uptake

UNIT_STREAM, MONTH_STREAM = 3, 4  # apart from the log's and the monthly counts' under one seed
EARLIEST_MONTH, LATEST_MONTH = "2018-01", "2025-06"  # of the calendar of working days; of the units' vintage
MONTH_PATTERN = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")
MOST_ROWS = 1_000_000_000  # ten times what any test here needs; more would no longer fit a month into memory

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class DossiersRefused(LantoaError):
    """Dossiers were asked for in a number or of months that cannot be made, or into a folder that holds something else."""


@dataclass(frozen=True)
class DossierMonth:
    """The dossiers received in one month (YYYY-MM), one row a dossier in the order of receipt; columns ``dossier_rows.SCHEMA``."""

    month: str
    rows: pa.Table


@dataclass(frozen=True)
class DossierLog:
    """All that is drawn before the first dossier: counts of every unit and month, what units are about, how fast they work.

    ``counts`` (units, months) by the names of ``COUNTS``; ``log_pace`` (units,) is the log of the median share of a deadline that an
    ordinary dossier takes; ``exported_on`` the last day that the log knows of.
    """

    units: tuple[Unit, ...]
    months: pd.PeriodIndex
    counts: dict[str, Counts]
    mix: FieldMix
    log_pace: Floats
    seed: int
    truth: Truth

    @property
    def exported_on(self) -> np.datetime64:
        """The last day of the last month."""
        return np.datetime64(str(self.months[-1] + 1), "D") - 1

    def month(self, position: int) -> DossierMonth:
        """The dossiers of one month, by its position; each month has a generator of its own, whichever are drawn before."""
        month = self.months[position]
        rng = np.random.default_rng([MONTH_STREAM, self.seed, month.ordinal])
        counts = {name: values[:, position] for name, values in self.counts.items()}
        if counts["received_count"].sum() >= MOST_IN_A_MONTH:
            raise DossiersRefused(f"Tháng {month:%m/%Y} có quá nhiều hồ sơ. Hãy giảm số dòng hoặc trải ra nhiều tháng hơn.")
        cells = draw_cells(rng, counts, self.mix, level_shares(month))
        pace = self.log_pace[cells.unit] + _channel_pace(cells, self.truth) + _month_pace(month)
        setting = Setting([unit.code for unit in self.units], self.mix.catalogue, month_days(month), self.exported_on)
        return DossierMonth(str(month), draw_rows(rng, cells, setting, pace))


def prepare(
    units: pd.DataFrame, activities: pd.DataFrame, *, seed: int, rows: int | None, first_month: str, last_month: str, truth: Truth
) -> DossierLog:
    """Draw all but the dossiers; arguments as for ``simulate_dossiers``.

    Raises ``DossiersRefused`` for a seed, a number of rows or months that cannot be made, ``DataFaults`` for units without the office.
    """
    _refuse_unmakeable(seed, rows, first_month, last_month)
    uptake = simulate_uptake(units, activities, seed=seed, first_month=first_month, last_month=last_month, truth=truth, rows=rows)
    receiving = read_roster(units).receiving_units
    rng = np.random.default_rng([UNIT_STREAM, seed])
    mix = draw_field_mix(rng, receiving)
    ordinary = np.log([dossier_levels.MEDIAN_OF_DEADLINE[unit.level] for unit in receiving])
    return DossierLog(
        units=receiving,
        months=pd.period_range(first_month, last_month, freq="M"),
        counts={name: uptake[name].to_numpy(dtype=np.int64).reshape(len(receiving), -1) for name in COUNTS},
        mix=mix,
        log_pace=ordinary + dossier_levels.UNIT_DURATION_SD_LOG * rng.standard_normal(len(receiving)),
        seed=seed,
        truth=truth,
    )


def level_shares(month: pd.Period) -> Floats:
    """Expected shares of the service levels 2, 3, 4 among a month's dossiers; procedures end to end are as much used online as others."""
    months = pd.PeriodIndex([month])
    with_service, full = (expit(levels.share_path(anchors, months))[0] for anchors in (levels.ONLINE_SERVICE_SHARE, levels.FULL_OF_ONLINE_SHARE))
    return np.array([1 - with_service, with_service * (1 - full), with_service * full])


def _refuse_unmakeable(seed: int, rows: int | None, first_month: str, last_month: str) -> None:
    if seed < 0:
        raise DossiersRefused(f"Hạt giống của hồ sơ mô phỏng: gặp {seed}; chấp nhận số nguyên không âm.")
    if rows is not None and not 1 <= rows <= MOST_ROWS:
        raise DossiersRefused(f"Số dòng hồ sơ mô phỏng: gặp {rows}; chấp nhận từ 1 đến {MOST_ROWS}.")
    are_months = MONTH_PATTERN.fullmatch(first_month) and MONTH_PATTERN.fullmatch(last_month)
    if not are_months or not EARLIEST_MONTH <= first_month <= last_month <= LATEST_MONTH:
        raise DossiersRefused(
            f"Thời gian của hồ sơ mô phỏng: gặp từ {first_month} đến {last_month}; "
            f"chấp nhận các tháng dạng 2021-05, từ {EARLIEST_MONTH} đến {LATEST_MONTH}, tháng đầu không sau tháng cuối."
        )


def _channel_pace(cells: Cells, truth: Truth) -> Floats:
    return np.where(cells.channel == ONLINE, np.log(truth.online_duration_factor), 0.0)


def _month_pace(month: pd.Period) -> float:
    """Closures of the month of receipt and the end of the year slow work down."""
    lost = 1 - levels.CLOSURE_FACTORS.get(str(month), 1.0)
    return dossier_levels.CLOSURE_DURATION_LOG * lost + dossier_levels.YEAR_END_DURATION_LOG * (month.month == 12)
