"""Text and ruled tables of a PDF, page by page from the top; page numbers are left out, a scan is refused."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
from pdfplumber.utils.exceptions import PdfminerException

from analysis.errors import DataFaults
from analysis.ingest.plan_document.blocks import LOCKED, NO_TEXT_LAYER, NOT_READABLE, Block, Paragraph, Row, refused

LOCKED_ERRORS = ("PDFPasswordIncorrect", "PDFEncryptionError")
PARAGRAPH_GAP = 0.45  # of the line height: a wider gap between two lines begins a paragraph
MOST_PAGES = 500
_PAGE_NUMBER = re.compile(r"^\W*(?:trang\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?\W*$", re.IGNORECASE)
_DAMAGE = (PdfminerException, ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, RecursionError, OSError, EOFError)


def page_blocks(path: Path, name: str) -> Iterator[Block]:
    """Blocks of a PDF with a text layer. Raises ``DataFaults`` for a scan, a locked or a damaged file."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with pdfplumber.open(path) as document:
            if len(document.pages) > MOST_PAGES:
                raise refused(NOT_READABLE, name, f"{len(document.pages)} trang", f"kế hoạch không quá {MOST_PAGES} trang", "tách riêng bản kế hoạch")
            pages = [_page(page, number) for number, page in enumerate(document.pages, 1)]
    except DataFaults:
        raise
    except _DAMAGE as error:
        raise _damage(name, error) from error
    if not any(pages):
        advice = "xin bản .docx từ đơn vị soạn thảo, hoặc nhận dạng chữ (OCR) rồi kiểm tra lại và lưu thành .docx"
        raise refused(NO_TEXT_LAYER, name, "chỉ có ảnh chụp các trang", "PDF có lớp chữ (bôi đen và chép được chữ)", advice)
    yield from (block for page in pages for block in page)


def _damage(name: str, error: Exception) -> DataFaults:
    told = f"{error!r}{error.__cause__!r}{error.__context__!r}"
    if any(kind in told for kind in LOCKED_ERRORS):
        return refused(LOCKED, name, "PDF đặt mật khẩu", "PDF mở được không cần mật khẩu", "bỏ mật khẩu rồi gửi lại")
    return refused(NOT_READABLE, name, f"“{type(error).__name__}”", "PDF còn nguyên, có lớp chữ", "xuất lại PDF từ văn bản gốc hoặc gửi bản .docx")


def _page(page: Any, number: int) -> list[Block]:
    """Blocks of one page, by the height at which they begin."""
    tables = page.find_tables() if page.rects or page.lines or page.curves else []
    placed: list[tuple[float, Block]] = []
    for order, table in enumerate(tables, 1):
        rows = zip(table.rows, table.extract(), strict=True)
        placed += [(row.bbox[1], _row(cells, number, order, line)) for line, (row, cells) in enumerate(rows, 1)]
    placed += _paragraphs(_outside(page, tables), number)
    page.close()
    return [block for _, block in sorted(placed, key=lambda pair: pair[0])]


def _row(cells: list[str | None], page: int, order: int, line: int) -> Row:
    texts = tuple((cell or "").replace("\n", " ") for cell in cells)
    return Row(texts, f"trang {page}, bảng {order}, hàng {line}", page * 100 + order)


def _outside(page: Any, tables: list[Any]) -> list[Any]:
    boxes = [table.bbox for table in tables]

    def is_outside(char: Any) -> bool:
        across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        return not any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in boxes)

    return page.filter(lambda thing: thing["object_type"] != "char" or is_outside(thing)).extract_text_lines(return_chars=False)


def _paragraphs(lines: list[Any], page: int) -> list[tuple[float, Block]]:
    """Lines joined into paragraphs where the gap between them is that of one text."""
    joined: list[tuple[float, float, str]] = []
    for line in lines:
        if _PAGE_NUMBER.match(line["text"]):
            continue
        height = line["bottom"] - line["top"]
        if joined and 0 <= line["top"] - joined[-1][1] < PARAGRAPH_GAP * height:
            joined[-1] = joined[-1][0], line["bottom"], f"{joined[-1][2]} {line['text']}"
        else:
            joined.append((line["top"], line["bottom"], line["text"]))
    return [(top, Paragraph(text, f"trang {page}")) for top, _, text in joined]
