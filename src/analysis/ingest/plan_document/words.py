"""A draft in Vietnamese words: times as understood, units as understood, and the table for the terminal."""

from collections.abc import Sequence
from datetime import date

from analysis import codes
from analysis.ingest.plan_document.aims import shortened
from analysis.ingest.plan_document.draft import LATER, Fact, PlanDraft, PlanItem, UnitReading
from analysis.periods import Schedule, Window, year_bounds
from analysis.text import day, enumerate_vi, sentence_case

WIDTHS = {"Phần": 6, "STT": 3, "Tên ngắn": 38, "Đơn vị thực hiện": 24, "Hiểu thời gian": 20, "Số lần": 6, "": 1}
READ_LATER = "đọc khi đã điền mã tỉnh"
LINE_WIDTH = 110
LONGEST_AIM_SHOWN = 90  # characters of each aim on the terminal; the table keeps all of it
OPEN_MARK, TOLD_MARK = "!", "~"
FACT_LABELS = {
    "plan_number": "Số kế hoạch",
    "plan_year": "Năm của kế hoạch",
    "issued_date": "Ngày ban hành",
    "other_issued_date": "Ngày khác trong văn bản",
    "issuer_vi": "Cơ quan ban hành",
    "province_code": "Mã tỉnh",
    "vintage": "Danh mục đơn vị hành chính",
    "title_vi": "Tên kế hoạch",
    "aims_vi": "Mục đích",
    "note_vi": "Ghi chú",
    "address": "Nguồn văn bản",
}
UNIT_LABELS = {"lead": "Thực hiện", "coordinating": "Phối hợp"}
KIND_LABELS = {
    "unit": "đơn vị",
    "group": "nhóm",
    "external": "ngoài danh mục",
    "near": "gần giống, cần xác nhận",
    "unknown": "chưa rõ",
    LATER: READ_LATER,
}


def schedule_words(schedule: Schedule) -> str:
    """The window and the occasions expected, as a person says them."""
    window = _windows(schedule)
    if schedule.kind == "not_understood":
        return "CHƯA HIỂU: viết lại cột thời gian"
    if schedule.kind == "recurring":
        more = " và thêm không định số" if schedule.is_open_ended else ""
        return f"{schedule.expected_count} lần trong {window}{more}"
    if schedule.kind == "window":
        return f"{sentence_case(window)}; không nêu số lần"
    return f"{sentence_case(codes.SCHEDULE_KINDS[schedule.kind])}, {window}; không nêu số lần"


def _windows(schedule: Schedule) -> str:
    return enumerate_vi([_window(part) for part in schedule.parts or ((schedule.start, schedule.end),)])


def _window(window: Window) -> str:
    start, end = window
    if window == year_bounds(start.year):
        return f"năm {start.year}"
    return f"{_short(start) if start.year == end.year else day(start)}–{day(end)}"


def _short(value: date) -> str:
    return f"{value.day:02d}/{value.month:02d}"


def unit_words(item: PlanItem) -> str:
    """How the units of an item were read, a line each."""
    fields = (("lead", item.lead_units_vi, item.lead_readings), ("coordinating", item.coordinating_units_vi, item.coordinating_readings))
    return "\n".join(line for name, written, readings in fields for line in _unit_lines(name, written, readings))


def _unit_lines(name: str, written: str, readings: Sequence[UnitReading]) -> list[str]:
    if written and not readings:
        return [f"{UNIT_LABELS[name]}: {READ_LATER}"]
    return [reading_words(name, reading) for reading in readings]


def reading_words(name: str, reading: UnitReading) -> str:
    """How one unit of the field ``lead`` or ``coordinating`` was read."""
    told = KIND_LABELS.get(reading.kind, reading.kind)
    count = len(reading.unit_codes)
    told += f" ({count} đơn vị)" if reading.kind == "group" and count else ""
    return f"{UNIT_LABELS[name]}: {reading.text} → {told}" + (f": {reading.suggestion}" if reading.suggestion else "")


def remark_words(item: PlanItem) -> str:
    """What must be confirmed, marked, then what was understood differently from how it stands."""
    ordered = sorted(item.remarks, key=lambda remark: not remark.is_open)
    return "\n".join(f"{OPEN_MARK if remark.is_open else TOLD_MARK} {remark.said}" for remark in ordered)


def review_lines(draft: PlanDraft) -> list[str]:
    """The draft for a terminal, at most 110 characters wide: head, items, what to confirm, what to decide, what was mended."""
    lines = [f"{FACT_LABELS[key]}: {_fact_words(fact) or '(chưa có)'}" for key, fact in draft.facts.items() if key in FACT_LABELS]
    lines += ["", f"Không có mục nào ({draft.without_items})."] if draft.without_items else []
    lines += ["", *_table(draft.items)] if draft.items else []
    lines += _told("Cần quyết định ở phần đầu", [f"{FACT_LABELS.get(fact.key, fact.key)}: {fact.to_decide}" for fact in draft.conflicts])
    lines += _told("Cần xác nhận", _remarks(draft, is_open=True))
    lines += _told("Đã hiểu khác với cách viết trong văn bản", _remarks(draft, is_open=False))
    lines += _told("Đã sửa chữ máy quét nhầm", [f"{mend.where}: “{mend.before}” → “{mend.after}”" for mend in draft.mends])
    return [wrapped for line in lines for wrapped in _wrapped(line)]


def _fact_words(fact: Fact) -> str:
    """A fact for the terminal, where aims are told by their beginnings."""
    if fact.key != "aims_vi":
        return fact.value
    return "; ".join(shortened(finding.value, LONGEST_AIM_SHOWN) for finding in fact.found)


def _remarks(draft: PlanDraft, *, is_open: bool) -> list[str]:
    """What is said of the items, told once with all items it is said of, then what is said of the document."""
    labels: dict[str, list[str]] = {}
    for item in draft.items:
        for remark in item.remarks:
            if remark.is_open == is_open:
                labels.setdefault(remark.said, []).append(item.label)
    of_items = [f"{', '.join(items)}: {said}" for said, items in labels.items()]
    return of_items + [remark.said for remark in draft.remarks if remark.is_open == is_open]


def _table(items: Sequence[PlanItem]) -> list[str]:
    legend = f"Số lần “–”: kế hoạch không nêu. Dấu {OPEN_MARK}: cần xác nhận; {TOLD_MARK}: đã hiểu khác với cách viết."
    return [_cells(list(WIDTHS)), *[_cells(_row(item)) for item in items], legend]


def _row(item: PlanItem) -> list[str]:
    is_open = any(remark.is_open for remark in item.remarks)
    mark = OPEN_MARK if is_open else TOLD_MARK if item.remarks else ""
    when = {"continuous": "thường xuyên", "on_demand": "khi phát sinh", "not_understood": "chưa hiểu"}.get(
        item.schedule.kind, _windows(item.schedule)
    )
    expected = "–" if item.schedule.expected_count is None else f"{item.schedule.expected_count}{'+' * item.schedule.is_open_ended}"
    return [item.section, str(item.stt or "?"), item.title_vi, item.lead_units_vi, when, expected, mark]


def _cells(values: Sequence[str]) -> str:
    cut = [value if len(value) <= width else value[: width - 1] + "…" for value, width in zip(values, WIDTHS.values(), strict=True)]
    return "  ".join(value.ljust(width) for value, width in zip(cut, WIDTHS.values(), strict=True)).rstrip()


def _told(title: str, said: Sequence[str]) -> list[str]:
    return ["", f"{title} ({len(said)}):", *[f"  - {one}" for one in said]] if said else []


def _wrapped(line: str) -> list[str]:
    """A long line at spaces, its continuation set in."""
    if len(line) <= LINE_WIDTH:
        return [line]
    lines, rest = [], line
    while len(rest) > LINE_WIDTH:
        end = rest.rfind(" ", len(rest) - len(rest.lstrip()) + 1, LINE_WIDTH)
        end = end if end > 0 else LINE_WIDTH
        lines.append(rest[:end])
        rest = "    " + rest[end:].strip()
    return [*lines, rest]
