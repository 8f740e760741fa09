"""A received document as paragraphs and table rows in the order of its pages; what cannot be read is refused with what to do."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.encodings import UndecodableBytes, decode_bytes
from analysis.errors import DataFaults, Fault
from analysis.ingest.kinds import MISSING

EMPTY = "Tệp rỗng"
NOT_READABLE = "Tệp không đọc được"
OTHER_KIND = "Tệp không đúng loại"
NO_TEXT_LAYER = "Tệp PDF không có lớp chữ"
LOCKED = "Tệp có mật khẩu"
KINDS_VI = "tệp .docx, .xlsx, .xls, .txt hoặc .pdf có lớp chữ"

_SAVE_ANEW = "mở bằng chương trình đã tạo tệp, bỏ mật khẩu nếu có, lưu lại đúng loại"
_ZIP, _OLD_OFFICE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")  # in no text a person typed
_SIGNATURES = {".docx": (_ZIP,), ".xlsx": (_ZIP,), ".xlsm": (_ZIP,), ".xls": (_OLD_OFFICE,), ".pdf": (_PDF,)}
_KIND_OF_SIGNATURE = {_ZIP: "tệp nén (như .docx, .xlsx)", _OLD_OFFICE: "tệp Office đời cũ (.doc, .xls) hoặc tệp có mật khẩu", _PDF: "tệp PDF"}


@dataclass(frozen=True)
class Paragraph:
    """Text outside tables."""

    text: str
    where: str


@dataclass(frozen=True)
class Row:
    """One row of a table; ``shared`` holds by column the value of a cell merged downwards from a row above."""

    cells: tuple[str, ...]
    where: str
    table: int
    shared: dict[int, str] = field(default_factory=dict)

    @property
    def filled(self) -> list[int]:
        return [column for column, cell in enumerate(self.cells) if cell.strip()]


@dataclass(frozen=True)
class Told:
    """What the reader of the file understood or left out, which its sender should know."""

    said: str
    where: str


Block = Paragraph | Row


def read_document(path: Path, name: str) -> list[Block | Told]:
    """Blocks of a document by its extension; ``name`` is how messages call it.

    Raises ``DataFaults`` for a file that is absent, not allowed to be read, empty, damaged, dangerous, locked, a scan without text,
    or of another kind than its name says.
    """
    first = _beginning(path, name)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise refused(OTHER_KIND, name, f"đuôi tệp “{path.suffix}”", KINDS_VI, "lưu lại văn bản thành .docx rồi đọc lại")
    if not first.strip():
        raise refused(EMPTY, name, "tệp không có nội dung", KINDS_VI, "kiểm tra lại tệp gửi đến")
    _refuse_disguise(path.suffix.lower(), first, name)
    blocks = list(reader(path, name))
    if not any(_has_words(block) for block in blocks):
        raise refused(EMPTY, name, "tệp không có chữ nào", KINDS_VI, "kiểm tra lại tệp gửi đến")
    return blocks


def _beginning(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise refused(MISSING, name, "một thư mục", KINDS_VI, "ghi rõ tên tệp")
        with path.open("rb") as file:
            return file.read(1024)
    except FileNotFoundError:
        raise refused(MISSING, name, "không có tệp này", KINDS_VI, "kiểm tra lại tên và đường dẫn") from None
    except (OSError, ValueError) as error:
        found = "không có quyền đọc" if isinstance(error, PermissionError) else f"“{getattr(error, 'strerror', None) or error}”"
        raise refused(MISSING, name, found, KINDS_VI, "kiểm tra lại đường dẫn, xin quyền đọc, hoặc đóng tệp đang mở rồi thử lại") from error


def _has_words(block: Block | Told) -> bool:
    return bool(block.filled) if isinstance(block, Row) else isinstance(block, Paragraph) and bool(block.text.strip())


def refused(cause: str, name: str, found: str, accepted: str, action: str) -> DataFaults:
    """The refusal of a whole file."""
    return DataFaults([Fault(cause, name, found, accepted, action)])


def _refuse_disguise(suffix: str, first: bytes, name: str) -> None:
    expected = _SIGNATURES.get(suffix)
    actual = next((signature for signature in _KIND_OF_SIGNATURE if first.lstrip().startswith(signature)), None)
    if (expected is None and actual is not None) or (expected is not None and actual not in expected):
        kind = _KIND_OF_SIGNATURE[actual] if actual else "tệp khác hoặc tệp hỏng"
        raise refused(OTHER_KIND, name, f"đuôi “{suffix}” nhưng nội dung là {kind}", KINDS_VI, _SAVE_ANEW)


def _text_blocks(path: Path, name: str) -> Iterator[Block]:
    """Lines of a text file; a line with tabs is a table row, and rows without a line between them are one table."""
    try:
        text, _ = decode_bytes(path.read_bytes())
    except UndecodableBytes:
        text = "\0"
    if _CONTROL.search(text):
        raise refused(NOT_READABLE, name, "bảng mã không nhận ra", "văn bản mã UTF-8, UTF-16 hoặc Windows-1258", "lưu lại tệp dạng văn bản UTF-8")
    table, is_inside = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        where = f"dòng {number}"
        if "\t" in line and line.strip():
            table += not is_inside
            is_inside = True
            yield Row(tuple(line.split("\t")), where, table)
        else:
            is_inside = False
            if line.strip():
                yield Paragraph(line, where)


def _word_blocks(path: Path, name: str) -> Iterator[Block]:
    from analysis.ingest.plan_document.word import word_blocks  # python-docx takes a moment to load

    return word_blocks(path, name)


def _workbook_blocks(path: Path, name: str) -> Iterator[Block | Told]:
    from analysis.ingest.plan_document.sheets import sheet_blocks

    return sheet_blocks(path, name)


def _pdf_blocks(path: Path, name: str) -> Iterator[Block]:
    from analysis.ingest.plan_document.pages import page_blocks  # pdfplumber takes a moment to load

    return page_blocks(path, name)


_READERS: dict[str, Callable[[Path, str], Iterator[Block | Told]]] = {
    ".txt": _text_blocks,
    ".docx": _word_blocks,
    ".xlsx": _workbook_blocks,
    ".xlsm": _workbook_blocks,
    ".xls": _workbook_blocks,
    ".pdf": _pdf_blocks,
}
