"""The review workbook: a draft laid out for a person to confirm, correct and hand back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from analysis import codes
from analysis.ingest.plan_document.draft import Fact, PlanDraft, PlanItem
from analysis.ingest.plan_document.words import FACT_LABELS, OPEN_MARK, remark_words, schedule_words, unit_words
from analysis.spreadsheets import FONT_NAME, SheetColumn, fit_row, new_workbook, print_across, put, save, write_table

PLAN_SHEET, ITEM_SHEET, MEND_SHEET, GUIDE_SHEET, LIST_SHEET = "Kế hoạch", "Các mục", "Đã sửa chữ", "Hướng dẫn", "Danh sách"
PLAN_COLUMNS_VI = (
    SheetColumn("Thông tin", 28),
    SheetColumn("Giá trị", 70),
    SheetColumn("Thấy ở", 44),
    SheetColumn("Cần quyết định", 44),
    SheetColumn("Quyết định", 14),
)
AGREED, CORRECTED, TO_FILL_IN = "Đồng ý", "Đã sửa", "Điền vào"  # the last is set where there is no value to agree to
ITEM_HEADINGS = {
    "section": SheetColumn("Phần", 8),
    "stt": SheetColumn("STT", 6),
    "title_vi": SheetColumn("Tên ngắn", 34),
    "content_vi": SheetColumn("Nội dung công việc (nguyên văn)", 60),
    "activity_type": SheetColumn("Loại hoạt động", 18),
    "main_channel": SheetColumn("Kênh chính", 20),
    "lead_units_vi": SheetColumn("Đơn vị thực hiện", 32),
    "coordinating_units_vi": SheetColumn("Đơn vị phối hợp", 32),
    "deliverable_vi": SheetColumn("Sản phẩm", 36),
    "time_phrase_vi": SheetColumn("Thời gian", 20),
}
UNITS_AS_READ, DECISION = "Đơn vị hiểu là", "Quyết định"
SHOWN_HEADINGS = (SheetColumn("Hiểu thời gian", 28), SheetColumn(UNITS_AS_READ, 44), SheetColumn("Cần xem lại", 50))
DECISION_COLUMN = SheetColumn(DECISION, 14)
ASKED, READ_LEAD, READ_COORDINATING = "asked", "read_lead", "read_coordinating"
KEPT_HEADINGS = {  # hidden: what the reader of the document wrote, to tell what was edited
    ASKED: SheetColumn("Máy đã hỏi", 30),
    READ_LEAD: SheetColumn("Máy đọc: đơn vị thực hiện", 30),
    READ_COORDINATING: SheetColumn("Máy đọc: đơn vị phối hợp", 30),
}
READ_AGAIN_MARK = "?"  # of a question about words in the cells, which is settled when they change
WHOLE_DOCUMENT = "Cả văn bản"
MEND_COLUMNS = (SheetColumn("Ở đâu", 34), SheetColumn("Trong văn bản", 50), SheetColumn("Đã sửa thành", 50), SheetColumn("Lý do", 34))
SPARE_ROWS = 60  # rows below the items that keep the drop-down list, for items the reader missed
OPEN_FILL = PatternFill("solid", start_color="FFF2CC")
DERIVED_FILL = PatternFill("solid", start_color="EDEDED")

GUIDE = (
    "Bảng này là kết quả đọc văn bản kế hoạch bằng máy, cần người rà soát trước khi nạp.",
    f"1. Trang “{PLAN_SHEET}”: kiểm tra cột “Giá trị”. Dòng tô vàng có điều cần quyết định: sửa giá trị nếu cần, "
    f"rồi chọn “{AGREED}” (giữ giá trị đề xuất) hoặc “{CORRECTED}” ở cột “Quyết định”. Dòng ghi “{TO_FILL_IN}” thì chỉ cần điền giá trị.",
    "2. Ngày ghi dạng ngày/tháng/năm. “Năm của kế hoạch” là năm thực hiện, không phải năm ban hành.",
    f"3. Trang “{ITEM_SHEET}”: mỗi hàng một mục. Sửa ngay trong ô; thêm hàng ở cuối nếu máy đọc sót; xóa hàng không phải là mục.",
    "   Phần và STT không được trùng nhau. “Kênh chính” chọn trong danh sách thả xuống.",
    "4. Các cột nền xám (“Hiểu thời gian”, “Đơn vị hiểu là”, “Cần xem lại”) chỉ để đọc. Muốn máy hiểu khác, sửa cột “Thời gian” hoặc cột đơn vị.",
    "   Dấu ! là điều cần xác nhận; dấu ~ là điều máy đã hiểu khác với cách viết trong văn bản.",
    f"   Hàng có dấu ! phải chọn ở cột “{DECISION}”: “{AGREED}” nghĩa là nhận cả hàng như đang ghi, kể cả chỗ máy chưa hiểu; "
    f"“{CORRECTED}” nghĩa là đã sửa chỗ đó, máy sẽ đọc lại và báo nếu vẫn chưa hiểu. Hàng không có dấu ! thì để trống, trừ khi được báo.",
    "   Ô “Đơn vị hiểu là” ghi “đọc khi đã điền mã tỉnh” thì cách hiểu đơn vị được in ra khi kiểm tra và khi nạp tệp này.",
    "5. Thời gian viết bằng chữ đơn vị, ví dụ: “01 kỳ/tháng”, “Định kỳ 6 tháng/01 lần”, “Quý I, III”, “Tháng 3 đến tháng 10”, “Trước ngày 30/6”.",
    "   Không nêu số lần thì máy không đặt ra số lần.",
    f"6. Trang “{MEND_SHEET}”: các chữ máy quét nhầm đã được sửa theo bảng khai báo. Chỗ nào sửa sai thì sửa lại ở trang “{ITEM_SHEET}”.",
    "7. Lưu tệp ở dạng .xlsx, giữ nguyên tên trang tính và hàng tiêu đề, rồi nạp.",
)


def write_review(draft: PlanDraft, path: Path) -> None:
    """Write the review workbook of a draft. Raises ``FolderUnusable``."""
    book = new_workbook("Rà soát kế hoạch")
    _plan_sheet(book.create_sheet(PLAN_SHEET), draft)
    _item_sheet(book.create_sheet(ITEM_SHEET), draft.items)
    mends = [(mend.where, mend.before, mend.after, mend.reason_vi) for mend in draft.mends]
    write_table(book.create_sheet(MEND_SHEET), MEND_COLUMNS, mends or [("Không có chữ nào được sửa", None, None, None)])
    _guide_sheet(book.create_sheet(GUIDE_SHEET))
    _list_sheet(book)
    for sheet in book.worksheets:
        for row in range(1, sheet.max_row + 1):
            fit_row(sheet, row)
        print_across(sheet, heading=1, paper=sheet.PAPERSIZE_A3)
    save(book, path)


def _plan_sheet(sheet: Worksheet, draft: PlanDraft) -> None:
    facts = [_shown(key, draft) for key in FACT_LABELS]
    open_remarks = [remark.said for remark in draft.remarks if remark.is_open]
    rows = [*map(_plan_row, facts), *((WHOLE_DOCUMENT, None, None, said, None) for said in open_remarks)]
    write_table(sheet, PLAN_COLUMNS_VI, rows)
    decision, vintage = _choice(f'"{AGREED},{CORRECTED},{TO_FILL_IN}"'), _choice('"' + ",".join(codes.PLAN_VINTAGES) + '"')
    sheet.add_data_validation(decision)
    sheet.add_data_validation(vintage)
    vintage.add(sheet.cell([fact.key for fact in facts].index("vintage") + 2, 2))
    for line, row in enumerate(rows, 2):
        sheet.cell(line, 1).font = Font(name=FONT_NAME, bold=True)
        sheet.cell(line, 2).alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        if row[3]:
            decision.add(sheet.cell(line, len(row)))
            _fill(sheet, line, range(1, len(row) + 1), OPEN_FILL)


def _plan_row(fact: Fact) -> tuple[Any, ...]:
    return FACT_LABELS[fact.key], _plan_value(fact), _found(fact), fact.to_decide, TO_FILL_IN if fact.to_decide and not fact.value else None


def _shown(key: str, draft: PlanDraft) -> Fact:
    """A fact of the draft; the remark and the origin of the record are proposed here."""
    if key == "note_vi":
        differing = draft.facts["issued_date"].to_decide if draft.facts["other_issued_date"].value else ""
        return Fact(key, differing[:1].upper() + differing[1:].replace("đề xuất lấy", "lấy"))
    return Fact(key, f"tệp {draft.name}") if key == "address" else draft.facts[key]


def _plan_value(fact: Fact) -> Any:
    if fact.key in ("issued_date", "other_issued_date") and fact.value:
        return datetime.strptime(fact.value, "%d/%m/%Y").date()
    return int(fact.value) if fact.key == "plan_year" and fact.value else fact.value


def _found(fact: Fact) -> str:
    if fact.key == "aims_vi":
        return ", ".join(dict.fromkeys(finding.where for finding in fact.found))
    return "\n".join(dict.fromkeys(f"“{finding.value[:60]}” ({finding.where})" for finding in fact.found[:3]))


def _item_sheet(sheet: Worksheet, items: Sequence[PlanItem]) -> None:
    shown = (*ITEM_HEADINGS.values(), *SHOWN_HEADINGS)
    columns = (*shown, DECISION_COLUMN, *KEPT_HEADINGS.values())
    write_table(sheet, columns, [_item_row(item) for item in items])
    channels = _choice(f"'{LIST_SHEET}'!$A$2:$A${len(codes.CHANNELS) + 1}")
    decisions = _choice(f'"{AGREED},{CORRECTED}"')
    for choice, column in ((channels, [*ITEM_HEADINGS].index("main_channel") + 1), (decisions, len(shown) + 1)):
        sheet.add_data_validation(choice)
        letter = sheet.cell(1, column).column_letter
        choice.add(f"{letter}2:{letter}{len(items) + 1 + SPARE_ROWS}")
    for column in range(len(shown) + 2, len(columns) + 1):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].hidden = True
    sheet.freeze_panes = sheet.cell(2, 4)
    for line, item in enumerate(items, 2):
        _fill(sheet, line, range(len(ITEM_HEADINGS) + 1, len(shown) + 1), DERIVED_FILL)
        if any(remark.is_open for remark in item.remarks):
            _fill(sheet, line, (1, 2, len(shown), len(shown) + 1), OPEN_FILL)


def _item_row(item: PlanItem) -> tuple[Any, ...]:
    values = {name: getattr(item, name) for name in ITEM_HEADINGS} | {"main_channel": codes.CHANNELS.get(item.main_channel, "")}
    asked = [f"{READ_AGAIN_MARK if one.is_read_again else OPEN_MARK} {one.said}" for one in item.remarks if one.is_open]
    kept = ("\n".join(asked), item.lead_units_vi, item.coordinating_units_vi)
    return (*values.values(), schedule_words(item.schedule), unit_words(item), remark_words(item), None, *kept)


def _fill(sheet: Worksheet, line: int, columns: Iterable[int], fill: PatternFill) -> None:
    for column in columns:
        sheet.cell(line, column).fill = fill


def _choice(formula: str) -> DataValidation:
    choice = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    choice.errorTitle, choice.error = "Giá trị không có trong danh sách", "Chọn một giá trị trong danh sách thả xuống."
    return choice


def _guide_sheet(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 120
    for line, text in enumerate(GUIDE, 1):
        cell = sheet.cell(line, 1)
        put(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(1, 1).font = Font(name=FONT_NAME, bold=True)


def _list_sheet(book: Workbook) -> None:
    sheet = book.create_sheet(LIST_SHEET)
    write_table(sheet, (SheetColumn("Kênh", 40),), [(label,) for label in codes.CHANNELS.values()])
    sheet.sheet_state = "hidden"
