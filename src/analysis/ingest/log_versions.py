"""Which earlier log a received one takes the place of: only when nothing can get lost by it, else the office is asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.ingest.activity_log.duplicates import ALIKE, as_text, duplicates_across
from analysis.ingest.build import ACTIVITY_LOG
from analysis.ingest.intake import NotAsAsked, safe_name
from analysis.sources import Source
from analysis.text import day, day_of_iso, fold

LOST_SHARE = 0.2  # a "correction" that drops more of the earlier rows than this may be a part of a log or another one, so the office is asked
LONGEST_STEM = 60  # letters; a file system counts bytes, and Vietnamese letters have up to three
FAULTS_SUFFIX = "-loi-can-sua"  # of the workbook that goes back to its sender
_MARKED = re.compile(rf"{FAULTS_SUFFIX}(-\d+)?$")


Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Changes:
    """A log against the version it replaces: rows added, kept as they were, kept with another content; rows gone by name."""

    added_count: int
    same_count: int
    changed_count: int
    lost_rows: tuple[str, ...]


def marked_name(path: Path) -> Path:
    """A free name beside a log for the workbook in which its faults are marked."""
    stem = _MARKED.sub("", path.stem)[:LONGEST_STEM].strip()
    names = (f"{stem}{FAULTS_SUFFIX}.xlsx", *(f"{stem}{FAULTS_SUFFIX}-{number}.xlsx" for number in range(2, 1000)))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def replaced_by(path: Path, rows: pd.DataFrame, activities: pd.DataFrame, registered: Sequence[Source], *, named: str | None) -> list[Source]:
    """Logs in force of which a file is a later version: the one ``named`` by the office, or those of the same name that it corrects.

    Raises ``NotAsAsked`` for a name that is none, and where rows of an earlier log would get lost.
    """
    logs = [source for source in registered if source.layout == ACTIVITY_LOG and source.is_in_force]
    if named is not None:
        found = [source for source in logs if source.source_id == named]
        if not found:
            known = ", ".join(source.source_id for source in logs) or "chưa có nhật ký nào"
            raise NotAsAsked(f"--replaces {named}: không có nhật ký đang dùng mang mã này; các nhật ký đang dùng: {known}.")
        return found
    same_name = [source for source in logs if _known_name(Path(source.path).name) == _known_name(path.name)]
    return [source for source in same_name if _corrects(path, source, rows, activities[activities["source_id"] == source.source_id])]


def changes(rows: pd.DataFrame, old: pd.DataFrame, names: Names) -> Changes:
    """What a log changes of its earlier version."""
    lost = _lost(rows, old)
    same = len(duplicates_across(rows, old)[0])
    held = len(old) - len(lost)
    return Changes(len(rows) - held, same, max(held - same, 0), tuple(shown(row, names) for _, row in lost.iterrows()))


def keys(rows: pd.DataFrame) -> pd.Series:
    """What two rows share that may be one activity (unit, day, channel, item) as one text; typed columns and text give the same."""
    parts = as_text(rows)[ALIKE]
    return parts[ALIKE[0]].str.cat([parts[column] for column in ALIKE[1:]], sep="|")


def span(rows: pd.DataFrame) -> tuple[str, str]:
    """First and last day on which an activity began, ISO."""
    days = pd.to_datetime(rows["start_date"])
    return days.min().date().isoformat(), days.max().date().isoformat()


def shown(row: pd.Series, names: Names) -> str:
    """An activity as the office would call it; ``names`` of units by (unit_code, vintage)."""
    began = pd.Timestamp(row["start_date"]).date()
    held = f" ({row['source_id']})" if "source_id" in row else ""
    unit = names.get((row["unit_code"], row["vintage"]), row["unit_code"])
    return f"“{row['title_vi']}”, {unit}, {day(began)}{held}"


def _known_name(name: str) -> str:
    """The name of a log, also of the workbook with faults that was sent back for it."""
    return _MARKED.sub("", Path(safe_name(name)).stem)


def _corrects(path: Path, source: Source, rows: pd.DataFrame, old: pd.DataFrame) -> bool:
    """Whether a log of the same name is an earlier version; asks when it may be, and rows could get lost by saying so."""
    lost = len(_lost(rows, old))
    if lost <= LOST_SHARE * len(old):
        return True
    if lost == len(old) and not set(_wordings(rows)) & set(_wordings(old)):
        return False
    raise NotAsAsked(
        f"{path.name}: cùng tên với nhật ký {source.source_id} nạp ngày {day_of_iso(source.received_on)} ({len(old)} dòng), "
        f"nhưng {lost} dòng của bản đó không có trong tệp này (hoặc đã đổi ngày, đơn vị, kênh, mục). "
        f"Nếu tệp này thay bản đó, thêm --replaces {source.source_id}; nếu là nhật ký khác (tháng khác, đơn vị khác), thêm --as-new."
    )


def _lost(rows: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Rows of the earlier version beyond as many of the same unit, day, channel and item as the new one has."""
    old_keys, held = keys(old), keys(rows).value_counts()
    times = old_keys.groupby(old_keys).cumcount()
    return old[times >= old_keys.map(held).fillna(0)]


def _wordings(rows: pd.DataFrame) -> pd.Series:
    """Unit and wording of each activity, whatever its day."""
    return rows["unit_code"].astype("string") + "|" + rows["title_vi"].astype("string").map(fold)
