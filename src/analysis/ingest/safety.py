"""What is dangerous or damaged in a received .xlsx, .xlsm or .docx is refused before any library opens it; what is merely ignored is told."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from struct import error as StructError  # noqa: N812 - a class under a lower-case name
from xml.parsers import expat

from analysis.errors import DataFaults, Fault, Notice

DANGEROUS = "Tệp không an toàn"
DAMAGED = "Tệp hỏng hoặc không đúng loại"
LOCKED = "Tệp có mật khẩu"
IGNORED_PARTS = "Phần của tệp không dùng đến"

# A log of 200 000 rows by 17 columns unpacks to 230 MB in one sheet, at a ratio of 14.
MAX_UNPACKED_BYTES = 512 * 1024**2
MAX_MEMBERS = 5_000
MAX_RATIO = 200  # rows of empty formatted cells reach about 60
RATIO_MATTERS_FROM_BYTES = 10 * 1024**2
MAX_PROLOG_BYTES = 1024**2  # what may stand before the first element of an XML part

_CHUNK = 1024**2
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # all that office programs write
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, StructError, EOFError, OSError, ValueError, RuntimeError, NotImplementedError, OverflowError)

SAVE_AS_XLSX = "mở tệp bằng Excel hoặc LibreOffice, lưu lại dạng “Excel Workbook (.xlsx)” rồi gửi lại"
_SAVE_ANEW = "mở tệp bằng Excel hoặc LibreOffice, lưu lại thành tệp mới rồi gửi lại"
_IGNORED_VI = {
    "vbaproject": "macro không được chạy và bị bỏ qua",
    "externallinks/": "liên kết sang tệp khác không được mở; giá trị đã lưu trong ô được dùng",
    "connections.xml": "kết nối tới nguồn dữ liệu ngoài không được mở; giá trị đã lưu trong ô được dùng",
    "querytables/": "kết nối tới nguồn dữ liệu ngoài không được mở; giá trị đã lưu trong ô được dùng",
    "embeddings/": "tệp nhúng bên trong không được đọc",
    "activex/": "nút điều khiển (ActiveX) không được chạy",
}


class _RootReached(Exception):
    """The prolog of an XML part is over."""


class _DoctypeFound(Exception):
    """The prolog of an XML part declares a DOCTYPE."""


def locked(name: str, found: str = "sổ tính có mật khẩu") -> Fault:
    """The fault of a file that opens only with a password."""
    return Fault(LOCKED, name, found, "tệp không có mật khẩu", "gỡ mật khẩu (Tệp > Thông tin > Bảo vệ) rồi gửi lại")


def refuse_dangerous_zip(path: Path, name: str) -> None:
    """Read the whole zip once within bounds; ``name`` is how messages call it.

    Raises ``DataFaults`` for what is no zip, is damaged or encrypted, unpacks to too much (declared sizes are not believed),
    has paths that leave its folder, or declares a DOCTYPE in any XML part, whatever its encoding.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            faults = list(_listing_faults(archive, name)) or list(_content_faults(archive, name))
    except _ZIP_ERRORS as error:
        found = f"“{error}”" if str(error) else "tệp nén hỏng"
        faults = [Fault(DAMAGED, name, found, "tệp .xlsx, .xlsm hoặc .docx nguyên vẹn", _SAVE_ANEW)]
    if faults:
        raise DataFaults(faults)


def zip_notices(path: Path, name: str) -> list[Notice]:
    """What of a safe zip is not used: macros, links to other files, embedded files, controls. One notice a kind."""
    with zipfile.ZipFile(path) as archive:
        members = [member.casefold() for member in archive.namelist()]
    said = {text for part, text in _IGNORED_VI.items() if any(part in member for member in members)}
    return [Notice(IGNORED_PARTS, name, text) for text in sorted(said)]


def _listing_faults(archive: zipfile.ZipFile, name: str) -> Iterator[Fault]:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        yield _dangerous(name, f"{len(members)} phần bên trong", f"không quá {MAX_MEMBERS} phần")
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            yield locked(name, f"phần “{member.filename}” được mã hóa")
        if _leaves_its_folder(member.filename):
            yield _dangerous(name, f"đường dẫn “{member.filename}” bên trong tệp", "đường dẫn nằm trong tệp")
        if member.compress_type not in _COMPRESSIONS:
            yield _dangerous(name, f"phần “{member.filename}” nén theo cách lạ", "cách nén thông thường của Excel, Word")
    repeated = [member for member, times in Counter(member.filename.casefold() for member in members).items() if times > 1]
    if repeated:
        yield _dangerous(name, f"nhiều phần cùng tên “{repeated[0]}”", "mỗi phần một tên")


def _leaves_its_folder(member: str) -> bool:
    parts = PurePosixPath(member.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or ":" in member


def _content_faults(archive: zipfile.ZipFile, name: str) -> Iterator[Fault]:
    unpacked = 0
    for member in archive.infolist():
        left = MAX_UNPACKED_BYTES - unpacked
        size, has_doctype, is_wrong_xml = _inspect(archive, member, left)
        unpacked += size
        if size > left:
            yield _dangerous(name, f"nội dung bung ra hơn {MAX_UNPACKED_BYTES // 1024**2} MB", "tệp nhỏ hơn; có thể chia làm nhiều tệp")
            return
        if size > RATIO_MATTERS_FROM_BYTES and size > MAX_RATIO * max(member.compress_size, 1):
            yield _dangerous(name, f"phần “{member.filename}” nén quá {MAX_RATIO} lần (giống bom nén)", "tệp do Excel hoặc Word lưu")
        if has_doctype:
            yield _dangerous(name, f"khai báo DOCTYPE trong phần “{member.filename}”", "tệp do Excel hoặc Word lưu, không có khai báo này")
        if is_wrong_xml:
            yield Fault(DAMAGED, name, f"phần “{member.filename}” không phải XML", "tệp .xlsx, .xlsm hoặc .docx nguyên vẹn", _SAVE_ANEW)


def _inspect(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> tuple[int, bool, bool]:
    """Bytes really unpacked (a little over ``most`` when there are more), whether a DOCTYPE stands in it, whether it should be XML and is not."""
    size = 0
    with archive.open(member) as content:
        start = content.read(MAX_PROLOG_BYTES)
        has_doctype, has_root = _prolog(start)
        size = len(start)
        while size <= most and (chunk := content.read(_CHUNK)):
            size += len(chunk)
    return size, has_doctype, not has_root and not has_doctype and member.filename.casefold().endswith(_XML_SUFFIXES)


def _prolog(start: bytes) -> tuple[bool, bool]:
    """Whether a DOCTYPE, and whether a first element is found. Entities can be declared nowhere else, so the rest need not be parsed."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _stop_at_doctype
    parser.StartElementHandler = _stop_at_root
    try:
        parser.Parse(start, False)
    except _DoctypeFound:
        return True, False
    except _RootReached:
        return False, True
    except expat.ExpatError:
        return False, False
    return False, False


def _stop_at_doctype(*_: object) -> None:
    raise _DoctypeFound


def _stop_at_root(*_: object) -> None:
    raise _RootReached


def _dangerous(name: str, found: str, accepted: str) -> Fault:
    return Fault(DANGEROUS, name, found, accepted, _SAVE_ANEW)
