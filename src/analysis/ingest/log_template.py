"""The workbook an office fills in: the activity log of one plan, with drop-down lists, example rows and instructions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analysis import codes, spreadsheets
from analysis.errors import DataFaults, Fault
from analysis.ingest.activity_log.layout import EXAMPLE_MARK, GUIDE_SHEET, LISTS_SHEET, LOG_COLUMNS, LOG_SHEET
from analysis.ingest.template_guide import guide_lines
from analysis.spreadsheets import COUNT_FORMAT, DAY_FORMAT, FONT_NAME, SheetColumn
from analysis.text import DASH, sort_key
from analysis.units import UnitNames, addressed, leading_units, type_changes, unit_labels, units_below, units_on

PREPARED_ROWS = 1_000
EXAMPLE_TITLE = "[Ví dụ – xóa hoặc để nguyên, không được nạp]"
UNKNOWN_PLAN = "Kế hoạch chưa có"
OFFICE_TYPE = "Văn phòng"  # the office of the committee: it leads most items, so it stands first
NO_ITEMS = "Kế hoạch chưa có mục"
LAST_REPORTING_DAY = (3, 31)  # of the year after: what was done in December is logged in the first quarter

_EXAMPLE_FONT = Font(name=FONT_NAME, italic=True, color="7F7F7F")
_TEXT_FORMAT = "@"
_LONGEST_ITEM = 120  # characters of an item's title in the drop-down list
_WIDTHS = {
    "stt": 6,
    "plan_number": 14,
    "plan_item": 28,
    "unit": 24,
    "channel": 17,
    "audience": 16,
    "start": 11,
    "end": 11,
    "title": 38,
    "quantity": 9,
    "counter": 9,
    "reach": 10,
    "reach_kind": 11,
    "reach_basis": 14,
    "cost": 14,
    "evidence": 22,
    "note": 18,
}
_FORMATS = {"start": DAY_FORMAT, "end": DAY_FORMAT, "quantity": COUNT_FORMAT, "reach": COUNT_FORMAT, "cost": COUNT_FORMAT}
_LISTS: dict[str, dict[str, str]] = {
    "channel": codes.CHANNELS,
    "audience": codes.AUDIENCES,
    "counter": codes.COUNTERS,
    "reach_kind": codes.REACH_KINDS,
    "reach_basis": codes.REACH_BASES,
}
_LOOSE = ("plan_number", "unit")  # the reader understands other spellings and other plans


@dataclass(frozen=True)
class _Lists:
    """The choices of each column that has a drop-down list, in the order of the log."""

    choices: dict[str, tuple[str, ...]]
    examples: dict[str, dict[str, str]]  # channel code to plan, item and unit of an activity that uses it

    def source(self, key: str) -> str:
        """The range of the sheet of lists that holds the choices of a column."""
        letter = get_column_letter(list(self.choices).index(key) + 1)
        return f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(self.choices[key]) + 1}"


def write_template(
    path: Path, plans: pd.DataFrame, items: pd.DataFrame, units: pd.DataFrame, plan_number: str, events: pd.DataFrame | None = None
) -> None:
    """The empty log of a plan at ``path``, the same bytes for the same plan; ``events`` give units the names of the plan's year.

    Raises ``DataFaults`` when the plan is not known or has no items, ``FolderUnusable`` when the file cannot be written.
    """
    plan = _plan(plans, plan_number)
    own_items = items[items["plan_number"] == plan_number]
    if own_items.empty:
        action = "nạp các mục của kế hoạch trước (lantoa plan parse, rồi lantoa import)"
        raise DataFaults([Fault(NO_ITEMS, f"kế hoạch {plan_number}", "không có mục nào", "kế hoạch có ít nhất một mục", action)])
    named = units if events is None else units_on(units, type_changes(events), date(int(plan["plan_year"]), 12, 31))
    below = _by_rank(units_below(named, str(plan["province_code"]), str(plan["vintage"])))
    lists = _lists(plan_number, own_items, below)
    book = spreadsheets.new_workbook(f"Nhật ký hoạt động truyền thông theo Kế hoạch {plan_number}")
    _log_sheet(book, lists, int(plan["plan_year"]))
    _guide_sheet(book, plan)
    _lists_sheet(book, lists)
    spreadsheets.save(book, path)


def item_label(section: str, stt: int, title: str) -> str:
    """How the log names an item of its plan: ``II.1.9 – Đối thoại với người dân``."""
    shown = title if len(title) <= _LONGEST_ITEM else title[: _LONGEST_ITEM - 1].rstrip() + "…"
    return f"{section}.{stt} {DASH} {shown}"


def _plan(plans: pd.DataFrame, plan_number: str) -> "pd.Series[Any]":
    found = plans[plans["plan_number"] == plan_number]
    if found.empty:
        known = ", ".join(f"“{number}”" for number in sorted(plans["plan_number"])) or "chưa nạp kế hoạch nào"
        raise DataFaults([Fault(UNKNOWN_PLAN, "số kế hoạch", f"“{plan_number}”", known, "sửa số kế hoạch, hoặc nạp kế hoạch trước")])
    return found.iloc[0]


def _by_rank(below: pd.DataFrame) -> pd.DataFrame:
    """The office of the committee, the other departments, the districts in the order of their codes, then the communes of each."""
    names = below["name_vi"].map(sort_key)
    levels = below["level"].map({"department": 0, "district": 1, "commune": 2})
    above = below["parent_code"].where(below["level"] == "commune", "")
    order = pd.DataFrame({"level": levels, "is_other": below["unit_type"] != OFFICE_TYPE, "above": above, "name": names, "code": below["unit_code"]})
    order["name"] = order["name"].where(order["level"] != 1, order["code"].map(lambda code: ((), (), code)))
    return below.loc[order.sort_values(["level", "is_other", "above", "name"]).index].reset_index(drop=True)


def _lists(plan_number: str, items: pd.DataFrame, below: pd.DataFrame) -> _Lists:
    ordered = items.sort_values(["section", "stt"])
    labels = {str(code): str(label) for code, label in zip(below["unit_code"], unit_labels(below), strict=True)}
    fixed = {key: tuple(listed.values()) for key, listed in _LISTS.items()}
    named = tuple(item_label(row.section, row.stt, row.title_vi) for row in ordered.itertuples())
    choices = {"plan_number": (plan_number,), "plan_item": named, "unit": tuple(labels.values())} | fixed
    examples = {channel: _example(channel, ordered, below, labels) for channel in ("dialogue", "web_portal")}
    return _Lists(choices, examples)


def _example(channel: str, items: pd.DataFrame, below: pd.DataFrame, labels: dict[str, str]) -> dict[str, str]:
    """Plan, item and unit of an activity that uses a channel: the first item that does, and a unit that leads it or takes part.

    Outside the plan, by the first unit, where no item uses the channel.
    """
    using = items[items["main_channel"] == channel]
    if using.empty:
        return {"unit": next(iter(labels.values()), "")}
    item = using.iloc[0]
    codes_meant = [*_unit_codes(item, below), *labels][:1]
    return {
        "plan_number": str(item["plan_number"]),
        "plan_item": item_label(str(item["section"]), int(item["stt"]), str(item["title_vi"])),
        "unit": labels[codes_meant[0]] if codes_meant else "",
    }


def _unit_codes(item: "pd.Series[Any]", below: pd.DataFrame) -> list[str]:
    """Codes of the units that lead an item, then of those that take part."""
    names = UnitNames(below, str(below["vintage"].iloc[0])) if len(below) else None
    coordinating = "" if pd.isna(item["coordinating_units_vi"]) else str(item["coordinating_units_vi"])
    if names is None:
        return []
    leading = leading_units(str(item["lead_units_vi"]), below, coordinating, names)["unit_code"]
    return [*map(str, leading), *(code for one in addressed(coordinating, names, below) for code in one.unit_codes)]


def _log_sheet(book: Workbook, lists: _Lists, year: int) -> None:
    sheet = book.create_sheet(LOG_SHEET)
    columns = [SheetColumn(column.heading, _WIDTHS[column.key], _FORMATS.get(column.key, _TEXT_FORMAT)) for column in LOG_COLUMNS]
    examples = [[example.get(column.key) for column in LOG_COLUMNS] for example in (_dialogue(lists, year), _articles(lists, year))]
    spreadsheets.write_table(sheet, columns, examples)
    for row in sheet.iter_rows(min_row=2, max_row=len(examples) + 1):
        for cell in row:
            cell.font = _EXAMPLE_FONT
        spreadsheets.fit_row(sheet, row[0].row)
    sheet.row_dimensions[1].height = 32
    _prepare_rows(sheet, columns, len(examples) + 2)
    _add_checks(sheet, lists, year)
    sheet.freeze_panes = "B2"
    spreadsheets.print_across(sheet)
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True


def _prepare_rows(sheet: Worksheet, columns: Sequence[SheetColumn], first_row: int) -> None:
    """Rows to fill in with the formats of their columns; without borders, so that empty ones are not printed."""
    for row in range(first_row, first_row + PREPARED_ROWS):
        for number, column in enumerate(columns, 1):
            cell = sheet.cell(row, number)
            cell.number_format = column.number_format
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _add_checks(sheet: Worksheet, lists: _Lists, year: int) -> None:
    for number, column in enumerate(LOG_COLUMNS, 1):
        letter = get_column_letter(number)
        cells = f"{letter}2:{letter}{sheet.max_row}"
        if column.key in lists.choices:
            said = f"“{column.heading}”: chọn trong danh sách thả xuống (xem trang “{LISTS_SHEET}”)."
            spreadsheets.offer(sheet, cells, lists.source(column.key), said, is_strict=column.key not in _LOOSE)
        elif column.kind == "day":
            said = f"“{column.heading}”: ghi ngày/tháng/năm, ví dụ 05/02/{year}. Nếu chỉ nhớ tháng, ghi “tháng 5/{year}” rồi chọn Có (Yes)."
            spreadsheets.expect_day(sheet, cells, date(year, 1, 1), date(year + 1, *LAST_REPORTING_DAY), said)
        elif column.kind in ("count", "money"):
            said = f"“{column.heading}”: ghi số nguyên, ví dụ 1250. Số ước chừng ghi “gần 100”, “khoảng 1.200” rồi chọn Có (Yes)."
            spreadsheets.expect_count(sheet, cells, said)


def _dialogue(lists: _Lists, year: int) -> dict[str, Any]:
    """An example row that the reader of logs knows by its STT: exact day, exact numbers."""
    return lists.examples["dialogue"] | {
        "stt": f"{EXAMPLE_MARK}1",
        "channel": codes.CHANNELS["dialogue"],
        "audience": codes.AUDIENCES["citizens"],
        "start": date(year, 3, 15),
        "end": date(year, 3, 15),
        "title": f"{EXAMPLE_TITLE} Đối thoại với người dân về thủ tục hành chính",
        "quantity": 1,
        "counter": codes.COUNTERS["cuoc"],
        "reach": 65,
        "reach_kind": codes.REACH_KINDS["luot_nguoi"],
        "reach_basis": codes.REACH_BASES["recorded"],
        "evidence": "Biên bản số … ngày …",
    }


def _articles(lists: _Lists, year: int) -> dict[str, Any]:
    """An example row with a month for a day and an approximate number; one article, since some items count each row once."""
    return lists.examples["web_portal"] | {
        "stt": f"{EXAMPLE_MARK}2",
        "channel": codes.CHANNELS["web_portal"],
        "audience": codes.AUDIENCES["citizens_businesses"],
        "start": f"tháng 5/{year}",
        "title": f"{EXAMPLE_TITLE} Đăng bài về nộp hồ sơ trực tuyến",
        "quantity": 1,
        "counter": codes.COUNTERS["bai"],
        "reach": "khoảng 1.200",
        "reach_kind": codes.REACH_KINDS["luot_xem"],
        "reach_basis": codes.REACH_BASES["estimated"],
        "note": "Ngày chỉ nhớ đến tháng; số lượt ước chừng",
    }


def _guide_sheet(book: Workbook, plan: "pd.Series[Any]") -> None:
    sheet = book.create_sheet(GUIDE_SHEET)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 96
    for row, (label, said) in enumerate(guide_lines(str(plan["plan_number"]), str(plan["title_vi"]), int(plan["plan_year"])), 1):
        spreadsheets.put(sheet.cell(row, 1), label)
        spreadsheets.put(sheet.cell(row, 2), said)
        sheet.cell(row, 1).font = Font(name=FONT_NAME, bold=True, size=14 if row == 1 else 11)
        for cell in sheet[row]:
            cell.alignment = Alignment(wrap_text=bool(said), vertical="top")
        if row > 1:
            spreadsheets.fit_row(sheet, row)
    spreadsheets.print_across(sheet)


def _lists_sheet(book: Workbook, lists: _Lists) -> None:
    sheet = book.create_sheet(LISTS_SHEET)
    headings = {column.key: f"Danh sách cho cột “{column.heading}”" for column in LOG_COLUMNS}  # not the log's headings: it is no log
    longest = max(map(len, lists.choices.values()))
    rows = [[choices[row] if row < len(choices) else None for choices in lists.choices.values()] for row in range(longest)]
    spreadsheets.write_table(sheet, [SheetColumn(headings[key], 44 if key in ("plan_item", "unit") else 24) for key in lists.choices], rows)
    for row in range(2, longest + 2):
        spreadsheets.fit_row(sheet, row)
    spreadsheets.print_across(sheet)
