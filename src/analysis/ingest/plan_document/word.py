"""Paragraphs and tables of a .docx in document order, each merged cell once; text of text boxes, nested tables and insertions included."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from analysis.errors import DataFaults
from analysis.ingest.plan_document.blocks import NOT_READABLE, OTHER_KIND, Block, Paragraph, Row, refused
from analysis.ingest.safety import refuse_dangerous_zip

_MAIN_PART = "word/document.xml"
_ACCEPTED, _ACTION = "văn bản Word (.docx) còn nguyên", "mở bằng Word hoặc LibreOffice, lưu lại thành .docx"
_TEXT, _PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:t"), qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_SIGNS = {qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}
_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag")))
# What stands in the document a second time: an older program's copy of a text box, and text that was moved away.
_TWICE = frozenset({"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", qn("w:moveFrom")})
_DAMAGE = (KeyError, ValueError, AttributeError, IndexError, OSError, EOFError, SyntaxError, zipfile.BadZipFile)  # lxml: SyntaxError


def word_blocks(path: Path, name: str) -> Iterator[Block]:
    """Blocks of a .docx. Raises ``DataFaults`` when it is dangerous, damaged or no Word document."""
    refuse_dangerous_zip(path, name)
    with zipfile.ZipFile(path) as parts:
        if _MAIN_PART not in parts.namelist():
            raise refused(OTHER_KIND, name, "tệp nén không phải văn bản Word", _ACCEPTED, _ACTION)
    try:
        yield from _blocks(Document(str(path)))
    except DataFaults:
        raise
    except _DAMAGE as error:
        raise refused(NOT_READABLE, name, f"“{error}”", _ACCEPTED, _ACTION) from error


def _blocks(document: Any) -> Iterator[Block]:
    tables = 0
    for number, part in enumerate(_inside(document.element.body, _PARAGRAPH, _TABLE), 1):
        if part.tag == _TABLE:
            tables += 1
            yield from _rows(part, tables)
        elif text := _text(part):
            yield Paragraph(text, f"đoạn {number}")


def _inside(element: Any, *tags: str) -> Iterator[Any]:
    """Children with one of the tags, also those that stand in a content control or in tracked changes."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, *tags)


def _rows(table: Any, number: int) -> Iterator[Row]:
    above: dict[int, str] = {}
    for line, row in enumerate(_inside(table, _ROW), 1):
        cells: list[str] = [""] * int(row.grid_before)
        shared: dict[int, str] = {}
        for cell in _inside(row, _CELL):
            column, continues = len(cells), cell.vMerge == "continue"
            if continues:
                shared[column] = above.get(column, "")
            else:
                above[column] = _text(cell) if cell.vMerge == "restart" else ""
            cells += ["" if continues else _text(cell), *[""] * (cell.grid_span - 1)]
        yield Row(tuple(cells), f"bảng {number}, hàng {line}", number, {column: text for column, text in shared.items() if text})


def _text(element: Any) -> str:
    """Text of all paragraphs inside an element, of nested tables too, with a space between paragraphs."""
    nodes = (node for node in element.iter(_TEXT, _PARAGRAPH, *_SIGNS) if not any(parent.tag in _TWICE for parent in node.iterancestors()))
    return "".join(str(node.text or "") if node.tag == _TEXT else _SIGNS.get(node.tag, " ") for node in nodes).strip()
