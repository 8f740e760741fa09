"""Cells of a month to single dossiers: when each came in, by when and when it was resolved, its fee and its number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.simulate import dossier_levels as levels
from analysis.simulate import office_days as calendar
from analysis.simulate.dossier_cells import COUNTER, NO_FEE, PAID_ONLINE, Cells
from analysis.simulate.fields import SERVICE_LEVELS, Field
from analysis.simulate.office_days import CLOSING, DAY_KINDS, OPEN_DAYS, OPENING, SECONDS_A_BIN, WORKING, MonthDays, pick

TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("ma_ho_so", pa.string()),
        ("ma_don_vi", TEXT),
        ("linh_vuc", TEXT),
        ("muc_do", pa.int32()),
        ("kenh", pa.int32()),
        ("ngay_tiep_nhan", pa.timestamp("us")),
        ("ngay_hen_tra", pa.timestamp("us")),
        ("ngay_tra_ket_qua", pa.timestamp("us")),
        ("phi_le_phi", pa.int64()),
        ("thanh_toan_truc_tuyen", pa.bool_()),
        ("so_hoa", pa.bool_()),
        ("la_mo_phong", pa.bool_()),
    ]
)
ROW_BITS = 27  # a number of 27 bits for each dossier of a month
MOST_IN_A_MONTH = 1 << ROW_BITS
BATCH_ROWS = 262_144  # another number would draw other rows from the same seed
_SECOND_BITS, _DAY_BITS = 17, 5
_SECONDS_A_DAY = 86_400

Floats = NDArray[np.float64]
Integers = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Setting:
    """What the dossiers of one month have in common: names of units and fields by position, the month's days, the last day known."""

    unit_codes: Sequence[str]
    catalogue: Sequence[Field]
    month: MonthDays
    exported_on: np.datetime64


@dataclass(frozen=True)
class Receipts:
    """Dossiers in the order in which they came in, each array of shape (rows,).

    ``cell`` is a position in the cells of the month, ``day`` in its days, ``second`` of the day, ``number`` the unit's running number
    of that day, from 1.
    """

    cell: Integers
    day: Integers
    second: Integers
    number: Integers

    def batches(self) -> Iterator["Receipts"]:
        """The same in parts of at most ``BATCH_ROWS``, so that what is drawn for them stays small."""
        for start in range(0, len(self.cell), BATCH_ROWS):
            part = slice(start, start + BATCH_ROWS)
            yield Receipts(*(values[part].astype(np.int64) for values in (self.cell, self.day, self.second, self.number)))


def draw_rows(rng: np.random.Generator, cells: Cells, setting: Setting, log_pace: Floats) -> pa.Table:
    """One row a dossier, in the order of receipt; columns ``SCHEMA``.

    ``log_pace`` (cells,) is the log of the median time to a result as a share of the deadline and one day more: a result is due within
    whole working days, so a dossier is on time when its time is below that. Results after ``exported_on`` are not known yet.
    """
    receipts = _receive(rng, cells, setting.month)
    return pa.Table.from_batches([_batch(rng, cells, setting, log_pace, part) for part in receipts.batches()], schema=SCHEMA)


def _batch(rng: np.random.Generator, cells: Cells, setting: Setting, log_pace: Floats, receipts: Receipts) -> pa.RecordBatch:
    cell, month, catalogue = receipts.cell, setting.month, setting.catalogue
    deadline = np.array([field.deadline_days for field in catalogue])[cells.field]
    counted_from = np.where(receipts.second >= CLOSING, month.after[receipts.day], month.on_or_after[receipts.day])
    time_taken = np.exp((np.log(deadline + 1) + log_pace)[cell] + levels.DURATION_SD_LOG * rng.standard_normal(len(cell)))
    result = _results(rng, receipts, month, counted_from + time_taken.astype(np.int64))
    is_known = (result.astype("datetime64[D]") <= setting.exported_on) & (rng.random(len(cell)) >= levels.NEVER_RESOLVED_SHARE)
    columns = [
        _ids(receipts, cells, setting),
        _texts(cells.unit[cell], setting.unit_codes),
        _texts(cells.field[cell], [field.name_vi for field in catalogue]),
        pa.array(np.array(SERVICE_LEVELS, dtype=np.int32)[cells.level][cell]),
        pa.array((cells.channel + 1).astype(np.int32)[cell]),
        pa.array(_microseconds(month.days[receipts.day], receipts.second)),
        pa.array(_microseconds(OPEN_DAYS[counted_from + deadline[cell]], CLOSING)),
        pa.array(result, mask=~is_known),
        pa.array(_fees(rng, cells, catalogue, cell)),
        pa.array((cells.payment == PAID_ONLINE)[cell]),
        pa.array(cells.is_digitised[cell]),
        pa.array(np.ones(len(cell), dtype=bool)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _receive(rng: np.random.Generator, cells: Cells, month: MonthDays) -> Receipts:
    """Draw day and second of every dossier and put them in order; two of one second stay in the order of units and cells."""
    cell = np.repeat(np.arange(len(cells.dossiers), dtype=np.int32), cells.dossiers)
    by_unit, when = _sorted(_drawn_times(rng, cells, month, cell))
    opening_row = np.flatnonzero(np.diff(when >> _SECOND_BITS, prepend=-1))
    lengths = np.diff(opening_row, append=len(cell))
    number = (np.arange(len(cell)) - np.repeat(opening_row - 1, lengths)).astype(np.int32)
    in_order, when = _sorted(when & ((1 << _DAY_BITS + _SECOND_BITS) - 1))
    day, second = when >> _SECOND_BITS, when & ((1 << _SECOND_BITS) - 1)
    return Receipts(cell[by_unit[in_order]], day.astype(np.int8), second.astype(np.int32), number[in_order])


def _drawn_times(rng: np.random.Generator, cells: Cells, month: MonthDays, cell: Integers) -> Integers:
    """Unit, day and second of each dossier as one number that sorts in this order."""
    channel = cells.channel[cell]
    day = pick(calendar.day_weights(month), channel, rng.random(len(cell)))
    second = _seconds(rng, channel * DAY_KINDS + month.kind[day])
    return (cells.unit[cell] << _DAY_BITS | day) << _SECOND_BITS | second


def _sorted(key: Integers) -> tuple[Integers, Integers]:
    """Positions in the order of the key, ties in the order given, and the key in that order."""
    packed = key << ROW_BITS | np.arange(len(key))
    packed.sort()
    return packed & (MOST_IN_A_MONTH - 1), packed >> ROW_BITS


def _seconds(rng: np.random.Generator, row: Integers) -> Integers:
    """Second of the day for each row of ``hour_weights``."""
    half_hour = pick(calendar.hour_weights(), row, rng.random(len(row)))
    return half_hour * SECONDS_A_BIN + (rng.random(len(row)) * SECONDS_A_BIN).astype(np.int64)


def _results(rng: np.random.Generator, receipts: Receipts, month: MonthDays, open_day: Integers) -> NDArray[np.datetime64]:
    """Day and time of the result, in office hours and never before receipt; the calendar's last day stands for all that come later."""
    day = OPEN_DAYS[np.minimum(open_day, len(OPEN_DAYS) - 1)]
    any_time = _seconds(rng, np.full(len(day), COUNTER * DAY_KINDS + WORKING))
    opening = np.maximum(receipts.second, OPENING)
    later_that_day = opening + ((CLOSING - opening) * rng.random(len(day))).astype(np.int64)
    return _microseconds(day, np.where(day == month.days[receipts.day], later_that_day, any_time))


def _microseconds(day: NDArray[np.datetime64], second: Integers | int) -> NDArray[np.datetime64]:
    return (day.astype(np.int64) * _SECONDS_A_DAY + second).astype("datetime64[s]").astype("datetime64[us]")


def _ids(receipts: Receipts, cells: Cells, setting: Setting) -> pa.Array:
    """Unit, day and the unit's running number of that day: 74-STP-210105-00012."""
    days = [str(day)[2:].replace("-", "") for day in setting.month.days]
    prefixes = pa.array([f"{code}-{day}-" for code in setting.unit_codes for day in days])
    numbers = pa.array([f"{number:05d}" for number in range(receipts.number.max(initial=0) + 1)])
    prefix = cells.unit[receipts.cell] * len(days) + receipts.day
    return pc.binary_join_element_wise(prefixes.take(pa.array(prefix)), numbers.take(pa.array(receipts.number)), "")


def _texts(position: Integers, texts: Sequence[str]) -> pa.Array:
    """The text at each position; the same text may stand at several."""
    distinct = list(dict.fromkeys(texts))
    numbers = np.array([distinct.index(text) for text in texts], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(numbers[position]), pa.array(distinct, type=pa.string()))


def _fees(rng: np.random.Generator, cells: Cells, catalogue: Sequence[Field], cell: Integers) -> Integers:
    """Price times copies, pages or certificates; where the counts have a fee in a field without one, it is that of an extra copy."""

    price = np.array([field.price_vnd or levels.COPY_PRICE_VND for field in catalogue])[cells.field]
    most = np.array([field.most_units for field in catalogue])[cells.field]
    units = 1 + (rng.random(len(cell)) * most[cell]).astype(np.int64)
    return np.where(cells.payment == NO_FEE, 0, price)[cell] * units
