"""Items of a reviewed plan: rows of the raw table, every fault by cell, and what the office accepted as it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from analysis import codes
from analysis.errors import Cell, Fault, Notice
from analysis.ingest.plan_document.answers import ReviewedRow, answered
from analysis.ingest.plan_document.cells import Place, fault_at, lines_in, place, text_of
from analysis.ingest.plan_document.draft import ReadUnits
from analysis.ingest.plan_document.review import ASKED, DECISION, ITEM_HEADINGS, KEPT_HEADINGS, READ_COORDINATING, READ_LEAD, UNITS_AS_READ
from analysis.ingest.plans import OUTSIDE_YEAR
from analysis.ingest.workbooks import Sheet
from analysis.periods import parse_schedule
from analysis.text import enumerate_vi, fold

NO_HEADING = "Thiếu cột hoặc dòng"
MISSING, MALFORMED = "Ô bắt buộc còn trống", "Giá trị không đúng dạng"
REPEATED, UNKNOWN_CHANNEL = "Phần và STT lặp lại", "Kênh không có trong danh sách"
LONGEST_STT = 4
LOST_COLUMN = "đặt lại tên cột, hoặc lập lại bảng rà soát bằng “lantoa plan parse”"
OPTIONAL_CELLS = frozenset({"content_vi", "coordinating_units_vi"})


@dataclass
class ReviewedItems:
    """Rows of ``plan_items`` in their order, with the faults and notices found on the way."""

    rows: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def reviewed_items(sheet: Sheet, plan_number: str, year: int | None, read_units: ReadUnits | None) -> ReviewedItems:
    """Read the sheet of items; unit phrases are read again where ``read_units`` is given, times always."""
    found = ReviewedItems()
    columns = _columns(sheet, found.faults)
    places: dict[tuple[str, str], Cell] = {}
    for line in range(2, len(sheet.rows) + 1) if columns else ():
        cells = {name: place(sheet, line, columns[name]) for name in ITEM_HEADINGS}
        if not any(one.value for one in cells.values()):
            continue
        found.faults += _cell_faults(cells, year)
        key = cells["section"].value, _stt(cells["stt"].value)
        if all(key) and key in places:
            said = f"“{' – '.join(key)}” đã có ở ô {places[key].name}"
            found.faults.append(fault_at(REPEATED, cells["stt"].cell, said, "mỗi mục một phần và STT riêng", "sửa STT hoặc xóa hàng thừa"))
        places.setdefault(key, cells["stt"].cell)
        faults, notices = answered(_row(sheet, line, columns, cells), read_units)
        found.faults += faults
        found.notices += notices
        channel = _channels().get(fold(cells["main_channel"].value), "")
        values = {name: one.value for name, one in cells.items()}
        found.rows.append({"plan_number": plan_number, **values, "stt": key[1], "main_channel": channel})
    return found


def _row(sheet: Sheet, line: int, columns: Mapping[str, int], cells: Mapping[str, Place]) -> ReviewedRow:
    kept = {name: lines_in(sheet, line, columns[name]) for name in KEPT_HEADINGS}
    shown = lines_in(sheet, line, columns[UNITS_AS_READ])
    as_read = {"lead": " ".join(kept[READ_LEAD]), "coordinating": " ".join(kept[READ_COORDINATING])}
    return ReviewedRow(dict(cells), place(sheet, line, columns[DECISION]), tuple(kept[ASKED]), as_read, frozenset(shown))


def _columns(sheet: Sheet, faults: list[Fault]) -> Mapping[str, int]:
    """Columns by their names, from 1; none when one is lost."""
    headings = {fold(text_of(value)): column for column, value in enumerate(sheet.rows[0] if sheet.rows else (), 1)}
    needed = {name: column.heading for name, column in (ITEM_HEADINGS | KEPT_HEADINGS).items()} | {DECISION: DECISION, UNITS_AS_READ: UNITS_AS_READ}
    absent = [heading for heading in needed.values() if fold(heading) not in headings]
    if absent:
        faults.append(fault_at(NO_HEADING, Cell(sheet.name, 1, 1), f"thiếu cột {enumerate_vi(absent)}", "hàng 1 giữ nguyên tiêu đề", LOST_COLUMN))
        return {}
    return {name: headings[fold(heading)] for name, heading in needed.items()}


def _cell_faults(cells: Mapping[str, Place], year: int | None) -> Iterator[Fault]:
    for name, one in cells.items():
        if not one.value and name not in OPTIONAL_CELLS:
            yield fault_at(
                MISSING,
                one.cell,
                f"ô trống ({ITEM_HEADINGS[name].heading})",
                "chữ như trong văn bản",
                "điền vào ô, hoặc xóa cả hàng nếu không phải là mục",
            )
    stt, channel, time = cells["stt"], cells["main_channel"], cells["time_phrase_vi"]
    if stt.value and not (_is_number(stt.value) and int(stt.value) >= 1):
        yield fault_at(MALFORMED, stt.cell, f"“{stt.value}” (STT)", "số nguyên từ 1", "sửa lại ô")
    if channel.value and fold(channel.value) not in _channels():
        near = get_close_matches(channel.value.casefold(), codes.CHANNELS.values(), n=1)
        hint = f" (có phải “{near[0]}”?)" if near else ""
        yield fault_at(
            UNKNOWN_CHANNEL,
            channel.cell,
            f"“{channel.value}”{hint}",
            ", ".join(f"“{label}”" for label in codes.CHANNELS.values()),
            "chọn trong danh sách",
        )
    if year and time.value:
        schedule = parse_schedule(time.value, year)
        if {schedule.start.year, schedule.end.year} != {year}:
            yield fault_at(OUTSIDE_YEAR, time.cell, f"“{time.value}”", f"thời gian trong năm {year}", "đối chiếu năm của kế hoạch")


def _is_number(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) <= LONGEST_STT


def _channels() -> dict[str, str]:
    return {fold(label): code for code, label in codes.CHANNELS.items()}


def _stt(text: str) -> str:
    return str(int(text)) if _is_number(text) else text
