"""Writes the project's own plan document, synthetic in every row, in the forms in which offices send one: .txt, .docx, .xlsx.

The .pdf beside them was converted once from the .docx with LibreOffice (``soffice --headless --convert-to pdf``).
It holds the hazards of a scanned plan: two days of issue, rows cut by page breaks, a heading that lost a column, tags, slips of the
scanner, sections in and outside the table, STT that restarts.
"""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Pt

from analysis.spreadsheets import new_workbook, put, save

HERE = Path(__file__).parent
STEM = "ke-hoach-999-2021"
HEADINGS = ["STT", "NỘI DUNG CÔNG VIỆC", "ĐƠN VỊ THỰC HIỆN", "ĐƠN VỊ PHỐI HỢP", "SẢN PHẨM DỰ KIẾN HOÀN THÀNH", "THỜI GIAN THỰC HIỆN"]
LOST = ["STT", "NỘI DUNG CÔNG VIỆC", "ĐƠN VỊ PHÓI HỢP", "SẢN PHẨM DỰ KIẾN HOÀN THÀNH", "THỜI GIAN THỰC HIỆN", ""]

HEAD = [
    "Mô Phỏng, ngày 22 tháng 12 năm 2020",
    "KẾ HOẠCH",
    "[Mô phỏng] Truyền thông cải cách thủ tục hành chính năm 2021 trên địa bàn tỉnh Mô Phỏng",
    "Căn cứ Kế hoạch số 123/KH-UBND ngày 01/02/2019 của Ủy ban nhân dân tỉnh Mô Phỏng về một việc khác;",
    "I. MỤC ĐÍCH, YÊU CẦU",
    "1. Mục đích:",
    "- [Mô phỏng] Để người dân biết và dùng dịch vụ công trực tuyến.",
    "- [Mô phỏng] Nêu kết quả của Công Dịch vụ công tỉnh; các kết quả khác.",
    "2. Yêu cầu:",
    "- [Mô phỏng] Công an và các cơ quan khác cùng thực hiện.",
    "II. TỔ CHỨC THỰC HIỆN",
    "Noi nhận:",
    "(Ban hành kèm theo Kế hoạch số: 999/KH-UBND ngày 15/12/2020 của Ủy ban nhân dân tỉnh Mô Phỏng)",
]

# One list a page: a heading, a section row of one cell, an item or the rest of an item; a text alone stands outside the table.
PAGES: list[list[list[str] | str]] = [
    [
        HEADINGS,
        ["I. [Mô phỏng] Truyền thông chung"],
        [
            "1",
            "[Mô phỏng] Phối hợp báo chí viết tin, bài về cách làm hay",
            "Các Sở, ban, ngành; UBND cấp huyện; Cơ quan ngành đọc",
            "Báo Mô Phỏng",
            "Tin, bài",
            "Thường xuyên",
        ],
        ["2", "[Mô phỏng] Tập huấn cho tinh nguyện viên tại các", "Sở Tư pháp", "Đoàn TNCS tỉnh", "Lớp tập huấn", "Quý I, III"],
    ],
    [
        HEADINGS,
        ["", "bộ phận một cửa", "", "", "", ""],
        ["II. [Mô phỏng] Truyền thông hỗ trợ"],
        ["II.1. [Mô phỏng] Nhóm việc thứ nhất"],
        [
            "1",
            "[Mô phỏng] Tổ chức đoàn báo chí đi thực tế",
            "Văn phòng UBND tỉnh",
            "Báo Mô Phỏng",
            "<ul> - Đoàn báo chí. - Tin, bài đăng trên",
            "Trong năm 2021",
        ],
    ],
    [
        LOST,
        ["", "", "", "Công Thông tin điện tử</ul>", "", ""],
        ["2", "[Mô phỏng] Treo băng-ron, pano", "Văn phòng UBND tỉnh", "Công an tỉnh", "Pano", "Trước ngày 30/6"],
        ["3", "[Mô phỏng] Hội thi tìm hiểu", "Văn phòng UBND tỉnh;", "Sở Nội vụ", "Hội thi", "Quý III-IV/2021"],
    ],
    [
        HEADINGS,
        ["", "về thủ tục hành chính", "Đoàn TNCSS và các Sở", "", "", ""],
        ["4", "[Mô phỏng] Đối thoại với doanh nghiệp", "UBND cấp huyện", "", "Buổi đối thoại", "Định kỳ 6 tháng/01 lần"],
    ],
    [
        "II.2. [Mô phỏng] Nhóm việc thứ hai",
        [
            "1",
            "[Mô phỏng] Bản tin điện tử",
            "Văn phòng UBND tỉnh (<i>Trung tâm Hành chính công tỉnh</i>)",
            "Sở Nội vụ",
            "Bản tin",
            "02 kỳ/tháng và các bản tin chuyên đề",
        ],
        ["2", "[Mô phỏng] Video hướng dẫn nộp hồ sơ", "Văn phòng UBND tỉnh", "Sở Nội vụ", "Video", "Đầu năm"],
    ],
]


def text_file() -> None:
    lines = [*HEAD, ""]
    for page in PAGES:
        lines += ["", *("\t".join(line + [""] * (len(HEADINGS) - len(line))) if isinstance(line, list) else f"{line}\n" for line in page)]
    (HERE / f"{STEM}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def word_file() -> None:
    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, section.page_height, section.page_width
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "DejaVu Sans", Pt(9)
    document.core_properties.created = document.core_properties.modified = datetime(2000, 1, 1)
    for line in HEAD:
        document.add_paragraph(line)
    for page in PAGES:
        document.add_page_break()
        rows = [line for line in page if isinstance(line, list)]
        for line in page:
            if isinstance(line, str):
                document.add_paragraph(line)
        table = document.add_table(rows=len(rows), cols=len(HEADINGS), style="Table Grid")
        for row, cells in zip(table.rows, rows, strict=True):
            target = [row.cells[0].merge(row.cells[-1])] if len(cells) == 1 else row.cells
            for cell, text in zip(target, cells, strict=True):
                cell.text = text
    content = BytesIO()
    document.save(content)
    _undated(content, HERE / f"{STEM}.docx")


def _undated(content: BytesIO, path: Path) -> None:
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, source.read(name))


def workbook_file() -> None:
    book = new_workbook("[Mô phỏng] Kế hoạch 999")
    sheet = book.create_sheet("Phụ lục")
    lines = [[line] for line in HEAD] + [line if isinstance(line, list) else [line] for page in PAGES for line in page]
    for number, cells in enumerate(lines, 1):
        for column, text in enumerate(cells, 1):
            put(sheet.cell(number, column), int(text) if text.isdigit() else text or None)
        if len(cells) == 1:
            sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(HEADINGS))
    save(book, HERE / f"{STEM}.xlsx")


if __name__ == "__main__":
    text_file()
    word_file()
    workbook_file()
