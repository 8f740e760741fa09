"""Lines of a CSV counted without the engine that reads it: what is swallowed by a stray quote would otherwise go unseen."""

import codecs
from itertools import islice

from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.inputs import Part

BAD_TEXT = "CSV không phải mã UTF-8"
CHUNK_BYTES = 1 << 22
LINES_NAMED = 3


def count_lines(part: Part) -> int:
    """Lines that hold anything, the heading aside. Raises ``DataFaults`` where the text is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, rest = 0, b""
    with part.path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise DataFaults([_bad_text(part)]) from error
            *whole, rest = (rest + chunk).split(b"\n")
            lines += sum(1 for line in whole if not line.isspace() and line)
    return lines + bool(rest.strip()) - 1


def _bad_text(part: Part) -> Fault:
    with part.path.open("rb") as file:
        number = next((number for number, line in enumerate(file, 1) if not _is_text(line)), 0)
    return Fault(BAD_TEXT, f"{part.name}, dòng {number}", "ký tự không phải UTF-8", "cả tệp mã UTF-8", "xuất lại tệp mã UTF-8, hoặc dạng Parquet")


def _is_text(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def odd_quotes(part: Part) -> str:
    """Where quotes do not pair within a line, in a few words; nothing of the line itself."""
    with part.path.open("rb") as file:
        odd = list(islice((number for number, line in enumerate(file, 1) if line.count(b'"') % 2), LINES_NAMED))
    return f" (dấu nháy kép lẻ ở dòng {', '.join(map(str, odd))})" if odd else ""
