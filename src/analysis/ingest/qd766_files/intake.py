"""Forms of the 766 index into ``data/raw``: a unit, period and item is held once; what replaces a form is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.intake import Arrival, NotAsAsked, free_id, free_path, refuse_same, safe_name
from analysis.ingest.qd766_files.layout import KIND, TABLE
from analysis.ingest.qd766_files.reader import CountsReading, read_counts
from analysis.sources import Source, sha256_of
from analysis.store import Tables
from analysis.text import day, day_of_iso

SHORT_VI: Final = "số đếm Bộ chỉ số 766 do đơn vị chép"  # one name for all forms: a source line must stay a line
TERMS: Final = "Tài liệu nội bộ của cơ quan, chép từ Cổng Dịch vụ công quốc gia"
_KEY = ["unit_code", "vintage", "period_start_date", "period_end_date", "item"]


class CountsFaults(DataFaults):
    """Faults of one form, with what was understood of it."""

    def __init__(self, faults: Sequence[Fault], notices: Sequence[Notice]):
        super().__init__(faults)
        self.notices = tuple(notices)


@dataclass(frozen=True)
class CountsArrival:
    """A form ready to be placed, with what was read from it."""

    reading: CountsReading
    arrival: Arrival


def read_form(path: Path, tables: Tables, received_on: date) -> CountsReading:
    """The counts of a sound form. Raises ``CountsFaults`` with everything wrong in it."""
    reading = read_counts(path, path.name, tables.units, tables.qd766_items, received_on)
    if reading.faults:
        raise CountsFaults(reading.faults, reading.notices)
    return reading


def receive_counts(path: Path, tables: Tables, registered: Sequence[Source], received_on: date, replaces: str | None = None) -> CountsArrival:
    """What importing a form would do; ``registered`` are the sources in the register and those of the files before it.

    Raises ``CountsFaults`` with the faults of the file, and ``NotAsAsked`` where the same bytes are in force already, where ``replaces``
    names no form in force, or where another source in force holds one of its units, periods and items.
    """
    sha256 = sha256_of(path)
    refuse_same(path, sha256, registered, replaces)
    reading = read_form(path, tables, received_on)
    old = _replaced(registered, replaces)
    _refuse_held(path.name, reading, tables.qd766_counts, replaces)
    return CountsArrival(reading, Arrival(path, _entry(path, sha256, reading, registered, received_on), tuple(old)))


def _replaced(registered: Sequence[Source], replaces: str | None) -> list[Source]:
    forms = [source for source in registered if source.layout == KIND and source.is_in_force]
    named = [source for source in forms if source.source_id == replaces]
    if replaces is not None and not named:
        known = ", ".join(source.source_id for source in forms) or "chưa có tệp nào"
        raise NotAsAsked(f"--replaces {replaces}: không có bảng số liệu 766 đang dùng mang mã này; đang có: {known}.")
    return named


def _refuse_held(name: str, reading: CountsReading, held: pd.DataFrame, replaces: str | None) -> None:
    """A unit's item of a period stands in one source; the build would refuse two, and the message belongs here."""
    own = reading.rows[_KEY].astype("string")
    days = {column: held[column].dt.strftime("%Y-%m-%d") for column in ("period_start_date", "period_end_date")}
    others = held.assign(**days)[held["source_id"] != (replaces or "")]
    both = own.merge(others[[*_KEY, "source_id"]].astype("string"), on=_KEY)
    if not both.empty:
        first, sources = both.iloc[0], ", ".join(sorted(both["source_id"].unique()))
        period = f"{day_of_iso(first['period_start_date'])} – {day_of_iso(first['period_end_date'])}"
        raise NotAsAsked(
            f"{name}: {len(both)} dòng đã có trong {sources} (trước hết đơn vị {first['unit_code']}, mục {first['item']}, kỳ {period}). "
            f"Nếu tệp này thay tệp đó, thêm --replaces {both['source_id'].min()}; tệp cũ vẫn được giữ."
        )


def _entry(path: Path, sha256: str, reading: CountsReading, registered: Sequence[Source], received_on: date) -> Source:
    start, end = (str(reading.rows.iloc[0][name]) for name in ("period_start_date", "period_end_date"))
    period = f"{day_of_iso(start)} – {day_of_iso(end)}"
    units_count = reading.rows["unit_code"].nunique()
    stem = f"qd766-{end[:4]}-{received_on:%Y%m%d}-{sha256[:8]}"
    return Source(
        source_id=free_id(stem, {source.source_id for source in registered}),
        path=free_path(f"qd766/{end[:4]}", safe_name(path.name), {source.path for source in registered}),
        table=TABLE,
        short_vi=SHORT_VI,
        publisher="Cổng Dịch vụ công quốc gia (đơn vị chép)",
        document=f"Số đếm Bộ chỉ số 766 của {units_count} đơn vị, tệp {path.name}",
        edition=period,
        published=f"chép đến {day(reading.head.end)}" if reading.head.end else period,
        received_on=received_on.isoformat(),
        addresses=(reading.head.address,),
        sha256=sha256,
        is_synthetic=False,
        terms=TERMS,
        note="",
        layout=KIND,
    )
