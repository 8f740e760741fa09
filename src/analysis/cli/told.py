"""What the commands for received files say: faults with the workbooks that mark them, what became of a log or a plan."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import DataFaults, Fault, Notice, fault_lines, notice_lines
from analysis.text import day_of_iso

if TYPE_CHECKING:
    import pandas as pd

    from analysis.ingest.index_intake import Comparison, IndexArrival
    from analysis.ingest.log_intake import LogArrival
    from analysis.ingest.score_reading import ScoreReading
    from analysis.ingest.uptake_files import UptakeReading
    from analysis.ingest.uptake_intake import UptakeArrival
    from analysis.sources import Source
    from analysis.store import Tables

KINDS_VI = {
    "activities": "nhật ký",
    "uptake": "bảng hồ sơ",
    "dossier_cells": "sổ hồ sơ",
    "plans": "kế hoạch",
    "index_scores": "chỉ số",
    "qd766_counts": "bộ chỉ số 766",
}
DIFFERING_SHOWN = 10


class Refused(DataFaults):
    """Faults of received files, with the workbooks in which they are marked and how many sound files went in all the same."""

    def __init__(self, faults: Sequence[Fault], marked: Sequence[str], imported_count: int = 0):
        super().__init__(faults)
        self._marked, self._imported_count = tuple(marked), imported_count

    def __str__(self) -> str:
        others = [f"\nĐã nạp {self._imported_count} tệp không có lỗi."] if self._imported_count else []
        heading = f"Có {len(self.faults)} lỗi; tệp có lỗi không được nạp."
        return "\n".join([heading, *fault_lines(self.faults), "", *self._marked, *others])


def notices_told(notices: Sequence[Notice]) -> list[str]:
    """What was understood of a file, under its heading; nothing when there is nothing to say."""
    return ["Điều cần biết:", *notice_lines(notices)] if notices else []


def log_lines(log: "LogArrival") -> list[str]:
    """What became of one log."""
    if log.arrival is None:
        return notices_told(log.notices)
    lines = [f"Đã nạp {log.arrival.path.name}: {len(log.reading.rows)} hoạt động, mã {log.arrival.source.source_id}."]
    if log.reading.left_out:
        lines.append(f"Để riêng {len(log.reading.left_out)} dòng có lỗi, kèm lý do; báo cáo liệt kê các dòng này:")
        lines += [f"  - {place}: {reason}" for place, _, reason in log.reading.left_out]
    lines += [f"Thay cho {old.source_id} ({old.document}); tệp cũ vẫn giữ ở data/raw/{old.path}." for old in log.arrival.replaces]
    return [*lines, *_change_lines(log), *notices_told([*log.reading.notices, *log.notices])]


def _change_lines(log: "LogArrival") -> list[str]:
    if log.changes is None:
        return []
    found = log.changes
    gone = len(found.lost_rows)
    counted = f"So với bản trước: thêm {found.added_count}, bớt {gone}, đổi nội dung {found.changed_count}, giữ nguyên {found.same_count} hoạt động."
    return [counted, *(["Không còn trong bản này:"] if gone else []), *(f"  - {row}" for row in found.lost_rows)]


def index_told(reading: "ScoreReading") -> str:
    """What a file of index figures holds: editions, provinces, components, figures."""
    from analysis.codes import COMPOSITE, SCORE_FIELDS
    from analysis.ingest.score_sources import editions_told
    from analysis.text import number
    from analysis.units import COUNTRY_CODE

    rows = reading.rows
    provinces = rows.loc[rows["province_code"] != COUNTRY_CODE, ["province_code", "vintage"]].drop_duplicates()
    parts = rows.loc[rows["component"] != COMPOSITE, "component"].nunique()
    figures = int(rows[list(SCORE_FIELDS)].notna().to_numpy().sum())
    held = f"{parts} thành phần và điểm tổng hợp" if (rows["component"] == COMPOSITE).any() else f"{parts} thành phần"
    return f"{editions_told(reading.editions)}, {len(provinces)} tỉnh, {held if parts else 'điểm tổng hợp'}, {number(figures)} số"


def index_lines(arrived: "IndexArrival", found: "Comparison", tables: "Tables") -> list[str]:
    """What became of a file of index figures, and how its figures stand to those held before."""
    source = arrived.arrival.source
    lines = [f"Đã nạp {arrived.arrival.path.name}: {index_told(arrived.reading)}; mã {source.source_id}."]
    lines += [f"Thay cho {old.source_id} ({old.document}); tệp cũ vẫn giữ ở data/raw/{old.path}." for old in arrived.arrival.replaces]
    return [*lines, *comparison_lines(found, tables), *notices_told(arrived.reading.notices)]


def comparison_lines(found: "Comparison", tables: "Tables") -> list[str]:
    """How many figures of a file are new, agree and differ, with the first that differ."""
    from analysis.text import number

    counts = (number(found.new_count), number(found.same_count), number(found.differing_count))
    lines = ["So với số liệu đang dùng: {} số mới, {} số khớp, {} số khác.".format(*counts)]
    if found.differing_count:
        lines += ["Số khác giữa các nguồn (nguồn tin cậy hơn được dùng; báo cáo liệt kê đủ):", *_differing(found, tables)]
    return lines


def _differing(found: "Comparison", tables: "Tables") -> list[str]:
    """A line for each figure on which sources differ, the value in use first."""
    from analysis.contracts.index_schemas import FIGURE

    named = tables.units.drop_duplicates(["unit_code", "vintage"]).set_index(["unit_code", "vintage"])["name_vi"]
    groups = list(found.differing.groupby([*FIGURE, "field"], sort=True))
    lines = [_difference(key, rows, named, tables.index_components) for key, rows in groups[:DIFFERING_SHOWN]]
    return lines + ([f"  … và {len(groups) - DIFFERING_SHOWN} số khác nữa"] if len(groups) > DIFFERING_SHOWN else [])


def _difference(key: tuple[str, ...], rows: "pd.DataFrame", names: "pd.Series[str]", components: "pd.DataFrame") -> str:
    from analysis.codes import COMPOSITE, SCORE_FIELDS
    from analysis.indices import components_of
    from analysis.text import number
    from analysis.units import short_name

    index, year, code, vintage, component, field = key
    named = components_of(components, index, int(year)).set_index("component")["name_vi"]
    of = "" if component == COMPOSITE else f", {named.get(component, component)}"
    ordered = rows.sort_values(["is_chosen", "trust_level", "source_id"], ascending=[False, True, True])
    told = [
        f"{number(row.value, 3).rstrip('0').rstrip(',')} ({row.source_id}{', đang dùng' if row.is_chosen else ''})" for row in ordered.itertuples()
    ]
    return f"  - {index} {year}, {short_name(str(names.get((code, vintage), code)))}{of}, {SCORE_FIELDS[field]}: {'; '.join(told)}"


def uptake_told(reading: "UptakeReading", rates: "pd.DataFrame") -> str:
    """What a file of counts holds: units, months, which rates follow and which do not."""
    from analysis.codes import RATE_KEYS
    from analysis.ingest.uptake_files import UPTAKE_LAYOUTS
    from analysis.ingest.uptake_intake import span_told
    from analysis.text import number

    keys = set(rates["rate_key"])
    missing = "; ".join(name for key, name in RATE_KEYS.items() if key not in keys)
    units = len(reading.rows[["unit_code", "vintage"]].drop_duplicates())
    counted = f"{number(len(reading.rows))} đơn vị-tháng của {units} đơn vị, {span_told(reading.rows)}"
    told = f"{UPTAKE_LAYOUTS[reading.layout]}, {counted}, tính được {len(keys)} loại tỷ lệ"
    return f"{told} (không có số cho: {missing})" if missing else told


def uptake_lines(arrived: "UptakeArrival") -> list[str]:
    """What became of a file of counts."""
    source = arrived.arrival.source
    lines = [f"Đã nạp {arrived.arrival.path.name}: {uptake_told(arrived.reading, arrived.rates)}; mã {source.source_id}."]
    lines += [f"Thay cho {old.source_id} ({old.document}); tệp cũ vẫn giữ ở data/raw/{old.path}." for old in arrived.arrival.replaces]
    return [*lines, *notices_told([*arrived.reading.notices, *arrived.notices])]


def source_lines(sources: Sequence["Source"]) -> list[str]:
    """The received files as a table: id, day, kind, what it holds, whether it is in force."""
    rows = [("Mã", "Ngày nạp", "Loại", "Tình trạng", "Nội dung")]
    for source in sources:
        content = f"{source.publisher}: {source.document} ({source.edition})"
        rows.append((source.source_id, day_of_iso(source.received_on), KINDS_VI[source.table], _state(source), content))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows]


def _state(source: "Source") -> str:
    if source.withdrawn_on:
        return f"đã rút ngày {day_of_iso(source.withdrawn_on)}"
    return f"thay bằng {source.superseded_by}" if source.superseded_by else "đang dùng"


def marked_line(path: Path) -> str:
    """Where the faults of a file are marked."""
    return f"Tệp có đánh dấu ô lỗi để gửi lại: {path}"
