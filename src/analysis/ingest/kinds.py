"""What kind of file was received, told by its first bytes; what is no workbook and no text table is refused by its proper name."""

import zipfile
from pathlib import Path

from analysis.errors import DataFaults, Fault, Notice
from analysis.ingest.safety import DAMAGED, SAVE_AS_XLSX, locked

WRONG_KIND = "Tệp không phải sổ tính"
MISSING = "Không mở được tệp"
DISGUISED = "Đuôi tệp khác nội dung"
MAX_FILE_BYTES = 200 * 1024**2

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ACCEPTED = "sổ tính .xlsx, .xlsm, .xls hoặc tệp .csv"
_OTHER_KINDS = {
    b"%PDF": "tệp PDF",
    b"\x89PNG": "ảnh PNG",
    b"\xff\xd8\xff": "ảnh JPEG",
    b"Rar!": "tệp nén RAR",
    b"7z\xbc\xaf": "tệp nén 7z",
    b"\x1f\x8b": "tệp nén GZIP",
    b"{\\rtf": "tệp RTF của Word",
    b"\x09\x00\x04\x00": "sổ tính Excel đời cũ (trước Excel 5)",
    b"\x09\x02\x06\x00": "sổ tính Excel đời cũ (trước Excel 5)",
    b"\x09\x04\x06\x00": "sổ tính Excel đời cũ (trước Excel 5)",
}
_ZIP_KINDS = {
    "word/document.xml": "tệp Word",
    "ppt/presentation.xml": "tệp PowerPoint",
    "xl/workbook.bin": "sổ tính nhị phân .xlsb",
    "content.xml": "tệp OpenDocument (.ods, .odt)",
}
_ENDINGS = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "csv": (".csv", ".txt", ".tsv")}
_SAID_KINDS = {"xlsx": "sổ tính .xlsx", "xls": "sổ tính .xls", "csv": "văn bản CSV"}


def kind_of(path: Path, name: str) -> tuple[str, list[Notice]]:
    """``xlsx``, ``xls`` or ``csv``, with a notice where the ending says otherwise. Raises ``DataFaults`` for everything else."""
    start = _start(path, name)
    if start.startswith(b"PK"):
        kind = _kind_of_zip(path, name)
    elif start.startswith(_OLE):
        kind = _kind_of_ole(path, name)
    else:
        kind = _kind_of_text(start, name)
    if Path(name).suffix.casefold() in _ENDINGS[kind]:
        return kind, []
    said = f"tên tệp kết thúc bằng “{Path(name).suffix}” nhưng nội dung là {_SAID_KINDS[kind]} và được đọc như vậy"
    return kind, [Notice(DISGUISED, name, said)]


def _start(path: Path, name: str) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise _refused(MISSING, name, "một thư mục", "ghi rõ tên tệp")
        with path.open("rb") as content:
            start = content.read(4096)
    except FileNotFoundError:
        raise _refused(MISSING, name, "không có tệp này", "kiểm tra lại tên và đường dẫn") from None
    except OSError as error:
        found = "không có quyền đọc" if isinstance(error, PermissionError) else f"“{error.strerror or error}”"
        raise _refused(MISSING, name, found, "xin quyền đọc, hoặc đóng tệp đang mở rồi thử lại") from error
    if not start.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise _refused("Tệp rỗng", name, "tệp không có nội dung", "gửi lại tệp có dữ liệu")
    if size > MAX_FILE_BYTES:
        raise _refused(DAMAGED, name, f"tệp {size // 1024**2} MB", f"xóa hình ảnh hoặc chia nhỏ để tệp không quá {MAX_FILE_BYTES // 1024**2} MB")
    return start


def _kind_of_zip(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.casefold() for member in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refused(DAMAGED, name, f"tệp hỏng hoặc tải chưa xong (“{error}”)", "xin lại tệp gốc; hoặc " + SAVE_AS_XLSX) from error
    if "xl/workbook.xml" in members:
        return "xlsx"
    if "encryptedpackage" in members:
        raise DataFaults([locked(name)])
    raise _refused(WRONG_KIND, name, next((said for member, said in _ZIP_KINDS.items() if member in members), "tệp nén ZIP"), SAVE_AS_XLSX)


def _kind_of_ole(path: Path, name: str) -> str:
    content = path.read_bytes()
    if _ENCRYPTED_PACKAGE in content:
        raise DataFaults([locked(name)])
    if "WordDocument".encode("utf-16-le") in content:
        raise _refused(WRONG_KIND, name, "tệp Word đời cũ (.doc)", SAVE_AS_XLSX)
    return "xls"


def _kind_of_text(start: bytes, name: str) -> str:
    said = next((said for magic, said in _OTHER_KINDS.items() if start.startswith(magic)), None)
    if said:
        raise _refused(WRONG_KIND, name, said, SAVE_AS_XLSX)
    head = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if head.startswith(b"<?xml") or head.startswith(b"<workbook"):
        raise _refused(WRONG_KIND, name, "bảng tính XML (XML Spreadsheet 2003)", SAVE_AS_XLSX)
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<body")):
        raise _refused(WRONG_KIND, name, "trang web HTML mang đuôi của Excel", SAVE_AS_XLSX)
    if head.startswith(b"mime-version:"):
        raise _refused(WRONG_KIND, name, "trang web lưu một tệp (MHTML)", SAVE_AS_XLSX)
    return "csv"


def _refused(cause: str, name: str, found: str, action: str) -> DataFaults:
    return DataFaults([Fault(cause, name, found, _ACCEPTED, action)])
