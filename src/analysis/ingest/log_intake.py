"""Activity logs that offices send: new, the same again, or a corrected version of one that is in force.

A log replaces an earlier one by itself only when nothing can get lost by it; otherwise the office is asked.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.activity_log import LogContext, LogReading, duplicates_across, read_log_workbook
from analysis.ingest.build import ACTIVITY_LOG
from analysis.ingest.intake import Arrival, NotAsAsked, safe_name
from analysis.ingest.workbooks import read_workbook
from analysis.sources import Source, sha256_of
from analysis.store import Tables
from analysis.text import day

KEY = ["unit_code", "start_date", "channel", "plan_section", "plan_stt"]
LOST_SHARE = 0.2  # a "correction" that drops more of the earlier rows than this may be a part of a log, so the office is asked
LOST_COUNT = 5  # … unless they are no more than a handful
SHORT_VI = "nhật ký hoạt động các đơn vị gửi"  # one name for all logs: a source line must stay a line
TERMS = "Tài liệu nội bộ của cơ quan, không công bố"
FAULTS_SUFFIX = "-loi-can-sua"
EQUAL_ROW = "Hoạt động đã có trong nhật ký khác"
SAME_AGAIN = "Tệp đã nạp trước đây"
ALIKE_ROW = "Có thể trùng với nhật ký khác"
ALIKE_SHOWN = 10

OnStep = Callable[[], None]


class LogFaults(DataFaults):
    """Faults of one log, with what was understood of it."""

    def __init__(self, faults: Sequence[Fault], notices: Sequence[Notice]):
        super().__init__(faults)
        self.notices = tuple(notices)


@dataclass(frozen=True)
class LogOptions:
    """What the office decided on the command line."""

    received_on: date
    is_synthetic: bool = False
    accepts_partial: bool = False
    accepts_duplicates: bool = False
    is_new: bool = False
    replaces: str | None = None
    replaces_synthetic: bool = False


@dataclass(frozen=True)
class LogArrival:
    """A log ready to be placed (``arrival`` is None when the very same file is in force), with what its sender should know."""

    reading: LogReading
    arrival: Arrival | None
    notices: tuple[Notice, ...] = ()
    lost_rows: tuple[str, ...] = ()


def _nothing_to_do() -> None:
    pass


def read_log(path: Path, tables: Tables, options: LogOptions, on_step: OnStep = _nothing_to_do) -> LogReading:
    """A log read and held against units, plans and items; its faults are in the reading. Raises ``DataFaults`` for a file that cannot be read.

    ``on_step`` is called once the cells are read, and again once they are checked.
    """
    context = LogContext(tables.units, tables.plans, tables.plan_items, options.received_on)
    workbook = read_workbook(path, path.name)
    on_step()
    reading = read_log_workbook(workbook, context, is_synthetic=options.is_synthetic)
    on_step()
    return reading


def receive_log(path: Path, tables: Tables, registered: Sequence[Source], options: LogOptions, on_step: OnStep = _nothing_to_do) -> LogArrival:
    """What importing a log would do.

    Raises ``DataFaults`` with the faults of its cells and rows that are in force already, and ``NotAsAsked`` where the
    office has to decide.
    """
    sha256 = sha256_of(path)
    if (known := next((source for source in registered if source.sha256 == sha256), None)) and _is_settled(known, path, options):
        said = f"đã nạp ngày {_day(known.received_on)} ({known.source_id}); không thay đổi gì"
        return LogArrival(LogReading.empty(), None, (Notice(SAME_AGAIN, path.name, said),))
    reading = read_log(path, tables, options, on_step)
    if reading.faults and (not options.accepts_partial or reading.rows.empty):
        raise LogFaults(reading.faults, reading.notices)
    activities = tables.activities
    old = _replaced(path, reading, activities, registered, options)
    out = {source.source_id for source in old} | _synthetic(registered, activities, options)
    in_force = activities[~activities["source_id"].isin(out)]
    equal, alike = duplicates_across(reading.rows, in_force)
    faults = [_equal_fault(reading, in_force, new, earlier) for new, earlier in equal]
    if faults and not options.accepts_duplicates:
        raise DataFaults(faults)
    replaced = tuple(source for source in registered if source.source_id in out)
    entry = _entry(path, sha256, reading, tables.units, options)
    notices = [Notice(ALIKE_ROW, reading.places[new], _shown(in_force.loc[earlier])) for new, earlier in alike[:ALIKE_SHOWN]]
    if len(alike) > ALIKE_SHOWN:
        notices.append(Notice(ALIKE_ROW, path.name, f"và {len(alike) - ALIKE_SHOWN} dòng khác"))
    lost = _lost(reading, activities[activities["source_id"].isin([source.source_id for source in old])])
    return LogArrival(reading, Arrival(path, entry, replaced, reading), tuple(notices), tuple(_shown(row) for _, row in lost.iterrows()))


def _is_settled(known: Source, path: Path, options: LogOptions) -> bool:
    """Whether nothing is to be done with bytes that were received before; asks when they are an older version."""
    if known.is_in_force:
        return True
    if options.replaces is None:
        raise NotAsAsked(
            f"{path.name}: đây là bản đã được thay bằng {known.superseded_by}. Nếu muốn dùng lại bản này, thêm --replaces {known.superseded_by}."
        )
    return False


def _replaced(path: Path, reading: LogReading, activities: pd.DataFrame, registered: Sequence[Source], options: LogOptions) -> list[Source]:
    """Earlier logs that this one takes the place of."""
    logs = [source for source in registered if source.layout == ACTIVITY_LOG and source.is_in_force]
    if options.replaces is not None:
        named = [source for source in logs if source.source_id == options.replaces]
        if not named:
            known = ", ".join(source.source_id for source in logs) or "chưa có nhật ký nào"
            raise NotAsAsked(f"--replaces {options.replaces}: không có nhật ký đang dùng mang mã này; các nhật ký đang dùng: {known}.")
        return named
    if options.is_new:
        return []
    same_name = [source for source in logs if _known_name(Path(source.path).name) == _known_name(path.name)]
    return [source for source in same_name if _corrects(path, source, reading, activities[activities["source_id"] == source.source_id])]


def _known_name(name: str) -> str:
    """The name of a log, also of the workbook with faults that was sent back for it."""
    return Path(safe_name(name)).stem.removesuffix(FAULTS_SUFFIX)


def _corrects(path: Path, source: Source, reading: LogReading, old: pd.DataFrame) -> bool:
    """Whether a log of the same name is an earlier version; asks when rows could get lost by saying so."""
    new = reading.rows
    if not set(new["unit_code"]) & set(old["unit_code"]) or _span(new)[0] > _span(old)[1] or _span(new)[1] < _span(old)[0]:
        return False
    lost = len(_lost(reading, old))
    covers = set(old["unit_code"]) <= set(new["unit_code"]) and _span(new)[0] <= _span(old)[0] and _span(new)[1] >= _span(old)[1]
    if not lost or (covers and lost <= max(LOST_COUNT, LOST_SHARE * len(old))):
        return True
    raise NotAsAsked(
        f"{path.name}: cùng tên với nhật ký {source.source_id} nạp ngày {_day(source.received_on)} ({len(old)} dòng), nhưng {lost} dòng của bản đó "
        f"không có trong tệp này. Nếu tệp này thay hẳn bản đó, thêm --replaces {source.source_id}; nếu là một nhật ký khác, thêm --as-new."
    )


def _lost(reading: LogReading, old: pd.DataFrame) -> pd.DataFrame:
    """Rows of the earlier version whose unit, day, channel and item are nowhere in the new one."""
    return old[~_keys(old).isin(set(_keys(reading.rows)))]


def _keys(rows: pd.DataFrame) -> pd.Series:
    days = rows["start_date"].dt.strftime("%Y-%m-%d") if rows["start_date"].dtype.kind == "M" else rows["start_date"]
    parts = rows[KEY].assign(start_date=days).astype("string").fillna("")
    return parts[KEY[0]].str.cat([parts[column] for column in KEY[1:]], sep="|")


def _span(rows: pd.DataFrame) -> tuple[str, str]:
    days = pd.to_datetime(rows["start_date"])
    return days.min().date().isoformat(), days.max().date().isoformat()


def _synthetic(registered: Sequence[Source], activities: pd.DataFrame, options: LogOptions) -> set[str]:
    """The synthetic set, which goes as a whole when the first real log comes, and only when asked."""
    invented = {source.source_id for source in registered if source.is_synthetic and source.is_in_force}
    if options.is_synthetic or not activities["is_synthetic"].any():
        return set()
    if not options.replaces_synthetic:
        raise NotAsAsked(
            "Bộ đang dùng nhật ký mô phỏng; số liệu thật và mô phỏng không được lẫn nhau. Thêm --replace-synthetic để thôi dùng bộ mô phỏng "
            "(nhật ký và bảng hồ sơ; tệp vẫn giữ lại), hoặc thêm --synthetic nếu tệp này cũng là số liệu thử."
        )
    return invented


def _equal_fault(reading: LogReading, in_force: pd.DataFrame, new: int, earlier: Hashable) -> Fault:
    action = (
        "bỏ dòng này; nếu tệp là bản sửa của nhật ký cũ thì thêm --replaces với mã của nhật ký đó; "
        "nếu đúng là hai hoạt động thì thêm --accept-duplicates"
    )
    found, held = in_force.loc[earlier], in_force.loc[earlier, "source_id"]
    return Fault(EQUAL_ROW, reading.places[new], _shown(found), f"hoạt động chưa có (đã có trong {held})", action, reading.cells.get(new))


def _shown(row: pd.Series) -> str:
    return f"“{row['title_vi']}”, {row['unit_code']}, {day(row['start_date'])} ({row['source_id']})"


def _entry(path: Path, sha256: str, reading: LogReading, units: pd.DataFrame, options: LogOptions) -> Source:
    source_id = f"log-{options.received_on:%Y%m%d}-{sha256[:8]}"
    rows = reading.rows
    first, last = _span(rows)
    return Source(
        source_id=source_id,
        path=f"activity_log/{source_id}/{safe_name(path.name)}",
        table="activities",
        short_vi=SHORT_VI,
        publisher=_sender(rows, units),
        document=f"Nhật ký hoạt động truyền thông, tệp {path.name}",
        edition=f"hoạt động từ {_day(first)} đến {_day(last)}",
        published="không công bố",
        received_on=options.received_on.isoformat(),
        addresses=(f"tệp {path.name} của đơn vị",),
        sha256=sha256,
        is_synthetic=options.is_synthetic,
        terms=TERMS,
        note="Nạp một phần: các dòng có lỗi được để riêng kèm lý do." if reading.faults else "",
        layout=ACTIVITY_LOG,
        accepts_partial=bool(reading.faults),
    )


def _sender(rows: pd.DataFrame, units: pd.DataFrame) -> str:
    named = rows[["unit_code", "vintage"]].drop_duplicates().merge(units, on=["unit_code", "vintage"], how="left", validate="one_to_one")
    return str(named["name_vi"].iloc[0]) if len(named) == 1 else f"{len(named)} đơn vị"


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))
